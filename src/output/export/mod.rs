//! The whole register for other programs: one module per format.
//!
//! An export leaves nothing out silently: what a format cannot contain is listed by [`unheld`].

mod csv;
mod gaps;
mod ics;
mod jsonl;
mod oscal;
mod uuid;
mod vex;

use std::borrow::Cow;
use std::io::{self, Write};

pub use csv::Table;
pub(in crate::output) use csv::io_error;
pub use gaps::render_gaps;

use crate::cores::{Cores, FEW};
use crate::output::record::View;
use crate::register::{FileRef, Files};
use crate::rule::Findings;
use crate::source::{FileId, Span};
use crate::yaml::{self, Node};

/// A format of the export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table for a spreadsheet, one row per exception; formulas in it are made text.
    Csv,
    /// JSON Lines for scripts, one object per exception with its whole record.
    Jsonl,
    /// A calendar of the last covered days of all live exceptions, with reminders.
    Ics,
    /// What customers are told of the vulnerabilities that exceptions in force accept: OpenVEX 0.2.0.
    Openvex,
    /// The same as a CycloneDX 1.6 document.
    CyclonedxVex,
    /// OSCAL: the live exceptions as a plan of action and milestones.
    OscalPoam,
    /// OSCAL: the live exceptions and what the rules object to, as the results of an assessment.
    OscalAr,
}

/// A register, ready to be exported.
#[derive(Debug)]
pub struct Export<'e> {
    /// All exceptions on the day of the export.
    pub view: View<'e>,
    /// Days before the last covered day on which people are told.
    pub reminders: &'e [u32],
    /// What the rules object to; `None` where it is not needed.
    pub findings: Option<&'e Findings>,
}

/// A file that is missing from an export, wholly or in part.
#[derive(Debug)]
pub struct Unheld {
    /// The file.
    pub file: FileId,
    /// The reason's position in it.
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
/// If the writer fails.
pub fn render(format: Format, export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Csv => csv::render(export, out),
        Format::Jsonl => jsonl::render(export, out),
        Format::Ics => ics::render(export, out),
        Format::OscalPoam => oscal::plan(export, out),
        Format::OscalAr => oscal::results(export, out),
        Format::Openvex => vex::openvex(export, out),
        Format::CyclonedxVex => vex::cyclonedx(export, out),
    }
}

/// Lists what an export does not contain: files that cannot be read and, in a calendar, exceptions without a status and
/// live ones without an end.
#[must_use]
pub fn unheld(format: Format, export: &Export<'_>) -> Vec<Unheld> {
    let unheld = |file: &FileRef<'_>| match export.view.register.exception(file.id) {
        None => {
            let problem = export.view.register.problem(file.id);
            let message = problem.map_or("it cannot be read", |problem| problem.message.as_str());
            let help = problem.and_then(|problem| problem.help.clone());
            let left = if !format.holds_all() { "is left out" } else { "is exported with its name only" };
            Some(Unheld {
                file: file.id,
                span: problem.map_or_else(Span::default, |problem| problem.span),
                why: format!("{left}: {message}"),
                help: help.unwrap_or_else(|| "run `stopgap check` for details".to_owned()),
            })
        }
        Some(it) if format == Format::Ics && it.status.is_none() => Some(Unheld {
            file: file.id,
            span: Span::default(),
            why: "is left out: it has no readable status".to_owned(),
            help: "`stopgap check` says what is missing".to_owned(),
        }),
        Some(it) if format == Format::Ics && it.is_live() && it.current_expiry().is_none() => Some(Unheld {
            file: file.id,
            span: it.status.as_ref().map_or_else(Span::default, |status| status.span()),
            why: "is left out: it is live and has no readable end".to_owned(),
            help: "`stopgap check` says what is missing".to_owned(),
        }),
        Some(_) => None,
    };
    export.view.register.files.iter().filter_map(unheld).collect()
}

/// How many files are processed at once, on all cores, before their output is written.
const CHUNK: usize = 1024;

impl Format {
    /// Returns whether every file has a place in it, if only by its name.
    fn holds_all(self) -> bool {
        matches!(self, Self::Csv | Self::Jsonl)
    }
}

/// Returns whether a document of this format can be written: OpenVEX has none without a statement.
#[must_use]
pub fn has_content(format: Format, export: &Export<'_>) -> bool {
    format != Format::Openvex || vex::has_statements(export)
}

impl<'e> Export<'e> {
    /// Makes something from each file and writes it, sorted by path.
    fn each<T: Send>(
        &self,
        make: impl Fn(&FileRef<'e>) -> T + Sync,
        mut write: impl FnMut(T) -> io::Result<()>,
    ) -> io::Result<()> {
        for files in self.view.register.files.chunks(CHUNK) {
            let made: Vec<T> = Cores::for_items(files.len(), FEW).map(files, &make);
            made.into_iter().try_for_each(&mut write)?;
        }
        Ok(())
    }

    /// Returns the tree of a file, which is read again where it was not kept: the model does not keep keys that it does not
    /// know.
    fn tree(&self, file: FileId) -> Option<Cow<'e, Node<'e>>> {
        let register = self.view.register;
        register.exception(file)?;
        let again = || yaml::parse(self.view.files.source(file).text()).ok().map(Cow::Owned);
        register.tree(file).map(Cow::Borrowed).or_else(again)
    }
}

/// An export under way of whole records, which takes the register part by part: each while its trees are there.
pub enum Parts<'o> {
    /// A table.
    Csv(Box<Table<'o>>),
    /// JSON Lines.
    Jsonl(&'o mut dyn Write),
}

impl<'o> Parts<'o> {
    /// Begins an export of these files; `None` for a format that does not write whole records.
    pub fn begin(format: Format, files: &Files, out: &'o mut dyn Write) -> Option<Self> {
        match format {
            Format::Csv => Some(Self::Csv(Box::new(Table::new(files, out)))),
            Format::Jsonl => Some(Self::Jsonl(out)),
            _ => None,
        }
    }

    /// Adds a part, sorted by path.
    ///
    /// # Errors
    ///
    /// If the writer fails.
    pub fn add(&mut self, part: &Export<'_>) -> io::Result<()> {
        match self {
            Self::Csv(table) => table.add(part),
            Self::Jsonl(out) => jsonl::render(part, *out),
        }
    }

    /// Ends it.
    ///
    /// # Errors
    ///
    /// If the writer fails.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::Csv(table) => table.finish(),
            Self::Jsonl(_) => Ok(()),
        }
    }
}
