//! A repository in a temporary folder, the command run in it with an empty environment, and the text of an exception
//! that nothing objects to.

pub(crate) mod clones;
pub(crate) mod git;
pub(crate) mod hub;
pub(crate) mod recorded;
pub(crate) mod records;
pub(crate) mod schema;
#[cfg(unix)]
pub(crate) mod terminal;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The day on which `check` runs unless a test names another.
pub(crate) const TODAY: &str = "2026-11-23";

/// A repository for one test.
pub(crate) struct Sandbox {
    folder: TempDir,
}

/// What a run of the command left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sandbox {
    /// Creates an empty folder.
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// Returns the folder, or a place in it.
    pub(crate) fn path(&self, inside: impl AsRef<Path>) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(inside)
    }

    /// Writes a file and the folders above it.
    pub(crate) fn file(&self, path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> &Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
        self
    }

    /// Prepares a run in the sandbox with nothing from outside.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().current_dir(self.path("")).stdin(Stdio::null());
        command
    }

    /// Runs `check` on the sandbox, on [`TODAY`] unless the arguments name another day.
    pub(crate) fn check(&self, arguments: &[&str]) -> Run {
        let mut command = self.command();
        command.arg("check").arg("--root").arg(self.path(""));
        if !arguments.contains(&"--today") {
            command.args(["--today", TODAY]);
        }
        Run::of(command.args(arguments))
    }
}

impl Run {
    /// Returns what it says on standard error, without remarks on what it looked at.
    pub(crate) fn errors(&self) -> String {
        self.stderr.split_inclusive('\n').filter(|line| !line.starts_with("note: ")).collect()
    }

    /// Runs a command to its end; a process that was ended by a signal has the code -1.
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Writes an exception that has no finding on [`TODAY`], with some fields written differently or added:
/// `exception(&[("expires", "2026-12-01"), ("risk.tier", "high")])`. Each value is YAML as it is written after its key;
/// an empty one leaves the field out.
pub(crate) fn exception(fields: &[(&str, &str)]) -> String {
    let usual = [
        ("title", "Label printer keeps its old certificate"),
        ("control", "CRY-04 Certificates are younger than a year"),
        ("reason", "The maker ships the tool that installs a new certificate on Thursday next week."),
        ("scope.system", "label printer lp-07 in hall 3"),
        ("scope.environment", "production"),
        ("risk.tier", "low"),
        ("risk.statement", "A forged printer could print wrong parcel labels."),
        ("alternatives", "[{option: Print in hall 2, rejected: The belt there is full until Friday.}]"),
        ("removal", "Install the new certificate and print a test label."),
        ("requester", "Hanna Vogel"),
        ("owner", "Luis Prado"),
        ("approver", "Mei Tanaka"),
        ("decided", "2026-11-15"),
        ("status", "active"),
        ("starts", "2026-11-16"),
        ("expires", "2026-12-16"),
    ];
    let written = |key: &str| fields.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
    let mut lines: Vec<(&str, &str)> = usual.map(|(key, value)| (key, written(key).unwrap_or(value))).to_vec();
    lines.extend(fields.iter().filter(|(key, _)| usual.iter().all(|(name, _)| name != key)));
    lines.retain(|(_, value)| !value.is_empty());
    let place = |key: &str| usual.iter().position(|(name, _)| outer(name) == outer(key));
    lines.sort_by_key(|(key, _)| place(key).unwrap_or(usual.len()));
    let mut text = String::new();
    let mut above = "";
    for (key, value) in lines {
        if let Some((parent, child)) = key.split_once('.') {
            if parent != above {
                text.push_str(&format!("{parent}:\n"));
            }
            text.push_str(&format!("  {child}: {value}\n"));
        } else {
            text.push_str(&format!("{key}: {value}\n"));
        }
        above = outer(key);
    }
    text
}

fn outer(key: &str) -> &str {
    key.split_once('.').map_or(key, |(outer, _)| outer)
}
