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
    /// Judge only what a change does, against this revision: a branch, a commit, or `auto` to find
    /// the base in CI. The base's policy, people and controls judge.
    #[arg(long, value_name = "REV", conflicts_with = "at")]
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
    /// The register of the past.
    #[command(flatten)]
    pub past: Past,
    /// Fix what leaves nothing to decide, and report what is left: quotes, keys under another name, the shape of a
    /// value, words and dates in another spelling. Not in a CI job.
    #[arg(long, conflicts_with_all = ["base", "diff", "at"])]
    pub fix: bool,
    /// Print what `--fix` would change, write nothing, and exit with 1 if there is something.
    #[arg(long, conflicts_with_all = [
        "all_registers", "base", "at", "format", "output", "statistics", "limit", "fail_on",
    ])]
    pub diff: bool,
    /// Report, count and fix only the findings of these rules; repeatable, or with commas between.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Leave out the findings of these rules; repeatable, or with commas between.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Count what each cover silences in this SARIF log of a scanner; repeatable. With `--base`, those of what the
    /// change brings. `stopgap enforce` judges the log.
    #[arg(long, value_name = "FILE", conflicts_with = "all_registers")]
    pub scan: Vec<PathBuf>,
    /// Exit with 1 if there are findings at this level or above.
    #[arg(long, value_enum, default_value_t = FailOn::Error, value_name = "LEVEL")]
    pub fail_on: FailOn,
    /// List at most this many findings in `text` and `concise`; all of them count.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Print how many findings of each rule there are, instead of the findings.
    #[arg(long, conflicts_with_all = ["format", "limit"])]
    pub statistics: bool,
    /// How to print the result.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
    /// Write the result to a file too; may be given several times, such as `sarif=stopgap.sarif`.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<String>,
    /// Print findings only, no line of counts.
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
    /// Nothing: the check is a report.
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
