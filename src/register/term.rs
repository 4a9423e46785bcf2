//! Where an exception stands in its term on a day.

use crate::register::exception::{Exception, Status};
use crate::register::moment::{Day, Today, Zone};

/// The agreed end of an exception, seen from a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The last covered day, in the register's time zone.
    pub last_day: Day,
    /// Whole days until that day; negative once it is past.
    pub days_left: i64,
    /// Whether the rule may be broken already.
    pub started: bool,
    /// Whether the end has passed.
    pub ended: bool,
}

impl Exception<'_> {
    /// Returns where the current expiry lies; `None` where the record names none.
    #[must_use]
    pub fn term(&self, zone: Zone, today: Today) -> Option<Term> {
        let expiry = self.current_expiry()?.value;
        let last_day = zone.last_day(expiry);
        let started = self.starts.as_ref().is_none_or(|starts| today.has_started(zone, starts.value));
        let days_left = today.day.days_until(last_day);
        Some(Term { last_day, days_left, started, ended: today.has_ended(zone, expiry) })
    }

    /// Tells whether the rule may be broken now: active, started and not ended (spec section 4).
    #[must_use]
    pub fn is_in_force(&self, zone: Zone, today: Today) -> bool {
        self.is(&[Status::Active]) && self.term(zone, today).is_some_and(|term| term.started && !term.ended)
    }
}
