//! What a CI system's own files say: when their jobs run, and what in them runs stopgap.
//!
//! GitHub's workflows and GitLab's pipelines are read with the register's own reader, so a file outside the safe subset
//! is refused instead of half understood. Nothing here knows what a good gate is.

pub mod command;
mod condition;
pub mod cron;
pub mod github;
pub mod gitlab;
mod glob;
pub mod origin;
pub mod script;
pub mod softening;

pub use condition::{Dialect, Value, evaluate, runs_after_failure};
pub use glob::{lets_through, matches};
