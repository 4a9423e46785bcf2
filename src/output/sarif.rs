//! SARIF 2.1.0, for code scanning.
//!
//! What GitHub requires beyond the standard is here too: all rules with their texts, regions of one line with all four
//! numbers, and the one fingerprint that it reads
//! (<https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning>).

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::output::fingerprint::Fingerprints;
use crate::output::{Broken, Place, Report, escape};
use crate::rule::{Family, Finding, Level, Rule, Weight};
use crate::rules;
use crate::source::{FileId, Source, Span};
use crate::yaml::{Fix, Replacement};

/// The only one of a result's fingerprints that code scanning reads. `upload-sarif` hashes the line and what follows it
/// where it is missing, so that whatever is added below a last line would open a new alert.
const FINGERPRINT: &str = "primaryLocationLineHash";

/// What the paths are relative to: the top of the work tree.
const ROOT: &str = "%SRCROOT%";

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

#[derive(Serialize)]
struct Log<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r> {
    tool: Tool,
    automation_details: Automation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    version_control_provenance: Vec<Provenance<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    invocations: Vec<Invocation>,
    column_kind: &'static str,
    results: Vec<Outcome>,
}

/// How the run went (SARIF 2.1.0, section 3.20); left out of one that went well.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

#[derive(Serialize)]
struct Automation {
    id: String,
}

/// Where the judged files are kept (SARIF 2.1.0, section 3.14.16).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Provenance<'r> {
    repository_uri: &'r str,
    revision_id: &'r str,
    mapped_to: Base,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Base {
    uri_base_id: &'static str,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    information_uri: Option<&'static str>,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: String,
    short_description: Message,
    full_description: Message,
    help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
    /// Left out of a rule that runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
}

#[derive(Serialize)]
struct Properties {
    tags: Vec<String>,
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    problem_severity: &'static str,
    /// Makes an alert one of security, so that it is only there for what stands open.
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    properties: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fixed>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fixed {
    description: Message,
    artifact_changes: [Change; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    artifact_location: Artifact,
    replacements: Vec<Replaced>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replaced {
    deleted_region: Region,
    inserted_content: Message,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
    #[serde(skip_serializing_if = "Option::is_none")]
    context_region: Option<Context>,
}

/// The lines around a region.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    start_line: usize,
    end_line: usize,
    snippet: Message,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Message>,
}

/// Writes the findings that gate: an upload must not fail a pull request because of the others.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let rules: Vec<&'static Rule> = rules::all().to_vec();
    let mut fingerprints = Fingerprints::default();
    let results = report.gating().map(|finding| outcome(report, finding, &rules, &mut fingerprints)).collect();
    let driver = Driver {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: report.setting.identity.page(),
        rules: rules.iter().map(|rule| descriptor(report, rule)).collect(),
    };
    let run = Run {
        tool: Tool { driver },
        automation_details: Automation { id: category(report) },
        version_control_provenance: provenance(report).into_iter().collect(),
        invocations: invocations(report),
        column_kind: "unicodeCodePoints",
        results,
    };
    escape::json(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] }, out)
}

/// Names the analysis, up to the last slash: another one of the same commit does not replace it in code scanning. That
/// of the plain check is the same for the whole register and for a change, which GitHub compares.
fn category(report: &Report<'_>) -> String {
    let root = if report.several.is_some() { "" } else { &report.setting.below };
    let part = if report.setting.part.is_empty() { String::new() } else { format!("-{}", report.setting.part) };
    format!("stopgap{part}/{}", escape::uri(root))
}

fn provenance<'r>(report: &'r Report<'_>) -> Option<Provenance<'r>> {
    let links = report.setting.links.as_ref()?;
    let mapped_to = Base { uri_base_id: ROOT };
    Some(Provenance { repository_uri: links.base.as_deref()?, revision_id: &links.commit, mapped_to })
}

/// Says which registers could not be judged.
fn invocations(report: &Report<'_>) -> Vec<Invocation> {
    let notification =
        |broken: &Broken| Notification { level: "error", message: Message { text: readable(&broken.sentence()) } };
    let notifications: Vec<Notification> = report.broken().iter().map(notification).collect();
    if notifications.is_empty() {
        return Vec::new();
    }
    vec![Invocation { execution_successful: false, tool_execution_notifications: notifications }]
}

fn descriptor(report: &Report<'_>, rule: &Rule) -> Descriptor {
    let (summary, why, what) = (one_line(&rule.summary()), rule.why(), rule.what_to_do());
    let level = report.setting.level(rule);
    let exposed = rule.weight == Weight::Open;
    let family = rule.family.name().to_lowercase();
    Descriptor {
        id: rule.id,
        name: pascal_case(rule),
        full_description: Message { text: format!("{summary} {}", one_line(&why)) },
        short_description: Message { text: summary },
        help: Help {
            text: format!("Why: {}\n\nWhat to do: {}", one_line(&why), one_line(&what)),
            markdown: format!("**Why.** {why}\n\n**What to do.** {what}"),
        },
        help_uri: report.page_of(rule),
        default_configuration: Configuration {
            level: level_name(level),
            enabled: (level == Level::Off).then_some(false),
        },
        properties: Properties {
            tags: exposed.then(|| "security".to_owned()).into_iter().chain([family]).collect(),
            precision: if rule.family == Family::Text { "high" } else { "very-high" },
            problem_severity: match level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Note | Level::Off => "recommendation",
            },
            security_severity: exposed.then_some(match level {
                Level::Error => "7.5",
                Level::Warning => "5.0",
                Level::Note | Level::Off => "2.0",
            }),
        },
    }
}

fn outcome(report: &Report<'_>, finding: &Finding, rules: &[&Rule], fingerprints: &mut Fingerprints) -> Outcome {
    let related = finding.labels.iter().enumerate();
    Outcome {
        rule_id: finding.rule.id,
        rule_index: rules.iter().position(|rule| rule.id == finding.rule.id).unwrap_or_default(),
        level: level_name(finding.level),
        message: Message { text: message(finding) },
        locations: [shown(report, finding)],
        related_locations: related
            .map(|(index, label)| Location {
                id: Some(index + 1),
                message: Some(Message { text: readable(&label.message) }),
                ..location(report, label.file, label.span)
            })
            .collect(),
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, fingerprints.next(report, finding))]),
        properties: report.register_of(finding.file).map(|name| ("register", name.to_owned())).into_iter().collect(),
        fixes: report.shown_fix(finding).map(|fix| fixed(report, finding.file, fix)).into_iter().collect(),
    }
}

/// Describes a fix (SARIF 2.1.0, section 3.55).
fn fixed(report: &Report<'_>, file: FileId, fix: &Fix) -> Fixed {
    let replaced = |edit: &Replacement| Replaced {
        deleted_region: region(report, file, edit.span),
        inserted_content: Message { text: edit.text.clone() },
    };
    let replacements = fix.edits.iter().map(replaced).collect();
    let change = Change { artifact_location: artifact(report, file), replacements };
    Fixed { description: Message { text: readable(&fix.description) }, artifact_changes: [change] }
}

fn message(finding: &Finding) -> String {
    match &finding.help {
        Some(help) => format!("{}\n{}", readable(&finding.message), readable(help)),
        None => readable(&finding.message),
    }
}

/// Returns a text for a page that people read: nothing in it hides, and nothing is a link.
fn readable(text: &str) -> String {
    escape::unlinked(&escape::line(text))
}

fn location(report: &Report<'_>, file: FileId, span: Span) -> Location {
    let physical_location = Physical {
        artifact_location: artifact(report, file),
        region: region(report, file, span),
        context_region: None,
    };
    Location { id: None, physical_location, message: None }
}

/// Returns the place of a finding with its text and the lines around it, for a viewer that has no files.
fn shown(report: &Report<'_>, finding: &Finding) -> Location {
    let source = report.source(finding.file);
    let mut it = location(report, finding.file, finding.span);
    let physical = &mut it.physical_location;
    physical.context_region = context(source, finding.span);
    if physical.context_region.is_some() {
        physical.region.snippet = Some(Message { text: source.slice(finding.span).to_owned() });
    }
    it
}

/// Returns the line of a span with its neighbours, unless the line is all that there is, or something in it hides or is
/// endless.
fn context(source: &Source, span: Span) -> Option<Context> {
    const AROUND: usize = 2;
    const LONGEST: usize = 4096;
    let (start_line, end_line, text) = source.around(span, AROUND)?;
    let hides = |c: char| c != '\t' && escape::is_hostile(c);
    let is_plain = text.len() <= LONGEST && !text.lines().any(|line| line.contains(hides));
    is_plain.then(|| Context { start_line, end_line, snippet: Message { text: text.to_owned() } })
}

fn region(report: &Report<'_>, file: FileId, span: Span) -> Region {
    let Place { start, end, .. } = report.place(file, span);
    Region {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
        snippet: None,
    }
}

fn artifact(report: &Report<'_>, file: FileId) -> Artifact {
    Artifact { uri: escape::uri(&report.repository_path(file)), uri_base_id: ROOT }
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Off => "none",
        Level::Note | Level::Warning | Level::Error => level.name(),
    }
}

/// Joins the lines of a paragraph.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the name of a rule as one word. A word of one letter joins the one before it, and the id of one word, which
/// would only be repeated in another case, gets the name of the family in front: validators object to both.
fn pascal_case(rule: &Rule) -> String {
    let family = if rule.id.contains('-') { "" } else { rule.family.name() };
    let word = |word: &str| match word.len() {
        1 => word.to_owned(),
        _ => word[..1].to_uppercase() + &word[1..],
    };
    let id: String = rule.id.split('-').map(word).collect();
    format!("{}{id}", family.replace('-', ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing;

    fn driver(levels: BTreeMap<&'static str, Level>) -> Vec<serde_json::Value> {
        let setting = crate::output::Setting { levels, ..crate::output::Setting::default() };
        let log = testing::printed(&setting, "", |report, out| render(report, out));
        let log: serde_json::Value = serde_json::from_str(&log).unwrap();
        log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap().clone()
    }

    #[test]
    fn names_of_rules_are_in_pascal_case() {
        let name = |id: &str| pascal_case(rules::find(id).unwrap());
        assert_eq!(
            ["expired", "self-approval", "owner-not-a-person"].map(name),
            ["TimeExpired", "SelfApproval", "OwnerNotaPerson"]
        );
    }

    #[test]
    fn github_takes_the_texts_of_each_rule() {
        for rule in driver(BTreeMap::new()) {
            let texts = [&rule["shortDescription"]["text"], &rule["fullDescription"]["text"]];
            assert!(texts.iter().all(|text| (20..=1024).contains(&text.as_str().unwrap().len())), "{}", rule["id"]);
        }
    }

    #[test]
    fn only_what_stands_open_is_an_alert_of_security_and_the_policy_says_how_grave() {
        let levels =
            BTreeMap::from([("expired", Level::Note), ("long-reason", Level::Error), ("copied-reason", Level::Off)]);
        let rules = driver(levels);
        let rule = |id: &str| rules.iter().find(|rule| rule["id"] == id).unwrap();
        let [expired, form, off] = ["expired", "long-reason", "copied-reason"].map(rule);
        assert_eq!(
            (&expired["properties"]["security-severity"], &expired["defaultConfiguration"]["level"]),
            (&"2.0".into(), &"note".into())
        );
        assert_eq!(expired["properties"]["tags"], serde_json::json!(["security", "time"]));
        assert_eq!(
            (&form["properties"]["problem.severity"], form["properties"].get("security-severity")),
            (&"error".into(), None)
        );
        assert_eq!(form["properties"]["tags"], serde_json::json!(["text"]));
        assert_eq!(off["defaultConfiguration"], serde_json::json!({"level": "none", "enabled": false}));
        for rule in &rules {
            let is_open = rule["properties"]["tags"].as_array().unwrap().contains(&"security".into());
            assert_eq!(is_open, rule["properties"].get("security-severity").is_some(), "{}", rule["id"]);
        }
    }
}
