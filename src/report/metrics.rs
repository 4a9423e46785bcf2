//! The figures of the register on a day; `docs/report.md` defines them for readers in the same words.
//!
//! Every number of days is a day count: the difference of two calendar days in the register's time
//! zone. *Live* is a status of `active` or `expired`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hash;

use crate::register::Controls;
use crate::register::Tier;
use crate::register::control_key;
use crate::register::{Register, Text};
use crate::report::item::{Doubt, Item, Standing};
use crate::rules::Judge;
use crate::time::Day;

/// The figures.
#[derive(Debug)]
pub struct Metrics<'m> {
    /// All files of the register: `live`, `closed`, `rejected`, `without_status` and `unreadable` add
    /// up to it.
    pub exceptions: usize,
    /// Exceptions whose status is `active` or `expired`.
    pub live: usize,
    /// Exceptions whose status is `closed`.
    pub closed: usize,
    /// Exceptions whose status is `rejected`.
    pub rejected: usize,
    /// Exceptions whose status is missing or none of the four.
    pub without_status: usize,
    /// Files that could not be read.
    pub unreadable: usize,
    /// Live ones that are active, have begun and have not ended.
    pub in_force: usize,
    /// Live ones that are active and have not begun.
    pub waiting: usize,
    /// Live ones whose current expiry has passed.
    pub expired: usize,
    /// The other live ones: their record does not say what state they are in.
    pub unclear: usize,
    /// How long those have been overdue.
    pub overdue: Overdue<'m>,
    /// The renewals of live ones.
    pub renewals: Renewals,
    /// How long exceptions last.
    pub life: Life<'m>,
    /// How long after their end exceptions are closed.
    pub closing: Closing<'m>,
    /// Live ones by tier, the highest first; each tier has a row.
    pub by_tier: Vec<Row<'m>>,
    /// Live ones by owner, the one with the most first. All spellings of one person are one owner.
    pub by_owner: Vec<Row<'m>>,
    /// Live ones by control, the one with the most first. Controls are the same by their id, as they
    /// are to the rule `refiled-exception`.
    pub by_control: Vec<Row<'m>>,
}

/// The days since the last covered day of every expired exception.
#[derive(Clone, Copy, Debug, Default)]
pub struct Overdue<'m> {
    /// Their sum.
    pub total: i64,
    /// The most, and whose they are; `None` if nothing is expired.
    pub worst: Option<(i64, &'m Item<'m>)>,
}

/// The renewals of live exceptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Renewals {
    /// Their number.
    pub used: usize,
    /// Live exceptions that have no renewal left: as many as the policy allows, or more.
    pub used_up: usize,
}

/// The days from the start to the closure, or to today while an exception is live. One that has not
/// begun or was rejected has none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Life<'m> {
    /// Live and closed exceptions that have begun and have usable dates.
    pub counted: usize,
    /// The days of all of them.
    pub total: i64,
    /// The longest, and whose it is.
    pub longest: Option<(i64, &'m Item<'m>)>,
    /// Live and closed ones that could not be counted: without a start or a closing day, or closed
    /// before they were decided. What was closed before it began has no life, and is not one of them.
    pub left_out: usize,
}

/// The days from the last covered day to the closure, over closed exceptions; negative if one was closed before its
/// end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Closing<'m> {
    /// Closed exceptions with usable dates.
    pub counted: usize,
    /// Twice the median, so that it is a whole number: the middle one twice, or the sum of the middle
    /// two.
    pub twice_median: Option<i64>,
    /// The latest, and whose it is.
    pub worst: Option<(i64, &'m Item<'m>)>,
    /// Those that were closed after their last covered day.
    pub late: usize,
    /// Closed ones that could not be counted: without an end or a closing day, or closed before they
    /// were decided.
    pub left_out: usize,
}

/// The live exceptions that have something in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'m> {
    /// What they have in common; `None` for those whose record does not say.
    pub name: Option<Cow<'m, str>>,
    /// All of them.
    pub live: usize,
    /// Those in force.
    pub in_force: usize,
    /// Those whose current expiry has passed.
    pub expired: usize,
    /// Days overdue, in total.
    pub overdue: i64,
    /// Renewals used, in total.
    pub renewals: usize,
}

impl Life<'_> {
    /// Returns ten times the mean, rounded to a whole number, halves up.
    #[must_use]
    pub fn tenths(&self) -> Option<i64> {
        let counted = i64::try_from(self.counted).ok().filter(|counted| *counted > 0)?;
        Some((self.total * 20 + counted) / (counted * 2))
    }
}

impl<'m> Metrics<'m> {
    /// Counts the register's `items`.
    pub(super) fn new(items: &'m [Item<'m>], register: &Register<'_>, judge: &'m Judge) -> Self {
        let count = |fits: fn(&Item<'_>) -> bool| items.iter().filter(|item| fits(item)).count();
        let live = || items.iter().filter(|item| item.live);
        let controls = judge.controls.as_ref();
        Self {
            exceptions: register.files.len(),
            live: live().count(),
            closed: count(|item| item.standing == Standing::Closed),
            rejected: count(|item| item.standing == Standing::Rejected),
            without_status: count(|item| item.exception.status.is_none()),
            unreadable: register.files.len() - items.len(),
            in_force: count(|item| item.in_force),
            waiting: count(is_waiting),
            expired: live().filter(|item| overdue(item).is_some()).count(),
            unclear: live().filter(|item| is_unclear(item)).count(),
            overdue: Overdue::new(items),
            renewals: Renewals {
                used: live().map(Item::renewals).sum(),
                used_up: live().filter(|item| item.used_up).count(),
            },
            life: Life::new(items, judge.today.day),
            closing: Closing::new(items),
            by_tier: by_tier(items),
            by_owner: table(live(), |item| item.owner.map(|owner| Cow::Borrowed(owner.name)), |name| name.clone()),
            by_control: table(live(), |item| control(item, controls), |key| key.as_ref().map(|key| key.name(controls))),
        }
    }
}

/// Returns whether an active exception has not begun, and is not in force for that reason alone.
fn is_waiting(item: &Item<'_>) -> bool {
    let may_wait = matches!(item.standing, Standing::Waiting | Standing::Expiring { .. });
    may_wait && is_before_start(item) && !is_unclear(item)
}

/// Returns whether the record does not say what state an exception is in; one that ends soon may still
/// leave its start open, or say that it has ended.
fn is_unclear(item: &Item<'_>) -> bool {
    let leaves_open = item.first_day.is_none() || item.doubt == Some(Doubt::ExpiredEarly);
    item.standing == Standing::Unclear || (matches!(item.standing, Standing::Expiring { .. }) && leaves_open)
}

fn overdue(item: &Item<'_>) -> Option<i64> {
    match item.standing {
        Standing::Expired { overdue } => Some(overdue),
        _ => None,
    }
}

/// Returns the greatest number with its item; of equal ones the first.
fn greatest<'m>(numbers: impl Iterator<Item = (i64, &'m Item<'m>)>) -> Option<(i64, &'m Item<'m>)> {
    numbers.reduce(|most, next| if next.0 > most.0 { next } else { most })
}

impl<'m> Overdue<'m> {
    fn new(items: &'m [Item<'m>]) -> Self {
        let days = || items.iter().filter_map(|item| Some((overdue(item)?, item)));
        Self { total: days().map(|(days, _)| days).sum(), worst: greatest(days()) }
    }
}

impl<'m> Life<'m> {
    fn new(items: &'m [Item<'m>], today: Day) -> Self {
        let lives = || items.iter().filter_map(|item| Some((item.life(today)?, item)));
        let begun = |item: &&Item<'_>| match item.standing {
            Standing::Closed => !item.never_began(),
            _ => item.live && !is_before_start(item),
        };
        Self {
            counted: lives().count(),
            total: lives().map(|(days, _)| days).sum(),
            longest: greatest(lives()),
            left_out: items.iter().filter(begun).filter(|item| item.life(today).is_none()).count(),
        }
    }
}

/// Returns whether an exception has a start, and it is in the future.
fn is_before_start(item: &Item<'_>) -> bool {
    item.first_day.is_some() && !item.started
}

impl<'m> Closing<'m> {
    fn new(items: &'m [Item<'m>]) -> Self {
        let closed = || items.iter().filter(|item| item.standing == Standing::Closed);
        let late = || closed().filter_map(|item| Some((item.closed_late()?, item)));
        let mut days: Vec<i64> = late().map(|(days, _)| days).collect();
        days.sort_unstable();
        let middle = |at: usize| days.get(at).copied();
        Self {
            counted: days.len(),
            twice_median: days.len().checked_sub(1).and_then(|last| Some(middle(last / 2)? + middle(days.len() / 2)?)),
            worst: greatest(late()),
            late: days.iter().filter(|days| **days > 0).count(),
            left_out: closed().count() - days.len(),
        }
    }
}

impl<'m> Row<'m> {
    fn empty(name: Option<Cow<'m, str>>) -> Self {
        Self { name, live: 0, in_force: 0, expired: 0, overdue: 0, renewals: 0 }
    }

    fn add(&mut self, item: &Item<'_>) {
        self.live += 1;
        self.in_force += usize::from(item.in_force);
        self.expired += usize::from(overdue(item).is_some());
        self.overdue += overdue(item).unwrap_or_default();
        self.renewals += item.renewals();
    }
}

fn by_tier<'m>(items: &'m [Item<'m>]) -> Vec<Row<'m>> {
    let of = |tier: Option<Tier>| {
        let mut row = Row::empty(tier.map(|tier| Cow::Borrowed(tier.name())));
        items.iter().filter(|item| item.live && item.tier() == tier).for_each(|item| row.add(item));
        row
    };
    let unknown = Some(of(None)).filter(|row| row.live > 0);
    Tier::ALL.into_iter().rev().map(|tier| of(Some(tier))).chain(unknown).collect()
}

/// What exceptions of one control share, and the text to call it by if no catalogue names it.
struct Control<'m> {
    key: Cow<'m, str>,
    written: &'m str,
}

impl PartialEq for Control<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Control<'_> {}

impl Hash for Control<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl<'m> Control<'m> {
    fn name(&self, controls: Option<&'m Controls>) -> Cow<'m, str> {
        match controls.and_then(|controls| controls.find(self.written)) {
            Some(control) => Cow::Owned(format!("{} {}", control.id, control.name)),
            None => Cow::Borrowed(self.written),
        }
    }
}

fn control<'m>(item: &'m Item<'m>, controls: Option<&Controls>) -> Option<Control<'m>> {
    let written = item.exception.control.as_ref().map(Text::as_str)?;
    Some(Control { key: control_key(written, controls), written })
}

/// Counts items by what they share: the most first, then the most expired, then by name, and last those that do not
/// say.
fn table<'m, K: Eq + Hash>(
    items: impl Iterator<Item = &'m Item<'m>>,
    key: impl Fn(&'m Item<'m>) -> Option<K>,
    name: impl Fn(&Option<K>) -> Option<Cow<'m, str>>,
) -> Vec<Row<'m>> {
    let mut places = HashMap::new();
    let mut rows: Vec<Row<'m>> = Vec::new();
    for item in items {
        let key = key(item);
        let named = name(&key);
        let place = *places.entry(key).or_insert(rows.len());
        if place == rows.len() {
            rows.push(Row::empty(named));
        }
        if let Some(row) = rows.get_mut(place) {
            row.add(item);
        }
    }
    rows.sort_by(|a, b| {
        let rank = |row: &Row<'_>| (row.name.is_none(), std::cmp::Reverse((row.live, row.expired)));
        rank(a).cmp(&rank(b)).then_with(|| a.name.cmp(&b.name))
    });
    rows
}
