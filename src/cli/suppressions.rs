//! The arguments of `stopgap suppressions`.

use clap::Args;

use crate::cli::Place;
use crate::output::Format;

/// Arguments of `suppressions`.
#[derive(Args, Debug, Default)]
pub struct Suppressions {
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// Only those of this tool, by its key in `covers`; repeatable, or with commas between. Default: the policy's, or
    /// all that are known.
    #[arg(long, value_name = "TOOL", value_delimiter = ',')]
    pub tool: Vec<String>,
    /// Only those without an exception in force.
    #[arg(long, conflicts_with = "check")]
    pub open: bool,
    /// Report as `stopgap check` does, and exit with 1, if one has no exception in force and the baseline does not let
    /// it be.
    #[arg(long, conflicts_with_all = ["tool", "write_baseline"])]
    pub check: bool,
    /// Judge only what a change does, against this revision, as `stopgap check --base` does (with `--check`).
    #[arg(long, value_name = "REV", requires = "check")]
    pub base: Option<String>,
    /// Write `suppressions.yaml`: what is there today and has no exception is let be until a last day. A baseline that
    /// is there already only gets shorter.
    #[arg(long, conflicts_with = "open")]
    pub write_baseline: bool,
    /// The baseline's last day, or how many days it lasts: `2027-02-21`, `90d`. Default: as long as the policy allows.
    #[arg(long, value_name = "DATE", requires = "write_baseline")]
    pub until: Option<String>,
    /// List the tools that are known.
    #[arg(long, conflicts_with_all = ["check", "write_baseline", "open", "tool"])]
    pub tools: bool,
    /// The day to look from: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// How to print it: `text` or `json`; with `--check` any format of `stopgap check`.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
    /// Write the result to a file too; may be given several times, such as `json=suppressions.json`.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<String>,
    /// Print no line of counts.
    #[arg(long, short)]
    pub quiet: bool,
}
