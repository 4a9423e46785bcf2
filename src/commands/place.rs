//! Where the register is: the root, and the files that the user names.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use crate::cli::Place;
use crate::error::{Argument, Error};
use crate::files::{self, MAX_BYTES_BESIDE, Repository, is_below};
use crate::git::Git;
use crate::output::{Identity, escape, schemas};
use crate::policy;
use crate::register::Files;
use crate::rule::Findings;
use crate::schema::Shipped;

/// Finds the root: the named folder, otherwise the nearest one upwards with a policy, otherwise the git work tree,
/// otherwise the current folder. The search stops at the top of the work tree.
///
/// # Errors
///
/// If the named folder does not exist or may not be entered.
pub(super) fn root(place: &Place, current: &Path) -> Result<PathBuf, Error> {
    if let Some(named) = &place.root {
        let root = current.join(named);
        refuse_links(named, &root)?;
        return match std::fs::canonicalize(&root) {
            // A folder whose inside may not be looked at would seem to have none.
            Ok(real) if real.is_dir() => match std::fs::metadata(real.join(".")) {
                Ok(_) => Ok(real),
                Err(error) => Err(Error::Unreadable {
                    kind: "the root",
                    path: named.display().to_string(),
                    why: error.to_string(),
                    help: "make the folder readable, or name another with `--root`".to_owned(),
                }),
            },
            _ => Err(Error::from(Argument::NoRoot { path: named.clone() })),
        };
    }
    let current = match std::fs::canonicalize(current) {
        Ok(real) => real,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Error::Unreadable {
                kind: "the current folder",
                path: current.display().to_string(),
                why: "it was removed".to_owned(),
                help: "change to a folder that exists, or name one with `--root`".to_owned(),
            });
        }
        Err(_) => current.to_path_buf(),
    };
    for folder in current.ancestors() {
        if Git::is_top(folder) || has_policy(folder)? {
            return Ok(folder.to_path_buf());
        }
    }
    Ok(current)
}

/// Returns the options by which another command finds the same register from the same folder, each after a space.
pub(super) fn options(place: &Place) -> String {
    let named = [("--root", &place.root), ("--policy", &place.policy)].into_iter();
    let named = named.filter_map(|(option, path)| Some((option, path.as_ref()?)));
    named.map(|(option, path)| format!(" {option} {}", escape::shell_word(&path.to_string_lossy()))).collect()
}

fn has_policy(folder: &Path) -> Result<bool, Error> {
    for name in policy::NAMES {
        let place = folder.join(name);
        if files::is_there(&place, &place.display().to_string())? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Refuses a root that is reached through a link inside a git work tree: the author of a change to the link would
/// choose the register that is judged. Anything above the work tree is not part of the repository.
fn refuse_links(named: &Path, root: &Path) -> Result<(), Argument> {
    let mut place = PathBuf::new();
    let mut top: Option<PathBuf> = None;
    for part in root.components() {
        match part {
            Component::ParentDir => drop(place.pop()),
            Component::CurDir => {}
            part => place.push(part),
        }
        top = top.filter(|top| place.starts_with(top));
        if let Some(top) = &top
            && std::fs::symlink_metadata(&place).is_ok_and(|metadata| metadata.is_symlink())
        {
            let link = place.strip_prefix(top).unwrap_or(&place).display().to_string();
            return Err(Argument::RootThroughLink { root: named.to_path_buf(), link });
        }
        if Git::is_top(&place) {
            top = Some(place.clone());
        }
    }
    Ok(())
}

/// Returns the top of the git work tree that contains a folder.
pub(super) fn work_tree_top(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| Git::is_top(folder))
}

/// Returns where the root is below the top of its git work tree: empty, or ending in `/`.
pub(super) fn below_work_tree(root: &Path) -> String {
    let top = work_tree_top(root);
    let below = top.and_then(|top| root.strip_prefix(top).ok()).unwrap_or(Path::new(""));
    let below = files::name_below(below);
    if below.is_empty() { below } else { below + "/" }
}

/// Returns the path by which an editor finds the copy of the exceptions' schema from a file below the
/// root: the nearest copy from the root up to the top of the work tree; `None` if there is none.
pub(super) fn schema_copy(root: &Path, file: &str) -> Option<String> {
    let copy = Shipped::Exception.copy();
    let mut upwards = "../".repeat(file.matches('/').count());
    for folder in root.ancestors() {
        if std::fs::symlink_metadata(folder.join(&copy)).is_ok_and(|metadata| metadata.is_file()) {
            return Some(upwards + &copy);
        }
        if Git::is_top(folder) {
            return None;
        }
        upwards.push_str("../");
    }
    None
}

/// Says that the copy of the exceptions' schema, if there is one, is not this version's.
///
/// # Errors
///
/// If the system has run out of something.
pub(super) fn stale_schema(root: &Path) -> Result<Option<String>, Error> {
    let path = Shipped::Exception.copy();
    let file = files::read_up_to(&root.join(&path), path.clone(), None, MAX_BYTES_BESIDE)?;
    let is_stale = file.opened && file.source.text() != schemas::of_file(Shipped::Exception, Identity::OWN);
    let version = env!("CARGO_PKG_VERSION");
    Ok(is_stale.then(|| {
        format!(
            "editors may disagree with this check: `{path}` is not the one from stopgap {version}; `stopgap \
                 doctor` shows how to replace it"
        )
    }))
}

/// The part of the register that is reported on.
#[derive(Debug)]
pub(super) enum Selection {
    /// All of it.
    Whole,
    /// These files, and those below these folders, relative to the root.
    Some(Vec<String>),
}

impl Selection {
    /// Reads the named paths, relative to the current folder. They lie in the work tree, or in a commit of the past.
    ///
    /// # Errors
    ///
    /// If one is not a file or folder of the register.
    pub(super) fn new(
        paths: &[PathBuf],
        current: &Path,
        root: &Path,
        folder: &str,
        past: Option<&Repository>,
    ) -> Result<Self, Error> {
        if paths.is_empty() {
            return Ok(Self::Whole);
        }
        let selected: Result<Vec<String>, Argument> =
            paths.iter().map(|path| relative(path, current, root, folder, past)).collect();
        Ok(Self::Some(selected?))
    }

    /// Drops the findings in files that are not reported on.
    pub(super) fn narrow(&self, findings: &mut Findings, files: &Files) {
        findings.retain(|finding| self.holds(files.source(finding.file).path()));
    }

    /// Returns whether a file is reported on.
    fn holds(&self, path: &str) -> bool {
        let inside = |place: &String| path == place || is_below(path, place);
        match self {
            Self::Whole => true,
            Self::Some(places) => places.iter().any(inside),
        }
    }
}

/// Returns a path relative to the root, with `/` between its parts, if it is below the root. The last part stays as it
/// is written: a link among the exceptions is itself a finding, not its target.
pub(super) fn inside(path: &Path, root: &Path) -> Option<String> {
    let real = match (path.parent().map(std::fs::canonicalize), path.file_name()) {
        (Some(Ok(parent)), Some(name)) => parent.join(name),
        _ => std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()),
    };
    let below = real.strip_prefix(root).ok()?;
    Some(files::name_below(below))
}

/// Returns a path that need not exist relative to the root, if it is below it by its name.
fn lexically_inside(path: &Path, root: &Path) -> Option<String> {
    let mut place = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(place.pop()),
            Component::CurDir => {}
            part => place.push(part),
        }
    }
    // The folder that the user is in may be known by another name than the root.
    let known = place.ancestors().find_map(|above| Some((above, std::fs::canonicalize(above).ok()?)));
    let (above, real) = known?;
    let real = real.join(place.strip_prefix(above).unwrap_or(Path::new("")));
    let below = real.strip_prefix(root).ok()?;
    Some(files::name_below(below))
}

fn relative(
    path: &Path,
    current: &Path,
    root: &Path,
    folder: &str,
    past: Option<&Repository>,
) -> Result<String, Argument> {
    let named = || (path.to_path_buf(), folder.to_owned());
    let full = current.join(path);
    let (inside, is_there, is_folder) = match past {
        None => (inside(&full, root), std::fs::symlink_metadata(&full).is_ok(), full.is_dir()),
        Some(past) => {
            let inside = lexically_inside(&full, root);
            let folder = |path: &String| matches!(past, Repository::Commit(files) if files.is_folder(path));
            let is_folder = inside.as_ref().is_some_and(|path| path.is_empty() || folder(path));
            let is_there = is_folder || inside.as_ref().is_some_and(|path| past.held(path).is_some());
            (inside, is_there, is_folder)
        }
    };
    if !is_there {
        let (path, folder) = named();
        return Err(Argument::NoSuchPath { path, folder });
    }
    let yaml = |path: &str| [".yaml", ".yml"].iter().any(|ending| path.to_lowercase().ends_with(ending));
    match inside {
        Some(inside) if folder.starts_with(&format!("{inside}/")) || inside.is_empty() || inside == folder => {
            Ok(folder.to_owned())
        }
        Some(inside) if inside.starts_with(&format!("{folder}/")) && (is_folder || yaml(&inside)) => Ok(inside),
        _ => {
            let (path, folder) = named();
            Err(Argument::OutsideRegister { path, folder })
        }
    }
}
