//! Days of the calendar, and numbers of days.

use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// A day of the calendar from 0001-01-01 to 9999-12-31 (ISO 8601, proleptic Gregorian).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub(super) NaiveDate);

impl Day {
    /// 0001-01-01, from which days can be counted.
    pub const FIRST: Self = Self(match NaiveDate::from_ymd_opt(1, 1, 1) {
        Some(day) => day,
        None => NaiveDate::MIN,
    });

    /// Counts the days from this one to `other`; negative if `other` is earlier.
    pub fn days_until(self, other: Self) -> i64 {
        other.0.signed_duration_since(self.0).num_days()
    }

    /// Moves by a number of days, stopping at 0001-01-01 and 9999-12-31.
    pub fn plus(self, days: i64) -> Self {
        let moved = TimeDelta::try_days(days).and_then(|delta| self.0.checked_add_signed(delta));
        match moved {
            Some(date) => Self::clamped(date),
            None if days.is_negative() => Self::FIRST,
            None => Self::last(),
        }
    }

    /// Returns the year, the month from 1 and the day of the month from 1.
    pub fn year_month_day(self) -> (i32, u32, u32) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// Returns whether the day is a Monday.
    pub fn is_monday(self) -> bool {
        self.0.weekday() == chrono::Weekday::Mon
    }

    /// Returns the day of the week, Monday being 0.
    pub(super) fn weekday(self) -> usize {
        self.0.weekday().num_days_from_monday() as usize
    }

    pub(super) fn last() -> Self {
        Self(NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default())
    }

    pub(super) fn clamped(date: NaiveDate) -> Self {
        Self(date).clamp(Self::FIRST, Self::last())
    }

    pub(super) fn from_strict(bytes: &[u8]) -> Option<Self> {
        let &[a, b, c, d, b'-', e, f, b'-', g, h] = bytes else { return None };
        let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
        let pair = |high: u8, low: u8| Some(digit(high)? * 10 + digit(low)?);
        let year = pair(a, b)? * 100 + pair(c, d)?;
        if year == 0 {
            return None;
        }
        NaiveDate::from_ymd_opt(year.cast_signed(), pair(e, f)?, pair(g, h)?).map(Self)
    }

    pub(super) fn midnight(self) -> NaiveDateTime {
        self.0.and_time(NaiveTime::MIN)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

/// Reads a number of days such as `30d`: ASCII digits without a leading zero, then `d`.
pub fn parse_days(text: &str) -> Option<u32> {
    let digits = text.strip_suffix('d')?;
    let padded = digits.len() > 1 && digits.starts_with('0');
    if padded || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn days_are_counted_across_months_years_and_leap_days() {
        assert_eq!(day("2026-11-01").days_until(day("2026-12-01")), 30);
        assert_eq!(day("2024-02-28").days_until(day("2024-03-01")), 2);
        assert_eq!(day("2026-02-28").days_until(day("2026-03-01")), 1);
        assert_eq!(day("2026-01-01").days_until(day("2025-12-31")), -1);
        assert_eq!(day("2024-02-28").plus(1), day("2024-02-29"));
        assert_eq!(day("2026-11-23").plus(-23), day("2026-10-31"));
        for far in [i64::MAX, 1 << 40, 3_700_000] {
            assert_eq!(day("2026-11-23").plus(far), day("9999-12-31"));
            assert_eq!(day("2026-11-23").plus(-far), day("0001-01-01"));
        }
    }

    #[test]
    fn numbers_of_days_are_strict() {
        for (text, days) in [("30d", 30), ("0d", 0), ("1d", 1)] {
            assert_eq!(parse_days(text), Some(days));
        }
        for text in ["", "d", "30", "30D", "030d", "+3d", "-3d", "3 d", "3dd", "３d", "1.5d", "99999999999d", "1w"] {
            assert_eq!(parse_days(text), None, "{text}");
        }
    }
}
