//! Several registers of one repository: which folders hold one.
//!
//! A policy marks a register, in any folder that git knows: what `.gitignore` leaves out, submodules and repositories
//! inside the work tree do not count. The top of the work tree is one too if it has the usual folder of exceptions.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli;
use crate::commands::then::{self, Then, Where};
use crate::commands::{World, book, describe, place};
use crate::error::{Argument, Error, Named};
use crate::files;
pub(super) use crate::files::folder_name as name;
use crate::git::{Commit, Git};
use crate::history::past;
use crate::output::{Broken, escape};
use crate::policy::{NAMES, Policy};
use crate::register::is_named_like_one;
use crate::source::{Position, Source, Span};
use crate::text::{counted, nearest, shown};

/// The registers of a work tree.
pub(super) struct Registers {
    /// The top of the work tree.
    pub(super) top: PathBuf,
    /// Their roots below it, sorted; each is empty or ends in `/`.
    pub(super) roots: BTreeSet<String>,
    /// Those of them that are no more.
    pub(super) gone: BTreeSet<String>,
    pub(super) skipped: Vec<String>,
    /// The commit of the past that they are looked for in.
    then: Option<Then>,
    /// What that is called on the command line.
    at: Option<String>,
}

impl Registers {
    /// Finds the registers below the top of the work tree that contains the current folder: in a job those of the commit,
    /// as everything that is judged there, of a day of the past those of that day, elsewhere those of the work tree.
    ///
    /// # Errors
    ///
    /// If there is no work tree or no register in it, or a folder that is to be left out has none.
    pub(super) fn find(arguments: &cli::Several, past: &cli::Past, world: &World) -> Result<Self, Error> {
        Self::find_in(arguments, past, false, world)
    }

    /// Finds those that the commit that is checked out has, or one before it had, wherever this runs: a new one has no past.
    ///
    /// # Errors
    ///
    /// Those of [`Registers::find`].
    pub(super) fn find_ever(arguments: &cli::Several, world: &World) -> Result<Self, Error> {
        Self::find_in(arguments, &cli::Past::default(), true, world)
    }

    fn find_in(arguments: &cli::Several, past: &cli::Past, ever: bool, world: &World) -> Result<Self, Error> {
        let folder = std::fs::canonicalize(&world.folder).unwrap_or_else(|_| world.folder.clone());
        let Some(git) = Git::open(&folder)? else {
            return Err(Error::from(Argument::RegistersOutside { folder }));
        };
        let top = place::work_tree_top(&folder).unwrap_or(&folder).to_path_buf();
        let skipped = arguments.skip.iter().map(|path| below(path, &folder, &top)).collect::<Result<_, _>>()?;
        let at = past.at.clone();
        let then = at.as_deref().map(|at| {
            let what = "the registers".to_owned();
            let whole = Where { root: top.clone(), git: git.clone(), what, are_several: true };
            Then::find_in(&place_of(&top), whole, at, world)
        });
        let then = then.transpose()?;
        let stored = match &then {
            Some(then) => Some(then.commit.clone()),
            None if ever || world.ci.is_job() => git.head()?,
            None => None,
        };
        let gone = match stored.as_ref().filter(|_| ever) {
            Some(head) => gone(&git, head, world.now.timestamp())?.into_keys().collect(),
            None => BTreeSet::new(),
        };
        let paths = match stored {
            Some(commit) => {
                git.tree(&commit)?.into_iter().map(|file| crate::files::name_of(&file.path).into_owned()).collect()
            }
            None => lying(&git, &top)?,
        };
        let mut found = Self { top, roots: BTreeSet::new(), gone, skipped, then, at };
        let mut all = roots(paths.iter().map(String::as_str));
        found.gone.retain(|root| !all.contains(root));
        all.extend(found.gone.iter().cloned());
        for skipped in &found.skipped {
            if !all.iter().any(|root| root.starts_with(skipped.as_str())) {
                let named = |root: &str| if root.is_empty() { ".".to_owned() } else { root.to_owned() };
                let name = named(skipped.trim_end_matches('/'));
                let roots: Vec<&str> =
                    all.iter().map(|root| root.trim_end_matches('/')).filter(|root| !root.is_empty()).collect();
                let help = match nearest(&name, roots.iter().copied()) {
                    Some(best) => format!("did you mean `{best}`?"),
                    None => "leave `--skip` out, or name a folder that has one".to_owned(),
                };
                return Err(Error::from(Argument::NotFound { what: Named::SkippedRegister, name, help }));
            }
        }
        found.roots = found.kept(all);
        match found.roots.is_empty() {
            true => {
                Err(Error::NoRegister { folder: Policy::default().exceptions, root: found.top.display().to_string() })
            }
            false => Ok(found),
        }
    }

    /// Says on standard error which commit is looked at, or that `today` does not bring back the files of its day.
    pub(super) fn remark(&self, today: Option<&str>, world: &World) {
        match &self.then {
            Some(then) => then.remark(),
            None => {
                let zone = Policy::default().timezone;
                let day = today.and_then(|_| book::read_today(today, zone, world).ok());
                day.into_iter().for_each(|day| then::remark_today(today, (day, zone), || Git::open(&self.top)));
            }
        }
    }

    /// Returns the commit of the past that one of them is read from: a day ends when it ends in its own time zone.
    ///
    /// # Errors
    ///
    /// If there is no such commit.
    pub(super) fn then(&self, root: &str, world: &World) -> Result<Option<Then>, Error> {
        let (Some(all), Some(at)) = (&self.then, &self.at) else { return Ok(None) };
        let folder = self.top.join(root.trim_end_matches('/'));
        let place = place_of(&folder);
        let what = format!("the register `{}`", shown(&name(root)));
        let one = Where { root: folder, git: all.git.clone(), what, are_several: false };
        let then = Then::find_in(&place, one, at, world)?;
        if then.commit != all.commit {
            then.remark();
        }
        Ok(Some(then))
    }

    /// Returns those of other files that are not to be left out.
    pub(super) fn kept(&self, roots: BTreeSet<String>) -> BTreeSet<String> {
        roots.into_iter().filter(|root| is_kept(root, &self.skipped)).collect()
    }
}

/// Finds the registers that commits of the main line up to a tip had and that are no more, by their roots, each with the
/// last commit that had it.
///
/// # Errors
///
/// When `git` cannot deliver the history.
pub(super) fn gone(git: &Git, tip: &Commit, now: i64) -> Result<BTreeMap<String, Commit>, Error> {
    let line = past::Line::read(git, tip, now)?;
    let steps = line.steps();
    let mut marks: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut gone = BTreeMap::new();
    for ((_, below), changes) in steps.iter().zip(git.tree_changes(&steps, &[])?) {
        for change in changes {
            let path = files::name_of(&change.path).into_owned();
            let Some(root) = roots(std::iter::once(path.as_str())).pop_first() else { continue };
            let marks = marks.entry(root.clone()).or_default();
            match (change.file, below) {
                (Some(_), _) => {
                    marks.insert(path);
                    gone.remove(&root);
                }
                (None, below) => {
                    marks.remove(&path);
                    if let (true, Some(below)) = (marks.is_empty(), below) {
                        gone.insert(root, (*below).clone());
                    }
                }
            }
        }
    }
    Ok(gone)
}

/// Returns the roots of the registers that files make, by their paths from the top of a work tree.
pub(super) fn roots<'p>(paths: impl Iterator<Item = &'p str>) -> BTreeSet<String> {
    let usual = format!("{}/", Policy::default().exceptions);
    let root = |path: &str| {
        // The longer name first: `.github/stopgap.yaml` ends like the other one.
        let of = |name: &&str| path.strip_suffix(*name).filter(|root| root.is_empty() || root.ends_with('/'));
        let marked = NAMES.iter().rev().find_map(of).map(str::to_owned);
        marked.or_else(|| (path.starts_with(&usual) && is_named_like_one(path)).then(String::new))
    };
    paths.filter_map(root).collect()
}

/// Tells whether a root is not in a folder that is to be left out.
pub(super) fn is_kept(root: &str, skipped: &[String]) -> bool {
    !skipped.iter().any(|skipped| root.starts_with(skipped.as_str()))
}

/// Returns how one of several registers is named on the command line.
pub(super) fn place_of(root: &Path) -> cli::Place {
    cli::Place { root: Some(root.to_path_buf()), policy: None }
}

/// Says on standard error why a register cannot be judged.
pub(super) fn say_broken(root: &str, error: &Error, world: &World) {
    let head = format!("in the register `{}`:\n", escape::line(&name(root)));
    let _ = std::io::stderr().lock().write_all((head + &describe(error, world.look_of_errors())).as_bytes());
}

/// Returns what a result says of a register that cannot be judged.
pub(super) fn broken(root: &str, top: &Path, error: &Error) -> Broken {
    let Error::Config { problems, source_text, commit, .. } = error else {
        let policy = NAMES.iter().find(|policy| top.join(root).join(policy).exists()).unwrap_or(&NAMES[0]);
        let source = Source::new(format!("{root}{policy}"), String::new());
        return Broken { name: name(root), source, span: Span::default(), why: error.to_string(), help: error.help() };
    };
    let source = Source::new(format!("{root}{}", source_text.path()), source_text.text().to_owned());
    let Some((first, rest)) = problems.split_first() else {
        return Broken { name: name(root), source, span: Span::default(), why: error.to_string(), help: None };
    };
    let Position { line, column } = source.position(first.span.start);
    let owner = commit.as_ref().map(|commit| format!(" as {commit} has it")).unwrap_or_default();
    let more = if rest.is_empty() { String::new() } else { format!("; {}", counted(rest.len(), "more problem")) };
    let why = format!("{error}: {}:{line}:{column}{owner}: {}{more}", source.path(), first.message);
    Broken { name: name(root), source, span: first.span, why, help: first.help.clone() }
}

/// Lists the files of a work tree that git knows or would.
fn lying(git: &Git, top: &Path) -> Result<Vec<String>, Error> {
    let known = git.staged(&[])?.into_keys().chain(git.untracked(&[])?);
    let mut lying = Vec::new();
    for path in known {
        let name = path.to_string_lossy().into_owned();
        if files::is_there(&top.join(path), &name)? {
            lying.push(name);
        }
    }
    Ok(lying)
}

/// Returns a folder as a root is written.
fn below(path: &Path, current: &Path, top: &Path) -> Result<String, Error> {
    let inside = place::inside(&current.join(path).join("."), top).or_else(|| place::inside(&current.join(path), top));
    match inside {
        Some(inside) => Ok(inside.trim_end_matches("/.").to_owned() + "/"),
        None => Err(Error::from(Argument::NotFound {
            what: Named::SkippedRegister,
            name: path.display().to_string(),
            help: "name a folder of this repository".to_owned(),
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_marks_a_register_and_the_usual_folder_only_the_top() {
        let found = |paths: &[&str]| roots(paths.iter().copied()).into_iter().collect::<Vec<_>>().join("|");
        assert_eq!(found(&["apps/pay/stopgap.yaml", "apps/web/.github/stopgap.yaml"]), "apps/pay/|apps/web/");
        assert_eq!(found(&["exceptions/a.yaml", "apps/web/exceptions/a.yaml"]), "");
        assert_eq!(roots(["exceptions/a.yaml"].into_iter()).len(), 1);
        assert_eq!(found(&["apps/my-stopgap.yaml", "stopgap.yaml/x", "exceptions/README.md"]), "");
        assert_eq!(roots(["apps/my-stopgap.yaml", "exceptions/README.md"].into_iter()).len(), 0);
        assert_eq!(found(&[".github/stopgap.yaml", "a/stopgap.yaml"]), "|a/");
    }
}
