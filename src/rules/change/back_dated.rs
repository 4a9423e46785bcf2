use super::log_rewritten::added_to;
use crate::history::Change;
use crate::register::{Exception, Spanned, Text};
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::source::Span;
use crate::text::marked;
use crate::time::Day;

declare_rule! {
    /// Reports a new decision, review or closure that is dated well before it is recorded.
    ///
    /// ## Why
    ///
    /// A decision that reaches the register weeks after its date may have been made on that date, or yesterday: there
    /// is no way to tell. The same applies to a review of an incident or a closure that appears once somebody asks for
    /// it, and to a renewal whose request is older than the pull request that makes it.
    ///
    /// ## What to do
    ///
    /// Write the day on which it really happened, and record it within the number of days that `back_dating` in the
    /// policy allows. If the date is right but recorded late, explain why in the pull request: the finding remains a
    /// warning. A decision whose approver approved the pull request on that day is not back-dated, however long the
    /// pull request stays open.
    id: "back-dated",
    family: Change,
    level: Warning,
    since: "0.1.0",
    yields_to: &["decision-date-mismatch"],
    check: Check::Change(check),
}

/// A date that a change adds to the log.
struct Added<'e> {
    what: String,
    date: &'e Spanned<Day>,
    /// What it is the date of.
    kind: Kind<'e>,
}

enum Kind<'e> {
    /// A decision, with its approver.
    Decision(Option<&'e Text<'e>>),
    /// A request for a renewal, with the last day of what it extends.
    Request(Option<(Day, Span)>),
    /// Something else that was done.
    Deed,
}

fn check(change: &Change<'_>, cx: &mut Context<'_>) {
    let Some(changes) = cx.changes else { return };
    // The change that adds the first register brings its whole past.
    let (Some(_), Some(base_day)) = (&changes.head, changes.base_day) else { return };
    let Some(head) = change.head.as_ref().and_then(|side| side.exception) else { return };
    let base = change.before();
    let (judge, evidence) = (cx.judge, changes.evidence.as_ref());
    let (zone, allowed, today) = (judge.policy.timezone, judge.policy.back_dating, judge.today.day);
    let opened = evidence.and_then(|evidence| evidence.opened).map(|opened| zone.day_of(opened.to_utc()));
    // The author of a commit sets its time, but it cannot be earlier than the commits it is based on.
    let recorded = match today < base_day {
        true => (base_day, "the newest commit it is based on".to_owned()),
        false => (today, "it was recorded".to_owned()),
    };
    for Added { what, date, kind } in added(base, head, cx) {
        let approval = match kind {
            Kind::Decision(Some(approver)) => {
                evidence.and_then(|evidence| evidence.approval(&judge.people, approver.as_str(), head.file))
            }
            _ => None,
        };
        let approved = approval.map(|approval| zone.day_of(approval.submitted_at.to_utc()));
        let (until, name) = match (&kind, opened) {
            (Kind::Request(_), Some(opened)) => (opened, format!("the {} was opened", judge.policy.forge().request())),
            // Without the pull request, the day of a request matters only if it is what makes the request timely.
            (Kind::Request(end), None) if end.is_none_or(|(last, _)| last >= recorded.0) => continue,
            _ => recorded.clone(),
        };
        let days = date.value.days_until(until);
        if days <= i64::from(allowed) || approved.is_some_and(|day| date.value.days_until(day).abs() <= 1) {
            continue;
        }
        let message = format!(
            "{what} is dated `{}`, {} before {name} (`{until}`); the policy allows `{allowed}`",
            date.value,
            marked(days, "day")
        );
        let finding = cx.report(date, message);
        finding.help(
            "write the day on which it really happened; if the date is right, explain the delay in the pull request",
        );
        if let Kind::Request(Some((last, span))) = kind
            && last < until
        {
            finding.label(span, "the term it extends had ended by then");
        }
        // Dates in a back-dated new entry are back-dated along with it.
        if base.is_none() {
            return;
        }
    }
}

/// Lists the dates that a change adds to the log, the entry's own decision first.
fn added<'e>(base: Option<&Exception<'_>>, head: &'e Exception<'e>, cx: &Context<'_>) -> Vec<Added<'e>> {
    let zone = cx.policy().timezone;
    let mut dates = Vec::new();
    let mut add = |what: String, date: &'e Option<Spanned<Day>>, kind: Kind<'e>| {
        dates.extend(date.as_ref().map(|date| Added { what, date, kind }));
    };
    // An item that was put in front of an old one does not make that one new.
    let edit = cx.changes.and_then(|changes| changes.edit_of(head.file));
    let is_new = |key: &str| {
        let places = edit.as_ref().map(|edit| added_to(key, edit));
        move |at: usize| places.as_ref().is_none_or(|places| places.contains(&at))
    };
    if base.is_none_or(|base| base.decided.is_none()) {
        add("the decision".to_owned(), &head.decided, Kind::Decision(head.approver.as_ref()));
    }
    let is_added = is_new("renewals");
    for (index, renewal) in head.renewals.iter().enumerate().filter(|(at, _)| is_added(*at)) {
        let number = index + 1;
        add(format!("renewal `{number}`"), &renewal.decided, Kind::Decision(renewal.approver.as_ref()));
        let end = head.expiry_before(index).map(|expiry| (zone.last_day(expiry.value), expiry.span()));
        add(format!("the request for renewal `{number}`"), &renewal.requested, Kind::Request(end));
    }
    let is_added = is_new("reviews");
    for (index, review) in head.reviews.iter().enumerate().filter(|(at, _)| is_added(*at)) {
        add(format!("review `{}`", index + 1), &review.date, Kind::Deed);
    }
    let is_added = is_new("amendments");
    for (index, amendment) in head.amendments.iter().enumerate().filter(|(at, _)| is_added(*at)) {
        add(format!("amendment `{}`", index + 1), &amendment.date, Kind::Decision(amendment.approver.as_ref()));
    }
    if base.is_none_or(|base| base.closure.is_none())
        && let Some(closure) = &head.closure
    {
        add("the closure".to_owned(), &closure.date, Kind::Deed);
    }
    dates
}
