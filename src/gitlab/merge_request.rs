//! The saved response of `GET /projects/:id/merge_requests/:iid`: who opened the merge request, and its newest commit.

use chrono::{DateTime, FixedOffset};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{HOW_TO_SAVE, User, is_object, refusal};
use crate::github::json::{self, Field, Object};
use crate::github::{Account, InputError};
use crate::text::shown;

/// The bytes at the beginning of an answer that contain its number, among the first keys.
const FIRST_KEYS: usize = 200;

/// A merge request (<https://docs.gitlab.com/api/merge_requests/#retrieve-a-merge-request>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeRequest {
    /// Its number in the project.
    pub iid: u64,
    /// Its number on the server, by which its versions name it.
    pub id: Option<u64>,
    /// The number of the project that it is to be merged into.
    pub project: Option<u64>,
    /// Who opened it; `None` if GitLab does not say.
    pub author: Option<Account>,
    /// The newest commit of its branch.
    pub head: String,
    /// When it was opened.
    pub created_at: DateTime<FixedOffset>,
}

/// What is read from the answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Written {
    iid: Field<u64>,
    id: Field<u64>,
    project_id: Field<u64>,
    author: Field<User>,
    sha: Field<String>,
    created_at: Field<String>,
    message: Option<Value>,
    error: Option<Value>,
}

impl Object for Written {}

impl MergeRequest {
    /// Returns whether a text is meant to be the answer about a merge request: only GitLab writes `iid`, and an event
    /// of another forge, whatever its author put into it, names the repository.
    #[must_use]
    pub fn is_meant(json: &[u8]) -> bool {
        #[derive(Deserialize)]
        struct Shape {
            iid: Option<IgnoredAny>,
            repository: Option<IgnoredAny>,
        }
        if !is_object(json) {
            return false;
        }
        match serde_json::from_slice::<Shape>(json) {
            Ok(shape) => shape.iid.is_some() && shape.repository.is_none(),
            // The text is cut short, so its first keys show what was meant.
            Err(_) => json.windows(6).take(FIRST_KEYS).any(|window| window == br#""iid":"#),
        }
    }

    /// Reads the saved answer.
    ///
    /// # Errors
    ///
    /// If it is not JSON, contains a refusal or something else, or lacks what decides.
    pub fn parse(json: &[u8]) -> Result<Self, InputError> {
        let written = json::read::<Written>(json);
        written.and_then(Written::merge_request).map_err(|why| InputError { why, help: HOW_TO_SAVE.to_owned() })
    }
}

impl Written {
    fn merge_request(self) -> Result<MergeRequest, String> {
        let refusal = refusal(self.message.as_ref(), self.error.as_ref()).filter(|_| !self.iid.is_there());
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        Ok(MergeRequest {
            iid: *self.iid.required("iid")?,
            id: self.id.optional("id")?.copied(),
            project: self.project_id.optional("project_id")?.copied(),
            author: self.author.present("author")?.map(|author| author.account("author")).transpose()?,
            head: json::commit("sha", self.sha.required("sha")?)?,
            created_at: time("created_at", self.created_at.required("created_at")?)?,
        })
    }
}

/// Reads a time.
pub(super) fn time(key: &str, text: &str) -> Result<DateTime<FixedOffset>, String> {
    DateTime::parse_from_rfc3339(text)
        .map_err(|_| format!("`{key}` is `{}`, not a time such as `2026-11-23T09:00:00.000Z`", shown(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "a3f1c09be2774d15861cbb5d0e4f6a7728c9d013";

    /// Just enough of GitLab's answer to distinguish it from others.
    fn answer() -> String {
        format!(
            r#"{{"id": 5107, "iid": 8, "project_id": 42, "title": "Ask for the label printer", "state": "opened",
            "created_at": "2026-11-14T08:30:00.104Z", "updated_at": "2026-11-15T09:00:00.200Z", "target_branch": "main",
            "source_branch": "topic", "draft": false, "merge_status": "can_be_merged", "sha": "{HEAD}",
            "author": {{"id": 11, "username": "hanna", "name": "Hanna Vogel", "state": "active", "locked": false,
            "avatar_url": null, "web_url": "https://gitlab.example.com/hanna"}}, "merge_commit_sha": null,
            "diff_refs": {{"base_sha": "{HEAD}", "head_sha": "{HEAD}", "start_sha": "{HEAD}"}}}}"#
        )
    }

    fn why(json: &str) -> String {
        MergeRequest::parse(json.as_bytes()).unwrap_err().why
    }

    #[test]
    fn a_merge_request_names_its_author_its_head_and_its_first_moment() {
        let request = MergeRequest::parse(answer().as_bytes()).unwrap();
        assert_eq!((request.iid, request.id, request.project), (8, Some(5107), Some(42)));
        assert_eq!(
            (request.head.as_str(), request.created_at.to_rfc3339()),
            (HEAD, "2026-11-14T08:30:00.104+00:00".to_owned())
        );
        let author = request.author.unwrap();
        assert!(author.is("@Hanna") && author.id == Some(11) && !author.is_bot());
    }

    #[test]
    fn a_merge_request_is_distinguished_from_an_event_about_one() {
        let whole = answer();
        for meant in [whole.as_str(), &whole[..60], &whole.replacen("\"id\": 5107, ", "", 1)] {
            assert!(MergeRequest::is_meant(meant.as_bytes()), "{meant}");
        }
        for event in [
            r#"{"pull_request": {"head": {"ref": "iid"}, "title": "\"iid\":"}, "repository": {"id": 1}}"#,
            r#"{"inputs": {"iid": "8"}, "repository": {"id": 1}}"#,
            r#"{"iid": 8, "repository": {"id": 1}}"#,
            r#"[{"iid": 8}]"#,
            "{}",
            "",
        ] {
            assert!(!MergeRequest::is_meant(event.as_bytes()), "{event}");
        }
    }

    #[test]
    fn what_is_not_a_merge_request_is_named() {
        for (from, to, says) in [
            ("\"iid\": 8", "\"iid\": \"8\"", "`iid` is a string, not a whole number"),
            ("\"iid\": 8, ", "", "has no `iid`"),
            ("\"author\"", "\"assignee\"", "has no `author`"),
            ("\"sha\"", "\"shaa\"", "has no `sha`"),
            (&format!("\"sha\": \"{HEAD}\""), "\"sha\": \"--upload-pack=x\"", "`sha` is `--upload-pack=x`, not a full"),
            ("2026-11-14T08:30:00.104Z", "yesterday", "`created_at` is `yesterday`, not a time such as"),
            ("\"username\"", "\"login\"", "has no `author.username`"),
        ] {
            let json = answer();
            assert!(json.contains(from), "{from}");
            let found = why(&json.replacen(from, to, 1));
            assert!(found.starts_with(says), "{found}");
        }
        assert_eq!(why(r#"{"message": "404 Not found"}"#), "contains the error response `404 Not found`");
        assert_eq!(why(r#"{"error": "insufficient_scope"}"#), "contains the error response `insufficient_scope`");
        assert_eq!(why(""), "is empty");
        assert!(why(&answer()[..60]).starts_with("breaks off at line 1"), "{}", why(&answer()[..60]));
        assert_eq!(why(r#"[8, 5107, 42, null, "x", "y", null, null]"#), "the file is a list, not an object");
        let odd = answer().replacen("\"author\": {", "\"author\": 7, \"other\": {", 1);
        assert_eq!(why(&odd), "`author` is a number, not an object");
        assert!(why(&format!("{0} {0}", answer())).starts_with("is not JSON: trailing characters"));
        assert!(
            why(&answer().replacen("\"iid\"", "\"iid\": 9, \"iid\"", 1)).starts_with("has `iid` twice in one object")
        );
    }

    #[test]
    fn there_is_no_author_if_gitlab_names_none() {
        let json = answer();
        let (start, end) = (json.find("{\"id\": 11").unwrap(), json.find("}, \"merge_commit_sha\"").unwrap());
        let json = format!("{}null{}", &json[..start], &json[end + 1..]);
        assert_eq!(MergeRequest::parse(json.as_bytes()).unwrap().author, None);
    }
}
