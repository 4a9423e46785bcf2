use crate::register::fields::{EXPOSURE, Kind};
use crate::register::{Exception, Text};
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::shown;

declare_rule! {
    /// Reports a tier that is lower than the policy's `exposure_tier` although there is an exposure.
    ///
    /// ## Why
    ///
    /// The tier decides how long an approval lasts and who must renew it. Remote access, sign-in,
    /// data and vendors are where a forgotten exception does the most harm, so they get the
    /// shortest time.
    ///
    /// ## What to do
    ///
    /// Raise the tier, and move `expires` back to what it allows. Remove the exposure only if nothing of that kind is
    /// exposed.
    id: "understated-tier",
    family: Text,
    level: Error,
    weight: Terms,
    since: "0.1.0",
    check: Check::Entry(Applies::Granted, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    // What is not a kind is for `schema` to report.
    let is_kind = |text: &&Text<'_>| matches!(EXPOSURE.kind(), Kind::Words(kinds) if kinds.contains(&text.as_str()));
    let (Some(tier), Some(exposure)) = (&exception.risk.tier, exception.risk.exposure.iter().find(is_kind)) else {
        return;
    };
    let least = cx.policy().exposure_tier;
    if tier.value >= least {
        return;
    }
    let days = cx.policy().limit(least);
    let until = exception.starts.as_ref().map(|starts| cx.policy().timezone.first_day(starts.value).plus(days));
    let until = until.map(|day| format!(", until {day} at the latest")).unwrap_or_default();
    let (tier_name, least) = (tier.value.name(), least.name());
    let message =
        format!("tier `{tier_name}` with exposure `{}`, which requires at least `{least}`", shown(&exposure.value));
    cx.report(tier, message)
        .label(exposure.span(), "this raises the tier")
        .help(format!("set `tier: {least}`, which allows {days} days{until}"));
}
