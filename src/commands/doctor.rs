//! `stopgap doctor`: verifies that CI and repository settings enforce the gate.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use crate::cli::{self, Place};
use crate::commands::{World, book, place, signoff};
use crate::doctor::{self, Facts, Line, SchemaCopy, Settings, Status};
use crate::error::Error;
use crate::files::{self, MAX_BYTES_BESIDE, ReadFile, Repository};
use crate::git::Git;
use crate::output::doctor::{Diagnosis, render};
use crate::output::{Identity, schemas};
use crate::policy::{RuleBook, places};
use crate::register::{self, Files};
use crate::schema::Shipped;
use crate::signoff::Ownership;
use crate::time::Today;

/// The most workflows that are read.
const MOST_WORKFLOWS: usize = 500;

/// Examines the repository.
pub(super) fn run(arguments: &cli::Doctor, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let mut settings = Settings::default();
    for path in &arguments.rulesets {
        take(&mut settings, path, &world.folder)?;
    }
    let root = place::root(&arguments.place, &world.folder)?;
    let patient = Patient::read(&arguments.place, &root, world)?;
    let branch = branch(arguments.branch.as_deref(), &settings, &root, world)?;
    let lines = patient.examine(&settings, &branch, world);
    render(arguments.format, &Diagnosis { lines: &lines, branch: &branch }, world.look(), out)?;
    let wrong = lines.iter().any(|line| line.status == Status::Wrong);
    Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Returns the branch that the gate will protect, as far as git says; the usual one where git does not run.
pub(super) fn protected_branch(root: &Path, world: &World) -> String {
    branch(None, &Settings::default(), root, world).unwrap_or_else(|_| USUAL.to_owned())
}

/// Examines what was just set up: the lines of all that is not right yet, and the branch that they are about.
///
/// # Errors
///
/// If the rule book says something that makes no sense, or git cannot be started.
pub(super) fn after_setup(root: &Path, world: &World) -> Result<(Vec<Line>, String), Error> {
    let settings = Settings::default();
    let patient = Patient::read(&Place { root: Some(root.to_path_buf()), policy: None }, root, world)?;
    let branch = branch(None, &settings, root, world)?;
    let mut lines = patient.examine(&settings, &branch, world);
    lines.retain(|line| line.status != Status::Ok);
    Ok((lines, branch))
}

/// A repository as it was read.
struct Patient {
    book: RuleBook,
    files: BTreeMap<String, ReadFile>,
    ownership: Ownership,
    schemas: Vec<SchemaCopy>,
    register: bool,
    exceptions: Vec<String>,
}

impl Patient {
    fn read(arguments: &Place, root: &Path, world: &World) -> Result<Self, Error> {
        let (book, _) = book::load(arguments, world, root, &Repository::Folder(root.to_path_buf()))?;
        let top = place::work_tree_top(root).unwrap_or(root);
        let files = definitions(top)?;
        let copy = |(name, schema): (&'static str, Shipped)| -> Result<SchemaCopy, Error> {
            let path = schema.copy();
            let file = files::read_up_to(&root.join(&path), path.clone(), None, MAX_BYTES_BESIDE)?;
            let text = file.opened.then(|| file.source.text().to_owned());
            Ok(SchemaCopy { name, path, text, shipped: schemas::of_file(schema, Identity::OWN) })
        };
        Ok(Self {
            ownership: signoff::ownership_here(doctor::forge(&book.policy, &files), root, &mut Files::default())?,
            files,
            schemas: Shipped::ALL.into_iter().map(copy).collect::<Result<_, _>>()?,
            register: root.join(&book.policy.exceptions).is_dir(),
            exceptions: register::paths(root, &book.policy.exceptions)
                .into_iter()
                .map(|path| format!("{}{path}", place::below_work_tree(root)))
                .collect(),
            book,
        })
    }

    fn examine(&self, settings: &Settings, branch: &str, world: &World) -> Vec<Line> {
        let RuleBook { policy, people, .. } = &self.book;
        doctor::examine(&Facts {
            files: &self.files,
            policy,
            people,
            register: self.register,
            exceptions: &self.exceptions,
            ownership: &self.ownership,
            schemas: &self.schemas,
            settings,
            branch,
            today: Today::from_clock(policy.timezone, world.now).day,
        })
    }
}

/// Reads the CI files of a repository, and those that they refer to.
fn definitions(top: &Path) -> Result<BTreeMap<String, ReadFile>, Error> {
    let repository = Repository::Folder(top.to_path_buf());
    let workflows = repository.names_in(places::WORKFLOWS)?.into_iter();
    let workflows = workflows.map(|name| format!("{}{name}", places::WORKFLOWS));
    let mut names: Vec<String> = workflows.filter(|path| doctor::is_workflow(path)).collect();
    names.sort();
    names.truncate(MOST_WORKFLOWS);
    let others = [doctor::PIPELINE, doctor::HOOKS].into_iter().chain(doctor::OTHERS);
    for name in others {
        names.extend(repository.first_of(&[name])?.map(str::to_owned));
    }
    let mut files = BTreeMap::new();
    for name in names {
        let file = repository.read(&name)?;
        files.insert(name, file);
    }
    for wanted in doctor::references(&files) {
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        if let Some(name) = repository.first_of(&wanted)?
            && !files.contains_key(name)
        {
            files.insert(name.to_owned(), repository.read(name)?);
        }
    }
    Ok(files)
}

/// Finds the branch that the gate protects.
fn branch(named: Option<&str>, settings: &Settings, root: &Path, world: &World) -> Result<String, Error> {
    let known = named.or(settings.default_branch()).or(world.ci.gitlab_default_branch.as_deref());
    if let Some(known) = known {
        return Ok(known.to_owned());
    }
    let Some(git) = Git::open(root)? else { return Ok(USUAL.to_owned()) };
    if let Some(name) = git.default_name()? {
        return Ok(name);
    }
    for usual in [USUAL, "master"] {
        if git.reference(&format!("refs/heads/{usual}"))?.is_some() {
            return Ok(usual.to_owned());
        }
    }
    Ok(git.branch()?.unwrap_or_else(|| USUAL.to_owned()))
}

/// The branch if nothing names one.
const USUAL: &str = "main";

/// Reads a file of saved answers.
fn take(settings: &mut Settings, path: &Path, folder: &Path) -> Result<(), Error> {
    let bytes = signoff::read(&folder.join(path), "the saved settings")?;
    settings.take(&bytes).map_err(|error| signoff::unusable("file of saved settings", path, error))
}
