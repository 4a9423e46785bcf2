use std::collections::BTreeSet;

use crate::rules::declare_rule;
use crate::rules::{BaselineUse, Check, Context};
use crate::schema::field_name;
use crate::text::{nearest, shown};
use crate::yaml::{Entry, Node, Place, Spot, escaped, parse};

declare_rule! {
    /// Reports a line of the baseline that is not needed, because the finding it tolerates is fixed or because there is no
    /// such exception.
    ///
    /// ## Why
    ///
    /// A baseline may only get shorter. A fixed finding that is still listed would be tolerated again if it came back,
    /// and the list hides how much is left to do.
    ///
    /// ## What to do
    ///
    /// Delete the line, and the exception's id if nothing is left below it. `stopgap import --update` does this for the
    /// fields it fills in. A line that only the gate needs, for a change that adds an exception (such as a closed one), is
    /// needed until that change is merged, and is not reported.
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
    let ids: BTreeSet<&str> = cx.register.files.iter().map(|file| file.stem()).collect();
    for entry in tree.get("entries").and_then(Node::as_map).unwrap_or_default() {
        if !ids.contains(&*entry.key) {
            report_unknown(entry, &ids, used, cx);
            continue;
        }
        for line in entry.value.as_map().unwrap_or_default() {
            report(&entry.key, line, used, cx);
        }
    }
}

/// Reports an entry of an exception that is not there: it tolerates nothing.
fn report_unknown(entry: &Entry<'_>, ids: &BTreeSet<&str>, used: &BaselineUse<'_>, cx: &mut Context<'_>) {
    let named = |id: &&str| used.baseline.entries.contains_key(*id);
    let help = match nearest(&entry.key, ids.iter().copied().filter(|id| !named(id))) {
        Some(best) => format!("did you mean `{}`? Otherwise delete the entry", shown(best)),
        None => "delete the entry".to_owned(),
    };
    let place = Place::key(format!("/entries/{}", escaped(&entry.key)));
    let message = format!("there is no exception `{}`", shown(&entry.key));
    cx.report_in(used.file, Spot { span: entry.key_span, place }, message).help(help);
}

fn report(id: &str, line: &Entry<'_>, used: &BaselineUse<'_>, cx: &mut Context<'_>) {
    let fields: Vec<&str> = line.value.as_seq().unwrap_or_default().iter().filter_map(Node::as_text).collect();
    let is_found = |field: &&str| {
        let line = (id, &*line.key, *field);
        used.found.contains(&line) || used.brought.contains(&line)
    };
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
