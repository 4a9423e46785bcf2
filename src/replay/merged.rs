//! Who had approved what a commit of the past brought, when it was merged.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::error::Error;
use crate::git::{Commit, CommitInfo, Git};
use crate::history::{Approved, Changes, Pending, decisions};
use crate::replay::instant;
use crate::rules::{Judge, Takeover};
use crate::signoff::{Candidate, Landed, Merge, Pulls, Unanswered, Worth};
use crate::source::FileId;
use crate::time::Day;
use crate::yaml::{self, Node};

/// The saved answers, matched with the main line that they are about.
pub(super) struct Merges<'r> {
    pulls: &'r Pulls,
    /// The position of each commit on the line, and how many merges there are up to it.
    places: HashMap<&'r str, (usize, usize)>,
    /// The commits that the answers name and this clone has.
    here: HashMap<&'r str, Commit>,
}

impl<'r> Merges<'r> {
    /// Matches answers with the main line, oldest commit first.
    ///
    /// # Errors
    ///
    /// If `git` cannot say which commits this clone has.
    pub(super) fn new(
        git: &Git,
        pulls: &'r Pulls,
        line: impl Iterator<Item = (&'r Commit, &'r CommitInfo)>,
    ) -> Result<Self, Error> {
        let named: Vec<(&str, Commit)> =
            pulls.named().into_iter().filter_map(|name| Some((name, Commit::from_digits(name)?))).collect();
        let infos = git.infos(&named.iter().map(|(_, commit)| commit).collect::<Vec<_>>())?;
        let here = named.into_iter().zip(infos).filter_map(|(named, info)| info.map(|_| named)).collect();
        let mut merges = 0;
        let place = |(at, (commit, info)): (usize, (&'r Commit, &'r CommitInfo))| {
            merges += usize::from(info.parents.len() > 1);
            (commit.as_str(), (at, merges))
        };
        Ok(Self { pulls, places: line.enumerate().map(place).collect(), here })
    }

    /// Works out what brought a commit to the branch.
    ///
    /// # Errors
    ///
    /// If `git` cannot deliver what was approved.
    pub(super) fn of(
        &self,
        (commit, info): (&Commit, &CommitInfo),
        approved: &Approved<'_>,
        changes: &Changes<'_>,
        judge: &Judge,
    ) -> Result<Result<Merge, Unanswered>, Error> {
        let decisions = decisions(changes);
        let taken_over = Takeover::of(judge, changes);
        let taken_over = taken_over.iter().flat_map(Takeover::approvable);
        let files: BTreeSet<FileId> = decisions.iter().map(|decision| decision.file).chain(taken_over).collect();
        let landed = Landed {
            commit: commit.as_str(),
            committed: instant(info.committed).fixed_offset(),
            leads_to: &|merge| self.is_rebased_into(commit, info, merge),
        };
        let (candidates, others) = match self.pulls.of(landed) {
            Ok(found) => found,
            // Nobody has to answer for a commit without a decision.
            Err(_) if files.is_empty() => return Ok(Ok(Merge::default())),
            Err(unanswered) => return Ok(Err(unanswered)),
        };
        let files: Vec<FileId> = files.into_iter().collect();
        let mut merge = Merge { pulls: Vec::new(), others };
        for candidate in candidates {
            let zone = judge.policy.timezone;
            let approvals = candidate.approvals();
            let approvals: Vec<(&str, Day)> =
                approvals.iter().map(|(login, at)| (login.as_str(), zone.day_of(at.to_utc()))).collect();
            let pending = Pending::new(decisions, &approvals, &judge.people, zone);
            let values = Values::read(&self.here, approved, &candidate, commit, &files, (changes, pending))?;
            merge.pulls.push(candidate.merged(|reviewed| values.worth(reviewed))?);
        }
        Ok(Ok(merge))
    }

    /// Returns whether a later commit of the line can be the last one of a rebased branch to which a commit belongs:
    /// there is no merge between them.
    fn is_rebased_into(&self, commit: &Commit, info: &CommitInfo, last: &str) -> bool {
        match (self.places.get(commit.as_str()), self.places.get(last)) {
            (Some((at, merges)), Some((later, last_merges))) => {
                info.parents.len() <= 1 && later > at && merges == last_merges
            }
            _ => false,
        }
    }
}

/// What a commit says about the entries with decisions.
type Texts = BTreeMap<FileId, String>;

/// What the entries with decisions said around a merge.
struct Values<'v> {
    here: &'v HashMap<&'v str, Commit>,
    approved: &'v Approved<'v>,
    changes: &'v Changes<'v>,
    files: &'v [FileId],
    /// What may be narrowed after the approval.
    pending: Pending,
    /// The last commit of the pull request.
    head: &'v str,
    at_head: Option<Texts>,
    /// Before the commit.
    before: Texts,
    /// After the commit, and after the last one of the merge.
    after: [Texts; 2],
}

impl<'v> Values<'v> {
    fn read(
        here: &'v HashMap<&'v str, Commit>,
        approved: &'v Approved<'v>,
        candidate: &Candidate<'v>,
        commit: &Commit,
        files: &'v [FileId],
        (changes, pending): (&'v Changes<'v>, Pending),
    ) -> Result<Self, Error> {
        let text = |file: FileId| changes.files.source(file).text().to_owned();
        let now: Texts = files.iter().map(|file| (*file, text(*file))).collect();
        let edits = changes.list.iter().filter_map(|change| Some((change.head.as_ref()?.file, change.base.as_ref()?)));
        let before = edits.map(|(file, base)| (file, text(base.file))).collect();
        let mut values = Self {
            here,
            approved,
            changes,
            files,
            pending,
            head: &candidate.pull.head,
            at_head: None,
            before,
            after: [now.clone(), now],
        };
        values.at_head = values.texts(&candidate.pull.head)?;
        if candidate.merge != commit.as_str()
            && let Some(last) = values.texts(candidate.merge)?
        {
            values.after[1] = last;
        }
        Ok(values)
    }

    /// Reads the entries as a commit has them; `None` if this clone lacks it.
    fn texts(&self, commit: &str) -> Result<Option<Texts>, Error> {
        let Some(commit) = self.here.get(commit) else { return Ok(None) };
        let texts = self.approved.texts(commit, self.files, self.changes.files)?;
        Ok(Some(texts.into_iter().collect()))
    }

    /// Returns what the approval of a commit is worth for what was merged; `None` if this clone lacks it.
    fn worth(&self, reviewed: &str) -> Result<Option<Worth>, Error> {
        let then = if reviewed == self.head { self.at_head.clone() } else { self.texts(reviewed)? };
        let Some(then) = then else {
            // Nothing came to the branch after its last commit, so what was approved is what was merged.
            let all = || Worth { covers: self.files.to_vec(), ..Worth::default() };
            return Ok((reviewed == self.head).then(all));
        };
        let covers = self.files.iter().copied().filter(|file| self.is_covered(*file, &then)).collect();
        Ok(Some(Worth { covers, ..Worth::default() }))
    }

    fn is_covered(&self, file: FileId, then: &Texts) -> bool {
        let then = then.get(&file);
        let merged = |after: &Texts| match (then, after.get(&file)) {
            (Some(then), Some(merged)) => self.is_within(file, then, merged),
            // A later commit of the same pull request removed it again.
            (then, merged) => then.is_none() && merged.is_none(),
        };
        self.after.iter().any(merged) || self.is_joined(file, then)
    }

    /// Returns whether a text says what was approved, or narrows it.
    fn is_within(&self, file: FileId, approved: &str, now: &str) -> bool {
        self.pending.beyond(file, approved, now).is_none()
    }

    /// Returns whether the merge combined what was approved, the value of the branch's last commit, with what had come
    /// to the main line meanwhile.
    fn is_joined(&self, file: FileId, then: Option<&String>) -> bool {
        let head = self.at_head.as_ref().and_then(|texts| texts.get(&file));
        let (Some(then), Some(head), Some(before), Some(after)) =
            (then, head, self.before.get(&file), self.after[1].get(&file))
        else {
            return false;
        };
        let trees = (yaml::parse(head), yaml::parse(before), yaml::parse(after));
        self.is_within(file, then, head)
            && matches!(&trees, (Ok(head), Ok(before), Ok(after)) if is_joined(head, before, after))
    }
}

/// Returns whether each value of a mapping comes from one of two others.
fn is_joined(one: &Node<'_>, other: &Node<'_>, joined: &Node<'_>) -> bool {
    let keys = [one, other, joined].into_iter().flat_map(|node| node.as_map().unwrap_or_default());
    let keys: BTreeSet<&str> = keys.map(|entry| entry.key.as_ref()).collect();
    let same = |key: &str, side: &Node<'_>| match (side.get(key), joined.get(key)) {
        (Some(a), Some(b)) => a.same_value(b),
        (a, b) => a.is_none() && b.is_none(),
    };
    joined.as_map().is_some() && keys.iter().all(|key| same(key, one) || same(key, other))
}
