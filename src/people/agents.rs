//! Programs that write on somebody's behalf: bots and coding assistants.

use crate::people::People;
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

    /// Returns whether somebody in a commit, by name and mail address, is an agent, or whom the roster knows by either.
    #[must_use]
    pub fn is_committer(&self, people: &People, name: &str, mail: &str) -> bool {
        self.is_name(name) || self.is_mail(mail) || [name, mail].iter().any(|written| self.is_known(people, written))
    }

    /// Returns whether somebody whom a record names is an agent, by that spelling or by any other of the roster.
    #[must_use]
    pub fn is_person(&self, people: &People, written: &str) -> bool {
        self.is_spelling(written) || self.is_known(people, written)
    }

    fn is_known(&self, people: &People, written: &str) -> bool {
        let known = people.roster().and_then(|roster| Some(roster.spellings_of(roster.find(written)?)));
        known.into_iter().flatten().any(|spelling| self.is_spelling(spelling))
    }

    /// A bare word may be an account as well as a name.
    fn is_spelling(&self, written: &str) -> bool {
        let written = written.trim();
        match written.strip_prefix('@') {
            Some(login) => self.is_login(login),
            None if written.contains('@') => self.is_mail(written),
            None => self.is_name(written) || self.is_login(written),
        }
    }

    fn is_name(&self, name: &str) -> bool {
        let folded = folded(name);
        folded.ends_with("[bot]")
            || NAMES.find(&folded).is_some()
            || self.trailers.iter().any(|name| self::folded(name) == folded)
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
    use crate::people::{PersonRecord, Roster};

    #[test]
    fn agents_are_known_by_account_mail_or_name() {
        let nobody = People::default();
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
            "acme-coder",
            "dependabot",
        ] {
            assert!(ours.is_person(&nobody, person), "{person}");
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
            assert!(!ours.is_person(&nobody, person), "{person}");
        }
        assert!(!Agents::default().is_person(&nobody, "@acme-coder"));
        assert!(
            ours.is_committer(&nobody, "Claude", "noreply@anthropic.com")
                && !ours.is_committer(&nobody, "Claude", "claude@example.com")
        );
    }

    #[test]
    fn an_agent_of_the_roster_is_one_in_every_spelling() {
        let agent = PersonRecord {
            handle: Some("@acme-coder".to_owned()),
            name: Some("Ann Coder".to_owned()),
            email: Some("ann@example.com".to_owned()),
            aliases: vec!["anncoder".to_owned()],
            ..PersonRecord::default()
        };
        let dana = PersonRecord { handle: Some("@dana".to_owned()), ..PersonRecord::default() };
        let people = People::new(Some(Roster::new(vec![agent, dana], Vec::new()).unwrap()));
        let ours = Agents::new(vec!["@acme-coder".into()], Vec::new(), Vec::new());
        for person in ["@acme-coder", "acme-coder", "Ann Coder", "ANN  CODER", "ann@example.com", "anncoder"] {
            assert!(ours.is_person(&people, person), "{person}");
        }
        assert!(!ours.is_person(&people, "@dana") && !ours.is_person(&People::default(), "Ann Coder"));
        assert!(ours.is_committer(&people, "A. Coder", "ann@example.com"));
        assert!(!ours.is_committer(&people, "Dana", "dana@example.com"));
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
