//! Days, moments and time zones: the only arithmetic on dates in the product.
//!
//! Texts are read strictly, because two readers that disagree about a date are a way around an expiry: chrono's own
//! parsers accept `2026-1-1`, ` 2026-11-23` and `+2026-11-23`, so they are not used. What was meant is still guessed,
//! for the message and for a fix that somebody reads before it is made. The clock is not read here; it arrives as a
//! value in [`Today`].

mod day;
pub mod foreign;
mod moment;
mod spelling;
mod today;
pub mod typed;
pub mod until;
mod zone;

use chrono::{DateTime, SecondsFormat, TimeZone, Utc};

pub use day::{Day, parse_days};
pub use moment::{Moment, MomentError};
pub use today::Today;
pub use zone::Zone;

/// Writes an instant in UTC to the second, as RFC 3339 (section 5.6) has it: `2026-11-23T09:00:00Z`. It has no years after
/// 9999, so a later instant, such as the end of that year's last day, becomes its last second.
#[must_use]
pub fn rfc3339(at: DateTime<Utc>) -> String {
    let last = Utc.with_ymd_and_hms(9999, 12, 31, 23, 59, 59).single();
    last.map_or(at, |last| at.min(last)).to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests;
