//! Texts that YAML cuts off at a ` #`, because a comment begins there.

use crate::source::Span;
use crate::text::shown;
use crate::yaml::write::{Quotes, quoted};
use crate::yaml::{Kind, Node, Place, Problem, Related, Style, escaped};

/// The keys of free-text fields, wherever they are.
const FREE: [&str; 8] = ["title", "reason", "statement", "option", "rejected", "removal", "risk_check", "note"];

/// Finds the texts of a record whose end YAML takes for a comment. A comment behind a value is honest, so only a number
/// right behind the `#` counts, and not below a whole sentence that nothing else follows.
pub(super) fn texts(text: &str, root: &Node<'_>) -> Vec<Problem> {
    let mut found = Vec::new();
    // Nearly no record has such a sign anywhere.
    if text.match_indices(" #").any(|(at, sign)| text[at + sign.len()..].starts_with(|c: char| c.is_ascii_digit())) {
        walk(text, root, "", &mut found);
    }
    Problem::first_of(found)
}

fn walk(text: &str, node: &Node<'_>, pointer: &str, found: &mut Vec<Problem>) {
    for (at, item) in node.as_seq().unwrap_or_default().iter().enumerate() {
        walk(text, item, &format!("{pointer}/{at}"), found);
    }
    for entry in node.as_map().unwrap_or_default() {
        let (key, pointer) = (&*entry.key, format!("{pointer}/{}", escaped(&entry.key)));
        let is_list = key == "references" && entry.value.is_empty();
        if !is_list && !FREE.contains(&key) {
            walk(text, &entry.value, &pointer, found);
            continue;
        }
        let Kind::Scalar(scalar) = &entry.value.kind else { continue };
        if is_list {
            let place = Place::absent(pointer);
            found.extend(cut(text, key, "", entry.key_span).map(|problem| problem.at(place)));
        } else if scalar.style == Style::Plain && !scalar.is_empty() {
            let place = Place::value(pointer);
            found.extend(cut(text, key, &scalar.text, entry.value.span).map(|problem| problem.at(place)));
        }
    }
}

/// Says that a comment behind a value belongs to it. `span` is that of the value, or of the key of an empty one.
fn cut(text: &str, key: &str, value: &str, span: Span) -> Option<Problem> {
    let end = span.range().end;
    let rest = text.get(end..)?.lines().next()?.trim_end();
    let behind = rest.strip_prefix(':').unwrap_or(rest);
    let comment = behind.trim_start_matches([' ', '\t']);
    let number = comment.strip_prefix('#')?;
    let more = number.trim_start_matches(|c: char| c.is_ascii_digit());
    if more.len() == number.len() || more.is_empty() && value.ends_with(['.', '!', '?', ':', ';']) {
        return None;
    }
    let (state, typed) = match value.is_empty() {
        true => ("is empty", format!("[{}]", written(comment))),
        false => ("ends", written(&format!("{value} {comment}"))),
    };
    let message = format!("`{key}` {state} before `{}`, where a comment begins", shown(comment));
    let help = format!("write `{key}: {typed}`; if it is a comment, put a space after the `#`");
    let start = end + rest.len() - comment.len();
    let related = Related { span: Span::new(start, end + rest.len()), message: "the comment".to_owned() };
    Some(Problem { related: Some(Box::new(related)), ..Problem::new(span, message, help) })
}

/// Returns a text in quotes, shortened within them.
fn written(text: &str) -> String {
    quoted(&shown(text), Quotes::Double)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn said(text: &str) -> Vec<String> {
        let problems = texts(text, &yaml::parse(text).unwrap());
        let line = |it: Problem| format!("{} | {}", it.message, it.help.unwrap_or_default());
        problems.into_iter().map(line).collect()
    }

    #[test]
    fn a_number_behind_a_free_text_is_no_comment() {
        assert_eq!(
            said("reason: It waits, see ticket #4711, and the image too.\nrenewals:\n  - note: As in #12\n"),
            [
                "`reason` ends before `#4711, and the image too.`, where a comment begins | write `reason: \"It waits, \
                 see ticket #4711, and the image too.\"`; if it is a comment, put a space after the `#`",
                "`note` ends before `#12`, where a comment begins | write `note: \"As in #12\"`; if it is a comment, put \
                 a space after the `#`",
            ]
        );
        assert_eq!(
            said("references: #123\ntitle: x\n"),
            ["`references` is empty before `#123`, where a comment begins | write `references: [\"#123\"]`; if it \
                 is a comment, put a space after the `#`"]
        );
    }

    #[test]
    fn an_honest_comment_is_none_of_the_text() {
        for text in [
            "tier: low  # agreed with Mei\nreason: It waits. # 4711\n",
            "reason: It waits for the maker. #4711\n",
            "reason: It waits # see 4711\n",
            "owner: Dana #1\nexpires: 2026-12-01 #2\n",
            "reason: \"It waits\" #4711 is the ticket\n",
            "reason: |\n  It waits, see #4711, and more\n",
            "references: [SEC-1] #482\nreferences2: x #1\n",
            "references:\n  # 12 of them\n  - SEC-1\n",
            "# 1\n #2\ntitle: a#1\n",
        ] {
            assert!(said(text).is_empty(), "{text}: {:?}", said(text));
        }
    }
}
