//! Reads dates: the one correct spelling, and those of people, so that a refusal can show the correct one.

use std::fmt;

use chrono::{Datelike, FixedOffset, NaiveDate, NaiveTime, TimeZone};

use super::day::Day;
use super::moment::{Moment, MomentError};

/// The longest text that is looked at for a date; every correct spelling has at most 25 bytes.
const LONGEST: usize = 40;

impl Day {
    /// Reads `YYYY-MM-DD`: exactly ten ASCII bytes, a year from 0001 (RFC 3339 `full-date`).
    pub fn parse(text: &str) -> Result<Self, MomentError> {
        if let Some(day) = Self::from_strict(text.as_bytes()) {
            return Ok(day);
        }
        let parts = Parts::guess(text).map_err(|error| match error {
            MomentError::NotATime => MomentError::NotADate,
            other => other,
        })?;
        Err(match parts.to_moment() {
            Ok(Moment::Day(_)) => MomentError::DaySpelling(parts.to_string()),
            Ok(moment) => MomentError::TimeOnADay(moment.written_day()),
            // The day that ends then.
            Err(MomentError::MidnightAsDayEnd(next)) => MomentError::TimeOnADay(next.plus(-1)),
            Err(error) => error,
        })
    }
}

impl Moment {
    /// Reads `2026-11-23`, `2026-11-23T09:00` or `2026-11-23T09:00:30`, the last two also with `Z` or `±HH:MM`.
    ///
    /// Leap seconds, 24:00 and fractions of a second are refused: no expiry needs them, and tools read them
    /// differently.
    pub fn parse(text: &str) -> Result<Self, MomentError> {
        if let Some(day) = Day::from_strict(text.as_bytes()) {
            return Ok(Self::Day(day));
        }
        let mut parts = Parts::guess(text)?;
        let moment = parts.to_moment()?;
        // A text is in the strict form exactly if writing what was read gives the same text again.
        let written = parts.to_string();
        match (written == text, moment) {
            (true, _) => Ok(moment),
            (false, Self::Day(_)) => Err(MomentError::DaySpelling(written)),
            (false, _) => {
                // With seconds and without an offset, other readers of YAML take it for a time in UTC.
                if let Some(time @ Time { second: Some(0), offset: None, .. }) = &mut parts.time {
                    time.second = None;
                }
                Err(MomentError::TimeSpelling(parts.to_string()))
            }
        }
    }
}

/// The numbers of a date in any spelling that people use; displayed in the one correct spelling.
struct Parts {
    year: u32,
    month: u32,
    day: u32,
    time: Option<Time>,
}

struct Time {
    hour: u32,
    minute: u32,
    second: Option<u32>,
    offset: Option<Offset>,
}

enum Offset {
    Zulu,
    Hours { west: bool, hours: u32, minutes: u32 },
}

impl Parts {
    fn guess(text: &str) -> Result<Self, MomentError> {
        let plain = to_plain_ascii(text).ok_or(MomentError::NotADate)?;
        let mut reader = Reader { rest: plain.trim().as_bytes() };
        reader.eat(b"+");
        let (year, month, day) = reader.date()?;
        let mut it = Self { year, month, day, time: None };
        if !reader.rest.is_empty() {
            // A number of seconds begins like a date without dashes.
            let is_number = || plain.trim().bytes().all(|byte| byte.is_ascii_digit()) && it.to_day().is_err();
            let none = || if is_number() { MomentError::NotADate } else { MomentError::NotATime };
            it.time = Some(reader.time().ok_or_else(none)?);
        }
        Ok(it)
    }

    fn to_moment(&self) -> Result<Moment, MomentError> {
        let day = self.to_day()?;
        let Some(time) = &self.time else { return Ok(Moment::Day(day)) };
        if time.hour == 24 && time.minute == 0 && time.second.unwrap_or(0) == 0 {
            return Err(MomentError::MidnightAsDayEnd(day.plus(1)));
        }
        if time.hour > 23 {
            return Err(MomentError::NoSuchHour);
        }
        if time.minute > 59 {
            return Err(MomentError::NoSuchMinute);
        }
        let clock = NaiveTime::from_hms_opt(time.hour, time.minute, time.second.unwrap_or(0))
            .ok_or(MomentError::NoSuchSecond)?;
        let local = day.0.and_time(clock);
        let seconds = match time.offset {
            None => return Ok(Moment::Local(local)),
            Some(Offset::Zulu) => 0,
            Some(Offset::Hours { minutes: 60.., .. }) => return Err(MomentError::NoSuchOffset),
            Some(Offset::Hours { west, hours, minutes }) => {
                let seconds = (hours * 3600 + minutes * 60).cast_signed();
                if west { -seconds } else { seconds }
            }
        };
        let instant = FixedOffset::east_opt(seconds).and_then(|offset| offset.from_local_datetime(&local).single());
        instant.map(Moment::Instant).ok_or(MomentError::NoSuchOffset)
    }

    fn to_day(&self) -> Result<Day, MomentError> {
        if self.year == 0 {
            return Err(MomentError::YearZero);
        }
        let year = self.year.cast_signed();
        let first = NaiveDate::from_ymd_opt(year, self.month, 1).ok_or(MomentError::NoSuchMonth)?;
        let days = u32::from(first.num_days_in_month());
        let date = NaiveDate::from_ymd_opt(year, self.month, self.day);
        date.map(Day).ok_or(MomentError::NoSuchDay { year: self.year, month: self.month, days })
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)?;
        let Some(time) = &self.time else { return Ok(()) };
        write!(f, "T{:02}:{:02}", time.hour, time.minute)?;
        if let Some(second) = time.second {
            write!(f, ":{second:02}")?;
        }
        match time.offset {
            None => Ok(()),
            Some(Offset::Zulu) => f.write_str("Z"),
            Some(Offset::Hours { west, hours, minutes }) => {
                write!(f, "{}{hours:02}:{minutes:02}", if west { '-' } else { '+' })
            }
        }
    }
}

/// Turns full-width forms, Unicode dashes and spaces into ASCII; `None` for long texts and other characters.
fn to_plain_ascii(text: &str) -> Option<String> {
    let mut plain = String::new();
    for c in text.chars() {
        if plain.len() == LONGEST {
            return None;
        }
        plain.push(to_ascii(c)?);
    }
    Some(plain)
}

fn to_ascii(c: char) -> Option<char> {
    match c {
        ' '..='~' => Some(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        // The full-width forms are in ASCII order (Unicode block Halfwidth and Fullwidth Forms).
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0),
        c if c.is_whitespace() => Some(' '),
        _ => None,
    }
}

/// Takes numbers and signs from the front of an ASCII text.
struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn eat(&mut self, any: &[u8]) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        if !any.contains(&byte) {
            return None;
        }
        self.rest = rest;
        Some(byte)
    }

    /// Takes a run of digits, at most `longest`.
    fn digits(&mut self, longest: usize) -> Option<&[u8]> {
        let length = self.rest.iter().take(longest).take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.rest.split_at(length);
        self.rest = rest;
        Some(digits).filter(|digits| !digits.is_empty())
    }

    /// Takes a run of at most `longest` digits, of which nine fit, and returns its value and length.
    fn number(&mut self, longest: usize) -> Option<(u32, usize)> {
        let digits = self.digits(longest)?;
        Some((digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0')), digits.len()))
    }

    /// Takes year, month and day, in any order and with any separator.
    fn date(&mut self) -> Result<(u32, u32, u32), MomentError> {
        let (first, length) = self.number(8).ok_or(MomentError::NotADate)?;
        if length == 8 {
            return Ok((first / 10_000, first / 100 % 100, first % 100));
        }
        let (separator, second, third, year_length) = self.other_two().ok_or(MomentError::NotADate)?;
        let day_first = Ok((third, second, first));
        match (length, year_length) {
            (4, 1 | 2) => Ok((first, second, third)),
            (1 | 2, 4) if first > 12 || first == second => day_first,
            (1 | 2, 4) if second > 12 => Ok((third, first, second)),
            (1 | 2, 4) if separator == b'.' => day_first,
            (1 | 2, 4) => Err(MomentError::DayOrMonthFirst),
            _ => Err(MomentError::NotADate),
        }
    }

    fn other_two(&mut self) -> Option<(u8, u32, u32, usize)> {
        let separator = self.eat(b"-/._ ")?;
        let (second, _) = self.number(2)?;
        self.eat(&[separator])?;
        // One digit more than a year has, so that a longer one is seen to be none.
        let (third, length) = self.number(5)?;
        Some((separator, second, third, length))
    }

    /// Takes the time of day and the offset; `None` unless they reach the end of the text.
    fn time(&mut self) -> Option<Time> {
        self.eat(b"Tt ,_")?;
        self.spaces();
        let (first, length) = self.number(6)?;
        let (hour, minute, second) = match length {
            6 => (first / 10_000, first / 100 % 100, Some(first % 100)),
            4 => (first / 100, first % 100, None),
            1 | 2 => {
                self.eat(b":")?;
                let (minute, _) = self.number(2)?;
                let second = if self.eat(b":").is_some() { Some(self.number(2)?.0) } else { None };
                (first, minute, second)
            }
            _ => return None,
        };
        if second.is_some() && self.eat(b".,").is_some() {
            self.digits(LONGEST)?;
        }
        self.spaces();
        let offset = if self.rest.is_empty() { None } else { Some(self.offset()?) };
        self.rest.is_empty().then_some(Time { hour, minute, second, offset })
    }

    fn spaces(&mut self) {
        while self.eat(b" ").is_some() {}
    }

    fn offset(&mut self) -> Option<Offset> {
        if [&b"Z"[..], b"UTC", b"GMT"].iter().any(|name| self.rest.eq_ignore_ascii_case(name)) {
            self.rest = &[];
            return Some(Offset::Zulu);
        }
        let west = self.eat(b"+-")? == b'-';
        let (first, length) = self.number(4)?;
        if length > 2 {
            return (length == 4).then_some(Offset::Hours { west, hours: first / 100, minutes: first % 100 });
        }
        let minutes = if self.eat(b":").is_some() { self.number(2)?.0 } else { 0 };
        Some(Offset::Hours { west, hours: first, minutes })
    }
}
