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
    /// The folder to write; it must not be there yet, or be empty.
    #[arg(long, value_name = "FOLDER", required = true)]
    pub output: Option<PathBuf>,
    /// Say who had approved what was merged, by the pull requests and reviews that `action/fetch-pulls` saved; may be
    /// given several times. A copy of them goes into the pack.
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
    /// Make a pack again from this clone, and name the first difference.
    ///
    /// First the files are compared with the sums of `SHA256SUMS`: one that was changed, that is missing or that does not
    /// belong there is named. Then everything is made again from the commits of this clone, and the first record that
    /// says something else is named, with what the pack says and what the clone says. Fetch the default branch with its
    /// whole history before.
    ///
    /// Exit code 0: the pack is what the clone says. 1: it is not. 2: it could not be found out.
    Verify(Verify),
}

/// Arguments of `evidence verify`.
#[derive(Args, Debug)]
pub struct Verify {
    /// The pack.
    #[arg(value_name = "FOLDER")]
    pub pack: PathBuf,
    /// Compare the approvals with these pull requests and reviews, as `action/fetch-pulls` saved them now; without them
    /// those of the pack are believed. May be given several times.
    #[arg(long, value_name = "FILE")]
    pub pulls: Vec<PathBuf>,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
}
