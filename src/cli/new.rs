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
    /// What a scanner may overlook, as `covers` names it: `tool=bandit,id=B602,paths=app/run.py`; repeatable.
    #[arg(long, value_name = "COVER", help_heading = "Covers")]
    pub cover: Vec<String>,
    /// A SARIF 2.1.0 log of a scanner: lists its results that no exception covers, asks which of them are meant, and says
    /// how many each cover silences; repeatable.
    #[arg(long, value_name = "RESULTS", help_heading = "Covers")]
    pub scan: Vec<PathBuf>,
    /// The exception's id, which is the file's name. Default: made from the title.
    #[arg(long, value_name = "ID", help_heading = "File")]
    pub id: Option<String>,
    /// The folder below the register. Default: the register's own, or this period's if the newest files are in one for
    /// a year, quarter or month.
    #[arg(long, value_name = "FOLDER", help_heading = "File")]
    pub folder: Option<String>,
    /// Ask for this answer though it is given, beginning with it; repeatable. What `new` prints when it
    /// is cancelled names the answer that was half typed.
    #[arg(long, value_name = "FIELD", value_parser = labels(), help_heading = "File")]
    pub ask: Vec<String>,
    /// Print the file and write nothing.
    #[arg(long, help_heading = "File")]
    pub dry_run: bool,
    /// Commit it to a branch of its own, push that and open the pull request: runs the commands that are
    /// otherwise only printed, after showing them (and, in a terminal, asking once). What is checked out,
    /// staged or edited stays as it is.
    #[arg(long, conflicts_with = "dry_run", help_heading = "File")]
    pub git: bool,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// The day to write it on: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
}

/// Returns what can be asked for.
fn labels() -> PossibleValuesParser {
    PossibleValuesParser::new(Field::asked().into_iter().map(Field::label))
}
