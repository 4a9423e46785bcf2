//! What the past contains: `stopgap history` and `stopgap show`, in real repositories.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::git::Repo;
use crate::support::{Run, Sandbox, exception};

const FILE: &str = "exceptions/label-printer.yaml";

/// An exception decided on the day of the first commit, 2026-01-02.
fn printer(fields: &[(&str, &str)]) -> String {
    let mut all = vec![("decided", "2026-01-02"), ("starts", "2026-01-02"), ("expires", "2026-02-01")];
    all.retain(|(key, _)| fields.iter().all(|(other, _)| other != key));
    all.extend(fields);
    exception(&all)
}

/// A register of one honest exception.
fn repo() -> Repo {
    let repo = Repo::new();
    repo.write(FILE, &printer(&[])).commit("Ask for the printer");
    repo
}

fn run(repo: &Repo, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(repo.path()).stdin(Stdio::null());
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    Run::of(command.args(arguments))
}

fn history(repo: &Repo, arguments: &[&str]) -> Run {
    run(repo, &[&["history", "--format", "concise", "--quiet"], arguments].concat())
}

/// The findings of the whole history, as lines.
fn lines(repo: &Repo) -> Vec<String> {
    let run = history(repo, &[]);
    assert_eq!(run.stderr, "");
    run.stdout.lines().map(str::to_owned).collect()
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"))
}

fn show(repo: &Repo, arguments: &[&str]) -> Run {
    run(repo, &[&["show", "label-printer", "--today", "2026-01-20"], arguments].concat())
}

/// The timeline of the printer, without names of commits.
fn timeline(repo: &Repo) -> Vec<String> {
    let run = show(repo, &[]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let lines = run.stdout.lines().skip_while(|line| !line.starts_with("timeline")).skip(1);
    let words =
        |line: &str| line.split("  ").filter(|part| !part.is_empty() && part.len() != 12).collect::<Vec<_>>().join(" ");
    lines.map(words).collect()
}

mod replay {
    use super::*;

    const MOVED: &str = "error[expiry-moved] `expires` was moved from `2026-02-01` to `2026-03-01`, `28` days later, instead of renewed";

    #[test]
    fn what_is_put_back_is_no_second_slip_after_a_later_beginning_either() {
        let repo = repo();
        repo.write(FILE, &printer(&[("risk.statement", "Labels could be wrong.")])).commit("Sneak");
        repo.git(&["tag", "meeting"]);
        repo.write(FILE, &printer(&[])).commit("Put it back");
        assert_eq!(lines(&repo).len(), 1);
        assert_eq!(history(&repo, &["--since", "meeting"]).stdout, "");
        // Another edit is one, and so is an edit of another field.
        repo.write(FILE, &printer(&[("risk.statement", "Nothing happens.")])).commit("Sneak again");
        assert_eq!(history(&repo, &["--since", "meeting"]).stdout.lines().count(), 1);
    }

    #[test]
    fn an_edit_that_was_pushed_past_review_is_found_in_its_commit() {
        let repo = repo();
        let pushed = repo.write(FILE, &printer(&[("expires", "2026-03-01")])).commit("Tidy up");
        repo.write("README.md", "hello\n").commit("Say hello");
        assert_eq!(lines(&repo), [format!("{}:{FILE}:18:10: {MOVED}", &pushed[..12])]);
        assert_eq!(history(&repo, &[]).code, 1);
        let text = run(&repo, &["history"]);
        let heading = format!("commit {} of 2026-01-03 by Dana Ortiz: Tidy up\n\nerror[expiry-moved]", &pushed[..12]);
        assert!(text.stdout.starts_with(&heading), "{}", text.stdout);
        let summary = "3 commits, 2 of them touch the register or its rule book: 1 error in 1 commit\n";
        assert!(text.stdout.ends_with(summary), "{}", text.stdout);
    }

    #[test]
    fn json_gives_each_finding_its_commit() {
        let repo = repo();
        let pushed = repo.write(FILE, &printer(&[("expires", "2026-03-01")])).commit("Tidy up");
        let document = json(&run(&repo, &["history", "--format", "json"]));
        let finding = &document["findings"][0];
        assert_eq!(finding["rule"], "expiry-moved");
        assert_eq!(finding["exception"], "label-printer");
        assert_eq!(finding["commit"]["id"], pushed);
        assert_eq!(finding["commit"]["author"], "Dana Ortiz <dana@example.com>");
        assert_eq!(finding["commit"]["day"], "2026-01-03");
        assert_eq!(
            document["summary"],
            serde_json::json!({"commits": 2, "judged": 2, "errors": 1, "warnings": 0, "notes": 0})
        );
    }

    #[test]
    fn a_single_commit_is_not_counted_among_itself() {
        let repo = repo();
        let summary = |since: &str| run(&repo, &["history", "--since", since]).stdout;
        let before = repo.write("README.md", "hello\n").commit("Say hello");
        repo.write(FILE, &printer(&[("title", "The label printer keeps its old certificate")])).commit("Name it");
        assert!(summary(&before).contains(", which touches the register or its rule book: "), "{}", summary(&before));
        let before = repo.git(&["rev-parse", "HEAD"]).trim().to_owned();
        repo.write("README.md", "bye\n").commit("Say goodbye");
        let last = summary(&before);
        assert!(last.starts_with("1 commit after ") && last.contains(", which does not touch the register"), "{last}");
    }

    #[test]
    fn the_commit_that_brings_the_rule_book_touches_it() {
        let repo = Repo::new();
        repo.write("stopgap.yaml", "version: 1\n").write("exceptions/.gitkeep", "").commit("Set up");
        let summary = run(&repo, &["history"]).stdout;
        assert_eq!(summary, "1 commit, which touches the register or its rule book: nothing found\n");
        repo.write(FILE, &printer(&[("decided", "2026-01-03"), ("starts", "2026-01-03")])).commit("Ask");
        let summary = run(&repo, &["history"]).stdout;
        assert!(summary.contains("2 commits, 2 of them touch the register"), "{summary}");
    }

    #[test]
    fn honest_history_gives_nothing() {
        let repo = repo();
        let review = ("reviews", "[{date: 2026-01-03, by: Luis Prado, note: The tool is late.}]");
        repo.write(FILE, &printer(&[review])).commit("Review");
        repo.write(FILE, &format!("# a note\n{}", printer(&[review]))).commit("Comment");
        let closure = ("closure", "{date: 2026-01-05, by: Luis Prado, verified_by: Mei Tanaka, note: Done.}");
        repo.write(FILE, &printer(&[review, closure, ("status", "closed")])).commit("Close");
        repo.git(&["rm", "--quiet", "-r", "exceptions"]);
        repo.write("exceptions/2026/label-printer.yaml", &printer(&[review, closure, ("status", "closed")]))
            .commit("File away");
        let run = run(&repo, &["history"]);
        assert_eq!(run.code, 0, "{run:?}");
        assert_eq!(run.stdout, "5 commits, 5 of them touch the register or its rule book: nothing found\n");
    }

    #[test]
    fn a_merge_counts_once_as_a_whole() {
        let repo = repo();
        repo.branch("topic");
        repo.write(FILE, &printer(&[("expires", "2026-03-01")])).commit("Try");
        repo.write(FILE, &printer(&[("expires", "2026-03-02")])).commit("Try again");
        repo.switch("main");
        repo.write("README.md", "hello\n").commit("Say hello");
        let merged = repo.merge("topic");
        let lines = lines(&repo);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with(&merged[..12]) && lines[0].contains("to `2026-03-02`"), "{lines:?}");
    }

    #[test]
    fn what_a_merged_branch_reverted_is_not_reported() {
        let repo = repo();
        repo.branch("topic");
        repo.write(FILE, &printer(&[("expires", "2026-03-01")])).commit("Try");
        repo.write(FILE, &printer(&[])).commit("Take back");
        repo.switch("main");
        repo.merge("topic");
        assert_eq!(lines(&repo), [""; 0]);
    }

    #[test]
    fn a_register_that_was_broken_in_between_is_judged_around_it() {
        let repo = repo();
        repo.write(FILE, "title: [\n").commit("Break");
        repo.write(FILE, &printer(&[])).commit("Mend");
        let pushed = repo.write(FILE, &printer(&[("expires", "2026-03-01")])).commit("Push");
        assert_eq!(lines(&repo), [format!("{}:{FILE}:18:10: {MOVED}", &pushed[..12])]);
    }

    #[test]
    fn an_edit_after_an_unreadable_version_is_found() {
        let large = format!("# {}\n{}", "x".repeat(300_000), printer(&[]));
        for between in ["title: [\n", "- a list\n", large.as_str(), "\u{7}"] {
            let repo = repo();
            repo.write(FILE, between).commit("Break");
            let pushed = repo.write(FILE, &printer(&[("expires", "2026-03-01")])).commit("Come back");
            assert_eq!(lines(&repo), [format!("{}:{FILE}:18:10: {MOVED}", &pushed[..12])], "{between:.20}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn an_edit_after_a_link_is_found() {
        let repo = repo();
        std::fs::remove_file(repo.path().join(FILE)).unwrap();
        std::os::unix::fs::symlink("../readme.md", repo.path().join(FILE)).unwrap();
        repo.commit("Link");
        std::fs::remove_file(repo.path().join(FILE)).unwrap();
        let pushed = repo.write(FILE, &printer(&[("expires", "2026-03-01")])).commit("Come back");
        assert_eq!(lines(&repo), [format!("{}:{FILE}:18:10: {MOVED}", &pushed[..12])]);
    }

    #[test]
    fn a_record_that_was_gone_in_between_is_compared_with_its_last_version() {
        for path in [FILE, "exceptions/2026/label-printer.yaml"] {
            let repo = repo();
            repo.git(&["rm", "-q", FILE]);
            let gone = repo.commit("Remove");
            let back = repo.write(path, &printer(&[("expires", "2026-03-01")])).commit("Come back");
            let found = lines(&repo);
            assert_eq!(found.len(), 2, "{found:?}");
            assert!(found[0].starts_with(&gone[..12]) && found[0].contains("record-removed"), "{found:?}");
            assert_eq!(found[1], format!("{}:{path}:18:10: {MOVED}", &back[..12]));
        }
        // The policy points elsewhere for a while, or there is none.
        for elsewhere in [Some("exceptions: other\n"), None] {
            let repo = repo();
            repo.git(&["mv", "exceptions", "waivers"]);
            let (file, policy) = (FILE.replace("exceptions", "waivers"), "exceptions: waivers\n");
            repo.write("stopgap.yaml", policy).write("other/.gitkeep", "").commit("Move");
            match elsewhere {
                Some(elsewhere) => drop(repo.write("stopgap.yaml", elsewhere)),
                None => drop(repo.git(&["rm", "-q", "stopgap.yaml"])),
            }
            let gone = repo.commit("Point elsewhere");
            repo.write(&file, &printer(&[("expires", "2026-03-01")])).commit("Edit");
            let back = repo.write("stopgap.yaml", policy).commit("Point back");
            let found = lines(&repo);
            let is_gone = |line: &&String| line.starts_with(&gone[..12]) && line.contains("record-removed");
            assert_eq!(found.iter().filter(is_gone).count(), 1, "{found:?}");
            assert_eq!(found.last(), Some(&format!("{}:{file}:18:10: {MOVED}", &back[..12])), "{found:?}");
        }
        let restored = repo();
        restored.git(&["rm", "-q", FILE]);
        restored.commit("Remove");
        restored.write(FILE, &printer(&[])).commit("Restore");
        assert_eq!(lines(&restored).len(), 1);
    }

    /// A local commit on the main branch, and what others had pushed there meanwhile, combined by `git pull`.
    fn pulled(pushed: impl Fn(&Repo)) -> Repo {
        let repo = repo();
        repo.branch("pushed");
        pushed(&repo);
        repo.switch("main");
        repo.write("readme.md", "Mine.\n").commit("Local work");
        repo.git(&["merge", "--quiet", "--no-ff", "-m", "Merge branch 'main' of github.com:acme/register", "pushed"]);
        repo
    }

    #[test]
    fn a_pull_does_not_erase_what_had_been_pushed() {
        let other = "exceptions/other.yaml";
        let filed = printer(&[("title", "Other printer"), ("scope.system", "label printer lp-08"), ("reason", OTHER)]);
        let repo = pulled(|repo| {
            repo.write(other, &filed).commit("Ask for another");
            repo.git(&["rm", "-q", other]);
            repo.commit("Remove it");
        });
        let found = lines(&repo);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("record-removed"), "{found:?}");
        let moved = pulled(|repo| {
            repo.write(FILE, &printer(&[("expires", "2026-03-01")])).commit("Push");
        });
        let found = lines(&moved);
        assert!(found.len() == 1 && found[0].contains(MOVED), "{found:?}");
    }

    const OTHER: &str = "The second printer waits for the same tool, which its maker has not tested yet.";

    #[test]
    fn an_edit_of_the_local_side_of_a_pull_is_found_in_the_merge() {
        let repo = repo();
        repo.branch("pushed");
        repo.write("readme.md", "Theirs.\n").commit("Pushed work");
        repo.switch("main");
        repo.write(FILE, &printer(&[("expires", "2026-03-01")])).commit("Local edit");
        repo.git(&["merge", "--quiet", "--no-ff", "-m", "Merge branch 'main' of github.com:acme/register", "pushed"]);
        let merge = repo.git(&["rev-parse", "HEAD"]);
        assert_eq!(lines(&repo), [format!("{}:{FILE}:18:10: {MOVED}", &merge[..12])]);
    }

    #[test]
    fn a_register_that_comes_from_another_root_is_compared_and_said() {
        let repo = Repo::new();
        repo.write("team/stopgap.yaml", "version: 1\n").write("team/exceptions/label-printer.yaml", &printer(&[]));
        repo.commit("Ask");
        repo.git(&["mv", "team/stopgap.yaml", "stopgap.yaml"]);
        repo.git(&["rm", "-q", "team/exceptions/label-printer.yaml"]);
        let moved = repo.write(FILE, &printer(&[("expires", "2026-03-01")])).commit("Move up");
        let run = run(&repo, &["history", "--format", "concise"]);
        assert!(run.stdout.contains(&format!("{}:{FILE}:18:10: {MOVED}", &moved[..12])), "{run:?}");
        assert!(run.stdout.contains("brings 1 exception from the register in `team/exceptions`"), "{run:?}");
    }

    #[test]
    fn putting_the_value_back_is_not_a_second_finding_and_the_first_one_stays() {
        let repo = repo();
        let pushed = repo.write(FILE, &printer(&[("expires", "2026-03-01")])).commit("Push");
        let review = ("reviews", "[{date: 2026-01-04, by: Luis Prado, note: The tool is late.}]");
        repo.write(FILE, &printer(&[("expires", "2026-03-01"), review])).commit("Review");
        repo.write(FILE, &printer(&[review])).commit("Put it back");
        let found = lines(&repo);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(&pushed[..12]), "{found:?}");
        repo.write(FILE, &printer(&[("expires", "2026-03-02"), review])).commit("Push again");
        repo.write(FILE, &printer(&[("expires", "2026-02-02"), review])).commit("Nearly put it back");
        assert_eq!(lines(&repo).len(), 3);
    }

    #[test]
    fn a_repository_of_sha256_is_read() {
        let repo = Repo::with_format("sha256");
        repo.write(FILE, &printer(&[])).commit("Ask");
        let pushed = repo.write(FILE, &printer(&[("expires", "2026-03-01")])).commit("Push");
        assert_eq!(lines(&repo), [format!("{}:{FILE}:18:10: {MOVED}", &pushed[..12])]);
    }

    #[test]
    fn only_the_rule_book_before_a_commit_judges_it() {
        let repo = repo();
        let loosened = repo.write("stopgap.yaml", "rules: {expiry-moved: note}\n").commit("Loosen");
        let edit = repo.write(FILE, &printer(&[("expires", "2026-03-01")])).commit("Push");
        let both = repo
            .write("stopgap.yaml", "rules: {expiry-moved: off}\n")
            .write(FILE, &printer(&[("expires", "2026-03-05")]))
            .commit("Push and loosen");
        let off = repo.write(FILE, &printer(&[("expires", "2026-03-09")])).commit("Push unseen");
        let lines = lines(&repo);
        let of = |commit: &str| -> Vec<&str> {
            let found = lines.iter().filter_map(|line| line.strip_prefix(&commit[..12]));
            found.filter_map(|line| line.split(": ").nth(1)?.split(']').next()).collect()
        };
        assert_eq!(of(&loosened), ["warning[policy-loosened"]);
        assert_eq!(of(&edit), ["note[expiry-moved"]);
        assert_eq!(of(&both), ["note[expiry-moved", "warning[policy-loosened"]);
        assert_eq!(of(&off), [""; 0]);
    }

    #[test]
    fn history_tells_what_the_gate_tells_of_what_lets_the_check_pass() {
        const PATH: &str = ".gitlab-ci.yml";
        const WORKFLOW: &str = "on: pull_request\njobs:\n  gate:\n    steps:\n";
        let component = "include:\n  - component: a.b/acme/stopgap@1\n    inputs: {image: a.b/stopgap@sha256:1}\n";
        let workflow = format!("{WORKFLOW}      - uses: ./.github/actions/gate\n");
        let action = "runs:\n  using: composite\n  steps: [{run: stopgap check --base auto, shell: bash}]\n";
        let repo = repo();
        repo.write(PATH, component).write("action.yml", "name: other\n");
        repo.write(".github/workflows/gate.yml", &workflow).write(".github/actions/gate/action.yml", action);
        repo.commit("Begin");
        repo.write(PATH, &format!("{component}stopgap:\n  rules: [{{when: never}}]\n")).commit("Edit");
        repo.write(PATH, &format!("{component}stopgap:\n  when: manual\n")).commit("Soften");
        repo.write(".github/actions/gate/action.yml", &action.replace("auto", "HEAD")).commit("Soften the other");
        let found: Vec<String> = lines(&repo).into_iter().filter(|line| line.contains("policy-loosened")).collect();
        let said = ["`when: manual` lets the check pass", "`--base HEAD` lets the check pass"];
        assert!(found.len() == 2 && found.iter().zip(said).all(|(line, said)| line.contains(said)), "{found:?}");
    }

    #[test]
    fn an_unusable_rule_book_leaves_the_previous_one_in_force() {
        let repo = repo();
        repo.write("stopgap.yaml", "rules: {expiry-moved: warning}\n").commit("Policy");
        let broken = repo.write("stopgap.yaml", "rulez: {}\n").commit("Break");
        repo.write(FILE, &printer(&[("expires", "2026-03-01")])).commit("Push");
        let run = run(&repo, &["history", "--format", "concise"]);
        assert!(run.stdout.contains("warning[expiry-moved]"), "{}", run.stdout);
        assert!(
            run.stdout.contains(&format!("the rule book of commit {} was not usable", &broken[..12])),
            "{}",
            run.stdout
        );
    }

    #[test]
    fn a_rule_book_is_read_again_once_another_of_its_files_is_corrected() {
        let repo = repo();
        let policy = "schema: own.json\nrules: {expiry-moved: note}\n";
        let broken = repo.write("stopgap.yaml", policy).write("own.json", "{").commit("Point to a schema");
        repo.write("README.md", "# A repository\n").commit("Describe it");
        let corrected = repo.write("own.json", "{}").commit("Correct the schema");
        let edit = repo.write(FILE, &printer(&[("expires", "2026-03-01")])).commit("Push");
        let run = run(&repo, &["history", "--format", "concise"]);
        for (commit, level) in [(&corrected, "warning[policy-loosened]"), (&edit, "note[expiry-moved]")] {
            let found = run.stdout.lines().find(|line| line.starts_with(&commit[..12]));
            assert!(found.is_some_and(|line| line.contains(level)), "{level} in {}", run.stdout);
        }
        assert_eq!(run.stdout.matches("was not usable").count(), 1, "{}", run.stdout);
        assert!(run.stdout.contains(&format!("the rule book of commit {} was", &broken[..12])), "{}", run.stdout);
    }

    #[test]
    fn a_register_that_moves_to_another_folder_is_followed() {
        let repo = Repo::new();
        let waiver = "waivers/label-printer.yaml";
        let record = "register/label-printer.yaml";
        repo.write("stopgap.yaml", "exceptions: waivers\n").write(waiver, &printer(&[])).commit("Ask");
        repo.write(waiver, &printer(&[("expires", "2026-03-01")])).commit("Push");
        repo.git(&["mv", "waivers", "register"]);
        repo.write("stopgap.yaml", "exceptions: register\n").write(record, &printer(&[("expires", "2026-03-02")]));
        repo.commit("Push in a move");
        repo.write(record, &printer(&[("expires", "2026-03-03")])).commit("Push again");
        let rules: Vec<String> =
            lines(&repo).iter().filter_map(|line| Some(line.split(['[', ']']).nth(1)?.to_owned())).collect();
        assert_eq!(rules, ["expiry-moved", "expiry-moved", "policy-loosened", "expiry-moved"]);
    }

    #[test]
    fn a_register_that_the_policy_points_away_from_is_left() {
        let repo = Repo::new();
        let waiver = "waivers/label-printer.yaml";
        repo.write("stopgap.yaml", "exceptions: waivers\n").write(waiver, &printer(&[])).commit("Ask");
        let other = printer(&[("title", "Label maker"), ("approver", "Luis Prado"), ("requester", "Luis Prado")]);
        repo.write("register/label-maker.yaml", &other).commit("Prepare");
        repo.write("stopgap.yaml", "exceptions: register\n").commit("Point elsewhere");
        let run = run(&repo, &["history", "--format", "concise", "--quiet"]);
        let rules: Vec<&str> = run.stdout.lines().filter_map(|line| line.split(['[', ']']).nth(1)).collect();
        assert!(rules.contains(&"record-removed") && rules.contains(&"policy-loosened"), "{}", run.stdout);
        let run = self::run(&repo, &["history", "--format", "json"]);
        let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let exception_of = |rule: &str| {
            let findings = document["findings"].as_array().unwrap();
            findings.iter().find(|finding| finding["rule"] == rule).unwrap()["exception"].clone()
        };
        assert_eq!(exception_of("record-removed"), "label-printer");
        assert_eq!(exception_of("policy-loosened"), serde_json::Value::Null);
    }

    #[test]
    fn a_policy_of_another_name_is_that_of_the_commit_before() {
        let repo = Repo::new();
        let (file, book) = ("security/exceptions/label-printer.yaml", "security/stopgap.yaml");
        let policy = "exceptions: security/exceptions\n";
        repo.write(book, policy).write(file, &printer(&[])).commit("Ask");
        let off = format!("{policy}rules: {{expiry-moved: \"off\"}}\n");
        repo.write(book, &off).write(file, &printer(&[("expires", "2026-03-01")])).commit("Push");
        let run = run(&repo, &["history", "--format", "concise", "--quiet", "--policy", book]);
        assert!(run.stdout.contains("error[expiry-moved]"), "{}", run.stdout);
    }

    #[test]
    fn a_register_below_the_top_is_found_with_its_owners() {
        let repo = Repo::new();
        let file = format!("security/{FILE}");
        repo.write("CODEOWNERS", "/security/ @olek @priya\n").write(&file, &printer(&[])).commit("Ask");
        repo.write(&file, &printer(&[("expires", "2026-03-01")])).commit("Push");
        repo.write("CODEOWNERS", "/security/ @mallory\n").commit("Take over");
        let run = run(&repo, &["history", "--format", "concise", "--quiet", "--root", "security"]);
        let rules: Vec<&str> = run.stdout.lines().filter_map(|line| line.split(['[', ']']).nth(1)).collect();
        assert_eq!(rules, ["expiry-moved", "policy-loosened"], "{}", run.stdout);
        assert!(run.stdout.contains(&format!(":{FILE}:18:10")), "{}", run.stdout);
    }

    #[test]
    fn a_removed_record_and_one_under_another_id_are_found() {
        let repo = repo();
        repo.git(&["mv", FILE, "exceptions/printer.yaml"]);
        repo.commit("Rename");
        repo.git(&["rm", "--quiet", "exceptions/printer.yaml"]);
        repo.write("exceptions/.keep", "").commit("Remove");
        let found = lines(&repo);
        assert_eq!(found.iter().filter(|line| line.contains("[record-removed]")).count(), 2, "{found:?}");
    }

    #[test]
    fn an_owner_of_an_expired_exception_is_known_by_the_day_of_the_commit() {
        let other = |id: &str| {
            printer(&[
                ("title", "Scale keeps its firmware"),
                ("reason", "Calibration ends on Monday."),
                ("scope.system", id),
                ("expires", "2026-01-04"),
            ])
        };
        let repo = repo();
        repo.write("exceptions/scale.yaml", &other("scale 1")).commit("First");
        repo.write("exceptions/early.yaml", &other("scale 2")).commit("Not ended yet");
        repo.write("README.md", "a").commit("Wait");
        let late = other("scale 3").replace("decided: 2026-01-02", "decided: 2026-01-04");
        repo.write("exceptions/late.yaml", &late).commit("Ended");
        let found = lines(&repo);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("late.yaml") && found[0].contains("[expired-first]"), "{found:?}");
    }

    #[test]
    fn whoever_verified_a_closure_is_for_the_gate_to_judge() {
        let repo = repo();
        let closure =
            "{date: 2026-01-03, by: Luis Prado, verified_by: Luis Prado, note: The new certificate is there.}";
        repo.write(FILE, &printer(&[("status", "closed"), ("closure", closure)])).commit("Close");
        assert_eq!(lines(&repo), [""; 0]);
        let gate = run(&repo, &["check", "--base", "HEAD~1", "--today", "2026-01-03", "--format", "concise"]);
        assert!(gate.stdout.contains("[self-verified-closure]"), "{gate:?}");
    }

    #[test]
    fn what_a_baseline_takes_over_was_decided_elsewhere() {
        let old = [("decided", "2025-10-01"), ("starts", "2025-10-01"), ("title", "Scale keeps its firmware")];
        for (entries, back_dated) in [("{scale: {}}", 0), ("{}", 1)] {
            let repo = repo();
            repo.write("exceptions/scale.yaml", &printer(&old));
            repo.write("baseline.yaml", &format!("until: 2026-12-31\nentries: {entries}\n")).commit("Take it over");
            let found = lines(&repo);
            assert_eq!(found.iter().filter(|line| line.contains("[back-dated]")).count(), back_dated, "{found:?}");
        }
    }

    #[test]
    fn since_limits_the_history_to_what_came_later() {
        let repo = repo();
        let first = repo.write(FILE, &printer(&[("expires", "2026-03-01")])).commit("Push");
        repo.git(&["tag", "dealt-with"]);
        assert_eq!(history(&repo, &["--since", "dealt-with"]).code, 0);
        let second = repo.write(FILE, &printer(&[("expires", "2026-03-05")])).commit("Push again");
        let run = history(&repo, &["--since", "dealt-with"]);
        assert_eq!(run.stdout.lines().count(), 1);
        assert!(run.stdout.starts_with(&second[..12]) && run.code == 1, "{run:?}");
        assert!(history(&repo, &[]).stdout.starts_with(&first[..12]));
        repo.git(&["switch", "--quiet", "--orphan", "other"]);
        repo.write(FILE, &printer(&[])).commit("Start again");
        let run = history(&repo, &["--since", "dealt-with"]);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("is not part of the history of `HEAD`"), "{}", run.stderr);
        let run = history(&repo, &["--since", "nowhere"]);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("`--since nowhere` names no commit"), "{}", run.stderr);
    }

    #[test]
    fn a_shallow_clone_is_told_what_to_fetch_unless_since_stays_inside_it() {
        let repo = repo();
        let since = repo.write("README.md", "a").commit("Second");
        repo.write("README.md", "b").commit("Third");
        repo.write(FILE, &printer(&[("expires", "2026-03-01")])).commit("Push");
        let clone = repo.clone_shallow(3);
        let run = history(&clone, &[]);
        assert_eq!(run.code, 2);
        assert!(
            run.stderr.contains("the history ends early") && run.stderr.contains("fetch-depth: 0"),
            "{}",
            run.stderr
        );
        let run = history(&clone, &["--since", &since]);
        assert_eq!((run.code, run.stdout.lines().count()), (1, 1), "{run:?}");
        let run = history(&repo.clone_whole(), &[]);
        assert_eq!((run.code, run.stdout.lines().count()), (1, 1), "{run:?}");
    }

    #[test]
    fn a_hostile_author_and_subject_do_nothing() {
        let repo = repo();
        repo.write(FILE, &printer(&[("expires", "2026-03-01")]));
        repo.git(&["add", "--all"]);
        let author = "::error::x\u{1b}[2J\u{202e} <a@b>";
        repo.git(&["commit", "--quiet", "--author", author, "-m", "##[error]\u{1b}]0;x\u{7}::set-output name=a::b"]);
        for format in ["text", "concise", "json"] {
            let run = run(&repo, &["history", "--format", format]);
            assert_eq!(run.code, 1);
            assert!(!run.stdout.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{}", run.stdout);
            assert!(
                !run.stdout.contains("##[") && !run.stdout.lines().any(|line| line.starts_with("::")),
                "{}",
                run.stdout
            );
        }
        let run = run(&repo, &["history", "--format", "github"]);
        let commands: Vec<&str> = run.stdout.lines().filter(|line| line.trim_start().starts_with("::")).collect();
        assert_eq!((run.code, commands.len()), (1, 1), "{}", run.stdout);
        assert!(commands[0].starts_with("::error title=expiry-moved (error) in "), "{}", run.stdout);
        assert!(commands[0].contains("::exceptions/label-printer.yaml:18:10: "), "{}", run.stdout);
        assert!(commands[0].contains("%0Acommit "), "{}", run.stdout);
        assert!(!run.stdout.contains(['\u{1b}', '\u{7}', '\u{202e}']) && !run.stdout.contains("##["), "{}", run.stdout);
        let run = show(&repo, &[]);
        assert!(!run.stdout.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{}", run.stdout);
    }

    #[test]
    fn a_missing_register_commit_or_repository_never_passes_silently() {
        let repo = Repo::new();
        assert!(history(&repo, &[]).stderr.contains("`HEAD` names no commit"));
        repo.write("README.md", "a").commit("First");
        let run = history(&repo, &[]);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("no register"), "{}", run.stderr);
        let sandbox = Sandbox::new();
        let run = Run::of(sandbox.command().args(["history"]));
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("is not in a git work tree"), "{}", run.stderr);
    }
}

mod one {
    use super::*;

    #[test]
    fn the_timeline_distinguishes_steps_from_edits_and_follows_the_id() {
        let repo = repo();
        let review = ("reviews", "[{date: 2026-01-03, by: Luis Prado, note: The tool is late.}]");
        repo.write(FILE, &printer(&[review])).commit("Review");
        let renewal = "[{requested: 2026-01-04, requester: Luis Prado, reason: Still late., risk_check: Read the log., \
                       approver: Mei Tanaka, decided: 2026-01-04, expires: 2026-03-01}]";
        let renewal = ("renewals", renewal);
        repo.write(FILE, &printer(&[review, renewal])).commit("Renew");
        repo.write(FILE, &printer(&[review, renewal, ("scope.system", "label printer lp-08"), ("owner", "Ana Cruz")]))
            .commit("Edit");
        std::fs::remove_file(repo.path().join(FILE)).unwrap();
        let closure = ("closure", "{date: 2026-01-06, by: Luis Prado, verified_by: Mei Tanaka, note: Done.}");
        let closed = [
            review,
            renewal,
            ("scope.system", "label printer lp-08"),
            ("owner", "Ana Cruz"),
            closure,
            ("status", "closed"),
        ];
        repo.write("exceptions/2026/label-printer.yaml", &printer(&closed)).commit("Close and file away");
        repo.write("exceptions/2026/label-printer.yaml", &format!("{}x-note: a\n", printer(&closed)));
        assert_eq!(
            timeline(&repo),
            [
                "2026-01-02 added (Dana Ortiz)",
                "2026-01-03 reviewed by `Luis Prado` (Dana Ortiz)",
                "2026-01-04 renewed until 2026-03-01, approved by `Mei Tanaka` (Dana Ortiz)",
                "2026-01-05 edited: owner, scope.system (Dana Ortiz)",
                "2026-01-06 moved from `exceptions/label-printer.yaml` to `exceptions/2026/label-printer.yaml` (Dana Ortiz)",
                "2026-01-06 closed by `Luis Prado`, verified by `Mei Tanaka` (Dana Ortiz)",
                "uncommitted edited: x-note",
            ]
        );
    }

    #[test]
    fn the_page_says_what_is_left_and_what_is_wrong() {
        let repo = repo();
        let run = show(&repo, &[]);
        assert!(run.stdout.starts_with("label-printer: Label printer keeps its old certificate\n"), "{}", run.stdout);
        assert!(run.stdout.contains("  standing   active, ends on 2026-02-01, 12 days left\n"), "{}", run.stdout);
        assert!(run.stdout.contains("  renewals   0 of 2\n"), "{}", run.stdout);
        assert!(run.stdout.contains("findings on 2026-01-20\n  none\n"), "{}", run.stdout);
        let late = run_on(&repo, "2026-02-11");
        assert!(late.contains("  standing   active, ended on 2026-02-01, 10 days overdue\n"), "{late}");
        assert!(late.contains("  error[expired] line 18: expired on `2026-02-01`"), "{late}");
    }

    fn run_on(repo: &Repo, today: &str) -> String {
        let run = run(repo, &["show", "label-printer", "--today", today]);
        assert_eq!(run.code, 0);
        run.stdout
    }

    #[test]
    fn a_refiled_exception_shows_how_often_in_a_row() {
        let repo = repo();
        let again = printer(&[
            ("reason", "The maker has no date for the tool any more."),
            ("decided", "2026-02-03"),
            ("starts", "2026-02-03"),
            ("expires", "2026-03-03"),
        ]);
        repo.write("exceptions/printer-again.yaml", &again).commit("Ask again");
        let run = run(&repo, &["show", "printer-again", "--today", "2026-02-04"]);
        assert!(
            run.stdout.contains("  renewals   0 of 2; continues label-printer, which makes 1 in a row\n"),
            "{}",
            run.stdout
        );
    }

    #[test]
    fn json_contains_the_same() {
        let repo = repo();
        let document = json(&show(&repo, &["--format", "json"]));
        assert_eq!(document["days_left"], 12);
        assert_eq!(document["history"], "git");
        assert_eq!(document["timeline"][0]["what"], "added");
        assert_eq!(document["timeline"][0]["commit"], repo.rev("HEAD"));
        assert_eq!(document["findings"], serde_json::json!([]));
    }

    #[test]
    fn a_shallow_clone_does_not_claim_that_it_saw_the_beginning() {
        let repo = repo();
        repo.write("README.md", "a").commit("Second");
        repo.write(FILE, &printer(&[("owner", "Ana Cruz")])).commit("Owner");
        let told = timeline(&repo.clone_shallow(2));
        assert_eq!(
            told,
            [
                "2026-01-03 present the history of this shallow clone does not go back further (Dana Ortiz)",
                "2026-01-04 edited: owner (Dana Ortiz)",
            ]
        );
    }

    #[test]
    fn without_git_the_record_speaks_for_itself() {
        let sandbox = Sandbox::new();
        let review = ("reviews", "[{date: 2026-01-03, by: Luis Prado, note: The tool is late.}]");
        sandbox.file(FILE, printer(&[review]));
        let run = Run::of(sandbox.command().args(["show", "label-printer", "--today", "2026-01-20"]));
        let end = "timeline, by the record itself, because this is not a git repository\n  2026-01-02  added (Mei \
                   Tanaka)\n  2026-01-03  reviewed (Luis Prado)\n";
        assert!(run.stdout.ends_with(end), "{}", run.stdout);
    }

    #[test]
    fn an_unknown_id_gets_a_suggestion_and_a_path_is_taken_for_its_id() {
        let repo = repo();
        let unknown = run(&repo, &["show", "label-prnter"]);
        assert_eq!(unknown.code, 2);
        assert!(unknown.stderr.contains("there is no exception `label-prnter`"), "{}", unknown.stderr);
        assert!(unknown.stderr.contains("did you mean `stopgap show label-printer`?"), "{}", unknown.stderr);
        assert_eq!(run(&repo, &["show", FILE]).code, 0);
    }

    #[test]
    fn a_broken_record_is_shown_with_what_is_wrong() {
        let repo = repo();
        repo.write(FILE, "title: \u{1b}[2J [\n").commit("Break");
        repo.write(FILE, &printer(&[("owner", "Ana Cruz")])).commit("Mend");
        let edited = [
            "2026-01-02 added (Dana Ortiz)",
            "2026-01-03 broken the file is not readable as YAML (Dana Ortiz)",
            "2026-01-04 edited: owner (Dana Ortiz)",
        ];
        assert_eq!(timeline(&repo), edited);
        repo.write(FILE, "title: [\n");
        let run = show(&repo, &[]);
        assert!(
            run.stdout.contains("standing   the file cannot be read") && run.stdout.contains("error[invalid-yaml]"),
            "{}",
            run.stdout
        );
    }
}
