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
    /// That of the register before a change: what it named then is not new any more.
    before: Option<&'a Baseline>,
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
}

impl<'a> Tolerance<'a> {
    /// Returns the tolerance of the register that is judged: the head's, where a change is.
    #[must_use]
    pub fn of(judge: &'a Judge, changes: Option<&'a Changes<'_>>) -> Option<Self> {
        let (baseline, before) = match changes.and_then(|changes| changes.head.as_ref()) {
            Some(head) => (head.baseline.as_ref(), judge.baseline.as_ref()),
            None => (judge.baseline.as_ref(), None),
        };
        Self::on(judge, baseline, before)
    }

    /// Returns that of the register before a change.
    #[must_use]
    pub fn before(judge: &'a Judge, changes: &Changes<'_>) -> Option<Self> {
        // In a repository that had no register, the judge's book is the head's.
        Self::on(judge, judge.baseline.as_ref().filter(|_| changes.head.is_some()), None)
    }

    fn on(judge: &Judge, baseline: Option<&'a Baseline>, before: Option<&'a Baseline>) -> Option<Self> {
        baseline.map(|baseline| Self { baseline, is_over: judge.today.day > baseline.until, before })
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

    /// Returns whether a finding is tolerated in the change that adds its exception.
    #[must_use]
    pub fn covers_new(&self, finding: &Finding, files: &Files) -> bool {
        let id = register::stem(files.source(finding.file).path());
        let is_imported =
            self.baseline.entries.contains_key(id) && self.before.is_none_or(|before| !before.entries.contains_key(id));
        is_imported && !self.is_over && (finding.rule.legacy() == Legacy::Origin || self.covers(finding, files))
    }

    /// Says what a run found of the baseline, where the baseline is among its files.
    #[must_use]
    pub(super) fn used(self, findings: &[Finding], files: &Files) -> Option<BaselineUse<'a>> {
        let Self { baseline, is_over, .. } = self;
        let named: BTreeSet<(&str, &str, &str)> = findings
            .iter()
            .filter(|finding| self.names(finding, files))
            .map(|finding| {
                let id = register::stem(files.source(finding.file).path());
                (id, finding.rule.id, Baseline::field(&finding.place.pointer))
            })
            .collect();
        let found = baseline.lines().filter(|line| named.contains(line)).collect();
        Some(BaselineUse { baseline, file: baseline.file?, is_over, found })
    }
}
