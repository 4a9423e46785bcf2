//! The baseline that an import writes, and the one that an update shortens.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Argument, Error};
use crate::history::{Changes, Circumstances};
use crate::output::import::Tolerance;
use crate::policy::places::BASELINE;
use crate::policy::{Baseline, Tolerated};
use crate::register::{self, Files, Register};
use crate::rule::{Findings, Legacy};
use crate::rules::{Case, Judge};
use crate::schema::Schema;
use crate::source::FileId;
use crate::time::{Day, parse_days};

/// What each exception of a register lacks, by id.
pub(in crate::commands) type Gaps = BTreeMap<String, Tolerated>;

/// Collects the findings that a baseline may tolerate.
pub(in crate::commands) fn gaps(findings: &Findings, files: &Files) -> Gaps {
    let mut gaps = Gaps::new();
    for finding in findings.iter().filter(|finding| finding.rule.legacy() == Legacy::Gap) {
        let id = register::stem(files.source(finding.file).path());
        let fields = gaps.entry(id.to_owned()).or_default().entry(finding.rule.id.to_owned()).or_default();
        fields.insert(Baseline::field(&finding.place.pointer).to_owned());
    }
    gaps
}

/// Collects the findings that a baseline may tolerate in the change that brings what is not `merged` yet: that is held to
/// the rules for live exceptions, closed ones too.
pub(super) fn gaps_of_change(judge: &Judge, own: Option<&Schema>, files: &Files, merged: &BTreeSet<String>) -> Gaps {
    let is_merged = |file: &FileId| merged.contains(register::stem(files.source(*file).path()));
    let base: Vec<FileId> = files.own().iter().copied().filter(is_merged).collect();
    let (register, before) = Register::parse_with_base(files, own, &base);
    let changes = Changes::between(files, &before, &register, Circumstances::of_draft(judge.book()));
    let case = Case { changes: Some(&changes), ..Case::whole(judge, &register, None, files) };
    gaps(&case.run_strictly(), files)
}

/// Returns the last day of a baseline: the one that the user names after an option, or else that of the one which is
/// `there`, or else the last that the policy allows.
///
/// # Errors
///
/// When it is not a day, has passed, or is later than the policy allows, which may be none at all.
pub(in crate::commands) fn until(
    option: &'static str,
    named: Option<&str>,
    there: Option<Day>,
    judge: &Judge,
) -> Result<Day, Error> {
    let (today, max) = (judge.today.day, judge.policy.baseline);
    let last = today.plus(i64::from(max));
    let refuse = |value: &str, why: String| {
        let help = match max {
            0 => "`baseline: {max: 90d}` in the policy would allow one for 90 days".to_owned(),
            _ => format!("name a day from {today} to {last}, or leave it out"),
        };
        Err(Error::from(Argument::Value { option: option.to_owned(), value: value.to_owned(), why, help }))
    };
    if max == 0 {
        return refuse(named.unwrap_or_default(), "the policy allows no baseline".to_owned());
    }
    let Some(text) = named else {
        return Ok(there.unwrap_or(last));
    };
    let day = parse_days(text).map(|days| today.plus(i64::from(days))).or_else(|| Day::parse(text).ok());
    match day {
        None => refuse(text, "it is not a day".to_owned()),
        Some(day) if day < today => refuse(text, "that day has passed".to_owned()),
        Some(day) if day > last => refuse(text, format!("the policy allows a baseline of {max} days")),
        Some(day) => Ok(day),
    }
}

/// Makes the baseline that names the imported exceptions besides those of the one that is there.
pub(super) fn extended(judge: &Judge, until: Day, ids: &BTreeSet<&str>, gaps: &Gaps) -> Baseline {
    let mut baseline = judge.baseline.clone().unwrap_or_else(|| Baseline::new(until));
    baseline.until = until;
    for id in ids {
        // What is there of one is left from an import whose files were deleted.
        baseline.entries.insert((*id).to_owned(), gaps.get(*id).cloned().unwrap_or_default());
    }
    baseline
}

/// Drops what is fixed. An exception that lacks nothing drops out too once it is merged: until then the baseline says
/// that it was decided elsewhere. `gaps` are those that the gate finds, too.
pub(super) fn shortened(before: &Baseline, gaps: &Gaps, merged: &BTreeSet<String>) -> Baseline {
    let mut baseline = before.clone();
    for (id, tolerated) in &mut baseline.entries {
        let left = gaps.get(id);
        for (rule, fields) in tolerated.iter_mut() {
            let left = left.and_then(|left| left.get(rule));
            fields.retain(|field| left.is_some_and(|left| left.contains(field)));
        }
        tolerated.retain(|_, fields| !fields.is_empty());
    }
    baseline.entries.retain(|id, tolerated| !tolerated.is_empty() || !merged.contains(id));
    baseline
}

/// Says what a baseline holds.
pub(super) fn said(baseline: &Baseline) -> Tolerance {
    Tolerance {
        path: BASELINE,
        until: baseline.until.to_string(),
        exceptions: baseline.entries.len(),
        findings: baseline.lines().count(),
    }
}
