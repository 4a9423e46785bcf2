use crate::rules::declare_rule;
use crate::rules::{Check, Context};

declare_rule! {
    /// Reports a record that does not match the schema of an exception, or the organisation's own.
    ///
    /// ## Why
    ///
    /// A field that is missing or misspelt is a question that nobody answered: who removes it, until when, at what
    /// risk. Readers of the record can no longer ask later.
    ///
    /// ## What to do
    ///
    /// Fill in the field that is named. A key that the schema does not know is either a typo, and the nearest known key
    /// is suggested, or your organisation's own: begin it with `x-`.
    id: "schema",
    family: Record,
    level: Error,
    since: "0.1.0",
    check: Check::Register(check),
}

fn check(cx: &mut Context<'_>) {
    for (file, faults) in &cx.register.faults {
        for problem in &faults.schema {
            cx.report_problem(*file, problem);
        }
    }
}
