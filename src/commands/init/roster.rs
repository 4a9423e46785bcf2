//! A first `people.yaml`: the people in CODEOWNERS and the authors in git, and the teams of CODEOWNERS.

use std::collections::{BTreeMap, BTreeSet};

use crate::git::Author;
use crate::people::{NotAPerson, fold_person, not_a_person};
use crate::signoff::{Owner, OwnerKind};
use crate::yaml::write::{Quotes, Value, flow, scalar};

/// So many of the newest commits are asked for their authors.
pub(super) const MOST_COMMITS: usize = 5000;
/// So many people are written at most: those who own something, then those with the most commits.
const MOST_PEOPLE: usize = 60;
/// A name in a commit may be of any length.
const LONGEST_NAME: usize = 100;

/// A roster in the making.
#[derive(Debug, Default)]
pub(super) struct Draft {
    people: Vec<Person>,
    /// The spellings that somebody has, folded, with their place in the list.
    taken: BTreeMap<String, usize>,
    /// The teams in their order, with their members.
    teams: Vec<(String, Vec<String>)>,
    /// Whether people were left out for being too many.
    cut: bool,
}

#[derive(Debug, Default)]
struct Person {
    handle: Option<String>,
    name: Option<String>,
    email: Option<String>,
    aliases: Vec<String>,
}

impl Draft {
    /// Takes in the owners of CODEOWNERS.
    pub(super) fn add_owners<'o>(&mut self, owners: impl IntoIterator<Item = Owner<'o>>) {
        for owner in owners {
            match owner.kind {
                OwnerKind::User => self.add([Some(owner.text), None, None]),
                OwnerKind::Mail => self.add([None, None, Some(owner.text)]),
                OwnerKind::Team | OwnerKind::Role => drop(self.team(owner.text)),
                OwnerKind::Nobody => {}
            }
        }
    }

    /// Takes in the members of a team, who are people too.
    pub(super) fn add_members(&mut self, team: &str, members: &[String]) {
        for member in members {
            if member.starts_with('@') {
                self.add([Some(member), None, None]);
            } else if member.contains('@') {
                self.add([None, None, Some(member)]);
            } else {
                self.add([None, Some(member), None]);
            }
        }
        let listed = self.team(team);
        for member in members.iter().filter(|member| !listed.contains(member)).cloned().collect::<Vec<_>>() {
            self.team(team).push(member);
        }
    }

    /// Returns the teams whose members nobody has said.
    pub(super) fn unknown_teams(&self) -> Vec<String> {
        self.teams.iter().filter(|(_, members)| members.is_empty()).map(|(team, _)| team.clone()).collect()
    }

    /// Takes in authors, those with the most commits first; machines are left out.
    pub(super) fn add_authors(&mut self, authors: &[Author]) {
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for author in authors.iter().filter(|author| !is_machine(author)) {
            *counts.entry((&author.name, &author.email)).or_default() += 1;
        }
        let mut by_count: Vec<_> = counts.into_iter().collect();
        by_count.sort_by_key(|(who, count)| (std::cmp::Reverse(*count), *who));
        for ((name, email), _) in by_count {
            let handle = handle_in(email);
            let whole =
                |text: &&str| !text.is_empty() && text.chars().count() <= LONGEST_NAME && not_a_person(text).is_none();
            let email = Some(email).filter(|email| handle.is_none() && email.matches('@').count() == 1).filter(whole);
            self.add([handle.as_deref(), Some(name).filter(whole), email]);
        }
    }

    /// Finds or makes a team.
    fn team(&mut self, handle: &str) -> &mut Vec<String> {
        let at =
            self.teams.iter().position(|(other, _)| other.eq_ignore_ascii_case(handle)).unwrap_or(self.teams.len());
        if at == self.teams.len() {
            self.teams.push((handle.to_owned(), Vec::new()));
        }
        &mut self.teams[at].1
    }

    /// Adds somebody by handle, name and mail address, to the person who has one of them already.
    fn add(&mut self, spellings: [Option<&str>; 3]) {
        let known = spellings.iter().flatten().find_map(|written| self.taken.get(&fold_person(written).into_owned()));
        let at = known.copied().unwrap_or(self.people.len());
        if at == self.people.len() {
            let is_usable =
                |(kind, written): (usize, &Option<&str>)| written.is_some_and(|it| is_well_formed(kind, it));
            if !spellings.iter().enumerate().any(is_usable) {
                return;
            }
            if at == MOST_PEOPLE {
                self.cut = true;
                return;
            }
            self.people.push(Person::default());
        }
        for (kind, written) in spellings.into_iter().enumerate() {
            let Some(written) = written else { continue };
            let folded = fold_person(written).into_owned();
            if folded.is_empty() || !is_well_formed(kind, written) || self.taken.contains_key(&folded) {
                continue;
            }
            self.taken.insert(folded, at);
            let person = &mut self.people[at];
            let field = [&mut person.handle, &mut person.name, &mut person.email].into_iter().nth(kind);
            match field {
                Some(field) if field.is_none() => *field = Some(written.to_owned()),
                _ => person.aliases.push(written.to_owned()),
            }
        }
    }

    /// Tells whether there is nobody to write down.
    pub(super) fn is_empty(&self) -> bool {
        self.people.is_empty() && self.teams.is_empty()
    }

    /// Writes the roster below the line by which an editor finds its schema.
    pub(super) fn text(&self, modeline: &str) -> String {
        let mut text = format!("{modeline}{HEAD}");
        if self.cut {
            text.push_str(&format!("# This list is incomplete: it has the first {MOST_PEOPLE} people.\n"));
        }
        text.push_str("complete: false\n");
        if !self.people.is_empty() {
            text.push_str("people:\n");
            self.people
                .iter()
                .for_each(|person| text.push_str(&format!("  - {}\n", flow(&person.value(), Quotes::Double))));
        }
        if !self.teams.is_empty() {
            text.push_str("teams:\n");
        }
        for (team, members) in &self.teams {
            let list = Value::List(members.iter().cloned().map(Value::Text).collect());
            let asks = if members.is_empty() { " # who is in it?" } else { "" };
            let team = scalar(team, Quotes::Double, true);
            text.push_str(&format!("  {team}: {}{asks}\n", flow(&list, Quotes::Double)));
        }
        text
    }
}

const HEAD: &str = "\
# Who may be named in an exception: a draft of `stopgap init`, from CODEOWNERS and the authors in git.
# Merge the items of the same person, and give everybody a `handle` and, if they have one, a `manager`. When everybody
# is listed, set `complete: true`: a name that is not listed is then an error.
";

impl Person {
    fn value(&self) -> Value {
        let text = |key: &str, value: &Option<String>| Some((key.to_owned(), Value::Text(value.clone()?)));
        let mut entries: Vec<(String, Value)> =
            [text("handle", &self.handle), text("name", &self.name), text("email", &self.email)]
                .into_iter()
                .flatten()
                .collect();
        if !self.aliases.is_empty() {
            // One who has only further spellings cannot be: the first of each kind is in its own field.
            let aliases = self.aliases.iter().cloned().map(Value::Text).collect();
            entries.push(("aliases".to_owned(), Value::List(aliases)));
        }
        Value::Map(entries)
    }
}

/// Tells whether the schema of the roster takes a handle, name or mail address.
fn is_well_formed(kind: usize, written: &str) -> bool {
    let handle = written.strip_prefix('@').unwrap_or(written);
    match kind {
        0 => handle.starts_with(|c: char| c.is_ascii_alphanumeric()) && handle.chars().all(is_of_login),
        1 => !written.is_empty(),
        _ => {
            written.matches('@').count() == 1
                && !written.contains(' ')
                && !written.starts_with('@')
                && !written.ends_with('@')
        }
    }
}

fn is_of_login(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._".contains(c)
}

/// Tells whether a program wrote the commit.
fn is_machine(author: &Author) -> bool {
    let (name, email) = (author.name.to_lowercase(), author.email.to_lowercase());
    let local = email.split('@').next().unwrap_or_default();
    let ends =
        |text: &str| text == "bot" || ["[bot]", "-bot", "_bot", " bot", "+bot"].iter().any(|end| text.ends_with(end));
    let unread = ["noreply", "no-reply", "donotreply", "do-not-reply"].contains(&local);
    ends(&name) || ends(local) || unread
}

/// Returns the login that a forge puts into the addresses of those who hide their own
/// (<https://docs.github.com/en/account-and-profile/reference/email-addresses-reference>,
/// <https://docs.gitlab.com/user/profile/#use-an-automatically-generated-private-commit-email>).
fn handle_in(email: &str) -> Option<String> {
    let (local, host) = email.rsplit_once('@')?;
    let login = match host.to_lowercase().as_str() {
        "users.noreply.github.com" => local.split_once('+').map_or(local, |(_, login)| login),
        "users.noreply.gitlab.com" => local.split_once('-')?.1,
        _ => return None,
    };
    is_well_formed(0, login).then(|| format!("@{login}"))
}

/// Reads `--team`, such as `@acme/security=@olek,@priya`.
pub(super) fn team(argument: &str) -> Option<(String, Vec<String>)> {
    let (team, members) = argument.split_once('=')?;
    let members: Option<Vec<String>> = members.split(',').map(member).collect();
    let known = not_a_person(team.trim()) == Some(NotAPerson::Team) || team.trim().starts_with('@');
    known.then(|| Some((team.trim().to_owned(), members?)))?
}

/// Reads a person as an answer names them: not a team, not several.
pub(super) fn member(written: &str) -> Option<String> {
    let written = written.trim();
    (!written.is_empty() && not_a_person(written).is_none()).then(|| written.to_owned())
}

/// Returns the owners that lines of CODEOWNERS name, each once.
pub(super) fn once<'o>(owners: impl Iterator<Item = Owner<'o>>) -> Vec<Owner<'o>> {
    let mut seen = BTreeSet::new();
    owners.filter(|owner| seen.insert(owner.text.to_lowercase())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn author(name: &str, email: &str) -> Author {
        Author { name: name.to_owned(), email: email.to_owned() }
    }

    #[test]
    fn people_are_joined_where_they_share_a_spelling_and_machines_are_left_out() {
        let mut draft = Draft::default();
        draft.add_members("@acme/security", &["@olek".to_owned(), "@priya".to_owned()]);
        draft.add_authors(&[
            author("Dana Ortiz", "dana@example.com"),
            author("Dana Ortiz", "12+dana-o@users.noreply.github.com"),
            author("Olek Kim", "7+olek@users.noreply.github.com"),
            author("Dana O.", "dana@example.com"),
            author("Dana Ortiz", "dana@example.com"),
            author("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),
            author("renovate-bot", "bot@example.com"),
            author("GitHub", "noreply@github.com"),
            author("root", ""),
            author("a: \"b\"\u{1b}[2J", "x@y@z"),
        ]);
        let text = draft.text(&crate::schema::modeline("schema/people.schema.json"));
        let people = text.split_once("people:\n").unwrap().1;
        assert!(people.starts_with("  - {handle: \"@olek\", name: Olek Kim}\n  - {handle: \"@priya\"}\n"), "{people}");
        assert!(
            people
                .contains("  - {handle: \"@dana-o\", name: Dana Ortiz, email: dana@example.com, aliases: [Dana O.]}\n"),
            "{people}"
        );
        for absent in ["bot", "GitHub", "x@y", "\u{1b}"] {
            assert!(!people.contains(absent), "{absent}: {people}");
        }
        assert!(text.ends_with("teams:\n  \"@acme/security\": [\"@olek\", \"@priya\"]\n"), "{text}");
    }

    #[test]
    fn a_team_is_read_with_its_people() {
        let members = vec!["@olek".to_owned(), "@priya".to_owned()];
        assert_eq!(team("@acme/security=@olek, @priya"), Some(("@acme/security".to_owned(), members)));
        for wrong in ["@acme/security", "@acme/security=", "security=@olek", "@acme/security=@acme/leads", "@a/b=x,"] {
            assert_eq!(team(wrong), None, "{wrong}");
        }
    }
}
