//! Dates against a calendar that counts day by day and knows only the rule of leap years.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

fn days_of(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The number of the first day of each year from 0 on, 0001-01-01 being 0.
static YEARS: LazyLock<Vec<i64>> = LazyLock::new(|| {
    let mut starts = vec![0, 0];
    for year in 1..9999 {
        let days: u32 = (1..=12).map(|month| days_of(year, month)).sum();
        starts.push(starts[starts.len() - 1] + i64::from(days));
    }
    starts
});

/// Counts the days from 0001-01-01 to a day that exists.
fn number(year: u32, month: u32, day: u32) -> i64 {
    let months: u32 = (1..month).map(|month| days_of(year, month)).sum();
    YEARS[year as usize] + i64::from(months + day - 1)
}

fn exists(year: u32, month: u32, day: u32) -> bool {
    (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day)
}

/// Years around the ends of the calendar and the exceptions among leap years, and any others.
fn years() -> impl Strategy<Value = u32> {
    prop_oneof![select(&[0, 1, 4, 100, 400, 1900, 2000, 2024, 2026, 2100, 9996, 9999][..]), 0..=9999_u32]
}

fn dates() -> impl Strategy<Value = (u32, u32, u32)> {
    (years(), 0..=13_u32, prop_oneof![0..=32_u32, 27..=32_u32])
}

fn real_dates() -> impl Strategy<Value = (u32, u32, u32)> {
    dates().prop_filter("must exist", |(year, month, day)| exists(*year, *month, *day))
}

fn read((year, month, day): (u32, u32, u32)) -> Day {
    Day::parse(&format!("{year:04}-{month:02}-{day:02}")).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_day_is_read_if_the_calendar_has_it_and_is_written_back((year, month, day) in dates()) {
        let text = format!("{year:04}-{month:02}-{day:02}");
        let fault = Day::parse(&text).err();
        prop_assert_eq!(fault.is_none(), exists(year, month, day), "{}", &text);
        prop_assert_eq!(Moment::parse(&text).err(), fault.clone());
        match fault {
            None => prop_assert_eq!(Day::parse(&text).unwrap().to_string(), text),
            Some(MomentError::YearZero) => prop_assert_eq!(year, 0),
            Some(MomentError::NoSuchMonth) => prop_assert!(!(1..=12).contains(&month)),
            Some(fault) => {
                prop_assert_eq!(fault, MomentError::NoSuchDay { year, month, days: days_of(year, month) });
            }
        }
    }

    #[test]
    fn days_are_counted_as_one_by_one(a in real_dates(), b in real_dates(), far in -4_000_000..4_000_000_i64) {
        let (first, second) = (read(a), read(b));
        let apart = number(b.0, b.1, b.2) - number(a.0, a.1, a.2);
        prop_assert_eq!(first.days_until(second), apart);
        prop_assert_eq!(first.plus(apart), second);
        prop_assert_eq!(first < second, apart > 0);
        prop_assert_eq!(Day::FIRST.plus(number(a.0, a.1, a.2)), first);
        prop_assert_eq!(first.is_monday(), number(a.0, a.1, a.2) % 7 == 0);
        prop_assert_eq!(first.year_month_day(), (a.0.cast_signed(), a.1, a.2));
        let last = number(9999, 12, 31);
        let landed = (number(a.0, a.1, a.2) + far).clamp(0, last);
        prop_assert_eq!(Day::FIRST.days_until(first.plus(far)), landed);
    }

    #[test]
    fn a_date_time_is_read_if_the_clock_has_it(
        date in real_dates(),
        hour in 0..=26_u32,
        minute in 0..=61_u32,
        second in proptest::option::of(0..=61_u32),
        offset in proptest::option::of((any::<bool>(), 0..=25_u32, 0..=61_u32)),
    ) {
        let (year, month, day) = date;
        let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}");
        text.extend(second.map(|second| format!(":{second:02}")));
        text.extend(offset.map(|(west, hours, minutes)| format!("{}{hours:02}:{minutes:02}", if west { '-' } else { '+' })));
        let right = hour < 24
            && minute < 60
            && second.is_none_or(|second| second < 60)
            && offset.is_none_or(|(_, hours, minutes)| hours < 24 && minutes < 60);
        let read = Moment::parse(&text);
        prop_assert_eq!(read.is_ok(), right, "{} {:?}", &text, read);
        let Ok(moment) = read else { return Ok(()) };
        prop_assert_eq!(Moment::parse(&moment.to_string()), Ok(moment));
        let seconds = number(year, month, day) * 86_400
            + i64::from(hour * 3600 + minute * 60 + second.unwrap_or(0))
            - offset.map_or(0, |(west, hours, minutes)| i64::from(hours * 3600 + minutes * 60) * if west { -1 } else { 1 });
        let first = Zone::UTC.starts_at(Moment::Day(Day::FIRST));
        prop_assert_eq!(Zone::UTC.starts_at(moment), first + TimeDelta::seconds(seconds));
        prop_assert_eq!(Zone::UTC.ends_at(moment), Zone::UTC.starts_at(moment));
        if let Ok(day) = Day::parse(&text) {
            prop_assert!(false, "{day} was read from a date-time");
        }
    }

    #[test]
    fn an_instant_is_within_its_day_and_on_no_other(zone in select(zone::zone_names().collect::<Vec<_>>()), seconds in 0..4_102_444_800_i64) {
        let zone = Zone::parse(zone).unwrap();
        let instant: DateTime<Utc> = DateTime::from_timestamp(seconds, 0).unwrap();
        let day = zone.day_of(instant);
        let today = Today::from_clock(zone, instant);
        prop_assert_eq!(today.day, day);
        for (other, covers) in [(day.plus(-1), false), (day, true), (day.plus(1), false)] {
            let moment = Moment::Day(other);
            prop_assert_eq!(zone.starts_at(moment) <= instant && instant < zone.ends_at(moment), covers, "{}", other);
            prop_assert_eq!(today.has_started(zone, moment) && !today.has_ended(zone, moment), covers, "{}", other);
            prop_assert_eq!((zone.first_day(moment), zone.last_day(moment)), (other, other));
        }
        let moment = Moment::Instant(instant.fixed_offset());
        prop_assert!(today.has_started(zone, moment) && today.has_ended(zone, moment));
        prop_assert_eq!(zone.first_day(moment), day);
        prop_assert_eq!(zone.last_day(Moment::Instant((instant + TimeDelta::seconds(1)).fixed_offset())), day);
    }

    #[test]
    fn typed_days_count_from_the_day_and_weekdays_are_the_nearest(date in real_dates(), count in 0..9_000_u32, weekday in 0..7_usize) {
        let from = read(date);
        let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        for (toward, sign) in [(typed::Toward::Future, 1), (typed::Toward::Past, -1)] {
            let read = |text: &str| typed::read_day(text, from, toward).unwrap();
            prop_assert_eq!(read(&format!("{count}d")), from.plus(sign * i64::from(count)));
            let day = read(names[weekday]);
            let away = from.days_until(day) * sign;
            let clamped = day == Day::FIRST || day == Day::last();
            prop_assert!(clamped || (if sign == 1 { 1..=7 } else { 0..=6 }).contains(&away), "{} from {}", day, from);
            prop_assert!(clamped || Day::FIRST.days_until(day) % 7 == i64::try_from(weekday).unwrap());
        }
    }

    #[test]
    fn what_is_read_is_written_back_and_a_proposal_is_read(text in "[ -~]{0,26}|[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}([T ,][0-9]{1,2}:[0-9]{1,2}(Z|[+-][0-9]{1,4})?)?") {
        if let Ok(day) = Day::parse(&text) {
            prop_assert_eq!(day.to_string(), text.clone());
        }
        match Moment::parse(&text) {
            Ok(moment) => prop_assert_eq!(Moment::parse(&moment.to_string()), Ok(moment)),
            Err(MomentError::DaySpelling(right)) => {
                prop_assert_eq!(Day::parse(&right).map(|day| day.to_string()), Ok(right));
                prop_assert!(Day::parse(&text).is_err());
            }
            Err(MomentError::TimeSpelling(right)) => prop_assert!(Moment::parse(&right).is_ok(), "{}", right),
            Err(_) => {}
        }
    }
}

#[test]
fn an_instant_is_written_with_a_year_of_four_digits() {
    for (end, written) in [
        ("2026-11-23", "2026-11-24T00:00:00Z"),
        ("2026-11-23T09:00", "2026-11-23T09:00:00Z"),
        ("9999-12-31", "9999-12-31T23:59:59Z"),
    ] {
        assert_eq!(rfc3339(Zone::UTC.ends_at(Moment::parse(end).unwrap())), written, "{end}");
    }
}
