//! What a log says about one of its tool's rules, as far as it is relevant.

use serde_json::Value;

use super::model::Descriptor;
use crate::rule::Level;

/// A rule of a tool.
#[derive(Debug, Default)]
pub(super) struct Rule {
    /// Its id.
    pub(super) id: String,
    /// Other ids of the same thing.
    pub(super) aliases: Vec<String>,
    /// The level of its results that name none.
    pub(super) level: Option<Level>,
    /// What it finds, in the words of `covers[].kind`.
    pub(super) kind: Option<&'static str>,
    /// The packages that it is about, as package URLs.
    pub(super) purls: Vec<String>,
    /// A version that fixes it, with the package that it is of where the rule names one.
    pub(super) fixes: Vec<(Option<String>, String)>,
    /// How the package is depended on, the nearest first: `shop > express > qs`.
    pub(super) routes: Vec<String>,
}

impl Rule {
    /// Takes over what decides.
    pub(super) fn read(descriptor: &Descriptor<'_>) -> Self {
        let text = |message: &Option<super::model::Message<'_>>| {
            let message = message.as_ref();
            let text = message.and_then(|message| message.text.as_deref()).unwrap_or_default();
            let markdown = message.and_then(|message| message.markdown.as_deref()).unwrap_or_default();
            (text.to_owned(), markdown.to_owned())
        };
        let (help, markdown) = text(&descriptor.help);
        let (about, _) = text(&descriptor.full_description);
        let mut aliases: Vec<String> = descriptor.deprecated_ids.iter().flatten().map(|id| id.to_string()).collect();
        aliases.extend(named_before(&about));
        Self {
            id: descriptor.id.to_string(),
            aliases,
            level: descriptor.default_configuration.as_ref().and_then(|it| level(it.level.as_deref()?)),
            kind: descriptor.name.as_deref().and_then(kind),
            purls: purls(descriptor.properties.as_ref()),
            fixes: fixes(&help, &markdown),
            routes: routes(&markdown),
        }
    }
}

/// Reads a level of SARIF (section 3.27.10), in any case; a word that the standard does not have may mean anything, so it
/// is taken for the highest. `None` for an empty one.
pub(super) fn level(text: &str) -> Option<Level> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("none") {
        return Some(Level::Off).filter(|_| !text.is_empty());
    }
    let is = |(name, level): &(&str, Level)| name.eq_ignore_ascii_case(text) && *level != Level::Off;
    Some(Level::ALL.into_iter().find(is).map_or(Level::Error, |(_, level)| level))
}

/// What trivy calls the rules of its four scanners (`pkg/report/sarif.go`).
fn kind(name: &str) -> Option<&'static str> {
    match name {
        "OsPackageVulnerability" | "LanguageSpecificPackageVulnerability" => Some("vulnerability"),
        "Misconfiguration" => Some("misconfiguration"),
        "Secret" => Some("secret"),
        "License" => Some("license"),
        _ => None,
    }
}

/// Reads the ids that snyk puts before a rule's description, in brackets: `(CVE-2026-1,CVE-2026-2) qs@6.5.0`.
fn named_before(about: &str) -> Vec<String> {
    let list = about.strip_prefix('(').and_then(|rest| rest.split_once(')')).map(|(list, _)| list).unwrap_or_default();
    let ids: Vec<&str> = list.split(',').map(str::trim).collect();
    let is_id = |id: &&str| ["CVE-", "GHSA-"].iter().any(|start| id.starts_with(start)) && !id.contains(' ');
    if ids.iter().all(is_id) { ids.into_iter().map(str::to_owned).collect() } else { Vec::new() }
}

/// Reads package URLs from a property bag (grype: `purls`; others: `purl`).
pub(super) fn purls(properties: Option<&Value>) -> Vec<String> {
    let Some(properties) = properties else { return Vec::new() };
    let of = |key: &str| match properties.get(key) {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let all = ["purl", "purls", "packageUrl", "package_url"].into_iter().flat_map(of);
    all.filter(|text| text.starts_with("pkg:")).collect()
}

/// Reads the versions that fix a finding: grype's `Fix Version: 1.2`, and the tables of osv-scanner with a column
/// `Fixed Version`.
fn fixes(help: &str, markdown: &str) -> Vec<(Option<String>, String)> {
    let line = help.lines().find_map(|line| line.strip_prefix("Fix Version:")).map(str::trim);
    let mut fixes: Vec<(Option<String>, String)> =
        line.filter(|version| is_version(version)).map(|version| (None, version.to_owned())).into_iter().collect();
    let mut columns: Option<(usize, Option<usize>)> = None;
    for line in markdown.lines() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let is_row = line.trim().starts_with('|');
        match columns {
            _ if !is_row => columns = None,
            None => {
                let at = |heading: &str| cells.iter().position(|cell| cell.eq_ignore_ascii_case(heading));
                columns = at("fixed version").map(|fixed| (fixed, at("package name")));
            }
            Some((fixed, package)) => {
                let version = cells.get(fixed).copied().unwrap_or_default();
                if is_version(version) {
                    let package = package.and_then(|at| cells.get(at)).map(|name| (*name).to_owned());
                    fixes.push((package, version.to_owned()));
                }
            }
        }
    }
    fixes
}

/// Tells a version from what stands for none.
pub(super) fn is_version(text: &str) -> bool {
    let none = ["none", "unknown", "n/a", "not fixed", "no fix", "null", "wont-fix", "won't fix"];
    text.chars().any(|c| c.is_ascii_digit()) && !none.iter().any(|none| text.to_lowercase().starts_with(none))
}

/// Reads how snyk says that a package is depended on: `* _Introduced through_: shop@1.0 › express@4 › qs@6`.
fn routes(markdown: &str) -> Vec<String> {
    let steps = |line: &str| {
        let rest = line.trim_start_matches(['*', ' ']).strip_prefix("_Introduced through_:")?;
        let names = rest.split('›').map(|step| step.trim()).filter(|step| !step.is_empty());
        Some(names.collect::<Vec<_>>().join(" > "))
    };
    markdown.lines().filter_map(steps).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(json: &str) -> Rule {
        Rule::read(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn ids_and_versions_are_read_where_each_tool_writes_them() {
        let snyk = rule(
            r#"{"id": "SNYK-JS-QS-1", "fullDescription": {"text": "(CVE-2026-1,CVE-2026-2) qs@6.5.0"},
                "help": {"text": "", "markdown": "* Module: qs\n* _Introduced through_: shop@1.0 › express@4.1 › qs@6.5\n"}}"#,
        );
        assert_eq!(snyk.aliases, ["CVE-2026-1", "CVE-2026-2"]);
        assert_eq!(snyk.routes, ["shop@1.0 > express@4.1 > qs@6.5"]);
        let osv = rule(
            r#"{"id": "CVE-2026-1", "deprecatedIds": ["CVE-2026-1", "GHSA-a"],
                "help": {"markdown": "| Source | Package Name | Fixed Version |\n| --- | --- | --- |\n| l | qs | 6.5.3 |\n| l | old | No fix available |\n"}}"#,
        );
        assert_eq!(osv.aliases, ["CVE-2026-1", "GHSA-a"]);
        assert_eq!(osv.fixes, [(Some("qs".to_owned()), "6.5.3".to_owned())]);
        let grype = rule(
            r#"{"id": "CVE-2026-1-libssl3", "help": {"text": "Vulnerability CVE-2026-1\nFix Version: 3.0.16\n"},
                "properties": {"purls": ["pkg:deb/debian/libssl3@3.0.13", 7]}, "defaultConfiguration": {"level": "error"}}"#,
        );
        assert_eq!((grype.fixes.len(), grype.level), (1, Some(Level::Error)));
        assert_eq!(grype.purls, ["pkg:deb/debian/libssl3@3.0.13"]);
        assert!(rule(r#"{"id": "x", "fullDescription": {"text": "(see CVE-2026-1) text"}}"#).aliases.is_empty());
        assert_eq!(rule(r#"{"id": "x", "name": "Secret"}"#).kind, Some("secret"));
    }
}
