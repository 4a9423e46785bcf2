//! The edits that a rule objected to, which putting the old value back makes good.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::history::{Change, Changes, Edit};
use crate::replay::state::State;
use crate::rule::{Finding, Findings, LooksAt};
use crate::source::FileId;
use crate::yaml::{self, Node};

/// What rules objected to so far.
#[derive(Default)]
pub(super) struct Slips {
    /// By the exception's id.
    edits: HashMap<String, Vec<Slip>>,
    /// The exceptions that were given another id: the old one and the new one.
    renamed: BTreeSet<(String, String)>,
}

/// An edit that a rule objected to: it is fixed by putting the old value back.
struct Slip {
    rule: &'static str,
    pointer: String,
    /// The value before and after, in its canonical form.
    before: Option<String>,
    after: Option<String>,
}

impl Slip {
    fn new(finding: &Finding, edit: &Edit<'_, '_>) -> Self {
        let pointer = finding.place.pointer.clone();
        let value = |tree| yaml::lookup(tree, &pointer).map(|(_, node)| node.canonical());
        let (before, after) = (value(edit.base_tree), value(edit.head_tree));
        Self { rule: finding.rule.id, pointer, before, after }
    }

    /// Returns whether this edit reverts an earlier one, and nothing else.
    fn undoes(&self, earlier: &Self) -> bool {
        let named = self.rule == earlier.rule && self.pointer == earlier.pointer;
        named && self.after == earlier.before && self.before == earlier.after
    }
}

impl Slips {
    /// Returns the ids of the exceptions with such an edit, in lower case.
    pub(super) fn ids(&self) -> BTreeSet<String> {
        self.edits.keys().map(|id| id.to_lowercase()).collect()
    }

    /// Drops the findings of edits that revert an earlier one, and remembers the others.
    pub(super) fn drop_undone(&mut self, findings: &mut Findings, changes: &Changes<'_>, state: &State<'_>) {
        let edits =
            changes.list.iter().filter_map(|change| Some((change.head.as_ref()?.file, (change.id, change.edit()?))));
        let edits: BTreeMap<FileId, (&str, Edit<'_, '_>)> = edits.collect();
        findings.retain(|finding| {
            // Reverting a decision without an approval is a new decision.
            let edit = edits.get(&finding.file).filter(|_| finding.rule.looks_at != LooksAt::Merge);
            let Some((id, edit)) = edit else {
                let Some((id, tree)) = removed(changes, finding.file) else { return true };
                if self.is_renamed_back(id, tree, state) {
                    return false;
                }
                let new = added_again(changes, tree).map(|new| (id.to_owned(), new.to_owned()));
                self.renamed.extend(new);
                return true;
            };
            let slip = Slip::new(finding, edit);
            let slips = self.edits.entry((*id).to_owned()).or_default();
            let undone = slips.iter().any(|earlier| slip.undoes(earlier));
            slips.extend((!undone).then_some(slip));
            !undone
        });
    }

    /// Tells whether an exception that a commit removes is back under the id from which it had been renamed.
    fn is_renamed_back(&self, id: &str, tree: &Node<'_>, state: &State<'_>) -> bool {
        let before = self.renamed.iter().filter(|(_, new)| new == id).map(|(old, _)| old.to_lowercase());
        let back = before.filter(|old| state.put_back.contains(old));
        let paths = back.filter_map(|old| state.stems.get(&old)).flatten();
        let mut files = paths.filter_map(|path| state.held.get(path)?.read(path).ok());
        files.any(|file| yaml::parse(file.source.text()).is_ok_and(|now| now.same_value(tree)))
    }
}

/// Returns the exception that a change removes with a file.
fn removed<'c, 'a>(changes: &'c Changes<'a>, file: FileId) -> Option<(&'c str, &'c Node<'a>)> {
    let is_it = |change: &&Change<'_>| change.head.is_none();
    let gone = changes.list.iter().filter(is_it).filter_map(|change| Some((change.id, change.base.as_ref()?)));
    gone.filter(|(_, base)| base.file == file).find_map(|(id, base)| Some((id, base.tree.as_ref()?)))
}

/// Returns the id under which a change adds the same record.
fn added_again<'c>(changes: &'c Changes<'_>, tree: &Node<'_>) -> Option<&'c str> {
    let is_same = |change: &&Change<'_>| {
        let head = change.head.as_ref().filter(|_| change.base.is_none()).and_then(|head| head.tree.as_ref());
        head.is_some_and(|head| head.same_value(tree))
    };
    changes.list.iter().find(is_same).map(|change| change.id)
}
