use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::register::FileRef;
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::signoff::{Codeowners, Ownership, Rule, people_of};
use crate::source::Span;
use crate::text::shown;

declare_rule! {
    /// Reports a part of the register, its rule book or CODEOWNERS itself that fewer than two people
    /// own.
    ///
    /// ## Why
    ///
    /// CODEOWNERS approval is the sign-off. A file that nobody owns can be changed without one, and
    /// a file with one owner cannot be changed by that owner except past the check, because nobody
    /// approves their own pull request.
    ///
    /// ## What to do
    ///
    /// Let two people or more own the register, the policy, the roster, the catalogue and CODEOWNERS.
    /// A team counts as the people that `teams` of the roster lists for it.
    id: "not-code-owned",
    family: SignOff,
    level: Warning,
    since: "0.1.0",
    check: Check::Register(check),
}

fn check(cx: &mut Context<'_>) {
    let Some(ownership) = cx.ownership else { return };
    let Some(codeowners) = ownership.codeowners() else { return without_any(cx, ownership) };
    let mut by_line: BTreeMap<Option<usize>, Vec<Part>> = BTreeMap::new();
    for part in parts(cx, ownership) {
        by_line.entry(codeowners.owners(&part.probe).map(|rule| rule.line)).or_default().push(part);
    }
    for (line, path) in exceptions(cx, ownership, &codeowners) {
        by_line.entry(line).or_insert_with(|| vec![Part::exception(path)]);
    }
    for parts in by_line.values() {
        let rule = parts.first().and_then(|part| codeowners.owners(&part.probe));
        judge_parts(cx, ownership, rule, parts);
    }
    for problem in codeowners.problems() {
        cx.report_in(ownership.file, problem.span, problem.message.as_str()).help(problem.help.as_str());
    }
}

fn without_any(cx: &mut Context<'_>, ownership: &Ownership) {
    if let Some(why) = &ownership.unread {
        let message = format!("CODEOWNERS counts for nothing, so nobody has to approve an exception: {}", shown(why));
        cx.report_in(ownership.file, Span::default(), message)
            .help("put a plain file of less than 3 MB there: GitHub reads nothing else");
        return;
    }
    let line = format!("/{}{}/ @person @other-person", ownership.prefix, cx.judge.policy.exceptions);
    let message = "there is no CODEOWNERS file, so nobody has to approve an exception";
    cx.report_in(ownership.file, Span::default(), message).help(format!(
        "write `{}` with the line `{}`",
        ownership.path,
        shown(&line)
    ));
}

/// What must be owned; paths are from the top of the work tree.
struct Part {
    /// What it is called.
    name: String,
    /// A file whose owners are its owners.
    probe: String,
    /// What a line that gives it owners begins with, without the `/` before it.
    pattern: String,
}

impl Part {
    fn new(what: &str, path: String) -> Self {
        Self { name: format!("{what} `{}`", shown(&path)), probe: path.clone(), pattern: path }
    }

    /// An exception is given owners by the line of its folder.
    fn exception(path: String) -> Self {
        let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        Self { pattern: folder, ..Self::new("the exception", path) }
    }
}

/// What must be owned wherever there is a register.
fn parts(cx: &Context<'_>, ownership: &Ownership) -> Vec<Part> {
    let policy = &cx.judge.policy;
    let part = |what, below: &str| Part::new(what, format!("{}{below}", ownership.prefix));
    let register = part("the register", &format!("{}/", policy.exceptions));
    let mut parts = vec![Part { probe: format!("{}any-new-one.yaml", register.pattern), ..register }];
    parts.extend(policy.path.as_deref().map(|path| part("the policy", path)));
    if cx.judge.people.roster().is_some() {
        parts.push(part("the roster", policy.people_path()));
    }
    if cx.judge.controls.is_some() {
        parts.push(part("the catalogue", policy.controls_path()));
    }
    parts.push(Part { name: "CODEOWNERS itself".to_owned(), ..Part::new("", ownership.path.clone()) });
    parts
}

/// Returns the first exception that each line of CODEOWNERS, or none of them, decides about.
fn exceptions(cx: &Context<'_>, ownership: &Ownership, codeowners: &Codeowners<'_>) -> BTreeMap<Option<usize>, String> {
    let line = |file: &FileRef<'_>| {
        let path = format!("{}{}", ownership.prefix, file.path);
        (codeowners.owners(&path).map(|rule| rule.line), path)
    };
    let mut first = BTreeMap::new();
    for (line, path) in cx.register.files.par_iter().with_min_len(256).map(line).collect::<Vec<_>>() {
        first.entry(line).or_insert(path);
    }
    first
}

/// Judges the parts that one line decides about, or that no line covers.
fn judge_parts(cx: &mut Context<'_>, ownership: &Ownership, rule: Option<&Rule<'_>>, parts: &[Part]) {
    let owners = rule.map(|rule| people_of(&rule.owners, &cx.judge.people)).unwrap_or_default();
    if owners.people.len() >= 2 {
        return;
    }
    let names = listed(parts);
    let (has, is) = if parts.len() == 1 { ("has", "is") } else { ("have", "are") };
    let message = match (rule, owners.people.first()) {
        (None, _) => format!("no line covers {names}"),
        (Some(_), Some(only)) => {
            format!("{names} {has} no second owner beside `{}`, who cannot approve their own change", shown(only))
        }
        (Some(rule), None) if rule.owners.is_empty() => format!("{names} {is} left without owners by this line"),
        (Some(_), None) => format!("{names} {has} no owner who is known"),
    };
    let help = match (owners.unknown_teams.first(), rule) {
        (Some(team), _) => {
            let roster = shown(cx.judge.policy.people_path());
            format!("list the people of `{}` under `teams` in `{roster}`", shown(team))
        }
        (None, Some(_)) => "name two people or more in this line".to_owned(),
        (None, None) => {
            let lines: Vec<String> =
                parts.iter().map(|part| format!("`/{} @person @other-person`", shown(&part.pattern))).collect();
            format!("add {}", lines.join(" and "))
        }
    };
    cx.report_in(ownership.file, rule.map_or(Span::default(), |rule| rule.span), message).help(help);
}

fn listed(parts: &[Part]) -> String {
    let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}
