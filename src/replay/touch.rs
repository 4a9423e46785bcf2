//! What the commits of the past did to each exception, whether anything is wrong with it or not.

use crate::error::Error;
use crate::git::{Commit, CommitInfo};
use crate::history::main_line::Step;
use crate::history::timeline::{self, Deed};
use crate::history::{Change, Changes, Signed, decisions};
use crate::register::{self, Exception, Files, Status};
use crate::replay::Replay;
use crate::replay::state::stem_of;
use crate::rule::Level;
use crate::rules::{self, Judge};
use crate::source::FileId;
use crate::time::Day;

/// The rule that objects to a decision that was merged without its approval.
const UNAPPROVED: &str = "merged-unapproved";

/// What a commit did to an exception.
#[derive(Clone, Debug)]
pub struct Touch {
    /// The commit of the branch.
    pub commit: Commit,
    /// What it says of itself.
    pub info: CommitInfo,
    /// The day on which it was committed, in the register's time zone.
    pub day: Day,
    /// Whether it brings the first register, which was decided elsewhere.
    pub first: bool,
    /// Whether the policy of then leaves the rule on that objects to a merge without approval.
    pub judged: bool,
    /// The exception.
    pub id: String,
    /// Its file after the commit, or before the one that removed it, relative to the root.
    pub path: String,
    /// What it did.
    pub deeds: Vec<Deed>,
    /// Who turned it down and on which day, where the commit says so.
    pub refused: Option<Answer>,
    /// The decisions that it brings.
    pub decisions: Vec<Made>,
}

/// Somebody's answer as the record has it.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Who.
    pub by: Option<String>,
    /// On which day.
    pub day: Option<Day>,
}

/// A decision as the record has it, and who signed the commits that wrote it.
#[derive(Clone, Debug)]
pub struct Made {
    /// What was decided: `the exception`, `renewal 2`.
    pub what: String,
    /// Who decided.
    pub approver: String,
    /// On which day.
    pub decided: Option<Day>,
    /// The commits that wrote this text, and who signed them.
    pub signed: Vec<Signed>,
    /// Its file.
    file: FileId,
}

impl Replay<'_> {
    /// Tells what a commit did.
    pub(super) fn tell(
        &self,
        (commit, info): (&Commit, &CommitInfo),
        (first, judge): (bool, &Judge),
        changes: &Changes<'_>,
    ) -> Vec<Touch> {
        if !self.told {
            return Vec::new();
        }
        let decided = decisions(changes);
        let judged = rules::find(UNAPPROVED).is_some_and(|rule| judge.policy.level(rule) != Level::Off);
        let touch = |change: &Change<'_>| {
            let side = change.head.as_ref().or(change.base.as_ref())?;
            let mine = decided.iter().filter(|decision| Some(decision.file) == change.head.as_ref().map(|it| it.file));
            let made = mine.map(|decision| Made {
                what: decision.what.clone(),
                approver: decision.approver.as_str().to_owned(),
                decided: decision.decided.map(|day| day.value),
                signed: Vec::new(),
                file: decision.file,
            });
            Some(Touch {
                commit: commit.clone(),
                info: info.clone(),
                day: judge.today.day,
                first,
                judged,
                id: change.id.to_owned(),
                path: changes.files.source(side.file).path().to_owned(),
                deeds: timeline::deeds(change, self.state.put_back.contains(&change.id.to_lowercase()), changes.files),
                refused: refused(change),
                decisions: made.collect(),
            })
        };
        let mut touched: Vec<Touch> = changes.list.iter().filter_map(touch).collect();
        // What comes back as it was is no change of the record.
        let is_told = |stem: &String| changes.list.iter().any(|change| change.id.to_lowercase() == *stem);
        for stem in self.state.put_back.iter().filter(|stem| !is_told(stem)) {
            let back = changes.files.own().iter().map(|file| (*file, changes.files.source(*file).path()));
            let Some((file, path)) = back.into_iter().find(|(_, path)| stem_of(path) == *stem) else { continue };
            touched.push(Touch {
                commit: commit.clone(),
                info: info.clone(),
                day: judge.today.day,
                first,
                judged,
                id: register::stem(path).to_owned(),
                path: path.to_owned(),
                deeds: timeline::deeds_of_return(changes.files.source(file).text()),
                refused: None,
                decisions: Vec::new(),
            });
        }
        touched
    }

    /// Adds who signed the commits that wrote the decisions.
    pub(super) fn sign(
        &mut self,
        (step, info): (Step<'_>, &CommitInfo),
        judge: &Judge,
        mut touched: Vec<Touch>,
        files: &Files,
    ) -> Result<Vec<Touch>, Error> {
        if touched.iter().all(|touch| touch.decisions.is_empty()) {
            return Ok(touched);
        }
        let signers = match &judge.signatures {
            Some(signatures) => signatures.clone(),
            None => self.signers(&judge.policy, step, info)?,
        };
        for touch in &mut touched {
            for made in &mut touch.decisions {
                let source = files.source(made.file);
                made.signed = signers.of_text(source.path(), source.text()).to_vec();
            }
        }
        Ok(touched)
    }
}

fn refused(change: &Change<'_>) -> Option<Answer> {
    let rejected = |it: &&Exception<'_>| it.is(&[Status::Rejected]);
    let was = change.base.as_ref().and_then(|side| side.exception).filter(rejected);
    let now = change.head.as_ref().and_then(|side| side.exception).filter(rejected)?;
    was.is_none().then(|| Answer {
        by: now.approver.as_ref().map(|approver| approver.as_str().to_owned()),
        day: now.decided.as_ref().map(|day| day.value),
    })
}
