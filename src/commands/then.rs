//! `--at`: the register as it stood, read from the commit that the default branch had then.

use std::io::{self, Write};
use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};

use crate::cli;
use crate::commands::{World, book, place};
use crate::error::{Argument, Error, GitError};
use crate::files::Repository;
use crate::git::{Commit, Git};
use crate::history::base::default_branch;
use crate::history::{Head, Snapshot, past};
use crate::output::escape;
use crate::text::shown;
use crate::time::typed::{self, Toward};
use crate::time::{Day, Moment, Today, Zone};

/// A commit of the past, and the moment that it is judged at.
pub(super) struct Then {
    pub(super) git: Git,
    pub(super) commit: Commit,
    /// The register's root in that commit.
    pub(super) root: PathBuf,
    /// The moment, unless `--today` names another.
    instant: DateTime<Utc>,
    /// What was found, for people.
    found: String,
    /// What is uncertain about it.
    doubts: Vec<String>,
}

impl Then {
    /// Finds what `--at` names; `None` without it.
    ///
    /// # Errors
    ///
    /// When there is no such commit, or the day has not come.
    pub(super) fn find(place: &cli::Place, past: &cli::Past, world: &World) -> Result<Option<Self>, Error> {
        let Some(at) = past.at.as_deref() else { return Ok(None) };
        let root = place::root(place, &world.folder)?;
        let Some(git) = Git::open(&root)? else { return Err(Error::NoHistory { root }) };
        Self::find_in(place, Where { root, git, what: "the register".to_owned(), are_several: false }, at, world)
            .map(Some)
    }

    /// Finds what `at` names for a register whose root is known, and need not be there today.
    ///
    /// # Errors
    ///
    /// Those of [`Then::find`].
    pub(super) fn find_in(place: &cli::Place, found: Where, at: &str, world: &World) -> Result<Self, Error> {
        let Where { root, git, what, are_several } = found;
        Finder { place, world, git, root, what, are_several, option: "--at" }.find(at)
    }

    /// Takes a commit by itself.
    pub(super) fn of_commit(git: Git, commit: Commit, root: PathBuf) -> Self {
        Self { git, commit, root, instant: DateTime::default(), found: String::new(), doubts: Vec::new() }
    }

    /// Finds the commit that the default branch had at the end of a day, for a register whose root is known and need not be
    /// there today; `option` names the day on the command line.
    ///
    /// # Errors
    ///
    /// When there is no such commit, the clone does not have the whole history, or the day has not come.
    pub(super) fn on_day(
        (place, root): (&cli::Place, PathBuf),
        world: &World,
        option: &'static str,
        day: Day,
    ) -> Result<(Self, DaysEnd), Error> {
        let Some(git) = Git::open(&root)? else { return Err(Error::NoHistory { root }) };
        if git.is_shallow() {
            return Err(GitError::Shallow.into());
        }
        let what = "the register".to_owned();
        let finder = Finder { place, world, git, root, what, are_several: false, option };
        finder.moment(&day.to_string(), Moment::Day(day))
    }

    /// Returns when another day ended on the same branch, whether it had a commit then or not.
    ///
    /// # Errors
    ///
    /// When git does not deliver the commits, or the day has not come.
    pub(super) fn end_of(&self, place: &cli::Place, world: &World, day: Day) -> Result<DaysEnd, Error> {
        let (git, root, what) = (self.git.clone(), self.root.clone(), String::new());
        let finder = Finder { place, world, git, root, what, are_several: false, option: "--from" };
        let (_, tip) = finder.branch()?;
        let line = past::Line::read(&finder.git, &tip, world.now.timestamp())?;
        finder.settle(&line, Moment::Day(day)).map(|(end, _)| end)
    }

    /// Takes the files of that commit.
    ///
    /// # Errors
    ///
    /// When its trees are not in this clone.
    pub(super) fn head(&self) -> Result<Head, Error> {
        Head::of_past(&self.root, &self.git, &self.commit)
    }

    /// Returns the moment that is judged: `--today`, otherwise that of the commit.
    ///
    /// # Errors
    ///
    /// When `--today` is neither a day nor a date-time.
    pub(super) fn today(&self, given: Option<&str>, zone: Zone, world: &World) -> Result<Today, Error> {
        match given {
            Some(_) => book::read_today(given, zone, world),
            None => Ok(Today::from_clock(zone, self.instant)),
        }
    }

    /// Says on standard error which commit was read.
    pub(super) fn remark(&self) {
        remark(&self.found);
        self.doubts.iter().for_each(|doubt| remark(doubt));
    }
}

/// Says on standard error that a day of the past does not bring back the files of that day, where there are commits from
/// before it and commits that came after it.
pub(super) fn remark_today(
    given: Option<&str>,
    (today, zone): (Today, Zone),
    open: impl FnOnce() -> Result<Option<Git>, Error>,
) {
    let Some(given) = given else { return };
    let moment = today.instant.timestamp();
    let is_past = move || {
        let git = open().ok()??;
        let head = git.head().ok()??;
        let newest = git.info(&head).ok()??.committed;
        // `--at` reads the newest commit of the day itself.
        let newest = zone.day_of(DateTime::from_timestamp(newest, 0)?);
        Some(newest > today.day && git.has_commit_by(moment).ok()?)
    };
    if is_past() == Some(true) {
        // A day of `--at` is judged at its end.
        let at = match typed::read(given, today.day, Toward::Past) {
            Ok(moment @ (Moment::Local(_) | Moment::Instant(_))) => moment.to_string(),
            _ => today.day.to_string(),
        };
        let given = shown(given);
        remark(&format!("`--today {given}` checks the files as they are now; `--at {at}` reads them as they were"));
    }
}

/// Says something beside the answer, on standard error.
pub(super) fn remark(text: &str) {
    let _ = io::stderr().lock().write_all(format!("note: {}\n", escape::line(text)).as_bytes());
}

/// When a day ended.
#[derive(Clone, Copy)]
pub(super) struct DaysEnd {
    /// Its last second.
    pub(super) instant: DateTime<Utc>,
    /// The zone in which it ended.
    pub(super) zone: Zone,
}

/// A register, or several, in a clone.
pub(super) struct Where {
    pub(super) root: PathBuf,
    pub(super) git: Git,
    /// What it is called, for people.
    pub(super) what: String,
    pub(super) are_several: bool,
}

/// How far the clocks of a time zone are ahead of UTC, at most.
const FURTHEST_AHEAD: TimeDelta = TimeDelta::hours(14);

/// How many time zones are tried for the end of a day.
const MOST_ZONES: usize = 3;

/// Where commits are looked for.
struct Finder<'f> {
    place: &'f cli::Place,
    world: &'f World,
    git: Git,
    /// The root as today's files have it.
    root: PathBuf,
    /// What is looked for, for people.
    what: String,
    are_several: bool,
    /// The option that names the moment.
    option: &'static str,
}

impl Finder<'_> {
    fn find(self, at: &str) -> Result<Then, Error> {
        // A day in its usual spelling is a day, even where a tag has that name.
        if let Ok(moment) = Moment::parse(at) {
            return self.moment(at, moment).map(|(then, _)| then);
        }
        if let Some(commit) = self.git.only_commit(at, self.option)? {
            return self.revision(commit);
        }
        let today = Zone::UTC.day_of(self.world.now);
        match typed::read(at, today, Toward::Past) {
            Ok(moment) => self.moment(at, moment).map(|(then, _)| then),
            // Of a branch that is damaged that is what is to be said.
            Err(_) => Err(self
                .git
                .head()
                .err()
                .unwrap_or_else(|| GitError::NoThen { at: at.to_owned(), shallow: self.git.is_shallow() }.into())),
        }
    }

    fn revision(self, commit: Commit) -> Result<Then, Error> {
        let root = self.root_in(&commit)?;
        let committed = self.git.info(&commit)?.map(|info| info.committed).unwrap_or_default();
        let instant = DateTime::from_timestamp(committed, 0).unwrap_or_default();
        let found = {
            let (what, it) = (&self.what, if self.are_several { "them" } else { "it" });
            format!("{what} as commit {} of {} has {it}", commit.short(), Zone::UTC.day_of(instant))
        };
        Ok(Then { git: self.git, commit, root, instant, found, doubts: Vec::new() })
    }

    /// Finds a moment in the time zone that was in force then, and the commit that the line had. What came later plays no
    /// part, so that it is the same moment for whoever asks when.
    fn settle(&self, line: &past::Line, moment: Moment) -> Result<(DaysEnd, Option<Commit>), Error> {
        let earliest = match moment {
            Moment::Day(_) => Zone::UTC.ends_at(moment),
            _ => Zone::UTC.starts_at(moment),
        } - FURTHEST_AHEAD;
        let first = line.at(earliest.timestamp()).or_else(|| line.commits().next());
        let mut zone = first.and_then(|commit| self.zone(commit)).unwrap_or(Zone::UTC);
        let mut left = MOST_ZONES;
        loop {
            let instant = self.instant(moment, zone)?;
            let commit = line.at(instant.timestamp());
            // The day's end depends on the zone, and the zone on the policy of that day.
            let then = commit.and_then(|commit| self.zone(commit)).unwrap_or(zone);
            left -= 1;
            if then == zone || left == 0 {
                return Ok((DaysEnd { instant, zone }, commit.cloned()));
            }
            zone = then;
        }
    }

    fn moment(self, at: &str, moment: Moment) -> Result<(Then, DaysEnd), Error> {
        let (branch, tip) = self.branch()?;
        let now = self.world.now;
        let line = past::Line::read(&self.git, &tip, now.timestamp())?;
        let (end, commit) = self.settle(&line, moment)?;
        let Some(commit) = commit else { return Err(line.too_early(&self.git, self.option, at)?) };
        let DaysEnd { instant, zone } = end;
        let root = self.root_in(&commit)?;
        let when = if matches!(moment, Moment::Day(_)) { "at the end of " } else { "at " };
        let found = {
            let (what, commit) = (&self.what, commit.short());
            let stood = if self.are_several { "as they were" } else { "as it was" };
            format!("{what} {stood} {when}{moment} on `{branch}`, in commit {commit}")
        };
        let doubts = line.ahead_of(instant.timestamp()).map(|ahead| ahead.remark(zone)).collect();
        Ok((Then { git: self.git, commit, root, instant, found, doubts }, end))
    }

    /// Returns the last second of a day, or the date-time itself; of today, now.
    fn instant(&self, moment: Moment, zone: Zone) -> Result<DateTime<Utc>, Error> {
        let now = self.world.now;
        if zone.starts_at(moment) > now {
            let (day, today): (Day, Day) = (zone.first_day(moment), zone.day_of(now));
            return Err(Argument::Ahead { option: self.option.to_owned(), day, today }.into());
        }
        Ok(match moment {
            Moment::Day(_) => (zone.ends_at(moment) - TimeDelta::seconds(1)).min(now),
            _ => zone.starts_at(moment),
        })
    }

    /// Returns the default branch, or what is checked out where the clone knows of none.
    fn branch(&self) -> Result<(String, Commit), Error> {
        if let Some((name, tip)) = default_branch(&self.git, self.world.ci.default_branch())? {
            let name = match name.as_str() {
                "origin/HEAD" => self.git.default_name()?.map_or(name, |name| format!("origin/{}", shown(&name))),
                _ => name,
            };
            return Ok((name, tip));
        }
        match self.git.head()? {
            Some(head) => Ok(("HEAD".to_owned(), head)),
            None => Err(GitError::NothingToReplay.into()),
        }
    }

    /// Returns the time zone of the policy in a commit, if it can be used.
    fn zone(&self, commit: &Commit) -> Option<Zone> {
        let root = self.root_in(commit).ok()?;
        let snapshot = Snapshot::open(&self.git, &root, Some(commit.clone())).ok()?;
        let place: &Repository = &snapshot.place;
        book::policy(self.place, self.world, &root, place).ok().map(|policy| policy.timezone)
    }

    /// Returns the root that would be found with a commit checked out.
    fn root_in(&self, commit: &Commit) -> Result<PathBuf, Error> {
        if self.place.root.is_some() {
            return Ok(self.root.clone());
        }
        let snapshot = Snapshot::open(&self.git, &self.root, Some(commit.clone()))?;
        let folder = std::fs::canonicalize(&self.world.folder).unwrap_or_else(|_| self.world.folder.clone());
        let below = snapshot.root_for(&place::below_work_tree(&folder));
        let top = std::fs::canonicalize(self.git.top()).unwrap_or_else(|_| self.git.top().to_path_buf());
        Ok(top.join(below.trim_end_matches('/')))
    }
}
