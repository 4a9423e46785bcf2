//! Who is meant: the person at the keyboard, and people as the roster writes them.

use crate::commands::deciders::is_there;
use crate::commands::new::desk::Desk;
use crate::git::Identity;
use crate::people::not_a_person;

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
