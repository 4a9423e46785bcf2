//! What became of the ignore files, for scripts.

use std::io::{self, Write};

use serde::Serialize;

use crate::output::escape;
use crate::source::Source;
use crate::sync::{Plan, Unsaid};
use crate::time::Today;

/// A format of `sync`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For scripts.
    Json,
}

/// The version of the JSON; removing a key or changing its meaning increments it.
const VERSION: u32 = 1;

/// A target and what became of it.
#[derive(Clone, Copy, Debug)]
pub struct Row<'r> {
    /// The tool's key.
    pub tool: &'static str,
    /// The file, and what it held.
    pub source: &'r Source,
    /// What is to become of it.
    pub plan: &'r Plan,
    /// The covers that it cannot hold.
    pub unsaid: &'r [Unsaid],
}

#[derive(Serialize)]
struct Document<'r> {
    version: u32,
    today: String,
    files: Vec<File<'r>>,
}

#[derive(Serialize)]
struct File<'r> {
    tool: &'static str,
    path: &'r str,
    /// Whether it is not, or was not, as the register says.
    differs: bool,
    added: usize,
    changed: usize,
    removed: usize,
    in_force: usize,
    findings: Vec<Item<'r>>,
    left_out: Vec<LeftOut<'r>>,
}

/// An entry that was added by hand.
#[derive(Serialize)]
struct Item<'r> {
    rule: &'static str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    message: &'r str,
    help: &'r str,
}

#[derive(Serialize)]
struct LeftOut<'r> {
    exception: &'r str,
    id: &'r str,
    why: &'r str,
}

/// Writes what became of the files; `rule` is that of entries that were added by hand.
///
/// # Errors
///
/// If the writer fails.
pub fn json(rows: &[Row<'_>], rule: &'static str, today: Today, out: &mut dyn Write) -> io::Result<()> {
    let files = rows.iter().map(|row| file(row, rule)).collect();
    escape::json(&Document { version: VERSION, today: today.day.to_string(), files }, out)
}

fn file<'r>(row: &Row<'r>, rule: &'static str) -> File<'r> {
    let Row { tool, source, plan, unsaid } = *row;
    let findings = plan.strays.iter().map(|stray| {
        let (start, end) = (source.position(stray.span.start), source.position(stray.span.end));
        Item {
            rule,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            message: &stray.message,
            help: &stray.help,
        }
    });
    let left_out = unsaid.iter().map(|one| LeftOut { exception: &one.exception, id: &one.id, why: &one.why });
    File {
        tool,
        path: source.path(),
        differs: plan.text.is_some(),
        added: plan.added,
        changed: plan.changed,
        removed: plan.removed,
        in_force: plan.held,
        findings: findings.collect(),
        left_out: left_out.collect(),
    }
}
