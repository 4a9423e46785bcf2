//! `stopgap init` in a real terminal: its questions, the way back, and what comes after them.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::Sandbox;
use crate::support::git::Repo;
use crate::support::terminal::{CTRL_C, CTRL_U, ENTER, SHIFT_TAB, Talk};

const OWNERS: &str = "Who approves exceptions?";
const SUPPLY: &str = "Where does the CI job get stopgap?";
const ROSTER: &str = "Write a first `people.yaml`? (yes)";
const FIRST: &str = "Request a first exception now? (no)";

/// A repository with a commit, and a remote if one is named.
fn repository(origin: Option<&str>) -> Repo {
    let repo = Repo::new();
    repo.write("README.md", "").commit("Begin");
    if let Some(origin) = origin {
        repo.git(&["remote", "add", "origin", origin]);
    }
    repo
}

fn init(repo: &Repo, home: &Sandbox, variables: &[(&str, &str)]) -> Talk {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(repo.path()).arg("init");
    Talk::start(home, command, 80, variables)
}

fn there(repo: &Repo, path: &str) -> bool {
    Path::new(&repo.path().join(path)).exists()
}

#[test]
fn enter_alone_sets_up_what_the_remote_says_and_ends_with_doctor() {
    for (origin, job, other) in [
        (Some("git@github.com:acme/register.git"), ".github/workflows/stopgap.yml", ".gitlab/stopgap.yml"),
        (Some("https://gitlab.example.com/acme/register.git"), ".gitlab/stopgap.yml", ".github/workflows/stopgap.yml"),
        (None, ".github/workflows/stopgap.yml", ".gitlab/stopgap.yml"),
    ] {
        let (repo, home) = (repository(origin), Sandbox::new());
        let mut talk = init(&repo, &home, &[]);
        talk.wait("Existing files are not changed").wait("Ctrl-C quits");
        for question in [OWNERS, SUPPLY, ROSTER] {
            talk.answer(question, "");
        }
        talk.wait("files were written").wait("according to `stopgap doctor`:").wait("next:").answer(FIRST, "");
        let (code, shown) = talk.end();
        assert_eq!(code, 0, "{shown}");
        assert!(there(&repo, "stopgap.yaml") && there(&repo, "exceptions/README.md"), "{shown}");
        assert!(there(&repo, job) && !there(&repo, other), "{origin:?}: {shown}");
        let policy = fs::read_to_string(repo.path().join("stopgap.yaml")).unwrap();
        assert_eq!(policy.lines().any(|line| line == "forge: gitlab"), job.contains("gitlab"), "{policy}");
        assert!(shown.lines().all(|line| line.chars().count() <= 80 || line.contains("http")), "{shown}");
    }
}

#[test]
fn a_workflow_that_is_there_says_more_than_the_remote() {
    let (repo, home) = (repository(Some("https://gitlab.example.com/mirror.git")), Sandbox::new());
    repo.write(".github/workflows/test.yml", "on: push\n").commit("Test");
    let mut talk = init(&repo, &home, &[]);
    for question in [OWNERS, SUPPLY, ROSTER, FIRST] {
        talk.answer(question, "");
    }
    let (code, shown) = talk.end();
    assert!(code == 0 && there(&repo, ".github/workflows/stopgap.yml"), "{shown}");
}

#[test]
fn an_answer_can_be_changed_from_the_question_after_it() {
    let (repo, home) = (repository(None), Sandbox::new());
    let mut talk = init(&repo, &home, &[]);
    talk.answer(OWNERS, "olek").instead("! ", "@olek, @pria");
    talk.asked(SUPPLY).type_in(SHIFT_TAB);
    // What was answered stands in the line again.
    talk.asked(OWNERS).wait("@olek, @pria").type_in("\u{8}\u{8}iya").type_in(ENTER);
    talk.answer(SUPPLY, "").asked(ROSTER).type_in(SHIFT_TAB).asked(SUPPLY).type_in(ENTER);
    talk.answer(ROSTER, "").answer(FIRST, "");
    let (code, shown) = talk.end();
    assert_eq!(code, 0, "{shown}");
    let owners = fs::read_to_string(repo.path().join(".github/CODEOWNERS")).unwrap();
    assert!(owners.contains("@olek @priya") && !owners.contains("pria"), "{owners}");
    let people = fs::read_to_string(repo.path().join("people.yaml")).unwrap();
    assert!(people.contains("@priya") && !people.contains("@pria\""), "{people}");
}

#[test]
fn a_team_is_asked_for_its_people_and_the_way_back_forgets_the_team() {
    let (repo, home) = (repository(None), Sandbox::new());
    let mut talk = init(&repo, &home, &[]);
    talk.answer(OWNERS, "@acme/security").answer(SUPPLY, "").answer(ROSTER, "");
    talk.asked("Who is in @acme/security?")
        .type_in(SHIFT_TAB)
        .asked(ROSTER)
        .type_in(CTRL_U)
        .type_in("no")
        .type_in(ENTER);
    talk.answer(FIRST, "");
    let (code, shown) = talk.end();
    assert!(code == 0 && !there(&repo, "people.yaml"), "{shown}");
}

#[test]
fn ctrl_c_at_any_question_writes_nothing() {
    for questions in 0..3 {
        let (repo, home) = (repository(None), Sandbox::new());
        let mut talk = init(&repo, &home, &[]);
        let all = [OWNERS, SUPPLY, ROSTER];
        for question in &all[..questions] {
            talk.answer(question, "");
        }
        talk.asked(all[questions]).type_in("half an answer").type_in(CTRL_C);
        let (code, shown) = talk.end();
        assert_eq!(code, 2, "{shown}");
        assert!(shown.contains("stopped; nothing was written"), "{shown}");
        assert_eq!(repo.git(&["status", "--porcelain"]), "");
    }
}

#[test]
fn it_leads_to_the_first_exception_and_leaving_that_keeps_the_set_up() {
    let (repo, home) = (repository(None), Sandbox::new());
    let mut talk = init(&repo, &home, &[]);
    for question in [OWNERS, SUPPLY, ROSTER] {
        talk.answer(question, "");
    }
    talk.answer(FIRST, "y").wait("A new exception for `exceptions`").answer("What should be allowed?", "Badge printer");
    talk.asked("Which exact rule is not followed?").type_in(CTRL_C);
    let (code, shown) = talk.end();
    assert_eq!(code, 2, "{shown}");
    assert!(shown.contains("stopgap new --title 'Badge printer'"), "{shown}");
    assert!(there(&repo, "stopgap.yaml"));
}

#[test]
fn a_terminal_without_a_cursor_asks_the_same_and_goes_back() {
    let (repo, home) = (repository(None), Sandbox::new());
    let mut talk = init(&repo, &home, &[("TERM", "dumb")]);
    talk.wait(OWNERS).wait("\n> ").type_in("@olek, @priya\n").wait(SUPPLY).wait("\n> ").type_in("<\n");
    talk.wait(OWNERS)
        .wait("enter alone: @olek, @priya")
        .wait("\n> ")
        .type_in("\n")
        .wait(SUPPLY)
        .wait("\n> ")
        .type_in("\n");
    talk.wait(ROSTER).wait("\n> ").type_in("no\n").wait(FIRST).wait("\n> ").type_in("\n");
    let (code, shown) = talk.end();
    assert!(code == 0 && there(&repo, ".github/CODEOWNERS") && !there(&repo, "people.yaml"), "{shown}");
}

#[test]
fn a_second_run_asks_nothing_that_is_settled() {
    let (repo, home) = (repository(None), Sandbox::new());
    let mut talk = init(&repo, &home, &[]);
    talk.answer(OWNERS, "@olek, @priya").answer(SUPPLY, "acme/stopgap@0123456789012345678901234567890123456789");
    talk.answer(ROSTER, "").answer(FIRST, "");
    assert_eq!(talk.end().0, 0);
    let mut talk = init(&repo, &home, &[]);
    talk.wait("everything already exists").answer(FIRST, "");
    let (code, shown) = talk.end();
    assert!(code == 0 && !shown.contains("Who approves") && !shown.contains("Ctrl-C quits:"), "{shown}");
}
