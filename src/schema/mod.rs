//! JSON Schema over the spanned tree: a schema error becomes our own sentence on the right key.
//!
//! The shipped schemas are draft 2020-12 and compiled into the binary. Formats are enforced, and nothing is ever
//! fetched: a remote or file reference fails when the schema is built.

mod change;
mod cover;
mod document;
mod quick;
mod references;
mod typed;
mod words;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, PatternOptions, ValidationError, Validator};
use regex::Regex;
use serde::Deserialize as _;
use serde_json::Value;

pub use references::SchemaFault;

use document::Json;
use quick::Quick;
use words::synonym;

use crate::source::Span;
use crate::text::phrases::is_no_alternative;
use crate::text::{is_space, nearest, shown, space_name};
use crate::time::{Day, Moment, MomentError, foreign};
use crate::yaml::{self, Entry, Node, Place, Problem, Tree, escaped, unescaped};

/// A schema that ships with the binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shipped {
    /// One exception file.
    Exception,
    /// `stopgap.yaml`.
    Policy,
    /// The roster.
    People,
    /// The catalogue of controls.
    Controls,
    /// The baseline.
    Baseline,
    /// The baseline of suppressions.
    Suppressions,
}

impl Shipped {
    /// All shipped schemas by the name that `stopgap schema` takes.
    pub const ALL: [(&'static str, Self); 6] = [
        ("exception", Self::Exception),
        ("policy", Self::Policy),
        ("people", Self::People),
        ("controls", Self::Controls),
        ("baseline", Self::Baseline),
        ("suppressions", Self::Suppressions),
    ];

    /// Returns the path of the copy that a repository keeps for its editors, relative to the root.
    #[must_use]
    pub(crate) fn copy(self) -> String {
        let name = Self::ALL.iter().find(|(_, schema)| *schema == self).map_or("", |(name, _)| *name);
        format!("schema/{name}.schema.json")
    }

    /// Returns the schema's text.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Exception => include_str!("../../schema/exception.schema.json"),
            Self::Policy => include_str!("../../schema/policy.schema.json"),
            Self::People => include_str!("../../schema/people.schema.json"),
            Self::Controls => include_str!("../../schema/controls.schema.json"),
            Self::Baseline => include_str!("../../schema/baseline.schema.json"),
            Self::Suppressions => include_str!("../../schema/suppressions.schema.json"),
        }
    }

    /// Returns the quick judge, which is built once.
    fn quick(self) -> Option<Arc<Quick>> {
        type Built = (Option<Json<'static>>, Option<Arc<Quick>>);
        static BUILT: [OnceLock<Built>; Shipped::ALL.len()] = [const { OnceLock::new() }; Shipped::ALL.len()];
        let built = BUILT[self as usize].get_or_init(|| {
            let document = serde_json::from_str(self.text()).ok();
            let quick = document.as_ref().and_then(Quick::new).map(Arc::new);
            // The document is kept: to free it takes as long as to read it.
            (document, quick)
        });
        built.1.clone()
    }
}

/// Returns the first line of a file whose schema an editor finds at `path`, with its end.
#[must_use]
pub(crate) fn modeline(path: &str) -> String {
    format!("# yaml-language-server: $schema={path}\n")
}

/// Enough problems to fill the list of a file even if several name the same place.
const ENOUGH: usize = 4 * yaml::MAX_LISTED;

/// A schema that is ready to judge trees.
pub struct Schema {
    /// The text of a shipped one.
    text: &'static str,
    /// The schema itself, of a shipped one read when something has to be explained.
    document: OnceLock<Value>,
    quick: Option<Arc<Quick>>,
    /// The full validator, built when something has to be explained.
    validator: OnceLock<Validator<Tree>>,
    /// The file that contains an organisation's own schema.
    origin: Option<String>,
    other_keys: OtherKeys,
}

/// Returns the keys that somebody may mean by another name, the likeliest first, and of each whether the name hardly
/// means anything else.
pub type OtherKeys = fn(&str) -> Vec<(&'static str, bool)>;

impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Schema").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Schema {
    /// Reads a shipped schema.
    ///
    /// # Panics
    ///
    /// Never for a released binary: the tests compile every shipped schema.
    #[must_use]
    pub fn shipped(name: Shipped) -> Self {
        let text = name.text();
        let quick = name.quick();
        let (document, validator) = (OnceLock::new(), OnceLock::new());
        Self { text, document, quick, validator, origin: None, other_keys: |_| Vec::new() }
    }

    /// Compiles the organisation's own schema, found in the file `origin`.
    ///
    /// # Errors
    ///
    /// What is wrong with it: an unknown keyword value, format or pattern, a reference that leaves
    /// the file, or references that could make a check endless.
    pub fn organisation(document: Value, origin: &str) -> Result<Self, SchemaFault> {
        references::check(&document)?;
        let validator = build(&document)?;
        let quick = Json::deserialize(&document).ok().and_then(|document| Quick::new(&document)).map(Arc::new);
        let (document, validator) = (OnceLock::from(document), OnceLock::from(validator));
        Ok(Self { text: "", document, quick, validator, origin: Some(origin.to_owned()), other_keys: |_| Vec::new() })
    }

    #[expect(clippy::expect_used, reason = "the text is a constant, and the tests compile each one")]
    fn document(&self) -> &Value {
        self.document.get_or_init(|| serde_json::from_str(self.text).expect("the shipped schema is JSON"))
    }

    #[expect(clippy::expect_used, reason = "what may not compile, the organisation's own, is built at once")]
    fn validator(&self) -> &Validator<Tree> {
        self.validator.get_or_init(|| build(self.document()).expect("the shipped schema compiles"))
    }

    fn is_valid(&self, root: &Node<'_>) -> bool {
        let quick = self.quick.as_ref().and_then(|quick| quick.is_valid(root));
        quick.unwrap_or_else(|| self.validator().is_valid(root))
    }

    /// Lets it name our key if an unknown one is another name for it.
    #[must_use]
    pub fn with_other_keys(self, other_keys: OtherKeys) -> Self {
        Self { other_keys, ..self }
    }

    /// Judges the tree of a text: one problem per place, in the order of the text, up to the listed number.
    #[must_use]
    pub fn check(&self, text: &str, root: &Node<'_>) -> Vec<Problem> {
        let page = Page { text, root };
        let mut found = Vec::new();
        if !self.is_valid(root) {
            for error in self.validator().iter_errors(root) {
                self.explain(page, &error, &mut found);
                if found.len() > ENOUGH {
                    break;
                }
            }
        }
        if self.origin.is_none() && has_empty_value(root) {
            self.unknown_empty_keys(page, root, "", &mut found);
        }
        let mut problems = one_for_each_key(found);
        problems.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
        // A date that fails its pattern and its format is one defect; two missing keys are two.
        problems.dedup_by(|b, a| a.span == b.span && (a.message == b.message || a.place == b.place));
        Problem::first_of(problems)
    }

    fn explain(&self, page: Page<'_>, error: &ValidationError<'_>, found: &mut Vec<Found>) {
        let root = page.root;
        let pointer = error.instance_path().as_str();
        let Some((_, node)) = yaml::lookup(root, pointer) else { return };
        match error.kind() {
            Kind::Required { property } => {
                let key = property.as_str().unwrap_or_default();
                let own = if self.origin.is_some() {
                    None
                } else {
                    cover::unbounded(root, pointer, key, absence(root, pointer))
                };
                let problems = own.unwrap_or_else(|| vec![self.missing(root, pointer, key)]);
                found.extend(problems.into_iter().map(Found::from));
            }
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
                for key in unexpected.iter().take(ENOUGH) {
                    found.extend(self.unknown_key(page, node, pointer, key));
                }
            }
            // Where the schema names no key, the mapping as a whole is what it refuses.
            Kind::FalseSchema if self.origin.is_some() && self.refuses_keys(pointer) => {
                let keys = node.as_map().unwrap_or_default().iter().filter(|entry| !entry.value.is_empty());
                found.extend(keys.take(ENOUGH).filter_map(|entry| self.unknown_key(page, node, pointer, &entry.key)));
            }
            Kind::FalseSchema if self.origin.is_none() => found.push(misplaced(root, pointer, node).into()),
            kind if self.origin.is_none() && cover::is_in(pointer) && cover::fault(pointer, node, kind).is_some() => {
                found.extend(cover::fault(pointer, node, kind).map(Found::from));
            }
            Kind::PropertyNames { error } if self.origin.is_none() => {
                let key = error.instance().as_str().unwrap_or_default().to_owned();
                let entry = node.as_map().and_then(|entries| entries.iter().find(|entry| entry.key == key));
                let names = self.subschema(pointer).and_then(|schema| self.resolve(schema).get("propertyNames"));
                let told = names.and_then(|names| names.get("patternErrorMessage")?.as_str());
                let message = format!("the key `{}` does not have the expected form", shown(&key));
                let span = entry.map_or(node.span, |entry| entry.key_span);
                let help = told.map(sentence_of_help);
                let place = Place::key(format!("{pointer}/{}", escaped(&key)));
                found.push(Problem { span, message, help, related: None, place, fix: None }.into());
            }
            kind => {
                let name = subject(pointer);
                let message = self.sentence(&name, pointer, node, kind).unwrap_or_else(|| {
                    let message = error.masked().to_string();
                    format!("{name}: {}", shown(&message))
                });
                let help = commented(page, node, kind).or_else(|| self.help(pointer, node, kind));
                let fix = self.fix_value(page, pointer, node, kind).map(Box::new);
                let (message, place) = (self.signed(message), Place::value(pointer));
                found.push(Problem { span: node.span, message, help, related: None, place, fix }.into());
            }
        }
    }

    /// Returns what is wrong with a value, for the kinds of error that people meet.
    fn sentence(&self, name: &str, pointer: &str, node: &Node<'_>, kind: &Kind) -> Option<String> {
        let value = node.as_text().map(|text| shown(text).into_owned()).unwrap_or_default();
        Some(match kind {
            Kind::Enum { options } => {
                let options: Vec<String> = options.as_array()?.iter().map(plain).collect();
                format!("{name} must be {}, not {}", any_of(&options), actual(node))
            }
            Kind::Constant { expected_value } => {
                format!("{name} must be `{}`, not {}", plain(expected_value), actual(node))
            }
            Kind::Type { kind: TypeKind::Single(expected) } => {
                format!("{name} must be {}, not {}", type_name(*expected), actual(node))
            }
            Kind::Format { format } if format == "date" => {
                format!("{name} is `{value}`: {}", date_fault(node, Day::parse(node.as_text()?).err()?))
            }
            Kind::Format { format } if format == "moment" => {
                format!("{name} is `{value}`: {}", date_fault(node, Moment::parse(node.as_text()?).err()?))
            }
            Kind::Pattern { .. } if self.is_moment(pointer) => {
                format!("{name} is `{value}`: {}", date_fault(node, Moment::parse(node.as_text()?).err()?))
            }
            Kind::Pattern { .. } if self.origin.is_none() => {
                format!("{name} is `{value}`, which does not have the expected form")
            }
            Kind::Pattern { pattern } => format!("{name} is `{value}`, which does not match `{pattern}`"),
            Kind::AnyOf { .. } if self.origin.is_none() => {
                format!("{name} needs one of {}", list(&self.keys_of_which_one(pointer)))
            }
            Kind::MinItems { limit } => {
                format!("{name} needs at least {limit} {}", plural(*limit, "item"))
            }
            Kind::MinLength { limit } => {
                format!("{name} needs at least {limit} {}", plural(*limit, "character"))
            }
            Kind::MaxLength { limit } => {
                format!("{name} may have at most {limit} {}", plural(*limit, "character"))
            }
            Kind::Minimum { limit } => format!("{name} is `{value}`, the minimum is `{limit}`"),
            Kind::Maximum { limit } => format!("{name} is `{value}`, the maximum is `{limit}`"),
            Kind::ExclusiveMinimum { limit } => format!("{name} is `{value}`, it must be more than `{limit}`"),
            Kind::ExclusiveMaximum { limit } => format!("{name} is `{value}`, it must be less than `{limit}`"),
            Kind::Type { kind: TypeKind::Multiple(types) } => {
                let types: Vec<&str> = types.iter().map(type_name).collect();
                format!("{name} must be {}, not {}", types.join(" or "), actual(node))
            }
            Kind::Format { format } => format!("{name} is `{value}`, which does not have the format `{format}`"),
            Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => match self.keys_of_which_one(pointer).as_slice() {
                [] => format!("{name} matches none of the allowed forms"),
                keys => format!("{name} needs one of {}", list(keys)),
            },
            Kind::OneOfMultipleValid { .. } => format!("{name} matches several forms, of which only one is allowed"),
            Kind::FalseSchema => format!("{name} is not allowed here"),
            Kind::Not { .. } => format!("{name} is {}, which is not allowed", actual(node)),
            Kind::UniqueItems => format!("{name} names an item twice"),
            _ => return None,
        })
    }

    fn help(&self, pointer: &str, node: &Node<'_>, kind: &Kind) -> Option<String> {
        if let (Kind::Enum { options }, Some(text)) = (kind, node.as_text()) {
            let list = pointer.rsplit_once('/').map_or("", |(list, _)| list);
            if is_no_alternative(text) && self.subschema(list).is_some_and(|list| list.get("items").is_some()) {
                return Some(format!("write `{}`", typed::below_key(list, "[]")));
            }
            let options: Vec<String> = options.as_array()?.iter().map(plain).collect();
            let known: Vec<&str> = options.iter().map(String::as_str).collect();
            // What belongs to no option is another system's word, which only the schema's author can explain.
            let comment = self.subschema(pointer).and_then(|schema| schema.get("$comment")?.as_str());
            let best = synonym(text, &known).or_else(|| nearest(text, known.iter().copied()));
            if best == Some("active") && words::is_undecided(text) {
                return Some("a request uses `active` too: it is in force once it is approved and merged".to_owned());
            }
            // Where another system's word is likely, one that is only near is not what was meant.
            let best = best.filter(|best| comment.is_none() || best.eq_ignore_ascii_case(text));
            return best.map(|best| format!("did you mean `{best}`?")).or_else(|| comment.map(str::to_owned));
        }
        match kind {
            Kind::Format { format } => dates_meant(node, format == "date"),
            Kind::Pattern { .. } if self.is_moment(pointer) => dates_meant(node, false),
            Kind::Pattern { pattern } => match node.as_text().and_then(|text| days_of(text, pattern)) {
                Some(days) => Some(format!("write `{days}`")),
                None => self.form(pointer),
            },
            Kind::AnyOf { .. } if self.origin.is_none() => None,
            Kind::Enum { .. } => None,
            Kind::Type { .. } => self
                .glued(pointer, node)
                .map(|pair| format!("write `{pair}`, with a plain colon and a plain space after it"))
                .or_else(|| self.typed_with(pointer, node).map(|typed| format!("write `{typed}`")))
                .or_else(|| self.form(pointer)),
            Kind::UniqueItems => Some("remove the repeated one".to_owned()),
            _ => self.instruction(pointer),
        }
    }

    fn missing(&self, root: &Node<'_>, pointer: &str, key: &str) -> Problem {
        let field = format!("{pointer}/{}", escaped(key));
        let help = self.instruction(&field);
        let empty = yaml::lookup(root, &field).and_then(|(key, _)| key);
        let (span, state) = match empty {
            Some(key) => (key, "is empty"),
            None => (absence(root, pointer), "is missing"),
        };
        let message = self.signed(format!("`{}` {state}", field_name(&field)));
        Problem { span, message, help, related: None, place: Place::absent(field), fix: None }
    }

    fn unknown_key(&self, page: Page<'_>, node: &Node<'_>, pointer: &str, key: &str) -> Option<Found> {
        let entry = node.as_map()?.iter().find(|entry| entry.key == key)?;
        let known = self.known_keys(pointer);
        let home = self.home_of(node, pointer, key);
        let meant = self.key_meant(key, &known).filter(|_| home.is_none());
        let (meant, is_sure) = meant.map_or((None, false), |(ours, is_sure)| (Some(ours), is_sure));
        let is_there = |ours: &str| node.get(ours).is_some();
        let is_twice = |home: &str| node.get(home).is_some_and(|home| home.get(key).is_some());
        // What only resembles a key that is there is hardly a second one.
        let meant = meant.filter(|best| is_sure || !is_there(best));
        let odd_space = key.chars().find(|c| *c != ' ' && is_space(*c)).map(space_name);
        let help = match (home, meant) {
            _ if lacks_space(key, &known) => {
                format!("write a space after the colon: `{}`", shown(&key.replacen(':', ": ", 1)))
            }
            _ if odd_space.is_some() => format!("it contains {}: write a plain one", odd_space.unwrap_or_default()),
            (Some(home), _) if is_twice(home) => {
                format!("it belongs under `{home}`, where it already exists: keep one of the two")
            }
            (Some(home), _) if node.get(home).is_some_and(Node::is_in_braces) => {
                format!("it belongs under `{home}`: move it between the braces there")
            }
            (Some(home), _) => format!("it belongs under `{home}`: indent it below that key"),
            (_, Some(best)) if is_there(best) => format!("`{best}` already exists: keep one of the two"),
            (_, Some(best)) => format!("did you mean `{best}`?"),
            (None, None) if known.is_empty() => "delete it".to_owned(),
            (None, None) if pointer.is_empty() && key == "id" && self.takes_own_keys(pointer) => {
                "delete it: the id of an exception is the name of its file; write `x-id` if it is another one"
                    .to_owned()
            }
            (None, None) => {
                let own = match self.takes_own_keys(pointer) {
                    true => format!("write `{}` if it is your own; ", shown(&own_key(key))),
                    false => String::new(),
                };
                format!("{own}the keys here are {}", list(&known))
            }
        };
        let message = self.signed(format!("unknown key `{}`", shown(key)));
        let place = Place::key(format!("{pointer}/{}", escaped(key)));
        let fix = match (home, meant) {
            (Some(home), _) => self.fix_stray(page, home, key),
            (None, Some(best)) if is_sure => self.fix_name(page, node, pointer, entry, best),
            (None, _) => None,
        };
        let stands_for =
            home.or(meant.filter(|best| !is_there(best))).map(|ours| format!("{pointer}/{}", escaped(ours)));
        let problem =
            Problem { span: entry.key_span, message, help: Some(help), related: None, place, fix: fix.map(Box::new) };
        Some(Found { problem, stands_for, is_name: home.is_none() })
    }

    /// Returns the key that somebody probably means by another, and whether it hardly can be anything else.
    fn key_meant<'k>(&self, key: &str, known: &[&'k str]) -> Option<(&'k str, bool)> {
        if let Some(ours) = words::same(key, known) {
            return Some((ours, true));
        }
        let is_one = |ours: &str| known.iter().copied().find(|known| *known == ours);
        let called = (self.other_keys)(key).into_iter().find_map(|(ours, is_sure)| Some((is_one(ours)?, is_sure)));
        called.or_else(|| Some((synonym(key, known).or_else(|| nearest(key, known.iter().copied()))?, false)))
    }

    /// Returns the key at the top whose mapping knows a key that was written at the top: one that lacks it, or else one
    /// that has it already.
    fn home_of(&self, node: &Node<'_>, pointer: &str, key: &str) -> Option<&str> {
        let tops = if pointer.is_empty() && self.origin.is_none() { self.known_keys("") } else { Vec::new() };
        let knows = |top: &&str| self.known_keys(&format!("/{top}")).contains(&key);
        let homes: Vec<&str> = tops.into_iter().filter(knows).collect();
        let is_there = |top: &str| node.as_map().is_some_and(|entries| entries.iter().any(|entry| entry.key == top));
        let lacks_it = |top: &&str| match is_there(top) {
            true => node.get(top).is_none_or(|home| home.get(key).is_none()),
            false => ["scope", "risk"].contains(top),
        };
        homes.iter().copied().find(lacks_it).or_else(|| homes.iter().copied().find(|top| is_there(top)))
    }

    /// Returns whether the field at a JSON Pointer is a day or a date-time.
    fn is_moment(&self, pointer: &str) -> bool {
        let format = |schema: &Value| self.resolve(schema).get("format").and_then(Value::as_str) == Some("moment");
        self.origin.is_none() && self.subschema(pointer).is_some_and(format)
    }

    /// Finds unknown keys without a value: they count as missing, so the validator never sees them.
    fn unknown_empty_keys(&self, page: Page<'_>, node: &Node<'_>, pointer: &str, problems: &mut Vec<Found>) {
        for (index, item) in node.as_seq().unwrap_or_default().iter().enumerate() {
            if item.as_text().is_none() {
                self.unknown_empty_keys(page, item, &format!("{pointer}/{index}"), problems);
            }
        }
        for entry in node.as_map().unwrap_or_default() {
            if problems.len() > ENOUGH {
                return;
            }
            if entry.key.starts_with("x-") {
                continue;
            }
            if entry.value.is_empty() {
                let known = self.known_keys(pointer);
                if !known.is_empty() && !known.contains(&&*entry.key) {
                    problems.extend(self.unknown_key(page, node, pointer, &entry.key));
                }
            } else if entry.value.as_text().is_none() {
                self.unknown_empty_keys(page, &entry.value, &format!("{pointer}/{}", escaped(&entry.key)), problems);
            }
        }
    }

    /// Returns the keys that the schema names for the mapping at a JSON Pointer.
    fn known_keys(&self, pointer: &str) -> Vec<&str> {
        let keys = self.subschema(pointer).and_then(|schema| schema.get("properties")?.as_object());
        keys.map(|keys| keys.keys().map(String::as_str).collect()).unwrap_or_default()
    }

    /// Tells whether the schema of the mapping at a JSON Pointer takes no key but those that it names.
    fn refuses_keys(&self, pointer: &str) -> bool {
        let refused =
            |key: &str| self.subschema(pointer).is_some_and(|schema| schema.get(key) == Some(&Value::Bool(false)));
        refused("additionalProperties") || refused("unevaluatedProperties")
    }

    /// Returns the keys of which the mapping at a JSON Pointer needs one, in the order of the schema.
    fn keys_of_which_one(&self, pointer: &str) -> Vec<&str> {
        let schema = self.subschema(pointer);
        let any = schema.and_then(|schema| schema.get("anyOf").or_else(|| schema.get("oneOf"))?.as_array());
        let required = any.into_iter().flatten().filter_map(|one| one.get("required")?.as_array()).flatten();
        required.filter_map(Value::as_str).collect()
    }

    /// Tells whether the mapping at a JSON Pointer takes keys of the organisation's own. Its own schema says itself what it
    /// takes.
    fn takes_own_keys(&self, pointer: &str) -> bool {
        let named_like = self.subschema(pointer).and_then(|schema| schema.get("patternProperties"));
        self.origin.is_none() && named_like.is_some_and(|named_like| named_like.get("^x-").is_some())
    }

    /// Returns the first sentence that the schema says about the field at a JSON Pointer.
    fn description(&self, pointer: &str) -> Option<String> {
        let text = self.subschema(pointer)?.get("description")?.as_str()?;
        Some(first_sentence(text))
    }

    /// Returns what a text at a JSON Pointer looks like, with an example.
    fn form(&self, pointer: &str) -> Option<String> {
        let schema = self.subschema(pointer)?;
        let text = first_sentence(self.resolve(schema).get("description")?.as_str()?);
        let example =
            schema.get("examples").and_then(|examples| examples.get(0)).filter(|it| it.is_string() || it.is_number());
        let example = example.map(plain);
        Some(example.map_or_else(|| text.clone(), |example| format!("{text}, such as `{example}`")))
    }

    fn subschema(&self, pointer: &str) -> Option<&Value> {
        let mut schema = self.document();
        for part in pointer.split('/').skip(1) {
            schema = self.resolve(schema);
            let named = schema.get("properties").and_then(|keys| keys.get(&*unescaped(part)));
            let item = || schema.get("items").filter(|_| part.bytes().all(|b| b.is_ascii_digit()));
            let other = || schema.get("additionalProperties").filter(|other| other.is_object());
            schema = named.or_else(item).or_else(other)?;
        }
        // A description next to a reference says more than the one that it refers to.
        if schema.get("description").is_some() { Some(schema) } else { Some(self.resolve(schema)) }
    }

    fn resolve<'s>(&'s self, schema: &'s Value) -> &'s Value {
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
        target.and_then(|target| self.document().pointer(target)).unwrap_or(schema)
    }

    fn signed(&self, message: String) -> String {
        match &self.origin {
            Some(origin) => format!("{message} (by `{}`)", shown(origin)),
            None => message,
        }
    }
}

fn build(document: &Value) -> Result<Validator<Tree>, SchemaFault> {
    jsonschema::options_for::<Tree>()
        .offline()
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false)
        .with_format("date", |text: &str| Day::parse(text).is_ok())
        .with_format("moment", |text: &str| Moment::parse(text).is_ok())
        .with_format("tool", cover::is_tool)
        .with_format("cover-path", cover::is_path)
        .with_format("cover-text", cover::is_text)
        .with_format("cover-lines", cover::is_lines)
        .with_pattern_options(PatternOptions::regex())
        .build(document)
        .map_err(|error| SchemaFault::compiling(&error))
}

/// Returns a key as an organisation's own one.
fn own_key(key: &str) -> String {
    let rest = ["x_", "X-", "X_"].iter().find_map(|start| key.strip_prefix(start)).unwrap_or(key);
    format!("x-{rest}")
}

fn has_empty_value(node: &Node<'_>) -> bool {
    let below = |entry: &Entry<'_>| entry.value.is_empty() || has_empty_value(&entry.value);
    node.as_map().unwrap_or_default().iter().any(below) || node.as_seq().unwrap_or_default().iter().any(has_empty_value)
}

/// Returns where to point for a missing key: at the mapping's own key, otherwise at its first one.
fn absence(root: &Node<'_>, pointer: &str) -> Span {
    let Some((key, node)) = yaml::lookup(root, pointer) else { return root.span };
    let first = || node.as_map().and_then(|entries| entries.first()).map(|entry| entry.key_span);
    key.or_else(first).unwrap_or(node.span)
}

/// A text and its tree.
#[derive(Clone, Copy)]
struct Page<'p> {
    text: &'p str,
    root: &'p Node<'p>,
}

/// A problem, and the key that is missing because of it.
struct Found {
    problem: Problem,
    /// JSON Pointer of the field that was written under another key, or not below its own.
    stands_for: Option<String>,
    /// Whether only its name is another.
    is_name: bool,
}

impl From<Problem> for Found {
    fn from(problem: Problem) -> Self {
        Self { problem, stands_for: None, is_name: false }
    }
}

/// Drops what is missing only because it was written otherwise. Of two keys that may mean the same one, neither is
/// renamed.
fn one_for_each_key(found: Vec<Found>) -> Vec<Problem> {
    let mut named: BTreeMap<String, usize> = BTreeMap::new();
    for found in &found {
        if let Some(pointer) = &found.stands_for {
            *named.entry(pointer.clone()).or_default() += usize::from(found.is_name);
        }
    }
    let is_contested = |pointer: &Option<String>| pointer.as_ref().is_some_and(|pointer| named[pointer] > 1);
    let is_named = |problem: &Problem| problem.place.missing().is_some_and(|pointer| named.contains_key(pointer));
    let found = found.into_iter().filter(|found| !is_named(&found.problem));
    found
        .map(|found| match is_contested(&found.stands_for) {
            true => found.problem.fixed_by(None),
            false => found.problem,
        })
        .collect()
}

/// Says what is wrong with a date, with its right spelling where there is one.
fn date_fault(node: &Node<'_>, fault: MomentError) -> MomentError {
    foreign::fault(node.as_text().unwrap_or_default(), fault)
}

/// Names both days that a text may mean, or the part of it that can be read.
fn dates_meant(node: &Node<'_>, is_day: bool) -> Option<String> {
    const MINUTES: usize = "2026-11-23T09:00".len();
    let text = node.as_text()?;
    if foreign::contradiction(text).is_some() {
        return Some("write the intended day as YYYY-MM-DD".to_owned());
    }
    if is_day && let Err(MomentError::TimeOnADay(day)) = Day::parse(text) {
        return Some(match foreign::day_at_any_offset(text) {
            Some(day) => format!("write `{day}`"),
            None => format!("write `{day}`, or the day that it was in the register's time zone"),
        });
    }
    match foreign::spellings(text).as_slice() {
        [a, b] => Some(format!("write `{a}` or `{b}`")),
        [] if is_day => None,
        [] => {
            let readable = text.get(..MINUTES).filter(|text| Moment::parse(text).is_ok())?;
            Some(format!(
                "write `{readable}`, in the register's time zone, or with an offset such as `+01:00` after it"
            ))
        }
        _ => None,
    }
}

/// Returns a bare number with the unit that the pattern of its field asks for: `3d`.
fn days_of(text: &str, pattern: &str) -> Option<String> {
    let days = format!("{}d", text.trim());
    let is_number = !text.is_empty() && text.trim().bytes().all(|byte| byte.is_ascii_digit());
    (is_number && Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(&days))).then_some(days)
}

/// Says how to write an empty item of a list behind which `#` begins a comment.
fn commented(page: Page<'_>, node: &Node<'_>, kind: &Kind) -> Option<String> {
    let start = page.line_start(node.span.range().start);
    let line =
        page.text.get(start..)?.lines().next().filter(|_| matches!(kind, Kind::Type { .. }) && node.is_empty())?;
    let text = line.split_once(" #")?.1.trim_end();
    text.starts_with(char::is_alphanumeric).then_some(())?;
    Some(format!("a `#` begins a comment: write `\"#{}\"`", shown(text)))
}

fn misplaced(root: &Node<'_>, pointer: &str, node: &Node<'_>) -> Problem {
    let key = yaml::key_at(root, pointer).map(|(pointer, span)| (span, Place::key(pointer)));
    let (span, place) = key.unwrap_or_else(|| (node.span, Place::value(pointer)));
    if let Some(problem) = cover::misplaced(root, pointer, span, &place) {
        return problem;
    }
    let tier = yaml::lookup(root, "/risk/tier").and_then(|(_, tier)| tier.as_text()).unwrap_or_default();
    if pointer == "/incident" {
        let message = format!("`incident` belongs only to tier `emergency`, and this is tier `{}`", shown(tier));
        return Problem::new(span, message, "delete `incident`, or set `risk.tier: emergency`").at(place);
    }
    Problem::new(span, format!("`{}` is not allowed here", field_name(pointer)), "delete it").at(place)
}

/// Finds a key that an object of a JSON text has twice.
#[must_use]
pub fn repeated_key(text: &str) -> Option<String> {
    let document: document::Json<'_> = serde_json::from_str(text).ok()?;
    document.repeated_key().map(str::to_owned)
}

/// Returns a JSON Pointer as people write fields: `renewals[0].expires`.
#[must_use]
pub fn field_name(pointer: &str) -> String {
    let mut name = String::new();
    for part in pointer.split('/').skip(1) {
        let part = unescaped(part);
        if !name.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            name.push_str(&format!("[{part}]"));
        } else {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(&shown(&part));
        }
    }
    name
}

fn subject(pointer: &str) -> String {
    if pointer.is_empty() { "the file".to_owned() } else { format!("`{}`", field_name(pointer)) }
}

fn actual(node: &Node<'_>) -> String {
    match node.as_text() {
        Some(_) if node.is_empty() => "empty".to_owned(),
        Some(text) if quoted(node) && (text.parse::<f64>().is_ok() || yaml::boolean(text).is_some()) => {
            format!("the quoted string `{}`", shown(text))
        }
        Some(text) => format!("`{}`", shown(text)),
        None => node.kind_name().to_owned(),
    }
}

fn quoted(node: &Node<'_>) -> bool {
    matches!(&node.kind, yaml::Kind::Scalar(scalar) if scalar.style == yaml::Style::Quoted)
}

/// Writes a sentence of the schema as a help.
fn sentence_of_help(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut rest = text.chars();
    rest.next().map(|first| first.to_lowercase().chain(rest).collect()).unwrap_or_default()
}

fn first_sentence(text: &str) -> String {
    text.split(". ").next().unwrap_or_default().trim_end_matches('.').to_owned()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn type_name(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Array => "a list",
        JsonType::Boolean => "`true` or `false`",
        JsonType::Integer => "a whole number",
        JsonType::Null => "empty",
        JsonType::Number => "a number",
        JsonType::Object => "a mapping",
        JsonType::String => "a string",
    }
}

fn plural(count: u64, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}

fn any_of(options: &[String]) -> String {
    match options {
        [] => "nothing".to_owned(),
        [one] => format!("`{one}`"),
        [rest @ .., last] => format!("`{}` or `{last}`", rest.join("`, `")),
    }
}

fn list(keys: &[&str]) -> String {
    format!("`{}`", keys.join("`, `"))
}

/// Tells whether a key is one that is known with its value behind it, which only a space would part from it.
fn lacks_space(key: &str, known: &[&str]) -> bool {
    key.split_once(':').is_some_and(|(key, value)| known.contains(&key) && !value.starts_with(' '))
}

#[cfg(test)]
mod tests;
