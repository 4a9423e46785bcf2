//! GitHub's event payload: which change is judged, whose it is, and what to compare it with.
//!
//! A payload does not say which event it belongs to, so its keys tell. `pull_request.base.sha` is the base branch as it
//! was when the event was made; the true base of the merge commit in a checkout is its first parent.

use super::reviews::ReviewState;
use crate::github::json::{Json, commit, explain, flag, number, text, usable};
use crate::github::{Account, InputError};

/// What an event payload says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// `pull_request`, `pull_request_target`, `pull_request_review` and its kin.
    PullRequest(PullRequest),
    /// `merge_group`: a merge queue tries a group of pull requests.
    MergeGroup(MergeGroup),
    /// `push`.
    Push(Push),
    /// Any other event, such as `schedule` and `workflow_dispatch`: it changes nothing.
    Other,
}

/// A pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// Who opened it; nobody when the account is deleted.
    pub author: Option<Account>,
    /// The newest commit of its branch.
    pub head: String,
    /// The newest commit of the base branch when the event was made: stale by the time of a run.
    pub base: String,
    /// The base branch's name.
    pub base_ref: String,
    /// Whether it is a draft.
    pub draft: bool,
    /// The state of the review that made the event.
    pub review: Option<ReviewState>,
}

/// A group in a merge queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeGroup {
    /// The commit that the group is put on.
    pub base: String,
    /// The commit that is tried.
    pub head: String,
    /// The queue's own branch.
    pub head_ref: String,
}

impl MergeGroup {
    /// Returns the number of the group's last pull request, which only the branch's name has
    /// (`refs/heads/gh-readonly-queue/main/pr-104-<commit>`).
    #[must_use]
    pub fn pull_request(&self) -> Option<u64> {
        let (_, name) = self.head_ref.rsplit_once('/')?;
        name.strip_prefix("pr-")?.split('-').next()?.parse().ok()
    }
}

/// A push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// The commit before; nothing for a new branch or tag.
    pub before: Option<String>,
    /// The commit after; nothing for a deleted branch or tag.
    pub after: Option<String>,
    /// The full name of the branch or tag.
    pub reference: String,
    /// Whether commits were thrown away.
    pub forced: bool,
    /// Whether the branch or tag is new.
    pub created: bool,
    /// Whether the branch or tag is gone.
    pub deleted: bool,
}

impl Event {
    /// Reads a payload.
    ///
    /// # Errors
    ///
    /// When it is not JSON, or lacks what an event of its kind has.
    pub fn parse(json: &[u8]) -> Result<Self, InputError> {
        let payload =
            usable(json).and_then(|json| serde_json::from_slice::<Json>(json).map_err(|error| explain(&error)));
        payload.and_then(|payload| Self::from_json(&payload)).map_err(|why| InputError {
            why,
            help: "pass the payload as GitHub writes it: `--event \"$GITHUB_EVENT_PATH\"`".to_owned(),
        })
    }

    fn from_json(json: &Json) -> Result<Self, String> {
        let has = |key: &str| Ok::<_, String>(!matches!(json.find(key)?, None | Some(Json::Null)));
        if has("pull_request")? {
            PullRequest::from_json(json).map(Self::PullRequest)
        } else if has("merge_group")? {
            MergeGroup::from_json(json).map(Self::MergeGroup)
        } else if has("before")? || has("after")? {
            Push::from_json(json).map(Self::Push)
        } else {
            Ok(Self::Other)
        }
    }
}

impl PullRequest {
    fn from_json(json: &Json) -> Result<Self, String> {
        let review = match json.find("review")? {
            None | Some(Json::Null) => None,
            // Forgejo and Gitea give the review of an event a `type` and no `state`.
            Some(_) if json.find("review.state")?.is_none() && json.optional("review.type", text())?.is_some() => None,
            Some(_) => Some(ReviewState::at(json, "review.state")?),
        };
        Ok(Self {
            number: json.required("pull_request.number", number())?,
            author: Account::at(json, "pull_request.user")?,
            head: commit_at(json, "pull_request.head.sha")?,
            base: commit_at(json, "pull_request.base.sha")?,
            base_ref: json.required("pull_request.base.ref", text())?.to_owned(),
            draft: json.optional("pull_request.draft", flag())?.unwrap_or(false),
            review,
        })
    }
}

impl MergeGroup {
    fn from_json(json: &Json) -> Result<Self, String> {
        Ok(Self {
            base: commit_at(json, "merge_group.base_sha")?,
            head: commit_at(json, "merge_group.head_sha")?,
            head_ref: json.required("merge_group.head_ref", text())?.to_owned(),
        })
    }
}

impl Push {
    fn from_json(json: &Json) -> Result<Self, String> {
        let end = |path: &str| Ok::<_, String>(Some(commit_at(json, path)?).filter(|commit| !is_nothing(commit)));
        let (before, after) = (end("before")?, end("after")?);
        let said = |key: &str| json.optional(key, flag());
        Ok(Self {
            reference: json.required("ref", text())?.to_owned(),
            forced: said("forced")?.unwrap_or(false),
            created: said("created")?.unwrap_or(before.is_none()),
            deleted: said("deleted")?.unwrap_or(after.is_none()),
            before,
            after,
        })
    }
}

fn commit_at(json: &Json, path: &str) -> Result<String, String> {
    commit(path, json.required(path, text())?)
}

/// Tells whether this is the object name that stands for no object.
fn is_nothing(commit: &str) -> bool {
    commit.bytes().all(|byte| byte == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "a3f1c09be2774d15861cbb5d0e4f6a7728c9d013";
    const BASE: &str = "0b7d6e4452c1a98f3e60d5b2147cf8896a0e3d21";
    const NONE: &str = "0000000000000000000000000000000000000000";

    fn pull_request(user: &str, more: &str) -> String {
        format!(
            r#"{{"action": "opened", "number": 104, "pull_request": {{"number": 104, "state": "open", "user": {user},
            "head": {{"ref": "sftp", "sha": "{HEAD}", "repo": {{"id": 7, "fork": false}}}},
            "base": {{"ref": "main", "sha": "{BASE}"}}, "labels": [{{"id": 1}}]{more}}},
            "sender": {{"login": "olek", "id": 2, "type": "User"}}}}"#
        )
    }

    fn parse(json: &str) -> Event {
        Event::parse(json.as_bytes()).unwrap()
    }

    fn why(json: &str) -> String {
        Event::parse(json.as_bytes()).unwrap_err().why
    }

    fn request(json: &str) -> PullRequest {
        match parse(json) {
            Event::PullRequest(request) => request,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_pull_request_names_its_author_and_both_ends() {
        let user = r#"{"login": "maria", "id": 41, "type": "User"}"#;
        let request = request(&pull_request(user, r#", "draft": true"#));
        assert_eq!((request.number, request.base_ref.as_str(), request.draft), (104, "main", true));
        assert_eq!((request.head.as_str(), request.base.as_str()), (HEAD, BASE));
        let author = request.author.unwrap();
        assert!(author.is("Maria") && author.id == Some(41) && !author.is_bot());
        assert_eq!(request.review, None);
    }

    #[test]
    fn a_deleted_author_is_nobody_and_a_bot_is_a_bot() {
        assert_eq!(request(&pull_request("null", "")).author, None);
        let bot = r#"{"login": "renovate[bot]", "id": 5, "type": "Bot"}"#;
        assert!(request(&pull_request(bot, "")).author.unwrap().is_bot());
    }

    #[test]
    fn a_review_event_is_a_pull_request_with_the_state_of_the_review() {
        let json =
            pull_request("null", "").replace(r#""sender""#, r#""review": {"id": 80, "state": "approved"}, "sender""#);
        assert_eq!(request(&json).review, Some(ReviewState::Approved));
        assert_eq!(
            why(&json.replace("approved", "blessed")),
            "`review.state` is `blessed`, which is no state of a review"
        );
    }

    #[test]
    fn a_review_event_of_forgejo_has_no_state() {
        let review = r#""review": {"type": "pull_request_review_approved", "content": ""}, "sender""#;
        assert_eq!(request(&pull_request("null", "").replace(r#""sender""#, review)).review, None);
        let nothing = pull_request("null", "").replace(r#""sender""#, r#""review": {"content": ""}, "sender""#);
        assert_eq!(why(&nothing), "has no `review.state`");
    }

    #[test]
    fn a_merge_group_tells_its_pull_request_by_the_branch() {
        let name = "refs/heads/gh-readonly-queue/release/2026-11/pr-104-0b7d6e4452c1a98f3e60d5b2147cf8896a0e3d21";
        let json = format!(
            r#"{{"action": "checks_requested", "merge_group": {{"head_sha": "{HEAD}", "head_ref": "{name}",
            "base_sha": "{BASE}", "base_ref": "refs/heads/main", "head_commit": {{"id": "{HEAD}"}}}}}}"#
        );
        let Event::MergeGroup(group) = parse(&json) else { panic!() };
        assert_eq!((group.base.as_str(), group.head.as_str(), group.pull_request()), (BASE, HEAD, Some(104)));
        let odd = MergeGroup { head_ref: "refs/heads/main".into(), ..group };
        assert_eq!(odd.pull_request(), None);
    }

    #[test]
    fn a_push_has_no_commit_before_a_new_branch_and_none_after_a_deleted_one() {
        let push = |before: &str, after: &str, more: &str| {
            let json = format!(r#"{{"ref": "refs/heads/main", "before": "{before}", "after": "{after}"{more}}}"#);
            match parse(&json) {
                Event::Push(push) => push,
                other => panic!("{other:?}"),
            }
        };
        let plain = push(BASE, HEAD, r#", "forced": true, "created": false, "deleted": false, "commits": []"#);
        assert_eq!((plain.before.as_deref(), plain.after.as_deref()), (Some(BASE), Some(HEAD)));
        assert!(plain.forced && !plain.created && !plain.deleted);
        let new = push(NONE, HEAD, "");
        assert!(new.before.is_none() && new.created && !new.deleted);
        let gone = push(BASE, NONE, "");
        assert!(gone.after.is_none() && gone.deleted && !gone.created);
    }

    #[test]
    fn events_that_change_nothing_are_other() {
        for json in [
            r#"{"schedule": "17 5 * * *", "repository": {"id": 1}}"#,
            r#"{"inputs": null, "ref": "refs/heads/main", "workflow": ".github/workflows/exceptions.yml"}"#,
            r#"{"action": "created", "issue": {"number": 4, "pull_request": {"url": "x"}}, "comment": {"id": 3}}"#,
            "{}",
        ] {
            assert_eq!(parse(json), Event::Other, "{json}");
        }
    }

    #[test]
    fn what_is_missing_or_of_another_kind_is_named() {
        let good = pull_request("null", "");
        for (from, to, says) in [
            (
                r#""pull_request": {"number": 104"#,
                r#""pull_request": {"number": "104""#,
                "`pull_request.number` is a text, not a whole number",
            ),
            (
                r#""pull_request": {"number": 104"#,
                r#""pull_request": {"number": -1"#,
                "`pull_request.number` is a number out of range, not a whole number",
            ),
            (r#""pull_request": {"number": 104"#, r#""pull_request": {"number": null"#, "has no `pull_request.number`"),
            (r#""user": null"#, r#""author": null"#, "has no `pull_request.user`"),
            (r#""user": null"#, r#""user": "maria""#, "`pull_request.user` is a text, not an object"),
            (r#""user": null"#, r#""user": {"id": 3}"#, "has no `pull_request.user.login`"),
            (HEAD, "--output=x", "`pull_request.head.sha` is `--output=x`, not a full commit"),
            (r#""base": {"ref": "main""#, r#""base": {"reff": "main""#, "has no `pull_request.base.ref`"),
            (r#""base": {"#, r#""base": [{}], "bass": {"#, "`pull_request.base` is a list, not an object"),
        ] {
            assert!(good.contains(from), "{from}");
            assert_eq!(why(&good.replacen(from, to, 1)), says);
        }
        assert_eq!(why(r#"{"pull_request": 7}"#), "`pull_request` is a number, not an object");
        assert_eq!(why(r#"{"before": "x"}"#), "`before` is `x`, not a full commit");
        assert_eq!(why("[]"), "the whole is a list, not an object");
    }

    #[test]
    fn broken_json_has_its_position() {
        assert_eq!(why("{\"number\": 1,\n  oops}"), "is not JSON: key must be a string at line 2, column 3");
        assert_eq!(why("{\"pull_request\": {"), "breaks off at line 1, column 18: EOF while parsing an object");
        assert_eq!(why("{} {}"), "is not JSON: trailing characters at line 1, column 4");
        assert_eq!(why(" \n"), "is empty");
        assert_eq!(why(r#"{"before": 1, "before": 2}"#), "has `before` twice in one object (line 1, column 22)");
        assert!(Event::parse(b"\xFF\xFE{\0}\0").unwrap_err().why.starts_with("is UTF-16"));
        assert_eq!(Event::parse(b"\xEF\xBB\xBF{}").unwrap(), Event::Other);
        assert!(why(&r#"{"user":"#.repeat(100_000)).contains("recursion limit"));
        assert!(Event::parse("[".repeat(100_000).as_bytes()).is_err());
    }
}
