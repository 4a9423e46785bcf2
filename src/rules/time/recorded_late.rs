use crate::register::Exception;
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::marked;

declare_rule! {
    /// Reports an exception that was decided after it had begun.
    ///
    /// ## Why
    ///
    /// The rule was broken before anyone had agreed to it, and the approval only covers that up. An approver who is
    /// presented with a fact has nothing left to decide.
    ///
    /// ## What to do
    ///
    /// Set `starts` to the day of the decision if the rule was followed until then; `stopgap decide` does this for a
    /// request that is waiting for approval. If it was broken earlier, tell the people who handle security incidents:
    /// the register cannot approve the past.
    id: "recorded-late",
    family: Time,
    level: Error,
    since: "0.1.0",
    check: Check::Entry(Applies::Granted, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let (Some(decided), Some(starts)) = (&exception.decided, &exception.starts) else { return };
    let first = cx.policy().timezone.first_day(starts.value);
    let late = first.days_until(decided.value);
    if late <= 0 {
        return;
    }
    let days = marked(late, "day");
    let asked = exception.requested.as_ref().map(|requested| (requested, first.days_until(requested.value)));
    let message = match asked {
        Some((_, after)) if after > 0 => {
            format!("requested {} after it began, and decided {days} after it", marked(after, "day"))
        }
        _ => format!("decided {days} after it began"),
    };
    let finding = cx.report(decided, message);
    finding
        .label(starts.span(), "the rule was broken from here on")
        .help(format!("begin on the day of the decision or later: `starts: {}`", decided.value));
    if let Some((requested, _)) = asked {
        finding.label(requested.span(), "requested here");
    }
}
