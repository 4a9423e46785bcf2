use crate::rules::declare_rule;
use crate::rules::{Check, Context};

declare_rule! {
    /// Reports a file that is outside the safe subset of YAML, or that cannot be read.
    ///
    /// ## Why
    ///
    /// Two readers must never see two different exceptions in one file. Anchors, merge keys, tags, duplicate keys and
    /// second documents are where YAML readers disagree, and a file that does not parse is not checked at all.
    ///
    /// ## What to do
    ///
    /// Fix the place that is shown. Write every value out where it is needed, quote strings that contain `: ` or ` #`,
    /// indent with spaces, and keep one exception per file.
    id: "invalid-yaml",
    family: Record,
    level: Error,
    since: "0.1.0",
    check: Check::Register(check),
}

fn check(cx: &mut Context<'_>) {
    for (file, faults) in &cx.register.faults {
        for problem in &faults.yaml {
            cx.report_problem(*file, problem);
        }
    }
}
