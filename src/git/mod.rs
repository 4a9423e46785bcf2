//! The only caller of `git`: plumbing commands, NUL-separated answers, a scrubbed environment, and as few processes as
//! possible.
//!
//! A repository's own configuration must decide nothing here: hooks, file-system monitors, external diffs, lazy fetches
//! and replaced objects are all switched off. Ownership by another user is accepted (`safe.directory`), because nothing
//! that runs obeys that repository.

mod commit;
mod process;
mod reader;
mod refs;
mod signed;
mod sparse;
mod tree;
mod work;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use data_encoding::HEXLOWER;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::error::{Error, GitError, is_absence};
use process::{Ended, Running, reason};
use reader::Reader;

pub use commit::{Commit, CommitInfo};
pub(crate) use process::run_unwatched;
pub use tree::{TreeChange, TreeFile};
pub use work::IndexFile;

use commit::commit_of;

/// How object names of this repository are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectFormat {
    /// SHA-1, 40 digits.
    Sha1,
    /// SHA-256, 64 digits.
    Sha256,
}

impl ObjectFormat {
    /// Returns how many digits a hash has.
    #[must_use]
    pub const fn digits(self) -> usize {
        match self {
            Self::Sha1 => 40,
            Self::Sha256 => 64,
        }
    }

    /// Returns the object name that git gives to a file's bytes.
    #[must_use]
    pub fn oid(self, bytes: &[u8]) -> String {
        let head = format!("blob {}\0", bytes.len());
        match self {
            Self::Sha1 => HEXLOWER.encode(&Sha1::new().chain_update(head).chain_update(bytes).finalize()),
            Self::Sha256 => HEXLOWER.encode(&Sha256::new().chain_update(head).chain_update(bytes).finalize()),
        }
    }
}

/// Who commits on this machine, as git's configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// `user.name`.
    pub name: Option<String>,
    /// `user.email`.
    pub email: Option<String>,
}

impl Identity {
    /// Asks git's configuration as it applies in a folder, the user's own included.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started, or the configuration cannot be read.
    pub fn of(folder: &Path) -> Result<Self, Error> {
        let git = Git::at(folder);
        let arguments = ["config", "-z", "--get-regexp", r"^user\.(name|email)$"];
        let mut command = git.command(&arguments);
        command.env_remove("GIT_CONFIG_GLOBAL");
        process::with_home(&mut command, "GIT_CONFIG_GLOBAL");
        let ended = Running::start(command, name_of(&arguments), false)?.finish(Vec::new())?;
        let answer = answered(name_of(&arguments), ended)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&answer);
        // The last one counts.
        let value = |key: &str| {
            let mut values = text.split('\0').filter_map(|item| item.split_once('\n')).filter(|(name, _)| *name == key);
            values.next_back().map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        Ok(Self { name: value("user.name"), email: value("user.email") })
    }
}

/// Who wrote commits, by the name and address that `.mailmap` gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The name; may be empty.
    pub name: String,
    /// The mail address; may be empty.
    pub email: String,
}

/// A git work tree.
#[derive(Clone, Debug)]
pub struct Git {
    top: PathBuf,
    /// The folder of what all work trees of the repository share, such as its references.
    common: PathBuf,
    format: ObjectFormat,
    /// Whether commits are missing because the clone is shallow.
    shallow: bool,
    /// The one process that reads objects, once there is one.
    reader: Arc<Mutex<Option<Reader>>>,
}

impl Git {
    /// Opens the work tree that contains a folder; `None` if there is none.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started or refuses the repository.
    pub fn open(folder: &Path) -> Result<Option<Self>, Error> {
        let Some(nearest) = folder.ancestors().find(|folder| Self::is_top(folder)) else { return Ok(None) };
        let here = Self::at(folder);
        let asked = ["--show-toplevel", "--show-object-format", "--is-shallow-repository", "--git-common-dir"];
        let answer = here.run(&[&["rev-parse"], &asked[..]].concat()).map_err(broken)?;
        let lines: Vec<&[u8]> = trim(&answer).split(|byte| *byte == b'\n').collect();
        // The name of a folder may hold a line feed.
        let at = lines.iter().position(|line| matches!(*line, b"true" | b"false")).filter(|at| *at > 1);
        let Some((before, [shallow, common @ ..])) = at.map(|at| lines.split_at(at)) else {
            return Err(failed("rev-parse", "its output is incomplete"));
        };
        let (format, top) = (before[before.len() - 1], before[..before.len() - 1].join(&b'\n'));
        let common = folder.join(path_of(&common.join(&b'\n')));
        let (top, real) = (path_of(&top), |path: &Path| std::fs::canonicalize(path).ok());
        // Below 2.38 git does not know `safe.bareRepository`, and takes committed files for a repository.
        if real(&top) != real(nearest) {
            let (top, nearest) = (top.display(), nearest.display());
            return Err(failed(
                "rev-parse",
                &format!("it uses `{top}` as the work tree, but `.git` is in `{nearest}`"),
            ));
        }
        let format = if format == b"sha256" { ObjectFormat::Sha256 } else { ObjectFormat::Sha1 };
        Ok(Some(Self { top, common, format, shallow: *shallow == b"true", ..here }))
    }

    /// Tells whether a folder is the top of a work tree, as far as one can see: a `.git` that nobody can look at, or that
    /// leads nowhere, is one that git then refuses.
    #[must_use]
    pub fn is_top(folder: &Path) -> bool {
        !std::fs::symlink_metadata(folder.join(".git")).is_err_and(|error| is_absence(&error))
    }

    fn at(folder: &Path) -> Self {
        Self {
            top: folder.to_path_buf(),
            common: folder.join(".git"),
            format: ObjectFormat::Sha1,
            shallow: false,
            reader: Arc::default(),
        }
    }

    /// Returns the top of the work tree.
    #[must_use]
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// Returns how object names are computed.
    #[must_use]
    pub fn format(&self) -> ObjectFormat {
        self.format
    }

    /// Tells whether commits are missing because the clone is shallow.
    #[must_use]
    pub fn is_shallow(&self) -> bool {
        self.shallow
    }

    /// Returns where `origin` is fetched from; `None` if there is no such remote.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started.
    pub fn origin(&self) -> Result<Option<String>, Error> {
        let answer = self.try_run(&["config", "--get", "remote.origin.url"])?;
        Ok(answer.map(|text| String::from_utf8_lossy(trim(&text)).into_owned()))
    }

    /// Returns the folder that git keeps for this work tree.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started.
    pub fn own_folder(&self) -> Result<PathBuf, Error> {
        Ok(path_of(trim(&self.run(&["rev-parse", "--absolute-git-dir"])?)))
    }

    /// Runs a command with a request on its standard input, and returns its whole answer.
    fn ask(&self, arguments: &[&str], request: String) -> Result<Vec<u8>, Error> {
        let name = name_of(arguments);
        let ended = Running::start(self.command(arguments), name.clone(), true)?.finish(request.into_bytes())?;
        succeeded(name, ended)
    }

    /// Runs a command and returns its whole answer.
    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, Error> {
        succeeded(name_of(arguments), self.end(arguments)?)
    }

    /// Runs a command that says no with exit code 1, and returns its whole answer otherwise.
    fn try_run(&self, arguments: &[&str]) -> Result<Option<Vec<u8>>, Error> {
        answered(name_of(arguments), self.end(arguments)?)
    }

    /// Runs a command to its end, whichever that is.
    fn end(&self, arguments: &[&str]) -> Result<Ended, Error> {
        Running::start(self.command(arguments), name_of(arguments), false)?.finish(Vec::new())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = process::command("git");
        command.envs([
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", if cfg!(windows) { "NUL" } else { "/dev/null" }),
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_NO_REPLACE_OBJECTS", "1"),
            ("GIT_GRAFT_FILE", if cfg!(windows) { "NUL" } else { "/dev/null" }),
            ("GIT_LITERAL_PATHSPECS", "1"),
        ]);
        command.args(["-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]);
        // Files named `HEAD`, `objects` and `refs`, which anybody may commit, would be a repository nearer than the real one.
        command.args(["-c", "safe.bareRepository=explicit"]);
        command.args(["-c", "core.quotePath=false", "-c", "core.commitGraph=false"]);
        // The grafts are ours, and a thread for the index is one more that the system may not have.
        command.args(["-c", "advice.graftFileDeprecated=false", "-c", "core.preloadIndex=false"]);
        command.arg("-C").arg(&self.top).args(arguments);
        command
    }
}

/// Says of a repository that git does not find, or whose configuration it cannot read, that it is damaged.
fn broken(error: Error) -> Error {
    const SIGNS: [&str; 3] = ["not a git repository", "bad config", "invalid gitfile"];
    match error {
        Error::Git(GitError::Failed { program, why }) if SIGNS.iter().any(|sign| why.contains(sign)) => {
            GitError::BrokenRepository { program, why }.into()
        }
        other => other,
    }
}

/// Returns what messages call a command of git.
fn name_of(arguments: &[&str]) -> String {
    format!("git {}", arguments.first().copied().unwrap_or_default())
}

fn succeeded(program: String, ended: Ended) -> Result<Vec<u8>, Error> {
    if ended.status.success() {
        return Ok(ended.output);
    }
    Err(GitError::Failed { program, why: reason(&ended.words, ended.status) }.into())
}

/// Returns the answer of a command that says no with exit code 1.
fn answered(program: String, ended: Ended) -> Result<Option<Vec<u8>>, Error> {
    if ended.status.code() == Some(1) {
        return Ok(None);
    }
    succeeded(program, ended).map(Some)
}

/// Returns the error of a command of git.
pub(crate) fn failed(command: &str, why: &str) -> Error {
    GitError::Failed { program: format!("git {command}"), why: why.to_owned() }.into()
}

fn trim(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\n").map_or(bytes, |bytes| bytes.strip_suffix(b"\r").unwrap_or(bytes))
}

/// Returns a path as git names it, for the file system.
#[cfg(unix)]
pub(crate) fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

/// Returns a path as git names it, for the file system.
#[cfg(not(unix))]
pub(crate) fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_named_as_git_names_it() {
        assert_eq!(ObjectFormat::Sha1.oid(b"a: 1\n"), "a8926a52d8dcba5c4386945476ab6a2ad008afd4");
        let sha256 = "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813";
        assert_eq!(ObjectFormat::Sha256.oid(b""), sha256);
    }
}
