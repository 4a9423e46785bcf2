use crate::rules::declare_rule;
use crate::rules::{Check, Context, scanned};

declare_rule! {
    /// Reports a suppression that no exception in force covers: a comment or an entry of an ignore file by which a
    /// scanner is told to overlook something.
    ///
    /// ## Why
    ///
    /// A suppression is an exception that nobody has agreed to, and it has no end. Whoever adds one alone decides
    /// about the risk, and the finding never comes back.
    ///
    /// ## What to do
    ///
    /// Fix what the scanner finds, and delete the suppression. If that takes time, ask for an exception with
    /// `stopgap new`: its `covers` name the tool, the rule and the file.
    id: "unregistered-suppression",
    family: Enforcement,
    level: Error,
    since: "0.1.0",
    check: Check::Register(check),
}

fn check(cx: &mut Context<'_>) {
    scanned::suppressed(cx);
}
