//! A quick reader for the plain part of the safe subset: what nearly every file of a register consists of.
//!
//! It gives the same tree as the parser, to the byte, or nothing at all: whatever it does not know, and whatever is
//! wrong, is left to the parser, which alone refuses and explains. Known are mappings with plain keys or keys like
//! `"@org/team"`, strings of one line with or without quotes, blocks of text without an indentation indicator, lists,
//! and collections in brackets on one line.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memchr3};

use crate::source::Span;
use crate::yaml::node::{Entry, Kind, Node, Scalar, Style};

/// Deeper nesting is left to the parser.
const DEEPEST: usize = 16;

/// A mapping with more keys is left to the parser, because each new key is compared with all before it.
const MOST_KEYS: usize = 64;

/// A longer key is left to the parser, which knows how long a key may be (YAML 1.2.2, section 7.4).
const LONGEST_KEY: usize = 100;

/// Reads a text without characters that are refused everywhere, or leaves it to the parser.
pub(super) fn read(text: &str) -> Option<Node<'_>> {
    let bytes = text.as_bytes();
    if bytes.last() != Some(&b'\n') || memchr2(b'\t', b'\r', bytes).is_some() {
        return None;
    }
    let mut reader = Reader { text, bytes, at: 0, indent: 0, last_end: 0 };
    reader.go_to_content()?;
    let root = if reader.is_at_end() || reader.indent != 0 { None } else { reader.block_mapping(0, 0) };
    root.filter(|_| reader.is_at_end())
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// The indentation of the line that was gone to last.
    indent: usize,
    /// Where the last value ended: a block collection ends there.
    last_end: usize,
}

/// What a value is behind.
#[derive(Clone, Copy, PartialEq)]
enum Behind {
    Colon,
    Dash,
}

impl<'a> Reader<'a> {
    /// Returns a byte; behind the text there are line ends.
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }

    fn here(&self) -> u8 {
        self.byte(self.at)
    }

    fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// Tells whether the value that was just read can end before the line that follows it.
    fn is_done(&self, column: usize) -> bool {
        self.is_at_end() || self.indent <= column
    }

    fn skip_blanks(&mut self) {
        while self.here() == b' ' {
            self.at += 1;
        }
    }

    /// Goes to the start of the next line.
    fn skip_line(&mut self) -> Option<()> {
        self.at += memchr(b'\n', self.bytes.get(self.at..)?)? + 1;
        Some(())
    }

    /// Goes from the start of a line to the first character of the next line that says something.
    fn go_to_content(&mut self) -> Option<()> {
        loop {
            let start = self.at;
            self.skip_blanks();
            if self.is_at_end() {
                self.indent = 0;
                return Some(());
            }
            match self.here() {
                b'\n' => self.at += 1,
                b'#' => self.skip_line()?,
                byte => {
                    let rest = &self.bytes[self.at..];
                    let is_mark = byte == b'%' || rest.starts_with(b"---") || rest.starts_with(b"...");
                    self.indent = self.at - start;
                    return (self.indent > 0 || !is_mark).then_some(());
                }
            }
        }
    }

    /// Goes from behind a value to the next content: only white space and a comment may follow on its line.
    fn end_line(&mut self) -> Option<()> {
        let end = self.at;
        self.skip_blanks();
        match self.here() {
            b'\n' => self.at += 1,
            b'#' if self.at > end => self.skip_line()?,
            _ => return None,
        }
        self.go_to_content()
    }

    /// Reads a mapping whose keys are in a column; its first key is here.
    fn block_mapping(&mut self, column: usize, depth: usize) -> Option<Node<'a>> {
        if depth > DEEPEST {
            return None;
        }
        let start = self.at;
        let mut entries: Vec<Entry<'a>> = Vec::with_capacity(if column == 0 { 20 } else { 4 });
        loop {
            let (key, key_span) = if self.here() == b'"' { self.quoted_key()? } else { self.key()? };
            if entries.len() >= MOST_KEYS || entries.iter().any(|entry| entry.key == key) {
                return None;
            }
            let value = self.value(column, depth, Behind::Colon)?;
            entries.push(Entry { key: Cow::Borrowed(key), key_span, value });
            if self.is_at_end() || self.indent < column {
                return Some(Node { span: Span::new(start, self.last_end), kind: Kind::Map(entries) });
            }
            if self.indent > column {
                return None;
            }
        }
    }

    /// Returns the length of the plain key that is here, if there is one.
    fn key_length(&self) -> Option<usize> {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        let is_of_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let length = rest.iter().position(|byte| !is_of_key(byte))?;
        let is_key = rest.first().is_some_and(u8::is_ascii_lowercase) && rest[length] == b':';
        (is_key && length <= LONGEST_KEY && matches!(self.byte(self.at + length + 1), b' ' | b'\n')).then_some(length)
    }

    /// Reads a plain key that is a text, and its colon.
    fn key(&mut self) -> Option<(&'a str, Span)> {
        let (start, end) = (self.at, self.at + self.key_length()?);
        self.at = end + 1;
        let key = &self.text[start..end];
        (!matches!(key, "true" | "false" | "null")).then(|| (key, Span::new(start, end)))
    }

    /// Reads a key in double quotes that is written like a handle (`"@org/team"`), and its colon.
    fn quoted_key(&mut self) -> Option<(&'a str, Span)> {
        let is_of_handle = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'@' | b'/' | b'_' | b'-' | b'.');
        let start = self.at;
        let rest = self.bytes.get(start + 1..)?;
        let length = rest.iter().position(|byte| !is_of_handle(byte))?;
        let is_key = (1..=LONGEST_KEY).contains(&length) && rest[length..].starts_with(b"\":");
        let end = start + 1 + length;
        self.at = end + 2;
        let key = (&self.text[start + 1..end], Span::new(start, end + 1));
        Some(key).filter(|_| is_key && matches!(self.here(), b' ' | b'\n'))
    }

    /// Reads what is behind a colon or a dash, and goes to the next content.
    fn value(&mut self, column: usize, depth: usize, behind: Behind) -> Option<Node<'a>> {
        let start = self.at;
        self.skip_blanks();
        let node = match self.here() {
            b'\n' | b'#' if behind == Behind::Colon => return self.nested(start - 1, column, depth),
            b'|' | b'>' if behind == Behind::Colon => return self.block_text(column),
            b'"' | b'\'' => self.quoted(self.bytes.len())?,
            b'[' | b'{' => {
                let end = self.at + memchr(b'\n', &self.bytes[self.at..])?;
                self.flow(end, depth)?
            }
            _ => return self.plain(column),
        };
        self.last_end = self.at;
        self.end_line()?;
        Some(node).filter(|_| self.is_done(column))
    }

    /// Reads what is below a key whose name has an end. It may be nothing, which the parser finds at that end.
    fn nested(&mut self, end: usize, column: usize, depth: usize) -> Option<Node<'a>> {
        self.skip_line()?;
        self.go_to_content()?;
        if !self.is_at_end() && self.is_at_dash() && self.indent >= column {
            return self.block_list(self.indent, self.indent == column, depth + 1);
        }
        if !self.is_done(column) {
            return self.block_mapping(self.indent, depth + 1);
        }
        self.last_end = end;
        Some(self.scalar(Span::new(end, end), Style::Plain))
    }

    fn is_at_dash(&self) -> bool {
        self.here() == b'-' && self.byte(self.at + 1) == b' '
    }

    /// Reads a list whose dashes are in a column, which may be that of the key above it.
    fn block_list(&mut self, column: usize, is_level_with_key: bool, depth: usize) -> Option<Node<'a>> {
        if depth > DEEPEST {
            return None;
        }
        let mut start = self.at;
        let mut items = Vec::new();
        loop {
            let line = self.at - column;
            self.at += 1;
            self.skip_blanks();
            // The parser counts the first dash of such a list to the key.
            if is_level_with_key && items.is_empty() {
                start = self.at;
            }
            items.push(match self.key_length() {
                Some(_) => {
                    self.indent = self.at - line;
                    self.block_mapping(self.indent, depth + 1)?
                }
                None => self.value(column, depth, Behind::Dash)?,
            });
            if self.is_at_end()
                || self.indent < column
                || (is_level_with_key && self.indent == column && !self.is_at_dash())
            {
                return Some(Node { span: Span::new(start, self.last_end), kind: Kind::Seq(items) });
            }
            if self.indent > column || !self.is_at_dash() {
                return None;
            }
        }
    }

    /// Reads a plain text of one line.
    fn plain(&mut self, column: usize) -> Option<Node<'a>> {
        if b"&*!@`%?:,[]{}-|>#\"'\n".contains(&self.here()) {
            return None;
        }
        let start = self.at;
        let end = start + memchr(b'\n', &self.bytes[start..])?;
        let line = &self.bytes[start..end];
        let mut length = line.len();
        let mut from = 0;
        while let Some(found) = memchr2(b':', b'#', &line[from..]) {
            let sign = from + found;
            if line[sign] == b':' && matches!(line.get(sign + 1), None | Some(b' ')) {
                return None;
            }
            if line[sign] == b'#' && sign > 0 && line[sign - 1] == b' ' {
                length = sign;
                break;
            }
            from = sign + 1;
        }
        let blanks = line[..length].iter().rev().take_while(|byte| **byte == b' ').count();
        self.last_end = start + length - blanks;
        self.at = end + 1;
        self.go_to_content()?;
        let span = Span::new(start, self.last_end);
        Some(self.scalar(span, Style::Plain)).filter(|_| self.is_done(column))
    }

    fn scalar(&self, span: Span, style: Style) -> Node<'a> {
        let text = Cow::Borrowed(&self.text[span.range()]);
        Node { span, kind: Kind::Scalar(Scalar { text, style }) }
    }

    /// Reads a quoted text of one line without a backslash, which ends before a limit.
    fn quoted(&mut self, limit: usize) -> Option<Node<'a>> {
        let start = self.at;
        let end = if self.bytes[start] == b'"' { self.double_quote(limit)? } else { self.single_quote(limit)? };
        self.at = end + 1;
        let inner = &self.text[start + 1..end];
        let is_doubled = self.bytes[start] == b'\'' && memchr(b'\'', inner.as_bytes()).is_some();
        let text = if is_doubled { Cow::Owned(inner.replace("''", "'")) } else { Cow::Borrowed(inner) };
        Some(Node { span: Span::new(start, end + 1), kind: Kind::Scalar(Scalar { text, style: Style::Quoted }) })
    }

    /// Finds the double quote that closes the one that is here.
    fn double_quote(&self, limit: usize) -> Option<usize> {
        let from = self.at + 1;
        let end = from + memchr3(b'"', b'\n', b'\\', self.bytes.get(from..limit)?)?;
        (self.bytes[end] == b'"').then_some(end)
    }

    /// Finds the single quote that closes the one that is here: two of them are one in the text.
    fn single_quote(&self, limit: usize) -> Option<usize> {
        let mut from = self.at + 1;
        loop {
            let end = from + memchr2(b'\'', b'\n', self.bytes.get(from..limit)?)?;
            if self.bytes[end] != b'\'' {
                return None;
            }
            if self.byte(end + 1) != b'\'' {
                return Some(end);
            }
            from = end + 2;
        }
    }

    /// Reads a collection in brackets, which ends before a limit.
    fn flow(&mut self, limit: usize, depth: usize) -> Option<Node<'a>> {
        if depth > DEEPEST {
            return None;
        }
        let start = self.at;
        let is_mapping = self.here() == b'{';
        let close = if is_mapping { b'}' } else { b']' };
        let (mut items, mut entries): (Vec<Node<'a>>, Vec<Entry<'a>>) = (Vec::new(), Vec::new());
        self.at += 1;
        self.skip_blanks();
        while self.here() != close {
            if is_mapping {
                let (key, key_span) = self.key()?;
                if entries.len() >= MOST_KEYS || entries.iter().any(|entry| entry.key == key) {
                    return None;
                }
                self.skip_blanks();
                let value = self.flow_value(limit, depth)?;
                entries.push(Entry { key: Cow::Borrowed(key), key_span, value });
            } else {
                items.push(self.flow_value(limit, depth)?);
            }
            self.skip_blanks();
            match self.here() {
                b',' => {
                    self.at += 1;
                    self.skip_blanks();
                    if self.here() == close {
                        return None;
                    }
                }
                byte if byte == close => {}
                _ => return None,
            }
        }
        self.at += 1;
        let kind = if is_mapping { Kind::Map(entries) } else { Kind::Seq(items) };
        Some(Node { span: Span::new(start, self.at), kind })
    }

    fn flow_value(&mut self, limit: usize, depth: usize) -> Option<Node<'a>> {
        let start = self.at;
        match self.here() {
            b'"' | b'\'' => {
                let node = self.quoted(limit)?;
                Some(node).filter(|_| matches!(self.here(), b' ' | b',' | b']' | b'}'))
            }
            b'[' | b'{' => self.flow(limit, depth + 1),
            _ if self.text[start..].starts_with(char::is_alphanumeric) => {
                let rest = &self.bytes[start..limit];
                let length = rest.iter().position(|byte| b",[]{}:#".contains(byte))?;
                if !matches!(rest[length], b',' | b']' | b'}') {
                    return None;
                }
                let blanks = rest[..length].iter().rev().take_while(|byte| **byte == b' ').count();
                self.at = start + length;
                Some(self.scalar(Span::new(start, self.at - blanks), Style::Plain))
            }
            _ => None,
        }
    }

    /// Reads a literal or folded block, and goes to the next content.
    fn block_text(&mut self, column: usize) -> Option<Node<'a>> {
        let is_folded = self.here() == b'>';
        let is_stripped = self.byte(self.at + 1) == b'-';
        self.at += 1 + usize::from(is_stripped);
        if self.here() != b'\n' {
            return None;
        }
        self.at += 1;
        let blanks = self.bytes[self.at..].iter().take_while(|byte| **byte == b' ').count();
        let (indent, start) = (blanks, self.at + blanks);
        if indent <= column || self.byte(start) == b'\n' {
            return None;
        }
        let mut text = String::with_capacity(256);
        let (mut line, mut behind, mut empty) = (self.at, self.at, 0);
        let end = loop {
            let blanks = self.bytes[line..].iter().take(indent).take_while(|byte| **byte == b' ').count();
            let from = line + blanks;
            if from >= self.bytes.len() {
                break from;
            }
            if self.bytes[from] == b'\n' {
                empty += 1;
                line = from + 1;
                continue;
            }
            if blanks < indent {
                break from;
            }
            let content = &self.text[from..from + memchr(b'\n', &self.bytes[from..])?];
            // Lines that are indented further, or only white space, fold in ways of their own.
            if (is_folded && content.starts_with(' ')) || content.bytes().all(|byte| byte == b' ') {
                return None;
            }
            match (text.is_empty(), is_folded, empty) {
                (true, ..) => {}
                (false, true, 0) => text.push(' '),
                (false, true, _) => {}
                (false, false, _) => text.push('\n'),
            }
            text.extend(std::iter::repeat_n('\n', empty));
            text.push_str(content);
            empty = 0;
            line = from + content.len() + 1;
            behind = line;
        };
        if !is_stripped {
            text.push('\n');
        }
        text.shrink_to_fit();
        self.last_end = end;
        self.at = behind;
        self.go_to_content()?;
        let node =
            Node { span: Span::new(start, end), kind: Kind::Scalar(Scalar { text: text.into(), style: Style::Block }) };
        Some(node).filter(|_| self.is_done(column))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::read;
    use crate::yaml::SIGNS;
    use crate::yaml::check_text;
    use crate::yaml::read::read as parse;

    /// The exceptions of the fixtures.
    static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let files = walkdir::WalkDir::new(fixtures).sort_by_file_name().into_iter().flatten();
        files
            .map(walkdir::DirEntry::into_path)
            .filter(|path| path.extension().is_some_and(|it| it == "yaml" || it == "yml"))
            .filter_map(|path| fs::read_to_string(path).ok())
            .collect()
    });

    fn is_same(text: &str) -> Result<bool, TestCaseError> {
        let Some(quick) = check_text(text).is_none().then(|| read(text)).flatten() else { return Ok(false) };
        match parse(text) {
            Ok(tree) => prop_assert!(quick == tree, "{text:?}\n{quick:?}\n{tree:?}"),
            Err(unread) => prop_assert!(false, "{text:?}\n{unread:?}"),
        }
        Ok(true)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn a_changed_text_has_the_parser_s_tree_or_none(
            file in any::<Index>(),
            changes in prop::collection::vec((any::<Index>(), 0_usize..6, any::<Index>()), 1..4),
        ) {
            let mut text = TEXTS[file.index(TEXTS.len())].clone();
            for (place, deleted, piece) in changes {
                let at = text.floor_char_boundary(place.index(text.len() + 1));
                let end = text.floor_char_boundary(text.len().min(at + deleted));
                text.replace_range(at..end.max(at), SIGNS[piece.index(SIGNS.len())]);
            }
            is_same(&text)?;
        }

        #[test]
        fn pieces_have_the_parser_s_tree_or_none(pieces in prop::collection::vec(any::<Index>(), 1..12)) {
            let pieces = pieces.iter().map(|piece| SIGNS[piece.index(SIGNS.len())]);
            is_same(&format!("a: {}\n", pieces.collect::<String>()))?;
        }
    }

    #[test]
    fn quoted_texts_of_one_line_are_read_and_others_left() {
        for text in ["'it''s'", "''", "''''", "['a''b', ''''] # c", r#"{a: '''', b: "''"}"#] {
            assert!(is_same(&format!("a: {text}\n")).unwrap(), "{text}");
        }
        for text in ["'it''s", "'''", "['a''b]", "'a''\n  b'", "'a'''b", r#""\n""#] {
            assert!(!is_same(&format!("a: {text}\n")).unwrap(), "{text}");
        }
    }

    #[test]
    fn a_team_may_be_a_key_and_a_name_may_begin_outside_ascii() {
        let teams = "\"@acme/sec\": [\"@dana\"]\n\"@acme/ops.eu-1_x\": # none yet\n  - \"@olek\"\n";
        let names = "a: [Łukasz Cruz, 李明, Ōe]\nb: {c: Éva, d: é}\n";
        for text in [teams, names, "a:\n  \"b\": c\n  d: e\n", "a:\n  - b\n\"c\":\n"] {
            assert!(is_same(text).unwrap(), "{text}");
        }
        for key in ["\"\"", "\"a b\"", "\"a\\n\"", "\"a\" ", "'a'", "\"é\"", "\"<<\"", "\"a\"b"] {
            assert!(!is_same(&format!("{key}: c\n")).unwrap(), "{key}");
        }
        for text in ["\"a\":b\n", "\"a\": b\na: c\n", "- \"a\": b\n", "a: \"b\": c\n", "\"a\n", "\"a\"", "\"a\":"] {
            assert!(!is_same(text).unwrap(), "{text}");
        }
        let longest = "a".repeat(super::LONGEST_KEY);
        assert!(is_same(&format!("\"{longest}\": b\n")).unwrap());
        assert!(!is_same(&format!("\"{longest}a\": b\n")).unwrap());
    }

    #[test]
    fn most_files_are_read_without_the_parser() {
        let read = TEXTS.iter().filter(|text| is_same(text).unwrap()).count();
        assert!(read * 10 > TEXTS.len() * 8, "{read} of {}", TEXTS.len());
    }
}
