//! Which findings a baseline tolerates.

use std::collections::BTreeSet;

use crate::history::Changes;
use crate::policy::Baseline;
use crate::register::{self, Files};
use crate::rule::{Finding, Legacy};
use crate::rules::Judge;
use crate::source::FileId;

/// A baseline on the day of a check.
#[derive(Clone, Copy, Debug)]
pub struct Tolerance<'a> {
    /// The baseline.
    pub baseline: &'a Baseline,
    /// Whether its last day has passed.
    pub is_over: bool,
    /// That of the register before a change: what it named then is no longer new.
    before: Option<&'a Baseline>,
    /// Whether it is known who approved the change.
    is_reviewed: bool,
}

/// What a run found of a baseline.
#[derive(Debug)]
pub struct BaselineUse<'a> {
    /// The baseline.
    pub baseline: &'a Baseline,
    /// Its place among the files.
    pub file: FileId,
    /// Whether its last day has passed.
    pub is_over: bool,
    /// The findings that it names and that are there: id, rule and field.
    pub found: BTreeSet<(&'a str, &'a str, &'a str)>,
    /// Those that only a change which brings the exceptions is judged by: the gate may still need them.
    pub brought: BTreeSet<(&'a str, &'a str, &'a str)>,
    /// Whether the change removes it.
    pub is_dropped: bool,
}

impl<'a> Tolerance<'a> {
    /// Returns the tolerance of the register that is judged: the head's, where a change is.
    #[must_use]
    pub fn of(judge: &'a Judge, changes: Option<&'a Changes<'_>>) -> Option<Self> {
        let (baseline, before) = match changes.and_then(|changes| changes.head.as_ref()) {
            Some(head) => (head.baseline.as_ref(), judge.baseline.as_ref()),
            None => (judge.baseline.as_ref(), None),
        };
        let evidence = changes.and_then(|changes| changes.evidence.as_ref());
        let is_reviewed = evidence.is_some_and(|evidence| evidence.verdicts.is_some());
        Self::on(judge, baseline, before).map(|tolerance| Self { is_reviewed, ..tolerance })
    }

    /// Returns that of the register before a change.
    #[must_use]
    pub fn before(judge: &'a Judge, changes: &Changes<'_>) -> Option<Self> {
        // In a repository that had no register, the judge's book is the head's.
        Self::on(judge, judge.baseline.as_ref().filter(|_| changes.head.is_some()), None)
    }

    fn on(judge: &Judge, baseline: Option<&'a Baseline>, before: Option<&'a Baseline>) -> Option<Self> {
        let is_over = |baseline: &Baseline| judge.today.day > baseline.until;
        baseline.map(|baseline| Self { baseline, is_over: is_over(baseline), before, is_reviewed: false })
    }

    /// Returns that of a change which removes the baseline, while it still tolerates something.
    #[must_use]
    pub(super) fn dropped(judge: &'a Judge, changes: Option<&'a Changes<'_>>) -> Option<Self> {
        let is_gone = changes?.head.as_ref()?.baseline.is_none();
        Self::on(judge, judge.baseline.as_ref().filter(|_| is_gone), None).filter(|tolerance| !tolerance.is_over)
    }

    /// Returns whether a finding is one that the baseline names.
    fn names(&self, finding: &Finding, files: &Files) -> bool {
        let id = register::stem(files.source(finding.file).path());
        finding.rule.legacy() == Legacy::Gap && self.baseline.lists(id, finding.rule.id, &finding.place.pointer)
    }

    /// Returns whether a finding is tolerated in the register as it is.
    #[must_use]
    pub fn covers(&self, finding: &Finding, files: &Files) -> bool {
        !self.is_over && self.names(finding, files)
    }

    /// Returns whether the baseline names the exception of a file, and did not before.
    #[must_use]
    pub fn imports(&self, file: FileId, files: &Files) -> bool {
        let id = register::stem(files.source(file).path());
        self.baseline.entries.contains_key(id) && self.before.is_none_or(|before| !before.entries.contains_key(id))
    }

    /// Returns whether a finding is tolerated in the change that adds its exception. If it is unknown who approves
    /// the change, its author must not be the one who decided.
    #[must_use]
    pub fn covers_new(&self, finding: &Finding, files: &Files) -> bool {
        let is_origin =
            || finding.rule.legacy() == Legacy::Origin && (self.is_reviewed || finding.rule.id != "author-is-approver");
        self.imports(finding.file, files) && !self.is_over && (is_origin() || self.covers(finding, files))
    }

    /// Says what a run found of the baseline, where the baseline is among its files.
    #[must_use]
    pub(super) fn used(self, findings: &[Finding], files: &Files) -> Option<BaselineUse<'a>> {
        let Self { baseline, is_over, .. } = self;
        let (file, found) = (baseline.file?, self.named(findings, files));
        Some(BaselineUse { baseline, file, is_over, found, brought: BTreeSet::new(), is_dropped: false })
    }

    /// Returns the lines of the baseline that are among the findings.
    pub(super) fn named(&self, findings: &[Finding], files: &Files) -> BTreeSet<(&'a str, &'a str, &'a str)> {
        let named: BTreeSet<(&str, &str, &str)> = findings
            .iter()
            .filter(|finding| self.names(finding, files))
            .map(|finding| {
                let id = register::stem(files.source(finding.file).path());
                (id, finding.rule.id, Baseline::field(&finding.place.pointer))
            })
            .collect();
        self.baseline.lines().filter(|line| named.contains(line)).collect()
    }
}
