//! A register's life in an empty git repository, command by command: each leaves a clean check.

use std::process::{Command, Stdio};

use crate::support::git::Repo;

/// Runs the command in a repository on a day; it must succeed. Then the whole register and, if there is a commit to
/// compare with, the change are checked: neither has a finding above a note.
fn does(repo: &Repo, today: &str, arguments: &[&str]) -> String {
    let output = stopgap(repo).args(arguments).output().unwrap();
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{arguments:?}\n{stdout}{stderr}");
    let mut checks = vec![vec!["check", "--today", today, "--format", "concise"]];
    if repo.try_git(&["rev-parse", "--verify", "HEAD"]).status.success() {
        checks.push(vec!["check", "--today", today, "--format", "concise", "--base", "HEAD"]);
    }
    for check in checks {
        let output = stopgap(repo).args(&check).output().unwrap();
        let found = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{check:?} after {arguments:?}\n{found}");
        assert!(!found.contains("warning[") && !found.contains("error["), "{check:?} after {arguments:?}\n{found}");
    }
    stdout
}

fn stopgap(repo: &Repo) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(repo.path()).stdin(Stdio::null());
    command
}

#[test]
fn an_exception_is_asked_for_renewed_reviewed_and_closed() {
    let repo = Repo::new();
    does(&repo, "2026-01-02", &["init", "--owners", "@mei,@ines"]);
    repo.write("people.yaml", "people:\n- {handle: \"@hanna\"}\n- {handle: \"@luis\"}\n- {handle: \"@mei\", manager: \"@ines\"}\n- {handle: \"@ines\"}\n");
    repo.commit("set up");
    let id = "label-printer-keeps-its-old-certificate";
    let file = format!("exceptions/{id}.yaml");
    let asked = does(
        &repo,
        "2026-01-02",
        &[
            "new",
            "--today",
            "2026-01-02",
            "--title",
            "Label printer keeps its old certificate",
            "--control",
            "CRY-04 Certificates are younger than a year",
            "--reason",
            "The maker ships the tool that installs a new certificate on Thursday next week.",
            "--system",
            "label printer lp-07 in hall 3",
            "--environment",
            "production",
            "--tier",
            "moderate",
            "--statement",
            "A forged printer could print wrong parcel labels.",
            "--alternative",
            "Print in hall 2",
            "--rejected",
            "The belt there is full until Friday.",
            "--removal",
            "Install the new certificate and print a test label.",
            "--requester",
            "@hanna",
            "--owner",
            "@luis",
            "--approver",
            "@mei",
            "--expires",
            "2026-01-09",
        ],
    );
    assert!(asked.contains(&format!("git add -- {file}")), "{asked}");
    repo.commit("ask");

    let renewed = does(
        &repo,
        "2026-01-08",
        &[
            "renew",
            id,
            "--today",
            "2026-01-08",
            "--requester",
            "@luis",
            "--approver",
            "@ines",
            "--expires",
            "14d",
            "--reason",
            "The parcel with the tool came back because the address of hall 3 was wrong.",
            "--risk-check",
            "Print server log read on 8 January, no foreign job.",
        ],
    );
    assert!(renewed.contains("renewed until 2026-01-22: renewal 1 of 2"), "{renewed}");
    repo.commit("renew");

    does(
        &repo,
        "2026-01-12",
        &["review", id, "--today", "2026-01-12", "--by", "@luis", "--note", "The tool has arrived."],
    );
    repo.commit("review");

    let note = "Certificate installed, a test label printed.";
    does(
        &repo,
        "2026-01-14",
        &["close", id, "--today", "2026-01-14", "--by", "@luis", "--verified-by", "@hanna", "--note", note],
    );
    repo.commit("close");

    let shown = stopgap(&repo).args(["show", id, "--today", "2026-01-15"]).output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    for step in ["added", "renewed", "reviewed", "closed"] {
        assert!(shown.contains(step), "{step}\n{shown}");
    }
    let listed = stopgap(&repo).args(["list", "--today", "2026-01-15"]).output().unwrap();
    assert!(String::from_utf8(listed.stdout).unwrap().starts_with("0 exceptions"), "nothing is open");
}

#[test]
fn a_request_is_rejected_on_its_branch_and_never_once_it_is_merged() {
    let repo = Repo::new();
    does(&repo, "2026-01-02", &["init", "--owners", "@mei,@ines"]);
    repo.commit("set up");
    let other = repo.sandbox.path().join("clone");
    repo.git(&["clone", "--quiet", ".", other.to_str().unwrap()]);
    let text = "title: Printer keeps its old certificate\ncontrol: CRY-04 Certificates are younger than a year\nreason: The maker ships the tool on Thursday next week.\nscope: {system: label printer lp-07, environment: production}\nrisk: {tier: moderate, statement: A forged printer could print wrong labels.}\nalternatives: [{option: Print in hall 2, rejected: The belt there is full.}]\nremoval: Install the new certificate.\nrequester: \"@hanna\"\nowner: \"@luis\"\napprover: \"@mei\"\ndecided: 2026-01-02\nstatus: active\nstarts: 2026-01-02\nexpires: 2026-01-09\n";
    let file = "exceptions/printer.yaml";
    let reject = ["reject", "printer", "--today", "2026-01-03", "--note", "Print in hall 2 at night."];

    std::fs::write(other.join(file), text).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_stopgap")).args(reject).current_dir(&other).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
    let written = std::fs::read_to_string(other.join(file)).unwrap();
    assert!(written.contains("status: rejected\n") && written.contains("decided: 2026-01-03\n"), "{written}");
    assert!(written.contains("by: \"@mei\", note: Print in hall 2 at night.}"), "{written}");

    std::fs::write(other.join(file), text).unwrap();
    for arguments in [
        &["add", "--all"][..],
        &["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "x"],
        &["push", "-q", "origin", "HEAD:refs/heads/merged"],
        &["update-ref", "refs/remotes/origin/main", "HEAD"],
    ] {
        let status = Command::new("git")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .args(arguments)
            .current_dir(&other)
            .status()
            .unwrap();
        assert!(status.success(), "{arguments:?}");
    }
    let run = Command::new(env!("CARGO_BIN_EXE_stopgap")).args(reject).current_dir(&other).output().unwrap();
    let stderr = String::from_utf8_lossy(&run.stderr).into_owned();
    assert_eq!(run.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("approved and merged") && stderr.contains("stopgap close printer"), "{stderr}");
}
