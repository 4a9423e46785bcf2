use crate::register::{Exception, Status};
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context, advice};

declare_rule! {
    /// Reports an active exception that is within the reminder period of its end.
    ///
    /// ## Why
    ///
    /// The owner still has time to remove it, or to request a renewal before it lapses. The longest of the policy's
    /// `reminders` counts, or half of the term if that is shorter, so that a seven-day approval is not "soon" on its
    /// first day.
    ///
    /// ## What to do
    ///
    /// Plan the removal now. If it cannot be done in time, request a renewal before the last day, if the
    /// policy allows one more.
    id: "expiring-soon",
    family: Time,
    level: Note,
    since: "0.1.0",
    check: Check::Entry(Applies::Live, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let Some(expiry) = exception.current_expiry().filter(|_| exception.is(&[Status::Active])) else { return };
    let policy = cx.policy();
    let Some(notice) = exception.notice(policy.timezone, cx.today(), &policy.reminders) else { return };
    let (last, left) = (notice.term.last_day, notice.term.days_left);
    let when = match left {
        ..=0 => "ends today".to_owned(),
        1 => "ends tomorrow".to_owned(),
        _ => format!("ends in `{left}` days"),
    };
    let removal = exception.removal.as_ref().map(|removal| removal.span());
    let help = advice(expiry.value, last, false, cx.has_renewal_left(exception));
    let finding = cx.report(expiry, when);
    finding.help(help);
    if let Some(removal) = removal {
        finding.label(removal, "what must happen first");
    }
}
