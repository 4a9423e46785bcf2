//! Whether enough people own what must be owned: the parts of a register's set-up, and what CODEOWNERS lacks of them.

use std::collections::BTreeMap;

use super::codeowners::{Codeowners, Rule};
use super::owners::people_of;
use super::ownership::Ownership;
use crate::people::People;
use crate::policy::Policy;
use crate::source::Span;
use crate::text::shown;

/// Something that must have owners; paths are from the top of the work tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is called.
    pub name: String,
    /// A file whose owners are its owners.
    pub probe: String,
    /// What a line that gives it owners begins with, without the `/` before it.
    pub pattern: String,
}

impl Part {
    /// Makes a part of one file.
    #[must_use]
    pub fn file(what: &str, path: String) -> Self {
        Self { name: format!("{what} `{}`", shown(&path)), probe: path.clone(), pattern: path }
    }

    /// Makes a part of everything that is or will be in a folder, whose path ends in `/`.
    #[must_use]
    pub fn folder(what: &str, path: String, ending: &str) -> Self {
        Self { probe: format!("{path}any-new-one.{ending}"), ..Self::file(what, path) }
    }

    /// Makes a part of one exception, which is given owners by the line of its folder.
    #[must_use]
    pub fn exception(path: String) -> Self {
        let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        Self { pattern: folder, ..Self::file("the exception", path) }
    }
}

/// What CODEOWNERS lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// The line that is at fault, from 1; nothing where no line covers the parts.
    pub line: Option<usize>,
    /// The bytes of that line.
    pub span: Span,
    /// What is wrong, one lower-case sentence.
    pub message: String,
    /// What to write.
    pub help: String,
}

/// Returns what must be owned wherever there is a register: its folder, the rule book so far as it is there, and
/// CODEOWNERS itself.
#[must_use]
pub fn parts(policy: &Policy, roster: bool, catalogue: bool, ownership: &Ownership) -> Vec<Part> {
    let path = |below: &str| format!("{}{below}", ownership.prefix);
    let mut parts = vec![Part::folder("the register", path(&format!("{}/", policy.exceptions)), "yaml")];
    parts.extend(policy.path.as_deref().map(|policy| Part::file("the policy", path(policy))));
    if roster {
        parts.push(Part::file("the roster", path(policy.people_path())));
    }
    if catalogue {
        parts.push(Part::file("the catalogue", path(policy.controls_path())));
    }
    parts.push(Part { name: "CODEOWNERS itself".to_owned(), ..Part::file("", ownership.path.clone()) });
    parts
}

/// Says that there is no CODEOWNERS, or none that GitHub reads; nothing where there is one.
#[must_use]
pub fn absence(ownership: &Ownership, policy: &Policy) -> Option<Shortfall> {
    let (message, help) = match (&ownership.text, &ownership.unread) {
        (Some(_), _) => return None,
        (None, Some(why)) => (
            format!("CODEOWNERS counts for nothing, so nobody has to approve an exception: {}", shown(why)),
            "put a plain file of less than 3 MB there: GitHub reads nothing else".to_owned(),
        ),
        (None, None) => {
            let line = format!("/{}{}/ @person @other-person", ownership.prefix, policy.exceptions);
            (
                "there is no CODEOWNERS file, so nobody has to approve an exception".to_owned(),
                format!("write `{}` with the line `{}`", ownership.path, shown(&line)),
            )
        }
    };
    Some(Shortfall { line: None, span: Span::default(), message, help })
}

/// Sorts parts by the line of CODEOWNERS that decides about them, or that none does.
#[must_use]
pub fn by_line(codeowners: &Codeowners<'_>, parts: Vec<Part>) -> BTreeMap<Option<usize>, Vec<Part>> {
    let mut by_line: BTreeMap<Option<usize>, Vec<Part>> = BTreeMap::new();
    for part in parts {
        by_line.entry(codeowners.owners(&part.probe).map(|rule| rule.line)).or_default().push(part);
    }
    by_line
}

/// Judges the parts that one line decides about, or that no line covers: two people must own them. `roster` is the
/// path of the roster.
#[must_use]
pub fn shortfall(codeowners: &Codeowners<'_>, parts: &[Part], people: &People, roster: &str) -> Option<Shortfall> {
    let rule = parts.first().and_then(|part| codeowners.owners(&part.probe));
    let owners = rule.map(|rule| people_of(&rule.owners, people)).unwrap_or_default();
    if owners.people.len() >= 2 {
        return None;
    }
    let help = match (owners.unknown_teams.first(), rule) {
        (Some(team), _) => format!("list the people of `{}` under `teams` in `{}`", shown(team), shown(roster)),
        (None, Some(_)) => "name two people or more in this line".to_owned(),
        (None, None) => {
            let lines: Vec<String> =
                parts.iter().map(|part| format!("`/{} @person @other-person`", shown(&part.pattern))).collect();
            format!("add {}", lines.join(" and "))
        }
    };
    let message = message(rule, parts, owners.people.first().copied());
    Some(Shortfall {
        line: rule.map(|rule| rule.line),
        span: rule.map_or(Span::default(), |rule| rule.span),
        message,
        help,
    })
}

fn message(rule: Option<&Rule<'_>>, parts: &[Part], only: Option<&str>) -> String {
    let names = listed(parts);
    let (has, is) = if parts.len() == 1 { ("has", "is") } else { ("have", "are") };
    match (rule, only) {
        (None, _) => format!("no line covers {names}"),
        (Some(_), Some(only)) => {
            format!("{names} {has} no second owner beside `{}`, who cannot approve their own change", shown(only))
        }
        (Some(rule), None) if rule.owners.is_empty() => format!("{names} {is} left without owners by this line"),
        (Some(_), None) => format!("{names} {has} no owner who is known"),
    }
}

fn listed(parts: &[Part]) -> String {
    let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}
