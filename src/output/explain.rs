//! What a rule is for, and what to do about its findings.

use std::io::{self, Write};

use serde::Serialize;

use crate::output::{Identity, Look, NARROWEST, escape, wrap};
use crate::rule::{LooksAt, Rule, Weight};

/// A format of the explanation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For scripts.
    Json,
}

/// The version of the JSON; removing a key or changing its meaning increments it.
const VERSION: u32 = 1;

/// Lists rules with a sentence each.
///
/// # Errors
///
/// If the writer fails.
pub fn list(rules: &[&Rule], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    let mut family = None;
    for rule in rules {
        if family != Some(rule.family) {
            let gap = if family.is_some() { "\n" } else { "" };
            writeln!(out, "{gap}{}", rule.family.name())?;
            family = Some(rule.family);
        }
        let start = format!("  {:width$}  {:7}  ", rule.id, rule.level.name());
        let summary = rule.summary().replace('\n', " ");
        let room = if look.wraps { look.width.saturating_sub(start.len()).max(NARROWEST) } else { usize::MAX };
        for (at, line) in wrap(&summary, "", room).lines().enumerate() {
            writeln!(out, "{}{line}", if at == 0 { start.clone() } else { " ".repeat(start.len()) })?;
        }
    }
    writeln!(out, "\n`stopgap explain RULE` says why a rule exists and what to do.")
}

/// Rewraps paragraphs if a terminal is narrower than they were written; lists and examples stay as they are.
fn fitted(text: &str, look: Look) -> String {
    if !look.wraps {
        return text.to_owned();
    }
    let is_drawn = |line: &str| [" ", "- ", "|", "#", "```"].iter().any(|sign| line.starts_with(sign));
    let is_prose = |paragraph: &str| !paragraph.lines().any(is_drawn);
    let fitted = text.split("\n\n").map(|paragraph| match is_prose(paragraph) {
        true => wrap(&paragraph.replace('\n', " "), "", look.width),
        false => paragraph.to_owned(),
    });
    fitted.collect::<Vec<_>>().join("\n\n")
}

/// Explains one rule.
///
/// # Errors
///
/// If the writer fails.
pub fn one(rule: &Rule, identity: Identity, look: Look, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} ({}, {}, since {})\n", rule.id, rule.family.name(), rule.level.name(), rule.since)?;
    let [summary, why, what_to_do] = [&rule.summary(), &rule.why(), &rule.what_to_do()].map(|text| fitted(text, look));
    writeln!(out, "{summary}\n\nWhy\n\n{why}\n\nWhat to do\n\n{what_to_do}")?;
    let level =
        format!("Another level: `rules: {{{}: warning}}` in `stopgap.yaml` (error, warning, note, off)", rule.id);
    writeln!(out, "\n{}", fitted(&level, look))?;
    identity.rule(rule.id).map_or(Ok(()), |page| writeln!(out, "More: {page}"))
}

#[derive(Serialize)]
struct Document<'r> {
    version: u32,
    rules: Vec<Item<'r>>,
}

#[derive(Serialize)]
struct Item<'r> {
    id: &'r str,
    family: &'static str,
    level: &'static str,
    since: &'r str,
    weight: &'static str,
    looks_at: &'static str,
    yields_to: &'r [&'r str],
    summary: String,
    why: String,
    what_to_do: String,
    page: Option<String>,
}

/// Writes rules for scripts.
///
/// # Errors
///
/// If the writer fails.
pub fn json(rules: &[&Rule], identity: Identity, out: &mut dyn Write) -> io::Result<()> {
    let items = rules.iter().map(|rule| item(rule, identity)).collect();
    escape::json(&Document { version: VERSION, rules: items }, out)
}

fn item(rule: &Rule, identity: Identity) -> Item<'_> {
    Item {
        id: rule.id,
        family: rule.family.name(),
        level: rule.level.name(),
        since: rule.since,
        weight: match rule.weight {
            Weight::Open => "open",
            Weight::People => "people",
            Weight::Terms => "terms",
            Weight::Form => "form",
        },
        looks_at: match rule.looks_at {
            LooksAt::Entry => "entry",
            LooksAt::Register => "register",
            LooksAt::Change => "change",
            LooksAt::Merge => "merge",
        },
        yields_to: rule.yields_to,
        summary: rule.summary().split_whitespace().collect::<Vec<_>>().join(" "),
        why: rule.why(),
        what_to_do: rule.what_to_do(),
        page: identity.rule(rule.id),
    }
}
