//! Edits of what runs the check, whatever they do to it.
//!
//! The effect of a script, a condition or a trigger is not analysed here. Every edit that is not known to be irrelevant
//! to the check is named, as a note, so that the owners of the workflow look at it.

use std::collections::BTreeSet;

use super::tree::whole;
use super::{Home, Kind, Page, Step};
use crate::ci::command::{self, Command};
use crate::ci::origin::{image_name, is_stopgap};
use crate::rule::Level;
use crate::rules::Context;
use crate::source::{FileId, Span};
use crate::text::shown;
use crate::yaml::{self, Entry, Node, Spot};

/// Both sides of a change: its files, and what in them runs the check.
#[derive(Clone, Copy)]
pub(super) struct Sides<'s> {
    pub(super) old: (&'s [Page<'s>], &'s [Step]),
    pub(super) new: (&'s [Page<'s>], &'s [Step]),
}

/// One side of a file that runs the check.
pub(super) struct Version<'s> {
    pub(super) file: FileId,
    home: Home,
    root: Option<&'s Node<'s>>,
    /// What runs it, and what calls that.
    pub(super) checks: Vec<Span>,
    /// The jobs of a pipeline that run it and come from elsewhere.
    jobs: Vec<&'s str>,
}

impl<'s> Version<'s> {
    /// Returns one version of a file; `None` if it is not among those of the side.
    pub(super) fn of(file: FileId, (pages, steps): (&'s [Page<'s>], &'s [Step])) -> Option<Self> {
        let page = pages.iter().find(|page| page.file == file)?;
        let runs = || steps.iter().filter(|step| step.kind != Kind::Setting);
        let own = runs().filter(|step| step.file == file).map(|step| step.span);
        let calls = runs().filter_map(|step| step.via.filter(|(of, _)| *of == file)).map(|(_, span)| span);
        let is_foreign = |step: &&Step| {
            let is_included = step.via.is_some_and(|(of, _)| of == file);
            page.home == Home::Pipeline && (is_included || step.is_elsewhere && step.file == file)
        };
        let jobs = runs().filter(is_foreign).filter_map(|step| step.job.as_deref());
        Some(Self {
            file,
            home: page.home,
            root: page.root.as_ref(),
            checks: own.chain(calls).collect(),
            jobs: jobs.collect(),
        })
    }
}

/// Both sides of such a file, and what is already reported about it.
struct Pages<'p> {
    base: &'p Version<'p>,
    head: &'p Version<'p>,
    told: &'p [(FileId, Span)],
}

/// An edit: what is edited, and where in the head, unless it is gone there.
struct Edit {
    what: String,
    at: Option<Span>,
}

/// Keys of a workflow that say nothing about whether, when and how its jobs run. A job's name is what a ruleset requires.
const NAMES: [&str; 3] = ["name", "run-name", "jobs"];

/// Keys of a pipeline that reach into each of its jobs.
const AROUND: [&str; 8] = ["before_script", "default", "image", "include", "services", "spec", "variables", "workflow"];

/// Keys of an action that say nothing about how its steps run.
const DESCRIBING: [&str; 6] = ["author", "branding", "description", "name", "outputs", "runs"];

/// Keys of a job that only matter once the check has ended.
const AFTER: [&str; 5] = ["after_script", "artifacts", "cache", "outputs", "retry"];

/// At most this many edits are named; the others are counted.
const MOST_NAMED: usize = 5;

pub(super) fn compare(base: &Version<'_>, head: &Version<'_>, told: &[(FileId, Span)], cx: &mut Context<'_>) {
    let pages = Pages { base, head, told };
    let (old, new) = (cx.source(pages.base.file), cx.source(pages.head.file));
    let concerns = !pages.base.checks.is_empty() || !pages.base.jobs.is_empty();
    if old.text() == new.text() {
        return;
    }
    let (Some(before), Some(after)) = (base.root, head.root) else {
        let names_it = old.text().contains("stopgap") || new.text().contains("stopgap");
        if (concerns || names_it)
            && script(old.text()) != script(new.text())
            && pages.told.iter().all(|(file, _)| *file != pages.head.file)
        {
            let message = "what runs the check was edited, and cannot be compared: stopgap cannot read it as YAML";
            note(cx, pages.head.file, None, message.to_owned());
        }
        return;
    };
    if !concerns {
        return;
    }
    let around = |keep: &dyn Fn(&str) -> bool| pages.entries(before, after, "", keep);
    let (called, around, jobs): (&str, Vec<Edit>, _) = match base.home {
        Home::Workflow => ("workflow", around(&|key| !NAMES.contains(&key)), (before.get("jobs"), after.get("jobs"))),
        Home::Pipeline => ("pipeline", around(&|key| AROUND.contains(&key)), (Some(before), Some(after))),
        Home::Action => {
            let mut edits = around(&|key| !DESCRIBING.contains(&key));
            if let (Some(old), Some(new)) = (before.get("runs"), after.get("runs")) {
                edits.extend(pages.job(old, new));
            }
            ("action", edits, (None, None))
        }
    };
    if !around.is_empty() {
        let message = format!("the {called} that runs the check was edited: {}", listed(&around));
        note(cx, pages.head.file, around.iter().find_map(|edit| edit.at), message);
    }
    let (old_jobs, new_jobs) = (entries_of(jobs.0), entries_of(jobs.1));
    let is_pipeline = base.home == Home::Pipeline;
    let runs = |entry: &&Entry<'_>, checks: &[Span]| {
        !(is_pipeline && AROUND.contains(&&*entry.key)) && checks.iter().any(|check| entry.value.span.contains(*check))
    };
    let is_foreign = |key: &str| base.jobs.contains(&key) || head.jobs.contains(&key);
    // A job from elsewhere may have no keys of its own on a side.
    let named: BTreeSet<&str> = base.jobs.iter().chain(&head.jobs).copied().collect();
    for name in named {
        let [was, is] = [old_jobs, new_jobs].map(|jobs| jobs.iter().find(|it| it.key == name));
        let nothing = Node { span: Span::default(), kind: yaml::Kind::Map(Vec::new()) };
        let edits = pages.job(was.map_or(&nothing, |it| &it.value), is.map_or(&nothing, |it| &it.value));
        if !edits.is_empty() {
            let key = shown(name);
            let message = format!("the job `{key}`, which runs the check, was edited: {}", listed(&edits));
            let at = edits.iter().find_map(|edit| edit.at).or(is.map(|it| it.key_span));
            note(cx, pages.head.file, at, message);
        }
    }
    let (old_jobs, new_jobs) =
        [old_jobs, new_jobs].map(|jobs| jobs.iter().filter(|job| !is_foreign(&job.key)).collect::<Vec<_>>()).into();
    let mut others = new_jobs
        .iter()
        .copied()
        .filter(|job| runs(job, &pages.head.checks) && !old_jobs.iter().any(|old| old.key == job.key));
    for old in old_jobs.iter().filter(|job| runs(job, &pages.base.checks)) {
        let same = new_jobs.iter().copied().find(|job| job.key == old.key);
        let renamed = if same.is_none() { others.next() } else { None };
        let key = shown(&old.key);
        let Some(new) = same.or(renamed) else {
            if !pages.is_told(Some(old.value.span), None) {
                note(
                    cx,
                    pages.head.file,
                    None,
                    format!("the job `{key}`, which ran the check, is gone: another job runs it now"),
                );
            }
            continue;
        };
        let mut edits = pages.job(&old.value, &new.value);
        if renamed.is_some() && old.value.get("name").is_none() {
            edits.insert(0, Edit { what: "its key".to_owned(), at: Some(new.key_span) });
        }
        if !edits.is_empty() {
            let message = format!("the job `{key}`, which runs the check, was edited: {}", listed(&edits));
            note(cx, pages.head.file, edits.iter().find_map(|edit| edit.at).or(Some(new.key_span)), message);
        }
    }
}

fn note(cx: &mut Context<'_>, file: FileId, at: Option<Span>, message: String) {
    let spot = at.map_or_else(Spot::file, |span| Spot::found_in(cx.source(file).text(), span));
    let finding = cx.report_in(file, spot, message);
    finding.help("have an owner of the file verify that the check still runs, judges all of the change, and can fail");
    finding.level = finding.level.min(Level::Note);
}

fn listed(edits: &[Edit]) -> String {
    let mut named: Vec<&str> = edits.iter().take(MOST_NAMED).map(|edit| edit.what.as_str()).collect();
    let more = format!("`{}` more", edits.len().saturating_sub(MOST_NAMED));
    if edits.len() > MOST_NAMED {
        named.push(&more);
    }
    named.join(", ")
}

fn entries_of<'n, 'a>(node: Option<&'n Node<'a>>) -> &'n [Entry<'a>] {
    node.and_then(Node::as_map).unwrap_or_default()
}

impl Pages<'_> {
    /// Tells whether something is reported of a part already.
    fn is_told(&self, old: Option<Span>, new: Option<Span>) -> bool {
        let meets = |file: FileId, span: Option<Span>| {
            let within = |told: Span| span.is_some_and(|span| told.start < span.end && span.start < told.end);
            self.told.iter().any(|(of, told)| *of == file && within(*told))
        };
        meets(self.base.file, old) || meets(self.head.file, new)
    }

    /// Compares the entries of two mappings, those whose keys are to be looked at.
    fn entries(&self, old: &Node<'_>, new: &Node<'_>, above: &str, keep: &dyn Fn(&str) -> bool) -> Vec<Edit> {
        let (before, after) = (entries_of(Some(old)), entries_of(Some(new)));
        let keys = before.iter().chain(after.iter().filter(|new| before.iter().all(|old| old.key != new.key)));
        let mut edits = Vec::new();
        for key in keys.map(|entry| &*entry.key).filter(|key| keep(key)) {
            let [was, is] = [before, after].map(|entries| entries.iter().find(|entry| entry.key == key));
            if self.is_told(was.map(whole), is.map(whole)) {
                continue;
            }
            let path = if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") };
            edits.extend(self.value(&path, was.map(|it| &it.value), is.map(|it| &it.value)));
        }
        edits
    }

    fn value(&self, path: &str, old: Option<&Node<'_>>, new: Option<&Node<'_>>) -> Vec<Edit> {
        let full = |node: &&Node<'_>| !node.is_empty();
        if path == "on" {
            return self.events(old, new);
        }
        match (old.filter(full), new.filter(full)) {
            (None, None) => Vec::new(),
            (Some(old), Some(new)) if is_same(path, old, new) => Vec::new(),
            (Some(old), Some(new)) if old.as_map().is_some() && new.as_map().is_some() => {
                self.entries(old, new, path, &|_| true)
            }
            (_, new) => vec![Edit { what: format!("`{}`", shown(path)), at: new.map(|new| new.span) }],
        }
    }

    /// Compares the events on which a workflow runs, of which there may be more than before.
    fn events(&self, old: Option<&Node<'_>>, new: Option<&Node<'_>>) -> Vec<Edit> {
        let after = events(new);
        let edit = |(event, was): &(String, Option<&Node<'_>>)| {
            let path = format!("on.{event}");
            let at = new.map(|new| new.span);
            match after.iter().find(|(name, _)| name == event) {
                None => vec![Edit { what: format!("`{}`", shown(&path)), at }],
                Some((_, is)) => self.value(&path, *was, *is),
            }
        };
        events(old).iter().flat_map(edit).collect()
    }

    fn job(&self, old: &Node<'_>, new: &Node<'_>) -> Vec<Edit> {
        let mut edits = self.entries(old, new, "", &|key| key != "steps" && !AFTER.contains(&key));
        let steps = |job| -> &[Node<'_>] { Node::get(job, "steps").and_then(Node::as_seq).unwrap_or_default() };
        edits.extend(self.steps(steps(old), steps(new)));
        edits
    }

    /// Compares steps in their order. A step added after the last one that runs the check comes too late to affect it.
    fn steps(&self, old: &[Node<'_>], new: &[Node<'_>]) -> Vec<Edit> {
        let same = |old: &Node<'_>, new: &Node<'_>| self.step(1, old, new).is_empty();
        let first = old.iter().zip(new).take_while(|(old, new)| same(old, new)).count();
        let (old, new) = (&old[first..], &new[first..]);
        let last = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| same(old, new)).count();
        let (old, new) = (&old[..old.len() - last], &new[..new.len() - last]);
        let checks = |step: &Node<'_>| self.head.checks.iter().any(|check| step.span.contains(*check));
        let mut edits = Vec::new();
        for at in 0..old.len().max(new.len()) {
            let number = first + at + 1;
            match (old.get(at), new.get(at)) {
                (Some(was), Some(is)) => edits.extend(self.step(number, was, is)),
                (Some(was), None) if !self.is_told(Some(was.span), None) => {
                    edits.push(Edit { what: format!("step `{number}`, which is gone"), at: None });
                }
                (None, Some(is))
                    if !self.is_told(None, Some(is.span)) && (last > 0 || new[at..].iter().any(checks)) =>
                {
                    edits.push(Edit { what: format!("step `{number}`, which is new"), at: Some(is.span) });
                }
                _ => {}
            }
        }
        edits
    }

    fn step(&self, number: usize, old: &Node<'_>, new: &Node<'_>) -> Vec<Edit> {
        if self.is_told(Some(old.span), Some(new.span)) {
            return Vec::new();
        }
        let mut edits = self.entries(old, new, "", &|key| !["name", "id"].contains(&key));
        edits.iter_mut().for_each(|edit| edit.what.push_str(&format!(" of step `{number}`")));
        edits
    }
}

/// Returns the events of a workflow with what limits each.
pub(super) fn events<'n, 'a>(on: Option<&'n Node<'a>>) -> Vec<(String, Option<&'n Node<'a>>)> {
    let Some(on) = on else { return Vec::new() };
    match (on.as_map(), on.as_seq()) {
        (Some(events), _) => events.iter().map(|entry| (entry.key.to_string(), Some(&entry.value))).collect(),
        (None, Some(names)) => names.iter().filter_map(|name| Some((name.as_text()?.to_owned(), None))).collect(),
        (None, None) => on.as_text().map(|name| (name.to_owned(), None)).into_iter().collect(),
    }
}

/// Tells whether two values of a key do the same, or the second does so in a newer version.
fn is_same(path: &str, old: &Node<'_>, new: &Node<'_>) -> bool {
    let key = match path {
        // An image may be a mapping with its name.
        "image.name" | "container.image" => "image",
        _ => path.rsplit('.').next().unwrap_or_default(),
    };
    match key {
        "run" | "script" | "before_script" => {
            let (old, new) = (script(&text_of(old)), script(&text_of(new)));
            old.len() == new.len() && old.iter().zip(&new).all(|(old, new)| is_same_line(old, new))
        }
        "uses" => is_newer(&text_of(old), &text_of(new)),
        "image" | "container" => {
            let (before, after) = (text_of(old), text_of(new));
            old.same_value(new) || (is_stopgap(&before) && image_name(&before) == image_name(&after))
        }
        _ => old.same_value(new),
    }
}

/// Returns the text of a value, or the lines of a list.
fn text_of(node: &Node<'_>) -> String {
    match node.as_seq() {
        Some(items) => items.iter().map(text_of).collect::<Vec<_>>().join("\n"),
        None => node.as_text().unwrap_or_default().to_owned(),
    }
}

/// Returns the lines of a script that do something; options that only affect how findings are presented are left out.
fn script(text: &str) -> Vec<String> {
    let told = |line: String| if Command::read(&line).is_some() { untold(&line) } else { line };
    command::lines(text).into_iter().map(told).collect()
}

fn untold(line: &str) -> String {
    let mut words = line.split_whitespace();
    let mut kept = Vec::new();
    while let Some(word) = words.next() {
        let name = word.split('=').next().unwrap_or_default();
        match word {
            _ if command::is_about_presentation(word) && command::takes_value(word) == Some(true) => drop(words.next()),
            _ if command::is_about_presentation(name) => {}
            _ => kept.push(word),
        }
    }
    let line = kept.join(" ");
    line.strip_suffix(" || exit 1").unwrap_or(&line).to_owned()
}

fn is_same_line(old: &str, new: &str) -> bool {
    let (before, after): (Vec<&str>, Vec<&str>) = (old.split_whitespace().collect(), new.split_whitespace().collect());
    before.len() == after.len() && before.iter().zip(&after).all(|(old, new)| is_newer(old, new))
}

/// Tells whether a reference is the same as another, or a newer version of it: `acme/stopgap@v2`, `stopgap==0.2.0`.
/// A commit says nothing about its age, nor about whose it is.
fn is_newer(old: &str, new: &str) -> bool {
    let parts = |text: &str| {
        let (name, version) = text.split_once("==").or_else(|| text.rsplit_once('@'))?;
        let numbers: Option<Vec<u64>> =
            version.trim_start_matches('v').split('.').map(|number| number.parse().ok()).collect();
        Some((name.to_owned(), numbers?))
    };
    old == new
        || parts(old)
            .zip(parts(new))
            .is_some_and(|((name, old), (other, new))| name == other && !name.is_empty() && old <= new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_version_is_one_that_says_so() {
        for (old, new, newer) in [
            ("a/b@v1", "a/b@v1", true),
            ("a/b@v1", "a/b@v2", true),
            ("a/b@1", "a/b@v1", true),
            ("a/b@v1.9", "a/b@v1.10.0", true),
            ("stopgap==0.1.0", "stopgap==0.2.0", true),
            ("a/b@v2", "a/b@v1", false),
            ("a/b@v1", "c/b@v2", false),
            ("a/b@v1", "a/b@main", false),
            ("a/b@v1", "a/b", false),
            ("a/b@0123456789abcdef0123456789abcdef01234567", "a/b@v1", false),
            ("a/b@0123456789abcdef0123456789abcdef01234567", "a/b@1123456789abcdef0123456789abcdef01234567", false),
        ] {
            assert_eq!(is_newer(old, new), newer, "{old} {new}");
        }
    }

    #[test]
    fn a_script_is_what_its_lines_do() {
        let same = |old: &str, new: &str| script(old) == script(new);
        assert!(same("stopgap check --base auto\n", "# why\n  stopgap check --base auto \\\n    --format github -q\n"));
        assert!(same("stopgap check --output=sarif=a", "stopgap check || exit 1"));
        for other in
            ["exit 0\nstopgap check", "stopgap check\nexit 0", "stopgap() { :; }\nstopgap check", "stopgap check x"]
        {
            assert!(!same("stopgap check", other), "{other}");
        }
    }
}
