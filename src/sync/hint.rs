//! The cover that an entry would need, as it is typed.

use super::formats::{Format, escaped};
use super::permit::Permit;
use super::shelf::Slot;
use super::tree::Tree;
use crate::register::{Cover, typed_cover};
use crate::text::shown;
use crate::tools::{Selector, has_wildcard};
use crate::yaml;
use crate::yaml::write::{Quotes, Value, flow};

/// An item of `covers`.
type Item = Vec<(String, Value)>;

/// The kinds by which a tool tells apart what one id may name; `None` is its usual one.
const KINDS: [Option<&str>; 5] =
    [None, Some("vulnerability"), Some("misconfiguration"), Some("secret"), Some("license")];

/// Returns the cover that allows what an entry suppresses and no more; `None` if there is none: then `sync` could not
/// write the entry from any exception.
pub(super) fn cover_of(format: &Format, slot: &Slot) -> Option<String> {
    let (id, selectors) = said(format.tool, slot)?;
    if id.is_empty() || has_wildcard(&id) {
        return None;
    }
    let kinds = if format.tool == "trivy" { &KINDS[..] } else { &KINDS[..1] };
    kinds.iter().find_map(|kind| {
        let mut item = typed_cover::item(format.tool, shown(&id), Vec::new());
        item.extend(kind.map(|kind| (Selector::Kind.key().to_owned(), Value::text(kind))));
        item.extend(selectors.iter().cloned());
        is_written_as(format, &item, slot).then(|| typed_cover::typed(&item))
    })
}

/// Tells whether an exception with this cover would write this entry.
fn is_written_as(format: &Format, item: &Item, slot: &Slot) -> bool {
    let text = flow(&Value::Map(item.clone()), Quotes::Double);
    let Ok(node) = yaml::parse(&text) else { return false };
    let cover = Cover::from_node((0, node));
    let entries = format.entries(&cover, &Permit::default()).unwrap_or_default();
    !cover.is_damaged && matches!(entries.as_slice(), [entry] if entry.identity == slot.identity)
}

/// Returns the id that an entry names, and what narrows it.
fn said(tool: &str, slot: &Slot) -> Option<(String, Item)> {
    let id = slot.id.clone()?;
    let text = |path: &[&str]| slot.details.down(path).and_then(Tree::text).map(str::to_owned);
    let texts = |path: &[&str]| {
        let items = slot.details.down(path).map(Tree::items).unwrap_or_default();
        items.iter().filter_map(Tree::text).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut item = Item::new();
    let mut list = |selector: Selector, texts: Vec<String>| {
        if !texts.is_empty() {
            item.push((selector.key().to_owned(), Value::flow_list(texts)));
        }
    };
    match tool {
        "trivy" => {
            list(Selector::Paths, texts(&["paths"]));
            list(Selector::Purls, texts(&["purls"]));
        }
        "grype" => {
            list(Selector::Paths, text(&["package", "location"]).into_iter().collect());
            let part = |key: &str| Some((key.to_owned(), text(&["package", key])?));
            let parts: Vec<_> = ["name", "version", "type"].into_iter().filter_map(part).collect();
            let parts = parts.into_iter().map(|(key, text)| {
                let plain = text.replace('\\', "");
                if key == "name" && escaped(&plain) == text { (key, plain) } else { (key, text) }
            });
            let parts: Vec<_> = parts.collect();
            if !parts.is_empty() {
                item.push((Selector::Package.key().to_owned(), Value::flow_map(parts)));
            }
        }
        "snyk" => {
            let path = slot.value.pairs().first().map(|pair| pair.key.clone());
            list(Selector::Paths, path.into_iter().filter(|path| path != "*").collect());
            if text(&["disregardIfFixable"]).as_deref() == Some("true") {
                item.push((Selector::UntilFixed.key().to_owned(), Value::Flag(true)));
            }
        }
        "audit-ci" => {
            if let Some((id, path)) = id.split_once('|') {
                list(Selector::Paths, vec![path.to_owned()]);
                return Some((id.to_owned(), item));
            }
        }
        "dependency-check" => list(Selector::Purls, text(&["packageUrl"]).into_iter().collect()),
        "kyverno" => {
            let conditions = slot.details.get("matchConditions").map(Tree::items).unwrap_or_default();
            let expressions = conditions.iter().filter_map(|it| it.get("expression")?.text());
            list(Selector::Match, expressions.map(str::to_owned).collect());
            let policy = slot.details.get("policyRefs").and_then(|policies| policies.items().first());
            let kind = policy.and_then(|policy| policy.get("kind")?.text());
            let namespace = slot.value.down(&["metadata", "namespace"]).and_then(Tree::text);
            for (selector, text) in [(Selector::Kind, kind), (Selector::Namespace, namespace)] {
                item.extend(text.map(|text| (selector.key().to_owned(), Value::text(text))));
            }
        }
        "azure" => {
            for (selector, key) in [(Selector::Scope, "scope"), (Selector::Assignment, "policyAssignmentId")] {
                item.extend(text(&[key]).map(|text| (selector.key().to_owned(), Value::text(text))));
            }
        }
        _ => {}
    }
    Some((id, item))
}
