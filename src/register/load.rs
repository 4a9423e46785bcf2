//! Finds the exception files and reads them on all cores. Links are never followed.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::cores::{Cores, FEW};
use crate::error::Error;
use crate::files::{self, ReadFile};
use crate::git::ObjectFormat;
use crate::source::{FileId, Source};
use crate::yaml::Problem;

/// The files of a run: the register's own, and whatever it is compared with or judged by.
#[derive(Debug, Default)]
pub struct Files {
    /// Every file; a [`FileId`] is an index into them and never changes.
    list: Vec<ReadFile>,
    /// The register's own, sorted by path.
    own: Vec<FileId>,
    /// Those that are stored otherwise than they are checked out.
    twins: Vec<Twin>,
}

/// A file whose bytes in the commit are not those in the work tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Twin {
    /// What the commit holds, which is judged.
    pub stored: FileId,
    /// What lies in the work tree.
    pub checked_out: FileId,
    /// Whether the change that is judged touches neither the stored bytes nor what git makes of them.
    pub untouched: bool,
}

impl Files {
    /// Makes files of a register that were read elsewhere.
    #[must_use]
    pub fn from_read(mut files: Vec<ReadFile>) -> Self {
        Cores::for_items(files.len(), FEW).sort_by(&mut files, |a, b| a.source.path().cmp(b.source.path()));
        files.shrink_to_fit();
        Self { own: (0..files.len()).map(FileId::new).collect(), list: files, twins: Vec::new() }
    }

    /// Adds a file that is not the register's own: one of the base, or one next to the register.
    pub fn add(&mut self, file: ReadFile) -> FileId {
        let id = FileId::new(self.list.len());
        self.list.push(file);
        id
    }

    /// Puts a file into the register as if it had been read there. A file that was there before under the same path
    /// becomes one of the base, and is returned too.
    pub fn put(&mut self, file: ReadFile) -> (FileId, Option<FileId>) {
        let place = self.place(file.source.path());
        let id = self.add(file);
        match place {
            Ok(at) => (id, Some(std::mem::replace(&mut self.own[at], id))),
            Err(at) => {
                self.own.insert(at, id);
                (id, None)
            }
        }
    }

    /// Puts many files into the register at once, each as [`Files::put`] would if nothing is there.
    pub fn put_all(&mut self, files: Vec<ReadFile>) {
        let Self { list, own, .. } = self;
        own.extend((list.len()..list.len() + files.len()).map(FileId::new));
        list.extend(files);
        own.sort_by(|a, b| list[a.index()].source.path().cmp(list[b.index()].source.path()));
    }

    /// Drops what was added when there were more files than this; none of them may be the register's own.
    pub fn shorten(&mut self, count: usize) {
        self.list.truncate(count);
    }

    /// Returns how many files there are, whosever they are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.list.len()
    }

    /// Takes over the files of another run behind its own, each under the path that `path` gives it.
    pub fn absorb(&mut self, other: Self, path: impl Fn(&str) -> String) {
        let first = self.list.len();
        self.own.extend(other.own.iter().map(|id| FileId::new(id.index() + first)));
        self.list.extend(other.list.into_iter().map(|file| {
            let path = path(file.source.path());
            ReadFile { source: file.source.renamed(&path), ..file }
        }));
        let Self { list, own, .. } = self;
        own.sort_by(|a, b| list[a.index()].source.path().cmp(list[b.index()].source.path()));
    }

    /// Renumbers the register's own files, in the order of their paths, and all others behind them; twins are
    /// forgotten. Returns the new number of each too.
    #[must_use]
    pub fn in_order(self) -> (Self, Vec<FileId>) {
        let mut order: Vec<usize> = self.own.iter().map(|id| id.index()).collect();
        let mut numbers: Vec<Option<FileId>> = vec![None; self.list.len()];
        order.iter().enumerate().for_each(|(new, old)| numbers[*old] = Some(FileId::new(new)));
        for (old, number) in numbers.iter_mut().enumerate().filter(|(_, number)| number.is_none()) {
            *number = Some(FileId::new(order.len()));
            order.push(old);
        }
        let mut list: Vec<Option<ReadFile>> = self.list.into_iter().map(Some).collect();
        let list = order.iter().filter_map(|old| list[*old].take()).collect();
        let own = (0..self.own.len()).map(FileId::new).collect();
        (Self { list, own, twins: Vec::new() }, numbers.into_iter().flatten().collect())
    }

    /// Adds what lies in the work tree in the place of a file that was read from the commit.
    pub fn add_twin(&mut self, stored: FileId, checked_out: ReadFile, untouched: bool) {
        let checked_out = self.add(checked_out);
        self.twins.push(Twin { stored, checked_out, untouched });
    }

    /// Returns the files that are stored otherwise than they are checked out.
    #[must_use]
    pub fn twins(&self) -> &[Twin] {
        &self.twins
    }

    /// Returns the register's own files, in the order of their paths.
    #[must_use]
    pub fn own(&self) -> &[FileId] {
        &self.own
    }

    /// Returns the register's own file at a path.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.place(path).ok().and_then(|at| self.own.get(at).copied())
    }

    /// Returns where a path is among the register's own files, or where it would be.
    fn place(&self, path: &str) -> Result<usize, usize> {
        self.own.binary_search_by(|id| self.source(*id).path().cmp(path))
    }

    /// Returns a file's path and text.
    #[must_use]
    pub fn source(&self, id: FileId) -> &Source {
        &self.list[id.index()].source
    }

    /// Copies a file, with what stopped the reading of it.
    #[must_use]
    pub fn copy(&self, id: FileId) -> ReadFile {
        let file = &self.list[id.index()];
        ReadFile {
            source: Source::new(file.source.path(), file.source.text().to_owned()),
            fault: file.fault.clone(),
            opened: file.opened,
            oid: file.oid.clone(),
        }
    }

    /// Returns git's object name of a file's content, if it was requested.
    #[must_use]
    pub fn oid(&self, id: FileId) -> Option<&str> {
        self.list.get(id.index())?.oid.as_deref()
    }

    /// Returns what stopped the reading of a file.
    #[must_use]
    pub fn fault(&self, id: FileId) -> Option<&Problem> {
        self.list.get(id.index())?.fault.as_deref()
    }

    /// Forgets the texts of all files but some, whose ids stay what they are.
    pub(crate) fn keep(&mut self, kept: impl Fn(FileId) -> bool) {
        for (index, file) in self.list.iter_mut().enumerate() {
            if !kept(FileId::new(index)) {
                file.source = Source::new("", String::new());
            }
        }
    }
}

/// What messages call the register's folder.
pub const FOLDER: &str = "the register's folder";

/// Reads every `.yaml` and `.yml` file below the register's folder.
///
/// # Errors
///
/// If the folder does not exist, is a link, or cannot be listed.
pub fn read(root: &Path, folder: &str) -> Result<Files, Error> {
    read_each(root, folder, None).map(Files::from_read)
}

/// Reads the register's files as [`read`] does, in no order, and names each content as git does where a format is
/// given.
///
/// # Errors
///
/// Those of [`read`].
pub fn read_each(root: &Path, folder: &str, format: Option<ObjectFormat>) -> Result<Vec<ReadFile>, Error> {
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
    refuse_what_does_not_fit(folder, &paths)?;
    let read = |path: &PathBuf| files::read_hashed(path, relative(root, path), format);
    Cores::for_items(paths.len(), FEW).map(&paths, read).into_iter().collect()
}

/// Refuses files that cannot fit into the memory that the system lets the process have: once it has run out, nothing
/// more can be said. What is counted is the least that any command needs, so that nothing is refused that would fit.
#[cfg(unix)]
fn refuse_what_does_not_fit(folder: &str, paths: &[PathBuf]) -> Result<(), Error> {
    let Some(limit) = rustix::process::getrlimit(rustix::process::Resource::As).current else { return Ok(()) };
    let sizes = paths.iter().filter_map(|path| std::fs::symlink_metadata(path).ok());
    let bytes: u64 = sizes.map(|found| found.len().min(crate::yaml::MAX_BYTES)).sum();
    match needed_beyond(limit, bytes) {
        Some(needed) => Err(Error::NoMemory { folder: folder.to_owned(), needed: needed >> 20, limit: limit >> 20 }),
        None => Ok(()),
    }
}

/// Returns the memory that files of so many bytes need, if it is more than a limit.
#[cfg(unix)]
fn needed_beyond(limit: u64, bytes: u64) -> Option<u64> {
    /// What the program needs in any case, in bytes.
    const BESIDE: u64 = 32 << 20;
    let needed = bytes.saturating_mul(2).saturating_add(BESIDE);
    (needed > limit).then_some(needed)
}

#[cfg(not(unix))]
fn refuse_what_does_not_fit(_: &str, _: &[PathBuf]) -> Result<(), Error> {
    Ok(())
}

/// Returns the ids of a register by the names of its files, sorted, without reading them; none if the folder cannot be
/// listed.
#[must_use]
pub fn ids(root: &Path, folder: &str) -> Vec<String> {
    let paths = list(&root.join(folder)).unwrap_or_default();
    let mut ids: Vec<String> =
        paths.iter().filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// Returns the paths of a register's files from its root, sorted, without reading them; none if the folder cannot be
/// listed.
#[must_use]
pub fn paths(root: &Path, folder: &str) -> Vec<String> {
    let mut paths: Vec<String> =
        list(&root.join(folder)).unwrap_or_default().iter().map(|path| relative(root, path)).collect();
    paths.sort();
    paths
}

/// Lists the exception files, the folders directly below the register's on all cores.
fn list(top: &Path) -> Result<Vec<PathBuf>, Error> {
    let (mut paths, folders) = list_in(WalkDir::new(top).max_depth(1), top)?;
    let below: Vec<Result<_, Error>> =
        Cores::for_items(folders.len(), 16).one_by_one().map(&folders, |folder| list_in(WalkDir::new(folder), folder));
    for listed in below {
        paths.append(&mut listed?.0);
    }
    Ok(paths)
}

/// Lists the exception files of a walk, whatever has the name of one and is not a folder, and the folders below its
/// top.
fn list_in(walk: WalkDir, top: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Error> {
    let (mut paths, mut folders) = (Vec::new(), Vec::new());
    for entry in walk.follow_links(false).follow_root_links(false) {
        let entry = entry.map_err(|error| {
            let place = error.path().unwrap_or(top).display().to_string();
            unreadable(&place, &error.io_error().map_or_else(|| error.to_string(), ToString::to_string))
        })?;
        if entry.file_name() == ".git" {
            let path = entry.path().parent().unwrap_or(top).display().to_string();
            return Err(Error::Submodule { kind: FOLDER, path });
        }
        let named = is_named_like_one(&entry.file_name().to_string_lossy());
        if entry.file_type().is_dir() {
            folders.extend((entry.depth() > 0).then(|| entry.into_path()));
        } else if named || is_linked_folder(&entry) {
            paths.push(entry.into_path());
        }
    }
    Ok((paths, folders))
}

/// Returns whether a file's name makes it an exception: it ends in `.yaml` or `.yml`, in any case.
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
        kind: FOLDER,
        path: path.to_owned(),
        why: why.to_owned(),
        help: "every folder of the register must be a real folder that can be listed".into(),
    }
}

/// Returns a path relative to the root, with `/` between its parts.
fn relative(root: &Path, path: &Path) -> String {
    files::name_below(path.strip_prefix(root).unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn putting_files_in_keeps_ids_and_order() {
        let file = |path: &str, text: &str| ReadFile::from(Source::new(path, text.to_owned()));
        let mut files = Files::from_read(vec![file("x/c.yaml", "c"), file("x/a.yaml", "a")]);
        let own = |files: &Files| -> Vec<String> {
            files.own().iter().map(|id| files.source(*id).text().to_owned()).collect()
        };
        let (a, c) = (files.find("x/a.yaml").unwrap(), files.find("x/c.yaml").unwrap());
        let (new, before) = files.put(file("x/a.yaml", "A"));
        assert_eq!((before, files.find("x/a.yaml")), (Some(a), Some(new)));
        assert_eq!(files.put(file("x/b.yaml", "b")).1, None);
        let beside = files.add(file("stopgap.yaml", "policy"));
        files.put_all(vec![file("x/0.yaml", "0"), file("x/bb.yaml", "bb")]);
        assert_eq!(own(&files), ["0", "A", "b", "bb", "c"]);
        assert_eq!([a, c, beside].map(|id| files.source(id).text()), ["a", "c", "policy"]);
        assert_eq!(files.find("stopgap.yaml"), None);
        let count = files.count();
        files.add(file("base.yaml", "base"));
        files.shorten(count);
        assert_eq!((files.count(), own(&files).len()), (7, 5));
        files.keep(|id| id == a);
        assert_eq!((own(&files).concat().as_str(), files.source(a).text()), ("", "a"));
    }

    #[test]
    fn files_of_another_run_come_behind_and_are_numbered_by_their_paths() {
        let file = |path: &str, oid: &str| ReadFile {
            oid: Some(oid.into()),
            ..ReadFile::from(Source::new(path, path.to_owned()))
        };
        let mut files = Files::from_read(vec![file("m/b.yaml", "1"), file("m/d.yaml", "2")]);
        let beside = files.add(file("stopgap.yaml", "3"));
        let mut other = Files::default();
        let other_beside = other.add(file("stopgap.yaml", "4"));
        other.put_all(vec![file("c.yaml", "5"), file("a.yaml", "6")]);
        files.absorb(other, |path| format!("m/{path}"));
        let paths =
            |files: &Files| files.own().iter().map(|id| files.source(*id).path().to_owned()).collect::<Vec<_>>();
        assert_eq!(paths(&files), ["m/a.yaml", "m/b.yaml", "m/c.yaml", "m/d.yaml"]);
        assert_eq!(files.source(FileId::new(files.count() - 3)).path(), "m/stopgap.yaml");
        let (sorted, numbers) = files.in_order();
        assert_eq!(paths(&sorted), ["m/a.yaml", "m/b.yaml", "m/c.yaml", "m/d.yaml"]);
        let oids: Vec<Option<&str>> = (0..sorted.count()).map(|id| sorted.oid(FileId::new(id))).collect();
        assert_eq!(oids, ["6", "1", "5", "2", "3", "4"].map(Some));
        assert_eq!(numbers.iter().map(|id| id.index()).collect::<Vec<_>>(), [1, 3, 4, 5, 2, 0]);
        assert_eq!((sorted.source(numbers[beside.index()]).path(), other_beside), ("stopgap.yaml", FileId::new(0)));
    }

    #[test]
    #[cfg(unix)]
    fn what_is_no_folder_is_said() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("file"), "").unwrap();
        std::os::unix::fs::symlink(".", root.path().join("link")).unwrap();
        for (folder, why) in [
            ("none", "there is no"),
            ("file", "it is not a folder"),
            ("link", "it is a link"),
            ("file/register", "ot a directory"),
        ] {
            let error = read(root.path(), folder).unwrap_err();
            let is_missing = matches!(error, Error::NoRegister { .. });
            let said = error.to_string();
            assert!(is_missing == (folder == "none") && (is_missing || said.contains(why)), "{folder}: {said}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn what_needs_more_memory_than_there_may_be_is_refused() {
        let limit = 100 << 20;
        assert_eq!(needed_beyond(limit, 34 << 20), None);
        assert_eq!(needed_beyond(limit, (34 << 20) + 1), Some(limit + 2));
        assert_eq!(needed_beyond(u64::MAX, u64::MAX), None);
    }

    #[test]
    fn ids_are_the_names_of_the_files() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("x/y")).unwrap();
        for name in ["x/b.yaml", "x/a.YML", "x/y/a.yaml", "x/note.md"] {
            std::fs::write(root.path().join(name), "").unwrap();
        }
        assert_eq!(ids(root.path(), "x"), ["a", "b"]);
        assert_eq!(ids(root.path(), "z"), [""; 0]);
    }
}
