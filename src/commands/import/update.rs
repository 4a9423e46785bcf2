//! `stopgap import --update`: what a spreadsheet says of the gaps of exceptions that are in the register already.
//!
//! Only a field that is missing takes a value. What was written is never replaced, but for a field that is free to
//! edit and in which a rule finds something.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

use super::baseline::{self, Gaps};
use crate::cli;
use crate::commands::opened::Opened;
use crate::commands::{World, write};
use crate::error::Error;
use crate::files;
use crate::import::{Entry, Reading};
use crate::output::import_update::{Kept, Outcome, Shortened, Updated, render};
use crate::policy::places::BASELINE;
use crate::register::draft::Draft;
use crate::register::fields::{Change, Field, Kind};
use crate::register::{self, Files, Status};
use crate::rules::Case;
use crate::source::FileId;
use crate::text::shown;
use crate::yaml::edit::{self, Edit};
use crate::yaml::{self, Node};

/// Fills the gaps.
pub(super) fn run(
    arguments: &cli::Import,
    name: &str,
    mut reading: Reading,
    mut opened: Opened,
    world: &World,
    out: &mut dyn Write,
) -> Result<ExitCode, Error> {
    let found = lacking(&opened);
    let mut plan = Plan::default();
    for entry in std::mem::take(&mut reading.entries) {
        plan.take(&entry, &opened.files, &found)?;
    }
    for file in &plan.files {
        let decoded = files::decode(file.after.clone().into_bytes(), file.path.clone());
        opened.files.put(decoded);
    }
    let left = lacking(&opened);
    let before = opened.judge.baseline.clone();
    let merged = opened.merged()?;
    let register = opened.records(false);
    let filled = |id: &str| {
        register.exceptions().find(|it| it.id == id).filter(|it| it.is(&[Status::Closed]))?;
        let file = plan.files.iter().find(|file| register::stem(&file.path) == id);
        Some(file.map(|file| file.fields.iter().map(|field| field.pointer()).collect()).unwrap_or_default())
    };
    let after = before.as_ref().map(|before| baseline::shortened(before, &left, &merged, filled));
    let shortened = before.as_ref().zip(after.as_ref()).map(|(before, after)| Shortened {
        path: BASELINE,
        before: before.lines().count(),
        after: after.lines().count(),
    });
    let changed = before.zip(after).filter(|(before, after)| before.entries != after.entries);
    if !arguments.dry_run {
        for file in &plan.files {
            write::replace(&opened.root.join(&file.path), &file.before, &file.after)?;
        }
        if let Some((before, after)) = &changed {
            write::replace(&opened.root.join(BASELINE), &before.text, &after.to_yaml())?;
        }
    }
    let is_complete = plan.unknown.is_empty() && reading.unread.is_empty();
    let updated = plan.files.into_iter().map(|file| Updated {
        left: left
            .get(register::stem(&file.path))
            .map(|left| left.values().map(|fields| fields.len()).sum())
            .unwrap_or(0),
        id: register::stem(&file.path).to_owned(),
        path: file.path,
        line: file.line,
        fields: file.fields.into_iter().map(Field::name).collect(),
    });
    let outcome = Outcome {
        file: name,
        reading: &reading,
        elsewhere: super::elsewhere(&opened.root, &world.folder),
        updated: updated.collect(),
        kept: plan.kept,
        unknown: plan.unknown,
        notes: plan.notes,
        baseline: shortened,
        dry_run: arguments.dry_run,
        verbose: arguments.verbose,
    };
    render(arguments.format, &outcome, out)?;
    Ok(if is_complete { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// Says what each exception of the register lacks, whether it is tolerated or not.
fn lacking(opened: &Opened) -> Gaps {
    let register = opened.register();
    let found = Case::whole(&opened.judge, &register, None, &opened.files).run_strictly();
    baseline::gaps(&found, &opened.files)
}

/// What is to be written, and what is not.
#[derive(Default)]
struct Plan {
    files: Vec<Edited>,
    kept: Vec<Kept>,
    /// Rows whose id no exception has: the line and the id.
    unknown: Vec<(usize, String)>,
    /// What could not be read of a row: the line and why.
    notes: Vec<(usize, String)>,
}

/// A file with its gaps filled.
struct Edited {
    path: String,
    line: usize,
    before: String,
    after: String,
    fields: Vec<Field>,
}

impl Plan {
    fn take(&mut self, entry: &Entry, files: &Files, found: &Gaps) -> Result<(), Error> {
        let called = |file: &&FileId| register::stem(files.source(**file).path()).eq_ignore_ascii_case(&entry.id);
        let Some(file) = files.own().iter().find(called).filter(|file| files.fault(**file).is_none()) else {
            self.unknown.push((entry.line, entry.id.clone()));
            return Ok(());
        };
        let source = files.source(*file);
        let Ok(tree) = yaml::parse(source.text()) else {
            self.unknown.push((entry.line, entry.id.clone()));
            return Ok(());
        };
        self.notes.extend(entry.notes.iter().map(|note| (entry.line, format!("{}: {}", note.about, note.text))));
        let id = register::stem(source.path());
        let faults = found.get(id);
        let is_faulty = |field: Field| {
            let pointer = field.pointer();
            faults.is_some_and(|rules| rules.values().any(|fields| fields.contains(&pointer)))
        };
        let mut filling = Filling { draft: &entry.draft, edits: BTreeMap::new(), kept: Vec::new() };
        Field::tops().for_each(|field| filling.fill(field, &tree, &is_faulty));
        let Filling { edits, kept, .. } = filling;
        self.kept.extend(kept.into_iter().map(|(field, says)| Kept {
            line: entry.line,
            id: id.to_owned(),
            field: field.name(),
            says,
        }));
        if edits.is_empty() {
            return Ok(());
        }
        let order: Vec<&str> = Field::tops().map(Field::key).collect();
        let (fields, edits): (Vec<Field>, Vec<Edit>) = edits.into_iter().unzip();
        let after = edit::apply(source.text(), &edits, &order).map_err(|refusal| Error::ByHand {
            path: source.path().to_owned(),
            why: refusal.why,
            lines: edits.iter().map(Edit::by_hand).collect(),
        })?;
        self.files.push(Edited {
            path: source.path().to_owned(),
            line: entry.line,
            before: source.text().to_owned(),
            after,
            fields,
        });
        Ok(())
    }
}

/// What one row fills.
struct Filling<'f> {
    draft: &'f Draft,
    edits: BTreeMap<Field, Edit>,
    /// The fields that say something else than the row, and what they say.
    kept: Vec<(Field, String)>,
}

impl Filling<'_> {
    fn fill(&mut self, field: Field, tree: &Node<'_>, is_faulty: &dyn Fn(Field) -> bool) {
        if !self.draft.is_given(field) {
            return;
        }
        let there = yaml::lookup(tree, &field.pointer()).map(|(_, node)| node).filter(|node| !node.is_empty());
        match there {
            Some(node) if field.kind() == Kind::Mapping && node.as_map().is_some() => {
                field.parts().for_each(|part| self.fill(part, tree, is_faulty));
            }
            Some(node) if self.says(field, node) => {}
            Some(node) => {
                let replaceable = field.change() == Change::Free && node.as_text().is_some() && is_faulty(field);
                match replaceable {
                    true => self.set(field),
                    false => self.kept.push((field, short(node))),
                }
            }
            None => self.set(field),
        }
    }

    fn set(&mut self, field: Field) {
        if let Some(value) = self.draft.value(field) {
            let path = field.path().split('.').map(str::to_owned).collect();
            self.edits.insert(field, Edit::Set { path, value });
        }
    }

    /// Returns whether a value is what the row says.
    fn says(&self, field: Field, node: &Node<'_>) -> bool {
        let same = |text: &str, node: Option<&Node<'_>>| {
            let there = node.and_then(Node::as_text).unwrap_or_default();
            text.split_whitespace().eq(there.split_whitespace())
        };
        match (field.kind(), node.as_seq()) {
            (Kind::Mappings, Some(items)) => field.parts().all(|part| {
                let list = self.draft.list(part).unwrap_or_default();
                let key = part.key();
                list.is_empty()
                    || (list.len() == items.len()
                        && list.iter().zip(items).all(|(text, item)| same(text, item.get(key))))
            }),
            (Kind::Texts | Kind::Words(_), Some(items)) => {
                let list = self.draft.list(field).unwrap_or_default();
                list.len() == items.len() && list.iter().zip(items).all(|(text, item)| same(text, Some(item)))
            }
            _ => same(self.draft.text(field), Some(node)),
        }
    }
}

fn short(node: &Node<'_>) -> String {
    node.as_text().map_or_else(|| "a list".to_owned(), |text| shown(text).into_owned())
}
