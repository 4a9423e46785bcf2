//! `stopgap renew`: requests a renewal.

use std::io::Write;
use std::process::ExitCode;

use super::answers::Answers;
use super::{Plan, Subject, given, revise};
use crate::cli;
use crate::commands::World;
use crate::error::{Error, Refusal};
use crate::register::Status;
use crate::rule::Level;
use crate::rules;
use crate::time::Day;
use crate::yaml::edit::Edit;
use crate::yaml::write::Value;

/// Renews an exception.
pub(in crate::commands) fn run(arguments: &cli::Renew, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let cli::Renew { reason, risk_check, requester, approver, expires, requested, decided, .. } = arguments;
    let given = given([
        ("reason", reason),
        ("risk-check", risk_check),
        ("requester", requester),
        ("approver", approver),
        ("expires", expires),
        ("requested", requested),
        ("decided", decided),
    ]);
    revise(&arguments.revise, "renew", world, given, out, |subject| plan(arguments, subject))
}

fn plan(arguments: &cli::Renew, subject: &Subject<'_>) -> Result<Plan, Error> {
    subject.refuse_unless_live("renewed")?;
    let mut answers = Answers::new("renew", subject);
    if subject.asks.is_some() {
        refuse_one_more(subject)?;
    }
    let requested = answers.day("requested", arguments.requested.as_deref())?;
    let decided = answers.day("decided", arguments.decided.as_deref())?;
    let reason = answers.need(
        "reason",
        "Why must it be renewed?",
        "why the first term was not enough, in one new sentence",
        arguments.reason.as_deref(),
    )?;
    let risk_check = answers.need(
        "risk-check",
        "Is the risk still the accepted one?",
        "what was checked to confirm that the risk is still the accepted one",
        arguments.risk_check.as_deref(),
    )?;
    let requester =
        answers.person("requester", "Who requests it?", "who requests it", arguments.requester.as_deref())?;
    let approver = answers.approver("Who decides?", &approver(subject), arguments.approver.as_deref(), &requester)?;
    let expires = answers.end(
        "expires",
        ("Until when?", &latest(subject, decided)),
        arguments.expires.as_deref(),
        decided,
        &proposed(subject, decided),
    )?;
    if answers.lacks_some() {
        refuse_one_more(subject)?;
    }
    answers.all()?;
    subject.refuse_departed(&[("requester", &requester)], requested)?;
    subject.refuse_departed(&[("approver", &approver)], decided)?;

    let used = subject.exception.renewals.len() + 1;
    let max = subject.judge.policy.max_renewals;
    let said = format!("is renewed until {expires}: renewal {used} of {max}");
    let hint = format!("{approver} signs it off by approving the pull request");
    let item = [
        ("requested", requested.to_string()),
        ("requester", requester),
        ("reason", reason),
        ("risk_check", risk_check),
        ("approver", approver),
        ("decided", decided.to_string()),
        ("expires", expires),
    ];
    let item = Value::Map(item.map(|(key, text)| (key.to_owned(), Value::Text(text))).to_vec());
    let mut edits = Vec::new();
    if subject.exception.is(&[Status::Expired]) {
        edits.push(Edit::set("status", Status::Active.name()));
    }
    edits.push(Edit::append("renewals", item));
    let mut plan = Plan::new(edits, said);
    plan.hints.push(hint);
    Ok(plan)
}

/// Saves a person who has not answered everything from answering in vain: `too-many-renewals` would refuse the renewal.
fn refuse_one_more(subject: &Subject<'_>) -> Result<(), Error> {
    let policy = &subject.judge.policy;
    let used = subject.exception.renewals.len();
    let counts = rules::find("too-many-renewals").is_some_and(|rule| policy.level(rule) == Level::Error);
    if !counts || used < policy.max_renewals {
        return Ok(());
    }
    Err(Error::from(Refusal::NoRenewalLeft { id: subject.exception.id.to_owned(), used }))
}

/// Returns a short end to propose: a week after the term that ends, if the tier allows that.
fn proposed(subject: &Subject<'_>, decided: Day) -> String {
    let Some(tier) = &subject.exception.risk.tier else { return String::new() };
    let latest = decided.plus(subject.judge.policy.limit(tier.value));
    let term = subject.exception.term(subject.judge.policy.timezone, subject.judge.today);
    let from = term.map_or(decided, |term| term.last_day.max(decided));
    from.plus(7).min(latest).to_string()
}

/// Returns until when the tier allows a renewal.
fn latest(subject: &Subject<'_>, decided: Day) -> String {
    match &subject.exception.risk.tier {
        Some(tier) => {
            let limit = subject.judge.policy.limit(tier.value);
            format!("the new end, {} at the latest: {limit} days for tier {}", decided.plus(limit), tier.value.name())
        }
        None => "the new end".to_owned(),
    }
}

/// Returns who may decide.
fn approver(subject: &Subject<'_>) -> String {
    use crate::register::Tier;
    let Some(first) = &subject.exception.approver else { return "who decides".to_owned() };
    let high =
        matches!(subject.exception.risk.tier.as_ref().map(|tier| tier.value), Some(Tier::High | Tier::Emergency));
    if !high {
        return "who decides; must not be the requester".to_owned();
    }
    let roster = subject.judge.people.roster();
    let above = roster.and_then(|roster| {
        let person = roster.find(first.as_str())?;
        Some(roster.display(roster.superior(person, subject.judge.today.day)?))
    });
    match above {
        Some(above) => format!("who decides, one step above the first approver: {above} or someone further up"),
        None => format!("who decides, not {} again", first.as_str()),
    }
}
