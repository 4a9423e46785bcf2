//! One exception as the meeting sees it: its state today, and what its record leaves open.

use std::cmp::Reverse;

use crate::register::Tier;
use crate::register::{Exception, Home, Register, Status, Text};
use crate::report::people::{Directory, Owner};
use crate::rules::{Judge, Renewals};
use crate::source::FileId;
use crate::time::{Day, Zone};

/// The state of an exception, most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Live, and its current expiry has passed.
    Expired {
        /// Days since the last covered day; 0 if it ended earlier today.
        overdue: i64,
    },
    /// Its record does not say, see [`Item::doubt`].
    Unclear,
    /// Live, and its last covered day comes before the next meeting or on its day.
    Expiring {
        /// Days until the last covered day.
        left: i64,
    },
    /// Active and begun.
    InForce {
        /// Days until the last covered day.
        left: i64,
    },
    /// Active, and not begun.
    Waiting,
    /// Over.
    Closed,
    /// Never approved.
    Rejected,
}

/// What a record leaves open or contradicts, so that a figure or a place in the agenda may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It has no readable status.
    NoStatus,
    /// It is live or closed and has no readable end.
    NoEnd,
    /// It is live or closed and has no readable start.
    NoStart,
    /// Its status is `expired`, and its end is in the future.
    ExpiredEarly,
    /// It has a closure, and its status is not `closed`.
    ClosureNotClosed,
    /// It is closed, without a readable closing day.
    NoClosingDay,
    /// It was closed before it was decided.
    ClosedBeforeDecision,
    /// It is closed on a day in the future.
    ClosedAhead,
    /// Its last renewal has no readable day of decision.
    RenewalWithoutDay,
}

/// A review that an emergency needs because its incident is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewDue {
    /// The day on which the incident ended.
    pub ended: Day,
    /// The last day for the review: the day after.
    pub due: Day,
}

/// An exception of the register on a day.
#[derive(Clone, Debug)]
pub struct Item<'r> {
    /// The record itself.
    pub exception: &'r Exception<'r>,
    /// Its position among the register's items, from 0.
    pub rank: usize,
    /// Its file, relative to the root.
    pub path: &'r str,
    /// Its register, if there are several.
    pub home: Option<&'r Home>,
    /// Whether the id alone does not say which file it is.
    pub shares_id: bool,
    /// Whether another file of its register has the id too.
    pub is_ambiguous: bool,
    /// Its register's time zone.
    pub zone: Zone,
    /// Its state.
    pub standing: Standing,
    /// What its record leaves open.
    pub doubt: Option<Doubt>,
    /// Whether its status is `active` or `expired`.
    pub live: bool,
    /// Whether the rule may be broken today: active, begun and not ended.
    pub in_force: bool,
    /// Whether it has begun.
    pub started: bool,
    /// Who removes it.
    pub owner: Option<Owner<'r>>,
    /// The first covered day.
    pub first_day: Option<Day>,
    /// The last covered day as agreed now.
    pub last_day: Option<Day>,
    /// The day of its closure, where its status is `closed`.
    pub closed_on: Option<Day>,
    /// Whether that day is in the future.
    pub closed_ahead: bool,
    /// How often it may be renewed.
    pub max_renewals: usize,
    /// Whether no renewal is left, counting those of the older exceptions that it takes up.
    pub used_up: bool,
    /// The review that it needs, if it is a live emergency.
    pub review: Option<ReviewDue>,
}

/// Reads what the meeting needs about every exception, most urgent first. `judge` returns the rule book for a path,
/// `homes` are the registers if there are several, and `until` is the day of the next meeting.
#[must_use]
pub fn read<'r>(
    register: &'r Register<'r>,
    judge: &dyn Fn(&str) -> &'r Judge,
    homes: &'r [Home],
    until: Day,
) -> Vec<Item<'r>> {
    let shared = shared_ids(register, homes);
    let path_of = |file: FileId| {
        let at = register.files.binary_search_by_key(&file, |file| file.id).ok();
        at.and_then(|at| register.files.get(at)).map_or("", |file| file.path)
    };
    let mut of_judges: Vec<(&'r Judge, Vec<(&'r Exception<'r>, &'r str)>)> = Vec::new();
    for exception in register.exceptions() {
        let path = path_of(exception.file);
        let own = judge(path);
        match of_judges.iter_mut().find(|(other, _)| std::ptr::eq(*other, own)) {
            Some((_, theirs)) => theirs.push((exception, path)),
            None => of_judges.push((own, vec![(exception, path)])),
        }
    }
    let mut items: Vec<Item<'r>> = Vec::with_capacity(register.exceptions().len());
    for (own, theirs) in of_judges {
        let mut directory = Directory::new(&own.people, own.today.day);
        let renewals = Renewals::new(own, theirs.iter().map(|(exception, _)| *exception), None);
        for (exception, path) in theirs {
            let owner = exception.owner.as_ref().map(|owner| directory.owner(owner.as_str()));
            let home = Home::of(homes, path);
            // Where there are several registers, only the path says which one it is in.
            let is_ambiguous = shared.binary_search(&exception.file).is_ok();
            let shares_id = home.is_some() || is_ambiguous;
            items.push(Item {
                path,
                owner,
                home,
                shares_id,
                is_ambiguous,
                used_up: !renewals.is_left(exception),
                ..Item::new(exception, own, until)
            });
        }
    }
    items.sort_by(|a, b| a.urgency().cmp(&b.urgency()).then_with(|| a.path.cmp(b.path)));
    items.iter_mut().enumerate().for_each(|(rank, item)| item.rank = rank);
    items
}

/// Returns the files whose id another file of the same register has too, in order.
fn shared_ids(register: &Register<'_>, homes: &[Home]) -> Vec<FileId> {
    let home = |path| Home::of(homes, path).map(|home| home.name.as_str());
    let mut ids: Vec<(Option<&str>, String, FileId)> =
        register.files.iter().map(|file| (home(file.path), file.stem().to_lowercase(), file.id)).collect();
    ids.sort_unstable();
    let several = ids.chunk_by(|a, b| (a.0, &a.1) == (b.0, &b.1)).filter(|same| same.len() > 1);
    let mut shared: Vec<FileId> = several.flatten().map(|(.., file)| *file).collect();
    shared.sort_unstable();
    shared
}

impl<'r> Item<'r> {
    /// Reads an exception by itself: without its place among the others, its file and who its owner is. What ends by
    /// `until` is about to end.
    #[must_use]
    pub fn new(exception: &'r Exception<'r>, judge: &Judge, until: Day) -> Self {
        let (policy, today) = (&judge.policy, judge.today);
        let zone = policy.timezone;
        let status = exception.status.as_ref().map(|status| status.value);
        let term = exception.term(zone, today);
        let first_day = exception.starts.as_ref().map(|starts| zone.first_day(starts.value));
        let closure = exception.closure.as_ref().filter(|_| status == Some(Status::Closed));
        let closed_on = closure.and_then(|closure| closure.date.as_ref()).map(|date| date.value);
        let live = exception.is_live();
        let mut it = Self {
            exception,
            rank: 0,
            path: "",
            zone,
            home: None,
            shares_id: false,
            is_ambiguous: false,
            standing: Standing::Unclear,
            doubt: None,
            live,
            in_force: exception.is_in_force(zone, today),
            started: exception.starts.as_ref().is_some_and(|starts| today.has_started(zone, starts.value)),
            owner: None,
            first_day,
            last_day: term.map(|term| term.last_day),
            closed_on,
            closed_ahead: closed_on > Some(today.day),
            max_renewals: policy.max_renewals,
            used_up: exception.renewals.len() >= policy.max_renewals,
            review: exception
                .unreviewed_incident(|by| judge.is_agent(by))
                .filter(|ended| live && ended.value <= today.day)
                .map(|ended| ReviewDue::new(ended.value)),
        };
        it.standing = match (status, term) {
            (Some(Status::Closed), _) => Standing::Closed,
            (Some(Status::Rejected), _) => Standing::Rejected,
            (Some(_), Some(term)) if term.ended => Standing::Expired { overdue: -term.days_left },
            // What its status says of an end to come is a doubt, and no other end.
            (Some(_), Some(term)) if term.last_day <= until => Standing::Expiring { left: term.days_left },
            (Some(Status::Active), Some(term)) if term.started => Standing::InForce { left: term.days_left },
            (Some(Status::Active), Some(_)) if first_day.is_some() => Standing::Waiting,
            _ => Standing::Unclear,
        };
        it.doubt = it.find_doubt(status);
        it
    }

    fn find_doubt(&self, status: Option<Status>) -> Option<Doubt> {
        let closed = status == Some(Status::Closed);
        match status {
            None => Some(Doubt::NoStatus),
            Some(Status::Rejected) => self.exception.closure.as_ref().map(|_| Doubt::ClosureNotClosed),
            _ if self.last_day.is_none() => Some(Doubt::NoEnd),
            Some(Status::Expired) if !matches!(self.standing, Standing::Expired { .. }) => Some(Doubt::ExpiredEarly),
            _ if self.live && self.exception.closure.is_some() => Some(Doubt::ClosureNotClosed),
            _ if self.first_day.is_none() => Some(Doubt::NoStart),
            _ if closed && self.closed_on.is_none() => Some(Doubt::NoClosingDay),
            _ if closed && self.closed_on < self.decided() => Some(Doubt::ClosedBeforeDecision),
            _ if self.closed_ahead => Some(Doubt::ClosedAhead),
            _ if self.live && self.exception.renewals.last().is_some_and(|renewal| renewal.decided.is_none()) => {
                Some(Doubt::RenewalWithoutDay)
            }
            _ => None,
        }
    }

    /// Orders items, most urgent first: the longest overdue, then what is unclear, then the next to end, then the next
    /// to begin, then the last to be closed or rejected; if that is equal, the higher tier, then the id.
    fn urgency(&self) -> impl Ord {
        // Proleptic days since the first one, so that they compare with day counts.
        let day = |day: Option<Day>| day.map_or(0, |day| Day::FIRST.days_until(day));
        let (group, within) = match self.standing {
            Standing::Expired { overdue } => (0, -overdue),
            Standing::Unclear => (1, day(self.last_day)),
            Standing::Expiring { left } => (2, left),
            Standing::InForce { left } => (3, left),
            Standing::Waiting => (4, day(self.first_day)),
            Standing::Closed => (5, -day(self.closed_on)),
            Standing::Rejected => (6, -day(self.decided())),
        };
        (group, within, Reverse(self.tier()), self.exception.id, self.path)
    }

    /// Returns the tier.
    #[must_use]
    pub fn tier(&self) -> Option<Tier> {
        self.exception.risk.tier.as_ref().map(|tier| tier.value)
    }

    /// Returns the day of the first decision.
    #[must_use]
    pub fn decided(&self) -> Option<Day> {
        self.exception.decided.as_ref().map(|decided| decided.value)
    }

    /// Returns the person who accepted the risk of the current term: the last renewal's approver, otherwise the entry's
    /// own.
    #[must_use]
    pub fn approver(&self) -> Option<&'r str> {
        self.exception.last_approver().map(Text::as_str)
    }

    /// Returns whether it was closed before its first day, because it was not needed after all.
    #[must_use]
    pub fn never_began(&self) -> bool {
        self.doubt.is_none() && self.standing == Standing::Closed && self.closed_on < self.first_day
    }

    /// Returns how many renewals it has had.
    #[must_use]
    pub fn renewals(&self) -> usize {
        self.exception.renewals.len()
    }

    /// Returns how many days a live or closed exception has existed: the day count from its start to its closure, or to
    /// today while it is live. `None` if it has not begun, was rejected, or its dates do not tell.
    #[must_use]
    pub fn life(&self, today: Day) -> Option<i64> {
        let first = self.first_day.filter(|_| !self.closed_ahead)?;
        let end = match self.standing {
            Standing::Closed => self.closed_on?,
            _ if self.live && self.started => today,
            _ => return None,
        };
        Some(first.days_until(end)).filter(|days| *days >= 0)
    }

    /// Returns how late a closed exception was closed: the day count from its last covered day to its closure, negative
    /// if it was closed before that day. `None` if its dates do not tell.
    #[must_use]
    pub fn closed_late(&self) -> Option<i64> {
        let (last, closed) = (self.last_day?, self.closed_on?);
        let tells = !self.closed_ahead && self.doubt != Some(Doubt::ClosedBeforeDecision);
        tells.then(|| last.days_until(closed))
    }
}

impl ReviewDue {
    fn new(ended: Day) -> Self {
        Self { ended, due: ended.plus(1) }
    }
}
