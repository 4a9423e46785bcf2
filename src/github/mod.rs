//! What is read from GitHub: the event that triggers a job, accounts, and lists that were saved page by page.
//!
//! Everything here judges texts that it is given; nothing here makes a request.

mod account;
mod event;
mod issues;
pub(crate) mod json;
pub(crate) mod pages;

pub use account::Account;
pub(crate) use account::User;
pub use event::{Event, EventKind, HOW_TO_PASS};
pub use issues::Issue;
pub use json::InputError;
