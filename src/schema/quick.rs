//! A quick judge of trees: the keywords that our schemas use, without an explanation.
//!
//! Building the full validator costs more than judging a small register, and is only needed to explain a failure. What
//! is not known here is left to the full validator, both while a schema is built and while a tree is judged.

use std::borrow::Cow;
use std::sync::OnceLock;

use jsonschema::json::Node as _;
use regex::Regex;
use rustc_hash::FxHashMap;
use serde_json::Value;

use super::cover;
use super::document::{Json, Keys};
use crate::time::{Day, Moment};
use crate::yaml::{Entry, Kind, Node};

/// A schema with only keywords that are known here.
#[derive(Debug)]
pub(super) struct Quick {
    /// The root comes first.
    schemas: Box<[Sub]>,
}

/// A place among the schemas.
type At = u32;

/// A schema or a part of one, in little room: what a check of one entry touches in memory is most of what it costs.
#[derive(Debug, Default)]
struct Sub {
    /// The schema `false`.
    is_false: bool,
    /// What a value may be; anything if the list is empty.
    types: Types,
    format: Option<Format>,
    is_set: bool,
    shortest: u32,
    fewest: u32,
    items: Option<At>,
    others: Option<At>,
    not: Option<At>,
    condition: Option<Condition>,
    pattern: Option<Box<Pattern>>,
    names: Option<Box<Pattern>>,
    options: Option<Box<[Value]>>,
    bounds: Box<[(Bound, f64)]>,
    properties: Box<[Property]>,
    named_like: Box<[(Pattern, At)]>,
    /// Keys that must be there and are not among the properties.
    required: Box<[Box<str>]>,
    all: Box<[At]>,
    any: Box<[At]>,
}

#[derive(Debug)]
struct Property {
    key: Box<str>,
    at: At,
    is_required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Object,
    Array,
    String,
    Boolean,
    Number,
    Integer,
}

impl Type {
    const ALL: [Self; 6] = [Self::Object, Self::Array, Self::String, Self::Boolean, Self::Number, Self::Integer];

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of types.
#[derive(Clone, Copy, Debug, Default)]
struct Types(u8);

impl Types {
    fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn contains(self, kind: Type) -> bool {
        self.0 & kind.bit() != 0
    }

    fn iter(self) -> impl Iterator<Item = Type> {
        Type::ALL.into_iter().filter(move |kind| self.contains(*kind))
    }
}

impl FromIterator<Type> for Types {
    fn from_iter<I: IntoIterator<Item = Type>>(types: I) -> Self {
        Self(types.into_iter().fold(0, |set, kind| set | kind.bit()))
    }
}

/// `if` with its `then` and its `else`.
#[derive(Clone, Copy, Debug)]
struct Condition {
    holds: At,
    then: Option<At>,
    otherwise: Option<At>,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Day,
    Moment,
    Tool,
    CoverPath,
    CoverText,
    CoverLines,
}

#[derive(Clone, Copy, Debug)]
enum Bound {
    Minimum,
    Maximum,
    Above,
    Below,
}

/// A regular expression.
#[derive(Debug)]
enum Pattern {
    /// `^` and a text that is found literally.
    Prefix(Box<str>),
    /// Any other, which is compiled when a value is held against it.
    Regex(Box<str>, OnceLock<Option<Regex>>),
}

impl Pattern {
    fn new(pattern: &str) -> Self {
        match pattern.strip_prefix('^') {
            Some(text) if regex::escape(text) == text.replace('-', r"\-") => Self::Prefix(text.into()),
            _ => Self::Regex(pattern.into(), OnceLock::new()),
        }
    }

    /// Tells whether a text has a match; nothing where that is not known.
    fn is_found_in(&self, text: &str) -> Option<bool> {
        match self {
            Self::Prefix(prefix) => Some(text.starts_with(&**prefix)),
            Self::Regex(pattern, regex) => {
                Some(regex.get_or_init(|| Regex::new(pattern).ok()).as_ref()?.is_match(text))
            }
        }
    }
}

impl Quick {
    /// Reads a schema; nothing where it has a keyword, or a value of one, that is not known here.
    pub(super) fn new(document: &Json<'_>) -> Option<Self> {
        let mut reader = Reader { document, schemas: Vec::with_capacity(USUAL), references: FxHashMap::default() };
        reader.schema(document)?;
        Some(Self { schemas: reader.schemas.into_boxed_slice() })
    }

    /// Judges a tree: nothing where only the full validator can tell.
    pub(super) fn is_valid(&self, root: &Node<'_>) -> Option<bool> {
        self.judge(0, root)
    }

    fn judge(&self, at: At, node: &Node<'_>) -> Option<bool> {
        let sub = &self.schemas[at as usize];
        if sub.is_false {
            return Some(false);
        }
        let own = match &node.kind {
            // What has no value is left out by mappings; elsewhere it is neither a text nor missing.
            Kind::Scalar(scalar) if scalar.is_empty() => return None,
            Kind::Scalar(_) => sub.holds_for_text(node),
            Kind::Seq(items) => self.judge_list(sub, node, items),
            Kind::Map(entries) => self.judge_mapping(sub, node, entries),
        };
        if !own? {
            return Some(false);
        }
        self.judge_combined(sub, node)
    }

    fn judge_combined(&self, sub: &Sub, node: &Node<'_>) -> Option<bool> {
        for at in &sub.all {
            if !self.judge(*at, node)? {
                return Some(false);
            }
        }
        let mut any = sub.any.is_empty();
        for at in &sub.any {
            any = any || self.judge(*at, node)?;
        }
        let is_excluded = match sub.not {
            Some(at) => self.judge(at, node)?,
            None => false,
        };
        let follows = match sub.condition {
            Some(condition) => {
                let branch = if self.judge(condition.holds, node)? { condition.then } else { condition.otherwise };
                branch.map_or(Some(true), |at| self.judge(at, node))?
            }
            None => true,
        };
        Some(any && !is_excluded && follows)
    }

    fn judge_list(&self, sub: &Sub, node: &Node<'_>, items: &[Node<'_>]) -> Option<bool> {
        if !sub.allows(Type::Array, node) || items.len() < sub.fewest as usize {
            return Some(false);
        }
        if let Some(at) = sub.items {
            for item in items {
                if !self.judge(at, item)? {
                    return Some(false);
                }
            }
        }
        if sub.is_set && !are_surely_different(items) { None } else { Some(true) }
    }

    fn judge_mapping(&self, sub: &Sub, node: &Node<'_>, entries: &[Entry<'_>]) -> Option<bool> {
        if !sub.allows(Type::Object, node) {
            return Some(false);
        }
        if sub.is_about_few_keys() {
            return self.judge_keys(sub, entries);
        }
        let mut missing = sub.required.len() + sub.properties.iter().filter(|known| known.is_required).count();
        // Most files have their keys in the order of the schema.
        let mut expected = 0;
        for entry in entries.iter().filter(|entry| !entry.value.is_empty()) {
            let named = sub.property(&entry.key, &mut expected);
            let is_required = match named {
                Some(known) => known.is_required,
                None => sub.required.iter().any(|key| **key == *entry.key),
            };
            missing = missing.saturating_sub(usize::from(is_required));
            if let Some(names) = &sub.names
                && !names.is_found_in(&entry.key)?
            {
                return Some(false);
            }
            let mut is_known = named.is_some();
            if let Some(known) = named
                && !self.judge(known.at, &entry.value)?
            {
                return Some(false);
            }
            for (pattern, at) in &sub.named_like {
                if pattern.is_found_in(&entry.key)? {
                    is_known = true;
                    if !self.judge(*at, &entry.value)? {
                        return Some(false);
                    }
                }
            }
            if let Some(at) = sub.others.filter(|_| !is_known)
                && !self.judge(at, &entry.value)?
            {
                return Some(false);
            }
        }
        Some(missing == 0)
    }

    /// Judges the keys that are named; no other one matters.
    fn judge_keys(&self, sub: &Sub, entries: &[Entry<'_>]) -> Option<bool> {
        let find = |name: &str| entries.iter().find(|it| it.key == name).filter(|it| !it.value.is_empty());
        for known in &sub.properties {
            let holds = match find(&known.key) {
                Some(entry) => self.judge(known.at, &entry.value)?,
                None => !known.is_required,
            };
            if !holds {
                return Some(false);
            }
        }
        Some(sub.required.iter().all(|key| find(key).is_some()))
    }
}

impl Sub {
    /// Tells whether a mapping is judged by keys that are named, and by so few of them that each is looked for.
    fn is_about_few_keys(&self) -> bool {
        const FEW: usize = 6;
        let count = self.properties.len() + self.required.len();
        count <= FEW && self.names.is_none() && self.named_like.is_empty() && self.others.is_none()
    }

    /// Finds a property, first where it is expected: behind the one that was found before it.
    fn property(&self, key: &str, expected: &mut usize) -> Option<&Property> {
        let (before, behind) = self.properties.split_at(*expected);
        let found = behind.iter().chain(before).position(|known| *known.key == *key)?;
        let at = if found < behind.len() { *expected + found } else { found - behind.len() };
        *expected = at + 1;
        Some(&self.properties[at])
    }

    /// Tells whether a value of this kind is allowed and among the options.
    fn allows(&self, kind: Type, node: &Node<'_>) -> bool {
        (self.types.is_empty() || self.types.contains(kind)) && self.is_option(node)
    }

    fn is_option(&self, node: &Node<'_>) -> bool {
        self.options.as_ref().is_none_or(|options| options.iter().any(|option| node.equals_value(option)))
    }

    fn holds_for_text(&self, node: &Node<'_>) -> Option<bool> {
        let text = node.as_text()?;
        let is_of = |kind: Type| match kind {
            Type::String => Some(true),
            Type::Object | Type::Array => Some(false),
            Type::Boolean => Some(node.as_boolean().is_some()),
            Type::Number => Some(node.as_number().is_some()),
            // How large a whole number may be, and whether 1.0 is one, is for the full validator to say.
            Type::Integer if text.len() > 9 || node.as_number().is_none_or(|_| !is_whole(text)) => None,
            Type::Integer => Some(true),
        };
        let mut has_type = self.types.is_empty();
        for kind in self.types.iter() {
            has_type = has_type || is_of(kind)?;
        }
        if !has_type || !self.is_option(node) {
            return Some(false);
        }
        if self.shortest > 0 && !node.string_length_within(self.shortest.into(), u64::MAX)? {
            return Some(false);
        }
        if let Some(pattern) = &self.pattern
            && !pattern.is_found_in(text)?
        {
            return Some(false);
        }
        let has_form = match self.format {
            None => true,
            Some(Format::Day) => Day::parse(text).is_ok(),
            Some(Format::Moment) => Moment::parse(text).is_ok(),
            Some(Format::Tool) => cover::is_tool(text),
            Some(Format::CoverPath) => cover::is_path(text),
            Some(Format::CoverText) => cover::is_text(text),
            Some(Format::CoverLines) => cover::is_lines(text),
        };
        if !has_form || self.bounds.is_empty() || node.as_number().is_none() {
            return Some(has_form);
        }
        // Longer ones may be rounded.
        let number = Some(text).filter(|text| text.len() <= 15)?.parse::<f64>().ok()?;
        Some(self.bounds.iter().all(|(bound, limit)| match bound {
            Bound::Minimum => number >= *limit,
            Bound::Maximum => number <= *limit,
            Bound::Above => number > *limit,
            Bound::Below => number < *limit,
        }))
    }
}

fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Tells whether no two items of a list are equal, as far as their spelling decides.
fn are_surely_different(items: &[Node<'_>]) -> bool {
    /// More items are left to the full validator, which does not compare each with each.
    const MOST: usize = 64;
    let has_one_spelling = |node: &Node<'_>| {
        node.as_text()
            .is_some_and(|text| node.as_number().is_none_or(|_| is_whole(text) && !text.starts_with(['-', '0'])))
            && node.as_boolean().is_none()
    };
    let is_new = |at: usize| items[..at].iter().all(|other| other.as_text() != items[at].as_text());
    items.len() <= 1 || (items.len() <= MOST && items.iter().all(has_one_spelling) && (0..items.len()).all(is_new))
}

/// More parts than a schema of ours has.
const USUAL: usize = 256;

/// Reads a schema into its parts.
struct Reader<'d> {
    document: &'d Json<'d>,
    schemas: Vec<Sub>,
    references: FxHashMap<&'d str, At>,
}

impl<'d> Reader<'d> {
    fn schema(&mut self, schema: &'d Json<'d>) -> Option<At> {
        let at = self.next()?;
        self.schemas.push(Sub::default());
        let sub = match schema {
            Json::Bool(allows) => Sub { is_false: !allows, ..Sub::default() },
            Json::Object(keywords) => self.keywords(keywords)?,
            _ => return None,
        };
        self.schemas[at as usize] = sub;
        Some(at)
    }

    fn next(&self) -> Option<At> {
        At::try_from(self.schemas.len()).ok()
    }

    fn keywords(&mut self, keywords: &'d Keys<'d>) -> Option<Sub> {
        let mut sub = Sub::default();
        let (mut bounds, mut required, mut all) = (Vec::new(), Vec::new(), Vec::new());
        for (keyword, value) in keywords {
            match &**keyword {
                "$schema"
                | "$id"
                | "$defs"
                | "$comment"
                | "title"
                | "description"
                | "patternErrorMessage"
                | "examples"
                | "default"
                | "then"
                | "else" => {}
                "type" => sub.types = types(value)?,
                "enum" => sub.options = Some(value.as_array()?.iter().map(Json::to_value).collect()),
                "const" => sub.options = Some(Box::new([value.to_value()])),
                "minLength" => sub.shortest = u32::try_from(value.as_u64()?).ok()?,
                "pattern" => sub.pattern = Some(Box::new(Pattern::new(value.as_str()?))),
                "format" => sub.format = Some(format(value.as_str()?)?),
                "minimum" => bounds.push((Bound::Minimum, value.as_f64()?)),
                "maximum" => bounds.push((Bound::Maximum, value.as_f64()?)),
                "exclusiveMinimum" => bounds.push((Bound::Above, value.as_f64()?)),
                "exclusiveMaximum" => bounds.push((Bound::Below, value.as_f64()?)),
                "items" => sub.items = Some(self.schema(value)?),
                "minItems" => sub.fewest = u32::try_from(value.as_u64()?).ok()?,
                "uniqueItems" => sub.is_set = value.as_bool()?,
                "properties" => {
                    let property = |(key, schema): &'d (Cow<'d, str>, Json<'d>)| {
                        let at = self.schema(schema)?;
                        Some(Property { key: Box::from(&**key), at, is_required: false })
                    };
                    sub.properties = value.as_object()?.iter().map(property).collect::<Option<_>>()?;
                }
                "patternProperties" => {
                    let named = |(pattern, schema): &'d (Cow<'d, str>, Json<'d>)| {
                        Some((Pattern::new(pattern), self.schema(schema)?))
                    };
                    sub.named_like = value.as_object()?.iter().map(named).collect::<Option<_>>()?;
                }
                "additionalProperties" => sub.others = Some(self.schema(value)?),
                "propertyNames" => sub.names = Some(Box::new(names(value)?)),
                "required" => required = texts(value)?,
                "allOf" => {
                    for schema in value.as_array()? {
                        all.push(self.schema(schema)?);
                    }
                }
                "anyOf" => {
                    sub.any = value.as_array()?.iter().map(|schema| self.schema(schema)).collect::<Option<_>>()?;
                }
                "not" => sub.not = Some(self.schema(value)?),
                "if" => {
                    let holds = self.schema(value)?;
                    let mut branch = |key: &str| match keywords.iter().find(|(keyword, _)| keyword == key) {
                        Some((_, schema)) => self.schema(schema).map(Some),
                        None => Some(None),
                    };
                    sub.condition = Some(Condition { holds, then: branch("then")?, otherwise: branch("else")? });
                }
                "$ref" => all.push(self.reference(value.as_str()?)?),
                _ => return None,
            }
        }
        // The same key twice would let a required one be missing.
        required.sort();
        required.dedup();
        let properties = &mut sub.properties;
        required.retain(|key| match properties.iter_mut().find(|known| known.key == *key) {
            Some(known) => {
                known.is_required = true;
                false
            }
            None => true,
        });
        (sub.bounds, sub.required, sub.all) = (bounds.into(), required.into(), all.into());
        Some(sub)
    }

    fn reference(&mut self, target: &'d str) -> Option<At> {
        if let Some(at) = self.references.get(target) {
            return Some(*at);
        }
        let pointer = target.strip_prefix('#')?;
        // Noted before it is read, so that a schema that refers to itself ends.
        self.references.insert(target, self.next()?);
        self.schema(self.document.pointer(pointer)?)
    }
}

fn types(value: &Json<'_>) -> Option<Types> {
    let one = |value: &Json<'_>| match value.as_str()? {
        "object" => Some(Type::Object),
        "array" => Some(Type::Array),
        "string" => Some(Type::String),
        "boolean" => Some(Type::Boolean),
        "number" => Some(Type::Number),
        "integer" => Some(Type::Integer),
        _ => None,
    };
    match value {
        Json::Array(types) => types.iter().map(one).collect(),
        one_type => one(one_type).map(|kind| Types(kind.bit())),
    }
}

fn format(name: &str) -> Option<Format> {
    match name {
        "date" => Some(Format::Day),
        "moment" => Some(Format::Moment),
        "tool" => Some(Format::Tool),
        "cover-path" => Some(Format::CoverPath),
        "cover-text" => Some(Format::CoverText),
        "cover-lines" => Some(Format::CoverLines),
        _ => None,
    }
}

fn texts(value: &Json<'_>) -> Option<Vec<Box<str>>> {
    value.as_array()?.iter().map(|text| text.as_str().map(Box::from)).collect()
}

/// Reads a schema of keys that contains only their pattern.
fn names(value: &Json<'_>) -> Option<Pattern> {
    let mut pattern = None;
    for (keyword, value) in value.as_object()? {
        match &**keyword {
            "description" | "patternErrorMessage" => {}
            "pattern" => pattern = Some(Pattern::new(value.as_str()?)),
            "type" => value.as_str().filter(|name| *name == "string").map(drop)?,
            _ => return None,
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::schema::{Schema, Shipped};
    use crate::yaml;

    /// The texts of the fixtures of each schema, as they are read.
    static TEXTS: LazyLock<Vec<(Shipped, Vec<String>)>> = LazyLock::new(|| {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let files = || walkdir::WalkDir::new(&fixtures).sort_by_file_name().into_iter().flatten();
        let is_of = |path: &Path, name: &str| {
            let folder = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
            match name {
                "exception" => {
                    folder == "valid" || folder == "invalid" || path.ancestors().any(|it| it.ends_with("exceptions"))
                }
                "policy" => path.ends_with("stopgap.yaml") || folder.starts_with("policy-"),
                _ => path.ends_with(format!("{name}.yaml")) || folder.starts_with(&format!("{name}-")),
            }
        };
        let read = |name: &str| {
            let paths = files()
                .map(walkdir::DirEntry::into_path)
                .filter(|path| path.extension().is_some_and(|it| it == "yaml"));
            let texts = paths.filter(|path| is_of(path, name)).filter_map(|path| fs::read_to_string(path).ok());
            texts.filter(|text| yaml::parse(text).is_ok()).collect::<Vec<_>>()
        };
        Shipped::ALL.map(|(name, schema)| (schema, read(name))).to_vec()
    });

    /// Values that lie close to what some keyword allows.
    static VALUES: LazyLock<Node<'static>> = LazyLock::new(|| {
        yaml::parse(concat!(
            "values: ['', ~, a, 0, -1, 1, 7, '7', 2, 1.5, 1e3, 9999999999, 0x1F, true, 'true', off, high, emergency, active,",
            " closed, 2026-11-23, '2026-11-23', 2026-11-23T09:00Z, 2026-02-30, 7d, 0d, 12345d, CC6.1, CC6., \"pkg:a/b\", pkg,",
            " '@ana', '@org/team', ana@example.com, a b, /, /a, x-a, vendor-access, error, \u{e9}, ' ', [], {}, [a, a], [a, b],",
            " [1, 1.0], {a: b}, {x-a: b}]\n",
        ))
        .unwrap()
    });

    /// What is done to a tree: which of its values, what, and with which other one.
    type Change = (Index, u8, Index);

    /// Finds a value by its number among all texts, or among all lists and mappings.
    fn value<'n, 'a>(node: &'n mut Node<'a>, is_text: bool, wanted: &mut usize) -> Option<&'n mut Node<'a>> {
        if is_text == matches!(&node.kind, Kind::Scalar(_)) {
            if *wanted == 0 {
                return Some(node);
            }
            *wanted -= 1;
        }
        match &mut node.kind {
            Kind::Seq(items) => items.iter_mut().find_map(|item| value(item, is_text, wanted)),
            Kind::Map(entries) => entries.iter_mut().find_map(|entry| value(&mut entry.value, is_text, wanted)),
            Kind::Scalar(_) => None,
        }
    }

    fn change(root: &mut Node<'_>, (place, what, other): &Change) {
        let is_text = *what < 4;
        let mut wanted = place.index(if is_text { 30 } else { 10 });
        let Some(holder) = value(root, is_text, &mut wanted) else { return };
        if is_text {
            let values = VALUES.get("values").and_then(Node::as_seq).unwrap();
            holder.kind = values[other.index(values.len())].kind.clone();
            return;
        }
        match &mut holder.kind {
            Kind::Seq(items) if !items.is_empty() => {
                let at = other.index(items.len());
                match what {
                    4 => drop(items.remove(at)),
                    _ => items.push(items[at].clone()),
                }
            }
            Kind::Map(entries) if !entries.is_empty() => {
                let at = other.index(entries.len());
                match what {
                    4 => drop(entries.remove(at)),
                    5 => entries[at].key = Cow::Borrowed("x-own"),
                    6 => entries[at].key = Cow::Borrowed("unknown"),
                    _ => entries.swap(0, at),
                }
                let mut keys: Vec<String> = entries.iter().map(|entry| entry.key.to_string()).collect();
                keys.sort();
                keys.dedup();
                if keys.len() < entries.len() {
                    entries.truncate(1);
                }
            }
            _ => {}
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn both_judges_agree(
            schema in 0..Shipped::ALL.len(),
            file in any::<Index>(),
            changes in prop::collection::vec((any::<Index>(), 0_u8..8, any::<Index>()), 0..4),
        ) {
            static SCHEMAS: LazyLock<Vec<Schema>> =
                LazyLock::new(|| TEXTS.iter().map(|(shipped, _)| Schema::shipped(*shipped)).collect());
            let (shipped, texts) = &TEXTS[schema];
            let schema = &SCHEMAS[schema];
            let text = &texts[file.index(texts.len())];
            let mut root = yaml::parse(text).unwrap();
            let is_changed = !changes.is_empty();
            for it in &changes {
                change(&mut root, it);
            }
            let verdict = schema.quick.as_ref().unwrap().is_valid(&root);
            // What the full validator lists counts: it calls some values bad of which it then has nothing to say.
            let errors: Vec<String> = schema.validator().iter_errors(&root).map(|error| error.to_string()).collect();
            let is_good = errors.is_empty();
            prop_assert!(verdict.is_none_or(|verdict| verdict == is_good), "{shipped:?}: {verdict:?}, {errors:?}: {root:?}");
            // A good file never needs the full validator.
            prop_assert!(is_changed || !is_good || verdict.is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_left_to_the_full_validator() {
        let quick = |text| Quick::new(&serde_json::from_str(text).unwrap());
        assert!(quick(r#"{"type": "object", "minProperties": 1}"#).is_none());
        assert!(quick(r#"{"format": "email"}"#).is_none());
        assert!(quick(r#"{"$ref": "https://example.com/schema"}"#).is_none());
        let itself = quick(r##"{"properties": {"a": {"$ref": "#"}}, "additionalProperties": false}"##).unwrap();
        assert_eq!(itself.is_valid(&yaml::parse("a: {a: {}}\n").unwrap()), Some(true));
        assert_eq!(itself.is_valid(&yaml::parse("a: {b: {}}\n").unwrap()), Some(false));
    }
}
