use crate::history::Change;
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::text::marked;

declare_rule! {
    /// Reports a new renewal that was requested in time but decided after the end of the term that it extends.
    ///
    /// ## Why
    ///
    /// Between the end and the decision the rule was broken without anyone's agreement. The record must not suggest
    /// otherwise.
    ///
    /// ## What to do
    ///
    /// Decide before the end next time. If the days between were unavoidable, say in `risk_check` what happened during
    /// them: the finding remains a warning.
    id: "renewal-decided-late",
    family: Change,
    level: Warning,
    since: "0.1.0",
    check: Check::Change(check),
}

fn check(change: &Change<'_>, cx: &mut Context<'_>) {
    // The change that adds the first register brings its whole past.
    if cx.changes.is_none_or(|changes| changes.head.is_none()) {
        return;
    }
    let zone = cx.policy().timezone;
    let Some(head) = change.head.as_ref().and_then(|side| side.exception) else { return };
    let known = change.before().map_or(0, |base| base.renewals.len());
    for (index, renewal) in head.renewals.iter().enumerate().skip(known) {
        let (Some(before), Some(decided)) = (head.expiry_before(index), &renewal.decided) else { continue };
        let last = zone.last_day(before.value);
        let late = last.days_until(decided.value);
        // A request that was itself too late is reported by `renewal-late`.
        if late <= 0 || renewal.requested.as_ref().is_some_and(|requested| requested.value > last) {
            continue;
        }
        cx.report(decided, format!("decided {} after the end of the term it extends", marked(late, "day")))
            .label(before.span(), "the term ended here")
            .help("nobody had approved the days between: say in `risk_check` what happened during them");
    }
}
