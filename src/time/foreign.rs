//! Dates as spreadsheets and people write them.
//!
//! A cell such as `03/04/2026` may be either of two days; the whole column decides which, never a single cell.

use crate::text::{month_of, shown};
use crate::time::{Day, Moment, MomentError};

/// Whether the day or the month comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// `23/11/2026`.
    DayFirst,
    /// `11/23/2026`.
    MonthFirst,
}

/// What a cell says about a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// One day or date-time, regardless of the order.
    Plain(Moment),
    /// A number that Excel shows as a date (1900 system).
    Serial(Moment),
    /// Two numbers either of which may be the month; both readings, where there is such a day.
    Ordered {
        /// Read with the day first.
        day_first: Option<Moment>,
        /// Read with the month first.
        month_first: Option<Moment>,
    },
    /// A day with the name of a different weekday, Monday being 0.
    OtherWeekday(Day, usize),
    /// Not a date.
    Unreadable,
}

/// The longest spelling of a date.
const LONGEST: usize = 60;

/// Excel's numbers for 1954-10-03 and 2119-01-11: anything outside is hardly a date.
const SERIALS: std::ops::RangeInclusive<i64> = 20_000..=80_000;

/// English and German weekdays from Monday on, as their letters begin, and German short forms.
const WEEKDAYS: [&[&str]; 7] = [
    &["monday", "montag", "mo"],
    &["tuesday", "dienstag", "di"],
    &["wednesday", "mittwoch", "mi"],
    &["thursday", "donnerstag", "do"],
    &["friday", "freitag", "fr"],
    &["saturday", "samstag", "sonnabend", "sa"],
    &["sunday", "sonntag", "so"],
];

/// Reads a cell.
#[must_use]
pub(crate) fn read(text: &str) -> Written {
    let text = text.trim();
    if text.len() > LONGEST {
        return Written::Unreadable;
    }
    if let Ok(moment) = Moment::parse(text) {
        return Written::Plain(moment);
    }
    if let Some(moment) = serial(text) {
        return Written::Serial(moment);
    }
    let Some((date, clock)) = parts(text) else { return Written::Unreadable };
    let moment = |(year, month, day): (u32, u32, u32)| at(year, month, day, &clock);
    match date {
        Date::Certain(date) => moment(date).map_or(Written::Unreadable, |moment| {
            let day = moment.written_day();
            other_weekday(text, day).map_or(Written::Plain(moment), |said| Written::OtherWeekday(day, said))
        }),
        Date::Ordered { first, second, year } => {
            let (day_first, month_first) = (moment((year, second, first)), moment((year, first, second)));
            if without_weekday(text) != text {
                // The weekday says which of the two it is.
                let is_it = |moment: &Moment| other_weekday(text, moment.written_day()).is_none();
                return match (day_first.filter(is_it), month_first.filter(is_it)) {
                    (Some(one), None) | (None, Some(one)) => Written::Plain(one),
                    _ => Written::Unreadable,
                };
            }
            match (day_first, month_first) {
                (None, None) => Written::Unreadable,
                (Some(a), Some(b)) if a == b => Written::Plain(a),
                _ => Written::Ordered { day_first, month_first },
            }
        }
    }
}

/// Returns the right spellings of a date in another one: a single one where it is certain, two where either number may
/// be the month. A time of day is only taken over, never left out, and a year of two digits is never certain.
#[must_use]
pub fn spellings(text: &str) -> Vec<String> {
    let has_fraction = text.rsplit_once(':').is_some_and(|(_, rest)| rest.contains(['.', ',']));
    match Moment::parse(text) {
        Err(MomentError::DaySpelling(right) | MomentError::TimeSpelling(right)) if !has_fraction => return vec![right],
        Ok(_) => return Vec::new(),
        Err(_) => {}
    }
    let is_digit = |c: char| c.is_ascii_digit();
    let has_year = text.split(|c: char| !is_digit(c)).any(|number| number.len() == 4);
    if !has_year || text.contains(':') {
        return Vec::new();
    }
    let moments = match read(text) {
        Written::Plain(moment) => vec![Some(moment)],
        Written::Ordered { day_first, month_first } => vec![day_first, month_first],
        Written::Serial(_) | Written::OtherWeekday(..) | Written::Unreadable => Vec::new(),
    };
    moments.into_iter().flatten().map(|moment| moment.to_string()).collect()
}

/// Says why a text is not taken as it is: as the strict reader says it, unless the text is a day in words, which then
/// has one right spelling or contradicts itself.
#[must_use]
pub fn fault(text: &str, strict: MomentError) -> MomentError {
    if !matches!(strict, MomentError::NotADate | MomentError::NotATime) {
        return strict;
    }
    if let Some(contradiction) = contradiction(text) {
        return contradiction;
    }
    match spellings(text).as_slice() {
        [right] if !right.contains('T') => MomentError::DaySpelling(right.clone()),
        _ => strict,
    }
}

/// Says that a date has the name of a different weekday next to it.
#[must_use]
pub(crate) fn contradiction(text: &str) -> Option<MomentError> {
    match read(text) {
        Written::OtherWeekday(day, said) => Some(MomentError::OtherWeekday { day, said }),
        _ => None,
    }
}

/// Returns the day of a date-time that is on it in any time zone: one without an offset.
#[must_use]
pub fn day_at_any_offset(text: &str) -> Option<Day> {
    let moment = match Moment::parse(text) {
        Err(MomentError::TimeSpelling(right)) => Moment::parse(&right),
        moment => moment,
    };
    moment.ok().filter(|moment| matches!(moment, Moment::Local(_))).map(Moment::written_day)
}

/// Reads a number as Excel shows it: days since 1899-12-30, with the time of day as a fraction. That calendar's 29
/// February 1900 is before every number that is read here.
fn serial(text: &str) -> Option<Moment> {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 5 || !digits(fraction) || fraction.len() > 17 {
        return None;
    }
    let days: i64 = whole.parse().ok().filter(|days| SERIALS.contains(days))?;
    let part: f64 = format!("0.{fraction}").parse().ok()?;
    const MINUTES: f64 = 24.0 * 60.0;
    let minutes = (part * MINUTES).round();
    let day = Day::parse("1899-12-30").ok()?.plus(days);
    // A fraction that rounds up to midnight is the next day.
    if !(1.0..MINUTES).contains(&minutes) {
        return Some(Moment::Day(day.plus(i64::from(minutes >= MINUTES))));
    }
    let (hour, minute) = ((minutes / 60.0).floor(), minutes % 60.0);
    moment(&format!("{day}T{hour:02}:{minute:02}"))
}

enum Date {
    Certain((u32, u32, u32)),
    Ordered { first: u32, second: u32, year: u32 },
}

/// Splits a text into its date and what follows it as a time: `T09:00` or empty.
fn parts(text: &str) -> Option<(Date, String)> {
    if let Some(found) = with_month_name(text) {
        return Some(found);
    }
    let text = without_weekday(text);
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '/' | '-'))).unwrap_or(text.len());
    let (date, rest) = text.split_at(end);
    let clock = clock(rest)?;
    let separator = date.chars().find(|c| !c.is_ascii_digit());
    let Some(separator) = separator else {
        let whole: u32 = date.parse().ok().filter(|_| date.len() == 8)?;
        return Some((Date::Certain((whole / 10_000, whole / 100 % 100, whole % 100)), clock));
    };
    let pieces: Vec<&str> = date.trim_end_matches('.').split(separator).collect();
    let [first, second, third] = pieces[..] else { return None };
    let number = |piece: &str| piece.parse::<u32>().ok();
    let (a, b, c) = (number(first)?, number(second)?, number(third)?);
    let short = |piece: &str| matches!(piece.len(), 1 | 2);
    let date = match (first.len(), third.len()) {
        (4, _) if short(second) && short(third) => Date::Certain((a, b, c)),
        // Nobody writes the month first before a full stop, and nobody can tell `26-11-23` from `23-11-26`.
        (1 | 2, 2 | 4) if separator == '.' && short(second) => Date::Certain((year(c, third.len())?, b, a)),
        (1 | 2, 4) if short(second) => Date::Ordered { first: a, second: b, year: c },
        (1 | 2, 2) if separator == '/' && short(second) => {
            Date::Ordered { first: a, second: b, year: year(c, third.len())? }
        }
        _ => return None,
    };
    Some((date, clock))
}

/// Reads `23. November 2026`, `Nov 23, 2026`, `23-Nov-26` and the like.
fn with_month_name(text: &str) -> Option<(Date, String)> {
    let (date, clock_text) = match text.find(':') {
        // The hour comes before the colon.
        Some(colon) => text.split_at(text[..colon].trim_end_matches(|c: char| c.is_ascii_digit()).len()),
        None => (text, ""),
    };
    let clock = clock(clock_text)?;
    let mut month = None;
    let mut numbers: Vec<(u32, usize)> = Vec::new();
    let date = date.trim_end_matches(['T', ' ', ',']);
    for piece in date.split([' ', '-', '/', '.', ',', '\u{a0}']).filter(|piece| !piece.is_empty()) {
        let digits = piece.trim_end_matches(|c: char| c.is_alphabetic());
        let suffix = &piece[digits.len()..];
        if digits.is_empty() {
            let word = piece.to_lowercase();
            match month_of(&word) {
                Some(found) if month.is_none() => month = Some(found),
                None if is_weekday(&word) || matches!(word.as_str(), "of" | "um" | "at" | "de" | "del" | "le") => {}
                _ => return None,
            }
        } else if digits.len() <= 4 && (suffix.is_empty() || matches!(suffix, "st" | "nd" | "rd" | "th" | "er")) {
            numbers.push((digits.parse().ok()?, digits.len()));
        } else {
            return None;
        }
    }
    let [(a, a_length), (b, b_length)] = numbers[..] else { return None };
    let (day, written, length) = if a_length == 4 { (b, a, a_length) } else { (a, b, b_length) };
    Some((Date::Certain((year(written, length)?, month?, day)), clock))
}

/// Leaves out the weekday in front of a date in digits, as a spreadsheet writes it: `Fr, 04.12.2026`.
fn without_weekday(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let is_apart = rest.starts_with([',', '.', ' ', '\u{a0}']);
    let is_named = is_apart && is_weekday(&word.to_lowercase());
    if is_named { rest.trim_start_matches([',', '.', ' ', '\u{a0}']) } else { text }
}

fn weekdays(word: &str) -> impl Iterator<Item = usize> {
    let is = move |name: &&str| *name == word || (word.len() >= 3 && name.starts_with(word));
    WEEKDAYS.iter().enumerate().filter(move |(_, names)| names.iter().any(is)).map(|(at, _)| at)
}

/// Returns a weekday that a text names, where a day is none of those that the word may mean.
fn other_weekday(text: &str, day: Day) -> Option<usize> {
    let words = text.split(|c: char| !c.is_alphabetic()).map(str::to_lowercase);
    words.filter(|word| month_of(word).is_none()).find_map(|word| {
        let named: Vec<usize> = weekdays(&word).collect();
        let said = *named.first()?;
        (!named.contains(&day.weekday())).then_some(said)
    })
}

fn is_weekday(word: &str) -> bool {
    weekdays(word).next().is_some()
}

/// Reads a weekday, Monday being 0; `None` if it is not one, or could be two.
pub(super) fn weekday(word: &str) -> Option<u32> {
    let word = word.to_lowercase();
    let mut found = weekdays(&word);
    found.next().filter(|_| found.next().is_none()).and_then(|at| u32::try_from(at).ok())
}

/// Returns the English name of a weekday, Monday being 0.
pub(super) fn weekday_name(weekday: usize) -> &'static str {
    const NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    NAMES[weekday % NAMES.len()]
}

/// Returns the year of two digits or four: `26` is 2026, `95` is 1995.
fn year(written: u32, length: usize) -> Option<u32> {
    match length {
        4 => Some(written),
        2 if written < 80 => Some(2000 + written),
        2 => Some(1900 + written),
        _ => None,
    }
}

/// Reads what follows a date: nothing, or a time of day, with `AM` or `PM`, an offset or `Uhr`. Whether what is behind
/// the time is an offset shows when the whole is read.
fn clock(text: &str) -> Option<String> {
    let text = text.trim_matches([' ', ',', '\u{a0}']).trim_start_matches(['T', 't']).trim();
    if text.is_empty() {
        return Some(String::new());
    }
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.'))).unwrap_or(text.len());
    let (time, rest) = text.split_at(end);
    let mut pieces = time.split(':');
    let mut number = |longest: usize| {
        let piece = pieces.next()?;
        piece.parse::<u32>().ok().filter(|_| piece.len() <= longest)
    };
    let (hour, minute) = (number(2)?, number(2)?);
    // Fractions of a second never matter.
    let second: u32 = match time.split(':').nth(2) {
        Some(seconds) => seconds.split('.').next()?.parse().ok().filter(|seconds| *seconds < 60)?,
        None => 0,
    };
    if time.split(':').count() > 3 {
        return None;
    }
    let rest = rest.trim();
    let (hour, offset) = match rest.to_ascii_lowercase().as_str() {
        "" | "uhr" => (hour, String::new()),
        "am" | "a.m." if (1..=12).contains(&hour) => (hour % 12, String::new()),
        "pm" | "p.m." if (1..=12).contains(&hour) => (hour % 12 + 12, String::new()),
        "z" | "utc" | "gmt" => (hour, "Z".to_owned()),
        offset => (hour, offset.to_owned()),
    };
    // The last minute of a day, which people write to mean its end.
    if (hour, minute) == (23, 59) && offset.is_empty() {
        return Some(String::new());
    }
    if (hour, minute, second) == (0, 0, 0) && offset.is_empty() {
        return Some(String::new());
    }
    Some(format!("T{hour:02}:{minute:02}:{second:02}{offset}"))
}

fn at(year: u32, month: u32, day: u32, clock: &str) -> Option<Moment> {
    moment(&format!("{year:04}-{month:02}-{day:02}{clock}"))
}

fn moment(text: &str) -> Option<Moment> {
    Moment::parse(text).ok()
}

/// A cell of a sheet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` (line {line})", shown(text))]
pub struct Cell {
    /// Its line, from 1.
    pub line: usize,
    /// Its text.
    pub text: String,
}

/// What the cells of one column tell about their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// The first cell that can only be read with the day first.
    pub(crate) day_first: Option<Cell>,
    /// The first cell that can only be read with the month first.
    pub(crate) month_first: Option<Cell>,
    /// The first cell that can be read both ways.
    pub(crate) either: Option<Cell>,
    /// The first Excel number.
    pub(crate) serial: Option<Cell>,
}

impl Evidence {
    /// Adds a cell: its line and its text.
    pub(crate) fn add(&mut self, line: usize, text: &str) {
        let place = match read(text) {
            Written::Ordered { day_first: Some(_), month_first: None } => &mut self.day_first,
            Written::Ordered { day_first: None, month_first: Some(_) } => &mut self.month_first,
            Written::Ordered { .. } => &mut self.either,
            Written::Serial(_) => &mut self.serial,
            Written::Plain(_) | Written::OtherWeekday(..) | Written::Unreadable => return,
        };
        if place.is_none() {
            *place = Some(Cell { line, text: text.trim().to_owned() });
        }
    }

    /// Returns the order that the cells prove, if they agree.
    #[must_use]
    pub(crate) fn order(&self) -> Option<DateOrder> {
        match (&self.day_first, &self.month_first) {
            (Some(_), None) => Some(DateOrder::DayFirst),
            (None, Some(_)) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }

    /// Returns whether the cells prove both orders.
    #[must_use]
    pub(crate) fn is_mixed(&self) -> bool {
        self.day_first.is_some() && self.month_first.is_some()
    }
}

/// Returns the moment that a cell means under an order. A cell that fits only one order means that day.
#[must_use]
pub(crate) fn under(written: &Written, order: Option<DateOrder>) -> Option<Moment> {
    match (written, order) {
        (Written::Plain(moment) | Written::Serial(moment), _) => Some(*moment),
        (Written::Ordered { day_first: Some(moment), month_first: None }, _)
        | (Written::Ordered { day_first: None, month_first: Some(moment) }, _) => Some(*moment),
        (Written::Ordered { day_first, .. }, Some(DateOrder::DayFirst)) => *day_first,
        (Written::Ordered { month_first, .. }, Some(DateOrder::MonthFirst)) => *month_first,
        (Written::Ordered { .. }, None) | (Written::OtherWeekday(..) | Written::Unreadable, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, order: Option<DateOrder>) -> String {
        under(&read(text), order).map_or_else(|| "-".to_owned(), |moment| moment.to_string())
    }

    #[test]
    fn one_day_in_every_spelling_is_that_day() {
        for text in [
            "2026-11-23",
            "2026-11-23 00:00:00",
            "2026/11/23",
            "20261123",
            "23.11.2026",
            "23.11.26",
            "23/11/2026",
            "11/23/2026",
            "11/23/26",
            "23-11-2026",
            "46349",
            "46349.0",
            "46349,0",
            "23-Nov-26",
            "23 Nov 2026",
            "Nov 23, 2026",
            "23. November 2026",
            "Montag, 23. November 2026",
            "Mon 23 Nov 2026",
            "November 23rd, 2026",
            "2026 Nov 23",
            "23.11.2026 00:00",
            "11/23/2026 12:00:00 AM",
            "23.11.2026 23:59:59",
            " 23.11.2026 ",
            "Montag, 23.11.2026",
            "Mo, 23.11.26",
            "Mo. 23.11.2026",
            "Mon 2026-11-23",
            "Mon 11/23/2026",
            "Monday, 23/11/2026",
            "23-nov-2026",
            "23.11.2026.",
        ] {
            assert_eq!(shown(text, None), "2026-11-23", "{text}");
        }
        for (text, moment) in [
            ("1. März 2026", "2026-03-01"),
            ("3 Dez 2026", "2026-12-03"),
            ("23.11.79", "2079-11-23"),
            ("23.11.80", "1980-11-23"),
            ("23-Nov-95", "1995-11-23"),
            ("99991231", "9999-12-31"),
            ("20000", "1954-10-03"),
            ("80000", "2119-01-11"),
            ("46352.5", "2026-11-26T12:00"),
            ("46352.3125", "2026-11-26T07:30"),
            ("46352,0007", "2026-11-26T00:01"),
            ("46352.0003", "2026-11-26"),
            ("46352.9999", "2026-11-27"),
            ("46352.50000000000000000", "2026-11-26T12:00"),
        ] {
            assert_eq!(shown(text, None), moment, "{text}");
        }
        let blanks = |count: usize| format!("23 Nov{}2026", " ".repeat(count));
        assert_eq!(shown(&blanks(LONGEST - 10), None), "2026-11-23");
        assert_eq!(read(&blanks(LONGEST - 9)), Written::Unreadable);
    }

    #[test]
    fn a_meaningful_time_is_kept() {
        assert_eq!(shown("2026-11-23 17:30", None), "2026-11-23T17:30");
        assert_eq!(shown("2026-11-23T00:00", None), "2026-11-23T00:00");
        assert_eq!(shown("11/23/2026 5:30:00 PM", None), "2026-11-23T17:30");
        assert_eq!(shown("23.11.2026 12:30:15", None), "2026-11-23T12:30:15");
        for (clock, meant) in [
            ("12:30 AM", "00:30"),
            ("11:30 AM", "11:30"),
            ("12:30 PM", "12:30"),
            ("1:05 PM", "13:05"),
            ("11:30 p.m.", "23:30"),
            ("1:05 am", "01:05"),
        ] {
            assert_eq!(shown(&format!("11/23/2026 {clock}"), None), format!("2026-11-23T{meant}"), "{clock}");
        }
        assert_eq!(shown("23. Nov 2026 17:30 Uhr", None), "2026-11-23T17:30");
        assert_eq!(shown("2026-11-23T09:00:00.000Z", None), "2026-11-23T09:00Z");
        assert_eq!(shown("2026-11-23 00:00:00+01:00", None), "2026-11-23T00:00+01:00");
    }

    #[test]
    fn a_day_that_could_be_two_is_decided_by_the_order_alone() {
        assert_eq!(shown("03/04/2026", None), "-");
        assert_eq!(shown("03/04/2026", Some(DateOrder::DayFirst)), "2026-04-03");
        assert_eq!(shown("03/04/2026", Some(DateOrder::MonthFirst)), "2026-03-04");
        assert_eq!(shown("23/11/2026", Some(DateOrder::MonthFirst)), "2026-11-23");
        assert_eq!(shown("03/03/2026", None), "2026-03-03");
    }

    #[test]
    fn what_is_not_one_date_is_not_guessed() {
        for text in [
            "",
            "tbd",
            "permanent",
            "31.02.2026",
            "13/13/2026",
            "26-11-23",
            "46",
            "123456",
            "4634",
            "99999",
            "19999",
            "80001",
            "46352.500000000000000000",
            "046352",
            "+46352",
            "4635x",
            "46352.5e1",
            "46352.-5",
            "2026",
            "2026/011/23",
            "2026/11/023",
            "23.011.2026",
            "23/011/2026",
            "11/023/26",
            "00023 Nov 2026",
            "23x Nov 2026",
            "tu 24 Nov 2026",
            "release 23 Nov 2026",
            "Q4 2026",
            "end of November",
            "23.11",
            "11/2026",
            "2026-11",
            "23.11.2026 25:00",
            "23.11.2026 until 9:00",
            "2026-11-23 12:30:99",
            "23.11.2026 23:59:60",
            "23.11.2026 12:30:15:10",
            "23.11.2026 009:00",
            "23.11.2026 9:000",
            "23.11.2026 :30",
            "23.11.2026 9:",
            "11/23/2026 13:00 AM",
            "11/23/2026 13:00 PM",
            "11/23/2026 0:30 am",
            "11/23/2026 0:30 p.m.",
            "23.11.2026 12:00 MEZ",
            "23.11.2026 12:00 +1:00",
            "1.2.3.4",
            "-1",
            "23 Nov Dec 2026",
            "23 November",
            "0/0/2026",
        ] {
            assert_eq!(read(text), Written::Unreadable, "{text}");
        }
        assert_eq!(read(&"1".repeat(1_000_000)), Written::Unreadable);
    }

    #[test]
    fn a_date_beside_another_weekday_is_no_day() {
        for (text, says) in [
            ("Thursday, 4 December 2026", "`2026-12-04` is a Friday, not a Thursday"),
            ("Montag, 4. Dezember 2026", "`2026-12-04` is a Friday, not a Monday"),
            ("Mon, 4 Dec 2026", "`2026-12-04` is a Friday, not a Monday"),
            ("Mo 4.Dez.26", "`2026-12-04` is a Friday, not a Monday"),
            ("Dec 4 2026 Sat 17:00", "`2026-12-04` is a Friday, not a Saturday"),
            ("Sonn 4 Dec 2026", "`2026-12-04` is a Friday, not a Saturday"),
        ] {
            let error = fault(text, Moment::parse(text).unwrap_err());
            assert_eq!(error.to_string(), says, "{text}");
            assert!(spellings(text).is_empty(), "{text}");
            assert_eq!(shown(text, None), "-", "{text}");
        }
        for text in ["Friday, 4 December 2026", "Fr, 4. Dezember 2026", "fri 4 Dec 2026", "Freitag 4-Dez-2026"] {
            assert_eq!(spellings(text), ["2026-12-04"], "{text}");
        }
        // In German a Saturday has two names, one of which begins as Sunday does.
        assert_eq!(spellings("Sonn, 5. Dezember 2026"), ["2026-12-05"]);
        assert_eq!(spellings("Sonn, 6. Dezember 2026"), ["2026-12-06"]);
        assert_eq!(spellings("mar 3 mars 2026"), Vec::<String>::new());
    }

    #[test]
    fn the_column_decides() {
        let of = |cells: &[&str]| {
            let mut evidence = Evidence::default();
            cells.iter().enumerate().for_each(|(at, cell)| evidence.add(at + 2, cell));
            evidence
        };
        let proven = of(&["03/04/2026", "", "23/04/2026", "x", "24/04/2026"]);
        assert_eq!((proven.order(), proven.is_mixed()), (Some(DateOrder::DayFirst), false));
        assert_eq!(proven.day_first, Some(Cell { line: 4, text: "23/04/2026".to_owned() }));
        assert_eq!(of(&["03/04/2026"]).order(), None);
        assert_eq!(of(&["03/04/2026", "04/23/2026"]).order(), Some(DateOrder::MonthFirst));
        assert!(of(&["23/04/2026", "04/23/2026"]).is_mixed());
        assert_eq!(of(&["2026-04-03", "46000", "03.04.2026"]).either, None);
    }

    #[test]
    fn only_a_time_without_an_offset_has_a_certain_day() {
        for (text, day) in [
            ("2026-11-29T10:30", Some("2026-11-29")),
            ("2026-11-29 10:30:05", Some("2026-11-29")),
            ("2026-11-29T10:30Z", None),
            ("2026-11-29T10:30 +0100", None),
            ("2026-11-29", None),
            ("2026-11-29T25:00", None),
            ("soon", None),
        ] {
            assert_eq!(day_at_any_offset(text).map(|day| day.to_string()).as_deref(), day, "{text}");
        }
    }

    #[test]
    fn another_spelling_has_one_right_one_or_two() {
        for (text, right) in [
            ("20.11.2026", &["2026-11-20"][..]),
            ("11/20/2026", &["2026-11-20"]),
            ("5.12.2026", &["2026-12-05"]),
            ("20 Nov 2026", &["2026-11-20"]),
            ("3. Dezember 2026", &["2026-12-03"]),
            ("2026-11-23 09:00", &["2026-11-23T09:00"]),
            ("12/04/2026", &["2026-04-12", "2026-12-04"]),
            ("2026-11-23", &[]),
            ("2026-11-25T18:00 CET", &[]),
            ("2026-11-23T09:00:30.125Z", &[]),
            ("23.11.26", &[]),
            ("20 Nov 2026 23:59", &[]),
            ("46349", &[]),
            ("next Friday", &[]),
        ] {
            assert_eq!(spellings(text), right, "{text}");
        }
    }
}
