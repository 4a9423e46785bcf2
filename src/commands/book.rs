//! The rule book and the moment of a run.

use std::path::Path;

use crate::cli::Place;
use crate::commands::{World, place};
use crate::error::{Argument, Error};
use crate::files::{Repository, name_of};
use crate::git::Git;
use crate::history::PolicyFile;
use crate::policy::RuleBook;
use crate::policy::{self, Policy};
use crate::register::is_named_like_one;
use crate::rules;
use crate::schema::Schema;
use crate::time::{Today, Zone};

/// Reads policy, roster, catalogue and the organisation's schema of a repository whose root is `root`. If the policy
/// names no forge, the CI system's is used.
///
/// # Errors
///
/// If one cannot be read or says something that makes no sense.
pub(super) fn load(
    arguments: &Place,
    world: &World,
    root: &Path,
    repository: &Repository,
) -> Result<(RuleBook, Option<Schema>), Error> {
    let mut policy = policy(arguments, world, root, repository)?;
    policy.signers = policy::load_signers(repository, &policy)?;
    let own = policy::load_schema(repository, &policy)?;
    Ok((RuleBook::read(repository, policy, rules::all())?, own))
}

/// Reads the policy alone, see [`load`].
///
/// # Errors
///
/// When it cannot be read or says something that makes no sense.
pub(super) fn policy(arguments: &Place, world: &World, root: &Path, repository: &Repository) -> Result<Policy, Error> {
    let mut policy = match arguments.policy.as_deref().map(|path| world.folder.join(path)) {
        None => Policy::load(repository, None, rules::all())?,
        Some(path) => match place::inside(&path, root) {
            Some(name) => Policy::load(repository, Some(&name), rules::all())?,
            None => Policy::load_outside(repository, &path, rules::all())?,
        },
    };
    if let Repository::Folder(root) = repository {
        let is_exception = |path: &str| policy.is_in_register(path) && is_named_like_one(path);
        refuse_left_out(root, |path| is_exception(path) || policy.is_book(path))?;
    }
    policy.forge = policy.forge.or_else(|| world.ci.forge());
    Ok(policy)
}

/// Refuses a sparse checkout that leaves out a file, named from the root, that the run has to know.
///
/// # Errors
///
/// If it does, or if `git` cannot say so.
pub(super) fn refuse_left_out(root: &Path, is_needed: impl Fn(&str) -> bool) -> Result<(), Error> {
    let Some(git) = Git::open_sparse(root)? else { return Ok(()) };
    let left_out = git.left_out(root)?;
    let mut needed = left_out.iter().map(|path| name_of(path)).filter(|path| is_needed(path));
    match needed.next() {
        Some(path) => Err(Error::LeftOut { path: path.into_owned(), others: needed.count() }),
        None => Ok(()),
    }
}

/// Returns which policy file the user names.
pub(super) fn policy_file(arguments: &Place, world: &World, root: &Path) -> PolicyFile {
    match arguments.policy.as_deref().map(|path| world.folder.join(path)) {
        None => PolicyFile::Usual,
        Some(path) => place::inside(&path, root).map_or(PolicyFile::Outside, PolicyFile::Named),
    }
}

/// Reads `--today`, otherwise the clock.
///
/// # Errors
///
/// If it is neither a day nor a date-time.
pub(super) fn read_today(text: Option<&str>, zone: Zone, world: &World) -> Result<Today, Error> {
    match text {
        None => Ok(Today::from_clock(zone, world.now)),
        Some(text) => Today::parse(text, zone).map_err(|error| {
            Error::from(Argument::Value {
                option: "--today".to_owned(),
                value: text.to_owned(),
                why: error.to_string(),
                help: "write a day such as `2026-11-23`, or a date-time such as `2026-11-23T09:00`".to_owned(),
            })
        }),
    }
}
