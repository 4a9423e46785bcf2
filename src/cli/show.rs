//! The arguments of `stopgap show`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{Past, Place};
use crate::output::show::Format;

/// Arguments of `show`.
#[derive(Args, Debug, Default)]
pub struct Show {
    /// The exception's id: its file name without the extension.
    #[arg(value_name = "ID")]
    pub id: String,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// Evaluate as of this date: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// The register of the past.
    #[command(flatten)]
    pub past: Past,
    /// Pull requests and reviews saved by `action/fetch-pulls`, to show who approved what was merged; repeatable.
    #[arg(long, value_name = "FILE")]
    pub pulls: Vec<PathBuf>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
    /// Also write the result to a file: `html=payroll-vendor.html`; repeatable.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<String>,
}
