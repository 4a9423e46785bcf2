use std::collections::HashMap;
use std::sync::LazyLock;

use super::approved_content_changed::{report_at, value};
use crate::history::{self, Edit};
use crate::register::Status;
use crate::register::fields::{Change, Field};
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::text::argument;
use crate::yaml::{Node, Place};

declare_rule! {
    /// Reports an entry of the log that was edited, removed or reordered after it was written.
    ///
    /// ## Why
    ///
    /// Reviews, renewals, amendments and the closure are recorded when they happen, so that nobody has to rely on
    /// memory. A log that can be rewritten proves nothing, and a renewal that disappears makes room for one more.
    ///
    /// ## What to do
    ///
    /// Restore the old entry and add a new one at the end that says what was wrong. New entries always come last. What a
    /// closed exception says is explained in the `note` of an amendment, which `stopgap amend ID --field closure` writes.
    id: "log-rewritten",
    family: Change,
    level: Error,
    since: "0.1.0",
    check: Check::Change(check),
}

/// The lists that only grow, with the word for one of their items.
static LISTS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let list = |field: Field| match field.change() {
        Change::Appended(item) => Some((field.key(), item)),
        _ => None,
    };
    Field::tops().filter_map(list).collect()
});

/// What is written once, by JSON Pointer.
static ONCE: LazyLock<Vec<String>> =
    LazyLock::new(|| Field::outermost(|change| change == Change::Once).map(Field::pointer).collect());

fn check(change: &history::Change<'_>, cx: &mut Context<'_>) {
    let Some(edit) = change.edit() else { return };
    for (key, item) in LISTS.iter() {
        compare(&edit, key, item, cx);
    }
    renewed_after_closure(&edit, cx);
    for pointer in ONCE.iter() {
        let (Some(before), after) = (value(edit.base_tree, pointer), value(edit.head_tree, pointer)) else { continue };
        let name = pointer[1..].replace('/', ".");
        let done = match after {
            Some(after) if before.same_value(after) => continue,
            Some(_) => "edited",
            None => "removed",
        };
        let message = format!("`{name}` was {done} after it was written");
        report_at(cx, &edit, pointer, message, "written as this")
            .help(format!("put it back as it was, and {}", corrected_by(edit.head.id, &name)));
    }
}

/// A closed record cannot be renewed: its expiry would move without anyone seeing it live again.
fn renewed_after_closure(edit: &Edit<'_, '_>, cx: &mut Context<'_>) {
    let both_closed = edit.base.is(&[Status::Closed]) && edit.head.is(&[Status::Closed]);
    if both_closed && edit.head.renewals.len() > edit.base.renewals.len() {
        let pointer = format!("/renewals/{}", edit.base.renewals.len());
        report_at(
            cx,
            edit,
            &pointer,
            "a renewal was added after the exception was closed".to_owned(),
            "the log before",
        )
        .help("remove it; if the rule must be broken again, file a new exception");
    }
}

fn compare(edit: &Edit<'_, '_>, key: &str, item: &str, cx: &mut Context<'_>) {
    let items = |tree| value(tree, &format!("/{key}")).and_then(Node::as_seq).unwrap_or_default();
    let (base, head) = (items(edit.base_tree), items(edit.head_tree));
    let kept = base.iter().zip(head).take_while(|(before, after)| before.same_value(after)).count();
    if kept == base.len() {
        return;
    }
    let matched = Matched::new(&base[kept..], &head[kept..]);
    for (offset, place) in matched.of_base.iter().enumerate() {
        if place.is_none() {
            let replaced = matched.of_head.get(offset) == Some(&false);
            gone(edit, (key, item), kept + offset, replaced, cx);
        }
    }
    let places: Vec<usize> = matched.of_base.iter().copied().flatten().collect();
    if !places.is_sorted() {
        let moved = matched.of_base.iter().enumerate().position(|(at, place)| place.is_some_and(|place| place != at));
        reordered(edit, (key, item), kept + moved.unwrap_or_default(), cx);
    } else if places.len() == matched.of_base.len() {
        inserted(edit, (key, item), kept, cx);
    }
}

/// Which items of two lists are the same.
struct Matched {
    /// Where each item of the base is in the head.
    of_base: Vec<Option<usize>>,
    /// Whether each item of the head is in the base.
    of_head: Vec<bool>,
}

impl Matched {
    fn new(base: &[Node<'_>], head: &[Node<'_>]) -> Self {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, item) in head.iter().enumerate().rev() {
            places.entry(item.canonical()).or_default().push(place);
        }
        let of_base: Vec<_> = base.iter().map(|item| places.get_mut(&item.canonical()).and_then(Vec::pop)).collect();
        let mut of_head = vec![false; head.len()];
        for place in of_base.iter().flatten() {
            of_head[*place] = true;
        }
        Self { of_base, of_head }
    }
}

/// Says how what is never edited is corrected.
fn corrected_by(id: &str, name: &str) -> String {
    format!("say what is right in the `note` of an amendment: `stopgap amend {} --field {name}`", argument(id))
}

/// Returns the places of the items that a change adds to a list: as many as it is longer, the last of those that the base
/// does not have.
pub(super) fn added_to(key: &str, edit: &Edit<'_, '_>) -> Vec<usize> {
    let items = |tree| value(tree, &format!("/{key}")).and_then(Node::as_seq).unwrap_or_default();
    let (base, head) = (items(edit.base_tree), items(edit.head_tree));
    let matched = Matched::new(base, head);
    let new: Vec<usize> = (0..head.len()).filter(|at| !matched.of_head[*at]).collect();
    let kept = new.len().saturating_sub(head.len().saturating_sub(base.len()));
    new.into_iter().skip(kept).collect()
}

fn gone(edit: &Edit<'_, '_>, (key, item): (&str, &str), index: usize, replaced: bool, cx: &mut Context<'_>) {
    let number = index + 1;
    let pointer = format!("/{key}/{index}");
    if replaced {
        let message = format!("{item} `{number}` was edited after it was written");
        // Nothing but amendments is added to what is closed.
        let help = match edit.base.is(&[Status::Closed]) && key != "amendments" {
            true => format!("put it back as it was, and {}", corrected_by(edit.head.id, key)),
            false => format!("put it back as it was and add a new item to `{key}` that corrects it"),
        };
        report_at(cx, edit, &pointer, message, "written as this").help(help);
        return;
    }
    let message = format!("{item} `{number}` was removed after it was written");
    let finding = report_at(cx, edit, &format!("/{key}"), message, "written here");
    finding.help(format!("put it back: `{key}` may only grow at its end"));
    finding.place = Place::absent(pointer.as_str());
    if let Some(before) = value(edit.base_tree, &pointer)
        && let Some(label) = finding.labels.first_mut()
    {
        label.span = before.span;
    }
}

fn reordered(edit: &Edit<'_, '_>, (key, item): (&str, &str), index: usize, cx: &mut Context<'_>) {
    let message = format!("the items of `{key}` were reordered, starting at {item} `{}`", index + 1);
    report_at(cx, edit, &format!("/{key}/{index}"), message, "was here")
        .help(format!("put `{key}` back in the old order and add new items at its end"));
}

fn inserted(edit: &Edit<'_, '_>, (key, item): (&str, &str), index: usize, cx: &mut Context<'_>) {
    let message = format!("a new item was inserted before {item} `{}`, which was written first", index + 1);
    report_at(cx, edit, &format!("/{key}/{index}"), message, "was here until now")
        .help(format!("move the new item to the end of `{key}`"));
}
