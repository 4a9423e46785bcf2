//! The two registers that ship: the company while it cares, and after it stopped.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use stopgap::rule::Family;
use stopgap::rules;

use serde_json::Value;

fn run(register: &str, arguments: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/registers").join(register);
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().args(arguments).args(["--today", "2026-11-23", "--root"]).arg(root);
    command.output().unwrap()
}

fn json(register: &str, arguments: &[&str]) -> Value {
    serde_json::from_slice(&run(register, arguments).stdout).unwrap()
}

fn findings(register: &str) -> (i32, Vec<(String, String)>) {
    let output = run(register, &["check", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["summary"]["exceptions"].as_u64().unwrap() >= 25);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let found =
        report["findings"].as_array().unwrap().iter().map(|it| (text(&it["rule"]), text(&it["level"]))).collect();
    (output.status.code().unwrap(), found)
}

#[test]
fn acme_is_clean_but_for_two_that_end_soon() {
    let (code, found) = findings("acme");
    assert_eq!(code, 0);
    assert_eq!(found, vec![("expiring-soon".to_owned(), "note".to_owned()); 2]);
}

#[test]
fn drift_breaks_every_rule_of_the_register() {
    let (code, found) = findings("drift");
    assert_eq!(code, 1);
    let broken: BTreeSet<&str> = found.iter().map(|(rule, _)| rule.as_str()).collect();
    let judged = |family: Family| !matches!(family, Family::Change | Family::SignOff);
    let all: BTreeSet<&str> =
        rules::all().iter().filter(|rule| judged(rule.family) && !rule.judges_changes()).map(|rule| rule.id).collect();
    assert_eq!(broken, all);
}

/// The ids of items in the order of the alphabet.
fn ids<'v>(items: impl IntoIterator<Item = &'v Value>, key: &str) -> BTreeSet<String> {
    items.into_iter().map(|item| item[key].as_str().unwrap().to_owned()).collect()
}

fn exported(register: &str) -> Vec<Value> {
    let lines = run(register, &["export", "--format", "jsonl"]).stdout;
    let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

#[test]
fn every_command_gives_an_exception_the_same_keys_and_values() {
    for register in ["acme", "drift"] {
        let mut lines = exported(register);
        for line in &mut lines {
            let line = line.as_object_mut().unwrap();
            assert!(line.remove("version").is_some() && line.remove("today").is_some());
        }
        // An object of another command has all of them, and may have more.
        let holds = |object: &Value, more: bool| {
            let line = lines.iter().find(|line| line["path"] == object["path"]).unwrap().as_object().unwrap();
            for (key, value) in line {
                assert_eq!(&object[key], value, "{key} of {}", object["path"]);
            }
            assert_eq!(object.as_object().unwrap().len() > line.len(), more, "{}", object["path"]);
        };
        let each = |list: &Value, more: bool| list.as_array().unwrap().iter().for_each(|object| holds(object, more));
        let list = json(register, &["list", "--all", "--format", "json"]);
        each(&list["exceptions"], false);
        each(&list["unreadable"], false);
        assert_eq!(
            list["exceptions"].as_array().unwrap().len() + list["unreadable"].as_array().unwrap().len(),
            lines.len()
        );
        let report = json(register, &["report", "--since", "2026-10-01", "--format", "json"]);
        report["agenda"].as_object().unwrap().values().for_each(|topic| each(topic, true));
        each(&report["unreadable"], false);
        each(&json(register, &["remind", "--format", "json"])["reminders"], true);
        let shown = lines.iter().filter(|line| line["id"] != "test-env-firewall-demo").step_by(9);
        for line in shown {
            holds(&json(register, &["show", line["id"].as_str().unwrap(), "--format", "json"]), true);
        }
    }
}

#[test]
fn every_command_means_the_same_by_live_and_by_in_force() {
    for (register, live) in [("acme", 12), ("drift", 31)] {
        let check = json(register, &["check", "--format", "json"]);
        let report = json(register, &["report", "--format", "json"]);
        let list = json(register, &["list", "--format", "json"]);
        let export = exported(register);
        assert_eq!((&check["summary"]["live"], &report["metrics"]["live"]), (&live.into(), &live.into()), "{register}");
        let exported = |fact: &str| ids(export.iter().filter(|line| line[fact] == true), "id");
        let listed = list["exceptions"].as_array().unwrap();
        assert_eq!(exported("live").len(), live);
        assert_eq!(ids(listed, "id"), exported("live"), "{register}");
        let in_force = ids(listed.iter().filter(|item| item["in_force"] == true), "id");
        assert_eq!(in_force, exported("in_force"), "{register}");
        assert_eq!(report["metrics"]["in_force"], in_force.len(), "{register}");
        let calendar = String::from_utf8(run(register, &["export", "--format", "ics"]).stdout).unwrap();
        assert!(calendar.matches("BEGIN:VEVENT").count() <= live);
        let remind = json(register, &["remind", "--format", "json"]);
        assert!(ids(remind["reminders"].as_array().unwrap(), "id").is_subset(&exported("live")), "{register}");
    }
    // `status: approved` is none of the four.
    let shown = json("drift", &["show", "cloud-console-shared-login", "--format", "json"]);
    assert_eq!((&shown["days_left"], &shown["last_day"]), (&Value::Null, &"2026-11-25".into()));
}
