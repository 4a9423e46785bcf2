//! `sync` of the policy: the ignore files that are written from the register.

use crate::files::{Repository, is_below};
use crate::policy::{Policy, places};
use crate::text::shown;
use crate::tools::Tool;
use crate::yaml::{Node, Problem};

/// An ignore file that is written from the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The key of the tool that reads it.
    pub tool: &'static str,
    /// The file, relative to the root.
    pub path: String,
}

/// Takes the targets from a tree that fits the schema, for a policy whose own files are known.
pub(super) fn take(
    policy: &Policy,
    place: &Repository,
    node: Option<&Node<'_>>,
    problems: &mut Vec<Problem>,
) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for entry in node.and_then(Node::as_map).unwrap_or_default() {
        let Some(tool) = Tool::of_key(&entry.key) else { continue };
        let files = entry.value.as_seq().map_or_else(|| vec![&entry.value], |items| items.iter().collect());
        for file in files {
            let text = file.as_text().unwrap_or_default();
            if let Some(why) = place.path_problem(text) {
                let message = format!("`sync.{}`: {why}", tool.key);
                problems.push(Problem::new(file.span, message, "name a file of this repository"));
                continue;
            }
            let path = super::tidy_path(text);
            if let Some(what) = protected(policy, &path) {
                let message = format!("`sync.{}`: `{}` is {what}, not an ignore file", tool.key, shown(&path));
                problems.push(Problem::new(file.span, message, "name a file that only this tool reads"));
                continue;
            }
            // Where case makes no difference, two spellings are one file.
            let is_same = |target: &&Target| target.path.to_lowercase() == path.to_lowercase();
            if let Some(other) = targets.iter().find(is_same) {
                let message = format!("`{}` is already the file of `{}`", shown(&path), other.tool);
                problems.push(Problem::new(file.span, message, "give each tool its own file"));
                continue;
            }
            targets.push(Target { tool: tool.key, path });
        }
    }
    targets
}

/// Returns what a file is that `sync` must not write, in whatever case it is named: what is judged, or what decides how.
fn protected(policy: &Policy, path: &str) -> Option<&'static str> {
    let path = path.to_lowercase();
    if let Some((book, _)) = policy.books().find(|(_, book)| book.to_lowercase() == path) {
        return Some(book.name());
    }
    match () {
        () if places::NAMES.contains(&path.as_str()) => Some("a policy"),
        () if is_below(&path, &policy.exceptions.to_lowercase()) => Some("in the register"),
        () => places::protected(&path),
    }
}
