//! From a file of the register to the pull request: commands that can be pasted into a shell as they
//! stand.

use std::path::{Path, PathBuf};

use crate::commands::place;
use crate::git::Git;
use crate::history::base;
use crate::output::escape;
use crate::text::slug::untaken;

/// A file that was just written, and what the commit that brings it says.
pub(super) struct Steps<'s> {
    pub(super) root: &'s Path,
    /// The folder in which the commands are typed.
    pub(super) current: &'s Path,
    /// The file's path, relative to the root.
    pub(super) path: &'s str,
    /// What is done, the first part of the branch's name.
    pub(super) verb: &'s str,
    pub(super) id: &'s str,
    pub(super) message: &'s str,
}

impl Steps<'_> {
    /// Tells whether there is a git work tree to commit to, and whether the commands can be shown as
    /// they are: a file's name may hold what no terminal should be sent.
    pub(super) fn are_possible(&self) -> bool {
        place::work_tree_top(self.root).is_some() && self.lines().iter().all(|line| escape::line(line) == *line)
    }

    /// Returns the commands, one a line, as a POSIX shell reads them; none runs where the one before it
    /// has failed. On a branch that is not the default one the work goes on there, as for a request that
    /// is still open.
    pub(super) fn lines(&self) -> Vec<String> {
        let (git, path) = self.seen_from_here();
        let own = self.own_branch();
        let branch = quote(&own.clone().unwrap_or_else(|| self.new_branch()));
        let switch = own.is_none().then(|| format!("{git} switch -c {branch}"));
        let rest = [
            format!("{git} add -- {}", quote(&path)),
            format!("{git} commit -m {}", quote(self.message)),
            format!("{git} push -u origin {branch}"),
        ];
        let mut lines: Vec<String> = switch.into_iter().chain(rest).collect();
        let last = lines.len() - 1;
        lines[..last].iter_mut().for_each(|line| line.push_str(" &&"));
        lines
    }

    /// Returns a name that no branch here has: that of the last review may still be there.
    fn new_branch(&self) -> String {
        let name = branch(self.verb, self.id);
        let Ok(Some(git)) = Git::open(self.root) else { return name };
        let taken = |name: &str| {
            let is = |reference: String| git.reference(&reference).is_ok_and(|commit| commit.is_some());
            is(format!("refs/heads/{name}")) || is(format!("refs/remotes/origin/{name}"))
        };
        untaken(&name, taken)
    }

    /// Returns the branch that is checked out, unless it is the default one, or nobody can say which
    /// that is.
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

    /// Returns how git is called from the current folder, and what it must be told of the file.
    fn seen_from_here(&self) -> (String, String) {
        let current = std::fs::canonicalize(self.current).unwrap_or_else(|_| self.current.to_path_buf());
        let top = place::work_tree_top(self.root).unwrap_or(self.root);
        if !current.starts_with(top) {
            return (format!("git -C {}", quote(&self.root.to_string_lossy())), self.path.to_owned());
        }
        let file = self.root.join(self.path);
        let common = current.ancestors().find(|folder| file.starts_with(folder)).unwrap_or(top);
        let upwards = current.strip_prefix(common).map(|below| below.components().count()).unwrap_or_default();
        let below = file.strip_prefix(common).map(Path::to_path_buf).unwrap_or_else(|_| PathBuf::from(self.path));
        ("git".to_owned(), "../".repeat(upwards) + &below.to_string_lossy())
    }
}

/// Makes a branch of an id, as git allows it (git-check-ref-format).
fn branch(verb: &str, id: &str) -> String {
    let allowed = |c: char| if c.is_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let mut name: String = id.chars().map(allowed).collect::<String>().replace("..", "-");
    name = name.trim_start_matches(['-', '.']).to_owned();
    while let Some(shorter) = name.strip_suffix('.').or_else(|| name.strip_suffix(".lock")) {
        name = shorter.to_owned();
    }
    format!("{verb}/{name}")
}

/// Quotes a word for a POSIX shell (IEEE Std 1003.1, section 2.2.2), where it needs quotes.
pub(super) fn quote(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(safe) && !word.starts_with('-') {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_every_word() {
        for word in ["plain", "", "two words", "it's", "$(rm -rf ~)", "`id`", "a\nb", "-n", "!x", "\\", "'\"'"] {
            let line = format!("printf '%s\\0' {}", quote(word));
            let output = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{word}\0"), "{line}");
        }
    }

    #[test]
    fn a_branch_is_one_that_git_allows() {
        assert_eq!(branch("exception", "label-printer"), "exception/label-printer");
        assert_eq!(branch("exception", "a..b"), "exception/a-b");
        assert_eq!(branch("exception", "a.lock."), "exception/a");
        assert_eq!(branch("review", "we ird~^:?*[\\@{"), "review/we-ird---------");
    }
}
