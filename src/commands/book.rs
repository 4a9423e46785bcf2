//! The rule book and the moment of a run.

use std::path::Path;

use crate::cli::Place;
use crate::commands::{World, place};
use crate::error::{Argument, Error};
use crate::files::Repository;
use crate::history::PolicyFile;
use crate::policy::RuleBook;
use crate::policy::{self, Policy};
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
    policy.forge = policy.forge.or_else(|| world.ci.forge());
    Ok(policy)
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
