//! What the register held along a line of commits, in whichever folder the policy of then had it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::error::Error;
use crate::files::{self, CommitFiles, Repository, is_below};
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
        self.edits_with(chain, &self.settings(chain)?)
    }

    /// Lists the same where it is known what the policies say.
    pub(super) fn edits_with(
        &self,
        chain: &[Commit],
        settings: &BTreeMap<usize, Setting>,
    ) -> Result<Vec<Vec<Edited>>, Error> {
        let prefix = self.prefix();
        let steps = steps(chain, None);
        let mut folders: BTreeMap<usize, &str> = BTreeMap::new();
        for (at, setting) in settings {
            if folders.last_key_value().is_none_or(|(_, last)| *last != setting.folder) {
                folders.insert(*at, &setting.folder);
            }
        }
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
                Some(_) => all.keys().filter(|path| is_below(path, folder)).map(|path| (path.clone(), None)).collect(),
                None => BTreeMap::new(),
            };
            for change in changes {
                let path = files::name_of(&change.path).into_owned();
                let Some(path) = path.strip_prefix(&prefix).filter(|path| is_named_like_one(path)) else { continue };
                if new.is_none() && is_below(path, folder) {
                    edited.insert(path.to_owned(), change.file.clone());
                }
                match change.file {
                    Some(file) => all.insert(path.to_owned(), file),
                    None => all.remove(path),
                };
            }
            if let Some(new) = new {
                folder = new;
                let new = all.iter().filter(|(path, _)| is_below(path, folder));
                edited.extend(new.map(|(path, file)| (path.clone(), Some(file.clone()))));
            }
            edits.push(edited.into_iter().map(|(path, file)| Edited { path, file }).collect());
        }
        Ok(edits)
    }

    /// Finds what the policy says of the register, by the place of the commit from which on it counts. A policy that cannot
    /// be used leaves it as it was.
    ///
    /// # Errors
    ///
    /// When `git` cannot deliver the history.
    pub(super) fn settings(&self, chain: &[Commit]) -> Result<BTreeMap<usize, Setting>, Error> {
        let prefix = self.prefix();
        let mut due = BTreeSet::from([0]);
        let names: Vec<String> = self.policy.names().iter().map(|name| format!("{prefix}{name}")).collect();
        if !names.is_empty() {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let changes = self.git.tree_changes(&steps(chain, None), &names)?;
            due.extend(changes.iter().enumerate().filter(|(_, changes)| !changes.is_empty()).map(|(at, _)| at));
        }
        let mut settings: BTreeMap<usize, Setting> = BTreeMap::new();
        for at in due {
            let Some(commit) = chain.get(at) else { continue };
            let place = Repository::Commit(CommitFiles::list(self.git, Some(commit))?.below(&prefix));
            let policy = match (self.load)(&place) {
                Ok(policy) => policy,
                Err(error) if error.is_failure_of_git() => return Err(error),
                Err(_) if settings.is_empty() => Policy::default(),
                Err(_) => continue,
            };
            settings.insert(at, Setting { folder: policy.exceptions, zone: policy.timezone });
        }
        Ok(settings)
    }
}

/// What a policy says of the register.
pub(super) struct Setting {
    /// Its folder, relative to the root.
    pub(super) folder: String,
    pub(super) zone: Zone,
}
