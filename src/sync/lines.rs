//! Files with one entry per line, with comments on lines of their own.

use super::formats::{Format, Wanted};
use super::permit::MARK;
use super::shelf::{Slot, Splice, at_end};
use super::tree::{Kind, Tree};

/// Lists the entries. The mark of an exception is on the line right above.
pub(super) fn slots(text: &str, format: &Format) -> Vec<Slot> {
    let mut slots = Vec::new();
    let (mut at, mut is_ours) = (0, false);
    for line in text.split_inclusive('\n') {
        let start = at + (line.len() - line.trim_start().len());
        at += line.len();
        let own = line.trim();
        if own.is_empty() || own.starts_with('#') {
            is_ours = own.trim_start_matches('#').trim_start().starts_with(MARK);
            continue;
        }
        let range = start..start + own.len();
        // An id of Trivy may be followed by an end and anything else.
        let id = if format.tool == "trivy" { own.split_whitespace().next().unwrap_or(own) } else { own };
        let value = Tree { at: range.clone(), kind: Kind::Scalar(own.to_owned()) };
        let identity = format.identity(&[], None, &Tree { at: range.clone(), kind: Kind::Scalar(id.to_owned()) });
        slots.push(Slot {
            at: range.start..range.start + id.len(),
            identity,
            id: Some(id.to_owned()),
            is_ours,
            is_off: false,
            details: value.clone(),
            value,
        });
        is_ours = false;
    }
    slots
}

/// Returns a field that looks like an end, but is not one for Trivy.
pub(super) fn odd_field(value: &str) -> Option<&str> {
    let is_odd = |word: &&str| ["until", "expires", "expiry", "expired"].iter().any(|start| word.starts_with(start));
    value.split_whitespace().skip(1).take_while(|word| !word.starts_with('#')).find(is_odd)
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
        let start = super::shelf::line_start(text, slot.at.start);
        let end = super::shelf::line_end(text, slot.value.at.end);
        let start = if slot.is_ours { super::shelf::line_start(text, start.saturating_sub(1)) } else { start };
        if *goes {
            splices.push((start..end, String::new()));
        } else if let Some(wanted) = fate {
            splices.push((start..end, written(wanted)));
        }
    }
    let added: String = new.iter().map(|wanted| written(wanted)).collect();
    if !added.is_empty() {
        splices.push(at_end(text, &added));
    }
    splices
}

fn written(wanted: &Wanted) -> String {
    let tree = wanted.value.tree();
    let comment = wanted.comment.clone().unwrap_or_default();
    format!("# {comment}\n{}\n", tree.text().unwrap_or_default())
}
