//! The only caller of `git`: plumbing commands, NUL-separated answers, a scrubbed environment.
//!
//! A repository's own configuration must decide nothing here: hooks, file-system monitors, external diffs, lazy fetches
//! and replaced objects are all switched off. Ownership by another user is accepted (`safe.directory`), because nothing
//! that runs obeys that repository.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use data_encoding::HEXLOWER;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::error::{Error, GitError};

/// The full object name of a commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commit(String);

impl Commit {
    /// Returns the object name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads a full object name.
    #[must_use]
    pub fn from_digits(text: &str) -> Option<Self> {
        commit_of(text.as_bytes())
    }

    /// Returns the first twelve digits, as messages show it.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

/// The header of a commit object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitInfo {
    /// The parents that the object itself names; a shallow clone has their names even where it lacks the objects.
    pub parents: Vec<Commit>,
    /// Committer time, in seconds since 1970-01-01 UTC.
    pub committed: i64,
    /// The author's name and address, as the object holds them.
    pub author: String,
    /// The first line of the message.
    pub subject: String,
    /// Whether the committer is GitHub itself, as for anything merged, squashed or edited there.
    pub by_forge: bool,
}

/// How object names of this repository are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectFormat {
    /// SHA-1, 40 digits.
    Sha1,
    /// SHA-256, 64 digits.
    Sha256,
}

impl ObjectFormat {
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
    /// Asks git's configuration as it applies in a folder, the user's own included. The answer is only a suggestion, so
    /// a missing git or a broken configuration yields nothing.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        let git = Git { top: folder.to_path_buf(), format: ObjectFormat::Sha1 };
        let value = |key: &str| {
            let mut command = git.command(&["config", "--get", key]);
            command.env_remove("GIT_CONFIG_GLOBAL");
            for name in ["HOME", "USERPROFILE", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL"] {
                command.envs(std::env::var_os(name).map(|value| (name, value)));
            }
            let output = command.stdin(Stdio::null()).output().ok().filter(|output| output.status.success())?;
            let text = String::from_utf8(output.stdout).ok()?;
            Some(text.trim().to_owned()).filter(|text| !text.is_empty())
        };
        Self { name: value("user.name"), email: value("user.email") }
    }
}

/// One file in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeFile {
    /// Its path below the work tree's top, as git stores it.
    pub path: Vec<u8>,
    /// Its mode: `100644`, `100755`, `120000` for a link.
    pub mode: String,
    /// The object name of its content.
    pub oid: String,
}

/// One path that a commit changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeChange {
    /// The path below the work tree's top, as git stores it.
    pub path: Vec<u8>,
    /// What the commit has there; `None` if it no longer has a file there.
    pub file: Option<TreeFile>,
}

/// A git work tree.
#[derive(Clone, Debug)]
pub struct Git {
    top: PathBuf,
    format: ObjectFormat,
}

impl Git {
    /// Opens the work tree that contains a folder; `None` if there is none.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started or refuses the repository.
    pub fn open(folder: &Path) -> Result<Option<Self>, Error> {
        if !folder.ancestors().any(|folder| folder.join(".git").exists()) {
            return Ok(None);
        }
        let mut probe = Self { top: folder.to_path_buf(), format: ObjectFormat::Sha1 };
        let top = probe.run(&["rev-parse", "--show-toplevel"])?;
        probe.top = path_of(trim(&top));
        let format = probe.run(&["rev-parse", "--show-object-format"])?;
        if trim(&format) == b"sha256" {
            probe.format = ObjectFormat::Sha256;
        }
        Ok(Some(probe))
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

    /// Returns the commit that a revision names; `None` if this clone has none of that name.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started.
    pub fn commit(&self, revision: &str) -> Result<Option<Commit>, Error> {
        if revision.contains('\0') {
            return Ok(None);
        }
        let spec = format!("{revision}^{{commit}}");
        let answer = self.try_run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &spec])?;
        Ok(answer.and_then(|text| commit_of(trim(&text))))
    }

    /// Returns the commit that the reference with exactly this name (`refs/remotes/origin/main`) points to; unlike
    /// [`Git::commit`] it never takes a tag or a branch that merely ends the same.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started.
    pub fn reference(&self, name: &str) -> Result<Option<Commit>, Error> {
        if !name.starts_with("refs/") || name.contains('\0') {
            return Ok(None);
        }
        let answer = self.try_run(&["show-ref", "--verify", "--hash", "--", name])?;
        Ok(answer.and_then(|text| commit_of(trim(&text))))
    }

    /// Returns the branch that is checked out; `None` if no branch is.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started.
    pub fn branch(&self) -> Result<Option<String>, Error> {
        let answer = self.try_run(&["symbolic-ref", "--quiet", "--short", "HEAD"])?;
        Ok(answer.map(|text| String::from_utf8_lossy(trim(&text)).into_owned()))
    }

    /// Returns the name of `origin`'s default branch, if the clone knows it.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started.
    pub fn default_name(&self) -> Result<Option<String>, Error> {
        let answer = self.try_run(&["symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"])?;
        let name = answer.map(|text| String::from_utf8_lossy(trim(&text)).into_owned());
        Ok(name.and_then(|name| name.strip_prefix("refs/remotes/origin/").map(str::to_owned)))
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

    /// Returns what a commit object says; `None` if the object is not in this clone.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started.
    pub fn info(&self, commit: &Commit) -> Result<Option<CommitInfo>, Error> {
        let text = self.try_run(&["cat-file", "commit", commit.as_str()])?;
        Ok(text.map(|text| read_commit(&String::from_utf8_lossy(&text))))
    }

    /// Returns the best common ancestor of two commits; `None` if this clone has none.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started.
    pub fn merge_base(&self, a: &Commit, b: &Commit) -> Result<Option<Commit>, Error> {
        let answer = self.try_run(&["merge-base", "--end-of-options", a.as_str(), b.as_str()])?;
        Ok(answer.and_then(|text| commit_of(trim(&text))))
    }

    /// Returns whether commits are missing because the clone is shallow.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started.
    pub fn is_shallow(&self) -> Result<bool, Error> {
        Ok(trim(&self.run(&["rev-parse", "--is-shallow-repository"])?) == b"true")
    }

    /// Lists all files of a commit below a folder (empty: all of them), in git's order.
    ///
    /// # Errors
    ///
    /// If the commit's trees are not in this clone.
    pub fn tree(&self, commit: &Commit, folder: &str) -> Result<Vec<TreeFile>, Error> {
        let mut arguments = vec!["ls-tree", "-r", "-z", "--full-tree", commit.as_str(), "--"];
        if !folder.is_empty() {
            arguments.push(folder);
        }
        let listing = self.run(&arguments)?;
        Ok(listing.split(|byte| *byte == 0).filter_map(read_tree_line).collect())
    }

    /// Returns all commits that are reachable from one commit and not from another.
    ///
    /// # Errors
    ///
    /// If one of them is not in this clone.
    pub fn commits(&self, tip: &Commit, since: Option<&Commit>) -> Result<Vec<Commit>, Error> {
        let not = since.map(|since| format!("^{}", since.as_str()));
        let mut arguments = vec!["rev-list", tip.as_str()];
        arguments.extend(not.as_deref());
        let listing = self.run(&arguments)?;
        Ok(listing.split(|byte| *byte == b'\n').filter_map(commit_of).collect())
    }

    /// Returns the first-parent commits of a branch, newest first.
    ///
    /// # Errors
    ///
    /// If the revision is not in this clone.
    pub fn first_parents(&self, tip: &Commit, since: Option<&Commit>) -> Result<Vec<Commit>, Error> {
        let not = since.map(|since| format!("^{}", since.as_str()));
        let mut arguments = vec!["rev-list", "--first-parent", tip.as_str()];
        arguments.extend(not.as_deref());
        let listing = self.run(&arguments)?;
        Ok(listing.split(|byte| *byte == b'\n').filter_map(commit_of).collect())
    }

    /// Returns what each commit changes compared with the commit paired with it, or with nothing if none is, in one
    /// process. A folder (empty: all of them) limits the paths.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started or a tree is not in this clone.
    pub fn tree_changes(
        &self,
        commits: &[(&Commit, Option<&Commit>)],
        folder: &str,
    ) -> Result<Vec<Vec<TreeChange>>, Error> {
        let parent =
            |parent: &Option<&Commit>| parent.map(|parent| format!(" {}", parent.as_str())).unwrap_or_default();
        let request: String =
            commits.iter().map(|(commit, before)| format!("{}{}\n", commit.as_str(), parent(before))).collect();
        let mut arguments = vec!["diff-tree", "--stdin", "--root", "--always", "-r", "-z", "--no-renames", "--"];
        if !folder.is_empty() {
            arguments.push(folder);
        }
        let answer = self.ask(&arguments, request)?;
        read_tree_changes(&answer, commits.len()).ok_or_else(|| failed("diff-tree", "its answer is not complete"))
    }

    /// Returns what commit objects say, in one process; `None` for one that is not in this clone.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started or ends early.
    pub fn infos(&self, commits: &[&Commit]) -> Result<Vec<Option<CommitInfo>>, Error> {
        let names: Vec<&str> = commits.iter().map(|commit| commit.as_str()).collect();
        let read = self.objects(&names, "commit", u64::MAX - 1)?;
        Ok(read.into_iter().map(|bytes| Some(read_commit(&String::from_utf8_lossy(&bytes?)))).collect())
    }

    /// Reads blobs in one process, in the order in which they were asked for; `None` for one that is not in this clone.
    /// Of a blob larger than `limit` bytes, only one byte more than that is returned.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started or ends early.
    pub fn blobs(&self, oids: &[&str], limit: u64) -> Result<Vec<Option<Vec<u8>>>, Error> {
        self.objects(oids, "blob", limit)
    }

    fn objects(&self, oids: &[&str], kind: &str, limit: u64) -> Result<Vec<Option<Vec<u8>>>, Error> {
        if oids.is_empty() {
            return Ok(Vec::new());
        }
        let mut child = self
            .command(&["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| not_started(&error))?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed("cat-file", "no pipe"));
        };
        let request: String = oids.iter().map(|oid| format!("{oid}\n")).collect();
        let result = std::thread::scope(|scope| {
            scope.spawn(move || {
                // A reader that stops early is reported by the reading side.
                let _ = input.write_all(request.as_bytes());
            });
            let mut output = BufReader::new(output);
            oids.iter().map(|_| read_object(&mut output, kind, limit)).collect::<Result<Vec<_>, _>>()
        });
        let _ = child.wait();
        result.map_err(|error| failed("cat-file", &error.to_string()))
    }

    /// Runs a command with a request on its standard input, and returns its whole answer.
    fn ask(&self, arguments: &[&str], request: String) -> Result<Vec<u8>, Error> {
        let name = arguments.first().copied().unwrap_or_default();
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| not_started(&error))?;
        let Some(mut input) = child.stdin.take() else { return Err(failed(name, "no pipe")) };
        let writer = std::thread::spawn(move || {
            // A reader that stops early says so by its exit code.
            let _ = input.write_all(request.as_bytes());
        });
        let output = child.wait_with_output().map_err(|error| failed(name, &error.to_string()))?;
        let _ = writer.join();
        if output.status.success() {
            return Ok(output.stdout);
        }
        let why = String::from_utf8_lossy(&output.stderr);
        Err(failed(name, why.lines().next().unwrap_or("it gave no reason")))
    }

    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, Error> {
        let output = self.command(arguments).stdin(Stdio::null()).output().map_err(|error| not_started(&error))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let why = String::from_utf8_lossy(&output.stderr);
        Err(failed(arguments.first().copied().unwrap_or_default(), why.lines().next().unwrap_or("it gave no reason")))
    }

    fn try_run(&self, arguments: &[&str]) -> Result<Option<Vec<u8>>, Error> {
        let output = self.command(arguments).stdin(Stdio::null()).output().map_err(|error| not_started(&error))?;
        Ok(output.status.success().then_some(output.stdout))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.env_clear();
        // These are needed to find the program and, on Windows, to start it; nothing else is.
        for name in ["PATH", "SYSTEMROOT", "TEMP", "TMP"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.envs([
            ("LC_ALL", "C"),
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
        command.args(["-c", "core.quotePath=false", "-c", "core.commitGraph=false"]);
        command.arg("-C").arg(&self.top).args(arguments);
        command
    }
}

fn not_started(error: &std::io::Error) -> Error {
    GitError::NotStarted { why: error.to_string() }.into()
}

fn failed(command: &str, why: &str) -> Error {
    GitError::Failed { command: command.to_owned(), why: why.to_owned() }.into()
}

fn trim(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\n").map_or(bytes, |bytes| bytes.strip_suffix(b"\r").unwrap_or(bytes))
}

fn commit_of(bytes: &[u8]) -> Option<Commit> {
    let text = std::str::from_utf8(bytes).ok()?;
    let whole = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    whole.then(|| Commit(text.to_owned()))
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

fn read_tree_line(line: &[u8]) -> Option<TreeFile> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let head = std::str::from_utf8(&line[..tab]).ok()?;
    let mut words = head.split(' ');
    let (mode, kind, oid) = (words.next()?, words.next()?, words.next()?);
    (kind == "blob").then(|| TreeFile { path: line[tab + 1..].to_vec(), mode: mode.to_owned(), oid: oid.to_owned() })
}

/// Reads the answer of `git diff-tree --stdin -z`: a commit's name, then for each path
/// `:<mode> <mode> <oid> <oid> <letter>` and the path.
fn read_tree_changes(answer: &[u8], commits: usize) -> Option<Vec<Vec<TreeChange>>> {
    let mut fields = answer.split(|byte| *byte == 0);
    let mut changes: Vec<Vec<TreeChange>> = Vec::with_capacity(commits);
    while let Some(field) = fields.next() {
        let Some(head) = field.strip_prefix(b":") else {
            if !field.is_empty() {
                commit_of(field)?;
                changes.push(Vec::new());
            }
            continue;
        };
        let path = fields.next()?.to_vec();
        let mut words = std::str::from_utf8(head).ok()?.split(' ').skip(1);
        let (mode, oid) = (words.next()?, words.nth(1)?);
        let is_file = !matches!(mode, "000000" | "160000" | "040000");
        let file = is_file.then(|| TreeFile { path: path.clone(), mode: mode.to_owned(), oid: oid.to_owned() });
        changes.last_mut()?.push(TreeChange { path, file });
    }
    (changes.len() == commits).then_some(changes)
}

fn read_commit(text: &str) -> CommitInfo {
    let (head, message) = text.split_once("\n\n").unwrap_or((text, ""));
    let values = |key: &'static str| head.lines().filter_map(move |line| line.strip_prefix(key)?.strip_prefix(' '));
    let seconds = |line: &str| line.rsplit(' ').nth(1).and_then(|seconds| seconds.parse().ok());
    let name = |line: &str| line.rsplitn(3, ' ').nth(2).unwrap_or_default().to_owned();
    CommitInfo {
        parents: values("parent").filter_map(|oid| commit_of(oid.as_bytes())).collect(),
        committed: values("committer").find_map(seconds).unwrap_or_default(),
        author: values("author").map(name).next().unwrap_or_default(),
        subject: message.lines().next().unwrap_or_default().to_owned(),
        by_forge: values("committer").any(|line| line.contains(" <noreply@github.com> ")),
    }
}

/// Reads one answer of `git cat-file --batch`: `<oid> <type> <size>`, the bytes, a line feed.
fn read_object(output: &mut impl BufRead, wanted: &str, limit: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut head = String::new();
    if output.read_line(&mut head)? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    let mut words = head.trim_end().split(' ');
    let (kind, size) = (words.nth(1), words.next().and_then(|size| size.parse::<u64>().ok()));
    let Some(size) = size else { return Ok(None) };
    let kept = size.min(limit.saturating_add(1));
    let mut bytes = Vec::new();
    output.by_ref().take(kept).read_to_end(&mut bytes)?;
    // The part that is not kept, and the line feed after it.
    let rest = size - kept + 1;
    if bytes.len() as u64 != kept || std::io::copy(&mut output.by_ref().take(rest), &mut std::io::sink())? != rest {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok((kind == Some(wanted)).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_object_is_read_by_its_header_alone() {
        let parent = "a".repeat(40);
        let text = format!(
            "tree {0}\nparent {parent}\nauthor A B <a@b> 1 +0100\ncommitter C <c@d> 1700000000 +0000\ngpgsig x\n parent {0}\n\nsubject\n\nparent {0}\n",
            "b".repeat(40)
        );
        let info = read_commit(&text);
        assert_eq!(info.parents, [Commit(parent)]);
        assert_eq!((info.committed, info.subject.as_str()), (1_700_000_000, "subject"));
        assert_eq!(info.author, "A B <a@b>");
    }

    #[test]
    fn content_is_named_as_git_names_it() {
        assert_eq!(ObjectFormat::Sha1.oid(b"a: 1\n"), "a8926a52d8dcba5c4386945476ab6a2ad008afd4");
        let sha256 = "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813";
        assert_eq!(ObjectFormat::Sha256.oid(b""), sha256);
    }

    #[test]
    fn a_path_with_a_tab_or_a_line_feed_is_one_path() {
        let line = b"100644 blob abc\ta\tb\nc.yaml";
        assert_eq!(read_tree_line(line).unwrap().path, b"a\tb\nc.yaml");
        assert!(read_tree_line(b"160000 commit abc\tmodule").is_none());
    }
}
