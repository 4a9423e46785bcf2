//! How well the rules about texts tell honest texts from empty ones: none of the honest is blamed, and most of the
//! empty are found. The texts were written before the rules, `fixtures/texts/`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::generate;
use crate::support::Sandbox;

/// The rules that blame a text for what it says.
const RULES: [&str; 6] =
    ["copied-reason", "vague-reason", "vague-text", "placeholder-text", "no-alternative", "long-reason"];

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/texts").join(name)).unwrap()
}

/// Returns the texts of a list, each with its field.
fn texts(list: &str) -> Vec<(&str, &str)> {
    let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(": ").unwrap()).collect()
}

/// Returns a word that is in no list, another for each number.
fn word(number: usize) -> String {
    let syllables = ["ba", "ro", "ku", "mi", "te", "lo", "sa", "ni", "du", "ve"];
    let digits = number.to_string().into_bytes();
    digits.iter().map(|digit| syllables[usize::from(digit - b'0')]).chain(["nd"]).collect()
}

/// Writes an exception about something else than any other, with one text in it.
fn entry(number: usize, field: &str, text: &str) -> String {
    let own = |kind: usize| word(1000 * kind + number);
    let quoted = serde_json::to_string(text).unwrap();
    let of = |name: &str, honest: String| if name == field { quoted.clone() } else { format!("\"{honest}\"") };
    let mut it = format!(
        "title: The {} keeps its {}\ncontrol: ACC-07 Vendors hold no access to HR data\nreason: {}\n\
         scope: {{system: {}, environment: production}}\nrisk:\n  tier: high\n  exposure: [data]\n  statement: {}\n\
         alternatives:\n  - {{option: Send {} by post, rejected: {}}}\nremoval: {}\nrequester: \"@maria\"\n\
         owner: \"@dana\"\napprover: \"@olek\"\ndecided: 2026-11-20\nstatus: active\nstarts: 2026-11-20\nexpires: 2026-11-27\n",
        own(1),
        own(2),
        of("reason", format!("{} {} {} {} {} {} {}", own(3), own(4), own(5), own(6), own(7), own(8), own(9))),
        own(10),
        of("statement", format!("{} could stop {}", own(11), own(12))),
        own(13),
        of("rejected", format!("{} breaks {}", own(14), own(15))),
        of("removal", format!("Unplug {}", own(16))),
    );
    let _ = match field {
        "risk_check" => writeln!(
            it,
            "renewals:\n  - {{requested: 2026-11-21, requester: \"@maria\", reason: {} {} {} {}, risk_check: {quoted}, \
             approver: \"@priya\", decided: 2026-11-21, expires: 2026-11-28}}",
            own(17),
            own(18),
            own(19),
            own(20)
        ),
        // The status stays active, so that the note is judged without a change that closes it.
        "closure_note" => {
            writeln!(it, "closure: {{date: 2026-11-21, by: \"@dana\", verified_by: \"@olek\", note: {quoted}}}")
        }
        "review_note" => writeln!(it, "reviews:\n  - {{date: 2026-11-21, by: \"@dana\", note: {quoted}}}"),
        _ => Ok(()),
    };
    it
}

/// Returns which of the entries the rules about texts blame, with the rule and its message.
fn blamed(entries: impl Iterator<Item = String>) -> Vec<(usize, String)> {
    let sandbox = Sandbox::new();
    let mut count = 0;
    for (number, text) in entries.enumerate() {
        sandbox.file(format!("exceptions/e{number:04}.yaml"), text);
        count += 1;
    }
    blamed_in(&sandbox.check(&["--format", "json"]).stdout, count)
}

fn blamed_in(report: &str, count: usize) -> Vec<(usize, String)> {
    let report: Value = serde_json::from_str(report).unwrap();
    assert_eq!(report["summary"]["exceptions"], count);
    let said = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    let number = |finding: &Value| said(finding, "path")["exceptions/e".len()..][..4].parse().unwrap();
    findings
        .filter(|finding| RULES.contains(&finding["rule"].as_str().unwrap()))
        .map(|finding| (number(finding), format!("{}: {}", said(finding, "rule"), said(finding, "message"))))
        .collect()
}

#[test]
fn no_honest_text_is_blamed() {
    let list = read("honest.txt");
    let texts = texts(&list);
    assert!(texts.len() >= 200, "{}", texts.len());
    let entries = texts.iter().enumerate().map(|(number, (field, text))| entry(number, field, text));
    let blamed = blamed(entries).into_iter().map(|(number, why)| format!("{:?}: {why}", texts[number]));
    assert_eq!(blamed.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn most_texts_that_say_nothing_are_found() {
    let list = read("bad.txt");
    let (first, unseen) = list.split_once("# Written after the rules").unwrap();
    let (first, unseen) = (texts(first), texts(unseen.split_once('\n').unwrap().1));
    assert!(first.len() >= 200 && unseen.len() >= 40, "{} and {}", first.len(), unseen.len());
    let missed = [missed(&first), missed(&unseen)];
    // Nobody accepts a recorded figure below these.
    assert!(20 * missed[0].len() <= first.len() && 2 * missed[1].len() <= unseen.len(), "{missed:?}");
    let figure = |missed: &[String], all: usize| format!("{} of {all} found", all - missed.len());
    let said = format!(
        "{}, {} of those that were never used to improve the rules\nmissed:\n{}\n{}",
        figure(&missed[0], first.len()),
        figure(&missed[1], unseen.len()),
        missed[0].join("\n"),
        missed[1].join("\n")
    );
    insta::assert_snapshot!(said);
}

fn missed(texts: &[(&str, &str)]) -> Vec<String> {
    let entries = texts.iter().enumerate().map(|(number, (field, text))| entry(number, field, text));
    let found: BTreeSet<usize> = blamed(entries).into_iter().map(|(number, _)| number).collect();
    let missed = texts.iter().enumerate().filter(|(number, _)| !found.contains(number));
    missed.map(|(_, (field, text))| format!("{field}: {text}")).collect()
}

/// Requests about one vendor or system are alike without being copies, in either order.
#[test]
fn two_honest_requests_about_one_vendor_are_no_copies() {
    let list = read("pairs.txt");
    let lines: Vec<&str> = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert!(lines.len() >= 80 && lines.len().is_multiple_of(2), "{}", lines.len());
    for order in [lines.clone(), lines.iter().rev().copied().collect()] {
        let entries = order.iter().enumerate().map(|(number, text)| entry(number, "reason", text));
        let blamed = blamed(entries).into_iter().map(|(number, why)| format!("{}: {why}", order[number]));
        assert_eq!(blamed.collect::<Vec<_>>(), [""; 0]);
    }
}

/// The honest neighbours of these are the pairs above.
#[test]
fn an_old_reason_that_was_only_lengthened_is_a_copy() {
    let list = read("pairs.txt");
    let old: Vec<&str> = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).step_by(2).collect();
    let padded = |text: &&str| {
        format!(
            "As everybody in the department knows from the weekly round, {} and so we kindly ask for a few more days to \
             get this finished in a proper way",
            text.trim_end_matches('.')
        )
    };
    let new: Vec<String> = old.iter().map(padded).collect();
    let all: Vec<&str> = old.iter().copied().chain(new.iter().map(String::as_str)).collect();
    let entries = all.iter().enumerate().map(|(number, text)| entry(number, "reason", text));
    let blamed = blamed(entries).into_iter().filter(|(_, why)| why.starts_with("copied-reason"));
    let found: BTreeSet<usize> = blamed.map(|(number, _)| number).collect();
    assert_eq!(found, (old.len()..all.len()).collect::<BTreeSet<_>>());
}

/// What the company of the shipped register wrote while it still cared, and what the benchmark generates.
#[test]
fn no_text_of_a_register_in_good_order_is_blamed() {
    let generated = TempDir::new().unwrap();
    generate::write(generated.path(), 300, generate::SEED).unwrap();
    let acme = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/registers/acme");
    for root in [acme.as_path(), generated.path()] {
        let sandbox = Sandbox::new();
        let output =
            sandbox.command().args(["check", "--today", "2026-11-23", "--format", "json", "--root"]).arg(root).output();
        let report: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
        assert!(report["summary"]["exceptions"].as_u64().unwrap() >= 30, "{report}");
        let findings = report["findings"].as_array().unwrap();
        let blamed: Vec<_> = findings.iter().filter(|it| RULES.contains(&it["rule"].as_str().unwrap())).collect();
        assert!(blamed.is_empty(), "{blamed:?}");
    }
}
