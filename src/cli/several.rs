//! The arguments that make a command look at several registers.

use std::path::PathBuf;

use clap::Args;

/// Which registers.
#[derive(Args, Debug, Default)]
pub struct Several {
    /// Every register of the repository, as one: each folder with a policy that git knows, from the top
    /// of the work tree down.
    #[arg(long, conflicts_with_all = ["root", "policy"], help_heading = "Several registers")]
    pub all_registers: bool,
    /// Leave out the registers in this folder; may be given several times.
    #[arg(long, value_name = "FOLDER", requires = "all_registers", help_heading = "Several registers")]
    pub skip: Vec<PathBuf>,
}
