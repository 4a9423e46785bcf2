use super::suppression_outlives_exception::{ended, label_end};
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::yaml::{Place, Spot};

declare_rule! {
    /// Reports a marker whose exception has ended: the workaround is still there.
    ///
    /// ## Why
    ///
    /// The exception permitted the workaround until a certain day. A closed or expired record says that the rule is
    /// followed again, but the code shows that it is not.
    ///
    /// ## What to do
    ///
    /// Remove the workaround together with its comment. If it is still needed, request a new exception.
    id: "stale-marker",
    family: Enforcement,
    level: Error,
    since: "0.1.0",
    check: Check::Register(check),
}

fn check(cx: &mut Context<'_>) {
    let (Some(inventory), Some(permits)) = (cx.inventory(), cx.permits) else { return };
    let is_base = cx.is_base;
    // A marker next to a suppression is reported with the suppression.
    for tag in inventory.tags.iter().filter(|tag| tag.marker.alone && (!is_base || !tag.is_new)) {
        let Some(exception) = permits.named(&tag.marker.id).filter(|exception| permits.is_over(exception)) else {
            continue;
        };
        let message = format!("{}, but the workaround is still here", ended(exception, cx));
        let spot = Spot { span: tag.marker.span, place: Place::value(tag.pointer.clone()) };
        let finding = cx.report_in(tag.file, spot, message);
        finding.help("remove the workaround and its comment");
        label_end(finding, exception);
    }
}
