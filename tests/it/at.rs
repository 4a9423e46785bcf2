//! `--at`: the register as it stood, against the same commit checked out; and `list --in-force`.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::git::Repo;
use crate::support::{Run, exception};

fn run(repo: &Repo, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(repo.path()).stdin(Stdio::null());
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    Run::of(command.args(arguments))
}

/// Numbers that look drawn and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// A day of 2026, from 1.
fn day(number: u64) -> String {
    let date = chrono::NaiveDate::from_yo_opt(2026, u32::try_from(number).unwrap().clamp(1, 365)).unwrap();
    date.to_string()
}

const ROSTER: &str =
    "people:\n  - name: Hanna Vogel\n    handle: '@hanna'\n  - name: Luis Prado\n    handle: '@luis'\n";

/// A register that has changed every day: entries come, are edited, moved, broken, closed and removed; the policy's
/// levels, zone and folder change, and so do roster, catalogue and CODEOWNERS.
fn changing(commits: u64) -> Repo {
    let repo = Repo::new();
    let mut dice = Dice(13);
    let mut folder = "exceptions";
    repo.write("README.md", "A register is to come.\n").commit("Begin");
    for number in 2..=commits {
        let id = dice.roll(6);
        let file = format!("{folder}/entry-{id}.yaml");
        let (starts, expires) = (day(number), day(number + dice.roll(30)));
        let text = |extra: &[(&str, &str)]| {
            let fields = [("decided", starts.as_str()), ("starts", &starts), ("expires", &expires)];
            exception(&[&fields[..], extra].concat())
        };
        let branched = dice.roll(4) == 0;
        if branched {
            repo.branch(&format!("topic-{number}"));
        }
        match dice.roll(12) {
            0..=4 => {
                repo.write(&file, &text(&[]));
            }
            5 => {
                repo.write(&file, &text(&[("status", "closed"), ("closure", "{date: 2026-02-01, by: '@luis'}")]));
            }
            6 => {
                repo.write(&file, "status: [\n");
            }
            7 => drop(std::fs::remove_file(repo.path().join(&file))),
            8 => {
                let zone = ["UTC", "Pacific/Auckland", "America/Los_Angeles"][dice.roll(3) as usize];
                let level = ["error", "warning"][dice.roll(2) as usize];
                if dice.roll(3) == 0 {
                    let next = if folder == "exceptions" { "waivers" } else { "exceptions" };
                    let _ = std::fs::rename(repo.path().join(folder), repo.path().join(next));
                    std::fs::create_dir_all(repo.path().join(next)).unwrap();
                    repo.write(&format!("{next}/.keep"), "");
                    folder = next;
                }
                repo.write(
                    "stopgap.yaml",
                    &format!("exceptions: {folder}\ntimezone: {zone}\nrules:\n  expired: {level}\n"),
                );
            }
            9 => {
                repo.write("people.yaml", &format!("{ROSTER}# {number}\ncomplete: {}\n", dice.roll(2) == 0));
            }
            10 => {
                repo.write("CODEOWNERS", &format!("/{folder}/ {}\n", ["@mei", "@luis"][dice.roll(2) as usize]));
            }
            _ => {
                repo.write(&format!("{folder}/2026/entry-{id}.yaml"), &text(&[("risk.tier", "high")]));
            }
        }
        repo.commit(&format!("Step {number}"));
        if branched {
            let topic = repo.rev("HEAD");
            repo.switch("main");
            repo.merge(&topic);
        }
    }
    repo
}

/// Leaves out what a report says of branches, of which a clone has those of today alone.
fn without_branches(printed: String) -> String {
    let Ok(mut report) = serde_json::from_str::<serde_json::Value>(&printed) else { return printed };
    if report["pending"].is_null() && report["slips"].is_null() {
        return printed;
    }
    report["pending"] = serde_json::Value::Null;
    if let Some(remarks) = report["remarks"].as_array_mut() {
        remarks.retain(|remark| !remark.as_str().is_some_and(|remark| remark.contains("branches then")));
    }
    report.to_string()
}

/// What every command says, with its exit code. Errors name folders and commits, so only their code counts.
fn everything(repo: &Repo, when: &[&str]) -> Vec<(String, i32)> {
    let commands: [&[&str]; 6] = [
        &["check", "--format", "json"],
        &["list", "--all", "--format", "json"],
        &["report", "--format", "json"],
        &["remind", "--format", "json"],
        &["export", "--format", "jsonl"],
        &["show", "entry-1", "--format", "json"],
    ];
    let said = |command: &[&str]| {
        let ran = run(repo, &[command, when].concat());
        (without_branches(ran.stdout), ran.code)
    };
    commands.iter().map(|command| said(command)).collect()
}

#[test]
fn a_register_of_the_past_is_what_a_checkout_of_that_commit_holds() {
    let repo = changing(80);
    let line = repo.git(&["rev-list", "--first-parent", "--format=%H %ct %cI", "--no-commit-header", "main"]);
    let line: Vec<Vec<&str>> = line.lines().map(|line| line.split(' ').collect()).collect();
    let checkout = repo.clone_whole();
    let (mut dice, mut differing, mut judged) = (Dice(60), Vec::new(), 0);
    for _ in 0..60 {
        let [commit, _, iso] = line[dice.roll(line.len() as u64) as usize][..] else { panic!() };
        checkout.git(&["checkout", "--quiet", "--detach", commit]);
        let stamp = chrono::DateTime::parse_from_rfc3339(iso).unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let wanted = everything(&checkout, &["--today", &stamp]);
        judged += usize::from(wanted[0].1 != 2);
        // The same from another commit's checkout: what lies there plays no part.
        let other = line[dice.roll(line.len() as u64) as usize][0];
        checkout.git(&["checkout", "--quiet", "--detach", other]);
        let mut compare = |when: &str, found: &[(String, i32)]| {
            let found = found.iter().zip(&wanted).filter(|(found, wanted)| found != wanted);
            differing.extend(found.map(|(found, wanted)| format!("{when} over {other}: {found:?} is not {wanted:?}")));
        };
        compare(commit, &everything(&checkout, &["--at", commit]));
        let check = run(&checkout, &["check", "--format", "json", "--at", &stamp]);
        compare(&stamp, &[(check.stdout, check.code)]);
    }
    assert!(judged > 40, "only {judged} of 60 commits had a register");
    assert!(differing.is_empty(), "{} differ, such as {}", differing.len(), differing[0]);
}

/// A register in UTC with one entry, which is gone in the third commit; the days are 2026-01-02 to 2026-01-05.
fn short() -> Repo {
    let repo = Repo::new();
    let printer = |fields: &[(&str, &str)]| {
        let usual = [("decided", "2026-01-02"), ("starts", "2026-01-02"), ("expires", "2026-02-01")];
        exception(&[fields, &usual[..]].concat())
    };
    repo.write("exceptions/printer.yaml", &printer(&[])).write("stopgap.yaml", "timezone: UTC\n").commit("One");
    repo.write("exceptions/scanner.yaml", &printer(&[("title", "Scanner keeps telnet")])).commit("Two");
    std::fs::remove_file(repo.path().join("exceptions/printer.yaml")).unwrap();
    repo.commit("Three");
    repo
}

fn ids(run: &Run) -> Vec<String> {
    let list: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
    list["exceptions"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

fn list(repo: &Repo, arguments: &[&str]) -> Vec<String> {
    let mut ids = ids(&run(repo, &[&["list", "--format", "json"], arguments].concat()));
    ids.sort();
    ids
}

#[test]
fn a_day_is_read_at_its_end_in_the_registers_time_zone() {
    let repo = short();
    assert_eq!(list(&repo, &["--at", "2026-01-02"]), ["printer"]);
    assert_eq!(list(&repo, &["--at", "2026-01-02T00:00:01"]), ["printer"]);
    assert_eq!(list(&repo, &["--at", "2026-01-03"]), ["printer", "scanner"]);
    assert_eq!(list(&repo, &["--at", "2026-01-04"]), ["scanner"]);
    assert_eq!(list(&repo, &["--at", "HEAD~1"]), ["printer", "scanner"]);
    // Commits are made at midnight UTC: in Auckland that is noon of the same day, in Los Angeles the evening before.
    repo.write("stopgap.yaml", "timezone: America/Los_Angeles\n").commit("Move west");
    assert_eq!(list(&repo, &["--at", "2026-01-03"]), ["printer", "scanner"], "the policy of that day counts");
    repo.write("exceptions/late.yaml", &exception(&[("decided", "2026-01-05")])).commit("Late");
    assert_eq!(list(&repo, &["--at", "2026-01-05"]), ["late", "scanner"]);
    assert_eq!(list(&repo, &["--at", "2026-01-06T00:00Z"]), ["late", "scanner"]);
    assert_eq!(list(&repo, &["--at", "2026-01-05T23:59:59Z"]), ["scanner"]);
}

#[test]
fn it_says_what_was_read_and_what_cannot_be() {
    let repo = short();
    let ran = run(&repo, &["list", "--at", "2026-01-03"]);
    let commit = &repo.rev("HEAD~1")[..12];
    let note = format!("note: the register as it was at the end of 2026-01-03 on `main`, in commit {commit}\n");
    assert_eq!((ran.code, ran.stderr), (0, note));
    let ran = run(&repo, &["check", "--at", "HEAD"]);
    let head = &repo.rev("HEAD")[..12];
    assert_eq!(ran.stderr, format!("note: the register as commit {head} of 2026-01-04 has it\n"));
    for (at, why) in [
        ("2025-12-31", "is before the first commit that the default branch has"),
        ("9999-01-01", "days ahead"),
        ("nowhere", "is neither a date nor a commit in this clone"),
        ("--output=x", "is neither a date nor a commit in this clone"),
    ] {
        let ran = run(&repo, &["list", &format!("--at={at}")]);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
    }
    let shallow = run(&repo.clone_shallow(1), &["list", "--at", "2026-01-02"]);
    assert!(shallow.stderr.contains("git fetch --unshallow"), "{}", shallow.stderr);
    // Of the two days, only the one in the past is remarked on.
    let ran = run(&repo, &["list", "--today", "2026-01-03"]);
    assert!(ran.stderr.starts_with("note: `--today 2026-01-03` checks the files as they are now"), "{ran:?}");
    let moment = run(&repo, &["list", "--today", "2026-01-03T02:29"]);
    assert!(moment.stderr.contains("`--at 2026-01-03T02:29` reads"), "the day would be judged at its end: {moment:?}");
    assert_eq!(run(&repo, &["list", "--today", "9998-01-01"]).stderr, "");
    assert_eq!(run(&repo, &["list"]).stderr, "");
}

#[test]
fn a_backdated_commit_does_not_change_what_was_there_before() {
    let repo = short();
    repo.write("exceptions/forged.yaml", &exception(&[]));
    repo.commits.set(0);
    repo.commit("Dated before the others");
    assert_eq!(list(&repo, &["--at", "2026-01-02"]), ["printer"]);
    assert_eq!(list(&repo, &["--at", "2026-01-04"]), ["forged", "scanner"]);
}

#[test]
fn paths_of_the_past_can_be_checked_and_the_work_tree_is_not_asked() {
    let repo = short();
    repo.write("exceptions/uncommitted.yaml", "status: [\n").write("stopgap.yaml", "nonsense: true\n");
    let ran = run(&repo, &["check", "--at", "2026-01-03", "exceptions/printer.yaml", "--quiet"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    let ran = run(&repo, &["check", "--at", "2026-01-04", "exceptions/printer.yaml"]);
    assert!(ran.stderr.contains("does not exist"), "{ran:?}");
    for other in [["--base", "HEAD"].as_slice(), &["--fix"], &["--diff"]] {
        assert_eq!(run(&repo, &[&["check", "--at", "HEAD"], other].concat()).code, 2);
    }
    // A faulty policy of the past is that commit's, also where the work tree still has it.
    let commit = &repo.commit("Commit the nonsense")[..12];
    let ran = run(&repo, &["check", "--at", "HEAD"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains(&format!("stopgap.yaml as {commit} has it")), "{ran:?}");
}

#[test]
fn what_was_in_force_in_a_period_is_listed_whatever_became_of_it() {
    let repo = short();
    let closed = exception(&[
        ("decided", "2026-03-01"),
        ("starts", "2026-03-01"),
        ("expires", "2026-03-10"),
        ("status", "closed"),
        ("closure", "{date: 2026-03-05, by: Luis Prado, verified_by: Mei Tanaka}"),
    ]);
    let renewed = exception(&[
        ("decided", "2026-03-01"),
        ("starts", "2026-03-01"),
        ("expires", "2026-03-10"),
        ("renewals", "[{decided: 2026-03-20, expires: 2026-03-30, approver: Mei Tanaka}]"),
    ]);
    let rejected = exception(&[("starts", "2026-03-01"), ("expires", "2026-03-10"), ("status", "rejected")]);
    repo.write("exceptions/closed.yaml", &closed).write("exceptions/renewed.yaml", &renewed);
    repo.write("exceptions/rejected.yaml", &rejected).commit("More");
    let within = |period: &str| list(&repo, &["--today", "2026-11-23", "--in-force", period]).join(" ");
    assert_eq!(within("2026-01-01"), "");
    assert_eq!(within("2026-01-02"), "printer scanner");
    assert_eq!(within("2026-02-01..2026-03-05"), "closed printer renewed scanner");
    assert_eq!(within("2026-03-06..2026-03-10"), "renewed");
    assert_eq!(within("2026-03-11..2026-03-19"), "", "nobody had approved these days");
    assert_eq!(within("2026-03-19..2026-03-20"), "renewed");
    assert_eq!(within("2026-03-31.."), "");
    let text = run(&repo, &["list", "--in-force", "2026-01-01..2026-01-31"]);
    let removed = &repo.rev("HEAD~1")[..12];
    assert!(text.stdout.contains(&format!("no longer in the register: printer, removed in {removed}\n")), "{text:?}");
    let sheet = run(&repo, &["list", "--in-force", "2026-01-01..2026-01-31", "--format", "csv"]).stdout;
    let ends: Vec<&str> = sheet.lines().filter_map(|line| line.rsplit(',').next()).collect();
    assert_eq!(ends.iter().filter(|end| **end == removed).count(), 1, "{sheet}");
    assert!(ends[0] == "removed_in" && ends.iter().filter(|end| end.is_empty()).count() == 1, "{sheet}");
    assert!(
        text.stdout.ends_with("2 exceptions in force from 2026-01-01 to 2026-01-31, 3 more left out\n"),
        "{text:?}"
    );
    // What was moved, or was put back, has not been removed, even if the work tree lacks it.
    repo.git(&["mv", "exceptions/scanner.yaml", "exceptions/hall-scanner.yaml"]);
    repo.commit("Rename");
    repo.git(&["mv", "exceptions/hall-scanner.yaml", "exceptions/scanner.yaml"]);
    repo.commit("Rename back");
    std::fs::remove_file(repo.path().join("exceptions/scanner.yaml")).unwrap();
    assert_eq!(within("2026-01-02"), "printer");
    // One that goes on under another name is listed once.
    repo.git(&["mv", "exceptions/closed.yaml", "exceptions/goes-on.yaml"]);
    repo.commit("Rename");
    assert_eq!(within("2026-03-05"), "goes-on renewed");
    let clone = repo.path().with_file_name("shallow");
    repo.git(&[
        "clone",
        "--quiet",
        "--depth",
        "1",
        &format!("file://{}", repo.path().display()),
        clone.to_str().unwrap(),
    ]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(&clone);
    let shallow = Run::of(command.args(["list", "--in-force", "2026-03-05"]));
    assert!(shallow.code == 2 && shallow.stderr.contains("this clone is shallow"), "{shallow:?}");
    for wrong in ["2026-03-02..2026-03-01", "..", "x..y", "2026-01-01...2026-01-02"] {
        assert_eq!(run(&repo, &["list", "--in-force", wrong]).code, 2, "{wrong}");
    }
}

/// A register in which a commit of the third day is dated two months ahead, and the printer came after it.
fn ahead() -> Repo {
    let repo = Repo::new();
    repo.write("stopgap.yaml", "timezone: UTC\n").write("exceptions/.keep", "").commit("Begin");
    repo.commits.set(60);
    repo.write("readme.md", "Hello.\n").commit("Dated ahead");
    repo.commits.set(3);
    let printer = exception(&[("decided", "2026-01-05"), ("starts", "2026-01-05"), ("expires", "2026-01-15")]);
    repo.write("exceptions/printer.yaml", &printer).commit("Ask");
    for number in ["20", "40"] {
        repo.commits.set(number.parse().unwrap());
        repo.write("readme.md", number).commit("Work");
    }
    repo
}

#[test]
fn a_commit_that_is_dated_ahead_hides_nothing_that_came_after_it_and_is_named() {
    let repo = ahead();
    for (at, ids) in [("2026-01-04", &[][..]), ("2026-01-05", &["printer"]), ("2026-01-30", &["printer"])] {
        assert_eq!(list(&repo, &["--at", at]), ids, "{at}");
    }
    let said = format!("note: commit {} is dated 2026-03-03, which is", &repo.rev("HEAD~3")[..12]);
    let note = |at: &str| run(&repo, &["list", "--at", at]).stderr;
    assert!(note("2026-01-05").contains(&said), "{}", note("2026-01-05"));
    assert!(!note("2026-01-04").contains("is dated"), "{}", note("2026-01-04"));
    assert_eq!(list(&repo, &["--in-force", "2026-01-06..2026-01-08", "--today", "2026-01-30"]), ["printer"]);
    let history = run(&repo, &["history"]);
    assert!(history.code == 0 && history.stdout.contains("is dated 2026-03-03"), "{history:?}");
    let story = run(&repo, &["show", "printer", "--today", "2026-01-30"]);
    assert!(!story.stdout.contains("back-dated") && !story.stdout.contains("days before"), "{}", story.stdout);
    let pack = repo.sandbox.path().join("pack");
    let pack = pack.to_str().unwrap();
    let made = run(&repo, &["evidence", "--from", "2026-01-01", "--to", "2026-01-31", "--output", pack]);
    assert_eq!(made.code, 0, "{made:?}");
    let end = std::fs::read_to_string(format!("{pack}/register/end.json")).unwrap();
    assert!(end.contains("\"printer\""), "{end}");
}

#[test]
fn a_commit_that_is_dated_back_makes_no_date_after_it_look_recorded_in_time() {
    let repo = short();
    repo.commits.set(38);
    for text in ["One.\n", "Two.\n", "Three.\n"] {
        repo.write("readme.md", text).commit("Work");
    }
    repo.commits.set(5);
    let back = repo.write("readme.md", "Hello again.\n").commit("Dated back");
    let forged = exception(&[("decided", "2026-01-07"), ("starts", "2026-01-07"), ("expires", "2026-02-01")]);
    repo.write("exceptions/forged.yaml", &forged).commit("Dated back too");
    // Nor where it is the one after which is judged.
    for since in [&[][..], &["--since", &back]] {
        let history = run(&repo, &[&["history", "--format", "concise"], since].concat());
        assert!(
            history
                .stdout
                .contains("the decision is dated `2026-01-07`, `35` days before the newest commit it is based on"),
            "{history:?}"
        );
    }
}

/// The report counts from when the branch reached a commit, and still shows its own date.
#[test]
fn a_removal_that_is_dated_back_is_on_the_agenda_of_the_week_in_which_it_came() {
    let repo = short();
    repo.commits.set(40);
    for text in ["One.\n", "Two.\n", "Three.\n"] {
        repo.write("readme.md", text).commit("Work");
    }
    repo.commits.set(20);
    repo.write("exceptions/.keep", "").git(&["rm", "--quiet", "exceptions/scanner.yaml"]);
    let removed = repo.commit("Dated back");
    let slips = |since: &str, today: &str| {
        let ran = run(&repo, &["report", "--since", since, "--today", today, "--format", "json"]);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
        let slips = report["slips"].as_array().unwrap().clone();
        slips
            .iter()
            .map(|it| [&it["rule"], &it["commit"], &it["day"]].map(|it| it.as_str().unwrap().to_owned()))
            .collect()
    };
    let found: Vec<[String; 3]> = slips("2026-02-13", "2026-02-20");
    assert_eq!(found, [["record-removed".to_owned(), removed, "2026-01-22".to_owned()]]);
    let before: Vec<[String; 3]> = slips("2026-01-15", "2026-02-12");
    assert_eq!(before, [] as [[String; 3]; 0]);
}

/// What lay next to the main line came to it with the merge, whatever it is dated.
#[test]
fn a_removal_beside_the_main_line_is_on_the_agenda_of_the_week_of_its_merge() {
    let repo = short();
    repo.branch("mine");
    repo.git(&["rm", "--quiet", "exceptions/scanner.yaml"]);
    repo.commit("Take it out");
    repo.git(&["checkout", "--quiet", "main", "--", "exceptions/scanner.yaml"]);
    repo.commit("Put it back");
    // Work was merged into both.
    for (branch, topic) in [("mine", "third"), ("main", "fourth")] {
        repo.switch(branch);
        repo.branch(topic);
        repo.write(&format!("src/{topic}"), "1\n").commit("Topic");
        repo.switch(branch);
        repo.merge(topic);
    }
    repo.commits.set(42);
    repo.merge("mine");
    let ran = run(&repo, &["report", "--since", "2026-02-12", "--today", "2026-02-20"]);
    assert!(ran.stdout.contains("bypassed the gate since 2026-02-12: 1"), "{ran:?}");
    let ran = run(&repo, &["history"]);
    assert!(ran.stderr.contains("next to the main line") || ran.stdout.contains("next to the main line"), "{ran:?}");
}

#[test]
fn a_tag_does_not_take_the_place_of_a_branch() {
    let repo = ahead();
    repo.git(&["tag", "main", "HEAD~1"]);
    for arguments in [&["list", "--at", "main"][..], &["history", "--since", "main"]] {
        let told = run(&repo, arguments);
        let whole = format!("write the full name, such as `{} refs/heads/main`", arguments[1]);
        assert!(told.code == 2 && told.stderr.contains("is ambiguous: it names several commits"), "{told:?}");
        assert!(told.stderr.contains(&whole), "{told:?}");
    }
    assert_eq!(run(&repo, &["list", "--at", "refs/heads/main", "--today", "2026-01-05"]).code, 0);
}

#[test]
fn an_exception_that_moves_to_another_register_is_listed_once() {
    let repo = Repo::new();
    let text = exception(&[]);
    repo.write("north/exceptions/printer.yaml", &text).write("north/stopgap.yaml", "timezone: UTC\n");
    repo.write("north/exceptions/badge.yaml", &text.replace("hall 3", "hall 5")).write("north/exceptions/.keep", "");
    repo.write("south/stopgap.yaml", "timezone: UTC\n").write("south/exceptions/.keep", "").commit("two registers");
    std::fs::rename(
        repo.path().join("north/exceptions/printer.yaml"),
        repo.path().join("south/exceptions/printer.yaml"),
    )
    .unwrap();
    repo.commit("to the south");
    std::fs::remove_file(repo.path().join("north/exceptions/badge.yaml")).unwrap();
    repo.commit("gone");
    let period = ["--in-force", "2026-11-16..2026-11-20", "--today", "2026-11-23", "--columns", "id"];
    let listed = run(&repo, &[&["list", "--all-registers"], &period[..]].concat());
    assert_eq!(listed.stdout.matches("printer").count(), 1, "{listed:?}");
    assert!(listed.stdout.contains("badge"), "what was deleted is not forgotten: {listed:?}");
}

#[test]
fn the_day_of_the_newest_commit_needs_no_other_files() {
    let repo = Repo::new();
    repo.write("exceptions/printer.yaml", &exception(&[])).commit("first");
    repo.commit("second");
    let newest = repo.git(&["log", "-1", "--format=%cs"]);
    let before = repo.git(&["log", "-1", "--format=%cs", "HEAD~1"]);
    assert!(!run(&repo, &["list", "--today", &newest]).stderr.contains("--at"));
    assert!(run(&repo, &["list", "--today", &before]).stderr.contains(&format!("`--at {before}` reads them")));
    let gate = run(&repo, &["check", "--all-registers", "--base", "HEAD", "--today", &before]);
    assert!(!gate.stderr.contains("--at"), "{gate:?}");
}
