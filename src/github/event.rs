//! GitHub's event payload, and the one place where it is read: which change is judged, who made it, and what to compare
//! it with.
//!
//! A payload does not say which event it belongs to, so its keys tell. Payloads:
//! <https://docs.github.com/en/webhooks/webhook-events-and-payloads>.

use chrono::{DateTime, FixedOffset};
use serde::Deserialize;

use super::account::{Account, User};
use super::json::{self, Field, InputError, Object, missing};

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// `pull_request`, `pull_request_target`, `pull_request_review` and its kin.
    PullRequest,
    /// `merge_group`: a merge queue tries a group of pull requests.
    MergeGroup,
    /// `push`.
    Push,
    /// `schedule`, `workflow_dispatch` and `repository_dispatch`: it starts a run and changes nothing.
    Run,
    /// Any other event, such as `issue_comment`.
    Other,
    /// It is not an event: it has nothing that an event has.
    Nothing,
}

/// A payload. What an accessor returns is validated when it is called, so an event needs to contain no more than what
/// is asked of it.
#[derive(Debug)]
pub struct Event(Payload);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Payload {
    number: Field<u64>,
    pull_request: Field<PullRequest>,
    merge_group: Field<MergeGroup>,
    before: Field<String>,
    after: Field<String>,
    #[serde(rename = "ref")]
    reference: Field<String>,
    head_commit: Field<HeadCommit>,
    repository: Field<Repository>,
    // Of these it only counts whether they are there.
    schedule: Field<bool>,
    workflow: Field<bool>,
    inputs: Field<bool>,
    client_payload: Field<bool>,
    head: Field<bool>,
    base: Field<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PullRequest {
    number: Field<u64>,
    user: Field<User>,
    created_at: Field<String>,
    head: Field<End>,
    base: Field<End>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct End {
    sha: Field<String>,
    #[serde(rename = "ref")]
    reference: Field<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MergeGroup {
    base_sha: Field<String>,
    head_sha: Field<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct HeadCommit {
    id: Field<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Repository {
    full_name: Field<String>,
    default_branch: Field<String>,
}

impl Object for Payload {}
impl Object for PullRequest {}
impl Object for End {}
impl Object for MergeGroup {}
impl Object for HeadCommit {}
impl Object for Repository {}

impl Event {
    /// Reads a payload.
    ///
    /// # Errors
    ///
    /// If it is not JSON, is not an object, or contains a key twice that is read.
    pub fn parse(json: &[u8]) -> Result<Self, InputError> {
        json::read(json).map(Self).map_err(refused)
    }

    /// Returns what the event is about.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        let Payload { pull_request, merge_group, before, after, schedule, workflow, .. } = &self.0;
        let Payload { inputs, client_payload, repository, .. } = &self.0;
        if pull_request.is_there() {
            EventKind::PullRequest
        } else if merge_group.is_there() {
            EventKind::MergeGroup
        } else if before.is_there() || after.is_there() {
            EventKind::Push
        } else if [schedule, workflow, inputs, client_payload].into_iter().any(Field::is_there) {
            EventKind::Run
        } else if repository.is_there() {
            EventKind::Other
        } else {
            EventKind::Nothing
        }
    }

    /// Returns whether it is a pull request as the API returns it, and not the event of one.
    #[must_use]
    pub fn is_bare_request(&self) -> bool {
        self.0.head.is_there() && self.0.base.is_there() && !self.0.pull_request.is_there()
    }

    /// Returns the pull request's number, if given.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        let number = |field: &Field<u64>| field.optional("number").ok().flatten().copied();
        let inner = self.0.pull_request.optional("pull_request").ok().flatten();
        inner.and_then(|request| number(&request.number)).or_else(|| number(&self.0.number))
    }

    /// Returns who opened the pull request; `None` if the account has been deleted.
    ///
    /// # Errors
    ///
    /// If the payload does not say.
    pub fn author(&self) -> Result<Option<Account>, InputError> {
        const PATH: &str = "pull_request.user";
        let request = self.0.pull_request.object("pull_request").map_err(refused)?;
        let user = request.map_or_else(|| Err(missing(PATH)), |request| Account::at(&request.user, PATH));
        user.map_err(refused)
    }

    /// Returns when the pull request was opened, if it is told.
    ///
    /// # Errors
    ///
    /// When what stands there is not a time.
    pub fn created_at(&self) -> Result<Option<DateTime<FixedOffset>>, InputError> {
        const PATH: &str = "pull_request.created_at";
        let request = self.0.pull_request.object("pull_request").map_err(refused)?;
        let text = request.map_or(Ok(None), |request| request.created_at.optional(PATH)).map_err(refused)?;
        text.map(|text| json::time(PATH, text)).transpose().map_err(refused)
    }

    /// Returns the newest commit of the pull request's branch.
    ///
    /// # Errors
    ///
    /// If the payload does not name one.
    pub fn head(&self) -> Result<String, InputError> {
        commit("pull_request.head.sha", self.end("pull_request.head", |it| &it.head).map(|it| it.map(|it| &it.sha)))
    }

    /// Returns the newest commit of the base branch when the event was created: out of date by the time of a run. The
    /// true base of the merge commit in a checkout is its first parent.
    ///
    /// # Errors
    ///
    /// If the payload does not name one.
    pub fn base(&self) -> Result<String, InputError> {
        commit("pull_request.base.sha", self.end("pull_request.base", |it| &it.base).map(|it| it.map(|it| &it.sha)))
    }

    /// Returns the base branch's name.
    ///
    /// # Errors
    ///
    /// If the payload does not say.
    pub fn base_branch(&self) -> Result<&str, InputError> {
        let base = self.end("pull_request.base", |it| &it.base);
        text("pull_request.base.ref", base.map(|it| it.map(|it| &it.reference)))
    }

    fn end(&self, path: &str, pick: fn(&PullRequest) -> &Field<End>) -> Result<Option<&End>, String> {
        let request = self.0.pull_request.object("pull_request")?;
        request.map_or(Ok(None), |request| pick(request).object(path))
    }

    /// Returns the commit that a merge group is based on.
    ///
    /// # Errors
    ///
    /// If the payload does not name one.
    pub fn group_base(&self) -> Result<String, InputError> {
        commit("merge_group.base_sha", self.group().map(|group| group.map(|group| &group.base_sha)))
    }

    /// Returns the commit of a merge group that is tested.
    ///
    /// # Errors
    ///
    /// If the payload does not name one.
    pub fn group_head(&self) -> Result<String, InputError> {
        commit("merge_group.head_sha", self.group().map(|group| group.map(|group| &group.head_sha)))
    }

    fn group(&self) -> Result<Option<&MergeGroup>, String> {
        self.0.merge_group.object("merge_group")
    }

    /// Returns the commit before a push: all zeros for a new branch or tag.
    ///
    /// # Errors
    ///
    /// If the payload does not name one.
    pub fn before(&self) -> Result<String, InputError> {
        commit("before", Ok(Some(&self.0.before)))
    }

    /// Returns the commit that was pushed: all zeros if the branch or tag was deleted. `after` alone would name the tag
    /// object of an annotated tag.
    ///
    /// # Errors
    ///
    /// If the payload does not name one.
    pub fn pushed(&self) -> Result<String, InputError> {
        match self.0.head_commit.optional("head_commit").map_err(refused)?.map(|commit| &commit.id) {
            Some(id) if id.is_there() => commit("head_commit.id", Ok(Some(id))),
            _ => commit("after", Ok(Some(&self.0.after))),
        }
    }

    /// Returns the full name of what was pushed to, such as `refs/heads/main`.
    ///
    /// # Errors
    ///
    /// If the payload does not say.
    pub fn reference(&self) -> Result<&str, InputError> {
        text("ref", Ok(Some(&self.0.reference)))
    }

    /// Returns the repository as `owner/name`, if given.
    ///
    /// # Errors
    ///
    /// If the value is not a text.
    pub fn repository(&self) -> Result<Option<&str>, InputError> {
        self.of_repository("repository.full_name", |it| &it.full_name)
    }

    /// Returns the repository's default branch, if given.
    ///
    /// # Errors
    ///
    /// If the value is not a text.
    pub fn default_branch(&self) -> Result<Option<&str>, InputError> {
        self.of_repository("repository.default_branch", |it| &it.default_branch)
    }

    fn of_repository(&self, path: &str, pick: fn(&Repository) -> &Field<String>) -> Result<Option<&str>, InputError> {
        let repository = self.0.repository.optional("repository").map_err(refused)?;
        let said = repository.map_or(Ok(None), |repository| pick(repository).optional(path)).map_err(refused)?;
        Ok(said.map(String::as_str))
    }
}

/// How an event gets to stopgap.
pub const HOW_TO_PASS: &str = "pass the payload as GitHub writes it: `--event \"$GITHUB_EVENT_PATH\"`";

/// Returns the text of a required field; `Missing` where an object above it is missing.
fn text<'f>(path: &str, field: Result<Option<&'f Field<String>>, String>) -> Result<&'f str, InputError> {
    let text = field.and_then(|field| field.ok_or_else(|| missing(path))?.required(path));
    text.map(String::as_str).map_err(refused)
}

fn commit(path: &str, field: Result<Option<&Field<String>>, String>) -> Result<String, InputError> {
    json::commit(path, text(path, field)?).map_err(refused)
}

fn refused(why: String) -> InputError {
    InputError { why, help: HOW_TO_PASS.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "a3f1c09be2774d15861cbb5d0e4f6a7728c9d013";
    const BASE: &str = "0b7d6e4452c1a98f3e60d5b2147cf8896a0e3d21";
    const NONE: &str = "0000000000000000000000000000000000000000";

    fn pull_request(user: &str) -> String {
        format!(
            r#"{{"action": "opened", "number": 104, "pull_request": {{"number": 104, "state": "open", "user": {user},
            "created_at": "2026-11-14T08:30:00Z",
            "head": {{"ref": "sftp", "sha": "{HEAD}", "repo": {{"id": 7, "fork": false}}}},
            "base": {{"ref": "main", "sha": "{BASE}"}}, "labels": [{{"id": 1}}]}},
            "repository": {{"full_name": "acme/register", "default_branch": "main", "owner": {{"login": "acme"}}}},
            "sender": {{"login": "olek", "id": 2, "type": "User"}}}}"#
        )
    }

    fn parse(json: &str) -> Event {
        Event::parse(json.as_bytes()).unwrap()
    }

    fn why(json: &str) -> String {
        Event::parse(json.as_bytes()).unwrap_err().why
    }

    /// Returns what is said of the first missing value that sign-off or the base asks for.
    fn refusal(json: &str) -> String {
        let event = parse(json);
        let asked =
            event.author().and_then(|_| event.created_at()).and_then(|_| event.head()).and_then(|_| event.base());
        asked.and_then(|_| event.base_branch()).unwrap_err().why
    }

    #[test]
    fn a_pull_request_names_its_author_and_both_ends() {
        let event = parse(&pull_request(r#"{"login": "maria", "id": 41, "type": "User"}"#));
        assert_eq!((event.kind(), event.number()), (EventKind::PullRequest, Some(104)));
        assert_eq!((event.head().unwrap().as_str(), event.base().unwrap().as_str()), (HEAD, BASE));
        assert_eq!(event.base_branch(), Ok("main"));
        assert_eq!(event.created_at(), Ok(DateTime::parse_from_rfc3339("2026-11-14T08:30:00Z").ok()));
        assert_eq!(parse(r#"{"pull_request": {}}"#).created_at(), Ok(None));
        assert_eq!((event.repository(), event.default_branch()), (Ok(Some("acme/register")), Ok(Some("main"))));
        let author = event.author().unwrap().unwrap();
        assert!(author.is("Maria") && author.id == Some(41) && !author.is_bot());
    }

    #[test]
    fn a_deleted_author_is_nobody_and_a_bot_is_a_bot() {
        assert_eq!(parse(&pull_request("null")).author(), Ok(None));
        let bot = r#"{"login": "renovate[bot]", "id": 5, "type": "Bot"}"#;
        assert!(parse(&pull_request(bot)).author().unwrap().unwrap().is_bot());
    }

    #[test]
    fn a_merge_group_and_a_push_name_both_ends() {
        let group = parse(&format!(
            r#"{{"action": "checks_requested", "merge_group": {{"head_sha": "{HEAD}", "base_sha": "{BASE}"}}}}"#
        ));
        assert_eq!(group.kind(), EventKind::MergeGroup);
        assert_eq!((group.group_base().unwrap().as_str(), group.group_head().unwrap().as_str()), (BASE, HEAD));
        let push = |before: &str, after: &str, commit: &str| {
            parse(&format!(
                r#"{{"ref": "refs/heads/main", "before": "{before}", "after": "{after}", "head_commit": {commit}}}"#
            ))
        };
        let plain = push(BASE, HEAD, "null");
        assert_eq!((plain.kind(), plain.reference()), (EventKind::Push, Ok("refs/heads/main")));
        assert_eq!((plain.before().unwrap().as_str(), plain.pushed().unwrap().as_str()), (BASE, HEAD));
        let tag = push(NONE, BASE, &format!(r#"{{"id": "{HEAD}"}}"#));
        assert_eq!((tag.before().unwrap().as_str(), tag.pushed().unwrap().as_str()), (NONE, HEAD));
    }

    #[test]
    fn events_that_change_nothing_are_told_apart_from_what_is_none() {
        for (json, kind) in [
            (r#"{"schedule": "17 5 * * *", "repository": {"id": 1}}"#, EventKind::Run),
            (
                r#"{"inputs": null, "ref": "refs/heads/main", "workflow": ".github/workflows/exceptions.yml"}"#,
                EventKind::Run,
            ),
            (r#"{"branch": "main", "client_payload": {}, "repository": {"id": 1}}"#, EventKind::Run),
            (r#"{"action": "created", "issue": {"pull_request": {}}, "repository": {"id": 1}}"#, EventKind::Other),
            (r#"{"action": "created", "issue": {"number": 4, "pull_request": {"url": "x"}}}"#, EventKind::Nothing),
            (r#"{"pull_request": null}"#, EventKind::Nothing),
            ("{}", EventKind::Nothing),
        ] {
            assert_eq!(parse(json).kind(), kind, "{json}");
        }
        let bare = format!(r#"{{"number": 7, "head": {{"sha": "{HEAD}"}}, "base": {{"sha": "{BASE}"}}}}"#);
        assert!(parse(&bare).is_bare_request() && !parse(&pull_request("null")).is_bare_request());
    }

    #[test]
    fn what_is_missing_or_of_another_kind_is_named() {
        let good = pull_request("null");
        for (from, to, says) in [
            (r#""user": null"#, r#""author": null"#, "has no `pull_request.user`"),
            (r#""user": null"#, r#""user": "maria""#, "`pull_request.user` is a string, not an object"),
            (r#""user": null"#, r#""user": {"id": 3}"#, "has no `pull_request.user.login`"),
            (
                r#""user": null"#,
                r#""user": {"login": "maria", "id": "3"}"#,
                "`pull_request.user.id` is a string, not a whole number",
            ),
            (
                r#""user": null"#,
                r#""user": {"login": "maria", "id": -3}"#,
                "`pull_request.user.id` is a number out of range, not a whole number",
            ),
            (
                r#""user": null"#,
                r#""user": {"login": true}"#,
                "`pull_request.user.login` is true or false, not a string",
            ),
            (
                "2026-11-14T08:30:00Z",
                "lately",
                "`pull_request.created_at` is `lately`, not a time such as `2026-11-23T09:00:00Z`",
            ),
            (HEAD, "--output=x", "`pull_request.head.sha` is `--output=x`, not a full commit"),
            (r#""head": {"#, r#""head": null, "foot": {"#, "`pull_request.head` is null, not an object"),
            (r#""base": {"ref": "main""#, r#""base": {"reff": "main""#, "has no `pull_request.base.ref`"),
            (r#""base": {"#, r#""base": [{}], "bass": {"#, "`pull_request.base` is a list, not an object"),
        ] {
            assert!(good.contains(from), "{from}");
            assert_eq!(refusal(&good.replacen(from, to, 1)), says);
        }
        assert_eq!(refusal(r#"{"pull_request": 7}"#), "`pull_request` is a number, not an object");
        assert_eq!(refusal("{}"), "has no `pull_request.user`");
        assert_eq!(parse(r#"{"before": "x"}"#).before().unwrap_err().why, "`before` is `x`, not a full commit");
        assert_eq!(parse("{}").group_head().unwrap_err().why, "has no `merge_group.head_sha`");
        for (whole, kind) in [("[]", "a list"), ("null", "null"), ("7", "a number"), ("\"x\"", "a string")] {
            assert_eq!(why(whole), format!("the file is {kind}, not an object"));
        }
    }

    #[test]
    fn a_byte_order_mark_is_dropped_and_another_encoding_is_named() {
        assert_eq!(Event::parse(b"\xEF\xBB\xBF{}").unwrap().kind(), EventKind::Nothing);
        assert!(Event::parse(b"\xFF\xFE{\0}\0").unwrap_err().why.starts_with("is UTF-16"));
    }

    #[test]
    fn a_duplicate_key_is_refused() {
        assert_eq!(why(r#"{"before": 1, "before": 2}"#), "has `before` twice in one object (line 1, column 22)");
        let twice = format!(r#"{{"pull_request": {{"head": {{"sha": "{HEAD}", "sha": "{BASE}"}}}}}}"#);
        assert!(why(&twice).starts_with("has `sha` twice in one object (line 1, column "), "{}", why(&twice));
        assert_eq!(parse(r#"{"sender": 1, "sender": 2}"#).kind(), EventKind::Nothing);
    }

    #[test]
    fn broken_json_has_its_position() {
        assert_eq!(why("{\"number\": 1,\n  oops}"), "is not JSON: key must be a string at line 2, column 3");
        assert_eq!(why("{\"pull_request\": {"), "breaks off at line 1, column 18: EOF while parsing an object");
        assert_eq!(why("{} {}"), "is not JSON: trailing characters at line 1, column 4");
        assert_eq!(why(" \n"), "is empty");
    }

    #[test]
    fn a_huge_payload_is_read_and_a_deep_one_ends_soon() {
        let commits = r#"{"id": "x", "added": ["a.yaml"], "author": {"name": "a"}},"#.repeat(200_000);
        let huge = format!(r#"{{"commits": [{commits} 1], "before": "{BASE}"}}"#);
        assert_eq!(parse(&huge).before().unwrap(), BASE);
        for deep in ["[", r#"{"user":"#, r#"{"pull_request":"#, r#"{"pull_request":{"head":{"sha":["#] {
            assert!(why(&deep.repeat(200_000)).starts_with("breaks off at line 1"), "{deep}");
        }
    }
}
