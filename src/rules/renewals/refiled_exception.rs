use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use crate::history::Changes;
use crate::register::{Exception, Register, Status, Text, control_key};
use crate::rules::declare_rule;
use crate::rules::{Check, Context, Judge};
use crate::source::{FileId, Span};
use crate::text::look_alike::name_key;
use crate::text::shown;
use crate::time::{Day, Zone};

declare_rule! {
    /// Reports an exception that refiles an older one for the same control and system once too often.
    ///
    /// ## Why
    ///
    /// A new file under a new name is an easy way around the limit on renewals. What matters is how often the same rule
    /// was broken in the same place without a pause of more than 30 days, so each such filing counts as a renewal.
    ///
    /// ## What to do
    ///
    /// Fix the root cause, as after the last renewal: carry out the removal and close the exception, or change the
    /// control. If it is about another part of the system, name that part in `scope.system`.
    id: "refiled-exception",
    family: Renewals,
    level: Error,
    since: "0.1.0",
    check: Check::Register(check),
}

/// After a longer pause, in days, it is a new exception.
const PAUSE: i64 = 30;

fn check(cx: &mut Context<'_>) {
    let zone = cx.policy().timezone;
    for &Taken { up, from, count } in cx.renewals().taken_up() {
        let filing = |file| cx.register.exception(file).and_then(|exception| Filing::new(exception, zone));
        if let (Some(filing), Some(before)) = (filing(up), filing(from))
            && count > cx.policy().max_renewals
            && cx.judges_grant(filing.exception)
        {
            report(&filing, &before, count, cx);
        }
    }
}

/// Returns how many renewals and re-filings there are in a row up to an exception that takes up an older one, and that
/// older one's id.
pub(crate) fn taken_up<'r>(file: FileId, judge: &'r Judge, register: &'r Register<'r>) -> Option<(usize, &'r str)> {
    let all = all_taken_up(judge, register.exceptions(), None);
    let taken = all.into_iter().find(|taken| taken.up == file)?;
    Some((taken.count, register.exception(taken.from)?.id))
}

/// An exception that takes up an older one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Its file.
    pub(crate) up: FileId,
    /// The file of the older one.
    pub(crate) from: FileId,
    /// How many renewals and re-filings there are in a row up to it.
    pub(crate) count: usize,
}

/// Returns every exception that takes up an older one.
pub(crate) fn all_taken_up<'r>(
    judge: &Judge,
    exceptions: impl Iterator<Item = &'r Exception<'r>>,
    changes: Option<&Changes<'_>>,
) -> Vec<Taken> {
    let taken = |link: Link<'_, '_>| Taken {
        up: link.filing.exception.file,
        from: link.before.exception.file,
        count: link.count,
    };
    rows(judge, exceptions, changes).iter().flat_map(|filings| links(filings).into_iter().map(taken)).collect()
}

/// Returns the filings for the same control and system, oldest first, if there are several.
fn rows<'r>(
    judge: &Judge,
    exceptions: impl Iterator<Item = &'r Exception<'r>>,
    changes: Option<&Changes<'_>>,
) -> Vec<Vec<Filing<'r>>> {
    let mut rows = Vec::new();
    let kept = exceptions.filter(|exception| !exception.is(&[Status::Rejected]));
    let filings = kept.filter_map(|exception| Filing::new(exception, judge.policy.timezone)).collect();
    for system in groups(filings, |filing| Cow::Owned(name_key(filing.system.as_str()))) {
        let controls = judge.controls.as_ref();
        for mut same in groups(system, |filing| control_key(filing.control.as_str(), controls)) {
            // Whatever a change adds is newer than what was there, whatever its date.
            let is_new = |filing: &Filing<'_>| changes.is_some_and(|changes| changes.adds(filing.exception.file));
            same.sort_by_key(|filing| (is_new(filing), filing.age()));
            rows.push(same);
        }
    }
    rows
}

/// Sorts things into groups of at least two, in the order of their first members.
///
/// Keys are compared by a hash of 128 bits: those of a whole register would take more memory than the search for copies
/// leaves.
fn groups<'a, T>(things: Vec<T>, key: impl Fn(&T) -> Cow<'a, str>) -> Vec<Vec<T>> {
    let (one, other) = (RandomState::default(), RandomState::default());
    let hash = |thing: &T| {
        let key = key(thing);
        (one.hash_one(&*key), other.hash_one(&*key))
    };
    // On one core: a thread that waits for others might take up work that waits for this.
    let mut order: Vec<((u64, u64), u32)> = things.iter().map(hash).zip(0..).collect();
    order.sort_unstable();
    let groups = order.chunk_by(|left, right| left.0 == right.0).filter(|group| group.len() > 1);
    let mut groups: Vec<Vec<u32>> = groups.map(|group| group.iter().map(|(_, at)| *at).collect()).collect();
    groups.sort_unstable();
    let mut things: Vec<Option<T>> = things.into_iter().map(Some).collect();
    groups.into_iter().map(|group| group.into_iter().filter_map(|at| things[at as usize].take()).collect()).collect()
}

/// What the comparison needs of an exception.
struct Filing<'r> {
    exception: &'r Exception<'r>,
    control: &'r Text<'r>,
    system: &'r Text<'r>,
    starts: Day,
    end: Option<End>,
}

#[derive(Clone, Copy)]
struct End {
    day: Day,
    span: Span,
}

impl<'r> Filing<'r> {
    fn new(exception: &'r Exception<'r>, zone: Zone) -> Option<Self> {
        let expiry = exception.current_expiry().map(|it| End { day: zone.last_day(it.value), span: it.span() });
        let closed = exception.closure.as_ref().and_then(|closure| closure.date.as_ref());
        let closed = closed.map(|date| End { day: date.value, span: date.span() });
        Some(Self {
            exception,
            control: exception.control.as_ref()?,
            system: exception.scope.system.as_ref()?,
            starts: zone.first_day(exception.starts.as_ref()?.value),
            end: closed.into_iter().chain(expiry).min_by_key(|end| end.day),
        })
    }

    /// Orders filings, the oldest first.
    fn age(&self) -> (Day, Day, &'r str) {
        let decided = self.exception.decided.as_ref().map_or(self.starts, |decided| decided.value);
        (decided, self.starts, self.exception.id)
    }

    /// Orders filings by their end; one without an end is not over.
    fn end_key(&self) -> (bool, Option<Day>) {
        (self.end.is_none(), self.end.map(|end| end.day))
    }
}

/// A filing that takes up an older one.
struct Link<'f, 'r> {
    filing: &'f Filing<'r>,
    /// The one before it that ended last.
    before: &'f Filing<'r>,
    /// All renewals and re-filings so far.
    count: usize,
}

/// Walks along the filings for one control and system, oldest first, counting what continues without a pause: of all
/// older ones that were not over for long enough, the one with the most in a row counts.
fn links<'f, 'r>(filings: &'f [Filing<'r>]) -> Vec<Link<'f, 'r>> {
    let mut links = Vec::new();
    let mut latest: Option<&'f Filing<'r>> = None;
    let mut counts = Counts::default();
    for filing in filings {
        let renewals = filing.exception.renewals.len();
        let reached = (false, Some(filing.starts.plus(-PAUSE)));
        let count = match latest.zip(counts.most_from(reached)) {
            Some((before, most)) => {
                let count = most + 1 + renewals;
                links.push(Link { filing, before, count });
                count
            }
            None => renewals,
        };
        counts.add(filing.end_key(), count);
        if latest.is_none_or(|latest| filing.end_key() >= latest.end_key()) {
            latest = Some(filing);
        }
    }
    links
}

/// How many there are in a row up to filings with an end; one that ends sooner and counts no more than another is left
/// out, so that the counts fall as the ends grow.
#[derive(Default)]
struct Counts(BTreeMap<(bool, Option<Day>), usize>);

impl Counts {
    /// Returns the highest count among those that end on that day or later.
    fn most_from(&self, end: (bool, Option<Day>)) -> Option<usize> {
        self.0.range(end..).next().map(|(_, count)| *count)
    }

    fn add(&mut self, end: (bool, Option<Day>), count: usize) {
        if self.most_from(end).is_some_and(|most| most >= count) {
            return;
        }
        let beaten: Vec<_> =
            self.0.range(..=end).rev().take_while(|(_, less)| **less <= count).map(|(end, _)| *end).collect();
        for beaten in beaten {
            self.0.remove(&beaten);
        }
        self.0.insert(end, count);
    }
}

fn report(filing: &Filing<'_>, before: &Filing<'_>, count: usize, cx: &mut Context<'_>) {
    let max = cx.policy().max_renewals;
    let id = shown(before.exception.id);
    let (span, since) = match before.end {
        None => (before.control.span(), "is not over".to_owned()),
        Some(End { day, span }) => match day.days_until(filing.starts) {
            ..=0 => (span, "was not over when this one began".to_owned()),
            1 => (span, "ended on the day before this one began".to_owned()),
            days => (span, format!("ended {days} days before this one began")),
        },
    };
    let message = format!("refiles `{id}`, which counts as a renewal: `{count}` in a row, the policy allows `{max}`");
    cx.report_in(filing.exception.file, filing.control, message)
        .label(filing.system.span(), "the same system")
        .label_in(before.exception.file, span, format!("`{id}` {since}"))
        .help("fix the root cause: carry out the removal and close it, or change the control that cannot be followed");
}
