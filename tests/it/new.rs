//! `stopgap new` with arguments: the file, the refusals, and what is never done.

use std::ffi::OsString;
use std::fs;
use std::process::{Command, Stdio};

use crate::support::git::Repo;
use crate::support::{Run, Sandbox, exception};

/// Answers that nothing objects to, without those that have a default.
const ANSWERS: [(&str, &str); 13] = [
    ("--title", "Label printer keeps its old certificate"),
    ("--control", "CRY-04 Certificates are younger than a year"),
    ("--reason", "The maker ships the tool that installs a new certificate on Thursday next week."),
    ("--system", "label printer lp-07 in hall 3"),
    ("--environment", "production"),
    ("--statement", "A forged printer could print wrong parcel labels."),
    ("--tier", "low"),
    ("--alternative", "Print in hall 2"),
    ("--rejected", "The belt there is full until Friday."),
    ("--removal", "Install the new certificate and print a test label."),
    ("--owner", "Luis Prado"),
    ("--approver", "Mei Tanaka"),
    ("--expires", "2026-12-16"),
];

const FILE: &str = "exceptions/label-printer-keeps-its-old-certificate.yaml";

/// An empty register.
fn register() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/README.md", "");
    sandbox
}

/// Runs `new` with the usual answers, some of them different; an empty one is left out.
fn new(sandbox: &Sandbox, answers: &[(&str, &str)]) -> Run {
    new_with(sandbox, answers, &[])
}

fn new_with(sandbox: &Sandbox, answers: &[(&str, &str)], more: &[&str]) -> Run {
    Run::of(command(sandbox, answers).args(more))
}

fn command(sandbox: &Sandbox, answers: &[(&str, &str)]) -> Command {
    let mut command = sandbox.command();
    command.args(["new", "--today", "2026-11-23"]);
    let usual = ANSWERS.into_iter().chain([("--requester", "Hanna Vogel")]);
    for (name, value) in usual.filter(|(name, _)| answers.iter().all(|(other, _)| other != name)) {
        command.args([name, value]);
    }
    for (name, value) in answers.iter().filter(|(_, value)| !value.is_empty()) {
        command.args([name, value]);
    }
    command
}

fn files(sandbox: &Sandbox) -> Vec<String> {
    let root = sandbox.path("");
    let mut found: Vec<String> = walkdir::WalkDir::new(&root)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(&root).unwrap().to_string_lossy().into_owned())
        .collect();
    found.sort();
    found
}

#[test]
fn a_date_in_words_is_taken_and_one_that_may_be_two_days_is_refused_with_both() {
    for (typed, written) in [
        ("4 December 2026", "expires: 2026-12-04\n"),
        ("Dec 4, 2026", "expires: 2026-12-04\n"),
        ("04.12.2026", "expires: 2026-12-04\n"),
        ("2 weeks", "expires: 2026-12-07\n"),
    ] {
        let run = new_with(&register(), &[("--expires", typed)], &["--dry-run"]);
        assert!(run.stdout.contains(written), "{typed}: {run:?}");
    }
    for (typed, why) in [
        ("next friday", "could be `2026-11-27` or `2026-12-04`: write one of them"),
        ("04/12/2026", "could be `2026-12-04` or `2026-04-12`: write one of them"),
        ("Thursday, 4 December 2026", "`2026-12-04` is a Friday, not a Thursday"),
        ("soon", "not a date: write YYYY-MM-DD"),
    ] {
        let run = new_with(&register(), &[("--expires", typed)], &["--dry-run"]);
        assert_eq!(run.code, 2, "{typed}: {run:?}");
        assert!(run.stderr.contains(&format!("`--expires {typed}`: {why}")), "{typed}: {run:?}");
        assert!(run.stderr.contains("write `2026-11-23`, `2026-11-23T09:00`, `7d` or `friday`"), "{run:?}");
    }
}

#[test]
fn the_answers_become_a_file_that_passes_the_check() {
    let sandbox = register();
    let run = new(&sandbox, &[("--exposure", "none"), ("--reference", "SEC-12"), ("--team", "Shipping")]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    let text = fs::read_to_string(sandbox.path(FILE)).unwrap();
    assert!(text.starts_with("title: Label printer keeps its old certificate\ncontrol: CRY-04"), "{text}");
    for line in ["decided: 2026-11-23", "starts: 2026-11-23", "status: active", "  exposure: []", "  team: Shipping"] {
        assert!(text.lines().any(|written| written == line), "{line}: {text}");
    }
    assert!(run.stdout.contains("  title: Label printer") && run.stdout.contains(&format!("wrote {FILE}")));
    assert_eq!(sandbox.check(&["--quiet"]).stdout, "");
}

#[test]
fn every_missing_answer_is_named_in_one_message_and_nothing_is_written() {
    let sandbox = register();
    let run = Run::of(sandbox.command().args(["new", "--today", "2026-11-23", "--tier", "emergency"]));
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.starts_with("error: `stopgap new`: 13 answers are missing\n"), "{run:?}");
    for (name, _) in ANSWERS.iter().filter(|(name, _)| !matches!(*name, "--tier" | "--rejected")) {
        assert_eq!(run.stderr.matches(&format!("  {name} ")).count(), 1, "{name}: {}", run.stderr);
    }
    assert!(run.stderr.contains("  --requester ") && run.stderr.contains("  --incident "));
    assert!(run.stderr.contains("tier emergency: 2026-11-26 at the latest"), "{}", run.stderr);
    assert!(!run.stderr.contains("--starts") && !run.stderr.contains("--id"));
    assert_eq!(files(&sandbox), ["exceptions/README.md"]);
}

#[test]
fn an_answer_that_a_rule_refuses_writes_nothing_and_says_which() {
    let sandbox = register();
    sandbox.file(
        "people.yaml",
        "people: [{handle: '@dana', name: Dana Ortiz}, {name: Hanna Vogel}, {name: Mei Tanaka}]\n",
    );
    sandbox
        .file("controls.yaml", "controls: [{id: CRY-04, name: Young certificates}, {id: MFA-02, waivable: false}]\n");
    sandbox.file("exceptions/older.yaml", exception(&[("status", "rejected"), ("scope.system", "lp-01")]));
    let fine: &[(&str, &str)] =
        &[("--owner", "@dana"), ("--reason", "Hall three has no spare board before the tender closes.")];
    for (name, value, rule, help) in [
        ("--reason", "Business need, as discussed", "vague-reason", "say who must do what"),
        (
            "--reason",
            "The maker ships the tool that installs a new certificate on Friday next week.",
            "copied-reason",
            "different",
        ),
        ("--statement", "TBD", "placeholder-text", "say what could happen"),
        ("--owner", "@acme/security", "owner-not-a-person", "name the one person"),
        ("--owner", "Dana Ortis", "unknown-person", "did you mean `Dana Ortiz`?"),
        ("--approver", "hanna vogel", "self-approval", "have somebody else decide"),
        ("--system", "all systems", "broad-scope", "name the one system"),
        ("--control", "MFA", "vague-control", "write the exact rule"),
        ("--control", "XYZ-99 Something", "unknown-control", "CRY-04"),
        ("--control", "mfa-02", "unwaivable-control", "follow the control"),
        ("--expires", "2027-01-01", "term-too-long", "the latest day is `2026-12-23`"),
        ("--starts", "2026-11-20", "recorded-late", "starts: 2026-11-23"),
        ("--alternative", "none", "no-alternative", "name the safest option"),
        ("--exposure", "data", "understated-tier", "set `tier: high`"),
    ] {
        let mut answers = fine.to_vec();
        answers.retain(|(other, _)| *other != name);
        answers.push((name, value));
        let run = new(&sandbox, &answers);
        assert_eq!(run.code, 1, "{rule}: {run:?}");
        assert!(run.stdout.contains(&format!("error[{rule}]")), "{rule}: {}", run.stdout);
        assert!(run.stdout.replace("\n        ", " ").contains(help), "{rule}: {}", run.stdout);
        assert!(
            run.stdout.ends_with("for details\n") && run.stdout.contains("nothing is written: 1 error;"),
            "{}",
            run.stdout
        );
        assert!(!sandbox.path(FILE).exists(), "{rule}");
    }
    assert_eq!(new(&sandbox, fine).code, 0);
}

#[test]
fn a_warning_is_printed_and_the_file_is_written() {
    let sandbox = register();
    let reason = "The maker ships the tool on Thursday next week. Until then the old one stays.";
    let run = new(&sandbox, &[("--reason", reason), ("--reference", "see the chat")]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("warning[long-reason]") && run.stdout.contains("warning[bad-reference]"));
    assert!(sandbox.path(FILE).exists());
}

#[test]
fn an_id_is_made_from_the_title_and_is_unique_regardless_of_case() {
    let sandbox = register();
    let old = exception(&[("status", "rejected"), ("scope.system", "lp-01")]);
    sandbox.file("exceptions/old/Label-Printer-Keeps-Its-OLD-Certificate.yml", old);
    let reason = ("--reason", "Hall three has no spare board before the tender closes.");
    let run = new(&sandbox, &[reason]);
    assert!(run.stdout.contains("wrote exceptions/label-printer-keeps-its-old-certificate-2.yaml"), "{run:?}");

    let taken = new(&sandbox, &[reason, ("--id", "label-printer-keeps-its-old-certificate")]);
    assert_eq!(taken.code, 2);
    assert!(taken.stderr.contains("is taken by `exceptions/old/Label-Printer"), "{taken:?}");
    for id in ["../outside", "a/b", "", ".hidden", "-n", &"x".repeat(101)] {
        let run = new_with(&sandbox, &[reason], &[&format!("--id={id}")]);
        let expected = if id.is_empty() { "not an id" } else { "is not an id" };
        assert!(run.code == 2 && run.stderr.contains(expected), "{id}: {run:?}");
    }
    let exotic = new(&sandbox, &[("--reason", "Boards of hall nine come by ship."), ("--title", "パスワード")]);
    assert!(exotic.stdout.contains("wrote exceptions/pasuwado.yaml"), "{exotic:?}");
}

#[test]
fn a_new_file_is_in_the_folder_of_its_quarter() {
    let sandbox = register();
    sandbox.file("exceptions/2026-q3/older.yaml", exception(&[("decided", "2026-08-01"), ("status", "rejected")]));
    let reason = ("--reason", "Hall three has no spare board before the tender closes.");
    let run = new(&sandbox, &[reason]);
    assert!(run.stdout.contains("wrote exceptions/2026-q4/label-printer"), "{run:?}");
    let named = [reason, ("--folder", "exceptions/hall-3"), ("--system", "lp-08"), ("--title", "Another printer")];
    let run = new(&sandbox, &[("--reason", "Spare boards of hall three come by ship."), named[1], named[2], named[3]]);
    assert!(run.stdout.contains("wrote exceptions/hall-3/another-printer.yaml"), "{run:?}");
    for folder in ["../elsewhere", "/tmp", "a/../../b", "exceptions/../.."] {
        let run = new(&sandbox, &[reason, ("--folder", folder)]);
        assert!(run.code == 2 && run.stderr.contains("must be in the register"), "{folder}: {run:?}");
    }
    let run = new(&sandbox, &[reason, ("--folder", "x/.GIT/y")]);
    assert!(run.code == 2 && run.stderr.contains("git tracks nothing"), "{run:?}");
}

#[test]
fn the_first_line_leads_to_the_copy_of_the_schema() {
    let sandbox = register();
    sandbox.file("schema/exception.schema.json", "{}");
    new(&sandbox, &[("--folder", "2026/11")]);
    let text =
        fs::read_to_string(sandbox.path("exceptions/2026/11/label-printer-keeps-its-old-certificate.yaml")).unwrap();
    assert!(text.starts_with("# yaml-language-server: $schema=../../../schema/exception.schema.json\n"), "{text}");
}

#[test]
fn a_dry_run_prints_exactly_the_file_and_writes_nothing() {
    let sandbox = register();
    let dry = new_with(&sandbox, &[], &["--dry-run"]);
    assert_eq!((dry.code, dry.stderr.as_str()), (0, ""));
    assert_eq!(files(&sandbox), ["exceptions/README.md"]);
    new(&sandbox, &[]);
    assert_eq!(fs::read_to_string(sandbox.path(FILE)).unwrap(), dry.stdout);
    let refused = new_with(&sandbox, &[("--owner", "TBD")], &["--dry-run"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stdout.starts_with("title:") && refused.stderr.contains("error[owner-not-a-person]"));
}

#[cfg(unix)]
#[test]
fn no_file_is_replaced_and_no_link_is_followed() {
    let sandbox = register();
    sandbox.file("elsewhere/keep", "");
    std::os::unix::fs::symlink(sandbox.path("elsewhere"), sandbox.path("exceptions/2026-q4")).unwrap();
    let run = new(&sandbox, &[("--folder", "2026-q4")]);
    assert!(run.code == 2 && run.stderr.contains("links are never followed"), "{run:?}");
    fs::remove_file(sandbox.path("exceptions/2026-q4")).unwrap();
    std::os::unix::fs::symlink(sandbox.path("elsewhere/target"), sandbox.path(FILE)).unwrap();
    let run = new(&sandbox, &[("--id", "label-printer-keeps-its-old-certificate")]);
    assert!(run.code == 2 && !sandbox.path("elsewhere/target").exists(), "{run:?}");
}

#[test]
fn the_same_rule_and_system_again_counts_as_a_renewal() {
    let sandbox = register();
    sandbox.file("exceptions/older.yaml", exception(&[("expires", "2026-11-20")]));
    let reason = ("--reason", "Hall three has no spare board before the tender closes.");
    let run = new(&sandbox, &[reason]);
    assert_eq!(run.code, 0);
    let note = "note: it counts as a renewal of `older`: 1 in a row, the policy allows 2";
    assert!(run.stdout.contains(note), "{}", run.stdout);
    sandbox.file("stopgap.yaml", "renewals: {max: 0}\n");
    let run =
        new(&sandbox, &[("--reason", "The tender for new boards was cancelled by the buyer."), ("--id", "third")]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("error[refiled-exception]"), "{}", run.stdout);
}

#[test]
fn hostile_answers_and_rosters_do_nothing() {
    let sandbox = register();
    sandbox.file(
        "people.yaml",
        "people: [{name: \"\\e[2JMallory\"}, {name: Hanna Vogel}, {name: Luis Prado}, {name: Mei Tanaka}]\n",
    );
    let title = "A\u{1b}[2J ##[set-output name=x;]y\n::error::z\u{202e} `rm -rf ~` $(id)'\"";
    let run = new(&sandbox, &[("--title", title), ("--owner", "Mallorx")]);
    assert_eq!(run.code, 1);
    for text in [&run.stdout, &run.stderr] {
        assert!(!text.contains(['\u{1b}', '\u{202e}']) && !text.contains("##["), "{text:?}");
        assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text:?}");
    }
    let run = new(&sandbox, &[("--title", title)]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!run.stdout.contains(['\u{1b}', '\u{202e}']) && !run.stdout.contains("##["), "{:?}", run.stdout);
    let name = files(&sandbox).into_iter().find(|path| path.ends_with("y-error-z-rm-rf-id.yaml")).unwrap();
    let text = fs::read_to_string(sandbox.path(&name)).unwrap();
    assert!(!text.contains(['\u{1b}', '\u{202e}']) && !text.contains("##["), "{text:?}");
}

#[test]
fn pairs_must_match_and_a_register_must_be_there() {
    let sandbox = register();
    let run = new_with(&sandbox, &[], &["--alternative", "Wait"]);
    assert!(run.code == 2 && run.stderr.contains("`--alternative` is given 2 times but `--rejected` once"), "{run:?}");
    let empty = Sandbox::new();
    let run = new(&empty, &[]);
    assert!(run.code == 2 && run.stderr.contains("`stopgap init` sets one up"), "{run:?}");
}

/// Returns the folders of programs, those of the sandbox before the others.
fn programs(repo: &Repo) -> OsString {
    let own = repo.sandbox.path().join("bin");
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&others))).unwrap()
}

/// Runs `new` in a repository with git's own configuration in its own home folder.
fn in_repo(repo: &Repo, more: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(repo.path()).stdin(Stdio::null());
    command.env("PATH", programs(repo)).env("HOME", repo.sandbox.path()).args(["new", "--today", "2026-11-23"]);
    ANSWERS.iter().for_each(|(name, value)| {
        command.args([name, value]);
    });
    Run::of(command.args(more))
}

#[test]
fn the_requester_is_who_git_says_and_the_commands_can_be_pasted() {
    let repo = Repo::new();
    fs::write(repo.sandbox.path().join(".gitconfig"), "[user]\n\tname = H. V.\n\temail = hanna@example.com\n").unwrap();
    let people = "people: [{handle: '@hanna', email: hanna@example.com}, {name: Luis Prado}, {name: Mei Tanaka}]\n";
    repo.write("people.yaml", people).write("exceptions/README.md", "").commit("Begin");
    let run = in_repo(&repo, &["--id", "printer", "--folder", "hall 3"]);
    assert_eq!(run.code, 0, "{run:?}");
    let text = fs::read_to_string(repo.path().join("exceptions/hall 3/printer.yaml")).unwrap();
    assert!(text.contains("requester: \"@hanna\"\n"), "{text}");

    let commands: Vec<&str> = run.stdout.lines().filter_map(|line| line.strip_prefix("  git ")).collect();
    assert!(commands[..3].iter().all(|command| command.ends_with(" &&")), "{}", run.stdout);
    let commands: Vec<&str> = commands.iter().map(|command| command.trim_end_matches(" &&")).collect();
    assert_eq!(commands.len(), 4, "{}", run.stdout);
    assert_eq!(commands[1], "add -- 'exceptions/hall 3/printer.yaml'");
    let script = commands[..3].iter().map(|command| format!("git {command}\n")).collect::<String>();
    let mut shell = Command::new("sh");
    shell.args(["-ec", &script]).current_dir(repo.path()).env("HOME", repo.sandbox.path());
    shell.env("GIT_CONFIG_NOSYSTEM", "1").env_remove("GIT_DIR");
    assert!(shell.output().unwrap().status.success());
    assert_eq!(repo.git(&["log", "-1", "--format=%s"]), "Request printer: Label printer keeps its old certificate");
    assert_eq!(repo.git(&["branch", "--show-current"]), "exception/printer");
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
}

#[cfg(unix)]
#[test]
fn the_commands_take_nothing_else_along_and_open_the_pull_request() {
    use std::os::unix::fs::PermissionsExt;

    let repo = Repo::new();
    let home = repo.sandbox.path();
    fs::write(home.join(".gitconfig"), "[user]\n\tname = Hanna Vogel\n\temail = hanna@example.com\n").unwrap();
    repo.write("exceptions/README.md", "").commit("Begin");
    repo.git(&["init", "--quiet", "--bare", "-b", "main", "../github-acme.git"]);
    repo.git(&["remote", "add", "origin", "../github-acme.git"]);
    repo.git(&["push", "--quiet", "-u", "origin", "main"]);
    repo.branch("feature");
    repo.write("feature.txt", "").commit("Not asked for");
    repo.write("staged.txt", "").git(&["add", "staged.txt"]);
    fs::create_dir_all(home.join("bin")).unwrap();
    fs::write(home.join("bin/gh"), "#!/bin/sh\necho \"$@\" >\"$HOME/said\"\n").unwrap();
    fs::set_permissions(home.join("bin/gh"), fs::Permissions::from_mode(0o755)).unwrap();

    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_stopgap"), home.join("bin/stopgap")).unwrap();
    let run = in_repo(&repo, &["--id", "printer"]);
    assert_eq!(run.code, 0, "{run:?}");
    let script: String = run
        .stdout
        .lines()
        .filter_map(|line| Some(line.strip_prefix("  ")?.to_owned() + "\n"))
        .skip_while(|line| !line.starts_with("git switch"))
        .collect();
    let mut shell = Command::new("sh");
    shell.args(["-ec", &script]).current_dir(repo.path()).env("HOME", home).env("PATH", programs(&repo));
    shell.env("GIT_CONFIG_NOSYSTEM", "1").env_remove("GIT_DIR");
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{script}{output:?}");

    assert_eq!(
        repo.git(&["show", "--format=%P", "--name-only"]),
        format!("{}\n\nexceptions/printer.yaml", repo.rev("origin/main"))
    );
    assert_eq!(repo.git(&["status", "--porcelain"]), "A  staged.txt");
    assert_eq!(repo.rev("origin/exception/printer"), repo.rev("HEAD"));
    let told = fs::read_to_string(home.join("said")).unwrap();
    let begins = "pr create --head exception/printer --title Request printer";
    assert!(told.starts_with(begins) && told.contains(" --body ### printer: "), "{told}");
    let message = repo.git(&["log", "-1", "--format=%b"]);
    assert!(message.starts_with("The maker ships the tool") && message.contains("Mei Tanaka decides."), "{message}");
}

#[test]
fn an_end_may_be_typed_as_a_number_of_days_from_the_start_or_a_weekday() {
    for (typed, written) in [("7d", "2026-12-01"), ("friday", "2026-11-27"), ("27.11.2026", "2026-11-27")] {
        let run = new_with(&register(), &[("--starts", "tuesday"), ("--expires", typed)], &["--dry-run"]);
        assert!(run.stdout.contains(&format!("starts: 2026-11-24\nexpires: {written}\n")), "{typed}: {run:?}");
    }
}

#[test]
fn what_was_refused_is_asked_again_only_by_name() {
    let sandbox = register();
    let note = "[{date: 2026-11-15, by: Mei Tanaka, note: Print in hall 2.}]";
    sandbox.file("exceptions/refused.yaml", exception(&[("status", "rejected"), ("reviews", note)]));
    let reason = ("--reason", "Hall three has no spare board before the tender closes.");
    let run = new(&sandbox, &[reason]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("error[asked-again]: repeats a request that `Mei Tanaka` refused"), "{}", run.stdout);
    assert!(run.stdout.contains("add `follows: [refused]`"), "{}", run.stdout);
    assert_eq!(new(&sandbox, &[reason, ("--follows", "refused")]).code, 0);
    let text = fs::read_to_string(sandbox.path(FILE)).unwrap();
    assert!(text.contains("\nfollows:\n  - refused\n") && text.contains("\nrequested: 2026-11-23\n"), "{text}");
}

/// A log of a scanner: two results of one rule in two files, one of another rule, and one that is nowhere.
fn log() -> String {
    let result = |rule: &str, path: &str| {
        let place = format!("{{\"physicalLocation\": {{\"artifactLocation\": {{\"uri\": \"{path}\"}}}}}}");
        format!(
            "{{\"ruleId\": \"{rule}\", \"level\": \"error\", \"message\": {{\"text\": \"m\"}}, \"locations\": [{place}]}}"
        )
    };
    let nowhere = "{\"ruleId\": \"B105\", \"level\": \"error\", \"message\": {\"text\": \"m\"}}";
    let results =
        [result("B602", "app/b.py"), result("B602", "app/a.py"), result("B307", "a,b.py"), nowhere.to_owned()];
    let driver = "{\"driver\": {\"name\": \"Bandit\"}}";
    format!("{{\"version\": \"2.1.0\", \"runs\": [{{\"tool\": {driver}, \"results\": [{}]}}]}}", results.join(", "))
}

#[test]
fn a_cover_is_typed_and_what_it_silences_is_said() {
    let sandbox = register();
    sandbox.file("log.sarif", log());
    let cover = "tool=bandit,id=B602,paths=app/a.py,app/b.py";
    let run = new_with(&sandbox, &[("--cover", cover), ("--scan", "log.sarif")], &[]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert!(run.stdout.contains("cover 1 (bandit B602) silences 2 results in 2 files"), "{}", run.stdout);
    let text = fs::read_to_string(sandbox.path(FILE)).unwrap();
    let written = "covers:\n  - {tool: bandit, id: B602, paths: [app/a.py, app/b.py]}\n";
    assert!(text.contains(written), "{text}");
    let enforced =
        Run::of(sandbox.command().args(["enforce", "log.sarif", "--today", "2026-11-23", "--format", "concise"]));
    assert!(!enforced.stdout.contains("B602") && enforced.stdout.contains("B307"), "{}", enforced.stdout);

    // Without a log it is said what each means; a title is proposed.
    let more = ["--cover", "{tool: semgrep, id: no-eval, paths: ['web/**']}"];
    let reason = "The shop's new basket passes its tests, and the old one is switched off on Friday.";
    let given = [("--title", ""), ("--system", "web shop ws-01"), ("--reason", reason), ("--cover", "tool=a,id=b")];
    let run = new_with(&sandbox, &given, &more);
    assert_eq!(run.code, 0, "{run:?}");
    for line in
        ["cover 1: a b wherever it is found", "cover 2: semgrep no-eval in web/**", "title: a reports b and 1 more"]
    {
        assert!(run.stdout.contains(line), "{line}: {}", run.stdout);
    }

    for (cover, said) in [
        ("bandit", "has no key before `bandit`"),
        ("tool=bandit,id=B602,path=a", "did you mean `paths`?"),
        ("tool=bandit,id=B602,paths=**", "matches everything"),
        ("tool=bandit,id=B602,purls=pkg:npm/a", "purls"),
    ] {
        let before = files(&sandbox);
        let run =
            new_with(&sandbox, &[("--system", "other ot-01"), ("--title", "Another one"), ("--cover", cover)], &[]);
        assert!(run.code != 0 && (run.stdout.clone() + &run.stderr).contains(said), "{cover}: {run:?}");
        assert_eq!(files(&sandbox), before, "{cover}");
    }
}

#[test]
fn a_log_without_a_terminal_is_answered_with_what_to_type() {
    let sandbox = register();
    sandbox.file("log.sarif", log());
    let before = files(&sandbox);
    let run = new(&sandbox, &[("--scan", "log.sarif")]);
    assert_eq!(run.code, 2, "{run:?}");
    for line in [
        "--cover tool=bandit,id=B602,paths=app/a.py,paths=app/b.py",
        "1  bandit B602: 2 results in 2 files: app/a.py, app/b.py",
        "--cover tool=bandit,id=B105",
        "--cover '{tool: bandit, id: B307, paths: [\"a,b.py\"]}'",
    ] {
        assert!(run.stdout.contains(line), "{line}: {}", run.stdout);
    }
    assert!(run.stderr.contains("this is not an interactive terminal"), "{}", run.stderr);
    assert_eq!(files(&sandbox), before);
    // What is covered already is not offered.
    sandbox.file("exceptions/x.yaml", exception(&[("covers", "[{tool: bandit, id: B602}, {tool: bandit, id: B105}]")]));
    let run = new(&sandbox, &[("--scan", "log.sarif")]);
    assert!(!run.stdout.contains("B602") && run.stdout.contains("B307"), "{}", run.stdout);
    let tool = "{\"driver\": {\"name\": \"Bandit\"}}";
    let empty = format!("{{\"version\": \"2.1.0\", \"runs\": [{{\"tool\": {tool}, \"results\": []}}]}}");
    sandbox.file("empty.sarif", empty);
    // Neither is what no cover can name.
    let results =
        ["all", "a\\u0007b", "fine"].map(|id| format!("{{\"ruleId\": \"{id}\", \"message\": {{\"text\": \"x\"}}}}"));
    let unknown = format!(
        "{{\"version\": \"2.1.0\", \"runs\": [{{\"tool\": {{\"driver\": {{\"name\": \"Own\"}}}}, \"results\": [{}]}}]}}",
        results.join(", ")
    );
    sandbox.file("own.sarif", unknown);
    let run = new(&sandbox, &[("--scan", "own.sarif")]);
    let offered: Vec<&str> = run.stdout.lines().filter(|line| line.starts_with("--cover")).collect();
    assert_eq!(offered, ["--cover tool=Own,id=fine"], "{run:?}");
    let run = new(&sandbox, &[("--scan", "empty.sarif")]);
    assert!(run.code == 2 && run.stderr.contains("no result that needs an exception"), "{run:?}");
}

#[test]
fn the_answers_that_are_missing_fit_a_narrow_terminal() {
    let sandbox = register();
    let mut command = sandbox.command();
    let run = Run::of(command.env("COLUMNS", "80").args(["new", "--id", "printer", "--today", "2026-11-23"]));
    assert!(run.code == 2 && run.stderr.contains("--statement SENTENCE"), "{run:?}");
    assert!(run.stderr.lines().all(|line| line.chars().count() <= 80), "{}", run.stderr);
}

/// What is printed is typed in the same folder, from which nothing else leads to the register.
#[test]
fn commands_name_the_root_that_was_named() {
    let repo = Repo::new();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().env("COLUMNS", "80").current_dir(repo.path()).stdin(Stdio::null());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        Run::of(command.args(arguments)).stdout
    };
    repo.write("team/README.md", "");
    let next = run(&["init", "--root", "team", "--ci", "none"]);
    assert!(next.contains("`stopgap new --root team`"), "{next}");
    repo.commit("Begin");
    let answers = ANSWERS.into_iter().chain([("--requester", "Hanna Vogel"), ("--id", "printer")]);
    let answers: Vec<&str> = answers.flat_map(|(name, value)| [name, value]).collect();
    let written = run(&[&["new", "--root", "team", "--today", "2026-11-23"], &answers[..]].concat());
    assert!(written.contains("`stopgap decide printer --root team`"), "{written}");
    let end = &written[written.find("then open").unwrap()..];
    assert!(end.lines().all(|line| line.chars().count() <= 80), "{end}");
    repo.commit("Ask");
    for (format, command) in [("text", "stopgap close printer --root team"), ("markdown", "--root team")] {
        let report = run(&["report", "--root", "team", "--today", "2026-12-20", "--format", format]);
        assert!(report.contains(command), "{report}");
        assert!(report.lines().all(|line| !line.contains("stopgap close") || line.contains("--root team")), "{report}");
    }
}
