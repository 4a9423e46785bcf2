//! Waivers of InSpec, as a YAML map by control or as CSV.
//!
//! A waiver has ended from 00:00 local time of its `expiration_date` (Chef's documentation of
//! waivers). A file that is read as CSV is read as a spreadsheet is.

use crate::error::Error;
use crate::import::decode;
use crate::import::table::{self, NoTable};
use crate::import::tree::{self, Ignore, folded};
use crate::import::{Format, Options, Reading};
use crate::register::fields::CONTROL;
use crate::source::{Source, Span};
use crate::text::shown;
use crate::yaml::{Entry, Problem};

const TOOL: &str = "inspec";
const COLUMNS: [&str; 4] = ["control_id", "justification", "run", "expiration_date"];

/// Returns whether a text begins with the header of waivers as CSV.
pub(super) fn is_table(text: &str) -> bool {
    let header = text.lines().next().unwrap_or_default().to_ascii_lowercase();
    header.contains("control_id") && (header.contains("justification") || header.contains("expiration_date"))
}

/// Reads either file.
pub(super) fn read(name: &str, bytes: Vec<u8>, options: &Options) -> Result<Reading, Error> {
    let (text, _) = decode::decode(bytes.clone());
    if is_table(&text) { read_table(name, text, options) } else { read_yaml(&tree::text(name, bytes)?, options) }
}

fn read_yaml(source: &Source, options: &Options) -> Result<Reading, Error> {
    let root = tree::yaml(source)?;
    let mut reading = Reading::new(Format::Inspec);
    for Entry { key, key_span, value } in root.as_map().unwrap_or_default() {
        let line = source.position(key_span.start).line;
        let Some(details) = value.as_map() else {
            reading.unread.push((line, format!("the waiver of `{}` is empty", shown(key))));
            continue;
        };
        let mut waiver = Waiver::new(line, key);
        for entry in details.iter().filter(|entry| !entry.value.is_empty()) {
            waiver.take(&entry.key, &tree::as_line(source, &entry.value), options);
        }
        reading.entries.push(waiver.0.finish());
    }
    if root.as_map().is_none() {
        reading.unread.push((1, "the file contains no waiver".to_owned()));
    }
    Ok(reading)
}

fn read_table(name: &str, text: String, options: &Options) -> Result<Reading, Error> {
    let table = table::read(text, &COLUMNS.map(str::to_owned)).map_err(|why| {
        let message = match why {
            NoTable::TooManyColumns(count) => format!("the header has {count} cells"),
            NoTable::TooManyRows => "there are too many rows".to_owned(),
            NoTable::Empty | NoTable::NoHeader(_) => "there is no header `control_id,justification,…`".to_owned(),
        };
        let source = Source::new(name, String::new());
        tree::unusable(&source, vec![Problem::new(Span::default(), message, "export the waivers again")])
    })?;
    let mut reading = Reading::new(Format::Inspec);
    let column = |name: &str| table.headings.iter().position(|heading| heading.eq_ignore_ascii_case(name));
    let id = column("control_id").unwrap_or_default();
    for row in &table.rows {
        if row.cell(id).is_empty() {
            reading.unread.push((row.line, "a waiver without a `control_id`".to_owned()));
            continue;
        }
        let mut waiver = Waiver::new(row.line, row.cell(id));
        for (at, heading) in table.headings.iter().enumerate() {
            if at != id && !row.cell(at).is_empty() {
                waiver.take(&heading.to_ascii_lowercase(), row.cell(at), options);
            }
        }
        reading.entries.push(waiver.0.finish());
    }
    reading.unread.extend(table.unread);
    Ok(reading)
}

/// One waiver on its way to a draft.
struct Waiver(Ignore);

impl Waiver {
    fn new(line: usize, control: &str) -> Self {
        let control = folded(control);
        let mut ignore = Ignore::new(TOOL, line, &format!("control {control}"), None);
        ignore.cover(&control, Vec::new());
        // The control that is waived is the very rule that is not followed.
        ignore.set(CONTROL, control);
        Self(ignore)
    }

    fn take(&mut self, key: &str, text: &str, options: &Options) {
        match key {
            "justification" => self.0.reason(text),
            "expiration_date" => self.0.ends(key, text, TOOL, options),
            "run" => self.0.keep_quietly(key, text),
            key => self.0.keep(key, text, "has no field here"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_tells_waivers_from_a_register() {
        assert!(is_table("control_id,justification,run,expiration_date\n"));
        assert!(!is_table("Control ID,Title,Justification\n"));
    }
}
