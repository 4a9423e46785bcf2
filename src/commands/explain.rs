//! `stopgap explain`: what a rule's doc comment says.

use std::io::Write;
use std::process::ExitCode;

use crate::error::{Argument, Error, Named};
use crate::rule::Rule;
use crate::rules;
use crate::text::nearest;

/// Prints one rule, or a list of all.
pub(super) fn run(id: Option<&str>, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let Some(id) = id else {
        list(out)?;
        return Ok(ExitCode::SUCCESS);
    };
    match rules::find(id) {
        Some(rule) => one(rule, out)?,
        None => {
            let help = match nearest(id, rules::all().iter().map(|rule| rule.id)) {
                Some(best) => format!("did you mean `stopgap explain {best}`?"),
                None => "`stopgap explain` lists the rules".into(),
            };
            return Err(Error::from(Argument::NotFound { what: Named::Rule, name: id.to_owned(), help }));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(out: &mut dyn Write) -> std::io::Result<()> {
    let width = rules::all().iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    let mut family = None;
    for rule in rules::all() {
        if family != Some(rule.family) {
            let gap = if family.is_some() { "\n" } else { "" };
            writeln!(out, "{gap}{}", rule.family.name())?;
            family = Some(rule.family);
        }
        writeln!(out, "  {:width$}  {:7}  {}", rule.id, rule.level.name(), rule.summary().replace('\n', " "))?;
    }
    writeln!(out, "\n`stopgap explain RULE` says why a rule exists and what to do.")
}

fn one(rule: &Rule, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{} ({}, {}, since {})\n", rule.id, rule.family.name(), rule.level.name(), rule.since)?;
    writeln!(out, "{}\n\nWhy\n\n{}\n\nWhat to do\n\n{}", rule.summary(), rule.why(), rule.what_to_do())?;
    writeln!(out, "\nAnother level: `rules: {{{}: warning}}` in `stopgap.yaml` (error, warning, note, off)", rule.id)
}
