//! What is wrong with an item of `covers`, with an explanation why it matters.

use jsonschema::error::ValidationErrorKind as Kind;

use crate::source::Span;
use crate::text::{is_hostile, nearest, shown};
use crate::tools::{EVERY_RULE, Name, Pattern, Selector, Tool};
use crate::yaml::{self, Fix, Node, Place, Problem, Replacement, unescaped};

/// The format `tool`: a name of the table as the table writes it, or another tool's.
pub(super) fn is_tool(text: &str) -> bool {
    let is_name = text.chars().any(char::is_alphanumeric) && is_text(text);
    is_name && (Tool::of_key(text).is_some() || Tool::named(text).is_none()) && slip(text).is_none()
}

/// The format `cover-path`: a glob that does not match everything.
pub(super) fn is_path(text: &str) -> bool {
    is_text(text) && Pattern::parse(text).is_ok()
}

/// The format `cover-text`: no invisible character. No scanner reports one, and not every ignore file can hold it.
pub(super) fn is_text(text: &str) -> bool {
    hidden(text, false).is_none()
}

/// The format `cover-lines`: the same, on as many lines as it takes.
pub(super) fn is_lines(text: &str) -> bool {
    hidden(text, true).is_none()
}

/// Returns the first invisible character. A block of YAML ends with a line end, which says nothing.
fn hidden(text: &str, has_lines: bool) -> Option<char> {
    let is_layout = |c: char| has_lines && matches!(c, '\n' | '\t');
    text.trim_end_matches('\n').chars().find(|c| is_hostile(*c) && !is_layout(*c))
}

/// Returns whether a JSON Pointer leads into `covers`.
pub(super) fn is_in(pointer: &str) -> bool {
    pointer.starts_with("/covers/")
}

/// Returns the key of the table that is one letter away.
fn slip(text: &str) -> Option<&'static str> {
    const SHORTEST: usize = 5;
    if Tool::named(text).is_some() || text.len() < SHORTEST || text.len() > 40 {
        return None;
    }
    let keys = Tool::all().iter().map(|tool| tool.key).filter(|key| key.len() >= SHORTEST);
    let is_near = |key: &&str| strsim::osa_distance(&text.to_lowercase(), key) == 1;
    keys.into_iter().find(is_near)
}

/// Writes a cover of which somebody wrote one text: the tool in front of the id, the tool alone, or what looks like an
/// id alone. `open` stands for what only the writer knows.
pub(super) fn typed(text: &str, open: &str) -> String {
    let apart = text.split_once([' ', ':', ',', '/']).map(|(tool, id)| (Tool::named(tool), id.trim()));
    let is_id = |text: &str| !text.contains(' ') && text.contains(|c: char| c.is_ascii_digit());
    let (tool, id) = match (Tool::named(text), apart) {
        (Some(tool), _) => (Some(tool), None),
        (None, Some((Some(tool), id))) if is_id(id) => (Some(tool), Some(id)),
        _ => (None, Some(text).filter(|text| is_id(text))),
    };
    let id = id.map_or_else(|| open.into(), |id| shown(id));
    format!("{{tool: {}, id: {id}}}", tool.map_or(open, |tool| tool.key))
}

/// Says that a cover of every rule names no files; of a tool that has no such cover, that alone is said.
pub(super) fn unbounded(root: &Node<'_>, pointer: &str, key: &str, span: Span) -> Option<Vec<Problem>> {
    if key != Selector::Paths.key() || !is_in(&format!("{pointer}/")) {
        return None;
    }
    let tool = yaml::lookup(root, &format!("{pointer}/tool")).and_then(|(_, tool)| tool.as_text());
    if tool.is_some_and(|tool| !Name::read(tool).has_every_rule()) {
        return Some(Vec::new());
    }
    let field = format!("{pointer}/{key}");
    let message =
        format!("`id: {EVERY_RULE}` matches every rule of the tool, and `{}` is missing", super::field_name(&field));
    let help = "name the files or the folder where all of them are accepted";
    Some(vec![Problem::new(span, message, help).at(Place::absent(field))])
}

/// Says that a cover of a tool cannot be about every rule.
fn not_every_rule(pointer: &str, node: &Node<'_>, text: &str) -> Problem {
    let name = super::field_name(pointer);
    let message = format!("`{name}` is `{}`, and no cover of that tool can match every rule", shown(text));
    let help = format!("name what it reports: `id: {EVERY_RULE}` is for tools that find mistakes in files");
    Problem::new(node.span, message, help).at(Place::value(pointer))
}

/// Says what is wrong with a tool, an id, a path or a package; `None` if the usual sentence will do.
pub(super) fn fault(pointer: &str, node: &Node<'_>, kind: &Kind) -> Option<Problem> {
    let is_form = matches!(kind, Kind::Format { .. } | Kind::Pattern { .. } | Kind::AnyOf { .. } | Kind::Enum { .. });
    let text = node.as_text().filter(|_| is_form)?;
    let (name, value) = (super::field_name(pointer), shown(text));
    let keys: Vec<&str> = pointer.split('/').skip(3).collect();
    let is_expression = keys.first() == Some(&"match");
    if let (Some(c), Kind::Format { .. }) = (hidden(text, is_expression), kind) {
        let message = format!("`{name}` contains the invisible character U+{:04X}", u32::from(c));
        let help = match keys.first() {
            Some(&"paths") => "delete it; if a file's name has it, write `*` instead",
            _ => "delete it: no tool reports it",
        };
        return Some(Problem::new(node.span, message, help).at(Place::value(pointer)));
    }
    let (message, help) = match keys.as_slice() {
        ["tool"] if matches!(kind, Kind::Enum { .. }) && is_tool(text) => {
            return Some(not_every_rule(pointer, node, text));
        }
        ["tool"] => return Some(tool_fault(pointer, node, text)),
        _ if matches!(kind, Kind::Enum { .. }) => return None,
        ["id"] => (
            format!("`{name}` is `{value}`, which does not name a finding"),
            "write the one id that the tool reports; there are no wildcards".to_owned(),
        ),
        ["paths", _] => match Pattern::parse(text).err() {
            Some(error) => (
                format!("`{name}` is `{value}`: {error}"),
                "name the files or the folder where the finding is accepted".to_owned(),
            ),
            None => return None,
        },
        ["purls", _] => (
            format!("`{name}` is `{value}`, which does not name a package"),
            "write a package URL such as `pkg:deb/debian/libc6`; there are no wildcards".to_owned(),
        ),
        ["package"] | ["package", "name"] => (
            format!("`{name}` is `{value}`, which does not name a package"),
            "write the package's name; there are no wildcards".to_owned(),
        ),
        _ => return None,
    };
    Some(Problem::new(node.span, message, help).at(Place::value(pointer)))
}

fn tool_fault(pointer: &str, node: &Node<'_>, text: &str) -> Problem {
    let name = super::field_name(pointer);
    let known = Tool::named(text).map(|tool| tool.key);
    let meant = known.or_else(|| slip(text)).or_else(|| nearest(text, Tool::all().iter().map(|tool| tool.key)));
    let message = format!("`{name}` is `{}`, which is not a tool's name here", shown(text));
    let help = meant
        .map_or_else(|| "write the name of the tool's SARIF driver".to_owned(), |key| format!("did you mean `{key}`?"));
    let problem = Problem::new(node.span, message, help).at(Place::value(pointer));
    let respelled = |key: &str| {
        let edits = vec![Replacement::new(node.span, key.to_owned())];
        Fix::new(format!("write `{key}`"), edits).respelling().touching(pointer)
    };
    problem.fixed_by(known.map(respelled))
}

/// Says that a tool has no such selector.
pub(super) fn misplaced(root: &Node<'_>, pointer: &str, span: Span, place: &Place) -> Option<Problem> {
    let (item, key) = pointer.rsplit_once('/').filter(|(item, _)| is_in(&format!("{item}/")))?;
    let key = unescaped(key);
    Selector::ALL.into_iter().find(|selector| selector.key() == key)?;
    let tool = yaml::lookup(root, &format!("{item}/tool"))?.1.as_text()?;
    let name = Name::read(tool);
    let has: Vec<String> = name.selectors().iter().map(|selector| format!("`{}`", selector.key())).collect();
    let message = format!("a cover of `{}` has no `{key}`", shown(tool));
    let help = match has.as_slice() {
        [] => "it has no selectors: delete it, and the finding is ignored everywhere".to_owned(),
        has => format!("its selectors are {}", has.join(", ")),
    };
    Some(Problem::new(span, message, help).at(place.clone()))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::schema::Shipped;
    use crate::tools::is_every_rule;

    fn texts(value: Option<&Value>) -> Vec<&str> {
        value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    }

    #[test]
    fn the_schema_has_the_tools_and_selectors_of_the_table() {
        let document: Value = serde_json::from_str(Shipped::Exception.text()).unwrap();
        let cover = document.pointer("/$defs/cover").unwrap();
        let keys: Vec<&str> = Tool::all().iter().map(|tool| tool.key).collect();
        assert_eq!(texts(cover.pointer("/properties/tool/anyOf/0/enum")), keys);
        let conditions = cover["allOf"].as_array().unwrap();
        assert_eq!(conditions.len(), Selector::ALL.len() + 1);
        for (condition, selector) in conditions.iter().zip(Selector::ALL) {
            let named = texts(condition.pointer("/if/properties/tool/enum"));
            let refused_for = if selector == Selector::Paths { "then" } else { "else" };
            assert_eq!(condition[refused_for]["properties"][selector.key()], Value::Bool(false), "{selector:?}");
            let is_named = |tool: &&Tool| tool.has(selector) == (selector != Selector::Paths);
            let expected: Vec<&str> = Tool::all().iter().filter(is_named).map(|tool| tool.key).collect();
            assert_eq!(named, expected, "{selector:?}");
        }
        let of_every_rule = &conditions[Selector::ALL.len()];
        let named = texts(of_every_rule.pointer("/then/properties/tool/enum"));
        let expected: Vec<&str> = Tool::all().iter().filter(|tool| tool.has_every_rule).map(|tool| tool.key).collect();
        assert_eq!(named, expected);
        let words = cover.pointer("/properties/id/description").and_then(Value::as_str).unwrap();
        assert!(words.contains(&format!("needs `paths`: {}. Of", expected.join(", "))), "{words}");
        let pattern = of_every_rule.pointer("/if/properties/id/pattern").and_then(Value::as_str).unwrap();
        let pattern = regex::Regex::new(pattern).unwrap();
        for id in ["all", "ALL", " All ", "a", "all-rules", "rules.all", "call"] {
            assert_eq!(pattern.is_match(id), is_every_rule(id), "{id}");
        }
    }

    #[test]
    fn what_nobody_sees_is_in_no_cover() {
        for c in ['\0', '\u{1b}', '\u{7f}', '\u{85}', '\u{200b}', '\u{202e}', '\u{2028}', '\u{feff}', '\u{fffe}', '\n']
        {
            let text = format!("a{c}b");
            assert_eq!((is_text(&text), is_path(&text), is_tool(&text)), (false, false, false), "{c:?}");
            assert_eq!(is_lines(&text), c == '\n', "{c:?}");
        }
        for text in ["a b", "größe.txt", "a\u{a0}b", "CVE-2026-1\n"] {
            assert!(is_text(text) && is_lines(text), "{text:?}");
        }
    }

    #[test]
    fn a_tool_is_named_as_the_table_names_it_or_is_another_one() {
        for name in ["trivy", "cfn-nag", "my scanner", "PSScriptAnalyzer", "nessus"] {
            assert!(is_tool(name), "{name}");
        }
        for name in ["Trivy", "Semgrep OSS", "semgreb", "trivvy", "*", "", " "] {
            assert!(!is_tool(name), "{name}");
        }
    }
}
