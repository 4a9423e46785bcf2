//! The arguments of `stopgap export`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{Past, Place};
use crate::output::export::Format;

/// Arguments of `export`.
#[derive(Args, Debug)]
pub struct Export {
    /// What to write.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Format,
    /// Only the exceptions with missing fields, with a column for each of these fields: a table to fill in for
    /// `stopgap import --update`. Only with `--format csv`.
    #[arg(long)]
    pub gaps: bool,
    /// Write to this file, atomically. Default: standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// Evaluate as of this date: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// The register of the past.
    #[command(flatten)]
    pub past: Past,
}
