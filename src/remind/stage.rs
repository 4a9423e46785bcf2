//! The stages at which people are told, in order.

use std::fmt;
use std::str::FromStr;

/// A stage; of the same concern, a later one is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// At most this many days before the last covered day.
    Reminder(u32),
    /// The end passed at least this many days ago: 0, 1, then whole weeks.
    Expired(u32),
    /// The incident has ended: a review is to be written, or the exception closed.
    ReviewDue,
    /// The day after the incident's end passed without either, at least this many days ago: 0, then whole weeks.
    ReviewOverdue(u32),
}

impl Stage {
    /// Returns the stage of an end that passed so many days ago.
    ///
    /// Nobody reads a comment on every one of many days: people are told at once, again on the next day, and then once
    /// a week. A list of a day's reminders still has every expired exception.
    #[must_use]
    pub fn expired(days: i64) -> Self {
        let days = u32::try_from(days).unwrap_or_default();
        Self::Expired(if days < 7 { days.min(1) } else { days / 7 * 7 })
    }

    /// Returns the stage of a review that was due so many days ago: overdue at once, then weekly.
    #[must_use]
    pub fn review_overdue(days: i64) -> Self {
        Self::ReviewOverdue(u32::try_from(days).unwrap_or_default() / 7 * 7)
    }

    /// Returns whether it is about the same thing as another stage, and not later.
    #[must_use]
    pub fn is_reached_by(self, other: Self) -> bool {
        self.order() <= other.order()
    }

    /// Returns whether the end or the day of a review has passed.
    #[must_use]
    pub fn is_late(self) -> bool {
        matches!(self, Self::Expired(_) | Self::ReviewOverdue(_))
    }

    fn order(self) -> (bool, u32) {
        match self {
            Self::Reminder(days) => (false, u32::MAX - days),
            Self::Expired(days) => (true, days),
            Self::ReviewDue => (false, 0),
            Self::ReviewOverdue(days) => (true, days),
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reminder(days) => write!(f, "reminder-{days}"),
            Self::Expired(days) => write!(f, "expired-{days}"),
            Self::ReviewDue => f.write_str("review-due"),
            Self::ReviewOverdue(0) => f.write_str("review-overdue"),
            Self::ReviewOverdue(days) => write!(f, "review-overdue-{days}"),
        }
    }
}

impl FromStr for Stage {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let days = |text: &str| text.parse().map_err(|_| ());
        match text.split_once('-') {
            Some(("reminder", rest)) => days(rest).map(Self::Reminder),
            Some(("expired", rest)) => days(rest).map(Self::Expired),
            Some(("review", "due")) => Ok(Self::ReviewDue),
            Some(("review", "overdue")) => Ok(Self::ReviewOverdue(0)),
            Some(("review", rest)) => days(rest.strip_prefix("overdue-").ok_or(())?).map(Self::ReviewOverdue),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_come_in_order_and_are_read_as_they_are_written() {
        let order = [
            Stage::Reminder(14),
            Stage::Reminder(7),
            Stage::Reminder(1),
            Stage::Expired(0),
            Stage::Expired(1),
            Stage::Expired(7),
            Stage::Expired(14),
        ];
        for (at, stage) in order.into_iter().enumerate() {
            assert_eq!(stage.to_string().parse(), Ok(stage));
            assert!(order[at..].iter().all(|later| stage.is_reached_by(*later)), "{stage}");
            assert!(!order[..at].iter().any(|earlier| stage.is_reached_by(*earlier)), "{stage}");
        }
        let order = [Stage::ReviewDue, Stage::ReviewOverdue(0), Stage::ReviewOverdue(7), Stage::ReviewOverdue(14)];
        for (at, stage) in order.into_iter().enumerate() {
            assert_eq!(stage.to_string().parse(), Ok(stage));
            assert!(!order[..at].iter().any(|earlier| stage.is_reached_by(*earlier)), "{stage}");
        }
        let told: Vec<String> = [0, 1, 6, 7, 20].map(|days| Stage::review_overdue(days).to_string()).into();
        let week = "review-overdue";
        assert_eq!(told, [week, week, week, "review-overdue-7", "review-overdue-14"]);
        for text in
            ["", "reminder", "reminder-", "reminder--1", "expired-99999999999", "review-", "review-overdue-", "closed"]
        {
            assert_eq!(text.parse::<Stage>(), Err(()), "{text}");
        }
    }

    #[test]
    fn an_expired_exception_is_told_at_once_the_next_day_and_then_weekly() {
        let told: Vec<u32> = (-1..=29)
            .map(|days| match Stage::expired(days) {
                Stage::Expired(days) => days,
                other => panic!("{other}"),
            })
            .collect();
        let mut days = told.clone();
        days.dedup();
        assert_eq!(days, [0, 1, 7, 14, 21, 28]);
        assert_eq!(told[2..9], [1, 1, 1, 1, 1, 1, 7], "from the first day to the seventh");
    }
}
