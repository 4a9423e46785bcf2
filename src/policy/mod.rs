//! The policy of a repository, its roster and its catalogue of controls.
//!
//! Each is parsed into the spanned tree and checked against its schema, so that a fault is shown where it is. A fault
//! here ends the run: an unreadable rule book must never pass anything.

mod baseline;
mod book;
mod enforcement;
mod forge;
mod people;
pub mod places;
mod targets;
mod suppressed;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub use baseline::{Baseline, Tolerated};
pub use book::RuleBook;
pub use enforcement::Enforcement;
pub use forge::Forge;
pub use places::NAMES;
pub use suppressed::{Allowed, Breadth, SuppressionBaseline};
pub use targets::Target;

use crate::error::Error;
use crate::files::{self, ReadFile, Repository};
use crate::people::{Agents, People};
use crate::register::fields::Field;
use crate::register::{Controls, Tier};
use crate::rule::Level;
use crate::rule::Rule;
use crate::schema::{Schema, SchemaFault, Shipped, repeated_key};
use crate::source::{Source, Span};
use crate::text::{nearest, shown};
use crate::time::{Day, Zone, parse_days};
use crate::tools::{Name, Tool};
use crate::yaml::{self, Node, Problem};

/// The policy in force; [`Policy::default`] is what stopgap recommends.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The file it was read from, relative to the root; `None` for the default.
    pub path: Option<String>,
    /// What that file says.
    text: Option<Arc<str>>,
    /// The folder of the exceptions.
    pub exceptions: String,
    /// The roster's file, if the policy names one.
    pub people: Option<String>,
    /// The catalogue's file, if the policy names one.
    pub controls: Option<String>,
    /// The organisation's own schema, if the policy names one.
    pub schema: Option<String>,
    /// The forge that hosts the repository, if the policy or the CI system names it; see [`Policy::forge`].
    pub forge: Option<Forge>,
    /// The time zone in which days begin and end.
    pub timezone: Zone,
    /// The longest approval of each tier, in days.
    pub tiers: BTreeMap<Tier, u32>,
    /// The lowest tier of an exception with any exposure.
    pub exposure_tier: Tier,
    /// How often an exception may be renewed.
    pub max_renewals: usize,
    /// Days before the expiry on which people are reminded, longest first.
    pub reminders: Vec<u32>,
    /// The similarity of two word sets from which a reason counts as a copy, above 0 and at most 1.
    pub similarity: f64,
    /// By how many days a change may back-date its entries.
    pub back_dating: u32,
    /// For how many days after a refusal the same request has to answer it.
    pub asked_again: u32,
    /// How many days from today a baseline may end.
    pub baseline: u32,
    /// Whether the commit that writes a decision must be signed by its approver, or by the forge that merges it.
    pub signed_decisions: bool,
    /// Under which name the forge's own key is among the allowed signers.
    pub forge_signer: Option<String>,
    /// The allowed signers as the rule book has them; read only where decisions must be signed, and `None` where the
    /// file is not there.
    pub signers: Option<String>,
    /// Stock phrases in addition to the built-in ones.
    pub vague_phrases: Vec<String>,
    /// The ignore files that are written from the register.
    pub sync: Vec<Target>,
    /// The tools whose suppressions need an exception, or all of them; `None` if the policy does not say.
    pub suppressions: Option<Suppressing>,
    /// Whether markers are judged; `None` if the policy does not say.
    pub markers: Option<bool>,
    /// Programs that write on somebody's behalf.
    pub agents: Agents,
    /// Which results of scanners need an exception.
    pub enforcement: Enforcement,
    /// Levels of rules that differ from the rules' defaults.
    pub rules: BTreeMap<&'static str, Level>,
}

/// Whose suppressions need an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suppressing {
    /// Those of every tool that is known.
    All,
    /// Those of these tools, by their keys.
    Tools(Vec<String>),
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            path: None,
            text: None,
            exceptions: "exceptions".into(),
            people: None,
            controls: None,
            schema: None,
            forge: None,
            timezone: Zone::UTC,
            tiers: Tier::ALL.into_iter().zip([30, 14, 7, 3]).collect(),
            exposure_tier: Tier::High,
            max_renewals: 2,
            reminders: vec![7, 1],
            similarity: 0.8,
            back_dating: 3,
            asked_again: 90,
            baseline: 90,
            signed_decisions: false,
            forge_signer: None,
            signers: None,
            vague_phrases: Vec::new(),
            sync: Vec::new(),
            suppressions: None,
            markers: None,
            agents: Agents::default(),
            enforcement: Enforcement::default(),
            rules: BTreeMap::new(),
        }
    }
}

impl Policy {
    /// Reads the policy of a repository: the file that the user names in it, otherwise the usual one.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or says something that makes no sense.
    pub fn load(place: &Repository, named: Option<&str>, rules: &[&'static Rule]) -> Result<Self, Error> {
        if let Some(name) = named {
            return Self::from_source(place, usable(place.read(name)?, KIND)?, rules);
        }
        if let Some(name) = place.first_of(&NAMES)? {
            return Self::from_source(place, usable(place.read(name)?, KIND)?, rules);
        }
        let misnamed = ["stopgap.yml", ".stopgap.yaml", ".github/stopgap.yml"];
        if let Some(name) = place.first_of(&misnamed)? {
            return Err(Error::Misnamed { name, usual: NAMES[0] });
        }
        Ok(Self::default())
    }

    /// Reads a policy that the user keeps outside the repository.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or says something that makes no sense.
    pub fn load_outside(place: &Repository, path: &Path, rules: &[&'static Rule]) -> Result<Self, Error> {
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let file = files::read(&real, path.to_string_lossy().into_owned())?;
        Self::from_source(place, usable(file, KIND)?, rules)
    }

    /// Reads a policy's text.
    ///
    /// # Errors
    ///
    /// If it says something that makes no sense.
    pub fn from_source(place: &Repository, source: Source, rules: &[&'static Rule]) -> Result<Self, Error> {
        let (path, text) = (Some(source.path().to_owned()), Some(Arc::from(source.text())));
        let mut policy = Self { path, text, ..Self::default() };
        let problems = match parsed(&source, Shipped::Policy) {
            Ok(None) => Vec::new(),
            Ok(Some(node)) => policy.take(place, &node, rules),
            Err(problems) => problems,
        };
        if problems.is_empty() { Ok(policy) } else { Err(Error::config(KIND, source, problems)) }
    }

    /// Returns what is wrong with something that the policy names, shown at the value that names it; `None` where it does not.
    #[must_use]
    pub fn fault_at(&self, pointer: &str, message: String, help: impl Into<String>) -> Option<Error> {
        let source = Source::new(self.path.as_deref()?, self.text.as_deref()?.to_owned());
        let span = yaml::lookup(&yaml::parse(source.text()).ok()?, pointer)?.1.span;
        Some(Error::config(KIND, source, vec![Problem::new(span, message, help)]))
    }

    /// Shows a register that is not there at the line that names its folder, where there is one.
    #[must_use]
    pub fn shown(&self, error: Error) -> Error {
        let Error::NoRegister { folder, .. } = &error else { return error };
        let message = format!("`exceptions`: there is no folder `{}`", shown(folder));
        let help = "correct the name; `stopgap init` sets up a register";
        self.fault_at("/exceptions", message, help).unwrap_or(error)
    }

    /// Returns the roster's file: the named one, otherwise the usual one.
    #[must_use]
    pub fn people_path(&self) -> &str {
        self.people.as_deref().unwrap_or(places::PEOPLE)
    }

    /// Returns the catalogue's file: the named one, otherwise the usual one.
    #[must_use]
    pub fn controls_path(&self) -> &str {
        self.controls.as_deref().unwrap_or(places::CONTROLS)
    }

    /// Returns the forge that hosts the repository: GitHub if nothing says otherwise.
    #[must_use]
    pub fn forge(&self) -> Forge {
        self.forge.unwrap_or_default()
    }

    /// Returns the tools whose suppressions are judged: those that the policy names, or all where there is a baseline
    /// of suppressions; `None` where none are.
    #[must_use]
    pub fn suppressing(&self, has_baseline: bool) -> Option<Suppressing> {
        match &self.suppressions {
            Some(Suppressing::Tools(tools)) if tools.is_empty() => None,
            None if has_baseline => Some(Suppressing::All),
            named => named.clone(),
        }
    }

    /// Returns the level of a rule.
    #[must_use]
    pub fn level(&self, rule: &Rule) -> Level {
        self.rules.get(rule.id).copied().unwrap_or(rule.level)
    }

    /// Returns the longest approval of a tier, in days.
    #[must_use]
    pub fn limit(&self, tier: Tier) -> i64 {
        self.tiers.get(&tier).copied().unwrap_or_default().into()
    }

    /// Takes the values from a tree that fits the schema.
    fn take(&mut self, place: &Repository, node: &Node<'_>, rules: &[&'static Rule]) -> Vec<Problem> {
        let mut problems = Vec::new();
        let text = |key: &str| node.get(key).and_then(Node::as_text).map(str::to_owned);
        for (key, slot) in
            [("people", &mut self.people), ("controls", &mut self.controls), ("schema", &mut self.schema)]
        {
            *slot = text(key);
        }
        self.exceptions = text("exceptions").unwrap_or(std::mem::take(&mut self.exceptions));
        for key in ["exceptions", "people", "controls", "schema"] {
            let Some(value) = node.get(key) else { continue };
            if value.as_text().is_some_and(|text| text.contains("://")) {
                let message = format!("`{key}` is an address, and nothing is read from the network");
                problems.push(Problem::new(value.span, message, "save it in the repository, and name that file"));
                continue;
            }
            if let Some(why) = place.path_problem(value.as_text().unwrap_or_default()) {
                let help = if key == "exceptions" { "name a folder" } else { "name a file" };
                problems.push(Problem::new(
                    value.span,
                    format!("`{key}`: {why}"),
                    format!("{help} of this repository"),
                ));
            }
        }
        self.exceptions = tidy_path(&self.exceptions);
        for path in [&mut self.people, &mut self.controls, &mut self.schema].into_iter().flatten() {
            *path = tidy_path(path);
        }
        if let (true, Some(value)) = (self.exceptions.is_empty(), node.get("exceptions")) {
            let message = "`exceptions` must be a separate folder, not the whole repository";
            problems.push(Problem::new(value.span, message, "write a name such as `exceptions`"));
        }
        if let Some(zone) = node.get("timezone") {
            let name = zone.as_text().unwrap_or_default();
            match Zone::parse(name) {
                Ok(zone) => self.timezone = zone,
                Err(error) => {
                    let message = format!("`{}` is not an IANA time zone", shown(name));
                    let nearest = error.nearest.map(|best| format!("did you mean `{best}`?"));
                    let help = nearest.unwrap_or_else(|| "write a name such as `Europe/Berlin` or `UTC`".into());
                    problems.push(Problem::new(zone.span, message, help));
                }
            }
        }
        self.forge = text("forge").as_deref().and_then(Forge::parse);
        self.signed_decisions = node.get("signed_decisions").and_then(Node::as_bool) == Some(true);
        self.forge_signer = text("forge_signer");
        self.take_limits(node);
        self.sync = targets::take(self, place, node.get("sync"), &mut problems);
        self.take_suppressions(node, &mut problems);
        self.enforcement.take(node.get("enforce"), &mut problems);
        self.take_rules(node, rules, &mut problems);
        problems
    }

    fn take_limits(&mut self, node: &Node<'_>) {
        let days = |node: &Node<'_>| node.as_text().and_then(parse_days);
        for tier in Tier::ALL {
            if let Some(limit) = node.get("tiers").and_then(|tiers| tiers.get(tier.name())).and_then(days) {
                self.tiers.insert(tier, limit);
            }
        }
        let word = |key: &str| node.get(key).and_then(Node::as_text);
        self.exposure_tier = word("exposure_tier").and_then(Tier::parse).unwrap_or(self.exposure_tier);
        self.back_dating = node.get("back_dating").and_then(days).unwrap_or(self.back_dating);
        self.asked_again = node.get("asked_again").and_then(days).unwrap_or(self.asked_again);
        self.baseline =
            node.get("baseline").and_then(|baseline| baseline.get("max")).and_then(days).unwrap_or(self.baseline);
        let inner = |outer: &str, key: &str| number(node.get(outer)?.get(key)?);
        self.max_renewals = inner("renewals", "max").map_or(self.max_renewals, |max| max as usize);
        self.similarity = inner("copied_reason", "similarity").unwrap_or(self.similarity);
        if let Some(reminders) = node.get("reminders").and_then(Node::as_seq) {
            self.reminders = reminders.iter().filter_map(number).map(|days| days as u32).collect();
            self.reminders.sort_unstable_by(|a, b| b.cmp(a));
        }
        self.vague_phrases = texts(node.get("vague_phrases"));
    }

    fn take_suppressions(&mut self, node: &Node<'_>, problems: &mut Vec<Problem>) {
        if let Some(list) = node.get("suppressions").and_then(Node::as_seq) {
            let mut keys = Vec::new();
            for item in list {
                let name = item.as_text().unwrap_or_default();
                match Name::read(name) {
                    _ if name == suppressed::ALL => {}
                    Name::Known(key) => keys.push(key.to_owned()),
                    Name::Other(_) => {
                        let known = Tool::all().iter().map(|tool| tool.key);
                        let help = match nearest(name, known) {
                            Some(best) => format!("did you mean `{best}`?"),
                            None => {
                                "`stopgap suppressions --tools` lists the tools; `all` means each of them".to_owned()
                            }
                        };
                        let message = format!("no suppressions are known for a tool `{}`", shown(name));
                        problems.push(Problem::new(item.span, message, help));
                    }
                }
            }
            let is_all = list.iter().any(|item| item.as_text() == Some(suppressed::ALL));
            self.suppressions = Some(if is_all { Suppressing::All } else { Suppressing::Tools(keys) });
        }
        self.markers = node.get("markers").and_then(Node::as_bool);
        let agents = |key: &str| texts(node.get("agents").and_then(|agents| agents.get(key)));
        self.agents = Agents::new(agents("logins"), agents("mails"), agents("trailers"));
    }

    fn take_rules(&mut self, node: &Node<'_>, rules: &[&'static Rule], problems: &mut Vec<Problem>) {
        for entry in node.get("rules").and_then(Node::as_map).unwrap_or_default() {
            let level = Level::ALL.iter().find(|(name, _)| entry.value.as_text() == Some(name));
            match (rules.iter().find(|rule| rule.id == entry.key), level) {
                (Some(rule), Some((_, level))) => {
                    self.rules.insert(rule.id, *level);
                }
                (Some(_), None) => {}
                (None, _) => {
                    let message = format!("there is no rule `{}`", shown(&entry.key));
                    let help = match nearest(&entry.key, rules.iter().map(|rule| rule.id)) {
                        Some(best) => format!("did you mean `{best}`?"),
                        None => "`stopgap explain` lists the rules".into(),
                    };
                    problems.push(Problem::new(entry.key_span, message, help));
                }
            }
        }
    }
}

const KIND: &str = "the policy";

/// Reads the allowed signers; `None` where the file is not there, or cannot be read and decisions need no signature.
///
/// # Errors
///
/// When it is there and cannot be read, and decisions must be signed.
pub fn load_signers(place: &Repository, policy: &Policy) -> Result<Option<String>, Error> {
    if !policy.signed_decisions {
        return Ok(place
            .read(places::SIGNERS)
            .ok()
            .filter(|file| file.opened)
            .map(|file| file.source.text().to_owned()));
    }
    let source = usual_file(place, places::SIGNERS, places::Book::Signers.name())?;
    Ok(source.map(|source| source.text().to_owned()))
}

/// Reads the roster: the file that the policy names, otherwise the usual one if it exists.
///
/// # Errors
///
/// If it is named and missing, cannot be read, or says something that makes no sense.
pub fn load_people(place: &Repository, policy: &Policy) -> Result<People, Error> {
    const KIND: &str = "the roster";
    match side_file(place, (policy, "people", policy.people.as_deref()), places::PEOPLE, KIND)? {
        Some(source) => match parsed(&source, Shipped::People).and_then(|node| match node {
            Some(node) => people::from_node(&node),
            // An empty roster would let everybody pass.
            None => {
                let nothing = Node { span: Span::default(), kind: yaml::Kind::Map(Vec::new()) };
                Err(Schema::shipped(Shipped::People).check(source.text(), &nothing))
            }
        }) {
            Ok(people) => Ok(people),
            Err(problems) => Err(Error::config(KIND, source, problems)),
        },
        None => Ok(People::default()),
    }
}

/// Reads the catalogue of controls: the file that the policy names, otherwise `controls.yaml` if there is one.
///
/// # Errors
///
/// If it is named and missing, cannot be read, or says something that makes no sense.
pub fn load_controls(place: &Repository, policy: &Policy) -> Result<Option<Controls>, Error> {
    const KIND: &str = "the catalogue of controls";
    match side_file(place, (policy, "controls", policy.controls.as_deref()), places::CONTROLS, KIND)? {
        Some(source) => match parsed(&source, Shipped::Controls).and_then(|node| Controls::from_node(node.as_ref())) {
            Ok(controls) => Ok(Some(controls)),
            Err(problems) => Err(Error::config(KIND, source, problems)),
        },
        None => Ok(None),
    }
}

/// Reads the baseline, where there is one.
///
/// # Errors
///
/// When it cannot be read, or says something that makes no sense.
pub fn load_baseline(place: &Repository, rules: &[&'static Rule]) -> Result<Option<Baseline>, Error> {
    const KIND: &str = "the baseline";
    let Some(source) = usual_file(place, places::BASELINE, KIND)? else { return Ok(None) };
    let read = match parsed(&source, Shipped::Baseline) {
        Ok(None) => Ok(None),
        Ok(Some(node)) => baseline::from_node(&node, source.text(), rules).map(Some),
        Err(problems) => Err(problems),
    };
    read.map_err(|problems| Error::config(KIND, source, problems))
}

/// Reads the baseline of suppressions, where there is one.
///
/// # Errors
///
/// When it cannot be read, or says something that makes no sense.
pub fn load_suppressed(place: &Repository) -> Result<Option<SuppressionBaseline>, Error> {
    const KIND: &str = "the baseline of suppressions";
    let Some(source) = usual_file(place, places::SUPPRESSIONS, KIND)? else { return Ok(None) };
    match parsed(&source, Shipped::Suppressions) {
        Ok(node) => Ok(node.and_then(|node| suppressed::from_node(&node, source.text()))),
        Err(problems) => Err(Error::config(KIND, source, problems)),
    }
}

/// Reads and compiles the organisation's own schema, if the policy names one.
///
/// # Errors
///
/// If it cannot be read, is not JSON, or is not a schema that needs nothing but itself.
pub fn load_schema(place: &Repository, policy: &Policy) -> Result<Option<Schema>, Error> {
    const KIND: &str = "the organisation's schema";
    let Some(path) = &policy.schema else { return Ok(None) };
    let source = usable(place.read(path)?, KIND).map_err(|error| at_name(policy, "schema", error))?;
    let fault = match serde_json::from_str(source.text()) {
        Ok(_) if let Some(key) = repeated_key(source.text()) => {
            // JSON is YAML, whose reader names both places.
            let listed = yaml::parse(source.text()).err().unwrap_or_default();
            listed.into_iter().find(|problem| problem.related.is_some()).unwrap_or_else(|| {
                let message = format!("the key `{}` is written twice", shown(&key));
                Problem::new(Span::default(), message, "keep one of the two")
            })
        }
        Ok(document) => match Schema::organisation(document, path).map(|own| own.with_other_keys(Field::keys_called)) {
            Ok(schema) => return Ok(Some(schema)),
            // JSON is YAML, so the tree knows where the fault is.
            Err(SchemaFault { pointer, message, help }) => {
                let tree = yaml::parse(source.text()).ok();
                let place = tree.as_ref().and_then(|tree| Some(yaml::lookup(tree, &pointer)?.1.span));
                Problem::new(place.unwrap_or_default(), message, help)
            }
        },
        Err(error) => {
            let at = offset_of(source.text(), error.line(), error.column());
            let text = error.to_string();
            let why = text.split_once(" at line ").map_or(&*text, |(why, _)| why);
            Problem::new(Span::new(at, at), format!("this is not JSON: {why}"), "write the schema as JSON")
        }
    };
    Err(Error::config(KIND, source, vec![fault]))
}

/// Returns the byte offset of a line and a byte column, both from 1.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Reads the file that the policy names under a key, otherwise the usual one if it exists.
fn side_file(
    place: &Repository,
    (policy, key, named): (&Policy, &str, Option<&str>),
    usual: &str,
    kind: &'static str,
) -> Result<Option<Source>, Error> {
    match named {
        Some(path) => usable(place.read(path)?, kind).map(Some).map_err(|error| at_name(policy, key, error)),
        None => usual_file(place, usual, kind),
    }
}

fn usual_file(place: &Repository, usual: &str, kind: &'static str) -> Result<Option<Source>, Error> {
    if place.exists(usual)? { usable(place.read(usual)?, kind).map(Some) } else { Ok(None) }
}

/// Shows a file that cannot be read at the line of the policy that names it.
fn at_name(policy: &Policy, key: &str, error: Error) -> Error {
    let Error::Unreadable { help, .. } = &error else { return error };
    policy.fault_at(&format!("/{key}"), error.to_string(), help.as_str()).unwrap_or(error)
}

/// Returns the text of a file that the run cannot do without.
fn usable(file: ReadFile, kind: &'static str) -> Result<Source, Error> {
    match file.fault {
        None => Ok(file.source),
        Some(fault) if file.opened => Err(Error::config(kind, file.source, vec![*fault])),
        Some(fault) => Err(Error::Unreadable {
            kind,
            path: file.source.path().to_owned(),
            why: fault.message,
            help: fault.help.unwrap_or_default(),
        }),
    }
}

/// Parses a file against its schema; an empty file has no tree.
fn parsed(source: &Source, schema: Shipped) -> Result<Option<Node<'_>>, Vec<Problem>> {
    let only_comments = source.text().lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
    if only_comments {
        return Ok(None);
    }
    let node = yaml::parse(source.text())?;
    let problems = Schema::shipped(schema).check(source.text(), &node);
    let problems = if problems.is_empty() { yaml::other_numbers(&node) } else { problems };
    if problems.is_empty() { Ok(Some(node)) } else { Err(problems) }
}

fn texts(node: Option<&Node<'_>>) -> Vec<String> {
    let items = node.and_then(Node::as_seq).unwrap_or_default();
    items.iter().filter_map(|item| item.as_text().map(str::to_owned)).collect()
}

fn tidy_path(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    parts.join("/")
}

/// Reads a number from a file that fits its schema; a cast of it stays in the target's range.
fn number(node: &Node<'_>) -> Option<f64> {
    node.as_text()?.parse().ok()
}

/// Reads a day from a file that fits its schema.
fn day(node: Option<&Node<'_>>) -> Option<Day> {
    Day::parse(node?.as_text()?).ok()
}
