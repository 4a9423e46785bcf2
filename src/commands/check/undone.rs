//! What was changed past the gate and is put back as it was.
//!
//! The gate compares with the branch as it is, so whoever restores what a push changed would be told to leave it. Where the
//! main line shows that the newest step of an exception would be refused, and a change returns exactly to what the exception
//! said before that step, there is nothing to object to. A step that adds to the log may hold what somebody decided, so it
//! is never taken back like this.

use std::collections::BTreeSet;

use crate::files::{ReadFile, decode};
use crate::gate::{Gate, Judged, Reach};
use crate::git::Commit;
use crate::history::{Change, Changes, Circumstances, Home, trail};
use crate::register::{Exception, Files, stem};
use crate::rule::{Finding, Findings, Level};
use crate::rules::Judge;
use crate::source::FileId;
use crate::text::shown;
use crate::yaml::{self, Node};

/// The rules that object to an edit whatever it goes back to.
const OF_EDITS: [&str; 5] =
    ["approved-content-changed", "expiry-moved", "forbidden-transition", "log-rewritten", "record-removed"];

/// How many exceptions are followed through the history: whoever edits more of them restores nothing.
const MOST: usize = 20;

/// The main line of the base.
pub(super) struct Past<'p> {
    pub(super) home: Home<'p>,
    pub(super) tip: &'p Commit,
    /// The moment, in seconds since 1970-01-01 UTC, after which no commit can be dated.
    pub(super) now: i64,
    pub(super) judge: &'p Judge,
}

impl Past<'_> {
    /// Drops the findings of edits that put back what was changed past the gate, and says what is put back. Where there are
    /// no such findings the history is not read.
    pub(super) fn drop_undone(&self, findings: &mut Findings, changes: &Changes<'_>) -> Vec<String> {
        let blamed: BTreeSet<FileId> = findings.iter().filter(is_of_edit).map(|finding| finding.file).collect();
        let mut undone = BTreeSet::new();
        let mut remarks = Vec::new();
        let blamed = |change: &&Change<'_>| blame(change).is_some_and(|file| blamed.contains(&file));
        for change in changes.list.iter().filter(blamed).take(MOST) {
            let Some(commit) = self.undoes(change, changes) else { continue };
            undone.extend(blame(change));
            let (id, commit) = (shown(change.id), commit.short());
            remarks
                .push(format!("commit {commit} changed `{id}` past the gate, and this puts it back as it was before"));
        }
        findings.retain(|finding| !(is_of_edit(&finding) && undone.contains(&finding.file)));
        remarks
    }

    /// Returns the commit whose step a change takes back.
    fn undoes(&self, change: &Change<'_>, changes: &Changes<'_>) -> Option<Commit> {
        // What the clone does not tell is not known to have been put back.
        let trail = trail::follow(self.home, change.id, self.tip, self.now).ok()?;
        let mut versions = trail.versions.iter().rev();
        let mut now = versions.next()?;
        if !tree(now.file.as_ref()?)?.same_value(change.base.as_ref()?.tree.as_ref()?) {
            return None;
        }
        for before in versions {
            let (old, new) = (before.file.as_ref()?, now.file.as_ref()?);
            let is_same = stem(old.source.path()) == stem(new.source.path()) && tree(old)?.same_value(&tree(new)?);
            if !is_same {
                if !self.would_be_refused(old, new)? {
                    return None;
                }
                if is_back(&tree(old)?, stem(old.source.path()), change, changes) {
                    return Some(now.commit.clone());
                }
            }
            now = before;
        }
        None
    }

    /// Tells whether the gate would refuse a step of the past, which adds nothing to the log.
    fn would_be_refused(&self, old: &ReadFile, new: &ReadFile) -> Option<bool> {
        let counts = |file: &ReadFile| {
            let it = Exception::from_node(FileId(0), "", tree(file)?);
            Some([it.reviews.len(), it.renewals.len(), it.amendments.len(), usize::from(it.closure.is_some())])
        };
        if counts(old)?.iter().zip(counts(new)?).any(|(old, new)| new > *old) {
            return Some(false);
        }
        let again = |file: &ReadFile| decode(file.source.text().as_bytes().to_vec(), file.source.path().to_owned());
        let mut files = Files::from_read(vec![again(new)]);
        let base = [files.add(again(old))];
        let gate = Gate {
            judge: self.judge,
            ownership: None,
            files: &files,
            base: &base,
            circumstances: Circumstances::of_draft(self.judge.book()),
            around: None,
            is_last: false,
            reach: Reach::ChangeAlone,
        };
        let is_error = |finding: &Finding| finding.level == Level::Error && is_of_edit(&finding);
        gate.judge(|Judged { findings, .. }| findings.iter().any(is_error)).ok()
    }
}

fn is_of_edit(finding: &&Finding) -> bool {
    OF_EDITS.contains(&finding.rule.id)
}

/// Returns the file that findings about a change are in.
fn blame(change: &Change<'_>) -> Option<FileId> {
    change.head.as_ref().or(change.base.as_ref()).filter(|_| change.base.is_some()).map(|side| side.file)
}

/// Tells whether a change puts a record back under its id: the exception itself, or the one that it had been renamed from.
fn is_back(old: &Node<'_>, id: &str, change: &Change<'_>, changes: &Changes<'_>) -> bool {
    let head = match change.id == id {
        true => change.head.as_ref(),
        false if change.head.is_some() => None,
        false => changes.list.iter().find(|it| it.id == id && it.base.is_none()).and_then(|it| it.head.as_ref()),
    };
    head.and_then(|side| side.tree.as_ref()).is_some_and(|tree| tree.same_value(old))
}

fn tree(file: &ReadFile) -> Option<Node<'_>> {
    yaml::parse(file.source.text()).ok().filter(|tree| tree.as_map().is_some())
}
