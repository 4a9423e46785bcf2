//! Who owns the register and its rule book according to CODEOWNERS.

use std::collections::{BTreeMap, BTreeSet};

use super::places::{Places, report as report_in};
use crate::history::{Changes, Document};
use crate::people::{People, Roster};
use crate::policy::RuleBook;
use crate::rules::Context;
use crate::signoff::{Codeowners, Demand, Owner, OwnerKind, Problem, Rule, people_of};
use crate::source::FileId;
use crate::text::shown;
use crate::yaml::Spot;

/// Bounds the work on a hostile file: at most this many patterns are tried, those of the register's own files last.
const MOST_MATCHES: usize = 20_000_000;

/// One side: the CODEOWNERS that counts.
struct Side<'c> {
    file: FileId,
    codeowners: Codeowners<'c>,
}

pub(super) fn compare(changes: &Changes<'_>, book: &RuleBook, places: &Places<'_>, cx: &mut Context<'_>) {
    let forge = cx.judge.policy.forge();
    let find = |version: fn(&Document) -> Option<FileId>| {
        changes.codeowners(forge, version).map(|file| (file, places.text(file)))
    };
    let Some((base_file, before)) = find(|document| document.base) else { return };
    let Some((head_file, after)) = find(|document| document.head) else {
        cx.report_in(base_file, Spot::file(), "CODEOWNERS is gone, so no exception requires a sign-off")
            .help("put the file back");
        return;
    };
    name_moves(changes, (base_file, &Codeowners::parse(forge, before)), cx);
    let is_same_roster = cx.judge.people.roster().map(Roster::teams).eq(&book.people.roster().map(Roster::teams));
    if before == after && is_same_roster {
        return;
    }
    let base = Side { file: base_file, codeowners: Codeowners::parse(forge, before) };
    let head = Side { file: head_file, codeowners: Codeowners::parse(forge, after) };
    if !is_same_roster {
        name_new_members((&base, &head), (changes, book), places, cx);
    }
    if before == after {
        return;
    }
    let judge = cx.judge;
    let mut losses: BTreeMap<(usize, Option<usize>), Vec<Watched>> = BTreeMap::new();
    for it in watched(changes, base.codeowners.rules().len() + head.codeowners.rules().len(), cx) {
        let new = head.codeowners.deciding(&it.path);
        for old in base.codeowners.binding(&it.path) {
            if let Some((_, blamed)) = loss(&judge.people, old, &new) {
                losses.entry((old.line, blamed.map(|rule| rule.line))).or_default().push(it.clone());
            }
        }
    }
    for ((old, _), files) in losses {
        report(&base, &head, old, &files, cx);
    }
    if !changes.is_past {
        name_faulty_lines((&base.codeowners, before), (&head, after), cx);
    }
}

/// Reports the lines that the change adds and the forge does not read as they are meant. `not-code-owned` reports those
/// of the base, or once they are merged.
fn name_faulty_lines((old, before): (&Codeowners<'_>, &str), (head, after): (&Side<'_>, &str), cx: &mut Context<'_>) {
    let line = |text: &str, problem: &Problem| text.lines().nth(problem.line.saturating_sub(1)).map(str::to_owned);
    let known: BTreeSet<_> = old.problems().iter().map(|it| (it.message.as_str(), line(before, it))).collect();
    for problem in head.codeowners.problems() {
        if !known.contains(&(problem.message.as_str(), line(after, problem))) {
            cx.report_in(head.file, Spot::without_field(problem.span), problem.message.as_str())
                .help(problem.help.as_str());
        }
    }
}

/// Reports exceptions that leave a folder whose owners alone could decide on them. The base's CODEOWNERS says who owns
/// either place; what happens to its lines is reported beside this. The past has no forge left to ask anybody.
fn name_moves(changes: &Changes<'_>, (page, codeowners): (FileId, &Codeowners<'_>), cx: &mut Context<'_>) {
    if changes.is_past {
        return;
    }
    let judge = cx.judge;
    let prefix = cx.ownership.map_or("", |ownership| ownership.prefix.as_str());
    let most = MOST_MATCHES.checked_div(codeowners.rules().len()).unwrap_or(usize::MAX);
    let mut moves: BTreeMap<(usize, Option<usize>), Vec<Moved>> = BTreeMap::new();
    for (from, to) in changes.moved().take(most) {
        let path = format!("{prefix}{to}");
        let new = codeowners.deciding(&path);
        for old in codeowners.binding(&format!("{prefix}{from}")) {
            if let Some((_, blamed)) = loss(&judge.people, old, &new) {
                let it = Moved { from: from.to_owned(), to: Watched { path: path.clone(), name: to.to_owned() } };
                moves.entry((old.line, blamed.map(|rule| rule.line))).or_default().push(it);
            }
        }
    }
    for ((line, _), moved) in moves {
        let Some(Moved { from, to: first }) = moved.first() else { continue };
        let Some(old) = codeowners.rules().iter().find(|rule| rule.line == line) else { continue };
        let Some((loss, _)) = loss(&judge.people, old, &codeowners.deciding(&first.path)) else { continue };
        let file = cx.register.files.iter().find(|file| file.path == first.name).map(|file| file.id);
        let Some(file) = file else { continue };
        let more = moved.len() - 1;
        let files = Several { first, more };
        let owners: Vec<_> = old.owners.iter().map(|owner| owner.text).collect();
        let (from, owners) = (shown(from), shown(&owners.join(" ")).into_owned());
        let message = match loss {
            Loss::Nobody => format!("approval is no longer required for {files}; at `{from}`, `{owners}` was required"),
            Loss::Another(owner) => {
                format!("`{}` may now approve {files}; at `{from}`, only `{owners}` could", shown(owner))
            }
            Loss::Fewer(now) => {
                format!("`{now}` approvals are now enough for {files}; at `{from}`, more were required")
            }
        };
        cx.report_in(file, Spot::file(), message)
            .label_in(page, old.span, "the line that decided")
            .help(format!("if this is intended, have an owner of `{from}` confirm it in the pull request"));
    }
}

/// An exception that a change moves.
struct Moved {
    /// Its path in the base, from the root.
    from: String,
    to: Watched,
}

/// A file that must stay owned.
#[derive(Clone)]
struct Watched {
    /// Its path from the top of the work tree.
    path: String,
    /// What it is called in a message.
    name: String,
}

/// Lists the rule book, a future file of the register, and the existing ones.
fn watched(changes: &Changes<'_>, rules: usize, cx: &Context<'_>) -> Vec<Watched> {
    let policy = &cx.judge.policy;
    let prefix = cx.ownership.map_or("", |ownership| ownership.prefix.as_str());
    let named = |path: String| Watched { name: path.clone(), path };
    let below = |path: &str| named(format!("{prefix}{path}"));
    let folder = format!("{prefix}{}/", policy.exceptions);
    let mut files = vec![Watched { path: format!("{folder}a-new-exception.yaml"), name: folder }];
    files.extend(policy.books_there(cx.judge.there()).map(|(_, path)| below(path)));
    let codeowners = changes.documents.iter().filter(|it| policy.forge().codeowners().contains(&&*it.path));
    files.extend(codeowners.map(|it| named(it.path.clone())));
    let most = MOST_MATCHES.checked_div(rules).unwrap_or(usize::MAX);
    files.extend(cx.register.files.iter().take(most).map(|file| below(file.path)));
    files
}

/// How much less is required for a file than before.
enum Loss<'c> {
    /// No approval is required.
    Nobody,
    /// Somebody else may approve.
    Another(&'c str),
    /// This many approvals are enough.
    Fewer(usize),
}

/// Returns how much less the new rules require than an old one; `None` if one of them requires at least as much. The
/// rule to blame is the one in the old one's section, otherwise the last.
fn loss<'r, 'c>(people: &People, old: &Rule<'_>, new: &[&'r Rule<'c>]) -> Option<(Loss<'c>, Option<&'r Rule<'c>>)> {
    let real = |owner: &&Owner<'_>| owner.kind != OwnerKind::Nobody;
    let before: Vec<Owner<'_>> = old.owners.iter().filter(real).copied().collect();
    if before.is_empty() {
        return None;
    }
    let losses: Vec<(&Rule<'c>, Option<Loss<'c>>)> =
        new.iter().map(|rule| (*rule, one_loss(people, old, &before, rule))).collect();
    if losses.iter().any(|(_, loss)| loss.is_none()) {
        return None;
    }
    let same = |rule: &Rule<'_>| match (rule.section, old.section) {
        (Some(a), Some(b)) => caseless::default_caseless_match_str(a, b),
        (a, b) => a == b,
    };
    let at = losses.iter().position(|(rule, _)| same(rule)).or_else(|| losses.len().checked_sub(1));
    let blamed = at.and_then(|at| losses.into_iter().nth(at));
    match blamed {
        Some((rule, Some(loss))) => Some((loss, Some(rule))),
        _ => Some((Loss::Nobody, None)),
    }
}

/// Returns how much less one new rule requires than an old one with these owners.
fn one_loss<'c>(people: &People, old: &Rule<'_>, before: &[Owner<'_>], new: &Rule<'c>) -> Option<Loss<'c>> {
    let (Demand::Approvals(asked), Demand::Approvals(now)) = (old.demand, new.demand) else {
        return Some(Loss::Nobody);
    };
    let after: Vec<Owner<'c>> = new.owners.iter().filter(|owner| owner.kind != OwnerKind::Nobody).copied().collect();
    if after.is_empty() {
        return Some(Loss::Nobody);
    }
    let members = people_of(before, people);
    let known = |owner: &Owner<'c>| {
        let written = before.iter().any(|before| before.text.eq_ignore_ascii_case(owner.text));
        let expanded = people_of(std::slice::from_ref(owner), people);
        let all = !expanded.people.is_empty() && expanded.people.iter().all(|person| members.has(people, person));
        written || (all && expanded.unknown_teams.is_empty())
    };
    match after.iter().find(|owner| !known(owner)) {
        Some(owner) => Some(Loss::Another(owner.text)),
        None => (now < asked).then_some(Loss::Fewer(now)),
    }
}

/// Reports people who join, in the roster, a team that may already approve: its line in CODEOWNERS is unchanged.
fn name_new_members(
    (base, head): (&Side<'_>, &Side<'_>),
    (changes, book): (&Changes<'_>, &RuleBook),
    places: &Places<'_>,
    cx: &mut Context<'_>,
) {
    let judge = cx.judge;
    let mut joined: BTreeMap<(&str, &str), Vec<Watched>> = BTreeMap::new();
    for it in watched(changes, base.codeowners.rules().len() + head.codeowners.rules().len(), cx) {
        let (before, after) = (base.codeowners.binding(&it.path), head.codeowners.binding(&it.path));
        let before: Vec<Owner<'_>> = before.into_iter().flat_map(|rule| &rule.owners).copied().collect();
        let members = people_of(&before, &judge.people);
        let may = |person: &str| members.has(&judge.people, person) || members.has(&book.people, person);
        let is_kept = |owner: &&Owner<'_>| before.iter().any(|before| before.text.eq_ignore_ascii_case(owner.text));
        for owner in after.iter().flat_map(|rule| &rule.owners).filter(is_kept) {
            for person in people_of(std::slice::from_ref(owner), &book.people).people {
                if !may(person) {
                    joined.entry((owner.text, person)).or_default().push(it.clone());
                }
            }
        }
    }
    let page = places.head(Some(book.policy.people_path()));
    for ((team, person), files) in joined {
        let Some(files) = Several::of(&files) else { continue };
        let message = format!("`{}` may now approve {files}, as a member of `{}`", shown(person), shown(team));
        let at = page.as_ref().and_then(|page| page.find_member(team, person).or_else(|| page.find("/teams")));
        report_in(cx, (None, page.as_ref()), (None, at), message).help(format!(
            "if this is intended, have an earlier member of `{}` confirm it in the pull request",
            shown(team)
        ));
    }
}

/// Some files, for a message: the first by its name, the others by their number.
struct Several<'w> {
    first: &'w Watched,
    more: usize,
}

impl<'w> Several<'w> {
    fn of(files: &'w [Watched]) -> Option<Self> {
        files.split_first().map(|(first, more)| Self { first, more: more.len() })
    }
}

impl std::fmt::Display for Several<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}`", shown(&self.first.name))?;
        match self.more {
            0 => Ok(()),
            1 => f.write_str(" and `1` more file"),
            more => write!(f, " and `{more}` more files"),
        }
    }
}

fn report(base: &Side<'_>, head: &Side<'_>, line: usize, files: &[Watched], cx: &mut Context<'_>) {
    let Some(files) = Several::of(files) else { return };
    let Some(old) = base.codeowners.rules().iter().find(|rule| rule.line == line) else { return };
    let Some((loss, new)) = loss(&cx.judge.people, old, &head.codeowners.deciding(&files.first.path)) else { return };
    let pattern = shown(old.pattern);
    let owners: Vec<_> = old.owners.iter().map(|owner| owner.text).collect();
    let owners = owners.join(" ");
    let message = match loss {
        Loss::Nobody => format!("approval is no longer required for {files}; `{}` was required before", shown(&owners)),
        Loss::Another(owner) => {
            format!("`{}` may now approve {files}; only `{}` could before", shown(owner), shown(&owners))
        }
        Loss::Fewer(now) => {
            format!("`{now}` of `{}` is now enough for {files}; more were required before", shown(&owners))
        }
    };
    let help = match old.section {
        Some(section) => {
            format!("have the section `{}` require `{}` for `{pattern}` as before", shown(section), shown(&owners))
        }
        None => format!("make the line `{pattern} {}` decide again: the last line that matches does", shown(&owners)),
    };
    let spot = new.map_or_else(Spot::file, |rule| Spot::without_field(rule.span));
    cx.report_in(head.file, spot, message).label_in(base.file, old.span, "the line that decided").help(help);
}
