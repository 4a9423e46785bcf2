//! The covers of the register, and which of them matches a result.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::package::{Purl, Reported};
use super::place::Place;
use super::rule::Rule;
use crate::register::{Cover, Exception, Phase, Register};
use crate::source::{FileId, Span};
use crate::text::{argument, shown};
use crate::time::{Today, Zone, rfc3339};
use crate::tools::{Name, Pattern, Selector};

/// A cover of the register that can be understood.
#[derive(Debug)]
pub struct Known {
    /// The exception's file.
    pub file: FileId,
    /// The exception's id.
    pub exception: String,
    /// The index in `covers`.
    pub index: usize,
    /// The item.
    pub span: Span,
    /// Whether its exception is in force.
    pub in_force: bool,
    /// What the tool calls the finding.
    pub id: String,
    /// Whether it is about every rule of the tool instead.
    pub is_of_every_rule: bool,
    /// Why it covers nothing, if its exception is not in force; a few words after its name.
    pub standing: String,
    /// What to do about that.
    pub remedy: String,
    /// Whether it ends once there is a fix.
    pub until_fixed: bool,
    /// What is written about its exception into an annotated log.
    pub permit: Arc<Permit>,
    tool: Name,
    paths: Vec<Pattern>,
    routes: Vec<String>,
    purls: Vec<Purl>,
    package: Option<(String, Option<String>, Option<String>)>,
    kind: Option<String>,
}

/// What an exception says about a finding that it covers.
#[derive(Clone, Debug)]
pub struct Permit {
    /// The last covered day or moment, as it is written.
    pub expires: String,
    /// The first instant that is no longer covered, in UTC.
    pub ends: String,
    /// Who approved last.
    pub approver: String,
    /// The title.
    pub title: String,
}

/// What is known of a result.
pub(super) struct Subject<'s> {
    /// Each form of its ids.
    pub(super) ids: Vec<String>,
    /// Where it is; nothing where it says nothing.
    pub(super) places: &'s [Place],
    /// The package that it is about.
    pub(super) package: &'s Reported,
    /// Its rule.
    pub(super) rule: Option<&'s Rule>,
}

/// The covers by tool and id.
#[derive(Debug, Default)]
pub struct Covers {
    /// All that can be understood, in the order of the register.
    pub list: Vec<Known>,
    by_id: FxHashMap<(Name, String), Vec<usize>>,
    of_every_rule: FxHashMap<Name, Vec<usize>>,
    /// The tools that they name.
    tools: BTreeSet<Name>,
    /// Where those of each file are.
    by_file: FxHashMap<FileId, Range<usize>>,
}

impl Covers {
    /// Collects the covers of a register. What cannot be understood as a whole covers nothing.
    #[must_use]
    pub fn of(register: &Register<'_>, zone: Zone, today: Today) -> Self {
        let mut all = Self::default();
        for exception in register.exceptions() {
            let in_force = exception.grants(zone, today);
            let Some(permit) = Permit::of(exception, zone).map(Arc::new) else { continue };
            let first = all.list.len();
            for (index, cover) in exception.covers.iter().enumerate() {
                let Some(known) = Known::read(exception, (index, cover), Arc::clone(&permit)) else { continue };
                let (standing, remedy) = if in_force { Default::default() } else { standing(exception, zone, today) };
                let known = Known { in_force, standing, remedy, ..known };
                let of_tool = if known.is_of_every_rule {
                    all.of_every_rule.entry(known.tool.clone()).or_default()
                } else {
                    let id = known.tool.ids().form(&known.id).into_owned();
                    all.by_id.entry((known.tool.clone(), id)).or_default()
                };
                of_tool.push(all.list.len());
                all.tools.insert(known.tool.clone());
                all.list.push(known);
            }
            all.by_file.insert(exception.file, first..all.list.len());
        }
        all
    }

    /// Returns which of the list are those of a file.
    pub(super) fn of_file(&self, file: FileId) -> Range<usize> {
        self.by_file.get(&file).cloned().unwrap_or_default()
    }

    /// Returns whether any cover names a tool.
    pub(super) fn name(&self, tool: &Name) -> bool {
        self.tools.contains(tool)
    }

    /// Returns the covers that mean a result of a tool, in force or not.
    pub(super) fn of_result(&self, tool: &Name, subject: &Subject<'_>) -> Vec<usize> {
        let of_id = |id: &String| self.by_id.get(&(tool.clone(), id.clone()));
        let named = subject.ids.iter().filter_map(of_id).chain(self.of_every_rule.get(tool)).flatten().copied();
        let mut found: Vec<usize> = named.filter(|at| self.list[*at].means(subject)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Known {
    fn read(exception: &Exception<'_>, (index, cover): (usize, &Cover<'_>), permit: Arc<Permit>) -> Option<Self> {
        let tool = cover.name().filter(|_| cover.is_whole())?;
        // No log says these of a result, and a doubt covers nothing.
        let is_told = |selector| {
            !matches!(selector, Selector::Namespace | Selector::Match | Selector::Scope | Selector::Assignment)
        };
        if !cover.selectors().all(is_told) {
            return None;
        }
        let is_of_files = !tool.has_routes();
        let written = || cover.paths.iter().map(|path| path.as_str());
        let paths: Option<Vec<Pattern>> = written().filter(|_| is_of_files).map(|it| Pattern::parse(it).ok()).collect();
        let routes = written().filter(|_| !is_of_files).map(str::to_owned).collect();
        let purls: Option<Vec<Purl>> = cover.purls.iter().map(|purl| Purl::read(purl.as_str())).collect();
        let text = |text: &Option<crate::register::Text<'_>>| text.as_ref().map(|text| text.as_str().to_owned());
        let package = match &cover.package {
            Some(package) => Some((text(&package.name)?, text(&package.version), text(&package.kind))),
            None => None,
        };
        Some(Self {
            file: exception.file,
            exception: exception.id.to_owned(),
            index,
            span: cover.item.span(),
            in_force: false,
            id: cover.id.as_ref()?.as_str().to_owned(),
            is_of_every_rule: cover.is_of_every_rule(),
            standing: String::new(),
            remedy: String::new(),
            until_fixed: cover.until_fixed.as_ref().is_some_and(|flag| flag.value),
            permit,
            tool,
            paths: paths?,
            routes,
            purls: purls?,
            package,
            kind: text(&cover.kind),
        })
    }

    /// Says what it names.
    #[must_use]
    pub fn name(&self) -> String {
        let tool = shown(self.tool.key());
        if self.is_of_every_rule { format!("every rule of {tool}") } else { format!("{tool} {}", shown(&self.id)) }
    }

    /// Returns the tool whose findings it covers.
    #[must_use]
    pub fn tool(&self) -> &Name {
        &self.tool
    }

    /// Returns whether it means a result of its tool and id: every selector holds, and every place matches.
    fn means(&self, subject: &Subject<'_>) -> bool {
        let is_here =
            |place: &Place| place.path().is_some_and(|path| self.paths.iter().any(|pattern| pattern.matches(path)));
        let places = || !subject.places.is_empty() && subject.places.iter().all(is_here);
        let routes = || {
            let routes = subject.rule.map(|rule| rule.routes.as_slice()).unwrap_or_default();
            let is_on = |route: &String| self.routes.iter().any(|wanted| is_route(wanted, route));
            !routes.is_empty() && routes.iter().all(is_on)
        };
        let purls = || self.purls.iter().any(|purl| subject.package.is_of(purl));
        let package = |(name, version, kind): &(String, Option<String>, Option<String>)| {
            subject.package.is(name, version.as_deref(), kind.as_deref())
        };
        let kind = |kind: &String| subject.rule.and_then(|rule| rule.kind) == Some(kind.as_str());
        (self.paths.is_empty() || places())
            && (self.routes.is_empty() || routes())
            && (self.purls.is_empty() || purls())
            && self.package.as_ref().is_none_or(package)
            && self.kind.as_ref().is_none_or(kind)
    }
}

/// Says why an exception is not in force, and what to do about it.
fn standing(exception: &Exception<'_>, zone: Zone, today: Today) -> (String, String) {
    let another = || "fix it, or request another exception: `stopgap new`".to_owned();
    let id = argument(exception.id);
    let more = || format!("fix it, or request more time: `stopgap renew {id}`");
    let follow = || format!("fix it and close the exception, or request a new one: `stopgap new --follows {id}`");
    match exception.phase(zone, today) {
        Phase::Rejected => ("it was rejected".to_owned(), another()),
        Phase::Closed(_) => ("it is closed".to_owned(), another()),
        Phase::Ended(last) => (format!("it ended on `{last}`"), follow()),
        Phase::MarkedExpired => ("its status is `expired`".to_owned(), more()),
        Phase::Waiting(starts) => {
            (format!("it begins on `{starts}`"), "fix it, or wait until the exception has begun".to_owned())
        }
        Phase::InForce(_) | Phase::Incomplete => {
            ("its record is not complete".to_owned(), format!("complete it: `stopgap show {id}` says what is missing"))
        }
    }
}

/// Returns whether a path of dependencies as snyk's policy writes it is one that a log names: without the project that
/// it begins with, and with or without versions.
fn is_route(wanted: &str, route: &str) -> bool {
    let steps = |text: &str| -> Vec<String> { text.split('>').map(|step| step.trim().to_owned()).collect() };
    let bare = |step: &str| step.get(1..).and_then(|rest| rest.find('@')).map_or(step, |at| &step[..=at]).to_owned();
    let (wanted, all) = (steps(wanted), steps(route));
    let same = |own: &String, other: &String| own == other || *own == bare(other);
    let matches =
        |route: &[String]| wanted.len() == route.len() && wanted.iter().zip(route).all(|(own, other)| same(own, other));
    matches(&all) || all.get(1..).is_some_and(matches)
}

impl Permit {
    fn of(exception: &Exception<'_>, zone: Zone) -> Option<Self> {
        let expiry = exception.current_expiry()?.value;
        let text = |text: Option<&crate::register::Text<'_>>| text.map(|text| text.as_str().to_owned());
        Some(Self {
            expires: expiry.to_string(),
            ends: rfc3339(zone.ends_at(expiry)),
            approver: text(exception.last_approver()).unwrap_or_default(),
            title: text(exception.title.as_ref()).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_one_that_the_log_names() {
        for (wanted, route, is) in [
            ("express > qs", "shop@1.0 > express@4.1 > qs@6.5", true),
            ("shop > express > qs", "shop@1.0 > express@4.1 > qs@6.5", true),
            ("express@4.1 > qs@6.5", "shop@1.0 > express@4.1 > qs@6.5", true),
            ("express@4.2 > qs", "shop@1.0 > express@4.1 > qs@6.5", false),
            ("qs", "shop@1.0 > express@4.1 > qs@6.5", false),
            ("@a/b", "shop@1.0 > @a/b@2", true),
        ] {
            assert_eq!(is_route(wanted, route), is, "{wanted}");
        }
    }
}
