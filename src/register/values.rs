//! Values of a record with the bytes that wrote them; what is missing or of another shape is ignored.

use std::ops::Deref;

use crate::register::spanned::{At, Inner, Pattern, Spanned, Text};
use crate::yaml::{Entry, Kind, Node};

pub(super) fn entries(node: Node<'_>) -> Vec<Entry<'_>> {
    match node.kind {
        Kind::Map(entries) => entries,
        Kind::Scalar(_) | Kind::Seq(_) => Vec::new(),
    }
}

/// A list that most exceptions lack: in one word, where a `Box<[T]>` takes two.
#[derive(Clone, Debug)]
pub struct List<T>(Option<Box<Box<[T]>>>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> From<Box<[T]>> for List<T> {
    fn from(items: Box<[T]>) -> Self {
        Self((!items.is_empty()).then(|| Box::new(items)))
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_deref().map_or(&[], |items| items)
    }
}

impl<'l, T> IntoIterator for &'l List<T> {
    type Item = &'l T;
    type IntoIter = std::slice::Iter<'l, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
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

/// Returns the texts of a list that is a field of the item at `outer` of another one.
pub(super) fn inner_texts(node: Node<'_>, pattern: Pattern, outer: usize) -> Box<[Inner<'_>]> {
    items(node, |(index, item)| Some(Inner::new(text(item, At::item(pattern, index))?, outer)))
}

pub(super) fn text(node: Node<'_>, at: At) -> Option<Text<'_>> {
    let span = node.span;
    match node.kind {
        Kind::Scalar(scalar) if !scalar.is_empty() => Some(Spanned::new(scalar.text.into(), span, at)),
        _ => None,
    }
}

pub(super) fn flag(node: &Node<'_>, at: At) -> Option<Spanned<bool>> {
    Some(Spanned::new(node.as_bool()?, node.span, at))
}

pub(super) fn read<T>(node: &Node<'_>, at: At, parse: impl FnOnce(&str) -> Option<T>) -> Option<Spanned<T>> {
    Some(Spanned::new(parse(node.as_text()?)?, node.span, at))
}
