use crate::register::Exception;
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::shown;

declare_rule! {
    /// Reports an exception whose owner, according to the roster, has left.
    ///
    /// ## Why
    ///
    /// The rule is still broken, and the one person who was to fix it is gone. Reminders reach nobody, and the removal
    /// is forgotten until something breaks.
    ///
    /// ## What to do
    ///
    /// Hand it over: agree on a new owner and set `owner`. This needs no approval: the field may be edited freely.
    id: "departed-owner",
    family: People,
    level: Error,
    since: "0.1.0",
    check: Check::Entry(Applies::Live, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let (judge, today) = (cx.judge, cx.today().day);
    let (Some(roster), Some(owner)) = (judge.people.roster(), &exception.owner) else { return };
    let Some(id) = roster.find(owner.as_str()) else { return };
    let Some(left) = roster.left(id).filter(|left| *left <= today) else { return };
    let when = match left.days_until(today) {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days => format!("on `{left}`, `{days}` days ago"),
    };
    let help = match roster.superior(id, today) {
        Some(above) => {
            let above = shown(roster.display(above));
            format!("hand it over, to their manager if nobody else takes it: `owner: \"{above}\"`")
        }
        None => "hand it over: set `owner` to the person who takes it over".to_owned(),
    };
    let finding = cx.report(owner, format!("the owner `{}` left {when}", shown(owner.as_str())));
    finding.help(help);
    if let Some(removal) = &exception.removal {
        finding.label(removal.span(), "nobody is left to do this");
    }
}
