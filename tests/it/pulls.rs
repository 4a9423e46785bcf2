//! Who had approved what was merged: `stopgap history --pulls` in real repositories, with GitHub's answers.

use std::fs;
use std::process::{Command, Stdio};

use chrono::DateTime;
use serde_json::{Value, json};

use crate::support::git::Repo;
use crate::support::{Run, exception};

const FIRST: &str = "exceptions/label-printer.yaml";
const FILE: &str = "exceptions/shop-scale.yaml";

/// An exception decided by `@mei`, with some fields written differently.
fn scale(fields: &[(&str, &str)]) -> String {
    let mut all = vec![
        ("title", "Shop scale keeps its factory firmware"),
        ("scope.system", "scale in the shop"),
        ("reason", "The weights office seals the scale on Monday, and new firmware would break the seal."),
        ("requester", "\"@hanna\""),
        ("owner", "\"@luis\""),
        ("approver", "\"@mei\""),
        ("decided", "2026-01-03"),
        ("starts", "2026-01-03"),
        ("expires", "2026-02-01"),
    ];
    all.retain(|(key, _)| fields.iter().all(|(other, _)| other != key));
    all.extend(fields);
    exception(&all)
}

/// A register of one exception, whose approval is not asked about, and an empty branch `ask`.
fn repo() -> Repo {
    let repo = Repo::new();
    let first = [("decided", "2026-01-02"), ("starts", "2026-01-02"), ("expires", "2026-02-01")];
    repo.write(FIRST, &exception(&first)).commit("Ask for the printer");
    repo.branch("ask");
    repo
}

/// Returns the time of a commit, so many minutes later.
fn time(repo: &Repo, commit: &str, minutes: i64) -> String {
    let seconds: i64 = repo.git(&["show", "-s", "--format=%ct", commit]).parse().unwrap();
    DateTime::from_timestamp(seconds + minutes * 60, 0).unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// How a branch is merged into `main`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Style {
    Merge,
    Squash,
    Rebase,
}

const STYLES: [Style; 3] = [Style::Merge, Style::Squash, Style::Rebase];

/// Merges the branch `ask` into `main` as GitHub does, and returns the commit that its merge created.
fn land(repo: &Repo, style: Style) -> String {
    repo.switch("main");
    match style {
        Style::Merge => repo.merge("ask"),
        Style::Squash => {
            repo.git(&["merge", "--quiet", "--squash", "ask"]);
            repo.commit("Ask for the scale (#12)")
        }
        Style::Rebase => {
            repo.commits.set(repo.commits.get() + 1);
            repo.git(&["cherry-pick", "--allow-empty", "main..ask"]);
            repo.rev("HEAD")
        }
    }
}

/// GitHub's answers about pull request #12 by `@hanna`.
struct Answers {
    lines: Vec<Value>,
}

impl Answers {
    /// Makes the answers about commits that #12, with the last commit `head`, brought by `merge`.
    fn merged(repo: &Repo, commits: &[&str], head: &str, merge: &str) -> Self {
        let pull = json!({
            "number": 12, "user": {"login": "hanna", "id": 1, "type": "User"}, "head": {"sha": head},
            "merged_at": time(repo, merge, 0), "merge_commit_sha": merge,
        });
        let line = |commit: &&str| answer(json!({"commit": commit, "pulls": [pull]}));
        Self { lines: commits.iter().map(line).collect() }
    }

    /// Makes the answer about a commit that was pushed.
    fn pushed(commit: &str) -> Self {
        Self { lines: vec![answer(json!({"commit": commit, "pulls": []}))] }
    }

    /// Adds the reviews of #12: who, what, of which commit, and when.
    fn reviews(mut self, reviews: &[(&str, &str, &str, String)]) -> Self {
        let review = |(id, (who, state, commit, sent)): (usize, &(&str, &str, &str, String))| {
            let user = json!({"login": who, "id": 100 + who.len(), "type": "User"});
            json!({"id": id, "user": user, "state": state, "commit_id": commit, "submitted_at": sent})
        };
        let reviews: Vec<Value> = reviews.iter().enumerate().map(review).collect();
        self.lines.push(answer(json!({"pull": 12, "reviews": reviews})));
        self
    }

    fn replace(mut self, from: &str, to: &str) -> Self {
        let replace = |line: &Value| serde_json::from_str(&line.to_string().replace(from, to)).unwrap();
        self.lines = self.lines.iter().map(replace).collect();
        self
    }

    fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

fn answer(mut line: Value) -> Value {
    for (key, value) in [("repository", json!("acme/register")), ("page", json!(1)), ("last", json!(true))] {
        line[key] = value;
    }
    line
}

fn history(repo: &Repo, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(repo.path()).stdin(Stdio::null());
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    Run::of(command.arg("history").args(arguments))
}

/// Runs it with saved answers, which are outside the work tree.
fn judge(repo: &Repo, answers: &str) -> Run {
    let file = repo.path().with_extension("jsonl");
    fs::write(&file, answers).unwrap();
    history(repo, &["--format", "concise", "--pulls", file.to_str().unwrap()])
}

/// Returns the only finding, which is of this rule.
fn finding(repo: &Repo, answers: &Answers) -> String {
    let run = judge(repo, &answers.text());
    let found: Vec<&str> =
        run.stdout.lines().filter_map(|line| line.split_once("error[")).map(|(_, end)| end).collect();
    assert_eq!((run.code, found.len()), (1, 1), "{run:?}");
    found[0].strip_prefix("merged-unapproved] ").unwrap_or_else(|| panic!("{run:?}")).to_owned()
}

/// A branch with the exception of the scale, merged.
fn merged(style: Style) -> (Repo, String, String) {
    let repo = repo();
    let head = repo.write(FILE, &scale(&[])).commit("Ask for the scale");
    let merge = land(&repo, style);
    (repo, head, merge)
}

fn is_clean(run: &Run) {
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert!(run.stdout.contains("nothing found"), "{}", run.stdout);
}

mod honest {
    use super::*;

    #[test]
    fn an_approved_pull_request_passes_however_it_is_merged() {
        for style in STYLES {
            let (repo, head, merge) = merged(style);
            let sent = time(&repo, &merge, -60);
            let answers = Answers::merged(&repo, &[&merge], &head, &merge);
            let answers =
                answers.reviews(&[("luis", "APPROVED", &head, sent.clone()), ("Mei", "APPROVED", &head, sent)]);
            let run = judge(&repo, &answers.text());
            is_clean(&run);
            let lines: Vec<&str> = run.stdout.lines().collect();
            let first = &repo.rev("HEAD~1")[..12];
            let first = format!("commit {first} adds the first register: who approved its 1 decision is not checked");
            assert_eq!(lines[1..], [first], "{style:?}");
        }
    }

    #[test]
    fn each_commit_of_a_rebased_branch_belongs_to_the_pull_request() {
        let repo = repo();
        repo.write(FILE, &scale(&[])).commit("Ask for the scale");
        let head = repo.write("readme.md", "The scale.\n").commit("Say so");
        let last = land(&repo, Style::Rebase);
        let first = repo.rev("HEAD~1");
        let sent = time(&repo, &last, -60);
        let answers =
            Answers::merged(&repo, &[&first, &last], &head, &last).reviews(&[("mei", "APPROVED", &head, sent)]);
        is_clean(&judge(&repo, &answers.text()));
    }

    #[test]
    fn the_approved_value_of_a_rebased_branch_is_its_last_one() {
        let repo = repo();
        repo.write(FILE, &scale(&[("removal", "Write the firmware.")])).commit("Ask for the scale");
        let head = repo.write(FILE, &scale(&[])).commit("Say more");
        let last = land(&repo, Style::Rebase);
        let first = repo.rev("HEAD~1");
        let sent = time(&repo, &last, -60);
        let answers = Answers::merged(&repo, &[&first], &head, &last).reviews(&[("mei", "APPROVED", &head, sent)]);
        let run = judge(&repo, &answers.text());
        assert!(!run.stdout.contains("merged-unapproved"), "{}", run.stdout);
    }

    #[test]
    fn an_older_approval_of_the_same_value_and_one_of_a_commit_that_is_gone_count() {
        let repo = repo();
        let older = repo.write(FILE, &scale(&[])).commit("Ask for the scale");
        let head = repo.write(FILE, &format!("# the scale\n{}", scale(&[]))).commit("Comment");
        let merge = land(&repo, Style::Squash);
        let sent = time(&repo, &merge, -60);
        let answers = |commit: &str| {
            Answers::merged(&repo, &[&merge], &head, &merge)
                .reviews(&[("mei", "APPROVED", commit, sent.clone())])
                .text()
        };
        repo.git(&["branch", "-D", "ask"]);
        let clone = repo.clone_whole();
        for (repo, commit, says) in [(&repo, &older, false), (&clone, &older, true), (&clone, &head, false)] {
            let run = judge(repo, &answers(commit));
            is_clean(&run);
            let remark = "approvals of #12 are of commits that this clone lacks";
            assert_eq!(run.stdout.contains(remark), says, "{}", run.stdout);
            assert_eq!(run.stdout.contains("`git fetch origin refs/pull/12/head` fetches them"), says);
        }
    }

    #[test]
    fn what_was_dated_after_the_approval_is_approved_and_what_was_widened_is_not() {
        // A rebased branch brings each edit as a commit of its own, which other rules judge.
        for style in [Style::Merge, Style::Squash] {
            for (edits, clean) in [
                (&[("decided", "2026-01-04"), ("starts", "2026-01-04")][..], true),
                (&[("decided", "2026-01-04"), ("starts", "2026-01-04"), ("expires", "2026-01-20")], true),
                (&[("decided", "2026-01-04"), ("starts", "2026-01-04"), ("expires", "2026-02-02")], false),
                (&[("decided", "2026-01-05"), ("starts", "2026-01-05")], false),
            ] {
                let repo = repo();
                let asked = repo.write(FILE, &scale(&[])).commit("Ask for the scale");
                let head = repo.write(FILE, &scale(edits)).commit("Date it");
                let merge = land(&repo, style);
                let sent = "2026-01-04T12:00:00Z".to_owned();
                let answers =
                    Answers::merged(&repo, &[&merge], &head, &merge).reviews(&[("mei", "APPROVED", &asked, sent)]);
                let run = judge(&repo, &answers.text());
                assert_eq!(!run.stdout.contains("merged-unapproved"), clean, "{style:?} {edits:?}: {}", run.stdout);
            }
        }
    }

    #[test]
    fn what_had_come_to_the_main_line_meanwhile_is_not_a_different_value() {
        let repo = repo();
        repo.switch("main");
        repo.write(FILE, &scale(&[])).commit("Ask for the scale");
        let asked = repo.rev("HEAD");
        repo.git(&["branch", "--force", "ask"]);
        repo.switch("ask");
        let renewal = "[{requested: 2026-01-04, requester: \"@luis\", reason: Still sealed., risk_check: Read the log., \
                       approver: \"@mei\", decided: 2026-01-04, expires: 2026-03-01}]";
        let head = repo.write(FILE, &scale(&[("renewals", renewal)])).commit("Renew");
        repo.switch("main");
        let text = fs::read_to_string(repo.path().join(FILE)).unwrap();
        let review = "[{date: 2026-01-05, by: \"@luis\", note: Sealed.}]";
        repo.write(FILE, &format!("reviews: {review}\n{text}")).commit("Review");
        let merge = land(&repo, Style::Merge);
        assert!(fs::read_to_string(repo.path().join(FILE)).unwrap().contains("reviews"));
        let sent = time(&repo, &merge, -60);
        let answers = Answers::merged(&repo, &[&merge], &head, &merge).reviews(&[("mei", "APPROVED", &head, sent)]);
        let run = judge(&repo, &(answers.text() + &Answers::pushed(&asked).text()));
        let found: Vec<&str> = run.stdout.lines().filter(|line| line.contains("merged-unapproved")).collect();
        assert!(found.len() == 1 && found[0].starts_with(&asked[..12]), "{}", run.stdout);
    }

    #[test]
    fn an_approver_is_known_by_the_roster() {
        let repo = repo();
        repo.switch("main");
        repo.write("people.yaml", "people:\n  - {name: Mei Tanaka, handle: \"@mei-t\"}\n").commit("Roster");
        repo.git(&["branch", "--force", "ask"]);
        repo.switch("ask");
        let head = repo.write(FILE, &scale(&[("approver", "Mei Tanaka")])).commit("Ask");
        let merge = land(&repo, Style::Merge);
        let sent = time(&repo, &merge, -60);
        let by = |who: &str| {
            Answers::merged(&repo, &[&merge], &head, &merge).reviews(&[(who, "APPROVED", &head, sent.clone())])
        };
        is_clean(&judge(&repo, &by("mei-t").text()));
        let says = "`Mei Tanaka` had not approved the exception when #12 was merged";
        assert_eq!(finding(&repo, &by("mei")), says);
    }
}

mod attack {
    use super::*;

    #[test]
    fn a_merge_past_the_rules_is_found_however_it_is_merged() {
        for style in STYLES {
            let (repo, head, merge) = merged(style);
            let answers = Answers::merged(&repo, &[&merge], &head, &merge).reviews(&[]);
            let says = "`@mei` had not approved the exception when #12 was merged";
            assert_eq!(finding(&repo, &answers), says, "{style:?}");
        }
    }

    #[test]
    fn a_push_without_a_pull_request_is_found() {
        let (repo, _, pushed) = merged(Style::Squash);
        let says = "the exception, decided by `@mei`, was pushed without a pull request";
        assert_eq!(finding(&repo, &Answers::pushed(&pushed)), says);
    }

    #[test]
    fn only_a_standing_approval_of_the_approver_in_time_counts() {
        let (repo, head, merge) = merged(Style::Merge);
        let at = |minutes: i64| time(&repo, &merge, minutes);
        let says = |reviews: &[(&str, &str, &str, String)]| {
            finding(&repo, &Answers::merged(&repo, &[&merge], &head, &merge).reviews(reviews))
        };
        let not = "`@mei` had not approved the exception when #12 was merged";
        assert_eq!(says(&[("luis", "APPROVED", &head, at(-60))]), not);
        assert_eq!(says(&[("mei", "COMMENTED", &head, at(-60))]), not);
        let dismissed = "the approval of the exception by `@mei` on #12 was dismissed";
        assert_eq!(says(&[("mei", "DISMISSED", &head, at(-60))]), dismissed);
        let twice = [("mei", "APPROVED", head.as_str(), at(-90)), ("mei", "DISMISSED", head.as_str(), at(-60))];
        assert_eq!(says(&twice), dismissed);
        let asked = "`@mei` asked for changes on #12, but the exception was merged anyway";
        assert_eq!(says(&[("mei", "CHANGES_REQUESTED", &head, at(-60))]), asked);
        let late = "`@mei` approved the exception on #12 at `2026-01-04 00:01 UTC`, after it had reached this branch";
        assert_eq!(says(&[("mei", "APPROVED", &head, at(1))]), late);
        // The moment itself counts, and so does what was approved and taken back only later.
        for reviews in [
            vec![("mei", "APPROVED", head.as_str(), at(0))],
            vec![("mei", "APPROVED", head.as_str(), at(-60)), ("mei", "CHANGES_REQUESTED", head.as_str(), at(60))],
        ] {
            is_clean(&judge(&repo, &Answers::merged(&repo, &[&merge], &head, &merge).reviews(&reviews).text()));
        }
    }

    #[test]
    fn an_approval_of_an_older_value_does_not_count() {
        for style in STYLES {
            let repo = repo();
            let older = repo.write(FILE, &scale(&[])).commit("Ask for the scale");
            let head = repo.write(FILE, &scale(&[("expires", "2026-03-01")])).commit("Ask for longer");
            let merge = land(&repo, style);
            let first = repo.rev("HEAD~1");
            let commits: &[&str] = if style == Style::Rebase { &[&first] } else { &[&merge] };
            let sent = time(&repo, &merge, -60);
            let answers = Answers::merged(&repo, commits, &head, &merge).reviews(&[("mei", "APPROVED", &older, sent)]);
            let says = format!("`@mei` approved the exception at `{}`, and #12 merged another value", &older[..12]);
            if style == Style::Rebase {
                // The first commit has the approved value; the second one moves the end, which a rule on changes finds.
                let run = judge(&repo, &answers.text());
                assert!(run.stdout.contains("[expiry-moved]"), "{}", run.stdout);
            } else {
                assert!(finding(&repo, &answers).starts_with(&says), "{style:?}");
            }
        }
    }

    #[test]
    fn a_merge_with_a_different_value_from_its_branch_is_found() {
        let repo = repo();
        let head = repo.write(FILE, &scale(&[])).commit("Ask for the scale");
        repo.switch("main");
        repo.git(&["merge", "--quiet", "--no-ff", "--no-commit", "ask"]);
        let merge = repo.write(FILE, &scale(&[("expires", "2026-03-01")])).commit("Merge ask");
        assert_eq!(repo.rev("HEAD^2"), head);
        let sent = time(&repo, &merge, -60);
        let answers = Answers::merged(&repo, &[&merge], &head, &merge).reviews(&[("mei", "APPROVED", &head, sent)]);
        assert!(finding(&repo, &answers).ends_with("and #12 merged another value of the entry"));
    }

    #[test]
    fn whoever_opens_a_pull_request_cannot_approve_it() {
        let (repo, head, merge) = merged(Style::Merge);
        let sent = time(&repo, &merge, -60);
        let answers = Answers::merged(&repo, &[&merge], &head, &merge).reviews(&[("mei", "APPROVED", &head, sent)]);
        let says = "`@mei` decided on the exception, and opened #12, which merged it";
        assert_eq!(finding(&repo, &answers.replace("\"login\":\"hanna\"", "\"login\":\"Mei\"")), says);
    }

    #[test]
    fn a_pull_request_that_was_merged_elsewhere_or_not_at_all_brings_nothing() {
        let (repo, head, merge) = merged(Style::Squash);
        let sent = time(&repo, &merge, -60);
        let answers =
            || Answers::merged(&repo, &[&merge], &head, &merge).reviews(&[("mei", "APPROVED", &head, sent.clone())]);
        let says = "the exception, decided by `@mei`, was pushed: #12 contains it too, but did not merge it here";
        let elsewhere = format!("\"merge_commit_sha\":\"{head}\"");
        assert_eq!(finding(&repo, &answers().replace(&format!("\"merge_commit_sha\":\"{merge}\""), &elsewhere)), says);
        let merged_at = format!("\"{}\"", time(&repo, &merge, 0));
        assert_eq!(finding(&repo, &answers().replace(&merged_at, "null")), says);
    }

    #[test]
    fn what_was_pushed_before_its_pull_request_was_approved_is_found() {
        let (repo, head, pushed) = merged(Style::Squash);
        let last = repo.write("readme.md", "More.\n").commit("More (#12)");
        let sent = time(&repo, &last, -60);
        let answers = Answers::merged(&repo, &[&pushed], &head, &last).reviews(&[("mei", "APPROVED", &head, sent)]);
        assert!(finding(&repo, &answers).contains("after it had reached this branch"));
    }

    #[test]
    fn a_register_that_was_emptied_is_not_a_first_one_when_it_comes_back() {
        let repo = repo();
        repo.switch("main");
        repo.git(&["rm", "-q", "-r", "exceptions"]);
        repo.commit("Remove");
        let back = repo.write(FILE, &scale(&[])).commit("Come back");
        let run = judge(&repo, &Answers::pushed(&back).text());
        assert!(run.stdout.contains("[merged-unapproved]"), "{}", run.stdout);
    }

    #[test]
    fn a_register_that_comes_from_another_root_is_not_a_first_one() {
        let repo = Repo::new();
        repo.write("team/stopgap.yaml", "version: 1\n").write("team/exceptions/a.yaml", &exception(&[])).commit("Ask");
        repo.git(&["mv", "team/stopgap.yaml", "stopgap.yaml"]);
        repo.git(&["mv", "team/exceptions", "exceptions"]);
        let moved = repo.write(FILE, &scale(&[])).commit("Move up");
        let run = judge(&repo, &Answers::pushed(&moved).text());
        let found: Vec<&str> = run.stdout.lines().filter(|line| line.contains("[merged-unapproved]")).collect();
        assert!(found.len() == 1 && found[0].contains(FILE), "{}", run.stdout);
    }

    #[test]
    fn an_exception_that_lay_in_any_other_folder_is_new_in_the_register() {
        let repo = repo();
        repo.switch("main");
        let parked = repo.write("notes/shop-scale.yaml", &scale(&[])).commit("Notes");
        repo.git(&["mv", "notes/shop-scale.yaml", FILE]);
        let moved = repo.commit("Tidy up");
        let run = judge(&repo, &(Answers::pushed(&parked).text() + &Answers::pushed(&moved).text()));
        assert!(run.stdout.starts_with(&format!("{}:{FILE}:", &moved[..12])), "{run:?}");
        assert!(run.stdout.contains("error[merged-unapproved]") && !run.stdout.contains("brings"), "{run:?}");
    }

    /// The gate of the register that gets it requires the approval of one of its own owners.
    #[test]
    fn an_exception_from_another_register_is_decided_anew_and_what_was_edited_on_the_way_is_found() {
        for (edit, rules) in [
            (&[][..], &["merged-unapproved"][..]),
            (&[("expires", "2026-02-05")], &["merged-unapproved", "expiry-moved"]),
        ] {
            let repo = repo();
            repo.switch("main");
            repo.write("team/stopgap.yaml", "version: 1\n").write("team/exceptions/shop-scale.yaml", &scale(&[]));
            let asked = repo.commit("Ask");
            repo.git(&["mv", "team/exceptions/shop-scale.yaml", FILE]);
            let moved = repo.write(FILE, &scale(edit)).commit("Move");
            let run = judge(&repo, &(Answers::pushed(&asked).text() + &Answers::pushed(&moved).text()));
            let found = run.stdout.lines().filter(|line| line.starts_with(&moved[..12]));
            let found: Vec<&str> =
                found.filter_map(|line| line.split_once("error[")?.1.split_once(']')).map(|(rule, _)| rule).collect();
            assert_eq!(found, rules, "{run:?}");
            assert!(run.stdout.contains("brings 1 exception from the register in `team/exceptions`"), "{run:?}");
        }
    }

    #[test]
    fn reverting_a_decision_is_a_decision_too() {
        let (repo, head, merge) = merged(Style::Merge);
        let sent = time(&repo, &merge, -60);
        let answers = Answers::merged(&repo, &[&merge], &head, &merge).reviews(&[("mei", "APPROVED", &head, sent)]);
        let there = repo.write(FILE, &scale(&[("approver", "\"@luis\"")])).commit("Another approver");
        let back = repo.write(FILE, &scale(&[])).commit("Put it back");
        let run = judge(&repo, &(answers.text() + &Answers::pushed(&there).text() + &Answers::pushed(&back).text()));
        let found = run.stdout.lines().filter(|line| line.contains("[merged-unapproved]"));
        let found: Vec<&str> = found.map(|line| &line[..12]).collect();
        assert_eq!(found, [&there[..12], &back[..12]], "{}", run.stdout);
    }

    #[test]
    fn an_approver_without_an_account_signed_nothing() {
        let repo = repo();
        let head = repo.write(FILE, &scale(&[("approver", "Mei Tanaka")])).commit("Ask");
        let merge = land(&repo, Style::Merge);
        let answers = Answers::merged(&repo, &[&merge], &head, &merge).reviews(&[]);
        let says = "`Mei Tanaka` has no known GitHub account, so the exception cannot have been signed off";
        assert_eq!(finding(&repo, &answers), says);
    }
}

mod bad_input {
    use super::*;

    fn refused(run: &Run, says: &str) {
        let words = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
        assert!(words.contains(says), "{words}");
    }

    #[test]
    fn a_commit_or_reviews_without_an_answer_never_pass_silently() {
        let (repo, head, merge) = merged(Style::Merge);
        refused(&judge(&repo, ""), "lack the pull requests of 1 commit with decisions");
        refused(&judge(&repo, ""), "`action/fetch-pulls pulls.jsonl history.json`");
        let answers = Answers::merged(&repo, &[&merge], &head, &merge);
        refused(&judge(&repo, &answers.text()), "lack the reviews of 1 pull request, such as #12");
        // Two files are read as one.
        let reviews = repo.path().with_extension("reviews");
        let sent = time(&repo, &merge, -60);
        let other = Answers { lines: Vec::new() }.reviews(&[("mei", "APPROVED", &head, sent)]);
        fs::write(&reviews, other.text()).unwrap();
        let first = repo.path().with_extension("jsonl");
        is_clean(&history(&repo, &["--pulls", first.to_str().unwrap(), "--pulls", reviews.to_str().unwrap()]));
    }

    #[test]
    fn the_commits_to_ask_about_are_in_the_json() {
        let (repo, _, merge) = merged(Style::Merge);
        let run = history(&repo, &["--format", "json"]);
        let document: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(document["decided"], json!([merge]));
    }

    #[test]
    fn without_a_decision_nothing_need_be_saved() {
        is_clean(&judge(&repo(), ""));
    }

    #[test]
    fn what_is_not_a_saved_answer_is_named_with_its_line() {
        let (repo, head, merge) = merged(Style::Merge);
        let good = Answers::merged(&repo, &[&merge], &head, &merge).reviews(&[]).text();
        refused(&judge(&repo, &good[..good.len() - 20]), "breaks off at line 2");
        refused(&judge(&repo, "[{\"number\": 12}]\n"), "line 1 is not an object");
        refused(&judge(&repo, &good.replace("\"last\":true", "\"last\":false")), "lacks page 2 of");
        let gone = good.replace("\"reviews\":[]", "\"reviews\":{\"message\":\"Not Found\",\"status\":\"404\"}");
        refused(&judge(&repo, &gone), "contains GitHub's error response `Not Found`, not reviews (line 2");
        refused(&judge(&repo, &gone), "run `action/fetch-pulls` again");
        refused(&judge(&repo, "\u{feff}<html>\n"), "line 1 is not an object");
        refused(&history(&repo, &["--pulls", "nowhere.jsonl"]), "cannot read the pull requests `nowhere.jsonl`");
    }

    #[test]
    fn hostile_answers_do_nothing_to_a_log() {
        let (repo, _, merge) = merged(Style::Merge);
        let hostile = "##[error]\\u001b[2J\u{202e}::error::x";
        let answers = Answers::pushed(&merge).replace("acme/register", hostile);
        let other = Answers::pushed(&merge);
        let run = judge(&repo, &(answers.text() + &other.text()));
        assert_eq!(run.code, 2, "{run:?}");
        assert!(!run.stderr.contains(['\u{1b}', '\u{202e}']) && !run.stderr.contains("##["), "{}", run.stderr);
    }
}
