//! The arguments of `stopgap enforce`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Place;
use crate::cli::check::FailOn;
use crate::output::Format;

/// Arguments of `enforce`.
#[derive(Args, Debug, Default)]
pub struct Enforce {
    /// SARIF 2.1.0 logs that scanners wrote.
    #[arg(value_name = "RESULTS", required = true)]
    pub logs: Vec<PathBuf>,
    /// A SARIF log of the state before a change: what it holds is let be, and only what is new fails. Repeatable.
    #[arg(long, value_name = "BASE")]
    pub baseline: Vec<PathBuf>,
    /// Write the log with a suppression at each result that an exception covers, for code scanning. With several logs a
    /// folder, in which each keeps its name.
    #[arg(long, value_name = "FILE")]
    pub annotate: Option<PathBuf>,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// The day to judge for: `2026-11-23`, meaning its first moment in the register's time zone,
    /// or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// Exit with 1 if there are findings at this level or above.
    #[arg(long, value_enum, default_value_t = FailOn::Error, value_name = "LEVEL")]
    pub fail_on: FailOn,
    /// List at most this many findings in `text` and `concise`; all of them count.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
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
