use crate::register::Exception;
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::phrases::sentences;

declare_rule! {
    /// Reports a reason of more than one sentence, or of more than 300 characters.
    ///
    /// ## Why
    ///
    /// A long reason is skimmed. The decisive point is lost in its third line, and the next request copies all of it.
    ///
    /// ## What to do
    ///
    /// Keep the one sentence that says who must do what, why now, and until what happens. The risk belongs in
    /// `risk.statement`, what was tried in `alternatives`, the story in a ticket.
    id: "long-reason",
    family: Text,
    level: Warning,
    since: "0.1.0",
    check: Check::Entry(Applies::Granted, check),
}

/// In Unicode code points.
const LONGEST: usize = 300;

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    for (reason, _) in exception.reasons() {
        let text = reason.value.trim();
        let (sentences, length) = (sentences(text), text.chars().count());
        let message = match (sentences > 1, length > LONGEST) {
            (false, false) => continue,
            (true, false) => format!("`{sentences}` sentences; a reason is one sentence"),
            (false, true) => format!("`{length}` characters; a reason has at most `{LONGEST}`"),
            (true, true) => {
                format!(
                    "`{sentences}` sentences and `{length}` characters; a reason is one sentence of at most `{LONGEST}`"
                )
            }
        };
        cx.report(reason, message)
            .help("keep why now and until what; the rest belongs in `risk.statement`, `alternatives` or a ticket");
    }
}
