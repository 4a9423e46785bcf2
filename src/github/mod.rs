//! What is read of GitHub: accounts, and lists that were saved page by page.
//!
//! Everything here judges texts that it is given; nothing here makes a request.

mod account;
mod issues;
pub(crate) mod json;
pub(crate) mod pages;

pub use account::Account;
pub use issues::Issue;
pub use json::InputError;
