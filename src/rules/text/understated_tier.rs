use crate::policy::Policy;
use crate::register::fields::{EXPOSURE, Kind};
use crate::register::{Exception, Text};
use crate::rules::declare_rule;
use crate::rules::time::term_too_long;
use crate::rules::{Applies, Check, Context};
use crate::text::{argument, shown};

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
    /// Raise the tier. Before the request is merged, move `expires` back to what the tier allows. After that, amend the
    /// tier. If a merged exception lasts longer than the new tier allows, close it, because its end can no longer be
    /// moved, and request a new one that names it in `follows` if it is still needed. Remove the exposure only if nothing
    /// of that kind is exposed.
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
    let latest = until.unwrap_or(cx.today().day);
    let until = until.map(|day| format!(", until {day} at the latest")).unwrap_or_default();
    let fits = fits(exception, cx.policy());
    let (tier_name, least) = (tier.value.name(), least.name());
    let message =
        format!("tier `{tier_name}` with exposure `{}`, which requires at least `{least}`", shown(&exposure.value));
    let asked = format!("set `tier: {least}`, which allows {days} days{until}");
    let help = match cx.is_merged(exception) {
        Some(true) | None if !fits => term_too_long::put_back(exception, None, cx)
            .unwrap_or_else(|| term_too_long::help(asked, latest, cx.is_merged(exception), cx)),
        Some(true) => format!("amend it: `stopgap amend {} --set risk.tier={least}`", argument(exception.id)),
        _ => asked,
    };
    cx.report(tier, message).label(exposure.span(), "this raises the tier").help(help);
}

/// Tells whether each approved term is within the limit of the tier that the exposure requires, so that amending the tier
/// is enough.
pub(crate) fn fits(exception: &Exception<'_>, policy: &Policy) -> bool {
    let zone = policy.timezone;
    let starts = exception.starts.as_ref().map(|starts| zone.first_day(starts.value));
    let renewed = exception.renewals.iter().map(|it| (it.decided.as_ref().map(|day| day.value), it.expires.as_ref()));
    let mut terms = renewed.chain([(starts, exception.expires.as_ref())]);
    terms.all(|(from, to)| {
        let days = from.zip(to).map(|(from, to)| from.days_until(zone.last_day(to.value)));
        days.is_none_or(|days| days <= policy.limit(policy.exposure_tier))
    })
}
