//! What references name, and how commits descend from each other.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{MAIN_SEPARATOR, Path};

use walkdir::WalkDir;

use super::{Author, Commit, Git, commit_of, name_of, succeeded, trim};
use crate::error::{Error, GitError, is_absence};

/// What `git for-each-ref` says of a reference that it cannot read, before the name.
const PASSED_OVER: &str = "warning: ignoring broken ref ";

/// Folders of references that no reference can have the name of.
const FOLDERS: [&str; 4] = ["refs", "refs/heads", "refs/remotes", "refs/remotes/origin"];

/// What `HEAD` says where the references are kept in tables and not in files
/// (<https://git-scm.com/docs/gitrepository-layout>).
const IN_TABLES: &[u8] = b"ref: refs/heads/.invalid\n";

/// A reference of this clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Its whole name: `refs/heads/main`.
    pub name: String,
    /// The commit that it points to.
    pub commit: Commit,
}

impl Git {
    /// Returns the commit that is checked out; `None` only if its branch has no commit yet.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started, or what `HEAD` names cannot be read: a branch whose file is damaged, or a commit that
    /// this clone has lost.
    pub fn head(&self) -> Result<Option<Commit>, Error> {
        if let Some(commit) = self.commit("HEAD")? {
            return Ok(Some(commit));
        }
        if let Some(oid) = self.try_run(&["rev-parse", "--verify", "--quiet", "HEAD"])? {
            return Err(GitError::LostHead { oid: String::from_utf8_lossy(trim(&oid)).into_owned() }.into());
        }
        // Of a branch without a commit git knows the name; of one that it cannot read it does not.
        match self.run(&["symbolic-ref", "HEAD"]) {
            Ok(name) => self.refuse_unseen(&String::from_utf8_lossy(trim(&name))).map(|()| None),
            Err(Error::Git(GitError::Failed { why, .. })) => Err(GitError::BrokenHead { why }.into()),
            Err(other) => Err(other),
        }
    }

    /// Returns the commit that the reference with exactly this name (`refs/remotes/origin/main`) points to; unlike
    /// [`Git::commit`] it never takes a tag or a branch that merely ends the same.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started, or the reference or its commit cannot be read.
    pub fn reference(&self, name: &str) -> Result<Option<Commit>, Error> {
        Ok(self.first_reference(&[name])?.map(|reference| reference.commit))
    }

    /// Returns the first of these references that this clone has, each with exactly that name.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started, or the first that is there, or its commit, cannot be read.
    pub fn first_reference(&self, names: &[&str]) -> Result<Option<Reference>, Error> {
        let Some(first) = self.first_named(names)? else { return Ok(None) };
        match self.info(&first.commit)? {
            Some(_) => Ok(Some(first)),
            None => Err(GitError::LostTip { name: first.name, oid: first.commit.as_str().to_owned() }.into()),
        }
    }

    fn first_named(&self, names: &[&str]) -> Result<Option<Reference>, Error> {
        let can_be = |name: &&&str| name.starts_with("refs/") && !name.contains('\0');
        let names: Vec<&str> = names.iter().filter(can_be).copied().collect();
        if names.is_empty() {
            return Ok(None);
        }
        let mut arguments = vec!["for-each-ref", "--format=%(objectname) %(refname)"];
        arguments.extend(&names);
        let ended = self.end(&arguments)?;
        let said = String::from_utf8_lossy(&ended.words).into_owned();
        let answer = succeeded(name_of(&arguments), ended)?;
        let found: Vec<Reference> = answer.split(|byte| *byte == b'\n').filter_map(read_reference).collect();
        for name in names {
            if let Some(reference) = found.iter().find(|reference| reference.name == name) {
                return Ok(Some(reference.clone()));
            }
            // One that git passes over would be taken for one that is not there.
            let is_it = |line: &str| line.strip_prefix(PASSED_OVER).is_some_and(|passed| passed == name);
            if said.lines().any(is_it) {
                self.leads_nowhere(name)?;
            }
            self.refuse_unseen(name)?;
        }
        Ok(None)
    }

    /// Refuses to take a reference for one that is not there where nobody can see that: a folder that cannot be listed, and
    /// a link that leads nowhere, git passes over without a word.
    fn refuse_unseen(&self, name: &str) -> Result<(), Error> {
        if self.is_in_tables() {
            return Ok(());
        }
        for folder in name.match_indices('/').map(|(at, _)| &name[..at]) {
            let place = self.common.join(folder);
            match fs::read_dir(&place) {
                Ok(_) => {}
                Err(error) if FOLDERS.contains(&folder) => {
                    let is_absent = error.kind() == ErrorKind::NotFound && fs::symlink_metadata(&place).is_err();
                    return if is_absent { Ok(()) } else { Err(broken(folder)) };
                }
                // A branch `a` leaves no room for one that is called `a/b`.
                Err(error) => return if is_absence(&error) { Ok(()) } else { Err(broken(folder)) },
            }
        }
        match leads_away(&self.common.join(name)) {
            true => self.leads_nowhere(name),
            false => Ok(()),
        }
    }

    /// Refuses references below a folder that git passes over without a word, as [`Git::refuse_unseen`] does.
    fn refuse_unseen_below(&self, folder: &str) -> Result<(), Error> {
        self.refuse_unseen(&format!("{folder}/HEAD"))?;
        if self.is_in_tables() {
            return Ok(());
        }
        let top = self.common.join(folder);
        let name = |place: &Path| {
            let below = place.strip_prefix(&self.common).unwrap_or(place);
            below.to_string_lossy().replace(MAIN_SEPARATOR, "/")
        };
        for entry in WalkDir::new(&top) {
            match entry {
                Ok(entry) if entry.path_is_symlink() && leads_away(entry.path()) => {
                    self.leads_nowhere(&name(entry.path()))?;
                }
                Ok(_) => {}
                Err(error) if error.depth() == 0 && error.io_error().is_some_and(is_absence) => {}
                Err(error) => return Err(broken(&name(error.path().unwrap_or(&top)))),
            }
        }
        Ok(())
    }

    fn is_in_tables(&self) -> bool {
        fs::read(self.common.join("HEAD")).is_ok_and(|head| head == IN_TABLES)
    }

    /// Refuses a reference that git passes over because it is damaged. One that leads to another that is gone, as a
    /// branch that was renamed leaves it behind, counts as none; old versions of git report it too.
    fn leads_nowhere(&self, name: &str) -> Result<(), Error> {
        if self.end(&["symbolic-ref", "--quiet", name])?.status.success() {
            return Ok(());
        }
        Err(broken(name))
    }

    /// Returns the branch that is checked out; `None` if no branch is.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started.
    pub fn branch(&self) -> Result<Option<String>, Error> {
        let answer = self.try_run(&["symbolic-ref", "--quiet", "--short", "HEAD"])?;
        Ok(answer.map(|text| String::from_utf8_lossy(trim(&text)).into_owned()))
    }

    /// Returns the authors of the newest `most` commits, one item for each commit, as `.mailmap` calls them; none where
    /// there is no commit yet.
    ///
    /// # Errors
    ///
    /// When `git` cannot be started.
    pub fn authors(&self, most: usize) -> Result<Vec<Author>, Error> {
        let most = format!("--max-count={most}");
        let Some(head) = self.head()? else { return Ok(Vec::new()) };
        let answer = self.run(&["rev-list", &most, "--format=%aN%x00%aE", head.as_str()])?;
        let text = String::from_utf8_lossy(&answer);
        let author = |line: &str| {
            let (name, email) = line.split_once('\0')?;
            Some(Author { name: name.trim().to_owned(), email: email.trim().to_owned() })
        };
        Ok(text.lines().filter_map(author).collect())
    }

    /// Returns the name of `origin`'s default branch, where the clone knows it.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started, or the branches of `origin` cannot be read.
    pub fn default_name(&self) -> Result<Option<String>, Error> {
        const NAME: &str = "refs/remotes/origin/HEAD";
        self.refuse_unseen(NAME)?;
        let answer = self.try_run(&["symbolic-ref", "--quiet", NAME])?;
        let name = answer.map(|text| String::from_utf8_lossy(trim(&text)).into_owned());
        Ok(name.and_then(|name| name.strip_prefix("refs/remotes/origin/").map(str::to_owned)))
    }

    /// Tells whether a remote is known to have a commit.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started.
    pub fn is_published(&self, commit: &Commit) -> Result<bool, Error> {
        let arguments =
            ["for-each-ref", "--count=1", "--format=%(refname)", "--contains", commit.as_str(), "refs/remotes"];
        Ok(self.try_run(&arguments)?.is_some_and(|answer| !trim(&answer).is_empty()))
    }

    /// Returns the best common ancestor of two commits; `None` if this clone has none.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started.
    pub fn merge_base(&self, a: &Commit, b: &Commit) -> Result<Option<Commit>, Error> {
        let answer = self.try_run(&["merge-base", "--end-of-options", a.as_str(), b.as_str()])?;
        Ok(answer.and_then(|text| commit_of(trim(&text))))
    }

    /// Returns all best common ancestors of two commits, that of [`Git::merge_base`] first.
    ///
    /// # Errors
    ///
    /// When `git` cannot be started.
    pub fn merge_bases(&self, a: &Commit, b: &Commit) -> Result<Vec<Commit>, Error> {
        let answer = self.try_run(&["merge-base", "--all", "--end-of-options", a.as_str(), b.as_str()])?;
        Ok(answer.iter().flat_map(|text| text.split(|byte| *byte == b'\n')).filter_map(commit_of).collect())
    }

    /// Returns the best common ancestor of several commits; `None` where there is none that is here.
    ///
    /// # Errors
    ///
    /// When `git` cannot be started.
    pub fn common_base(&self, commits: &[Commit]) -> Result<Option<Commit>, Error> {
        let mut arguments = vec!["merge-base", "--octopus", "--end-of-options"];
        arguments.extend(commits.iter().map(Commit::as_str));
        let answer = self.try_run(&arguments)?;
        Ok(answer.and_then(|text| text.split(|byte| *byte == b'\n').find_map(commit_of)))
    }

    /// Returns the commits of a branch along first parents alone, newest first; what the branch really consists of, the
    /// main line says.
    ///
    /// # Errors
    ///
    /// If the revision is not in this clone.
    pub fn first_parents(&self, tip: &Commit) -> Result<Vec<Commit>, Error> {
        let listing = self.run(&["rev-list", "--first-parent", tip.as_str()])?;
        Ok(listing.split(|byte| *byte == b'\n').filter_map(commit_of).collect())
    }

    /// Returns all commits that a commit reaches and another does not.
    ///
    /// # Errors
    ///
    /// If one of them is not in this clone.
    pub fn commits(&self, tip: &Commit, since: Option<&Commit>) -> Result<Vec<Commit>, Error> {
        if since == Some(tip) {
            return Ok(Vec::new());
        }
        // The usual change is one commit.
        if let Some(since) = since
            && self.info(tip)?.is_some_and(|info| info.parents == [since.clone()])
        {
            return Ok(vec![tip.clone()]);
        }
        let not = since.map(|since| format!("^{}", since.as_str()));
        let arguments: Vec<&str> = ["rev-list", tip.as_str()].into_iter().chain(not.as_deref()).collect();
        let listing = self.run(&arguments)?;
        Ok(listing.split(|byte| *byte == b'\n').filter_map(commit_of).collect())
    }

    /// Lists the branches of the remotes, as this clone has fetched them, whose commits another one does not reach: each
    /// with its name, such as `origin/ask`, the one with the newest commit first.
    ///
    /// # Errors
    ///
    /// If that commit is not in this clone, or one of the branches, or its commit, cannot be read.
    pub fn unmerged(&self, trunk: &Commit) -> Result<Vec<(String, Commit)>, Error> {
        const BRANCHES: &str = "refs/remotes";
        const FORMAT: &str = "--format=%(objectname) %(refname) %(symref)";
        self.refuse_unseen_below(BRANCHES)?;
        let all = ["for-each-ref", FORMAT, BRANCHES];
        let ended = self.end(&all)?;
        let said = String::from_utf8_lossy(&ended.words).into_owned();
        let all = branches(&succeeded(name_of(&all), ended)?);
        for name in said.lines().filter_map(|line| line.strip_prefix(PASSED_OVER)) {
            self.leads_nowhere(name)?;
        }
        if all.is_empty() {
            return Ok(Vec::new());
        }
        let not = format!("--no-merged={}", trunk.as_str());
        let unmerged = self.run(&["for-each-ref", "--sort=-committerdate", &not, FORMAT, BRANCHES])?;
        let unmerged = branches(&unmerged);
        // One whose commit was lost git takes for merged.
        let known: BTreeSet<&str> = unmerged.iter().map(|branch| branch.name.as_str()).collect();
        let merged: Vec<&Reference> = all.iter().filter(|branch| !known.contains(branch.name.as_str())).collect();
        let tips: Vec<String> = merged.iter().map(|branch| format!("{}^{{commit}}", branch.commit.as_str())).collect();
        let found = self.objects(&tips.iter().map(String::as_str).collect::<Vec<_>>(), "commit", 0)?;
        if let Some((lost, _)) = merged.iter().zip(found).find(|(_, found)| found.is_none()) {
            let (name, oid) = (lost.name.clone(), lost.commit.as_str().to_owned());
            return Err(GitError::LostTip { name, oid }.into());
        }
        let short = |name: &str| name.strip_prefix("refs/remotes/").unwrap_or(name).to_owned();
        Ok(unmerged.into_iter().map(|branch| (short(&branch.name), branch.commit)).collect())
    }

    /// Returns the newest commit up to another one that removed a path, named from the top, as far as this clone goes.
    ///
    /// # Errors
    ///
    /// If that commit is not in this clone.
    pub fn removal(&self, tip: &Commit, path: &str) -> Result<Option<Commit>, Error> {
        // Not `git log`: by its settings it runs programs that the repository names.
        let listing = self.run(&["rev-list", tip.as_str(), "--", path])?;
        for commit in listing.split(|byte| *byte == b'\n').filter_map(commit_of) {
            if self.file(&commit, path)?.is_none() {
                return Ok(Some(commit));
            }
        }
        Ok(None)
    }

    /// Tells whether `HEAD` reaches a commit that is no newer than a moment, in seconds since 1970-01-01 UTC.
    ///
    /// # Errors
    ///
    /// When `git` cannot be started, or there is no commit.
    pub fn has_commit_by(&self, moment: i64) -> Result<bool, Error> {
        let before = format!("--before=@{moment}");
        let found = self.run(&["rev-list", "--max-count=1", &before, "HEAD"])?;
        Ok(!found.is_empty())
    }
}

/// Tells whether something is at a place that cannot be reached.
fn leads_away(place: &Path) -> bool {
    let is_there = !fs::symlink_metadata(place).is_err_and(|error| is_absence(&error));
    is_there && fs::metadata(place).is_err()
}

fn broken(name: &str) -> Error {
    GitError::BrokenReference { name: name.to_owned() }.into()
}

/// Reads branches, each with what it is another name of, such as `origin/HEAD`; these are left out.
fn branches(listing: &[u8]) -> Vec<Reference> {
    let lines = listing.split(|byte| *byte == b'\n');
    lines.filter_map(|line| read_reference(line.strip_suffix(b" ")?)).collect()
}

fn read_reference(line: &[u8]) -> Option<Reference> {
    let line = String::from_utf8_lossy(line);
    let mut words = line.split(' ');
    let (commit, name) = (Commit::from_digits(words.next()?)?, words.next()?.to_owned());
    Some(Reference { name, commit })
}
