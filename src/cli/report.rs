//! The arguments of `stopgap report`.

use clap::Args;

use crate::cli::{Place, Several};
use crate::output::report::Format;

/// Arguments of `report`.
#[derive(Args, Debug, Default)]
pub struct Report {
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// Whether there are more.
    #[command(flatten)]
    pub several: Several,
    /// The day of the meeting: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// The day of the last meeting: `2026-11-16`, `7d` ago or the last `monday`; what is dated
    /// on it or later is new. Default: 7 days before.
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// How to print the report. Default: `text`, or with `--output FILE` what the file's ending says.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Write the report to a file: `weekly.html` instead of printing it, `markdown=weekly.md` as well;
    /// may be given several times.
    #[arg(long, value_name = "[FORMAT=]FILE")]
    pub output: Vec<String>,
}
