//! The base that an event of GitHub Actions names.
//!
//! Events: <https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows>.

use super::push::Push;
use super::{Base, Reach, Search, is_full_name, push, unchanged};
use crate::error::{Error, GitError};
use crate::git::Commit;
use crate::github::{Event, InputError};
use crate::text::shown;

/// Finds the base of the event that runs this job.
pub(super) fn find(search: &Search<'_>, event: &str) -> Result<Base, Error> {
    if event == "schedule" {
        return Err(unchanged("a scheduled run"));
    }
    let payload = read(search)?;
    match event {
        "push" => pushed(search, &payload),
        "merge_group" => merge_group(search, &payload),
        _ if event.starts_with("pull_request") => pull_request(search, event, &payload),
        "workflow_dispatch" | "repository_dispatch"
            if search.is_on_default_branch(default_branch(search, &payload)?)? =>
        {
            Err(unchanged(&format!("a `{event}` run of the default branch")))
        }
        _ => search.fork_point(default_branch(search, &payload)?),
    }
}

/// The merge commit that GitHub created shows what it was merged into; `base.sha` is the base branch as it was when
/// GitHub last looked, and may be days old.
fn pull_request(search: &Search<'_>, event: &str, payload: &Event) -> Result<Base, Error> {
    let head = whole(search, payload.head())?;
    let base = whole(search, payload.base())?;
    if !search.holds(&head)? {
        return Err(not_checked_out(search, event, payload, &head));
    }
    match search.parents.as_slice() {
        [first, second] if second.as_str() == head && is_merged_by_github(search, event, first, &base) => {
            search.present(first.as_str(), "the first parent of the pull request's merge commit", Reach::Parent)
        }
        _ => base_branch(search, payload, &base),
    }
}

/// A branch can move between the event and the checkout, to a merge that its author created with a first parent of
/// their choice. GitHub's own merge is the commit of the event (with `pull_request_target` that is the base branch's),
/// or is on top of the base that the payload names.
fn is_merged_by_github(search: &Search<'_>, event: &str, first: &Commit, base: &str) -> bool {
    let known = if event == "pull_request_target" { first } else { &search.head };
    search.ci.github_sha.as_deref().is_none_or(|sha| sha == known.as_str()) || first.as_str() == base
}

/// The checkout is of the pull request's own branch: returns the newest commit that it shares with the base branch.
fn base_branch(search: &Search<'_>, payload: &Event, base: &str) -> Result<Base, Error> {
    let branch = said(search, payload.base_branch())?;
    let fetched = if is_origin(search, payload)? {
        search.git.reference(&format!("refs/remotes/origin/{branch}"))?
    } else {
        None
    };
    let tips: Vec<Commit> = search.git.commit(base)?.into_iter().chain(fetched).collect();
    if tips.is_empty() {
        return Err(search.missing(base, "the pull request's base", Reach::Anywhere)?);
    }
    match newest_merge_base(search, &tips)? {
        Some(base) if base == search.head => Ok(Base::new(
            base,
            format!("`HEAD` itself, as `{}` already contains the whole pull request", shown(branch)),
        )),
        Some(base) => {
            Ok(Base::new(base, format!("the merge base of `HEAD` and the pull request's base `{}`", shown(branch))))
        }
        None => Err(search.unrelated(branch)?),
    }
}

/// Once the base branch contains `HEAD` itself, only its older tip shows what was new.
fn newest_merge_base(search: &Search<'_>, tips: &[Commit]) -> Result<Option<Commit>, Error> {
    let mut newest: Option<Commit> = None;
    for tip in tips {
        let Some(found) = search.git.merge_base(tip, &search.head)? else { continue };
        newest = match newest {
            Some(known) if found == search.head || !is_ancestor(search, &known, &found)? => Some(known),
            _ => Some(found),
        };
    }
    Ok(newest)
}

fn is_ancestor(search: &Search<'_>, older: &Commit, newer: &Commit) -> Result<bool, Error> {
    Ok(search.git.merge_base(older, newer)?.as_ref() == Some(older))
}

/// Returns whether `origin` is the repository of the event: a fork's contains whatever its owner likes, under the base
/// branch's name.
fn is_origin(search: &Search<'_>, payload: &Event) -> Result<bool, Error> {
    let (Some(url), Some(name)) = (search.git.origin()?, said(search, payload.repository())?) else {
        return Ok(false);
    };
    let url = url.trim_end_matches('/').to_lowercase();
    let rest = url.strip_suffix(".git").unwrap_or(&url).strip_suffix(&name.to_lowercase());
    Ok(rest.is_some_and(|rest| rest.ends_with(['/', ':'])))
}

fn not_checked_out(search: &Search<'_>, event: &str, payload: &Event, head: &str) -> Error {
    let reference = match payload.number() {
        Some(number) => format!("refs/pull/{number}/merge"),
        None => "refs/pull/NUMBER/merge".to_owned(),
    };
    GitError::OtherPullRequest {
        head: search.head.short().to_owned(),
        commit: head.to_owned(),
        reference,
        target: event == "pull_request_target",
    }
    .into()
}

fn merge_group(search: &Search<'_>, event: &Event) -> Result<Base, Error> {
    let base = whole(search, event.group_base())?;
    let head = whole(search, event.group_head())?;
    push::expect_head(search, &head, "the merge group's head")?;
    search.present(&base, "the commit that the merge group is based on", search.reach(&base))
}

fn pushed(search: &Search<'_>, event: &Event) -> Result<Base, Error> {
    let before = whole(search, event.before())?;
    push::expect_head(search, &whole(search, event.pushed())?, "the pushed commit")?;
    let default_branch = default_branch(search, event)?;
    let branch = said(search, event.reference())?.strip_prefix("refs/heads/");
    push::find(search, &Push { before: &before, branch, default_branch })
}

fn default_branch<'e>(search: &Search<'_>, event: &'e Event) -> Result<Option<&'e str>, Error> {
    said(search, event.default_branch())
}

/// Reads the payload of the event that triggers this job.
fn read(search: &Search<'_>) -> Result<Event, Error> {
    match &search.ci.github_event {
        Some(bytes) => said(search, Event::parse(bytes)),
        None => Err(unreadable(search, "`GITHUB_EVENT_PATH` is not set".to_owned())),
    }
}

/// Returns what the payload says, or the error that it does not say it.
fn said<T>(search: &Search<'_>, said: Result<T, InputError>) -> Result<T, Error> {
    said.map_err(|error| unreadable(search, error.sentence()))
}

/// Returns a commit that the payload names, if it can be one of this repository.
fn whole(search: &Search<'_>, name: Result<String, InputError>) -> Result<String, Error> {
    let name = said(search, name)?;
    if is_full_name(&name, search.git.format()) || push::is_none(&name) {
        return Ok(name);
    }
    Err(unreadable(search, format!("it names `{}`, which is not a full commit name", shown(&name))))
}

fn unreadable(search: &Search<'_>, why: String) -> Error {
    Error::Unreadable {
        kind: "the event's payload",
        path: search.ci.github_event_path.clone().unwrap_or_else(|| "GITHUB_EVENT_PATH".into()),
        why,
        help: "leave the `GITHUB_…` variables as the runner sets them, or name the base: `--base REV`".into(),
    }
}
