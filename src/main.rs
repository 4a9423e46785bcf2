//! The `stopgap` command.

use std::process::ExitCode;

use clap_complete::CompleteEnv;
use stopgap::cli;
use stopgap::commands::{self, World, completions};

fn main() -> ExitCode {
    // A shell that asks for completions sets the variable; the process then answers and ends here.
    CompleteEnv::with_factory(completions::command).var(completions::VARIABLE).complete();
    let cli = match cli::parse(&cli::join_dashed(std::env::args_os())) {
        Ok(cli) => cli,
        Err(error) => return commands::misused(&cli::with_tip(error)),
    };
    commands::run(cli, &World::from_process())
}
