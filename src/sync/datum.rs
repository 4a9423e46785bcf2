//! A value to be written into a file, and how each syntax writes it.

use std::fmt::Write as _;

use super::tree::{Kind, Pair, Tree};
use crate::yaml::write::{Quotes, quoted, scalar};

/// A value to write.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Datum {
    /// A text.
    Text(String),
    /// A string that stays in quotes wherever possible, so that it is not read as a date.
    Quoted(String),
    /// A word that must not be quoted: `true`, `false`, a date where the syntax knows dates.
    Raw(String),
    List(Vec<Datum>),
    Map(Vec<(String, Datum)>),
}

impl Datum {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(|text| Self::Text(text.into())).collect())
    }

    pub(super) fn map<const N: usize>(pairs: [(&str, Self); N]) -> Self {
        Self::Map(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// Adds a key at the end of a mapping.
    pub(super) fn with(mut self, key: &str, value: Option<Self>) -> Self {
        if let (Self::Map(pairs), Some(value)) = (&mut self, value) {
            pairs.push((key.to_owned(), value));
        }
        self
    }

    /// Returns the tree that a reader makes of it.
    pub(super) fn tree(&self) -> Tree {
        let kind = match self {
            Self::Text(text) | Self::Quoted(text) | Self::Raw(text) => Kind::Scalar(text.clone()),
            Self::List(items) => Kind::List(items.iter().map(Self::tree).collect()),
            Self::Map(pairs) => Kind::Map(
                pairs.iter().map(|(key, value)| Pair { key: key.clone(), key_at: 0..0, value: value.tree() }).collect(),
            ),
        };
        Tree { at: 0..0, kind }
    }

    /// Returns all texts in it, the keys too.
    pub(super) fn each_text(&self) -> Vec<&str> {
        match self {
            Self::Text(text) | Self::Quoted(text) | Self::Raw(text) => vec![text],
            Self::List(items) => items.iter().flat_map(Self::each_text).collect(),
            Self::Map(pairs) => {
                pairs.iter().flat_map(|(key, value)| [key.as_str()].into_iter().chain(value.each_text())).collect()
            }
        }
    }

    fn is_scalar(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Quoted(_) | Self::Raw(_))
    }

    /// Writes it on one line, for YAML in brackets.
    pub(super) fn yaml_flow(&self) -> String {
        match self {
            Self::Text(text) if text.is_empty() => "\"\"".to_owned(),
            Self::Text(text) => scalar(text, Quotes::Double, true),
            Self::Quoted(text) => quoted(text, Quotes::Double),
            Self::Raw(text) => text.clone(),
            Self::List(items) => format!("[{}]", items.iter().map(Self::yaml_flow).collect::<Vec<_>>().join(", ")),
            Self::Map(pairs) => {
                let pair = |(key, value): &(String, Self)| {
                    format!("{}: {}", scalar(key, Quotes::Double, true), value.yaml_flow())
                };
                format!("{{{}}}", pairs.iter().map(pair).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// Writes it as YAML lines, of which the first continues a line at `column`.
    pub(super) fn yaml_block(&self, column: usize) -> String {
        let pad = " ".repeat(column);
        match self {
            Self::Map(pairs) if !pairs.is_empty() => {
                let pair = |(key, value): &(String, Self)| yaml_pair(key, value, column);
                pairs.iter().map(pair).collect::<Vec<_>>().join(&format!("\n{pad}"))
            }
            Self::List(items) if items.iter().any(|item| !item.is_scalar()) => {
                let item = |item: &Self| format!("- {}", item.yaml_block(column + 2));
                items.iter().map(item).collect::<Vec<_>>().join(&format!("\n{pad}"))
            }
            Self::Text(text) if !text.is_empty() => scalar(text, Quotes::Double, false),
            other => other.yaml_flow(),
        }
    }

    /// Writes it as JSON, of which the first line continues a line that is indented by `pad`.
    pub(super) fn json(&self, pad: &str, unit: &str) -> String {
        let deeper = format!("{pad}{unit}");
        let (inner, outer) = (format!("\n{deeper}"), format!("\n{pad}"));
        match self {
            Self::Text(text) | Self::Quoted(text) => json_text(text),
            Self::Raw(text) => text.clone(),
            Self::List(items) if items.iter().all(Self::is_scalar) => {
                format!("[{}]", items.iter().map(|item| item.json(pad, unit)).collect::<Vec<_>>().join(", "))
            }
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(|item| item.json(&deeper, unit)).collect();
                format!("[{inner}{}{outer}]", items.join(&format!(",{inner}")))
            }
            Self::Map(pairs) if pairs.is_empty() => "{}".to_owned(),
            Self::Map(pairs) => {
                let pairs: Vec<String> = pairs
                    .iter()
                    .map(|(key, value)| format!("{}: {}", json_text(key), value.json(&deeper, unit)))
                    .collect();
                format!("{{{inner}{}{outer}}}", pairs.join(&format!(",{inner}")))
            }
        }
    }

    /// Writes it on one line of TOML.
    pub(super) fn toml(&self) -> String {
        match self {
            Self::Text(text) | Self::Quoted(text) => json_text(text),
            Self::Raw(text) => text.clone(),
            Self::List(items) => format!("[{}]", items.iter().map(Self::toml).collect::<Vec<_>>().join(", ")),
            Self::Map(pairs) => {
                let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key} = {}", value.toml())).collect();
                format!("{{ {} }}", pairs.join(", "))
            }
        }
    }

    /// Writes it as the lines of a table of TOML.
    pub(super) fn toml_table(&self) -> String {
        let Self::Map(pairs) = self else { return String::new() };
        let mut lines = String::new();
        for (key, value) in pairs {
            let _ = writeln!(lines, "{key} = {}", value.toml());
        }
        lines
    }
}

/// Writes a key and its value as YAML lines whose key is in `column`.
pub(super) fn yaml_pair(key: &str, value: &Datum, column: usize) -> String {
    let name = scalar(key, Quotes::Double, false);
    let is_nested = match value {
        Datum::Map(pairs) => !pairs.is_empty(),
        Datum::List(items) => items.iter().any(|item| !item.is_scalar()),
        _ => false,
    };
    if is_nested {
        format!("{name}:\n{}{}", " ".repeat(column + 2), value.yaml_block(column + 2))
    } else {
        format!("{name}: {}", value.yaml_block(column))
    }
}

/// Writes a text in the quotes of JSON, which TOML reads alike.
fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}
