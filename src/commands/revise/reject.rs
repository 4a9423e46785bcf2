//! `stopgap reject`: rejects a request, and keeps the record.

use std::io::Write;
use std::process::ExitCode;

use super::answers::Answers;
use super::{Plan, Subject, given, revise};
use crate::cli;
use crate::commands::World;
use crate::commands::candidate::Before;
use crate::error::{Error, Refusal};
use crate::git::Identity;
use crate::register::{Status, Text};
use crate::yaml::edit::Edit;
use crate::yaml::write::Value;

/// Rejects a request.
pub(in crate::commands) fn run(arguments: &cli::Reject, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let cli::Reject { approver, note, decided, .. } = arguments;
    let given = given([("approver", approver), ("note", note), ("decided", decided)]);
    revise(&arguments.revise, "reject", world, given, out, |subject| plan(arguments, subject))
}

/// Tells whether git says that the one who asks is at the keyboard.
fn is_own_request(subject: &Subject<'_>) -> bool {
    let Identity { name, email } = Identity::of(&subject.opened.root).unwrap_or_default();
    let requester = subject.exception.requester.as_ref();
    let is_theirs =
        |spelling: &String| requester.is_some_and(|requester| subject.judge.people.same(spelling, requester.as_str()));
    [email, name].iter().flatten().any(is_theirs)
}

fn plan(arguments: &cli::Reject, subject: &Subject<'_>) -> Result<Plan, Error> {
    subject.refuse_unless_live("rejected")?;
    if subject.opened.is_merged(subject.file.stem())? {
        return Err(Error::from(Refusal::Merged { id: subject.exception.id.to_owned() }));
    }
    let named = subject.exception.approver.as_ref().map(Text::as_str);
    if is_own_request(subject) {
        let approver = named.unwrap_or("the approver").to_owned();
        return Err(Error::from(Refusal::OwnRequest { id: subject.exception.id.to_owned(), approver }));
    }
    let mut answers = Answers::new("reject", subject);
    let decided = answers.day("decided", arguments.decided.as_deref())?;
    answers.refuse_ahead("decided", decided)?;
    let approver =
        answers.somebody("approver", "Who rejected it?", "who rejected it", arguments.approver.as_deref().or(named))?;
    let help = "why, for anyone who makes the same request again; press enter to leave it out";
    let note = answers.optional("note", "Why is it rejected?", help, arguments.note.as_deref())?;
    answers.all()?;
    subject.refuse_departed(&[("approver", &approver)], decided)?;
    let mut edits = vec![Edit::set("status", Status::Rejected.name()), Edit::set("decided", decided.to_string())];
    if named != Some(approver.as_str()) {
        edits.push(Edit::set("approver", approver.as_str()));
    }
    if !note.is_empty() {
        let item = [("date", decided.to_string()), ("by", approver.clone()), ("note", note)];
        edits.push(Edit::append("reviews", Value::flow_map(item)));
    }
    let mut plan = Plan::new(edits, format!("is rejected by {approver}, and stays in the register"));
    plan.before = Some(Before::NotThere);
    Ok(plan)
}
