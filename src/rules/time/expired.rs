use crate::register::Exception;
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context, advice};

declare_rule! {
    /// Reports an exception whose current expiry has passed.
    ///
    /// ## Why
    ///
    /// From that moment nobody accepts the risk, and the rule is still broken.
    ///
    /// ## What to do
    ///
    /// Carry out `removal` and close the exception. A renewal must be requested before the expiry; a need that remains
    /// afterwards is a new exception, and counts as a renewal of this one.
    id: "expired",
    family: Time,
    level: Error,
    weight: Open,
    since: "0.1.0",
    check: Check::Entry(Applies::Live, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let Some(expiry) = exception.current_expiry() else { return };
    let zone = cx.policy().timezone;
    let today = cx.today();
    if !today.has_ended(zone, expiry.value) {
        return;
    }
    let last = zone.last_day(expiry.value);
    let message = match last.days_until(today.day) {
        ..=0 => format!("expired today, at `{}`", expiry.value),
        1 => format!("expired yesterday, on `{last}`"),
        days => format!("expired on `{last}`, `{days}` days ago"),
    };
    let removal = exception.removal.as_ref().map(|removal| removal.span());
    let help = advice(expiry.value, last, true, cx.has_renewal_left(exception));
    let finding = cx.report(expiry, message);
    finding.help(help);
    if let Some(removal) = removal {
        finding.label(removal, "what must happen before it can be closed");
    }
}
