//! A repository that is damaged is never one without a commit, and git's own last word reaches whoever reads the log.

use std::fs;

use crate::support::git::Repo;
use crate::support::{Run, TODAY, exception};

/// Where a job and a developer are.
const PLACES: [&[(&str, &str)]; 4] =
    [&[], &[("CI", "true")], &[("TF_BUILD", "True")], &[("GITLAB_CI", "true"), ("CI_PIPELINE_SOURCE", "push")]];

fn repository() -> Repo {
    let repo = Repo::new();
    repo.write("stopgap.yaml", "rules: {not-code-owned: off}\nback_dating: 30d\n");
    repo.write("exceptions/label-printer.yaml", &exception(&[])).commit("Begin");
    repo.write("readme.md", "A text.\n").commit("Go on");
    repo
}

fn run(repo: &Repo, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(repo.path()).envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    Run::of(command.envs(variables.iter().copied()).args(arguments))
}

/// The gate everywhere, and what reads the past, end with exit code 2 and these words.
fn is_refused(repo: &Repo, words: &[&str]) {
    let gate: &[&str] = &["check", "--base", "auto", "--today", TODAY];
    let gates = PLACES.iter().map(|place| run(repo, place, gate));
    let job = run(repo, PLACES[2], &["check", "--today", TODAY]);
    let past = [&["history"][..], &["show", "label-printer"]].map(|arguments| run(repo, &[], arguments));
    for run in gates.chain([job]).chain(past) {
        assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
        for word in words {
            assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
        }
    }
}

fn object(repo: &Repo, revision: &str) -> std::path::PathBuf {
    let oid = repo.git(&["rev-parse", revision]);
    let oid = oid.trim();
    repo.path().join(format!(".git/objects/{}/{}", &oid[..2], &oid[2..]))
}

#[test]
fn a_branch_whose_file_is_empty_is_damaged() {
    let repo = repository();
    fs::write(repo.path().join(".git/refs/heads/main"), "").unwrap();
    is_refused(&repo, &["`HEAD` cannot be read", "git fsck"]);
}

#[test]
fn a_lost_commit_is_not_the_absence_of_one() {
    let repo = repository();
    fs::remove_file(object(&repo, "HEAD")).unwrap();
    is_refused(&repo, &["which is checked out, is not in this clone"]);
}

#[test]
fn references_that_cannot_be_read_are_damage() {
    let repo = repository();
    repo.git(&["pack-refs", "--all"]);
    fs::write(repo.path().join(".git/packed-refs"), "garbage\n").unwrap();
    is_refused(&repo, &["fatal: unexpected line in .git/packed-refs"]);
}

#[test]
fn git_s_last_word_is_shown_and_not_its_hint() {
    let repo = repository();
    fs::remove_file(object(&repo, "HEAD:exceptions")).unwrap();
    let job = run(&repo, PLACES[2], &["check", "--today", TODAY]);
    assert_eq!(job.code, 2, "{}", job.stdout);
    let has_word = job.stderr.contains("fatal: ") || job.stderr.contains("error: Could not read");
    assert!(has_word && !job.stderr.contains("hint"), "{}", job.stderr);
}

#[test]
fn a_branch_without_a_commit_is_the_honest_neighbour() {
    let repo = Repo::new();
    repo.write("stopgap.yaml", "rules: {not-code-owned: off}\nback_dating: 30d\n");
    repo.write("exceptions/label-printer.yaml", &exception(&[]));
    let gate: &[&str] = &["check", "--base", "auto", "--today", TODAY];
    let developer = run(&repo, &[], gate);
    assert!(developer.code == 0 && developer.stdout.contains("there is no commit yet"), "{}", developer.stdout);
    // In a job there is always something checked out.
    for place in &PLACES[2..] {
        let job = run(&repo, place, gate);
        assert!(job.code == 2 && job.stderr.contains("there is no commit to compare"), "{}", job.stderr);
    }
}
