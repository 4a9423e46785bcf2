//! What is tolerated for a while in exceptions that were imported with gaps.
//!
//! A finding is recognised by the exception's id, its rule and its field, so that neither another folder, nor other
//! lines around it, nor other words in a message make it a new one.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::day;
use crate::rule::{Legacy, Rule};
use crate::source::FileId;
use crate::text::{nearest, shown};
use crate::time::Day;
use crate::yaml::write::{self, Layout, Value};
use crate::yaml::{Entry, Node, Problem};

/// The fields of an exception in which findings are tolerated, by rule.
pub type Tolerated = BTreeMap<String, BTreeSet<String>>;

/// A baseline.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The last day on which anything is tolerated.
    pub until: Day,
    /// The exceptions by id, each with what is tolerated in it; nothing for one that was complete.
    pub entries: BTreeMap<String, Tolerated>,
    /// The file's text; empty where it is yet to be written.
    pub text: String,
    /// Its place among the files of a run, where it is one of them.
    pub file: Option<FileId>,
}

impl Baseline {
    /// Makes one that names nothing yet.
    #[must_use]
    pub fn new(until: Day) -> Self {
        Self { until, entries: BTreeMap::new(), text: String::new(), file: None }
    }

    /// Returns whether the baseline names a finding.
    #[must_use]
    pub fn lists(&self, id: &str, rule: &str, pointer: &str) -> bool {
        let fields = self.entries.get(id).and_then(|tolerated| tolerated.get(rule));
        fields.is_some_and(|fields| fields.contains(Self::field(pointer)))
    }

    /// Returns a field's JSON Pointer as the file writes it, where no text may be empty.
    #[must_use]
    pub fn field(pointer: &str) -> &str {
        if pointer.is_empty() { "/" } else { pointer }
    }

    /// Returns the findings that it names: id, rule and field.
    pub fn lines(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.entries.iter().flat_map(|(id, tolerated)| {
            tolerated.iter().flat_map(move |(rule, fields)| {
                fields.iter().map(move |field| (id.as_str(), rule.as_str(), field.as_str()))
            })
        })
    }

    /// Writes the file: what stands above the first key of the old one, or else what the file is for, and then each
    /// exception with what is tolerated in it.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let head: String = self.text.split_inclusive('\n').take_while(|line| line.starts_with('#')).collect();
        let head = if head.is_empty() { HEAD } else { &head };
        let of_rule =
            |(rule, fields): (&String, &BTreeSet<String>)| (rule.clone(), Value::flow_list(fields.iter().cloned()));
        let of_entry = |(id, tolerated): (&String, &Tolerated)| {
            let rules = Value::Map(tolerated.iter().map(of_rule).collect());
            (id.clone(), if tolerated.is_empty() { Value::Flow(Box::new(rules)) } else { rules })
        };
        let entries = Value::Map(self.entries.iter().map(of_entry).collect());
        let entries = if self.entries.is_empty() { Value::Flow(Box::new(entries)) } else { entries };
        let keys = [("until".to_owned(), Value::text(self.until.to_string())), ("entries".to_owned(), entries)];
        format!("{head}{}", write::entries(&keys, 0, Layout::default()))
    }
}

const HEAD: &str = "# What `stopgap check` tolerates in imported exceptions: by id and rule, the fields.\n\
                    # This file may only get shorter. Delete what is fixed; from the day after `until` on, all counts.\n";

/// Takes over a tree that fits the schema.
pub(super) fn from_node(node: &Node<'_>, text: &str, rules: &[&'static Rule]) -> Result<Baseline, Vec<Problem>> {
    let Some(until) = day(node.get("until")) else { return Err(Vec::new()) };
    let entries = node.get("entries").and_then(Node::as_map).unwrap_or_default();
    let mut problems = Vec::new();
    for rule in entries.iter().flat_map(|entry| entry.value.as_map().unwrap_or_default()) {
        problems.extend(refused(rule, rules));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let fields = |rule: &Entry<'_>| super::texts(Some(&rule.value)).into_iter().collect();
    let tolerated = |entry: &Entry<'_>| -> Tolerated {
        let rules = entry.value.as_map().unwrap_or_default();
        rules.iter().map(|rule| (rule.key.to_string(), fields(rule))).collect()
    };
    let entries = entries.iter().map(|entry| (entry.key.to_string(), tolerated(entry))).collect();
    Ok(Baseline { until, entries, text: text.to_owned(), file: None })
}

/// Refuses a rule that there is not, or whose findings are nothing that an old register may lack.
fn refused(entry: &Entry<'_>, rules: &[&'static Rule]) -> Option<Problem> {
    let name = shown(&entry.key);
    let (message, help) = match rules.iter().find(|rule| rule.id == entry.key) {
        Some(rule) if rule.legacy() == Legacy::Gap => return None,
        Some(_) => (
            format!("`{name}` is never tolerated: it does not report a gap of an old record"),
            "delete the line, and fix what the rule finds".to_owned(),
        ),
        None => {
            let best = nearest(&entry.key, rules.iter().map(|rule| rule.id));
            let help =
                best.map_or("`stopgap explain` lists the rules".into(), |best| format!("did you mean `{best}`?"));
            (format!("there is no rule `{name}`"), help)
        }
    };
    Some(Problem::new(entry.key_span, message, help))
}
