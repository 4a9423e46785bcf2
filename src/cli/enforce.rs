//! The arguments of `stopgap enforce`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Place;
use crate::cli::check::FailOn;
use crate::output::Format;

/// Arguments of `enforce`.
#[derive(Args, Debug, Default)]
pub struct Enforce {
    /// SARIF 2.1.0 logs of scanners.
    #[arg(value_name = "RESULTS", required = true)]
    pub logs: Vec<PathBuf>,
    /// A SARIF log of the state before a change; results that are already in it are ignored. Repeatable.
    #[arg(long, value_name = "BASE")]
    pub baseline: Vec<PathBuf>,
    /// Write the log with a suppression on each result that an exception covers, for code scanning. With several logs,
    /// this names a folder, in which each log keeps its name.
    #[arg(long, value_name = "FILE")]
    pub annotate: Option<PathBuf>,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// Evaluate as of this date: `2026-11-23`, meaning its first moment in the register's time zone,
    /// or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// Exit with 1 if there are findings at this level or above.
    #[arg(long, value_enum, default_value_t = FailOn::Error, value_name = "LEVEL")]
    pub fail_on: FailOn,
    /// List at most this many findings in `text` and `concise`; all findings still count.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
    /// Also write the result to a file, such as `sarif=stopgap.sarif`; repeatable.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<String>,
    /// Print findings only, without the summary line.
    #[arg(long, short)]
    pub quiet: bool,
}
