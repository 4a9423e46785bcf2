use std::cmp::Ordering;

use super::approved_content_changed::report_at;
use crate::history::Change;
use crate::register::{Exception, Status};
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::text::shown;
use crate::time::{Moment, Zone};
use crate::yaml::Node;

declare_rule! {
    /// Reports an `expires` that was edited instead of renewed.
    ///
    /// ## Why
    ///
    /// The first expiry is what the approver agreed to. A new date in its place looks as if it had been agreed from the
    /// start, without a reason, a risk check or a second decision.
    ///
    /// ## What to do
    ///
    /// Restore the date and add an item to `renewals`, with its own reason, approver and expiry. One that has ended, is
    /// closed or has no renewal left needs a new exception instead. To end the exception sooner, close it. An amendment
    /// does not help: an expiry is never corrected.
    id: "expiry-moved",
    family: Change,
    level: Error,
    since: "0.1.0",
    check: Check::Change(check),
}

fn check(change: &Change<'_>, cx: &mut Context<'_>) {
    let Some(edit) = change.edit() else { return };
    let Some(before) = edit.base_tree.get("expires").and_then(Node::as_text) else { return };
    let after = edit.head_tree.get("expires").and_then(Node::as_text);
    let zone = cx.policy().timezone;
    let moments = moment(edit.base).zip(moment(edit.head));
    let moved = match moments {
        Some((before, after)) => zone.ends_at(after).cmp(&zone.ends_at(before)),
        None if after.is_some_and(|after| after.trim() == before.trim()) => Ordering::Equal,
        None => Ordering::Less,
    };
    if moved == Ordering::Equal {
        return;
    }
    let message = match after {
        None => format!("`expires` was agreed as `{}`, and was removed", shown(before)),
        Some(after) => {
            let far = moments.and_then(|(before, after)| distance(zone, before, after)).unwrap_or_default();
            format!("`expires` was moved from `{}` to `{}`{far}, instead of renewed", shown(before), shown(after))
        }
    };
    let put_back = format!("put `expires: {}` back", shown(before));
    let help = match after {
        Some(_) if moved == Ordering::Greater => longer(edit.base, edit.head, &put_back, cx),
        Some(_) => format!("{put_back}; to end it sooner, close it: `status: closed` and a `closure`"),
        None => put_back,
    };
    report_at(cx, &edit, "/expires", message, "agreed here").help(help);
}

/// Returns the help for an end that was moved to a later one: a renewal, where one is possible.
fn longer(base: &Exception<'_>, head: &Exception<'_>, put_back: &str, cx: &Context<'_>) -> String {
    let (policy, today) = (cx.policy(), cx.today());
    let zone = policy.timezone;
    let Some(asked) = moment(head) else { return put_back.to_owned() };
    if base.is(&[Status::Closed, Status::Rejected]) {
        return format!("{put_back}; if the rule must be broken again, request a new exception");
    }
    let agreed = base.current_expiry().map(|end| end.value);
    if let Some(agreed) = agreed.filter(|agreed| zone.ends_at(*agreed) >= zone.ends_at(asked)) {
        return format!("{put_back}: the exception was renewed until {agreed} already");
    }
    let has_ended = agreed.is_some_and(|agreed| today.has_ended(zone, agreed));
    if has_ended || base.renewals.len() >= policy.max_renewals {
        let why = if has_ended { "it has ended" } else { "it cannot be renewed again" };
        return format!("{put_back}; {why}: request a new exception that names it in `follows` if it is still needed");
    }
    let latest = base.risk.tier.as_ref().map(|tier| today.day.plus(policy.limit(tier.value)));
    let end = match latest.filter(|latest| zone.last_day(asked) > *latest) {
        Some(latest) if agreed.is_some_and(|agreed| zone.last_day(agreed) >= latest) => {
            return format!("{put_back}; a renewal that is decided today cannot end later than {latest}");
        }
        Some(latest) => format!("{latest}` at the latest"),
        None => format!("{asked}`"),
    };
    format!("{put_back} and add an item to `renewals` with `expires: {end}, its own reason and its own approver")
}

fn moment(exception: &Exception<'_>) -> Option<Moment> {
    exception.expires.as_ref().map(|expires| expires.value)
}

fn distance(zone: Zone, before: Moment, after: Moment) -> Option<String> {
    match zone.last_day(before).days_until(zone.last_day(after)) {
        0 => None,
        1 => Some(", a day later".to_owned()),
        -1 => Some(", a day earlier".to_owned()),
        days @ 2.. => Some(format!(", `{days}` days later")),
        days => Some(format!(", `{}` days earlier", -days)),
    }
}
