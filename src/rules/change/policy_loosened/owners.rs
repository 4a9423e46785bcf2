//! Who owns the register and its rule book by CODEOWNERS.

use std::collections::BTreeMap;

use super::places::Places;
use crate::history::{Changes, Document};
use crate::people::People;
use crate::rules::Context;
use crate::signoff::{Codeowners, Owner, OwnerKind, Rule, people_of};
use crate::source::{FileId, Span};
use crate::text::shown;

/// Bounds the work on a hostile file: so many patterns are tried, the register's own files last.
const MOST_MATCHES: usize = 20_000_000;

/// One side: the CODEOWNERS that counts.
struct Side<'c> {
    file: FileId,
    codeowners: Codeowners<'c>,
}

pub(super) fn compare(changes: &Changes<'_>, places: &Places<'_>, cx: &mut Context<'_>) {
    let find = |version: fn(&Document) -> Option<FileId>| {
        let file = Codeowners::LOCATIONS
            .iter()
            .find_map(|name| changes.documents.iter().find(|it| it.path == *name).and_then(version));
        file.map(|file| (file, places.text(file)))
    };
    let Some((base_file, before)) = find(|document| document.base) else { return };
    let Some((head_file, after)) = find(|document| document.head) else {
        cx.report_in(base_file, Span::default(), "CODEOWNERS is gone, so nobody has to sign an exception off")
            .help("put the file back");
        return;
    };
    if before == after {
        return;
    }
    let base = Side { file: base_file, codeowners: Codeowners::parse(before) };
    let head = Side { file: head_file, codeowners: Codeowners::parse(after) };
    let judge = cx.judge;
    let mut losses: BTreeMap<(usize, Option<usize>), Vec<Watched>> = BTreeMap::new();
    for it in watched(changes, base.codeowners.rules().len() + head.codeowners.rules().len(), cx) {
        let Some(old) = base.codeowners.owners(&it.path) else { continue };
        let new = head.codeowners.owners(&it.path);
        if loss(&judge.people, old, new).is_some() {
            losses.entry((old.line, new.map(|rule| rule.line))).or_default().push(it);
        }
    }
    for files in losses.into_values() {
        report(&base, &head, &files, cx);
    }
}

/// A file that must stay owned.
struct Watched {
    /// Its path from the top of the work tree.
    path: String,
    /// What it is called in a message.
    name: String,
}

/// Lists the rule book, a file of the register that is still to come, and those that are there.
fn watched(changes: &Changes<'_>, rules: usize, cx: &Context<'_>) -> Vec<Watched> {
    let policy = &cx.judge.policy;
    let prefix = cx.ownership.map_or("", |ownership| ownership.prefix.as_str());
    let named = |path: String| Watched { name: path.clone(), path };
    let below = |path: &str| named(format!("{prefix}{path}"));
    let folder = format!("{prefix}{}/", policy.exceptions);
    let mut files = vec![Watched { path: format!("{folder}a-new-exception.yaml"), name: folder }];
    files.extend(policy.path.as_deref().map(below));
    files.extend(cx.judge.people.roster().map(|_| below(policy.people_path())));
    files.extend(cx.judge.controls.as_ref().map(|_| below(policy.controls_path())));
    files.extend(policy.schema.as_deref().map(below));
    let codeowners = changes.documents.iter().filter(|it| Codeowners::LOCATIONS.contains(&&*it.path));
    files.extend(codeowners.map(|it| named(it.path.clone())));
    let most = MOST_MATCHES / (rules + 1);
    files.extend(cx.register.files.iter().take(most).map(|file| below(file.path)));
    files
}

/// How the owners of a file got fewer or others.
enum Loss<'c> {
    Nobody,
    Another(&'c str),
}

fn loss<'c>(people: &People, old: &Rule<'_>, new: Option<&Rule<'c>>) -> Option<Loss<'c>> {
    let real = |owner: &&Owner<'_>| owner.kind != OwnerKind::Nobody;
    let before: Vec<Owner<'_>> = old.owners.iter().filter(real).copied().collect();
    if before.is_empty() {
        return None;
    }
    let after: Vec<Owner<'c>> = new.map(|rule| rule.owners.iter().filter(real).copied().collect()).unwrap_or_default();
    if after.is_empty() {
        return Some(Loss::Nobody);
    }
    let members = people_of(&before, people);
    let known = |owner: &Owner<'c>| {
        let written = before.iter().any(|before| before.text.eq_ignore_ascii_case(owner.text));
        let expanded = people_of(std::slice::from_ref(owner), people);
        let all = !expanded.people.is_empty() && expanded.people.iter().all(|person| members.has(people, person));
        written || (all && expanded.unknown_teams.is_empty())
    };
    after.iter().find(|owner| !known(owner)).map(|owner| Loss::Another(owner.text))
}

fn report(base: &Side<'_>, head: &Side<'_>, files: &[Watched], cx: &mut Context<'_>) {
    let Some(first) = files.first() else { return };
    let Some(old) = base.codeowners.owners(&first.path) else { return };
    let new = head.codeowners.owners(&first.path);
    let Some(loss) = loss(&cx.judge.people, old, new) else { return };
    let more = match files.len() {
        1 => String::new(),
        2 => " and `1` more file".to_owned(),
        count => format!(" and `{}` more files", count - 1),
    };
    let (path, pattern) = (shown(&first.name), shown(old.pattern));
    let owners: Vec<_> = old.owners.iter().map(|owner| owner.text).collect();
    let owners = owners.join(" ");
    let message = match loss {
        Loss::Nobody => format!("nobody has to approve `{path}`{more} any more; `{}` had to", shown(&owners)),
        Loss::Another(owner) => {
            format!("`{}` may approve `{path}`{more} now; only `{}` could", shown(owner), shown(&owners))
        }
    };
    let span = new.map(|rule| rule.span).unwrap_or_default();
    cx.report_in(head.file, span, message)
        .label_in(base.file, old.span, "the line that decided")
        .help(format!("let the line `{pattern} {}` decide again: the last one that matches does", shown(&owners)));
}
