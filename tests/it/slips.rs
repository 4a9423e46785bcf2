//! Entries as people write them by hand, each in `fixtures/slips/`: how many rounds it takes until they are green.
//!
//! A round is one run of the check and the typing after it. Whoever types knows what is meant and rights every line that
//! a finding names, so a round is lost only where the check keeps something back.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use similar::{DiffOp, TextDiff};
use stopgap::internal::yaml;

use crate::support::Sandbox;

const FILE: &str = "exceptions/entry.yaml";

/// More rounds than anybody has patience for.
const MOST: usize = 10;

/// One entry: as it was written, and as it was meant.
struct Slip {
    name: String,
    written: String,
    meant: String,
}

fn slips() -> Vec<Slip> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/slips");
    let mut folders: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let read = |folder: &Path, name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let slip = |folder: PathBuf| Slip {
        name: folder.file_name().unwrap().to_str().unwrap().to_owned(),
        written: read(&folder, "written.yaml"),
        meant: read(&folder, "meant.yaml"),
    };
    let slips: Vec<Slip> = folders.into_iter().map(slip).collect();
    assert!(slips.len() >= 30, "{}", slips.len());
    slips
}

/// What a run left to do.
struct Found {
    text: String,
    findings: Vec<Value>,
}

fn check(text: &str, arguments: &[&str]) -> Found {
    let sandbox = Sandbox::new();
    sandbox.file(FILE, text);
    let run = sandbox.check(&[arguments, &["--format", "json"]].concat());
    assert!(run.code < 2, "{run:?}");
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().clone();
    Found { text: fs::read_to_string(sandbox.path(FILE)).unwrap(), findings }
}

/// Rights every part of a text that a finding names; where none does, the one above.
fn typed(text: &str, meant: &str, findings: &[Value]) -> String {
    let diff = TextDiff::from_lines(text, meant);
    let (old, new): (Vec<&str>, Vec<&str>) =
        (text.split_inclusive('\n').collect(), meant.split_inclusive('\n').collect());
    let is_named = |op: &DiffOp| findings.iter().any(|finding| names(finding, op, &new));
    let ops: Vec<DiffOp> = diff.ops().iter().flat_map(line_by_line).collect();
    let mut chosen: Vec<DiffOp> = ops.iter().filter(|op| is_named(op)).copied().collect();
    if chosen.is_empty() {
        let line = findings[0]["line"].as_u64().unwrap() as usize;
        let above = ops.iter().rev().find(|op| op.old_range().start < line).or(ops.first());
        chosen.extend(above);
    }
    let mut lines: Vec<String> = old.iter().map(|line| (*line).to_owned()).collect();
    for op in chosen.iter().rev() {
        lines.splice(op.old_range(), new[op.new_range()].iter().map(|line| (*line).to_owned()));
    }
    lines.concat()
}

/// Takes a part apart whose lines were written anew one by one.
fn line_by_line(op: &DiffOp) -> Vec<DiffOp> {
    match *op {
        DiffOp::Equal { .. } => Vec::new(),
        DiffOp::Replace { old_index, old_len, new_index, new_len } if old_len == new_len => (0..old_len)
            .map(|at| DiffOp::Replace { old_index: old_index + at, old_len: 1, new_index: new_index + at, new_len: 1 })
            .collect(),
        other => vec![other],
    }
}

fn names(finding: &Value, op: &DiffOp, new: &[&str]) -> bool {
    let line = finding["line"].as_u64().unwrap() as usize - 1;
    let message = finding["message"].as_str().unwrap();
    let missing = message.split_once("` is missing").map(|(field, _)| field.rsplit(['.', '`']).next().unwrap());
    match missing {
        Some(key) => new[op.new_range()].iter().any(|line| line.contains(&format!("{key}:"))),
        None => op.old_range().contains(&line),
    }
}

/// Counts the rounds until nothing is found, and hands each run to `look`.
fn rounds(slip: &Slip, arguments: &[&str], mut look: impl FnMut(&Found)) -> usize {
    let mut text = slip.written.clone();
    for round in 0..MOST {
        let found = check(&text, arguments);
        look(&found);
        if found.findings.is_empty() {
            let (tree, meant) = (yaml::parse(&found.text).unwrap(), yaml::parse(&slip.meant).unwrap());
            assert!(tree.same_value(&meant), "{}:\n{}", slip.name, found.text);
            return round + usize::from(found.text != text);
        }
        text = typed(&found.text, &slip.meant, &found.findings);
    }
    panic!("{} is not green after {MOST} rounds:\n{text}", slip.name);
}

fn table(counts: &BTreeMap<String, usize>) -> String {
    let mut text = String::new();
    for (name, count) in counts {
        writeln!(text, "{count}  {name}").unwrap();
    }
    writeln!(text, "{}  in all", counts.values().sum::<usize>()).unwrap();
    text
}

fn counted(arguments: &[&str]) -> BTreeMap<String, usize> {
    slips().iter().map(|slip| (slip.name.clone(), rounds(slip, arguments, |_| {}))).collect()
}

#[test]
fn rounds_to_green_by_hand() {
    insta::assert_snapshot!(table(&counted(&[])));
}

#[test]
fn two_rounds_suffice_with_fix() {
    let counts = counted(&["--fix"]);
    assert!(counts.values().all(|count| *count <= 2), "{}", table(&counts));
    insta::assert_snapshot!(table(&counts));
}

/// Whoever reads a message needs no page to know what to type: it holds the text, with `…` where only the writer knows.
#[test]
fn every_message_names_the_text_to_type() {
    for slip in slips() {
        for arguments in [&[][..], &["--fix"]] {
            let mut round = 0;
            rounds(&slip, arguments, |found| {
                round += 1;
                // What is typed line by line may be no YAML on the way.
                let findings = if round == 1 { found.findings.as_slice() } else { &[] };
                for finding in findings {
                    let said = format!("{} {}", finding["message"], finding["help"]);
                    // A line that is only indented anew still says what it said.
                    let indented = finding["message"].as_str().unwrap().contains("tab");
                    let right = if indented { &slip.written } else { &slip.meant };
                    assert!(typed_texts(&said).any(|text| is_in(&text, right)), "{}: {said}", slip.name);
                }
            });
        }
    }
}

/// The texts in back-ticks.
fn typed_texts(said: &str) -> impl Iterator<Item = String> {
    let said = said.replace("\\\"", "\"");
    said.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// Tells whether a text stands in another, whatever stands for `…` or a day and however it is laid out.
fn is_in(typed: &str, meant: &str) -> bool {
    let plain = |text: &str| {
        let signs = text.replace(['{', '}', '[', ']', ',', '"', '\'', '`'], " ").replace("- ", " ");
        signs.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let typed = typed.split(' ').map(|word| if word.contains('|') { "…" } else { word }).collect::<Vec<_>>().join(" ");
    let (typed, meant) = (plain(&typed.replace("YYYY-MM-DD", "…").replace('@', "")), plain(&meant.replace('@', "")));
    let mut rest = meant.as_str();
    typed.split('…').map(str::trim).all(|part| {
        let found = rest.find(part);
        rest = found.map_or("", |at| &rest[at + part.len()..]);
        found.is_some()
    })
}

#[test]
fn what_is_meant_is_green() {
    for slip in slips() {
        assert!(check(&slip.meant, &[]).findings.is_empty(), "{}", slip.name);
    }
}
