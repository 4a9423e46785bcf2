//! An exception in JSON, the same wherever one is printed: `list`, `show`, `report`, `export` and `remind` give the
//! same facts under the same names, and the file itself under `record`.
//!
//! What is computed is outside the record, where a key that a file invents cannot replace it.

use std::borrow::Cow;

use chrono::Datelike;
use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};

use crate::register::fields::Field;
use crate::register::{Exception, FileRef, Files, Home, Register, Term};
use crate::time::{Today, Zone, rfc3339};
use crate::yaml::{self, Entry, Kind, Node};

/// A register on a day, from which exceptions are described.
#[derive(Clone, Copy, Debug)]
pub struct View<'v> {
    /// All exceptions.
    pub register: &'v Register<'v>,
    /// Their files.
    pub files: &'v Files,
    /// The register's time zone.
    pub zone: Zone,
    /// The moment that they are seen from.
    pub today: Today,
    /// Where each register is, if there are several: then all paths are from the top of the work tree.
    pub homes: &'v [Home],
}

/// An exception as JSON has it.
#[derive(Debug, Serialize)]
pub(super) struct Described<'v> {
    pub(super) id: &'v str,
    /// The register, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) register: Option<&'v str>,
    pub(super) path: &'v str,
    #[serde(flatten)]
    pub(super) facts: Facts,
    /// Why the file cannot be read.
    pub(super) problem: Option<&'v str>,
    record: Option<Record<'v>>,
}

/// The state of an exception; each fact is `None` if it cannot be determined.
#[derive(Debug, Default, Serialize)]
pub(super) struct Facts {
    /// Its status is `active` or `expired`.
    pub(super) live: Option<bool>,
    /// It is active, has started and has not ended.
    pub(super) in_force: Option<bool>,
    /// It is closed, rejected, or past its current expiry.
    pub(super) ended: Option<bool>,
    /// Days until the last covered day, negative once that is past; only for a live one.
    pub(super) days_left: Option<i64>,
    /// The first covered day.
    pub(super) first_day: Option<String>,
    /// The last covered day.
    pub(super) last_day: Option<String>,
    /// The last renewal's expiry, otherwise the entry's own, as written.
    pub(super) current_expiry: Option<String>,
    /// The first instant that is no longer covered, in UTC (RFC 3339).
    pub(super) ends_at: Option<String>,
    /// Who accepted the risk of the current term: the last renewal's approver, otherwise the entry's own.
    pub(super) current_approver: Option<String>,
    /// How many renewals it has had.
    pub(super) renewals_used: Option<usize>,
}

impl<'v> View<'v> {
    /// Returns the name of the register that a file is in, if there are several.
    pub(super) fn register_of(&self, path: &str) -> Option<&'v str> {
        Home::of(self.homes, path).map(|home| home.name.as_str())
    }

    /// Describes the exception of a file.
    pub(super) fn describe(&self, file: &FileRef<'v>) -> Described<'v> {
        let exception = self.register.exception(file.id);
        let text = self.files.source(file.id).text();
        Described {
            id: file.stem(),
            register: self.register_of(file.path),
            path: file.path,
            facts: self.facts(exception),
            problem: self.register.problem(file.id).map(|problem| problem.message.as_str()),
            record: exception.map(|_| Record { kept: self.register.tree(file.id), text }),
        }
    }

    /// Describes an exception that could be read.
    pub(super) fn describe_exception(&self, exception: &Exception<'v>) -> Described<'v> {
        let path = self.files.source(exception.file).path();
        self.describe(&FileRef { id: exception.file, path })
    }

    /// Returns the state of an exception.
    pub(super) fn facts(&self, exception: Option<&Exception<'_>>) -> Facts {
        let Some(it) = exception else { return Facts::default() };
        let path = self.files.source(it.file).path();
        let (zone, today) = Home::of(self.homes, path).map_or((self.zone, self.today), |home| (home.zone, home.today));
        let expiry = it.current_expiry().map(|expiry| expiry.value);
        let term = it.term(zone, today);
        let live = it.is_live();
        let end = expiry.map(|expiry| zone.ends_at(expiry)).filter(|end| end.year() <= 9999);
        Facts {
            live: Some(live),
            in_force: Some(it.is_in_force(zone, today)),
            ended: match it.status {
                Some(_) if !live => Some(true),
                Some(_) => term.map(|term| term.ended),
                // An exception without a status may be over already.
                None => term.map(|term| term.ended).filter(|ended| *ended),
            },
            days_left: term.filter(|_| live).map(|term| term.days_left),
            first_day: it.starts.as_ref().map(|starts| zone.first_day(starts.value).to_string()),
            last_day: term.map(|Term { last_day, .. }| last_day.to_string()),
            current_expiry: expiry.map(|expiry| expiry.to_string()),
            ends_at: end.map(rfc3339),
            current_approver: it.last_approver().map(|approver| approver.as_str().to_owned()),
            renewals_used: Some(it.renewals.len()),
        }
    }
}

/// Returns the owner that a file names; `None` if it names none or cannot be read.
pub(super) fn owner(text: &str) -> Option<String> {
    let tree = yaml::parse(text).ok()?;
    let (_, node) = yaml::lookup(&tree, "/owner")?;
    match &node.kind {
        Kind::Scalar(scalar) if !node.is_empty() => Some(scalar.text.to_string()),
        _ => None,
    }
}

/// The file itself: its keys in the order of the table of fields, then unknown ones in their own order. Every scalar is
/// a text as stopgap reads it, so that `0417` and `1.10` stay what they are; an empty value is a missing key.
///
/// If the register did not keep its tree, the file is parsed again, because the model does not keep unknown keys.
#[derive(Clone, Copy, Debug)]
struct Record<'v> {
    kept: Option<&'v Node<'v>>,
    text: &'v str,
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.kept.map(Cow::Borrowed).or_else(|| yaml::parse(self.text).ok().map(Cow::Owned)) {
            Some(node) => Tree { node: &node, place: "" }.serialize(serializer),
            None => serializer.serialize_none(),
        }
    }
}

/// A value of the file, and its path: the keys above it joined by dots.
struct Tree<'t> {
    node: &'t Node<'t>,
    place: &'t str,
}

impl Tree<'_> {
    fn place_of(&self, key: &str) -> String {
        if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) }
    }
}

impl Serialize for Tree<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.node.kind {
            _ if self.node.is_empty() => serializer.serialize_none(),
            Kind::Scalar(scalar) => serializer.serialize_str(&scalar.text),
            Kind::Seq(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|node| list.serialize_element(&Tree { node, place: self.place }))?;
                list.end()
            }
            Kind::Map(entries) => {
                let present = entries.iter().filter(|entry| !entry.value.is_empty());
                let mut present: Vec<(String, &Entry<'_>)> =
                    present.map(|entry| (self.place_of(&entry.key), entry)).collect();
                present.sort_by_key(|(place, _)| {
                    let field = Field::of_name(place);
                    (field.is_none(), field)
                });
                let mut map = serializer.serialize_map(None)?;
                for (place, entry) in &present {
                    map.serialize_entry(&*entry.key, &Tree { node: &entry.value, place })?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::ReadFile;
    use crate::source::Source;

    fn files(text: &str) -> Files {
        Files::from_read(vec![ReadFile::from(Source::new("exceptions/x.yaml", text.to_owned()))])
    }

    fn described(text: &str) -> serde_json::Value {
        let files = files(text);
        let (register, _) = Register::parse_unjudged(&files, &[]);
        let zone = Zone::UTC;
        let today = Today::parse("2026-11-23", zone).unwrap();
        let view = View { register: &register, files: &files, zone, today, homes: &[] };
        let mut bytes = Vec::new();
        crate::output::escape::json_line(&view.describe(&register.files[0]), &mut bytes).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[test]
    fn no_fact_has_the_name_of_a_field() {
        let facts = described("title: a\n");
        for key in facts.as_object().unwrap().keys() {
            assert_eq!(Field::of_name(key), None, "{key}");
        }
    }

    #[test]
    fn the_record_is_written_in_the_order_of_the_table() {
        let text = "x-a: 1\nrenewals: [{x-b: 2, expires: soon, reason: r}]\nscope: {system: '04', team: }\nother: o\ntitle: t\n";
        let mut bytes = Vec::new();
        let record = Record { kept: None, text };
        crate::output::escape::json_line(&record, &mut bytes).unwrap();
        assert_eq!(
            String::from_utf8(bytes).unwrap().trim_end(),
            r#"{"title":"t","scope":{"system":"04"},"renewals":[{"reason":"r","expires":"soon","x-b":"2"}],"x-a":"1","other":"o"}"#
        );
    }

    #[test]
    fn a_kept_tree_is_written_as_a_new_one() {
        let files = files("b: [1, {c: }]\ntitle: t\n");
        let (kept, not) = (Register::parse_with_trees(&files), Register::parse_unjudged(&files, &[]).0);
        let id = files.own()[0];
        assert!(kept.tree(id).is_some() && not.tree(id).is_none());
        let written = [&kept, &not].map(|register| {
            let mut bytes = Vec::new();
            let record = Record { kept: register.tree(id), text: files.source(id).text() };
            crate::output::escape::json_line(&record, &mut bytes).unwrap();
            bytes
        });
        assert_eq!(written[0], written[1]);
    }

    #[test]
    fn what_cannot_be_read_has_a_problem_and_nothing_else() {
        let found = described("title: [\n");
        assert_eq!(
            (&found["id"], &found["record"], &found["live"]),
            (&"x".into(), &None::<u8>.into(), &None::<u8>.into())
        );
        assert!(found["problem"].as_str().is_some_and(|problem| !problem.is_empty()));
    }
}
