//! `init` as people call it: what it writes, that it never changes existing files, and that what it writes works.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use stopgap::internal::schema::{Schema, Shipped};

use crate::support::git::Repo;
use crate::support::{Run, Sandbox};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const WORKFLOW: &str = ".github/workflows/stopgap.yml";

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
            "schema/baseline.schema.json",
            "schema/controls.schema.json",
            "schema/exception.schema.json",
            "schema/people.schema.json",
            "schema/policy.schema.json",
            "schema/suppressions.schema.json",
            "stopgap.yaml",
        ]
    );
    // A work tree's CODEOWNERS is looked at too.
    fs::create_dir(sandbox.path(".git")).unwrap();
    let check = Run::of(sandbox.command().args(["check", "--format", "concise", "--quiet"]));
    assert_eq!((check.code, check.stdout.as_str()), (0, ""), "{}", check.stderr);
}

#[test]
fn the_example_of_the_folder_passes_with_a_reason_of_its_own() {
    let sandbox = Sandbox::new();
    init(&sandbox, &[]);
    let readme = fs::read_to_string(sandbox.path("exceptions/README.md")).unwrap();
    let example = readme.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let modeline = example.lines().next().unwrap();
    let schema = modeline.strip_prefix("# yaml-language-server: $schema=").unwrap();
    assert!(sandbox.path("exceptions").join(schema).exists(), "{modeline}");
    let check = |text: &str| {
        sandbox.file("exceptions/payroll-vendor-hr-export.yaml", text);
        Run::of(sandbox.command().args(["check", "--today", "2026-11-21", "--quiet", "--format", "concise"]))
    };
    let copied = check(example);
    assert!(copied.code == 1 && copied.stdout.lines().count() == 1, "{copied:?}");
    assert!(
        copied.stdout.contains("error[copied-reason] copied from an example in stopgap's documentation"),
        "{copied:?}"
    );
    let (before, after) = example.split_once("reason: ").unwrap();
    let own = "The bureau cannot adapt the wage file before it sees which rows are refused.";
    let passes = check(&format!("{before}reason: {own}\n{}", after.split_once('\n').unwrap().1));
    assert_eq!((passes.code, passes.stdout.as_str()), (0, ""));
}

#[test]
fn the_policy_lists_every_key_and_changes_none() {
    let sandbox = Sandbox::new();
    init(&sandbox, &[]);
    let text = fs::read_to_string(sandbox.path("stopgap.yaml")).unwrap();
    let tree = stopgap::internal::yaml::parse(&text).unwrap();
    assert_eq!(Schema::shipped(Shipped::Policy).check(&text, &tree), Vec::new());
    assert_eq!(tree.as_map().unwrap().len(), 1, "only `version` is set");
    // What is commented out is the default, so removing the signs changes nothing.
    let all = text.replace("# yaml-language-server", "#! yaml").lines().map(uncommented).collect::<Vec<_>>().join("\n");
    let tree = stopgap::internal::yaml::parse(&all).unwrap();
    assert_eq!(Schema::shipped(Shipped::Policy).check(&all, &tree), Vec::new(), "{all}");
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

/// Whoever writes in an editor with old schemas is told so where everybody looks.
#[test]
fn a_check_says_that_the_copies_of_the_schemas_are_old() {
    let sandbox = Sandbox::new();
    assert_eq!(init(&sandbox, &["--owners", "@olek,@priya"]).code, 0);
    let check = || Run::of(sandbox.command().args(["check", "--today", "2026-11-23"]));
    let said = "`schema/exception.schema.json` is not the one from stopgap";
    assert!(!check().stdout.contains(said));
    sandbox.file("schema/exception.schema.json", "{}\n");
    let run = check();
    assert!(run.code == 0 && run.stdout.contains(said), "{run:?}");
    fs::remove_file(sandbox.path("schema/exception.schema.json")).unwrap();
    assert!(!check().stdout.contains(said));
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
    assert!(again.stdout.contains("everything already exists"), "{}", again.stdout);
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
    assert!(sandbox.path(".gitlab/stopgap.yml").exists() && sandbox.path("CODEOWNERS").exists());
    assert_eq!(
        fs::read_to_string(sandbox.path(".gitlab-ci.yml")).unwrap(),
        "include:\n  - local: .gitlab/stopgap.yml\n"
    );
    assert!(!sandbox.path(".github").exists());
    assert!(fs::read_to_string(sandbox.path("stopgap.yaml")).unwrap().contains("\nforge: gitlab\n"));
    let before = files(&sandbox);
    assert!(init(&sandbox, &[]).stdout.contains("everything already exists"));
    assert_eq!(files(&sandbox), before);
    let role = Sandbox::new();
    assert_eq!(init(&role, &["--ci", "gitlab", "--owners", "@@maintainer,@acme/a/b"]).code, 0);
    assert_eq!(init(&Sandbox::new(), &["--ci", "github", "--owners", "@@maintainer"]).code, 2);
    let own = Sandbox::new();
    own.file(".gitlab-ci.yml", "test: {script: [make]}\n");
    let run = init(&own, &[]);
    assert!(run.stdout.contains("add these lines to .gitlab-ci.yml:\n       include:\n"), "{}", run.stdout);
    assert_eq!(fs::read_to_string(own.path(".gitlab-ci.yml")).unwrap(), "test: {script: [make]}\n");
    let none = Sandbox::new();
    init(&none, &["--ci", "none"]);
    assert!(!none.path(".github").exists() && !none.path(".gitlab-ci.yml").exists());
}

#[test]
fn the_workflow_takes_what_is_pinned_and_no_other_text() {
    let written = |arguments: &[&str]| {
        let sandbox = Sandbox::new();
        assert_eq!(init(&sandbox, arguments).code, 0, "{arguments:?}");
        fs::read_to_string(sandbox.path(WORKFLOW)).unwrap()
    };
    let action = format!("acme/stopgap@{COMMIT}");
    assert!(written(&["--action", &action]).contains(&format!("\n      - uses: {action}\n")));
    let source = format!("https://git.example.com/acme/stopgap@{COMMIT}");
    let fetch = format!("fetch --quiet --depth 1 https://git.example.com/acme/stopgap {COMMIT}\n");
    assert!(written(&["--source", &source]).contains(&fetch));
    let image = format!("acme/stopgap@sha256:{}", "ab".repeat(32));
    assert!(written(&["--image", &image]).contains(&format!("docker create {image})")));
    let unsaid = written(&[]);
    assert!(unsaid.contains("::error file=.github/workflows/stopgap.yml,title=stopgap::say where"), "{unsaid}");
    assert!(unsaid.contains("\n          exit 1\n"), "{unsaid}");
    for arguments in [&["--action", &action][..], &["--source", &source], &["--image", &image], &[]] {
        for part in ["install --locked stopgap", "VERSION", "WORKFLOW", " SOURCE", " COMMIT\n"] {
            assert!(!written(arguments).contains(part), "{arguments:?}: {part}");
        }
    }
    for (option, value, says) in [
        ("--action", "acme/stopgap@v0.1.0", "git ls-remote https://github.com/acme/stopgap 'v0.1.0*'"),
        ("--action", "acme/stopgap@0123456", "git rev-parse 0123456"),
        ("--action", "acme/stopgap", "names no commit"),
        ("--action", "a/stopgap@v1\n      - run: x", "40 digits"),
        ("--action", "a/stopgap@${{ x }}", "40 digits"),
        ("--source", "https://git.example.com/acme/stopgap@main", "git ls-remote https://git.example.com/acme/stopgap"),
        ("--image", "acme/stopgap:0.1.0", "names no digest"),
        ("--component", "acme/stopgap/stopgap@1.0.0", "--ci gitlab"),
    ] {
        let run = init(&Sandbox::new(), &[option, value]);
        assert_eq!(run.code, 2, "{value}");
        let text = run.stderr.replace("\n  │ ", " ").replace("\n        ", " ");
        assert!(text.contains(says), "{value}: {says} is not in\n{text}");
    }
    let run = init(&Sandbox::new(), &["--ci", "gitlab", "--action", &action]);
    assert!(run.code == 2 && run.stderr.contains("--ci github"), "{}", run.stderr);
}

#[test]
fn a_job_that_nobody_had_said_enough_for_is_written_again_unless_it_was_changed() {
    let source = format!("https://git.example.com/acme/stopgap@{COMMIT}");
    for (ci, file) in [("github", WORKFLOW), ("gitlab", ".gitlab/stopgap.yml")] {
        let sandbox = Sandbox::new();
        let arguments = ["--ci", ci, "--source", &source];
        assert_eq!(init(&sandbox, &arguments[..2]).code, 0);
        let stub = fs::read_to_string(sandbox.path(file)).unwrap();
        assert!(init(&sandbox, &arguments[..2]).stdout.contains("everything already exists"));
        let said = init(&sandbox, &arguments);
        assert!(said.code == 0 && said.stdout.contains(&format!("again  {file}")), "{}{}", said.stdout, said.stderr);
        assert!(said.stdout.contains("other existing files were not changed"), "{}", said.stdout);
        let written = fs::read_to_string(sandbox.path(file)).unwrap();
        assert!(stub.contains("say where") && written.contains(COMMIT) && !written.contains("say where"), "{written}");
        sandbox.file(file, format!("# ours\n{stub}"));
        let kept = init(&sandbox, &arguments);
        assert!(kept.stdout.contains(&format!("{file} already existed")), "{}", kept.stdout);
        assert_eq!(fs::read_to_string(sandbox.path(file)).unwrap(), format!("# ours\n{stub}"));
    }
}

#[test]
fn the_gate_is_for_the_branch_that_there_is() {
    let repo = Repo::new();
    repo.git(&["checkout", "--quiet", "-b", "trunk"]);
    let mut command = Sandbox::new().command();
    let path = std::env::var_os("PATH").unwrap();
    let run = Run::of(command.env("PATH", path).current_dir(repo.path()).arg("init"));
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = fs::read_to_string(repo.path().join(WORKFLOW)).unwrap();
    assert!(text.contains("    branches: [trunk] #"), "{text}");
}

#[test]
fn people_come_from_code_owners_and_from_git() {
    let repo = Repo::new();
    repo.write("CODEOWNERS", "* @acme/security\n/docs/ @priya docs@example.com\n");
    repo.write(".mailmap", "Dana Ortiz <dana@example.com> <d@old.example.com>\n");
    repo.commit("the first");
    let run = |arguments: &[&str]| {
        let mut command = Sandbox::new().command();
        command.env("PATH", std::env::var_os("PATH").unwrap()).current_dir(repo.path());
        Run::of(command.args(arguments))
    };
    let init = run(&["init", "--people", "--team", "@acme/security=@olek,@priya"]);
    assert_eq!(init.code, 0, "{}", init.stderr);
    let text = fs::read_to_string(repo.path().join("people.yaml")).unwrap();
    assert!(text.contains("\ncomplete: false\npeople:\n"), "{text}");
    assert!(text.contains("  - {handle: \"@priya\"}\n") && text.contains("  - {handle: \"@olek\"}\n"), "{text}");
    assert!(text.ends_with("teams:\n  \"@acme/security\": [\"@olek\", \"@priya\"]\n"), "{text}");
    assert!(text.matches("  - {").count() > 2, "nobody from git: {text}");
    let check = run(&["check", "--quiet", "--format", "concise"]);
    assert_eq!((check.code, check.stdout.as_str()), (0, ""), "{}", check.stderr);
    assert!(run(&["init", "--people"]).stdout.contains("there  people.yaml"));
}

#[test]
fn a_roster_of_nobody_is_not_written_and_that_is_said() {
    let sandbox = Sandbox::new();
    let said = init(&sandbox, &["--people", "--ci", "none"]).stdout;
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("people.yaml was not written, because CODEOWNERS and git name nobody yet"), "{said}");
}

#[test]
fn a_roster_may_begin_with_a_team_whose_members_nobody_knows() {
    let sandbox = Sandbox::new();
    assert_eq!(init(&sandbox, &["--owners", "@acme/security", "--people"]).code, 0);
    let text = fs::read_to_string(sandbox.path("people.yaml")).unwrap();
    assert!(text.ends_with("complete: false\nteams:\n  \"@acme/security\": [] # who is in it?\n"), "{text}");
    let doctor = Run::of(sandbox.command().arg("doctor"));
    let causes = doctor.stdout.matches("list the people of `@acme/security` under `teams`").count();
    assert_eq!(causes, 1, "{}", doctor.stdout);
    assert!(!doctor.stdout.contains("does not list the members of"), "{}", doctor.stdout);
    for wrong in ["@acme/security", "security=@olek", "@acme/security=@acme/leads"] {
        assert_eq!(init(&Sandbox::new(), &["--team", wrong]).code, 2, "{wrong}");
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
fn a_register_below_the_top_gets_a_job_at_the_top() {
    let sandbox = Sandbox::new();
    let action = format!("acme/stopgap@{COMMIT}");
    let git = std::env::var_os("PATH").unwrap();
    let repo = Repo::new();
    fs::create_dir_all(repo.path().join("team/a")).unwrap();
    let run =
        |arguments: &[&str]| Run::of(sandbox.command().env("PATH", &git).current_dir(repo.path()).args(arguments));
    let arguments = ["init", "--root", "team/a", "--owners", "@olek,@priya", "--action", &action];
    let first = run(&arguments);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let read = |path: &str| fs::read_to_string(repo.path().join(path)).unwrap();
    assert!(read(".github/CODEOWNERS").contains("/team/a/exceptions/"));
    let workflow = read(".github/workflows/stopgap-team-a.yml");
    assert!(
        workflow.contains("        with:\n          root: team/a\n")
            && workflow.contains("name: Exceptions of team/a\n")
    );
    assert!(read(".github/workflows/stopgap-team-a-reminders.yml").contains("label: stopgap-team-a\n"));
    let doctor = run(&["doctor", "--root", "team/a"]);
    assert_eq!(doctor.code, 0, "{}", doctor.stdout);
    assert!(doctor.stdout.contains("the job `Exceptions of team/a` of"), "{}", doctor.stdout);
    assert!(run(&arguments).stdout.contains("everything already exists"));
    for (source, job) in [(vec!["--source".to_owned(), format!("https://a.b/stopgap@{COMMIT}")], "b"), (vec![], "c")] {
        fs::create_dir_all(repo.path().join(job)).unwrap();
        let mut arguments = vec!["init", "--root", job, "--owners", "@olek,@priya"];
        arguments.extend(source.iter().map(String::as_str));
        assert_eq!(run(&arguments).code, 0);
        let workflow = read(&format!(".github/workflows/stopgap-{job}.yml"));
        let unnamed = workflow.lines().filter(|line| line.contains("stopgap check") || line.contains(" history --"));
        let unnamed: Vec<&str> = unnamed.filter(|line| !line.contains(&format!("--root {job}"))).collect();
        assert_eq!(unnamed, [""; 0], "{workflow}");
    }
}

/// A CODEOWNERS that gives everything to somebody leaves out those who are asked for.
#[test]
fn owners_that_code_owners_does_not_name_are_told_to_be_added() {
    let sandbox = Sandbox::new();
    sandbox.file("docs/CODEOWNERS", "* @acme/dev\n");
    let run = init(&sandbox, &["--owners", "@acme/security"]);
    assert!(run.stdout.contains("put these lines into docs/CODEOWNERS"), "{run:?}");
    assert!(run.stdout.contains("/exceptions/") && run.stdout.contains("@acme/security"), "{run:?}");
    let sandbox = Sandbox::new();
    sandbox.file("docs/CODEOWNERS", "* @acme/dev @ACME/Security\n");
    let run = init(&sandbox, &["--owners", "@acme/security"]);
    assert!(!run.stdout.contains("put these lines"), "{run:?}");
}
