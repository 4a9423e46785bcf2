//! What a change is not blamed for: others' work that a merge has brought to its branch.
//!
//! After merges both ways (`main` into a branch, and an early part of the branch into `main`) there are several merge
//! bases, and each lacks what the others have. Compared with one of them alone, a branch would have to answer for what was
//! decided elsewhere.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::git::{Commit, Git, TreeChange, TreeFile};

/// The commits beside the base of a change whose work its branch may hold without having done it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// The newest commit of the branch that the change is for.
    pub tip: Option<Commit>,
    /// The other merge bases.
    pub bases: Vec<Commit>,
    /// What all merge bases stand on, where there are several and they have something in common.
    pub origin: Option<Commit>,
}

impl Beside {
    /// Returns what stands in the place of the base's files where others' work has come to a branch with this `head`.
    ///
    /// That is what another merge base has edited since the merge bases parted, where the base has not; and a file of the
    /// tip, or one that both have edited, where `head` has that very file. What another merge base has left as it was does
    /// not count: where the base has gone on from there, the branch takes that back.
    ///
    /// # Errors
    ///
    /// When `git` cannot compare them.
    pub(super) fn settled(&self, git: &Git, base: &Commit, head: &Commit) -> Result<Files, Error> {
        let mut settled = Files::new();
        let tip = self.tip.as_ref().filter(|tip| *tip != base);
        if head == base || (tip.is_none() && self.bases.is_empty()) {
            return Ok(settled);
        }
        let commits = std::iter::once(head).chain(&self.origin).chain(tip).chain(&self.bases);
        let commits: Vec<&Commit> = commits.collect();
        let mut compared = git.differences(base, &commits)?.into_iter().map(by_path);
        let head = compared.next().unwrap_or_default();
        let origin = self.origin.as_ref().and_then(|_| compared.next());
        let tip = tip.and_then(|_| compared.next()).unwrap_or_default();
        for (path, file) in compared.flatten() {
            let is_heads = head.get(&path) == Some(&file);
            let older = origin.as_ref().map(|origin| origin.get(&path));
            let counts = match older {
                // The base has it as it was.
                Some(None) => is_heads || !settled.contains_key(&path),
                Some(Some(older)) => is_heads && *older != file,
                None => is_heads,
            };
            if counts {
                settled.insert(path, file);
            }
        }
        settled.extend(tip.into_iter().filter(|(path, file)| head.get(path) == Some(file)));
        Ok(settled)
    }
}

/// What stands at the paths where a commit differs from the base.
pub(super) type Files = BTreeMap<Vec<u8>, Option<TreeFile>>;

fn by_path(changes: Vec<TreeChange>) -> Files {
    changes.into_iter().map(|change| (change.path, change.file)).collect()
}
