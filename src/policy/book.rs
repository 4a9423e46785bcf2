//! Everything that decides how a register is judged.

use crate::people::People;
use crate::policy::places::There;
use crate::policy::{Baseline, Policy, SuppressionBaseline};
use crate::register::Controls;

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
    /// Which suppressions are let be.
    pub suppressed: Option<SuppressionBaseline>,
}

impl RuleBook {
    /// Returns which of the files that a repository need not have it has.
    #[must_use]
    pub fn there(&self) -> There {
        There::of(&self.people, self.controls.as_ref(), self.baseline.as_ref(), self.suppressed.as_ref())
    }
}
