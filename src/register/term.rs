//! The term of an exception, seen from a day.

use crate::register::exception::{Exception, Status};
use crate::time::{Day, Today, Zone};

/// The agreed end of an exception, seen from a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The last covered day, in the register's time zone.
    pub last_day: Day,
    /// Whole days until that day; negative once it is past.
    pub days_left: i64,
    /// Whether the rule may be broken already; false if the record does not say from when.
    pub started: bool,
    /// Whether the end has passed.
    pub ended: bool,
}

/// The reminder of the end that a moment falls into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How many days before the last covered day it begins.
    pub days: u32,
    /// The end that it is about.
    pub term: Term,
}

impl Exception<'_> {
    /// Returns the term up to the current expiry; `None` if the record names no expiry.
    #[must_use]
    pub fn term(&self, zone: Zone, today: Today) -> Option<Term> {
        let expiry = self.current_expiry()?.value;
        let last_day = zone.last_day(expiry);
        let started = self.starts.as_ref().is_some_and(|starts| today.has_started(zone, starts.value));
        let days_left = today.day.days_until(last_day);
        Some(Term { last_day, days_left, started, ended: today.has_ended(zone, expiry) })
    }

    /// Returns the latest reminder that has begun; `None` before the first and once the end has passed.
    ///
    /// The [`Exception::fitting_reminders`] count.
    #[must_use]
    pub fn notice(&self, zone: Zone, today: Today, reminders: &[u32]) -> Option<Notice> {
        let term = self.term(zone, today).filter(|term| !term.ended)?;
        let fitting = self.fitting_reminders(zone, term.last_day, reminders);
        let days = fitting.iter().copied().filter(|days| i64::from(*days) >= term.days_left).min()?;
        Some(Notice { days, term })
    }

    /// Returns whether the rule may be broken now: active, started and not ended.
    #[must_use]
    pub fn is_in_force(&self, zone: Zone, today: Today) -> bool {
        self.is(&[Status::Active]) && self.term(zone, today).is_some_and(|term| term.started && !term.ended)
    }

    /// Returns whether it allows anything now: it is in force, and the record says who decided and when.
    #[must_use]
    pub fn grants(&self, zone: Zone, today: Today) -> bool {
        self.is_in_force(zone, today) && !self.is_undecided()
    }

    /// Returns when to remind of the end, in days before the last covered day, from the policy's `reminders`.
    ///
    /// A reminder of more than half the term of the last approval comes at the half instead, so that a seven-day
    /// approval is not "soon" on its first day and still has one before the day before its end. All of them stay as they
    /// are if the record does not say since when it has been approved: silence would be worse.
    #[must_use]
    pub fn fitting_reminders(&self, zone: Zone, last_day: Day, reminders: &[u32]) -> Vec<u32> {
        let Some(approved) = self.approved_from(zone) else { return reminders.to_vec() };
        let half = u32::try_from(approved.days_until(last_day).max(0) / 2).unwrap_or(u32::MAX);
        let mut fitting: Vec<u32> = reminders.iter().map(|days| half.min(*days)).collect();
        fitting.dedup();
        fitting
    }
}
