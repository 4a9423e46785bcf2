//! `stopgap init`: sets up a repository for a register, without changing existing files.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli::{self, Ci, Place};
use crate::commands::{World, doctor, place, write};
use crate::doctor::PIPELINE;
use crate::error::{Argument, Error};
use crate::files::Repository;
use crate::output::doctor::{Diagnosis, text};
use crate::output::escape;
use crate::policy::{self, Forge, Policy};
use crate::rules;
use crate::schema::{Shipped, modeline};
use crate::signoff::Codeowners;

const POLICY: &str = include_str!("policy.yaml");
const README: &str = include_str!("readme.md");
const GITHUB: &str = include_str!("github.yml");
const GITHUB_COMMAND: &str = include_str!("github-command.yml");
const GITHUB_ACTION: &str = include_str!("github-action.yml");
const GITLAB: &str = include_str!("gitlab.yml");

/// Where GitHub finds the job.
const WORKFLOW: &str = ".github/workflows/stopgap.yml";
/// Tells git what to do with line ends.
const ATTRIBUTES: &str = ".gitattributes";

/// A file of the set-up.
struct Part {
    /// Relative to the root.
    path: String,
    text: String,
    /// What it is for, in a few words.
    what: &'static str,
}

/// Sets a repository up.
pub(super) fn run(arguments: &cli::Init, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let root = place::root(&Place { root: arguments.root.clone(), policy: None }, &world.folder)?;
    let setup = Setup::plan(arguments, &root)?;
    writeln!(out, "in {}", escape::line(&root.display().to_string()))?;
    let width = setup.parts.iter().map(|part| part.path.len()).max().unwrap_or_default();
    let mut new = Vec::new();
    for part in &setup.parts {
        let there = std::fs::symlink_metadata(root.join(&part.path)).is_ok();
        let word = if there { "there" } else { "new  " };
        writeln!(out, "  {word}  {:width$}  {}", escape::line(&part.path), part.what)?;
        if !there {
            new.push(part);
        }
    }
    if arguments.dry_run {
        writeln!(out, "\nnothing was written (`--dry-run`)")?;
        return Ok(ExitCode::SUCCESS);
    }
    let files: Vec<(PathBuf, &[u8])> = new.iter().map(|it| (root.join(&it.path), it.text.as_bytes())).collect();
    write::new(&files, &root)?;
    match new.len() {
        0 => writeln!(out, "\neverything was there already, and nothing was written")?,
        1 => writeln!(out, "\n1 file was written; existing files were not changed")?,
        count => writeln!(out, "\n{count} files were written; existing files were not changed")?,
    }
    setup.say_what_is_left(out, !new.is_empty())?;
    match doctor::after_setup(&root, world) {
        Ok((lines, _)) if lines.is_empty() => {}
        Ok((lines, branch)) => {
            writeln!(out, "\nnot right yet, as `stopgap doctor` says:\n")?;
            text(&Diagnosis { lines: &lines, branch: &branch }, world.look(), out)?;
        }
        Err(error) => writeln!(out, "\n`stopgap doctor` cannot look: {}", escape::line(&error.to_string()))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What belongs in a set-up repository.
struct Setup {
    parts: Vec<Part>,
    /// The lines that CODEOWNERS lacks, and the file that they go into.
    lines: Vec<String>,
    owners_file: String,
    /// Whether the lines name owners.
    owned: bool,
    ci: Ci,
    /// Whether the pipeline's file is the user's own.
    own_pipeline: bool,
    in_git: bool,
    /// Where the root is below the top of the repository: empty, or ending in `/`.
    below: String,
}

impl Setup {
    fn plan(arguments: &cli::Init, root: &Path) -> Result<Self, Error> {
        let repository = Repository::Folder(root.to_path_buf());
        let mut policy = Policy::load(&repository, None, rules::all())?;
        let policy_path = policy.path.get_or_insert_with(|| policy::NAMES[0].to_owned()).clone();
        let there = |name: &str| std::fs::symlink_metadata(root.join(name)).is_ok();
        let own_pipeline = there(PIPELINE);
        let below = place::below_work_tree(root);
        let usual_ci = if own_pipeline { Ci::Gitlab } else { Ci::Github };
        // A job and code owners belong at the top of the repository.
        let ci = if below.is_empty() { arguments.ci.unwrap_or(usual_ci) } else { Ci::None };
        let guess = if arguments.ci.unwrap_or(usual_ci) == Ci::Gitlab { Forge::GitLab } else { Forge::GitHub };
        let forge = policy.forge.unwrap_or(guess);
        let owners = owners(forge, &arguments.owners)?;
        let mut parts = Vec::new();
        let mut part = |path: &str, text: String, what| parts.push(Part { path: path.to_owned(), text, what });

        let schema =
            |file: &str, schema: Shipped| modeline(&("../".repeat(file.matches('/').count()) + &schema.copy()));
        let text = schema(&policy_path, Shipped::Policy) + &policy_for(forge);
        part(&policy_path, text, "the policy: limits, levels, the time zone");
        let folder = policy.exceptions.as_str();
        let readme = format!("{folder}/README.md");
        let text = README.replace("MODELINE\n", &schema(&readme, Shipped::Exception));
        part(&readme, text, "the register's folder, how to write an exception, an example");
        for (_, schema) in Shipped::ALL {
            part(&schema.copy(), schema.text().to_owned(), "for editors, which complete and explain the keys");
        }
        let owners_file = forge.codeowners().iter().find(|name| there(name)).copied();
        let owners_path = owners_file.unwrap_or(forge.codeowners()[0]);
        let text = owners_file.and_then(|name| std::fs::read_to_string(root.join(name)).ok()).unwrap_or_default();
        let lines = lines(forge, &text, decisive(&policy, &below, owners_path, ci), &owners);
        let what = "who must approve a change of the register and its rules";
        match (owners_file, owners.is_empty() || !below.is_empty()) {
            (Some(_), _) => part(owners_path, String::new(), what),
            (None, false) => part(owners_path, lines.join("\n") + "\n", what),
            (None, true) => {}
        }
        match ci {
            Ci::Github => part(WORKFLOW, workflow(arguments.action.as_deref())?, "both gates and the daily check"),
            Ci::Gitlab => part(PIPELINE, versioned(GITLAB), "both gates and the daily check"),
            Ci::None => {}
        }
        let written = parts.iter().any(|part| part.path == owners_path) && owners_file.is_none();
        let lines = if written { Vec::new() } else { lines };
        Ok(Self {
            parts,
            lines,
            owners_file: owners_path.to_owned(),
            owned: !owners.is_empty(),
            ci,
            own_pipeline,
            in_git: place::work_tree_top(root).is_some(),
            below,
        })
    }

    /// Prints what only people can do.
    fn say_what_is_left(&self, out: &mut dyn Write, written: bool) -> Result<(), Error> {
        let mut step = 0;
        let mut next = |out: &mut dyn Write, text: &str| -> std::io::Result<()> {
            step += 1;
            writeln!(out, "  {step}. {text}")
        };
        writeln!(out, "\nnext:")?;
        if !self.lines.is_empty() {
            let who = if self.owned { "" } else { ", with your own people or team, two or more, for OWNERS" };
            let place = if self.below.is_empty() { "" } else { " at the top of the repository" };
            next(out, &format!("put these lines into {}{place}{who}:", self.owners_file))?;
            for line in &self.lines {
                writeln!(out, "       {}", escape::line(line))?;
            }
        }
        if self.ci == Ci::Gitlab && self.own_pipeline {
            next(out, &format!("add this job to {PIPELINE}:"))?;
            for line in versioned(GITLAB).lines() {
                writeln!(out, "       {line}")?;
            }
        }
        next(out, "`stopgap check` judges the register; `stopgap new` asks for the first exception")?;
        if written && self.in_git {
            next(out, "`git add` the files above and open a pull request with them")?;
        }
        if !self.below.is_empty() {
            let text = format!("run both gates from a workflow at the top, with `--root {}`", self.below);
            next(out, &text)?;
        }
        Ok(())
    }
}

/// Returns the initial policy.
fn policy_for(forge: Forge) -> String {
    match forge {
        Forge::GitLab => POLICY.replace("# forge: github", "forge: gitlab"),
        Forge::GitHub | Forge::Forgejo => POLICY.to_owned(),
    }
}

/// Reads `--owners`.
fn owners(forge: Forge, given: &[String]) -> Result<Vec<String>, Error> {
    let given: Vec<&str> = given.iter().map(|owner| owner.trim()).filter(|owner| !owner.is_empty()).collect();
    for owner in &given {
        let line = format!("/x {owner}");
        let parsed = Codeowners::parse(forge, &line);
        let one = !owner.contains(char::is_whitespace);
        let owned = one && parsed.deciding("x").first().is_some_and(|rule| rule.owners.len() == 1);
        if !owned || !parsed.problems().is_empty() {
            return Err(Error::from(Argument::Value {
                option: "--owners".to_owned(),
                value: (*owner).to_owned(),
                why: "not an owner that CODEOWNERS accepts".to_owned(),
                help: "write `@handle`, `@organisation/team` or a mail address".to_owned(),
            }));
        }
    }
    Ok(given.into_iter().map(str::to_owned).collect())
}

/// Returns what must have owners, each as a pattern for CODEOWNERS and a path that it covers: the register, its rule
/// book, CODEOWNERS itself and whatever else decides how they are judged.
fn decisive(policy: &Policy, below: &str, owners_path: &str, ci: Ci) -> Vec<(String, String)> {
    let folder = &policy.exceptions;
    let mut paths = vec![(format!("/{below}{folder}/"), format!("{folder}/x.yaml"))];
    paths.extend(policy.books().map(|(_, path)| (format!("/{below}{path}"), path.to_owned())));
    paths.extend([owners_path, ATTRIBUTES].map(|path| (format!("/{path}"), path.to_owned())));
    match ci {
        Ci::Github => paths.push(("/.github/workflows/".to_owned(), WORKFLOW.to_owned())),
        Ci::Gitlab => paths.push((format!("/{PIPELINE}"), PIPELINE.to_owned())),
        Ci::None => {}
    }
    paths
}

/// Returns the lines that CODEOWNERS needs and does not have: one for each path that it leaves
/// without an owner. Each comes as the pattern and a path that it covers.
fn lines(forge: Forge, text: &str, paths: Vec<(String, String)>, owners: &[String]) -> Vec<String> {
    let codeowners = Codeowners::parse(forge, text);
    let covered = |path: &str| !codeowners.binding(path).is_empty();
    let patterns: Vec<String> =
        paths.into_iter().filter(|(_, path)| !covered(path)).map(|(pattern, _)| pattern.replace(' ', "\\ ")).collect();
    let width = patterns.iter().map(String::len).max().unwrap_or_default();
    let who = if owners.is_empty() { "OWNERS".to_owned() } else { owners.join(" ") };
    patterns.iter().map(|pattern| format!("{pattern:width$}  {who}")).collect()
}

/// Returns the workflow, with the action if one is named.
fn workflow(action: Option<&str>) -> Result<String, Error> {
    let Some(action) = action else { return Ok(format!("{GITHUB}{}", versioned(GITHUB_COMMAND))) };
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let whole = action.split_once('@').is_some_and(|(repository, reference)| {
        repository.contains('/')
            && [repository, reference].iter().all(|part| !part.is_empty() && part.chars().all(plain))
    });
    match whole {
        true => Ok(format!("{GITHUB}{}", GITHUB_ACTION.replace("ACTION", action))),
        false => Err(Error::from(Argument::Form {
            option: "--action",
            value: action.to_owned(),
            fault: "does not name an action",
            help: "write `owner/repository@commit`".to_owned(),
        })),
    }
}

fn versioned(text: &str) -> String {
    text.replace("VERSION", env!("CARGO_PKG_VERSION"))
}
