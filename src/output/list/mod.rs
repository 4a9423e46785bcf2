//! The register as a table, the most urgent first.

mod columns;

use std::io::{self, Write};

use serde::Serialize;

pub use columns::Column;
use columns::Table;

use crate::output::record::{Described, View};
use crate::output::{Look, escape};
use crate::people::People;
use crate::register::{Exception, FileRef, Term};
use crate::text::counted;

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
    for file in &listing.unreadable {
        writeln!(out, "not readable: {} (`stopgap check` says why)", escape::line(file.path))?;
    }
    if listing.quiet {
        return Ok(());
    }
    let overdue = listing.rows.iter().filter(|row| row.is_overdue()).count();
    let count = listing.rows.len();
    let noun = if count == 1 { "exception" } else { "exceptions" };
    let rest = if listing.left_out > 0 { format!(", {} more left out", listing.left_out) } else { String::new() };
    let gap = if count == 0 { "" } else { "\n" };
    writeln!(out, "{gap}{count} {noun}, {overdue} overdue, on {}{rest}", listing.view.today.day)
}

fn csv(listing: &Listing<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    let columns = listing.columns(&columns::CSV);
    writer.write_record(columns.iter().map(|column| column.name()))?;
    for row in &listing.rows {
        let described = listing.view.describe_exception(row.exception);
        writer.write_record(columns.iter().map(|column| escape::cell(&column.value(row, &described))))?;
    }
    writer.flush()
}

#[derive(Serialize)]
struct Document<'l> {
    version: u32,
    today: String,
    max_renewals: usize,
    exceptions: Vec<Described<'l>>,
    left_out: usize,
    unreadable: Vec<Described<'l>>,
}

impl<'l> Document<'l> {
    fn new(listing: &Listing<'l>) -> Self {
        let view = listing.view;
        Self {
            version: VERSION,
            today: view.today.day.to_string(),
            max_renewals: listing.max_renewals,
            exceptions: listing.rows.iter().map(|row| view.describe_exception(row.exception)).collect(),
            left_out: listing.left_out,
            unreadable: listing.unreadable.iter().map(|file| view.describe(file)).collect(),
        }
    }
}
