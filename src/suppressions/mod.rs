//! The suppressions of a repository: every comment and every entry of an ignore file that makes a scanner
//! suppress something, and the markers that tie them to exceptions.
//!
//! ```text
//! tracked files -> literals -> grammars -> suppressions, each with its identity -> exceptions, baseline
//! ```
//!
//! Nothing here decides whether a suppression is allowed; that is for rules.

mod comments;
mod grammar;
mod ignore_files;
mod inventory;
mod language;
mod notebook;
mod outline;
mod page;
mod secrets;
mod standing;
mod statement;
mod tracked;

pub use grammar::{End, Reach, What};
pub use inventory::{Identity, Inventory, Item, Tag, entries_in};
#[cfg(test)]
pub use page::Found;
pub use page::{Reader, literals, tools};
pub use standing::{Lack, Permits, Standing, passed_over};
pub use tracked::{Tracked, Unread};
