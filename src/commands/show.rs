//! `stopgap show`: one exception and what became of it.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use crate::cli;
use crate::commands::opened::{self, Opened};
use crate::commands::{World, place};
use crate::error::Error;
use crate::files;
use crate::git::Git;
use crate::history::timeline::{self, Event};
use crate::output::Report;
use crate::output::show::{Sheet, render};
use crate::policy::Policy;
use crate::register::{Exception, FileRef, Status, Term};
use crate::rules::{self, Case};
use crate::time::Today;

/// Shows one exception.
pub(super) fn run(arguments: &cli::Show, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let opened = Opened::open(&arguments.place, arguments.today.as_deref(), world)?;
    let Opened { root, judge, files: read, .. } = &opened;
    let (today, folder) = (judge.today, &judge.policy.exceptions);
    let register = opened.register();
    let found = opened::find(&register, &arguments.id, "show")?;
    let Some(first) = found.first().copied() else { return Ok(ExitCode::SUCCESS) };
    // Whoever looks at one exception wants to know what it lacks, tolerated or not.
    let mut findings = Case::whole(judge, &register, None, read).run_strictly();
    findings.narrow();
    let exception = register.exception(first.id);
    let (timeline, in_git) = timeline_of(root, &judge.policy, first, exception)?;
    let report = Report {
        findings: &findings,
        files: read,
        counts: (register.files.len(), register.live()),
        folder,
        prefix: &place::below_work_tree(root),
        today,
        base: None,
        remarks: &[],
        quiet: false,
        limit: None,
        several: None,
    };
    let sheet = Sheet {
        view: opened.view(&register),
        exception,
        file: first,
        paths: found.iter().map(|file| file.path).collect(),
        standing: exception
            .map_or_else(|| "the file cannot be read".to_owned(), |it| standing(it, &judge.policy, today)),
        max_renewals: judge.policy.max_renewals,
        in_a_row: rules::taken_up(first.id, judge, &register),
        report: &report,
        findings: findings.iter().filter(|finding| found.iter().any(|file| file.id == finding.file)).collect(),
        timeline,
        in_git,
    };
    render(arguments.format, &sheet, out)?;
    Ok(ExitCode::SUCCESS)
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

/// Returns the state of an exception, in words.
fn standing(exception: &Exception<'_>, policy: &Policy, today: Today) -> String {
    let zone = policy.timezone;
    let Some(status) = exception.status.as_ref().map(|status| status.value) else { return "without a status".into() };
    let closed = exception.closure.as_ref().and_then(|closure| closure.date.as_ref());
    match status {
        Status::Closed => closed.map_or_else(|| "closed".to_owned(), |date| format!("closed on {}", date.value)),
        Status::Rejected => "rejected".to_owned(),
        Status::Active | Status::Expired => {
            let Some(Term { last_day: last, days_left: days, started, ended }) = exception.term(zone, today) else {
                return format!("{}, without an end", status.name());
            };
            if ended {
                return format!("{}, ended on {last}, {}", status.name(), overdue(-days));
            }
            let waiting = exception.starts.as_ref().filter(|_| !started);
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
