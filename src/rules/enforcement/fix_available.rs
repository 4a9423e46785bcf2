use crate::rules::declare_rule;
use crate::rules::{Check, Context, scanned};

declare_rule! {
    /// Reports a result whose cover has ended because there is a version that mends it.
    ///
    /// ## Why
    ///
    /// `until_fixed: true` says that the risk was accepted only because nothing could be done about it. Now something
    /// can.
    ///
    /// ## What to do
    ///
    /// Install the version that the scanner names, and close the exception. If the upgrade takes time, that is another
    /// reason: ask for another exception.
    id: "fix-available",
    family: Enforcement,
    level: Error,
    since: "0.1.0",
    check: Check::Register(check),
}

fn check(cx: &mut Context<'_>) {
    scanned::fixable(cx);
}
