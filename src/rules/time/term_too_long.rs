use crate::register::Exception;
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};

declare_rule! {
    /// Reports an approval that lasts longer than its risk tier allows.
    ///
    /// ## Why
    ///
    /// The longer a rule stays broken, the more people come to rely on it. A short first term
    /// forces somebody to look again while the reason is still remembered.
    ///
    /// ## What to do
    ///
    /// Move `expires` back to the latest day that the tier allows. Request a renewal if more time is needed when that
    /// day comes.
    id: "term-too-long",
    family: Time,
    level: Error,
    since: "0.1.0",
    check: Check::Entry(Applies::Granted, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let zone = cx.policy().timezone;
    let (Some(starts), Some(expires), Some(tier)) = (&exception.starts, &exception.expires, &exception.risk.tier)
    else {
        return;
    };
    let first = zone.first_day(starts.value);
    let days = first.days_until(zone.last_day(expires.value));
    let limit = cx.policy().limit(tier.value);
    if days <= limit {
        return;
    }
    let name = tier.value.name();
    cx.report(expires, format!("a term of `{days}` days, tier `{name}` allows `{limit}`"))
        .label(starts.span(), "counted from here")
        .label(tier.span(), format!("at most {limit} days"))
        .help(format!("the latest day is `{}`", first.plus(limit)));
}
