use crate::register::Exception;
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::phrases::is_broad_scope;
use crate::text::shown;
use crate::yaml::Spot;

declare_rule! {
    /// Reports a scope that covers everything: one that contains `*`, or says "all", "any system" or "various".
    ///
    /// ## Why
    ///
    /// A risk is accepted for something that somebody has looked at. "All" grows after the approval, and the exception
    /// quietly becomes the rule.
    ///
    /// ## What to do
    ///
    /// Name the one system and environment, and the team or process if it matters. Two systems
    /// with two risks are two exceptions.
    id: "broad-scope",
    family: Text,
    level: Error,
    since: "0.1.0",
    check: Check::Entry(Applies::Granted, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    for (part, text) in exception.scope.parts() {
        let Some(found) = is_broad_scope(text.as_str()) else { continue };
        let whole = text.value.trim();
        let (spot, message) = if found == whole {
            (Spot::from(text), format!("the {part} `{}` is not a particular {part}", shown(whole)))
        } else {
            (text.part(found), format!("the {part} `{}` contains `{}`", shown(whole), shown(found)))
        };
        cx.report(spot, message)
            .help(format!("name the one {part} that was looked at; a second one needs a second exception"));
    }
}
