//! `--all-registers`: several registers of one repository, as one.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::git::Repo;
use crate::support::{Run, exception};

const EXPIRED: &[(&str, &str)] = &[("expires", "2026-11-20"), ("status", "active")];

/// Three registers: `apps/pay` with something expired, `apps/web` with nothing wrong, and one at the top whose policy
/// makes no sense unless `fixed`. The id `badge` is in each; what git does not know holds a fourth.
fn monorepo(fixed: bool) -> Repo {
    let repo = Repo::new();
    repo.write(".gitignore", "/build/\n").write(".github/CODEOWNERS", "* @mei @luis\n");
    repo.write("stopgap.yaml", if fixed { "version: 1\n" } else { "version: 1\nlimits: never\n" });
    repo.write("exceptions/badge.yaml", &exception(&[]));
    repo.write("apps/pay/stopgap.yaml", "version: 1\n");
    repo.write("apps/pay/exceptions/badge.yaml", &exception(EXPIRED));
    repo.write("apps/web/.github/stopgap.yaml", "version: 1\nexceptions: waivers\n");
    repo.write("apps/web/waivers/badge.yaml", &exception(&[]));
    repo.write("build/stopgap.yaml", "version: 1\nlimits: never\n");
    repo.commit("Begin");
    repo
}

fn run(repo: &Repo, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(repo.path().join("apps")).stdin(Stdio::null());
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    Run::of(command.args(arguments).args(["--all-registers", "--today", "2026-11-23"]))
}

fn check(repo: &Repo, arguments: &[&str]) -> Run {
    run(repo, &[&["check"], arguments].concat())
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

#[test]
fn all_registers_are_judged_and_one_that_cannot_be_makes_it_two() {
    let repo = monorepo(false);
    let broken = check(&repo, &[]);
    assert_eq!(broken.code, 2, "{broken:?}");
    assert!(broken.stdout.contains("apps/pay/exceptions/badge.yaml:"), "{}", broken.stdout);
    assert!(broken.stdout.contains("2 exceptions in 2 registers, 2 live, on 2026-11-23: 1 error"), "{}", broken.stdout);
    assert!(broken.stdout.contains("\n  apps/pay: 1 error"), "{}", broken.stdout);
    assert!(
        broken.stdout.contains("the register `.` could not be judged: the policy is not usable"),
        "{}",
        broken.stdout
    );
    assert!(broken.stderr.starts_with("in the register `.`:\nerror: the policy is not usable"), "{}", broken.stderr);
    assert!(!broken.stdout.contains("build/"), "{}", broken.stdout);

    let repo = monorepo(true);
    let failed = check(&repo, &["--format", "concise"]);
    assert_eq!((failed.code, failed.stderr.as_str()), (1, ""), "{failed:?}");
    assert!(failed.stdout.starts_with("apps/pay/exceptions/badge.yaml:"), "{}", failed.stdout);
    let passed = check(&repo, &["--skip", "pay"]);
    assert_eq!(passed.code, 0, "{passed:?}");
    let unknown = check(&repo, &["--skip", "pax"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("did you mean `apps/pay`?"), "{unknown:?}");
    let elsewhere = check(&repo, &["--root", "pay"]);
    assert_eq!(elsewhere.code, 2, "{elsewhere:?}");
}

#[test]
fn each_format_is_one_document_that_names_the_register_everywhere() {
    let repo = monorepo(false);
    let document = json(&check(&repo, &["--format", "json"]));
    let finding = &document["findings"][0];
    assert_eq!((finding["register"].as_str(), finding["exception"].as_str()), (Some("apps/pay"), Some("badge")));
    assert_eq!(finding["path"], "apps/pay/exceptions/badge.yaml");
    assert_eq!(document["summary"]["exceptions"], 2);
    let registers = document["registers"].as_array().unwrap();
    let names: Vec<&str> = registers.iter().map(|it| it["register"].as_str().unwrap()).collect();
    assert_eq!(names, ["apps/pay", "apps/web"]);
    assert_eq!(
        (document["not_judged"][0]["register"].as_str(), registers[0]["findings"].as_i64()),
        (Some("."), Some(1))
    );

    let sarif = json(&check(&repo, &["--format", "sarif"]));
    let runs = sarif["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1);
    let result = &runs[0]["results"][0];
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "apps/pay/exceptions/badge.yaml");
    assert_eq!(result["properties"]["register"], "apps/pay");
    let invocation = &runs[0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let text = invocation["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(text.starts_with("the register `.` could not be judged"), "{text}");

    let issues = json(&check(&repo, &["--format", "gitlab"]));
    let paths: Vec<&str> =
        issues.as_array().unwrap().iter().map(|it| it["location"]["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["stopgap.yaml", "apps/pay/exceptions/badge.yaml"]);

    let rdjson = json(&check(&repo, &["--format", "rdjson"]));
    let paths: Vec<&str> =
        rdjson["diagnostics"].as_array().unwrap().iter().map(|it| it["location"]["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["stopgap.yaml", "apps/pay/exceptions/badge.yaml"]);

    let junit = check(&repo, &["--format", "junit"]).stdout;
    assert!(junit.contains("<testsuites name=\"stopgap\" tests=\"2\" failures=\"1\" errors=\"1\">"), "{junit}");
    assert!(junit.contains("classname=\"apps/pay/badge\"") && junit.contains("classname=\".\""), "{junit}");
    assert_eq!(junit.matches("<?xml").count(), 1);

    let markdown = check(&repo, &["--format", "markdown"]).stdout;
    assert!(
        markdown.contains("apps/pay/exceptions/badge.yaml:") && markdown.contains("could not be judged"),
        "{markdown}"
    );
    assert_eq!(markdown.matches("| level |").count(), 1);

    let github = check(&repo, &["--format", "github"]).stdout;
    assert!(github.contains("::error title=not judged::the register `.`"), "{github}");
    assert!(github.contains("file=apps/pay/exceptions/badge.yaml,"), "{github}");

    let statistics = check(&repo, &["--statistics"]);
    assert!(statistics.code == 2 && statistics.stdout.contains("1  error    expired"), "{statistics:?}");
}

#[test]
fn the_same_id_in_two_registers_is_two_findings_to_a_forge() {
    let repo = monorepo(true);
    repo.write("apps/web/waivers/badge.yaml", &exception(EXPIRED));
    for (format, pointer, field) in
        [("sarif", "/runs/0/results", "/partialFingerprints/stopgap~1v1"), ("gitlab", "", "/fingerprint")]
    {
        let document = json(&check(&repo, &["--format", format]));
        let found = document.pointer(pointer).unwrap().as_array().unwrap();
        let of = |at: usize| found[at].pointer(field).unwrap().as_str().unwrap().to_owned();
        assert_eq!(found.len(), 2, "{document}");
        assert_ne!(of(0).split(':').next(), of(1).split(':').next(), "{format}");
    }
}

#[test]
fn the_list_has_a_column_with_the_register() {
    let repo = monorepo(false);
    let table = run(&repo, &["list", "--columns", "register,id,left"]);
    assert_eq!(table.code, 2, "{table:?}");
    assert!(table.stdout.starts_with("REGISTER  ID     LEFT\napps/pay  badge  3 days overdue\n"), "{}", table.stdout);
    assert!(table.stdout.contains("not readable: stopgap.yaml"), "{}", table.stdout);
    let csv = run(&repo, &["list", "--format", "csv"]).stdout;
    assert!(csv.starts_with("register,id,") && csv.contains("\r\napps/web,badge,"), "{csv}");
    let document = json(&run(&repo, &["list", "--format", "json"]));
    assert_eq!(document["exceptions"][0]["register"], "apps/pay");
    assert_eq!(document["exceptions"][0]["path"], "apps/pay/exceptions/badge.yaml");
    assert_eq!(document["unreadable"][0]["register"], Value::Null);
    assert!(document["unreadable"][0]["problem"].as_str().unwrap().starts_with("the register `.` could not be read"));
    let table = run(&monorepo(true), &["list"]);
    assert_eq!((table.code, table.stderr.as_str()), (0, ""), "{table:?}");
    assert!(table.stdout.starts_with("REGISTER  LEFT"), "{}", table.stdout);
    let alone = run(&repo, &["list", "--skip", "../apps"]);
    assert!(alone.code == 2 && alone.stderr.contains("the policy is not usable"), "{alone:?}");
}

#[test]
fn the_report_and_the_reminders_are_one_for_all() {
    let repo = monorepo(false);
    for format in ["text", "markdown", "html", "json"] {
        let report = run(&repo, &["report", "--format", format]);
        assert_eq!(report.code, 2, "{report:?}");
        for told in ["apps/pay/exceptions/badge.yaml", "could not be read"] {
            assert!(report.stdout.contains(told), "{format}: {told}: {}", report.stdout);
        }
    }
    let report = json(&run(&repo, &["report", "--format", "json"]));
    assert_eq!(report["agenda"]["expired"][0]["register"], "apps/pay");
    assert_eq!((report["metrics"]["live"].as_i64(), report["metrics"]["expired"].as_i64()), (Some(2), Some(1)));
    for (format, told) in [
        ("text", "apps/pay/exceptions/badge.yaml"),
        ("markdown", "- `badge` in `apps/pay` **expired"),
        ("json", "\"register\": \"apps/pay\""),
    ] {
        let reminders = run(&repo, &["remind", "--format", format]);
        assert!(reminders.code == 2 && reminders.stdout.contains(told), "{reminders:?}");
    }
    let plan = run(&repo, &["remind", "--existing", "issues.json"]);
    assert_eq!(plan.code, 2, "{plan:?}");
}

#[test]
fn each_register_has_its_own_time_zone_and_limits() {
    let repo = monorepo(true);
    repo.write(
        "apps/web/.github/stopgap.yaml",
        "version: 1\nexceptions: waivers\ntimezone: Pacific/Kiritimati\nrenewals: {max: 7}\n",
    );
    repo.write("apps/web/waivers/badge.yaml", &exception(&[("expires", "2026-11-23T12:00")]));
    let document = json(&run(&repo, &["list", "--format", "json"]));
    let of = |register: &str| {
        let all = document["exceptions"].as_array().unwrap();
        all.iter().find(|it| it["register"] == register).unwrap().clone()
    };
    assert_eq!(of("apps/web")["ends_at"], "2026-11-22T22:00:00Z");
    let table = run(&repo, &["list", "--columns", "register,renewed"]).stdout;
    assert!(table.contains("apps/web  0/7") && table.contains("apps/pay  0/2"), "{table}");
}

#[test]
fn a_change_is_judged_in_every_register_and_by_its_own_base() {
    let repo = monorepo(true);
    repo.branch("change");
    repo.write("apps/web/waivers/gate.yaml", &exception(EXPIRED));
    repo.commit("Ask");
    let run = check(&repo, &["--base", "main", "--format", "json"]);
    let document = json(&run);
    assert_eq!(run.code, 1, "{run:?}");
    let gating: Vec<&str> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["gates"] == true)
        .map(|it| it["register"].as_str().unwrap())
        .collect();
    assert!(!gating.is_empty() && gating.iter().all(|register| *register == "apps/web"), "{document}");
    assert_eq!(document["base"].as_str().unwrap(), repo.rev("main"));
    let automatic = json(&check(&repo, &["--base", "auto", "--format", "json"]));
    assert_eq!(automatic["findings"], document["findings"]);
}

#[test]
fn a_register_that_the_change_adds_is_judged_and_one_that_it_removes_is_not_forgotten() {
    let repo = monorepo(true);
    repo.branch("change");
    repo.write("apps/new/stopgap.yaml", "version: 1\n").write("apps/new/exceptions/x.yaml", &exception(EXPIRED));
    repo.commit("Add");
    let added = check(&repo, &["--base", "main", "--format", "concise"]);
    assert!(added.code == 1 && added.stdout.contains("apps/new/exceptions/x.yaml:"), "{added:?}");

    for (gone, into) in [("apps/pay", Some("apps/payments")), ("apps/pay", None)] {
        let repo = monorepo(true);
        repo.branch("change");
        match into {
            Some(into) => drop(repo.git(&["mv", gone, into])),
            None => drop(repo.git(&["rm", "--quiet", "-r", gone])),
        }
        repo.commit("Move");
        let run = check(&repo, &["--base", "main"]);
        assert_eq!(run.code, 2, "{run:?}");
        let told = "the register `apps/pay` could not be judged: this change removes the register of `apps/pay`, which has 1 exception";
        assert!(run.stdout.contains(told), "{}", run.stdout);
    }
    // Only its policy goes: what is left would be judged by nobody.
    let repo = monorepo(true);
    repo.branch("change");
    repo.git(&["rm", "--quiet", "apps/pay/stopgap.yaml"]);
    repo.commit("Hide");
    let run = check(&repo, &["--base", "main"]);
    assert!(run.code == 2 && run.stdout.contains("removes the register of `apps/pay`"), "{run:?}");
    // The honest neighbour: a register without exceptions may go.
    let repo = monorepo(true);
    repo.write("apps/old/stopgap.yaml", "version: 1\n").write("apps/old/exceptions/README.md", "").commit("Begin");
    repo.branch("change");
    repo.git(&["rm", "--quiet", "-r", "apps/old"]);
    repo.commit("Tidy");
    let run = check(&repo, &["--base", "main"]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn the_code_owners_of_the_top_count_for_all_and_are_one_finding() {
    let repo = monorepo(true);
    repo.write(".github/CODEOWNERS", "* @acme/security\n").commit("Own");
    repo.branch("change");
    repo.write(".github/CODEOWNERS", "# nobody\n").commit("Disown");
    let document = json(&check(&repo, &["--base", "main", "--format", "json"]));
    let found: Vec<&Value> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["rule"] == "policy-loosened" && it["gates"] == true)
        .collect();
    assert!(found.iter().all(|it| it["path"] == ".github/CODEOWNERS"), "{document}");
    let mut messages: Vec<&str> = found.iter().map(|it| it["message"].as_str().unwrap()).collect();
    messages.sort_unstable();
    let before = messages.len();
    messages.dedup();
    assert!(before > 0 && messages.len() == before, "{document}");
}

#[test]
fn fixes_are_made_in_every_register() {
    let repo = monorepo(true);
    let unquoted = exception(&[("expires", "2026/12/16")]);
    repo.write("apps/web/waivers/badge.yaml", &unquoted).write("exceptions/badge.yaml", &unquoted);
    let run = check(&repo, &["--fix"]);
    assert!(run.stdout.contains("\n., apps/web: made 1 change in 1 file\n"), "{run:?}");
    for path in ["apps/web/waivers/badge.yaml", "exceptions/badge.yaml"] {
        assert!(fs::read_to_string(repo.path().join(path)).unwrap().contains("2026-12-16"), "{path}");
    }
}

#[test]
fn submodules_and_repositories_inside_are_not_entered() {
    let repo = monorepo(true);
    let inner = repo.path().join("vendor/inner");
    fs::create_dir_all(inner.join("exceptions")).unwrap();
    fs::write(inner.join("stopgap.yaml"), "limits: never\n").unwrap();
    repo.git(&["init", "--quiet", "vendor/inner"]);
    let run = check(&repo, &["--skip", "pay"]);
    assert_eq!(run.code, 0, "{run:?}");
}
