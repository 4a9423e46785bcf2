//! What the register held along a line of commits, in whichever folder the policy of then had it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::error::Error;
use crate::files::{self, CommitFiles, Repository};
use crate::git::{Commit, Git, TreeFile};
use crate::history::PolicyFile;
use crate::history::main_line::steps;
use crate::history::snapshot::prefix;
use crate::policy::Policy;
use crate::register::is_named_like_one;
use crate::time::Zone;

/// Reads the policy in a commit.
type LoadPolicy<'r> = dyn Fn(&Repository) -> Result<Policy, Error> + 'r;

/// A register of a clone, and how the policy of a commit is read.
#[derive(Clone, Copy)]
pub struct Home<'h> {
    /// The clone.
    pub git: &'h Git,
    /// The register's root.
    pub root: &'h Path,
    /// Which policy file counts.
    pub policy: &'h PolicyFile,
    /// How it is read.
    pub load: &'h LoadPolicy<'h>,
}

/// A file that a commit brought to the register, edited or took away, by its path relative to the root.
pub(super) struct Edited {
    pub(super) path: String,
    /// The file after the commit; `None` if the register does not have it any more.
    pub(super) file: Option<TreeFile>,
}

impl Home<'_> {
    /// Returns where the root lies in the work tree: empty, or ending in `/`.
    pub(super) fn prefix(&self) -> String {
        prefix(self.git, self.root)
    }

    /// Lists what each commit of a line, oldest first, did to the files of the register. Where the policy names another
    /// folder, the old one's are taken away and the new one's are brought.
    ///
    /// # Errors
    ///
    /// When `git` cannot deliver the history.
    pub(super) fn edits(&self, chain: &[Commit]) -> Result<Vec<Vec<Edited>>, Error> {
        let prefix = self.prefix();
        let steps = steps(chain, None);
        let folders = self.folders(chain)?;
        let is_one = folders.values().collect::<BTreeSet<_>>().len() < 2;
        let below = match folders.first_key_value() {
            Some((_, folder)) if is_one => format!("{prefix}{folder}"),
            _ => prefix.trim_end_matches('/').to_owned(),
        };
        let mut all: BTreeMap<String, TreeFile> = BTreeMap::new();
        let mut folder = "";
        let mut edits = Vec::with_capacity(chain.len());
        for (at, changes) in self.git.tree_changes(&steps, &[&below])?.into_iter().enumerate() {
            let new = folders.get(&at);
            let mut edited: BTreeMap<String, Option<TreeFile>> = match new {
                Some(_) => all.keys().filter(|path| is_in(folder, path)).map(|path| (path.clone(), None)).collect(),
                None => BTreeMap::new(),
            };
            for change in changes {
                let path = files::name_of(&change.path).into_owned();
                let Some(path) = path.strip_prefix(&prefix).filter(|path| is_named_like_one(path)) else { continue };
                if new.is_none() && is_in(folder, path) {
                    edited.insert(path.to_owned(), change.file.clone());
                }
                match change.file {
                    Some(file) => all.insert(path.to_owned(), file),
                    None => all.remove(path),
                };
            }
            if let Some(new) = new {
                folder = new;
                let new = all.iter().filter(|(path, _)| is_in(folder, path));
                edited.extend(new.map(|(path, file)| (path.clone(), Some(file.clone()))));
            }
            edits.push(edited.into_iter().map(|(path, file)| Edited { path, file }).collect());
        }
        Ok(edits)
    }

    /// Finds the folders of the register, relative to the root, by the place of the commit from which on each counts.
    fn folders(&self, chain: &[Commit]) -> Result<BTreeMap<usize, String>, Error> {
        self.along(chain, |policy| policy.exceptions.clone())
    }

    /// Returns the time zone in which each commit of a line, oldest first, was dated: that of the policy below it.
    ///
    /// # Errors
    ///
    /// When `git` cannot deliver the history.
    pub(super) fn zones(&self, chain: &[Commit]) -> Result<Vec<Zone>, Error> {
        let zones = self.along(chain, |policy| policy.timezone)?;
        let first = zones.first_key_value().map(|(_, zone)| *zone).unwrap_or(Zone::UTC);
        let below = |at: usize| zones.range(..at).next_back().map_or(first, |(_, zone)| *zone);
        Ok((0..chain.len()).map(below).collect())
    }

    /// Finds what the policy says, by the place of the commit from which on it counts. A policy that cannot be used leaves
    /// it as it was.
    fn along<T: PartialEq>(&self, chain: &[Commit], says: impl Fn(&Policy) -> T) -> Result<BTreeMap<usize, T>, Error> {
        let prefix = self.prefix();
        let mut due = BTreeSet::from([0]);
        let names: Vec<String> = self.policy.names().iter().map(|name| format!("{prefix}{name}")).collect();
        if !names.is_empty() {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let changes = self.git.tree_changes(&steps(chain, None), &names)?;
            due.extend(changes.iter().enumerate().filter(|(_, changes)| !changes.is_empty()).map(|(at, _)| at));
        }
        let mut found: BTreeMap<usize, T> = BTreeMap::new();
        for at in due {
            let Some(commit) = chain.get(at) else { continue };
            let place = Repository::Commit(CommitFiles::list(self.git, Some(commit))?.below(&prefix));
            let said = match (self.load)(&place) {
                Ok(policy) => says(&policy),
                Err(error) if error.is_failure_of_git() => return Err(error),
                Err(_) if found.is_empty() => says(&Policy::default()),
                Err(_) => continue,
            };
            if found.last_key_value().is_none_or(|(_, last)| *last != said) {
                found.insert(at, said);
            }
        }
        Ok(found)
    }
}

/// Tells whether a path is below a folder.
fn is_in(folder: &str, path: &str) -> bool {
    !folder.is_empty() && path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
