//! The smallest edit of a file, proved before it is written.
//!
//! The new text is spliced into the old one by the spans of the tree, then read again: it must contain exactly the
//! intended value and the same comments, otherwise the edit is refused, with the lines to write by hand. So comments,
//! the order of keys, quotes, indentation and line ends stay as people wrote them. Knows nothing about exceptions.

use std::ops::Range;

use crate::yaml::fix::splice;
use crate::yaml::node::{Entry, Kind, Node, Style};
use crate::yaml::write::{self, Layout, Quotes, Value};
use crate::yaml::{check_text, comments, parse};

/// One edit. A path names a key through mappings and the positions of items: `["renewals", "0", "decided"]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Gives a key another value; a key that is missing is added.
    Set {
        /// The key.
        path: Vec<String>,
        /// Its value.
        value: Value,
    },
    /// Adds an item at the end of a list; a list that is missing is added.
    Append {
        /// The list's key.
        path: Vec<String>,
        /// The item.
        item: Value,
    },
}

impl Edit {
    /// Creates an edit that gives a key another text. The key's path is dotted: `scope.system`.
    #[must_use]
    pub fn set(path: &str, text: impl Into<String>) -> Self {
        Self::Set { path: dotted(path), value: Value::Text(text.into()) }
    }

    /// Creates an edit that adds an item to a list. The list's path is dotted.
    #[must_use]
    pub fn append(path: &str, item: Value) -> Self {
        Self::Append { path: dotted(path), item }
    }

    fn path(&self) -> &[String] {
        match self {
            Self::Set { path, .. } | Self::Append { path, .. } => path,
        }
    }

    /// Returns the lines for a person to write instead.
    #[must_use]
    pub fn by_hand(&self) -> String {
        let value = match self {
            Self::Set { value, .. } => value.clone(),
            Self::Append { item, .. } => Value::List(vec![item.clone()]),
        };
        let nest = |value: Value, key: &String| Value::Map(vec![(key.clone(), value)]);
        match self.path().iter().rev().fold(value, nest) {
            Value::Map(entries) => write::entries(&entries, 0, Layout::default()),
            other => write::flow(&other, Quotes::Double),
        }
    }
}

fn dotted(path: &str) -> Vec<String> {
    path.split('.').map(str::to_owned).collect()
}

/// Why an edit was not made, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why, as the end of a sentence.
    pub why: String,
    /// What to write by hand: YAML lines.
    pub by_hand: String,
}

/// Makes edits, one after the other. `order` is the order of the keys at the top level: a key that is missing goes
/// after the last present one that comes before it there.
///
/// The text has no byte order mark, as [`crate::source::Source`] drops it.
///
/// # Errors
///
/// If one of the edits cannot be proved; none of them is returned then.
pub fn apply(text: &str, edits: &[Edit], order: &[&str]) -> Result<String, Refusal> {
    let mut text = text.to_owned();
    for edit in edits {
        text = apply_one(&text, edit, order).map_err(|why| Refusal { why: why.to_owned(), by_hand: edit.by_hand() })?;
    }
    Ok(text)
}

fn apply_one(text: &str, edit: &Edit, order: &[&str]) -> Result<String, &'static str> {
    let root = parse(text).map_err(|_| "the file is not readable YAML")?;
    let editor = Editor { text, layout: layout(text, &root), order };
    let edited = splice(text, editor.plan(&root, edit)?);
    let intended = intended(&Plain::of(&root), edit.path(), edit).ok_or("the existing value is of another type")?;
    prove(text, &edited, &intended)?;
    Ok(edited)
}

/// Proves that the edited text contains the intended value and the comments of the old one.
fn prove(old: &str, edited: &str, intended: &Plain) -> Result<(), &'static str> {
    const UNPROVED: &str = "its layout does not allow a safe automatic edit";
    let tree = parse(edited).map_err(|_| UNPROVED)?;
    let texts = |text| comments(text).into_iter().map(|comment| comment.text);
    let same_comments = texts(old).eq(texts(edited));
    let proved = check_text(edited).is_none() && same_comments && Plain::of(&tree).is(intended);
    if proved { Ok(()) } else { Err(UNPROVED) }
}

/// A value apart from how it is written.
#[derive(Clone, Debug)]
enum Plain {
    Text(String, Style),
    Seq(Vec<Plain>),
    Map(Vec<(String, Plain)>),
}

impl Plain {
    fn of(node: &Node<'_>) -> Self {
        match &node.kind {
            Kind::Scalar(scalar) if scalar.is_empty() => Self::Text(String::new(), Style::Plain),
            Kind::Scalar(scalar) => Self::Text(scalar.text.to_string(), scalar.style),
            Kind::Seq(items) => Self::Seq(items.iter().map(Self::of).collect()),
            Kind::Map(entries) => {
                Self::Map(entries.iter().map(|entry| (entry.key.to_string(), Self::of(&entry.value))).collect())
            }
        }
    }

    fn of_value(value: &Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text.clone(), Style::Plain),
            Value::Flag(flag) => Self::Text(flag.to_string(), Style::Plain),
            Value::List(items) => Self::Seq(items.iter().map(Self::of_value).collect()),
            Value::Map(entries) => {
                Self::Map(entries.iter().map(|(key, value)| (key.clone(), Self::of_value(value))).collect())
            }
            Value::Flow(value) => Self::of_value(value),
        }
    }

    /// Returns whether two values are exactly the same; only the line end after a block scalar may come or go, because
    /// a file without a final line end lacks it. Keys may be in any order.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a, Style::Block), Self::Text(b, Style::Block)) => {
                a == b || a.strip_suffix('\n') == Some(b) || b.strip_suffix('\n') == Some(a)
            }
            (Self::Text(a, _), Self::Text(b, _)) => a == b,
            (Self::Seq(a), Self::Seq(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is(b)),
            (Self::Map(a), Self::Map(b)) => {
                let same = |(key, value): &(String, Self)| b.iter().any(|(other, it)| other == key && value.is(it));
                a.len() == b.len() && a.iter().all(same)
            }
            _ => false,
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text, _) if text.is_empty())
    }
}

/// Returns the value that an edit is meant to make; `None` if the existing value is of another type.
fn intended(value: &Plain, path: &[String], edit: &Edit) -> Option<Plain> {
    let Some((key, rest)) = path.split_first() else {
        return match (edit, value) {
            (Edit::Set { value, .. }, _) => Some(Plain::of_value(value)),
            (Edit::Append { item, .. }, Plain::Seq(items)) => {
                Some(Plain::Seq(items.iter().cloned().chain([Plain::of_value(item)]).collect()))
            }
            (Edit::Append { item, .. }, empty) if empty.is_empty() => Some(Plain::Seq(vec![Plain::of_value(item)])),
            _ => None,
        };
    };
    let entries = match value {
        Plain::Map(entries) => entries,
        Plain::Seq(items) if !rest.is_empty() => {
            let mut items = items.clone();
            let item = items.get_mut(key.parse::<usize>().ok()?)?;
            *item = intended(item, rest, edit)?;
            return Some(Plain::Seq(items));
        }
        _ => return None,
    };
    let mut entries = entries.clone();
    match entries.iter_mut().find(|(name, _)| name == key) {
        Some((_, value)) => *value = intended(value, rest, edit)?,
        None if rest.is_empty() => {
            entries.push((key.clone(), intended(&Plain::Text(String::new(), Style::Plain), rest, edit)?));
        }
        None => return None,
    }
    Some(Plain::Map(entries))
}

/// Reads from a text how its author lays out lists, mappings and quotes.
fn layout<'t>(text: &'t str, root: &Node<'_>) -> Layout<'t> {
    let usual = Layout::default();
    let crlf = text.find('\n').is_some_and(|at| at > 0 && text.as_bytes()[at - 1] == b'\r');
    let mut seen = Seen { text, list_indent: None, dash_gap: None, indent: None, quotes: None };
    seen.look(root, 0);
    Layout {
        line_end: if crlf { "\r\n" } else { "\n" },
        indent: seen.indent.unwrap_or(usual.indent),
        list_indent: seen.list_indent.unwrap_or(usual.list_indent),
        dash_gap: seen.dash_gap.unwrap_or(usual.dash_gap),
        quotes: seen.quotes.unwrap_or(usual.quotes),
    }
}

/// The first of each kind that a file contains.
struct Seen<'t> {
    text: &'t str,
    list_indent: Option<usize>,
    dash_gap: Option<usize>,
    indent: Option<usize>,
    quotes: Option<Quotes>,
}

impl Seen<'_> {
    fn look(&mut self, node: &Node<'_>, parent: usize) {
        match &node.kind {
            Kind::Scalar(scalar) if scalar.style == Style::Quoted && self.quotes.is_none() => {
                let single = self.text.as_bytes().get(node.span.range().start) == Some(&b'\'');
                self.quotes = Some(if single { Quotes::Single } else { Quotes::Double });
            }
            Kind::Scalar(_) => {}
            Kind::Seq(items) => {
                let dash =
                    if is_flow(self.text, node) { None } else { items.first().and_then(|it| dash(self.text, it)) };
                let column = dash.map(|dash| column(self.text, dash));
                self.list_indent = self.list_indent.or(column.and_then(|column| column.checked_sub(parent)));
                self.dash_gap = self.dash_gap.or_else(|| gap(self.text, dash?, items.first()?));
                items.iter().for_each(|item| self.look(item, column.unwrap_or(parent)));
            }
            Kind::Map(entries) => {
                let flow = is_flow(self.text, node);
                let own = entries.first().map(|entry| column(self.text, entry.key_span.range().start));
                let own = own.filter(|_| !flow).unwrap_or(parent);
                for entry in entries {
                    let nested = entry.value.as_map().and_then(<[Entry<'_>]>::first);
                    if let Some(inner) = nested.filter(|_| !flow && !is_flow(self.text, &entry.value)) {
                        let deeper = column(self.text, inner.key_span.range().start).checked_sub(own);
                        self.indent = self.indent.or(deeper.filter(|columns| *columns > 0));
                    }
                    self.look(&entry.value, own);
                }
            }
        }
    }
}

/// Returns whether a list or mapping is written in brackets or braces.
#[must_use]
pub fn is_flow(text: &str, node: &Node<'_>) -> bool {
    let start = node.span.range().start;
    let (open, first) = match &node.kind {
        Kind::Seq(items) => (b'[', items.first().map(|item| item.span)),
        Kind::Map(entries) => (b'{', entries.first().map(|entry| entry.key_span)),
        Kind::Scalar(_) => return false,
    };
    text.as_bytes().get(start) == Some(&open) && first.is_none_or(|first| first.range().start > start)
}

/// Returns the byte of the dash before an item of a block list.
fn dash(text: &str, item: &Node<'_>) -> Option<usize> {
    let before = text.get(..item.span.range().start)?;
    let before = match &item.kind {
        // The header of a block scalar comes between.
        Kind::Scalar(scalar) if scalar.style == Style::Block => {
            let header = before.rfind(['|', '>'])?;
            &before[..header]
        }
        _ => before,
    };
    let mut end = before.len();
    loop {
        let start = before[..end].rfind('\n').map_or(0, |at| at + 1);
        let line = before[start..end].trim_end();
        if line.ends_with('-') {
            return Some(start + line.len() - 1);
        }
        let own = line.trim_start();
        match own.strip_prefix('-') {
            Some(rest) if rest.trim_start().starts_with('#') => return Some(start + line.len() - own.len()),
            None if own.is_empty() || own.starts_with('#') => end = start.checked_sub(1)?,
            _ => return None,
        }
    }
}

/// Returns the white space between a dash and its item on the same line.
fn gap(text: &str, dash: usize, item: &Node<'_>) -> Option<usize> {
    let between = text.get(dash + 1..item.span.range().start)?;
    (!between.is_empty() && between.bytes().all(|byte| byte == b' ')).then_some(between.len())
}

/// Returns the column of a byte, from 0.
fn column(text: &str, at: usize) -> usize {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    text.get(start..at).map_or(0, |line| line.chars().count())
}

/// One edit of one text.
struct Editor<'t> {
    text: &'t str,
    layout: Layout<'t>,
    order: &'t [&'t str],
}

type Splices = Vec<(Range<usize>, String)>;

/// Returns what a mapping has under a key, or a list at a position.
fn part<'n, 'a>(node: &'n Node<'a>, key: &str) -> Option<&'n Node<'a>> {
    match node.as_seq() {
        Some(items) => items.get(key.parse::<usize>().ok()?),
        None => node.get(key),
    }
}

impl Editor<'_> {
    fn plan(&self, root: &Node<'_>, edit: &Edit) -> Result<Splices, &'static str> {
        let Some((last, above)) = edit.path().split_last() else { return Err("it does not name a key") };
        let mut map = root;
        let mut in_flow = is_flow(self.text, root);
        for key in above {
            map = part(map, key).ok_or("its parent key is missing")?;
            in_flow |= is_flow(self.text, map);
        }
        let entries = map.as_map().ok_or("its parent is not a mapping")?;
        let Some(entry) = entries.iter().find(|entry| entry.key == *last) else {
            let value = match edit {
                Edit::Set { value, .. } => value.clone(),
                Edit::Append { item, .. } => Value::List(vec![item.clone()]),
            };
            let order = if above.is_empty() { self.order } else { &[] };
            return self.add_key(map, in_flow, last, &value, order);
        };
        match edit {
            Edit::Set { value, .. } => self.replace(map, entry, in_flow, value),
            Edit::Append { item, .. } => match &entry.value.kind {
                Kind::Seq(items) if !items.is_empty() => self.append(&entry.value, items, in_flow, item),
                Kind::Scalar(_) if !entry.value.is_empty() => Err("there is a string where a list should be"),
                Kind::Map(_) => Err("there is a mapping where a list should be"),
                _ => self.replace(map, entry, in_flow, &Value::List(vec![item.clone()])),
            },
        }
    }

    /// Plans to give a key another value.
    fn replace(
        &self,
        map: &Node<'_>,
        entry: &Entry<'_>,
        in_flow: bool,
        value: &Value,
    ) -> Result<Splices, &'static str> {
        let old = entry.value.span.range();
        let colon = self.colon(entry).ok_or("there is no colon after the key")?;
        if let (Kind::Scalar(scalar), Value::Text(new)) = (&entry.value.kind, value)
            && !entry.value.is_empty()
        {
            return match scalar.style {
                Style::Quoted if self.text.as_bytes().get(old.start) == Some(&b'\'') => {
                    Ok(vec![(old, write::quoted(new, Quotes::Single))])
                }
                Style::Quoted => Ok(vec![(old, write::quoted(new, Quotes::Double))]),
                Style::Plain => Ok(vec![(old, write::scalar(new, self.layout.quotes, in_flow))]),
                Style::Block => self.replace_block(colon, old, new),
            };
        }
        let multi_line = !in_flow && matches!(value, Value::List(_) | Value::Map(_));
        if multi_line && (entry.value.is_empty() || old.is_empty() || is_flow(self.text, &entry.value)) {
            // The value's place on the key's line is emptied, and its lines follow.
            let cleared = if old.is_empty() { colon..colon } else { colon..old.end };
            let column =
                column(self.text, map.as_map().and_then(<[_]>::first).map_or(0, |it| it.key_span.range().start));
            let written = write::entries(&[(entry.key.to_string(), value.clone())], column, self.layout);
            let lines = written.split_once(self.layout.line_end).map_or("", |(_, lines)| lines);
            let (at, lines) = self.lines_after(cleared.end, column, lines);
            return Ok(vec![(cleared, String::new()), (at..at, lines)]);
        }
        let new = match value {
            Value::Text(text) => write::scalar(text, self.layout.quotes, in_flow),
            other => write::flow(other, self.layout.quotes),
        };
        // What ends in a block of text ends at the start of a line, or in its indentation.
        let end = colon + self.text.get(colon..old.end).unwrap_or_default().trim_ascii_end().len();
        Ok(vec![(colon..end, format!(" {new}"))])
    }

    /// Replaces a block scalar by a text on one line, keeping a comment after its header.
    fn replace_block(&self, colon: usize, old: Range<usize>, new: &str) -> Result<Splices, &'static str> {
        let line = self.text.get(colon..old.start).ok_or("its header cannot be found")?;
        let sign = line.find(['|', '>']).map(|at| colon + at).ok_or("its header cannot be found")?;
        let rest = self.text.get(sign..).unwrap_or_default();
        let length = rest.find(|c: char| !matches!(c, '|' | '>' | '+' | '-') && !c.is_ascii_digit());
        let header_end = sign + length.unwrap_or(rest.len());
        let content = self.text[header_end..].find('\n').map_or(self.text.len(), |end| header_end + end + 1);
        // The span of a nested block scalar reaches into the indentation of the next line.
        let body = self.text[content..old.end.max(content)].trim_end_matches(' ');
        // Blank lines behind the text part it from what follows.
        let last = body.trim_end().len();
        let end = content + body[last..].find('\n').map_or(body.len(), |end| last + end + 1);
        let new = write::scalar(new, self.layout.quotes, false);
        Ok(vec![(sign..header_end, new), (content..end, String::new())])
    }

    /// Adds a key that is missing.
    fn add_key(
        &self,
        map: &Node<'_>,
        in_flow: bool,
        key: &str,
        value: &Value,
        order: &[&str],
    ) -> Result<Splices, &'static str> {
        let entries = map.as_map().unwrap_or_default();
        let Some(last) = entries.last() else {
            let new = write::flow(&Value::Map(vec![(key.to_owned(), value.clone())]), self.layout.quotes);
            return if is_flow(self.text, map) {
                Ok(vec![(map.span.range(), new)])
            } else {
                Err("the mapping is empty")
            };
        };
        if in_flow {
            let new = write::flow(&Value::Map(vec![(key.to_owned(), value.clone())]), self.layout.quotes);
            let new = new.strip_prefix('{').and_then(|new| new.strip_suffix('}')).unwrap_or(&new).to_owned();
            let end = self.end_of(last).ok_or("there is no colon after the key")?;
            return Ok(self.behind_in_flow(last.key_span.range().start..end, &new));
        }
        let rank = |key: &str| order.iter().position(|name| *name == key);
        let before = |entry: &&Entry<'_>| matches!((rank(&entry.key), rank(key)), (Some(a), Some(b)) if a < b);
        let anchor = entries.iter().filter(before).max_by_key(|entry| rank(&entry.key)).unwrap_or(last);
        let column = column(self.text, entries[0].key_span.range().start);
        let written = write::entries(&[(key.to_owned(), value.clone())], column, self.layout);
        let end = self.end_of(anchor).ok_or("there is no colon after the key")?;
        let (at, lines) = self.lines_after(end, column, &written);
        Ok(vec![(at..at, lines)])
    }

    /// Adds an item after the last one, written in the same way.
    fn append(
        &self,
        list: &Node<'_>,
        items: &[Node<'_>],
        in_flow: bool,
        item: &Value,
    ) -> Result<Splices, &'static str> {
        let last = items.last().ok_or("the list is empty")?;
        if in_flow || is_flow(self.text, list) {
            let new = write::flow(item, self.layout.quotes);
            // A pair without braces ends with its colon if its value is empty.
            let pair = last.as_map().filter(|_| !is_flow(self.text, last)).and_then(<[_]>::last);
            let end = pair.and_then(|entry| self.end_of(entry)).unwrap_or(last.span.range().end);
            return Ok(self.behind_in_flow(last.span.range().start..end, &new));
        }
        let dash = dash(self.text, last).ok_or("the dash of the last item cannot be found")?;
        let column = column(self.text, dash);
        let item = match item {
            Value::Flow(inner) if !is_flow(self.text, last) && last.as_map().is_some() => (**inner).clone(),
            Value::Map(_) if is_flow(self.text, last) => Value::Flow(Box::new(item.clone())),
            other => other.clone(),
        };
        let dash_gap = gap(self.text, dash, last).unwrap_or(self.layout.dash_gap);
        let written = write::items(&[item], column, Layout { dash_gap, ..self.layout });
        let end = last.span.range().end.max(dash + 1);
        let (at, lines) = self.lines_after(end, column, &written);
        Ok(vec![(at..at, lines)])
    }

    /// Adds a part after the last one inside brackets or braces: on its own line if that one is on its own, otherwise
    /// on the same line.
    fn behind_in_flow(&self, last: Range<usize>, new: &str) -> Splices {
        let rest = self.text.get(last.end..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start().len();
        let comma = rest[blank..].starts_with(',').then_some(last.end + blank + 1);
        let at = comma.unwrap_or(last.end);
        let line_end = self.text[at..].find('\n').map(|length| at + length + 1);
        let tail = line_end.map(|end| self.text[at..end].trim());
        let start = self.text[..last.start].rfind('\n').map_or(0, |end| end + 1);
        let indent = &self.text[start..last.start];
        // After an empty value a space separates the colon from the comma: libyaml refuses `{key:, …}`.
        let new_comma = if self.text[..last.end].ends_with(':') { " ," } else { "," };
        if let (Some(line_end), Some(tail)) = (line_end, tail)
            && (tail.is_empty() || tail.starts_with('#'))
            && indent.bytes().all(|byte| byte == b' ')
            && start > 0
        {
            let separator = (last.end..last.end, if comma.is_some() { "" } else { new_comma }.to_owned());
            let closing = if comma.is_some() { "," } else { "" };
            let line = format!("{indent}{new}{closing}{}", self.layout.line_end);
            return vec![separator, (line_end..line_end, line)];
        }
        match comma {
            Some(at) => vec![(at..at, format!(" {new}"))],
            None => vec![(at..at, format!("{new_comma} {new}"))],
        }
    }

    /// Returns where lines are inserted after what ends at `end`, and the lines as inserted there. Comments that are
    /// indented deeper than `column` belong to what comes before.
    fn lines_after(&self, end: usize, column: usize, lines: &str) -> (usize, String) {
        let bytes = self.text.as_bytes();
        // The text of a block scalar ends with its line.
        let at_line_start = end > 0 && bytes.get(end - 1) == Some(&b'\n');
        let next = |from: usize| self.text[from..].find('\n').map_or(self.text.len(), |at| from + at + 1);
        let mut at = if at_line_start { end } else { next(end) };
        while at < self.text.len() {
            let line = &self.text[at..next(at)];
            let indent = line.len() - line.trim_start_matches(' ').len();
            if indent <= column || !line.trim_start().starts_with('#') {
                break;
            }
            at = next(at);
        }
        if at > 0 && bytes.get(at - 1) == Some(&b'\n') {
            return (at, lines.to_owned());
        }
        let without_end = lines.strip_suffix(self.layout.line_end).unwrap_or(lines);
        (at, format!("{}{without_end}", self.layout.line_end))
    }

    /// Returns the byte after the colon of a key.
    fn colon(&self, entry: &Entry<'_>) -> Option<usize> {
        let end = entry.key_span.range().end;
        let rest = self.text.get(end..)?;
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        rest[blank..].starts_with(':').then_some(end + blank + 1)
    }

    /// Returns the byte after an entry.
    fn end_of(&self, entry: &Entry<'_>) -> Option<usize> {
        Some(self.colon(entry)?.max(entry.value.span.range().end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str, path: &str, value: &str) -> String {
        apply(text, &[Edit::set(path, value)], &[]).unwrap()
    }

    fn append(text: &str, path: &str, item: &str) -> String {
        apply(text, &[Edit::append(path, Value::text(item))], &[]).unwrap()
    }

    #[test]
    fn behind_an_empty_value_in_brackets_a_blank_stays_before_the_comma() {
        for (before, after) in [
            ("a: {max: }\n", "a: {max: , new: x }\n"),
            ("a: {max:}\n", "a: {max: , new: x}\n"),
            ("a: {max: ,}\n", "a: {max: , new: x}\n"),
            ("a: {b: c, max: }\n", "a: {b: c, max: , new: x }\n"),
            ("a: {\"max\": }\n", "a: {\"max\": , new: x }\n"),
            ("a: {max: # why\n  }\n", "a: {max: , new: x # why\n  }\n"),
            ("a: {\n  b: c,\n  max:\n  }\n", "a: {\n  b: c,\n  max: ,\n  new: x\n  }\n"),
            ("a: {\n  max: # why\n  }\n", "a: {\n  max: , # why\n  new: x\n  }\n"),
            ("a: {max: ~}\n", "a: {max: ~, new: x}\n"),
            ("a: {max: b}\n", "a: {max: b, new: x}\n"),
        ] {
            assert_eq!(set(before, "a.new", "x"), after);
            serde_yaml::from_str::<serde_yaml::Value>(after).unwrap();
        }
        assert_eq!(append("a: [max: ]\n", "a", "x"), "a: [max: , x ]\n");
        assert_eq!(append("a: [b, max:]\n", "a", "x"), "a: [b, max: , x]\n");
        assert_eq!(append("a: [max: b]\n", "a", "x"), "a: [max: b, x]\n");
        assert_eq!(append("a: [{max: }]\n", "a", "x"), "a: [{max: }, x]\n");
        assert_eq!(set("a: {max:, b: c}\n", "a.max", "x"), "a: {max: x, b: c}\n");
        assert_eq!(set("a: {max: b, c: d}\n", "a.max", ""), "a: {max: \"\", c: d}\n");
        assert_eq!(append("a: {max: , b: c}\n", "a.max", "x"), "a: {max: [x] , b: c}\n");
    }

    #[test]
    fn a_value_of_blanks_is_missing_and_makes_way() {
        for blank in ["\u{a0}", "\u{3000}\u{a0}", "\" \"", "'\u{a0}'", "~"] {
            let text = format!("key: {blank} # why\nb: c\n");
            let list = append(&text, "key", "x");
            assert!(list.starts_with("key: # why\n  - x\nb: c"), "{list:?}");
            let word = set(&text, "key", "x");
            assert!(word.starts_with("key: x # why\nb: c"), "{word:?}");
            let list = append(&format!("a: {{key: {blank} }}\n"), "a.key", "x");
            assert_eq!(list, "a: {key: [x] }\n");
        }
        assert!(apply("key: \u{a0}a\n", &[Edit::append("key", Value::text("x"))], &[]).is_err());
    }

    #[test]
    fn lines_to_write_by_hand_are_read_where_the_key_as_escaped_is_no_longer_than_a_key_may_be() {
        for (count, is_read) in [(1, true), (170, true), (171, false)] {
            let key = "\u{202e}".repeat(count);
            let by_hand = Edit::Set { path: vec![key], value: Value::text("x") }.by_hand();
            assert_eq!(parse(&by_hand).is_ok(), is_read, "{count}");
            assert!(!by_hand.contains('\u{202e}'));
        }
    }
}
