//! Values as YAML text: what this project writes, it can read, and so can every YAML version.
//!
//! A scalar stays plain only if all versions read it as that text; otherwise it is quoted. Whatever would act on the
//! terminal or the log that shows the file is escaped. Knows nothing about exceptions.

use std::fmt::Write as _;

use chrono::{NaiveDate, NaiveTime};

use crate::text::is_hostile;
use crate::yaml::plain::{other_reading, other_time};

/// A value to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// One text; an empty one is written as nothing, which is a missing value.
    Text(String),
    /// `true` or `false`.
    Flag(bool),
    /// A list, one item a line.
    List(Vec<Value>),
    /// A mapping, one key a line.
    Map(Vec<(String, Value)>),
    /// A list or a mapping on one line, in brackets or braces.
    Flow(Box<Value>),
}

impl Value {
    /// Creates a text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Creates a mapping of texts on one line.
    #[must_use]
    pub fn flow_map<K: Into<String>, V: Into<String>>(entries: impl IntoIterator<Item = (K, V)>) -> Self {
        let entries = entries.into_iter().map(|(key, value)| (key.into(), Self::text(value)));
        Self::Flow(Box::new(Self::Map(entries.collect())))
    }

    /// Creates a list of texts on one line.
    #[must_use]
    pub fn flow_list(items: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::Flow(Box::new(Self::List(items.into_iter().map(Self::text).collect())))
    }

    /// Returns the texts of a scalar or of a list, in their order; none of a mapping.
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => vec![text],
            Self::Flag(flag) => vec![if *flag { "true" } else { "false" }],
            Self::List(items) => items.iter().flat_map(Self::texts).collect(),
            Self::Flow(value) => value.texts(),
            Self::Map(_) => Vec::new(),
        }
    }
}

/// The quotes around a scalar that cannot be plain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quotes {
    /// `"…"`, which can write everything.
    #[default]
    Double,
    /// `'…'` if the text needs no escape; otherwise double quotes.
    Single,
}

/// How text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout<'l> {
    /// The line end.
    pub line_end: &'l str,
    /// Columns by which a nested mapping is indented, at least 1.
    pub indent: usize,
    /// Columns by which a list under a key is indented; 0 puts the dashes in the key's column.
    pub list_indent: usize,
    /// Spaces between a dash and its item, at least 1.
    pub dash_gap: usize,
    /// The quotes to prefer.
    pub quotes: Quotes,
}

impl Default for Layout<'_> {
    fn default() -> Self {
        Self { line_end: "\n", indent: 2, list_indent: 2, dash_gap: 1, quotes: Quotes::Double }
    }
}

/// Writes the entries of a block mapping whose keys are in `column`, each line with its line end.
#[must_use]
pub fn entries(entries: &[(String, Value)], column: usize, layout: Layout<'_>) -> String {
    let mut writer = Writer { text: String::new(), layout };
    writer.map(entries, column, true);
    writer.text
}

/// Writes the items of a block list whose dashes are in `column`, each line with its line end.
#[must_use]
pub fn items(items: &[Value], column: usize, layout: Layout<'_>) -> String {
    let mut writer = Writer { text: String::new(), layout };
    writer.list(items, column);
    writer.text
}

/// Writes a value on one line, as it may be inside brackets.
#[must_use]
pub fn flow(value: &Value, quotes: Quotes) -> String {
    match value {
        Value::Text(text) if text.is_empty() => "\"\"".to_owned(),
        Value::Text(text) => scalar(text, quotes, true),
        Value::Flag(flag) => flag.to_string(),
        Value::Flow(value) => flow(value, quotes),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| flow(item, quotes)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(entries) => {
            let one =
                |(key, value): &(String, Value)| format!("{}: {}", scalar(key, quotes, true), flow(value, quotes));
            let entries: Vec<String> = entries.iter().map(one).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// Writes a text on one line: plain if every reader takes it for that text, otherwise quoted. `in_flow` says whether it
/// is inside brackets or braces.
#[must_use]
pub fn scalar(text: &str, quotes: Quotes, in_flow: bool) -> String {
    if is_plain(text, in_flow) {
        return text.to_owned();
    }
    quoted(text, quotes)
}

/// Writes a text in quotes.
#[must_use]
pub fn quoted(text: &str, quotes: Quotes) -> String {
    match quotes {
        Quotes::Single if !has_escape(text) => format!("'{}'", text.replace('\'', "''")),
        _ => double_quoted(text),
    }
}

/// Returns whether every YAML version reads a plain scalar as exactly this text.
#[must_use]
pub fn is_plain(text: &str, in_flow: bool) -> bool {
    let first = |c: char| c.is_alphanumeric() || matches!(c, '/' | '(' | '$' | '_' | '.');
    let mark = text.starts_with("---") || text.starts_with("...");
    let word = matches!(text.to_ascii_lowercase().as_str(), "null" | "true" | "false" | ".nan" | ".inf");
    text.starts_with(first)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !has_escape(text)
        && !(in_flow && text.contains([',', '[', ']', '{', '}', ':', '?']) && !is_date_time(text))
        && !(mark || word || is_number(text) || is_false_timestamp(text))
        && other_reading(text).or_else(|| other_time(text)).is_none()
}

/// A date-time is always written plain here; its colons are between digits.
fn is_date_time(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || b"-:T+Z".contains(&byte)) && text.as_bytes().get(10) == Some(&b'T')
}

/// Returns whether a text has the shape of a timestamp but is not one, such as `2026-02-30`: a reader of YAML 1.1
/// refuses the whole file for it (YAML 1.1 type repository, `timestamp`).
fn is_false_timestamp(text: &str) -> bool {
    let shaped = text.bytes().all(|byte| byte.is_ascii_digit() || b"-:+. \tTtZz".contains(&byte))
        && text
            .get(..5)
            .is_some_and(|year| year.bytes().map(|byte| byte.is_ascii_digit()).eq([true, true, true, true, false]));
    let Some((day, time)) = text.split_at_checked(10).filter(|_| shaped) else { return shaped };
    let local = time.strip_suffix('Z').unwrap_or(time);
    let (local, offset) = local.split_at(local.find(['+', '-']).unwrap_or(local.len()));
    let is_time = |text: &str| ["%H:%M", "%H:%M:%S"].iter().any(|form| NaiveTime::parse_from_str(text, form).is_ok());
    let is_real = NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok()
        && (local.is_empty() || local.strip_prefix('T').is_some_and(is_time))
        && (offset.is_empty() || offset.strip_prefix(['+', '-']).is_some_and(is_time));
    !is_real
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && (text.parse::<f64>().is_ok() || text.starts_with("0x") || text.starts_with("0o"))
}

/// Tells whether a text can only be written with an escape.
fn has_escape(text: &str) -> bool {
    text.contains(is_hostile) || text.match_indices('#').any(|(at, _)| is_doubled(&text[at..]))
}

/// Returns whether a sign occurs twice in a row, which is how a build log's command begins (`##[…`); log parsers skip
/// some characters outside ASCII in between.
fn is_doubled(text: &str) -> bool {
    let rest = text.strip_prefix('#').unwrap_or_default();
    rest.trim_start_matches(|c: char| !c.is_ascii()).starts_with('#')
}

fn double_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for (at, c) in text.char_indices() {
        match c {
            '#' if is_doubled(&text[at..]) => quoted.push_str("\\x23"),
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if is_hostile(c) && u32::from(c) < 0x100 => {
                let _ = write!(quoted, "\\x{:02x}", u32::from(c));
            }
            c if is_hostile(c) && u32::from(c) < 0x1_0000 => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c if is_hostile(c) => {
                let _ = write!(quoted, "\\U{:08x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

struct Writer<'l> {
    text: String,
    layout: Layout<'l>,
}

impl Writer<'_> {
    fn map(&mut self, entries: &[(String, Value)], column: usize, mut at_line_start: bool) {
        for (key, value) in entries {
            if at_line_start {
                self.blanks(column);
            }
            at_line_start = true;
            let key = scalar(key, self.layout.quotes, false);
            self.text.push_str(&key);
            self.text.push(':');
            self.value(value, column);
        }
    }

    /// Writes what follows a key's colon.
    fn value(&mut self, value: &Value, column: usize) {
        match value {
            Value::Text(text) if text.is_empty() => self.end_line(),
            Value::Map(entries) if !entries.is_empty() => {
                self.end_line();
                self.map(entries, column + self.layout.indent, true);
            }
            Value::List(list) if !list.is_empty() => {
                self.end_line();
                self.list(list, column + self.layout.list_indent);
            }
            other => self.one_line(other),
        }
    }

    fn list(&mut self, items: &[Value], column: usize) {
        for item in items {
            self.blanks(column);
            self.text.push('-');
            match item {
                Value::Map(entries) if !entries.is_empty() => {
                    self.blanks(self.layout.dash_gap);
                    self.map(entries, column + 1 + self.layout.dash_gap, false);
                }
                Value::List(list) if !list.is_empty() => {
                    self.end_line();
                    self.list(list, column + self.layout.indent);
                }
                other => {
                    self.blanks(self.layout.dash_gap - 1);
                    self.one_line(other);
                }
            }
        }
    }

    fn one_line(&mut self, value: &Value) {
        self.text.push(' ');
        let text = match value {
            Value::Text(text) if !text.is_empty() => scalar(text, self.layout.quotes, false),
            other => flow(other, self.layout.quotes),
        };
        self.text.push_str(&text);
        self.end_line();
    }

    fn blanks(&mut self, count: usize) {
        self.text.extend(std::iter::repeat_n(' ', count));
    }

    fn end_line(&mut self) {
        self.text.push_str(self.layout.line_end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Node, parse};

    const HOSTILE: [&str; 38] = [
        "plain words",
        "@dana",
        "a: b",
        "a #b",
        "a#b",
        "- a",
        "-a",
        "yes",
        "NO",
        "null",
        "~",
        "0123",
        "1_000",
        "12:30",
        "2026-11-23",
        "2026-11-23T09:00+01:00",
        "3.14",
        "1e3",
        "0x1F",
        ".5",
        "it's",
        "say \"no\"",
        "back\\slash",
        "line\nbreak",
        "tab\there",
        "\u{1b}[31mred",
        "a\u{202e}b",
        "a\u{e0041}\u{ad}\u{fe0f}b",
        "a ##[set-output name=x;]y",
        "a #\u{591}#[group]",
        "a#b #1 and #2",
        "ends with colon:",
        " leading",
        "trailing ",
        "[a, b]",
        "{a: b}",
        "--- not a mark",
        "https://example.com/a?b=c#d, and more",
    ];

    fn reads_back(text: &str, key: &str) -> String {
        parse(text).unwrap().get(key).and_then(Node::as_text).unwrap().to_owned()
    }

    #[test]
    fn every_text_reads_back_in_each_place_and_with_each_quote() {
        for text in HOSTILE {
            for quotes in [Quotes::Double, Quotes::Single] {
                let layout = Layout { quotes, ..Layout::default() };
                let block = entries(&[("k".into(), Value::text(text))], 0, layout);
                assert_eq!(reads_back(&block, "k"), text, "{block}");
                let inside = format!("outer: {}\n", flow(&Value::flow_map([("k", text), ("l", text)]), quotes));
                let tree = parse(&inside).unwrap();
                let outer = tree.get("outer").unwrap();
                assert_eq!(outer.get("l").and_then(Node::as_text), Some(text), "{inside}");
            }
        }
    }

    #[test]
    fn a_file_does_nothing_to_the_log_that_shows_it() {
        for text in HOSTILE {
            for quotes in [Quotes::Double, Quotes::Single] {
                let written = entries(&[("k".into(), Value::text(text))], 0, Layout { quotes, ..Layout::default() });
                let line = written.trim_end_matches('\n');
                assert!(!line.contains(|c: char| is_hostile(c)), "{line:?}");
                let seen: String = line.chars().filter(char::is_ascii).collect();
                assert!(!seen.contains("##"), "{line}");
            }
        }
    }

    #[test]
    fn dates_stay_plain_and_what_readers_disagree_on_is_quoted() {
        for plain in
            ["2026-11-23", "2026-11-23T09:00", "Dana Ortiz", "mail@example.com", "#123".trim_start_matches('#')]
        {
            assert_eq!(scalar(plain, Quotes::Double, false) == plain, plain != "123", "{plain}");
        }
        for quoted in ["yes", "012", "1:30", "@dana", "5", "0o7", "null", "True", "a: b"] {
            assert!(scalar(quoted, Quotes::Double, true).starts_with('"'), "{quoted}");
        }
    }

    #[test]
    fn what_only_some_readers_stumble_over_is_quoted() {
        for question in ["Is it gone? Yes", "Really?"] {
            assert_eq!(scalar(question, Quotes::Double, true), format!("\"{question}\""));
            assert_eq!(scalar(question, Quotes::Double, false), question);
        }
        for no_day in ["2026-02-30", "2026-1-1", "2026-13-01T09:00", "2026-11-23T24:00:00", "2026-11-23 09:00", "2026-"]
        {
            assert_eq!(scalar(no_day, Quotes::Double, false), format!("\"{no_day}\""));
        }
        for plain in ["2026-11-23T09:00:30Z", "2026-11-23T09:00-05:00", "2024-02-29", "2026-11-23 and later"] {
            assert_eq!(scalar(plain, Quotes::Double, false), plain);
        }
    }

    #[test]
    fn the_layout_is_kept() {
        let item = Value::Map(vec![("a".into(), Value::text("u")), ("b".into(), Value::text("v"))]);
        let layout = Layout { line_end: "\r\n", indent: 4, list_indent: 0, dash_gap: 3, quotes: Quotes::Single };
        let text = entries(&[("list".into(), Value::List(vec![item.clone(), Value::text("@z")]))], 0, layout);
        assert_eq!(text, "list:\r\n-   a: u\r\n    b: v\r\n-   '@z'\r\n");
        let nested = entries(&[("m".into(), Value::Map(vec![("k".into(), item)]))], 0, layout);
        assert_eq!(nested, "m:\r\n    k:\r\n        a: u\r\n        b: v\r\n");
    }
}
