//! The arguments of `stopgap history`.

use clap::Args;

use crate::cli::{Color, Place};
use crate::output::history::Format;

/// Arguments of `history`.
#[derive(Args, Debug, Default)]
pub struct History {
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// Judge only the commits after this one: a tag, a branch or a commit that HEAD grew from.
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,
    /// How to print the result: `text` under a heading for each commit, `concise` as
    /// `commit:path:line:col: level[rule] message`, `json` as one list of findings, each with its
    /// commit. Paths and lines are those of the commit: `git show commit:path`.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
    /// Colour the text.
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// Print findings only, no line of counts.
    #[arg(long, short)]
    pub quiet: bool,
}
