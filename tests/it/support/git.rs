//! Real repositories in a temporary folder: none of the machine's configuration, one author, a clock that counts
//! commits. Equal calls give equal object names.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::rc::Rc;

use tempfile::TempDir;

/// The name under which the first repository is fetched, as GitHub's payloads spell it.
pub(crate) const FULL_NAME: &str = "acme/register";

const FIRST_COMMIT: u64 = 1_767_225_600;
const DAY: u64 = 86_400;

/// A repository with a work tree.
pub(crate) struct Repo {
    pub(crate) sandbox: Rc<TempDir>,
    path: PathBuf,
    pub(crate) commits: Rc<Cell<u64>>,
    /// Whether GitHub makes the commits, as in the browser and with its buttons.
    pub(crate) by_forge: Cell<bool>,
}

impl Repo {
    /// Creates an empty repository on the branch `main`.
    pub(crate) fn new() -> Self {
        Self::with_format("sha1")
    }

    /// Creates an empty repository whose object names are made by `sha1` or `sha256`.
    pub(crate) fn with_format(format: &str) -> Self {
        let sandbox = Rc::new(TempDir::new().unwrap());
        let repo = Self::at(FULL_NAME, sandbox, Rc::new(Cell::new(0)));
        repo.git(&["init", "--quiet", "-b", "main", &format!("--object-format={format}")]);
        repo
    }

    pub(crate) fn at(name: &str, sandbox: Rc<TempDir>, commits: Rc<Cell<u64>>) -> Self {
        let path = sandbox.path().canonicalize().unwrap().join(name);
        fs::create_dir_all(&path).unwrap();
        Self { sandbox, path, commits, by_forge: Cell::new(false) }
    }

    /// Returns the top of the work tree.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Runs git and returns what it prints; it must succeed.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = self.try_git(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {errors}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Runs git, whatever the outcome.
    pub(crate) fn try_git(&self, arguments: &[&str]) -> Output {
        let date = format!("{} +0000", FIRST_COMMIT + self.commits.get() * DAY);
        let mut command = Command::new("git");
        command.env_clear().current_dir(&self.path).args(["-c", "safe.directory=*"]).args(arguments);
        for name in ["PATH", "SYSTEMROOT", "TEMP", "TMP"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.envs([("GIT_CONFIG_NOSYSTEM", "1"), ("LC_ALL", "C"), ("GIT_TERMINAL_PROMPT", "0")]);
        command.env("HOME", self.sandbox.path()).env("XDG_CONFIG_HOME", self.sandbox.path());
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Dana Ortiz");
            command.env(format!("GIT_{role}_EMAIL"), "dana@example.com");
            command.env(format!("GIT_{role}_DATE"), &date);
        }
        if self.by_forge.get() {
            command.env("GIT_COMMITTER_NAME", "GitHub").env("GIT_COMMITTER_EMAIL", "noreply@github.com");
        }
        command.output().unwrap()
    }

    /// Writes a file and the folders above it.
    pub(crate) fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Commits the work tree as it is, changed or not, a day after the commit before.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.commits.set(self.commits.get() + 1);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
        self.rev("HEAD")
    }

    /// Creates a branch at `HEAD` and switches to it.
    pub(crate) fn branch(&self, name: &str) {
        self.git(&["switch", "--quiet", "-c", name]);
    }

    /// Switches to a branch.
    pub(crate) fn switch(&self, name: &str) {
        self.git(&["switch", "--quiet", name]);
    }

    /// Merges a revision with a merge commit.
    pub(crate) fn merge(&self, revision: &str) -> String {
        self.commits.set(self.commits.get() + 1);
        self.git(&["merge", "--quiet", "--no-ff", "-m", &format!("Merge {revision}"), revision]);
        self.rev("HEAD")
    }

    /// Creates what GitHub keeps as `refs/pull/7/merge`: `head` merged into `base`.
    pub(crate) fn pull_request(&self, base: &str, head: &str) -> String {
        let before = self.git(&["symbolic-ref", "--short", "HEAD"]);
        self.git(&["checkout", "--quiet", "--detach", base]);
        let merged = self.merge(head);
        self.git(&["update-ref", "refs/pull/7/merge", &merged]);
        self.switch(&before);
        merged
    }

    /// Returns the whole object name of a revision.
    pub(crate) fn rev(&self, revision: &str) -> String {
        self.git(&["rev-parse", "--verify", revision])
    }
}
