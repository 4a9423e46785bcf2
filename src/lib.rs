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
pub mod source;
pub mod text;
pub mod time;
pub mod people;

// What a file is, and where it is read from.
pub mod yaml;
pub mod error;
pub mod git;
pub mod files;
pub mod github;
pub mod gitlab;
pub mod ci;

// What is judged, and by which book.
pub mod rule;
pub mod schema;
pub mod register;
pub mod policy;
pub mod import;

// Who signed a change off, what it does, and whether anything stops it.
pub mod signoff;
pub mod history;
pub mod doctor;

// The judgement: of a register, of a change, of the past.
pub mod rules;
pub mod gate;
pub mod replay;

// What people are shown.
pub mod remind;
pub mod report;
pub mod output;
pub mod cli;
pub mod commands;
