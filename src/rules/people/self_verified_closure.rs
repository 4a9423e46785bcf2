use super::self_approval::why_one;
use crate::history::Change;
use crate::register::Status;
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::text::shown;

declare_rule! {
    /// Reports a closure that was verified by the person who carried it out.
    ///
    /// ## Why
    ///
    /// A removal that went wrong looks finished to the person who did it. A second look takes minutes and is the last
    /// one: once closed, the exception is not checked again.
    ///
    /// ## What to do
    ///
    /// Ask somebody else to verify that the rule is followed again, and name them as `verified_by`. If nobody else can
    /// look, say in `note` what proves it.
    id: "self-verified-closure",
    family: People,
    level: Warning,
    weight: Open,
    since: "0.1.0",
    yields_to: &["closure-unverified"],
    check: Check::Change(check),
}

fn check(change: &Change<'_>, cx: &mut Context<'_>) {
    let Some(head) = change.head.as_ref().and_then(|side| side.exception) else { return };
    let closed_before = change.before().is_some_and(|base| base.is(&[Status::Closed]));
    let Some(closure) = head.closure.as_ref().filter(|_| head.is(&[Status::Closed]) && !closed_before) else { return };
    let (Some(by), Some(verified)) = (&closure.by, &closure.verified_by) else { return };
    if !cx.judge.people.same(by.as_str(), verified.as_str()) {
        return;
    }
    let (one, other) = (shown(verified.as_str()), shown(by.as_str()));
    let message = match why_one(by.as_str(), verified.as_str()) {
        None => format!("`{one}` verified their own removal"),
        Some(why) => format!("`{one}` verified their own removal: `{other}` is the same person ({why})"),
    };
    cx.report(verified, message)
        .label(by.span(), "removed by the same person")
        .help("have somebody else verify that the rule is followed again, and name them as `verified_by`");
}
