//! The `stopgap` command.

use std::process::ExitCode;

use clap::Parser;
use clap_complete::CompleteEnv;
use stopgap::cli::Cli;
use stopgap::commands::{self, World, completions};

fn main() -> ExitCode {
    // A shell that asks for completions sets the variable; the process then answers and ends here.
    CompleteEnv::with_factory(completions::command).var(completions::VARIABLE).complete();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return commands::misused(&error),
    };
    commands::run(cli, &World::from_process())
}
