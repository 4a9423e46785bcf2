//! Snippets for people, then one line of counts.

use std::io::{self, Write};

use crate::finding::Level;
use crate::output::snippet::{self, Look, Severity, Snippet};
use crate::output::{Report, escape};

/// Writes the findings.
pub(super) fn render(report: &Report<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.findings.iter().filter(|finding| finding.gates) {
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
        writeln!(out, "{}", snippet::render(&snippet, look))?;
    }
    if report.quiet { Ok(()) } else { summary(report, out) }
}

/// Writes the line of counts.
pub(super) fn summary(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let counts = report.summary();
    let found = [count(counts.errors, "error"), count(counts.warnings, "warning"), count(counts.notes, "note")];
    let found: Vec<String> = found.into_iter().flatten().collect();
    let found = if found.is_empty() { nothing(report).to_owned() } else { found.join(", ") };
    let exceptions = if counts.exceptions == 1 { "exception" } else { "exceptions" };
    let place = if counts.exceptions == 0 { format!(" in `{}`", escape::line(report.folder)) } else { String::new() };
    writeln!(out, "{} {exceptions}{place}, {} live, on {}: {found}", counts.exceptions, counts.live, report.today.day)?;
    match counts.elsewhere {
        0 => {}
        1 => writeln!(out, "1 finding that the change did not cause is left to the scheduled check")?,
        more => writeln!(out, "{more} findings that the change did not cause are left to the scheduled check")?,
    }
    for remark in report.remarks {
        writeln!(out, "{}", escape::line(remark))?;
    }
    Ok(())
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
