//! Plain values that YAML versions read differently.
//!
//! stopgap reads every scalar as text, but other readers of the same file (an editor, a script, a spreadsheet import)
//! resolve plain ones by YAML 1.1 or 1.2, and those disagree.

use crate::text::shown;
use crate::yaml::fix::{Fix, Replacement};
use crate::yaml::node::{Kind, Node, Style};
use crate::yaml::plain::other_reading;
use crate::yaml::pointer::field_at;
use crate::yaml::problem::{MAX_LISTED, Problem};
use crate::yaml::write::{Quotes, quoted};

/// Finds the ambiguous plain values of a tree, up to the listed number; keys and dates never count.
#[must_use]
pub fn ambiguous(root: &Node<'_>) -> Vec<Problem> {
    let mut found = Vec::new();
    walk(root, &mut found);
    let placed = |problem: Problem| {
        let place = field_at(root, problem.span);
        problem.at(place)
    };
    Problem::first_of(found.into_iter().map(placed).collect())
}

fn walk(node: &Node<'_>, found: &mut Vec<Problem>) {
    if found.len() > MAX_LISTED {
        return;
    }
    match &node.kind {
        Kind::Seq(items) => items.iter().for_each(|item| walk(item, found)),
        Kind::Map(entries) => entries.iter().for_each(|entry| walk(&entry.value, found)),
        Kind::Scalar(scalar) if scalar.style == Style::Plain => {
            if let Some(other) = other_reading(&scalar.text) {
                let text = shown(&scalar.text);
                let message = format!("some YAML readers take `{text}` for {other}");
                let new = quoted(&scalar.text, Quotes::Double);
                let fix = Fix::new(format!("quote `{text}`"), vec![Replacement::new(node.span, new.as_str())]);
                let help = format!("quote it: `{}`", shown(&new));
                found.push(Problem::new(node.span, message, help).fixed_by(Some(fix)));
            }
        }
        Kind::Scalar(_) => {}
    }
}
