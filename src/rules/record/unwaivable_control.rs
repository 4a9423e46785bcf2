use crate::register::Exception;
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::shown;

declare_rule! {
    /// Reports an exception from a control that the catalogue marks `waivable: false`.
    ///
    /// ## Why
    ///
    /// Some rules protect people outside the company or are required by law. No approver can accept that risk, so an
    /// approval means nothing.
    ///
    /// ## What to do
    ///
    /// Follow the control, and undo what breaks it. Record the request as `rejected` if it should be
    /// remembered. Once it is merged it cannot be rejected any more: close it.
    id: "unwaivable-control",
    family: Record,
    level: Error,
    weight: Open,
    since: "0.1.0",
    check: Check::Entry(Applies::Granted, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let judge = cx.judge;
    let (Some(text), Some(controls)) = (&exception.control, &judge.controls) else { return };
    let written = text.value.trim();
    let Some(control) = controls.find(written).filter(|control| !control.waivable) else { return };
    let catalogue = shown(judge.policy.controls_path());
    let id = &written[..control.id.len()];
    let whole = format!("{} {}", control.id, control.name);
    let message = format!("`{}` cannot be waived", shown(whole.trim_end()));
    let way = match cx.is_merged(exception) {
        Some(true) => "follow the control and close the exception",
        Some(false) => "follow the control, or set `status: rejected`",
        None => "follow the control, and set `status: rejected`, or close the exception if it is merged",
    };
    cx.report(text.part(id), message).help(format!("{way}: `{catalogue}` says `waivable: false`"));
}
