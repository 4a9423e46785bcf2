//! Reviewdog's Diagnostic Format, a `DiagnosticResult`
//! (<https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>).
//!
//! Columns are UTF-8 bytes from 1, the end exclusive. Messages are Markdown, because reviewdog posts them as comments.
//! Labels are left out: versions of reviewdog that do not know their key refuse the file.

use std::io::{self, Write};

use serde::Serialize;

use crate::output::{Broken, Report, escape};
use crate::rule::{Finding, Level};
use crate::source::Span;

#[derive(Serialize)]
struct DiagnosticResult {
    source: Source,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'static str>,
}

#[derive(Serialize)]
struct Diagnostic {
    message: String,
    location: Location,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Location {
    path: String,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
}

/// Writes the findings that gate: they become comments on the change.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let source = Source { name: env!("CARGO_PKG_NAME"), url: report.setting.identity.page() };
    let found = report.gating().map(|finding| diagnostic(report, finding));
    let diagnostics = report.broken().iter().map(unjudged).chain(found).collect();
    escape::json(&DiagnosticResult { source, diagnostics }, out)
}

/// Describes a register that could not be judged, where it is at fault.
fn unjudged(broken: &Broken) -> Diagnostic {
    let column = broken.source.byte_column(broken.span.start);
    let start = || Position { line: broken.start().line, column };
    let mut message = escape::markdown_message(&broken.sentence());
    if let Some(help) = &broken.help {
        message.push('\n');
        message.push_str(&escape::markdown_message(help));
    }
    Diagnostic {
        message,
        location: Location { path: broken.source.path().to_owned(), range: Range { start: start(), end: start() } },
        severity: "ERROR",
        code: Code { value: env!("CARGO_PKG_NAME"), url: None },
        suggestions: Vec::new(),
    }
}

fn diagnostic(report: &Report<'_>, finding: &Finding) -> Diagnostic {
    let source = report.source(finding.file);
    let position = |offset: u32| Position { line: source.position(offset).line, column: source.byte_column(offset) };
    let range = |span: Span| Range { start: position(span.start), end: position(span.end) };
    let mut message = escape::markdown_message(&finding.message);
    if let Some(help) = &finding.help {
        message.push('\n');
        message.push_str(&escape::markdown_message(help));
    }
    Diagnostic {
        message,
        location: Location { path: report.repository_path(finding.file), range: range(finding.span) },
        severity: match finding.level {
            Level::Error => "ERROR",
            Level::Warning => "WARNING",
            Level::Note | Level::Off => "INFO",
        },
        code: Code { value: finding.rule.id, url: report.page_of(finding.rule) },
        suggestions: report
            .shown_fix(finding)
            .map(|fix| Suggestion { range: range(fix.span()), text: fix.joined(source.text()) })
            .into_iter()
            .collect(),
    }
}
