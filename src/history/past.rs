//! Which commit a branch had at a moment of the past.

use std::collections::btree_map::{BTreeMap, Entry};
use std::rc::Rc;

use chrono::DateTime;

use crate::error::{Error, GitError};
use crate::files::{self, ReadFile};
use crate::git::{Commit, CommitInfo, Git, TreeFile};
use crate::history::held::{Edited, Home};
use crate::history::main_line::{MainLine, Step, oldest_first};
use crate::history::trail::Record;
use crate::register::stem;
use crate::time::Zone;
use crate::yaml;

/// The commits of a branch's main line, oldest first, each with when the branch had reached it.
#[derive(Debug)]
pub struct Line {
    commits: Vec<(Commit, i64)>,
    ahead: Vec<Ahead>,
}

/// A commit that claims to be later than it can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// The commit.
    pub commit: Commit,
    /// Its date, in seconds since 1970-01-01 UTC.
    pub dated: i64,
    /// What it counts from.
    pub reached: i64,
}

impl Ahead {
    /// Compares the date of a commit with what it counts from; `None` where they differ by less than a day.
    pub(crate) fn of(commit: &Commit, dated: i64, reached: i64) -> Option<Self> {
        (dated.saturating_sub(reached) >= DAY).then(|| Self { commit: commit.clone(), dated, reached })
    }

    /// Says it to people.
    #[must_use]
    pub fn remark(&self, zone: Zone) -> String {
        let day = |seconds: i64| DateTime::from_timestamp(seconds, 0).map(|instant| zone.day_of(instant).to_string());
        let counts = day(self.reached).map_or_else(|| "as always present".to_owned(), |day| format!("from {day}"));
        format!(
            "commit {} is dated {}, which is in the future or later than most commits above it; it counts {counts}",
            self.commit.short(),
            day(self.dated).unwrap_or_else(|| "beyond all years".to_owned()),
        )
    }
}

impl Line {
    /// Reads the main line down from a tip, and dates its commits with [`reached`].
    ///
    /// # Errors
    ///
    /// When `git` cannot deliver the commits.
    pub fn read(git: &Git, tip: &Commit, now: i64) -> Result<Self, Error> {
        let (chain, infos) = oldest_first(MainLine::read(git, tip)?.commits);
        let commits: Vec<(Commit, i64)> = chain.into_iter().zip(reached_by(&infos, now)).collect();
        let ahead = commits
            .iter()
            .zip(&infos)
            .filter_map(|((commit, reached), info)| Ahead::of(commit, info.committed, *reached));
        Ok(Self { ahead: ahead.collect(), commits })
    }

    /// Returns the commits that count as there at a moment although their own dates are later, by a day or more.
    pub fn ahead_of(&self, moment: i64) -> impl Iterator<Item = &Ahead> {
        self.ahead.iter().filter(move |it| it.reached <= moment && moment < it.dated)
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

    /// Pairs each commit, oldest first, with the one below it.
    pub(crate) fn steps(&self) -> Vec<Step<'_>> {
        self.commits().zip(std::iter::once(None).chain(self.commits().map(Some))).collect()
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

/// Says when a branch had reached each commit of its line, oldest first, as [`reached`] does.
pub(crate) fn reached_by<'i>(infos: impl IntoIterator<Item = &'i CommitInfo>, now: i64) -> Vec<i64> {
    reached(&infos.into_iter().map(|info| info.committed).collect::<Vec<_>>(), now)
}

/// The seconds of a day: clocks that differ by less are tolerated.
const DAY: i64 = 86_400;

/// Says when a branch had reached each of its commits, oldest first, by their dates, in seconds since 1970-01-01 UTC.
///
/// A branch reaches its commits one after the other, so the most dates that rise together are believed; of two that
/// contradict each other alone, the older commit's. A commit that is dated before one below it counts from then, so that
/// nobody can put a file into the past by a date; one that is dated after those above it counts from the first of them. A
/// date that is still to come (after `now`) says nothing.
fn reached(dates: &[i64], now: i64) -> Vec<i64> {
    // By how many others a date is followed that rise from it: the last of each length is the highest that begins one.
    let mut highest: Vec<i64> = Vec::new();
    let mut length = vec![0; dates.len()];
    for (at, date) in dates.iter().enumerate().rev().filter(|(_, date)| **date <= now) {
        let longest = highest.partition_point(|other| other >= date);
        match highest.get_mut(longest) {
            Some(other) => *other = *date,
            None => highest.push(*date),
        }
        length[at] = longest + 1;
    }
    let (mut left, mut last) = (highest.len(), i64::MIN);
    let mut believed = vec![false; dates.len()];
    for (at, date) in dates.iter().enumerate() {
        if left > 0 && length[at] == left && *date >= last {
            (believed[at], left, last) = (true, left - 1, *date);
        }
    }
    let mut reached = dates.to_vec();
    let mut above = None;
    for at in (0..dates.len()).rev() {
        if believed[at] {
            above = Some(dates[at]);
        } else {
            // Nothing above it says how much too late its date is.
            reached[at] = above.unwrap_or(if dates[at] > now { i64::MIN } else { dates[at] }).min(dates[at]);
        }
    }
    let mut below = i64::MIN;
    for date in &mut reached {
        below = below.max(*date);
        *date = below;
    }
    reached
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

/// Finds the exceptions that commits of the main line up to a tip removed from the register, wherever it was then, and that
/// are not in it under any path.
///
/// # Errors
///
/// When `git` cannot deliver the history or a content.
pub fn gone(home: Home<'_>, tip: &Commit) -> Result<Vec<Gone>, Error> {
    let git = home.git;
    let (chain, _) = oldest_first(MainLine::read(git, tip)?.commits);
    let mut here: BTreeMap<String, TreeFile> = BTreeMap::new();
    // By the id in lower case: how many files it has, and the last one where it has none.
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut lost: BTreeMap<String, Lost<'_>> = BTreeMap::new();
    for (commit, edits) in chain.iter().zip(home.edits(&chain)?) {
        let (mut new, mut went) = (Vec::new(), Vec::new());
        for Edited { path, file } in edits {
            match file {
                Some(file) => {
                    if here.insert(path.clone(), file.clone()).is_none() {
                        new.push((path, file));
                    }
                }
                None => went.extend(here.remove(&path).map(|file| (path, file))),
            }
        }
        for (path, _) in &new {
            let id = stem(path).to_lowercase();
            lost.remove(&id);
            *counts.entry(id).or_default() += 1;
        }
        for (path, _) in &went {
            *counts.entry(stem(path).to_lowercase()).or_default() -= 1;
        }
        let new = Rc::new(new);
        for (path, file) in went {
            let id = stem(&path).to_lowercase();
            if counts.get(&id) == Some(&0) {
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
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_branch_reaches_a_commit_no_earlier_than_the_one_before_and_never_ahead_of_now() {
        assert_eq!(reached(&[5, 3, 10, 11, 7], 10), [5, 5, 10, 10, 10]);
        assert_eq!(reached(&[5, 11], 10), [5, 5]);
        assert_eq!(reached(&[11, 4], 10), [4, 4]);
        assert_eq!(reached(&[11], 10), [i64::MIN]);
        assert_eq!(reached(&[], 10), [0; 0]);
    }

    #[test]
    fn a_date_that_more_commits_above_contradict_than_bear_out_counts_from_them() {
        // One that is dated ahead, and those after it.
        assert_eq!(reached(&[1, 31, 10, 15], 99), [1, 10, 10, 15]);
        assert_eq!(reached(&[1, 31, 10, 15, 35], 99), [1, 10, 10, 15, 35]);
        assert_eq!(reached(&[1, 31, 31, 10, 15, 16], 99), [1, 10, 10, 10, 15, 16]);
        // One that is dated back, however often.
        assert_eq!(reached(&[1, 20, 21, 5, 30], 99), [1, 20, 21, 21, 30]);
        assert_eq!(reached(&[1, 20, 5], 99), [1, 20, 20]);
        assert_eq!(reached(&[1, 20, 21, 5, 6], 99), [1, 20, 21, 21, 21]);
        // Both at once.
        assert_eq!(reached(&[1, 31, 5, 2, 6, 7], 99), [1, 5, 5, 5, 6, 7]);
    }

    proptest! {
        #[test]
        fn dates_that_rise_are_kept_and_others_made_to_rise(mut dates in prop::collection::vec(0..50_i64, 0..30)) {
            let made = reached(&dates, 40);
            prop_assert!(made.is_sorted());
            prop_assert!(made.iter().all(|date| *date <= 40));
            dates.retain(|date| *date <= 40);
            dates.sort_unstable();
            prop_assert_eq!(reached(&dates, 40), dates);
        }
    }
}
