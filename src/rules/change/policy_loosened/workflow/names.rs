//! Other jobs with the name under which a branch requires the check.
//!
//! A ruleset names a check, and not the workflow that it is in: any job of that name reports one.

use std::collections::BTreeMap;

use super::edited::{self, Sides};
use super::{Home, Kind, MOST_STEPS, Page, Step};
use crate::ci::github::local_paths;
use crate::rules::Context;
use crate::source::{FileId, Span};
use crate::text::shown;
use crate::yaml::{Node, Spot};

/// A job as a branch knows it.
struct Job<'c> {
    path: &'c str,
    key: String,
    /// What it is called on a pull request, with the names of the jobs of a workflow that it calls.
    names: Vec<String>,
    file: FileId,
    /// What names it.
    span: Span,
    /// The bytes of its keys.
    body: Span,
    /// Whether it judges the change or the register.
    runs: bool,
    /// Whether it also fails when that does.
    judges: bool,
}

/// Reports new jobs that judge nothing and are called as one that does.
pub(super) fn compare(sides: &Sides<'_>, told: &[(FileId, Span)], cx: &mut Context<'_>) {
    let (before, after) = (jobs(sides.old), jobs(sides.new));
    let judging: Vec<&Job<'_>> = after.iter().chain(&before).filter(|job| job.judges).collect();
    let known: BTreeMap<(&str, &str, &String), &Job<'_>> = before
        .iter()
        .flat_map(|job| job.names.iter().map(move |name| ((job.path, job.key.as_str(), name), job)))
        .collect();
    let is_told = |job: &Job<'_>| told.iter().any(|(file, span)| *file == job.file && job.body.contains(*span));
    let checks: BTreeMap<&String, &Job<'_>> =
        judging.into_iter().rev().flat_map(|job| job.names.iter().map(move |name| (name, job))).collect();
    for job in after.iter().filter(|job| !job.judges) {
        let is_new = |name: &&String| match known.get(&(job.path, job.key.as_str(), *name)) {
            // Another job may have taken its place.
            Some(old) => old.judges && !job.runs && !is_told(old) && !is_told(job),
            None => true,
        };
        let found = job.names.iter().filter(is_new).find_map(|name| Some((name, checks.get(name)?)));
        let Some((name, check)) = found else { continue };
        let name = shown(name);
        let message = format!(
            "the job `{}` is a check called `{name}`, like the one that runs stopgap, and does not run it: a branch that \
             requires `{name}` accepts either",
            shown(&job.key)
        );
        let spot = Spot::found_in(cx.source(job.file).text(), job.span);
        let finding = cx.report_in(job.file, spot, message);
        finding.help("give it another `name`").label_in(check.file, check.span, "the one that runs stopgap");
    }
}

/// Lists the jobs of all workflows.
fn jobs<'c>(side: (&[Page<'c>], &[Step])) -> Vec<Job<'c>> {
    let workflows = side.0.iter().filter(|page| page.home == Home::Workflow);
    let read = workflows.filter_map(|page| Some((page.path, (page, page.root.as_ref()?))));
    let trees: BTreeMap<&str, (&Page<'c>, &Node<'_>)> = read.collect();
    let mut found = Vec::new();
    // A run on the schedule is not one of a change.
    let is_scheduled = |root: &Node<'_>| {
        let events = edited::events(root.get("on"));
        !events.is_empty() && events.iter().all(|(event, _)| event == "schedule")
    };
    for (page, root) in trees.values().filter(|(page, root)| !page.is_part && !is_scheduled(root)) {
        let is_check = |step: &&Step| matches!(step.kind, Kind::Gate | Kind::Check | Kind::Action);
        let checks: Vec<&Step> = side.1.iter().filter(is_check).filter(|step| step.start().0 == page.file).collect();
        let mut calls = 0;
        for entry in root.get("jobs").and_then(Node::as_map).unwrap_or_default() {
            let name = entry.value.get("name").and_then(Node::as_text).unwrap_or(&entry.key);
            let called = entry.value.get("uses").and_then(Node::as_text).map(local_paths).unwrap_or_default();
            let called = called.iter().find_map(|path| trees.get(path.as_str())).filter(|_| calls < MOST_STEPS);
            calls += usize::from(called.is_some());
            let inner = called.map(|(_, root)| root.get("jobs").and_then(Node::as_map).unwrap_or_default());
            let names = match inner {
                Some(inner) => inner
                    .iter()
                    .take(MOST_STEPS)
                    .map(|inner| {
                        let own = inner.value.get("name").and_then(Node::as_text).unwrap_or(&inner.key);
                        format!("{name} / {own}")
                    })
                    .collect(),
                None => vec![name.to_owned()],
            };
            let span = entry.value.get("name").map_or(entry.key_span, |name| name.span);
            let body = entry.value.span;
            let own = || checks.iter().filter(|step| body.contains(step.start().1));
            let judges = own().any(|step| step.softened.is_none());
            let (path, file, key) = (page.path, page.file, entry.key.to_string());
            found.push(Job { path, key, names, file, span, body, runs: own().next().is_some(), judges });
        }
    }
    found
}
