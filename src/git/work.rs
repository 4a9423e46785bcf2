//! The work tree and the index: what lies there, and how it differs from a commit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::process::Running;
use super::sparse::is_missing;
use super::{Commit, Git, path_of, succeeded};
use crate::error::{Error, GitError};

/// A file or a link that git tracks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexFile {
    /// Its path from the top of the work tree.
    pub path: Vec<u8>,
    /// Whether it is a link.
    pub is_link: bool,
    /// The object name of its content, if a sparse checkout leaves it out of the work tree.
    pub left_out: Option<String>,
}

impl Git {
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
        command.arg(commit.as_str()).arg("--").args(paths);
        // A filter is a program that the repository's configuration names. The environment's word counts before that.
        let settings = [("clean", ""), ("process", ""), ("required", "false")];
        let filters = self.filters()?;
        let settings = filters.iter().flat_map(|filter| settings.map(|(key, value)| (filter, key, value)));
        command.env("GIT_CONFIG_COUNT", settings.clone().count().to_string());
        for (index, (filter, key, value)) in settings.enumerate() {
            let name = path_of(&[filter, key.as_bytes()].concat()).into_os_string();
            command.env(format!("GIT_CONFIG_KEY_{index}"), name).env(format!("GIT_CONFIG_VALUE_{index}"), value);
        }
        let name = "git diff-index".to_owned();
        let ended = Running::start(command, name.clone(), false)?.finish(Vec::new())?;
        succeeded(name, ended)
    }

    /// Lists the files and links that git tracks below a folder (empty: everywhere), without submodules; the paths are
    /// from the top of the work tree.
    ///
    /// # Errors
    ///
    /// When `git` cannot be started, or the index was lost.
    pub fn tracked(&self, folder: &str) -> Result<Vec<IndexFile>, Error> {
        let mut arguments = vec!["ls-files", "-t", "--stage", "-z", "--"];
        if !folder.is_empty() {
            arguments.push(folder);
        }
        let listing = self.run(&arguments)?;
        if listing.is_empty() {
            self.refuse_lost_index()?;
        }
        let lines = listing.split(|byte| *byte == 0);
        let file = |line: &[u8]| {
            let tab = line.iter().position(|byte| *byte == b'\t')?;
            // The tag, a space, and what `--stage` says.
            let (is_skipped, entry) = (line.starts_with(b"S"), line.get(2..tab)?);
            let path = line[tab + 1..].to_vec();
            let is_link = entry.starts_with(b"120");
            let name = || String::from_utf8_lossy(entry.split(|byte| *byte == b' ').nth(1).unwrap_or_default()).into();
            let left_out = (is_skipped && is_missing(&self.top.join(path_of(&path)))).then(name);
            (is_link || entry.starts_with(b"100")).then_some(IndexFile { path, is_link, left_out })
        };
        Ok(lines.filter_map(file).collect())
    }

    /// Refuses an index without any file beside a commit that has some.
    fn refuse_lost_index(&self) -> Result<(), Error> {
        if !self.run(&["ls-files", "-z"])?.is_empty() {
            return Ok(());
        }
        match self.head()? {
            Some(head) if !self.tree(&head)?.is_empty() => Err(GitError::LostIndex.into()),
            _ => Ok(()),
        }
    }

    /// Returns the sections `filter.NAME.` of the configuration; a name may hold any byte.
    fn filters(&self) -> Result<BTreeSet<Vec<u8>>, Error> {
        let listing = self.try_run(&["config", "--name-only", "-z", "--get-regexp", r"^filter\."])?.unwrap_or_default();
        let section = |key: &[u8]| Some(key[..=key.iter().rposition(|byte| *byte == b'.')?].to_vec());
        Ok(listing.split(|byte| *byte == 0).filter_map(section).collect())
    }
}
