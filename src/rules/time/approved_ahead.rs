use crate::register::{Exception, Spanned};
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context, names};
use crate::text::counted;
use crate::time::Day;

declare_rule! {
    /// Reports an exception that starts further ahead of its decision than its tier may last.
    ///
    /// ## Why
    ///
    /// A decision weighs the risk as it is on that day. An approval that is kept in stock is used when nobody remembers
    /// what was weighed, and the register fills with permissions that are not needed yet.
    ///
    /// ## What to do
    ///
    /// Ask again when the start is near. The start may be as many days after the decision as the tier allows an
    /// approval to last; if an amendment moved the start, the day of the amendment counts.
    id: "approved-ahead",
    family: Time,
    level: Error,
    since: "0.1.0",
    check: Check::Entry(Applies::Granted, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    // The change that adds the first register brings its whole past.
    if cx.changes.is_some_and(|changes| changes.head.is_none()) {
        return;
    }
    let (Some(starts), Some(tier), Some(agreed)) = (&exception.starts, &exception.risk.tier, agreed(exception)) else {
        return;
    };
    let ahead = agreed.value.days_until(cx.policy().timezone.first_day(starts.value));
    let limit = cx.policy().limit(tier.value);
    if ahead <= limit {
        return;
    }
    let (days, name) = (counted(ahead, "day"), tier.value.name());
    cx.report(starts, format!("starts `{days}` after it was decided, tier `{name}` allows `{limit}`"))
        .label(agreed.span(), "agreed here")
        .label(tier.span(), format!("at most {limit} days ahead"))
        .help(format!("the latest start is `{}`; ask again when it is near", agreed.value.plus(limit)));
}

/// Returns the day on which the start was agreed: that of the decision, or of the last amendment that names it.
fn agreed<'e>(exception: &'e Exception<'_>) -> Option<&'e Spanned<Day>> {
    let names_start = exception.amendments.iter().filter(|it| it.fields.iter().any(|it| names(it.as_str(), "/starts")));
    let amended = names_start.filter_map(|amendment| amendment.date.as_ref());
    exception.decided.iter().chain(amended).max_by_key(|day| day.value)
}
