//! Whether the gate really gates: what the files of a repository and its forge's settings let through.
//!
//! Facts come in and lines go out; nothing here reads a file or asks anybody. What cannot be known from the facts is
//! reported as unknown, with how to find out, and is never taken for right.

mod answers;
mod files;
mod github;
mod gitlab;
mod keys;
mod line;

use std::collections::BTreeMap;

pub use answers::Settings;
pub use line::{Check, Group, Line, Status};

use crate::ci::command::{self, Command, Subcommand};
use crate::files::ReadFile;
use crate::people::People;
use crate::policy::{Enforcement, Forge, Policy, places};
use crate::signoff::Ownership;
use crate::text::argument;
use crate::time::Day;

/// What is known about a repository.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'f> {
    /// Its CI files by their paths from the top of the work tree, with the files that they refer to.
    pub files: &'f BTreeMap<String, ReadFile>,
    /// The policy.
    pub policy: &'f Policy,
    /// The roster.
    pub people: &'f People,
    /// Whether the register's folder exists.
    pub register: bool,
    /// The files of the register, from the top of the work tree.
    pub exceptions: &'f [String],
    /// The CODEOWNERS that counts.
    pub ownership: &'f Ownership,
    /// The shipped schemas of which the repository may have copies, with the copies' texts.
    pub schemas: &'f [SchemaCopy],
    /// What the forge says, if it was saved.
    pub settings: &'f Settings,
    /// The branch that the gate protects.
    pub branch: &'f str,
    /// The day from which people who have left are gone.
    pub today: Day,
}

impl Facts<'_> {
    /// Tells whether a base names another branch than the one that the gate protects.
    pub(in crate::doctor) fn is_other_branch(&self, base: &str) -> bool {
        command::named_branch(base).is_some_and(|branch| branch != self.branch)
    }

    /// Tells whether a command judges all that the policy asks for of its kind: `--tool` leaves the other tools out.
    pub(in crate::doctor) fn judges_all(&self, command: &Command) -> bool {
        let only = command.option("--tool").filter(|_| command.subcommand == Subcommand::Sync);
        only.is_none_or(|only| self.policy.sync.iter().all(|target| target.tool == only))
    }

    /// Returns the option by which a command judges the register, or all of them, with a space before it.
    pub(in crate::doctor) fn option(&self, all_registers: bool) -> String {
        match self.ownership.prefix.trim_end_matches('/') {
            _ if all_registers => " --all-registers".to_owned(),
            "" => String::new(),
            folder => format!(" --root {}", argument(folder)),
        }
    }

    /// Tells whether a job names another policy than the one that is looked at; empty is none.
    pub(in crate::doctor) fn is_other_policy(&self, named: &str) -> bool {
        let named = named.trim_start_matches("./");
        let named = named.strip_prefix(self.ownership.prefix.as_str()).unwrap_or(named);
        !named.is_empty() && self.policy.path.as_deref() != Some(named)
    }
}

/// A copy of a shipped schema, which editors read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaCopy {
    /// The name that `stopgap schema` takes.
    pub name: &'static str,
    /// Its path from the root.
    pub path: String,
    /// Its text; `None` if there is no such file.
    pub text: Option<String>,
    /// The text in this version of stopgap.
    pub shipped: String,
}

/// GitLab's pipeline, from the top of the work tree.
pub const PIPELINE: &str = ".gitlab-ci.yml";

/// The configuration of pre-commit and prek.
pub const HOOKS: &str = ".pre-commit-config.yaml";

/// The files of CI systems that are not parsed here, only searched for the word `stopgap`.
pub const OTHERS: [&str; 7] = [
    ".circleci/config.yml",
    ".drone.yml",
    ".forgejo/workflows/stopgap.yml",
    ".gitea/workflows/stopgap.yml",
    "Jenkinsfile",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
];

/// Returns whether a file of [`places::WORKFLOWS`] is a workflow.
#[must_use]
pub fn is_workflow(path: &str) -> bool {
    let name = path.strip_prefix(places::WORKFLOWS).unwrap_or_default();
    !name.contains('/') && [".yml", ".yaml"].iter().any(|ending| name.len() > ending.len() && name.ends_with(ending))
}

/// Returns the paths of further files that the given ones refer to, each as the paths under which it may be.
#[must_use]
pub fn references(files: &BTreeMap<String, ReadFile>) -> Vec<Vec<String>> {
    let mut wanted = github::references(files);
    wanted.extend(gitlab::references(files));
    wanted.sort();
    wanted.dedup();
    wanted
}

/// Examines a repository: returns one line for each thing that was looked at, in the order of their groups.
#[must_use]
pub fn examine(facts: &Facts<'_>) -> Vec<Line> {
    let (on_github, on_gitlab) = homes(facts);
    let mut lines = Vec::new();
    let mut checks = Vec::new();
    if on_github {
        let found = github::workflow::examine(facts);
        lines.extend(found.lines);
        checks = found.checks;
    }
    if on_gitlab {
        lines.extend(gitlab::pipeline::examine(facts));
    }
    lines.extend(files::examine(facts));
    if on_github {
        lines.extend(github::settings::examine(facts, &checks));
    }
    if on_gitlab {
        lines.extend(gitlab::settings::examine(facts));
    }
    lines.sort_by_key(|line| line.check);
    line::merged(lines)
}

/// Returns what the policy asks for beside the register and no job judges; `runs` says whether one does. Suppressions are
/// no part of it: `stopgap check` judges them wherever it runs.
fn unjudged(facts: &Facts<'_>, runs: impl Fn(Subcommand) -> bool) -> Vec<Line> {
    let policy = facts.policy;
    let wanted = [
        (
            !policy.sync.is_empty() && !runs(Subcommand::Sync),
            "the policy names ignore files in `sync`, but no job runs `stopgap sync --check`: they may contain \
             anything",
            "add the job that docs/sync.md shows",
        ),
        (
            policy.enforcement != Enforcement::default() && !runs(Subcommand::Enforce),
            "the policy says in `enforce` which results need an exception, but no job runs `stopgap enforce`",
            "add a step after the scanner: `stopgap enforce RESULTS.sarif`, see docs/enforce.md",
        ),
    ];
    let missing = wanted.into_iter().filter(|(is_missing, ..)| *is_missing);
    missing.map(|(_, message, fix)| Line::advice(Check::Beside, message, fix)).collect()
}

/// Returns the forge that hosts a repository, as far as its policy, the CI system and its CI files tell.
#[must_use]
pub fn forge(policy: &Policy, files: &BTreeMap<String, ReadFile>) -> Forge {
    let on_gitlab = files.contains_key(PIPELINE) && !files.keys().any(|path| is_workflow(path));
    policy.forge.unwrap_or(if on_gitlab { Forge::GitLab } else { Forge::GitHub })
}

/// Returns which forges are looked at: GitHub, GitLab or both. The policy or the CI system decides, then a file that
/// runs stopgap, then saved settings, then any CI file; GitHub if nothing does.
fn homes(facts: &Facts<'_>) -> (bool, bool) {
    let named = facts.policy.forge;
    if let Some(forge @ (Forge::GitHub | Forge::GitLab)) = named {
        return (forge == Forge::GitHub, forge == Forge::GitLab);
    }
    let workflows = || facts.files.iter().filter(|(path, _)| is_workflow(path));
    let named = |file: &ReadFile| file.source.text().contains("stopgap");
    let pipeline = facts.files.get(PIPELINE);
    let runs = (workflows().any(|(_, file)| named(file)), pipeline.is_some_and(named));
    let saved = (facts.settings.github.is_some(), facts.settings.gitlab.is_some());
    let there = (workflows().next().is_some(), pipeline.is_some());
    [runs, saved, there].into_iter().find(|(github, gitlab)| *github || *gitlab).unwrap_or((true, false))
}
