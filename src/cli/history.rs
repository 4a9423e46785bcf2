//! The arguments of `stopgap history`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Place;
use crate::output::history::Format;

/// Arguments of `history`.
#[derive(Args, Debug, Default)]
pub struct History {
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// Judge only the commits after this one: a tag, a branch or an ancestor of HEAD.
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,
    /// Judge who had approved what was merged, by the pull requests and reviews that `action/fetch-pulls` saved; may be
    /// given several times.
    #[arg(long, value_name = "FILE")]
    pub pulls: Vec<PathBuf>,
    /// How to print the result: `text` under a heading for each commit, `concise` as
    /// `commit:path:line:col: level[rule] message`, `json` as one list of findings, each with its
    /// commit, `github` as annotations of the run. Paths and lines are those of the commit: `git show commit:path`.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
    /// Write the result to a file as well: `json=history.json`; may be given several times.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<String>,
    /// Print findings only, no line of counts.
    #[arg(long, short)]
    pub quiet: bool,
}
