//! What the commands print in JSON is what the printed schemas say, key by key: a key that no schema describes fails.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use stopgap::internal::output::schemas::names;
use stopgap::internal::schema::Shipped;

use crate::enforce::{log, result};
use crate::generate;
use crate::support::git::Repo;
use crate::support::{Run, TODAY, exception, schema};

fn run(folder: &Path, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(folder).stdin(Stdio::null());
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    Run::of(command.args(arguments))
}

/// Holds what a command prints against its schema; returns it.
fn holds(folder: &Path, name: &str, arguments: &[&str]) -> Value {
    let run = run(folder, &[arguments, &["--format", "json"]].concat());
    // An import that could not read every row says so, and prints what it did.
    assert!(run.code < 2 || name.starts_with("import"), "{arguments:?}: {run:?}");
    let document: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {run:?}"));
    fits(name, &document, &format!("{} {arguments:?}", folder.display()));
    document
}

fn fits(name: &str, document: &Value, what: &str) {
    let faults = schema::faults(&schema::closed(name), document);
    assert!(faults.is_empty(), "{what}: {}", faults.join("\n"));
}

/// Copies a folder's files into a repository and commits them.
fn repository(folder: &Path) -> Repo {
    let repo = Repo::new();
    let files = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    for file in files.filter(|entry| entry.file_type().is_file()) {
        let inside = repo.path().join(file.path().strip_prefix(folder).unwrap());
        fs::create_dir_all(inside.parent().unwrap()).unwrap();
        fs::copy(file.path(), inside).unwrap();
    }
    repo.commit("Begin");
    repo
}

fn fixtures(inside: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(inside)
}

/// Runs every command that needs nothing but a register.
fn hold_all(root: &Path) {
    let today = ["--today", TODAY];
    let with = |arguments: &[&'static str]| [arguments, &today].concat();
    holds(root, "check", &with(&["check"]));
    let listed = holds(root, "list", &with(&["list", "--all"]));
    holds(root, "list", &with(&["list", "--in-force", "2026-11-01..2026-11-23"]));
    holds(root, "report", &with(&["report"]));
    holds(root, "remind", &with(&["remind"]));
    holds(root, "history", &["history"]);
    holds(root, "suppressions-list", &with(&["suppressions"]));
    holds(root, "doctor", &["doctor"]);
    for exception in listed["exceptions"].as_array().unwrap().iter().take(12) {
        let id = exception["id"].as_str().unwrap();
        holds(root, "show", &["show", id, "--today", TODAY]);
        if exception["live"] == true {
            holds(root, "card", &["card", id, "--today", TODAY]);
        }
    }
    let lines = run(root, &with(&["export", "--format", "jsonl"])).stdout;
    let line = schema::closed("export");
    for text in lines.lines() {
        assert_eq!(schema::faults(&line, &serde_json::from_str(text).unwrap()), [""; 0], "{text}");
    }
}

#[test]
fn what_is_printed_of_the_shipped_registers_is_what_the_schemas_say() {
    for name in ["acme", "drift"] {
        hold_all(repository(&fixtures("registers").join(name)).path());
    }
}

#[test]
fn what_is_printed_of_a_generated_register_is_what_the_schemas_say() {
    let folder = tempfile::TempDir::new().unwrap();
    generate::write(folder.path(), 40, generate::SEED).unwrap();
    hold_all(repository(folder.path()).path());
}

/// Every kind of finding, each with its labels and fixes.
#[test]
fn what_is_found_in_the_fixtures_of_the_rules_is_what_the_schema_says() {
    let mut seen = BTreeSet::new();
    let check = schema::closed("check");
    for rule in fs::read_dir(fixtures("rules")).unwrap() {
        let root = rule.unwrap().path().join("fail");
        let run = run(&root, &["check", "--root", ".", "--today", TODAY, "--format", "json"]);
        assert!(run.code < 2, "{}: {run:?}", root.display());
        let document: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(schema::faults(&check, &document), [""; 0], "{}", root.display());
        seen.extend(document["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].to_string()));
    }
    assert!(seen.len() > 30, "{seen:?}");
}

#[test]
fn what_is_printed_of_a_change_is_what_the_schemas_say() {
    let repo = Repo::new();
    repo.write("stopgap.yaml", "timezone: UTC\n").write("exceptions/printer.yaml", &exception(&[])).commit("Begin");
    repo.branch("ask");
    let renewal = "[{requested: 2026-11-20, requester: Luis Prado, reason: The maker is late by a week., \
                   risk_check: Nothing new., approver: Mei Tanaka, decided: 2026-11-20, expires: 2026-12-30}]";
    repo.write("exceptions/printer.yaml", &exception(&[("renewals", renewal), ("risk.tier", "high")]));
    repo.write("exceptions/scanner.yaml", &exception(&[("references", "[a chat]")])).commit("Ask");
    let changed = holds(repo.path(), "check", &["check", "--base", "main", "--today", TODAY]);
    assert!(!changed["cards"].as_array().unwrap().is_empty() && !changed["findings"].as_array().unwrap().is_empty());
    holds(repo.path(), "history", &["history"]);
    holds(repo.path(), "report", &["report", "--today", TODAY]);
    holds(repo.path(), "show", &["show", "printer", "--today", TODAY]);
    holds(repo.path(), "card", &["card", "printer", "--today", TODAY]);
    repo.write("team/stopgap.yaml", "timezone: UTC\n")
        .write("team/exceptions/lift.yaml", &exception(&[("owner", "TBD")]));
    repo.write("broken/stopgap.yaml", "tiers: 3\n").commit("More registers");
    let all = ["--all-registers", "--today", TODAY, "--format", "json"];
    let checked = run(repo.path(), &[&["check"], &all[..]].concat());
    assert_eq!(checked.code, 2, "{checked:?}");
    let document: Value = serde_json::from_str(&checked.stdout).unwrap();
    assert_eq!(
        (document["registers"].as_array().unwrap().len(), document["not_judged"].as_array().unwrap().len()),
        (2, 1)
    );
    fits("check", &document, "check --all-registers");
    let past = run(repo.path(), &["history", "--all-registers", "--format", "json"]);
    fits(
        "history",
        &serde_json::from_str(&past.stdout).unwrap_or_else(|_| panic!("{past:?}")),
        "history --all-registers",
    );
    for command in ["list", "report", "remind"] {
        let document: Value = serde_json::from_str(&run(repo.path(), &[&[command], &all[..]].concat()).stdout).unwrap();
        fits(command, &document, command);
    }
}

#[test]
fn what_is_printed_beside_the_register_is_what_the_schemas_say() {
    let repo = Repo::new();
    let covers = "[{tool: trivy, id: DS-0002}, {tool: bandit, id: B605}]";
    repo.write("stopgap.yaml", "sync:\n  trivy: .trivyignore.yaml\n  osv-scanner: osv-scanner.toml\n");
    repo.write("exceptions/image.yaml", &exception(&[("covers", covers)])).write("Dockerfile", "FROM alpine:3\n");
    repo.write("app/run.py", "import os\nos.system(x)  # nosec B605\ny = 1  # stopgap: image\nz = 2  # noqa\n");
    repo.write("osv-scanner.toml", "[[IgnoredVulns]]\nid = \"GHSA-aaaa-bbbb-cccc\"\n").commit("Begin");
    repo.write("a.sarif", &log("Trivy", &[result("DS-0002", "Dockerfile"), result("DS-0009", "Dockerfile")]));
    let judged = holds(repo.path(), "check", &["enforce", "a.sarif", "--today", TODAY]);
    assert_eq!(judged["silenced"].as_array().unwrap().len(), 2, "{judged}");
    let listed = holds(repo.path(), "suppressions-list", &["suppressions", "--today", TODAY]);
    assert!(
        !listed["suppressions"].as_array().unwrap().is_empty() && !listed["markers"].as_array().unwrap().is_empty()
    );
    holds(repo.path(), "sync", &["sync", "--check", "--today", TODAY]);
    holds(repo.path(), "doctor", &["doctor"]);
    for file in fs::read_dir(fixtures("import")).unwrap() {
        let file = file.unwrap().path();
        let path = file.to_str().unwrap();
        holds(repo.path(), "import", &["import", path, "--dry-run", "--baseline", "--today", TODAY]);
    }
    let table = repo.path().join("gaps.csv");
    fs::write(&table, "id,owner,title\nimage,Dana Ortiz,Another title\nnobody,x,y\n").unwrap();
    holds(repo.path(), "import-update", &["import", "gaps.csv", "--update", "--dry-run", "--today", TODAY]);
}

#[test]
fn what_is_printed_of_the_rules_is_what_the_schema_says() {
    let folder = tempfile::TempDir::new().unwrap();
    let all = holds(folder.path(), "explain", &["explain"]);
    assert!(all["rules"].as_array().unwrap().len() > 60);
    let one = holds(folder.path(), "explain", &["explain", "expired"]);
    assert_eq!((&one["rules"][0]["id"], &one["rules"][0]["weight"]), (&"expired".into(), &"open".into()));
}

/// Calls a function for each property in a schema, with the path to it.
fn each_property(schema: &Value, path: &str, visit: &mut dyn FnMut(&str, &Value)) {
    let Value::Object(keywords) = schema else { return };
    for (keyword, value) in keywords {
        match (keyword.as_str(), value) {
            ("properties", Value::Object(named)) => {
                for (name, schema) in named {
                    visit(&format!("{path}/{name}"), schema);
                    each_property(schema, &format!("{path}/{name}"), visit);
                }
            }
            ("$defs", Value::Object(named)) => {
                named.iter().for_each(|(name, schema)| each_property(schema, &format!("{name}:"), visit));
            }
            ("items" | "additionalProperties", value) => each_property(value, &format!("{path}[]"), visit),
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                parts.iter().for_each(|part| each_property(part, path, visit));
            }
            _ => {}
        }
    }
}

#[test]
fn every_key_is_described_and_every_schema_has_a_version() {
    let is_of_a_file = |name: &&str| Shipped::ALL.iter().any(|(file, _)| file == name);
    let printed: Vec<&str> = names().filter(|name| !is_of_a_file(name)).collect();
    assert!(printed.len() >= 15, "{printed:?}");
    for name in printed {
        let schema = schema::printed(name);
        assert!(schema["title"].is_string() && schema["description"].as_str().unwrap().contains("`version`"), "{name}");
        each_property(&schema, name, &mut |path, property| {
            let said = property["description"].as_str().or(property["$ref"].as_str());
            let is_named = said.is_some() || property.is_boolean() || property.get("const").is_some();
            assert!(is_named, "{path}: {property}");
        });
        assert!(schema.to_string().contains("urn:stopgap:schema:"), "{name}");
    }
}

/// The check itself: without it, a closed schema that lets everything pass would go unnoticed.
#[test]
fn a_key_that_is_not_described_is_a_fault() {
    let folder = tempfile::TempDir::new().unwrap();
    fs::create_dir(folder.path().join("exceptions")).unwrap();
    fs::write(folder.path().join("exceptions/a.yaml"), exception(&[("references", "[a chat]"), ("x-own", "1")]))
        .unwrap();
    let validator = schema::closed("check");
    let document = holds(folder.path(), "check", &["check", "--today", TODAY]);
    for (pointer, key) in [("", "more"), ("/summary", "more"), ("/findings/0", "more"), ("/findings/0", "file")] {
        let mut other = document.clone();
        other.pointer_mut(pointer).unwrap()[key] = json!(1);
        assert!(!schema::faults(&validator, &other).is_empty(), "{pointer}/{key}");
    }
    let listed = holds(folder.path(), "list", &["list", "--today", TODAY]);
    let mut other = listed.clone();
    other["exceptions"][0]["more"] = json!(1);
    assert!(!schema::faults(&schema::closed("list"), &other).is_empty());
    other = listed;
    other["exceptions"][0]["record"]["x-more"] = json!("1");
    assert_eq!(schema::faults(&schema::closed("list"), &other), [""; 0]);
}
