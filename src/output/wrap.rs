//! Prose for a terminal, wrapped between words.

use std::io::{self, Write};

use crate::output::{Look, escape};

/// The narrowest column that words are put into.
pub const NARROWEST: usize = 24;

/// Breaks a text between words, so that no line is wider than so many columns; each line after the first begins with
/// `indent`. A command in backticks stays whole, to be copied, so that its line may be wider. Every line is made
/// harmless, including those that begin only because of a break.
#[must_use]
pub fn wrap(text: &str, indent: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for (at, paragraph) in text.lines().enumerate() {
        if at > 0 {
            lines.push(indent.to_owned());
        }
        for word in words(&escape::line(paragraph)) {
            let Some(last) = lines.last_mut() else { break };
            let is_empty = last.trim().is_empty();
            if is_empty || last.chars().count() + 1 + word.chars().count() <= width {
                let gap = if is_empty { "" } else { " " };
                last.push_str(&format!("{gap}{word}"));
            } else {
                lines.push(format!("{indent}{word}"));
            }
        }
    }
    lines.iter().map(|line| escape::break_commands(line)).collect::<Vec<_>>().join("\n")
}

/// How the commands begin that people are told to run.
const COMMANDS: [&str; 3] = ["stopgap ", "git ", "gh "];

/// Returns the words of a line; a command in backticks is one.
fn words(line: &str) -> Vec<&str> {
    let (mut words, mut rest) = (Vec::new(), line.trim_start());
    while !rest.is_empty() {
        let blank_from = |from: usize| rest[from..].find(char::is_whitespace).map_or(rest.len(), |at| from + at);
        let end = blank_from(0);
        let command = rest[..end].find('`').map(|at| at + 1);
        let command = command.filter(|from| COMMANDS.iter().any(|start| rest[*from..].starts_with(start)));
        let close = command.and_then(|from| Some(from + rest[from..].find('`')? + 1));
        let (word, more) = rest.split_at(close.map_or(end, blank_from));
        words.push(word);
        rest = more.trim_start();
    }
    words
}

/// Breaks the lines of a page that are wider than the terminal. A command stays on its line, to be copied, and so does a
/// row of a table.
pub struct Folded<'w> {
    out: &'w mut dyn Write,
    width: Option<usize>,
    line: Vec<u8>,
}

impl<'w> Folded<'w> {
    /// Breaks what is written to `out`, if that is a terminal.
    pub fn new(out: &'w mut dyn Write, look: Look) -> Self {
        Self { out, width: look.wraps.then_some(look.width), line: Vec::new() }
    }

    fn end(&mut self) -> io::Result<()> {
        let line = String::from_utf8_lossy(&self.line);
        let body = line.trim_start_matches(' ');
        let indent = line.len() - body.len();
        let is_whole = body.contains("  ") || COMMANDS.iter().any(|start| body.starts_with(start));
        match self.width.filter(|width| !is_whole && line.chars().count() > *width) {
            Some(width) => {
                let (first, next) = (" ".repeat(indent), format!("\n{}", " ".repeat(indent + 2)));
                let body = wrap(body, "", width.saturating_sub(indent + 2).max(NARROWEST));
                write!(self.out, "{first}{}", body.replace('\n', &next))?;
            }
            None => self.out.write_all(&self.line)?,
        }
        self.line.clear();
        Ok(())
    }
}

impl Write for Folded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            match part.split_last() {
                Some((b'\n', rest)) => {
                    self.line.extend(rest);
                    self.end()?;
                    self.out.write_all(b"\n")?;
                }
                _ => self.line.extend(part),
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.end()?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_broken_where_it_is_too_wide_but_not_its_commands() {
        let page = "one two three four five six seven\n  eight nine ten eleven twelve thirteen\n  a  b  and a table that is wide\n     \
                    stopgap export --format csv --gaps\nend";
        let folded = |look: Look| {
            let mut out = Vec::new();
            let mut page_out = Folded::new(&mut out, look);
            page_out.write_all(page.as_bytes()).unwrap();
            page_out.flush().unwrap();
            String::from_utf8(out).unwrap()
        };
        let narrow = Look { wraps: true, width: 30, ..Look::default() };
        assert_eq!(
            folded(narrow),
            "one two three four five six\n  seven\n  eight nine ten eleven\n    twelve thirteen\n  a  b  and a table that is \
             wide\n     stopgap export --format csv --gaps\nend"
        );
        assert_eq!(folded(Look { wraps: false, ..narrow }), page);
    }

    #[test]
    fn a_command_in_backticks_is_not_broken() {
        let help = "delete it, or request an exception: `stopgap new --cover 'tool=x,id=a b'`; or wait until then";
        assert_eq!(
            wrap(help, "", 42),
            "delete it, or request an exception:\n`stopgap new --cover 'tool=x,id=a b'`; or\nwait until then"
        );
        assert_eq!(wrap("see `stopgap new", "", 8), "see\n`stopgap\nnew");
        assert_eq!(wrap("a `b c` (`git log`)", "", 4), "a `b\nc`\n(`git log`)");
    }

    #[test]
    fn a_break_does_not_create_a_command_for_a_log() {
        assert_eq!(wrap("a word ::error::x", "  ", 8), "a word\n  \\::error::x");
        assert_eq!(wrap("aaa bbb\nccc", "  ", 5), "aaa\n  bbb\n  ccc");
    }
}
