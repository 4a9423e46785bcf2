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
    /// Only this status; may be given several times. Default: `active` and `expired`.
    #[arg(long, value_enum, value_name = "STATUS")]
    pub status: Vec<StatusName>,
    /// Every exception, whatever its status.
    #[arg(long, short, conflicts_with = "status")]
    pub all: bool,
    /// Only what was in force on a day of this period, whatever its status is now: `2026-01-01..2026-03-31`, `2026-01-01..`
    /// until today, or one day. What has been removed from the register since counts by its last version.
    #[arg(long, value_name = "FROM..TO", conflicts_with_all = ["status", "all", "days_left"])]
    pub in_force: Option<String>,
    /// Only what this person owns: any spelling that the roster knows.
    #[arg(long, value_name = "PERSON")]
    pub owner: Option<String>,
    /// Only what this person approved, the last renewal included: any spelling that the roster knows.
    #[arg(long, value_name = "PERSON")]
    pub approver: Option<String>,
    /// Only what you own or asked for, by your git identity.
    #[arg(long)]
    pub mine: bool,
    /// Only what breaks this control: its id, or the whole text if it has none.
    #[arg(long, value_name = "CONTROL")]
    pub control: Option<String>,
    /// Only this tier; may be given several times.
    #[arg(long, value_enum, value_name = "TIER")]
    pub tier: Vec<TierName>,
    /// Only what ends within this many days, or is overdue: `0` is what ends today or has ended.
    #[arg(long, value_name = "DAYS")]
    pub days_left: Option<u32>,
    /// The day to count from: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// The register of the past.
    #[command(flatten)]
    pub past: Past,
    /// What comes first.
    #[arg(long, value_enum, default_value_t = Sort::Urgency, value_name = "KEY")]
    pub sort: Sort,
    /// The columns of the table or the CSV, in this order: `id,owner,left`. Default: the usual ones that fit.
    #[arg(long, value_enum, value_name = "COLUMNS", value_delimiter = ',')]
    pub columns: Vec<Column>,
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
