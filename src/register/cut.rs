//! Texts that YAML cuts off at a ` #`, because a comment begins there.

use crate::register::fields::{self, Field};
use crate::source::Span;
use crate::text::shown;
use crate::yaml::write::{Quotes, quoted};
use crate::yaml::{Kind, Node, Place, Problem, Related, Style, escaped};

/// Finds the strings of a record whose end YAML takes for a comment: those in the author's own words, the organisation's
/// own keys included. A comment after a value is legitimate, so only what follows the `#` without a space counts, and not
/// a single word below a whole sentence.
pub(super) fn texts(text: &str, root: &Node<'_>) -> Vec<Problem> {
    let mut found = Vec::new();
    // Nearly no record has such a sign anywhere.
    if text.match_indices('#').any(|(at, _)| text[..at].ends_with([' ', '\t']) && is_glued(&text[at..])) {
        walk(text, root, "", "", &mut found);
    }
    Problem::first_of(found)
}

/// Tells whether a comment begins with a word, as a number of a ticket and a channel do.
fn is_glued(comment: &str) -> bool {
    comment.strip_prefix('#').is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
}

/// Tells whether a place holds a text, of which a `#` may be a part; `None` if it holds several.
fn holds_text(pointer: &str) -> Option<bool> {
    use fields::Kind as Holds;
    match Field::at(pointer).map(Field::kind) {
        Some(Holds::Texts) => None,
        None | Some(Holds::Line) => Some(true),
        Some(_) => Some(false),
    }
}

/// Looks through a value; `key` is that of the value, or of the list that it is in.
fn walk(text: &str, node: &Node<'_>, key: &str, pointer: &str, found: &mut Vec<Problem>) {
    for (at, item) in node.as_seq().unwrap_or_default().iter().enumerate() {
        walk(text, item, key, &format!("{pointer}/{at}"), found);
    }
    for entry in node.as_map().unwrap_or_default() {
        let pointer = format!("{pointer}/{}", escaped(&entry.key));
        if entry.value.is_empty() {
            let typed = |comment: &str| match holds_text(&pointer) {
                None => format!("{}: [{}]", entry.key, written(comment)),
                Some(_) => format!("{}: {}", entry.key, written(comment)),
            };
            if holds_text(&pointer) != Some(false) {
                let place = Place::absent(pointer.clone());
                found.extend(cut(text, &entry.key, "", entry.key_span, typed).map(|problem| problem.at(place)));
            }
        } else {
            walk(text, &entry.value, &entry.key, &pointer, found);
        }
    }
    let Kind::Scalar(scalar) = &node.kind else { return };
    if scalar.style == Style::Plain && !scalar.is_empty() && holds_text(pointer) != Some(false) {
        let is_item = pointer.rsplit('/').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
        let typed = |comment: &str| {
            let whole = written(&format!("{} {comment}", scalar.text));
            if is_item { whole } else { format!("{key}: {whole}") }
        };
        let place = Place::value(pointer.to_owned());
        found.extend(cut(text, key, &scalar.text, node.span, typed).map(|problem| problem.at(place)));
    }
}

/// Says that a comment behind a value belongs to it. `span` is that of the value, or of the key of an empty one; `typed`
/// returns what to write for both.
fn cut(text: &str, key: &str, value: &str, span: Span, typed: impl Fn(&str) -> String) -> Option<Problem> {
    let end = span.range().end;
    let rest = text.get(end..)?.lines().next()?.trim_end();
    let behind = rest.strip_prefix(':').filter(|_| value.is_empty()).unwrap_or(rest);
    let comment = behind.trim_start_matches([' ', '\t']);
    let is_one_word = !comment.contains([' ', '\t']);
    if !is_glued(comment) || is_one_word && value.ends_with(['.', '!', '?', ':', ';']) {
        return None;
    }
    let state = if value.is_empty() { "is empty" } else { "ends" };
    let message = format!("`{}` {state} before `{}`, where a comment begins", shown(key), shown(comment));
    let help = format!("write `{}`; if it is a comment, put a space after the `#`", typed(comment));
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
            said("reason: It waits, see ticket #4711, and the image too.\nreviews:\n  - note: As in #12\n"),
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
    fn a_word_behind_any_text_is_no_comment_either() {
        let said = |text: &str| said(text).concat();
        for (text, message, typed) in [
            (
                "scope:\n  system: kiosk #2 at the gate\n",
                "`system` ends before `#2",
                "system: \"kiosk #2 at the gate\"",
            ),
            ("scope:\n  environment: cluster #2\n", "`environment` ends", "environment: \"cluster #2\""),
            ("control: Policy #12 on badges\n", "`control` ends", "control: \"Policy #12 on badges\""),
            (
                "reason: Promised in #canteen-ops for Friday.\n",
                "`reason` ends",
                "\"Promised in #canteen-ops for Friday.\"",
            ),
            ("title: Kiosk\t#two\n", "`title` ends", "title: \"Kiosk #two\""),
            ("x-ticket: see #4711\n", "`x-ticket` ends", "x-ticket: \"see #4711\""),
            ("x-ticket: #PROJ-12\n", "`x-ticket` is empty", "x-ticket: \"#PROJ-12\""),
            ("x-more:\n  of: it #3\n", "`of` ends", "of: \"it #3\""),
            ("references:\n  - SEC-1 #482\n", "`references` ends", "write `\"SEC-1 #482\"`"),
            ("covers:\n  - {tool: trivy,\n     id: A #1\n     }\n", "`id` ends", "id: \"A #1\""),
            ("removal: Delete it #todo\n", "`removal` ends before `#todo`", "put a space after the `#`"),
        ] {
            let said = said(text);
            assert!(said.contains(message) && said.contains(typed), "{text}: {said}");
        }
    }

    #[test]
    fn an_honest_comment_is_none_of_the_text() {
        for text in [
            "tier: low  # agreed with Mei\nreason: It waits. # 4711\n",
            "reason: It waits for the maker. #4711\n",
            "reason: It waits # see 4711\n",
            "owner: Dana #1\nexpires: 2026-12-01 #2\nrisk: {tier: low #one\n  }\n",
            "removal: Delete it. #todo\nx-a: b # c\nx-c: \"d\" #e\nscope: #here\n  system: x #\n",
            "reason: \"It waits\" #4711 is the ticket\n",
            "reason: |\n  It waits, see #4711, and more\n",
            "references: [SEC-1] #482\n",
            "references:\n  # 12 of them\n  - SEC-1\n",
            "# 1\n #2\ntitle: a#1\n",
        ] {
            assert!(said(text).is_empty(), "{text}: {:?}", said(text));
        }
    }
}
