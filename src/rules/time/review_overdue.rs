use crate::register::Exception;
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};

declare_rule! {
    /// Reports an emergency exception that nobody has reviewed since its incident ended.
    ///
    /// ## Why
    ///
    /// Emergency access is granted in a hurry and with wide scope. Once the incident is over, its reason is gone, and
    /// every further day is an unnecessary risk.
    ///
    /// ## What to do
    ///
    /// Close it. If something still depends on it, write a review by the day after the incident's
    /// end that says what and until when. A review by an agent does not count.
    id: "review-overdue",
    family: Time,
    level: Error,
    since: "0.1.0",
    check: Check::Entry(Applies::Live, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let Some(ended) = exception.unreviewed_incident(|by| cx.judge.is_agent(by)) else { return };
    let since = ended.value.days_until(cx.today().day);
    if since <= 1 {
        return;
    }
    let message = format!("the incident ended `{since}` days ago, and no person has reviewed or closed it since");
    cx.report(ended, message).help("close it, or add a review dated today that says what still depends on it");
}
