//! `sync` of the policy: the ignore files that are written from the register.

use crate::files::Repository;
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

/// Takes the targets from a tree that fits the schema.
pub(super) fn take(place: &Repository, node: Option<&Node<'_>>, problems: &mut Vec<Problem>) -> Vec<Target> {
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
            if let Some(other) = targets.iter().find(|target| target.path == path) {
                let message = format!("`{}` is already the file of `{}`", shown(&path), other.tool);
                problems.push(Problem::new(file.span, message, "give each tool its own file"));
                continue;
            }
            targets.push(Target { tool: tool.key, path });
        }
    }
    targets
}
