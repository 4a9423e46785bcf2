//! Every step of a repository's workflows that runs stopgap, through one level of composite actions and called
//! workflows.

use std::collections::BTreeMap;

use crate::ci::command::{Command, Subcommand, commands};
use crate::ci::github::{Job, Permissions, Step, Workflow, composite_steps};
use crate::ci::script::Shell;
use crate::ci::{Dialect, Value, evaluate, runs_after_failure, softening};
use crate::doctor::Facts;
use crate::files::ReadFile;
use crate::yaml::Problem;

/// The event of a workflow that others call.
const CALL: &str = "workflow_call";

/// The workflows and composite actions of a repository.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    pub(super) workflows: Vec<Workflow>,
    /// The steps of composite actions by their paths.
    actions: BTreeMap<String, Vec<Step>>,
    /// Files that name stopgap and cannot be read, with why.
    pub(super) unread: Vec<(String, Problem, usize)>,
}

impl Definitions {
    pub(super) fn read(files: &BTreeMap<String, ReadFile>) -> Self {
        let mut all = Self::default();
        for (path, file) in files {
            let workflow = super::super::is_workflow(path);
            let action = ["action.yml", "action.yaml"].iter().any(|name| path.rsplit('/').next() == Some(name));
            if !workflow && !action {
                continue;
            }
            let result = match &file.fault {
                Some(fault) => Err((**fault).clone()),
                None if workflow => Workflow::parse(&file.source).map(|workflow| all.workflows.push(workflow)),
                None => composite_steps(&file.source).map(|steps| drop(all.actions.insert(path.clone(), steps))),
            };
            if let Err(problem) = result {
                let concerns = action || !file.opened || file.source.text().contains("stopgap");
                let line = file.source.position(problem.span.start).line;
                all.unread.extend(concerns.then(|| (path.clone(), problem, line)));
            }
        }
        all
    }

    /// Returns every step that runs stopgap, sorted by file and line.
    pub(super) fn usages(&self) -> Vec<Usage<'_>> {
        let mut found = Vec::new();
        for workflow in &self.workflows {
            for job in &workflow.jobs {
                let called = self.called(job);
                for (inner, home) in called.iter().flat_map(|called| called.jobs.iter().map(|inner| (inner, *called))) {
                    self.steps(workflow, inner, Some((job, home)), &mut found);
                }
                self.steps(workflow, job, None, &mut found);
            }
        }
        found
    }

    /// Returns the workflow of this repository that a job calls.
    fn called(&self, job: &Job) -> Option<&Workflow> {
        job.calls_local().and_then(|path| self.workflows.iter().find(|other| other.path == path))
    }

    /// Tells whether a job calls a workflow that only others start, from a workflow that is only called itself.
    pub(super) fn is_called_twice(&self, path: &str) -> bool {
        let calls = |workflow: &&Workflow| workflow.jobs.iter().any(|job| job.calls_local() == Some(path));
        self.workflows.iter().filter(calls).any(|workflow| workflow.trigger(CALL).is_some())
    }

    /// Returns every job that another one could be taken for: its workflow, the job, and what its check is called.
    pub(super) fn checks(&self) -> Vec<(&Workflow, &Job, String)> {
        let mut found = Vec::new();
        for workflow in &self.workflows {
            for job in &workflow.jobs {
                let inner =
                    self.called(job).into_iter().flat_map(|called| &called.jobs).map(|inner| (inner, Some(job)));
                let jobs = inner.chain(job.calls.is_none().then_some((job, None)));
                found.extend(jobs.filter_map(|(job, caller)| Some((workflow, job, check_of(job, caller)?))));
            }
        }
        found
    }

    /// Returns the steps of the composite action that a step uses, with its path.
    fn composite(&self, step: &Step) -> Option<(&String, &Vec<Step>)> {
        step.reference()?.iter().find_map(|path| self.actions.get_key_value(path.as_str()))
    }

    fn steps<'d>(
        &'d self,
        workflow: &'d Workflow,
        job: &'d Job,
        caller: Option<(&'d Job, &'d Workflow)>,
        found: &mut Vec<Usage<'d>>,
    ) {
        let home = caller.map_or(workflow, |(_, home)| home);
        let inner = job.steps.iter().filter_map(|step| self.composite(step)).flat_map(|(_, steps)| steps);
        let parts: Vec<&Step> = job.steps.iter().chain(inner).collect();
        for step in &job.steps {
            let usage = |inner: &'d Step, outer: Option<&'d Step>, path: &'d str, what| Usage {
                workflow,
                job,
                caller,
                outer,
                step: inner,
                parts: parts.clone(),
                path,
                what,
            };
            found.extend(what(step, job).into_iter().map(|what| usage(step, None, &home.path, what)));
            let composite = self.composite(step);
            for (path, inner) in composite.iter().flat_map(|(path, steps)| steps.iter().map(move |step| (path, step))) {
                found.extend(what(inner, job).into_iter().map(|what| usage(inner, Some(step), path, what)));
            }
        }
    }
}

/// What a step runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The action, at this version.
    Action(String),
    /// A command.
    Command(Command),
}

fn what(step: &Step, job: &Job) -> Vec<What> {
    let action = step.uses.as_deref().and_then(softening::action_version);
    let run = step.run.as_deref().unwrap_or_default();
    let shell = Shell::of_step(step.shell.as_deref(), job.unix);
    let commands = commands(run, &shell, &|_| None).into_iter().map(What::Command);
    action.map(|version| What::Action(version.to_owned())).into_iter().chain(commands).collect()
}

/// A step that runs stopgap.
#[derive(Clone, Debug)]
pub(super) struct Usage<'d> {
    /// The workflow whose events start it.
    pub(super) workflow: &'d Workflow,
    /// The job whose step it is.
    pub(super) job: &'d Job,
    /// The job that calls that job's workflow, and this workflow.
    caller: Option<(&'d Job, &'d Workflow)>,
    /// The step that uses the composite action of which it is a step.
    outer: Option<&'d Step>,
    pub(super) step: &'d Step,
    /// The steps of the job and of the composite actions that it uses.
    pub(super) parts: Vec<&'d Step>,
    /// The file that it is in.
    pub(super) path: &'d str,
    pub(super) what: What,
}

impl<'d> Usage<'d> {
    /// Returns what the check is called on a pull request; `None` if that is known only during the run.
    pub(super) fn check(&self) -> Option<String> {
        check_of(self.job, self.caller.map(|(caller, _)| caller))
    }

    /// Tells whether it is a step of a job.
    pub(super) fn is_of(&self, workflow: &Workflow, job: &Job) -> bool {
        std::ptr::eq(self.workflow, workflow) && std::ptr::eq(self.job, job)
    }

    /// Returns the conditions of its job and of the job that calls it.
    pub(super) fn job_conditions(&self) -> impl Iterator<Item = &'d str> {
        let caller = self.caller.and_then(|(job, _)| job.condition.as_deref());
        caller.into_iter().chain(self.job.condition.as_deref())
    }

    /// Returns every condition that it depends on, from the outermost to the innermost.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &'d str> {
        let outer = self.outer.and_then(|step| step.condition.as_deref());
        self.job_conditions().chain(outer).chain(self.step.condition.as_deref())
    }

    /// Returns whether it runs on an event: `None` if a condition depends on more than the event.
    pub(super) fn runs_on(&self, event: &str) -> Option<bool> {
        if self.workflow.trigger(event).is_none() {
            return Some(false);
        }
        let decided: Vec<Option<bool>> = self.conditions().map(|condition| on_event(condition, event)).collect();
        if decided.contains(&Some(false)) {
            return Some(false);
        }
        if decided.contains(&None) { None } else { Some(true) }
    }

    /// Returns the condition that is decided only during the run.
    pub(super) fn open_condition(&self, event: &str) -> Option<&'d str> {
        self.conditions().find(|condition| on_event(condition, event).is_none())
    }

    /// Returns the condition that decides only during the run whether it looks for the past; `None` if it certainly does
    /// on the schedule or a push, once stopgap is there.
    pub(super) fn open_history(&self) -> Option<&'d str> {
        let mut open = None;
        for event in ["schedule", "push"].into_iter().filter(|event| self.runs_on(event) != Some(false)) {
            let runs = |condition: &str| {
                evaluate(condition, Dialect::GitHub, &|name| match name {
                    "github.event_name" => Value::Text(event.to_owned()),
                    // The action, and a job as `init` writes it, name the program that they got.
                    name if name.starts_with("steps.") && name.ends_with(".outputs.binary") => {
                        Value::Text(name.to_owned())
                    }
                    _ => Value::Unknown,
                })
            };
            let condition = self.conditions().find(|condition| runs(condition) != Some(true));
            condition?;
            open = open.or(condition);
        }
        open
    }

    /// Returns the condition that keeps it from running on an event of its workflow.
    pub(super) fn skipped_by(&self, event: &str) -> Option<&'d str> {
        self.workflow.trigger(event)?;
        self.conditions().find(|condition| on_event(condition, event) == Some(false))
    }

    /// Returns whether it judges a change: `None` if nothing says that it judges anything.
    pub(super) fn judges_change(&self) -> Option<bool> {
        match &self.what {
            What::Action(_) => match self.input("mode") {
                "register" => Some(false),
                "change" => Some(true),
                _ => None,
            },
            What::Command(command) => Some(command.option("--base").is_some()),
        }
    }

    /// Returns whether it is a check of the register, and not of the past.
    pub(super) fn is_check(&self) -> bool {
        !self.is_history() && self.beside().is_none()
    }

    /// Returns the command that judges something beside the register, if it is one.
    pub(super) fn beside(&self) -> Option<Subcommand> {
        match &self.what {
            What::Command(command) => Some(command.subcommand).filter(|it| it.is_beside()),
            What::Action(_) => None,
        }
    }

    /// Tells whether it is the action that keeps tracking issues and never fails: it is there for them alone.
    pub(super) fn only_reminds(&self) -> bool {
        !["", "false"].contains(&self.input("remind")) && self.input("fail-on") == "never"
    }

    /// Tells whether it replays the past.
    pub(super) fn is_history(&self) -> bool {
        matches!(&self.what, What::Command(command) if command.subcommand == Subcommand::History)
    }

    /// Returns the command, if it is one.
    pub(super) fn command(&self) -> Option<&Command> {
        match &self.what {
            What::Command(command) => Some(command),
            What::Action(_) => None,
        }
    }

    /// Returns an input of the action; empty if it is not given.
    pub(super) fn input(&self, name: &str) -> &'d str {
        self.step.inputs.get(name).map_or("", String::as_str)
    }

    /// Tells whether it judges every register of the repository.
    pub(super) fn all_registers(&self) -> bool {
        match &self.what {
            What::Action(_) => self.input("all-registers") == "true",
            What::Command(command) => command.has("--all-registers"),
        }
    }

    /// Returns the root that it names in its checkout, with `/` at its end unless it is the top.
    pub(super) fn root(&self) -> String {
        let folder = self.folder();
        self.home().and_then(|home| folder.strip_prefix(&home)).unwrap_or(&folder).to_owned()
    }

    /// Returns the folder that it looks at, from the job's workspace: empty, or with `/` at its end.
    fn folder(&self) -> String {
        let folder = self.step.folder.as_deref().unwrap_or_default();
        let named = match &self.what {
            What::Action(_) => self.input("root"),
            What::Command(command) => command.option("--root").unwrap_or_default(),
        };
        folder_of([folder, named])
    }

    /// Returns the folder of the innermost checkout that it looks into, from the workspace; `None` if there is none.
    pub(super) fn home(&self) -> Option<String> {
        let folder = self.folder();
        let homes = self.checkouts().into_iter().map(home_of);
        let home = homes.filter(|home| folder.starts_with(home.as_str())).max_by_key(String::len);
        // What is known only during the run may be in any of them.
        home.or_else(|| folder.contains('$').then(String::new))
    }

    /// Returns the steps before it that check out a repository.
    fn checkouts(&self) -> Vec<&'d Step> {
        let own = self.outer.unwrap_or(self.step);
        let before = self.job.steps.iter().take_while(|step| !std::ptr::eq(*step, own));
        before.filter(|step| is_checkout(step)).collect()
    }

    /// Returns what lets the job pass whatever stopgap finds.
    pub(super) fn softened(&self) -> Option<String> {
        let jobs = self.caller.map(|(job, _)| job).into_iter().chain([self.job]).filter_map(|job| job.soft.as_deref());
        let steps = self.outer.into_iter().chain([self.step]).filter_map(|step| step.soft.as_deref());
        if let Some(value) = jobs.chain(steps).next() {
            return Some(format!("continue-on-error: {value}"));
        }
        match &self.what {
            What::Action(_) => {
                let soft = self.step.inputs.iter().find(|(key, value)| softening::is_soft_input(key, value));
                soft.map(|(key, value)| format!("{key}: {value}"))
            }
            What::Command(command) => command.passes.clone(),
        }
    }

    /// Returns what makes it uncertain that the job fails whenever something is wrong.
    pub(super) fn unclear(&self, facts: &Facts<'_>) -> Option<String> {
        let is_other = |named: &str| facts.is_other_policy(named);
        match &self.what {
            What::Action(_) => {
                let plain = |key: &str, value: &str| {
                    softening::is_plain_input(key, value)
                        && !(key == "policy" && is_other(value))
                        && !(key == "base" && facts.is_other_branch(value))
                };
                let open = self.step.inputs.iter().find(|(key, value)| !plain(key, value));
                open.map(|(key, value)| format!("{key}: {value}"))
            }
            What::Command(command) => {
                let other = command.option("--policy").filter(|named| is_other(named));
                let base = command.option("--base").filter(|base| facts.is_other_branch(base));
                let base = base.map(|base| format!("--base {base}"));
                command.unclear.clone().or(base).or_else(|| other.map(|named| format!("--policy {named}")))
            }
        }
    }

    /// Returns whether it waits for a job whose failure would skip this one.
    pub(super) fn is_skipped_by_others(&self) -> bool {
        let waits = |job: &Job| {
            job.waits && job.condition.as_deref().is_none_or(|condition| runs_after_failure(condition) == Some(false))
        };
        waits(self.job) || self.caller.is_some_and(|(caller, _)| waits(caller))
    }

    /// Returns the last step before it that checks out the repository that it looks at. One with another folder takes the
    /// place of none, unless the folder is that of the register (`folder`) or there is no other.
    pub(super) fn checkout(&self, folder: &str) -> Option<&'d Step> {
        let checkouts = self.checkouts();
        let home = self.home().unwrap_or_default();
        let folder = format!("{home}{folder}/");
        let counts = |step: &&&Step| {
            let path = home_of(step);
            path == home || path.starts_with(&folder) || (path.starts_with(&home) && folder.starts_with(&path))
        };
        checkouts.iter().rev().find(counts).or(checkouts.last()).copied()
    }

    /// Returns why GitHub refuses to start it: the workflow that it calls cannot be called, or asks for more than its
    /// caller may give (<https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows>).
    pub(super) fn refused(&self) -> Option<Refused> {
        let (caller, home) = self.caller?;
        if home.trigger(CALL).is_none() {
            return Some(Refused::NotCallable);
        }
        let set = |levels: [&'d Permissions; 2]| levels.into_iter().find(|level| **level != Permissions::Unset);
        let (asked, given) =
            (set([&self.job.permissions, &home.permissions])?, set([&caller.permissions, &self.workflow.permissions])?);
        let rank = |value: &str| ["none", "read", "write"].iter().position(|known| *known == value).unwrap_or_default();
        let allows = |name: &str, value: &str| match given {
            Permissions::Unset | Permissions::All { write: true } => true,
            Permissions::All { write: false } => rank(value) < 2,
            Permissions::Listed(given) => rank(value) <= given.get(name).map_or(0, |given| rank(given)),
        };
        let missing = match asked {
            Permissions::Listed(asked) => {
                let missing = asked.iter().find(|(name, value)| !allows(name, value));
                missing.map(|(name, value)| format!("{name}: {value}"))
            }
            Permissions::All { write } => {
                let value = if *write { "write" } else { "read" };
                (!allows("contents", value)).then(|| format!("{value}-all"))
            }
            Permissions::Unset => None,
        };
        missing.map(Refused::Permission)
    }

    /// Returns what the job's token may do, and whether the job says so itself.
    pub(super) fn permissions(&self) -> &'d Permissions {
        let levels = match self.caller {
            Some((caller, home)) => {
                vec![&self.job.permissions, &home.permissions, &caller.permissions, &self.workflow.permissions]
            }
            None => vec![&self.job.permissions, &self.workflow.permissions],
        };
        levels.into_iter().find(|level| **level != Permissions::Unset).unwrap_or(&Permissions::Unset)
    }
}

/// Why GitHub starts neither a workflow nor the one that it calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The called one has no `workflow_call`.
    NotCallable,
    /// It asks for this permission, which its caller does not have.
    Permission(String),
}

/// Returns what the check of a job is called on a pull request; `None` if that is known only during the run.
fn check_of(job: &Job, caller: Option<&Job>) -> Option<String> {
    let known = |job: &Job| (!job.matrix && !job.name.contains("${{")).then(|| job.name.clone());
    let own = known(job)?;
    match caller {
        Some(caller) => Some(format!("{} / {own}", known(caller)?)),
        None => Some(own),
    }
}

/// Joins paths: empty, or with `/` at its end. The workspace may be named at their beginning.
fn folder_of<'p>(paths: impl IntoIterator<Item = &'p str>) -> String {
    let is_workspace = |part: &str| {
        let name = part.trim_matches(['$', '{', '}', ' ']);
        name.len() < part.len() && ["GITHUB_WORKSPACE", "github.workspace"].contains(&name)
    };
    let parts = paths.into_iter().flat_map(|path| path.split('/'));
    let parts = parts.filter(|part| !part.is_empty() && *part != "." && !is_workspace(part));
    parts.map(|part| format!("{part}/")).collect()
}

/// Returns where a step checks a repository out: empty, or with `/` at its end. What is known only during the run counts
/// as the workspace itself.
pub(super) fn home_of(checkout: &Step) -> String {
    let path = checkout.inputs.get("path").map_or("", String::as_str);
    Some(folder_of([path])).filter(|folder| !folder.contains("${{")).unwrap_or_default()
}

/// Tells whether a step checks out a repository.
pub(super) fn is_checkout(step: &Step) -> bool {
    // GitHub looks a repository up in any case.
    step.uses.as_deref().is_some_and(|uses| uses.to_ascii_lowercase().starts_with("actions/checkout@"))
}

/// Decides a condition on an event; `None` if it depends on more.
pub(super) fn on_event(condition: &str, event: &str) -> Option<bool> {
    evaluate(condition, Dialect::GitHub, &|name| match name {
        "github.event_name" => Value::Text(event.to_owned()),
        _ => Value::Unknown,
    })
}
