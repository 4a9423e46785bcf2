//! Who must be told on a day, from the register alone, and what has been told already.
//!
//! [`due`] works out the day's reminders: which stage an exception has reached, and who is told. It needs no memory.
//! [`track`] compares them with the existing tracking issues, one per exception, whose text records the last stage that
//! was told; it returns steps without words. Formats and requests are not known here.

mod people;
mod record;
mod stage;
mod track;

pub use people::{Circle, Part, Person};
pub use record::{Over, Record, Told};
pub use stage::Stage;
pub use track::{Settings, Step, Tracking, Why, track};

use crate::register::{Exception, Register, Term};
use crate::rules::{self, Judge, Renewals};
use crate::source::FileId;
use crate::time::{Day, Moment, Today, Zone};

/// Somebody must act on this exception.
#[derive(Clone, Debug)]
pub struct Reminder<'r> {
    /// The exception.
    pub exception: &'r Exception<'r>,
    /// Its file, relative to the root.
    pub path: &'r str,
    /// Its term, if it names an end.
    pub term: Option<Term>,
    /// What is due: its end, the review of its incident, or both in this order.
    pub concerns: Vec<Concern>,
    /// The people around it.
    pub circle: Circle<'r>,
}

/// One thing that somebody must be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    /// What it is about.
    pub subject: Subject,
    /// The stage that has been reached.
    pub stage: Stage,
    /// The day from which this stage is due.
    pub since: Day,
    /// Whether the owner's manager and the approver are told too: of an end always, of a review once it is late.
    pub wide: bool,
    /// Whether the policy allows one more renewal.
    pub renewable: bool,
}

/// What a concern is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The current expiry, the last day that it covers, and the day on which it falls, which differs if it is a
    /// date-time at midnight.
    End(Moment, Day, Day),
    /// The day on which the incident of an emergency ended.
    Review(Day),
}

impl Subject {
    /// Returns the word for scripts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::End(..) => "end",
            Self::Review(_) => "review",
        }
    }

    /// Returns the moment by which the record of what was told recognises it.
    #[must_use]
    pub fn moment(self) -> String {
        match self {
            Self::End(expiry, ..) => expiry.to_string(),
            Self::Review(ended) => ended.to_string(),
        }
    }
}

impl Concern {
    /// Returns what is the matter, in words that stay true tomorrow.
    #[must_use]
    pub fn fact(&self) -> String {
        match self.subject {
            Subject::End(expiry, last, _) if self.stage.is_late() => format!("expired {}", on_or_at(expiry, last)),
            Subject::End(expiry, last, _) => format!("ends {}", on_or_at(expiry, last)),
            Subject::Review(ended) if self.stage.is_late() => {
                format!("has had no review or closure since its incident ended on {ended}")
            }
            Subject::Review(ended) => format!("needs a review by {}: its incident ended on {ended}", ended.plus(1)),
        }
    }

    /// Returns what is the matter, counted from a day.
    #[must_use]
    pub fn message(&self, today: Day) -> String {
        let distance = match self.subject {
            Subject::End(_, _, day) => match today.days_until(day) {
                0 => "today".to_owned(),
                1 => "tomorrow".to_owned(),
                -1 => "yesterday".to_owned(),
                days if days < 0 => format!("{} days ago", -days),
                days => format!("in {days} days"),
            },
            Subject::Review(_) => return self.fact(),
        };
        format!("{}, {distance}", self.fact())
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn advice(&self) -> String {
        match self.subject {
            Subject::End(expiry, last, _) => rules::advice(expiry, last, self.stage.is_late(), self.renewable),
            Subject::Review(_) => "close it, or add a review that says what still depends on it".to_owned(),
        }
    }
}

/// Names the last covered day, or the date-time if the end is one.
fn on_or_at(expiry: Moment, last: Day) -> String {
    match expiry {
        Moment::Day(_) => format!("on {last}"),
        Moment::Local(_) | Moment::Instant(_) => format!("at {expiry}"),
    }
}

impl<'r> Reminder<'r> {
    /// Returns who is told of some of its concerns.
    #[must_use]
    pub fn people<'s>(&'s self, concerns: &[&Concern]) -> &'s [Person<'r>] {
        let wide = concerns.iter().any(|concern| concern.wide);
        if wide { &self.circle.all } else { &self.circle.first }
    }

    /// Orders by urgency: what is late first, then what ends sooner, then by path.
    fn urgency(&self) -> (bool, i64, &'r str) {
        let late = self.concerns.iter().any(|concern| concern.stage.is_late());
        (!late, self.term.map_or(i64::MAX, |term| term.days_left), self.path)
    }
}

/// Works out who must be told, most urgent first.
///
/// Only the latest stage counts: after days without a run, people are told the current state, not the past ones.
#[must_use]
pub fn due<'r>(judge: &'r Judge, register: &'r Register<'r>) -> Vec<Reminder<'r>> {
    due_each(&|_| judge, register)
}

/// Works out the same for several registers in one; `judge` returns the rule book for a path.
#[must_use]
pub fn due_each<'r>(judge: &dyn Fn(&str) -> &'r Judge, register: &'r Register<'r>) -> Vec<Reminder<'r>> {
    let judge = |exception: &Exception<'_>| judge(path(register, exception.file));
    let mut counted: Vec<(&'r Judge, Renewals)> = Vec::new();
    let mut is_renewable = |exception: &Exception<'_>, own: &'r Judge| {
        let at = counted.iter().position(|(other, _)| std::ptr::eq(*other, own)).unwrap_or_else(|| {
            let theirs = register.exceptions().filter(|exception| std::ptr::eq(judge(exception), own));
            counted.push((own, Renewals::new(own, theirs, None)));
            counted.len() - 1
        });
        counted[at].1.is_left(exception)
    };
    let live = register.exceptions().filter(|exception| exception.is_live());
    let reminders = live.filter_map(|exception| {
        let own = judge(exception);
        let mut reminder = reminder(exception, own, register)?;
        let renewable = is_renewable(exception, own);
        reminder.concerns.iter_mut().for_each(|concern| concern.renewable = renewable);
        Some(reminder)
    });
    let mut reminders: Vec<Reminder<'r>> = reminders.collect();
    reminders.sort_by_key(Reminder::urgency);
    reminders
}

fn reminder<'r>(exception: &'r Exception<'r>, judge: &'r Judge, register: &'r Register<'r>) -> Option<Reminder<'r>> {
    let (zone, today) = (judge.policy.timezone, judge.today);
    let concerns: Vec<Concern> =
        end(exception, zone, today, &judge.policy.reminders).into_iter().chain(review(exception, judge)).collect();
    if concerns.is_empty() {
        return None;
    }
    Some(Reminder {
        exception,
        path: path(register, exception.file),
        term: exception.term(zone, today),
        concerns,
        circle: Circle::of(exception, &judge.people, today.day),
    })
}

/// Returns the concern about the end of an exception, once its first reminder has begun.
fn end(exception: &Exception<'_>, zone: Zone, today: Today, reminders: &[u32]) -> Option<Concern> {
    let expiry = exception.current_expiry()?.value;
    let term = exception.term(zone, today)?;
    let first = zone.day_of(zone.ends_at(expiry));
    let day = if let Moment::Day(_) = expiry { term.last_day } else { first };
    let subject = Subject::End(expiry, term.last_day, day);
    if term.ended {
        let stage = Stage::expired(first.days_until(today.day));
        let Stage::Expired(days) = stage else { return None };
        return Some(Concern { subject, stage, since: first.plus(days.into()), wide: true, renewable: true });
    }
    let notice = exception.notice(zone, today, reminders)?;
    let since = term.last_day.plus(-i64::from(notice.days));
    Some(Concern { subject, stage: Stage::Reminder(notice.days), since, wide: true, renewable: true })
}

/// Returns the concern about the review that an emergency needs once its incident has ended.
fn review(exception: &Exception<'_>, judge: &Judge) -> Option<Concern> {
    let ended = exception.unreviewed_incident(|by| judge.is_agent(by))?.value;
    let (stage, since) = match ended.days_until(judge.today.day) {
        ..0 => return None,
        0 | 1 => (Stage::ReviewDue, ended),
        days => match Stage::review_overdue(days - 2) {
            stage @ Stage::ReviewOverdue(weeks) => (stage, ended.plus(2 + i64::from(weeks))),
            stage => (stage, ended.plus(2)),
        },
    };
    Some(Concern { subject: Subject::Review(ended), stage, since, wide: stage.is_late(), renewable: true })
}

fn path<'r>(register: &'r Register<'r>, file: FileId) -> &'r str {
    let at = register.files.binary_search_by_key(&file, |file| file.id).ok();
    at.and_then(|at| register.files.get(at)).map_or("", |file| file.path)
}
