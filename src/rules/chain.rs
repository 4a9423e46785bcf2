//! Who stands above somebody who has decided before.

use crate::people::{PersonId, Roster};
use crate::time::Day;

/// Who is above a person, if the roster knows somebody who has not left.
pub(super) struct Chain<'r> {
    roster: &'r Roster,
    lower: PersonId,
    /// The nearest one above.
    pub(super) superior: &'r str,
}

impl<'r> Chain<'r> {
    pub(super) fn new(roster: &'r Roster, lower: &str, today: Day) -> Option<Self> {
        let lower = roster.find(lower)?;
        let superior = roster.display(roster.superior(lower, today)?);
        Some(Self { roster, lower, superior })
    }

    /// Tells whether the roster says where a person stands: one with people missing knows nothing of those.
    pub(super) fn can_place(&self, person: &str) -> bool {
        self.roster.is_complete() || self.roster.find(person).is_some()
    }

    /// Tells whether a person is above.
    pub(super) fn rises_to(&self, person: &str) -> bool {
        self.roster.find(person).is_some_and(|upper| self.roster.stands_above(upper, self.lower))
    }
}
