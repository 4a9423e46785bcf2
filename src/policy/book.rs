//! Everything that decides how a register is judged.

use crate::people::People;
use crate::policy::{Baseline, Policy};
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
}
