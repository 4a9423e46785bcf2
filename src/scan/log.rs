//! Reading a SARIF 2.1.0 log in two passes, one result at a time.
//!
//! Keys come in any order, so the results may come before the rules that they refer to. The first pass reads what
//! a run says about itself and reads the log to its end, so that a truncated or invalid log is refused before
//! anything is judged by it. The second hands out the results. Nesting costs no stack: what is not needed is skipped.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::io::{BufRead, Write};
use std::rc::Rc;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use rustc_hash::FxHashMap;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::meter::{Meter, Metered};
use super::model::{Descriptor, Invocation, Override, OwnedArtifact, OwnedLocation};
use super::place::Bases;
use super::rule::{Rule, level};
use crate::rule::Level;
use crate::text::shown;
use crate::tools::Name;

/// The largest result or rule that is read, in bytes; the largest known ones are a thousandth of it.
const LARGEST: usize = 16 * 1024 * 1024;

/// The version of SARIF that is read.
const VERSION: &str = "2.1.0";

/// Why a log cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct LogError {
    /// The line, from 1; 0 where none is to blame.
    pub line: usize,
    /// What is wrong.
    pub why: String,
    /// What to do.
    pub help: &'static str,
}

impl LogError {
    /// Says that a log cannot be read at all.
    #[must_use]
    pub fn unread(error: &std::io::Error) -> Self {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
            _ => error.to_string(),
        };
        Self::new(0, why, "name the SARIF log that the scanner wrote")
    }

    fn new(line: usize, why: impl Into<String>, help: &'static str) -> Self {
        Self { line, why: why.into(), help }
    }

    fn of(error: &serde_json::Error, meter: &Meter<'_>) -> Self {
        let why = said(error);
        let line = if error.line() == 0 { meter.line() } else { error.line() };
        match error.classify() {
            _ if meter.is_exhausted() => Self::new(
                line,
                format!("an item has more than {} MiB", LARGEST / 1024 / 1024),
                "leave the contents of files out of the log",
            ),
            Category::Eof => Self::new(line, "it is truncated", "run the scanner again: the log is incomplete"),
            Category::Syntax => Self::new(line, format!("this is not JSON: {why}"), SCAN_AGAIN),
            Category::Io => Self::new(line, why, SCAN_AGAIN),
            Category::Data => Self::new(line, format!("this is not SARIF: {why}"), SCAN_AGAIN),
        }
    }
}

/// Says what is wrong with JSON, without the place.
pub(super) fn said(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let why = text.rsplit_once(" at line ").map_or(&*text, |(why, _)| why);
    match why.contains("hex escape") {
        true => "an escape like `\\ud800` is half a surrogate pair, not a character".to_owned(),
        false => why.to_owned(),
    }
}

/// Returns a JSON text of the same length in which each half of a surrogate pair that stands alone is U+FFFD: RFC 8259
/// (section 8.2) allows them, and Python's `json.dumps` writes them.
fn whole(json: &str) -> Cow<'_, str> {
    static HALF: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let pair = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}";
        Regex::new(&format!(r"\\[^u]|{pair}|(\\u[dD][89a-fA-F][0-9a-fA-F]{{2}})")).ok()
    });
    if !["\\ud", "\\uD"].iter().any(|start| json.contains(start)) {
        return Cow::Borrowed(json);
    }
    let whole = |found: &Captures<'_>| match found.get(1) {
        Some(_) => r"\ufffd".to_owned(),
        None => found[0].to_owned(),
    };
    HALF.as_ref().map_or(Cow::Borrowed(json), |half| half.replace_all(json, whole))
}

const SCAN_AGAIN: &str = "have the scanner write a SARIF 2.1.0 log";

/// Where a rule is: the index of its component, and its own.
pub(super) type RulePlace = (usize, usize);

/// A rule's id, component and index, and the level that an invocation gives to it.
type WrittenOverride = (Option<String>, usize, Option<i64>, Level);

/// What a run says about itself.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// The driver's name.
    pub(super) driver: String,
    /// The tool.
    pub(super) tool: Option<Name>,
    /// The rules of the driver, then those of each extension.
    pub(super) components: Vec<Vec<Rule>>,
    /// The first rule of each id, as component and index.
    pub(super) by_id: FxHashMap<String, RulePlace>,
    /// What URIs are relative to.
    pub(super) bases: Bases,
    /// The files by their index.
    pub(super) artifacts: Vec<OwnedLocation>,
    /// Whether the tool says that it failed.
    pub(super) failed: bool,
    /// The levels that each invocation gives to rules.
    overrides: Vec<FxHashMap<RulePlace, Level>>,
    /// The same as they are written: the rules may follow.
    written_overrides: Vec<Vec<WrittenOverride>>,
    /// How many results there are; `None` where there is no list of them.
    results: Option<usize>,
}

impl Run {
    /// Returns where the rule of a result is: that of its id, else of its index.
    pub(super) fn place(&self, id: Option<&str>, component: usize, index: Option<i64>) -> Option<RulePlace> {
        let by_id = |id: &str| self.by_id.get(id).copied();
        match id {
            // The id of a result may go on where that of its rule ends (section 3.5.4).
            Some(id) => by_id(id).or_else(|| by_id(id.rsplit_once('/')?.0)),
            None => Some((component, usize::try_from(index?).ok()?)),
        }
    }

    /// Returns a rule.
    pub(super) fn rule(&self, (component, index): RulePlace) -> Option<&Rule> {
        self.components.get(component)?.get(index)
    }

    /// Returns the level of a result that names none (section 3.27.10): the one that its invocation gives to its rule, else
    /// that of the rule.
    pub(super) fn level(&self, rule: Option<RulePlace>, invocation: Option<i64>) -> Level {
        let usual = rule.and_then(|place| self.rule(place)?.level).unwrap_or(Level::Warning);
        let given = |overrides: &FxHashMap<RulePlace, Level>| overrides.get(&rule?).copied();
        let own = invocation.and_then(|index| self.overrides.get(usize::try_from(index).ok()?));
        match own {
            Some(overrides) => given(overrides).unwrap_or(usual),
            // Whose result it is remains unclear, so that no invocation lowers its level.
            None => self.overrides.iter().filter_map(given).fold(usual, Level::max),
        }
    }

    /// Finds the rules to which invocations give a level.
    fn settle_overrides(&mut self) {
        for written in std::mem::take(&mut self.written_overrides) {
            let mut overrides = FxHashMap::default();
            for (id, component, index, level) in written {
                let Some(place) = self.place(id.as_deref(), component, index) else { continue };
                let given = overrides.entry(place).or_insert(level);
                *given = level.max(*given);
            }
            self.overrides.push(overrides);
        }
    }
}

/// Reads what the runs of a log say about themselves, and sees it to its end.
///
/// # Errors
///
/// When it is no SARIF 2.1.0 log, is cut off, or does not hold its results.
pub(super) fn outline(reader: impl BufRead) -> Result<Vec<Run>, LogError> {
    let meter = Meter::new(None);
    let mut runs = Vec::new();
    let mut outline = Outline { meter: &meter, runs: &mut runs };
    read(reader, &meter, |mut json| {
        LogSeed { pass: &mut outline }.deserialize(&mut json)?;
        json.end()
    })?;
    if runs.is_empty() {
        let why = "it has no run: the scan did not take place";
        return Err(LogError::new(0, why.to_owned(), "run the scanner again, and check its output"));
    }
    for (at, run) in runs.iter_mut().enumerate() {
        // Section 3.20.14. Some tools also say so where they found something: those results are judged.
        let why = match run.results {
            None => Some(format!("run {} has no `results`: the scan did not take place", at + 1)),
            Some(0) if run.failed => Some(format!(
                "run {} reports that it failed (`executionSuccessful: false`), and has no results",
                at + 1
            )),
            Some(_) => None,
        };
        if let Some(why) = why {
            return Err(LogError::new(0, why, "run the scanner again, and check its output"));
        }
        if run.driver.trim().is_empty() {
            let why = format!("run {} does not name its tool", at + 1);
            return Err(LogError::new(0, why, SCAN_AGAIN));
        }
        run.tool = Some(Name::read(&run.driver));
        run.settle_overrides();
    }
    Ok(runs)
}

/// One result as it is written.
pub(super) struct Raw<'r> {
    /// The index of its run.
    pub(super) run: usize,
    /// Its JSON.
    pub(super) json: &'r str,
    /// The line that it begins on, from 1.
    pub(super) line: usize,
}

/// What is done with each result: it may return what takes its place in the copy.
type EachResult<'e> = dyn FnMut(Raw<'_>) -> Result<Option<Vec<u8>>, LogError> + 'e;

/// Hands out the results of a log in their order; `out` takes a copy of it.
///
/// # Errors
///
/// When one cannot be read, or `each` fails.
pub(super) fn results(
    reader: impl BufRead,
    out: Option<&mut dyn Write>,
    each: &mut EachResult<'_>,
) -> Result<(), LogError> {
    let meter = Meter::new(out);
    let fault = RefCell::new(None);
    let mut results = Results { meter: &meter, each, fault: &fault, runs: 0 };
    let done = read(reader, &meter, |mut json| {
        LogSeed { pass: &mut results }.deserialize(&mut json)?;
        json.end()
    });
    match fault.take() {
        Some(fault) => Err(fault),
        None => done.and_then(|()| meter.finish().map_err(|error| written(&error))),
    }
}

fn written(error: &std::io::Error) -> LogError {
    LogError::new(0, format!("its copy cannot be written: {error}"), "free some disk space, or choose another location")
}

type Json<'w, R> = serde_json::Deserializer<serde_json::de::IoRead<Metered<'w, R>>>;

fn read<'w, R: BufRead>(
    mut reader: R,
    meter: &Rc<Meter<'w>>,
    parse: impl FnOnce(Json<'w, R>) -> serde_json::Result<()>,
) -> Result<(), LogError> {
    let start = reader.fill_buf().map_err(|error| LogError::new(0, error.to_string(), SCAN_AGAIN))?;
    if start.is_empty() {
        return Err(LogError::new(0, "it is empty", SCAN_AGAIN));
    }
    if [&b"\xff\xfe"[..], b"\xfe\xff"].iter().any(|mark| start.starts_with(mark)) {
        return Err(LogError::new(
            1,
            "it is UTF-16, not UTF-8",
            "have the scanner write UTF-8; PowerShell's `>` does not",
        ));
    }
    if start.starts_with(b"\x1f\x8b") {
        return Err(LogError::new(1, "it is compressed with gzip", "unpack it first: `gunzip`"));
    }
    if start.starts_with("\u{feff}".as_bytes()) {
        reader.consume("\u{feff}".len());
    }
    let json = serde_json::Deserializer::from_reader(Metered::new(reader, Rc::clone(meter)));
    parse(json).map_err(|error| LogError::of(&error, meter))
}

/// What one pass does with the parts of a log.
trait Pass {
    /// Sees that a run begins.
    fn begin_run(&mut self);
    /// Reads one key of a run.
    fn run_key<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error>;
}

struct LogSeed<'p, P> {
    pass: &'p mut P,
}

impl<'de, P: Pass> DeserializeSeed<'de> for LogSeed<'_, P> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de, P: Pass> Visitor<'de> for LogSeed<'_, P> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a log, an object with `version` and `runs`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut version, mut runs) = (false, false);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "version" => {
                    once(&mut version, "version")?;
                    let found: String = map.next_value()?;
                    if found != VERSION {
                        return Err(A::Error::custom(format!("version `{}`; only 2.1.0 is supported", shown(&found))));
                    }
                }
                "runs" => {
                    once(&mut runs, "runs")?;
                    map.next_value_seed(RunsSeed { pass: self.pass })?;
                }
                "inlineExternalProperties" => {
                    let parts: Vec<IgnoredAny> = map.next_value()?;
                    if !parts.is_empty() {
                        return Err(A::Error::custom("parts of its runs are in `inlineExternalProperties`"));
                    }
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        match (version, runs) {
            (true, true) => Ok(()),
            (false, _) => Err(A::Error::custom("no `version`")),
            (true, false) => Err(A::Error::custom("no `runs`")),
        }
    }
}

fn once<E: serde::de::Error>(seen: &mut bool, key: &str) -> Result<(), E> {
    if std::mem::replace(seen, true) { Err(E::custom(format!("the key `{key}` appears twice"))) } else { Ok(()) }
}

struct RunsSeed<'p, P> {
    pass: &'p mut P,
}

impl<'de, P: Pass> DeserializeSeed<'de> for RunsSeed<'_, P> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de, P: Pass> Visitor<'de> for RunsSeed<'_, P> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of runs")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut runs: A) -> Result<(), A::Error> {
        while runs.next_element_seed(RunSeed { pass: self.pass })?.is_some() {}
        Ok(())
    }
}

struct RunSeed<'p, P> {
    pass: &'p mut P,
}

impl<'de, P: Pass> DeserializeSeed<'de> for RunSeed<'_, P> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        self.pass.begin_run();
        json.deserialize_map(self)
    }
}

impl<'de, P: Pass> Visitor<'de> for RunSeed<'_, P> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a run")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        const SINGLE: [&str; 5] = ["tool", "results", "artifacts", "originalUriBaseIds", "invocations"];
        let mut seen = [false; SINGLE.len()];
        while let Some(key) = map.next_key::<String>()? {
            if let Some(at) = SINGLE.iter().position(|single| *single == key) {
                once(&mut seen[at], &key)?;
            }
            self.pass.run_key(&key, &mut map)?;
        }
        Ok(())
    }
}

/// The items of a list, each handed on by itself.
struct Each<F> {
    what: &'static str,
    each: F,
}

impl<'de, F: FnMut(&RawValue) -> Result<(), String>> DeserializeSeed<'de> for EachSeed<'_, '_, F> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<bool, D::Error> {
        json.deserialize_any(self)
    }
}

/// A list or nothing: whether there was one.
struct EachSeed<'s, 'w, F> {
    list: Each<F>,
    meter: &'s Meter<'w>,
}

impl<'de, F: FnMut(&RawValue) -> Result<(), String>> Visitor<'de> for EachSeed<'_, '_, F> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of {}", self.list.what)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<bool, A::Error> {
        while let Some(item) = items.next_element_seed(Item { meter: self.meter })? {
            (self.list.each)(&item).map_err(A::Error::custom)?;
        }
        Ok(true)
    }
}

/// One item as it is written, of a limited size.
struct Item<'s, 'w> {
    meter: &'s Meter<'w>,
}

impl<'de> DeserializeSeed<'de> for Item<'_, '_> {
    type Value = Box<RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Box<RawValue>, D::Error> {
        self.meter.begin(LARGEST);
        <Box<RawValue> as serde::Deserialize>::deserialize(json)
    }
}

/// The first pass.
struct Outline<'o, 'w> {
    meter: &'o Meter<'w>,
    runs: &'o mut Vec<Run>,
}

impl Pass for Outline<'_, '_> {
    fn begin_run(&mut self) {
        self.runs.push(Run::default());
    }

    fn run_key<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let meter = self.meter;
        let Some(run) = self.runs.last_mut() else { return Ok(()) };
        match key {
            "tool" => map.next_value_seed(ToolSeed { meter, run })?,
            "results" => run.results = map.next_value_seed(Count)?,
            "originalUriBaseIds" => {
                let named: std::collections::BTreeMap<String, OwnedLocation> = map.next_value()?;
                let named = named.into_iter().filter_map(|(name, at)| Some((name, (at.uri?, at.uri_base_id))));
                run.bases.named = named.collect();
            }
            "artifacts" => {
                let mut each = |item: &RawValue| {
                    let artifact: OwnedArtifact =
                        serde_json::from_str(&whole(item.get())).map_err(|error| error.to_string())?;
                    let none = OwnedLocation { uri: None, uri_base_id: None };
                    run.artifacts.push(artifact.location.unwrap_or(none));
                    meter.end(0, None).map_err(|error| error.to_string())
                };
                let list = Each { what: "artifacts", each: &mut each };
                map.next_value_seed(EachSeed { list, meter })?;
            }
            "invocations" => {
                let invocations: Option<Vec<Invocation<'_>>> = map.next_value()?;
                let failed = |invocation: &Invocation<'_>| invocation.execution_successful == Some(false);
                run.failed = invocations.iter().flatten().any(failed);
                run.written_overrides = invocations.into_iter().flatten().map(written_overrides).collect();
            }
            "externalPropertyFileReferences" => {
                let files: Option<FxHashMap<String, IgnoredAny>> = map.next_value()?;
                if files.iter().flatten().any(|(part, _)| part == "results") {
                    return Err(A::Error::custom("its results are in another file, which is not read"));
                }
            }
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

fn written_overrides(invocation: Invocation<'_>) -> Vec<WrittenOverride> {
    let all = invocation.rule_configuration_overrides.into_iter().flatten();
    let one = |it: Override<'_>| {
        let given = level(it.configuration?.level.as_deref()?)?;
        let descriptor = it.descriptor?;
        Some((descriptor.id.as_deref().map(str::to_owned), descriptor.component(), descriptor.index, given))
    };
    all.filter_map(one).collect()
}

/// Passes over a list, and says how many items it has; `None` where there is no list.
struct Count;

impl<'de> DeserializeSeed<'de> for Count {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Option<usize>, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Count {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of results")
    }

    fn visit_unit<E>(self) -> Result<Option<usize>, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Option<usize>, A::Error> {
        let mut count = 0;
        while items.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok(Some(count))
    }
}

/// `tool`: the driver and its extensions.
struct ToolSeed<'s, 'w> {
    meter: &'s Meter<'w>,
    run: &'s mut Run,
}

impl<'de> DeserializeSeed<'de> for ToolSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ToolSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tool with a `driver`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (meter, run) = (self.meter, self.run);
        let (mut driver, mut extensions) = (None, Vec::new());
        let mut seen = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "driver" => {
                    once(&mut seen, "driver")?;
                    driver = Some(map.next_value_seed(ComponentSeed { meter })?);
                }
                "extensions" => extensions = map.next_value_seed(ComponentsSeed { meter })?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let Some((name, rules)) = driver else { return Err(A::Error::custom("no `driver`")) };
        run.driver = name;
        run.components = std::iter::once(rules).chain(extensions).collect();
        for (component, rules) in run.components.iter().enumerate() {
            for (index, rule) in rules.iter().enumerate() {
                run.by_id.entry(rule.id.clone()).or_insert((component, index));
            }
        }
        Ok(())
    }
}

/// A list of `toolComponent`s: their rules.
struct ComponentsSeed<'s, 'w> {
    meter: &'s Meter<'w>,
}

impl<'de> DeserializeSeed<'de> for ComponentsSeed<'_, '_> {
    type Value = Vec<Vec<Rule>>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ComponentsSeed<'_, '_> {
    type Value = Vec<Vec<Rule>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of extensions")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some((_, rules)) = items.next_element_seed(ComponentSeed { meter: self.meter })? {
            all.push(rules);
        }
        Ok(all)
    }
}

/// A `toolComponent` (section 3.19): its name and its rules.
struct ComponentSeed<'s, 'w> {
    meter: &'s Meter<'w>,
}

impl<'de> DeserializeSeed<'de> for ComponentSeed<'_, '_> {
    type Value = (String, Vec<Rule>);

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ComponentSeed<'_, '_> {
    type Value = (String, Vec<Rule>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tool component with a `name`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let meter = self.meter;
        let (mut name, mut rules) = (String::new(), Vec::new());
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "name" => name = map.next_value()?,
                "rules" => {
                    let mut each = |item: &RawValue| {
                        let json = whole(item.get());
                        let descriptor: Descriptor<'_> =
                            serde_json::from_str(&json).map_err(|error| format!("a rule: {error}"))?;
                        rules.push(Rule::read(&descriptor));
                        meter.end(0, None).map_err(|error| error.to_string())
                    };
                    let list = Each { what: "rules", each: &mut each };
                    map.next_value_seed(EachSeed { list, meter })?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok((name, rules))
    }
}

/// The second pass.
struct Results<'o, 'w, 'e> {
    meter: &'o Meter<'w>,
    each: &'o mut EachResult<'e>,
    fault: &'o RefCell<Option<LogError>>,
    runs: usize,
}

impl Pass for Results<'_, '_, '_> {
    fn begin_run(&mut self) {
        self.runs += 1;
    }

    fn run_key<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        if key != "results" {
            return map.next_value::<IgnoredAny>().map(drop);
        }
        let (meter, run, fault) = (self.meter, self.runs.saturating_sub(1), self.fault);
        let mut one = |item: &RawValue| {
            let json = &*whole(item.get());
            let line = meter.line() - json.bytes().filter(|byte| *byte == b'\n').count();
            let done = (self.each)(Raw { run, json, line })
                .and_then(|edited| meter.end(json.len(), edited.as_deref()).map_err(|error| written(&error)));
            done.map_err(|error| {
                let why = error.why.clone();
                fault.replace(Some(error));
                why
            })
        };
        let list = Each { what: "results", each: &mut one };
        map.next_value_seed(EachSeed { list, meter }).map(drop)
    }
}
