//! JSON Lines: an object a file, with what the file says and where that stands today.
//!
//! `record` is the file itself, key by key in its order and under the schema's names, the
//! organisation's own keys included. Every scalar in it is a text, as stopgap reads it, so that
//! `0417` and `1.10` stay what they are; an empty value is a missing key. The facts that are worked
//! out stand beside it, where no key of a file can take their place.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::output::escape;
use crate::output::export::{Entry, Export, Standing};
use crate::yaml::{Kind, Node};

/// The version of the contract; a key that goes or changes its meaning makes it another.
const VERSION: u32 = 1;

#[derive(serde::Serialize)]
struct Line<'e> {
    version: u32,
    id: &'e str,
    path: &'e str,
    today: &'e str,
    live: Option<bool>,
    in_force: Option<bool>,
    ended: Option<bool>,
    days_left: Option<i64>,
    last_day: Option<&'e str>,
    current_expiry: Option<&'e str>,
    ends_at: Option<&'e str>,
    renewals_used: Option<usize>,
    problem: Option<&'e str>,
    record: Option<Record<'e>>,
}

/// Writes a line a file.
pub(super) fn render(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    let today = export.today.day.to_string();
    let make = |entry: &Entry<'_>| {
        let mut bytes = Vec::new();
        escape::json_line(&line(entry, &today), &mut bytes).map(|()| bytes)
    };
    export.each(make, |bytes| out.write_all(&bytes?))
}

fn line<'e>(entry: &'e Entry<'_>, today: &'e str) -> Line<'e> {
    let Standing { live, in_force, ended, days_left, last_day, current_expiry, ends_at, renewals_used } =
        &entry.standing;
    Line {
        version: VERSION,
        id: entry.file.stem,
        path: entry.file.path,
        today,
        live: *live,
        in_force: *in_force,
        ended: *ended,
        days_left: *days_left,
        last_day: last_day.as_deref(),
        current_expiry: current_expiry.as_deref(),
        ends_at: ends_at.as_deref(),
        renewals_used: *renewals_used,
        problem: entry.problem.as_deref(),
        record: entry.tree.as_ref().map(Record),
    }
}

/// A tree as JSON.
struct Record<'e>(&'e Node<'e>);

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.kind {
            _ if self.0.is_empty() => serializer.serialize_none(),
            Kind::Scalar(scalar) => serializer.serialize_str(&scalar.text),
            Kind::Seq(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(&Record(item)))?;
                list.end()
            }
            Kind::Map(entries) => {
                let mut map = serializer.serialize_map(None)?;
                let present = entries.iter().filter(|entry| !entry.value.is_empty());
                present.into_iter().try_for_each(|entry| map.serialize_entry(&*entry.key, &Record(&entry.value)))?;
                map.end()
            }
        }
    }
}
