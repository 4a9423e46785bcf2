//! `enforce` as people and CI run it: real files, the log in and out, and everything that is no log.

use std::fs;

use serde_json::{Value, json};

use crate::support::git::Repo;
use crate::support::{Run, Sandbox, TODAY, exception};

/// Runs `enforce` on the sandbox, on [`TODAY`] unless the arguments name another day.
pub(crate) fn enforce(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    let mut command = sandbox.command();
    command.args(["enforce", "--root", "."]);
    if !arguments.contains(&"--today") {
        command.args(["--today", TODAY]);
    }
    Run::of(command.args(arguments))
}

/// A result at level warning on the first line of a file.
pub(crate) fn result(id: &str, path: &str) -> Value {
    let place = json!({"artifactLocation": {"uri": path}, "region": {"startLine": 1}});
    json!({"ruleId": id, "message": {"text": "words of the tool"}, "locations": [{"physicalLocation": place}]})
}

/// The log of one run.
pub(crate) fn log(driver: &str, results: &[Value]) -> String {
    json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": driver}}, "results": results}]}).to_string()
}

/// A register with one exception that covers `DS-0002` of trivy in the Dockerfile.
fn shop() -> Sandbox {
    let sandbox = Sandbox::new();
    let covers = "[{tool: trivy, id: AVD-DS-0002, paths: [Dockerfile]}]";
    sandbox.file("exceptions/image-user.yaml", exception(&[("covers", covers)])).file("Dockerfile", "FROM alpine:3\n");
    sandbox
}

#[test]
fn a_finding_is_covered_while_the_exception_lives_and_is_back_the_day_after() {
    let sandbox = shop();
    sandbox.file("a.sarif", log("Trivy", &[result("DS-0002", "Dockerfile")]));
    for (today, code) in [("2026-11-23", 0), ("2026-12-16", 0), ("2026-12-17", 1), ("2026-11-15", 1)] {
        let run = enforce(&sandbox, &["a.sarif", "--today", today]);
        assert_eq!(run.code, code, "{today}: {run:?}");
    }
    // The last day ends with the register's midnight, wherever that is.
    sandbox.file("stopgap.yaml", "timezone: Pacific/Auckland\n");
    for (now, code) in [("2026-12-16T10:59Z", 0), ("2026-12-16T11:00Z", 1)] {
        let run = enforce(&sandbox, &["a.sarif", "--today", now]);
        assert_eq!(run.code, code, "{now}: {run:?}");
    }
}

#[test]
fn several_logs_and_runs_are_judged_at_once() {
    let sandbox = shop();
    let two = json!({"version": "2.1.0", "runs": [
        {"tool": {"driver": {"name": "Trivy"}}, "results": [result("DS-0002", "Dockerfile")]},
        {"tool": {"driver": {"name": "hadolint"}}, "results": [result("DL3008", "Dockerfile")]},
    ]});
    sandbox.file("a.sarif", two.to_string()).file("b.sarif", log("Trivy", &[result("DS-0026", "app/Dockerfile")]));
    let run = enforce(&sandbox, &["a.sarif", "b.sarif", "--format", "concise"]);
    assert_eq!(run.code, 1);
    let expected = "\
Dockerfile:1:1: error[unregistered-finding] hadolint reports `DL3008`, which no exception in force covers: words of the tool
app/Dockerfile:1:1: error[unregistered-finding] Trivy reports `DS-0026`, which no exception in force covers: words of the tool
";
    assert!(run.stdout.starts_with(expected), "{}", run.stdout);
    assert!(run.stdout.contains("1 covered, 2 without an exception"), "{}", run.stdout);
}

#[test]
fn the_log_of_the_base_lets_be_what_was_there() {
    let sandbox = shop();
    sandbox.file("base.sarif", log("hadolint", &[result("DL3008", "Dockerfile")]));
    sandbox.file("head.sarif", log("hadolint", &[result("DL3008", "Dockerfile"), result("DL3009", "Dockerfile")]));
    assert_eq!(enforce(&sandbox, &["base.sarif", "--baseline", "base.sarif"]).code, 0);
    let run = enforce(&sandbox, &["head.sarif", "--baseline", "base.sarif", "--format", "concise", "-q"]);
    assert_eq!((run.code, run.stdout.lines().count()), (1, 1), "{run:?}");
    assert!(run.stdout.contains("DL3009"), "{run:?}");
}

#[test]
fn a_log_that_is_given_twice_counts_once() {
    let sandbox = shop();
    let text = log("Trivy", &[result("DS-0002", "Dockerfile"), result("DS-0026", "Dockerfile")]);
    sandbox.file("a.sarif", &text).file("copy/b.sarif", &text).file("c.sarif", text.replace("0026", "0027"));
    for (logs, said) in [
        (["a.sarif", "a.sarif"], "`a.sarif` is given twice; its results count once"),
        (["a.sarif", "copy/b.sarif"], "`copy/b.sarif` has the content of `a.sarif`; the results count once"),
    ] {
        let run = enforce(&sandbox, &[logs[0], logs[1], "c.sarif"]);
        assert!(run.stdout.contains("4 results of Trivy: 2 covered, 2 without an exception"), "{run:?}");
        assert!(run.stdout.contains(said), "{run:?}");
        let run = sandbox.check(&["--scan", logs[0], "--scan", logs[1]]);
        assert!(run.stdout.contains("silences 1 result in 1 file") && run.stdout.contains(said), "{run:?}");
        // Nor does a baseline that is given twice tolerate a second copy of what it contains.
        sandbox.file("d.sarif", log("Trivy", &[result("DS-0026", "Dockerfile"), result("DS-0026", "Dockerfile")]));
        let run = enforce(&sandbox, &["d.sarif", "--baseline", logs[0], "--baseline", logs[1]]);
        assert!(run.stdout.contains("1 in the baseline, 1 without an exception"), "{run:?}");
    }
    // Each has its annotated copy.
    fs::create_dir(sandbox.path("annotated")).unwrap();
    assert_eq!(enforce(&sandbox, &["a.sarif", "copy/b.sarif", "--annotate", "annotated"]).code, 1);
    let annotated = ["annotated/a.sarif", "annotated/b.sarif"].map(|path| fs::read(sandbox.path(path)).unwrap());
    assert!(annotated[0] == annotated[1] && annotated[0].len() > text.len());
}

#[test]
fn an_empty_fingerprint_makes_no_result_an_old_one() {
    let sandbox = shop();
    let secret = |code: &str| {
        let mut one = result("generic-api-key", "app/conf.py");
        one["locations"][0]["physicalLocation"]["region"]["snippet"] = json!({"text": code});
        one["partialFingerprints"] = json!({"commitSha": "", "email": "", "author": " ", "date": ""});
        log("gitleaks", &[one])
    };
    sandbox.file("base.sarif", secret("old = 1")).file("head.sarif", secret("new = 2"));
    assert_eq!(enforce(&sandbox, &["base.sarif", "--baseline", "base.sarif"]).code, 0);
    let run = enforce(&sandbox, &["head.sarif", "--baseline", "base.sarif"]);
    assert!(run.code == 1 && run.stdout.contains("1 without an exception"), "{run:?}");
}

#[test]
fn a_level_that_sarif_does_not_have_is_the_highest() {
    let sandbox = shop();
    sandbox.file("stopgap.yaml", "enforce: {level: error}\n");
    for (level, code) in [("ERROR", 1), ("critical", 1), ("Warning", 0), ("note", 0), ("NONE", 0), ("", 0)] {
        let mut own = result("DS-0026", "Dockerfile");
        own["level"] = json!(level);
        sandbox.file("a.sarif", log("Trivy", &[own]));
        assert_eq!(enforce(&sandbox, &["a.sarif"]).code, code, "{level}");
        let rule = json!({"id": "DS-0026", "defaultConfiguration": {"level": level}});
        let run = json!({"tool": {"driver": {"name": "Trivy", "rules": [rule]}}, "results": [result("DS-0026", "a")]});
        sandbox.file("a.sarif", json!({"version": "2.1.0", "runs": [run]}).to_string());
        assert_eq!(enforce(&sandbox, &["a.sarif"]).code, code, "{level}");
    }
}

#[test]
fn what_its_tool_leaves_to_a_person_is_said() {
    let sandbox = shop();
    let of = |kind: &str, level: &str| {
        let mut one = result("DS-0026", "Dockerfile");
        one["kind"] = json!(kind);
        one["level"] = json!(level);
        one
    };
    sandbox.file("a.sarif", log("Trivy", &[of("review", "none"), of("open", "none"), of("pass", "none")]));
    let run = enforce(&sandbox, &["a.sarif"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("2 results of Trivy: 2 undecided (`open` or `review`)"), "{run:?}");
    sandbox.file("a.sarif", log("Trivy", &[of("review", "error"), of("pass", "error")]));
    let run = enforce(&sandbox, &["a.sarif"]);
    assert!(run.code == 1 && run.stdout.contains("2 without an exception"), "{run:?}");
}

#[test]
fn an_annotated_log_takes_its_place_whole() {
    let sandbox = shop();
    sandbox.file("a.sarif", log("Trivy", &[result("DS-0002", "Dockerfile"), result("DS-0026", "Dockerfile")]));
    sandbox.file("b.sarif", log("Trivy", &[result("DS-0002", "Dockerfile")]));
    let read = |path: &str| -> Value { serde_json::from_slice(&fs::read(sandbox.path(path)).unwrap()).unwrap() };
    assert_eq!(enforce(&sandbox, &["a.sarif", "--annotate", "out.sarif"]).code, 1);
    let results = read("out.sarif")["runs"][0]["results"].clone();
    assert_eq!(results[0]["suppressions"][0]["status"], "accepted");
    assert_eq!(results[0]["suppressions"][0]["properties"]["stopgap"]["exception"], "image-user");
    assert_eq!(results[1].get("suppressions"), None);
    fs::create_dir(sandbox.path("annotated")).unwrap();
    assert_eq!(enforce(&sandbox, &["a.sarif", "b.sarif", "--annotate", "annotated"]).code, 1);
    assert_eq!(read("annotated/b.sarif")["runs"][0]["results"][0]["suppressions"][0]["kind"], "external");
    // One log that is none leaves what was there.
    sandbox.file("b.sarif", "{").file("annotated/a.sarif", "old");
    assert_eq!(enforce(&sandbox, &["a.sarif", "b.sarif", "--annotate", "annotated"]).code, 2);
    assert_eq!(fs::read(sandbox.path("annotated/a.sarif")).unwrap(), b"old");
    for target in ["a.sarif", "exceptions/image-user.yaml"] {
        let run = enforce(&sandbox, &["a.sarif", "--annotate", target]);
        assert_eq!(run.code, 2, "{target}: {run:?}");
        assert!(run.stderr.contains(&format!("`--annotate` would replace `{target}`")), "{run:?}");
    }
    // Two logs of one name have one place.
    sandbox.file("x/a.sarif", "{}");
    let run = enforce(&sandbox, &["a.sarif", "x/a.sarif", "--annotate", "out"]);
    assert_eq!((run.code, sandbox.path("out").exists()), (2, false), "{run:?}");
    let said = run.stderr.replace('\\', "/");
    assert!(said.contains("`--annotate` would write two logs to `out/a.sarif`: both are named `a.sarif`"), "{said}");
    assert!(!said.contains("--output"), "{said}");
}

#[test]
fn what_is_no_log_is_refused_with_its_line() {
    let sandbox = shop();
    let good = log("Trivy", &[result("DS-0002", "Dockerfile")]);
    for (text, words) in [
        ("".to_owned(), "it is empty"),
        ("# Findings\n".to_owned(), "line 1: this is not JSON"),
        ("\u{feff}{}".to_owned(), "line 1: this is not SARIF: no `version`"),
        (good.replace("2.1.0", "2.0.0"), "version `2.0.0`"),
        (good[..good.len() - 20].to_owned(), "it is truncated"),
        (good.replace("\"results\"", "\"issues\""), "has no `results`"),
    ] {
        sandbox.file("a.sarif", &text);
        for arguments in [&["a.sarif"][..], &["a.sarif", "--format", "json"]] {
            let run = enforce(&sandbox, arguments);
            assert!(run.code == 2 && run.stdout.is_empty(), "{run:?}");
            assert!(run.stderr.contains(words) && run.stderr.contains("help:"), "{words}: {}", run.stderr);
        }
    }
    sandbox.file("a.sarif", b"\xff\xfe{\0}\0");
    assert!(enforce(&sandbox, &["a.sarif"]).stderr.contains("it is UTF-16, not UTF-8"));
    for missing in ["nothing.sarif", "exceptions"] {
        assert_eq!(enforce(&sandbox, &[missing]).code, 2, "{missing}");
    }
    assert_eq!(enforce(&sandbox, &[]).code, 2);
}

#[test]
fn a_result_at_no_place_of_the_repository_is_a_finding_at_its_place_in_the_log() {
    let sandbox = shop();
    let mut nowhere = result("DS-0002", "Dockerfile");
    nowhere.as_object_mut().unwrap().remove("locations");
    let results = [nowhere, result("DS-0002", "../Dockerfile"), result("DS-0002", "https://example.com/Dockerfile")];
    let lines: Vec<String> = results.iter().map(Value::to_string).collect();
    let text = format!(
        "{{\"version\": \"2.1.0\", \"runs\": [{{\"tool\": {{\"driver\": {{\"name\": \"Trivy\"}}}}, \"results\": [\n{}]}}]}}",
        lines.join(",\n")
    );
    sandbox.file("a.sarif", text);
    let run = enforce(&sandbox, &["a.sarif", "--format", "concise", "-q"]);
    let found = run.stdout.lines().filter(|line| line.contains("unregistered-finding"));
    let places: Vec<&str> = found.map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(places, ["a.sarif:2:1", "a.sarif:3:1", "a.sarif:4:1"], "{}", run.stdout);
    assert!(run.stdout.contains("without a location") && run.stdout.contains("at `../Dockerfile`"), "{}", run.stdout);
}

#[test]
fn every_format_lists_the_same_findings_and_hostile_words_do_nothing() {
    let sandbox = shop();
    let hostile = "::error::x\n\u{1b}[2J<script>alert(1)</script> @acme/security `code` ##[error]";
    let mut one = result("R\u{1b}[31m`::warning::", "app/\u{1b}[2J::error::.tf");
    one["message"]["text"] = hostile.into();
    sandbox.file("a.sarif", log("T\u{1b}]0;x\u{7}ool ::error::", &[one, result("x", "Dockerfile")]));
    for format in ["text", "concise", "json", "sarif", "github", "gitlab", "junit", "rdjson", "markdown", "azure"] {
        let run = enforce(&sandbox, &["a.sarif", "--format", format]);
        assert_eq!(run.code, 1, "{format}: {run:?}");
        assert!(!run.stdout.contains('\u{1b}') && !run.stdout.contains('\u{7}'), "{format}: {}", run.stdout);
        assert!(format != "markdown" || !run.stdout.contains("<script>"), "{format}: {}", run.stdout);
        let commands = run.stdout.lines().filter(|line| line.trim_start().starts_with("::"));
        assert_eq!(commands.count(), if format == "github" { 2 } else { 0 }, "{format}: {}", run.stdout);
        if ["json", "sarif", "gitlab", "rdjson"].contains(&format) {
            serde_json::from_str::<Value>(&run.stdout).unwrap();
        }
    }
}

#[test]
fn a_check_counts_what_covers_silence() {
    let sandbox = shop();
    let many = |count: usize| -> Vec<Value> { (0..count).map(|_| result("DS-0002", "Dockerfile")).collect() };
    sandbox.file("a.sarif", log("Trivy", &many(37)));
    let run = sandbox.check(&["--scan", "a.sarif"]);
    assert!(run.stdout.contains("`image-user` silences 37 results in 1 file with cover 1"), "{run:?}");
    assert_eq!(run.code, 0, "{run:?}");
    let run = sandbox.check(&["--scan", "a.sarif", "--format", "json"]);
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    let image_user = told["silenced"].as_array().unwrap().iter().find(|it| it["exception"] == "image-user").unwrap();
    assert_eq!(
        (&image_user["cover"], &image_user["results"], &image_user["files"]),
        (&json!(1), &json!(37), &json!(1))
    );
    assert_eq!((&image_user["tool"], &image_user["id"]), (&json!("trivy"), &json!("AVD-DS-0002")));
    let run = sandbox.check(&["--format", "json"]);
    assert!(!run.stdout.contains("\"silenced\""), "{run:?}");
    sandbox.file("a.sarif", log("Trivy", &many(50)));
    let run = sandbox.check(&["--scan", "a.sarif", "--format", "concise"]);
    assert!(!run.stdout.contains("cover-too-broad"), "{run:?}");
    sandbox.file("a.sarif", log("Trivy", &many(51)));
    // What has ended silences nothing.
    let run = sandbox.check(&["--scan", "a.sarif", "--format", "concise", "--today", "2026-12-17"]);
    assert!(run.stdout.contains("[expired]") && !run.stdout.contains("cover-too-broad"), "{run:?}");
    let run = sandbox.check(&["--scan", "a.sarif", "--format", "concise"]);
    assert!(run.stdout.contains("warning[cover-too-broad] this silences `51` results in 1 file"), "{run:?}");
    // What nothing covers is not for `check` to say.
    sandbox.file("a.sarif", log("Trivy", &[result("DS-0026", "Dockerfile")]));
    let run = sandbox.check(&["--scan", "a.sarif", "--format", "concise", "-q"]);
    assert!(run.stdout.contains("unused-cover") && !run.stdout.contains("unregistered"), "{run:?}");
}

#[test]
fn the_rest_of_the_register_is_for_the_check_to_judge() {
    let sandbox = shop();
    let broad = exception(&[("covers", "[{tool: trivy, id: DS-0002}]")]);
    sandbox.file("exceptions/copy.yaml", broad).file("a.sarif", log("Trivy", &[result("DS-0002", "Dockerfile")]));
    let run = enforce(&sandbox, &["a.sarif"]);
    assert!(!run.stdout.contains("copied-reason") && !run.stdout.contains("cover-too-broad"), "{run:?}");
    let run = sandbox.check(&["--scan", "a.sarif", "--format", "concise"]);
    assert!(run.stdout.contains("[copied-reason]"), "{run:?}");
    assert!(run.stdout.contains("[cover-too-broad] this ignores `DS-0002` everywhere"), "{run:?}");
}

#[test]
fn a_cover_is_unused_only_if_its_tool_ran_to_its_end() {
    let sandbox = shop();
    let mut note = result("DS-0026", "Dockerfile");
    note["level"] = json!("note");
    let failed = json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Trivy"}}, "results": [note],
        "invocations": [{"executionSuccessful": false}]}]});
    for (text, found) in [(log("Trivy", &[]), true), (log("hadolint", &[]), false), (failed.to_string(), false)] {
        sandbox.file("a.sarif", &text);
        let run = enforce(&sandbox, &["a.sarif"]);
        assert_eq!((run.code, run.stdout.contains("unused-cover")), (0, found), "{text}: {run:?}");
    }
}

#[test]
fn what_is_left_of_an_exception_decides_what_to_do_about_an_unused_cover() {
    let sandbox = shop();
    let covers = |other: &str| format!("[{{tool: trivy, id: DS-0002, paths: [Dockerfile]}}, {other}]");
    for (other, help) in [
        ("{tool: trivy, id: DS-0030, paths: [Dockerfile]}", "close the exception: `stopgap close image-user`"),
        ("{tool: trivy, id: DS-0026, paths: [Dockerfile]}", "remove it from `covers`: `stopgap amend image-user`"),
        ("{tool: snyk, id: SNYK-1}", "if its other covers are not needed either: `stopgap close image-user`"),
    ] {
        sandbox.file("exceptions/image-user.yaml", exception(&[("covers", &covers(other))]));
        sandbox.file("a.sarif", log("Trivy", &[result("DS-0026", "Dockerfile")]));
        let run = enforce(&sandbox, &["a.sarif"]);
        let words = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("Trivy no longer reports `DS-0002`") && words.contains(help), "{other}: {run:?}");
    }
}

#[test]
fn a_result_without_words_or_an_id_is_a_result_and_the_thousandth_is_the_last_that_is_listed() {
    let sandbox = shop();
    let bare = |key: &str| {
        let mut bare = result("DL3008", "Dockerfile");
        bare.as_object_mut().unwrap().remove(key);
        bare
    };
    sandbox.file("a.sarif", log("hadolint", &[bare("message"), bare("ruleId")]));
    let run = enforce(&sandbox, &["a.sarif", "--format", "concise", "-q"]);
    let said: Vec<&str> = run.stdout.lines().map(|line| line.split_once("] ").unwrap().1).collect();
    let expected = [
        "hadolint reports `DL3008`, which no exception in force covers",
        "hadolint reports a result without an id, which no exception in force covers: words of the tool",
    ];
    assert_eq!(said, expected, "{run:?}");
    let run = enforce(&sandbox, &["a.sarif"]);
    assert!(run.stdout.contains("no cover can name a result without an id") && !run.stdout.contains("id=,"), "{run:?}");
    // Of one file no more than a hundred are listed.
    let files: Vec<String> = (0..20).map(|index| format!("app-{index}/Dockerfile")).collect();
    for path in &files {
        sandbox.file(path, "FROM alpine:3\n");
    }
    for (count, last) in [(1000, None), (1003, Some("and `3` more results like those listed"))] {
        let many: Vec<Value> = (0..count).map(|index| result(&format!("DL{index}"), &files[index % 20])).collect();
        sandbox.file("a.sarif", log("hadolint", &many));
        let told: Value = serde_json::from_str(&enforce(&sandbox, &["a.sarif", "--format", "json"]).stdout).unwrap();
        let mut messages = told["findings"].as_array().unwrap().iter().map(|it| it["message"].as_str().unwrap());
        let more = messages.find(|message| message.starts_with("and "));
        assert_eq!((more, told["findings"].as_array().unwrap().len()), (last, count.min(1000) + more.iter().len()));
    }
}

#[test]
fn a_cover_that_an_ignore_file_holds_is_not_unused() {
    let sandbox = shop();
    let unused = |policy: &str| {
        sandbox.file("stopgap.yaml", format!("version: 1\n{policy}"));
        sandbox.file("a.sarif", log("Trivy", &[]));
        enforce(&sandbox, &["a.sarif"]).stdout.contains("unused-cover")
    };
    assert!(unused("") && unused("sync: {snyk: .snyk}\n"));
    assert!(!unused("sync: {trivy: .trivyignore.yaml}\n"));
    // A plain file knows no paths, so Trivy would still report what this covers.
    assert!(unused("sync: {trivy: .trivyignore}\n"));
    assert!(!unused("sync: {trivy: [.trivyignore, .trivyignore.yaml]}\n"));
}

#[test]
fn a_job_judges_by_the_commit() {
    let repo = Repo::new();
    repo.write("Dockerfile", "FROM alpine:3\n").write("exceptions/a.yaml", &exception(&[])).commit("base");
    let covers = "[{tool: trivy, id: DS-0002, paths: [Dockerfile]}]";
    // What a build step writes into the register is in no commit.
    repo.write("exceptions/a.yaml", &exception(&[("covers", covers)]));
    repo.write("a.sarif", &log("Trivy", &[result("DS-0002", "Dockerfile")]));
    let run = |variables: &[(&str, &str)]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().current_dir(repo.path()).args(["enforce", "a.sarif", "--today", TODAY]);
        command.env("PATH", std::env::var_os("PATH").unwrap()).envs(variables.iter().copied());
        Run::of(&mut command).code
    };
    assert_eq!(run(&[]), 0);
    assert_eq!(run(&[("CI", "true"), ("GITHUB_ACTIONS", "true")]), 1);
}

/// What no log says of a result cannot be held against it, so a cover that asks for it covers nothing; neither does an
/// exception that nobody has decided on, and a log without a run is no scan.
#[test]
fn a_doubt_covers_nothing() {
    let sandbox = Sandbox::new();
    sandbox.file("policy.sarif", log("kyverno", &[result("disallow-host-path", "pod.yaml")]));
    let covering = |covers: &str, more: &[(&str, &str)]| {
        let fields: Vec<(&str, &str)> = more.iter().copied().chain([("covers", covers)]).collect();
        sandbox.file("exceptions/host-path.yaml", exception(&fields));
        let run = enforce(&sandbox, &["policy.sarif", "--format", "concise"]);
        (run.code, run.stdout.contains("[unregistered-finding]"))
    };
    assert_eq!(covering("[{tool: kyverno, id: disallow-host-path}]", &[]), (0, false));
    assert_eq!(covering("[{tool: kyverno, id: disallow-host-path, namespace: build}]", &[]), (1, true));
    assert!(covering("[{tool: kyverno, id: disallow-host-path}]", &[("approver", ""), ("decided", "")]).1);

    sandbox.file("empty.sarif", json!({"version": "2.1.0", "runs": []}).to_string());
    let run = enforce(&sandbox, &["empty.sarif"]);
    assert!(run.code == 2 && run.stderr.contains("the scan did not take place"), "{run:?}");

    let failed =
        log("Trivy", &[]).replace("\"results\"", "\"invocations\":[{\"executionSuccessful\":false}],\"results\"");
    sandbox.file("failed.sarif", failed);
    let run = enforce(&sandbox, &["failed.sarif"]);
    assert!(run.code == 2 && run.stderr.contains("reports that it failed"), "{run:?}");
}

#[test]
fn a_cover_of_every_rule_holds_what_its_tool_finds_in_its_files() {
    let sandbox = Sandbox::new();
    let covers = "[{tool: bandit, id: all, paths: [app/run.py]}]";
    sandbox.file("exceptions/old-runner.yaml", exception(&[("covers", covers)]));
    let mut told = result("B602", "app/run.py");
    told["suppressions"] = json!([{"kind": "inSource"}]);
    let no_id = json!({"message": {"text": "words"}, "locations": result("", "app/run.py")["locations"]});
    sandbox
        .file("bandit.sarif", log("Bandit", &[result("B307", "app/run.py"), result("all", "app/run.py"), told, no_id]));
    let run = enforce(&sandbox, &["bandit.sarif", "--annotate", "out.sarif"]);
    assert!(run.code == 0 && run.stdout.contains("4 covered"), "{run:?}");
    let out = fs::read_to_string(sandbox.path("out.sarif")).unwrap();
    assert_eq!(out.matches("\"exception\":\"old-runner\"").count(), 4, "{out}");
    assert_eq!(enforce(&sandbox, &["bandit.sarif", "--today", "2026-12-17"]).code, 1);

    let mut elsewhere = result("B602", "app/walk.py");
    elsewhere["suppressions"] = json!([{"kind": "inSource", "justification": "stopgap: old-runner"}]);
    sandbox.file("bandit.sarif", log("Bandit", &[result("B307", "app/walk.py"), elsewhere]));
    sandbox.file("other.sarif", log("Semgrep OSS", &[result("no-eval", "app/run.py")]));
    let run = enforce(&sandbox, &["bandit.sarif", "other.sarif", "--format", "concise"]);
    let rules: Vec<&str> = run.stdout.lines().filter_map(|line| line.split(['[', ']']).nth(1)).collect();
    assert_eq!(rules.len(), 4, "{run:?}");
    for rule in ["unregistered-finding", "unregistered-suppression", "unused-cover"] {
        assert!(rules.contains(&rule), "{rule}: {run:?}");
    }
    assert!(run.stdout.contains("Bandit no longer reports anything in the scope of this cover"), "{run:?}");

    // What nobody may cover as a whole is not covered.
    sandbox.file("other.sarif", log("Semgrep OSS", &[result("all", "app/run.py"), result("no-eval", "app/run.py")]));
    for covers in ["{tool: semgrep, id: all}", "{tool: semgrep, id: all, paths: ['**']}", "{tool: trivy, id: all}"] {
        sandbox.file("exceptions/old-runner.yaml", exception(&[("covers", &format!("[{covers}]"))]));
        let run = enforce(&sandbox, &["other.sarif", "--format", "concise"]);
        assert_eq!(run.stdout.matches("[unregistered-finding]").count(), 2, "{covers}: {run:?}");
    }
}

/// A key that is null is written once, so that the copy is a log again.
#[test]
fn a_copy_has_no_key_twice() {
    let sandbox = shop();
    let mut covered = result("DS-0002", "Dockerfile");
    covered["suppressions"] = Value::Null;
    sandbox.file("a.sarif", log("Trivy", &[covered]));
    assert_eq!(enforce(&sandbox, &["a.sarif", "--annotate", "b.sarif"]).code, 0);
    let copy = fs::read_to_string(sandbox.path("b.sarif")).unwrap();
    assert_eq!(copy.matches("\"suppressions\"").count(), 1, "{copy}");
    assert_eq!(enforce(&sandbox, &["b.sarif"]).code, 0);
}

#[test]
fn nobody_is_told_to_renew_what_has_ended() {
    let sandbox = shop();
    sandbox.file("a.sarif", log("Trivy", &[result("DS-0002", "Dockerfile")]));
    let run = enforce(&sandbox, &["a.sarif", "--today", "2026-12-17"]);
    assert!(run.code == 1 && !run.stdout.contains("renew"), "{run:?}");
    assert!(run.stdout.contains("`stopgap new --follows image-user`"), "{run:?}");
}

/// Of many results a part is listed, and all of them are counted.
#[test]
fn what_is_not_listed_is_counted() {
    let sandbox = shop();
    let many = |path: &dyn Fn(usize) -> String| -> Vec<Value> {
        (0..2500).map(|at| result(&format!("B{}", at % 7), &path(at))).collect()
    };
    for (name, results, more) in [
        (
            "in one file",
            many(&|_| "Dockerfile".to_owned()),
            "and `2400` more findings of `unregistered-finding` from here on",
        ),
        ("in many files", many(&|at| format!("app/{at}.py")), "and `1500` more results like those listed"),
    ] {
        sandbox.file("a.sarif", log("Bandit", &results));
        let run = enforce(&sandbox, &["a.sarif"]);
        assert!(run.stdout.contains(more), "{name}: {}", run.stdout.lines().last().unwrap_or_default());
        assert!(run.stdout.contains(" 2500  error    unregistered-finding"), "{name}");
        assert!(run.stdout.contains("on 2026-11-23: 2500 errors"), "{name}");
        let run = enforce(&sandbox, &["a.sarif", "--limit", "3"]);
        assert!(run.stdout.contains("2497 more findings are not listed"), "{name}: {}", run.stdout);
        let json: Value = serde_json::from_str(&enforce(&sandbox, &["a.sarif", "--format", "json"]).stdout).unwrap();
        assert_eq!(json["summary"]["errors"], 2500, "{name}");
    }
}

/// A cover is advised only if `new` takes it and it matches the result.
#[test]
fn no_cover_is_advised_that_would_be_refused() {
    let sandbox = shop();
    let long = format!("python.lang.security.{}", "audit-a-call.".repeat(8));
    for (driver, id, advised) in [
        ("Unknown", "all", None),
        ("Unknown", "a\tb", None),
        ("Unknown", "a`b", None),
        ("Unknown", "a b", Some("'tool=Unknown,id=a b".to_owned())),
        ("Semgrep OSS", long.trim_end_matches('.'), Some(format!("tool=semgrep,id={}", long.trim_end_matches('.')))),
    ] {
        sandbox.file("a.sarif", log(driver, &[result(id, "app/run.py")]));
        let run = enforce(&sandbox, &["a.sarif"]);
        let expected = advised.map_or("fix it: no cover can be advised".to_owned(), |cover| format!("--cover {cover}"));
        assert!(run.stdout.contains(&expected), "{id}: {}", run.stdout);
        assert_eq!(run.stdout.contains("stopgap new"), expected.starts_with("--cover"), "{id}: {}", run.stdout);
    }
}
