//! The arguments, and nothing else: their doc comments are the help text.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::output::Format;
use crate::output::history::Format as HistoryFormat;
use crate::output::show::Format as ShowFormat;

/// Keeps temporary security exceptions temporary: a register in git, checked in CI.
#[derive(Debug, Parser)]
#[command(name = "stopgap", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check the register: every exception, or only the named files.
    ///
    /// Exit code 0: no finding at error. 1: there are findings at error. 2: the check could not be
    /// done.
    Check(Check),
    /// Show one exception: what it says, when it ends, what is wrong with it today, and its history.
    ///
    /// The timeline names the commit, the day and the author of each step: added, renewed, reviewed,
    /// amended, expired, closed, moved, and edits that were none of these. It follows the id through
    /// every folder of the register, along the first parents of HEAD; outside of git it is what the
    /// record says of itself.
    ///
    /// Exit code 0, whatever the findings; 2: there is no such exception.
    Show(Show),
    /// Replay the change rules over the commits of the past, to find what slipped past a review.
    ///
    /// Every first-parent commit from HEAD back is compared with its first parent, and judged by
    /// the policy, the people and the controls that were in force before it, on its own day. So an
    /// edit that was pushed straight to the branch is found later, and a merge counts once. Check
    /// out the default branch with its whole history (`fetch-depth: 0`). Putting a value back is no
    /// second finding, but the first one stays in the history for good: once it has been dealt with,
    /// go on from there with `--since`.
    ///
    /// Who approved a change is not replayed: that needs the pull request, see `check --base`.
    ///
    /// Exit code 0: no finding at error. 1: there are findings at error. 2: the history could not
    /// be read.
    History(History),
    /// Explain a rule: why it exists and what to do. Without a rule, list all of them.
    Explain {
        /// A rule such as `expired`.
        rule: Option<String>,
    },
    /// Print a JSON Schema, for an editor or another validator.
    Schema {
        /// Which one.
        #[arg(value_name = "NAME", value_parser = ["exception", "policy", "people", "controls"])]
        name: String,
    },
}

/// Arguments of `check`.
#[derive(Args, Debug, Default)]
pub struct Check {
    /// Report only on these files or folders of the register; the whole register is still read.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// Judge only what a change does, against this revision: a branch, a commit, or `auto` to find
    /// the base in CI. The base's policy, people and controls judge.
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// GitHub's event payload, to know who opened the pull request (with `--base`).
    #[arg(long, value_name = "FILE", requires = "base")]
    pub event: Option<PathBuf>,
    /// The saved answer of `GET /repos/{owner}/{repo}/pulls/{number}/reviews`, to see who approved.
    #[arg(long, value_name = "FILE", requires = "base")]
    pub reviews: Option<PathBuf>,
    /// The day to check for: `2026-11-23`, meaning its first moment in the register's time zone,
    /// or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// How to print the result.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
    /// Write the result to a file too; may be given several times, such as `sarif=stopgap.sarif`.
    #[arg(long, value_name = "FORMAT=FILE")]
    pub output: Vec<String>,
    /// Colour the text.
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// Print findings only, no line of counts.
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of `show`.
#[derive(Args, Debug, Default)]
pub struct Show {
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
    #[arg(long, value_enum, default_value_t = ShowFormat::Text, value_name = "FORMAT")]
    pub format: ShowFormat,
}

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
    #[arg(long, value_enum, default_value_t = HistoryFormat::Text, value_name = "FORMAT")]
    pub format: HistoryFormat,
    /// Colour the text.
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// Print findings only, no line of counts.
    #[arg(long, short)]
    pub quiet: bool,
}

/// Where the register is.
#[derive(Args, Debug, Default)]
pub struct Place {
    /// The repository's root. Default: the nearest folder upwards with a policy, else the git work
    /// tree, else the current folder.
    #[arg(long, value_name = "FOLDER")]
    pub root: Option<PathBuf>,
    /// The policy file. Default: `stopgap.yaml`, else `.github/stopgap.yaml`, in the root.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// In a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
