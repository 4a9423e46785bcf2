//! The base of a change: the commit that the working tree is compared with.
//!
//! Only commits are looked for here; no file is read. What a CI system passes comes in as a value, [`CiEnvironment`];
//! the author of a pull request decides neither that value nor, through it, the base. A base that cannot be found is an
//! error and never "no changes".

mod ci;
mod github;
mod gitlab;
mod push;
mod target;

use crate::error::{Error, GitError};
use crate::git::{Commit, Git, ObjectFormat};
use crate::history::Beside;
use crate::text::shown;

pub use ci::CiEnvironment;

/// What a change is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// The commit; `None` if there was nothing before, so that everything is added.
    pub commit: Option<Commit>,
    /// What that commit is, for one line of the output: `the first parent of the pull request's
    /// merge commit`.
    pub how: String,
    /// What else the change may hold without having brought it.
    pub beside: Beside,
}

/// Finds the base: for `auto` what the CI system compares with, otherwise the merge base of a revision and `HEAD`.
///
/// # Errors
///
/// If the base, or the history that leads to it, is not in this clone; if the revision names nothing or more than one
/// thing; if the event's payload is not what GitHub sends; and for `auto` in a scheduled run, which changes nothing.
pub fn find(git: &Git, revision: &str, ci: &CiEnvironment) -> Result<Base, Error> {
    let automatic = revision == "auto";
    let Some(head) = git.head()? else {
        return if automatic && !ci.is_of_a_system() {
            Ok(Base::nothing("there is no commit yet"))
        } else {
            Err(no_head())
        };
    };
    let parents = git.info(&head)?.ok_or_else(no_head)?.parents;
    let search = Search { git, ci, head, parents };
    if !automatic {
        return search.named(revision);
    }
    match &ci.github_event_name {
        // A runner of Forgejo or Gitea may write no payload.
        Some(event) if !(ci.forgejo_actions && ci.github_event_path.is_none() && ci.github_base_ref.is_some()) => {
            github::find(&search, event)
        }
        _ => match gitlab::find(&search)?.map_or_else(|| target::find(&search), |base| Ok(Some(base)))? {
            Some(base) => Ok(base),
            None => search.fork_point(None),
        },
    }
}

/// Finds the default branch as last fetched, otherwise the local one: its name and its tip. If a CI system names it,
/// nothing is guessed.
///
/// # Errors
///
/// If git cannot be started.
pub fn default_branch(git: &Git, named: Option<&str>) -> Result<Option<(String, Commit)>, Error> {
    let (remote, local) = match named {
        Some(name) => (vec![name], vec![name]),
        None => (vec!["HEAD", "main", "master"], vec!["main", "master"]),
    };
    let remote = remote.into_iter().map(|name| (format!("refs/remotes/origin/{name}"), format!("origin/{name}")));
    let local = local.into_iter().map(|name| (format!("refs/heads/{name}"), name.to_owned()));
    let named: Vec<(String, String)> = remote.chain(local).collect();
    let references: Vec<&str> = named.iter().map(|(reference, _)| reference.as_str()).collect();
    let Some(first) = git.first_reference(&references)? else { return Ok(None) };
    let name = named.into_iter().find(|(reference, _)| *reference == first.name).map(|(_, name)| name);
    Ok(name.map(|name| (shown(&name).into_owned(), first.commit)))
}

impl Base {
    fn new(commit: Commit, how: impl Into<String>) -> Self {
        Self { commit: Some(commit), how: how.into(), beside: Beside::default() }
    }

    fn nothing(why: &str) -> Self {
        Self { commit: None, how: format!("nothing: {why}"), beside: Beside::default() }
    }

    /// Makes a base of a merge base; `of` is what it is the merge base of.
    fn forked(fork: Fork, of: &str) -> Self {
        let how = match fork.beside.bases.len() {
            0 => format!("the merge base of {of}"),
            others => format!("one of {} merge bases of {of}", others + 1),
        };
        Self { commit: Some(fork.base), how, beside: fork.beside }
    }
}

/// How much history would include a commit that is not in the clone.
#[derive(Clone, Copy)]
enum Reach {
    /// A parent of `HEAD`.
    Parent,
    /// Anywhere.
    Anywhere,
}

/// Where `HEAD` left another branch.
struct Fork {
    base: Commit,
    beside: Beside,
}

struct Search<'a> {
    git: &'a Git,
    ci: &'a CiEnvironment,
    head: Commit,
    parents: Vec<Commit>,
}

impl Search<'_> {
    /// Where `HEAD` left a branch with this tip; `None` where nothing here shows it.
    fn fork(&self, tip: &Commit) -> Result<Option<Fork>, Error> {
        let is_above = *tip == self.head || self.parents.contains(tip);
        let bases = if is_above { vec![tip.clone()] } else { self.git.merge_bases(tip, &self.head)? };
        let Some((base, others)) = bases.split_first() else { return Ok(None) };
        let origin = if others.is_empty() { None } else { self.git.common_base(&bases)? };
        let beside = Beside { tip: Some(tip.clone()), bases: others.to_vec(), origin };
        Ok(Some(Fork { base: base.clone(), beside }))
    }

    /// The merge base of `HEAD` and a revision that the user named.
    fn named(&self, revision: &str) -> Result<Base, Error> {
        let Some(commit) = self.git.only_commit(revision, "--base")? else { return Err(self.unknown(revision)?) };
        let Some(fork) = self.fork(&commit)? else { return Err(self.unrelated(revision)?) };
        let name = shown(revision);
        Ok(if fork.base == self.head {
            // A job judges what is committed: nothing would be left to judge.
            if self.ci.is_of_a_system() || (self.ci.is_job() && !self.git.is_edited(&self.head, &[])?) {
                return Err(GitError::HeldAlready { base: revision.to_owned(), is_named: true }.into());
            }
            Base::new(fork.base, "`HEAD` itself: only what is not committed yet is a change")
        } else if fork.base == commit {
            Base::new(fork.base, format!("`{name}`"))
        } else {
            Base::forked(fork, &format!("`HEAD` and `{name}`"))
        })
    }

    /// Returns the merge base of `HEAD` and the default branch; on that branch the commit before `HEAD`.
    fn fork_point(&self, default_branch: Option<&str>) -> Result<Base, Error> {
        let Some((name, tip)) = self::default_branch(self.git, default_branch)? else {
            return Err(self.no_default_branch(default_branch)?);
        };
        match self.fork(&tip)? {
            Some(fork) if fork.base == self.head => {
                let contains = format!("`{name}` already contains `HEAD`");
                // What a developer has not committed yet is not to blame for what others merged.
                let is_work = !self.ci.is_job() && name.starts_with("origin/");
                match is_work && self.git.is_edited(&self.head, &[])? {
                    true => Ok(Base::new(
                        fork.base,
                        format!("`HEAD` itself, as {contains}: only what is not committed yet is a change"),
                    )),
                    false => self.before_head(&contains),
                }
            }
            Some(fork) => Ok(Base::forked(fork, &format!("`HEAD` and `{name}`"))),
            None => Err(self.unrelated(&name)?),
        }
    }

    /// Returns whether the default branch contains `HEAD`.
    fn is_on_default_branch(&self, named: Option<&str>) -> Result<bool, Error> {
        let Some((_, tip)) = self::default_branch(self.git, named)? else { return Ok(false) };
        Ok(self.git.merge_base(&tip, &self.head)?.as_ref() == Some(&self.head))
    }

    /// Returns the first parent of `HEAD`, or nothing for a first commit.
    fn before_head(&self, why: &str) -> Result<Base, Error> {
        match self.parents.first() {
            Some(parent) => {
                self.present(parent.as_str(), &format!("the first parent of `HEAD`, as {why}"), Reach::Parent)
            }
            None => Ok(Base::nothing("`HEAD` is the first commit")),
        }
    }

    /// Returns a commit that must be in the clone.
    fn present(&self, name: &str, role: &str, reach: Reach) -> Result<Base, Error> {
        match self.git.commit(name)? {
            Some(commit) => Ok(Base::new(commit, role)),
            None => Err(self.missing(name, role, reach)?),
        }
    }

    /// Returns whether `HEAD` is a commit or a later one.
    fn holds(&self, name: &str) -> Result<bool, Error> {
        if self.head.as_str() == name || self.parents.iter().any(|parent| parent.as_str() == name) {
            return Ok(true);
        }
        match self.git.commit(name)? {
            Some(commit) => Ok(self.git.merge_base(&commit, &self.head)?.as_ref() == Some(&commit)),
            None => Ok(false),
        }
    }

    /// Returns how much history would include a commit.
    fn reach(&self, name: &str) -> Reach {
        if self.parents.iter().any(|parent| parent.as_str() == name) { Reach::Parent } else { Reach::Anywhere }
    }

    fn missing(&self, name: &str, role: &str, reach: Reach) -> Result<Error, Error> {
        let (commit, role) = (name.to_owned(), role.to_owned());
        Ok(GitError::BaseNotHere { commit, role, deepen: self.deepen(reach)? }.into())
    }

    fn unknown(&self, revision: &str) -> Result<Error, Error> {
        if is_full_name(revision, self.git.format()) {
            return self.missing(revision, "which `--base` names", Reach::Anywhere);
        }
        let deepen = self.deepen(Reach::Anywhere)?;
        Ok(GitError::NoBase { revision: revision.to_owned(), deepen }.into())
    }

    fn unrelated(&self, name: &str) -> Result<Error, Error> {
        let (head, base) = (self.head.short().to_owned(), name.to_owned());
        Ok(match self.deepen(Reach::Anywhere)? {
            Some(deepen) => GitError::TooShallow { head, base, deepen }.into(),
            None => GitError::Unrelated { head, base }.into(),
        })
    }

    fn no_default_branch(&self, named: Option<&str>) -> Result<Error, Error> {
        let deepen = self.deepen(Reach::Anywhere)?;
        Ok(GitError::NoDefaultBranch { named: named.map(str::to_owned), deepen }.into())
    }

    /// Returns the setting that makes this clone deeper, if it is shallow.
    fn deepen(&self, reach: Reach) -> Result<Option<String>, Error> {
        Ok(self.git.is_shallow().then(|| self.ci.deepen(reach)))
    }
}

fn no_head() -> Error {
    GitError::NothingToCompare.into()
}

/// A schedule changes nothing, and neither does a run of the default branch that somebody starts: it checks the whole
/// register.
fn unchanged(run: &str) -> Error {
    Error::NoChange { run: run.to_owned() }
}

fn is_full_name(text: &str, format: ObjectFormat) -> bool {
    text.len() == format.digits() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
