//! The arguments that make a command look at several registers.

use std::path::PathBuf;

use clap::Args;

/// Which registers.
#[derive(Args, Debug, Default)]
pub struct Several {
    /// All registers of the repository as one: every folder of the work tree with a policy that git knows.
    #[arg(long, conflicts_with_all = ["root", "policy"], help_heading = "Several registers")]
    pub all_registers: bool,
    /// Leave out the registers in this folder; repeatable.
    #[arg(long, value_name = "FOLDER", requires = "all_registers", help_heading = "Several registers")]
    pub skip: Vec<PathBuf>,
}
