//! Configuration files as one kind of tree, in which every value knows its bytes: YAML, JSON with comments, TOML.

use std::borrow::Cow;
use std::ops::Range;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use toml_edit::{Document, Item, TableLike, Value};

use crate::source::Span;
use crate::text::shown;
use crate::yaml::{self, Node, Style};

/// A value and its bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tree {
    pub(super) at: Range<usize>,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A text, a number, a date, or nothing.
    Scalar(String),
    List(Vec<Tree>),
    Map(Vec<Pair>),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pair {
    pub(super) key: String,
    pub(super) key_at: Range<usize>,
    pub(super) value: Tree,
}

/// Why a file cannot be read, and where.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) at: usize,
    pub(crate) why: String,
}

impl Tree {
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.pairs().iter().find(|pair| pair.key == key).map(|pair| &pair.value)
    }

    /// Writes keys in one way that their tool takes for one.
    pub(super) fn respell(&mut self, key: &impl Fn(&str) -> String) -> Result<(), Unreadable> {
        match &mut self.kind {
            Kind::Scalar(_) => Ok(()),
            Kind::List(items) => items.iter_mut().try_for_each(|item| item.respell(key)),
            Kind::Map(pairs) => {
                for index in 0..pairs.len() {
                    let one = key(&pairs[index].key);
                    if pairs[..index].iter().any(|pair| pair.key == one) {
                        let why = format!("the key `{}` appears twice, in different spellings", shown(&one));
                        return Err(Unreadable { at: pairs[index].key_at.start, why });
                    }
                    pairs[index].key = one;
                    pairs[index].value.respell(key)?;
                }
                Ok(())
            }
        }
    }

    /// Goes down a path of keys.
    pub(super) fn down(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |tree, key| tree.get(key))
    }

    pub(super) fn pairs(&self) -> &[Pair] {
        if let Kind::Map(pairs) = &self.kind { pairs } else { &[] }
    }

    pub(super) fn items(&self) -> &[Self] {
        if let Kind::List(items) = &self.kind { items } else { &[] }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Kind::Scalar(text) = &self.kind { Some(text) } else { None }
    }

    /// Returns whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        match &self.kind {
            Kind::Scalar(text) => text.is_empty(),
            Kind::List(items) => items.is_empty(),
            Kind::Map(pairs) => pairs.is_empty(),
        }
    }

    /// Returns its value in one form, whatever its style and the order of its keys.
    pub(super) fn canonical(&self) -> String {
        match &self.kind {
            Kind::Scalar(text) => format!("{text:?}"),
            Kind::List(items) => format!("[{}]", items.iter().map(Self::canonical).collect::<Vec<_>>().join(",")),
            Kind::Map(pairs) => {
                let mut parts: Vec<String> =
                    pairs.iter().map(|pair| format!("{:?}:{}", pair.key, pair.value.canonical())).collect();
                parts.sort_unstable();
                format!("{{{}}}", parts.join(","))
            }
        }
    }
}

/// Reads YAML; a file of nothing but comments is an empty mapping.
pub(super) fn of_yaml(text: &str) -> Result<Tree, Unreadable> {
    if yaml::is_blank(text) {
        return Ok(Tree { at: text.len()..text.len(), kind: Kind::Map(Vec::new()) });
    }
    let node = yaml::parse(text).map_err(|problems| {
        let first = problems.into_iter().next();
        first.map_or(Unreadable { at: 0, why: "it is not readable YAML".to_owned() }, |first| Unreadable {
            at: first.span.range().start,
            why: first.message,
        })
    })?;
    Ok(of_node(&node))
}

fn of_node(node: &Node<'_>) -> Tree {
    let kind = match &node.kind {
        yaml::Kind::Scalar(_) if node.is_empty() => Kind::Scalar(String::new()),
        yaml::Kind::Scalar(scalar) => Kind::Scalar(scalar.text.to_string()),
        yaml::Kind::Seq(items) => Kind::List(items.iter().map(of_node).collect()),
        yaml::Kind::Map(entries) => {
            let pair = |entry: &yaml::Entry<'_>| Pair {
                key: entry.key.to_string(),
                key_at: entry.key_span.range(),
                value: of_node(&entry.value),
            };
            Kind::Map(entries.iter().map(pair).collect())
        }
    };
    Tree { at: node.span.range(), kind }
}

/// Reads JSON; unless it is `strict`, also comments, commas at the end, and the rest of JSON5.
pub(super) fn of_json(text: &str, strict: bool) -> Result<Tree, Unreadable> {
    json(text, strict).map(|node| of_node(&node))
}

/// Reads JSON as [`of_json`] does, with its quotes.
pub(crate) fn json(text: &str, strict: bool) -> Result<Node<'static>, Unreadable> {
    let free = ParseOptions { allow_missing_commas: false, ..ParseOptions::default() };
    let options = ParseOptions {
        allow_comments: !strict,
        allow_trailing_commas: !strict,
        allow_loose_object_property_names: !strict,
        allow_single_quoted_strings: !strict,
        allow_hexadecimal_numbers: !strict,
        allow_unary_plus_numbers: !strict,
        ..free
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options)
        .map_err(|error| Unreadable { at: error.range().start, why: format!("not valid JSON: {}", error.kind()) })?;
    match parsed.value {
        Some(value) => of_json_value(value),
        None => Err(Unreadable { at: 0, why: "it contains no value".to_owned() }),
    }
}

fn of_json_value(value: ast::Value<'_>) -> Result<Node<'static>, Unreadable> {
    let range = value.range();
    let scalar = |text: Cow<'_, str>, style| yaml::Kind::Scalar(yaml::Scalar { text: text.into_owned().into(), style });
    let kind = match value {
        ast::Value::StringLit(text) => scalar(text.value, Style::Quoted),
        ast::Value::NumberLit(number) => scalar(number.value.into(), Style::Plain),
        ast::Value::BooleanLit(flag) => scalar(flag.value.to_string().into(), Style::Plain),
        ast::Value::NullKeyword(_) => scalar("null".into(), Style::Plain),
        ast::Value::Array(array) => {
            yaml::Kind::Seq(array.elements.into_iter().map(of_json_value).collect::<Result<_, _>>()?)
        }
        ast::Value::Object(object) => {
            let mut entries: Vec<yaml::Entry<'static>> = Vec::with_capacity(object.properties.len());
            for property in object.properties {
                let key = property.name.as_str().to_owned();
                let name = property.name.range();
                if entries.iter().any(|entry| entry.key == key) {
                    let why = format!("the key `{}` appears twice", shown(&key));
                    return Err(Unreadable { at: name.start, why });
                }
                let key_span = Span::new(name.start, name.end);
                entries.push(yaml::Entry { key: key.into(), key_span, value: of_json_value(property.value)? });
            }
            yaml::Kind::Map(entries)
        }
    };
    Ok(Node { span: Span::new(range.start, range.end), kind })
}

/// Reads TOML.
pub(super) fn of_toml(text: &str) -> Result<Tree, Unreadable> {
    let document = Document::parse(text).map_err(|error| Unreadable {
        at: error.span().map_or(0, |span| span.start),
        why: format!("not valid TOML: {}", shown(error.message())),
    })?;
    Ok(of_table(text, document.as_table(), 0..text.len()))
}

fn of_table(text: &str, table: &dyn TableLike, at: Range<usize>) -> Tree {
    let pair = |(key, item): (&str, &Item)| {
        let key_at = table.key(key).and_then(toml_edit::Key::span).unwrap_or(at.start..at.start);
        Pair { key: key.to_owned(), key_at, value: of_item(text, item) }
    };
    Tree { kind: Kind::Map(table.iter().map(pair).collect()), at: at.clone() }
}

fn of_item(text: &str, item: &Item) -> Tree {
    let at = item.span().unwrap_or(0..0);
    match item {
        Item::None => Tree { at, kind: Kind::Scalar(String::new()) },
        Item::Value(value) => of_toml_value(text, value),
        Item::Table(table) => of_table(text, table, at),
        Item::ArrayOfTables(tables) => {
            let one = |table: &toml_edit::Table| of_table(text, table, table.span().unwrap_or(0..0));
            Tree { at, kind: Kind::List(tables.iter().map(one).collect()) }
        }
    }
}

fn of_toml_value(text: &str, value: &Value) -> Tree {
    let at = value.span().unwrap_or(0..0);
    match value {
        Value::Array(array) => {
            Tree { at, kind: Kind::List(array.iter().map(|item| of_toml_value(text, item)).collect()) }
        }
        Value::InlineTable(table) => of_table(text, table, at),
        Value::String(inner) => Tree { at, kind: Kind::Scalar(inner.value().clone()) },
        _ => Tree { kind: Kind::Scalar(text.get(at.clone()).unwrap_or_default().trim().to_owned()), at },
    }
}
