//! What makes a check pass whatever it finds, in the keys of CI files rather than in the command.

use super::command::{is_base, is_no_base};
use crate::yaml::{self, Node};

/// Keys of a step or job with values that make it pass or never run.
const KEYS: [(&str, &[&str]); 4] = [
    ("continue-on-error", &["true"]),
    ("allow_failure", &["true"]),
    ("if", &["false", "${{ false }}", "${{false}}"]),
    ("when", &["never", "manual", "on_failure"]),
];

/// Inputs of the action or the component with values that make it judge less; no value means any value.
const INPUTS: [(&str, &[&str]); 3] = [("fail-on", &["never"]), ("sign-off", &["off", "optional"]), ("today", &[])];

/// Returns what the value of a key of a step or job says; a mapping counts as true.
#[must_use]
pub fn said<'n>(value: &'n Node<'_>) -> &'n str {
    value.as_word().unwrap_or("true")
}

/// Returns whether a key of a step or job with this value makes it pass or never run. An expression that lets a failure
/// pass does so whenever it says so.
#[must_use]
pub fn is_soft_key(key: &str, value: &str) -> bool {
    let value = match yaml::boolean(value) {
        Some(true) => "true",
        Some(false) => "false",
        None => value,
    };
    let is_expression = key == "continue-on-error" && value.starts_with("${{");
    let says_no = value.trim_matches(['$', '{', '}', ' ']) == "false";
    (is_expression && !says_no) || KEYS.iter().any(|(name, values)| key == *name && values.contains(&value))
}

/// Returns whether an input of the action or the component with this value makes it judge less. The action's inputs may
/// be written in any case.
#[must_use]
pub fn is_soft_input(key: &str, value: &str) -> bool {
    let takes = |values: &[&str]| values.contains(&value) || (values.is_empty() && !value.is_empty());
    let key = key.to_ascii_lowercase();
    INPUTS.iter().any(|(name, values)| key == *name && takes(values)) || (key == "base" && is_no_base(value))
}

/// Returns whether it is certain what an input of the action or the component with this value does: that it decides
/// nothing, or lets everything be judged. Which policy and which register it names is for others to compare.
#[must_use]
pub fn is_plain_input(key: &str, value: &str) -> bool {
    value.is_empty()
        || match key {
            "fail-on" => ["error", "warning", "note"].contains(&value),
            "sign-off" => value == "required",
            "mode" => ["auto", "change", "register"].contains(&value),
            "all-registers" => yaml::boolean(value).is_some(),
            "base" => is_base(value),
            "root" | "policy" => !value.contains(['$', '`']),
            _ => true,
        }
}

/// Returns the version after the `@`, if a reference is to the action or the component.
#[must_use]
pub fn action_version(reference: &str) -> Option<&str> {
    reference
        .split_once('@')
        .filter(|(path, _)| path.to_ascii_lowercase().ends_with("/stopgap"))
        .map(|(_, version)| version)
}
