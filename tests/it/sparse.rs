//! Sparse checkouts: what is left out of the work tree is never taken for something that is not there.

use std::process::{Command, Stdio};

use crate::support::git::Repo;
use crate::support::{Run, TODAY, exception};

const ENTRY: &str = "exceptions/label-printer.yaml";
const HELP: &str = "`git sparse-checkout disable` checks out everything, and `git sparse-checkout add` another folder";

/// A register with an entry that ends, one that has ended, and a suppression.
fn register() -> Repo {
    let repo = Repo::new();
    let ended = exception(&[("expires", "2026-11-22"), ("scope.system", "label printer lp-08")]);
    repo.write("stopgap.yaml", "suppressions: [bandit]\nsync: {trivy: .trivyignore.yaml}\n");
    repo.write(ENTRY, &exception(&[("covers", "[{tool: trivy, id: CVE-2026-1, purls: ['pkg:npm/a@1']}]")]));
    repo.write("exceptions/ended.yaml", &ended).write("src/a.py", "run(shell=True) # nosec B602\n");
    repo.write("docs/CODEOWNERS", "/special/ @boss\n").write(".trivyignore.yaml", "# ours\nvulnerabilities: []\n");
    repo.commit("Begin");
    repo
}

fn run(repo: &Repo, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().stdin(Stdio::null()).current_dir(repo.path());
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    Run::of(command.args(arguments))
}

fn leave_out(repo: &Repo, patterns: &[&str]) {
    repo.git(&[&["sparse-checkout", "set", "--no-cone", "/*"], patterns].concat());
}

#[test]
fn what_is_left_out_of_the_register_or_its_rule_book_is_refused() {
    let repo = register();
    let check = ["check", "--today", TODAY, "--format", "concise"];
    assert!(run(&repo, &check).stdout.contains("exceptions/ended.yaml:"), "{:?}", run(&repo, &check));
    for (left_out, named) in [
        ("!/exceptions/ended.yaml", "`exceptions/ended.yaml`\n"),
        ("!/exceptions/", "`exceptions/ended.yaml` and 1 more file\n"),
        ("!/stopgap.yaml", "`stopgap.yaml`\n"),
    ] {
        leave_out(&repo, &[left_out]);
        for arguments in [&check[..], &["list", "--today", TODAY], &["remind", "--today", TODAY, "--format", "json"]] {
            let run = run(&repo, arguments);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{left_out} {arguments:?}: {run:?}");
            let what = format!("error: the sparse checkout leaves out {named}");
            assert!(run.stderr.starts_with(&what) && run.stderr.contains(HELP), "{run:?}");
        }
    }
    // The gate reads the commit.
    leave_out(&repo, &["!/src/"]);
    repo.branch("topic");
    repo.write(ENTRY, &exception(&[("expires", "2027-01-20")]));
    repo.commit("Later");
    leave_out(&repo, &["!/exceptions/ended.yaml", "!/src/"]);
    let gate = run(&repo, &["check", "--base", "main", "--today", TODAY, "--format", "concise"]);
    assert!(gate.code == 1 && gate.stdout.contains("label-printer.yaml:"), "{gate:?}");
    repo.git(&["sparse-checkout", "disable"]);
    assert_eq!(run(&repo, &["list", "--today", TODAY]).code, 0);
}

#[test]
fn suppressions_in_files_that_are_left_out_are_read_from_the_index() {
    let repo = register();
    repo.write("lib/b.py", "run(shell=True) # nosec B602\n");
    std::os::unix::fs::symlink("../src/a.py", repo.path().join("lib/a.yaml")).unwrap();
    repo.commit("More");
    let list = ["suppressions", "--today", TODAY];
    let before = run(&repo, &list);
    assert!(before.stdout.contains("src/a.py") && before.stdout.contains("lib/b.py"), "{before:?}");
    leave_out(&repo, &["!/src/", "!/lib/"]);
    assert_eq!(run(&repo, &list).stdout, before.stdout);
    let check = run(&repo, &["suppressions", "--check", "--today", TODAY, "--format", "concise"]);
    assert!(check.code == 1 && check.stdout.contains("src/a.py:1:"), "{check:?}");
    // What was put there by hand is what counts.
    repo.write("src/a.py", "run()\n");
    assert!(!run(&repo, &list).stdout.contains("src/a.py"), "{:?}", run(&repo, &list));
}

#[test]
fn nothing_is_written_over_a_file_that_is_left_out() {
    let repo = register();
    leave_out(&repo, &["!/.trivyignore.yaml", "!/docs/"]);
    for (arguments, named) in [(&["sync"][..], "`.trivyignore.yaml`"), (&["sync", "--check"], "`.trivyignore.yaml`")] {
        let run = run(&repo, arguments);
        assert!(run.code == 2 && run.stderr.contains(named) && run.stderr.contains(HELP), "{arguments:?}: {run:?}");
    }
    leave_out(&repo, &["!/.trivyignore.yaml"]);
    repo.write("exceptions/README.md", "ours\n").commit("Page");
    leave_out(&repo, &["!/exceptions/README.md", "!/.trivyignore.yaml"]);
    let init = run(&repo, &["init", "--owners", "@olek,@priya", "--ci", "none"]);
    assert!(init.code == 2 && init.stderr.contains("leaves out `exceptions/README.md`\n"), "{init:?}");
    assert_eq!(repo.git(&["status", "--short"]), "");
}
