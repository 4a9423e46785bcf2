use crate::register::Exception;
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::phrases::is_no_alternative;
use crate::text::shown;

declare_rule! {
    /// Reports an exception whose alternatives all say only that there is none.
    ///
    /// ## Why
    ///
    /// There is nearly always a safer alternative: less access, a shorter time, a second pair of eyes, doing it by
    /// hand. "None" shows that nobody looked for one.
    ///
    /// ## What to do
    ///
    /// Name the safest option that was considered and say why it is not sufficient. Waiting until the rule can be
    /// followed is an alternative too.
    id: "no-alternative",
    family: Text,
    level: Error,
    since: "0.1.0",
    check: Check::Entry(Applies::Granted, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let options: Vec<_> = exception.alternatives.iter().filter_map(|alternative| alternative.option.as_ref()).collect();
    if !options.iter().all(|option| is_no_alternative(option.as_str())) {
        return;
    }
    for option in options {
        let message = format!(
            "`{}` is not an alternative: a safer alternative must have been considered",
            shown(option.value.trim())
        );
        cx.report(option, message).help("name the safest option and why it is not sufficient; waiting is one too");
    }
}
