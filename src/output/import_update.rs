//! What an update filled in, what it did not change, and what is still missing.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::import::Reading;
use crate::output::escape;
use crate::output::import::{Format, line, listed, told};
use crate::rule::Level;

use crate::text::{counted, shown};

/// The version of the JSON; a key that goes or changes its meaning makes it another.
const VERSION: u32 = 1;

/// An exception whose gaps were, or would be, filled.
#[derive(Debug, Serialize)]
pub struct Updated {
    /// Its id.
    pub id: String,
    /// Its file, relative to the root.
    pub path: String,
    /// The line of the source.
    pub line: usize,
    /// The fields that took a value.
    pub fields: Vec<&'static str>,
    /// How many gaps are left.
    pub left: usize,
}

/// A field that says something else than the source, and keeps its value.
#[derive(Debug, Serialize)]
pub struct Kept {
    /// The line of the source.
    pub line: usize,
    /// The exception's id.
    pub id: String,
    /// The field.
    pub field: &'static str,
    /// What the file says.
    pub says: String,
}

/// How a baseline got shorter.
#[derive(Debug, Serialize)]
pub struct Shortened {
    /// Its file, relative to the root.
    pub path: &'static str,
    /// How many findings it named before.
    pub before: usize,
    /// How many it names now.
    pub after: usize,
}

/// What came of an update.
#[derive(Debug)]
pub struct Outcome<'o> {
    /// The file that was read, as the user names it.
    pub file: &'o str,
    /// What was read of it.
    pub reading: &'o Reading,
    /// The root, where that is not the current folder.
    pub elsewhere: Option<String>,
    /// The exceptions that took values.
    pub updated: Vec<Updated>,
    /// The fields that were left alone.
    pub kept: Vec<Kept>,
    /// Rows whose id no exception has: the line and the id.
    pub unknown: Vec<(usize, String)>,
    /// What could not be read of a row: the line and why.
    pub notes: Vec<(usize, String)>,
    /// The baseline, where there is one.
    pub baseline: Option<Shortened>,
    /// What the rules say about the exceptions that took values, apart from gaps, the worst first.
    pub findings: Vec<(Level, &'static str, usize)>,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Whether everything is listed.
    pub verbose: bool,
}

#[derive(Serialize)]
struct Document<'o> {
    version: u32,
    file: &'o str,
    dry_run: bool,
    updated: &'o [Updated],
    kept: &'o [Kept],
    unknown: Vec<Row<'o>>,
    unread: Vec<Row<'o>>,
    notes: Vec<Row<'o>>,
    baseline: Option<&'o Shortened>,
    findings: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct Row<'o> {
    line: usize,
    text: &'o str,
}

/// Writes what came of it.
///
/// # Errors
///
/// When the writer fails.
pub fn render(format: Format, outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Json => escape::json(&document(outcome), out),
        Format::Text => text(outcome, out),
    }
}

fn document<'o>(outcome: &'o Outcome<'o>) -> Document<'o> {
    let rows = |rows: &'o [(usize, String)]| rows.iter().map(|(line, text)| Row { line: *line, text }).collect();
    Document {
        version: VERSION,
        file: outcome.file,
        dry_run: outcome.dry_run,
        updated: &outcome.updated,
        kept: &outcome.kept,
        unknown: rows(&outcome.unknown),
        unread: rows(&outcome.reading.unread),
        notes: rows(&outcome.notes),
        baseline: outcome.baseline.as_ref(),
        findings: outcome.findings.iter().map(|(_, rule, count)| (*rule, *count)).collect(),
    }
}

fn text(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Outcome { updated, kept, unknown, notes, reading, dry_run, verbose, .. } = outcome;
    let group = |head: &str, lines: Vec<String>, all: bool, out: &mut dyn Write| {
        if lines.is_empty() {
            return Ok(());
        }
        line(out, &format!("\n{head}: {}", lines.len()))?;
        listed(lines.iter().cloned(), lines.len(), all, 2, out)
    };
    let at = |(at, why): &(usize, String)| format!("line {at}: {}", shown(why));
    group("not read", reading.unread.iter().map(at).collect(), true, out)?;
    group("not in the register", unknown.iter().map(at).collect(), true, out)?;
    group("not carried over unchanged", notes.iter().map(at).collect(), *verbose, out)?;
    let left_alone = |it: &Kept| format!("line {}: {} of {} says `{}` already", it.line, it.field, it.id, it.says);
    group("not changed", kept.iter().map(left_alone).collect(), *verbose, out)?;
    let fields: usize = updated.iter().map(|it| it.fields.len()).sum();
    let would = if *dry_run { "would be filled" } else { "filled" };
    let fields = counted(fields, "field");
    line(out, &format!("\n{fields} {would} in {}", counted(updated.len(), "exception")))?;
    let one = |it: &Updated| {
        let left = if it.left == 0 { String::new() } else { format!(", {} left", counted(it.left, "gap")) };
        format!("{} (line {}): {}{left}", it.path, it.line, it.fields.join(", "))
    };
    listed(updated.iter().map(one), updated.len(), *verbose, 2, out)?;
    match &outcome.baseline {
        Some(Shortened { path, before, after }) if before == after => {
            line(out, &format!("\n{path} names {} as before", counted(*after, "finding")))?;
        }
        Some(Shortened { path, before, after: 0 }) => {
            let gone = counted(*before, "finding");
            line(
                out,
                &format!("\n{path} no longer tolerates anything, and named {gone}: delete it once this is merged"),
            )?;
        }
        Some(Shortened { path, before, after }) => {
            line(out, &format!("\n{path} names {} instead of {before}", counted(*after, "finding")))?;
        }
        None => {}
    }
    told(&outcome.findings, out)?;
    let place = outcome.elsewhere.as_ref().map(|root| format!(" (in {root})")).unwrap_or_default();
    line(out, &format!("\nnext steps{place}"))?;
    line(out, "  1. see what is left:")?;
    line(out, "       stopgap export --format csv --gaps")?;
    match updated.is_empty() {
        true => Ok(()),
        false => line(out, "  2. commit it on a new branch, and submit it for review"),
    }
}
