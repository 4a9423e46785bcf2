//! The tracking issues: what is told now, what was told already, and which issues are no longer needed.
//!
//! The memory is the record in an issue's text. A telling is a comment that carries the new record, followed by that
//! record in the issue's text; the program that applies the steps skips a comment that exists already. So a run that
//! breaks off between the two neither loses a telling nor repeats one.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::github::Issue;
use crate::register::{Exception, FileRef, Register, Status};
use crate::remind::{Concern, Over, Person, Record, Reminder, Subject, Told};
use crate::text::shown;
use crate::time::Moment;

/// Whose issues are trusted, and how many are opened.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// The login under which the issues are opened.
    pub bot: &'a str,
    /// The label that they carry.
    pub label: &'a str,
    /// How many are opened in a run at most; the others go into one digest.
    pub max_new: usize,
}

/// What is to be done.
#[derive(Debug, Default)]
pub struct Tracking<'r> {
    /// The steps in order: what is most urgent to tell first.
    pub steps: Vec<Step<'r>>,
    /// What was left alone, and why.
    pub remarks: Vec<String>,
}

/// One step; if it names an issue, that issue is changed.
#[derive(Debug)]
pub enum Step<'r> {
    /// Open an issue that tells about all concerns.
    Create {
        /// What it is about.
        reminder: &'r Reminder<'r>,
        /// The record afterwards.
        record: Record,
    },
    /// Tell about the concerns that are new, and reopen the issue if it was closed.
    Tell {
        /// The issue.
        issue: &'r Issue,
        /// What it is about.
        reminder: &'r Reminder<'r>,
        /// What has not been told.
        news: Vec<&'r Concern>,
        /// The record afterwards.
        record: Record,
    },
    /// No new stage, but somebody has to act who was not told: a new owner, for example.
    Introduce {
        /// The issue.
        issue: &'r Issue,
        /// What it is about.
        reminder: &'r Reminder<'r>,
        /// Whom to tell.
        newcomers: Vec<&'r Person<'r>>,
        /// The record afterwards.
        record: Record,
    },
    /// Nothing new: bring the text up to date if the register's words have changed.
    Keep {
        /// The issue.
        issue: &'r Issue,
        /// What it is about.
        reminder: &'r Reminder<'r>,
        /// The record, unchanged.
        record: Record,
    },
    /// No action is needed any longer: say so and close the issue.
    End {
        /// The issue.
        issue: &'r Issue,
        /// Why.
        why: Why<'r>,
        /// The record afterwards.
        record: Record,
    },
    /// List those for whom no issue was opened in this run; close the list if it is empty.
    Digest {
        /// The issue that holds the list, if there is one.
        issue: Option<&'r Issue>,
        /// Its record, unchanged.
        record: Record,
        /// Who is waiting, most urgent first.
        waiting: Vec<&'r Reminder<'r>>,
    },
}

impl<'r> Step<'r> {
    /// Returns the reminders that it is about.
    pub fn reminders(&self) -> impl Iterator<Item = &'r Reminder<'r>> {
        let (one, waiting) = match self {
            Self::Create { reminder, .. }
            | Self::Tell { reminder, .. }
            | Self::Introduce { reminder, .. }
            | Self::Keep { reminder, .. } => (Some(*reminder), &[][..]),
            Self::End { .. } => (None, &[][..]),
            Self::Digest { waiting, .. } => (None, waiting.as_slice()),
        };
        one.into_iter().chain(waiting.iter().copied())
    }
}

/// Why an issue is no longer needed.
#[derive(Clone, Copy, Debug)]
pub enum Why<'r> {
    /// The exception is closed.
    Closed(&'r Exception<'r>),
    /// The exception was rejected.
    Rejected,
    /// It was renewed until this moment.
    Renewed(Moment),
    /// Its incident was reviewed.
    Reviewed,
    /// Its file is gone.
    Removed,
    /// Nothing is due for another reason, such as a changed policy.
    NothingDue,
    /// The issue of this number tracks it.
    Duplicate(u64),
}

impl Why<'_> {
    fn over(self) -> Over {
        match self {
            Self::Closed(_) => Over::Closed,
            Self::Rejected => Over::Rejected,
            Self::Renewed(_) => Over::Renewed,
            Self::Reviewed => Over::Reviewed,
            Self::Removed => Over::Removed,
            Self::NothingDue => Over::NothingDue,
            Self::Duplicate(_) => Over::Duplicate,
        }
    }
}

/// An issue of the bot, with its record.
struct Tracked<'r> {
    issue: &'r Issue,
    record: Record,
}

/// Works out the steps from the day's reminders and the existing issues.
#[must_use]
pub fn track<'r>(
    reminders: &'r [Reminder<'r>],
    register: &'r Register<'r>,
    issues: &'r [Issue],
    settings: Settings<'_>,
) -> Tracking<'r> {
    let mut tracking = Tracking::default();
    let mut tracked = believed(issues, settings, &mut tracking.remarks);
    let digest = tracked.remove(&None).unwrap_or_default();
    let mut ends: Vec<Step<'r>> = Vec::new();
    let mut keeps: Vec<Step<'r>> = Vec::new();
    let mut waiting = Vec::new();
    let mut created = 0;
    let mut seen: FxHashMap<String, &'r str> = FxHashMap::default();
    for reminder in reminders {
        let key = key(reminder.exception.id);
        if let Some(path) = seen.get(&key) {
            let other = shown(reminder.path);
            tracking.remarks.push(format!("`{other}` has the id of `{}`, which is more urgent: ignored", shown(path)));
            continue;
        }
        seen.insert(key.clone(), reminder.path);
        let mut own = tracked.remove(&Some(key)).unwrap_or_default().into_iter();
        match own.next() {
            Some(first) => {
                ends.extend(own.filter_map(|other| duplicate(other, first.issue.number)));
                match go_on(first, reminder) {
                    step @ Step::Keep { .. } => keeps.push(step),
                    step => {
                        if let Step::Tell { news, .. } = &step {
                            tracking.remarks.extend(unreachable(reminder, news));
                        }
                        tracking.steps.push(step);
                    }
                }
            }
            None if created < settings.max_new => {
                created += 1;
                tracking.remarks.extend(unreachable(reminder, &reminder.concerns.iter().collect::<Vec<_>>()));
                tracking.steps.push(create(reminder));
            }
            None => waiting.push(reminder),
        }
    }
    let standings = if tracked.is_empty() { Standings::default() } else { Standings::of(register) };
    for (id, own) in tracked {
        let standing = id.as_deref().map_or(Standing::Unknown, |id| standings.find(id));
        let mut own = own.into_iter();
        let Some(first) = own.next() else { continue };
        ends.extend(own.filter_map(|other| duplicate(other, first.issue.number)));
        ends.extend(end(first, standing));
    }
    ends.sort_by_key(|step| if let Step::End { issue, .. } = step { issue.number } else { u64::MAX });
    tracking.steps.append(&mut ends);
    tracking.steps.append(&mut keeps);
    tracking.steps.extend(list(waiting, digest));
    tracking
}

/// Ids that differ only in case are the same, as for `duplicate-id`.
fn key(id: &str) -> String {
    id.to_lowercase()
}

/// Sorts the issues of the bot by the id that they track, the one that counts first.
fn believed<'r>(
    issues: &'r [Issue],
    settings: Settings<'_>,
    remarks: &mut Vec<String>,
) -> BTreeMap<Option<String>, Vec<Tracked<'r>>> {
    let mut tracked: BTreeMap<Option<String>, Vec<Tracked<'r>>> = BTreeMap::new();
    for issue in issues {
        let Some(found) = Record::find(&issue.body) else { continue };
        if !is_by_bot(issue, settings.bot) {
            let author = issue.author.as_ref().map_or("a deleted account", |author| author.login.as_str());
            remarks.push(format!(
                "issue {} contains a record written by `{}`, not `{}`: ignored",
                issue.number,
                shown(author),
                shown(settings.bot)
            ));
        } else if !issue.labels.iter().any(|label| label.eq_ignore_ascii_case(settings.label)) {
            remarks.push(format!("issue {} has no label `{}`: ignored", issue.number, shown(settings.label)));
        } else if let Ok(record) = found {
            tracked.entry(record.id.as_deref().map(key)).or_default().push(Tracked { issue, record });
        } else {
            remarks.push(format!("issue {} contains a record that cannot be read: ignored", issue.number));
        }
    }
    for own in tracked.values_mut() {
        own.sort_by_key(|one| {
            let aside = one.record.over == Some(Over::Duplicate);
            (aside, !one.issue.open, u32::MAX - one.record.told, one.issue.number)
        });
    }
    tracked
}

/// Returns whether the bot opened an issue. A name in square brackets is an app's; no person's account can have one.
fn is_by_bot(issue: &Issue, bot: &str) -> bool {
    let kind = if bot.ends_with("[bot]") { "Bot" } else { "User" };
    issue.author.as_ref().is_some_and(|author| author.is(bot) && author.kind.as_deref() == Some(kind))
}

fn create<'r>(reminder: &'r Reminder<'r>) -> Step<'r> {
    let record = after(&Record::default(), reminder, reminder.concerns.iter());
    Step::Create { reminder, record }
}

/// Returns the step for an exception that has an issue: what is new, or nothing.
fn go_on<'r>(Tracked { issue, record }: Tracked<'r>, reminder: &'r Reminder<'r>) -> Step<'r> {
    let told = |concern: &&Concern| {
        let told = if let Subject::End(..) = concern.subject { &record.end } else { &record.review };
        let same = told.as_ref().filter(|told| told.of == concern.subject.moment());
        same.is_some_and(|told| concern.stage.is_reached_by(told.stage))
    };
    let news: Vec<&Concern> = reminder.concerns.iter().filter(|concern| !told(concern)).collect();
    if news.is_empty() {
        let newcomers = newcomers(&record, reminder);
        if newcomers.is_empty() || !issue.open {
            return Step::Keep { issue, reminder, record };
        }
        let record = after(&record, reminder, reminder.concerns.iter());
        return Step::Introduce { issue, reminder, newcomers, record };
    }
    let record = after(&record, reminder, news.iter().copied());
    Step::Tell { issue, reminder, news, record }
}

/// Returns the remark that an issue mentions nobody.
fn unreachable(reminder: &Reminder<'_>, news: &[&Concern]) -> Option<String> {
    let people = reminder.people(news);
    let names: Vec<_> = people.iter().map(|person| format!("`{}`", shown(person.name))).collect();
    let of = if names.is_empty() { "anybody".to_owned() } else { names.join(" or ") };
    let lacks = people.iter().all(|person| person.login.is_none());
    let id = shown(reminder.exception.id);
    lacks.then(|| format!("the issue of `{id}` mentions nobody, because no handle of {of} is known"))
}

/// Returns who has to act now and was not told; empty if the record does not say who was.
fn newcomers<'r>(record: &Record, reminder: &'r Reminder<'r>) -> Vec<&'r Person<'r>> {
    let Some(told) = &record.to else { return Vec::new() };
    let concerns: Vec<&Concern> = reminder.concerns.iter().collect();
    let was_told = |login: &str| told.iter().any(|known| known.eq_ignore_ascii_case(login));
    reminder.people(&concerns).iter().filter(|person| person.login.is_some_and(|login| !was_told(login))).collect()
}

/// Returns the record after some concerns were told.
fn after<'r>(before: &Record, reminder: &'r Reminder<'r>, news: impl Iterator<Item = &'r Concern>) -> Record {
    let news: Vec<&Concern> = news.collect();
    let id = Some(reminder.exception.id.to_owned());
    let mut record = Record { id, told: before.told.saturating_add(1), over: None, ..before.clone() };
    // Whoever no longer has to act is forgotten, and told again if they have to later.
    let told = reminder.people(&news);
    let known = |login: &&str| before.to.as_ref().is_some_and(|to| to.iter().any(|it| it.eq_ignore_ascii_case(login)));
    let still =
        reminder.circle.all.iter().filter(|person| told.contains(person) || person.login.as_ref().is_some_and(known));
    record.to = Some(still.filter_map(|person| person.login).map(str::to_owned).collect());
    for concern in news {
        let told = Some(Told { of: concern.subject.moment(), stage: concern.stage });
        match concern.subject {
            Subject::End(..) => record.end = told,
            Subject::Review(_) => record.review = told,
        }
    }
    record
}

fn over<'r>(Tracked { issue, record }: Tracked<'r>, why: Why<'r>) -> Step<'r> {
    let over = Some(why.over());
    Step::End {
        issue,
        why,
        record: Record { id: record.id, told: record.told.saturating_add(1), over, ..Record::default() },
    }
}

/// Closes an issue other than the one that counts; it keeps its record, so that nothing is told again if the other one
/// is deleted.
fn duplicate<'r>(other: Tracked<'r>, number: u64) -> Option<Step<'r>> {
    other.issue.open.then(|| over(other, Why::Duplicate(number)))
}

/// Ends an issue of an exception about which nothing is due. One that somebody closed, or reopened after it was ended,
/// is left alone.
fn end<'r>(tracked: Tracked<'r>, standing: Standing<'r>) -> Option<Step<'r>> {
    if !tracked.issue.open || tracked.record.over.is_some() {
        return None;
    }
    let why = match standing {
        Standing::Unknown => return None,
        Standing::Removed => Why::Removed,
        Standing::Over(exception) if exception.is(&[Status::Rejected]) => Why::Rejected,
        Standing::Over(exception) => Why::Closed(exception),
        Standing::Quiet(exception) => {
            let expiry = exception.current_expiry()?.value;
            let moved = tracked.record.end.as_ref().is_some_and(|told| told.of != expiry.to_string());
            match &tracked.record {
                _ if moved && !exception.renewals.is_empty() => Why::Renewed(expiry),
                Record { end: None, review: Some(_), .. } if exception.unreviewed_incident(|_| false).is_none() => {
                    Why::Reviewed
                }
                _ => Why::NothingDue,
            }
        }
    };
    Some(over(tracked, why))
}

/// Lists those that wait in the digest; nothing if none waits and no list is open.
fn list<'r>(waiting: Vec<&'r Reminder<'r>>, digest: Vec<Tracked<'r>>) -> Vec<Step<'r>> {
    let mut digest = digest.into_iter();
    let first = digest.next();
    let number = first.as_ref().map_or(0, |first| first.issue.number);
    let mut steps: Vec<Step<'r>> = digest.filter_map(|other| duplicate(other, number)).collect();
    let (issue, record) = first.map(|first| (first.issue, first.record)).unzip();
    if !waiting.is_empty() || issue.is_some_and(|issue| issue.open) {
        steps.push(Step::Digest { issue, record: record.unwrap_or_default(), waiting });
    }
    steps
}

/// The state of an exception about which nothing is due.
#[derive(Clone, Copy, Debug)]
enum Standing<'r> {
    /// There is no such file.
    Removed,
    /// Its file cannot be read, or has no status or no end.
    Unknown,
    /// Live.
    Quiet(&'r Exception<'r>),
    /// Closed or rejected.
    Over(&'r Exception<'r>),
}

/// The files of the register by id.
#[derive(Default)]
struct Standings<'r> {
    register: Option<&'r Register<'r>>,
    files: FxHashMap<String, Vec<FileRef<'r>>>,
}

impl<'r> Standings<'r> {
    fn of(register: &'r Register<'r>) -> Self {
        let mut files: FxHashMap<String, Vec<FileRef<'r>>> = FxHashMap::default();
        for file in &register.files {
            files.entry(key(file.stem())).or_default().push(*file);
        }
        Self { register: Some(register), files }
    }

    /// Finds an id whose exceptions give no reminder: of several files, one that is live or unreadable decides.
    fn find(&self, id: &str) -> Standing<'r> {
        let Some(files) = self.files.get(id) else { return Standing::Removed };
        let mut found = Standing::Removed;
        for file in files {
            match self.register.and_then(|register| register.exception(file.id)) {
                None => return Standing::Unknown,
                Some(exception) if exception.is(&[Status::Closed, Status::Rejected]) => {
                    if let Standing::Removed = found {
                        found = Standing::Over(exception);
                    }
                }
                Some(exception) if !exception.is_live() => return Standing::Unknown,
                Some(exception) if exception.current_expiry().is_none() => return Standing::Unknown,
                Some(exception) => found = Standing::Quiet(exception),
            }
        }
        found
    }
}
