//! The two registers that ship: the company while it cares, and after it stopped.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn root(register: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/registers").join(register)
}

fn run(register: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().args(arguments).args(["--today", "2026-11-23", "--root"]).arg(root(register));
    command.output().unwrap()
}

fn json(register: &str, arguments: &[&str]) -> Value {
    serde_json::from_slice(&run(register, arguments).stdout).unwrap()
}

fn findings(register: &str) -> (i32, Vec<Value>) {
    let output = run(register, &["check", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code().unwrap(), report["findings"].as_array().unwrap().clone())
}

#[test]
fn acme_is_clean_except_for_two_that_end_soon() {
    let (code, found) = findings("acme");
    assert_eq!(code, 0);
    let found: Vec<_> = found.iter().map(|finding| [&finding["rule"], &finding["level"]]).collect();
    assert_eq!(found, [["expiring-soon", "note"]; 2]);
}

/// A rule that the page does not name is not looked for: a new one belongs there once somebody has described how it
/// came about.
#[test]
fn drift_has_the_findings_that_its_page_expects() {
    let page = fs::read_to_string(root("drift").join("EXPECTED.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| `exceptions/"));
    let expected: BTreeMap<String, BTreeMap<String, usize>> = rows.map(expected_of_file).collect();
    let named: BTreeSet<&String> = expected.values().flat_map(BTreeMap::keys).collect();

    let (code, found) = findings("drift");
    assert_eq!(code, 1);
    let mut by_file: BTreeMap<String, BTreeMap<String, usize>> =
        expected.keys().map(|path| (path.clone(), BTreeMap::new())).collect();
    for finding in &found {
        let [path, rule] = ["path", "rule"].map(|key| finding[key].as_str().unwrap().to_owned());
        if named.contains(&rule) {
            *by_file.entry(path).or_default().entry(rule).or_default() += 1;
        }
    }
    for (path, found) in &by_file {
        assert_eq!(Some(found), expected.get(path), "{path}");
    }

    let files = walkdir::WalkDir::new(root("drift").join("exceptions")).into_iter().map(Result::unwrap);
    assert_eq!(files.filter(|file| file.file_type().is_file()).count(), expected.len(), "each file has a row");
}

/// The path of a row, and how many findings of which rule it names.
fn expected_of_file(row: &str) -> (String, BTreeMap<String, usize>) {
    let cells: Vec<&str> = row.split(" | ").collect();
    let rules = cells[1].split(", ").filter(|rule| *rule != "none").map(|rule| {
        let (id, times) = rule.rsplit_once(' ').unwrap_or((rule, "(1)"));
        (id.trim_matches('`').to_owned(), times.trim_matches(['(', ')']).parse().unwrap())
    });
    (cells[0].trim_start_matches("| ").trim_matches('`').to_owned(), rules.collect())
}

/// Returns the ids of items, sorted.
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
    // `status: approved` is not one of the four.
    let shown = json("drift", &["show", "cloud-console-shared-login", "--format", "json"]);
    assert_eq!((&shown["days_left"], &shown["last_day"]), (&Value::Null, &"2026-11-25".into()));
}
