use crate::register::Exception;
use crate::register::{Control, Controls};
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::normalise::bare;
use crate::text::{nearest, shown};

declare_rule! {
    /// Reports a `control` that does not begin with an id from the catalogue of controls.
    ///
    /// ## Why
    ///
    /// If every record names it differently, nobody can tell which rule is broken, how often, or whether it may be
    /// broken at all.
    ///
    /// ## What to do
    ///
    /// Begin `control` with an id of the catalogue. If the rule is missing there, add it in a separate change.
    id: "unknown-control",
    family: Record,
    level: Error,
    since: "0.1.0",
    yields_to: &["owner-not-a-person", "no-alternative", "vague-reason", "vague-control", "broad-scope"],
    check: Check::Entry(Applies::Granted, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let judge = cx.judge;
    let (Some(control), Some(controls)) = (&exception.control, &judge.controls) else { return };
    let text = control.value.trim();
    if controls.find(text).is_some() {
        return;
    }
    let catalogue = shown(judge.policy.controls_path());
    cx.report(control, format!("`{}` does not begin with an id of `{catalogue}`", shown(text)))
        .help(suggestion(text, controls, &catalogue));
}

fn suggestion(text: &str, controls: &Controls, catalogue: &str) -> String {
    if let Some(control) = same_name(text, controls) {
        return format!("begin with the id: `control: {} {}`", control.id, control.name);
    }
    let id = text.split([' ', ':', ',']).next().unwrap_or(text);
    let family = same_prefix(id, controls);
    let ids = || controls.iter().map(|control| control.id.as_str());
    match (nearest(id, ids()), &family[..], ids().next(), ids().next_back()) {
        (_, [one], ..) => format!("`{catalogue}` has `{one}` under that prefix"),
        (_, [rest @ .., last], ..) => {
            format!("`{catalogue}` has `{}` and `{last}` under that prefix", rest.join("`, `"))
        }
        (Some(near), ..) => format!("did you mean `{near}`?"),
        (None, _, Some(only), Some(last)) if only == last => {
            format!("`{catalogue}` lists one control, `{only}`: begin with it, or add this one there")
        }
        (None, _, Some(first), Some(last)) => {
            format!("`{catalogue}` lists {} ids, from `{first}` to `{last}`: begin with one of them", ids().count())
        }
        _ => format!("`{catalogue}` lists no controls: add this one there"),
    }
}

/// Finds the control whose name was written without its id.
fn same_name<'c>(text: &str, controls: &'c Controls) -> Option<&'c Control> {
    let text = bare(text);
    controls.iter().find(|control| {
        let name = bare(&control.name);
        !name.is_empty() && text.contains(&name)
    })
}

/// Lists ids that share the letters before the number, unless they are too many to read.
fn same_prefix<'c>(id: &str, controls: &'c Controls) -> Vec<&'c str> {
    const MOST: usize = 6;
    let prefix = |id: &str| id.split_once('-').map(|(letters, _)| letters.to_lowercase());
    let Some(wanted) = prefix(id) else { return Vec::new() };
    let ids = controls.iter().map(|control| control.id.as_str());
    let family: Vec<&str> = ids.filter(|id| prefix(id).is_some_and(|letters| letters == wanted)).collect();
    if family.len() > MOST { Vec::new() } else { family }
}
