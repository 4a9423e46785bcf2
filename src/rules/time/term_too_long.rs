use crate::register::Exception;
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::time::Day;

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
    /// Before the request is merged, move `expires` back to the latest day that the tier allows. Request a renewal if more
    /// time is needed when that day comes. After it is merged, its end can no longer be moved: close it by that day, and
    /// request a new exception that names it in `follows` if it is needed for longer.
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
    let latest = first.plus(limit);
    let help = put_back(exception, None, cx)
        .unwrap_or_else(|| help(format!("the latest day is `{latest}`"), latest, cx.is_merged(exception), cx));
    cx.report(expires, format!("a term of `{days}` days, tier `{name}` allows `{limit}`"))
        .label(starts.span(), "counted from here")
        .label(tier.span(), format!("at most {limit} days"))
        .help(help);
}

/// Returns the help for a merged end that a change moves, of the entry itself or of a renewal: that the new one is too late
/// does not matter before the old one is back.
pub(in crate::rules) fn put_back(
    exception: &Exception<'_>,
    renewal: Option<usize>,
    cx: &Context<'_>,
) -> Option<String> {
    let before = cx.changes?.before(exception.file).filter(|_| cx.is_merged(exception) == Some(true))?;
    let end = |it: &Exception<'_>| {
        let end = match renewal {
            None => it.expires.as_ref(),
            Some(at) => it.renewals.get(at)?.expires.as_ref(),
        };
        end.map(|end| end.value)
    };
    let agreed = end(before).filter(|agreed| end(exception) != Some(*agreed))?;
    Some(format!("put `expires: {agreed}` back"))
}

/// Returns the help for what lasts longer than until `latest`. `asked` is what to write while it is asked for; what is
/// merged is not shortened any more, so it is closed. `None` stands for nobody knows.
pub(in crate::rules) fn help(asked: String, latest: Day, is_merged: Option<bool>, cx: &Context<'_>) -> String {
    const LONGER: &str = "request a new exception that names it in `follows` if it is needed for longer";
    let is_past = latest < cx.today().day;
    match is_merged {
        Some(false) => asked,
        Some(true) if is_past => format!("it is merged, so close it, and {LONGER}"),
        Some(true) => format!("it is merged, so close it by {latest}, and {LONGER}"),
        None if is_past => format!("{asked}; if it is merged, close it, and {LONGER}"),
        None => format!("{asked}; if it is merged, close it by then, and {LONGER}"),
    }
}
