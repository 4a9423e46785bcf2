//! What to type for a field, drawn from the schema: `scope: {system: …, environment: …}`.

use regex::Regex;
use serde_json::Value;

use super::{Schema, cover, words};
use crate::text::shown;
use crate::time::{Day, Moment};
use crate::tools::Tool;
use crate::yaml::write::{self, Quotes};
use crate::yaml::{Node, unescaped};

/// Within a shape, so many words are listed with a `|` between them.
const MOST_OPTIONS: usize = 4;

/// Of a mapping that needs none of its keys, so many are shown.
const MOST_KEYS: usize = 4;

/// What stands for a text that only the writer knows.
const OPEN: &str = "…";

/// No shape goes deeper.
const DEEPEST: usize = 3;

impl Schema {
    /// Says what to type for the field at a JSON Pointer, and what belongs there.
    pub(super) fn instruction(&self, pointer: &str) -> Option<String> {
        let Some(typed) = self.typed(pointer) else { return self.form(pointer) };
        let about = self.description(pointer).map(|about| format!(". {about}")).unwrap_or_default();
        Some(format!("write `{typed}`{about}"))
    }

    /// Returns what to type for the field at a JSON Pointer; nothing for a text in a list, which has no key either.
    pub(super) fn typed(&self, pointer: &str) -> Option<String> {
        Some(below_key(pointer, &self.sketch(self.subschema(pointer)?, 0))).filter(|typed| typed != OPEN)
    }

    /// Returns what to type for a field that holds a value of another kind, with as much of that value as has a place.
    pub(super) fn typed_with(&self, pointer: &str, node: &Node<'_>) -> Option<String> {
        let schema = self.subschema(pointer)?;
        let Some(text) = node.as_text().filter(|text| !text.is_empty()) else { return self.typed(pointer) };
        let value = self.holding(schema, text).unwrap_or_else(|| self.sketch(schema, 0));
        Some(below_key(pointer, &value)).filter(|typed| typed != OPEN)
    }

    /// Returns the pair that a string in place of a mapping was meant to be: `tier:low` below `risk`.
    pub(super) fn glued(&self, pointer: &str, node: &Node<'_>) -> Option<String> {
        let (key, value) = pair(node.as_text()?)?;
        self.known_keys(pointer).contains(&key).then(|| format!("{key}: {}", written(value)))
    }

    /// Tells whether the items of a list are texts.
    pub(super) fn is_of_texts(&self, items: &Value) -> bool {
        let items = self.resolve(items);
        required(items).is_empty() && items.get("properties").is_none()
    }

    /// Returns a value of the required shape that holds a string, if there is one place for it.
    fn holding(&self, schema: &Value, text: &str) -> Option<String> {
        let resolved = self.resolve(schema);
        if let Some(items) = resolved.get("items") {
            let words = self.options(items).and_then(|options| words::each(text, &options));
            let parts = if self.is_of_texts(items) { super::change::each(text) } else { vec![text] };
            let held = || parts.iter().map(|part| self.holding(items, part)).collect::<Option<Vec<_>>>();
            let items = words.map(|words| words.join(", ")).or_else(|| Some(held()?.join(", ")));
            return items.map(|items| format!("[{items}]"));
        }
        if self.is_cover(resolved) {
            return Some(cover::typed(text, OPEN));
        }
        let required = required(resolved);
        match (required.is_empty(), resolved.get("properties"), resolved.get("additionalProperties")) {
            (false, Some(_), _) => {
                let home = self.key_for(resolved, text)?;
                let held = self.word_for(resolved, home, text).map_or_else(|| written(text), str::to_owned);
                let keys = required.into_iter().map(|key| match key == home {
                    true => format!("{key}: {held}"),
                    false => format!("{key}: {}", self.sketch_of(resolved, key, 1)),
                });
                Some(format!("{{{}}}", keys.collect::<Vec<_>>().join(", ")))
            }
            (true, Some(Value::Object(keys)), _) => {
                let is_mapping = |schema: &Value| self.resolve(schema).get("type").is_some_and(|kind| kind == "object");
                let held = |(key, schema)| Some((key, self.holding(schema, text)?, is_free(self.resolve(schema))));
                let held: Vec<(&String, String, bool)> =
                    keys.iter().filter(|(_, schema)| !is_mapping(schema)).filter_map(held).collect();
                let (free, strict): (Vec<_>, Vec<_>) = held.into_iter().partition(|(.., is_free)| *is_free);
                let own = free.iter().find(|(key, ..)| *key == "name").or(free.first().filter(|_| free.len() == 1));
                match (strict.as_slice(), own) {
                    ([(key, value, _)], _) | ([], Some((key, value, _))) => Some(format!("{{{key}: {value}}}")),
                    _ => None,
                }
            }
            (_, None, Some(other @ Value::Object(_))) => Some(format!("{{{OPEN}: {}}}", self.holding(other, text)?)),
            _ => self.scalar(resolved, text),
        }
    }

    /// Returns a text as a value of a type that is neither a list nor a mapping, if it says one.
    fn scalar(&self, schema: &Value, text: &str) -> Option<String> {
        if let Some(options) = self.options(schema) {
            return words::same(text, &options).map(str::to_owned);
        }
        let (kind, format) = (schema.get("type")?.as_str()?, schema.get("format").and_then(Value::as_str));
        let fits = match (kind, format) {
            ("boolean", _) => return words::flag(text).map(|flag| flag.to_string()),
            ("integer", _) => return days(text).parse::<u64>().ok().map(|number| number.to_string()),
            ("number", _) => {
                let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite())?;
                return Some(number.to_string());
            }
            ("string", Some("date")) => Day::parse(text).is_ok(),
            ("string", Some("moment")) => Moment::parse(text).is_ok(),
            ("string", _) => match schema.get("pattern").and_then(Value::as_str) {
                Some(pattern) => Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text)),
                None => true,
            },
            _ => false,
        };
        fits.then(|| written(text))
    }

    /// Returns the first required key of a mapping that takes a text as it is: a word of its list, a date, a text that
    /// is not a person's name. Of a cover it is none unless the text is a tool's name: ids have no form of their own.
    pub(super) fn key_for<'s>(&'s self, schema: &'s Value, text: &str) -> Option<&'s str> {
        let keys = schema.get("properties");
        let is_pair = pair(text).is_some_and(|(key, _)| keys.is_some_and(|keys| keys.get(key).is_some()));
        if is_pair || self.is_cover(schema) && Tool::named(text).is_none() {
            return None;
        }
        required(schema).into_iter().find(|key| {
            let Some(property) = schema.get("properties").and_then(|keys| keys.get(key)) else { return false };
            let resolved = self.resolve(property);
            let format = resolved.get("format").and_then(Value::as_str);
            match (self.options(property), format) {
                (Some(options), _) => words::same(text, &options).is_some(),
                (None, Some("date")) => Day::parse(text).is_ok(),
                (None, Some("moment")) => Moment::parse(text).is_ok(),
                (None, _) => is_text(resolved) && !is_person(property),
            }
        })
    }

    fn is_cover(&self, schema: &Value) -> bool {
        let tool = schema.get("properties").and_then(|keys| keys.get("tool"));
        tool.is_some_and(|tool| self.resolve(tool).get("format").and_then(Value::as_str) == Some("tool"))
    }

    /// Returns the word of a key's list that a text says.
    pub(super) fn word_for<'s>(&'s self, schema: &'s Value, key: &str, text: &str) -> Option<&'s str> {
        words::same(text, &self.options(schema.get("properties")?.get(key)?)?)
    }

    /// Returns the words of which one is to be written.
    pub(super) fn options<'s>(&'s self, schema: &'s Value) -> Option<Vec<&'s str>> {
        self.resolve(schema).get("enum")?.as_array().map(|options| options.iter().filter_map(Value::as_str).collect())
    }

    fn sketch_of(&self, schema: &Value, key: &str, depth: usize) -> String {
        let property = schema.get("properties").and_then(|keys| keys.get(key));
        property.map_or_else(|| OPEN.to_owned(), |property| self.sketch(property, depth))
    }

    fn sketch(&self, schema: &Value, depth: usize) -> String {
        let resolved = self.resolve(schema);
        if depth > DEEPEST {
            return OPEN.to_owned();
        }
        if is_person(schema) {
            return format!("\"@{OPEN}\"");
        }
        if let Some(items) = resolved.get("items") {
            return format!("[{}]", self.sketch(items, depth + 1));
        }
        if let Some(options) = self.options(resolved).filter(|options| depth == 0 || options.len() <= MOST_OPTIONS) {
            return options.join("|");
        }
        let fixed = resolved.get("const").or_else(|| schema.get("default")).or_else(|| resolved.get("default"));
        if let Some(value) = fixed {
            return super::plain(value);
        }
        let kind = resolved.get("type").and_then(Value::as_str);
        match (kind, resolved.get("format").and_then(Value::as_str)) {
            (_, Some("date" | "moment")) => return "YYYY-MM-DD".to_owned(),
            (Some("boolean"), _) => return "true|false".to_owned(),
            _ if is_text(resolved) => return OPEN.to_owned(),
            _ => {}
        }
        let named = required(resolved);
        let (keys, more) = match resolved.get("properties").and_then(Value::as_object) {
            Some(keys) if named.is_empty() => {
                let all: Vec<&str> = keys.keys().map(String::as_str).collect();
                let shown = all[..all.len().min(MOST_KEYS)].to_vec();
                let more = if all.len() > MOST_KEYS { Some(OPEN.to_owned()) } else { None };
                (shown, more)
            }
            _ => (named, None),
        };
        let keys = keys.into_iter().map(|key| format!("{key}: {}", self.sketch_of(resolved, key, depth + 1)));
        let keys: Vec<String> = keys.chain(more).collect();
        match (keys.is_empty(), resolved.get("additionalProperties").filter(|other| other.is_object())) {
            (true, Some(other)) => format!("{{{OPEN}: {}}}", self.sketch(other, depth + 1)),
            (true, None) => OPEN.to_owned(),
            (false, _) => format!("{{{}}}", keys.join(", ")),
        }
    }
}

/// Returns a text as a value in brackets, in quotes where it needs them.
fn written(text: &str) -> String {
    let shown = shown(text);
    if *shown == *text { write::scalar(text, Quotes::Double, true) } else { shown.into_owned() }
}

/// Takes a text apart at a colon that YAML does not take for one.
fn pair(text: &str) -> Option<(&str, &str)> {
    let (key, value) = text.split_once([':', '：'])?;
    Some((key.trim(), value.trim()))
}

/// Returns the digits of a number of days.
fn days(text: &str) -> &str {
    ["d", " days"].iter().find_map(|unit| text.strip_suffix(unit)).unwrap_or(text)
}

/// Tells whether nearly any text has a place in a field, so that it says nothing of what the text is.
fn is_free(schema: &Value) -> bool {
    let is_limited = ["enum", "pattern", "format"].iter().any(|limit| schema.get(limit).is_some());
    schema.get("items").is_some() || is_text(schema) && !is_limited
}

/// Puts a field's key before what it holds; an item of a list has none.
pub(super) fn below_key(pointer: &str, value: &str) -> String {
    let key = unescaped(pointer.rsplit('/').next().unwrap_or_default());
    let is_item = key.is_empty() || key.bytes().all(|byte| byte.is_ascii_digit());
    if is_item { value.to_owned() } else { format!("{}: {value}", written(&key)) }
}

pub(super) fn required(schema: &Value) -> Vec<&str> {
    let keys = schema.get("required").and_then(Value::as_array);
    keys.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn is_text(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::Array(types)) => types.iter().any(|kind| kind == "string"),
        Some(kind) => kind == "string",
        None => false,
    }
}

/// Tells whether a field holds a person.
pub(super) fn is_person(schema: &Value) -> bool {
    schema.get("$ref").and_then(Value::as_str).is_some_and(|target| target.ends_with("/person"))
}
