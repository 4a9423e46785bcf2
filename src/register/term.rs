//! The term of an exception, as of a day.

use crate::register::exception::{Exception, Status};
use crate::time::{Day, Moment, Today, Zone};

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

/// How far an exception has come on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It was never approved.
    Rejected,
    /// The rule is followed again, since this day if the record gives one.
    Closed(Option<Day>),
    /// This was its last covered day, and it is not closed.
    Ended(Day),
    /// Its status is `expired`, but the end that the record gives, if any, is still to come.
    MarkedExpired,
    /// It begins at this moment.
    Waiting(Moment),
    /// It is in force up to and including this day.
    InForce(Day),
    /// The record lacks a readable status, start or end.
    Incomplete,
}

impl Phase {
    /// Tells whether nothing is allowed any longer.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Rejected | Self::Closed(_) | Self::Ended(_) | Self::MarkedExpired)
    }
}

impl Exception<'_> {
    /// Returns how far it has come.
    #[must_use]
    pub fn phase(&self, zone: Zone, today: Today) -> Phase {
        let closed = || self.closure.as_ref().and_then(|closure| closure.date.as_ref()).map(|date| date.value);
        match (self.status.as_ref().map(|status| status.value), self.term(zone, today)) {
            (Some(Status::Rejected), _) => Phase::Rejected,
            (Some(Status::Closed), _) => Phase::Closed(closed()),
            (_, Some(term)) if term.ended => Phase::Ended(term.last_day),
            (Some(Status::Expired), _) => Phase::MarkedExpired,
            (Some(Status::Active), Some(term)) if term.started => Phase::InForce(term.last_day),
            (Some(Status::Active), Some(_)) => {
                self.starts.as_ref().map_or(Phase::Incomplete, |starts| Phase::Waiting(starts.value))
            }
            (None | Some(Status::Active), _) => Phase::Incomplete,
        }
    }

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
        matches!(self.phase(zone, today), Phase::InForce(_))
    }

    /// Returns whether it allows anything now: it is in force, and the record says who decided and when.
    #[must_use]
    pub fn grants(&self, zone: Zone, today: Today) -> bool {
        self.is_in_force(zone, today) && !self.is_undecided()
    }

    /// Returns when to remind of the end, in days before the last covered day, from the policy's `reminders`.
    ///
    /// A reminder of more than half the term of the last approval comes at the half instead, so that a seven-day
    /// approval is not "soon" on its first day and still has one before the day before its end. All of them stay as
    /// they are if the record does not say since when it has been approved: silence would be worse.
    #[must_use]
    pub fn fitting_reminders(&self, zone: Zone, last_day: Day, reminders: &[u32]) -> Vec<u32> {
        let Some(approved) = self.approved_from(zone) else { return reminders.to_vec() };
        let half = u32::try_from(approved.days_until(last_day) / 2).unwrap_or_default();
        let mut fitting: Vec<u32> = reminders.iter().map(|days| half.min(*days)).collect();
        fitting.dedup();
        fitting
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml;

    const REMINDERS: [u32; 3] = [14, 7, 1];

    fn exception(text: &str) -> Exception<'_> {
        Exception::from_node(FileId(0), "x", yaml::parse(text).unwrap())
    }

    fn on(day: &str) -> Today {
        Today::parse(day, Zone::UTC).unwrap()
    }

    #[test]
    fn a_phase_is_told_by_the_status_and_the_term() {
        let (start, last) = (Moment::parse("2026-11-10").unwrap(), Day::parse("2026-11-20").unwrap());
        let text = "status: active\nstarts: 2026-11-10\nexpires: 2026-11-20\n";
        for (day, status, phase, is_over) in [
            ("2026-11-09", "active", Phase::Waiting(start), false),
            ("2026-11-10", "active", Phase::InForce(last), false),
            ("2026-11-21", "active", Phase::Ended(last), true),
            ("2026-11-15", "expired", Phase::MarkedExpired, true),
            ("2026-11-21", "expired", Phase::Ended(last), true),
            ("2026-11-15", "rejected", Phase::Rejected, true),
            ("2026-11-15", "closed", Phase::Closed(None), true),
            ("2026-11-15", "pending", Phase::Incomplete, false),
            ("2026-11-21", "pending", Phase::Ended(last), true),
        ] {
            let text = text.replace("active", status);
            let found = exception(&text).phase(Zone::UTC, on(day));
            assert_eq!((found, found.is_over()), (phase, is_over), "{status} on {day}");
        }
        for line in ["starts: 2026-11-10\n", "expires: 2026-11-20\n"] {
            let text = text.replace(line, "");
            assert_eq!(exception(&text).phase(Zone::UTC, on("2026-11-15")), Phase::Incomplete, "without {line}");
        }
        let text = "status: closed\nclosure: {date: 2026-11-12}\n";
        let closed = Phase::Closed(Day::parse("2026-11-12").ok());
        assert_eq!(exception(text).phase(Zone::UTC, on("2026-11-15")), closed);
    }

    #[test]
    fn a_term_lasts_from_the_start_to_the_end_of_its_last_day() {
        let text = "status: active\nstarts: 2026-11-10\nexpires: 2026-11-20\napprover: '@mei'\ndecided: 2026-11-09\n";
        let it = exception(text);
        for (day, days_left, started, ended) in [
            ("2026-11-09T23:59", 11, false, false),
            ("2026-11-10", 10, true, false),
            ("2026-11-20", 0, true, false),
            ("2026-11-20T23:59:59", 0, true, false),
            ("2026-11-21", -1, true, true),
        ] {
            let term = it.term(Zone::UTC, on(day)).unwrap();
            assert_eq!((term.days_left, term.started, term.ended), (days_left, started, ended), "{day}");
            assert_eq!(it.is_in_force(Zone::UTC, on(day)), started && !ended, "{day}");
            assert_eq!(it.grants(Zone::UTC, on(day)), started && !ended, "{day}");
        }
        for without in ["approver: '@mei'\n", "decided: 2026-11-09\n"] {
            let text = text.replace(without, "");
            let it = exception(&text);
            assert!(
                it.is_in_force(Zone::UTC, on("2026-11-15")) && !it.grants(Zone::UTC, on("2026-11-15")),
                "{without}"
            );
        }
        for (from, to) in [("active", "expired"), ("starts: 2026-11-10\n", ""), ("expires: 2026-11-20\n", "")] {
            let text = text.replace(from, to);
            assert!(!exception(&text).is_in_force(Zone::UTC, on("2026-11-15")), "{from}");
        }
    }

    #[test]
    fn a_reminder_begins_on_its_day_and_none_before_half_the_term_is_over() {
        for (starts, day, reminder) in [
            ("2026-01-01", "2026-11-15", None),
            ("2026-01-01", "2026-11-16", Some(14)),
            ("2026-01-01", "2026-11-22", Some(14)),
            ("2026-01-01", "2026-11-23", Some(7)),
            ("2026-01-01", "2026-11-28", Some(7)),
            ("2026-01-01", "2026-11-29", Some(1)),
            ("2026-01-01", "2026-11-30", Some(1)),
            ("2026-01-01", "2026-12-01", None),
            ("2026-11-23", "2026-11-26", None),
            ("2026-11-23", "2026-11-27", Some(3)),
            ("2026-11-30", "2026-11-30", Some(0)),
        ] {
            let text = format!("status: active\nstarts: {starts}\nexpires: 2026-11-30\n");
            let notice = exception(&text).notice(Zone::UTC, on(day), &REMINDERS);
            assert_eq!(notice.map(|notice| notice.days), reminder, "{starts} {day}");
        }
    }

    #[test]
    fn reminders_fit_into_the_term_of_the_last_approval() {
        let last_day = Day::parse("2026-11-30").unwrap();
        for (text, fitting) in [
            ("starts: 2026-01-01", &[14, 7, 1][..]),
            ("starts: 2026-11-02", &[14, 7, 1]),
            ("starts: 2026-11-03", &[13, 7, 1]),
            ("starts: 2026-11-16", &[7, 1]),
            ("starts: 2026-11-29", &[0]),
            ("starts: 2026-12-24", &[0]),
            ("expires: 2026-11-30", &[14, 7, 1]),
            ("starts: 2026-01-01\nrenewals: [{decided: 2026-11-20}]", &[5, 1]),
            ("starts: 2026-11-29\nrenewals: [{reason: r}]", &[14, 7, 1]),
        ] {
            assert_eq!(exception(text).fitting_reminders(Zone::UTC, last_day, &REMINDERS), fitting, "{text}");
        }
    }
}
