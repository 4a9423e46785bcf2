//! Why a run could not be done. A defect of the register is a finding, never an [`Error`].

use std::path::PathBuf;
use std::process::ExitCode;

use crate::source::Source;
use crate::yaml::Problem;

/// The run could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An argument makes no sense.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to type instead.
        help: String,
    },
    /// There is no register where one was looked for.
    #[error("no register: the folder `{folder}` is not in `{root}`")]
    NoRegister {
        /// The folder of the exceptions, relative to the root.
        folder: String,
        /// The root that was searched.
        root: String,
    },
    /// A policy, roster, catalogue or schema is at fault.
    #[error("{kind} is not usable")]
    Config {
        /// What the file is for.
        kind: &'static str,
        /// The file.
        source_text: Box<Source>,
        /// What is wrong in it.
        problems: Vec<Problem>,
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
    /// A file that `--output` names cannot be written.
    #[error("cannot write `{}`: {why}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Git is missing, or does not hold what is asked for.
    #[error("{message}")]
    Git {
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// Standard output is closed or full.
    #[error("cannot write the result: {0}")]
    Output(#[from] std::io::Error),
}

impl Error {
    /// Returns the exit code of every error: 2.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(2)
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Usage { help, .. } | Self::Git { help, .. } | Self::Unreadable { help, .. } => Some(help.clone()),
            Self::NoRegister { folder, .. } => Some(format!(
                "make the folder `{folder}`, name another with `exceptions:` in `stopgap.yaml`, or point to the repository with `--root`"
            )),
            Self::Unwritable { .. } => Some("name a file in a folder that exists and that you may write".into()),
            Self::Config { .. } | Self::Output(_) => None,
        }
    }
}
