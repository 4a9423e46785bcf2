//! The versions of one exception, commit by commit, under every name and in every folder that it had.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::files::{self, CommitFiles, ReadFile};
use crate::git::{Commit, CommitInfo, Git, TreeChange, TreeFile};
use crate::history::held::{Edited, Home, Setting};
use crate::history::main_line::{MainLine, oldest_first, steps};
use crate::history::past::{Ahead, reached_by};
use crate::history::snapshot::shown;
use crate::register::{Exception, is_named_like_one, stem};
use crate::source::FileId;
use crate::time::{Moment, Zone};
use crate::yaml::{self, Node};

/// How many names of one exception are followed.
const MOST_NAMES: usize = 20;

/// What a commit of the main line made of the exception.
#[derive(Debug)]
pub struct Version {
    /// The commit.
    pub commit: Commit,
    /// The commit of the line below it.
    pub below: Option<Commit>,
    /// What it says of itself; a date that cannot be is the one that it counts from.
    pub info: CommitInfo,
    /// What it claims to be dated, if that cannot be.
    pub ahead: Option<Ahead>,
    /// The register's time zone when it was committed.
    pub zone: Zone,
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
    /// The commit that moved it out of the register's root, and where to, relative to that root.
    pub moved_to: Option<(Commit, String)>,
}

/// Where versions are looked for.
struct Search<'s> {
    home: Home<'s>,
    git: &'s Git,
    /// Where the root lies in the work tree: empty, or ending in `/`.
    prefix: String,
    /// The main line, oldest commit first.
    chain: Vec<Commit>,
    /// What its commits say.
    infos: Vec<CommitInfo>,
    /// When the branch had reached each of them.
    reached: Vec<i64>,
    /// What the policies said, by the place of the commit from which on each counts.
    settings: BTreeMap<usize, Setting>,
}

/// The commit with which an exception goes on elsewhere, and where.
type GoesOn = Option<(Commit, String)>;

/// A version whose content is not read yet: the place of its commit on the line, and the file.
type Found = (usize, Option<(String, TreeFile)>);

/// Follows an exception through the commits of the main line up to a tip, by its id, in whichever folder the register was.
/// Where a commit brought it from another name or from elsewhere, it is followed there. A date after `now`, in seconds
/// since 1970-01-01 UTC, cannot be.
///
/// # Errors
///
/// When `git` cannot deliver the history or a content.
pub fn follow(home: Home<'_>, id: &str, tip: &Commit, now: i64) -> Result<Trail, Error> {
    let git = home.git;
    let (chain, infos) = oldest_first(MainLine::read(git, tip)?.commits);
    let reached = reached_by(&infos, now);
    let settings = home.settings(&chain)?;
    let search = Search { home, git, prefix: home.prefix(), chain, infos, reached, settings };
    let is_cut_off = git.is_shallow() && search.infos.first().is_some_and(|info| !info.parents.is_empty());
    let mut trail = Trail::default();
    let (mut end, mut folder, mut id) = (search.chain.len(), None, id.to_owned());
    for names in 0..MOST_NAMES {
        let found = search.versions(folder.as_deref(), end, &id)?;
        let Some((first_at, _)) = found.first() else { break };
        let first_at = *first_at;
        let mut versions = search.read(found)?;
        let Some(first) = versions.first() else { break };
        let (first_commit, parent) = (first.commit.clone(), first.below.clone());
        trail.begins_cut_off = is_cut_off && first_at == 0;
        if names == 0 {
            (trail.renamed_to, trail.moved_to) = search.goes_on(&versions)?;
        }
        let before = match (&parent, &first.file) {
            (Some(parent), Some(file)) if !trail.begins_cut_off => search.came_from(&first_commit, parent, file)?,
            _ => None,
        };
        versions.append(&mut trail.versions);
        trail.versions = versions;
        match (before, parent) {
            (Some((path, _)), Some(_)) => {
                id = stem(&path).to_owned();
                folder = Some(path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned()));
                end = first_at;
            }
            _ => break,
        }
    }
    Ok(trail)
}

impl Search<'_> {
    /// Finds the commits that touch an id in a folder, or in the register wherever it was, among those before a place on
    /// the line.
    fn versions(&self, folder: Option<&str>, end: usize, id: &str) -> Result<Vec<Found>, Error> {
        let edits = match folder {
            Some(folder) => self.edits(folder, end)?,
            None => self.home.edits_with(&self.chain[..end], &self.settings)?,
        };
        let mut files: BTreeMap<String, TreeFile> = BTreeMap::new();
        let mut states = Vec::new();
        for (at, edits) in edits.into_iter().enumerate() {
            let mut touched = false;
            for Edited { path, file } in edits.into_iter().filter(|edit| stem(&edit.path) == id) {
                touched = true;
                match file {
                    Some(file) => files.insert(path, file),
                    None => files.remove(&path),
                };
            }
            if touched {
                states.push((at, files.clone()));
            }
        }
        // Of several files of one id the one that is there last is followed for as long as it was there.
        let mut path: Option<String> = None;
        let mut found: Vec<Found> = Vec::with_capacity(states.len());
        for (at, files) in states.into_iter().rev() {
            let known = path.as_ref().and_then(|path| files.get_key_value(path));
            let file = known.or_else(|| files.first_key_value()).map(|(path, file)| (path.clone(), file.clone()));
            path = file.as_ref().map(|(path, _)| path.clone());
            found.push((at, file));
        }
        found.reverse();
        found.dedup_by(|next, before| next.1 == before.1);
        Ok(found)
    }

    /// Lists what the commits before a place on the line did to a folder, named from the top of the work tree.
    fn edits(&self, folder: &str, end: usize) -> Result<Vec<Vec<Edited>>, Error> {
        let steps = steps(&self.chain[..end], None);
        let edited = |change: TreeChange| {
            let path = files::name_of(&change.path).into_owned();
            is_named_like_one(&path).then(|| Edited { path: shown(&self.prefix, &path), file: change.file })
        };
        let changes = self.git.tree_changes(&steps, &[folder])?;
        Ok(changes.into_iter().map(|changes| changes.into_iter().filter_map(edited).collect()).collect())
    }

    /// Returns the time zone in which a commit of the line was dated: that of the policy below it.
    fn zone_of(&self, at: usize) -> Zone {
        let below = self.settings.range(..at).next_back().or_else(|| self.settings.first_key_value());
        below.map_or(Zone::UTC, |(_, setting)| setting.zone)
    }

    fn read(&self, found: Vec<Found>) -> Result<Vec<Version>, Error> {
        let oids: Vec<&str> = found.iter().filter_map(|(_, file)| Some(file.as_ref()?.1.oid.as_str())).collect();
        let mut blobs = self.git.blobs(&oids, yaml::MAX_BYTES)?.into_iter();
        let mut versions = Vec::with_capacity(found.len());
        for (at, file) in found {
            let file = match &file {
                Some((path, file)) => Some(files::from_blob(path, file, blobs.next().flatten(), yaml::MAX_BYTES)?),
                None => None,
            };
            let (commit, mut info) = (self.chain[at].clone(), self.infos[at].clone());
            let below = at.checked_sub(1).map(|below| self.chain[below].clone());
            let ahead = Ahead::of(&commit, info.committed, self.reached[at]);
            if let Some(ahead) = ahead.as_ref().filter(|it| it.reached > i64::MIN) {
                info.committed = ahead.reached;
            }
            versions.push(Version { commit, below, info, ahead, zone: self.zone_of(at), file });
        }
        Ok(versions)
    }

    /// Finds the exception that a commit took away, anywhere, where it brought one that says the same.
    fn came_from(
        &self,
        commit: &Commit,
        parent: &Commit,
        file: &ReadFile,
    ) -> Result<Option<(String, ReadFile)>, Error> {
        let changes = self.git.tree_changes(&[(commit, Some(parent))], &[])?.pop().unwrap_or_default();
        let gone = changes.into_iter().filter(|change| change.file.is_none()).map(|change| change.path);
        self.twin(parent, gone.collect(), file)
    }

    /// Finds the exception that the last commit brought where it removed this one: its id if it is below the root, otherwise
    /// its path.
    fn goes_on(&self, versions: &[Version]) -> Result<(GoesOn, GoesOn), Error> {
        let [.., before, Version { commit, below, file: None, .. }] = versions else { return Ok((None, None)) };
        let (Some(before), Some(parent)) = (&before.file, below) else { return Ok((None, None)) };
        let changes = self.git.tree_changes(&[(commit, Some(parent))], &[])?.pop().unwrap_or_default();
        let brought = changes.into_iter().filter(|change| change.file.is_some()).map(|change| change.path);
        let (here, elsewhere): (Vec<_>, Vec<_>) = brought.partition(|path| path.starts_with(self.prefix.as_bytes()));
        if let Some((path, _)) = self.twin(commit, here, before)? {
            return Ok((Some((commit.clone(), stem(&path).to_owned())), None));
        }
        let moved = self.twin(commit, elsewhere, before)?;
        Ok((None, moved.map(|(path, _)| (commit.clone(), shown(&self.prefix, &path)))))
    }

    /// Finds the file among some paths of a commit that is the same exception as another; its path is from the top of the
    /// work tree.
    fn twin(&self, commit: &Commit, paths: Vec<Vec<u8>>, file: &ReadFile) -> Result<Option<(String, ReadFile)>, Error> {
        let named = |path: &Vec<u8>| {
            let path = String::from_utf8_lossy(path).into_owned();
            is_named_like_one(&path).then_some(path)
        };
        let paths: Vec<String> = paths.iter().filter_map(named).collect();
        if paths.is_empty() {
            return Ok(None);
        }
        let there = CommitFiles::list(self.git, Some(commit))?;
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
