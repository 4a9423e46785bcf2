//! `doctor` on jobs that look like gates: schedules that never come, conditions, checkouts, names, the history.

use std::fs;

use serde_json::{Value, json};

use crate::doctor::{
    ACTION, WORKFLOW, doctor, edit, good_settings, jobs_on_gitlab, of_commands, on_gitlab, ruleset, sound, status,
    with_settings,
};
use crate::support::{Run, Sandbox};

const JSON: &[&str] = &["--format", "json"];

/// Returns the lines of a status, each as `check: message -> fix | snippet`.
fn lines(sandbox: &Sandbox, arguments: &[&str], status: &str) -> Vec<String> {
    let run = doctor(sandbox, &[arguments, JSON].concat());
    let document: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
    let of = document["lines"].as_array().unwrap().iter().filter(|line| line["status"] == status);
    let text = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
    of.map(|it| {
        format!("{}: {} -> {} | {}", text(it, "check"), text(it, "message"), text(it, "fix"), text(it, "snippet"))
    })
    .collect()
}

fn wrong(sandbox: &Sandbox) -> Vec<String> {
    lines(sandbox, &[], "wrong")
}

/// Tells that exactly one line is wrong, and that it says all of this.
fn only(sandbox: &Sandbox, says: &[&str]) {
    let found = wrong(sandbox);
    assert_eq!(found.len(), 1, "{says:?}: {found:#?}");
    for says in says {
        assert!(found[0].contains(says), "{says}: {found:#?}");
    }
}

#[test]
fn a_schedule_that_never_comes_or_comes_too_rarely_is_never_ok() {
    const CRON: &str = "    - cron: \"17 5 * * *\"\n";
    for (cron, says) in [
        ("0 0 30 2 *", "`0 0 30 2 *` never runs: there is no such day"),
        (
            "61 25 * * *",
            "GitHub refuses the workflow: `61 25 * * *` is not a schedule: its minute `61` is not from 0 to 59",
        ),
        ("often", "GitHub refuses the workflow: `often` is not a schedule: it has 1 field, not 5"),
        ("0 0 1 1 *", "`0 0 1 1 *` runs only after up to 366 days"),
        ("0 0 1 * *", "`0 0 1 * *` runs only after up to 31 days"),
    ] {
        let sandbox = sound();
        edit(&sandbox, WORKFLOW, CRON, &format!("    - cron: \"{cron}\"\n"));
        only(&sandbox, &["on-schedule: ", says, "| schedule:\n  - cron: \"17 5 * * *\""]);
    }
    let sandbox = sound();
    edit(&sandbox, WORKFLOW, &format!("  schedule:\n{CRON}"), "  schedule:\n");
    only(&sandbox, &["`schedule` has no `cron`, so nothing starts it"]);
    for crons in ["    - cron: \"0 5 * * MON\"\n", "    - cron: \"0 5 1 * *\"\n    - cron: \"0 5 * * 2-6/2\"\n"] {
        let sandbox = sound();
        edit(&sandbox, WORKFLOW, CRON, crons);
        assert_eq!(wrong(&sandbox), [""; 0], "{crons}");
    }
}

#[test]
fn a_condition_that_keeps_a_check_from_running_is_named() {
    let with = |sandbox: &Sandbox, condition: &str| {
        edit(
            sandbox,
            WORKFLOW,
            &format!("      - uses: {ACTION}\n"),
            &format!("      - uses: {ACTION}\n        if: {condition}\n"),
        );
    };
    let sandbox = sound();
    with(&sandbox, "github.event_name != 'pull_request'");
    let found = wrong(&sandbox).join("\n");
    assert!(
        found.contains("on-requests: on pull requests `if: github.event_name != 'pull_request'` skips it"),
        "{found}"
    );
    assert!(found.contains("let the condition be true there"), "{found}");
    let sandbox = sound();
    with(&sandbox, "github.event_name != 'schedule'");
    let found = wrong(&sandbox).join("\n");
    assert!(found.contains("on-schedule: on the schedule `if: github.event_name != 'schedule'` skips it"), "{found}");
    assert!(!found.contains("add below `on:`"), "{found}");
    let sandbox = sound();
    edit(&sandbox, WORKFLOW, "always() && github.event_name == 'schedule'", "github.event_name == 'workflow_dispatch'");
    only(&sandbox, &["history: `stopgap history` never runs: `if: github.event_name == 'workflow_dispatch'"]);
}

#[test]
fn a_pipeline_or_a_job_that_leaves_an_occasion_out_is_named_with_the_rule() {
    const SCHEDULED: &str = "rules: [{if: $CI_PIPELINE_SOURCE == \"schedule\"}]";
    for (keys, head, says) in [
        (
            "",
            format!("workflow: {{{SCHEDULED}}}\n"),
            &[
                "`workflow: rules` start no merge request pipelines, so nothing checks a change",
                "add to `workflow: rules`:",
            ][..],
        ),
        (
            "",
            "workflow:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"\n      when: never\n    - \
             when: always\n"
                .to_owned(),
            &[
                "start no merge request pipelines (`if: $CI_PIPELINE_SOURCE == \"merge_request_event\"`)",
                "delete that rule of `workflow: rules`, or write above it:",
            ],
        ),
        (
            "  rules: [{when: never}]\n",
            String::new(),
            &["its `rules` keep it out of merge request pipelines (`when: never`)", "delete that rule of its `rules`"],
        ),
        (
            "  only: [branches]\n",
            String::new(),
            &["its `only` keeps it out of merge request pipelines", "give it `rules:`"],
        ),
        ("", String::new(), &["it does not run in merge request pipelines", "give it `rules:`"]),
    ] {
        let sandbox = jobs_on_gitlab(keys, &head, &format!("  {SCHEDULED}\n"));
        let found = wrong(&sandbox);
        let on = found.iter().find(|line| line.starts_with("on-requests: ")).unwrap_or_else(|| panic!("{found:#?}"));
        for says in says {
            assert!(on.contains(says), "{says}: {on}");
        }
        assert!(on.ends_with("| - if: $CI_PIPELINE_SOURCE == \"merge_request_event\""), "{on}");
    }
}

#[test]
fn another_job_with_the_name_of_the_gate_is_found() {
    let other = "on: {pull_request: {}}\njobs:\n  build:\n    name: NAME\n    runs-on: ubuntu-latest\n    steps: [{run: make}]\n";
    let sandbox = sound();
    sandbox.file(".github/workflows/other.yml", other.replace("NAME", "Exceptions"));
    only(
        &sandbox,
        &[
            "the job `build` of `.github/workflows/other.yml` has the check `Exceptions` too: where that is required, \
             either of them satisfies it",
            "give it another `name`",
        ],
    );
    for text in [
        other.replace("NAME", "Build"),
        other.replace("NAME", "Exceptions").replace("pull_request: {}", "schedule: [{cron: \"0 5 * * *\"}]"),
        other.replace("NAME", "Exceptions").replace("pull_request: {}", "push: {branches: [main]}"),
    ] {
        sandbox.file(".github/workflows/other.yml", &text);
        assert_eq!(wrong(&sandbox), [""; 0], "{text}");
    }
    // The same workflow may have a second one too.
    fs::remove_file(sandbox.path(".github/workflows/other.yml")).unwrap();
    let text = fs::read_to_string(sandbox.path(WORKFLOW)).unwrap();
    sandbox.file(
        WORKFLOW,
        format!("{text}  twin:\n    name: Exceptions\n    runs-on: ubuntu-latest\n    steps: [{{run: make}}]\n"),
    );
    only(&sandbox, &["the job `twin` of `.github/workflows/stopgap.yml` has the check `Exceptions` too"]);
}

#[test]
fn one_problem_is_one_line_with_all_its_places() {
    for (old, new, says) in [
        ("          fetch-depth: 0\n", "", "it has only the last commits (`fetch-depth` is `1`)"),
        (
            "          fetch-depth: 0\n",
            "          fetch-depth: 0\n          ref: main\n",
            "`ref: main` checks out a different commit",
        ),
    ] {
        for sandbox in [sound(), of_commands()] {
            edit(&sandbox, WORKFLOW, old, new);
            only(&sandbox, &[says]);
        }
        // The history in a job of its own, with the same checkout.
        let sandbox = sound();
        edit(&sandbox, WORKFLOW, old, new);
        let text = fs::read_to_string(sandbox.path(WORKFLOW)).unwrap();
        let (before, after) = text.split_once("      - name: Past the gate\n").unwrap();
        let head = before
            .rsplit_once("    steps:\n")
            .unwrap()
            .1
            .replace(&format!("      - uses: {ACTION}\n        id: stopgap\n"), "");
        sandbox.file(
            WORKFLOW,
            format!(
                "{before}  past:\n    runs-on: ubuntu-24.04\n    permissions: {{contents: read}}\n    steps:\n{head}      - \
                 uses: {ACTION}\n        id: stopgap\n      - name: Past the gate\n{after}"
            ),
        );
        let run = doctor(&sandbox, &[]);
        assert_eq!(run.stdout.matches(says.split(" (").next().unwrap()).count(), 1, "{}", run.stdout);
        assert_eq!(run.stdout.matches(&format!("{WORKFLOW}:")).count(), 2, "{}", run.stdout);
    }
    let sandbox = on_gitlab(false);
    let pipeline = fs::read_to_string(sandbox.path(".gitlab-ci.yml")).unwrap();
    sandbox.file(".gitlab-ci.yml", format!("{pipeline}default: {{before_script: [exit 0]}}\n"));
    let unknown = lines(&sandbox, &[], "unknown");
    assert_eq!(unknown.iter().filter(|line| line.contains("`exit 0`")).count(), 1, "{unknown:#?}");
    let sandbox = jobs_on_gitlab("  rules: [{if: $X}]\n", "", "  rules: [{if: $X}]\n");
    let unknown = lines(&sandbox, &[], "unknown");
    let of_gate = unknown.iter().filter(|line| line.contains("whether the job `gate` runs depends on `$X`"));
    assert_eq!(of_gate.count(), 1, "{unknown:#?}");
    let of_whole = unknown.iter().filter(|line| line.contains("`whole`")).count();
    assert!(of_whole <= 1, "{unknown:#?}");
}

#[test]
fn a_checkout_in_another_folder_is_no_checkout_of_the_register() {
    let into = |sandbox: &Sandbox, folder: &str| {
        edit(
            sandbox,
            WORKFLOW,
            "          fetch-depth: 0\n",
            &format!("          fetch-depth: 0\n          path: {folder}\n"),
        );
    };
    let sandbox = sound();
    into(&sandbox, "sub");
    let found = wrong(&sandbox).join("\n");
    assert!(found.contains("the repository is checked out into `sub`, and stopgap runs outside of it"), "{found}");
    assert!(found.contains("or give the action `root: sub`"), "{found}");
    edit(&sandbox, WORKFLOW, "        id: stopgap\n", "        id: stopgap\n        with: {root: sub}\n");
    edit(&sandbox, WORKFLOW, "\"$STOPGAP\" history ", "\"$STOPGAP\" history --root sub ");
    assert_eq!(wrong(&sandbox), [""; 0]);
    let sandbox = sound();
    into(&sandbox, "./");
    assert_eq!(wrong(&sandbox), [""; 0]);
    let sandbox = sound();
    into(&sandbox, "${{ github.workspace }}/sub");
    edit(&sandbox, WORKFLOW, "        id: stopgap\n", "        id: stopgap\n        with: {root: sub}\n");
    edit(
        &sandbox,
        WORKFLOW,
        "        env:\n",
        "        working-directory: ${{ github.workspace }}/sub\n        env:\n",
    );
    assert_eq!(wrong(&sandbox), [""; 0]);
    let sandbox = of_commands();
    into(&sandbox, "sub");
    let found = wrong(&sandbox).join("\n");
    assert!(found.contains("or write `working-directory: sub` in the step"), "{found}");
}

#[test]
fn a_release_that_cannot_be_got_or_is_whatever_lies_there_is_never_ok() {
    let sum = "ab".repeat(32);
    for (inputs, status, says) in [
        ("{version: system}", "unknown", "`version: system` runs the stopgap on the runner's path"),
        ("{version: system, checksum: SUM}", "wrong", "`checksum` is for a release, and `version: system` uses none"),
        ("{checksum: abc}", "wrong", "`checksum: abc` is not a SHA-256, so the step fails in every run"),
        ("{version: latest}", "wrong", "`version: latest` is not a version, so the step fails in every run"),
    ] {
        let sandbox = sound();
        let inputs = inputs.replace("SUM", &sum);
        edit(&sandbox, WORKFLOW, "        id: stopgap\n", &format!("        id: stopgap\n        with: {inputs}\n"));
        let found = lines(&sandbox, &[], status);
        let pinned: Vec<&String> = found.iter().filter(|line| line.starts_with("pinned: ")).collect();
        assert!(pinned.len() == 1 && pinned[0].contains(says), "{inputs}: {found:#?}");
    }
    for inputs in ["{version: 0.1.0, checksum: SUM}", "{version: v0.2.0-rc.1}", "{checksum: \"${{ vars.SUM }}\"}"] {
        let sandbox = sound();
        let inputs = inputs.replace("SUM }}", "S }}").replace("SUM", &sum);
        edit(&sandbox, WORKFLOW, "        id: stopgap\n", &format!("        id: stopgap\n        with: {inputs}\n"));
        assert_eq!(status(&doctor(&sandbox, JSON), "pinned"), "ok", "{inputs}");
    }
    let sandbox = sound();
    let install = "      - run: cargo install --git https://git.example.com/acme/stopgap stopgap\n";
    let action = format!("      - uses: {ACTION}\n        id: stopgap\n");
    edit(&sandbox, WORKFLOW, &action, &format!("{install}{action}        with: {{version: system}}\n"));
    assert_eq!(status(&doctor(&sandbox, JSON), "pinned"), "wrong");
}

/// Returns a repository as `init` leaves it whose workflow runs plain commands.
fn plain() -> Sandbox {
    let sandbox = Sandbox::new();
    let image = format!("acme/stopgap@sha256:{}", "ab".repeat(32));
    let init = ["init", "--owners", "@olek,@priya", "--image", &image];
    assert_eq!(Run::of(sandbox.command().args(init)).code, 0);
    sandbox
}

#[test]
fn a_history_that_begins_where_the_branch_is_looks_at_nothing() {
    for since in
        ["HEAD", "@", "\"$GITHUB_SHA\"", "${{ github.sha }}", "origin/main", "main", "\"origin/$GITHUB_REF_NAME\""]
    {
        let sandbox = plain();
        edit(&sandbox, WORKFLOW, "stopgap history --format", &format!("stopgap history --since {since} --format"));
        only(&sandbox, &["history: ", "is the commit that is checked out, so no commit is looked at"]);
    }
    let sandbox = plain();
    edit(&sandbox, WORKFLOW, "stopgap history --format", "stopgap history --since HEAD~5 --format");
    only(&sandbox, &["history: `--since HEAD~5` moves with the branch"]);
    for since in ["v1", "0123456789abcdef0123456789abcdef01234567"] {
        let sandbox = plain();
        edit(&sandbox, WORKFLOW, "stopgap history --format", &format!("stopgap history --since {since} --format"));
        assert_eq!(wrong(&sandbox), [""; 0], "{since}");
    }
    let requests = "  rules: [{if: $CI_PIPELINE_SOURCE == \"merge_request_event\"}]\n";
    let scheduled = "  rules: [{if: $CI_PIPELINE_SOURCE == \"schedule\"}]\n";
    for since in ["HEAD", "$CI_COMMIT_SHA", "origin/$CI_DEFAULT_BRANCH"] {
        let sandbox = jobs_on_gitlab(requests, "", scheduled);
        edit(&sandbox, ".gitlab-ci.yml", "stopgap history", &format!("stopgap history --since {since}"));
        only(&sandbox, &["history: ", "so no commit is looked at"]);
    }
}

/// A monorepo whose register is in `team`, and whose workflow names it.
fn in_a_folder() -> Sandbox {
    let sandbox = plain();
    fs::create_dir(sandbox.path(".git")).unwrap();
    sandbox.file("team/stopgap.yaml", "version: 1\n").file("team/exceptions/README.md", "x\n");
    let text = fs::read_to_string(sandbox.path(WORKFLOW)).unwrap();
    sandbox.file(WORKFLOW, text.replace("stopgap check ", "stopgap check --root team "));
    sandbox
}

#[test]
fn the_advice_for_a_register_below_the_top_names_its_root() {
    let sandbox = in_a_folder();
    let arguments = ["--root", "team", "--branch", "main"];
    let found = lines(&sandbox, &arguments, "wrong");
    let history = found.iter().find(|line| line.starts_with("history: ")).unwrap_or_else(|| panic!("{found:#?}"));
    assert!(history.contains("`stopgap history` runs, but not on the register in `team`"), "{history}");
    assert!(history.contains("run: stopgap history --root team --format github"), "{history}");
    edit(&sandbox, WORKFLOW, "stopgap history ", "stopgap history --root team ");
    let found = lines(&sandbox, &arguments, "wrong");
    assert!(!found.iter().any(|line| line.starts_with("history: ")), "{found:#?}");
    edit(&sandbox, WORKFLOW, " --reviews \"$RUNNER_TEMP/reviews.json\"", "");
    let found = lines(&sandbox, &arguments, "wrong").join("\n");
    assert!(found.contains("stopgap check --root team --base auto --event"), "{found}");
}

#[test]
fn a_history_of_another_register_is_none_of_this_one() {
    let requests = "  rules: [{if: $CI_PIPELINE_SOURCE == \"merge_request_event\"}]\n";
    let scheduled = "  rules: [{if: $CI_PIPELINE_SOURCE == \"schedule\"}]\n";
    let sandbox = jobs_on_gitlab(requests, "", scheduled);
    fs::create_dir(sandbox.path(".git")).unwrap();
    sandbox.file("team/stopgap.yaml", "version: 1\n").file("team/exceptions/README.md", "x\n");
    let text = fs::read_to_string(sandbox.path(".gitlab-ci.yml")).unwrap();
    sandbox.file(".gitlab-ci.yml", text.replace("stopgap check", "stopgap check --root team"));
    let arguments = ["--root", "team", "--branch", "main"];
    let found = lines(&sandbox, &arguments, "wrong");
    let history = found.iter().find(|line| line.starts_with("history: ")).unwrap_or_else(|| panic!("{found:#?}"));
    assert!(history.contains("`stopgap history` runs, but not on the register in `team`"), "{history}");
    assert!(history.contains("| stopgap-history-team:\n"), "{history}");
    assert!(history.ends_with("    - stopgap history --root team"), "{history}");
    sandbox.file(
        ".gitlab-ci.yml",
        text.replace("stopgap check", "stopgap check --root team")
            .replace("stopgap history", "stopgap history --root ./team/"),
    );
    assert!(!lines(&sandbox, &arguments, "wrong").iter().any(|line| line.starts_with("history: ")));
}

#[test]
fn a_check_of_all_registers_needs_the_history_of_all() {
    let sandbox = sound();
    edit(&sandbox, WORKFLOW, "        id: stopgap\n", "        id: stopgap\n        with: {all-registers: true}\n");
    only(
        &sandbox,
        &["the check judges every register, and `stopgap history` only one of them", "history --all-registers"],
    );
    edit(&sandbox, WORKFLOW, "\"$STOPGAP\" history ", "\"$STOPGAP\" history --all-registers ");
    let text = fs::read_to_string(sandbox.path(WORKFLOW)).unwrap();
    sandbox
        .file(WORKFLOW, text.replace("\"$STOPGAP\" history --format", "\"$STOPGAP\" history --all-registers --format"));
    assert_eq!(wrong(&sandbox), [""; 0]);
    // The component's own job follows the input.
    let sandbox = on_gitlab(true);
    edit(&sandbox, ".gitlab-ci.yml", "    inputs:\n", "    inputs:\n      all-registers: \"true\"\n");
    assert_eq!(wrong(&sandbox), [""; 0]);
    edit(&sandbox, ".gitlab-ci.yml", "include:\n", "stopgap-history: {script: [stopgap history]}\ninclude:\n");
    only(&sandbox, &["the check judges every register, and `stopgap history` only one of them"]);
}

#[test]
fn what_was_saved_of_another_branch_says_nothing_of_this_one() {
    let sandbox = sound();
    let protection = |branch: &str| {
        json!({
            "url": format!("https://api.github.com/repos/acme/register/branches/{branch}/protection"),
            "required_status_checks": {"strict": true, "contexts": ["Exceptions"],
                                       "checks": [{"context": "Exceptions", "app_id": 15368}]},
            "enforce_admins": {"enabled": true},
            "required_pull_request_reviews": {"dismiss_stale_reviews": true, "require_code_owner_reviews": true},
            "allow_force_pushes": {"enabled": false}, "allow_deletions": {"enabled": false},
        })
    };
    let run = with_settings(&sandbox, &[json!([]), protection("dev")], JSON);
    assert_eq!(status(&run, "check-required"), "unknown", "{}", run.stdout);
    assert!(run.stdout.contains("the saved branch protection is that of `dev`, not of `main`"), "{}", run.stdout);
    assert!(run.stdout.contains("branches/main/protection'"), "{}", run.stdout);
    for saved in
        [[json!([]), protection("dev"), protection("main")], [json!([]), protection("main"), protection("dev")]]
    {
        let run = with_settings(&sandbox, &saved, JSON);
        assert_eq!(status(&run, "check-required"), "ok", "{}", run.stdout);
    }
    let slash = with_settings(
        &sandbox,
        &[json!([]), protection("release%2F1")],
        &["--branch", "release/1", "--format", "json"],
    );
    assert_eq!(status(&slash, "code-owner-review"), "ok", "{}", slash.stdout);
}

#[test]
fn a_ruleset_that_is_not_about_the_branch_or_not_active_requires_nothing() {
    let sandbox = sound();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut saved = good_settings();
        saved[1] = ruleset(&json!([]));
        change(&mut saved[1]);
        with_settings(&sandbox, &saved, JSON)
    };
    assert_eq!(status(&with(&|_| {}), "check-required"), "ok");
    for conditions in [
        json!({"include": ["refs/heads/dev"], "exclude": []}),
        json!({"include": ["~ALL"], "exclude": ["refs/heads/main"]}),
        json!({"include": ["~ALL"], "exclude": ["~DEFAULT_BRANCH"]}),
    ] {
        let run = with(&|ruleset| ruleset["conditions"]["ref_name"] = conditions.clone());
        assert_eq!(status(&run, "check-required"), "unknown", "{conditions}: {}", run.stdout);
        let says = "the saved rules include those of the ruleset `main`, which is not about `main`";
        assert!(run.stdout.contains(says), "{}", run.stdout);
    }
    for enforcement in ["evaluate", "disabled"] {
        let run = with(&|ruleset| ruleset["enforcement"] = json!(enforcement));
        assert_eq!(status(&run, "check-required"), "wrong", "{enforcement}: {}", run.stdout);
        assert!(run.stdout.contains(&format!("is set to `{enforcement}`")), "{}", run.stdout);
    }
}
