//! The arguments of `stopgap sync`.

use clap::Args;

use crate::cli::Place;
use crate::output::sync::Format;

/// Arguments of `sync`.
#[derive(Args, Debug)]
pub struct Sync {
    /// Show what would change without writing it, and fail if anything would change.
    #[arg(long)]
    pub check: bool,
    /// Remove entries that were added by hand and that no exception in force covers.
    #[arg(long)]
    pub prune: bool,
    /// Only the files of this tool, such as `trivy`; repeatable. Default: all files of the policy's `sync`.
    #[arg(long, value_name = "TOOL")]
    pub tool: Vec<String>,
    /// Print flags instead, one per line, for a tool that reads no ignore file: `pip-audit`, `uv-audit`, `cargo-audit`,
    /// `bundler-audit`, `checkov`, `semgrep`, `hadolint`.
    #[arg(long, value_name = "TOOL", conflicts_with_all = ["check", "prune", "tool", "format"])]
    pub print: Option<String>,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// Evaluate as of this date: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
    /// Print only problems.
    #[arg(long, short)]
    pub quiet: bool,
}
