//! What an exception in force contributes to an entry of an ignore file: its id, its end and its text.

use chrono::{DateTime, NaiveTime, Utc};

use crate::register::Exception;
use crate::text::is_hostile;
use crate::time::{Zone, rfc3339};

/// How an entry names the exception behind it, as a marker in code does.
pub(super) const MARK: &str = "stopgap: ";

/// The longest title that is carried over, in characters.
const LONGEST: usize = 200;

/// One exception in force, or several that permit the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Permit {
    /// The ids; first that of the exception that ends last.
    pub(super) ids: Vec<String>,
    /// The first instant that is no longer covered.
    pub(super) end: DateTime<Utc>,
    /// The end as the record writes it.
    pub(super) until: String,
    pub(super) title: String,
    pub(super) requester: String,
    pub(super) approver: String,
    pub(super) decided: String,
    /// The first covered instant.
    pub(super) start: Option<DateTime<Utc>>,
}

impl Permit {
    /// Takes what there is; `None` for an exception without an end, which cannot be in force.
    pub(super) fn of(exception: &Exception<'_>, zone: Zone) -> Option<Self> {
        let end = exception.current_expiry()?.value;
        let last = exception.renewals.last();
        let decided = last.map_or(exception.decided.as_ref(), |renewal| renewal.decided.as_ref());
        Some(Self {
            ids: vec![exception.id.to_owned()],
            end: zone.ends_at(end),
            until: end.to_string(),
            title: tidy(exception.title.as_ref().map_or("", |title| title.as_str())),
            requester: tidy(exception.requester.as_ref().map_or("", |text| text.as_str())),
            approver: tidy(exception.last_approver().map_or("", |text| text.as_str())),
            decided: decided.map(|day| day.value.to_string()).unwrap_or_default(),
            start: exception.starts.as_ref().map(|starts| zone.starts_at(starts.value)),
        })
    }

    /// Joins those that permit the same: it is permitted until the last of them ends.
    pub(super) fn joined(mut permits: Vec<Self>) -> Option<Self> {
        permits.sort_by(|one, other| other.end.cmp(&one.end).then_with(|| one.ids.cmp(&other.ids)));
        permits.dedup_by(|one, other| one.ids == other.ids);
        let ids = permits.iter().flat_map(|permit| permit.ids.clone()).collect();
        Some(Self { ids, ..permits.into_iter().next()? })
    }

    /// Returns the ids in one text.
    pub(super) fn names(&self) -> String {
        self.ids.join(", ")
    }

    /// Returns the marker alone, for a comment.
    pub(super) fn mark(&self) -> String {
        format!("{MARK}{} until {}", self.names(), self.until)
    }

    /// Returns the marker and the title, for a file that has room for a reason.
    pub(super) fn reason(&self) -> String {
        if self.title.is_empty() { self.mark() } else { format!("{}: {}", self.mark(), self.title) }
    }

    /// Returns the end as an instant of RFC 3339 in UTC.
    pub(super) fn end_instant(&self) -> String {
        rfc3339(self.end)
    }

    /// Returns the end as the day in UTC that begins with it; `None` if it is not a midnight there.
    pub(super) fn end_day(&self) -> Option<String> {
        (self.end.time() == NaiveTime::MIN).then(|| self.end_instant()["".len().."2026-06-01".len()].to_owned())
    }

    /// Returns the first day that begins in UTC when it has ended: the earliest that a file of whole days may name
    /// without cutting the exception short.
    pub(super) fn end_day_after(&self) -> String {
        let whole = self.end.date_naive().and_time(NaiveTime::MIN).and_utc();
        let next = if whole == self.end { whole } else { whole + chrono::TimeDelta::days(1) };
        rfc3339(next)[.."2026-06-01".len()].to_owned()
    }
}

/// Puts a text on one line, without characters that could act on a reader.
pub(super) fn tidy(text: &str) -> String {
    let plain: String = text.chars().map(|c| if is_hostile(c) { ' ' } else { c }).collect();
    let folded = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    folded.chars().take(LONGEST).collect()
}
