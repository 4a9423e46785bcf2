//! What to type for a field, drawn from the schema: `scope: {system: …, environment: …}`.

use serde_json::Value;

use super::{Schema, cover, words};
use crate::text::shown;
use crate::time::{Day, Moment};
use crate::tools::Tool;
use crate::yaml::{Node, unescaped};

/// Within a shape, so many words are listed with a `|` between them.
const MOST_OPTIONS: usize = 4;

/// What stands for a text that only the writer knows.
const OPEN: &str = "…";

/// No shape goes deeper.
const DEEPEST: usize = 3;

impl Schema {
    /// Says what to type for the field at a JSON Pointer, and what belongs there.
    pub(super) fn instruction(&self, pointer: &str) -> Option<String> {
        let typed = self.typed(pointer).map(|typed| format!("write `{typed}`"));
        match (typed, self.description(pointer)) {
            (Some(typed), Some(about)) => Some(format!("{typed}. {about}")),
            (typed, about) => typed.or(about),
        }
    }

    /// Returns what to type for the field at a JSON Pointer.
    pub(super) fn typed(&self, pointer: &str) -> Option<String> {
        Some(below_key(pointer, &self.sketch(self.subschema(pointer)?, 0)))
    }

    /// Returns what to type for a field that holds a value of another kind, with as much of that value as has a place.
    pub(super) fn typed_with(&self, pointer: &str, node: &Node<'_>) -> Option<String> {
        let schema = self.subschema(pointer)?;
        let Some(text) = node.as_text() else { return self.typed(pointer) };
        Some(below_key(pointer, &self.sketch_with(schema, &shown(text), text)))
    }

    fn sketch_with(&self, schema: &Value, written: &str, text: &str) -> String {
        let resolved = self.resolve(schema);
        if let Some(items) = resolved.get("items") {
            return format!("[{}]", self.sketch_with(items, written, text));
        }
        if self.is_cover(resolved) {
            return cover::typed(text, OPEN);
        }
        let home = self.key_for(resolved, text);
        let keys = required(resolved).into_iter().map(|key| match home {
            Some(home) if home == key => format!("{key}: {}", self.word_for(resolved, key, text).unwrap_or(written)),
            _ => format!("{key}: {}", self.sketch_of(resolved, key, 1)),
        });
        let keys: Vec<String> = keys.collect();
        if keys.is_empty() { written.to_owned() } else { format!("{{{}}}", keys.join(", ")) }
    }

    /// Returns the first required key of a mapping that takes a text as it is: a word of its list, a date, a text that
    /// is not a person's name. Of a cover it is none unless the text is a tool's name: ids have no form of their own.
    pub(super) fn key_for<'s>(&'s self, schema: &'s Value, text: &str) -> Option<&'s str> {
        if self.is_cover(schema) && Tool::named(text).is_none() {
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
        match resolved.get("format").and_then(Value::as_str) {
            Some("date" | "moment") => return "YYYY-MM-DD".to_owned(),
            _ if is_text(resolved) => return OPEN.to_owned(),
            _ => {}
        }
        let keys = required(resolved).into_iter();
        let keys: Vec<String> =
            keys.map(|key| format!("{key}: {}", self.sketch_of(resolved, key, depth + 1))).collect();
        if keys.is_empty() { OPEN.to_owned() } else { format!("{{{}}}", keys.join(", ")) }
    }
}

/// Puts a field's key before what it holds; an item of a list has none.
fn below_key(pointer: &str, value: &str) -> String {
    let key = unescaped(pointer.rsplit('/').next().unwrap_or_default());
    let is_item = key.is_empty() || key.bytes().all(|byte| byte.is_ascii_digit());
    if is_item { value.to_owned() } else { format!("{}: {value}", shown(&key)) }
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
