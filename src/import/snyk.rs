//! Snyk's `.snyk`: for each issue a list of paths, each with its reason and its end.
//!
//! `expires` is the instant at which the issue is reported again; a bare date is midnight in UTC.

use crate::error::Error;
use crate::import::tree::{self, Ignore, list};
use crate::import::{Format, Options, Reading};
use crate::register::fields::REQUESTER;
use crate::source::Source;
use crate::text::shown;
use crate::tools::Selector;
use crate::yaml::write::Value;
use crate::yaml::{Entry, Node};

const TOOL: &str = "snyk";

/// The key that ends an ignore once there is a fix, as `until_fixed` ends a cover.
const UNTIL_FIXED: &str = "disregardIfFixable";

/// The path that means every path.
const EVERYWHERE: &str = "*";

/// Reads the file.
pub(super) fn read(name: &str, bytes: Vec<u8>, options: &Options) -> Result<Reading, Error> {
    let source = tree::text(name, bytes)?;
    let root = tree::yaml(&source)?;
    let mut reading = Reading::new(Format::Snyk);
    for entry in root.as_map().unwrap_or_default() {
        match (&*entry.key, entry.value.as_map()) {
            ("ignore", Some(issues)) => {
                issues.iter().for_each(|issue| take(&source, issue, &mut reading, options));
            }
            ("version", _) => {}
            (_, Some([])) => {}
            _ if entry.value.is_empty() => {}
            (key, _) => {
                let text = format!("`{}` is not a list of accepted issues, so it was not imported", shown(key));
                reading.remarks.push(text);
            }
        }
    }
    if root.as_map().is_none() {
        reading.unread.push((1, "the file contains no `ignore:`".to_owned()));
    }
    Ok(reading)
}

/// Reads the paths of one issue. Those that were ignored together, with the same words and the same end, become one
/// exception.
fn take(source: &Source, issue: &Entry<'_>, reading: &mut Reading, options: &Options) {
    let line = source.position(issue.key_span.start).line;
    let Some(items) = issue.value.as_seq() else {
        reading.unread.push((line, format!("`{}` does not contain a list of paths", shown(&issue.key))));
        return;
    };
    let mut groups: Vec<(usize, Vec<String>, &Node<'_>)> = Vec::new();
    for item in items {
        let line = tree::line_of(source, item);
        let Some([path]) = item.as_map() else {
            reading.unread.push((line, format!("an item of `{}` is not a path with its details", shown(&issue.key))));
            continue;
        };
        let text = path.key.to_string();
        match groups.iter_mut().find(|(_, _, details)| details.same_value(&path.value)) {
            Some((_, paths, _)) => paths.push(text),
            None => groups.push((line, vec![text], &path.value)),
        }
    }
    for (line, paths, details) in groups {
        reading.entries.push(one(source, line, &issue.key, &paths, details, options).finish());
    }
}

fn one(source: &Source, line: usize, id: &str, paths: &[String], details: &Node<'_>, options: &Options) -> Ignore {
    // A path that means all makes the others redundant.
    let narrow = if paths.iter().any(|path| path == EVERYWHERE) { &[] } else { paths };
    let mut ignore = Ignore::new(TOOL, line, id, narrow.first().map(String::as_str));
    let until_fixed = details.get(UNTIL_FIXED).and_then(Node::as_text) == Some("true");
    let until_fixed = until_fixed.then(|| (Selector::UntilFixed.key().to_owned(), Value::Flag(true)));
    ignore.cover(id, list("paths", narrow.iter().cloned()).into_iter().chain(until_fixed).collect());
    for entry in details.as_map().unwrap_or_default() {
        let text = tree::as_line(source, &entry.value);
        match &*entry.key {
            _ if entry.value.is_empty() => {}
            "reason" => ignore.reason(&text),
            "expires" => ignore.ends("expires", &text, TOOL, options),
            "created" => ignore.starts("created", &text, options),
            "ignoredBy" => ignored_by(source, &entry.value, &mut ignore),
            UNTIL_FIXED if ["true", "false"].contains(&text.as_str()) => {}
            "reasonType" | "source" => ignore.keep_quietly(&entry.key, &text),
            key => ignore.keep(key, &text, "has no field here"),
        }
    }
    ignore
}

/// The person who ignored it requested it; that is not yet a decision by somebody else.
fn ignored_by(source: &Source, node: &Node<'_>, ignore: &mut Ignore) {
    let text = |key: &str| node.get(key).and_then(Node::as_text);
    match text("email").or(text("name")).or(node.as_text()) {
        Some(person) => ignore.set(REQUESTER, tree::folded(person)),
        None => ignore.keep("ignoredBy", &tree::as_line(source, node), "names nobody"),
    }
}
