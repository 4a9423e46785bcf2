//! The register and its rule book as they are in the base commit.

use std::collections::BTreeMap;
use std::path::Path;

use crate::ci::github::is_action;
use crate::error::Error;
use crate::files::{CommitFiles, MAX_BYTES_BESIDE, ReadFile, Repository, is_below, name_below, name_of};
use crate::git::{Commit, Git};
use crate::history::{Beside, Head, PolicyFile};
use crate::policy::Policy;
use crate::policy::places::{NAMES, WORKFLOWS};
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

    /// Takes over what came to the head from elsewhere, so that nobody blames the change for it.
    ///
    /// # Errors
    ///
    /// When `git` cannot compare the commits.
    pub fn settle(&mut self, git: &Git, beside: &Beside) -> Result<(), Error> {
        let (Some(base), Some(head)) = (&self.commit, git.head()?) else { return Ok(()) };
        let settled = beside.settled(git, base, &head)?;
        if settled.is_empty() {
            return Ok(());
        }
        for (path, file) in settled {
            self.top.set(&name_of(&path), file);
        }
        self.place = Repository::Commit(self.top.below(&self.prefix));
        Ok(())
    }

    /// Reads, before and after, the files beside the register that decide how it is judged: rule
    /// books, CODEOWNERS and the definitions of CI. Their texts go behind the others in `files`.
    ///
    /// # Errors
    ///
    /// When `git` cannot deliver a content.
    pub fn documents(&self, head: &Head, books: &[&Policy], files: &mut Files) -> Result<Vec<Document>, Error> {
        let mut names = head.beside(books);
        names.extend(self.top.files().keys().filter(|path| is_workflow(path) || is_action(path)).cloned());
        let head = head.top();
        let mut documents = Vec::new();
        for path in names {
            let mut add = |mut file: ReadFile| {
                file.source = file.source.renamed(&self.shown(&path));
                files.add(file)
            };
            let is_there = self.top.files().contains_key(&path);
            let base = is_there.then(|| self.top.read_one(&path, MAX_BYTES_BESIDE)).transpose()?.map(&mut add);
            // Of a commit that holds the same file there is nothing more to read.
            let is_same = head.held(&path).is_some_and(|held| self.top.files().get(&path) == Some(held));
            let head = match head.holds(&path)? {
                true if is_same => base,
                true => Some(add(head.read(&path)?)),
                false => None,
            };
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
        self.top.read_one(path, limit).map(Some)
    }

    /// Returns all files, from the top of the work tree.
    pub(crate) fn top(&self) -> &CommitFiles {
        &self.top
    }

    /// Returns the object name of a file, by its path from the top of the work tree.
    pub(crate) fn oid(&self, path: &str) -> Option<&str> {
        self.top.files().get(path).map(|file| file.oid.as_str())
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
        commit
            .files()
            .iter()
            .filter(|(path, _)| is_below(path, folder) && is_named_like_one(path))
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

/// Tells whether a path from the top of the work tree is that of a workflow: those of subfolders never run.
pub(super) fn is_workflow(path: &str) -> bool {
    path.strip_prefix(WORKFLOWS).is_some_and(|name| !name.contains('/') && is_named_like_one(name))
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

/// Returns a path from the top of the work tree as it is shown beside paths from the root.
pub(crate) fn shown(prefix: &str, path: &str) -> String {
    match path.strip_prefix(prefix) {
        Some(below) => below.to_owned(),
        None => "../".repeat(prefix.matches('/').count()) + path,
    }
}

/// Returns the path from the top of the work tree of a file that is shown as [`shown`] does.
pub(crate) fn from_top(prefix: &str, path: &str) -> String {
    let (mut prefix, mut path) = (prefix, path);
    while let Some(below) = path.strip_prefix("../") {
        prefix = prefix.trim_end_matches('/').rsplit_once('/').map_or("", |(above, _)| &prefix[..=above.len()]);
        path = below;
    }
    format!("{prefix}{path}")
}

/// Returns where the root is in the work tree: empty, or ending in `/`.
pub(crate) fn prefix(git: &Git, root: &Path) -> String {
    let top = std::fs::canonicalize(git.top()).unwrap_or_else(|_| git.top().to_path_buf());
    let below = name_below(root.strip_prefix(&top).unwrap_or(Path::new("")));
    if below.is_empty() { below } else { below + "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workflow_is_a_yaml_file_right_in_its_folder() {
        for (path, is) in [
            (".github/workflows/gate.yml", true),
            (".github/workflows/gate.yaml", true),
            (".github/workflows/gate.txt", false),
            (".github/workflows/old/gate.yml", false),
            ("x/.github/workflows/gate.yml", false),
            (".github/gate.yml", false),
        ] {
            assert_eq!(is_workflow(path), is, "{path}");
        }
    }

    #[test]
    fn paths_are_shown_from_the_root() {
        for (prefix, path, says) in [
            ("", "stopgap.yaml", "stopgap.yaml"),
            ("a/", "a/stopgap.yaml", "stopgap.yaml"),
            ("a/b/", "CODEOWNERS", "../../CODEOWNERS"),
            ("a/b/", "a/c", "../../a/c"),
        ] {
            assert_eq!(shown(prefix, path), says, "{prefix} {path}");
            assert_eq!(from_top(prefix, says), path, "{prefix} {says}");
        }
    }
}
