//! Whom to suggest: the person at the keyboard, the people of the roster, and those who may decide.

use crate::commands::ask::Choice;
use crate::commands::new::desk::Desk;
use crate::git::Identity;
use crate::people::{PersonId, Roster, not_a_person};
use crate::time::Day;

/// Finds who git says is at the keyboard: in the roster if there is one, otherwise by name.
pub(super) fn at_the_keyboard(desk: &Desk, identity: &Identity) -> Option<String> {
    let today = desk.today().day;
    let known = [&identity.email, &identity.name];
    let by_name =
        || [&identity.name, &identity.email].into_iter().flatten().find(|it| not_a_person(it).is_none()).cloned();
    desk.with_people(|people| {
        let Some(roster) = people.roster() else { return by_name() };
        match known.into_iter().flatten().find_map(|written| roster.find(written)) {
            Some(id) => is_there(roster, id, today).then(|| roster.display(id).to_owned()),
            None if roster.is_complete() => None,
            None => by_name(),
        }
    })
}

/// Writes a person as the roster calls them, unless the answer is already one of its spellings.
pub(super) fn as_known(desk: &Desk, written: &str) -> String {
    let known = desk.with_people(|people| {
        let roster = people.roster()?;
        let id = roster.find(written)?;
        let is_spelling = roster.spellings_of(id).any(|spelling| spelling == written);
        (!is_spelling).then(|| roster.display(id).to_owned())
    });
    known.unwrap_or_else(|| written.to_owned())
}

/// Tells whether the roster has a spelling of a person.
pub(super) fn is_known(desk: &Desk, written: &str) -> bool {
    desk.with_people(|people| people.roster().is_some_and(|roster| roster.find(written).is_some()))
}

/// Lists the people of the roster who have not left, those of `first` before the others.
pub(super) fn to_choose(desk: &Desk, first: &[String]) -> Vec<Choice> {
    let today = desk.today().day;
    desk.with_people(|people| {
        let Some(roster) = people.roster() else { return first.iter().map(Choice::plain).collect() };
        let mut choices: Vec<Choice> = first.iter().map(|written| choice(roster, written)).collect();
        for id in roster.people().filter(|id| is_there(roster, *id, today)) {
            let written = roster.display(id);
            if choices.iter().all(|choice| choice.value != written) {
                choices.push(choice(roster, written));
            }
        }
        choices
    })
}

/// Lists who may decide on a request: the code owners of the file, the requester's manager first if they are one of
/// them; without code owners only the manager. Never the requester.
pub(super) fn deciders(desk: &Desk, requester: &str, path: &str) -> Vec<String> {
    let today = desk.today().day;
    desk.with_people(|people| {
        let codeowners = desk.ownership.as_ref().and_then(|ownership| Some((ownership, ownership.codeowners()?)));
        let owners = codeowners.map(|(ownership, file)| ownership.people(&file, people, path).people);
        let roster = people.roster();
        let named = |written: &str| match roster.and_then(|roster| Some((roster, roster.find(written)?))) {
            Some((roster, id)) => is_there(roster, id, today).then(|| roster.display(id).to_owned()),
            None => Some(written.to_owned()),
        };
        let mut deciders: Vec<String> = owners.iter().flatten().filter_map(|owner| named(owner)).collect();
        deciders.retain(|owner| !people.same(owner, requester));
        let manager = roster.and_then(|roster| Some(roster.display(roster.superior(roster.find(requester)?, today)?)));
        if let Some(manager) = manager {
            match deciders.iter().position(|owner| people.same(owner, manager)) {
                Some(at) => deciders[..=at].rotate_right(1),
                None if deciders.is_empty() => deciders.push(manager.to_owned()),
                None => {}
            }
        }
        deciders
    })
}

fn choice(roster: &Roster, written: &str) -> Choice {
    let id = roster.find(written);
    let about = id.and_then(|id| roster.spellings_of(id).find(|spelling| *spelling != written));
    Choice { value: written.to_owned(), about: about.unwrap_or_default().to_owned() }
}

fn is_there(roster: &Roster, id: PersonId, today: Day) -> bool {
    roster.left(id).is_none_or(|left| left > today)
}
