//! The words of the report: the same facts in the same words, whatever the format.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::output::escape::brief;
use crate::output::history::{cut, name_of};
use crate::register::Text;
use crate::remind::Part;
use crate::report::pending::Request;
use crate::report::{Agenda, Closing, Doubt, Fault, Item, Life, Meeting, ReviewDue, Slip, Standing};
use crate::text::{counted, written_out};
use crate::time::Day;

/// Returns the name of a standing: for people, and in another word order for scripts.
pub(super) fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Expired { .. } => "expired",
        Standing::Unclear => "unclear",
        Standing::Expiring { .. } => "ending soon",
        Standing::InForce { .. } => "in force",
        Standing::Waiting => "not begun",
        Standing::Closed => "closed",
        Standing::Rejected => "rejected",
    }
}

/// Returns the state of an exception in days.
pub(super) fn when(item: &Item<'_>) -> String {
    let early = matches!(item.standing, Standing::Expiring { .. }) && item.doubt == Some(Doubt::ExpiredEarly);
    let doubt = if early { ", and its status is expired" } else { "" };
    format!("{}{doubt}", days_of(item))
}

fn days_of(item: &Item<'_>) -> String {
    match item.standing {
        Standing::Expired { overdue: 0 } => "ended earlier today".to_owned(),
        Standing::Expired { overdue } => format!("{} overdue", days(overdue)),
        Standing::Expiring { left: 0 } | Standing::InForce { left: 0 } => "ends today".to_owned(),
        Standing::Expiring { left: 1 } | Standing::InForce { left: 1 } => "ends tomorrow".to_owned(),
        Standing::Expiring { left } | Standing::InForce { left } => format!("{} left", days(left)),
        Standing::Waiting => item.first_day.map_or_else(|| "not begun".to_owned(), |day| format!("begins on {day}")),
        Standing::Unclear => doubt(item, iso).map_or_else(|| "unclear".to_owned(), |doubt| format!("unclear: {doubt}")),
        Standing::Closed => item.closed_on.map_or_else(|| "closed".to_owned(), |day| format!("closed on {day}")),
        Standing::Rejected => item.decided().map_or_else(|| "rejected".to_owned(), |day| format!("rejected on {day}")),
    }
}

/// Returns how long after its end an exception was closed.
pub(super) fn closed_late(item: &Item<'_>) -> Option<String> {
    Some(match item.closed_late()? {
        0 => "on its last day".to_owned(),
        late @ 1.. => format!("{} after its end", days(late)),
        early => format!("{} before its end", days(-early)),
    })
}

/// Returns what a record leaves open; `date` writes its days.
pub(super) fn doubt(item: &Item<'_>, date: fn(Day) -> String) -> Option<String> {
    let status = item.exception.status.as_ref().map_or("", |status| status.value.name());
    let day = |day: Option<Day>| day.map_or_else(|| "an unreadable day".to_owned(), date);
    Some(match item.doubt? {
        Doubt::NoStatus => "it has no readable status".to_owned(),
        Doubt::NoEnd => "it has no readable end".to_owned(),
        Doubt::NoStart => "it has no readable start".to_owned(),
        Doubt::ExpiredEarly => {
            format!("its status is {status}, and its last day is {}", day(item.last_day))
        }
        Doubt::ClosureNotClosed => {
            let closure = item.exception.closure.as_ref().and_then(|closure| closure.date.as_ref());
            format!("its status is {status}, and it has a closure on {}", day(closure.map(|date| date.value)))
        }
        Doubt::NoClosingDay => "the day on which it was closed is not readable".to_owned(),
        Doubt::ClosedBeforeDecision => {
            format!("it was closed on {}, before it was decided on {}", day(item.closed_on), day(item.decided()))
        }
        Doubt::ClosedAhead => format!("it was closed on {}, a day in the future", day(item.closed_on)),
        Doubt::RenewalWithoutDay => "the day on which its last renewal was decided is not readable".to_owned(),
    })
}

/// Writes a day as the record does.
pub(super) fn iso(day: Day) -> String {
    day.to_string()
}

/// Returns by when an emergency must be reviewed; `date` writes its days.
pub(super) fn review(review: ReviewDue, today: Day, date: fn(Day) -> String) -> String {
    let when = match review.due.days_until(today) {
        0 => "the review is due today".to_owned(),
        late @ 1.. => format!("the review is {} late", days(late)),
        early => format!("the review is due in {}", days(-early)),
    };
    format!("the incident ended on {}, {when}", date(review.ended))
}

/// Returns how many renewals of how many are used.
pub(super) fn renewals(item: &Item<'_>) -> String {
    let left = if item.live && item.used_up { ", none left" } else { "" };
    format!("{} of {}{left}", item.renewals(), item.max_renewals)
}

/// Returns a text of the record, or the words for a missing one.
pub(super) fn text<'e>(text: Option<&'e Text<'_>>) -> &'e str {
    text.map_or("not stated", Text::as_str)
}

/// Names somebody, with the letters of the name that look like others written out.
pub(super) fn name(name: &str) -> Cow<'_, str> {
    written_out(name)
}

/// Names the approver of the current term.
pub(super) fn approver<'e>(item: &Item<'e>) -> Cow<'e, str> {
    item.approver().map_or(Cow::Borrowed("not stated"), name)
}

/// Returns where the rule is not followed.
pub(super) fn system(item: &Item<'_>) -> String {
    let scope = &item.exception.scope;
    let parts: Vec<&str> = [&scope.system, &scope.environment].into_iter().flatten().map(Text::as_str).collect();
    if parts.is_empty() { "not stated".to_owned() } else { parts.join(", ") }
}

/// Returns why: of the last renewal if `renewed`, otherwise of the exception.
pub(super) fn reason<'e>(item: &Item<'e>, renewed: bool) -> &'e str {
    let last = item.exception.renewals.last().filter(|_| renewed);
    text(last.map_or(item.exception.reason.as_ref(), |renewal| renewal.reason.as_ref()))
}

/// Returns the days that were agreed: of the last renewal if `renewed`, otherwise all of them; `date` writes its days.
pub(super) fn term(item: &Item<'_>, renewed: bool, date: fn(Day) -> String) -> String {
    let last = item.exception.renewals.last().filter(|_| renewed);
    let from = last.map_or(item.first_day, |renewal| renewal.decided.as_ref().map(|decided| decided.value));
    span(from, item.last_day, date)
}

/// Returns the days between two, both covered.
fn span(from: Option<Day>, to: Option<Day>, date: fn(Day) -> String) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("{} to {}, {}", date(from), date(to), days(from.days_until(to))),
        (None, Some(to)) => format!("to {}", date(to)),
        (_, None) => "not stated".to_owned(),
    }
}

/// Returns who removed a closed exception and who saw it.
pub(super) fn closure(item: &Item<'_>) -> String {
    let closure = item.exception.closure.as_ref();
    let by = closure.and_then(|closure| closure.by.as_ref()).map(|by| format!("removed by {}", name(by.as_str())));
    let seen = closure.and_then(|closure| closure.verified_by.as_ref());
    let seen = seen.map_or("not verified".to_owned(), |seen| format!("verified by {}", name(seen.as_str())));
    by.into_iter().chain([seen]).collect::<Vec<_>>().join(", ")
}

/// Names who must act on an error, and what they can do.
pub(super) fn who(fault: &Fault<'_>) -> String {
    let who = fault
        .who
        .map_or_else(|| "register maintainers".to_owned(), |who| format!("{} ({})", name(who.name), part(who.part)));
    match &fault.finding.help {
        Some(help) => format!("{who}: {help}"),
        None => who,
    }
}

fn part(part: Part) -> &'static str {
    match part {
        Part::Owner => "owner",
        Part::Manager => "the owner's manager",
        Part::Approver => "approver",
    }
}

/// Returns when and by whom a commit was made that bypassed the gate.
pub(super) fn commit(slip: &Slip<'_>, date: fn(Day) -> String) -> String {
    let author = name_of(&slip.info.author);
    format!("{} of {} by {}: {}", slip.commit.short(), date(slip.day), cut(author), cut(&slip.info.subject))
}

/// Returns what a branch asks for and since when.
pub(super) fn asks(request: &Request, today: Day) -> String {
    let what = match request.renewal {
        None => "a new exception".to_owned(),
        Some(number) => format!("renewal {number}"),
    };
    let age = match request.asked.days_until(today) {
        ..=0 => "since today".to_owned(),
        age => format!("for {}", days(age)),
    };
    format!("{what}, waiting {age} on {}", brief(&request.branch))
}

/// Returns the days that a branch asks for.
pub(super) fn asked_term(request: &Request, date: fn(Day) -> String) -> String {
    span(request.first_day, request.last_day, date)
}

/// Returns what the meeting has to decide, most urgent first; empty if there is nothing.
pub(super) fn to_decide(meeting: &Meeting<'_>) -> Vec<String> {
    let Agenda { expired, expiring, reviews, .. } = &meeting.agenda;
    let slips = meeting.slips.as_ref().map_or(0, Vec::len);
    let pending = meeting.pending.map_or(0, |pending| pending.requests.len());
    let counts = [
        (expired.len(), "expired"),
        (expiring.len(), "ending soon"),
        (reviews.len(), self::reviews(reviews.len())),
        (meeting.against.len(), "against the rules"),
        (slips, "bypassed the gate"),
        (meeting.to_mend(), records(meeting.to_mend())),
        (pending, self::requests(pending)),
    ];
    counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect()
}

/// A file to fix.
pub(super) struct ToMend<'m> {
    pub(super) path: &'m str,
    /// What is wrong with it, if it cannot be read.
    pub(super) unreadable: Option<&'m str>,
    /// The exception, if it can be read.
    pub(super) item: Option<&'m Item<'m>>,
    /// The errors of a file that is not a live exception.
    pub(super) faults: &'m [Fault<'m>],
}

/// Returns the files to fix, once each: those that cannot be read, records that contradict themselves, and others with
/// errors that are no live exceptions.
pub(super) fn to_mend<'m>(meeting: &'m Meeting<'m>) -> Vec<ToMend<'m>> {
    let unreadable = meeting.unreadable.iter().map(|it| (it.file.path, Some(it.why), None));
    let doubtful = meeting.agenda.doubtful.iter().map(|item| (item.path, None, Some(*item)));
    let beside = meeting.beside.iter().map(|it| (it.path, None, it.item));
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let files = unreadable.chain(doubtful).chain(beside).filter(|(path, ..)| seen.insert(path));
    files.map(|(path, unreadable, item)| ToMend { path, unreadable, item, faults: meeting.beside(path) }).collect()
}

/// Returns the noun for this many reviews.
pub(super) fn reviews(count: usize) -> &'static str {
    if count == 1 { "review due" } else { "reviews due" }
}

/// Returns the noun for this many requests on branches.
pub(super) fn requests(count: usize) -> &'static str {
    if count == 1 { "request waiting" } else { "requests waiting" }
}

/// Returns the noun for this many records.
pub(super) fn records(count: usize) -> &'static str {
    if count == 1 { "record to fix" } else { "records to fix" }
}

/// What to do about what is tolerated besides exceptions.
pub(super) const LET_BE: &str =
    "Fix it, or request an exception; a baseline only gets shorter, and after its last day everything in it counts.";

/// What to do about expired exceptions.
pub(super) const EXPIRED: &str =
    "Carry out the removal and close it; if it is still needed, request a new one, which counts as a renewal.";

/// What to do about exceptions that end soon.
pub(super) const EXPIRING: &str =
    "Carry out the removal by the last day, or renew it by then; if no renewal is left, fix the cause.";

/// What to do about an emergency without a review.
pub(super) const REVIEWS: &str = "Close it, or write a review that says what still depends on it and until when.";

/// What to do about live exceptions with errors.
pub(super) const AGAINST: &str = "Do not rely on these until they are fixed: each names who must act, and the command.";

/// What to do about what bypassed the gate.
pub(super) const SLIPS: &str = "Undo it, or have it approved in a separate pull request.";

/// What to do about requests on branches.
pub(super) const PENDING: &str = "Decide in the pull request: approve it there, or have it rejected.";

/// What to do about records that cannot be read or contradict themselves.
pub(super) const MEND: &str = "Fix the file first: until then, the figures are not reliable.";

/// Writes a number of days in words.
pub(super) fn days(count: i64) -> String {
    counted(count, "day")
}

/// Returns the average life, with one decimal.
pub(super) fn average_life(life: &Life<'_>) -> Option<String> {
    let tenths = life.tenths()?;
    Some(format!("{}.{} days", tenths / 10, tenths % 10))
}

/// Returns the median of the days from the end to the closure.
pub(super) fn median_closing(closing: &Closing<'_>) -> Option<String> {
    let twice = closing.twice_median?;
    let size = twice.abs();
    let number = if size % 2 == 0 { format!("{}", size / 2) } else { format!("{}.5", size / 2) };
    let unit = if size == 2 { "day" } else { "days" };
    Some(match twice {
        0 => "on the last day".to_owned(),
        1.. => format!("{number} {unit} after the end"),
        _ => format!("{number} {unit} before the end"),
    })
}

/// Returns the figures next to the tables: each with its name and its value.
pub(super) fn figures(meeting: &Meeting<'_>) -> Vec<(&'static str, String)> {
    let metrics = &meeting.metrics;
    let longest = |item: &Item<'_>| item.exception.id.to_owned();
    let named = |worst: Option<(i64, &Item<'_>)>, words: &dyn Fn(i64) -> String| {
        worst.map(|(number, item)| format!("{} ({})", words(number), longest(item)))
    };
    let none = || "none".to_owned();
    let late = |number: i64| match number {
        0 => "on the last day".to_owned(),
        1.. => format!("{} after the end", days(number)),
        _ => format!("{} before the end", days(-number)),
    };
    let or_none = |text: Option<String>| text.unwrap_or_else(none);
    let left_out = |count: usize| match count {
        0 => String::new(),
        count => format!(", {count} without usable dates left out"),
    };
    let (life, closing) = (&metrics.life, &metrics.closing);
    vec![
        ("files", files(meeting)),
        ("live", live(meeting)),
        ("days overdue", format!("{} in all", metrics.overdue.total)),
        ("longest overdue", or_none(named(metrics.overdue.worst, &days))),
        (
            "renewals of live ones",
            format!("{} used, {} without one left", metrics.renewals.used, metrics.renewals.used_up),
        ),
        (
            "average life",
            or_none(
                average_life(life).map(|average| format!("{average}, of {}{}", life.counted, left_out(life.left_out))),
            ),
        ),
        ("longest life", or_none(named(life.longest, &days))),
        (
            "median closing",
            or_none(
                median_closing(closing)
                    .map(|median| format!("{median}, of {}{}", closing.counted, left_out(closing.left_out))),
            ),
        ),
        ("latest closing", or_none(named(closing.worst, &late))),
    ]
}

/// What each of [`figures`] counts, in order; `docs/report.md` has the same with examples.
pub(super) const DEFINITIONS: [&str; 9] = [
    "All files of the register.",
    "In force: active, begun and not ended. Expired: past the current expiry. Unclear: the record does not say.",
    "The days since the last covered day, summed over the expired ones.",
    "The highest of these.",
    "Renewals of live exceptions; those with as many as the policy allows, or more, have none left.",
    "The days from the start to the closure, or to today while live; none for exceptions that have not begun or were rejected.",
    "The highest of these.",
    "The days from the last covered day to the closure, of closed ones: half of them were closed by then.",
    "The latest of these.",
];

/// Returns how many files there are, by kind.
fn files(meeting: &Meeting<'_>) -> String {
    let it = &meeting.metrics;
    let parts = [
        (it.live, "live"),
        (it.closed, "closed"),
        (it.rejected, "rejected"),
        (it.without_status, "without a status"),
        (it.unreadable, "unreadable"),
    ];
    sum(it.exceptions, &parts)
}

/// Returns how many live exceptions there are, by kind.
pub(super) fn live(meeting: &Meeting<'_>) -> String {
    let it = &meeting.metrics;
    let parts =
        [(it.in_force, "in force"), (it.waiting, "not begun"), (it.expired, "expired"), (it.unclear, "unclear")];
    sum(it.live, &parts)
}

/// Writes a sum and those of its parts that are not zero.
fn sum(total: usize, parts: &[(usize, &str)]) -> String {
    let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { total.to_string() } else { format!("{total}: {}", parts.join(", ")) }
}
/// Returns what a heading calls so many weeks, after `the`.
pub(super) fn last_weeks(count: usize) -> String {
    if count == 1 { "last week".to_owned() } else { format!("last {}", counted(count, "week")) }
}
