//! stopgap keeps a register of temporary security exceptions in git and fails CI for every exception
//! that is expired, badly recorded or badly approved.
//!
//! The modules are in dependency order: each uses only those above it, and a test checks that. Data
//! goes the same way.
//!
//! ```text
//! texts, dates, people -> yaml -> files, git -> register, policy -> history, sign-off -> rules -> gate, replay -> output
//! ```
//!
//! The binary is a thin shell over [`commands`]; the crate is published for it, not as a
//! stable API.

// What holds for any work, text, tool, date or person.
mod source;
mod cores;
mod text;
mod tools;
mod time;
mod people;

// What a file is, and where files are read from.
mod yaml;
mod xml;
mod error;
mod git;
mod files;
mod github;
mod gitlab;
mod ci;

// What is judged, and by which rule book.
mod rule;
mod schema;
mod register;
mod policy;
mod sync;
mod suppressions;
mod import;
mod scan;

// Who signed off a change, and what the change does.
mod signoff;
mod history;
mod doctor;

// Judging a register, a change, or the past.
mod rules;
mod gate;
mod replay;
mod evidence;

// What people see.
mod remind;
mod report;
mod card;
mod output;
pub mod cli;
pub mod commands;

// What tests need in addition to the commands.
#[doc(hidden)]
pub mod internal;
