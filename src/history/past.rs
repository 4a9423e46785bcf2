//! Which commit a branch had at a moment of the past.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};
use std::path::Path;
use std::rc::Rc;

use crate::error::{Error, GitError};
use crate::files::{self, ReadFile};
use crate::git::{Commit, Git, TreeFile};
use crate::history::main_line::MainLine;
use crate::history::snapshot::prefix;
use crate::history::trail::Record;
use crate::register::{is_named_like_one, stem};
use crate::yaml;

/// The commits of a branch's main line, oldest first, each with when the branch had reached it.
#[derive(Debug)]
pub struct Line {
    commits: Vec<(Commit, i64)>,
}

impl Line {
    /// Reads the main line down from a tip. A commit came to the branch no earlier than the one before it, so
    /// one that is dated earlier counts from then; a date that is still to come (after `now`, in seconds since
    /// 1970-01-01 UTC) says nothing.
    ///
    /// # Errors
    ///
    /// When `git` cannot deliver the commits.
    pub fn read(git: &Git, tip: &Commit, now: i64) -> Result<Self, Error> {
        let (chain, dates): (Vec<Commit>, Vec<i64>) =
            MainLine::read(git, tip)?.commits.into_iter().rev().map(|(commit, info)| (commit, info.committed)).unzip();
        Ok(Self { commits: chain.into_iter().zip(reached(dates.into_iter(), now)).collect() })
    }

    /// Returns the commit that the branch had at a moment, in seconds since 1970-01-01 UTC.
    #[must_use]
    pub fn at(&self, moment: i64) -> Option<&Commit> {
        self.count_by(moment).checked_sub(1).and_then(|last| self.commits.get(last)).map(|(commit, _)| commit)
    }

    /// Returns the commits, oldest first.
    pub fn commits(&self) -> impl ExactSizeIterator<Item = &Commit> {
        self.commits.iter().map(|(commit, _)| commit)
    }

    /// Returns how many of the commits the branch had at a moment, in seconds since 1970-01-01 UTC.
    #[must_use]
    pub fn count_by(&self, moment: i64) -> usize {
        self.commits.partition_point(|(_, reached)| *reached <= moment)
    }

    /// Returns the error of a moment before the first commit; `option` names it on the command line.
    ///
    /// # Errors
    ///
    /// When `git` cannot say whether the clone is shallow.
    pub fn too_early(&self, git: &Git, option: &'static str, at: &str) -> Result<Error, Error> {
        let first = self.commits.first().map(|(commit, _)| commit.short().to_owned()).unwrap_or_default();
        Ok(GitError::NothingThen { option, at: at.to_owned(), first, shallow: git.is_shallow() }.into())
    }
}

/// Says when a branch had reached each of its commits, oldest first, by their dates.
fn reached(dates: impl Iterator<Item = i64>, now: i64) -> impl Iterator<Item = i64> {
    dates.scan(i64::MIN, move |reached, date| {
        *reached = if date <= now { date.max(*reached) } else { *reached };
        Some(*reached)
    })
}

/// An exception that is no longer in the register.
#[derive(Debug)]
pub struct Gone {
    /// Its last version, by its path relative to the root.
    pub last: ReadFile,
    /// The commit that removed it.
    pub removed_in: Commit,
    /// Whether that commit gave it another name.
    pub goes_on: bool,
}

/// Finds the exceptions that commits of the main line up to a tip removed from the register's folder, and that are not in it
/// under any path.
///
/// # Errors
///
/// When `git` cannot deliver the history or a content.
pub fn gone(git: &Git, root: &Path, folder: &str, tip: &Commit) -> Result<Vec<Gone>, Error> {
    let chain: Vec<Commit> = MainLine::read(git, tip)?.commits.into_iter().rev().map(|(commit, _)| commit).collect();
    let steps: Vec<(&Commit, Option<&Commit>)> =
        chain.iter().zip(std::iter::once(None).chain(chain.iter().map(Some))).collect();
    let prefix = prefix(git, root);
    let mut here: BTreeMap<String, TreeFile> = BTreeMap::new();
    // By the id in lower case.
    let mut lost: BTreeMap<String, Lost<'_>> = BTreeMap::new();
    for ((commit, _), changes) in steps.iter().zip(git.tree_changes(&steps, &format!("{prefix}{folder}"))?) {
        let (mut ids, mut new, mut went) = (BTreeSet::new(), Vec::new(), Vec::new());
        for change in changes {
            let path = files::name_of(&change.path).into_owned();
            let Some(path) = path.strip_prefix(&prefix).filter(|path| is_named_like_one(path)) else { continue };
            match change.file {
                Some(file) => {
                    ids.insert(stem(path).to_lowercase());
                    if here.insert(path.to_owned(), file.clone()).is_none() {
                        new.push((path.to_owned(), file));
                    }
                }
                None => went.extend(here.remove(path).map(|file| (path.to_owned(), file))),
            }
        }
        for id in &ids {
            lost.remove(id);
        }
        let new = Rc::new(new);
        for (path, file) in went {
            let id = stem(&path).to_lowercase();
            if !ids.contains(&id) {
                lost.insert(id, Lost { path, file, removed_in: commit, new: Rc::clone(&new) });
            }
        }
    }
    let read = |files: &[(String, TreeFile)]| -> Result<Vec<ReadFile>, Error> {
        let oids: Vec<&str> = files.iter().map(|(_, file)| file.oid.as_str()).collect();
        let blobs = git.blobs(&oids, yaml::MAX_BYTES)?;
        files
            .iter()
            .zip(blobs)
            .map(|((path, file), bytes)| files::from_blob(path, file, bytes, yaml::MAX_BYTES))
            .collect()
    };
    let all: Vec<(String, TreeFile)> = lost.values().map(|it| (it.path.clone(), it.file.clone())).collect();
    // A commit that takes many away has brought the same files for each of them.
    let mut brought: BTreeMap<&str, Vec<ReadFile>> = BTreeMap::new();
    for Lost { removed_in, new, .. } in lost.values() {
        if let Entry::Vacant(unread) = brought.entry(removed_in.as_str()) {
            unread.insert(read(new)?);
        }
    }
    let brought: BTreeMap<&str, Vec<Record<'_>>> =
        brought.iter().map(|(commit, files)| (*commit, files.iter().filter_map(Record::of).collect())).collect();
    let gone = |(last, lost): (ReadFile, &Lost<'_>)| {
        let others = brought.get(lost.removed_in.as_str()).map_or(&[][..], Vec::as_slice);
        let goes_on = Record::of(&last).is_some_and(|record| others.iter().any(|other| record.is_same(other)));
        Gone { last, removed_in: lost.removed_in.clone(), goes_on }
    };
    Ok(read(&all)?.into_iter().zip(lost.values()).map(gone).collect())
}

/// A file that a commit took away.
struct Lost<'c> {
    path: String,
    /// Its last version.
    file: TreeFile,
    removed_in: &'c Commit,
    /// What the same commit added.
    new: Rc<Vec<(String, TreeFile)>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_reaches_a_commit_no_earlier_than_the_one_before_and_never_ahead_of_now() {
        let dates = [5, 3, 10, 11, 7];
        assert_eq!(reached(dates.into_iter(), 10).collect::<Vec<_>>(), [5, 5, 10, 10, 10]);
        assert_eq!(reached([11, 4].into_iter(), 10).collect::<Vec<_>>(), [i64::MIN, 4]);
    }
}
