//! The spanned tree as the JSON Schema validator reads it, without a copy.
//!
//! Every scalar is a string; an empty one is missing, so its key does not exist. A plain scalar that is written as a
//! number or a boolean is that as well as a string: `x-cost: 5` satisfies both `type: integer` and `type: string`, so
//! that no YAML version's typing decides a check.

use std::borrow::Cow;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node as JsonNode, NodeIdentity, Object};
use serde_json::{Number, Value};

use crate::source::Span;
use crate::yaml::node::{Entry, Kind, Node, Scalar, Style};

/// The representation to hand to `jsonschema::options_for`.
pub struct Tree;

impl Json for Tree {
    type Node<'a> = &'a Node<'a>;
    type PreparedKey = Box<str>;
    type StringBuffer = ();
    const ACYCLIC: bool = true;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(Self::Node<'_>) -> T) -> T {
        let scalar = Scalar { text: Cow::Borrowed(string), style: Style::Quoted };
        f(&Node { span: Span::default(), kind: Kind::Scalar(scalar) })
    }
}

/// A number written as a plain scalar.
pub struct PlainNumber(Number);

impl JsonNumber for PlainNumber {
    fn as_u64(&self) -> Option<u64> {
        self.0.as_u64()
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.as_i64()
    }

    fn as_f64(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.to_string())
    }

    fn to_number(&self) -> Cow<'_, Number> {
        Cow::Borrowed(&self.0)
    }
}

impl<'a> JsonNode<'a, Tree> for &'a Node<'a> {
    type Object = &'a [Entry<'a>];
    type Array = &'a [Node<'a>];
    type Number = PlainNumber;

    fn as_object(&self) -> Option<Self::Object> {
        self.as_map()
    }

    fn as_array(&self) -> Option<Self::Array> {
        self.as_seq()
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        self.as_text().map(Cow::Borrowed)
    }

    fn string_length_within(&self, min: u64, max: u64) -> Option<bool> {
        let text = self.as_text()?;
        // A character takes one to four bytes, so most texts need no counting.
        let bytes = text.len() as u64;
        let surely = bytes <= max && bytes.div_ceil(4) >= min;
        Some(surely || (min..=max).contains(&(text.chars().count() as u64)))
    }

    fn as_number(&self) -> Option<PlainNumber> {
        match &self.kind {
            Kind::Scalar(scalar) => scalar.as_number().map(PlainNumber),
            Kind::Seq(_) | Kind::Map(_) => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        self.as_bool()
    }

    fn is_null(&self) -> bool {
        self.is_empty()
    }

    fn json_type(&self) -> JsonType {
        match &self.kind {
            Kind::Scalar(scalar) if scalar.is_empty() => JsonType::Null,
            Kind::Scalar(_) => JsonType::String,
            Kind::Seq(_) => JsonType::Array,
            Kind::Map(_) => JsonType::Object,
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(match &self.kind {
            Kind::Scalar(scalar) => Value::String(scalar.text.to_string()),
            Kind::Seq(items) => items.iter().map(|item| item.to_value().into_owned()).collect(),
            Kind::Map(entries) => entries
                .iter()
                .map(|entry| (entry.key.to_string(), (&entry.value).to_value().into_owned()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        })
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match (&self.kind, expected) {
            (Kind::Scalar(scalar), Value::String(text)) => scalar.text == *text,
            (Kind::Scalar(scalar), Value::Bool(value)) => scalar.as_bool() == Some(*value),
            (Kind::Scalar(scalar), Value::Number(value)) => {
                scalar.as_number().is_some_and(|number| number.as_f64() == value.as_f64())
            }
            (Kind::Scalar(scalar), Value::Null) => scalar.is_empty(),
            (Kind::Seq(items), Value::Array(values)) => {
                items.len() == values.len() && items.iter().zip(values).all(|(item, value)| item.equals_value(value))
            }
            (Kind::Map(entries), Value::Object(values)) => {
                let mut left = values.len();
                let equal = present(entries).all(|entry| {
                    left = left.wrapping_sub(1);
                    values.get(&*entry.key).is_some_and(|value| (&entry.value).equals_value(value))
                });
                equal && left == 0
            }
            _ => false,
        }
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref::<Node<'_>>(*self) as usize))
    }
}

fn present<'a>(entries: &'a [Entry<'a>]) -> impl Iterator<Item = &'a Entry<'a>> {
    entries.iter().filter(|entry| !entry.value.is_empty())
}

/// The entries of a mapping that have a value.
pub struct Members<'a>(std::slice::Iter<'a, Entry<'a>>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a Node<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.0.find(|entry| !entry.value.is_empty())?;
        Some((&entry.key, &entry.value))
    }
}

impl<'a> Object<'a, Tree> for &'a [Entry<'a>] {
    type Node = &'a Node<'a>;
    type MemberName = &'a str;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        present(self).count()
    }

    fn is_empty(&self) -> bool {
        present(self).next().is_none()
    }

    fn get(&self, key: &Box<str>) -> Option<&'a Node<'a>> {
        let entry = self.iter().find(|entry| *entry.key == **key)?;
        Some(&entry.value).filter(|value| !value.is_empty())
    }

    fn members(&self) -> Members<'a> {
        Members(self.iter())
    }
}

impl<'a> Array<'a, Tree> for &'a [Node<'a>] {
    type Node = &'a Node<'a>;
    type ElementsIter = std::slice::Iter<'a, Node<'a>>;

    fn len(&self) -> usize {
        <[Node<'_>]>::len(self)
    }

    fn elements(&self) -> Self::ElementsIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::yaml::parse;

    fn valid(schema: &Value, text: &str) -> bool {
        jsonschema::options_for::<Tree>().build(schema).unwrap().is_valid(&parse(text).unwrap())
    }

    #[test]
    fn a_plain_number_is_a_number_and_a_text() {
        for kind in ["integer", "number", "string"] {
            let schema = json!({"properties": {"x": {"type": kind}}, "additionalProperties": {"type": kind}});
            assert!(valid(&schema, "x: 12\n"), "{kind}");
        }
        assert!(!valid(&json!({"properties": {"x": {"type": "integer"}}}), "x: '12'\n"));
        assert!(!valid(&json!({"properties": {"x": {"minimum": 20}}}), "x: 12\n"));
        assert!(valid(&json!({"properties": {"x": {"const": 12}}}), "x: 12\n"));
        assert!(valid(&json!({"properties": {"x": {"type": "boolean", "const": true}}}), "x: true\n"));
    }

    #[test]
    fn an_empty_value_is_a_missing_key() {
        let schema = json!({"required": ["x"]});
        for text in ["x:\ny: 1\n", "x: ~\ny: 1\n", "x: null\ny: 1\n", "x: ''\ny: 1\n", "x: \"  \"\ny: 1\n"] {
            assert!(!valid(&schema, text), "{text}");
        }
        assert!(valid(&schema, "x: 'null'\n"));
        assert!(valid(&json!({"additionalProperties": false, "properties": {"y": {}}}), "x:\ny: 1\n"));
    }
}
