//! Why a run could not be done. A defect in the register is a finding, never an [`Error`].

mod argument;
mod git;
mod input;
mod refusal;

use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::process::ExitCode;

pub use argument::{Argument, Named};
pub use git::{GitError, TreeName};
pub use input::Input;
pub use refusal::{Over, Refusal};

use crate::source::Source;
use crate::text::{counted, shown};
use crate::yaml::Problem;

/// The run could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An argument makes no sense.
    #[error(transparent)]
    Argument(#[from] Argument),
    /// A file passed as an argument cannot be used.
    #[error(transparent)]
    Input(#[from] Input),
    /// An edit is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Another edit holds the register's lock.
    #[error("another edit of `{}` is still running", folder.display())]
    Locked {
        /// The register's folder.
        folder: PathBuf,
    },
    /// There is no git work tree in which to find the base of a change.
    #[error("`--base`: `{}` is not in a git work tree", root.display())]
    NoWorkTree {
        /// The root that was searched.
        root: PathBuf,
    },
    /// There is no git work tree whose commits could be replayed.
    #[error("`{}` is not in a git work tree, so there is no history", root.display())]
    NoHistory {
        /// The root that was searched.
        root: PathBuf,
    },
    /// A CI run that has no change to judge.
    #[error("`--base auto` has no base in {run}: nothing was changed")]
    NoChange {
        /// What kind of run it is.
        run: String,
    },
    /// A policy has a name that is not read.
    #[error("`{name}` is not read: the policy's name is `{usual}`")]
    Misnamed {
        /// Its name.
        name: &'static str,
        /// The name that is read.
        usual: &'static str,
    },
    /// There is no register where one was looked for.
    #[error("no register: the folder `{folder}` is not in `{root}`")]
    NoRegister {
        /// The folder of the exceptions, relative to the root.
        folder: String,
        /// The root that was searched.
        root: String,
    },
    /// The register does not fit into the memory that the process may have.
    #[error("the register in `{folder}` needs at least {needed} MiB of memory, and this process may have {limit}")]
    NoMemory {
        /// The folder of the exceptions, relative to the root.
        folder: String,
        /// What it needs, in MiB.
        needed: u64,
        /// What the system allows, in MiB.
        limit: u64,
    },
    /// The memory that the process may have ran out.
    #[error("the run ran out of memory (limit {limit} MiB) and was terminated")]
    MemoryLimit {
        /// What the system allows, in MiB.
        limit: u64,
    },
    /// A file was to become larger than one may.
    #[error("a file would exceed the size limit ({limit} KiB), and the run was terminated")]
    FileLimit {
        /// What the system allows, in KiB.
        limit: u64,
    },
    /// A change removes a register and what is in it.
    #[error("this change removes the register of {}, which has {} in the base", folder(root), counted(*count, "exception"))]
    RegisterRemoved {
        /// Its root below the top of the work tree; empty for the top.
        root: String,
        /// How many exceptions the base has there.
        count: usize,
    },
    /// OpenVEX has no document without a statement.
    #[error("no exception in force covers a vulnerability, and an OpenVEX document needs at least one statement")]
    NoStatements,
    /// The policy names no ignore file.
    #[error("the policy names no ignore file to write")]
    NoTargets,
    /// Base and head of a change have the register in two places.
    #[error(
        "the register's root moved: the base has it in {}, and this change puts it in {}",
        folder(base),
        folder(head)
    )]
    RootMoved {
        /// The base's root below the top of the work tree; empty for the top.
        base: String,
        /// The head's.
        head: String,
    },
    /// A policy, roster, catalogue or schema is faulty.
    #[error("{kind} is not usable")]
    Config {
        /// What the file is for.
        kind: &'static str,
        /// The file.
        source_text: Box<Source>,
        /// What is wrong in it.
        problems: Vec<Problem>,
        /// The commit that has it, where the work tree may hold another.
        commit: Option<Box<str>>,
    },
    /// A file that the run needs cannot be read.
    #[error("cannot read {kind} `{path}`: {why}")]
    Unreadable {
        /// What the file is for.
        kind: &'static str,
        /// The file.
        path: String,
        /// Why.
        why: String,
        /// What to do.
        help: String,
    },
    /// A submodule is where the files of this repository should be.
    #[error("{kind}: `{}` is a submodule, whose files are changed in another repository", shown(path))]
    Submodule {
        /// What should be there.
        kind: &'static str,
        /// The submodule.
        path: String,
    },
    /// A sparse checkout leaves out files that the run would have to read or to replace.
    #[error("the sparse checkout leaves out {}", left_out(path, *others))]
    LeftOut {
        /// The first of them, relative to the root.
        path: String,
        /// How many others there are.
        others: usize,
    },
    /// A file that `--output` names cannot be written.
    #[error("cannot write `{}`: {why}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// No file can be written for the time of the run.
    #[error("cannot write to the temporary folder `{}`: {why}", path.display())]
    NoTemporary {
        /// The folder.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A command lacks answers that only a person can give.
    #[error("`{command}`: {}", count(answers.len()))]
    Missing {
        /// The command as it was typed.
        command: String,
        /// Each as the argument to add, with its description.
        answers: Vec<(String, String)>,
    },
    /// An edit cannot be proved correct, so it is left to the user.
    #[error("`{path}` was not edited: {why}")]
    ByHand {
        /// The file, relative to the root.
        path: String,
        /// Why.
        why: String,
        /// The lines to write, as YAML.
        lines: String,
    },
    /// The steps after an edit came to an end too early.
    #[error("{why}")]
    Unfinished {
        /// Which step, and why.
        why: String,
        /// What is done until then.
        done: String,
        /// The commands that go on.
        lines: String,
    },
    /// A file has changed since it was read.
    #[error("`{}` was changed by somebody else in the meantime", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A file that is to be written has been created since the run began.
    #[error("`{}` already exists, and nothing is overwritten", shown(&path.to_string_lossy()))]
    ThereMeanwhile {
        /// The file.
        path: PathBuf,
    },
    /// Git is missing, or lacks what is needed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// Somebody cancelled the questions; nothing is written.
    #[error("stopped; nothing was written")]
    Left,
    /// The user went back to the previous question; the caller handles it.
    #[error("went back")]
    Back,
    /// The terminal cannot ask questions.
    #[error("cannot ask in this terminal: {0}")]
    Terminal(String),
    /// Standard output is closed or full.
    #[error("cannot write the result: {0}")]
    Output(#[from] io::Error),
}

/// Says of a faulty rule book which commit's it is: the work tree may hold another.
#[must_use]
pub fn owned_by(owner: &str, error: Error) -> Error {
    match error {
        Error::Config { kind, source_text, problems, .. } => {
            Error::Config { kind, source_text, problems, commit: Some(owner.into()) }
        }
        other => other,
    }
}

/// Tells whether the system says that nothing is at a path, and not that nobody can look.
pub(crate) fn is_absence(error: &io::Error) -> bool {
    use ErrorKind::{InvalidFilename, InvalidInput, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | InvalidFilename | InvalidInput)
}

/// Returns what to do about an error that says nothing of the file at which it happened: the system has run out of
/// something, or its disk fails.
#[cfg(unix)]
pub(crate) fn help_for_system(error: &io::Error) -> Option<&'static str> {
    use rustix::io::Errno;
    match Errno::from_io_error(error)? {
        Errno::MFILE | Errno::NFILE => Some("raise the limit of open files for this user (`ulimit -n`)"),
        Errno::NOMEM => Some("raise the memory limit for this user (`ulimit -v`)"),
        Errno::IO => Some("check the disk: see the system's log for details"),
        _ => None,
    }
}

/// Returns what to do about an error that says nothing of the file at which it happened.
#[cfg(not(unix))]
pub(crate) fn help_for_system(error: &io::Error) -> Option<&'static str> {
    (error.kind() == ErrorKind::OutOfMemory).then_some("raise the memory limit for this user")
}

fn folder(below: &str) -> String {
    match below.trim_end_matches('/') {
        "" => "the top of the work tree".to_owned(),
        below => format!("`{}`", crate::text::shown(below)),
    }
}

fn count(missing: usize) -> String {
    if missing == 1 { "an answer is missing".to_owned() } else { format!("{missing} answers are missing") }
}

/// Names what is left out.
fn left_out(path: &str, others: usize) -> String {
    let path = shown(path);
    match others {
        0 => format!("`{path}`"),
        others => format!("`{path}` and {}", counted(others, "more file")),
    }
}

impl Error {
    /// Says what is wrong in a file that is for something, as the work tree has it.
    #[must_use]
    pub fn config(kind: &'static str, source: Source, problems: Vec<Problem>) -> Self {
        Self::Config { kind, source_text: Box::new(source), problems, commit: None }
    }

    /// Says that the temporary folder cannot be used.
    #[must_use]
    pub fn no_temporary(error: io::Error) -> Self {
        let text = error.to_string();
        // The library adds the name that it made up.
        let why = text.split_once(" at path ").map_or(&*text, |(why, _)| why).to_owned();
        Self::NoTemporary { path: tempfile::env::temp_dir(), why }
    }

    /// Returns the exit code of every error: 2.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(2)
    }

    /// Tells whether git failed half-way, as opposed to a clone that is only shallow.
    #[must_use]
    pub fn is_failure_of_git(&self) -> bool {
        let Self::Git(error) = self else { return false };
        !matches!(
            error,
            GitError::EndsEarly { .. } | GitError::Shallow | GitError::TooShallow { .. } | GitError::NothingToReplay
        )
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Unreadable { help, .. } => Some(help.clone()),
            Self::Git(git) => Some(git.help()),
            Self::Argument(argument) => Some(argument.help()),
            Self::Input(input) => Some(input.help()),
            Self::Refused(refusal) => Some(refusal.help()),
            Self::Locked { .. } => Some("end the other `stopgap`, then try again".into()),
            Self::NoWorkTree { .. } => Some("run it in a clone with a work tree; or leave `--base` out to check the register as it is".into()),
            Self::NoHistory { .. } => Some("run it in a clone with a work tree, or name one with `--root`".into()),
            Self::NoChange { .. } => Some(
                "leave `--base` out for the scheduled check: `stopgap check` checks the whole register".into(),
            ),
            Self::Submodule { .. } => Some(
                "commit the files themselves here instead, or keep the whole register in that repository and check \
                 it there"
                    .into(),
            ),
            Self::Misnamed { name, usual } => Some(format!("git mv {name} {usual}")),
            Self::ThereMeanwhile { .. } => Some("somebody else has just written it: run the command again".into()),
            Self::NoRegister { .. } => Some(
                "`stopgap init` sets one up; or name another folder with `exceptions:` in `stopgap.yaml`, or point to the \
                 repository with `--root`"
                    .into(),
            ),
            Self::NoMemory { .. } | Self::MemoryLimit { .. } => Some("raise the limit: `ulimit -v` shows it in KiB".into()),
            Self::FileLimit { .. } => Some("raise the limit: `ulimit -f` shows it in KiB".into()),
            Self::RegisterRemoved { .. } => Some(
                "they would no longer be checked: restore its policy, and keep the records of ended exceptions where \
                 they are"
                    .into(),
            ),
            Self::NoStatements => Some("withdraw the document that you published before, if there is one".into()),
            Self::NoTargets => Some("name the files in `stopgap.yaml`, such as `sync: {trivy: .trivyignore.yaml}`".into()),
            Self::RootMoved { base, .. } => Some(format!(
                "a policy was removed, added or moved between the job's folder and the top, so the register that the base \
                 has in {} would no longer be checked; name the intended root with `--root`, or restore the policy",
                folder(base)
            )),
            Self::Missing { .. } => Some("nothing was written; give them all in one command:".into()),
            Self::ByHand { .. } => Some("write this into the file, then run `stopgap check`:".into()),
            Self::Unfinished { done, lines, .. } if lines.is_empty() => Some(done.clone()),
            Self::Unfinished { done, .. } => Some(format!("{done}; resolve this, then continue with:")),
            Self::LeftOut { .. } => Some(
                "`git sparse-checkout disable` checks out everything, and `git sparse-checkout add` another folder".into(),
            ),
            Self::Changed { .. } => Some("nothing was written; run the command again".into()),
            Self::Unwritable { .. } => Some("write to a folder that exists, in which you may write, and on a disk that has room".into()),
            Self::NoTemporary { .. } => {
                let variable = if cfg!(windows) { "TMP" } else { "TMPDIR" };
                Some(format!("set `{variable}` to a folder that exists, that you may write to and that has room"))
            }
            Self::Output(error) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
                Some("free some space where the output goes; `git status` shows whether files were written before".into())
            }
            Self::Output(error) => help_for_system(error).map(str::to_owned),
            Self::Terminal(_) => Some("give every answer as an argument: `stopgap new --help`".into()),
            Self::Left | Self::Back | Self::Config { .. } => None,
        }
    }
}
