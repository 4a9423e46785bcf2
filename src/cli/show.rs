//! The arguments of `stopgap show`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{Past, Place};
use crate::output::show::Format;

/// Arguments of `show`.
#[derive(Args, Debug, Default)]
pub struct Show {
    /// The exception's id: the name of its file, without the ending.
    #[arg(value_name = "ID")]
    pub id: String,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// The day to show it for: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// The register of the past.
    #[command(flatten)]
    pub past: Past,
    /// Say who had approved what was merged, by the pull requests and reviews that `action/fetch-pulls` saved; may be given
    /// several times.
    #[arg(long, value_name = "FILE")]
    pub pulls: Vec<PathBuf>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
    /// Write it to a file as well: `html=payroll-vendor.html`; may be given several times.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<String>,
}
