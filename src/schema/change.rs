//! The changes that make a value match the schema without changing its meaning: another name, another shape, another
//! spelling.

use jsonschema::JsonType;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value as Json;

use super::{Page, Schema, typed, words};
use crate::source::Span;
use crate::text::{enumerated, shown};
use crate::time::{Moment, foreign};
use crate::yaml::edit::is_flow;
use crate::yaml::write::{self, Layout, Quotes, Value};
use crate::yaml::{Entry, Fix, Kind as NodeKind, Node, Replacement, Style, escaped, lookup};

impl Schema {
    /// Returns the change of a value that fits nothing the schema allows, where nothing is left to decide.
    pub(super) fn fix_value(&self, page: Page<'_>, pointer: &str, node: &Node<'_>, kind: &Kind) -> Option<Fix> {
        let fix = match kind {
            Kind::Enum { options } => {
                let options: Vec<&str> = options.as_array()?.iter().filter_map(Json::as_str).collect();
                respell(node, words::same(node.as_text()?, &options)?)
            }
            Kind::Format { format } if format == "date" || format == "moment" => date(node, format == "moment"),
            Kind::Pattern { .. } if self.is_moment(pointer) => date(node, true),
            Kind::Type { kind: TypeKind::Single(expected) } => self.reshape(page, pointer, node, *expected),
            _ => None,
        }?;
        // In a list of words a second spelling of one of them would be that word twice.
        let list = pointer.rsplit_once('/').and_then(|(list, _)| lookup(page.root, list)?.1.as_seq());
        let is_there =
            |item: &Node<'_>| fix.edits.first().is_some_and(|edit| item.as_text() == Some(edit.text.as_str()));
        (!list.unwrap_or_default().iter().any(is_there)).then(|| fix.touching(pointer))
    }

    /// Gives a value the required shape.
    fn reshape(&self, page: Page<'_>, pointer: &str, node: &Node<'_>, expected: JsonType) -> Option<Fix> {
        let schema = self.resolve(self.subschema(pointer)?);
        match (expected, &node.kind) {
            (JsonType::Object, NodeKind::Scalar(_)) => {
                let (text, span) = line(node)?;
                // Where much else is missing, what was written is hardly that one text.
                let key = self.key_for(schema, text).filter(|_| typed::required(schema).len() <= 2)?;
                let what = format!("write it as `{key}`");
                match self.word_for(schema, key, text).filter(|word| *word != text) {
                    Some(word) => Some(shaped(span, &Value::flow_map([(key, word)]), &what).respelling()),
                    None => Some(shaped(span, &Value::flow_map([(key, text)]), &what)),
                }
            }
            (JsonType::Array, NodeKind::Scalar(_)) => self.list_of_text(schema.get("items")?, node),
            (JsonType::Array, NodeKind::Map(entries)) => self.list_of_map(page, schema.get("items")?, node, entries),
            (JsonType::String, NodeKind::Seq(items)) => match items.as_slice() {
                [only] => {
                    let text = line(only)?.0;
                    let span = Some(node.span).filter(|span| span.end > span.start && only.span != *span)?;
                    Some(Fix::new("write the only item without brackets", vec![Replacement::new(span, bare(text))]))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Makes a list of a string: of its words, if each of them is allowed there.
    fn list_of_text(&self, items: &Json, node: &Node<'_>) -> Option<Fix> {
        let (text, span) = line(node)?;
        if let Some(options) = self.options(items) {
            let value = Value::flow_list(words::each(text, &options)?);
            return Some(shaped(span, &value, "write it as a list").respelling());
        }
        if self.is_of_texts(items) {
            let fix = shaped(span, &Value::flow_list(each(text)), "write it as a list");
            return Some(if each(text) == [text] { fix } else { fix.respelling() });
        }
        let items = self.resolve(items);
        let value = match typed::required(items).as_slice() {
            [] => Value::flow_list([text]),
            keys if keys.len() > 2 => return None,
            _ => Value::Flow(Box::new(Value::List(vec![Value::flow_map([(self.key_for(items, text)?, text)])]))),
        };
        Some(shaped(span, &value, "write it as a list"))
    }

    /// Makes a list of a mapping: of that one item, or of an item for each of its pairs.
    fn list_of_map(&self, page: Page<'_>, items: &Json, node: &Node<'_>, entries: &[Entry<'_>]) -> Option<Fix> {
        let items = self.resolve(items);
        let properties = items.get("properties")?.as_object()?;
        if entries.iter().any(|entry| properties.contains_key(&*entry.key)) {
            return item_of_list(page, node, entries);
        }
        let [first, second] = typed::required(items)[..] else { return None };
        let mut pairs = Vec::new();
        for entry in entries {
            let options = self.options(&properties[first]);
            let key = options.map_or(Some(&*entry.key), |options| words::same(&entry.key, &options))?;
            let values: Vec<&str> = match &entry.value.kind {
                NodeKind::Seq(items) => items.iter().map(Node::as_text).collect::<Option<_>>()?,
                _ => vec![entry.value.as_text().filter(|text| !text.is_empty())?],
            };
            pairs.extend(values.into_iter().map(|value| Value::flow_map([(first, key), (second, value)])));
        }
        let what = "write each pair as an item of a list";
        let start = node.span.range().start;
        if is_flow(page.text, node) {
            return Some(shaped(node.span, &Value::Flow(Box::new(Value::List(pairs))), what));
        }
        let items = write::items(&pairs, page.column(start), page.layout());
        let new = items.trim().to_owned();
        Some(Fix::new(what, vec![Replacement::new(node.span, new)]))
    }

    /// Gives a key the name that it was to have.
    pub(super) fn fix_name(
        &self,
        page: Page<'_>,
        node: &Node<'_>,
        pointer: &str,
        entry: &Entry<'_>,
        ours: &str,
    ) -> Option<Fix> {
        if node.as_map()?.iter().any(|other| other.key == ours) {
            return None;
        }
        let field = format!("{pointer}/{ours}");
        let schema = self.subschema(&field)?;
        let is_date = |text: &str| !foreign::spellings(text).is_empty() || Moment::parse(text).is_ok();
        let asks_for_date = self.resolve(schema).get("format").is_some();
        let fits = match entry.value.as_text() {
            Some(text) => is_date(text) == asks_for_date && self.has_place(schema, text),
            None => {
                !asks_for_date && !typed::is_person(schema)
                    || entry.value.as_seq().is_some_and(|items| items.len() == 1)
            }
        };
        // In quotes it stays in quotes: only behind those may a value, or a comma, follow the colon without a space.
        let sign = page.text.get(entry.key_span.range()).and_then(|key| key.chars().next());
        let edit = match sign.filter(|sign| matches!(sign, '"' | '\'')) {
            Some(sign) => Replacement::new(entry.key_span, format!("{sign}{ours}{sign}")),
            None => Replacement::new(entry.key_span, ours),
        };
        let name = format!("rename `{}` to `{ours}`", shown(&entry.key));
        let old = format!("{pointer}/{}", escaped(&entry.key));
        fits.then(|| Fix::new(name, vec![edit]).touching(old).touching(field))
    }

    /// Tells whether a field can hold a text, or a value that a text is easily made into.
    fn has_place(&self, schema: &Json, text: &str) -> bool {
        let holder = self.resolve(schema);
        let holder = holder.get("items").map_or(holder, |items| self.resolve(items));
        let keys = typed::required(holder).len();
        keys == 0 || (keys <= 2 && self.key_for(holder, text).is_some())
    }

    /// Moves top-level keys below the key that they belong to.
    pub(super) fn fix_stray(&self, page: Page<'_>, home: &str, key: &str) -> Option<Fix> {
        let entries = page.root.as_map().filter(|_| !is_flow(page.text, page.root))?;
        let (known, tops) = (self.known_keys(&format!("/{home}")), self.known_keys(""));
        let is_stray = |entry: &Entry<'_>| known.contains(&&*entry.key) && !tops.contains(&&*entry.key);
        let at = entries.iter().position(|entry| entry.key == key)?;
        let first = at - entries[..at].iter().rev().take_while(|entry| is_stray(entry)).count();
        let run = &entries[first..first + entries[first..].iter().take_while(|entry| is_stray(entry)).count()];
        let own = entries.iter().position(|entry| entry.key == home);
        let is_above = own.is_none_or(|own| Some(own) == first.checked_sub(1));
        let value = own.map(|own| &entries[own].value);
        if !is_above || run.iter().any(|entry| value.is_some_and(|value| value.get(&entry.key).is_some())) {
            return None;
        }
        let width = match value.filter(|value| !value.is_empty()) {
            Some(value) if is_flow(page.text, value) => return None,
            Some(value) => page.column(value.as_map()?.first()?.key_span.range().start),
            None => Layout::default().indent,
        };
        let mut edits = page.indented(run.first()?.key_span.range().start, run.last()?, width);
        if own.is_none() {
            edits.first_mut()?.text.insert_str(0, &format!("{home}:{}", page.layout().line_end));
        }
        let names: Vec<&str> = run.iter().map(|entry| &*entry.key).collect();
        let fix = Fix::new(format!("put {} below `{home}`", super::list(&names)), edits).touching(format!("/{home}"));
        Some(names.into_iter().fold(fix, |fix, name| fix.touching(format!("/{}", escaped(name)))))
    }
}

impl Page<'_> {
    pub(super) fn line_start(self, at: usize) -> usize {
        self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
    }

    fn layout(self) -> Layout<'static> {
        Layout { line_end: if self.text.contains("\r\n") { "\r\n" } else { "\n" }, ..Layout::default() }
    }

    /// Returns the column of a byte of the indentation, from 0.
    fn column(self, at: usize) -> usize {
        at - self.line_start(at)
    }

    /// Indents the lines from the one of a byte to the last one of an entry.
    fn indented(self, from: usize, last: &Entry<'_>, width: usize) -> Vec<Replacement> {
        let end = last.value.span.end.max(last.key_span.end) as usize;
        let lines = self.text.get(self.line_start(from)..end).unwrap_or_default().trim_end();
        let mut start = self.line_start(from);
        let mut edits = Vec::new();
        for line in lines.split_inclusive('\n') {
            if !line.trim().is_empty() {
                edits.push(Replacement::insert(start, " ".repeat(width)));
            }
            start += line.len();
        }
        edits
    }
}

/// Makes a mapping the only item of a list.
fn item_of_list(page: Page<'_>, node: &Node<'_>, entries: &[Entry<'_>]) -> Option<Fix> {
    const WHAT: &str = "write it as an item of a list";
    let range = node.span.range();
    if is_flow(page.text, node) {
        return Some(Fix::new(WHAT, vec![Replacement::insert(range.start, "["), Replacement::insert(range.end, "]")]));
    }
    let own_line = page.text.get(page.line_start(range.start)..range.start)?.bytes().all(|byte| byte == b' ');
    let mut edits = page.indented(range.start, entries.last()?, 2);
    *edits.first_mut()? = Replacement::insert(range.start, "- ");
    own_line.then(|| Fix::new(WHAT, edits))
}

/// Returns a text and its bytes, unless it is a block scalar or empty.
fn line<'n>(node: &'n Node<'_>) -> Option<(&'n str, Span)> {
    match &node.kind {
        NodeKind::Scalar(scalar) if scalar.style != Style::Block && !scalar.is_empty() => {
            Some((&scalar.text, node.span))
        }
        _ => None,
    }
}

/// Splits a list that was written as a text, if none of its items is more than a word.
pub(super) fn each(text: &str) -> Vec<&str> {
    let is_word = |part: &str| !part.trim().is_empty() && !part.trim().contains(char::is_whitespace);
    if text.split([',', ';']).all(is_word) { enumerated(text) } else { vec![text] }
}

fn bare(text: &str) -> String {
    write::scalar(text, Quotes::Double, true)
}

fn shaped(span: Span, value: &Value, what: &str) -> Fix {
    let new = write::flow(value, Quotes::Double);
    Fix::new(format!("{what}: `{}`", shown(&new)), vec![Replacement::new(span, new)])
}

fn respell(node: &Node<'_>, right: &str) -> Option<Fix> {
    let (text, span) = line(node)?;
    let what = format!("write `{}` as `{right}`", shown(text));
    Some(Fix::new(what, vec![Replacement::new(span, right)]).respelling())
}

/// Writes a date in its one right spelling, where that is certain.
fn date(node: &Node<'_>, takes_time: bool) -> Option<Fix> {
    if !takes_time && let Some(day) = foreign::day_at_any_offset(node.as_text()?) {
        return respell(node, &day.to_string());
    }
    match foreign::spellings(node.as_text()?).as_slice() {
        [right] if takes_time || !right.contains('T') => respell(node, right),
        _ => None,
    }
}
