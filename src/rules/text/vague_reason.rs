use crate::register::{Exception, Text};
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::shown;

declare_rule! {
    /// Reports a reason that says next to nothing once stock phrases and the title's words are removed.
    ///
    /// ## Why
    ///
    /// "Business need, as discussed" fits every request. An approver cannot weigh it, and nobody
    /// can tell later whether it still holds.
    ///
    /// ## What to do
    ///
    /// Say who must do what, why it cannot follow the rule now, and until what happens. At least three words must
    /// remain that are not part of a stock phrase (including the policy's `vague_phrases`), not filler, and not in the
    /// title.
    id: "vague-reason",
    family: Text,
    level: Error,
    since: "0.1.0",
    check: Check::Entry(Applies::Granted, check),
}

/// How many words must remain.
const NEEDED: usize = 3;

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let title = exception.title.as_ref().map_or("", Text::as_str);
    let phrases = &cx.judge.phrases;
    for (reason, _) in exception.reasons() {
        let remaining = phrases.first_remaining(reason.as_str(), title, NEEDED);
        if remaining.len() >= NEEDED {
            continue;
        }
        let left = match &remaining[..] {
            [] => "no word remains".to_owned(),
            [word] => format!("only `{}` remains", shown(word)),
            words => format!(
                "only {} remain",
                words.iter().map(|word| format!("`{}`", shown(word))).collect::<Vec<_>>().join(" and ")
            ),
        };
        let beside = match phrases.first_phrase(reason.as_str()) {
            Some(phrase) => format!("stock phrases such as `{}`", shown(phrase)),
            None => "filler and the words of the title".to_owned(),
        };
        cx.report(reason, format!("{left} besides {beside}; a reason needs `{NEEDED}` words of its own"))
            .help("say who must do what, why now, and until what happens");
    }
}
