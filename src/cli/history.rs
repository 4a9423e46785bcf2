//! The arguments of `stopgap history`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{Place, Several};
use crate::output::history::Format;

/// Arguments of `history`.
#[derive(Args, Debug, Default)]
pub struct History {
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// Which registers, if several.
    #[command(flatten)]
    pub several: Several,
    /// Check only the commits after this one: a tag, a branch or an ancestor of HEAD.
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,
    /// Pull requests and reviews saved by `action/fetch-pulls`, to check who approved what was merged; repeatable.
    #[arg(long, value_name = "FILE")]
    pub pulls: Vec<PathBuf>,
    /// Output format: `text` with a heading for each commit, `concise` as `commit:path:line:col: level[rule] message`,
    /// `json` as one list of findings, each with its commit, `github` as annotations of the run. Paths and lines are
    /// those in the commit: `git show commit:path`.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
    /// Also write the result to a file: `json=history.json`; repeatable.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<String>,
    /// Print findings only, without the summary line.
    #[arg(long, short)]
    pub quiet: bool,
}
