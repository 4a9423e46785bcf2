//! Dates as people type them into a command or a form: whatever a file may hold, and the short forms
//! `7d` and `friday`. Files stay strict: [`Moment::parse`] reads them.

use chrono::Datelike;

use super::day::{Day, parse_days};
use super::foreign::weekday;
use super::moment::{Moment, MomentError};

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
    if let Some(weekday) = weekday(text) {
        return Ok(Moment::Day(from.plus(distance(from, weekday, toward))));
    }
    match Moment::parse(text) {
        Err(MomentError::DaySpelling(right) | MomentError::TimeSpelling(right)) => Moment::parse(&right),
        read => read,
    }
}

/// Reads a day that a person types, as [`read`] does.
///
/// # Errors
///
/// If it is none, or has a time.
pub fn read_day(text: &str, from: Day, toward: Toward) -> Result<Day, MomentError> {
    match read(text, from, toward)? {
        Moment::Day(day) => Ok(day),
        moment => Err(MomentError::TimeOnADay(moment.written_day())),
    }
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
            ("01/12/2026", "could be two different days: write YYYY-MM-DD"),
            ("2026-02-30", "February 2026 has 28 days"),
            ("fr day", "not a date: write YYYY-MM-DD"),
            ("sonn", "not a date: write YYYY-MM-DD"),
            ("d", "not a date: write YYYY-MM-DD"),
            ("", "not a date: write YYYY-MM-DD"),
        ] {
            assert_eq!(written(text, Toward::Future), says, "{text}");
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
