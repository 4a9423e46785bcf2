//! Registers drawn at random from the field table: every field, honest values and ones that rules object to.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use stopgap::internal::register::fields::{Field, Kind, Need};

/// Numbers that decide everything about a case; fewer and smaller ones make a simpler case.
#[derive(Clone, Debug)]
pub(crate) struct Choices(std::vec::IntoIter<u16>);

impl Choices {
    pub(crate) fn new(numbers: Vec<u16>) -> Self {
        Self(numbers.into_iter())
    }

    /// Takes some of them away for another use.
    pub(crate) fn split(&mut self, count: usize) -> Self {
        Self::new(self.0.by_ref().take(count).collect())
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        usize::from(self.0.next().unwrap_or_default()) % count
    }

    pub(crate) fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    pub(crate) fn chance(&mut self) -> bool {
        self.below(2) == 1
    }
}

/// Texts of all kinds: plain ones, ones that say nothing, and ones that other rules object to.
const LINES: [&str; 8] = [
    "The maker ships the tool that installs a new certificate on Thursday next week.",
    "label printer lp-07 in hall 3",
    "business need",
    "TBD",
    "all systems",
    "CRY-04 Certificates are younger than a year",
    "none",
    "Vendor must log in from outside: it is 'needed' #1, \"soon\" \u{e9}",
];
const PEOPLE: [&str; 5] = ["Hanna Vogel", "@lprado", "mei.tanaka@example.com", "Platform Team", "security@example.com"];
const DAYS: [&str; 5] = ["2026-11-15", "2026-11-16", "2026-12-16", "2026-02-01", "2027-11-30"];
/// Moments, each with the instants at which it starts and ends where it starts or ends something.
pub(crate) const MOMENTS: [(&str, &str, &str); 6] = [
    ("2026-11-16", "16T00", "17T00"),
    ("2026-11-16T00:00", "16T00", "16T00"),
    ("2026-11-17T00:00", "17T00", "17T00"),
    ("2026-11-26T09:00", "26T09", "26T09"),
    ("2026-11-26T10:00+01:00", "26T09", "26T09"),
    ("2027-06-30", "of June", "of July"),
];
const TEXTS: [&str; 4] = ["SEC-112", "https://example.com/t/7", "pkg:npm/left-pad", "hall-3"];

/// Draws a value that the field may have.
pub(crate) fn value(field: Field, choices: &mut Choices) -> Value {
    match field.kind() {
        Kind::Line => json!(choices.of(&LINES)),
        Kind::Person => json!(choices.of(&PEOPLE)),
        Kind::Day => json!(choices.of(&DAYS)),
        Kind::Moment => json!(choices.of(&MOMENTS).0),
        Kind::Flag => json!(choices.chance()),
        // A closed record is judged by fewer rules, and one that was refused by hardly any.
        Kind::Word(words) if field.name() == "status" => json!(choices.of(&words[..2])),
        Kind::Word(words) => json!(choices.of(words)),
        Kind::Words(words) => {
            let first = choices.below(words.len());
            json!(words[first..].iter().take(1 + choices.below(2)).collect::<Vec<_>>())
        }
        Kind::Texts if field.key() == "fields" => json!([choices.of(&["scope.system", "reason", "covers", "risk"])]),
        Kind::Texts => {
            let first = choices.below(TEXTS.len());
            json!(TEXTS[first..].iter().take(1 + choices.below(2)).collect::<Vec<_>>())
        }
        Kind::Mapping => mapping(field.parts(), choices),
        Kind::Mappings => {
            let count = 1 + choices.below(2);
            (0..count).map(|_| mapping(field.parts(), choices)).collect()
        }
    }
}

pub(crate) fn mapping(fields: impl Iterator<Item = Field>, choices: &mut Choices) -> Value {
    let mut map = Map::new();
    for field in fields {
        if field.need() == Need::Always || choices.chance() {
            map.insert(field.key().to_owned(), value(field, choices));
        }
    }
    Value::Object(map)
}

/// Draws a record; it has what every approved one needs.
pub(crate) fn record(choices: &mut Choices) -> Value {
    let mut record = mapping(Field::tops(), choices);
    for field in Field::tops().filter(|field| field.need() == Need::Approved) {
        if record.get(field.key()).is_none() {
            record[field.key()] = value(field, choices);
        }
    }
    record
}

/// Writes YAML: keys in any order, values in any style and comments anywhere mean the same.
pub(crate) fn written(value: &Value, style: &mut Choices) -> String {
    let mut text = String::new();
    for (key, value) in in_some_order(value, style) {
        if style.below(4) == 3 {
            text.push_str("# nothing was decided here\n");
        }
        writeln!(text, "{key}: {}", flow(value, style)).unwrap();
    }
    text
}

fn in_some_order<'v>(value: &'v Value, style: &mut Choices) -> Vec<(&'v String, &'v Value)> {
    let mut entries: Vec<_> = value.as_object().unwrap().iter().collect();
    let turn = style.below(entries.len().max(1));
    entries.rotate_left(turn);
    entries
}

fn flow(value: &Value, style: &mut Choices) -> String {
    match value {
        Value::String(text) if style.chance() && !text.contains('\'') => format!("'{text}'"),
        Value::String(text) if text.starts_with("20") && !text.contains('+') => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| flow(item, style)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(_) => {
            let entries = in_some_order(value, style);
            let entries: Vec<String> =
                entries.into_iter().map(|(key, value)| format!("{key}: {}", flow(value, style))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}
