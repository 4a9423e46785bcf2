use crate::people::People;
use crate::register::{Exception, Text};
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::{normalise, shown};

declare_rule! {
    /// Reports a request that was decided by the person who made it.
    ///
    /// ## Why
    ///
    /// An exception is worth something because a second person accepted the risk. The person who needs it cannot be
    /// that person, in any spelling of the name, and the same applies to a renewal and to a correction of the record.
    /// Requesting in another name changes nothing: a person who requested an exception approves neither its renewals
    /// nor its amendments, and a person who requested a renewal approves no amendment.
    ///
    /// ## What to do
    ///
    /// Have somebody else decide, and name them as `approver`. Requester and owner may be one person, and so may owner
    /// and approver. Renewals and amendments that somebody else requested are judged only when a change adds them.
    id: "self-approval",
    family: People,
    level: Error,
    weight: Open,
    since: "0.1.0",
    yields_to: &["owner-not-a-person"],
    check: Check::Entry(Applies::Always, check),
}

/// What was decided: the words that differ between a request, a renewal and an amendment.
struct Act {
    verb: &'static str,
    what: &'static str,
    label: &'static str,
}

const REQUEST: Act = Act { verb: "decided on", what: "request", label: "requested by the same person" };
const RENEWAL: Act = Act { verb: "decided on", what: "renewal request", label: "requested by the same person" };
const AMENDMENT: Act = Act { verb: "approved", what: "amendment", label: "written by the same person" };

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    judge(&REQUEST, exception.requester.as_ref(), exception.approver.as_ref(), cx);
    for renewal in &exception.renewals {
        judge(&RENEWAL, renewal.requester.as_ref(), renewal.approver.as_ref(), cx);
    }
    for amendment in &exception.amendments {
        judge(&AMENDMENT, amendment.by.as_ref(), amendment.approver.as_ref(), cx);
    }
    judge_added(exception, cx);
}

/// Reports a person who made an earlier request and now approves one made in another name. What was merged remains as
/// it was agreed, so only what a change adds is judged.
fn judge_added(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let judge = cx.judge;
    let Some(changes) = cx.changes.filter(|changes| changes.head.is_some()) else { return };
    let before = changes.before(exception.file);
    if before.is_none() && !changes.adds(exception.file) {
        return;
    }
    let of_entry: Vec<&Text<'_>> =
        before.into_iter().chain([exception]).filter_map(|it| it.requester.as_ref()).collect();
    let same = |a: &Text<'_>, b: &Text<'_>| judge.people.same(a.as_str(), b.as_str());
    let own = |asks: &Option<Text<'_>>, decides: &Text<'_>| asks.as_ref().is_some_and(|asks| same(asks, decides));
    let help = "have somebody else decide, and name them as `approver`";
    for renewal in exception.renewals.iter().skip(before.map_or(0, |before| before.renewals.len())) {
        let Some(decides) = renewal.approver.as_ref().filter(|decides| !own(&renewal.requester, decides)) else {
            continue;
        };
        if of_entry.iter().any(|asked| same(asked, decides)) {
            let name = shown(decides.as_str());
            cx.report(decides, format!("`{name}` requested the exception and approved its renewal")).help(help);
        }
    }
    let renewals = before.into_iter().chain([exception]).flat_map(|it| it.renewals.iter().enumerate());
    let of_renewals: Vec<_> = renewals.filter_map(|(at, it)| Some((at + 1, it.requester.as_ref()?))).collect();
    for amendment in exception.amendments.iter().skip(before.map_or(0, |before| before.amendments.len())) {
        let Some(decides) = amendment.approver.as_ref().filter(|decides| !own(&amendment.by, decides)) else {
            continue;
        };
        let renewal = of_renewals.iter().find(|(_, asked)| same(asked, decides)).map(|(number, _)| *number);
        let asked_for = match renewal {
            _ if of_entry.iter().any(|asked| same(asked, decides)) => "the exception".to_owned(),
            Some(number) => format!("renewal `{number}` of the exception"),
            None => continue,
        };
        let name = shown(decides.as_str());
        cx.report(decides, format!("`{name}` requested {asked_for} and approved its amendment")).help(help);
    }
}

fn judge(act: &Act, asks: Option<&Text<'_>>, decides: Option<&Text<'_>>, cx: &mut Context<'_>) {
    let (Some(asks), Some(decides)) = (asks, decides) else { return };
    let judge = cx.judge;
    if !judge.people.same(asks.as_str(), decides.as_str()) {
        return;
    }
    let Act { verb, what, label } = act;
    let (one, other) = (shown(decides.as_str()), shown(asks.as_str()));
    let message = match why_one(asks.as_str(), decides.as_str()) {
        None => format!("`{one}` {verb} their own {what}"),
        Some(why) => format!("`{one}` {verb} their own {what}: `{other}` is the same person ({why})"),
    };
    let above = judge.people.roster().and_then(|roster| {
        let above = roster.superior(roster.find(asks.as_str())?, judge.today.day)?;
        Some(format!(": `{}` is above `{other}`", shown(roster.display(above))))
    });
    let help = format!("have somebody else decide, and name them as `approver`{}", above.unwrap_or_default());
    cx.report(decides, message).label(asks.span(), *label).help(help);
}

/// Returns why two spellings are one person, unless they are written alike.
pub(super) fn why_one(a: &str, b: &str) -> Option<String> {
    let bare = |text: &str| normalise::fold(text).trim_start_matches(['@', ' ']).to_owned();
    if a == b {
        return None;
    }
    if bare(a) == bare(b) {
        return Some("the names differ only in case, `@`, spaces or invisible characters".to_owned());
    }
    if !People::default().same(a, b) {
        return Some("according to the roster".to_owned());
    }
    let foreign = |text: &str, other: &str| text.chars().find(|c| !c.is_ascii() && !other.contains(*c));
    let which = foreign(b, a).or_else(|| foreign(a, b)).map(|c| format!(", U+{:04X}", u32::from(c)));
    Some(format!("the names differ only in look-alike characters{}", which.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_why_two_spellings_are_one_person_is_given() {
        let why = |a, b| why_one(a, b).unwrap_or_default();
        assert_eq!(why("@dana", "@dana"), "");
        assert!(why("@dana", " Dana").contains("only in case"));
        assert!(why("Zoë Brandt", "ZOË\u{a0}BRANDT").contains("only in case"));
        assert!(why("@dana", "@da\u{200b}na").contains("invisible"));
        assert!(why("@olek", "@оlek").ends_with(", U+043E"));
        assert!(why("@оlek", "@olek").ends_with(", U+043E"));
        assert!(why("@dana", "Dana Ortiz").contains("roster"));
    }
}
