//! The arguments of `stopgap card`.

use clap::Args;

use crate::cli::Place;
use crate::output::card::Format;

/// Arguments of `card`.
#[derive(Args, Debug, Default)]
pub struct Card {
    /// The exception's id: the name of its file, without the ending.
    #[arg(value_name = "ID")]
    pub id: String,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// The day to show it for: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
}
