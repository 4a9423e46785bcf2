//! The arguments of `stopgap new`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::cli::{Answers, Place};
use crate::register::fields::Field;

/// Arguments of `new`.
#[derive(Args, Debug, Default)]
pub struct New {
    /// The fields that are answered already.
    #[command(flatten)]
    pub answers: Answers,
    /// A finding that a scanner may ignore, written as in `covers`: `tool=bandit,id=B602,paths=app/run.py`; repeatable.
    #[arg(long, value_name = "COVER", help_heading = "Covers")]
    pub cover: Vec<String>,
    /// A SARIF 2.1.0 log of a scanner: lists the results that no exception covers, asks which ones to cover, and shows
    /// how many each cover silences; repeatable.
    #[arg(long, value_name = "RESULTS", help_heading = "Covers")]
    pub scan: Vec<PathBuf>,
    /// The exception's id, used as the file name. Default: derived from the title.
    #[arg(long, value_name = "ID", help_heading = "File")]
    pub id: Option<String>,
    /// The folder below the register's. Default: the register's own, or the one of the current period if the newest
    /// files are in a folder for a year, quarter or month.
    #[arg(long, value_name = "FOLDER", help_heading = "File")]
    pub folder: Option<String>,
    /// Ask for this answer even if it is given, and begin with it; repeatable. The command that `new` prints when it is
    /// cancelled uses this for a partly typed answer.
    #[arg(long, value_name = "FIELD", value_parser = labels(), help_heading = "File")]
    pub ask: Vec<String>,
    /// Print the file without writing it.
    #[arg(long, help_heading = "File")]
    pub dry_run: bool,
    /// Commit to a new branch, push it and open the pull request: shows the commands that are otherwise only printed,
    /// asks once (in a terminal) and runs them. The checkout, staged changes and uncommitted edits stay as they are.
    #[arg(long, conflicts_with = "dry_run", help_heading = "File")]
    pub git: bool,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// Evaluate as of this date: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
}

/// Returns what can be asked for.
fn labels() -> PossibleValuesParser {
    PossibleValuesParser::new(Field::asked().into_iter().map(Field::label))
}
