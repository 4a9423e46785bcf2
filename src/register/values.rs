//! Values of a record with the bytes that wrote them; what is missing or of another shape is nothing.

use crate::register::spanned::{At, Spanned, Text};
use crate::yaml::{Entry, Kind, Node};

pub(super) fn entries(node: Node<'_>) -> Vec<Entry<'_>> {
    match node.kind {
        Kind::Map(entries) => entries,
        Kind::Scalar(_) | Kind::Seq(_) => Vec::new(),
    }
}

/// Returns the items of a list, each with its index.
pub(super) fn items(node: Node<'_>) -> impl Iterator<Item = (usize, Node<'_>)> {
    let items = match node.kind {
        Kind::Seq(items) => items,
        Kind::Scalar(_) | Kind::Map(_) => Vec::new(),
    };
    items.into_iter().enumerate()
}

pub(super) fn texts(node: Node<'_>, at: impl Fn(usize) -> At) -> Vec<Text<'_>> {
    items(node).filter_map(|(index, item)| text(item, at(index))).collect()
}

pub(super) fn text(node: Node<'_>, at: At) -> Option<Text<'_>> {
    let span = node.span;
    match node.kind {
        Kind::Scalar(scalar) if !scalar.is_empty() => Some(Spanned { value: scalar.text, span, at }),
        _ => None,
    }
}

pub(super) fn read<T>(node: &Node<'_>, at: At, parse: impl FnOnce(&str) -> Option<T>) -> Option<Spanned<T>> {
    Some(Spanned { value: parse(node.as_text()?)?, span: node.span, at })
}
