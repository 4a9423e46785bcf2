//! `doctor` on whole set-ups: what it says about a sound one, a fresh one, broken ones, and answers that it cannot
//! read.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use stopgap::internal::doctor::Check;

use crate::support::git::Repo;
use crate::support::recorded::assert_recorded;
use crate::support::{Run, Sandbox, schema};

pub(crate) const ACTION: &str = "acme/stopgap@1111111111111111111111111111111111111111";
const PEOPLE: &str = "\
people:
  - {handle: \"@olek\", name: Olek Bielak}
  - {handle: \"@priya\", name: Priya Nair}
teams:
  \"@acme/security\": [\"@olek\", \"@priya\"]
";
pub(crate) const WORKFLOW: &str = ".github/workflows/stopgap.yml";

/// A repository as `init` leaves it, with a roster.
pub(crate) fn sound() -> Sandbox {
    let sandbox = Sandbox::new();
    let arguments = ["init", "--owners", "@acme/security", "--action", ACTION];
    assert_eq!(Run::of(sandbox.command().args(arguments)).code, 0);
    sandbox.file("people.yaml", PEOPLE);
    sandbox
}

/// Replaces a text of a file, which must be there.
pub(crate) fn edit(sandbox: &Sandbox, path: &str, old: &str, new: &str) {
    let text = fs::read_to_string(sandbox.path(path)).unwrap();
    assert!(text.contains(old), "{path} holds no {old:?}:\n{text}");
    sandbox.file(path, text.replace(old, new));
}

pub(crate) fn doctor(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    Run::of(sandbox.command().arg("doctor").args(arguments))
}

/// Runs the doctor with saved answers.
pub(crate) fn with_settings(sandbox: &Sandbox, answers: &[Value], arguments: &[&str]) -> Run {
    sandbox.file("settings.json", answers.iter().map(|answer| format!("{answer}\n")).collect::<String>());
    doctor(sandbox, &[&["--rulesets", "settings.json"], arguments].concat())
}

fn rule(kind: &str, parameters: Value) -> Value {
    json!({"type": kind, "parameters": parameters, "ruleset_source_type": "Repository",
           "ruleset_source": "acme/register", "ruleset_id": 42})
}

fn reviews(code_owners: bool, stale: bool) -> Value {
    rule(
        "pull_request",
        json!({"dismiss_stale_reviews_on_push": stale, "require_code_owner_review": code_owners,
               "require_last_push_approval": false, "required_approving_review_count": 1,
               "required_review_thread_resolution": false}),
    )
}

fn checks(context: &str, app: Value, strict: bool) -> Value {
    let check = json!({"context": context, "integration_id": app});
    rule(
        "required_status_checks",
        json!({"required_status_checks": [check], "strict_required_status_checks_policy": strict}),
    )
}

fn bare(kind: &str) -> Value {
    json!({"type": kind, "ruleset_id": 42, "ruleset_source_type": "Repository", "ruleset_source": "acme/register"})
}

pub(crate) fn ruleset(bypass: &Value) -> Value {
    json!({"id": 42, "name": "main", "target": "branch", "source_type": "Repository", "source": "acme/register",
           "enforcement": "active", "bypass_actors": bypass, "rules": [],
           "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}})
}

/// What GitHub answers if everything is set as docs/doctor.md asks.
pub(crate) fn good_settings() -> Vec<Value> {
    let rules = json!([
        reviews(true, true),
        checks("Exceptions", json!(15368), true),
        bare("non_fast_forward"),
        bare("deletion"),
    ]);
    vec![rules, ruleset(&json!([])), json!({"message": "Branch not protected", "status": "404"})]
}

/// Returns the status of a check in the JSON; the worst if it has several lines.
pub(crate) fn status(run: &Run, check: &str) -> String {
    let document: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}{}", run.stdout, run.stderr));
    let lines = document["lines"].as_array().unwrap().iter().filter(|line| line["check"] == check);
    let mut all: Vec<&str> = lines.map(|line| line["status"].as_str().unwrap()).collect();
    all.sort_by_key(|status| ["wrong", "unknown", "advice", "ok"].iter().position(|other| other == status));
    all.first().map_or_else(|| "none".to_owned(), |status| (*status).to_owned())
}

fn record(name: &str, run: &Run) {
    assert_eq!(run.stderr, "", "{name}");
    let wide = run.stdout.lines().find(|line| line.chars().count() > 80);
    assert_eq!(wide, None, "{name}: wider than 80 columns");
    assert_recorded("fixtures/doctor", name, &format!("{}exit code {}\n", run.stdout, run.code));
}

#[test]
fn a_sound_set_up_is_ok_in_every_line() {
    let sandbox = sound();
    let run = with_settings(&sandbox, &good_settings(), &[]);
    record("sound", &run);
    assert_eq!(run.code, 0);
    let json = with_settings(&sandbox, &good_settings(), &["--format", "json"]);
    let document: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(document["summary"], json!({"ok": 24, "wrong": 0, "advice": 0, "unknown": 0}), "{}", json.stdout);
    assert_eq!((&document["version"], &document["branch"]), (&json!(1), &json!("main")));
}

#[test]
fn a_fresh_set_up_lacks_only_what_people_must_do() {
    let sandbox = Sandbox::new();
    let init = ["init", "--owners", "@olek,@priya", "--action", ACTION];
    assert_eq!(Run::of(sandbox.command().args(init)).code, 0);
    let run = doctor(&sandbox, &[]);
    record("fresh", &run);
    assert_eq!(run.code, 0);
    let team = Sandbox::new();
    let run = Run::of(team.command().args(["init", "--owners", "@acme/security"]));
    record(
        "init",
        &Run { stdout: run.stdout.replace(team.path("").to_str().unwrap().trim_end_matches('/'), "FOLDER"), ..run },
    );
}

/// Whatever `init` writes, the doctor understands; and it says what fails and what somebody could exchange.
#[test]
fn each_way_to_get_stopgap_is_told_apart() {
    let commit = "1".repeat(40);
    let source = format!("https://git.example.com/acme/stopgap@{commit}");
    let image = format!("acme/stopgap@sha256:{}", "ab".repeat(32));
    let of = |arguments: &[&str]| {
        let sandbox = Sandbox::new();
        let init = [&["init", "--owners", "@olek,@priya"], arguments].concat();
        assert_eq!(Run::of(sandbox.command().args(init)).code, 0);
        sandbox
    };
    let job = ["request-gate", "sign-off", "register-check", "history", "fails", "whole-history"];
    for (arguments, pinned) in [
        (&["--source", source.as_str()][..], "ok"),
        (&["--image", &image], "ok"),
        (&[], "wrong"),
        (&["--ci", "gitlab", "--source", &source], "advice"),
        (&["--ci", "gitlab", "--image", &image], "ok"),
        (&["--ci", "gitlab"], "wrong"),
    ] {
        let run = doctor(&of(arguments), &["--format", "json"]);
        assert_eq!(status(&run, "pinned"), pinned, "{arguments:?}: {}", run.stdout);
        for check in job {
            assert_eq!(status(&run, check), "ok", "{arguments:?} {check}: {}", run.stdout);
        }
    }
    let gitlab = ".gitlab/stopgap.yml";
    for (arguments, file, old, new, check, said) in [
        (&["--source", source.as_str()][..], WORKFLOW, commit.as_str(), "main", "pinned", "wrong"),
        (&["--image", &image], WORKFLOW, &image, "acme/stopgap:1", "pinned", "wrong"),
        (&["--ci", "gitlab", "--source", &source], gitlab, &commit, "main", "pinned", "wrong"),
        (
            &["--ci", "gitlab", "--image", &image],
            gitlab,
            "SIGN_OFF='required'",
            "SIGN_OFF='optional'",
            "fails",
            "wrong",
        ),
        (&["--ci", "gitlab", "--image", &image], gitlab, "exit \"$code\"", "exit 0", "fails", "wrong"),
        (
            &["--ci", "gitlab", "--image", &image],
            gitlab,
            "GIT_DEPTH: \"0\"",
            "GIT_DEPTH: \"1\"",
            "whole-history",
            "wrong",
        ),
    ] {
        let sandbox = of(arguments);
        edit(&sandbox, file, old, new);
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, check), said, "{arguments:?} {new}: {}", run.stdout);
    }
}

/// What the policy asks for beside the register needs a job of its own.
#[test]
fn a_policy_that_no_job_follows_is_told() {
    for arguments in [&[][..], &["--ci", "gitlab"]] {
        let sandbox = Sandbox::new();
        let init = [&["init", "--owners", "@olek,@priya"], arguments].concat();
        assert_eq!(Run::of(sandbox.command().args(init)).code, 0);
        assert_eq!(status(&doctor(&sandbox, &["--format", "json"]), "beside"), "none");
        let policy = fs::read_to_string(sandbox.path("stopgap.yaml")).unwrap();
        sandbox.file("stopgap.yaml", policy.clone() + "\nsync: {trivy: .trivyignore.yaml}\n");
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, "beside"), "advice", "{}", run.stdout);
        assert!(run.stdout.contains("no job runs `stopgap sync --check`"), "{}", run.stdout);
        match arguments {
            [] => {
                let job = "name: files\non: pull_request\njobs:\n  files:\n    runs-on: ubuntu-24.04\n    steps:\n      \
                           - run: stopgap sync --check\n";
                sandbox.file(".github/workflows/files.yml", job);
            }
            _ => {
                let text = fs::read_to_string(sandbox.path(".gitlab/stopgap.yml")).unwrap();
                let job = "\nfiles:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"\n  script:\n    \
                           - stopgap sync --check\n";
                sandbox.file(".gitlab/stopgap.yml", text + job);
            }
        }
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, "beside"), "none", "{}", run.stdout);
    }
}

#[test]
fn this_repository_is_told_that_it_has_no_gate() {
    let repo = Repo::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["ci.yml", "release.yml"] {
        let path = format!(".github/workflows/{name}");
        repo.write(&path, &fs::read_to_string(root.join(&path)).unwrap());
    }
    for name in ["exception", "policy", "people", "controls", "baseline", "suppressions"] {
        repo.write(&format!("schema/{name}.schema.json"), &schema::text(name));
    }
    repo.commit("The source of stopgap");
    let mut command = Sandbox::new().command();
    let run = Run::of(command.env("PATH", std::env::var_os("PATH").unwrap()).current_dir(repo.path()).arg("doctor"));
    record("this-repository", &run);
    assert_eq!(run.code, 1);
}

#[test]
fn a_workflow_that_passes_whatever_happens_is_reported() {
    let sandbox = sound();
    edit(&sandbox, WORKFLOW, "    # `edited` judges a pull request again when it gets another base branch.\n", "");
    edit(&sandbox, WORKFLOW, "    types: [opened, synchronize, reopened, edited]\n", "    paths: [exceptions/**]\n");
    edit(&sandbox, WORKFLOW, "  pull_request_review:\n    types: [submitted, dismissed]\n", "");
    edit(&sandbox, WORKFLOW, "  schedule:\n    - cron: \"17 5 * * *\"\n", "");
    edit(&sandbox, WORKFLOW, "permissions: {}\n", "permissions: write-all\n");
    edit(
        &sandbox,
        WORKFLOW,
        "    permissions:\n      contents: read # the register and its history\n      pull-requests: read # who approved\n",
        "    continue-on-error: true\n",
    );
    edit(&sandbox, WORKFLOW, "          fetch-depth: 0\n", "");
    edit(&sandbox, WORKFLOW, "@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7");
    edit(&sandbox, WORKFLOW, ACTION, "acme/stopgap@v0.1.0");
    let run = doctor(&sandbox, &[]);
    record("soft-workflow", &run);
    assert_eq!(run.code, 1);
}

#[test]
fn a_soft_scan_gate_is_reported_beside_a_sound_one() {
    let lines = |run: &Run| run.stdout.lines().filter(|line| line.contains("lets the ")).count();
    for (step, found) in [
        ("stopgap enforce results.sarif", 0),
        ("stopgap enforce results.sarif || true", 1),
        ("stopgap sync --check --today 2026-01-01", 1),
        ("stopgap suppressions --check | tee log", 1),
        ("stopgap sync || true", 0),
    ] {
        let sandbox = sound();
        let before = doctor(&sandbox, &[]);
        let scan = format!("on: push\njobs:\n  scan:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: {step}\n");
        sandbox.file(".github/workflows/scan.yml", scan);
        let after = doctor(&sandbox, &[]);
        assert_eq!((lines(&before), lines(&after)), (0, found), "{step}: {}", after.stdout);
    }
    // It is no gate of the register.
    let sandbox = sound();
    fs::remove_file(sandbox.path(WORKFLOW)).unwrap();
    let scan = "on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps: [{run: stopgap sync --check}]\n";
    sandbox.file(".github/workflows/scan.yml", scan);
    assert!(doctor(&sandbox, &[]).stdout.contains("no workflow runs stopgap"));
}

#[test]
fn a_hook_alone_is_the_weaker_form() {
    let sandbox = sound();
    fs::remove_file(sandbox.path(WORKFLOW)).unwrap();
    let hooks = "repos:\n  - repo: https://github.com/acme/stopgap\n    rev: v0.1.0\n    hooks: [{id: stopgap}]\n";
    sandbox.file(".pre-commit-config.yaml", hooks);
    let run = doctor(&sandbox, &[]);
    record("hook-alone", &run);
    assert_eq!(run.code, 1);
}

#[test]
fn owners_who_cannot_act_are_named() {
    let sandbox = sound();
    sandbox.file(
        ".github/CODEOWNERS",
        "/exceptions/ @acme/security\n/stopgap.yaml @olek\n/people.yaml @acme/ops @olek\n/.github/ @priya @dana\n",
    );
    sandbox.file(
        "people.yaml",
        "people:\n  - {handle: \"@olek\"}\n  - {handle: \"@priya\", left: 2020-01-31}\n\
         teams:\n  \"@acme/security\": [\"@olek\", \"@priya\"]\n",
    );
    sandbox.file("schema/exception.schema.json", "{}\n");
    fs::remove_file(sandbox.path("schema/controls.schema.json")).unwrap();
    let run = doctor(&sandbox, &[]);
    record("owners", &run);
    assert_eq!(run.code, 1);
}

#[test]
fn settings_that_require_nothing_are_named_with_the_switch_to_turn() {
    let sandbox = sound();
    let rules = json!([reviews(false, false), checks("build", json!(null), false)]);
    let bypass = json!([
        {"actor_id": 4, "actor_type": "RepositoryRole", "bypass_mode": "always"},
        {"actor_id": null, "actor_type": "OrganizationAdmin", "bypass_mode": "pull_request"},
    ]);
    let not_protected = json!({"message": "Branch not protected", "status": "404"});
    let mut idle = ruleset(&json!([]));
    (idle["id"], idle["name"], idle["enforcement"]) = (json!(43), json!("tried out"), json!("evaluate"));
    let run = with_settings(&sandbox, &[rules, ruleset(&bypass), idle, not_protected], &[]);
    record("loose-settings", &run);
    assert_eq!(run.code, 1);
}

#[test]
fn a_workflow_outside_the_safe_subset_is_never_ok() {
    let sandbox = sound();
    edit(&sandbox, WORKFLOW, "permissions: {}\n", "permissions: &none {}\n");
    let run = doctor(&sandbox, &[]);
    record("unreadable-workflow", &run);
    assert_eq!(run.code, 1);
}

#[test]
fn a_gitlab_project_is_examined_as_such() {
    let sandbox = Sandbox::new();
    sandbox
        .file("exceptions/README.md", "The register.\n")
        .file("stopgap.yaml", "version: 1\n")
        .file("CODEOWNERS", "* @olek @priya\n")
        .file("people.yaml", PEOPLE)
        .file(
            ".gitlab-ci.yml",
            "include:\n  - component: $CI_SERVER_FQDN/acme/stopgap/stopgap@~latest\n    inputs:\n      image: acme/stopgap:1\n",
        );
    let project = json!({"id": 5, "path_with_namespace": "acme/register", "default_branch": "trunk",
        "only_allow_merge_if_pipeline_succeeds": true, "allow_merge_on_skipped_pipeline": true,
        "merge_method": "merge", "ci_default_git_depth": 20, "ci_config_path": null});
    let level = |level: Value, who: &str| json!({"id": 1, "access_level": level, "access_level_description": who});
    let branches = json!([
        {"id": 1, "name": "tr*", "push_access_levels": [level(json!(40), "Maintainers"), level(json!(null), "Deploy bot")],
         "merge_access_levels": [level(json!(40), "Maintainers")], "allow_force_push": false,
         "code_owner_approval_required": false},
        {"id": 2, "name": "release", "push_access_levels": [level(json!(0), "No one")], "merge_access_levels": [],
         "allow_force_push": true, "code_owner_approval_required": true},
    ]);
    let approvals = json!({"approvals_before_merge": 0, "reset_approvals_on_push": false,
        "selective_code_owner_removals": false, "merge_requests_author_approval": true,
        "merge_requests_disable_committers_approval": false});
    let rules = json!([{"id": 1, "name": "Security", "rule_type": "regular", "approvals_required": 2,
        "eligible_approvers": [{"id": 7, "username": "olek"}]}]);
    let schedules = json!([{"id": 1, "ref": "refs/heads/trunk", "cron": "17 5 * * *", "active": false}]);
    let run = with_settings(&sandbox, &[project, branches, approvals, rules, schedules], &[]);
    record("gitlab", &run);
    assert_eq!(run.code, 1);
}

#[test]
fn a_sound_gitlab_project_is_ok() {
    let sandbox = Sandbox::new();
    let image = format!("acme/stopgap@sha256:{}", "ab".repeat(32));
    let component = format!("acme/stopgap/stopgap@{}", "1".repeat(40));
    let init = ["init", "--ci", "gitlab", "--owners", "@olek,@priya", "--component", &component, "--image", &image];
    assert_eq!(Run::of(sandbox.command().args(init)).code, 0);
    sandbox.file("people.yaml", PEOPLE);
    let no_one = json!([{"access_level": 0, "access_level_description": "No one"}]);
    let answers = [
        json!({"path_with_namespace": "a/b", "default_branch": "main", "only_allow_merge_if_pipeline_succeeds": true,
               "allow_merge_on_skipped_pipeline": null, "merge_method": "ff",
               "ci_pipeline_variables_minimum_override_role": "no_one_allowed"}),
        json!([{"name": "main", "push_access_levels": no_one, "allow_force_push": false,
                "code_owner_approval_required": true}]),
        json!({"reset_approvals_on_push": true, "merge_requests_author_approval": false,
               "merge_requests_disable_committers_approval": true}),
        json!([]),
        json!([{"ref": "main", "cron": "17 5 * * *", "active": true}]),
    ];
    let run = with_settings(&sandbox, &answers, &[]);
    record("gitlab-sound", &run);
    assert_eq!(run.code, 0);
    for (cron, expected) in [
        ("0 0 30 2 *", "wrong"),
        ("17 5 1 * *", "wrong"),
        ("17 5 * * 1", "ok"),
        ("0 5 * * mon#1", "unknown"),
        ("nonsense", "unknown"),
    ] {
        let mut answers = answers.clone();
        answers[4] = json!([{"ref": "main", "cron": cron, "active": true}]);
        let run = with_settings(&sandbox, &answers, &["--format", "json"]);
        assert_eq!(status(&run, "on-schedule"), expected, "{cron}: {}", run.stdout);
    }
}

/// The last push may be approved by anybody who may write, and the owner's approval of what was there before stays.
#[test]
fn an_approval_of_the_last_push_is_not_an_owner_s() {
    let sandbox = sound();
    let mut reviews = reviews(true, false);
    reviews["parameters"]["require_last_push_approval"] = json!(true);
    let run = with_settings(&sandbox, &[json!([reviews])], &["--format", "json"]);
    assert_eq!(status(&run, "stale-approvals"), "advice", "{}", run.stdout);
}

#[test]
fn classic_branch_protection_counts_as_much_as_rulesets() {
    let sandbox = sound();
    let protection = json!({
        "url": "https://api.github.com/repos/acme/register/branches/main/protection",
        "required_status_checks": {"strict": true, "contexts": ["Exceptions"],
                                   "checks": [{"context": "Exceptions", "app_id": 15368}]},
        "enforce_admins": {"url": "https://api.github.com/x", "enabled": true},
        "required_pull_request_reviews": {"dismiss_stale_reviews": true, "require_code_owner_reviews": true,
            "required_approving_review_count": 1, "require_last_push_approval": false},
        "allow_force_pushes": {"enabled": false}, "allow_deletions": {"enabled": false},
    });
    let run = with_settings(&sandbox, &[json!([]), protection.clone()], &["--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    for check in
        ["check-required", "code-owner-review", "stale-approvals", "bypass", "force-push", "deletion", "up-to-date"]
    {
        assert_eq!(status(&run, check), "ok", "{check}: {}", run.stdout);
    }
    let mut soft = protection;
    soft["enforce_admins"]["enabled"] = json!(false);
    soft["required_pull_request_reviews"]["bypass_pull_request_allowances"] =
        json!({"users": [{"login": "dana"}], "teams": [], "apps": [{"slug": "renovate"}]});
    soft["allow_force_pushes"]["enabled"] = json!(true);
    let run = with_settings(&sandbox, &[json!([]), soft], &["--format", "json"]);
    assert_eq!(
        (run.code, status(&run, "bypass").as_str(), status(&run, "force-push").as_str()),
        (1, "advice", "wrong")
    );
    assert!(run.stdout.contains("`dana`, the app `renovate`"), "{}", run.stdout);
}

#[test]
fn what_was_not_saved_is_unknown_and_not_ok() {
    let sandbox = sound();
    let hidden = json!({"id": 42, "name": "main", "enforcement": "active", "rules": []});
    for (answers, unknown) in [
        (vec![json!([bare("deletion")])], vec!["check-required", "code-owner-review", "stale-approvals", "bypass"]),
        (vec![good_settings()[0].clone(), hidden], vec!["bypass"]),
        (vec![ruleset(&json!([]))], vec!["check-required", "force-push"]),
        (vec![json!([])], vec!["check-required", "force-push", "deletion"]),
    ] {
        let run = with_settings(&sandbox, &answers, &["--format", "json"]);
        for check in unknown {
            assert_eq!(status(&run, check), "unknown", "{check}: {}", run.stdout);
        }
    }
}

#[test]
fn one_defect_is_seen_in_the_line_that_is_about_it() {
    let command_workflow = || {
        let sandbox = Sandbox::new();
        let image = format!("acme/stopgap@sha256:{}", "ab".repeat(32));
        let init = ["init", "--owners", "@acme/security", "--image", &image];
        assert_eq!(Run::of(sandbox.command().args(init)).code, 0);
        sandbox.file("people.yaml", PEOPLE);
        sandbox
    };
    for (old, new, check, said) in [
        (
            "types: [opened, synchronize, reopened, edited]",
            "types: [opened, synchronize, reopened]",
            "on-edited",
            "wrong",
        ),
        ("types: [opened, synchronize, reopened, edited]", "branches: [dev]", "on-requests", "wrong"),
        ("types: [opened, synchronize, reopened, edited]", "branches: ['m*']", "on-requests", "ok"),
        ("types: [opened, synchronize, reopened, edited]", "branches-ignore: [main]", "on-requests", "wrong"),
        ("  pull_request:\n", "  pull_request_target:\n", "on-requests", "wrong"),
        ("    types: [submitted, dismissed]\n", "    types: [submitted]\n", "on-reviews", "advice"),
        ("if: startsWith(github.event_name, 'pull_request')", "if: github.actor == 'x'", "on-requests", "unknown"),
        ("if: startsWith(github.event_name, 'pull_request')", "if: false", "on-requests", "wrong"),
        ("    runs-on: ubuntu-24.04\n", "    runs-on: ubuntu-24.04\n    needs: [build]\n", "fails", "wrong"),
        (
            "    runs-on: ubuntu-24.04\n",
            "    runs-on: ubuntu-24.04\n    needs: [build]\n    if: always()\n",
            "fails",
            "ok",
        ),
        (
            "    runs-on: ubuntu-24.04\n",
            "    runs-on: ubuntu-24.04\n    needs: [build]\n    if: ${{ !cancelled() && !failure() }}\n",
            "fails",
            "wrong",
        ),
        (
            "    runs-on: ubuntu-24.04\n",
            "    runs-on: ubuntu-24.04\n    continue-on-error: ${{ false }}\n",
            "fails",
            "ok",
        ),
        ("uses: actions/checkout@", "uses: Actions/Checkout@", "whole-history", "ok"),
        ("    runs-on: ubuntu-24.04\n", "    runs-on: ubuntu-24.04\n    continue-on-error: false\n", "fails", "ok"),
        ("check --base auto --event", "check --event", "request-gate", "wrong"),
        (" --reviews \"$RUNNER_TEMP/reviews.json\"", "", "sign-off", "wrong"),
        ("--output markdown=\"$GITHUB_STEP_SUMMARY\"", "|| true", "fails", "wrong"),
        ("--output markdown=\"$GITHUB_STEP_SUMMARY\"", "| tee log", "fails", "wrong"),
        ("          container=$(docker create ", "          cargo install stopgap\n          (", "pinned", "wrong"),
        (
            "          container=$(docker create ",
            "          cargo install stopgap@0.1.0\n          (",
            "pinned",
            "advice",
        ),
        ("pull-requests: read", "pull-requests: write", "permissions", "wrong"),
        ("      pull-requests: read # who approved\n", "", "permissions", "wrong"),
        ("fetch-depth: 0", "fetch-depth: 2", "whole-history", "wrong"),
        ("fetch-depth: 0", "fetch-depth: ${{ vars.DEPTH }}", "whole-history", "unknown"),
        ("          fetch-depth: 0\n", "          fetch-depth: 0\n          ref: main\n", "whole-history", "wrong"),
        ("run: stopgap history --format github", "run: echo stopgap history", "history", "wrong"),
        ("run: stopgap history --format github", "run: stopgap history || true", "history", "wrong"),
        ("run: stopgap history --format github", "run: make", "history", "wrong"),
        ("always() && github.event_name == 'schedule'", "github.event_name == 'push'", "history", "ok"),
        ("always() && github.event_name == 'schedule'", "github.event_name == 'release'", "history", "wrong"),
        (
            "run: stopgap check --format github --output",
            "run: stopgap check --base auto --output",
            "register-check",
            "wrong",
        ),
        ("merge_group:\n", "workflow_call:\n", "gate-present", "ok"),
    ] {
        let sandbox = command_workflow();
        edit(&sandbox, WORKFLOW, old, new);
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, check), said, "{new}: {}", run.stdout);
        assert_eq!(run.code, i32::from(run.stdout.contains("\"wrong\",")), "{new}");
    }
}

#[test]
fn inputs_of_the_action_are_read() {
    for (inputs, check, said) in [
        ("fail-on: never", "fails", "wrong"),
        ("sign-off: optional", "fails", "wrong"),
        ("Fail-On: never", "fails", "wrong"),
        ("fail-on: warning", "fails", "ok"),
        ("fail-on: ${{ vars.X }}", "fails", "unknown"),
        ("sign-off: required", "fails", "ok"),
        ("sign-off: ${{ vars.X }}", "fails", "unknown"),
        ("mode: ${{ vars.X }}", "fails", "unknown"),
        ("base: auto", "fails", "ok"),
        ("base: HEAD", "fails", "wrong"),
        ("base: ${{ github.sha }}", "fails", "wrong"),
        ("base: HEAD^2", "fails", "unknown"),
        ("policy: lax.yaml", "fails", "unknown"),
        ("policy: stopgap.yaml", "fails", "ok"),
        ("today: ${{ vars.T }}", "fails", "wrong"),
        ("mode: register", "request-gate", "wrong"),
        ("mode: change", "register-check", "wrong"),
        ("root: other", "gate-present", "wrong"),
        ("root: ./", "gate-present", "ok"),
        ("comment: true", "permissions", "wrong"),
        ("comment: false", "permissions", "ok"),
    ] {
        let sandbox = sound();
        edit(
            &sandbox,
            WORKFLOW,
            "        id: stopgap\n",
            &format!("        id: stopgap\n        with:\n          {inputs}\n"),
        );
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, check), said, "{inputs}: {}", run.stdout);
    }
}

/// Returns a repository as `init` leaves it whose workflow runs the commands themselves.
pub(crate) fn of_commands() -> Sandbox {
    let sandbox = Sandbox::new();
    let source = format!("https://git.example.com/acme/stopgap@{}", "1".repeat(40));
    let init = ["init", "--owners", "@acme/security", "--source", &source];
    assert_eq!(Run::of(sandbox.command().args(init)).code, 0);
    sandbox.file("people.yaml", PEOPLE);
    sandbox
}

const CHECK: &str =
    "stopgap check --base auto --event \"$GITHUB_EVENT_PATH\" --reviews \"$RUNNER_TEMP/reviews.json\" --format github";

/// Puts other lines in the place of those that check a pull request.
fn with_lines(sandbox: &Sandbox, lines: &[&str]) {
    let written = format!(
        "          {} \\\n            --format github --output markdown=\"$GITHUB_STEP_SUMMARY\"\n",
        CHECK.trim_end_matches(" --format github")
    );
    let lines: String = lines.iter().map(|line| format!("          {}\n", line.replace("CHECK", CHECK))).collect();
    edit(sandbox, WORKFLOW, &written, &lines);
}

/// Only a plain shape certainly gates, and what is not certain is never called ok.
#[test]
fn a_script_that_may_pass_all_the_same_is_never_ok() {
    for (lines, said) in [
        (&["CHECK"][..], "ok"),
        (&["make", "CHECK", "make"], "ok"),
        (&["CHECK && make"], "ok"),
        (&["CHECK || exit 1", "make"], "ok"),
        (&["set -o pipefail", "CHECK | tee log", "make"], "ok"),
        (&["CHECK && echo ok", "echo done"], "unknown"),
        (&["set +eu", "CHECK", "echo done"], "wrong"),
        (&["set +e; CHECK", "echo done"], "wrong"),
        (&["set +o errexit", "CHECK", "echo done"], "wrong"),
        (&["if [ -n \"$GATE\" ]; then", "  CHECK", "fi"], "unknown"),
        (&["[ -z \"$SKIP\" ] && CHECK", "echo done"], "unknown"),
        (&["exit 0", "CHECK"], "unknown"),
        (&["gate() {", "  CHECK", "}"], "unknown"),
        (&["cat <<'X'", "CHECK", "X"], "unknown"),
        (&["trap 'exit 0' EXIT", "CHECK"], "unknown"),
        (&["CHECK || exit \"0\""], "unknown"),
        (&["CHECK || exit $((0))"], "unknown"),
        (&["bash -c 'CHECK; true'"], "unknown"),
        (&["code=0", "CHECK || code=$?", "code=0", "exit $code"], "unknown"),
        (&["if ! CHECK; then", "  echo see above", "  exit 1", "fi"], "unknown"),
        (&["if ! CHECK; then", "  echo see above", "fi"], "wrong"),
        (&["command CHECK"], "ok"),
        (&["command -v CHECK"], "unknown"),
        (&["sudo -E CHECK"], "ok"),
        (&["sudo -b CHECK"], "unknown"),
        (&["sudo -l CHECK"], "unknown"),
        (&["env --help CHECK"], "unknown"),
        (&["timeout --help CHECK"], "unknown"),
        (&["docker image ls CHECK"], "unknown"),
        (&["time command -v CHECK"], "unknown"),
        (&["sudo -E env A=b CHECK"], "ok"),
        (&["docker run --entrypoint=/bin/true alpine CHECK"], "unknown"),
        (&["CHECK --ignore approval-missing"], "unknown"),
        (&["CHECK --select expired"], "unknown"),
        (&["CHECK --policy lax.yaml"], "unknown"),
        (&["CHECK --policy stopgap.yaml"], "ok"),
        (&["CHECK exceptions/a.yaml"], "unknown"),
    ] {
        let sandbox = of_commands();
        with_lines(&sandbox, lines);
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, "fails"), said, "{lines:?}: {}", run.stdout);
    }
}

#[test]
fn a_base_that_is_not_certainly_the_target_is_never_ok() {
    for (base, said) in [
        ("auto", "ok"),
        ("origin/main", "ok"),
        ("\"origin/${{ github.base_ref }}\"", "ok"),
        ("${{ github.event.pull_request.base.sha }}", "ok"),
        ("\"${{ github.event.pull_request.head.sha }}\"", "wrong"),
        ("${{ github.sha }}", "wrong"),
        ("\"$GITHUB_HEAD_REF\"", "unknown"),
        ("HEAD^2", "unknown"),
        ("origin/develop", "unknown"),
        ("refs/remotes/origin/develop", "unknown"),
        ("\"${{ vars.BASE }}\"", "unknown"),
    ] {
        let sandbox = of_commands();
        with_lines(&sandbox, &[&CHECK.replace("auto", base)]);
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, "fails"), said, "{base}: {}", run.stdout);
    }
}

#[test]
fn a_shell_that_goes_on_or_does_something_else_is_never_ok() {
    for (old, new, said) in [
        ("      - name: Pull request\n", "      - name: Pull request\n        shell: bash\n", "ok"),
        ("      - name: Pull request\n", "      - name: Pull request\n        shell: bash {0}\n", "unknown"),
        ("      - name: Pull request\n", "      - name: Pull request\n        shell: cmd\n", "unknown"),
        ("      - name: Pull request\n", "      - name: Pull request\n        shell: 'true {0}'\n", "unknown"),
        ("jobs:\n", "defaults: {run: {shell: 'bash {0}'}}\njobs:\n", "unknown"),
        ("    runs-on: ubuntu-24.04\n", "    runs-on: windows-2025\n", "unknown"),
        ("    runs-on: ubuntu-24.04\n", "    runs-on: [self-hosted, linux]\n", "ok"),
    ] {
        let sandbox = of_commands();
        with_lines(&sandbox, &["CHECK", "echo done"]);
        edit(&sandbox, WORKFLOW, old, new);
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, "fails"), said, "{new}: {}", run.stdout);
    }
    let sandbox = of_commands();
    edit(&sandbox, WORKFLOW, "jobs:\n", "defaults: {run: {working-directory: sub}}\njobs:\n");
    assert_eq!(status(&doctor(&sandbox, &["--format", "json"]), "gate-present"), "wrong");
}

#[test]
fn a_trigger_or_a_checkout_that_leaves_the_branch_out_is_never_ok() {
    for (old, new, check, said) in [
        ("  pull_request:\n", "  pull_request:\n    branches: [main, \"!main\"]\n", "on-requests", "wrong"),
        ("  pull_request:\n", "  pull_request:\n    branches: [\"**\", \"!ma*\"]\n", "on-requests", "wrong"),
        ("  pull_request:\n", "  pull_request:\n    branches: [\"**\", \"!m[a]in\"]\n", "on-requests", "unknown"),
        ("  pull_request:\n", "  pull_request:\n    branches: [\"**\", \"!dev\"]\n", "on-requests", "ok"),
        ("fetch-depth: 0\n", "fetch-depth: 0\n          repository: acme/other\n", "whole-history", "wrong"),
        ("fetch-depth: 0\n", "fetch-depth: 0\n          Ref: main\n", "whole-history", "wrong"),
    ] {
        let sandbox = of_commands();
        edit(&sandbox, WORKFLOW, old, new);
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, check), said, "{new}: {}", run.stdout);
    }
}

/// The queue waits for the check by its name, so a step that does nothing lets everything through.
#[test]
fn the_merge_queue_needs_a_step_that_gates_there() {
    let queue = bare("merge_queue");
    let mut settings = good_settings();
    settings[0].as_array_mut().unwrap().push(queue);
    let condition = "if: github.event_name == 'merge_group' || github.event_name == 'push'";
    let step = "        run: stopgap check --base auto --event \"$GITHUB_EVENT_PATH\" --format github --output \
                markdown=\"$GITHUB_STEP_SUMMARY\"\n";
    for (old, new, said) in [
        (condition, condition, "ok"),
        (condition, "if: github.event_name == 'push'", "wrong"),
        (step, "        run: stopgap check --base auto || true\n", "wrong"),
        (step, "        run: stopgap check\n", "wrong"),
        (step, "        run: if a; then stopgap check --base auto; fi\n", "unknown"),
        ("  merge_group:\n", "  merge_group:\n    branches: [dev]\n", "wrong"),
        ("  merge_group:\n", "", "wrong"),
    ] {
        let sandbox = of_commands();
        edit(&sandbox, WORKFLOW, old, new);
        let run = with_settings(&sandbox, &settings, &["--format", "json"]);
        assert_eq!(status(&run, "on-queue"), said, "{new}: {}", run.stdout);
    }
    let run = with_settings(&sound(), &settings, &["--format", "json"]);
    assert_eq!(status(&run, "on-queue"), "ok", "{}", run.stdout);
}

#[test]
fn a_check_of_another_app_is_not_the_jobs() {
    let mut settings = good_settings();
    settings[0][1] = checks("Exceptions", json!(4711), true);
    let run = with_settings(&sound(), &settings, &["--format", "json"]);
    assert_eq!(status(&run, "check-required"), "unknown", "{}", run.stdout);
    settings[0].as_array_mut().unwrap().push(checks("Exceptions", json!(15368), true));
    let run = with_settings(&sound(), &settings, &["--format", "json"]);
    assert_eq!(status(&run, "check-required"), "ok", "{}", run.stdout);
}

/// Returns a repository as `init --ci gitlab` leaves it.
pub(crate) fn on_gitlab(component: bool) -> Sandbox {
    let sandbox = Sandbox::new();
    let image = format!("acme/stopgap@sha256:{}", "ab".repeat(32));
    let reference = format!("acme/stopgap/stopgap@{}", "1".repeat(40));
    let mut init = vec!["init", "--ci", "gitlab", "--owners", "@olek,@priya", "--image", &image];
    if component {
        init.extend(["--component", &reference]);
    }
    assert_eq!(Run::of(sandbox.command().args(init)).code, 0);
    sandbox.file("people.yaml", PEOPLE);
    sandbox
}

/// The pipeline has the last word about a job that it takes in, and decides whether there is a pipeline at all.
#[test]
fn what_a_pipeline_says_of_the_job_that_it_includes_counts() {
    for component in [false, true] {
        for (more, check, said) in [
            ("", "fails", "ok"),
            ("build: {script: [make]}\n", "on-requests", "ok"),
            ("workflow: {rules: [{if: $CI_COMMIT_BRANCH}]}\n", "on-requests", "wrong"),
            (
                "workflow:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"\n      when: never\n    - \
                 when: always\n",
                "on-requests",
                "wrong",
            ),
            ("workflow: {rules: [{if: $CI_PIPELINE_SOURCE}]}\n", "on-requests", "ok"),
            ("stopgap: {allow_failure: true}\n", "fails", "wrong"),
            ("stopgap: {allow_failure: false}\n", "fails", "ok"),
            ("stopgap: {when: manual}\n", "fails", "wrong"),
            ("stopgap: {rules: [{when: never}]}\n", "on-requests", "wrong"),
            ("stopgap: {script: [exit 0]}\n", "gate-present", "wrong"),
            ("stopgap: {before_script: [exit 0]}\n", "fails", "unknown"),
            ("stopgap: {before_script: [echo hello]}\n", "fails", "ok"),
            ("before_script: [exit 0]\n", "fails", "unknown"),
            ("stopgap: {variables: {CI_MERGE_REQUEST_DIFF_BASE_SHA: HEAD}}\n", "fails", "unknown"),
            ("variables: {GIT_STRATEGY: none}\n", "fails", "unknown"),
            ("stopgap: {variables: {GIT_DEPTH: \"1\"}}\n", "whole-history", "wrong"),
            ("stopgap-history: {allow_failure: true}\n", "history", "wrong"),
            ("stopgap-history: {script: [\"true\"]}\n", "history", "wrong"),
        ] {
            let sandbox = on_gitlab(component);
            let text = fs::read_to_string(sandbox.path(".gitlab-ci.yml")).unwrap();
            sandbox.file(".gitlab-ci.yml", format!("{text}{more}"));
            let run = doctor(&sandbox, &["--format", "json"]);
            assert_eq!(status(&run, check), said, "{component} {more}: {}", run.stdout);
        }
        let start = if component { "    inputs:" } else { "local: .gitlab/stopgap.yml" };
        for (rule, said) in [
            ("if: $CI_PIPELINE_SOURCE == \"merge_request_event\"", "ok"),
            ("if: $CI_COMMIT_BRANCH == \"x\"", "wrong"),
            ("if: $X", "unknown"),
        ] {
            let sandbox = on_gitlab(component);
            let rules = format!("    rules:\n      - {rule}\n");
            let new = if component { format!("{rules}{start}") } else { format!("{start}\n{rules}") };
            edit(&sandbox, ".gitlab-ci.yml", start, &new);
            let run = doctor(&sandbox, &["--format", "json"]);
            assert_eq!(status(&run, "on-requests"), said, "{component} {rule}: {}", run.stdout);
        }
        for (include, said) in [
            ("  - template: Jobs/SAST.gitlab-ci.yml\n", "none"),
            ("  - template: Workflows/Branch-Pipelines.gitlab-ci.yml\n", "unknown"),
            ("  - project: acme/ci\n    file: all.yml\n", "unknown"),
        ] {
            let sandbox = on_gitlab(component);
            edit(&sandbox, ".gitlab-ci.yml", "include:\n", &format!("include:\n{include}"));
            let run = doctor(&sandbox, &["--format", "json"]);
            assert_eq!(status(&run, "gate-readable"), said, "{component} {include}: {}", run.stdout);
        }
    }
}

#[test]
fn a_job_of_ones_own_on_gitlab_gates_in_plain_shapes_alone() {
    for (script, said) in [
        ("[stopgap check --base auto --event e --reviews r]", "ok"),
        ("[make, stopgap check --base auto --event e --reviews r, make]", "ok"),
        ("['if a; then stopgap check --base auto --event e --reviews r; fi']", "unknown"),
        ("[stopgap check --base HEAD^2 --event e --reviews r]", "unknown"),
        ("['set +e; stopgap check --base auto --event e --reviews r', make]", "wrong"),
    ] {
        let sandbox = on_gitlab(false);
        let rules = "  rules: [{if: $CI_PIPELINE_SOURCE == \"merge_request_event\"}]\n";
        sandbox.file(".gitlab-ci.yml", format!("gate:\n{rules}  script: {script}\n"));
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, "fails"), said, "{script}: {}", run.stdout);
    }
    // A script of another version is not guessed at.
    let sandbox = on_gitlab(false);
    edit(&sandbox, ".gitlab/stopgap.yml", "most=33554432", "most=1");
    assert_eq!(status(&doctor(&sandbox, &["--format", "json"]), "request-gate"), "unknown");
    // What comes after the script decides nothing.
    let sandbox = on_gitlab(false);
    sandbox.file(".gitlab-ci.yml", "gate: {script: [make], after_script: [stopgap check --base auto]}\n");
    assert_eq!(status(&doctor(&sandbox, &["--format", "json"]), "gate-present"), "wrong");
}

/// A pipeline's variables take the place of what GitLab says of the merge request, so nobody may give any.
#[test]
fn who_may_give_a_pipeline_variables_is_told() {
    let project = |more: Value| {
        let mut project = json!({"path_with_namespace": "a/b", "only_allow_merge_if_pipeline_succeeds": true});
        project.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        project
    };
    let role = "ci_pipeline_variables_minimum_override_role";
    for (more, said) in [
        (json!({role: "no_one_allowed"}), "ok"),
        (json!({role: "no_one_allowed", "restrict_user_defined_variables": true}), "ok"),
        (json!({role: "no_one_allowed", "restrict_user_defined_variables": false}), "wrong"),
        (json!({role: "maintainer"}), "wrong"),
        (json!({}), "unknown"),
    ] {
        let run = with_settings(&on_gitlab(true), &[project(more.clone())], &["--format", "json"]);
        assert_eq!(status(&run, "bypass"), said, "{more}: {}", run.stdout);
    }
}

#[test]
fn a_job_that_comments_may_write_comments() {
    let sandbox = sound();
    edit(&sandbox, WORKFLOW, "        id: stopgap\n", "        id: stopgap\n        with:\n          comment: true\n");
    edit(&sandbox, WORKFLOW, "pull-requests: read", "pull-requests: write");
    let run = doctor(&sandbox, &["--format", "json"]);
    assert_eq!(status(&run, "permissions"), "ok", "{}", run.stdout);
}

#[test]
fn called_workflows_and_composite_actions_are_followed_once() {
    let gate = |steps: &str| {
        format!(
            "on:\n  pull_request: {{types: [opened, synchronize, reopened, edited]}}\n  schedule: [{{cron: '1 1 * * *'}}]\n\
             permissions: {{contents: read, pull-requests: read}}\njobs:\n  gate:\n    name: Exceptions\n{steps}"
        )
    };
    let checkout =
        "      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1\n        with: {fetch-depth: 0}\n";
    let steps = format!("    steps:\n{checkout}      - uses: ./.github/actions/gate\n");
    let composite = sound();
    composite.file(WORKFLOW, gate(&steps)).file(
        ".github/actions/gate/action.yml",
        format!("runs:\n  using: composite\n  steps:\n    - uses: {ACTION}\n"),
    );
    let run = with_settings(&composite, &good_settings(), &["--format", "json"]);
    for check in ["gate-present", "check-required", "whole-history", "pinned", "request-gate"] {
        assert_eq!(status(&run, check), "ok", "{check}: {}", run.stdout);
    }
    let called = sound();
    called.file(WORKFLOW, gate("    uses: ./.github/workflows/inner.yml\n")).file(
        ".github/workflows/inner.yml",
        format!("on: workflow_call\njobs:\n  judge:\n    steps:\n{checkout}      - uses: {ACTION}\n"),
    );
    let mut settings = good_settings();
    let run = with_settings(&called, &settings, &["--format", "json"]);
    assert_eq!((status(&run, "gate-present").as_str(), status(&run, "check-required").as_str()), ("ok", "wrong"));
    settings[0][1] = checks("Exceptions / judge", json!(15368), true);
    let run = with_settings(&called, &settings, &["--format", "json"]);
    assert_eq!(status(&run, "check-required"), "ok", "{}", run.stdout);
    let remote = sound();
    remote.file(WORKFLOW, gate("    uses: acme/.github/.github/workflows/stopgap.yml@main\n"));
    assert_eq!(status(&doctor(&remote, &["--format", "json"]), "gate-present"), "unknown");
}

#[test]
fn foreign_and_broken_answers_are_refused_with_what_to_do() {
    let sandbox = sound();
    for (text, why) in [
        ("", "it is empty"),
        ("[{\"type\": \"pull_request\",", "it breaks off at line 1"),
        ("{\"message\": \"Not Found\", \"status\": \"404\"}", "it is an error response from the API: `Not Found`"),
        ("{\"message\": \"Resource not accessible by integration\"}", "it is an error response"),
        ("{\"login\": \"olek\"}", "it contains something that is not a response about settings, with `login`"),
        ("[{\"number\": 7}]", "it contains something that is not a response about settings, with `number`"),
        ("{}", "with no keys"),
        ("[[[]]]", "lists within lists within lists"),
        ("7", "it contains neither an object nor a list"),
        ("[{\"type\": \"pull_request\", \"ruleset_id\": 1}]", "it has a rule without its `parameters`"),
        (
            "[{\"type\": \"pull_request\", \"ruleset_id\": 1, \"parameters\": {\"require_code_owner_review\": true}}]",
            "it has no `dismiss_stale_reviews_on_push`",
        ),
        (
            "[{\"type\": \"required_status_checks\", \"ruleset_id\": 1, \"parameters\": {\"required_status_checks\": 1}}]",
            "`required_status_checks` is not a list of objects",
        ),
        ("[{\"id\": 42, \"name\": \"main\", \"enforcement\": \"active\"}]", "it is the list of rulesets"),
        ("{\"id\": 42, \"name\": \"main\", \"enforcement\": \"active\"}", "it is an item of the list of rulesets"),
        ("{\"path_with_namespace\": \"a/b\"}", "it has no `only_allow_merge_if_pipeline_succeeds`"),
        ("[{\"name\": \"main\", \"push_access_levels\": []}]", "it has no `allow_force_push`"),
        ("<html>", "it is not JSON"),
    ] {
        sandbox.file("x.json", text);
        let run = doctor(&sandbox, &["--rulesets", "x.json"]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{text}");
        assert!(run.stderr.replace("\n  │ ", " ").contains(why), "{text}: {}", run.stderr);
        assert!(run.stderr.contains("docs/doctor.md"), "{text}: {}", run.stderr);
    }
    let run = doctor(&sandbox, &["--rulesets", "missing.json"]);
    assert_eq!(run.code, 2);
}

#[test]
fn hostile_names_do_nothing_to_a_reader() {
    let sandbox = sound();
    edit(&sandbox, WORKFLOW, "name: Exceptions", "name: \"##[set-output name=x;]y ::error::z $(id) `w`\"");
    edit(&sandbox, WORKFLOW, ACTION, "\"acme/stopgap@v1';id;'\"");
    let run = doctor(&sandbox, &["--branch", "a';touch x;'\u{1b}[31m"]);
    let acts = |line: &str| line.contains("##[") || line.trim_start().starts_with("::") || line.contains('\u{1b}');
    assert_eq!(run.stdout.lines().find(|line| acts(line)), None);
    for command in run.stdout.lines().map(str::trim_start).filter(|line| line.starts_with("g")) {
        assert!(!command.contains("';"), "{command}");
    }
    let page = doctor(&sandbox, &["--format", "markdown"]);
    assert!(page.stdout.lines().skip(2).all(|line| line.starts_with('|')), "{}", page.stdout);
}

#[test]
fn a_register_below_the_top_needs_its_own_step() {
    let sandbox = sound();
    fs::create_dir(sandbox.path(".git")).unwrap();
    sandbox.file("team/stopgap.yaml", "version: 1\n").file("team/exceptions/README.md", "x\n");
    let run = doctor(&sandbox, &["--root", "team", "--branch", "main", "--format", "json"]);
    assert_eq!(status(&run, "gate-present"), "wrong", "{}", run.stdout);
    assert!(run.stdout.contains("add a step with `root: team`"), "{}", run.stdout);
    edit(&sandbox, WORKFLOW, "        id: stopgap\n", "        id: stopgap\n        with: {root: team}\n");
    let run = doctor(&sandbox, &["--root", "team", "--branch", "main", "--format", "json"]);
    assert_eq!(status(&run, "gate-present"), "ok", "{}", run.stdout);
    assert!(run.stdout.contains("`team/exceptions/`"), "its own folder must be owned: {}", run.stdout);
}

#[test]
fn the_page_names_every_check() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/doctor.md")).unwrap();
    for check in Check::ALL {
        let row = format!("| `{}` | {} |", check.id(), check.question());
        assert!(page.contains(&row), "docs/doctor.md lacks {row}");
    }
}

const REVIEWED: &str = "    runs-on: ubuntu-24.04\n";

/// A check of the same name on the same commit takes the place of the one that failed.
#[test]
fn a_job_that_turns_green_on_another_event_is_never_ok() {
    let pull_request = "if: startsWith(github.event_name, 'pull_request')";
    let pushes = "if: github.event_name == 'merge_group' || github.event_name == 'push'";
    let whole = "if: github.event_name == 'schedule' || github.event_name == 'workflow_dispatch'";
    let job = |condition: &str| format!("    if: {condition}\n{REVIEWED}");
    let closed = "        run: |\n          echo \"::error title=stopgap::this run cannot tell who approved: start the workflow \
                  on the default branch\"\n          exit 2\n";
    for (edits, check, said) in [
        (vec![], "on-reviews", "ok"),
        (vec![], "fails", "ok"),
        (vec![(REVIEWED, job("github.event_name != 'pull_request_review'"))], "on-reviews", "wrong"),
        (vec![(pull_request, "if: github.event_name == 'pull_request'".to_owned())], "on-reviews", "wrong"),
        (
            vec![(
                REVIEWED,
                job("github.event_name != 'pull_request_review' || github.event.review.state == 'approved'"),
            )],
            "on-reviews",
            "unknown",
        ),
        // Pushes to other branches.
        (vec![("    branches: [main] # the default branch, and no other\n", String::new())], "fails", "ok"),
        (
            vec![
                ("    branches: [main] # the default branch, and no other\n", String::new()),
                (pushes, "if: github.event_name == 'merge_group'".to_owned()),
                (closed, "        run: echo closed\n".to_owned()),
            ],
            "fails",
            "wrong",
        ),
        (vec![(closed, "        run: echo closed\n".to_owned())], "fails", "wrong"),
        (
            vec![
                (closed, "        run: echo closed\n".to_owned()),
                (whole, "if: github.event_name == 'schedule'".to_owned()),
            ],
            "fails",
            "wrong",
        ),
        (vec![("  workflow_dispatch:\n", String::new()), (closed, "        run: echo\n".to_owned())], "fails", "ok"),
    ] {
        let sandbox = of_commands();
        for (old, new) in &edits {
            edit(&sandbox, WORKFLOW, old, new);
        }
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, check), said, "{edits:?}: {}", run.stdout);
    }
}

/// The author of a change may turn the comparison into one with something else.
#[test]
fn what_the_script_does_before_the_check_counts() {
    for (before, said) in [
        ("git checkout -q origin/main", "unknown"),
        ("rm -rf exceptions", "unknown"),
        ("cd decoy", "unknown"),
        ("PATH=$PWD/bin:$PATH", "unknown"),
        ("(cd decoy && make)", "ok"),
    ] {
        let sandbox = of_commands();
        with_lines(&sandbox, &[before, "CHECK"]);
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, "fails"), said, "{before}: {}", run.stdout);
    }
    for level in ["${{ inputs.level }}", "\"$FAIL_ON\"", "\"${FAIL_ON:-never}\""] {
        let sandbox = of_commands();
        with_lines(&sandbox, &[&format!("CHECK --fail-on {level}")]);
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, "fails"), "unknown", "{level}: {}", run.stdout);
    }
}

/// What is only unusual is not said to let everything through.
#[test]
fn a_job_that_may_gate_is_not_called_wrong() {
    for lines in [
        &["CHECK || { echo failed; exit 1; }"][..],
        &["CHECK || fail"],
        &["CHECK | tee log", "exit ${PIPESTATUS[0]}"],
        &["CHECK &", "pid=$!", "wait $pid"],
        &["out=$(CHECK)", "echo \"$out\""],
        &["CHECK || code=$?", "if [ \"$code\" != 0 ]; then exit 1; fi"],
    ] {
        let sandbox = of_commands();
        with_lines(&sandbox, lines);
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, "fails"), "unknown", "{lines:?}: {}", run.stdout);
        assert_eq!(status(&run, "on-requests"), "ok", "{lines:?}: {}", run.stdout);
    }
    let sandbox = of_commands();
    with_lines(&sandbox, &["CHECK # never append || true"]);
    assert_eq!(status(&doctor(&sandbox, &["--format", "json"]), "fails"), "ok");
    let checkout = "      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1\n";
    let step = "      - name: Get stopgap\n";
    for (inputs, said) in [
        ("{repository: acme/tools, path: tools}", "ok"),
        ("{repository: acme/tools, path: exceptions}", "wrong"),
        ("{repository: acme/tools}", "wrong"),
    ] {
        let sandbox = of_commands();
        edit(&sandbox, WORKFLOW, step, &format!("{checkout}        with: {inputs}\n{step}"));
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, "whole-history"), said, "{inputs}: {}", run.stdout);
        // What keeps both from the history is said once.
        let of_history = if said == "ok" { "ok" } else { "none" };
        assert_eq!(status(&run, "history"), of_history, "{inputs}: {}", run.stdout);
    }
}

/// A step of the job that gets stopgap, and how it is started.
#[test]
fn where_stopgap_comes_from_is_never_taken_for_granted() {
    let commit = "1".repeat(40);
    let source = format!("pip install git+https://github.com/acme/stopgap@{commit}");
    for (get, program, said) in [
        ("curl -sSL https://example.com/install.sh | sh", "stopgap", "unknown"),
        ("git clone https://github.com/acme/stopgap src && cargo install --path src", "stopgap", "unknown"),
        ("gh release download -R acme/stopgap -p '*linux*'", "stopgap", "unknown"),
        ("make", "uvx stopgap", "wrong"),
        ("make", "pipx run stopgap", "wrong"),
        ("make", "uvx --from stopgap==0.1.0 stopgap", "advice"),
        ("make", "./bin/stopgap", "wrong"),
        ("curl -o bin/stopgap https://example.com/stopgap", "./bin/stopgap", "unknown"),
        ("make", "stopgap", "unknown"),
        ("pip install 'stopgap>=0.1'", "stopgap", "wrong"),
        ("pip install stopgap==0.1.0", "stopgap", "advice"),
        (&source, "stopgap", "ok"),
        ("install stopgap /usr/local/bin", "stopgap", "unknown"),
    ] {
        let sandbox = sound();
        let checkout = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1";
        sandbox.file(
            WORKFLOW,
            format!(
                "on:\n  pull_request: {{types: [opened, synchronize, reopened, edited]}}\n  schedule: [{{cron: '1 1 * * *'}}]\n\
                 jobs:\n  gate:\n    runs-on: ubuntu-24.04\n    permissions: {{contents: read, pull-requests: read}}\n    \
                 steps:\n      - uses: {checkout}\n        with: {{fetch-depth: 0}}\n      - run: {get}\n      - run: \
                 {program} check --base auto --event \"$GITHUB_EVENT_PATH\" --reviews r.json\n"
            ),
        );
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, "pinned"), said, "{get} {program}: {}", run.stdout);
        let job = "gate:\n  rules: [{if: $CI_PIPELINE_SOURCE == \"merge_request_event\"}]\n  script:\n";
        let sandbox = on_gitlab(false);
        let check = format!("{program} check --base auto --event e --reviews r");
        sandbox.file(".gitlab-ci.yml", format!("{job}    - {get}\n    - {check}\n"));
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, "pinned"), said, "GitLab, {get} {program}: {}", run.stdout);
    }
}

#[test]
fn files_that_are_there_need_owners_by_their_own_names() {
    for (line, said) in [
        ("", "ok"),
        ("/.github/workflows/stopgap.yml\n", "wrong"),
        ("/.github/workflows/stopgap.yml @intern\n", "wrong"),
        ("/.github/workflows/stopgap.yml @olek @priya\n", "ok"),
        ("/exceptions/2026/\n", "wrong"),
        // An exception that comes there is for the check to judge.
        ("/exceptions/2025/\n", "ok"),
        // A workflow that comes is judged by nobody.
        ("/.github/workflows/*.yaml\n", "wrong"),
        ("/.github/workflows/z*.yml @intern\n", "wrong"),
        ("/.github/workflows/lint.yml\n", "wrong"),
        ("test*\n", "wrong"),
        ("/.github/workflows/*.md\n", "ok"),
        ("/src/*.yaml\n", "ok"),
        ("/.github/workflows/z*.yml @olek @priya\n", "ok"),
    ] {
        let sandbox = sound();
        sandbox.file("exceptions/2026/a.yaml", "title: x\n");
        let text = fs::read_to_string(sandbox.path(".github/CODEOWNERS")).unwrap();
        sandbox.file(".github/CODEOWNERS", format!("{text}{line}"));
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, "code-owners"), said, "{line}: {}", run.stdout);
    }
}

#[test]
fn a_called_workflow_that_github_refuses_to_start_is_no_gate() {
    for (on, permissions, check, said) in [
        ("workflow_call", "{contents: read, pull-requests: read}", "gate-present", "ok"),
        ("push", "{contents: read, pull-requests: read}", "gate-present", "wrong"),
        ("workflow_call", "{}", "permissions", "wrong"),
        ("workflow_call", "{contents: read}", "permissions", "wrong"),
        ("workflow_call", "read-all", "permissions", "ok"),
    ] {
        let sandbox = of_commands();
        let text = fs::read_to_string(sandbox.path(WORKFLOW)).unwrap();
        let (head, jobs) = text.split_once("jobs:\n").unwrap();
        sandbox.file(".github/workflows/gate.yml", format!("on: {on}\njobs:\n{jobs}"));
        let head = head.replace("permissions: {}\n", &format!("permissions: {permissions}\n"));
        sandbox.file(WORKFLOW, format!("{head}jobs:\n  gate:\n    uses: ./.github/workflows/gate.yml\n"));
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, check), said, "{on} {permissions}: {}", run.stdout);
    }
    let sandbox = of_commands();
    let text = fs::read_to_string(sandbox.path(WORKFLOW)).unwrap();
    let (head, jobs) = text.split_once("jobs:\n").unwrap();
    let call = |path: &str| format!("jobs:\n  gate:\n    uses: ./.github/workflows/{path}.yml\n");
    sandbox.file(WORKFLOW, format!("{head}{}", call("middle")));
    sandbox.file(".github/workflows/middle.yml", format!("on: workflow_call\n{}", call("inner")));
    sandbox.file(".github/workflows/inner.yml", format!("on: workflow_call\njobs:\n{jobs}"));
    let run = doctor(&sandbox, &["--format", "json"]);
    assert_eq!(status(&run, "on-requests"), "unknown", "{}", run.stdout);
}

/// A job that looks for the past only if something unknown holds.
#[test]
fn a_history_that_may_not_run_is_never_ok() {
    let condition = "always() && github.event_name == 'schedule' && steps.stopgap.outputs.binary != ''";
    for (new, said) in [
        ("always() && github.event_name == 'schedule'", "ok"),
        ("github.event_name == 'schedule' && vars.HISTORY", "unknown"),
    ] {
        let sandbox = of_commands();
        let text = fs::read_to_string(sandbox.path(WORKFLOW)).unwrap();
        let (before, _) = text.split_once("      - name: Past the gate\n").unwrap();
        assert!(text.contains(condition));
        sandbox.file(WORKFLOW, format!("{before}      - if: {new}\n        run: stopgap history\n"));
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, "history"), said, "{new}: {}", run.stdout);
    }
}

/// A job of GitLab with these keys, and one that runs on the schedule.
pub(crate) fn jobs_on_gitlab(keys: &str, head: &str, whole: &str) -> Sandbox {
    let sandbox = on_gitlab(false);
    let image = format!("acme/stopgap@sha256:{}", "ab".repeat(32));
    let job = |name: &str, keys: &str, script: &str| {
        format!("{name}:\n  image: {image}\n  variables: {{GIT_DEPTH: \"0\"}}\n{keys}  script: [{script}]\n")
    };
    let gate = job("gate", keys, "stopgap check --base auto --event e --reviews r");
    sandbox.file(".gitlab-ci.yml", format!("{head}{gate}{}", job("whole", whole, "stopgap check, stopgap history")));
    sandbox
}

const ON_SCHEDULE: &str = "  rules: [{if: $CI_PIPELINE_SOURCE == \"schedule\"}]\n";
const ON_REQUEST: &str = "  rules:\n    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"\n";

#[test]
fn legacy_keys_of_a_gitlab_job_count() {
    for (keys, said) in [
        ("  only: [merge_requests]\n", "ok"),
        ("  only: [merge_requests]\n  except: [merge_requests]\n", "wrong"),
        ("  only: [merge_requests]\n  except: [schedules]\n", "ok"),
        ("  only: [merge_requests]\n  except: {variables: [$CI_COMMIT_MESSAGE =~ /skip/]}\n", "unknown"),
        ("  only: {refs: [merge_requests], changes: [exceptions/**/*]}\n", "unknown"),
        ("  only: {refs: [merge_requests], variables: [$RUN_IT]}\n", "unknown"),
        ("  only: [\"merge_requests@acme/shop\"]\n", "unknown"),
        ("  only: {variables: [$RUN_IT]}\n", "wrong"),
        ("  rules:\n    - if: $CI_PIPELINE_SOURCE == \"Merge_Request_Event\"\n", "wrong"),
    ] {
        let run = doctor(&jobs_on_gitlab(keys, "", ON_SCHEDULE), &["--format", "json"]);
        assert_eq!(status(&run, "on-requests"), said, "{keys}: {}", run.stdout);
    }
    let sandbox = jobs_on_gitlab(ON_REQUEST, "", "  except: [schedules]\n");
    let run = doctor(&sandbox, &["--format", "json"]);
    assert_eq!(status(&run, "on-schedule"), "wrong", "{}", run.stdout);
}

#[test]
fn a_gitlab_job_that_may_gate_is_not_called_wrong() {
    for (keys, check, said) in [
        (format!("{ON_REQUEST}      allow_failure: false\n  allow_failure: true\n"), "fails", "ok"),
        (format!("{ON_REQUEST}      when: on_success\n  when: manual\n"), "fails", "ok"),
        (format!("{ON_REQUEST}      allow_failure: true\n"), "fails", "wrong"),
        (format!("{ON_REQUEST}  allow_failure: true\n"), "fails", "wrong"),
        (format!("{ON_REQUEST}  when: manual\n"), "fails", "wrong"),
        ("  rules: [{exists: [stopgap.yaml]}]\n".to_owned(), "on-requests", "unknown"),
    ] {
        let run = doctor(&jobs_on_gitlab(&keys, "", ON_SCHEDULE), &["--format", "json"]);
        assert_eq!(status(&run, check), said, "{keys}: {}", run.stdout);
        assert!(!keys.contains("exists") || run.stdout.contains("depends on `exists`"), "{}", run.stdout);
    }
    let usual = "workflow:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"\n    - if: $CI_COMMIT_BRANCH \
                 && $CI_OPEN_MERGE_REQUESTS\n      when: never\n    - if: $CI_COMMIT_BRANCH\n";
    let run = doctor(&jobs_on_gitlab(ON_REQUEST, usual, ON_SCHEDULE), &["--format", "json"]);
    assert_eq!(status(&run, "history"), "unknown", "{}", run.stdout);
    assert_eq!(status(&run, "on-schedule"), "unknown", "{}", run.stdout);
    let piped = jobs_on_gitlab(ON_REQUEST, "", ON_SCHEDULE);
    edit(&piped, ".gitlab-ci.yml", "--reviews r]", "--reviews r | tee log]");
    assert_eq!(status(&doctor(&piped, &["--format", "json"]), "fails"), "unknown");
    let other = jobs_on_gitlab(ON_REQUEST, "", ON_SCHEDULE);
    edit(&other, ".gitlab-ci.yml", "--base auto", "--base origin/develop");
    assert_eq!(status(&doctor(&other, &["--format", "json"]), "fails"), "unknown");
    let before = jobs_on_gitlab(&format!("{ON_REQUEST}  before_script: [cd sub]\n"), "", ON_SCHEDULE);
    assert_eq!(status(&doctor(&before, &["--format", "json"]), "fails"), "unknown");
}

#[test]
fn what_a_gitlab_pipeline_takes_in_by_a_pattern_is_unknown() {
    let sandbox = jobs_on_gitlab(ON_REQUEST, "include: [{local: ci/*.yml}]\n", ON_SCHEDULE);
    sandbox.file("ci/more.yml", "gate: {allow_failure: true}\n");
    let run = doctor(&sandbox, &["--format", "json"]);
    assert_eq!(status(&run, "gate-readable"), "unknown", "{}", run.stdout);
    for path in ["ci/*.yml", "$DIR/x.yml"] {
        sandbox.file(".gitlab-ci.yml", format!("include: [{{local: {path}}}]\n"));
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, "gate-present"), "unknown", "{path}: {}", run.stdout);
    }
    let sandbox = jobs_on_gitlab(ON_REQUEST, "include: [{local: gone.yml}]\n", ON_SCHEDULE);
    assert_eq!(status(&doctor(&sandbox, &["--format", "json"]), "gate-readable"), "wrong");
    // The pipeline has the last word about the image of the component's job.
    let sandbox = on_gitlab(true);
    assert_eq!(status(&doctor(&sandbox, &["--format", "json"]), "pinned"), "ok");
    let text = fs::read_to_string(sandbox.path(".gitlab-ci.yml")).unwrap();
    sandbox.file(".gitlab-ci.yml", format!("{text}stopgap:\n  image: evil/look-alike:latest\n"));
    let run = doctor(&sandbox, &["--format", "json"]);
    assert!(status(&run, "pinned") != "ok" && run.stdout.contains("evil/look-alike"), "{}", run.stdout);
}

/// An empty list may be any of those that GitLab answers with.
#[test]
fn an_empty_list_is_no_unprotected_branch() {
    let project = json!({"path_with_namespace": "a/b", "only_allow_merge_if_pipeline_succeeds": true});
    for answers in [vec![project.clone()], vec![project, json!([])]] {
        let run = with_settings(&on_gitlab(true), &answers, &["--format", "json"]);
        assert_eq!(status(&run, "code-owner-review"), "unknown", "{answers:?}: {}", run.stdout);
    }
}

#[test]
fn a_message_names_what_is_to_be_changed() {
    let sandbox = sound();
    edit(&sandbox, WORKFLOW, "        id: stopgap\n", "        id: stopgap\n        with: {sign-off: optional}\n");
    let run = doctor(&sandbox, &["--format", "json"]);
    assert!(run.stdout.contains("with `sign-off: optional` the job passes without any approval"), "{}", run.stdout);
    let sandbox = sound();
    let matrix = "    strategy: {matrix: {os: [ubuntu-24.04, ubuntu-22.04]}}\n    runs-on: ${{ matrix.os }}\n";
    edit(&sandbox, WORKFLOW, REVIEWED, matrix);
    let run = with_settings(&sandbox, &good_settings(), &["--format", "json"]);
    assert!(run.stdout.contains("no `matrix`"), "{}", run.stdout);
    for (step, said) in [
        ("      - run: stopgap sync --check\n", "none"),
        ("      - if: false\n        run: stopgap sync --check\n", "advice"),
        ("      - if: github.event_name == 'push'\n        run: stopgap sync --check\n", "advice"),
        ("      - run: stopgap sync --check --tool trivy\n", "advice"),
    ] {
        let sandbox = of_commands();
        let policy = fs::read_to_string(sandbox.path("stopgap.yaml")).unwrap();
        sandbox.file("stopgap.yaml", format!("{policy}\nsync: {{trivy: .trivyignore, grype: .grype.yaml}}\n"));
        edit(&sandbox, WORKFLOW, "      - name: Pull request\n", &format!("{step}      - name: Pull request\n"));
        let run = doctor(&sandbox, &["--format", "json"]);
        assert_eq!(status(&run, "beside"), said, "{step}: {}", run.stdout);
    }
}
