//! An exception on its way into the register: what is known about it, written as a file.
//!
//! The one place that writes a new file, for every command that creates one. What is missing is written as a key
//! without a value, so that `check` names it where it belongs.

use std::collections::BTreeMap;

use crate::register::exception::Status;
use crate::register::fields::{self, Field, Kind, Need, STATUS};
use crate::schema::modeline;
use crate::yaml::write::{self, Layout, Value};

/// What is known about a new exception, by field. An empty text counts as missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Lines, people, dates and words; none is empty.
    texts: BTreeMap<Field, String>,
    /// Lists of texts or words, and of what belongs to the items of a list, item by item.
    lists: BTreeMap<Field, Vec<String>>,
    /// Whether the status is unknown too: if it is not given, it is then missing instead of `active`.
    pub status_open: bool,
    /// The suppressions that it permits, each with its keys in order.
    pub covers: Vec<Vec<(String, Value)>>,
    /// The organisation's own keys, each beginning with `x-`.
    pub own: Vec<(String, Value)>,
}

impl Draft {
    /// Returns the text of a field; empty if it is missing.
    #[must_use]
    pub fn text(&self, field: Field) -> &str {
        self.texts.get(&field).map_or("", String::as_str)
    }

    /// Sets the text of a field; an empty one removes it.
    pub fn set(&mut self, field: Field, text: impl Into<String>) {
        match text.into() {
            text if text.is_empty() => self.texts.remove(&field),
            text => self.texts.insert(field, text),
        };
    }

    /// Returns the items of a list; `None` if nothing is said about it.
    #[must_use]
    pub fn list(&self, field: Field) -> Option<&[String]> {
        self.lists.get(&field).map(Vec::as_slice)
    }

    /// Sets the items of a list. An empty list states that there are none.
    pub fn set_list(&mut self, field: Field, items: Vec<String>) {
        self.lists.insert(field, items);
    }

    /// Adds an item to a list.
    pub fn push(&mut self, field: Field, item: impl Into<String>) {
        self.lists.entry(field).or_default().push(item.into());
    }

    /// Returns how many items a list of mappings has.
    #[must_use]
    pub fn count(&self, list: Field) -> usize {
        list.parts().map(|part| self.list(part).map_or(0, <[String]>::len)).max().unwrap_or_default()
    }

    /// Returns what one item of a list of mappings has under a key.
    #[must_use]
    pub fn item(&self, part: Field, at: usize) -> &str {
        self.list(part).and_then(|items| items.get(at)).map_or("", String::as_str)
    }

    /// Sets a text in one item of a list of mappings, creating the items up to it.
    pub fn set_item(&mut self, part: Field, at: usize, text: impl Into<String>) {
        let items = self.lists.entry(part).or_default();
        if items.len() <= at {
            items.resize(at + 1, String::new());
        }
        items[at] = text.into();
    }

    /// Removes the items of a list of mappings from an index on.
    pub fn truncate(&mut self, list: Field, count: usize) {
        for part in list.parts() {
            if let Some(items) = self.lists.get_mut(&part) {
                items.truncate(count);
            }
        }
        self.lists.retain(|field, items| field.parent() != Some(list) || !items.is_empty());
    }

    /// Returns whether anything is said about a field, or about a part of it.
    #[must_use]
    pub fn is_given(&self, field: Field) -> bool {
        match field.kind() {
            Kind::Mapping | Kind::Mappings => field.parts().any(|part| self.is_given(part)),
            _ => self.texts.contains_key(&field) || self.lists.contains_key(&field),
        }
    }

    /// Removes whatever is said about a field and its parts.
    pub fn clear(&mut self, field: Field) {
        self.texts.remove(&field);
        self.lists.remove(&field);
        field.parts().for_each(|part| self.clear(part));
    }

    /// Puts a value into a field. A list of texts gets one more item per line; a list of words is replaced by those
    /// that white space or commas separate.
    pub fn put(&mut self, field: Field, value: &str) {
        let lines = || value.lines().map(str::trim).filter(|line| !line.is_empty());
        match field.kind() {
            Kind::Words(_) => {
                let words = value.split([',', ' ', '\n']).filter(|word| !word.is_empty());
                self.set_list(field, words.map(str::to_owned).collect());
            }
            Kind::Texts => lines().for_each(|line| self.push(field, line)),
            _ if field.is_in_list() => lines().for_each(|line| self.push(field, line)),
            _ => self.set(field, value),
        }
    }

    /// Adds a value to what is there already: a list gets more items, a text more words.
    pub fn add(&mut self, field: Field, value: &str) {
        match self.texts.get_mut(&field) {
            Some(text) => {
                text.push(' ');
                text.push_str(value);
            }
            None => self.put(field, value),
        }
    }

    /// Puts a value into a draft that says nothing about a field, nor about the list whose items it belongs to.
    pub fn put_if_open(&mut self, field: Field, value: &str) {
        let whole = field.parent().filter(|_| field.is_in_list()).unwrap_or(field);
        if !self.is_given(whole) {
            self.put(field, value);
        }
    }

    /// Writes the file. `schema` is the path of the schema's copy as an editor finds it from the file; without it there
    /// is not a line for the editor.
    #[must_use]
    pub fn to_yaml(&self, schema: Option<&str>) -> String {
        let modeline = schema.map(modeline).unwrap_or_default();
        let mut entries: Vec<(String, Value)> = Field::tops().filter_map(|field| self.entry(field)).collect();
        entries.extend(self.own.iter().cloned());
        modeline + &write::entries(&entries, 0, Layout::default())
    }

    /// Returns the value of a field as the file would write it; nothing where it is neither known nor requested.
    #[must_use]
    pub fn value(&self, field: Field) -> Option<Value> {
        self.entry(field).map(|(_, value)| value)
    }

    /// Writes a field that is known or requested.
    fn entry(&self, field: Field) -> Option<(String, Value)> {
        let value = match field.kind() {
            _ if field == fields::COVERS => self.covers(),
            Kind::Mapping => self.mapping(field),
            Kind::Mappings => self.mappings(field),
            Kind::Words(_) => self.list(field).map(Value::flow_list),
            Kind::Texts => self.list(field).map(|items| Value::List(items.iter().map(Value::text).collect())),
            _ => Some(self.text(field)).filter(|text| !text.is_empty()).map(Value::text),
        };
        let value = match value {
            None if field == STATUS && !self.status_open => Some(Value::text(Status::Active.name())),
            None if self.needs(field) => Some(Value::text("")),
            value => value,
        };
        value.map(|value| (field.key().to_owned(), value))
    }

    /// Returns whether a field that is missing is written as a key without a value.
    fn needs(&self, field: Field) -> bool {
        let status = self.text(STATUS);
        match field.need() {
            Need::Always => true,
            // A request that was turned down needs only its core.
            Need::Approved => status != Status::Rejected.name(),
            Need::Closed => status == Status::Closed.name(),
            Need::Emergency | Need::Optional => false,
        }
    }

    /// Writes a mapping if it is needed or one of the keys that it needs is known; a single key goes on the mapping's
    /// own line.
    fn mapping(&self, field: Field) -> Option<Value> {
        let known = field.parts().any(|part| part.need() == Need::Always && self.is_given(part));
        let entries: Vec<(String, Value)> = field.parts().filter_map(|part| self.entry(part)).collect();
        let whole = (known || self.needs(field)).then_some(Value::Map(entries))?;
        Some(match &whole {
            Value::Map(entries) if entries.len() == 1 => Value::Flow(Box::new(whole)),
            _ => whole,
        })
    }

    /// Writes a list of mappings, if it has items.
    fn mappings(&self, field: Field) -> Option<Value> {
        let one = |at: usize| {
            let parts = field.parts().map(|part| (part.key().to_owned(), Value::text(self.item(part, at))));
            Value::Map(parts.collect())
        };
        let items: Vec<Value> = (0..self.count(field)).map(one).collect();
        (!items.is_empty()).then_some(Value::List(items))
    }

    fn covers(&self) -> Option<Value> {
        let one = |cover: &Vec<(String, Value)>| Value::Flow(Box::new(Value::Map(cover.clone())));
        (!self.covers.is_empty()).then(|| Value::List(self.covers.iter().map(one).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::Exception;
    use crate::register::fields::*;
    use crate::schema::{Schema, Shipped};
    use crate::source::FileId;
    use crate::yaml::parse;

    const REASON_GIVEN: &str = "The maker ships the tool: \"certinst\" on Thursday #2.";

    fn full() -> Draft {
        let owned = str::to_owned;
        let mut draft = Draft {
            covers: vec![vec![
                (owned("tool"), Value::text("trivy")),
                (owned("id"), Value::text("CVE-2026-1234")),
                (owned("paths"), Value::List(vec![Value::text("app/*.lock")])),
            ]],
            own: vec![(owned("x-cost-centre"), Value::text("4711"))],
            ..Draft::default()
        };
        for (name, text) in [
            ("title", "Label printer keeps its old certificate"),
            ("control", "CRY-04 Certificates are younger than a year"),
            ("reason", REASON_GIVEN),
            ("scope.system", "label printer lp-07"),
            ("scope.environment", "production"),
            ("scope.team", "Warehouse"),
            ("risk.tier", "low"),
            ("risk.statement", "A forged printer could print wrong labels."),
            ("alternatives.option", "Print in hall 2"),
            ("alternatives.rejected", "- full until Friday"),
            ("removal", "Install the new certificate."),
            ("requester", "@hanna"),
            ("owner", "Luis Prado"),
            ("approver", "mei@example.com"),
            ("decided", "2026-11-15"),
            ("starts", "2026-11-16"),
            ("expires", "2026-12-16T09:00+01:00"),
            ("references", "#123\nhttps://example.com/a"),
        ] {
            draft.put(Field::of_name(name).unwrap(), text);
        }
        draft.set_list(EXPOSURE, Vec::new());
        draft
    }

    #[test]
    fn a_full_draft_satisfies_the_schema_and_says_what_was_given() {
        let text = full().to_yaml(Some("../schema/exception.schema.json"));
        assert!(text.starts_with("# yaml-language-server: $schema=../schema/exception.schema.json\ntitle: Label"));
        let tree = parse(&text).unwrap();
        assert_eq!(Schema::shipped(Shipped::Exception).check(&text, &tree), Vec::new(), "{text}");
        assert!(text.contains("\nx-cost-centre: "), "{text}");
        let it = Exception::from_node(FileId(0), "x", tree);
        assert_eq!(it.reason.as_ref().unwrap().as_str(), REASON_GIVEN);
        assert_eq!(it.requester.as_ref().unwrap().as_str(), "@hanna");
        assert!(it.risk.exposure_stated);
        assert_eq!(it.alternatives[0].rejected.as_ref().unwrap().as_str(), "- full until Friday");
    }

    #[test]
    fn the_keys_come_in_the_order_of_the_table() {
        let mut draft = full();
        draft.put(INCIDENT_ID, "INC-1");
        draft.put(CLOSURE_DATE, "2026-12-01");
        let text = draft.to_yaml(None);
        let tree = parse(&text).unwrap();
        let keys: Vec<Field> = tree.as_map().unwrap().iter().filter_map(|entry| Field::of_name(&entry.key)).collect();
        assert!(keys.is_sorted() && keys.len() == 18, "{text}");
        assert!(text.contains("\nincident: {id: INC-1}\n") && text.contains("\nclosure:\n  date: "), "{text}");
    }

    fn missing(draft: &Draft) -> Vec<String> {
        let text = draft.to_yaml(None);
        let tree = parse(&text).unwrap();
        let problems = Schema::shipped(Shipped::Exception).check(&text, &tree);
        problems.iter().filter_map(|problem| problem.place.missing()).map(str::to_owned).collect()
    }

    #[test]
    fn a_closed_draft_asks_for_its_closure_and_an_unknown_status_for_one() {
        let mut closed = full();
        closed.set(STATUS, "closed");
        let keys = ["/closure/date", "/closure/by", "/closure/verified_by", "/closure/note"];
        assert_eq!(missing(&closed), keys);
        let by =
            [("date", "2026-12-01"), ("by", "@hanna"), ("verified_by", "@mei"), ("note", "The certificate is new.")];
        by.iter().for_each(|(key, text)| closed.put(Field::of_name(&format!("closure.{key}")).unwrap(), text));
        assert_eq!(missing(&closed), Vec::<String>::new());
        assert_eq!(missing(&Draft { status_open: true, ..full() }), ["/status"]);
    }

    #[test]
    fn a_rejected_draft_asks_for_its_core_alone() {
        let mut rejected = Draft::default();
        rejected.set(STATUS, "rejected");
        rejected.put(EXPOSURE, "data");
        let core = ["title", "control", "reason", "scope", "requester", "approver", "decided", "status"];
        let text = rejected.to_yaml(None);
        let tree = parse(&text).unwrap();
        let keys: Vec<&str> = tree.as_map().unwrap().iter().map(|entry| &*entry.key).collect();
        assert_eq!(keys, core, "{text}");
    }

    #[test]
    fn items_of_a_list_are_filled_part_by_part() {
        let mut draft = Draft::default();
        let [list, option, rejected] =
            ["alternatives", "alternatives[].option", "alternatives[].rejected"].map(|path| Field::at(path).unwrap());
        draft.put(option, "One\nTwo");
        draft.put(rejected, "Too slow");
        assert_eq!((draft.count(list), draft.item(option, 1), draft.item(rejected, 1)), (2, "Two", ""));
        assert_eq!(missing(&draft).iter().filter(|field| field.starts_with("/alternatives")).count(), 1);
        draft.put_if_open(rejected, "Too dear");
        assert_eq!(draft.list(rejected), Some(&["Too slow".to_owned()][..]));
        draft.truncate(list, 0);
        assert_eq!(draft, Draft::default());
        draft.put_if_open(rejected, "Too dear");
        assert_eq!(draft.item(rejected, 0), "Too dear");
    }

    #[test]
    fn an_item_is_set_where_it_belongs_and_the_others_stay() {
        let mut draft = Draft::default();
        let [list, option] = ["alternatives", "alternatives[].option"].map(|path| Field::at(path).unwrap());
        for (at, text) in [(2, "Three"), (0, "One"), (4, "Five"), (0, "First")] {
            draft.set_item(option, at, text);
        }
        assert_eq!(draft.list(option).unwrap(), ["First", "", "Three", "", "Five"]);
        draft.set_list(EXPOSURE, Vec::new());
        draft.put(REFERENCES, "#1");
        draft.truncate(list, 1);
        assert_eq!(draft.list(option).unwrap(), ["First"]);
        draft.truncate(list, 0);
        assert!(!draft.is_given(list) && draft.list(option).is_none());
        assert_eq!((draft.list(EXPOSURE), draft.list(REFERENCES).map(<[String]>::len)), (Some(&[][..]), Some(1)));
    }

    #[test]
    fn a_text_grows_by_words_and_is_put_only_where_nothing_is() {
        let mut draft = Draft::default();
        draft.add(TITLE, "Old");
        draft.add(TITLE, "printer");
        draft.put_if_open(TITLE, "New printer");
        draft.put_if_open(REASON, "It is old.");
        draft.add(REFERENCES, "#1");
        draft.add(REFERENCES, "#2");
        assert_eq!((draft.text(TITLE), draft.text(REASON)), ("Old printer", "It is old."));
        draft.put(EXPOSURE, "customers");
        draft.put(EXPOSURE, "data, staff  money");
        assert_eq!(draft.list(REFERENCES).unwrap(), ["#1", "#2"]);
        assert_eq!(draft.list(EXPOSURE).unwrap(), ["data", "staff", "money"]);
        assert_eq!((draft.value(TITLE), draft.value(OWNER)), (Some(Value::text("Old printer")), Some(Value::text(""))));
        draft.set(TITLE, "");
        draft.clear(EXPOSURE);
        assert!(!draft.is_given(TITLE) && draft.value(EXPOSURE).is_none());
    }

    #[test]
    fn what_is_missing_is_a_key_that_the_schema_asks_for() {
        let text = Draft::default().to_yaml(None);
        let tree = parse(&text).unwrap();
        let problems = Schema::shipped(Shipped::Exception).check(&text, &tree);
        for key in ["title", "reason", "owner", "approver", "decided", "starts", "expires", "alternatives"] {
            assert!(problems.iter().any(|problem| problem.message.contains(key)), "{key}: {problems:?}");
        }
    }
}
