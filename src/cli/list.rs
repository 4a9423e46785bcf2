//! The arguments of `stopgap list`.

use clap::{Args, ValueEnum};

use crate::cli::Place;
use crate::output::list::Format;

/// Arguments of `list`.
#[derive(Args, Debug, Default)]
pub struct List {
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// Only this status; may be given several times. Default: `active` and `expired`.
    #[arg(long, value_enum, value_name = "STATUS")]
    pub status: Vec<StatusName>,
    /// Every exception, whatever its status.
    #[arg(long, short, conflicts_with = "status")]
    pub all: bool,
    /// Only what this person owns: any spelling that the roster knows.
    #[arg(long, value_name = "PERSON")]
    pub owner: Option<String>,
    /// Only this tier; may be given several times.
    #[arg(long, value_enum, value_name = "TIER")]
    pub tier: Vec<TierName>,
    /// Only what ends within this many days, or is overdue: `0` is what ends today or has ended.
    #[arg(long, value_name = "DAYS")]
    pub days_left: Option<u32>,
    /// The day to count from: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub format: Format,
    /// Write the result to a file as well: `csv=register.csv`; may be given several times.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<String>,
    /// Print the rows only, no line of counts.
    #[arg(long, short)]
    pub quiet: bool,
}

/// A status, by the word in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StatusName {
    /// Approved, and its term has not ended.
    Active,
    /// Past its end, and not closed.
    Expired,
    /// Over.
    Closed,
    /// Never approved.
    Rejected,
}

/// A tier, by the word in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TierName {
    /// Little harm.
    Low,
    /// Some harm.
    Moderate,
    /// Great harm.
    High,
    /// An incident is in progress.
    Emergency,
}
