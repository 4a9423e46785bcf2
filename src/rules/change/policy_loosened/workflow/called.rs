//! What runs the check through other files of the repository: local actions, called workflows and included files.

use std::collections::BTreeMap;

use super::{Call, Home, MOST_STEPS, Page, Step};
use crate::ci::matches;

/// How many files may call one another in a row, as for composite actions on GitHub.
const DEEPEST: usize = 10;

/// Returns all that runs the check, in the order of the files. A part that nothing calls counts only if it is a workflow or
/// an included file and nothing called it before either: from where else it is started is not known.
pub(super) fn steps(pages: &[Page<'_>], was_called: &dyn Fn(&str) -> bool) -> Vec<Step> {
    let mut reader = Expansion {
        pages,
        paths: pages.iter().enumerate().map(|(at, it)| (it.path, at)).collect(),
        done: BTreeMap::new(),
    };
    let mut found = Vec::new();
    for (at, page) in pages.iter().enumerate() {
        let counts = !page.is_part || page.home != Home::Action && is_apart(pages, page, was_called);
        if counts {
            found.extend(reader.steps(at, 0));
        }
    }
    found
}

/// Tells whether a part is not known to be called, or no longer to be.
fn is_apart(pages: &[Page<'_>], page: &Page<'_>, was_called: &dyn Fn(&str) -> bool) -> bool {
    let may_call = |other: &Page<'_>| other.home == Home::Pipeline && other.root.is_none() && other.path != page.path;
    let is_unknown = page.home == Home::Pipeline && pages.iter().any(may_call);
    !is_called(pages, page.path) && (is_unknown || !was_called(page.path))
}

/// Tells whether a file is called by another one.
pub(super) fn is_called(pages: &[Page<'_>], path: &str) -> bool {
    pages.iter().filter(|page| page.path != path).any(|page| page.parts.calls.iter().any(|call| names(call, path)))
}

fn names(call: &Call, path: &str) -> bool {
    call.targets.iter().any(|target| target == path || target.contains('*') && matches(target, path, false))
}

struct Expansion<'p, 'c> {
    pages: &'p [Page<'c>],
    paths: BTreeMap<&'c str, usize>,
    /// The steps of the files that were looked at; none yet of those that are being looked at.
    done: BTreeMap<usize, Vec<Step>>,
}

impl Expansion<'_, '_> {
    /// Returns what a file runs, with what it calls.
    fn steps(&mut self, at: usize, depth: usize) -> Vec<Step> {
        if let Some(done) = self.done.get(&at) {
            return done.clone();
        }
        self.done.insert(at, Vec::new());
        let page = &self.pages[at];
        let own = page
            .parts
            .steps
            .iter()
            .filter_map(|step| if step.is_elsewhere { replaced(page, step) } else { Some(step.clone()) });
        let mut found: Vec<Step> = own.collect();
        for call in page.parts.calls.iter().filter(|_| depth < DEEPEST) {
            let Some(target) = self.target(call).filter(|target| *target != at) else { continue };
            for mut step in self.steps(target, depth + 1) {
                let included = page.home == Home::Pipeline;
                if included {
                    match replaced(page, &step) {
                        Some(replaced) => step = replaced,
                        None => continue,
                    }
                }
                step.soften(call.softened.as_ref());
                step.via = Some((page.file, call.span));
                found.push(step);
            }
            if found.len() >= MOST_STEPS {
                break;
            }
        }
        self.done.insert(at, found.clone());
        found
    }

    fn target(&self, call: &Call) -> Option<usize> {
        let exact = call.targets.iter().find_map(|target| self.paths.get(target.as_str()).copied());
        exact.or_else(|| self.pages.iter().position(|page| page.home == Home::Pipeline && names(call, page.path)))
    }
}

/// Returns a step of a job that comes from elsewhere as a pipeline's own keys leave it; `None` if its script does not run.
fn replaced(page: &Page<'_>, step: &Step) -> Option<Step> {
    let Some(own) = step.job.as_ref().and_then(|job| page.parts.jobs.get(job)) else { return Some(step.clone()) };
    if own.script.is_some() && own.runs {
        return None;
    }
    let mut step = step.clone();
    step.soften(own.script.as_ref().or(own.soft.as_ref()));
    Some(step)
}
