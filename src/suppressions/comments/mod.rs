//! Where the comments of a file are, so that a string that only looks like one suppresses nothing.
//!
//! This is not a parser: it knows comments, strings and little else. If it cannot tell, it reads both ways, and what
//! is a comment in either of them is listed, so that no suppression is missed:
//!
//! - A string or comment that is never closed is treated as code.
//! - Where one text can be two things, as a slash in JavaScript can, a second *reading* begins. It ends where it meets
//!   another one in the same state, which is soon.
//! - A text that was made to begin very many readings is read character by character: each begins a comment, strings or
//!   not. So are languages in which no string is certain.

mod quirks;

use std::cmp::Reverse;
use std::ops::Range;

use rustc_hash::FxHashSet;

/// How a language writes comments and strings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Syntax {
    /// What begins a comment up to the end of the line.
    pub(super) line: &'static [&'static str],
    /// Comments of several lines.
    pub(super) block: &'static [Block],
    /// Strings; longer delimiters come first.
    pub(super) texts: &'static [Text],
    /// Where a comment up to the end of the line may begin.
    pub(super) begins: Begins,
    /// What else there is.
    pub(super) quirks: &'static [Quirk],
    /// Whether each character begins a comment wherever it is, since no string is certain.
    pub(super) every_sign: bool,
}

impl Syntax {
    pub(super) const NONE: Self =
        Self { line: &[], block: &[], texts: &[], begins: Begins::Anywhere, quirks: &[], every_sign: false };
}

/// Where a comment up to the end of the line may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begins {
    /// Anywhere.
    Anywhere,
    /// At a line's start or after white space.
    AfterBlank,
    /// There, or after a character that ends a word.
    AfterWord,
    /// Only if nothing else is before it on the line.
    OnOwnLine,
}

/// A kind of comment of several lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    open: &'static str,
    close: &'static str,
    /// Whether it may hold others of its kind.
    nests: bool,
    /// Whether it begins only at a line's start.
    at_line_start: bool,
}

impl Block {
    pub(super) const fn new(open: &'static str, close: &'static str) -> Self {
        Self { open, close, nests: false, at_line_start: false }
    }

    pub(super) const fn nesting(open: &'static str, close: &'static str) -> Self {
        Self { nests: true, ..Self::new(open, close) }
    }

    pub(super) const fn at_line_start(open: &'static str, close: &'static str) -> Self {
        Self { at_line_start: true, ..Self::new(open, close) }
    }
}

/// How many lines a string may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lines {
    One,
    /// It may hold several, and seldom does.
    Seldom,
    Many,
}

/// A kind of string.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    open: &'static str,
    close: &'static str,
    /// The words of which one must be right before it; empty for any.
    words: &'static [&'static str],
    lines: Lines,
    /// Whether a backslash hides what follows it.
    escapes: bool,
    /// Whether two of the closing delimiters stand for one.
    doubles: bool,
    /// What begins code in it.
    holes: &'static [&'static str],
    /// Whether the first byte of a hole stands for itself when it is doubled.
    hole_doubles: bool,
    /// Whether the code in a hole ends at a colon, after which comes a format.
    formats: bool,
    /// Whether it might be one without holes.
    is_doubtful: bool,
    /// Whether it holds one character, so that a longer one is doubtful.
    is_character: bool,
}

impl Text {
    pub(super) const fn line(delimiter: &'static str) -> Self {
        Self {
            open: delimiter,
            close: delimiter,
            words: &[],
            lines: Lines::One,
            escapes: true,
            doubles: false,
            holes: &[],
            hole_doubles: false,
            formats: false,
            is_doubtful: false,
            is_character: false,
        }
    }

    pub(super) const fn character(delimiter: &'static str) -> Self {
        Self { is_character: true, ..Self::line(delimiter) }
    }

    pub(super) const fn block(delimiter: &'static str) -> Self {
        Self { lines: Lines::Many, ..Self::line(delimiter) }
    }

    /// Of one line nearly always.
    pub(super) const fn long(delimiter: &'static str) -> Self {
        Self { lines: Lines::Seldom, ..Self::line(delimiter) }
    }

    pub(super) const fn raw(delimiter: &'static str) -> Self {
        Self { escapes: false, ..Self::block(delimiter) }
    }

    /// Opened with something else than it is closed with.
    pub(super) const fn opened(self, open: &'static str) -> Self {
        Self { open, ..self }
    }

    pub(super) const fn after(self, words: &'static [&'static str]) -> Self {
        Self { words, ..self }
    }

    pub(super) const fn without_escapes(self) -> Self {
        Self { escapes: false, ..self }
    }

    pub(super) const fn doubled(self) -> Self {
        Self { doubles: true, ..self }
    }

    pub(super) const fn with(self, holes: &'static [&'static str]) -> Self {
        Self { holes, ..self }
    }

    /// With holes that a doubled character does not begin.
    pub(super) const fn with_doubled(self, holes: &'static [&'static str]) -> Self {
        Self { holes, hole_doubles: true, ..self }
    }

    /// With holes that may hold a format.
    pub(super) const fn formatted(self) -> Self {
        Self { holes: &["{"], hole_doubles: true, formats: true, is_doubtful: true, ..self }
    }

    pub(super) const fn doubtful(self) -> Self {
        Self { is_doubtful: true, ..self }
    }

    /// Returns what opens and closes brackets in a hole.
    fn brackets(&self) -> (&'static [u8], &'static [u8]) {
        match self.holes {
            _ if self.formats => (b"{[(", b"}])"),
            ["\\("] => (b"(", b")"),
            _ => (b"{", b"}"),
        }
    }
}

/// What a language has besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quirk {
    /// Regular expressions between slashes.
    Slashes,
    /// `<!--` and `-->` as comments (ECMAScript, Annex B.1.1).
    HtmlSigns,
    /// Elements of JSX, whose text may hold any character.
    Elements,
    /// Characters in single quotes in addition to lifetimes, as in Rust.
    Lifetimes,
    /// `'` between the digits of a number.
    DigitQuotes,
    /// `#"…"#`, after one of some words, or of none.
    Hashes(&'static [&'static str]),
    /// `R"x(…)x"`.
    RawParentheses,
    /// Strings between as many quotes as one likes, from three on.
    ManyQuotes,
    /// Texts up to a line that holds a word alone, after a character and that word.
    Heredocs(&'static str),
    /// `%q(…)`.
    Percent,
    /// Lines of a preprocessor, after `#`.
    Directives,
    /// `?"` for a character.
    QuestionMarks,
    /// A backslash at the end of a line comment continues it in the next line.
    ContinuedComments,
    /// The block scalars of YAML, and its texts that begin without a quote.
    Scalars,
    /// Code is only between `<?` and `?>`.
    Islands,
    /// A line comment ends at other separators of lines, too, and where the element ends that holds the script.
    EarlyEnds,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comment {
    /// With its delimiters.
    pub(super) whole: Range<usize>,
    /// Without them.
    pub(super) inner: Range<usize>,
    /// Whether it may hold several lines.
    pub(super) is_block: bool,
}

/// Finds the comments of a text, in their order. None overlaps another one: a comment in which another reading begins
/// one ends there, and continues after it.
pub(super) fn comments(text: &str, syntax: Syntax) -> Vec<Comment> {
    let mut lexer = Lexer::new(text, syntax);
    if syntax.every_sign {
        lexer.every_sign(0..text.len());
    } else {
        lexer.run();
    }
    if lexer.is_tangled { untangled(lexer.found) } else { lexer.found }
}

/// A text is looked through so many times in all.
const LOOKS: usize = 16;

/// And so many bytes more, for short ones.
const LOOKED_AT: usize = 4096;

/// To note where a reading has been costs as much as to look at so many bytes.
const NOTE: usize = 64;

/// Where a reading is: a byte of the code, and the hole of a string that this code is in.
#[derive(Clone, Copy, Debug)]
struct State {
    at: usize,
    /// The innermost string that is open, counted from 1; 0 for none.
    hole: usize,
    /// How many brackets are open in the hole.
    depth: usize,
    /// The last heredoc whose text is still to come, counted from 1; 0 for none.
    heredoc: usize,
}

impl State {
    fn key(self) -> [u32; 4] {
        [self.at, self.hole, self.depth, self.heredoc].map(|number| u32::try_from(number).unwrap_or(u32::MAX))
    }
}

/// A string with code in it.
#[derive(Clone, Copy, Debug)]
struct Hole {
    text: &'static Text,
    /// Where the string's text begins.
    start: usize,
    /// The hole that the string is in.
    outer: usize,
    depth: usize,
}

/// A heredoc whose text is still to come.
#[derive(Clone, Debug)]
struct Heredoc {
    word: Range<usize>,
    /// The one that comes before it.
    before: usize,
}

struct Lexer<'t> {
    bytes: &'t [u8],
    syntax: Syntax,
    /// Which bytes begin anything.
    begins: [bool; 256],
    /// And which do so in the code of a string.
    brackets: [bool; 256],
    /// Whether there may be an element: each is closed.
    has_elements: bool,
    now: State,
    found: Vec<Comment>,
    /// Whether comments may overlap.
    is_tangled: bool,
    holes: Vec<Hole>,
    heredocs: Vec<Heredoc>,
    /// The readings that are still to be read, each from where it begins.
    pending: Vec<State>,
    /// Where a reading has been, from the first second one on.
    seen: FxHashSet<[u32; 4]>,
    /// How many bytes may still be looked at.
    budget: usize,
    /// For each kind of block the last end that was looked up for it.
    ends: Vec<usize>,
}

/// How a string continues.
enum Next {
    Closed(usize),
    Hole(usize),
    Never(usize),
}

impl<'t> Lexer<'t> {
    fn new(text: &'t str, syntax: Syntax) -> Self {
        let mut begins = [false; 256];
        let openers = syntax.block.iter().map(|block| block.open).chain(syntax.texts.iter().map(|text| text.open));
        let signs = openers.chain(syntax.line.iter().copied()).map(|sign| sign.as_bytes()[0]);
        let quirks = syntax.quirks.iter().flat_map(|quirk| quirk.first_bytes());
        let brackets = syntax.texts.iter().filter(|text| !text.holes.is_empty()).flat_map(|text| {
            let (open, close) = text.brackets();
            open.iter().chain(close).chain(if text.formats { b":".as_slice() } else { b"" })
        });
        for byte in signs.chain(quirks.copied()).chain([b'\\']) {
            begins[usize::from(byte)] = true;
        }
        let mut in_holes = begins;
        for byte in brackets {
            in_holes[usize::from(*byte)] = true;
        }
        Self {
            bytes: text.as_bytes(),
            syntax,
            begins,
            brackets: in_holes,
            has_elements: syntax.quirks.contains(&Quirk::Elements) && (text.contains("</") || text.contains("/>")),
            now: State { at: 0, hole: 0, depth: 0, heredoc: 0 },
            found: Vec::new(),
            is_tangled: false,
            holes: Vec::new(),
            heredocs: Vec::new(),
            pending: Vec::new(),
            seen: FxHashSet::default(),
            budget: text.len().saturating_mul(LOOKS).saturating_add(LOOKED_AT),
            ends: vec![0; syntax.block.len()],
        }
    }

    fn run(&mut self) {
        // The first line of a program may name what runs it.
        if self.bytes.starts_with(b"#!") && self.bytes.get(2) != Some(&b'[') && !self.syntax.line.contains(&"#") {
            self.now.at = self.line_end(0);
        }
        if self.has(Quirk::Islands) {
            self.sea();
        }
        loop {
            self.read();
            if self.budget == 0 {
                let from = self.pending.iter().map(|state| state.at).min().unwrap_or(self.now.at).min(self.now.at);
                return self.every_sign(from..self.bytes.len());
            }
            let Some(next) = self.pending.pop() else { return };
            self.now = next;
        }
    }

    /// Reads up to the end, or to where another reading has been.
    fn read(&mut self) {
        while let Some(byte) = self.bytes.get(self.now.at) {
            let begins = if self.now.hole == 0 { &self.begins } else { &self.brackets };
            if !begins[usize::from(*byte)] {
                self.now.at += 1;
                continue;
            }
            if self.is_tangled && !self.seen.insert(self.now.key()) {
                return;
            }
            let before = self.now;
            if !(self.comment() || self.quirk() || self.string() || self.bracket()) {
                // What follows a backslash begins no string.
                self.now.at += if *byte == b'\\' { self.escape(self.now.at) } else { 1 };
            }
            debug_assert!(self.now.at > before.at);
            if self.is_tangled {
                self.spend(self.now.at - before.at + NOTE);
            }
            if self.budget == 0 {
                return;
            }
        }
        self.end_in_a_hole();
    }

    /// Where the code of a string never ended, the string may have had none.
    fn end_in_a_hole(&mut self) {
        let mut outermost = self.now.hole;
        while let Some(hole) = outermost.checked_sub(1).and_then(|index| self.holes.get(index)) {
            if hole.outer == 0 {
                let (text, start) = (hole.text, hole.start);
                self.now = State { hole: 0, depth: 0, ..self.now };
                return self.read_without_holes(text, start);
            }
            outermost = hole.outer;
        }
    }

    /// Begins a reading in which a string has no code in it.
    fn read_without_holes(&mut self, text: &Text, start: usize) {
        match self.text(text, start, false) {
            Next::Closed(end) => {
                self.spend(end - start);
                self.fork(end);
            }
            Next::Hole(stop) | Next::Never(stop) => {
                self.spend(stop - start);
                self.fork(start);
            }
        }
    }

    fn spend(&mut self, bytes: usize) {
        self.budget = self.budget.saturating_sub(bytes);
    }

    /// Begins a second reading: code in the same hole, from a byte on.
    fn fork(&mut self, at: usize) {
        self.is_tangled = true;
        self.pending.push(State { at, ..self.now });
    }

    fn has(&self, quirk: Quirk) -> bool {
        self.syntax.quirks.contains(&quirk)
    }

    fn starts(&self, at: usize, sign: &str) -> bool {
        self.bytes.get(at..).is_some_and(|rest| rest.starts_with(sign.as_bytes()))
    }

    fn is_line_start(&self, at: usize) -> bool {
        at == 0 || matches!(self.bytes[at - 1], b'\n' | b'\r')
    }

    fn line_end(&self, from: usize) -> usize {
        memchr::memchr(b'\n', &self.bytes[from..]).map_or(self.bytes.len(), |at| from + at)
    }

    fn find(&self, needle: &str, from: usize) -> Option<usize> {
        memchr::memmem::find(self.bytes.get(from..)?, needle.as_bytes()).map(|at| from + at)
    }

    /// Returns what is before a byte, without white space.
    fn before(&self, at: usize) -> &'t [u8] {
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
        let end = self.bytes[..at].iter().rposition(|byte| !blank(byte)).map_or(0, |last| last + 1);
        &self.bytes[..end]
    }

    /// Returns how many bytes a backslash and what it hides take.
    fn escape(&self, at: usize) -> usize {
        if self.bytes[at + 1..].starts_with(b"\r\n") { 3 } else { 2 }
    }

    fn may_begin(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| self.bytes[before]);
        match (self.syntax.begins, before) {
            (Begins::Anywhere, _) | (_, None) => true,
            (Begins::AfterBlank, Some(byte)) => byte.is_ascii_whitespace(),
            (Begins::AfterWord, Some(byte)) => byte.is_ascii_whitespace() || b";&|()<>{}[],\"'`".contains(&byte),
            (Begins::OnOwnLine, _) => self.before(at).last().is_none_or(|byte| matches!(byte, b'\n' | b'\r')),
        }
    }

    fn comment(&mut self) -> bool {
        let at = self.now.at;
        for block in self.syntax.block {
            if !self.starts(at, block.open) || block.at_line_start && !self.is_line_start(at) {
                continue;
            }
            let inner = at + block.open.len();
            let end = self.block_end(block, inner);
            let whole = at..end.map_or(self.bytes.len(), |end| end + block.close.len());
            self.found.push(Comment { inner: inner..end.unwrap_or(whole.end), whole: whole.clone(), is_block: true });
            self.now.at = whole.end;
            if end.is_none() {
                self.is_tangled = true;
                self.spend(whole.end - inner);
                self.now.at = inner;
            }
            return true;
        }
        let sign = self.syntax.line.iter().find(|sign| self.starts(at, sign));
        match sign.filter(|_| self.may_begin(at)) {
            Some(sign) => self.line_comment(sign.len()),
            None => return false,
        }
        true
    }

    fn block_end(&self, block: &Block, inner: usize) -> Option<usize> {
        let first = self.find(block.close, inner)?;
        if !block.nests || memchr::memmem::find(&self.bytes[inner..first], block.open.as_bytes()).is_none() {
            return Some(first);
        }
        let (mut at, mut depth) = (inner, 1);
        while at < self.bytes.len() {
            if self.starts(at, block.close) {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
                at += block.close.len();
            } else if self.starts(at, block.open) {
                depth += 1;
                at += block.open.len();
            } else {
                at += 1;
            }
        }
        None
    }

    /// Passes over a comment up to the end of the line. Some languages end lines in more ways than one.
    fn line_comment(&mut self, sign: usize) {
        let at = self.now.at;
        let mut end = self.line_end(at);
        if self.has(Quirk::Islands) {
            self.spend(end - at);
            end = memchr::memmem::find(&self.bytes[at..end], b"?>").map_or(end, |close| at + close);
        }
        let line = &self.bytes[at..end];
        let trimmed = end - usize::from(line.ends_with(b"\r"));
        let early = self.early_end(at, trimmed);
        self.add_line_comment(at, sign, trimmed, early);
        self.is_tangled |= early.is_some();
        self.now.at = end;
        let is_end = |from: &usize| {
            let rest = &self.bytes[*from..trimmed];
            rest[0] == b'\r' || rest.starts_with("\u{2028}".as_bytes()) || rest.starts_with("\u{2029}".as_bytes())
        };
        let mut others = memchr::memchr2_iter(b'\r', 0xe2, &self.bytes[at..trimmed]).map(|offset| at + offset);
        if let Some(other) = others.find(is_end) {
            self.fork(other);
        }
        // An attribute of PHP is a comment for older versions.
        if self.has(Quirk::Islands) && self.starts(at, "#[") {
            self.fork(at + 2);
        }
        if self.has(Quirk::ContinuedComments) && self.bytes[at..trimmed].ends_with(b"\\") && end < self.bytes.len() {
            self.fork(self.line_end(end + 1));
        }
    }

    /// Adds a comment up to the end of the line, and the one that it is if it ends earlier.
    fn add_line_comment(&mut self, at: usize, sign: usize, end: usize, early: Option<usize>) {
        for end in [Some(end), early].into_iter().flatten() {
            let inner = (at + sign).min(end)..end;
            self.found.push(Comment { whole: at..end, inner, is_block: false });
        }
    }

    /// Returns where a comment that would go on to a byte may end before it.
    fn early_end(&self, from: usize, to: usize) -> Option<usize> {
        const SEPARATORS: [&str; 2] = ["\u{2028}", "\u{2029}"];
        const TAG: &[u8] = b"</script";
        let part = self.bytes.get(from..to).filter(|_| self.has(Quirk::EarlyEnds))?;
        let is_end = |at: &usize| {
            let rest = &part[*at..];
            rest[0] == b'\r'
                || SEPARATORS.iter().any(|separator| rest.starts_with(separator.as_bytes()))
                || rest.get(..TAG.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(TAG))
        };
        memchr::memchr3_iter(b'\r', 0xe2, b'<', part).find(is_end).map(|at| from + at)
    }

    fn string(&mut self) -> bool {
        let at = self.now.at;
        let texts = self.syntax.texts;
        let Some(text) = texts.iter().find(|text| self.starts(at, text.open) && self.is_after(at, text.words)) else {
            return false;
        };
        if self.has(Quirk::Scalars) && !self.begins_scalar() {
            return false;
        }
        let start = at + text.open.len();
        match self.text(text, start, true) {
            Next::Closed(end) => {
                self.doubt(text, start, end);
                self.now.at = end;
            }
            Next::Hole(code) => {
                self.open_hole(text, start, code);
                if text.is_doubtful {
                    let State { hole, depth, .. } = self.now;
                    let outer = self.holes[hole - 1];
                    (self.now.hole, self.now.depth) = (outer.outer, outer.depth);
                    self.read_without_holes(text, start);
                    (self.now.hole, self.now.depth) = (hole, depth);
                }
            }
            // One that is never closed is taken for code.
            Next::Never(stop) => {
                self.spend(stop - start);
                self.now.at = start;
                if self.has(Quirk::Elements) {
                    self.attribute(at);
                }
            }
        }
        true
    }

    /// Begins second readings behind a string that may end elsewhere.
    fn doubt(&mut self, text: &Text, start: usize, end: usize) {
        const LONGEST: usize = 12;
        let inside = &self.bytes[start..end];
        let is_long = text.lines == Lines::Seldom && memchr::memchr(b'\n', inside).is_some()
            || text.is_character && inside.len() > LONGEST
            || text.lines == Lines::One && memchr::memchr(b'\r', inside).is_some();
        if is_long {
            self.fork(start);
        }
        let quote = text.close.as_bytes();
        if quote.len() > 1 && self.bytes.get(end) == Some(&quote[0]) {
            let more = self.bytes[end..].iter().take_while(|byte| **byte == quote[0]).count();
            self.spend(more);
            self.fork(end + more);
        }
        if self.has(Quirk::Elements) && memchr::memchr(b'\\', inside).is_some() {
            self.attribute(start - text.open.len());
        }
        if self.has(Quirk::QuestionMarks) && self.bytes[..start - text.open.len()].ends_with(b"?") {
            self.fork(start);
        }
    }

    /// Tells whether one of some words is right before a byte.
    fn is_after(&self, at: usize, words: &[&str]) -> bool {
        let is_of_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let stands = |word: &&str| {
            let before = self.bytes[..at].strip_suffix(word.as_bytes());
            before.is_some_and(|before| !before.last().is_some_and(|byte| is_of_word(*byte)))
        };
        words.is_empty() || words.iter().any(stands)
    }

    /// Goes to the end of a string, or to the code in it.
    fn text(&self, text: &Text, from: usize, with_holes: bool) -> Next {
        let holes = if with_holes { text.holes } else { &[] };
        let mut at = from;
        loop {
            let Some(byte) = self.bytes.get(at) else { return Next::Never(self.bytes.len()) };
            if *byte == b'\n' && text.lines == Lines::One {
                return Next::Never(at);
            }
            if text.hole_doubles && holes.iter().any(|hole| self.starts(at, &hole[..1]) && self.starts(at + 1, hole)) {
                at += 2;
                continue;
            }
            if let Some(hole) = holes.iter().find(|hole| self.starts(at, hole)) {
                return Next::Hole(at + hole.len());
            }
            if *byte == b'\\' && text.escapes {
                at += self.escape(at);
            } else if self.starts(at, text.close) {
                at += text.close.len();
                if !(text.doubles && self.starts(at, text.close)) {
                    return Next::Closed(at);
                }
                at += text.close.len();
            } else {
                at += 1;
            }
        }
    }

    fn open_hole(&mut self, text: &'static Text, start: usize, code: usize) {
        self.holes.push(Hole { text, start, outer: self.now.hole, depth: self.now.depth });
        self.now = State { at: code, hole: self.holes.len(), depth: 0, ..self.now };
    }

    /// Counts the brackets in a hole, at the end of which its string continues.
    fn bracket(&mut self) -> bool {
        let Some(hole) = self.now.hole.checked_sub(1).map(|index| self.holes[index]) else { return false };
        let byte = self.bytes[self.now.at];
        let (open, close) = hole.text.brackets();
        if open.contains(&byte) {
            self.now.depth += 1;
        } else if close.contains(&byte) && self.now.depth > 0 {
            self.now.depth -= 1;
        } else if close.contains(&byte) || hole.text.formats && byte == b':' && self.now.depth == 0 {
            let from = self.now.at + 1;
            self.now = State { at: from, hole: hole.outer, depth: hole.depth, ..self.now };
            match self.text(hole.text, from, true) {
                Next::Closed(end) => self.now.at = end,
                Next::Hole(code) => self.open_hole(hole.text, hole.start, code),
                Next::Never(stop) => self.spend(stop - from),
            }
            return true;
        }
        false
    }

    /// Treats each character in a part of the text as the beginning of a comment.
    fn every_sign(&mut self, part: Range<usize>) {
        self.is_tangled = true;
        let mut at = part.start;
        let mut is_first = self.is_line_start(at);
        // A comment on a line of its own may name its own sign.
        let mut told: Option<&str> = None;
        let (mut line_end, mut early) = (0, None);
        while at < part.end {
            let byte = self.bytes[at];
            if matches!(byte, b'\n' | b'\r') {
                (is_first, told) = (true, None);
            } else if self.begins[usize::from(byte)] {
                let block = self.syntax.block.iter().position(|block| self.starts(at, block.open));
                if let Some(index) = block {
                    at = self.every_block(index, at);
                    is_first = false;
                    continue;
                }
                let sign = self.syntax.line.iter().copied().find(|sign| self.starts(at, sign));
                if let Some(sign) = sign.filter(|sign| told != Some(*sign) && self.may_begin(at)) {
                    let is_next = line_end <= at;
                    if is_next {
                        line_end = self.line_end(at);
                        self.spend(line_end - at);
                    }
                    let end = line_end - usize::from(self.bytes[at..line_end].ends_with(b"\r"));
                    if is_next || early.is_some_and(|early| early <= at) {
                        early = self.early_end(at, end);
                    }
                    self.add_line_comment(at, sign.len(), end, early);
                    told = told.or_else(|| Some(sign).filter(|_| is_first));
                    at += sign.len() - 1;
                }
            }
            is_first &= byte.is_ascii_whitespace();
            at += 1;
        }
    }

    /// Adds a block that begins at a byte, and returns where its text does.
    fn every_block(&mut self, index: usize, at: usize) -> usize {
        let block = &self.syntax.block[index];
        let inner = at + block.open.len();
        if self.ends[index] < inner {
            self.ends[index] = self.find(block.close, inner).unwrap_or(self.bytes.len());
        }
        let end = self.ends[index];
        let whole = at..(end + block.close.len()).min(self.bytes.len());
        if !block.at_line_start || self.is_line_start(at) {
            self.found.push(Comment { inner: inner..end, whole, is_block: true });
        }
        inner
    }
}

/// Cuts comments that overlap: each ends where the next begins, and continues after it.
fn untangled(mut found: Vec<Comment>) -> Vec<Comment> {
    found.sort_unstable_by_key(|comment| (comment.whole.start, Reverse(comment.whole.end)));
    found.dedup();
    let mut flat: Vec<Comment> = Vec::with_capacity(found.len());
    let mut add = |comment: &Comment, from: usize, to: usize| {
        if from < to {
            let start = if from == comment.whole.start { comment.inner.start.min(to) } else { from };
            let inner = start..comment.inner.end.clamp(start, to);
            flat.push(Comment { whole: from..to, inner, is_block: comment.is_block });
        }
    };
    let mut open: Vec<Comment> = Vec::new();
    let mut at = 0;
    for comment in found {
        while let Some(last) = open.pop_if(|last| last.whole.end <= comment.whole.start) {
            add(&last, at, last.whole.end);
            at = at.max(last.whole.end);
        }
        if let Some(last) = open.last() {
            add(last, at, comment.whole.start);
        }
        at = comment.whole.start;
        open.push(comment);
    }
    while let Some(last) = open.pop() {
        add(&last, at, last.whole.end);
        at = at.max(last.whole.end);
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suppressions::language::Language;

    fn of(text: &str, language: Language) -> Vec<&str> {
        comments(text, language.syntax()).into_iter().map(|comment| &text[comment.inner]).collect()
    }

    #[test]
    fn a_comment_in_a_string_is_none() {
        assert_eq!(of("x = '# a'  # b\n\"\"\"\n# c\n\"\"\"\n# d", Language::Python), [" b", " d"]);
        assert_eq!(of("x := `// a` // b\n/* c\n*/", Language::Go), [" b", " c\n"]);
        assert_eq!(of("a: '# b' # c\nrun: |\n  # d\n  x\ne: f#g # h\n", Language::Yaml), [" c", " h"]);
        assert_eq!(of("run: > # folded\n  # d\n# e", Language::Yaml), [" folded", " e"]);
        assert_eq!(of("fn a<'a>() { \"// x\" } // y", Language::Rust), [" y"]);
        assert_eq!(of("RUN echo a # b\n  # c\n", Language::Dockerfile), [" c"]);
        assert_eq!(of("Text `# a` <!-- b -->", Language::Prose), [" b "]);
    }

    #[test]
    fn templates_and_regular_expressions_of_javascript_are_passed_over() {
        let text = "a = `// x ${ f({}) /* y */ } // z`; // b\nc = /[/'\"]/.test(d) // e\nf = g / h // i\n";
        assert_eq!(of(text, Language::Script), [" y ", " b", " e", " i"]);
        assert_eq!(of("<p>Don't</p> // a\nx // b", Language::Script), [" a", " b"]);
    }

    /// Makes sure that a comment that begins with `xyz` is found, whatever else is.
    #[track_caller]
    fn is_found(language: Language, texts: &[&str]) {
        for text in texts {
            let found = of(text, language);
            assert!(found.iter().any(|comment| comment.trim_start().starts_with("xyz")), "{text}: {found:?}");
        }
    }

    #[test]
    fn a_sign_in_the_text_of_a_page_hides_nothing() {
        is_found(
            Language::Markup,
            &[
                "<template><input accept=\"image/*\"></template>\n<script>\neval(a) // xyz\n",
                "<input accept=\"image/*\">\n<script>\neval(a) // xyz\n/* a */\n</script>",
                "<!-- <script>\neval(a) // xyz\n",
                "<p>// <!-- xyz -->",
            ],
        );
        assert_eq!(of("<!-- a\n b --> c\n// d // e", Language::Markup), [" a\n b ", " d // e"]);
    }

    #[test]
    fn a_sign_in_a_text_of_unknown_language_hides_nothing() {
        let shell = [
            "#!/bin/bash\nfor f in /etc/*; do echo \"$f\"; done\n# xyz\nrm $1\n",
            "echo '<#'\n# xyz\n",
            "if [ \"$x\" = ' #' ]; then # xyz\nrm $1\nfi",
            "a ;# xyz\n",
            "(a)# xyz\n",
            "cat <<'E'\n'\"\nE\n# xyz\n",
            "x=$'\\''\n# xyz\n",
        ];
        is_found(Language::Other, &shell);
        is_found(Language::Other, &["a ; # xyz\n", "  --flag ' -- ' # xyz"]);
        is_found(Language::Hash, &shell);
        is_found(Language::Hash, &["$x = q{'}; # xyz\n", "$a = \"'\"  # xyz", "a = '''\n'\n'''\n# xyz"]);
        is_found(
            Language::Dashes,
            &["select '\\' -- xyz", "x = [[ ' ]] -- xyz", "x' = '\"' -- xyz", "--[[ a ]] -- xyz"],
        );
        assert_eq!(of("# a # b\nx # c # d", Language::Hash), [" a # b", " c ", " d"]);
        assert!(of("<#\n# a\n#>", Language::Hash).contains(&" a"));
    }

    #[test]
    fn a_slash_of_javascript_is_read_both_ways() {
        is_found(
            Language::Script,
            &[
                "x++ / 2; eval(y); // xyz",
                "x++ / 2; a = '/'; eval(y); // xyz",
                "x-- / a[\"/\"]; eval(y); // xyz \"]/",
                "o.of / \"/\" ; eval(y); // xyz \"/",
                "o?.return / 2; eval(y); // xyz /",
                "if (x) /\"/.test(y), eval(y); // xyz -- \"",
                "if (x) {} /`/.test(y), eval(y); // xyz -- `",
                "a = {} / 2; eval(y); // xyz /",
                "a! / 2; eval(y); // xyz /",
                "await / 2; eval(y); // xyz /",
                "export default /\"/; eval(y); // xyz \"",
                "x = a </\"/.b; eval(y) // xyz \"",
                "[/[/]\"/, eval(y)] // xyz \"",
                "/\\/\\*\"/.test(y), eval(y) // xyz \"",
            ],
        );
        assert_eq!(of("x = a / b / c; y = '// d'; // e", Language::Script), [" e"]);
        assert_eq!(of("if (/[/]['\"`]/.test(a)) b = '// c'; // d", Language::Script), [" d"]);
    }

    #[test]
    fn other_signs_of_javascript_are_comments_too() {
        is_found(
            Language::Script,
            &[
                "eval(y); <!-- xyz",
                "--> xyz",
                "/* a */ --> xyz\n",
                "a<!--b; '\n'; // xyz",
                "a\n  --> b '\n// xyz '",
                "#!/usr/bin/env node /*\neval(y) // xyz\n",
                "// a\reval(y) // xyz\r",
                "// a\u{2028}eval(y) // xyz\n",
                "x = `${\"`\"}`; eval(y) // xyz `",
                "x = `${`${'}'}`}`; eval(y) // xyz `",
                "x = `$${\"`\"}`; eval(y) // xyz `",
                "x = \"a\\\r\nb\"; eval(y) // xyz \"",
            ],
        );
    }

    #[test]
    fn the_text_of_an_element_is_no_code() {
        is_found(
            Language::Script,
            &[
                "x = <p>accept /* all</p>; eval(y) // xyz\n/* a */",
                "x = <p>a ` b</p>; eval(y) // xyz\n`",
                "x = <p>don't</p>; eval(y) // xyz '",
                "x = <p>{a} ` b /* c</p>; eval(y) // xyz\n`",
                "x = <p title=\"a\\\"/>; eval(y) // xyz \"",
                "x = <p title='a\n b' id='/*' />; eval(y) // xyz '",
                "x = <p>it's {y /* a */} </p>; eval(y) // xyz '",
            ],
        );
    }

    #[test]
    fn strings_of_python_end_where_python_ends_them() {
        is_found(
            Language::Python,
            &[
                "x = \"a\\\r\nb\"; y  # xyz \"\r\n",
                "x = r'\\'; y' ; z # xyz",
                "x = f\"{\"#\"}\"; y # xyz \"",
                "x = f\"{'\"'}\"; y # xyz '",
                "x = f'{a:#x}' # xyz",
                "x = f\"{a:'>3}\"; y # xyz '",
                "x = f'{{\"'; y # xyz \"",
                "if'{'in a: y # xyz '",
                "x = \"\"\"a\\\"\"\"\"; y # xyz\"",
                "x = \"\"\"a\"\"\" \"'\" # xyz '",
                "# a\ry # xyz\n",
            ],
        );
        assert_eq!(of("x = f'{a:#x} # a' # b\ny = f'{b!r:{c}} # d' # e", Language::Python), [" b", " e"]);
        assert_eq!(of("x = rb'\\' # a' # b", Language::Python), [" b"]);
        assert_eq!(of("x = f'{d[\"# a\"]}' # b", Language::Python), [" b"]);
    }

    #[test]
    fn texts_of_yaml_are_told_from_its_signs() {
        is_found(
            Language::Yaml,
            &[
                "jobs: {j: {name: \"a: |\n  b\", steps: [ {run: \"x\" } ] }} # xyz",
                "- run: |\n    a\n  uses: b # xyz",
                "run: |\n    a\n  # xyz\n",
                "run: | # xyz\n  a\n",
                "name: don't # xyz it's",
                "name: a, 'b # xyz '",
                "name: a - 'b # xyz '",
                "a: b\n  'c # xyz '",
                "a: '\\' # xyz '",
                "a: \"b\n  # xyz\n",
                "a: b\n   - |\n     c # xyz\n",
                "a:\n- - |\n   b\n  - c # xyz",
                "a: |2\n   'b\n # xyz '",
                "a: \"b\\\r\n  c\" # xyz \"",
            ],
        );
        assert_eq!(of("a: |\n\n  # b\n\n  # c\nd: >-\n  # e\n", Language::Yaml), [""; 0]);
        assert_eq!(of("- a: !!str |\n    # b\n  c: &d |+2\n      # e\n", Language::Yaml), [""; 0]);
        assert_eq!(of("a: \"b # c\" # d\ne:\n- 'f # g'", Language::Yaml), [" d"]);
    }

    #[test]
    fn strings_of_terraform_may_hold_code_and_lines() {
        is_found(
            Language::Terraform,
            &[
                "a = <<EOT\narn:aws:s3:::b/*\nEOT\n# xyz\n",
                "a = <<-EOT\n  b/* \"\n  EOT\nc = 1 # xyz \"\n",
                "a = \"${\"#\"}\" # xyz",
                "a = \"$${\" # xyz }\"",
                "a = \"%{ if b == \"#\" }c%{ endif }\" # xyz",
                "a = <<EOT\n/*\n# xyz\n",
                "a = <<EOT-A\nEOT /*\nEOT-A\n# xyz\n",
            ],
        );
        assert_eq!(of("a = <<EOT\n# b\nEOT\n# c", Language::Terraform).last(), Some(&" c"));
    }

    #[test]
    fn strings_of_other_languages_end_where_they_end_them() {
        is_found(
            Language::Rust,
            &[
                "x = '\"'; y() // xyz \"",
                "x = '\\''; y() // xyz '",
                "x = b'\"'; fn a<'b>() {} // xyz \"",
                "x = r\"\\\"; y() // xyz \"",
                "x = r#\"\"a\"#; y() // xyz \"",
                "/* /* */ \" */ y() // xyz \"",
                "x = \"a\\\r\nb\"; // xyz \"",
            ],
        );
        is_found(
            Language::Sharp,
            &[
                "x = @\"C:\\\"; y(); // xyz \"",
                "x = @\"a\"\"\\\"; y(); // xyz \"",
                "x = $\"{\"//\"}\"; y(); // xyz",
                "  #region a/*\ny(); // xyz",
                "x = \"\"\"\"a\"\"\"b\"\"\"\"; y(); // xyz \"",
                "x = $$\"\"\"a\"b\"\"\"; y(); // xyz \"",
                "x = '\"'; y(); // xyz \"",
            ],
        );
        is_found(
            Language::C,
            &[
                "x = 1'000; y(); // xyz '",
                "x = R\"(\")\"; y(); // xyz \"",
                "x = u8R\"a()\")a\"; y(); // xyz \"",
                "x = L'\"'; y(); // xyz \"",
                "// a \\\n/* b\ny(); // xyz",
                "#error don't\ny(); // xyz",
                "#error don't // xyz can't",
            ],
        );
        is_found(
            Language::Kotlin,
            &[
                "x = \"\"\"\\\"\"\"; y() // xyz \"",
                "x = \"\"\"a\"\"\"\"; y() // xyz \"",
                "x = \"${\"//\"}\"; y() // xyz",
            ],
        );
        is_found(
            Language::Scala,
            &[
                "x = \"${\"; y() // xyz }\"",
                "x = s\"${\"//\"}\"; y() // xyz",
                "x = raw\"\\\"; y // xyz \"",
                "f('a, '\"'); y // xyz \"",
            ],
        );
        is_found(
            Language::Swift,
            &["x = #\"\"\"#; y() // xyz \"", "x = \"\\(\"//\")\"; y() // xyz", "x = /\"/; y() // xyz \""],
        );
        is_found(
            Language::Dart,
            &["x = r'\\'; y(); // xyz '", "x = '${'//'}'; y(); // xyz", "x = '''\n'\n'''; // xyz '"],
        );
        is_found(
            Language::Groovy,
            &["x = /\"/; y() // xyz \"", "x = $/ \" /$; y() // xyz \"", "x = '''\n'\"\n'''; // xyz '"],
        );
        is_found(Language::Go, &["x := `\\`; y() // xyz `", "x := '\"'; y() // xyz \"", "x := `\n\"`; // xyz \""]);
        is_found(Language::Braces, &["x = '''\n'/*\n''' // xyz", "x = \"\"\"\n\"/*\"\"\"; // xyz", "/* a // xyz"]);
        assert_eq!(of("x = R\"(// a)\"; y = \"// b\"; // c", Language::C), [" c"]);
        assert_eq!(of("x = @\"// a\"; y = $\"{b:0} // c\"; // d", Language::Sharp), [" d"]);
    }

    #[test]
    fn strings_of_several_lines_hide_nothing_behind_them() {
        is_found(
            Language::Php,
            &[
                "<?php\n$x = 'a\n'; y(); // xyz '",
                "<?php\n$x = \"a\n'\"; y(); // xyz '",
                "<?php\n$x = <<<EOT\n\"'/*\nEOT;\ny(); // xyz \"",
                "<?php\n$x = <<<'EOT'\n\"'/*\n  EOT;\ny(); // xyz \"",
                "<p>Don't</p>\n<?php y(); // xyz '\n",
                "<?php // a ?><p>/*</p><?php y(); # xyz",
                "<?php $x = \"{$a[\"//\"]}\"; y(); // xyz",
                "<?php\n#[A(\"a\nb\")] y(); // xyz \"",
                "y(); // xyz",
            ],
        );
        is_found(
            Language::Ruby,
            &[
                "a ||=begin\n b # xyz\nend\n",
                "x = \"a\n'\"; y # xyz '",
                "x = %q{'\"}; y # xyz '",
                "x = a % (b); y # xyz )",
                "x = <<~A + '#'\n  '\"\nA\ny # xyz '",
                "x(<<A, <<-'B')\n'\nA\n\"\n  B\ny # xyz",
                "x = 1 <<A\ny # xyz\nA\n",
                "x = <<-'A B'\n\"\n A B\ny # xyz \"",
                "x = ?\"; y # xyz \"",
                "x = /\"/; y # xyz \"",
                "y()# xyz",
                "x = \"#{\"'\"}\"; y # xyz '",
                "=begin\n'\n=end\ny # xyz",
            ],
        );
        let text = "x = \"# a\" # b\n=begin\n# c\n=end\ny = <<~D\n  # e\nD\n# f";
        assert_eq!(of(text, Language::Ruby), [" b", "\n# c", " f"]);
    }

    #[test]
    fn a_text_that_begins_very_many_readings_is_read_to_its_end() {
        let pieces: [(Language, &str, &[&str]); 13] = [
            (Language::Script, "//", &["`", "`${", ")/[", ")/\"", "/*", "<a\"=\"\\", ">'<", "`${)/", "<!--", "a='\n"]),
            (Language::Python, "#", &["\"\"\"", "f'{", "f'{:", "f\"{'", "'\\", "#\r"]),
            (Language::Rust, "//", &["r#\"", "/*", "'", "\"", "r##\"\"#"]),
            (Language::C, "//", &["R\"(", "1'0", "'", "/*", "R\"a(\"", "//\\\n"]),
            (Language::Sharp, "//", &["$\"\"\"", "$\"{", "@\"", "\"\"\"\"'"]),
            (Language::Ruby, "#", &["<<A\n", "<<A ", "%q(", "%(", "#{\"", "\"#{", "?\"", " /", "'\n"]),
            (Language::Php, "//", &["?><?", "'\n", "<<<A\n", "\"{$", "//?><?"]),
            (Language::Yaml, "#", &["'", " '", "- |\n", "a: |\n ", "| # "]),
            (Language::Terraform, "#", &["\"${", "<<A\n", "\"$${"]),
            (Language::Kotlin, "//", &["\"\"\"", "\"${", "/*", "\"\"\"\""]),
            (Language::Swift, "//", &["#\"", "\"\\(", "/*", "##\"#"]),
            (Language::Markup, "//", &["/*", "<!--", "//", "/*/"]),
            (Language::Other, "#", &["# ", " --", "/* ", "<!--"]),
        ];
        for (language, sign, pieces) in pieces {
            for piece in pieces {
                let text = piece.repeat(200_000 / piece.len());
                is_found(language, &[&format!("{text}\n\n{sign} xyz\n")]);
            }
        }
    }

    #[test]
    fn what_is_never_closed_is_taken_for_code() {
        assert_eq!(of("/* a\n// b\nc", Language::Go), [" a\n", " b", "\nc"]);
        assert_eq!(of("x = \"\"\"\n# a\n", Language::Python), [" a"]);
        assert_eq!(of("x = ` // a\n// b\n", Language::Script), [" a", " b"]);
        assert_eq!(of("/* a", Language::Script), [" a"]);
        for text in ["\\", "'\\", "`\\", "`${", "`${`${", "/\\", "\"\"\"\\", "|", "a: |", "a: |\n", "é'"] {
            for language in [Language::Python, Language::Script, Language::Yaml, Language::Other, Language::Ruby] {
                of(text, language);
            }
        }
    }
}
