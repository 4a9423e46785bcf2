//! OSV-Scanner's `osv-scanner.toml`.
//!
//! Dates name the moment from which a finding is reported again; without an offset they are in the local zone
//! (OSV-Scanner's source, `internal/config/config.go`).

use std::ops::Range;

use toml_edit::{Document, Item, Table, TableLike};

use crate::error::Error;
use crate::import::tree::{self, Ignore, folded};
use crate::import::{Format, Options, Reading};
use crate::source::{Source, Span};
use crate::text::shown;
use crate::yaml::Problem;

const TOOL: &str = "osv-scanner";

/// Reads the file.
pub(super) fn read(name: &str, bytes: Vec<u8>, options: &Options) -> Result<Reading, Error> {
    let source = tree::text(name, bytes)?;
    let document = Document::parse(source.text()).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let message = format!("not valid TOML: {}", shown(error.message()));
        let help = "osv-scanner cannot read it either: fix it there";
        tree::unusable(&source, vec![Problem::new(Span::new(span.start, span.end), message, help)])
    })?;
    let mut reading = Reading::new(Format::OsvScanner);
    for (key, item) in document.as_table() {
        let read: fn(&Ignored<'_>, &Options) -> Result<Ignore, String> = match key {
            "IgnoredVulns" => vulnerability,
            "PackageOverrides" => package,
            _ => {
                reading
                    .remarks
                    .push(format!("`{}` is a setting, not an exception, so it was not imported", shown(key)));
                continue;
            }
        };
        let Some(tables) = tables(&source, item) else {
            reading.unread.push((line(&source, item.span()), format!("`{key}` is not a list of tables")));
            continue;
        };
        for table in tables {
            match read(&table, options) {
                Ok(ignore) => reading.entries.push(ignore.finish()),
                Err(why) if key == "PackageOverrides" => reading.remarks.push(format!("line {}: {why}", table.line)),
                Err(why) => reading.unread.push((table.line, why)),
            }
        }
    }
    Ok(reading)
}

/// One table of a list.
struct Ignored<'t> {
    source: &'t Source,
    line: usize,
    table: &'t dyn TableLike,
}

impl Ignored<'_> {
    fn text(&self, key: &str) -> Option<&str> {
        self.table.get(key)?.as_str()
    }

    /// Returns whether `a.b` is `true`.
    fn is_on(&self, path: &[&str]) -> bool {
        let [keys @ .., last] = path else { return false };
        let mut table = self.table;
        for key in keys {
            match table.get(key).and_then(Item::as_table_like) {
                Some(inner) => table = inner,
                None => return false,
            }
        }
        table.get(last).and_then(Item::as_bool) == Some(true)
    }

    /// Takes the reason and the end, and keeps every key that is not `known`.
    fn rest(&self, ignore: &mut Ignore, until: &str, known: &[&str], options: &Options) {
        if let Some(reason) = self.text("reason") {
            ignore.reason(reason);
        }
        for (key, item) in self.table.iter().filter(|(key, _)| *key != "reason") {
            let span = item.span().unwrap_or(0..0);
            let written = || self.source.slice(Span::new(span.start, span.end)).trim_matches('"');
            if key == until {
                ignore.ends(until, written(), TOOL, options);
            } else if !known.contains(&key) {
                ignore.keep(key, &folded(written()), "is under a key that osv-scanner does not know");
            }
        }
    }
}

fn vulnerability(ignored: &Ignored<'_>, options: &Options) -> Result<Ignore, String> {
    let id = ignored.text("id").ok_or("an ignore without an `id`")?;
    let mut ignore = Ignore::new(TOOL, ignored.line, id, None);
    ignore.cover(id, Vec::new());
    ignored.rest(&mut ignore, "ignoreUntil", &["id"], options);
    Ok(ignore)
}

/// Reads a package whose findings are all ignored: `covers` names single findings, so it permits nothing until somebody
/// lists them.
fn package(ignored: &Ignored<'_>, options: &Options) -> Result<Ignore, String> {
    const PARTS: [&str; 4] = ["ecosystem", "name", "version", "group"];
    let parts: Vec<&str> = PARTS.iter().filter_map(|key| ignored.text(key)).collect();
    let package = if parts.is_empty() { "all packages".to_owned() } else { parts.join(" ") };
    let findings = ignored.is_on(&["ignore"]) || ignored.is_on(&["vulnerability", "ignore"]);
    let what = match (findings, ignored.is_on(&["license", "ignore"])) {
        (true, _) => "finding",
        (false, true) => "licence",
        (false, false) => {
            return Err(format!(
                "the override of `{}` ignores nothing, so it is not an exception and was not imported",
                shown(&package)
            ));
        }
    };
    let mut ignore = Ignore::new(TOOL, ignored.line, &format!("every {what} in {package}"), None);
    let note = format!(
        "osv-scanner ignores every {what} in `{}`, but `covers` names single ones: list those that are accepted",
        shown(&package)
    );
    ignore.note("covers", note);
    for key in PARTS {
        if let Some(value) = ignored.text(key) {
            ignore.keep_quietly(&format!("package {key}"), value);
        }
    }
    let known = ["ecosystem", "name", "version", "group", "ignore", "vulnerability", "license"];
    ignored.rest(&mut ignore, "effectiveUntil", &known, options);
    Ok(ignore)
}

/// Returns the tables of `[[name]]` or of a list in brackets.
fn tables<'t>(source: &'t Source, item: &'t Item) -> Option<Vec<Ignored<'t>>> {
    let one = |span, table| Ignored { source, line: line(source, span), table };
    if let Some(tables) = item.as_array_of_tables() {
        return Some(tables.iter().map(|table: &Table| one(table.span(), table as &dyn TableLike)).collect());
    }
    let inline = |value: &'t toml_edit::Value| Some(one(value.span(), value.as_inline_table()? as &dyn TableLike));
    item.as_array()?.iter().map(inline).collect()
}

fn line(source: &Source, span: Option<Range<usize>>) -> usize {
    let start = span.map_or(0, |span| span.start);
    source.position(Span::new(start, start).start).line
}
