//! The base of a change: what it is compared with, and by whose rule book it is judged.

use std::cell::OnceCell;
use std::path::Path;

use chrono::{DateTime, Utc};

use crate::commands::registers::{self, Registers};
use crate::commands::{World, signoff};
use crate::error::{self, Error};
use crate::files::Repository;
use crate::git::{Commit, CommitInfo, Git};
use crate::history::{Change, Changes, Document, Head, Signatures, Snapshot, Verifier, base};
use crate::policy::places::{BASELINE, SUPPRESSIONS};
use crate::policy::{Policy, RuleBook};
use crate::register::{Files, is_named_like_one};
use crate::rules::{self, Judge};
use crate::source::FileId;
use crate::text::shown;
use crate::time::{Day, Zone};

/// The base of a change.
pub(super) struct Base {
    pub(super) git: Git,
    pub(super) snapshot: Snapshot,
    /// How it was found.
    how: String,
    /// The commits that the change is made of, once somebody has asked.
    commits: OnceCell<Vec<(Commit, Option<CommitInfo>)>>,
}

impl Base {
    pub(super) fn find(revision: &str, root: &Path, world: &World) -> Result<Self, Error> {
        let Some(git) = Git::open(root)? else {
            return Err(Error::NoWorkTree { root: root.to_path_buf() });
        };
        let mut ci = world.ci.clone();
        if let Some(path) = ci.github_event_path.as_ref().filter(|_| revision == "auto") {
            ci.github_event = Some(read_event(&world.folder.join(path))?);
        }
        let found = base::find(&git, revision, &ci)?;
        let mut snapshot = Snapshot::open(&git, root, found.commit)?;
        snapshot.settle(&git, &found.beside)?;
        Ok(Self { git, snapshot, how: found.how, commits: OnceCell::new() })
    }

    /// Returns what the change was compared with.
    pub(super) fn remark(&self) -> String {
        match &self.snapshot.commit {
            Some(commit) => format!("compared with {}, {}", commit.short(), self.how),
            None => format!("compared with {}", self.how),
        }
    }

    /// Returns the registers of the base with the number of their exceptions, those without any left out.
    pub(super) fn registers(&self, found: &Registers) -> Result<Vec<(String, usize)>, Error> {
        let top = self.snapshot.top();
        let mut registers = Vec::new();
        for root in found.kept(registers::roots(top.files().keys().map(String::as_str))) {
            let place = Repository::Commit(top.below(&root));
            // Whatever is wrong with its policy, it had one.
            let folder = Policy::load(&place, None, rules::all()).unwrap_or_default().exceptions;
            let below = format!("{root}{folder}/");
            let count = top.files().keys().filter(|path| path.starts_with(&below) && is_named_like_one(path)).count();
            if count > 0 {
                registers.push((root, count));
            }
        }
        Ok(registers)
    }

    /// Adds to the error of a faulty rule book that it is the base's: the work tree may contain a fixed one.
    pub(super) fn owns(&self, error: Error) -> Error {
        error::owned_by(self.snapshot.commit.as_ref().map_or("the base", Commit::short), error)
    }

    /// Reads the head's register: the folder that the head's own policy names, so that a change which
    /// points it elsewhere is judged by what it brings and by what it leaves behind. A folder that is
    /// gone, where the base has one, is an empty one: all its exceptions are then removed, and that is
    /// for a rule to say.
    pub(super) fn read_head(&self, head: &mut Head, before: &str, now: &str) -> Result<Files, Error> {
        match head.register(now) {
            Err(Error::NoRegister { .. }) if now == before && !self.snapshot.exceptions(before).is_empty() => {
                Ok(Files::default())
            }
            result => result,
        }
    }

    /// Returns the commits that the change is made of, newest first, which are asked for once.
    pub(super) fn commits(&self) -> Result<&[(Commit, Option<CommitInfo>)], Error> {
        if let Some(commits) = self.commits.get() {
            return Ok(commits);
        }
        let listed = match (&self.snapshot.commit, self.git.head()?) {
            (Some(base), Some(head)) => self.git.commits(&head, Some(base))?,
            _ => Vec::new(),
        };
        let infos = self.git.infos(&listed.iter().collect::<Vec<_>>())?;
        Ok(self.commits.get_or_init(|| listed.into_iter().zip(infos).collect()))
    }

    /// Verifies the commits of the change, where the policy asks for signed decisions. A merge says nothing about who wrote
    /// what it joins, and that of a trial is nobody's.
    pub(super) fn signatures(&self, policy: &Policy, folder: &str) -> Result<Option<Signatures>, Error> {
        if self.snapshot.commit.is_none() || self.git.head()?.is_none() || !policy.signed_decisions {
            return Ok(None);
        }
        let parents = |info: &Option<CommitInfo>| info.as_ref().map(|info| info.parents.clone()).unwrap_or_default();
        let made_of: Vec<(&Commit, Vec<Commit>)> =
            self.commits()?.iter().map(|(commit, info)| (commit, parents(info))).collect();
        let steps: Vec<(&Commit, Option<&Commit>)> = made_of
            .iter()
            .filter(|(_, parents)| parents.len() < 2)
            .map(|(commit, parents)| (*commit, parents.first()))
            .collect();
        let verifier = Verifier::new(&self.git, policy.signers.as_deref().unwrap_or_default())?;
        let folder = format!("{}{folder}", self.snapshot.prefix());
        Signatures::of(&self.git, &verifier, &steps, &folder).map(Some)
    }

    /// Returns the commit of the base's past that removed a baseline, where the change brings one and the base has none.
    pub(super) fn former_baseline(&self, judge: &Judge, head: Option<&RuleBook>) -> Result<Option<Commit>, Error> {
        let brings = judge.baseline.is_none() && head.is_some_and(|head| head.baseline.is_some());
        match self.snapshot.commit.as_ref().filter(|_| brings) {
            Some(commit) => self.git.removal(commit, &format!("{}{BASELINE}", self.snapshot.prefix())),
            None => Ok(None),
        }
    }

    /// Returns the day of its newest commit; `today` where that is dated ahead of the clock, which says nothing.
    pub(super) fn day(&self, zone: Zone, now: DateTime<Utc>, today: Day) -> Option<Day> {
        let committed = DateTime::from_timestamp(self.snapshot.committed?, 0)?;
        Some(if committed > now { today } else { zone.day_of(committed) })
    }
}

/// Tells the baselines of base and head where they lie among the files.
pub(super) fn place_baselines(documents: &[Document], files: &Files, judge: &mut Judge, head: Option<&mut RuleBook>) {
    let find = |version: fn(&Document) -> Option<FileId>, path: &str| {
        documents.iter().filter_map(version).find(|file| files.source(*file).path() == path)
    };
    let both = |path: &str| (find(|document| document.base, path), find(|document| document.head, path));
    let ((before, after), (suppressed_before, suppressed_after)) = (both(BASELINE), both(SUPPRESSIONS));
    // In a repository that had no register, the judge's book is the head's.
    let is_first = head.is_none();
    if let Some(baseline) = &mut judge.baseline {
        baseline.file = if is_first { after } else { before };
    }
    if let Some(baseline) = &mut judge.suppressed {
        baseline.file = if is_first { suppressed_after } else { suppressed_before };
    }
    let Some(head) = head else { return };
    if let Some(baseline) = &mut head.baseline {
        baseline.file = after;
    }
    if let Some(baseline) = &mut head.suppressed {
        baseline.file = suppressed_after;
    }
}

/// Returns which edits could not be compared, because the base has no text there that can be read as YAML.
pub(super) fn uncompared(changes: &Changes<'_>) -> Option<String> {
    let lost = |change: &&Change<'_>| change.base.as_ref().is_some_and(|base| base.tree.is_none());
    let ids: Vec<String> = changes.list.iter().filter(lost).map(|change| shown(change.id).into_owned()).collect();
    let (first, rest) = ids.split_first()?;
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    Some(format!(
        "`{first}`{more} could not be compared, because its version in the base cannot be read: review the whole file"
    ))
}

/// Reads the payload of GitHub's event.
fn read_event(path: &Path) -> Result<Vec<u8>, Error> {
    crate::files::read_named(path, signoff::MOST_PAYLOAD).map_err(|error| Error::Unreadable {
        kind: "the event's payload",
        path: path.display().to_string(),
        why: error.to_string(),
        help: "`GITHUB_EVENT_PATH` must name the payload, or name the base with `--base REV`".into(),
    })
}
