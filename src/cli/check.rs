//! The arguments of `stopgap check`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Place;
use crate::output::Format;

/// Arguments of `check`.
#[derive(Args, Debug, Default)]
pub struct Check {
    /// Report only on these files or folders of the register; the whole register is still read.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// Judge only what a change does, against this revision: a branch, a commit, or `auto` to find
    /// the base in CI. The base's policy, people and controls judge.
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// GitHub's event payload, or GitLab's saved answer of
    /// `GET /projects/:id/merge_requests/:iid`, to know who opened the pull request (with `--base`).
    #[arg(long, value_name = "FILE", requires = "base")]
    pub event: Option<PathBuf>,
    /// The saved answer of `GET /repos/{owner}/{repo}/pulls/{number}/reviews`, or for GitLab those of
    /// `approvals` and `versions` of the merge request in one file, to see who approved.
    #[arg(long, value_name = "FILE", requires = "base")]
    pub reviews: Option<PathBuf>,
    /// The day to check for: `2026-11-23`, meaning its first moment in the register's time zone,
    /// or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// How to print the result.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
    /// Write the result to a file too; may be given several times, such as `sarif=stopgap.sarif`.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<String>,
    /// Print findings only, no line of counts.
    #[arg(long, short)]
    pub quiet: bool,
}
