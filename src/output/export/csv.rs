//! A table for a spreadsheet (RFC 4180): UTF-8, one row per file, each on one line.
//!
//! A cell is a text and never a formula ([`escape::cell`]). Lists and the mappings in them are written out for people;
//! whoever needs them unchanged uses JSON Lines.

use std::collections::BTreeMap;
use std::io::{self, Write};

use ::csv::{ErrorKind, Terminator, WriterBuilder};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::output::escape;
use crate::output::export::Export;
use crate::output::record::Described;
use crate::register::fields::{self, Field, STATUS};
use crate::register::{Exception, FileRef};
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

/// How many of the organisation's own keys get a column: a file can invent thousands, and each column is a cell in
/// every row.
const MOST_OWN: usize = 32;

/// Writes the table.
pub(super) fn render(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    let own = own_keys(export);
    let columns = Columns::new(&own);
    let mut table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    let mut head: Vec<&str> = FACTS.into_iter().chain(keys()).chain([OTHER]).collect();
    head.extend(own.iter().map(String::as_str).chain(FILE));
    table.write_record(head.into_iter().map(escape::cell)).map_err(io_error)?;
    export.each(|file| columns.row(export, file), |row| table.write_record(row).map_err(io_error))?;
    table.flush()
}

/// Returns the writer's own error, so that a closed pipe stays one.
pub(in crate::output) fn io_error(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// How often a key is used.
type Used = BTreeMap<String, usize>;

/// Returns the organisation's own keys that are used most, sorted by name.
fn own_keys(export: &Export<'_>) -> Vec<String> {
    let count = |mut used: Used, exception: &Exception<'_>| {
        // Most registers have none, and this shows it without reading the file again.
        let tree = Some(exception.file).filter(|file| export.view.files.source(*file).text().contains("x-"));
        let tree = tree.and_then(|file| export.tree(file));
        for entry in present(tree.as_ref()).filter(|entry| entry.key.starts_with("x-")) {
            *used.entry(entry.key.to_string()).or_default() += 1;
        }
        used
    };
    let join = |mut used: Used, other: Used| {
        other.into_iter().for_each(|(key, count)| *used.entry(key).or_default() += count);
        used
    };
    let exceptions: Vec<&Exception<'_>> = export.view.register.exceptions().collect();
    let used = exceptions.into_par_iter().fold(Used::new, count).reduce(Used::new, join);
    let mut most: Vec<(String, usize)> = used.into_iter().collect();
    most.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    most.truncate(MOST_OWN);
    most.sort();
    most.into_iter().map(|(key, _)| key).collect()
}

/// The position of each key of a record among the cells after the facts.
struct Columns<'k> {
    /// A key, below a mapping's own if it is in one.
    places: FxHashMap<(&'k str, &'k str), usize>,
    /// The cell for the rest.
    other: usize,
    width: usize,
}

impl<'k> Columns<'k> {
    fn new(own: &'k [String]) -> Self {
        let mut places: FxHashMap<(&str, &str), usize> = FxHashMap::default();
        places.extend(keys().enumerate().map(|(at, key)| (key.split_once('.').unwrap_or(("", key)), at)));
        let other = places.len();
        places.extend(own.iter().enumerate().map(|(at, key)| (("", key.as_str()), other + 1 + at)));
        Self { other, width: other + 1 + own.len(), places }
    }

    fn row(&self, export: &Export<'_>, file: &FileRef<'_>) -> Vec<String> {
        let Described { id, path, facts, problem, .. } = export.view.describe(file);
        let mut row = vec![escape::cell(id)];
        let word = |fact: Option<bool>| fact.map(|fact| fact.to_string()).unwrap_or_default();
        row.extend([facts.live, facts.in_force, facts.ended].map(word));
        // A number that stopgap has computed: the only cell that may begin with a minus.
        row.push(facts.days_left.map(|days| days.to_string()).unwrap_or_default());
        row.extend(
            [facts.first_day, facts.last_day, facts.current_expiry, facts.ends_at].map(Option::unwrap_or_default),
        );
        row.push(escape::cell(&facts.current_approver.unwrap_or_default()));
        row.push(facts.renewals_used.map(|count| count.to_string()).unwrap_or_default());
        row.extend(self.record(export.tree(file.id).as_ref()).iter().map(|text| escape::cell(text)));
        row.extend([path, problem.unwrap_or_default()].map(escape::cell));
        row
    }

    fn record(&self, tree: Option<&Node<'_>>) -> Vec<String> {
        let mut cells = vec![String::new(); self.width];
        let mut rest = Vec::new();
        for entry in present(tree) {
            let nested = Field::of_name(&entry.key).is_some_and(|field| field.kind() == fields::Kind::Mapping);
            match &entry.value.kind {
                Kind::Map(_) if nested => {
                    for inner in present(Some(&entry.value)) {
                        match self.places.get(&(&*entry.key, &*inner.key)) {
                            Some(place) => cells[*place] = written(&inner.value, false),
                            None => rest.push(format!("{}.{}: {}", entry.key, inner.key, written(&inner.value, true))),
                        }
                    }
                }
                _ => match self.places.get(&("", &*entry.key)) {
                    Some(place) => cells[*place] = written(&entry.value, false),
                    None => rest.push(format!("{}: {}", entry.key, written(&entry.value, true))),
                },
            }
        }
        cells[self.other] = rest.join(" | ");
        cells
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
