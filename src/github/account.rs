//! A GitHub account, as payloads and answers write it.

use serde::Deserialize;

use super::json::{Field, Object};

/// An account on GitHub.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The name, without `@`; GitHub compares it without case.
    pub login: String,
    /// The number that stays when the name changes.
    pub id: Option<u64>,
    /// `User`, `Bot`, `Organization`, `Mannequin`…
    pub kind: Option<String>,
}

impl Account {
    /// Returns whether there is no person after it: an app, an action's token, an importer's placeholder
    /// (`Mannequin`).
    #[must_use]
    pub fn is_bot(&self) -> bool {
        let machine = |kind: &String| kind.eq_ignore_ascii_case("bot") || kind.eq_ignore_ascii_case("mannequin");
        self.kind.as_ref().is_some_and(machine) || self.key().ends_with("[bot]")
    }

    /// Returns whether it is the same account as another, by name or by the number that stays when the name changes.
    #[must_use]
    pub fn is_one_with(&self, other: &Self) -> bool {
        self.is(&other.login) || self.id.is_some() && self.id == other.id
    }

    /// Returns whether it has this name, with or without `@`.
    #[must_use]
    pub fn is(&self, login: &str) -> bool {
        self.key() == login.strip_prefix('@').unwrap_or(login).to_lowercase()
    }

    /// Returns the name by which it is compared.
    pub(crate) fn key(&self) -> String {
        self.login.to_lowercase()
    }

    /// Reads the account of a required key; `None` if it is null because the account has been deleted.
    pub(crate) fn at(user: &Field<User>, path: &str) -> Result<Option<Self>, String> {
        let Some(user) = user.present(path)? else { return Ok(None) };
        let key = |name: &str| format!("{path}.{name}");
        let login = user.login.required(&key("login"))?.clone();
        let kind = user.kind.optional(&key("type"))?.cloned();
        Ok(Some(Self { login, id: user.id.optional(&key("id"))?.copied(), kind }))
    }
}

/// What GitHub writes about an account.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct User {
    login: Field<String>,
    id: Field<u64>,
    #[serde(rename = "type")]
    kind: Field<String>,
}

impl Object for User {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_has_no_case_and_no_at() {
        let dana = Account { login: "Dana-Ortiz".into(), id: None, kind: None };
        assert!(dana.is("dana-ortiz") && dana.is("@DANA-ORTIZ") && !dana.is("dana"));
    }

    #[test]
    fn a_bot_is_recognised_by_its_type_or_its_name() {
        let bot = |login: &str, kind: Option<&str>| {
            Account { login: login.into(), id: None, kind: kind.map(str::to_owned) }.is_bot()
        };
        assert!(bot("renovate", Some("Bot")) && bot("renovate[bot]", None) && bot("Release[BOT]", Some("User")));
        assert!(bot("moved-in", Some("Mannequin")));
        assert!(!bot("dana", Some("User")) && !bot("robot", None) && !bot("dana", Some("Organization")));
    }
}
