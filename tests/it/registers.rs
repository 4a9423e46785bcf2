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

#[test]
fn every_command_means_the_same_by_live_and_by_in_force() {
    for (register, live) in [("acme", 12), ("drift", 31)] {
        let check = json(register, &["check", "--format", "json"]);
        let report = json(register, &["report", "--format", "json"]);
        let list = json(register, &["list", "--format", "json"]);
        let export = run(register, &["export", "--format", "jsonl"]).stdout;
        let export: Vec<Value> = export
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
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
        assert!(ids(remind["reminders"].as_array().unwrap(), "exception").is_subset(&exported("live")), "{register}");
    }
    // `status: approved` is none of the four.
    let shown = json("drift", &["show", "cloud-console-shared-login", "--format", "json"]);
    assert_eq!((&shown["days_left"], &shown["last_day"]), (&Value::Null, &"2026-11-25".into()));
}
