//! Whether there is an exception behind a suppression.

use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::grammar::{End, What};
use super::inventory::{Identity, Inventory, Item};
use crate::policy::{Policy, SuppressionBaseline};
use crate::register::{Cover, Exception, Files, Register, Status};
use crate::source::FileId;
use crate::sync::Allowed;
use crate::time::{Today, Zone};
use crate::tools::{Ids, Name, Pattern, Selector};

/// What stands behind a suppression.
#[derive(Clone, Copy, Debug)]
pub enum Standing<'r, 'a> {
    /// An exception in force.
    InForce(&'r Exception<'a>),
    /// Its own end has passed, and the tool reports again.
    Over,
    /// An exception that has ended.
    Ended(&'r Exception<'a>),
    /// An exception that is not in force yet.
    NotYet(&'r Exception<'a>),
    /// An exception in force that does not cover as much.
    Wider(&'r Exception<'a>),
    /// A marker that names no exception.
    Unknown,
    /// Nothing.
    Nothing,
}

/// The exceptions of a register, by their ids and by what they cover.
#[derive(Debug)]
pub struct Licences<'r, 'a> {
    by_id: FxHashMap<String, &'r Exception<'a>>,
    by_tool: FxHashMap<Name, Vec<Licence<'r, 'a>>>,
    zone: Zone,
    today: Today,
    /// By file, the entries that are exactly what an exception allows; first those of exceptions in force.
    held: FxHashMap<FileId, Vec<(Range<usize>, &'r Exception<'a>)>>,
}

/// A cover of an exception.
#[derive(Debug)]
struct Licence<'r, 'a> {
    exception: &'r Exception<'a>,
    cover: &'r Cover<'a>,
    paths: Vec<Pattern>,
}

/// Returns whether an exception is over: closed, rejected or past its end.
fn has_ended(exception: &Exception<'_>, zone: Zone, today: Today) -> bool {
    exception.is(&[Status::Closed, Status::Rejected, Status::Expired])
        || exception.term(zone, today).is_some_and(|term| term.ended)
}

impl<'r, 'a> Licences<'r, 'a> {
    /// Takes the exceptions of a register on a day.
    #[must_use]
    pub fn new(register: &'r Register<'a>, policy: &Policy, today: Today) -> Self {
        let zone = policy.timezone;
        let (by_id, by_tool, held) = Default::default();
        let mut licences = Self { by_id, by_tool, zone, today, held };
        for exception in register.exceptions() {
            // Of two with one id the first counts, as everywhere.
            licences.by_id.entry(exception.id.to_lowercase()).or_insert(exception);
            for cover in exception.covers.iter().filter(|cover| cover.is_whole()) {
                let Some(name) = cover.name() else { continue };
                let paths: Option<Vec<Pattern>> =
                    cover.paths.iter().map(|path| Pattern::parse(path.as_str()).ok()).collect();
                let Some(paths) = paths else { continue };
                licences.by_tool.entry(name).or_default().push(Licence { exception, cover, paths });
            }
        }
        licences
    }

    /// Takes in what stands in ignore files. `sync` writes some covers as expressions, or joins them, and only it can tell
    /// that such an entry allows no more than its exception.
    #[must_use]
    pub fn with_entries(mut self, register: &'r Register<'a>, inventory: &Inventory, files: &Files) -> Self {
        let entries = inventory.items.iter().filter(|item| item.found.is_entry);
        let entries: BTreeMap<(&'static str, FileId), &str> =
            entries.map(|item| ((item.found.tool, item.file), item.path.as_str())).collect();
        let mut by_tool: BTreeMap<&str, [Allowed<'r, 'a>; 2]> = BTreeMap::new();
        for ((tool, file), path) in entries {
            let of_tool = || [Allowed::new, Allowed::not_now].map(|of| of(tool, register, self.zone, self.today));
            let allowed = by_tool.entry(tool).or_insert_with(of_tool);
            let held = allowed.iter().flat_map(|allowed| allowed.held(path, files.source(file).text()));
            let by_id = &self.by_id;
            let named = held.filter_map(|held| Some((held.at, *by_id.get(&held.exception.to_lowercase())?)));
            self.held.entry(file).or_default().extend(named);
        }
        self
    }

    /// Returns the exception that allows exactly what an entry says, one in force if there is any.
    fn behind(&self, item: &Item) -> Option<&'r Exception<'a>> {
        let span = item.found.span.range();
        let held = self.held.get(&item.file).filter(|_| item.found.is_entry)?;
        held.iter().find(|(at, _)| at.start <= span.start && span.start < at.end).map(|(_, exception)| *exception)
    }

    /// Returns the exception that a marker names.
    #[must_use]
    pub fn named(&self, id: &str) -> Option<&'r Exception<'a>> {
        self.by_id.get(&id.to_lowercase()).copied()
    }

    /// Returns the ids of all exceptions.
    pub fn ids(&self) -> impl Iterator<Item = &'a str> {
        self.by_id.values().map(|exception| exception.id)
    }

    /// Returns whether an exception is over.
    #[must_use]
    pub fn is_over(&self, exception: &Exception<'_>) -> bool {
        has_ended(exception, self.zone, self.today)
    }

    /// Says what stands behind a suppression whose marker names `marker`. A marker alone is enough where its exception
    /// covers nothing by itself; otherwise one of its covers must hold the suppression.
    #[must_use]
    pub fn standing(&self, item: &Item, marker: Option<&str>) -> Standing<'r, 'a> {
        if let Some(End::Day(day)) = &item.found.end
            && self.today.day >= *day
        {
            return Standing::Over;
        }
        let by_cover = self.by_cover(item);
        let Some(marker) = marker else { return by_cover };
        let Some(exception) = self.named(marker) else {
            return if matches!(by_cover, Standing::InForce(_)) { by_cover } else { Standing::Unknown };
        };
        if !exception.grants(self.zone, self.today) {
            return match by_cover {
                Standing::InForce(_) => by_cover,
                _ if self.is_over(exception) => Standing::Ended(exception),
                _ => Standing::NotYet(exception),
            };
        }
        let covers_nothing = exception.covers.is_empty();
        match by_cover {
            Standing::InForce(_) => by_cover,
            _ if covers_nothing => Standing::InForce(exception),
            _ => Standing::Wider(exception),
        }
    }

    fn by_cover(&self, item: &Item) -> Standing<'r, 'a> {
        let mut best = match self.behind(item) {
            Some(exception) if exception.grants(self.zone, self.today) => return Standing::InForce(exception),
            Some(exception) if self.is_over(exception) => Standing::Ended(exception),
            Some(exception) => Standing::NotYet(exception),
            None => Standing::Nothing,
        };
        for name in names(item) {
            for licence in self.by_tool.get(&name).into_iter().flatten() {
                let exception = licence.exception;
                let Some(fits) = licence.fits(item, &name) else { continue };
                let found = match (exception.grants(self.zone, self.today), fits) {
                    (true, true) => return Standing::InForce(exception),
                    (true, false) => Standing::Wider(exception),
                    (false, true) if self.is_over(exception) => Standing::Ended(exception),
                    (false, true) => Standing::NotYet(exception),
                    (false, false) => continue,
                };
                if rank(&found) > rank(&best) {
                    best = found;
                }
            }
        }
        best
    }
}

fn rank(standing: &Standing<'_, '_>) -> u8 {
    match standing {
        Standing::Wider(_) => 3,
        Standing::Ended(_) => 2,
        Standing::NotYet(_) => 1,
        _ => 0,
    }
}

/// Returns the tools whose covers hold a suppression: its own; Trivy's for comments that were written for tfsec; and
/// Bandit's for the codes that Ruff and flake8 took over from it.
fn names(item: &Item) -> Vec<Name> {
    let other = match item.found.tool {
        "tfsec" => Some("trivy"),
        "ruff" => Some("bandit"),
        _ => None,
    };
    std::iter::once(item.found.tool).chain(other).map(Name::read).collect()
}

impl Licence<'_, '_> {
    /// Returns whether the cover holds all of a suppression; false where it holds only a part of it, and `None` where
    /// it is about something else.
    fn fits(&self, item: &Item, name: &Name) -> Option<bool> {
        let id = self.cover.id.as_ref()?.as_str();
        let is_id = match &item.found.what {
            What::Rule(rule) => {
                let ported = if item.found.tool == "ruff" && name.key() == "bandit" { ported(rule) } else { None };
                let rule = ported.as_deref().unwrap_or(rule);
                if !is_same(name.ids(), rule, id) {
                    return None;
                }
                true
            }
            // The tool cannot name a rule, so the cover must name the place.
            What::Unnamed => !self.paths.is_empty(),
            What::All => false,
        };
        if item.found.is_entry {
            let narrowed =
                |key: &str| item.found.narrowed.iter().find(|(name, _)| name == key).map(|(_, values)| values);
            let fits = self.cover.selectors().all(|selector| match selector {
                Selector::Paths => !item.found.paths.is_empty() && item.found.paths.iter().all(|path| self.holds(path)),
                Selector::Purls => narrowed("purls").is_some_and(|purls| {
                    purls.iter().all(|purl| self.cover.purls.iter().any(|other| other.as_str() == purl))
                }),
                Selector::Package => {
                    let package = self.cover.package.as_ref().and_then(|package| package.name.as_ref());
                    package
                        .zip(narrowed("package"))
                        .is_some_and(|(name, values)| values.iter().any(|value| value.contains(name.as_str())))
                }
                // These narrow what the id means, which an ignore file says elsewhere or not at all.
                Selector::Kind | Selector::UntilFixed => true,
                Selector::Namespace | Selector::Match | Selector::Scope | Selector::Assignment => false,
            });
            return Some(is_id && fits);
        }
        let here = self.paths.is_empty() || self.paths.iter().any(|pattern| pattern.matches(&item.path));
        here.then_some(is_id)
    }

    fn holds(&self, path: &str) -> bool {
        let path = path.trim_start_matches("./");
        let same = self.cover.paths.iter().any(|pattern| pattern.as_str().trim_start_matches("./") == path);
        same || self.paths.iter().any(|pattern| pattern.matches(path))
    }
}

/// Tells whether two spellings mean one rule; of rules with dots one may leave the folder out.
fn is_same(ids: Ids, rule: &str, cover: &str) -> bool {
    let (one, other) = (ids.form(rule), ids.form(cover));
    one == other || ids.reported(rule).any(|form| form == other) || ids.reported(cover).any(|form| form == one)
}

/// Returns Bandit's id of one of Ruff's codes: `S602` is `B602`.
fn ported(rule: &str) -> Option<String> {
    let digits = rule.strip_prefix('S').filter(|digits| digits.len() == 3)?;
    Some(format!("B{digits}"))
}

impl SuppressionBaseline {
    /// Returns for each of some suppressions whether the baseline lets it be. Each entry lets one be.
    #[must_use]
    pub fn lets_be(&self, inventory: &Inventory, items: &[&Item]) -> Vec<bool> {
        let known: Vec<Identity<'_>> = self
            .entries
            .iter()
            .map(|it| Identity { path: &it.path, tool: &it.tool, id: &it.id, code: &it.code })
            .collect();
        let mine: Vec<Identity<'_>> = items.iter().map(|item| item.identity()).collect();
        inventory.match_up(&mine, &known).into_iter().map(|found| found.is_some()).collect()
    }
}
