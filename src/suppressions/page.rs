//! The suppressions and markers of one file.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};

use super::comments::{Comment, comments};
use super::grammar::{self, End, Grammar, Match, Piece, Place, Reach, What};
use super::ignore_files;
use super::language::Language;
use super::statement;
use crate::source::Span;

/// What ties a workaround to its exception.
const MARKER: &str = "stopgap:";

/// A suppression as a file holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The tool's key, or the name that it goes by.
    pub tool: &'static str,
    /// What it names.
    pub what: What,
    /// What it is good for.
    pub reach: Reach,
    /// Its own end.
    pub end: Option<End>,
    /// Where it stands in the page's text, on one line.
    pub span: Span,
    /// The line, from 1.
    pub line: usize,
    /// The paths for which an entry of an ignore file is good; none where it does not say.
    pub paths: Vec<String>,
    /// What else narrows such an entry.
    pub narrowed: Vec<(String, Vec<String>)>,
    /// Whether it is an entry of an ignore file.
    pub is_entry: bool,
    /// What it stands on: the name of the statement, or of the entry.
    pub code: String,
    /// The marker on its line or right above it: an index into the page's.
    pub marker: Option<usize>,
}

/// `stopgap: ID`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// The id as it is written.
    pub id: String,
    /// Where the id stands in the page's text.
    pub span: Span,
    /// The line, from 1.
    pub line: usize,
    /// Whether it stands alone: in a comment, with no suppression that it belongs to.
    pub alone: bool,
}

/// A file that holds any of them.
#[derive(Clone, Debug)]
pub struct Page {
    /// The path from the root.
    pub path: String,
    /// The file's text, in which lines that are far from everything found are blank.
    pub text: String,
    /// The suppressions, in their order.
    pub found: Vec<Found>,
    /// The markers, in their order.
    pub markers: Vec<Marker>,
    /// Why an ignore file cannot be read, and the line.
    pub unread: Option<(usize, String)>,
}

/// Returns the keys of the tools whose suppressions are known, sorted.
#[must_use]
pub fn tools() -> Vec<&'static str> {
    let mut tools: Vec<&str> =
        grammar::all().map(|grammar| grammar.tool).chain(ignore_files::KINDS.iter().map(|kind| kind.tool)).collect();
    tools.sort_unstable();
    tools.dedup();
    tools
}

/// Returns what a file must hold, in any case, to be looked at more closely.
pub fn literals() -> impl Iterator<Item = &'static str> {
    LITERALS.0.iter().copied().chain([MARKER]).chain(ignore_files::LITERALS.iter().copied())
}

/// Looks for suppressions.
#[derive(Debug)]
pub struct Reader {
    /// The tools that are looked for; none for all.
    tools: Option<Vec<String>>,
    /// Whether markers without a suppression are looked for.
    markers: bool,
}

/// The literals of all grammars and who asked for each; the marker's come last.
static LITERALS: LazyLock<(Vec<&'static str>, Vec<&'static Grammar>)> = LazyLock::new(|| {
    let pairs = grammar::all().flat_map(|grammar| grammar.literals.iter().map(move |literal| (*literal, grammar)));
    pairs.unzip()
});

/// Finds any of the literals, in any case.
static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasickBuilder::new()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::DFA))
        .build(literals())
        .ok()
});

impl Reader {
    /// Looks for those of some tools, or of all.
    #[must_use]
    pub fn new(tools: Option<Vec<String>>) -> Self {
        Self { tools, markers: true }
    }

    /// Looks for markers that stand alone, or not.
    #[must_use]
    pub fn with_markers(self, markers: bool) -> Self {
        Self { markers, ..self }
    }

    /// Tells whether suppressions of a tool are looked for. Comments for tfsec are read by trivy.
    #[must_use]
    pub fn wants(&self, tool: &str) -> bool {
        let named = |name: &str| self.tools.as_ref().is_none_or(|tools| tools.iter().any(|other| other == name));
        named(tool) || (tool == "tfsec" && named("trivy"))
    }

    /// Tells whether a file can hold anything that is looked for. Most files cannot, and this is all that is done to
    /// them.
    #[must_use]
    pub fn may_hold(path: &str, bytes: &[u8]) -> bool {
        ignore_files::kind(path).is_some() || FINDER.as_ref().is_none_or(|finder| finder.is_match(bytes))
    }

    /// Reads a file; `None` where there is nothing in it.
    #[must_use]
    pub fn read(&self, path: &str, text: &str) -> Option<Page> {
        let language = Language::of(path);
        let draft = Draft::new(path, text, language);
        let mut unread = None;
        let mut places = draft.inline(self);
        if let Some(kind) = ignore_files::kind_of(path, text).filter(|kind| self.wants(kind.tool)) {
            match (kind.read)(text) {
                Ok(entries) => places.extend(entries.into_iter().map(|entry| draft.entry(kind, entry))),
                Err((at, why)) => unread = Some((draft.line_of(at) + 1, why)),
            }
        }
        let mut markers = draft.markers();
        if !self.markers && places.is_empty() {
            markers.clear();
        }
        if places.is_empty() && markers.is_empty() && unread.is_none() {
            return None;
        }
        places
            .sort_by(|a, b| (a.at.start, a.found.tool, &a.found.what).cmp(&(b.at.start, b.found.tool, &b.found.what)));
        places.dedup_by(|a, b| a.at == b.at && a.found.tool == b.found.tool && a.found.what == b.found.what);
        Some(draft.finish(places, markers, unread))
    }
}

/// A suppression and where it stands in the whole text.
struct Placed {
    at: Range<usize>,
    found: Found,
}

/// A marker and where it stands in the whole text.
struct PlacedMarker {
    at: Range<usize>,
    in_comment: bool,
    own_line: bool,
}

/// A file while it is read.
struct Draft<'t> {
    path: &'t str,
    text: &'t str,
    language: Language,
    /// Where each line begins.
    starts: Vec<usize>,
    comments: Vec<Comment>,
    /// What was found: an index into the literals, and where.
    hits: Vec<(usize, usize)>,
}

impl<'t> Draft<'t> {
    fn new(path: &'t str, text: &'t str, language: Language) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let found = FINDER.iter().flat_map(|finder| finder.find_overlapping_iter(text));
        let hits = found.map(|found| (found.pattern().as_usize(), found.start())).collect();
        Self { path, text, language, starts, comments: comments(text, language.syntax()), hits }
    }

    /// Returns the line of a byte, from 0.
    fn line_of(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }

    fn line(&self, line: usize) -> Range<usize> {
        let start = self.starts.get(line).copied().unwrap_or(self.text.len());
        let end = self.starts.get(line + 1).map_or(self.text.len(), |next| next - 1);
        let end = end - usize::from(end > start && self.text.as_bytes()[end - 1] == b'\r');
        start..end
    }

    /// Returns the comment that holds a byte.
    fn comment_at(&self, at: usize) -> Option<&Comment> {
        let after = self.comments.partition_point(|comment| comment.whole.start <= at);
        self.comments.get(after.checked_sub(1)?).filter(|comment| at < comment.whole.end)
    }

    /// Tells whether only comments stand before a byte on its line.
    fn is_alone(&self, at: usize) -> bool {
        let start = self.starts[self.line_of(at)];
        self.text[start..at].trim().is_empty()
    }

    fn inline(&self, reader: &Reader) -> Vec<Placed> {
        let mut placed = Vec::new();
        for (index, grammar) in LITERALS.1.iter().enumerate() {
            if !reader.wants(grammar.tool) || !(grammar.reads)(self.language, self.path) {
                continue;
            }
            let hits = self.hits.iter().filter(|(literal, _)| *literal == index);
            let mut last = None;
            for (_, at) in hits {
                let piece = match grammar.place {
                    Place::Lines => Some(self.line(self.line_of(*at))),
                    Place::Comments => self.comment_at(*at).map(|comment| comment.whole.clone()),
                };
                let Some(piece) = piece.filter(|piece| last.as_ref() != Some(piece)) else { continue };
                placed.extend(self.ask(grammar, piece.clone()));
                last = Some(piece);
            }
        }
        placed
    }

    /// Lets a grammar read a line or a comment.
    fn ask(&self, grammar: &Grammar, at: Range<usize>) -> Vec<Placed> {
        let text = &self.text[at.clone()];
        let comment = self.comment_at(at.start).filter(|_| grammar.place == Place::Comments);
        let inner = comment.map_or((0, text.len()), |it| (it.inner.start - at.start, it.inner.end - at.start));
        let below = self.text.get(at.end..).unwrap_or_default();
        let below = below.strip_prefix('\r').unwrap_or(below);
        let piece = Piece {
            text,
            inner,
            is_block: comment.is_some_and(|comment| comment.is_block),
            own_line: self.is_alone(at.start),
            below: below.strip_prefix('\n').unwrap_or(below),
        };
        let mut matches = Vec::new();
        if self.language.is_prose() && SECRETS.contains(&grammar.tool) && !could_hold_secret(text) {
            return Vec::new();
        }
        (grammar.read)(piece, &mut matches);
        matches.into_iter().map(|it| self.place(grammar, at.start, it)).collect()
    }

    fn place(&self, grammar: &Grammar, from: usize, it: Match) -> Placed {
        let at = from + it.at.start..from + it.at.end;
        let line = self.line_of(at.start);
        // What stands in the code itself, as an annotation does, has no statement of its own.
        let in_code = self.comment_at(at.start).is_none();
        let code = match in_code && !grammar.is_of_lines(self.language) {
            true => statement::NONE.to_owned(),
            false => statement::fingerprint(self.text, &self.starts, &self.comments, line, true),
        };
        let found = Found {
            tool: grammar.tool,
            what: it.what,
            reach: it.reach,
            end: it.end,
            span: Span::default(),
            line: line + 1,
            paths: Vec::new(),
            narrowed: Vec::new(),
            is_entry: false,
            code,
            marker: None,
        };
        Placed { at, found }
    }

    fn entry(&self, kind: &ignore_files::Kind, entry: ignore_files::Entry) -> Placed {
        let line = self.line_of(entry.at.start);
        let found = Found {
            tool: kind.tool,
            what: entry.what,
            reach: Reach::Project,
            end: entry.end,
            span: Span::default(),
            line: line + 1,
            code: statement::hash(&entry.selectors),
            paths: entry.paths,
            narrowed: entry.narrowed,
            is_entry: true,
            marker: None,
        };
        Placed { at: entry.at, found }
    }

    /// Finds the markers.
    fn markers(&self) -> Vec<PlacedMarker> {
        let index = LITERALS.0.len();
        let hits = self.hits.iter().filter(|(literal, _)| *literal == index);
        let one = |(_, at): &(usize, usize)| {
            let before = self.text[..*at].chars().next_back();
            let joins = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '.' | '@' | '`' | '$');
            let rest = &self.text[at + MARKER.len()..];
            let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            let is_of_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
            let id = &rest[blank..];
            let id = &id[..id.find(|c| !is_of_id(c)).unwrap_or(id.len())];
            let id = id.trim_end_matches(['.', '-', '_']);
            let is_marker = !before.is_some_and(joins) && id.starts_with(|c: char| c.is_ascii_alphanumeric());
            let start = at + MARKER.len() + blank;
            is_marker.then(|| PlacedMarker {
                at: start..start + id.len(),
                in_comment: self.comment_at(*at).is_some(),
                own_line: self.comment_at(*at).is_some_and(|comment| self.is_alone(comment.whole.start)),
            })
        };
        let mut markers: Vec<PlacedMarker> = hits.filter_map(one).collect();
        markers.sort_by_key(|marker| marker.at.start);
        markers
    }

    /// Ties markers to suppressions, and keeps of the text what is near them.
    fn finish(&self, places: Vec<Placed>, markers: Vec<PlacedMarker>, unread: Option<(usize, String)>) -> Page {
        let line = |marker: &PlacedMarker| self.line_of(marker.at.start);
        let mut belongs = vec![false; markers.len()];
        let mut kept: Vec<usize> = unread.iter().map(|(line, _)| line - 1).collect();
        kept.extend(places.iter().map(|placed| placed.found.line - 1));
        let markers_of: Vec<Option<usize>> = places
            .iter()
            .map(|placed| {
                let own = placed.found.line - 1;
                let last = self.line_of(placed.at.end.saturating_sub(1).max(placed.at.start));
                let here = |marker: &PlacedMarker| (own..=last.max(own)).contains(&line(marker));
                let above = |marker: &PlacedMarker| marker.own_line && line(marker) + 1 == own;
                let index = markers.iter().position(here).or_else(|| markers.iter().position(above));
                index.inspect(|index| {
                    if let Some(belongs) = belongs.get_mut(*index) {
                        *belongs = true;
                    }
                })
            })
            .collect();
        let is_kept: Vec<bool> =
            markers.iter().zip(&belongs).map(|(marker, belongs)| *belongs || marker.in_comment).collect();
        kept.extend(markers.iter().zip(&is_kept).filter(|(_, kept)| **kept).map(|(marker, _)| line(marker)));
        let sparse = Sparse::new(self, &kept);
        let index_of = |index: usize| is_kept[..index].iter().filter(|kept| **kept).count();
        let found = places.into_iter().zip(markers_of).map(|(placed, marker)| Found {
            span: sparse.span(self, &placed.at),
            marker: marker.map(index_of),
            ..placed.found
        });
        let kept_markers = markers.iter().zip(&belongs).zip(&is_kept).filter(|(_, kept)| **kept);
        let markers = kept_markers.map(|((marker, belongs), _)| Marker {
            id: self.text[marker.at.clone()].to_owned(),
            span: sparse.span(self, &marker.at),
            line: line(marker) + 1,
            alone: !belongs,
        });
        Page {
            path: self.path.to_owned(),
            found: found.collect(),
            markers: markers.collect(),
            text: sparse.text,
            unread,
        }
    }
}

impl Grammar {
    /// Tells whether a match outside of a comment says something about the code of its own line, as a word that is
    /// searched anywhere does; an annotation is code itself.
    fn is_of_lines(&self, _: Language) -> bool {
        self.place == Place::Lines
            && !self.literals.iter().any(|literal| literal.contains(".io/") || literal.contains('_'))
    }
}

/// A text of which only the lines near something are left.
struct Sparse {
    text: String,
    /// Where each line begins in it.
    starts: Vec<usize>,
}

impl Sparse {
    fn new(draft: &Draft<'_>, lines: &[usize]) -> Self {
        const AROUND: usize = 2;
        const LONGEST: usize = 4096;
        let mut keep = vec![false; draft.starts.len()];
        for line in lines {
            let last = (line + AROUND).min(keep.len().saturating_sub(1));
            keep[line.saturating_sub(AROUND)..=last].fill(true);
        }
        for line in lines {
            keep[*line] = true;
        }
        let exact: std::collections::BTreeSet<&usize> = lines.iter().collect();
        let mut sparse = Self { text: String::new(), starts: Vec::with_capacity(keep.len()) };
        let last = lines.iter().max().map_or(0, |line| line + AROUND);
        for (line, keep) in keep.iter().enumerate().take(last + 1) {
            sparse.starts.push(sparse.text.len());
            let text = &draft.text[draft.line(line)];
            if *keep && (text.len() <= LONGEST || exact.contains(&line)) {
                sparse.text.push_str(text);
            }
            sparse.text.push('\n');
        }
        sparse
    }

    /// Returns where a range of the whole text is in this one, cut to its first line.
    fn span(&self, draft: &Draft<'_>, at: &Range<usize>) -> Span {
        let line = draft.line_of(at.start);
        let whole = draft.line(line);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let from = at.start.min(whole.end) - whole.start;
        let to = at.end.clamp(at.start, whole.end.max(at.start)) - whole.start;
        Span::new(start + from, start + to)
    }
}

/// The tools that look for secrets in any text.
const SECRETS: [&str; 3] = ["gitleaks", "kingfisher", "trufflehog"];

/// Tells whether a line of a text for people holds anything that could be a secret.
fn could_hold_secret(line: &str) -> bool {
    const SHORTEST: usize = 10;
    let is_of_secret = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '+' | '=' | '.');
    let is_secret = |word: &str| word.len() >= SHORTEST && word.bytes().any(|byte| byte.is_ascii_digit());
    line.contains("-----BEGIN") || line.split(|c| !is_of_secret(c)).any(is_secret)
}
