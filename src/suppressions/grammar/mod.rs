//! The comments and annotations by which tools are told what to overlook, one grammar a tool, as the tool itself reads
//! them.
//!
//! Each grammar was taken from the tool's own source and, where it can be run, compared with the tool's switch that
//! ignores suppressions. Some tools look at comments alone; others search each line, strings included.

mod annotations;
mod linters;
mod scanners;

pub(super) use linters::is_secure_rule;

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::language::Language;
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
    /// Nobody can tell, since the file cannot be read.
    Unread {
        /// Why not.
        why: String,
        /// What to do about it.
        help: String,
    },
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
    /// The line, or the comment with its signs.
    pub(super) text: &'t str,
    /// Where in `text` the comment begins and ends without its signs; all of a line.
    pub(super) inner: (usize, usize),
    /// Whether it is a comment that may hold several lines.
    pub(super) is_block: bool,
    /// Whether nothing else stands before it on its line.
    pub(super) own_line: bool,
    /// The lines that follow, for what is written below its key.
    pub(super) below: &'t str,
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
    /// In comments.
    Comments,
    /// In any line, strings included.
    Lines,
}

/// How one tool is told what to overlook.
pub(super) struct Grammar {
    /// The tool's key in the table of tools.
    pub(super) tool: &'static str,
    /// What must stand in a file, in any case, for the grammar to be asked.
    pub(super) literals: &'static [&'static str],
    /// Whether the tool reads a file.
    pub(super) reads: fn(Language, &str) -> bool,
    pub(super) place: Place,
    pub(super) read: fn(Piece<'_>, &mut Vec<Match>),
}

/// All grammars.
pub(super) fn all() -> impl Iterator<Item = &'static Grammar> {
    scanners::ALL.iter().chain(annotations::ALL).chain(linters::ALL)
}

/// Splits a list at commas and white space, each item with where it stands.
fn items(text: &str, from: usize) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split([',', ' ', '\t', '\r', '\n']).filter_map(move |item| {
        let start = at;
        at += item.len() + 1;
        (!item.is_empty()).then_some((from + start, item))
    })
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

#[cfg(test)]
mod tests;
