//! Where two trees say different things.

use std::collections::BTreeSet;

use crate::yaml::node::{Entry, Kind, Node};
use crate::yaml::pointer::escaped;

/// Collects the innermost values that differ, by JSON Pointer (RFC 6901), the values themselves being at `pointer`. A
/// list is one value unless it has as many mappings as before. Keys that `counts` turns down are passed over.
pub fn differences(
    before: Option<&Node<'_>>,
    after: Option<&Node<'_>>,
    pointer: String,
    counts: fn(&str) -> bool,
    found: &mut Vec<String>,
) {
    match (before, after) {
        (None, None) => {}
        (Some(before), Some(after)) => match (&before.kind, &after.kind) {
            (Kind::Map(old), Kind::Map(new)) => {
                for key in keys(old, new).into_iter().filter(|key| counts(key)) {
                    let inner = format!("{pointer}/{}", escaped(key));
                    differences(before.get(key), after.get(key), inner, counts, found);
                }
            }
            (Kind::Seq(old), Kind::Seq(new)) if old.len() == new.len() && are_maps(old) && are_maps(new) => {
                for (index, (old, new)) in old.iter().zip(new).enumerate() {
                    differences(Some(old), Some(new), format!("{pointer}/{index}"), counts, found);
                }
            }
            _ if before.same_value(after) => {}
            _ => found.push(pointer),
        },
        _ => found.push(pointer),
    }
}

/// Returns the keys of both sides, each once.
fn keys<'n>(before: &'n [Entry<'_>], after: &'n [Entry<'_>]) -> BTreeSet<&'n str> {
    before.iter().chain(after).map(|entry| &*entry.key).collect()
}

fn are_maps(items: &[Node<'_>]) -> bool {
    items.iter().all(|item| item.as_map().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    #[test]
    fn the_innermost_value_is_named_once() {
        let find = |before: &str, after: &str| {
            let mut found = Vec::new();
            let (before, after) = (parse(before).unwrap(), parse(after).unwrap());
            differences(Some(&before), Some(&after), String::new(), |key| !key.starts_with("x-"), &mut found);
            found
        };
        assert_eq!(find("a: {b: 1, c: 2, x-d: 3}", "a: {c: 3, b: 1, x-d: 4}"), ["/a/c"]);
        assert_eq!(find("a: {b: 1}", "a: {b: null}"), ["/a/b"]);
        assert_eq!(find("a: [{b: 1}, {b: 2}]", "a: [{b: 1}, {b: 3}]"), ["/a/1/b"]);
        assert_eq!(find("a: [{b: 1}]", "a: [{b: 1}, {b: 3}]"), ["/a"]);
        assert_eq!(find("a: [x, y]", "a: [y, x]"), ["/a"]);
        assert_eq!(find("a: {b: 1}", "a: 1"), ["/a"]);
        assert_eq!(find("a: 'x  y'", "a: |\n  x\n  y\n"), [""; 0]);
    }
}
