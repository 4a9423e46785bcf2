//! Whether enough people own what must be owned: the parts of a register's set-up, and which of them CODEOWNERS does
//! not cover.

use std::collections::BTreeMap;

use super::codeowners::{Codeowners, Demand, Rule, pattern_of};
use super::owners::people_of;
use super::ownership::Ownership;
use crate::people::People;
use crate::policy::places::{self, There};
use crate::policy::{Forge, Policy};
use crate::source::Span;
use crate::text::shown;

/// Something that must have owners; paths are from the top of the work tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is called.
    pub name: String,
    /// A file that stands for the part: its owners are the part's owners.
    pub probe: String,
    /// What a line that gives it owners begins with, without the `/` before it.
    pub pattern: String,
}

impl Part {
    /// Creates a part of one file.
    #[must_use]
    pub fn file(what: &str, path: String) -> Self {
        Self { name: format!("{what} `{}`", shown(&path)), probe: path.clone(), pattern: path }
    }

    /// Creates a part of everything that is or will be in a folder, whose path ends in `/`.
    #[must_use]
    pub fn folder(what: &str, path: String, ending: &str) -> Self {
        Self { probe: format!("{path}any-new-one.{ending}"), ..Self::file(what, path) }
    }

    /// Creates a part of one exception, which is given owners by the line of its folder.
    #[must_use]
    pub fn exception(path: String) -> Self {
        let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        Self { pattern: folder, ..Self::file("the exception", path) }
    }
}

/// What is missing in CODEOWNERS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// The line that is at fault, from 1; `None` if no line covers the parts.
    pub line: Option<usize>,
    /// The bytes of that line.
    pub span: Span,
    /// What is wrong, one lower-case sentence.
    pub message: String,
    /// What to write.
    pub help: String,
}

/// Returns what must be owned wherever there is a register: its folder, the rule book as far as it exists, CODEOWNERS
/// itself, and the attributes, there or not, because git makes other texts of the register's files by them.
#[must_use]
pub fn parts(policy: &Policy, there: There, ownership: &Ownership) -> Vec<Part> {
    let path = |below: &str| format!("{}{below}", ownership.prefix);
    let register = Part::folder("the register", path(&format!("{}/", policy.exceptions)), "yaml");
    let codeowners = ownership.codeowners();
    // Those in the register's own folder usually have its line, and then need not be named beside it.
    let beside = |part: &Part| {
        let lines = |probe: &str| codeowners.as_ref().map(|codeowners| lines(codeowners, probe));
        !part.probe.starts_with(&register.pattern) || lines(&part.probe) != lines(&register.probe)
    };
    let attributes = places::attributes(&register.pattern).into_iter().map(|path| Part::file("the attributes", path));
    let attributes: Vec<Part> = attributes.filter(beside).collect();
    let mut parts = vec![register];
    parts.extend(policy.books_there(there).map(|(book, file)| Part::file(book.name(), path(file))));
    parts.push(Part { name: "CODEOWNERS itself".to_owned(), ..Part::file("", ownership.path.clone()) });
    parts.extend(attributes);
    parts
}

/// Reports that there is no CODEOWNERS, or none that the forge reads; `None` if there is one.
#[must_use]
pub fn absence(ownership: &Ownership, policy: &Policy) -> Option<Shortfall> {
    let (message, help) = match (&ownership.text, &ownership.unread) {
        (Some(_), _) => return None,
        (None, Some(why)) => (
            format!("CODEOWNERS has no effect, so nobody has to approve an exception: {}", shown(why)),
            match ownership.forge {
                Forge::GitHub => "put a plain file of less than 3 MB there: GitHub reads nothing else",
                Forge::GitLab => "put a plain file of less than 3 MB there: stopgap reads nothing else",
                Forge::Forgejo => {
                    "protect the branch with a list of people whose approval is required; \
                     with `forge: github` in the policy a file in GitHub's form is judged all the same"
                }
            }
            .to_owned(),
        ),
        (None, None) => {
            let line = line_for(ownership.forge, &format!("{}{}/", ownership.prefix, policy.exceptions));
            (
                "there is no CODEOWNERS file, so nobody has to approve an exception".to_owned(),
                format!("write `{}` with the line `{}`", ownership.path, shown(&line)),
            )
        }
    };
    Some(Shortfall { line: None, span: Span::default(), message, help })
}

/// Returns a line that gives owners to a path from the top of the work tree.
fn line_for(forge: Forge, path: &str) -> String {
    format!("{} @person @other-person", pattern_of(forge, &format!("/{path}")))
}

/// Returns the lines of CODEOWNERS that decide about a file: those because of which somebody must approve, otherwise
/// those because of which nobody has to; only `None` if no line matches.
#[must_use]
pub fn lines(codeowners: &Codeowners<'_>, path: &str) -> Vec<Option<usize>> {
    let line = |rule: &&Rule<'_>| Some(rule.line);
    let mut lines: Vec<Option<usize>> = codeowners.binding(path).iter().map(line).collect();
    if lines.is_empty() {
        lines = codeowners.deciding(path).iter().map(line).collect();
    }
    if lines.is_empty() { vec![None] } else { lines }
}

/// Groups parts by the lines of CODEOWNERS that decide about them, or by the fact that none does.
#[must_use]
pub fn by_line(codeowners: &Codeowners<'_>, parts: Vec<Part>) -> BTreeMap<Option<usize>, Vec<Part>> {
    let mut by_line: BTreeMap<Option<usize>, Vec<Part>> = BTreeMap::new();
    for part in parts {
        for line in lines(codeowners, &part.probe) {
            by_line.entry(line).or_default().push(part.clone());
        }
    }
    by_line
}

/// Judges the parts that one line decides about, or that no line covers: they need one owner more than must approve,
/// because nobody can approve their own change. `roster` is the path of the roster.
#[must_use]
pub fn shortfall(
    codeowners: &Codeowners<'_>,
    line: Option<usize>,
    parts: &[Part],
    people: &People,
    roster: &str,
) -> Option<Shortfall> {
    let Some(rule) = codeowners.rules().iter().find(|rule| Some(rule.line) == line) else {
        let lines: Vec<String> =
            parts.iter().map(|part| format!("`{}`", shown(&line_for(codeowners.forge(), &part.pattern)))).collect();
        let message = format!("no line covers {}", listed(parts));
        return Some(Shortfall {
            line: None,
            span: Span::default(),
            message,
            help: format!("add {}", lines.join(" and ")),
        });
    };
    let owners = people_of(&rule.owners, people);
    let (message, help) = match rule.demand {
        Demand::Approvals(approvals) if owners.people.len() > approvals => return None,
        Demand::Approvals(approvals) => {
            let help = match owners.unknown_teams.first() {
                Some(team) => format!("list the people of `{}` under `teams` in `{}`", shown(team), shown(roster)),
                None if approvals > 1 => format!("name more than `{approvals}` people in this line"),
                None => "name two people or more in this line".to_owned(),
            };
            (too_few(rule, approvals, parts, &owners.people), help)
        }
        Demand::Nothing => (
            format!("nobody has to approve a change of {}: the section is optional", listed(parts)),
            format!("take the `^` off `[{}]`, or add lines to a section without it", shown(rule.section.unwrap_or(""))),
        ),
        Demand::Exclusion => (
            format!("nobody has to approve a change of {}: this line excludes them", listed(parts)),
            "remove the line; no other line of its section can include them again".to_owned(),
        ),
    };
    Some(Shortfall { line, span: rule.span, message, help })
}

fn too_few(rule: &Rule<'_>, approvals: usize, parts: &[Part], owners: &[&str]) -> String {
    let names = listed(parts);
    let (has, is) = if parts.len() == 1 { ("has", "is") } else { ("have", "are") };
    match owners {
        [] if rule.owners.is_empty() => format!("{names} {is} left without owners by this line"),
        [] => format!("{names} {has} no known owner"),
        [only] if approvals == 1 => {
            format!("{names} {has} no second owner besides `{}`, who cannot approve their own change", shown(only))
        }
        owners => {
            let (count, one) = (owners.len(), if owners.len() == 1 { "owner" } else { "owners" });
            format!(
                "{names} {has} `{count}` {one} for `{approvals}` approvals, and nobody can approve their own change"
            )
        }
    }
}

fn listed(parts: &[Part]) -> String {
    let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_owner_more_than_must_approve_is_enough() {
        let said = |line: &str| {
            let text = format!("{line}\n/exceptions/ @dana @olek\n");
            let codeowners = Codeowners::parse(Forge::GitLab, &text);
            let parts = [Part::folder("the register", "exceptions/".to_owned(), "yaml")];
            let found = shortfall(&codeowners, Some(2), &parts, &People::default(), "people.yaml");
            found.map(|found| format!("{}: {}", found.message, found.help)).unwrap_or_default()
        };
        assert_eq!(said("[Risk]"), "");
        assert_eq!(
            said("[Risk][2]"),
            "the register `exceptions/` has `2` owners for `2` approvals, and nobody can approve their own change: name \
             more than `2` people in this line"
        );
        let one = |line: &str| said(&format!("{line} @zoe\n/exceptions/ @dana\n[Other]"));
        assert_eq!(
            one("[Risk]"),
            "the register `exceptions/` has no second owner besides `@dana`, who cannot approve their own change: name \
             two people or more in this line"
        );
        assert_eq!(
            one("[Risk][2]"),
            "the register `exceptions/` has `1` owner for `2` approvals, and nobody can approve their own change: name \
             more than `2` people in this line"
        );
    }

    #[test]
    fn a_line_to_add_is_escaped() {
        let help = |forge: Forge, folder: &str| {
            let codeowners = Codeowners::parse(forge, "");
            let parts = [Part::folder("the register", folder.to_owned(), "yaml")];
            shortfall(&codeowners, None, &parts, &People::default(), "people.yaml").unwrap().help
        };
        assert_eq!(help(Forge::GitHub, "team b/exceptions/"), r"add `/team\ b/exceptions/ @person @other-person`");
        assert_eq!(help(Forge::GitHub, "c#/exceptions/"), "add `/c?/exceptions/ @person @other-person`");
        assert_eq!(help(Forge::GitLab, "c#/exceptions/"), "add `/c#/exceptions/ @person @other-person`");
        let ownership = Ownership {
            forge: Forge::GitHub,
            file: crate::source::FileId(0),
            text: None,
            unread: None,
            path: "CODEOWNERS".to_owned(),
            prefix: "team b/".to_owned(),
        };
        let absent = absence(&ownership, &Policy::default()).unwrap().help;
        assert_eq!(absent, r"write `CODEOWNERS` with the line `/team\ b/exceptions/ @person @other-person`");
    }

    #[test]
    fn the_lines_because_of_which_somebody_must_approve_decide() {
        let lines = |text: &str| super::lines(&Codeowners::parse(Forge::GitLab, text), "exceptions/a.yaml");
        assert_eq!(lines("^[Docs]\n/exceptions/ @ada\n[Risk]\n/exceptions/ @dana\n"), [Some(4)]);
        assert_eq!(lines("^[Docs]\n/exceptions/ @ada\n"), [Some(2)]);
        assert_eq!(lines("/docs/ @ada\n"), [None]);
    }

    #[test]
    fn attributes_are_named_unless_the_line_of_the_register_is_theirs() {
        let named = |text: &str| {
            let ownership = Ownership {
                forge: Forge::GitHub,
                file: crate::source::FileId(0),
                text: Some(text.to_owned()),
                unread: None,
                path: "CODEOWNERS".to_owned(),
                prefix: String::new(),
            };
            let parts = parts(&Policy::default(), There::default(), &ownership);
            let names =
                parts.into_iter().filter_map(|part| part.name.strip_prefix("the attributes ").map(str::to_owned));
            names.collect::<Vec<_>>()
        };
        let (top, own) = ("`.gitattributes`", "`exceptions/.gitattributes`");
        assert_eq!(named("* @dana @olek\n"), [top]);
        assert_eq!(named("/exceptions/ @dana @olek\n"), [top]);
        assert_eq!(named("/exceptions/ @dana @olek\n/exceptions/.gitattributes @zoe\n"), [top, own]);
    }
}
