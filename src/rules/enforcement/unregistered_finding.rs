use crate::rules::declare_rule;
use crate::rules::{Check, Context, scanned};

declare_rule! {
    /// Reports a result of a scanner that no exception in force covers.
    ///
    /// ## Why
    ///
    /// A finding is either mended or its risk is accepted by somebody for a limited time. One that is simply there is
    /// neither, and the next one goes unnoticed among many.
    ///
    /// ## What to do
    ///
    /// Mend what the scanner finds. If that takes time, ask for an exception with `stopgap new` and name the finding in
    /// its `covers`, as narrowly as you can. Where an exception covered it until now, `stopgap renew` asks for more
    /// time.
    ///
    /// `stopgap enforce --baseline` lets be what was there before a change. From which level on a result needs an
    /// exception is for `enforce` of the policy to say.
    id: "unregistered-finding",
    family: Enforcement,
    level: Error,
    since: "0.1.0",
    check: Check::Register(check),
}

fn check(cx: &mut Context<'_>) {
    scanned::unregistered(cx);
}
