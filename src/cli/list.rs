//! The arguments of `stopgap list`.

use clap::{Args, ValueEnum};

use crate::cli::{Past, Place, Several};
use crate::output::list::{Column, Format};

/// Arguments of `list`.
#[derive(Args, Debug, Default)]
pub struct List {
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// Whether there are more.
    #[command(flatten)]
    pub several: Several,
    /// Only this status; repeatable. Default: `active` and `expired`.
    #[arg(long, value_enum, value_name = "STATUS")]
    pub status: Vec<StatusName>,
    /// Every exception, whatever its status.
    #[arg(long, short, conflicts_with = "status")]
    pub all: bool,
    /// Only exceptions that were in force on a day of this period, whatever their status now: `2026-01-01..2026-03-31`,
    /// `2026-01-01..` until today, or one day. For files that were removed from the register, the last version counts.
    #[arg(long, value_name = "FROM..TO", conflicts_with_all = ["status", "all", "days_left"])]
    pub in_force: Option<String>,
    /// Only exceptions that this person owns, in any spelling that the roster knows.
    #[arg(long, value_name = "PERSON")]
    pub owner: Option<String>,
    /// Only exceptions that this person approved, including the last renewal, in any spelling that the roster knows.
    #[arg(long, value_name = "PERSON")]
    pub approver: Option<String>,
    /// Only exceptions that you own or requested, by your git identity.
    #[arg(long)]
    pub mine: bool,
    /// Only exceptions from this control: its id, or its whole text if it has none.
    #[arg(long, value_name = "CONTROL")]
    pub control: Option<String>,
    /// Only this tier; repeatable.
    #[arg(long, value_enum, value_name = "TIER")]
    pub tier: Vec<TierName>,
    /// Only exceptions that end within this many days or are overdue; with `0`, those that end today or have ended.
    #[arg(long, value_name = "DAYS")]
    pub days_left: Option<u32>,
    /// Evaluate as of this date: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// The register of the past.
    #[command(flatten)]
    pub past: Past,
    /// Sort order.
    #[arg(long, value_enum, default_value_t = Sort::Urgency, value_name = "KEY")]
    pub sort: Sort,
    /// The columns of the table or the CSV, in this order: `id,owner,left`. Default: the standard columns that fit.
    #[arg(long, value_enum, value_name = "COLUMNS", value_delimiter = ',')]
    pub columns: Vec<Column>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub format: Format,
    /// Also write the result to a file: `csv=register.csv`; repeatable.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<String>,
    /// Print the rows only, without the summary line.
    #[arg(long, short)]
    pub quiet: bool,
}

/// What a list is sorted by; equal rows are sorted by urgency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Sort {
    /// The longest overdue, then what ends next.
    #[default]
    Urgency,
    /// The highest tier.
    Tier,
    /// The owner's name.
    Owner,
    /// The approver's name.
    Approver,
    /// The control.
    Control,
    /// The system.
    System,
    /// The newest start.
    Starts,
    /// The newest decision.
    Decided,
    /// The id.
    Id,
    /// The title.
    Title,
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
