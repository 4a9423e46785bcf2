use crate::rules::declare_rule;
use crate::rules::{BaselineUse, Check, Context};
use crate::yaml::{Place, Spot, lookup, parse};

declare_rule! {
    /// Reports a baseline that ends later than the policy allows.
    ///
    /// ## Why
    ///
    /// A baseline is an exception of its own, from the rules of the register, and as temporary as
    /// any other. Without a limit the gaps of the old register become the policy of the new one.
    ///
    /// ## What to do
    ///
    /// Write an earlier day as its `until`. How many days from today it may lie is `baseline.max` of
    /// the policy; a longer time there is a decision of the people who own the policy.
    id: "baseline-too-long",
    family: Record,
    level: Error,
    since: "0.1.0",
    check: Check::Baseline(check),
}

fn check(used: &BaselineUse<'_>, cx: &mut Context<'_>) {
    let (until, max) = (used.baseline.until, cx.policy().baseline);
    let today = cx.today().day;
    let days = today.days_until(until);
    if days <= i64::from(max) {
        return;
    }
    let text = cx.source(used.file).text();
    let Some(span) = parse(text).ok().and_then(|tree| Some(lookup(&tree, "/until")?.1.span)) else { return };
    let message = format!("the baseline ends in `{days}` days, on `{until}`; the policy allows `{max}`");
    let help = match max {
        0 => "the policy allows no baseline: delete the file, and fix what the rules find".to_owned(),
        _ => format!("write `until: {}` or an earlier day", today.plus(i64::from(max))),
    };
    cx.report_in(used.file, Spot { span, place: Place::value("/until") }, message).help(help);
}
