//! Trivy's ignore files: `.trivyignore`, one id a line, and `.trivyignore.yaml`.
//!
//! Dates name the day on which the finding is reported again, from 00:00 UTC (Trivy's source, `pkg/result/ignore.go`).

use crate::error::Error;
use crate::import::tree::{self, Ignore, folded, list, texts};
use crate::import::{Format, Options, Reading};
use crate::source::Source;
use crate::text::{nearest, shown};
use crate::time::Day;
use crate::yaml::Node;
use crate::yaml::write::Value;

const TOOL: &str = "trivy";

/// The sections of the YAML file, and what the register calls the kind of their findings.
const SECTIONS: [(&str, Option<&str>); 4] = [
    ("vulnerabilities", None),
    ("misconfigurations", Some("misconfiguration")),
    ("secrets", Some("secret")),
    ("licenses", Some("license")),
];

const KEYS: [&str; 5] = ["id", "paths", "purls", "expired_at", "statement"];

/// Reads either file.
pub(super) fn read(name: &str, bytes: Vec<u8>, options: &Options) -> Result<Reading, Error> {
    let source = tree::text(name, bytes)?;
    let lower = name.to_ascii_lowercase();
    let sections = SECTIONS.map(|(section, _)| format!("{section}:"));
    let is_yaml = lower.ends_with(".yaml")
        || lower.ends_with(".yml")
        || source.text().lines().any(|line| sections.iter().any(|section| line.starts_with(section.as_str())));
    if is_yaml { read_yaml(&source, options) } else { Ok(read_lines(&source, options)) }
}

fn read_yaml(source: &Source, options: &Options) -> Result<Reading, Error> {
    let mut reading = Reading::new(Format::Trivy);
    let root = tree::yaml(source)?;
    for entry in root.as_map().unwrap_or_default() {
        let line = source.position(entry.key_span.start).line;
        let Some((_, kind)) = SECTIONS.iter().find(|(section, _)| *section == entry.key) else {
            reading.unread.push((line, format!("trivy has no section `{}`", shown(&entry.key))));
            continue;
        };
        if entry.value.is_empty() {
            continue;
        }
        let Some(items) = entry.value.as_seq() else {
            reading.unread.push((line, format!("`{}` is not a list", entry.key)));
            continue;
        };
        for item in items {
            match one(source, item, *kind, options) {
                Ok(ignore) => reading.entries.push(ignore.finish()),
                Err(why) => reading.unread.push((tree::line_of(source, item), why)),
            }
        }
    }
    if root.as_map().is_none() {
        reading.unread.push((1, "the file contains no section such as `vulnerabilities:`".to_owned()));
    }
    Ok(reading)
}

fn one(source: &Source, item: &Node<'_>, kind: Option<&str>, options: &Options) -> Result<Ignore, String> {
    let id = item.get("id").and_then(Node::as_text).ok_or("an ignore without an `id`")?;
    let (paths, purls) = (texts(item.get("paths")), texts(item.get("purls")));
    let place = paths.first().or(purls.first());
    let mut ignore = Ignore::new(TOOL, tree::line_of(source, item), id, place.map(String::as_str));
    let mut selectors: Vec<_> = kind.map(|kind| ("kind".to_owned(), Value::text(kind))).into_iter().collect();
    selectors.extend(list("paths", paths));
    selectors.extend(list("purls", purls));
    ignore.cover(id, selectors);
    if let Some(text) = item.get("statement").and_then(Node::as_text) {
        ignore.reason(text);
    }
    if let Some(text) = item.get("expired_at").and_then(Node::as_text) {
        ignore.ends("expired_at", text, TOOL, options);
    }
    for entry in item.as_map().unwrap_or_default() {
        if !KEYS.contains(&&*entry.key) && !entry.value.is_empty() {
            let why = match nearest(&entry.key, KEYS.into_iter()) {
                Some(meant) => format!("is under a key that trivy does not read; `{meant}` may be meant"),
                None => "is under a key that trivy does not read".to_owned(),
            };
            ignore.keep(&entry.key, &tree::as_line(source, &entry.value), &why);
        }
    }
    Ok(ignore)
}

/// Reads one id a line, with `exp:2026-06-01` after it. A comment after the id is the reason, otherwise the comment
/// lines right above it.
fn read_lines(source: &Source, options: &Options) -> Reading {
    let mut reading = Reading::new(Format::Trivy);
    let mut comment: Vec<&str> = Vec::new();
    for (at, line) in source.text().lines().enumerate() {
        let line = line.trim();
        if let Some(text) = line.strip_prefix('#') {
            comment.push(text.trim_start_matches('#'));
            continue;
        }
        if line.is_empty() {
            comment.clear();
            continue;
        }
        let mut fields = line.split_whitespace();
        let Some(id) = fields.next() else { continue };
        // Trivy takes the first such field, even after a `#`, and drops the line if it is not a date.
        let end = fields.find_map(|field| field.strip_prefix("exp:"));
        if let Some(end) = end.filter(|end| Day::parse(end).is_err()) {
            let why = format!(
                "`exp:{}` is not a day such as 2026-06-01, so trivy skips the line and ignores nothing because of it",
                shown(end)
            );
            reading.unread.push((at + 1, why));
            continue;
        }
        let mut ignore = Ignore::new(TOOL, at + 1, id, None);
        let kind = if ["AVD-", "KSV", "DS-"].iter().any(|start| id.starts_with(start)) {
            Some("misconfiguration")
        } else {
            None
        };
        ignore.cover(id, kind.map(|kind| ("kind".to_owned(), Value::text(kind))).into_iter().collect());
        let is_known = kind.is_some() || ["CVE-", "GHSA-"].iter().any(|start| id.starts_with(start));
        if !is_known {
            let text = "a plain file does not say what an id names: add `kind` to `covers` for a secret, a licence or a misconfiguration";
            ignore.note("kind", text);
        }
        if let Some(end) = end {
            ignore.ends("exp", end, TOOL, options);
        }
        let behind = line.split_whitespace().skip(1).filter(|field| !field.starts_with("exp:"));
        let behind = behind.map(|word| word.trim_start_matches('#')).collect::<Vec<_>>().join(" ");
        let beside = folded(&behind);
        ignore.reason(if beside.is_empty() { comment.join(" ") } else { beside }.as_str());
        reading.entries.push(ignore.finish());
    }
    reading
}
