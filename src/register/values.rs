//! Values of a record with the bytes that wrote them; what is missing or of another shape is nothing.

use crate::register::spanned::{At, Spanned, Text};
use crate::yaml::{Entry, Kind, Node};

pub(super) fn entries(node: Node<'_>) -> Vec<Entry<'_>> {
    match node.kind {
        Kind::Map(entries) => entries,
        Kind::Scalar(_) | Kind::Seq(_) => Vec::new(),
    }
}

/// Returns what is made of the items of a list, each with its index. It takes no more memory than it needs, because a
/// register is held as a whole.
pub(super) fn items<'a, T>(node: Node<'a>, make: impl FnMut((usize, Node<'a>)) -> Option<T>) -> Box<[T]> {
    let items = match node.kind {
        Kind::Seq(items) => items,
        Kind::Scalar(_) | Kind::Map(_) => Vec::new(),
    };
    let mut made = Vec::with_capacity(items.len());
    made.extend(items.into_iter().enumerate().filter_map(make));
    made.into_boxed_slice()
}

pub(super) fn texts<'a>(node: Node<'a>, at: impl Fn(usize) -> At) -> Box<[Text<'a>]> {
    items(node, |(index, item)| text(item, at(index)))
}

pub(super) fn text(node: Node<'_>, at: At) -> Option<Text<'_>> {
    let span = node.span;
    match node.kind {
        Kind::Scalar(scalar) if !scalar.is_empty() => Some(Spanned { value: scalar.text.into(), span, at }),
        _ => None,
    }
}

pub(super) fn read<T>(node: &Node<'_>, at: At, parse: impl FnOnce(&str) -> Option<T>) -> Option<Spanned<T>> {
    Some(Spanned { value: parse(node.as_text()?)?, span: node.span, at })
}
