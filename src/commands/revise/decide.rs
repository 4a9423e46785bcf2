//! `stopgap decide`: sets the decision date to the date of the approval.

use std::io::Write;
use std::process::ExitCode;

use super::answers::Answers;
use super::{Plan, Subject, each_once, revise};
use crate::cli;
use crate::commands::World;
use crate::commands::candidate::Before;
use crate::commands::signoff::Given;
use crate::error::{Error, Refusal};
use crate::history::{Decided, Decision, pending};
use crate::register::Exception;
use crate::source::FileId;
use crate::time::Day;
use crate::yaml;
use crate::yaml::edit::Edit;

/// Dates the decisions of an exception that are still open.
pub(in crate::commands) fn run(arguments: &cli::Decide, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let days = match &arguments.reviews {
        None => Days::Given(arguments.on.clone()),
        Some(reviews) => Days::Reviewed(Given::read_approvals(arguments.event.as_deref(), reviews, world)?),
    };
    revise(&arguments.revise, "decide", world, Vec::new(), out, |subject| plan(&days, subject))
}

/// Where the days of decisions come from.
enum Days {
    /// From the command, or today.
    Given(Option<String>),
    /// From the reviews of the pull request.
    Reviewed(Given),
}

fn plan(days: &Days, subject: &Subject<'_>) -> Result<Plan, Error> {
    let id = || subject.exception.id.to_owned();
    subject.refuse_unless_live("dated")?;
    let merged = subject.opened.merged_text(subject.file.stem())?;
    let tree = merged.as_deref().and_then(|text| yaml::parse(text).ok());
    let base = tree.map(|tree| Exception::from_node(FileId(0), "", tree));
    let mut open = pending(base.as_ref(), subject.exception);
    // A merged record may have been imported without the day, which can still be filled in.
    if subject.exception.decided.is_none() && open.iter().all(|one| one.on != Decided::Entry) {
        open.extend(pending(None, subject.exception).into_iter().filter(|one| one.on == Decided::Entry));
    }
    if open.is_empty() && lacks_approver(subject.exception) {
        return Err(Error::from(Refusal::NoApprover { id: id() }));
    }
    if open.is_empty() {
        return Err(Error::from(Refusal::NothingOpen { id: id() }));
    }
    let dated = dated(days, &open, subject)?;
    let last = dated.iter().map(|(_, day)| *day).max().unwrap_or(subject.judge.today.day);
    let edits: Vec<Edit> = dated.iter().flat_map(|(decision, day)| edits(decision, *day, subject)).collect();
    if edits.is_empty() {
        return Err(Error::from(Refusal::DatedAlready { id: id(), day: last }));
    }
    if let Some((last, day)) = dated.iter().find_map(|(decision, day)| too_late(decision.on, *day, subject)) {
        return Err(Error::from(Refusal::DecidedTooLate { id: id(), last, day }));
    }
    let what: Vec<&str> = dated.iter().map(|(decision, _)| decision.what.as_str()).collect();
    let said = match what.as_slice() {
        ["the exception"] => format!("is decided on {last}"),
        what if dated.iter().all(|(_, day)| *day == last) => format!("is decided on {last}: {}", what.join(", ")),
        _ => {
            let each = dated.iter().map(|(decision, day)| format!("{} on {day}", decision.what));
            format!("is decided: {}", each.collect::<Vec<_>>().join(", "))
        }
    };
    let mut plan = Plan::new(edits, said);
    plan.before = Some(merged.map_or(Before::NotThere, Before::Merged));
    let people = each_once(dated.iter().map(|(decision, _)| decision.approver.as_str()));
    let verb = if people.len() == 1 { "approves" } else { "approve" };
    plan.hints.push(match days {
        Days::Given(_) => format!("it counts if {} {} the pull request on that day", people.join(" and "), verb),
        Days::Reviewed(_) => format!("the approval of {} remains valid for it", people.join(" and ")),
    });
    let waiting = open.iter().filter(|one| dated.iter().all(|(decision, _)| decision.on != one.on));
    plan.hints.extend(waiting.map(|one| format!("{} still waits for {}", one.what, one.approver.as_str())));
    Ok(plan)
}

/// Tells whether the exception, its last renewal or its last amendment names nobody who decides.
fn lacks_approver(exception: &Exception<'_>) -> bool {
    exception.approver.is_none()
        || exception.renewals.last().is_some_and(|last| last.approver.is_none())
        || exception.amendments.last().is_some_and(|last| last.approver.is_none())
}

/// Returns the day of each decision that has one.
fn dated<'d, 'a>(
    days: &Days,
    open: &'d [Decision<'a>],
    subject: &Subject<'_>,
) -> Result<Vec<(&'d Decision<'a>, Day)>, Error> {
    match days {
        Days::Given(on) => {
            let answers = Answers::new("decide", subject);
            let day = answers.day("on", on.as_deref())?;
            answers.refuse_ahead("on", day)?;
            Ok(open.iter().map(|decision| (decision, day)).collect())
        }
        Days::Reviewed(given) => {
            let day =
                |decision: &'d Decision<'a>| Some((decision, given.day_of(decision.approver.as_str(), subject.judge)?));
            let dated: Vec<_> = open.iter().filter_map(day).collect();
            if dated.is_empty() {
                let approvers = each_once(open.iter().map(|one| one.approver.as_str()));
                let approvers = approvers.into_iter().map(str::to_owned).collect();
                let what = open.iter().map(|one| one.what.as_str()).collect::<Vec<_>>().join(", ");
                return Err(Error::from(Refusal::Unapproved { what, approvers }));
            }
            Ok(dated)
        }
    }
}

/// Returns the last day that is asked for, if it is over on the day of the decision.
fn too_late(of: Decided, day: Day, subject: &Subject<'_>) -> Option<(Day, Day)> {
    let end = match of {
        Decided::Entry => subject.exception.expires.as_ref(),
        Decided::Renewal(index) => subject.exception.renewals.get(index)?.expires.as_ref(),
        Decided::Amendment(_) => None,
    };
    let last = subject.judge.policy.timezone.last_day(end?.value);
    (last < day).then_some((last, day))
}

/// Returns the edits that give a decision its day, and move a start that would come before it.
fn edits(decision: &Decision<'_>, day: Day, subject: &Subject<'_>) -> Vec<Edit> {
    let mut edits = Vec::new();
    if decision.decided.is_none_or(|decided| decided.value != day) {
        edits.push(Edit::set(&decision.on.day(), day.to_string()));
    }
    let zone = subject.judge.policy.timezone;
    let starts = subject.exception.starts.as_ref().filter(|_| decision.on == Decided::Entry);
    if starts.is_some_and(|starts| zone.first_day(starts.value) < day) {
        edits.push(Edit::set("starts", day.to_string()));
    }
    edits
}
