use crate::rules::declare_rule;
use crate::rules::{Check, Context};

declare_rule! {
    /// Reports a plain value that YAML versions read differently, such as `no`, `012`, `1e3` or `1:30`, and a text that YAML
    /// cuts off, as at the `#` of `see ticket #4711`.
    ///
    /// ## Why
    ///
    /// stopgap reads every value as text, but an editor, a script or a spreadsheet import may turn
    /// `no` into false and `012` into ten. The record then says something else than what was
    /// approved. And where a blank is before a `#`, a comment begins: of `see ticket #4711, because`
    /// only `see ticket` is the text, and nobody sees the rest on a card or in a report.
    ///
    /// ## What to do
    ///
    /// Put the value in quotes. Nothing else about the record changes. If what follows the `#` is
    /// meant as a comment, put a blank behind the `#`.
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
