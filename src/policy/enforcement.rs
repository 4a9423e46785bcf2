//! `enforce` of the policy: which results of scanners need an exception.

use std::collections::BTreeMap;

use crate::rule::Level;
use crate::text::shown;
use crate::tools::Name;
use crate::yaml::{Node, Problem};

/// Which results of scanners need an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enforcement {
    /// The lowest level of a result that needs one.
    pub lowest: Level,
    /// The same for single tools; [`Level::Off`] lets all of a tool's results be.
    pub tools: BTreeMap<Name, Level>,
    /// The number of results above which a cover is too broad.
    pub most_covered: usize,
}

impl Default for Enforcement {
    fn default() -> Self {
        Self { lowest: Level::Warning, tools: BTreeMap::new(), most_covered: 50 }
    }
}

impl Enforcement {
    /// Returns the lowest level of a tool's results that need an exception; [`Level::Off`] if none of them does.
    #[must_use]
    pub fn level(&self, tool: &Name) -> Level {
        self.tools.get(tool).copied().unwrap_or(self.lowest)
    }

    /// Takes the values from a tree that fits the schema.
    pub(super) fn take(&mut self, node: Option<&Node<'_>>, problems: &mut Vec<Problem>) {
        let Some(node) = node else { return };
        let level = |node: &Node<'_>| {
            let text = node.as_text()?;
            Level::ALL.into_iter().find(|(name, _)| *name == text).map(|(_, level)| level)
        };
        self.lowest = node.get("level").and_then(level).unwrap_or(self.lowest);
        self.most_covered =
            node.get("most_covered").and_then(super::number).map_or(self.most_covered, |it| it as usize);
        for entry in node.get("tools").and_then(Node::as_map).unwrap_or_default() {
            let (Some(level), name) = (level(&entry.value), Name::read(&entry.key)) else { continue };
            if self.tools.insert(name, level).is_some() {
                let message = format!("the tool `{}` is already listed here", shown(&entry.key));
                problems.push(Problem::new(entry.key_span, message, "keep one of the two"));
            }
        }
    }
}
