//! The suppressions and markers of one file.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::io::Read;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};
use rustc_hash::FxHashMap;

use super::comments::{Comment, comments};
use super::grammar::{self, End, Grammar, Match, Piece, Place, Reach, What};
use super::ignore_files::{self, Kind};
use super::language::Language;
use super::notebook;
use super::outline::Outline;
use super::secrets::{self, OwnRules};
use super::statement::{self, Part};
use crate::source::Span;
use crate::sync::tools_with_files;

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
    /// Where it is in the page's text, on one line.
    pub span: Span,
    /// The line, from 1.
    pub line: usize,
    /// The paths for which an entry of an ignore file is good; none where it does not say.
    pub paths: Vec<String>,
    /// What else narrows such an entry.
    pub narrowed: Vec<(String, Vec<String>)>,
    /// Whether it is an entry of an ignore file.
    pub is_entry: bool,
    /// What it is on: the name of the statement, or of the entry.
    pub code: String,
    /// The marker on its line or right above it: an index into the page's.
    pub marker: Option<usize>,
}

/// `stopgap: ID`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// The id as it is written.
    pub id: String,
    /// Where the id is in the page's text.
    pub span: Span,
    /// The line, from 1.
    pub line: usize,
    /// Whether it is alone: in a comment, with no suppression that it belongs to.
    pub alone: bool,
}

/// A file that holds any of them.
#[derive(Clone, Debug)]
pub struct Page {
    /// The path from the root.
    pub path: String,
    /// The links that lead to it, which scanners follow: what is told in it is told under these paths, too.
    pub links: Vec<String>,
    /// The file's text, in which lines that are far from everything found are blank; that of an ignore file is whole.
    pub text: String,
    /// The suppressions, in their order.
    pub found: Vec<Found>,
    /// The markers, in their order.
    pub markers: Vec<Marker>,
    /// The lines of an ignore file that except something from the patterns above them, each with its number.
    pub(super) excepted: Vec<(usize, String)>,
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
    LITERALS.0.iter().copied().chain([MARKER]).chain(ignore_files::LITERALS.iter().map(|(literal, ..)| *literal))
}

/// Looks for suppressions.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    /// The tools that are looked for; none for all.
    tools: Option<Vec<String>>,
    /// Whether markers without a suppression are looked for.
    markers: bool,
    /// What gitleaks looks for besides what it always does.
    rules: Arc<OwnRules>,
}

/// The literals of all grammars and which tool each belongs to; the marker's come last.
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
        Self { tools, markers: true, ..Self::default() }
    }

    /// Looks for markers that are alone, or not.
    #[must_use]
    pub fn with_markers(self, markers: bool) -> Self {
        Self { markers, ..self }
    }

    /// Knows the rules of gitleaks that are the repository's own.
    pub(super) fn knowing(&self, rules: OwnRules) -> Self {
        Self { rules: Arc::new(rules), ..self.clone() }
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
        ignore_files::kind(path).is_some()
            || FINDER.as_ref().is_none_or(|finder| finder.is_match(bytes))
            || ignore_files::may_hide(path, bytes)
            || grammar::may_hide(path, bytes)
    }

    /// Reads a file; `None` where there is nothing in it.
    #[must_use]
    pub fn read(&self, path: &str, bytes: &[u8]) -> Option<Page> {
        self.read_as(path, bytes, None)
    }

    /// Reads a file that is, as `kind` says, in the place of an ignore file, whatever its own name is.
    pub(super) fn read_as(&self, path: &str, bytes: &[u8], kind: Option<&'static Kind>) -> Option<Page> {
        let by_name = kind.or_else(|| ignore_files::kind(path));
        let is_utf_16 = UTF_16.iter().any(|mark| bytes.starts_with(mark));
        if by_name.is_none() && !is_utf_16 && !Self::may_hold(path, bytes) {
            return None;
        }
        if by_name.is_none() && is_binary(path, bytes) {
            let tool = could_be_text(bytes).then(|| self.first_tool(path, bytes).ok().flatten())??;
            let zero = bytes.iter().position(|byte| *byte == 0).unwrap_or_default();
            let help = "remove the NUL bytes: some scanners read it as text";
            let known_by = String::from_utf8_lossy(bytes);
            return self.unread(path, tool, &known_by, Trouble::new(zero, "it contains a NUL byte", help));
        }
        let text = decoded(bytes);
        let kinds = by_name.map_or_else(|| ignore_files::kinds_of(path, &text), |kind| vec![kind]);
        let mut languages = Language::all_of(path, text.as_bytes());
        let mut draft = Draft::new(path, &text, languages.next().unwrap_or(Language::Other));
        let mut places = draft.inline(self);
        places.extend(languages.flat_map(|other| Draft::new(path, &text, other).inline(self)));
        if let Some((at, encoding)) = grammar::foreign(path, text.as_bytes()) {
            let tool = ["bandit", "ruff", "pylint"].into_iter().find(|tool| self.wants(tool));
            let why = format!("it declares the encoding `{encoding}`");
            places.extend(tool.map(|tool| draft.unread(tool, Trouble::new(at, why, "save it in UTF-8"))));
        }
        for kind in kinds.into_iter().filter(|kind| self.wants(kind.tool)) {
            match checked(bytes).and_then(|()| (kind.read)(&text).map_err(Trouble::of_format)) {
                Ok(entries) => {
                    draft.is_whole |= !entries.is_empty() && is_written(kind.tool);
                    draft.excepted.extend(ignore_files::excepted(kind, &text));
                    places.extend(entries.into_iter().map(|entry| draft.entry(kind, entry)));
                }
                Err(trouble) => places.push(draft.unread(kind.tool, trouble)),
            }
        }
        let mut markers = draft.markers();
        if !self.markers && places.is_empty() {
            markers.clear();
        }
        if places.is_empty() && markers.is_empty() {
            return None;
        }
        places
            .sort_by(|a, b| (a.at.start, a.found.tool, &a.found.what).cmp(&(b.at.start, b.found.tool, &b.found.what)));
        places.dedup_by(|a, b| a.at == b.at && a.found.tool == b.found.tool && a.found.what == b.found.what);
        Some(draft.finish(places, markers))
    }

    /// Makes the page of a file that cannot be read, and in which `tool` may be told anything. `known_by` tells it from
    /// what it was before.
    pub(super) fn unread(&self, path: &str, tool: &'static str, known_by: &str, trouble: Trouble) -> Option<Page> {
        let mut draft = Draft::new(path, "", Language::of(path));
        let mut placed = self.wants(tool).then(|| draft.unread(tool, trouble))?;
        placed.found.code = statement::hash(known_by);
        draft.hits.clear();
        Some(draft.finish(vec![placed], Vec::new()))
    }

    /// Returns the first tool that may be told something in a file, of which the bytes come in pieces.
    ///
    /// # Errors
    ///
    /// If the file cannot be read to its end.
    pub(super) fn first_tool(&self, path: &str, mut bytes: impl Read) -> std::io::Result<Option<&'static str>> {
        let Some(finder) = FINDER.as_ref() else { return Ok(None) };
        let mut start = Vec::new();
        bytes.by_ref().take(LOOKED_AT as u64).read_to_end(&mut start)?;
        let languages = Language::all_of(path, &start);
        let is_read = |grammar: &Grammar| languages.clone().any(|language| (grammar.reads)(language, path));
        let of_comment =
            |index: usize| LITERALS.1.get(index).filter(|grammar| is_read(grammar)).map(|grammar| grammar.tool);
        let of_file = |index: usize| {
            let (_, tool, endings) = ignore_files::LITERALS.get(index.checked_sub(LITERALS.0.len() + 1)?)?;
            endings.iter().any(|ending| path.ends_with(ending)).then_some(*tool)
        };
        for hit in finder.stream_find_iter(start.as_slice().chain(bytes)) {
            let index = hit?.pattern().as_usize();
            let tool = of_comment(index).or_else(|| of_file(index));
            if let Some(tool) = tool.filter(|tool| self.wants(tool)) {
                return Ok(Some(tool));
            }
        }
        Ok(None)
    }
}

/// Why a file cannot be read.
#[derive(Debug)]
pub(super) struct Trouble {
    /// The byte of the text at which that shows.
    pub(super) at: usize,
    pub(super) why: String,
    pub(super) help: String,
}

impl Trouble {
    pub(super) fn new(at: usize, why: impl Into<String>, help: impl Into<String>) -> Self {
        Self { at, why: why.into(), help: help.into() }
    }

    fn of_format((at, why): (usize, String)) -> Self {
        Self::new(at, why, "write it so that each entry can be read: plain YAML, JSON, TOML or XML, without aliases")
    }
}

/// Refuses what makes the text of an ignore file another one for its tool than for us.
fn checked(bytes: &[u8]) -> Result<(), Trouble> {
    const HELP: &str = "save it in UTF-8, as plain text";
    if UTF_16.iter().any(|mark| bytes.starts_with(mark)) {
        return Err(Trouble::new(0, "it is in UTF-16", HELP));
    }
    let at = |at: usize| at - if bytes.starts_with(BOM) { BOM.len().min(at) } else { 0 };
    if let Err(error) = std::str::from_utf8(bytes) {
        return Err(Trouble::new(at(error.valid_up_to()), "it is not in UTF-8", HELP));
    }
    match bytes.iter().position(|byte| *byte == 0) {
        Some(zero) => Err(Trouble::new(at(zero), "it contains a NUL byte", HELP)),
        None => Ok(()),
    }
}

const BOM: &[u8] = "\u{feff}".as_bytes();

/// The byte-order marks of UTF-16, that of the lower byte first.
const UTF_16: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

/// Reads a text in UTF-8, or in UTF-16 if it begins with the mark of that.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let units = |of: fn([u8; 2]) -> u16| bytes[2..].chunks_exact(2).map(move |pair| of([pair[0], pair[1]]));
    let text = |units: &mut dyn Iterator<Item = u16>| -> String {
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match UTF_16.iter().position(|mark| bytes.starts_with(mark)) {
        Some(0) => Cow::Owned(text(&mut units(u16::from_le_bytes))),
        Some(_) => Cow::Owned(text(&mut units(u16::from_be_bytes))),
        None => String::from_utf8_lossy(bytes.strip_prefix(BOM).unwrap_or(bytes)),
    }
}

/// A file with a zero byte among so many first ones is binary, as git sees it.
pub(super) const LOOKED_AT: usize = 8000;

/// Tells whether a file that begins with these bytes is binary, and nothing that scanners read whatever bytes are in
/// it.
pub(super) fn is_binary(path: &str, start: &[u8]) -> bool {
    let is_plain = !UTF_16.iter().any(|mark| start.starts_with(mark));
    start[..start.len().min(LOOKED_AT)].contains(&0)
        && is_plain
        && !Language::all_of(path, start).any(Language::is_scanned)
}

/// Tells whether a file that begins with these bytes could be a text all the same, as gitleaks and others take it: next
/// to none of them are control characters.
pub(super) fn could_be_text(start: &[u8]) -> bool {
    const FEW: usize = 2;
    const OF: usize = 33;
    const PICTURES: [&[u8]; 2] = [b"\x89PNG", b"\xff\xd8\xff"];
    let start = &start[..start.len().min(LOOKED_AT)];
    let is_control = |byte: &&u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    let count = start.iter().filter(is_control).count();
    let is_picture = PICTURES.iter().any(|picture| start.starts_with(picture));
    !is_picture && (count <= FEW || count * OF <= start.len())
}

/// Tells whether `stopgap sync` writes files of a tool: what it wrote is compared as a whole.
fn is_written(tool: &str) -> bool {
    tools_with_files().iter().any(|(key, _)| *key == tool)
}

/// A suppression and where it is in the whole text.
struct Placed {
    at: Range<usize>,
    found: Found,
}

/// A marker and where it is in the whole text.
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
    /// What is found where escapes are letters, with the beginning of its line.
    hidden: Vec<(usize, usize)>,
    /// Where the first code is.
    first_code: usize,
    /// Whether all of it is kept.
    is_whole: bool,
    /// What an ignore file excepts from its patterns.
    excepted: Vec<(usize, String)>,
    /// The line whose first character was last looked up, and where that is.
    first_sign: Cell<Option<(usize, usize)>>,
    /// The line of the last suppression and the name of its statement.
    last_code: RefCell<Option<((usize, Part), String)>>,
    /// The resources of a manifest.
    outline: OnceCell<Outline>,
    /// The secrets that may go over several lines.
    secrets: OnceCell<[Vec<Range<usize>>; 3]>,
    /// What each rule of gitleaks finds that is the repository's own.
    by_rule: OnceCell<Vec<Vec<Range<usize>>>>,
    /// Where each word of [`ENDS`] is last said of a rule; the empty name is that of all rules.
    ends: OnceCell<FxHashMap<(&'static str, &'t str), usize>>,
    /// Where what is said between a `push` and its `pop` of RuboCop is good.
    pushed: OnceCell<Vec<Range<usize>>>,
    /// Where the code of a notebook is; `None` where that is unclear.
    cells: OnceCell<Option<Vec<Range<usize>>>>,
}

impl<'t> Draft<'t> {
    fn new(path: &'t str, text: &'t str, language: Language) -> Self {
        let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let found = FINDER.iter().flat_map(|finder| finder.find_overlapping_iter(text));
        let hits = found.map(|found| (found.pattern().as_usize(), found.start())).collect();
        let comments = comments(text, language.syntax());
        let (first_sign, last_code) = (Cell::new(None), RefCell::new(None));
        let first_code = first_code(text, &comments);
        let hidden = if grammar::may_hide(path, text.as_bytes()) { hidden(text, &starts) } else { Vec::new() };
        Self {
            path,
            text,
            language,
            starts,
            comments,
            hits,
            hidden,
            first_code,
            is_whole: false,
            excepted: Vec::new(),
            first_sign,
            last_code,
            outline: OnceCell::new(),
            secrets: OnceCell::new(),
            by_rule: OnceCell::new(),
            ends: OnceCell::new(),
            pushed: OnceCell::new(),
            cells: OnceCell::new(),
        }
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

    /// Tells whether only comments are before a byte on its line.
    fn is_alone(&self, at: usize) -> bool {
        let line = self.line_of(at);
        let first = match self.first_sign.get() {
            Some((of, first)) if of == line => first,
            _ => {
                let rest = &self.text[self.starts[line]..];
                self.starts[line] + rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len())
            }
        };
        self.first_sign.set(Some((line, first)));
        at <= first
    }

    fn inline(&self, reader: &Reader) -> Vec<Placed> {
        let mut placed = Vec::new();
        for (index, grammar) in LITERALS.1.iter().enumerate() {
            if !reader.wants(grammar.tool) || !(grammar.reads)(self.language, self.path) {
                continue;
            }
            let hidden = self.hidden.iter().filter(|_| grammar.place.is_data());
            let hits = self.hits.iter().chain(hidden).filter(|(literal, _)| *literal == index);
            let mut last = None;
            for (_, at) in hits {
                let piece = match grammar.place.is_comment() {
                    false => Some(self.line(self.line_of(*at))),
                    true => self.comment_at(*at).map(|comment| comment.whole.clone()),
                };
                let Some(piece) = piece.filter(|piece| last.as_ref() != Some(piece)) else { continue };
                placed.extend(self.ask(reader, grammar, piece.clone()));
                last = Some(piece);
            }
        }
        placed
    }

    /// Lets a grammar read a line or a comment.
    fn ask(&self, reader: &Reader, grammar: &Grammar, at: Range<usize>) -> Vec<Placed> {
        let at = if grammar.place.is_data() { self.with_continued(grammar, at) } else { at };
        let written = &self.text[at.clone()];
        let text = if grammar.place.is_data() { unfolded(written) } else { Cow::Borrowed(written) };
        let comment = self.comment_at(at.start).filter(|_| grammar.place.is_comment());
        let inner = comment.map_or((0, text.len()), |it| (it.inner.start - at.start, it.inner.end - at.start));
        let below = self.text.get(at.end..).unwrap_or_default();
        let below = below.strip_prefix('\r').unwrap_or(below);
        let own_line = match grammar.place {
            Place::Cells => text.trim_start_matches(['"', ' ', '\t']).starts_with('#'),
            _ => self.is_alone(at.start),
        };
        let piece = Piece {
            text: &text,
            inner,
            is_block: comment.is_some_and(|comment| comment.is_block),
            own_line,
            leads: at.start < self.first_code,
            above: &self.text[..at.start],
            below: below.strip_prefix('\n').unwrap_or(below),
            whole: self.text,
        };
        let could_hold_secret = || {
            let by_rule = || {
                let found = self.by_rule.get_or_init(|| reader.rules.find(self.text));
                found.iter().any(|ranges| secrets::is_in(ranges, &at))
            };
            if grammar.tool == "gitleaks" && by_rule() {
                return true;
            }
            let line = self.line_of(at.start);
            // Kingfisher also looks at the lines above and below that of a secret.
            let around = if grammar.tool == "kingfisher" { line.saturating_sub(1)..=line + 1 } else { line..=line };
            around
                .map(|line| self.line(line))
                .any(|at| secrets::could_hold_one(&self.text[at.clone()]) || self.is_in_secret(&at))
        };
        if self.language.is_prose() && secrets::TOOLS.contains(&grammar.tool) && !could_hold_secret() {
            return Vec::new();
        }
        let matches = grammar.ask(piece).into_iter().map(|it| match text {
            // Where escapes were, no place is the same.
            Cow::Owned(_) => Match { at: 0..written.len(), ..it },
            Cow::Borrowed(_) => it,
        });
        let is_meant = |it: &Match| match grammar.place {
            Place::Code => !self.is_commented_out(at.start + it.at.start),
            Place::Strings => self.comment_at(at.start + it.at.start).is_none(),
            Place::Cells => self.is_in_cell(at.start + it.at.start..at.start + it.at.end),
            _ => true,
        };
        let matches = matches.filter(is_meant);
        matches.map(|it| self.place(grammar, at.start, it)).collect()
    }

    /// Adds to a line those with which it goes on after a `\` at its end, if none of a grammar's literals is in it alone.
    fn with_continued(&self, grammar: &Grammar, at: Range<usize>) -> Range<usize> {
        let line = grammar::unescaped(&self.text[at.clone()]).to_ascii_lowercase();
        if !goes_on(&line) || grammar.literals.iter().any(|literal| line.contains(literal)) {
            return at;
        }
        let mut last = self.line_of(at.start);
        while last - self.line_of(at.start) < MOST_CONTINUED && goes_on(&self.text[self.line(last)]) {
            last += 1;
        }
        at.start..self.line(last).end.max(at.end)
    }

    /// Returns where the name of an annotation begins, of which the line is known where it is written with escapes.
    fn name_of_annotation(&self, at: usize) -> usize {
        let sign = self.text[at..]
            .split('\n')
            .next()
            .and_then(|line| line.find('@'))
            .filter(|_| !self.text[at..].starts_with("Suppress"));
        at + sign.map_or(0, |sign| sign + 1)
    }

    /// Tells whether something is in the code of a notebook.
    fn is_in_cell(&self, at: Range<usize>) -> bool {
        let cells = self.cells.get_or_init(|| notebook::code(self.text));
        cells.as_ref().is_none_or(|cells| secrets::is_in(cells, &at))
    }

    /// Tells whether an annotation is in a comment. PHP has them in comments of several lines, and `#[` begins one.
    fn is_commented_out(&self, at: usize) -> bool {
        let at = at + self.text[at..].len() - self.text[at..].trim_start().len();
        self.comment_at(at).is_some_and(|comment| {
            let is_attribute = comment.is_block || self.text[comment.whole.start..].starts_with("#[");
            self.language != Language::Php || !is_attribute
        })
    }

    fn place(&self, grammar: &Grammar, from: usize, it: Match) -> Placed {
        let at = from + it.at.start..from + it.at.end;
        let line = self.line_of(at.start);
        // A suppression in the code itself, such as an annotation, has no statement of its own.
        let in_code = self.comment_at(at.start).is_none();
        let reach = match it.reach {
            Reach::Block if !self.is_ended(grammar.tool, &it.what, at.end) => Reach::File,
            reach => reach,
        };
        let code = match grammar.place {
            Place::Code => statement::declaration(self.text, &self.comments, self.name_of_annotation(at.start)),
            Place::Data if in_code => self.outline.get_or_init(|| Outline::of(self.text)).resource(line),
            place if in_code && !place.is_of_lines() => statement::NONE.to_owned(),
            _ => self.code(line, grammar.part()),
        };
        let found = Found {
            tool: grammar.tool,
            what: it.what,
            reach,
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

    /// Tells whether a later comment ends what a comment begins, of the tools that need one for that.
    fn is_ended(&self, tool: &str, what: &What, from: usize) -> bool {
        let Some((_, word)) = ENDS.iter().find(|(known, _)| *known == tool) else { return true };
        let ends = self.ends.get_or_init(|| ends(self.text, &self.comments));
        let last = |of: &str| ends.get(&(*word, of)).is_some_and(|last| *last >= from);
        last("") || matches!(what, What::Rule(rule) if last(rule)) || (tool == "rubocop" && self.is_popped(from))
    }

    /// Tells whether a byte stands between a `push` and its `pop`.
    fn is_popped(&self, at: usize) -> bool {
        let pushed = self.pushed.get_or_init(|| pushed(self.text, &self.comments));
        let last = pushed.partition_point(|range| range.start <= at).checked_sub(1);
        last.and_then(|last| pushed.get(last)).is_some_and(|range| at < range.end)
    }

    /// Tells whether a line is a part of a secret that goes over several.
    fn is_in_secret(&self, at: &Range<usize>) -> bool {
        self.secrets.get_or_init(|| secrets::of_lines(self.text)).iter().any(|ranges| secrets::is_in(ranges, at))
    }

    /// Returns the name of a line's statement; many suppressions may be on one line.
    fn code(&self, line: usize, part: Part) -> String {
        let mut last = self.last_code.borrow_mut();
        if let Some((_, code)) = last.as_ref().filter(|(of, _)| *of == (line, part)) {
            return code.clone();
        }
        let code = statement::fingerprint(self.text, &self.starts, &self.comments, line, part);
        *last = Some(((line, part), code.clone()));
        code
    }

    fn entry(&self, kind: &ignore_files::Kind, entry: ignore_files::Entry) -> Placed {
        let line = self.line_of(entry.at.start);
        let end = entry.end(kind.tool);
        let found = Found {
            tool: kind.tool,
            what: entry.what,
            reach: Reach::Project,
            end,
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

    /// Says that a tool may be told anything here.
    fn unread(&self, tool: &'static str, Trouble { at, why, help }: Trouble) -> Placed {
        // What is missing at the end of a file is reported on its last line, not on one that does not exist.
        let at = at.min(self.text.trim_end_matches(['\n', '\r']).len());
        let line = self.line_of(at);
        let found = Found {
            tool,
            what: What::Unread { why, help },
            reach: Reach::Project,
            end: None,
            span: Span::default(),
            line: line + 1,
            code: statement::hash(self.text),
            paths: Vec::new(),
            narrowed: Vec::new(),
            is_entry: true,
            marker: None,
        };
        Placed { at: at..at, found }
    }

    /// Finds the markers.
    fn markers(&self) -> Vec<PlacedMarker> {
        let index = LITERALS.0.len();
        let hits = self.hits.iter().filter(|(literal, _)| *literal == index);
        let of = |(_, at): &(usize, usize)| {
            let before = self.text[..*at].chars().next_back();
            let joins = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '.' | '@' | '`' | '$');
            let ids = if before.is_some_and(joins) { Vec::new() } else { ids(self.text, at + MARKER.len()) };
            let in_comment = self.comment_at(*at).is_some();
            let own_line = self.comment_at(*at).is_some_and(|comment| self.is_alone(comment.whole.start));
            ids.into_iter().map(move |at| PlacedMarker { at, in_comment, own_line })
        };
        let mut markers: Vec<PlacedMarker> = hits.flat_map(of).collect();
        markers.sort_by_key(|marker| marker.at.start);
        markers
    }

    /// Ties markers to suppressions, and keeps of the text what is near them.
    fn finish(&self, places: Vec<Placed>, markers: Vec<PlacedMarker>) -> Page {
        // Both are in the order of their lines.
        let lines: Vec<usize> = markers.iter().map(|marker| self.line_of(marker.at.start)).collect();
        let first_from = |line: usize| lines.partition_point(|other| *other < line);
        let mut belongs = vec![false; markers.len()];
        let mut kept: Vec<usize> = places.iter().map(|placed| placed.found.line - 1).collect();
        let markers_of: Vec<Option<usize>> = places
            .iter()
            .map(|placed| {
                let own = placed.found.line - 1;
                let last = self.line_of(placed.at.end.saturating_sub(1).max(placed.at.start));
                let here = Some(first_from(own)).filter(|at| lines.get(*at).is_some_and(|line| *line <= last.max(own)));
                // Only the first of a line is at the beginning of its comment.
                let above = || own.checked_sub(1).map(first_from).filter(|at| lines.get(*at) == Some(&(own - 1)));
                let index = here.or_else(|| above().filter(|at| markers[*at].own_line));
                index.inspect(|index| {
                    if let Some(belongs) = belongs.get_mut(*index) {
                        *belongs = true;
                    }
                })
            })
            .collect();
        let is_kept: Vec<bool> =
            markers.iter().zip(&belongs).map(|(marker, belongs)| *belongs || marker.in_comment).collect();
        kept.extend(lines.iter().zip(&is_kept).filter(|(_, kept)| **kept).map(|(line, _)| *line));
        let sparse = Sparse::new(self, &kept);
        let before = is_kept.iter().scan(0, |count, kept| Some(std::mem::replace(count, *count + usize::from(*kept))));
        let before: Vec<usize> = before.collect();
        let found = places.into_iter().zip(markers_of).map(|(placed, marker)| Found {
            span: sparse.span(self, &placed.at),
            marker: marker.map(|index| before[index]),
            ..placed.found
        });
        let kept_markers = markers.iter().zip(&belongs).zip(&lines).zip(&is_kept).filter(|(_, kept)| **kept);
        let markers = kept_markers.map(|(((marker, belongs), line), _)| Marker {
            id: self.text[marker.at.clone()].to_owned(),
            span: sparse.span(self, &marker.at),
            line: line + 1,
            alone: !belongs,
        });
        Page {
            path: self.path.to_owned(),
            links: Vec::new(),
            found: found.collect(),
            markers: markers.collect(),
            excepted: self.excepted.clone(),
            text: sparse.text,
        }
    }
}

/// Returns where the ids are that follow the sign of a marker: one, which may be in quotes or the name of its file, and
/// more behind commas if nothing but such ids is there.
fn ids(text: &str, from: usize) -> Vec<Range<usize>> {
    const QUOTES: [char; 4] = ['"', '\'', '`', '<'];
    let mut found = Vec::new();
    let mut at = from;
    loop {
        let rest = &text[at..];
        let rest = rest.trim_start_matches([' ', '\t']);
        let rest = rest.strip_prefix(QUOTES).unwrap_or(rest);
        let start = text.len() - rest.len();
        let is_of_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
        let path = &rest[..rest.find(|c| !is_of_path(c)).unwrap_or(rest.len())];
        let path = path.trim_end_matches(['.', '-', '_', '/']);
        let folder = path.rfind('/').map_or(0, |slash| slash + 1);
        let id = path[folder..].trim_end_matches(".yaml").trim_end_matches(".yml");
        let place = start + folder..start + folder + id.len();
        let more = text[start + path.len()..].trim_start_matches(['"', '\'', '`', '>']);
        let next = more.trim_start_matches([' ', '\t']);
        let is_end = next.starts_with([',', '\n', '\r']) || ["", "*/", "-->"].contains(&next.trim_end());
        // A sentence may follow the first id, and is none.
        let is_meant = found.is_empty() || is_end && id.contains('-');
        if !(is_meant && id.starts_with(|c: char| c.is_ascii_alphanumeric())) {
            return found;
        }
        found.push(place);
        match next.strip_prefix(',') {
            Some(rest) => at = text.len() - rest.len(),
            None => return found,
        }
    }
}

/// Returns where the first thing is that is neither white space nor a comment.
fn first_code(text: &str, comments: &[Comment]) -> usize {
    let mut at = 0;
    for comment in comments {
        if !text[at..comment.whole.start].trim().is_empty() {
            break;
        }
        at = comment.whole.end;
    }
    at + text[at..].len() - text[at..].trim_start().len()
}

/// A line goes on in so many others.
const MOST_CONTINUED: usize = 8;

/// Tells whether a line ends with a `\` that is not escaped itself: a text in double quotes goes on without a break.
fn goes_on(line: &str) -> bool {
    let line = line.strip_suffix('\r').unwrap_or(line);
    (line.len() - line.trim_end_matches('\\').len()) % 2 == 1
}

/// Returns lines as one, in which letters are letters.
fn unfolded(text: &str) -> Cow<'_, str> {
    if !text.contains('\n') {
        return grammar::unescaped(text);
    }
    let lines = text.lines().enumerate().map(|(at, line)| {
        let line = if at > 0 { line.trim_start() } else { line };
        if goes_on(line) { &line[..line.len() - 1] } else { line }
    });
    Cow::Owned(grammar::unescaped(&lines.collect::<String>()).into_owned())
}

/// Finds literals in lines in which letters are written as escapes, or that go on in the next one.
fn hidden(text: &str, starts: &[usize]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let lines: Vec<&str> = text.split('\n').collect();
    for (at, (line, start)) in lines.iter().zip(starts).enumerate() {
        let more = lines[at..].iter().take(MOST_CONTINUED).take_while(|line| goes_on(line)).count();
        let whole = match more {
            0 => Cow::Borrowed(*line),
            more => Cow::Owned(lines[at..=(at + more).min(lines.len() - 1)].join("\n")),
        };
        if let Cow::Owned(line) = unfolded(&whole) {
            let literals = FINDER.iter().flat_map(|finder| finder.find_overlapping_iter(&line));
            found.extend(literals.map(|literal| (literal.pattern().as_usize(), *start)));
        }
    }
    found
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
        if draft.is_whole {
            return Self { text: draft.text.to_owned(), starts: draft.starts.clone() };
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

/// The tools whose suppressions go on until a comment ends them, with the words of that comment.
const ENDS: [(&str, &str); 2] = [("eslint", "eslint-enable"), ("rubocop", "rubocop:enable")];

/// Finds where suppressions are last ended, so that a file of nothing but suppressions is not searched for each of
/// them.
fn ends<'t>(text: &'t str, comments: &[Comment]) -> FxHashMap<(&'static str, &'t str), usize> {
    let mut last = FxHashMap::default();
    for comment in comments {
        let inner = text.get(comment.inner.clone()).unwrap_or_default().trim_start_matches(['*', '#', ' ', '\t']);
        let said = ENDS.iter().find_map(|(_, word)| Some((*word, inner.strip_prefix(word)?)));
        let Some((word, rest)) = said else { continue };
        let named = rest.split(" --").next().unwrap_or_default();
        let mut ids = named.split(',').map(str::trim).filter(|id| !id.is_empty()).peekable();
        if ids.peek().is_none() {
            last.insert((word, ""), comment.whole.start);
        }
        last.extend(ids.map(|id| ((word, if id == "all" { "" } else { id }), comment.whole.start)));
    }
    last
}

/// Finds the outermost ranges between a `push` of RuboCop and its `pop`, in their order.
fn pushed(text: &str, comments: &[Comment]) -> Vec<Range<usize>> {
    let mut open = Vec::new();
    let mut closed: Vec<Range<usize>> = Vec::new();
    for comment in comments {
        let inner = text.get(comment.inner.clone()).unwrap_or_default().trim_start_matches(['#', ' ', '\t']);
        let word = inner.split_whitespace().next().unwrap_or_default();
        match word {
            "rubocop:push" => open.push(comment.whole.start),
            "rubocop:pop" => {
                let Some(start) = open.pop() else { continue };
                closed.truncate(closed.partition_point(|range| range.start < start));
                closed.push(start..comment.whole.start);
            }
            _ => {}
        }
    }
    closed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the line, the tool and the reach of each suppression of a file.
    fn found(path: &str, text: &[u8]) -> Vec<(usize, &'static str, Reach)> {
        let page = Reader::new(None).read(path, text);
        page.into_iter().flat_map(|page| page.found).map(|found| (found.line, found.tool, found.reach)).collect()
    }

    #[test]
    fn a_text_for_people_is_read_where_gitleaks_finds_a_secret() {
        let lines = |text: &str| found("README.md", text.as_bytes()).iter().map(|(line, ..)| *line).collect::<Vec<_>>();
        let key = |line: &str| {
            format!("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n{line}\n-----END RSA PRIVATE KEY-----\n")
        };
        for (text, expected) in [
            ("-----END RSA PRIVATE KEY----- gitleaks:allow\n".to_owned(), vec![1]),
            ("-----end rsa private key----- gitleaks:allow\n".to_owned(), vec![1]),
            (key("gitleaks:allow"), vec![3]),
            (key("") + "gitleaks:allow\n", vec![]),
            ("curl -u admin:Tr0ub4d http://x.y/z gitleaks:allow\n".to_owned(), vec![1]),
            ("curl --user=admin:secret http://x.y/z gitleaks:allow\n".to_owned(), vec![1]),
            ("curl http://x.y/z \\ gitleaks:allow\n  -u admin:secret\n".to_owned(), vec![1]),
            ("curl -H 'Authorization: Basic abcdefgh' http://x.y gitleaks:allow\n".to_owned(), vec![1]),
            ("mysql://root:secret@db/x gitleaks:allow\n".to_owned(), vec![1]),
            ("token: abcdefghijklmnopqrstuvwxyz gitleaks:allow\n".to_owned(), vec![1]),
            ("Put `gitleaks:allow` on the line of the secret, see https://x.y/z.\n".to_owned(), vec![]),
            ("A call of curl with --user gitleaks:allow is read, too.\n".to_owned(), vec![]),
            ("What stands in infrastructure-as-code/allowed-secrets needs gitleaks:allow.\n".to_owned(), vec![]),
            ("gitleaks:allow\ntoken: AKIA0123456789ABCDEF\n".to_owned(), vec![]),
            ("<!-- gitleaks:allow --> api_key:\n  \"xK9fQ2mZ7pL4vB8nR3tY\"\n".to_owned(), vec![1]),
            ("gitleaks:allow adobe_id =\n'0123456789abcdef0123456789abcdef'\n".to_owned(), vec![1]),
            ("gitleaks:allow token\n= \"xK9fQ2mZ7pL4vB8nR3tY\"\n".to_owned(), vec![1]),
            ("Put gitleaks:allow on its line, for example:\n\n    AKIA0123456789ABCDEF\n".to_owned(), vec![]),
            (
                "Put gitleaks:allow on the line of the token:\n\nEach of them needs a documented reason.\n".to_owned(),
                vec![],
            ),
            ("kingfisher:ignore\ntoken: AKIA0123456789ABCDEF\n".to_owned(), vec![1]),
            ("token: AKIA0123456789ABCDEF\nkingfisher:ignore\n".to_owned(), vec![2]),
            ("token: AKIA0123456789ABCDEF\n\nkingfisher:ignore\n".to_owned(), vec![]),
        ] {
            assert_eq!(lines(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_zero_byte_hides_nothing_that_could_be_text() {
        let text = b"# a token of the test system\ntoken = AKIA0123456789 # gitleaks:allow\n";
        let with_zero = [&text[..], b"\0"].concat();
        assert_eq!(found("notes", &with_zero), [(1, "gitleaks", Reach::Project)]);
        assert_eq!(found("notes.txt", &with_zero), [(1, "gitleaks", Reach::Project)]);
        assert_eq!(found("notes", b"nothing that a scanner reads\n\0"), []);
        let image: Vec<u8> = text.iter().copied().chain((0..=255).cycle().take(400)).collect();
        assert_eq!(found("logo.png", &image), []);
    }

    #[test]
    fn a_block_that_nothing_ends_goes_to_the_end_of_the_file() {
        for (path, text, reach) in [
            ("a.js", "/* eslint-disable no-eval */\neval(x);\n", Reach::File),
            ("a.js", "/* eslint-disable no-eval */\neval(x);\n/* eslint-enable no-eval -- done */\n", Reach::Block),
            ("a.js", "/* eslint-disable no-eval */\neval(x);\n/* eslint-enable */\n", Reach::Block),
            ("a.js", "/* eslint-disable no-eval */\neval(x);\n/* eslint-enable no-alert */\n", Reach::File),
            ("a.js", "/* eslint-disable */\neval(x);\n/* eslint-enable no-eval */\n", Reach::File),
            ("a.rb", "# rubocop:disable Security/Eval\neval(x)\n# rubocop:enable Security/Eval\n", Reach::Block),
            ("a.rb", "# rubocop:disable Security/Eval\neval(x)\n", Reach::File),
            ("a.rb", "# rubocop:disable Security/Eval\neval(x)\n# rubocop:enable Style/A, all\n", Reach::Block),
            ("a.rb", "# rubocop:push -Security/Eval\neval(x)\n# rubocop:pop\n", Reach::Block),
            ("a.rb", "# rubocop:push\n# rubocop:disable Security/Eval\neval(x)\n# rubocop:pop\n", Reach::Block),
            ("a.rb", "# rubocop:push -Security/Eval\neval(x)\n", Reach::File),
            ("a.rb", "# rubocop:disable Security/Eval\n# rubocop:push\n# rubocop:pop\neval(x)\n", Reach::File),
            ("a.js", "/* eslint-enable */\n/* eslint-disable no-eval */\neval(x);\n", Reach::File),
            ("a.js", "/* eslint-disable no-eval */\neval(x);\n// rubocop:enable no-eval\n", Reach::File),
            ("a.py", "def f():\n    # pylint: disable=eval-used\n    eval(x)\n", Reach::Block),
        ] {
            assert_eq!(found(path, text.as_bytes()).iter().map(|it| it.2).collect::<Vec<_>>(), [reach], "{text}");
        }
    }

    #[test]
    fn a_file_of_nothing_but_suppressions_is_read_once() {
        let text = "/* eslint-disable no-eval */\n/* eslint-enable no-alert */\n".repeat(40_000);
        assert_eq!(found("a.js", text.as_bytes()).len(), 40_000);
    }
}
