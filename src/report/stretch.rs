//! The stretches of days of an exception: what was approved, and what nobody had approved.

use crate::report::item::{Item, Standing};
use crate::time::Day;

/// What a stretch of days was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The first approval.
    Term,
    /// The renewal of this number, from 1.
    Renewal(usize),
    /// Broken without an approval: after the end, or between it and a late renewal.
    Lapsed,
}

/// Days in a row, both of them included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// What they were.
    pub kind: Kind,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
}

/// Collects consecutive stretches.
struct Line {
    stretches: Vec<Stretch>,
    /// The first day that is in none of them.
    next: Day,
}

impl Line {
    fn push(&mut self, kind: Kind, from: Day, to: Day) {
        if from <= to {
            self.stretches.push(Stretch { kind, from, to });
            self.next = to.plus(1);
        }
    }
}

impl Item<'_> {
    /// Tells whether the exception was, is or will be in force on one of the days from one to another, both included. A
    /// record that does not say when it began or ended counts for every day that it does not rule out.
    #[must_use]
    pub fn is_in_force_within(&self, (from, to): (Day, Day), today: Day) -> bool {
        if self.standing == Standing::Rejected {
            return false;
        }
        let ends = self.exception.current_expiry().is_some();
        if self.first_day.is_some() && ends {
            let agreed = |stretch: &Stretch| stretch.kind != Kind::Lapsed;
            return self.stretches(today).iter().any(|it| agreed(it) && it.from <= to && from <= it.to);
        }
        let last = [self.last_day, self.closed_on].into_iter().flatten().min();
        self.first_day.is_none_or(|first| first <= to) && last.is_none_or(|last| from <= last)
    }

    /// Returns the consecutive days of the exception: the first term from its start, each renewal from where the
    /// approval before it ended, or from its decision if that came later, and what is between and after them up to the
    /// closure or, if it is expired, up to today. Empty for one that was rejected or has no start.
    #[must_use]
    pub fn stretches(&self, today: Day) -> Vec<Stretch> {
        let zone = self.zone;
        let Some(first) = self.first_day.filter(|_| self.standing != Standing::Rejected) else { return Vec::new() };
        let it = self.exception;
        let mut line = Line { stretches: Vec::new(), next: first };
        if let Some(expires) = &it.expires {
            line.push(Kind::Term, first, zone.last_day(expires.value));
        }
        for (index, renewal) in it.renewals.iter().enumerate() {
            let Some(expires) = &renewal.expires else { continue };
            let decided = renewal.decided.as_ref().map_or(line.next, |decided| decided.value);
            let last = zone.last_day(expires.value);
            let from = line.next.max(decided);
            if from <= last {
                line.push(Kind::Lapsed, line.next, from.plus(-1));
                line.push(Kind::Renewal(index + 1), from, last);
            }
        }
        // What is in the future has not happened, whatever the record says.
        match (self.standing, self.closed_on.map(|closed| closed.min(today))) {
            (Standing::Expired { .. }, _) => line.push(Kind::Lapsed, line.next, today),
            (Standing::Closed, Some(closed)) => {
                line.push(Kind::Lapsed, line.next, closed);
                line.stretches.retain(|stretch| stretch.from <= closed);
                if let Some(last) = line.stretches.last_mut() {
                    last.to = last.to.min(closed);
                }
            }
            _ => {}
        }
        line.stretches
    }
}
