//! GitLab's Code Quality report, a subset of the Code Climate format
//! (<https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>).
//!
//! GitLab compares the fingerprints of two branches, so they name a finding and not its line. A clean run is an empty
//! list, which the comparison needs.

use std::io::{self, Write};

use serde::Serialize;

use crate::output::fingerprint::{self, Fingerprints};
use crate::output::{Broken, Place, Report, escape};
use crate::rule::{Finding, Level};

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    /// Where the rule is explained, as the Code Climate format has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Content>,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Content {
    body: String,
}

#[derive(Serialize)]
struct Location {
    path: String,
    positions: Positions,
}

#[derive(Serialize)]
struct Positions {
    begin: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
}

/// Writes the findings that gate: the merge request must not be blamed for the others.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut fingerprints = Fingerprints::default();
    let found = report.gating().map(|finding| issue(report, finding, &mut fingerprints));
    let issues: Vec<Issue> = report.broken().iter().map(unjudged).chain(found).collect();
    escape::json(&issues, out)
}

/// Describes a register that could not be judged, where it is at fault.
fn unjudged(broken: &Broken) -> Issue {
    let start = || {
        let at = broken.start();
        Position { line: at.line, column: at.column }
    };
    Issue {
        description: escape::line(&broken.sentence()).into_owned(),
        check_name: env!("CARGO_PKG_NAME"),
        content: None,
        fingerprint: fingerprint::of_register(&broken.name),
        severity: "blocker",
        location: Location {
            path: broken.source.path().to_owned(),
            positions: Positions { begin: start(), end: start() },
        },
    }
}

fn issue(report: &Report<'_>, finding: &Finding, fingerprints: &mut Fingerprints) -> Issue {
    let Place { start, end, .. } = report.place(finding.file, finding.span);
    Issue {
        description: description(finding),
        check_name: finding.rule.id,
        content: report.page_of(finding.rule).map(|body| Content { body }),
        fingerprint: fingerprints.next(report, finding),
        severity: match finding.level {
            Level::Error => "major",
            Level::Warning => "minor",
            Level::Note | Level::Off => "info",
        },
        location: Location {
            path: report.repository_path(finding.file),
            positions: Positions {
                begin: Position { line: start.line, column: start.column },
                end: Position { line: end.line, column: end.column },
            },
        },
    }
}

/// The merge request shows only this line, so it contains the rule.
fn description(finding: &Finding) -> String {
    let mut text = format!("{}: {}", finding.rule.id, finding.message);
    if let Some(help) = &finding.help {
        text.push_str("; ");
        text.push_str(help);
    }
    escape::line(&text).into_owned()
}
