//! The schedules of GitHub's workflows, as far as they tell on which days something runs.
//!
//! A schedule has the five fields of POSIX's crontab: minute, hour, day of the month, month, day of the week. Each is a
//! list of values and ranges, with steps behind `/`; months and days of the week may be written by their English names
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule>). Where
//! both the day of the month and the day of the week are limited, either of them is enough
//! (<https://pubs.opengroup.org/onlinepubs/9799919799/utilities/crontab.html>).

use chrono::{Datelike, NaiveDate};

use crate::text::{counted, shown};

/// A field: what it is called, its values, and the names of its values from the first one on.
struct Kind {
    name: &'static str,
    first: u32,
    last: u32,
    names: &'static [&'static str],
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const KINDS: [Kind; 5] = [
    Kind { name: "minute", first: 0, last: 59, names: &[] },
    Kind { name: "hour", first: 0, last: 23, names: &[] },
    Kind { name: "day of the month", first: 1, last: 31, names: &[] },
    Kind { name: "month", first: 1, last: 12, names: &MONTHS },
    Kind { name: "day of the week", first: 0, last: 6, names: &WEEKDAYS },
];

/// The days of a schedule.
struct Days {
    days: Vec<u32>,
    months: Vec<u32>,
    weekdays: Vec<u32>,
    /// Whether every day of the month, or of the week, will do.
    any: (bool, bool),
}

impl Days {
    fn parse(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields.as_slice() else {
            return Err(format!("it has {}, not 5", counted(fields.len(), "field")));
        };
        let [minute, hour, day, month, weekday] = &KINDS;
        minute.values(minutes)?;
        hour.values(hours)?;
        Ok(Self {
            days: day.values(days)?,
            months: month.values(months)?,
            weekdays: weekday.values(weekdays)?,
            any: (*days == "*", *weekdays == "*"),
        })
    }

    fn has(&self, date: NaiveDate) -> bool {
        let day = self.days.contains(&date.day());
        let weekday = self.weekdays.contains(&date.weekday().num_days_from_sunday());
        self.months.contains(&date.month())
            && match self.any {
                (false, false) => day || weekday,
                _ => day && weekday,
            }
    }
}

impl Kind {
    /// Returns the values of a field.
    fn values(&self, text: &str) -> Result<Vec<u32>, String> {
        let wrong = |what: &str, why: String| format!("its {} `{}` {why}", self.name, shown(what));
        let mut values = Vec::new();
        for part in text.split(',') {
            let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
            let step = match step {
                None => 1,
                Some(step) => number(step)
                    .filter(|step| *step > 0)
                    .ok_or_else(|| wrong(part, format!("has the step `{}`", shown(step))))?,
            };
            let one = |text: &str| {
                let value = self.value(text);
                value.ok_or_else(|| wrong(text, format!("is not from {} to {}", self.first, self.last)))
            };
            let (first, last) = match (range, range.split_once('-')) {
                ("*", _) => (self.first, self.last),
                (_, Some((first, last))) => (one(first)?, one(last)?),
                // `20/15` is every 15 minutes from minute 20 on.
                (_, None) if part.contains('/') => (one(range)?, self.last),
                (_, None) => (one(range)?, one(range)?),
            };
            if first > last {
                return Err(wrong(part, "ends before it begins".to_owned()));
            }
            values.extend((first..=last).step_by(usize::try_from(step).unwrap_or(usize::MAX)));
        }
        Ok(values)
    }

    fn value(&self, text: &str) -> Option<u32> {
        let named = self.names.iter().zip(self.first..).find(|(name, _)| name.eq_ignore_ascii_case(text));
        named.map(|(_, value)| value).or_else(|| number(text)).filter(|value| (self.first..=self.last).contains(value))
    }
}

fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The most days from one run of a schedule to the next: the longest time that something may have expired unnoticed.
const LONGEST_PAUSE: i64 = 7;

/// Returns schedules as they are named in a sentence.
#[must_use]
pub fn named(schedules: &[String]) -> String {
    schedules.iter().map(|cron| format!("`{}`", shown(cron))).collect::<Vec<_>>().join(", ")
}

/// Returns why schedules are too rare to notice in time that an exception has expired; `None` if they are not.
///
/// # Errors
///
/// Those of [`longest_pause`].
pub fn pause(schedules: &[String]) -> Result<Option<String>, String> {
    let (named, verb) = (named(schedules), if schedules.len() == 1 { "runs" } else { "run" });
    Ok(match longest_pause(schedules)? {
        None => Some(format!("{named} never {verb}: there is no such day")),
        Some(days) if days > LONGEST_PAUSE => Some(format!(
            "{named} {verb} only after up to {days} days, so nobody notices for so long that an exception has expired"
        )),
        Some(_) => None,
    })
}

/// Returns the most days from one run of several schedules to the next; `None` if they never run.
///
/// # Errors
///
/// The first schedule that is not one, with why.
pub fn longest_pause(schedules: &[String]) -> Result<Option<i64>, String> {
    let parse = |text: &String| Days::parse(text).map_err(|why| format!("`{}` is not a schedule: {why}", shown(text)));
    let all: Vec<Days> = schedules.iter().map(parse).collect::<Result<_, _>>()?;
    // The days of 28 years come again in the next 28, as long as each fourth year is a leap year.
    let dates = NaiveDate::from_ymd_opt(2000, 1, 1).into_iter().flat_map(|first| first.iter_days().take(2 * 10_227));
    let runs: Vec<NaiveDate> = dates.filter(|date| all.iter().any(|days| days.has(*date))).collect();
    Ok(runs.windows(2).map(|pair| (pair[1] - pair[0]).num_days()).max())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(schedules: &[&str]) -> Result<Option<i64>, String> {
        longest_pause(&schedules.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_longest_pause_between_two_days_is_found() {
        for (schedules, days) in [
            (&["17 5 * * *"][..], Some(1)),
            (&["*/15 0-6,22 * * *"], Some(1)),
            (&["20/15 * * * *"], Some(1)),
            (&["0 9 * * MON-FRI"], Some(3)),
            (&["0 9 * * 1"], Some(7)),
            (&["0 9 * * mon", "0 9 * * thu"], Some(4)),
            (&["0 0 1,15 * *"], Some(17)),
            (&["0 0 1 * *"], Some(31)),
            // Either of both days is enough.
            (&["0 0 13 * FRI"], Some(7)),
            (&["0 0 1 1 *"], Some(366)),
            (&["0 0 1 JAN *", "0 0 1 JUL *"], Some(184)),
            (&["0 0 29 2 *"], Some(1461)),
            (&["0 0 30 2 *"], None),
            (&["0 0 31 4,6,9,11 *"], None),
            (&[], None),
        ] {
            assert_eq!(pause(schedules), Ok(days), "{schedules:?}");
        }
    }

    #[test]
    fn what_is_not_a_schedule_is_named() {
        for (text, why) in [
            ("61 25 * * *", "its minute `61` is not from 0 to 59"),
            ("0 24 * * *", "its hour `24` is not from 0 to 23"),
            ("0 0 0 * *", "its day of the month `0` is not from 1 to 31"),
            ("0 0 * 13 *", "its month `13` is not from 1 to 12"),
            ("0 0 * * MONDAY", "its day of the week `MONDAY` is not from 0 to 6"),
            ("0 0 * * 7", "its day of the week `7` is not from 0 to 6"),
            ("0 0 * * 5-1", "its day of the week `5-1` ends before it begins"),
            ("*/0 0 * * *", "its minute `*/0` has the step `0`"),
            ("+5 0 * * *", "its minute `+5` is not from 0 to 59"),
            ("@daily", "it has 1 field, not 5"),
            ("0 0 * *", "it has 4 fields, not 5"),
            ("0 0 * * * *", "it has 6 fields, not 5"),
            ("", "it has 0 fields, not 5"),
        ] {
            assert_eq!(pause(&[text]), Err(format!("`{text}` is not a schedule: {why}")), "{text}");
        }
        assert!(pause(&["1, 0 * * *"]).is_err());
    }
}
