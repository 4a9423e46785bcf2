//! The arguments of `stopgap card`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{Past, Place};
use crate::output::card::Format;

/// Arguments of `card`.
#[derive(Args, Debug, Default)]
pub struct Card {
    /// The exception's id: its file name without the extension.
    #[arg(value_name = "ID")]
    pub id: String,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// Evaluate as of this date: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// The register of the past, or of a branch.
    #[command(flatten)]
    pub past: Past,
    /// Count the results that each cover silences in this SARIF log of a scanner; repeatable.
    #[arg(long, value_name = "FILE")]
    pub scan: Vec<PathBuf>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
}
