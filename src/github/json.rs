//! What is read of GitHub's JSON: a few keys, and a sentence for whatever is not as GitHub sends it.
//!
//! All other keys are skipped without being kept, so a payload costs no more memory than what is read of it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::text::shown;

/// The keys that are kept, at whatever depth below other kept keys.
const KEYS: [&str; 27] = [
    "after",
    "base",
    "base_sha",
    "before",
    "commit_id",
    "created",
    "deleted",
    "dismissed",
    "draft",
    "forced",
    "head",
    "head_ref",
    "head_sha",
    "id",
    "login",
    "merge_group",
    "message",
    "number",
    "official",
    "pull_request",
    "ref",
    "review",
    "sha",
    "state",
    "submitted_at",
    "type",
    "user",
];

/// Says why a saved payload or answer cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct InputError {
    /// What is wrong, to follow "cannot read the file: "; one lower-case sentence.
    pub why: String,
    /// What to do.
    pub help: String,
}

/// The part of a JSON value that is read.
#[derive(Debug)]
pub(crate) enum Json {
    Null,
    Flag(bool),
    /// Nothing for a negative, broken or larger number.
    Number(Option<u64>),
    Text(String),
    List,
    Object(Vec<(&'static str, Json)>),
}

impl Json {
    /// Returns the value at a path of keys, nothing where a key is missing.
    pub(crate) fn find(&self, path: &str) -> Result<Option<&Self>, String> {
        let (mut here, mut walked) = (self, 0);
        for key in path.split('.') {
            let Self::Object(entries) = here else {
                let parent = match path.get(..walked - usize::from(walked > 0)) {
                    None | Some("") => "the whole".to_owned(),
                    Some(parent) => format!("`{parent}`"),
                };
                return Err(format!("{parent} is {}, not an object", here.kind()));
            };
            match entries.iter().find(|(name, _)| *name == key) {
                Some((_, value)) => here = value,
                None => return Ok(None),
            }
            walked += key.len() + 1;
        }
        Ok(Some(here))
    }

    /// Returns what `read` makes of the value at a path; nothing where it is missing or null.
    pub(crate) fn optional<'a, T>(&'a self, path: &str, kind: Kind<'a, T>) -> Result<Option<T>, String> {
        match self.find(path)? {
            None | Some(Self::Null) => Ok(None),
            Some(value) => match (kind.read)(value) {
                Some(read) => Ok(Some(read)),
                None => Err(format!("`{path}` is {}, not {}", value.kind(), kind.name)),
            },
        }
    }

    /// Returns what `read` makes of the value at a path that must be there.
    pub(crate) fn required<'a, T>(&'a self, path: &str, kind: Kind<'a, T>) -> Result<T, String> {
        self.optional(path, kind)?.ok_or_else(|| format!("has no `{path}`"))
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Flag(_) => "true or false",
            Self::Number(Some(_)) => "a number",
            Self::Number(None) => "a number out of range",
            Self::Text(_) => "a text",
            Self::List => "a list",
            Self::Object(_) => "an object",
        }
    }

    pub(crate) fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut entries: Vec<(&'static str, Self)> = Vec::new();
        while let Some(key) = map.next_key_seed(Key)? {
            let Some(key) = key else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if entries.iter().any(|(name, _)| *name == key) {
                return Err(A::Error::custom(format!("has `{key}` twice in one object")));
            }
            entries.push((key, map.next_value()?));
        }
        Ok(Self::Object(entries))
    }
}

/// How a value is read, and what the wanted kind is called in a message.
pub(crate) struct Kind<'a, T> {
    read: fn(&'a Json) -> Option<T>,
    name: &'static str,
}

pub(crate) fn text<'a>() -> Kind<'a, &'a str> {
    let read = |json: &'a Json| if let Json::Text(text) = json { Some(text.as_str()) } else { None };
    Kind { read, name: "a text" }
}

pub(crate) fn number<'a>() -> Kind<'a, u64> {
    let read = |json: &'a Json| if let Json::Number(number) = json { *number } else { None };
    Kind { read, name: "a whole number" }
}

pub(crate) fn flag<'a>() -> Kind<'a, bool> {
    let read = |json: &'a Json| if let Json::Flag(flag) = json { Some(*flag) } else { None };
    Kind { read, name: "true or false" }
}

/// Refuses what is no full object name, because it goes to `git` as an argument.
pub(crate) fn commit(path: &str, text: &str) -> Result<String, String> {
    let full = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if full { Ok(text.to_ascii_lowercase()) } else { Err(format!("`{path}` is `{}`, not a full commit", shown(text))) }
}

/// Drops a byte order mark and refuses what cannot be JSON from GitHub.
pub(crate) fn usable(bytes: &[u8]) -> Result<&[u8], String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err("is UTF-16, as older versions of PowerShell write it, not UTF-8".to_owned());
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err("is empty".to_owned());
    }
    Ok(bytes)
}

/// Turns the parser's complaint into our own sentence with the position.
pub(crate) fn explain(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let cause = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text);
    match error.classify() {
        serde_json::error::Category::Data => format!("{cause} (line {line}, column {column})"),
        serde_json::error::Category::Eof => format!("breaks off at line {line}, column {column}: {cause}"),
        _ => format!("is not JSON: {cause} at line {line}, column {column}"),
    }
}

/// Reads a key as one of [`KEYS`], without keeping the others.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<&'static str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<&'static str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(KEYS.iter().find(|known| **known == key).copied())
    }
}

struct AnyValue;

impl<'de> serde::Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(Some(number)))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
        Ok(Json::Number(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Number(None))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Json::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Json, A::Error> {
        Json::from_map(map)
    }
}
