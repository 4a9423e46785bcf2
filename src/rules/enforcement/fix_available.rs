use crate::rules::declare_rule;
use crate::rules::{Check, Context, scanned};

declare_rule! {
    /// Reports a result whose cover no longer applies because a fixed version exists.
    ///
    /// ## Why
    ///
    /// `until_fixed: true` says that the risk was accepted only because there was no fix. Now there is one.
    ///
    /// ## What to do
    ///
    /// Install the version that the scanner names, and close the exception. If the upgrade takes time, that is a
    /// different reason: request another exception.
    id: "fix-available",
    family: Enforcement,
    level: Error,
    since: "0.1.0",
    check: Check::Register(check),
}

fn check(cx: &mut Context<'_>) {
    scanned::fixable(cx);
}
