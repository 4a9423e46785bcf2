//! `stopgap close`: the rule is followed again.

use std::io::Write;
use std::process::ExitCode;

use super::answers::Answers;
use super::{Plan, Subject, given, revise};
use crate::cli;
use crate::commands::World;
use crate::error::{Argument, Error};
use crate::register::{Status, Text, Tier};
use crate::yaml::edit::Edit;
use crate::yaml::write::Value;

/// Closes an exception.
pub(in crate::commands) fn run(arguments: &cli::Close, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let cli::Close { note, by, verified_by, date, .. } = arguments;
    let given = given([("note", note), ("by", by), ("verified-by", verified_by), ("date", date)]);
    revise(&arguments.revise, "close", world, given, out, |subject| plan(arguments, subject))
}

fn plan(arguments: &cli::Close, subject: &Subject<'_>) -> Result<Plan, Error> {
    subject.refuse_unless_live("closed")?;
    let mut answers = Answers::new("close", subject);
    let date = answers.day("date", arguments.date.as_deref())?;
    let by = answers.person("by", "Who removed it?", "who removed it", arguments.by.as_deref())?;
    let verified_by = answers.somebody(
        "verified-by",
        "Who verified the removal?",
        "who verified the removal: somebody else",
        arguments.verified_by.as_deref(),
    )?;
    let note =
        answers.need("note", "What was done?", "what was done, and how it was checked", arguments.note.as_deref())?;
    answers.all()?;
    subject.refuse_departed(&[("by", &by), ("verified-by", &verified_by)], date)?;
    let said = format!("is closed as of {date}");
    let is_own = subject.judge.people.same(&by, &verified_by);
    let tier = subject.exception.risk.tier.as_ref().map(|tier| tier.value);
    if let Some(tier @ (Tier::High | Tier::Emergency)) = tier.filter(|_| is_own) {
        return Err(Error::from(Argument::Value {
            option: "--verified-by".to_owned(),
            value: verified_by,
            why: "nobody verifies their own removal".to_owned(),
            help: format!("for tier {}, name somebody else, who looks and approves the pull request", tier.name()),
        }));
    }
    let verified = match is_own {
        true => format!("nobody but {by} has verified it; name somebody else with `--verified-by`"),
        false => format!("{verified_by} verifies it by approving the pull request"),
    };
    let closure =
        Value::flow_map([("date", date.to_string()), ("by", by), ("verified_by", verified_by), ("note", note)]);
    let edits = vec![
        Edit::set("status", Status::Closed.name()),
        Edit::Set { path: vec!["closure".to_owned()], value: closure },
    ];
    let mut plan = Plan::new(edits, said);
    let removal = subject.exception.removal.as_ref().map(Text::as_str);
    plan.hints.push(verified);
    plan.hints.extend(removal.map(|removal| format!("the agreed removal, which is now done: {removal}")));
    Ok(plan)
}
