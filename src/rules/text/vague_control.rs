use crate::register::Exception;
use crate::register::{Control, Controls};
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::normalise::bare;
use crate::text::phrases::is_vague_control;
use crate::text::shown;

declare_rule! {
    /// Reports a `control` that names no rule, such as "policy", "access issue" or "MFA" alone.
    ///
    /// ## Why
    ///
    /// Without the exact rule nobody knows what was allowed. Later, anything related to sign-in can be called covered.
    ///
    /// ## What to do
    ///
    /// Write the rule as it is in the handbook, with its number: what must be done, or what
    /// must not.
    id: "vague-control",
    family: Text,
    level: Error,
    since: "0.1.0",
    check: Check::Entry(Applies::Granted, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let Some(control) = &exception.control else { return };
    let judge = cx.judge;
    let text = control.value.trim();
    // What the catalogue lists is exact, whatever its name.
    if !is_vague_control(text) || judge.controls.as_ref().is_some_and(|controls| controls.find(text).is_some()) {
        return;
    }
    let example = match judge.controls.as_ref().and_then(|controls| about_the_same(text, controls)) {
        Some(control) => format!("{} {}", control.id, control.name),
        None => "ACC-07 Vendors hold no access to HR data".to_owned(),
    };
    cx.report(control, format!("`{}` does not name a rule that could be followed or broken", shown(text)))
        .help(format!("write the exact rule with its number, such as `control: {}`", shown(&example)));
}

/// Finds a control whose id or name has a word of the text.
fn about_the_same<'c>(text: &str, controls: &'c Controls) -> Option<&'c Control> {
    let text = bare(text);
    controls.iter().find(|control| {
        let known = bare(&format!("{} {}", control.id, control.name));
        text.split(' ').any(|word| known.split(' ').any(|other| other == word))
    })
}
