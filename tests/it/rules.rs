//! Every rule fires on its `fail` fixture, alone, and is silent on `pass`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rayon::prelude::*;
use stopgap::files::Repository;
use stopgap::gate::{Gate, Reach};
use stopgap::history::{Changes, Circumstances, Document, decisions};
use stopgap::policy::{self, Policy, RuleBook};
use stopgap::register::{self, Files};
use stopgap::rule::{Findings, Level, Rule};
use stopgap::rules::{self, Judge};
use stopgap::signoff::{Codeowners, Event, Evidence, Ownership, Reviews, Standing, Verdict};
use stopgap::source::FileId;
use stopgap::time::Today;
use tempfile::TempDir;

use crate::support::recorded::assert_recorded;

const TODAY: &str = "2026-11-23";

fn fixture(rule: &Rule) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules").join(rule.id)
}

/// A rule of the whole register is shown by the command as it ships.
fn check(folder: &Path, format: &str) -> (i32, String) {
    let copy = work_tree(folder);
    let output = Command::new(env!("CARGO_BIN_EXE_stopgap"))
        .env_clear()
        .args(["check", "--today", TODAY, "--format", format, "--root"])
        .arg(copy.as_ref().map_or(folder, TempDir::path))
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{}: {}", folder.display(), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

/// A fixture with CODEOWNERS is copied to what looks like the top of a work tree.
fn work_tree(folder: &Path) -> Option<TempDir> {
    if !folder.join(".github/CODEOWNERS").exists() {
        return None;
    }
    let copy = TempDir::new().unwrap();
    fs::create_dir(copy.path().join(".git")).unwrap();
    for entry in walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.unwrap()) {
        let place = copy.path().join(entry.path().strip_prefix(folder).unwrap());
        match entry.file_type().is_dir() {
            true => fs::create_dir_all(place).unwrap(),
            false => fs::copy(entry.path(), place).map(drop).unwrap(),
        }
    }
    Some(copy)
}

fn rules_found(folder: &Path) -> Vec<String> {
    let (_, json) = check(folder, "json");
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

/// A rule of a change is shown by the gate, from the registers before and after.
fn rules_found_in_change(base: &Path, head: &Path) -> Vec<String> {
    let (judging, new) = (rule_book(base), rule_book(head));
    let mut files = register::read(head, &judging.policy.exceptions).unwrap();
    let before = register::read(base, &judging.policy.exceptions).unwrap();
    let read = |source: &stopgap::source::Source| stopgap::files::decode(source.text().into(), source.path().into());
    let first = files.add_base(before.sources().iter().map(read).collect());
    let ids: Vec<FileId> = (first..files.sources().len()).map(|index| FileId(index as u32)).collect();
    let documents = documents(base, head, &mut files);
    let ownership = ownership(base, &mut files);
    let today = Today::parse(TODAY, judging.policy.timezone).unwrap();
    let gate = Gate {
        judge: &Judge::new(judging, today),
        ownership: ownership.as_ref(),
        files: &files,
        base: &ids,
        circumstances: Circumstances { base_day: Some(today.day), head: Some(new), documents },
        reach: Reach::All { schema: None, evidence: &|changes| Ok(evidence(head, changes)) },
    };
    let ids = |findings: Findings| -> Vec<String> {
        findings.iter().filter(|finding| finding.gates).map(|finding| finding.rule.id.to_owned()).collect()
    };
    gate.judge(|judged| ids(judged.findings)).unwrap()
}

fn rule_book(folder: &Path) -> RuleBook {
    let place = Repository::Folder(folder.to_path_buf());
    let policy = Policy::load(&place, None, rules::all()).unwrap();
    let people = policy::load_people(&place, &policy).unwrap();
    let controls = policy::load_controls(&place, &policy).unwrap();
    RuleBook { policy, people, controls }
}

/// Who owns the files, by the base's CODEOWNERS.
fn ownership(base: &Path, files: &mut Files) -> Option<Ownership> {
    let path = Codeowners::LOCATIONS[0];
    let text = fs::read_to_string(base.join(path)).ok()?;
    let file = FileId(files.add_base(vec![stopgap::files::decode(text.clone().into(), path.into())]) as u32);
    Some(Ownership { file, text: Some(text), unread: None, path: path.into(), prefix: String::new() })
}

/// What `event.json` and `reviews.json` beside base and head say; a review is of the head or of a
/// commit that nobody has.
fn evidence(head: &Path, changes: &Changes<'_>) -> Option<Evidence> {
    let read = |name: &str| fs::read(head.parent().unwrap().join(name)).ok();
    let Event::PullRequest(request) = Event::parse(&read("event.json")?).unwrap() else { panic!("no pull request") };
    let files: Vec<FileId> = decisions(changes).iter().map(|decision| decision.file).collect();
    let author = request.author.as_ref();
    let verdicts = read("reviews.json").map(|reviews| {
        let verdict = |standing: Standing<'_>| Verdict {
            login: standing.login.to_owned(),
            state: standing.state,
            commit: standing.commit.map(str::to_owned),
            submitted_at: standing.submitted_at,
            covers: (standing.commit == Some(request.head.as_str())).then(|| files.clone()),
        };
        Reviews::parse(&reviews).unwrap().standing(author).into_iter().map(verdict).collect()
    });
    Some(Evidence { author: request.author, verdicts })
}

/// Reads what lies beside the exceptions, before and after.
fn documents(base: &Path, head: &Path, files: &mut Files) -> Vec<Document> {
    let list = |folder: &Path| -> BTreeSet<String> {
        let files = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.unwrap());
        let files = files.filter(|entry| entry.file_type().is_file());
        let path = |entry: walkdir::DirEntry| entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
        files.map(path).filter(|path| !path.starts_with("exceptions/")).collect()
    };
    let mut add = |folder: &Path, path: &str| {
        let place = Repository::Folder(folder.to_path_buf());
        place.exists(path).then(|| FileId(files.add_base(vec![place.read(path).unwrap()]) as u32))
    };
    let paths: BTreeSet<String> = list(base).union(&list(head)).cloned().collect();
    paths.into_iter().map(|path| Document { base: add(base, &path), head: add(head, &path), path }).collect()
}

#[test]
fn each_rule_fires_on_its_fail_fixture_alone() {
    rules::all().par_iter().for_each(|rule| {
        let folder = fixture(rule);
        let found = if rule.judges_changes() {
            rules_found_in_change(&folder.join("base"), &folder.join("fail"))
        } else {
            rules_found(&folder.join("fail"))
        };
        assert!(!found.is_empty(), "{} does not fire", rule.id);
        assert!(found.iter().all(|id| id == rule.id), "{}: {found:?}", rule.id);
    });
}

#[test]
fn each_rule_is_silent_on_its_pass_fixture() {
    rules::all().par_iter().for_each(|rule| {
        let folder = fixture(rule);
        let found = if rule.judges_changes() {
            rules_found_in_change(&folder.join("base"), &folder.join("pass"))
        } else {
            rules_found(&folder.join("pass"))
        };
        assert!(found.is_empty(), "{}: {found:?}", rule.id);
    });
}

/// What `check` prints for the `fail` fixture.
pub(crate) fn words(rule: &Rule) -> String {
    check(&fixture(rule).join("fail"), "text").1
}

#[test]
fn the_words_of_each_finding_are_as_recorded() {
    for rule in rules::all().iter().filter(|rule| !rule.judges_changes()) {
        assert_recorded(&format!("fixtures/rules/{}", rule.id), "fail", &words(rule));
    }
}

#[test]
fn levels_decide_the_exit_code() {
    rules::all().iter().filter(|rule| !rule.judges_changes()).for_each(|rule| {
        let (code, _) = check(&fixture(rule).join("fail"), "concise");
        let fails = rule.level == Level::Error;
        assert_eq!(code, i32::from(fails), "{}", rule.id);
    });
}

#[test]
fn each_rule_has_a_folder_a_file_and_all_its_words() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for rule in rules::all() {
        let place = format!("src/rules/{}/{}", rule.family.folder(), rule.id.replace('-', "_"));
        let there = [format!("{place}.rs"), format!("{place}/mod.rs")].iter().any(|file| root.join(file).is_file());
        assert!(there, "{place}.rs");
        let whole = |text: String| text.len() > 20 && text.ends_with('.');
        assert!(rule.summary().starts_with("Reports ") && whole(rule.summary()), "{}", rule.id);
        assert!(whole(rule.why()) && whole(rule.what_to_do()), "{}", rule.id);
        assert!(rule.yields_to.iter().all(|id| rules::find(id).is_some()), "{}", rule.id);
    }
    for folder in fs::read_dir(root.join("fixtures/rules")).unwrap() {
        let name = folder.unwrap().file_name().into_string().unwrap();
        assert!(rules::find(&name).is_some(), "fixtures/rules/{name} belongs to no rule");
    }
}
