//! Who is told: the owner, their manager and the approver.

use crate::people::{People, Roster};
use crate::register::Exception;
use crate::time::Day;

/// Why somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Removes the exception.
    Owner,
    /// The nearest manager of the owner who has not left.
    Manager,
    /// The last approver.
    Approver,
}

impl Part {
    /// Returns the word for a reader.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Approver => "approver",
        }
    }
}

/// Somebody who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person<'r> {
    /// What to call them: the roster's handle, otherwise the `@handle` as written, otherwise the name.
    pub name: &'r str,
    /// The login to mention, without `@`; somebody without one, or who has left, is not mentioned.
    pub login: Option<&'r str>,
    /// Why; one person may have two parts.
    pub parts: Vec<Part>,
    /// Whether the roster says that they have left.
    pub left: bool,
}

/// Who is told about one exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circle<'r> {
    /// The owner; if there is none or they have left, the manager too, otherwise the approver.
    pub first: Vec<Person<'r>>,
    /// Everybody: owner, manager, approver.
    pub all: Vec<Person<'r>>,
}

impl<'r> Circle<'r> {
    /// Finds the people around an exception on a day.
    #[must_use]
    pub fn of(exception: &'r Exception<'_>, people: &'r People, day: Day) -> Self {
        let roster = people.roster();
        let text = |text: Option<&'r crate::register::Text<'_>>| text.map(crate::register::Text::as_str);
        let (owner, approver) = (text(exception.owner.as_ref()), text(exception.last_approver()));
        let manager = owner.zip(roster).and_then(|(owner, roster)| {
            let above = roster.superior(roster.find(owner)?, day)?;
            Some(roster.display(above))
        });
        let mut circle = Self { first: Vec::new(), all: Vec::new() };
        for (written, part) in [(owner, Part::Owner), (manager, Part::Manager), (approver, Part::Approver)] {
            let Some(written) = written else { continue };
            if let Some(known) = circle.all.iter_mut().find(|known| people.same(known.name, written)) {
                known.parts.push(part);
                continue;
            }
            circle.all.push(person(written, part, roster, day));
        }
        let has = |person: &&Person<'r>, part: Part| person.parts.contains(&part);
        let present = circle.owner().is_some_and(|owner| !owner.left);
        let instead =
            if circle.all.iter().any(|person| has(&person, Part::Manager)) { Part::Manager } else { Part::Approver };
        let is_first = |person: &&Person<'r>| has(person, Part::Owner) || !present && has(person, instead);
        circle.first = circle.all.iter().filter(is_first).cloned().collect();
        circle
    }
}

impl<'r> Circle<'r> {
    /// Returns the owner, if the record names one.
    #[must_use]
    pub fn owner(&self) -> Option<&Person<'r>> {
        self.all.iter().find(|person| person.parts.contains(&Part::Owner))
    }
}

fn person<'r>(written: &'r str, part: Part, roster: Option<&'r Roster>, day: Day) -> Person<'r> {
    let known = roster.and_then(|roster| Some((roster, roster.find(written)?)));
    let handle = known.and_then(|(roster, id)| roster.handle(id));
    let left = known.and_then(|(roster, id)| roster.left(id)).is_some_and(|left| left <= day);
    let as_written = written.strip_prefix('@').map(|_| written);
    let name = handle.or(as_written).or_else(|| known.map(|(roster, id)| roster.display(id))).unwrap_or(written);
    let login = handle.or(as_written).and_then(login).filter(|_| !left);
    Person { name, login, parts: vec![part], left }
}

/// Returns the login that a handle names, if it can be one on GitHub: letters and digits with single hyphens between
/// them, at most 39 characters; an underscore separates the short code of an enterprise. A team is not a login.
fn login(handle: &str) -> Option<&str> {
    let login = handle.strip_prefix('@').unwrap_or(handle);
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let ends = |c: char| c.is_ascii_alphanumeric();
    (login.len() <= 39 && login.starts_with(ends) && login.ends_with(ends) && login.chars().all(inner)).then_some(login)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_a_login_is_mentioned() {
        for handle in ["@dana", "dana", "@d", "@Dana-Ortiz", "@dana_acme", "@7up"] {
            assert_eq!(login(handle), Some(handle.trim_start_matches('@')));
        }
        let long = format!("@{}", "a".repeat(40));
        for handle in
            ["", "@", "@@dana", "@acme/security", "@dana.o", "@dana olek", "@-dana", "@dana-", "@dаna", "@d\n@o", &long]
        {
            assert_eq!(login(handle), None, "{handle}");
        }
    }
}
