//! stopgap keeps a register of temporary security exceptions in git and fails CI for every exception
//! that is expired, badly recorded or badly approved.
//!
//! The modules are in dependency order: each uses only those above it, and a test checks that. Data
//! goes the same way.
//!
//! ```text
//! texts, dates, people -> yaml -> files, git -> register, policy -> history, sign-off -> rules -> gate, replay ->
//! output
//! ```
//!
//! The binary is a thin shell over [`commands`]; the crate is published for it, not as a
//! stable API.

// What holds for any text, date or person.
pub mod source;
pub mod text;
pub mod time;
pub mod people;

// What a file is, and where files are read from.
pub mod yaml;
pub mod error;
pub mod git;
pub mod files;
pub mod github;
pub mod gitlab;
pub mod ci;

// What is judged, and by which rule book.
pub mod rule;
pub mod schema;
pub mod register;
pub mod policy;
pub mod import;

// Who signed off a change, and what the change does.
pub mod signoff;
pub mod history;
pub mod doctor;

// Judging a register, a change, or the past.
pub mod rules;
pub mod gate;
pub mod replay;

// What people see.
pub mod remind;
pub mod report;
pub mod output;
pub mod cli;
pub mod commands;
