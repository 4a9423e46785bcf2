//! The register and its rule book as they are in the base commit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::error::Error;
use crate::files::{CommitFiles, ReadFile, Repository};
use crate::git::{Commit, Git};
use crate::history::PolicyFile;
use crate::policy::Policy;
use crate::policy::places::{CI_FILES, CODEOWNERS, NAMES, WORKFLOWS};
use crate::register::{Files, is_named_like_one};
use crate::source::FileId;

/// The files of the base commit below the root.
#[derive(Debug)]
pub struct Snapshot {
    /// The commit; `None` if there is nothing before the change.
    pub commit: Option<Commit>,
    /// When it was committed, in seconds since 1970-01-01 UTC.
    pub committed: Option<i64>,
    /// Its files below the root of the register.
    pub place: Repository,
    /// All its files, from the top of the work tree.
    top: CommitFiles,
    /// Where the root is below that top: empty, or ending in `/`.
    prefix: String,
}

impl Snapshot {
    /// Opens a commit for the root of the register.
    ///
    /// # Errors
    ///
    /// If the commit's trees are not in this clone.
    pub fn open(git: &Git, root: &Path, commit: Option<Commit>) -> Result<Self, Error> {
        let committed = match &commit {
            Some(commit) => git.info(commit)?.map(|info| info.committed),
            None => None,
        };
        let prefix = prefix(git, root);
        let top = CommitFiles::list(git, commit.as_ref())?;
        Ok(Self { commit, committed, place: Repository::Commit(top.below(&prefix)), top, prefix })
    }

    /// Reads, before and after, the files outside the register that decide how it is judged: rule books, CODEOWNERS and
    /// the CI definitions. Their texts go after the others in `files`.
    ///
    /// # Errors
    ///
    /// If `git` cannot deliver a content.
    pub fn documents(&self, git: &Git, books: &[&Policy], files: &mut Files) -> Result<Vec<Document>, Error> {
        let head = Repository::Folder(git.top().to_path_buf());
        let mut names: BTreeSet<String> = CODEOWNERS.iter().chain(&CI_FILES).map(|name| (*name).to_owned()).collect();
        names.extend(self.top.files().keys().filter(|path| path.starts_with(WORKFLOWS)).cloned());
        names.extend(workflows(git.top()));
        for policy in books {
            names.extend(policy.book_paths().map(|name| format!("{}{name}", self.prefix)));
        }
        let mut documents = Vec::new();
        for path in names {
            let mut add = |mut file: ReadFile| {
                file.source = file.source.renamed(&self.shown(&path));
                files.add(file)
            };
            let base = self.top.files().contains_key(&path).then(|| self.top.read(&[&path])).transpose()?;
            let base = base.and_then(|mut read| read.pop()).map(&mut add);
            let head = head.exists(&path).then(|| head.read(&path)).transpose()?.map(&mut add);
            if base.is_some() || head.is_some() {
                documents.push(Document { path, base, head });
            }
        }
        Ok(documents)
    }

    /// Reads the first of several files that exists, by path from the top of the work tree.
    ///
    /// # Errors
    ///
    /// If `git` cannot deliver it.
    pub fn first_of(&self, paths: &[&str], limit: u64) -> Result<Option<ReadFile>, Error> {
        let Some(path) = paths.iter().find(|path| self.top.files().contains_key(**path)) else { return Ok(None) };
        Ok(self.top.read_up_to(&[path], limit)?.pop())
    }

    /// Returns a path from the top of the work tree as it is shown next to paths from the root.
    fn shown(&self, path: &str) -> String {
        shown(&self.prefix, path)
    }

    /// Returns where the root of a register would be looked for from a folder below the top of the work tree (empty, or
    /// ending in `/`): the nearest folder upwards with a policy, otherwise the top.
    #[must_use]
    pub fn root_for(&self, folder: &str) -> String {
        let mut folder = folder;
        loop {
            if NAMES.iter().any(|name| self.top.files().contains_key(&format!("{folder}{name}"))) || folder.is_empty() {
                return folder.to_owned();
            }
            folder = folder.trim_end_matches('/').rsplit_once('/').map_or("", |(above, _)| &folder[..=above.len()]);
        }
    }

    /// Returns whether there was no register yet at another root below the top of the work tree.
    #[must_use]
    pub fn is_without_register_at(&self, policy: &PolicyFile, root: &str) -> bool {
        policy.is_without_register(&self.top, root)
    }

    /// Returns where the root is below the top of the work tree: empty, or ending in `/`.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns whether there is no register yet, see [`PolicyFile::is_without_register`].
    #[must_use]
    pub fn is_without_register(&self, policy: &PolicyFile) -> bool {
        policy.is_without_register(&self.top, &self.prefix)
    }

    /// Returns the exception files below a folder, relative to the root, with their object names.
    #[must_use]
    pub fn exceptions(&self, folder: &str) -> BTreeMap<&str, &str> {
        let Repository::Commit(commit) = &self.place else { return BTreeMap::new() };
        let below = |path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        commit
            .files()
            .iter()
            .filter(|(path, _)| below(path) && is_named_like_one(path))
            .map(|(path, file)| (path.as_str(), file.oid.as_str()))
            .collect()
    }

    /// Adds the base's version of every file that differs to `files`, and returns all files of the base: the head's own
    /// where the bytes are the same.
    ///
    /// # Errors
    ///
    /// If `git` cannot deliver a content.
    pub fn join(&self, files: &mut Files, folder: &str) -> Result<Vec<FileId>, Error> {
        let Repository::Commit(commit) = &self.place else { return Ok(Vec::new()) };
        let mut same = Vec::new();
        let mut differing = Vec::new();
        for (path, oid) in self.exceptions(folder) {
            match files.find(path) {
                Some(file) if files.oid(file) == Some(oid) => same.push(file),
                _ => differing.push(path),
            }
        }
        same.extend(commit.read(&differing)?.into_iter().map(|file| files.add(file)));
        Ok(same)
    }
}

/// A file outside the register that decides how it is judged.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its path from the top of the work tree.
    pub path: String,
    /// The base's text.
    pub base: Option<FileId>,
    /// The head's text.
    pub head: Option<FileId>,
}

/// Lists the head's workflows.
fn workflows(top: &Path) -> Vec<String> {
    let listing = std::fs::read_dir(top.join(WORKFLOWS)).into_iter().flatten().flatten();
    let names = listing.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| is_named_like_one(name)).map(|name| format!("{WORKFLOWS}{name}")).collect()
}

/// Returns a path from the top of the work tree as it is shown next to paths from the root.
pub(crate) fn shown(prefix: &str, path: &str) -> String {
    match path.strip_prefix(prefix) {
        Some(below) => below.to_owned(),
        None => "../".repeat(prefix.matches('/').count()) + path,
    }
}

/// Returns where the root is in the work tree: empty, or ending in `/`.
pub(crate) fn prefix(git: &Git, root: &Path) -> String {
    let top = std::fs::canonicalize(git.top()).unwrap_or_else(|_| git.top().to_path_buf());
    let below = root.strip_prefix(&top).unwrap_or(Path::new(""));
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    if parts.is_empty() { String::new() } else { parts.join("/") + "/" }
}
