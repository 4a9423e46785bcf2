//! Day by day through a period: the register as it stood at the end of each day, and what was wrong with it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::error::Error;
use crate::evidence::{Period, Sources};
use crate::files::{self, CommitFiles, ReadFile, Repository};
use crate::git::{Commit, Git, TreeChange, TreeFile};
use crate::history::past::Line;
use crate::history::rule_books::RuleBooks;
use crate::history::snapshot::prefix;
use crate::policy::places::{BASELINE, NAMES, SIGNERS};
use crate::policy::{Policy, RuleBook};
use crate::register::{Files, Register, is_named_like_one, stem};
use crate::rule::{Finding, Findings, Level};
use crate::rules::{Case, Judge};
use crate::schema::Schema;
use crate::source::Source;
use crate::text::shown;
use crate::time::{Day, Today};
use crate::yaml;

/// The name of the last milestone.
pub const END: &str = "end";

/// The register at a milestone: when the period began, at the end of a month, when it ended.
pub struct State<'s> {
    /// Its name: `start`, `end`, or the last day of the month.
    pub name: String,
    /// The commit; `None` where there was none.
    pub commit: Option<&'s Commit>,
    /// The moment.
    pub today: Today,
    /// The rule book of then; `None` where there was none that could be used.
    pub judge: Option<&'s Judge>,
    /// The exceptions.
    pub register: &'s Register<'s>,
    /// Their files.
    pub files: &'s Files,
    /// What the rules object to.
    pub findings: &'s Findings,
}

/// A finding, and the days on which it stood.
#[derive(Clone, Debug)]
pub struct Stood {
    /// The exception; `None` for a finding in another file.
    pub id: Option<String>,
    /// The file, relative to the root.
    pub path: String,
    /// The rule.
    pub rule: &'static str,
    /// Its level on the last day.
    pub level: Level,
    /// The field that it is on, as a JSON Pointer.
    pub field: String,
    /// The first day of the period on which it stood.
    pub first: Day,
    /// The last one.
    pub last: Day,
    /// Whether it stood already when the period began.
    pub before: bool,
    /// Whether it stood still when the period ended.
    pub standing: bool,
    /// What it said on the last day.
    pub message: String,
}

impl Stood {
    /// Returns on how many days it stood.
    #[must_use]
    pub fn days(&self) -> i64 {
        self.first.days_until(self.last) + 1
    }
}

/// A day's end, with the name of the milestone that it is.
struct DaysEnd {
    day: Day,
    today: Today,
    milestone: Option<String>,
    is_eve: bool,
}

impl DaysEnd {
    /// Tells whether the period begins or ends with it.
    fn is_bound(&self) -> bool {
        self.is_eve || self.milestone.as_deref() == Some(END)
    }
}

/// Whether there was a register, at the ends of the days.
#[derive(Default)]
pub(super) struct Presence {
    /// The folder of the register at the end, relative to the root; `None` where no policy could be used yet.
    folder: Option<String>,
    before: bool,
    was: bool,
    /// Since when it is gone, and the commit of then.
    gone: Option<(Day, Option<Commit>)>,
}

impl Presence {
    /// Returns the folder of the register at the end, relative to the root, if that is known.
    pub(super) fn folder(&self) -> Option<&str> {
        self.folder.as_deref()
    }

    /// Tells whether there was one on any day.
    pub(super) fn was_there(&self) -> bool {
        self.was
    }

    /// Tells whether there was one when the period began.
    pub(super) fn was_there_before(&self) -> bool {
        self.before
    }

    /// Says that there is none any more at the end, with the reason.
    pub(super) fn remark_gone(&self, (head, folder): (&Commit, &str), missing: &Error) -> String {
        let folder = shown(folder);
        let why = match missing {
            Error::Submodule { path, .. } => format!("has a submodule in place of `{}`", shown(path)),
            Error::NoRegister { .. } => format!("has no folder `{folder}`"),
            _ => format!("has a link in place of `{folder}`"),
        };
        match &self.gone {
            Some((day, commit)) => {
                let commit = commit.as_ref().unwrap_or(head);
                format!("there was no register from {day} to the end of the period: commit {} {why}", commit.short())
            }
            None => format!("there was no register at the end of the period: commit {} {why}", head.short()),
        }
    }

    /// Notes whether there is one at the ends of some days.
    fn note(&mut self, held: &Held<'_>, commit: Option<&Commit>, ends: &[DaysEnd], remarks: &mut Vec<String>) {
        let Some(first) = ends.first() else { return };
        let is_new = held.sources.policy.is_without_register(&held.top, &held.prefix);
        let default = is_new.then(|| Policy::default().exceptions);
        self.folder = held.book.as_ref().map(|(book, _)| book.policy.exceptions.clone()).or(default);
        let Some(folder) = &self.folder else { return };
        if held.top.is_folder(&format!("{}{folder}", held.prefix)) {
            self.was = true;
            self.before |= first.is_eve;
            if let Some((day, Some(commit))) = self.gone.take() {
                let last = first.day.plus(-1);
                remarks
                    .push(format!("there was no register from {day} to {last}: commit {} removed it", commit.short()));
            }
        } else if self.was && self.gone.is_none() {
            self.gone = Some((first.day, commit.cloned()));
        }
    }
}

/// Goes through the period, passes each milestone to `state`, and returns the findings, in the order of their first days,
/// and whether there was a register.
pub(super) fn walk(
    sources: Sources<'_>,
    period: Period,
    line: &Line,
    remarks: &mut Vec<String>,
    state: &mut dyn FnMut(&State<'_>) -> Result<(), Error>,
) -> Result<(Vec<Stood>, Presence), Error> {
    let chain: Vec<&Commit> = line.commits().collect();
    let first = line.count_by(period.eve.timestamp());
    let before = first.checked_sub(1).map(|last| chain[last]);
    let changes = sources.git.tree_changes(&line.steps()[first..], &[])?;
    let mut held = Held::open(sources, before)?;
    let (mut tally, mut presence) = (Tally::default(), Presence::default());
    let mut at = first;
    for (count, mut ends) in runs(period, line) {
        for index in at..count {
            held.apply(&changes[index - first]);
        }
        at = at.max(count);
        let commit = at.checked_sub(1).map(|last| chain[last]);
        held.read_book(commit, remarks)?;
        presence.note(&held, commit, &ends, remarks);
        if !presence.was {
            // Nothing is told of the months before the first register.
            ends.iter_mut().filter(|end| !end.is_bound()).for_each(|end| end.milestone = None);
        }
        held.judge(commit, &ends, &mut tally, state)?;
    }
    Ok((tally.finish(), presence))
}

/// Groups the days by the commits that the branch had at their ends.
fn runs(period: Period, line: &Line) -> Vec<(usize, Vec<DaysEnd>)> {
    let zone = period.zone;
    let is_last_of_month = |day: Day| day.year_month_day().1 != day.plus(1).year_month_day().1;
    let milestone = |day: Day| match () {
        () if day == period.to => Some(END.to_owned()),
        () if is_last_of_month(day) => Some(day.to_string()),
        () => None,
    };
    let eve = DaysEnd {
        day: period.from,
        today: Today::from_clock(zone, period.eve),
        milestone: Some("start".to_owned()),
        is_eve: true,
    };
    let days = period.days().map(|day| DaysEnd {
        day,
        today: Today::from_clock(zone, period.end_of(day)),
        milestone: milestone(day),
        is_eve: false,
    });
    let mut runs: Vec<(usize, Vec<DaysEnd>)> = Vec::new();
    // Before the first commit there is nothing to judge.
    let is_empty = |end: &DaysEnd| line.count_by(end.today.instant.timestamp()) == 0;
    for end in std::iter::once(eve).chain(days.skip_while(|end| !end.is_bound() && is_empty(end))) {
        let count = line.count_by(end.today.instant.timestamp());
        match runs.last_mut() {
            Some((same, ends)) if *same == count => ends.push(end),
            _ => runs.push((count, vec![end])),
        }
    }
    runs
}

/// The files as the branch has them, and the contents that were read so far.
struct Held<'s> {
    sources: Sources<'s>,
    git: &'s Git,
    prefix: String,
    top: CommitFiles,
    /// By object name.
    blobs: HashMap<String, Option<Vec<u8>>>,
    book: Option<(RuleBook, Option<Schema>)>,
    books: RuleBooks,
}

impl<'s> Held<'s> {
    fn open(sources: Sources<'s>, commit: Option<&Commit>) -> Result<Self, Error> {
        let top = CommitFiles::list(sources.git, commit)?;
        let prefix = prefix(sources.git, sources.root);
        Ok(Self { sources, git: sources.git, prefix, top, blobs: HashMap::new(), book: None, books: RuleBooks::new() })
    }

    fn apply(&mut self, changes: &[TreeChange]) {
        let policy = self.book.as_ref().map(|(book, _)| book.policy.clone()).unwrap_or_default();
        let books: BTreeSet<String> =
            policy.book_paths().chain(NAMES).chain([SIGNERS]).map(|name| format!("{}{name}", self.prefix)).collect();
        for change in changes {
            let path = files::name_of(&change.path).into_owned();
            self.books.note(books.contains(&path));
            self.top.set(&path, change.file.clone());
        }
    }

    /// Reads the rule book where it has changed; one that cannot be used leaves the one before it in force.
    fn read_book(&mut self, commit: Option<&Commit>, remarks: &mut Vec<String>) -> Result<(), Error> {
        if self.sources.policy.is_without_register(&self.top, &self.prefix) {
            return Ok(());
        }
        if self.books.is_due() {
            let load = || (self.sources.load)(&Repository::Commit(self.top.below(&self.prefix)));
            if let Some(book) = self.books.read(commit, self.book.is_some(), load, remarks)? {
                self.book = Some(book);
            }
        }
        Ok(())
    }

    /// Returns the register's files.
    fn files(&mut self, folder: &str) -> Result<Files, Error> {
        let below = format!("{}{folder}/", self.prefix);
        let own: Vec<(String, TreeFile)> = (self.top.files().range(below.clone()..))
            .take_while(|(path, _)| path.starts_with(&below))
            .filter(|(path, _)| is_named_like_one(path))
            .map(|(path, file)| (path[self.prefix.len()..].to_owned(), file.clone()))
            .collect();
        let wanted: BTreeSet<&str> =
            own.iter().map(|(_, file)| file.oid.as_str()).filter(|oid| !self.blobs.contains_key(*oid)).collect();
        let wanted: Vec<&str> = wanted.into_iter().collect();
        let read = self.git.blobs(&wanted, yaml::MAX_BYTES)?;
        self.blobs.extend(wanted.into_iter().map(str::to_owned).zip(read));
        let file = |(path, file): &(String, TreeFile)| -> Result<ReadFile, Error> {
            files::from_blob(path, file, self.blobs.get(&file.oid).cloned().flatten(), yaml::MAX_BYTES)
        };
        Ok(Files::from_read(own.iter().map(file).collect::<Result<_, _>>()?))
    }

    /// Judges the register at the ends of days between which nothing came to the branch.
    fn judge(
        &mut self,
        commit: Option<&Commit>,
        ends: &[DaysEnd],
        tally: &mut Tally,
        state: &mut dyn FnMut(&State<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Some((book, today)) = self.book.as_ref().map(|(book, _)| book.clone()).zip(ends.first()) else {
            return none(commit, ends, state);
        };
        let mut judge = Judge::new(book, today.today);
        let mut files = self.files(&judge.policy.exceptions.clone())?;
        if let Some(baseline) = &mut judge.baseline {
            baseline.file = Some(files.add(Source::new(BASELINE, baseline.text.clone()).into()));
        }
        let ownership = (self.sources.owners)(&self.top, judge.policy.forge(), &mut files)?;
        let register = Register::parse(&files, self.book.as_ref().and_then(|(_, own)| own.as_ref()));
        for end in ends {
            // The day ends by the last rule book of the period, and the dates in a record are by the one of then.
            judge.today = Today::from_clock(judge.policy.timezone, end.today.instant);
            let findings = Case::whole(&judge, &register, ownership.as_ref(), &files).run();
            tally.note(end, findings.iter(), &files);
            if let Some(name) = &end.milestone {
                state(&State {
                    name: name.clone(),
                    commit,
                    today: end.today,
                    judge: Some(&judge),
                    register: &register,
                    files: &files,
                    findings: &findings,
                })?;
            }
        }
        Ok(())
    }
}

/// Passes on that there was no register.
fn none(
    commit: Option<&Commit>,
    ends: &[DaysEnd],
    state: &mut dyn FnMut(&State<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let (files, register, findings) = (Files::default(), Register::default(), Findings::default());
    for end in ends {
        let Some(name) = &end.milestone else { continue };
        let (name, today) = (name.clone(), end.today);
        state(&State { name, commit, today, judge: None, register: &register, files: &files, findings: &findings })?;
    }
    Ok(())
}

/// What makes a finding the same on another day: its file, rule and field, and which of several it is.
type Key = (String, &'static str, String, usize);

/// The findings so far.
#[derive(Default)]
struct Tally {
    open: BTreeMap<Key, Stood>,
    over: Vec<Stood>,
    /// Whether what is open was seen only when the period began.
    is_eve: bool,
}

impl Tally {
    fn note<'f>(&mut self, end: &DaysEnd, findings: impl Iterator<Item = &'f Finding>, files: &Files) {
        let mut before = std::mem::take(&mut self.open);
        for finding in findings {
            let path = files.source(finding.file).path();
            let mut key = (path.to_owned(), finding.rule.id, finding.place.pointer.clone(), 0);
            while self.open.contains_key(&key) {
                key.3 += 1;
            }
            let is_own = files.find(path) == Some(finding.file);
            let mut stood = before.remove(&key).unwrap_or_else(|| Stood {
                id: is_own.then(|| stem(path).to_owned()),
                path: path.to_owned(),
                rule: finding.rule.id,
                level: finding.level,
                field: finding.place.pointer.clone(),
                first: end.day,
                last: end.day,
                before: end.is_eve,
                standing: false,
                message: String::new(),
            });
            stood.last = end.day;
            stood.level = finding.level;
            stood.message.clone_from(&finding.message);
            self.open.insert(key, stood);
        }
        // What was over by the end of the first day was open on no day of the period.
        if !std::mem::replace(&mut self.is_eve, end.is_eve) {
            self.over.extend(before.into_values());
        }
    }

    fn finish(mut self) -> Vec<Stood> {
        self.over.extend(self.open.into_values().map(|stood| Stood { standing: true, ..stood }));
        self.over.sort_by(|a, b| (a.first, &a.path, a.rule, &a.field).cmp(&(b.first, &b.path, b.rule, &b.field)));
        self.over
    }
}
