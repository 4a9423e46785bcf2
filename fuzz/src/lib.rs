//! What is thrown at stopgap, and what must hold whatever is thrown at it.
//!
//! A [`Target`] takes bytes and panics where a promise is broken. The program of this package makes the bytes from the
//! fixtures, on stable Rust and with nothing but cargo.

pub mod make;
pub mod run;
pub mod seeds;
pub mod targets;

/// What became of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken as what it is meant to be, so most of the code behind has seen it.
    Taken,
    /// It was refused early.
    Refused,
}

impl Outcome {
    /// Creates one from whether the input was taken.
    #[must_use]
    pub fn taken(taken: bool) -> Self {
        if taken { Self::Taken } else { Self::Refused }
    }
}

/// One thing that is fuzzed.
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// What must hold, for the list of targets.
    pub about: &'static str,
    /// What inputs are made from.
    pub seeds: fn() -> seeds::Seeds,
    /// Takes an input, and panics where a promise is broken.
    pub run: fn(&[u8]) -> Outcome,
    /// The same without what is slow, for nine inputs of ten.
    pub quick: Option<fn(&[u8]) -> Outcome>,
}

/// All targets, the quickest first.
pub const TARGETS: [&Target; 12] = [
    &targets::parser::TARGET,
    &targets::editor::TARGET,
    &targets::codeowners::TARGET,
    &targets::forge::TARGET,
    &targets::suppressions::TARGET,
    &targets::sarif::TARGET,
    &targets::import::TARGET,
    &targets::sync::TARGET,
    &targets::policy::TARGET,
    &targets::check::TARGET,
    &targets::gate::TARGET,
    &targets::history::TARGET,
];

/// Finds a target by its name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.into_iter().chain(targets::broken::TARGETS).find(|target| target.name == name)
}
