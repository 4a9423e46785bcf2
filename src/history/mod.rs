//! What a change does to the register, and the revision that it is compared with.

pub mod base;
mod changes;
mod replay;
mod snapshot;
pub mod timeline;

pub use changes::{Change, Changes, Edit, RuleBook, Side};
pub use replay::{LoadBook, Past, Verdict, replay};
pub use snapshot::{Document, Snapshot};
