use super::unregistered_suppression::name;
use crate::register::{Exception, Phase};
use crate::rule::Finding;
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::suppressions::Standing;
use crate::text::shown;
use crate::yaml::{Place, Spot};

declare_rule! {
    /// Reports a suppression whose exception has ended.
    ///
    /// ## Why
    ///
    /// The exception was approved until a certain day. The scanner still ignores the finding, so nothing else would
    /// show that it is there.
    ///
    /// ## What to do
    ///
    /// Fix what the scanner reports and delete the suppression. If more time is needed, request a renewal before the
    /// end.
    id: "suppression-outlives-exception",
    family: Enforcement,
    level: Error,
    since: "0.1.0",
    check: Check::Register(check),
}

/// What to do about an entry of an ignore file that follows the register.
const SYNC: &str = "fix what the scanner reports, and run `stopgap sync`, which removes the entries it wrote";

fn check(cx: &mut Context<'_>) {
    let (Some(inventory), Some(permits)) = (cx.inventory(), cx.permits) else { return };
    let is_base = cx.is_base;
    for item in inventory.items.iter().filter(|item| !is_base || !item.is_new) {
        let Standing::Ended(exception) = permits.judged(item, is_base) else { continue };
        let what = item.found.what.of(name(item.found.tool));
        let message = format!("{}, but this still suppresses {what}", ended(exception, cx));
        let spot = Spot { span: item.found.span, place: Place::value(item.pointer.clone()) };
        let path = cx.files.source(item.file).path();
        let is_written_by_sync = cx.policy().sync.iter().any(|target| target.path == path);
        let finding = cx.report_in(item.file, spot, message);
        finding.help(if is_written_by_sync {
            SYNC
        } else {
            "fix what the scanner reports, and delete the suppression"
        });
        label_end(finding, exception);
    }
}

/// Shows where an exception says when it ended.
pub(super) fn label_end(finding: &mut Finding, exception: &Exception<'_>) {
    let closed = exception.closure.as_ref().and_then(|closure| closure.date.as_ref()).map(|date| date.span());
    if let Some(end) = closed.or_else(|| exception.current_expiry().map(|end| end.span())) {
        finding.label_in(exception.file, end, "its end");
    }
}

/// Says how an exception ended.
pub(super) fn ended(exception: &Exception<'_>, cx: &Context<'_>) -> String {
    let id = shown(exception.id);
    match exception.phase(cx.policy().timezone, cx.today()) {
        Phase::Rejected => format!("`{id}` was rejected"),
        Phase::Closed(Some(day)) => format!("`{id}` was closed on `{day}`"),
        Phase::Closed(None) => format!("`{id}` is closed"),
        Phase::Ended(last) => format!("`{id}` ended on `{last}`"),
        Phase::MarkedExpired => format!("the status of `{id}` is `expired`"),
        Phase::Waiting(_) | Phase::InForce(_) | Phase::Incomplete => format!("`{id}` is not in force"),
    }
}
