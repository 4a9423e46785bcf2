use crate::history::Change;
use crate::register::{Exception, Spanned};
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::time::{Day, Zone};

declare_rule! {
    /// Reports a new decision, review or closure that is dated well before the register it is added to.
    ///
    /// ## Why
    ///
    /// A decision that reaches the register weeks after its date may have been made when it says,
    /// or yesterday: nobody can tell. The same goes for a review of an incident, or a closure,
    /// that appears once somebody asks for it.
    ///
    /// ## What to do
    ///
    /// Write the day on which it really happened, and record it within the days that `back_dating`
    /// of the policy allows. If the date is right and only late, say why in the pull request: it
    /// stays a warning.
    id: "back-dated",
    family: Change,
    level: Warning,
    since: "0.1.0",
    check: Check::Change(check),
}

fn check(change: &Change<'_>, cx: &mut Context<'_>) {
    let Some(changes) = cx.changes else { return };
    // The change that adds the first register brings its whole past.
    let (Some(_), Some(base_day)) = (&changes.head, changes.base_day) else { return };
    let Some(head) = change.head.as_ref().and_then(|side| side.exception) else { return };
    let base = change.base.as_ref().and_then(|side| side.exception);
    let allowed = cx.policy().back_dating;
    let earliest = base_day.plus(-i64::from(allowed));
    for (what, date) in added(base, head, cx.policy().timezone, base_day) {
        if date.value >= earliest {
            continue;
        }
        let days = date.value.days_until(base_day);
        let message = format!(
            "{what} is dated `{}`, `{days}` days before the newest commit under it (`{base_day}`); the policy allows `{allowed}`",
            date.value
        );
        cx.report(date, message).help(
            "write the day on which it really happened; if it is this one, say in the pull request why it comes late",
        );
        // Whatever is in a new back-dated entry is back-dated with it.
        if base.is_none() {
            return;
        }
    }
}

/// Lists the dates that a change adds to the log, the entry's own decision first.
fn added<'e>(
    base: Option<&Exception<'_>>,
    head: &'e Exception<'_>,
    zone: Zone,
    base_day: Day,
) -> Vec<(String, &'e Spanned<Day>)> {
    let mut dates = Vec::new();
    let mut add = |what: String, date: &'e Option<Spanned<Day>>| dates.extend(date.as_ref().map(|date| (what, date)));
    if base.is_none() {
        add("the decision".to_owned(), &head.decided);
    }
    for (index, renewal) in head.renewals.iter().enumerate().skip(base.map_or(0, |base| base.renewals.len())) {
        add(format!("renewal `{}`", index + 1), &renewal.decided);
        // The day of a request matters if it alone makes the renewal one that was requested in time.
        let extended = head.expiry_before(index).map(|expiry| zone.last_day(expiry.value));
        if extended.is_some_and(|last| last < base_day) {
            add(format!("the request for renewal `{}`", index + 1), &renewal.requested);
        }
    }
    for (index, review) in head.reviews.iter().enumerate().skip(base.map_or(0, |base| base.reviews.len())) {
        add(format!("review `{}`", index + 1), &review.date);
    }
    if base.is_none_or(|base| base.closure.is_none())
        && let Some(closure) = &head.closure
    {
        add("the closure".to_owned(), &closure.date);
    }
    dates
}
