//! How GitHub's JSON is read: a few keys, and a sentence for whatever is not as GitHub sends it.
//!
//! A payload becomes a type that names the keys; all other keys are skipped without being kept, so it costs no more
//! memory than what is read of it. What a key holds is judged where it is asked for, not where it is read: what nobody
//! needs may be of any kind.

use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, FixedOffset};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::text::shown;

/// Why a saved payload or answer cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct InputError {
    /// What is wrong, as one lower-case sentence; without a subject where that is the file itself ("is empty").
    pub why: String,
    /// What to do.
    pub help: String,
}

impl InputError {
    /// Returns what is wrong as a whole sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        const VERBS: [&str; 8] = ["breaks ", "contains ", "does ", "ends ", "has ", "is ", "lacks ", "names "];
        let verb = VERBS.iter().any(|verb| self.why.starts_with(verb));
        format!("{}{}", if verb { "it " } else { "" }, self.why)
    }
}

/// The value of a key.
#[derive(Debug, Default)]
pub(crate) enum Field<T> {
    /// The key is not there.
    #[default]
    Missing,
    /// JSON's null.
    Null,
    /// A value of the expected kind.
    Of(T),
    /// Something else, by its name in a message.
    Other(&'static str),
}

impl<T: Kind> Field<T> {
    /// Returns the value; `None` if it is missing or null. `path` is what it is called in a message.
    pub(crate) fn optional(&self, path: &str) -> Result<Option<&T>, String> {
        match self {
            Self::Missing | Self::Null => Ok(None),
            Self::Of(value) => Ok(Some(value)),
            Self::Other(kind) => Err(format!("`{path}` is {kind}, not {}", T::NAME)),
        }
    }

    /// Returns the value, which is required.
    pub(crate) fn required(&self, path: &str) -> Result<&T, String> {
        self.optional(path)?.ok_or_else(|| missing(path))
    }

    /// Returns the value of a required key; `None` if it is null.
    pub(crate) fn present(&self, path: &str) -> Result<Option<&T>, String> {
        if matches!(self, Self::Missing) { Err(missing(path)) } else { self.optional(path) }
    }

    /// Returns whether there is a value, of any kind.
    pub(crate) fn is_there(&self) -> bool {
        !matches!(self, Self::Missing | Self::Null)
    }
}

impl<T: Object> Field<T> {
    /// Returns the object, to look up a key in it; `None` if the object is missing.
    pub(crate) fn object(&self, path: &str) -> Result<Option<&T>, String> {
        if matches!(self, Self::Null) { Err(format!("`{path}` is null, not {}", T::NAME)) } else { self.optional(path) }
    }
}

/// Returns the message that a key is missing.
pub(crate) fn missing(path: &str) -> String {
    format!("has no `{path}`")
}

/// An expected kind of value.
pub(crate) trait Kind: Sized {
    /// What it is called in a message.
    const NAME: &'static str;

    fn of_text(_: &str) -> Option<Self> {
        None
    }

    fn of_number(_: u64) -> Option<Self> {
        None
    }

    fn of_flag(_: bool) -> Option<Self> {
        None
    }

    fn of_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn of_object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Option<Self>, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

impl Kind for String {
    const NAME: &'static str = "a string";

    fn of_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl Kind for u64 {
    const NAME: &'static str = "a whole number";

    fn of_number(number: u64) -> Option<Self> {
        Some(number)
    }
}

impl Kind for bool {
    const NAME: &'static str = "true or false";

    fn of_flag(flag: bool) -> Option<Self> {
        Some(flag)
    }
}

impl<T: DeserializeOwned> Kind for Vec<T> {
    const NAME: &'static str = "a list";

    fn of_flag(_: bool) -> Option<Self> {
        None
    }

    fn of_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        let mut items = Self::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Some(items))
    }
}

/// An object whose keys are the fields of a type, each of which may be missing. Duplicate keys are refused.
pub(crate) trait Object: DeserializeOwned {}

impl<T: Object> Kind for T {
    const NAME: &'static str = "an object";

    fn of_object<'de, A: MapAccess<'de>>(object: A) -> Result<Option<Self>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(object)).map(Some)
    }
}

struct AnyValue<T>(PhantomData<T>);

impl<'de, T: Kind> serde::Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue(PhantomData))
    }
}

impl<'de, T: Kind> Visitor<'de> for AnyValue<T> {
    type Value = Field<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Field<T>, E> {
        Ok(Field::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Field<T>, E> {
        Ok(T::of_flag(flag).map_or(Field::Other("true or false"), Field::Of))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Field<T>, E> {
        Ok(T::of_number(number).map_or(Field::Other("a number"), Field::Of))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Field<T>, E> {
        Ok(Field::Other("a number out of range"))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Field<T>, E> {
        Ok(Field::Other("a number out of range"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Field<T>, E> {
        Ok(T::of_text(text).map_or(Field::Other("a string"), Field::Of))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Field<T>, A::Error> {
        Ok(T::of_list(list)?.map_or(Field::Other("a list"), Field::Of))
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Field<T>, A::Error> {
        Ok(T::of_object(object)?.map_or(Field::Other("an object"), Field::Of))
    }
}

/// Reads a file that contains one object; otherwise returns what is wrong with it, as a sentence.
pub(crate) fn read<T: Object>(bytes: &[u8]) -> Result<T, String> {
    match serde_json::from_slice(usable(bytes)?).map_err(|error| explain(&error))? {
        Field::Of(object) => Ok(object),
        Field::Other(kind) => Err(format!("the file is {kind}, not an object")),
        Field::Missing | Field::Null => Err("the file is null, not an object".to_owned()),
    }
}

/// Reads a time at a key.
pub(crate) fn time(key: &str, text: &str) -> Result<DateTime<FixedOffset>, String> {
    DateTime::parse_from_rfc3339(text)
        .map_err(|_| format!("`{key}` is `{}`, not a time such as `2026-11-23T09:00:00Z`", shown(text)))
}

/// Refuses anything but a full object name, because it is passed to `git` as an argument.
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
    explain_at(error, error.line())
}

/// Says what the parser complains about in the words of this program.
fn in_words(cause: &str) -> String {
    if let Some(key) = cause.strip_prefix("missing field ") {
        return format!("has no {key}");
    }
    let other = ["invalid type: ", "invalid value: "].iter().find_map(|start| cause.strip_prefix(start));
    let Some((found, expected)) = other.and_then(|other| other.split_once(", expected ")) else {
        return cause.to_owned();
    };
    let kind = |text: &str| {
        let word = text.strip_prefix("a ").unwrap_or(text).split(' ').next().unwrap_or_default();
        match word {
            "string" | "str" => "a string".to_owned(),
            "integer" | "floating" => "a number".to_owned(),
            "u8" | "u16" | "u32" | "u64" | "usize" | "i32" | "i64" => "a whole number".to_owned(),
            "boolean" | "bool" => "true or false".to_owned(),
            "null" | "unit" => "null".to_owned(),
            "sequence" => "a list".to_owned(),
            "map" | "struct" => "an object".to_owned(),
            _ => text.to_owned(),
        }
    };
    format!("contains {} in the place of {}", kind(found), kind(expected))
}

/// Turns the parser's complaint about a line of a file into our own sentence with the position.
pub(crate) fn explain_at(error: &serde_json::Error, line: usize) -> String {
    let column = error.column();
    let text = error.to_string();
    let cause = text.strip_suffix(&format!(" at line {} column {column}", error.line())).unwrap_or(&text);
    match error.classify() {
        serde_json::error::Category::Data => {
            let cause = match cause.strip_prefix("duplicate field ") {
                Some(key) => format!("has {key} twice in one object"),
                None => in_words(cause),
            };
            format!("{cause} (line {line}, column {column})")
        }
        serde_json::error::Category::Eof => format!("breaks off at line {line}, column {column}: {cause}"),
        _ => format!("is not JSON: {cause} at line {line}, column {column}"),
    }
}
