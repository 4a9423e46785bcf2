//! Values of an exception, each with the bytes that wrote it and its field.

use std::borrow::Cow;

use crate::source::Span;
use crate::yaml::{Place, Spot};

/// The field of a value, as cheap as a number: there are a hundred thousand of them for each one that a finding names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// JSON Pointer with `*` for each index of a list. A reference to it is half as long as itself.
    pattern: &'static &'static str,
    index: [u32; 2],
}

impl Default for At {
    fn default() -> Self {
        Self { pattern: &"", index: [0; 2] }
    }
}

impl At {
    /// Creates the place of a field that is not in a list.
    pub(super) fn field(pattern: &'static &'static str) -> Self {
        Self { pattern, index: [0; 2] }
    }

    /// Creates the place of an item of a list, or of a field of it.
    pub(super) fn item(pattern: &'static &'static str, index: usize) -> Self {
        Self::inner(pattern, index, 0)
    }

    /// Creates the place of an item of a list that is a field of an item.
    pub(super) fn inner(pattern: &'static &'static str, outer: usize, inner: usize) -> Self {
        Self { pattern, index: [outer, inner].map(|index| u32::try_from(index).unwrap_or(u32::MAX)) }
    }

    /// Returns the JSON Pointer.
    #[must_use]
    pub fn pointer(self) -> String {
        let mut pointer = String::with_capacity(self.pattern.len() + 4);
        let mut index = self.index.iter().peekable();
        for part in self.pattern.split('/').skip(1) {
            pointer.push('/');
            match index.next_if(|_| part == "*") {
                Some(index) => pointer.push_str(&index.to_string()),
                None => pointer.push_str(part),
            }
        }
        pointer
    }
}

/// A value, the bytes that wrote it, and its field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The bytes that wrote it.
    pub span: Span,
    /// The field that holds it.
    pub at: At,
}

impl<T> From<&Spanned<T>> for Spot {
    fn from(it: &Spanned<T>) -> Self {
        Self { span: it.span, place: Place::value(it.at.pointer()) }
    }
}

/// A text of the file.
pub type Text<'a> = Spanned<Cow<'a, str>>;

impl Text<'_> {
    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// Returns the spot of a slice of this text; that of the whole value if an escape or a line fold makes the text
    /// differ from the file.
    #[must_use]
    pub fn part(&self, part: &str) -> Spot {
        Spot { span: self.span_of(part).unwrap_or(self.span), ..Spot::from(self) }
    }

    fn span_of(&self, part: &str) -> Option<Span> {
        let Cow::Borrowed(text) = self.value else { return None };
        let before = (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
        let quote = match self.span.range().len().checked_sub(text.len())? {
            0 => 0,
            2 => 1,
            _ => return None,
        };
        let end = before.checked_add(part.len()).filter(|end| *end <= text.len())?;
        Some(self.span.within(quote + before, quote + end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::Exception;
    use crate::source::FileId;
    use crate::yaml;

    #[test]
    fn a_part_of_a_text_has_its_own_bytes_unless_it_is_written_differently() {
        for (written, found) in [
            ("Ask Zoë, TBD  # later", "TBD"),
            ("\"Ask 'Zoë', TBD\"", "TBD"),
            ("'Ask Zoë, TBD '", "TBD"),
            ("\"Ask Zo\\u00eb, TBD\"", "\"Ask Zo\\u00eb, TBD\""),
            ("'It''s TBD'", "'It''s TBD'"),
            ("TBD, ask\n  Zoë", "TBD, ask\n  Zoë"),
            ("|\n  TBD", "TBD\n"),
        ] {
            let source = format!("title: {written}\n");
            let exception = Exception::from_node(FileId(0), "x", yaml::parse(&source).unwrap());
            let title = exception.title.unwrap();
            let at = title.value.find("TBD").unwrap();
            assert_eq!(&source[title.part(&title.value[at..at + 3]).span.range()], found, "{written}");
            assert_eq!(title.part("elsewhere"), Spot::from(&title), "{written}");
        }
    }

    #[test]
    fn a_pointer_contains_the_index_in_each_list() {
        assert_eq!(At::field(&"/scope/system").pointer(), "/scope/system");
        assert_eq!(At::item(&"/renewals/*/expires", 12).pointer(), "/renewals/12/expires");
        assert_eq!(At::item(&"/amendments/*/fields/*", 3).pointer(), "/amendments/3/fields/0");
        assert_eq!(At::inner(&"/amendments/*/fields/*", 3, 0).pointer(), "/amendments/3/fields/0");
    }
}
