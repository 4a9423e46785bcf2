//! The arguments of `stopgap import`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::Place;
use crate::import;
use crate::output::import::Format;

/// Arguments of `import`.
#[derive(Args, Debug)]
pub struct Import {
    /// The spreadsheet (CSV) or the ignore file.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// The format of the file. Default: detected from its name or content.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub from: Option<From>,
    /// Write into this folder below the register's, such as `2026-q4` or `exceptions/2026-q4`.
    /// Default: the register's own.
    #[arg(long, value_name = "SUBFOLDER")]
    pub folder: Option<String>,
    /// Read a column as a field: `expires="Valid until"`; repeatable. The field may also be a custom key
    /// (`x-cost-centre=CC`), or `ignore` to skip a column.
    #[arg(long, value_name = "FIELD=COLUMN")]
    pub map: Vec<String>,
    /// The order of day and month in the dates of a spreadsheet, if its cells do not show it.
    #[arg(long, value_enum, value_name = "ORDER")]
    pub date_order: Option<DateOrder>,
    /// A value for every entry that lacks a field: `scope.environment=production`; repeatable. Never overrides a value
    /// in the file.
    #[arg(long, value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    /// Tolerate what the entries lack until this date: lists them, with their gaps, in `baseline.yaml`. Takes a date or
    /// a number of days, such as `30d`. Default: the latest date that the policy allows.
    #[arg(long, value_name = "DATE", num_args = 0..=1, require_equals = true, conflicts_with = "update")]
    pub baseline: Option<Option<String>>,
    /// Fill the gaps of exceptions that are already in the register, matched by id; add no exceptions. Existing values
    /// are not changed, and `baseline.yaml` gets shorter.
    #[arg(long, conflicts_with_all = ["folder", "set"])]
    pub update: bool,
    /// Show what would be written without writing it.
    #[arg(long)]
    pub dry_run: bool,
    /// Commit the new files to a new branch, push it and open the pull request: shows the commands that are otherwise
    /// only printed, asks once (in a terminal) and runs them. The checkout, staged changes and uncommitted edits stay
    /// as they are.
    #[arg(long, conflicts_with_all = ["dry_run", "update"])]
    pub git: bool,
    /// The date that decides which entries have expired: `2026-11-23`, or a date-time. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// List all entries and notes, not only the first.
    #[arg(long, short)]
    pub verbose: bool,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
}

/// The format of a foreign file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum From {
    /// A spreadsheet, exported as comma-separated values or with another delimiter.
    Csv,
    /// `.trivyignore` or `.trivyignore.yaml`.
    Trivy,
    /// `osv-scanner.toml`.
    OsvScanner,
    /// `.snyk`.
    Snyk,
    /// InSpec waivers, as YAML or CSV.
    Inspec,
    /// dependency-check suppressions.
    DependencyCheck,
}

impl From {
    /// Returns the format.
    #[must_use]
    pub fn format(self) -> import::Format {
        match self {
            Self::Csv => import::Format::Csv,
            Self::Trivy => import::Format::Trivy,
            Self::OsvScanner => import::Format::OsvScanner,
            Self::Snyk => import::Format::Snyk,
            Self::Inspec => import::Format::Inspec,
            Self::DependencyCheck => import::Format::DependencyCheck,
        }
    }
}

/// The order of day and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DateOrder {
    /// The day first: 23/11/2026.
    Dmy,
    /// The month first: 11/23/2026.
    Mdy,
}

impl DateOrder {
    /// Returns the order.
    #[must_use]
    pub fn order(self) -> import::DateOrder {
        match self {
            Self::Dmy => import::DateOrder::DayFirst,
            Self::Mdy => import::DateOrder::MonthFirst,
        }
    }
}
