//! `stopgap history`: changes that bypassed the gate.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli;
use crate::commands::{World, book, place, write};
use crate::error::{Error, GitError, Input};
use crate::files::{self, Repository};
use crate::git::{Commit, Git};
use crate::github::InputError;
use crate::output::history::{HistoryReport, count, render};
use crate::policy::RuleBook;
use crate::replay::{self, Between};
use crate::rule::Level;
use crate::signoff::Pulls;
use crate::time::{Today, Zone};

/// Replays the history.
pub(super) fn run(arguments: &cli::History, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let outputs = write::parse_outputs(&arguments.output, "json=history.json")?;
    let root = place::root(&arguments.place, &world.folder)?;
    let git = open(&root)?;
    let since = arguments.since.as_deref().map(|since| find_since(&git, since)).transpose()?;
    let load = |repository: &Repository| -> Result<RuleBook, Error> {
        Ok(book::load(&arguments.place, world, &root, repository)?.0)
    };
    if !outputs.is_empty() {
        // A policy that cannot be used is one of the things that a history may show.
        let policy = load(&Repository::Folder(root.clone())).map(|book| book.policy).unwrap_or_default();
        let pulls: Vec<&Path> = arguments.pulls.iter().map(PathBuf::as_path).collect();
        write::spare_inputs(&outputs, &pulls, &world.folder, &root, &policy)?;
    }
    let pulls = read_pulls(&arguments.pulls, &world.folder)?;
    let policy = book::policy_file(&arguments.place, world, &root);
    let between = Between { since: since.as_ref(), now: Some(world.now.timestamp()), ..Between::default() };
    let past = replay::replay(&git, &root, between, &policy, &load, pulls.as_ref())?;
    let today = Today::from_clock(Zone::UTC, world.now);
    let report = HistoryReport { past: &past, since: since.as_ref(), today, quiet: arguments.quiet };
    write::outputs(&outputs, world, |format, look, file| render(format, &report, look, file))?;
    render(arguments.format, &report, world.look(), out)?;
    Ok(if count(&past, Level::Error) > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
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
