//! The end of a foreign ignore as the last moment that it covers here.
//!
//! The register names the last covered day. Nearly every tool names the first day that is no longer covered, so one
//! whole day is subtracted. Anything but a midnight in the register's zone stays the instant that it is.

use crate::register::Status;
use crate::register::draft::Draft;
use crate::register::fields::{EXPIRES, STATUS};
use crate::time::{Moment, Zone};

/// Where a tool's day begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Midnight {
    /// In UTC.
    Utc,
    /// Wherever the tool runs, which is assumed to be the register's zone.
    Local,
}

/// Returns the register's expiry for the date or date-time at which an ignore has ended; `None` if the text is neither.
pub(super) fn expiry(text: &str, midnight: Midnight, zone: Zone) -> Option<Moment> {
    let end = match (read(text)?, midnight) {
        (Moment::Day(day), Midnight::Local) => return Some(Moment::Day(day.plus(-1))),
        (Moment::Day(day), Midnight::Utc) => Moment::parse(&format!("{day}T00:00Z")).ok()?,
        (Moment::Local(_), Midnight::Utc) => Moment::parse(&format!("{}Z", read(text)?)).ok()?,
        (end, _) => end,
    };
    let instant = zone.starts_at(end);
    let day = zone.day_of(instant);
    Some(if zone.starts_at(Moment::Day(day)) == instant { Moment::Day(day.plus(-1)) } else { end })
}

/// Reads the spellings of RFC 3339 and XML Schema: a fraction of a second, a blank for the `T`, a date with an offset.
pub(super) fn read(text: &str) -> Option<Moment> {
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

/// Marks a draft as expired if its end has passed.
pub(super) fn settle(draft: &mut Draft, options: &crate::import::Options) {
    let ended = Moment::parse(draft.text(EXPIRES)).is_ok_and(|end| options.today.has_ended(options.zone, end));
    if ended {
        draft.set(STATUS, Status::Expired.name());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, midnight: Midnight, zone: &str) -> String {
        let end = expiry(text, midnight, Zone::parse(zone).unwrap());
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
            assert_eq!(of(text, Midnight::Utc, "UTC"), "2026-05-31", "{text}");
        }
        assert_eq!(of("2026-06-01", Midnight::Local, "Europe/Berlin"), "2026-05-31");
        assert_eq!(of("2026-06-01T00:00:00", Midnight::Local, "Europe/Berlin"), "2026-05-31");
        assert_eq!(of("2026-06-01+02:00", Midnight::Local, "Europe/Berlin"), "2026-05-31");
    }

    #[test]
    fn an_end_within_a_day_stays_the_instant_that_it_is() {
        assert_eq!(of("2026-06-01", Midnight::Utc, "Europe/Berlin"), "2026-06-01T00:00Z");
        assert_eq!(of("2026-06-01T09:30:00.5Z", Midnight::Utc, "UTC"), "2026-06-01T09:30Z");
        assert_eq!(of("2026-06-01T09:30:00", Midnight::Utc, "UTC"), "2026-06-01T09:30Z");
    }

    #[test]
    fn what_is_not_a_date_is_not_guessed() {
        for text in
            ["", "soon", "2026-6-1", "01.06.2026", "2026-02-30", "2026-06-01T25:00Z", "2026-06-01x", "é026-06-01"]
        {
            assert_eq!(of(text, Midnight::Utc, "UTC"), "-", "{text}");
        }
    }
}
