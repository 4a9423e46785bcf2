use crate::register::Exception;
use crate::register::Tier;
use crate::rules::chain::Chain;
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::shown;

declare_rule! {
    /// Reports a renewal of tier high or emergency that was not decided by somebody above the first approver.
    ///
    /// ## Why
    ///
    /// Somebody who approved an exception once will approve it again, because the reasons are the same. A risk of this
    /// size that lasts longer than planned needs the attention of somebody more senior.
    ///
    /// ## What to do
    ///
    /// Ask somebody above the approver of the exception, in the roster's chain of `manager`. If there is no roster, or
    /// it lists nobody above, the approver only has to be a different person; the same applies to somebody whom a
    /// roster with `complete: false` does not list.
    id: "renewal-not-escalated",
    family: Renewals,
    level: Error,
    since: "0.1.0",
    yields_to: &["owner-not-a-person", "unknown-person"],
    check: Check::Entry(Applies::Granted, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let (Some(first), Some(tier)) = (&exception.approver, &exception.risk.tier) else { return };
    let is_high = |tier: Tier| matches!(tier, Tier::High | Tier::Emergency);
    // A change that lowers the tier and renews in one go is a renewal of what had been approved.
    let before = cx.changes.and_then(|changes| changes.before(exception.file)?.risk.tier.as_ref());
    let lowered = before.filter(|before| !is_high(tier.value) && is_high(before.value));
    if !is_high(tier.value) && lowered.is_none() {
        return;
    }
    let about = match lowered {
        Some(before) => {
            format!("tier {} before this change, and its renewal goes one level up", before.value.name())
        }
        None => "a renewal of this tier goes one level up".to_owned(),
    };
    let judge = cx.judge;
    let chain = judge.people.roster().and_then(|roster| Chain::new(roster, first.as_str(), judge.today.day));
    for approver in exception.renewals.iter().filter_map(|renewal| renewal.approver.as_ref()) {
        let same = judge.people.same(first.as_str(), approver.as_str());
        let chain = chain.as_ref().filter(|chain| chain.can_place(approver.as_str()));
        if chain.map_or(!same, |chain| chain.rises_to(approver.as_str())) {
            continue;
        }
        let (name, lower) = (shown(approver.as_str()), shown(first.as_str()));
        let message = if same {
            format!("`{name}` renews an exception that the same person approved")
        } else {
            format!("`{name}` is not above `{lower}`, who approved the exception")
        };
        let help = match chain {
            Some(chain) => format!("ask `{}`, or somebody further up, to decide", shown(chain.superior)),
            None => format!("ask somebody other than `{lower}` to decide, preferably somebody more senior"),
        };
        cx.report(approver, message)
            .label(first.span(), "approved the exception")
            .label(tier.span(), about.as_str())
            .help(help);
    }
}
