//! One line per finding, for editors, `grep` and people in a hurry, then one line of counts.

use std::io::{self, Write};

use crate::output::{Report, escape, text};
use crate::rule::Finding;

/// Writes the findings.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (listed, left_out) = report.listed();
    let mut count = 0;
    for finding in listed {
        count += 1;
        row(report, finding, out)?;
    }
    text::left_out(left_out, count, out)?;
    if report.quiet {
        return Ok(());
    }
    text::summary(report, out)?;
    text::fixable(report, out)
}

/// Writes the line of a finding.
pub(super) fn row(report: &Report<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let place = report.place(finding.file, finding.span);
    // A colon in the path would end it for any program that reads such lines.
    let path = escape::line(place.path).replace(':', "\\u{3a}");
    let (line, column) = (place.start.line, place.start.column);
    let (level, rule) = (finding.level.name(), finding.rule.id);
    writeln!(out, "{path}:{line}:{column}: {level}[{rule}] {}", escape::line(&finding.message))
}
