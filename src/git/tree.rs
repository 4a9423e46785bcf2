//! Trees: the files of a commit, and what differs between two.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;

use super::process::MOST_ANSWER;
use super::{Commit, Git, commit_of, failed};
use crate::error::{Error, GitError, TreeName};

/// One file of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeFile {
    /// Its path below the work tree's top, as git stores it.
    pub path: Vec<u8>,
    /// Its mode: `0o100644`, `0o100755`, `0o120000` for a link, `0o160000` for a submodule.
    pub mode: u32,
    /// The object name of its content.
    pub oid: String,
}

impl TreeFile {
    /// Tells whether it is a symbolic link.
    #[must_use]
    pub fn is_link(&self) -> bool {
        self.mode == 0o120_000
    }

    /// Tells whether it is a submodule, and its object name that of a commit of another repository.
    #[must_use]
    pub fn is_submodule(&self) -> bool {
        self.mode == 0o160_000
    }
}

/// One path that a commit changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeChange {
    /// The path below the work tree's top, as git stores it.
    pub path: Vec<u8>,
    /// What the commit has there; `None` if it no longer has a file there.
    pub file: Option<TreeFile>,
}

impl Git {
    /// Lists all files, links and submodules of a commit.
    ///
    /// # Errors
    ///
    /// When the commit's trees are not here.
    pub fn tree(&self, commit: &Commit) -> Result<Vec<TreeFile>, Error> {
        self.files_of(root_of(commit), &|item, _| item.is_file() || item.is_submodule())
    }

    /// Lists those files of a commit below a folder that `keep` accepts by their path below it; the paths that come back
    /// are such paths too.
    ///
    /// # Errors
    ///
    /// When the commit's trees are not here.
    pub fn tree_below(
        &self,
        commit: &Commit,
        folder: &str,
        keep: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<TreeFile>, Error> {
        let Some(tree) = self.folder(commit, folder)? else { return Ok(Vec::new()) };
        self.files_of(tree, &|item, path| item.is_file() && keep(&String::from_utf8_lossy(path)))
    }

    /// Returns the file or link that a commit has at a path from the top; `None` if it has none there.
    ///
    /// # Errors
    ///
    /// When the commit's trees are not here.
    pub fn file(&self, commit: &Commit, path: &str) -> Result<Option<TreeFile>, Error> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Some(tree) = self.folder(commit, folder)? else { return Ok(None) };
        let tree = self.subtrees(&[&tree])?.pop().unwrap_or_default();
        let found = self.items(&tree).find(|item| item.is_file() && item.name == name.as_bytes());
        Ok(found.map(|item| item.file(path.as_bytes().to_vec())))
    }

    /// Returns the name of the tree of a folder.
    fn folder(&self, commit: &Commit, folder: &str) -> Result<Option<String>, Error> {
        let mut tree = root_of(commit);
        for part in folder.split('/').filter(|part| !part.is_empty()) {
            let above = self.subtrees(&[&tree])?.pop().unwrap_or_default();
            match self.items(&above).find(|item| item.is_folder() && item.name == part.as_bytes()) {
                Some(item) => tree = item.oid(),
                None => return Ok(None),
            }
        }
        Ok(Some(tree))
    }

    /// Lists what `keep` accepts below a tree, folder by folder.
    fn files_of(&self, tree: String, keep: &dyn Fn(&TreeItem<'_>, &[u8]) -> bool) -> Result<Vec<TreeFile>, Error> {
        let mut files = Vec::new();
        let mut left = MOST_LISTED;
        let mut level = vec![(Vec::new(), tree)];
        while !level.is_empty() {
            let mut next = Vec::new();
            for part in level.chunks(AT_ONCE) {
                let trees = self.subtrees(&part.iter().map(|(_, oid)| oid.as_str()).collect::<Vec<_>>())?;
                for ((above, _), tree) in part.iter().zip(&trees) {
                    for item in self.items(tree) {
                        let path = [above.as_slice(), item.name].concat();
                        left = left.checked_sub(path.len() + ENTRY).ok_or(GitError::TooManyFiles)?;
                        if item.is_folder() {
                            next.push(([&path[..], b"/"].concat(), item.oid()));
                        } else if keep(&item, &path) {
                            files.push(item.file(path));
                        }
                    }
                }
            }
            level = next;
        }
        Ok(files)
    }

    /// Returns what each of some commits has otherwise than another one; folders that are the same are not looked into.
    ///
    /// # Errors
    ///
    /// When a tree is not here.
    pub fn differences(&self, base: &Commit, commits: &[&Commit]) -> Result<Vec<Vec<TreeChange>>, Error> {
        commits.iter().map(|commit| self.difference(base, commit)).collect()
    }

    /// Returns those of some paths (files or folders, from the top) at which two commits differ.
    ///
    /// # Errors
    ///
    /// When a tree is not here.
    pub fn differing_at<'p>(&self, one: &Commit, other: &Commit, paths: &'p [String]) -> Result<Vec<&'p str>, Error> {
        let changes = self.difference(one, other)?;
        let changed: BTreeSet<&[u8]> = changes.iter().map(|change| change.path.as_slice()).collect();
        let differs = |path: &&str| {
            let below = [path.as_bytes(), b"/"].concat();
            let first_below = || changed.range(below.as_slice()..).next().is_some_and(|path| path.starts_with(&below));
            changed.contains(path.as_bytes()) || first_below()
        };
        Ok(paths.iter().map(String::as_str).filter(differs).collect())
    }

    fn difference(&self, base: &Commit, commit: &Commit) -> Result<Vec<TreeChange>, Error> {
        let mut changes = Vec::new();
        let mut left = MOST_LISTED;
        let mut level = vec![Pair { above: Vec::new(), before: Some(root_of(base)), after: Some(root_of(commit)) }];
        while !level.is_empty() {
            let mut next: Vec<Pair> = Vec::new();
            for part in level.chunks(AT_ONCE) {
                let wanted = part.iter().flat_map(|pair| pair.before.iter().chain(&pair.after));
                let mut trees = self.subtrees(&wanted.map(String::as_str).collect::<Vec<_>>())?.into_iter();
                for Pair { above, before, after } in part {
                    let (known, found) = (next.len(), changes.len());
                    let before = before.as_ref().and_then(|_| trees.next()).unwrap_or_default();
                    let after = after.as_ref().and_then(|_| trees.next()).unwrap_or_default();
                    self.compare(above, (before.as_slice(), after.as_slice()), &mut changes, &mut next);
                    let folders = next[known..].iter().map(|pair| pair.above.len() + ENTRY);
                    let files = changes[found..].iter().map(|change| change.path.len() + ENTRY);
                    left = left.checked_sub(folders.chain(files).sum()).ok_or(GitError::TooManyFiles)?;
                }
            }
            level = next;
        }
        Ok(changes)
    }

    /// Compares two trees: what is a file on a side is a change, and what is a folder on one is looked into.
    fn compare(
        &self,
        above: &[u8],
        (before, after): (&[u8], &[u8]),
        changes: &mut Vec<TreeChange>,
        next: &mut Vec<Pair>,
    ) {
        let mut sides: BTreeMap<&[u8], (Option<TreeItem<'_>>, Option<TreeItem<'_>>)> = BTreeMap::new();
        for item in self.items(before) {
            sides.entry(item.name).or_default().0 = Some(item);
        }
        for item in self.items(after) {
            sides.entry(item.name).or_default().1 = Some(item);
        }
        for (name, (old, new)) in sides {
            let is_same =
                matches!((&old, &new), (Some(old), Some(new)) if old.hash == new.hash && old.mode == new.mode);
            if is_same {
                continue;
            }
            let path = [above, name].concat();
            let folder = |item: &Option<TreeItem<'_>>| item.as_ref().filter(|it| it.is_folder()).map(TreeItem::oid);
            let (before, after) = (folder(&old), folder(&new));
            if before.is_some() || after.is_some() {
                next.push(Pair { above: [&path[..], b"/"].concat(), before, after });
            }
            let is_leaf = |item: &Option<TreeItem<'_>>| item.as_ref().is_some_and(|item| !item.is_folder());
            if is_leaf(&old) || is_leaf(&new) {
                let file = new.filter(TreeItem::is_file).map(|item| item.file(path.clone()));
                changes.push(TreeChange { path, file });
            }
        }
    }

    fn items<'t>(&self, tree: &'t [u8]) -> TreeItems<'t> {
        TreeItems { rest: tree, digits: self.format().digits() }
    }

    fn subtrees(&self, names: &[&str]) -> Result<Vec<Vec<u8>>, Error> {
        let trees = self.objects(names, "tree", MOST_ANSWER)?.into_iter().zip(names);
        let there = |(tree, name): (Option<Vec<u8>>, &&str)| {
            let named = || match name.strip_suffix(TREE_OF) {
                Some(commit) => TreeName::Top(commit.to_owned()),
                None => TreeName::Folder((**name).to_owned()),
            };
            let tree = tree.ok_or_else(|| GitError::NoTree { tree: named() })?;
            // What stands behind a fault would be passed over.
            let mut items = self.items(&tree);
            while items.next().is_some() {}
            if items.rest.is_empty() { Ok(tree) } else { Err(GitError::BrokenTree { tree: named() }.into()) }
        };
        trees.map(there).collect()
    }

    /// Returns what each commit changes compared with the commit paired with it, or with nothing if none is, in one
    /// process. Only what is at these files or below these folders is compared, or everything if there are none.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started or a tree is not in this clone.
    pub fn tree_changes(
        &self,
        commits: &[(&Commit, Option<&Commit>)],
        paths: &[&str],
    ) -> Result<Vec<Vec<TreeChange>>, Error> {
        let parent =
            |parent: &Option<&Commit>| parent.map(|parent| format!(" {}", parent.as_str())).unwrap_or_default();
        let request: String =
            commits.iter().map(|(commit, before)| format!("{}{}\n", commit.as_str(), parent(before))).collect();
        let mut arguments = vec!["diff-tree", "--stdin", "--root", "--always", "-r", "-z", "--no-renames", "--"];
        // An empty path is the top.
        arguments.extend(paths.iter().filter(|path| !path.is_empty()));
        let answer = self.ask(&arguments, request)?;
        read_tree_changes(&answer, commits.len()).ok_or_else(|| failed("diff-tree", "its output is incomplete"))
    }
}

/// How much of a commit is listed, in bytes of paths and what stands beside them: a tree that holds itself many times
/// over, level by level, has no end.
const MOST_LISTED: usize = 512 * 1024 * 1024;

/// What stands beside a path, in bytes.
const ENTRY: usize = 64;

/// How many trees are in memory at once.
const AT_ONCE: usize = 1000;

/// Two trees that stand at the same path, of which one may be absent.
struct Pair {
    /// The path, with a `/` behind it.
    above: Vec<u8>,
    before: Option<String>,
    after: Option<String>,
}

/// What makes of the name of a commit that of its tree.
const TREE_OF: &str = "^{tree}";

fn root_of(commit: &Commit) -> String {
    format!("{}{TREE_OF}", commit.as_str())
}

/// One item of a tree object.
#[derive(Clone, Copy)]
struct TreeItem<'t> {
    mode: &'t [u8],
    name: &'t [u8],
    hash: &'t [u8],
}

impl TreeItem<'_> {
    fn is_folder(&self) -> bool {
        matches!(self.mode, b"40000" | b"040000")
    }

    /// Tells whether it is a file or a link, and not the commit of a submodule.
    fn is_file(&self) -> bool {
        self.mode.starts_with(b"1") && !self.is_submodule()
    }

    fn is_submodule(&self) -> bool {
        self.mode == b"160000"
    }

    fn oid(&self) -> String {
        HEXLOWER.encode(self.hash)
    }

    fn file(&self, path: Vec<u8>) -> TreeFile {
        TreeFile { path, mode: mode_of(self.mode), oid: self.oid() }
    }
}

/// The items of a tree object: `<mode> <name>`, a NUL, the hash.
struct TreeItems<'t> {
    rest: &'t [u8],
    /// The bytes of a hash, twice.
    digits: usize,
}

impl<'t> Iterator for TreeItems<'t> {
    type Item = TreeItem<'t>;

    fn next(&mut self) -> Option<TreeItem<'t>> {
        let space = self.rest.iter().position(|byte| *byte == b' ')?;
        let end = self.rest.iter().position(|byte| *byte == 0)?;
        let (mode, name) = (self.rest.get(..space)?, self.rest.get(space + 1..end)?);
        let (hash, rest) = self.rest.get(end + 1..)?.split_at_checked(self.digits / 2)?;
        self.rest = rest;
        Some(TreeItem { mode, name, hash })
    }
}

/// Reads the digits of a mode, which are octal.
fn mode_of(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |mode: u32, digit| (mode << 3) | u32::from(digit.wrapping_sub(b'0') & 7))
}

/// Reads the answer of `git diff-tree --stdin -z`: a commit's name, then for each path
/// `:<mode> <mode> <oid> <oid> <letter>` and the path.
fn read_tree_changes(answer: &[u8], commits: usize) -> Option<Vec<Vec<TreeChange>>> {
    let mut fields = answer.split(|byte| *byte == 0);
    let mut changes: Vec<Vec<TreeChange>> = Vec::with_capacity(commits);
    while let Some(field) = fields.next() {
        let Some(head) = field.strip_prefix(b":") else {
            if !field.is_empty() {
                commit_of(field)?;
                changes.push(Vec::new());
            }
            continue;
        };
        let path = fields.next()?.to_vec();
        let mut words = std::str::from_utf8(head).ok()?.split(' ').skip(1);
        let (mode, oid) = (words.next()?, words.nth(1)?);
        let is_file = !matches!(mode, "000000" | "160000" | "040000");
        let mode = mode_of(mode.as_bytes());
        let file = is_file.then(|| TreeFile { path: path.clone(), mode, oid: oid.to_owned() });
        changes.last_mut()?.push(TreeChange { path, file });
    }
    (changes.len() == commits).then_some(changes)
}
