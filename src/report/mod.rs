//! The weekly meeting about the register: what must be decided, what has changed since the last one,
//! and the figures.
//!
//! Pure values of a register on a day, in the register's time zone. How they are written, and where,
//! is not known here.

mod agenda;
mod item;
mod metrics;
mod people;
mod stretch;

pub use agenda::Agenda;
pub use item::{Doubt, Item, ReviewDue, Standing, read};
pub use metrics::{Closing, Life, Metrics, Overdue, Renewals, Row};
pub use people::Owner;
pub use stretch::{Kind, Stretch};

use crate::register::{Day, Register, Zone};
use crate::rule::Judge;

/// A file of the register that holds no exception that can be read.
#[derive(Clone, Copy, Debug)]
pub struct Unreadable<'m> {
    /// The id that its name gives.
    pub id: &'m str,
    /// Its path, relative to the root.
    pub path: &'m str,
    /// The first thing that is wrong with it.
    pub why: &'m str,
}

/// A meeting: the register on a day, beside what it was on the day of the last one.
#[derive(Debug)]
pub struct Meeting<'m> {
    /// The day of the meeting.
    pub today: Day,
    /// The day of the last one; what is dated on it counts as new once more, so that nothing that was
    /// written after that meeting is missed.
    pub since: Day,
    /// The register's time zone.
    pub zone: Zone,
    /// The folder of the exceptions, relative to the root.
    pub folder: &'m str,
    /// Every exception that could be read, the most urgent first.
    pub items: &'m [Item<'m>],
    /// The files that could not, in the order of their paths.
    pub unreadable: Vec<Unreadable<'m>>,
    /// What is talked about.
    pub agenda: Agenda<'m>,
    /// The figures.
    pub metrics: Metrics<'m>,
}

impl<'m> Meeting<'m> {
    /// Prepares the meeting on the judge's day; `items` are the register's, as [`read`] gives them.
    #[must_use]
    pub fn new(items: &'m [Item<'m>], register: &'m Register<'m>, judge: &'m Judge, since: Day) -> Self {
        let today = judge.today.day;
        Self {
            today,
            since,
            zone: judge.policy.timezone,
            folder: &judge.policy.exceptions,
            items,
            unreadable: unreadable(register),
            agenda: Agenda::new(items, since, today),
            metrics: Metrics::new(items, register, judge),
        }
    }

    /// Counts what stands in the way of the figures: files that cannot be read, and records that
    /// contradict themselves.
    #[must_use]
    pub fn to_mend(&self) -> usize {
        self.unreadable.len() + self.agenda.doubtful.len()
    }
}

fn unreadable<'m>(register: &'m Register<'m>) -> Vec<Unreadable<'m>> {
    let faulty = register.faults.iter().filter_map(|(file, faults)| Some((*file, faults.yaml.first()?)));
    let unread = faulty.filter(|(file, _)| register.exception(*file).is_none());
    unread
        .filter_map(|(file, problem)| {
            let at = register.files.binary_search_by_key(&file, |file| file.id).ok()?;
            let file = register.files.get(at)?;
            Some(Unreadable { id: file.stem, path: file.path, why: &problem.message })
        })
        .collect()
}
