//! The text of one file and positions in it: the only module that knows lines and columns.
//!
//! Everything else uses byte ranges ([`Span`]). A byte order mark is not part of the text, so the first character of a
//! file is always line 1, column 1.

use std::sync::OnceLock;

/// A range of bytes in the text of one [`Source`], the end exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// First byte after the range.
    pub end: u32,
}

impl Span {
    /// Creates a span; an end before the start gives an empty span at the start.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let end = u32::try_from(end).unwrap_or(u32::MAX);
        Self { start, end: end.max(start) }
    }

    /// Returns the range for slicing the source's text.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Returns the sub-range `start..end`, counted from this span's start.
    #[must_use]
    pub fn within(self, start: usize, end: usize) -> Self {
        let base = self.start as usize;
        Self::new(base + start, (base + end).min(self.end as usize))
    }

    /// Returns whether `other` is entirely inside this span.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// A position for a reader: line and column from 1, the column in Unicode code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in Unicode code points, from 1.
    pub column: usize,
}

/// Index of a [`Source`] in the run's list of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

impl FileId {
    /// Creates an id from an index.
    #[must_use]
    pub fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// Returns the index.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One file's path and text.
#[derive(Debug)]
pub struct Source {
    path: Box<str>,
    text: Box<str>,
    /// A large register is held as a whole and hardly any of its files is asked for lines, so this is a single word.
    lines: OnceLock<Box<Lines>>,
}

/// The byte at which each line starts.
#[derive(Debug)]
struct Lines(Box<[u32]>);

impl Source {
    /// Wraps the text of the file at `path` (relative to the root, `/` between its parts). A
    /// leading byte order mark is dropped.
    #[must_use]
    pub fn new(path: impl Into<Box<str>>, mut text: String) -> Self {
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        Self { path: path.into(), text: text.into(), lines: OnceLock::new() }
    }

    /// Returns the same text under another path.
    #[must_use]
    pub fn renamed(self, path: &str) -> Self {
        Self { path: path.into(), ..self }
    }

    /// Returns the path, relative to the root, with `/` between its parts.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the text, without a byte order mark.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the text that `span` covers; empty if the span does not fit the text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Returns the line and column of a byte offset; anything past the end counts as the end.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let (line, start) = self.line_of(offset);
        let end = self.floor(offset as usize);
        let column = self.text[start..end].chars().count() + 1;
        Position { line: line + 1, column }
    }

    /// Returns the column of a byte offset in UTF-8 bytes, from 1.
    #[must_use]
    pub fn byte_column(&self, offset: u32) -> usize {
        let (_, start) = self.line_of(offset);
        self.floor(offset as usize) - start + 1
    }

    /// Cuts a span to the part on its first line that is not blank, so that a region never covers several lines (code
    /// scanning hides a result whose lines are not all in the diff) and never starts with the indentation of a block
    /// scalar.
    #[must_use]
    pub fn first_line(&self, span: Span) -> Span {
        let text = self.slice(span);
        let skipped = text.len() - text.trim_start().len();
        if skipped == text.len() {
            return Span::new(span.start as usize, span.start as usize);
        }
        let rest = &text[skipped..];
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let length = rest[..length].trim_end().len();
        span.within(skipped, skipped + length)
    }

    /// Returns the lines of a span with up to `more` on either side of them: the numbers of the first and the last one,
    /// from 1, and their text; `None` where there are no more.
    #[must_use]
    pub fn around(&self, span: Span, more: usize) -> Option<(usize, usize, &str)> {
        let starts = self.lines();
        let is_ended = starts.len() > 1 && self.text.ends_with('\n');
        let count = starts.len() - usize::from(is_ended);
        let (first, last) = (self.line_of(span.start).0 + 1, self.line_of(span.end).0 + 1);
        // What stands after the last line feed is on a line of its own, and that one is among the lines around it.
        let (from, to) = (first.saturating_sub(more).max(1), (last + more).min(count.max(last)));
        let begin = *starts.get(from - 1)? as usize;
        let end = starts.get(to).map_or(self.text.len(), |start| *start as usize);
        let text = self.text.get(begin..end)?;
        let text = if to > count { text } else { text.strip_suffix('\n').unwrap_or(text) };
        (from < first || last < to).then_some((from, to, text))
    }

    /// Returns the byte at which a line starts, lines counted from 1.
    #[must_use]
    pub fn line_start(&self, line: usize) -> u32 {
        self.lines().get(line.saturating_sub(1)).copied().unwrap_or_default()
    }

    /// Returns the line that starts at a byte, without its line feed.
    #[must_use]
    pub fn line_at(&self, start: u32) -> Span {
        let rest = self.text.get(start as usize..).unwrap_or_default();
        let length = rest.find('\n').unwrap_or(rest.len());
        Span::new(start as usize, start as usize + length)
    }

    /// Returns the zero-based line of an offset and the byte at which that line starts.
    fn line_of(&self, offset: u32) -> (usize, usize) {
        let lines = self.lines();
        let line = lines.partition_point(|start| *start <= offset).saturating_sub(1);
        (line, lines.get(line).map_or(0, |start| *start as usize))
    }

    /// Returns the byte at which each line starts.
    fn lines(&self) -> &[u32] {
        let find = || {
            let breaks = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            Box::new(Lines(std::iter::once(0).chain(breaks.map(|(at, _)| Span::new(at + 1, 0).start)).collect()))
        };
        &self.lines.get_or_init(find).0
    }

    fn floor(&self, offset: usize) -> usize {
        let mut at = offset.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn around_a_line_are_those_that_exist() {
        let source = Source::new("a.yaml", "a\nb\nc\nd\n".into());
        let at = |byte| Span::new(byte, byte + 1);
        assert_eq!(source.around(at(0), 1), Some((1, 2, "a\nb")));
        assert_eq!(source.around(at(2), 1), Some((1, 3, "a\nb\nc")));
        assert_eq!(source.around(at(6), 2), Some((2, 4, "b\nc\nd")));
        assert_eq!(source.around(Span::new(8, 8), 2), Some((3, 5, "c\nd\n")));
        for text in ["", "a", "a\n", "\n"] {
            assert_eq!(Source::new("a.yaml", text.to_owned()).around(Span::new(0, 0), 2), None, "{text:?}");
        }
        assert_eq!(Source::new("a.yaml", "\n\n".into()).around(Span::new(2, 2), 1), Some((2, 3, "\n")));
    }

    #[test]
    fn columns_count_characters_and_lines_end_at_the_line_feed() {
        let source = Source::new("a.yaml", "\u{feff}é: x\r\nkéy: wert\n".into());
        let at = source.text().find("wert").unwrap();
        assert_eq!(source.position(Span::new(at, at).start), Position { line: 2, column: 6 });
        assert_eq!(source.byte_column(Span::new(at, at).start), 7);
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(9_999), Position { line: 3, column: 1 });
    }

    #[test]
    fn a_region_is_the_first_line_that_says_something() {
        let source = Source::new("a.yaml", "reason: |\n\n   two words  \n   more\n".into());
        let span = source.first_line(Span::new(10, source.text().len()));
        assert_eq!(source.slice(span), "two words");
        assert_eq!(source.first_line(Span::new(9, 11)), Span::new(9, 9));
    }
}
