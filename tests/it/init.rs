//! `init` as people call it: what it writes, that it never changes existing files, and that what it writes works.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use stopgap::internal::schema::{Schema, Shipped};

use crate::support::{Run, Sandbox};

fn init(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    Run::of(sandbox.command().arg("init").args(arguments))
}

/// Every file of a sandbox with its content.
fn files(sandbox: &Sandbox) -> BTreeMap<String, Vec<u8>> {
    let top = sandbox.path("");
    let name = |path: &Path| path.strip_prefix(&top).unwrap().to_string_lossy().replace('\\', "/");
    let all = walkdir::WalkDir::new(&top).into_iter().map(Result::unwrap);
    all.filter(|it| it.file_type().is_file()).map(|it| (name(it.path()), fs::read(it.path()).unwrap())).collect()
}

#[test]
fn an_empty_folder_becomes_a_register_that_passes_without_a_finding() {
    let sandbox = Sandbox::new();
    let run = init(&sandbox, &["--owners", "@olek,@priya"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    let names: Vec<String> = files(&sandbox).into_keys().collect();
    assert_eq!(
        names,
        [
            ".github/CODEOWNERS",
            ".github/workflows/stopgap.yml",
            "exceptions/README.md",
            "schema/controls.schema.json",
            "schema/exception.schema.json",
            "schema/people.schema.json",
            "schema/policy.schema.json",
            "stopgap.yaml",
        ]
    );
    // A work tree's CODEOWNERS is looked at too.
    fs::create_dir(sandbox.path(".git")).unwrap();
    let check = Run::of(sandbox.command().args(["check", "--format", "concise", "--quiet"]));
    assert_eq!((check.code, check.stdout.as_str()), (0, ""), "{}", check.stderr);
}

#[test]
fn the_example_of_the_folder_is_an_exception_that_passes() {
    let sandbox = Sandbox::new();
    init(&sandbox, &[]);
    let readme = fs::read_to_string(sandbox.path("exceptions/README.md")).unwrap();
    let example = readme.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let modeline = example.lines().next().unwrap();
    let schema = modeline.strip_prefix("# yaml-language-server: $schema=").unwrap();
    assert!(sandbox.path("exceptions").join(schema).exists(), "{modeline}");
    sandbox.file("exceptions/payroll-vendor-hr-export.yaml", example);
    let check = Run::of(sandbox.command().args(["check", "--today", "2026-11-21", "--quiet"]));
    assert_eq!((check.code, check.stdout.as_str()), (0, ""));
}

#[test]
fn the_policy_lists_every_key_and_changes_none() {
    let sandbox = Sandbox::new();
    init(&sandbox, &[]);
    let text = fs::read_to_string(sandbox.path("stopgap.yaml")).unwrap();
    let tree = stopgap::internal::yaml::parse(&text).unwrap();
    assert_eq!(Schema::shipped(Shipped::Policy).check(&tree), Vec::new());
    assert_eq!(tree.as_map().unwrap().len(), 1, "only `version` is set");
    // What is commented out is the default, so removing the signs changes nothing.
    let all = text.replace("# yaml-language-server", "#! yaml").lines().map(uncommented).collect::<Vec<_>>().join("\n");
    let tree = stopgap::internal::yaml::parse(&all).unwrap();
    assert_eq!(Schema::shipped(Shipped::Policy).check(&tree), Vec::new(), "{all}");
    for key in ["timezone", "tiers", "exposure_tier", "renewals", "reminders", "copied_reason", "back_dating", "rules"]
    {
        assert!(tree.get(key).is_some(), "{key}");
    }
    let default = stopgap::internal::policy::Policy::default();
    assert_eq!(tree.get("tiers").unwrap().get("high").unwrap().as_text(), Some("7d"));
    assert_eq!(default.max_renewals.to_string(), tree.get("renewals").unwrap().get("max").unwrap().as_text().unwrap());
}

/// Removes the sign from a line such as `# timezone: UTC`.
fn uncommented(line: &str) -> String {
    match line.strip_prefix("# ").and_then(|rest| Some((rest, rest.split_once(": ")?.0))) {
        Some((rest, key)) if key.chars().all(|c| c.is_ascii_lowercase() || c == '_') => rest.to_owned(),
        _ => line.to_owned(),
    }
}

#[test]
fn existing_files_are_never_changed_and_it_can_be_run_twice() {
    let sandbox = Sandbox::new();
    sandbox
        .file("stopgap.yaml", "exceptions: security/register\n")
        .file("CODEOWNERS", "/security/ @olek @priya\n")
        .file("schema/exception.schema.json", "{}\n");
    let before = files(&sandbox);
    let run = init(&sandbox, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let after = files(&sandbox);
    assert!(before.iter().all(|(name, content)| after[name] == *content));
    assert!(after.contains_key("security/register/README.md"));
    assert!(String::from_utf8_lossy(&after["security/register/README.md"]).contains("=../../schema/exception"));
    assert!(
        run.stdout.contains("put these lines into CODEOWNERS") && run.stdout.contains("/stopgap.yaml"),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains("/security/register/ "), "it is owned already: {}", run.stdout);
    let again = init(&sandbox, &[]);
    assert_eq!(again.code, 0);
    assert!(again.stdout.contains("everything was there already"), "{}", again.stdout);
    assert_eq!(files(&sandbox), after);
}

#[test]
fn code_owners_are_given_all_of_the_rule_book() {
    let sandbox = Sandbox::new();
    sandbox.file("stopgap.yaml", "schema: rules/house.json\npeople: staff.yaml\n").file("rules/house.json", "{}");
    sandbox.file("staff.yaml", "people: [{handle: \"@olek\"}]\n");
    let run = init(&sandbox, &["--owners", "@olek,@priya"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let owners = fs::read_to_string(sandbox.path(".github/CODEOWNERS")).unwrap();
    let owned: Vec<&str> = owners.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(owned[..5], ["/exceptions/", "/stopgap.yaml", "/staff.yaml", "/controls.yaml", "/rules/house.json"]);
}

#[test]
fn a_dry_run_shows_what_would_be_written_and_writes_nothing() {
    let sandbox = Sandbox::new();
    let run = init(&sandbox, &["--dry-run"]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("new    stopgap.yaml"), "{}", run.stdout);
    assert_eq!(files(&sandbox).len(), 0);
}

#[test]
fn owners_are_not_invented() {
    let sandbox = Sandbox::new();
    let run = init(&sandbox, &[]);
    assert!(!sandbox.path(".github/CODEOWNERS").exists());
    assert!(run.stdout.contains("/exceptions/         OWNERS"), "{}", run.stdout);
    for owner in ["olek", "@", "@a @b", "@a # x"] {
        let run = init(&sandbox, &["--owners", owner]);
        assert_eq!(run.code, 2, "{owner}: {}", run.stdout);
    }
}

#[test]
fn gitlab_gets_its_job_and_an_own_pipeline_is_left_alone() {
    let sandbox = Sandbox::new();
    assert_eq!(init(&sandbox, &["--ci", "gitlab", "--owners", "@olek,@priya"]).code, 0);
    assert!(sandbox.path(".gitlab-ci.yml").exists() && sandbox.path("CODEOWNERS").exists());
    assert!(!sandbox.path(".github").exists());
    assert!(fs::read_to_string(sandbox.path("stopgap.yaml")).unwrap().contains("\nforge: gitlab\n"));
    let role = Sandbox::new();
    assert_eq!(init(&role, &["--ci", "gitlab", "--owners", "@@maintainer,@acme/a/b"]).code, 0);
    assert_eq!(init(&Sandbox::new(), &["--ci", "github", "--owners", "@@maintainer"]).code, 2);
    let own = Sandbox::new();
    own.file(".gitlab-ci.yml", "test: {script: [make]}\n");
    let run = init(&own, &[]);
    assert!(run.stdout.contains("add this job to .gitlab-ci.yml"), "{}", run.stdout);
    assert_eq!(fs::read_to_string(own.path(".gitlab-ci.yml")).unwrap(), "test: {script: [make]}\n");
    let none = Sandbox::new();
    init(&none, &["--ci", "none"]);
    assert!(!none.path(".github").exists() && !none.path(".gitlab-ci.yml").exists());
}

#[test]
fn only_the_named_action_gets_into_the_workflow() {
    let sandbox = Sandbox::new();
    assert_eq!(init(&sandbox, &["--action", "acme/stopgap@v0.1.0"]).code, 0);
    let text = fs::read_to_string(sandbox.path(".github/workflows/stopgap.yml")).unwrap();
    assert!(text.contains("\n      - uses: acme/stopgap@v0.1.0\n") && !text.contains("cargo install"), "{text}");
    for action in ["acme/stopgap", "acme@v1", "a/b@v1\n      - run: x", "a/b@${{ x }}"] {
        assert_eq!(init(&Sandbox::new(), &["--action", action]).code, 2, "{action}");
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let (sandbox, outside) = (Sandbox::new(), Sandbox::new());
    std::os::unix::fs::symlink(outside.path(""), sandbox.path("schema")).unwrap();
    let run = init(&sandbox, &[]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!(run.stderr.contains("links are never followed"), "{}", run.stderr);
    assert_eq!(files(&outside).len(), 0);
}

#[test]
fn a_register_below_the_top_does_not_get_its_own_job() {
    let sandbox = Sandbox::new();
    fs::create_dir_all(sandbox.path(".git")).unwrap();
    fs::create_dir_all(sandbox.path("team/a")).unwrap();
    let run = init(&sandbox, &["--root", "team/a", "--owners", "@olek,@priya"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!sandbox.path("team/a/.github").exists());
    assert!(run.stdout.contains("/team/a/exceptions/"), "{}", run.stdout);
    assert!(run.stdout.contains("at the top of the repository"), "{}", run.stdout);
}
