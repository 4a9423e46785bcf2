//! The story of one exception: what its record says of each step, and what git knows about it.
//!
//! The steps come from the record, in all its versions: one that was rewritten or taken out again is told too. Git says
//! which commit wrote a step and how it came to the branch, and tells what no record does: edits, moves, removals.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;

use crate::error::Error;
use crate::files::{CommitFiles, ReadFile};
use crate::git::{Commit, CommitInfo, Git};
use crate::history::snapshot::from_top;
use crate::history::timeline::{Event, What};
use crate::history::trail::{Trail, Version};
use crate::people::People;
use crate::register::fields::{Change, Field};
use crate::register::{Exception, Inner, Spanned, Status, Text, correction, is_named_like_one, stem};
use crate::signoff::{Merge, MergedPull, ReviewState};
use crate::source::FileId;
use crate::text::{counted, shown};
use crate::time::{Day, Today, Zone};
use crate::yaml;

/// The most commits of a merged branch that are searched for the one that wrote a step.
const MOST_MERGED: usize = 200;

/// What a step is, in the order of a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Somebody asked for the exception.
    Asked,
    /// Somebody agreed to it or turned it down.
    Decided,
    /// Its term began.
    Began,
    /// Somebody looked at it.
    Reviewed,
    /// The record was corrected, and the correction is recorded.
    Amended,
    /// It was agreed to once more.
    Renewed,
    /// Something else that only git tells: an edit, a move, a removal.
    Changed(What),
    /// Its term ended.
    Ended,
    /// The rule is followed again.
    Closed,
}

impl Step {
    /// Tells whether record and git agree; `None` where there is nothing to compare.
    #[must_use]
    pub fn agrees(&self) -> Option<bool> {
        if self.act == Act::Changed(What::Present) {
            return None;
        }
        (self.written.is_some() || !self.doubts.is_empty()).then_some(self.doubts.is_empty())
    }
}

impl Act {
    /// Returns the word for people and scripts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Decided => "decided",
            Self::Began => "began",
            Self::Reviewed => "reviewed",
            Self::Amended => "amended",
            Self::Renewed => "renewed",
            Self::Changed(what) => what.name(),
            Self::Ended => "ended",
            Self::Closed => "closed",
        }
    }

    /// Returns its place in a story.
    fn rank(self) -> u8 {
        match self {
            Self::Asked => 0,
            Self::Decided => 1,
            Self::Began => 2,
            Self::Reviewed => 3,
            Self::Amended => 4,
            Self::Renewed => 5,
            Self::Changed(_) => 6,
            Self::Ended => 7,
            Self::Closed => 8,
        }
    }

    /// Tells whether it is somebody's yes or no.
    fn is_decision(self) -> bool {
        matches!(self, Self::Decided | Self::Amended | Self::Renewed)
    }
}

/// A commit that wrote a step, and the one that brought it to the branch.
#[derive(Clone, Debug)]
pub struct Written {
    /// The commit that wrote it.
    pub commit: Commit,
    /// What that commit says of itself.
    pub info: CommitInfo,
    /// The day on which it was committed.
    pub day: Day,
    /// The commit of the branch that brought it: a merge, or the same.
    pub landed: Commit,
    /// What that one says of itself.
    pub landed_info: CommitInfo,
    /// The day on which it came to the branch.
    pub landed_day: Day,
}

/// One step of the story.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it is.
    pub act: Act,
    /// The number of a renewal, review or amendment, from 1.
    pub number: Option<usize>,
    /// The day that the record names, otherwise that of the commit.
    pub day: Option<Day>,
    /// What the record says, by name.
    pub says: Vec<(&'static str, String)>,
    /// What git knows about it; `None` outside git, and for what is not committed yet.
    pub written: Option<Written>,
    /// The pull or merge request that brought it, as a forge writes it: `#12`, `!12`.
    pub request: Option<String>,
    /// The opinions of its reviewers when it was merged; `None` where nobody knows.
    pub approvals: Option<Vec<Approval>>,
    /// Where record and git disagree, in sentences.
    pub doubts: Vec<String>,
    /// What is no disagreement and good to know.
    pub remarks: Vec<String>,
}

impl Step {
    /// Puts what became of the fields of an amendment in the place of their names.
    fn correct(&mut self, corrections: Option<String>) {
        let fields = self.says.iter_mut().find(|(name, _)| *name == FIELDS);
        if let Some(((_, fields), corrections)) = fields.zip(corrections) {
            *fields = corrections;
        }
    }
}

/// The opinion of a reviewer.
#[derive(Clone, Debug)]
pub struct Approval {
    /// The pull request.
    pub request: String,
    /// The account.
    pub login: String,
    /// What the review says: `approved`, `changes requested`, …
    pub state: &'static str,
    /// The day of the review.
    pub day: Day,
    /// The commit that was reviewed.
    pub commit: Option<String>,
}

/// Lists the opinions of the reviewers of what was merged.
#[must_use]
pub fn approvals(merge: &Merge, zone: Zone) -> Vec<Approval> {
    let of_pull = |pull: &MergedPull| {
        let request = format!("#{}", pull.number);
        let verdicts = pull.verdicts.iter().map(|verdict| Approval {
            request: request.clone(),
            login: verdict.login.clone(),
            state: said(verdict.state),
            day: zone.day_of(verdict.submitted_at.to_utc()),
            commit: verdict.commit.clone(),
        });
        let late = pull.late.iter().map(|(login, at)| Approval {
            request: request.clone(),
            login: login.clone(),
            state: "approved after the merge",
            day: zone.day_of(at.to_utc()),
            commit: None,
        });
        verdicts.chain(late).collect::<Vec<_>>()
    };
    merge.pulls.iter().flat_map(of_pull).collect()
}

fn said(state: ReviewState) -> &'static str {
    match state {
        ReviewState::Approved => "approved",
        ReviewState::ChangesRequested => "asked for changes",
        ReviewState::Dismissed => "approved, and was dismissed",
        ReviewState::Commented => "commented",
        ReviewState::Pending => "has not finished a review",
    }
}

/// What a story is told from.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'s> {
    /// The clone; `None` outside git.
    pub git: Option<&'s Git>,
    /// Where the root lies in the work tree: empty, or ending in `/`.
    pub prefix: &'s str,
    /// The versions.
    pub trail: &'s Trail,
    /// What git tells beside the record.
    pub events: &'s [Event],
    /// Who is who.
    pub people: &'s People,
    /// The register's time zone.
    pub zone: Zone,
    /// The moment of the story.
    pub today: Today,
    /// Whether nothing of it has come to the default branch: what a later text replaces came to nobody.
    pub is_draft: bool,
}

/// A commit of a merged branch, and the steps that its version has.
struct Merged {
    commit: Commit,
    info: CommitInfo,
    told: Vec<Told>,
}

/// Who wrote a step.
struct Hands {
    /// The commit that wrote it as it is told.
    written: Written,
    /// The commits that wrote it otherwise before, on the branch that was merged, oldest first.
    others: Vec<Other>,
    /// The day on which it was first written, in whichever words.
    first: Day,
}

/// A commit that wrote a step otherwise.
struct Other {
    commit: Commit,
    info: CommitInfo,
    day: Day,
}

/// A step as one version of the record has it.
struct Told {
    act: Act,
    number: Option<usize>,
    day: Option<Day>,
    says: Vec<(&'static str, String)>,
    /// Who is named as having agreed.
    approver: Option<String>,
    /// The fields that an amendment corrects.
    corrects: Vec<String>,
    /// What makes it the same step in another version.
    key: String,
}

/// Tells the story of an exception; `now` is its last version.
///
/// # Errors
///
/// When `git` does not deliver a version.
pub fn tell(sources: Sources<'_>, now: Option<&ReadFile>) -> Result<Vec<Step>, Error> {
    let told = |file: &ReadFile| told(file, sources.zone);
    let last = now.map(told).unwrap_or_default();
    let mut story = Story { sources, steps: Vec::new(), merges: BTreeMap::new() };
    let versions: Vec<(&Version, Vec<Told>)> = sources
        .trail
        .versions
        .iter()
        .map(|version| (version, version.file.as_ref().map(told).unwrap_or_default()))
        .collect();
    // What was asked for is what somebody decided on; what was corrected since is in the steps after it.
    let is_decided = |steps: &[Told]| steps.iter().any(|step| step.act == Act::Decided && step.day.is_some());
    let decided = versions.iter().position(|(_, steps)| is_decided(steps)).filter(|_| !sources.is_draft);
    let before = |at: usize| at.checked_sub(1).map_or(&[][..], |at| versions[at].1.as_slice());
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (at, (version, steps)) in versions.iter().enumerate() {
        let is_cut_off = at == 0 && sources.trail.begins_cut_off;
        for step in steps {
            if !seen.insert(step.key.clone()) {
                continue;
            }
            let kept = last.iter().find(|other| other.key == step.key);
            let later = &versions[at + 1..];
            let lost =
                kept.is_none().then(|| later.iter().find(|(_, steps)| steps.iter().all(|it| it.key != step.key)));
            let hands = if is_cut_off { None } else { Some(story.hands(version, before(at), step)?) };
            let mut told = story.step(step, hands.as_ref().map(|hands| (*version, hands)));
            if is_cut_off {
                told.remarks.push(CUT_OFF.to_owned());
            }
            if let Some(kept) = kept {
                told.number = kept.number;
            }
            match step.act {
                Act::Asked => {
                    let steps = decided.map_or(&last, |at| &versions[at].1);
                    let said = steps.iter().find(|other| other.key == step.key && other.says != step.says);
                    if let Some(said) = said {
                        told.says.clone_from(&said.says);
                        let commit = decided.map(|at| versions[at].0.commit.short());
                        told.remarks.extend(commit.map(|commit| format!("as it was decided, in {commit}")));
                        let newest = decided.map_or(versions.len(), |at| at + 1);
                        if let Some(hands) = hands {
                            story.find_writer(&mut told, &versions[..newest], (at, hands), said)?;
                        }
                    }
                }
                Act::Amended => {
                    let before = at.checked_sub(1).and_then(|at| versions[at].0.file.as_ref());
                    told.correct(corrections(step, before, version.file.as_ref()));
                }
                _ => {}
            }
            if let Some(lost) = lost {
                let commit =
                    lost.map_or_else(|| "what is not committed yet".to_owned(), |(it, _)| it.commit.short().to_owned());
                told.doubts.push(format!("it is no longer in the record: {commit} removed or rewrote it"));
            }
            story.steps.push(told);
        }
    }
    for told in last.iter().filter(|step| !seen.contains(&step.key)) {
        let mut step = story.step(told, None);
        step.correct(corrections(told, versions.last().and_then(|(version, _)| version.file.as_ref()), now));
        if sources.git.is_some() {
            step.doubts.push("it is not committed yet".to_owned());
        }
        story.steps.push(step);
    }
    let asked = versions.iter().flat_map(|(_, told)| told).chain(&last).find(|it| it.act == Act::Asked);
    if asked.is_some_and(|it| it.day.is_none()) {
        story.ask_before_deciding();
    }
    story.drop_what_did_not_begin(&last);
    story.remark_edits_after(&versions);
    story.add_changes();
    story.add_end(now);
    Ok(story.in_order())
}

/// Says of the fields of an amendment what they were before it, and are after it; nothing if that is not known.
fn corrections(told: &Told, before: Option<&ReadFile>, after: Option<&ReadFile>) -> Option<String> {
    let before = before.filter(|_| !told.corrects.is_empty())?;
    let before = yaml::parse(before.source.text()).ok()?;
    let after = after.and_then(|file| yaml::parse(file.source.text()).ok());
    let each: Vec<String> =
        told.corrects.iter().map(|field| correction(field, Some(&before), after.as_ref())).collect();
    Some(each.join("; "))
}

/// Why nothing is known of a step that is older than a shallow clone.
const CUT_OFF: &str = "who wrote it and when is unknown: it is older than this shallow clone, which `git fetch --unshallow` \
                       completes";

/// What an amendment calls the fields that it corrects.
const FIELDS: &str = "fields";

struct Story<'s> {
    sources: Sources<'s>,
    steps: Vec<Step>,
    /// The commits of each merged branch that hold a version, oldest first.
    merges: BTreeMap<String, Vec<Merged>>,
}

impl Story<'_> {
    fn step(&self, told: &Told, version: Option<(&Version, &Hands)>) -> Step {
        let written = version.map(|(_, hands)| hands.written.clone());
        let mut step = Step {
            act: told.act,
            number: told.number,
            day: told.day,
            says: told.says.clone(),
            request: written.as_ref().and_then(|it| it.landed_info.request.clone()),
            written,
            approvals: None,
            doubts: Vec::new(),
            remarks: version.and_then(|(it, _)| self.remark_ahead(it)).into_iter().collect(),
        };
        if let Some((_, hands)) = version {
            self.compare(&mut step, told, hands);
            step.remarks.extend(Self::remark_others(&hands.written, &hands.others));
            if step.day.is_none() && step.act == Act::Asked {
                step.day = Some(hands.first);
            }
        }
        step
    }

    /// Says that the date of a version's commit cannot be.
    fn remark_ahead(&self, version: &Version) -> Option<String> {
        version.ahead.as_ref().map(|ahead| ahead.remark(version.zone))
    }

    /// Names the other authors of a text that was written otherwise before, each with their last commit.
    fn remark_others(written: &Written, others: &[Other]) -> Vec<String> {
        let mut named: Vec<(&str, String)> = Vec::new();
        for Other { commit, info, day } in others.iter().rev() {
            let author = info.author.as_str();
            if author != written.info.author && named.iter().all(|(other, _)| *other != author) {
                let (by, commit) = (shown(author), commit.short());
                let remark = format!("{by} had written it differently, in commit {commit} of {day}");
                named.push((author, remark));
            }
        }
        named.into_iter().rev().map(|(_, remark)| remark).collect()
    }

    /// Names, for a request that was edited before it was decided, the commit that wrote what is told of it.
    fn find_writer(
        &mut self,
        step: &mut Step,
        versions: &[(&Version, Vec<Told>)],
        (first, hands): (usize, Hands),
        said: &Told,
    ) -> Result<(), Error> {
        let of = |told: &[Told]| told.iter().position(|other| other.key == said.key && other.says == said.says);
        let is_it = |told: &[Told]| of(told).is_some();
        let unlike = versions.iter().rposition(|(_, told)| !is_it(told)).map_or(0, |at| at + 1);
        let Some((version, told)) = versions.get(unlike) else {
            step.remarks.push("this text is not committed yet".to_owned());
            return Ok(());
        };
        let before = unlike.checked_sub(1).map_or(&[][..], |at| versions[at].1.as_slice());
        let Some(own) = of(told).and_then(|at| told.get(at)) else { return Ok(()) };
        let found = self.hands(version, before, own)?;
        let mut others = Vec::new();
        for (at, (version, told)) in versions.iter().enumerate().take(unlike).skip(first) {
            let Some(other) = told.iter().find(|other| other.key == said.key) else { continue };
            let before = at.checked_sub(1).map_or(&[][..], |at| versions[at].1.as_slice());
            let hands = self.hands(version, before, other)?;
            others.extend(hands.others);
            let Written { commit, info, day, .. } = hands.written;
            others.push(Other { commit, info, day });
        }
        others.extend(found.others);
        let of_first = Self::remark_others(&hands.written, &hands.others);
        step.remarks.retain(|remark| !of_first.contains(remark));
        step.remarks.extend(Self::remark_others(&found.written, &others));
        step.written = Some(found.written);
        Ok(())
    }

    /// Says of a decision that the text was edited after it was written, before both came to the branch.
    fn remark_edits_after(&mut self, versions: &[(&Version, Vec<Told>)]) {
        let place = |written: &Written| {
            let version = versions.iter().position(|(version, _)| version.commit == written.landed);
            let merged = self.merges.get(written.landed.as_str()).map_or(&[][..], Vec::as_slice);
            let commit = merged.iter().position(|it| it.commit == written.commit);
            (version, commit.unwrap_or(merged.len()))
        };
        let of = |act: Act| self.steps.iter().position(|step| step.act == act && step.written.is_some());
        let (Some(asked), Some(decided)) = (of(Act::Asked), of(Act::Decided)) else { return };
        let (Some(asked), Some(agreed)) = (&self.steps[asked].written, &self.steps[decided].written) else { return };
        if place(asked) > place(agreed) {
            let (commit, day, by) = (asked.commit.short(), asked.day, shown(&asked.info.author));
            let remark = format!("the text was edited after that, in commit {commit} of {day} by {by}");
            self.steps[decided].remarks.push(remark);
        }
    }

    /// Finds who wrote a step: the commit of a merged branch from which on it says what it says, or the commit of the main
    /// line where it says so only there. `before` is the version below.
    fn hands(&mut self, version: &Version, before: &[Told], step: &Told) -> Result<Hands, Error> {
        let (landed, landed_info) = (version.commit.clone(), version.info.clone());
        let day_of =
            |info: &CommitInfo| version.zone.day_of(DateTime::from_timestamp_secs(info.committed).unwrap_or_default());
        let merged = self.merged(version)?;
        let is_it = |it: &&Merged| it.told.iter().any(|other| other.key == step.key && other.says == step.says);
        let named = |commit: &Commit| merged.iter().find(|it| it.commit == *commit);
        let mut writer: Option<&Merged> = None;
        let mut parents = &landed_info.parents;
        while let Some(next) = parents.iter().filter_map(named).find(is_it) {
            (writer, parents) = (Some(next), &next.info.parents);
        }
        let has_edited = |it: &&Merged| {
            let Some(own) = of_step(&it.told, step) else { return false };
            let is_new = |parent: &Commit| {
                let there = of_step(named(parent).map_or(before, |it| it.told.as_slice()), step);
                there.is_none_or(|other| (other.day, &other.says) != (own.day, &own.says))
            };
            it.info.parents.iter().all(is_new)
        };
        let edits = || merged.iter().filter(has_edited);
        let first = day_of(edits().next().map_or(&landed_info, |it| &it.info));
        let own = writer.map_or(&landed, |it| &it.commit);
        let other = |it: &Merged| Other { commit: it.commit.clone(), info: it.info.clone(), day: day_of(&it.info) };
        let others = edits().filter(|it| it.commit != *own).map(other).collect();
        let (commit, info) = match writer {
            Some(it) => (it.commit.clone(), it.info.clone()),
            None => (landed.clone(), landed_info.clone()),
        };
        let (day, landed_day) = (day_of(&info), day_of(&landed_info));
        let first = if step.act == Act::Asked { first.min(day) } else { day };
        Ok(Hands { written: Written { day, landed_day, commit, info, landed, landed_info }, others, first })
    }

    fn merged(&mut self, version: &Version) -> Result<&[Merged], Error> {
        let name = version.commit.as_str().to_owned();
        if !self.merges.contains_key(&name) {
            let read = self.read_merged(version)?;
            self.merges.insert(name.clone(), read);
        }
        Ok(self.merges.get(&name).map_or(&[], Vec::as_slice))
    }

    fn read_merged(&self, version: &Version) -> Result<Vec<Merged>, Error> {
        let is_merge = version.info.parents.len() > 1;
        let (Some(git), Some(below), Some(file)) =
            (self.sources.git, version.below.as_ref().filter(|_| is_merge), &version.file)
        else {
            return Ok(Vec::new());
        };
        let mut commits = git.commits(&version.commit, Some(below))?;
        commits.retain(|commit| *commit != version.commit);
        commits.truncate(MOST_MERGED);
        commits.reverse();
        let infos = git.infos(&commits.iter().collect::<Vec<_>>())?;
        let (path, prefix) = (file.source.path(), self.sources.prefix);
        let from_top = from_top(prefix, path);
        let folder = from_top.rsplit_once('/').map_or("", |(folder, _)| folder);
        let is_it = |below: &str| is_named_like_one(below) && stem(below) == stem(path);
        let mut found = Vec::new();
        for (commit, info) in commits.into_iter().zip(infos) {
            let Some(info) = info else { continue };
            let there = CommitFiles::list_below(git, &commit, folder, &is_it)?;
            let Some(name) = there.files().keys().next() else { continue };
            let read = there.read(&[name])?;
            let told = read.first().map(|file| told(file, self.sources.zone)).unwrap_or_default();
            found.push(Merged { commit, info, told });
        }
        Ok(found)
    }

    /// Says where the record's day and names do not fit the commit.
    fn compare(&self, step: &mut Step, told: &Told, Hands { written, first, .. }: &Hands) {
        let act = told.act.name();
        if let Some(day) = told.day {
            let (first, last) = ((*first).min(written.landed_day), written.landed_day);
            let early = day.days_until(first);
            let late = last.days_until(day);
            if late > 0 && told.act != Act::Began {
                step.doubts
                    .push(format!("the record says {day}, but it reached the branch {} before", counted(late, "day")));
            } else if early > 1 && told.act.is_decision() {
                step.doubts.push(format!(
                    "the record says {act} on {day}, but it was first written {} later",
                    counted(early, "day")
                ));
            } else if early > 1 && matches!(told.act, Act::Asked | Act::Reviewed | Act::Closed) {
                step.remarks.push(format!("it was written down {} later", counted(early, "day")));
            }
            let unapproved = day.days_until(last);
            if told.act == Act::Began && unapproved > 0 {
                step.doubts
                    .push(format!("it began on {day}, {} before it reached the branch", counted(unapproved, "day")));
            }
        }
        let author = &written.info.author;
        if let Some(approver) = told.approver.as_deref().filter(|_| told.act.is_decision())
            && is_by(self.sources.people, author, approver)
        {
            step.remarks.push("the approver wrote the commit".to_owned());
        }
    }

    /// Adds what only git tells.
    fn add_changes(&mut self) {
        let mut is_gone = false;
        for event in self.sources.events {
            let what = event.deed.what;
            let only_git = [What::Edited, What::Moved, What::Removed, What::Broken, What::Present, What::Expired];
            // The first time, it is the request that adds it.
            let is_back = what == What::Added && std::mem::take(&mut is_gone);
            is_gone |= what == What::Removed;
            if !only_git.contains(&what) && !is_back {
                continue;
            }
            let mut says = Vec::new();
            if !event.deed.fields.is_empty() {
                says.push(("fields", event.deed.fields.join(", ")));
            }
            if !event.deed.details.is_empty() {
                says.push(("what", event.deed.details.clone()));
            }
            let written = event.commit.as_ref().zip(event.day).map(|((commit, info), day)| Written {
                commit: commit.clone(),
                info: info.clone(),
                day,
                landed: commit.clone(),
                landed_info: info.clone(),
                landed_day: day,
            });
            let mut step = Step {
                act: Act::Changed(what),
                number: None,
                day: event.day,
                says,
                request: written.as_ref().and_then(|it| it.landed_info.request.clone()),
                written,
                approvals: None,
                doubts: Vec::new(),
                remarks: Vec::new(),
            };
            let versions = self.sources.trail.versions.iter();
            let mut own =
                versions.filter(|it| step.written.as_ref().is_some_and(|written| written.commit == it.commit));
            step.remarks.extend(own.find_map(|version| self.remark_ahead(version)));
            match what {
                What::Edited => step.doubts.extend(unrecorded(&event.deed.fields)),
                What::Removed if self.is_renaming(step.written.as_ref()) => {
                    let to = self.sources.trail.renamed_to.as_ref().map_or("", |(_, to)| to);
                    step.says.push(("goes on as", to.to_owned()));
                }
                What::Removed => {
                    let moved = self.sources.trail.moved_to.as_ref();
                    step.says.extend(moved.map(|(_, to)| ("moved to", to.clone())));
                    step.doubts.push("a record is closed, never removed".to_owned());
                }
                _ if event.commit.is_none() && self.sources.git.is_some() => {
                    step.doubts.push("it is not committed yet".to_owned());
                }
                _ => {}
            }
            self.steps.push(step);
        }
    }

    fn is_renaming(&self, written: Option<&Written>) -> bool {
        let renamed = self.sources.trail.renamed_to.as_ref();
        renamed.zip(written).is_some_and(|((commit, _), written)| *commit == written.commit)
    }

    /// Puts a request without a day of its own on the day of the decision if it was committed later.
    fn ask_before_deciding(&mut self) {
        let decided = self.steps.iter().filter(|step| step.act == Act::Decided).filter_map(|step| step.day).min();
        let Some(decided) = decided else { return };
        for step in self.steps.iter_mut().filter(|step| step.act == Act::Asked) {
            step.day = step.day.map(|day| day.min(decided));
        }
    }

    /// Removes a beginning that is in the future, or that a closure came before.
    fn drop_what_did_not_begin(&mut self, last: &[Told]) {
        let today = self.sources.today.day;
        let closed = last.iter().find(|step| step.act == Act::Closed).and_then(|step| step.day);
        let is_ahead = |day: Day| day > today || closed.is_some_and(|closed| closed < day);
        self.steps.retain(|step| step.act != Act::Began || !step.day.is_some_and(is_ahead));
    }

    /// Adds the end of the term, once it has passed without a closure before it.
    fn add_end(&mut self, now: Option<&ReadFile>) {
        let Some(tree) = now.and_then(|file| yaml::parse(file.source.text()).ok()) else { return };
        let (it, Sources { zone, today, .. }) = (Exception::from_node(FileId(0), "", tree), self.sources);
        let Some(term) = it.term(zone, today).filter(|term| term.ended && !it.is(&[Status::Rejected])) else { return };
        let closed = it.closure.as_ref().and_then(|closure| closure.date.as_ref()).map(|date| date.value);
        let removed = self.sources.events.last().filter(|event| event.deed.what == What::Removed);
        let over = [closed, removed.and_then(|event| event.day)].into_iter().flatten();
        if over.into_iter().any(|day| day <= term.last_day) {
            return;
        }
        self.steps.push(Step {
            act: Act::Ended,
            number: None,
            day: Some(term.last_day),
            says: vec![("last covered day", term.last_day.to_string())],
            written: None,
            request: None,
            approvals: None,
            doubts: Vec::new(),
            remarks: Vec::new(),
        });
    }

    /// Puts the steps into the order of their days; one without a day stays behind what comes before it in a story.
    fn in_order(mut self) -> Vec<Step> {
        self.steps.sort_by_key(|step| (step.act.rank(), step.number));
        let mut last = Day::FIRST;
        let mut dated: Vec<(Day, Step)> = Vec::with_capacity(self.steps.len());
        for step in self.steps {
            let uncommitted = step.day.is_none() && matches!(step.act, Act::Changed(_));
            let day = if uncommitted { self.sources.today.day } else { step.day.unwrap_or(last) };
            last = if matches!(step.act, Act::Changed(_)) { last } else { day };
            dated.push((day, step));
        }
        dated.sort_by_key(|(day, _)| *day);
        dated.into_iter().map(|(_, step)| step).collect()
    }
}

/// Says which of the fields that an edit changes need an amendment; nothing if all of them may be changed freely.
fn unrecorded(fields: &[String]) -> Option<String> {
    let is_free = |name: &&String| {
        let is_own = name.split('.').any(|part| part.starts_with("x-"));
        is_own || Field::at(name).is_some_and(|field| field.change() == Change::Free)
    };
    let (free, bound): (Vec<&String>, Vec<&String>) = fields.iter().partition(is_free);
    let bound: Vec<&str> = bound.into_iter().map(String::as_str).collect();
    match (free.is_empty(), bound.is_empty()) {
        (false, true) => None,
        (true, _) => Some("the record does not say that these were changed".to_owned()),
        (false, false) => Some(format!("the record does not say that these were changed: {}", bound.join(", "))),
    }
}

/// Finds a step among those of another version, in whichever words it is there.
fn of_step<'t>(told: &'t [Told], step: &Told) -> Option<&'t Told> {
    told.iter().find(|other| other.act == step.act && other.number == step.number)
}

/// Tells whether a commit's author, `Name <address>`, is a person of the record.
fn is_by(people: &People, author: &str, person: &str) -> bool {
    let (name, address) = author.rsplit_once(" <").unwrap_or((author, ""));
    let address = address.trim_end_matches('>');
    [name, address].iter().any(|spelling| !spelling.trim().is_empty() && people.same(spelling, person))
}

/// Lists the steps that a version of the record tells.
fn told(file: &ReadFile, zone: Zone) -> Vec<Told> {
    let tree = if file.fault.is_none() { yaml::parse(file.source.text()).ok() } else { None };
    let Some(tree) = tree.filter(|tree| tree.as_map().is_some()) else { return Vec::new() };
    let it = Exception::from_node(FileId(0), "", tree);
    let mut steps = Teller::default();
    steps.ask(&it);
    steps.decide(&it, zone);
    for (at, review) in it.reviews.iter().enumerate() {
        let says = [("by", text(&review.by)), ("note", text(&review.note))];
        steps.add(Act::Reviewed, Some(at + 1), day(&review.date), None, says.into());
    }
    for (at, amendment) in it.amendments.iter().enumerate() {
        let fields: Vec<&str> = amendment.fields.iter().map(Inner::as_str).collect();
        let approver = text(&amendment.approver);
        let says = [
            ("by", text(&amendment.by)),
            ("approver", approver.clone()),
            (FIELDS, Some(fields.join(", ")).filter(|fields| !fields.is_empty())),
            ("note", text(&amendment.note)),
        ];
        steps.add(Act::Amended, Some(at + 1), day(&amendment.date), approver, says.into());
        if let Some(told) = steps.steps.last_mut() {
            told.corrects = fields.into_iter().map(str::to_owned).collect();
        }
    }
    for (at, renewal) in it.renewals.iter().enumerate() {
        let approver = text(&renewal.approver);
        let says = [
            ("requester", text(&renewal.requester)),
            ("requested", day(&renewal.requested).map(|day| day.to_string())),
            ("reason", text(&renewal.reason)),
            ("risk check", text(&renewal.risk_check)),
            ("approver", approver.clone()),
            ("until", renewal.expires.as_ref().map(|end| end.value.to_string())),
        ];
        steps.add(Act::Renewed, Some(at + 1), day(&renewal.decided), approver, says.into());
    }
    if let Some(closure) = &it.closure {
        let says =
            [("by", text(&closure.by)), ("verified by", text(&closure.verified_by)), ("note", text(&closure.note))];
        steps.add(Act::Closed, None, day(&closure.date), None, says.into());
    }
    steps.steps
}

#[derive(Default)]
struct Teller {
    steps: Vec<Told>,
}

impl Teller {
    fn add(
        &mut self,
        act: Act,
        number: Option<usize>,
        day: Option<Day>,
        approver: Option<String>,
        says: Vec<(&'static str, Option<String>)>,
    ) {
        let says: Vec<(&'static str, String)> =
            says.into_iter().filter_map(|(name, text)| Some((name, text?))).collect();
        let same = self.steps.iter().filter(|step| step.act == act && step.day == day && step.says == says).count();
        // The request is one step whatever is corrected in it: corrections are steps of their own.
        let key = match act {
            Act::Asked => act.name().to_owned(),
            _ => format!("{}\0{day:?}\0{says:?}\0{same}", act.name()),
        };
        self.steps.push(Told { act, number, day, says, approver, corrects: Vec::new(), key });
    }

    fn ask(&mut self, it: &Exception<'_>) {
        let exposure: Vec<&str> = it.risk.exposure.iter().map(Text::as_str).collect();
        let scope: Vec<&str> = it.scope.parts().map(|(_, text)| text.as_str()).collect();
        let alternatives = it.alternatives.iter().map(|other| {
            let parts = [&other.option, &other.rejected].map(|it| text(it).unwrap_or_default());
            format!("{} (not taken: {})", parts[0], parts[1])
        });
        let list = |texts: Vec<String>| Some(texts.join("; ")).filter(|text| !text.is_empty());
        let says = vec![
            ("requester", text(&it.requester)),
            ("control", text(&it.control)),
            ("scope", list(scope.iter().map(ToString::to_string).collect())),
            ("reason", text(&it.reason)),
            ("tier", it.risk.tier.as_ref().map(|tier| tier.value.name().to_owned())),
            ("worst case", text(&it.risk.statement)),
            ("exposure", list(exposure.iter().map(ToString::to_string).collect())),
            ("alternatives", list(alternatives.collect())),
            ("removal", text(&it.removal)),
            ("owner", text(&it.owner)),
            ("covers", list(it.covers.iter().map(|cover| cover.words()).collect())),
            ("references", list(it.references.iter().map(|text| text.as_str().to_owned()).collect())),
        ];
        self.add(Act::Asked, None, day(&it.requested), None, says);
    }

    fn decide(&mut self, it: &Exception<'_>, zone: Zone) {
        let approver = text(&it.approver);
        if approver.is_some() || it.decided.is_some() {
            let verdict = if it.is(&[Status::Rejected]) { "turned down" } else { "agreed" };
            let says = vec![("approver", approver.clone()), ("verdict", Some(verdict.to_owned()))];
            self.add(Act::Decided, None, day(&it.decided), approver, says);
        }
        if let Some(starts) = it.starts.as_ref().filter(|_| !it.is(&[Status::Rejected])) {
            let until = it.expires.as_ref().map(|end| end.value.to_string());
            let says = vec![("from", Some(starts.value.to_string())), ("until", until)];
            self.add(Act::Began, None, Some(zone.first_day(starts.value)), None, says);
        }
    }
}

fn text(text: &Option<Text<'_>>) -> Option<String> {
    text.as_ref().map(|text| text.as_str().to_owned())
}

fn day(day: &Option<Spanned<Day>>) -> Option<Day> {
    day.as_ref().map(|day| day.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::timeline::Deed;
    use crate::source::Source;

    #[test]
    fn a_story_has_an_order() {
        let changed = Act::Changed(What::Edited);
        let order = [
            Act::Asked,
            Act::Decided,
            Act::Began,
            Act::Reviewed,
            Act::Amended,
            Act::Renewed,
            changed,
            Act::Ended,
            Act::Closed,
        ];
        assert!(order.is_sorted_by(|one, next| one.rank() < next.rank()));
        let decisions: Vec<Act> = order.into_iter().filter(|act| act.is_decision()).collect();
        assert_eq!(decisions, [Act::Decided, Act::Amended, Act::Renewed]);
    }

    #[test]
    fn an_author_is_known_by_name_or_by_address() {
        let people = People::default();
        for (author, person, same) in [
            ("Mei Tanaka <mei@example.com>", "Mei Tanaka", true),
            ("Mei Tanaka <mei@example.com>", "mei@example.com", true),
            ("M. <mei@example.com>", "mei@example.com", true),
            ("Mei Tanaka <other@example.com>", "mei tanaka", true),
            ("Mei Tanaka <mei@example.com>", "Luis Prado", false),
            ("Luis Prado <luis@example.com>", "mei@example.com", false),
            ("Mei Tanaka", "Mei Tanaka", true),
            (" <>", "", false),
        ] {
            assert_eq!(is_by(&people, author, person), same, "{author} / {person}");
        }
    }

    fn steps(text: &str) -> Vec<String> {
        let file = ReadFile::from(Source::new("exceptions/a.yaml", text.to_owned()));
        let line = |step: &Told| {
            let says: Vec<String> = step.says.iter().map(|(name, text)| format!("{name}: {text}")).collect();
            let number = step.number.map(|number| format!(" {number}")).unwrap_or_default();
            let day = step.day.map_or_else(|| "-".to_owned(), |day| day.to_string());
            format!("{day} {}{number}; {}", step.act.name(), says.join("; "))
        };
        told(&file, Zone::UTC).iter().map(line).collect()
    }

    #[test]
    fn a_record_tells_its_steps() {
        let decided = |fields: &str| steps(fields).into_iter().find(|step| step.contains(" decided;"));
        assert_eq!(decided("reason: a\n"), None);
        assert_eq!(decided("approver: '@mei'\n").as_deref(), Some("- decided; approver: @mei; verdict: agreed"));
        assert_eq!(decided("decided: 2026-01-02\n").as_deref(), Some("2026-01-02 decided; verdict: agreed"));
        let rejected = "status: rejected\ndecided: 2026-01-02\nstarts: 2026-01-03\n";
        assert_eq!(steps(rejected), ["- asked; ", "2026-01-02 decided; verdict: turned down"]);
        assert_eq!(
            steps("requested: 2026-01-01\nstarts: 2026-01-03\nexpires: 2026-02-01\n"),
            ["2026-01-01 asked; ", "2026-01-03 began; from: 2026-01-03; until: 2026-02-01"]
        );
        assert_eq!(
            steps(
                "reviews: [{date: 2026-01-04, by: '@luis'}, {by: '@mei'}]\namendments: [{date: 2026-01-05, by: '@luis', \
                 approver: '@mei', fields: [reason, risk]}]\nrenewals: [{decided: 2026-01-06, approver: '@mei', \
                 expires: 2026-03-01}]\nclosure: {date: 2026-02-02, by: '@luis', verified_by: '@mei', note: Done.}\n"
            ),
            [
                "- asked; ",
                "2026-01-04 reviewed 1; by: @luis",
                "- reviewed 2; by: @mei",
                "2026-01-05 amended 1; by: @luis; approver: @mei; fields: reason, risk",
                "2026-01-06 renewed 1; approver: @mei; until: 2026-03-01",
                "2026-02-02 closed; by: @luis; verified by: @mei; note: Done.",
            ]
        );
        assert_eq!(steps("- a\n"), [""; 0]);
        assert_eq!(steps("a: 'b\n"), [""; 0]);
    }

    fn file(text: &str) -> ReadFile {
        ReadFile::from(Source::new("exceptions/a.yaml", text.to_owned()))
    }

    /// Two steps that say the same on one day are two, and each stays the one it is whatever is written before it.
    #[test]
    fn a_step_is_known_by_its_day_and_its_words() {
        let keys = |reviews: &[&str]| -> Vec<String> {
            let text = format!("reviews: [{}]\n", reviews.join(", "));
            let steps = told(&file(&text), Zone::UTC).into_iter();
            steps.filter(|step| step.act == Act::Reviewed).map(|step| step.key).collect()
        };
        let [first, second] = ["{date: 2026-01-04, note: Still needed.}", "{date: 2026-01-05, note: Still needed.}"];
        assert_eq!(keys(&[first, second]), [keys(&[first]), keys(&[second])].concat());
        let twice = keys(&[first, first]);
        assert_eq!(twice[0], keys(&[first])[0]);
        assert_ne!(twice[0], twice[1]);
    }

    /// Returns the steps of a story outside git, on 2026-03-01.
    fn story(text: &str, events: &[Event]) -> Vec<Step> {
        let (trail, people) = (Trail::default(), People::default());
        let today = Today::parse("2026-03-01", Zone::UTC).unwrap();
        let (trail, people) = (&trail, &people);
        let is_draft = false;
        let sources = Sources { git: None, prefix: "", trail, events, people, zone: Zone::UTC, today, is_draft };
        tell(sources, Some(&file(text))).unwrap()
    }

    #[test]
    fn what_was_closed_by_its_last_day_did_not_end() {
        let ends = |closed: &str| {
            let text =
                format!("starts: 2026-01-01\nexpires: 2026-02-10\nstatus: closed\nclosure: {{date: {closed}}}\n");
            story(&text, &[]).iter().any(|step| step.act == Act::Ended)
        };
        assert_eq!(["2026-02-09", "2026-02-10", "2026-02-11"].map(ends), [false, false, true]);
    }

    #[test]
    fn what_lies_ahead_or_was_given_up_did_not_begin() {
        let began = |starts: &str, more: &str| {
            let text = format!("starts: {starts}\nexpires: 2026-04-10\n{more}");
            story(&text, &[]).iter().any(|step| step.act == Act::Began)
        };
        assert_eq!(["2026-02-28", "2026-03-01", "2026-03-02"].map(|day| began(day, "")), [true, true, false]);
        let closed = "status: closed\nclosure: {date: 2026-02-10}\n";
        assert_eq!(["2026-02-10", "2026-02-11"].map(|day| began(day, closed)), [true, false]);
    }

    #[test]
    fn an_edit_that_only_git_tells_is_doubtful() {
        let deed = Deed { what: What::Edited, details: String::new(), fields: vec!["reason".to_owned()] };
        let told = story("requested: 2026-01-01\n", &[Event { deed, day: None, commit: None, by: None }]);
        let edited = told.iter().find(|step| step.act == Act::Changed(What::Edited)).unwrap();
        assert_eq!(edited.doubts, ["the record does not say that these were changed"]);
    }

    #[test]
    fn what_has_no_day_stays_where_it_is_and_what_is_not_committed_comes_last() {
        let edit = |day: Option<&str>| {
            let deed = Deed { what: What::Edited, details: String::new(), fields: Vec::new() };
            Event { deed, day: day.map(|day| Day::parse(day).unwrap()), commit: None, by: None }
        };
        let text = "requested: 2026-01-01\ndecided: 2026-01-10\nstarts: 2026-01-10\nexpires: 2026-02-10\nreviews: [{by: '@luis'}]\n";
        let told = story(text, &[edit(Some("2026-01-05")), edit(None)]);
        let order: Vec<&str> = told.iter().map(|step| step.act.name()).collect();
        assert_eq!(order, ["asked", "edited", "decided", "began", "reviewed", "ended", "edited"]);
    }
}
