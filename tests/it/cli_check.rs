//! `check` as people call it: arguments, where it looks, the files that it writes, and what it says if it cannot do its
//! work.

use std::fs;
use std::path::Path;
use std::process::Command;
#[cfg(unix)]
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Run, Sandbox, TODAY, exception};

fn register() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/label-printer.yaml", exception(&[]));
    sandbox
}

/// A register whose only finding is an error.
fn late_register() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/label-printer.yaml", late());
    sandbox
}

fn late() -> String {
    exception(&[("decided", "2026-10-15"), ("starts", "2026-10-16"), ("expires", "2026-11-02")])
}

/// Asserts that a run could not be done and says each of `words`; the lines that were broken to fit the terminal are
/// rejoined.
fn refused(run: &Run, words: &[&str]) {
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
    let text = run.stderr.replace("\n  │ ", " ").replace("\n        ", " ");
    for word in words {
        assert!(text.contains(word), "`{word}` is not in\n{text}");
    }
}

/// Runs `stopgap` with the sandbox's `folder` as the current one.
fn run_in(sandbox: &Sandbox, folder: &str, arguments: &[&str]) -> Run {
    Run::of(sandbox.command().current_dir(sandbox.path(folder)).args(arguments))
}

/// A roster that does not list everybody judges whom it lists, and the others as if it were not there.
#[test]
fn a_roster_with_people_missing_refuses_only_what_it_knows() {
    let renewed = "[{requested: 2026-11-20, requester: Luis Prado, reason: The third box came without its screws., \
                   risk_check: Log read., approver: WHO, decided: 2026-11-20, expires: 2026-11-27}]";
    let high = [("risk.tier", "high"), ("starts", "2026-11-15"), ("decided", "2026-11-15"), ("expires", "2026-11-21")];
    let with = |approver: &str| {
        let renewals = renewed.replace("WHO", approver);
        let fields: Vec<(&str, &str)> = high.into_iter().chain([("renewals", renewals.as_str())]).collect();
        exception(&fields)
    };
    let people = "people: [{name: Mei Tanaka, manager: Ada Brook}, {name: Ada Brook}, {name: Noor Bakker}]\n";
    for (roster, approver, found) in [
        (format!("complete: false\n{people}"), "Ada Brook", ""),
        (format!("complete: false\n{people}"), "Hanna Vogel", ""),
        (format!("complete: false\n{people}"), "Mei Tanaka", "error[renewal-not-escalated]"),
        (format!("complete: false\n{people}"), "Noor Bakker", "error[renewal-not-escalated]"),
        (
            format!("complete: true\n{people}"),
            "Ada Brook",
            "error[unknown-person] error[unknown-person] error[unknown-person]",
        ),
        ("teams: {'@acme/security': ['@mei']}\n".to_owned(), "Hanna Vogel", ""),
        ("complete: true\nteams: {}\n".to_owned(), "Ada Brook", "5 of unknown-person"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.file("exceptions/label-printer.yaml", with(approver)).file("people.yaml", &roster);
        let run = sandbox.check(&["-q", "--format", "concise"]);
        let rules: Vec<&str> = run.stdout.lines().filter_map(|line| line.split(' ').nth(1)).collect();
        let all = rules.iter().all(|rule| *rule == "error[unknown-person]");
        let told = if all && rules.len() == 5 { "5 of unknown-person".to_owned() } else { rules.join(" ") };
        assert_eq!(told, found, "{roster}{approver}\n{}{}", run.stdout, run.stderr);
    }
    let sandbox = Sandbox::new();
    for roster in ["complete: false\n", "", "\n", "# nobody yet\n", "---\n", "{}\n"] {
        sandbox.file("people.yaml", roster);
        refused(&sandbox.check(&[]), &["the roster is not usable", "people.yaml"]);
    }
}

fn git_work_tree(sandbox: &Sandbox, folder: &str) {
    let mut git = Command::new("git");
    git.args(["init", "--quiet"]).arg(sandbox.path(folder)).env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", "/nonexistent");
    assert!(git.status().unwrap().success());
}

mod arguments {
    use super::*;

    #[test]
    fn a_senseless_argument_is_named_with_what_to_write_instead() {
        let sandbox = register();
        for (arguments, words) in [
            (
                &["--format", "sarrif"][..],
                &["sarrif", "'sarif'", "text, concise, json, sarif, github, azure, gitlab, junit, rdjson, markdown"][..],
            ),
            (&["--fromat", "json"], &["--fromat", "'--format'"]),
            (&["--color", "sometimes"], &["sometimes", "auto, always, never"]),
            (&["--today", "soon"], &["`--today soon`", "not a date", "2026-11-23T09:00"]),
            (&["--today", "23.11.2026"], &["`2026-11-23`"]),
            (&["--today", "2026-02-30"], &["February 2026 has 28 days"]),
            (&["--today", "2026-11-23T25:00"], &["hours go from 00 to 23"]),
            (&["--output", "json"], &["`--output json`", "does not name a file", "--output sarif=stopgap.sarif"]),
            (&["--output", "/x/r.json"], &["`--output /x/r.json`", "does not name a format"]),
            (&["--output", "json="], &["`--output json=`", "does not name a file"]),
            (&["--output", "jsn=a.json"], &["no format `jsn`", "did you mean `json`?"]),
            (&["--output", "pdf=a.pdf"], &["no format `pdf`", "sarif, github, azure, gitlab, junit, rdjson, markdown"]),
        ] {
            refused(&sandbox.check(arguments), words);
        }
    }

    #[test]
    fn a_root_that_is_not_a_folder_is_named() {
        let sandbox = register();
        for root in ["nowhere", "exceptions/label-printer.yaml"] {
            refused(&run_in(&sandbox, "", &["check", "--root", root]), &["`--root ", root, "is not a folder"]);
        }
    }

    #[test]
    fn quiet_leaves_only_the_findings() {
        assert_eq!(register().check(&["--quiet"]).stdout, "");
        let loud = late_register().check(&[]).stdout;
        let quiet = late_register().check(&["-q"]).stdout;
        assert!(loud.starts_with(&quiet) && loud.len() > quiet.len(), "{quiet}");
        assert!(loud.ends_with(", 1 live, on 2026-11-23: 1 error\n"), "{loud}");
    }

    #[test]
    fn colour_comes_when_asked_for_and_never_into_a_file() {
        let sandbox = late_register();
        let colored = |arguments: &[&str], variable: Option<&str>| {
            let mut command = sandbox.command();
            command.args(["check", "--today", TODAY, "--output", "text=out.txt"]).args(arguments);
            let run = Run::of(command.envs(variable.map(|name| (name, "1"))));
            assert!(!fs::read_to_string(sandbox.path("out.txt")).unwrap().contains('\u{1b}'));
            run.stdout.contains('\u{1b}')
        };
        assert!(!colored(&[], None));
        assert!(!colored(&["--color", "never"], None));
        assert!(colored(&["--color", "always"], None));
        assert!(colored(&["--color", "always"], Some("NO_COLOR")));
    }

    /// A pipe may be searched line by line, and a log breaks lines itself.
    #[test]
    fn helps_and_the_list_of_rules_are_broken_in_a_terminal_alone() {
        let sandbox = Sandbox::new();
        sandbox.file("exceptions/label-printer.yaml", exception(&[("closure", "gone")]));
        for arguments in [&["check", "--today", TODAY][..], &["explain"]] {
            let piped = Run::of(sandbox.command().args(arguments)).stdout;
            let narrow = Run::of(sandbox.command().env("COLUMNS", "80").args(arguments)).stdout;
            let widest = |text: &str, of: &str| {
                let mut is_help = of.is_empty();
                let lines = text.lines().filter(|line| {
                    is_help = of.is_empty() || line.starts_with(of) || is_help && line.starts_with("        ");
                    is_help
                });
                lines.map(|line| line.chars().count()).max().unwrap_or_default()
            };
            let of = if arguments[0] == "check" { "  help: " } else { "" };
            assert!(widest(&piped, of) > 80 && widest(&narrow, of) <= 80, "{narrow}");
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(words(&piped).len(), words(&narrow).len());
        }
    }

    #[test]
    fn explain_and_schema_print_what_they_are_asked_for() {
        let sandbox = Sandbox::new();
        let list = run_in(&sandbox, "", &["explain"]);
        assert!(list.code == 0 && list.stdout.contains("invalid-yaml") && list.stdout.contains("expired"), "{list:?}");
        let one = run_in(&sandbox, "", &["explain", "expired"]);
        assert!(one.code == 0 && one.stdout.contains("What to do"), "{one:?}");
        refused(&run_in(&sandbox, "", &["explain", "expird"]), &["no rule `expird`", "`stopgap explain expired`"]);
        refused(&run_in(&sandbox, "", &["explain", "weather"]), &["no rule `weather`", "lists the rules"]);
        for name in ["exception", "policy", "people", "controls", "baseline"] {
            let run = run_in(&sandbox, "", &["schema", name]);
            let schema: Value = serde_json::from_str(&run.stdout).unwrap();
            assert_eq!((run.code, schema["type"].as_str()), (0, Some("object")), "{name}");
        }
        refused(&run_in(&sandbox, "", &["schema", "exeption"]), &["exeption", "'exception'"]);
    }
}

mod place {
    use super::*;

    #[test]
    fn without_a_register_the_run_cannot_be_done() {
        let sandbox = Sandbox::new();
        refused(&sandbox.check(&[]), &["no register", "`exceptions`", "`--root`"]);
        sandbox.file("stopgap.yaml", "exceptions: security/waivers\n");
        refused(&sandbox.check(&[]), &["`security/waivers`"]);
        sandbox.file("security/waivers", "a file\n");
        refused(&sandbox.check(&[]), &["security/waivers", "is not a folder"]);
    }

    #[test]
    fn an_empty_folder_is_an_empty_register() {
        let sandbox = Sandbox::new();
        sandbox.file("exceptions/README.md", "Ask in a pull request.\n");
        let run = sandbox.check(&[]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        assert!(run.stdout.starts_with("0 exceptions in `exceptions`, ") && run.stdout.ends_with(": nothing found\n"));
    }

    /// Each case: the files outside the register, the current folder, and where the late register must have been found.
    #[test]
    fn the_root_is_the_nearest_policy_upwards_else_the_work_tree_else_the_current_folder() {
        let found = |policies: &[&str], current: &str, work_tree: Option<&str>| {
            let sandbox = late_register();
            fs::create_dir_all(sandbox.path("team/sub/deep")).unwrap();
            sandbox.file("team/exceptions/label-printer.yaml", exception(&[]));
            for policy in policies {
                sandbox.file(policy, "version: 1\n");
            }
            if let Some(folder) = work_tree {
                git_work_tree(&sandbox, folder);
            }
            let run = run_in(&sandbox, current, &["check", "--today", TODAY, "--quiet", "--format", "concise"]);
            let errors = run.stdout.contains("error[expired]");
            assert_eq!(run.code == 1, errors, "{run:?}");
            run.code
        };
        let (late, honest, none) = (1, 0, 2);
        assert_eq!(found(&["stopgap.yaml"], "", None), late);
        assert_eq!(found(&["stopgap.yaml"], "team/sub/deep", None), late);
        assert_eq!(found(&[".github/stopgap.yaml"], "team/sub/deep", None), late);
        assert_eq!(found(&["stopgap.yaml", "team/stopgap.yaml"], "team/sub/deep", None), honest);
        assert_eq!(found(&["stopgap.yaml", "team/.github/stopgap.yaml"], "team/sub", None), honest);
        assert_eq!(found(&[], "team/sub", Some("")), late);
        assert_eq!(found(&[], "team", None), honest);
        assert_eq!(found(&[], "team/sub", None), none);
        // A policy above the work tree belongs to another repository.
        assert_eq!(found(&["stopgap.yaml"], "team/sub", Some("team")), honest);
    }

    /// Ignoring it would judge by the defaults, or find another register further up.
    #[test]
    fn a_policy_that_cannot_be_read_still_marks_the_root() {
        let sandbox = register();
        fs::create_dir_all(sandbox.path("team/sub")).unwrap();
        fs::create_dir_all(sandbox.path("team/stopgap.yaml")).unwrap();
        sandbox.file("stopgap.yaml", "version: 1\n");
        refused(&run_in(&sandbox, "team/sub", &["check"]), &["the policy `stopgap.yaml`", "not a regular file"]);
    }

    #[test]
    fn a_named_root_wins_over_the_current_folder() {
        let sandbox = late_register();
        sandbox.file("other/exceptions/label-printer.yaml", exception(&[])).file("other/stopgap.yaml", "version: 1\n");
        assert_eq!(run_in(&sandbox, "other", &["check", "--today", TODAY]).code, 0);
        assert_eq!(run_in(&sandbox, "other", &["check", "--today", TODAY, "--root", ".."]).code, 1);
    }

    #[test]
    fn a_named_policy_replaces_the_one_in_the_root() {
        let sandbox = late_register();
        sandbox.file("stopgap.yaml", "rules: {expired: warning}\n").file("night.yaml", "rules: {expired: off}\n");
        assert_eq!(sandbox.check(&[]).code, 0);
        assert!(sandbox.check(&[]).stdout.contains("1 warning"));
        assert!(sandbox.check(&["--policy", "night.yaml"]).stdout.contains("nothing found"));
        let outside = Sandbox::new();
        outside.file("strict.yaml", "rules: {expired: error}\n");
        assert_eq!(sandbox.check(&["--policy", outside.path("strict.yaml").to_str().unwrap()]).code, 1);
        refused(&sandbox.check(&["--policy", "day.yaml"]), &["the policy `day.yaml`", "there is no such file"]);
        refused(&sandbox.check(&["--policy", "exceptions"]), &["the policy `exceptions`", "not a regular file"]);
    }

    #[test]
    fn a_policy_under_a_similar_name_is_never_ignored() {
        for name in ["stopgap.yml", ".stopgap.yaml", ".github/stopgap.yml"] {
            let sandbox = register();
            sandbox.file(name, "rules: {expired: off}\n");
            refused(&sandbox.check(&[]), &[name, "`stopgap.yaml`", "git mv"]);
        }
    }
}

mod paths {
    use super::*;

    fn three() -> Sandbox {
        let sandbox = Sandbox::new();
        for (folder, word) in [("", "hall"), ("q3/", "gate"), ("q4/", "yard")] {
            let reason = format!("reason-{word}");
            let text = late().replace("hall 3", word).replace(
                "The maker ships the tool that installs a new certificate on",
                &format!("{reason} ends with the {word} visit of"),
            );
            sandbox.file(format!("exceptions/{folder}{word}.yaml"), text);
        }
        sandbox.file("exceptions/README.md", "Ask in a pull request.\n").file("src/main.rs", "fn main() {}\n");
        sandbox
    }

    /// Returns the stems of the files that a run reports on.
    fn reported(run: &Run) -> Vec<&str> {
        assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{run:?}");
        let path = |line: &'_ str| -> usize { line.find(".yaml:").unwrap() };
        let mut stems: Vec<&str> =
            run.stdout.lines().map(|line| line[..path(line)].rsplit_once('/').unwrap().1).collect();
        stems.dedup();
        stems
    }

    #[test]
    fn only_the_named_files_and_folders_are_reported_on() {
        let sandbox = three();
        let absolute = sandbox.path("exceptions/q3");
        for (current, paths, stems) in [
            ("", &[][..], &["hall", "gate", "yard"][..]),
            ("", &["exceptions/hall.yaml"], &["hall"]),
            ("", &["./exceptions/q3/gate.yaml"], &["gate"]),
            ("", &["exceptions/q3", "exceptions/hall.yaml"], &["hall", "gate"]),
            ("", &["exceptions/q3/", "exceptions//q4"], &["gate", "yard"]),
            ("", &["exceptions/q3/../q4"], &["yard"]),
            ("", &["exceptions"], &["hall", "gate", "yard"]),
            ("", &["."], &["hall", "gate", "yard"]),
            ("", &[absolute.to_str().unwrap()], &["gate"]),
            ("exceptions/q3", &["gate.yaml"], &["gate"]),
            ("exceptions/q3", &["."], &["gate"]),
            ("exceptions/q3", &["../hall.yaml"], &["hall"]),
            ("exceptions/q3", &[".."], &["hall", "gate", "yard"]),
            ("src", &["../exceptions/q4"], &["yard"]),
        ] {
            let root = sandbox.path("");
            let mut arguments =
                vec!["check", "--today", TODAY, "-q", "--format", "concise", "--root", root.to_str().unwrap()];
            arguments.extend(paths);
            assert_eq!(reported(&run_in(&sandbox, current, &arguments)), stems, "{paths:?} in `{current}`");
        }
    }

    #[test]
    fn a_path_that_is_not_an_exception_is_refused() {
        let sandbox = three();
        for (path, words) in [
            ("src/main.rs", "is not an exception file of this register"),
            ("exceptions/README.md", "is not an exception file of this register"),
            ("src", "is not an exception file of this register"),
            ("exceptions/none.yaml", "does not exist"),
            ("/etc/passwd", "is not an exception file of this register"),
            ("..", "is not an exception file of this register"),
        ] {
            refused(&sandbox.check(&[path]), &[&format!("`{path}` {words}"), "`exceptions`"]);
        }
    }

    #[test]
    fn a_rule_that_compares_reads_the_whole_register() {
        let sandbox = Sandbox::new();
        sandbox.file("exceptions/a/printer.yaml", exception(&[]));
        sandbox.file(
            "exceptions/b/printer.yaml",
            exception(&[("reason", "A visitor asks for it."), ("scope.system", "till 4")]),
        );
        let run = sandbox.check(&["-q", "--format", "concise", "exceptions/b"]);
        assert!(run.stdout.contains("exceptions/b/printer.yaml:1:1: error[duplicate-id]"), "{run:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_register_reached_through_a_link_is_the_same_one() {
        let sandbox = three();
        let elsewhere = Sandbox::new();
        std::os::unix::fs::symlink(sandbox.path(""), elsewhere.path("link")).unwrap();
        let root = elsewhere.path("link");
        let file = root.join("exceptions/q3/gate.yaml");
        let mut command = elsewhere.command();
        command.args(["check", "--today", TODAY, "-q", "--format", "concise", "--root"]).arg(root).arg(file);
        assert_eq!(reported(&Run::of(&mut command)), ["gate"]);
    }
}

mod policy {
    use super::*;

    #[test]
    fn a_fault_is_shown_where_it_is_with_what_to_write() {
        for (policy, place, words) in [
            ("exeptions: a\n", ":1:1]", &["unknown key `exeptions`", "`exceptions`?"][..]),
            ("version: 1\nrule: {}\n", ":2:1]", &["unknown key `rule`", "`rules`?"]),
            ("tiers: {hgih: 7d}\n", ":1:9]", &["unknown key `hgih`", "`high`?"]),
            ("rules: {expird: off}\n", ":1:9]", &["no rule `expird`", "`expired`?"]),
            ("rules:\n  weather: off\n", ":2:3]", &["no rule `weather`", "`stopgap explain`"]),
            ("rules: {expired: of}\n", ":1:18]", &["`of`", "`off`?"]),
            ("rules: {expired: critical}\n", ":1:18]", &["`error`, `warning`, `note` or `off`", "`critical`"]),
            ("timezone: Europe/Berln\n", ":1:11]", &["`Europe/Berln` is not an IANA time zone", "`Europe/Berlin`"]),
            ("timezone: Mars/Olympus\n", ":1:11]", &["`Mars/Olympus` is not an IANA time zone", "`Europe/Berlin`"]),
            ("tiers: {low: 4w}\n", ":1:14]", &["`tiers.low`", "`4w`", "days"]),
            ("tiers: {low: 30}\n", ":1:14]", &["`tiers.low`", "`30`", "write `30d`"]),
            ("exposure_tier: severe\n", ":1:16]", &["`low`, `moderate`, `high` or `emergency`", "`severe`"]),
            ("renewals: 2\n", ":1:11]", &["`renewals` must be a mapping", "`2`"]),
            ("renewals: {max: many}\n", ":1:17]", &["`renewals.max` must be a whole number", "`many`"]),
            ("reminders: [0]\n", ":1:13]", &["`reminders[0]`", "`0`", "`1`"]),
            ("copied_reason: {similarity: 8}\n", ":1:29]", &["`8`", "the maximum is `1`"]),
            ("copied_reason: {similarity: .8}\n", ":1:29]", &["a number, not `.8`", "write `similarity: 0.8`"]),
            ("copied_reason: {similarity: 0,8}\n", ":1:31]", &["a `,` inside a number", "write `0.8`"]),
            ("reminders: [1.5]\n", ":1:13]", &["`reminders[0]` must be a whole number, not `1.5`"]),
            ("version: 2\n", ":1:10]", &["`version` must be `1`", "`2`"]),
            ("exceptions: ../x\n", ":1:13]", &["`exceptions`", "stay in the repository"]),
            ("exceptions: /etc\n", ":1:13]", &["`exceptions`", "`/etc`"]),
            ("exceptions: .\n", ":1:13]", &["`exceptions`", "folder"]),
            ("people: ../people.yaml\n", ":1:9]", &["`people`", "stay in the repository"]),
            ("schema: a/../../b.json\n", ":1:9]", &["`schema`", "stay in the repository"]),
        ] {
            let sandbox = register();
            sandbox.file("stopgap.yaml", policy);
            let run = sandbox.check(&[]);
            refused(&run, words);
            refused(&run, &["the policy is not usable", &format!("[stopgap.yaml{place}")]);
        }
    }

    #[test]
    fn every_fault_is_shown_at_once() {
        let sandbox = register();
        sandbox.file("stopgap.yaml", "rules: {expird: off, long-raeson: off}\ntimezone: Europe/Berln\n");
        let run = sandbox.check(&[]);
        refused(&run, &["`expired`?", "`long-reason`?", "`Europe/Berlin`"]);
        assert_eq!(run.stderr.matches("error:").count(), 3, "{}", run.stderr);
    }

    #[test]
    fn an_empty_policy_changes_nothing() {
        for policy in ["", "# nothing yet\n", "{}\n", "version: 1\n"] {
            let sandbox = register();
            sandbox.file("stopgap.yaml", policy);
            assert_eq!(sandbox.check(&[]).code, 0, "{policy}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_path_through_a_link_is_refused() {
        let outside = register();
        for key in ["exceptions", "people", "controls", "schema"] {
            let sandbox = register();
            std::os::unix::fs::symlink(outside.path(""), sandbox.path("link")).unwrap();
            sandbox.file("stopgap.yaml", format!("{key}: link/exceptions\n"));
            refused(&sandbox.check(&[]), &[&format!("`{key}`"), "through a link", "stopgap.yaml:1:"]);
        }
    }

    #[test]
    fn a_file_that_the_policy_names_must_be_there() {
        for (key, kind) in [
            ("people", "the roster"),
            ("controls", "the catalogue of controls"),
            ("schema", "the organisation's schema"),
        ] {
            let sandbox = register();
            sandbox.file("stopgap.yaml", format!("{key}: security/none.yaml\n"));
            refused(&sandbox.check(&[]), &[kind, "`security/none.yaml`", "there is no such file", "stopgap.yaml:1:"]);
        }
    }

    #[test]
    fn a_roster_may_be_as_large_as_an_organisation_and_an_exception_may_not() {
        let sandbox = register();
        let people: String = (0..5_000)
            .map(|n| format!("  - {{handle: \"@person{n}\", name: Person Number{n}, email: person{n}@example.com}}\n"))
            .collect();
        let known = ["Hanna Vogel", "Luis Prado", "Mei Tanaka"].map(|name| format!("  - {{name: {name}}}\n")).concat();
        sandbox.file("people.yaml", format!("people:\n{known}{people}"));
        let run = sandbox.check(&[]);
        assert_eq!(run.code, 0, "{}", run.stdout);
        sandbox.file("exceptions/large.yaml", format!("# {}\n{}", "x".repeat(256 * 1024), exception(&[])));
        let run = sandbox.check(&[]);
        assert!(run.code == 1 && run.stdout.contains("the limit is 262144"), "{}", run.stdout);
    }

    #[test]
    fn a_roster_or_catalogue_that_contradicts_itself_is_refused() {
        for (name, text, words) in [
            (
                "people.yaml",
                "people: [{handle: '@a', name: A}, {handle: '@b', name: A}]\n",
                "two people have the spelling `A`",
            ),
            ("people.yaml", "people: [{handle: '@a', manager: '@z'}]\n", "the manager `@z` is not in the roster"),
            ("people.yaml", "people: [{handle: '@a', manager: '@b'}, {handle: '@b', manager: '@a'}]\n", "circle"),
            ("people.yaml", "people: [{name: A, left: soon}]\n", "`soon`"),
            (
                "people.yaml",
                "teams: {acme/sec: [A]}\n",
                "help: write the team's handle as CODEOWNERS has it, such as @acme/security",
            ),
            ("controls.yaml", "controls: [{id: A-1}, {id: a-1}]\n", "listed twice"),
            ("controls.yaml", "controls: [{id: A-1, waivable: no}]\n", "`true` or `false`"),
        ] {
            let sandbox = register();
            sandbox.file(name, text);
            refused(&sandbox.check(&[]), &[words, &format!("[{name}:1:")]);
        }
    }
}

mod own_schema {
    use super::*;

    fn judged_by(schema: &str, extra: &str) -> Run {
        let sandbox = Sandbox::new();
        sandbox.file("stopgap.yaml", "schema: schema/own.json\n").file("schema/own.json", schema);
        sandbox.file("exceptions/label-printer.yaml", exception(&[]) + extra);
        sandbox.check(&["-q", "--format", "concise"])
    }

    #[test]
    fn it_judges_every_exception_too() {
        for (schema, extra, finding) in [
            (r#"{"required": ["x-cost-centre"]}"#, "", "1:1: error[schema] `x-cost-centre` is missing"),
            (r#"{"required": ["x-cost-centre"]}"#, "x-cost-centre:\n", "19:1: error[schema] `x-cost-centre` is empty"),
            (r#"{"required": ["x-cost-centre"]}"#, "x-cost-centre: 12\n", ""),
            (r#"{"properties": {"x-cost": {"type": "integer"}}}"#, "x-cost: 12\n", ""),
            (
                r#"{"properties": {"x-cost": {"type": "integer"}}}"#,
                "x-cost: '12'\n",
                "19:9: error[schema] `x-cost` must be a whole number, not the quoted string `12`",
            ),
            (
                r#"{"properties": {"x-cost": {"maximum": 5}}}"#,
                "x-cost: 12\n",
                "19:9: error[schema] `x-cost` is `12`, the maximum is `5`",
            ),
            (
                r#"{"properties": {"x-c": {"pattern": "^[A-Z]+$"}}}"#,
                "x-c: abc\n",
                "19:6: error[schema] `x-c` is `abc`, which does not match `^[A-Z]+$`",
            ),
            (
                r#"{"properties": {"x-d": {"format": "date"}}}"#,
                "x-d: 2026-02-30\n",
                "19:6: error[schema] `x-d` is `2026-02-30`",
            ),
            (
                r#"{"properties": {"title": {"maxLength": 10}}}"#,
                "",
                "1:8: error[schema] `title` may have at most 10 characters",
            ),
            (
                r##"{"properties": {"x-e": {"$ref": "#/$defs/e"}}, "$defs": {"e": {"enum": ["a", "b"]}}}"##,
                "x-e: c\n",
                "19:6: error[schema] `x-e` must be `a` or `b`, not `c`",
            ),
            (r#"{"properties": {"x-f": false}}"#, "x-f: c\n", "19:6: error[schema] `x-f` is not allowed here"),
        ] {
            let run = judged_by(schema, extra);
            assert_eq!((run.code, run.stderr.as_str()), (i32::from(!finding.is_empty()), ""), "{schema} {run:?}");
            let line = format!("exceptions/label-printer.yaml:{finding}");
            assert!(finding.is_empty() || run.stdout.starts_with(&line), "{schema}\n{line}\n{}", run.stdout);
            assert!(finding.is_empty() || run.stdout.contains("(by `schema/own.json`)"), "{}", run.stdout);
        }
    }

    #[test]
    fn one_that_cannot_be_used_is_refused_where_it_is_at_fault() {
        for (schema, place, words) in [
            ("{\"required\": [\"a\"],}\n", ":1:20]", "this is not JSON: trailing comma"),
            ("", ":1:1]", "this is not JSON"),
            ("required: [a]\n", ":1:1]", "this is not JSON"),
            ("5\n", ":1:1]", "not a JSON Schema"),
            ("{\"required\": \"a\"}\n", ":1:14]", "not a JSON Schema"),
            ("{\"$ref\": \"https://example.com/a.json\"}\n", ":1:10]", "not a place in this file"),
            ("{\"$ref\": \"file:///etc/passwd\"}\n", ":1:10]", "not a place in this file"),
            ("{\"$ref\": \"other.json\"}\n", ":1:10]", "not a place in this file"),
            ("{\"$ref\": \"#/$defs/a\"}\n", ":1:10]", "leads nowhere"),
            ("{\"properties\": {\"x\": {\"format\": \"colour\"}}}\n", ":1:33]", "no format `colour`"),
            ("{\"properties\": {\"x\": {\"pattern\": \"(\"}}}\n", ":1:34]", "the pattern `(`"),
            ("{\"$schema\": \"https://example.com/s\"}\n", ":1:1]", "no draft `https://example.com/s`"),
            ("{\"required\": [\"a\"], \"required\": [\"b\"]}\n", ":1:21]", "the key `required` is written twice"),
            (
                "{\"properties\": {\"x\": {\"minimum\": 1,\n\"\\u006dinimum\": 0}}}\n",
                ":2:1]",
                "the key `minimum` is written twice",
            ),
            ("{\"a\": 1, \"a\": 2, \"title\": \"\\ud83d\\ude00\"}\n", ":1:10]", "the key `a` is written twice"),
        ] {
            let run = judged_by(schema, "");
            refused(&run, &["the organisation's schema is not usable", &format!("[schema/own.json{place}"), words]);
        }
    }
}

mod output {
    use super::*;

    #[test]
    fn each_format_is_written_whole_to_its_file() {
        let sandbox = late_register();
        let run = sandbox.check(&["--output", "sarif=a.sarif", "--output", "json=b.json", "--format", "concise"]);
        assert_eq!((run.code, run.stderr.as_str()), (1, ""));
        let read =
            |name: &str| -> Value { serde_json::from_str(&fs::read_to_string(sandbox.path(name)).unwrap()).unwrap() };
        assert_eq!(read("a.sarif")["version"], "2.1.0");
        assert_eq!(read("b.json")["findings"][0]["rule"], "expired");
        assert!(run.stdout.starts_with("exceptions/label-printer.yaml:18:10: error[expired]"), "{}", run.stdout);
        assert_eq!(sandbox.check(&["--format", "json"]).stdout, fs::read_to_string(sandbox.path("b.json")).unwrap());
    }

    #[test]
    fn a_place_that_cannot_be_written_ends_the_run_and_leaves_nothing() {
        for (place, words) in [("none/b.json", "its folder does not exist"), ("exceptions", "it is a folder")] {
            let sandbox = late_register();
            let run = sandbox.check(&["--output", "json=a.json", "--output", &format!("json={place}")]);
            refused(&run, &["cannot write", place, words]);
            assert_eq!(names(&sandbox.path("")), ["exceptions"]);
            assert_eq!(names(&sandbox.path("exceptions")), ["label-printer.yaml"]);
        }
    }

    #[test]
    fn one_file_for_two_formats_is_refused() {
        let sandbox = late_register();
        refused(&sandbox.check(&["--output", "json=a", "--output", "sarif=a"]), &["`--output`", "`a` twice"]);
        assert_eq!(names(&sandbox.path("")), ["exceptions"]);
    }

    #[test]
    fn a_run_that_fails_writes_nothing() {
        let sandbox = late_register();
        sandbox.file("stopgap.yaml", "rules: {expird: off}\n").file("old.json", "old\n");
        let run = sandbox.check(&["--output", "json=new.json", "--output", "json=old.json"]);
        assert_eq!(run.code, 2);
        assert_eq!(names(&sandbox.path("")), ["exceptions", "old.json", "stopgap.yaml"]);
        assert_eq!(fs::read_to_string(sandbox.path("old.json")).unwrap(), "old\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_replaced_whole_and_others_can_still_read_it() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let sandbox = late_register();
        let mode = |name: &str| fs::metadata(sandbox.path(name)).unwrap().permissions().mode() & 0o777;
        sandbox.file("long.json", "x".repeat(100_000)).file("group.json", "").file("by-hand", "");
        fs::set_permissions(sandbox.path("group.json"), fs::Permissions::from_mode(0o664)).unwrap();
        let held = fs::File::open(sandbox.path("long.json")).unwrap();
        let outputs = ["json=long.json", "sarif=group.json", "text=new.txt"];
        let run = sandbox.check(&outputs.map(|output| ["--output", output]).concat());
        assert_eq!(run.code, 1, "{run:?}");
        assert!(serde_json::from_str::<Value>(&fs::read_to_string(sandbox.path("long.json")).unwrap()).is_ok());
        assert_eq!((mode("new.txt"), mode("group.json")), (mode("by-hand"), 0o664));
        assert_eq!(held.metadata().unwrap().size(), 100_000, "the old file is left whole for who is reading it");
    }

    #[test]
    fn what_the_check_reads_is_not_replaced_by_its_result() {
        let sandbox = late_register();
        sandbox.file("stopgap.yaml", "version: 1\n").file(".git/config", "kept");
        for output in [
            "json=stopgap.yaml",
            "sarif=exceptions/new.yaml",
            "json=exceptions/label-printer.yaml/b.json",
            "text=.git/config",
            "text=-",
        ] {
            let run = sandbox.check(&["--output", output]);
            assert_eq!(run.code, 2, "{output}: {run:?}");
        }
        assert_eq!(fs::read_to_string(sandbox.path("stopgap.yaml")).unwrap(), "version: 1\n");
        assert_eq!(fs::read_to_string(sandbox.path(".git/config")).unwrap(), "kept");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_a_pull_request_could_bring_is_not_written_through() {
        use std::os::unix::fs::symlink;
        let sandbox = late_register();
        let outside = tempfile::TempDir::new().unwrap();
        fs::write(outside.path().join("victim"), "kept").unwrap();
        symlink(outside.path().join("victim"), sandbox.path("link.json")).unwrap();
        symlink(outside.path().join("nothing"), sandbox.path("dangling.json")).unwrap();
        symlink(outside.path(), sandbox.path("folder")).unwrap();
        for output in ["json=link.json", "json=dangling.json", "json=folder/new.json"] {
            let run = sandbox.check(&["--output", output]);
            assert_eq!(run.code, 2, "{output}: {run:?}");
            assert!(run.stderr.contains("links are never followed"), "{output}: {run:?}");
        }
        assert_eq!(fs::read_to_string(outside.path().join("victim")).unwrap(), "kept");
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
        assert_eq!(sandbox.check(&["--output", "json=/dev/null"]).code, 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_reader_that_stops_early_does_not_change_the_verdict() {
        let sandbox = late_register();
        let mut command = sandbox.command();
        command.args(["check", "--today", TODAY]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(1), 0));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_not_a_verdict() {
        let sandbox = register();
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = sandbox.command();
        let output = command.args(["check", "--today", TODAY]).stdout(full).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8(output.stderr).unwrap().contains("cannot write the result"));
    }

    #[test]
    fn the_exit_code_is_the_same_in_every_format() {
        for format in ["text", "concise", "json", "sarif", "github", "azure", "gitlab", "junit", "rdjson", "markdown"] {
            assert_eq!(register().check(&["--format", format]).code, 0, "{format}");
            assert_eq!(late_register().check(&["--format", format]).code, 1, "{format}");
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[cfg(unix)]
#[test]
fn a_folder_whose_name_is_no_text_is_found_by_its_name() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let sandbox = register();
    let folder = std::path::Path::new("exceptions").join(OsStr::from_bytes(b"sub\xff"));
    let file = folder.join("late.yaml");
    sandbox.file(&file, late());
    for path in [&folder, &file] {
        let mut command = sandbox.command();
        let run = Run::of(command.args(["check", "--today", TODAY, "--format", "concise"]).arg(path));
        assert!(run.code == 1 && run.stdout.contains("error[expired]"), "{run:?}");
    }
}
