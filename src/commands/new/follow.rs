//! What need not be asked, because it follows from other answers or from the register.

use crate::commands::new::answer;
use crate::commands::new::desk::Desk;
use crate::register::Tier;
use crate::register::draft::Draft;
use crate::register::fields::{
    APPROVER, ENVIRONMENT, EXPOSURE, FOLLOWS, Field, OWNER, REFERENCES, REQUESTER, STARTS, SYSTEM, TIER,
};
use crate::register::precedent::Common;
use crate::text::counted;

/// A proposed end is never further away than this, in days.
const SHORT: i64 = 7;

/// An answer that follows, and what from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Following {
    /// The answer; an empty one where none is needed.
    pub(super) answer: String,
    /// What it follows from.
    pub(super) why: String,
}

impl Following {
    fn new(answer: impl Into<String>, why: impl Into<String>) -> Option<Self> {
        Some(Self { answer: answer.into(), why: why.into() })
    }
}

/// Returns the answer that follows for a field, where one does.
pub(super) fn follows(field: Field, draft: &Draft, desk: &Desk, asker: Option<&str>, path: &str) -> Option<Following> {
    if !field.question().is_some_and(|question| question.follows) {
        return None;
    }
    let requester = draft.text(REQUESTER);
    match field {
        ENVIRONMENT => match desk.environment_of(draft.text(SYSTEM)) {
            Some(known) => Following::new(known, "as for this system before"),
            None => Following::new(desk.environments.first()?, "as in most others"),
        },
        TIER => {
            let tier = least_tier(draft, desk);
            Following::new(tier.name(), format!("at most {}: {}", counted(desk.limit(tier), "day"), meaning(tier)))
        }
        REQUESTER => Following::new(asker?, "from your git identity"),
        // The requester is asked for if it cannot be determined.
        OWNER => Following::new(requester, "the requester"),
        APPROVER => {
            let deciders = desk.deciders(requester, path);
            let refused = desk.asked_before(draft).into_iter().filter(|it| it.common == Common::Both);
            let same = |a: &str, b: &str| desk.with_people(|people| people.same(a, b));
            for by in refused.filter_map(|it| it.refused_by) {
                if let Some(decider) = deciders.iter().find(|decider| same(decider, &by)) {
                    return Following::new(decider.clone(), "refused it before");
                }
            }
            let decider = deciders.into_iter().next()?;
            let why = if desk.has_code_owners() { "code owner of the file" } else { "above the requester" };
            Following::new(decider, why)
        }
        STARTS => Following::new(desk.today().day.to_string(), "today"),
        FOLLOWS => {
            let earlier = answered(draft, desk);
            let why = if earlier.is_empty() { "no similar request" } else { "requested before" };
            Following::new(earlier.join(" "), why)
        }
        REFERENCES => Following::new("", "tickets or links, if there are any"),
        _ => None,
    }
}

/// Returns the ids that a request for the same control and system has to answer: the newest one, and each that was
/// refused not long ago.
fn answered(draft: &Draft, desk: &Desk) -> Vec<String> {
    let both = desk.asked_before(draft).into_iter().filter(|it| it.common == Common::Both).enumerate();
    both.filter(|(at, it)| *at == 0 || it.refused_by.is_some()).map(|(_, it)| it.id).collect()
}

/// Gives a draft every answer that follows and was not given.
pub(super) fn complete(draft: &Draft, desk: &Desk, asker: Option<&str>, path: &str) -> Draft {
    let mut whole = draft.clone();
    for field in Field::asked() {
        // A tier that nobody has had a say in would be warned of too early.
        let is_early = field == TIER && whole.list(EXPOSURE).is_none();
        if whole.is_given(field) || is_early || !answer::applies(field, &whole) {
            continue;
        }
        let following = follows(field, &whole, desk, asker, path).filter(|it| !it.answer.is_empty());
        if let Some(Following { answer, .. }) = following {
            answer::set(field, &mut whole, &answer);
        }
    }
    whole
}

/// Returns the least tier that what is opened allows.
pub(super) fn least_tier(draft: &Draft, desk: &Desk) -> Tier {
    let exposed = draft.list(EXPOSURE).is_some_and(|kinds| !kinds.is_empty());
    if exposed { desk.exposure_tier() } else { Tier::Low }
}

/// Returns what a tier means.
pub(super) fn meaning(tier: Tier) -> &'static str {
    match tier {
        Tier::Low => "a nuisance, easily undone",
        Tier::Moderate => "one team or one system",
        Tier::High => "customers, personal data or the business",
        Tier::Emergency => "an incident is in progress, and this helps to end it",
    }
}

/// Returns the number of days that is proposed: half of what is allowed, and at most a week.
pub(super) fn short(limit: i64) -> i64 {
    ((limit + 1) / 2).clamp(1, SHORT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_proposed_is_never_the_longest_where_there_is_a_shorter_one() {
        for (limit, proposed) in [(1, 1), (2, 1), (3, 2), (7, 4), (14, 7), (30, 7), (365, 7)] {
            assert_eq!(short(limit), proposed, "{limit}");
        }
    }
}
