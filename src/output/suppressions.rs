//! The suppressions of scanners, file by file, each with its exception.

use std::io::{self, Write};

use serde::Serialize;

use crate::output::{Format, Look, escape};
use crate::policy::{Policy, SuppressionBaseline};
use crate::register::{Exception, Files, Status};
use crate::suppressions::{End, Item, Permits, Reach, Tag, Unread, What};
use crate::text::counted;
use crate::time::{Day, Today};

/// The version of the JSON; removing a key or changing its meaning increments it.
const VERSION: u32 = 1;

/// What is behind a suppression.
#[derive(Clone, Copy, Debug)]
pub enum State<'l> {
    /// An exception in force.
    InForce(&'l Exception<'l>),
    /// The baseline.
    Baseline,
    /// Its own end has passed.
    Over,
    /// An exception that has ended.
    Ended(&'l Exception<'l>),
    /// An exception that is not in force.
    NotYet(&'l Exception<'l>),
    /// An exception that covers less.
    Wider(&'l Exception<'l>),
    /// An exception that a marker names, and that does not cover this.
    NotCovered(&'l Exception<'l>),
    /// A marker that names no exception.
    Unknown,
    /// Nothing.
    Nothing,
}

impl<'l> State<'l> {
    /// Returns whether nothing is to be done about it.
    #[must_use]
    pub fn is_in_order(&self) -> bool {
        matches!(self, Self::InForce(_) | Self::Over)
    }

    fn exception(&self) -> Option<&'l Exception<'l>> {
        match self {
            Self::InForce(it) | Self::Ended(it) | Self::NotYet(it) | Self::Wider(it) | Self::NotCovered(it) => Some(it),
            Self::Baseline | Self::Over | Self::Unknown | Self::Nothing => None,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::InForce(_) => "in-force",
            Self::Baseline => "baseline",
            Self::Over => "over",
            Self::Ended(_) => "ended",
            Self::NotYet(_) => "not-in-force",
            Self::Wider(_) => "wider",
            Self::NotCovered(_) => "not-covered",
            Self::Unknown => "unknown-marker",
            Self::Nothing => "none",
        }
    }
}

/// A suppression of a list.
#[derive(Clone, Copy, Debug)]
pub struct Row<'l> {
    /// The suppression.
    pub item: &'l Item,
    /// What is behind it.
    pub state: State<'l>,
}

/// What is listed.
#[derive(Debug)]
pub struct Listing<'l> {
    /// All files.
    pub files: &'l Files,
    /// The suppressions, by path and line.
    pub rows: Vec<Row<'l>>,
    /// The markers, by path and line.
    pub tags: &'l [Tag],
    /// What was not read.
    pub unread: &'l [Unread],
    /// How many files were looked at.
    pub looked_at: usize,
    /// The baseline of suppressions.
    pub baseline: Option<&'l SuppressionBaseline>,
    /// How many of its entries were looked for.
    pub looked_for: usize,
    /// The policy in force.
    pub policy: &'l Policy,
    /// The moment of the list.
    pub today: Today,
    /// The exceptions.
    pub permits: &'l Permits<'l, 'l>,
    /// Whether only those without an exception are listed.
    pub is_part: bool,
    /// Whether the line of counts is left out.
    pub quiet: bool,
}

/// Writes a list as text or JSON.
///
/// # Errors
///
/// If the writer fails.
pub fn render(format: Format, listing: &Listing<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Json => escape::json(&Document::new(listing), out),
        _ => text(listing, look, out),
    }
}

impl Listing<'_> {
    fn last_day(&self, exception: &Exception<'_>) -> Option<Day> {
        Some(exception.term(self.policy.timezone, self.today)?.last_day)
    }

    /// Says what is behind a suppression, in a few words.
    fn words(&self, row: &Row<'_>) -> String {
        let until = |exception: &Exception<'_>, word: &str| match self.last_day(exception) {
            Some(day) => format!("{} {word} {day}", exception.id),
            None => exception.id.to_owned(),
        };
        match row.state {
            State::InForce(exception) => until(exception, "until"),
            State::Ended(exception) => match (&exception.closure, exception.is(&[Status::Rejected])) {
                (_, true) => format!("{} was rejected", exception.id),
                (Some(closure), _) => match &closure.date {
                    Some(day) => format!("{} closed {}", exception.id, day.value),
                    None => format!("{} is closed", exception.id),
                },
                (None, _) => until(exception, "ended"),
            },
            State::NotYet(exception) => format!("{} is not in force", exception.id),
            State::Wider(exception) => format!("broader than {} covers", exception.id),
            State::NotCovered(exception) => format!("{} does not cover it", exception.id),
            State::Unknown => format!("there is no exception {}", row.item.marker.as_deref().unwrap_or_default()),
            State::Nothing => match &row.item.found.what {
                What::Unread { why, .. } => why.clone(),
                _ => "no exception".to_owned(),
            },
            State::Over => "expired by itself".to_owned(),
            State::Baseline => match self.baseline {
                Some(baseline) => format!("baseline until {}", baseline.until),
                None => "baseline".to_owned(),
            },
        }
    }

    fn count(&self, is: impl Fn(&State<'_>) -> bool) -> usize {
        self.rows.iter().filter(|row| is(&row.state)).count()
    }
}

fn what(what: &What) -> &str {
    match what {
        What::Rule(id) => id,
        What::All => "everything",
        What::Unnamed => "all its findings",
        What::Unread { .. } => "unreadable",
    }
}

fn text(listing: &Listing<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    const GAP: usize = 2;
    const WIDEST_ID: usize = 30;
    const LEAST: usize = 20;
    let width = |cell: &dyn Fn(&Row<'_>) -> usize| listing.rows.iter().map(cell).max().unwrap_or_default();
    let line_width = width(&|row| row.item.found.line.to_string().len());
    let tool_width = width(&|row| row.item.found.tool.len());
    let before = 2 + line_width + GAP + tool_width + GAP;
    let room = look.width.saturating_sub(before + GAP + LEAST).max(LEAST);
    let id_width = width(&|row| escape::columns(what(&row.item.found.what))).min(WIDEST_ID).min(room);
    let rest = look.width.saturating_sub(before + id_width + GAP).max(LEAST);
    for some in listing.rows.chunk_by(|a, b| a.item.path == b.item.path) {
        let Some(first) = some.first() else { continue };
        writeln!(out, "{}", escape::fit(&escape::line(&first.item.path), look.width))?;
        for row in some {
            let found = &row.item.found;
            let id = escape::line(what(&found.what));
            let id = escape::fit(&id, id_width);
            let gap = id_width.saturating_sub(escape::columns(&id)) + GAP;
            let words = listing.words(row);
            let words = escape::line(&words);
            let words = escape::fit(&words, rest);
            let red = if look.color && !row.state.is_in_order() && !matches!(row.state, State::Baseline) {
                ("\u{1b}[31m", "\u{1b}[0m")
            } else {
                ("", "")
            };
            writeln!(
                out,
                "  {:>line_width$}  {:<tool_width$}  {id}{:gap$}{}{words}{}",
                found.line, found.tool, "", red.0, red.1
            )?;
        }
    }
    if listing.quiet { Ok(()) } else { summary(listing, out) }
}

fn summary(listing: &Listing<'_>, out: &mut dyn Write) -> io::Result<()> {
    let gap = if listing.rows.is_empty() { "" } else { "\n" };
    let looked_at = counted(listing.looked_at, "tracked file");
    let all = counted(listing.rows.len(), "suppression");
    let kind = if listing.is_part { " without an exception in force" } else { "" };
    writeln!(out, "{gap}{all}{kind} in {looked_at}, on {}", listing.today.day)?;
    let open = listing.count(|state| {
        matches!(state, State::Nothing | State::NotYet(_) | State::Wider(_) | State::NotCovered(_) | State::Unknown)
    });
    let counts = [
        (listing.count(|state| matches!(state, State::InForce(_))), "with an exception in force"),
        (listing.count(|state| matches!(state, State::Baseline)), "tolerated by the baseline"),
        (listing.count(|state| matches!(state, State::Ended(_))), "whose exception has ended"),
        (listing.count(|state| matches!(state, State::Over)), "expired by themselves"),
        (open, "with no exception in force"),
    ];
    let counts: Vec<String> =
        counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if counts.len() > 1 || !listing.is_part && !counts.is_empty() {
        writeln!(out, "{}", counts.join(", "))?;
    }
    if let Some(baseline) = listing.baseline {
        let left = listing.count(|state| matches!(state, State::Baseline));
        let all = listing.looked_for;
        if listing.today.day > baseline.until {
            writeln!(out, "the baseline ended on {}, so nothing is tolerated any longer", baseline.until)?;
        } else if left < all {
            let gone = all - left;
            let (are, them) = if gone == 1 { ("is", "it") } else { ("are", "them") };
            writeln!(
                out,
                "{gone} of the baseline's {all} {are} gone: `stopgap suppressions --write-baseline` drops {them}"
            )?;
        }
    }
    for file in listing.unread {
        let line = format!("not searched: {}: {}", file.path, file.why);
        writeln!(out, "{}", escape::line(&line))?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Document<'l> {
    version: u32,
    today: String,
    baseline: Option<Baseline>,
    suppressions: Vec<Suppression<'l>>,
    markers: Vec<Marker<'l>>,
    unread: Vec<NotRead<'l>>,
    files: usize,
}

#[derive(Serialize)]
struct Baseline {
    until: String,
    listed: usize,
    left: usize,
    over: bool,
}

#[derive(Serialize)]
struct Suppression<'l> {
    path: &'l str,
    line: usize,
    column: usize,
    tool: &'l str,
    id: Option<&'l str>,
    unread: Option<&'l str>,
    kind: &'static str,
    reach: &'static str,
    end: Option<String>,
    unread_end: Option<&'l str>,
    marker: Option<&'l str>,
    state: &'static str,
    exception: Option<&'l str>,
    last_day: Option<String>,
    code: &'l str,
}

#[derive(Serialize)]
struct Marker<'l> {
    path: &'l str,
    line: usize,
    id: &'l str,
    exception: Option<&'l str>,
    ended: bool,
}

#[derive(Serialize)]
struct NotRead<'l> {
    path: &'l str,
    why: &'l str,
}

impl<'l> Document<'l> {
    fn new(listing: &'l Listing<'_>) -> Self {
        let left = listing.count(|state| matches!(state, State::Baseline));
        Self {
            version: VERSION,
            today: listing.today.day.to_string(),
            baseline: listing.baseline.map(|baseline| Baseline {
                until: baseline.until.to_string(),
                listed: listing.looked_for,
                left,
                over: listing.today.day > baseline.until,
            }),
            suppressions: listing.rows.iter().map(|row| suppression(listing, row)).collect(),
            markers: listing.tags.iter().map(|tag| marker(listing, tag)).collect(),
            unread: listing.unread.iter().map(|file| NotRead { path: &file.path, why: &file.why }).collect(),
            files: listing.looked_at,
        }
    }
}

fn suppression<'l>(listing: &'l Listing<'_>, row: &'l Row<'_>) -> Suppression<'l> {
    let found = &row.item.found;
    let exception = row.state.exception();
    let (end, unread_end) = match &found.end {
        Some(End::At(until)) => (Some(until.first_day().to_string()), None),
        Some(End::Unread(text)) => (None, Some(text.as_str())),
        None => (None, None),
    };
    Suppression {
        path: &row.item.path,
        line: found.line,
        column: listing.files.source(row.item.file).position(found.span.start).column,
        tool: found.tool,
        id: match &found.what {
            What::Rule(id) => Some(id),
            What::All | What::Unnamed | What::Unread { .. } => None,
        },
        unread: match &found.what {
            What::Unread { why, .. } => Some(why),
            _ => None,
        },
        kind: if found.is_entry { "entry" } else { "comment" },
        reach: match found.reach {
            Reach::Line => "line",
            Reach::Next => "next",
            Reach::Block => "block",
            Reach::File => "file",
            Reach::Project => "project",
        },
        end,
        unread_end,
        marker: row.item.marker.as_deref(),
        state: row.state.name(),
        exception: exception.map(|exception| exception.id),
        last_day: exception.and_then(|exception| listing.last_day(exception)).map(|day| day.to_string()),
        code: &found.code,
    }
}

fn marker<'l>(listing: &'l Listing<'_>, tag: &'l Tag) -> Marker<'l> {
    let exception = listing.permits.named(&tag.marker.id);
    Marker {
        path: listing.files.source(tag.file).path(),
        line: tag.marker.line,
        id: &tag.marker.id,
        exception: exception.map(|exception| exception.id),
        ended: exception.is_some_and(|exception| listing.permits.is_over(exception)),
    }
}
