//! From a file of the register to the pull request: commands that can be pasted into a shell unchanged.

use std::path::{Path, PathBuf};

use crate::commands::place;
use crate::git::Git;
use crate::history::base;
use crate::output::escape::{self, shell_word};
use crate::text::slug::untaken;

/// A file or a folder that was just written, and the message of the commit that adds it.
pub(super) struct Steps<'s> {
    pub(super) root: &'s Path,
    /// The folder in which the commands are typed.
    pub(super) current: &'s Path,
    /// Its path, relative to the root.
    pub(super) path: &'s str,
    /// The name of a new branch.
    pub(super) branch: &'s str,
    pub(super) message: &'s str,
}

impl Steps<'_> {
    /// Returns the commands, one a line, as a POSIX shell reads them; none runs if the one before it
    /// failed. On a branch other than the default one the work continues there, as for a request that is
    /// still open.
    ///
    /// There are none if there is no git work tree to commit to, or if they could not be shown unchanged: a
    /// file's name may contain characters that no terminal should be sent.
    pub(super) fn lines(&self) -> Vec<String> {
        if place::work_tree_top(self.root).is_none() {
            return Vec::new();
        }
        let (git, path) = self.seen_from_here();
        let own = self.own_branch();
        let branch = shell_word(&own.clone().unwrap_or_else(|| self.new_branch()));
        let switch = own.is_none().then(|| format!("{git} switch -c {branch}"));
        let rest = [
            format!("{git} add -- {}", shell_word(&path)),
            format!("{git} commit -m {}", shell_word(self.message)),
            format!("{git} push -u origin {branch}"),
        ];
        let mut lines: Vec<String> = switch.into_iter().chain(rest).collect();
        let last = lines.len() - 1;
        lines[..last].iter_mut().for_each(|line| line.push_str(" &&"));
        if lines.iter().all(|line| escape::line(line) == *line) { lines } else { Vec::new() }
    }

    /// Returns a name that no branch here has: the branch of the last review may still exist.
    fn new_branch(&self) -> String {
        let Ok(Some(git)) = Git::open(self.root) else { return self.branch.to_owned() };
        let taken = |name: &str| {
            let is = |reference: String| git.reference(&reference).is_ok_and(|commit| commit.is_some());
            is(format!("refs/heads/{name}")) || is(format!("refs/remotes/origin/{name}"))
        };
        untaken(self.branch, taken)
    }

    /// Returns the branch that is checked out, unless it is the default one, or nobody can say which one that is.
    fn own_branch(&self) -> Option<String> {
        let git = Git::open(self.root).ok()??;
        let branch = git.branch().ok()??;
        let (default, _) = base::default_branch(&git, None).ok()??;
        let is_default = match default.strip_prefix("origin/") {
            Some("HEAD") => matches!(branch.as_str(), "main" | "master") || git.default_name().ok()?? == branch,
            Some(name) => name == branch,
            None => default == branch,
        };
        (!is_default).then_some(branch)
    }

    /// Returns how git is called from the current folder, and how the file is named to it.
    fn seen_from_here(&self) -> (String, String) {
        let current = std::fs::canonicalize(self.current).unwrap_or_else(|_| self.current.to_path_buf());
        let top = place::work_tree_top(self.root).unwrap_or(self.root);
        if !current.starts_with(top) {
            return (format!("git -C {}", shell_word(&self.root.to_string_lossy())), self.path.to_owned());
        }
        let file = self.root.join(self.path);
        let common = current.ancestors().find(|folder| file.starts_with(folder)).unwrap_or(top);
        let upwards = current.strip_prefix(common).map(|below| below.components().count()).unwrap_or_default();
        let below = file.strip_prefix(common).map(Path::to_path_buf).unwrap_or_else(|_| PathBuf::from(self.path));
        ("git".to_owned(), "../".repeat(upwards) + &below.to_string_lossy())
    }
}

/// Creates a branch name from what is done and an id, as git allows it (git-check-ref-format).
pub(super) fn branch(verb: &str, id: &str) -> String {
    let allowed = |c: char| if c.is_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let mut name: String = id.chars().map(allowed).collect::<String>().replace("..", "-");
    name = name.trim_start_matches(['-', '.']).to_owned();
    while let Some(shorter) = name.strip_suffix('.').or_else(|| name.strip_suffix(".lock")) {
        name = shorter.to_owned();
    }
    format!("{verb}/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_is_one_that_git_allows() {
        assert_eq!(branch("exception", "label-printer"), "exception/label-printer");
        assert_eq!(branch("exception", "a..b"), "exception/a-b");
        assert_eq!(branch("exception", "a.lock."), "exception/a");
        assert_eq!(branch("review", "we ird~^:?*[\\@{"), "review/we-ird---------");
    }
}
