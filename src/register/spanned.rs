//! Values of an exception, each with the bytes that wrote it and its field.

use std::borrow::Cow;
use std::num::NonZeroU32;
use std::ops::Deref;

use crate::source::Span;
use crate::yaml::{Place, Spot};

/// The fields whose values are read: JSON Pointers with `*` for each index of a list. The first is no field.
const PATTERNS: &[&str] = &[
    "",
    "/alternatives/*/option",
    "/alternatives/*/rejected",
    "/amendments/*/approver",
    "/amendments/*/by",
    "/amendments/*/date",
    "/amendments/*/fields/*",
    "/amendments/*/note",
    "/approver",
    "/closure/by",
    "/closure/date",
    "/closure/note",
    "/closure/verified_by",
    "/control",
    "/covers/*",
    "/covers/*/assignment",
    "/covers/*/id",
    "/covers/*/kind",
    "/covers/*/match/*",
    "/covers/*/namespace",
    "/covers/*/package",
    "/covers/*/package/ecosystem",
    "/covers/*/package/name",
    "/covers/*/package/type",
    "/covers/*/package/version",
    "/covers/*/paths/*",
    "/covers/*/purls/*",
    "/covers/*/scope",
    "/covers/*/tool",
    "/covers/*/until_fixed",
    "/decided",
    "/expires",
    "/follows/*",
    "/incident/ended",
    "/incident/id",
    "/owner",
    "/reason",
    "/references/*",
    "/removal",
    "/renewals/*",
    "/renewals/*/approver",
    "/renewals/*/decided",
    "/renewals/*/expires",
    "/renewals/*/reason",
    "/renewals/*/requested",
    "/renewals/*/requester",
    "/renewals/*/risk_check",
    "/requested",
    "/requester",
    "/reviews/*/by",
    "/reviews/*/date",
    "/reviews/*/note",
    "/risk/exposure/*",
    "/risk/statement",
    "/risk/tier",
    "/scope/environment",
    "/scope/process",
    "/scope/system",
    "/scope/team",
    "/starts",
    "/status",
    "/title",
];

/// A field, as its place among [`PATTERNS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pattern(u8);

/// Looks up a field; one that is not listed is noticed when the program is built.
#[expect(clippy::cast_possible_truncation, reason = "there are fewer than 256")]
pub(super) const fn pattern(text: &str) -> Pattern {
    const fn is_same(a: &[u8], b: &[u8]) -> bool {
        let mut at = 0;
        while at < a.len() && at < b.len() && a[at] == b[at] {
            at += 1;
        }
        at == a.len() && at == b.len()
    }
    let mut at = 0;
    while !is_same(PATTERNS[at].as_bytes(), text.as_bytes()) {
        at += 1;
    }
    Pattern(at as u8)
}

/// The field of a value, as small as a number: there are a hundred thousand of them for each one that a finding names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    outer: u32,
    /// The index in the inner list, and below it the pattern in eight bits, counted from 1 so that no value takes no room
    /// of its own. A file has fewer bytes than fit into the rest.
    inner: NonZeroU32,
}

const _: () = assert!(PATTERNS.len() < 255 && crate::yaml::MAX_BYTES < 1 << 24);

// A register is held as a whole, and most of what it takes beside its files is this.
const _: () = assert!(size_of::<Option<Text<'_>>>() == 32);

impl Default for At {
    fn default() -> Self {
        Self::field(Pattern::default())
    }
}

impl At {
    /// Creates the place of a field that is not in a list.
    pub(super) fn field(pattern: Pattern) -> Self {
        Self::inner(pattern, 0, 0)
    }

    /// Creates the place of an item of a list, or of a field of it.
    pub(super) fn item(pattern: Pattern, index: usize) -> Self {
        Self::inner(pattern, index, 0)
    }

    /// Creates the place of an item of a list that is a field of an item.
    pub(super) fn inner(pattern: Pattern, outer: usize, inner: usize) -> Self {
        let [outer, inner] = [outer, inner].map(|index| u32::try_from(index).unwrap_or(u32::MAX));
        Self { outer, inner: NonZeroU32::MIN.saturating_add(inner << 8 | u32::from(pattern.0)) }
    }

    /// Returns the JSON Pointer.
    #[must_use]
    pub fn pointer(self) -> String {
        let inner = self.inner.get() - 1;
        let pattern = PATTERNS[(inner & 0xff) as usize];
        let mut pointer = String::with_capacity(pattern.len());
        let mut index = [self.outer, inner >> 8].into_iter().peekable();
        for part in pattern.split('/').skip(1) {
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

/// A text of a file, or what an escape or a line fold makes of it: a `Cow<str>` in two words instead of three.
#[derive(Clone, Debug)]
pub enum Words<'a> {
    /// As it is in the file.
    Borrowed(&'a str),
    /// Written differently in the file.
    #[expect(
        clippy::box_collection,
        reason = "a `Box<str>` takes two words, as a `&str` does, and then the choice a third"
    )]
    Owned(Box<String>),
}

impl Default for Words<'_> {
    fn default() -> Self {
        Self::Borrowed("")
    }
}

impl Deref for Words<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Owned(text) => text,
        }
    }
}

impl PartialEq for Words<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl std::fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self)
    }
}

impl<'a> From<Cow<'a, str>> for Words<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::Borrowed(text),
            Cow::Owned(text) => Self::Owned(Box::new(text)),
        }
    }
}

/// A text of the file.
pub type Text<'a> = Spanned<Words<'a>>;

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
        let Words::Borrowed(text) = self.value else { return None };
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
    fn a_text_is_the_same_as_it_is_in_the_file_and_written_anew() {
        let [there, anew, other] =
            [Cow::Borrowed("Zoë"), Cow::Owned("Zoë".to_owned()), Cow::Borrowed("Zoe")].map(Words::from);
        assert_eq!(there, anew);
        assert_eq!(anew, there);
        assert_ne!(there, other);
        assert_ne!(anew, other);
        assert_eq!(format!("{there} {anew}"), "Zoë Zoë");
    }

    #[test]
    fn a_pointer_contains_the_index_in_each_list() {
        assert_eq!(At::field(const { pattern("/scope/system") }).pointer(), "/scope/system");
        assert_eq!(At::item(const { pattern("/renewals/*/expires") }, 12).pointer(), "/renewals/12/expires");
        assert_eq!(At::item(const { pattern("/amendments/*/fields/*") }, 3).pointer(), "/amendments/3/fields/0");
        assert_eq!(At::inner(const { pattern("/amendments/*/fields/*") }, 3, 0).pointer(), "/amendments/3/fields/0");
    }
}
