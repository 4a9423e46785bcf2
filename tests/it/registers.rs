//! The two registers that ship: the company while it cares, and after it stopped.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use stopgap::rule::Family;
use stopgap::rules;

fn findings(register: &str) -> (i32, Vec<(String, String)>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/registers").join(register);
    let output = Command::new(env!("CARGO_BIN_EXE_stopgap"))
        .env_clear()
        .args(["check", "--today", "2026-11-23", "--format", "json", "--root"])
        .arg(root)
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["summary"]["exceptions"].as_u64().unwrap() >= 25);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
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
