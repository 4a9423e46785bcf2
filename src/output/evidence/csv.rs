//! The tables of a pack (RFC 4180); a cell is a text and never a formula ([`escape::cell`]).

use std::io::{self, Write};

use ::csv::{Terminator, WriterBuilder};

use crate::evidence::{Collected, Decided};
use crate::git::Commit;
use crate::output::escape;
use crate::output::evidence::json::{events_of, slips_of};
use crate::output::export::io_error;

fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    table.write_record(head).map_err(io_error)?;
    for row in rows {
        table.write_record(row.iter().map(|cell| escape::cell(cell))).map_err(io_error)?;
    }
    table.flush()
}

fn day(day: Option<crate::time::Day>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

pub(super) fn decisions(collected: &Collected, out: &mut dyn Write) -> io::Result<()> {
    let head = [
        "id",
        "what",
        "approver",
        "decided",
        "verdict",
        "objections",
        "request",
        "approvals",
        "signatures",
        "commit",
        "committed",
        "author",
        "path",
    ];
    let row = |it: &Decided| {
        let objections = it.objections.iter().map(|it| format!("{}[{}] {}", it.level.name(), it.rule, it.message));
        vec![
            it.touch.id.clone(),
            it.what.clone(),
            it.approver.clone(),
            day(it.day),
            it.verdict.name().to_owned(),
            objections.collect::<Vec<_>>().join(" | "),
            it.request.clone().unwrap_or_default(),
            super::html::approvals(it),
            super::html::signatures(it),
            it.touch.commit.as_str().to_owned(),
            it.touch.day.to_string(),
            it.touch.info.author.clone(),
            it.touch.path.clone(),
        ]
    };
    table(&head, collected.decisions.iter().map(row), out)
}

pub(super) fn events(collected: &Collected, out: &mut dyn Write) -> io::Result<()> {
    let head = ["day", "id", "what", "details", "fields", "commit", "author", "subject", "path"];
    let rows = events_of(collected).map(|it| {
        vec![
            it.touch.day.to_string(),
            it.touch.id.clone(),
            it.what.to_owned(),
            it.details,
            it.fields.join(", "),
            it.touch.commit.as_str().to_owned(),
            it.touch.info.author.clone(),
            it.touch.info.subject.clone(),
            it.touch.path.clone(),
        ]
    });
    table(&head, rows, out)
}

pub(super) fn findings(collected: &Collected, out: &mut dyn Write) -> io::Result<()> {
    let head = ["id", "rule", "level", "message", "first", "last", "days", "stood_before", "standing", "field", "path"];
    let rows = collected.stood.iter().map(|it| {
        vec![
            it.id.clone().unwrap_or_default(),
            it.rule.to_owned(),
            it.level.name().to_owned(),
            it.message.clone(),
            it.first.to_string(),
            it.last.to_string(),
            it.days().to_string(),
            it.before.to_string(),
            it.standing.to_string(),
            it.field.clone(),
            it.path.clone(),
        ]
    });
    table(&head, rows, out)
}

pub(super) fn slips(collected: &Collected, out: &mut dyn Write) -> io::Result<()> {
    let head = ["day", "rule", "level", "message", "path", "line", "commit", "author", "subject"];
    let rows = slips_of(collected).map(|(verdict, finding)| {
        let source = verdict.files.source(finding.file);
        let commit: &Commit = &verdict.commit;
        vec![
            verdict.day.to_string(),
            finding.rule.id.to_owned(),
            finding.level.name().to_owned(),
            finding.message.clone(),
            source.path().to_owned(),
            source.position(finding.span.start).line.to_string(),
            commit.as_str().to_owned(),
            verdict.info.author.clone(),
            verdict.info.subject.clone(),
        ]
    });
    table(&head, rows, out)
}
