//! What the pull or merge request says about a change: the event and the saved reviews, read from files.

use std::collections::BTreeMap;
use std::path::Path;

use crate::commands::{World, place};
use crate::error::{Argument, Error, Input};
use crate::files::{CommitFiles, ReadFile, Repository};
use crate::github::{EventKind, InputError};
use crate::gitlab::MergeRequest;
use crate::history::{Approved, Changes, Head, Pending, Snapshot, closings, decisions, refusals};
use crate::policy::Forge;
use crate::register::Files;
use crate::rules::{Judge, Takeover};
use crate::signoff::{
    ChangeRequest, Codeowners, Evidence, Opinions, Ownership, ReviewState, Reviews, Saved, Standing, Verdict, Worth,
};
use crate::source::FileId;
use crate::time::Day;

/// The rules that need them.
pub(super) const RULES: [&str; 4] =
    ["author-is-approver", "approval-missing", "decision-date-mismatch", "closure-unverified"];

/// The pull or merge request and who approved it, as far as they were given.
#[derive(Debug, Default)]
pub(super) struct Given {
    request: Option<ChangeRequest>,
    opinions: Option<Opinions>,
    /// What the event is about, if not a pull request.
    other: Option<&'static str>,
    /// The newest commit of a merge request's branch for which the pipeline was started, if GitLab says.
    source_head: Option<String>,
}

impl Given {
    /// Reads the files that the arguments name.
    ///
    /// # Errors
    ///
    /// If one cannot be read or is not what the forge sends, or reviews are given without an event.
    pub(super) fn read(event: Option<&Path>, reviews: Option<&Path>, world: &World) -> Result<Self, Error> {
        if reviews.is_some() && event.is_none() {
            return Err(Error::from(Argument::Needs {
                given: "--reviews",
                needed: "--event",
                because: "which says who opened the pull request and what its head is",
                help: "add `--event \"$GITHUB_EVENT_PATH\"`, or in GitLab the saved merge request",
            }));
        }
        let mut given = Self { source_head: world.ci.gitlab_source_head.clone(), ..Self::default() };
        if let Some(path) = event {
            let bytes = read(&world.folder.join(path), "the event")?;
            let what = if MergeRequest::is_meant(&bytes) { "merge request" } else { "event" };
            let saved = Saved::parse(&bytes, world.ci.forge()).map_err(|error| unusable(what, path, error))?;
            match saved {
                Saved::Request(request) => given.request = Some(request),
                Saved::Other(EventKind::MergeGroup) => given.other = Some("a merge queue"),
                Saved::Other(EventKind::Push) => given.other = Some("a push"),
                Saved::Other(EventKind::Other) if reviews.is_some() => {
                    let why =
                        "is about something other than a pull request, so it does not say what the reviews are of";
                    let help = "pass the event of the pull request, or leave `--reviews` out";
                    let error = InputError { why: why.to_owned(), help: help.to_owned() };
                    return Err(unusable("event", path, error));
                }
                Saved::Other(_) => given.other = Some("something other than a pull request"),
            }
        }
        if let Some(path) = reviews {
            let bytes = read(&world.folder.join(path), "the reviews")?;
            let (what, opinions) = match &given.request {
                Some(request @ ChangeRequest::Merge(_)) => ("list of approvals", request.opinions(&bytes)),
                Some(request @ ChangeRequest::Pull(_)) => ("list of reviews", request.opinions(&bytes)),
                None => ("list of reviews", Reviews::parse(&bytes).map(Opinions::Reviews)),
            };
            given.opinions = Some(opinions.map_err(|error| unusable(what, path, error))?);
        }
        Ok(given)
    }

    /// Reads who approved. Without an event the reviews must be those of a pull request on GitHub, Forgejo or Gitea.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or is not what the forge sends.
    pub(super) fn read_approvals(event: Option<&Path>, reviews: &Path, world: &World) -> Result<Self, Error> {
        if event.is_some() {
            return Self::read(event, Some(reviews), world);
        }
        let bytes = read(&world.folder.join(reviews), "the reviews")?;
        let opinions = Reviews::parse(&bytes).map(Opinions::Reviews);
        let opinions = opinions.map_err(|error| {
            let help = "for GitLab add `--event` with the saved merge request, which is needed to interpret \
                        them"
                .to_owned();
            unusable("list of reviews", reviews, InputError { help, ..error })
        })?;
        Ok(Self { opinions: Some(opinions), ..Self::default() })
    }

    /// Returns the day on which a person approved, in the register's time zone; `None` if their approval does not stand.
    pub(super) fn day_of(&self, person: &str, judge: &Judge) -> Option<Day> {
        let login = judge.people.account(person)?;
        let author = self.request.as_ref().and_then(ChangeRequest::author);
        let standing = self.opinions.as_ref()?.standing(author);
        let days = approvals(&standing, judge).into_iter().filter(|(by, _)| by.eq_ignore_ascii_case(login));
        days.map(|(_, day)| day).max()
    }

    /// Returns which rules do not run because of what was not given.
    pub(super) fn remark(&self) -> Option<String> {
        let [author_is_approver, missing, date, closure] = RULES;
        let approvals = format!("{missing}, {date} and {closure}");
        match (&self.request, self.other, &self.opinions) {
            (Some(_), _, Some(_)) => None,
            (Some(_), _, None) => Some(format!("approvals were not checked: {approvals} need --reviews")),
            (None, Some(other), _) => Some(format!(
                "sign-off was not checked: the event is about {other}, so {author_is_approver}, {approvals} did not run"
            )),
            (None, None, _) => {
                Some(format!("sign-off was not checked: {author_is_approver}, {approvals} need --event and --reviews"))
            }
        }
    }

    /// Works out who approved what is in the head now.
    ///
    /// # Errors
    ///
    /// If the work tree is at another commit than the merge request, or `git` cannot deliver what was approved.
    pub(super) fn evidence(
        &self,
        history: &Approved<'_>,
        changes: &Changes<'_>,
        judge: &Judge,
    ) -> Result<Option<Evidence>, Error> {
        let Some(request) = &self.request else { return Ok(None) };
        if let ChangeRequest::Merge(request) = request {
            history.expect(&request.head, self.source_head.as_deref())?;
        }
        let author = request.author().cloned();
        let opened = request.created_at();
        let Some(opinions) = &self.opinions else { return Ok(Some(Evidence { author, opened, verdicts: None })) };
        let (decisions, closings) = (decisions(changes), closings(changes));
        let closed = closings.iter().map(|closing| closing.exception.file);
        let taken_over = Takeover::of(judge, changes);
        let taken_over = taken_over.iter().flat_map(Takeover::approvable);
        let refusals = refusals(changes);
        let decided = decisions.iter().chain(&refusals).map(|decision| decision.file);
        let mut files: Vec<FileId> = decided.chain(closed).chain(taken_over).collect();
        files.sort_unstable();
        files.dedup();
        let now = history.judged(request.head(), &files, changes.files)?;
        let standing = opinions.standing(author.as_ref());
        let pending = Pending::new(decisions, &approvals(&standing, judge), &judge.people, judge.policy.timezone);
        let mut known: BTreeMap<&str, Option<Worth>> = BTreeMap::new();
        let mut verdicts = Vec::new();
        for standing in standing {
            let worth = match standing.commit.map(|commit| (commit, known.get(commit))) {
                None => None,
                Some((_, Some(known))) => known.clone(),
                Some((commit, None)) => {
                    let worth = history.worth(commit, &now, &pending, changes.files)?;
                    known.insert(commit, worth.clone());
                    worth
                }
            };
            verdicts.push(Verdict {
                login: standing.login.to_owned(),
                state: standing.state,
                commit: standing.commit.map(str::to_owned),
                submitted_at: standing.submitted_at,
                worth,
            });
        }
        Ok(Some(Evidence { author, opened, verdicts: Some(verdicts) }))
    }
}

/// Returns the accounts that approve, each with the day of its review in the register's time zone.
fn approvals<'s>(standing: &[Standing<'s>], judge: &Judge) -> Vec<(&'s str, Day)> {
    let approvals = standing.iter().filter(|standing| standing.state == ReviewState::Approved);
    approvals.map(|it| (it.login, judge.policy.timezone.day_of(it.submitted_at.to_utc()))).collect()
}

/// The largest event or list of reviews that is read, in bytes: GitHub's own payloads are at most
/// 25 MB.
pub(super) const MOST_PAYLOAD: u64 = 32 * 1024 * 1024;

/// The largest CODEOWNERS that is read, in bytes.
const LIMIT: u64 = Codeowners::TOO_LARGE as u64;

/// Whose CODEOWNERS counts.
pub(super) enum Owners<'o> {
    /// The base's, where a change is judged.
    Base(&'o Snapshot),
    /// That of what is judged, whose register has this root.
    Head(&'o Head, &'o Path),
    /// That of a commit's files, from the top of the work tree, with the register's root.
    Commit(&'o CommitFiles, &'o Path),
    /// That of the work tree that holds a register's root.
    WorkTree(&'o Path),
}

/// Finds the CODEOWNERS that counts for a forge.
/// A register in a subfolder of a work tree that has no CODEOWNERS at all is left to the gate. One that cannot be read
/// is a finding and no error, because the pull request that fixes it is judged by it too.
///
/// # Errors
///
/// When `git` cannot deliver it.
pub(super) fn ownership(forge: Forge, owners: &Owners<'_>, files: &mut Files) -> Result<Option<Ownership>, Error> {
    let places = if forge == Forge::Forgejo { &[] } else { forge.codeowners() };
    let (found, root) = match owners {
        Owners::Base(base) => {
            let found = base.first_of(places, LIMIT)?;
            return Ok(Some(counted(forge, found, base.prefix().to_owned(), files)));
        }
        Owners::Head(head, root) if head.is_commit() => (head.first_of(places, LIMIT)?, root),
        Owners::Head(_, root) | Owners::WorkTree(root) => (in_work_tree(forge, root)?, root),
        Owners::Commit(top, root) => {
            let found = places.iter().find(|path| top.files().contains_key(**path));
            (found.map(|path| top.read_one(path, LIMIT)).transpose()?, root)
        }
    };
    if place::work_tree_top(root).is_none() {
        return Ok(None);
    }
    let prefix = place::below_work_tree(root);
    let left_out = found.is_none() && !prefix.is_empty() && forge != Forge::Forgejo;
    Ok((!left_out).then(|| counted(forge, found, prefix, files)))
}

/// Finds the CODEOWNERS of the work tree that contains the register's root, or says where it should be.
///
/// # Errors
///
/// When nobody can tell whether there is one.
pub(super) fn ownership_here(forge: Forge, root: &Path, files: &mut Files) -> Result<Ownership, Error> {
    Ok(counted(forge, in_work_tree(forge, root)?, place::below_work_tree(root), files))
}

fn in_work_tree(forge: Forge, root: &Path) -> Result<Option<ReadFile>, Error> {
    let top = place::work_tree_top(root).unwrap_or(root).to_path_buf();
    let read = |name: &str| crate::files::read_up_to(&top.join(name), name.to_owned(), None, LIMIT);
    let places = if forge == Forge::Forgejo { &[] } else { forge.codeowners() };
    Repository::Folder(top.clone()).first_held(places)?.map(read).transpose()
}

/// Returns the file that was found among the sources.
fn counted(forge: Forge, found: Option<ReadFile>, prefix: String, files: &mut Files) -> Ownership {
    let path = found.as_ref().map_or(forge.codeowners()[0], |file| file.source.path()).to_owned();
    // The forge reads on past a character that YAML would refuse.
    let text = found.as_ref().filter(|file| file.opened).map(|file| file.source.text().to_owned());
    let unread = found.as_ref().filter(|file| !file.opened).and_then(|file| file.fault.as_ref());
    let unread = match forge {
        Forge::Forgejo => Some("on Forgejo and Gitea its lines only request reviews".to_owned()),
        Forge::GitHub | Forge::GitLab => unread.map(|fault| fault.message.clone()),
    };
    let shown = "../".repeat(prefix.matches('/').count()) + &path;
    let file = match found {
        Some(file) => ReadFile { source: file.source.renamed(&shown), ..file },
        None => crate::files::decode(Vec::new(), shown),
    };
    Ownership { forge, file: files.add(file), text, unread, path, prefix }
}

/// Reads a file of saved answers that an argument names.
///
/// # Errors
///
/// If it cannot be read.
pub(super) fn read(path: &Path, what: &'static str) -> Result<Vec<u8>, Error> {
    crate::files::read_named(path, MOST_PAYLOAD).map_err(|error| Error::Unreadable {
        kind: what,
        path: path.display().to_string(),
        why: error.to_string(),
        help: "name a file that was saved before".into(),
    })
}

/// Returns the error of what is wrong with a file of saved answers.
pub(super) fn unusable(what: &'static str, path: &Path, error: InputError) -> Error {
    Error::from(Input::Answer { path: path.to_path_buf(), what, why: error.sentence(), help: error.help })
}
