//! What scanners found, according to their SARIF 2.1.0 logs, and what the register allows.
//!
//! ```text
//! log -> results, one at a time -> subject -> covers -> covered, below the level, there before, or a hit
//! ```
//!
//! The memory that a log takes does not grow with its results: hits are kept up to a number and counted beyond it. A
//! doubt never covers anything: what cannot be read, located or distinguished is a hit or an error.

mod annotate;
mod baseline;
mod covers;
mod groups;
mod log;
mod meter;
mod model;
mod package;
mod place;
mod rule;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::io::{self, BufRead, Write};

use rustc_hash::{FxHashSet, FxHasher};

pub use baseline::Before;
pub use covers::{Covers, Known};
pub use groups::{Group, Groups};
pub use log::LogError;
pub use place::Place;

use annotate::Suppressions;
use covers::Subject;
use log::Run;
use model::{Outcome, Reference};
use package::Reported;

use crate::policy::Enforcement;
use crate::rule::Level;
use crate::source::{FileId, Span};
use crate::text::shown;
use crate::tools::Name;

/// So many hits of a kind are listed; the rest is counted.
pub const MOST_HITS: usize = 1000;

/// A result that the register does not allow.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The index of its log.
    pub log: usize,
    /// The line of the log that it begins on, from 1.
    pub log_line: usize,
    /// The tool.
    pub tool: Name,
    /// The driver's name, as the log writes it.
    pub driver: String,
    /// Its rule's id.
    pub id: String,
    /// What it says, shortened.
    pub message: String,
    /// Where it is, if it says so.
    pub place: Option<Place>,
    /// First and last line and column there, from 1, as far as it says so.
    pub region: [Option<usize>; 4],
    /// A version that fixes it.
    pub fixed: Option<String>,
    /// What the tool was told in the source.
    pub justification: Option<String>,
    /// The kind of the suppression that the tool obeyed.
    pub suppression: Option<String>,
    /// A cover that means it and does not hold: its exception is not in force, or there is a fix.
    pub cover: Option<usize>,
    /// Where it is reported, once the files are read.
    pub spot: Option<(FileId, Span)>,
}

/// Hits of one kind.
#[derive(Debug, Default)]
pub struct Hits {
    /// The first of them, at most [`MOST_HITS`].
    pub list: Vec<Hit>,
    /// How many there are.
    pub count: usize,
}

impl Hits {
    fn add(&mut self, hit: impl FnOnce() -> Hit) {
        self.count += 1;
        if self.list.len() < MOST_HITS {
            self.list.push(hit());
        }
    }
}

/// What a cover silences, or would if its exception were in force.
#[derive(Clone, Debug, Default)]
pub struct Use {
    /// How many results.
    pub results: usize,
    files: FxHashSet<u64>,
}

impl Use {
    /// Returns in how many files they are.
    #[must_use]
    pub fn files(&self) -> usize {
        self.files.len()
    }
}

/// What was seen of a tool.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The driver's name, as a log writes it.
    pub driver: String,
    /// How many results count as findings.
    pub results: usize,
    /// Whether a run says that it failed, so that what is not found may be there.
    pub failed: bool,
}

/// What became of the results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All that count as findings.
    pub results: usize,
    /// Covered by an exception in force.
    pub covered: usize,
    /// Below the level that the policy asks for.
    pub below: usize,
    /// There before, see [`Before`].
    pub before: usize,
    /// Left to a person by their tool, which gives them no level.
    pub undecided: usize,
}

/// What the logs of a run say, judged by the register.
#[derive(Debug)]
pub struct Scan {
    /// The covers of the register.
    pub covers: Covers,
    /// What each of them silences.
    pub uses: Vec<Use>,
    /// The tools of the logs.
    pub tools: BTreeMap<Name, Seen>,
    /// The names of the logs, as they are shown.
    pub logs: Vec<String>,
    /// The names of logs that were not read, each with that of the log whose content it has.
    pub copies: Vec<(String, String)>,
    /// Results that no exception allows.
    pub unregistered: Hits,
    /// Results that are suppressed in a tool without an exception.
    pub suppressed: Hits,
    /// Results whose cover ended because there is a fix.
    pub fixable: Hits,
    /// What became of all results.
    pub counts: Counts,
    /// The results that no exception covers, by tool and rule, if that was requested.
    pub groups: Option<Groups>,
    /// Whether results that nothing allows are reported, and not only what covers silence.
    pub is_gate: bool,
    policy: Enforcement,
    root: String,
    before: Option<Before>,
}

/// Opens a log, once for each pass.
pub type Open<'o> = dyn Fn() -> io::Result<Box<dyn BufRead>> + 'o;

impl Scan {
    /// Begins with no log; `root` is the absolute path of the register's root, with `/` between its steps.
    #[must_use]
    pub fn new(covers: Covers, policy: &Enforcement, root: &str) -> Self {
        Self {
            uses: vec![Use::default(); covers.list.len()],
            covers,
            tools: BTreeMap::new(),
            logs: Vec::new(),
            copies: Vec::new(),
            unregistered: Hits::default(),
            suppressed: Hits::default(),
            fixable: Hits::default(),
            counts: Counts::default(),
            groups: None,
            is_gate: true,
            policy: policy.clone(),
            root: root.to_owned(),
            before: None,
        }
    }

    /// Counts what covers silence, and keeps nothing else of the results.
    #[must_use]
    pub fn counting(self) -> Self {
        Self { is_gate: false, ..self }
    }

    /// Gathers what no exception allows by tool and rule, and keeps nothing else of the results.
    #[must_use]
    pub fn grouping(self) -> Self {
        Self { groups: Some(Groups::default()), ..self.counting() }
    }

    /// Reads a log of what was there before.
    ///
    /// # Errors
    ///
    /// When it cannot be used.
    pub fn read_before(&mut self, open: &Open<'_>) -> Result<(), LogError> {
        let runs = log::outline(opened(open)?)?;
        let mut before = self.before.take().unwrap_or_default();
        log::results(opened(open)?, None, &mut |raw| {
            let run = runs.get(raw.run).ok_or_else(changed)?;
            let result = Reading::read(run, &raw, &self.root)?;
            if result.is_finding {
                before.add(result.key(result.is_obeyed()));
            }
            Ok(None)
        })?;
        self.before = Some(before);
        Ok(())
    }

    /// Reads a log and judges its results. `out` takes the annotated log.
    ///
    /// # Errors
    ///
    /// When it cannot be used.
    pub fn read(&mut self, name: &str, open: &Open<'_>, out: Option<&mut dyn Write>) -> Result<(), LogError> {
        let runs = log::outline(opened(open)?)?;
        self.logs.push(name.to_owned());
        for run in &runs {
            let Some(tool) = &run.tool else { continue };
            let seen = self.tools.entry(tool.clone()).or_default();
            seen.driver.clone_from(&run.driver);
            seen.failed |= run.failed;
        }
        log::results(opened(open)?, out, &mut |raw| {
            let run = runs.get(raw.run).ok_or_else(changed)?;
            let result = Reading::read(run, &raw, &self.root)?;
            Ok(self.judge(run, &result))
        })
    }

    /// Judges a result, and returns what takes its place in the annotated log.
    fn judge(&mut self, run: &Run, result: &Reading<'_>) -> Option<Vec<u8>> {
        let json = result.json;
        let Some(tool) = run.tool.as_ref().filter(|_| result.is_finding) else {
            return result.suppressions.edited(json, &[], true);
        };
        self.counts.results += 1;
        if let Some(seen) = self.tools.get_mut(tool) {
            seen.results += 1;
        }
        let meant = if self.covers.name(tool) { self.covers.of_result(tool, &result.subject()) } else { Vec::new() };
        for at in &meant {
            let used = &mut self.uses[*at];
            used.results += 1;
            used.files.extend(result.places.iter().map(|place| hash(place.text())));
        }
        let is_fixed = |cover: &Known| cover.until_fixed && result.package.fixed.is_some();
        let holds = |at: &&usize| self.covers.list[**at].in_force && !is_fixed(&self.covers.list[**at]);
        let granted: Vec<&Known> = meant.iter().filter(holds).map(|at| &self.covers.list[*at]).collect();
        if !granted.is_empty() {
            self.counts.covered += 1;
            return result.suppressions.edited(json, &granted, true);
        }
        let (lowest, is_obeyed) = (self.policy.level(tool), result.is_obeyed());
        if lowest == Level::Off || result.level < lowest {
            let is_undecided = result.is_undecided && lowest != Level::Off;
            *if is_undecided { &mut self.counts.undecided } else { &mut self.counts.below } += 1;
            return result.suppressions.edited(json, &[], true);
        }
        let was_there = self
            .before
            .as_mut()
            .is_some_and(|before| (!is_obeyed && before.take(result.key(false))) || before.take(result.key(true)));
        if was_there {
            self.counts.before += 1;
            return result.suppressions.edited(json, &[], true);
        }
        let ended = meant.iter().copied().find(|at| self.covers.list[*at].in_force).or(meant.first().copied());
        let is_fixable = ended.is_some_and(|at| self.covers.list[at].in_force);
        if let Some(groups) = &mut self.groups {
            groups.add(tool, &run.driver, &result.id, &result.places);
        }
        if !self.is_gate {
            return None;
        }
        let log = self.logs.len() - 1;
        let hits = match (is_obeyed, is_fixable) {
            (_, true) => &mut self.fixable,
            (true, false) => &mut self.suppressed,
            (false, false) => &mut self.unregistered,
        };
        hits.add(|| Hit { log, cover: ended, ..result.hit(run, tool) });
        result.suppressions.edited(json, &[], false)
    }

    /// Returns the covers of an exception's file with what they silence, in their order.
    pub fn uses_of(&self, file: FileId) -> impl Iterator<Item = (&Known, &Use)> {
        let places = self.covers.of_file(file);
        self.covers.list[places.clone()].iter().zip(&self.uses[places])
    }

    /// Returns whether all that a tool would find is in the logs: it ran, and did not say that it failed.
    #[must_use]
    pub fn is_complete(&self, tool: &Name) -> bool {
        self.tools.get(tool).is_some_and(|seen| !seen.failed)
    }
}

fn opened(open: &Open<'_>) -> Result<Box<dyn BufRead>, LogError> {
    open().map_err(|error| LogError::unread(&error))
}

fn changed() -> LogError {
    LogError { line: 0, why: "it changed while it was read".to_owned(), help: "wait until the scanner has finished" }
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A result, read as far as it decides.
struct Reading<'r> {
    json: &'r str,
    line: usize,
    outcome: Outcome<'r>,
    suppressions: Suppressions<'r>,
    /// Whether it says that something is wrong now (sections 3.27.9 and 3.27.24).
    is_finding: bool,
    /// Whether its tool leaves it to a person and gives it no level.
    is_undecided: bool,
    level: Level,
    id: String,
    tool: &'r str,
    ids: Vec<String>,
    places: Vec<Place>,
    package: Reported,
    rule: Option<&'r rule::Rule>,
}

impl<'r> Reading<'r> {
    fn read(run: &'r Run, raw: &log::Raw<'r>, root: &str) -> Result<Self, LogError> {
        let fault = |error: serde_json::Error| LogError {
            line: raw.line + error.line().saturating_sub(1),
            why: format!("this result cannot be read: {}", log::said(&error)),
            help: "have the scanner write a SARIF 2.1.0 log",
        };
        let outcome: Outcome<'r> = serde_json::from_str(raw.json).map_err(fault)?;
        let suppressions = Suppressions::read(outcome.suppressions).map_err(fault)?;
        let reference = outcome.rule.as_ref();
        let id = outcome.rule_id.as_deref().or_else(|| reference.and_then(|rule| rule.id.as_deref()));
        let component = reference.map_or(0, Reference::component);
        let index = outcome.rule_index.or_else(|| reference.and_then(|rule| rule.index)).filter(|index| *index >= 0);
        let place = run.place(id, component, index);
        let rule = place.and_then(|place| run.rule(place));
        let id = id.map(str::to_owned).or_else(|| rule.map(|rule| rule.id.clone())).unwrap_or_default();
        let own = outcome.level.as_deref().and_then(rule::level);
        let invocation = outcome.provenance.as_ref().and_then(|provenance| provenance.invocation_index);
        let level = own.unwrap_or_else(|| run.level(place, invocation));
        // Only what is wrong has a level, so that one with a level is wrong, whatever its kind. A kind that the standard
        // does not know may be anything.
        let is_level_none = matches!(outcome.level.as_deref(), None | Some("none"));
        let is_fine =
            is_level_none && matches!(outcome.kind.as_deref(), Some("pass" | "informational" | "notApplicable"));
        let is_undecided = level == Level::Off && matches!(outcome.kind.as_deref(), Some("open" | "review"));
        let is_finding = !is_fine && outcome.baseline_state.as_deref() != Some("absent");
        let tool = run.tool.as_ref().map(Name::key).unwrap_or_default();
        let places = places(run, &outcome, root);
        let package = Reported::read(tool, &outcome, rule);
        let mut it = Self {
            json: raw.json,
            line: raw.line,
            outcome,
            suppressions,
            is_finding,
            is_undecided,
            level,
            id,
            tool,
            ids: Vec::new(),
            places,
            package,
            rule,
        };
        it.ids = it.forms(run.tool.as_ref());
        Ok(it)
    }

    /// Returns each form in which a cover may name it.
    fn forms(&self, tool: Option<&Name>) -> Vec<String> {
        let fingerprint = |key: &str| {
            let all = self.outcome.partial_fingerprints.iter().flatten();
            all.into_iter().find(|(name, _)| *name == key).map(|(_, value)| value.to_string())
        };
        let mut named = vec![self.id.clone()];
        match self.tool {
            // The rule's id is the same for every advisory.
            "cargo-deny" => named = fingerprint("cargo-deny/advisory-id").map_or(named, |id| vec![id]),
            "grype" => named.extend(advisory(&self.id)),
            "gitleaks" => {
                if let (Some(place), Some(line)) = (self.places.first(), self.region()[0]) {
                    let own = format!("{}:{}:{line}", place.text(), self.id);
                    named.extend(fingerprint("commitSha").map(|commit| format!("{commit}:{own}")));
                    named.push(own);
                }
            }
            _ => {}
        }
        if self.tool != "cargo-deny" {
            named.extend(self.rule.into_iter().flat_map(|rule| rule.aliases.iter().cloned()));
        }
        let ids = tool.map_or(crate::tools::Ids::Plain, Name::ids);
        let mut forms: Vec<String> = named.iter().flat_map(|id| ids.reported(id)).collect();
        forms.sort_unstable();
        forms.dedup();
        forms
    }

    fn subject(&self) -> Subject<'_> {
        Subject { ids: self.ids.clone(), places: &self.places, package: &self.package, rule: self.rule }
    }

    fn is_obeyed(&self) -> bool {
        self.suppressions.obeyed().next().is_some()
    }

    /// Returns what identifies the result; a suppressed result is a different one.
    fn key(&self, is_obeyed: bool) -> [u8; 16] {
        let tool = if is_obeyed { format!("{}\0suppressed", self.tool) } else { self.tool.to_owned() };
        baseline::key(&tool, &self.id, &self.places, &self.outcome)
    }

    /// Returns first line, first column, last line and last column of its first place.
    fn region(&self) -> [Option<usize>; 4] {
        let mut locations = self.outcome.locations.iter().flatten();
        let region = locations.next().and_then(|location| location.physical_location.as_ref()?.region.as_ref());
        let number = |number: Option<i64>| number.and_then(|it| usize::try_from(it).ok()).filter(|it| *it > 0);
        region.map_or([None; 4], |it| [it.start_line, it.start_column, it.end_line, it.end_column].map(number))
    }

    fn hit(&self, run: &Run, tool: &Name) -> Hit {
        let message = self.outcome.message.as_ref();
        let text = message.and_then(|message| message.text.as_deref().or(message.markdown.as_deref()));
        let words = text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        let obeyed = self.suppressions.obeyed().next();
        Hit {
            log: 0,
            log_line: self.line,
            tool: tool.clone(),
            driver: run.driver.clone(),
            id: self.id.clone(),
            message: shown(&words).into_owned(),
            place: self.places.first().cloned(),
            region: self.region(),
            fixed: self.package.fixed.clone(),
            justification: obeyed.and_then(|one| one.justification.as_deref().map(str::to_owned)),
            suppression: obeyed.map(|one| one.kind.to_string()),
            cover: None,
            spot: None,
        }
    }
}

fn places(run: &Run, outcome: &Outcome<'_>, root: &str) -> Vec<Place> {
    let (mut places, mut seen): (Vec<Place>, BTreeSet<Place>) = Default::default();
    for location in outcome.locations.iter().flatten() {
        let artifact = location.physical_location.as_ref().and_then(|physical| physical.artifact_location.as_ref());
        let Some(artifact) = artifact else { continue };
        let by_index = || run.artifacts.get(usize::try_from(artifact.index?).ok()?);
        let own = artifact.uri.as_deref().map(|uri| run.bases.places(uri, artifact.uri_base_id.as_deref(), root));
        let known = by_index().and_then(|known| Some((known.uri.as_deref()?, known.uri_base_id.as_deref())));
        let known = known.map(|(uri, base)| run.bases.places(uri, base, root));
        // Of two that differ it is unclear which applies, and a number that names nothing is somewhere.
        let lost = || artifact.index.map(|index| Place::Elsewhere(format!("artifact {index}")));
        let found = own.into_iter().chain(known).flatten().collect::<Vec<_>>();
        let found = if found.is_empty() { lost().into_iter().collect() } else { found };
        for place in found {
            if seen.insert(place.clone()) {
                places.push(place);
            }
        }
    }
    places
}

/// Returns the advisory that a rule's id begins with: `CVE-2026-1234` of `CVE-2026-1234-libssl3`.
fn advisory(id: &str) -> Option<String> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let end = if let Some(rest) = id.strip_prefix("CVE-") {
        let number = rest.get(5..).filter(|_| digits(rest) == 4 && rest.as_bytes().get(4) == Some(&b'-'))?;
        "CVE-2026-".len() + Some(digits(number)).filter(|count| *count > 0)?
    } else {
        id.strip_prefix("GHSA-").and_then(|_| id.get(.."GHSA-xxxx-xxxx-xxxx".len())).map(str::len)?
    };
    let is_whole = id[end..].is_empty() || id[end..].starts_with('-');
    is_whole.then(|| id[..end].to_owned())
}

#[cfg(test)]
mod tests;
