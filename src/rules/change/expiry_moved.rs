use std::cmp::Ordering;

use super::approved_content_changed::report_at;
use crate::history::Change;
use crate::register::Exception;
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
    /// Restore the date and add an item to `renewals`, with its own reason, approver and expiry. To end the exception
    /// sooner, close it. An amendment does not help: an expiry is never corrected.
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
        Some(after) if moved == Ordering::Greater => format!(
            "{put_back} and add an item to `renewals` with `expires: {}`, its own reason and its own approver",
            shown(after)
        ),
        Some(_) => format!("{put_back}; to end it sooner, close it: `status: closed` and a `closure`"),
        None => put_back,
    };
    report_at(cx, &edit, "/expires", message, "agreed here").help(help);
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
