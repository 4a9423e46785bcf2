use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::source::FileId;
use crate::time::Day;
use crate::yaml::{Place, Spot, lookup, parse};

declare_rule! {
    /// Reports a baseline that ends later than the policy allows.
    ///
    /// ## Why
    ///
    /// A baseline is itself an exception from the rules of the register, and must be as temporary as any other. Without
    /// a limit the gaps of the old register become the policy of the new one.
    ///
    /// ## What to do
    ///
    /// Write an earlier day as its `until`. `baseline.max` in the policy limits how many days from today it may be, for
    /// `baseline.yaml` and for `suppressions.yaml`; raising the limit is a decision of the owners of the policy.
    id: "baseline-too-long",
    family: Record,
    level: Error,
    since: "0.1.0",
    check: Check::Register(check),
}

fn check(cx: &mut Context<'_>) {
    let head = cx.changes.and_then(|changes| changes.head.as_ref());
    let (baseline, suppressed) = match head {
        Some(head) => (head.baseline.as_ref(), head.suppressed.as_ref()),
        None => (cx.judge.baseline.as_ref(), cx.judge.suppressed.as_ref()),
    };
    let baseline = baseline.and_then(|it| Some((it.until, it.file?)));
    let suppressed = suppressed.and_then(|it| Some((it.until, it.file?)));
    for (until, file) in baseline.into_iter().chain(suppressed) {
        judge(until, file, cx);
    }
}

fn judge(until: Day, file: FileId, cx: &mut Context<'_>) {
    let max = cx.policy().baseline;
    let today = cx.today().day;
    let days = today.days_until(until);
    if days <= i64::from(max) {
        return;
    }
    let text = cx.source(file).text();
    let Some(span) = parse(text).ok().and_then(|tree| Some(lookup(&tree, "/until")?.1.span)) else { return };
    let message = format!("the baseline ends in `{days}` days, on `{until}`; the policy allows `{max}`");
    let help = match max {
        0 => "the policy allows no baseline: delete the file, and fix what the rules find".to_owned(),
        _ => format!("write `until: {}` or an earlier day", today.plus(i64::from(max))),
    };
    cx.report_in(file, Spot { span, place: Place::value("/until") }, message).help(help);
}
