use crate::register::Exception;
use crate::rules::declare_rule;
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
    /// Bring the renewal's `expires` back to the latest day that the tier allows, counted from the
    /// day on which the renewal was decided.
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
    for renewal in &exception.renewals {
        let (Some(decided), Some(expires)) = (&renewal.decided, &renewal.expires) else { continue };
        let days = decided.value.days_until(zone.last_day(expires.value));
        if days <= limit {
            continue;
        }
        let name = tier.value.name();
        cx.report(expires, format!("renewed for `{days}` days, tier `{name}` allows `{limit}`"))
            .label(decided.span(), "counted from here")
            .label(tier.span(), format!("at most {limit} days"))
            .help(format!("the latest day is `{}`", decided.value.plus(limit)));
    }
}
