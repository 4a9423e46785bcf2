//! How the register has developed, week by week, from its commits alone.
//!
//! One pass over the main line's commits of the last year. The register as it was before them is read once, then each
//! content that a commit brings, once: what was known of a record is kept as a few dates.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::rc::Rc;

use chrono::{DateTime, TimeDelta};

use crate::error::Error;
use crate::files;
use crate::git::{Commit, CommitInfo, Git, TreeChange, TreeFile};
use crate::history::main_line::{MainLine, oldest_first, steps};
use crate::history::past::reached_by;
use crate::history::snapshot::prefix;
use crate::register::{Exception, Status, is_named_like_one};
use crate::source::FileId;
use crate::time::{Day, Moment, Today, Zone};
use crate::yaml;

/// The most weeks that are shown.
const WEEKS: i64 = 53;

/// How many commits are read at once.
const CHUNK: usize = 1000;

/// The weeks, the oldest first; each ends on the day of the week of the meeting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trend {
    /// One item for each week since the register began, of the last year.
    pub weeks: Vec<Week>,
    /// The pull request that changed a file last, by the file's path relative to the root, as its merge says.
    pub pulls: BTreeMap<String, String>,
}

/// The register at the end of a week, and what was merged in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week {
    /// Its last day.
    pub end: Day,
    /// Exceptions whose status is `active` or `expired`.
    pub live: usize,
    /// Those of them whose end has passed.
    pub expired: usize,
    /// Twice the median of the days since the start, of the live ones that have begun.
    pub twice_age: Option<i64>,
    /// Renewals that were merged.
    pub renewals: usize,
    /// Twice the median of the days from the request to the decision, of what was merged: of a new exception from the
    /// first commit of its branch to the merge, of a renewal as it records them.
    pub twice_decision: Option<i64>,
    /// Twice the median of the days from the last covered day to the closure, of the closures that were merged;
    /// negative if most were closed before their end.
    pub twice_closing: Option<i64>,
    days: Days,
}

/// The days of which a week has the medians.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Days {
    ages: Vec<i64>,
    decisions: Vec<i64>,
    closings: Vec<i64>,
}

impl Week {
    fn new(end: Day, live: usize, expired: usize, renewals: usize, mut days: Days) -> Self {
        let (twice_age, twice_decision) = (twice_median(&mut days.ages), twice_median(&mut days.decisions));
        let twice_closing = twice_median(&mut days.closings);
        Self { end, live, expired, twice_age, renewals, twice_decision, twice_closing, days }
    }

    /// Returns the week of two registers together.
    fn with(self, other: Self) -> Self {
        let mut days = self.days;
        days.ages.extend(other.days.ages);
        days.decisions.extend(other.days.decisions);
        days.closings.extend(other.days.closings);
        let (live, expired) = (self.live + other.live, self.expired + other.expired);
        Self::new(self.end, live, expired, self.renewals + other.renewals, days)
    }
}

/// What a record says, as far as the trend needs it.
#[derive(Debug)]
struct Facts {
    status: Option<Status>,
    first_day: Option<Day>,
    expiry: Option<Moment>,
    closed_on: Option<Day>,
    /// The days from the request to the decision of each renewal.
    renewals: Vec<Option<i64>>,
}

/// Reads the trend of the main line that ends in a tip, up to a moment; `None` if the clone does not have the history, or no commit is that old.
///
/// # Errors
///
/// If `git` cannot deliver a commit or a content.
pub fn read(
    git: &Git,
    tip: Option<&Commit>,
    root: &Path,
    folder: &str,
    zone: Zone,
    now: Today,
) -> Result<Option<Trend>, Error> {
    let today = now.day;
    let Some(tip) = tip else { return Ok(None) };
    let (chain, infos) = oldest_first(MainLine::read(git, tip)?.commits);
    let days: Vec<Day> = reached_by(&infos, i64::MAX).into_iter().map(|seconds| day_of(seconds, zone)).collect();
    let first_week = today.plus(-7 * WEEKS);
    let (before, end) = (days.partition_point(|day| *day <= first_week), days.partition_point(|day| *day <= today));
    if end == 0 {
        return Ok(None);
    }
    let above = prefix(git, root);
    let below = format!("{above}{folder}");
    let below_first = before.checked_sub(1).map(|at| &chain[at]);
    let mut line = Line::new(git, below_first, &below, zone)?;
    let sides = Sides::read(git, &chain[before..end], below_first)?;
    let mut trend = Trend::default();
    let mut ends = week_ends(today).peekable();
    let steps = steps(&chain[before..end], below_first);
    let mut at = before;
    for chunk in steps.chunks(CHUNK) {
        let changes = git.tree_changes(chunk, &[&below])?;
        line.read_ahead(&changes)?;
        for changes in &changes {
            while let Some(week) = ends.next_if(|week| *week < days[at]) {
                trend.end(&mut line, week, now);
            }
            let pull = infos[at].request.as_ref();
            for change in changes.iter().filter(|change| is_one(&change.path)) {
                let path = files::name_of(&change.path);
                let path = path.strip_prefix(&above).unwrap_or(&path).to_owned();
                match pull {
                    Some(request) => drop(trend.pulls.insert(path, request.clone())),
                    None => drop(trend.pulls.remove(&path)),
                }
            }
            line.step(changes, sides.asked(&infos[at], zone).map(|asked| asked.days_until(days[at])))?;
            at += 1;
        }
    }
    for week in ends {
        trend.end(&mut line, week, now);
    }
    Ok(Some(trend).filter(|trend| !trend.weeks.is_empty()))
}

impl Trend {
    /// Adds the weeks of another register of the repository, whose root is `below` the top of the work tree, up to the
    /// same day. Before a register began it counts nothing.
    pub(super) fn absorb(&mut self, below: &str, other: Self) {
        let weeks = std::mem::take(&mut self.weeks);
        let mut by_end: BTreeMap<Day, Week> = weeks.into_iter().map(|week| (week.end, week)).collect();
        for week in other.weeks {
            let whole = match by_end.remove(&week.end) {
                Some(known) => known.with(week),
                None => week,
            };
            by_end.insert(whole.end, whole);
        }
        self.weeks = by_end.into_values().collect();
        self.pulls.extend(other.pulls.into_iter().map(|(path, number)| (format!("{below}{path}"), number)));
    }

    /// Adds a week once the register has begun.
    fn end(&mut self, line: &mut Line<'_>, day: Day, now: Today) {
        let week = line.week(day, now);
        if !self.weeks.is_empty() || !line.held.is_empty() {
            self.weeks.push(week);
        }
    }
}

/// The register after a commit, and what the week has brought so far.
struct Line<'t> {
    git: &'t Git,
    zone: Zone,
    held: BTreeMap<Vec<u8>, Rc<Facts>>,
    /// What the contents say, by their object name.
    known: HashMap<String, Rc<Facts>>,
    renewals: usize,
    decisions: Vec<i64>,
    closings: Vec<i64>,
}

impl<'t> Line<'t> {
    fn new(git: &'t Git, before: Option<&Commit>, below: &str, zone: Zone) -> Result<Self, Error> {
        let mut line = Self {
            git,
            zone,
            held: BTreeMap::new(),
            known: HashMap::new(),
            renewals: 0,
            decisions: Vec::new(),
            closings: Vec::new(),
        };
        if let Some(before) = before {
            let mut files = git.tree_below(before, below, &is_named_like_one)?;
            for file in &mut files {
                file.path = [below.as_bytes(), b"/", &file.path].concat();
            }
            line.learn(&files.iter().collect::<Vec<_>>())?;
            for file in files {
                let facts = line.facts(&file);
                line.held.insert(file.path, facts);
            }
        }
        Ok(line)
    }

    /// Reads what a part of the history brings.
    fn read_ahead(&mut self, changes: &[Vec<TreeChange>]) -> Result<(), Error> {
        let files = changes.iter().flatten().filter_map(|change| change.file.as_ref());
        self.learn(&files.filter(|file| is_one(&file.path)).collect::<Vec<_>>())
    }

    fn learn(&mut self, files: &[&TreeFile]) -> Result<(), Error> {
        let mut asked: HashSet<&str> = HashSet::new();
        let new: Vec<&TreeFile> = files
            .iter()
            .copied()
            .filter(|file| !self.known.contains_key(&file.oid) && asked.insert(&file.oid))
            .collect();
        let oids: Vec<&str> = new.iter().map(|file| file.oid.as_str()).collect();
        for (file, bytes) in new.iter().zip(self.git.blobs(&oids, yaml::MAX_BYTES)?) {
            let facts = Facts::read(file, bytes, self.zone)?;
            self.known.insert(file.oid.clone(), Rc::new(facts));
        }
        Ok(())
    }

    fn facts(&self, file: &TreeFile) -> Rc<Facts> {
        self.known.get(&file.oid).cloned().unwrap_or_else(|| Rc::new(Facts::none()))
    }

    /// Moves to a commit; `waited` is how long its branch existed, in days.
    fn step(&mut self, changes: &[TreeChange], waited: Option<i64>) -> Result<(), Error> {
        // A move is a removal and an addition of one id.
        let mut gone: HashMap<String, Rc<Facts>> = HashMap::new();
        let mut come: Vec<(String, &TreeFile)> = Vec::new();
        for change in changes.iter().filter(|change| is_one(&change.path)) {
            let stem = crate::register::stem(&files::name_of(&change.path)).to_lowercase();
            if let Some(old) = self.held.remove(&change.path) {
                gone.insert(stem.clone(), old);
            }
            come.extend(change.file.as_ref().map(|file| (stem, file)));
        }
        for (stem, file) in come {
            let facts = self.facts(file);
            match gone.get(&stem) {
                Some(old) => self.compare(old, &facts),
                None if facts.status.is_some_and(|status| status != Status::Closed) => {
                    self.decisions.extend(waited);
                }
                None => {}
            }
            self.held.insert(file.path.clone(), facts);
        }
        Ok(())
    }

    fn compare(&mut self, old: &Facts, new: &Facts) {
        let renewed = new.renewals.get(old.renewals.len()..).unwrap_or_default();
        self.renewals += renewed.len();
        self.decisions.extend(renewed.iter().flatten());
        if new.status == Some(Status::Closed)
            && old.status != Some(Status::Closed)
            && let (Some(expiry), Some(closed)) = (new.expiry, new.closed_on)
        {
            self.closings.push(self.zone.last_day(expiry).days_until(closed));
        }
    }

    /// Ends a week: with its day, or now if that is today. What may last until the end of the day is not over yet.
    fn week(&mut self, day: Day, now: Today) -> Week {
        let end = self.zone.starts_at(Moment::Day(day.plus(1))) - TimeDelta::nanoseconds(1);
        let end = if day == now.day { now } else { Today::from_clock(self.zone, end) };
        let live = || self.held.values().filter(|it| matches!(it.status, Some(Status::Active | Status::Expired)));
        let is_over = |it: &&Rc<Facts>| it.expiry.is_some_and(|expiry| end.has_ended(self.zone, expiry));
        let age = |it: &Rc<Facts>| it.first_day.map(|first| first.days_until(day)).filter(|days| *days >= 0);
        let (count, over, ages) = (live().count(), live().filter(is_over).count(), live().filter_map(age).collect());
        let (decisions, closings) = (std::mem::take(&mut self.decisions), std::mem::take(&mut self.closings));
        Week::new(day, count, over, std::mem::take(&mut self.renewals), Days { ages, decisions, closings })
    }
}

impl Facts {
    fn none() -> Self {
        Self { status: None, first_day: None, expiry: None, closed_on: None, renewals: Vec::new() }
    }

    fn read(file: &TreeFile, bytes: Option<Vec<u8>>, zone: Zone) -> Result<Self, Error> {
        let path = files::name_of(&file.path);
        let read = files::from_blob(&path, file, bytes, yaml::MAX_BYTES)?;
        let tree = if read.fault.is_none() { yaml::parse(read.source.text()).ok() } else { None };
        let Some(tree) = tree.filter(|tree| tree.as_map().is_some()) else { return Ok(Self::none()) };
        let it = Exception::from_node(FileId(0), "", tree);
        let waited = |renewal: &crate::register::Renewal<'_>| {
            Some(renewal.requested.as_ref()?.value.days_until(renewal.decided.as_ref()?.value))
                .filter(|days| *days >= 0)
        };
        Ok(Self {
            status: it.status.as_ref().map(|status| status.value),
            first_day: it.starts.as_ref().map(|starts| zone.first_day(starts.value)),
            expiry: it.current_expiry().map(|expiry| expiry.value),
            closed_on: it.closure.as_ref().and_then(|closure| closure.date.as_ref()).map(|date| date.value),
            renewals: it.renewals.iter().map(waited).collect(),
        })
    }
}

/// The commits beside the line, by which it is known since when a merged branch existed.
struct Sides {
    infos: HashMap<Commit, CommitInfo>,
    on_line: HashSet<Commit>,
}

impl Sides {
    fn read(git: &Git, line: &[Commit], before: Option<&Commit>) -> Result<Self, Error> {
        let Some(tip) = line.last() else { return Ok(Self { infos: HashMap::new(), on_line: HashSet::new() }) };
        let on_line: HashSet<Commit> = line.iter().cloned().collect();
        let reached = git.commits(tip, before)?;
        let beside: Vec<&Commit> = reached.iter().filter(|commit| !on_line.contains(*commit)).collect();
        let infos = git.infos(&beside)?;
        let infos = beside.into_iter().zip(infos).filter_map(|(commit, info)| Some((commit.clone(), info?))).collect();
        Ok(Self { infos, on_line })
    }

    /// Returns the day of the oldest commit that a merge brought; `None` for a commit that merged nothing.
    fn asked(&self, info: &CommitInfo, zone: Zone) -> Option<Day> {
        let mut stack: Vec<&Commit> = info.parents.iter().collect();
        let mut seen: HashSet<&Commit> = HashSet::new();
        let mut first: Option<i64> = None;
        // A branch of more commits than that is not a request.
        while let Some(commit) = stack.pop().filter(|_| seen.len() < 1000) {
            if self.on_line.contains(commit) || !seen.insert(commit) {
                continue;
            }
            let Some(info) = self.infos.get(commit) else { continue };
            first = Some(first.map_or(info.committed, |first| first.min(info.committed)));
            stack.extend(&info.parents);
        }
        first.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).map(|instant| zone.day_of(instant))
    }
}

/// Returns the last days of the weeks that are shown, oldest first. They are counted down from the last one: a count up may
/// arrive at the last day of all, and never get past it.
fn week_ends(today: Day) -> impl Iterator<Item = Day> {
    (0..WEEKS).rev().map(move |weeks| today.plus(-7 * weeks))
}

fn is_one(path: &[u8]) -> bool {
    is_named_like_one(&String::from_utf8_lossy(path))
}

fn day_of(seconds: i64, zone: Zone) -> Day {
    DateTime::from_timestamp(seconds, 0).map_or(Day::FIRST, |instant| zone.day_of(instant))
}

/// Returns twice the median, so that it is a whole number; sorts the numbers.
fn twice_median(numbers: &mut [i64]) -> Option<i64> {
    numbers.sort_unstable();
    let last = numbers.len().checked_sub(1)?;
    Some(numbers.get(last / 2)? + numbers.get(numbers.len() / 2)?)
}
