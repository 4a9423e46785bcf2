//! stopgap keeps a register of temporary security exceptions in git and refuses, in CI, every
//! exception that is expired, badly recorded or badly approved.
//!
//! The modules stand in the order of what they know: each uses only those above it, and a test
//! holds that. Data goes the same way.
//!
//! ```text
//! texts, dates, people -> yaml -> files, git -> register, policy -> history, sign-off -> rules -> gate, replay -> output
//! ```
//!
//! The binary is a thin shell over [`commands`]; the crate is published for it, not as an API
//! with promises of its own.

// What is true of any text, date or person.
mod source;
mod text;
mod time;
mod people;

// What a file is, and where it is read from.
mod yaml;
mod error;
mod git;
mod files;
mod github;
mod gitlab;
mod ci;

// What is judged, and by which book.
mod rule;
mod schema;
mod register;
mod policy;
mod import;

// Who signed a change off, what it does, and whether anything stops it.
mod signoff;
mod history;
mod doctor;

// The judgement: of a register, of a change, of the past.
mod rules;
mod gate;
mod replay;

// What people are shown.
mod remind;
mod report;
mod output;
pub mod cli;
pub mod commands;

// What tests need beyond the commands.
#[doc(hidden)]
pub mod internal;
