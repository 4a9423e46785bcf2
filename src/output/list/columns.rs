//! The columns of a list: what each contains, and how a table of them fits a terminal.

use std::io::{self, Write};

use crate::git::Commit;
use crate::output::list::{Listing, Row};
use crate::output::record::{Described, Facts};
use crate::output::{Look, escape};
use crate::register::fields::{
    APPROVER, CONTROL, DECIDED, ENVIRONMENT, OWNER, REQUESTER, STARTS, STATUS, SYSTEM, TIER, TITLE,
};
use crate::register::{Exception, Text};

/// A column of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Column {
    /// How much time is left, in words; in CSV the number of days.
    Left,
    /// The last covered day.
    LastDay,
    /// The risk's tier.
    Tier,
    /// The status that the file has.
    Status,
    /// Who removes the exception.
    Owner,
    /// Who accepted the risk of the current term.
    Approver,
    /// Who asked.
    Requester,
    /// How often it was renewed, and how often it may be.
    Renewed,
    /// The exception's id.
    Id,
    /// The title.
    Title,
    /// The rule that is not followed.
    Control,
    /// Where the rule is not followed.
    System,
    /// The environment of that system.
    Environment,
    /// The first covered day.
    Starts,
    /// The day of the first decision.
    Decided,
    /// The file.
    Path,
    /// Whether the rule may be broken today.
    InForce,
    /// The register that it is in, with `--all-registers`.
    Register,
    /// The commit that removed it from the register, with `--in-force`.
    RemovedIn,
}

/// The columns of a table, from left to right.
pub(super) const TABLE: [Column; 8] = [
    Column::Left,
    Column::LastDay,
    Column::Tier,
    Column::Status,
    Column::Owner,
    Column::Renewed,
    Column::Id,
    Column::Title,
];

/// The columns of a CSV file.
pub(super) const CSV: [Column; 11] = [
    Column::Id,
    Column::Status,
    Column::InForce,
    Column::Tier,
    Column::Owner,
    Column::LastDay,
    Column::Left,
    Column::Renewed,
    Column::Control,
    Column::Title,
    Column::Path,
];

/// The columns to drop if a terminal is too narrow for all of them, in this order. Ids stay, and are shortened only if
/// nothing else is left to drop.
const DISPENSABLE: [Column; 7] =
    [Column::Renewed, Column::Status, Column::LastDay, Column::Tier, Column::Owner, Column::Title, Column::Left];

/// A title is not shortened below this many columns while another column can be dropped instead.
const TITLE_ROOM: usize = 16;
/// An id that is longer than this does not displace another column.
const ID_ROOM: usize = 40;
/// No column gets narrower than this.
const NARROWEST: usize = 1;
/// Between two columns.
const GAP: usize = 2;

impl Column {
    /// Returns the heading in a table.
    fn heading(self) -> &'static str {
        match self {
            Self::Left => "LEFT",
            Self::LastDay => "LAST DAY",
            Self::Tier => "TIER",
            Self::Status => "STATUS",
            Self::Owner => "OWNER",
            Self::Approver => "APPROVER",
            Self::Requester => "REQUESTER",
            Self::Renewed => "RENEWED",
            Self::Id => "ID",
            Self::Title => "TITLE",
            Self::Control => "CONTROL",
            Self::System => "SYSTEM",
            Self::Environment => "ENVIRONMENT",
            Self::Starts => "STARTS",
            Self::Decided => "DECIDED",
            Self::Path => "PATH",
            Self::InForce => "IN FORCE",
            Self::Register => "REGISTER",
            Self::RemovedIn => "REMOVED IN",
        }
    }

    /// Returns the heading in CSV: the name of the field, or of the fact in the JSON.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Left => "days_left",
            Self::LastDay => "last_day",
            Self::Tier => TIER.name(),
            Self::Status => STATUS.name(),
            Self::Owner => OWNER.name(),
            Self::Approver => APPROVER.name(),
            Self::Requester => REQUESTER.name(),
            Self::Renewed => "renewals_used",
            Self::Id => "id",
            Self::Title => TITLE.name(),
            Self::Control => CONTROL.name(),
            Self::System => SYSTEM.name(),
            Self::Environment => ENVIRONMENT.name(),
            Self::Starts => STARTS.name(),
            Self::Decided => DECIDED.name(),
            Self::Path => "path",
            Self::InForce => "in_force",
            Self::Register => "register",
            Self::RemovedIn => "removed_in",
        }
    }

    /// Returns what the exception's own record contains, as written.
    fn field<'e>(self, exception: &'e Exception<'e>) -> Option<&'e str> {
        let text = |text: &'e Option<Text<'_>>| text.as_ref().map(Text::as_str);
        match self {
            Self::Requester => text(&exception.requester),
            Self::Title => text(&exception.title),
            Self::Control => text(&exception.control),
            Self::System => text(&exception.scope.system),
            Self::Environment => text(&exception.scope.environment),
            Self::Tier => exception.risk.tier.as_ref().map(|tier| tier.value.name()),
            _ => None,
        }
    }

    /// Returns what a column contains for an exception, in a spreadsheet: people as the record writes them.
    fn value(self, listing: &Listing<'_>, row: &Row<'_>, described: &Described<'_>) -> String {
        let it = row.exception;
        let Facts { in_force, days_left, last_day, first_day, current_approver, renewals_used, .. } = &described.facts;
        match self {
            Self::Left => days_left.map(|days| days.to_string()).unwrap_or_default(),
            Self::LastDay => last_day.clone().unwrap_or_default(),
            Self::Status => it.status.as_ref().map_or("", |status| status.value.name()).to_owned(),
            Self::Owner => it.owner.as_ref().map_or("", Text::as_str).to_owned(),
            Self::Approver => current_approver.clone().unwrap_or_default(),
            Self::Renewed => renewals_used.unwrap_or_default().to_string(),
            Self::Id => described.id.to_owned(),
            Self::Path => described.path.to_owned(),
            Self::InForce => in_force.unwrap_or_default().to_string(),
            Self::Register => described.register.unwrap_or(".").to_owned(),
            Self::RemovedIn => {
                let commit = listing.removed.get(listing.view.files.source(it.file).path());
                commit.map(Commit::short).unwrap_or_default().to_owned()
            }
            Self::Starts => first_day.clone().unwrap_or_default(),
            Self::Decided => it.decided.as_ref().map(|day| day.value.to_string()).unwrap_or_default(),
            _ => self.field(it).unwrap_or_default().to_owned(),
        }
    }

    /// Returns the cell of a spreadsheet. A number that stopgap has computed is the only one that may begin with a minus.
    pub(super) fn csv(self, listing: &Listing<'_>, row: &Row<'_>, described: &Described<'_>) -> String {
        let value = self.value(listing, row, described);
        if matches!(self, Self::Left) { value } else { escape::cell(&value) }
    }

    /// Returns what a column of the table shows of an exception. A person has the same name in every row, whichever
    /// spelling the record uses.
    fn cell(self, listing: &Listing<'_>, row: &Row<'_>, described: &Described<'_>) -> String {
        let shown = match self {
            Self::Left => row.left(),
            Self::Status => row.status().to_owned(),
            Self::Renewed => format!("{}/{}", row.exception.renewals.len(), row.max_renewals),
            Self::InForce => if described.facts.in_force.unwrap_or_default() { "yes" } else { "no" }.to_owned(),
            Self::Owner | Self::Approver | Self::Requester => {
                row.people.name_of(&self.value(listing, row, described)).to_owned()
            }
            _ => self.value(listing, row, described),
        };
        escape::line(&shown).into_owned()
    }
}

/// The cells of a list, with the columns that fit.
pub(super) struct Table {
    columns: Vec<Column>,
    cells: Vec<Vec<String>>,
    widths: Vec<usize>,
}

impl Table {
    /// Lays out a list in at most `room` columns of a terminal. Columns that the user named all stay.
    pub(super) fn new(listing: &Listing<'_>, room: usize) -> Self {
        let columns = listing.columns(&TABLE);
        let row = |row: &Row<'_>| {
            let described = listing.view.describe_exception(row.exception);
            columns.iter().map(|column| column.cell(listing, row, &described)).collect()
        };
        let cells: Vec<Vec<String>> = listing.rows.iter().map(row).collect();
        let widths = (0..columns.len()).map(|at| {
            let cells = cells.iter().map(|row| escape::columns(&row[at]));
            cells.chain([escape::columns(columns[at].heading())]).max().unwrap_or_default()
        });
        let mut table = Self { widths: widths.collect(), columns, cells };
        if listing.columns.is_empty() {
            table.drop_columns(room);
        }
        table.shrink(room);
        table
    }

    fn total(&self, width: impl Fn(Column, usize) -> usize) -> usize {
        let widths = self.columns.iter().zip(&self.widths).map(|(column, natural)| width(*column, *natural));
        widths.sum::<usize>() + GAP * self.columns.len().saturating_sub(1)
    }

    /// Drops columns until the ids, and enough of the titles, fit.
    fn drop_columns(&mut self, room: usize) {
        let least = |column, natural: usize| match column {
            Column::Title => natural.min(TITLE_ROOM),
            Column::Id => natural.min(ID_ROOM),
            _ => natural,
        };
        for column in DISPENSABLE {
            if self.total(least) <= room {
                return;
            }
            if let Some(at) = self.columns.iter().position(|other| *other == column) {
                self.columns.remove(at);
                self.widths.remove(at);
                for row in &mut self.cells {
                    row.remove(at);
                }
            }
        }
    }

    /// Narrows columns until the rows fit: the title first, then whichever is widest.
    fn shrink(&mut self, room: usize) {
        let mut excess = self.total(|_, natural| natural).saturating_sub(room);
        if let Some(at) = self.columns.iter().position(|column| *column == Column::Title) {
            let saved = excess.min(self.widths[at].saturating_sub(TITLE_ROOM));
            self.widths[at] -= saved;
            excess -= saved;
        }
        while excess > 0 {
            let Some(widest) = self.widths.iter_mut().max().filter(|width| **width > NARROWEST) else { return };
            *widest -= 1;
            excess -= 1;
        }
    }

    /// Writes the heading and the rows; a row whose exception is overdue is red if colour is on.
    pub(super) fn write(&self, listing: &Listing<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
        if self.cells.is_empty() {
            return Ok(());
        }
        let paint = |on: bool, code: &'static str| if on && look.color { (code, "\u{1b}[0m") } else { ("", "") };
        let (bold, plain) = paint(true, "\u{1b}[1m");
        writeln!(out, "{bold}{}{plain}", self.line(self.columns.iter().map(|column| column.heading())))?;
        for (row, cells) in listing.rows.iter().zip(&self.cells) {
            let (red, plain) = paint(row.is_overdue(), "\u{1b}[31m");
            writeln!(out, "{red}{}{plain}", self.line(cells.iter().map(String::as_str)))?;
        }
        Ok(())
    }

    fn line<'c>(&self, cells: impl Iterator<Item = &'c str>) -> String {
        let mut line = String::new();
        for (cell, width) in cells.zip(&self.widths) {
            let cell = escape::fit(cell, *width);
            let gap = width.saturating_sub(escape::columns(&cell)) + GAP;
            line.push_str(&cell);
            line.extend(std::iter::repeat_n(' ', gap));
        }
        line.truncate(line.trim_end().len());
        line
    }
}
