//! Reads files of the repository, from its folder or from a commit: never through a link, never past the size limit,
//! never from a pipe.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, GitError, help_for_system, is_absence};
use crate::git::{Commit, Git, ObjectFormat, TreeFile};
use crate::source::{Source, Span};
use crate::yaml::{self, Problem};

/// Tells whether a path is below a folder, both relative to the same place.
#[must_use]
pub fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Where the files of a repository are read from: a folder, or a commit of its history.
#[derive(Debug)]
pub enum Repository {
    /// The files as they are in the root folder.
    Folder(PathBuf),
    /// The files as a commit holds them.
    Commit(CommitFiles),
}

/// The files of a commit below the root.
#[derive(Clone, Debug)]
pub struct CommitFiles {
    git: Git,
    /// By their path relative to the root.
    files: Arc<BTreeMap<String, TreeFile>>,
    /// The paths of the submodules.
    submodules: Arc<BTreeSet<String>>,
    /// Where the root lies in the work tree.
    checked_out: PathBuf,
}

impl CommitFiles {
    /// Lists the files of a commit; without a commit there are none.
    ///
    /// # Errors
    ///
    /// If the commit's trees are not in this clone.
    pub fn list(git: &Git, commit: Option<&Commit>) -> Result<Self, Error> {
        Ok(Self::of(git, commit.map(|commit| git.tree(commit)).transpose()?.unwrap_or_default()))
    }

    /// Lists those files of a commit below a folder that `keep` accepts, by their path below it.
    ///
    /// # Errors
    ///
    /// When the commit's trees are not here.
    pub fn list_below(git: &Git, commit: &Commit, folder: &str, keep: &dyn Fn(&str) -> bool) -> Result<Self, Error> {
        Ok(Self::of(git, git.tree_below(commit, folder, keep)?))
    }

    fn of(git: &Git, listing: Vec<TreeFile>) -> Self {
        let named = |file: TreeFile| (name_of(&file.path).into_owned(), file);
        let (submodules, files) =
            listing.into_iter().map(named).partition::<Vec<_>, _>(|(_, file)| file.is_submodule());
        Self {
            git: git.clone(),
            files: Arc::new(files.into_iter().collect()),
            submodules: Arc::new(submodules.into_iter().map(|(path, _)| path).collect()),
            checked_out: git.top().to_path_buf(),
        }
    }

    /// Returns the files below a folder, by their path relative to it. The folder is empty or ends
    /// in `/`.
    #[must_use]
    pub fn below(&self, folder: &str) -> Self {
        if folder.is_empty() {
            return self.clone();
        }
        let below = |path: &String| path.strip_prefix(folder).map(str::to_owned);
        let files = self.files.iter().filter_map(|(path, file)| Some((below(path)?, file.clone())));
        Self {
            git: self.git.clone(),
            files: Arc::new(files.collect()),
            submodules: Arc::new(self.submodules.iter().filter_map(below).collect()),
            checked_out: self.checked_out.join(folder),
        }
    }

    /// Tells whether a path is a folder with files in it.
    #[must_use]
    pub fn is_folder(&self, path: &str) -> bool {
        let below = format!("{path}/");
        self.files.range(below.clone()..).next().is_some_and(|(path, _)| path.starts_with(&below))
    }

    /// Refuses a path that is in no file of this repository: it is a submodule or lies in one, leads through a link, or is
    /// a folder that is a link or holds a submodule. A link in the place of a file is left to whoever reads it.
    ///
    /// # Errors
    ///
    /// When it is one of these.
    pub fn refuse_elsewhere(&self, path: &str, kind: &'static str) -> Result<(), Error> {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        for place in ends.map(|end| &path[..end]) {
            if self.submodules.contains(place) {
                return Err(Error::Submodule { kind, path: place.to_owned() });
            }
            let is_link = self.files.get(place).is_some_and(TreeFile::is_link);
            if is_link && place.len() < path.len() {
                let (path, why) = (place.to_owned(), LINK.replace("file", "folder"));
                return Err(Error::Unreadable { kind, path, why, help: LINK_HELP.replace("file", "folder") });
            }
        }
        let below = format!("{path}/");
        match self.submodules.range(below.clone()..).next().filter(|path| path.starts_with(&below)) {
            Some(path) => Err(Error::Submodule { kind, path: path.clone() }),
            None => Ok(()),
        }
    }

    /// Returns the files by their path relative to the root.
    #[must_use]
    pub fn files(&self) -> &BTreeMap<String, TreeFile> {
        &self.files
    }

    /// Reads files and the targets of links as they are stored, in one process. `None` for what is not there and for what is
    /// larger than `limit` bytes.
    ///
    /// # Errors
    ///
    /// If `git` cannot deliver them.
    pub fn stored(&self, paths: &[&str], limit: u64) -> Result<Vec<Option<Vec<u8>>>, Error> {
        let known = || paths.iter().filter_map(|path| self.files.get(*path));
        let oids: Vec<&str> = known().map(|file| file.oid.as_str()).collect();
        let mut blobs = self.git.blobs(&oids, limit)?.into_iter();
        let read = paths.iter().map(|path| {
            let Some(file) = self.files.get(*path) else { return Ok(None) };
            match blobs.next().flatten() {
                None => Err(Error::from(GitError::NoContent { oid: file.oid.clone(), path: (*path).to_owned() })),
                Some(bytes) => Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= limit)),
            }
        });
        read.collect()
    }

    /// Replaces a file, or removes it.
    pub fn set(&mut self, path: &str, file: Option<TreeFile>) {
        let files = Arc::make_mut(&mut self.files);
        match file {
            Some(file) => files.insert(path.to_owned(), file),
            None => files.remove(path),
        };
    }

    /// Reads a file of the commit of at most `limit` bytes: from the work tree, where those with its object name lie there,
    /// else from git.
    ///
    /// # Errors
    ///
    /// When `git` cannot deliver it.
    pub fn read_one(&self, path: &str, limit: u64) -> Result<ReadFile, Error> {
        if let Some(file) = self.files.get(path).filter(|file| !file.is_link()) {
            let lying = read_up_to(&self.checked_out.join(path), path.to_owned(), Some(self.git.format()), limit)?;
            if lying.oid.as_deref() == Some(file.oid.as_str()) {
                return Ok(lying);
            }
        }
        Ok(self.read_up_to(&[path], limit)?.remove(0))
    }

    /// Reads files of the commit in one process.
    ///
    /// # Errors
    ///
    /// If `git` cannot deliver them.
    pub fn read(&self, paths: &[&str]) -> Result<Vec<ReadFile>, Error> {
        self.read_up_to(paths, yaml::MAX_BYTES)
    }

    /// Reads files of the commit, each of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// If `git` cannot deliver them.
    pub fn read_up_to(&self, paths: &[&str], limit: u64) -> Result<Vec<ReadFile>, Error> {
        let oids: Vec<&str> =
            paths.iter().filter_map(|path| self.files.get(*path)).map(|file| file.oid.as_str()).collect();
        let mut blobs = self.git.blobs(&oids, limit)?.into_iter();
        let read = paths.iter().map(|path| match self.files.get(*path) {
            None => Ok(unread(path, NOT_THERE.into(), NOT_THERE_HELP)),
            Some(file) => from_blob(path, file, blobs.next().flatten(), limit),
        });
        read.collect()
    }
}

/// Turns the content that git delivered for a file into that file, of at most `limit` bytes.
///
/// # Errors
///
/// If git did not have it.
pub fn from_blob(path: &str, file: &TreeFile, bytes: Option<Vec<u8>>, limit: u64) -> Result<ReadFile, Error> {
    if file.is_link() {
        return Ok(unread(path, LINK.into(), LINK_HELP));
    }
    match bytes {
        None => Err(Error::from(GitError::NoContent { oid: file.oid.clone(), path: path.to_owned() })),
        Some(bytes) if bytes.len() as u64 > limit => {
            let message = format!("the file is larger than the limit of {limit} bytes");
            Ok(unread(path, message, oversized_help(limit)))
        }
        Some(bytes) => Ok(decode(bytes, path.to_owned())),
    }
}

impl Repository {
    /// Returns whether there is a file, a folder or a link at a path; of a commit, a file or a link.
    ///
    /// # Errors
    ///
    /// Those of [`is_there`].
    pub fn exists(&self, relative: &str) -> Result<bool, Error> {
        match self {
            Self::Folder(root) => is_there(&root.join(relative), relative),
            Self::Commit(commit) => Ok(commit.files.contains_key(relative)),
        }
    }

    /// Returns whether a commit of what is here has a file or a link at a path: of a folder it has neither, and nothing
    /// behind a link.
    ///
    /// # Errors
    ///
    /// Those of [`is_there`].
    pub fn holds(&self, relative: &str) -> Result<bool, Error> {
        let Self::Folder(root) = self else { return self.exists(relative) };
        let kind = |end: usize| fs::symlink_metadata(root.join(&relative[..end])).map(|found| found.file_type());
        let is_behind_a_link =
            relative.match_indices('/').any(|(end, _)| kind(end).is_ok_and(|kind| kind.is_symlink()));
        Ok(self.exists(relative)? && !is_behind_a_link && kind(relative.len()).is_ok_and(|kind| !kind.is_dir()))
    }

    /// Returns the first of some paths that [`Repository::holds`].
    ///
    /// # Errors
    ///
    /// Those of [`is_there`].
    pub fn first_held<'p>(&self, paths: &[&'p str]) -> Result<Option<&'p str>, Error> {
        for path in paths {
            if self.holds(path)? {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// Returns the first of some paths at which there is something, as a person sees it.
    ///
    /// # Errors
    ///
    /// Those of [`is_there`].
    pub fn first_of<'p>(&self, paths: &[&'p str]) -> Result<Option<&'p str>, Error> {
        for path in paths {
            if self.exists(path)? {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// Returns the names of what lies in a folder; none where there is no such folder, or a commit holds it.
    ///
    /// # Errors
    ///
    /// When the folder cannot be listed.
    pub fn names_in(&self, folder: &str) -> Result<Vec<String>, Error> {
        let Self::Folder(root) = self else { return Ok(Vec::new()) };
        let listing = match fs::read_dir(root.join(folder)) {
            Ok(listing) => listing,
            Err(error) if is_absence(&error) => return Ok(Vec::new()),
            Err(error) => return Err(unseen("the folder", folder.trim_end_matches('/'), &error)),
        };
        Ok(listing.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
    }

    /// Returns what a commit holds at a path; `None` for a folder.
    #[must_use]
    pub fn held(&self, relative: &str) -> Option<&TreeFile> {
        match self {
            Self::Folder(_) => None,
            Self::Commit(commit) => commit.files.get(relative),
        }
    }

    /// Reads a file beside the register, of at most [`MAX_BYTES_BESIDE`]; anything wrong with it is a fault, not an error.
    ///
    /// # Errors
    ///
    /// If `git` cannot deliver it, or the system has run out of something.
    pub fn read(&self, relative: &str) -> Result<ReadFile, Error> {
        match self {
            Self::Folder(root) => match self.path_problem(relative) {
                Some(why) => Ok(unread(relative, why, LINK_HELP)),
                None => read_up_to(&root.join(relative), relative.to_owned(), None, MAX_BYTES_BESIDE),
            },
            Self::Commit(commit) => commit.read_one(relative, MAX_BYTES_BESIDE),
        }
    }

    /// Returns why a path from a policy may not be used: it must stay below the root, consist of plain names and go
    /// through no link.
    #[must_use]
    pub fn path_problem(&self, relative: &str) -> Option<String> {
        let path = Path::new(relative);
        let plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        if relative.is_empty() || !path.components().all(plain) {
            return Some("the path must be relative and stay in the repository".into());
        }
        if path.components().any(|part| part.as_os_str().eq_ignore_ascii_case(".git")) {
            return Some("`.git` is git's own folder, which no commit holds".into());
        }
        // A commit's files are named by their whole path, so none of them is reached through a link.
        let Self::Folder(root) = self else { return None };
        let mut place = root.clone();
        for part in path.components() {
            place.push(part);
            if fs::symlink_metadata(&place).is_ok_and(|metadata| metadata.is_symlink()) {
                return Some("the path goes through a link, and links are never followed".into());
            }
        }
        None
    }
}

const NOT_THERE: &str = "there is no such file";
const NOT_THERE_HELP: &str = "put the file there, or correct the name";
const LINK: &str = "the file is a link, and links are never followed";
/// The largest file beside the register that is read, in bytes: a roster may be as large as an organisation.
pub const MAX_BYTES_BESIDE: u64 = 64 * 1024 * 1024;

fn oversized_help(limit: u64) -> &'static str {
    match limit {
        yaml::MAX_BYTES => "move attachments elsewhere and link to them in `references`",
        _ => "look at what is in it: even a roster of 100,000 people has only about 10 MB",
    }
}
const LINK_HELP: &str = "put the file itself here";

fn unread(path: &str, message: String, help: &str) -> ReadFile {
    ReadFile {
        source: Source::new(path, String::new()),
        fault: Some(Box::new(Problem::new(Span::default(), message, help))),
        opened: false,
        oid: None,
    }
}

fn oversized(path: &str, bytes: u64, limit: u64) -> ReadFile {
    unread(path, format!("the file has {bytes} bytes, the limit is {limit}"), oversized_help(limit))
}

/// A file as it was read: as much of its text as there is, and what stopped the reading.
#[derive(Debug)]
pub struct ReadFile {
    /// Path and text; the text is empty if nothing could be read.
    pub source: Source,
    /// Why the text cannot be trusted.
    pub fault: Option<Box<Problem>>,
    /// Whether the file was there and could be opened.
    pub opened: bool,
    /// Git's object name of the bytes, if it was asked for.
    pub oid: Option<Box<str>>,
}

impl From<Source> for ReadFile {
    /// Wraps a text that is already in memory, without checking it.
    fn from(source: Source) -> Self {
        Self { source, fault: None, opened: true, oid: None }
    }
}

/// Names a file as it is called in a folder, with `..` for each folder upwards; `None` if they have nothing in common.
#[must_use]
pub fn seen_from(folder: &Path, file: &Path) -> Option<String> {
    let common = folder.ancestors().find(|above| file.starts_with(above))?;
    let upwards = folder.strip_prefix(common).ok()?.components().count();
    let below = file.strip_prefix(common).ok()?;
    let name = "../".repeat(upwards) + &below.to_string_lossy();
    Some(if name.is_empty() { ".".to_owned() } else { name })
}

/// Returns a path that is relative to a folder from where that folder is: `below` is empty or ends in `/`, and `../` at the
/// beginning of the path leads out of it.
#[must_use]
pub fn below(below: &str, path: &str) -> String {
    let (mut below, mut path) = (below, path);
    while let Some(above) = path.strip_prefix("../").filter(|_| !below.is_empty()) {
        path = above;
        below = below[..below.len() - 1].rfind('/').map_or("", |at| &below[..=at]);
    }
    format!("{below}{path}")
}

/// Returns the name that messages give to a folder whose path is empty or ends in `/`.
#[must_use]
pub fn folder_name(folder: &str) -> String {
    if folder.is_empty() { ".".to_owned() } else { folder.trim_end_matches('/').to_owned() }
}

/// Returns the text of a path, and another one for each path. Of one that is not UTF-8 each byte that is none is written in
/// digits behind U+FFFD, and that sign twice where it stands itself.
#[must_use]
pub fn name_of(path: &[u8]) -> Cow<'_, str> {
    use std::fmt::Write;

    const SIGN: &str = "\u{fffd}";
    if let Some(name) = str::from_utf8(path).ok().filter(|name| !name.contains(SIGN)) {
        return Cow::Borrowed(name);
    }
    let mut name = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        name.push_str(&chunk.valid().replace(SIGN, "\u{fffd}\u{fffd}"));
        for byte in chunk.invalid() {
            let _ = write!(name, "{SIGN}{byte:02x}");
        }
    }
    Cow::Owned(name)
}

/// Returns the text of a relative path as [`name_of`] does, with `/` between its parts.
#[must_use]
pub fn name_below(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| name_of(part.as_os_str().as_encoded_bytes())).collect();
    parts.join("/")
}

/// Tells whether there is a file, a folder or a link at a place, which messages call `shown_as`.
///
/// # Errors
///
/// When nobody can tell: what is in a folder that may not be entered would seem to be nowhere.
pub fn is_there(place: &Path, shown_as: &str) -> Result<bool, Error> {
    match fs::symlink_metadata(place) {
        Ok(_) => Ok(true),
        Err(error) if is_absence(&error) => Ok(false),
        Err(error) => Err(unseen("the folder of", shown_as, &error)),
    }
}

fn unseen(kind: &'static str, path: &str, error: &std::io::Error) -> Error {
    let help = help_for_system(error).unwrap_or("make the folder readable, or put a real one there");
    Error::Unreadable { kind, path: path.to_owned(), why: error.to_string(), help: help.to_owned() }
}

/// Reads one file; anything wrong with it is a fault, not an error.
///
/// # Errors
///
/// If the system has run out of something.
pub fn read(path: &Path, shown_as: String) -> Result<ReadFile, Error> {
    read_hashed(path, shown_as, None)
}

/// Reads one file, and computes git's name for its content if a format is given.
///
/// # Errors
///
/// Those of [`read`].
pub fn read_hashed(path: &Path, shown_as: String, format: Option<ObjectFormat>) -> Result<ReadFile, Error> {
    read_up_to(path, shown_as, format, yaml::MAX_BYTES)
}

/// Reads one file of at most `limit` bytes.
///
/// # Errors
///
/// Those of [`read`].
pub fn read_up_to(path: &Path, shown_as: String, format: Option<ObjectFormat>, limit: u64) -> Result<ReadFile, Error> {
    let (opened, kind) = match regular(path) {
        Some((file, metadata)) => (Some(file), metadata),
        None => match fs::symlink_metadata(path) {
            Ok(metadata) => (None, metadata),
            Err(error) => return unreadable(&shown_as, &error),
        },
    };
    if kind.is_symlink() {
        return Ok(unread(&shown_as, LINK.into(), LINK_HELP));
    }
    if !kind.is_file() {
        return Ok(unread(&shown_as, "this is not a regular file".into(), "put a regular file here"));
    }
    if kind.len() > limit {
        return Ok(oversized(&shown_as, kind.len(), limit));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(kind.len()).unwrap_or_default() + 1);
    let file = opened.map_or_else(|| File::open(path), Ok);
    match file.and_then(|file| file.take(limit + 1).read_to_end(&mut bytes)) {
        Ok(_) if bytes.len() as u64 > limit => Ok(oversized(&shown_as, bytes.len() as u64, limit)),
        Ok(_) => {
            let oid = format.map(|format| format.oid(&bytes).into());
            Ok(ReadFile { oid, ..decode(bytes, shown_as) })
        }
        Err(error) => unreadable(&shown_as, &error),
    }
}

/// Opens what is a regular file and no link, without asking about it by its path before; `None` for anything else, and
/// where it cannot be opened at once. Nothing is waited for: a pipe without a writer is opened too, and is none.
#[cfg(unix)]
fn regular(path: &Path) -> Option<(File, fs::Metadata)> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).ok()?;
    let file = File::options().read(true).custom_flags(flags).open(path).ok()?;
    let metadata = file.metadata().ok().filter(fs::Metadata::is_file)?;
    Some((file, metadata))
}

#[cfg(not(unix))]
fn regular(_: &Path) -> Option<(File, fs::Metadata)> {
    None
}

/// Decodes bytes; the safe subset is UTF-8 without the characters that hide a line.
#[must_use]
pub fn decode(bytes: Vec<u8>, path: String) -> ReadFile {
    match String::from_utf8(bytes) {
        Ok(text) => {
            let source = Source::new(path, text);
            let fault = yaml::check_text(source.text()).map(Box::new);
            ReadFile { source, fault, opened: true, oid: None }
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bom = if error.as_bytes().starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
            let bad = error.as_bytes().get(at).copied().unwrap_or_default();
            let source = Source::new(path, String::from_utf8_lossy(error.as_bytes()).into_owned());
            let at = at - bom;
            let span = Span::new(at, at + char::REPLACEMENT_CHARACTER.len_utf8());
            let utf16 = [b"\xff\xfe", b"\xfe\xff"].iter().any(|mark| error.as_bytes().starts_with(*mark));
            let message = match utf16 {
                true => "the file is UTF-16, not UTF-8".to_owned(),
                false => format!("byte 0x{bad:02x} is not UTF-8"),
            };
            let fault = Some(Box::new(Problem::new(span, message, "save the file as UTF-8")));
            ReadFile { source, fault, opened: true, oid: None }
        }
    }
}

fn unreadable(path: &str, error: &std::io::Error) -> Result<ReadFile, Error> {
    if let Some(error) = of_the_system(path, error) {
        return Err(error);
    }
    Ok(match error.kind() {
        ErrorKind::PermissionDenied => {
            unread(path, "the file cannot be read: permission denied".into(), "make the file readable")
        }
        ErrorKind::NotFound => unread(path, NOT_THERE.into(), NOT_THERE_HELP),
        _ => unread(path, format!("the file cannot be read: {error}"), "make the file readable"),
    })
}

/// Returns why the run cannot go on after an error that says nothing of the file at which it happened.
pub(crate) fn of_the_system(path: &str, error: &std::io::Error) -> Option<Error> {
    let help = help_for_system(error)?.to_owned();
    Some(Error::Unreadable { kind: "the file", path: path.to_owned(), why: error.to_string(), help })
}

/// Reads a file that an argument names, of at most `limit` bytes; it may be a pipe.
///
/// # Errors
///
/// If it cannot be read or is larger.
pub fn read_named(path: &Path, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(std::io::Error::new(ErrorKind::FileTooLarge, format!("it is larger than {limit} bytes")));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    #[test]
    fn what_the_system_lacks_is_no_fault_of_a_file() {
        use rustix::io::Errno;
        for (error, help) in [
            (Errno::MFILE, "ulimit -n"),
            (Errno::NFILE, "ulimit -n"),
            (Errno::NOMEM, "ulimit -v"),
            (Errno::IO, "the disk"),
        ] {
            let refused = super::unreadable("a.yaml", &error.into()).unwrap_err();
            assert!(refused.help().is_some_and(|said| said.contains(help)), "{refused}");
        }
        for error in [Errno::ACCESS, Errno::NOENT, Errno::LOOP] {
            assert!(super::unreadable("a.yaml", &error.into()).unwrap().fault.is_some());
        }
    }
}
