//! What a branch consists of, however its merges were made: `git pull`, the browser, a topic that was brought up to date,
//! a merge that was turned round.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::git::Repo;
use crate::support::{Run, exception};

const FILE: &str = "exceptions/label-printer.yaml";
const OTHER: &str = "exceptions/cash-desk.yaml";
const MOVED: &str = "`expires` was moved from `2026-02-01` to `2026-03-01`";
const PULL: &str = "Merge branch 'main' of https://github.com/acme/register";

/// An exception of the day of the first commit, 2026-01-02.
fn printer(expires: &str) -> String {
    exception(&[("decided", "2026-01-02"), ("starts", "2026-01-02"), ("expires", expires)])
}

fn cash_desk(decided: &str) -> String {
    let reason = "The tills wait for a driver that their maker has promised for the end of the month.";
    let fields = [("title", "Cash desk keeps its old driver"), ("scope.system", "cash desk kd-3"), ("reason", reason)];
    exception(&[&fields[..], &[("decided", decided), ("starts", decided), ("expires", "2026-02-01")]].concat())
}

fn run(repo: &Repo, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(repo.path()).stdin(Stdio::null());
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    Run::of(command.args(arguments))
}

fn history(repo: &Repo, arguments: &[&str]) -> Run {
    run(repo, &[&["history", "--format", "concise"], arguments].concat())
}

/// A register in which an end was moved and put back, by pushes; the branch `before` is at the commit before that.
fn slipped() -> (Repo, String) {
    let repo = Repo::new();
    repo.write(FILE, &printer("2026-02-01")).commit("Ask for the printer");
    repo.git(&["branch", "before"]);
    let slip = repo.write(FILE, &printer("2026-03-01")).commit("Bump, pushed");
    repo.write(FILE, &printer("2026-02-01")).commit("Put back");
    (repo, slip)
}

/// Merges a revision into what is checked out, with a message.
fn merge(repo: &Repo, revision: &str, message: &str) -> String {
    repo.commits.set(repo.commits.get() + 1);
    repo.git(&["merge", "--quiet", "--no-ff", "-m", message, revision]);
    repo.rev("HEAD")
}

/// Moves the branch `main` to what is checked out, as a push does.
fn push(repo: &Repo, from: &str) {
    repo.switch("main");
    repo.git(&["merge", "--quiet", "--ff-only", from]);
}

fn finds(run: &Run, slip: &str) {
    assert_eq!(run.code, 1, "{run:?}");
    let found: Vec<&str> = run.stdout.lines().filter(|line| line.contains("error[")).collect();
    assert!(found.len() == 1 && found[0].starts_with(&slip[..12]) && found[0].contains(MOVED), "{run:?}");
}

#[test]
fn a_commit_made_in_the_browser_hides_nothing() {
    let (repo, slip) = slipped();
    finds(&history(&repo, &[]), &slip);
    repo.switch("before");
    repo.by_forge.set(true);
    repo.write("README.md", "hello\n").commit("Update README.md");
    repo.switch("main");
    merge(&repo, "before", "Merge pull request #5 from acme/docs");
    let run = history(&repo, &[]);
    finds(&run, &slip);
    assert!(!run.stdout.contains("either parent"), "{run:?}");
    let pack = repo.sandbox.path().join("pack");
    let made = ["evidence", "--from", "2026-01-01", "--to", "2026-01-31", "--output", pack.to_str().unwrap()];
    assert_eq!(self::run(&repo, &made).code, 0);
    let slips = std::fs::read_to_string(pack.join("slips.json")).unwrap();
    assert!(slips.contains("expiry-moved"), "{slips}");
}

#[test]
fn a_fork_that_is_pulled_into_the_branch_hides_nothing() {
    for subject in [
        "Merge branch 'feature' of https://example.com/somebody/register",
        "Merge branch 'main' of https://example.com/somebody/register",
        "Merge branch 'main' into topic",
    ] {
        let (repo, slip) = slipped();
        repo.switch("before");
        repo.write("src/feature", "1\n").commit("Feature");
        repo.switch("main");
        merge(&repo, "before", subject);
        finds(&history(&repo, &[]), &slip);
    }
}

#[test]
fn a_merge_that_was_turned_round_hides_nothing_and_is_named() {
    let (repo, slip) = slipped();
    repo.branch("third");
    repo.write("src/third", "1\n").commit("Third");
    repo.switch("main");
    merge(&repo, "third", "Merge pull request #1 from acme/third");
    let later = repo.rev("HEAD");
    repo.git(&["switch", "--quiet", "-c", "mine", "before"]);
    repo.write("src/mine", "1\n").commit("Mine");
    repo.git(&["branch", "fourth", "before"]);
    repo.switch("fourth");
    repo.write("src/fourth", "1\n").commit("Fourth");
    repo.switch("mine");
    merge(&repo, "fourth", "Merge the fourth");
    let turned = merge(&repo, "main", "Update");
    push(&repo, "mine");
    let whole = history(&repo, &[]);
    finds(&whole, &slip);
    let said =
        format!("it is not certain which parent of the merge {} was the branch: 3 commits down from", &turned[..12]);
    assert!(whole.stdout.contains(&said), "{whole:?}");
    // What was looked at before lies on the other side now: it is known there.
    assert_eq!(history(&repo, &["--since", &later]).code, 0);
    finds(&history(&repo, &["--since", &repo.rev("before")]), &slip);
}

#[test]
fn a_commit_that_was_never_the_last_of_the_branch_is_no_beginning() {
    let (repo, _) = slipped();
    repo.git(&["switch", "--quiet", "-c", "topic", "before"]);
    let inside = repo.write("src/topic", "1\n").commit("Topic");
    repo.switch("main");
    repo.merge("topic");
    let run = history(&repo, &["--since", &inside]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stderr.contains(&format!("the commit `{}` of `--since` is not on the branch's main line", &inside[..12]))
    );
}

/// A register to which an exception came in a pull request, and then a colleague pulled and pushed.
fn pulled(pull: bool) -> Repo {
    let repo = Repo::new();
    repo.write("stopgap.yaml", "timezone: UTC\n").write(FILE, &printer("2026-02-01")).commit("Begin");
    repo.branch("colleague");
    repo.switch("main");
    repo.write(OTHER, &cash_desk("2026-01-03")).commit("Ask (#3)");
    repo.git(&["rm", "--quiet", FILE]);
    repo.commit("Remove the printer (#4)");
    if pull {
        repo.commits.set(30);
        repo.switch("colleague");
        repo.write("src/work", "1\n").commit("Work");
        merge(&repo, "main", PULL);
        push(&repo, "colleague");
    }
    repo
}

#[test]
fn a_pull_changes_nothing_of_what_is_told_of_the_days_before_it() {
    let (before, after) = (pulled(false), pulled(true));
    let answers = |repo: &Repo, arguments: &[&str]| {
        let run = run(repo, arguments);
        assert_eq!(run.code, 0, "{run:?}");
        run.stdout
    };
    for arguments in [
        &["list", "--at", "2026-01-03", "--format", "json"][..],
        &["list", "--at", "2026-01-04", "--format", "json"],
        &["list", "--in-force", "2026-01-03..2026-01-10", "--format", "json", "--today", "2026-01-20"],
        &["show", "cash-desk", "--today", "2026-01-20", "--format", "json"],
        &["show", "label-printer", "--today", "2026-01-20", "--format", "json"],
    ] {
        assert_eq!(answers(&before, arguments), answers(&after, arguments), "{arguments:?}");
    }
    let weeks = |repo: &Repo| -> Value {
        let report = answers(repo, &["report", "--today", "2026-02-10", "--format", "json"]);
        serde_json::from_str::<Value>(&report).unwrap()["trend"].clone()
    };
    assert_eq!(weeks(&before), weeks(&after));
}

#[test]
fn a_pack_stays_good_after_a_pull() {
    let (before, after) = (pulled(false), pulled(true));
    let pack = before.sandbox.path().join("pack");
    let pack = pack.to_str().unwrap();
    let made = run(&before, &["evidence", "--from", "2026-01-01", "--to", "2026-01-20", "--output", pack]);
    assert_eq!(made.code, 0, "{made:?}");
    let verified = run(&after, &["evidence", "verify", pack]);
    assert_eq!(verified.code, 0, "{verified:?}");
}

#[test]
fn a_topic_that_was_brought_up_to_date_and_forwarded_accuses_nobody() {
    let repo = Repo::new();
    repo.write(FILE, &printer("2026-02-01")).commit("Begin");
    repo.branch("topic");
    repo.write("src/topic", "1\n").commit("Topic");
    repo.switch("main");
    repo.write(OTHER, &cash_desk("2026-01-04")).commit("Ask");
    repo.commits.set(20);
    repo.switch("topic");
    merge(&repo, "main", "Merge branch 'main' into topic");
    push(&repo, "topic");
    let run = history(&repo, &[]);
    assert!(run.code == 0 && run.stdout.contains("nothing found"), "{run:?}");
    let story = self::run(&repo, &["show", "cash-desk", "--today", "2026-01-25"]);
    assert!(!story.stdout.contains("days before"), "{}", story.stdout);
}

#[test]
fn a_commit_made_in_the_browser_takes_no_approval_from_what_was_merged_before() {
    let repo = Repo::new();
    let roster = "people:\n  - {name: Mei Tanaka, handle: '@mei'}\n  - {name: Luis Prado, handle: '@luis'}\n";
    repo.write("people.yaml", roster).write("exceptions/.keep", "").commit("Begin");
    repo.git(&["branch", "docs"]);
    let asked = repo.write(OTHER, &cash_desk("2026-01-03")).commit("Ask, merged by rebase as #4");
    repo.switch("docs");
    repo.by_forge.set(true);
    let edited = repo.write("README.md", "hello\n").commit("Update README.md");
    repo.switch("main");
    let merged = merge(&repo, "docs", "Merge pull request #5 from acme/docs");
    let user = |login: &str| json!({"login": login, "id": login.len(), "type": "User"});
    let pull = |number: u32, head: &str, merge: &str, at: &str| {
        let pull = json!({"number": number, "user": user("luis"), "head": {"sha": head}, "merged_at": at, "merge_commit_sha": merge});
        json!({"repository": "acme/register", "commit": merge, "page": 1, "last": true, "pulls": [pull]})
    };
    let reviews = |number: u32, reviews: Value| json!({"repository": "acme/register", "pull": number, "page": 1, "last": true, "reviews": reviews});
    let approved = json!({"id": 1, "user": user("mei"), "state": "APPROVED", "commit_id": asked, "submitted_at": "2026-01-02T23:00:00Z"});
    let answers = [
        pull(4, &asked, &asked, "2026-01-03T00:00:00Z"),
        pull(5, &edited, &merged, "2026-01-05T00:00:00Z"),
        reviews(4, json!([approved])),
        reviews(5, json!([])),
    ];
    let file = repo.sandbox.path().join("pulls.jsonl");
    std::fs::write(&file, answers.map(|answer| format!("{answer}\n")).concat()).unwrap();
    let run = history(&repo, &["--pulls", file.to_str().unwrap()]);
    assert!(run.code == 0 && run.stdout.contains("nothing found"), "{run:?}");
}
