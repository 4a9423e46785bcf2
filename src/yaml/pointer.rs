//! Places in a tree by name: from a JSON Pointer (RFC 6901) to a node, and back from a byte.

use std::borrow::Cow;

use crate::source::Span;
use crate::yaml::node::{Kind, Node};
use crate::yaml::place::Place;

/// Returns the node that a JSON Pointer names, with the span of its own key if it has one.
#[must_use]
pub fn lookup<'n, 'a>(root: &'n Node<'a>, pointer: &str) -> Option<(Option<Span>, &'n Node<'a>)> {
    let mut node = root;
    let mut key = None;
    for part in pointer.split('/').skip(1) {
        match &node.kind {
            Kind::Map(entries) => {
                let name = unescaped(part);
                let entry = entries.iter().find(|entry| entry.key == name)?;
                key = Some(entry.key_span);
                node = &entry.value;
            }
            Kind::Seq(items) => {
                key = None;
                node = items.get(part.parse::<usize>().ok()?)?;
            }
            Kind::Scalar(_) => return None,
        }
    }
    Some((key, node))
}

/// Returns the innermost key at or above a JSON Pointer, with its own pointer: a list item has its list's.
#[must_use]
pub fn key_at<'p>(root: &Node<'_>, pointer: &'p str) -> Option<(&'p str, Span)> {
    let mut pointer = pointer;
    loop {
        match lookup(root, pointer) {
            Some((Some(key), _)) => return Some((pointer, key)),
            _ => pointer = pointer.rsplit_once('/')?.0,
        }
    }
}

/// Escapes a key as a part of a JSON Pointer.
#[must_use]
pub fn escaped(key: &str) -> Cow<'_, str> {
    if key.contains(['~', '/']) { Cow::Owned(key.replace('~', "~0").replace('/', "~1")) } else { Cow::Borrowed(key) }
}

/// Unescapes a part of a JSON Pointer.
#[must_use]
pub fn unescaped(part: &str) -> Cow<'_, str> {
    if part.contains('~') { Cow::Owned(part.replace("~1", "/").replace("~0", "~")) } else { Cow::Borrowed(part) }
}

/// Returns the innermost key or item whose key or value contains `span`; the root if none does.
#[must_use]
pub fn field_at(root: &Node<'_>, span: Span) -> Place {
    let mut pointer = String::new();
    let mut node = root;
    loop {
        let step = match &node.kind {
            Kind::Map(entries) => last_from(entries, |entry| entry.key_span.start <= span.start)
                .map(|at| &entries[at])
                .filter(|entry| entry.key_span.contains(span) || entry.value.span.contains(span))
                .map(|entry| (escaped(&entry.key), &entry.value)),
            Kind::Seq(items) => last_from(items, |item| item.span.start <= span.start)
                .filter(|at| items[*at].span.contains(span))
                .map(|at| (Cow::Owned(at.to_string()), &items[at])),
            Kind::Scalar(_) => None,
        };
        let Some((name, next)) = step else { return Place::value(pointer) };
        pointer.push('/');
        pointer.push_str(&name);
        if !next.span.contains(span) {
            return Place::key(pointer);
        }
        node = next;
    }
}

/// Returns the last of the items that begin early enough; items are in the order of the file.
fn last_from<T>(items: &[T], begins: impl Fn(&T) -> bool) -> Option<usize> {
    items.partition_point(begins).checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    #[test]
    fn a_pointer_and_a_place_name_the_same_field() {
        let text = "scope:\n  system: a\nrenewals:\n  - expires: b\n  - {expires: c}\nempty:\nlist: [a, \"\", b]\n";
        let root = parse(text).unwrap();
        for pointer in ["/scope/system", "/renewals/1/expires", "/empty", "/list/2"] {
            let (_, node) = lookup(&root, pointer).unwrap();
            assert_eq!(field_at(&root, node.span), Place::value(pointer));
        }
        assert_eq!(field_at(&root, Span::new(0, 5)), Place::key("/scope"));
        assert_eq!(lookup(&root, "/renewals/7"), None);
        assert_eq!(key_at(&root, "/renewals/1"), Some(("/renewals", Span::new(19, 27))));
    }
}
