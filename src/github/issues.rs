//! The saved response of `GET /repos/{owner}/{repo}/issues`: the issues that already exist.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, IgnoredAny, MapAccess};

use super::account::{Account, User};
use super::json::{Field, InputError, Object};
use super::pages::{self, Listed};
use crate::text::shown;

/// One issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its text; empty if it has none.
    pub body: String,
    /// Whether it is open.
    pub open: bool,
    /// Who opened it; `None` if the account has been deleted.
    pub author: Option<Account>,
    /// The names of its labels.
    pub labels: Vec<String>,
}

impl Issue {
    /// Reads the saved answer, however its pages were saved, sorted by number. Pull requests, which GitHub lists among
    /// the issues, are left out; if two pages contain an issue, the last one counts.
    ///
    /// # Errors
    ///
    /// If it is not JSON, contains something else, or an issue lacks what decides.
    pub fn parse_list(json: &[u8]) -> Result<Vec<Self>, InputError> {
        let items = pages::read::<Item>(json).map_err(|why| InputError {
            why,
            help: "save all pages of the response: `gh api --paginate \
                   'repos/{owner}/{repo}/issues?labels=stopgap&state=all&per_page=100' > issues.json`"
                .to_owned(),
        })?;
        let issues: BTreeMap<u64, Self> =
            items.into_iter().filter_map(|item| item.0).map(|issue| (issue.number, issue)).collect();
        Ok(issues.into_values().collect())
    }
}

/// An item of the list: an issue, or `None` for a pull request.
struct Item(Option<Issue>);

/// What GitHub writes about an issue, as far as it is read. A missing key is distinguished from null: a list without
/// texts or authors would look like one without a single marker.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Written {
    number: Field<u64>,
    title: Field<String>,
    body: Field<String>,
    state: Field<String>,
    user: Field<User>,
    labels: Field<Vec<Label>>,
    pull_request: Field<IgnoredAny>,
    message: Field<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Label {
    Name(String),
    Object { name: Option<String> },
}

impl Object for Written {}
impl Object for IgnoredAny {}

impl Listed for Item {
    const NOUN: &'static str = "issues";

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        let written = Written::deserialize(MapAccessDeserializer::new(map))?;
        let Some(number) = written.number.optional("number").map_err(A::Error::custom)?.copied() else {
            return Err(A::Error::custom(match written.message.optional("message") {
                Ok(Some(message)) => format!("contains GitHub's error response `{}`, not issues", shown(message)),
                _ => "has an issue without a `number`".to_owned(),
            }));
        };
        if written.pull_request.is_there() {
            return Ok(Self(None));
        }
        written
            .issue(number)
            .map(|issue| Self(Some(issue)))
            .map_err(|why| A::Error::custom(format!("issue {number}: {why}")))
    }
}

impl Written {
    fn issue(&self, number: u64) -> Result<Issue, String> {
        let open = match self.state.required("state")?.as_str() {
            "open" => true,
            "closed" => false,
            other => return Err(format!("`state` is `{}`, neither `open` nor `closed`", shown(other))),
        };
        let name = |label: &Label| match label {
            Label::Name(name) => Some(name.clone()),
            Label::Object { name } => name.clone(),
        };
        Ok(Issue {
            number,
            title: self.title.required("title")?.clone(),
            body: self.body.present("body")?.cloned().unwrap_or_default(),
            open,
            author: Account::at(&self.user, "user")?,
            labels: self.labels.required("labels")?.iter().filter_map(name).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes an issue as GitHub does, as far as it matters here.
    fn issue(number: u64) -> String {
        format!(
            r#"{{"id": 9{number}, "number": {number}, "state": "open", "state_reason": null, "title": "one",
            "body": "two\r\nthree", "user": {{"login": "github-actions[bot]", "id": 41898282, "type": "Bot"}},
            "labels": [{{"id": 1, "name": "stopgap", "color": "ededed"}}, "plain"], "comments": 0, "locked": false,
            "created_at": "2026-11-23T09:00:00Z", "author_association": "NONE"}}"#
        )
    }

    fn why(json: &str) -> String {
        Issue::parse_list(json.as_bytes()).unwrap_err().why
    }

    #[test]
    fn every_way_to_save_pages_gives_the_same_issues() {
        let (one, two) = (issue(1), issue(2));
        let whole = Issue::parse_list(format!("[{one}, {two}]").as_bytes()).unwrap();
        assert_eq!(whole.iter().map(|issue| issue.number).collect::<Vec<_>>(), [1, 2]);
        assert_eq!((whole[0].body.as_str(), whole[0].open), ("two\r\nthree", true));
        assert_eq!(whole[0].labels, ["stopgap", "plain"]);
        assert!(whole[0].author.as_ref().unwrap().is_bot());
        for saved in [
            format!("[{two}][{one}]"),
            format!("[{one}]\n[]\n[{two}]\n"),
            format!("[[{one}], [{two}]]"),
            format!("{two}\n{one}"),
            format!("[{two}, {one}, {one}]"),
            format!("\u{feff}[{one}, {two}]"),
        ] {
            assert_eq!(Issue::parse_list(saved.as_bytes()).unwrap(), whole, "{saved}");
        }
    }

    #[test]
    fn a_pull_request_is_left_out_and_a_deleted_author_is_nobody() {
        let pull = issue(3).replace("\"locked\": false", "\"pull_request\": {\"url\": \"x\"}");
        let user = r#"{"login": "github-actions[bot]", "id": 41898282, "type": "Bot"}"#;
        let ghost = issue(4).replace(user, "null").replace(r#""two\r\nthree""#, "null");
        let issues = Issue::parse_list(format!("[{pull}, {ghost}]").as_bytes()).unwrap();
        assert_eq!((issues.len(), issues[0].number, issues[0].body.as_str()), (1, 4, ""));
        assert_eq!(issues[0].author, None);
    }

    #[test]
    fn what_is_not_issues_is_named() {
        let refusal = r#"{"message": "Not Found", "status": "404"}"#;
        assert_eq!(why(refusal), "contains GitHub's error response `Not Found`, not issues (line 1, column 41)");
        for (from, to, says) in [
            ("\"number\": 7, ", "", "has an issue without a `number`"),
            ("\"state\": \"open\"", "\"state\": \"merged\"", "issue 7: `state` is `merged`, neither `open`"),
            ("\"body\"", "\"text\"", "issue 7: has no `body`"),
            ("\"user\"", "\"author\"", "issue 7: has no `user`"),
            ("\"labels\"", "\"tags\"", "issue 7: has no `labels`"),
            ("\"title\": \"one\"", "\"title\": 1", "issue 7: `title` is a number, not a string"),
        ] {
            let json = format!("[{}]", issue(7)).replacen(from, to, 1);
            assert!(why(&json).starts_with(says), "{}", why(&json));
        }
        assert_eq!(why(""), "is empty");
        assert!(why("[null]").starts_with("contains null, not issues"));
        assert!(why("[[[[]]]]").starts_with("contains lists within lists within lists, not issues"));
        for text in ["[".repeat(200_000), r#"{"user":"#.repeat(200_000), "{}".repeat(200_000)] {
            assert!(Issue::parse_list(text.as_bytes()).is_err());
        }
    }
}
