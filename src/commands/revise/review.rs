//! `stopgap review`: records a review of an active exception.

use std::io::Write;
use std::process::ExitCode;

use super::answers::Answers;
use super::{Plan, Subject, given, revise};
use crate::cli;
use crate::commands::World;
use crate::error::{Argument, Error, Refusal};
use crate::register::Review;
use crate::text::ordinal;
use crate::yaml::edit::Edit;
use crate::yaml::write::Value;

/// Adds a review.
pub(in crate::commands) fn run(arguments: &cli::Review, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let cli::Review { note, by, date, incident_ended, .. } = arguments;
    let given = given([("note", note), ("by", by), ("date", date), ("incident-ended", incident_ended)]);
    revise(&arguments.revise, "review", world, given, out, |subject| plan(arguments, subject))
}

fn plan(arguments: &cli::Review, subject: &Subject<'_>) -> Result<Plan, Error> {
    subject.refuse_unless_live("reviewed")?;
    let mut answers = Answers::new("review", subject);
    let date = answers.day("date", arguments.date.as_deref())?;
    let by = answers.person("by", "Who reviewed it?", "who reviewed it", arguments.by.as_deref())?;
    let note = answers.need(
        "note",
        "What was observed?",
        "what was observed, and what happens next",
        arguments.note.as_deref(),
    )?;
    let ended = match arguments.incident_ended.as_deref() {
        None => None,
        given => Some(answers.day("incident-ended", given)?),
    };
    let ahead = ended.map(|ended| answers.refuse_ahead("incident-ended", ended));
    answers.all()?;
    subject.refuse_departed(&[("by", &by)], date)?;
    let of_incident = subject.exception.incident.as_ref().and_then(|incident| incident.ended.as_ref());
    let is_said = ended.is_none() || of_incident.map(|day| day.value) == ended;
    let is_same = |review: &Review<'_>| {
        review.date.as_ref().is_some_and(|day| day.value == date)
            && review.by.as_ref().is_some_and(|person| subject.judge.people.same(person.as_str(), &by))
            && review.note.as_ref().is_some_and(|text| text.as_str() == note)
    };
    if is_said && subject.exception.reviews.iter().any(is_same) {
        return Err(Error::from(Refusal::ReviewedAlready { id: subject.exception.id.to_owned(), day: date }));
    }
    let mut edits = Vec::new();
    if let Some(ended) = ended {
        if subject.exception.incident.is_none() {
            return Err(Error::from(Argument::NoIncident));
        }
        // Once merged it can never be fixed, and a future day would postpone the review that is due.
        if let Some(refused) = ahead {
            refused?;
        }
        edits.push(Edit::set("incident.ended", ended.to_string()));
    }
    let item = Value::flow_map([("date", date.to_string()), ("by", by), ("note", note)]);
    edits.push(Edit::append("reviews", item));
    let count = subject.exception.reviews.len() + 1;
    Ok(Plan::new(edits, format!("is reviewed, for the {} time", ordinal(count))))
}
