//! The command that continues where somebody stopped answering.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use crate::cli::Place;
use crate::commands::{World, describe};
use crate::error::Error;
use crate::output::escape::{self, shell_word};

/// A command to paste into a shell. A value that a terminal would show as something else is left out, and named.
pub(super) struct Resume {
    words: Vec<String>,
    omitted: Vec<String>,
    /// An answer that was not finished, with the option that it is for.
    begun: Option<(String, String)>,
}

impl Resume {
    /// Begins a command of stopgap.
    pub(super) fn new(subcommand: &str) -> Self {
        Self { words: vec!["stopgap".to_owned(), subcommand.to_owned()], omitted: Vec::new(), begun: None }
    }

    /// Adds the id of an exception.
    pub(super) fn id(&mut self, id: &str) {
        self.add("the id", id, shell_word(id));
    }

    /// Adds an option with its value.
    pub(super) fn option(&mut self, name: &str, value: &str) {
        let word = match shell_word(value) {
            // As a word of its own it would be another option.
            word if value.starts_with('-') => format!("--{name}={word}"),
            word => format!("--{name} {word}"),
        };
        self.add(&format!("--{name}"), value, word);
    }

    /// Adds an option with its value, unless that is empty.
    pub(super) fn unless_empty(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.option(name, value);
        }
    }

    /// Adds an option whose value is a path.
    pub(super) fn path(&mut self, name: &str, path: &Path) {
        match path.to_str() {
            Some(path) => self.option(name, path),
            None => self.omitted.push(format!("--{name}")),
        }
    }

    /// Adds where the register is, and the day.
    pub(super) fn place(&mut self, place: &Place, today: Option<&str>) {
        today.iter().for_each(|today| self.option("today", today));
        for (name, path) in [("root", &place.root), ("policy", &place.policy)] {
            path.iter().for_each(|path| self.path(name, path));
        }
    }

    /// Adds an option without a value, if it was given.
    pub(super) fn switch(&mut self, name: &str, is_given: bool) {
        self.words.extend(is_given.then(|| format!("--{name}")));
    }

    fn add(&mut self, what: &str, value: &str, word: String) {
        match escape::line(value) == value {
            true => self.words.push(word),
            false => self.omitted.push(what.to_owned()),
        }
    }

    /// Adds an answer that was not finished.
    pub(super) fn begun(&mut self, option: &str, text: &str) {
        self.begun = Some((option.to_owned(), text.to_owned()));
    }

    /// Says what ended the questions before anything was written, and prints the command; returns the exit code.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(super) fn tell(&self, error: &Error, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
        if !matches!(error, Error::Left) {
            out.write_all(describe(error, world.look_of_errors()).as_bytes())?;
        }
        self.print(matches!(error, Error::Left), out)?;
        Ok(if matches!(error, Error::Terminal(_)) { Error::Left.exit_code() } else { error.exit_code() })
    }

    fn print(&self, is_cancelled: bool, out: &mut dyn Write) -> Result<(), Error> {
        let what = if is_cancelled { "cancelled, and nothing is written" } else { "nothing is written" };
        writeln!(out, "\n{what}; to continue from here:\n\n  {}", self.words.join(" "))?;
        if let Some((option, text)) = &self.begun {
            writeln!(out, "\nand the unfinished answer for `--{option}`:\n\n  {}", escape::line(text))?;
        }
        if !self.omitted.is_empty() {
            let omitted = self.omitted.join(", ");
            writeln!(out, "\nomitted because of control characters: {omitted}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(resume: &Resume) -> String {
        let mut out = Vec::new();
        resume.print(true, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_a_terminal_shows_otherwise_is_left_out_and_named() {
        let mut resume = Resume::new("renew");
        resume.id("label-printer");
        for (name, value) in [("reason", "Two words"), ("note", ""), ("by", "a\u{1b}[2J"), ("risk-check", "-5 degrees")]
        {
            resume.unless_empty(name, value);
        }
        resume.option("rejected", "");
        resume.path("scan", Path::new("a\u{202e}b.sarif"));
        resume.place(&Place { root: Some("a b".into()), policy: None }, Some("2026-11-30"));
        resume.switch("git", false);
        resume.switch("dry-run", true);
        let command = "stopgap renew label-printer --reason 'Two words' --risk-check='-5 degrees' --rejected '' --today 2026-11-30 \
                       --root 'a b' --dry-run";
        let omitted = "omitted because of control characters: --by, --scan";
        assert_eq!(
            printed(&resume),
            format!("\ncancelled, and nothing is written; to continue from here:\n\n  {command}\n\n{omitted}\n")
        );
    }
}
