//! The base that an event of GitHub Actions names.
//!
//! Events: <https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows>.
//! Payloads: <https://docs.github.com/en/webhooks/webhook-events-and-payloads>.

use serde_json::Value;

use super::push::Push;
use super::{Base, Reach, Search, is_full_name, push, unchanged};
use crate::error::{Error, GitError};
use crate::git::Commit;
use crate::text::shown;

/// Finds the base of the event that runs this job.
pub(super) fn find(search: &Search<'_>, event: &str) -> Result<Base, Error> {
    if event == "schedule" {
        return Err(unchanged("a scheduled run"));
    }
    let payload = Payload::read(search)?;
    match event {
        "push" => pushed(search, &payload),
        "merge_group" => merge_group(search, &payload),
        _ if event.starts_with("pull_request") => pull_request(search, event, &payload),
        "workflow_dispatch" | "repository_dispatch"
            if search.is_on_default_branch(payload.optional(DEFAULT_BRANCH))? =>
        {
            Err(unchanged(&format!("a `{event}` run of the default branch")))
        }
        _ => search.fork_point(payload.optional(DEFAULT_BRANCH)),
    }
}

const DEFAULT_BRANCH: &str = "/repository/default_branch";

/// The merge commit that GitHub made says itself what it was merged into; `base.sha` is the
/// base branch as it was when GitHub last looked, and may be days old.
fn pull_request(search: &Search<'_>, event: &str, payload: &Payload<'_>) -> Result<Base, Error> {
    let head = payload.hash("/pull_request/head/sha")?;
    let base = payload.hash("/pull_request/base/sha")?;
    if !search.holds(head)? {
        return Err(not_checked_out(search, event, payload, head));
    }
    match search.parents.as_slice() {
        [first, second] if second.as_str() == head && is_merged_by_github(search, event, first, base) => {
            search.present(first.as_str(), "the first parent of the pull request's merge commit", Reach::Parent)
        }
        _ => base_branch(search, payload, base),
    }
}

/// A branch can move between the event and the checkout, to a merge that its author made: with a
/// first parent of their choice. GitHub's own merge is the commit of the event (with
/// `pull_request_target` that is the base branch's), or stands on the base that the payload names.
fn is_merged_by_github(search: &Search<'_>, event: &str, first: &Commit, base: &str) -> bool {
    let known = if event == "pull_request_target" { first } else { &search.head };
    search.ci.github_sha.as_deref().is_none_or(|sha| sha == known.as_str()) || first.as_str() == base
}

/// The checkout is of the pull request's own branch: the newest commit that it shares with the
/// base branch.
fn base_branch(search: &Search<'_>, payload: &Payload<'_>, base: &str) -> Result<Base, Error> {
    let branch = payload.text("/pull_request/base/ref")?;
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
        Some(base) if base == search.head => {
            Ok(Base::new(base, format!("`HEAD` itself, as `{}` holds the whole pull request already", shown(branch))))
        }
        Some(base) => {
            Ok(Base::new(base, format!("the merge base of `HEAD` and the pull request's base `{}`", shown(branch))))
        }
        None => Err(search.unrelated(branch)?),
    }
}

/// Once the base branch holds `HEAD` itself, only its older tip tells what was new.
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

/// Tells whether `origin` is the repository of the event: that of a fork holds what its owner
/// likes, under the base branch's name.
fn is_origin(search: &Search<'_>, payload: &Payload<'_>) -> Result<bool, Error> {
    let (Some(url), Some(name)) = (search.git.origin()?, payload.optional("/repository/full_name")) else {
        return Ok(false);
    };
    let url = url.trim_end_matches('/').to_lowercase();
    let rest = url.strip_suffix(".git").unwrap_or(&url).strip_suffix(&name.to_lowercase());
    Ok(rest.is_some_and(|rest| rest.ends_with(['/', ':'])))
}

fn not_checked_out(search: &Search<'_>, event: &str, payload: &Payload<'_>, head: &str) -> Error {
    let number = payload.value.pointer("/pull_request/number").or_else(|| payload.value.pointer("/number"));
    let reference = match number.and_then(Value::as_u64) {
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

fn merge_group(search: &Search<'_>, payload: &Payload<'_>) -> Result<Base, Error> {
    let base = payload.hash("/merge_group/base_sha")?;
    let head = payload.hash("/merge_group/head_sha")?;
    push::expect_head(search, head, "the merge group's head")?;
    search.present(base, "the commit that the merge group stands on", search.reach(base))
}

fn pushed(search: &Search<'_>, payload: &Payload<'_>) -> Result<Base, Error> {
    let before = payload.hash("/before")?;
    // `after` names the tag object where an annotated tag is pushed.
    let after = if payload.optional("/head_commit/id").is_some() { "/head_commit/id" } else { "/after" };
    push::expect_head(search, payload.hash(after)?, "the pushed commit")?;
    let default_branch = payload.optional(DEFAULT_BRANCH);
    let branch = payload.text("/ref")?.strip_prefix("refs/heads/");
    push::find(search, &Push { before, branch, default_branch })
}

/// The part of an event's payload that is needed here.
struct Payload<'a> {
    search: &'a Search<'a>,
    value: Value,
}

impl<'a> Payload<'a> {
    fn read(search: &'a Search<'a>) -> Result<Self, Error> {
        let mut payload = Self { search, value: Value::Null };
        let Some(bytes) = &search.ci.github_event else {
            return Err(payload.unreadable("`GITHUB_EVENT_PATH` is not set".into()));
        };
        payload.value = match serde_json::from_slice(bytes) {
            Ok(value @ Value::Object(_)) => value,
            Ok(_) => return Err(payload.unreadable("it is JSON, but no object".into())),
            Err(error) => return Err(payload.unreadable(format!("it is not JSON: {error}"))),
        };
        Ok(payload)
    }

    fn optional(&self, pointer: &str) -> Option<&str> {
        self.value.pointer(pointer)?.as_str()
    }

    fn text(&self, pointer: &str) -> Result<&str, Error> {
        self.optional(pointer).ok_or_else(|| self.unreadable(format!("it holds no text at `{}`", dotted(pointer))))
    }

    fn hash(&self, pointer: &str) -> Result<&str, Error> {
        let text = self.text(pointer)?;
        if is_full_name(text, self.search.git.format()) || push::is_none(text) {
            return Ok(text);
        }
        Err(self.unreadable(format!("`{}` is `{}`, which is not a full commit name", dotted(pointer), shown(text))))
    }

    fn unreadable(&self, why: String) -> Error {
        Error::Unreadable {
            kind: "the event's payload",
            path: self.search.ci.github_event_path.clone().unwrap_or_else(|| "GITHUB_EVENT_PATH".into()),
            why,
            help: "leave the `GITHUB_…` variables as the runner sets them, or name the base: `--base REV`".into(),
        }
    }
}

fn dotted(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}
