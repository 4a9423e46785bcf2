//! What package managers leave out of their audits, in files that they have for much else.

use std::ops::Range;

use super::trees::{at, is_false, items, narrowed_by_rest, parse, parse_json5, range, rules, switch, text};
use super::{Entry, Unreadable};
use crate::suppressions::grammar::What;
use crate::yaml::Node;

/// Reads a file that a package manager has for much else: only if one of these words may be in it.
fn manifest<'t>(
    source: &'t str,
    words: &[&str],
    parse: fn(&'t str) -> Result<Node<'t>, Unreadable>,
    read: impl Fn(&Node<'_>, &mut Vec<Entry>),
) -> Result<Vec<Entry>, Unreadable> {
    let mut entries = Vec::new();
    // A letter may be written as an escape.
    if source.contains('\\') || words.iter().any(|word| source.contains(word)) {
        match parse(source) {
            Ok(root) => read(&root, &mut entries),
            Err(fault) if words.iter().any(|word| source.contains(word)) => return Err(fault),
            Err(_) => {}
        }
    }
    Ok(entries)
}

/// `pnpm.auditConfig` of `package.json`.
pub(super) fn pnpm_manifest(source: &str) -> Result<Vec<Entry>, Unreadable> {
    manifest(source, &["auditConfig"], parse_json5, |root, entries| {
        entries.extend(at(root, &["pnpm", "auditConfig"]).into_iter().flat_map(ignored_by_pnpm));
    })
}

/// `pnpm-workspace.yaml`: `auditConfig` and `auditLevel`, or `audit` in later versions.
pub(super) fn pnpm_workspace(source: &str) -> Result<Vec<Entry>, Unreadable> {
    manifest(source, &["audit"], parse, |root, entries| {
        entries.extend(root.get("auditConfig").into_iter().flat_map(ignored_by_pnpm));
        entries.extend(rules(at(root, &["audit", "ignore"])));
        let levels = [root.get("auditLevel"), at(root, &["audit", "level"])].into_iter().flatten();
        let higher = levels.filter_map(|node| Some((node, node.as_text().filter(|level| *level != "low")?)));
        entries.extend(
            higher.map(|(node, level)| Entry::new(What::All, range(node.span)).narrowed("level", &[level.to_owned()])),
        );
    })
}

fn ignored_by_pnpm(node: &Node<'_>) -> Vec<Entry> {
    ["ignoreCves", "ignoreGhsas"].iter().flat_map(|key| rules(node.get(key))).collect()
}

/// `.yarnrc.yml`, since the second version of Yarn: advisories, and packages of which nothing is reported.
pub(super) fn yarn(source: &str) -> Result<Vec<Entry>, Unreadable> {
    manifest(source, &["npmAudit"], parse, |root, entries| {
        entries.extend(rules(root.get("npmAuditIgnoreAdvisories")));
        let packages = items(root.get("npmAuditExcludePackages")).into_iter();
        entries.extend(packages.filter_map(|node| Some(of_package(node.as_text()?, range(node.span)))));
    })
}

/// The entry of a package of which nothing is reported.
fn of_package(name: &str, at: Range<usize>) -> Entry {
    Entry::new(What::All, at).narrowed("package", &[name.to_owned()])
}

/// `composer.json` (`src/Composer/Policy` of Composer 2.10): `config.audit`, and `config.policy` in later versions, which
/// has a list for each policy.
pub(super) fn composer(source: &str) -> Result<Vec<Entry>, Unreadable> {
    manifest(source, &["\"audit\"", "\"policy\""], parse_json5, |root, entries| {
        if let Some(audit) = at(root, &["config", "audit"]) {
            entries.extend(named(audit.get("ignore")).into_iter().map(|named| {
                let (name, at) = (named.name, named.at.clone());
                named.narrow(if name.contains('/') { of_package(name, at) } else { Entry::rule(name, at) })
            }));
            entries.extend(left_out(audit, "ignore-severity", "severity"));
            entries.extend(left_out(audit, "ignore-abandoned", "abandoned"));
            let abandoned = audit.get("abandoned").filter(|node| node.as_text() == Some("ignore"));
            entries.extend(abandoned.map(|node| switch("abandoned", node)));
        }
        for policy in at(root, &["config", "policy"]).and_then(Node::as_map).unwrap_or_default() {
            let name = [policy.key.to_string()];
            let is_off = is_false(&policy.value) || text(&policy.value, "audit") == Some("ignore");
            let off = Entry::new(What::All, range(policy.key_span)).narrowed("policy", &name);
            entries.extend(Some(off).filter(|_| is_off));
            let ids = named(policy.value.get("ignore-id")).into_iter();
            let ids = ids.map(|named| named.narrow(Entry::rule(named.name, named.at.clone())));
            let lists = [("ignore", "package"), ("ignore-severity", "severity"), ("ignore-source", "source")];
            let lists = lists.iter().flat_map(|(key, what)| left_out(&policy.value, key, what));
            entries.extend(ids.chain(lists).map(|entry| entry.narrowed("policy", &name)));
        }
    })
}

/// An item of a list, or a key of a map, of Composer.
struct Named<'n> {
    name: &'n str,
    at: Range<usize>,
    /// What is said of it.
    more: Option<&'n Node<'n>>,
}

impl Named<'_> {
    /// Narrows an entry by what is said of it besides the reason, which may be all there is.
    fn narrow(&self, entry: Entry) -> Entry {
        let maps = items(self.more).into_iter().filter(|more| more.as_map().is_some());
        maps.fold(entry, |entry, more| narrowed_by_rest(entry, more, &["reason"]))
    }
}

fn named<'n>(node: Option<&'n Node<'n>>) -> Vec<Named<'n>> {
    let Some(node) = node else { return Vec::new() };
    match node.as_map() {
        Some(entries) => {
            let of_key = |entry: &'n crate::yaml::Entry<'n>| Named {
                name: &entry.key,
                at: range(entry.key_span),
                more: Some(&entry.value),
            };
            entries.iter().map(of_key).collect()
        }
        None => {
            let texts = items(Some(node)).into_iter().filter_map(|item| Some((item.as_text()?, range(item.span))));
            texts.filter(|(name, _)| !name.is_empty()).map(|(name, at)| Named { name, at, more: None }).collect()
        }
    }
}

/// One entry for each item of a list of Composer that leaves out whatever is of that kind.
fn left_out<'n>(node: &'n Node<'n>, key: &str, what: &str) -> Vec<Entry> {
    let list = named(node.get(key)).into_iter();
    list.map(|it| it.narrow(Entry::new(What::All, it.at.clone()).narrowed(what, &[it.name.to_owned()]))).collect()
}
