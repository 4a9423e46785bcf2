//! The arguments of `stopgap check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::{Past, Place, Several};
use crate::output::Format;
use crate::rule::Level;

/// Arguments of `check`.
#[derive(Args, Debug, Default)]
pub struct Check {
    /// Report only on these files or folders of the register; the whole register is still read.
    #[arg(value_name = "PATH", conflicts_with = "all_registers")]
    pub paths: Vec<PathBuf>,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// Whether there are more.
    #[command(flatten)]
    pub several: Several,
    /// Check only the change relative to this revision: a branch, a commit, or `auto` to find the base in CI. The
    /// base's policy, people and controls apply.
    #[arg(long, value_name = "REV", conflicts_with = "at")]
    pub base: Option<String>,
    /// GitHub's event payload, or the saved GitLab response of `GET /projects/:id/merge_requests/:iid`, which shows who
    /// opened the pull request (with `--base`).
    #[arg(long, value_name = "FILE", requires = "base")]
    pub event: Option<PathBuf>,
    /// The saved response of `GET /repos/{owner}/{repo}/pulls/{number}/reviews`, or for GitLab those of `approvals` and
    /// `versions` of the merge request in one file, which show who approved.
    #[arg(long, value_name = "FILE", requires = "base")]
    pub reviews: Option<PathBuf>,
    /// Evaluate as of this date: `2026-11-23`, meaning its first moment in the register's time zone,
    /// or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// The register of the past.
    #[command(flatten)]
    pub past: Past,
    /// Apply the fixes that need no decision, and report the remaining findings: quotes, misnamed keys, the shape of a
    /// value, spellings of words and dates. Not in a CI job.
    #[arg(long, conflicts_with_all = ["base", "diff", "at"])]
    pub fix: bool,
    /// Print what `--fix` would change without writing it, and exit with 1 if anything would change.
    #[arg(long, conflicts_with_all = [
        "all_registers", "base", "at", "format", "output", "statistics", "limit", "fail_on",
    ])]
    pub diff: bool,
    /// Report, count and fix only the findings of these rules; repeatable, or comma-separated.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Leave out the findings of these rules; repeatable, or comma-separated.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Count the results that each cover silences in this SARIF log of a scanner; repeatable. With `--base`, only for
    /// what the change adds. To check the log itself, use `stopgap enforce`.
    #[arg(long, value_name = "FILE", conflicts_with = "all_registers")]
    pub scan: Vec<PathBuf>,
    /// Exit with 1 if there are findings at this level or above.
    #[arg(long, value_enum, default_value_t = FailOn::Error, value_name = "LEVEL")]
    pub fail_on: FailOn,
    /// List at most this many findings in `text` and `concise`; all findings still count.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Print the number of findings per rule instead of the findings.
    #[arg(long, conflicts_with_all = ["format", "limit"])]
    pub statistics: bool,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
    /// Also write the result to a file, such as `sarif=stopgap.sarif`; repeatable.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<String>,
    /// Print findings only, without the summary line.
    #[arg(long, short)]
    pub quiet: bool,
    /// Whether suppressions are judged whatever the policy says.
    #[arg(skip)]
    pub suppressions: bool,
}

/// The level from which on findings make the check fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Errors.
    #[default]
    Error,
    /// Warnings and errors.
    Warning,
    /// Everything.
    Note,
    /// Nothing: the check only reports.
    Never,
}

impl FailOn {
    /// Returns the levels that count.
    #[must_use]
    pub fn levels(self) -> &'static [Level] {
        match self {
            Self::Error => &[Level::Error],
            Self::Warning => &[Level::Error, Level::Warning],
            Self::Note => &[Level::Error, Level::Warning, Level::Note],
            Self::Never => &[],
        }
    }
}
