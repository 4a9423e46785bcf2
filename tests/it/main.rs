//! The integration tests, one module for each thing that they look at. They are one crate, so that it is linked once.

#![cfg(test)]

#[path = "../../benches/generate.rs"]
mod generate;
#[path = "../../benches/past.rs"]
mod past;
mod support;

mod agenda;
mod at;
mod base;
mod broken;
mod card;
mod case;
mod change;
mod cli_check;
mod codeowners;
mod days;
mod decide;
mod docs;
mod doctor;
mod doctor_jobs;
mod edges;
mod edit;
mod edited;
mod enforce;
mod evidence;
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
mod limits;
mod list;
mod main_line;
mod merged;
mod monorepo;
mod new;
#[cfg(unix)]
mod new_terminal;
mod output;
mod pages;
mod policy_keys;
mod processes;
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
mod schemas;
mod signatures;
mod signoff;
#[cfg(unix)]
mod sparse;
mod stored;
mod sync;
mod suppressions;
mod slips;
mod spans;
mod texts;
mod tidy;
mod time;
mod trend;
