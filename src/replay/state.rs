//! The tree and the register as they are after a commit of the past.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::rc::Rc;

use crate::error::Error;
use crate::files::{self, CommitFiles, ReadFile, Repository, is_below};
use crate::git::{Commit, Git, TreeChange, TreeFile};
use crate::history::snapshot::{prefix, shown};
use crate::policy::Policy;
use crate::register::{self, Exception, is_named_like_one};
use crate::replay::LoadBook;
use crate::source::FileId;
use crate::time::Moment;
use crate::yaml;

/// What is known after a commit: each next one changes it, and nothing else is read.
pub(super) struct State<'r> {
    pub(super) git: &'r Git,
    /// The root, from the top of the work tree.
    pub(super) prefix: String,
    /// All files, by their path from the top of the work tree.
    pub(super) top: CommitFiles,
    /// The folder of the register, relative to the root.
    pub(super) folder: String,
    /// The register, by path relative to the root.
    pub(super) held: BTreeMap<String, Rc<Held>>,
    /// The paths of each stem in lower case.
    pub(super) stems: BTreeMap<String, BTreeSet<String>>,
    /// The paths of live exceptions by their owner as spelled.
    pub(super) owners: BTreeMap<String, BTreeSet<String>>,
    /// The exceptions that the commit puts back where they were gone, by their stems in lower case.
    pub(super) put_back: BTreeSet<String>,
    /// The last readable version of each exception that is gone or cannot be read now, by its stem in lower case, with
    /// its path relative to the root.
    lost: BTreeMap<String, (String, Rc<Held>)>,
    /// Contents that later commits bring.
    blobs: HashMap<String, Option<Vec<u8>>>,
}

/// A file of the register.
pub(super) struct Held {
    pub(super) file: TreeFile,
    bytes: Option<Vec<u8>>,
    pub(super) claim: Option<Claim>,
    /// Whether rules can compare it: a mapping in the safe YAML subset.
    pub(super) readable: bool,
}

/// What is known about a live exception without reading it again.
pub(super) struct Claim {
    pub(super) owner: String,
    pub(super) ends: Option<Moment>,
}

impl Held {
    fn new(path: &str, file: &TreeFile, bytes: Option<Vec<u8>>) -> Result<Self, Error> {
        let mut held = Self { file: file.clone(), bytes, claim: None, readable: false };
        let read = held.read(path)?;
        if read.fault.is_none()
            && let Ok(tree) = yaml::parse(read.source.text())
            && tree.as_map().is_some()
        {
            held.readable = true;
            let exception = Exception::from_node(FileId(0), "", tree);
            held.claim = exception.owner.as_ref().filter(|_| exception.is_judged_as_live()).map(|owner| Claim {
                owner: owner.as_str().to_owned(),
                ends: exception.current_expiry().map(|expiry| expiry.value),
            });
        }
        Ok(held)
    }

    pub(super) fn read(&self, path: &str) -> Result<ReadFile, Error> {
        files::from_blob(path, &self.file, self.bytes.clone(), yaml::MAX_BYTES)
    }
}

/// What was at the paths that a commit changes, from the top of the work tree.
pub(super) type Before = BTreeMap<String, Option<TreeFile>>;

/// What the register had at the paths that a commit changes, relative to the root.
pub(super) type Touched = BTreeMap<String, Option<Rc<Held>>>;

impl<'r> State<'r> {
    /// Lists the files before a line of commits; without a commit there are none. The register is not read.
    pub(super) fn open(git: &'r Git, root: &Path, before: Option<&Commit>) -> Result<Self, Error> {
        Ok(Self {
            git,
            prefix: prefix(git, root),
            top: CommitFiles::list(git, before)?,
            folder: Policy::default().exceptions,
            held: BTreeMap::new(),
            stems: BTreeMap::new(),
            owners: BTreeMap::new(),
            put_back: BTreeSet::new(),
            lost: BTreeMap::new(),
            blobs: HashMap::new(),
        })
    }

    /// Moves to another folder with a register whose old folder is gone: it is compared there.
    pub(super) fn follow(&mut self, folder: &str, touched: &mut Touched) -> Result<(), Error> {
        if *folder == *self.folder {
            return Ok(());
        }
        let before = std::mem::take(&mut self.held);
        folder.clone_into(&mut self.folder);
        self.index()?;
        for (path, old) in &before {
            if !self.held.contains_key(path) {
                touched.entry(path.clone()).or_insert_with(|| Some(Rc::clone(old)));
            }
        }
        for path in self.held.keys().filter(|path| !before.contains_key(*path)) {
            touched.entry(path.clone()).or_insert(None);
        }
        self.remember(touched);
        Ok(())
    }

    /// Compares what a commit brings back that had lost its whole register, by naming another folder or none.
    pub(super) fn find_again(&mut self, touched: &mut Touched) {
        let lost = |path: &&String| self.lost.contains_key(&stem_of(path));
        for path in self.held.keys().filter(lost) {
            touched.entry(path.clone()).or_insert(None);
        }
        self.remember(touched);
    }

    /// Brings the tree to a commit and returns what was at the changed paths.
    pub(super) fn apply(&mut self, changes: &[TreeChange]) -> Before {
        let mut before = Before::new();
        for change in changes {
            let path = files::name_of(&change.path).into_owned();
            before.insert(path.clone(), self.top.files().get(&path).cloned());
            self.top.set(&path, change.file.clone());
        }
        before
    }

    /// Brings the register to a commit and returns what it had at the changed paths.
    pub(super) fn touch(&mut self, before: &Before) -> Result<Touched, Error> {
        let mut touched = BTreeMap::new();
        for (path, old) in before {
            let Some(entry) = self.entry(path).map(str::to_owned) else { continue };
            let known = self.held.get(&entry).filter(|held| old.as_ref() == Some(&held.file)).cloned();
            let old = match (known, old) {
                (None, Some(old)) => Some(self.hold(&entry, &old.clone())?),
                (known, _) => known,
            };
            match self.top.files().get(path).cloned() {
                Some(file) => {
                    let held = self.hold(&entry, &file)?;
                    self.insert(&entry, held);
                }
                None => self.remove(&entry),
            }
            touched.insert(entry, old);
        }
        self.remember(&mut touched);
        Ok(touched)
    }

    /// Compares exceptions that come from another register with what they were there, and returns their paths there as they
    /// are shown. What lay in any other folder was not an exception, and is new.
    pub(super) fn come_from_elsewhere(
        &mut self,
        before: &Before,
        touched: &mut Touched,
        names: &[&str],
        load: &LoadBook<'_>,
    ) -> Result<BTreeSet<String>, Error> {
        let added: BTreeSet<String> =
            touched.iter().filter(|(_, old)| old.is_none()).map(|(path, _)| stem_of(path)).collect();
        let gone = before.iter().filter_map(|(path, old)| Some((path, old.as_ref()?)));
        let gone: Vec<(&String, &TreeFile)> = gone
            .filter(|(path, _)| !self.top.files().contains_key(*path) && self.entry(path).is_none())
            .filter(|(path, _)| is_named_like_one(path) && added.contains(&stem_of(path)))
            .collect();
        let mut elsewhere = BTreeSet::new();
        if gone.is_empty() {
            return Ok(elsewhere);
        }
        let mut below = self.top.clone();
        for (path, old) in before {
            below.set(path, old.clone());
        }
        let mut registers = Registers { files: &below, names, load, known: BTreeMap::new() };
        for (path, old) in gone {
            if !registers.hold(path)? {
                continue;
            }
            let shown_as = shown(&self.prefix, path);
            let held = self.hold(&shown_as, old)?;
            if held.readable {
                touched.insert(shown_as.clone(), Some(held));
                elsewhere.insert(shown_as);
            }
        }
        Ok(elsewhere)
    }

    /// Compares what comes back with the last version that could be read, and remembers the last version of what goes:
    /// a file that was unreadable, oversized, a link or missing in between is not a new one.
    fn remember(&mut self, touched: &mut Touched) {
        let readable = |held: &Option<Rc<Held>>| held.clone().filter(|held| held.readable);
        let had: BTreeSet<String> =
            touched.iter().filter(|(_, old)| old.is_some()).map(|(path, _)| stem_of(path)).collect();
        let mut last = Touched::new();
        for (path, old) in touched.iter() {
            let stem = stem_of(path);
            let now = self.stems.get(&stem).into_iter().flatten();
            let is_back = now.clone().any(|path| self.held.get(path).is_some_and(|held| held.readable));
            match readable(old) {
                Some(old) if !is_back => drop(self.lost.insert(stem, (path.clone(), old))),
                Some(_) => drop(self.lost.remove(&stem)),
                None if is_back => {
                    if let Some((path, held)) = self.lost.remove(&stem) {
                        if !had.contains(&stem) {
                            self.put_back.insert(stem);
                        }
                        last.insert(path, Some(held));
                    }
                }
                None => {}
            }
        }
        for (path, held) in last {
            // If it is at its old place again, this is what was there before.
            touched.insert(path, held);
        }
    }

    fn insert(&mut self, path: &str, held: Rc<Held>) {
        self.remove(path);
        self.stems.entry(stem_of(path)).or_default().insert(path.to_owned());
        if let Some(claim) = &held.claim {
            self.owners.entry(claim.owner.clone()).or_default().insert(path.to_owned());
        }
        self.held.insert(path.to_owned(), held);
    }

    fn remove(&mut self, path: &str) {
        let Some(held) = self.held.remove(path) else { return };
        let owner = held.claim.as_ref().map(|claim| claim.owner.as_str()).unwrap_or_default();
        for paths in [self.stems.get_mut(&stem_of(path)), self.owners.get_mut(owner)].into_iter().flatten() {
            paths.remove(path);
        }
    }

    fn hold(&mut self, path: &str, file: &TreeFile) -> Result<Rc<Held>, Error> {
        let bytes = match self.blobs.get(&file.oid) {
            Some(bytes) => bytes.clone(),
            None => self.git.blobs(&[&file.oid], yaml::MAX_BYTES)?.pop().flatten(),
        };
        Ok(Rc::new(Held::new(path, file, bytes)?))
    }

    /// Reads the whole register of the state.
    pub(super) fn index(&mut self) -> Result<(), Error> {
        self.held.clear();
        self.stems.clear();
        self.owners.clear();
        let entries: Vec<(String, TreeFile)> = (self.top.files().iter())
            .filter_map(|(path, file)| Some((self.entry(path)?.to_owned(), file.clone())))
            .collect();
        let oids: Vec<&str> = entries.iter().map(|(_, file)| file.oid.as_str()).collect();
        let blobs = self.git.blobs(&oids, yaml::MAX_BYTES)?;
        for ((path, file), bytes) in entries.iter().zip(blobs) {
            self.insert(path, Rc::new(Held::new(path, file, bytes)?));
        }
        Ok(())
    }

    /// Reads what the next commits bring to the register, in one process.
    pub(super) fn read_ahead(&mut self, changes: &[Vec<TreeChange>]) -> Result<(), Error> {
        self.blobs.clear();
        let files = changes.iter().flatten().filter_map(|change| change.file.as_ref());
        let wanted = files.filter(|file| self.entry(&files::name_of(&file.path)).is_some());
        let oids: BTreeSet<&str> = wanted.map(|file| file.oid.as_str()).collect();
        let oids: Vec<&str> = oids.into_iter().collect();
        let blobs = self.git.blobs(&oids, yaml::MAX_BYTES)?;
        self.blobs = oids.into_iter().map(str::to_owned).zip(blobs).collect();
        Ok(())
    }

    /// Returns the path of an exception file relative to the root; `None` for any other file.
    fn entry<'p>(&self, path: &'p str) -> Option<&'p str> {
        let path = path.strip_prefix(&self.prefix)?;
        (is_below(path, &self.folder) && is_named_like_one(path)).then_some(path)
    }

    /// Returns the paths of the rule book's files, from the top of the work tree.
    pub(super) fn book_paths(&self, policy: &Policy) -> Vec<String> {
        policy.book_paths().map(|name| format!("{}{name}", self.prefix)).collect()
    }

    /// Adopts the folder that a rule book names, and reads the register there if it is another one.
    pub(super) fn adopt(&mut self, folder: &str) -> Result<(), Error> {
        if *folder == *self.folder {
            return Ok(());
        }
        folder.clone_into(&mut self.folder);
        self.index()
    }
}

/// The registers of a commit, wherever their roots are.
struct Registers<'r> {
    files: &'r CommitFiles,
    /// The names of policies.
    names: &'r [&'r str],
    load: &'r LoadBook<'r>,
    /// The folder of each root that was looked at, from the top of the work tree; `None` without a usable rule book.
    known: BTreeMap<String, Option<String>>,
}

impl Registers<'_> {
    /// Tells whether a file, named from the top of the work tree, is in the folder that a rule book names.
    fn hold(&mut self, path: &str) -> Result<bool, Error> {
        let roots = path.match_indices('/').map(|(at, _)| &path[..=at]).chain([""]);
        for root in roots {
            if self.folder(root)?.is_some_and(|folder| path.starts_with(folder)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn folder(&mut self, root: &str) -> Result<Option<&str>, Error> {
        if !self.known.contains_key(root) {
            let folder = self.read(root)?;
            self.known.insert(root.to_owned(), folder);
        }
        Ok(self.known.get(root).and_then(Option::as_deref))
    }

    fn read(&self, root: &str) -> Result<Option<String>, Error> {
        if !self.names.iter().any(|name| self.files.files().contains_key(&format!("{root}{name}"))) {
            return Ok(None);
        }
        match (self.load)(&Repository::Commit(self.files.below(root))) {
            Ok(book) => Ok(Some(format!("{root}{}/", book.policy.exceptions))),
            Err(error) if error.is_failure_of_git() => Err(error),
            Err(_) => Ok(None),
        }
    }
}

/// Returns the id of the exception in a file, in lower case.
pub(super) fn stem_of(path: &str) -> String {
    register::stem(path).to_lowercase()
}
