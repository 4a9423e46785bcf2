//! Reads the tracked files of a repository, each once: links, submodules, binary files and files that are larger than
//! any program are passed over.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::page::{Page, Reader};
use crate::error::Error;
use crate::files::CommitFiles;
use crate::git::{Git, path_of};

/// The largest file that is read, in bytes.
const MOST_BYTES: u64 = 32 * 1024 * 1024;

/// A file with a zero byte among so many first ones is binary, as git sees it.
const LOOKED_AT: usize = 8000;

/// Where the files are listed.
#[derive(Clone, Copy, Debug)]
pub enum Tracked<'t> {
    /// In git's index: what lies in the work tree is read.
    Index(&'t Git),
    /// In a commit: what lies in the work tree is read where it is the same.
    Commit(&'t Git, &'t CommitFiles),
    /// Nowhere: every file of the folder is read.
    Folder,
}

/// A file that could hold suppressions and was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Its path from the root.
    pub path: String,
    /// Why.
    pub why: String,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// The files with something in them, by path.
    pub(super) pages: Vec<Page>,
    /// All files, whether there is something in them or not.
    pub(super) paths: BTreeSet<String>,
    pub(super) unread: Vec<Unread>,
}

/// What became of one file.
enum Outcome {
    Nothing,
    Page(Page),
    Unread(String),
    Missing,
}

impl Tracked<'_> {
    /// Reads the files below the root for which `keep` says so. `prefix` is where the root lies in the work tree.
    pub(super) fn read(
        self,
        root: &Path,
        prefix: &str,
        reader: &Reader,
        keep: &(dyn Fn(&str) -> bool + Sync),
    ) -> Result<Scan, Error> {
        let mut edited = BTreeSet::new();
        let mut listed: BTreeMap<String, PathBuf> = match self {
            Self::Index(git) => {
                git.tracked(prefix)?.into_iter().map(|path| (shown(&path, prefix), path_of(&path))).collect()
            }
            Self::Commit(git, files) => {
                let commit = git.commit("HEAD")?;
                let differing = commit.map(|commit| git.edited(&commit, prefix)).transpose()?.unwrap_or_default();
                edited.extend(differing.iter().map(|path| shown(path, prefix)));
                let regular = files.files().iter().filter(|(_, file)| !file.is_link() && !file.is_submodule());
                regular.map(|(path, file)| (path.clone(), path_of(&file.path))).collect()
            }
            Self::Folder => walk(root),
        };
        listed.retain(|path, _| keep(path));
        let top = match self {
            Self::Index(git) | Self::Commit(git, _) => git.top().to_path_buf(),
            Self::Folder => root.to_path_buf(),
        };
        let mut scan = Scan::default();
        let from_disk: Vec<(&String, PathBuf)> = listed
            .iter()
            .filter(|(path, _)| !edited.contains(*path))
            .map(|(path, place)| (path, top.join(place)))
            .collect();
        let one = |buffer: &mut Vec<u8>, (path, place): &(&String, PathBuf)| read_one(buffer, path, place, reader);
        let outcomes: Vec<Outcome> = from_disk.par_iter().map_init(Vec::new, one).collect();
        for ((path, _), outcome) in from_disk.iter().zip(outcomes) {
            match outcome {
                Outcome::Nothing => {}
                Outcome::Page(page) => scan.pages.push(page),
                Outcome::Unread(why) => scan.unread.push(Unread { path: (*path).clone(), why }),
                Outcome::Missing => drop(edited.insert((*path).clone())),
            }
        }
        if let Self::Commit(_, files) = self {
            let paths: Vec<&str> =
                edited.iter().map(String::as_str).filter(|path| listed.contains_key(*path)).collect();
            scan.pages.extend(read_stored(files, &paths, reader)?);
        }
        scan.pages.sort_by(|a, b| a.path.cmp(&b.path));
        scan.paths = listed.into_keys().collect();
        Ok(scan)
    }
}

/// Reads files of a commit, a few at a time.
pub(super) fn read_stored(files: &CommitFiles, paths: &[&str], reader: &Reader) -> Result<Vec<Page>, Error> {
    const AT_ONCE: usize = 64;
    let mut pages = Vec::new();
    for some in paths.chunks(AT_ONCE) {
        for file in files.read_up_to(some, MOST_BYTES)? {
            let text = file.source.text();
            let start = &text.as_bytes()[..text.len().min(LOOKED_AT)];
            if file.opened && !start.contains(&0) && Reader::may_hold(file.source.path(), text.as_bytes()) {
                pages.extend(reader.read(file.source.path(), text));
            }
        }
    }
    Ok(pages)
}

fn shown(path: &[u8], prefix: &str) -> String {
    let path = String::from_utf8_lossy(path);
    path.strip_prefix(prefix).unwrap_or(&path).to_owned()
}

/// Lists every file of a folder, by its path below it.
fn walk(root: &Path) -> BTreeMap<String, PathBuf> {
    let entries = walkdir::WalkDir::new(root).follow_links(false).into_iter();
    let inside = entries.filter_entry(|entry| entry.depth() == 0 || entry.file_name() != ".git").flatten();
    inside
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| {
            let below = entry.path().strip_prefix(root).ok()?.to_path_buf();
            let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            Some((parts.join("/"), below))
        })
        .collect()
}

fn read_one(buffer: &mut Vec<u8>, path: &str, place: &Path, reader: &Reader) -> Outcome {
    buffer.clear();
    match fill(buffer, place) {
        Ok(Filled::Text) => {}
        Ok(Filled::Other) => return Outcome::Nothing,
        Ok(Filled::TooLarge(bytes)) => {
            return Outcome::Unread(format!("it has {bytes} bytes, the limit is {MOST_BYTES}"));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Outcome::Missing,
        Err(error) => return Outcome::Unread(error.to_string()),
    }
    if !Reader::may_hold(path, buffer) {
        return Outcome::Nothing;
    }
    let text = String::from_utf8_lossy(buffer);
    reader.read(path, text.strip_prefix('\u{feff}').unwrap_or(&text)).map_or(Outcome::Nothing, Outcome::Page)
}

enum Filled {
    Text,
    Other,
    TooLarge(u64),
}

/// Reads a regular file that is no link and not binary.
fn fill(buffer: &mut Vec<u8>, place: &Path) -> std::io::Result<Filled> {
    let metadata = std::fs::symlink_metadata(place)?;
    if !metadata.is_file() {
        return Ok(Filled::Other);
    }
    let mut file = File::open(place)?;
    file.by_ref().take(LOOKED_AT as u64).read_to_end(buffer)?;
    if buffer.contains(&0) {
        return Ok(Filled::Other);
    }
    if metadata.len() > MOST_BYTES {
        return Ok(Filled::TooLarge(metadata.len()));
    }
    if buffer.len() == LOOKED_AT {
        buffer.reserve(usize::try_from(metadata.len()).unwrap_or_default().saturating_sub(LOOKED_AT) + 1);
        file.take(MOST_BYTES).read_to_end(buffer)?;
    }
    Ok(Filled::Text)
}
