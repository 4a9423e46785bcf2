//! Programs that write on somebody's behalf: bots and coding assistants.

use crate::people::spelling::fold_person;
use crate::text::WordList;

/// Accounts on forges that are not people, folded.
const LOGINS: WordList = WordList::new(include_str!("words/agent-logins.txt"));
/// Mail addresses by which assistants and bots commit, folded.
const MAILS: WordList = WordList::new(include_str!("words/agent-mails.txt"));
/// Names in `Co-authored-by:` lines, folded.
const NAMES: WordList = WordList::new(include_str!("words/agent-names.txt"));

/// The agents that an organisation names, besides those that are known anyway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agents {
    /// Accounts on the forge, without `@`.
    pub logins: Vec<String>,
    /// Patterns of mail addresses, in which `*` matches any characters.
    pub mails: Vec<String>,
    /// Names in `Co-authored-by:` lines.
    pub trailers: Vec<String>,
}

impl Agents {
    /// Takes the lists of the policy.
    #[must_use]
    pub fn new(logins: Vec<String>, mails: Vec<String>, trailers: Vec<String>) -> Self {
        Self { logins, mails, trailers }
    }

    /// Returns whether an account on the forge is an agent's.
    #[must_use]
    pub fn is_login(&self, login: &str) -> bool {
        let folded = folded(login);
        folded.ends_with("[bot]")
            || LOGINS.find(&folded).is_some()
            || self.logins.iter().any(|login| self::folded(login) == folded)
    }

    /// Returns whether a mail address is an agent's. The addresses that GitHub gives to accounts hold their names.
    #[must_use]
    pub fn is_mail(&self, mail: &str) -> bool {
        let folded = folded(mail);
        let account =
            folded.strip_suffix("@users.noreply.github.com").map(|name| name.rsplit('+').next().unwrap_or(name));
        account.is_some_and(|account| self.is_login(account))
            || MAILS.find(&folded).is_some()
            || self.mails.iter().any(|pattern| fits(&self::folded(pattern), &folded))
    }

    /// Returns whether somebody in a commit, by name and mail address, is an agent.
    #[must_use]
    pub fn is_committer(&self, name: &str, mail: &str) -> bool {
        let folded = folded(name);
        self.is_mail(mail)
            || folded.ends_with("[bot]")
            || NAMES.find(&folded).is_some()
            || self.trailers.iter().any(|name| self::folded(name) == folded)
    }

    /// Returns whether somebody whom a record names, in any spelling, is an agent.
    #[must_use]
    pub fn is_person(&self, person: &str) -> bool {
        let person = person.trim();
        match person.strip_prefix('@') {
            Some(login) => self.is_login(login),
            None if person.contains('@') => self.is_mail(person),
            None => self.is_committer(person, ""),
        }
    }
}

fn folded(text: &str) -> String {
    fold_person(text).into_owned()
}

/// Returns whether a text fits a pattern in which `*` matches any characters.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_known_by_account_mail_or_name() {
        let ours =
            Agents::new(vec!["@acme-coder".into()], vec!["*@agents.example.com".into()], vec!["Acme Coder".into()]);
        for person in [
            "@dependabot[bot]",
            "@Copilot",
            "@acme-coder",
            "@ACME-Coder",
            "noreply@anthropic.com",
            "49699333+dependabot[bot]@users.noreply.github.com",
            "one@agents.example.com",
            "Claude Code",
            "renovate[bot]",
            "Acme Coder",
        ] {
            assert!(ours.is_person(person), "{person}");
        }
        for person in [
            "@dana",
            "dana@example.com",
            "Claude Dupont",
            "Dana Ortiz",
            "@agents.example.com",
            "",
            "@",
            "1+dana@users.noreply.github.com",
        ] {
            assert!(!ours.is_person(person), "{person}");
        }
        assert!(!Agents::default().is_person("@acme-coder"));
        assert!(
            ours.is_committer("Claude", "noreply@anthropic.com") && !ours.is_committer("Claude", "claude@example.com")
        );
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, is_fit) in [
            ("*@a", "x@a", true),
            ("*@a", "x@ab", false),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "acb", false),
            ("a", "a", true),
            ("a", "ab", false),
            ("ab*ba", "aba", false),
            ("*ab*ab", "xab", false),
            ("*ab*ab", "xabyab", true),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern, text), is_fit, "{pattern} {text}");
        }
    }
}
