//! The arguments of `stopgap doctor`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Place;
use crate::output::doctor::Format;

/// Arguments of `doctor`.
#[derive(Args, Debug, Default)]
pub struct Doctor {
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// Saved API responses about the forge's settings, one or more per file; repeatable. GitHub:
    /// `GET /repos/{owner}/{repo}/rules/branches/{branch}`, `…/rulesets/{id}` and `…/branches/{branch}/protection`.
    /// GitLab: `GET /projects/{id}`, `…/protected_branches`, `…/approvals`, `…/approval_rules` and
    /// `…/pipeline_schedules`.
    #[arg(long, value_name = "FILE")]
    pub rulesets: Vec<PathBuf>,
    /// The branch that the gate protects. Default: the default branch if the clone knows it, otherwise the current
    /// branch.
    #[arg(long, value_name = "NAME")]
    pub branch: Option<String>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
}
