//! Reads text into the spanned tree up to its first fault of syntax, refusing everything outside the safe subset.
//!
//! One document, a mapping at the top, string keys, no duplicate keys, no anchors, aliases, merge keys, tags or
//! directives, at most [`MAX_BYTES`] and [`MAX_DEPTH`] levels. Characters that only some YAML readers take for a line
//! end are refused as well: they let a comment hide a value.

use std::borrow::Cow;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, StrInput, StructureStyle};
use rustc_hash::FxHashSet;

use crate::source::Span;
use crate::text::{is_space, shown, space_name};
use crate::yaml::node::{Entry, Kind, Node, Scalar, Style};
use crate::yaml::place::Place;
use crate::yaml::problem::{Problem, Related};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: u64 = 256 * 1024;

/// The deepest nesting of lists and mappings that is read.
pub const MAX_DEPTH: usize = 64;

/// The most problems that are listed for one file; the rest follow from the first ones.
pub(super) const MAX_PROBLEMS: usize = 20;

/// The longest key, in characters (YAML 1.2.2, section 7.4.2).
const LONGEST_KEY: usize = 1024;

/// A mapping of this size or larger finds its duplicate keys with a set.
const LINEAR_KEYS: usize = 24;

/// Why a text was not read.
#[derive(Debug)]
pub(super) struct Unread {
    /// What was found until the reading ended, in its order.
    pub(super) problems: Vec<Problem>,
    /// The byte of the fault of syntax that ended it, which is the last problem and may be the slip of one line.
    pub(super) fault: Option<usize>,
    /// The keys until then.
    pub(super) keys: Vec<Key>,
}

/// A key in the order of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// Its first byte.
    pub(super) start: u32,
    /// The place in that order of the key whose value it is in, from 1.
    pub(super) parent: u32,
    /// How many items of a list are before that whose key it is.
    pub(super) item: u32,
}

/// Reads a text up to its first fault of syntax.
pub(super) fn read(text: &str) -> Result<Node<'_>, Unread> {
    let (read, fault, keys) = read_with_keys(text);
    read.map_err(|problems| Unread { problems, fault, keys })
}

/// Reads a text as [`read`] does, and lists its keys.
pub(super) fn read_with_keys(text: &str) -> (Result<Node<'_>, Vec<Problem>>, Option<usize>, Vec<Key>) {
    let mut loader = Loader { text, ..Loader::default() };
    for event in events(text) {
        match event {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or(0..0);
                loader.take(event, Span::new(range.start, range.end));
            }
            Err(error) => {
                let problem = syntax_problem(text, &error);
                // No slip of one line nests so deep.
                let is_slip = !matches!(error.kind(), ErrorKind::RecursionLimitExceeded);
                loader.fault = Some(problem.span.range().start).filter(|_| is_slip);
                loader.problems.push(problem);
                break;
            }
        }
        if loader.lost || loader.problems.len() >= MAX_PROBLEMS {
            break;
        }
    }
    let (fault, keys) = (loader.fault, std::mem::take(&mut loader.keys));
    (loader.finish(text), fault, keys)
}

/// Reads a text as events, which end at the first syntax error.
pub(super) fn events(text: &str) -> Parser<'_, StrInput<'_>> {
    let options = granit_parser::options! {
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        strict_indentation: true,
        disallow_directives: true,
        block_scalar_eof_without_line_feed: false,
    };
    Parser::new_from_str_with_options(text, options)
}

/// Finds the characters that the safe subset refuses everywhere, quoted or not.
///
/// YAML 1.2.2, section 5.1 names the printable characters. Of those, a lone carriage return and the line ends of YAML
/// 1.1 (next line, line and paragraph separator) are refused too: readers disagree on whether they end a line or a
/// comment.
#[must_use]
pub fn check_text(text: &str) -> Option<Problem> {
    /// Every byte of a stretch is looked at, so that the compiler can process many at a time.
    const STRETCH: usize = 64;
    let is_suspect = |byte: &u8| matches!(byte, 0..=8 | 0x0b..=0x1f | 0x7f | 0xc2 | 0xe2 | 0xef);
    let holds_one = |stretch: &[u8]| stretch.iter().fold(false, |found, byte| found | is_suspect(byte));
    let stretches = text.as_bytes().chunks(STRETCH).zip((0..).step_by(STRETCH));
    stretches.filter(|(stretch, _)| holds_one(stretch)).find_map(|(stretch, start)| {
        let mut suspects = stretch.iter().enumerate().filter(|(_, byte)| is_suspect(byte));
        suspects.find_map(|(at, _)| refuse_character(text, start + at))
    })
}

/// Returns what is wrong with the character that begins at a byte.
fn refuse_character(text: &str, at: usize) -> Option<Problem> {
    let character = text.get(at..)?.chars().next()?;
    let span = Span::new(at, at + character.len_utf8());
    let (message, help) = match character {
        '\r' if text.as_bytes().get(at + 1) != Some(&b'\n') => (
            "a carriage return without a line feed: readers disagree on whether it ends the line".to_owned(),
            "end lines with LF or CRLF",
        ),
        '\u{85}' | '\u{2028}' | '\u{2029}' => (
            format!("the character U+{:04X} ends a line for only some readers", u32::from(character)),
            "use a plain line end or a space instead",
        ),
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => (
            format!("the control character U+{:04X} is not allowed here", u32::from(character)),
            "delete the character",
        ),
        '\u{fffe}' | '\u{ffff}' => {
            (format!("U+{:04X}, which is not a character, is not allowed here", u32::from(character)), "delete it")
        }
        '\u{feff}' => ("a byte order mark inside the text".to_owned(), "delete the invisible character U+FEFF"),
        _ => return None,
    };
    Some(Problem::new(span, message, help))
}

impl Key {
    /// Returns what tells where it belongs: the key whose value it is in, and the item.
    pub(super) fn home(&self) -> (u32, u32) {
        (self.parent, self.item)
    }
}

/// What is open while events arrive.
enum Frame<'a> {
    Seq(Span, Vec<Node<'a>>),
    Map {
        span: Span,
        entries: Vec<Entry<'a>>,
        seen: FxHashSet<Cow<'a, str>>,
        key: Option<(Span, Cow<'a, str>)>,
        /// The place of that key among all keys, from 1.
        nth: u32,
    },
}

#[derive(Default)]
struct Loader<'a> {
    text: &'a str,
    stack: Vec<Frame<'a>>,
    root: Option<Node<'a>>,
    documents: usize,
    /// End of the last value: a block collection ends there, not at the next token.
    last_end: u32,
    /// How many collections in brackets are open, with what is in them.
    brackets: usize,
    /// The keys so far.
    keys: Vec<Key>,
    problems: Vec<Problem>,
    /// The fault of syntax that ended the reading.
    fault: Option<usize>,
    /// Set where anything that follows would only be a consequence.
    lost: bool,
}

impl<'a> Loader<'a> {
    fn take(&mut self, event: Event<'a>, span: Span) {
        if matches!(event, Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..))
            && let Some(problem) = self.odd_indent_before(span)
        {
            self.fault = Some(problem.span.range().start);
            self.problems.push(problem);
            self.lost = true;
            return;
        }
        match &event {
            Event::SequenceStart(style, ..) | Event::MappingStart(style, ..)
                if *style == StructureStyle::Flow || self.brackets > 0 =>
            {
                self.brackets += 1;
            }
            Event::SequenceEnd | Event::MappingEnd => self.brackets = self.brackets.saturating_sub(1),
            _ => {}
        }
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents == 2 {
                    self.refuse(span, "a second document: one file holds one", "move it into a file of its own");
                }
                self.refuse_end_before(span);
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.refuse(span, "an alias (`*name`) is not allowed", "write the value out");
                self.push(Node { span, kind: Kind::Scalar(Scalar { text: Cow::Borrowed(""), style: Style::Quoted }) });
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_properties(span, anchor, tag.is_some());
                if let Some(Frame::Map { key: None, .. }) = self.stack.last() {
                    self.refuse_sign_before(span);
                }
                self.last_end = span.end;
                self.scalar(text, style, span);
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.open(span, anchor, tag.is_some());
                // A list that is not indented begins behind its first dash.
                if self.text.as_bytes().get(span.range().start) == Some(&b'-') {
                    self.refuse_tab_before(span);
                }
                self.stack.push(Frame::Seq(span, Vec::new()));
            }
            Event::MappingStart(_, anchor, tag) => {
                self.open(span, anchor, tag.is_some());
                self.refuse_tab_before(span);
                let entries = Vec::with_capacity(8);
                self.stack.push(Frame::Map { span, entries, seen: FxHashSet::default(), key: None, nth: 0 });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            _ => {}
        }
    }

    fn scalar(&mut self, text: Cow<'a, str>, style: ScalarStyle, span: Span) {
        if style == ScalarStyle::Plain && self.brackets > 0 {
            let start = text.chars().next().filter(|sign| matches!(sign, '?' | ':')).map(|sign| (sign, "start"));
            if let Some((sign, end)) = start.or_else(|| text.ends_with(':').then_some((':', "end"))) {
                let message =
                    format!("a `{sign}` at the {end} of a string in brackets is special for some YAML readers");
                self.refuse(span, message, "quote the string");
            }
        }
        let written = self.text.get(span.range()).unwrap_or_default();
        if style == ScalarStyle::DoubleQuoted && has_half_escape(written) {
            self.refuse(span, "an escape for half a character", "write the character itself");
        }
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
            _ => Style::Block,
        };
        // An empty plain node arrives as `~` over no bytes.
        let text = if span.start == span.end && style == Style::Plain { Cow::Borrowed("") } else { text };
        let scalar = Scalar { text, style };
        if let Some(Frame::Map { key: None, .. }) = self.stack.last() {
            self.key(scalar, span);
        } else {
            self.push(Node { span, kind: Kind::Scalar(scalar) });
        }
    }

    fn key(&mut self, scalar: Scalar<'a>, span: Span) {
        if scalar.style == Style::Plain && &*scalar.text == "<<" {
            self.refuse(span, "a merge key (`<<`) is not allowed", "write the values out");
        } else if scalar.is_empty() && span.range().is_empty() {
            self.refuse(
                span,
                "a key is missing before this `:`",
                "write the key, or quote a string that contains `: `",
            );
        } else if let Some(number) = self.cut_number(&scalar, span) {
            self.refuse(span, "a `,` inside a number ends it", &format!("write `{number}`"));
        } else if scalar.is_empty() || scalar.as_bool().is_some() || scalar.as_number().is_some() {
            let message = format!("the key `{}` is not a string", crate::text::shown(&scalar.text));
            self.refuse(span, message, "quote the key");
        }
        let parent = self.stack.iter().rev().skip(1).find_map(|frame| match frame {
            Frame::Map { nth, .. } => Some(*nth),
            Frame::Seq(..) => None,
        });
        let item = match self.stack.iter().rev().nth(1) {
            Some(Frame::Seq(_, items)) => items.len() as u32,
            _ => 0,
        };
        self.keys.push(Key { start: span.start, parent: parent.unwrap_or(0), item });
        let place = self.keys.len() as u32;
        let Some(Frame::Map { entries, seen, key, nth, .. }) = self.stack.last_mut() else { return };
        *nth = place;
        let known = if entries.len() < LINEAR_KEYS {
            entries.iter().any(|entry| entry.key == scalar.text)
        } else {
            if seen.is_empty() {
                seen.extend(entries.iter().map(|entry| entry.key.clone()));
            }
            !seen.insert(scalar.text.clone())
        };
        let first = if known { entries.iter().find(|entry| entry.key == scalar.text) } else { None };
        if let Some(first) = first {
            let message = format!("the key `{}` is written twice", crate::text::shown(&scalar.text));
            let related = Related { span: first.key_span, message: "first written here".into() };
            let help = Some("keep one of the two".into());
            let place = Place::default();
            self.problems.push(Problem { span, message, help, related: Some(Box::new(related)), place, fix: None });
        }
        *key = Some((span, scalar.text));
    }

    /// Returns the number that was written with a comma in braces (`0,8`), of which the second half is taken for a key.
    fn cut_number(&self, key: &Scalar<'_>, span: Span) -> Option<String> {
        let before = self.text.get(..span.range().start)?.strip_suffix(',')?;
        let head = &before[before.trim_end_matches(|sign: char| sign.is_ascii_digit()).len()..];
        let is_number = !head.is_empty() && self.brackets > 0 && key.style == Style::Plain;
        let is_tail = !key.text.is_empty() && key.text.bytes().all(|byte| byte.is_ascii_digit());
        let has_value = self.text.get(span.range().end..)?.trim_start().starts_with(':');
        (is_number && is_tail && !has_value).then(|| format!("{head}.{}", key.text))
    }

    fn open(&mut self, span: Span, anchor: usize, tagged: bool) {
        self.refuse_properties(span, anchor, tagged);
        if let Some(Frame::Map { key: None, .. }) = self.stack.last() {
            self.refuse(span, "a key that is itself a list or a mapping", "use a string as the key");
            self.lost = true;
        }
    }

    /// Finds a tab in the indentation of a value outside brackets or of the dashes before it, which readers count
    /// differently or refuse, and a space before a key that only looks like one of the indentation.
    fn odd_indent_before(&self, value: Span) -> Option<Problem> {
        if self.brackets > 0 {
            return None;
        }
        let end = value.range().start;
        let mut start = end.min(self.last_end as usize);
        for line in self.text.get(start..end)?.split_inclusive('\n') {
            let is_whole = start == 0 || self.text.as_bytes().get(start - 1) == Some(&b'\n');
            let blanks = line.trim_start_matches([' ', '\t']);
            let says = !blanks.trim().is_empty() || !line.ends_with('\n');
            if let Some(tab) = line[..line.len() - blanks.len()].find('\t')
                && is_whole
                && says
                && !blanks.starts_with('#')
            {
                return Some(odd_indent(Span::new(start + tab, start + tab + 1), '\t'));
            }
            start += line.len();
        }
        let odd = self.text.get(end..)?.chars().next().filter(|sign| *sign != ' ' && is_space(*sign))?;
        let is_key = matches!(self.stack.last(), Some(Frame::Map { key: None, .. }));
        is_key.then(|| odd_indent(Span::new(end, end + odd.len_utf8()), odd))
    }

    /// Refuses a `?` between the last value and a key. The key may be on another line than the sign, behind comments,
    /// or a block of text, of whose last line end readers think differently.
    fn refuse_sign_before(&mut self, key: Span) {
        let end = key.range().start;
        let start = end.min(self.last_end as usize);
        let between = self.text.get(start..end).unwrap_or_default();
        let mut at = start;
        for line in between.split_inclusive('\n') {
            let signs = line.split('#').next().unwrap_or_default();
            if let Some(sign) = signs.find('?') {
                let sign = at + sign;
                self.refuse(Span::new(sign, sign + 1), "a `?` before a key", "write `key: value` without it");
                return;
            }
            at += line.len();
        }
    }

    /// Refuses a list or mapping that begins behind a tab: what it is indented by, readers count differently.
    fn refuse_tab_before(&mut self, span: Span) {
        let (before, rest) = self.text.split_at_checked(span.range().start).unwrap_or_default();
        let gap = before.len() - before.trim_end_matches([' ', '\t']).len();
        let is_behind_sign = before[..before.len() - gap].ends_with(['-', '?', ':']);
        if let Some(tab) = before[before.len() - gap..].find('\t')
            && is_behind_sign
            && !rest.starts_with(['[', '{'])
        {
            let at = before.len() - gap + tab;
            self.refuse(Span::new(at, at + 1), "a tab before a list or mapping", "write a space instead");
        }
    }

    /// Refuses the end of a document before its start.
    fn refuse_end_before(&mut self, start: Span) {
        let before = self.text.get(..start.range().start).filter(|_| self.documents == 1).unwrap_or_default();
        if let Some(at) = before.lines().position(|line| line.starts_with("...")) {
            let at = before.split_inclusive('\n').take(at).map(str::len).sum::<usize>();
            self.refuse(Span::new(at, at + 3), "the end of a document (`...`) before its start", "delete the line");
        }
    }

    fn close(&mut self, span: Span) {
        if span.end > span.start {
            self.last_end = span.end;
        }
        let Some(frame) = self.stack.pop() else { return };
        let (start, kind) = match frame {
            Frame::Seq(span, items) => (span, Kind::Seq(items)),
            Frame::Map { span, entries, .. } => (span, Kind::Map(entries)),
        };
        let end = self.last_end.max(start.start);
        self.push(Node { span: Span { start: start.start, end }, kind });
    }

    fn push(&mut self, node: Node<'a>) {
        match self.stack.last_mut() {
            None => self.root = self.root.take().or(Some(node)),
            Some(Frame::Seq(_, items)) => items.push(node),
            Some(Frame::Map { entries, key, .. }) => {
                let (key_span, key) = key.take().unwrap_or((node.span, Cow::Borrowed("")));
                entries.push(Entry { key, key_span, value: node });
            }
        }
    }

    fn refuse_properties(&mut self, span: Span, anchor: usize, tagged: bool) {
        if anchor != 0 {
            let place = self.property_before(span, '&');
            self.refuse(place, "an anchor (`&name`) is not allowed", "write the value out where it is needed");
        }
        if tagged {
            let place = self.property_before(span, '!');
            self.refuse(
                place,
                "a tag (`!name`) is not allowed",
                "delete the tag, or quote a string that begins with `!`: every value is read as a string",
            );
        }
    }

    /// Returns the bytes of the anchor or tag before a value.
    fn property_before(&self, value: Span, sign: char) -> Span {
        let before = self.text.get(..value.start as usize).unwrap_or_default();
        let Some(at) = before.rfind(sign) else { return value };
        let ends = |c: char| c.is_whitespace() || matches!(c, '[' | ']' | '{' | '}' | ',');
        let start = before[..at].rfind(ends).map_or(0, |end| end + 1);
        let end = before[at..].find(ends).map_or(before.len(), |length| at + length);
        Span::new(start, end)
    }

    fn refuse(&mut self, span: Span, message: impl Into<String>, help: &str) {
        self.problems.push(Problem::new(span, message, help));
    }

    fn finish(mut self, text: &str) -> Result<Node<'a>, Vec<Problem>> {
        if self.problems.is_empty() && self.root.is_none() {
            let end = Span::new(0, text.find('\n').unwrap_or(text.len()));
            self.refuse(end, "the file contains no value", "fill it in, or delete the file");
        }
        // One key can have several.
        self.problems.truncate(MAX_PROBLEMS);
        match (self.root, self.problems.is_empty()) {
            (Some(root), true) => Ok(root),
            _ => Err(self.problems),
        }
    }
}

/// Tells whether a text holds no value: nothing but comments, and perhaps the mark of a document.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('#') || line == "---")
}

/// Tells whether a text in double quotes writes a character as two surrogates: some readers put them together, some
/// keep two halves, some refuse them (YAML 1.2.2, section 5.7, knows none).
fn has_half_escape(written: &str) -> bool {
    let mut rest = written;
    while let Some((_, behind)) = rest.split_once('\\') {
        let surrogate = behind.strip_prefix('u').and_then(|code| code.get(..2));
        if surrogate
            .is_some_and(|code| matches!(code.as_bytes(), [b'd' | b'D', b'8' | b'9' | b'a'..=b'f' | b'A'..=b'F']))
        {
            return true;
        }
        let mut after = behind.chars();
        after.next();
        rest = after.as_str();
    }
    false
}

/// Says that a character is not one to indent with.
pub(super) fn odd_indent(span: Span, sign: char) -> Problem {
    let what = if sign == '\t' { "a tab".to_owned() } else { space_name(sign) };
    Problem::new(span, format!("{what} in the indentation"), "indent with spaces")
}

/// Finds the tab of an indentation at which the parser stumbled: it tells of what is behind it, or of the string above.
fn tab_of_indent(text: &str, at: usize, is_below: bool) -> Option<usize> {
    let mut start = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let lines = text.get(start..)?.split_inclusive('\n');
    for line in lines.take(if is_below { usize::MAX } else { 1 }) {
        let rest = line.trim_start_matches([' ', '\t']);
        let tab = line[..line.len() - rest.len()].find('\t').map(|tab| start + tab);
        if let Some(tab) = tab.filter(|tab| !rest.trim().is_empty() && (!is_below || *tab > at)) {
            return Some(tab);
        }
        start += line.len();
    }
    None
}

/// How git begins our side of a conflict.
const OURS: &str = "<<<<<<<";

/// Puts the parser's error into our own words where people meet it often.
fn syntax_problem(text: &str, error: &ScanError) -> Problem {
    let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
    let rest = text.get(at..).unwrap_or_default();
    let span = Span::new(at, at + rest.chars().next().map_or(0, char::len_utf8));
    let above = text.get(..at).unwrap_or_default();
    // The fault may be told of a line below the mark.
    let begins = format!("{OURS} ");
    let mark = if above.starts_with(&begins) { Some(0) } else { above.find(&format!("\n{begins}")).map(|end| end + 1) };
    if mark.is_some() || [OURS, "=======", ">>>>>>>"].iter().any(|mark| rest.starts_with(mark)) {
        let span = mark.map_or(span, |start| Span::new(start, start + OURS.len()));
        return Problem::new(
            span,
            "a merge conflict is still in the file",
            "keep one side and delete the conflict markers",
        );
    }
    // Of an item the line below it may be the first that does not fit.
    let is_bare_dash = || {
        let starts_bare = |line: &str| {
            let item = line.trim_start().strip_prefix('-');
            item.is_some_and(|item| item.starts_with(|c: char| c.is_alphanumeric()))
        };
        let end = at + rest.find('\n').unwrap_or(rest.len());
        let lines = text.get(..end).unwrap_or_default().lines().rev();
        lines.filter(|line| !line.trim().is_empty()).take(2).any(starts_bare)
    };
    let is_of_brackets = matches!(
        error.kind(),
        ErrorKind::UnclosedFlowCollection { .. }
            | ErrorKind::InvalidIndentation
            | ErrorKind::InvalidFlowScalarIndent
            | ErrorKind::ExpectedFlowMappingSeparator
            | ErrorKind::ExpectedFlowSequenceSeparator
    );
    if let Some((open, comment)) = cut_bracket(text, at).filter(|_| is_of_brackets) {
        let message = format!("this `{}` is never closed: the `#` after it begins a comment", &text[open.range()]);
        return Problem::new(open, message, format!("put quotes around what begins at `{}`", shown(comment)));
    }
    let tab = match error.kind() {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart => tab_of_indent(text, at, false),
        ErrorKind::TabInPlainScalar => tab_of_indent(text, at, true),
        _ => None,
    };
    if let Some(tab) = tab {
        return odd_indent(Span::new(tab, tab + 1), '\t');
    }
    match error.kind() {
        ErrorKind::InvalidIndentation | ErrorKind::InvalidFlowScalarIndent if rest.starts_with([']', '}']) => {
            Problem::new(span, "a closing bracket at the start of a line", "put a space before it")
        }
        ErrorKind::InvalidQuotedScalarIndent if rest.starts_with(['"', '\'']) => {
            Problem::new(span, "a closing quote that is not indented", "put it at the end of the line above")
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::SimpleKeyExpected | ErrorKind::ExpectedBlockSequenceEntry
            if is_bare_dash() =>
        {
            Problem::new(span, "this does not fit the list", "put a space after the `-` of each item")
        }
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator if rest.starts_with(':') => {
            let (message, help) = ("a `:` where a key cannot be", "quote a string that contains `: `");
            Problem::new(span, message, help)
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey | ErrorKind::MappingValueNotAllowed
            if let Some(key) = long_key(text, at) =>
        {
            Problem::new(key, format!("a key longer than {LONGEST_KEY} characters"), "shorten it")
        }
        ErrorKind::RecursionLimitExceeded => {
            let message = format!("nested deeper than {MAX_DEPTH} levels");
            Problem::new(span, message, "no file of a register needs more than four levels")
        }
        ErrorKind::UnexpectedCharacter { character } => {
            let shown = match character {
                '`' => "a back-tick".to_owned(),
                other => format!("`{}`", crate::text::shown(other.encode_utf8(&mut [0; 4]))),
            };
            Problem::new(span, format!("no value can begin with {shown}"), "quote the string")
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            let close = if *open == '[' { ']' } else { '}' };
            Problem::new(span, format!("this `{open}` is never closed"), format!("close it with `{close}`"))
        }
        kind => match own_words(kind) {
            Some((message, help)) => Problem::new(span, message, help),
            None => {
                let message = format!("not valid YAML: {}", error.info());
                Problem::new(span, message, "check indentation, quotes and colons around this place")
            }
        },
    }
}

/// Finds a key that is too long in the line of a fault or the one above it.
fn long_key(text: &str, at: usize) -> Option<Span> {
    let end = at + text.get(at..)?.find('\n').unwrap_or(text.len() - at);
    let mut start = end + 1;
    text.get(..end)?.split('\n').rev().take(2).find_map(|line| {
        start -= line.len() + 1;
        let (key, _) = line.split_once(": ").or_else(|| Some((line.strip_suffix(':')?, "")))?;
        let own = key.trim_start_matches([' ', '-']);
        let begin = start + key.len() - own.len();
        (own.chars().count() > LONGEST_KEY).then(|| Span::new(begin, begin + own.len()))
    })
}

/// Finds a bracket that is not closed because a comment begins behind it, on the line of a fault or the one above it: the
/// bracket, and the comment.
fn cut_bracket(text: &str, at: usize) -> Option<(Span, &str)> {
    let end = at + text.get(at..)?.find('\n').unwrap_or(text.len() - at);
    let lines = text.get(..end)?.split('\n').rev();
    let mut start = end + 1;
    for line in lines.take(2) {
        start -= line.len() + 1;
        let Some(comment) = comment_in(line) else { continue };
        let before = &line[..comment];
        let count = |signs: [char; 2]| before.matches(signs).count();
        let open = before.rfind(['[', '{']).filter(|_| count(['[', '{']) > count([']', '}']));
        if let Some(open) = open {
            return Some((Span::new(start + open, start + open + 1), line[comment..].trim_end()));
        }
    }
    None
}

/// Returns where a comment begins that has a word right behind its sign, and so may be part of the text.
fn comment_in(line: &str) -> Option<usize> {
    let is_one = |at: &usize| line[..*at].ends_with([' ', '\t']) && line[at + 1..].starts_with(char::is_alphanumeric);
    line.match_indices('#').map(|(at, _)| at).find(is_one)
}

/// Returns what is wrong and what to do.
fn own_words(kind: &ErrorKind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => ("a tab in the indentation", "indent with spaces"),
        ErrorKind::DirectiveDisallowed => ("a directive (`%…`) is not allowed", "delete the line"),
        ErrorKind::UnknownAnchor => {
            ("an alias (`*name`) is not allowed", "write the value out, or quote a string that begins with `*`")
        }
        ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent => (
            "a quote that was opened above is not closed before this point",
            "close the quote; inside single quotes a `'` is written twice",
        ),
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => (
            "text after a closing quote",
            "quote the whole value; inside single quotes a `'` is written twice, inside double quotes `\"` is `\\\"`",
        ),
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            ("a `:` where a key cannot be", "quote a string that contains `: `, and check the indentation")
        }
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape => (
            "a `\\` in double quotes begins an escape that YAML does not know",
            "write `\\\\` for a backslash, or put the string in single quotes",
        ),
        ErrorKind::BlockSequenceEntryNotAllowed => (
            "a `-` where a list cannot begin",
            "put the list below its key, one item per line; quote a string that begins with `- `",
        ),
        ErrorKind::ExpectedBlockSequenceEntry => (
            "this is not an item of the list above it",
            "start each item with `- `, in the same column, and the next key in the column of the keys",
        ),
        ErrorKind::ExpectedDocumentStart => (
            "this does not belong to the lines above",
            "a file is one mapping: write `key: value`, and start all its keys in the same column",
        ),
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => (
            "a comma or a closing bracket is missing before this",
            "separate the items with `, `, and quote a string that contains a comma or a bracket",
        ),
        ErrorKind::SimpleKeyExpected => (
            "this line is not `key: value`",
            "put a space after the colon, or indent the line if it continues the text above",
        ),
        ErrorKind::ExpectedBlockMappingKey => {
            ("a key cannot be here", "align it with the keys above, and quote a string that begins with `[` or `{`")
        }
        ErrorKind::InvalidIndentation | ErrorKind::InvalidFlowScalarIndent => (
            "the indentation does not fit the lines above",
            "align the line with its neighbours, and close every `[` and `{`",
        ),
        ErrorKind::InvalidBlockScalarHeader => (
            "text on the line of a `|` or `>`",
            "begin the text on the next line, indented; quote a string that begins with `|` or `>`",
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    fn refused(text: &str) -> Vec<String> {
        parse(text).unwrap_err().into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn spans_give_back_keys_and_values() {
        let text = "# é\ntitle: \"Zoë's\"\nscope: {system: a, 'e': [x, y]}\nreason: >-\n  two\n  lines\nlist:\n- a: 1\n  b: 2\n\n# end\n";
        let root = parse(text).unwrap();
        let slice = |node: &Node<'_>| text[node.span.range()].to_owned();
        assert_eq!(slice(root.get("title").unwrap()), "\"Zoë's\"");
        assert_eq!(root.get("title").unwrap().as_text(), Some("Zoë's"));
        assert_eq!(slice(root.get("scope").unwrap()), "{system: a, 'e': [x, y]}");
        assert_eq!(root.get("reason").unwrap().as_text(), Some("two lines"));
        assert_eq!(slice(root.get("list").unwrap()), "a: 1\n  b: 2");
        assert_eq!(&text[root.as_map().unwrap()[2].key_span.range()], "reason");
    }

    #[test]
    fn slips_that_stop_the_reader_are_named_in_our_own_words() {
        let told = |text: &str| {
            let problem = parse(text).unwrap_err().remove(0);
            (problem.message, problem.help.unwrap_or_default(), text[problem.span.range()].to_owned())
        };
        for (text, message, help, place) in [
            ("<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> b\n", "merge conflict", "keep one side", "<<<<<<<"),
            ("a: \"one\ntwo\n\"\n", "a quote that was opened above", "close the quote", ""),
            ("a: \"one\n  two\n\"\n", "a closing quote that is not indented", "end of the line above", "\""),
            ("a:\n  - b: c\n  -d: e\n", "", "put a space after the `-` of each item", ""),
            ("a:\n  -b: c\n   d: e\n", "", "put a space after the `-` of each item", ""),
            ("a: \"C:\\dir\"\n", "an escape that YAML does not know", "single quotes", ""),
            ("a: \"C:\\Users\\x\"\n", "an escape that YAML does not know", "single quotes", ""),
            ("a: \"C:\\users\"\n", "an escape that YAML does not know", "single quotes", ""),
            ("a: \"C:\\xy\"\n", "an escape that YAML does not know", "single quotes", ""),
            ("a: [b, #482]\nc: d\n", "the `#` after it begins a comment", "quotes around what begins at `#482]`", "["),
            ("a: {b: #12}\nc: d\n", "the `#` after it begins a comment", "quotes around what begins at `#12}`", "{"),
            ("a: !Delete the account\n", "a tag", "quote a string that begins with `!`", ""),
            ("a: [\n  b,\n]\n", "a closing bracket at the start of a line", "put a space before it", "]"),
            (": c\n", "a key is missing before this `:`", "write the key", ""),
            ("a: {b: c: d}\n", "a `:` where a key cannot be", "quote a string that contains `: `", ":"),
            ("a: {b: 0,8}\n", "a `,` inside a number ends it", "write `0.8`", "8"),
            ("a: {b: 0, 8}\n", "the key `8` is not a string", "quote the key", "8"),
            (&format!("a: b\n{}: c\n", "x".repeat(1100)), "a key longer than 1024 characters", "shorten it", ""),
            ("a: \"\\ud83d\\ude00\"\n", "half a character", "the character itself", ""),
        ] {
            let (what, to_do, at) = told(text);
            assert!(what.contains(message) && to_do.contains(help), "{text}: {what}; {to_do}");
            assert!(place.is_empty() || at == place, "{text}: {at}");
        }
        assert_eq!(parse("a: \"\\\\ud83d\"\n").unwrap().get("a").unwrap().as_text(), Some("\\ud83d"));
        assert!(parse("a: '\\ud83d'\n").is_ok() && parse("a: \\ud83d\n").is_ok());
    }

    #[test]
    fn everything_outside_the_subset_is_named() {
        assert_eq!(refused("a: &x 1\nb: *x\n").len(), 2);
        assert!(refused("a: !!str 1\n")[0].contains("a tag"));
        assert!(refused("<<: {a: 1}\n")[0].contains("merge key"));
        assert!(refused("a: 1\na: 2\n")[0].contains("written twice"));
        assert!(refused("1: a\n")[0].contains("not a string"));
        for text in ["a: [?b]\n", "a: {?b: c}\n", "a: [b, {c: ?d}]\n", "a: [?b: c]\n", "a: [{b: c}, ?d: e]\n"] {
            assert!(refused(text)[0].contains("a `?` at the start of a string in brackets"), "{text}");
        }
        for (text, end) in [
            ("a: [:b]\n", "start"),
            ("a: [::]\n", "start"),
            ("a: {:b}\n", "start"),
            ("a: {b: :c}\n", "start"),
            ("a: [b::]\n", "end"),
        ] {
            assert!(refused(text)[0].contains(&format!("a `:` at the {end} of a string in brackets")), "{text}");
        }
        assert!(refused("a:\n-\tb: c\n")[0].contains("a tab before a list or mapping"));
        assert!(refused("? a\n:\tb: c\n")[0].contains("before a key"));
        assert!(refused("{? a: b}\n")[0].contains("before a key"));
        assert!(refused("...\na: 1\n")[0].contains("the end of a document"));
        assert!(refused("# a\n... # b\n---\na: 1\n")[0].contains("the end of a document"));
        assert!(refused("a: 1\n---\nb: 2\n")[0].contains("second document"));
        assert!(refused("? [a]\n: b\n")[0].contains("itself a list"));
        assert!(refused("%YAML 1.2\n---\na: 1\n")[0].contains("directive"));
        assert!(refused("a:\n\tb: 1\n")[0].contains("tab"));
        assert!(refused("")[0].contains("no value"));
        assert!(refused("# only a comment\n")[0].contains("no value"));
        assert!(refused(&"[".repeat(10_000))[0].contains("64 levels"));
        assert!(refused(&"- ".repeat(10_000))[0].contains("64 levels"));
        assert!(refused(&"? ".repeat(10_000))[0].contains("itself a list"));
    }

    #[test]
    fn what_is_no_space_in_an_indentation_is_refused_where_it_stands() {
        for (text, at) in [
            ("a:\n  \tb: 1\n", 5),
            ("a:\n  \tb: 1\n   c: 2\n", 5),
            ("a:\n   b: 1\n  \tc: 2\n", 13),
            ("a:\n  \t- b\n", 5),
            ("a:\n   - b\n  \t- c\n", 12),
            ("a:\n   -\n     b: c\n  \t-\n     b: d\n", 20),
            ("a: # b\n\n  # c\n  \t'd'\n", 16),
            ("a:\n  \t[b]\n", 5),
            ("\ta: b\n", 0),
            ("a:\n\tb: 1\n", 3),
            ("a:\n\t\tb: 1\n", 3),
            ("a:\n  b: c\n\td: e\n", 10),
            ("a:\n  b: c\n \td: e\n", 11),
            ("a: b\n\n\tc\n", 6),
            ("a:\n  - \u{a0}b: c\n", 7),
            ("\u{a0}a: b\n", 0),
        ] {
            let problems = parse(text).unwrap_err();
            assert!(problems[0].message.ends_with(" in the indentation"), "{text:?}: {problems:?}");
            assert_eq!(problems[0].span.range().start, at, "{text:?}: {problems:?}");
            assert_eq!(problems.len(), 1, "{text:?}: {problems:?}");
        }
    }

    #[test]
    fn a_sign_before_a_key_is_refused_wherever_the_key_stands() {
        for (text, at) in [
            ("? |\n T", 0),
            ("? |\n T\n: a\n", 0),
            ("? >- # why?\n T\n", 0),
            ("?\n  a\n: b\n", 0),
            ("? # why?\n\n  # because\n  a\n: b\n", 0),
            ("# why?\n? 'a'\n", 7),
            ("a: b?\n?  \"c\"\n", 6),
            ("a: |\n  b?\n\n# c?\n?\n d\n", 16),
            ("a:\n  b: # c?\n  ? |\n   d\n", 15),
            ("a:\n- ? b\n", 5),
            ("a: {b?: c?, ?\n d: e}\n", 12),
            ("---\n? a\n", 4),
        ] {
            let problems = parse(text).unwrap_err();
            assert_eq!(problems.len(), 1, "{text:?}: {problems:?}");
            assert!(problems[0].message.contains("before a key"), "{text:?}: {problems:?}");
            assert_eq!(problems[0].span, Span::new(at, at + 1), "{text:?}");
        }
    }

    #[test]
    fn what_all_readers_take_alike_is_read() {
        for text in [
            "a: ?b\n",
            "a: [b?, \"?c\"]\n",
            "# why?\na?: b?\n# what?\n?c: d #?\n",
            "a: |\n  b?\n\n  ? c\n\n # why?\nb: >-\n  ? d\n\nc: [d, e] # f?\n",
            "a: |+\n  b\n\n\n# ?\nc:\n- d: ?e\n  f: g? # g?\n  h: '?\n\n    # ? i'\n\n  # ?\n  j: k\n",
            "a: {b: c?, \"?d\": e, # ?\n  f: g}\n",
            "a:\t[b]\n",
            "a:\n-\tb\n",
            "a:\n- \t{b: c}\n",
            "a: [b,\n \tc]\n",
            "a: {b: c,\n \td: e}\n",
            "a: 'b\n \tc'\nd: e\n",
            "a: b\n \tc\nd: e\n",
            "a: |\n  \tb\n  c\nd: |\n\n  \te\nf: g\n",
            "a: |1\n \tb\nc:\n- [d]\n- :e?\n",
            "a:\n  \t# b\n\t\n  c: d\n\t\ne: f\n",
            "a:\n- [b]\n- ?c\n- c: d\n",
            "a: [b::c, d?, 'e:']\n",
            "a: \u{a0}b\n",
            "a: 1\n...\n",
            "---\na: 1\n",
        ] {
            assert_eq!(parse(text).err(), None, "{text}");
        }
    }

    #[test]
    fn many_duplicate_keys_do_not_take_quadratic_time() {
        let text: String = (0..20_000).map(|n| format!("k{n}: v\n")).collect();
        assert_eq!(parse(&text).unwrap().as_map().unwrap().len(), 20_000);
        assert_eq!(refused(&(text + "k3: w\n")).len(), 1);
    }

    #[test]
    fn no_more_problems_are_listed_than_may_be() {
        let keys = [&[""; 6][..], &["a"; 10]].concat();
        let text: String = keys.iter().map(|key| format!("{key}: b\n")).collect();
        assert_eq!(refused(&text).len(), MAX_PROBLEMS);
        assert_eq!(
            refused("control:\ncontrol:\na:\na:\na:\n:\na:\na:\n:\na:\na:\n:\na:\na:\n:\na:\n:\n:").len(),
            MAX_PROBLEMS
        );
    }

    #[test]
    fn a_character_is_refused_wherever_it_stands() {
        for length in 0..200 {
            let text = "é".repeat(length / 2) + &"x".repeat(length % 2) + "€\u{9b}€";
            let span = check_text(&text).unwrap().span;
            assert_eq!(text[span.range()], *"\u{9b}", "{length}");
            assert!(check_text(&text.replace('\u{9b}', "\u{a0}")).is_none(), "{length}");
        }
    }

    #[test]
    fn characters_that_hide_a_line_are_refused() {
        assert!(check_text("a: 1\r\nb: é€ 2\t\n").is_none());
        assert!(check_text("# note\rstatus: active\n").unwrap().message.contains("carriage return"));
        for bad in ["a: \0", "a: \u{1b}[2J", "a: \u{7f}", "a: \u{9b}", "a: \u{2028}", "a: \u{feff}b", "a: \u{ffff}"] {
            assert!(check_text(bad).is_some(), "{bad:?}");
        }
        // What follows one is not looked at: a reader would count its bytes as one.
        let problems = parse("&\u{2028}&").unwrap_err();
        assert_eq!(problems.iter().map(|problem| problem.span).collect::<Vec<_>>(), [Span::new(1, 4)]);
    }
}
