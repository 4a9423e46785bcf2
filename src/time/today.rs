//! The one instant that a run treats as now.

use chrono::{DateTime, Utc};

use super::day::Day;
use super::moment::{Moment, MomentError};
use super::zone::Zone;

/// The one instant that a run treats as now, and its day in the register's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Today {
    /// The instant.
    pub instant: DateTime<Utc>,
    /// The day that it falls on in the register's time zone.
    pub day: Day,
}

impl Today {
    /// Takes the clock's instant, which was read at the edge of the program.
    pub fn from_clock(zone: Zone, instant: DateTime<Utc>) -> Self {
        Self { instant, day: zone.day_of(instant) }
    }

    /// Reads a day, meaning its first moment in the zone, or a date-time.
    pub fn parse(text: &str, zone: Zone) -> Result<Self, MomentError> {
        let moment = Moment::parse(text)?;
        Ok(Self::from_clock(zone, zone.starts_at(moment)))
    }

    /// Returns whether a start has been reached.
    pub fn has_started(&self, zone: Zone, starts: Moment) -> bool {
        zone.starts_at(starts) <= self.instant
    }

    /// Returns whether an expiry has passed.
    pub fn has_ended(&self, zone: Zone, expires: Moment) -> bool {
        zone.ends_at(expires) <= self.instant
    }
}
