use crate::register::Exception;
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::counted;

declare_rule! {
    /// Reports a renewal that was requested after the expiry that it extends.
    ///
    /// ## Why
    ///
    /// Between the expiry and the request the rule was broken without anyone's agreement. A late renewal papers over
    /// that gap, and the register no longer shows it.
    ///
    /// ## What to do
    ///
    /// Close the exception. If the need remains, file a new one that starts on the day of its own decision; it counts
    /// as a renewal of this one.
    id: "renewal-late",
    family: Renewals,
    level: Error,
    since: "0.1.0",
    check: Check::Entry(Applies::Granted, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let zone = cx.policy().timezone;
    for (index, renewal) in exception.renewals.iter().enumerate() {
        let (Some(before), Some(requested)) = (exception.expiry_before(index), &renewal.requested) else { continue };
        let last = zone.last_day(before.value);
        let late = last.days_until(requested.value);
        if late <= 0 {
            continue;
        }
        let days = counted(late, "day");
        cx.report(requested, format!("requested `{days}` after the end of the term it extends"))
            .label(before.span(), "the term ended here")
            .help("an exception that has ended cannot be renewed: close it, and file a new one if the need remains");
    }
}
