//! What editors and strict validators need in the schemas of a register's files, in addition to what a check needs.
//!
//! The keys are those of VS Code's JSON and YAML support
//! (<https://github.com/redhat-developer/yaml-language-server>), which other editors use too. Validators that do not
//! know them must be told so, or ignore them.

use std::fmt::Write as _;

use super::ordered::{self, Json, Keys};
use crate::output::Identity;
use crate::rule::Level;
use crate::rules;
use crate::schema::Shipped;

/// The formats that only stopgap knows. A strict validator refuses a schema that names one.
const OWN_FORMATS: [&str; 5] = ["moment", "tool", "cover-path", "cover-text", "cover-lines"];

/// Prepares the schema of a file.
pub(super) fn prepare(document: &mut Json, schema: Shipped, identity: Identity) {
    if schema == Shipped::Policy {
        list_rules(document);
    }
    let snippets = snippets(document);
    each(document, &mut |keys| {
        keys.retain(|(key, value)| {
            key != "$comment" && !(key == "format" && value.as_text().is_some_and(|text| OWN_FORMATS.contains(&text)))
        });
        declare_required(keys);
        describe(keys, identity);
    });
    for (pointer, snippet) in snippets {
        if let Some(Json::Map(keys)) = at(document, &pointer) {
            insert_snippet(keys, snippet);
        }
    }
}

/// Visits a schema and every schema in it, the innermost first.
fn each(schema: &mut Json, visit: &mut dyn FnMut(&mut Keys)) {
    let Json::Map(keys) = schema else { return };
    for (key, value) in keys.iter_mut() {
        match key.as_str() {
            "properties" | "patternProperties" | "$defs" => {
                if let Json::Map(named) = value {
                    named.iter_mut().for_each(|(_, schema)| each(schema, visit));
                }
            }
            "items" | "additionalProperties" | "propertyNames" | "not" | "if" | "then" | "else" => each(value, visit),
            "allOf" | "anyOf" | "oneOf" => {
                if let Json::List(list) = value {
                    list.iter_mut().for_each(|schema| each(schema, visit));
                }
            }
            _ => {}
        }
    }
    visit(keys);
}

/// Declares what is required where it is required, as Ajv's `strictRequired` wants it.
fn declare_required(keys: &mut Keys) {
    let names: Vec<String> = ordered::get(keys, "required")
        .map(Json::as_list)
        .unwrap_or_default()
        .iter()
        .filter_map(|name| Some(name.as_text()?.to_owned()))
        .collect();
    let known = ordered::get(keys, "properties").map(Json::as_map).unwrap_or_default();
    let missing: Keys = names
        .into_iter()
        .filter(|name| ordered::get(known, name).is_none())
        .map(|name| (name, Json::Bool(true)))
        .collect();
    if missing.is_empty() {
        return;
    }
    match keys.iter_mut().find(|(key, _)| key == "properties") {
        Some((_, Json::Map(properties))) => properties.extend(missing),
        _ => keys.push(("properties".to_owned(), Json::Map(missing))),
    }
}

/// Adds the description as Markdown, and what it says of each of several values.
fn describe(keys: &mut Keys, identity: Identity) {
    let Some(text) = ordered::get(keys, "description").and_then(Json::as_text).map(str::to_owned) else { return };
    let values: Vec<&str> =
        ordered::get(keys, "enum").map(Json::as_list).unwrap_or_default().iter().filter_map(Json::as_text).collect();
    let said: Vec<Json> = values.iter().filter_map(|value| said_of(value, &text)).map(Json::text).collect();
    let is_complete = !values.is_empty() && said.len() == values.len();
    ordered::insert_behind(keys, "description", "markdownDescription", Json::text(markdown(&text, identity)));
    if is_complete {
        ordered::insert_behind(keys, "enum", "markdownEnumDescriptions", Json::List(said.clone()));
        ordered::insert_behind(keys, "enum", "enumDescriptions", Json::List(said));
    }
}

/// Returns what the lines of a description say of a value: `low: a nuisance`.
fn said_of<'t>(value: &str, text: &'t str) -> Option<&'t str> {
    text.lines().find_map(|line| line.strip_prefix(value)?.strip_prefix(": "))
}

/// Turns a description into Markdown: lines on a value become a list, and rules lead to their pages.
fn markdown(text: &str, identity: Identity) -> String {
    let mut page = String::new();
    let mut in_list = false;
    for line in text.lines() {
        let is_item = !page.is_empty() && line.starts_with(|c: char| c.is_ascii_lowercase()) && line.contains(": ");
        let gap = match (page.is_empty(), in_list && is_item) {
            (true, _) => "",
            (false, true) => "\n",
            (false, false) => "\n\n",
        };
        let mark = if is_item { "- " } else { "" };
        let _ = write!(page, "{gap}{mark}{}", linked(line, identity));
        in_list = is_item;
    }
    page
}

/// Makes each rule that a line names a link, if the documentation has an address.
fn linked(line: &str, identity: Identity) -> String {
    let part = |(index, part): (usize, &str)| {
        let page =
            Some(part).filter(|_| index % 2 == 1 && rules::find(part).is_some()).and_then(|id| identity.rule(id));
        match page {
            Some(page) => format!("[`{part}`]({page})"),
            None if index % 2 == 1 => format!("`{part}`"),
            None => part.to_owned(),
        }
    };
    line.split('`').enumerate().map(part).collect()
}

/// Lists the rules in the policy's `rules`, each with what it reports, instead of any id.
fn list_rules(document: &mut Json) {
    let Some(Json::Map(keys)) = document.get_mut("properties").and_then(|it| it.get_mut("rules")) else { return };
    let levels = Level::ALL.map(|(name, _)| Json::text(name));
    let any = ordered::get(keys, "additionalProperties").and_then(|any| any.get("description")).and_then(Json::as_text);
    let said: Vec<Json> =
        Level::ALL.iter().filter_map(|(name, _)| said_of(name, any.unwrap_or_default())).map(Json::text).collect();
    let rule = |rule: &&crate::rule::Rule| {
        let summary = rule.summary().split_whitespace().collect::<Vec<_>>().join(" ");
        let schema = vec![
            ("description".to_owned(), Json::text(format!("{summary}\nRule: `{}`.", rule.id))),
            ("type".to_owned(), Json::text("string")),
            ("enum".to_owned(), Json::List(levels.to_vec())),
            ("enumDescriptions".to_owned(), Json::List(said.clone())),
            ("default".to_owned(), Json::text(rule.level.name())),
        ];
        (rule.id.to_owned(), Json::Map(schema))
    };
    let listed = Json::Map(rules::all().iter().map(rule).collect());
    keys.retain(|(key, _)| key != "propertyNames");
    for (key, value) in keys.iter_mut() {
        if key == "additionalProperties" {
            *value = Json::Bool(false);
        }
    }
    ordered::insert_behind(keys, "type", "properties", listed);
}

/// Makes a snippet for the file itself and for each item of a list that has required keys, with the place where it goes.
fn snippets(document: &Json) -> Vec<(Vec<String>, Json)> {
    let mut found = Vec::new();
    if document.get("required").is_some() {
        found.push((Vec::new(), snippet(document, document)));
    }
    for (name, property) in document.get("properties").map(Json::as_map).unwrap_or_default() {
        let item = property.get("items").filter(|item| item.get("required").is_some());
        if let Some(item) = item {
            let place = ["properties", name, "items"].map(str::to_owned).to_vec();
            found.push((place, snippet(document, item)));
        }
    }
    found
}

/// Returns the schema at a place.
fn at<'d>(document: &'d mut Json, place: &[String]) -> Option<&'d mut Json> {
    place.iter().try_fold(document, |schema, key| schema.get_mut(key))
}

fn insert_snippet(keys: &mut Keys, body: Json) {
    let said = ordered::get(keys, "description").and_then(Json::as_text).unwrap_or_default();
    let label = match ordered::get(keys, "title").and_then(Json::as_text) {
        Some(title) => title.to_owned(),
        None => said.split(['.', ':']).next().unwrap_or_default().to_owned(),
    };
    let snippet = vec![
        ("label".to_owned(), Json::text(label)),
        ("description".to_owned(), Json::text("The required keys, with nothing in them.")),
        ("body".to_owned(), body),
    ];
    ordered::insert_behind(keys, "required", "defaultSnippets", Json::List(vec![Json::Map(snippet)]));
}

/// Returns the required keys of a schema with a stop for the cursor instead of each value.
fn snippet(document: &Json, schema: &Json) -> Json {
    fill(document, schema, &mut 0)
}

fn fill(document: &Json, schema: &Json, stops: &mut usize) -> Json {
    let schema = resolved(document, schema);
    let kind = schema.get("type").and_then(Json::as_text);
    if let Some(properties) = schema.get("properties").filter(|_| kind == Some("object")) {
        let required = required(schema);
        let needed = properties.as_map().iter().filter(|(name, _)| required.contains(&name.as_str()));
        return Json::Map(needed.map(|(name, schema)| (name.clone(), fill(document, schema, stops))).collect());
    }
    if let Some(items) = schema.get("items").filter(|_| kind == Some("array")) {
        return Json::List(vec![fill(document, items, stops)]);
    }
    *stops += 1;
    let choices: Vec<&str> =
        schema.get("enum").map(Json::as_list).unwrap_or_default().iter().filter_map(Json::as_text).collect();
    match choices.as_slice() {
        [] => Json::Text(format!("${stops}")),
        choices => Json::Text(format!("${{{stops}|{}|}}", choices.join(","))),
    }
}

/// Returns the required keys, with those that are required of everything that was ever approved.
fn required(schema: &Json) -> Vec<&str> {
    let unless_refused = schema.get("allOf").map(Json::as_list).unwrap_or_default().first();
    let unless_refused =
        unless_refused.filter(|part| part.get("if").is_some_and(|condition| condition.get("not").is_some()));
    let more = unless_refused.and_then(|part| part.get("then")).and_then(|then| then.get("required"));
    let lists = schema.get("required").into_iter().chain(more);
    lists.flat_map(Json::as_list).filter_map(Json::as_text).collect()
}

/// Follows a reference within a schema.
fn resolved<'d>(document: &'d Json, schema: &'d Json) -> &'d Json {
    let name = schema.get("$ref").and_then(Json::as_text).and_then(|text| text.strip_prefix("#/$defs/"));
    name.and_then(|name| document.get("$defs")?.get(name)).unwrap_or(schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(schema: Shipped) -> serde_json::Value {
        serde_json::from_str(&super::super::of_file(schema, Identity::default())).unwrap()
    }

    #[test]
    fn a_snippet_fills_the_required_keys_and_nothing_else() {
        let exception = printed(Shipped::Exception);
        let body = &exception["defaultSnippets"][0]["body"];
        let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
        let mut wanted: Vec<&str> = [&exception["required"], &exception["allOf"][0]["then"]["required"]]
            .into_iter()
            .flat_map(|list| list.as_array().unwrap())
            .map(|key| key.as_str().unwrap())
            .collect();
        wanted.sort_unstable();
        assert_eq!(keys, wanted);
        assert_eq!(body["risk"]["tier"], "${6|low,moderate,high,emergency|}");
        let renewal = &exception["properties"]["renewals"]["items"]["defaultSnippets"][0];
        assert_eq!((&renewal["label"], renewal["body"].as_object().unwrap().len()), (&"One renewal".into(), 7));
        let examples = exception["properties"]["reason"]["examples"][0].as_str().unwrap();
        assert!(!body.to_string().contains(examples));
    }

    #[test]
    fn the_policy_lists_every_rule_with_a_sentence() {
        let policy = printed(Shipped::Policy);
        let listed = policy["properties"]["rules"]["properties"].as_object().unwrap();
        assert_eq!(listed.len(), rules::all().len());
        for rule in rules::all() {
            let schema = &listed[rule.id];
            assert!(schema["description"].as_str().unwrap().starts_with("Reports "), "{}", rule.id);
            assert_eq!(schema["enumDescriptions"].as_array().unwrap().len(), Level::ALL.len());
            assert_eq!(schema["default"], rule.level.name());
        }
    }

    #[test]
    fn every_pattern_has_a_message_and_no_format_is_ours_alone() {
        for (name, schema) in Shipped::ALL {
            let mut document: Json = serde_json::from_str(&super::super::of_file(schema, Identity::default())).unwrap();
            each(&mut document, &mut |keys| {
                let has = |key: &str| ordered::get(keys, key).is_some();
                assert!(!has("pattern") || has("patternErrorMessage"), "{name}: {keys:?}");
                assert_eq!(has("description"), has("markdownDescription"), "{name}: {keys:?}");
                let format = ordered::get(keys, "format").and_then(Json::as_text);
                assert!(matches!(format, None | Some("date")), "{name}: {format:?}");
            });
        }
    }

    #[test]
    fn rules_lead_to_their_pages_where_there_are_pages() {
        let identity = Identity { docs: Some("https://stopgap.example"), repository: None };
        let text = "Which. Rules: `expired`, `other`.\nlow: little `x`\nhigh: much\nEnd.";
        assert_eq!(
            markdown(text, identity),
            "Which. Rules: [`expired`](https://stopgap.example/rules/expired.html), `other`.\n\n- low: little `x`\n- high: \
             much\n\nEnd."
        );
        assert!(!markdown(text, Identity::default()).contains("]("));
    }
}
