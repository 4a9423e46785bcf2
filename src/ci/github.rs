//! GitHub's workflows and composite actions, as far as the gate depends on them
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax>).

use std::collections::BTreeMap;

use crate::ci::softening;
use crate::source::Source;
use crate::yaml::{self, Node, Problem};

/// The key that lets a job or a step pass.
const SOFT: &str = "continue-on-error";

/// A workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workflow {
    /// Its path from the top of the repository.
    pub path: String,
    /// The events on which it runs.
    pub triggers: Vec<Trigger>,
    /// What its token may do, unless a job says otherwise.
    pub permissions: Permissions,
    /// Its jobs, in order.
    pub jobs: Vec<Job>,
}

/// An event on which a workflow runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trigger {
    /// The event's name, such as `pull_request`.
    pub event: String,
    /// The activity types; `None` for GitHub's own choice.
    pub types: Option<Vec<String>>,
    /// The branches that it is limited to; `None` for all.
    pub branches: Option<Vec<String>>,
    /// The branches that are excluded.
    pub branches_ignore: Vec<String>,
    /// The key that limits it to some files.
    pub paths: Option<&'static str>,
    /// The times of a schedule.
    pub crons: Vec<String>,
    /// Its line, from 1.
    pub line: usize,
}

/// What a job's token may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Permissions {
    /// Nothing is specified, so the repository's settings decide.
    #[default]
    Unset,
    /// `read-all` or `write-all`.
    All {
        /// Whether it is `write-all`.
        write: bool,
    },
    /// Each permission with its value; what is not listed is not granted.
    Listed(BTreeMap<String, String>),
}

/// A job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Job {
    /// Its key.
    pub id: String,
    /// What it is called on a pull request.
    pub name: String,
    /// Whether a matrix turns it into several checks.
    pub matrix: bool,
    /// Whether it waits for other jobs.
    pub waits: bool,
    /// When it runs.
    pub condition: Option<String>,
    /// `continue-on-error`, as written.
    pub soft: Option<String>,
    /// What its token may do.
    pub permissions: Permissions,
    /// The reusable workflow that it calls.
    pub calls: Option<String>,
    /// The image that it runs in.
    pub image: Option<String>,
    /// Whether its runner is known to have a shell of Unix.
    pub unix: bool,
    /// Its steps, in order.
    pub steps: Vec<Step>,
    /// Its line, from 1.
    pub line: usize,
}

/// A step of a job or of a composite action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The action that it uses.
    pub uses: Option<String>,
    /// The script that it runs.
    pub run: Option<String>,
    /// The shell of the script, its own or that of the job or workflow.
    pub shell: Option<String>,
    /// Where the script runs, as the step, the job or the workflow says.
    pub folder: Option<String>,
    /// When it runs.
    pub condition: Option<String>,
    /// `continue-on-error`, as written.
    pub soft: Option<String>,
    /// The action's inputs, in lower case: the runner takes their names in any
    /// (<https://github.com/actions/runner>, `ActionRunner`).
    pub inputs: BTreeMap<String, String>,
    /// Its line, from 1.
    pub line: usize,
}

impl Workflow {
    /// Reads a workflow.
    ///
    /// # Errors
    ///
    /// The first place that the register's reader refuses.
    pub fn parse(source: &Source) -> Result<Self, Problem> {
        let root = read(source)?;
        let reader = Reader { source, defaults: vec![defaults(&root)] };
        let jobs = root.get("jobs").and_then(Node::as_map).unwrap_or_default();
        Ok(Self {
            path: source.path().to_owned(),
            triggers: root.get("on").map(|on| reader.triggers(on)).unwrap_or_default(),
            permissions: permissions(root.get("permissions")),
            jobs: jobs.iter().map(|job| reader.job(&job.key, reader.line(job.key_span.start), &job.value)).collect(),
        })
    }

    /// Returns the trigger of an event.
    #[must_use]
    pub fn trigger(&self, event: &str) -> Option<&Trigger> {
        self.triggers.iter().find(|trigger| trigger.event == event)
    }
}

impl Job {
    /// Returns the files of this repository that the job consists of in addition to its workflow: for each the paths
    /// under which it may be.
    pub fn references(&self) -> impl Iterator<Item = Vec<String>> {
        let called = self.calls.as_deref().and_then(local).map(|path| vec![path.to_owned()]);
        called.into_iter().chain(self.steps.iter().filter_map(Step::reference))
    }

    /// Returns the path of the workflow of this repository that the job calls.
    #[must_use]
    pub fn calls_local(&self) -> Option<&str> {
        self.calls.as_deref().and_then(local)
    }
}

impl Step {
    /// Returns the paths under which the composite action of this repository that the step uses may be.
    #[must_use]
    pub fn reference(&self) -> Option<Vec<String>> {
        self.uses.as_deref().and_then(local).map(action_paths)
    }
}

/// Reads the steps of a composite action; none if it is of another kind.
///
/// # Errors
///
/// The first place that the register's reader refuses.
pub fn composite_steps(source: &Source) -> Result<Vec<Step>, Problem> {
    let root = read(source)?;
    let reader = Reader { source, defaults: Vec::new() };
    let steps = root.get("runs").and_then(|runs| runs.get("steps")?.as_seq()).unwrap_or_default();
    Ok(steps.iter().map(|step| reader.step(step)).collect())
}

/// The names of the file that says what an action does.
pub const ACTIONS: [&str; 2] = ["action.yml", "action.yaml"];

/// Returns whether a path is that of the file that says what an action does.
#[must_use]
pub fn is_action(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| ACTIONS.contains(&name))
}

/// Returns the paths of the file of this repository that a reference names, one of which it has: that of a workflow or
/// those of an action. None for a reference to another repository.
#[must_use]
pub fn local_paths(reference: &str) -> Vec<String> {
    let path = local(reference);
    let is_file = |path: &str| [".yml", ".yaml"].iter().any(|ending| path.ends_with(ending));
    path.map(|path| if is_file(path) { vec![path.to_owned()] } else { action_paths(path) }).unwrap_or_default()
}

fn action_paths(folder: &str) -> Vec<String> {
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    ACTIONS.iter().map(|name| format!("{folder}{name}")).collect()
}

/// Returns the path that a reference to this repository names.
fn local(reference: &str) -> Option<&str> {
    reference.strip_prefix("./").map(|path| path.trim_end_matches('/'))
}

pub(super) fn read(source: &Source) -> Result<Node<'_>, Problem> {
    yaml::parse(source.text()).map_err(|problems| {
        let nothing =
            || Problem::new(crate::source::Span::default(), "the file contains no value", "fill it in, or delete it");
        problems.into_iter().next().unwrap_or_else(nothing)
    })
}

pub(super) fn text(node: &Node<'_>, key: &str) -> Option<String> {
    node.get(key).and_then(Node::as_word).map(str::to_owned)
}

/// Returns the texts of a list, or the single text in its place.
pub(super) fn texts(node: Option<&Node<'_>>) -> Option<Vec<String>> {
    let node = node?;
    match node.as_seq() {
        Some(items) => Some(items.iter().filter_map(Node::as_text).map(str::to_owned).collect()),
        None => node.as_text().map(|text| vec![text.to_owned()]),
    }
}

fn permissions(node: Option<&Node<'_>>) -> Permissions {
    let Some(node) = node else { return Permissions::Unset };
    match (node.as_map(), node.as_text()) {
        (Some(entries), _) => {
            let value = |node: &Node<'_>| node.as_text().unwrap_or_default().to_owned();
            Permissions::Listed(entries.iter().map(|entry| (entry.key.to_string(), value(&entry.value))).collect())
        }
        (None, Some("read-all")) => Permissions::All { write: false },
        _ => Permissions::All { write: true },
    }
}

/// What `defaults.run` says of scripts.
#[derive(Clone, Debug, Default)]
struct Defaults {
    shell: Option<String>,
    folder: Option<String>,
}

fn defaults(node: &Node<'_>) -> Defaults {
    let run = node.get("defaults").and_then(|defaults| defaults.get("run"));
    let key = |key: &str| run.and_then(|run| text(run, key));
    Defaults { shell: key("shell"), folder: key("working-directory") }
}

struct Reader<'s> {
    source: &'s Source,
    /// What holds for a step that does not say otherwise, the nearest last.
    defaults: Vec<Defaults>,
}

impl Reader<'_> {
    fn line(&self, offset: u32) -> usize {
        self.source.position(offset).line
    }

    fn triggers(&self, on: &Node<'_>) -> Vec<Trigger> {
        if let Some(events) = on.as_map() {
            let one =
                |entry: &yaml::Entry<'_>| self.trigger(&entry.key, self.line(entry.key_span.start), Some(&entry.value));
            return events.iter().map(one).collect();
        }
        let names = texts(Some(on)).unwrap_or_default();
        names.iter().map(|name| self.trigger(name, self.line(on.span.start), None)).collect()
    }

    fn trigger(&self, event: &str, line: usize, details: Option<&Node<'_>>) -> Trigger {
        let list = |key: &str| texts(details.and_then(|details| details.get(key)));
        let paths = ["paths", "paths-ignore"].into_iter().find(|key| list(key).is_some());
        let (branches_ignore, branches) = (list("branches-ignore").unwrap_or_default(), list("branches"));
        let times = details.and_then(Node::as_seq).unwrap_or_default();
        let crons = times.iter().filter_map(|time| text(time, "cron")).collect();
        Trigger { event: event.to_owned(), types: list("types"), branches, branches_ignore, paths, crons, line }
    }

    fn job(&self, id: &str, line: usize, job: &Node<'_>) -> Job {
        let container = job.get("container");
        let image = container.and_then(|it| it.as_text().map(str::to_owned).or_else(|| text(it, "image")));
        let steps = job.get("steps").and_then(Node::as_seq).unwrap_or_default();
        let own = Reader { source: self.source, defaults: [self.defaults.clone(), vec![defaults(job)]].concat() };
        let labels = texts(job.get("runs-on")).unwrap_or_default();
        let is_unix = |label: &String| {
            let label = label.to_ascii_lowercase();
            ["ubuntu-", "macos-"].iter().any(|system| label.starts_with(system)) || label == "linux" || label == "macos"
        };
        Job {
            id: id.to_owned(),
            name: text(job, "name").unwrap_or_else(|| id.to_owned()),
            matrix: job.get("strategy").is_some_and(|strategy| strategy.get("matrix").is_some()),
            waits: job.get("needs").is_some(),
            condition: text(job, "if"),
            soft: text(job, SOFT).filter(|value| softening::is_soft_key(SOFT, value)),
            permissions: permissions(job.get("permissions")),
            calls: text(job, "uses"),
            unix: image.is_some() || labels.iter().any(is_unix),
            image,
            steps: steps.iter().map(|step| own.step(step)).collect(),
            line,
        }
    }

    fn step(&self, step: &Node<'_>) -> Step {
        let inputs = step.get("with").and_then(Node::as_map).unwrap_or_default();
        let value = |node: &Node<'_>| node.as_word().unwrap_or_default().to_owned();
        let nearest = |of: fn(&Defaults) -> Option<String>| self.defaults.iter().rev().find_map(of);
        Step {
            uses: text(step, "uses"),
            run: text(step, "run"),
            shell: text(step, "shell").or_else(|| nearest(|it| it.shell.clone())),
            folder: text(step, "working-directory").or_else(|| nearest(|it| it.folder.clone())),
            condition: text(step, "if"),
            soft: text(step, SOFT).filter(|value| softening::is_soft_key(SOFT, value)),
            inputs: inputs.iter().map(|entry| (entry.key.to_ascii_lowercase(), value(&entry.value))).collect(),
            line: self.line(step.span.start),
        }
    }
}
