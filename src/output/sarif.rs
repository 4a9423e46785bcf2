//! SARIF 2.1.0, for code scanning.
//!
//! What GitHub requires beyond the standard is here too: all rules with their texts, regions of one line with all four
//! numbers, and fingerprints that survive moved lines.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::output::fingerprint::Fingerprints;
use crate::output::{Broken, Place, Report, escape};
use crate::rule::{Family, Rule};
use crate::rule::{Finding, Level};
use crate::rules;
use crate::source::{FileId, Span};
use crate::yaml::{Fix, Replacement};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    automation_details: Automation,
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
    id: &'static str,
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
    #[serde(skip_serializing_if = "str::is_empty")]
    information_uri: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    /// Left out if it would be the id in another case, which validators refuse.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    short_description: Message,
    full_description: Message,
    help: Help,
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
}

#[derive(Serialize)]
struct Properties {
    tags: [String; 2],
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    problem_severity: &'static str,
    #[serde(rename = "security-severity")]
    security_severity: &'static str,
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
        information_uri: env!("CARGO_PKG_REPOSITORY"),
        rules: rules.iter().map(|rule| descriptor(rule)).collect(),
    };
    let run = Run {
        tool: Tool { driver },
        automation_details: Automation { id: "stopgap/" },
        invocations: invocations(report),
        column_kind: "unicodeCodePoints",
        results,
    };
    escape::json(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] }, out)
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

fn descriptor(rule: &Rule) -> Descriptor {
    let (summary, why, what) = (one_line(&rule.summary()), rule.why(), rule.what_to_do());
    Descriptor {
        id: rule.id,
        name: rule.id.contains('-').then(|| pascal_case(rule.id)),
        full_description: Message { text: format!("{summary} {}", one_line(&why)) },
        short_description: Message { text: summary },
        help: Help {
            text: format!("Why: {}\n\nWhat to do: {}", one_line(&why), one_line(&what)),
            markdown: format!("**Why.** {why}\n\n**What to do.** {what}"),
        },
        default_configuration: Configuration { level: level(rule.level) },
        properties: Properties {
            tags: ["security".to_owned(), rule.family.name().to_lowercase()],
            precision: if rule.family == Family::Text { "high" } else { "very-high" },
            problem_severity: match rule.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Note | Level::Off => "recommendation",
            },
            security_severity: match rule.level {
                Level::Error => "7.5",
                Level::Warning => "5.0",
                Level::Note | Level::Off => "2.0",
            },
        },
    }
}

fn outcome(report: &Report<'_>, finding: &Finding, rules: &[&Rule], fingerprints: &mut Fingerprints) -> Outcome {
    let related = finding.labels.iter().enumerate();
    Outcome {
        rule_id: finding.rule.id,
        rule_index: rules.iter().position(|rule| rule.id == finding.rule.id).unwrap_or_default(),
        level: level(finding.level),
        message: Message { text: message(finding) },
        locations: [location(report, finding.file, finding.span)],
        related_locations: related
            .map(|(index, label)| Location {
                id: Some(index + 1),
                message: Some(Message { text: readable(&label.message) }),
                ..location(report, label.file, label.span)
            })
            .collect(),
        partial_fingerprints: BTreeMap::from([("stopgap/v1", fingerprints.next(report, finding))]),
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
    let physical_location = Physical { artifact_location: artifact(report, file), region: region(report, file, span) };
    Location { id: None, physical_location, message: None }
}

fn region(report: &Report<'_>, file: FileId, span: Span) -> Region {
    let Place { start, end, .. } = report.place(file, span);
    Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
}

fn artifact(report: &Report<'_>, file: FileId) -> Artifact {
    Artifact { uri: escape::uri(&report.repository_path(file)), uri_base_id: "%SRCROOT%" }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Off => "none",
        Level::Note | Level::Warning | Level::Error => level.name(),
    }
}

/// Joins the lines of a paragraph.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn pascal_case(id: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    id.split('-').map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_rules_are_in_pascal_case() {
        assert_eq!(pascal_case("owner-not-a-person"), "OwnerNotAPerson");
    }

    #[test]
    fn github_takes_the_texts_of_each_rule() {
        for rule in rules::all() {
            let descriptor = descriptor(rule);
            let texts = [&descriptor.short_description.text, &descriptor.full_description.text];
            assert!(texts.iter().all(|text| (20..=1024).contains(&text.len())), "{}", rule.id);
        }
    }
}
