//! What is judged: the commit that is checked out, or the work tree where work is not committed yet.
//!
//! What git makes of a stored file when it checks it out is for a `.gitattributes` to say, so the two can say different
//! things, and what is merged is what is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::ci::github::{ACTIONS, is_action};
use crate::error::{self, Error};
use crate::files::{self, CommitFiles, MAX_BYTES_BESIDE, ReadFile, Repository};
use crate::git::{Commit, Git, ObjectFormat, TreeFile};
use crate::history::Snapshot;
use crate::history::snapshot::{is_workflow, prefix, shown};
use crate::policy::Policy;
use crate::policy::places::{ATTRIBUTES, CI_FILES, CODEOWNERS, NAMES, WORKFLOWS};
use crate::register::{self, FOLDER, Files, is_named_like_one};
use crate::text;

/// The files that are judged.
#[derive(Debug)]
pub struct Head {
    /// The files below the root of the register.
    pub place: Repository,
    /// All files, from the top of the work tree.
    top: Repository,
    /// Where the root lies below that top: empty, or ending in `/`.
    prefix: String,
    root: PathBuf,
    /// The top of the work tree.
    work_tree: PathBuf,
    /// How git names a content; nothing where nobody asks.
    format: Option<ObjectFormat>,
    /// The commit, where it is judged.
    commit: Option<Commit>,
    /// Files of the work tree that have been read already, and their folder.
    read: Option<(String, Vec<ReadFile>)>,
    /// Exceptions of the work tree whose bytes are not the commit's.
    otherwise: BTreeMap<String, ReadFile>,
    /// Exceptions of the work tree that the commit does not hold.
    uncommitted: Vec<String>,
    /// Whether the commit is one of the past, and the work tree plays no part.
    past: bool,
}

impl Head {
    /// Takes the work tree: what lies there is judged. `git` is what its contents are named by, for a comparison.
    #[must_use]
    pub fn of_work_tree(root: &Path, git: Option<&Git>) -> Self {
        let top = git.map_or(root, Git::top).to_path_buf();
        Self {
            place: Repository::Folder(root.to_path_buf()),
            top: Repository::Folder(top.clone()),
            work_tree: top,
            prefix: git.map(|git| prefix(git, root)).unwrap_or_default(),
            root: root.to_path_buf(),
            format: git.map(Git::format),
            commit: None,
            read: None,
            otherwise: BTreeMap::new(),
            uncommitted: Vec::new(),
            past: false,
        }
    }

    /// Takes a commit of the past, whatever is checked out.
    ///
    /// # Errors
    ///
    /// When the commit's trees are not in this clone, or its policy is in another repository.
    pub fn of_past(root: &Path, git: &Git, commit: &Commit) -> Result<Self, Error> {
        let here = Self::of_work_tree(root, Some(git));
        Ok(Self { past: true, ..Self::stored(here, git, commit)? })
    }

    /// Takes the commit that is checked out, whatever lies in the work tree; the work tree where there is no commit yet.
    ///
    /// # Errors
    ///
    /// When the commit's trees are not in this clone, or its policy is in another repository.
    pub fn of_commit(root: &Path, git: &Git) -> Result<Self, Error> {
        let here = Self::of_work_tree(root, Some(git));
        match git.head()? {
            Some(commit) => Self::stored(here, git, &commit),
            None => Ok(here),
        }
    }

    fn stored(here: Self, git: &Git, commit: &Commit) -> Result<Self, Error> {
        let top = CommitFiles::list(git, Some(commit))?;
        for name in NAMES {
            let path = format!("{}{name}", here.prefix);
            refuse_no_file(&top, &path, "the policy")?;
            // The one after the first is not read.
            if top.files().contains_key(&path) {
                break;
            }
        }
        let place = Repository::Commit(top.below(&here.prefix));
        Ok(Self { place, top: Repository::Commit(top), commit: Some(commit.clone()), ..here })
    }

    /// Takes the commit if the work tree holds nothing else of the register, what it is judged by and what it watches, as
    /// git sees it, and the work tree where something is not committed yet. `policy` reads the policy of a place.
    ///
    /// # Errors
    ///
    /// When git does not deliver, or the policy of the commit and of the work tree cannot be used.
    pub fn of_developer(
        root: &Path,
        git: &Git,
        policy: impl Fn(&Repository) -> Result<Policy, Error>,
    ) -> Result<Self, Error> {
        let (mut stored, here) = (Self::of_commit(root, git)?, Self::of_work_tree(root, Some(git)));
        let Some(commit) = stored.commit.clone() else { return Ok(here) };
        let policy = match policy(&stored.place) {
            Ok(policy) => policy,
            // The policy may have been put right, and not be committed yet.
            Err(_) => policy(&here.place)?,
        };
        let folder = policy.exceptions.clone();
        let lying = register::read_each(root, &folder, here.format).unwrap_or_default();
        let mut beside = stored.beside(&[&policy]);
        beside.extend(here.beside(&[&policy]));
        let state = stored.state_of(&folder, &lying, &beside)?;
        // Where suppressions are watched, any file below the root may hold one.
        let watches = policy.suppressions.is_some();
        let is_edited = || -> Result<bool, Error> {
            let folder = if watches { stored.prefix.clone() } else { format!("{}{folder}", stored.prefix) };
            let whole = watches && folder.is_empty();
            let paths = beside.iter().map(String::as_str).chain([folder.as_str()]).filter(|_| !whole);
            git.is_edited(&commit, &paths.collect::<Vec<_>>())
        };
        let judged = match state {
            State::Added => here,
            State::Otherwise if is_edited()? => here,
            State::Same if watches && is_edited()? => here,
            State::Same | State::Otherwise => {
                stored.read = Some((folder, lying));
                return Ok(stored);
            }
        };
        Ok(Self { read: Some((folder, lying)), ..judged })
    }

    /// Compares the bytes of the work tree with those of the commit.
    fn state_of(&self, folder: &str, lying: &[ReadFile], beside: &BTreeSet<String>) -> Result<State, Error> {
        let (Repository::Commit(below), Repository::Commit(all)) = (&self.place, &self.top) else {
            return Ok(State::Same);
        };
        let mut state = State::Same;
        for file in lying {
            match below.files().get(file.source.path()) {
                None => return Ok(State::Added),
                Some(stored) if file.oid.as_deref() != Some(stored.oid.as_str()) => state = State::Otherwise,
                Some(_) => {}
            }
        }
        if exceptions(below, folder).count() != lying.len() {
            state = State::Otherwise;
        }
        for path in beside {
            let place = self.work_tree.join(path);
            let read = || files::read_up_to(&place, path.clone(), self.format, MAX_BYTES_BESIDE);
            let lying = files::is_there(&place, path)?.then(read).transpose()?;
            match (all.files().get(path), lying) {
                (None, Some(_)) => return Ok(State::Added),
                (None, None) => {}
                (Some(stored), Some(lying)) if lying.oid.as_deref() == Some(stored.oid.as_str()) => {}
                (Some(_), _) => state = State::Otherwise,
            }
        }
        Ok(state)
    }

    /// Returns the paths of the files beside the register that decide how it is judged, whether they are there or not,
    /// from the top of the work tree.
    pub(crate) fn beside(&self, books: &[&Policy]) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = CODEOWNERS.iter().chain(&CI_FILES).map(|name| (*name).to_owned()).collect();
        match &self.top {
            Repository::Folder(top) => {
                names.extend(workflows(top));
                names.extend(actions(top));
            }
            Repository::Commit(top) => {
                names.extend(top.files().keys().filter(|path| is_workflow(path) || is_action(path)).cloned());
            }
        }
        for policy in books {
            names.extend(policy.book_paths().map(|name| format!("{}{name}", self.prefix)));
        }
        names
    }

    /// Returns the files of the commit below the root, where a commit is judged.
    #[must_use]
    pub fn commit_files(&self) -> Option<&CommitFiles> {
        match &self.place {
            Repository::Commit(files) => Some(files),
            Repository::Folder(_) => None,
        }
    }

    /// Tells whether a commit is judged, and not the work tree.
    #[must_use]
    pub fn is_commit(&self) -> bool {
        self.commit.is_some()
    }

    /// Returns all files, from the top of the work tree.
    pub(crate) fn top(&self) -> &Repository {
        &self.top
    }

    /// Reads the first of some files, by their path from the top of the work tree.
    ///
    /// # Errors
    ///
    /// When `git` cannot deliver it.
    pub fn first_of(&self, paths: &[&str], limit: u64) -> Result<Option<ReadFile>, Error> {
        let Some(path) = self.top.first_held(paths)? else { return Ok(None) };
        match &self.top {
            Repository::Folder(top) => files::read_up_to(&top.join(path), path.to_owned(), None, limit).map(Some),
            Repository::Commit(top) => top.read_one(path, limit).map(Some),
        }
    }

    /// Refuses a commit that has no register in a folder below the root.
    ///
    /// # Errors
    ///
    /// When there is no such folder, or it is not one of this repository.
    pub fn require_register(&self, folder: &str) -> Result<(), Error> {
        match &self.place {
            Repository::Commit(commit) => require(commit, folder, &self.root),
            Repository::Folder(_) => Ok(()),
        }
    }

    /// Reads the register in a folder below the root, and names each content as git does.
    ///
    /// # Errors
    ///
    /// When there is no such folder, it is not one of this repository, or a content cannot be read.
    pub fn register(&mut self, folder: &str) -> Result<Files, Error> {
        let lying = match self.read.take() {
            Some((read, files)) if read == folder && !files.is_empty() => Ok(files),
            _ if self.past => Ok(Vec::new()),
            _ => register::read_each(&self.root, folder, self.format),
        };
        let Repository::Commit(commit) = &self.place else { return lying.map(Files::from_read) };
        require(commit, folder, &self.root)?;
        // What lies in the work tree only saves the reading of what is the same.
        let mut lying: BTreeMap<String, ReadFile> =
            lying.unwrap_or_default().into_iter().map(|file| (file.source.path().to_owned(), file)).collect();
        let (mut same, mut differing) = (Vec::new(), Vec::new());
        for (path, stored) in exceptions(commit, folder) {
            match lying.remove(path) {
                Some(file) if file.oid.as_deref() == Some(stored.oid.as_str()) && !stored.is_link() => same.push(file),
                Some(file) => match self.format.and_then(|format| without_returns(&file, format, stored)) {
                    Some(file) => same.push(file),
                    None => {
                        self.otherwise.insert(path.to_owned(), file);
                        differing.push(path);
                    }
                },
                None => differing.push(path),
            }
        }
        // A link to a folder is no exception by its name; who reads the work tree sees the folder.
        let links = commit.files().iter().filter(|(_, file)| file.is_link());
        same.extend(links.filter_map(|(path, _)| lying.remove(path)));
        self.uncommitted = lying.into_keys().collect();
        let read = commit.read(&differing)?;
        let oid = |path: &str| commit.files().get(path).map(|file| file.oid.as_str().into());
        same.extend(read.into_iter().map(|file| ReadFile { oid: oid(file.source.path()), ..file }));
        Ok(Files::from_read(same))
    }

    /// Refuses rule books that are in no file of this repository, and adds to `files` what lies in the work tree in place
    /// of what was read from the commit: exceptions, rule books and CODEOWNERS. `base` is what a change is compared with.
    ///
    /// # Errors
    ///
    /// When a rule book is in a submodule or behind a link, or git does not deliver a content.
    pub fn add_twins(&mut self, books: &[&Policy], base: Option<&Snapshot>, files: &mut Files) -> Result<(), Error> {
        let Repository::Commit(top) = &self.top else { return Ok(()) };
        let settled = base.is_some_and(|base| has_same_attributes(base, top));
        let untouched = |path: &str, oid: &str| settled && base.is_some_and(|base| base.oid(path) == Some(oid));
        for (path, lying) in std::mem::take(&mut self.otherwise) {
            let (Some(id), true) = (files.find(&path), lying.opened) else { continue };
            let untouched = files.oid(id).is_some_and(|oid| untouched(&format!("{}{path}", self.prefix), oid));
            files.add_twin(id, lying, untouched);
        }
        for (book, path) in books.iter().flat_map(|policy| policy.books()) {
            refuse_no_file(top, &format!("{}{path}", self.prefix), book.name())?;
        }
        let books = books.iter().flat_map(|policy| policy.book_paths()).map(|name| format!("{}{name}", self.prefix));
        let books: BTreeSet<String> = books.collect();
        for path in books.iter().map(String::as_str).chain(CODEOWNERS) {
            let Some(stored) = top.files().get(path).filter(|file| !file.is_link()) else { continue };
            let shown_as = shown(&self.prefix, path);
            let lying = files::read_up_to(&self.work_tree.join(path), shown_as.clone(), self.format, MAX_BYTES_BESIDE)?;
            if !lying.opened || lying.oid.as_deref() == Some(stored.oid.as_str()) {
                continue;
            }
            let Some(text) = top.read_up_to(&[path], MAX_BYTES_BESIDE)?.pop() else { continue };
            let id = files.add(ReadFile { source: text.source.renamed(&shown_as), ..text });
            files.add_twin(id, lying, untouched(path, &stored.oid));
        }
        Ok(())
    }

    /// Refuses an empty folder of the work tree that is a submodule which nobody has fetched.
    ///
    /// # Errors
    ///
    /// When it is one.
    pub fn refuse_unfetched(&self, folder: &str, files: &Files) -> Result<(), Error> {
        if self.is_commit() || !files.own().is_empty() {
            return Ok(());
        }
        // Without git or a commit nothing tells, and an empty register is one too.
        let Ok(Some(git)) = Git::open(&self.root) else { return Ok(()) };
        let Ok(Some(commit)) = git.head() else { return Ok(()) };
        CommitFiles::list(&git, Some(&commit))?.below(&prefix(&git, &self.root)).refuse_elsewhere(folder, FOLDER)
    }

    /// Says which files of the work tree are not judged, because they are not committed.
    #[must_use]
    pub fn remark(&self) -> Option<String> {
        let (first, rest) = self.uncommitted.split_first()?;
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        Some(format!("not checked, because the commit does not contain it: `{}`{more}", text::shown(first)))
    }

    /// Says of a faulty rule book that it is the commit's, where the work tree holds another.
    #[must_use]
    pub fn owns(&self, error: Error) -> Error {
        let (Error::Config { source_text, .. }, Some(commit)) = (&error, &self.commit) else { return error };
        let is_checked_out = !self.past
            && files::read(&self.root.join(source_text.path()), String::new())
                .is_ok_and(|lying| lying.source.text() == source_text.text());
        if is_checked_out { error } else { error::owned_by(commit.short(), error) }
    }
}

/// Refuses what is in the place of a file and is none of this repository.
fn refuse_no_file(top: &CommitFiles, path: &str, kind: &'static str) -> Result<(), Error> {
    top.refuse_elsewhere(path, kind)?;
    if top.is_folder(path) {
        let (why, help) = ("this is not a regular file".to_owned(), "put a regular file here".to_owned());
        return Err(Error::Unreadable { kind, path: path.to_owned(), why, help });
    }
    Ok(())
}

/// How the work tree differs from the commit, before git is asked.
enum State {
    /// Every byte is the same.
    Same,
    /// Bytes differ, or files are missing.
    Otherwise,
    /// It holds a file that the commit does not.
    Added,
}

/// Lists the exceptions of a commit below a folder.
fn exceptions<'c>(commit: &'c CommitFiles, folder: &str) -> impl Iterator<Item = (&'c str, &'c TreeFile)> {
    let below = format!("{folder}/");
    let files = commit.files().range(below.clone()..).take_while(move |(path, _)| path.starts_with(&below));
    files.filter(|(path, _)| is_named_like_one(path)).map(|(path, file)| (path.as_str(), file))
}

/// Returns what is stored of a file that was checked out with a carriage return before each line feed.
fn without_returns(lying: &ReadFile, format: ObjectFormat, stored: &TreeFile) -> Option<ReadFile> {
    let text = lying.source.text();
    if stored.is_link() || !text.contains("\r\n") {
        return None;
    }
    let bytes = text.replace("\r\n", "\n").into_bytes();
    let oid = format.oid(&bytes);
    (oid == stored.oid)
        .then(|| ReadFile { oid: Some(oid.into()), ..files::decode(bytes, lying.source.path().to_owned()) })
}

/// Tells whether git checks out the stored files of two commits in the same way, as far as they decide it.
fn has_same_attributes(base: &Snapshot, head: &CommitFiles) -> bool {
    let of = |files: &CommitFiles| -> Vec<(String, String)> {
        let named = |path: &str| path.rsplit('/').next() == Some(ATTRIBUTES);
        let files = files.files().iter().filter(|(path, _)| named(path));
        files.map(|(path, file)| (path.clone(), file.oid.clone())).collect()
    };
    of(base.top()) == of(head)
}

/// Lists the workflows in a work tree.
fn workflows(top: &Path) -> Vec<String> {
    let listing = std::fs::read_dir(top.join(WORKFLOWS)).into_iter().flatten().flatten();
    let names = listing.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| is_named_like_one(name)).map(|name| format!("{WORKFLOWS}{name}")).collect()
}

/// Lists where actions of the repository usually are in a work tree, whether they are there or not. One elsewhere is known
/// from the base.
fn actions(top: &Path) -> Vec<String> {
    let folder = ".github/actions";
    let listing = std::fs::read_dir(top.join(folder)).into_iter().flatten().flatten();
    let names = listing.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.flat_map(|name| ACTIONS.map(|file| format!("{folder}/{name}/{file}"))).collect()
}

/// Refuses files of a commit that hold no register in a folder.
fn require(commit: &CommitFiles, folder: &str, root: &Path) -> Result<(), Error> {
    commit.refuse_elsewhere(folder, FOLDER)?;
    if commit.files().get(folder).is_some_and(TreeFile::is_link) {
        return Err(Error::Unreadable {
            kind: FOLDER,
            path: folder.to_owned(),
            why: "it is a link, and links are never followed".to_owned(),
            help: "put the folder itself here".to_owned(),
        });
    }
    if !commit.is_folder(folder) {
        return Err(Error::NoRegister { folder: folder.to_owned(), root: root.display().to_string() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_file_that_is_not_committed_is_named_and_the_others_are_counted() {
        for (paths, says) in [
            (&[][..], None),
            (&["a.yaml"], Some("not checked, because the commit does not contain it: `a.yaml`")),
            (&["a.yaml", "b.yaml"], Some("not checked, because the commit does not contain it: `a.yaml` and 1 more")),
            (&["a.yaml", "b", "c"], Some("not checked, because the commit does not contain it: `a.yaml` and 2 more")),
        ] {
            let uncommitted = paths.iter().map(|path| (*path).to_owned()).collect();
            let head = Head { uncommitted, ..Head::of_work_tree(Path::new("x"), None) };
            assert_eq!(head.remark().as_deref(), says);
        }
    }
}
