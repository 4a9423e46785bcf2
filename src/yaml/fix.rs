//! A change of a text that fixes a problem without a decision: it moves, quotes or renames what is written, or
//! writes a word or a date in its one right spelling.

use std::ops::Range;

use crate::source::Span;

/// Bytes of a text, and what takes their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The bytes; none where something is put in.
    pub span: Span,
    /// What takes their place.
    pub text: String,
}

impl Replacement {
    /// Makes a replacement.
    #[must_use]
    pub fn new(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }

    /// Puts a text in at a byte.
    #[must_use]
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::new(Span::new(at, at), text)
    }
}

/// A change that settles a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an instruction: "quote `@dana`".
    pub description: String,
    /// What it changes, in the order of the text; nothing overlaps.
    pub edits: Vec<Replacement>,
    /// JSON Pointers of the fields that are not the same afterwards, before and after it.
    pub touches: Vec<String>,
    /// Whether it rewrites a value; all others keep every value as it is.
    pub respells: bool,
}

impl Fix {
    /// Makes a fix that keeps every value.
    #[must_use]
    pub fn new(description: impl Into<String>, edits: Vec<Replacement>) -> Self {
        Self { description: description.into(), edits, touches: Vec::new(), respells: false }
    }

    /// Names a field that is not the same afterwards.
    #[must_use]
    pub fn touching(mut self, pointer: impl Into<String>) -> Self {
        self.touches.push(pointer.into());
        self
    }

    /// Marks the fix as one that rewrites the value of its fields.
    #[must_use]
    pub fn respelling(self) -> Self {
        Self { respells: true, ..self }
    }

    /// Returns the bytes from its first edit to its last.
    #[must_use]
    pub fn span(&self) -> Span {
        let start = self.edits.iter().map(|edit| edit.span.start).min().unwrap_or_default();
        let end = self.edits.iter().map(|edit| edit.span.end).max().unwrap_or_default();
        Span { start, end }
    }

    /// Returns what takes the place of the bytes of [`Fix::span`], for a reader that takes only one edit.
    #[must_use]
    pub fn joined(&self, text: &str) -> String {
        let range = self.span().range();
        let moved = |edit: &Replacement| {
            let own = edit.span.range();
            (own.start - range.start..own.end - range.start, edit.text.clone())
        };
        splice(text.get(range.clone()).unwrap_or_default(), self.edits.iter().map(moved).collect())
    }

    /// Tells whether two fixes name the same bytes or fields, so that the second has to wait for the next round.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let (a, b) = (self.span(), other.span());
        let below = |a: &String, b: &String| {
            a.strip_prefix(b.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let fields = |a: &String| other.touches.iter().any(|b| below(a, b) || below(b, a));
        (a.start <= b.end && b.start <= a.end) || self.touches.iter().any(fields)
    }
}

/// Replaces ranges that do not overlap.
pub(super) fn splice(text: &str, mut splices: Vec<(Range<usize>, String)>) -> String {
    splices.sort_by_key(|(range, _)| range.start);
    let mut edited = String::with_capacity(text.len() + 256);
    let mut at = 0;
    for (range, new) in splices {
        edited.push_str(text.get(at..range.start).unwrap_or_default());
        edited.push_str(&new);
        at = range.end.max(at);
    }
    edited.push_str(text.get(at..).unwrap_or_default());
    edited
}
