//! Files in TOML.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value};

use super::{Entry, Unreadable};
use crate::suppressions::grammar::What;
use crate::text::shown;

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
        _ => item.as_table().map(|table| (span(table.span()), table as &dyn TableLike)).into_iter().collect(),
    }
}

fn text<'t>(table: &'t dyn TableLike, key: &str) -> Option<&'t str> {
    table.get(key)?.as_str()
}

/// Returns a value as it is written, for dates.
fn written(source: &str, table: &dyn TableLike, key: &str) -> Option<String> {
    let at = table.get(key)?.span()?;
    Some(source.get(at)?.trim().trim_matches(['"', '\'']).to_owned())
}

/// `osv-scanner.toml`.
pub(super) fn osv_scanner(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let document = parse(source)?;
    let mut entries = Vec::new();
    for (whole, table) in tables(document.get("IgnoredVulns")) {
        let Some(id) = table.get("id") else { continue };
        let place = id.span().unwrap_or(whole);
        let until = written(source, table, "ignoreUntil");
        entries.push(Entry::rule(id.as_str().unwrap_or_default(), place).until(until.as_deref()));
    }
    for (whole, table) in tables(document.get("PackageOverrides")) {
        let is_on = |path: &[&str]| at(table, path).and_then(Item::as_bool) == Some(true);
        if !(is_on(&["ignore"]) || is_on(&["vulnerability", "ignore"]) || is_on(&["license", "ignore"])) {
            continue;
        }
        let parts: Vec<String> = ["ecosystem", "name", "version", "group"]
            .iter()
            .filter_map(|key| Some(format!("{key}={}", text(table, key)?)))
            .collect();
        let until = written(source, table, "effectiveUntil");
        entries.push(Entry::new(What::All, whole).narrowed("package", &parts).until(until.as_deref()));
    }
    Ok(entries)
}

/// `deny.toml`: `[advisories] ignore`, texts or tables.
pub(super) fn cargo_deny(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let document = parse(source)?;
    let one = |value: &Value| {
        let place = span(value.span());
        match value.as_inline_table() {
            Some(table) => {
                let named = |key: &str| table.get(key).and_then(Value::as_str);
                let package = named("crate")
                    .map(|name| Entry::new(What::All, place.clone()).narrowed("crate", &[name.to_owned()]));
                named("id").map(|id| Entry::rule(id, place)).or(package)
            }
            None => value.as_str().map(|id| match id.contains('@') {
                true => Entry::new(What::All, place).narrowed("crate", &[id.to_owned()]),
                false => Entry::rule(id, place),
            }),
        }
    };
    Ok(values(at(document.as_table(), &["advisories", "ignore"])).into_iter().filter_map(one).collect())
}

fn rules(document: &Document<&str>, path: &[&str]) -> Vec<Entry> {
    let listed = values(at(document.as_table(), path)).into_iter();
    listed.filter_map(|value| Some(Entry::rule(value.as_str()?, span(value.span())))).collect()
}

/// `audit.toml`: `[advisories] ignore`.
pub(super) fn cargo_audit(source: &str) -> Result<Vec<Entry>, Unreadable> {
    Ok(rules(&parse(source)?, &["advisories", "ignore"]))
}

/// `pyproject.toml`: `[tool.bandit] skips` and `exclude_dirs`.
pub(super) fn bandit(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let document = parse(source)?;
    let mut entries = rules(&document, &["tool", "bandit", "skips"]);
    for value in values(at(document.as_table(), &["tool", "bandit", "exclude_dirs"])) {
        let Some(path) = value.as_str() else { continue };
        entries.push(Entry::new(What::All, span(value.span())).with_paths(vec![path.to_owned()]));
    }
    Ok(entries)
}

/// `.gitleaks.toml`: `[allowlist]` and `[[allowlists]]`, of all rules and of each.
pub(super) fn gitleaks(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let document = parse(source)?;
    let mut entries = Vec::new();
    let root: &dyn TableLike = document.as_table();
    let mut add = |rule: Option<&str>, table: &dyn TableLike| {
        for key in ["allowlist", "allowlists"] {
            for (place, list) in tables(table.get(key)) {
                let targets = texts(list.get("targetRules"));
                let what = rule.map(str::to_owned).into_iter().chain(targets).map(What::Rule).collect::<Vec<_>>();
                let what = if what.is_empty() { vec![What::All] } else { what };
                let paths = texts(list.get("paths"));
                for what in what {
                    let entry = Entry::new(what, place.clone());
                    let entry = ["commits", "regexes", "stopwords"]
                        .iter()
                        .fold(entry, |entry, key| entry.narrowed(key, &texts(list.get(key))));
                    entries.push(entry.narrowed("paths", &paths));
                }
            }
        }
    };
    add(None, root);
    for (_, rule) in tables(document.get("rules")) {
        add(text(rule, "id"), rule);
    }
    Ok(entries)
}
