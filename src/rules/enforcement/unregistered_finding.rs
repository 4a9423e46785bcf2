use crate::rules::declare_rule;
use crate::rules::{Check, Context, scanned};

declare_rule! {
    /// Reports a result of a scanner that no exception in force covers.
    ///
    /// ## Why
    ///
    /// A finding is either fixed, or somebody accepts its risk for a limited time. One that is simply left there is
    /// neither, and the next one goes unnoticed among many.
    ///
    /// ## What to do
    ///
    /// Fix what the scanner reports. If that takes time, request an exception with `stopgap new` and name the finding
    /// in its `covers`, as narrowly as possible. If an exception covered it and has ended, close that one, and name it
    /// in `follows` of the new one.
    ///
    /// `stopgap enforce --baseline` ignores results that existed before a change. `enforce` in the policy sets the
    /// level from which a result needs an exception.
    id: "unregistered-finding",
    family: Enforcement,
    level: Error,
    since: "0.1.0",
    check: Check::Register(check),
}

fn check(cx: &mut Context<'_>) {
    scanned::unregistered(cx);
}
