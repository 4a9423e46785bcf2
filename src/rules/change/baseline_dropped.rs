use std::collections::BTreeSet;

use crate::rules::declare_rule;
use crate::rules::{BaselineUse, Check, Context};
use crate::text::counted;
use crate::yaml::Spot;

declare_rule! {
    /// Reports a change that deletes the baseline while findings that it tolerates remain.
    ///
    /// ## Why
    ///
    /// Without the baseline the next check fails for every gap in the old register, and the obvious way out is a new
    /// baseline that tolerates more, for longer.
    ///
    /// ## What to do
    ///
    /// Restore the file, and delete its lines as the findings are fixed; after its last day it tolerates nothing and
    /// may be deleted.
    id: "baseline-dropped",
    family: Change,
    level: Error,
    since: "0.1.0",
    check: Check::Baseline(check),
}

fn check(used: &BaselineUse<'_>, cx: &mut Context<'_>) {
    if !used.is_dropped || used.found.is_empty() {
        return;
    }
    let entries: BTreeSet<&str> = used.found.iter().map(|(id, ..)| *id).collect();
    let many = |count: usize, one: &str| format!("`{count}` {one}{}", if count == 1 { "" } else { "s" });
    let (findings, entries) = (many(used.found.len(), "finding"), many(entries.len(), "exception"));
    let is = if used.found.len() == 1 { "is" } else { "are" };
    let message = format!("this file was removed, but {findings} that it tolerated in {entries} {is} still there");
    let until = used.baseline.until;
    let left = counted(cx.today().day.days_until(until), "day");
    cx.report_in(used.file, Spot::file(), message)
        .help(format!("put it back until they are fixed; it ends on `{until}`, in {left}"));
}
