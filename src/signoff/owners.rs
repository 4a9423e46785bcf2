//! The people behind owners: teams through the roster, handles and mail addresses as they are written.

use std::collections::BTreeSet;

use super::codeowners::{Owner, OwnerKind};
use crate::people::{NotAPerson, People, PersonId, fold_person, not_a_person};

/// The people that owners stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnerPeople<'a> {
    /// One spelling of each person, in the order of the owners.
    pub people: Vec<&'a str>,
    /// The teams and roles that the roster does not list, and which therefore mean nobody.
    pub unknown_teams: Vec<&'a str>,
}

impl OwnerPeople<'_> {
    /// Returns whether a person is one of them, under any spelling.
    #[must_use]
    pub fn has(&self, people: &People, person: &str) -> bool {
        self.people.iter().any(|owner| people.same(owner, person))
    }
}

/// Who has been seen already: by position in the roster, otherwise by the folded spelling.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Met<'a> {
    Known(PersonId),
    Unknown(std::borrow::Cow<'a, str>),
}

/// Returns the people that owners stand for, each once.
///
/// A team that the roster does not list means nobody, and so does a team within a team. GitLab's `@@maintainers` is
/// `@@maintainer`, and a top-level group, which looks like a user, is a team if the roster lists it as one.
#[must_use]
pub fn people_of<'a>(owners: &[Owner<'a>], roster: &'a People) -> OwnerPeople<'a> {
    let mut found = OwnerPeople::default();
    let mut met = BTreeSet::new();
    let mut teams = BTreeSet::new();
    let mut add = |person: &'a str| {
        let known = roster.roster().and_then(|roster| roster.find(person));
        if met.insert(known.map_or_else(|| Met::Unknown(fold_person(person)), Met::Known)) {
            found.people.push(person);
        }
    };
    for owner in owners {
        match (members(owner, roster), owner.kind) {
            (_, OwnerKind::Nobody) => {}
            (None, OwnerKind::User | OwnerKind::Mail) => add(owner.text),
            _ if !teams.insert(owner.text) => {}
            (Some(members), _) => {
                members.iter().filter(|member| is_person(member)).for_each(|member| add(member));
            }
            (None, OwnerKind::Team | OwnerKind::Role) => found.unknown_teams.push(owner.text),
        }
    }
    found
}

/// Returns whom the roster lists for a team, a role or a group that looks like a user.
fn members<'a>(owner: &Owner<'_>, roster: &'a People) -> Option<&'a [String]> {
    let roster = roster.roster()?;
    let listed = || roster.team(owner.text);
    match owner.kind {
        OwnerKind::Mail | OwnerKind::Nobody => None,
        OwnerKind::User | OwnerKind::Team => listed(),
        OwnerKind::Role => listed().or_else(|| match owner.text.strip_suffix(['s', 'S']) {
            Some(one) => roster.team(one),
            None => roster.team(&format!("{}s", owner.text)),
        }),
    }
}

fn is_person(member: &str) -> bool {
    not_a_person(member) != Some(NotAPerson::Team)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{PersonRecord, Roster};
    use crate::policy::Forge;
    use crate::signoff::Codeowners;

    fn people() -> People {
        let person = |handle: &str, name: &str, email: &str| PersonRecord {
            handle: Some(handle.into()),
            name: Some(name.into()),
            email: Some(email.into()),
            ..PersonRecord::default()
        };
        let records = vec![
            person("@olek", "Olek Bielak", "olek@example.com"),
            person("@priya", "Priya Nair", "priya@example.com"),
        ];
        let security = vec!["Olek Bielak".into(), "@ilse".into(), "@acme/leads".into()];
        let maintainers = vec!["@priya".into(), "@dana".into()];
        let teams = vec![
            ("@acme/Security".into(), security),
            ("@acme/empty".into(), Vec::new()),
            ("@ops".into(), vec!["@ilse".into()]),
            ("@@maintainer".into(), maintainers),
        ];
        People::new(Some(Roster::new(records, teams).unwrap()))
    }

    fn expand(line: &str, roster: &People) -> (Vec<String>, Vec<String>) {
        expand_in(Forge::GitHub, line, roster)
    }

    fn expand_in(forge: Forge, line: &str, roster: &People) -> (Vec<String>, Vec<String>) {
        let text = format!("* {line}");
        let file = Codeowners::parse(forge, &text);
        let found = people_of(&file.deciding("a")[0].owners, roster);
        let owned = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
        (owned(found.people), owned(found.unknown_teams))
    }

    #[test]
    fn teams_are_their_members_and_everyone_counts_once() {
        let roster = people();
        let (found, unknown) = expand("@acme/security @OLEK olek@example.com @priya @Ilse @acme/Security", &roster);
        assert_eq!(found, ["Olek Bielak", "@ilse", "@priya"]);
        assert!(unknown.is_empty());
    }

    #[test]
    fn a_team_that_the_roster_does_not_list_is_nobody() {
        let roster = people();
        assert_eq!(expand("@acme/ops @priya @acme/ops", &roster), (vec!["@priya".into()], vec!["@acme/ops".into()]));
        assert_eq!(expand("@acme/empty", &roster), (vec![], vec![]));
        assert_eq!(expand("@acme/security", &People::default()), (vec![], vec!["@acme/security".into()]));
    }

    #[test]
    fn a_role_and_a_top_level_group_are_whom_the_roster_lists() {
        let roster = people();
        for role in ["@@maintainer", "@@Maintainers"] {
            assert_eq!(expand_in(Forge::GitLab, role, &roster).0, ["@priya", "@dana"], "{role}");
        }
        assert_eq!(expand_in(Forge::GitLab, "@@owner", &roster), (vec![], vec!["@@owner".into()]));
        assert_eq!(expand_in(Forge::GitLab, "@Ops @olek", &roster).0, ["@ilse", "@olek"]);
        assert_eq!(expand_in(Forge::GitLab, "@acme/a/b", &roster).1, ["@acme/a/b"]);
    }

    #[test]
    fn two_handles_in_one_word_are_nobody() {
        assert_eq!(expand("@olek@example.com @priya", &people()).0, ["@priya"]);
    }

    #[test]
    fn a_person_is_found_under_any_spelling() {
        let roster = people();
        let text = "* @acme/security dana@example.com";
        let file = Codeowners::parse(Forge::GitHub, text);
        let found = people_of(&file.deciding("a")[0].owners, &roster);
        for (person, owns) in [
            ("@olek", true),
            ("olek@example.com", true),
            ("@Ilse", true),
            ("Dana@Example.com", true),
            ("@priya", false),
            ("@dana", false),
            ("@acme/security", false),
        ] {
            assert_eq!(found.has(&roster, person), owns, "{person}");
        }
    }
}
