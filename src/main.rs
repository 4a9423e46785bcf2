//! The `stopgap` command.

use std::process::ExitCode;

use clap::Parser;
use stopgap::cli::Cli;
use stopgap::commands::{self, World};

fn main() -> ExitCode {
    let cli = Cli::parse();
    commands::run(cli, &World::from_process())
}
