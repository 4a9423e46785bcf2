//! The arguments, one file per command, and nothing else: their doc comments are the help text. Those that set a field
//! of an exception come from the table of fields.

pub mod answers;
mod card;
pub mod help;
mod check;
mod dashes;
mod doctor;
mod enforce;
mod evidence;
mod export;
mod history;
mod import;
mod init;
pub mod list;
mod new;
mod remind;
mod report;
mod revise;
mod several;
mod show;
mod sync;
mod suppressions;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};

use crate::output::explain::Format as ExplainFormat;
use crate::output::schemas;

pub use answers::Answers;
pub use card::Card;
pub use check::Check;
pub use dashes::{join_dashed, with_tip};
pub use doctor::Doctor;
pub use enforce::Enforce;
pub use evidence::{Evidence, OfPack, Verify};
pub use export::Export;
pub use history::History;
pub use import::{DateOrder, From, Import};
pub use init::{Ci, Init};
pub use list::List;
pub use new::New;
pub use remind::Remind;
pub use report::Report;
pub use revise::{Amend, Close, Decide, Reject, Renew, Review, Revise};
pub use several::Several;
pub use show::Show;
pub use suppressions::Suppressions;
pub use sync::Sync;

/// Keeps temporary security exceptions temporary: a register in git, checked in CI.
#[derive(Debug, Parser)]
#[command(name = "stopgap", version, max_term_width = 100, styles = help::STYLES)]
pub struct Cli {
    /// Colour what is meant for people: `auto` (in a terminal, unless `NO_COLOR` is set), `always` or `never`.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", hide_possible_values = true, display_order = 900)]
    pub color: Color,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Reads the words of a command line, the program's own name first.
///
/// # Errors
///
/// The help, where it is asked for, or what is wrong with the words.
pub fn parse(words: &[OsString]) -> Result<Cli, clap::Error> {
    let read = |command: clap::Command| Cli::from_arg_matches(&command.try_get_matches_from(words)?);
    // What people are told is put together only where they are told something.
    read(Cli::command()).or_else(|_| read(command()))
}

/// Returns the whole command line, each command with its arguments and examples.
#[must_use]
pub fn command() -> clap::Command {
    let named = Cli::command();
    let whole = named.clone().help_template(help::whole());
    let mut whole = whole.before_help(help::shown_examples("")).after_help(help::commands());
    whole.build();
    whole.mut_subcommands(|it| {
        let examples = help::shown_examples(it.get_name());
        // The arguments brought a description of their own along.
        let said = named.find_subcommand(it.get_name()).and_then(|named| {
            let about = named.get_about()?;
            Some((about.clone(), named.get_long_about().unwrap_or(about).clone()))
        });
        let it = match said {
            Some((about, long_about)) => it.about(about).long_about(long_about),
            None => it,
        };
        it.help_template(help::OF_A_COMMAND).before_help(examples)
    })
}

/// What to do. Only the arguments of the command that is called are put together.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Set up a repository: policy, register, code owners, a CI job.
    ///
    /// Editors get schemas, which complete and explain the keys.
    ///
    /// Existing files are never changed, so it may be run again: what is missing is written, and lines that belong in a
    /// file of yours are printed. Only a job that it wrote while nobody had said where stopgap comes from, and that is
    /// still as it was written, is written again once `--action` or `--component` says so.
    Init(Init),
    /// Ask for a new exception.
    ///
    /// In a terminal every answer that is missing is asked for and judged as it is given; elsewhere it
    /// comes from arguments.
    ///
    /// The file is shown, judged as the pull-request gate would, and written whole or not at all; nothing is ever
    /// replaced. The commands that open the pull request are printed.
    ///
    /// Exit code 0: the file is written. 1: it is refused, and nothing is written. 2: answers are missing or the
    /// questions were cancelled.
    New(Box<New>),
    /// Check the register, or only the named files.
    ///
    /// Exit code 0: no findings at error level. 1: there are findings at error level. 2: the check could not be done.
    Check(Check),
    /// Check the findings of scanners against the register.
    ///
    /// Reads the SARIF 2.1.0 logs of any scanners, one result at a time. A result that a `covers` of an exception in force
    /// means passes; any other at or above the policy's level is a finding, and so is one that the scanner was told to
    /// overlook in the source with no exception behind it. `--annotate` writes the log with the suppressions that the
    /// register grants, for code scanning.
    ///
    /// Exit code 0: no findings at error level. 1: there are findings at error level. 2: a log could not be judged.
    Enforce(Enforce),
    /// List the register, the most urgent first.
    ///
    /// Exit code 0, whatever is overdue; 2: the register could not be read.
    List(List),
    /// Show one exception: its record, its findings, its story.
    ///
    /// The story goes from the request over decision, reviews and renewals to the closure. Each step has what the record
    /// says, the commit that wrote it, the merge and the pull request that brought it, who had approved it (with
    /// `--pulls`), and whether record and git agree. The timeline names what each commit did: added, renewed, reviewed,
    /// amended, expired, closed, moved, and edits that were none of these. Both follow the record through every name and
    /// folder that it had, along the main line of HEAD, and tell of one that was removed from the register too;
    /// outside git they are what the record says of itself.
    ///
    /// Exit code 0, whatever the findings; 2: there is no such exception.
    Show(Show),
    /// Show what an approver agrees to, in plain words.
    ///
    /// What is allowed, where, why, until when and how many days that is; what could happen at worst, which safer way
    /// was not taken, what will be removed and by whom; what is unusual about it; and who decides. A renewal stands
    /// beside the request that it extends. The page of `stopgap check --base REV --format markdown` has the same card
    /// for everything that a change brings, with who has approved it so far.
    ///
    /// Exit code 0; 2: there is no such exception, or its file cannot be read.
    Card(Card),
    /// Ask for an exception to go on, with a new reason.
    ///
    /// A renewal is a fresh request with its own reason, check and decision. In a terminal what is missing is asked
    /// for, after the record and what was promised in it.
    ///
    /// The file keeps its comments, its order and its style; the edit is checked as the pull-request gate will check
    /// it, and nothing is written if that fails: a third renewal, a request after the end, an approver who asks, an end
    /// past the tier's limit.
    ///
    /// Exit code 0: written. 1: the check refuses it. 2: something is missing, or the edit could not be done.
    Renew(Renew),
    /// Record what somebody saw while the exception lasts.
    ///
    /// Exit code 0: written. 1: the check refuses it. 2: something is missing, or the edit could not be done.
    Review(Review),
    /// Close an exception: the rule is followed again.
    ///
    /// Exit code 0: written. 1: the check refuses it. 2: something is missing, or the edit could not be done.
    Close(Close),
    /// Turn down a request, and keep the record.
    ///
    /// The file is merged as `rejected`, so that nobody asks the same again unseen.
    ///
    /// Exit code 0: written. 1: the check refuses it. 2: something is missing, or the edit could not
    /// be done.
    Reject(Reject),
    /// Correct an approved record, and note it there.
    ///
    /// `owner`, `removal`, `alternatives`, `references`, `follows` and keys of your own are free to change; every other field
    /// needs somebody who agrees. The end is never corrected: `renew` extends it, `close` ends it.
    ///
    /// Exit code 0: written. 1: the check refuses it. 2: something is missing, or the edit could not
    /// be done.
    Amend(Amend),
    /// Date a request by the day on which it was approved.
    ///
    /// Writes the day of the decision into what the branch still asks for: a new exception, a renewal, an amendment. A
    /// start that comes before the decision moves to its day. Nothing else changes, so an approval that was given before
    /// stays good.
    ///
    /// Exit code 0: written. 1: the check refuses it. 2: something is missing, or the edit could not
    /// be done.
    Decide(Decide),
    /// Prepare the weekly meeting: decisions, changes, figures.
    ///
    /// First what is expired, the longest overdue on top, with its owner, the owner's manager and what
    /// must be removed; then what ends before the next meeting; then emergencies that nobody has
    /// reviewed; then what breaks a rule, came past the gate or cannot be read; then what was closed,
    /// waits on a branch, is new, renewed or rejected; then who holds how many, the last year week by
    /// week, and the figures. Each item has the command that settles it. `--format html` writes one page
    /// with a timeline and a table that sorts and filters, and nothing in it needs a network.
    ///
    /// Exit code 0, whatever is in it; 2: the register could not be read.
    Report(Report),
    /// Find what slipped past the gate, in the commits of the past.
    ///
    /// Every commit of the branch from HEAD back is compared with the one before it, and judged by the policy, the
    /// people and the controls that were in force then, on its own day. A merge counts once, and is compared with
    /// everything that it joined. So an edit that was pushed straight to the branch is found later. Check out the
    /// default branch with its whole history (`fetch-depth: 0`). Putting a value back is not a second finding, but the
    /// first one stays in the history for good: once it has been dealt with, continue from there with `--since`.
    ///
    /// Who had approved what was merged is judged with `--pulls`.
    ///
    /// Exit code 0: no findings at error level. 1: there are findings at error level. 2: the history could not be read.
    History(History),
    /// Find out whether the gate really gates.
    ///
    /// Looks at what the workflow, CODEOWNERS and the forge's settings let through.
    /// Each line is `ok`, or says what is `wrong` and the setting or command that fixes it, what would be better
    /// (`advice`), or what the given files do not show and how to find out (`unknown`). Nothing is asked over the
    /// network: give the forge's settings with `--rulesets`.
    ///
    /// Exit code 0: nothing is wrong. 1: something is. 2: it could not be found out.
    Doctor(Doctor),
    /// Write what an auditor takes away from a period, or verify it.
    ///
    /// The register when the period began, at each month's end and when it ended; every decision with its commit, who
    /// signed it, who had reviewed it (with `--pulls`) and whether that is in order; every renewal, refusal and closure;
    /// every finding that stood and how long; and what slipped past the review. As one page, as tables, as JSON with a
    /// schema, and with the SHA-256 sums of all files.
    ///
    /// The commits of the default branch say all of it: the same commits give the same bytes, whoever writes them, when
    /// and where.
    ///
    /// Exit code 0: written, whatever it says; 2: it could not be written.
    Evidence(Evidence),
    /// Export the register: a table, JSON Lines, calendar, VEX, OSCAL.
    ///
    /// `csv` and `jsonl` hold every exception, closed and rejected ones too; `ics` holds the last
    /// covered day of each live one, with the policy's reminders. `openvex` and `cyclonedx-vex` tell customers which
    /// vulnerabilities exceptions in force accept, and until when; `oscal-poam` and `oscal-ar` hold the live exceptions for an auditor's tools. Findings do
    /// not stop an export. A file that cannot be read is named on standard error, and in `csv` and `jsonl` it keeps its row.
    ///
    /// Exit code 0, whatever the findings; 2: the export could not be done.
    Export(Export),
    /// Write the ignore files of scanners from the exceptions in force.
    ///
    /// The policy's `sync` names the files. An entry is written for each cover of an exception in force, with its end
    /// as that tool means it, and goes when the exception has ended; whatever else is in a file stays. An entry that
    /// was added by hand and that no exception covers is reported as `unregistered-suppression`, and goes with
    /// `--prune`.
    ///
    /// Run it in the pull request that brings or closes an exception, and daily for tools that know no end.
    ///
    /// Exit code 0: the files are as they should be. 1: an entry was added by hand, or with `--check` a file differs.
    /// 2: a file could not be read or written.
    Sync(Sync),
    /// List what scanners are told to overlook, each with its exception.
    ///
    /// Comments such as `# nosec B602` and entries of ignore files such as `.trivyignore`, in the files that git tracks,
    /// as each tool itself reads them. An exception is behind one if its `covers` name the tool, the rule and the file;
    /// `stopgap: ID` on the line or in a comment right above says which one is meant, and permits nothing by itself.
    ///
    /// `--write-baseline` lets what is there today be until a last day; from then on `stopgap check` and `--check`
    /// refuse every new one without an exception in force. A line that moves or is formatted anew is not new.
    ///
    /// Exit code 0: listed, or with `--check` nothing to report. 1: with `--check`, there are findings at error level.
    /// 2: the tracked files or the register could not be read.
    Suppressions(Suppressions),
    /// Say who must be reminded today, and of what.
    ///
    /// Those whose exception ends soon or has expired, and those who owe a review.
    ///
    /// The owner, the owner's manager and the approver are told at each of the policy's reminders, and daily once the
    /// exception has expired. Nothing is printed when nobody must act.
    ///
    /// `--format github-plan` prints the API calls that keep one tracking issue per exception, for `action/apply-plan`;
    /// the issues remember what was told, so a missed day is made up for and nothing is told twice.
    ///
    /// Exit code 0, whoever must be told; 2: it could not be found out.
    Remind(Remind),
    /// Turn a spreadsheet or an ignore file into exceptions.
    ///
    /// Lists what each of them lacks.
    ///
    /// Reads CSV as spreadsheets export it, `.trivyignore` and `.trivyignore.yaml`, `osv-scanner.toml`,
    /// `.snyk`, InSpec waivers and dependency-check suppressions. What a column becomes is guessed from
    /// its heading and shown before anything is written; `--map` corrects it. What the file does not say
    /// is written as a key without a value, which `check` names; no approval and no date is made up.
    ///
    /// Nothing is overwritten: an exception whose id is in the register already is left out, so the same
    /// command may be run again.
    ///
    /// Exit code 0: everything could be read. 2: something could not, and it is listed with its line.
    Import(Import),
    /// Explain a rule, or list all of them.
    ///
    /// Says why the rule exists and what to do.
    Explain {
        /// A rule such as `expired`.
        rule: Option<String>,
        /// How to print it.
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: ExplainFormat,
    },
    /// Print shell completions for commands, ids, people and rules.
    ///
    /// Put `source <(stopgap completions bash)` into `~/.bashrc`, `source <(stopgap completions zsh)` into `~/.zshrc`,
    /// `stopgap completions fish | source` into fish's `config.fish`.
    Completions {
        /// The shell.
        #[arg(value_name = "SHELL", value_parser = ["bash", "elvish", "fish", "powershell", "zsh"])]
        shell: String,
    },
    /// Print the manual page of stopgap or of a command.
    Man {
        /// A command such as `check`.
        command: Option<String>,
        /// Write all pages into this folder instead, one file each.
        #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
        output: Option<PathBuf>,
    },
    /// Print a JSON Schema, for an editor or another validator.
    ///
    /// `exception`, `policy`, `people`, `controls`, `baseline` and `suppressions` are files of a register; the others are
    /// what the command of that name prints with `--format json`, `evidence` the JSON files of its pack, and `export` a
    /// line of `--format jsonl`. `check` is also what `stopgap enforce` prints.
    Schema {
        /// Which one.
        #[arg(value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(schemas::names()))]
        name: String,
    },
}

/// Where the register is.
#[derive(Args, Debug, Default)]
pub struct Place {
    /// The repository's root. Default: the nearest folder upwards with a policy, otherwise the git work tree, otherwise
    /// the current folder.
    #[arg(long, value_name = "FOLDER")]
    pub root: Option<PathBuf>,
    /// The policy file. Default: `stopgap.yaml`, otherwise `.github/stopgap.yaml`, in the root.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
}

/// The register of the past.
#[derive(Args, Debug, Default)]
pub struct Past {
    /// Read the register as it stood on the default branch at the end of this day (`2026-03-31`) or at this date-time, or
    /// in this revision, and judge it as of then: policy, people, controls and CODEOWNERS are of that commit too.
    #[arg(long, value_name = "DATE|REV")]
    pub at: Option<String>,
}

/// When to use colour.
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
