//! Reads the tracked files of a repository, each once: submodules and binary files are passed over. What cannot be read
//! and may tell a scanner something is a suppression itself, with unknown content.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::grammar::What;
use super::ignore_files::{self, Kind};
use super::language::Language;
use super::page::{Found, LOOKED_AT, Page, Reader, Trouble, could_be_text, is_binary};
use super::secrets::OwnRules;
use crate::cores::{Cores, FEW};
use crate::error::Error;
use crate::files::{CommitFiles, name_below, name_of, of_the_system};
use crate::git::{Git, IndexFile, TreeFile, path_of};

/// The largest file that is read, in bytes.
const MOST_BYTES: u64 = 32 * 1024 * 1024;

/// The longest target of a link that is read, in bytes.
const MOST_TARGET: u64 = 4096;

/// A link that leads to a link is followed so often.
const MOST_LINKS: usize = 8;

/// Where the files are listed.
#[derive(Clone, Copy, Debug)]
pub enum Tracked<'t> {
    /// In git's index: what lies in the work tree is read, and what a sparse checkout leaves out of it.
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
    /// How many files were looked at.
    pub(super) looked_at: usize,
    /// All files and links, whether there is something in them or not.
    pub(super) paths: BTreeSet<String>,
    pub(super) unread: Vec<Unread>,
    /// What read them.
    pub(super) reader: Reader,
}

/// What became of one file.
enum Outcome {
    Nothing,
    Page(Page),
    Unread(String),
    Missing,
    /// The run cannot go on.
    Failed(Error),
}

/// The files that are read below a root.
#[derive(Default)]
struct Listed {
    /// Regular files, by their path from the root.
    files: BTreeMap<String, PathBuf>,
    /// The targets of links.
    links: BTreeMap<String, String>,
    /// The object names of the files that a sparse checkout leaves out.
    left_out: BTreeMap<String, String>,
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
        if let Self::Commit(git, _) = self {
            let commit = git.head()?;
            let differing = commit.map(|commit| git.edited(&commit, prefix)).transpose()?.unwrap_or_default();
            edited.extend(differing.iter().map(|path| shown(path, prefix)));
        }
        let Listed { mut files, links, left_out } = self.list(root, prefix)?;
        files.retain(|path, _| keep(path));
        let linked = Linked::of(&links, &|path| files.contains_key(path), keep);
        let top = match self {
            Self::Index(git) | Self::Commit(git, _) => git.top().to_path_buf(),
            Self::Folder => root.to_path_buf(),
        };
        let reader = &reader.knowing(self.rules_of_gitleaks(reader, (&files, &left_out), &top, &linked)?);
        let mut scan = Scan { pages: linked.pages(reader), ..Scan::default() };
        let named = files.keys().map(|path| (path, path)).chain(&linked.named);
        let (from_commit, on_disk): (Vec<_>, Vec<_>) = named.partition(|(_, path)| edited.contains(*path));
        let mut from_commit: Vec<(&str, &str)> =
            from_commit.into_iter().map(|(name, path)| (name.as_str(), path.as_str())).collect();
        let from_disk: Vec<(&String, &String, PathBuf)> =
            on_disk.into_iter().filter_map(|(name, path)| Some((name, path, top.join(files.get(path)?)))).collect();
        let one = |buffer: &mut Vec<u8>, (name, _, place): &(&String, &String, PathBuf)| {
            read_one(buffer, (name, linked.kind(name)), place, reader)
        };
        let outcomes: Vec<Outcome> =
            Cores::for_items(from_disk.len(), FEW).one_by_one().map_with(&from_disk, Vec::new, one);
        for ((name, path, _), outcome) in from_disk.iter().zip(outcomes) {
            match outcome {
                Outcome::Nothing => {}
                Outcome::Page(page) => scan.pages.push(page),
                Outcome::Unread(why) => scan.unread.push(Unread { path: (*name).clone(), why }),
                Outcome::Missing => from_commit.push((name, path)),
                Outcome::Failed(error) => return Err(error),
            }
        }
        match self {
            Self::Commit(_, stored) => {
                let contents = |paths: &[&str]| stored.stored(paths, MOST_BYTES);
                scan.pages.extend(read_regular(&contents, &from_commit, &linked, reader)?);
            }
            Self::Index(git) => {
                from_commit.retain(|(_, path)| left_out.contains_key(*path));
                let contents = |paths: &[&str]| {
                    git.blobs(&paths.iter().map(|path| left_out[*path].as_str()).collect::<Vec<_>>(), MOST_BYTES)
                };
                scan.pages.extend(read_regular(&contents, &from_commit, &linked, reader)?);
            }
            Self::Folder => {}
        }
        linked.settle(&mut scan.pages);
        linked.name(&mut scan.pages);
        scan.pages.sort_by(|a, b| a.path.cmp(&b.path));
        scan.reader = reader.clone();
        scan.looked_at = files.len();
        scan.paths = files.into_keys().chain(links.into_keys().filter(|path| keep(path))).collect();
        Ok(scan)
    }

    /// Returns the rules of gitleaks that are the repository's own, in the files that gitleaks finds by itself.
    fn rules_of_gitleaks(
        self,
        reader: &Reader,
        (files, left_out): (&BTreeMap<String, PathBuf>, &BTreeMap<String, String>),
        top: &Path,
        linked: &Linked,
    ) -> Result<OwnRules, Error> {
        let kind = |path: &str| linked.kind(path).or_else(|| ignore_files::kind(path));
        let is_one = |path: &str| kind(path).is_some_and(ignore_files::has_rules_of_gitleaks);
        let mut rules = OwnRules::default();
        for (path, place) in files.iter().filter(|(path, _)| reader.wants("gitleaks") && is_one(path)) {
            let stored = match self {
                Self::Commit(_, stored) => stored.stored(&[path.as_str()], MOST_BYTES)?.pop().flatten(),
                Self::Index(git) => match left_out.get(path) {
                    Some(oid) => git.blobs(&[oid.as_str()], MOST_BYTES)?.pop().flatten(),
                    None => None,
                },
                Self::Folder => None,
            };
            // One that cannot be read is reported as such where the files are read.
            let from_disk = || {
                let mut bytes = Vec::new();
                fill(&mut bytes, (path, kind(path)), &top.join(place)).map(|_| bytes)
            };
            let bytes = stored.or_else(|| from_disk().ok()).unwrap_or_default();
            rules.add(&String::from_utf8_lossy(&bytes));
        }
        Ok(rules)
    }

    fn list(self, root: &Path, prefix: &str) -> Result<Listed, Error> {
        match self {
            Self::Commit(_, files) => {
                let is_regular = |file: &TreeFile| !file.is_link() && !file.is_submodule();
                let regular = files.files().iter().filter(|(_, file)| is_regular(file));
                Ok(Listed {
                    files: regular.map(|(path, file)| (path.clone(), path_of(&file.path))).collect(),
                    links: stored_links(files)?,
                    left_out: BTreeMap::new(),
                })
            }
            Self::Index(git) => {
                let mut listed = Listed::default();
                for IndexFile { path, is_link, left_out } in git.tracked(prefix)? {
                    let (below, place) = (shown(&path, prefix), path_of(&path));
                    let target = match (is_link, &left_out) {
                        (true, Some(oid)) => git.blobs(&[oid], MOST_TARGET)?.pop().flatten().map(|it| target_of(&it)),
                        (true, None) => target(&git.top().join(&place)),
                        (false, _) => {
                            listed.left_out.extend(left_out.map(|oid| (below.clone(), oid)));
                            listed.files.insert(below, place);
                            continue;
                        }
                    };
                    listed.links.extend(target.map(|target| (below, target)));
                }
                Ok(listed)
            }
            Self::Folder => Ok(walk(root)),
        }
    }
}

/// Reads files of a commit.
pub(super) fn read_stored(files: &CommitFiles, paths: &[&str], reader: &Reader) -> Result<Vec<Page>, Error> {
    let is_regular = |path: &str| files.files().get(path).is_some_and(|file| !file.is_link());
    let linked = Linked::of(&stored_links(files)?, &is_regular, &|_| true);
    let (regular, others): (Vec<&str>, Vec<&str>) = paths.iter().partition(|path| is_regular(path));
    let mut named: Vec<(&str, &str)> = regular.iter().map(|path| (*path, *path)).collect();
    let mut beside = Vec::new();
    for name in &others {
        let Some(path) = linked.named.get(*name) else { continue };
        named.push((name, path));
        if !paths.contains(&path.as_str()) {
            beside.push(path.as_str());
        }
    }
    // What a link leads to is read under its own name.
    beside.sort_unstable();
    beside.dedup();
    named.extend(beside.iter().map(|path| (*path, *path)));
    let mut pages = read_regular(&|paths| files.stored(paths, MOST_BYTES), &named, &linked, reader)?;
    linked.settle(&mut pages);
    pages.retain(|page| !beside.contains(&page.path.as_str()));
    pages.extend(linked.pages(reader).into_iter().filter(|page| others.contains(&page.path.as_str())));
    linked.name(&mut pages);
    Ok(pages)
}

/// Returns contents that git has stored, by their paths; `None` for one that is too large.
type Contents<'c> = dyn Fn(&[&str]) -> Result<Vec<Option<Vec<u8>>>, Error> + 'c;

/// Reads regular files that git has stored, a few at a time, each under a name and by its path.
fn read_regular(
    contents: &Contents<'_>,
    named: &[(&str, &str)],
    linked: &Linked,
    reader: &Reader,
) -> Result<Vec<Page>, Error> {
    const AT_ONCE: usize = 64;
    let mut pages = Vec::new();
    for some in named.chunks(AT_ONCE) {
        let paths: Vec<&str> = some.iter().map(|(_, path)| *path).collect();
        for ((path, _), bytes) in some.iter().zip(contents(&paths)?) {
            let kind = linked.kind(path);
            pages.extend(match bytes {
                Some(bytes) => reader.read_as(path, &bytes, kind),
                None => {
                    let tool = kind.or_else(|| ignore_files::kind(path)).map(|kind| kind.tool);
                    tool.and_then(|tool| reader.unread(path, tool, "", too_large()))
                }
            });
        }
    }
    Ok(pages)
}

fn too_large() -> Trouble {
    let why = format!("it is larger than {} MiB", MOST_BYTES / 1024 / 1024);
    Trouble::new(0, why, "split it, so that it can be searched")
}

/// Returns the targets of the links of a commit.
fn stored_links(files: &CommitFiles) -> Result<BTreeMap<String, String>, Error> {
    let paths: Vec<&str> =
        files.files().iter().filter(|(_, file)| file.is_link()).map(|(path, _)| path.as_str()).collect();
    let targets = files.stored(&paths, MOST_TARGET)?;
    let text = |bytes: Option<Vec<u8>>| target_of(&bytes.unwrap_or_default());
    Ok(paths.into_iter().zip(targets).map(|(path, target)| (path.to_owned(), text(target))).collect())
}

/// Returns the target of a link as git stores it.
fn target_of(stored: &[u8]) -> String {
    name_of(stored).into_owned()
}

fn target(place: &Path) -> Option<String> {
    Some(name_of(std::fs::read_link(place).ok()?.as_os_str().as_encoded_bytes()).replace('\\', "/"))
}

/// What links make of files: an ignore file, or code in another language.
#[derive(Default)]
struct Linked {
    /// The links by whose names a file is read otherwise than by its own, each with that file.
    named: BTreeMap<String, String>,
    /// The links that lead to each file.
    links: BTreeMap<String, Vec<String>>,
    /// As what files are read that no tool would find by their own names.
    kinds: BTreeMap<String, &'static Kind>,
    /// The links that lead to no file that is read, each with its tool and its target.
    lost: Vec<(String, &'static str, String)>,
}

impl Linked {
    /// Follows links as far as `is_file` knows the files. What `keep` leaves out is not an ignore file of any tool.
    fn of(links: &BTreeMap<String, String>, is_file: &dyn Fn(&str) -> bool, keep: &dyn Fn(&str) -> bool) -> Self {
        let mut linked = Self::default();
        for (link, written) in links.iter().filter(|(link, _)| keep(link)) {
            let end = follow(link, links);
            if let Some(path) = end.as_ref().filter(|path| is_file(path)) {
                linked.links.entry(path.clone()).or_default().push(link.clone());
                if is_read_otherwise(link, path) {
                    linked.named.insert(link.clone(), path.clone());
                }
            }
            let behind = ignore_files::behind_link(link, end.as_deref().unwrap_or_default());
            for (path, kind) in behind {
                let is_itself = end.as_deref() == Some(path.as_str());
                match (is_file(&path), end.is_none() || is_itself) {
                    (true, _) => drop(linked.kinds.insert(path, kind)),
                    (false, true) => linked.lost.push((link.clone(), kind.tool, written.clone())),
                    (false, false) => {}
                }
            }
        }
        linked.lost.dedup_by(|a, b| (&a.0, a.1) == (&b.0, b.1));
        linked
    }

    /// Returns as what a file is read, if a link says so.
    fn kind(&self, path: &str) -> Option<&'static Kind> {
        self.kinds.get(path).copied()
    }

    /// Leaves in the page of a link only what the page of its file does not say.
    fn settle(&self, pages: &mut Vec<Page>) {
        if self.named.is_empty() {
            return;
        }
        let told: BTreeSet<(String, Said)> =
            pages.iter().flat_map(|page| page.found.iter().map(|found| (page.path.clone(), said(found)))).collect();
        for page in pages.iter_mut() {
            let Some(path) = self.named.get(&page.path) else { continue };
            page.found.retain(|found| !told.contains(&(path.clone(), said(found))));
        }
        pages.retain(|page| !page.found.is_empty() || !self.named.contains_key(&page.path));
    }

    /// Notes in each page the links that lead to its file.
    fn name(&self, pages: &mut [Page]) {
        for page in pages {
            page.links = self.links.get(&page.path).cloned().unwrap_or_default();
        }
    }

    fn pages(&self, reader: &Reader) -> Vec<Page> {
        let page = |(link, tool, target): &(String, &'static str, String)| {
            let why = format!("it is a link to `{target}`, which is not a tracked file below the register's root");
            reader.unread(link, tool, target, Trouble::new(0, why, "put the file itself here"))
        };
        self.lost.iter().filter_map(page).collect()
    }
}

/// What tells suppressions of one text apart.
type Said = (usize, &'static str, What);

fn said(found: &Found) -> Said {
    (found.line, found.tool, found.what.clone())
}

/// Tells whether a file is read otherwise by the name of a link: its language or its ending is another.
fn is_read_otherwise(link: &str, path: &str) -> bool {
    let ending = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase())
    };
    Language::of(link) != Language::of(path) || ending(link) != ending(path)
}

/// Returns where a link leads to below the root, also through folders that are links.
fn follow(link: &str, links: &BTreeMap<String, String>) -> Option<String> {
    let mut path = link.to_owned();
    for _ in 0..MOST_LINKS {
        let mut ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        let Some(end) = ends.find(|end| links.contains_key(&path[..*end])) else { return Some(path) };
        let (through, rest) = path.split_at(end);
        path = joined(through, links.get(through)?)? + rest;
    }
    None
}

/// Returns the path that a link's target means; `None` if that is not below the root.
fn joined(link: &str, target: &str) -> Option<String> {
    if target.is_empty() || target.starts_with('/') || target.contains(':') {
        return None;
    }
    let mut steps: Vec<&str> = link.split('/').collect();
    steps.pop();
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()?),
            step => steps.push(step),
        }
    }
    Some(steps.join("/"))
}

fn shown(path: &[u8], prefix: &str) -> String {
    let path = name_of(path);
    path.strip_prefix(prefix).unwrap_or(&path).to_owned()
}

/// Lists every file and link of a folder, by its path below it.
fn walk(root: &Path) -> Listed {
    let entries = walkdir::WalkDir::new(root).follow_links(false).into_iter();
    let inside = entries.filter_entry(|entry| entry.depth() == 0 || entry.file_name() != ".git").flatten();
    let mut listed = Listed::default();
    for entry in inside {
        let Ok(below) = entry.path().strip_prefix(root) else { continue };
        let name = name_below(below);
        if entry.file_type().is_file() {
            listed.files.insert(name, below.to_path_buf());
        } else if let Some(target) = Some(entry.path()).filter(|_| entry.path_is_symlink()).and_then(target) {
            listed.links.insert(name, target);
        }
    }
    listed
}

fn read_one(
    buffer: &mut Vec<u8>,
    (path, kind): (&str, Option<&'static Kind>),
    place: &Path,
    reader: &Reader,
) -> Outcome {
    buffer.clear();
    let kind = kind.or_else(|| ignore_files::kind(path));
    let found = match fill(buffer, (path, kind), place) {
        Ok(Filled::Text) => reader.read_as(path, buffer, kind),
        Ok(Filled::Other) => None,
        Ok(Filled::TooLarge) => {
            let any = || File::open(place).and_then(|file| reader.first_tool(path, file));
            match kind.map_or_else(any, |kind| Ok(Some(kind.tool))) {
                Ok(tool) => tool.and_then(|tool| reader.unread(path, tool, "", too_large())),
                Err(error) => return unread(path, &error),
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Outcome::Missing,
        Err(error) => return unread(path, &error),
    };
    found.map_or(Outcome::Nothing, Outcome::Page)
}

fn unread(path: &str, error: &std::io::Error) -> Outcome {
    of_the_system(path, error).map_or_else(|| Outcome::Unread(error.to_string()), Outcome::Failed)
}

enum Filled {
    Text,
    Other,
    TooLarge,
}

/// Reads a regular file that is not passed over.
fn fill(buffer: &mut Vec<u8>, (path, kind): (&str, Option<&'static Kind>), place: &Path) -> std::io::Result<Filled> {
    let metadata = std::fs::symlink_metadata(place)?;
    if !metadata.is_file() {
        return Ok(Filled::Other);
    }
    let mut file = File::open(place)?;
    file.by_ref().take(LOOKED_AT as u64).read_to_end(buffer)?;
    if kind.is_none() && is_binary(path, buffer) && !could_be_text(buffer) {
        return Ok(Filled::Other);
    }
    if metadata.len() > MOST_BYTES {
        return Ok(Filled::TooLarge);
    }
    if buffer.len() == LOOKED_AT {
        buffer.reserve(usize::try_from(metadata.len()).unwrap_or_default().saturating_sub(LOOKED_AT) + 1);
        file.take(MOST_BYTES).read_to_end(buffer)?;
    }
    Ok(Filled::Text)
}
