//! What another YAML reader makes of a text.

use serde_yaml::Value as Oracle;
use stopgap::internal::yaml::{Kind, Node, Style};

/// Reads a text with the other reader; `None` if it refuses it.
pub(super) fn read(text: &str) -> Option<Oracle> {
    serde_yaml::from_str(text).ok()
}

/// Tells whether the other reader sees the same value. It resolves plain texts, to numbers for instance, and we do not.
pub(super) fn agrees(node: &Node<'_>, other: &Oracle) -> bool {
    match (&node.kind, other) {
        (Kind::Seq(items), Oracle::Sequence(others)) => {
            items.len() == others.len() && items.iter().zip(others).all(|(item, other)| agrees(item, other))
        }
        (Kind::Map(entries), Oracle::Mapping(others)) => {
            let is_key = |key: &str, other: &Oracle| {
                other.as_str() == Some(key) || resolved(key).is_some_and(|it| is_same(&it, other))
            };
            entries.len() == others.len()
                && entries
                    .iter()
                    .zip(others)
                    .all(|(entry, (key, value))| is_key(&entry.key, key) && agrees(&entry.value, value))
        }
        (Kind::Scalar(scalar), other) => match scalar.style {
            Style::Plain => match resolved(&scalar.text) {
                Some(value) => is_same(&value, other),
                None => other.as_str() == Some(&scalar.text),
            },
            Style::Quoted => other.as_str() == Some(&scalar.text),
            // Without a line end at the end of the file, readers disagree on the one of the text.
            Style::Block => {
                other.as_str().is_some_and(|other| other.trim_end_matches('\n') == scalar.text.trim_end_matches('\n'))
            }
        },
        _ => false,
    }
}

/// Returns what the other reader takes a plain text for; `None` for the text itself.
pub(super) fn resolved(text: &str) -> Option<Oracle> {
    match text.bytes().next() {
        None => Some(Oracle::Null),
        Some(byte) if byte.is_ascii_alphabetic() && !b"tTfFnN".contains(&byte) => None,
        Some(_) if text.contains('\n') => None,
        // At the start of a line some texts would be marks.
        Some(_) => match read(&format!("- {text}"))? {
            Oracle::Sequence(items) => {
                items.into_iter().next().filter(|value| !value.is_mapping() && !value.is_sequence())
            }
            _ => None,
        },
    }
}

fn is_same(one: &Oracle, other: &Oracle) -> bool {
    let is_nan = |value: &Oracle| value.as_f64().is_some_and(f64::is_nan);
    one == other || (is_nan(one) && is_nan(other))
}
