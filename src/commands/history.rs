//! `stopgap history`: what slipped past a review.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::cli;
use crate::commands::{World, book, place, write};
use crate::error::{Error, GitError};
use crate::files::Repository;
use crate::git::{Commit, Git};
use crate::output::history::{HistoryReport, count, render};
use crate::policy::RuleBook;
use crate::replay;
use crate::rule::Level;
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
        // A policy that cannot be used is one of the things that a history is about.
        let policy = load(&Repository::Folder(root.clone())).map(|book| book.policy).unwrap_or_default();
        write::spare_inputs(&outputs, &world.folder, &root, &policy)?;
    }
    let past = replay::replay(&git, &root, since.as_ref(), &book::policy_file(&arguments.place, world, &root), &load)?;
    let today = Today::from_clock(Zone::UTC, world.now);
    let report = HistoryReport { past: &past, since: since.as_ref(), today, quiet: arguments.quiet };
    write::outputs(&outputs, world, |format, look, file| render(format, &report, look, file))?;
    match render(arguments.format, &report, world.look(), out) {
        // A reader that has seen enough, such as `head`, changes nothing of the answer.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => return Err(error.into()),
        _ => {}
    }
    Ok(if count(&past, Level::Error) > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn open(root: &Path) -> Result<Git, Error> {
    Git::open(root)?.ok_or_else(|| Error::NoHistory { root: root.to_path_buf() })
}

/// Finds the commit that the history begins after; it must be a part of it.
fn find_since(git: &Git, revision: &str) -> Result<Commit, Error> {
    let (name, shallow) = (revision.to_owned(), git.is_shallow()?);
    let Some(since) = git.commit(revision)? else {
        return Err(GitError::NoSince { since: name, shallow }.into());
    };
    match git.commit("HEAD")? {
        Some(head) if git.merge_base(&since, &head)?.as_ref() != Some(&since) => {
            Err(GitError::SinceElsewhere { since: name, head: head.short().to_owned(), shallow }.into())
        }
        _ => Ok(since),
    }
}
