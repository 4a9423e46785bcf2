//! `stopgap report`: the weekly meeting's agenda and figures.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli;
use crate::commands::gathered::{Gathered, Part, Seen, Wanted};
use crate::commands::opened::Opened;
use crate::commands::together::Remarks;
use crate::commands::{World, book, history, place, registers, write};
use crate::error::{Argument, Error};
use crate::files::Repository;
use crate::git::Git;
use crate::output::report::{Format, render};
use crate::replay::{self, Between};
use crate::report::{self, Known, Links, Meeting, Period, is_address, page_of};
use crate::signoff::Pulls;
use crate::time::typed::{self, Toward};
use crate::time::{Day, Today};

/// The days between two meetings unless `--since` or `--until` names another.
const WEEK: i64 = 7;

/// Prepares the meeting.
pub(super) fn run(arguments: &cli::Report, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let outputs = Outputs::parse(arguments)?;
    let cli::Report { place, several, past, .. } = arguments;
    let wanted = Wanted { place, several, past, today: arguments.today.as_deref() };
    let (opened, seen) = Gathered::judge(&wanted, world)?;
    let pulls: Vec<&Path> = arguments.pulls.iter().map(PathBuf::as_path).collect();
    opened.spare_inputs(&outputs.files, &pulls, world)?;
    let today = opened.first().today.day;
    let period = Period {
        since: read_since(arguments.since.as_deref(), today)?,
        until: read_until(arguments.until.as_deref(), today)?,
    };
    let pulls = history::read_pulls(&arguments.pulls, &world.folder)?;
    let links = links(arguments.link.as_deref(), &opened)?;
    let Seen { findings, mut let_be } = seen;
    // Others read it elsewhere, where a path of this machine leads nowhere.
    let is_near = [&place.root, &place.policy].into_iter().flatten().all(|path| path.is_relative());
    let options = if is_near { place::options(place) } else { String::new() };
    let_be.iter_mut().for_each(|it| it.command.push_str(&options));
    let (known, failure) = known(&opened, world, period, pulls.as_ref())?;
    let known = Known { findings, let_be, links, ..known };
    let (register, folders) = (opened.register(), opened.folders());
    let judge_of = |path: &str| opened.judge_of(path);
    let items = report::read(&register, &judge_of, &opened.homes, period.until);
    let meeting = Meeting::new(&items, &register, &opened.files, &judge_of, &opened.homes, period, &known);
    let folder = std::fs::canonicalize(&world.folder).unwrap_or_else(|_| world.folder.clone());
    // The commands for one of several registers are typed at the top of the work tree.
    let is_here = !opened.are_several() && (!options.is_empty() || folder.starts_with(&opened.root));
    let here = is_here.then_some((folder.as_path(), opened.root.as_path()));
    let meeting = Meeting { folder: &folders, place: &options, here, ..meeting };
    let view = opened.view(&register);
    write::outputs(&outputs.files, world, |format, look, file| render(format, &meeting, view, look, file))?;
    outputs.printed.map_or(Ok(()), |format| render(format, &meeting, view, world.look(), out))?;
    match failure {
        Some(error) => Err(error),
        None => Ok(opened.exit_code()),
    }
}

/// Finds where files can be looked at: what the argument says, and what the remote's address tells.
fn links(prefix: Option<&str>, opened: &Gathered) -> Result<Option<Links>, Error> {
    if let Some(prefix) = prefix.filter(|prefix| !is_address(prefix)) {
        return Err(Error::from(Argument::Form {
            option: "--link",
            value: prefix.to_owned(),
            fault: "is not an address",
            help: "write what comes before a file's path, such as `https://code.example/register/`".to_owned(),
        }));
    }
    let first = &opened.parts[0].opened;
    let git = first.git()?;
    let base = git.as_ref().map(Git::origin).transpose()?.flatten().and_then(|remote| page_of(&remote));
    let commit = git.as_ref().map(|git| first.tip(git)).transpose()?.flatten();
    if prefix.is_none() && (base.is_none() || commit.is_none()) {
        return Ok(None);
    }
    Ok(Some(Links {
        prefix: prefix.map(str::to_owned),
        base,
        forge: first.judge.policy.forge(),
        commit: commit.map_or_else(String::new, |commit| commit.as_str().to_owned()),
        below: place::below_work_tree(&opened.root),
    }))
}

/// Finds out what only git knows, of all registers as one, and how git failed first.
fn known(
    opened: &Gathered,
    world: &World,
    period: Period,
    pulls: Option<&Pulls>,
) -> Result<(Known, Option<Error>), Error> {
    let (now, mut known, mut remarks) = (opened.first().today, Known::default(), Remarks::default());
    let mut failure = None;
    for part in &opened.parts {
        let (mut found, failed) = of_git(part, world, period, now, pulls)?;
        failure = failure.or(failed);
        remarks.add(&registers::name(&part.below), std::mem::take(&mut found.remarks));
        if !opened.are_several() {
            known = found;
        } else {
            known.absorb(&part.below, found);
        }
    }
    known.remarks = remarks.lines();
    Ok((known, failure))
}

/// Finds out what only git knows. What it does not tell is a remark: a meeting takes place without it too. How git failed
/// is returned as well, since nobody reads remarks in a job that ends well.
fn of_git(
    part: &Part,
    world: &World,
    period: Period,
    now: Today,
    pulls: Option<&Pulls>,
) -> Result<(Known, Option<Error>), Error> {
    let (mut known, Part { opened, place, .. }) = (Known::default(), part);
    let Some(git) = opened.git()? else {
        known.remarks.push(
            "not in git, so it is not known what bypassed the gate, what waits on a branch and how the register has \
             developed"
                .to_owned(),
        );
        return Ok((known, None));
    };
    let Opened { root, judge, .. } = opened;
    let (folder, zone) = (&judge.policy.exceptions, judge.policy.timezone);
    let load = |repository: &Repository| Ok(book::load(place, world, root, repository)?.0);
    let policy = book::policy_file(place, world, root);
    let mut failure = None;
    let mut keep = |what: &str, error: Error| {
        let help = error.help().map(|help| format!("; {help}")).unwrap_or_default();
        known.remarks.push(format!("{what} is not known: {error}{help}"));
        if error.is_failure_of_git() {
            failure.get_or_insert(error);
        }
    };
    let (tip, clock) = (opened.tip(&git)?, world.now.timestamp());
    let past = replay::last_before(&git, tip.as_ref(), period.since, clock, zone).and_then(|since| {
        replay::replay(
            &git,
            root,
            Between { since: since.as_ref(), tip: tip.as_ref(), now: Some(clock), ..Between::default() },
            &policy,
            &load,
            pulls,
        )
    });
    known.past = past.map_err(|error| keep("what bypassed the gate", error)).ok();
    if !opened.is_of_the_past() {
        let pending = report::pending::read(&git, root, folder, zone);
        known.pending = pending.map_err(|error| keep("what waits on a branch", error)).ok();
    }
    let trend = report::trend::read(&git, tip.as_ref(), root, folder, zone, now);
    known.trend = trend.map_err(|error| keep("how the register has developed", error)).ok().flatten();
    if opened.is_of_the_past() {
        known
            .remarks
            .push("what waited on branches then is not known: a clone has only the current branches".to_owned());
    }
    known.remarks.extend(known.past.iter().flat_map(|past| past.remarks.iter().cloned()));
    if known.past.is_some() && pulls.is_none() {
        known.remarks.push(
            "merges without approval are not known: save the reviews with `action/fetch-pulls`, and pass them with \
             `--pulls`"
                .to_owned(),
        );
    }
    Ok((known, failure))
}

/// Where the report goes.
struct Outputs {
    files: Vec<(Format, PathBuf)>,
    /// The format for standard output; `None` if a file replaces it.
    printed: Option<Format>,
}

impl Outputs {
    /// Reads `--format` and each `--output`. A file without a format replaces standard output and takes its format, or
    /// the one that its ending names if none is given.
    fn parse(arguments: &cli::Report) -> Result<Self, Error> {
        let is_plain = |output: &&String| !output.contains('=');
        let with_format = |output: &String| -> Result<String, Error> {
            let Some(file) = Some(output).filter(is_plain) else { return Ok(output.clone()) };
            let format = arguments.format.or_else(|| Format::of_file(Path::new(file))).ok_or_else(|| {
                Error::from(Argument::Form {
                    option: "--output",
                    value: file.clone(),
                    fault: "does not name a format of the report",
                    help: "let the name end in `.html`, `.md`, `.json` or `.txt`, or add `--format`".to_owned(),
                })
            })?;
            Ok(format!("{}={file}", format.name()))
        };
        let named: Vec<String> = arguments.output.iter().map(with_format).collect::<Result<_, _>>()?;
        let replaced = arguments.output.iter().any(|output| is_plain(&output));
        Ok(Self {
            files: write::parse_outputs(&named, "html=weekly.html")?,
            printed: (!replaced).then(|| arguments.format.unwrap_or_default()),
        })
    }
}

/// Reads `--since`, otherwise goes back a week.
fn read_since(text: Option<&str>, today: Day) -> Result<Day, Error> {
    let Some(text) = text else { return Ok(today.plus(-WEEK)) };
    let since = typed::read_day(text, today, Toward::Past).map_err(|error| Argument::Value {
        option: "--since".to_owned(),
        value: text.to_owned(),
        why: error.to_string(),
        help: "write the day of the last meeting, such as `2026-11-16` or `monday`".to_owned(),
    })?;
    if since > today {
        return Err(Error::from(Argument::SinceAfterToday { since, today }));
    }
    Ok(since)
}

/// Reads `--until`; the default is a week later.
fn read_until(text: Option<&str>, today: Day) -> Result<Day, Error> {
    let Some(text) = text else { return Ok(today.plus(WEEK)) };
    let until = typed::read_day(text, today, Toward::Future).map_err(|error| Argument::Value {
        option: "--until".to_owned(),
        value: text.to_owned(),
        why: error.to_string(),
        help: "write the day of the next meeting, such as `2026-11-30` or `monday`".to_owned(),
    })?;
    if until < today {
        return Err(Error::from(Argument::UntilBeforeToday { until, today }));
    }
    Ok(until)
}
