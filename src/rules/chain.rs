//! The chain of managers above an earlier approver.

use crate::people::{PersonId, Roster};
use crate::time::Day;

/// The people above a person, if the roster lists somebody above them who has not left.
pub(super) struct Chain<'r> {
    roster: &'r Roster,
    lower: PersonId,
    /// The nearest person above.
    pub(super) superior: &'r str,
}

impl<'r> Chain<'r> {
    pub(super) fn new(roster: &'r Roster, lower: &str, today: Day) -> Option<Self> {
        let lower = roster.find(lower)?;
        let superior = roster.display(roster.superior(lower, today)?);
        Some(Self { roster, lower, superior })
    }

    /// Returns whether the roster can tell where a person is in the chain: an incomplete one knows nothing of unlisted
    /// people.
    pub(super) fn can_place(&self, person: &str) -> bool {
        self.roster.is_complete() || self.roster.find(person).is_some()
    }

    /// Tells whether a person is above.
    pub(super) fn rises_to(&self, person: &str) -> bool {
        self.roster.find(person).is_some_and(|upper| self.roster.stands_above(upper, self.lower))
    }
}
