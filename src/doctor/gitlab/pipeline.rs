//! What GitLab's pipeline lets through.

use std::collections::BTreeMap;

use crate::ci::command::{Command, Subcommand, commands};
use crate::ci::gitlab::{Include, Job, Occasion, Pipeline, Runs};
use crate::ci::origin::{self, Origin};
use crate::ci::script::Shell;
use crate::ci::softening;
use crate::doctor::line::{Check, Line, Status, unpinned};
use crate::doctor::{Facts, HOOKS, PIPELINE, unjudged};
use crate::source::Source;
use crate::text::shown;

/// A job or component that runs stopgap.
struct Usage<'p> {
    pipeline: &'p Pipeline,
    /// What it is called in a message.
    name: String,
    line: usize,
    kind: Kind<'p>,
}

enum Kind<'p> {
    /// The component, which has both gates.
    Component {
        reference: &'p str,
        inputs: &'p BTreeMap<String, String>,
    },
    /// The component's own job, written into a file of the repository.
    Copy(Box<Job>),
    Job(Box<Job>),
}

/// The component, whose second document holds its jobs.
const COMPONENT: &str = include_str!("../../../templates/stopgap.yml");

/// Returns the script of the component's gate.
fn component_script() -> Option<String> {
    let (_, jobs) = COMPONENT.split_once("\n---\n")?;
    let pipeline = Pipeline::parse(&Source::new("templates/stopgap.yml", jobs.to_owned())).ok()?;
    pipeline.jobs.into_iter().find(|job| job.name == "stopgap")?.script
}

/// What a job does on an occasion.
enum Does {
    /// It runs these commands; the text is what lets the pipeline pass whatever they find.
    Commands(Vec<Command>, Option<String>),
    /// It does what the component does; the text is what makes it judge less.
    Both(Option<String>),
    /// It does what the component does on another occasion.
    Other,
    Nothing,
    Unknown(String),
}

/// Examines the pipeline.
pub(in crate::doctor) fn examine(facts: &Facts<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut pipelines = Vec::new();
    let is_read = |path: &String| path == PIPELINE || included(facts).contains(path);
    for (path, file) in facts.files.iter().filter(|(path, _)| is_read(path)) {
        let result = match &file.fault {
            Some(fault) => Err((**fault).clone()),
            None => Pipeline::parse(&file.source),
        };
        match result {
            Ok(pipeline) => pipelines.push(pipeline),
            Err(problem) => {
                let line = file.source.position(problem.span.start).line;
                let message = format!("`{}:{line}` cannot be read: {}", shown(path), problem.message);
                let fix = "put the job that runs stopgap into a file of its own in plain YAML, and take it in by \
                           `include: {local: …}`";
                lines.push(Line::unknown(Check::GateReadable, message, fix).at(path, line));
            }
        }
    }
    let usages: Vec<Usage<'_>> = pipelines.iter().flat_map(usages).collect();
    let judges =
        |usage: &&Usage<'_>| usage.is_check() && (usage.all_registers() || usage.root() == facts.ownership.prefix);
    let checks: Vec<&Usage<'_>> = usages.iter().filter(judges).collect();
    let Some(main) = checks.first() else {
        lines.push(absent(facts, &pipelines, !lines.is_empty()));
        return lines;
    };
    lines.push(
        Line::ok(Check::GatePresent, format!("{} of `{}` runs stopgap", main.name, shown(&main.pipeline.path)))
            .at(&main.pipeline.path, main.line),
    );
    lines.extend(occasion_lines(facts, &checks, Occasion::MergeRequest));
    lines.extend(occasion_lines(facts, &checks, Occasion::Schedule));
    lines.push(is_scheduled(facts));
    lines.push(history(facts, &usages));
    lines.extend(job_lines(facts, &checks));
    let soft: Vec<Line> = usages.iter().flat_map(|usage| softened_beside(facts, usage)).collect();
    lines.retain(|line| soft.is_empty() || line.check != Check::Fails || line.status != Status::Ok);
    lines.extend(soft);
    lines.extend(unjudged(facts, |wanted| usages.iter().any(|usage| runs_beside(facts, usage, wanted))));
    lines
}

/// Returns whether a job judges something beside the register on some occasion.
fn runs_beside(facts: &Facts<'_>, usage: &Usage<'_>, wanted: Subcommand) -> bool {
    let occasions = [Occasion::MergeRequest, Occasion::Schedule];
    usage.root() == facts.ownership.prefix
        && occasions.into_iter().any(|occasion| match usage.does(occasion, facts.branch) {
            Does::Commands(found, _) => found.iter().any(|command| command.subcommand == wanted),
            Does::Unknown(_) => true,
            _ => false,
        })
}

/// Returns what lets a job pass that judges nothing but what is beside the register.
fn softened_beside(facts: &Facts<'_>, usage: &Usage<'_>) -> Option<Line> {
    let occasions = [Occasion::MergeRequest, Occasion::Schedule];
    let soft = occasions.into_iter().find_map(|occasion| match usage.does(occasion, facts.branch) {
        Does::Commands(found, soft) if found.iter().all(|command| command.subcommand.is_beside()) => {
            Some((soft?, found.first()?.subcommand))
        }
        _ => None,
    });
    let (what, subcommand) = soft.filter(|_| usage.root() == facts.ownership.prefix)?;
    let message = format!("`{}` lets the pipeline pass whatever `stopgap {}` finds", shown(&what), subcommand.name());
    Some(Line::wrong(Check::Fails, message, "delete it").at(&usage.pipeline.path, usage.line))
}

/// Returns the files of this repository that the pipeline includes.
fn included(facts: &Facts<'_>) -> Vec<String> {
    super::references(facts.files).into_iter().flatten().collect()
}

fn usages(pipeline: &Pipeline) -> Vec<Usage<'_>> {
    let components = pipeline.includes.iter().filter_map(|include| match include {
        Include::Component { reference, inputs, line } if softening::action_version(reference).is_some() => {
            let kind = Kind::Component { reference, inputs };
            Some(Usage { pipeline, name: "the component".to_owned(), line: *line, kind })
        }
        _ => None,
    });
    let visible = pipeline.jobs.iter().filter(|job| !job.name.starts_with('.'));
    let jobs = visible.map(|job| (job, pipeline.whole(job))).filter(|(_, whole)| {
        !commands(whole.script.as_deref().unwrap_or_default(), &Shell::of_job(), &|_| None).is_empty()
    });
    let script = component_script();
    let is_copy = move |job: &Job| {
        script.as_ref().is_some_and(|script| job.script.as_ref().is_some_and(|it| it.ends_with(script)))
    };
    let jobs = jobs.map(move |(job, whole)| Usage {
        pipeline,
        name: format!("the job `{}`", shown(&job.name)),
        line: job.line,
        kind: if is_copy(&whole) { Kind::Copy(Box::new(whole)) } else { Kind::Job(Box::new(whole)) },
    });
    components.chain(jobs).collect()
}

impl Usage<'_> {
    fn script(&self) -> &str {
        match &self.kind {
            Kind::Job(job) | Kind::Copy(job) => job.script.as_deref().unwrap_or_default(),
            Kind::Component { .. } => "",
        }
    }

    fn is_check(&self) -> bool {
        let checks = |command: &Command| command.subcommand == Subcommand::Check;
        matches!(self.kind, Kind::Component { .. })
            || commands(self.script(), &Shell::of_job(), &|_| None).iter().any(checks)
    }

    /// Tells whether it judges every register of the repository.
    fn all_registers(&self) -> bool {
        match &self.kind {
            Kind::Component { inputs, .. } => inputs.get("all-registers").is_some_and(|value| value == "true"),
            Kind::Copy(job) => job.variables.get("STOPGAP_ALL_REGISTERS").is_some_and(|value| value == "true"),
            Kind::Job(_) => commands(self.script(), &Shell::of_job(), &|_| None)
                .iter()
                .any(|command| command.has("--all-registers")),
        }
    }

    /// Returns the root that it names, with `/` at its end unless it is the top.
    fn root(&self) -> String {
        let commands = commands(self.script(), &Shell::of_job(), &|_| None);
        let named = match &self.kind {
            Kind::Component { inputs, .. } => inputs.get("root").map(String::as_str),
            Kind::Copy(job) => job.variables.get("STOPGAP_ROOT").map(String::as_str),
            Kind::Job(_) => commands.iter().find_map(|command| command.option("--root")),
        };
        let parts = named.unwrap_or_default().split('/').filter(|part| !part.is_empty() && *part != ".");
        parts.map(|part| format!("{part}/")).collect()
    }

    fn does(&self, occasion: Occasion, branch: &str) -> Does {
        let (job, copied) = match &self.kind {
            Kind::Component { .. } => return Does::Both(None),
            Kind::Copy(job) => (job, true),
            Kind::Job(job) => (job, false),
        };
        match self.pipeline.runs(job, occasion, Some(branch)) {
            Runs::No => Does::Nothing,
            Runs::Unknown(condition) => Does::Unknown(condition),
            Runs::Yes { variables, soft } if copied => {
                let base = variables.get("STOPGAP_BASE").is_some_and(|base| !base.is_empty());
                match base == (occasion == Occasion::MergeRequest) {
                    true => Does::Both(soft.or_else(|| soft_variable(&variables))),
                    false => Does::Other,
                }
            }
            Runs::Yes { variables, soft } => {
                let found = commands(self.script(), &Shell::of_job(), &|name| variables.get(name).cloned());
                let softened = soft.or_else(|| found.iter().find_map(|command| command.passes.clone()));
                Does::Commands(found, softened)
            }
        }
    }
}

fn absent(facts: &Facts<'_>, pipelines: &[Pipeline], unread: bool) -> Line {
    let elsewhere = pipelines.iter().flat_map(|pipeline| &pipeline.includes).find_map(|include| match include {
        Include::Elsewhere(name) => Some(name),
        _ => None,
    });
    if let Some(name) = elsewhere {
        let message =
            format!("no job of this repository runs stopgap; it is not known whether `{}` has one", shown(name));
        return Line::unknown(Check::GatePresent, message, "run `stopgap doctor` where that file is").at(PIPELINE, 1);
    }
    let hooks = facts.files.get(HOOKS).is_some_and(|file| file.source.text().contains("stopgap"));
    if hooks {
        let message = "only a hook runs stopgap, before the commit, and everybody can commit without it";
        return Line::wrong(Check::GatePresent, message, "`stopgap init` shows a job").at(HOOKS, 1);
    }
    let message = if unread { "no job that can be read runs stopgap" } else { "no job runs stopgap" };
    Line::wrong(Check::GatePresent, message, "`stopgap init --ci gitlab` writes one, and says what to include")
        .at(PIPELINE, 1)
}

/// Returns whether the gate of an occasion exists and can fail.
fn occasion_lines(facts: &Facts<'_>, checks: &[&Usage<'_>], occasion: Occasion) -> Vec<Line> {
    let (on, gate, change) = match occasion {
        Occasion::MergeRequest => (Check::OnRequests, Check::RequestGate, true),
        Occasion::Schedule => (Check::OnSchedule, Check::RegisterCheck, false),
    };
    let mut open = None;
    let mut other = None;
    for usage in checks {
        let at = |line: Line| line.at(&usage.pipeline.path, usage.line);
        match usage.does(occasion, facts.branch) {
            Does::Nothing => {}
            Does::Unknown(condition) => open = open.or(Some((usage, condition))),
            Does::Other => other = other.or(Some(usage)),
            Does::Both(soft) => {
                let mut lines = vec![at(Line::ok(on, runs(occasion))), at(Line::ok(gate, judges(occasion)))];
                lines.extend(change.then(|| at(Line::ok(Check::SignOff, KNOWS_APPROVALS))));
                lines.extend(soft.map(|what| at(softened(&what))));
                return lines;
            }
            Does::Commands(found, soft) => {
                let fits = |command: &&Command| {
                    command.subcommand == Subcommand::Check && command.option("--base").is_some() == change
                };
                if found.iter().find(fits).is_none() {
                    other = other.or(Some(usage));
                    continue;
                }
                let mut lines = vec![at(Line::ok(on, runs(occasion))), at(Line::ok(gate, judges(occasion)))];
                if change {
                    lines.push(at(sign_off(&found)));
                }
                lines.extend(soft.map(|what| at(softened(&what))));
                return lines;
            }
        }
    }
    vec![match (other, open) {
        (Some(usage), _) => wrong_gate(gate, change).at(&usage.pipeline.path, usage.line),
        (None, Some((usage, condition))) => {
            let message = format!("whether {} runs there depends on `{}`", usage.name, shown(&condition));
            let fix = "let its rules depend on `$CI_PIPELINE_SOURCE` alone";
            Line::unknown(on, message, fix).at(&usage.pipeline.path, usage.line)
        }
        (None, None) => never(occasion, on).at(&checks[0].pipeline.path, checks[0].line),
    }]
}

const KNOWS_APPROVALS: &str = "it reads who opened and who approved the merge request";

fn sign_off(found: &[Command]) -> Line {
    let told = |command: &Command| ["--event", "--reviews"].iter().all(|name| command.option(name).is_some());
    match found.iter().any(told) {
        true => Line::ok(Check::SignOff, KNOWS_APPROVALS),
        false => {
            let message = "it is not told who approved: `--event` and `--reviews` are missing";
            let fix = "include the component, which saves the approvals, or save them as docs/ci.md says";
            Line::wrong(Check::SignOff, message, fix)
        }
    }
}

fn runs(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::MergeRequest => "it runs in merge request pipelines",
        Occasion::Schedule => "it runs in scheduled pipelines",
    }
}

fn judges(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::MergeRequest => "in a merge request it judges the change by the base's rules",
        Occasion::Schedule => "in a scheduled pipeline it judges the whole register",
    }
}

fn softened(what: &str) -> Line {
    let message = format!("`{}` lets the pipeline pass whatever stopgap finds", shown(what));
    Line::wrong(Check::Fails, message, "delete it; if a rule is not ready, turn it down in the policy")
}

fn wrong_gate(check: Check, change: bool) -> Line {
    match change {
        true => {
            let message = "in a merge request it judges the whole register by the change's own rules";
            Line::wrong(check, message, "write `stopgap check --base auto`")
        }
        false => {
            let message = "in a scheduled pipeline it looks for a change that does not exist";
            Line::wrong(check, message, "leave `--base` out there: `stopgap check`")
        }
    }
}

fn never(occasion: Occasion, check: Check) -> Line {
    let (message, source) = match occasion {
        Occasion::MergeRequest => (
            "it does not run in merge request pipelines, so nothing judges a change before it is merged",
            "merge_request_event",
        ),
        Occasion::Schedule => {
            ("it does not run in scheduled pipelines, so nothing fails on the day an exception expires", "schedule")
        }
    };
    Line::wrong(check, message, "add below its `rules:`")
        .with_snippet(format!("- if: $CI_PIPELINE_SOURCE == \"{source}\""))
}

/// Returns whether there is a schedule, which files do not show.
fn is_scheduled(facts: &Facts<'_>) -> Line {
    let gitlab = facts.settings.gitlab.as_ref();
    let schedules = gitlab.map(|gitlab| gitlab.schedules.as_slice()).unwrap_or_default();
    let fix = "add one in Build > Pipeline schedules, daily, on the default branch";
    if let Some(active) = schedules.iter().find(|schedule| schedule.active && schedule.is_on(facts.branch)) {
        return Line::ok(Check::OnSchedule, format!("the pipeline is scheduled: `{}`", shown(&active.cron)));
    }
    if !schedules.is_empty() {
        let message = format!("no pipeline schedule is active on `{}`", shown(facts.branch));
        return Line::wrong(Check::OnSchedule, message, fix);
    }
    let message = "the files do not show whether the pipeline is scheduled";
    Line::unknown(Check::OnSchedule, message, "this prints the schedules; Build > Pipeline schedules shows them too:")
        .with_snippet("glab api 'projects/:id/pipeline_schedules'")
}

fn history(facts: &Facts<'_>, usages: &[Usage<'_>]) -> Line {
    let replays = |usage: &&Usage<'_>| match usage.does(Occasion::Schedule, facts.branch) {
        Does::Commands(found, _) => found.iter().any(|command| command.subcommand == Subcommand::History),
        Does::Both(_) => matches!(usage.kind, Kind::Component { .. }),
        _ => false,
    };
    match usages.iter().find(replays) {
        Some(usage) => Line::ok(Check::History, "`stopgap history` looks for what was merged past the gate")
            .at(&usage.pipeline.path, usage.line),
        None => {
            let message = "nothing looks for what is pushed or merged past the gate";
            Line::wrong(Check::History, message, "add a job, with the image and the variables of the gate:")
                .with_snippet(concat!(
                    "stopgap-history:\n",
                    "  rules:\n",
                    "    - if: $CI_PIPELINE_SOURCE == \"schedule\"\n",
                    "  script:\n",
                    "    - stopgap history",
                ))
        }
    }
}

/// Returns what is true of the jobs, on every occasion.
fn job_lines(facts: &Facts<'_>, checks: &[&Usage<'_>]) -> Vec<Line> {
    let mut lines = Vec::new();
    for usage in checks {
        let at = |line: Line| line.at(&usage.pipeline.path, usage.line);
        match &usage.kind {
            Kind::Component { reference, inputs } => lines.extend(component(reference, inputs).into_iter().map(at)),
            Kind::Job(job) | Kind::Copy(job) => {
                lines.push(at(whole_history(facts, usage, job)));
                lines.extend(pinned(job).into_iter().map(at));
            }
        }
    }
    for (check, message) in [
        (Check::Fails, "the pipeline fails when stopgap does"),
        (Check::WholeHistory, "it has the whole history (`GIT_DEPTH: \"0\"`)"),
        (Check::Pinned, "what runs is named by its digest or commit"),
    ] {
        if lines.iter().all(|line| line.check != check) {
            lines.push(Line::ok(check, message));
        }
    }
    let soft = checks.iter().any(|usage| {
        [Occasion::MergeRequest, Occasion::Schedule].into_iter().any(|occasion| {
            matches!(usage.does(occasion, facts.branch), Does::Commands(_, Some(_)) | Does::Both(Some(_)))
        })
    });
    lines.retain(|line| line.status != Status::Ok || line.check != Check::Fails || !soft);
    lines.sort_by_key(|line| line.check);
    lines.dedup();
    lines
}

fn whole_history(facts: &Facts<'_>, usage: &Usage<'_>, job: &Job) -> Line {
    let project = facts.settings.gitlab.as_ref().and_then(|gitlab| gitlab.project.as_ref()?.depth);
    let depth = job.variables.get("GIT_DEPTH").or_else(|| usage.pipeline.variables.get("GIT_DEPTH")).cloned();
    match depth.or_else(|| project.map(|depth| depth.to_string())).as_deref() {
        Some("0") => Line::ok(Check::WholeHistory, "it has the whole history (`GIT_DEPTH: \"0\"`)"),
        depth => {
            let depth =
                depth.map_or_else(|| "GitLab's own depth".to_owned(), |depth| format!("`GIT_DEPTH: {}`", shown(depth)));
            let message = format!("it has only the last commits ({depth})");
            Line::wrong(Check::WholeHistory, message, "write in the job:")
                .with_snippet("variables:\n  GIT_DEPTH: \"0\"")
        }
    }
}

/// Returns what of the places that a job gets stopgap from somebody could exchange.
fn pinned(job: &Job) -> Vec<Line> {
    let origins: Vec<Origin> = Origin::all(job.script.as_deref().unwrap_or_default()).collect();
    let mut lines: Vec<Line> = origins.iter().find_map(unpinned).into_iter().collect();
    let image = job.image.as_deref().filter(|image| !origin::has_digest(image));
    if let Some(image) = image.filter(|_| !origins.contains(&Origin::Unsaid)) {
        let message = format!("the image `{}` can be moved by whoever owns it", shown(image));
        lines.push(Line::advice(Check::Pinned, message, "name its digest: `IMAGE@sha256:…`"));
    }
    lines
}

/// Returns the variable of the component's job that makes it judge less.
fn soft_variable(variables: &BTreeMap<String, String>) -> Option<String> {
    let input = |name: &str| Some(name.strip_prefix("STOPGAP_")?.to_lowercase().replace('_', "-"));
    let soft =
        |(name, value): &(&String, &String)| input(name).is_some_and(|input| softening::is_soft_input(&input, value));
    variables.iter().find(soft).map(|(name, value)| format!("{name}: {value}"))
}

/// Returns the faults in a component's version and inputs.
fn component(reference: &str, inputs: &BTreeMap<String, String>) -> Vec<Line> {
    let mut lines = Vec::new();
    let version = softening::action_version(reference).unwrap_or_default();
    let commit = origin::is_commit(version);
    let exact = version.split('.').count() == 3 && version.chars().all(|c| c.is_ascii_digit() || c == '.');
    if !commit {
        let message = format!("the component's version `{}` can be moved to another commit", shown(version));
        let fix = "write its full commit after the `@`";
        lines.push(if exact {
            Line::advice(Check::Pinned, message, fix)
        } else {
            Line::wrong(Check::Pinned, message, fix)
        });
    }
    if let Some(image) = inputs.get("image").filter(|image| !origin::has_digest(image)) {
        let message = format!("the image `{}`, which contains stopgap, can be moved by whoever owns it", shown(image));
        lines.push(Line::advice(Check::Pinned, message, "name its digest: `IMAGE@sha256:…`"));
    }
    if let Some((key, value)) = inputs.iter().find(|(key, value)| softening::is_soft_input(key, value)) {
        lines.push(softened(&format!("{key}: {value}")));
    }
    lines
}
