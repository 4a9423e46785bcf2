//! A JSON text as a tree that borrows its strings: read in a fraction of the time that owned values take, and dropped
//! again.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

/// The members of an object, in their order.
pub(super) type Keys<'d> = Vec<(Cow<'d, str>, Json<'d>)>;

/// A value.
#[derive(Debug)]
pub(super) enum Json<'d> {
    Null,
    Bool(bool),
    Number(Number),
    String(Cow<'d, str>),
    Array(Vec<Self>),
    Object(Keys<'d>),
}

impl<'d> Json<'d> {
    pub(super) fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    pub(super) fn as_u64(&self) -> Option<u64> {
        if let Self::Number(number) = self { number.as_u64() } else { None }
    }

    pub(super) fn as_f64(&self) -> Option<f64> {
        if let Self::Number(number) = self { number.as_f64() } else { None }
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    pub(super) fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    pub(super) fn as_object(&self) -> Option<&Keys<'d>> {
        if let Self::Object(keys) = self { Some(keys) } else { None }
    }

    /// Finds a key that an object has twice: of such two only one would count.
    pub(super) fn repeated_key(&self) -> Option<&str> {
        match self {
            Self::Array(items) => items.iter().find_map(Self::repeated_key),
            Self::Object(keys) => {
                let mut seen = BTreeSet::new();
                let own = keys.iter().find(|(key, _)| !seen.insert(&**key)).map(|(key, _)| &**key);
                own.or_else(|| keys.iter().find_map(|(_, value)| value.repeated_key()))
            }
            _ => None,
        }
    }

    /// Finds what a JSON Pointer without escapes leads to through objects.
    pub(super) fn pointer(&self, pointer: &str) -> Option<&Self> {
        let mut parts = pointer.split('/');
        parts.next().filter(|before| before.is_empty())?;
        parts.try_fold(self, |at, part| Some(&at.as_object()?.iter().find(|(key, _)| key == part)?.1))
    }

    /// Returns an owned copy.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(number) => Value::Number(number.clone()),
            Self::String(text) => Value::String(text.clone().into_owned()),
            Self::Array(items) => items.iter().map(Self::to_value).collect(),
            Self::Object(keys) => {
                keys.iter().map(|(key, value)| (key.clone().into_owned(), value.to_value())).collect()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

/// A key that borrows its text.
#[derive(Deserialize)]
struct Key<'d>(#[serde(borrow)] Cow<'d, str>);

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        Ok(Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de>, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element()? {
            array.push(item);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json<'de>, A::Error> {
        let mut keys = Vec::new();
        while let Some((Key(key), value)) = members.next_entry()? {
            keys.push((key, value));
        }
        Ok(Json::Object(keys))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Shipped;

    #[test]
    fn a_tree_is_what_owned_values_are() {
        let odd = r##"[null, true, -1, 18446744073709551615, 1.5, "a\nb", "\u00e9", {}, {"a~b": {"": [0]}}, []]"##;
        for text in Shipped::ALL.map(|(_, schema)| schema.text()).into_iter().chain([odd]) {
            let value: Value = serde_json::from_str(text).unwrap();
            let tree: Json<'_> = serde_json::from_str(text).unwrap();
            assert_eq!(tree.to_value(), value);
            assert_eq!(Json::deserialize(&value).unwrap().to_value(), value);
        }
    }

    #[test]
    fn a_pointer_leads_through_objects() {
        let tree: Json<'_> = serde_json::from_str(r#"{"$defs": {"a": {"type": "string"}, "b": [true]}}"#).unwrap();
        let found = |pointer: &str| tree.pointer(pointer).map(Json::to_value);
        assert_eq!(found("/$defs/a/type"), Some(Value::from("string")));
        assert_eq!(found(""), Some(tree.to_value()));
        assert_eq!(found("/$defs/c"), None);
        assert_eq!(found("/$defs/b/0"), None);
        assert_eq!(found("$defs"), None);
    }
}
