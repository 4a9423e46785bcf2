use std::io::Cursor;

use super::*;
use crate::register::{Files, Register};
use crate::source::Source;
use crate::time::{Today, Zone};

/// An exception in force on the day of the tests, with these covers.
fn exception(covers: &str) -> String {
    format!(
        "title: T\napprover: Olek\ndecided: 2026-11-01\nstatus: active\nstarts: 2026-11-01\nexpires: 2026-11-30\ncovers:\n{covers}"
    )
}

fn log(driver: &str, results: &str) -> String {
    format!(r#"{{"version": "2.1.0", "runs": [{{"results": [{results}], "tool": {{"driver": {driver}}}}}]}}"#)
}

fn result(id: &str, uri: &str, more: &str) -> String {
    let place = format!(
        r#"[{{"physicalLocation": {{"artifactLocation": {{"uri": "{uri}"}}, "region": {{"startLine": 4}}}}}}]"#
    );
    format!(r#"{{"ruleId": "{id}", "message": {{"text": "m"}}, "locations": {place}{more}}}"#)
}

fn scan_of(exceptions: &[(&str, String)]) -> Scan {
    let read = |(path, text): &(&str, String)| Source::new(*path, text.clone()).into();
    let files = Files::from_read(exceptions.iter().map(read).collect());
    let today = Today::parse("2026-11-23", Zone::UTC).unwrap();
    let register = Register::parse(&files, None);
    Scan::new(Covers::of(&register, Zone::UTC, today), &Enforcement::default(), "/srv/shop")
}

fn read(scan: &mut Scan, log: &str) -> Result<String, LogError> {
    let mut out = Vec::new();
    let bytes = log.as_bytes().to_vec();
    scan.read("a.sarif", &|| Ok(Box::new(Cursor::new(bytes.clone()))), Some(&mut out))?;
    Ok(String::from_utf8(out).unwrap())
}

fn read_before(scan: &mut Scan, log: &str) {
    let bytes = log.as_bytes().to_vec();
    scan.read_before(&|| Ok(Box::new(Cursor::new(bytes.clone())))).unwrap();
}

/// Returns how many results are covered, below the level, there before, unregistered and suppressed.
fn counts(scan: &Scan) -> [usize; 5] {
    let Counts { covered, below, before, .. } = scan.counts;
    [covered, below, before, scan.unregistered.count, scan.suppressed.count]
}

fn judged(covers: &str, log: &str) -> [usize; 5] {
    let mut scan = scan_of(&[("exceptions/a.yaml", exception(covers))]);
    read(&mut scan, log).unwrap();
    counts(&scan)
}

const COVERED: [usize; 5] = [1, 0, 0, 0, 0];
const OPEN: [usize; 5] = [0, 0, 0, 1, 0];

#[test]
fn a_result_is_covered_by_tool_id_and_path() {
    let driver = r#"{"name": "Checkov"}"#;
    for (cover, id, uri, expected) in [
        ("{tool: checkov, id: CKV_1}", "CKV_1", "main.tf", COVERED),
        ("{tool: checkov, id: ckv_1}", "CKV_1", "main.tf", COVERED),
        ("{tool: checkov, id: CKV_1, paths: [main.tf]}", "CKV_1", "main.tf", COVERED),
        ("{tool: checkov, id: CKV_1, paths: ['**/*.tf']}", "CKV_1", "a/main.tf", COVERED),
        ("{tool: checkov, id: CKV_1, paths: [main.tf]}", "CKV_1", "file:///srv/shop/main.tf", COVERED),
        ("{tool: checkov, id: CKV_1, paths: [main.tf]}", "CKV_1", "../main.tf", OPEN),
        ("{tool: checkov, id: CKV_1, paths: [main.tf]}", "CKV_1", "https://x/main.tf", OPEN),
        ("{tool: checkov, id: CKV_1, paths: [main.tf]}", "CKV_1", "file:///etc/main.tf", OPEN),
        ("{tool: checkov, id: CKV_1, paths: [main.tf]}", "CKV_1", "a/main.tf", OPEN),
        ("{tool: checkov, id: CKV_1, paths: ['**']}", "CKV_1", "main.tf", OPEN),
        ("{tool: checkov, id: CKV_1, path: main.tf}", "CKV_1", "main.tf", OPEN),
        ("{tool: checkov, id: CKV_1, purls: ['pkg:npm/a']}", "CKV_1", "main.tf", OPEN),
        ("{tool: checkov, id: CKV_1}", "CKV_10", "main.tf", OPEN),
        ("{tool: checkov, id: 'CKV_*'}", "CKV_1", "main.tf", OPEN),
        ("{tool: trivy, id: CKV_1}", "CKV_1", "main.tf", OPEN),
        ("{tool: checkov, id: CKV_1}", "", "main.tf", OPEN),
    ] {
        let found = judged(&format!("  - {cover}\n"), &log(driver, &result(id, uri, "")));
        assert_eq!(found, expected, "{cover} {id} {uri}");
    }
}

#[test]
fn each_tool_reports_in_its_own_words() {
    let package = |name: &str| {
        format!("Package: {name}\\nInstalled Version: 1.0\\nVulnerability X\\nSeverity: HIGH\\nFixed Version: \\n")
    };
    let trivy = |id: &str, text: &str| format!(r#"{{"ruleId": "{id}", "message": {{"text": "{text}"}}}}"#);
    for (cover, driver, result, expected) in [
        ("{tool: trivy, id: AVD-DS-0002}", r#"{"name": "Trivy"}"#, trivy("DS-0002", "m"), COVERED),
        ("{tool: trivy, id: DS002}", r#"{"name": "Trivy"}"#, trivy("DS-0002", "m"), COVERED),
        (
            "{tool: trivy, id: CVE-1, purls: ['pkg:npm/qs@1.0']}",
            r#"{"name": "Trivy"}"#,
            trivy("CVE-1", &package("qs")),
            COVERED,
        ),
        (
            "{tool: trivy, id: CVE-1, purls: ['pkg:npm/qs@2.0']}",
            r#"{"name": "Trivy"}"#,
            trivy("CVE-1", &package("qs")),
            OPEN,
        ),
        (
            "{tool: trivy, id: CVE-1, purls: ['pkg:npm/qs']}",
            r#"{"name": "Trivy"}"#,
            trivy("CVE-1", &package("ms")),
            OPEN,
        ),
        (
            "{tool: trivy, id: S-1, kind: secret}",
            r#"{"name": "Trivy", "rules": [{"id": "S-1", "name": "Secret"}]}"#,
            trivy("S-1", "m"),
            COVERED,
        ),
        (
            "{tool: trivy, id: S-1, kind: secret}",
            r#"{"name": "Trivy", "rules": [{"id": "S-1", "name": "Misconfiguration"}]}"#,
            trivy("S-1", "m"),
            OPEN,
        ),
        (
            "{tool: osv-scanner, id: GHSA-8c26-wmh5-6g9v, package: qs}",
            r#"{"name": "osv-scanner", "rules": [{"id": "CVE-2026-1", "deprecatedIds": ["CVE-2026-1", "GHSA-8c26-wmh5-6g9v"]}]}"#,
            trivy("CVE-2026-1", "Package 'qs@6.5.2' is vulnerable to 'CVE-2026-1'."),
            COVERED,
        ),
        (
            "{tool: grype, id: CVE-2026-12, package: {name: libssl3, type: deb}}",
            r#"{"name": "Grype"}"#,
            trivy("CVE-2026-12-libssl3", "A high vulnerability in deb package: libssl3, version 3 was found at: /x"),
            COVERED,
        ),
        ("{tool: grype, id: CVE-2026-1}", r#"{"name": "Grype"}"#, trivy("CVE-2026-12-libssl3", "m"), OPEN),
        (
            "{tool: cargo-deny, id: RUSTSEC-2026-0001}",
            r#"{"name": "cargo-deny"}"#,
            r#"{"ruleId": "a:vulnerability", "partialFingerprints": {"cargo-deny/advisory-id": "RUSTSEC-2026-0001"}}"#
                .to_owned(),
            COVERED,
        ),
        (
            "{tool: cargo-deny, id: 'a:vulnerability'}",
            r#"{"name": "cargo-deny"}"#,
            r#"{"ruleId": "a:vulnerability", "partialFingerprints": {"cargo-deny/advisory-id": "RUSTSEC-2026-0001"}}"#
                .to_owned(),
            OPEN,
        ),
        ("{tool: semgrep, id: no-eval}", r#"{"name": "Semgrep OSS"}"#, trivy("rules.no-eval", "m"), COVERED),
        ("{tool: semgrep, id: eval}", r#"{"name": "Semgrep OSS"}"#, trivy("rules.no-eval", "m"), OPEN),
        ("{tool: gitleaks, id: 'app/key:aws:4'}", r#"{"name": "gitleaks"}"#, result("aws", "app/key", ""), COVERED),
        ("{tool: gitleaks, id: 'app/key:aws:5'}", r#"{"name": "gitleaks"}"#, result("aws", "app/key", ""), OPEN),
        ("{tool: my scanner, id: x}", r#"{"name": "My-Scanner"}"#, trivy("x", "m"), COVERED),
        ("{tool: my-scanner, id: x, paths: [a]}", r#"{"name": "My Scanner"}"#, trivy("x", "m"), OPEN),
    ] {
        assert_eq!(judged(&format!("  - {cover}\n"), &log(driver, &result)), expected, "{cover} {result}");
    }
}

#[test]
fn only_an_exception_in_force_covers() {
    let whole = exception("  - {tool: checkov, id: x}\n");
    for (from, to, standing) in [
        ("expires: 2026-11-30", "expires: 2026-11-22", "it ended on `2026-11-22`"),
        ("starts: 2026-11-01", "starts: 2026-11-24", "it begins on `2026-11-24`"),
        ("status: active", "status: closed", "it is closed"),
        ("status: active", "status: rejected", "it was rejected"),
        ("approver: Olek\n", "", "its record is not complete"),
    ] {
        let mut scan = scan_of(&[("exceptions/a.yaml", whole.replace(from, to))]);
        read(&mut scan, &log(r#"{"name": "checkov"}"#, &result("x", "a", ""))).unwrap();
        assert_eq!(counts(&scan), OPEN, "{to}");
        assert_eq!(scan.covers.list[scan.unregistered.list[0].cover.unwrap()].standing, standing);
    }
    // The last day is covered as a whole.
    let mut scan = scan_of(&[("exceptions/a.yaml", whole.replace("2026-11-30", "2026-11-23"))]);
    read(&mut scan, &log(r#"{"name": "checkov"}"#, &result("x", "a", ""))).unwrap();
    assert_eq!(counts(&scan), COVERED);
}

#[test]
fn the_level_kind_and_state_of_a_result_decide() {
    let driver = r#"{"name": "x", "rules": [{"id": "n", "defaultConfiguration": {"level": "note"}}]}"#;
    for (id, more, expected) in [
        ("w", "", OPEN),
        ("n", "", [0, 1, 0, 0, 0]),
        ("n/detail", "", [0, 1, 0, 0, 0]),
        ("n", r#", "level": "error""#, OPEN),
        ("w", r#", "level": "none""#, [0, 1, 0, 0, 0]),
        ("w", r#", "kind": "pass""#, [0; 5]),
        ("w", r#", "kind": "pass", "level": "none""#, [0; 5]),
        ("w", r#", "kind": "informational""#, [0; 5]),
        ("w", r#", "kind": "notApplicable""#, [0; 5]),
        // What has a level is wrong, whatever its kind.
        ("w", r#", "kind": "pass", "level": "error""#, OPEN),
        ("w", r#", "kind": "notApplicable", "level": "warning""#, OPEN),
        ("w", r#", "kind": "informational", "level": "note""#, [0, 1, 0, 0, 0]),
        ("w", r#", "kind": "pass", "level": "critical""#, OPEN),
        // What a person has to decide is open until then.
        ("w", r#", "kind": "open""#, OPEN),
        ("w", r#", "kind": "review", "level": "error""#, OPEN),
        ("n", r#", "kind": "review""#, [0, 1, 0, 0, 0]),
        ("w", r#", "kind": "new""#, OPEN),
        ("w", r#", "baselineState": "absent""#, [0; 5]),
        ("w", r#", "baselineState": "unchanged""#, OPEN),
        ("w", r#", "suppressions": [{"kind": "inSource"}]"#, [0, 0, 0, 0, 1]),
        ("w", r#", "suppressions": [{"kind": "external", "status": "accepted"}]"#, [0, 0, 0, 0, 1]),
        ("w", r#", "suppressions": [{"kind": "external", "status": "underReview"}]"#, OPEN),
        ("w", r#", "suppressions": [{"kind": "external", "properties": {"stopgap": {}}}]"#, OPEN),
        ("w", r#", "suppressions": []"#, OPEN),
        ("w", r#", "suppressions": null"#, OPEN),
        ("n", r#", "suppressions": [{"kind": "inSource"}]"#, [0, 1, 0, 0, 0]),
    ] {
        assert_eq!(judged("  - {tool: y, id: w}\n", &log(driver, &result(id, "a", more))), expected, "{id} {more}");
    }
}

#[test]
fn what_its_tool_leaves_to_a_person_without_a_level_is_counted() {
    let results = ["open", "review"].map(|kind| result("w", "a", &format!(r#", "kind": "{kind}", "level": "none""#)));
    let text = log(r#"{"name": "x"}"#, &results.join(", "));
    let mut scan = scan_of(&[]);
    read(&mut scan, &text).unwrap();
    assert_eq!((counts(&scan), scan.counts.undecided, scan.counts.results), ([0; 5], 2, 2));
    let mut scan = scan_of(&[("exceptions/a.yaml", exception("  - {tool: x, id: w}\n"))]);
    read(&mut scan, &text).unwrap();
    assert_eq!((scan.counts.covered, scan.counts.undecided), (2, 0));
}

#[test]
fn an_invocation_gives_another_level_to_a_rule() {
    const BELOW: [usize; 5] = [0, 1, 0, 0, 0];
    let run = |overrides: &str, result: &str| {
        let rules = r#"[{"id": "n", "defaultConfiguration": {"level": "note"}}, {"id": "w"}]"#;
        let extension = r#"{"name": "e", "rules": [{"id": "x", "defaultConfiguration": {"level": "none"}}]}"#;
        let tool = format!(r#"{{"driver": {{"name": "t", "rules": {rules}}}, "extensions": [{extension}]}}"#);
        let text = format!(
            r#"{{"version": "2.1.0", "runs": [{{"invocations": [{overrides}], "results": [{result}], "tool": {tool}}}]}}"#
        );
        judged("  - {tool: y, id: w}\n", &text)
    };
    let of = |descriptor: &str, level: &str| {
        format!(
            r#"{{"ruleConfigurationOverrides": [{{"descriptor": {{{descriptor}}}, "configuration": {{"level": "{level}"}}}}]}}"#
        )
    };
    let (raised, lowered) = (of(r#""id": "n""#, "error"), of(r#""index": 1"#, "note"));
    let both = format!("{raised}, {lowered}");
    let in_extension = of(r#""index": 0, "toolComponent": {"index": 0}"#, "error");
    let first = r#", "provenance": {"invocationIndex": 0}"#;
    let second = r#", "provenance": {"invocationIndex": 1}"#;
    for (overrides, id, more, expected) in [
        (&raised, "n", first, OPEN),
        (&raised, "n/detail", first, OPEN),
        (&lowered, "w", first, BELOW),
        (&in_extension, "x", first, OPEN),
        // Each result is from one invocation.
        (&both, "n", second, BELOW),
        (&both, "w", first, OPEN),
        (&both, "w", second, BELOW),
        // Where that is not said, only a higher level counts.
        (&raised, "n", "", OPEN),
        (&lowered, "w", "", OPEN),
        (&both, "n", r#", "provenance": {"invocationIndex": 7}"#, OPEN),
        // A level of its own comes first, and no level is none.
        (&raised, "n", r#", "level": "note", "provenance": {"invocationIndex": 0}"#, BELOW),
        (&r#"{"ruleConfigurationOverrides": [{"descriptor": {"id": "n"}}, {"descriptor": {"id": "n"}, "configuration": {"enabled": false}}]}"#.to_owned(), "n", first, BELOW),
    ] {
        assert_eq!(run(overrides, &result(id, "a", more)), expected, "{overrides} {id} {more}");
    }
}

#[test]
fn a_cover_until_fixed_ends_with_the_fix() {
    let text = |fixed: &str| format!("Package: qs\\nInstalled Version: 1\\nV\\nS\\nFixed Version: {fixed}\\n");
    for (fixed, flag, covered, fixable) in [("1.1", "true", 0, 1), ("", "true", 1, 0), ("1.1", "false", 1, 0)] {
        let cover = format!("  - {{tool: trivy, id: CVE-1, until_fixed: {flag}}}\n");
        let mut scan = scan_of(&[("exceptions/a.yaml", exception(&cover))]);
        let result = format!(r#"{{"ruleId": "CVE-1", "message": {{"text": "{}"}}}}"#, text(fixed));
        read(&mut scan, &log(r#"{"name": "Trivy"}"#, &result)).unwrap();
        assert_eq!((scan.counts.covered, scan.fixable.count), (covered, fixable), "{fixed} {flag}");
    }
}

#[test]
fn every_place_of_a_result_must_be_covered() {
    let at = |uri: &str| format!(r#"{{"physicalLocation": {{"artifactLocation": {{"uri": "{uri}"}}}}}}"#);
    let result = |places: &str| format!(r#"{{"ruleId": "x", "locations": [{places}]}}"#);
    let cover = "  - {tool: t, id: x, paths: [a]}\n";
    let driver = r#"{"name": "t"}"#;
    assert_eq!(judged(cover, &log(driver, &result(&at("a")))), COVERED);
    assert_eq!(judged(cover, &log(driver, &result(&format!("{}, {}", at("a"), at("b"))))), OPEN);
    assert_eq!(judged(cover, &log(driver, &result(""))), OPEN);
}

#[test]
fn what_was_there_before_is_let_be_once_each() {
    let driver = r#"{"name": "t"}"#;
    let code = |line: usize, code: &str| {
        format!(
            r#"{{"ruleId": "x", "message": {{"text": "m"}}, "locations": [{{"physicalLocation": {{"artifactLocation": {{"uri": "a"}}, "region": {{"startLine": {line}, "snippet": {{"text": "{code}"}}}}}}}}]}}"#
        )
    };
    let print = |uri: &str, print: &str| result("x", uri, &format!(r#", "fingerprints": {{"v1": "{print}"}}"#));
    let partial =
        |uri: &str, print: &str| result("x", uri, &format!(r#", "partialFingerprints": {{"v1": "{print}"}}"#));
    let obeyed = result("x", "a", r#", "suppressions": [{"kind": "inSource"}]"#);
    for (before, after, expected) in [
        // Another line and another indentation are the same; other code, one more, another file are new.
        (code(1, "eval(x)"), code(9, "  eval(x)"), [0, 0, 1, 0, 0]),
        (code(1, "eval(x)"), code(1, "eval(y)"), OPEN),
        (code(1, "eval(x)"), format!("{}, {}", code(1, "eval(x)"), code(2, "eval(x)")), [0, 0, 1, 1, 0]),
        (result("x", "a", ""), result("x", "b", ""), OPEN),
        (result("x", "a", ""), result("y", "a", ""), OPEN),
        (print("a", "0123456789"), print("b", "0123456789"), [0, 0, 1, 0, 0]),
        (print("a", "requires login"), print("b", "requires login"), OPEN),
        (partial("a", "0123456789"), partial("b", "0123456789"), OPEN),
        (partial("a", "0123456789"), partial("a", "0123456789"), [0, 0, 1, 0, 0]),
        // A suppression that is new is new, whatever it silences.
        (result("x", "a", ""), obeyed.clone(), [0, 0, 0, 0, 1]),
        (obeyed.clone(), obeyed.clone(), [0, 0, 1, 0, 0]),
        (obeyed.clone(), result("x", "a", ""), [0, 0, 1, 0, 0]),
    ] {
        let mut scan = scan_of(&[]);
        read_before(&mut scan, &log(driver, &before));
        read(&mut scan, &log(driver, &after)).unwrap();
        assert_eq!(counts(&scan), expected, "{before}\n{after}");
    }
}

#[test]
fn an_annotated_log_differs_by_its_suppressions_alone() {
    let covers = "  - {tool: t, id: x}\n";
    let bytes = format!(
        "{{ \"version\":\"2.1.0\",\"runs\" : [{{\"tool\":{{\"driver\":{{\"name\":\"t\"}}}},\n \"results\": [\n  {{\"ruleId\": \"x\" }},\n {{\"ruleId\":\"y\",\"a\":1e2}} ,{}]  }}], \"z\":\"\\u00e9\"}}\n",
        r#"{"suppressions": [{"kind":"inSource"}, {"kind":"external","properties":{"stopgap":{}}}], "ruleId":"x"}"#
    );
    let mut scan = scan_of(&[("exceptions/a.yaml", exception(covers))]);
    let annotated = read(&mut scan, &bytes).unwrap();
    let ours = r#"{"kind":"external","status":"accepted","justification":"Exception a until 2026-11-30, approved by Olek: T","properties":{"expiryUtc":"2026-12-01T00:00:00Z","stopgap":{"exception":"a","expires":"2026-11-30","approver":"Olek"}}}"#;
    let expected =
        bytes.replace("{\"ruleId\": \"x\" }", &format!("{{\"ruleId\": \"x\",\"suppressions\":[{ours}]}}")).replace(
            r#"[{"kind":"inSource"}, {"kind":"external","properties":{"stopgap":{}}}]"#,
            &format!(r#"[{{"kind":"inSource"}},{ours}]"#),
        );
    assert_eq!(annotated, expected);
    // Once more it says the same, and without an exception nothing is left of it.
    let mut again = scan_of(&[("exceptions/a.yaml", exception(covers))]);
    assert_eq!(read(&mut again, &annotated).unwrap(), annotated);
    let without = read(&mut scan_of(&[]), &annotated).unwrap();
    assert!(!without.contains("stopgap") && !without.contains("inSource") && without.contains(r#""suppressions":[]"#));
}

#[test]
fn a_log_that_cannot_be_trusted_is_refused_with_its_line() {
    let good = log(r#"{"name": "t"}"#, &result("x", "a", ""));
    for (log, line, why) in [
        (String::new(), 0, "it is empty"),
        ("[]".to_owned(), 1, "a log, an object with `version` and `runs`"),
        ("not json".to_owned(), 1, "this is not JSON"),
        ("{}".to_owned(), 1, "no `version`"),
        (r#"{"version": "2.1.0"}"#.to_owned(), 1, "no `runs`"),
        (good.replace("2.1.0", "1.0.0"), 1, "version `1.0.0`; only 2.1.0 is supported"),
        (good[..good.len() - 3].to_owned(), 1, "it is truncated"),
        (format!("{good}{good}"), 1, "trailing characters"),
        (good.replace(r#""results""#, r#""result""#), 0, "run 1 has no `results`"),
        (good.replace(r#"{"name": "t"}"#, "{}"), 0, "run 1 does not name its tool"),
        (good.replace(r#""ruleId": "x""#, "\n\n\"ruleId\": 5"), 3, "this result cannot be read: invalid type"),
        (good.replace(r#""locations": ["#, r#""locations": 5, "x": ["#), 1, "this result cannot be read"),
        (good.replace(r#""ruleId": "x""#, r#""ruleId": "x", "ruleId": "y""#), 1, "duplicate field"),
        (good.replace(r#""results": ["#, r#""results": [5, "#), 1, "this result cannot be read"),
        (good.replace(r#""runs""#, r#""runs": [], "runs""#), 1, "the key `runs` appears twice"),
        (good.replace(r#""results""#, r#""results": [], "results""#), 1, "the key `results` appears twice"),
        (
            good.replace(r#""tool""#, r#""externalPropertyFileReferences": {"results": []}, "tool""#),
            1,
            "its results are in another file",
        ),
        (good.replace("\"x\"", "7"), 1, "this result cannot be read"),
    ] {
        let mut scan = scan_of(&[("exceptions/a.yaml", exception("  - {tool: t, id: x}\n"))]);
        let error = read(&mut scan, &log).unwrap_err();
        assert!(error.why.contains(why), "{log}\n{error}");
        assert_eq!(error.line, line, "{log}\n{error}");
        assert_eq!(scan.counts.covered, 0, "{log}");
    }
}

#[test]
fn nesting_costs_no_stack_and_a_huge_item_is_refused() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let more = format!(r#", "properties": {{"deep": {deep}}}, "codeFlows": {deep}"#);
    let driver = format!(r#"{{"name": "t", "x": {deep}}}"#);
    assert_eq!(judged("  - {tool: t, id: x}\n", &log(&driver, &result("x", "a", &more))), COVERED);
    let huge = format!(r#", "properties": {{"x": "{}"}}"#, "x".repeat(17 * 1024 * 1024));
    let error = read(&mut scan_of(&[]), &log(r#"{"name": "t"}"#, &result("x", "a", &huge))).unwrap_err();
    assert!(error.why.contains("more than 16 MiB"), "{error}");
}

#[test]
fn hits_are_kept_up_to_a_number() {
    let many = vec![result("x", "a", ""); MOST_HITS + 5].join(",");
    let mut scan = scan_of(&[]);
    read(&mut scan, &log(r#"{"name": "t"}"#, &many)).unwrap();
    assert_eq!((scan.unregistered.list.len(), scan.unregistered.count), (MOST_HITS, MOST_HITS + 5));
}

#[test]
fn half_a_surrogate_pair_is_a_character_that_nobody_knows() {
    let rule = r#"{"name": "Bandit", "rules": [{"id": "B1", "fullDescription": {"text": "\udfff"}}]}"#;
    for (path, cover, expected) in [
        (r"a\ud800.py", "paths: ['a\u{fffd}.py']", COVERED),
        (r"a\uDC00\uD83D.py", "paths: ['a\u{fffd}\u{fffd}.py']", COVERED),
        (r"a\ud83d\ude00.py", "paths: ['a\u{1f600}.py']", COVERED),
        (r"a\ud800\ud83d\ude00.py", "paths: ['a\u{fffd}\u{1f600}.py']", COVERED),
        (r"a\ud800.py", "paths: [a.py]", OPEN),
    ] {
        let log = log(rule, &result("B1", path, ""));
        let counts = judged(&format!("  - {{tool: bandit, id: B1, {cover}}}\n"), &log);
        assert_eq!(counts, expected, "{path}");
    }
    // An escaped backslash begins no other escape.
    let slashed = log(rule, &result("B1", "a.py", r#", "properties": {"a": "\\ud800 \\\ud800"}"#));
    assert_eq!(judged("  - {tool: bandit, id: B1, paths: [a.py]}\n", &slashed), COVERED);
    // What is read while it passes by is refused, with the reason.
    let mut scan = scan_of(&[]);
    let error = read(&mut scan, &log(r#"{"name": "\ud800"}"#, "")).unwrap_err();
    assert!(error.line == 1 && error.why.contains("half a surrogate pair"), "{error:?}");
}

#[test]
fn a_run_that_failed_and_found_nothing_is_no_scan() {
    let of = |results: &str, successful: bool| {
        format!(
            r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "SpotBugs"}}}}, "results": [{results}],
                "invocations": [{{"executionSuccessful": {successful}}}]}}]}}"#
        )
    };
    let error = read(&mut scan_of(&[]), &of("", false)).unwrap_err();
    assert!(error.why.contains("run 1 reports that it failed"), "{error:?}");
    // SpotBugs and others say so where they found something.
    let mut scan = scan_of(&[]);
    read(&mut scan, &of(&result("x", "a", ""), false)).unwrap();
    assert_eq!(counts(&scan), OPEN);
    read(&mut scan_of(&[]), &of("", true)).unwrap();
}
