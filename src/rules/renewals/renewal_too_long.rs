use crate::register::Exception;
use crate::rules::declare_rule;
use crate::rules::time::term_too_long;
use crate::rules::{Applies, Check, Context};

declare_rule! {
    /// Reports a renewal that lasts longer than the risk tier allows.
    ///
    /// ## Why
    ///
    /// A renewal is a new approval of the same risk, so the same limit applies. Otherwise a short first term would be
    /// worth nothing.
    ///
    /// ## What to do
    ///
    /// Before the renewal is merged, move its `expires` back to the latest day that the tier allows, counted from the day
    /// on which the renewal was decided. After it is merged, its end can no longer be moved: close the exception by that
    /// day, and request a new exception that names it in `follows` if it is needed for longer.
    id: "renewal-too-long",
    family: Renewals,
    level: Error,
    since: "0.1.0",
    check: Check::Entry(Applies::Granted, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let Some(tier) = &exception.risk.tier else { return };
    let zone = cx.policy().timezone;
    let limit = cx.policy().limit(tier.value);
    let merged = cx.changes.and_then(|changes| changes.before(exception.file)).map(|before| before.renewals.len());
    for (at, renewal) in exception.renewals.iter().enumerate() {
        let (Some(decided), Some(expires)) = (&renewal.decided, &renewal.expires) else { continue };
        let days = decided.value.days_until(zone.last_day(expires.value));
        if days <= limit {
            continue;
        }
        let name = tier.value.name();
        let latest = decided.value.plus(limit);
        let is_merged = merged.map_or_else(|| cx.is_merged(exception), |merged| Some(at < merged));
        let help = term_too_long::put_back(exception, Some(at), cx)
            .unwrap_or_else(|| term_too_long::help(format!("the latest day is `{latest}`"), latest, is_merged, cx));
        cx.report(expires, format!("renewed for `{days}` days, tier `{name}` allows `{limit}`"))
            .label(decided.span(), "counted from here")
            .label(tier.span(), format!("at most {limit} days"))
            .help(help);
    }
}
