//! Files passed as arguments that are not what they should be.

use std::path::PathBuf;

use crate::text::{counted, shown};
use crate::time::foreign::Cell;

/// A file passed as an argument cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Input {
    /// A saved answer or event is not what GitHub sends.
    #[error("`{}` is not a usable {what}: {why}", path.display())]
    Answer {
        /// The file as typed.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
        /// What is wrong with it.
        why: String,
        /// How to save it.
        help: String,
    },
    /// Saved answers about what was merged lack some that are needed.
    #[error("the files of `--pulls` lack {}", lacking(*commits, *pulls, *first))]
    Unanswered {
        /// For how many commits with decisions the pull requests are not known.
        commits: usize,
        /// For how many pull requests the reviews are not known.
        pulls: usize,
        /// The number of the first of these.
        first: Option<u64>,
    },
    /// A file is not text.
    #[error("`{}` is {what}, not a text file", shown(file))]
    NoText {
        /// The file as typed.
        file: String,
        /// What it is.
        what: &'static str,
    },
    /// Neither name nor content reveals the format.
    #[error("the format of `{}` cannot be told from its name or content", shown(file))]
    NoFormat {
        /// The file as typed.
        file: String,
        /// The names of the formats.
        known: Vec<&'static str>,
    },
    /// A spreadsheet is empty.
    #[error("`{}` is empty", shown(file))]
    Empty {
        /// The file as typed.
        file: String,
    },
    /// No row of a spreadsheet is a known header.
    #[error("no row of `{}` is a header that stopgap recognises; its first row is {}", shown(file), row(first))]
    NoHeader {
        /// The file as typed.
        file: String,
        /// The cells of its first row.
        first: Vec<String>,
    },
    /// A spreadsheet is too wide.
    #[error("the header of `{}` has {count} cells, the limit is {most}", shown(file))]
    TooManyColumns {
        /// The file as typed.
        file: String,
        /// How many cells the header has.
        count: usize,
        /// How many it may have.
        most: usize,
    },
    /// A spreadsheet is too long.
    #[error("`{}` has more than {most} rows", shown(file))]
    TooManyRows {
        /// The file as typed.
        file: String,
        /// How many rows it may have.
        most: usize,
    },
    /// Two columns write their dates in different orders, and a third does not show its own.
    #[error(
        "the column {} writes the day first, and the column {} the month first",
        place(day_first),
        place(month_first)
    )]
    DatesDisagree {
        /// The column that writes the day first, and a cell that shows it.
        day_first: (String, Cell),
        /// The column that writes the month first, and a cell that shows it.
        month_first: (String, Cell),
    },
    /// A column writes its dates in two orders.
    #[error("the column `{}` writes the day first in {day_first} and the month first in {month_first}", shown(column))]
    DatesMixed {
        /// The heading.
        column: String,
        /// A cell with the day first.
        day_first: Cell,
        /// A cell with the month first.
        month_first: Cell,
    },
    /// A table that `stopgap export` wrote, for reading.
    #[error(
        "`{}` is a table that `stopgap export` wrote, which does not have everything that the records say",
        shown(file)
    )]
    OwnExport {
        /// The file.
        file: String,
    },
    /// No cell of a column shows in which order its dates are written.
    #[error("the column `{}` contains {cell}, which is ambiguous, and no other cell decides", shown(column))]
    DatesUndecided {
        /// The heading.
        column: String,
        /// A cell that can be read both ways.
        cell: Cell,
    },
}

impl Input {
    /// Returns what to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Answer { help, .. } => help.clone(),
            Self::Unanswered { .. } => "fetch them: `stopgap history --format json > history.json`, then \
                 `action/fetch-pulls pulls.jsonl history.json`"
                .into(),
            Self::NoText { .. } => "open it and save it as CSV (best as `CSV UTF-8`), then import that file".into(),
            Self::NoFormat { known, .. } => format!("name it: `--from {}`", known.join("|")),
            Self::Empty { .. } => "export the sheet with its header".into(),
            Self::NoHeader { .. } => "name two or more columns, such as `--map title=\"Column heading\" --map \
                 expires=\"Other heading\"`"
                .into(),
            Self::TooManyColumns { .. } => "export only the columns of the register".into(),
            Self::OwnExport { .. } => {
                "copy the YAML files from the other register; to fill gaps in a spreadsheet, write it \
                 with `stopgap export --format csv --gaps` and import it with `--update`"
                    .into()
            }
            Self::TooManyRows { .. } => "split it into files by year or by team".into(),
            Self::DatesDisagree { .. } | Self::DatesMixed { .. } | Self::DatesUndecided { .. } => {
                "give the order of day and month: `--date-order dmy` (23/11/2026) or `--date-order mdy` (11/23/2026)"
                    .into()
            }
        }
    }
}

fn lacking(commits: usize, pulls: usize, first: Option<u64>) -> String {
    let mut lacking = Vec::new();
    if commits > 0 {
        lacking.push(format!("the pull requests of {} with decisions", counted(commits, "commit")));
    }
    if let Some(first) = first {
        lacking.push(format!("the reviews of {}, such as #{first}", counted(pulls, "pull request")));
    }
    lacking.join(" and ")
}

fn place((heading, cell): &(String, Cell)) -> String {
    format!("`{}` in {cell}", shown(heading))
}

fn row(cells: &[String]) -> String {
    const MOST: usize = 6;
    let cells = cells.iter().take(MOST).map(|cell| format!("`{}`", shown(cell.trim())));
    cells.collect::<Vec<_>>().join(", ")
}
