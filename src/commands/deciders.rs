//! Whom to propose: the people of the roster, and those who may decide.

use crate::commands::ask::Choice;
use crate::people::{People, PersonId, Roster};
use crate::signoff::Ownership;
use crate::time::Day;

/// Lists the people of the roster who have not left, those of `first` before the others.
pub(super) fn to_choose(people: &People, today: Day, first: &[String]) -> Vec<Choice> {
    let Some(roster) = people.roster() else { return first.iter().map(Choice::plain).collect() };
    let mut choices: Vec<Choice> = first.iter().map(|written| choice(roster, written)).collect();
    for id in roster.people().filter(|id| is_there(roster, *id, today)) {
        let written = roster.display(id);
        if choices.iter().all(|choice| choice.value != written) {
            choices.push(choice(roster, written));
        }
    }
    choices
}

/// Lists who may decide on a request: the code owners of the file, the requester's manager first if they are one of
/// them; without code owners only the manager. Never the requester.
pub(super) fn deciders(
    people: &People,
    ownership: Option<&Ownership>,
    today: Day,
    requester: &str,
    path: &str,
) -> Vec<String> {
    let codeowners = ownership.and_then(|ownership| Some((ownership, ownership.codeowners()?)));
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
}

fn choice(roster: &Roster, written: &str) -> Choice {
    let id = roster.find(written);
    let about = id.and_then(|id| roster.spellings_of(id).find(|spelling| *spelling != written));
    Choice { value: written.to_owned(), about: about.unwrap_or_default().to_owned() }
}

/// Tells whether somebody has not left.
pub(super) fn is_there(roster: &Roster, id: PersonId, today: Day) -> bool {
    roster.left(id).is_none_or(|left| left > today)
}
