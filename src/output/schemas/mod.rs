//! The JSON Schemas as they are printed: those of a register's files, with what editors understand in addition to the
//! standard, and those of what the commands print.

mod editor;
mod ordered;
mod shared;

use crate::output::Identity;
use crate::schema::Shipped;

use ordered::Json;

/// The schemas of what commands print, by the name that `stopgap schema` takes. What several of them have in common is
/// in [`shared`].
const OUTPUTS: [(&str, &str); 15] = [
    ("check", include_str!("../../../schema/output/check.schema.json")),
    ("list", include_str!("../../../schema/output/list.schema.json")),
    ("show", include_str!("../../../schema/output/show.schema.json")),
    ("card", include_str!("../../../schema/output/card.schema.json")),
    ("report", include_str!("../../../schema/output/report.schema.json")),
    ("remind", include_str!("../../../schema/output/remind.schema.json")),
    ("history", include_str!("../../../schema/output/history.schema.json")),
    ("evidence", include_str!("../../../schema/output/evidence.schema.json")),
    ("export", include_str!("../../../schema/output/export.schema.json")),
    ("explain", include_str!("../../../schema/output/explain.schema.json")),
    ("suppressions-list", include_str!("../../../schema/output/suppressions-list.schema.json")),
    ("doctor", include_str!("../../../schema/output/doctor.schema.json")),
    ("import", include_str!("../../../schema/output/import.schema.json")),
    ("import-update", include_str!("../../../schema/output/import-update.schema.json")),
    ("sync", include_str!("../../../schema/output/sync.schema.json")),
];

/// Returns the names that `stopgap schema` takes: first the files of a register, then what commands print.
pub fn names() -> impl Iterator<Item = &'static str> {
    Shipped::ALL.into_iter().map(|(name, _)| name).chain(OUTPUTS.into_iter().map(|(name, _)| name))
}

/// Returns the schema of a file of the register, for editors and other validators.
#[must_use]
pub fn of_file(schema: Shipped, identity: Identity) -> String {
    let mut document = parsed(schema.text());
    editor::prepare(&mut document, schema, identity);
    document.printed()
}

/// Returns the schema of a name; `None` for another name.
#[must_use]
pub fn of_name(name: &str, identity: Identity) -> Option<String> {
    if let Some((_, schema)) = Shipped::ALL.into_iter().find(|(known, _)| *known == name) {
        return Some(of_file(schema, identity));
    }
    let (_, text) = OUTPUTS.into_iter().find(|(known, _)| *known == name)?;
    let mut document = parsed(text);
    shared::complete(&mut document);
    Some(document.printed())
}

#[expect(clippy::expect_used, reason = "the text is a constant, and the tests read each one")]
fn parsed(text: &str) -> Json {
    serde_json::from_str(text).expect("a schema of ours is JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_schema_that_is_complete() {
        for name in names() {
            let text = of_name(name, Identity::default()).unwrap();
            let document: serde_json::Value = serde_json::from_str(&text).unwrap();
            for reference in text.split("\"#/$defs/").skip(1) {
                let wanted = reference.split('"').next().unwrap();
                assert!(document["$defs"].get(wanted).is_some(), "{name} has no {wanted}");
            }
            assert_eq!(document["$id"], format!("urn:stopgap:schema:{name}:1"));
        }
    }
}
