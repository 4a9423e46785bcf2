use crate::history::Changes;
use crate::history::decisions;
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::text::shown;

declare_rule! {
    /// Reports a decision that is dated more than one day off the approving review.
    ///
    /// ## Why
    ///
    /// `decided` is the day on which somebody accepted the risk. The review shows when they really did; a different day
    /// in the file hides how long the rule was broken without anyone's agreement.
    ///
    /// ## What to do
    ///
    /// Write the day of the review: `stopgap decide ID` does this, and moves a start that comes before it. The approval
    /// remains valid, because nothing else is edited. If several people decided in one change, `stopgap decide ID
    /// --reviews FILE` reads the saved reviews (on GitLab with `--event FILE`) and gives each decision its own day. A
    /// request made on Friday and approved on Monday needs no second approval.
    id: "decision-date-mismatch",
    family: SignOff,
    level: Warning,
    since: "0.1.0",
    check: Check::Changes(check),
}

fn check(changes: &Changes<'_>, cx: &mut Context<'_>) {
    let judge = cx.judge;
    let Some(evidence) = changes.evidence.as_ref() else { return };
    for decision in decisions(changes) {
        let Some(decided) = decision.decided else { continue };
        let approval = evidence.approval(&judge.people, decision.approver.as_str(), decision.file);
        let Some(approval) = approval else { continue };
        let reviewed = judge.policy.timezone.day_of(approval.submitted_at.to_utc());
        let days = decided.value.days_until(reviewed).abs();
        if days > 1 {
            let (what, name) = (shown(&decision.what), shown(&approval.login));
            let message = format!(
                "{what} is dated `{}`, and `@{name}` approved on `{reviewed}`, `{days}` days apart",
                decided.value
            );
            cx.report_in(decision.file, decided, message).help(format!(
                "run `{}` to write the day of the review; the approval remains valid",
                decision.command(reviewed, decisions(changes), judge.policy.forge())
            ));
        }
    }
}
