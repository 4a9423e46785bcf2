//! Saved answers of a forge's API about its settings: what each one is, recognised by its shape.
//!
//! A file contains one JSON answer, or several one after another. An answer of an unknown shape, one without a key that
//! its description requires, and a refusal by the forge are themselves refused: silence must never look like a setting.

use serde_json::Value;

use super::github::settings::GitHub;
use super::gitlab::settings::GitLab;
use super::keys::Object;
use crate::github::{InputError, json};
use crate::text::shown;

/// What the forge says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub(super) github: Option<GitHub>,
    pub(super) gitlab: Option<GitLab>,
    /// Whether there was an empty list, which only shows that there is nothing of some kind.
    pub(super) empty_list: bool,
}

/// What GitHub answers if a branch has no branch protection; rulesets may still apply to it.
const NOT_PROTECTED: &str = "Branch not protected";

impl Settings {
    /// Returns the default branch, if an answer names it.
    #[must_use]
    pub fn default_branch(&self) -> Option<&str> {
        self.gitlab.as_ref()?.project.as_ref()?.default_branch.as_deref()
    }

    /// Reads a file of saved answers.
    ///
    /// # Errors
    ///
    /// If it contains anything else, is cut short, or an answer lacks what its description requires.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), InputError> {
        let refuse = |why: String| InputError { why, help: HELP.to_owned() };
        let bytes = json::usable(bytes).map_err(refuse)?;
        for answer in serde_json::Deserializer::from_slice(bytes).into_iter::<Value>() {
            let answer = answer.map_err(|error| refuse(json::explain(&error)))?;
            self.answer(&answer).map_err(refuse)?;
        }
        Ok(())
    }

    fn answer(&mut self, answer: &Value) -> Result<(), String> {
        match answer {
            Value::Object(object) => self.object(object),
            Value::Array(items) if items.is_empty() => {
                self.empty_list = true;
                Ok(())
            }
            // `gh api --slurp` wraps the pages into one more list.
            Value::Array(items) if items.iter().all(Value::is_array) => items.iter().try_for_each(|page| {
                if page.as_array().is_some_and(|page| page.iter().any(Value::is_array)) {
                    Err("contains lists within lists within lists".to_owned())
                } else {
                    self.answer(page)
                }
            }),
            Value::Array(items) => items.iter().try_for_each(|item| match item {
                Value::Object(object) => self.item(object),
                _ => Err("contains a list of something other than objects".to_owned()),
            }),
            _ => Err("contains neither an object nor a list".to_owned()),
        }
    }

    fn object(&mut self, object: &Object) -> Result<(), String> {
        let has = |key: &str| object.contains_key(key);
        if let Some(said) = object.get("message").and_then(Value::as_str) {
            if said == NOT_PROTECTED {
                self.github().protection = Some(None);
                return Ok(());
            }
            return Err(format!("is an error response from the API: `{}`", shown(said)));
        }
        if has("enforcement") {
            return self.github().take_ruleset(object);
        }
        if has("enforce_admins") || has("required_status_checks") || has("required_pull_request_reviews") {
            return self.github().take_protection(object);
        }
        if has("path_with_namespace") {
            return self.gitlab().take_project(object);
        }
        if has("reset_approvals_on_push") {
            return self.gitlab().take_approvals(object);
        }
        self.item(object)
    }

    /// Reads an object that also occurs in lists.
    fn item(&mut self, object: &Object) -> Result<(), String> {
        let has = |key: &str| object.contains_key(key);
        if has("type") && has("ruleset_id") {
            self.github().take_rule(object)
        } else if has("enforcement") {
            Err("is the list of rulesets, which does not include what they require".to_owned())
        } else if has("push_access_levels") {
            self.gitlab().take_branch(object)
        } else if has("approvals_required") {
            self.gitlab().take_approval_rule(object)
        } else if has("cron") {
            self.gitlab().take_schedule(object)
        } else {
            let keys: Vec<String> = object.keys().take(5).map(|key| format!("`{}`", shown(key))).collect();
            let keys = if keys.is_empty() { "no keys".to_owned() } else { keys.join(", ") };
            Err(format!("contains something that is not a response about settings, with {keys}"))
        }
    }

    fn github(&mut self) -> &mut GitHub {
        self.github.get_or_insert_default()
    }

    fn gitlab(&mut self) -> &mut GitLab {
        self.gitlab.get_or_insert_default()
    }
}

const HELP: &str = "save the responses again as docs/doctor.md says, with a token that may read them, and leave out what \
                    it may not read";
