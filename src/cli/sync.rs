//! The arguments of `stopgap sync`.

use clap::Args;

use crate::cli::Place;

/// Arguments of `sync`.
#[derive(Args, Debug)]
pub struct Sync {
    /// Write nothing: show what would change, and fail if anything would.
    #[arg(long)]
    pub check: bool,
    /// Remove entries that were added by hand and that no exception in force covers.
    #[arg(long)]
    pub prune: bool,
    /// Only the files of this tool, such as `trivy`; may be given several times. Default: all of the policy's `sync`.
    #[arg(long, value_name = "TOOL")]
    pub tool: Vec<String>,
    /// Print flags instead, one a line, for a tool that reads no ignore file: `pip-audit`, `uv-audit`, `cargo-audit`,
    /// `bundler-audit`, `checkov`, `semgrep`, `hadolint`.
    #[arg(long, value_name = "TOOL", conflicts_with_all = ["check", "prune", "tool"])]
    pub print: Option<String>,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// The day to write them for: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// Print only what is wrong.
    #[arg(long, short)]
    pub quiet: bool,
}
