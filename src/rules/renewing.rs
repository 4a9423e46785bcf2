//! Whether an exception may be renewed once more.

use rustc_hash::FxHashMap;

use super::renewals::refiled_exception::{Taken, all_taken_up};
use super::renewals::{refiled_exception, too_many_renewals};
use crate::history::Changes;
use crate::register::Exception;
use crate::rule::{Level, Rule};
use crate::rules::Judge;
use crate::source::FileId;
use crate::time::{Day, Moment};

/// How often the exceptions of a register were renewed, as far as the policy limits that.
pub(crate) struct Renewals {
    max: usize,
    /// Whether the renewals of one exception are limited.
    counts_own: bool,
    /// The exceptions that take up an older one.
    taken_up: Vec<Taken>,
    /// How many renewals and re-filings there are in a row up to them.
    in_a_row: FxHashMap<FileId, usize>,
}

impl Renewals {
    /// Counts the renewals of a register.
    pub(crate) fn new<'r>(
        judge: &Judge,
        exceptions: impl Iterator<Item = &'r Exception<'r>>,
        changes: Option<&Changes<'_>>,
    ) -> Self {
        let is_on = |rule: &Rule| judge.policy.level(rule) != Level::Off;
        let taken_up = match is_on(&refiled_exception::RULE) {
            true => all_taken_up(judge, exceptions, changes),
            false => Vec::new(),
        };
        let in_a_row = taken_up.iter().map(|taken| (taken.up, taken.count)).collect();
        Self { max: judge.policy.max_renewals, counts_own: is_on(&too_many_renewals::RULE), taken_up, in_a_row }
    }

    /// Returns the exceptions that take up an older one.
    pub(crate) fn taken_up(&self) -> &[Taken] {
        &self.taken_up
    }

    /// Tells whether the policy allows one more renewal.
    pub(crate) fn is_left(&self, exception: &Exception<'_>) -> bool {
        let own = self.counts_own.then_some(exception.renewals.len());
        let in_a_row = self.in_a_row.get(&exception.file).copied();
        own.into_iter().chain(in_a_row).all(|used| used < self.max)
    }
}

/// Says what to do about an end; `is_left` tells whether the policy allows one more renewal.
pub(crate) fn advice(end: Moment, last: Day, has_ended: bool, is_left: bool) -> String {
    let by = match end {
        Moment::Day(_) => last.to_string(),
        Moment::Local(_) | Moment::Instant(_) => end.to_string(),
    };
    match (has_ended, is_left) {
        (true, true) => format!("carry out the removal and close it; a renewal had to be requested by {last}"),
        (true, false) => "carry out the removal and close it".to_owned(),
        (false, true) => format!("carry out the removal by {by}, or request a renewal by then"),
        (false, false) => format!("carry out the removal by {by}; no renewal is left"),
    }
}
