//! Values of an exception, each with the bytes that wrote it and its field.

use std::borrow::Cow;
use std::fmt::Debug;
use std::num::NonZeroU64;
use std::ops::Deref;

use crate::source::Span;
use crate::yaml::{Place, Spot};

/// The fields whose values are read: JSON Pointers with `*` for each index of a list. The first is not a field.
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

/// The field of a value: its pattern, and its index in the innermost list.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct At {
    pattern: Pattern,
    index: usize,
}

impl At {
    /// Creates the place of a field that is not in a list.
    pub(super) fn field(pattern: Pattern) -> Self {
        Self { pattern, index: 0 }
    }

    /// Creates the place of an item of a list, or of a field of it.
    pub(super) fn item(pattern: Pattern, index: usize) -> Self {
        Self { pattern, index }
    }
}

/// The bytes that wrote a value and its field, in one word: a register is held as a whole, and most of what it takes
/// next to its files are values.
///
/// From above: the index in the innermost list, the length, the first byte, and the pattern, counted from 1 so that no
/// value takes no room of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Mark(NonZeroU64);

/// A file has fewer bytes than this many bits can say, and so fewer items.
const BYTES: u32 = 19;
const NAME: u32 = 6;

const _: () = assert!(crate::yaml::MAX_BYTES < 1 << BYTES && PATTERNS.len() < (1 << NAME) - 1);
const _: () = assert!(NAME + 3 * BYTES <= u64::BITS);
const _: () = assert!(size_of::<Option<Text<'_>>>() == 24);

impl Mark {
    fn new(span: Span, At { pattern, index }: At) -> Self {
        let length = span.end - span.start;
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let above = [index, length, span.start].into_iter().fold(0, |bits, part| bits << BYTES | narrowed(part));
        Self(NonZeroU64::MIN.saturating_add(above << NAME | u64::from(pattern.0)))
    }

    fn parts(self) -> (Pattern, Span, usize) {
        let bits = self.0.get() - 1;
        let [start, length, index] =
            [0, 1, 2].map(|part| (bits >> (NAME + part * BYTES) & ((1 << BYTES) - 1)) as usize);
        (Pattern((bits & ((1 << NAME) - 1)) as u8), Span::new(start, start + length), index)
    }
}

/// Returns as much of a number as there is room for.
fn narrowed(number: u32) -> u64 {
    u64::from(number.min((1 << BYTES) - 1))
}

/// Returns the JSON Pointer of a field, with the indices that it has from the outermost list to the innermost.
fn pointer(pattern: Pattern, index: &[usize]) -> String {
    let pattern = PATTERNS[pattern.0 as usize];
    let mut pointer = String::with_capacity(pattern.len());
    let mut index = index.iter().peekable();
    for part in pattern.split('/').skip(1) {
        pointer.push('/');
        match index.next_if(|_| part == "*") {
            Some(index) => pointer.push_str(&index.to_string()),
            None => pointer.push_str(part),
        }
    }
    pointer
}

/// A value, the bytes that wrote it, and its field.
#[derive(Clone, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    mark: Mark,
}

impl<T> Spanned<T> {
    pub(super) fn new(value: T, span: Span, at: At) -> Self {
        Self { value, mark: Mark::new(span, at) }
    }

    /// Returns the bytes that wrote it.
    #[must_use]
    pub fn span(&self) -> Span {
        self.mark.parts().1
    }

    /// Returns the JSON Pointer of its field.
    #[must_use]
    pub fn pointer(&self) -> String {
        let (pattern, _, index) = self.mark.parts();
        pointer(pattern, &[index])
    }
}

impl<T: Default> Default for Spanned<T> {
    fn default() -> Self {
        Self::new(T::default(), Span::default(), At::default())
    }
}

impl<T: Debug> Debug for Spanned<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.pointer();
        f.debug_struct("Spanned").field("value", &self.value).field("span", &self.span()).field("field", &name).finish()
    }
}

impl<T> From<&Spanned<T>> for Spot {
    fn from(it: &Spanned<T>) -> Self {
        Self { span: it.span(), place: Place::value(it.pointer()) }
    }
}

/// A text in a list of an item of another list, which has an index in both.
#[derive(Clone, Debug)]
pub struct Inner<'a> {
    text: Text<'a>,
    outer: u32,
}

impl<'a> Inner<'a> {
    pub(super) fn new(text: Text<'a>, outer: usize) -> Self {
        Self { text, outer: u32::try_from(outer).unwrap_or(u32::MAX) }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// Returns the bytes that wrote it.
    #[must_use]
    pub fn span(&self) -> Span {
        self.text.span()
    }

    /// Returns the JSON Pointer of its field.
    #[must_use]
    pub fn pointer(&self) -> String {
        let (pattern, _, index) = self.text.mark.parts();
        pointer(pattern, &[self.outer as usize, index])
    }
}

impl From<&Inner<'_>> for Spot {
    fn from(it: &Inner<'_>) -> Self {
        Self { span: it.span(), place: Place::value(it.pointer()) }
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
        Spot { span: self.span_of(part).unwrap_or(self.span()), ..Spot::from(self) }
    }

    fn span_of(&self, part: &str) -> Option<Span> {
        let Words::Borrowed(text) = self.value else { return None };
        let before = (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
        let whole = self.span();
        let quote = match whole.range().len().checked_sub(text.len())? {
            0 => 0,
            2 => 1,
            _ => return None,
        };
        let end = before.checked_add(part.len()).filter(|end| *end <= text.len())?;
        Some(whole.within(quote + before, quote + end))
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
        let text = |pattern, index| Text::new(Words::default(), Span::default(), At::item(pattern, index));
        assert_eq!(Text::default().pointer(), "");
        assert_eq!(text(const { pattern("/scope/system") }, 0).pointer(), "/scope/system");
        assert_eq!(text(const { pattern("/renewals/*/expires") }, 12).pointer(), "/renewals/12/expires");
        let inner = Inner::new(text(const { pattern("/amendments/*/fields/*") }, 3), 70_000);
        assert_eq!(inner.pointer(), "/amendments/70000/fields/3");
    }

    #[test]
    fn any_place_of_a_file_fits_into_a_word() {
        let longest = crate::yaml::MAX_BYTES as usize;
        let last = Pattern(PATTERNS.len() as u8 - 1);
        for (start, end) in [(0, 0), (0, longest), (longest, longest), (longest - 1, longest), (7, 9)] {
            for (pattern, index) in [(Pattern(0), 0), (last, longest), (last, 1), (Pattern(1), longest)] {
                let (span, at) = (Span::new(start, end), At::item(pattern, index));
                assert_eq!(Mark::new(span, at).parts(), (pattern, span, index));
            }
        }
        let beyond = Mark::new(Span::new(1 << 30, 1 << 31), At::item(last, usize::MAX)).parts();
        assert_eq!(beyond.0, last);
    }
}
