//! The register as a table, the most urgent first.

use std::io::{self, Write};

use serde::Serialize;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::output::record::{Described, View};
use crate::output::{Look, escape};
use crate::register::fields::{CONTROL, OWNER, STATUS, TIER, TITLE};
use crate::register::{Exception, FileRef, Term, Text};

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
    /// Whether the line of counts is left out.
    pub quiet: bool,
}

/// One exception of a list.
#[derive(Clone, Copy, Debug)]
pub struct Row<'l> {
    /// The exception.
    pub exception: &'l Exception<'l>,
    /// Its term; `None` if the record names no expiry.
    pub term: Option<Term>,
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
            days if term.ended => format!("{} overdue", days_word(-days)),
            0 => "last day".to_owned(),
            days => format!("{} left", days_word(days)),
        }
    }

    fn cells(&self, max_renewals: usize) -> [String; 8] {
        let it = self.exception;
        let text = |text: &Option<Text<'_>>| {
            text.as_ref().map_or(String::new(), |text| escape::line(text.as_str()).into_owned())
        };
        let used = format!("{}/{max_renewals}", it.renewals.len());
        [
            self.left(),
            self.term.map_or(String::new(), |term| term.last_day.to_string()),
            it.risk.tier.as_ref().map_or("", |tier| tier.value.name()).to_owned(),
            self.status().to_owned(),
            text(&it.owner),
            used,
            escape::line(it.id).into_owned(),
            text(&it.title),
        ]
    }
}

fn days_word(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

const HEADS: [&str; 8] = ["LEFT", "LAST DAY", "TIER", "STATUS", "OWNER", "RENEWED", "ID", "TITLE"];

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
    let rows: Vec<[String; 8]> = listing.rows.iter().map(|row| row.cells(listing.max_renewals)).collect();
    let heads = HEADS.map(str::to_owned);
    let mut widths = [0; 8];
    for row in rows.iter().chain([&heads]) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let bold = if look.color { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    if !rows.is_empty() {
        writeln!(out, "{}{}{}", bold.0, line(&heads, &widths, look.width), bold.1)?;
    }
    for (row, cells) in listing.rows.iter().zip(&rows) {
        let colour = match row.term {
            Some(term) if look.color && row.exception.is_live() && term.ended => ("\u{1b}[31m", "\u{1b}[0m"),
            _ => ("", ""),
        };
        writeln!(out, "{}{}{}", colour.0, line(cells, &widths, look.width), colour.1)?;
    }
    for file in &listing.unreadable {
        writeln!(out, "not readable: {} (`stopgap check` says why)", escape::line(file.path))?;
    }
    if listing.quiet {
        return Ok(());
    }
    let overdue = listing.rows.iter().filter(|row| row.exception.is_live() && row.term.is_some_and(|term| term.ended));
    let count = listing.rows.len();
    let noun = if count == 1 { "exception" } else { "exceptions" };
    let rest = if listing.left_out > 0 { format!(", {} more left out", listing.left_out) } else { String::new() };
    let gap = if rows.is_empty() { "" } else { "\n" };
    writeln!(out, "{gap}{count} {noun}, {} overdue, on {}{rest}", overdue.count(), listing.view.today.day)
}

/// Puts cells side by side; the last one is cut at the terminal's width, but never below 20 characters.
fn line(cells: &[String; 8], widths: &[usize; 8], most: usize) -> String {
    const NARROWEST: usize = 20;
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(widths).take(7) {
        line.push_str(cell);
        line.extend(std::iter::repeat_n(' ', width - cell.width() + 2));
    }
    let room = most.saturating_sub(line.width()).max(NARROWEST);
    let title = &cells[7];
    if title.width() > room {
        let mut left = room - 1;
        line.extend(title.chars().take_while(|c| {
            let width = c.width().unwrap_or_default();
            let fits = width <= left;
            left = left.saturating_sub(width);
            fits
        }));
        line.push('…');
    } else {
        line.push_str(title);
    }
    line.trim_end().to_owned()
}

fn csv(listing: &Listing<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    let heads = [
        "id",
        STATUS.name(),
        "in_force",
        TIER.name(),
        OWNER.name(),
        "last_day",
        "days_left",
        "renewals_used",
        CONTROL.name(),
        TITLE.name(),
        "path",
    ];
    writer.write_record(heads)?;
    for row in &listing.rows {
        let it = row.exception;
        let Described { id, path, facts, .. } = listing.view.describe_exception(it);
        let text = |text: &Option<Text<'_>>| escape::cell(text.as_ref().map_or("", Text::as_str));
        writer.write_record([
            escape::cell(id),
            it.status.as_ref().map_or("", |status| status.value.name()).to_owned(),
            facts.in_force.unwrap_or_default().to_string(),
            it.risk.tier.as_ref().map_or("", |tier| tier.value.name()).to_owned(),
            text(&it.owner),
            facts.last_day.unwrap_or_default(),
            facts.days_left.map(|days| days.to_string()).unwrap_or_default(),
            facts.renewals_used.unwrap_or_default().to_string(),
            text(&it.control),
            text(&it.title),
            escape::cell(path),
        ])?;
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
