//! What a change does to the register, and the revision that it is compared with.

mod approved;
pub mod base;
pub mod case;
mod changes;
mod decisions;
mod head;
mod held;
pub(crate) mod main_line;
mod narrowed;
pub mod past;
pub(crate) mod rule_books;
mod settled;
mod signatures;
mod signers;
pub(crate) mod snapshot;
pub mod timeline;
pub mod trail;
mod verifier;

use crate::files::CommitFiles;
use crate::policy::{self, Policy};

/// The policy file that decides whether there was a register.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PolicyFile {
    /// One of the usual names, or none.
    #[default]
    Usual,
    /// This one, relative to the root.
    Named(String),
    /// A policy outside the root, which no change touches: it was there before.
    Outside,
}

impl PolicyFile {
    /// Returns the names that the policy can have, relative to the root; none for one that no commit has.
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Self::Usual => policy::NAMES.to_vec(),
            Self::Named(name) => vec![name],
            Self::Outside => Vec::new(),
        }
    }

    /// Returns whether a commit's files, of which those of the root begin with `prefix`, hold neither a policy nor a
    /// file under the default folder: an empty register is one too.
    pub(crate) fn is_without_register(&self, top: &CommitFiles, prefix: &str) -> bool {
        let files = top.files();
        let is_there = |name: &str| files.contains_key(&format!("{prefix}{name}"));
        let named = match self {
            Self::Outside => true,
            Self::Named(name) => is_there(name),
            Self::Usual => false,
        };
        let folder = format!("{prefix}{}/", Policy::default().exceptions);
        let below = files.range(folder.clone()..).next().is_some_and(|(path, _)| path.starts_with(&folder));
        !named && !below && !policy::NAMES.iter().any(|name| is_there(name))
    }
}

pub use approved::Approved;
pub use changes::{Change, Changes, Circumstances, Edit, Side};
pub use decisions::{Closing, Decided, Decision, closings, decisions, pending, refusals};
pub use head::Head;
pub use held::Home;
pub use narrowed::Pending;
pub use settled::Beside;
pub use signatures::{Signatures, Signed};
pub use signers::Signer;
pub use snapshot::{Document, Snapshot};
pub use verifier::Verifier;
