use crate::rules::declare_rule;
use crate::rules::{Check, Context};

declare_rule! {
    /// Reports a plain value that YAML versions read differently, such as `no`, `012`, `1e3` or `1:30`.
    ///
    /// ## Why
    ///
    /// stopgap reads every value as text, but an editor, a script or a spreadsheet import may turn
    /// `no` into false and `012` into ten. The record then says something else than what was
    /// approved.
    ///
    /// ## What to do
    ///
    /// Put the value in quotes. Nothing else about the record changes.
    id: "ambiguous-scalar",
    family: Record,
    level: Warning,
    since: "0.1.0",
    yields_to: &["schema"],
    check: Check::Register(check),
}

fn check(cx: &mut Context<'_>) {
    for (file, faults) in &cx.register.faults {
        for problem in &faults.ambiguous {
            cx.report_problem(*file, problem);
        }
    }
}
