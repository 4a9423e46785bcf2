//! What scanners are told to overlook: listed, let be by a baseline, refused in the gate, and tied to exceptions.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::git::Repo;
use crate::support::{Run, TODAY, exception};

/// Runs stopgap at the top of a repository.
fn stopgap(repo: &Repo, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(repo.path()).args(arguments);
    for name in ["PATH", "SYSTEMROOT", "TEMP", "TMP"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    Run::of(&mut command)
}

/// Checks on a day, and returns what it finds as `path:line:column: level[rule]`.
fn check(repo: &Repo, day: &str, arguments: &[&str]) -> (i32, Vec<String>) {
    let run = stopgap(repo, &[&["check", "-q", "--format", "concise", "--today", day], arguments].concat());
    assert!(run.code < 2, "{run:?}");
    let short = |line: &str| line.split_once("] ").map_or(line, |(short, _)| short).to_owned() + "]";
    (run.code, run.stdout.lines().map(short).collect())
}

#[cfg(unix)]
const SUPPRESSIONS_XML: &str =
    "<suppressions xmlns=\"https://jeremylong.github.io/DependencyCheck/dependency-suppression.1.3.xsd\"";

const EVAL: &str = "eval(source, {'a': 1})";

/// What an exception covers that is about the code.
const APP: &str = "[{tool: bandit, id: B605, paths: [app/]}]";

/// A repository with an exception, a policy, and Python with a suppression in it that is committed on `main`.
fn repository(policy: &str) -> Repo {
    let repo = Repo::new();
    repo.write("exceptions/label-printer.yaml", &exception(&[]));
    repo.write("stopgap.yaml", policy);
    repo.write("CODEOWNERS", "* @mei @olek\n");
    repo.write("app/run.py", &format!("import os\n\nos.system(command + old)  # nosec B605\n{EVAL}\n"));
    repo.commit("the code");
    repo
}

#[test]
fn an_agent_adds_a_suppression_and_it_takes_a_person_and_an_end() {
    let repo = repository("suppressions: [bandit]\nrules: {not-code-owned: off, approver-not-code-owner: off}\n");
    repo.branch("agent");
    let with = format!("import os\n\nos.system(command + old)  # nosec B605\n{EVAL}  # nosec B307\n");
    repo.write("app/run.py", &with);
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--author", "Claude <noreply@anthropic.com>", "-m", "quiet the scanner"]);

    // The gate refuses, and says who did it; what was there before is nobody's fault.
    let run = stopgap(&repo, &["check", "--base", "main", "--today", TODAY, "--format", "concise"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("app/run.py:4:25: error[unregistered-suppression]"), "{}", run.stdout);
    assert!(run.stdout.contains("; the agent `Claude` added it"), "{}", run.stdout);
    assert!(!run.stdout.contains("app/run.py:3"), "{}", run.stdout);

    // A person asks for an exception, as the finding's help says, and it is approved.
    let run = stopgap(&repo, &["check", "--base", "main", "--today", TODAY]);
    assert!(run.stdout.contains("`stopgap new --cover tool=bandit,id=B307,paths=app/run.py`"), "{}", run.stdout);
    let answers = [
        ["--cover", "tool=bandit,id=B307,paths=app/run.py"],
        ["--title", "The formula field of the report evaluates Python"],
        ["--control", "APP-02 Nothing that a user types is evaluated"],
        ["--reason", "The replacement parser passes its tests, and the customer moves over on Friday."],
        ["--system", "report builder rb-01"],
        ["--environment", "production"],
        ["--statement", "A user who may write formulas could read the report server's files."],
        ["--tier", "low"],
        ["--alternative", "Switch formulas off"],
        ["--rejected", "The month's closing reports are made of them until Friday."],
        ["--removal", "Take the parser into use and delete the call of eval."],
        ["--owner", "Hanna Vogel"],
        ["--requester", "Luis Prado"],
        ["--approver", "Mei Tanaka"],
        ["--expires", "2026-12-04"],
        ["--id", "report-eval"],
        ["--today", TODAY],
    ];
    let asked = stopgap(&repo, &[&["new"], &answers.concat()[..]].concat());
    assert_eq!(asked.code, 0, "{asked:?}");
    assert!(asked.stdout.contains("cover 1: bandit B307 in app/run.py"), "{}", asked.stdout);
    repo.commit("ask for an exception");
    assert_eq!(check(&repo, TODAY, &["--base", "main"]), (0, Vec::new()));
    let listed = stopgap(&repo, &["suppressions", "--today", TODAY]);
    assert!(listed.stdout.contains("4  bandit  B307  report-eval until 2026-12-04"), "{}", listed.stdout);
    assert!(listed.stdout.contains("3  bandit  B605  no exception"), "{}", listed.stdout);

    // Merged; the scheduled check is red on the day after the end.
    repo.switch("main");
    repo.merge("agent");
    let only = ["--select", "suppression-outlives-exception"];
    assert_eq!(check(&repo, "2026-12-04", &only), (0, Vec::new()));
    let red = "app/run.py:4:25: error[suppression-outlives-exception]".to_owned();
    assert_eq!(check(&repo, "2026-12-05", &only), (1, vec![red]));

    // Removed, and then closed.
    repo.branch("removal");
    repo.write("app/run.py", "import os\n\nos.system(command + old)  # nosec B605\nparse(source)\n");
    repo.commit("the parser is in place");
    let arguments = ["close", "report-eval", "--by", "Hanna Vogel", "--verified-by", "Mei Tanaka"];
    let more = ["--note", "The evaluation is gone from the report builder.", "--today", "2026-12-05"];
    let closed = stopgap(&repo, &[&arguments[..], &more[..]].concat());
    assert_eq!(closed.code, 0, "{closed:?}");
    repo.commit("close it");
    assert_eq!(check(&repo, "2026-12-05", &["--base", "main"]), (0, Vec::new()));
    assert_eq!(check(&repo, "2026-12-05", &only), (0, Vec::new()));
}

#[test]
fn a_closure_that_leaves_the_suppression_is_refused() {
    let repo = repository("suppressions: [all]\nrules: {not-code-owned: off, approver-not-code-owner: off}\n");
    repo.write("exceptions/label-printer.yaml", &exception(&[("covers", APP)]));
    repo.write("app/run.py", "os.system(command + old)  # nosec B605 # stopgap: label-printer\n");
    repo.commit("tie it");
    repo.branch("closure");
    let arguments = ["close", "label-printer", "--by", "Luis Prado", "--verified-by", "Mei Tanaka"];
    let more = ["--note", "The printer has its new certificate.", "--today", TODAY];
    assert_eq!(stopgap(&repo, &[&arguments[..], &more[..]].concat()).code, 0);
    repo.commit("close it");
    let found = "app/run.py:1:27: error[suppression-outlives-exception]".to_owned();
    assert_eq!(check(&repo, TODAY, &["--base", "main"]), (1, vec![found]));
}

#[test]
fn a_change_answers_for_what_it_adds_under_an_exception_that_has_ended() {
    let repo = repository("suppressions: [all]\nrules: {not-code-owned: off, approver-not-code-owner: off}\n");
    let marked = "os.system(command + old)  # nosec B605 # stopgap: label-printer\n";
    repo.write("exceptions/label-printer.yaml", &exception(&[("covers", APP)]));
    repo.write("app/run.py", marked).commit("tie it");
    let check = || check(&repo, "2026-12-20", &["--base", "main", "--select", "suppression-outlives-exception"]);
    repo.branch("topic");
    repo.write("README.md", "Nothing about printers.\n").commit("something else");
    assert_eq!(check(), (0, Vec::new()));
    repo.write("app/walk.py", &marked.replace("old", "new")).commit("one more");
    assert_eq!(check(), (1, vec!["app/walk.py:1:27: error[suppression-outlives-exception]".to_owned()]));
}

#[test]
fn a_line_that_moves_or_is_formatted_anew_is_not_new() {
    let repo = repository("suppressions: [bandit]\n");
    let old = "os.system(command + old)";
    repo.branch("change");
    for (path, text) in [
        ("app/run.py", format!("import os\n\n\n\n{EVAL}\nif True:\n    {old}  # nosec B605\n")),
        ("app/run.py", "os.system(\n    command + old,\n)  # nosec B605: the caller checks it\n".to_owned()),
        ("app/run.py", format!("# nosec B605\n{old}\n{old}\n").replace("# nosec B605\n", "") + "  # nosec B605\n"),
        ("lib/other.py", format!("def f():\n    {old}  # nosec B605\n")),
        ("app/renamed.py", format!("import os\n\n{old}  # nosec B605\n{EVAL}\n")),
    ] {
        if path != "app/run.py" {
            repo.write("app/run.py", "import os\n");
        }
        if path == "app/renamed.py" {
            repo.git(&["rm", "--quiet", "-f", "app/run.py"]);
        }
        repo.write(path, &text);
        repo.commit("a change");
        let (code, found) = check(&repo, TODAY, &["--base", "main", "--select", "unregistered-suppression"]);
        if text.starts_with(&format!("{old}\n")) {
            // There it stands on a line of its own, and so for nothing.
            continue;
        }
        assert_eq!((code, found), (0, Vec::new()), "{path}: {text}");
        repo.git(&["reset", "--quiet", "--hard", "main"]);
    }
    for text in [
        format!("{old}  # nosec B605\n{old}  # nosec B605\n"),
        format!("{old}  # nosec B605\n{EVAL}  # nosec B605\n"),
        format!("{old}  # nosec B605 B606\n"),
        format!("{old}  # nosec\n"),
        "os.system(other)  # nosec B605\n".to_owned(),
    ] {
        repo.write("app/run.py", &text);
        repo.commit("a change");
        let (code, found) = check(&repo, TODAY, &["--base", "main", "--select", "unregistered-suppression"]);
        assert_eq!((code, found.len()), (1, 1), "{text}: {found:?}");
        repo.git(&["reset", "--quiet", "--hard", "main"]);
    }
}

#[test]
fn other_code_behind_a_comment_is_new() {
    let call =
        |flag: &str| format!("subprocess.run(\n    command,\n    shell={flag},\n    check=True,  # nosec B602\n)\n");
    let osv = "[[IgnoredVulns]]\nid = \"GO-1\"\nreason = \"a\"\n";
    let is_new = |before: (&str, &str), after: (&str, &str)| {
        let repo = repository("suppressions: [bandit, osv-scanner]\n");
        repo.write(before.0, before.1);
        repo.commit("before");
        repo.branch("change");
        repo.git(&["rm", "--quiet", "-f", before.0]);
        repo.write(after.0, after.1);
        repo.commit("a change");
        let (code, found) = check(&repo, TODAY, &["--base", "main", "--select", "unregistered-suppression"]);
        assert_eq!(code == 1, !found.is_empty(), "{found:?}");
        code == 1
    };
    for (before, after, expected) in [
        (("a.py", call("False").as_str()), ("a.py", call("True").as_str()), true),
        (("a.py", call("False").as_str()), ("b.py", call("False").as_str()), false),
        // Too short to be known in another file, and yet told from others in its own.
        (("a.py", "f(1)  # nosec B307\n"), ("a.py", "x = 1\neval(y)  # nosec B307\n"), true),
        (("a.py", "f(1)  # nosec B307\n"), ("a.py", "x = 1\nf( 1 )  # nosec B307\n"), false),
        (("a.py", "f(1)  # nosec B307\n"), ("b.py", "f(1)  # nosec B307\n"), false),
        (("tools/osv-scanner.toml", osv), ("api/osv-scanner.toml", osv), true),
        (("tools/osv-scanner.toml", osv), ("osv-scanner.toml", osv), true),
        (("tools/osv-scanner.toml", osv), ("tools/.osv-scanner.toml", osv), false),
    ] {
        assert_eq!(is_new(before, after), expected, "{before:?} {after:?}");
    }
}

#[test]
fn an_id_with_a_wildcard_is_no_cover_and_none_is_advised() {
    let repo = repository("suppressions: [trivy]\n");
    repo.write("exceptions/wild.yaml", &exception(&[("covers", "[{tool: trivy, id: aws-s3-*, paths: [main.tf]}]")]));
    repo.write("main.tf", "#trivy:ignore:aws-s3-*\nresource \"a\" \"b\" {}\n");
    repo.write("a`b.py", "x = 1\n");
    repo.commit("a wildcard");
    let run = stopgap(&repo, &["check", "--today", TODAY]);
    assert!(run.stdout.contains("which does not name a finding"), "{run:?}");
    assert!(run.stdout.contains("`aws-s3-*`, and no exception covers it"), "{run:?}");
    assert!(run.stdout.contains("name the rules to suppress, each by its id"), "{run:?}");
    assert!(!run.stdout.contains("--cover tool=trivy"), "{run:?}");
}

#[test]
fn naming_a_rule_where_none_was_named_is_not_new() {
    let repo = repository("suppressions: [bandit]\n");
    repo.write("app/run.py", "os.system(command)  # nosec\n");
    repo.commit("all of it");
    repo.branch("change");
    repo.write("app/run.py", "os.system(command)  # nosec B605 B607\n");
    repo.commit("only what is needed");
    assert_eq!(check(&repo, TODAY, &["--base", "main", "--select", "unregistered-suppression"]), (0, Vec::new()));
}

/// What nobody has decided on allows nothing, whatever its status says.
#[test]
fn an_exception_without_a_decision_stands_behind_nothing() {
    let repo = repository("suppressions: [bandit]\nrules: {not-code-owned: off}\n");
    let covers = ("covers", "[{tool: bandit, id: B605, paths: [app/run.py]}]");
    let only = ["--select", "unregistered-suppression"];
    repo.write("exceptions/label-printer.yaml", &exception(&[covers]));
    assert_eq!(check(&repo, TODAY, &only), (0, Vec::new()));
    repo.write("exceptions/label-printer.yaml", &exception(&[covers, ("approver", ""), ("decided", "")]));
    assert_eq!(check(&repo, TODAY, &only).0, 1);
}

/// The first baseline is for what was there, and not for what its own pull request brings.
#[test]
fn a_change_does_not_bring_its_own_baseline_for_what_it_adds() {
    let repo = repository("rules: {not-code-owned: off, approver-not-code-owner: off}\nsuppressions: [all]\n");
    repo.branch("change");
    let write = ["suppressions", "--write-baseline", "--until", "2027-01-31", "--today", TODAY];
    assert_eq!(stopgap(&repo, &write).code, 0);
    repo.commit("the baseline");
    let only = ["--base", "main", "--select", "unregistered-suppression"];
    assert_eq!(check(&repo, TODAY, &only), (0, Vec::new()));
    std::fs::remove_file(repo.path().join("suppressions.yaml")).unwrap();
    repo.write("app/new.py", "os.system(other + more)  # nosec\n");
    assert_eq!(stopgap(&repo, &write).code, 0);
    repo.commit("one more, and in the baseline");
    assert_eq!(check(&repo, TODAY, &only), (1, vec!["app/new.py:1:26: error[unregistered-suppression]".to_owned()]));
}

/// A run that does not look for a tool knows nothing of its entries.
#[test]
fn a_baseline_keeps_what_was_not_looked_for() {
    let repo = repository("rules: {not-code-owned: off, approver-not-code-owner: off}\nsuppressions: [all]\n");
    repo.write("web/app.js", "run(command + more) // eslint-disable-line no-eval\n").commit("a second tool");
    let write = ["suppressions", "--write-baseline", "--until", "2027-01-31", "--today", TODAY];
    assert_eq!(stopgap(&repo, &write).code, 0);
    repo.commit("the baseline");
    let text = || std::fs::read_to_string(repo.path().join("suppressions.yaml")).unwrap();
    let before = text();
    let list = |arguments: &[&str]| stopgap(&repo, &[&["suppressions", "--today", TODAY], arguments].concat()).stdout;
    for tool in ["zizmor", "bandit", "eslint"] {
        assert!(!list(&["--tool", tool]).contains("gone"), "{}", list(&["--tool", tool]));
        let said = list(&["--tool", tool, "--write-baseline"]);
        assert_eq!(said, "wrote `suppressions.yaml`: 2 suppressions until 2027-01-31\n");
        assert_eq!(text(), before);
    }
    // A policy may name some tools too.
    repo.write("stopgap.yaml", "rules: {not-code-owned: off, approver-not-code-owner: off}\nsuppressions: [eslint]\n");
    assert!(!list(&[]).contains("gone"), "{}", list(&[]));
    let json: serde_json::Value = serde_json::from_str(&list(&["--format", "json"])).unwrap();
    assert_eq!((&json["baseline"]["listed"], &json["baseline"]["left"]), (&1.into(), &1.into()), "{json}");
    for command in ["check", "report"] {
        let run = stopgap(&repo, &[command, "--today", TODAY]);
        assert!(run.stdout.contains("1 of 1 suppression in `suppressions.yaml` is left"), "{command}: {}", run.stdout);
    }
    // What is gone of the others is said, and dropped, as before.
    repo.write("web/app.js", "run(command + more)\n");
    assert!(list(&[]).contains("1 of the baseline's 1 is gone: `stopgap suppressions --write-baseline` drops it\n"));
    let said = list(&["--write-baseline"]);
    assert_eq!(said, "wrote `suppressions.yaml`: 1 suppression until 2027-01-31, 1 dropped\n");
    assert!(text().contains("bandit") && !text().contains("eslint"), "{}", text());
}

#[test]
fn a_baseline_lets_the_old_be_and_only_gets_shorter() {
    let repo = repository("rules: {not-code-owned: off, approver-not-code-owner: off}\n");
    // Nothing is judged yet.
    assert_eq!(check(&repo, TODAY, &[]).0, 0);
    let run = stopgap(&repo, &["suppressions", "--check", "--today", TODAY, "--format", "concise"]);
    assert_eq!(run.code, 1, "{run:?}");
    let run = stopgap(&repo, &["suppressions", "--write-baseline", "--until", "2027-01-31", "--today", TODAY]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.starts_with("wrote `suppressions.yaml`: 1 suppression until 2027-01-31\n"), "{}", run.stdout);
    repo.commit("the baseline");
    let run = stopgap(&repo, &["check", "--today", TODAY]);
    assert_eq!(run.code, 0, "{run:?}");
    let left = "1 of 1 suppression in `suppressions.yaml` is left, tolerated until 2027-01-31, for 69 more days";
    assert!(run.stdout.contains(left), "{}", run.stdout);
    for (day, says) in [
        ("2027-01-30", "is left, tolerated until 2027-01-31, for 1 more day\n"),
        ("2027-01-31", "is left, tolerated until tonight\n"),
        ("2027-02-01", "is left, tolerated until 2027-01-31 and no longer\n"),
    ] {
        for command in ["check", "report"] {
            let run = stopgap(&repo, &[command, "--today", day]);
            assert!(run.stdout.contains(says), "{command} on {day}: {}", run.stdout);
        }
    }
    let run = stopgap(&repo, &["suppressions", "--today", TODAY]);
    assert!(run.stdout.contains("bandit  B605  baseline until 2027-01-31"), "{}", run.stdout);

    // A new one is refused, even if the baseline is written anew.
    repo.branch("change");
    repo.write("app/new.py", "os.system(other + more)  # nosec\n");
    repo.commit("a change");
    let new = "app/new.py:1:26: error[unregistered-suppression]".to_owned();
    assert_eq!(check(&repo, TODAY, &["--base", "main"]), (1, vec![new.clone()]));
    let run = stopgap(&repo, &["suppressions", "--check", "--base", "main", "--today", TODAY]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(!run.stdout.contains("--event"), "it does not take this: {}", run.stdout);
    assert_eq!(check(&repo, TODAY, &[]), (1, vec![new]));
    let run = stopgap(&repo, &["suppressions", "--write-baseline", "--today", TODAY]);
    assert!(run.stdout.contains("1 suppression is not in it, because it may only get shorter"), "{run:?}");
    let listed = std::fs::read_to_string(repo.path().join("suppressions.yaml")).unwrap();
    assert!(listed.contains("app/run.py:") && !listed.contains("app/new.py"), "{listed}");
    let by_hand =
        listed.replace("app/run.py:", "app/new.py:\n    - {tool: bandit, code: 0123456789abcdef}\n  app/run.py:");
    repo.write("suppressions.yaml", &by_hand.replace("2027-01-31", "2027-02-07"));
    repo.commit("by hand");
    let (code, found) = check(&repo, TODAY, &["--base", "main", "--select", "baseline-extended"]);
    assert_eq!((code, found.len()), (1, 2), "{found:?}");

    // Past its day everything counts, in the gate too.
    repo.switch("main");
    repo.branch("unrelated");
    repo.write("README.md", "Hello.\n");
    repo.commit("a word");
    let old = "app/run.py:3:27: error[unregistered-suppression]".to_owned();
    let over = "suppressions.yaml:3:8: error[unregistered-suppression]".to_owned();
    let only = ["--select", "unregistered-suppression"];
    assert_eq!(check(&repo, "2027-02-01", &only), (1, vec![old]));
    assert_eq!(check(&repo, "2027-02-01", &["--base", "main", only[0], only[1]]), (1, vec![over]));
    assert_eq!(check(&repo, "2027-01-31", &["--base", "main", only[0], only[1]]), (0, Vec::new()));
}

#[test]
fn what_was_removed_comes_back_with_an_exception_alone_although_a_baseline_lists_it() {
    for author in ["Dana Ortiz <dana@example.com>", "Claude <noreply@anthropic.com>"] {
        let repo = repository("rules: {not-code-owned: off, approver-not-code-owner: off}\n");
        assert_eq!(stopgap(&repo, &["suppressions", "--write-baseline", "--today", TODAY]).code, 0);
        repo.commit("the baseline");
        repo.write("app/run.py", "import os\n\nos.system(command + old)\n");
        repo.commit("gone");
        repo.branch("change");
        repo.write("app/run.py", "import os\n\nos.system(command + old)  # nosec B605\n");
        repo.git(&["add", "--all"]);
        repo.git(&["commit", "--quiet", "--author", author, "-m", "put it back"]);
        let (found, list) = check(&repo, TODAY, &["--base", "main"]);
        assert_eq!((found, list.len()), (1, 1), "{author}: {list:?}");
        // Merged all the same, it was there before.
        repo.switch("main");
        repo.merge("change");
        repo.branch("another");
        repo.write("README.md", "Hello.\n").commit("a word");
        assert_eq!(check(&repo, TODAY, &["--base", "main"]).0, 0, "{author}");
    }
}

#[test]
fn markers_are_judged_where_the_policy_says_so() {
    let repo = repository("markers: true\nrules: {not-code-owned: off, expired: off}\n");
    repo.write("deploy/values.yaml", "a: 1  # stopgap: label-printer\nb: 2  # stopgap: label-pinter\nc: stopgap: x\n");
    repo.write("docs/guide.md", "Write `stopgap: ID` in a comment.\n");
    repo.write("src/a.go", "x := \"// stopgap: nobody\"\ny() // stopgap: Label-Printer.\n");
    repo.commit("workarounds");
    let unknown = "deploy/values.yaml:2:18: error[unknown-marker]".to_owned();
    assert_eq!(check(&repo, TODAY, &[]), (1, vec![unknown.clone()]));
    let stale = ["deploy/values.yaml:1:18: error[stale-marker]", &unknown, "src/a.go:2:17: error[stale-marker]"];
    assert_eq!(check(&repo, "2026-12-17", &[]), (1, stale.map(str::to_owned).to_vec()));
    // The gate asks for what the change brings.
    repo.branch("change");
    repo.write("src/b.go", "z() // stopgap: label-printer\n");
    repo.commit("one more");
    let new = "src/b.go:1:17: error[stale-marker]".to_owned();
    assert_eq!(check(&repo, "2026-12-17", &["--base", "main"]), (1, vec![new]));
    repo.write("stopgap.yaml", "rules: {not-code-owned: off, expired: off}\n");
    repo.commit("off");
    assert_eq!(check(&repo, "2026-12-17", &[]).0, 0);
}

/// What is said of the end, and what is shown of the record, is the same day.
#[test]
fn what_was_closed_ended_with_its_closure() {
    let repo = repository("suppressions: [bandit]\nmarkers: true\nrules: {not-code-owned: off}\n");
    let closure = "{date: 2026-11-22, by: Luis Prado, verified_by: Mei Tanaka, note: The new tool prints them.}";
    let covers = "[{tool: bandit, id: B605, paths: ['app/**']}]";
    let fields = [("status", "closed"), ("covers", covers), ("closure", closure)];
    repo.write("exceptions/label-printer.yaml", &exception(&fields));
    repo.write("app/run.py", "os.system(a + b)  # nosec B605\n# stopgap: label-printer\n");
    repo.commit("closed");
    let run = stopgap(&repo, &["check", "--today", TODAY]);
    for rule in ["suppression-outlives-exception", "stale-marker"] {
        let found = run.stdout.split("\n\n").find(|part| part.contains(&format!("[{rule}]"))).unwrap_or_default();
        assert!(found.contains("was closed on `2026-11-22`"), "{rule}: {}", run.stdout);
        assert!(found.contains(" closure: ") && !found.contains(" expires: "), "{rule}: {}", run.stdout);
    }
}

#[test]
fn a_marker_that_names_nothing_is_reported_once_and_never_not_at_all() {
    for (level, rules) in [("error", ["unknown-marker"]), ("warning", ["unregistered-suppression"])] {
        let policy = format!("suppressions: [bandit]\nrules: {{not-code-owned: off, unknown-marker: {level}}}\n");
        let repo = repository(&policy);
        repo.write("app/run.py", "os.system(a + b)  # nosec B605 # stopgap: label-pinter\n");
        repo.commit("a slip");
        let (code, found) = check(&repo, TODAY, &[]);
        let errors = found.iter().filter_map(|line| line.split_once("error[")?.1.strip_suffix(']'));
        assert_eq!((code, errors.collect::<Vec<_>>()), (1, rules.to_vec()), "{level}: {found:?}");
    }
}

/// What is wrong with the base's marker is no reason to let a new suppression pass below it.
#[test]
fn a_marker_that_was_wrong_before_hides_no_new_suppression() {
    let eval = "app/run.py:2:25: error[unregistered-suppression]".to_owned();
    for (before, after, path, expected) in [
        ("# Stopgap: until\n{}\n", "# Stopgap: until\n{}  # nosec\n", "app/run.py", eval.clone()),
        (
            "# stopgap: until\nx = 1\n",
            "{}  # nosec # stopgap: until\nx = 1\n",
            "app/run.py",
            eval.replace(":2:", ":1:"),
        ),
        (
            "# stopgap: until\nDS-0001\n",
            "# stopgap: until\nDS-0002\n",
            ".trivyignore",
            ".trivyignore:2:1: error[unregistered-suppression]".to_owned(),
        ),
        // The same where the change brings the marker: one finding is enough.
        (
            "x = 1\n",
            "# stopgap: until\n{}  # nosec\n",
            "app/run.py",
            "app/run.py:1:12: error[unknown-marker]".to_owned(),
        ),
    ] {
        let repo = repository("suppressions: [all]\nrules: {not-code-owned: off, approver-not-code-owner: off}\n");
        repo.write(path, &before.replace("{}", EVAL)).commit("the base");
        repo.branch("change");
        repo.write(path, &after.replace("{}", EVAL)).commit("one more");
        assert_eq!(check(&repo, TODAY, &["--base", "main"]), (1, vec![expected]), "{after}");
        assert_eq!(stopgap(&repo, &["suppressions", "--check", "--base", "main"]).code, 1, "{after}");
    }
}

/// A new suppression needs an exception in force, whatever the policy says about those that outlive theirs.
#[test]
fn a_level_of_what_outlives_its_exception_lets_no_new_suppression_pass() {
    for (level, rule) in [
        ("error", "suppression-outlives-exception"),
        ("warning", "unregistered-suppression"),
        ("off", "unregistered-suppression"),
    ] {
        let rules = format!("not-code-owned: off, expired: off, suppression-outlives-exception: {level}");
        let repo = repository(&format!("suppressions: [all]\nrules: {{{rules}}}\n"));
        repo.write("exceptions/label-printer.yaml", &exception(&[("covers", APP)])).commit("covered");
        let ended = "2026-12-20";
        // What was there may stay as the policy says.
        assert_eq!(check(&repo, ended, &[]).0, i32::from(level == "error"), "{level}");
        repo.branch("change");
        repo.write("app/walk.py", "os.system(command + new)  # nosec B605\n").commit("one more");
        let (code, found) = check(&repo, ended, &["--base", "main"]);
        let errors: Vec<_> = found.iter().filter(|line| line.contains("error[")).collect();
        assert_eq!((code, errors), (1, vec![&format!("app/walk.py:1:27: error[{rule}]")]), "{level}");
    }
}

/// An annotation is good for the code or the resource that it is on.
#[test]
fn an_annotation_on_other_code_is_new() {
    let java = |first: &str, second: &str| {
        format!(
            "class A {{\n{first}  void ok(String q) {{ log(q); }}\n{second}  void bad(String q) {{ run(q); }}\n}}\n"
        )
    };
    let one = "  @SuppressWarnings(\"java:S3649\")\n";
    let pod =
        |name: &str, more: &str| format!("kind: Pod\nmetadata:\n  name: {name}\n  annotations:\n    a: b\n{more}");
    let skip = "    checkov.io/skip1: CKV_K8S_16=x\n";
    let pods = |first: &str, second: &str| format!("{}---\n{}", pod("a", first), pod("b", second));
    for (path, before, after, is_new) in [
        ("A.java", java(one, ""), java("", one), true),
        ("A.java", java(one, ""), java("  @SuppressWarnings(\"java:S3649\") ", "  @Override\n"), false),
        ("A.java", java("", one), java("  int x;\n", one), false),
        ("k/p.yaml", pods(skip, ""), pods("", skip), true),
        ("k/p.yaml", pods(skip, ""), pods(&format!("    c: d\n{skip}"), "spec: {}\n"), false),
    ] {
        let repo = repository("suppressions: [all]\nrules: {not-code-owned: off}\n");
        repo.write(path, &before).commit("before");
        repo.branch("change");
        repo.write(path, &after).commit("after");
        let (code, found) = check(&repo, TODAY, &["--base", "main"]);
        assert_eq!((code, found.len()), (i32::from(is_new), usize::from(is_new)), "{after}: {found:?}");
    }
}

/// The words and the help say what became of the exception, and who takes the entry out.
#[test]
fn what_outlives_its_exception_says_how_that_ended_and_how_to_get_rid_of_it() {
    let covers = "[{tool: trivy, id: CVE-2026-1}]";
    let rejected = [("status", "rejected"), ("covers", covers), ("starts", ""), ("expires", "")];
    let by_hand = "fix what the scanner reports, and delete the suppression";
    let by_sync = "fix what the scanner reports, and run `stopgap sync`, which removes the entries it wrote";
    for (fields, sync, says, help) in [
        (&rejected[..], "", "`label-printer` was rejected, but this still suppresses Trivy `CVE-2026-1`", by_hand),
        (
            &[("covers", covers)],
            "sync: {trivy: other/.trivyignore}\n",
            "`label-printer` ended on `2026-12-16`",
            by_hand,
        ),
        (&[("covers", covers)], "sync: {trivy: .trivyignore}\n", "`label-printer` ended on `2026-12-16`", by_sync),
    ] {
        let repo = repository(&format!("suppressions: [trivy]\n{sync}"));
        repo.write("exceptions/label-printer.yaml", &exception(fields)).write(".trivyignore", "CVE-2026-1\n");
        repo.commit("ignore");
        let run = stopgap(&repo, &["check", "--today", "2026-12-17", "--select", "suppression-outlives-exception"]);
        let words = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(says) && words.contains(help), "{says}: {run:?}");
    }
}

#[test]
fn an_end_that_the_tool_does_not_read_is_none() {
    let repo = repository("suppressions: [trivy]\n");
    let until = "until:2026-12-31";
    for (end, says) in [("exp:2026-12-31", ""), (until, "; Trivy does not read `until:2026-12-31` as an end")] {
        repo.write(".trivyignore", &format!("CVE-2026-1 {end}\n")).commit("ignore");
        let run = stopgap(
            &repo,
            &["check", "-q", "--format", "concise", "--today", TODAY, "--select", "unregistered-suppression"],
        );
        let told = "this suppresses Trivy `CVE-2026-1`, and no exception covers it";
        assert!(run.stdout.trim_end().ends_with(&format!("{told}{says}")), "{end}: {run:?}");
    }
}

/// What is left of a baseline on the day after its last is counted in the gate; where nothing is left, nothing is said.
#[test]
fn a_baseline_that_is_over_says_how_much_of_it_is_left() {
    let line = "os.system(command + old)  # nosec B605\n";
    for (left, says) in [
        (0, None),
        (1, Some("the baseline ended on `2027-01-31`, but `1` suppression that it tolerated remains")),
        (2, Some("the baseline ended on `2027-01-31`, but `2` suppressions that it tolerated remain")),
    ] {
        let repo = repository("suppressions: [bandit]\n");
        repo.write("app/run.py", line).write("app/stop.py", line).commit("two");
        let write = ["suppressions", "--write-baseline", "--until", "2027-01-31", "--today", TODAY];
        assert_eq!(stopgap(&repo, &write).code, 0);
        for path in ["app/stop.py", "app/run.py"].iter().take(2 - left) {
            repo.write(path, "");
        }
        repo.commit("the baseline");
        repo.branch("change");
        repo.write("README.md", "Hello.\n").commit("a word");
        let only = ["--base", "main", "--select", "unregistered-suppression"];
        let arguments = ["check", "-q", "--format", "concise", "--today", "2027-02-01"];
        let run = stopgap(&repo, &[&arguments[..], &only].concat());
        let said = run.stdout.lines().map(|line| line.split_once("] ").unwrap().1).collect::<Vec<_>>();
        assert_eq!(said, says.into_iter().collect::<Vec<_>>(), "{left}: {run:?}");
    }
}

#[test]
fn a_marker_permits_no_more_than_its_exception_covers() {
    let repo = repository("suppressions: [bandit]\nrules: {not-code-owned: off, approver-not-code-owner: off}\n");
    let covers = "[{tool: bandit, id: B605, paths: ['app/**']}]";
    repo.write("exceptions/label-printer.yaml", &exception(&[("covers", covers)]));
    for (line, is_fine) in [
        ("os.system(a + b)  # nosec B605 # stopgap: label-printer", true),
        ("os.system(a + b)  # nosec B605", true),
        ("os.system(a + b)  # nosec B307 # stopgap: label-printer", false),
        ("os.system(a + b)  # nosec # stopgap: label-printer", false),
        ("# stopgap: label-printer\nos.system(a + b)  # nosec B605", true),
    ] {
        repo.write("app/run.py", &format!("{line}\n"));
        repo.commit("a line");
        let (code, found) = check(&repo, TODAY, &[]);
        assert_eq!(code == 0, is_fine, "{line}: {found:?}");
    }
    repo.write("app/run.py", "os.system(a + b)  # nosec # stopgap: label-printer\n").commit("all");
    let run = stopgap(&repo, &["check", "-q", "--format", "concise", "--today", TODAY]);
    assert!(run.stdout.contains("here, which is more than `label-printer` covers"), "{run:?}");
    repo.write("app/run.py", "");
    repo.write("other/run.py", "os.system(a + b)  # nosec B605\n");
    repo.commit("elsewhere");
    assert_eq!(check(&repo, TODAY, &[]).0, 1);
}

const JUDGED: &str =
    "suppressions: [bandit]\nrules: {not-code-owned: off, approver-not-code-owner: off, expired: off}\n";

/// A repository with one approved exception, about a second factor unless it covers something, and a branch that adds a
/// suppression in the code.
fn suppressed_by_a_change(covers: &str, path: &str, line: &str) -> Repo {
    let repo = Repo::new();
    let fields = [
        ("title", "The stock terminal asks for no second factor"),
        ("control", "ACC-02 Every sign-in has a second factor"),
        ("reason", "The reader for the new cards is delivered on Thursday next week."),
        ("scope.system", "stock terminal st-02"),
        ("covers", covers),
    ];
    repo.write("exceptions/mfa-gap.yaml", &exception(&fields)).write("stopgap.yaml", JUDGED);
    repo.write("CODEOWNERS", "* @mei @olek\n").write(path, "import os\n").commit("the code");
    repo.branch("change");
    repo.write(path, &format!("import os\n{line}\n")).commit("quiet the scanner");
    repo
}

/// Returns what the check of all and that of a change print, each on a line.
fn both(repo: &Repo, day: &str) -> [(i32, String); 2] {
    let common = ["check", "-q", "--format", "concise", "--today", day];
    [&[][..], &["--base", "main"]].map(|more| {
        let run = stopgap(repo, &[&common[..], more].concat());
        (run.code, run.stdout)
    })
}

/// Returns the text of a check of a change, in which lines are broken at no particular place.
fn said(repo: &Repo) -> String {
    let run = stopgap(repo, &["check", "--base", "main", "--today", TODAY]);
    run.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_exception_about_something_else_is_behind_no_suppression() {
    let marked = "os.system(a + b)  # nosec B602 # stopgap: mfa-gap";
    for (covers, lack) in [
        ("", "it has no `covers`, so it permits no suppression"),
        ("[{tool: trivy, id: CVE-2026-1, paths: [app/run.py]}]", "its `covers` do not name Bandit"),
        ("[{tool: bandit, id: B307, paths: [app/run.py]}]", "its `covers` do not name this rule"),
        ("[{tool: bandit, id: B602, paths: [app/walk.py]}]", "its `covers` do not name this file"),
    ] {
        let repo = suppressed_by_a_change(covers, "app/run.py", marked);
        for (code, found) in both(&repo, TODAY) {
            let words = "this suppresses Bandit `B602`; `mfa-gap` is in force, but";
            let expected = format!("app/run.py:2:19: error[unregistered-suppression] {words} {lack}\n");
            assert_eq!((code, found), (1, expected), "{covers}");
        }
        let help = "delete it, or request an exception: \
                    `stopgap new --cover tool=bandit,id=B602,paths=app/run.py`; if the decision on `mfa-gap` includes \
                    this: \
                    `stopgap amend mfa-gap --cover tool=bandit,id=B602,paths=app/run.py`";
        assert!(said(&repo).contains(help), "{}", said(&repo));
        // Once it has ended it is not what has outlived it.
        let found = both(&repo, "2026-12-17").map(|(_, found)| found.contains("suppression-outlives-exception"));
        assert_eq!(found, [false, false], "{covers}");
        assert!(both(&repo, "2026-12-17")[0].1.contains("`mfa-gap` is not in force, and it"), "{covers}");
        let listed = stopgap(&repo, &["suppressions", "--today", TODAY, "--format", "json"]);
        let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
        let one = &listed["suppressions"][0];
        assert_eq!((&one["state"], &one["exception"]), (&json!("not-covered"), &json!("mfa-gap")));
        let listed = stopgap(&repo, &["suppressions", "--open", "--today", TODAY]);
        assert!(listed.stdout.contains("2  bandit  B602  mfa-gap does not cover it"), "{listed:?}");
        assert_eq!(stopgap(&repo, &["suppressions", "--check", "--today", TODAY]).code, 1);
    }
    // Neither does a marker permit an annotation, or an entry of an ignore file.
    for (path, line) in [
        ("deploy.yaml", "    checkov.io/skip1: CKV_K8S_1  # stopgap: mfa-gap"),
        (".trivyignore", "# stopgap: mfa-gap\nCVE-2026-1"),
        (".gitleaksignore", "# stopgap: mfa-gap\napp/run.py:jwt:3"),
        (".bandit", "[bandit]\n# stopgap: mfa-gap\nskips: B602"),
    ] {
        let repo = suppressed_by_a_change("", path, line);
        repo.write("stopgap.yaml", &JUDGED.replace("bandit", "all"));
        let [(code, found), _] = both(&repo, TODAY);
        assert!(code == 1 && found.contains("`mfa-gap` is in force, but it has no `covers`"), "{path}: {found}");
    }
    let covered = suppressed_by_a_change("[{tool: bandit, id: B602, paths: [app/run.py]}]", "app/run.py", marked);
    assert_eq!(both(&covered, TODAY), [(0, String::new()), (0, String::new())]);
    for (code, found) in both(&covered, "2026-12-17") {
        assert!(code == 1 && found.starts_with("app/run.py:2:19: error[suppression-outlives-exception]"), "{found}");
    }
}

#[test]
fn what_names_no_rule_needs_a_cover_of_every_rule_in_its_file() {
    let of = |id: &str| format!("[{{tool: bandit, id: {id}, paths: [app/run.py]}}]");
    for (covers, path, line, code) in [
        (of("B602"), "app/run.py", "os.system(a + b)  # nosec", 1),
        (of("B602"), "app/run.py", "os.system(a + b)  # nosec # stopgap: mfa-gap", 1),
        (of("all"), "app/run.py", "os.system(a + b)  # nosec", 0),
        (of("all"), "app/run.py", "os.system(a + b)  # nosec # stopgap: mfa-gap", 0),
        (of("all"), "app/run.py", "os.system(a + b)  # nosec B602", 0),
        (of("ALL"), "app/run.py", "os.system(a + b)  # nosec B602 # stopgap: mfa-gap", 0),
        (of("all"), "app/walk.py", "os.system(a + b)  # nosec", 1),
        (of("all"), "app/walk.py", "os.system(a + b)  # nosec B602 # stopgap: mfa-gap", 1),
    ] {
        let repo = suppressed_by_a_change(&covers, path, line);
        let found = both(&repo, TODAY);
        assert_eq!(found.clone().map(|(code, _)| code), [code, code], "{covers} {path} {line}: {found:?}");
    }
    let cover = "--cover tool=bandit,id=all,paths=app/run.py`";
    let wider = suppressed_by_a_change(&of("B602"), "app/run.py", "os.system(a + b)  # nosec");
    assert!(said(&wider).contains(&format!("or cover every rule: `stopgap amend mfa-gap {cover}")));
    let bare = suppressed_by_a_change("", "app/run.py", "os.system(a + b)  # nosec");
    let help = format!("name the rules to suppress, or request an exception: `stopgap new {cover}");
    assert!(said(&bare).contains(&help), "{}", said(&bare));
}

#[test]
fn a_cover_of_every_rule_is_refused_where_it_would_be_of_everything() {
    for (cover, line, says) in [
        (
            "{tool: bandit, id: all}",
            "os.system(a + b)  # nosec",
            "`id: all` matches every rule of the tool, and `covers[0].paths` is missing",
        ),
        ("{tool: bandit, id: all, paths: ['**']}", "os.system(a + b)  # nosec", "it matches everything"),
        ("{tool: bandit, id: all, paths: [app/, '**/*']}", "os.system(a + b)  # nosec", "it matches everything"),
        (
            "{tool: trivy, id: all, paths: [app/]}",
            "os.system(a + b)  # nosec",
            "`covers[0].tool` is `trivy`, and no cover of that tool can match every rule",
        ),
        (
            "{tool: my-scanner, id: all, paths: [app/]}",
            "os.system(a + b)  # nosec",
            "`covers[0].tool` is `my-scanner`, and no cover of that tool can match every rule",
        ),
    ] {
        let repo = suppressed_by_a_change(&format!("[{cover}]"), "app/run.py", line);
        let [(code, found), _] = both(&repo, TODAY);
        assert!(code == 1 && found.contains(says), "{cover}: {found}");
        assert!(found.contains("app/run.py:2:19: error[unregistered-suppression]"), "{cover}: {found}");
    }
    // Nor is it written by a command.
    let repo = suppressed_by_a_change("", "app/run.py", "");
    let before = std::fs::read_to_string(repo.path().join("exceptions/mfa-gap.yaml")).unwrap();
    for cover in ["tool=bandit,id=all", "tool=bandit,id=all,paths=**", "tool=grype,id=all,paths=app/"] {
        let arguments = ["amend", "mfa-gap", "--cover", cover, "--by", "Luis Prado", "--approver", "Mei Tanaka"];
        let run = stopgap(&repo, &[&arguments[..], &["--note", "The code, too.", "--today", TODAY]].concat());
        assert!(run.code == 1 && run.stdout.contains("covers[0]"), "{cover}: {run:?}");
        assert_eq!(std::fs::read_to_string(repo.path().join("exceptions/mfa-gap.yaml")).unwrap(), before);
    }
}

#[test]
fn what_cannot_name_a_rule_is_held_by_a_cover_of_every_rule_alone() {
    for (id, line, code) in [
        ("gitleaks: aws-access-token", "key = 'AKIA0123456789'  # gitleaks:allow", 1),
        ("gitleaks: all", "key = 'AKIA0123456789'  # gitleaks:allow", 0),
        ("sonar: 'python:S2068'", "key = read()  # NOSONAR", 1),
        ("sonar: all", "key = read()  # NOSONAR", 0),
        ("semgrep: all", "key = read()  # nosemgrep", 0),
        ("ruff: all", "key = read()  # noqa", 0),
        ("bandit: all", "key = read()  # noqa", 1),
        ("pylint: all", "# pylint: skip-file", 0),
        ("pylint: exec-used", "# pylint: disable=all", 1),
        // No cover may be of every rule of Trivy.
        ("trivy: DS-0002", "# trivy:ignore:*", 1),
    ] {
        let (tool, id) = id.split_once(": ").unwrap();
        let path = if tool == "trivy" { "main.tf" } else { "app/run.py" };
        let repo = suppressed_by_a_change(&format!("[{{tool: {tool}, id: {id}, paths: [{path}]}}]"), path, line);
        repo.write("stopgap.yaml", &JUDGED.replace("bandit", "all"));
        assert_eq!(both(&repo, TODAY)[0].0, code, "{tool} {id} {line}: {:?}", both(&repo, TODAY));
    }
}

/// Its file is a finding of its own, but one that a change to other files does not answer for.
#[test]
fn a_marker_of_a_record_that_cannot_be_read_permits_nothing() {
    let repo = repository(JUDGED);
    repo.write("exceptions/broken.yaml", "title: [\n").commit("it is broken");
    repo.branch("change");
    repo.write("app/walk.py", "os.system(a + b)  # nosec B602 # stopgap: broken\n").commit("quiet the scanner");
    let new = "app/walk.py:1:19: error[unregistered-suppression]".to_owned();
    assert_eq!(check(&repo, TODAY, &["--base", "main"]), (1, vec![new]));
}

#[test]
fn a_path_that_no_scanner_looks_at_is_held_by_a_cover_of_every_rule() {
    let covers = "[{tool: semgrep, id: all, paths: [web/vendor/]}]";
    for (line, code) in [("/web/vendor/", 0), ("web/vendor/old", 0), ("vendor/", 1), ("*.py", 1)] {
        let repo = suppressed_by_a_change(covers, ".semgrepignore", line);
        repo.write("stopgap.yaml", &JUDGED.replace("bandit", "semgrep"));
        // The first line is that of the code in the other tests.
        repo.write(".semgrepignore", &format!("{line}\n")).commit("only that");
        assert_eq!(both(&repo, TODAY)[0].0, code, "{line}: {:?}", both(&repo, TODAY));
    }
}

#[test]
fn an_exception_that_is_gone_from_an_ignore_file_widens_the_patterns_above_it() {
    let repo = repository("suppressions: [semgrep]\nrules: {not-code-owned: off, approver-not-code-owner: off}\n");
    repo.write(".semgrepignore", "vendor/\n*.min.js\n!vendor/ours/\n!a.min.js\n");
    repo.commit("ignore");
    let write = ["suppressions", "--write-baseline", "--until", "2027-01-31", "--today", TODAY];
    assert_eq!(stopgap(&repo, &write).code, 0);
    repo.commit("tolerate");
    repo.branch("change");
    for (text, lines) in [
        ("vendor/\n*.min.js\n!vendor/ours/\n!a.min.js\n!b.min.js\n", &[][..]),
        ("# why\nvendor/\n*.min.js\n!a.min.js\n!vendor/ours/\n", &[]),
        ("vendor/\n!vendor/ours/\n!a.min.js\n", &[]),
        ("vendor/\n*.min.js\n!vendor/ours/\n", &[1, 2]),
        ("vendor/\n!vendor/ours/\n*.min.js\n!a.min.js\n", &[3]),
        ("!vendor/ours/\n!a.min.js\nvendor/\n", &[3]),
    ] {
        repo.write(".semgrepignore", text);
        repo.commit("another list");
        let expected: Vec<String> =
            lines.iter().map(|line| format!(".semgrepignore:{line}:1: error[unregistered-suppression]")).collect();
        assert_eq!(check(&repo, TODAY, &["--base", "main"]), (i32::from(!lines.is_empty()), expected), "{text}");
    }
    let run = stopgap(&repo, &["check", "--base", "main", "--today", TODAY]);
    assert!(run.stdout.contains("a line with `!` below it was removed or moved up"), "{run:?}");
}

#[test]
fn a_text_for_people_is_read_where_a_rule_of_its_own_finds_a_secret() {
    let repo = repository("suppressions: [gitleaks]\nrules: {not-code-owned: off, approver-not-code-owner: off}\n");
    let rules = "[extend]\nuseDefault = true\n[[rules]]\nid = \"customer\"\nregex = 'ACME-\\d{4}'\n";
    let text = "The customer ACME-1234 <!-- gitleaks:allow -->\n\nPut `gitleaks:allow` on the line of a secret.\n";
    repo.write("README.md", text).commit("a text");
    assert_eq!(check(&repo, TODAY, &[]), (0, Vec::new()));
    repo.branch("change");
    repo.write(".gitleaks.toml", rules).commit("a rule of our own");
    let found = vec!["README.md:1:29: error[unregistered-suppression]".to_owned()];
    assert_eq!(check(&repo, TODAY, &[]), (1, found.clone()));
    // What was there before is not the change's.
    assert_eq!(check(&repo, TODAY, &["--base", "main"]), (0, Vec::new()));
    repo.branch("another");
    repo.write("docs/a.md", text).commit("a copy");
    let added = vec![found[0].replace("README.md", "docs/a.md")];
    assert_eq!(check(&repo, TODAY, &["--base", "change"]), (1, added));
    repo.write(".gitleaks.toml", &rules.replace("ACME", "\\p{Lu}{4}")).commit("a class");
    assert_eq!(check(&repo, TODAY, &[]).1.len(), 2);
    // An expression that cannot be read here may find anything.
    repo.write(".gitleaks.toml", &rules.replace("ACME", "(?<!A)")).commit("another rule");
    assert_eq!(check(&repo, TODAY, &[]).1.len(), 4);
}

#[test]
fn only_tracked_files_are_read_and_each_is_named_as_data() {
    let repo = repository("suppressions: [all]\nrules: {not-code-owned: off, approver-not-code-owner: off}\n");
    repo.write(".gitignore", "ignored/\n");
    repo.write("ignored/a.py", "eval(x)  # nosec\n");
    let logo = [&b"gitleaks:allow 0123456789\n"[..], &[0, 1, 2, 3]].concat();
    std::fs::write(repo.path().join("logo.png"), logo).unwrap();
    repo.write("app/\u{1b}[31m::error::x.py", "eval(x)  # nosec\n");
    repo.write("exceptions/notes.md", "eval(x)  # gitleaks:allow AKIA0123456789\n");
    repo.commit("files");
    repo.write("untracked.py", "eval(x)  # nosec\n");
    let run = stopgap(&repo, &["suppressions", "--format", "json", "--today", TODAY]);
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    let paths: Vec<&str> =
        json["suppressions"].as_array().unwrap().iter().map(|it| it["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["app/\u{1b}[31m::error::x.py", "app/run.py", "exceptions/notes.md"]);
    let run = stopgap(&repo, &["suppressions", "--today", TODAY]);
    assert!(
        !run.stdout.contains('\u{1b}') && run.stdout.lines().all(|line| line.chars().count() <= 80),
        "{}",
        run.stdout
    );
}

#[test]
fn an_agent_may_draft_and_decides_nothing() {
    let repo =
        repository("agents: {logins: ['@acme-coder']}\nrules: {not-code-owned: off, approver-not-code-owner: off}\n");
    for (field, value, is_fine) in [
        ("requester", "\"@acme-coder\"", false),
        ("approver", "\"@dependabot[bot]\"", false),
        ("approver", "noreply@anthropic.com", false),
        ("owner", "Luis Prado", true),
    ] {
        repo.write("exceptions/label-printer.yaml", &exception(&[(field, value)]));
        repo.commit("a record");
        let (code, found) = check(&repo, TODAY, &[]);
        assert_eq!(code == 0, is_fine, "{field} {value}: {found:?}");
        assert!(is_fine || found[0].contains("agent-decided"), "{found:?}");
    }
    // The roster knows the same agent by other names.
    let roster = "complete: false\npeople: [{name: Ann Coder, handle: '@acme-coder', email: ann@example.com}]\n";
    repo.write("people.yaml", roster);
    for value in ["Ann Coder", "acme-coder", "ann@example.com"] {
        repo.write("exceptions/label-printer.yaml", &exception(&[("approver", value)]));
        let (code, found) = check(&repo, TODAY, &["--select", "agent-decided"]);
        assert_eq!((code, found.len()), (1, 1), "{value}: {found:?}");
    }
    repo.write("exceptions/label-printer.yaml", &exception(&[]));
    // Nobody but an agent has committed the decision.
    repo.write("people.yaml", "complete: false\npeople: [{name: Mei Tanaka, handle: '@mei'}]\n").commit("a roster");
    repo.branch("agent");
    repo.write(
        "exceptions/other.yaml",
        &exception(&[
            ("scope.system", "scale sc-02"),
            ("control", "CRY-05 Keys are rotated"),
            ("decided", "2026-11-22"),
            ("starts", "2026-11-22"),
            ("title", "The scale keeps its key"),
            ("reason", "The scale has no keyboard until the service visit next Tuesday."),
        ]),
    );
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--author", "Cursor Agent <cursoragent@cursor.com>", "-m", "an exception"]);
    let (code, found) = check(&repo, TODAY, &["--base", "main"]);
    assert_eq!((code, found), (1, vec!["exceptions/other.yaml:14:11: error[agent-decided]".to_owned()]));
    // With the approver's approval it does not matter who committed it.
    let beside = |name: &str, text: &str| std::fs::write(repo.path().join("..").join(name), text).unwrap();
    let head = repo.rev("HEAD");
    beside(
        "event.json",
        &json!({"pull_request": {"number": 7, "user": {"login": "dana", "id": 1, "type": "User"},
            "head": {"sha": head}, "base": {"sha": repo.rev("main"), "ref": "main"}}})
        .to_string(),
    );
    let by = |login: &str| {
        json!([{"id": 1, "user": {"login": login, "id": 2, "type": "User"}, "state": "APPROVED", "commit_id": head,
            "submitted_at": "2026-11-22T09:00:00Z"}])
        .to_string()
    };
    let saved = ["--base", "main", "--event", "../event.json", "--reviews", "../reviews.json"];
    let agents = |reviews: &str| {
        beside("reviews.json", reviews);
        let (_, found) = check(&repo, TODAY, &[&saved[..], &["--select", "agent-decided"]].concat());
        found.len()
    };
    assert_eq!((agents(&by("mei")), agents(&by("olek"))), (0, 1));
    repo.git(&["commit", "--quiet", "--amend", "--no-edit", "--author", "Dana Ortiz <dana@example.com>"]);
    assert_eq!(check(&repo, TODAY, &["--base", "main"]).0, 0);
    // An agent that decides, too, is told so once.
    let path = "exceptions/other.yaml";
    let by_agent = std::fs::read_to_string(repo.path().join(path)).unwrap().replace("Mei Tanaka", "\"@acme-coder\"");
    repo.write(path, &by_agent);
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--amend", "--no-edit", "--author", "Cursor Agent <cursoragent@cursor.com>"]);
    let (_, found) = check(&repo, TODAY, &["--base", "main", "--select", "agent-decided"]);
    assert_eq!(found, ["exceptions/other.yaml:14:11: error[agent-decided]"]);
}

#[test]
fn an_entry_of_an_ignore_file_needs_an_exception_too() {
    let repo = repository("suppressions: [trivy]\nrules: {not-code-owned: off, approver-not-code-owner: off}\n");
    let covers = "[{tool: trivy, id: CVE-2026-1, paths: [app/Gemfile.lock]}]";
    repo.write("exceptions/label-printer.yaml", &exception(&[("covers", covers)]));
    let yaml = |paths: &str| format!("vulnerabilities:\n  - id: CVE-2026-1\n{paths}");
    for (text, is_fine) in [
        (yaml("    paths: [app/Gemfile.lock]\n"), true),
        (yaml(""), false),
        (yaml("    paths: [app/Gemfile.lock, other/Gemfile.lock]\n"), false),
        ("vulnerabilities:\n  - id: CVE-2026-2\n    paths: [app/Gemfile.lock]\n".to_owned(), false),
        ("vulnerabilities:\n  - id: CVE-2026-2\n    expired_at: 2026-11-23\n".to_owned(), true),
    ] {
        repo.write(".trivyignore.yaml", &text);
        repo.commit("ignore");
        let (code, found) = check(&repo, TODAY, &[]);
        assert_eq!(code == 0, is_fine, "{text}: {found:?}");
    }
}

#[cfg(unix)]
#[test]
fn no_ignore_file_is_passed_over() {
    let link = |repo: &Repo, target: &str, path: &str| {
        let path = repo.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, path).unwrap();
    };
    let bytes = |repo: &Repo, path: &str, bytes: &[u8]| std::fs::write(repo.path().join(path), bytes).unwrap();
    let large = || [vec![b'#'; 33 * 1024 * 1024], b"\nCVE-2026-1\n".to_vec()].concat();
    let nested = |open: &str, close: &str| format!("{}1{}", open.repeat(20_000), close.repeat(20_000));
    let deep = format!("{SUPPRESSIONS_XML}>{}</suppressions>", nested("<a>", "</a>"));
    let attributes: String = (0..20_000).map(|index| format!(" a{index}='b'")).collect();
    let crowded = format!("{SUPPRESSIONS_XML}{attributes}/>");
    let toml = format!("a = {}\n", nested("[", "]"));
    type Step<'s> = Box<dyn Fn(&Repo) + 's>;
    let cases: Vec<(&str, Step<'_>, Option<&str>)> = vec![
        ("a link out", Box::new(|repo| link(repo, "/etc/ignores", ".trivyignore")), Some(".trivyignore:1:1")),
        ("a link up", Box::new(|repo| link(repo, "../../x", "app/.trivyignore")), Some("app/.trivyignore:1:1")),
        ("a link to itself", Box::new(|repo| link(repo, ".trivyignore", ".trivyignore")), Some(".trivyignore:1:1")),
        (
            "a link to a file that is read",
            Box::new(|repo| {
                repo.write("conf/list.txt", "# why\nCVE-2026-1\n");
                link(repo, "../conf/list.txt", "app/.trivyignore");
            }),
            Some("conf/list.txt:2:1"),
        ),
        (
            "a link to a file that holds nothing",
            Box::new(|repo| {
                repo.write("conf/list.txt", "# nothing yet\n");
                link(repo, "../conf/list.txt", "app/.trivyignore");
            }),
            None,
        ),
        (
            "a folder that is a link",
            Box::new(|repo| {
                repo.write("conf/config.yml", "exclude: [AVD-DS-0002]\n");
                link(repo, "conf", ".tfsec");
            }),
            Some("conf/config.yml:1:11"),
        ),
        ("deep XML", Box::new(|repo| bytes(repo, "suppression.xml", deep.as_bytes())), Some("suppression.xml:1:288")),
        (
            "crowded XML",
            Box::new(|repo| bytes(repo, "suppression.xml", crowded.as_bytes())),
            Some("suppression.xml:1:1"),
        ),
        ("deep JSON", Box::new(|repo| bytes(repo, ".nsprc", nested("{\"a\":", "}").as_bytes())), Some(".nsprc:1:1282")),
        ("deep TOML", Box::new(|repo| bytes(repo, "deny.toml", toml.as_bytes())), Some("deny.toml:1:85")),
        ("deep YAML", Box::new(|repo| bytes(repo, ".snyk", nested("[", "]").as_bytes())), Some(".snyk:1:65")),
        ("a link of another name", Box::new(|repo| link(repo, "/etc/passwd", "app/users")), None),
        ("zero", Box::new(|repo| bytes(repo, ".trivyignore", b"#\nCVE-2026-1\0\n")), Some(".trivyignore:2:11")),
        ("latin", Box::new(|repo| bytes(repo, ".trivyignore", b"# \xfc\n")), Some(".trivyignore:1:3")),
        ("large", Box::new(|repo| bytes(repo, ".trivyignore", &large())), Some(".trivyignore:1:1")),
        (
            "large code",
            Box::new(|repo| bytes(repo, "a.tf", &[large(), b"# trivy:ignore:AVD-DS-0002".to_vec()].concat())),
            Some("a.tf:1:1"),
        ),
        ("large code without", Box::new(|repo| bytes(repo, "a.tf", &large())), None),
        (
            "an alias",
            Box::new(|repo| {
                repo.write(".trivyignore.yaml", "secrets: &s\n  - id: a\nlicenses: *s\n");
            }),
            Some(".trivyignore.yaml:1:10"),
        ),
    ];
    for (name, step, expected) in cases {
        let repo = repository(
            "suppressions: [trivy, dependency-check, better-npm-audit, cargo-deny, snyk]\nrules: {not-code-owned: off, approver-not-code-owner: off}\n",
        );
        repo.branch("change");
        step(&repo);
        repo.commit("a change");
        let expected: Vec<String> =
            expected.iter().map(|place| format!("{place}: error[unregistered-suppression]")).collect();
        assert_eq!(
            check(&repo, TODAY, &["--base", "main"]),
            (i32::from(!expected.is_empty()), expected.clone()),
            "{name}"
        );
        assert_eq!(check(&repo, TODAY, &[]).1, expected, "{name}");
        // What was there before is not the change's.
        repo.branch("another");
        repo.write("README.md", "Hello.\n");
        repo.commit("a word");
        assert_eq!(check(&repo, TODAY, &["--base", "change"]), (0, Vec::new()), "{name}");
        let write = ["suppressions", "--write-baseline", "--until", "2027-01-31", "--today", TODAY];
        assert_eq!(stopgap(&repo, &write).code, 0, "{name}");
        assert_eq!(check(&repo, TODAY, &[]), (0, Vec::new()), "{name}");
    }
}

#[test]
fn an_agent_is_blamed_for_what_its_own_commits_brought() {
    let by = |repo: &Repo, author: &str, text: &str| {
        repo.write("app/run.py", text);
        repo.git(&["add", "--all"]);
        repo.git(&["commit", "--quiet", "--author", author, "-m", "a change"]);
    };
    let (dana, claude) = ("Dana Ortiz <dana@example.com>", "Claude <noreply@anthropic.com>");
    let with = format!("import os\n\nos.system(command + old)  # nosec B605\n{EVAL}  # nosec B307\n");
    // Larger than what is read of the past.
    let large = format!("{with}{}\n", "#".repeat(33 * 1024 * 1024));
    type Case<'c> = (&'c str, &'c [(&'c str, &'c str)], bool);
    let cases: [Case<'_>; 5] = [
        ("the agent's", &[(claude, &with)], true),
        ("a person's", &[(dana, &with), (claude, &format!("{with}print(1)\n"))], false),
        ("a person's, moved", &[(dana, &with), (claude, &format!("# Runs.\n{with}"))], false),
        ("a person's, through a file that is not read", &[(dana, &with), (claude, &large), (dana, &with)], false),
        ("taken back and written again", &[(dana, &with), (dana, "import os\n"), (claude, &with)], true),
    ];
    for (name, steps, is_blamed) in cases {
        let repo = repository("suppressions: [bandit]\n");
        repo.branch("change");
        for (author, text) in steps {
            by(&repo, author, text);
        }
        // Merges are nobody's, on whichever side they are.
        repo.switch("main");
        repo.write("README.md", "Hello.\n");
        repo.commit("a word");
        repo.switch("change");
        repo.merge("main");
        // A branch of this name is not what is checked out.
        repo.git(&["update-ref", "refs/heads/HEAD", "main"]);
        let arguments = ["check", "-q", "--format", "concise", "--today", TODAY, "--base", "main"];
        let run = stopgap(&repo, &[&arguments[..], &["--select", "unregistered-suppression"]].concat());
        assert_eq!((run.code, run.stdout.lines().count()), (1, 1), "{name}: {run:?}");
        assert_eq!(run.stdout.contains("the agent `Claude` added it"), is_blamed, "{name}: {}", run.stdout);
    }
}

#[test]
fn judging_fewer_suppressions_or_agents_loosens_the_policy() {
    for (before, after, count) in [
        ("suppressions: [bandit, semgrep]\n", "suppressions: [bandit]\n", 1),
        ("suppressions: [all]\n", "suppressions: [bandit]\n", 1),
        ("suppressions: [bandit]\n", "suppressions: [all]\n", 0),
        ("suppressions: [bandit]\n", "", 2),
        ("sync: {trivy: [.trivyignore, a.yaml]}\n", "sync: {trivy: a.yaml}\n", 1),
        ("sync: {trivy: .trivyignore, gitleaks: g.toml}\n", "sync: {trivy: b.yaml}\n", 2),
        ("sync: {trivy: a.yaml}\n", "sync: {trivy: [b.yaml, ./a.yaml], snyk: .snyk}\n", 0),
        ("markers: true\n", "markers: false\n", 1),
        ("agents: {logins: ['@acme-coder']}\n", "agents: {logins: ['@other']}\n", 1),
        ("agents: {logins: ['@acme-coder']}\n", "agents: {logins: ['@ACME-coder', '@other']}\n", 0),
    ] {
        let repo = repository(before);
        repo.branch("change");
        repo.write("stopgap.yaml", &format!("version: 1\n{after}"));
        repo.commit("the policy");
        let (_, found) = check(&repo, TODAY, &["--base", "main", "--select", "policy-loosened"]);
        assert_eq!(found.len(), count, "{before} {after}: {found:?}");
    }
}

#[test]
fn the_gate_sees_a_suppression_that_is_not_committed_yet() {
    let repo = repository("suppressions: [bandit]\nrules: {not-code-owned: off, approver-not-code-owner: off}\n");
    let commands: [&[&str]; 2] =
        [&["check", "-q", "--base", "HEAD", "--today", TODAY], &["suppressions", "--check", "--base", "HEAD"]];
    for command in commands {
        assert_eq!(stopgap(&repo, command).code, 0, "{command:?}");
    }
    // What git does not track is read by no scanner of the pull request.
    repo.write("app/new.py", &format!("{EVAL}  # nosec B307\n"));
    assert_eq!(stopgap(&repo, commands[0]).code, 0);
    for stage in [true, false] {
        if stage {
            repo.git(&["add", "app/new.py"]);
        } else {
            repo.git(&["rm", "--cached", "--quiet", "app/new.py"]);
            repo.write("app/run.py", &format!("{EVAL}  # nosec B307\n"));
        }
        for command in commands {
            let run = stopgap(&repo, command);
            assert!(run.code == 1 && run.stdout.contains("unregistered-suppression"), "{stage}: {run:?}");
        }
    }
}

#[test]
fn a_wider_suppression_is_new_and_a_narrower_one_is_not() {
    let cases = [
        (
            "app/a.js",
            "// eslint-disable-next-line no-eval\neval(a + bcd);\n",
            "/* eslint-disable no-eval */\neval(a + bcd);\n",
        ),
        (
            "app/a.js",
            "/* eslint-disable no-eval */\neval(a + bcd);\n/* eslint-enable no-eval */\n",
            "/* eslint-disable no-eval */\neval(a + bcd);\n",
        ),
        (
            "Dockerfile",
            "# hadolint ignore=DL3008\nRUN apt-get install curl\n",
            "# hadolint global ignore=DL3008\nRUN apt-get install curl\n",
        ),
        (
            "app/a.py",
            "# pylint: disable-next=eval-used\neval(a + bcd)\n",
            "# pylint: disable=eval-used\neval(a + bcd)\n",
        ),
        ("app/a.py", "# ruff: noqa: S307\neval(a + bcd)\n", "# ruff: noqa\neval(a + bcd)\n"),
        (
            "a.tf",
            "#trivy:ignore:AWS-0107:exp:2026-12-06\nresource \"a\" \"b\" {\n",
            "#trivy:ignore:AWS-0107\nresource \"a\" \"b\" {\n",
        ),
        (
            "a.tf",
            "#trivy:ignore:AWS-0107:exp:2025-12-06\nresource \"a\" \"b\" {\n",
            "#trivy:ignore:AWS-0107:exp:2027-12-06\nresource \"a\" \"b\" {\n",
        ),
    ];
    let policy = "suppressions: [all]\nrules: {not-code-owned: off, approver-not-code-owner: off}\n";
    for (path, narrow, wide) in cases {
        let (gate, only) = (["--base", "main"], ["--select", "unregistered-suppression"]);
        let repo = repository(policy);
        repo.write(path, narrow);
        repo.commit("narrow");
        repo.branch("wider");
        repo.write(path, wide);
        repo.commit("wide");
        assert_eq!(check(&repo, TODAY, &[gate, only].concat()).1.len(), 1, "{wide}");
        repo.branch("narrower");
        repo.write(path, narrow);
        repo.commit("narrow again");
        assert_eq!(check(&repo, TODAY, &["--base", "wider", only[0], only[1]]), (0, Vec::new()), "{narrow}");
    }
}

#[test]
fn a_baseline_lets_be_no_more_than_was_there() {
    const NARROW: &str = "// eslint-disable-next-line no-eval\neval(a + bcd);\n";
    const WIDE: &str = "/* eslint-disable no-eval */\neval(a + bcd);\n";
    let policy = "suppressions: [eslint]\nrules: {not-code-owned: off, approver-not-code-owner: off}\n";
    let without_reach = |repo: &Repo| {
        let written = std::fs::read_to_string(repo.path().join("suppressions.yaml")).unwrap();
        let old = written.replace("reach: line, ", "").replace("reach: file, ", "");
        assert_ne!(old, written);
        repo.write("suppressions.yaml", &old);
        repo.commit("a baseline as it was written once");
    };
    let write = ["suppressions", "--write-baseline", "--until", "2027-01-31", "--today", TODAY];
    let found = vec!["app/a.js:1:4: error[unregistered-suppression]".to_owned()];
    for is_old in [false, true] {
        // The narrow one is let be; the wide one that a change makes of it is not.
        let repo = repository(policy);
        repo.write("app/a.js", NARROW);
        repo.commit("narrow");
        assert_eq!(stopgap(&repo, &write).code, 0);
        repo.commit("the baseline");
        if is_old {
            without_reach(&repo);
        }
        assert_eq!(check(&repo, TODAY, &[]).1, Vec::<String>::new());
        repo.branch("change");
        repo.write("app/a.js", WIDE);
        repo.commit("wide");
        assert_eq!(check(&repo, TODAY, &["--base", "main"]), (1, found.clone()));
        let expected = if is_old { Vec::new() } else { found.clone() };
        assert_eq!(check(&repo, TODAY, &[]).1, expected);
        repo.switch("main");
        // Nor does the baseline let more be by saying so first.
        repo.branch("first");
        let now = std::fs::read_to_string(repo.path().join("suppressions.yaml")).unwrap();
        let more = now.replace("reach: line, ", "").replace("code:", "reach: file, code:");
        repo.write("suppressions.yaml", &more);
        repo.commit("more");
        let (code, found) = check(&repo, TODAY, &["--base", "main", "--select", "baseline-extended"]);
        assert_eq!((code, found.len()), (1, 1), "{found:?}");
    }
    // What was wide stays let be by an old baseline, and is written anew as it is.
    let repo = repository(policy);
    repo.write("app/a.js", WIDE);
    repo.commit("wide");
    assert_eq!(stopgap(&repo, &write).code, 0);
    repo.commit("the baseline");
    without_reach(&repo);
    assert_eq!(check(&repo, TODAY, &[]).1, Vec::<String>::new());
    repo.branch("change");
    repo.write("README.md", "Hello.\n");
    assert_eq!(stopgap(&repo, &["suppressions", "--write-baseline", "--today", TODAY]).code, 0);
    assert!(std::fs::read_to_string(repo.path().join("suppressions.yaml")).unwrap().contains("reach: file"));
    repo.commit("written anew");
    assert_eq!(check(&repo, TODAY, &["--base", "main"]), (0, Vec::new()));
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf_8_are_told_apart() {
    use std::os::unix::ffi::OsStrExt;

    let repo = repository("suppressions: [all]\nrules: {not-code-owned: off, approver-not-code-owner: off}\n");
    let write = |name: &[u8], text: &str| {
        let path = repo.path().join(std::ffi::OsStr::from_bytes(name));
        // Some file systems have no such names.
        std::fs::write(path, text).is_ok()
    };
    repo.branch("change");
    if !write(b"app/a\xfe.py", "eval(a + bcd)  # nosec B307\n") || !write(b"app/a\xff.py", "eval(a + bcd)\n") {
        return;
    }
    repo.commit("two names");
    let found = vec!["app/a\u{fffd}fe.py:1:16: error[unregistered-suppression]".to_owned()];
    assert_eq!(check(&repo, TODAY, &["--base", "main"]), (1, found.clone()));
    assert_eq!(check(&repo, TODAY, &["--select", "unregistered-suppression"]).1.len(), 2);
    repo.branch("another");
    repo.write("README.md", "Hello.\n");
    repo.commit("a word");
    assert_eq!(check(&repo, TODAY, &["--base", "change"]), (0, Vec::new()));
}

#[test]
fn only_exceptions_are_left_out_of_the_register_s_folder() {
    let rules = "rules: {not-code-owned: off, approver-not-code-owner: off, policy-loosened: off}\n";
    let repo = repository(&format!("suppressions: [all]\n{rules}"));
    repo.write(
        "exceptions/with-text.yaml",
        &(exception(&[]) + "# of a = 1  # nosec B602 and # checkov:skip=CKV_AWS_1\n"),
    );
    repo.write("src/run.py", "a = 1\n");
    repo.commit("the register");
    let only = ["--base", "main", "--select", "unregistered-suppression"];
    repo.branch("in-the-folder");
    repo.write("exceptions/app/run.py", "subprocess.call(a, shell=True)  # nosec B602\n");
    repo.commit("code among the exceptions");
    let found = vec!["exceptions/app/run.py:1:33: error[unregistered-suppression]".to_owned()];
    assert_eq!(check(&repo, TODAY, &only), (1, found));
    // A policy that calls code the register hides none of it.
    repo.switch("main");
    repo.branch("policy");
    repo.write("stopgap.yaml", &format!("exceptions: src\nsuppressions: [all]\n{rules}"));
    repo.write("src/run.py", "subprocess.call(a, shell=True)  # nosec B602\n");
    repo.write("src/pod.yaml", "kind: Pod # checkov:skip=CKV_K8S_1\n");
    repo.commit("another register");
    let found = check(&repo, TODAY, &only).1;
    assert_eq!(
        found,
        ["src/pod.yaml:1:13: error[unregistered-suppression]", "src/run.py:1:33: error[unregistered-suppression]"]
    );
    // A register that is moved is one.
    repo.switch("main");
    repo.branch("moved");
    repo.git(&["mv", "exceptions", "waivers"]);
    repo.write("stopgap.yaml", &format!("exceptions: waivers\nsuppressions: [all]\n{rules}"));
    repo.commit("moved");
    assert_eq!(check(&repo, TODAY, &only), (0, Vec::new()));
}

#[cfg(unix)]
#[test]
fn code_is_read_by_the_name_of_a_link_too() {
    let link = |repo: &Repo, target: &str, path: &str| {
        std::os::unix::fs::symlink(target, repo.path().join(path)).unwrap();
    };
    const CODE: &str = "subprocess.call(a, shell=True)  # nosec B602\n";
    let found = |path: &str| vec![format!("{path}:1:33: error[unregistered-suppression]")];
    for (steps, expected) in [
        (&[("../notes/run.txt", "app/code.py")][..], found("app/code.py")),
        (&[("../notes", "app/more"), ("more/run.txt", "app/code.py")][..], found("app/code.py")),
        (&[("../lib/real.py", "app/code.py")][..], found("lib/real.py")),
        (&[("../notes/run.txt", "app/code.md")][..], Vec::new()),
    ] {
        let repo = repository("suppressions: [all]\nrules: {not-code-owned: off, approver-not-code-owner: off}\n");
        repo.branch("change");
        repo.write("notes/run.txt", CODE);
        if expected == found("lib/real.py") {
            repo.write("lib/real.py", CODE);
        }
        steps.iter().for_each(|(target, path)| link(&repo, target, path));
        repo.commit("a link");
        assert_eq!(check(&repo, TODAY, &["--base", "main"]), (i32::from(!expected.is_empty()), expected), "{steps:?}");
        repo.branch("another");
        repo.write("README.md", "Hello.\n");
        repo.commit("a word");
        assert_eq!(check(&repo, TODAY, &["--base", "change"]), (0, Vec::new()), "{steps:?}");
    }
}

#[test]
fn a_suppression_that_moves_out_of_its_exception_is_refused() {
    const LINE: &str = "os.system(command + old)  # nosec B605\n";
    let policy = "suppressions: [all]\nrules: {not-code-owned: off, approver-not-code-owner: off}\n";
    let main = |covers: &str, today: &str| {
        let repo = repository(policy);
        repo.write("exceptions/label-printer.yaml", &exception(&[("covers", covers)]));
        repo.write("app/run.py", "import os\n").write("tests/x.py", LINE).commit("tests");
        assert!(today != TODAY || check(&repo, today, &[]).1.is_empty());
        repo.branch("change");
        repo
    };
    let covers = "[{tool: bandit, id: B605, paths: [tests/]}]";
    let moves = [
        ("app/run.py:3:27", None),
        ("app/y.py:1:27", Some("tests/x.py app/y.py")),
        ("prod/x.py:1:27", Some("tests prod")),
    ];
    for (place, renamed) in moves {
        let repo = main(covers, TODAY);
        match renamed {
            None => drop(repo.write("tests/x.py", "").write("app/run.py", &format!("import os\n\n{LINE}"))),
            Some(paths) => {
                repo.git(&[&["mv"], paths.split(' ').collect::<Vec<_>>().as_slice()].concat());
            }
        }
        repo.commit("a move");
        let found = vec![format!("{place}: error[unregistered-suppression]")];
        assert_eq!(check(&repo, TODAY, &["--base", "main"]), (1, found.clone()), "{place}");
        assert_eq!(check(&repo, TODAY, &[]), (1, found), "{place}");
        let run = stopgap(&repo, &["suppressions", "--check", "--base", "main", "--today", TODAY]);
        assert_eq!(run.code, 1, "{place}: {run:?}");
    }
    // Where both places are covered, and where neither was, nothing is the change's.
    let repo = main("[{tool: bandit, id: B605, paths: [tests/, app/]}]", TODAY);
    repo.git(&["mv", "tests/x.py", "app/y.py"]);
    repo.commit("a move");
    assert_eq!(check(&repo, TODAY, &["--base", "main"]), (0, Vec::new()));
    let repo = main(covers, "2026-12-20");
    repo.git(&["mv", "tests/x.py", "app/y.py"]);
    repo.commit("a move");
    let only = ["--base", "main", "--select", "unregistered-suppression"];
    assert_eq!(check(&repo, "2026-12-20", &only), (0, Vec::new()));
}

#[cfg(unix)]
#[test]
fn a_link_takes_no_suppression_out_of_its_exception() {
    let policy = "suppressions: [all]\nrules: {not-code-owned: off, approver-not-code-owner: off}\n";
    let repo = repository(policy);
    let covers = |paths: &str| {
        let covers = format!("[{{tool: bandit, id: B605, paths: [{paths}]}}]");
        repo.write("exceptions/label-printer.yaml", &exception(&[("covers", &covers)]));
    };
    covers("tests/");
    repo.write("app/run.py", "import os\n").write("tests/x.py", "os.system(command + old)  # nosec B605\n");
    repo.commit("tests");
    for link in ["app/x.py", "app/x.pyw"] {
        repo.branch("change");
        std::os::unix::fs::symlink("../tests/x.py", repo.path().join(link)).unwrap();
        repo.commit("a link");
        let found = vec!["tests/x.py:1:27: error[unregistered-suppression]".to_owned()];
        assert_eq!(check(&repo, TODAY, &["--base", "main"]), (1, found.clone()), "{link}");
        assert_eq!(check(&repo, TODAY, &[]), (1, found), "{link}");
        let run = stopgap(&repo, &["check", "--base", "main", "--today", TODAY, "--format", "concise"]);
        assert!(run.stdout.contains(&format!("; `{link}` is a link to this file")), "{run:?}");
        // Who covers the link as well lets it be there.
        covers(&format!("tests/, {link}"));
        assert_eq!(check(&repo, TODAY, &["--select", "unregistered-suppression"]), (0, Vec::new()), "{link}");
        covers("tests/");
        repo.git(&["checkout", "--quiet", "main"]);
        repo.git(&["branch", "--quiet", "-D", "change"]);
    }
}

#[test]
fn suppressions_are_listed_before_there_is_a_register() {
    let repo = Repo::new();
    repo.write("app/run.py", "os.system(command)  # nosec B605\n").commit("code");
    let list = stopgap(&repo, &["suppressions", "--today", TODAY]);
    assert!(list.code == 0 && list.stdout.contains("app/run.py"), "{list:?}");
    for arguments in [&["suppressions", "--check"][..], &["suppressions", "--write-baseline", "--until", "30d"]] {
        let run = stopgap(&repo, arguments);
        assert!(run.code == 2 && run.stderr.contains("no register"), "{run:?}");
    }
}

/// Of many suppressions a part is listed, and all of them are counted.
#[test]
fn new_suppressions_that_are_not_listed_are_counted() {
    let repo = repository("suppressions: [all]\nrules: {not-code-owned: off, approver-not-code-owner: off}\n");
    repo.branch("change");
    let lines: String = (0..251).map(|at| format!("a{at} = evaluate(z{at})  # nosec B307\n")).collect();
    repo.write("app/many.py", &lines).commit("many");
    let run = stopgap(&repo, &["check", "--base", "main", "--today", TODAY]);
    assert!(
        run.stdout.contains("and `151` more findings of `unregistered-suppression` from here on"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains(": 251 errors"), "{}", run.stdout);
}
