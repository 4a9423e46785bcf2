//! `stopgap amend`: a record is corrected and says so itself.

use std::io::Write;
use std::process::ExitCode;

use super::answers::Answers;
use super::{Plan, Subject, revise};
use crate::cli;
use crate::commands::World;
use crate::error::Error;
use crate::register::Status;
use crate::text::{nearest, shown};
use crate::yaml::edit::Edit;
use crate::yaml::write::Value;

/// Fields that hold one text and were decided on: a correction takes somebody who agrees.
const DECIDED: [&str; 14] = [
    "title",
    "control",
    "reason",
    "scope.system",
    "scope.environment",
    "scope.team",
    "scope.process",
    "risk.tier",
    "risk.statement",
    "requester",
    "approver",
    "decided",
    "starts",
    "incident.id",
];

/// Lists that were decided on.
const EXPOSURE: &str = "risk.exposure";

/// Fields that change without a decision, as the organisation's own keys do.
const FREE: [&str; 2] = ["owner", "removal"];

/// Amends an exception.
pub(in crate::commands) fn run(arguments: &cli::Amend, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    revise(&arguments.revise, "amend", world, out, |subject| plan(arguments, subject))
}

fn plan(arguments: &cli::Amend, subject: &Subject<'_>) -> Result<Plan, Error> {
    if !subject.exception.is(&[Status::Rejected]) {
        subject.refuse_unless_live("amended")?;
    }
    let changes: Vec<(String, String)> = arguments.set.iter().map(|given| change(given)).collect::<Result<_, _>>()?;
    let changes: Vec<(String, String)> =
        changes.into_iter().filter(|(field, value)| !subject.says(field, value)).collect();
    let mut edits: Vec<Edit> = changes.iter().map(|(field, value)| set(field, value)).collect();
    let mut fields: Vec<&str> = changes.iter().map(|(field, _)| field.as_str()).collect();
    fields.retain(|field| !FREE.contains(field) && !field.starts_with("x-"));
    fields.extend(arguments.field.iter().map(String::as_str));
    if edits.is_empty() && fields.is_empty() {
        return Err(Error::Usage {
            message: match arguments.set.is_empty() {
                true => "`stopgap amend` corrects nothing".into(),
                false => "the record says that already".into(),
            },
            help: "name a field and its right value: `--set scope.system=sftp-hr-02`".into(),
        });
    }
    let named: Vec<&str> = changes.iter().map(|(field, _)| field.as_str()).chain(fields.iter().copied()).collect();
    let mut listed = Vec::new();
    named.iter().for_each(|field| {
        if !listed.contains(field) {
            listed.push(*field);
        }
    });
    let said = format!("is corrected: {}", listed.join(", "));
    if fields.is_empty() {
        return Ok(Plan::new(edits, said));
    }
    let mut answers = Answers::new("amend", subject);
    let date = answers.day("date", arguments.date.as_deref())?;
    let by = answers.person("by", "who corrects the record", arguments.by.as_deref());
    let approver = answers.need("approver", "who agrees, somebody else", arguments.approver.as_deref());
    let note = answers.need("note", "what was wrong or has changed", arguments.note.as_deref());
    answers.all()?;
    let hint = format!("{approver} signs it off by approving the pull request");
    let amendment = vec![
        ("date".to_owned(), Value::text(date.to_string())),
        ("by".to_owned(), Value::text(by)),
        ("approver".to_owned(), Value::text(approver)),
        ("fields".to_owned(), Value::flow_list(fields)),
        ("note".to_owned(), Value::text(note)),
    ];
    edits.push(Edit::append("amendments", Value::Flow(Box::new(Value::Map(amendment)))));
    let mut plan = Plan::new(edits, said);
    plan.hints.push(hint);
    Ok(plan)
}

fn set(field: &str, value: &str) -> Edit {
    if field != EXPOSURE {
        return Edit::set(field, value);
    }
    let kinds = value.split(',').map(str::trim).filter(|kind| !kind.is_empty());
    Edit::Set { path: field.split('.').map(str::to_owned).collect(), value: Value::flow_list(kinds) }
}

/// Reads `FIELD=VALUE`.
fn change(given: &str) -> Result<(String, String), Error> {
    let refuse = |message: String, help: String| Err(Error::Usage { message, help });
    let Some((field, value)) = given.split_once('=').map(|(field, value)| (field.trim(), value.trim())) else {
        let message = format!("`--set {}` gives no value", shown(given));
        return refuse(message, "write `--set scope.system=sftp-hr-02`".into());
    };
    if field == "expires" || field.starts_with("renewals") {
        let message = format!("`{}` is never corrected", shown(field));
        return refuse(message, "`stopgap renew` extends an exception, `stopgap close` ends it".into());
    }
    if ["status", "reviews", "closure", "amendments"].contains(&field) {
        let message = format!("`{}` is no field that is corrected", shown(field));
        return refuse(message, "the commands `review`, `close` and `reject` write it".into());
    }
    let known = || DECIDED.iter().chain(&FREE).copied().chain([EXPOSURE]);
    let own = field.strip_prefix("x-").is_some_and(|rest| !rest.is_empty() && !rest.contains('.'));
    if !own && !known().any(|name| name == field) {
        let message = format!("`--set`: there is no field `{}` that holds one text", shown(field));
        let help = match nearest(field, known()) {
            Some(best) => format!("did you mean `{best}`?"),
            None => "edit the file, and name the field with `--field`".into(),
        };
        return refuse(message, help);
    }
    if value.is_empty() && field != EXPOSURE {
        return refuse(format!("`--set {}` gives no value", shown(given)), "write the right value behind `=`".into());
    }
    Ok((field.to_owned(), value.to_owned()))
}
