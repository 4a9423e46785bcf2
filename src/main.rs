//! The `stopgap` command.

use std::process::ExitCode;

use clap::FromArgMatches;
use clap_complete::CompleteEnv;
use stopgap::cli::{self, Cli};
use stopgap::commands::{self, World, completions};

fn main() -> ExitCode {
    // A shell that asks for completions sets the variable; the process then answers and ends here.
    CompleteEnv::with_factory(completions::command).var(completions::VARIABLE).complete();
    let words = cli::join_dashed(std::env::args_os());
    let parsed = cli::command().try_get_matches_from(words).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return commands::misused(&cli::with_tip(error)),
    };
    commands::run(cli, &World::from_process())
}
