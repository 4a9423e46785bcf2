//! `stopgap show`: one exception and what became of it.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use crate::cli;
use crate::commands::{World, book, place};
use crate::error::Error;
use crate::files::{self, Repository};
use crate::git::Git;
use crate::history::timeline::{self, Event};
use crate::output::Report;
use crate::output::show::{Sheet, render};
use crate::policy::Policy;
use crate::register::{self, Exception, FileRef, Register, Status, Today};
use crate::rule::Judge;
use crate::rules;
use crate::text::{nearest, shown};

/// Shows one exception.
pub(super) fn run(arguments: &cli::Show, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let root = place::root(&arguments.place, &world.folder)?;
    let (book, own) = book::load(&arguments.place, world, &root, &Repository::Folder(root.clone()))?;
    let today = book::read_today(arguments.today.as_deref(), book.policy.timezone, world)?;
    let folder = book.policy.exceptions.clone();
    let judge = Judge::new(book.policy, book.people, book.controls, today);
    let read = register::read(&root, &folder)?;
    let register = Register::parse(&read, own.as_ref());
    let found = find(&register, &arguments.id)?;
    let Some(first) = found.first().copied() else { return Ok(ExitCode::SUCCESS) };
    let findings = rules::run(&judge, &register, None, read.sources());
    let exception = register.exception(first.id);
    let (timeline, in_git) = timeline_of(&root, &judge.policy, first, exception)?;
    let report = Report {
        findings: &findings,
        sources: read.sources(),
        register: &register,
        folder: &folder,
        prefix: &place::below_work_tree(&root),
        today,
        base: None,
        remarks: &[],
        quiet: false,
    };
    let zone = judge.policy.timezone;
    let expiry = exception.and_then(Exception::current_expiry).map(|expiry| zone.last_day(expiry.value));
    let live = exception.is_some_and(Exception::is_live);
    let sheet = Sheet {
        exception,
        id: first.stem,
        paths: found.iter().map(|file| file.path).collect(),
        last_day: expiry.map(|day| day.to_string()),
        days_left: expiry.filter(|_| live).map(|day| today.day.days_until(day)),
        standing: exception
            .map_or_else(|| "the file cannot be read".to_owned(), |it| standing(it, &judge.policy, today)),
        max_renewals: judge.policy.max_renewals,
        in_a_row: rules::taken_up(first.id, &judge, &register),
        report: &report,
        findings: findings.iter().filter(|finding| found.iter().any(|file| file.id == finding.file)).collect(),
        timeline,
        in_git,
    };
    render(arguments.format, &sheet, out)?;
    Ok(ExitCode::SUCCESS)
}

/// Finds the files of an id; a file's name is taken for its id too.
fn find<'a>(register: &Register<'a>, id: &str) -> Result<Vec<FileRef<'a>>, Error> {
    let of = |id: &str| -> Vec<FileRef<'a>> { register.files.iter().filter(|file| file.stem == id).copied().collect() };
    let found = of(id);
    let found = if found.is_empty() && register::is_named_like_one(id) { of(register::stem(id)) } else { found };
    if !found.is_empty() {
        return Ok(found);
    }
    let help = match nearest(id, register.files.iter().map(|file| file.stem)) {
        Some(best) => format!("did you mean `stopgap show {}`?", shown(best)),
        None => "an exception's id is the name of its file, without the ending".to_owned(),
    };
    Err(Error::Usage { message: format!("there is no exception `{}`", shown(id)), help })
}

fn timeline_of(
    root: &Path,
    policy: &Policy,
    file: FileRef<'_>,
    exception: Option<&Exception<'_>>,
) -> Result<(Vec<Event>, bool), Error> {
    match Git::open(root)? {
        Some(git) => {
            let current = files::read(&root.join(file.path), file.path.to_owned());
            Ok((timeline::of_commits(&git, root, &policy.exceptions, &current, policy.timezone)?, true))
        }
        None => Ok((exception.map(timeline::of_record).unwrap_or_default(), false)),
    }
}

/// Says where an exception stands.
fn standing(exception: &Exception<'_>, policy: &Policy, today: Today) -> String {
    let zone = policy.timezone;
    let Some(status) = exception.status.as_ref().map(|status| status.value) else { return "without a status".into() };
    let closed = exception.closure.as_ref().and_then(|closure| closure.date.as_ref());
    match status {
        Status::Closed => closed.map_or_else(|| "closed".to_owned(), |date| format!("closed on {}", date.value)),
        Status::Rejected => "rejected".to_owned(),
        Status::Active | Status::Expired => {
            let Some(expiry) = exception.current_expiry() else { return format!("{}, without an end", status.name()) };
            let last = zone.last_day(expiry.value);
            let days = today.day.days_until(last);
            if today.has_ended(zone, expiry.value) {
                return format!("{}, ended on {last}, {}", status.name(), overdue(-days));
            }
            let waiting = exception.starts.as_ref().filter(|starts| !today.has_started(zone, starts.value));
            let waiting =
                waiting.map(|starts| format!("begins on {}, ", zone.first_day(starts.value))).unwrap_or_default();
            let left = match days {
                0 => "its last day is today".to_owned(),
                1 => "1 day left".to_owned(),
                days => format!("{days} days left"),
            };
            format!("{}, {waiting}ends on {last}, {left}", status.name())
        }
    }
}

fn overdue(days: i64) -> String {
    match days {
        0 => "earlier today".to_owned(),
        1 => "1 day overdue".to_owned(),
        days => format!("{days} days overdue"),
    }
}
