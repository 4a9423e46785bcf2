//! The printed schemas, closed: a key that a schema does not describe is a fault.

use std::process::Command;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// Returns what `stopgap schema NAME` prints.
pub(crate) fn text(name: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    let output = command.env_clear().args(["schema", name]).output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Returns it as JSON.
pub(crate) fn printed(name: &str) -> Value {
    serde_json::from_str(&text(name)).unwrap()
}

/// Returns the validator of a schema that lets no key pass which it does not describe. What is printed lets them pass,
/// because a later version may add some.
pub(crate) fn closed(name: &str) -> Validator {
    let mut schema = printed(name);
    close(&mut schema, true);
    jsonschema::validator_for(&schema).unwrap()
}

/// Returns what is wrong with a document, with its place.
pub(crate) fn faults(validator: &Validator, document: &Value) -> Vec<String> {
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Closes a schema; `whole` is whether it is all that a value is held against, and not a part of it.
fn close(schema: &mut Value, whole: bool) {
    let Value::Object(keywords) = schema else { return };
    for (keyword, value) in keywords.iter_mut() {
        match (keyword.as_str(), value) {
            ("properties", Value::Object(named)) => named.values_mut().for_each(|schema| close(schema, true)),
            ("$defs", Value::Object(named)) => named.values_mut().for_each(|schema| close(schema, false)),
            ("items" | "additionalProperties", value) => close(value, true),
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => parts.iter_mut().for_each(|part| close(part, false)),
            _ => {}
        }
    }
    let describes = |keywords: &Map<String, Value>| {
        ["$ref", "properties", "allOf", "anyOf", "oneOf"].iter().any(|keyword| keywords.contains_key(*keyword))
    };
    if whole && describes(keywords) && !keywords.contains_key("additionalProperties") {
        keywords.insert("unevaluatedProperties".to_owned(), json!(false));
    }
}
