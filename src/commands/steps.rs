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
    /// Another file that belongs to the same commit, relative to the root.
    pub(super) beside: Option<&'s str>,
    /// The name of a new branch.
    pub(super) branch: &'s str,
    /// The paragraphs of the commit's message, the title first; those of the pull request too.
    pub(super) message: &'s [String],
    /// The register's folder for a request that has nothing to do with the branch that is checked out: if the default
    /// branch has the register, it begins there.
    pub(super) register: Option<&'s str>,
    /// The forges' own tools that can be started.
    pub(super) tools: &'s [Tool],
}

/// A forge's own tool, which opens a pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// GitHub's.
    Gh,
    /// GitLab's.
    Glab,
}

impl Tool {
    /// All of them.
    pub(super) const ALL: [Self; 2] = [Self::Gh, Self::Glab];

    /// Returns the name of the program.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gh => "gh",
            Self::Glab => "glab",
        }
    }

    /// Tells whether a repository that is fetched from there is on its forge, as far as the name says.
    fn serves(self, origin: &str) -> bool {
        match self {
            Self::Gh => origin.contains("github"),
            Self::Glab => origin.contains("gitlab"),
        }
    }

    /// Returns the command that opens a pull request with the title and the text of the commit.
    fn opens(self) -> &'static str {
        match self {
            Self::Gh => "gh pr create --fill",
            Self::Glab => "glab mr create --fill --yes",
        }
    }
}

impl Steps<'_> {
    /// Returns the commands, one a line, as a POSIX shell reads them; none runs if the one before it
    /// failed. A new branch begins at the remote's default one, and whatever else is staged stays staged. On a branch
    /// other than the default one an edit continues there, as for a request that is still open.
    ///
    /// There are none if there is no git work tree to commit to, or if they could not be shown unchanged: a
    /// file's name may contain characters that no terminal should be sent.
    pub(super) fn lines(&self) -> Vec<String> {
        if place::work_tree_top(self.root).is_none() {
            return Vec::new();
        }
        let (git, path) = self.seen_from_here(self.path);
        let beside = self.beside.map(|file| format!(" {}", shell_word(&self.seen_from_here(file).1)));
        let path = shell_word(&path) + &beside.unwrap_or_default();
        let own = self.own_branch().filter(|_| !self.is_apart());
        let branch = shell_word(&own.clone().unwrap_or_else(|| self.new_branch()));
        let switch = own.is_none().then(|| match self.start() {
            Some(start) => format!("{git} switch --no-track -c {branch} {}", shell_word(&start)),
            None => format!("{git} switch -c {branch}"),
        });
        let harmless = self.message.iter().filter(|paragraph| escape::line(paragraph) == **paragraph);
        let message: String = harmless.map(|paragraph| format!(" -m {}", shell_word(paragraph))).collect();
        let rest = [
            format!("{git} add -- {path}"),
            format!("{git} commit{message} -- {path}"),
            format!("{git} push -u origin {branch}"),
        ];
        let rest = rest.into_iter().chain(self.tool().map(|tool| tool.opens().to_owned()));
        let mut lines: Vec<String> = switch.into_iter().chain(rest).collect();
        let last = lines.len() - 1;
        lines[..last].iter_mut().for_each(|line| line.push_str(" &&"));
        if lines.iter().all(|line| escape::line(line) == *line) { lines } else { Vec::new() }
    }

    /// Returns the tool that opens the pull request, if it can be started from here.
    pub(super) fn tool(&self) -> Option<Tool> {
        let origin = Git::open(self.root).ok()??.origin().ok()??.to_lowercase();
        // In another folder it would look at another repository.
        let is_here = self.seen_from_here(self.path).0 == "git";
        self.tools.iter().copied().find(|tool| is_here && tool.serves(&origin))
    }

    /// Tells whether the request begins at the default branch whatever is checked out.
    fn is_apart(&self) -> bool {
        let has = |register: &str| {
            let git = Git::open(self.root).ok()??;
            let (_, tip) = base::default_branch(&git, None).ok()??;
            let top = std::fs::canonicalize(git.top()).ok()?;
            let folder = std::fs::canonicalize(self.root).ok()?.strip_prefix(top).ok()?.join(register);
            Some(!git.tree_below(&tip, folder.to_str()?, &|_| true).ok()?.is_empty())
        };
        self.register.and_then(has) == Some(true)
    }

    /// Returns the default branch, unless it is checked out as it is.
    fn start(&self) -> Option<String> {
        let git = Git::open(self.root).ok()??;
        let (default, tip) = base::default_branch(&git, None).ok()??;
        (git.head().ok()?? != tip).then_some(default)
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
    fn seen_from_here(&self, path: &str) -> (String, String) {
        let current = std::fs::canonicalize(self.current).unwrap_or_else(|_| self.current.to_path_buf());
        let top = place::work_tree_top(self.root).unwrap_or(self.root);
        if !current.starts_with(top) {
            return (format!("git -C {}", shell_word(&self.root.to_string_lossy())), path.to_owned());
        }
        let file = self.root.join(path);
        let common = current.ancestors().find(|folder| file.starts_with(folder)).unwrap_or(top);
        let upwards = current.strip_prefix(common).map(|below| below.components().count()).unwrap_or_default();
        let below = file.strip_prefix(common).map(Path::to_path_buf).unwrap_or_else(|_| PathBuf::from(path));
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
