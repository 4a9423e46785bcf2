//! The register as a table, the most urgent first.

mod columns;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

pub use columns::Column;
use columns::Table;

use crate::git::Commit;
use crate::output::record::{Described, View};
use crate::output::{Look, escape};
use crate::people::People;
use crate::register::{Exception, FileRef, Term, stem};
use crate::text::counted;
use crate::time::Day;

/// A format of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// For scripts.
    Json,
    /// For a spreadsheet: a cell that could begin a formula begins with an apostrophe.
    Csv,
}

/// The version of the JSON; removing a key or changing its meaning increments it.
const VERSION: u32 = 1;

/// What is listed.
#[derive(Debug)]
pub struct Listing<'l> {
    /// All exceptions on the day of the list.
    pub view: View<'l>,
    /// The rows, in order.
    pub rows: Vec<Row<'l>>,
    /// How many readable exceptions the filters leave out.
    pub left_out: usize,
    /// The first and the last day of the period in which the listed ones were in force.
    pub period: Option<(Day, Day)>,
    /// The listed ones that are no longer in the register, by path, and the commits that removed them.
    pub removed: BTreeMap<String, Commit>,
    /// Files without a readable exception.
    pub unreadable: Vec<FileRef<'l>>,
    /// How often an exception may be renewed.
    pub max_renewals: usize,
    /// The columns of the table or the CSV; none for the usual ones.
    pub columns: Vec<Column>,
    /// Whether the line of counts is left out.
    pub quiet: bool,
}

impl Listing<'_> {
    /// Returns the columns that the user named, otherwise the usual ones: after the register, if there are several.
    fn columns(&self, usual: &[Column]) -> Vec<Column> {
        let register = (!self.view.homes.is_empty()).then_some(Column::Register);
        match self.columns.is_empty() {
            true => register.into_iter().chain(usual.iter().copied()).collect(),
            false => self.columns.clone(),
        }
    }
}

/// One exception of a list.
#[derive(Clone, Copy, Debug)]
pub struct Row<'l> {
    /// The exception.
    pub exception: &'l Exception<'l>,
    /// Its term; `None` if the record names no expiry.
    pub term: Option<Term>,
    /// How often it may be renewed.
    pub max_renewals: usize,
    /// Who is who.
    pub people: &'l People,
}

impl Row<'_> {
    /// Orders rows: live ones by their end, those without one first; then the others, the latest end first.
    #[must_use]
    pub fn urgency(&self) -> (bool, i64) {
        let left = self.term.map(|term| term.days_left);
        match self.exception.is_live() {
            true => (false, left.unwrap_or(i64::MIN)),
            false => (true, left.map_or(i64::MAX, |left| -left)),
        }
    }

    fn status(&self) -> &'static str {
        self.exception.status.as_ref().map_or("?", |status| status.value.name())
    }

    /// Returns how much time is left, in words that fit a column.
    fn left(&self) -> String {
        let Some(term) = self.term.filter(|_| self.exception.is_live()) else { return String::new() };
        match term.days_left {
            _ if !term.started && self.exception.starts.is_some() => "not begun".to_owned(),
            0 if term.ended => "ended today".to_owned(),
            days if term.ended => format!("{} overdue", counted(-days, "day")),
            0 => "last day".to_owned(),
            days => format!("{} left", counted(days, "day")),
        }
    }

    /// Returns whether it is live and past its end.
    #[must_use]
    pub fn is_overdue(&self) -> bool {
        self.exception.is_live() && self.term.is_some_and(|term| term.ended)
    }
}

/// Writes a list in a format.
///
/// # Errors
///
/// If the writer fails.
pub fn render(format: Format, listing: &Listing<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Table => table(listing, look, out),
        Format::Json => escape::json(&Document::new(listing), out),
        Format::Csv => csv(listing, out),
    }
}

fn table(listing: &Listing<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    Table::new(listing, look.width).write(listing, look, out)?;
    for (path, commit) in &listing.removed {
        let id = escape::line(stem(path)).into_owned();
        let home = listing.view.register_of(path).map(|name| format!(" `{}`", escape::line(name))).unwrap_or_default();
        writeln!(out, "no longer in the register{home}: {id}, removed in {}", commit.short())?;
    }
    for file in &listing.unreadable {
        writeln!(out, "not readable: {}", escape::line(file.path))?;
    }
    if !listing.unreadable.is_empty() {
        writeln!(out, "run `stopgap check` for details")?;
    }
    if listing.quiet {
        return Ok(());
    }
    let overdue = listing.rows.iter().filter(|row| row.is_overdue()).count();
    let count = listing.rows.len();
    let noun = if count == 1 { "exception" } else { "exceptions" };
    let rest = if listing.left_out > 0 { format!(", {} more left out", listing.left_out) } else { String::new() };
    let gap = if count == 0 { "" } else { "\n" };
    if let Some((from, to)) = listing.period {
        let when = if from == to { format!("on {from}") } else { format!("from {from} to {to}") };
        return writeln!(out, "{gap}{count} {noun} in force {when}{rest}");
    }
    writeln!(out, "{gap}{count} {noun}, {overdue} overdue, on {}{rest}", listing.view.today.day)
}

fn csv(listing: &Listing<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    let mut columns = listing.columns(&columns::CSV);
    if listing.columns.is_empty() && listing.period.is_some() {
        columns.push(Column::RemovedIn);
    }
    writer.write_record(columns.iter().map(|column| column.name()))?;
    for row in &listing.rows {
        let described = listing.view.describe_exception(row.exception);
        writer.write_record(columns.iter().map(|column| column.csv(listing, row, &described)))?;
    }
    writer.flush()
}

#[derive(Serialize)]
struct Document<'l> {
    version: u32,
    today: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_force: Option<Period<'l>>,
    max_renewals: usize,
    exceptions: Vec<Described<'l>>,
    left_out: usize,
    unreadable: Vec<Described<'l>>,
}

/// What `--in-force` asked for.
#[derive(Serialize)]
struct Period<'l> {
    from: String,
    to: String,
    removed: Vec<Removed<'l>>,
}

#[derive(Serialize)]
struct Removed<'l> {
    id: &'l str,
    #[serde(skip_serializing_if = "Option::is_none")]
    register: Option<&'l str>,
    commit: &'l str,
}

fn removed<'l>(view: View<'l>, path: &'l str, commit: &'l Commit) -> Removed<'l> {
    Removed { id: stem(path), register: view.register_of(path), commit: commit.as_str() }
}

impl<'l> Document<'l> {
    fn new(listing: &'l Listing<'l>) -> Self {
        let view = listing.view;
        Self {
            version: VERSION,
            today: view.today.day.to_string(),
            in_force: listing.period.map(|(from, to)| Period {
                from: from.to_string(),
                to: to.to_string(),
                removed: listing.removed.iter().map(|(path, commit)| removed(view, path, commit)).collect(),
            }),
            max_renewals: listing.max_renewals,
            exceptions: listing.rows.iter().map(|row| view.describe_exception(row.exception)).collect(),
            left_out: listing.left_out,
            unreadable: listing.unreadable.iter().map(|file| view.describe(file)).collect(),
        }
    }
}
