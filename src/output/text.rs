//! Snippets for people, then one line of counts.

use std::io::{self, Write};

use crate::output::snippet::{self, Look, Severity, Snippet};
use crate::output::{Broken, Named, Report, Several, escape, statistics};
use crate::rule::{Level, total};
use crate::source::FileId;

/// After more findings than these, a sum by rule follows.
const LONG: usize = 10;

/// Writes the findings.
pub(super) fn render(report: &Report<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let (listed, left_out) = report.listed();
    let mut shown = 0;
    for finding in listed {
        shown += 1;
        let severity = match finding.level {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Note | Level::Off => Severity::Note,
        };
        let labels = finding.labels.iter();
        let snippet = Snippet {
            severity,
            head: format!("{}[{}]", finding.level.name(), finding.rule.id),
            message: finding.message.clone(),
            help: finding.help.clone(),
            place: Some((report.source(finding.file), finding.span)),
            labels: labels.map(|label| (report.source(label.file), label.span, label.message.clone())).collect(),
        };
        let page = if look.links { report.page_of(finding.rule) } else { None };
        let drawn = snippet::render(&snippet, look);
        match page {
            Some(page) => writeln!(out, "{}", drawn.replacen(&snippet.head, &link(&snippet.head, &page), 1))?,
            None => writeln!(out, "{drawn}")?,
        }
    }
    self::left_out(left_out, shown, out)?;
    if report.quiet {
        return Ok(());
    }
    if total(report.gating()) > LONG {
        statistics::render(report, out)?;
        writeln!(out)?;
    }
    summary(report, out)?;
    fixable(report, out)
}

/// Makes a word of our own a link for a terminal
/// (<https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda>).
fn link(word: &str, address: &str) -> String {
    format!("\u{1b}]8;;{address}\u{1b}\\{word}\u{1b}]8;;\u{1b}\\")
}

/// Says how many findings are not listed, besides those that are.
pub(super) fn left_out(count: usize, listed: usize, out: &mut dyn Write) -> io::Result<()> {
    let more = if listed == 0 { "" } else { "more " };
    match count {
        0 => Ok(()),
        1 => writeln!(out, "1 {more}finding is not listed"),
        _ => writeln!(out, "{count} {more}findings are not listed"),
    }
}

/// Writes the line of counts, and what the result does not cover.
pub(super) fn summary(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let first = format!("{}: {}", looked_at(report), found(report));
    let broken = report.broken().iter().map(Broken::sentence);
    let rest = broken.chain(elsewhere(report)).chain(report.remarks.iter().cloned()).chain(of_cards(report));
    let parts = report.several.iter().flat_map(|several| parts(report, several));
    std::iter::once(first).chain(parts).chain(rest).try_for_each(|line| writeln!(out, "{}", escape::line(&line)))
}

/// Returns what the cards say that are not shown here, with the register where there are several.
fn of_cards(report: &Report<'_>) -> Vec<String> {
    let named = |(file, line): (FileId, String)| match report.register_of(file) {
        Some(register) => format!("{register}: {line}"),
        None => line,
    };
    report.cards.remarks().into_iter().map(named).collect()
}

/// Returns what was found in each of several registers, those without findings left out.
fn parts(report: &Report<'_>, several: &Several) -> Vec<String> {
    let part = |named: &Named| {
        let found = several.found_in(named, report.findings);
        let count = |level: Level| total(found.iter().copied().filter(|finding| finding.level == level));
        let counts = by_level([count(Level::Error), count(Level::Warning), count(Level::Note)])?;
        Some(format!("  {}: {counts}", named.name))
    };
    several.registers.iter().filter_map(part).collect()
}

/// Returns what was looked at, and when.
pub(super) fn looked_at(report: &Report<'_>) -> String {
    let counts = report.summary();
    let exceptions = if counts.exceptions == 1 { "exception" } else { "exceptions" };
    let place = match report.several {
        Some(several) => {
            let count = several.registers.len();
            format!(" in {count} {}", if count == 1 { "register" } else { "registers" })
        }
        None if counts.exceptions == 0 => format!(" in `{}`", report.folder),
        None => String::new(),
    };
    format!("{} {exceptions}{place}, {} live, on {}", counts.exceptions, counts.live, report.today.day)
}

/// Returns what was found.
pub(super) fn found(report: &Report<'_>) -> String {
    let counts = report.summary();
    by_level([counts.errors, counts.warnings, counts.notes]).unwrap_or_else(|| nothing(report).to_owned())
}

/// Returns how many errors, warnings and notes there are, unless there are none.
pub(super) fn by_level(counts: [usize; 3]) -> Option<String> {
    let counted = counts.into_iter().zip(["error", "warning", "note"]);
    let found: Vec<String> = counted.filter_map(|(number, noun)| count(number, noun)).collect();
    (!found.is_empty()).then(|| found.join(", "))
}

/// Returns how many findings the compared change did not cause.
pub(super) fn elsewhere(report: &Report<'_>) -> Option<String> {
    match report.findings.elsewhere() {
        0 => None,
        1 => Some("1 finding that the change did not cause is left to the scheduled check".to_owned()),
        more => Some(format!("{more} findings that the change did not cause are left to the scheduled check")),
    }
}

/// Says how many findings need nobody to decide anything.
pub(super) fn fixable(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    match report.fixable() {
        0 => Ok(()),
        count if report.several.is_some() => {
            writeln!(out, "{count} can be fixed: `stopgap check --all-registers --fix` does it")
        }
        count => writeln!(out, "{count} can be fixed: `stopgap check --diff` shows how, `stopgap check --fix` does it"),
    }
}

fn nothing(report: &Report<'_>) -> &'static str {
    if report.base.is_some() { "nothing found in the change" } else { "nothing found" }
}

fn count(count: usize, noun: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {noun}")),
        _ => Some(format!("{count} {noun}s")),
    }
}
