//! What GitHub's workflows let through.

use std::collections::{BTreeMap, BTreeSet};

use super::history::history;
use super::settings::{GitHub, saved};
use super::usage::{Definitions, Refused, Usage, What, home_of, is_checkout, on_event};
use crate::ci::command::Subcommand;
use crate::ci::github::{Job, Permissions, Step, Trigger, Workflow};
use crate::ci::origin::{self, Origin};
use crate::ci::{cron, lets_through, softening};
use crate::doctor::line::{Check, Line, Status, quotable, remedy, softened, unpinned, unpinned_source};
use crate::doctor::{Facts, HOOKS, OTHERS, unjudged};
use crate::text::shown;

/// What was found.
pub(in crate::doctor) struct Found {
    pub(in crate::doctor) lines: Vec<Line>,
    /// The names under which the gate appears on a pull request.
    pub(in crate::doctor) checks: Vec<String>,
}

/// Examines the workflows.
pub(in crate::doctor) fn examine(facts: &Facts<'_>) -> Found {
    let definitions = Definitions::read(facts.files);
    let mut lines: Vec<Line> = definitions
        .unread
        .iter()
        .map(|(path, problem, line)| {
            let message = format!("`{}:{line}` cannot be read: {}", shown(path), problem.message);
            let fix = problem.help.clone().unwrap_or_else(|| "write it in plain YAML".to_owned());
            Line::unknown(Check::GateReadable, message, fix).at(path, *line)
        })
        .collect();
    let mut all = definitions.usages();
    all.retain(|usage| !usage.only_reminds());
    let own = |usage: &&Usage<'_>| usage.all_registers() || usage.root() == facts.ownership.prefix;
    let (beside, usages): (Vec<&Usage<'_>>, Vec<&Usage<'_>>) =
        all.iter().filter(own).partition(|usage| usage.beside().is_some());
    if !usages.iter().any(|usage| usage.is_check()) {
        lines.push(absent(facts, &definitions, &all));
        return Found { lines, checks: Vec::new() };
    }
    let requests = requests(facts, &definitions, &usages);
    let schedule = schedule(facts, &usages);
    let checks = requests.checks.clone();
    let mut gate = requests.lines;
    gate.extend(schedule);
    gate.push(history(facts, &usages, &all));
    gate.extend(beside.iter().filter_map(|usage| softened_beside(facts, usage)));
    gate.extend(unjudged(facts, |wanted| beside.iter().any(|usage| judges_beside(facts, usage, wanted))));
    // Both runs are often of one job, which is then described once.
    gate.sort_by_key(|line| line.check);
    gate.dedup();
    let faulty: BTreeSet<Check> = gate.iter().filter(|line| line.status != Status::Ok).map(|line| line.check).collect();
    let mut said = BTreeSet::new();
    gate.retain(|line| line.status != Status::Ok || (!faulty.contains(&line.check) && said.insert(line.check)));
    lines.extend(gate);
    Found { lines, checks }
}

/// Returns why nothing was found that judges this register.
fn absent(facts: &Facts<'_>, definitions: &Definitions, all: &[Usage<'_>]) -> Line {
    let prefix = &facts.ownership.prefix;
    if let Some(other) = all.iter().find(|usage| usage.is_check()) {
        let (place, fix) = match prefix.trim_end_matches('/') {
            "" => ("at the top".to_owned(), "add a step without `root`".to_owned()),
            folder => (format!("in `{}`", shown(folder)), format!("add a step with `root: {}`", shown(folder))),
        };
        let message = format!("`{}` runs stopgap, but not on the register {place}", shown(other.path));
        return Line::wrong(Check::GatePresent, message, fix).at(other.path, other.step.line);
    }
    let calls = definitions.workflows.iter().flat_map(|workflow| workflow.jobs.iter().map(move |job| (workflow, job)));
    let mut called = calls.filter_map(|(workflow, job)| Some((workflow, job, job.calls.as_deref()?)));
    let remote = called.find(|(_, job, called)| job.calls_local().is_none() && called.contains("stopgap"));
    if let Some((workflow, job, called)) = remote {
        let message = format!("`{}` calls `{}`, a workflow of another repository", shown(&job.name), shown(called));
        let fix = "run `stopgap doctor` in that repository";
        return Line::unknown(Check::GatePresent, message, fix).at(&workflow.path, job.line);
    }
    if let Some(path) = saved(facts).as_ref().and_then(GitHub::required_workflow) {
        let message = format!("a ruleset runs the workflow `{}`, which is in another repository", shown(path));
        return Line::unknown(Check::GatePresent, message, "run `stopgap doctor` in that repository");
    }
    let named = |path: &str| facts.files.get(path).is_some_and(|file| file.source.text().contains("stopgap"));
    if let Some(other) = OTHERS.iter().find(|path| named(path)) {
        let message = format!("`{other}` mentions stopgap, but only GitHub workflows and GitLab pipelines are read");
        let fix = "docs/ci.md says what a job must run anywhere else: both gates, and the history";
        return Line::unknown(Check::GatePresent, message, fix).at(other, 1);
    }
    if named(HOOKS) {
        let message = "only a pre-commit hook runs stopgap, and anybody can commit without it";
        return Line::wrong(Check::GatePresent, message, "`stopgap init` writes a workflow").at(HOOKS, 1);
    }
    match definitions.unread.is_empty() {
        true => Line::wrong(Check::GatePresent, "no workflow runs stopgap", "`stopgap init` writes one"),
        false => {
            let fix = "fix what cannot be read, see above";
            Line::wrong(Check::GatePresent, "no readable workflow runs stopgap", fix)
        }
    }
}

/// Returns the lines about the best of several ways to run stopgap: the one that needs the least change.
fn best<'u, 'd>(
    candidates: &[&'u Usage<'d>],
    describe: impl Fn(&'u Usage<'d>) -> Vec<Line>,
) -> Option<(&'u Usage<'d>, Vec<Line>)> {
    let described = candidates.iter().map(|usage| (*usage, describe(usage)));
    let faults = |lines: &[Line]| {
        let count = |status: Status| lines.iter().filter(|line| line.status == status).count();
        (count(Status::Wrong), count(Status::Unknown), count(Status::Advice))
    };
    described.min_by_key(|(_, lines)| faults(lines))
}

struct Requests {
    lines: Vec<Line>,
    checks: Vec<String>,
}

/// The events on which what is beside the register is to be judged.
const JUDGED: [&str; 3] = ["pull_request", "merge_group", "schedule"];

/// Returns whether a step judges what is beside the register, all of it and on some event that matters.
fn judges_beside(facts: &Facts<'_>, usage: &Usage<'_>, wanted: Subcommand) -> bool {
    let What::Command(command) = &usage.what else { return false };
    let runs = JUDGED.iter().any(|event| usage.runs_on(event) != Some(false));
    runs && command.subcommand == wanted && facts.judges_all(command)
}

fn requests(facts: &Facts<'_>, definitions: &Definitions, usages: &[&Usage<'_>]) -> Requests {
    let checks = usages.iter().filter(|usage| usage.is_check());
    let candidates: Vec<&Usage<'_>> =
        checks.filter(|usage| usage.runs_on("pull_request") != Some(false)).copied().collect();
    let describe = |usage| request_lines(facts, usages, usage);
    let Some((gate, lines)) = best(&candidates, describe) else {
        return Requests { lines: vec![not_on_requests(facts, definitions, usages)], checks: Vec::new() };
    };
    let mut lines = lines;
    lines.extend(namesakes(facts, definitions, usages, gate));
    let judging = candidates.iter().filter(|usage| {
        std::ptr::eq(**usage, gate) || describe(**usage).iter().all(|line| line.status != Status::Wrong)
    });
    Requests { lines, checks: judging.filter_map(|usage| usage.check()).collect() }
}

const ON_REQUESTS: &str = "pull_request:\n  types: [opened, synchronize, reopened, edited]";

/// Returns the other jobs whose check cannot be told from the gate's, and which pass without it.
fn namesakes(facts: &Facts<'_>, definitions: &Definitions, usages: &[&Usage<'_>], gate: &Usage<'_>) -> Vec<Line> {
    let Some(name) = gate.check() else { return Vec::new() };
    let is_on_head = |trigger: &Trigger| {
        ON_HEAD.contains(&trigger.event.as_str()) && !is_of_branch_alone(facts, trigger)
            || ["pull_request", REVIEW].contains(&trigger.event.as_str())
    };
    let gates = |workflow: &Workflow, job: &Job| {
        let own = usages.iter().filter(|usage| usage.is_of(workflow, job) && usage.is_check());
        own.into_iter().any(|usage| usage.softened().is_none() && usage.judges_change() != Some(false))
    };
    let others = definitions.checks().into_iter().filter(|(workflow, job, other)| {
        *other == name
            && !gate.is_of(workflow, job)
            && workflow.triggers.iter().any(is_on_head)
            && !gates(workflow, job)
    });
    let line = |(workflow, job, _): (&Workflow, &Job, String)| {
        let message = format!(
            "the job `{}` of `{}` has the check `{}` too: where that is required, either of them satisfies it",
            shown(&job.id),
            shown(&workflow.path),
            shown(&name)
        );
        Line::wrong(Check::Fails, message, "give it another `name`").at(&workflow.path, job.line)
    };
    others.map(line).collect()
}

/// Tells whether a trigger is a push to the branch and no other: what is there is merged already.
fn is_of_branch_alone(facts: &Facts<'_>, trigger: &Trigger) -> bool {
    let is_merged = |branches: &Vec<String>| branches.iter().all(|branch| branch == facts.branch);
    trigger.event == "push" && trigger.branches.as_ref().is_some_and(is_merged)
}

/// Returns the check that does not run on an event, with the condition that keeps it from that.
fn skipped<'u, 'd>(usages: &[&'u Usage<'d>], event: &str) -> Option<(&'u Usage<'d>, &'d str)> {
    let checks = usages.iter().filter(|usage| usage.is_check());
    checks.into_iter().find_map(|usage| Some((*usage, usage.skipped_by(event)?)))
}

/// Sets the place of a condition: the job's, or that of the step.
fn at_condition(line: Line, usage: &Usage<'_>, condition: &str) -> Line {
    match usage.job.condition.as_deref() == Some(condition) {
        true => line.at(&usage.workflow.path, usage.job.line),
        false => line.at(usage.path, usage.step.line),
    }
}

fn not_on_requests(facts: &Facts<'_>, definitions: &Definitions, usages: &[&Usage<'_>]) -> Line {
    let (path, line) = usages.first().map_or(("", 1), |usage| (usage.workflow.path.as_str(), 1));
    if let Some(deep) = usages.iter().find(|usage| definitions.is_called_twice(&usage.workflow.path)) {
        let path = &deep.workflow.path;
        let message = format!("`{}` is called by a workflow that is called itself, which is not followed", shown(path));
        let fix = "call it from the workflow that runs on pull requests";
        return Line::unknown(Check::OnRequests, message, fix).at(path, line);
    }
    if let Some((usage, condition)) = skipped(usages, "pull_request") {
        let message = format!(
            "on pull requests `if: {}` skips it, so nothing checks a change before it is merged",
            shown(condition)
        );
        let fix = format!(
            "let the condition be true there, or add a step that runs `stopgap check{} --base auto`",
            facts.option(usage.all_registers())
        );
        return at_condition(Line::wrong(Check::OnRequests, message, fix), usage, condition);
    }
    let target = usages.iter().find_map(|usage| usage.workflow.trigger("pull_request_target"));
    match target {
        Some(trigger) => {
            let message = "it runs on `pull_request_target`, which checks out the base, not the pull request";
            let fix = format!("in `{}`, write `pull_request` instead:", shown(path));
            Line::wrong(Check::OnRequests, message, fix).with_snippet(ON_REQUESTS).at(path, trigger.line)
        }
        None => {
            let message = "it does not run on pull requests, so nothing checks a change before it is merged";
            let fix = format!("in `{}`, add below `on:`", shown(path));
            Line::wrong(Check::OnRequests, message, fix).with_snippet(ON_REQUESTS).at(path, line)
        }
    }
}

/// Describes a step as the gate of pull requests.
fn request_lines(facts: &Facts<'_>, usages: &[&Usage<'_>], usage: &Usage<'_>) -> Vec<Line> {
    let workflow = usage.workflow.path.as_str();
    let mut lines = vec![present(usage)];
    if let Some(trigger) = usage.workflow.trigger("pull_request") {
        lines.push(on_requests(facts, usage, trigger));
        lines.push(on_edited(workflow, trigger));
    }
    lines.extend(refused(usage));
    lines.push(on_head(facts, usages, usage, REVIEW).unwrap_or_else(|| on_reviews(usage)));
    lines.extend(ON_HEAD.iter().filter_map(|event| on_head(facts, usages, usage, event)));
    lines.extend(on_queue(facts, usages, usage));
    lines.push(request_gate(facts, usage));
    lines.push(sign_off(facts, usage));
    lines.extend(job_lines(facts, usage));
    lines
}

fn present(usage: &Usage<'_>) -> Line {
    let name = usage.check().unwrap_or_else(|| usage.job.name.clone());
    let message = format!("the job `{}` of `{}` runs stopgap", shown(&name), shown(&usage.workflow.path));
    Line::ok(Check::GatePresent, message).at(usage.path, usage.step.line)
}

/// Says why GitHub refuses to start it.
fn refused(usage: &Usage<'_>) -> Option<Line> {
    let path = usage.workflow.path.as_str();
    Some(match usage.refused()? {
        Refused::NotCallable => {
            let message = format!("`{}` is called, but `workflow_call` is not among its events", shown(usage.path));
            let fix = format!("GitHub starts neither; in `{}`, add below `on:`", shown(usage.path));
            Line::wrong(Check::GatePresent, message, fix).with_snippet("workflow_call:").at(usage.path, 1)
        }
        Refused::Permission(missing) => {
            let message = format!("the called workflow asks for `{}`, which its caller does not have", shown(&missing));
            let fix = format!("GitHub starts neither; in `{}`, write in the job that calls it", shown(path));
            Line::wrong(Check::Permissions, message, fix).with_snippet(LEAST).at(path, 1)
        }
    })
}

fn on_requests(facts: &Facts<'_>, usage: &Usage<'_>, trigger: &Trigger) -> Line {
    let path = usage.workflow.path.as_str();
    let wrong = |message: String, fix: &str| {
        Line::wrong(Check::OnRequests, message, format!("in `{}`, {fix}", shown(path))).at(path, trigger.line)
    };
    if let Some(key) = trigger.paths {
        let message =
            format!("`{key}` skips pull requests that touch other files: a required check then waits forever");
        return wrong(message, &format!("delete `{key}` below `pull_request:`"));
    }
    let through = runs_for(trigger, facts.branch);
    if through == Some(false) {
        let message = format!("it does not run on pull requests to `{}`", shown(facts.branch));
        return wrong(message, "delete `branches` and `branches-ignore` below `pull_request:`");
    }
    if through.is_none() {
        let message =
            format!("whether it runs on pull requests to `{}` depends on branch patterns", shown(facts.branch));
        let fix = "delete `branches` and `branches-ignore` below `pull_request:`";
        return Line::unknown(Check::OnRequests, message, fix).at(path, trigger.line);
    }
    match usage.open_condition("pull_request") {
        Some(condition) => Line::unknown(
            Check::OnRequests,
            format!(
                "whether it runs on a pull request depends on `if: {}`, and GitHub counts a skipped job as passed",
                shown(condition)
            ),
            "delete the condition, or let it depend on `github.event_name` alone",
        )
        .at(usage.path, usage.step.line),
        None => {
            let message = format!("it runs on every pull request to `{}`", shown(facts.branch));
            Line::ok(Check::OnRequests, message).at(path, trigger.line)
        }
    }
}

/// Returns whether a trigger is for a branch; `None` if its patterns do not tell.
fn runs_for(trigger: &Trigger, branch: &str) -> Option<bool> {
    let ignored = lets_through(&trigger.branches_ignore, branch);
    match trigger.branches.as_ref().map_or(Some(true), |branches| lets_through(branches, branch)) {
        Some(true) => ignored.map(|ignored| !ignored),
        Some(false) => Some(false),
        None => None,
    }
}

/// The activity types after which a check must run again: the last one is a change of base.
const TYPES: [&str; 4] = ["opened", "synchronize", "reopened", "edited"];

fn on_edited(path: &str, trigger: &Trigger) -> Line {
    let usual = TYPES[..3].iter().map(ToString::to_string).collect();
    let types = trigger.types.clone().unwrap_or(usual);
    let missing: Vec<&str> = TYPES.into_iter().filter(|name| !types.iter().any(|other| other == name)).collect();
    let message = match missing.as_slice() {
        [] => {
            let message = "it runs again when a pull request is pushed to, reopened or retargeted";
            return Line::ok(Check::OnEdited, message).at(path, trigger.line);
        }
        ["edited"] => {
            "it does not run on `edited`: a pull request that is retargeted keeps its passed check".to_owned()
        }
        missing => {
            format!(
                "it does not run on `{}`, so a check stays passed for changes that it has not seen",
                missing.join("`, `")
            )
        }
    };
    let fix = format!("in `{}`, write below `on:`", shown(path));
    Line::wrong(Check::OnEdited, message, fix).with_snippet(ON_REQUESTS).at(path, trigger.line)
}

const REVIEW: &str = "pull_request_review";

/// Further events whose check stands on the last commit of a pull request, where it takes the place of an earlier one of
/// its name.
const ON_HEAD: [&str; 5] =
    ["create", "pull_request_review_comment", "pull_request_target", "push", "workflow_dispatch"];

/// Says that an event starts the job and that it passes without judging the change: the check of the pull request is then
/// passed as well.
fn on_head(facts: &Facts<'_>, usages: &[&Usage<'_>], usage: &Usage<'_>, event: &'static str) -> Option<Line> {
    // What lets it pass on every event is said once.
    let trigger = usage.workflow.trigger(event).filter(|_| usage.softened().is_none())?;
    if is_of_branch_alone(facts, trigger) {
        return None;
    }
    let check = if event == REVIEW { Check::OnReviews } else { Check::Fails };
    let fix = format!("let it check the change on `{event}` too, or delete `{event}` below `on:`");
    if let Some(condition) = usage.job_conditions().find(|condition| on_event(condition, event) == Some(false)) {
        let message =
            format!("on `{event}` `if: {}` skips the job, which turns a failed check green", shown(condition));
        return Some(Line::wrong(check, message, fix).at(&usage.workflow.path, usage.job.line));
    }
    let own = usages.iter().filter(|other| other.is_of(usage.workflow, usage.job) && other.is_check());
    let own: Vec<&Usage<'_>> = own.copied().filter(|other| other.runs_on(event) != Some(false)).collect();
    let judges = |other: &&Usage<'_>| other.softened().is_none() && other.judges_change() != Some(false);
    if own.iter().any(|other| other.runs_on(event) == Some(true) && judges(other)) || is_closed(usage, event) {
        return None;
    }
    let line = match own.iter().find(|other| judges(other)) {
        Some(other) => {
            let condition = other.open_condition(event).unwrap_or_default();
            let message = format!(
                "whether it checks the change on `{event}` depends on `if: {}`; if not, its check turns green",
                shown(condition)
            );
            Line::unknown(check, message, "let the condition depend on `github.event_name` alone")
        }
        None if own.is_empty() => {
            let message = format!("on `{event}` none of its steps runs the check, which turns a failed check green");
            Line::wrong(check, message, fix)
        }
        None => {
            let message = format!("on `{event}` it does not check the change, which turns a failed check green");
            Line::wrong(check, message, fix)
        }
    };
    Some(line.at(&usage.workflow.path, trigger.line))
}

/// Tells whether a step ends the job with a failure on an event, at least on every branch but one.
fn is_closed(usage: &Usage<'_>, event: &str) -> bool {
    let fails = |step: &&Step| {
        let last = step.run.as_deref().and_then(|run| run.trim_end().lines().next_back());
        last.is_some_and(|last| last.trim() == "exit 1" || last.trim() == "exit 2") && step.soft.is_none()
    };
    usage.job.steps.iter().filter(fails).any(|step| {
        let condition = step.condition.as_deref();
        condition.is_none_or(|condition| match on_event(condition, event) {
            Some(closed) => closed,
            None => condition.contains("github.ref != "),
        })
    })
}

fn on_reviews(usage: &Usage<'_>) -> Line {
    let path = usage.workflow.path.as_str();
    let trigger = usage.workflow.trigger(REVIEW);
    let named = |name: &str| {
        let types = trigger.map(|trigger| trigger.types.as_ref());
        types.is_some_and(|types| types.is_none_or(|types| types.iter().any(|other| other == name)))
    };
    if named("submitted") && named("dismissed") {
        let message = "it runs again when an approval is given or dismissed";
        return Line::ok(Check::OnReviews, message).at(path, trigger.map_or(1, |trigger| trigger.line));
    }
    let message = "an approval that is given or dismissed has no effect until the next push";
    let fix = format!("in `{}`, add below `on:`", shown(path));
    let snippet = "pull_request_review:\n  types: [submitted, dismissed]";
    Line::advice(Check::OnReviews, message, fix).with_snippet(snippet).at(path, 1)
}

fn on_queue(facts: &Facts<'_>, usages: &[&Usage<'_>], usage: &Usage<'_>) -> Option<Line> {
    const EVENT: &str = "merge_group";
    let queue = saved(facts).is_some_and(|github| github.has_queue());
    let path = usage.workflow.path.as_str();
    let never = |place: usize| {
        let message = "it does not run in the merge queue, which waits for it forever";
        let fix = format!("in `{}`, add below `on:`", shown(path));
        Line::wrong(Check::OnQueue, message, fix).with_snippet("merge_group:").at(path, place)
    };
    let line = |found: Option<&Trigger>| {
        let Some(trigger) = found else { return never(1) };
        match runs_for(trigger, facts.branch) {
            Some(true) => {}
            Some(false) => return never(trigger.line),
            None => {
                let message =
                    format!("whether it runs in the queue of `{}` depends on branch patterns", shown(facts.branch));
                let fix = "delete `branches` below `merge_group:`";
                return Line::unknown(Check::OnQueue, message, fix).at(path, trigger.line);
            }
        }
        // The queue waits for the check of that name, whichever of its steps runs then.
        let same = |other: &&&Usage<'_>| other.is_check() && other.check() == usage.check();
        let there = usages.iter().filter(same).filter(|other| other.runs_on(EVENT) != Some(false));
        let described = there.map(|other| in_queue(facts, other, trigger, EVENT));
        let rank = |line: &Line| (line.status != Status::Ok, line.status != Status::Unknown);
        described.min_by_key(rank).unwrap_or_else(|| {
            let message = match skipped(usages, EVENT) {
                Some((_, condition)) => {
                    format!("in the merge queue `if: {}` skips the check, and the job passes", shown(condition))
                }
                None => "in the merge queue none of its steps runs the check, and it passes".to_owned(),
            };
            let command = format!("stopgap check{} --base auto", facts.option(usage.all_registers()));
            let fix = format!("add a step for `merge_group` that runs `{command}`");
            Line::wrong(Check::OnQueue, message, fix).at(path, trigger.line)
        })
    };
    queue.then(|| line(usage.workflow.trigger(EVENT)))
}

/// Describes a step as the gate of the merge queue.
fn in_queue(facts: &Facts<'_>, usage: &Usage<'_>, trigger: &Trigger, event: &str) -> Line {
    let open = usage.open_condition(event).map(|condition| format!("if: {condition}"));
    let line = match (usage.softened(), open.or_else(|| usage.unclear(facts))) {
        (Some(what), _) => {
            let message = format!("in the merge queue `{}` lets it pass whatever stopgap finds", shown(&what));
            Line::wrong(Check::OnQueue, message, "delete it")
        }
        _ if usage.judges_change() == Some(false) => {
            let message = "in the merge queue it judges the whole register by the change's own rules";
            let command = format!("stopgap check{} --base auto", facts.option(usage.all_registers()));
            Line::wrong(Check::OnQueue, message, format!("judge the change there: `{command}`"))
        }
        (None, Some(what)) => {
            Line::unknown(Check::OnQueue, format!("in the merge queue, {}", uncertain(&what)), remedy(&what))
        }
        (None, None) => {
            return Line::ok(Check::OnQueue, "it runs in the merge queue").at(&usage.workflow.path, trigger.line);
        }
    };
    line.at(usage.path, usage.step.line)
}

fn request_gate(facts: &Facts<'_>, usage: &Usage<'_>) -> Line {
    let line = match (usage.judges_change(), &usage.what) {
        (Some(false), What::Action(_)) => {
            let message = "on a pull request it checks the whole register by the change's own rules";
            Line::wrong(Check::RequestGate, message, "delete `mode: register`")
        }
        (Some(false), What::Command(_)) => {
            let message = "on a pull request it checks the whole register by the change's own rules";
            let fix = format!("write `stopgap check{} --base auto`", facts.option(usage.all_registers()));
            Line::wrong(Check::RequestGate, message, fix)
        }
        _ => Line::ok(Check::RequestGate, "on a pull request it checks the change by the base's rules"),
    };
    line.at(usage.path, usage.step.line)
}

fn sign_off(facts: &Facts<'_>, usage: &Usage<'_>) -> Line {
    let missing: Vec<&str> = match &usage.what {
        What::Action(_) => Vec::new(),
        What::Command(command) => {
            ["--event", "--reviews"].into_iter().filter(|flag| command.option(flag).is_none()).collect()
        }
    };
    let line = match missing.as_slice() {
        [] => Line::ok(Check::SignOff, "it reads who opened and who approved the pull request"),
        missing => {
            let message = format!("it is not told who approved: `{}` is missing", missing.join("` and `"));
            let fix = "use the action, or save the reviews first, as `stopgap init` writes it:";
            Line::wrong(Check::SignOff, message, fix).with_snippet(format!(
                "gh api --paginate \"$PULLS/reviews?per_page=100\" > \"$RUNNER_TEMP/reviews.json\"\n\
                 stopgap check{} --base auto --event \"$GITHUB_EVENT_PATH\" \\\n  \
                 --reviews \"$RUNNER_TEMP/reviews.json\" --format github",
                facts.option(usage.all_registers())
            ))
        }
    };
    line.at(usage.path, usage.step.line)
}

/// Returns what is true of the job, whatever started it.
fn job_lines(facts: &Facts<'_>, usage: &Usage<'_>) -> Vec<Line> {
    let mut lines = vec![fails(facts, usage), whole_history(facts, usage)];
    lines.extend(pinned(usage));
    lines.push(permissions(usage));
    lines
}

/// Says that a check may pass because of something.
pub(super) fn uncertain(what: &str) -> String {
    format!("with `{}`, it may pass although something is wrong", shown(what))
}

fn fails(facts: &Facts<'_>, usage: &Usage<'_>) -> Line {
    let line = match usage.softened() {
        Some(what) => return softened_job(usage, &what),
        None if usage.is_skipped_by_others() => {
            let message =
                "it waits for other jobs (`needs`): if one fails it is skipped, which GitHub counts as passed";
            Line::wrong(Check::Fails, message, "delete `needs`")
        }
        None if let Some(what) = usage.unclear(facts) => Line::unknown(Check::Fails, uncertain(&what), remedy(&what)),
        None => Line::ok(Check::Fails, "the job fails when stopgap does"),
    };
    line.at(usage.path, usage.step.line)
}

/// Says that something lets the job pass, where it is written.
pub(super) fn softened_job(usage: &Usage<'_>, what: &str) -> Line {
    let line = softened(what, "job");
    match usage.job.soft {
        Some(_) => line.at(&usage.workflow.path, usage.job.line),
        None => line.at(usage.path, usage.step.line),
    }
}

/// Returns what lets a job pass whatever it finds beside the register.
fn softened_beside(facts: &Facts<'_>, usage: &Usage<'_>) -> Option<Line> {
    let name = usage.beside()?.name();
    let line = match (usage.softened(), usage.unclear(facts)) {
        (Some(what), _) => {
            let message = format!("`{}` lets the job pass whatever `stopgap {name}` finds", shown(&what));
            Line::wrong(Check::Fails, message, "delete it")
        }
        (None, Some(what)) => {
            let message = format!("with `{}`, the job may pass although `stopgap {name}` fails", shown(&what));
            Line::unknown(Check::Fails, message, "put it on a line of its own with nothing around it")
        }
        (None, None) => return None,
    };
    Some(line.at(usage.path, usage.step.line))
}

pub(super) fn whole_history(facts: &Facts<'_>, usage: &Usage<'_>) -> Line {
    let checkout = usage.checkout(&format!("{}{}", facts.ownership.prefix, facts.policy.exceptions));
    let line = checkout.map_or(usage.step.line, |step| step.line);
    let input = |name: &str| checkout.and_then(|step| step.inputs.get(name)).map_or("", String::as_str);
    let found = match (checkout, input("fetch-depth")) {
        (None, _) => {
            let message = "no step before it checks the repository out";
            Line::wrong(Check::WholeHistory, message, "add `actions/checkout` with `fetch-depth: 0` before it")
        }
        (Some(step), _) if usage.home().is_none() => outside(facts, usage, step),
        (Some(_), _) if !input("ref").is_empty() => {
            let message = format!("`ref: {}` checks out a different commit than the event's", shown(input("ref")));
            Line::wrong(Check::WholeHistory, message, "delete `ref` from the inputs of `actions/checkout`")
        }
        (Some(_), _) if !["", "${{ github.repository }}"].contains(&input("repository")) => {
            let message = format!("`repository: {}` checks out another repository", shown(input("repository")));
            Line::wrong(Check::WholeHistory, message, "delete `repository` from the inputs of `actions/checkout`")
        }
        (Some(_), "0") => Line::ok(Check::WholeHistory, "it has the whole history (`fetch-depth: 0`)"),
        (Some(_), depth) if depth.contains("${{") => {
            let message = format!("how much history it has depends on `{}`", shown(depth));
            Line::unknown(Check::WholeHistory, message, "write `fetch-depth: 0`")
        }
        (Some(_), depth) => {
            let depth = if depth.is_empty() { "1" } else { depth };
            let message = format!("it has only the last commits (`fetch-depth` is `{}`)", shown(depth));
            Line::wrong(Check::WholeHistory, message, "give `actions/checkout` the input `fetch-depth: 0`")
        }
    };
    found.at(&usage.workflow.path, line)
}

/// Says that a step looks at a folder in which nothing is checked out.
fn outside(facts: &Facts<'_>, usage: &Usage<'_>, checkout: &Step) -> Line {
    let home = home_of(checkout);
    let home = home.trim_end_matches('/');
    let message = format!("the repository is checked out into `{}`, and stopgap runs outside of it", shown(home));
    let delete = "delete `path` from the inputs of `actions/checkout`";
    let root = format!("{home}/{}", facts.ownership.prefix);
    let fix = match &usage.what {
        What::Action(_) if usage.all_registers() => delete.to_owned(),
        What::Action(_) => format!("{delete}, or give the action `root: {}`", shown(root.trim_end_matches('/'))),
        What::Command(_) => format!("{delete}, or write `working-directory: {}` in the step", shown(home)),
    };
    Line::wrong(Check::WholeHistory, message, fix)
}

/// Returns whether a reference cannot be moved: a full commit, a digest, or a file of the commit itself.
fn is_fixed(reference: &str) -> bool {
    let commit = reference.rsplit_once('@').is_some_and(|(_, commit)| origin::is_commit(commit));
    origin::has_digest(reference) || reference.starts_with("./") || (commit && !reference.starts_with("docker://"))
}

fn pinned(usage: &Usage<'_>) -> Vec<Line> {
    let own: Vec<Line> = match &usage.what {
        What::Action(version) => {
            let reference = usage.step.uses.as_deref().unwrap_or_default();
            let repository = reference.split('@').next().unwrap_or_default();
            let moved = (!is_fixed(reference)).then(|| {
                let message = format!("`{}` can be moved to another commit by its owner", shown(reference));
                let fix =
                    format!("write the commit after the `@` and `# {}` after it; this prints it:", shown(version));
                let repository: String = repository.split('/').take(2).collect::<Vec<_>>().join("/");
                let (repository, version) = (quotable(&repository), quotable(version));
                // A shortened commit is the name of nothing that can be listed.
                let is_short = version.len() >= 7 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
                Line::wrong(Check::Pinned, message, fix).with_snippet(match is_short {
                    true => format!("gh api repos/{repository}/commits/{version} --jq .sha"),
                    false => format!("git ls-remote https://github.com/{repository} '{version}*'"),
                })
            });
            moved.into_iter().chain(unpinned_release(usage)).collect()
        }
        What::Command(command) => {
            let program = command.steers.get("program").map_or("", String::as_str);
            unpinned_origin(usage, program).into_iter().collect()
        }
    };
    let own = own.into_iter().map(|line| match line.place {
        Some(_) => line,
        None => line.at(usage.path, usage.step.line),
    });
    let others = usage.job.steps.iter().filter(|step| {
        step.uses.as_deref().is_some_and(|uses| softening::action_version(uses).is_none() && !is_fixed(uses))
    });
    let mut lines: Vec<Line> = own.collect();
    if let Some(step) = others.into_iter().next() {
        let uses = step.uses.as_deref().unwrap_or_default();
        let message = format!("`{}`, in the same job, can be moved by its owner", shown(uses));
        let fix = "write its full commit after the `@`, and the version as a comment after it";
        lines.push(Line::advice(Check::Pinned, message, fix).at(&usage.workflow.path, step.line));
    }
    if lines.is_empty() {
        let message = match &usage.what {
            What::Action(_) => "the action is pinned to a commit",
            What::Command(_) => "every source of stopgap in the job is pinned",
        };
        lines.push(Line::ok(Check::Pinned, message).at(usage.path, usage.step.line));
    }
    lines
}

/// Says what is wrong with the release that the action is told to get.
fn unpinned_release(usage: &Usage<'_>) -> Option<Line> {
    let known = |name: &str| Some(usage.input(name)).filter(|value| !value.is_empty() && !value.contains("${{"));
    let (version, checksum) = (known("version"), known("checksum"));
    let fails = |message: String, fix: &str| {
        Some(Line::wrong(Check::Pinned, format!("{message}, so the step fails in every run"), fix))
    };
    let is_sum = |text: &str| text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if let Some(checksum) = checksum.filter(|checksum| !is_sum(checksum)) {
        let fix = "delete it, or write the 64 digits from 0-9 and a-f of the release's archive";
        return fails(format!("`checksum: {}` is not a SHA-256", shown(checksum)), fix);
    }
    let version = version?;
    let numbers = version.trim_start_matches('v').split_once('-').map_or(version, |(numbers, _)| numbers);
    let parts: Vec<&str> = numbers.trim_start_matches('v').split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match version {
        "system" if checksum.is_some() => {
            fails("`checksum` is for a release, and `version: system` uses none".to_owned(), "delete one of them")
        }
        "system" => unpinned_origin(usage, "").map(|line| match line.status {
            Status::Unknown => {
                let message = "`version: system` runs the stopgap on the runner's path, and nothing in the job says where \
                               that comes from";
                let fix = "delete `version`: the action then gets the release that belongs to it";
                Line::unknown(Check::Pinned, message, fix)
            }
            _ => line,
        }),
        _ if parts.len() == 3 && parts.iter().all(is_number) => None,
        other => fails(
            format!("`version: {}` is not a version", shown(other)),
            "delete it, or write one such as `0.1.0`, or `system`",
        ),
    }
}

/// Finds a place that the job gets stopgap from, and that somebody could exchange; `program` is how it is started.
fn unpinned_origin(usage: &Usage<'_>, program: &str) -> Option<Line> {
    let is_source = |image: &&str| origin::is_stopgap(image) || origin::has_digest(image);
    let image = usage.job.image.as_deref().filter(is_source).map(|image| Origin::Image(image.to_owned()));
    let scripts: Vec<(&str, usize)> =
        usage.parts.iter().filter_map(|step| Some((step.run.as_deref()?, step.line))).collect();
    let of_script = |(script, line): &(&str, usize)| {
        let line = *line;
        Origin::all(script).map(move |origin| (origin, line)).collect::<Vec<_>>()
    };
    let found: Vec<(Origin, usize)> =
        image.into_iter().map(|image| (image, usage.job.line)).chain(scripts.iter().flat_map(of_script)).collect();
    let origins: Vec<Origin> = found.iter().map(|(origin, _)| origin.clone()).collect();
    let all: Vec<&str> = scripts.iter().map(|(script, _)| *script).collect();
    let actions =
        usage.parts.iter().any(|step| step.uses.is_some() && !is_checkout(step) && step.reference().is_none());
    let line = unpinned_source(&origins, program, &all.join("\n"), actions)?;
    let place = found.iter().find(|(origin, _)| unpinned(origin).is_some()).map_or(usage.step.line, |(_, line)| *line);
    Some(line.at(&usage.workflow.path, place))
}

const LEAST: &str = "permissions:\n  contents: read\n  pull-requests: read";

fn permissions(usage: &Usage<'_>) -> Line {
    let path = usage.workflow.path.as_str();
    let fix = format!("in `{}`, write in the job", shown(path));
    let line = match usage.permissions() {
        Permissions::Unset => {
            let message = "the permissions of its token are not set, so the repository's settings decide";
            Line::wrong(Check::Permissions, message, fix).with_snippet(LEAST)
        }
        Permissions::All { write: true } => {
            Line::wrong(Check::Permissions, "its token may write everything", fix).with_snippet(LEAST)
        }
        Permissions::All { write: false } => {
            Line::advice(Check::Permissions, "its token may read everything", fix).with_snippet(LEAST)
        }
        Permissions::Listed(listed) => listed_permissions(usage, listed, fix),
    };
    line.at(path, usage.job.line)
}

fn listed_permissions(usage: &Usage<'_>, listed: &BTreeMap<String, String>, fix: String) -> Line {
    let uses = |part: &str| {
        usage.job.steps.iter().any(|step| [&step.uses, &step.run].into_iter().flatten().any(|text| text.contains(part)))
    };
    let sets =
        |input: &str| usage.job.steps.iter().any(|step| step.inputs.get(input).is_some_and(|value| value != "false"));
    let comments = sets("comment") || uses("put-comment");
    let needed = |name: &str| match name {
        "issues" => sets("remind") || uses("apply-plan"),
        "pull-requests" => comments,
        "security-events" => uses("upload-sarif"),
        _ => false,
    };
    let excess: Vec<String> = listed
        .iter()
        .filter(|(name, value)| *value == "write" && !needed(name))
        .map(|(name, value)| format!("`{}: {}`", shown(name), shown(value)))
        .collect();
    let reads = |name: &str| listed.get(name).is_some_and(|value| value == "read" || value == "write");
    let asks = usage.runs_on("pull_request") != Some(false);
    let missing: Vec<&str> = ["contents", "pull-requests"]
        .into_iter()
        .filter(|name| !reads(name) && (asks || *name == "contents"))
        .collect();
    match (excess.as_slice(), missing.as_slice()) {
        ([], []) if comments && listed.get("pull-requests").is_none_or(|value| value != "write") => {
            let message = "its token may not write the comment that `comment` asks for";
            Line::wrong(Check::Permissions, message, fix)
                .with_snippet("permissions:\n  contents: read\n  pull-requests: write")
        }
        ([], []) => Line::ok(Check::Permissions, "its token has only the permissions that it needs"),
        ([], missing) => {
            let message = format!("its token may not read `{}`, which it needs", missing.join("` and `"));
            Line::wrong(Check::Permissions, message, fix).with_snippet(LEAST)
        }
        (excess, _) => {
            let message = format!("its token may do more than it needs: {}", excess.join(", "));
            Line::wrong(Check::Permissions, message, fix).with_snippet(LEAST)
        }
    }
}

fn schedule(facts: &Facts<'_>, usages: &[&Usage<'_>]) -> Vec<Line> {
    let scheduled = usages.iter().filter(|usage| usage.is_check() && usage.runs_on("schedule") != Some(false));
    let candidates: Vec<&Usage<'_>> = scheduled.copied().collect();
    let described = best(&candidates, |usage| schedule_lines(facts, usage));
    match described {
        Some((_, lines)) => lines,
        None if let Some((usage, condition)) = skipped(usages, "schedule") => {
            let message = format!(
                "on the schedule `if: {}` skips it, so nothing fails on the day an exception expires",
                shown(condition)
            );
            let fix = format!(
                "let the condition be true there, or add a step that runs `stopgap check{}`",
                facts.option(usage.all_registers())
            );
            vec![at_condition(Line::wrong(Check::OnSchedule, message, fix), usage, condition)]
        }
        None => {
            let path = usages.first().map_or("", |usage| usage.workflow.path.as_str());
            let message = "it does not run on a schedule, so nothing fails on the day an exception expires";
            let fix = format!("in `{}`, add below `on:`", shown(path));
            vec![Line::wrong(Check::OnSchedule, message, fix).with_snippet(DAILY).at(path, 1)]
        }
    }
}

const DAILY: &str = "schedule:\n  - cron: \"17 5 * * *\"";

/// Says whether a schedule starts anything, and often enough.
fn regular(trigger: &Trigger) -> Result<(), String> {
    if trigger.crons.is_empty() {
        return Err("`schedule` has no `cron`, so nothing starts it".to_owned());
    }
    match cron::pause(&trigger.crons) {
        Err(why) => Err(format!("GitHub refuses the workflow: {why}")),
        Ok(Some(why)) => Err(why),
        Ok(None) => Ok(()),
    }
}

fn schedule_lines(facts: &Facts<'_>, usage: &Usage<'_>) -> Vec<Line> {
    let path = usage.workflow.path.as_str();
    let trigger = usage.workflow.trigger("schedule");
    let line = trigger.map_or(1, |trigger| trigger.line);
    let on = match (trigger.map_or(Ok(()), regular), usage.open_condition("schedule")) {
        (Err(why), _) => {
            let fix = format!("in `{}`, write below `on:`", shown(path));
            Line::wrong(Check::OnSchedule, why, fix).with_snippet(DAILY).at(path, line)
        }
        (Ok(()), Some(condition)) => {
            let message = format!("whether it runs on the schedule depends on `if: {}`", shown(condition));
            let fix = "delete the condition, or let it depend on `github.event_name` alone";
            Line::unknown(Check::OnSchedule, message, fix).at(usage.path, usage.step.line)
        }
        (Ok(()), None) => Line::ok(Check::OnSchedule, "it runs on a schedule").at(path, line),
    };
    let judges = match (usage.judges_change(), &usage.what) {
        (Some(true), What::Action(_)) => {
            let message = "on the schedule it checks a change, and there is none";
            Line::wrong(Check::RegisterCheck, message, "delete `mode: change`")
        }
        (Some(true), What::Command(_)) => {
            let message = "on the schedule it checks a change, and there is none";
            let command = format!("stopgap check{}", facts.option(usage.all_registers()));
            Line::wrong(Check::RegisterCheck, message, format!("add a step for the schedule that runs `{command}`"))
        }
        _ => Line::ok(Check::RegisterCheck, "on the schedule it checks the whole register"),
    };
    let mut lines = vec![on, judges.at(usage.path, usage.step.line)];
    lines.extend(job_lines(facts, usage));
    lines
}
