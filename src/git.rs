//! The only caller of `git`: plumbing commands, NUL-separated answers, a scrubbed environment.
//!
//! A repository's own configuration must decide nothing here: hooks, file-system monitors, external diffs, lazy fetches
//! and replaced objects are all switched off. Ownership by another user is accepted (`safe.directory`), because nothing
//! that runs obeys that repository.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

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
    /// Author time, in seconds since 1970-01-01 UTC.
    pub authored: i64,
    /// The author's name and address, as the object holds them.
    pub author: String,
    /// The first line of the message.
    pub subject: String,
    /// The pull or merge request that the message names as a forge writes it: `#12`, `!12`.
    pub request: Option<String>,
    /// The names and addresses in the message's `Co-authored-by:` lines.
    pub co_authors: Vec<String>,
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
    /// Asks git's configuration as it applies in a folder, the user's own included. The answer is only a suggestion, so
    /// a missing git or a broken configuration yields nothing.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        let git = Git::at(folder);
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

/// Who wrote commits, by the name and address that `.mailmap` gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The name; may be empty.
    pub name: String,
    /// The mail address; may be empty.
    pub email: String,
}

/// One file of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeFile {
    /// Its path below the work tree's top, as git stores it.
    pub path: Vec<u8>,
    /// Its mode: `100644`, `100755`, `120000` for a link, `160000` for a submodule.
    pub mode: String,
    /// The object name of its content.
    pub oid: String,
}

impl TreeFile {
    /// Tells whether it is a symbolic link.
    #[must_use]
    pub fn is_link(&self) -> bool {
        self.mode == "120000"
    }

    /// Tells whether it is a submodule, and its object name that of a commit of another repository.
    #[must_use]
    pub fn is_submodule(&self) -> bool {
        self.mode == "160000"
    }
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
    /// The one process that reads objects, once there is one.
    reader: Arc<Mutex<Option<Reader>>>,
}

/// A `git cat-file --batch` that goes on until it is dropped.
#[derive(Debug)]
struct Reader {
    process: Child,
    /// Taken away when the process is to end.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Reader {
    fn start(git: &Git) -> Result<Self, Error> {
        let mut process = git
            .command(&["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| not_started(&error))?;
        match (process.stdin.take(), process.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self { process, input: Some(input), output: BufReader::new(output) }),
            _ => Err(failed("cat-file", "no pipe")),
        }
    }

    fn read(&mut self, oids: &[&str], kind: &str, limit: u64) -> std::io::Result<Vec<Option<Vec<u8>>>> {
        let request: String = oids.iter().map(|oid| format!("{oid}\n")).collect();
        let Self { input: Some(input), output, .. } = self else { return Err(ErrorKind::BrokenPipe.into()) };
        std::thread::scope(|scope| {
            // A process that ends early is reported by the reading side.
            scope.spawn(move || input.write_all(request.as_bytes()));
            oids.iter().map(|_| read_object(output, kind, limit)).collect()
        })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.process.wait();
    }
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
        let mut probe = Self::at(folder);
        let top = probe.run(&["rev-parse", "--show-toplevel"])?;
        probe.top = path_of(trim(&top));
        let format = probe.run(&["rev-parse", "--show-object-format"])?;
        if trim(&format) == b"sha256" {
            probe.format = ObjectFormat::Sha256;
        }
        Ok(Some(probe))
    }

    fn at(folder: &Path) -> Self {
        Self { top: folder.to_path_buf(), format: ObjectFormat::Sha1, reader: Arc::default() }
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

    /// Returns the commit that is checked out; `None` only if its branch has no commit yet.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started, or what `HEAD` names cannot be read: a branch whose file is damaged, or a commit that
    /// this clone has lost.
    pub fn head(&self) -> Result<Option<Commit>, Error> {
        if let Some(commit) = self.commit("HEAD")? {
            return Ok(Some(commit));
        }
        if let Some(oid) = self.try_run(&["rev-parse", "--verify", "--quiet", "HEAD"])? {
            return Err(GitError::LostHead { oid: String::from_utf8_lossy(trim(&oid)).into_owned() }.into());
        }
        // Of a branch without a commit git knows the name; of one that it cannot read it does not.
        match self.run(&["symbolic-ref", "HEAD"]) {
            Ok(_) => Ok(None),
            Err(Error::Git(GitError::Failed { why, .. })) => Err(GitError::BrokenHead { why }.into()),
            Err(other) => Err(other),
        }
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

    /// Returns the authors of the newest `most` commits, one item for each commit, as `.mailmap` calls them; none where
    /// there is no commit yet.
    ///
    /// # Errors
    ///
    /// When `git` cannot be started.
    pub fn authors(&self, most: usize) -> Result<Vec<Author>, Error> {
        let most = format!("--max-count={most}");
        let arguments = ["rev-list", &most, "--format=%aN%x00%aE", "--end-of-options", "HEAD", "--"];
        let answer = self.try_run(&arguments)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&answer);
        let author = |line: &str| {
            let (name, email) = line.split_once('\0')?;
            Some(Author { name: name.trim().to_owned(), email: email.trim().to_owned() })
        };
        Ok(text.lines().filter_map(author).collect())
    }

    /// Returns the name of `origin`'s default branch, where the clone knows it.
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

    /// Tells whether a remote is known to have a commit.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started.
    pub fn is_published(&self, commit: &Commit) -> Result<bool, Error> {
        let arguments =
            ["for-each-ref", "--count=1", "--format=%(refname)", "--contains", commit.as_str(), "refs/remotes"];
        Ok(self.try_run(&arguments)?.is_some_and(|answer| !trim(&answer).is_empty()))
    }

    /// Returns the folder that git keeps for this work tree.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started.
    pub fn own_folder(&self) -> Result<PathBuf, Error> {
        Ok(path_of(trim(&self.run(&["rev-parse", "--absolute-git-dir"])?)))
    }

    /// Returns mode, kind and object name of what a commit has at a path from the top; `None` if that is nothing.
    ///
    /// # Errors
    ///
    /// If the commit's trees are not here.
    pub fn entry(&self, commit: &Commit, path: &str) -> Result<Option<String>, Error> {
        let listing = self.run(&["ls-tree", "-z", "--full-tree", commit.as_str(), "--", path])?;
        let head = listing.split(|byte| *byte == b'\t').next().filter(|head| !head.is_empty());
        Ok(head.map(|head| String::from_utf8_lossy(head).into_owned()))
    }

    /// Returns the entries of the index at paths or below folders, from the top: each with its mode and object name.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started or the index cannot be read.
    pub fn staged(&self, paths: &[String]) -> Result<BTreeMap<PathBuf, String>, Error> {
        let mut arguments = vec!["ls-files", "--stage", "-z", "--"];
        arguments.extend(paths.iter().map(String::as_str));
        let listing = self.run(&arguments)?;
        let entry = |line: &[u8]| {
            let tab = line.iter().position(|byte| *byte == b'\t')?;
            Some((path_of(&line[tab + 1..]), String::from_utf8_lossy(&line[..tab]).into_owned()))
        };
        Ok(listing.split(|byte| *byte == 0).filter_map(entry).collect())
    }

    /// Returns the files at paths or below folders, from the top, that are neither tracked nor ignored.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started.
    pub fn untracked(&self, paths: &[&str]) -> Result<Vec<PathBuf>, Error> {
        let mut arguments = vec!["ls-files", "--others", "--exclude-standard", "-z", "--"];
        arguments.extend(paths);
        let listing = self.run(&arguments)?;
        Ok(listing.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(path_of).collect())
    }

    /// Writes entries into the index as [`Git::staged`] returns them, or removes them.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started or the index cannot be written.
    pub fn stage(&self, entries: &BTreeMap<PathBuf, Option<String>>) -> Result<(), Error> {
        let nothing = format!("0 {}", "0".repeat(self.format.digits()));
        let line = |(path, entry): (&PathBuf, &Option<String>)| {
            format!("{}\t{}\0", entry.as_ref().unwrap_or(&nothing), path.to_string_lossy())
        };
        self.ask(&["update-index", "-z", "--index-info"], entries.iter().map(line).collect()).map(drop)
    }

    /// Returns what a commit object says; `None` if the object is not in this clone.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started.
    pub fn info(&self, commit: &Commit) -> Result<Option<CommitInfo>, Error> {
        Ok(self.infos(&[commit])?.pop().flatten())
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

    /// Returns all best common ancestors of two commits, that of [`Git::merge_base`] first.
    ///
    /// # Errors
    ///
    /// When `git` cannot be started.
    pub fn merge_bases(&self, a: &Commit, b: &Commit) -> Result<Vec<Commit>, Error> {
        let answer = self.try_run(&["merge-base", "--all", "--end-of-options", a.as_str(), b.as_str()])?;
        Ok(answer.iter().flat_map(|text| text.split(|byte| *byte == b'\n')).filter_map(commit_of).collect())
    }

    /// Returns the best common ancestor of several commits; `None` where there is none that is here.
    ///
    /// # Errors
    ///
    /// When `git` cannot be started.
    pub fn common_base(&self, commits: &[Commit]) -> Result<Option<Commit>, Error> {
        let mut arguments = vec!["merge-base", "--octopus", "--end-of-options"];
        arguments.extend(commits.iter().map(Commit::as_str));
        let answer = self.try_run(&arguments)?;
        Ok(answer.and_then(|text| text.split(|byte| *byte == b'\n').find_map(commit_of)))
    }

    /// Tells whether commits are missing because the clone is shallow.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started.
    pub fn is_shallow(&self) -> Result<bool, Error> {
        Ok(trim(&self.run(&["rev-parse", "--is-shallow-repository"])?) == b"true")
    }

    /// Lists all files, links and submodules of a commit, in the order of git.
    ///
    /// # Errors
    ///
    /// When the commit's trees are not here.
    pub fn tree(&self, commit: &Commit) -> Result<Vec<TreeFile>, Error> {
        let listing = self.run(&["ls-tree", "-r", "-z", "--full-tree", commit.as_str()])?;
        Ok(listing.split(|byte| *byte == 0).filter_map(read_tree_line).collect())
    }

    /// Lists those files of a commit below a folder that `keep` accepts by their path below it; the paths that come back
    /// are such paths too.
    ///
    /// # Errors
    ///
    /// When the commit's trees are not here.
    pub fn tree_below(
        &self,
        commit: &Commit,
        folder: &str,
        keep: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<TreeFile>, Error> {
        let mut tree = format!("{}^{{tree}}", commit.as_str());
        for part in folder.split('/').filter(|part| !part.is_empty()) {
            let above = self.subtrees(&[&tree])?.pop().unwrap_or_default();
            let items = TreeItems { rest: &above, digits: self.format.digits() };
            match items.into_iter().find(|item| item.is_folder() && item.name == part.as_bytes()) {
                Some(item) => tree = item.oid(),
                None => return Ok(Vec::new()),
            }
        }
        let mut files = Vec::new();
        let mut level = vec![(String::new(), tree)];
        while !level.is_empty() {
            let trees = self.subtrees(&level.iter().map(|(_, oid)| oid.as_str()).collect::<Vec<_>>())?;
            let mut next = Vec::new();
            for ((above, _), tree) in level.iter().zip(&trees) {
                for item in (TreeItems { rest: tree, digits: self.format.digits() }) {
                    let path = format!("{above}{}", String::from_utf8_lossy(item.name));
                    if item.is_folder() {
                        next.push((path + "/", item.oid()));
                    } else if item.is_file() && keep(&path) {
                        let mode = String::from_utf8_lossy(item.mode).into_owned();
                        files.push(TreeFile { path: path.into_bytes(), mode, oid: item.oid() });
                    }
                }
            }
            level = next;
        }
        Ok(files)
    }

    fn subtrees(&self, oids: &[&str]) -> Result<Vec<Vec<u8>>, Error> {
        let trees = self.objects(oids, "tree", u64::MAX - 1)?;
        trees.into_iter().map(|tree| tree.ok_or_else(|| failed("cat-file", "a tree is not in this clone"))).collect()
    }

    /// Returns whether the work tree differs from a commit at some paths (files or folders, from the top of the work
    /// tree) as git sees it: what its attributes do to a file on checking it out is no difference. Files that git does
    /// not track are not looked at. A file under a filter is taken for edited once it was touched, because no filter runs.
    ///
    /// # Errors
    ///
    /// When `git` cannot be started or the commit's trees are not here.
    pub fn is_edited(&self, commit: &Commit, paths: &[&str]) -> Result<bool, Error> {
        Ok(!self.differing(commit, paths)?.is_empty())
    }

    /// Returns the paths below a folder (empty: everywhere) at which the work tree differs from a commit, as
    /// [`Git::is_edited`] tells; they are from the top of the work tree.
    ///
    /// # Errors
    ///
    /// When `git` cannot be started or the commit's trees are not here.
    pub fn edited(&self, commit: &Commit, folder: &str) -> Result<Vec<Vec<u8>>, Error> {
        let paths: &[&str] = if folder.is_empty() { &[] } else { &[folder] };
        let listing = self.differing(commit, paths)?;
        Ok(listing.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(<[u8]>::to_vec).collect())
    }

    fn differing(&self, commit: &Commit, paths: &[&str]) -> Result<Vec<u8>, Error> {
        let mut command = self.command(&["diff-index", "--name-only", "-z", "--no-renames", "--ignore-submodules=all"]);
        command.arg(commit.as_str()).arg("--").args(paths).stdin(Stdio::null());
        // A filter is a program that the repository's configuration names. The environment's word counts before that.
        let settings = [("clean", ""), ("process", ""), ("required", "false")];
        let filters = self.filters()?;
        let settings = filters.iter().flat_map(|filter| settings.map(|(key, value)| (filter, key, value)));
        command.env("GIT_CONFIG_COUNT", settings.clone().count().to_string());
        for (index, (filter, key, value)) in settings.enumerate() {
            let name = path_of(&[filter, key.as_bytes()].concat()).into_os_string();
            command.env(format!("GIT_CONFIG_KEY_{index}"), name).env(format!("GIT_CONFIG_VALUE_{index}"), value);
        }
        let output = command.output().map_err(|error| not_started(&error))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let why = String::from_utf8_lossy(&output.stderr);
        Err(failed("diff-index", why.lines().next().unwrap_or("it gave no reason")))
    }

    /// Lists the files and links that git tracks below a folder (empty: everywhere), without submodules; the paths are
    /// from the top of the work tree, and each comes with whether it is a link.
    ///
    /// # Errors
    ///
    /// When `git` cannot be started.
    pub fn tracked(&self, folder: &str) -> Result<Vec<(Vec<u8>, bool)>, Error> {
        let mut arguments = vec!["ls-files", "--stage", "-z", "--"];
        if !folder.is_empty() {
            arguments.push(folder);
        }
        let listing = self.run(&arguments)?;
        let lines = listing.split(|byte| *byte == 0);
        let file = |line: &[u8]| {
            let tab = line.iter().position(|byte| *byte == b'\t')?;
            let is_link = line.starts_with(b"120");
            (is_link || line.starts_with(b"100")).then(|| (line[tab + 1..].to_vec(), is_link))
        };
        Ok(lines.filter_map(file).collect())
    }

    /// Returns the sections `filter.NAME.` of the configuration; a name may hold any byte.
    fn filters(&self) -> Result<BTreeSet<Vec<u8>>, Error> {
        let listing = self.try_run(&["config", "--name-only", "-z", "--get-regexp", r"^filter\."])?.unwrap_or_default();
        let section = |key: &[u8]| Some(key[..=key.iter().rposition(|byte| *byte == b'.')?].to_vec());
        Ok(listing.split(|byte| *byte == 0).filter_map(section).collect())
    }

    /// Returns all commits that a commit reaches and another does not.
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

    /// Lists the branches of the remotes, as this clone has fetched them, whose commits another one does not reach: each
    /// with its name, such as `origin/ask`, the one with the newest commit first.
    ///
    /// # Errors
    ///
    /// If that commit is not in this clone.
    pub fn unmerged(&self, trunk: &Commit) -> Result<Vec<(String, Commit)>, Error> {
        let not = format!("--no-merged={}", trunk.as_str());
        let format = "--format=%(objectname) %(refname) %(symref)";
        let listing = self.run(&["for-each-ref", "--sort=-committerdate", &not, format, "refs/remotes"])?;
        let one = |line: &[u8]| {
            let line = String::from_utf8_lossy(line);
            let mut words = line.split(' ');
            let (commit, name) = (Commit::from_digits(words.next()?)?, words.next()?.strip_prefix("refs/remotes/")?);
            // `origin/HEAD` is another name of a branch.
            words.next().is_none_or(str::is_empty).then(|| (name.to_owned(), commit))
        };
        Ok(listing.split(|byte| *byte == b'\n').filter_map(one).collect())
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

    /// Returns the newest commit up to another one that removed a path, named from the top, as far as this clone goes.
    ///
    /// # Errors
    ///
    /// If that commit is not in this clone.
    pub fn removal(&self, tip: &Commit, path: &str) -> Result<Option<Commit>, Error> {
        let arguments =
            ["log", "--max-count=1", "--format=%H", "--no-renames", "--diff-filter=D", tip.as_str(), "--", path];
        Ok(commit_of(trim(&self.run(&arguments)?)))
    }

    /// Tells whether `HEAD` reaches a commit that is no newer than a moment, in seconds since 1970-01-01 UTC.
    ///
    /// # Errors
    ///
    /// When `git` cannot be started.
    pub fn has_commit_by(&self, moment: i64) -> Result<bool, Error> {
        let before = format!("--before=@{moment}");
        let found = self.try_run(&["rev-list", "--first-parent", "--max-count=1", &before, "HEAD"])?;
        Ok(found.is_some_and(|found| !found.is_empty()))
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

    /// Returns what commit objects say; `None` where one is not here.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started or ends early.
    pub fn infos(&self, commits: &[&Commit]) -> Result<Vec<Option<CommitInfo>>, Error> {
        let names: Vec<&str> = commits.iter().map(|commit| commit.as_str()).collect();
        let read = self.objects(&names, "commit", u64::MAX - 1)?;
        Ok(read.into_iter().map(|bytes| Some(read_commit(&String::from_utf8_lossy(&bytes?)))).collect())
    }

    /// Reads blobs in the order asked for; `None` where one is not here. Of a blob
    /// larger than `limit` bytes only one byte more than that comes back.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started or ends early.
    pub fn blobs(&self, oids: &[&str], limit: u64) -> Result<Vec<Option<Vec<u8>>>, Error> {
        self.objects(oids, "blob", limit)
    }

    /// Reads objects of a kind in the order asked for, as [`Git::blobs`] does.
    pub(crate) fn objects(&self, oids: &[&str], kind: &str, limit: u64) -> Result<Vec<Option<Vec<u8>>>, Error> {
        if oids.is_empty() {
            return Ok(Vec::new());
        }
        let mut kept = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let mut reader = match kept.take() {
            Some(reader) => reader,
            None => Reader::start(self)?,
        };
        let result = reader.read(oids, kind, limit).map_err(|error| failed("cat-file", &error.to_string()))?;
        // One that broke off is not asked again.
        *kept = Some(reader);
        Ok(result)
    }

    /// Lets git verify a commit's signature with keys from a file and a keyring, and returns whether it holds and what git
    /// says. Every key of the configuration that names a program or a file for this is overruled.
    pub(crate) fn verify(&self, commit: &Commit, ssh: &Path, ring: &Path) -> Result<(bool, String), Error> {
        let mut command = self.command(&[]);
        let none = if cfg!(windows) { "NUL" } else { "/dev/null" };
        let signers = format!("gpg.ssh.allowedSignersFile={}", ssh.display());
        let revoked = format!("gpg.ssh.revocationFile={none}");
        let settings = [
            signers.as_str(),
            &revoked,
            "gpg.ssh.program=ssh-keygen",
            "gpg.program=gpg",
            "gpg.openpgp.program=gpg",
            "gpg.x509.program=gpgsm",
            "gpg.minTrustLevel=undefined",
        ];
        for setting in settings {
            command.args(["-c", setting]);
        }
        command.args(["verify-commit", "--raw", commit.as_str()]).env("GNUPGHOME", ring).stdin(Stdio::null());
        let output = command.output().map_err(|error| not_started(&error))?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
    }

    /// Adds an OpenPGP key to a keyring and returns the fingerprint of its primary key; `None` where gpg cannot read it.
    pub(crate) fn import(&self, ring: &Path, key: &[u8]) -> Result<Option<String>, Error> {
        let run = |arguments: &[&str]| -> Result<Option<String>, Error> {
            let mut command = Command::new("gpg");
            command.env_clear();
            for name in ["PATH", "SYSTEMROOT", "TEMP", "TMP"] {
                command.envs(std::env::var_os(name).map(|value| (name, value)));
            }
            command.env("LC_ALL", "C").env("GNUPGHOME", ring).current_dir(ring);
            command.args(["--batch", "--quiet", "--no-autostart", "--no-options"]).args(arguments);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
            let mut child = command.spawn().map_err(|_| GitError::NoVerifier { program: "gpg" })?;
            if let Some(mut input) = child.stdin.take() {
                // A reader that stops early says so by its exit code.
                let _ = input.write_all(key);
            }
            let output = child.wait_with_output().map_err(|error| failed("gpg", &error.to_string()))?;
            Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
        };
        let shown = run(&["--with-colons", "--import-options", "show-only", "--import"])?.unwrap_or_default();
        let keys = shown.lines().filter(|line| line.starts_with("pub:")).count();
        let fingerprint = shown.lines().find_map(|line| line.strip_prefix("fpr:")?.split(':').nth(8));
        let Some(fingerprint) = fingerprint.filter(|_| keys == 1) else { return Ok(None) };
        Ok(run(&["--import"])?.map(|_| fingerprint.to_owned()))
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
        Err(failed(name, &reason(&output.stderr)))
    }

    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, Error> {
        let output = self.command(arguments).stdin(Stdio::null()).output().map_err(|error| not_started(&error))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(failed(arguments.first().copied().unwrap_or_default(), &reason(&output.stderr)))
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

pub(crate) fn failed(command: &str, why: &str) -> Error {
    GitError::Failed { command: command.to_owned(), why: why.to_owned() }.into()
}

/// Returns what git says of a failure: its last word, not a hint or a warning before that.
fn reason(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let begins = |sign: &'static str| said.lines().find(|line| line.starts_with(sign));
    let is_beside = |line: &&str| ["hint: ", "warning: "].iter().any(|sign| line.starts_with(sign));
    let line = begins("fatal: ")
        .or_else(|| begins("error: "))
        .or_else(|| said.lines().find(|line| !line.is_empty() && !is_beside(line)))
        .or_else(|| said.lines().next());
    line.unwrap_or("it gave no reason").to_owned()
}

fn trim(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\n").map_or(bytes, |bytes| bytes.strip_suffix(b"\r").unwrap_or(bytes))
}

fn commit_of(bytes: &[u8]) -> Option<Commit> {
    let text = std::str::from_utf8(bytes).ok()?;
    let whole = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    whole.then(|| Commit(text.to_owned()))
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

/// One item of a tree object.
struct TreeItem<'t> {
    mode: &'t [u8],
    name: &'t [u8],
    hash: &'t [u8],
}

impl TreeItem<'_> {
    fn is_folder(&self) -> bool {
        self.mode == b"40000"
    }

    /// Tells whether it is a file or a link, and not the commit of a submodule.
    fn is_file(&self) -> bool {
        self.mode.starts_with(b"1") && self.mode != b"160000"
    }

    fn oid(&self) -> String {
        HEXLOWER.encode(self.hash)
    }
}

/// The items of a tree object: `<mode> <name>`, a NUL, the hash.
struct TreeItems<'t> {
    rest: &'t [u8],
    /// The bytes of a hash, twice.
    digits: usize,
}

impl<'t> Iterator for TreeItems<'t> {
    type Item = TreeItem<'t>;

    fn next(&mut self) -> Option<TreeItem<'t>> {
        let space = self.rest.iter().position(|byte| *byte == b' ')?;
        let end = self.rest.iter().position(|byte| *byte == 0)?;
        let (mode, name) = (self.rest.get(..space)?, self.rest.get(space + 1..end)?);
        let (hash, rest) = self.rest.get(end + 1..)?.split_at_checked(self.digits / 2)?;
        self.rest = rest;
        Some(TreeItem { mode, name, hash })
    }
}

fn read_tree_line(line: &[u8]) -> Option<TreeFile> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let head = std::str::from_utf8(&line[..tab]).ok()?;
    let mut words = head.split(' ');
    let (mode, kind, oid) = (words.next()?, words.next()?, words.next()?);
    matches!(kind, "blob" | "commit").then(|| TreeFile {
        path: line[tab + 1..].to_vec(),
        mode: mode.to_owned(),
        oid: oid.to_owned(),
    })
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
        authored: values("author").find_map(seconds).unwrap_or_default(),
        author: values("author").map(name).next().unwrap_or_default(),
        subject: message.lines().next().unwrap_or_default().to_owned(),
        request: request_of(message),
        co_authors: message.lines().filter_map(co_author).map(str::to_owned).collect(),
        by_forge: values("committer").any(|line| line.contains(" <noreply@github.com> ")),
    }
}

/// Finds the pull or merge request in a message as GitHub writes it, `Merge pull request #12 from …` or `Subject (#12)`,
/// as Forgejo does, `Merge pull request 'Title' (#12) from …`, and as GitLab does, `See merge request group/project!12`.
fn request_of(message: &str) -> Option<String> {
    fn number(text: &str) -> Option<&str> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        (1..=10).contains(&digits).then(|| &text[..digits])
    }
    let subject = message.lines().next().unwrap_or_default().trim_end();
    let of_forgejo = || subject.strip_prefix("Merge pull request '")?.rsplit_once("' (#")?.1.split_once(") from ");
    let merged = subject.strip_prefix("Merge pull request #").or_else(|| Some(of_forgejo()?.0)).and_then(number);
    let squashed = subject.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (#"));
    let squashed = squashed.and_then(|(_, digits)| number(digits).filter(|found| found.len() == digits.len()));
    if let Some(digits) = merged.or(squashed) {
        return Some(format!("#{digits}"));
    }
    let named = message.lines().find_map(|line| line.strip_prefix("See merge request ")?.rsplit_once('!'));
    named.and_then(|(_, digits)| number(digits)).map(|digits| format!("!{digits}"))
}

/// Returns whom a line `Co-authored-by: NAME <ADDRESS>` names.
fn co_author(line: &str) -> Option<&str> {
    const KEY: &str = "co-authored-by:";
    let (key, name) = line.trim_start().split_at_checked(KEY.len())?;
    key.eq_ignore_ascii_case(KEY).then(|| name.trim())
}

/// Reads one answer of `git cat-file --batch`: `<oid> <type> <size>`, the bytes, a line feed.
fn read_object(output: &mut impl BufRead, wanted: &str, limit: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut head = String::new();
    if output.read_line(&mut head)? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
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
        return Err(ErrorKind::UnexpectedEof.into());
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
        assert_eq!((info.author.as_str(), info.authored), ("A B <a@b>", 1));
    }

    #[test]
    fn a_request_is_found_where_a_forge_writes_it() {
        for (message, request) in [
            ("Merge pull request #12 from acme/topic\n\nTitle", Some("#12")),
            ("Close the printer (#345)\n\n* one", Some("#345")),
            ("Merge branch 'x' into 'main'\n\nTitle\n\nSee merge request acme/register!7", Some("!7")),
            ("Merge pull request 'Ask (again)' (#31) from ask into main\n\nReviewed-on: x", Some("#31")),
            ("Fixes (#345) and more", None),
            ("Merge pull request 'x' (#31) into main", None),
            ("See #12", None),
            ("x (#)", None),
            ("x (#1x)", None),
            ("", None),
        ] {
            assert_eq!(request_of(message).as_deref(), request, "{message}");
        }
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
        assert_eq!(read_tree_line(b"160000 commit abc\tmodule").unwrap().mode, "160000");
        assert!(read_tree_line(b"040000 tree abc\tfolder").is_none());
    }
}
