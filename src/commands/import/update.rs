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
use crate::policy::Baseline;
use crate::policy::places::BASELINE;
use crate::register::draft::Draft;
use crate::register::fields::{Change, Field, Kind, Need, STATUS};
use crate::register::{self, Files, Status};
use crate::rule::{Finding, Level};
use crate::rules::Case;
use crate::source::FileId;
use crate::text::shown;
use crate::yaml::edit::{self, Edit};
use crate::yaml::write::Value;
use crate::yaml::{self, Kind as NodeKind, Node};

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
    let before = opened.judge.baseline.clone();
    let merged = opened.merged()?;
    let mut left = lacking(&opened);
    // What the gate finds in what is not merged yet is still to be tolerated.
    let of_change =
        before.as_ref().map(|_| baseline::gaps_of_change(&opened.judge, opened.own.as_ref(), &opened.files, &merged));
    for (id, rules) in of_change.into_iter().flatten() {
        let there = left.entry(id).or_default();
        rules.into_iter().for_each(|(rule, fields)| there.entry(rule).or_default().extend(fields));
    }
    let after = before.as_ref().map(|before| baseline::shortened(before, &left, &merged));
    let findings = told(&opened, &plan, after.as_ref());
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
        findings,
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

/// Counts what the check says of the exceptions that took values, apart from what they lack and what is tolerated.
fn told(opened: &Opened, plan: &Plan, baseline: Option<&Baseline>) -> Vec<(Level, &'static str, usize)> {
    let register = opened.register();
    let mut found = Case::whole(&opened.judge, &register, None, &opened.files).run_strictly();
    found.narrow();
    let is_told = |finding: &&Finding| {
        let (path, field) = (opened.files.source(finding.file).path(), Baseline::field(&finding.place.pointer));
        let is_tolerated = baseline.is_some_and(|it| it.lists(register::stem(path), finding.rule.id, field));
        finding.place.missing().is_none() && !is_tolerated && plan.files.iter().any(|file| file.path == path)
    };
    super::by_rule(found.iter().filter(is_told))
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
        let status = tree.get(STATUS.key()).filter(|status| !status.is_empty());
        let status = status.map_or_else(|| Some(entry.draft.text(STATUS)), Node::as_text);
        let lacks = |field: &Field| field.need() != Need::Closed || status == Some(Status::Closed.name());
        for field in Field::tops().filter(|field| entry.draft.is_given(*field)) {
            if lacks(&field) {
                filling.fill(field, &tree, &is_faulty);
            } else {
                let why = format!("{}: `{}` is not closed; `stopgap close` closes it", field.name(), shown(id));
                self.notes.push((entry.line, why));
            }
        }
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
        let (fields, edits): (Vec<Field>, Vec<Vec<Edit>>) = edits.into_iter().unzip();
        let edits = edits.concat();
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
    edits: BTreeMap<Field, Vec<Edit>>,
    /// The fields that say something else than the row, and what they say.
    kept: Vec<(Field, String)>,
}

impl Filling<'_> {
    fn fill(&mut self, field: Field, tree: &Node<'_>, is_faulty: &dyn Fn(Field) -> bool) {
        if !self.draft.is_given(field) {
            return;
        }
        // An empty list of words says that there is none of them; any other one says nothing.
        let is_bare = |node: &Node<'_>| {
            matches!(field.kind(), Kind::Mappings | Kind::Texts) && node.as_seq().is_some_and(<[_]>::is_empty)
        };
        let there = yaml::lookup(tree, &field.pointer()).map(|(_, node)| node);
        let there = there.filter(|node| !node.is_empty() && !is_bare(node));
        match there {
            Some(node) if field.kind() == Kind::Mapping && node.as_map().is_some() => {
                field.parts().for_each(|part| self.fill(part, tree, is_faulty));
            }
            Some(node) if self.says(field, node) || self.fill_items(field, node) => {}
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
            self.edits.insert(field, vec![Edit::Set { path, value }]);
        }
    }

    /// Fills what the items of a list lack; `false` where the row does not say for which of them. It has either a text
    /// for each item, or one for each that lacks it.
    fn fill_items(&mut self, field: Field, node: &Node<'_>) -> bool {
        let Some(items) = node.as_seq().filter(|_| field.kind() == Kind::Mappings) else { return false };
        let mut filled = Vec::new();
        for part in field.parts() {
            let texts = self.draft.list(part).unwrap_or_default();
            let there = |at: usize| items[at].get(part.key()).filter(|node| !node.is_empty());
            let lacking: Vec<usize> = (0..items.len()).filter(|at| there(*at).is_none()).collect();
            let places: Vec<usize> = match texts.len() {
                0 => continue,
                count if count == lacking.len() => lacking,
                count if count == items.len() => (0..count).collect(),
                _ => return false,
            };
            let mut edits = Vec::new();
            for (at, text) in places.into_iter().zip(texts) {
                match there(at) {
                    Some(node) if is_same(text, Some(node)) => {}
                    Some(_) => return false,
                    None => {
                        let path = [field.key(), &at.to_string(), part.key()].map(str::to_owned).to_vec();
                        edits.push(Edit::Set { path, value: Value::text(text.clone()) });
                    }
                }
            }
            filled.extend((!edits.is_empty()).then_some((part, edits)));
        }
        self.edits.extend(filled);
        true
    }

    /// Returns whether a value is what the row says.
    fn says(&self, field: Field, node: &Node<'_>) -> bool {
        match (field.kind(), node.as_seq()) {
            (Kind::Mappings, Some(items)) => field.parts().all(|part| {
                let list = self.draft.list(part).unwrap_or_default();
                let key = part.key();
                list.is_empty()
                    || (list.len() == items.len()
                        && list.iter().zip(items).all(|(text, item)| is_same(text, item.get(key))))
            }),
            (Kind::Texts | Kind::Words(_), Some(items)) => {
                let list = self.draft.list(field).unwrap_or_default();
                list.len() == items.len() && list.iter().zip(items).all(|(text, item)| is_same(text, Some(item)))
            }
            _ => is_same(self.draft.text(field), Some(node)),
        }
    }
}

/// Returns whether a value is a text, however it is broken into lines.
fn is_same(text: &str, node: Option<&Node<'_>>) -> bool {
    let there = node.and_then(Node::as_text).unwrap_or_default();
    text.split_whitespace().eq(there.split_whitespace())
}

/// Returns the texts of a value with commas between.
fn short(node: &Node<'_>) -> String {
    let below: Vec<String> = match &node.kind {
        NodeKind::Scalar(_) => return shown(node.as_text().unwrap_or_default()).into_owned(),
        NodeKind::Seq(items) => items.iter().map(short).collect(),
        NodeKind::Map(entries) => entries.iter().map(|entry| short(&entry.value)).collect(),
    };
    below.join(", ")
}
