//! Clones of a repository, as a developer and as GitHub's checkout make them.

use std::fs;
use std::rc::Rc;

use stopgap::internal::git::Git;

use super::git::Repo;

impl Repo {
    /// Opens it as the command does.
    pub(crate) fn open(&self) -> Git {
        Git::open(self.path()).unwrap().unwrap()
    }

    /// Clones the current branch with so many commits of its history.
    pub(crate) fn clone_shallow(&self, depth: u32) -> Self {
        self.clone_with(&[&format!("--depth={depth}")])
    }

    /// Clones everything.
    pub(crate) fn clone_whole(&self) -> Self {
        self.clone_with(&[])
    }

    fn clone_with(&self, options: &[&str]) -> Self {
        let clone = self.beside("clone");
        let mut arguments = vec!["clone", "--quiet"];
        arguments.extend(options);
        let url = self.url();
        arguments.extend([url.as_str(), "."]);
        clone.git(&arguments);
        clone
    }

    /// Checks out a reference as actions/checkout does: only that commit with so much history, detached, no
    /// `origin/HEAD`; depth 0 fetches every branch and tag.
    pub(crate) fn actions_checkout(&self, reference: &str, depth: u32) -> Self {
        let clone = self.beside("checkout");
        let format = self.git(&["rev-parse", "--show-object-format"]);
        clone.git(&["init", "--quiet", "-b", "main", &format!("--object-format={format}")]);
        clone.git(&["remote", "add", "origin", &self.url()]);
        let (depth_option, checkout) = (format!("--depth={depth}"), format!("+{reference}:refs/checkout"));
        match depth {
            0 => {
                let branches = "+refs/heads/*:refs/remotes/origin/*";
                clone.git(&["fetch", "--quiet", "origin", branches, "+refs/tags/*:refs/tags/*", &checkout])
            }
            _ => clone.git(&["fetch", "--quiet", "--no-tags", &depth_option, "origin", &checkout]),
        };
        clone.git(&["checkout", "--quiet", "--detach", "refs/checkout"]);
        clone.git(&["update-ref", "-d", "refs/checkout"]);
        clone
    }

    fn beside(&self, name: &str) -> Self {
        let taken = fs::read_dir(self.sandbox.path()).unwrap().count();
        let name = &format!("{name}-{taken}");
        Self::at(name, Rc::clone(&self.sandbox), Rc::clone(&self.commits))
    }

    fn url(&self) -> String {
        format!("file://{}", self.path().display())
    }
}
