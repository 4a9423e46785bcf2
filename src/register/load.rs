//! Finding the exception files and reading them on all cores. Links are never followed.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use walkdir::WalkDir;

use crate::error::Error;
use crate::files::{self, ReadFile};
use crate::git::ObjectFormat;
use crate::source::{FileId, Source};
use crate::yaml::Problem;

/// The files of a register as they were read, in the order of their paths.
#[derive(Debug, Default)]
pub struct Files {
    sources: Vec<Source>,
    faults: Vec<(FileId, Problem)>,
    oids: Vec<Option<String>>,
    /// How many of the sources are the register's own; those behind them are a base's.
    own: usize,
    bytes: u64,
}

impl Files {
    /// Makes files of texts that are already in memory; sorts them by path.
    #[must_use]
    pub fn from_sources(mut sources: Vec<Source>) -> Self {
        sources.sort_by(|a, b| a.path().cmp(b.path()));
        let bytes = sources.iter().map(|source| source.text().len() as u64).sum();
        Self { own: sources.len(), sources, bytes, ..Self::default() }
    }

    /// Makes files of a register that were read elsewhere; sorts them by path.
    #[must_use]
    pub fn from_read(mut files: Vec<ReadFile>) -> Self {
        files.sort_by(|a, b| a.source.path().cmp(b.source.path()));
        let bytes = files.iter().map(|file| file.bytes).sum();
        let mut result = Self { own: files.len(), bytes, ..Self::default() };
        result.push_all(files);
        result
    }

    /// Adds the files of a base behind the register's own, and returns their first index.
    pub fn add_base(&mut self, base: Vec<ReadFile>) -> usize {
        let first = self.sources.len();
        self.push_all(base);
        first
    }

    fn push_all(&mut self, files: Vec<ReadFile>) {
        for file in files {
            let id = FileId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
            self.faults.extend(file.fault.map(|fault| (id, fault)));
            self.oids.push(file.oid);
            self.sources.push(file.source);
        }
    }

    /// Puts a file into the register as if it had been read there, at its place by path. One that
    /// was there before under the same path becomes a base's, and its new index is returned.
    /// Comes before any base is added; indexes of later files move by one where nothing was there.
    pub fn put(&mut self, file: ReadFile) -> (FileId, Option<FileId>) {
        let index = |at: usize| FileId(u32::try_from(at).unwrap_or(u32::MAX));
        let at = self.sources[..self.own].partition_point(|source| source.path() < file.source.path());
        let id = index(at);
        self.oids.resize(self.sources.len(), None);
        let old = if at < self.own && self.sources[at].path() == file.source.path() {
            let old = index(self.sources.len());
            self.faults.iter_mut().filter(|(fault, _)| *fault == id).for_each(|(fault, _)| *fault = old);
            let source = std::mem::replace(&mut self.sources[at], file.source);
            let oid = std::mem::replace(&mut self.oids[at], file.oid);
            self.sources.push(source);
            self.oids.push(oid);
            Some(old)
        } else {
            self.own += 1;
            self.faults.iter_mut().filter(|(fault, _)| *fault >= id).for_each(|(fault, _)| fault.0 += 1);
            self.sources.insert(at, file.source);
            self.oids.insert(at, file.oid);
            None
        };
        self.faults.extend(file.fault.map(|fault| (id, fault)));
        self.faults.sort_by_key(|(fault, _)| *fault);
        (id, old)
    }

    /// Puts many files into the register at once, each as [`Files::put`] would where nothing is
    /// there. Comes before any base is added.
    pub fn put_all(&mut self, files: Vec<ReadFile>) {
        self.oids.resize(self.sources.len(), None);
        let mut faults: Vec<Option<Problem>> = vec![None; self.sources.len()];
        for (id, fault) in self.faults.drain(..) {
            if let Some(place) = faults.get_mut(id.0 as usize) {
                *place = Some(fault);
            }
        }
        let old = self.sources.drain(..).zip(faults).zip(self.oids.drain(..));
        let old = old.map(|((source, fault), oid)| ReadFile { source, fault, bytes: 0, opened: true, oid });
        self.bytes += files.iter().map(|file| file.bytes).sum::<u64>();
        let mut all: Vec<ReadFile> = old.chain(files).collect();
        all.sort_by(|a, b| a.source.path().cmp(b.source.path()));
        self.own = all.len();
        self.push_all(all);
    }

    /// Returns how many of the sources are the register's own; those behind them are a base's.
    #[must_use]
    pub fn own(&self) -> usize {
        self.own
    }

    /// Returns git's object name of a file's content, where it was asked for.
    #[must_use]
    pub fn oid(&self, id: FileId) -> Option<&str> {
        self.oids.get(id.0 as usize)?.as_deref()
    }

    /// Returns the sources; a [`FileId`] is an index into them.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Returns what stopped the reading of a file.
    #[must_use]
    pub fn fault(&self, id: FileId) -> Option<&Problem> {
        let at = self.faults.binary_search_by_key(&id, |(file, _)| *file).ok()?;
        self.faults.get(at).map(|(_, fault)| fault)
    }

    /// Returns the size of all files, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// Reads every `.yaml` and `.yml` file below the register's folder.
///
/// # Errors
///
/// When the folder is not there, is a link, or cannot be listed.
pub fn read(root: &Path, folder: &str) -> Result<Files, Error> {
    read_hashed(root, folder, None)
}

/// Reads the register as [`read`] does, and names each content as git does.
///
/// # Errors
///
/// Those of [`read`].
pub fn read_hashed(root: &Path, folder: &str, format: Option<ObjectFormat>) -> Result<Files, Error> {
    let top = root.join(folder);
    match std::fs::symlink_metadata(&top) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(metadata) => {
            let why =
                if metadata.is_symlink() { "it is a link, and links are never followed" } else { "it is not a folder" };
            return Err(unreadable(folder, why));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Error::NoRegister { folder: folder.to_owned(), root: root.display().to_string() });
        }
        Err(error) => return Err(unreadable(folder, &error.to_string())),
    }
    let paths = list(&top)?;
    let read = |path: &PathBuf| files::read_hashed(path, relative(root, path), format);
    let mut read: Vec<_> = paths.par_iter().with_min_len(64).map(read).collect();
    read.par_sort_by(|a, b| a.source.path().cmp(b.source.path()));
    let mut result = Files { own: read.len(), bytes: read.iter().map(|file| file.bytes).sum(), ..Files::default() };
    result.push_all(read);
    Ok(result)
}

/// Returns the ids of a register by the names of its files, sorted, without reading them; nothing
/// where the folder cannot be listed.
#[must_use]
pub fn ids(root: &Path, folder: &str) -> Vec<String> {
    let paths = list(&root.join(folder)).unwrap_or_default();
    let mut ids: Vec<String> =
        paths.iter().filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// Lists the exception files: whatever is named like one and is not a folder.
fn list(top: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut paths = Vec::new();
    for entry in WalkDir::new(top).follow_links(false).follow_root_links(false) {
        let entry = entry.map_err(|error| {
            let place = error.path().unwrap_or(top).display().to_string();
            unreadable(&place, &error.io_error().map_or_else(|| error.to_string(), ToString::to_string))
        })?;
        let named = is_named_like_one(&entry.file_name().to_string_lossy());
        if (named || is_linked_folder(&entry)) && !entry.file_type().is_dir() {
            paths.push(entry.into_path());
        }
    }
    Ok(paths)
}

/// Tells whether a file's name makes it an exception: it ends in `.yaml` or `.yml`, in any case.
#[must_use]
pub fn is_named_like_one(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml"))
}

/// A link to a folder might hide exceptions, so it is listed and then refused.
fn is_linked_folder(entry: &walkdir::DirEntry) -> bool {
    entry.path_is_symlink() && entry.path().is_dir()
}

fn unreadable(path: &str, why: &str) -> Error {
    Error::Unreadable {
        kind: "the register's folder",
        path: path.to_owned(),
        why: why.to_owned(),
        help: "every folder of the register must be a real folder that can be listed".into(),
    }
}

/// Returns a path relative to the root, with `/` between its parts.
fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}
