//! What is read from GitLab: a merge request, who approved it, and what was pushed to it when.
//!
//! Everything here judges texts that it is given; nothing here makes a request.

mod approvals;
mod merge_request;

pub use approvals::Approvals;
pub use merge_request::MergeRequest;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::github::Account;
use crate::github::json::{Field, Object};
use crate::text::shown;

/// How the answer about a merge request is saved.
pub const HOW_TO_SAVE: &str =
    "save the complete response: `glab api projects/:id/merge_requests/NUMBER > merge-request.json`";

/// A user as GitLab's answers write one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct User {
    id: Field<u64>,
    username: Field<String>,
}

impl Object for User {}

impl User {
    /// Returns the account; `path` is what it is called in a message.
    fn account(&self, path: &str) -> Result<Account, String> {
        let login = self.username.required(&format!("{path}.username"))?.clone();
        Ok(account(login, self.id.optional(&format!("{path}.id"))?.copied()))
    }
}

fn account(login: String, id: Option<u64>) -> Account {
    let kind = is_bot(&login).then(|| "Bot".to_owned());
    Account { login, id, kind }
}

/// Returns whether a user name is one that GitLab gives to the user of a project's or a group's access token
/// (<https://docs.gitlab.com/user/project/settings/project_access_tokens/#bot-users-for-projects>) or to a service account
/// (<https://docs.gitlab.com/user/profile/service_accounts>). An account that was given another name looks like a person.
fn is_bot(username: &str) -> bool {
    let rest = username.strip_prefix("project_").or_else(|| username.strip_prefix("group_"));
    let is_of_token = rest.and_then(|rest| rest.split_once('_')).is_some_and(|(id, rest)| {
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) && (rest == "bot" || rest.starts_with("bot_"))
    });
    is_of_token || username.starts_with("service_account_")
}

/// Returns what was refused, if an answer is only a refusal.
#[must_use]
pub fn refusal_in(json: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Written {
        message: Option<Value>,
        error: Option<Value>,
        repository: Option<IgnoredAny>,
    }
    let written: Written = serde_json::from_slice(json).ok().filter(|_| is_object(json))?;
    refusal(written.message.as_ref(), written.error.as_ref()).filter(|_| written.repository.is_none())
}

/// Returns whether a text begins like an object: a list would be read as its values, in the order of the keys.
fn is_object(json: &[u8]) -> bool {
    json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json).trim_ascii_start().starts_with(b"{")
}

/// Returns what was refused.
fn refusal(message: Option<&Value>, error: Option<&Value>) -> Option<String> {
    let said = message.or(error)?;
    let said = said.as_str().map_or_else(|| said.to_string(), str::to_owned);
    Some(format!("contains the error response `{}`", shown(&said)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_of_an_access_token_and_a_service_account_are_bots() {
        let services = ["service_account_6018816a18e515214e0c34c2b33523fc", "service_account_group_345_6018816a18e5"];
        for name in ["project_42_bot", "project_42_bot_4ffca233d8298ea1", "group_7_bot_9"].into_iter().chain(services) {
            assert!(is_bot(name), "{name}");
        }
        for name in
            ["project_bot", "project__bot", "project_x_bot", "project_42_robot", "service_account", "mei", "group_7"]
        {
            assert!(!is_bot(name), "{name}");
        }
    }
}
