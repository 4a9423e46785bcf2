//! One item of `covers` as it is typed: `tool=trivy,id=CVE-2026-1,paths=app/Gemfile.lock`, or as the file would write
//! it.

use crate::text::{nearest, said, shell_word, shown};
use crate::tools::{Pattern, Selector, has_wildcard};
use crate::yaml::write::Value;
use crate::yaml::{self, Node};

/// The keys of a package, with dots before them when they are typed.
const PACKAGE: [&str; 4] = ["name", "version", "type", "ecosystem"];

/// Returns the keys of an item.
fn keys() -> impl Iterator<Item = &'static str> {
    ["tool", "id"].into_iter().chain(Selector::ALL.into_iter().map(Selector::key))
}

/// Returns the item for a tool and an id, and for paths if there are any.
#[must_use]
pub fn item(tool: impl Into<String>, id: impl Into<String>, paths: Vec<String>) -> Vec<(String, Value)> {
    let mut item = vec![("tool".to_owned(), Value::text(tool)), ("id".to_owned(), Value::text(id))];
    if !paths.is_empty() {
        item.push((Selector::Paths.key().to_owned(), Value::flow_list(paths)));
    }
    item
}

/// Returns the item for a tool, an id and paths as a message advises it for `--cover`, as one word of a shell; `None` if
/// no cover can be like that, or if the message would show it in another way than it must be typed.
#[must_use]
pub fn advised(tool: &str, id: &str, paths: Vec<String>) -> Option<String> {
    let is_typed_as_shown = |text: &str| !text.is_empty() && said(text) == text;
    let parts = [tool, id].into_iter().chain(paths.iter().map(String::as_str));
    let is_fine = parts.into_iter().all(is_typed_as_shown)
        && !has_wildcard(id)
        && paths.iter().all(|path| Pattern::parse(path).is_ok());
    is_fine.then(|| shell_word(&typed(&item(tool, id, paths))))
}

/// Reads an item. A part without a key continues the list before it, and a key that is repeated adds to its list.
///
/// # Errors
///
/// If it is not such an item; with the reason and what to type.
pub fn read(text: &str) -> Result<Vec<(String, Value)>, (String, String)> {
    let text = text.trim();
    let pairs = if text.starts_with('{') { of_yaml(text)? } else { of_pairs(text)? };
    let one = |key: &str| -> Option<String> {
        let (_, values) = pairs.iter().find(|(other, _)| other == key)?;
        values.first().filter(|value| !value.is_empty()).cloned()
    };
    for key in ["tool", "id"] {
        if one(key).is_none() {
            return Err((format!("has no `{key}`"), EXAMPLE.to_owned()));
        }
    }
    let mut item = Vec::new();
    for key in keys() {
        let Some((_, values)) = pairs.iter().find(|(other, _)| other == key) else {
            if key == "package" && pairs.iter().any(|(key, _)| key.starts_with("package.")) {
                item.push((key.to_owned(), package(None, &one)));
            }
            continue;
        };
        let is_list = ["paths", "purls", "match"].contains(&key);
        let value = match (key, values.as_slice()) {
            (_, []) => return Err((format!("has no value for `{key}`"), EXAMPLE.to_owned())),
            ("package", [name]) => package(Some(name.clone()), &one),
            ("until_fixed", values) => match values {
                [flag] if yaml::boolean(flag).is_some() => Value::Flag(yaml::boolean(flag) == Some(true)),
                _ => {
                    return Err((
                        "has an `until_fixed` that is neither `true` nor `false`".to_owned(),
                        "write `until_fixed=true`".to_owned(),
                    ));
                }
            },
            (_, values) if is_list => Value::flow_list(values.iter().cloned()),
            (_, [value]) => Value::text(value.clone()),
            _ => return Err((format!("has several values for `{key}`"), format!("give `{key}` once"))),
        };
        item.push((key.to_owned(), value));
    }
    Ok(item)
}

const EXAMPLE: &str = "write `tool=trivy,id=CVE-2026-1234,paths=app/Gemfile.lock`";

fn package(name: Option<String>, one: &dyn Fn(&str) -> Option<String>) -> Value {
    let parts: Vec<(String, Value)> = PACKAGE
        .iter()
        .filter_map(|key| {
            let typed = one(&format!("package.{key}"));
            let value = typed.or_else(|| name.clone().filter(|_| *key == "name"))?;
            Some(((*key).to_owned(), Value::text(value)))
        })
        .collect();
    Value::Flow(Box::new(Value::Map(parts)))
}

/// A key and its values.
type Pair = (String, Vec<String>);

fn of_pairs(text: &str) -> Result<Vec<Pair>, (String, String)> {
    let mut pairs: Vec<Pair> = Vec::new();
    for part in parts(text) {
        let key = part.split_once('=').map(|(key, value)| (key.trim(), value.trim())).filter(|(key, _)| is_word(key));
        match (key, pairs.last_mut()) {
            (Some((key, value)), _) => {
                refuse_unknown(key)?;
                let value = Some(value.to_owned()).filter(|value| !value.is_empty());
                match pairs.iter_mut().find(|(other, _)| other == key) {
                    Some((_, values)) => values.extend(value),
                    None => pairs.push((key.to_owned(), value.into_iter().collect())),
                }
            }
            (None, Some((_, values))) if !part.trim().is_empty() => values.push(part.trim().to_owned()),
            (None, Some(_)) => {}
            (None, None) => return Err((format!("has no key before `{}`", shown(part)), EXAMPLE.to_owned())),
        }
    }
    Ok(pairs)
}

fn is_word(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte == b'.')
}

/// Splits at commas that are in no braces, which belong to a pattern.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0usize);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn refuse_unknown(key: &str) -> Result<(), (String, String)> {
    let is_part = key.strip_prefix("package.").is_some_and(|part| PACKAGE.contains(&part));
    if is_part || keys().any(|other| other == key) {
        return Ok(());
    }
    let help = match nearest(key, keys()) {
        Some(best) => format!("did you mean `{best}`?"),
        None => format!("a cover has {}", keys().collect::<Vec<_>>().join(", ")),
    };
    Err((format!("has an unknown key `{}`", shown(key)), help))
}

fn of_yaml(text: &str) -> Result<Vec<Pair>, (String, String)> {
    let fault = |why: String| (why, EXAMPLE.to_owned());
    let root = yaml::parse(text).map_err(|problems| {
        let first = problems.into_iter().next().map_or_else(String::new, |problem| problem.message);
        fault(format!("is not readable: {first}"))
    })?;
    let texts = |node: &Node<'_>| -> Vec<String> {
        let items = node.as_seq().map_or_else(|| vec![node], |items| items.iter().collect());
        items.into_iter().filter_map(Node::as_text).map(str::to_owned).collect()
    };
    let mut pairs: Vec<Pair> = Vec::new();
    for entry in root.as_map().unwrap_or_default() {
        refuse_unknown(&entry.key)?;
        match entry.value.as_map() {
            Some(parts) => {
                for part in parts {
                    let key = format!("{}.{}", entry.key, part.key);
                    refuse_unknown(&key)?;
                    pairs.push((key, texts(&part.value)));
                }
            }
            None => pairs.push((entry.key.to_string(), texts(&entry.value))),
        }
    }
    Ok(pairs)
}

/// Writes an item as it is typed, which [`read`] reads back.
#[must_use]
pub fn typed(item: &[(String, Value)]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (key, value) in item {
        let map = match value {
            Value::Flow(inner) => Some(&**inner),
            value => Some(value),
        };
        match map {
            Some(Value::Map(inner)) => {
                parts.extend(inner.iter().flat_map(|(part, value)| {
                    value.texts().into_iter().map(move |text| format!("{key}.{part}={text}"))
                }));
            }
            _ => parts.extend(value.texts().into_iter().map(|text| format!("{key}={text}"))),
        }
    }
    // A comma or braces of a text would be read as something else.
    let is_plain = parts.iter().all(|part| !part.contains([',', '{', '}']));
    if is_plain {
        return parts.join(",");
    }
    yaml::write::flow(&Value::Map(item.to_vec()), yaml::write::Quotes::Double)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        match read(text) {
            Ok(item) => yaml::write::flow(&Value::Map(item), yaml::write::Quotes::Double),
            Err((why, _)) => why,
        }
    }

    #[test]
    fn an_item_is_read_as_it_is_typed_and_as_the_file_writes_it() {
        for (text, expected) in [
            ("tool=bandit,id=B602", "{tool: bandit, id: B602}"),
            ("id=B602, tool=bandit, paths=a.py,b.py", "{tool: bandit, id: B602, paths: [a.py, b.py]}"),
            (
                "tool=bandit,id=B602,paths=a.py,paths=x/{a,b}.py",
                "{tool: bandit, id: B602, paths: [a.py, \"x/{a,b}.py\"]}",
            ),
            ("tool=bandit,id=B602,paths=a.py,,b.py,", "{tool: bandit, id: B602, paths: [a.py, b.py]}"),
            (
                "tool=bandit,id=B602,paths=a.py,X=1.py,=b.py",
                "{tool: bandit, id: B602, paths: [a.py, X=1.py, \"=b.py\"]}",
            ),
            (
                "{tool: grype, id: CVE-1, package: {name: a, type: deb}}",
                "{tool: grype, id: CVE-1, package: {name: a, type: deb}}",
            ),
            (
                "tool=bandit,id=B602,paths=x/{a,{b,c},d}.py,e.py",
                "{tool: bandit, id: B602, paths: [\"x/{a,{b,c},d}.py\", e.py]}",
            ),
            ("{tool: bandit, id: B602, paths: [a.py]}", "{tool: bandit, id: B602, paths: [a.py]}"),
            ("tool=grype,id=CVE-1,package=a", "{tool: grype, id: CVE-1, package: {name: a}}"),
            (
                "tool=grype,id=CVE-1,package.name=a,package.version=1.0-2,until_fixed=true",
                "{tool: grype, id: CVE-1, package: {name: a, version: 1.0-2}, until_fixed: true}",
            ),
            ("{tool: trivy, id: CVE-1, until_fixed: true}", "{tool: trivy, id: CVE-1, until_fixed: true}"),
        ] {
            assert_eq!(of(text), expected, "{text}");
            let again = typed(&read(text).unwrap());
            assert_eq!(of(&again), expected, "{again}");
        }
    }

    #[test]
    fn what_is_no_item_is_refused_and_nothing_is_left_out() {
        for (text, why) in [
            ("", "has no key before ``"),
            ("bandit", "has no key before `bandit`"),
            ("tool=bandit", "has no `id`"),
            ("id=B602", "has no `tool`"),
            ("tool=bandit,id=", "has no `id`"),
            ("tool=bandit,id=B602,path=a", "has an unknown key `path`"),
            ("tool=bandit,id=B602,paths=", "has no value for `paths`"),
            ("tool=bandit,id=B602,B603", "has several values for `id`"),
            ("tool=trivy,id=a,until_fixed=yes", "has an `until_fixed` that is neither `true` nor `false`"),
            ("{tool: bandit, id: B602, path: a}", "has an unknown key `path`"),
            ("{tool: bandit, id: B602, package: {nme: a}}", "has an unknown key `package.nme`"),
        ] {
            assert_eq!(of(text), why, "{text}");
        }
        assert!(of("{tool: [").starts_with("is not readable"), "{}", of("{tool: ["));
    }
}
