//! `--git`: a request becomes a branch, a push and a pull request, and nothing else changes.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use crate::support::git::Repo;
use crate::support::terminal::Talk;
use crate::support::{Run, Sandbox, exception};

const ANSWERS: [&str; 26] = [
    "--title",
    "Label printer keeps its old certificate",
    "--control",
    "CRY-04 Certificates are younger than a year",
    "--reason",
    "The maker ships the tool that installs certificates on 2 December.",
    "--system",
    "label printer lp-07",
    "--environment",
    "production",
    "--tier",
    "low",
    "--statement",
    "Whoever forges the printer can print wrong labels.",
    "--alternative",
    "Print in hall 2",
    "--rejected",
    "The belt there is full until Friday.",
    "--removal",
    "Install the new certificate and print a test label.",
    "--owner",
    "Luis Prado",
    "--approver",
    "Mei Tanaka",
    "--requester",
    "Hanna Vogel",
];

const FILE: &str = "exceptions/printer.yaml";

/// A clone of a bare repository whose name says which forge it is from, with a register; somebody works on `feature`,
/// with something staged, something edited and something new.
fn at_work(origin: &str) -> Repo {
    let repo = Repo::new();
    let identity = "[user]\n\tname = Hanna Vogel\n\temail = hanna@example.com\n";
    fs::write(repo.sandbox.path().join(".gitconfig"), identity).unwrap();
    repo.write("exceptions/README.md", "").write("app.txt", "1\n").write("exceptions/badge.yaml", &exception(&[]));
    repo.commit("Begin");
    repo.git(&["init", "--quiet", "--bare", "-b", "main", &format!("../{origin}.git")]);
    repo.git(&["remote", "add", "origin", &format!("../{origin}.git")]);
    repo.git(&["push", "--quiet", "-u", "origin", "main"]);
    repo.branch("feature");
    repo.write("feature.txt", "").commit("Not asked for");
    repo.write("staged.txt", "").git(&["add", "staged.txt"]);
    repo.write("app.txt", "2\n").write("new.txt", "");
    repo
}

/// Puts a program before all others that notes its arguments, one a line, and then does something.
fn program(repo: &Repo, name: &str, then: &str) {
    let bin = repo.sandbox.path().join("bin");
    fs::create_dir_all(&bin).unwrap();
    // The commands that are shown name it too.
    let _ = std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_stopgap"), bin.join("stopgap"));
    let script = format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >>\"$HOME/said\"\n{then}\n");
    fs::write(bin.join(name), script).unwrap();
    fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
}

fn said(repo: &Repo) -> String {
    fs::read_to_string(repo.sandbox.path().join("said")).unwrap_or_default()
}

fn programs(repo: &Repo) -> OsString {
    let others = std::env::var_os("PATH").unwrap();
    let own = std::iter::once(repo.sandbox.path().join("bin"));
    std::env::join_paths(own.chain(std::env::split_paths(&others))).unwrap()
}

fn stopgap(repo: &Repo, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(repo.path()).stdin(Stdio::null());
    command.env("PATH", programs(repo)).env("HOME", repo.sandbox.path()).env("GIT_CONFIG_NOSYSTEM", "1");
    command.args(arguments).args(["--today", "2026-11-23"]);
    command
}

fn new(repo: &Repo, more: &[&str]) -> Run {
    let given = |name: &str| more.iter().any(|argument| argument.starts_with(name));
    let answers: Vec<&str> = ANSWERS.chunks(2).filter(|pair| !given(pair[0])).flatten().copied().collect();
    let fixed = ["new", "--git", "--id", "printer", "--exposure", "none", "--expires", "2026-12-16"];
    Run::of(&mut stopgap(repo, &[&fixed, answers.as_slice(), more].concat()))
}

/// What `--git` must not touch: the branch, the index and the state of all files.
fn state(repo: &Repo) -> [String; 4] {
    let head = fs::read_to_string(repo.path().join(".git/HEAD")).unwrap();
    [head, repo.rev("HEAD"), repo.git(&["ls-files", "--stage"]), repo.git(&["diff"])]
}

/// Pastes the lines of an error into a shell.
fn go_on(repo: &Repo, run: &Run) {
    let script: String = run
        .stderr
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .fold(String::new(), |all, line| all + line + "\n");
    let mut shell = Command::new("sh");
    shell.args(["-ec", &script]).current_dir(repo.path()).env("HOME", repo.sandbox.path());
    shell.env("PATH", programs(repo)).env("GIT_CONFIG_NOSYSTEM", "1").env_remove("GIT_DIR");
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{script}{output:?}");
}

#[test]
fn a_request_is_pushed_from_the_default_branch_and_nothing_here_changes() {
    let repo = at_work("github-acme");
    program(&repo, "gh", "");
    let before = state(&repo);
    let run = new(&repo, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(state(&repo), before);
    let status = " M app.txt\nA  staged.txt\n?? exceptions/printer.yaml\n?? new.txt";
    assert_eq!(repo.git(&["status", "--porcelain"]), status);
    let pushed = "origin/exception/printer";
    assert_eq!(
        repo.git(&["show", "--format=%P", "--name-only", pushed]),
        format!("{}\n\n{FILE}", repo.rev("origin/main"))
    );
    assert_eq!(
        repo.git(&["show", &format!("{pushed}:{FILE}")]),
        fs::read_to_string(repo.path().join(FILE)).unwrap().trim_end()
    );
    assert_eq!(repo.git(&["log", "-1", "--format=%an", pushed]), "Hanna Vogel");
    let told = said(&repo);
    let title = "Request printer: Label printer keeps its old certificate";
    let head = format!("pr\ncreate\n--head\nexception/printer\n--title\n{title}\n--body\n");
    let card = Run::of(&mut stopgap(&repo, &["card", "printer", "--format", "markdown"])).stdout;
    assert_eq!(told.strip_prefix(&head).map(str::trim_end), Some(card.trim_end()), "{told}");
    assert!(card.contains("**at worst:** Whoever forges"), "{card}");
    assert!(
        run.stdout.contains("  GIT_INDEX_FILE=")
            && run.stdout.contains("your checkout and staged changes are unchanged"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("rm -- exceptions/printer.yaml\n\nthe approval of `Mei Tanaka` there is the sign-off\n"),
        "{}",
        run.stdout
    );
    assert!(!repo.path().join(".git/stopgap-exception-printer").exists());
}

#[test]
fn what_is_shown_is_what_runs() {
    let (one, other) = (at_work("gitlab-acme"), at_work("gitlab-acme"));
    program(&one, "glab", "");
    program(&other, "glab", "");
    let run = new(&one, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        said(&one).starts_with("mr\ncreate\n--source-branch\nexception/printer\n--title\nRequest"),
        "{}",
        said(&one)
    );
    other.write(FILE, &fs::read_to_string(one.path().join(FILE)).unwrap());
    let shown = run.stdout.lines().skip_while(|line| !line.contains("to request it"));
    let shown =
        shown.filter_map(|line| line.strip_prefix("  ")).fold(String::new(), |all, line| all + "    " + line + "\n");
    let shown = shown.replace(&*one.path().to_string_lossy(), &other.path().to_string_lossy());
    go_on(&other, &Run { code: 0, stdout: String::new(), stderr: shown });
    assert_eq!(said(&one), said(&other));
    let tree = |repo: &Repo| repo.git(&["show", "--format=%T%n%B", "--name-only", "origin/exception/printer"]);
    assert_eq!(tree(&one), tree(&other));
}

#[test]
fn a_detached_head_stays_where_it_is() {
    let repo = at_work("github-acme");
    repo.git(&["checkout", "--quiet", "--detach"]);
    let before = state(&repo);
    let run = new(&repo, &[]);
    assert_eq!((run.code, state(&repo)), (0, before), "{run:?}");
    assert!(run.stdout.contains("then open the pull request"), "{}", run.stdout);
    assert_eq!(repo.rev("origin/exception/printer^"), repo.rev("origin/main"));
}

#[test]
fn without_a_remote_the_commit_is_there_and_the_way_on_is_named() {
    let repo = at_work("github-acme");
    repo.git(&["remote", "remove", "origin"]);
    let before = state(&repo);
    let run = new(&repo, &[]);
    assert_eq!((run.code, state(&repo)), (2, before), "{run:?}");
    assert!(run.stderr.contains("`git push` failed: exit code 128"), "{}", run.stderr);
    assert!(
        run.stderr.contains("committed to `exception/printer`") && run.stderr.contains("git remote add origin URL")
    );
    assert!(repo.path().join(FILE).exists());
    assert_eq!(repo.rev("exception/printer^"), repo.rev("main"));
    repo.git(&["remote", "add", "origin", "../github-acme.git"]);
    go_on(&repo, &run);
    assert_eq!(repo.rev("origin/exception/printer"), repo.rev("exception/printer"));
}

#[test]
fn a_commit_that_fails_leaves_nothing_but_the_file() {
    let repo = at_work("github-acme");
    fs::write(repo.sandbox.path().join(".gitconfig"), "[user]\n\tuseConfigOnly = true\n").unwrap();
    let (before, branches) = (state(&repo), repo.git(&["for-each-ref"]));
    let run = new(&repo, &[]);
    assert_eq!((run.code, state(&repo), repo.git(&["for-each-ref"])), (2, before, branches), "{run:?}");
    assert!(
        run.stderr.contains("`git commit-tree` failed") && run.stderr.contains("nothing is committed"),
        "{}",
        run.stderr
    );
    fs::write(repo.sandbox.path().join(".gitconfig"), "[user]\n\tname = H\n\temail = h@example.com\n").unwrap();
    go_on(&repo, &run);
    assert_eq!(repo.rev("origin/exception/printer^"), repo.rev("origin/main"));
}

#[test]
fn a_pull_request_that_cannot_be_opened_is_all_that_is_left() {
    let repo = at_work("github-acme");
    program(&repo, "gh", "exit 4");
    let run = new(&repo, &[]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stderr.contains("`gh pr create` failed: exit code 4")
            && run.stderr.contains("pushed to `exception/printer`"),
        "{}",
        run.stderr
    );
    let lines: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("    ")).collect();
    assert!(lines.len() == 1 && lines[0].starts_with("    gh pr create --head exception/printer"), "{}", run.stderr);
}

#[test]
fn text_in_a_request_stays_text() {
    let repo = at_work("github-acme");
    program(&repo, "gh", "");
    let title = "-x $(touch pwned) `touch pwned` it's \"old\" #1";
    let reason = "--amend \"$(touch pwned)\"\nThe maker ships the tool that installs it on 2 December.";
    let run = new(&repo, &[&format!("--title={title}"), &format!("--reason={reason}")]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!repo.path().join("pwned").exists());
    let body = repo.git(&["log", "-1", "--format=%B", "origin/exception/printer"]);
    assert!(body.contains("\n\n--amend \"$(touch pwned)\" The maker ships"), "{body}");
    let told = said(&repo);
    let begins = format!("\n--title\nRequest printer: {title}\n--body\n### printer: ");
    assert!(told.contains(&begins), "{told}");
    let card = Run::of(&mut stopgap(&repo, &["card", "printer", "--format", "markdown"])).stdout;
    assert!(told.trim_end().ends_with(card.trim_end()), "{told}");
    assert!(card.contains("&#45;x <span>$</span>(touch pwned) &#96;touch pwned&#96;"), "{card}");
}

const REVIEW: [&str; 8] = [
    "review",
    "badge",
    "--git",
    "--note",
    "The maker has sent the tool; it is tested on Friday.",
    "--by",
    "Luis Prado",
    "--color=never",
];

#[test]
fn an_edit_goes_on_where_its_request_is_open() {
    let repo = at_work("github-acme");
    program(&repo, "gh", "[ \"$2\" = view ]");
    let run = Run::of(&mut stopgap(&repo, &REVIEW));
    assert_eq!(run.code, 2, "nobody has pushed `feature`, so there is nothing to view: {run:?}");
    assert_eq!(said(&repo), "pr\ncreate\n--fill\n");
    assert_eq!(repo.git(&["show", "--format=", "--name-only"]), "exceptions/badge.yaml");
    assert_eq!(repo.rev("origin/feature"), repo.rev("HEAD"));
    assert_eq!(repo.git(&["diff", "--cached", "--name-only"]), "staged.txt");
    let mut again = REVIEW;
    again[4] = "The tool works; it is installed on Friday.";
    let run = Run::of(&mut stopgap(&repo, &again));
    assert_eq!(run.code, 0, "the pull request is there already: {run:?}");
    assert_eq!(said(&repo), "pr\ncreate\n--fill\npr\nview\n");
    assert!(run.stdout.contains("{ gh pr view || gh pr create --fill; }"), "{}", run.stdout);
}

#[test]
fn a_hook_that_refuses_leaves_the_index_as_it_was() {
    let repo = at_work("github-acme");
    let hook = repo.path().join(".git/hooks/pre-commit");
    fs::write(&hook, "#!/bin/sh\nexit 1\n").unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    // One of the file's own edits is staged, the rest is not.
    repo.write("exceptions/badge.yaml", &(exception(&[]) + "# staged\n")).git(&["add", "exceptions"]);
    repo.write("exceptions/badge.yaml", &(exception(&[]) + "# staged\n# not staged\n"));
    let (head, index) = (repo.rev("HEAD"), repo.git(&["ls-files", "--stage"]));
    let run = Run::of(&mut stopgap(&repo, &REVIEW));
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("`git commit` failed: exit code 1"), "{}", run.stderr);
    assert_eq!((repo.rev("HEAD"), repo.git(&["ls-files", "--stage"])), (head, index));
    assert!(fs::read_to_string(repo.path().join("exceptions/badge.yaml")).unwrap().contains("tested on Friday"));
    fs::remove_file(hook).unwrap();
    go_on(&repo, &run);
    assert_eq!(repo.rev("origin/feature"), repo.rev("HEAD"));
}

#[test]
fn an_edit_of_an_old_version_does_not_undo_what_others_did() {
    let repo = at_work("github-acme");
    repo.git(&["stash", "--quiet", "--include-untracked"]);
    repo.switch("main");
    repo.write("exceptions/badge.yaml", &(exception(&[]) + "# theirs\n")).commit("Theirs");
    repo.git(&["push", "--quiet"]);
    repo.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    let branches = repo.git(&["for-each-ref"]);
    let run = Run::of(&mut stopgap(&repo, &REVIEW));
    assert_eq!((run.code, repo.git(&["for-each-ref"])), (2, branches), "{run:?}");
    assert!(run.stderr.contains("`exceptions/badge.yaml` in `origin/main` differs from `HEAD`"), "{}", run.stderr);
    // The honest neighbour: nobody has changed that file.
    repo.git(&["restore", "."]);
    repo.git(&["pull", "--quiet"]);
    let run = Run::of(&mut stopgap(&repo, &REVIEW));
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("git restore -- exceptions/badge.yaml"), "{}", run.stdout);
    assert_eq!(repo.git(&["show", "--format=", "--name-only", "origin/review/badge"]), "exceptions/badge.yaml");
}

#[test]
fn an_import_takes_only_what_it_wrote() {
    let repo = at_work("github-acme");
    repo.write("exceptions/README.md", "edited\n")
        .write("old.csv", "id,title,owner\nA-1,Old printer,Luis\nA-2,Old gate,Luis\n");
    let before = state(&repo);
    let run = Run::of(&mut stopgap(&repo, &["import", "old.csv", "--git"]));
    assert_eq!((run.code, state(&repo)), (0, before), "{run:?}");
    let files = repo.git(&["show", "--format=", "--name-only", "origin/import-exceptions"]);
    assert_eq!(files, "exceptions/A-1.yaml\nexceptions/A-2.yaml");
    assert_eq!(repo.rev("origin/import-exceptions^"), repo.rev("origin/main"));
    let run = Run::of(&mut stopgap(&repo, &["import", "old.csv", "--git", "--format", "json"]));
    assert!(run.code == 2 && run.stderr.contains("would mix git's output with the JSON"), "{run:?}");
}

#[test]
fn edits_that_were_made_before_are_named_where_the_commit_contains_them() {
    let repo = at_work("github");
    let said = |arguments: &[&str]| {
        let all = [arguments, &["--by", "Hanna Vogel"]].concat();
        let run = Run::of(&mut stopgap(&repo, &all));
        assert_eq!(run.code, 0, "{run:?}");
        run.stdout
    };
    let review = ["review", "badge", "--note", "The tool left by lorry."];
    assert!(!said(&review).contains("other edits"));
    let told = said(&["review", "badge", "--note", "The tool has arrived."]);
    assert!(told.contains("the commit contains them too: `reviews`"), "{told}");
    assert!(told.contains("the commit also contains earlier edits of `reviews`'"), "{told}");
    repo.write("exceptions/badge.yaml", &exception(&[("scope.system", "label printer lp-08")]));
    let amend =
        ["amend", "badge", "--field", "scope.system", "--approver", "Mei Tanaka", "--note", "It was renumbered."];
    assert!(!said(&amend).contains("other edits"), "an amendment is about what was edited");
}

#[test]
fn outside_git_nothing_is_promised() {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/badge.yaml", exception(&[]));
    let mut command = sandbox.command();
    let run = Run::of(command.args(REVIEW).args(["--today", "2026-11-23"]));
    assert!(run.code == 2 && run.stderr.contains("is not in a git work tree"), "{run:?}");
    assert_eq!(fs::read_to_string(sandbox.path("exceptions/badge.yaml")).unwrap(), exception(&[]));
}

#[test]
fn a_person_is_asked_once_and_may_say_no() {
    for (answer, code) in [("no", false), ("\u{3}", false), ("", true)] {
        let repo = at_work("github-acme");
        let (before, branches) = (state(&repo), repo.git(&["for-each-ref"]));
        let sandbox = Sandbox::new();
        let path = programs(&repo);
        let home = repo.sandbox.path().to_string_lossy().into_owned();
        let variables = [("HOME", home.as_str()), ("PATH", path.to_str().unwrap())];
        let mut talk = Talk::start(&sandbox, stopgap(&repo, &REVIEW), 80, &variables);
        talk.wait("git push -u origin feature").asked("Run these commands? (yes)").type_in(answer);
        if answer != "\u{3}" {
            talk.type_in("\r");
        }
        let (ended, shown) = talk.end();
        assert_eq!(ended, 0, "{shown}");
        assert_eq!(shown.contains("nothing was run"), !code, "{shown}");
        assert_eq!(repo.git(&["for-each-ref"]) == branches, !code, "{shown}");
        assert!(code || state(&repo)[..3] == before[..3]);
    }
}
