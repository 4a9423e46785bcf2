use crate::rules::declare_rule;
use crate::rules::{BaselineUse, Check, Context};
use crate::schema::field_name;
use crate::text::shown;
use crate::yaml::{Entry, Node, Place, Spot, escaped, parse};

declare_rule! {
    /// Reports a line of the baseline that is no longer needed, because the finding it tolerates is fixed.
    ///
    /// ## Why
    ///
    /// A baseline may only get shorter. A fixed finding that is still listed would be tolerated again if it came back,
    /// and the list hides how much is left to do.
    ///
    /// ## What to do
    ///
    /// Delete the line, and the exception's id if nothing is left below it. `stopgap import --update` does this for the
    /// fields it fills in.
    id: "baseline-unused",
    family: Record,
    level: Note,
    since: "0.1.0",
    check: Check::Baseline(check),
}

fn check(used: &BaselineUse<'_>, cx: &mut Context<'_>) {
    if used.is_over || used.is_dropped {
        return;
    }
    let text = cx.source(used.file).text();
    let Ok(tree) = parse(text) else { return };
    for entry in tree.get("entries").and_then(Node::as_map).unwrap_or_default() {
        for line in entry.value.as_map().unwrap_or_default() {
            report(&entry.key, line, used, cx);
        }
    }
}

fn report(id: &str, line: &Entry<'_>, used: &BaselineUse<'_>, cx: &mut Context<'_>) {
    let fields: Vec<&str> = line.value.as_seq().unwrap_or_default().iter().filter_map(Node::as_text).collect();
    let is_found = |field: &&str| used.found.contains(&(id, &*line.key, *field));
    let fixed: Vec<&str> = fields.iter().copied().filter(|field| !is_found(field)).collect();
    if fixed.is_empty() {
        return;
    }
    let (name, rule) = (shown(id), shown(&line.key));
    let (message, help) = if fixed.len() == fields.len() {
        (format!("`{rule}` no longer finds anything in `{name}`"), "delete the line")
    } else {
        let fields = listed(&fixed);
        (format!("`{rule}` no longer finds anything in `{fields}` of `{name}`"), "delete these fields from the line")
    };
    let pointer = format!("/entries/{}/{}", escaped(id), escaped(&line.key));
    cx.report_in(used.file, first_item(&line.value, pointer), message).help(help);
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
