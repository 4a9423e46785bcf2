//! The end of an ignore entry as its tool reads it, and the last moment that it covers here.
//!
//! The register names the last covered day. Nearly every tool names the first day that is no longer covered, so one
//! whole day is subtracted. Anything but a midnight in the register's zone remains that instant. A text that
//! continues after the date is not an end, because no tool reads it as one that has passed.

use super::day::Day;
use super::moment::Moment;
use super::today::Today;
use super::zone::Zone;

/// By which clock a tool reads a date without an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// By that of UTC.
    Utc,
    /// By that of UTC, whatever offset is written: the texts are compared.
    UtcDigits,
    /// By that of the machine on which it runs, which is assumed to be the register's.
    Local,
}

impl Clock {
    /// Returns the clock of a tool, by its key. Each as its source says: trivy `pkg/result/ignore.go` and
    /// `pkg/iac/ignore/parse.go`; snyk-policy `lib/filter/ignore.ts`; audit-ci `lib/nsp-record.ts`; osv-scanner
    /// `internal/config/manager.go`; dependency-check `SuppressionHandler.java`; better-npm-audit `src/utils/date.ts`;
    /// DevSkim `Suppression.cs`; ASH `models/core.py`; InSpec `lib/inspec/rule.rb`.
    #[must_use]
    pub fn of(tool: &str) -> Self {
        match tool {
            "trivy" | "tfsec" | "audit-ci" | "kyverno" | "kubescape" | "azure" => Self::Utc,
            "snyk" => Self::UtcDigits,
            _ => Self::Local,
        }
    }
}

/// The first instant that an ignore does not cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Until(Moment);

impl Until {
    /// Reads a date or date-time in the spellings of RFC 3339 and XML Schema; `None` if the text is neither.
    #[must_use]
    pub fn read(text: &str, clock: Clock) -> Option<Self> {
        let utc = |text: String| Moment::parse(&text).ok();
        let moment = match (read(text)?, clock) {
            (moment, Clock::Local) => moment,
            (Moment::Day(day), _) => utc(format!("{day}T00:00Z"))?,
            (local @ Moment::Local(_), _) => utc(format!("{local}Z"))?,
            (Moment::Instant(instant), Clock::UtcDigits) => utc(format!("{}Z", Moment::Local(instant.naive_local())))?,
            (instant, Clock::Utc) => instant,
        };
        Some(Self(moment))
    }

    /// Reads the end of an entry in a tool's ignore file. `None` also where the tool takes the moment for no end at all:
    /// Go's zero time (trivy `pkg/result/ignore.go`, osv-scanner `internal/config/config.go`), or what JavaScript does not
    /// count as more than zero (better-npm-audit `src/utils/date.ts`).
    #[must_use]
    pub fn of_entry(text: &str, tool: &str) -> Option<Self> {
        let until = Self::read(text, Clock::of(tool))?;
        let zero = match tool {
            "trivy" | "osv-scanner" => "0001-01-01",
            "better-npm-audit" => "1970-01-01",
            _ => return Some(until),
        };
        let zero = Day::parse(zero).ok()?;
        let is_none = match until.0 {
            Moment::Instant(instant) => Zone::UTC.starts_at(Moment::Day(zero)) >= instant,
            // Which instant that is depends on the machine.
            moment => moment.written_day() <= zero,
        };
        (!is_none).then_some(until)
    }

    /// Takes the first day that is not covered.
    #[must_use]
    pub fn day(day: Day, clock: Clock) -> Option<Self> {
        Self::read(&day.to_string(), clock)
    }

    /// Returns the register's expiry.
    #[must_use]
    pub fn expiry(self, zone: Zone) -> Moment {
        let instant = zone.starts_at(self.0);
        let day = zone.day_of(instant);
        if zone.starts_at(Moment::Day(day)) == instant { Moment::Day(day.plus(-1)) } else { self.0 }
    }

    /// Returns whether the tool reports again. By the clock of a machine it does once it is time in the register's zone
    /// and in UTC, where most pipelines run.
    #[must_use]
    pub fn has_passed(self, zone: Zone, today: Today) -> bool {
        zone.starts_at(self.0) <= today.instant && Zone::UTC.starts_at(self.0) <= today.instant
    }

    /// Returns the first whole day on which the tool reports again, as it is written.
    #[must_use]
    pub fn first_day(self) -> Day {
        let (local, day) = match self.0 {
            Moment::Day(day) => return day,
            Moment::Local(local) => (local, self.0.written_day()),
            Moment::Instant(instant) => (instant.naive_local(), self.0.written_day()),
        };
        if local.time() == chrono::NaiveTime::MIN { day } else { day.plus(1) }
    }
}

/// Reads the spellings of RFC 3339 and XML Schema: a fraction of a second, a space for the `T`, a date with an offset.
#[must_use]
pub fn read(text: &str) -> Option<Moment> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked("2026-06-01".len())?;
    let rest = rest.strip_prefix(['T', 't', ' ']).map(str::trim_start);
    let clock = match (rest, &text[date.len()..]) {
        (None, "") => return Moment::parse(date).ok(),
        (None, offset) => format!("00:00{offset}"),
        (Some(clock), _) => without_fraction(clock),
    };
    let clock = clock.replace(['z', ' '], "Z");
    Moment::parse(&format!("{date}T{clock}")).ok()
}

fn without_fraction(clock: &str) -> String {
    match clock.split_once('.') {
        Some((whole, rest)) => whole.to_owned() + rest.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => clock.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, clock: Clock, zone: &str) -> String {
        let end = Until::read(text, clock).map(|until| until.expiry(Zone::parse(zone).unwrap()));
        end.map_or_else(|| "-".to_owned(), |end| end.to_string())
    }

    #[test]
    fn the_written_day_is_the_first_that_is_no_longer_covered() {
        for text in [
            "2026-06-01",
            "2026-06-01T00:00:00Z",
            "2026-06-01T00:00:00.000Z",
            "2026-06-01 00:00:00",
            "2026-06-01Z",
            "2026-06-01T02:00:00+02:00",
        ] {
            assert_eq!(of(text, Clock::Utc, "UTC"), "2026-05-31", "{text}");
        }
        assert_eq!(of("2026-06-01", Clock::Local, "Europe/Berlin"), "2026-05-31");
        assert_eq!(of("2026-06-01T00:00:00", Clock::Local, "Europe/Berlin"), "2026-05-31");
        assert_eq!(of("2026-06-01+02:00", Clock::Local, "Europe/Berlin"), "2026-05-31");
    }

    #[test]
    fn an_end_within_a_day_stays_the_instant_that_it_is() {
        assert_eq!(of("2026-06-01", Clock::Utc, "Europe/Berlin"), "2026-06-01T00:00Z");
        assert_eq!(of("2026-06-01T09:30:00.5Z", Clock::Utc, "UTC"), "2026-06-01T09:30Z");
        assert_eq!(of("2026-06-01T09:30:00", Clock::Utc, "UTC"), "2026-06-01T09:30Z");
    }

    #[test]
    fn what_is_not_a_date_is_not_guessed() {
        for text in
            ["", "soon", "2026-6-1", "01.06.2026", "2026-02-30", "2026-06-01T25:00Z", "2026-06-01x", "é026-06-01"]
        {
            assert_eq!(of(text, Clock::Utc, "UTC"), "-", "{text}");
        }
        for text in ["2020-01-01 or later", "2020-01-01; approved", "2020-01-01T00:00Z maybe", "2020-01-01 ,"] {
            assert_eq!(Until::read(text, Clock::Utc), None, "{text}");
        }
    }

    #[test]
    fn a_moment_that_a_tool_takes_for_no_end_is_none() {
        for (tool, text, is_end) in [
            ("trivy", "0001-01-01", false),
            ("trivy", "0001-01-01T00:00:00Z", false),
            ("trivy", "0001-01-01T02:00:00+02:00", false),
            ("trivy", "0001-01-01T00:00:01Z", true),
            ("trivy", "0001-01-02", true),
            ("osv-scanner", "0001-01-01", false),
            ("osv-scanner", "0001-01-01T00:00:00Z", false),
            ("osv-scanner", "1970-01-01", true),
            ("better-npm-audit", "0001-01-01", false),
            ("better-npm-audit", "1969-12-31", false),
            ("better-npm-audit", "1970-01-01", false),
            ("better-npm-audit", "1969-12-31T20:00:00-04:00", false),
            ("better-npm-audit", "1970-01-01T00:00:01Z", true),
            ("better-npm-audit", "1970-01-02", true),
            ("snyk", "0001-01-01", true),
            ("audit-ci", "2020-01-01", true),
        ] {
            assert_eq!(Until::of_entry(text, tool).is_some(), is_end, "{tool} {text}");
        }
    }

    #[test]
    fn it_has_passed_when_the_tool_reports_again() {
        for (text, clock, zone, today, passed) in [
            ("2026-06-01", Clock::Utc, "Asia/Tokyo", "2026-06-01T08:59+09:00", false),
            ("2026-06-01", Clock::Utc, "Asia/Tokyo", "2026-06-01T09:00+09:00", true),
            ("2026-06-01", Clock::Utc, "America/Denver", "2026-05-31T18:00-06:00", true),
            ("2026-06-01", Clock::Local, "Asia/Tokyo", "2026-06-01T08:59+09:00", false),
            ("2026-06-01", Clock::Local, "America/Denver", "2026-05-31T18:00-06:00", false),
            ("2026-06-01", Clock::Local, "America/Denver", "2026-06-01T00:00-06:00", true),
            ("2026-06-01+14:00", Clock::Local, "UTC", "2026-05-31T09:59Z", false),
            ("2026-06-01+14:00", Clock::Local, "UTC", "2026-05-31T10:00Z", true),
            ("2026-06-01-12:00", Clock::Local, "UTC", "2026-06-01T11:59Z", false),
            ("2026-06-01T00:00:00-05:00", Clock::UtcDigits, "UTC", "2026-06-01T00:00Z", true),
            ("2026-06-01T00:00:00-05:00", Clock::Utc, "UTC", "2026-06-01T00:00Z", false),
        ] {
            let zone = Zone::parse(zone).unwrap();
            let until = Until::read(text, clock).unwrap();
            assert_eq!(until.has_passed(zone, Today::parse(today, zone).unwrap()), passed, "{text} {clock:?} {today}");
        }
    }

    #[test]
    fn each_tool_reads_a_date_by_its_clock() {
        for (tool, clock) in [
            ("trivy", Clock::Utc),
            ("tfsec", Clock::Utc),
            ("audit-ci", Clock::Utc),
            ("kyverno", Clock::Utc),
            ("kubescape", Clock::Utc),
            ("azure", Clock::Utc),
            ("snyk", Clock::UtcDigits),
            ("osv-scanner", Clock::Local),
            ("something else", Clock::Local),
        ] {
            assert_eq!(Clock::of(tool), clock, "{tool}");
        }
    }

    #[test]
    fn the_first_whole_day_is_the_written_one_or_the_next() {
        for (text, day) in [
            ("2026-06-01", "2026-06-01"),
            ("2026-06-01+14:00", "2026-06-01"),
            ("2026-06-01T00:00:00-05:00", "2026-06-01"),
            ("2026-06-01T00:00:01Z", "2026-06-02"),
            ("2026-06-01T10:00", "2026-06-02"),
        ] {
            assert_eq!(Until::read(text, Clock::Local).unwrap().first_day().to_string(), day, "{text}");
        }
    }
}
