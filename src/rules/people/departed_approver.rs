use crate::register::{Exception, Spanned, Text};
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::shown;
use crate::time::Day;

declare_rule! {
    /// Reports a decision or a verification by somebody who, according to the roster, had left by that day.
    ///
    /// ## Why
    ///
    /// People who have left no longer decide anything, and cannot be asked why they did. Either the date is wrong, or
    /// somebody else decided in their name.
    ///
    /// ## What to do
    ///
    /// Have somebody who has not left decide or verify, and write the day on which they do. If the record is right and
    /// `left` in the roster is not, correct the roster first.
    id: "departed-approver",
    family: People,
    level: Error,
    since: "0.1.0",
    check: Check::Entry(Applies::Always, check),
}

const APPROVER: &str = "have somebody who has not left decide";

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    judge("approver", APPROVER, &exception.approver, &exception.decided, cx);
    for renewal in &exception.renewals {
        judge("renewal's approver", APPROVER, &renewal.approver, &renewal.decided, cx);
    }
    for amendment in &exception.amendments {
        judge("amendment's approver", APPROVER, &amendment.approver, &amendment.date, cx);
    }
    if let Some(closure) = &exception.closure {
        judge("verifier", "have somebody who has not left verify it", &closure.verified_by, &closure.date, cx);
    }
}

fn judge(role: &str, task: &str, person: &Option<Text<'_>>, day: &Option<Spanned<Day>>, cx: &mut Context<'_>) {
    let (Some(roster), Some(person), Some(day)) = (cx.judge.people.roster(), person, day) else { return };
    let left = roster.find(person.as_str()).and_then(|id| roster.left(id));
    let Some(left) = left.filter(|left| *left <= day.value) else { return };
    let when = match left.days_until(day.value) {
        0 => "on that day".to_owned(),
        1 => "the day before".to_owned(),
        days => format!("on `{left}`, `{days}` days before"),
    };
    cx.report(person, format!("the {role} `{}` had left {when}", shown(person.as_str())))
        .label(day.span(), "the recorded day")
        .help(task);
}
