use crate::rules::declare_rule;
use crate::rules::{BaselineUse, Check, Context};
use crate::schema::field_name;
use crate::text::shown;
use crate::yaml::{Node, Place, Spot, escaped, lookup, parse};

declare_rule! {
    /// Reports a line of the baseline that is no longer needed, because what it tolerates is fixed.
    ///
    /// ## Why
    ///
    /// A baseline may only get shorter. What is fixed and still listed would be tolerated again if it
    /// came back, and nobody sees how much is left to do.
    ///
    /// ## What to do
    ///
    /// Delete the line, and the exception's id where nothing is left below it. `stopgap import
    /// --update` does so for what it fills in.
    id: "baseline-unused",
    family: Record,
    level: Note,
    since: "0.1.0",
    check: Check::Baseline(check),
}

fn check(used: &BaselineUse<'_>, cx: &mut Context<'_>) {
    if used.is_over {
        return;
    }
    let text = cx.source(used.file).text();
    let Ok(tree) = parse(text) else { return };
    for (id, tolerated) in &used.baseline.entries {
        for (rule, fields) in tolerated {
            let is_found = |field: &&String| used.found.contains(&(id, rule, field));
            let fixed: Vec<&str> = fields.iter().filter(|field| !is_found(field)).map(String::as_str).collect();
            if fixed.is_empty() {
                continue;
            }
            let pointer = format!("/entries/{}/{}", escaped(id), escaped(rule));
            let Some((_, node)) = lookup(&tree, &pointer) else { continue };
            let all = fixed.len() == fields.len();
            let (message, help) = match all {
                true => {
                    (format!("`{rule}` finds nothing here any more in `{}`", shown(id)), "delete the line".to_owned())
                }
                false => (
                    format!("`{rule}` finds nothing any more in `{}` of `{}`", listed(&fixed), shown(id)),
                    "delete these fields from the line".to_owned(),
                ),
            };
            cx.report_in(used.file, first_item(node, pointer), message).help(help);
        }
    }
}

/// Returns the place of a list, shown at its first item: a list on several lines has no line of its own.
fn first_item(node: &Node<'_>, pointer: String) -> Spot {
    let span = node.as_seq().and_then(<[_]>::first).map_or(node.span, |first| first.span);
    Spot { span, place: Place::value(pointer) }
}

fn listed(fields: &[&str]) -> String {
    const SHOWN: usize = 3;
    let names: Vec<String> = fields.iter().take(SHOWN).map(|field| field_name(field)).collect();
    let more = if fields.len() > SHOWN { format!(" and {} more", fields.len() - SHOWN) } else { String::new() };
    format!("{}{more}", shown(&names.join(", ")))
}
