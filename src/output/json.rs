//! The stable contract for scripts: these keys, in this order, all findings.

use std::io::{self, Write};

use serde::Serialize;

use crate::output::{Broken, Named, Place, Report, Several, Summary, card, escape};
use crate::rule::{Finding, total};
use crate::scan::Scan;
use crate::source::Position;
use crate::yaml::{Fix, Replacement};

/// The version of the contract; removing a key or changing its meaning increments it.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'r> {
    version: u32,
    today: String,
    base: Option<&'r str>,
    cards: Vec<card::Item<'r>>,
    findings: Vec<Item<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    silenced: Option<Vec<Silenced<'r>>>,
    summary: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    registers: Option<Vec<Part<'r>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_judged: Option<Vec<Unjudged<'r>>>,
}

/// One of several registers.
#[derive(Serialize)]
struct Part<'r> {
    register: &'r str,
    exceptions: usize,
    live: usize,
    findings: usize,
}

/// A register that could not be judged.
#[derive(Serialize)]
pub(super) struct Unjudged<'r> {
    register: &'r str,
    path: &'r str,
    line: usize,
    column: usize,
    message: &'r str,
    help: Option<&'r str>,
}

/// What a cover of an exception in force silences in the logs.
#[derive(Serialize)]
struct Silenced<'r> {
    exception: &'r str,
    cover: usize,
    tool: &'r str,
    id: &'r str,
    results: usize,
    files: usize,
}

/// One finding.
#[derive(Serialize)]
pub(super) struct Item<'r> {
    rule: &'r str,
    level: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    register: Option<&'r str>,
    path: &'r str,
    exception: Option<&'r str>,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    message: &'r str,
    help: Option<&'r str>,
    labels: Vec<Label<'r>>,
    fixes: Vec<Fixed<'r>>,
    gates: bool,
}

#[derive(Serialize)]
struct Fixed<'r> {
    description: &'r str,
    edits: Vec<Edit<'r>>,
}

/// What takes the place of a range; of none where both ends are the same.
#[derive(Serialize)]
struct Edit<'r> {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    text: &'r str,
}

#[derive(Serialize)]
struct Label<'r> {
    path: &'r str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    message: &'r str,
}

#[derive(Serialize)]
struct Counts {
    exceptions: usize,
    live: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    elsewhere: usize,
}

/// Writes the findings.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let paths: Vec<String> = report.cards.list.iter().map(|card| report.repository_path(card.file)).collect();
    let document = Document {
        version: VERSION,
        today: report.today.day.to_string(),
        base: report.base,
        cards: report
            .cards
            .list
            .iter()
            .zip(&paths)
            .map(|(card, path)| card::item(card, report.register_of(card.file), path))
            .collect(),
        findings: report.findings.iter().map(|finding| item(report, finding)).collect(),
        silenced: report.scan.map(silenced),
        summary: counts(report.summary()),
        registers: report.several.map(|several| several.registers.iter().map(|it| part(report, several, it)).collect()),
        not_judged: report.several.map(|several| several.broken.iter().map(unjudged).collect()),
    };
    escape::json(&document, out)
}

/// Counts what each cover of an exception in force silences, with those that silence nothing.
fn silenced(scan: &Scan) -> Vec<Silenced<'_>> {
    let in_force = scan.covers.list.iter().zip(&scan.uses).filter(|(known, _)| known.in_force);
    in_force
        .map(|(known, used)| Silenced {
            exception: &known.exception,
            cover: known.index + 1,
            tool: known.tool().key(),
            id: &known.id,
            results: used.results,
            files: used.files(),
        })
        .collect()
}

fn part<'r>(report: &Report<'_>, several: &Several, named: &'r Named) -> Part<'r> {
    let findings = total(several.found_in(named, report.findings));
    Part { register: &named.name, exceptions: named.exceptions, live: named.live, findings }
}

/// Describes a register that could not be judged.
pub(super) fn unjudged(broken: &Broken) -> Unjudged<'_> {
    let Broken { name, source, why, help, .. } = broken;
    let Position { line, column } = broken.start();
    Unjudged { register: name, path: source.path(), line, column, message: why, help: help.as_deref() }
}

/// Describes a finding.
pub(super) fn item<'r>(report: &'r Report<'_>, finding: &'r Finding) -> Item<'r> {
    let Place { path, start, end } = report.place(finding.file, finding.span);
    Item {
        rule: finding.rule.id,
        level: finding.level.name(),
        register: report.register_of(finding.file),
        path,
        exception: report.exception(finding.file),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        message: &finding.message,
        help: finding.help.as_deref(),
        labels: finding.labels.iter().map(|other| label(report, other)).collect(),
        fixes: finding.fix.iter().map(|fix| fixed(report, finding, fix)).collect(),
        gates: finding.gates,
    }
}

fn fixed<'r>(report: &'r Report<'_>, finding: &Finding, fix: &'r Fix) -> Fixed<'r> {
    let edit = |edit: &'r Replacement| {
        let Place { start, end, .. } = report.place(finding.file, edit.span);
        Edit { line: start.line, column: start.column, end_line: end.line, end_column: end.column, text: &edit.text }
    };
    Fixed { description: &fix.description, edits: fix.edits.iter().map(edit).collect() }
}

fn label<'r>(report: &'r Report<'_>, label: &'r crate::rule::Label) -> Label<'r> {
    let Place { path, start, end } = report.place(label.file, label.span);
    Label {
        path,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        message: &label.message,
    }
}

fn counts(summary: Summary) -> Counts {
    let Summary { exceptions, live, errors, warnings, notes, elsewhere } = summary;
    Counts { exceptions, live, errors, warnings, notes, elsewhere }
}
