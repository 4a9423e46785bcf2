//! One commit of the past, compared with the one below it.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::ci::github::is_action;
use crate::error::Error;
use crate::files::{self, MAX_BYTES_BESIDE, ReadFile};
use crate::gate::{Gate, Judged, Reach};
use crate::git::{Commit, CommitInfo, TreeFile};
use crate::history::snapshot::shown;
use crate::history::{Approved, Changes, Circumstances, Document};
use crate::policy::RuleBook;
use crate::policy::places::{CI_FILES, CODEOWNERS, WORKFLOWS, is_beside};
use crate::register::Files;
use crate::replay::Replay;
use crate::replay::state::{Before, Held, State, Touched, stem_of};
use crate::rule::Findings;
use crate::rules::Judge;
use crate::signoff::Ownership;
use crate::source::FileId;
use crate::time::Day;

/// One commit compared with the one below it.
pub(super) struct Comparison<'c> {
    pub(super) commit: &'c Commit,
    /// The one below it.
    pub(super) below: Option<&'c Commit>,
    pub(super) info: &'c CommitInfo,
    /// Whether it brings the first register.
    pub(super) first: bool,
    pub(super) judge: &'c mut Judge,
    pub(super) head: Option<RuleBook>,
    pub(super) base_day: Option<Day>,
    pub(super) before: &'c Before,
    /// The exceptions at the changed paths, as they are below.
    pub(super) touched: &'c Touched,
    /// Those that were in another register, which this one did not have.
    pub(super) elsewhere: BTreeSet<String>,
    /// Whether the commit touches a file outside the register that decides how it is judged.
    pub(super) beside: bool,
}

impl Comparison<'_> {
    /// Judges it, and returns the files that its findings name.
    pub(super) fn judge(&mut self, replay: &mut Replay<'_>) -> Result<(Files, Findings), Error> {
        let state = &replay.state;
        let paths = self.paths(state);
        let read = |path: &String| state.held.get(path).map(|held| held.read(path));
        let mut files = Files::from_read(paths.iter().filter_map(read).collect::<Result<_, _>>()?);
        let is_same = |file: &&FileId| {
            let path = files.source(**file).path();
            let same = |old: &Rc<Held>| state.held.get(path).is_some_and(|held| held.file == old.file);
            self.touched.get(path).is_none_or(|old| old.as_ref().is_some_and(same))
        };
        let mut base: Vec<FileId> = files.own().iter().filter(is_same).copied().collect();
        let differs = |path: &str, old: &Held| state.held.get(path).is_none_or(|held| held.file != old.file);
        let old = self.touched.iter().filter_map(|(path, old)| Some((path, old.as_ref()?)));
        let old = old.filter(|(path, old)| differs(path, old)).map(|(path, old)| old.read(path));
        let old: Vec<ReadFile> = old.collect::<Result<_, _>>()?;
        base.extend(old.into_iter().map(|file| files.add(file)));
        let is_elsewhere = |file: &FileId| self.elsewhere.contains(files.source(*file).path());
        let elsewhere = base.iter().copied().filter(is_elsewhere).collect();
        let documents = if self.beside { self.documents(state, &mut files)? } else { Vec::new() };

        self.judge.signatures = if self.first {
            None
        } else {
            replay.signatures(&self.judge.policy, (self.commit, self.below), self.info)?
        };
        let prefix = replay.state.prefix.clone();
        let ownership = Ownership {
            forge: self.judge.policy.forge(),
            file: FileId(0),
            text: None,
            unread: None,
            path: String::new(),
            prefix,
        };
        let folder = replay.state.folder.clone();
        let approved = Approved { git: replay.state.git, prefix: &ownership.prefix, folder: &folder };
        let (commit, info, judge) = (self.commit, self.info, &*self.judge);
        let read = replay.merges.filter(|_| !self.first);
        let read = read.map(|merges| |changes: &Changes<'_>| merges.of((commit, info), &approved, changes, judge));
        let brings = judge.baseline.is_none() && self.head.as_ref().is_some_and(|head| head.baseline.is_some());
        let former_baseline = replay.former_baseline.clone().filter(|_| brings);
        let removes = judge.baseline.is_some() && self.head.as_ref().is_some_and(|head| head.baseline.is_none());
        if removes {
            replay.former_baseline = Some(commit.clone());
        }
        let gate = Gate {
            judge,
            ownership: Some(&ownership),
            files: &files,
            base: &base,
            circumstances: Circumstances {
                base_day: self.base_day,
                head: self.head.take(),
                documents,
                former_baseline,
                elsewhere,
            },
            around: None,
            is_last: false,
            reach: read.as_ref().map_or(Reach::ChangeAlone, |merge| Reach::Merged { merge }),
        };
        let mut touched = Vec::new();
        let findings = gate.judge(|Judged { changes, mut findings, .. }| {
            replay.note_decisions(commit, self.first, judge, changes);
            touched = replay.tell((commit, info), (self.first, judge), changes);
            replay.slips.drop_undone(&mut findings, changes, &replay.state);
            findings.shorten();
            findings
        })?;
        let touched = replay.sign(((commit, self.below), info), judge, touched, &files)?;
        replay.past.touched.extend(touched);
        let used: BTreeSet<FileId> = findings
            .iter()
            .flat_map(|finding| finding.labels.iter().map(|label| label.file).chain([finding.file]))
            .collect();
        files.keep(|file| used.contains(&file));
        Ok((files, findings))
    }

    /// Lists the files of the register that the rules need to see: the changed ones, all of their ids, and the expired
    /// ones of the owners of added ones.
    fn paths(&self, state: &State<'_>) -> BTreeSet<String> {
        if self.beside {
            return state.held.keys().cloned().collect();
        }
        let mut paths: BTreeSet<String> = self.touched.keys().cloned().collect();
        for path in self.touched.keys() {
            paths.extend(state.stems.get(&stem_of(path)).into_iter().flatten().cloned());
        }
        let added = self.touched.iter().filter(|(_, old)| old.is_none()).filter_map(|(path, _)| state.held.get(path));
        let owners: BTreeSet<&str> = added.filter_map(|held| Some(held.claim.as_ref()?.owner.as_str())).collect();
        let (today, zone) = (self.judge.today, self.judge.policy.timezone);
        let ended = |path: &&String| {
            let claim = state.held.get(*path).and_then(|held| held.claim.as_ref());
            claim.and_then(|claim| claim.ends).is_some_and(|ends| today.has_ended(zone, ends))
        };
        let same = |other: &str| owners.iter().any(|owner| self.judge.people.same(owner, other));
        let theirs = state.owners.iter().filter(|(owner, _)| same(owner));
        paths.extend(theirs.flat_map(|(_, paths)| paths).filter(ended).cloned());
        paths
    }

    /// Reads, before and after, the files outside the register that decide how it is judged.
    fn documents(&self, state: &State<'_>, files: &mut Files) -> Result<Vec<Document>, Error> {
        let now = state.top.files();
        let workflows = now.range(WORKFLOWS.to_owned()..).map(|(path, _)| path);
        let workflows = workflows.take_while(|path| path.starts_with(WORKFLOWS));
        let actions = now.keys().filter(|path| is_action(path));
        let mut names: BTreeSet<String> =
            workflows.chain(actions).chain(self.before.keys().filter(|path| is_beside(path))).cloned().collect();
        names.extend(CODEOWNERS.iter().chain(&CI_FILES).map(|name| (*name).to_owned()));
        for policy in [Some(&self.judge.policy), self.head.as_ref().map(|head| &head.policy)].into_iter().flatten() {
            names.extend(state.book_paths(policy));
        }
        let mut documents = Vec::new();
        for path in names {
            let head = now.get(&path);
            let base = self.before.get(&path).map_or(head, Option::as_ref);
            let mut add = |file: &TreeFile| -> Result<FileId, Error> {
                let bytes = state.git.blobs(&[&file.oid], MAX_BYTES_BESIDE)?.pop().flatten();
                Ok(files.add(files::from_blob(&shown(&state.prefix, &path), file, bytes, MAX_BYTES_BESIDE)?))
            };
            let (base, head) = (base.map(&mut add).transpose()?, head.map(&mut add).transpose()?);
            if base.is_some() || head.is_some() {
                documents.push(Document { path, base, head });
            }
        }
        Ok(documents)
    }
}
