//! The arguments of `stopgap report`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{Past, Place, Several};
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
    /// The register of the past.
    #[command(flatten)]
    pub past: Past,
    /// The day of the last meeting: `2026-11-16`, `7d` ago or the last `monday`; what is dated
    /// on it or later is new. Default: 7 days before.
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// The day of the next meeting: `2026-11-30`, `7d` ahead or the next `monday`; what ends by then is on the agenda.
    /// Default: 7 days after.
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// Say which merges nobody had approved, by the pull requests and reviews that `action/fetch-pulls` saved; may be
    /// given several times.
    #[arg(long, value_name = "FILE")]
    pub pulls: Vec<PathBuf>,
    /// The address before a file's path, for the page's links: `https://code.example/register/`. Default: that of the
    /// repository at the remote `origin`, if it has one.
    #[arg(long, value_name = "PREFIX")]
    pub link: Option<String>,
    /// How to print the report. Default: `text`, or with `--output FILE` what the file's ending says.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Write the report to a file: `weekly.html` instead of printing it, `markdown=weekly.md` as well;
    /// may be given several times.
    #[arg(long, value_name = "[FORMAT=]FILE")]
    pub output: Vec<String>,
}
