//! Workflow commands, which GitHub Actions shows as annotations.
//!
//! The heaviest come first, because a step shows at most ten annotations of each level. It cuts each message too
//! (`ExecutionContext.AddIssue` of GitHub's runner). A last line says what is only in the log.

use std::io::{self, Write};

use crate::output::{Broken, Place, Report, escape};
use crate::rule::{Finding, Level};
use crate::source::Position;

/// The levels with the command for each.
const COMMANDS: [(Level, &str); 3] = [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "notice")];

/// How many annotations of a level a step shows.
const SHOWN: usize = 10;

/// The longest message that is shown, in UTF-16 code units.
const LONGEST: usize = 4096;

/// Writes the findings.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for broken in report.broken() {
        unjudged(broken, out)?;
    }
    for finding in report.by_weight() {
        if let Some((_, command)) = COMMANDS.iter().find(|(level, _)| *level == finding.level) {
            annotate(report, finding, command, out)?;
        }
    }
    if report.quiet {
        return Ok(());
    }
    unseen(|level| report.findings.count(level), out)?;
    super::text::summary(report, out)
}

/// Says how many annotations of each level GitHub leaves out, if any.
pub(super) fn unseen(count: impl Fn(Level) -> usize, out: &mut dyn Write) -> io::Result<()> {
    let unseen: Vec<String> = COMMANDS
        .iter()
        .filter_map(|(level, _)| match count(*level).checked_sub(SHOWN)? {
            0 => None,
            1 => Some(format!("1 {}", level.name())),
            more => Some(format!("{more} {}s", level.name())),
        })
        .collect();
    if unseen.is_empty() {
        return Ok(());
    }
    writeln!(out, "GitHub shows {SHOWN} annotations per level and step; only in this log: {}", unseen.join(", "))
}

/// Writes an annotation of the run, not tied to a file.
pub(super) fn unbound(level: Level, title: &str, message: &str, out: &mut dyn Write) -> io::Result<()> {
    let Some((_, command)) = COMMANDS.iter().find(|(known, _)| *known == level) else { return Ok(()) };
    let title = escape::github_property(&escape::line(title));
    writeln!(out, "::{command} title={title}::{}", escape::github_data(&cut(message)))
}

fn annotate(report: &Report<'_>, finding: &Finding, command: &str, out: &mut dyn Write) -> io::Result<()> {
    let Place { start, end, .. } = report.place(finding.file, finding.span);
    let path = report.repository_path(finding.file);
    let title = escape::github_property(&format!("{} ({})", finding.rule.id, finding.level.name()));
    let file = escape::github_property(&escape::line(&path));
    write!(out, "::{command} title={title},file={file},line={},endLine={}", start.line, end.line)?;
    // The runner drops the columns of a region of several lines, and says so.
    if start.line == end.line {
        write!(out, ",col={},endColumn={}", start.column, end.column)?;
    }
    let message = escape::with_help(&finding.message, finding.help.as_deref());
    writeln!(out, "::{}", escape::github_data(&cut(&message)))
}

/// Annotates what keeps a register from being judged.
pub(super) fn unjudged(broken: &Broken, out: &mut dyn Write) -> io::Result<()> {
    let file = escape::github_property(&escape::line(broken.source.path()));
    let Position { line, column } = broken.start();
    let message = escape::github_data(&cut(&escape::with_help(&broken.sentence(), broken.help.as_deref())));
    writeln!(out, "::error title=not judged,file={file},line={line},col={column}::{message}")
}

/// Cuts a message to what is shown of it.
fn cut(message: &str) -> String {
    let units = |text: &str| text.chars().map(char::len_utf16).sum::<usize>();
    if units(message) <= LONGEST {
        return message.to_owned();
    }
    let mut left = LONGEST - 1;
    let fits = |c: &char| {
        let fits = left >= c.len_utf16();
        left -= if fits { c.len_utf16() } else { left };
        fits
    };
    message.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_cut_to_what_the_runner_takes() {
        assert_eq!(cut("short"), "short");
        for letter in ["a", "é", "😀"] {
            let message = cut(&letter.repeat(5000));
            assert!((LONGEST - 1..=LONGEST).contains(&message.encode_utf16().count()));
            assert!(message.ends_with('…'));
        }
    }
}
