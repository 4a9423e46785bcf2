use std::borrow::Cow;
use std::sync::LazyLock;

use crate::history::{self, Edit};
use crate::register::fields::{Change, Field, Need};
use crate::register::{Lists, differences};
use crate::rule::Finding;
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::text::shown;
use crate::time::Moment;
use crate::yaml::{self, Node, Place, Spot};

declare_rule! {
    /// Reports a part of the approved record that was edited after the decision.
    ///
    /// ## Why
    ///
    /// The approver accepted one risk, in one place, for one reason. A wider scope or a lower tier that is added
    /// afterwards carries an approval that nobody gave.
    ///
    /// ## What to do
    ///
    /// Restore the value. If the record was wrong, correct it and, in the same change, add an item to `amendments` that
    /// names the field and has its own approver. A different risk needs a new exception. The owner, the removal, the
    /// alternatives, the references and `follows` may be edited freely, and fields that a baseline lists as missing
    /// from an imported record may be filled in.
    id: "approved-content-changed",
    family: Change,
    level: Error,
    since: "0.1.0",
    check: Check::Change(check),
}

/// What was decided on, by JSON Pointer.
static APPROVED: LazyLock<Vec<String>> =
    LazyLock::new(|| Field::outermost(|change| change == Change::Amended).map(Field::pointer).collect());

fn check(change: &history::Change<'_>, cx: &mut Context<'_>) {
    let Some(edit) = change.edit() else { return };
    let differences = |pointer: &String| {
        let [base, head] = [edit.base_tree, edit.head_tree].map(|tree| value(tree, pointer));
        differences(base, head, pointer, Lists::Items)
    };
    let mut changed: Vec<String> = APPROVED.iter().flat_map(differences).collect();
    let is_frozen = |pointer: &str| Field::at(pointer).is_some_and(|field| field.change() == Change::Amended);
    changed.retain(|pointer| is_frozen(pointer) && !is_own_key(pointer));
    if let Some(at) = changed.iter().position(|pointer| pointer == "/starts")
        && is_same_start(&edit, cx)
    {
        changed.remove(at);
    }
    for pointer in changed {
        if !is_amended(&edit, &pointer) && !fills_gap(change.id, &edit, &pointer, cx) {
            report(&edit, &pointer, cx);
        }
    }
}

/// Returns the value under a pointer, unless it is missing or empty.
pub(in crate::rules) fn value<'n, 'a>(tree: &'n Node<'a>, pointer: &str) -> Option<&'n Node<'a>> {
    yaml::lookup(tree, pointer).map(|(_, node)| node).filter(|node| !node.is_empty())
}

/// Returns whether a pointer leads to one of the organisation's own keys, which this rule does not judge.
fn is_own_key(pointer: &str) -> bool {
    pointer.split('/').any(|part| part.starts_with("x-"))
}

/// Returns whether a change fills in what the record was imported without, while the baseline still says so.
fn fills_gap(id: &str, edit: &Edit<'_, '_>, pointer: &str, cx: &Context<'_>) -> bool {
    let Some(baseline) = &cx.judge.baseline else { return false };
    let named = baseline.lists(id, "schema", pointer) && cx.today().day <= baseline.until;
    // A field that no record needs is never missing from one, whatever the baseline names.
    let is_needed = Field::at(pointer).is_some_and(|field| field.need() != Need::Optional);
    named && is_needed && value(edit.base_tree, pointer).is_none()
}

/// Returns whether `starts` is the same moment, written differently.
fn is_same_start(edit: &Edit<'_, '_>, cx: &Context<'_>) -> bool {
    let at = |moment: Moment| cx.policy().timezone.starts_at(moment);
    match (&edit.base.starts, &edit.head.starts) {
        (Some(base), Some(head)) => at(base.value) == at(head.value),
        _ => false,
    }
}

/// Returns whether an amendment that the change adds names a field or what contains it.
fn is_amended(edit: &Edit<'_, '_>, pointer: &str) -> bool {
    let added = edit.head.amendments.iter().skip(edit.base.amendments.len());
    added.flat_map(|amendment| &amendment.fields).any(|field| names(field.as_str(), pointer))
}

/// Returns whether a field as people write it (`scope`, `scope.system`, `/covers/0/id`, `covers[0]`) is the one at a
/// pointer, or contains it. Indices may be left out.
pub(in crate::rules) fn names(field: &str, pointer: &str) -> bool {
    let is_index = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mut field = field.split(['.', '/', '[', ']']).map(str::trim).filter(|part| !part.is_empty()).peekable();
    let mut parts = pointer.split('/').filter(|part| !part.is_empty());
    if field.peek().is_none() {
        return false;
    }
    while let Some(wanted) = field.next() {
        loop {
            match parts.next() {
                Some(part) if part == wanted => break,
                Some(part) if is_index(part) && !is_index(wanted) => {}
                Some(_) => return false,
                // The rest may only say which item of the list it was.
                None => return is_index(wanted) && field.all(is_index),
            }
        }
    }
    true
}

fn report(edit: &Edit<'_, '_>, pointer: &str, cx: &mut Context<'_>) {
    let name = pointer[1..].replace('/', ".");
    let name = shown(&name);
    let message = match (value(edit.base_tree, pointer), value(edit.head_tree, pointer)) {
        (Some(_), None) => format!("`{name}` was removed after the decision"),
        (None, _) => format!("`{name}` was added after the decision"),
        (before, after) => match (short(before), short(after)) {
            (Some(before), Some(after)) => format!("`{name}` was approved as `{before}` and now says `{after}`"),
            _ => format!("`{name}` was rewritten after the decision"),
        },
    };
    let amendments = edit.head.amendments.iter().skip(edit.base.amendments.len());
    let named: Vec<Cow<'_, str>> = amendments.flat_map(|it| &it.fields).map(|field| shown(field.as_str())).collect();
    let help = match named.as_slice() {
        [] => format!(
            "put it back, or add an item to `amendments` in this change: `fields: [{name}]`, with its own approver"
        ),
        [other] => format!("put it back, or name it in the amendment, which names `{other}`, not `{name}`"),
        [first, ..] => format!("put it back, or name it in an amendment: they name `{first}` and others, not `{name}`"),
    };
    report_at(cx, edit, pointer, message, "approved as this").help(help);
}

/// Returns a text that is short enough to be shown next to another.
pub(in crate::rules) fn short<'n>(node: Option<&'n Node<'_>>) -> Option<Cow<'n, str>> {
    node.and_then(Node::as_text).filter(|text| text.chars().count() <= SHORT).map(shown)
}

/// The longest text that a message repeats next to another, in characters.
const SHORT: usize = 48;

/// Reports an edit of the value at a pointer: at the head's value, or at the nearest key if the head has none, with the
/// base's value as a label.
pub(super) fn report_at<'c>(
    cx: &'c mut Context<'_>,
    edit: &Edit<'_, '_>,
    pointer: &str,
    message: String,
    before: &str,
) -> &'c mut Finding {
    let head = value(edit.head_tree, pointer);
    let first_key = || edit.head_tree.as_map().and_then(<[_]>::first).map(|entry| entry.key_span);
    let key = || yaml::key_at(edit.head_tree, pointer).map(|(_, key)| key).or_else(first_key);
    let spot = match head {
        Some(node) => Spot { span: node.span, place: Place::value(pointer) },
        None => Spot { span: key().unwrap_or_default(), place: Place::absent(pointer) },
    };
    let finding = cx.report(spot, message);
    if let Some(base) = value(edit.base_tree, pointer) {
        finding.label_in(edit.base_file, base.span, before);
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_named_with_dots_slashes_or_brackets_and_covers_its_parts() {
        for (field, pointer) in [
            ("scope", "/scope/system"),
            ("scope.system", "/scope/system"),
            ("/scope/system", "/scope/system"),
            ("risk.exposure[0]", "/risk/exposure"),
            ("covers.0.paths", "/covers/0/paths"),
            ("covers[0].paths", "/covers/0/paths"),
            ("covers.paths", "/covers/0/paths"),
            ("covers.0", "/covers/0/paths"),
        ] {
            assert!(names(field, pointer), "{field} {pointer}");
        }
        for (field, pointer) in [
            ("", "/title"),
            ("/", "/title"),
            ("scope.environment", "/scope/system"),
            ("scope.system.name", "/scope/system"),
            ("covers.1.paths", "/covers/0/paths"),
            ("covers.0.paths", "/covers"),
            ("system", "/scope/system"),
            ("0", "/title"),
        ] {
            assert!(!names(field, pointer), "{field} {pointer}");
        }
    }
}
