//! Files in YAML, JSON and XML.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{Entry, Unreadable};
use crate::source::Span;
use crate::suppressions::grammar::What;
use crate::text::shown;
use crate::tools::folded_key;
use crate::xml;
use crate::yaml::{self, Node};

/// Parses YAML, or JSON, which is YAML too once comments and tabs are gone. A file without a value is an empty one.
pub(super) fn parse(text: &str) -> Result<Node<'_>, Unreadable> {
    let text = if yaml::is_blank(text) { "{}" } else { text };
    yaml::parse(text).map_err(|problems| {
        let first = problems.into_iter().next();
        first.map_or((0, "not readable".to_owned()), |first| (first.span.start as usize, first.message))
    })
}

pub(super) fn range(span: Span) -> Range<usize> {
    span.range()
}

/// Parses a file whose tool reads keys in any case, and makes them small letters.
fn parse_in_any_case(text: &str) -> Result<Node<'_>, Unreadable> {
    let mut root = parse(text)?;
    fold(&mut root)?;
    Ok(root)
}

fn fold(node: &mut Node<'_>) -> Result<(), Unreadable> {
    match &mut node.kind {
        yaml::Kind::Scalar(_) => Ok(()),
        yaml::Kind::Seq(items) => items.iter_mut().try_for_each(fold),
        yaml::Kind::Map(entries) => {
            let mut seen = BTreeSet::new();
            entries.iter_mut().try_for_each(|entry| {
                let key = folded_key(&entry.key);
                if !seen.insert(key.clone()) {
                    let why = format!("`{}` appears twice, in different spellings", shown(&key));
                    return Err((range(entry.key_span).start, why));
                }
                entry.key = key.into();
                fold(&mut entry.value)
            })
        }
    }
}

/// Returns the values at a path as viper finds them: a key may be several of them, with dots between.
fn all_at<'n, 'a>(node: &'n Node<'a>, path: &str) -> Vec<&'n Node<'a>> {
    let mut found = Vec::new();
    for entry in node.as_map().unwrap_or_default() {
        match path.strip_prefix(&*entry.key) {
            Some("") => found.extend(Some(&entry.value).filter(|value| !value.is_empty())),
            Some(rest) => found.extend(rest.strip_prefix('.').iter().flat_map(|rest| all_at(&entry.value, rest))),
            None => {}
        }
    }
    found
}

/// Parses JSON with comments, and what JSON5 has besides.
pub(super) fn parse_json5(text: &str) -> Result<Node<'static>, Unreadable> {
    crate::sync::json(text, false).map_err(|fault| (fault.at, fault.why))
}

/// Tells whether a text says `true`, in quotes or without.
fn is_true(text: &str) -> bool {
    yaml::boolean(text) == Some(true)
}

/// Tells whether a value is `false`, and no text of that name.
pub(super) fn is_false(node: &Node<'_>) -> bool {
    node.as_bool() == Some(false)
}

/// Tells whether a flag is off, however `false` is written; whatever is not plainly off may be on.
fn is_off(node: &Node<'_>) -> bool {
    node.is_empty() || node.as_text().and_then(yaml::boolean) == Some(false)
}

/// Tells whether a flag is on, as YAML 1.1 has it too; whatever is not plainly on may be off.
fn is_on(node: &Node<'_>) -> bool {
    matches!(node.as_text(), Some("true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON"))
}

pub(super) fn at<'n, 'a>(node: &'n Node<'a>, path: &[&str]) -> Option<&'n Node<'a>> {
    path.iter().try_fold(node, |node, key| node.get(key))
}

/// Lists the items of a list, or the one value that there is.
pub(super) fn items<'n, 'a>(node: Option<&'n Node<'a>>) -> Vec<&'n Node<'a>> {
    match node {
        None => Vec::new(),
        Some(node) => node.as_seq().map_or_else(|| vec![node], |items| items.iter().collect()),
    }
}

pub(super) fn texts(node: Option<&Node<'_>>) -> Vec<String> {
    items(node).into_iter().filter_map(Node::as_text).map(str::to_owned).collect()
}

pub(super) fn text<'n>(node: &'n Node<'_>, key: &str) -> Option<&'n str> {
    node.get(key)?.as_text()
}

/// Narrows an entry by everything in its map except these keys.
pub(super) fn narrowed_by_rest(entry: Entry, map: &Node<'_>, others: &[&str]) -> Entry {
    let rest = map.as_map().unwrap_or_default().iter().filter(|part| !others.contains(&&*part.key));
    let said = |value: &Node<'_>| value.as_text().map_or_else(|| value.canonical(), str::to_owned);
    let mut rest: Vec<(&str, String)> = rest.map(|part| (&*part.key, said(&part.value))).collect();
    rest.sort_unstable();
    rest.into_iter().fold(entry, |entry, (key, value)| entry.narrowed(key, &[value]))
}

/// One entry for each text of a list.
pub(super) fn rules(node: Option<&Node<'_>>) -> Vec<Entry> {
    let one = |node: &Node<'_>| Some(Entry::rule(node.as_text()?.trim(), range(node.span)));
    items(node).into_iter().filter_map(one).collect()
}

/// The entry of a switch that leaves something out.
pub(super) fn switch(key: &str, node: &Node<'_>) -> Entry {
    Entry::new(What::All, range(node.span)).narrowed(key, &["true".to_owned()])
}

/// The entry of a switch that leaves something out if it is off.
fn off_switch(key: &str, node: &Node<'_>) -> Entry {
    Entry::new(What::All, range(node.span)).narrowed(key, &["false".to_owned()])
}

/// One entry for each path that is not looked at.
fn paths(node: Option<&Node<'_>>) -> Vec<Entry> {
    let one =
        |node: &Node<'_>| Some(Entry::new(What::All, range(node.span)).with_paths(vec![node.as_text()?.to_owned()]));
    items(node).into_iter().filter_map(one).collect()
}

/// `.trivyignore.yaml`.
pub(super) fn trivy(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse(source)?;
    let mut entries = Vec::new();
    for section in ["vulnerabilities", "misconfigurations", "secrets", "licenses"] {
        for item in items(root.get(section)) {
            let Some(id) = item.get("id") else { continue };
            let entry =
                Entry::rule(id.as_text().unwrap_or_default(), range(id.span)).narrowed("kind", &[section.to_owned()]);
            let end =
                ["expired_at", "expires_at", "expires", "until"].iter().find_map(|key| Some((*key, text(item, key)?)));
            let end = end.map(|(key, end)| if key == "expired_at" { end.to_owned() } else { format!("{key}: {end}") });
            let entry = entry.with_paths(texts(item.get("paths"))).narrowed("purls", &texts(item.get("purls")));
            entries.push(entry.until(end.as_deref()));
        }
    }
    Ok(entries)
}

/// `.grype.yaml`: what is ignored, and what is not looked at.
pub(super) fn grype(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse_in_any_case(source)?;
    let one = |item: &Node<'_>| {
        let id = item.get("vulnerability");
        let entry = match id.and_then(|id| Some((id.as_text()?, id.span))) {
            Some((id, span)) => Entry::rule(id, range(span)),
            None => Entry::new(What::All, range(item.span)),
        };
        const OTHERS: [&str; 4] = ["namespace", "fix-state", "vex-status", "match-type"];
        let entry = OTHERS.iter().fold(entry, |entry, key| entry.narrowed(key, &texts(item.get(key))));
        let said = [&OTHERS[..], &["vulnerability", "package", "reason"]].concat();
        let entry = narrowed_by_rest(entry, item, &said);
        let package = item.get("package").and_then(Node::as_map).unwrap_or_default();
        package.iter().fold(entry, |entry, part| {
            let value = part.value.as_text().map_or_else(|| part.value.canonical(), str::to_owned);
            entry.narrowed(&format!("package.{}", part.key), &[value])
        })
    };
    let mut entries: Vec<Entry> = items(root.get("ignore")).into_iter().map(one).collect();
    entries.extend(paths(root.get("exclude")));
    for key in super::GRYPE_SWITCHES {
        let said = items(root.get(key)).into_iter().filter(|node| !is_false(node));
        entries.extend(said.filter(|node| !node.is_empty()).filter_map(|node| {
            Some(Entry::new(What::All, range(node.span)).narrowed(key, &[node.as_text()?.to_owned()]))
        }));
    }
    for kind in super::GRYPE_BY_CPE {
        let path = format!("match.{kind}.using-cpes");
        let off = all_at(&root, &path).into_iter().filter(|node| is_off(node));
        entries.extend(off.map(|node| off_switch(&path, node)));
    }
    let other = all_at(&root, "db.update-url").into_iter().filter_map(|node| Some((node, node.as_text()?)));
    entries.extend(
        other
            .filter(|(_, url)| !super::is_grypes_own(url))
            .map(|(node, url)| Entry::new(What::All, range(node.span)).narrowed("db.update-url", &[url.to_owned()])),
    );
    Ok(entries)
}

/// `.snyk`: for each issue a list of paths, and what is not looked at.
pub(super) fn snyk(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse(source)?;
    let mut entries = Vec::new();
    for issue in root.get("ignore").and_then(Node::as_map).unwrap_or_default() {
        let single = items(Some(&issue.value));
        for path in single.iter().flat_map(|item| item.as_map().unwrap_or_default()) {
            let paths = if path.key == "*" { Vec::new() } else { vec![path.key.to_string()] };
            let until_fixed: Vec<String> = text(&path.value, "disregardIfFixable")
                .filter(|flag| is_true(flag))
                .map(|_| "true".to_owned())
                .into_iter()
                .collect();
            let entry = Entry::rule(&*issue.key, range(path.key_span)).narrowed("path", &paths);
            let entry = entry.narrowed("until-fixed", &until_fixed);
            entries.push(entry.until(text(&path.value, "expires")));
        }
    }
    for part in root.get("exclude").and_then(Node::as_map).unwrap_or_default() {
        entries.extend(
            paths(Some(&part.value)).into_iter().map(|entry| entry.narrowed("exclude", &[part.key.to_string()])),
        );
    }
    Ok(entries)
}

/// Tells whether a record of `.nsprc` or audit-ci is in force. Any text is, `"false"` too.
fn is_active(record: &Node<'_>) -> bool {
    !record.get("active").is_some_and(is_false)
}

/// `.nsprc`: ids with `active`, `expiry` and `notes`, or anything else.
pub(super) fn nsprc(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse_json5(source)?;
    let entries = root.as_map().unwrap_or_default().iter();
    Ok(entries
        .filter(|entry| is_active(&entry.value) && entry.key != "exceptions")
        .map(|entry| Entry::rule(&*entry.key, range(entry.key_span)).until(text(&entry.value, "expiry")))
        .collect())
}

/// audit-ci's `allowlist`, or `a`: ids, paths of modules, and records as in `.nsprc`; and `skip-dev`.
pub(super) fn audit_ci(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse_json5(source)?;
    let mut entries = Vec::new();
    for item in ["allowlist", "a", "advisories", "whitelist"].iter().flat_map(|key| items(root.get(key))) {
        match item.as_map() {
            None => entries.extend(item.as_text().map(|id| Entry::rule(id, range(item.span)))),
            Some(records) => {
                entries.extend(records.iter().filter(|record| is_active(&record.value)).map(|record| {
                    Entry::rule(&*record.key, range(record.key_span)).until(text(&record.value, "expiry"))
                }));
            }
        }
    }
    let flags = ["skip-dev", "skipDev"].iter().filter_map(|key| root.get(key)).filter(|flag| !is_off(flag));
    entries.extend(flags.map(|node| switch("skip-dev", node)));
    Ok(entries)
}

/// npm-audit-resolver's `audit-resolve.json`. Without a `version`, decisions are at the top, each with the time at which
/// it was made (`auditFile/versions/v0.js` of audit-resolve-core).
pub(super) fn audit_resolve(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse(source)?;
    let is_zero = |node: &Node<'_>| matches!(&node.kind, yaml::Kind::Scalar(scalar) if scalar.as_number().is_some_and(|number| number.as_f64() == Some(0.0)));
    let is_set = |node: &Node<'_>| !node.is_empty() && !is_false(node) && !is_zero(node);
    let has = |value: &Node<'_>, keys: &[&str]| keys.iter().any(|key| value.get(key).is_some_and(is_set));
    let is_ignored = |value: &Node<'_>| matches!(text(value, "decision"), Some("ignore" | "postpone"));
    let was_ignored = |value: &Node<'_>| has(value, &["ignore", "postpone", "remind"]) && !has(value, &["fix"]);
    let decisions = root.get("decisions").and_then(Node::as_map).unwrap_or_default();
    let at_top = root.as_map().filter(|_| !has(&root, &["version"])).unwrap_or_default();
    Ok(decisions
        .iter()
        .filter(|entry| is_ignored(&entry.value))
        .chain(at_top.iter().filter(|entry| was_ignored(&entry.value)))
        .map(|entry| {
            let (id, path) = entry.key.split_once('|').unwrap_or((&entry.key, ""));
            Entry::rule(id, range(entry.key_span)).narrowed("path", &[path.to_owned()])
        })
        .collect())
}

/// `.bundler-audit.yml`.
pub(super) fn bundler_audit(source: &str) -> Result<Vec<Entry>, Unreadable> {
    Ok(rules(parse(source)?.get("ignore")))
}

/// `.checkov.yaml`: `skip-check` and `skip-path`, and whatever else leaves something out. configargparse takes a key
/// with and without its hyphens.
pub(super) fn checkov(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse(source)?;
    let mut entries = Vec::new();
    let named = |key: &str| -> Vec<&Node<'_>> {
        let keys = [key.to_owned(), format!("--{key}")];
        keys.iter().flat_map(|key| items(root.get(key))).collect()
    };
    for item in named("skip-check") {
        let ids = item.as_text().unwrap_or_default().split(',').map(str::trim).filter(|id| !id.is_empty());
        entries.extend(ids.map(|id| Entry::rule(id, range(item.span))));
    }
    // Only these run.
    let only = named("check");
    if let Some(first) = only.first() {
        let ids: Vec<String> = only.iter().filter_map(|id| id.as_text()).map(str::to_owned).collect();
        entries.push(Entry::new(What::All, range(first.span)).narrowed("check", &ids));
    }
    let frameworks = named("framework");
    if let Some(first) = frameworks.first().filter(|_| !frameworks.iter().any(|name| name.as_text() == Some("all"))) {
        let names: Vec<String> = frameworks.iter().filter_map(|name| name.as_text()).map(str::to_owned).collect();
        entries.push(Entry::new(What::All, range(first.span)).narrowed("framework", &names));
    }
    for key in [
        "skip-path",
        "skip-framework",
        "skip-cve-package",
        "block-list-secret-scan",
        "policy-metadata-filter",
        "policy-metadata-filter-exception",
        "baseline",
    ] {
        for item in named(key) {
            let Some(value) = item.as_text() else { continue };
            let entry = Entry::new(What::All, range(item.span));
            match key {
                "skip-path" => entries.push(entry.with_paths(vec![value.to_owned()])),
                // A file of that name is looked through by itself.
                "baseline" if value.rsplit('/').next() == Some(".checkov.baseline") => {}
                _ => entries.push(entry.narrowed(key, &[value.to_owned()])),
            }
        }
    }
    Ok(entries)
}

/// `trivy.yaml`, which Trivy reads by itself, with keys in any case: what it leaves out, and the files that it names.
pub(super) fn trivy_config(source: &str) -> Result<Vec<Entry>, Unreadable> {
    const LISTS: [&str; 10] = [
        "ignorefile",
        "ignore-policy",
        "scan.skip-files",
        "scan.skip-dirs",
        "vulnerability.ignore-status",
        "vulnerability.ignore-unfixed",
        "vulnerability.vex",
        "misconfiguration.terraform.exclude-downloaded-modules",
        "license.ignored",
        "secret.config",
    ];
    // What is looked for where nothing is said: less than that leaves something out.
    const USUAL: [(&str, &[&str]); 6] = [
        ("severity", &["UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL"]),
        ("scan.scanners", &["vuln", "secret"]),
        (
            "misconfiguration.scanners",
            &[
                "azure-arm",
                "cloudformation",
                "dockerfile",
                "helm",
                "kubernetes",
                "terraform",
                "terraformplan-json",
                "terraformplan-snapshot",
                "ansible",
            ],
        ),
        ("pkg.relationships", &["unknown", "root", "workspace", "direct", "indirect"]),
        ("pkg.types", &["os", "library"]),
        ("vulnerability.type", &["os", "library"]),
    ];
    let root = parse_in_any_case(source)?;
    let mut entries = Vec::new();
    for path in LISTS {
        for item in all_at(&root, path).into_iter().flat_map(|node| items(Some(node))) {
            let Some(value) = item.as_text().filter(|_| !is_false(item)) else { continue };
            // A file of its usual name is looked through by itself.
            if super::kind(value).is_some_and(|kind| kind.tool == "trivy") {
                continue;
            }
            let entry = Entry::new(What::All, range(item.span));
            let entry = if path.contains(".skip-") { entry.with_paths(vec![value.to_owned()]) } else { entry };
            entries.push(entry.narrowed(path, &[value.to_owned()]));
        }
    }
    for (path, usual) in USUAL {
        for node in all_at(&root, path) {
            let written = texts(Some(node));
            let listed = written.iter().flat_map(|text| text.split([',', ' '])).filter(|name| !name.is_empty());
            let listed: Vec<String> = listed.map(str::to_owned).collect();
            let is_listed = |name: &str| listed.iter().any(|other| other.eq_ignore_ascii_case(name));
            if !listed.is_empty() && !usual.iter().all(|name| is_listed(name)) {
                entries.push(Entry::new(What::All, range(node.span)).narrowed(path, &listed));
            }
        }
    }
    Ok(entries)
}

/// `trivy-secret.yaml`: rules that are switched off, those that alone are on, and what is allowed.
pub(super) fn trivy_secret(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse(source)?;
    let kind = ["secrets".to_owned()];
    let mut entries: Vec<Entry> = rules(root.get("disable-rules"));
    let whole = |node: &Node<'_>, key: &str| Entry::new(What::All, range(node.span)).narrowed(key, &[node.canonical()]);
    entries.extend(root.get("enable-builtin-rules").map(|node| whole(node, "enable-builtin-rules")));
    for (owner, list) in
        std::iter::once((None, &root)).chain(items(root.get("rules")).into_iter().map(|it| (text(it, "id"), it)))
    {
        let allowed = items(list.get("allow-rules")).into_iter().chain(list.get("exclude-block"));
        let owner = owner.map(str::to_owned);
        entries.extend(allowed.map(|node| whole(node, "allow").narrowed("of", owner.as_slice())));
    }
    Ok(entries.into_iter().map(|entry| entry.narrowed("kind", &kind)).collect())
}

/// `.checkov.baseline`: what was found before and is not reported.
pub(super) fn checkov_baseline(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse(source)?;
    let mut entries = Vec::new();
    for file in items(root.get("failed_checks")) {
        let path = text(file, "file").unwrap_or_default().trim_start_matches('/');
        for finding in items(file.get("findings")) {
            let resource = text(finding, "resource").unwrap_or_default();
            for id in items(finding.get("check_ids")) {
                let Some(name) = id.as_text() else { continue };
                let entry = Entry::rule(name, range(id.span)).with_paths(vec![path.to_owned()]);
                entries.push(entry.narrowed("resource", &[resource.to_owned()]));
            }
        }
    }
    Ok(entries)
}

/// `.tfsec/config.yml`: rules that are left out or that alone run, and how severe a finding must be. Keys are read in
/// any case, as Go does in `config.json`.
pub(super) fn tfsec(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse_in_any_case(source)?;
    let level = |node: &Node<'_>| {
        let level = node.as_text().filter(|level| !level.eq_ignore_ascii_case("low"))?;
        Some(Entry::new(What::All, range(node.span)).narrowed("minimum_severity", &[level.to_owned()]))
    };
    let excluded = ["exclude", "exclude_ignores"].iter().flat_map(|key| rules(root.get(key)));
    let included = root.get("include").filter(|node| !texts(Some(node)).is_empty());
    let only = included.map(|node| Entry::new(What::All, range(node.span)).narrowed("include", &texts(Some(node))));
    Ok(excluded.chain(only).chain(root.get("minimum_severity").and_then(level)).collect())
}

/// `.hadolint.yaml`.
pub(super) fn hadolint(source: &str) -> Result<Vec<Entry>, Unreadable> {
    Ok(rules(parse(source)?.get("ignored")))
}

/// `.kube-linter.yaml`, whose keys are read in any case.
pub(super) fn kube_linter(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse_in_any_case(source)?;
    let named = |key: &str| all_at(&root, &format!("checks.{key}"));
    let mut entries: Vec<Entry> = named("exclude").into_iter().flat_map(|node| rules(Some(node))).collect();
    entries.extend(named("ignorepaths").into_iter().flat_map(|node| paths(Some(node))));
    let off = named("donotautoadddefaults").into_iter().filter(|node| !is_off(node));
    entries.extend(off.map(|node| switch("doNotAutoAddDefaults", node)));
    Ok(entries)
}

/// `zizmor.yml`: `rules.ID.ignore`, rules that are disabled, actions that need no hash, and what else the settings of a
/// rule leave out. `allow` of `forbidden-uses` leaves nothing out: it forbids the rest.
pub(super) fn zizmor(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse(source)?;
    let mut entries = Vec::new();
    for rule in root.get("rules").and_then(Node::as_map).unwrap_or_default() {
        if rule.value.get("disable").is_some_and(|flag| !is_off(flag)) {
            entries.push(Entry::rule(&*rule.key, range(rule.key_span)));
        }
        for item in items(rule.value.get("ignore")) {
            let Some(place) = item.as_text() else { continue };
            let entry = Entry::rule(&*rule.key, range(item.span)).narrowed("place", &[place.to_owned()]);
            entries.push(entry);
        }
        let policies = at(&rule.value, &["config", "policies"]).and_then(Node::as_map).unwrap_or_default();
        for policy in policies.iter().filter(|policy| policy.value.as_text() != Some("hash-pin")) {
            let entry = Entry::rule(&*rule.key, range(policy.key_span));
            let said = format!("{}: {}", policy.key, policy.value.as_text().unwrap_or_default());
            entries.push(entry.narrowed("policy", &[said]));
        }
        if ["known-vulnerable-actions", "secrets-outside-env"].contains(&&*rule.key) {
            for item in items(at(&rule.value, &["config", "allow"])) {
                let Some(allowed) = item.as_text() else { continue };
                entries.push(Entry::rule(&*rule.key, range(item.span)).narrowed("allow", &[allowed.to_owned()]));
            }
        }
        if let Some(days) = at(&rule.value, &["config", "days"]).filter(|_| rule.key == "dependabot-cooldown") {
            const USUAL: u32 = 7;
            let said = days.as_text().unwrap_or_default();
            let entry = Entry::rule(&*rule.key, range(days.span)).narrowed("days", &[said.to_owned()]);
            entries.extend(Some(entry).filter(|_| said.parse::<u32>().is_ok_and(|days| days < USUAL)));
        }
    }
    Ok(entries)
}

/// `config/brakeman.ignore`.
pub(super) fn brakeman(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse(source)?;
    let one = |item: &Node<'_>| {
        let print = item.get("fingerprint")?;
        let name =
            text(item, "warning_type").map_or_else(|| print.as_text().unwrap_or_default().to_owned(), str::to_owned);
        let file = text(item, "file").map(str::to_owned).into_iter().collect();
        let entry = Entry::rule(name, range(print.span)).with_paths(file);
        Some(entry.narrowed("fingerprint", &[print.as_text()?.to_owned()]))
    };
    Ok(items(root.get("ignored_warnings")).into_iter().filter_map(one).collect())
}

/// `eslint-suppressions.json`: how many findings of each rule are not reported in each file.
pub(super) fn eslint(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse(source)?;
    let mut entries = Vec::new();
    for file in root.as_map().unwrap_or_default() {
        for rule in file.value.as_map().unwrap_or_default() {
            let count = text(&rule.value, "count").unwrap_or("1");
            if crate::suppressions::grammar::is_secure_rule(&rule.key) {
                let entry = Entry::rule(&*rule.key, range(rule.key_span)).with_paths(vec![file.key.to_string()]);
                entries.push(entry.narrowed("count", &[count.to_owned()]));
            }
        }
    }
    Ok(entries)
}

/// `.secrets.baseline` of detect-secrets: secrets that are known, and filters that leave some out.
pub(super) fn detect_secrets(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse(source)?;
    let mut entries = Vec::new();
    for file in root.get("results").and_then(Node::as_map).unwrap_or_default() {
        for secret in items(Some(&file.value)) {
            let (Some(kind), Some(hash)) = (text(secret, "type"), secret.get("hashed_secret")) else { continue };
            let entry = Entry::rule(kind, range(hash.span)).with_paths(vec![file.key.to_string()]);
            entries.push(entry.narrowed("secret", &[hash.as_text().unwrap_or_default().to_owned()]));
        }
    }
    for filter in items(root.get("filters_used")) {
        let Some(path) = filter.get("path") else { continue };
        let name = path.as_text().unwrap_or_default();
        if ["allowlist", "common", "gibberish", "heuristic"]
            .iter()
            .any(|own| name.starts_with(&format!("detect_secrets.filters.{own}.")))
        {
            continue;
        }
        // Those of its own are always on. Others leave out what somebody chose.
        let entry = Entry::new(What::All, range(path.span)).narrowed("filter", &[name.to_owned()]);
        entries.push(narrowed_by_rest(entry, filter, &["path"]));
    }
    // What became such filters in version 1.0 (`detect_secrets/core/upgrades`).
    let set = |path: &[&str]| at(&root, path).filter(|node| node.as_text().is_some_and(|text| !text.is_empty()));
    let filter = |node: &Node<'_>, name: &str| {
        Entry::new(What::All, range(node.span)).narrowed("filter", &[format!("detect_secrets.filters.{name}")])
    };
    for (path, name) in [
        (&["exclude_regex"][..], "regex.should_exclude_file"),
        (&["exclude", "files"], "regex.should_exclude_file"),
        (&["exclude", "lines"], "regex.should_exclude_line"),
    ] {
        let pattern = |node: &Node<'_>| filter(node, name).narrowed("pattern", &[format!("[{},]", node.canonical())]);
        entries.extend(set(path).filter(|node| !node.is_empty()).map(pattern));
    }
    entries.extend(set(&["word_list", "file"]).filter(|node| !node.is_empty()).map(|file| {
        let hash = at(&root, &["word_list", "hash"]).and_then(Node::as_text).unwrap_or_default().to_owned();
        let entry = filter(file, "wordlist.should_exclude_secret").narrowed("file_hash", &[hash]);
        let entry = entry.narrowed("file_name", &[file.as_text().unwrap_or_default().to_owned()]);
        entry.narrowed("min_length", &["3".to_owned()])
    }));
    Ok(entries)
}

/// ASH's `suppressions`, the paths that it does not look at, and scanners that are switched off.
pub(super) fn ash(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse(source)?;
    let one = |item: &Node<'_>| {
        let id = item.get("rule_id").filter(|id| id.as_text().is_some());
        let what = id.and_then(Node::as_text).map_or(What::All, |id| What::Rule(id.to_owned()));
        let entry = Entry::new(what, range(id.map_or(item.span, |id| id.span))).with_paths(texts(item.get("path")));
        let entry = entry.narrowed(
            "lines",
            &[text(item, "line_start"), text(item, "line_end")].map(|line| line.unwrap_or_default().to_owned()),
        );
        let said = ["rule_id", "path", "line_start", "line_end", "reason", "expiration"];
        let entry = narrowed_by_rest(entry, item, &said);
        entry.until(text(item, "expiration"))
    };
    let listed =
        items(at(&root, &["global_settings", "suppressions"])).into_iter().chain(items(root.get("suppressions")));
    let mut entries: Vec<Entry> = listed.map(one).collect();
    for item in items(at(&root, &["global_settings", "ignore_paths"])) {
        entries.extend(paths(item.get("path").or(Some(item))));
    }
    for scanner in root.get("scanners").and_then(Node::as_map).unwrap_or_default() {
        let entry = Entry::new(What::All, range(scanner.key_span)).narrowed("scanner", &[scanner.key.to_string()]);
        entries.extend(scanner.value.get("enabled").filter(|flag| !is_on(flag)).map(|_| entry));
    }
    Ok(entries)
}

/// `kics.config`, of which the format is told by the content (`docs/configuration-file.md` of KICS): queries, paths, and
/// whatever else leaves something out. A list may be a text with commas.
pub(super) fn kics(source: &str) -> Result<Vec<Entry>, Unreadable> {
    const LEAVES_OUT: [&str; 13] = [
        "exclude-categories",
        "exclude-results",
        "exclude-severities",
        "exclude-platform",
        "exclude-type",
        "include-queries",
        "platform",
        "type",
        "cloud-provider",
        "queries-path",
        "libraries-path",
        "secrets-regexes-path",
        "disable-secrets",
    ];
    let said: Vec<super::Said> = match parse(source) {
        Ok(root) if root.as_map().is_some() => {
            fold_root(root)?.into_iter().map(|(key, node)| (key, texts(Some(&node)), range(node.span))).collect()
        }
        // What is no map in YAML may be TOML.
        other => super::toml::kics(source).map_err(|fault| other.err().unwrap_or(fault))?,
    };
    let mut entries = Vec::new();
    for (key, values, at) in said {
        let values = values.iter().flat_map(|value| value.split(',')).map(str::trim).filter(|value| !value.is_empty());
        let values: Vec<String> =
            values.filter(|value| yaml::boolean(value) != Some(false)).map(str::to_owned).collect();
        match key.as_str() {
            _ if values.is_empty() => {}
            "exclude-queries" => entries.extend(values.into_iter().map(|id| Entry::rule(id, at.clone()))),
            "exclude-paths" => {
                let entry = |path| Entry::new(What::All, at.clone()).with_paths(vec![path]);
                entries.extend(values.into_iter().map(entry));
            }
            key if LEAVES_OUT.contains(&key) => entries.push(Entry::new(What::All, at).narrowed(key, &values)),
            _ => {}
        }
    }
    Ok(entries)
}

/// Returns the values of a map by their keys in small letters.
fn fold_root(mut root: Node<'_>) -> Result<Vec<(String, Node<'_>)>, Unreadable> {
    fold(&mut root)?;
    let yaml::Kind::Map(entries) = root.kind else { return Ok(Vec::new()) };
    Ok(entries.into_iter().map(|entry| (entry.key.into_owned(), entry.value)).collect())
}

/// `bearer.yml`: rules that are skipped or that alone run, paths, severities and scanners.
pub(super) fn bearer(source: &str) -> Result<Vec<Entry>, Unreadable> {
    const SEVERITIES: [&str; 5] = ["critical", "high", "medium", "low", "warning"];
    let root = parse(source)?;
    let named = |path: [&str; 2]| items(at(&root, &path));
    let words = |path| -> Vec<(String, Range<usize>)> {
        let said = named(path).into_iter().filter_map(|node| Some((node.as_text()?, range(node.span))));
        let words = said.flat_map(|(text, at)| text.split(',').map(move |word| (word.trim().to_owned(), at.clone())));
        words.filter(|(word, _)| !word.is_empty()).collect()
    };
    let mut entries: Vec<Entry> =
        words(["rule", "skip-rule"]).into_iter().map(|(id, at)| Entry::rule(id, at)).collect();
    for (print, at) in words(["report", "exclude-fingerprint"]) {
        entries.push(Entry::rule(print, at).narrowed("fingerprint", &["true".to_owned()]));
    }
    for (path, at) in words(["scan", "skip-path"]) {
        entries.push(Entry::new(What::All, at).with_paths(vec![path]));
    }
    for (path, usual) in
        [(["rule", "only-rule"], &[][..]), (["report", "severity"], &SEVERITIES), (["scan", "scanner"], &["sast"])]
    {
        let listed = words(path);
        let is_listed = |name: &&str| listed.iter().any(|(word, _)| word == name);
        let leaves_out = usual.is_empty() || !usual.iter().all(is_listed);
        if let Some((_, at)) = listed.first().filter(|_| leaves_out) {
            let listed: Vec<String> = listed.iter().map(|(word, _)| word.clone()).collect();
            entries.push(Entry::new(What::All, at.clone()).narrowed(path[1], &listed));
        }
    }
    let off = named(["rule", "disable-default-rules"]).into_iter().filter(|node| !is_off(node));
    entries.extend(off.map(|node| switch("disable-default-rules", node)));
    Ok(entries)
}

/// `bearer.ignore`: the fingerprints of single findings.
pub(super) fn bearer_ignore(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse(source)?;
    let prints = root.as_map().unwrap_or_default().iter();
    Ok(prints.map(|entry| Entry::rule(&*entry.key, range(entry.key_span))).collect())
}

/// Tells whether an XML file holds suppressions of OWASP dependency-check, also where their namespace is written with
/// references to characters.
pub(super) fn is_dependency_check(text: &str) -> bool {
    // The second is that of the first version, which is read to this day.
    const NAMESPACES: [&str; 2] = ["dependency-suppression", "OWASP_Dependency_Check_Suppression"];
    let is_one = |text: &str| NAMESPACES.iter().any(|namespace| text.contains(namespace));
    let is_of_root = || {
        let document = xml::parse(text).ok()?;
        document.root_element().tag_name().namespace().map(is_one)
    };
    // The root may have a prefix.
    (text.contains("<suppressions") || text.contains(":suppressions"))
        && (is_one(text) || (text.contains("&#") && is_of_root().unwrap_or_default()))
}

/// Suppressions of OWASP dependency-check.
pub(super) fn dependency_check(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let document = xml::parse(source).map_err(|fault| (fault.at, fault.why.to_string()))?;
    let mut entries = Vec::new();
    for suppress in document.descendants().filter(|node| node.is_element() && node.tag_name().name() == "suppress") {
        let mut parts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for child in suppress.children().filter(roxmltree::Node::is_element) {
            let text = child.text().unwrap_or_default().trim().to_owned();
            let mut attributes: Vec<String> =
                child.attributes().map(|it| format!(" {}={:?}", it.name(), it.value())).collect();
            // `regex` makes more of a text than it says.
            attributes.retain(|it| !it.ends_with("=\"false\""));
            attributes.sort_unstable();
            let name = child.tag_name().name();
            let is_rule = ["cve", "vulnerabilityName"].contains(&name);
            if is_rule && !attributes.is_empty() {
                parts.entry("attributes").or_default().push(format!("{text}{}", attributes.concat()));
            }
            let attributes = if is_rule { String::new() } else { attributes.concat() };
            parts.entry(name).or_default().push(text + &attributes);
        }
        let mut named = |key: &str| parts.remove(key).unwrap_or_default();
        let start = suppress.range().start;
        let mut what: Vec<What> =
            ["cve", "vulnerabilityName"].into_iter().flat_map(&mut named).map(What::Rule).collect();
        if what.is_empty() {
            what.push(What::All);
        }
        let place = start..start + "<suppress".len();
        let of_all = Entry::new(What::All, place.clone());
        let narrow =
            parts.iter().filter(|(key, _)| **key != "notes").fold(of_all, |it, (key, values)| it.narrowed(key, values));
        for what in what {
            let entry = Entry::new(what, place.clone()).narrowed_as(&narrow);
            entries.push(entry.until(suppress.attribute("until")));
        }
    }
    Ok(entries)
}
