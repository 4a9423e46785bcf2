//! Exceptions that are resources of Kubernetes, in files of any name, and kubescape's own in JSON.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex, bytes};

use super::trees::{items, narrowed_by_rest, parse, range, text, texts};
use super::{Entry, Unreadable};
use crate::suppressions::grammar::What;
use crate::sync::documents_in;
use crate::yaml::Node;

/// The resources that are exceptions, with the tool that reads each.
const RESOURCES: [(&str, &str); 3] =
    [("PolicyException", "kyverno"), ("SecurityException", "kubescape"), ("ClusterSecurityException", "kubescape")];

/// What kubescape's own exceptions in JSON are called.
const POSTURES: &str = "postureExceptionPolicy";

/// The endings of the files that are read.
pub(super) const ENDINGS: &[&str] = &[".yaml", ".yml", ".json"];

/// So many bytes behind a key are looked at for its value, where nothing else can be told.
const LONGEST_LOOK: usize = 256;

/// Ways to write a letter, or to go on with a word, in a text in double quotes.
const ESCAPE: &str = r"\\(?:u00|x|U000000)([4-7][0-9a-fA-F])|\\\r?\n[ \t]*";

/// Tells by its content which tools read exceptions in a file.
pub(super) fn tools(path: &str, text: &str) -> Vec<&'static str> {
    if !ENDINGS.iter().any(|ending| path.ends_with(ending)) {
        return Vec::new();
    }
    let has_postures = path.ends_with(".json") && plain(text).contains(POSTURES);
    let is_read = |tool: &&str| (*tool == "kubescape" && has_postures) || documents(text, tool).next().is_some();
    ["kyverno", "kubescape"].into_iter().filter(is_read).collect()
}

/// Tells whether a file may hold such a resource although none of its words is there: a letter is an escape, or the
/// group is written in another way.
pub(super) fn may_hide(path: &str, content: &[u8]) -> bool {
    static SIGN: LazyLock<Option<bytes::Regex>> =
        LazyLock::new(|| bytes::Regex::new(&format!("SecurityException|{ESCAPE}")).ok());
    ENDINGS.iter().any(|ending| path.ends_with(ending)) && SIGN.as_ref().is_some_and(|sign| sign.is_match(content))
}

/// Returns a text in which letters are letters.
fn plain(text: &str) -> Cow<'_, str> {
    static LETTER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(ESCAPE).ok());
    let letter = |found: &Captures<'_>| -> String {
        let code = found.get(1).and_then(|code| u8::from_str_radix(code.as_str(), 16).ok());
        code.map(char::from).into_iter().collect()
    };
    LETTER.as_ref().map_or(Cow::Borrowed(text), |escape| escape.replace_all(text, letter))
}

/// Returns those documents of a stream, each with where it begins, in which a tool finds exceptions; or why one cannot
/// be read that looks as if it did.
fn documents<'s>(source: &'s str, tool: &str) -> impl Iterator<Item = Result<(usize, Node<'s>), Unreadable>> {
    let kinds = move || RESOURCES.iter().filter(move |(_, of)| *of == tool).map(|(kind, _)| *kind);
    documents_in(source).into_iter().filter_map(move |at| {
        let document = &source[at.clone()];
        let words = plain(document);
        if !kinds().any(|kind| words.contains(kind)) {
            return None;
        }
        match parse(document) {
            Ok(root) => (!resources(&root, tool).is_empty()).then_some(Ok((at.start, root))),
            Err((fault, why)) => kinds().any(|kind| seems(&words, kind)).then_some(Err((at.start + fault, why))),
        }
    })
}

/// Returns a tool's exceptions in a document: the resource itself, or those of a list, as `kubectl` flattens it.
fn resources<'n, 'a>(root: &'n Node<'a>, tool: &str) -> Vec<&'n Node<'a>> {
    let (mut open, mut found) = (vec![root], Vec::new());
    while let Some(node) = open.pop() {
        if text(node, "kind").is_some_and(|kind| RESOURCES.contains(&(kind, tool))) {
            found.push(node);
        }
        open.extend(node.get("items").and_then(Node::as_seq).unwrap_or_default());
    }
    found
}

/// Tells whether a document that cannot be parsed looks like a resource of a kind: it says so in a line that is not
/// indented, or anywhere in braces. A template of Helm begins with two of them and is not a flow.
fn seems(document: &str, kind: &str) -> bool {
    let start = document.trim_start();
    let is_flow = start.starts_with(['{', '[']) && !start.starts_with("{{");
    let quotes = ['"', '\''];
    let value = |line: &str| -> bool {
        let Some(rest) = line.trim_start_matches(quotes).strip_prefix("kind") else { return false };
        let Some(rest) = rest.trim_start_matches(quotes).trim_start().strip_prefix(':') else { return false };
        let rest = &rest[..rest.floor_char_boundary(LONGEST_LOOK)];
        // A tag or an anchor may be before it.
        let word = rest.split_whitespace().find(|word| !word.starts_with(['&', '!']));
        word.is_some_and(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()) == kind)
    };
    if is_flow {
        return document.match_indices("kind").any(|(at, _)| value(&document[at..]));
    }
    // Some readers end a line at these as well.
    document.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).any(value)
}

/// Reads a tool's exceptions in all documents of a stream.
fn each(source: &str, tool: &str, read: impl Fn(&Node<'_>, &mut Vec<Entry>)) -> Result<Vec<Entry>, Unreadable> {
    let mut entries = Vec::new();
    for document in documents(source, tool) {
        let (start, root) = document?;
        let mut found = Vec::new();
        resources(&root, tool).into_iter().for_each(|resource| read(resource, &mut found));
        entries
            .extend(found.into_iter().map(|entry| Entry { at: entry.at.start + start..entry.at.end + start, ..entry }));
    }
    Ok(entries)
}

/// kyverno's PolicyException: `spec.policyRefs` (policies.kyverno.io/v1), or `spec.exceptions` (kyverno.io/v2).
pub(super) fn kyverno(source: &str) -> Result<Vec<Entry>, Unreadable> {
    each(source, "kyverno", |root, entries| {
        let Some(spec) = root.get("spec") else { return };
        let namespace = root.get("metadata").and_then(|metadata| text(metadata, "namespace"));
        let narrow = |entry: Entry| {
            let entry = entry.narrowed("namespace", &namespace.map(str::to_owned).into_iter().collect::<Vec<_>>());
            narrowed_by_rest(entry, spec, &["policyRefs", "exceptions", "expiresAt"]).until(text(spec, "expiresAt"))
        };
        for policy in items(spec.get("policyRefs")) {
            let Some(name) = policy.get("name") else { continue };
            let entry = Entry::rule(name.as_text().unwrap_or_default(), range(name.span));
            entries.push(narrow(narrowed_by_rest(entry, policy, &["name"])));
        }
        for policy in items(spec.get("exceptions")) {
            let Some(name) = policy.get("policyName") else { continue };
            let entry = Entry::rule(name.as_text().unwrap_or_default(), range(name.span));
            let entry = entry.narrowed("rules", &texts(policy.get("ruleNames")));
            entries.push(narrow(narrowed_by_rest(entry, policy, &["policyName", "ruleNames"])));
        }
    })
}

/// kubescape's SecurityException, and its list of `postureExceptionPolicy` in JSON.
pub(super) fn kubescape(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let mut entries = each(source, "kubescape", |root, entries| {
        let Some(spec) = root.get("spec") else { return };
        let narrow = |entry: Entry, item: &Node<'_>| {
            let end = text(item, "expiresAt").or_else(|| text(spec, "expiresAt"));
            let entry = narrowed_by_rest(entry, spec, &["posture", "vulnerabilities", "expiresAt", "author", "reason"]);
            const SAID: [&str; 9] = [
                "controlID",
                "vulnerability",
                "id",
                "expiresAt",
                "reason",
                "justification",
                "actionStatement",
                "response",
                "author",
            ];
            narrowed_by_rest(entry, item, &SAID).until(end)
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
    })?;
    if plain(source).contains(POSTURES) && source.trim_start().starts_with(['{', '[']) {
        entries.extend(postures(source)?);
    }
    Ok(entries)
}

/// A list of exceptions as `--exceptions` takes it.
fn postures(source: &str) -> Result<Vec<Entry>, Unreadable> {
    let root = parse(source)?;
    let mut entries = Vec::new();
    for exception in items(Some(&root)) {
        for policy in items(exception.get("posturePolicies")) {
            let named =
                ["controlID", "controlName", "frameworkName"].iter().find_map(|key| Some((*key, policy.get(key)?)));
            let (key, named) = named.map_or(("", None), |(key, named)| (key, Some(named)));
            let named = named.filter(|named| named.as_text().is_some());
            let what = named.and_then(Node::as_text).map_or(What::All, |id| What::Rule(id.to_owned()));
            let entry = Entry::new(what, range(named.map_or(policy.span, |named| named.span)));
            let entry = narrowed_by_rest(entry, policy, &[key]);
            let said = ["name", "reason", "expirationDate", "creationTime", "posturePolicies", "policyType"];
            entries.push(narrowed_by_rest(entry, exception, &said));
        }
    }
    Ok(entries)
}
