//! `stopgap history`: changes that bypassed the gate.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli;
use crate::commands::registers::{self, Registers};
use crate::commands::together::Remarks;
use crate::commands::{World, book, place, write};
use crate::error::{Error, GitError, Input};
use crate::files::{self, Repository};
use crate::git::{Commit, Git};
use crate::github::InputError;
use crate::history::PolicyFile;
use crate::output::history::{Format, HistoryReport, Registers as Together, count, render};
use crate::policy::RuleBook;
use crate::replay::{self, Between, Past};
use crate::rule::Level;
use crate::signoff::Pulls;
use crate::time::{Today, Zone};

/// Replays the history.
pub(super) fn run(arguments: &cli::History, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let outputs = write::parse_outputs(&arguments.output, "json=history.json")?;
    if arguments.several.all_registers {
        return run_all(arguments, &outputs, world, out);
    }
    let root = place::root(&arguments.place, &world.folder)?;
    let git = open(&root)?;
    let since = arguments.since.as_deref().map(|since| find_since(&git, since)).transpose()?;
    let load = |repository: &Repository| -> Result<RuleBook, Error> {
        Ok(book::load(&arguments.place, world, &root, repository)?.0)
    };
    spare_inputs(arguments, &outputs, (&arguments.place, &root), world)?;
    let pulls = read_pulls(&arguments.pulls, &world.folder)?;
    let policy = book::policy_file(&arguments.place, world, &root);
    let between = Between { since: since.as_ref(), now: Some(world.now.timestamp()), ..Between::default() };
    let past = replay::replay(&git, &root, between, &policy, &load, pulls.as_ref())?;
    let today = Today::from_clock(Zone::UTC, world.now);
    let report = HistoryReport { past: &past, since: since.as_ref(), registers: None, today, quiet: arguments.quiet };
    write::outputs(&outputs, world, |format, look, file| render(format, &report, look, file))?;
    render(arguments.format, &report, world.look(), out)?;
    Ok(if count(&past, Level::Error) > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Replays the history of every register, each by its own rule book, and of those that are no more.
fn run_all(
    arguments: &cli::History,
    outputs: &[(Format, PathBuf)],
    world: &World,
    out: &mut dyn Write,
) -> Result<ExitCode, Error> {
    let found = Registers::find_ever(&arguments.several, world)?;
    let git = open(&found.top)?;
    let since = arguments.since.as_deref().map(|since| find_since(&git, since)).transpose()?;
    let pulls = read_pulls(&arguments.pulls, &world.folder)?;
    let now = world.now.timestamp();
    let (mut past, mut together, mut remarks) = (Past::default(), Together::default(), Remarks::default());
    for below in &found.roots {
        let root = found.top.join(below);
        let place = registers::place_of(&root);
        spare_inputs(arguments, outputs, (&place, &root), world)?;
        let load = |repository: &Repository| Ok(book::load(&place, world, &root, repository)?.0);
        let between = Between { since: since.as_ref(), now: Some(now), ..Between::default() };
        match replay::replay(&git, &root, between, &PolicyFile::Usual, &load, pulls.as_ref()) {
            Ok(mut own) => {
                remarks.add(&registers::name(below), std::mem::take(&mut own.remarks));
                past.join(below, own);
                together.judged.push(below.clone());
            }
            // It ended before these commits.
            Err(Error::NoRegister { .. }) if found.gone.contains(below) => {}
            // The same for every register.
            Err(error @ (Error::Argument(_) | Error::Input(_) | Error::Git(_))) => return Err(error),
            Err(error) => {
                registers::say_broken(below, &error, world);
                together.broken.push(registers::broken(below, &found.top, &error));
            }
        }
    }
    past.remarks = remarks.lines();
    let today = Today::from_clock(Zone::UTC, world.now);
    let report =
        HistoryReport { past: &past, since: since.as_ref(), registers: Some(&together), today, quiet: arguments.quiet };
    write::outputs(outputs, world, |format, look, file| render(format, &report, look, file))?;
    render(arguments.format, &report, world.look(), out)?;
    Ok(match (together.broken.is_empty(), count(&past, Level::Error)) {
        (false, _) => ExitCode::from(2),
        (true, 0) => ExitCode::SUCCESS,
        (true, _) => ExitCode::FAILURE,
    })
}

/// Refuses outputs that would replace what a register is made of.
fn spare_inputs(
    arguments: &cli::History,
    outputs: &[(Format, PathBuf)],
    (place, root): (&cli::Place, &Path),
    world: &World,
) -> Result<(), Error> {
    if outputs.is_empty() {
        return Ok(());
    }
    // A policy that cannot be used is one of the things that a history may show.
    let folder = Repository::Folder(root.to_path_buf());
    let policy = book::load(place, world, root, &folder).map(|(book, _)| book.policy).unwrap_or_default();
    let pulls: Vec<&Path> = arguments.pulls.iter().map(PathBuf::as_path).collect();
    write::spare_inputs(outputs, &pulls, &world.folder, root, &policy)
}

/// The largest file of answers that is read, in bytes: those of some 100,000 pull requests.
const MOST_PULLS: u64 = 256 * 1024 * 1024;

/// Reads GitHub's saved answers; `None` if no file is given.
pub(super) fn read_pulls(paths: &[PathBuf], folder: &Path) -> Result<Option<Pulls>, Error> {
    parse_pulls(&read_answers(paths, folder)?)
}

/// Reads the files of saved answers, by their names as given.
pub(super) fn read_answers(paths: &[PathBuf], folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let bytes = files::read_named(&folder.join(path), MOST_PULLS).map_err(|error| Error::Unreadable {
            kind: "the pull requests",
            path: path.display().to_string(),
            why: error.to_string(),
            help: "save them first: `action/fetch-pulls pulls.jsonl history.json`".into(),
        })?;
        files.push((path.display().to_string(), bytes));
    }
    Ok(files)
}

/// Parses files of saved answers; `None` if there is none.
pub(super) fn parse_pulls(files: &[(String, Vec<u8>)]) -> Result<Option<Pulls>, Error> {
    let unusable = |(path, error): (String, InputError)| {
        let why = error.sentence();
        Error::from(Input::Answer { path: path.into(), what: "file of pull requests", why, help: error.help })
    };
    if files.is_empty() { Ok(None) } else { Pulls::parse(files).map(Some).map_err(unusable) }
}

fn open(root: &Path) -> Result<Git, Error> {
    Git::open(root)?.ok_or_else(|| Error::NoHistory { root: root.to_path_buf() })
}

/// Finds the commit after which the history begins; it must be part of the history.
fn find_since(git: &Git, revision: &str) -> Result<Commit, Error> {
    let (name, shallow) = (revision.to_owned(), git.is_shallow());
    // Where `HEAD` is damaged, what is told from it means nothing either.
    let head = git.head()?;
    let Some(since) = git.only_commit(revision, "--since")? else {
        return Err(GitError::NoSince { since: name, shallow }.into());
    };
    match head {
        Some(head) if git.merge_base(&since, &head)?.as_ref() != Some(&since) => {
            Err(GitError::SinceElsewhere { since: name, head: head.short().to_owned(), shallow }.into())
        }
        _ => Ok(since),
    }
}
