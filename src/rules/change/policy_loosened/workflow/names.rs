//! Other jobs with the name under which a branch requires the check.
//!
//! A ruleset names a check, and not the workflow that it is in: any job of that name reports one.

use std::collections::{BTreeMap, BTreeSet};

use super::edited::{Sides, Version};
use super::{Home, Page, Step};
use crate::ci::github::local_paths;
use crate::rules::Context;
use crate::source::{FileId, Span};
use crate::text::shown;
use crate::yaml::{self, Node, Spot};

/// A job as a branch knows it.
struct Job<'c> {
    path: &'c str,
    key: String,
    /// What it is called on a pull request, with the names of the jobs of a workflow that it calls.
    names: Vec<String>,
    file: FileId,
    /// What names it.
    span: Span,
    /// Whether it runs the check.
    runs: bool,
}

/// Reports new jobs that do not run the check and are called as one that does.
pub(super) fn compare(sides: &Sides<'_>, cx: &mut Context<'_>) {
    let (before, after) = (jobs(sides.old, cx), jobs(sides.new, cx));
    let checks: BTreeSet<&String> =
        before.iter().chain(&after).filter(|job| job.runs).flat_map(|job| &job.names).collect();
    let known: BTreeSet<(&str, &str, &String)> =
        before.iter().flat_map(|job| job.names.iter().map(move |name| (job.path, job.key.as_str(), name))).collect();
    for job in after.iter().filter(|job| !job.runs) {
        let is_new = |name: &&String| checks.contains(name) && !known.contains(&(job.path, job.key.as_str(), *name));
        let Some(name) = job.names.iter().find(is_new) else { continue };
        let Some(check) = after.iter().find(|other| other.runs && other.names.contains(name)) else { continue };
        let message = format!(
            "the job `{}` is a second check called `{}`, and does not run stopgap: a branch that requires this check takes \
             either",
            shown(&job.key),
            shown(name)
        );
        let spot = Spot::found_in(cx.source(job.file).text(), job.span);
        let finding = cx.report_in(job.file, spot, message);
        finding.help("give it another `name`").label_in(check.file, check.span, "the job that runs the check");
    }
}

/// Lists the jobs of all workflows.
fn jobs<'c>(side: (&[Page<'c>], &[Step]), cx: &Context<'_>) -> Vec<Job<'c>> {
    let workflows = side.0.iter().filter(|page| page.home == Home::Workflow);
    let read = workflows.filter_map(|page| Some((page, yaml::parse(cx.source(page.file).text()).ok()?)));
    let trees: BTreeMap<&str, (&Page<'c>, Node<'_>)> = read.map(|(page, root)| (page.path, (page, root))).collect();
    let mut found = Vec::new();
    for (page, root) in trees.values().filter(|(page, _)| !page.is_part) {
        let checks = Version::of(page.file, side).map(|version| version.checks).unwrap_or_default();
        for entry in root.get("jobs").and_then(Node::as_map).unwrap_or_default() {
            let name = entry.value.get("name").and_then(Node::as_text).unwrap_or(&entry.key);
            let called = entry.value.get("uses").and_then(Node::as_text).map(local_paths).unwrap_or_default();
            let called = called.iter().find_map(|path| trees.get(path.as_str()));
            let inner = called.map(|(_, root)| root.get("jobs").and_then(Node::as_map).unwrap_or_default());
            let names = match inner {
                Some(inner) => inner
                    .iter()
                    .map(|inner| {
                        let own = inner.value.get("name").and_then(Node::as_text).unwrap_or(&inner.key);
                        format!("{name} / {own}")
                    })
                    .collect(),
                None => vec![name.to_owned()],
            };
            let span = entry.value.get("name").map_or(entry.key_span, |name| name.span);
            let runs = checks.iter().any(|check| entry.value.span.contains(*check));
            found.push(Job { path: page.path, key: entry.key.to_string(), names, file: page.file, span, runs });
        }
    }
    found
}
