//! The documentation says what the program does: generated pages are current, and every command in
//! the README runs.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use stopgap::rule::{Family, Rule};
use stopgap::rules;

use crate::rules::words;
use crate::support::recorded::assert_page;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn stopgap(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    let output = command.env_clear().current_dir(root()).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_page_of_rules_is_current() {
    assert_page("docs/rules.md", &page_of_rules());
}

fn page_of_rules() -> String {
    let mut page = String::from(
        "# Rules\n\n<!-- Generated from the rules and their fixtures: INSTA_UPDATE=always cargo test page_of_rules -->\n\n\
         `stopgap explain RULE` prints the same words in a terminal. A policy changes a level with\n\
         `rules: {RULE: warning}`; the levels are `error`, `warning`, `note` and `off`. Each example is a file of\n\
         `fixtures/rules/` and what `stopgap check --today 2026-11-23` prints for it.\n",
    );
    let mut family: Option<Family> = None;
    for rule in rules::all() {
        if family != Some(rule.family) {
            let _ = write!(page, "\n| {} | level | |\n|---|---|---|\n", rule.family.name());
            family = Some(rule.family);
        }
        let summary = rule.summary().replace('\n', " ");
        let _ = writeln!(page, "| [`{0}`](#{0}) | {1} | {summary} |", rule.id, rule.level.name());
    }
    for rule in rules::all() {
        page.push_str(&section(rule));
    }
    page
}

fn section(rule: &Rule) -> String {
    let mut text = format!(
        "\n## {}\n\n{}, {}, since {}\n\n{}\n\n**Why.** {}\n\n**What to do.** {}\n",
        rule.id,
        rule.family.name(),
        rule.level.name(),
        rule.since,
        rule.summary(),
        rule.why(),
        rule.what_to_do()
    );
    let fixture = root().join("fixtures/rules").join(rule.id);
    text.push_str(&shown_files(&fixture));
    if rule.judges_changes() {
        text.push_str("\nThe rule judges a change (`--base`); a check of the whole register is silent about it.\n");
    } else {
        let _ = write!(text, "\n````text\n{}\n````\n", words(rule).trim_end());
    }
    text
}

/// The files of the example; for a rule that judges a change, those that differ, before and after.
fn shown_files(fixture: &Path) -> String {
    let mut text = String::new();
    for file in files(&fixture.join("base")) {
        let after = fixture.join("fail").join(file.strip_prefix(fixture.join("base")).unwrap());
        if fs::read(&after).ok() != fs::read(&file).ok() {
            text.push_str(&fenced(&file, &fixture.join("base"), " before"));
        }
    }
    for file in files(&fixture.join("fail")) {
        let before = fixture.join("base").join(file.strip_prefix(fixture.join("fail")).unwrap());
        if fs::read(&before).ok() != fs::read(&file).ok() {
            text.push_str(&fenced(&file, &fixture.join("fail"), if before.exists() { " after" } else { "" }));
        }
    }
    for name in ["event.json", "reviews.json"] {
        if fixture.join(name).exists() {
            text.push_str(&fenced(&fixture.join(name), fixture, ""));
        }
    }
    text
}

fn fenced(file: &Path, folder: &Path, when: &str) -> String {
    let name = file.strip_prefix(folder).unwrap().display().to_string();
    let language = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("yaml" | "yml") => "yaml",
        Some("json") => "json",
        _ => "text",
    };
    let content =
        fs::read_to_string(file).unwrap_or_else(|_| panic!("{name} is no text: it belongs in tests/it/hostile.rs"));
    format!("\n`{name}`{when}\n\n````{language}\n{}\n````\n", content.trim_end())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    found.sort();
    found
}

#[test]
fn explain_knows_every_rule() {
    let list = stopgap(&["explain"]);
    for rule in rules::all() {
        assert!(list.contains(rule.id), "{}", rule.id);
        let text = stopgap(&["explain", rule.id]);
        assert!(text.contains(&rule.why()) && text.contains(&rule.what_to_do()), "{}", rule.id);
    }
}

/// Pages show real output: each block after a `$ stopgap …` line is what that command prints.
#[test]
fn the_pages_show_what_the_commands_print() {
    let page = |name: &str| fs::read_to_string(root().join(name)).unwrap();
    let pages = page("README.md") + &page("docs/reminders.md");
    let mut shown = 0;
    for block in pages.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap();
        for part in block.split("$ stopgap ").skip(1) {
            let (command, expected) = part.split_once('\n').unwrap();
            let arguments: Vec<&str> = command.split_whitespace().collect();
            let printed = stopgap(&arguments);
            let mut rest = printed.as_str();
            for piece in expected.split("\n[...]\n").map(str::trim_end).filter(|piece| !piece.is_empty()) {
                let at =
                    rest.find(piece).unwrap_or_else(|| panic!("`{command}` does not print\n{piece}\nbut\n{printed}"));
                rest = &rest[at + piece.len()..];
            }
            shown += 1;
        }
    }
    assert!(shown > 1, "the pages show {shown} commands");
}

/// Words that must not drift between the parts of the product.
#[test]
fn every_policy_key_is_documented() {
    let schema: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(root().join("schema/policy.schema.json")).unwrap()).unwrap();
    let docs = fs::read_to_string(root().join("docs/policy.md")).unwrap();
    for key in schema["properties"].as_object().unwrap().keys() {
        assert!(docs.contains(&format!("`{key}`")), "docs/policy.md does not name `{key}`");
    }
}
