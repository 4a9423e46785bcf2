use crate::rules::declare_rule;
use crate::rules::{Check, Context};

declare_rule! {
    /// Reports an unquoted value that YAML versions read differently, such as `no`, `012`, `1e3` or `1:30`, and a
    /// string that YAML cuts off, as at the `#` of `see ticket #4711`.
    ///
    /// ## Why
    ///
    /// stopgap reads every value as a string, but an editor, a script or a spreadsheet import may turn `no` into false
    /// and `012` into ten. The record then says something other than what was approved. A space before a `#` begins a
    /// comment: of `see ticket #4711, because` only `see ticket` is the value, and cards and reports do not show the
    /// rest.
    ///
    /// ## What to do
    ///
    /// Put the value in quotes. Nothing else about the record changes. If what follows the `#` is meant as a comment,
    /// put a space after the `#`.
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
