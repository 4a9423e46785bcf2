//! Documents of Kubernetes in one file, separated by `---`: exceptions to policies of Kyverno.

use std::ops::Range;

use super::formats::{Wanted, document_identity};
use super::permit::MARK;
use super::shelf::{Slot, Splice, at_end};
use super::tree::{self, Kind, Tree, Unreadable};
use crate::yaml;

/// Returns where each document of a stream of YAML is, without the lines of the marks between them.
pub(crate) fn parts(text: &str) -> Vec<Range<usize>> {
    let (mut parts, mut start, mut at) = (Vec::new(), 0, 0);
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" || line.starts_with("--- ") {
            parts.push(start..at);
            start = at + line.len();
        }
        at += line.len();
    }
    parts.push(start..at);
    parts
}

/// Lists the exceptions to policies.
pub(super) fn slots(text: &str) -> Result<Vec<Slot>, Unreadable> {
    let mut slots = Vec::new();
    for part in parts(text) {
        let own = &text[part.clone()];
        if yaml::is_blank(own) {
            continue;
        }
        let value = tree::of_yaml(own).map_err(|fault| Unreadable { at: part.start + fault.at, ..fault })?;
        if value.get("kind").and_then(Tree::text) != Some("PolicyException") {
            continue;
        }
        let name = value.down(&["metadata", "name"]);
        let at = name.map_or(value.at.clone(), |name| name.at.clone());
        let policies = value.down(&["spec", "policyRefs"]).map(Tree::items).unwrap_or_default();
        let id = policies.first().and_then(|policy| policy.get("name")?.text()).map(str::to_owned);
        let mark = value.down(&["metadata", "annotations", "stopgap/exception"]).and_then(Tree::text);
        let details = value.get("spec").cloned().unwrap_or(Tree { at: at.clone(), kind: Kind::Map(Vec::new()) });
        slots.push(Slot {
            at: part.start + at.start..part.start + at.end,
            identity: document_identity(&value),
            id,
            is_ours: mark.is_some_and(|mark| mark.starts_with(MARK)),
            is_off: false,
            details,
            value: Tree { at: part, ..value },
        });
    }
    Ok(slots)
}

/// Edits the file.
pub(super) fn edit(
    text: &str,
    slots: &[Slot],
    fates: &[Option<&Wanted>],
    goes: &[bool],
    new: &[&Wanted],
) -> Vec<Splice> {
    let mut splices = Vec::new();
    for ((slot, fate), goes) in slots.iter().zip(fates).zip(goes) {
        let part = slot.value.at.clone();
        let own = &text[part.clone()];
        // Comments above and below the document stay.
        let lines = || own.split_inclusive('\n');
        let is_beside = |line: &&str| line.trim().is_empty() || line.starts_with('#');
        let before: usize = lines().take_while(is_beside).map(str::len).sum();
        let after: usize = own[before..].split_inclusive('\n').rev().take_while(is_beside).map(str::len).sum();
        let range = part.start + before..part.end - after;
        if *goes {
            let is_alone = before == 0 && after == 0;
            // The separator before it goes as well.
            let separator = text[..part.start].split_inclusive('\n').next_back().filter(|_| is_alone);
            let start = range.start - separator.map_or(0, str::len);
            splices.push((start..range.end, String::new()));
        } else if let Some(wanted) = fate {
            splices.push((range, format!("{}\n", wanted.value.yaml_block(0))));
        }
    }
    for (index, wanted) in new.iter().enumerate() {
        let gap = if index == 0 && yaml::is_blank(text) { "" } else { "---\n" };
        splices.push(at_end(text, &format!("{gap}{}\n", wanted.value.yaml_block(0))));
    }
    splices
}
