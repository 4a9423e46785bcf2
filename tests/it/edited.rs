//! One field of a register is edited at random: exactly the rules that its row in the field table speaks of fire, in
//! the gate and in the history alike, and a finding gates where the edit caused it or touches its field.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use stopgap::internal::files::{self, Repository};
use stopgap::internal::gate::{Gate, Judged, Reach};
use stopgap::internal::history::Circumstances;
use stopgap::internal::policy::{Policy, RuleBook};
use stopgap::internal::register::fields::{Change, Field, Kind};
use stopgap::internal::register::{Files, Register};
use stopgap::internal::rule::Family;
use stopgap::internal::rules::{self, Case, Judge};
use stopgap::internal::source::FileId;
use stopgap::internal::time::Today;
use stopgap::internal::yaml;

use crate::support::TODAY;
use crate::support::records::{Choices, MOMENTS, mapping, record, value, written};

const PATH: &str = "exceptions/label-printer.yaml";

/// Lists the JSON Pointers of all values below the top.
fn pointers(value: &Value, above: &str, found: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (format!("{above}/{key}"), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, item)| (format!("{above}/{at}"), item)).collect(),
        _ => Vec::new(),
    };
    for (pointer, value) in inner {
        found.push(pointer.clone());
        pointers(value, &pointer, found);
    }
}

/// Edits one field, and returns its pointer; nothing if the draw changes nothing.
fn edit(record: &mut Value, choices: &mut Choices) -> Option<String> {
    let mut all = Vec::new();
    pointers(record, "", &mut all);
    let pointer = all[choices.below(all.len())].clone();
    let field = Field::at(&pointer).unwrap();
    let (above, key) = pointer.rsplit_once('/').unwrap();
    let is_item = key.bytes().all(|byte| byte.is_ascii_digit());
    if choices.below(3) == 0 {
        let above = record.pointer_mut(above).unwrap();
        match above {
            Value::Array(items) => drop(items.remove(key.parse().unwrap())),
            _ => drop(above.as_object_mut().unwrap().remove(key)),
        }
        return Some(pointer);
    }
    let new = match field.kind() {
        Kind::Mappings if is_item => mapping(field.parts(), choices),
        Kind::Texts | Kind::Words(_) if is_item => json!(format!("SEC-{}", choices.below(900))),
        _ => value(field, choices),
    };
    let old = record.pointer_mut(&pointer).unwrap();
    // What is new at the end of a log is allowed, and judged by other rules.
    let grows = matches!(field.change(), Change::Appended(_))
        && old.as_array().zip(new.as_array()).is_some_and(|(old, new)| new.len() > old.len());
    (*old != new && !grows).then(|| {
        *old = new;
        pointer
    })
}

/// Returns the rules that the table demands for an edit of the value at a pointer.
fn demanded(base: &Value, head: &Value, pointer: &str) -> BTreeSet<&'static str> {
    let field = Field::at(pointer).unwrap();
    let rule = |change: Change| match change {
        Change::Amended => Some("approved-content-changed"),
        Change::Renewed => Some("expiry-moved"),
        Change::Appended(_) | Change::Once => Some("log-rewritten"),
        Change::Stepped | Change::Free | Change::Apart => None,
    };
    // What contains others changes as they do.
    let mut parts: Vec<Field> = Field::all().filter(|part| is_within(*part, field)).collect();
    parts.retain(|part| is_edited(base, head, *part));
    // What is written once may be written for the first time.
    parts.retain(|part| part.change() != Change::Once || !values_of(base, *part).is_empty());
    let mut rules: BTreeSet<&str> = parts.into_iter().filter_map(|part| rule(part.change())).collect();
    if field.name() == "status" && base["status"] == "expired" && head["status"] == "active" {
        rules.insert("forbidden-transition");
    }
    // Two spellings of one instant are one start, or one end.
    let instants = |side: &Value| MOMENTS.iter().find(|(text, ..)| side[field.key()] == *text);
    if let (Some(before), Some(after)) = (instants(base), instants(head)) {
        match field.name() {
            "starts" if before.1 == after.1 => drop(rules.remove("approved-content-changed")),
            "expires" if before.2 == after.2 => drop(rules.remove("expiry-moved")),
            _ => {}
        }
    }
    rules
}

fn is_within(part: Field, whole: Field) -> bool {
    std::iter::successors(Some(part), |field| field.parent()).any(|above| above == whole)
}

fn is_edited(base: &Value, head: &Value, field: Field) -> bool {
    values_of(base, field) != values_of(head, field)
}

/// Returns the values of a field, those in lists all together.
fn values_of(record: &Value, field: Field) -> Vec<&Value> {
    fn values<'v>(side: &'v Value, keys: &[&str]) -> Vec<&'v Value> {
        match (side, keys) {
            (_, []) => vec![side],
            (Value::Array(items), _) => items.iter().flat_map(|item| values(item, keys)).collect(),
            (_, [key, rest @ ..]) => side.get(*key).map(|inner| values(inner, rest)).unwrap_or_default(),
        }
    }
    let keys: Vec<&str> = field.name().split('.').collect();
    values(record, &keys)
}

fn rule_book() -> RuleBook {
    let place = Repository::Folder("/nonexistent".into());
    let policy = Policy::load(&place, None, rules::all()).unwrap();
    RuleBook::read(&place, policy, rules::all()).unwrap()
}

static JUDGE: LazyLock<Judge> = LazyLock::new(|| {
    let book = rule_book();
    let today = Today::parse(TODAY, book.policy.timezone).unwrap();
    Judge::new(book, today)
});

/// A finding: its rule, its field, and whether it gates.
type Seen = (&'static str, String, bool);

/// Judges the change from `base` to `head`; the second list is what the history says of it.
fn judged(base: &str, head: &str) -> (Vec<Seen>, Vec<Seen>) {
    let read = |text: &str| files::decode(text.into(), PATH.to_owned());
    let mut files = Files::from_read(vec![read(head)]);
    let ids: Vec<FileId> = vec![files.add(read(base))];
    let all = Reach::All { schema: None, evidence: &|_| Ok(None), scan: &|_| Ok(None) };
    (run(&files, &ids, all), run(&files, &ids, Reach::ChangeAlone))
}

fn run(files: &Files, base: &[FileId], reach: Reach<'_>) -> Vec<Seen> {
    let circumstances = Circumstances {
        base_day: Some(JUDGE.today.day),
        head: Some(rule_book()),
        documents: Vec::new(),
        former_baseline: None,
        elsewhere: BTreeSet::new(),
    };
    let gate = Gate { judge: &JUDGE, ownership: None, files, base, circumstances, around: None, is_last: false, reach };
    let seen = |Judged { findings, .. }: Judged<'_>| {
        findings.iter().map(|it| (it.rule.id, it.place.pointer.clone(), it.gates)).collect()
    };
    gate.judge(seen).unwrap()
}

/// What the base alone says, nothing being hidden.
fn known(base: &str) -> BTreeSet<(&'static str, String)> {
    let files = Files::from_read(vec![files::decode(base.into(), PATH.to_owned())]);
    let register = Register::parse(&files, None);
    let findings = Case::whole(&JUDGE, &register, None, &files).run_strictly();
    findings.iter().map(|it| (it.rule.id, it.place.pointer.clone())).collect()
}

fn of_change(seen: &[Seen]) -> BTreeSet<&'static str> {
    let judges = |(rule, ..): &&Seen| rules::find(rule).unwrap().family == Family::Change;
    seen.iter().filter(judges).map(|(rule, ..)| *rule).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn an_edit_fires_the_rules_of_its_field_and_gates_what_is_on_it(numbers in vec(any::<u16>(), 0..160), styles in vec(any::<u16>(), 0..40)) {
        let (mut choices, mut style) = (Choices::new(numbers), Choices::new(styles));
        let mut picks = choices.split(5);
        let base = record(&mut choices);
        let mut head = base.clone();
        let Some(pointer) = edit(&mut head, &mut picks) else { return Ok(()) };
        let (before, after) = (written(&base, &mut style), written(&head, &mut style));
        prop_assert!(yaml::parse(&before).is_ok() && yaml::parse(&after).is_ok(), "{}\n{}", before, after);
        let (gate, history) = judged(&before, &after);
        let demanded = demanded(&base, &head, &pointer);
        prop_assert_eq!(of_change(&gate), demanded.clone(), "{}\n{}\n{}", pointer, before, after);
        prop_assert_eq!(of_change(&history), demanded, "{}\n{}\n{}", pointer, before, after);
        let known = known(&before);
        for (rule, place, gates) in gate.iter().filter(|(rule, ..)| rules::find(rule).unwrap().family != Family::Change) {
            let is_touched = !place.is_empty() && base.pointer(place) != head.pointer(place);
            let is_new = !known.contains(&(*rule, place.clone()));
            prop_assert_eq!(*gates, is_touched || is_new, "{} on {}, edited {}\n{}\n{}", rule, place, pointer, before, after);
        }
    }

    #[test]
    fn another_spelling_of_the_same_record_changes_nothing(numbers in vec(any::<u16>(), 0..160), styles in vec(any::<u16>(), 0..60)) {
        let mut style = Choices::new(styles);
        let record = record(&mut Choices::new(numbers));
        let (before, after) = (written(&record, &mut style), written(&record, &mut style));
        let (gate, history) = judged(&before, &after);
        prop_assert_eq!(of_change(&gate), BTreeSet::new());
        prop_assert!(history.is_empty(), "{:?}", history);
        for (rule, place, gates) in gate {
            prop_assert!(!gates, "{} on {}\n{}\n{}", rule, place, before, after);
        }
    }
}
