//! Plain values and keys that YAML versions read differently.
//!
//! stopgap reads every scalar as a string, but other readers of the same file (an editor, a script, a spreadsheet
//! import) resolve plain ones by YAML 1.1 or 1.2, and those disagree.

use crate::source::Span;
use crate::text::shown;
use crate::yaml::fix::{Fix, Replacement};
use crate::yaml::node::{Entry, Kind, Node, Style};
use crate::yaml::plain::{is_timestamp, other_reading, other_time};
use crate::yaml::pointer::field_at;
use crate::yaml::problem::{MAX_LISTED, Problem};
use crate::yaml::write::{Quotes, quoted};

/// Finds the ambiguous plain values and keys of a tree, up to the listed number. Dates never count but as keys, and
/// where there is no such day or where a time has seconds and no offset.
#[must_use]
pub fn ambiguous(root: &Node<'_>) -> Vec<Problem> {
    let of_key = |text: &str| other_reading(text).or(is_timestamp(text).then_some("a date"));
    let of_value = |text: &str| other_reading(text).or_else(|| other_time(text));
    let mut found = Vec::new();
    each_plain(root, &mut |part, text, span| {
        let (what, other) = match part {
            Part::Key => ("the key ", of_key(text)),
            Part::Value => ("", of_value(text)),
        };
        found.extend(other.map(|other| problem(text, span, what, other)));
        found.len() <= MAX_LISTED
    });
    listed(root, found)
}

/// Finds the plain values of the rule book that other readers take for another number. Words such as `off` are what the
/// rule book is written with.
#[must_use]
pub fn other_numbers(root: &Node<'_>) -> Vec<Problem> {
    let mut found = Vec::new();
    each_plain(root, &mut |part, text, span| {
        let is_number = part == Part::Value && text.contains(|c: char| c.is_ascii_digit());
        found.extend(other_reading(text).filter(|_| is_number).map(|other| {
            let help = "write a number in plain digits, and a string in quotes";
            Problem::new(span, format!("some YAML readers take `{}` for {other}", shown(text)), help)
        }));
        found.len() <= MAX_LISTED
    });
    listed(root, found)
}

fn listed(root: &Node<'_>, found: Vec<Problem>) -> Vec<Problem> {
    let placed = |problem: Problem| {
        let place = field_at(root, problem.span);
        problem.at(place)
    };
    Problem::first_of(found.into_iter().map(placed).collect())
}

/// What a plain text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Key,
    Value,
}

/// Shows each plain text of a tree, in the order of the file, until `see` has seen enough; returns whether it has not.
fn each_plain(node: &Node<'_>, see: &mut impl FnMut(Part, &str, Span) -> bool) -> bool {
    match &node.kind {
        Kind::Seq(items) => items.iter().all(|item| each_plain(item, see)),
        Kind::Map(entries) => entries.iter().all(|Entry { key, key_span, value }| {
            // Quotes take room of their own.
            let is_plain = key_span.range().len() == key.len();
            (!is_plain || see(Part::Key, key, *key_span)) && each_plain(value, see)
        }),
        Kind::Scalar(scalar) => scalar.style != Style::Plain || see(Part::Value, &scalar.text, node.span),
    }
}

fn problem(text: &str, span: Span, what: &str, other: &str) -> Problem {
    let new = quoted(text, Quotes::Double);
    let fix = Fix::new(format!("quote `{}`", shown(text)), vec![Replacement::new(span, new.as_str())]);
    let message = format!("some YAML readers take {what}`{}` for {other}", shown(text));
    Problem::new(span, message, format!("quote it: `{}`", shown(&new))).fixed_by(Some(fix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    fn told(text: &str, find: fn(&Node<'_>) -> Vec<Problem>) -> Vec<String> {
        let root = parse(text).unwrap();
        find(&root).into_iter().map(|problem| format!("{} {}", &text[problem.span.range()], problem.message)).collect()
    }

    #[test]
    fn keys_are_judged_as_values_are_and_dates_only_where_they_are_not_what_they_seem() {
        let text = "decided: 2026-11-02\nx-m: {no: 5, 'on': 6, 2026-01-01: a, 1_0: b}\nx-t: 2026-11-02T09:00:00\n";
        assert_eq!(
            told(text, ambiguous),
            [
                "no some YAML readers take the key `no` for true or false",
                "2026-01-01 some YAML readers take the key `2026-01-01` for a date",
                "1_0 some YAML readers take the key `1_0` for a number without its underscores",
                "2026-11-02T09:00:00 some YAML readers take `2026-11-02T09:00:00` for a time in UTC",
            ]
        );
    }

    #[test]
    fn of_the_rule_book_only_numbers_are_judged() {
        assert_eq!(
            told("rules: {expired: off}\nrenewals: {max: 010}\nx: [1e1, '010', 2]\n", other_numbers),
            [
                "010 some YAML readers take `010` for an octal number, others for a decimal one",
                "1e1 some YAML readers take `1e1` for a number, others for a string",
            ]
        );
    }
}
