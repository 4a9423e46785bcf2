//! The arguments of `stopgap remind`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{Past, Place, Several};
use crate::output::remind::Format;

/// Arguments of `remind`.
#[derive(Args, Debug, Default)]
pub struct Remind {
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// Whether there are more.
    #[command(flatten)]
    pub several: Several,
    /// Evaluate as of this date: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// The register of the past.
    #[command(flatten)]
    pub past: Past,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
    /// Also write the result to a file: `markdown=reminders.md`; repeatable.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<String>,
    /// The saved response of `GET /repos/{owner}/{repo}/issues?labels=stopgap&state=all&per_page=100`, all pages:
    /// reminders that were already sent are left out. `github-plan` needs it.
    #[arg(long, value_name = "FILE", conflicts_with = "all_registers")]
    pub existing: Option<PathBuf>,
    /// The login that opens the tracking issues; records written by anyone else are not trusted.
    #[arg(long, value_name = "LOGIN", requires = "existing", default_value = "github-actions[bot]")]
    pub bot: String,
    /// The label of the tracking issues; each register of a repository needs its own.
    #[arg(long, value_name = "NAME", requires = "existing", default_value = "stopgap")]
    pub label: String,
    /// The maximum number of issues that a plan opens; the others wait in one list.
    #[arg(
        long,
        value_name = "N",
        requires = "existing",
        default_value_t = 20,
        value_parser = clap::value_parser!(u16).range(1..=500)
    )]
    pub max_new: u16,
}
