//! Dates as people type them into a command or a form: whatever a file may hold, and the short forms
//! `7d`, `2 weeks`, `tomorrow` and `friday`. Files stay strict: [`Moment::parse`] reads them.

use chrono::Datelike;

use super::day::{Day, parse_days};
use super::foreign::{self, weekday};
use super::moment::{Moment, MomentError};

/// What a person may type for a day that has passed.
pub const PAST_DAY: &str = "a day such as `2026-11-23`, or `monday` for the last one";

/// What a person may type for a moment that is still to come.
pub const FUTURE_MOMENT: &str = "`2026-11-23`, `2026-11-23T09:00`, `7d` or `friday`";

/// Which way a short form counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// To a day that is still to come: `7d` is a week later, `friday` the next Friday.
    Future,
    /// To a day that has passed: `7d` is a week earlier, `friday` the last Friday, perhaps today.
    Past,
}

/// Reads a date that a person types. Short forms count from a day; another spelling of a date is
/// taken where it can only mean one.
///
/// # Errors
///
/// If it is none.
pub fn read(text: &str, from: Day, toward: Toward) -> Result<Moment, MomentError> {
    let text = text.trim();
    if let Some(days) = parse_days(&text.to_ascii_lowercase()) {
        let days = i64::from(days);
        return Ok(Moment::Day(from.plus(if toward == Toward::Past { -days } else { days })));
    }
    let words = text.to_lowercase();
    let words: Vec<&str> = words.split_whitespace().collect();
    if let Some(day) = in_words(&words, from, toward)? {
        return Ok(Moment::Day(day));
    }
    let strict = match Moment::parse(text) {
        Err(strict) => strict,
        moment => return moment,
    };
    match (foreign::fault(text, strict), foreign::spellings(text).as_slice()) {
        (MomentError::DaySpelling(right) | MomentError::TimeSpelling(right), _) => Moment::parse(&right),
        (MomentError::DayOrMonthFirst, [one, other]) => {
            Err(MomentError::EitherDay(Day::parse(one)?, Day::parse(other)?))
        }
        (fault, _) => Err(fault),
    }
}

/// Reads a day that a person types, as [`read`] does.
///
/// # Errors
///
/// If it is not one, or has a time.
pub fn read_day(text: &str, from: Day, toward: Toward) -> Result<Day, MomentError> {
    match read(text, from, toward)? {
        Moment::Day(day) => Ok(day),
        moment => Err(MomentError::TimeOnADay(moment.written_day())),
    }
}

/// Reads a weekday, `tomorrow`, `2 weeks`, `3 days ago`; `None` if the words are something else.
fn in_words(words: &[&str], from: Day, toward: Toward) -> Result<Option<Day>, MomentError> {
    let sign = if toward == Toward::Past { -1 } else { 1 };
    Ok(match words {
        ["today" | "heute"] => Some(from),
        ["tomorrow" | "morgen"] => Some(from.plus(1)),
        ["yesterday" | "gestern"] => Some(from.plus(-1)),
        ["this", day] | [day] if weekday(day).is_some() => {
            weekday(day).map(|weekday| from.plus(distance(from, weekday, toward)))
        }
        ["last", day] => weekday(day).map(|weekday| match distance(from, weekday, Toward::Past) {
            0 => from.plus(-7),
            days => from.plus(days),
        }),
        ["next", day] => match weekday(day) {
            // On a Monday, next Friday is this week's to some and next week's to others.
            Some(weekday) if distance(from, weekday, Toward::Future) < 7 => {
                let coming = from.plus(distance(from, weekday, Toward::Future));
                return Err(MomentError::EitherDay(coming, coming.plus(7)));
            }
            Some(_) => Some(from.plus(7)),
            None => None,
        },
        [one] => match week(one) {
            Some((first, last)) => return Err(MomentError::Week(first, last)),
            None => count(&[one]).map(|days| from.plus(sign * days)),
        },
        ["in", rest @ ..] if toward == Toward::Future => count(rest).map(|days| from.plus(days)),
        [rest @ .., "ago"] if toward == Toward::Past => count(rest).map(|days| from.plus(-days)),
        rest => count(rest).map(|days| from.plus(sign * days)),
    })
}

/// Reads a number of days or weeks: `10 days`, `2 weeks`, `2w`. Months differ in length, so their number is not a date.
fn count(words: &[&str]) -> Option<i64> {
    let (number, unit) = match words {
        [number, unit] => (*number, *unit),
        [one] => (one.strip_suffix('w')?, "w"),
        _ => return None,
    };
    let days = match unit {
        "d" | "day" | "days" | "tag" | "tage" | "tagen" => 1,
        "w" | "week" | "weeks" | "woche" | "wochen" => 7,
        _ => return None,
    };
    let number: i64 = number.parse().ok().filter(|number| (0..=9_999).contains(number))?;
    Some(number * days)
}

/// Reads a week such as `2026-w49` (ISO 8601-1, section 5.2.3.1) as its first and last day.
fn week(text: &str) -> Option<(Day, Day)> {
    let (year, week) = text.split_once("-w")?;
    let first = chrono::NaiveDate::from_isoywd_opt(year.parse().ok()?, week.parse().ok()?, chrono::Weekday::Mon)?;
    let first = Day::parse(&first.format("%Y-%m-%d").to_string()).ok()?;
    Some((first, first.plus(6)))
}

/// Returns how many days a weekday, Monday being 0, is away.
fn distance(from: Day, weekday: u32, toward: Toward) -> i64 {
    let ahead = i64::from((weekday + 7 - from.0.weekday().num_days_from_monday()) % 7);
    match toward {
        Toward::Future if ahead == 0 => 7,
        Toward::Future => ahead,
        Toward::Past if ahead == 0 => 0,
        Toward::Past => ahead - 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, toward: Toward) -> String {
        // A Monday.
        let from = Day::parse("2026-11-23").unwrap();
        read(text, from, toward).map_or_else(|error| error.to_string(), |moment| moment.to_string())
    }

    #[test]
    fn short_forms_count_from_the_day_towards_what_is_asked_for() {
        for (text, future, past) in [
            ("7d", "2026-11-30", "2026-11-16"),
            ("0D", "2026-11-23", "2026-11-23"),
            ("friday", "2026-11-27", "2026-11-20"),
            (" Fri ", "2026-11-27", "2026-11-20"),
            ("monday", "2026-11-30", "2026-11-23"),
            ("Sonntag", "2026-11-29", "2026-11-22"),
            ("this friday", "2026-11-27", "2026-11-20"),
            ("2 weeks", "2026-12-07", "2026-11-09"),
            ("2W", "2026-12-07", "2026-11-09"),
            ("10  days", "2026-12-03", "2026-11-13"),
            ("today", "2026-11-23", "2026-11-23"),
            ("Tomorrow", "2026-11-24", "2026-11-24"),
            ("gestern", "2026-11-22", "2026-11-22"),
            ("last friday", "2026-11-20", "2026-11-20"),
            ("last monday", "2026-11-16", "2026-11-16"),
            ("next monday", "2026-11-30", "2026-11-30"),
            (
                "next friday",
                "could be `2026-11-27` or `2026-12-04`: write one of them",
                "could be `2026-11-27` or `2026-12-04`: write one of them",
            ),
            (
                "next sunday",
                "could be `2026-11-29` or `2026-12-06`: write one of them",
                "could be `2026-11-29` or `2026-12-06`: write one of them",
            ),
            ("in 3 days", "2026-11-26", "not a date: write YYYY-MM-DD"),
            ("3 days ago", "not a date: write YYYY-MM-DD", "2026-11-20"),
            (
                "2026-W49",
                "a week is not a day: it goes from `2026-11-30` to `2026-12-06`",
                "a week is not a day: it goes from `2026-11-30` to `2026-12-06`",
            ),
        ] {
            assert_eq!((written(text, Toward::Future).as_str(), written(text, Toward::Past).as_str()), (future, past));
        }
    }

    #[test]
    fn one_date_in_another_spelling_is_taken_and_two_are_not() {
        for (text, says) in [
            ("2026-12-01", "2026-12-01"),
            ("1.12.2026", "2026-12-01"),
            ("2026-12-01 9:00", "2026-12-01T09:00"),
            ("4 December 2026", "2026-12-04"),
            ("Dec 4, 2026", "2026-12-04"),
            ("Friday, 4 December 2026", "2026-12-04"),
            ("Thursday, 4 December 2026", "`2026-12-04` is a Friday, not a Thursday"),
            ("01/12/2026", "could be `2026-12-01` or `2026-01-12`: write one of them"),
            ("2026-02-30", "February 2026 has 28 days"),
            ("fr day", "not a date: write YYYY-MM-DD"),
            ("1 month", "not a date: write YYYY-MM-DD"),
            ("-2 weeks", "not a date: write YYYY-MM-DD"),
            ("sonn", "not a date: write YYYY-MM-DD"),
            ("d", "not a date: write YYYY-MM-DD"),
            ("", "not a date: write YYYY-MM-DD"),
        ] {
            assert_eq!(written(text, Toward::Future), says, "{text}");
        }
        let from = Day::parse("2026-11-23").unwrap();
        assert_eq!(written("9999 days", Toward::Future), from.plus(9_999).to_string());
        assert_eq!(written("0 days", Toward::Future), from.to_string());
        for text in ["10000 days", "99999999999999999999 weeks", "2026-W60", "next", "in", "ago", "next week"] {
            assert!(read(text, from, Toward::Future).is_err(), "{text}");
        }
    }

    #[test]
    fn a_day_takes_no_time() {
        let from = Day::parse("2026-11-23").unwrap();
        assert_eq!(read_day("tuesday", from, Toward::Past), Ok(from.plus(-6)));
        let error = read_day("2026-11-23T09:00", from, Toward::Past).unwrap_err();
        assert_eq!(error.to_string(), "write the day without a time: `2026-11-23`");
    }
}
