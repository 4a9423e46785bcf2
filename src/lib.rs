//! stopgap keeps a register of temporary security exceptions in git and refuses, in CI, every
//! exception that is expired, badly recorded or badly approved.
//!
//! Data goes one way, and the modules stand in that order:
//!
//! ```text
//! policy -> register (files -> yaml -> schema -> exceptions) -> history -> rules -> findings -> output
//!                                                                            ^
//!                                        Judge { policy, people, controls, phrases, today }
//! ```
//!
//! The binary is a thin shell over [`commands`]; the crate is published for it, not as an API
//! with promises of its own.

pub mod policy;

pub mod files;
pub mod source;
pub mod yaml;

pub mod register;
pub mod schema;

pub mod text;

pub mod git;
pub mod history;

pub mod github;
pub mod signoff;

pub mod import;

pub mod finding;
pub mod rule;
pub mod rules;

pub mod remind;
pub mod report;

pub mod output;

pub mod cli;
pub mod commands;
pub mod error;
