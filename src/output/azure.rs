//! Logging commands, which Azure Pipelines shows as issues of a run.
//!
//! The heaviest come first. An issue is an error or a warning; a note is a line of the log. The agent's own parser
//! (`Command.cs` of `microsoft/azure-pipelines-agent`) says what is escaped and how.

use std::io::{self, Write};

use crate::output::{Place, Report, concise, escape, text};
use crate::rule::{Finding, Level};
use crate::source::Position;

/// Writes the findings that gate.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for broken in report.broken() {
        let path = escape::azure_property(&escape::line(broken.source.path()));
        let Position { line, column } = broken.start();
        let message = escape::azure_data(&escape::line(&broken.sentence()));
        writeln!(
            out,
            "##vso[task.logissue type=error;sourcepath={path};linenumber={line};columnnumber={column};]{message}"
        )?;
    }
    for finding in report.by_weight() {
        match finding.level {
            Level::Error => issue(report, finding, "error", out)?,
            Level::Warning => issue(report, finding, "warning", out)?,
            Level::Note | Level::Off => concise::row(report, finding, out)?,
        }
    }
    if report.quiet { Ok(()) } else { text::summary(report, out) }
}

fn issue(report: &Report<'_>, finding: &Finding, kind: &str, out: &mut dyn Write) -> io::Result<()> {
    let Place { start, .. } = report.place(finding.file, finding.span);
    let path = escape::azure_property(&escape::line(&report.repository_path(finding.file)));
    let (line, column, code) = (start.line, start.column, finding.rule.id);
    let message = escape::azure_data(&escape::with_help(&finding.message, finding.help.as_deref()));
    writeln!(
        out,
        "##vso[task.logissue type={kind};sourcepath={path};linenumber={line};columnnumber={column};code={code};]{message}"
    )
}
