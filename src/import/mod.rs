//! Foreign registers and ignore files as drafts of exceptions, one file per format.
//!
//! ```text
//! bytes -> format -> table or tree -> drafts, each with its line and with what it could not hold
//! ```
//!
//! Nothing is made up: what a source does not say stays open in the draft, and what fits no field is kept under a key
//! of the organisation's own or said in a note. Nothing is written here.

mod columns;
mod csv;
mod decode;
mod dependency_check;
mod id;
mod inspec;
mod osv_scanner;
mod snyk;
mod table;
mod tree;
mod trivy;
mod meaning;

use std::collections::BTreeMap;

pub use crate::time::foreign::DateOrder;

use crate::error::{Argument, Error, Input};
use crate::import::id::Ids;
use crate::register::draft::Draft;
use crate::register::fields::{self, Field, Kind};
use crate::text::{nearest, shown};
use crate::time::{Today, Zone};

/// The largest file that is read, in bytes: far more than 100,000 rows of a register.
pub const MAX_BYTES: u64 = 128 * 1024 * 1024;

/// The largest ignore file that is read, in bytes; the longest known one is a hundredth of it.
const MAX_IGNORE_BYTES: usize = 16 * 1024 * 1024;

/// A format that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A spreadsheet, exported as comma-separated values or with another delimiter.
    Csv,
    /// `.trivyignore` or `.trivyignore.yaml`.
    Trivy,
    /// `osv-scanner.toml`.
    OsvScanner,
    /// `.snyk`.
    Snyk,
    /// Waivers of InSpec, as YAML or CSV.
    Inspec,
    /// Suppressions of OWASP dependency-check.
    DependencyCheck,
}

impl Format {
    /// All formats by the name that `--from` takes.
    pub const ALL: [(&'static str, Self); 6] = [
        ("csv", Self::Csv),
        ("trivy", Self::Trivy),
        ("osv-scanner", Self::OsvScanner),
        ("snyk", Self::Snyk),
        ("inspec", Self::Inspec),
        ("dependency-check", Self::DependencyCheck),
    ];

    /// Returns the name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }
}

/// What a column that the user names is to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The exception's id, which is the file's name.
    Id,
    /// A field.
    Field(Field),
    /// A key of the organisation's own, beginning with `x-`.
    Own(String),
    /// Nothing.
    Ignore,
}

/// The name of [`Target::Id`].
const ID: &str = "id";

impl Target {
    /// Finds a target by the name that `--map` and `--set` take: that of a field, or its last key if no other field
    /// ends in it; a list of mappings means the first key of its items.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim();
        if name.len() > "x-".len() && name.starts_with("x-") {
            return Some(Self::Own(name.to_owned()));
        }
        let name = name.to_ascii_lowercase();
        if name == ID {
            return Some(Self::Id);
        }
        let whole = Field::importable().find(|field| field.name() == name);
        let short = || {
            let mut labelled = Field::importable().filter(|field| field.label() == name);
            labelled.next().filter(|_| labelled.next().is_none())
        };
        let is_first = |field: &Field| field.is_in_list() && field.parent().is_some_and(|list| list.name() == name);
        whole.or_else(short).or_else(|| Field::importable().find(is_first)).map(Self::Field)
    }

    /// Returns the names of the id and of all fields that a column can fill.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        std::iter::once(ID).chain(Field::importable().map(Field::name)).collect()
    }

    /// Returns the name that was probably meant.
    #[must_use]
    pub fn nearest(name: &str) -> Option<&'static str> {
        nearest(name, Self::names().into_iter())
    }

    /// Returns the name; `None` if the column is ignored.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Id => Some(ID),
            Self::Field(field) => Some(field.name()),
            Self::Own(key) => Some(key),
            Self::Ignore => None,
        }
    }

    /// Returns whether the texts of two columns can be combined for it.
    fn joins(&self) -> bool {
        match self {
            Self::Field(field) => field.is_in_list() || matches!(field.kind(), Kind::Line | Kind::Texts),
            Self::Id => false,
            Self::Own(_) | Self::Ignore => true,
        }
    }
}

/// What the user says about the file.
#[derive(Clone, Debug)]
pub struct Options {
    /// The format, if it is not to be guessed.
    pub from: Option<Format>,
    /// Columns by their heading, and what each is to become.
    pub map: Vec<(Target, String)>,
    /// The order of day and month.
    pub date_order: Option<DateOrder>,
    /// Values for the entries that say nothing about a field.
    pub set: Vec<(Target, String)>,
    /// Whom a cell that names several people stands for, where the user says so.
    pub picks: BTreeMap<String, String>,
    /// Whether a row may say nothing but what an exception of its id lacks.
    pub update: bool,
    /// The register's time zone.
    pub zone: Zone,
    /// The moment of the run.
    pub today: Today,
}

/// What was read from a file.
#[derive(Debug)]
pub struct Reading {
    /// The format.
    pub format: Format,
    /// How the file is written, in a few words each: `Windows-1252`, `separated by a semicolon`.
    pub facts: Vec<String>,
    /// The columns of a table in order; none for an ignore file.
    pub columns: Vec<Column>,
    /// How each column of dates was read.
    pub dates: Vec<(String, String)>,
    /// Words that were taken for ours, and how often: field, the word, ours.
    pub words: BTreeMap<(Field, String, String), usize>,
    /// The entries, in the order of their lines.
    pub entries: Vec<Entry>,
    /// Parts that could not be read: the line and why.
    pub unread: Vec<(usize, String)>,
    /// Rows that repeat a row above: both lines.
    pub repeats: Vec<(usize, usize)>,
    /// What else the user must know.
    pub remarks: Vec<String>,
    /// Cells that name several people: the cell, and the people in their order.
    pub several: BTreeMap<(Field, String), Vec<String>>,
    /// Why nothing but the columns could be read.
    pub stopped: Option<Error>,
}

/// One future exception.
#[derive(Debug)]
pub struct Entry {
    /// The line of the source that it begins on.
    pub line: usize,
    /// Its id, unique among the entries.
    pub id: String,
    /// What it is called by itself, which others may be called too.
    pub called: String,
    /// What is known about it.
    pub draft: Draft,
    /// What could not be carried over unchanged.
    pub notes: Vec<Note>,
}

/// Something that a draft cannot hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The column or key that it is about; notes about the same one are shown together.
    pub about: String,
    /// What became of it.
    pub text: String,
}

/// A column of a table.
#[derive(Debug)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// What it becomes.
    pub target: Target,
    /// Whether the user said so.
    pub named: bool,
    /// How many of its cells are filled.
    pub filled: usize,
    /// The first of these cells.
    pub example: String,
}

impl Reading {
    fn new(format: Format) -> Self {
        Self {
            format,
            facts: Vec::new(),
            columns: Vec::new(),
            dates: Vec::new(),
            words: BTreeMap::new(),
            entries: Vec::new(),
            unread: Vec::new(),
            repeats: Vec::new(),
            remarks: Vec::new(),
            several: BTreeMap::new(),
            stopped: None,
        }
    }

    /// Returns each entry a unique id and the values that the user sets for all.
    fn finish(mut self, options: &Options) -> Self {
        if options.update {
            self.refuse_shared_ids();
        }
        let mut ids = Ids::default();
        for entry in &mut self.entries {
            let unique = ids.hand_out(&entry.id);
            if unique != entry.id {
                let text = format!("`{}` is used above, so this one is `{unique}`", entry.id);
                entry.notes.push(Note { about: "id".into(), text });
                entry.id = unique;
            }
            for (target, value) in &options.set {
                apply(target, value, &mut entry.draft);
            }
        }
        self.unread.sort();
        self
    }
}

impl Reading {
    /// Leaves out rows that share an id: another id would be that of another exception, and which of them is meant is not
    /// known.
    fn refuse_shared_ids(&mut self) {
        let key = |entry: &Entry| entry.id.to_ascii_lowercase();
        let mut lines: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        self.entries.iter().for_each(|entry| lines.entry(key(entry)).or_default().push(entry.line));
        lines.retain(|_, lines| lines.len() > 1);
        let (shared, kept) =
            std::mem::take(&mut self.entries).into_iter().partition(|entry| lines.contains_key(&key(entry)));
        self.entries = kept;
        self.unread.extend(shared.into_iter().map(|entry: Entry| {
            let others = lines[&key(&entry)].iter().filter(|line| **line != entry.line).map(usize::to_string);
            let others: Vec<String> = others.collect();
            let what = if others.len() == 1 { "line" } else { "lines" };
            let id = shown(&entry.id);
            let others = others.join(", ");
            (entry.line, format!("`{id}` is the id of {what} {others} too, so which of them counts is not known"))
        }));
    }
}

/// Puts a value that the user sets for all into a draft that says nothing there.
pub fn apply(target: &Target, value: &str, draft: &mut Draft) {
    match target {
        Target::Field(fields::EXPOSURE) if meaning::is_none(value) => {
            if draft.list(fields::EXPOSURE).is_none() {
                draft.set_list(fields::EXPOSURE, Vec::new());
            }
        }
        Target::Field(field) => draft.put_if_open(*field, value),
        Target::Own(key) => own(draft, key, value),
        Target::Id | Target::Ignore => {}
    }
}

/// Adds a key of the organisation's own, unless it is there.
fn own(draft: &mut Draft, key: &str, value: impl Into<String>) {
    let value = value.into();
    if !value.is_empty() && draft.own.iter().all(|(known, _)| known != key) {
        draft.own.push((key.to_owned(), crate::yaml::write::Value::text(value)));
    }
}

/// Reads a file. `name` is the file as the user names it, for its format and for messages.
///
/// # Errors
///
/// If it has no known format, or cannot be read as a whole. A table that does not say how its dates
/// are written is read up to its columns.
pub fn read(name: &str, bytes: Vec<u8>, options: &Options) -> Result<Reading, Error> {
    if let Some(what) = no_text(&bytes) {
        return Err(Error::from(Input::NoText { file: name.to_owned(), what }));
    }
    let format = match options.from {
        Some(format) => format,
        None => detect(name, &bytes).ok_or_else(|| Input::NoFormat {
            file: name.to_owned(),
            known: Format::ALL.map(|(name, _)| name).to_vec(),
        })?,
    };
    let is_sheet = format == Format::Csv;
    if !is_sheet && (!options.map.is_empty() || options.date_order.is_some()) {
        return Err(Error::from(Argument::NoSpreadsheet { file: name.to_owned(), format: format.name() }));
    }
    if !is_sheet && bytes.len() > MAX_IGNORE_BYTES {
        return Err(Error::Unreadable {
            kind: "the ignore file",
            path: shown(name).into_owned(),
            why: format!("it has {} bytes, the limit is {MAX_IGNORE_BYTES}", bytes.len()),
            help: "split it".into(),
        });
    }
    let reading = match format {
        Format::Csv => csv::read(name, bytes, options)?,
        Format::Trivy => trivy::read(name, bytes, options)?,
        Format::OsvScanner => osv_scanner::read(name, bytes, options)?,
        Format::Snyk => snyk::read(name, bytes, options)?,
        Format::Inspec => inspec::read(name, bytes, options)?,
        Format::DependencyCheck => dependency_check::read(name, bytes, options)?,
    };
    Ok(reading.finish(options))
}

/// Returns what kind of file it is if that cannot be a text.
fn no_text(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'P', b'K', 3, 4, ..] => Some("a workbook or an archive (ZIP)"),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Some("an old workbook (XLS)"),
        [b'%', b'P', b'D', b'F', ..] => Some("a PDF"),
        _ => None,
    }
}

/// Returns the format by the file's name, otherwise by its content.
fn detect(name: &str, bytes: &[u8]) -> Option<Format> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match name.as_str() {
        ".snyk" => return Some(Format::Snyk),
        "osv-scanner.toml" | ".osv-scanner.toml" => return Some(Format::OsvScanner),
        name if name.starts_with(".trivyignore") || name.starts_with("trivyignore") => return Some(Format::Trivy),
        _ => {}
    }
    const START: usize = 64 * 1024;
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(START)]);
    let start = start.trim_start_matches('\u{feff}').trim_start();
    let line = |begins: &str| start.lines().any(|line| line.starts_with(begins));
    if start.starts_with('<') {
        return start.contains("<suppress").then_some(Format::DependencyCheck);
    }
    if line("[[IgnoredVulns]]") || line("[[PackageOverrides]]") {
        return Some(Format::OsvScanner);
    }
    if matches!(ending, "yaml" | "yml") {
        return of_yaml(&line, start);
    }
    if inspec::is_table(start) {
        return Some(Format::Inspec);
    }
    if matches!(ending, "csv" | "tsv" | "tab" | "txt") {
        return Some(Format::Csv);
    }
    let of_content = || of_yaml(&line, start).or_else(|| is_table(start).then_some(Format::Csv));
    // A pipe has a name of its own.
    if ending.is_empty() { of_content() } else { None }
}

/// Tells whether a text begins with the headings of a table.
fn is_table(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first.contains([',', ';', '\t', '|']) && !first.starts_with(['{', '[', '#'])
}

fn of_yaml(line: &dyn Fn(&str) -> bool, start: &str) -> Option<Format> {
    if ["vulnerabilities:", "misconfigurations:", "secrets:", "licenses:"].iter().any(|key| line(key)) {
        return Some(Format::Trivy);
    }
    if line("ignore:") && (line("version:") || line("patch:")) {
        return Some(Format::Snyk);
    }
    let keys = ["justification:", "expiration_date:"];
    keys.iter().any(|key| start.lines().any(|line| line.trim_start().starts_with(key))).then_some(Format::Inspec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_named_in_full_or_by_a_unique_last_key() {
        for (name, target) in [
            ("id", Some("id")),
            (" Expires ", Some("expires")),
            ("scope.system", Some("scope.system")),
            ("tier", Some("risk.tier")),
            ("incident", Some("incident.id")),
            ("alternatives", Some("alternatives.option")),
            ("rejected", Some("alternatives.rejected")),
            ("verified_by", Some("closure.verified_by")),
            ("x-cost-centre", Some("x-cost-centre")),
            ("scope", None),
            ("reviews", None),
            ("x-", None),
        ] {
            let found = Target::parse(name);
            assert_eq!(found.as_ref().and_then(Target::name), target, "{name}");
        }
    }

    #[test]
    fn the_format_follows_from_the_name_or_the_content() {
        for (name, text, format) in [
            (".trivyignore", "CVE-2026-1\n", Some(Format::Trivy)),
            ("../app/.snyk", "", Some(Format::Snyk)),
            (".trivyignore.yaml", "", Some(Format::Trivy)),
            ("ignores.yaml", "# ours\nvulnerabilities:\n  - id: CVE-2026-1\n", Some(Format::Trivy)),
            ("osv-scanner.toml", "", Some(Format::OsvScanner)),
            ("scan.toml", "[[IgnoredVulns]]\nid = \"a\"\n", Some(Format::OsvScanner)),
            (".snyk", "", Some(Format::Snyk)),
            ("policy.yml", "version: v1.25.0\nignore: {}\n", Some(Format::Snyk)),
            ("waivers.yaml", "c-1:\n  justification: x\n", Some(Format::Inspec)),
            ("waivers.csv", "control_id,justification,run,expiration_date\n", Some(Format::Inspec)),
            (
                "s.xml",
                "<?xml version=\"1.0\"?>\n<suppressions>\n<suppress/></suppressions>",
                Some(Format::DependencyCheck),
            ),
            ("register.CSV", "Title;Owner\n", Some(Format::Csv)),
            ("register.tsv", "Title\tOwner\n", Some(Format::Csv)),
            ("page.xml", "<html/>", None),
            ("other.yaml", "a: 1\n", None),
            ("picture.png", "\u{89}PNG", None),
        ] {
            assert_eq!(detect(name, text.as_bytes()), format, "{name}");
        }
        assert!(no_text(b"PK\x03\x04rest").is_some());
    }
}
