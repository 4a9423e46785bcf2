//! The differences between two versions of a record.

use std::collections::BTreeSet;

use crate::register::fields::{self, Field};
use crate::yaml::{self, Kind, Node};

/// How lists are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lists {
    /// A list is one value.
    Whole,
    /// Item by item if both versions have the same number of mappings; otherwise as one value.
    Items,
}

/// Returns the innermost places that differ, as JSON Pointers. Both values are at `pointer`.
///
/// They are compared as values, so comments, quoting and the order of keys make no difference, nor does a key that says
/// nothing: one without a value, or with an empty list, unless the list itself is a statement, as `exposure: []` is.
#[must_use]
pub fn differences(base: Option<&Node<'_>>, head: Option<&Node<'_>>, pointer: &str, lists: Lists) -> Vec<String> {
    let mut found = Vec::new();
    collect(base, head, pointer, lists, &mut found);
    found
}

fn collect(base: Option<&Node<'_>>, head: Option<&Node<'_>>, pointer: &str, lists: Lists, found: &mut Vec<String>) {
    let said = |node: Option<&Node<'_>>| node.is_some_and(|node| says_something(node, pointer));
    match (base.map(|node| &node.kind), head.map(|node| &node.kind)) {
        (Some(Kind::Map(before)), Some(Kind::Map(after))) => {
            let keys: BTreeSet<&str> = before.iter().chain(after).map(|entry| &*entry.key).collect();
            for key in keys {
                let pointer = format!("{pointer}/{}", yaml::escaped(key));
                collect(base.and_then(|it| it.get(key)), head.and_then(|it| it.get(key)), &pointer, lists, found);
            }
        }
        (Some(Kind::Seq(before)), Some(Kind::Seq(after)))
            if lists == Lists::Items && before.len() == after.len() && are_maps(before) && are_maps(after) =>
        {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                collect(Some(before), Some(after), &format!("{pointer}/{index}"), lists, found);
            }
        }
        _ if base.zip(head).is_some_and(|(base, head)| base.same_value(head)) => {}
        _ if !said(base) && !said(head) => {}
        _ => found.push(pointer.to_owned()),
    }
}

/// Says what becomes of a field, named as in an amendment: `risk.tier: from “low” to “moderate”`.
#[must_use]
pub fn correction(field: &str, before: Option<&Node<'_>>, after: Option<&Node<'_>>) -> String {
    let value = |tree: Option<&Node<'_>>| value(field, tree?);
    match (value(before), value(after)) {
        (Some(before), Some(after)) => format!("{field}: from {before} to {after}"),
        (Some(before), None) => format!("{field}: was {before}, is removed"),
        (None, Some(after)) => format!("{field}: adds {after}"),
        (None, None) => field.to_owned(),
    }
}

/// Returns the value of a field, named as in an amendment, on one line and in quotation marks.
#[must_use]
pub fn value(field: &str, tree: &Node<'_>) -> Option<String> {
    let (_, node) = yaml::lookup(tree, &format!("/{}", field.replace('.', "/")))?;
    Some(format!("\u{201c}{}\u{201d}", written(node)))
}

/// Returns a value on one line.
fn written(node: &Node<'_>) -> String {
    match (node.as_text(), node.as_seq(), node.as_map()) {
        (Some(text), ..) => text.to_owned(),
        (None, Some(items), _) => items.iter().map(written).collect::<Vec<_>>().join(", "),
        (None, None, Some(entries)) => entries
            .iter()
            .map(|entry| format!("{}: {}", entry.key, written(&entry.value)))
            .collect::<Vec<_>>()
            .join(", "),
        _ => node.canonical(),
    }
}

/// Returns whether a value at a pointer says more than a missing key would.
fn says_something(node: &Node<'_>, pointer: &str) -> bool {
    match &node.kind {
        Kind::Scalar(scalar) => !scalar.is_empty(),
        Kind::Seq(items) => {
            !items.is_empty() || Field::at(pointer).is_some_and(|field| matches!(field.kind(), fields::Kind::Words(_)))
        }
        Kind::Map(entries) => {
            let inner = |key: &str| format!("{pointer}/{}", yaml::escaped(key));
            entries.iter().any(|entry| says_something(&entry.value, &inner(&entry.key)))
        }
    }
}

fn are_maps(items: &[Node<'_>]) -> bool {
    items.iter().all(|item| item.as_map().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(base: &str, head: &str, lists: Lists) -> Vec<String> {
        let (base, head) = (yaml::parse(base).unwrap(), yaml::parse(head).unwrap());
        let found = differences(Some(&base), Some(&head), "", lists);
        assert_eq!(differences(Some(&head), Some(&base), "", lists), found);
        found
    }

    #[test]
    fn the_innermost_value_is_named_once() {
        for lists in [Lists::Whole, Lists::Items] {
            assert_eq!(find("a: {b: 1, c: 2, d/e: 3}", "a: {c: 3, b: 1, d/e: 4}", lists), ["/a/c", "/a/d~1e"]);
            assert_eq!(find("a: {b: 1}", "a: {b: null}", lists), ["/a/b"]);
            assert_eq!(find("a: [{b: 1}]", "a: [{b: 1}, {b: 3}]", lists), ["/a"]);
            assert_eq!(find("a: [x, y]", "a: [y, x]", lists), ["/a"]);
            assert_eq!(find("a: {b: 1}", "a: 1", lists), ["/a"]);
            assert_eq!(find("a: {b: 1}", "c: 1", lists), ["/a", "/c"]);
            assert_eq!(find("a: 'x  y'", "a: |\n  x\n  y\n", lists), [""; 0]);
        }
        assert_eq!(find("a: [{b: 1}, {b: 2}]", "a: [{b: 1}, {b: 3}]", Lists::Items), ["/a/1/b"]);
        assert_eq!(find("a: [{b: 1}, {b: 2}]", "a: [{b: 1}, {b: 3}]", Lists::Whole), ["/a"]);
        assert_eq!(find("a: [{b: 1}]", "a: [x]", Lists::Items), ["/a"]);
        assert_eq!(find("a: [{b: 1}, x]", "a: [{b: 1}, y]", Lists::Items), ["/a"]);
    }

    #[test]
    fn a_key_that_says_nothing_counts_as_missing() {
        let base = "title: a\nrisk: {tier: low}\n";
        for more in
            ["notes:\n", "covers: []\n", "covers:\n", "scope: {}\n", "closure: {by: , date: null}\n", "x-y: []\n"]
        {
            assert_eq!(find(base, &format!("{base}{more}"), Lists::Items), [""; 0], "{more}");
        }
        assert_eq!(find("covers: [{id: a, paths: []}]", "covers: [{id: a}]", Lists::Items), [""; 0]);
        assert_eq!(find("covers: []", "covers:", Lists::Whole), [""; 0]);
        assert_eq!(find("covers: []", "covers: [{id: a}]", Lists::Items), ["/covers"]);
        // That there is no exposure is a statement.
        assert_eq!(find(base, "title: a\nrisk: {tier: low, exposure: []}\n", Lists::Items), ["/risk/exposure"]);
    }
}
