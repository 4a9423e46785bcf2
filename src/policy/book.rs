//! Everything that decides how a register is judged.

use crate::error::Error;
use crate::files::Repository;
use crate::people::People;
use crate::policy::places::There;
use crate::policy::{self, Baseline, Policy, SuppressionBaseline};
use crate::register::Controls;
use crate::rule::Rule;

/// The rule book of a repository: its policy and the files that the policy names.
#[derive(Clone, Debug, Default)]
pub struct RuleBook {
    /// The policy.
    pub policy: Policy,
    /// The roster.
    pub people: People,
    /// The catalogue of controls.
    pub controls: Option<Controls>,
    /// What is tolerated in imported exceptions.
    pub baseline: Option<Baseline>,
    /// Which suppressions are tolerated.
    pub suppressed: Option<SuppressionBaseline>,
}

impl RuleBook {
    /// Reads what belongs to a policy; `rules` are those that a baseline may name.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or says something that makes no sense.
    pub fn read(place: &Repository, policy: Policy, rules: &[&'static Rule]) -> Result<Self, Error> {
        Ok(Self {
            people: policy::load_people(place, &policy)?,
            controls: policy::load_controls(place, &policy)?,
            baseline: policy::load_baseline(place, rules)?,
            suppressed: policy::load_suppressed(place)?,
            policy,
        })
    }

    /// Returns which of the files that a repository need not have it has.
    #[must_use]
    pub fn there(&self) -> There {
        There::of(&self.people, self.controls.as_ref(), self.baseline.as_ref(), self.suppressed.as_ref())
    }
}
