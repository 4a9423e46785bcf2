//! The spanned tree: every key and value with the bytes that wrote it.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::source::Span;

/// A value and the bytes that wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct Node<'a> {
    /// The value's bytes; for a block scalar without its header, for a list that is not indented without its first
    /// dash.
    pub span: Span,
    /// The value.
    pub kind: Kind<'a>,
}

/// The three kinds of value.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind<'a> {
    /// One text.
    Scalar(Scalar<'a>),
    /// A list.
    Seq(Vec<Node<'a>>),
    /// A mapping, in the order in which it was written.
    Map(Vec<Entry<'a>>),
}

/// Returns the entries that have a value, sorted by key.
fn sorted<'n, 'a>(entries: &'n [Entry<'a>]) -> Vec<&'n Entry<'a>> {
    let mut present: Vec<_> = entries.iter().filter(|entry| !entry.value.is_empty()).collect();
    present.sort_by(|a, b| a.key.cmp(&b.key));
    present
}

/// One text and how it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalar<'a> {
    /// The text after unescaping and folding.
    pub text: Cow<'a, str>,
    /// How it was written.
    pub style: Style,
}

/// How a scalar was written (YAML 1.2.2, sections 7.3 and 8.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single or double quotes.
    Quoted,
    /// As a literal (`|`) or folded (`>`) block.
    Block,
}

/// One key of a mapping and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<'a> {
    /// The key's text.
    pub key: Cow<'a, str>,
    /// The key's bytes.
    pub key_span: Span,
    /// The value.
    pub value: Node<'a>,
}

impl<'a> Node<'a> {
    /// Returns the text of a scalar.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(&scalar.text),
            Kind::Seq(_) | Kind::Map(_) => None,
        }
    }

    /// Returns the text of a scalar, that of a boolean in its usual spelling: `true` for `True`.
    #[must_use]
    pub fn as_word(&self) -> Option<&str> {
        match self.as_bool() {
            Some(flag) => Some(spelling(flag)),
            None => self.as_text(),
        }
    }

    /// Returns the boolean that a scalar means.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            Kind::Scalar(scalar) => scalar.as_bool(),
            Kind::Seq(_) | Kind::Map(_) => None,
        }
    }

    /// Returns the items of a list.
    #[must_use]
    pub fn as_seq(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::Seq(items) => Some(items),
            Kind::Scalar(_) | Kind::Map(_) => None,
        }
    }

    /// Returns the entries of a mapping.
    #[must_use]
    pub fn as_map(&self) -> Option<&[Entry<'a>]> {
        match &self.kind {
            Kind::Map(entries) => Some(entries),
            Kind::Scalar(_) | Kind::Seq(_) => None,
        }
    }

    /// Returns the value of `key` in a mapping, unless it is missing or empty.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.iter().find(|entry| entry.key == key).map(|entry| &entry.value).filter(|value| !value.is_empty())
    }

    /// Returns whether this is a mapping in braces, and not one of lines.
    #[must_use]
    pub fn is_in_braces(&self) -> bool {
        let first = |entries: &[Entry<'_>]| entries.first().map(|entry| entry.key_span.start);
        self.as_map().is_some_and(|entries| first(entries).is_none_or(|first| self.span.start < first))
    }

    /// Returns whether this is an empty or null scalar, which counts as a missing value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(scalar) if scalar.is_empty())
    }

    /// Returns whether two values are the same: style, white space, the spelling of a boolean, the order of keys and
    /// empty values do not matter.
    #[must_use]
    pub fn same_value(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Scalar(a), Kind::Scalar(b)) => {
                (a.is_empty() && b.is_empty()) || a.compared().split_whitespace().eq(b.compared().split_whitespace())
            }
            (Kind::Seq(a), Kind::Seq(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same_value(b)),
            (Kind::Map(a), Kind::Map(b)) => {
                let (a, b) = (sorted(a), sorted(b));
                a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a.key == b.key && a.value.same_value(&b.value))
            }
            _ => false,
        }
    }

    /// Writes the value so that two texts are equal exactly if [`Node::same_value`] says so.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut text = String::new();
        self.write_canonical(&mut text);
        text
    }

    fn write_canonical(&self, text: &mut String) {
        match &self.kind {
            Kind::Scalar(scalar) if scalar.is_empty() => text.push('~'),
            Kind::Scalar(scalar) => {
                let words: Vec<&str> = scalar.compared().split_whitespace().collect();
                let _ = write!(text, "{:?}", words.join(" "));
            }
            Kind::Seq(items) => {
                text.push('[');
                for item in items {
                    item.write_canonical(text);
                    text.push(',');
                }
                text.push(']');
            }
            Kind::Map(entries) => {
                text.push('{');
                for entry in sorted(entries) {
                    let _ = write!(text, "{:?}:", entry.key);
                    entry.value.write_canonical(text);
                    text.push(',');
                }
                text.push('}');
            }
        }
    }

    /// Returns the word for this kind of value in a message.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            Kind::Scalar(_) => "a string",
            Kind::Seq(_) => "a list",
            Kind::Map(_) => "a mapping",
        }
    }
}

/// Returns the boolean that a text without quotes means in YAML 1.2's core schema (YAML 1.2.2, section 10.3.2).
#[must_use]
pub fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

fn spelling(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

impl Scalar<'_> {
    /// Returns whether nothing was written: no text, only white space, or a plain null (YAML 1.2.2, section 10.3.2).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let text: &str = &self.text;
        // The first byte nearly always decides, and this is asked of every value many times.
        match text.as_bytes().first() {
            Some(b'~' | b'n' | b'N') => self.style == Style::Plain && matches!(text, "~" | "null" | "Null" | "NULL"),
            Some(byte) if byte.is_ascii_graphic() => false,
            _ => text.chars().all(char::is_whitespace),
        }
    }

    /// Returns the boolean that a plain scalar means in YAML 1.2's core schema.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        boolean(&self.text).filter(|_| self.style == Style::Plain)
    }

    /// Returns the text that is compared with another one.
    fn compared(&self) -> &str {
        match boolean(self.text.trim()) {
            Some(flag) => spelling(flag),
            None => &self.text,
        }
    }

    /// Returns the number that a plain scalar means, in the forms that YAML 1.2's core schema and JSON share: an
    /// optional sign, digits, a fraction, an exponent.
    #[must_use]
    pub fn as_number(&self) -> Option<serde_json::Number> {
        let text: &str = &self.text;
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if self.style != Style::Plain || !digits.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let integer = digits.bytes().all(|byte| byte.is_ascii_digit());
        if integer && let Ok(number) = text.parse::<i64>() {
            return Some(number.into());
        }
        let plain = digits.bytes().all(|b| b.is_ascii_digit() || b".eE+-".contains(&b));
        let number = text.parse::<f64>().ok().filter(|_| plain)?;
        serde_json::Number::from_f64(number)
    }
}

#[cfg(test)]
mod tests {
    use crate::yaml;

    #[test]
    fn equal_values_have_equal_canonical_forms() {
        let values = [
            "a: 1\nb: [x, {c: }]\n",
            "b:\n- 'x'\n- {}\na: \"1\" # one\n",
            "a: 1\nb: [x, ~]\n",
            "a: '1, b'\n",
            "a: 'null'\n",
            "a: 1\n",
            "a: true\n",
            "a: True\n",
            "a: ' TRUE '\n",
            "a: tRUE\n",
            "a: False\n",
            "a: false\n",
        ];
        let trees: Vec<_> = values.iter().map(|text| yaml::parse(text).unwrap()).collect();
        for a in &trees {
            for b in &trees {
                assert_eq!(a.canonical() == b.canonical(), a.same_value(b), "{a:?}\n{b:?}");
            }
        }
    }
}
