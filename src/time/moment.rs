//! The values of `starts` and `expires`, and why a text is not one.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDateTime, Timelike};

use super::day::Day;
use super::foreign::weekday_name;
use crate::text::month_name;

/// The value of `starts` or `expires`: a day, or a date-time with or without an offset (RFC 3339, seconds optional).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A whole day in the register's time zone.
    Day(Day),
    /// A date-time in the register's time zone.
    Local(NaiveDateTime),
    /// A date-time that states its own offset.
    Instant(DateTime<FixedOffset>),
}

impl Moment {
    pub(super) fn written_day(self) -> Day {
        match self {
            Self::Day(day) => day,
            Self::Local(local) => Day::clamped(local.date()),
            Self::Instant(instant) => Day::clamped(instant.date_naive()),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = match self {
            Self::Day(day) => return day.fmt(f),
            Self::Local(local) => *local,
            Self::Instant(instant) => instant.naive_local(),
        };
        write!(f, "{}T{:02}:{:02}", Day(local.date()), local.hour(), local.minute())?;
        if local.second() != 0 {
            write!(f, ":{:02}", local.second())?;
        }
        let Self::Instant(instant) = self else { return Ok(()) };
        let minutes = instant.offset().local_minus_utc() / 60;
        if minutes == 0 {
            return f.write_str("Z");
        }
        let sign = if minutes.is_negative() { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
    }
}

/// Why a text is not a day or moment, and what to write instead.
///
/// The text itself is never part of the message: suggestions are built from the numbers that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MomentError {
    /// Nothing in the text looks like a date.
    NotADate,
    /// Words for a day that may mean one of two; holds both.
    EitherDay(Day, Day),
    /// A date and the name of another weekday.
    OtherWeekday {
        /// The day of the date.
        day: Day,
        /// The weekday that is named, Monday being 0.
        said: usize,
    },
    /// A week of ISO 8601, which is not a day; holds its first and its last.
    Week(Day, Day),
    /// A day in another spelling; holds the right one.
    DaySpelling(String),
    /// A date-time in another spelling; holds the right one.
    TimeSpelling(String),
    /// Day and month cannot be told apart, as in `03/04/2026`.
    DayOrMonthFirst,
    /// A date followed by something that is not a time of day.
    NotATime,
    /// A date-time where only a day may be; holds its day.
    TimeOnADay(Day),
    /// The year 0000.
    YearZero,
    /// A month under 01 or over 12.
    NoSuchMonth,
    /// A day that the month does not have.
    NoSuchDay {
        /// The year as written.
        year: u32,
        /// The month, from 1 to 12.
        month: u32,
        /// The number of days that it has.
        days: u32,
    },
    /// 24:00, which is 00:00 of the day that this holds.
    MidnightAsDayEnd(Day),
    /// An hour over 23.
    NoSuchHour,
    /// A minute over 59.
    NoSuchMinute,
    /// A second over 59.
    NoSuchSecond,
    /// An offset of 24 hours or more, or with a minute over 59.
    NoSuchOffset,
}

impl fmt::Display for MomentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotADate => f.write_str("not a date: write YYYY-MM-DD"),
            Self::EitherDay(one, other) => write!(f, "could be `{one}` or `{other}`: write one of them"),
            Self::OtherWeekday { day, said } => {
                write!(f, "`{day}` is a {}, not a {}", weekday_name(day.weekday()), weekday_name(*said))
            }
            Self::Week(first, last) => write!(f, "a week is not a day: it goes from `{first}` to `{last}`"),
            Self::DaySpelling(right) => write!(f, "write the day as YYYY-MM-DD: `{right}`"),
            Self::TimeSpelling(right) => write!(f, "write the date-time as YYYY-MM-DDTHH:MM: `{right}`"),
            Self::DayOrMonthFirst => f.write_str("could be two different days: write YYYY-MM-DD"),
            Self::NotATime => f.write_str("no readable time follows the day: write YYYY-MM-DDTHH:MM"),
            Self::TimeOnADay(day) => write!(f, "write the day without a time: `{day}`"),
            Self::YearZero => f.write_str("years go from 0001 to 9999"),
            Self::NoSuchMonth => f.write_str("months go from 01 to 12"),
            Self::NoSuchDay { year, month, days } => {
                write!(f, "{} {year:04} has {days} days", month_name(*month))
            }
            Self::MidnightAsDayEnd(next) => write!(f, "write midnight as the start of the next day: `{next}T00:00`"),
            Self::NoSuchHour => f.write_str("hours go from 00 to 23"),
            Self::NoSuchMinute => f.write_str("minutes go from 00 to 59"),
            Self::NoSuchSecond => f.write_str("seconds go from 00 to 59"),
            Self::NoSuchOffset => f.write_str("offsets go from -23:59 to +23:59"),
        }
    }
}

impl std::error::Error for MomentError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    fn complaint(text: &str) -> String {
        Moment::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn right_spellings_are_read_and_written_back() {
        let texts = ["2026-11-23", "0001-01-01", "9999-12-31", "2024-02-29", "2026-11-23T09:00", "2026-11-23T09:00:30"];
        for text in texts.iter().chain(&["2026-11-23T09:00Z", "2026-11-23T09:00:30Z", "2026-11-23T09:00-23:59"]) {
            assert_eq!(moment(text).to_string(), *text);
        }
        assert_eq!(moment("2026-11-23T09:00:00+00:00").to_string(), "2026-11-23T09:00Z");
        assert_eq!(moment("2026-11-23T09:00-00:00").to_string(), "2026-11-23T09:00Z");
        assert_eq!(moment("2026-11-23T09:00+01:00"), moment("2026-11-23T08:00Z"));
    }

    #[test]
    fn other_spellings_of_a_day_are_refused_with_the_right_one() {
        let november =
            ["2026/11/23", "20261123", "23.11.2026", "11/23/2026", "23/11/2026", " 2026-11-23", "2026-11-23\n"];
        for text in
            november.iter().chain(&["+2026-11-23", "２０２６-11-23", "2026\u{2013}11\u{2013}23", "2026-11-23\u{a0}"])
        {
            assert_eq!(complaint(text), "write the day as YYYY-MM-DD: `2026-11-23`", "{text}");
        }
        for (text, right) in [
            ("2026-2-3", "2026-02-03"),
            ("1.2.2026", "2026-02-01"),
            ("13/12/2026", "2026-12-13"),
            ("12/13/2026", "2026-12-13"),
            ("11/11/2026", "2026-11-11"),
            ("99991231", "9999-12-31"),
        ] {
            assert_eq!(complaint(text), format!("write the day as YYYY-MM-DD: `{right}`"), "{text}");
        }
        for text in ["01/02/2026", "12/11/2026", "11/12/2026"] {
            assert_eq!(complaint(text), "could be two different days: write YYYY-MM-DD", "{text}");
        }
    }

    #[test]
    fn other_spellings_of_a_date_time_are_refused_with_the_right_one() {
        for (text, right) in [
            ("2026-11-23 09:00", "2026-11-23T09:00"),
            ("2026-11-23t09:00", "2026-11-23T09:00"),
            ("2026-11-23T9:00", "2026-11-23T09:00"),
            ("2026-11-23T09:00z", "2026-11-23T09:00Z"),
            ("2026-11-23 09:00:30 UTC", "2026-11-23T09:00:30Z"),
            ("2026-11-23T09:00:30.125Z", "2026-11-23T09:00:30Z"),
            ("2026-11-23T09:00:30.1234567890123456789Z", "2026-11-23T09:00:30Z"),
            ("2026-11-23  09:00  Z", "2026-11-23T09:00Z"),
            ("20261123T090030Z", "2026-11-23T09:00:30Z"),
            ("20261123T100000Z", "2026-11-23T10:00:00Z"),
            ("2026-11-23T1000", "2026-11-23T10:00"),
            ("2026-11-23T0915", "2026-11-23T09:15"),
            ("2026-11-23T09:00+0130", "2026-11-23T09:00+01:30"),
            ("2026-11-23T09:00+1000", "2026-11-23T09:00+10:00"),
            ("2026-11-23T09:00-5", "2026-11-23T09:00-05:00"),
            ("2026-11-23T09:00 ", "2026-11-23T09:00"),
            ("2026-11-23 09:00:00", "2026-11-23T09:00"),
            ("2026-11-23 09:00:30", "2026-11-23T09:00:30"),
        ] {
            assert_eq!(complaint(text), format!("write the date-time as YYYY-MM-DDTHH:MM: `{right}`"), "{text}");
        }
        for text in [
            "2026-11-23T",
            "2026-11-23T09",
            "2026-11-23T900",
            "2026-11-23T09:00.5",
            "2026-11-23T09:00+100",
            "2026-11-23T09:00+01:000",
            "2026-11-23T09:000",
            "2026-11-23T09:00:000",
            "20261123090030",
            "2026-11-23 noon",
            "2026-11-23-01",
            "2026-11-23T09:00 CET",
            "2026-11-23T09:00+",
        ] {
            assert_eq!(complaint(text), "no readable time follows the day: write YYYY-MM-DDTHH:MM", "{text}");
        }
        for text in ["1795478400", "1795478400123"] {
            assert_eq!(complaint(text), "not a date: write YYYY-MM-DD", "{text}");
        }
    }

    #[test]
    fn impossible_dates_and_times_are_named() {
        for (text, says) in [
            ("2026-02-30", "February 2026 has 28 days"),
            ("2024-2-30", "February 2024 has 29 days"),
            ("1900-02-29", "February 1900 has 28 days"),
            ("2026-11-00", "November 2026 has 30 days"),
            ("2026-13-01", "months go from 01 to 12"),
            ("2026-00-01", "months go from 01 to 12"),
            ("0000-01-01", "years go from 0001 to 9999"),
            ("2026-11-23T24:00", "write midnight as the start of the next day: `2026-11-24T00:00`"),
            ("2026-11-23T24:01", "hours go from 00 to 23"),
            ("2026-11-23T24:00:01", "hours go from 00 to 23"),
            ("2026-11-23T23:60", "minutes go from 00 to 59"),
            ("2026-11-23T2399", "minutes go from 00 to 59"),
            ("2026-11-23T239999", "minutes go from 00 to 59"),
            ("2026-11-23T23:59:60Z", "seconds go from 00 to 59"),
            ("2026-11-23T09:00+24:00", "offsets go from -23:59 to +23:59"),
            ("2026-11-23T09:00+01:60", "offsets go from -23:59 to +23:59"),
        ] {
            assert_eq!(complaint(text), says, "{text}");
        }
    }

    #[test]
    fn texts_without_a_date_are_refused() {
        let words = [
            "",
            "tomorrow",
            "soon",
            "-0001-01-01",
            "2026",
            "26-11-23",
            "12026-11-23",
            "2026-W47-1",
            "2026-327",
            "2026-11-003",
            "2026-011-23",
            "2026-11/23",
            "23.11.20266",
            "١٢٣٤-11-23",
        ];
        for text in words.iter().chain(&[
            "2026-11\u{0}-23",
            "\u{0}",
            "2026-11-é3",
            "é",
            "2026-1１-é",
            "－",
            "2026-11-2\u{301}3",
        ]) {
            assert_eq!(complaint(text), "not a date: write YYYY-MM-DD", "{text}");
        }
        // The longest text that is looked at, and one space more.
        let padded = |blank: &str, count: usize| complaint(&format!("２０２６-11-23{}", blank.repeat(count)));
        for blank in [" ", "\u{3000}"] {
            assert_eq!(padded(blank, 30), "write the day as YYYY-MM-DD: `2026-11-23`");
            assert_eq!(padded(blank, 31), "not a date: write YYYY-MM-DD");
        }
        for text in ["9".repeat(100_000), "２".repeat(50_000), " ".repeat(100_000), "2026-11-23".repeat(4_000)] {
            assert_eq!(Moment::parse(&text), Err(MomentError::NotADate));
        }
    }

    #[test]
    fn no_prefix_or_suffix_of_a_hostile_text_panics() {
        let seeds = [
            "２０２６-１１-２３Ｔ０９:００＋０１:００",
            "2026-11-23T09:00:30.5+01:00é",
            "𝟐𝟎𝟐𝟔-11-23",
            "1.2.2026 \u{202e}9:00",
        ];
        for seed in seeds {
            for (at, _) in seed.char_indices() {
                for text in [&seed[..at], &seed[at..]] {
                    let message = Moment::parse(text).err().map(|error| error.to_string()).unwrap_or_default();
                    assert!(message.is_ascii() && !message.contains(char::is_control), "{text}: {message}");
                }
            }
        }
    }

    #[test]
    fn a_day_has_no_time() {
        let error = Day::parse("2026-11-23T09:00+01:00").unwrap_err();
        assert_eq!(error.to_string(), "write the day without a time: `2026-11-23`");
        for (text, says) in [
            ("2026-2-3", "write the day as YYYY-MM-DD: `2026-02-03`"),
            ("2026-11-23 9:00", "write the day without a time: `2026-11-23`"),
            ("2026-11-23 24:00", "write the day without a time: `2026-11-23`"),
            ("2026-11-23 noon", "not a date: write YYYY-MM-DD"),
            ("03/04/2026", "could be two different days: write YYYY-MM-DD"),
            ("2026-02-30", "February 2026 has 28 days"),
        ] {
            assert_eq!(Day::parse(text).unwrap_err().to_string(), says, "{text}");
        }
    }
}
