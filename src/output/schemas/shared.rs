//! What several of the printed schemas have in common, such as an exception or a finding: kept once, and copied into the
//! `$defs` of each schema that refers to it.

use super::ordered::{self, Json};

const PARTS: &str = include_str!("../../../schema/output/parts.json");

/// Where a schema keeps what it refers to.
const DEFINITIONS: &str = "$defs";

/// Adds to a schema what it refers to and does not have itself.
pub(super) fn complete(schema: &mut Json) {
    let parts = super::parsed(PARTS);
    let mut wanted = Vec::new();
    references(schema, &mut wanted);
    let mut found: ordered::Keys = Vec::new();
    let own = |schema: &Json, name: &str| schema.get(DEFINITIONS).is_some_and(|own| own.get(name).is_some());
    while let Some(name) = wanted.pop() {
        let is_there = own(schema, &name) || found.iter().any(|(known, _)| *known == name);
        if let Some(part) = parts.get(&name).filter(|_| !is_there) {
            references(part, &mut wanted);
            found.push((name, part.clone()));
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    if found.is_empty() {
        return;
    }
    if let Some(Json::Map(own)) = schema.get_mut(DEFINITIONS) {
        own.extend(found);
    } else if let Json::Map(keys) = schema {
        keys.push((DEFINITIONS.to_owned(), Json::Map(found)));
    }
}

/// Lists the names that are referred to.
fn references(json: &Json, names: &mut Vec<String>) {
    for (key, value) in json.as_map() {
        match (key.as_str(), value.as_text().and_then(|text| text.strip_prefix("#/$defs/"))) {
            ("$ref", Some(name)) => names.push(name.to_owned()),
            _ => references(value, names),
        }
    }
    json.as_list().iter().for_each(|item| references(item, names));
}
