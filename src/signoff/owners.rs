//! The people behind owners: teams through the roster, handles and mail addresses as they are written.

use std::collections::BTreeSet;

use super::codeowners::{Owner, OwnerKind};
use crate::people::{NotAPerson, People, PersonId, fold_person, not_a_person};

/// The people that owners stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnerPeople<'a> {
    /// One spelling of each person, in the order of the owners.
    pub people: Vec<&'a str>,
    /// The teams that the roster does not list: they are nobody.
    pub unknown_teams: Vec<&'a str>,
}

impl OwnerPeople<'_> {
    /// Tells whether a person is one of them, under any spelling.
    #[must_use]
    pub fn has(&self, people: &People, person: &str) -> bool {
        self.people.iter().any(|owner| people.same(owner, person))
    }
}

/// Who has been met already: by place in the roster, else by the folded spelling.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Met<'a> {
    Known(PersonId),
    Unknown(std::borrow::Cow<'a, str>),
}

/// Returns the people that owners stand for, each once.
///
/// A team that the roster does not list is nobody, and so is a team within a team.
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
        match owner.kind {
            OwnerKind::User | OwnerKind::Mail => add(owner.text),
            OwnerKind::Nobody => {}
            OwnerKind::Team if !teams.insert(owner.text) => {}
            OwnerKind::Team => match roster.roster().and_then(|roster| roster.team(owner.text)) {
                Some(members) => members.iter().filter(|member| is_person(member)).for_each(|member| add(member)),
                None => found.unknown_teams.push(owner.text),
            },
        }
    }
    found
}

fn is_person(member: &str) -> bool {
    not_a_person(member) != Some(NotAPerson::Team)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{PersonRecord, Roster};
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
        let teams = vec![("@acme/Security".into(), security), ("@acme/empty".into(), Vec::new())];
        People::new(Some(Roster::new(records, teams).unwrap()))
    }

    fn expand(line: &str, roster: &People) -> (Vec<String>, Vec<String>) {
        let text = format!("* {line}");
        let file = Codeowners::parse(&text);
        let found = people_of(&file.owners("a").unwrap().owners, roster);
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
    fn two_handles_in_one_word_are_nobody() {
        assert_eq!(expand("@olek@example.com @priya", &people()).0, ["@priya"]);
    }

    #[test]
    fn a_person_is_found_under_any_spelling() {
        let roster = people();
        let text = "* @acme/security dana@example.com";
        let file = Codeowners::parse(text);
        let found = people_of(&file.owners("a").unwrap().owners, &roster);
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
