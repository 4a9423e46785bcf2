//! What the other files of a repository let through: CODEOWNERS, the roster, copies of the schemas.

use std::collections::{BTreeMap, BTreeSet};

use super::github;
use super::line::{Check, Line};
use super::{Facts, PIPELINE, gitlab};
use crate::policy::places::{self, There};
use crate::signoff::coverage::{self, Part};
use crate::signoff::{Codeowners, Owner, OwnerKind, people_of};
use crate::text::{argument, shown};

/// Examines them.
pub(super) fn examine(facts: &Facts<'_>) -> Vec<Line> {
    let mut lines = vec![register(facts)];
    lines.extend(schemas(facts));
    let owners = code_owners(facts);
    let said: Vec<&str> = owners.iter().filter_map(|line| line.fix.as_deref()).collect();
    let roster = roster(facts, &said);
    lines.extend(owners);
    lines.extend(roster);
    lines
}

fn register(facts: &Facts<'_>) -> Line {
    let folder = shown(&facts.policy.exceptions);
    match facts.register {
        true => Line::ok(Check::Register, format!("the register is in `{folder}/`")),
        false => {
            let fix = "`stopgap init` creates it; or name another folder with `exceptions:` in `stopgap.yaml`";
            Line::wrong(Check::Register, format!("there is no register: the folder `{folder}/` does not exist"), fix)
        }
    }
}

fn schemas(facts: &Facts<'_>) -> Vec<Line> {
    let copies = facts.schemas;
    let stale = copies.iter().filter(|copy| copy.text.as_deref().is_some_and(|text| *text != copy.shipped));
    let mut lines: Vec<Line> = stale
        .map(|copy| {
            let message = format!("`{}` is not the one from stopgap {}", shown(&copy.path), env!("CARGO_PKG_VERSION"));
            let command = format!("stopgap schema {} > {}", copy.name, argument(&copy.path));
            let place = format!("{}{}", facts.ownership.prefix, copy.path);
            Line::wrong(Check::Schemas, message, "replace it:").with_snippet(command).at(&place, 1)
        })
        .collect();
    let missing: Vec<String> =
        copies.iter().filter(|copy| copy.text.is_none()).map(|copy| format!("`{}`", shown(&copy.path))).collect();
    if !missing.is_empty() {
        let message = format!("editors cannot complete and check keys without {}", missing.join(", "));
        lines.push(Line::advice(Check::Schemas, message, "`stopgap init` writes what is missing"));
    }
    if lines.is_empty() {
        lines.push(Line::ok(Check::Schemas, "the copies of the schemas match this version of stopgap"));
    }
    lines
}

/// Returns everything that decides what is let through and is part of this repository.
fn parts(facts: &Facts<'_>) -> Vec<Part> {
    let (policy, ownership) = (facts.policy, facts.ownership);
    // Adding a file that does not exist yet has the same effect as editing it.
    let mut parts = coverage::parts(policy, There::ALL, ownership);
    if policy.path.is_none() {
        parts.push(Part::file("the policy", format!("{}{}", ownership.prefix, places::NAMES[0])));
    }
    let (on_github, on_gitlab) = super::homes(facts);
    if on_github {
        parts.push(Part::folder("the workflows", places::WORKFLOWS.to_owned(), "yml"));
    }
    if on_gitlab {
        parts.push(Part::file("the pipeline", PIPELINE.to_owned()));
    }
    let further = [github::references(facts.files), gitlab::references(facts.files)].into_iter().flatten();
    let further =
        further.flatten().filter(|path| facts.files.contains_key(path) && !path.starts_with(places::WORKFLOWS));
    parts.extend(further.map(|path| Part::file("the job's part", path)));
    let mut seen = BTreeSet::new();
    parts.retain(|part| seen.insert(part.probe.clone()));
    parts
}

/// Returns the workflows and exceptions that are there: a line of CODEOWNERS may be about one of them alone.
fn there(facts: &Facts<'_>) -> impl Iterator<Item = Part> {
    let (on_github, _) = super::homes(facts);
    let workflows = facts.files.keys().filter(move |path| on_github && super::is_workflow(path));
    let workflows = workflows.map(|path| Part::file("the workflow", path.clone()));
    workflows.chain(facts.exceptions.iter().map(|path| Part::exception(path.clone())))
}

/// Returns workflows that are not there yet, and that a line of CODEOWNERS is about: whoever adds one needs no more than its
/// owners. An exception that is added is for the check to judge.
fn to_come(facts: &Facts<'_>, codeowners: &Codeowners<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    if !super::homes(facts).0 {
        return parts;
    }
    for rule in codeowners.rules() {
        let filled = rule.pattern.replace("**", "x").replace(['*', '?'], "x").replace('\\', "");
        let whole = filled.trim_matches('/');
        let name = whole.rsplit('/').next().unwrap_or_default();
        for start in [whole.to_owned(), format!("{}{name}", places::WORKFLOWS)] {
            let paths = ["", ".yml", ".yaml", "/x.yml"].map(|end| format!("{start}{end}"));
            // Of thousands of lines, few are about a workflow.
            let is_about = |path: &String| super::is_workflow(path) && rule.matches(path);
            let decides = |path: &String| coverage::lines(codeowners, path).contains(&Some(rule.line));
            let found = paths.into_iter().filter(is_about).find(decides);
            parts.extend(found.map(|path| Part::file("the workflow", path)));
        }
    }
    parts
}

fn code_owners(facts: &Facts<'_>) -> Vec<Line> {
    let ownership = facts.ownership;
    if let Some(absence) = coverage::absence(ownership, facts.policy) {
        return vec![Line::wrong(Check::CodeOwners, absence.message, absence.help).at(&ownership.path, 1)];
    }
    let Some(codeowners) = ownership.codeowners() else { return Vec::new() };
    let roster = facts.policy.people_path();
    let causes = by_cause(&codeowners, parts(facts), there(facts).chain(to_come(facts, &codeowners)));
    let shortfalls =
        causes.iter().filter_map(|(line, parts)| coverage::shortfall(&codeowners, *line, parts, facts.people, roster));
    let mut lines: Vec<Line> = shortfalls
        .map(|short| {
            Line::wrong(Check::CodeOwners, short.message, short.help).at(&ownership.path, short.line.unwrap_or(1))
        })
        .collect();
    lines.extend(codeowners.problems().iter().map(|problem| {
        Line::wrong(Check::CodeOwners, problem.message.as_str(), problem.help.as_str())
            .at(&ownership.path, problem.line)
    }));
    if lines.is_empty() {
        let message = format!("at least two people own all that affects the gate (`{}`)", shown(&ownership.path));
        lines.push(Line::ok(Check::CodeOwners, message));
    }
    lines
}

/// Sorts parts by the lines of CODEOWNERS that decide about them, of lines that ask the same of the same owners only the
/// first: what is wrong with one is wrong with all of them.
fn by_cause(
    codeowners: &Codeowners<'_>,
    parts: Vec<Part>,
    there: impl Iterator<Item = Part>,
) -> Vec<(Option<usize>, Vec<Part>)> {
    let mut causes: Vec<(Option<usize>, Vec<Part>)> = Vec::new();
    let rule = |line: Option<usize>| codeowners.rules().iter().find(|rule| Some(rule.line) == line);
    let asks = |line| {
        rule(line).map(|rule| (rule.section, rule.demand, rule.owners.iter().map(|it| it.text).collect::<Vec<_>>()))
    };
    let mut by_line = coverage::by_line(codeowners, parts);
    // Of the files that one line is about, the first stands for all.
    for part in there {
        for line in coverage::lines(codeowners, &part.probe) {
            by_line.entry(line).or_insert_with(|| vec![part.clone()]);
        }
    }
    for (line, parts) in by_line {
        match causes.iter_mut().find(|(other, _)| asks(*other) == asks(line)) {
            Some((_, others)) => {
                others.extend(parts.into_iter().filter(|part| !others.contains(part)).collect::<Vec<_>>());
            }
            None => causes.push((line, parts)),
        }
    }
    causes
}

/// The owners of everything that decides, each with the first line that names them.
fn deciding<'c>(facts: &Facts<'_>, codeowners: &Codeowners<'c>) -> BTreeMap<&'c str, (Owner<'c>, usize)> {
    let mut owners = BTreeMap::new();
    for part in parts(facts).into_iter().chain(there(facts)) {
        for rule in codeowners.binding(&part.probe) {
            for owner in &rule.owners {
                owners.entry(owner.text).or_insert((*owner, rule.line));
            }
        }
    }
    owners
}

/// Judges the roster; a team that one of the fixes that are said already names is not named again.
fn roster(facts: &Facts<'_>, said: &[&str]) -> Vec<Line> {
    let Some(codeowners) = facts.ownership.codeowners() else { return Vec::new() };
    let owners = deciding(facts, &codeowners);
    let path = shown(facts.policy.people_path());
    let is_said = |team: &str| said.iter().any(|fix| fix.contains(&format!("`{}` under `teams`", shown(team))));
    let Some(known) = facts.people.roster() else {
        if owners.values().any(|(owner, _)| is_said(owner.text)) {
            return Vec::new();
        }
        let message = "there is no roster: people are compared as they are written, and departures cannot be detected";
        let fix = format!("`stopgap init --people` writes a draft of `{path}`");
        return vec![Line::advice(Check::Roster, message, fix)];
    };
    let mut lines = Vec::new();
    for (owner, line) in owners.values() {
        let found = people_of(std::slice::from_ref(owner), facts.people);
        if found.people.is_empty() && owner.kind != OwnerKind::Nobody && !is_said(owner.text) {
            let message =
                format!("the roster does not list the members of `{}`, so the team counts as empty", shown(owner.text));
            let fix = format!("in `{path}`, list its members below `teams`");
            lines.push(Line::wrong(Check::Roster, message, fix).at(&facts.ownership.path, *line));
        }
        for person in &found.people {
            lines.extend(person_line(facts, person, &path).map(|found| found.at(&facts.ownership.path, *line)));
        }
    }
    let mut once = BTreeSet::new();
    lines.retain(|line| once.insert(line.message.clone()));
    if !known.is_complete() {
        let message = format!("`{path}` is not complete, so names that are not in it are not checked");
        let fix = "list everybody below `people`, and set `complete: true`";
        lines.push(Line::advice(Check::Roster, message, fix));
    }
    if lines.is_empty() {
        lines.push(Line::ok(Check::Roster, format!("`{path}` knows every code owner of the register")));
    }
    lines
}

/// Returns what is wrong with one person who owns something.
fn person_line(facts: &Facts<'_>, person: &str, path: &str) -> Option<Line> {
    let roster = facts.people.roster()?;
    let Some(id) = roster.find(person) else {
        if !roster.is_complete() {
            return None;
        }
        let message = format!("the roster does not know the code owner `{}`", shown(person));
        return Some(Line::wrong(Check::Roster, message, format!("add the person to `people` in `{path}`")));
    };
    let left = roster.left(id).filter(|left| *left <= facts.today)?;
    let message = format!("the code owner `{}` left on `{left}` and can no longer approve", shown(person));
    Some(Line::wrong(Check::Roster, message, "name somebody else in CODEOWNERS, or in the team"))
}
