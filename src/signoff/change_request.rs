//! A pull request on GitHub, Forgejo or Gitea, or a merge request on GitLab: who opened it and who approved it.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};
use serde::de::IgnoredAny;

use super::reviews::{ReviewState, Reviews, Standing};
use crate::github::{Account, Event, EventKind, HOW_TO_PASS, InputError};
use crate::gitlab::{self, Approvals, MergeRequest};
use crate::policy::Forge;
use crate::text::shown;

/// The request that proposes a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeRequest {
    /// A pull request.
    Pull(PullRequest),
    /// A merge request.
    Merge(MergeRequest),
}

/// What sign-off needs to know about a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequest {
    /// Who opened it; `None` if the account has been deleted.
    pub author: Option<Account>,
    /// The newest commit of its branch.
    pub head: String,
    /// When it was opened, if it is told.
    pub created_at: Option<DateTime<FixedOffset>>,
}

/// What was saved about an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is about a pull or merge request.
    Request(ChangeRequest),
    /// It is about something else.
    Other(EventKind),
}

/// What people say about a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opinions {
    /// The reviews of a pull request.
    Reviews(Reviews),
    /// The approvals of a merge request.
    Approvals(Approvals),
}

impl Saved {
    /// Reads GitHub's event payload, or GitLab's answer about a merge request. `home` is the forge whose job this is.
    ///
    /// # Errors
    ///
    /// If it is neither, or lacks what decides.
    pub fn parse(json: &[u8], home: Option<Forge>) -> Result<Self, InputError> {
        if MergeRequest::is_meant(json) {
            return MergeRequest::parse(json).map(|request| Self::Request(ChangeRequest::Merge(request)));
        }
        let event = Event::parse(json).map_err(|error| InputError { help: how_to_save(home), ..error })?;
        match (event.kind(), gitlab::refusal_in(json)) {
            (EventKind::PullRequest, _) => {
                let (author, head, created_at) = (event.author()?, event.head()?, event.created_at()?);
                Ok(Self::Request(ChangeRequest::Pull(PullRequest { author, head, created_at })))
            }
            (EventKind::Other | EventKind::Run | EventKind::Nothing, Some(why)) => Err(InputError {
                why,
                help: "save the response for a pull or merge request that exists, with a token that may read it"
                    .to_owned(),
            }),
            (EventKind::Nothing, None) if event.is_bare_request() => Err(InputError {
                why: "is a pull request as the API returns it, not the event of one".to_owned(),
                help: "wrap it: `gh api repos/OWNER/REPO/pulls/NUMBER --jq '{pull_request: .}' > event.json`"
                    .to_owned(),
            }),
            (EventKind::Nothing, None) => Err(InputError {
                why: format!(
                    "is neither the event of a forge nor GitLab's response about a merge request, but an object with {}",
                    keys(json)
                ),
                help: how_to_save(home),
            }),
            (other, _) => Ok(Self::Other(other)),
        }
    }
}

/// Returns how what is needed is passed in a job of a forge, or in those of all of them.
fn how_to_save(home: Option<Forge>) -> String {
    match home {
        Some(Forge::GitHub | Forge::Forgejo) => HOW_TO_PASS.to_owned(),
        Some(Forge::GitLab) => gitlab::HOW_TO_SAVE.to_owned(),
        None => format!("{HOW_TO_PASS}; on GitLab, {}", gitlab::HOW_TO_SAVE),
    }
}

/// Returns the first keys of an object, for a message.
fn keys(json: &[u8]) -> String {
    const MOST: usize = 5;
    let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
    let keys: BTreeMap<String, IgnoredAny> = serde_json::from_slice(json).unwrap_or_default();
    let named: Vec<String> = keys.keys().take(MOST).map(|key| format!("`{}`", shown(key))).collect();
    match (named.as_slice(), keys.len() > MOST) {
        ([], _) => "no keys".to_owned(),
        (named, false) => named.join(", "),
        (named, true) => format!("{} and more", named.join(", ")),
    }
}

impl ChangeRequest {
    /// Returns who opened it; `None` if the account has been deleted.
    #[must_use]
    pub fn author(&self) -> Option<&Account> {
        match self {
            Self::Pull(request) => request.author.as_ref(),
            Self::Merge(request) => request.author.as_ref(),
        }
    }

    /// Returns the newest commit of its branch.
    #[must_use]
    pub fn head(&self) -> &str {
        match self {
            Self::Pull(request) => &request.head,
            Self::Merge(request) => &request.head,
        }
    }

    /// Returns when it was opened, if it is told.
    #[must_use]
    pub fn created_at(&self) -> Option<DateTime<FixedOffset>> {
        match self {
            Self::Pull(request) => request.created_at,
            Self::Merge(request) => Some(request.created_at),
        }
    }

    /// Reads the saved answers about who approved it, in the shape of its forge.
    ///
    /// # Errors
    ///
    /// If they have another shape, are about another request, or lack what decides.
    pub fn opinions(&self, json: &[u8]) -> Result<Opinions, InputError> {
        match self {
            Self::Pull(_) => Reviews::parse(json).map(Opinions::Reviews),
            Self::Merge(request) => Approvals::parse(json, request).map(Opinions::Approvals),
        }
    }
}

impl Opinions {
    /// Returns the opinion of each person, sorted by login: bots, deleted accounts and the author have none.
    #[must_use]
    pub fn standing(&self, author: Option<&Account>) -> Vec<Standing<'_>> {
        let approvals = match self {
            Self::Reviews(reviews) => return reviews.standing(author),
            Self::Approvals(approvals) => approvals.list(),
        };
        let counts = |user: &Account| !user.is_bot() && !author.is_some_and(|author| user.is_one_with(author));
        let mut standing: Vec<Standing<'_>> = approvals
            .iter()
            .filter(|approval| counts(&approval.user))
            .map(|approval| Standing {
                login: &approval.user.login,
                state: ReviewState::Approved,
                commit: approval.commit.as_deref(),
                submitted_at: approval.approved_at,
            })
            .collect();
        standing.sort_by_key(|standing| standing.login.to_lowercase());
        standing
    }
}
