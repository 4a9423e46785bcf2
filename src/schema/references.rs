//! What makes an organisation's schema unusable, found before it judges anything.
//!
//! References in a circle, or ones that double at each step, would let a few lines of schema run forever; so would a
//! file far away that answers slowly.

use std::collections::BTreeMap;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use crate::text::shown;

/// The longest chain of references.
const MAX_STEPS: usize = 32;

/// The most parts of a schema, each counted as often as it is referred to.
const MAX_PARTS: usize = 20_000;

/// Why a schema cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaFault {
    /// JSON Pointer to the place in the schema.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

impl SchemaFault {
    fn new(pointer: &str, message: impl Into<String>, help: &'static str) -> Self {
        Self { pointer: pointer.to_owned(), message: message.into(), help }
    }

    /// Puts the compiler's error into our own words where people meet it often.
    pub(super) fn compiling(error: &ValidationError<'_>) -> Self {
        let text = error.to_string();
        let named = |before: &str| Some(text.strip_prefix(before)?.split_once('\'')?.0);
        let (message, help) = if let Kind::Format { format: kind } = error.kind()
            && kind == "regex"
        {
            let pattern = error.instance().as_str().unwrap_or_default().to_owned();
            let message =
                format!("the pattern `{}` is not a regular expression that is supported here", shown(&pattern));
            (message, "write it without look-around and back-references, and not too large")
        } else if let Some(format) = named("Unknown format: '") {
            let help = "write a `pattern`, or a format of JSON Schema such as `date`";
            (format!("there is no format `{}`", shown(format)), help)
        } else if let Some(draft) = named("Unknown meta-schema: '") {
            let help = "write \"https://json-schema.org/draft/2020-12/schema\"";
            (format!("there is no draft `{}` of JSON Schema", shown(draft)), help)
        } else {
            (
                format!("this is not a JSON Schema: {}", shown(&text)),
                "compare it with https://json-schema.org/draft/2020-12",
            )
        };
        Self::new(error.instance_path().as_str(), message, help)
    }
}

/// Returns whether a check by a schema ends soon for every exception.
///
/// # Errors
///
/// If a reference leaves the file or leads nowhere, or if the references expand to too much.
pub(super) fn check(document: &Value) -> Result<(), SchemaFault> {
    References { document, known: BTreeMap::new() }.parts(document, "", MAX_STEPS).map(drop)
}

struct References<'s> {
    document: &'s Value,
    /// Number of parts below a reference; `None` while they are being counted.
    known: BTreeMap<&'s str, Option<usize>>,
}

impl<'s> References<'s> {
    /// Counts a schema and everything below it, and the parts that it refers to in at most `steps`.
    fn parts(&mut self, schema: &'s Value, pointer: &str, steps: usize) -> Result<usize, SchemaFault> {
        let mut count: usize = 1;
        for (name, value) in children(schema) {
            let below = format!("{pointer}/{name}");
            count += match (name.as_str(), value) {
                ("const" | "enum" | "default" | "examples", _) if schema.is_object() => 1,
                ("$ref", Value::String(target)) => self.behind(target, &below, steps)?,
                ("$dynamicRef" | "$recursiveRef", Value::String(_)) => {
                    let message = format!("`{name}` is not supported");
                    return Err(SchemaFault::new(&below, message, "write `$ref`"));
                }
                _ => self.parts(value, &below, steps)?,
            };
            if count > MAX_PARTS {
                let message = format!("the references here expand to more than {MAX_PARTS} parts");
                return Err(SchemaFault::new(pointer, message, "refer to the same part less often"));
            }
        }
        Ok(count)
    }

    fn behind(&mut self, target: &'s str, pointer: &str, steps: usize) -> Result<usize, SchemaFault> {
        let fault = |message: String, help| Err(SchemaFault::new(pointer, message, help));
        match self.known.get(target) {
            Some(Some(count)) => return Ok(*count),
            Some(None) => {
                let help = "an exception nests a few levels only: write them out";
                return fault(format!("the reference `{}` leads back to itself", shown(target)), help);
            }
            None => {}
        }
        let Some(inside) = target.strip_prefix('#').filter(|rest| rest.is_empty() || rest.starts_with('/')) else {
            let help = "copy what it names into `$defs` of this file and refer to `#/$defs/…`";
            return fault(format!("the reference `{}` is not a place in this file", shown(target)), help);
        };
        let Some(found) = self.document.pointer(inside) else {
            return fault(format!("the reference `{}` leads nowhere", shown(target)), "correct the path after `#`");
        };
        let Some(steps) = steps.checked_sub(1) else {
            return fault(format!("a chain of more than {MAX_STEPS} references"), "refer to the last one of them");
        };
        self.known.insert(target, None);
        let count = self.parts(found, inside, steps)?;
        self.known.insert(target, Some(count));
        Ok(count)
    }
}

/// Returns what is directly below a schema, by its part of a JSON Pointer.
fn children(schema: &Value) -> Vec<(String, &Value)> {
    match schema {
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        Value::Object(keys) => {
            keys.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn finite_references_are_accepted_and_others_are_named() {
        let code = json!({"$ref": "#/$defs/code"});
        let twice = json!({"properties": {"x-a": code, "x-b": code}, "$defs": {"code": {"pattern": "^[0-9]+$"}}});
        assert_eq!(check(&twice), Ok(()));
        assert_eq!(check(&json!({"const": {"$ref": "elsewhere"}, "enum": [{"$ref": "#"}]})), Ok(()));
        for (schema, pointer, words) in [
            (json!({"$ref": "#"}), "/$ref", "back to itself"),
            (json!({"properties": {"scope": {"$ref": "#"}}}), "/properties/scope/$ref", "back to itself"),
            (json!({"$ref": "#/$defs/a"}), "/$ref", "leads nowhere"),
            (json!({"$ref": "https://example.com/a.json"}), "/$ref", "not a place in this file"),
            (json!({"allOf": [{"$ref": "other.json"}]}), "/allOf/0/$ref", "not a place in this file"),
            (json!({"$dynamicRef": "#a"}), "/$dynamicRef", "not supported"),
        ] {
            let fault = check(&schema).unwrap_err();
            assert!(fault.pointer == pointer && fault.message.contains(words), "{fault:?}");
        }
    }

    #[test]
    fn references_that_double_at_each_step_are_refused() {
        let mut defs = json!({"d0": {}});
        for level in 1..30 {
            let below = json!({"$ref": format!("#/$defs/d{}", level - 1)});
            defs[format!("d{level}")] = json!({"allOf": [below, below]});
        }
        let fault = check(&json!({"$ref": "#/$defs/d29", "$defs": defs})).unwrap_err();
        assert!(fault.message.contains("20000 parts"), "{fault:?}");
    }
}
