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
    /// Colour the output: `auto` (in a terminal, unless `NO_COLOR` is set), `always` or `never`.
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
    // Only a command that has some long text when it is built shows the long one for `--help`.
    whole = whole.mut_subcommands(|it| it.after_long_help(" "));
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
        it.help_template(help::OF_A_COMMAND).before_help(examples).after_long_help(None::<&str>)
    })
}

/// What to do. Only the arguments of the command that is called are put together.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Set up a repository: policy, register, code owners, a CI job.
    ///
    /// Editors get schemas, which provide completion and documentation of the keys.
    ///
    /// Existing files are never changed, so it can be run again: missing files are written, and lines to add to your
    /// own files are printed. Only an unedited job that was written before the source of stopgap was known is replaced,
    /// once `--action`, `--component`, `--image` or `--source` sets it.
    Init(Init),
    /// Request a new exception.
    ///
    /// In a terminal, missing answers are asked for and checked one by one; elsewhere, they come from arguments.
    ///
    /// The file is shown, checked as the pull-request gate would check it, and written atomically; existing files are
    /// never replaced. The commands that open the pull request are printed.
    ///
    /// Exit code 0: the file is written. 1: the check refuses it, and nothing is written. 2: answers are missing, or
    /// the questions were cancelled.
    New(Box<New>),
    /// Check the register, or only the named files.
    ///
    /// Exit code 0: no findings at error level. 1: there are findings at error level. 2: the check could not be done.
    Check(Check),
    /// Check the findings of scanners against the register.
    ///
    /// Reads SARIF 2.1.0 logs of any scanner, one result at a time. A result passes if a cover of an exception in force
    /// matches it. Any other result at or above the policy's level is a finding, and so is a result that is suppressed
    /// in the source without an exception. `--annotate` writes the log with the suppressions that the register grants,
    /// for code scanning.
    ///
    /// Exit code 0: no findings at error level. 1: there are findings at error level. 2: a log could not be judged.
    Enforce(Enforce),
    /// List exceptions, the most urgent first.
    ///
    /// Exit code 0, whatever is overdue; 2: the register could not be read.
    List(List),
    /// Show one exception: its record, findings and history.
    ///
    /// The story covers the request, the decision, reviews, renewals and the closure. Each step shows what the record
    /// says, the commit that wrote it, the merge and the pull request that brought it in, who approved it (with
    /// `--pulls`), and whether record and git agree. The timeline shows what each commit did: added, renewed, reviewed,
    /// amended, expired, closed, moved, or any other edit. Both follow the record through renames and moves along the
    /// main line of HEAD, also after it was removed from the register; outside git, they show only what the record
    /// itself says.
    ///
    /// Exit code 0, whatever the findings; 2: there is no such exception.
    Show(Show),
    /// Show what an approval agrees to, in plain words.
    ///
    /// Shows what is allowed, where, why, until when and for how many days; the worst case, the rejected alternatives,
    /// what will be removed and by whom; what is unusual about it; and who decides. A renewal is shown next to the
    /// request that it extends. `stopgap check --base REV --format markdown` prints the same card for everything that a
    /// change adds, with the approvals so far.
    ///
    /// Exit code 0; 2: there is no such exception, or its file cannot be read.
    Card(Card),
    /// Request a renewal, with a new reason.
    ///
    /// A renewal is a new request with its own reason, risk check and decision. In a terminal, the record and its
    /// promises are shown, and missing answers are asked for.
    ///
    /// The file keeps its comments, its order and its style. The edit is checked as the pull-request gate will check
    /// it, and nothing is written if it fails: a third renewal, a request after the end, an approver who is the
    /// requester, an end past the tier's limit.
    ///
    /// Exit code 0: written. 1: the check refuses it. 2: an answer is missing, or the edit could not be done.
    Renew(Renew),
    /// Record a review of an active exception.
    ///
    /// Exit code 0: written. 1: the check refuses it. 2: an answer is missing, or the edit could not be done.
    Review(Review),
    /// Close an exception: the rule is followed again.
    ///
    /// Exit code 0: written. 1: the check refuses it. 2: an answer is missing, or the edit could not be done.
    Close(Close),
    /// Reject a request, and keep the record.
    ///
    /// The file is merged as `rejected`, so that a repeated request is noticed.
    ///
    /// Exit code 0: written. 1: the check refuses it. 2: an answer is missing, or the edit could not be done.
    Reject(Reject),
    /// Correct an approved record, and record the correction.
    ///
    /// `owner`, `removal`, `alternatives`, `references`, `follows` and custom keys can be changed freely; every other
    /// field needs an approver. The end cannot be corrected: use `renew` or `close`.
    ///
    /// Exit code 0: written. 1: the check refuses it. 2: an answer is missing, or the edit could not be done.
    Amend(Amend),
    /// Set the decision date to the date of the approval.
    ///
    /// Writes the decision date into everything that the branch requests: a new exception, a renewal, an amendment. A
    /// start before the decision is moved to that date. Nothing else changes, so an earlier approval remains valid.
    ///
    /// Exit code 0: written. 1: the check refuses it. 2: an answer is missing, or the edit could not be done.
    Decide(Decide),
    /// Prepare the weekly meeting: decisions, changes, figures.
    ///
    /// Lists expired exceptions, the longest overdue first, with the owner, the owner's manager and what must be
    /// removed; exceptions that end before the next meeting; emergencies without a review; what breaks a rule, bypassed
    /// the gate or cannot be read; what was closed, waits on a branch, is new, renewed or rejected; then exceptions by
    /// owner, the last year week by week, and the figures. Each item has the command that resolves it. `--format html`
    /// writes one self-contained page with a timeline and a table that can be sorted and filtered.
    ///
    /// Exit code 0, whatever the report contains; 2: the register could not be read.
    Report(Report),
    /// Find changes in past commits that bypassed the gate.
    ///
    /// Every commit of the branch, from HEAD back, is compared with the previous one and judged as of its own date, by
    /// the policy, people and controls that were in force then. A merge counts once and is compared with everything
    /// that it joined. This finds edits that were pushed straight to the branch. Check out the default branch with its
    /// whole history (`fetch-depth: 0`). Restoring a value is not a second finding, but the first one stays in the
    /// history: once it has been dealt with, continue from there with `--since`.
    ///
    /// With `--pulls`, approvals of what was merged are checked too.
    ///
    /// Exit code 0: no findings at error level. 1: there are findings at error level. 2: the history could not be read.
    History(History),
    /// Verify that CI and repository settings enforce the gate.
    ///
    /// Checks the workflow, CODEOWNERS and the forge's settings. Each line is `ok`; `wrong`, with the setting or
    /// command that fixes it; `advice`, for an improvement; or `unknown`, for what the given files do not show, with
    /// how to find out. The network is not used: pass the forge's settings with `--rulesets`.
    ///
    /// Exit code 0: nothing is wrong. 1: something is wrong. 2: the checks could not be done.
    Doctor(Doctor),
    /// Write an evidence pack for an audit period, or verify one.
    ///
    /// Contains the register when the period began, at each month's end and when it ended; every decision with its
    /// commit, its signer, its reviewers (with `--pulls`) and whether it follows the rules; every renewal, refusal and
    /// closure; every open finding and for how long; and changes that bypassed the gate. It is written as one page, as
    /// tables and as JSON with a schema, with the SHA-256 sums of all files.
    ///
    /// Everything is derived from the commits of the default branch: the same commits always give the same bytes.
    ///
    /// Exit code 0: written, whatever the findings; 2: it could not be written.
    Evidence(Evidence),
    /// Export the register: a table, JSON Lines, calendar, VEX, OSCAL.
    ///
    /// `csv` and `jsonl` contain all exceptions, including closed and rejected ones; `ics` contains the last covered
    /// day of each live exception, with the policy's reminders. `openvex` and `cyclonedx-vex` tell customers which
    /// vulnerabilities exceptions in force accept, and until when; `oscal-poam` and `oscal-ar` contain the live
    /// exceptions for an auditor's tools. Findings do not stop an export. A file that cannot be read is named on
    /// standard error, and in `csv` and `jsonl` it keeps its row.
    ///
    /// Exit code 0, whatever the findings; 2: the export could not be done.
    Export(Export),
    /// Write the ignore files of scanners from the exceptions in force.
    ///
    /// The policy's `sync` names the files. An entry is written for each cover of an exception in force, with its end
    /// as the tool interprets it, and removed when the exception has ended; everything else in a file is kept. An entry
    /// that was added by hand and that no exception covers is reported as `unregistered-suppression`, and removed with
    /// `--prune`.
    ///
    /// Run it in the pull request that adds or closes an exception, and daily for tools that do not support end dates.
    ///
    /// Exit code 0: the files are up to date. 1: an entry was added by hand, or with `--check` a file differs. 2: a
    /// file could not be read or written.
    Sync(Sync),
    /// List scanner suppressions and the exceptions that cover them.
    ///
    /// Lists comments such as `# nosec B602` and entries of ignore files such as `.trivyignore`, in the files that git
    /// tracks, as each tool reads them. An exception covers a suppression if its `covers` name the tool, the rule and
    /// the file; `stopgap: ID` on the line or in a comment right above names the exception, and permits nothing by
    /// itself.
    ///
    /// `--write-baseline` tolerates existing suppressions until a set date; once it is written, `stopgap check` and
    /// `--check` refuse every new one without an exception in force. A suppression whose line is moved or reformatted
    /// is not new.
    ///
    /// Exit code 0: listed, or with `--check` nothing to report. 1: with `--check`, there are findings at error level.
    /// 2: the tracked files or the register could not be read.
    Suppressions(Suppressions),
    /// List the reminders due today.
    ///
    /// Reminders are for exceptions that end soon or have expired, and for reviews that are due.
    ///
    /// The owner, the owner's manager and the approver are reminded on each of the policy's days, and daily once the
    /// exception has expired. Nothing is printed if no reminder is due.
    ///
    /// `--format github-plan` prints the API calls that keep one tracking issue per exception, for `action/apply-plan`;
    /// the issues record which reminders were sent, so a missed day is made up for and none is sent twice.
    ///
    /// Exit code 0, whether or not reminders are due; 2: they could not be determined.
    Remind(Remind),
    /// Turn a spreadsheet or an ignore file into exceptions.
    ///
    /// Lists what each exception lacks.
    ///
    /// Reads CSV as spreadsheets export it, `.trivyignore` and `.trivyignore.yaml`, `osv-scanner.toml`, `.snyk`, InSpec
    /// waivers and dependency-check suppressions. The field of each column is guessed from its heading and shown before
    /// anything is written; `--map` corrects it. A missing value is written as a key without a value, which `check`
    /// reports; approvals and dates are never made up.
    ///
    /// Nothing is overwritten: an exception whose id is already in the register is skipped, so the same command can be
    /// run again.
    ///
    /// Exit code 0: everything could be read. 2: some entries could not, and are listed with their lines.
    Import(Import),
    /// Explain a rule, or list all of them.
    ///
    /// Says why the rule exists and what to do.
    Explain {
        /// A rule such as `expired`.
        rule: Option<String>,
        /// Output format.
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
    ///
    /// In a terminal, this is what `--help` prints; elsewhere, the source of a page in the format of `man`: `stopgap man
    /// check | man -l -`.
    Man {
        /// A command such as `check`.
        command: Option<String>,
        /// Write all pages into this folder instead, one file each.
        #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
        output: Option<PathBuf>,
    },
    /// Print a JSON Schema, for an editor or another validator.
    ///
    /// `exception`, `policy`, `people`, `controls`, `baseline` and `suppressions` describe files of a register; the
    /// others describe what the command of that name prints with `--format json`, `evidence` the JSON files of its
    /// pack, and `export` a line of `--format jsonl`. `check` also describes what `stopgap enforce` prints.
    Schema {
        /// The schema to print.
        #[arg(value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(schemas::names()))]
        name: String,
    },
}

/// Where the register is.
#[derive(Args, Clone, Debug, Default)]
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
    /// Read the register as it was on the default branch at the end of this day (`2026-03-31`) or at this date-time, or
    /// in this revision, and evaluate it as of then. Policy, people, controls and CODEOWNERS are taken from that commit
    /// too.
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

#[cfg(test)]
mod tests {
    use crate::ci::command::{Subcommand, takes_value};

    #[test]
    fn what_reads_ci_files_knows_every_option_of_the_commands_that_judge() {
        let whole = super::command();
        for subcommand in Subcommand::ALL {
            let command = whole.find_subcommand(subcommand.name()).unwrap();
            let mut seen = 0;
            for argument in command.get_arguments() {
                let long = argument.get_long().map(|name| format!("--{name}"));
                for name in long.into_iter().chain(argument.get_short().map(|name| format!("-{name}"))) {
                    let takes = argument.get_action().takes_values();
                    assert_eq!(takes_value(&name), Some(takes), "{name} of {}", subcommand.name());
                    seen += 1;
                }
            }
            assert!(seen > 5, "{}", subcommand.name());
        }
    }
}
