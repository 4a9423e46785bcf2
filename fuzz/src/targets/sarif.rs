//! Logs of scanners, judged by a register with covers.

use std::io::{BufRead, BufReader, Cursor, Result};

use serde_json::Value;
use stopgap::internal::scan::{Counts, Covers, Scan};
use stopgap::internal::time::{Today, Zone};

use super::register::{COVERING, TODAY};
use crate::seeds::Seeds;
use crate::{Outcome, Target, seeds};

/// See [`Target::about`].
pub const TARGET: Target = Target {
    name: "sarif",
    about: "an annotated log is the same log, reads as before and is annotated once; a refusal says where",
    seeds: || Seeds {
        texts: seeds::files("fixtures", |name| name.ends_with(".sarif"))
            .into_iter()
            .chain([LOG.as_bytes().to_vec()])
            .collect(),
        tokens: seeds::JSON.iter().chain(WORDS).copied().collect(),
        ..Seeds::default()
    },
    run,
    quick: None,
};

const LOG: &str = r#"{"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": [{"originalUriBaseIds": {"ROOT": {"uri": "file:///src/"}}, "tool": {"driver": {"name": "Trivy", "rules": [{"id": "CVE-2024-1234", "defaultConfiguration": {"level": "error"}, "properties": {"tags": ["security"], "security-severity": "9.8"}}], "notifications": []}, "extensions": [{"name": "more", "rules": [{"id": "x"}]}]},
"invocations": [{"executionSuccessful": true}], "results": [
{"ruleId": "CVE-2024-1234", "ruleIndex": 0, "level": "error", "kind": "fail", "message": {"text": "Package: openssl\nInstalled Version: 3.0.1"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/a.py", "uriBaseId": "ROOT"}, "region": {"startLine": 3, "endLine": 4, "startColumn": 1}}}], "suppressions": [{"kind": "inSource", "status": "accepted", "justification": "why"}]},
{"rule": {"id": "x/sub", "index": 0, "toolComponent": {"index": 0}}, "message": {"id": "m", "arguments": ["a"]}, "locations": [], "partialFingerprints": {"a/v1": "b"}, "baselineState": "unchanged"},
{"ruleId": "AVD-AWS-0086", "message": {"text": "b"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "file:///src/main.tf"}}}], "relatedLocations": [], "suppressions": []}]}]}"#;

/// Words and values of their own.
const WORDS: &[&str] = &[
    "\"suppressions\": [",
    "\"suppressions\": null,",
    "\"results\": [],",
    "\"runs\": [",
    "\"ruleId\": \"CVE-2024-1234\",",
    "\"kind\": \"pass\",",
    "\"level\": \"note\",",
    "\"status\": \"rejected\",",
    "\"uri\": \"../../x\",",
    "\"uri\": \"%2e%2e/a%20b\",",
    "\"uri\": \"C:\\\\a\",",
    "\"version\": \"2.0.0\",",
    "\"tool\": {},",
    "\"baselineState\": \"absent\",",
    "Trivy",
    "Checkov",
    "Semgrep",
];

/// What they cover.
fn scan() -> Scan {
    let today = Today::parse(TODAY, Zone::UTC).expect("a day");
    Scan::new(Covers::of(&COVERING, Zone::UTC, today), &Default::default(), "/src")
}

/// Judges a log; what is written is the annotated one.
fn read(data: &[u8]) -> Option<(Counts, Vec<u8>)> {
    let open =
        || -> Result<Box<dyn BufRead>> { Ok(Box::new(BufReader::with_capacity(64, Cursor::new(data.to_vec())))) };
    let (mut scan, mut written) = (scan(), Vec::new());
    match scan.read("a.sarif", &open, Some(&mut written)) {
        Ok(()) => Some((scan.counts, written)),
        Err(error) => {
            let lines = data.iter().filter(|byte| **byte == b'\n').count() + 1;
            assert!(error.line <= lines && !error.why.is_empty(), "{error:?}");
            None
        }
    }
}

fn run(data: &[u8]) -> Outcome {
    let mut scan_before = scan();
    let open = || -> Result<Box<dyn BufRead>> { Ok(Box::new(Cursor::new(data.to_vec()))) };
    let is_read = scan_before.read_before(&open).is_ok();
    let Some((counts, written)) = read(data) else {
        return Outcome::Refused;
    };
    assert!(is_read, "it can be judged, but not be compared with");
    assert!(counts.covered + counts.below + counts.before + counts.undecided <= counts.results, "{counts:?}");
    let text = String::from_utf8_lossy(&written);
    let after =
        serde_json::from_slice::<Value>(&written).unwrap_or_else(|error| panic!("no JSON any more: {error}\n{text}"));
    if let Ok(before) = serde_json::from_slice::<Value>(data.strip_prefix("\u{feff}".as_bytes()).unwrap_or(data)) {
        assert_eq!(bare(before), bare(after), "more than suppressions changed\n{text}");
    }
    let (again, twice) = read(&written).unwrap_or_else(|| panic!("an annotated log is refused\n{text}"));
    assert_eq!(counts, again, "an annotated log is judged otherwise\n{text}");
    assert_eq!(written, twice, "a log is annotated twice\n{text}\n{}", String::from_utf8_lossy(&twice));
    Outcome::taken(counts.results > 0)
}

/// Leaves out the suppressions of results.
fn bare(mut log: Value) -> Value {
    let runs = log.get_mut("runs").and_then(Value::as_array_mut);
    for run in runs.into_iter().flatten() {
        let results = run.get_mut("results").and_then(Value::as_array_mut);
        for result in results.into_iter().flatten() {
            if let Some(result) = result.as_object_mut() {
                result.remove("suppressions");
            }
        }
    }
    log
}
