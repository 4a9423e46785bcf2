//! The comments and annotations that suppress findings, one grammar per tool, as the tool itself reads
//! them.
//!
//! Each grammar was taken from the tool's own source and, where it can be run, compared with the tool's switch that
//! ignores suppressions. Some tools look only at comments; others search each line, strings included.

mod annotations;
mod encoding;
mod linters;
mod scanners;

pub(super) use encoding::foreign;
pub(super) use linters::is_secure_rule;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use regex::{Captures, Regex, bytes};
use rustc_hash::FxHashSet;

use super::language::Language;
use super::statement::Part;
use crate::text::shown;
use crate::time::until::Until;

/// What a suppression names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// One rule of the tool.
    Rule(String),
    /// Every rule, where the tool could name one.
    All,
    /// Whatever is found there: the tool has no way to name a rule.
    Unnamed,
    /// Unknown, because the file cannot be read.
    Unread {
        /// Why not.
        why: String,
        /// What to do about it.
        help: String,
    },
}

impl What {
    /// Says for people what a suppression of a tool suppresses.
    #[must_use]
    pub fn of(&self, tool: &str) -> String {
        match self {
            Self::Rule(id) => format!("{tool} `{}`", shown(id)),
            Self::All => format!("everything that {tool} reports here"),
            Self::Unnamed => format!("whatever {tool} reports here"),
            Self::Unread { .. } => format!("something of {tool} that cannot be determined"),
        }
    }
}

/// What a suppression is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// The line it is on, or the statement of that line.
    Line,
    /// What comes after it: the next line, statement or block.
    Next,
    /// The block that it is in, or everything up to where it is ended.
    Block,
    /// The file.
    File,
    /// Every file that the tool reads: an entry of an ignore file.
    Project,
}

/// The end that a suppression has of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// When the tool reports again.
    At(Until),
    /// Something that looks like an end, and that the tool does not read.
    Unread(String),
}

/// A suppression as a grammar reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) what: What,
    /// Where in the piece.
    pub(super) at: Range<usize>,
    pub(super) reach: Reach,
    pub(super) end: Option<End>,
}

impl Match {
    fn new(what: What, at: Range<usize>, reach: Reach) -> Self {
        Self { what, at, reach, end: None }
    }
}

/// What a grammar looks at: a line, or a comment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'t> {
    /// The line, or the comment with its delimiters.
    pub(super) text: &'t str,
    /// Where in `text` the comment begins and ends without its delimiters; all of a line.
    pub(super) inner: (usize, usize),
    /// Whether it is a comment that may hold several lines.
    pub(super) is_block: bool,
    /// Whether nothing else is before it on its line.
    pub(super) own_line: bool,
    /// Whether nothing but comments is before it in its file.
    pub(super) leads: bool,
    /// The lines before it, for the sign of a key that is written below that.
    pub(super) above: &'t str,
    /// The lines that follow, for what is written below its key.
    pub(super) below: &'t str,
    /// All of its file.
    pub(super) whole: &'t str,
}

impl<'t> Piece<'t> {
    fn inner(&self) -> &'t str {
        self.text.get(self.inner.0..self.inner.1).unwrap_or_default()
    }

    fn reach(&self) -> Reach {
        if self.own_line { Reach::Next } else { Reach::Line }
    }
}

/// Where a grammar looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In comments, with their delimiters.
    Comments,
    /// In comments, without their delimiters.
    Insides,
    /// In any line, strings included.
    Lines,
    /// In the lines of code, outside of comments.
    Strings,
    /// In the lines of a resource, which are data: a letter may be written as an escape.
    Data,
    /// In the lines of code, where a letter may be written as an escape: an annotation, unless it is commented out.
    Code,
    /// In the cells of a notebook that hold code, which is data there.
    Cells,
}

impl Place {
    pub(super) fn is_comment(self) -> bool {
        matches!(self, Self::Comments | Self::Insides)
    }

    /// Tells whether a letter may be written as an escape.
    pub(super) fn is_data(self) -> bool {
        matches!(self, Self::Data | Self::Code | Self::Cells)
    }

    /// Tells whether a match outside of a comment says something about the code of its own line, as a word that is
    /// searched anywhere does; an annotation is code itself.
    pub(super) fn is_of_lines(self) -> bool {
        matches!(self, Self::Lines | Self::Strings | Self::Cells)
    }
}

/// A letter that is written as an escape of JSON or YAML, or of Java, which allows several `u` (JLS 3.3).
const ESCAPE: &str = r"\\(?:(?:u+00|x|U000000)([2-7][0-9a-fA-F])|(/))";

/// Returns a text in which letters are letters.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    static LETTER: Pattern = Pattern::new(ESCAPE);
    let letter = |found: &Captures<'_>| -> String {
        let code = found.get(1).and_then(|code| u8::from_str_radix(code.as_str(), 16).ok());
        char::from(code.unwrap_or(b'/')).to_string()
    };
    LETTER.regex().map_or(Cow::Borrowed(text), |escape| escape.replace_all(text, letter))
}

/// Tells whether a file may hold a suppression although none of the literals is there.
pub(super) fn may_hide(path: &str, content: &[u8]) -> bool {
    static SIGN: LazyLock<Option<bytes::Regex>> =
        LazyLock::new(|| bytes::Regex::new(&format!(r"{ESCAPE}|\\\r?\n")).ok());
    if foreign(path, content).is_some() {
        return true;
    }
    let mut languages = Language::all_of(path, content);
    let is_read = |language| all().any(|grammar| grammar.place.is_data() && (grammar.reads)(language, path));
    let may_escape = languages.any(is_read);
    may_escape && SIGN.as_ref().is_some_and(|sign| sign.is_match(content))
}

/// A regular expression that is compiled when it is first needed.
pub(super) struct Pattern(&'static str, OnceLock<Option<Regex>>);

impl Pattern {
    const fn new(source: &'static str) -> Self {
        Self(source, OnceLock::new())
    }

    fn regex(&self) -> Option<&Regex> {
        self.1.get_or_init(|| Regex::new(self.0).ok()).as_ref()
    }

    fn all<'t>(&self, text: &'t str) -> impl Iterator<Item = Captures<'t>> {
        self.regex().into_iter().flat_map(move |regex| regex.captures_iter(text))
    }

    fn first<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.regex()?.captures(text)
    }

    /// Returns each match of the whole pattern.
    fn words<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        self.regex().into_iter().flat_map(move |regex| regex.find_iter(text)).map(|word| word.as_str())
    }
}

/// The matches of a grammar's pattern in a piece.
type Matches<'i, 't> = &'i mut dyn Iterator<Item = Captures<'t>>;

/// How findings of one tool are suppressed.
pub(super) struct Grammar {
    /// The tool's key in the table of tools.
    pub(super) tool: &'static str,
    /// What must be in a file, in any case of ASCII, for the grammar to be asked: every text that matches `pattern`
    /// holds one of them, which a test proves for all grammars.
    pub(super) literals: &'static [&'static str],
    /// What must match for anything to be found.
    pattern: Pattern,
    /// Whether the tool reads a file.
    pub(super) reads: fn(Language, &str) -> bool,
    pub(super) place: Place,
    /// Reads the matches of the pattern; what it finds is in the text that the pattern was matched with.
    read: for<'t> fn(Piece<'t>, Matches<'_, 't>, &mut Vec<Match>),
}

impl Grammar {
    /// Returns how much of the code a comment on one of its lines is good for.
    pub(super) fn part(&self) -> Part {
        match (self.tool, self.place) {
            // A comment on any line of a statement is good for all of it.
            ("bandit" | "gosec", _) | (_, Place::Strings) => Part::Statement,
            _ => Part::Line,
        }
    }

    /// Returns what the grammar finds in a piece.
    pub(super) fn ask(&self, piece: Piece<'_>) -> Vec<Match> {
        let (text, from) = match self.place {
            Place::Insides => (piece.inner(), piece.inner.0),
            _ => (piece.text, 0),
        };
        let mut found = Vec::new();
        (self.read)(piece, &mut self.pattern.all(text), &mut found);
        for one in &mut found {
            one.at = one.at.start + from..one.at.end + from;
        }
        found
    }
}

/// All grammars.
pub(super) fn all() -> impl Iterator<Item = &'static Grammar> {
    scanners::ALL.iter().chain(&annotations::ALL).chain(&linters::ALL)
}

/// Adds one match for each rule, or one for all rules if there is none.
fn rules<'i>(ids: impl Iterator<Item = &'i str>, at: &Range<usize>, reach: Reach, found: &mut Vec<Match>) {
    let before = found.len();
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    for id in ids.map(str::trim).filter(|id| !id.is_empty()) {
        let is_all = ["all", "*"].contains(&id);
        if seen.insert(if is_all { "*" } else { id }) {
            let what = if is_all { What::All } else { What::Rule(id.to_owned()) };
            found.push(Match::new(what, at.clone(), reach));
        }
    }
    if found.len() == before {
        found.push(Match::new(What::All, at.clone(), reach));
    }
}

/// Returns what a group of a match holds, and nothing where it has no part in it.
fn group<'t>(captures: &Captures<'t>, index: usize) -> &'t str {
    captures.get(index).map_or("", |group| group.as_str())
}

/// Returns where a group of a match is, and the whole match where it has no part in it.
fn range(captures: &Captures<'_>, index: usize) -> Range<usize> {
    captures.get(index).or_else(|| captures.get(0)).map_or(0..0, |group| group.range())
}

#[cfg(test)]
mod tests;
