//! `stopgap completions`: what a shell needs to complete a line, the ids of the register included.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::Shells;

use crate::cli::{Cli, Place};
use crate::commands::place;
use crate::error::Error;
use crate::files::Repository;
use crate::policy::Policy;
use crate::{register, rules};

/// The variable by which a shell asks for completions.
pub const VARIABLE: &str = "STOPGAP_COMPLETE";

/// The commands whose first argument is an id.
const BY_ID: [&str; 6] = ["show", "renew", "review", "close", "reject", "amend"];

/// Returns the command line with what completes ids and rules.
#[must_use]
pub fn command() -> clap::Command {
    let command = Cli::command().mut_subcommand("explain", |explain| {
        explain.mut_arg("rule", |rule| rule.add(ArgValueCompleter::new(rules_like)))
    });
    let command = command.mut_subcommand("check", |check| {
        ["select", "ignore"]
            .iter()
            .fold(check, |check, name| check.mut_arg(*name, |rule| rule.add(ArgValueCompleter::new(rules_like))))
    });
    BY_ID.iter().fold(command, |command, name| {
        command.mut_subcommand(*name, |it| it.mut_arg("id", |id| id.add(ArgValueCompleter::new(ids_like))))
    })
}

/// Prints the lines that a shell sources.
pub(super) fn run(shell: &str, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let shells = Shells::builtins();
    if let Some(shell) = shells.completer(shell) {
        shell.write_registration(VARIABLE, "stopgap", "stopgap", "stopgap", out)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the ids of the register around the current folder that begin as typed. A file's name
/// that is not an id is left out: a shell must never see it.
fn ids_like(typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return Vec::new() };
    let Ok(root) = place::root(&Place::default(), Path::new(".")) else { return Vec::new() };
    let policy = Policy::load(&Repository::Folder(root.clone()), None, rules::all()).unwrap_or_default();
    let plain = |id: &String| id.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    let ids = register::ids(&root, &policy.exceptions).into_iter().filter(plain);
    ids.filter(|id| id.starts_with(typed)).map(CompletionCandidate::new).collect()
}

fn rules_like(typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return Vec::new() };
    let like = rules::all().iter().filter(|rule| rule.id.starts_with(typed));
    like.map(|rule| CompletionCandidate::new(rule.id).help(Some(rule.summary().replace('\n', " ").into()))).collect()
}
