//! Days, moments and time zones: the only arithmetic on dates in the product.
//!
//! Texts are read strictly, because two readers that disagree about a date are a way around an expiry: chrono's own
//! parsers accept `2026-1-1`, ` 2026-11-23` and `+2026-11-23`, so they are not used. What was meant is still guessed,
//! for the message alone. The clock is not read here; it arrives as a value in [`Today`].

use std::fmt;
use std::str::FromStr;

use chrono::{
    DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike, Utc,
};
use chrono_tz::{TZ_VARIANTS, Tz};

/// The longest text that is looked at for a date; every right spelling has at most 25 bytes.
const LONGEST: usize = 40;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Returns the English name of a month, counted from 1.
pub(crate) fn month_name(month: u32) -> &'static str {
    MONTHS[(month as usize).saturating_sub(1) % MONTHS.len()]
}

/// Is a day of the calendar from 0001-01-01 to 9999-12-31 (ISO 8601, proleptic Gregorian).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

impl Day {
    /// Is 0001-01-01, from which days can be counted.
    pub const FIRST: Self = Self(match NaiveDate::from_ymd_opt(1, 1, 1) {
        Some(day) => day,
        None => NaiveDate::MIN,
    });

    /// Reads `YYYY-MM-DD`: exactly ten ASCII bytes, a year from 0001 (RFC 3339 `full-date`).
    pub fn parse(text: &str) -> Result<Self, MomentError> {
        if let Some(day) = Self::from_strict(text.as_bytes()) {
            return Ok(day);
        }
        let parts = Parts::guess(text).map_err(|error| match error {
            MomentError::NotATime => MomentError::NotADate,
            other => other,
        })?;
        Err(match parts.to_moment()? {
            Moment::Day(_) => MomentError::DaySpelling(parts.to_string()),
            moment => MomentError::TimeOnADay(moment.written_day()),
        })
    }

    /// Counts the days from this one to `other`; negative when `other` is earlier.
    pub fn days_until(self, other: Self) -> i64 {
        other.0.signed_duration_since(self.0).num_days()
    }

    /// Moves by a number of days, stopping at 0001-01-01 and 9999-12-31.
    pub fn plus(self, days: i64) -> Self {
        let moved = TimeDelta::try_days(days).and_then(|delta| self.0.checked_add_signed(delta));
        match moved {
            Some(date) => Self::clamped(date),
            None if days < 0 => Self::FIRST,
            None => Self::last(),
        }
    }

    /// Gives the year, the month from 1 and the day of the month from 1.
    pub fn year_month_day(self) -> (i32, u32, u32) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// Tells whether the day is a Monday.
    pub fn is_monday(self) -> bool {
        self.0.weekday() == chrono::Weekday::Mon
    }

    fn last() -> Self {
        Self(NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default())
    }

    fn clamped(date: NaiveDate) -> Self {
        Self(date).clamp(Self::FIRST, Self::last())
    }

    fn from_strict(bytes: &[u8]) -> Option<Self> {
        let &[a, b, c, d, b'-', e, f, b'-', g, h] = bytes else { return None };
        let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
        let pair = |high: u8, low: u8| Some(digit(high)? * 10 + digit(low)?);
        let year = pair(a, b)? * 100 + pair(c, d)?;
        if year == 0 {
            return None;
        }
        NaiveDate::from_ymd_opt(year.cast_signed(), pair(e, f)?, pair(g, h)?).map(Self)
    }

    fn midnight(self) -> NaiveDateTime {
        self.0.and_time(NaiveTime::MIN)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

/// Is what `starts` and `expires` hold: a day, or a date-time with or without an offset (RFC 3339, seconds optional).
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
    /// Reads `2026-11-23`, `2026-11-23T09:00` or `2026-11-23T09:00:30`, the last two also with `Z` or `±HH:MM`.
    ///
    /// Leap seconds, 24:00 and fractions of a second are refused: no expiry needs them, and tools read them differently.
    pub fn parse(text: &str) -> Result<Self, MomentError> {
        if let Some(day) = Day::from_strict(text.as_bytes()) {
            return Ok(Self::Day(day));
        }
        let parts = Parts::guess(text)?;
        let moment = parts.to_moment()?;
        // A text is in the strict form exactly when writing what was read gives the same text again.
        let written = parts.to_string();
        match (written == text, moment) {
            (true, _) => Ok(moment),
            (false, Self::Day(_)) => Err(MomentError::DaySpelling(written)),
            (false, _) => Err(MomentError::TimeSpelling(written)),
        }
    }

    fn written_day(self) -> Day {
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
        let sign = if minutes < 0 { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
    }
}

/// Says why a text is no day or moment, and what to write instead.
///
/// The text itself is never part of the message: suggestions are built from the numbers that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MomentError {
    /// Nothing in the text looks like a date.
    NotADate,
    /// A day in another spelling; holds the right one.
    DaySpelling(String),
    /// A date-time in another spelling; holds the right one.
    TimeSpelling(String),
    /// Day and month cannot be told apart, as in `03/04/2026`.
    DayOrMonthFirst,
    /// A date followed by something that is no time of day.
    NotATime,
    /// A date-time where only a day can stand; holds its day.
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

/// The numbers of a date in any spelling that people use; displayed in the one right spelling.
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
        let time = if reader.rest.is_empty() { None } else { Some(reader.time().ok_or(MomentError::NotATime)?) };
        Ok(Self { year, month, day, time })
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

/// Turns full-width forms, Unicode dashes and spaces into ASCII; gives nothing for long texts and other characters.
fn to_plain_ascii(text: &str) -> Option<String> {
    if text.len() > LONGEST * 3 {
        return None;
    }
    let plain: Option<String> = text.chars().map(to_ascii).collect();
    plain.filter(|plain| plain.len() <= LONGEST)
}

fn to_ascii(c: char) -> Option<char> {
    match c {
        ' '..='~' => Some(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        // The full-width forms stand in ASCII order (Unicode block Halfwidth and Fullwidth Forms).
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0),
        c if c.is_whitespace() => Some(' '),
        _ => None,
    }
}

/// Takes numbers and signs off the front of an ASCII text.
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

    /// Takes a run of at most `longest` digits and gives its value and length.
    fn number(&mut self, longest: usize) -> Option<(u32, usize)> {
        let length = self.rest.iter().take(longest).take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.rest.split_at(length);
        self.rest = rest;
        let value = digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
        (length > 0).then_some((value, length))
    }

    /// Takes year, month and day in whatever order and with whatever separator they stand.
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
        let (third, length) = self.number(4)?;
        Some((separator, second, third, length))
    }

    /// Takes the time of day and the offset; gives nothing unless they reach the end of the text.
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
            self.number(LONGEST)?;
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

/// Is a time zone of the IANA database, in which the register's days begin and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    /// Coordinated Universal Time, the default of the policy.
    pub const UTC: Self = Self(Tz::UTC);

    /// Looks up an IANA name such as `Europe/Berlin`, in its own upper and lower case.
    pub fn parse(name: &str) -> Result<Self, ZoneError> {
        Tz::from_str(name).map(Self).map_err(|_| ZoneError { nearest: nearest_zone(name) })
    }

    /// Gives the IANA name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Gives the calendar day that an instant falls on here.
    pub fn day_of(self, instant: DateTime<Utc>) -> Day {
        Day::clamped(self.local(instant).date())
    }

    /// Gives the first covered instant: a day's first existing moment, or the date-time itself.
    pub fn starts_at(self, moment: Moment) -> DateTime<Utc> {
        match moment {
            Moment::Day(day) => self.resolve(day.midnight()),
            Moment::Local(local) => self.resolve(local),
            Moment::Instant(instant) => instant.to_utc(),
        }
    }

    /// Gives the first instant that is no longer covered: the next day's first moment, or the date-time itself.
    ///
    /// An end that a clock change makes doubtful is read strictly. A local time that comes twice means its first
    /// coming, since nobody approved the second hour; one that is skipped means the instant after the gap, which is
    /// also the instant before it, so nothing is lost or won.
    pub fn ends_at(self, moment: Moment) -> DateTime<Utc> {
        match moment {
            Moment::Day(day) => self.resolve((day.0 + TimeDelta::days(1)).and_time(NaiveTime::MIN)),
            Moment::Local(_) | Moment::Instant(_) => self.starts_at(moment),
        }
    }

    /// Gives the day of a start: itself, or the day here that holds the date-time.
    pub fn first_day(self, moment: Moment) -> Day {
        match moment {
            Moment::Day(day) => day,
            Moment::Local(_) | Moment::Instant(_) => self.day_of(self.starts_at(moment)),
        }
    }

    /// Gives the last covered day of an expiry: itself, or the day here that holds the last covered instant.
    ///
    /// A date-time of exactly midnight therefore belongs to the day before.
    pub fn last_day(self, moment: Moment) -> Day {
        match moment {
            Moment::Day(day) => day,
            Moment::Local(_) | Moment::Instant(_) => self.day_of(self.ends_at(moment) - TimeDelta::nanoseconds(1)),
        }
    }

    fn local(self, instant: DateTime<Utc>) -> NaiveDateTime {
        self.0.from_utc_datetime(&instant.naive_utc()).naive_local()
    }

    fn resolve(self, local: NaiveDateTime) -> DateTime<Utc> {
        match self.0.from_local_datetime(&local).earliest() {
            Some(found) => found.to_utc(),
            None => self.after_gap(local),
        }
    }

    /// Finds the first instant whose local time is past a skipped one.
    fn after_gap(self, local: NaiveDateTime) -> DateTime<Utc> {
        // Every offset is under a day, so the change lies within a day of the local time read as UTC. Whole seconds
        // suffice: the database knows no finer change.
        let (mut before, mut after) = (-86_400, 86_400);
        let at = |seconds: i64| local.and_utc() + TimeDelta::seconds(seconds);
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if self.local(at(middle)) < local { before = middle } else { after = middle }
        }
        at(after)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Says that a name is not in the IANA time zone database, with the nearest one that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneError {
    /// The nearest name, where one is near enough to be meant.
    pub nearest: Option<&'static str>,
}

impl fmt::Display for ZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.nearest {
            Some(name) => write!(f, "is not an IANA time zone: write `{name}`"),
            None => f.write_str("is not an IANA time zone: write a name such as `Europe/Berlin` or `UTC`"),
        }
    }
}

impl std::error::Error for ZoneError {}

/// Finds the zone whose name, or whose city alone, differs in case or in a few letters only.
fn nearest_zone(name: &str) -> Option<&'static str> {
    if name.len() > LONGEST {
        return None;
    }
    let wanted = name.trim().to_lowercase().replace(' ', "_");
    let distance = |zone: &Tz| {
        let known = zone.name().to_lowercase();
        let city = known.rsplit('/').next().unwrap_or(&known);
        strsim::damerau_levenshtein(&wanted, &known).min(strsim::damerau_levenshtein(&wanted, city))
    };
    let ranked = TZ_VARIANTS.iter().map(|zone| (distance(zone), zone));
    let (near, zone) = ranked.min_by_key(|(near, zone)| (*near, zone.name().len()))?;
    (near <= wanted.chars().count() / 4).then(|| zone.name())
}

/// Is the one instant that a run calls now, and its day in the register's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Today {
    /// The instant.
    pub instant: DateTime<Utc>,
    /// The day that it falls on in the register's time zone.
    pub day: Day,
}

impl Today {
    /// Takes the clock's instant, which the edge of the program has read.
    pub fn from_clock(zone: Zone, instant: DateTime<Utc>) -> Self {
        Self { instant, day: zone.day_of(instant) }
    }

    /// Reads a day, meaning its first moment in the zone, or a date-time.
    pub fn parse(text: &str, zone: Zone) -> Result<Self, MomentError> {
        let moment = Moment::parse(text)?;
        Ok(Self::from_clock(zone, zone.starts_at(moment)))
    }

    /// Tells whether a start has been reached.
    pub fn has_started(&self, zone: Zone, starts: Moment) -> bool {
        zone.starts_at(starts) <= self.instant
    }

    /// Tells whether an expiry has passed.
    pub fn has_ended(&self, zone: Zone, expires: Moment) -> bool {
        zone.ends_at(expires) <= self.instant
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

    fn moment(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    fn utc(text: &str) -> DateTime<Utc> {
        let Moment::Instant(instant) = moment(text) else { panic!("{text} has no offset") };
        instant.to_utc()
    }

    fn complaint(text: &str) -> String {
        Moment::parse(text).unwrap_err().to_string()
    }

    fn now(text: &str, zone: Zone) -> Today {
        Today::parse(text, zone).unwrap()
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
        assert_eq!(complaint("2026-2-3"), "write the day as YYYY-MM-DD: `2026-02-03`");
        assert_eq!(complaint("1.2.2026"), "write the day as YYYY-MM-DD: `2026-02-01`");
        assert_eq!(complaint("01/02/2026"), "could be two different days: write YYYY-MM-DD");
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
            ("20261123T090030Z", "2026-11-23T09:00:30Z"),
            ("2026-11-23T09:00+0130", "2026-11-23T09:00+01:30"),
            ("2026-11-23T09:00-5", "2026-11-23T09:00-05:00"),
            ("2026-11-23T09:00 ", "2026-11-23T09:00"),
        ] {
            assert_eq!(complaint(text), format!("write the date-time as YYYY-MM-DDTHH:MM: `{right}`"), "{text}");
        }
        for text in [
            "2026-11-23T",
            "2026-11-23T09",
            "2026-11-23 noon",
            "2026-11-23-01",
            "2026-11-23T09:00 CET",
            "2026-11-23T09:00+",
        ] {
            assert_eq!(complaint(text), "no readable time follows the day: write YYYY-MM-DDTHH:MM", "{text}");
        }
    }

    #[test]
    fn values_that_no_calendar_has_are_named() {
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
            ("2026-11-23T23:60", "minutes go from 00 to 59"),
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
        for text in ["9".repeat(100_000), "２".repeat(50_000), " ".repeat(100_000), "2026-11-23".repeat(4_000)] {
            assert_eq!(Moment::parse(&text), Err(MomentError::NotADate));
        }
    }

    #[test]
    fn every_prefix_and_suffix_of_hostile_texts_is_survived() {
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
    fn a_day_takes_no_time() {
        let error = Day::parse("2026-11-23T09:00+01:00").unwrap_err();
        assert_eq!(error.to_string(), "write the day without a time: `2026-11-23`");
        for (text, says) in [
            ("2026-2-3", "write the day as YYYY-MM-DD: `2026-02-03`"),
            ("2026-11-23 9:00", "write the day without a time: `2026-11-23`"),
            ("2026-11-23 noon", "not a date: write YYYY-MM-DD"),
            ("03/04/2026", "could be two different days: write YYYY-MM-DD"),
            ("2026-02-30", "February 2026 has 28 days"),
        ] {
            assert_eq!(Day::parse(text).unwrap_err().to_string(), says, "{text}");
        }
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
    fn an_expiry_day_is_good_until_the_next_midnight_of_the_zone() {
        let expires = moment("2026-11-23");
        let auckland = zone("Pacific/Auckland");
        assert_eq!(Zone::UTC.ends_at(expires), utc("2026-11-24T00:00Z"));
        assert_eq!(auckland.ends_at(expires), utc("2026-11-23T11:00Z"));
        assert!(!now("2026-11-23", Zone::UTC).has_ended(Zone::UTC, expires));
        assert!(!now("2026-11-23T23:59:59", Zone::UTC).has_ended(Zone::UTC, expires));
        assert!(now("2026-11-24", Zone::UTC).has_ended(Zone::UTC, expires));
        assert!(now("2026-11-23T11:00Z", auckland).has_ended(auckland, expires));
        assert_eq!(now("2026-11-23T11:00Z", auckland).day, day("2026-11-24"));
        assert!(now("2026-11-22T11:00Z", auckland).has_started(auckland, expires));
        assert!(!now("2026-11-22T10:59:59Z", auckland).has_started(auckland, expires));
    }

    #[test]
    fn an_expiry_date_time_ends_at_its_minute() {
        let expires = moment("2026-11-23T09:00");
        assert!(!now("2026-11-23T08:59:59", Zone::UTC).has_ended(Zone::UTC, expires));
        assert!(now("2026-11-23T09:00", Zone::UTC).has_ended(Zone::UTC, expires));
        assert_eq!(zone("Europe/Berlin").ends_at(expires), utc("2026-11-23T08:00Z"));
    }

    #[test]
    fn a_written_offset_wins_over_the_zone_for_the_instant_but_not_for_the_day() {
        let auckland = zone("Pacific/Auckland");
        let written = moment("2026-11-23T12:00+01:00");
        assert_eq!(auckland.ends_at(written), utc("2026-11-23T11:00Z"));
        assert_eq!(auckland.first_day(written), day("2026-11-24"));
        assert_eq!(auckland.last_day(written), day("2026-11-23"));
        assert_eq!(Zone::UTC.last_day(written), day("2026-11-23"));
    }

    #[test]
    fn a_date_time_of_midnight_belongs_to_the_day_before() {
        assert_eq!(Zone::UTC.last_day(moment("2026-11-23T00:00")), day("2026-11-22"));
        assert_eq!(Zone::UTC.last_day(moment("2026-11-23T00:00:01")), day("2026-11-23"));
        assert_eq!(Zone::UTC.first_day(moment("2026-11-23T00:00")), day("2026-11-23"));
    }

    #[test]
    fn days_have_23_or_25_hours_at_a_clock_change() {
        let berlin = zone("Europe/Berlin");
        for (text, hours) in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-23", 24)] {
            let length = berlin.ends_at(moment(text)) - berlin.starts_at(moment(text));
            assert_eq!(length.num_hours(), hours, "{text}");
        }
    }

    #[test]
    fn a_doubtful_local_time_ends_early() {
        let berlin = zone("Europe/Berlin");
        assert_eq!(berlin.ends_at(moment("2026-10-25T02:30")), utc("2026-10-25T00:30Z"));
        assert_eq!(berlin.ends_at(moment("2026-03-29T02:30")), utc("2026-03-29T01:00Z"));
        assert_eq!(berlin.ends_at(moment("2026-03-29T02:00")), utc("2026-03-29T01:00Z"));
    }

    #[test]
    fn a_day_without_midnight_starts_after_the_gap() {
        let sao_paulo = zone("America/Sao_Paulo");
        assert_eq!(sao_paulo.starts_at(moment("2018-11-04")), utc("2018-11-04T03:00Z"));
        assert_eq!(sao_paulo.ends_at(moment("2018-11-03")), utc("2018-11-04T03:00Z"));
        assert_eq!(sao_paulo.ends_at(moment("2018-02-17")), utc("2018-02-18T03:00Z"));
        assert_eq!(zone("Asia/Beirut").starts_at(moment("2022-03-27")), utc("2022-03-26T22:00Z"));
        assert_eq!(zone("America/Havana").starts_at(moment("2026-11-01")), utc("2026-11-01T04:00Z"));
    }

    #[test]
    fn a_day_that_the_zone_left_out_is_empty() {
        let apia = zone("Pacific/Apia");
        let skipped = moment("2011-12-30");
        assert_eq!(apia.starts_at(skipped), utc("2011-12-30T10:00Z"));
        assert_eq!(apia.ends_at(skipped), utc("2011-12-30T10:00Z"));
        assert_eq!(apia.ends_at(moment("2011-12-29")), utc("2011-12-30T10:00Z"));
        assert_eq!(now("2011-12-30", apia).day, day("2011-12-31"));
    }

    #[test]
    fn the_ends_of_the_calendar_are_safe_in_every_zone() {
        for tz in TZ_VARIANTS {
            let zone = Zone(tz);
            for text in
                ["0001-01-01", "9999-12-31", "0001-01-01T00:00+23:59", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00"]
            {
                let moment = moment(text);
                assert!(zone.starts_at(moment) <= zone.ends_at(moment));
                assert!(zone.first_day(moment) >= Day::FIRST && zone.last_day(moment) <= Day::last());
            }
        }
    }

    #[test]
    fn days_follow_one_another_without_a_hole_in_every_zone() {
        for tz in TZ_VARIANTS {
            let zone = Zone(tz);
            let mut today = day("2011-01-01");
            while today < day("2012-01-02") {
                let next = today.plus(1);
                assert_eq!(zone.ends_at(Moment::Day(today)), zone.starts_at(Moment::Day(next)), "{zone} {today}");
                assert!(zone.starts_at(Moment::Day(today)) <= zone.starts_at(Moment::Day(next)), "{zone} {today}");
                today = next;
            }
        }
    }

    #[test]
    fn an_unknown_zone_gets_the_nearest_name() {
        for (text, nearest) in [
            ("europe/berlin", Some("Europe/Berlin")),
            ("Europe/Berln", Some("Europe/Berlin")),
            ("Berlin", Some("Europe/Berlin")),
            ("New York", Some("America/New_York")),
            ("utc", Some("UTC")),
            ("Mars/Olympus Mons", None),
            ("", None),
            ("\u{0}", None),
            ("+01:00", None),
        ] {
            assert_eq!(Zone::parse(text).unwrap_err().nearest, nearest, "{text}");
        }
        assert!(Zone::parse(&"Europe/".repeat(15_000)).is_err());
        assert_eq!(zone("Europe/Berlin").to_string(), "Europe/Berlin");
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
