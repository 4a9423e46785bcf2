use super::approved_content_changed::report_at;
use crate::history::{Change, Edit};
use crate::register::Status;
use crate::rules::declare_rule;
use crate::rules::{Check, Context};

declare_rule! {
    /// Reports a change of `status` that is not allowed.
    ///
    /// ## Why
    ///
    /// An approval is used up once the exception is closed, and a refusal is final. Reopening either would break the
    /// rule again without a decision; turning an approved exception into a rejected one hides that the rule was broken
    /// at all.
    ///
    /// ## What to do
    ///
    /// Restore the old status. The allowed changes are `active` to `expired`, either of them to `closed`, and `expired`
    /// to `active` with a renewal in the same change. If an exception is needed again, file a new one.
    id: "forbidden-transition",
    family: Change,
    level: Error,
    since: "0.1.0",
    check: Check::Change(check),
}

fn check(change: &Change<'_>, cx: &mut Context<'_>) {
    let Some(edit) = change.edit() else { return };
    let Some(after) = &edit.head.status else { return };
    let Some(before) = &edit.base.status else {
        if after.value == Status::Rejected {
            let message = "`status` went to `rejected` from a value that is not a status".to_owned();
            report_at(cx, &edit, "/status", message, "the status before").help(help(Status::Active, after.value));
        }
        return;
    };
    let (before, after) = (before.value, after.value);
    if is_open(before, after, &edit) {
        return;
    }
    let message = format!("`status` went from `{}` to `{}`{}", before.name(), after.name(), why(before, after));
    report_at(cx, &edit, "/status", message, "the status before").help(help(before, after));
}

fn is_open(before: Status, after: Status, edit: &Edit<'_, '_>) -> bool {
    match (before, after) {
        (Status::Active, Status::Expired) | (Status::Active | Status::Expired, Status::Closed) => true,
        (Status::Expired, Status::Active) => edit.head.renewals.len() > edit.base.renewals.len(),
        _ => before == after,
    }
}

fn why(before: Status, after: Status) -> &'static str {
    match (before, after) {
        (Status::Expired, Status::Active) => " without a renewal",
        (Status::Closed, _) => ": a closed record cannot be reopened",
        (Status::Rejected, _) => ": a refusal is final",
        _ => ", though it was approved",
    }
}

fn help(before: Status, after: Status) -> &'static str {
    match (before, after) {
        (Status::Expired, Status::Active) => {
            "put `expired` back, or add an item to `renewals` in this change, with its own decision"
        }
        (Status::Closed, _) => {
            "put `closed` back; if the rule must be broken again, file a new exception under a new id"
        }
        (Status::Rejected, _) => {
            "put `rejected` back; a new request is a new exception under a new id, with its own decision"
        }
        _ => "put it back; to end the exception, close it: `status: closed` and a `closure`",
    }
}
