//! The versions of one exception, commit by commit, under every name and in every folder that it had.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Error;
use crate::files::{self, CommitFiles, ReadFile};
use crate::git::{Commit, CommitInfo, Git, TreeFile};
use crate::history::snapshot::prefix;
use crate::register::{Exception, is_named_like_one, stem};
use crate::source::FileId;
use crate::time::Moment;
use crate::yaml::{self, Node};

/// How many names of one exception are followed.
const MOST_NAMES: usize = 20;

/// What a first-parent commit made of the exception.
#[derive(Debug)]
pub struct Version {
    /// The commit.
    pub commit: Commit,
    /// What it says of itself.
    pub info: CommitInfo,
    /// The file after it, by its path from the root; `None` if it removed the file.
    pub file: Option<ReadFile>,
}

/// The versions of an exception, oldest first.
#[derive(Debug, Default)]
pub struct Trail {
    /// The versions; each differs from the one before in its bytes or its path.
    pub versions: Vec<Version>,
    /// Whether the first one is where the history of a shallow clone begins.
    pub begins_cut_off: bool,
    /// The commit that gave it another id, and that id.
    pub renamed_to: Option<(Commit, String)>,
}

/// Where versions are looked for.
struct Search<'s> {
    git: &'s Git,
    /// Where the root lies in the work tree: empty, or ending in `/`.
    prefix: String,
}

/// A version whose content is not read yet.
type Found = (Commit, Option<(String, TreeFile)>);

/// Follows an exception through the first-parent commits up to a tip, by its id in a folder of the register. Where a
/// commit brought it from another name or folder, it is followed there.
///
/// # Errors
///
/// When `git` cannot deliver the history or a content.
pub fn follow(git: &Git, root: &Path, folder: &str, tip: &Commit, id: &str) -> Result<Trail, Error> {
    let search = Search { git, prefix: prefix(git, root) };
    let mut trail = Trail::default();
    let (mut tip, mut folder, mut id) = (tip.clone(), folder.to_owned(), id.to_owned());
    for names in 0..MOST_NAMES {
        let (found, ends) = search.versions(&folder, &tip, &id)?;
        let mut versions = search.read(found)?;
        let Some(first) = versions.first() else { break };
        let (first_commit, parent) = (first.commit.clone(), first.info.parents.first().cloned());
        trail.begins_cut_off = ends.as_ref() == Some(&first_commit);
        if names == 0 {
            trail.renamed_to = search.renamed_to(&versions)?;
        }
        let before = match (&parent, &first.file) {
            (Some(parent), Some(file)) if !trail.begins_cut_off => search.came_from(&first_commit, parent, file)?,
            _ => None,
        };
        versions.append(&mut trail.versions);
        trail.versions = versions;
        match (before, parent) {
            (Some((path, _)), Some(parent)) => {
                id = stem(&path).to_owned();
                folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
                tip = parent;
            }
            _ => break,
        }
    }
    Ok(trail)
}

impl Search<'_> {
    /// Finds the commits that touch an id, and the first commit of a history that is cut off.
    fn versions(&self, folder: &str, tip: &Commit, id: &str) -> Result<(Vec<Found>, Option<Commit>), Error> {
        let git = self.git;
        let mut chain = git.first_parents(tip, None)?;
        chain.reverse();
        let steps: Vec<(&Commit, Option<&Commit>)> =
            chain.iter().zip(std::iter::once(None).chain(chain.iter().map(Some))).collect();
        let below = format!("{}{folder}", self.prefix);
        let mut versions = Vec::new();
        let mut files: BTreeMap<String, TreeFile> = BTreeMap::new();
        for ((commit, _), changes) in steps.iter().zip(git.tree_changes(&steps, &below)?) {
            let mut touched = false;
            for change in changes {
                let path = files::name_of(&change.path).into_owned();
                let Some(path) =
                    path.strip_prefix(&self.prefix).filter(|path| is_named_like_one(path) && stem(path) == id)
                else {
                    continue;
                };
                touched = true;
                match change.file {
                    Some(file) => files.insert(path.to_owned(), file),
                    None => files.remove(path),
                };
            }
            if touched {
                let first = files.first_key_value().map(|(path, file)| (path.clone(), file.clone()));
                versions.push(((*commit).clone(), first));
            }
        }
        let cut_off = match chain.first() {
            Some(first) => git.is_shallow() && git.info(first)?.is_some_and(|info| !info.parents.is_empty()),
            None => false,
        };
        Ok((versions, cut_off.then(|| chain.first().cloned()).flatten()))
    }

    fn read(&self, found: Vec<Found>) -> Result<Vec<Version>, Error> {
        let infos = self.git.infos(&found.iter().map(|(commit, _)| commit).collect::<Vec<_>>())?;
        let oids: Vec<&str> = found.iter().filter_map(|(_, file)| Some(file.as_ref()?.1.oid.as_str())).collect();
        let mut blobs = self.git.blobs(&oids, yaml::MAX_BYTES)?.into_iter();
        let mut versions = Vec::with_capacity(found.len());
        for ((commit, file), info) in found.into_iter().zip(infos) {
            let file = match &file {
                Some((path, file)) => Some(files::from_blob(path, file, blobs.next().flatten(), yaml::MAX_BYTES)?),
                None => None,
            };
            let Some(info) = info else { continue };
            versions.push(Version { commit, info, file });
        }
        Ok(versions)
    }

    /// Finds the exception that a commit took away where it brought one that says the same.
    fn came_from(
        &self,
        commit: &Commit,
        parent: &Commit,
        file: &ReadFile,
    ) -> Result<Option<(String, ReadFile)>, Error> {
        let changes = self.git.tree_changes(&[(commit, Some(parent))], "")?.pop().unwrap_or_default();
        let gone = changes.into_iter().filter(|change| change.file.is_none()).map(|change| change.path);
        self.twin(parent, gone.collect(), file)
    }

    /// Finds the exception that the last commit brought where it removed this one.
    fn renamed_to(&self, versions: &[Version]) -> Result<Option<(Commit, String)>, Error> {
        let [.., before, Version { commit, info, file: None }] = versions else { return Ok(None) };
        let (Some(before), Some(parent)) = (&before.file, info.parents.first()) else { return Ok(None) };
        let changes = self.git.tree_changes(&[(commit, Some(parent))], "")?.pop().unwrap_or_default();
        let here: Vec<Vec<u8>> =
            changes.into_iter().filter(|change| change.file.is_some()).map(|change| change.path).collect();
        let twin = self.twin(commit, here, before)?;
        Ok(twin.map(|(path, _)| (commit.clone(), stem(&path).to_owned())))
    }

    /// Finds the file among some paths of a commit that is the same exception as another.
    fn twin(&self, commit: &Commit, paths: Vec<Vec<u8>>, file: &ReadFile) -> Result<Option<(String, ReadFile)>, Error> {
        let named = |path: &Vec<u8>| {
            let path = String::from_utf8_lossy(path).into_owned();
            path.strip_prefix(&self.prefix).filter(|path| is_named_like_one(path)).map(str::to_owned)
        };
        let paths: Vec<String> = paths.iter().filter_map(named).collect();
        if paths.is_empty() {
            return Ok(None);
        }
        let there = CommitFiles::list(self.git, Some(commit))?.below(&self.prefix);
        let read = there.read(&paths.iter().map(String::as_str).collect::<Vec<_>>())?;
        let one = Record::of(file);
        let is_same = |other: &ReadFile| one.as_ref().zip(Record::of(other)).is_some_and(|(one, it)| one.is_same(&it));
        let mut found: Vec<(String, ReadFile)> =
            paths.into_iter().zip(read).filter(|(_, other)| is_same(other)).collect();
        // Two that say the same leave open which of them it was; one of its own name is the one.
        let own = found.iter().position(|(path, _)| stem(path) == stem(file.source.path()));
        Ok(match (own, found.len()) {
            (Some(at), _) => Some(found.swap_remove(at)),
            (None, 1) => found.pop(),
            _ => None,
        })
    }
}

/// A version of a record, read once to be compared with many.
pub(super) struct Record<'t> {
    tree: Node<'t>,
    /// The control, the system, the requester and the start.
    key: ([Option<String>; 3], Option<Moment>),
}

impl<'t> Record<'t> {
    /// Reads a version; `None` if it cannot be read.
    pub(super) fn of(file: &'t ReadFile) -> Option<Self> {
        let tree = yaml::parse(file.source.text()).ok()?;
        let it = Exception::from_node(FileId(0), "", tree.clone());
        let texts = [&it.control, &it.scope.system, &it.requester];
        let texts = texts.map(|text| text.as_ref().map(|text| text.as_str().to_owned()));
        Some(Self { tree, key: (texts, it.starts.map(|starts| starts.value)) })
    }

    /// Tells whether two are versions of one exception: the same control, system, requester and start.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.tree.same_value(&other.tree) || self.key == other.key && self.key.0.iter().all(Option::is_some)
    }
}
