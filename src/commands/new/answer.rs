//! One answer of a new exception: what was said about a field, on one line.

use serde_json::Value;

use crate::cli::answers::NONE;
use crate::register::Tier;
use crate::register::draft::Draft;
use crate::register::fields::{ENVIRONMENT, Field, Kind, Need, TIER};
use crate::schema::Shipped;
use crate::text::enumerated;

/// Returns the argument that sets an answer, as an example for the command line.
pub(super) fn argument(field: Field) -> String {
    let parts = std::iter::once(field).chain(field.parts()).filter_map(Field::argument);
    parts.map(|argument| format!("--{} {}", argument.flag, argument.value)).collect::<Vec<_>>().join(" ")
}

/// Returns the schema's own example of an answer; empty if the question says enough.
pub(super) fn example(field: Field) -> String {
    match field.kind() {
        Kind::Line | Kind::Texts if field != ENVIRONMENT => example_at(field),
        Kind::Mappings => field.parts().next().map(example_at).unwrap_or_default(),
        _ => String::new(),
    }
}

/// Returns the first example that the shipped schema gives for a field, or for an item of it.
fn example_at(field: Field) -> String {
    let schema: Value = serde_json::from_str(Shipped::Exception.text()).unwrap_or_default();
    let mut place = &schema;
    for key in field.name().split('.') {
        let items = place.get("items").unwrap_or(place);
        place = &items["properties"][key];
    }
    let place = place.get("items").unwrap_or(place);
    place["examples"][0].as_str().unwrap_or_default().to_owned()
}

/// Returns whether an answer applies to a draft: only an emergency has an incident.
pub(super) fn applies(field: Field, draft: &Draft) -> bool {
    let is_emergency = draft.text(TIER) == Tier::Emergency.name();
    (field.need() != Need::Emergency || is_emergency) && field.parent().is_none_or(|above| applies(above, draft))
}

/// Returns whether an exception needs an answer.
pub(super) fn is_required(field: Field, draft: &Draft) -> bool {
    let needed = match field.need() {
        Need::Always | Need::Approved => true,
        Need::Emergency => applies(field, draft),
        Need::Closed | Need::Optional => false,
    };
    needed && field.parent().is_none_or(|above| is_required(above, draft))
}

/// Returns an answer on one line; for a list of mappings, what each says first.
pub(super) fn get(field: Field, draft: &Draft) -> String {
    let list = |field| draft.list(field).unwrap_or_default();
    match field.kind() {
        Kind::Words(_) if draft.list(field).is_some_and(<[String]>::is_empty) => NONE.to_owned(),
        Kind::Words(_) => list(field).join(","),
        Kind::Texts => list(field).join(" "),
        Kind::Mappings => field.parts().next().map(|part| list(part).join("; ")).unwrap_or_default(),
        _ => draft.text(field).to_owned(),
    }
}

/// Sets an answer of one line; a list of mappings has none.
pub(super) fn set(field: Field, draft: &mut Draft, answer: &str) {
    match field.kind() {
        Kind::Words(_) => {
            let words = answer.split(',').filter(|word| !word.is_empty() && *word != NONE);
            draft.set_list(field, words.map(str::to_owned).collect());
        }
        Kind::Texts => {
            draft.clear(field);
            enumerated(answer).into_iter().for_each(|text| draft.push(field, text));
        }
        Kind::Mapping | Kind::Mappings => {}
        _ => draft.set(field, answer),
    }
    if field == TIER {
        for other in Field::asked() {
            if !applies(other, draft) {
                draft.clear(other);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_written_where_its_pointer_points() {
        for field in Field::asked() {
            let mut draft = Draft::default();
            set(field, &mut draft, "data");
            field.parts().for_each(|part| draft.push(part, "data"));
            let text = draft.to_yaml(None);
            let tree = crate::yaml::parse(&text).unwrap();
            let (_, node) = crate::yaml::lookup(&tree, &field.pointer()).unwrap();
            assert!(!node.is_empty(), "{field:?}: {text}");
            assert!(draft.is_given(field) && !get(field, &draft).is_empty(), "{field:?}");
            draft.clear(field);
            assert_eq!(draft, Draft::default(), "{field:?}");
        }
    }

    #[test]
    fn every_answer_can_be_set_by_an_argument() {
        for field in Field::asked() {
            assert!(argument(field).starts_with("--"), "{field:?}");
        }
        assert_eq!(argument(Field::at("alternatives").unwrap()), "--alternative OPTION --rejected WHY");
    }

    #[test]
    fn the_schema_has_an_example_for_every_sentence() {
        let sentences = Field::asked().into_iter().filter(|field| matches!(field.kind(), Kind::Line | Kind::Mappings));
        for field in sentences.filter(|field| *field != ENVIRONMENT) {
            assert!(!example(field).is_empty(), "{field:?}");
        }
    }
}
