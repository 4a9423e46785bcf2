//! Files in TOML.

use std::collections::BTreeSet;
use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value};

use super::{Entry, Unreadable};
use crate::suppressions::grammar::What;
use crate::text::{WordList, shown};
use crate::tools::folded_key;

fn parse(text: &str) -> Result<Document<&str>, Unreadable> {
    Document::parse(text).map_err(|error| {
        (error.span().map_or(0, |span| span.start), format!("not valid TOML: {}", shown(error.message())))
    })
}

fn span(span: Option<Range<usize>>) -> Range<usize> {
    span.unwrap_or(0..0)
}

/// Goes down a path of keys.
fn at<'d>(table: &'d dyn TableLike, path: &[&str]) -> Option<&'d Item> {
    let (last, above) = path.split_last()?;
    let mut table = table;
    for key in above {
        table = table.get(key)?.as_table_like()?;
    }
    table.get(last)
}

/// Lists the values of an array, or the one value that there is.
fn values(item: Option<&Item>) -> Vec<&Value> {
    match item.and_then(Item::as_value) {
        Some(Value::Array(array)) => array.iter().collect(),
        Some(value) => vec![value],
        None => Vec::new(),
    }
}

fn texts(item: Option<&Item>) -> Vec<String> {
    values(item).into_iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Lists the tables of `[[name]]` or of an array of inline tables, each with where it begins.
fn tables(item: Option<&Item>) -> Vec<(Range<usize>, &dyn TableLike)> {
    let Some(item) = item else { return Vec::new() };
    if let Some(tables) = item.as_array_of_tables() {
        return tables.iter().map(|table| (span(table.span()), table as &dyn TableLike)).collect();
    }
    match item.as_value() {
        Some(Value::Array(array)) => {
            let tables = array.iter().filter_map(|value| Some((span(value.span()), value.as_inline_table()?)));
            tables.map(|(span, table)| (span, table as &dyn TableLike)).collect()
        }
        Some(Value::InlineTable(table)) => vec![(span(table.span()), table as &dyn TableLike)],
        _ => item.as_table().map(|table| (span(table.span()), table as &dyn TableLike)).into_iter().collect(),
    }
}

/// Returns the values of a key that is read in any case.
fn all<'t>(table: &'t dyn TableLike, key: &str) -> impl Iterator<Item = &'t Item> {
    let key = folded_key(key);
    table.iter().filter(move |(name, _)| folded_key(name) == key).map(|(_, item)| item)
}

/// Refuses keys that differ only in case, because it is unclear which one is read.
fn refuse_twins(table: &dyn TableLike) -> Result<(), Unreadable> {
    let mut seen = BTreeSet::new();
    for (key, item) in table.iter() {
        if !seen.insert(folded_key(key)) {
            let at = span(table.key(key).and_then(toml_edit::Key::span)).start;
            return Err((at, format!("`{}` appears twice, in different spellings", shown(key))));
        }
        tables(Some(item)).into_iter().try_for_each(|(_, inner)| refuse_twins(inner))?;
    }
    Ok(())
}

/// Returns the first value at a path of keys that are read in any case.
fn first<'t>(table: &'t dyn TableLike, path: &[&str]) -> Option<&'t Item> {
    let (last, above) = path.split_last()?;
    let table = above.iter().try_fold(table, |table, key| all(table, key).find_map(Item::as_table_like))?;
    all(table, last).next()
}

/// Narrows an entry by everything in its table except these keys.
fn narrowed_by_rest(entry: Entry, table: &dyn TableLike, others: &[&str]) -> Entry {
    let is_other = |key: &str| others.iter().any(|other| folded_key(key) == folded_key(other));
    let mut rest: Vec<(String, Vec<String>)> = table
        .iter()
        .filter(|(key, _)| !is_other(key))
        .map(|(key, item)| (folded_key(key), written_values(item)))
        .collect();
    rest.sort_unstable();
    rest.iter().fold(entry, |entry, (key, values)| entry.narrowed(key, values))
}

/// Returns the values of an item, each in a form that can be compared: a text as what it says.
fn written_values(item: &Item) -> Vec<String> {
    let one = |value: &Value| value.as_str().map_or_else(|| canonical(value), str::to_owned);
    match item {
        Item::None => Vec::new(),
        Item::Value(_) => values(Some(item)).into_iter().map(one).collect(),
        Item::Table(table) => vec![canonical_table(table)],
        Item::ArrayOfTables(tables) => tables.iter().map(|table| canonical_table(table)).collect(),
    }
}

fn canonical(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{:?}", text.value()),
        Value::Integer(number) => number.value().to_string(),
        Value::Float(number) => number.value().to_string(),
        Value::Boolean(flag) => flag.value().to_string(),
        Value::Datetime(moment) => moment.value().to_string(),
        Value::Array(values) => format!("[{}]", values.iter().map(canonical).collect::<Vec<_>>().join(", ")),
        Value::InlineTable(table) => canonical_table(table),
    }
}

fn canonical_table(table: &dyn TableLike) -> String {
    let part = |(key, item): (&str, &Item)| format!("{key}: {}", written_values(item).join(", "));
    let mut parts: Vec<String> = table.iter().map(part).collect();
    parts.sort_unstable();
    format!("{{{}}}", parts.join(", "))
}

/// Returns a value as it is written, for dates.
fn written(source: &str, table: &dyn TableLike, key: &str) -> Option<String> {
    let at = first(table, &[key])?.span()?;
    Some(source.get(at)?.trim().trim_matches(['"', '\'']).to_owned())
}

/// `osv-scanner.toml`, whose keys are read in any case.
pub(super) fn osv_scanner(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let document = parse(source)?;
    let mut entries = Vec::new();
    let root: &dyn TableLike = document.as_table();
    refuse_twins(root)?;
    let named = |key: &'static str| all(root, key).flat_map(|item| tables(Some(item)));
    for (whole, table) in named("IgnoredVulns") {
        let Some(id) = first(table, &["id"]) else { continue };
        let place = id.span().unwrap_or(whole);
        let until = written(source, table, "ignoreUntil");
        entries.push(Entry::rule(id.as_str().unwrap_or_default(), place).until(until.as_deref()));
    }
    // With another version, what is known of the standard library is not found.
    for (item, version) in all(root, "GoVersionOverride").filter_map(|item| Some((item, item.as_str()?))) {
        let entry = Entry::new(What::All, span(item.span())).narrowed("GoVersionOverride", &[version.to_owned()]);
        entries.extend(Some(entry).filter(|_| !version.is_empty()));
    }
    for (whole, table) in named("PackageOverrides") {
        let is_on = |path: &[&str]| first(table, path).and_then(Item::as_bool) == Some(true);
        if !(is_on(&["ignore"]) || is_on(&["vulnerability", "ignore"]) || is_on(&["license", "ignore"])) {
            continue;
        }
        const NAMED: [&str; 4] = ["ecosystem", "name", "version", "group"];
        let text = |key: &str| first(table, &[key])?.as_str();
        let parts: Vec<String> = NAMED.iter().filter_map(|key| Some(format!("{key}={}", text(key)?))).collect();
        let until = written(source, table, "effectiveUntil");
        let entry = Entry::new(What::All, whole).narrowed("package", &parts);
        let said = [&NAMED[..], &["effectiveUntil", "reason"]].concat();
        entries.push(narrowed_by_rest(entry, table, &said).until(until.as_deref()));
    }
    Ok(entries)
}

/// `deny.toml`: `[advisories] ignore`, texts or tables; the kinds of advisories that are not looked at everywhere; and
/// crates that are left out.
pub(super) fn cargo_deny(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let document = parse(source)?;
    let root: &dyn TableLike = document.as_table();
    let ignore = at(root, &["advisories", "ignore"]);
    let mut entries = Vec::new();
    for value in values(ignore) {
        let Some(id) = value.as_str() else { continue };
        let place = span(value.span());
        entries.push(match id.contains('@') {
            true => Entry::new(What::All, place).narrowed("crate", &[id.to_owned()]),
            false => Entry::rule(id, place),
        });
    }
    for (place, table) in tables(ignore) {
        let named = |key: &str| table.get(key).and_then(Item::as_str);
        let package =
            named("crate").map(|name| Entry::new(What::All, place.clone()).narrowed("crate", &[name.to_owned()]));
        entries.extend(named("id").map(|id| Entry::rule(id, place)).or(package));
    }
    // What is looked at where nothing is said; older versions had levels instead, of which one leaves something out.
    const KINDS: [(&str, &[&str]); 6] = [
        ("unmaintained", &["all", "warn", "deny"]),
        ("unsound", &["all", "workspace", "warn", "deny"]),
        ("yanked", &["warn", "deny"]),
        ("notice", &["warn", "deny"]),
        ("vulnerability", &["warn", "deny"]),
        ("severity-threshold", &["none"]),
    ];
    for (key, usual) in KINDS {
        let item = at(root, &["advisories", key]);
        let scope = item.and_then(Item::as_str).filter(|scope| !usual.iter().any(|it| it.eq_ignore_ascii_case(scope)));
        let entry = |scope: &str| {
            let place = span(item.and_then(Item::span));
            Entry::new(What::All, place).narrowed(key, &[scope.to_owned()])
        };
        entries.extend(scope.map(entry));
    }
    let off = at(root, &["advisories", "disable-yank-checking"]).filter(|item| item.as_bool() == Some(true));
    entries.extend(
        off.map(|item| {
            Entry::new(What::All, span(item.span())).narrowed("disable-yank-checking", &["true".to_owned()])
        }),
    );
    for key in ["db-urls", "db-url"] {
        entries.extend(at(root, &["advisories", key]).and_then(|item| other_database(item, key)));
    }
    for (path, key) in [(&["graph", "exclude"][..], "graph.exclude"), (&["exclude"], "graph.exclude")] {
        for value in values(at(root, path)) {
            let Some(name) = value.as_str() else { continue };
            entries.push(Entry::new(What::All, span(value.span())).narrowed(key, &[name.to_owned()]));
        }
    }
    for path in [&["graph", "targets"][..], &["targets"]] {
        let Some(item) = at(root, path) else { continue };
        let of_table = |(_, table): (Range<usize>, &dyn TableLike)| table.get("triple")?.as_str().map(str::to_owned);
        let mut triples = texts(Some(item));
        triples.extend(tables(Some(item)).into_iter().filter_map(of_table));
        if !triples.is_empty() {
            entries.push(Entry::new(What::All, span(item.span())).narrowed("graph.targets", &triples));
        }
    }
    for key in ["exclude-dev", "exclude-unpublished", "no-default-features"] {
        let item = at(root, &["graph", key]).filter(|item| item.as_bool() == Some(true));
        entries.extend(item.map(|item| Entry::new(What::All, span(item.span())).narrowed(key, &["true".to_owned()])));
    }
    Ok(entries)
}

/// The entry of another database than RustSec's.
fn other_database(item: &Item, key: &str) -> Option<Entry> {
    let urls = texts(Some(item));
    let is_other = !urls.is_empty() && !urls.iter().any(|url| super::is_rustsecs_own(url));
    is_other.then(|| Entry::new(What::All, span(item.span())).narrowed(key, &urls))
}

/// `.grype.toml`, whose keys are read in any case: what is ignored, and what is not looked at.
pub(super) fn grype(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let document = parse(source)?;
    let root: &dyn TableLike = document.as_table();
    refuse_twins(root)?;
    let mut entries = Vec::new();
    for (whole, item) in all(root, "ignore").flat_map(|item| tables(Some(item))) {
        let id = first(item, &["vulnerability"]).and_then(|id| Some((id.as_str()?, span(id.span()))));
        let entry = id.map_or_else(|| Entry::new(What::All, whole), |(id, at)| Entry::rule(id, at));
        let entry = narrowed_by_rest(entry, item, &["vulnerability", "package", "reason"]);
        let package = all(item, "package").filter_map(Item::as_table_like);
        entries.push(package.flat_map(TableLike::iter).fold(entry, |entry, (key, value)| {
            entry.narrowed(&format!("package.{}", folded_key(key)), &written_values(value))
        }));
    }
    for value in all(root, "exclude").flat_map(|item| values(Some(item))) {
        let entry = |path: &str| Entry::new(What::All, span(value.span())).with_paths(vec![path.to_owned()]);
        entries.extend(value.as_str().map(entry));
    }
    for key in super::GRYPE_SWITCHES {
        let said = all(root, key).filter(|item| item.as_bool() != Some(false)).flat_map(|item| values(Some(item)));
        entries.extend(said.filter(|value| value.as_str() != Some("")).map(|value| {
            let said = value.as_str().map_or_else(|| canonical(value), str::to_owned);
            Entry::new(What::All, span(value.span())).narrowed(key, &[said])
        }));
    }
    for kind in super::GRYPE_BY_CPE {
        let off = first(root, &["match", kind, "using-cpes"]).filter(|item| item.as_bool() == Some(false));
        let key = format!("match.{kind}.using-cpes");
        entries.extend(off.map(|item| Entry::new(What::All, span(item.span())).narrowed(&key, &["false".to_owned()])));
    }
    let other = first(root, &["db", "update-url"]).and_then(|item| Some((item, item.as_str()?)));
    entries.extend(
        other
            .filter(|(_, url)| !url.is_empty() && !super::is_grypes_own(url))
            .map(|(item, url)| Entry::new(What::All, span(item.span())).narrowed("db.update-url", &[url.to_owned()])),
    );
    Ok(entries)
}

/// `kics.config` in TOML, or in HCL as far as that is the same: each key with its texts and where they stand.
pub(super) fn kics(source: &str) -> Result<Vec<super::Said>, Unreadable> {
    let document = parse(source)?;
    let said = |(key, item): (&str, &Item)| (folded_key(key), written_values(item), span(item.span()));
    Ok(document.as_table().iter().map(said).collect())
}

fn rules(document: &Document<&str>, path: &[&str]) -> Vec<Entry> {
    let listed = values(at(document.as_table(), path)).into_iter();
    listed.filter_map(|value| Some(Entry::rule(value.as_str()?, span(value.span())))).collect()
}

/// `audit.toml`: `[advisories] ignore`, how severe an advisory must be, and what else is not looked for.
pub(super) fn cargo_audit(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let document = parse(source)?;
    let mut entries = rules(&document, &["advisories", "ignore"]);
    let threshold = at(document.as_table(), &["advisories", "severity_threshold"]);
    let level = threshold.and_then(Item::as_str).filter(|level| *level != "none");
    entries.extend(level.map(|level| {
        let place = span(threshold.and_then(Item::span));
        Entry::new(What::All, place).narrowed("severity_threshold", &[level.to_owned()])
    }));
    let entry = |item: &Item, key: &str, said: &[String]| Entry::new(What::All, span(item.span())).narrowed(key, said);
    for key in ["arch", "os"] {
        let Some(item) = at(document.as_table(), &["target", key]) else { continue };
        let only = texts(Some(item));
        entries.extend((!only.is_empty()).then(|| entry(item, &format!("target.{key}"), &only)));
    }
    if let Some(item) = at(document.as_table(), &["advisories", "informational_warnings"]) {
        const USUAL: [&str; 3] = ["unmaintained", "unsound", "notice"];
        let mut only = texts(Some(item));
        if !USUAL.iter().all(|kind| only.iter().any(|other| other == kind)) {
            if only.is_empty() {
                only.push("none".to_owned());
            }
            entries.push(entry(item, "informational_warnings", &only));
        }
    }
    let yanked = at(document.as_table(), &["yanked", "enabled"]).filter(|item| item.as_bool() == Some(false));
    entries.extend(yanked.map(|item| entry(item, "yanked.enabled", &["false".to_owned()])));
    let database = at(document.as_table(), &["database", "url"]);
    entries.extend(database.and_then(|item| other_database(item, "database.url")));
    Ok(entries)
}

/// `pyproject.toml`: what `[tool.bandit]` leaves out.
pub(super) fn bandit(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let document = parse(source)?;
    let of_bandit = |path: &[&str]| at(document.as_table(), &[&["tool", "bandit"], path].concat());
    let mut entries = rules(&document, &["tool", "bandit", "skips"]);
    for value in values(of_bandit(&["exclude_dirs"])) {
        let Some(path) = value.as_str() else { continue };
        entries.push(Entry::new(What::All, span(value.span())).with_paths(vec![path.to_owned()]));
    }
    // Only these run, and only such files are looked at.
    let usual = ["*.py", "*.pyw"].map(str::to_owned);
    for key in ["tests", "include"] {
        let Some(item) = of_bandit(&[key]) else { continue };
        let only = texts(Some(item));
        let leaves_out = if key == "tests" { !only.is_empty() } else { !usual.iter().all(|glob| only.contains(glob)) };
        let entry = Entry::new(What::All, span(item.span()));
        entries.extend(leaves_out.then(|| entry.narrowed(key, &only)));
    }
    for value in values(of_bandit(&["assert_used", "skips"])) {
        let Some(path) = value.as_str() else { continue };
        entries.push(Entry::rule("B101", span(value.span())).with_paths(vec![path.to_owned()]));
    }
    // What is written here takes the place of what these tests look for.
    for (key, rules) in OPTIONS {
        for (place, options) in tables(of_bandit(&[key])).into_iter().filter(|(_, options)| !options.is_empty()) {
            let said = [canonical_table(options)];
            entries.extend(rules.iter().map(|rule| Entry::rule(*rule, place.clone()).narrowed("options", &said)));
        }
    }
    Ok(entries)
}

/// The options of Bandit's tests that say what they look for, with those tests (`bandit/plugins`).
const OPTIONS: [(&str, &[&str]); 4] = [
    ("ssl_with_bad_version", &["B502", "B503"]),
    ("hardcoded_tmp_directory", &["B108"]),
    ("weak_cryptographic_key", &["B505"]),
    ("shell_injection", &["B602", "B603", "B604", "B605", "B606", "B607"]),
];

/// Keys that do not affect what an allowlist or a rule suppresses.
const DESCRIPTIVE: [&str; 3] = ["description", "id", "tags"];

/// `.gitleaks.toml`: `[allowlist]` and `[[allowlists]]`, of all rules and of each; default rules that are switched off,
/// or find less; and what it takes from another file. gitleaks merges a rule with the default one of its name, in which
/// all but its keywords and tags replace what was there.
pub(super) fn gitleaks(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let Gitleaks { mut entries, redefined, takes_more, has_rules } = read_gitleaks(source)?;
    if !takes_more {
        // Without the default rules only its own are looked for.
        let start = source.len() - source.trim_start().len();
        let end = source[start..].find('\n').map_or(source.len(), |line| start + line);
        let mut kept: Vec<String> = redefined.iter().filter_map(|entry| entry.id().map(str::to_owned)).collect();
        if kept.is_empty() {
            kept.push(if has_rules { "own" } else { "none" }.to_owned());
        }
        entries.push(Entry::new(What::All, start..end).narrowed("rules", &kept));
    }
    entries.extend(redefined);
    Ok(entries)
}

/// A file of any name that `.gitleaks.toml` or `--config` takes in.
pub(super) fn part_of_gitleaks(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let Gitleaks { mut entries, redefined, takes_more, .. } = read_gitleaks(source)?;
    if takes_more {
        entries.extend(redefined);
    }
    Ok(entries)
}

/// What a configuration of gitleaks holds.
struct Gitleaks {
    /// What it leaves out, whatever rules it takes in.
    entries: Vec<Entry>,
    /// Default rules that it defines in another way.
    redefined: Vec<Entry>,
    /// Whether it takes in the default rules, or another file.
    takes_more: bool,
    /// Whether it has rules of its own.
    has_rules: bool,
}

/// The names of gitleaks' default rules, of version 8.30.
pub(in crate::suppressions) const RULES: WordList = WordList::new(include_str!("../words/gitleaks.txt"));

fn read_gitleaks(source: &str) -> Result<Gitleaks, Unreadable> {
    let document = parse(source)?;
    let mut entries = Vec::new();
    let root: &dyn TableLike = document.as_table();
    let mut add = |rule: Option<&str>, table: &dyn TableLike| {
        for item in ["allowlist", "allowlists"].iter().flat_map(|key| all(table, key)) {
            for (place, list) in tables(Some(item)) {
                let targets = all(list, "targetRules").flat_map(|targets| texts(Some(targets)));
                let what = rule.map(str::to_owned).into_iter().chain(targets).map(What::Rule).collect::<Vec<_>>();
                let what = if what.is_empty() { vec![What::All] } else { what };
                let paths: Vec<String> = all(list, "paths").flat_map(|paths| texts(Some(paths))).collect();
                for what in what {
                    let entry = Entry::new(what, place.clone());
                    let entry = narrowed_by_rest(entry, list, &["paths", "targetRules", "description"]);
                    entries.push(entry.narrowed("paths", &paths));
                }
            }
        }
    };
    add(None, root);
    let mut redefined = Vec::new();
    let mut has_rules = false;
    for (place, rule) in all(root, "rules").flat_map(|rules| tables(Some(rules))) {
        has_rules = true;
        let id = all(rule, "id").find_map(Item::as_str);
        add(id, rule);
        let others = [&DESCRIPTIVE[..], &["keywords", "allowlist", "allowlists"]].concat();
        if let Some(id) = id.filter(|id| RULES.find(id).is_some()) {
            let entry = narrowed_by_rest(Entry::rule(id, place), rule, &others);
            redefined.extend(Some(entry).filter(|entry| !entry.narrowed.is_empty()));
        }
    }
    let mut takes_more = false;
    for (place, extend) in all(root, "extend").flat_map(|extend| tables(Some(extend))) {
        takes_more |= all(extend, "useDefault").any(|item| item.as_bool() == Some(true));
        for value in all(extend, "disabledRules").flat_map(|rules| values(Some(rules))) {
            entries.extend(
                value.as_str().map(|id| Entry::rule(id, span(value.span())).narrowed("off", &["on".to_owned()])),
            );
        }
        for path in all(extend, "path").filter_map(Item::as_str) {
            takes_more = true;
            // A file of this ending is looked through by itself.
            let is_read = path.ends_with(".toml") && !path.starts_with('/') && !path.contains("..");
            if !is_read {
                entries.push(Entry::new(What::All, place.clone()).narrowed("extend", &[path.to_owned()]));
            }
        }
    }
    Ok(Gitleaks { entries, redefined, takes_more, has_rules })
}

/// Returns the regular expressions of those rules of a configuration of gitleaks that are not default ones.
pub(in crate::suppressions) fn expressions_of_gitleaks(source: &str) -> Vec<String> {
    let Ok(document) = parse(source) else { return Vec::new() };
    let root: &dyn TableLike = document.as_table();
    let rules = all(root, "rules").flat_map(|rules| tables(Some(rules)));
    let is_default = |rule: &dyn TableLike| all(rule, "id").filter_map(Item::as_str).any(|id| RULES.find(id).is_some());
    let own = rules.filter(|(_, rule)| !is_default(*rule));
    own.flat_map(|(_, rule)| all(rule, "regex")).filter_map(Item::as_str).map(str::to_owned).collect()
}

/// Tells by its content whether a file is a configuration of gitleaks: it is named with `--config`, or by another one.
pub(super) fn is_gitleaks(text: &str) -> bool {
    let Ok(document) = parse(text) else { return false };
    let root: &dyn TableLike = document.as_table();
    let has = |table: &dyn TableLike, keys: &[&str]| keys.iter().any(|key| all(table, key).next().is_some());
    let lists = |table: &dyn TableLike| -> bool {
        let items = ["allowlist", "allowlists"].iter().flat_map(|key| all(table, key));
        items
            .flat_map(|item| tables(Some(item)))
            .any(|(_, list)| has(list, &["paths", "regexes", "commits", "stopwords"]))
    };
    let rules = || all(root, "rules").flat_map(|rules| tables(Some(rules)));
    let off = all(root, "extend").flat_map(|extend| tables(Some(extend))).any(|(_, it)| has(it, &["disabledRules"]));
    let is_of_default =
        |rule: &dyn TableLike| all(rule, "id").filter_map(Item::as_str).any(|id| RULES.find(id).is_some());
    lists(root) || off || rules().any(|(_, rule)| lists(rule) || is_of_default(rule))
}
