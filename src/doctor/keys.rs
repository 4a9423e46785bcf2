//! The keys of a forge's answer, with a sentence for each that is missing or of another kind.

use serde_json::{Map, Value};

pub(super) type Object = Map<String, Value>;

/// Reads a key that must be true or false.
pub(super) fn flag(object: &Object, key: &str) -> Result<bool, String> {
    optional_flag(object, key)?.ok_or_else(|| format!("has no `{key}`"))
}

/// Reads a key that is true or false if present; null counts as missing.
pub(super) fn optional_flag(object: &Object, key: &str) -> Result<Option<bool>, String> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(format!("`{key}` is neither true nor false")),
    }
}

/// Reads a key that must be a text.
pub(super) fn text(object: &Object, key: &str) -> Result<String, String> {
    optional_text(object, key)?.ok_or_else(|| format!("has no `{key}`"))
}

/// Reads a key that is a text if present; null counts as missing.
pub(super) fn optional_text(object: &Object, key: &str) -> Result<Option<String>, String> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("`{key}` is not a string")),
    }
}

/// Reads a key that must be a whole number.
pub(super) fn number(object: &Object, key: &str) -> Result<i64, String> {
    optional_number(object, key)?.ok_or_else(|| format!("has no `{key}`"))
}

/// Reads a key that is a whole number if present; null counts as missing.
pub(super) fn optional_number(object: &Object, key: &str) -> Result<Option<i64>, String> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or_else(|| format!("`{key}` is not a whole number")),
    }
}

/// Reads a key that must be a list of objects.
pub(super) fn list<'o>(object: &'o Object, key: &str) -> Result<Vec<&'o Object>, String> {
    optional_list(object, key)?.ok_or_else(|| format!("has no `{key}`"))
}

/// Reads a key that is a list of objects if present; null counts as missing.
pub(super) fn optional_list<'o>(object: &'o Object, key: &str) -> Result<Option<Vec<&'o Object>>, String> {
    let wrong = || format!("`{key}` is not a list of objects");
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(items)) => {
            items.iter().map(|item| item.as_object().ok_or_else(wrong)).collect::<Result<Vec<_>, _>>().map(Some)
        }
        Some(_) => Err(wrong()),
    }
}

/// Reads a key that is an object if present; null counts as missing.
pub(super) fn optional_object<'o>(object: &'o Object, key: &str) -> Result<Option<&'o Object>, String> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_object().map(Some).ok_or_else(|| format!("`{key}` is not an object")),
    }
}
