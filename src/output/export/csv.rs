//! A table for a spreadsheet (RFC 4180): UTF-8, one row per file, each on one line.
//!
//! A cell is a text and never a formula ([`escape::cell`]). Lists and the mappings in them are written out for people;
//! whoever needs them unchanged uses JSON Lines.

use std::collections::BTreeMap;
use std::io::{self, Write};

use ::csv::{ErrorKind, StringRecord, Terminator, Writer, WriterBuilder};
use rustc_hash::FxHashMap;

use crate::cores::{Cores, FEW};
use crate::output::escape;
use crate::output::export::Export;
use crate::output::record::Described;
use crate::register::fields::{self, Field, STATUS};
use crate::register::{FileRef, Files};
use crate::yaml::{Kind, Node};

/// What is computed.
const FACTS: [&str; 11] = [
    "id",
    "live",
    "in_force",
    "ended",
    "days_left",
    "first_day",
    "last_day",
    "current_expiry",
    "ends_at",
    "current_approver",
    "renewals_used",
];

/// The cell for what has no column of its own: other keys, and those of unexpected shape.
const OTHER: &str = "other";

/// Returns the keys of the record, in the order of the table except for the status, which is next to the facts; those
/// of a mapping after its own.
fn keys() -> impl Iterator<Item = &'static str> {
    let has_column = |field: &Field| !field.is_in_list() && field.kind() != fields::Kind::Mapping;
    let others = Field::all().filter(|field| *field != STATUS);
    std::iter::once(STATUS).chain(others).filter(has_column).map(Field::name)
}

/// Where the file is, and why it cannot be read.
const FILE: [&str; 2] = ["path", "problem"];

/// How the organisation's own keys begin.
const OWN: &str = "x-";

/// How many of the organisation's own keys get a column: a file can invent thousands, and each column is a cell in
/// every row.
const MOST_OWN: usize = 32;

/// Writes the table.
pub(super) fn render(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(export.view.files, out);
    table.add(export)?;
    table.finish()
}

/// Returns the writer's own error, so that a closed pipe stays one.
pub(in crate::output) fn io_error(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// A table under way. Which of the organisation's own keys get a column shows when the last file was read, so that the rows
/// wait for it, where any file may have such keys.
pub struct Table<'o> {
    out: Writer<&'o mut dyn Write>,
    columns: Columns,
    waiting: Option<Vec<Row>>,
    is_begun: bool,
}

impl<'o> Table<'o> {
    pub(super) fn new(files: &Files, out: &'o mut dyn Write) -> Self {
        // Most registers have none, and this shows it without a look at what is what.
        let may_have_own = files.own().iter().any(|file| files.source(*file).text().contains(OWN));
        Self {
            out: WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out),
            columns: Columns::new(),
            waiting: may_have_own.then(Vec::new),
            is_begun: false,
        }
    }

    /// Adds the files of a register, sorted by path.
    pub(super) fn add(&mut self, export: &Export<'_>) -> io::Result<()> {
        let columns = &self.columns;
        let make = |file: &FileRef<'_>| columns.row(export, file);
        match &mut self.waiting {
            Some(rows) => {
                let files = &export.view.register.files;
                rows.append(&mut Cores::for_items(files.len(), FEW).map(files, make));
                Ok(())
            }
            None => {
                begin(&mut self.out, &mut self.is_begun, &[])?;
                export.each(make, |row| row.write(&[], &mut self.out))
            }
        }
    }

    /// Writes what waits.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let rows = self.waiting.take().unwrap_or_default();
        let own = own_keys(&rows);
        begin(&mut self.out, &mut self.is_begun, &own)?;
        rows.into_iter().try_for_each(|row| row.write(&own, &mut self.out))?;
        self.out.flush()
    }
}

/// Writes the head of the table, unless that is done.
fn begin(out: &mut Writer<&mut dyn Write>, is_begun: &mut bool, own: &[String]) -> io::Result<()> {
    if std::mem::replace(is_begun, true) {
        return Ok(());
    }
    let mut head: Vec<&str> = FACTS.into_iter().chain(keys()).chain([OTHER]).collect();
    head.extend(own.iter().map(String::as_str).chain(FILE));
    out.write_record(head.into_iter().map(escape::cell)).map_err(io_error)
}

/// Returns the organisation's own keys that are used most, sorted by name.
fn own_keys(rows: &[Row]) -> Vec<String> {
    let mut used: BTreeMap<&str, usize> = BTreeMap::new();
    for own in rows.iter().flat_map(|row| &row.rest).filter_map(|rest| rest.own.as_ref()) {
        *used.entry(&own.key).or_default() += 1;
    }
    let mut most: Vec<(&str, usize)> = used.into_iter().collect();
    most.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    most.truncate(MOST_OWN);
    most.sort_unstable();
    most.into_iter().map(|(key, _)| key.to_owned()).collect()
}

/// What a file has in the table.
struct Row {
    /// The facts and what has a column in every table, as cells.
    first: StringRecord,
    /// What has none, in the file's order.
    rest: Vec<Rest>,
    /// Where the file is and why it cannot be read, as cells.
    last: [String; 2],
}

/// A value without a column, or without one in every table.
struct Rest {
    /// As it is written among others.
    text: String,
    /// If the key is one of the organisation's own.
    own: Option<Own>,
}

struct Own {
    key: String,
    /// As it is written in a column.
    cell: String,
}

impl Row {
    /// Writes it as a row of a table in which these own keys have a column.
    fn write(self, own: &[String], out: &mut Writer<&mut dyn Write>) -> io::Result<()> {
        let mut cells = vec![String::new(); own.len()];
        let mut rest = Vec::new();
        for Rest { text, own: found } in self.rest {
            let place = found.as_ref().and_then(|found| own.binary_search(&found.key).ok());
            match place.zip(found) {
                Some((place, found)) => cells[place] = found.cell,
                None => rest.push(text),
            }
        }
        let cells = [rest.join(" | ")].into_iter().chain(cells).map(|text| escape::cell(&text));
        self.first.iter().try_for_each(|cell| out.write_field(cell)).map_err(io_error)?;
        cells.chain(self.last).try_for_each(|cell| out.write_field(cell)).map_err(io_error)?;
        out.write_record(None::<&[u8]>).map_err(io_error)
    }
}

/// The position of each key of a record among the cells after the facts.
struct Columns {
    /// A key, below a mapping's own if it is in one.
    places: FxHashMap<(&'static str, &'static str), usize>,
}

impl Columns {
    fn new() -> Self {
        let place = |(at, key): (usize, &'static str)| (key.split_once('.').unwrap_or(("", key)), at);
        Self { places: keys().enumerate().map(place).collect() }
    }

    fn row(&self, export: &Export<'_>, file: &FileRef<'_>) -> Row {
        let Described { id, path, facts, problem, .. } = export.view.describe(file);
        let mut cells = vec![escape::cell(id)];
        let word = |fact: Option<bool>| fact.map(|fact| fact.to_string()).unwrap_or_default();
        cells.extend([facts.live, facts.in_force, facts.ended].map(word));
        // A number that stopgap has computed: the only cell that may begin with a minus.
        cells.push(facts.days_left.map(|days| days.to_string()).unwrap_or_default());
        cells.extend(
            [facts.first_day, facts.last_day, facts.current_expiry, facts.ends_at].map(Option::unwrap_or_default),
        );
        cells.push(escape::cell(&facts.current_approver.unwrap_or_default()));
        cells.push(facts.renewals_used.map(|count| count.to_string()).unwrap_or_default());
        let (keys, rest) = self.record(export.tree(file.id).as_deref());
        cells.extend(keys.iter().map(|text| escape::cell(text)));
        let mut first = StringRecord::with_capacity(cells.iter().map(String::len).sum(), cells.len());
        cells.iter().for_each(|cell| first.push_field(cell));
        Row { first, rest, last: [path, problem.unwrap_or_default()].map(escape::cell) }
    }

    /// Returns what has a column in every table, and what has not.
    fn record(&self, tree: Option<&Node<'_>>) -> (Vec<String>, Vec<Rest>) {
        let mut cells = vec![String::new(); self.places.len()];
        let mut rest = Vec::new();
        for entry in present(tree) {
            let nested = Field::of_name(&entry.key).is_some_and(|field| field.kind() == fields::Kind::Mapping);
            match &entry.value.kind {
                Kind::Map(_) if nested => {
                    for inner in present(Some(&entry.value)) {
                        match self.places.get(&(&*entry.key, &*inner.key)) {
                            Some(place) => cells[*place] = written(&inner.value, false),
                            None => {
                                let text = format!("{}.{}: {}", entry.key, inner.key, written(&inner.value, true));
                                rest.push(Rest { text, own: None });
                            }
                        }
                    }
                }
                _ => match self.places.get(&("", &*entry.key)) {
                    Some(place) => cells[*place] = written(&entry.value, false),
                    None => {
                        let text = format!("{}: {}", entry.key, written(&entry.value, true));
                        let own = || Own { key: entry.key.to_string(), cell: written(&entry.value, false) };
                        rest.push(Rest { text, own: entry.key.starts_with(OWN).then(own) });
                    }
                },
            }
        }
        (cells, rest)
    }
}

fn present<'n, 'a>(node: Option<&'n Node<'a>>) -> impl Iterator<Item = &'n crate::yaml::Entry<'a>> {
    node.and_then(Node::as_map).unwrap_or_default().iter().filter(|entry| !entry.value.is_empty())
}

/// Writes out a value for people: `a, b` for texts, `key: value, key: value | key: value` for mappings, in brackets if
/// they are inside others.
fn written(node: &Node<'_>, inside: bool) -> String {
    match &node.kind {
        Kind::Scalar(scalar) => scalar.text.to_string(),
        Kind::Seq(items) => {
            let texts = items.iter().all(|item| item.as_text().is_some());
            let between = if texts || inside { ", " } else { " | " };
            let list: Vec<String> = items.iter().map(|item| written(item, inside)).collect();
            if inside { format!("[{}]", list.join(between)) } else { list.join(between) }
        }
        Kind::Map(_) => {
            let pairs = present(Some(node)).map(|entry| format!("{}: {}", entry.key, written(&entry.value, true)));
            let pairs = pairs.collect::<Vec<_>>().join(", ");
            if inside { format!("{{{pairs}}}") } else { pairs }
        }
    }
}
