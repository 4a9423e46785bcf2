//! The integration tests, one module for each thing that they look at. They are one crate, so that it is linked once.

#![cfg(test)]

#[path = "../../benches/generate.rs"]
mod generate;
mod support;

mod base;
mod broken;
mod change;
mod cli_check;
mod codeowners;
mod days;
mod docs;
mod doctor;
mod edit;
mod export;
mod fix;
mod generator;
#[cfg(unix)]
mod git_steps;
mod gitlab;
mod history;
mod history_cost;
mod hostile;
mod import;
mod init;
#[cfg(unix)]
mod init_terminal;
mod lifecycle;
mod list;
mod merged;
mod monorepo;
mod new;
#[cfg(unix)]
mod new_terminal;
mod output;
mod policy_keys;
mod pulls;
mod ramp;
mod registers;
mod remind;
mod remind_plan;
mod remind_year;
mod report;
mod revise;
#[cfg(unix)]
mod revise_terminal;
mod signoff;
mod stored;
mod slips;
mod tidy;
mod time;
