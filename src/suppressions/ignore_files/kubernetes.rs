//! Exceptions that are resources of Kubernetes, in files of any name, and kubescape's own in JSON.

use super::trees::{items, parse, range, text, texts};
use super::{Entry, Unreadable};
use crate::suppressions::grammar::What;
use crate::yaml::Node;

/// The resources that are exceptions, with the tool that reads each.
const RESOURCES: [(&str, &str); 3] =
    [("PolicyException", "kyverno"), ("SecurityException", "kubescape"), ("ClusterSecurityException", "kubescape")];

/// Tells by its content which tool reads exceptions in a file.
pub(super) fn tool(path: &str, text: &str) -> Option<&'static str> {
    let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
    let is_json = path.ends_with(".json");
    if is_json && text.contains("\"postureExceptionPolicy\"") {
        return Some("kubescape");
    }
    let of = |(resource, tool): &(&str, &'static str)| {
        let is_one = |document: (usize, &str)| is_of(document.1, resource, is_json);
        documents(text).into_iter().any(is_one).then_some(*tool)
    };
    RESOURCES.iter().filter(|_| is_yaml || is_json).find_map(of)
}

/// Tells whether a document is a resource of a kind, before it is parsed.
fn is_of(document: &str, resource: &str, is_json: bool) -> bool {
    let value = |line: &str| -> Option<String> {
        let line = if is_json { line.trim_start_matches([' ', '\t', '{']).strip_prefix("\"kind\"")? } else { line };
        let rest = if is_json { line } else { line.strip_prefix("kind")? };
        let word = rest.trim_start().strip_prefix(':')?.trim_start().trim_start_matches(['"', '\'']);
        Some(word.chars().take_while(char::is_ascii_alphanumeric).collect())
    };
    document.contains(resource) && document.lines().any(|line| value(line).is_some_and(|word| word == resource))
}

/// Splits a stream of YAML at its `---`, each document with where it begins.
fn documents(text: &str) -> Vec<(usize, &str)> {
    let (mut documents, mut start, mut at) = (Vec::new(), 0, 0);
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" || line.starts_with("--- ") {
            documents.push((start, &text[start..at]));
            start = at + line.len();
        }
        at += line.len();
    }
    documents.push((start, &text[start..]));
    documents
}

/// Reads those documents of a stream that are of a kind.
fn each(source: &str, resources: &[&str], read: impl Fn(&Node<'_>, &mut Vec<Entry>)) -> Result<Vec<Entry>, Unreadable> {
    let is_json = source.trim_start().starts_with('{');
    let mut entries = Vec::new();
    for (start, document) in documents(source) {
        if !resources.iter().any(|resource| is_of(document, resource, is_json)) {
            continue;
        }
        let root = parse(document).map_err(|(at, why)| (start + at, why))?;
        if !text(&root, "kind").is_some_and(|kind| resources.contains(&kind)) {
            continue;
        }
        let mut found = Vec::new();
        read(&root, &mut found);
        entries
            .extend(found.into_iter().map(|entry| Entry { at: entry.at.start + start..entry.at.end + start, ..entry }));
    }
    Ok(entries)
}

/// kyverno's PolicyException: `spec.policyRefs` (policies.kyverno.io/v1), or `spec.exceptions` (kyverno.io/v2).
pub(super) fn kyverno(source: &str) -> Result<Vec<Entry>, Unreadable> {
    each(source, &["PolicyException"], |root, entries| {
        let Some(spec) = root.get("spec") else { return };
        let namespace = root.get("metadata").and_then(|metadata| text(metadata, "namespace"));
        let canonical = |key: &str| spec.get(key).map(Node::canonical);
        let narrow = |entry: Entry| {
            let entry = entry.narrowed("namespace", &namespace.map(str::to_owned).into_iter().collect::<Vec<_>>());
            let others = ["matchConditions", "match", "conditions", "images", "podSecurity"];
            let entry = others.iter().fold(entry, |entry, key| entry.narrowed(key, canonical(key).as_slice()));
            entry.until(text(spec, "expiresAt"))
        };
        for policy in items(spec.get("policyRefs")) {
            let Some(name) = policy.get("name") else { continue };
            let entry = Entry::rule(name.as_text().unwrap_or_default(), range(name.span));
            let kind = text(policy, "kind").map(str::to_owned).into_iter().collect::<Vec<_>>();
            entries.push(narrow(entry.narrowed("kind", &kind)));
        }
        for policy in items(spec.get("exceptions")) {
            let Some(name) = policy.get("policyName") else { continue };
            let entry = Entry::rule(name.as_text().unwrap_or_default(), range(name.span));
            entries.push(narrow(entry.narrowed("rules", &texts(policy.get("ruleNames")))));
        }
    })
}

/// kubescape's SecurityException, and its list of `postureExceptionPolicy` in JSON.
pub(super) fn kubescape(source: &str) -> Result<Vec<Entry>, Unreadable> {
    if source.contains("\"postureExceptionPolicy\"") {
        return postures(source);
    }
    each(source, &["SecurityException", "ClusterSecurityException"], |root, entries| {
        let Some(spec) = root.get("spec") else { return };
        let narrow = |entry: Entry, item: &Node<'_>| {
            let end = text(item, "expiresAt").or_else(|| text(spec, "expiresAt"));
            entry.narrowed("match", spec.get("match").map(Node::canonical).as_slice()).until(end)
        };
        for item in items(spec.get("posture")) {
            let id = item.get("controlID").filter(|id| id.as_text().is_some());
            let what = id.and_then(Node::as_text).map_or(What::All, |id| What::Rule(id.to_owned()));
            entries.push(narrow(Entry::new(what, range(id.map_or(item.span, |id| id.span))), item));
        }
        for item in items(spec.get("vulnerabilities")) {
            let id = item.get("vulnerability").and_then(|named| named.get("id").or(Some(named)));
            let id = id.or_else(|| item.get("id")).filter(|id| id.as_text().is_some());
            let what = id.and_then(Node::as_text).map_or(What::All, |id| What::Rule(id.to_owned()));
            entries.push(narrow(Entry::new(what, range(id.map_or(item.span, |id| id.span))), item));
        }
    })
}

/// A list of exceptions as `--exceptions` takes it.
fn postures(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse(source)?;
    let mut entries = Vec::new();
    for exception in items(Some(&root)) {
        let resources = exception.get("resources").map(Node::canonical);
        for policy in items(exception.get("posturePolicies")) {
            let named = ["controlID", "controlName", "frameworkName"].iter().find_map(|key| policy.get(key));
            let named = named.filter(|named| named.as_text().is_some());
            let what = named.and_then(Node::as_text).map_or(What::All, |id| What::Rule(id.to_owned()));
            let entry = Entry::new(what, range(named.map_or(policy.span, |named| named.span)));
            entries.push(entry.narrowed("resources", resources.as_slice()));
        }
    }
    Ok(entries)
}
