//! The arguments of `stopgap evidence`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::Place;

/// Arguments of `evidence`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, disable_help_subcommand = true)]
pub struct Evidence {
    /// The first day: `2026-01-01`.
    #[arg(long, value_name = "DATE", required = true)]
    pub from: Option<String>,
    /// The last day: `2026-03-31`.
    #[arg(long, value_name = "DATE", required = true)]
    pub to: Option<String>,
    /// The folder to write to; it must be empty or not exist yet.
    #[arg(long, value_name = "FOLDER", required = true)]
    pub output: Option<PathBuf>,
    /// Pull requests and reviews saved by `action/fetch-pulls`, to show who approved what was merged; repeatable. A
    /// copy goes into the pack.
    #[arg(long, value_name = "FILE")]
    pub pulls: Vec<PathBuf>,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// What to do with a pack.
    #[command(subcommand)]
    pub command: Option<OfPack>,
}

/// What can be done with a pack.
#[derive(Debug, Subcommand)]
pub enum OfPack {
    /// Regenerate a pack from this clone, and report the first difference.
    ///
    /// First the files are compared with `SHA256SUMS`: files that were changed, are missing or do not belong to the
    /// pack are reported. Then everything is regenerated from the commits of this clone, and the first record that
    /// differs is shown with both versions. Fetch the default branch with its whole history first.
    ///
    /// Exit code 0: the pack matches the clone. 1: it does not. 2: it could not be verified.
    Verify(Verify),
}

/// Arguments of `evidence verify`.
#[derive(Args, Debug)]
pub struct Verify {
    /// The pack.
    #[arg(value_name = "FOLDER")]
    pub pack: PathBuf,
    /// Compare the approvals with these pull requests and reviews, newly saved by `action/fetch-pulls`; without this,
    /// those in the pack are trusted. Repeatable.
    #[arg(long, value_name = "FILE")]
    pub pulls: Vec<PathBuf>,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
}
