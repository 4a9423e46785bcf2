//! What other programs cost, and what becomes of a run when they hang, print without end or are not there.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use crate::support::git::Repo;
use crate::support::{Run, TODAY, exception};

/// A branch of two commits, beside which `main` went on.
fn repository() -> Repo {
    let repo = Repo::new();
    repo.write("stopgap.yaml", "rules: {not-code-owned: off}\nback_dating: 30d\n");
    repo.write("exceptions/label-printer.yaml", &exception(&[])).commit("Begin");
    repo.branch("topic");
    repo.write("exceptions/badge-reader.yaml", &exception(&[("title", "Badge reader without TLS")])).commit("Ask");
    repo.write("readme.md", "A text.\n").commit("Explain");
    repo.switch("main");
    repo.write("other.md", "Another text.\n").commit("Go on");
    repo.switch("topic");
    repo
}

fn path() -> String {
    std::env::var("PATH").unwrap()
}

fn real_git() -> PathBuf {
    std::env::split_paths(&path()).map(|folder| folder.join("git")).find(|git| git.is_file()).unwrap()
}

/// Runs `stopgap` with a script in the place of git, in which `$git` is the real one.
fn with(repo: &Repo, script: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
    let bin = repo.sandbox.path().join("bin");
    fs::create_dir_all(&bin).unwrap();
    let script = format!("#!/bin/sh\ngit='{}'\n{script}\n", real_git().display());
    fs::write(bin.join("git"), script).unwrap();
    fs::set_permissions(bin.join("git"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(repo.path()).env("HOME", repo.sandbox.path());
    command.env("PATH", format!("{}:{}", bin.display(), path()));
    Run::of(command.envs(variables.iter().copied()).args(arguments))
}

/// Counts the calls of git.
fn calls(repo: &Repo, variables: &[(&str, &str)], arguments: &[&str]) -> Vec<String> {
    let noted = repo.sandbox.path().join("calls");
    fs::write(&noted, "").unwrap();
    let script = format!("echo \"$*\" >>'{}'\nexec \"$git\" \"$@\"", noted.display());
    let run = with(repo, &script, variables, arguments);
    assert!(run.code < 2, "{arguments:?}: {run:?}");
    fs::read_to_string(noted).unwrap().lines().map(str::to_owned).collect()
}

const JOB: &[(&str, &str)] = &[("TF_BUILD", "True")];

#[test]
fn the_gate_starts_git_five_times() {
    let repo = repository();
    repo.git(&["update-ref", "refs/remotes/origin/main", "main"]);
    for (variables, base) in [(JOB, "main"), (JOB, "auto"), (&[][..], "main"), (&[], "auto"), (&[], "main~1")] {
        let calls = calls(&repo, variables, &["check", "--base", base, "--today", TODAY]);
        assert!(calls.len() <= 5, "{base}: {calls:#?}");
    }
    let gitlab = [
        ("GITLAB_CI", "true"),
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &repo.rev("main~1")),
    ];
    let calls = calls(&repo, &gitlab, &["check", "--base", "auto", "--today", TODAY]);
    assert!(calls.len() <= 5, "{calls:#?}");
    repo.git(&["remote", "add", "origin", "https://github.com/acme/register.git"]);
    for format in ["sarif", "markdown"] {
        let calls = self::calls(&repo, &[], &["check", "--base", "main", "--today", TODAY, "--format", format]);
        assert!(calls.len() <= 9, "{format}: {calls:#?}");
    }
}

#[test]
fn more_files_are_no_more_processes() {
    let repo = repository();
    let gate = ["check", "--base", "main", "--today", TODAY];
    let few = calls(&repo, JOB, &gate).len();
    for number in 0..200 {
        let folder = number % 20;
        repo.write(&format!("exceptions/{folder}/system-{number}.yaml"), &exception(&[]));
    }
    repo.commit("Ask for more");
    assert_eq!(calls(&repo, JOB, &gate).len(), few);
}

#[test]
fn other_commands_start_it_rarely() {
    let repo = repository();
    for (most, arguments) in [
        (0, &["list"][..]),
        (4, &["check", "--today", TODAY]),
        (6, &["history"]),
        (10, &["show", "label-printer", "--today", TODAY]),
        (12, &["report", "--today", TODAY]),
        (6, &["list", "--at", "HEAD"]),
    ] {
        let calls = calls(&repo, &[], arguments);
        assert!(calls.len() <= most, "{arguments:?}: {calls:#?}");
    }
}

/// Lists the processes of a group that have not ended.
fn running(group: &str) -> Vec<String> {
    let listing = Command::new("ps").args(["-A", "-o", "pgid=,stat=,args="]).output().unwrap();
    let listing = String::from_utf8_lossy(&listing.stdout).into_owned();
    let is_one = |line: &&str| {
        let mut words = line.split_whitespace();
        words.next() == Some(group) && words.next().is_some_and(|state| !state.starts_with('Z'))
    };
    listing.lines().filter(is_one).map(str::to_owned).collect()
}

/// Ends with exit code 2 and these words, and with nothing that is still running.
fn is_ended(repo: &Repo, script: &str, seconds: &str, words: &str) {
    let started = repo.sandbox.path().join("started");
    let _ = fs::remove_file(&started);
    let script = format!("echo $$ >>'{}'\n{script}", started.display());
    let gate = ["check", "--base", "main", "--today", TODAY];
    let run = with(repo, &script, &[("TF_BUILD", "True"), ("STOPGAP_TIMEOUT", seconds)], &gate);
    assert!(run.code == 2 && run.stderr.contains(words), "{script}: {run:?}");
    for process in fs::read_to_string(started).unwrap().lines() {
        // A process that is killed takes a moment to go.
        let mut left = running(process);
        for _ in 0..100 {
            if left.is_empty() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
            left = running(process);
        }
        assert!(left.is_empty(), "{script}: {left:?}");
    }
}

#[test]
fn a_git_that_hangs_is_ended_with_all_that_it_started() {
    let repo = repository();
    is_ended(&repo, "sleep 1000", "1", "`git rev-parse` timed out after 1 second and was killed");
    is_ended(&repo, "sleep 1000 &\nexec \"$git\" \"$@\"", "1", "`git rev-parse` timed out after 1 second");
    let only = "case \"$*\" in *cat-file*) sleep 1000;; esac\nexec \"$git\" \"$@\"";
    is_ended(&repo, only, "1", "`git cat-file` timed out after 1 second");
    let deaf = "case \"$*\" in *merge-base*) exec <&- >&- 2>&-; sleep 1000;; esac\nexec \"$git\" \"$@\"";
    is_ended(&repo, deaf, "1", "`git merge-base` timed out after 1 second");
}

#[test]
fn a_git_that_prints_without_end_is_ended() {
    let repo = repository();
    is_ended(&repo, "exec yes", "100", "`git rev-parse` printed more than 256 MiB and was killed");
    is_ended(&repo, "exec yes >&2", "1", "`git rev-parse` timed out after 1 second");
    let only = "case \"$*\" in *cat-file*) exec yes;; esac\nexec \"$git\" \"$@\"";
    is_ended(&repo, only, "100", "`git cat-file` failed: git returned an unexpected response");
    let line = "case \"$*\" in *cat-file*) exec tr '\\0' x </dev/zero;; esac\nexec \"$git\" \"$@\"";
    is_ended(&repo, line, "100", "`git cat-file` failed: git returned an unexpected response");
}

#[test]
fn the_last_word_of_a_git_that_dies_is_shown() {
    let repo = repository();
    let dies = "case \"$*\" in *cat-file*) echo 'hint: x' >&2; echo 'fatal: the disk is gone' >&2; exit 128;; esac";
    let script = format!("{dies}\nexec \"$git\" \"$@\"");
    let run = with(&repo, &script, JOB, &["check", "--base", "main", "--today", TODAY]);
    assert!(run.code == 2 && run.stderr.contains("`git cat-file` failed: fatal: the disk is gone"), "{run:?}");
    assert!(!run.stderr.contains("hint"), "{run:?}");
}

#[test]
fn the_end_of_a_long_last_word_is_shown_too() {
    let repo = repository();
    let last = format!("fatal: {}the disk is gone", "so many words before the point ".repeat(5));
    let script = format!("case \"$*\" in *cat-file*) echo '{last}' >&2; exit 128;; esac\nexec \"$git\" \"$@\"");
    let run = with(&repo, &script, JOB, &["check", "--base", "main", "--today", TODAY]);
    assert!(run.code == 2 && run.stderr.contains(&last), "{run:?}");
}

#[test]
fn a_git_that_is_killed_is_said_to_be_whatever_it_had_hinted_at() {
    let repo = repository();
    for (command, arguments) in [
        ("merge-base", &["check", "--base", "main", "--today", TODAY][..]),
        ("cat-file", &["check", "--base", "main", "--today", TODAY]),
        ("diff-tree", &["report", "--today", TODAY]),
        ("for-each-ref", &["report", "--today", TODAY]),
        ("rev-list", &["report", "--today", TODAY]),
        ("rev-list", &["show", "label-printer", "--today", TODAY]),
    ] {
        let script = format!("case \"$*\" in *{command}*) echo 'hint: x' >&2; kill -9 $$;; esac\nexec \"$git\" \"$@\"");
        let run = with(&repo, &script, JOB, arguments);
        let words = format!("`git {command}` failed: it was killed by signal 9");
        assert!(run.code == 2 && run.stderr.contains(&words), "{command}, {arguments:?}: {run:?}");
        // What is known of a meeting is printed all the same.
        assert_eq!(
            run.stdout.contains("is not known: "),
            arguments[0] == "report",
            "{command}, {arguments:?}: {run:?}"
        );
    }
}

#[test]
fn a_git_that_does_not_say_who_somebody_is_is_not_one_that_does_not_know() {
    let repo = repository();
    let broken = "case \"$*\" in *user*) echo 'fatal: bad config line 1' >&2; exit 128;; esac\nexec \"$git\" \"$@\"";
    let mine = with(&repo, broken, &[], &["list", "--mine"]);
    assert!(mine.code == 2 && mine.stderr.contains("fatal: bad config line 1"), "{mine:?}");
    let unknown = with(&repo, "exec \"$git\" \"$@\"", &[], &["list", "--mine"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("neither your email address nor your name"), "{unknown:?}");
}

#[test]
fn a_git_that_is_only_slow_is_waited_for() {
    let repo = repository();
    let gate = ["check", "--base", "main", "--today", TODAY];
    let slow = with(&repo, "sleep 0.1\nexec \"$git\" \"$@\"", JOB, &gate);
    assert_eq!(slow.code, with(&repo, "exec \"$git\" \"$@\"", JOB, &gate).code, "{slow:?}");
    assert!(slow.stdout.contains("compared with"), "{slow:?}");
}

#[test]
fn a_limit_that_makes_no_sense_is_refused() {
    let repo = repository();
    for value in ["0", "-1", "ten", "1e3", "86401"] {
        let variables = [("TF_BUILD", "True"), ("STOPGAP_TIMEOUT", value)];
        let run = with(&repo, "exec \"$git\" \"$@\"", &variables, &["check", "--base", "main", "--today", TODAY]);
        assert!(run.code == 2 && run.stderr.contains("STOPGAP_TIMEOUT"), "{value}: {run:?}");
    }
}

#[test]
fn a_git_of_the_repository_itself_is_never_started() {
    let repo = repository();
    repo.write("git", "#!/bin/sh\ntouch started\n");
    fs::set_permissions(repo.path().join("git"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(repo.path()).env("PATH", format!(".:{}", path()));
    let run = Run::of(command.args(["check", "--base", "main", "--today", TODAY]));
    assert!(run.code < 2 && !repo.path().join("started").exists(), "{run:?}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(repo.path()).env("PATH", ".");
    let run = Run::of(command.args(["check", "--base", "main", "--today", TODAY]));
    assert!(run.code == 2 && run.stderr.contains("`git` cannot be started: it is not on the PATH"), "{run:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_path_git_is_looked_for_where_the_system_has_it() {
    let repo = repository();
    let gate = ["check", "--base", "main", "--today", TODAY];
    let run = Run::of(Command::new(env!("CARGO_BIN_EXE_stopgap")).env_clear().current_dir(repo.path()).args(gate));
    let has_one = ["/bin/git", "/usr/bin/git"].iter().any(|place| fs::metadata(place).is_ok());
    assert_eq!(run.stdout.contains("compared with"), has_one, "{run:?}");
}
