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
    /// The date of the meeting: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// The register of the past.
    #[command(flatten)]
    pub past: Past,
    /// The date of the last meeting: `2026-11-16`, `7d` ago or the last `monday`; anything dated on or after it is new.
    /// Default: 7 days before.
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// The date of the next meeting: `2026-11-30`, `7d` ahead or the next `monday`; exceptions that end by then are on
    /// the agenda. Default: 7 days after.
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// Pull requests and reviews saved by `action/fetch-pulls`, to list merges without approval; repeatable.
    #[arg(long, value_name = "FILE")]
    pub pulls: Vec<PathBuf>,
    /// The URL prefix of the files, for links in the page: `https://code.example/register/`. Default: that of the
    /// repository at the remote `origin`, if it has one.
    #[arg(long, value_name = "PREFIX")]
    pub link: Option<String>,
    /// Output format. Default: `text`, or with `--output FILE` the format that the file extension names.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Write the report to a file: `weekly.html` instead of printing it, `markdown=weekly.md` in addition; repeatable.
    #[arg(long, value_name = "[FORMAT=]FILE")]
    pub output: Vec<String>,
}
