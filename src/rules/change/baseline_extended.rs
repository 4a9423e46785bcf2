use std::collections::{BTreeMap, BTreeSet};

use super::policy_loosened::places::{Page, Places, report};
use crate::history::Changes;
use crate::policy::places::{BASELINE, SUPPRESSIONS};
use crate::policy::{Allowed, Breadth, RuleBook, Tolerated};
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::schema::field_name;
use crate::suppressions::{Identity, Item};
use crate::text::shown;
use crate::yaml::{Entry, Node, Place, Spot, escaped, key_at};

declare_rule! {
    /// Reports a change that adds to an existing baseline, extends it, or restores one that was removed.
    ///
    /// ## Why
    ///
    /// A baseline is for the exceptions that existed before the register. Anyone who can add to it later can list a new
    /// exception there, or a defect that the rules have just found, and wait. A baseline of suppressions is for those
    /// that existed before suppressions needed exceptions.
    ///
    /// ## What to do
    ///
    /// Fill the gap instead. To import a second old register, first have the owners of the policy allow it in a
    /// separate change: `rules: {baseline-extended: warning}`.
    ///
    /// The change that adds the first baseline is reported only by `baseline`, as far as it names exceptions that the
    /// change itself adds. A baseline that returns after it was removed is not the first one, if the clone's history
    /// shows the removal.
    id: "baseline-extended",
    family: Change,
    level: Error,
    since: "0.1.0",
    check: Check::Changes(check),
}

fn check(changes: &Changes<'_>, cx: &mut Context<'_>) {
    // The change that adds the first register brings its past.
    let Some(head) = &changes.head else { return };
    suppressions(changes, head, cx);
    let Some(after) = &head.baseline else { return };
    let before = cx.judge.baseline.as_ref();
    let places = Places::new(changes);
    let (base_page, head_page) = (places.base(Some(BASELINE)), places.head(Some(BASELINE)));
    let pages = (base_page.as_ref(), head_page.as_ref());
    let at = |page: Option<&Page<'_>>, pointer: &str| page.and_then(|page| page.find(pointer));
    if let Some(before) = before.filter(|before| after.until > before.until) {
        let message = format!("the baseline ends on `{}` instead of `{}`", after.until, before.until);
        report(cx, pages, (at(pages.0, "/until"), at(pages.1, "/until")), message)
            .help(format!("keep `until: {}`: findings that are not fixed by then count", before.until));
    }
    if let Some(removal) = &changes.former_baseline {
        let message = format!("the baseline was removed in commit {}; this is a new one", removal.short());
        report(cx, pages, (None, at(pages.1, "/until")), message)
            .help("fix what the rules find: a removed baseline must not be restored");
    }
    let added: BTreeSet<&str> =
        changes.list.iter().filter(|change| change.added().is_some()).map(|change| change.id).collect();
    let there: BTreeSet<&str> = cx.register.files.iter().map(|file| file.stem()).collect();
    let tree = head_page.as_ref().and_then(|page| page.tree.as_ref()?.get("entries")?.as_map());
    for entry in tree.unwrap_or_default() {
        let id = &*entry.key;
        let known = before.and_then(|before| before.entries.get(id));
        let message = match (before, known) {
            (_, Some(known)) => {
                lines(entry, known, pages, cx);
                continue;
            }
            (None, _) if added.contains(id) => continue,
            (Some(_), _) => format!("the baseline now names `{}`", shown(id)),
            (None, _) if there.contains(id) => {
                format!("the baseline names `{}`, which is already in the register", shown(id))
            }
            (None, _) => format!("the baseline names `{}`, which does not exist", shown(id)),
        };
        let spot = Spot { span: entry.key_span, place: Place::key(format!("/entries/{}", escaped(id))) };
        report(cx, pages, (None, Some(spot)), message)
            .help("delete the entry, and fix what the rules find in the exception");
    }
}

/// Reports suppressions that the baseline tolerates now and did not before. The first baseline is not judged.
fn suppressions(changes: &Changes<'_>, head: &RuleBook, cx: &mut Context<'_>) {
    let (Some(before), Some(after)) = (&cx.judge.suppressed, &head.suppressed) else { return };
    let places = Places::new(changes);
    let (base_page, head_page) = (places.base(Some(SUPPRESSIONS)), places.head(Some(SUPPRESSIONS)));
    let pages = (base_page.as_ref(), head_page.as_ref());
    let at = |page: Option<&Page<'_>>, pointer: &str| page.and_then(|page| page.find(pointer));
    if after.until > before.until {
        let message = format!("the baseline of suppressions ends on `{}` instead of `{}`", after.until, before.until);
        report(cx, pages, (at(pages.0, "/until"), at(pages.1, "/until")), message)
            .help(format!("keep `until: {}`: suppressions left by then need exceptions", before.until));
    }
    // A suppression that has moved is listed elsewhere, and is not new.
    let key = |it: &Allowed| (it.tool.clone(), it.id.clone(), it.code.clone());
    let mut left: BTreeMap<_, Vec<Option<Breadth>>> = BTreeMap::new();
    before.entries.iter().for_each(|it| left.entry(key(it)).or_default().push(it.breadth));
    // An old entry without a breadth now states it.
    let was_there = |it: &Allowed| {
        let is_it = |item: &Item| {
            let identity = Identity { path: &it.path, tool: &it.tool, id: &it.id, code: &it.code };
            item.identity() == identity && Some(item.extent().breadth) == it.breadth
        };
        let items = cx.inventory().map(|inventory| &inventory.items);
        items.is_none_or(|items| items.iter().any(|item| !item.is_new && is_it(item)))
    };
    let mut added: BTreeMap<&str, usize> = BTreeMap::new();
    for it in &after.entries {
        let left = left.entry(key(it)).or_default();
        let wanted = it.breadth.unwrap_or(Breadth::Line);
        let holding = left.iter().enumerate().filter(|(_, other)| other.unwrap_or(Breadth::Line) >= wanted);
        let holding = holding.min_by_key(|(_, other)| **other).map(|(at, _)| at);
        let unsaid = || left.iter().position(Option::is_none).filter(|_| was_there(it));
        match holding.or_else(unsaid) {
            Some(at) => {
                left.swap_remove(at);
            }
            None => *added.entry(&it.path).or_default() += 1,
        }
    }
    for (path, count) in added {
        let pointer = format!("/suppressions/{}", escaped(path));
        let span = head_page
            .as_ref()
            .and_then(|page| key_at(page.tree.as_ref()?, &pointer))
            .map(|(_, span)| Spot { span, place: Place::key(pointer.clone()) });
        let more = if count == 1 { "suppression" } else { "suppressions" };
        let message = format!("the baseline adds `{count}` {more} in `{}`", shown(path));
        report(cx, pages, (None, span), message).help("request an exception instead: a baseline may only get shorter");
    }
}

/// Reports what is tolerated in an exception now and was not before.
fn lines(entry: &Entry<'_>, known: &Tolerated, pages: (Option<&Page<'_>>, Option<&Page<'_>>), cx: &mut Context<'_>) {
    for line in entry.value.as_map().unwrap_or_default() {
        let old = known.get(&*line.key);
        let fields = line.value.as_seq().unwrap_or_default().iter().filter_map(|node| Some((node, node.as_text()?)));
        let new: Vec<(&Node<'_>, &str)> =
            fields.filter(|(_, field)| old.is_none_or(|old| !old.contains(*field))).collect();
        let Some((node, first)) = new.first() else { continue };
        let what = if *first == "/" { "the file".to_owned() } else { field_name(first) };
        let more = if new.len() > 1 { format!(" and `{}` more", new.len() - 1) } else { String::new() };
        let (rule, id) = (shown(&line.key), shown(&entry.key));
        let message = format!("the baseline now tolerates `{rule}` in `{id}`, at `{}`{more}", shown(&what));
        let pointer = format!("/entries/{}/{}", escaped(&entry.key), escaped(&line.key));
        let spot = Spot { span: node.span, place: Place::value(pointer) };
        report(cx, pages, (None, Some(spot)), message).help("fix it instead: a baseline may only get shorter");
    }
}
