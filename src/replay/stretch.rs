//! Which commits are judged: those of the main line after one of them, and what may be the branch as well.

use std::collections::HashSet;

use crate::error::{Error, GitError};
use crate::git::{Commit, CommitInfo, Git};
use crate::history::main_line::{MainLine, Side, Step, oldest_first, steps};
use crate::history::past::{Ahead, reached_by};

/// The commits that are judged.
pub(super) struct Stretches {
    /// Those of the main line.
    pub(super) main: Stretch,
    /// What may be the branch as well, with the merges that joined it.
    pub(super) sides: Vec<(Commit, Stretch)>,
    /// The commits whose dates cannot be.
    pub(super) ahead: Vec<Ahead>,
}

/// Commits one above the other, oldest first.
pub(super) struct Stretch {
    pub(super) chain: Vec<Commit>,
    /// What they say; a date that cannot be is the one that the commit counts from.
    pub(super) infos: Vec<CommitInfo>,
    /// The commit below.
    pub(super) below: Option<Commit>,
    /// When the branch had reached each.
    pub(super) reached: Vec<i64>,
    /// When it had reached the one below, where that is on the same line.
    pub(super) reached_below: Option<i64>,
}

impl Stretch {
    /// Takes the commits, newest first, with when each of the line was reached.
    fn new(commits: Vec<(Commit, CommitInfo)>, below: Option<Commit>, reached: &[i64]) -> Self {
        let reached_below = reached.get(commits.len()).copied();
        let reached = reached.iter().take(commits.len()).rev().copied().collect();
        let (chain, infos) = oldest_first(commits);
        Self { chain, infos, below, reached, reached_below }
    }

    /// Pairs each commit with the one below it.
    pub(super) fn steps(&self) -> Vec<Step<'_>> {
        steps(&self.chain, self.below.as_ref())
    }
}

impl Stretches {
    /// Reads what a tip has and another commit does not have. A date after `now`, in seconds since 1970-01-01 UTC, cannot be.
    ///
    /// # Errors
    ///
    /// When the clone ends too early, or `since` is not on the line.
    pub(super) fn of(git: &Git, head: &Commit, since: Option<&Commit>, now: i64) -> Result<Self, Error> {
        let MainLine { mut commits, base: mut below, mut sides } = MainLine::read(git, head)?;
        let (dates, mut ahead) = set_dates(&mut commits, now);
        let side_dates: Vec<Vec<i64>> = sides.iter_mut().map(|side| set_dates(&mut side.commits, now).0).collect();
        if let Some(since) = since {
            let new: HashSet<Commit> = git.commits(head, Some(since))?.into_iter().collect();
            let is_cut = cut(&mut commits, &mut below, &new);
            for Side { commits, base, .. } in &mut sides {
                cut(commits, base, &new);
            }
            let is_it = |below: &Option<Commit>| below.as_ref() == Some(since);
            if is_cut && !is_it(&below) && !sides.iter().any(|side| is_it(&side.base)) {
                return Err(GitError::SinceBeside { since: since.short().to_owned() }.into());
            }
        }
        let is_missing = |commit: &Commit| git.info(commit).map(|info| info.is_none());
        if let (Some(parent), Some((first, _))) = (&below, commits.last())
            && is_missing(parent)?
        {
            let (first, parent) = (first.short().to_owned(), parent.short().to_owned());
            return Err(GitError::EndsEarly { first, parent }.into());
        }
        let main = Stretch::new(commits, below, &dates);
        let judged: HashSet<&Commit> = main.chain.iter().collect();
        ahead.retain(|it| judged.contains(&it.commit));
        let mut beside = Vec::with_capacity(sides.len());
        for (Side { merge, mut commits, mut base }, dates) in sides.into_iter().zip(&side_dates) {
            // A shallow clone may end within it.
            if base.as_ref().map(is_missing).transpose()? == Some(true) {
                base = commits.pop().map(|(commit, _)| commit);
            }
            if !commits.is_empty() {
                beside.push((merge, Stretch::new(commits, base, dates)));
            }
        }
        Ok(Self { main, sides: beside, ahead })
    }
}

impl Stretches {
    /// Reads the main line of a tip up to one of its commits; `None` where this clone does not go that far, or the commit is
    /// not on the line.
    ///
    /// # Errors
    ///
    /// When `git` cannot deliver the commits.
    pub(super) fn before(git: &Git, head: &Commit, last: &Commit, now: i64) -> Result<Option<Stretch>, Error> {
        let MainLine { mut commits, base, .. } = MainLine::read(git, head)?;
        let (dates, _) = set_dates(&mut commits, now);
        let Some(at) = commits.iter().position(|(commit, _)| commit == last).filter(|_| base.is_none()) else {
            return Ok(None);
        };
        Ok(Some(Stretch::new(commits.split_off(at), None, dates.get(at..).unwrap_or_default())))
    }
}

/// Replaces the dates that cannot be on a line, newest commit first, by what the commits count from; returns when each was
/// reached, and which commits those are.
fn set_dates(commits: &mut [(Commit, CommitInfo)], now: i64) -> (Vec<i64>, Vec<Ahead>) {
    let mut reached = reached_by(commits.iter().rev().map(|(_, info)| info), now);
    reached.reverse();
    let mut ahead = Vec::new();
    for ((commit, info), reached) in commits.iter_mut().zip(&reached).rev() {
        ahead.extend(Ahead::of(commit, info.committed, *reached));
        if *reached > i64::MIN {
            info.committed = info.committed.min(*reached);
        }
    }
    (reached, ahead)
}

/// Ends a line, newest commit first, above the first commit that is not new, and returns whether there is one.
fn cut(commits: &mut Vec<(Commit, CommitInfo)>, base: &mut Option<Commit>, new: &HashSet<Commit>) -> bool {
    let Some(end) = commits.iter().position(|(commit, _)| !new.contains(commit)) else { return false };
    *base = commits.get(end).map(|(commit, _)| commit.clone());
    commits.truncate(end);
    true
}
