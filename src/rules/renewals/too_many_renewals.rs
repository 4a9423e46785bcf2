use crate::register::Exception;
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::yaml::{Place, Spot};

declare_rule! {
    /// Reports an exception that has been renewed more often than the policy allows.
    ///
    /// ## Why
    ///
    /// An exception that is extended again and again is no longer temporary: it is normal practice. The control then
    /// only seems to be in force.
    ///
    /// ## What to do
    ///
    /// Fix the root cause: carry out the removal and close the exception, or change the control itself, openly, if it
    /// cannot be followed. Another date solves neither.
    id: "too-many-renewals",
    family: Renewals,
    level: Error,
    since: "0.1.0",
    check: Check::Entry(Applies::Granted, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let max = cx.policy().max_renewals;
    let Some(over) = exception.renewals.get(max) else { return };
    let count = exception.renewals.len();
    let spot = over.expires.as_ref().map_or_else(|| Spot::from(&over.item), Spot::from);
    let counted = if count == 1 { "a renewal".to_owned() } else { format!("`{count}` renewals") };
    let allowed = if max == 0 { "none".to_owned() } else { format!("`{max}`") };
    let finding = cx.report(spot, format!("{counted}, the policy allows {allowed}"));
    // One more renewal is one more fault, wherever the first one is.
    let last = format!("/renewals/{}/expires", count - 1);
    let has_end = exception.current_expiry().is_some();
    finding.place = if has_end { Place::value(last) } else { Place::absent(last) };
    finding
        .help("fix the root cause: carry out the removal and close it, or change the control that cannot be followed");
    if let Some(expires) = &exception.expires {
        finding.label(expires.span(), "it was meant to end here");
    }
}
