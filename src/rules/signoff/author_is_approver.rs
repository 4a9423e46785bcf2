use crate::history::Changes;
use crate::history::decisions;
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::text::shown;

declare_rule! {
    /// Reports a decision by the person who opened the pull request.
    ///
    /// ## Why
    ///
    /// Nobody can approve their own pull request, so this decision can never be signed off by its approver.
    ///
    /// ## What to do
    ///
    /// Have the requester or the owner open the pull request, or name another approver.
    id: "author-is-approver",
    family: SignOff,
    level: Error,
    since: "0.1.0",
    check: Check::Changes(check),
}

fn check(changes: &Changes<'_>, cx: &mut Context<'_>) {
    let judge = cx.judge;
    let Some(author) = changes.evidence.as_ref().and_then(|evidence| evidence.author.as_ref()) else { return };
    let handle = format!("@{}", author.login);
    for decision in decisions(changes) {
        let approver = decision.approver.as_str();
        if judge.people.same(approver, &handle) {
            let (approver, what) = (shown(approver), shown(&decision.what));
            let request = judge.policy.forge().request();
            let message = format!("`{approver}` decided on {what}, and also opened this {request}");
            cx.report_in(decision.file, decision.approver, message)
                .help(format!("have somebody else open the {request}, or name another approver"));
        }
    }
}
