//! One command on the way to the pull request, as it is shown and as it is run.

use std::path::{Path, PathBuf};

use crate::output::escape::{self, shell_word};

/// The commands, in order, and what they are about.
#[derive(Debug, Default)]
pub(super) struct Course {
    pub(super) acts: Vec<Act>,
    /// The branch that is committed to.
    pub(super) branch: String,
    /// Where a new branch begins, unless that is what is checked out.
    pub(super) start: Option<String>,
    /// The index in which the commit is made, unless that is the user's own.
    pub(super) index: Option<PathBuf>,
}

/// What is there once a command has succeeded, besides what was there before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Left {
    /// Nothing that lasts.
    #[default]
    Nothing,
    /// The commit, on the branch.
    Committed,
    /// The branch, at the remote.
    Pushed,
}

/// A command.
#[derive(Clone, Debug)]
pub(super) struct Act {
    pub(super) program: &'static str,
    pub(super) words: Vec<Word>,
    /// The index that git uses in place of the user's own.
    pub(super) index: Option<PathBuf>,
    /// A command whose success makes this one unnecessary.
    pub(super) unless: Option<Box<Act>>,
    pub(super) leaves: Left,
}

/// A word of a command.
#[derive(Clone, Debug)]
pub(super) enum Word {
    /// One of our own, such as an option.
    Own(&'static str),
    /// A text that comes from elsewhere.
    Text(String),
    /// What another command prints.
    Output(Box<Act>),
    /// The same, where it is known what that is; a person's shell runs the command.
    Known(Box<Act>, String),
}

impl Act {
    pub(super) fn of<const N: usize>(program: &'static str, words: [&'static str; N]) -> Self {
        let words = words.into_iter().map(Word::Own).collect();
        Self { program, words, index: None, unless: None, leaves: Left::Nothing }
    }

    pub(super) fn with(mut self, word: &'static str) -> Self {
        self.words.push(Word::Own(word));
        self
    }

    pub(super) fn text(mut self, text: &str) -> Self {
        self.words.push(Word::Text(text.to_owned()));
        self
    }

    pub(super) fn output(mut self, act: Self) -> Self {
        self.words.push(Word::Output(Box::new(act)));
        self
    }

    pub(super) fn known(mut self, act: Self, text: String) -> Self {
        self.words.push(Word::Known(Box::new(act), text));
        self
    }

    pub(super) fn in_index(mut self, index: &Path) -> Self {
        self.index = Some(index.to_path_buf());
        self
    }

    pub(super) fn unless(mut self, act: Self) -> Self {
        self.unless = Some(Box::new(act));
        self
    }

    pub(super) fn leaves(mut self, left: Left) -> Self {
        self.leaves = left;
        self
    }

    /// Returns the program and the command of it, such as `git push`.
    pub(super) fn name(&self) -> String {
        let mut words = self.words.iter().filter_map(|word| match word {
            Word::Own(word) if !word.starts_with('-') => Some(*word),
            _ => None,
        });
        let count = if self.program == "git" { 1 } else { 2 };
        let words: Vec<&str> = words.by_ref().take(count).collect();
        format!("{} {}", self.program, words.join(" "))
    }

    /// Writes it as a POSIX shell reads it.
    pub(super) fn line(&self) -> String {
        let mut line = String::new();
        if let Some(index) = &self.index {
            line.push_str(&format!("GIT_INDEX_FILE={} ", shell_word(&index.to_string_lossy())));
        }
        line.push_str(self.program);
        for word in &self.words {
            line.push(' ');
            match word {
                Word::Own(word) => line.push_str(word),
                Word::Text(text) => line.push_str(&shell_word(text)),
                Word::Output(act) | Word::Known(act, _) => line.push_str(&format!("\"$({})\"", act.line())),
            }
        }
        match &self.unless {
            Some(other) => format!("{{ {} || {line}; }}", other.line()),
            None => line,
        }
    }
}

/// Writes commands one a line, none of which runs if the one before it failed; nothing if they could not be shown
/// unchanged.
pub(super) fn lines(acts: &[Act]) -> Vec<String> {
    let mut lines: Vec<String> = acts.iter().map(Act::line).collect();
    if !lines.iter().all(|line| escape::line(line) == *line) {
        return Vec::new();
    }
    let last = lines.len().saturating_sub(1);
    lines[..last].iter_mut().for_each(|line| line.push_str(" &&"));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_written_as_a_shell_reads_it() {
        let tree = Act::of("git", ["write-tree"]).in_index(Path::new("/a b/index"));
        let commit = Act::of("git", ["commit-tree", "-m"]).text("-it's `$(x)`").output(tree);
        assert_eq!(
            Act::of("git", ["branch"]).text("x").output(commit).line(),
            r#"git branch x "$(git commit-tree -m '-it'\''s `$(x)`' "$(GIT_INDEX_FILE='/a b/index' git write-tree)")""#
        );
        let open = Act::of("gh", ["pr", "create", "--fill"]).unless(Act::of("gh", ["pr", "view"]));
        assert_eq!(open.line(), "{ gh pr view || gh pr create --fill; }");
        assert_eq!(
            (open.name().as_str(), Act::of("git", ["-C"]).text("a").with("add").name().as_str()),
            ("gh pr create", "git add")
        );
    }

    #[test]
    fn what_a_terminal_would_act_on_is_not_shown() {
        assert!(lines(&[Act::of("git", ["add"]).text("a\u{1b}[2J")]).is_empty());
    }
}
