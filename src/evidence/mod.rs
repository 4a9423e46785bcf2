//! What an auditor takes away from a period: the register at its milestones, what was decided and by whom, which findings
//! stood and how long.
//!
//! All of it follows from the commits up to one of them and from saved answers of the forge, so anybody with the same
//! commits gets the same. One walk over the commits; each content is read once.

mod compare;
mod standing;

use std::collections::HashMap;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};

use crate::error::Error;
use crate::files::{CommitFiles, Repository};
use crate::git::{Commit, Git};
use crate::history::case::{Approval, approvals};
use crate::history::past::Line;
use crate::history::snapshot::prefix;
use crate::history::{Head, PolicyFile, Signed};
use crate::policy::{Forge, RuleBook};
use crate::register::Files;
use crate::replay::{self, Between, LoadBook, Past, Touch};
use crate::rule::Level;
use crate::rules;
use crate::schema::Schema;
use crate::signoff::{Ownership, Pulls};
use crate::time::{Day, Moment, Zone};

pub use compare::{Difference, Manifest, Pack, differences, first_difference};
pub use standing::{END, State, Stood};

/// Says how many findings stood in a period, and how many of them at its end.
#[must_use]
pub fn open_findings(stood: usize, standing: usize) -> String {
    match (stood, standing) {
        (0, _) => "no finding was open in the period".to_owned(),
        (1, 0) => "1 finding was open in the period, and not at its end".to_owned(),
        (1, _) => "1 finding was open in the period, and still at its end".to_owned(),
        _ => format!("{stood} findings were open in the period, {standing} of them at its end"),
    }
}

/// Reads the rule book in a commit, and the organisation's own schema.
pub type LoadWhole<'r> = dyn Fn(&Repository) -> Result<(RuleBook, Option<Schema>), Error> + 'r;

/// Finds the CODEOWNERS that counts among the files of a commit.
pub type FindOwners<'r> = dyn Fn(&CommitFiles, Forge, &mut Files) -> Result<Option<Ownership>, Error> + 'r;

/// The days that an auditor looks at, the first and the last of them included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first.
    pub from: Day,
    /// The last.
    pub to: Day,
    /// The zone in which they begin and end.
    pub zone: Zone,
    /// The last second before them, by the zone of then: where the period before ends.
    pub eve: DateTime<Utc>,
    /// That zone.
    pub zone_before: Zone,
}

impl Period {
    /// Returns the last second of a day.
    #[must_use]
    pub fn end_of(self, day: Day) -> DateTime<Utc> {
        self.zone.ends_at(Moment::Day(day)) - TimeDelta::seconds(1)
    }

    /// Lists the days.
    fn days(self) -> impl Iterator<Item = Day> {
        (0..=self.from.days_until(self.to)).map(move |days| self.from.plus(days))
    }
}

/// What evidence is collected from.
#[derive(Clone, Copy)]
pub struct Sources<'s> {
    /// The clone.
    pub git: &'s Git,
    /// The register's root.
    pub root: &'s Path,
    /// The newest commit of the period.
    pub head: &'s Commit,
    /// Which policy file counts.
    pub policy: &'s PolicyFile,
    /// How a rule book is read.
    pub load: &'s LoadWhole<'s>,
    /// How CODEOWNERS is found.
    pub owners: &'s FindOwners<'s>,
    /// The saved pull requests and reviews.
    pub pulls: Option<&'s Pulls>,
}

/// What a period left behind.
#[derive(Debug)]
pub struct Collected {
    /// The days.
    pub period: Period,
    /// Where the register's root lies, from the top of the work tree; `.` for the top.
    pub root: String,
    /// The commit that the branch had when they began; `None` where there was none.
    pub start: Option<Commit>,
    /// The commit that it had when they ended.
    pub head: Commit,
    /// What the commits between them did.
    pub past: Past,
    /// The decisions that they brought.
    pub decisions: Vec<Decided>,
    /// The findings that stood on a day.
    pub stood: Vec<Stood>,
    /// Whether the saved pull requests were given.
    pub with_pulls: bool,
    /// What could not be told as it should be, for people.
    pub remarks: Vec<String>,
}

/// A decision, and what is known about who made it.
#[derive(Clone, Debug)]
pub struct Decided {
    /// What its commit did to the exception.
    pub touch: Touch,
    /// What was decided: `the exception`, `renewal 2`.
    pub what: String,
    /// Who decided, as the record has it.
    pub approver: String,
    /// On which day, as the record has it.
    pub day: Option<Day>,
    /// The commits that wrote it, and who signed them.
    pub signed: Vec<Signed>,
    /// The pull request that brought it.
    pub request: Option<String>,
    /// The opinions of its reviewers; `None` where nobody knows.
    pub approvals: Option<Vec<Approval>>,
    /// Whether it is signed off.
    pub verdict: Verdict,
    /// What rules about the sign-off object to.
    pub objections: Vec<Objection>,
}

/// What a rule objects to.
#[derive(Clone, Debug)]
pub struct Objection {
    /// Its level.
    pub level: Level,
    /// The rule.
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
}

/// What the rules say of a decision's sign-off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is wrong with it.
    Approved,
    /// A rule objects at error level.
    Objected,
    /// Who approved it was not given.
    Unknown,
    /// It came with the first register, and was made elsewhere.
    First,
    /// The policy does not ask.
    Unasked,
}

impl Verdict {
    /// Returns the word for people and scripts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Objected => "not in order",
            Self::Unknown => "not known",
            Self::First => "came with the first register",
            Self::Unasked => "not asked for",
        }
    }
}

/// Collects what a period left behind; each milestone of the register is passed to `state`.
///
/// # Errors
///
/// When the history or a content is not in this clone, there was no register in the period, or an answer is missing in the
/// pull requests.
pub fn collect(
    sources: Sources<'_>,
    period: Period,
    state: &mut dyn FnMut(&State<'_>) -> Result<(), Error>,
) -> Result<Collected, Error> {
    let Sources { git, root, head, policy, .. } = sources;
    let end = period.end_of(period.to).timestamp();
    let line = Line::read(git, head, end)?;
    let start = line.at(period.eve.timestamp()).cloned();
    let mut remarks = Vec::new();
    let (stood, presence) = standing::walk(sources, period, &line, &mut remarks, state)?;
    let load = |place: &Repository| (sources.load)(place).map(|(book, _)| book);
    let load: &LoadBook<'_> = &load;
    let between = Between { since: start.as_ref(), tip: Some(head), now: Some(end), told: true, only: None };
    let past = replay::replay(git, root, between, policy, load, sources.pulls)?;
    if let Some(folder) = presence.folder()
        && let Err(missing) = Head::of_past(root, git, head)?.require_register(folder)
    {
        if !presence.was_there() && past.touched.is_empty() {
            return Err(missing);
        }
        remarks.push(presence.remark_gone((head, folder), &missing));
    }
    if presence.was_there_before() && period.zone_before != period.zone {
        remarks.push(format!(
            "the time zone changed in the period: it begins in {}, and its days and its end are those of {}",
            period.zone_before.name(),
            period.zone.name()
        ));
    }
    remarks.extend(past.remarks.iter().filter(|remark| !remarks.contains(remark)).cloned().collect::<Vec<_>>());
    let verdicts: HashMap<&Commit, &replay::Verdict> =
        past.verdicts.iter().map(|verdict| (&verdict.commit, verdict)).collect();
    let of = |touch: &Touch| decided(touch, verdicts.get(&touch.commit).copied(), &past, period.zone);
    let decisions = past.touched.iter().flat_map(of).collect();
    let root = match prefix(git, root) {
        below if below.is_empty() => ".".to_owned(),
        below => below.trim_end_matches('/').to_owned(),
    };
    Ok(Collected {
        period,
        root,
        start,
        head: head.clone(),
        decisions,
        past,
        stood,
        with_pulls: sources.pulls.is_some(),
        remarks,
    })
}

fn decided(touch: &Touch, verdict: Option<&replay::Verdict>, past: &Past, zone: Zone) -> Vec<Decided> {
    let is_it = |path: &str| path == touch.path;
    let objections: Vec<Objection> = verdict
        .into_iter()
        .flat_map(|verdict| verdict.findings.iter().map(move |finding| (verdict, finding)))
        .filter(|(verdict, finding)| {
            rules::is_of_decision(finding.rule) && is_it(verdict.files.source(finding.file).path())
        })
        .map(|(_, finding)| Objection { level: finding.level, rule: finding.rule.id, message: finding.message.clone() })
        .collect();
    let merge = past.merges.get(&touch.commit);
    let numbers: Vec<String> =
        merge.into_iter().flat_map(|merge| &merge.pulls).map(|pull| format!("#{}", pull.number)).collect();
    let of = |made: &replay::Made| Decided {
        touch: touch.clone(),
        what: made.what.clone(),
        approver: made.approver.clone(),
        day: made.decided,
        signed: made.signed.clone(),
        request: if numbers.is_empty() { touch.info.request.clone() } else { Some(numbers.join(", ")) },
        approvals: merge.map(|merge| approvals(merge, zone)),
        verdict: match merge {
            _ if touch.first => Verdict::First,
            _ if objections.iter().any(|it| it.level == Level::Error) => Verdict::Objected,
            None => Verdict::Unknown,
            Some(_) if !touch.judged => Verdict::Unasked,
            Some(_) => Verdict::Approved,
        },
        objections: objections.clone(),
    };
    touch.decisions.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_counted_as_people_say_it() {
        for (stood, standing, says) in [
            (0, 0, "no finding was open in the period"),
            (1, 0, "1 finding was open in the period, and not at its end"),
            (1, 1, "1 finding was open in the period, and still at its end"),
            (3, 1, "3 findings were open in the period, 1 of them at its end"),
        ] {
            assert_eq!(open_findings(stood, standing), says);
        }
    }
}
