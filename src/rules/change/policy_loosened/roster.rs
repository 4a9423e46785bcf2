//! The people of the roster.

use super::places::{Page, Places, report};
use crate::people::{People, PersonId, Roster};
use crate::policy::RuleBook;
use crate::rule::Level;
use crate::rules::Context;
use crate::text::shown;
use crate::time::Day;
use crate::yaml::{Place, Spot};

pub(super) fn compare(base: &People, head: &RuleBook, places: &Places<'_>, cx: &mut Context<'_>) {
    let Some(after) = head.people.roster() else { return };
    let head_page = places.head(Some(head.policy.people_path()));
    let Some(before) = base.roster() else {
        introduce(after, head_page.as_ref(), cx);
        return;
    };
    let base_page = places.base(Some(cx.judge.policy.people_path()));
    let pages = (base_page.as_ref(), head_page.as_ref());
    if before.is_complete() && !after.is_complete() {
        let spot = |page: Option<&Page<'_>>| page.and_then(|page| page.find("/complete").or(page.find("/people")));
        let message = "people outside the roster may be named: it is no longer marked as complete";
        let spots = (spot(pages.0), spot(pages.1));
        report(cx, pages, spots, message.to_owned()).help("list the missing people, and keep `complete: true`");
    }
    for person in before.people() {
        let now = known_as(before, person, after);
        for (message, help) in losses((before, person), (after, now)) {
            let at = |page: Option<&Page<'_>>, id: Option<PersonId>| page.and_then(|page| entry(page, id?));
            let finding = report(cx, pages, (at(pages.0, Some(person)), at(pages.1, now)), message);
            finding.help(help);
            if now.is_none() {
                finding.place = Place::absent(format!("/people/{}", person.index()));
            }
        }
    }
    for person in after.people() {
        let before_them = known_as(after, person, before);
        for (message, help) in gains((before, before_them), (after, person)) {
            let at = |page: Option<&Page<'_>>, id: Option<PersonId>| page.and_then(|page| entry(page, id?));
            report(cx, pages, (at(pages.0, before_them), at(pages.1, Some(person))), message).help(help);
        }
        if let Some(message) = first_manager((before, before_them), (after, person)).filter(|_| !is_past(cx)) {
            let at = |page: Option<&Page<'_>>, id: Option<PersonId>| page.and_then(|page| entry(page, id?));
            let finding = report(cx, pages, (at(pages.0, before_them), at(pages.1, Some(person))), message);
            finding.help("if this is intended, have the person confirm it in the pull request");
            finding.level = finding.level.min(Level::Note);
        }
    }
}

fn is_past(cx: &Context<'_>) -> bool {
    cx.changes.is_some_and(|changes| changes.is_past)
}

/// Says that somebody known, above whom nobody was, has a manager now. Renewals of what they approved then need somebody
/// above them, which is stricter; but what they refuse may be decided by more people than before.
fn first_manager((before, then): (&Roster, Option<PersonId>), (after, now): (&Roster, PersonId)) -> Option<String> {
    let then = then.filter(|then| before.manager(*then).is_none())?;
    let manager = shown(after.display(after.manager(now)?));
    let name = shown(before.display(then));
    Some(format!("`{manager}` is now above `{name}`, who had nobody above them, and may decide what they refused"))
}

/// Reports a roster where there was none: from now on it says whose approval is whose.
fn introduce(roster: &Roster, page: Option<&Page<'_>>, cx: &mut Context<'_>) {
    if !is_past(cx) {
        note_new(page, cx);
    }
    for person in roster.people() {
        let logins: Vec<&str> = roster.spellings_of(person).filter(|spelling| spelling.starts_with('@')).collect();
        let [first, others @ ..] = logins.as_slice() else { continue };
        for other in others {
            let message =
                format!("`{}` and `{}` are one person: either can approve as the other", shown(first), shown(other));
            let at = page.and_then(|page| entry(page, person));
            report(cx, (None, page), (None, at), message).help(CONFIRM);
        }
    }
}

fn note_new(page: Option<&Page<'_>>, cx: &mut Context<'_>) {
    let message = "the roster is new: it says under which login people approve, and who is above whom".to_owned();
    let finding = report(cx, (None, page), (None, Some(Spot::file())), message);
    finding.help("have the people who approve exceptions check their own entries");
    finding.level = finding.level.min(Level::Note);
}

/// What to do about a login that approves as somebody.
const CONFIRM: &str = "if this is intended, have the person confirm it in the pull request";

/// Reports a new login that a known person is given: anyone who has it can approve as them.
fn gains((before, then): (&Roster, Option<PersonId>), (after, now): (&Roster, PersonId)) -> Vec<(String, String)> {
    let Some(then) = then else { return Vec::new() };
    let name = shown(before.display(then)).into_owned();
    let is_new = |spelling: &&str| spelling.starts_with('@') && before.find(spelling) != Some(then);
    let told = |spelling: &str| {
        let message = match before.find(spelling) {
            Some(other) => {
                format!("`{}` now means `{name}`, and meant `{}` before", shown(spelling), shown(before.display(other)))
            }
            None => format!("`{}` is a new login of `{name}`: anyone who has it can approve as them", shown(spelling)),
        };
        (message, CONFIRM.to_owned())
    };
    after.spellings_of(now).filter(is_new).map(told).collect()
}

/// Returns the spot of a person, shown at their first value.
fn entry(page: &Page<'_>, person: PersonId) -> Option<Spot> {
    let people = page.tree.as_ref()?.get("people")?.as_seq()?;
    let first = people.get(person.index())?.as_map()?.first()?;
    Some(Spot { span: first.value.span, place: Place::value(format!("/people/{}", person.index())) })
}

/// Returns what the roster no longer says about a person, and what to do about each.
fn losses(before: (&Roster, PersonId), (after, now): (&Roster, Option<PersonId>)) -> Vec<(String, String)> {
    let (roster, person) = before;
    let name = shown(roster.display(person)).into_owned();
    let Some(now) = now else {
        let help = format!("keep `{name}` in the roster; people who have left stay in it, with `left`");
        return vec![(format!("`{name}` is gone from the roster"), help)];
    };
    let mut found = Vec::new();
    for spelling in roster.spellings_of(person).filter(|spelling| after.find(spelling) != Some(now)) {
        let spelling = shown(spelling);
        // A handle that was replaced is what the person was called by.
        let now = shown(after.display(now));
        let whom = if *spelling == name { &*now } else { &name };
        let message = format!("`{spelling}` no longer means `{whom}`, so it counts as somebody else");
        found.push((message, format!("keep the spelling among the `aliases` of `{whom}`")));
    }
    if let Some(manager) = roster.manager(person).filter(|_| after.manager(now).is_none()) {
        let manager = shown(roster.display(manager));
        let message = format!("`{name}` no longer has the manager `{manager}`, so nobody is above them");
        found.push((message, "name the new manager".to_owned()));
    }
    let is_other = |then: &PersonId| after.manager(now).is_some_and(|now| known_as(roster, *then, after) != Some(now));
    if let (Some(then), Some(above)) = (roster.manager(person).filter(is_other), after.manager(now)) {
        let message = format!(
            "`{}` is now above `{name}`, instead of `{}`",
            shown(after.display(above)),
            shown(roster.display(then))
        );
        found.push((
            message,
            "if this is intended, have the previous manager confirm it in the pull request".to_owned(),
        ));
    }
    found.extend(stays(&name, roster.left(person), after.left(now)));
    found
}

/// Returns who a person of one roster is in another.
fn known_as(from: &Roster, person: PersonId, to: &Roster) -> Option<PersonId> {
    from.spellings_of(person).find_map(|spelling| to.find(spelling))
}

fn stays(name: &str, before: Option<Day>, after: Option<Day>) -> Option<(String, String)> {
    let before = before.filter(|before| after.is_none_or(|after| after > *before))?;
    let message = match after {
        None => format!("`{name}` no longer has `left: {before}`: they may own exceptions again"),
        Some(after) => format!("`{name}` leaves on `{after}` instead of `{before}`"),
    };
    Some((message, format!("keep `left: {before}`, or say in the pull request that they are back")))
}
