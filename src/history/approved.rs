//! What a commit that somebody approved says about an exception.

use std::collections::BTreeMap;

use crate::error::{Error, GitError};
use crate::files::{self, CommitFiles, MAX_BYTES_BESIDE};
use crate::git::{Commit, Git};
use crate::history::Pending;
use crate::policy::places::BASELINE;
use crate::register::{Files, is_named_like_one, stem};
use crate::signoff::Worth;
use crate::source::FileId;

/// Where approved texts are looked up: the register's folder in the commits of this clone.
#[derive(Clone, Copy, Debug)]
pub struct Approved<'g> {
    /// The repository.
    pub git: &'g Git,
    /// Where the root is below the top of the work tree: empty, or ending in `/`.
    pub prefix: &'g str,
    /// The folder of the register below the root.
    pub folder: &'g str,
}

impl Approved<'_> {
    /// Refuses a work tree that does not contain the newest commit of a merge request: its answers are about another
    /// text. GitLab checks out that commit, or a trial merge of it into the target branch; if it rebases or squashes on
    /// trial, `started_for` is the commit from which it did so.
    ///
    /// # Errors
    ///
    /// If somebody has pushed since, or `git` cannot deliver `HEAD`.
    pub fn expect(&self, head: &str, started_for: Option<&str>) -> Result<(), Error> {
        let checked_out = self.git.head()?;
        let parents = match &checked_out {
            Some(commit) => self.git.info(commit)?.map(|info| info.parents).unwrap_or_default(),
            None => Vec::new(),
        };
        let there = checked_out.iter().chain(parents.get(1)).any(|commit| commit.as_str() == head);
        if there || started_for == Some(head) {
            return Ok(());
        }
        let now = checked_out.as_ref().map_or("nothing", Commit::short);
        Err(Error::from(GitError::PushedSince { newest: head.to_owned(), head: now.to_owned() }))
    }

    /// Returns the texts that an approval must be about: those of the work tree, or those of the pull request's head if
    /// GitHub has made a trial merge of it into the base. What the base adds to them was approved there.
    ///
    /// # Errors
    ///
    /// If `git` cannot deliver a content.
    pub fn judged(&self, head: &str, files: &[FileId], all: &Files) -> Result<Vec<(FileId, String)>, Error> {
        let checked_out = match self.git.head()? {
            Some(commit) => self.git.info(&commit)?,
            None => None,
        };
        let parents = checked_out.map(|info| info.parents).unwrap_or_default();
        match parents.as_slice() {
            [_, merged] if merged.as_str() == head => self.texts(merged, files, all),
            _ => Ok(files.iter().map(|file| (*file, all.source(*file).text().to_owned())).collect()),
        }
    }

    /// Returns what the approval of a commit is worth for the judged texts, wherever in the register they were then;
    /// `None` if the commit is not in this clone.
    ///
    /// # Errors
    ///
    /// If `git` cannot deliver a content.
    pub fn worth(
        &self,
        commit: &str,
        now: &[(FileId, String)],
        pending: &Pending,
        all: &Files,
    ) -> Result<Option<Worth>, Error> {
        let Some(commit) = self.git.commit(commit)? else { return Ok(None) };
        let files: Vec<FileId> = now.iter().map(|(file, _)| *file).collect();
        let then = self.texts(&commit, &files, all)?;
        let (mut worth, mut unknown) = (Worth::default(), Vec::new());
        for (file, text) in now {
            let older = then.iter().filter(|(old, _)| old == file);
            let beyond: Vec<Option<String>> = older.map(|(_, old)| pending.beyond(*file, old, text)).collect();
            match beyond.iter().flatten().next() {
                _ if beyond.iter().any(Option::is_none) => worth.covers.push(*file),
                Some(place) => worth.edited.push((*file, place.clone())),
                None => unknown.push(*file),
            }
        }
        // Two files may have the same id; an approval of one does not approve the other.
        let Worth { covers, edited } = &mut worth;
        covers.retain(|file| !unknown.contains(file) && edited.iter().all(|(other, _)| other != file));
        Ok(Some(worth))
    }

    /// Reads what a commit's register holds under the ids of these files, one of which may be the baseline.
    ///
    /// # Errors
    ///
    /// If `git` cannot deliver a content.
    pub fn texts(&self, commit: &Commit, files: &[FileId], all: &Files) -> Result<Vec<(FileId, String)>, Error> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let is_baseline = |file: &&FileId| all.source(**file).path() == BASELINE;
        let baseline = files.iter().find(is_baseline).map(|file| self.baseline(commit, *file)).transpose()?.flatten();
        let entries = files.iter().filter(|file| !is_baseline(file));
        let ids: BTreeMap<&str, FileId> = entries.map(|file| (stem(all.source(*file).path()), *file)).collect();
        let folder = format!("{}{}", self.prefix, self.folder);
        let is_wanted = |path: &str| is_named_like_one(path) && ids.contains_key(stem(path));
        let then = CommitFiles::list_below(self.git, commit, &folder, &is_wanted)?;
        let named = then.files().keys().map(String::as_str);
        let found: Vec<(FileId, &str)> = named.filter_map(|path| Some((*ids.get(stem(path))?, path))).collect();
        let paths: Vec<&str> = found.iter().map(|(_, path)| *path).collect();
        let read = then.read(&paths)?;
        let texts = found.iter().zip(read).map(|((file, _), read)| (*file, read.source.text().to_owned()));
        Ok(texts.chain(baseline).collect())
    }

    /// Reads the baseline of a commit, if it has one.
    fn baseline(&self, commit: &Commit, file: FileId) -> Result<Option<(FileId, String)>, Error> {
        let path = format!("{}{BASELINE}", self.prefix);
        let Some(found) = self.git.file(commit, &path)? else { return Ok(None) };
        let bytes = self.git.blobs(&[&found.oid], MAX_BYTES_BESIDE)?.pop().flatten();
        let then = files::from_blob(&path, &found, bytes, MAX_BYTES_BESIDE)?;
        Ok(Some((file, then.source.text().to_owned())))
    }
}
