//! What the meeting talks about, in order.

use crate::report::item::{Item, Standing};
use crate::time::Day;

/// The agenda. Each list begins with its most urgent item; what is dated after the meeting's day is in none of the
/// lists of changes.
#[derive(Debug, Default)]
pub struct Agenda<'m> {
    /// Live, and past the current expiry; the longest overdue first.
    pub expired: Vec<&'m Item<'m>>,
    /// Live, and ending before the next meeting or on its day; the next to end first.
    pub expiring: Vec<&'m Item<'m>>,
    /// Approved since the last meeting: `decided` is between the two, both days included. If `decided` is missing, the
    /// start counts.
    pub new: Vec<&'m Item<'m>>,
    /// Renewed since the last meeting, by the `decided` of one of the renewals.
    pub renewed: Vec<&'m Item<'m>>,
    /// Closed since the last meeting, by the `date` of the closure.
    pub closed: Vec<&'m Item<'m>>,
    /// Rejected since the last meeting, by `decided`.
    pub rejected: Vec<&'m Item<'m>>,
    /// Live emergencies whose incident is over and that nobody has reviewed since; the longest due
    /// first.
    pub reviews: Vec<&'m Item<'m>>,
    /// Records that contradict themselves or do not say what state they are in.
    pub doubtful: Vec<&'m Item<'m>>,
}

impl<'m> Agenda<'m> {
    /// Sorts exceptions, the most urgent first, into the agenda of a meeting.
    pub(super) fn new(items: &'m [Item<'m>], since: Day, today: Day, until: Day) -> Self {
        let lately = |day: Option<Day>| day.is_some_and(|day| since <= day && day <= today);
        let mut agenda = Self::default();
        for item in items {
            let approved = lately(item.decided().or(item.first_day));
            let mut add = |list: fn(&mut Self) -> &mut Vec<&'m Item<'m>>, fits: bool| {
                if fits {
                    list(&mut agenda).push(item);
                }
            };
            add(|agenda| &mut agenda.expired, matches!(item.standing, Standing::Expired { .. }));
            let is_over = matches!(item.standing, Standing::Expired { .. });
            let ends = item.last_day.is_some_and(|last| last <= until);
            add(|agenda| &mut agenda.expiring, item.live && ends && !is_over);
            add(|agenda| &mut agenda.new, approved && item.standing != Standing::Rejected);
            add(|agenda| &mut agenda.rejected, lately(item.decided()) && item.standing == Standing::Rejected);
            let renewals = item.exception.renewals.iter().map(|renewal| renewal.decided.as_ref());
            add(|agenda| &mut agenda.renewed, renewals.flatten().any(|day| lately(Some(day.value))));
            add(|agenda| &mut agenda.closed, lately(item.closed_on));
            add(|agenda| &mut agenda.reviews, item.review.is_some());
            add(|agenda| &mut agenda.doubtful, item.doubt.is_some());
        }
        agenda.expiring.sort_by_key(|item| item.last_day);
        agenda.reviews.sort_by_key(|item| item.review.map(|review| review.due));
        agenda
    }

    /// Returns how many things have changed since the last meeting.
    #[must_use]
    pub fn changes(&self) -> usize {
        self.new.len() + self.renewed.len() + self.closed.len() + self.rejected.len()
    }
}
