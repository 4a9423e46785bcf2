use crate::register::{Exception, Status};
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};

declare_rule! {
    /// Reports a status that the dates or the closure contradict.
    ///
    /// ## Why
    ///
    /// Readers take the status at its word. One that is `expired` before its time hides an open exception, and a
    /// closure on an open one claims a removal that nobody has confirmed.
    ///
    /// ## What to do
    ///
    /// Set the status that the rest of the file describes: `active` until the expiry has passed,
    /// `closed` once there is a closure.
    id: "status-mismatch",
    family: Time,
    level: Error,
    weight: Open,
    since: "0.1.0",
    check: Check::Entry(Applies::LiveOrClosed, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let Some(status) = &exception.status else { return };
    let zone = cx.policy().timezone;
    let today = cx.today();
    if let Some(closure) = exception.closure.as_ref().filter(|_| status.value != Status::Closed) {
        cx.report(status, format!("the status is `{}`, but there is a closure", status.value.name()))
            .label(closure.key, "this says that it is over")
            .help("set `status: closed`, or delete the closure");
    }
    let Some(expiry) = exception.current_expiry() else { return };
    if status.value == Status::Expired && !today.has_ended(zone, expiry.value) {
        let left = today.day.days_until(zone.last_day(expiry.value));
        let when = match left {
            ..=0 => format!("at the end of `{}`", expiry.value),
            1 => "tomorrow".to_owned(),
            _ => format!("in `{left}` days"),
        };
        cx.report(status, format!("the status is `expired`, but it ends {when}"))
            .label(expiry.span(), "valid until here")
            .help("set `status: active`, or close it");
    }
}
