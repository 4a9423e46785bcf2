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
    /// Only suppressions of this tool, named as in `covers`; repeatable, or comma-separated. Default: the policy's
    /// tools, or all known tools.
    #[arg(long, value_name = "TOOL", value_delimiter = ',')]
    pub tool: Vec<String>,
    /// Only suppressions without an exception in force.
    #[arg(long, conflicts_with = "check")]
    pub open: bool,
    /// Report as `stopgap check` does, and exit with 1 if a suppression has no exception in force and is not tolerated
    /// by the baseline.
    #[arg(long, conflicts_with_all = ["tool", "write_baseline"])]
    pub check: bool,
    /// Check only the change relative to this revision, as `stopgap check --base` does (with `--check`).
    #[arg(long, value_name = "REV", requires = "check")]
    pub base: Option<String>,
    /// Write `suppressions.yaml`, which tolerates existing suppressions without an exception until a set date. An
    /// existing baseline only gets shorter.
    #[arg(long, conflicts_with = "open")]
    pub write_baseline: bool,
    /// The baseline's last day, or how many days it lasts: `2027-02-21`, `90d`. Default: as long as the policy allows.
    #[arg(long, value_name = "DATE", requires = "write_baseline")]
    pub until: Option<String>,
    /// List the known tools.
    #[arg(long, conflicts_with_all = ["check", "write_baseline", "open", "tool"])]
    pub tools: bool,
    /// Evaluate as of this date: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// Output format: `text` or `json`; with `--check` any format of `stopgap check`.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
    /// Also write the result to a file, such as `json=suppressions.json`; repeatable.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<String>,
    /// Print no summary line.
    #[arg(long, short)]
    pub quiet: bool,
}
