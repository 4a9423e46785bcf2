use crate::declare_rule;
use crate::register::{Exception, Status};
use crate::rule::{Applies, Check, Context};

declare_rule! {
    /// Reports an active exception that ends within the reminder that fits its term.
    ///
    /// ## Why
    ///
    /// The owner still has time to remove it, or to ask for a renewal before it lapses. The
    /// longest of the policy's `reminders` counts that is at most half of the term, so that a
    /// seven-day approval is not "soon" on its first day.
    ///
    /// ## What to do
    ///
    /// Plan the removal now. If it cannot be done in time, ask for a renewal before the last day.
    id: "expiring-soon",
    family: Time,
    level: Note,
    since: "0.1.0",
    check: Check::Entry(Applies::Live, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let zone = cx.policy().timezone;
    let today = cx.today();
    let Some(expiry) = exception.current_expiry() else { return };
    let Some(approved) = exception.approved_from(zone) else { return };
    if !exception.is(&[Status::Active]) || today.has_ended(zone, expiry.value) {
        return;
    }
    let last = zone.last_day(expiry.value);
    let term = approved.days_until(last);
    let left = today.day.days_until(last);
    let fitting = cx.policy().reminders.iter().map(|days| i64::from(*days)).find(|days| days * 2 <= term);
    if fitting.is_none_or(|days| left > days) {
        return;
    }
    let when = match left {
        ..=0 => "ends today".to_owned(),
        1 => "ends tomorrow".to_owned(),
        _ => format!("ends in `{left}` days"),
    };
    let removal = exception.removal.as_ref().map(|removal| removal.span);
    let finding = cx.report(expiry.span, when);
    finding.help(format!("carry out the removal by {last}, or ask for a renewal by then"));
    if let Some(removal) = removal {
        finding.label(removal, "what must happen first");
    }
}
