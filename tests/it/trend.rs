//! The weeks of `report` against the register as each week's last commit has it, and what they ask git for.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use stopgap::internal::time::Day;

use crate::past;
use crate::support::git::Repo;
use crate::support::{Run, exception};

fn run(root: &Path, path: &str, arguments: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    let run = Run::of(command.env_clear().env("PATH", path).current_dir(root).args(arguments));
    assert_eq!((run.code, run.errors()), (0, String::new()), "{run:?}");
    serde_json::from_str(&run.stdout).unwrap()
}

fn path() -> String {
    std::env::var("PATH").unwrap()
}

fn weeks(root: &Path) -> Vec<Value> {
    let report = run(root, &path(), &["report", "--today", past::LAST, "--format", "json"]);
    report["trend"].as_array().unwrap().clone()
}

/// Checks out the register as it was at the end of a week, and asks another command about it.
#[test]
fn each_week_is_what_its_last_commit_says() {
    let repo = Repo::new();
    past::write(repo.path(), 30, 400).unwrap();
    repo.git(&["reset", "--hard", "--quiet"]);
    let weeks = weeks(repo.path());
    assert_eq!(weeks.len(), 53);
    let (mut renewals, mut closings) = (0, 0);
    for week in weeks.iter().rev().step_by(4) {
        let last = week["last_day"].as_str().unwrap();
        let commit = repo.git(&["rev-list", "-1", &format!("--before={last}T23:59:59Z"), "main"]);
        repo.git(&["checkout", "--quiet", &commit]);
        let then = run(repo.path(), &path(), &["report", "--today", last, "--format", "json"]);
        let keys = ["live", "expired"];
        assert_eq!(keys.map(|key| &week[key]), keys.map(|key| &then["metrics"][key]), "{last}");
        assert_eq!(then["trend"].as_array().unwrap().last(), Some(week), "{last}");
        renewals += week["renewals"].as_u64().unwrap();
        closings += usize::from(!week["days_to_closure"].is_null());
        // Each renewal was asked for on the day before its decision.
        assert!(week["days_to_decision"].is_null() || week["days_to_decision"] == 1.0, "{week}");
    }
    assert!(renewals > 10 && closings > 5, "{renewals} renewals, {closings} weeks with closures");
}

#[test]
fn a_merged_branch_says_how_long_a_decision_took() {
    let repo = Repo::new();
    let write = |path: &str, text: &str| {
        fs::create_dir_all(repo.path().join("exceptions")).unwrap();
        fs::write(repo.path().join(path), text).unwrap();
    };
    // The first commit is made on 1 January, each other one a day after the one before.
    write("stopgap.yaml", "version: 1\n");
    repo.commit("policy");
    repo.branch("ask");
    let asked = [("decided", "2026-01-06"), ("starts", "2026-01-06"), ("expires", "2026-01-20")];
    write("exceptions/printer.yaml", &exception(&asked));
    repo.commit("ask");
    repo.commits.set(repo.commits.get() + 3);
    repo.git(&["switch", "--quiet", "main"]);
    repo.git(&["merge", "--quiet", "--no-ff", "--no-edit", "ask"]);
    let asked_on = repo.git(&["log", "-1", "--format=%cs", "ask"]);
    let merged_on = repo.git(&["log", "-1", "--format=%cs", "main"]);
    let waited = Day::parse(&asked_on).unwrap().days_until(Day::parse(&merged_on).unwrap());
    assert!(waited >= 3, "{asked_on} to {merged_on}");
    let report = run(repo.path(), &path(), &["report", "--today", "2026-01-10", "--format", "json"]);
    let weeks = report["trend"].as_array().unwrap();
    let told: Vec<&Value> = weeks.iter().map(|week| &week["days_to_decision"]).filter(|it| !it.is_null()).collect();
    assert_eq!(told, [&Value::from(waited as f64)]);
    // The weeks begin with the register.
    assert_eq!(weeks[0]["live"], 1);
}

/// A git that notes what its long-lived reader is asked for.
#[cfg(unix)]
#[test]
fn each_content_is_read_once_and_no_commit_is_a_process() {
    use std::collections::BTreeMap;
    use std::os::unix::fs::PermissionsExt;

    let asked = |commits: usize| {
        let repo = Repo::new();
        past::write(repo.path(), 10, commits).unwrap();
        repo.git(&["reset", "--hard", "--quiet"]);
        let aside = repo.path().parent().unwrap();
        let (calls, objects) = (aside.join("calls"), aside.join("objects"));
        let all = path();
        let git = std::env::split_paths(&all).map(|folder| folder.join("git")).find(|git| git.is_file()).unwrap();
        let script = format!(
            "#!/bin/sh\necho \"$*\" >> '{}'\ncase \"$*\" in\n*'cat-file --batch') tee -a '{}' | '{git}' \"$@\" ;;\n*) exec '{git}' \"$@\" ;;\nesac\n",
            calls.display(),
            objects.display(),
            git = git.display()
        );
        fs::create_dir_all(aside.join("bin")).unwrap();
        fs::write(aside.join("bin/git"), script).unwrap();
        fs::set_permissions(aside.join("bin/git"), fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:{all}", aside.join("bin").display());
        // The last meeting is today, so that `history` has little to read besides.
        run(repo.path(), &path, &["report", "--today", past::LAST, "--since", past::LAST, "--format", "json"]);
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for name in fs::read_to_string(objects).unwrap().lines() {
            *times.entry(name.to_owned()).or_default() += 1;
        }
        let blobs = repo.git(&["rev-list", "--objects", "--all", "--", "exceptions"]);
        let blobs: Vec<&str> = blobs.lines().filter_map(|line| Some(line.split_once(" exceptions/")?.0)).collect();
        assert!(blobs.len() > commits / 2, "{}", blobs.len());
        // What `history` begins with is the register as it was at the last meeting.
        let base = repo.git(&["rev-list", "-1", &format!("--before={}T00:00:00Z", past::LAST), "main"]);
        let held = repo.git(&["ls-tree", "-r", &base, "exceptions/"]);
        let head = repo.git(&["ls-tree", "-r", "main", "exceptions/"]);
        // What was replaced before the year began is not read at all.
        let read: usize = blobs.iter().filter(|blob| times.contains_key(**blob)).count();
        assert!(read + 10 > blobs.len(), "{read} of {}", blobs.len());
        for blob in blobs {
            let most = if held.contains(blob) || head.contains(blob) { 2 } else { 1 };
            let read = times.get(blob).copied().unwrap_or_default();
            assert!(read <= most, "{blob} was read {read} times");
        }
        fs::read_to_string(calls).unwrap().lines().count()
    };
    let (few, many) = (asked(40), asked(400));
    assert_eq!(few, many);
    assert!(few < 30, "{few} processes");
}

/// The last week ends now, the others with their last day.
#[test]
fn what_ended_on_the_last_day_of_a_week_has_expired_in_it() {
    let repo = Repo::new();
    let entry = |expires: &str| exception(&[("decided", "2026-01-02"), ("starts", "2026-01-02"), ("expires", expires)]);
    repo.write("exceptions/evening.yaml", &entry("2026-01-09T20:00"));
    repo.write("exceptions/day.yaml", &entry("2026-01-09")).commit("Ask");
    let expired = |now: &str| -> Vec<(String, u64)> {
        let report = run(repo.path(), &path(), &["report", "--today", now, "--format", "json"]);
        let weeks = report["trend"].as_array().unwrap();
        let last = weeks.last().unwrap();
        assert_eq!(last["expired"], report["metrics"]["expired"], "{now}");
        let week = |week: &Value| (week["last_day"].as_str().unwrap().to_owned(), week["expired"].as_u64().unwrap());
        weeks.iter().map(week).collect()
    };
    let day = || "2026-01-09".to_owned();
    assert_eq!(expired("2026-01-09T19:59"), [("2026-01-02".to_owned(), 0), (day(), 0)]);
    assert_eq!(expired("2026-01-09T20:00").last(), Some(&(day(), 1)));
    assert_eq!(expired("2026-01-16T08:00")[1..], [(day(), 1), ("2026-01-16".to_owned(), 2)]);
}

/// A week further than the last day of all is that day again.
#[test]
fn the_weeks_end_at_the_last_day_of_all() {
    let repo = Repo::new();
    repo.write("exceptions/printer.yaml", &exception(&[])).commit("Ask");
    for (today, count) in [("9999-12-31", 53), ("9999-12-25", 53), ("0001-01-05", 0)] {
        let report = run(repo.path(), &path(), &["report", "--today", today, "--format", "json"]);
        let weeks = report["trend"].as_array().map_or(&[][..], Vec::as_slice);
        assert_eq!(weeks.len(), count, "{today}");
        assert!(weeks.last().is_none_or(|week| week["last_day"] == today), "{today}: {weeks:?}");
    }
}
