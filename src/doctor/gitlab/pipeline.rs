//! What GitLab's pipeline lets through.

use std::collections::BTreeMap;

use crate::ci::command::{Command, Subcommand, commands, doubt};
use crate::ci::gitlab::{Absence, Include, Job, Occasion, Pipeline, Place, Runs, component};
use crate::ci::origin::{self, Origin};
use crate::ci::script::Shell;
use crate::ci::{cron, softening};
use crate::doctor::line::{
    Check, Line, Status, idle_history, no_history, partial_history, quotable, remedy, softened, unpinned_source,
};
use crate::doctor::{Facts, HOOKS, PIPELINE, unjudged};
use crate::text::shown;

/// A job or component that runs stopgap.
struct Usage<'p> {
    pipeline: &'p Pipeline,
    /// What it is called in a message.
    name: String,
    job: Job,
    kind: Kind,
}

enum Kind {
    /// The component's own job.
    Component {
        reference: String,
        inputs: BTreeMap<String, String>,
    },
    /// The same, written into a file of the repository, with its inputs.
    Copy(BTreeMap<String, String>),
    /// The component's job that looks for the past, or a copy of it, with its inputs.
    History(BTreeMap<String, String>),
    Job,
}

/// Returns the inputs that a script of the component was written with; `None` if it is another script.
fn inputs_of(script: &str, components: &str) -> Option<BTreeMap<String, String>> {
    let (mut ours, mut theirs) = (components.lines(), script.lines());
    let mut inputs = BTreeMap::new();
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return Some(inputs),
            (Some(ours), Some(theirs)) if ours == theirs => {}
            (Some(ours), Some(theirs)) => {
                let (before, named) = ours.split_once("'$[[ inputs.")?;
                let (name, after) = named.split_once(" ]]'")?;
                let value = theirs.strip_prefix(before)?.strip_suffix(after)?;
                let value = value.strip_prefix('\'')?.strip_suffix('\'').filter(|value| !value.contains('\''))?;
                inputs.insert(name.to_owned(), value.to_owned());
            }
            _ => return None,
        }
    }
}

/// What lets a pipeline pass.
#[derive(Clone, Debug, Default)]
struct Weak {
    /// What does so whatever is found.
    passes: Option<String>,
    /// What may do so.
    unclear: Option<String>,
}

/// What a job does on an occasion.
enum Does {
    /// It runs these commands.
    Commands(Vec<Command>, Weak),
    /// It does what the component does.
    Both(Weak),
    Nothing(Absence),
    Unknown(String),
}

/// Examines the pipeline.
pub(in crate::doctor) fn examine(facts: &Facts<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut read: BTreeMap<&str, Pipeline> = BTreeMap::new();
    let is_read = |path: &String| path == PIPELINE || included(facts).contains(path);
    for (path, file) in facts.files.iter().filter(|(path, _)| is_read(path)) {
        let result = match &file.fault {
            Some(fault) => Err((**fault).clone()),
            None => Pipeline::parse(&file.source),
        };
        match result {
            Ok(pipeline) => drop(read.insert(path, pipeline)),
            Err(problem) => {
                let line = file.source.position(problem.span.start).line;
                let message = format!("`{}:{line}` cannot be read: {}", shown(path), problem.message);
                let fix = "put the job that runs stopgap into a separate file in plain YAML, and include it with \
                           `include: {local: …}`";
                lines.push(Line::unknown(Check::GateReadable, message, fix).at(path, line));
            }
        }
    }
    let missing = read.get(PIPELINE).and_then(|main| missing(facts, main));
    let pipeline = assembled(read);
    lines.extend(missing);
    lines.extend(elsewhere(&pipeline));
    let usages = usages(&pipeline);
    let judges = |usage: &&Usage<'_>| usage.is_check() && usage.is_about(facts, Subcommand::Check);
    let checks: Vec<&Usage<'_>> = usages.iter().filter(judges).collect();
    let Some(main) = checks.first() else {
        // What comes from elsewhere is named without a place, and once.
        lines.retain(|line| line.place.is_some());
        let unread = !lines.is_empty();
        lines.push(absent(facts, &pipeline, unread));
        return lines;
    };
    lines.push(
        Line::ok(Check::GatePresent, format!("{} of `{}` runs stopgap", main.name, shown(&main.job.path)))
            .at(&main.job.path, main.job.line),
    );
    lines.extend(occasion_lines(facts, &checks, Occasion::MergeRequest));
    lines.extend(occasion_lines(facts, &checks, Occasion::Schedule));
    lines.push(is_scheduled(facts));
    lines.push(history(facts, &usages));
    lines.extend(job_lines(facts, &checks));
    lines.extend(usages.iter().filter_map(|usage| softened_beside(facts, usage)));
    let may_pass = lines.iter().any(|line| line.check == Check::Fails && line.status != Status::Ok);
    lines.retain(|line| !may_pass || line.check != Check::Fails || line.status != Status::Ok);
    // What lets it pass is often the same on both occasions.
    lines.sort_by_key(|line| line.check);
    lines.dedup();
    lines.extend(unjudged(facts, |wanted| usages.iter().any(|usage| runs_beside(facts, usage, wanted))));
    lines
}

/// Returns whether a job judges something beside the register on some occasion.
fn runs_beside(facts: &Facts<'_>, usage: &Usage<'_>, wanted: Subcommand) -> bool {
    let occasions = [Occasion::MergeRequest, Occasion::Schedule];
    usage.root() == facts.ownership.prefix
        && occasions.into_iter().any(|occasion| match usage.does(occasion, facts.branch) {
            Does::Commands(found, _) => {
                found.iter().any(|command| command.subcommand == wanted && facts.judges_all(command))
            }
            Does::Unknown(_) => true,
            _ => false,
        })
}

/// Returns what lets a job pass that judges nothing but what is beside the register.
fn softened_beside(facts: &Facts<'_>, usage: &Usage<'_>) -> Option<Line> {
    let occasions = [Occasion::MergeRequest, Occasion::Schedule];
    let weak = occasions.into_iter().find_map(|occasion| match usage.does(occasion, facts.branch) {
        Does::Commands(found, weak) if found.iter().all(|command| command.subcommand.is_beside()) => {
            weak.passes.as_ref().or(weak.unclear.as_ref())?;
            Some((weak, found.first()?.subcommand.name()))
        }
        _ => None,
    });
    let (weak, name) = weak.filter(|_| usage.root() == facts.ownership.prefix)?;
    let line = match (weak.passes, weak.unclear) {
        (Some(what), _) => {
            let message = format!("`{}` lets the pipeline pass whatever `stopgap {name}` finds", shown(&what));
            Line::wrong(Check::Fails, message, "delete it")
        }
        (None, what) => {
            let what = shown(&what.unwrap_or_default()).to_string();
            let message = format!("with `{what}`, the job may pass although `stopgap {name}` fails");
            Line::unknown(Check::Fails, message, "put it on a line of its own with nothing around it")
        }
    };
    Some(line.at(&usage.job.path, usage.job.line))
}

/// Puts a pipeline together as GitLab does: what it includes comes first, and the file itself has the last word.
fn assembled(mut read: BTreeMap<&str, Pipeline>) -> Pipeline {
    let main = read.remove(PIPELINE).unwrap_or_default();
    let mut whole = Pipeline::default();
    for include in &main.includes {
        let taken = match include {
            Include::Local { path, rules } => read.remove(path.as_str()).map(|file| (file, rules, None)),
            Include::Component { reference, rules, line, .. } if softening::action_version(reference).is_some() => {
                component().map(|file| (file, rules, Some(*line)))
            }
            _ => None,
        };
        let Some((mut file, rules, line)) = taken else { continue };
        for job in &mut file.jobs {
            job.included.clone_from(rules);
            if let Some(line) = line {
                (job.path, job.line) = (PIPELINE.to_owned(), line);
            }
        }
        // What a file includes in turn is not followed.
        file.includes.retain(|include| !matches!(include, Include::Local { .. }));
        whole.overlay(file);
    }
    whole.overlay(main);
    whole
}

/// Says that what is taken in from elsewhere may change the pipeline or its jobs. GitLab's own templates are known not to,
/// but for those of whole pipelines.
fn elsewhere(pipeline: &Pipeline) -> Option<Line> {
    let may_change = |include: &&Include| match include {
        Include::Elsewhere { name, place } => *place != Place::Template || name.starts_with("Workflows/"),
        _ => false,
    };
    let Include::Elsewhere { name, place } = pipeline.includes.iter().find(may_change)? else { return None };
    let may = "and may decide when the job runs and whether it may fail";
    let (why, fix) = match place {
        Place::Here => ("names files by a pattern or variable, which is not followed", "include each file by its path"),
        _ => ("is not in this repository", "check that it does not set `workflow` or change stopgap's jobs"),
    };
    Some(Line::unknown(Check::GateReadable, format!("`{}` {why}, {may}", shown(name)), fix))
}

/// Says that a file is included that is not there: GitLab then makes no pipeline.
fn missing(facts: &Facts<'_>, main: &Pipeline) -> Option<Line> {
    let is_missing = |include: &&Include| match include {
        Include::Local { path, rules } => rules.is_none() && !facts.files.contains_key(path),
        _ => false,
    };
    let Include::Local { path, .. } = main.includes.iter().find(is_missing)? else { return None };
    let message = format!("`{}` is included and does not exist, so GitLab starts no pipeline", shown(path));
    Some(Line::wrong(Check::GateReadable, message, "add the file, or delete its `include`").at(PIPELINE, 1))
}

/// Returns the files of this repository that the pipeline includes.
fn included(facts: &Facts<'_>) -> Vec<String> {
    super::references(facts.files).into_iter().flatten().collect()
}

fn usages(pipeline: &Pipeline) -> Vec<Usage<'_>> {
    let component = component().unwrap_or_default();
    let script = |name: &str| component.jobs.iter().find_map(|job| job.script.clone().filter(|_| job.name == name));
    let (gate, past) = (script("stopgap"), script("stopgap-history"));
    let given = pipeline.includes.iter().find_map(|include| match include {
        Include::Component { reference, inputs, .. } if softening::action_version(reference).is_some() => {
            Some((reference, inputs))
        }
        _ => None,
    });
    let usage = |job: &Job| {
        let whole = pipeline.whole(job);
        if commands(&whole.text(), &Shell::of_job(), &|_| None).is_empty() {
            return None;
        }
        let job_name = format!("the job `{}`", shown(&job.name));
        let own = whole.script.as_deref().unwrap_or_default();
        let (name, kind) = match (inputs_of(own, gate.as_deref()?), inputs_of(own, past.as_deref()?), given) {
            (Some(written), _, Some((reference, inputs))) if written.is_empty() => {
                let (reference, inputs) = (reference.clone(), inputs.clone());
                ("the component".to_owned(), Kind::Component { reference, inputs })
            }
            (Some(written), ..) => (job_name, Kind::Copy(written)),
            (None, Some(written), Some((_, inputs))) if written.is_empty() => (job_name, Kind::History(inputs.clone())),
            (None, Some(written), _) => (job_name, Kind::History(written)),
            (None, None, _) => (job_name, Kind::Job),
        };
        Some(Usage { pipeline, name, job: whole, kind })
    };
    pipeline.jobs.iter().filter(|job| !job.name.starts_with('.')).filter_map(usage).collect()
}

impl Usage<'_> {
    fn commands(&self, variable: &dyn Fn(&str) -> Option<String>) -> Vec<Command> {
        commands(&self.job.text(), &Shell::of_job(), variable)
    }

    /// Returns the inputs of the component's own gate.
    fn inputs(&self) -> Option<&BTreeMap<String, String>> {
        match &self.kind {
            Kind::Component { inputs, .. } | Kind::Copy(inputs) => Some(inputs),
            Kind::History(_) | Kind::Job => None,
        }
    }

    /// Returns the inputs that decide which register it looks at.
    fn choice(&self) -> Option<&BTreeMap<String, String>> {
        match &self.kind {
            Kind::History(inputs) => Some(inputs),
            _ => self.inputs(),
        }
    }

    /// Tells whether a command of it looks at the register that is examined, or at all of them.
    fn is_about(&self, facts: &Facts<'_>, wanted: Subcommand) -> bool {
        let is_own = |command: &Command| {
            command.has("--all-registers") || root_of(command.option("--root")) == facts.ownership.prefix
        };
        match self.choice() {
            Some(_) => self.all_registers() || self.root() == facts.ownership.prefix,
            None => self.commands(&|_| None).iter().any(|command| command.subcommand == wanted && is_own(command)),
        }
    }

    /// Tells whether it is the component's own job in another version, or edited: what it does is not known here.
    fn was_the_components(&self) -> bool {
        matches!(self.kind, Kind::Job) && self.job.text().contains("$STOPGAP_SIGN_OFF")
    }

    fn is_check(&self) -> bool {
        let checks = |command: &Command| command.subcommand == Subcommand::Check;
        self.inputs().is_some() || self.commands(&|_| None).iter().any(checks)
    }

    /// Tells whether it judges every register of the repository.
    fn all_registers(&self) -> bool {
        match self.choice() {
            Some(inputs) => inputs.get("all-registers").is_some_and(|value| value == "true"),
            None => self.commands(&|_| None).iter().any(|command| command.has("--all-registers")),
        }
    }

    /// Returns the root that it names, with `/` at its end unless it is the top.
    fn root(&self) -> String {
        let commands = self.commands(&|_| None);
        let named = match self.choice() {
            Some(inputs) => inputs.get("root").map(String::as_str),
            None => commands.iter().find_map(|command| command.option("--root")),
        };
        root_of(named)
    }

    fn does(&self, occasion: Occasion, branch: &str) -> Does {
        let (variables, soft) = match self.pipeline.runs(&self.job, occasion, Some(branch)) {
            Runs::No(absence) => return Does::Nothing(absence),
            Runs::Unknown(condition) => return Does::Unknown(condition),
            Runs::Yes { variables, soft } => (variables, soft),
        };
        let mut weak = Weak { passes: soft, unclear: steering(&variables) };
        match self.inputs() {
            Some(inputs) => {
                let input = |is: fn(&str, &str) -> bool| {
                    inputs.iter().find(|(key, value)| is(key, value)).map(|(key, value)| format!("{key}: {value}"))
                };
                weak.passes = weak.passes.or_else(|| input(softening::is_soft_input));
                weak.unclear = weak.unclear.or_else(|| input(|key, value| !softening::is_plain_input(key, value)));
                let before = self.job.before.as_deref().and_then(|before| doubt(before, &Shell::of_job()));
                weak.unclear = weak.unclear.or(before);
                Does::Both(weak)
            }
            None => {
                let found = self.commands(&|name| variables.get(name).cloned());
                weak.passes = weak.passes.or_else(|| found.iter().find_map(|command| command.passes.clone()));
                weak.unclear = weak.unclear.or_else(|| found.iter().find_map(|command| command.unclear.clone()));
                Does::Commands(found, weak)
            }
        }
    }

    /// Returns the base that it names.
    fn base(&self) -> Option<String> {
        match self.inputs() {
            Some(inputs) => inputs.get("base").cloned(),
            None => self.commands(&|_| None).iter().find_map(|command| Some(command.option("--base")?.to_owned())),
        }
    }

    /// Returns the policy that it names.
    fn policy(&self) -> Option<String> {
        match self.choice() {
            Some(inputs) => inputs.get("policy").cloned(),
            None => self.commands(&|_| None).iter().find_map(|command| Some(command.option("--policy")?.to_owned())),
        }
    }
}

/// Returns a root as it is named, with `/` at its end unless it is the top.
fn root_of(named: Option<&str>) -> String {
    let parts = named.unwrap_or_default().split('/').filter(|part| !part.is_empty() && *part != ".");
    parts.map(|part| format!("{part}/")).collect()
}

/// Variables of a job that decide what its script sees, besides those that GitLab itself sets.
const STEERING: [&str; 4] = ["BASH_ENV", "GIT_CHECKOUT", "GIT_STRATEGY", "PATH"];

/// Returns the variable of a job that takes the place of what GitLab says of the merge request, or of the checkout.
fn steering(variables: &BTreeMap<String, String>) -> Option<String> {
    let steers = |name: &str| STEERING.contains(&name) || name.starts_with("CI_") && !name.starts_with("CI_DEBUG");
    variables.iter().find(|(name, _)| steers(name)).map(|(name, value)| format!("{name}: {value}"))
}

fn absent(facts: &Facts<'_>, pipeline: &Pipeline, unread: bool) -> Line {
    let elsewhere = pipeline.includes.iter().find_map(|include| match include {
        Include::Elsewhere { name, place } => Some((name, place)),
        _ => None,
    });
    if let Some((name, place)) = elsewhere {
        let message = format!("no job that is read runs stopgap; it is not known whether `{}` has one", shown(name));
        let fix = match place {
            Place::Here => "include each file by its path",
            _ => "run `stopgap doctor` where that file is",
        };
        return Line::unknown(Check::GatePresent, message, fix).at(PIPELINE, 1);
    }
    let hooks = facts.files.get(HOOKS).is_some_and(|file| file.source.text().contains("stopgap"));
    if hooks {
        let message = "only a pre-commit hook runs stopgap, and anybody can commit without it";
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
    let (mut open, mut other, mut absent) = (None, None, None);
    for usage in checks {
        let at = |line: Line| line.at(&usage.job.path, usage.job.line);
        let (weak, approvals) = match usage.does(occasion, facts.branch) {
            Does::Nothing(absence) => {
                absent = absent.or(Some((usage, absence)));
                continue;
            }
            Does::Unknown(condition) => {
                open = open.or(Some((usage, condition)));
                continue;
            }
            Does::Both(weak) => (weak, Line::ok(Check::SignOff, KNOWS_APPROVALS)),
            Does::Commands(found, weak) => {
                let fits = |command: &&Command| {
                    command.subcommand == Subcommand::Check && command.option("--base").is_some() == change
                };
                if found.iter().find(fits).is_none() {
                    other = other.or(Some(usage));
                    continue;
                }
                (weak, sign_off(&found))
            }
        };
        let policy = usage.policy().filter(|named| facts.is_other_policy(named));
        let unclear = weak.unclear.or_else(|| policy.map(|named| format!("policy: {named}")));
        let base = usage.base().filter(|base| change && facts.is_other_branch(base));
        let unclear = unclear.or_else(|| base.map(|base| format!("base: {base}")));
        let mut lines = vec![at(Line::ok(on, runs(occasion))), at(Line::ok(gate, judges(occasion)))];
        lines.extend(change.then(|| at(approvals)));
        lines.extend(match (weak.passes, unclear) {
            (Some(what), _) => Some(at(softened(&what, "pipeline"))),
            (None, Some(what)) => Some(at(uncertain(&what))),
            (None, None) => None,
        });
        return lines;
    }
    vec![match (other, open, absent) {
        (Some(usage), ..) if usage.was_the_components() => {
            let message = format!("the script of {} is not the component's in this version of stopgap", usage.name);
            let fix = "delete the job, and let `stopgap init --ci gitlab` write it again";
            Line::unknown(gate, message, fix).at(&usage.job.path, usage.job.line)
        }
        (Some(usage), ..) => {
            let option = facts.option(usage.all_registers());
            wrong_gate(gate, change, &option).at(&usage.job.path, usage.job.line)
        }
        (None, Some((usage, condition)), _) => depends(usage, on, &condition),
        (None, None, Some((usage, absence))) => never(usage, occasion, on, &absence),
        (None, None, None) => return Vec::new(),
    }]
}

/// Says that a job runs only on a condition that is decided during the run.
fn depends(usage: &Usage<'_>, check: Check, condition: &str) -> Line {
    let message = format!("whether {} runs depends on `{}`", usage.name, shown(condition));
    let fix = "let its rules depend on `$CI_PIPELINE_SOURCE` alone";
    Line::unknown(check, message, fix).at(&usage.job.path, usage.job.line)
}

fn uncertain(what: &str) -> Line {
    let message = format!("with `{}`, the pipeline may pass although something is wrong", shown(what));
    Line::unknown(Check::Fails, message, remedy(what))
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
        Occasion::MergeRequest => "in a merge request it checks the change by the base's rules",
        Occasion::Schedule => "in a scheduled pipeline it checks the whole register",
    }
}

fn wrong_gate(check: Check, change: bool, option: &str) -> Line {
    match change {
        true => {
            let message = "in a merge request it checks the whole register by the change's own rules";
            Line::wrong(check, message, format!("write `stopgap check{option} --base auto`"))
        }
        false => {
            let message = "in a scheduled pipeline it checks a change, and there is none";
            Line::wrong(check, message, format!("leave `--base` out there: `stopgap check{option}`"))
        }
    }
}

/// Says that a job does not run on an occasion, and what to change.
fn never(usage: &Usage<'_>, occasion: Occasion, check: Check, absence: &Absence) -> Line {
    let (there, so, source) = match occasion {
        Occasion::MergeRequest => {
            ("merge request pipelines", "nothing checks a change before it is merged", "merge_request_event")
        }
        Occasion::Schedule => ("scheduled pipelines", "nothing fails on the day an exception expires", "schedule"),
    };
    let (whose, rule) = match absence {
        Absence::Workflow(rule) => ("`workflow: rules`", rule.as_deref()),
        Absence::Include(rule) => ("the `rules` of its `include`", rule.as_deref()),
        Absence::Rules(rule) => ("its `rules`", rule.as_deref()),
        Absence::Only => ("its `only`", None),
        Absence::Except => ("its `except`", None),
        Absence::Unsaid => ("", None),
    };
    let named = rule.map(|rule| format!(" (`{}`)", shown(rule))).unwrap_or_default();
    let message = match absence {
        Absence::Workflow(_) => format!("{whose} start no {there}{named}, so {so}"),
        Absence::Unsaid => format!("it does not run in {there}, so {so}"),
        Absence::Only | Absence::Except => format!("{whose} keeps it out of {there}, so {so}"),
        Absence::Include(_) | Absence::Rules(_) => format!("{whose} keep it out of {there}{named}, so {so}"),
    };
    let fix = match absence {
        Absence::Only | Absence::Except | Absence::Unsaid => {
            "give it `rules:`, with one for each pipeline that it runs in, and neither `only` nor `except`:".to_owned()
        }
        _ if rule.is_some() => format!("delete that rule of {whose}, or write above it:"),
        _ => format!("add to {whose}:"),
    };
    Line::wrong(check, message, fix)
        .with_snippet(format!("- if: $CI_PIPELINE_SOURCE == \"{source}\""))
        .at(&usage.job.path, usage.job.line)
}

/// Returns whether there is a schedule, which files do not show.
fn is_scheduled(facts: &Facts<'_>) -> Line {
    let gitlab = facts.settings.gitlab.as_ref();
    let schedules = gitlab.map(|gitlab| gitlab.schedules.as_slice()).unwrap_or_default();
    let fix = "add one in Build > Pipeline schedules, daily, on the default branch";
    let active = schedules.iter().filter(|schedule| schedule.active && schedule.is_on(facts.branch));
    let crons: Vec<String> = active.map(|schedule| schedule.cron.clone()).collect();
    if !crons.is_empty() {
        return match cron::pause(&crons) {
            Ok(None) => Line::ok(Check::OnSchedule, format!("the pipeline is scheduled: {}", cron::named(&crons))),
            Ok(Some(why)) => Line::wrong(Check::OnSchedule, why, fix),
            // GitLab takes more than the five fields of cron.
            Err(why) => {
                Line::unknown(Check::OnSchedule, why, "look at when it next runs in Build > Pipeline schedules")
            }
        };
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
    let looks = |command: &Command| command.subcommand == Subcommand::History;
    let own = usages.iter().filter(|usage| usage.is_about(facts, Subcommand::History));
    let all_registers = usages.iter().any(|usage| usage.is_check() && usage.all_registers());
    let (mut found, mut open, mut absent) = (Vec::new(), None, None);
    for usage in own {
        match usage.does(Occasion::Schedule, facts.branch) {
            Does::Commands(commands, weak) => {
                let idle = commands.iter().find(|command| looks(command));
                let idle = idle.and_then(|command| idle_history(command, facts.branch));
                found.push((usage, weak, idle));
            }
            Does::Unknown(condition) => open = open.or(Some((usage, condition))),
            Does::Nothing(absence) => absent = absent.or(Some((usage, absence))),
            Does::Both(_) => {}
        }
    }
    let is_partial = |usage: &Usage<'_>| all_registers && !usage.all_registers();
    found.sort_by_key(|(usage, weak, idle)| {
        (weak.passes.is_some(), idle.is_some(), is_partial(usage), weak.unclear.is_some())
    });
    match found.into_iter().next() {
        Some((usage, weak, idle)) => {
            let line = match (weak.passes, idle, weak.unclear) {
                (Some(what), ..) => {
                    let message = format!("`{}` hides what `stopgap history` finds", shown(&what));
                    Line::wrong(
                        Check::History,
                        message,
                        "delete it; `--since` continues after what has been dealt with",
                    )
                }
                (None, Some(idle), _) => idle,
                (None, None, _) if is_partial(usage) => partial_history(),
                // The same may keep the check from failing.
                (None, None, Some(what)) => uncertain(&what),
                (None, None, None) => {
                    Line::ok(Check::History, "`stopgap history` looks for changes that bypassed the gate")
                }
            };
            line.at(&usage.job.path, usage.job.line)
        }
        None if let Some((usage, condition)) = open => depends(usage, Check::History, &condition),
        None if let Some((usage, absence)) = absent => {
            let line = never(usage, Occasion::Schedule, Check::History, &absence);
            // What starts no pipeline is said of the check.
            match absence {
                Absence::Workflow(_) => line,
                _ => Line { message: "`stopgap history` never runs: no schedule starts it".to_owned(), ..line },
            }
        }
        None => {
            let other = usages.iter().find(|usage| usage.commands(&|_| None).iter().any(looks));
            if let Some(other) = other.filter(|_| all_registers) {
                return partial_history().at(&other.job.path, other.job.line);
            }
            let message = no_history(facts, other.is_some());
            let option = facts.option(all_registers);
            let name = format!("stopgap-history/{}", facts.ownership.prefix);
            let name = quotable(name.trim_end_matches('/')).replace('/', "-");
            Line::wrong(Check::History, message, "add a job, with the image and the variables of the gate:")
                .with_snippet(format!(
                    "{name}:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == \"schedule\"\n  script:\n    \
                     - stopgap history{option}"
                ))
        }
    }
}

/// Returns what is true of the jobs, on every occasion.
fn job_lines(facts: &Facts<'_>, checks: &[&Usage<'_>]) -> Vec<Line> {
    let mut lines = Vec::new();
    for usage in checks {
        let at = |line: Line| line.at(&usage.job.path, usage.job.line);
        lines.push(at(whole_history(facts, usage)));
        lines.extend(match &usage.kind {
            Kind::Component { reference, inputs } => {
                // What the pipeline itself says of the component's job has the last word.
                let own = usage.job.image.as_deref().filter(|image| !image.contains("$[["));
                let image = own.or(inputs.get("image").map(String::as_str));
                pinned_component(reference, image).into_iter().map(at)
            }
            Kind::Copy(_) | Kind::History(_) | Kind::Job => pinned(usage).into_iter().map(at),
        });
    }
    for (check, message) in [
        (Check::Fails, "the pipeline fails when stopgap does"),
        (Check::WholeHistory, "it has the whole history (`GIT_DEPTH: \"0\"`)"),
        (Check::Pinned, "what runs is pinned to a digest or commit"),
    ] {
        if lines.iter().all(|line| line.check != check) {
            lines.push(Line::ok(check, message));
        }
    }
    lines.sort_by_key(|line| line.check);
    lines.dedup();
    lines
}

fn whole_history(facts: &Facts<'_>, usage: &Usage<'_>) -> Line {
    let project = facts.settings.gitlab.as_ref().and_then(|gitlab| gitlab.project.as_ref()?.depth);
    let depth = usage.job.variables.get("GIT_DEPTH").or_else(|| usage.pipeline.variables.get("GIT_DEPTH")).cloned();
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
fn pinned(usage: &Usage<'_>) -> Vec<Line> {
    let job = &usage.job;
    let text = job.text();
    let mut origins: Vec<Origin> = Origin::all(&text).collect();
    let image = job.image.as_deref().filter(|image| !origin::has_digest(image));
    let fixed = job.image.as_deref().filter(|image| origin::has_digest(image));
    origins.extend(fixed.map(|image| Origin::Image(image.to_owned())));
    let commands = usage.commands(&|_| None);
    let program = commands.iter().find_map(|command| command.steers.get("program")).map_or("", String::as_str);
    // What an image holds that can be moved is said below.
    let line = unpinned_source(&origins, program, &text, false);
    let mut lines: Vec<Line> =
        line.into_iter().filter(|line| image.is_none() || line.status != Status::Unknown).collect();
    if let Some(image) = image.filter(|_| !origins.contains(&Origin::Unsaid)) {
        let message = format!("the image `{}` can be moved by its owner", shown(image));
        lines.push(Line::advice(Check::Pinned, message, "name its digest: `IMAGE@sha256:…`"));
    }
    lines
}

/// Returns what of the places that a component comes from somebody could exchange.
fn pinned_component(reference: &str, image: Option<&str>) -> Vec<Line> {
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
    if let Some(image) = image.filter(|image| !origin::has_digest(image)) {
        let message = format!("the image `{}`, which contains stopgap, can be moved by its owner", shown(image));
        lines.push(Line::advice(Check::Pinned, message, "name its digest: `IMAGE@sha256:…`"));
    }
    lines
}
