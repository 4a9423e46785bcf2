//! What a change does to the register, and the revision that it is compared with.

pub mod base;
mod changes;
mod replay;
mod snapshot;
pub mod timeline;

/// The policy file that decides whether there was a register.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PolicyFile {
    /// One of the usual names, or none.
    #[default]
    Usual,
    /// This one, relative to the root.
    Named(String),
    /// One outside of the root, which no change touches: it was there before.
    Outside,
}

pub use changes::{Change, Changes, Edit, RuleBook, Side};
pub use replay::{LoadBook, Past, Verdict, replay};
pub use snapshot::{Document, Snapshot};
