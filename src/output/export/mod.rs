//! The whole register for other programs: one file a format.
//!
//! An export leaves nothing out in silence: what a format cannot hold is named by [`unheld`].

mod csv;
mod ics;
mod jsonl;

use std::io::{self, Write};

use chrono::{Datelike, SecondsFormat};
use rayon::prelude::*;

use crate::register::{Exception, FileRef, Register, Term};
use crate::source::{FileId, Source, Span};
use crate::time::{Today, Zone};
use crate::yaml::{self, Node, Problem};

/// A format of the export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table for a spreadsheet, one row an exception; formulas in it are made text.
    Csv,
    /// JSON Lines for scripts, one object an exception with its whole record.
    Jsonl,
    /// A calendar of the last covered days of all live exceptions, with reminders.
    Ics,
}

/// A register, ready to be exported.
#[derive(Debug)]
pub struct Export<'e> {
    /// All exceptions.
    pub register: &'e Register<'e>,
    /// Their files.
    pub sources: &'e [Source],
    /// The register's time zone.
    pub zone: Zone,
    /// The moment of the export.
    pub today: Today,
    /// Days before the last covered day on which people are told.
    pub reminders: &'e [u32],
}

/// A file that an export holds in part or not at all.
#[derive(Debug)]
pub struct Unheld {
    /// The file.
    pub file: FileId,
    /// Where the reason lies in it.
    pub span: Span,
    /// What becomes of it, and why.
    pub why: String,
    /// What to do.
    pub help: String,
}

/// Writes an export in a format.
///
/// # Errors
///
/// When the writer fails.
pub fn render(format: Format, export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Csv => csv::render(export, out),
        Format::Jsonl => jsonl::render(export, out),
        Format::Ics => ics::render(export, out),
    }
}

/// Lists what an export does not hold: files that cannot be read and, in a calendar, exceptions
/// without a status and live ones without an end.
#[must_use]
pub fn unheld(format: Format, export: &Export<'_>) -> Vec<Unheld> {
    let unheld = |file: &FileRef<'_>| match export.register.exception(file.id) {
        None => {
            let problem = export.problem(file.id);
            let message = problem.map_or("it cannot be read", |problem| problem.message.as_str());
            let help = problem.and_then(|problem| problem.help.clone());
            let left = if format == Format::Ics { "is left out" } else { "is exported by its name alone" };
            Some(Unheld {
                file: file.id,
                span: problem.map_or_else(Span::default, |problem| problem.span),
                why: format!("{left}: {message}"),
                help: help.unwrap_or_else(|| "`stopgap check` says more".to_owned()),
            })
        }
        Some(it) if format == Format::Ics && it.status.is_none() => Some(Unheld {
            file: file.id,
            span: Span::default(),
            why: "is left out: it has no status that can be read".to_owned(),
            help: "`stopgap check` says what is missing".to_owned(),
        }),
        Some(it) if format == Format::Ics && it.is_live() && it.current_expiry().is_none() => Some(Unheld {
            file: file.id,
            span: it.status.as_ref().map_or_else(Span::default, |status| status.span),
            why: "is left out: it is live and says nothing readable of its end".to_owned(),
            help: "`stopgap check` says what is missing".to_owned(),
        }),
        Some(_) => None,
    };
    export.register.files.iter().filter_map(unheld).collect()
}

/// One file of the register.
struct Entry<'e> {
    file: FileRef<'e>,
    /// What it says; `None` where it cannot be read.
    tree: Option<Node<'e>>,
    /// Where it stands.
    standing: Standing,
    /// Why it cannot be read.
    problem: Option<String>,
}

/// Where an exception stands on the day of the export; each is `None` where nobody can tell.
#[derive(Debug, Default)]
struct Standing {
    /// Its status is `active` or `expired`.
    live: Option<bool>,
    /// It is active, has started and has not ended.
    in_force: Option<bool>,
    /// It is closed, rejected, or past its current expiry.
    ended: Option<bool>,
    /// Days until the last covered day, negative once that is past; only for a live one.
    days_left: Option<i64>,
    /// The last covered day.
    last_day: Option<String>,
    /// The last renewal's expiry, else the entry's own, as it is written.
    current_expiry: Option<String>,
    /// The first instant that is no longer covered, in UTC (RFC 3339).
    ends_at: Option<String>,
    /// How many renewals it has had.
    renewals_used: Option<usize>,
}

impl Standing {
    fn of(exception: &Exception<'_>, export: &Export<'_>) -> Self {
        let (zone, today) = (export.zone, export.today);
        let expiry = exception.current_expiry().map(|expiry| expiry.value);
        let term = exception.term(zone, today);
        let live = exception.is_live();
        let end = expiry.map(|expiry| zone.ends_at(expiry)).filter(|end| end.year() <= 9999);
        Self {
            live: Some(live),
            in_force: Some(exception.is_in_force(zone, today)),
            ended: match exception.status {
                Some(_) if !live => Some(true),
                Some(_) => term.map(|term| term.ended),
                // What has no status may be over already.
                None => term.map(|term| term.ended).filter(|ended| *ended),
            },
            days_left: term.filter(|_| live).map(|term| term.days_left),
            last_day: term.map(|Term { last_day, .. }| last_day.to_string()),
            current_expiry: expiry.map(|expiry| expiry.to_string()),
            ends_at: end.map(|end| end.to_rfc3339_opts(SecondsFormat::Secs, true)),
            renewals_used: Some(exception.renewals.len()),
        }
    }
}

/// So many files are worked on at once, on all cores, before what they give is written.
const CHUNK: usize = 1024;

impl<'e> Export<'e> {
    /// Makes something of each file and writes it, in the order of their paths.
    ///
    /// The files are read once more on the way: the model keeps no key that it does not know.
    fn each<T: Send>(
        &self,
        make: impl Fn(&Entry<'_>) -> T + Sync,
        mut write: impl FnMut(T) -> io::Result<()>,
    ) -> io::Result<()> {
        for files in self.register.files.chunks(CHUNK) {
            let made: Vec<T> = files.par_iter().map(|file| make(&self.entry(*file))).collect();
            made.into_iter().try_for_each(&mut write)?;
        }
        Ok(())
    }

    fn entry(&self, file: FileRef<'e>) -> Entry<'e> {
        match self.register.exception(file.id) {
            Some(exception) => {
                Entry { file, tree: self.tree(file.id), standing: Standing::of(exception, self), problem: None }
            }
            None => {
                let problem = self.problem(file.id).map(|problem| problem.message.clone());
                Entry { file, tree: None, standing: Standing::default(), problem }
            }
        }
    }

    fn tree(&self, file: FileId) -> Option<Node<'e>> {
        yaml::parse(self.sources[file.0 as usize].text()).ok()
    }

    /// Returns why a file cannot be read.
    fn problem(&self, file: FileId) -> Option<&'e Problem> {
        let faults = &self.register.faults;
        let at = faults.binary_search_by_key(&file, |(file, _)| *file).ok()?;
        faults.get(at)?.1.yaml.first()
    }
}
