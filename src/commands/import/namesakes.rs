//! Which of several rows that are called the same is which exception of the register.
//!
//! A row without an id is called by its words, and namesakes get a number in the order of their rows. That order
//! changes when a row is fixed, added or moved, so what they say tells them apart.

use std::collections::{BTreeMap, BTreeSet};

use crate::commands::opened::Opened;
use crate::import::Entry;
use crate::register::draft::Draft;
use crate::register::fields::{CONTROL, Field, REASON, SYSTEM};
use crate::register::{Exception, Text, stem};
use crate::source::FileId;

/// Gives rows that are called the same the ids of the exceptions that they are, and others one that is free.
pub(super) fn tell_apart(entries: &mut [Entry], opened: &Opened) {
    let id = |file: &FileId| (stem(opened.files.source(*file).path()).to_ascii_lowercase(), ());
    let known: BTreeMap<String, ()> = opened.files.own().iter().map(id).collect();
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        groups.entry(entry.called.to_ascii_lowercase()).or_default().push(at);
    }
    // Of a single row and a single exception nothing else is possible.
    groups.retain(|called, rows| match namesakes(&known, called).take(2).count() {
        0 => false,
        1 => rows.len() > 1,
        _ => true,
    });
    if groups.is_empty() {
        return;
    }
    let register = opened.records(false);
    let exceptions: BTreeMap<String, &Exception<'_>> =
        register.exceptions().map(|it| (it.id.to_ascii_lowercase(), it)).collect();
    let mut used: BTreeSet<String> = known.into_keys().collect();
    let sure = entries.iter().filter(|entry| !groups.contains_key(&entry.called.to_ascii_lowercase()));
    used.extend(sure.map(|entry| entry.id.to_ascii_lowercase()));
    for (called, mut rows) in groups {
        let mut there: Vec<&Exception<'_>> = namesakes(&exceptions, &called).copied().collect();
        there.sort_by_key(|it| (it.id.len(), it.id));
        for fields in [&[CONTROL, SYSTEM, REASON][..], &[CONTROL, SYSTEM]] {
            rows.retain(|row| {
                let entry = &mut entries[*row];
                let found = there.iter().position(|it| fields.iter().all(|field| says(it, *field, &entry.draft)));
                if let Some(at) = found {
                    there.remove(at).id.clone_into(&mut entry.id);
                }
                found.is_none()
            });
        }
        // An exception that says something else by now was edited since.
        for (at, row) in rows.into_iter().enumerate() {
            let entry = &mut entries[row];
            match there.get(at) {
                Some(exception) => exception.id.clone_into(&mut entry.id),
                None => {
                    entry.id = free(&entry.called, &used);
                    used.insert(entry.id.to_ascii_lowercase());
                }
            }
        }
    }
}

/// Returns what has an id that is handed out to those who are called so: the name itself, or one with a number after it.
fn namesakes<'m, V>(ids: &'m BTreeMap<String, V>, called: &str) -> impl Iterator<Item = &'m V> {
    let start = format!("{called}-");
    let numbered = ids.range(start.clone()..).take_while({
        let start = start.clone();
        move |(id, _)| id.starts_with(&start)
    });
    let is_number = move |id: &str| id[start.len()..].parse::<usize>().is_ok();
    ids.get(called).into_iter().chain(numbered.filter(move |(id, _)| is_number(id)).map(|(_, it)| it))
}

fn says(exception: &Exception<'_>, field: Field, draft: &Draft) -> bool {
    let there = match field {
        CONTROL => &exception.control,
        SYSTEM => &exception.scope.system,
        _ => &exception.reason,
    };
    let there = there.as_ref().map(Text::as_str).unwrap_or_default();
    there.split_whitespace().eq(draft.text(field).split_whitespace())
}

fn free(called: &str, used: &BTreeSet<String>) -> String {
    let numbered = (2_u64..).map(|number| format!("{called}-{number}"));
    let ids = std::iter::once(called.to_owned()).chain(numbered);
    ids.into_iter().find(|id| !used.contains(&id.to_ascii_lowercase())).unwrap_or_default()
}
