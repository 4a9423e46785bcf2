//! The edits of an exception in a real terminal: what is missing is asked for, after what the record promises.

use std::fs;

use crate::support::terminal::{CTRL_C, CTRL_U, ENTER, SHIFT_TAB, Talk};
use crate::support::{Run, Sandbox, exception};

const FILE: &str = "exceptions/label-printer.yaml";

/// A register with a roster that knows who is at the keyboard, and one exception that Luis has asked for.
fn register(fields: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::new();
    let people = "people:\n  - {handle: '@hanna', name: Hanna Vogel, email: hanna@example.com}\n  \
                  - {handle: '@luis', name: Luis Prado}\n  - {handle: '@mei', name: Mei Tanaka, manager: '@ines'}\n  \
                  - {handle: '@ines', name: Ines Falk}\n";
    sandbox.file("people.yaml", people).file(".gitconfig", "[user]\n\temail = hanna@example.com\n");
    sandbox.file(FILE, exception(fields));
    sandbox
}

fn edit(sandbox: &Sandbox, arguments: &[&str], variables: &[(&str, &str)]) -> Talk {
    let mut command = sandbox.command();
    command.args(arguments).args(["label-printer", "--today", "2026-11-23"]);
    Talk::start(sandbox, command, 80, variables)
}

fn text(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.path(FILE)).unwrap()
}

/// Checks that the edit is in the file, and that nothing objects to it.
fn holds(sandbox: &Sandbox, lines: &[&str]) {
    let text = text(sandbox);
    for line in lines {
        assert!(text.contains(line), "{line}: {text}");
    }
    let check = sandbox.check(&["--format", "concise", "--quiet"]);
    assert_eq!(check.code, 0, "{}", check.stdout);
}

const WHY: &str = "The maker has moved the delivery of the tool to the second week of December.";
const LOOKED: &str = "Print server log read on 23 November, no foreign job.";

#[test]
fn a_renewal_shows_what_was_promised_and_asks_only_for_what_is_missing() {
    let sandbox = register(&[]);
    let mut talk = edit(&sandbox, &["renew"], &[]);
    talk.wait("label-printer: Label printer keeps its old certificate").wait("  term        2026-11-");
    talk.wait("  promised    Install the new certificate").wait("Shift-Tab goes back");
    talk.answer("Why must it be renewed?", WHY).answer("Is the risk still the accepted one?", LOOKED);
    talk.wait("Who decides?").wait("@mei").asked("@ines").type_in("nobody").type_in(ENTER);
    talk.instead("no match in the roster", "ines");
    talk.wait("Until when? (").wait("at the latest").asked("for tier low").type_in("2026-12-18").type_in(ENTER);
    talk.wait("+   renewals:").answer("Write it? (yes)", "");
    let (code, shown) = talk.end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("is renewed until 2026-12-18: renewal 1 of 2"), "{shown}");
    assert!(!shown.contains("Who requests it?"), "git says who asks: {shown}");
    let is_prose = |line: &&str| !line.starts_with(['+', '-', '>']);
    assert!(shown.lines().filter(is_prose).all(|line| line.chars().count() <= 80), "{shown}");
    holds(&sandbox, &[WHY, LOOKED, "requester: \"@hanna\"", "approver: \"@ines\"", "expires: 2026-12-18"]);
}

#[test]
fn what_the_check_refuses_is_mended_by_going_back() {
    let sandbox = register(&[]);
    let before = text(&sandbox);
    let given = ["renew", "--reason", WHY, "--risk-check", LOOKED, "--requester", "Luis Prado"];
    let mut talk = edit(&sandbox, &given, &[]);
    // The one who asks does not decide.
    talk.answer("Who decides?", "@luis").answer("Until when?", "2026-12-18");
    talk.wait("error[self-approval]").asked("so nothing is written").type_in(SHIFT_TAB);
    talk.asked("Until when?").wait("2026-12-18").type_in(SHIFT_TAB);
    talk.asked("Who decides?").wait("@luis").type_in(CTRL_U).type_in("@mei").type_in(ENTER);
    assert_eq!(text(&sandbox), before);
    // What was answered behind it is asked again.
    talk.answer("Until when?", "2026-12-18").answer("Write it?", "");
    let (code, shown) = talk.end();
    assert_eq!(code, 0, "{shown}");
    holds(&sandbox, &["approver: \"@mei\"", "requester: Luis Prado"]);
}

#[test]
fn leaving_writes_nothing_and_says_how_to_go_on() {
    let sandbox = register(&[]);
    let before = text(&sandbox);
    let mut talk = edit(&sandbox, &["renew", "--approver", "@ines"], &[]);
    talk.answer("Why must it be renewed?", WHY).asked("Is the risk still").type_in("Print server log").type_in(CTRL_C);
    let (code, shown) = talk.end();
    assert_eq!((code, text(&sandbox)), (2, before), "{shown}");
    let shown = shown.replace('\n', " ");
    assert!(shown.contains(&format!("stopgap renew label-printer --approver @ines --reason '{WHY}'")), "{shown}");
    assert!(
        shown.contains("--today 2026-11-23") && shown.contains("for `--risk-check`:    Print server log"),
        "{shown}"
    );
    // No is no, too.
    let before = text(&sandbox);
    let mut talk = edit(&sandbox, &["review", "--note", "The tool has come; it is tested on Friday.", "--by", ""], &[]);
    talk.answer("Who reviewed it?", "hanna").answer("Write it? (yes)", "no");
    let (code, shown) = talk.end();
    assert_eq!((code, text(&sandbox)), (2, before), "{shown}");
    assert!(shown.contains("--by @hanna"), "{shown}");
}

#[test]
fn a_closure_and_a_review_ask_for_the_rest() {
    let sandbox = register(&[]);
    let mut talk = edit(&sandbox, &["review"], &[]);
    talk.answer("What was observed?", "The tool has come; it is tested on Friday.").answer("Write it?", "");
    assert_eq!(talk.end().0, 0);
    holds(&sandbox, &["reviews:", "by: \"@hanna\""]);
    let mut talk = edit(&sandbox, &["close"], &[]);
    talk.wait("review      2026-11-23, @hanna: The tool has come");
    talk.answer("Who verified the removal?", "mei")
        .answer("What was done?", "New certificate installed, label printed.");
    talk.answer("Write it?", "");
    let (code, shown) = talk.end();
    assert_eq!(code, 0, "{shown}");
    holds(&sandbox, &["status: closed", "verified_by: \"@mei\""]);
}

#[test]
fn a_rejection_may_leave_the_reason_out() {
    for (why, written) in [("", false), ("Use the read-only export.", true)] {
        let sandbox = register(&[]);
        // Whoever asked cannot turn it down.
        sandbox.file(".gitconfig", "[user]\n\tname = Mei Tanaka\n");
        let mut talk = edit(&sandbox, &["reject"], &[]);
        talk.answer("Why is it rejected?", why).answer("Write it?", "");
        let (code, shown) = talk.end();
        assert_eq!(code, 0, "{shown}");
        assert!(
            text(&sandbox).contains("status: rejected") && text(&sandbox).contains("reviews:") == written,
            "{shown}"
        );
    }
}

#[test]
fn an_amendment_asks_for_the_field_and_its_value() {
    let sandbox = register(&[("scope.system", "label printer lp-07")]);
    let mut talk = edit(&sandbox, &["amend"], &[]);
    talk.answer("Which field should be corrected?", "sistem").instead("that is not exactly one field", "scope.system");
    talk.wait("What is the correct value of `scope.system`?")
        .asked("now: label printer lp-07")
        .type_in("label printer lp-08");
    talk.type_in(ENTER)
        .answer("Who approves it?", "ines")
        .answer("What was wrong", "The number was that of the neighbour.");
    talk.answer("Write it?", "");
    let (code, shown) = talk.end();
    assert_eq!(code, 0, "{shown}");
    holds(&sandbox, &["system: label printer lp-08", "amendments:", "approver: \"@ines\""]);
}

#[test]
fn a_terminal_without_a_cursor_asks_the_same() {
    let sandbox = register(&[]);
    let mut talk = edit(&sandbox, &["close"], &[("TERM", "dumb")]);
    talk.wait("Who verified the removal?").wait("\n> ").type_in("mei\n");
    talk.wait("What was done?").wait("\n> ").type_in("<\n").wait("Who verified").wait("enter alone: mei").wait("\n> ");
    talk.type_in("ines\n").wait("What was done?").wait("\n> ").type_in("New certificate installed, label printed.\n");
    talk.wait("Write it?").wait("\n> ").type_in("\n");
    let (code, shown) = talk.end();
    assert_eq!(code, 0, "{shown}");
    holds(&sandbox, &["status: closed", "verified_by: \"@ines\""]);
}

#[test]
fn without_a_terminal_what_is_missing_is_still_an_error() {
    let sandbox = register(&[]);
    let mut command = sandbox.command();
    let run = Run::of(command.args(["renew", "label-printer", "--today", "2026-11-23"]));
    assert!(run.code == 2 && run.stderr.contains("--risk-check") && run.stderr.contains("--expires"), "{run:?}");
}

#[test]
fn a_renewal_proposes_the_code_owners_and_refuses_others_at_once() {
    let sandbox = register(&[]);
    sandbox.file(".github/CODEOWNERS", "/exceptions/ @ines @mei\n/.github/ @ines\n/people.yaml @ines\n");
    let git = |arguments: &[&str]| {
        let done = std::process::Command::new("git").arg("-C").arg(sandbox.path("")).args(arguments).output();
        assert!(done.unwrap().status.success());
    };
    git(&["init", "-q", "-b", "main"]);
    let mut talk = edit(&sandbox, &["renew", "--reason", WHY, "--risk-check", LOOKED, "--requester", "@luis"], &[]);
    talk.answer("Who decides?", "hanna").instead("`@hanna` is not a code owner of this file", "mei");
    talk.asked("Until when?").type_in(CTRL_C);
    let (_, shown) = talk.end();
    let listed = |name: &str| shown.find(&format!("\n    {name} ")).unwrap_or(usize::MAX);
    assert!(listed("@ines").max(listed("@mei")) < listed("@hanna"), "{shown}");
    let mut command = sandbox.command();
    let run = Run::of(command.args(["renew", "label-printer", "--requester", "@luis", "--today", "2026-11-23"]));
    assert!(run.stderr.contains("may decide: @ines, @mei"), "{run:?}");
}

#[test]
fn the_first_answer_of_an_amendment_is_not_lost() {
    let sandbox = register(&[]);
    let mut talk = edit(&sandbox, &["amend"], &[]);
    talk.asked("Which field should be corrected?").type_in("scope.sys").type_in(CTRL_C);
    let (code, shown) = talk.end();
    assert!(code == 2 && shown.contains("the unfinished answer for `--set`:\n\n  scope.sys"), "{shown}");
    let mut talk = edit(&sandbox, &["amend"], &[]);
    talk.answer("Which field should be corrected?", "scope.system").asked("What is the correct value").type_in("lp-0");
    talk.type_in(CTRL_C);
    let (_, shown) = talk.end();
    assert!(shown.contains("the unfinished answer for `--set scope.system=`:\n\n  lp-0"), "{shown}");
}

#[test]
fn bytes_that_are_not_utf_8_are_left_out_and_the_line_stays() {
    for terminal in ["xterm", "dumb"] {
        let sandbox = register(&[]);
        let given = ["review", "--by", "@hanna"];
        let mut talk = edit(&sandbox, &given, &[("TERM", terminal)]);
        talk.wait("What was observed?").wait("\n> ").send(b"The tool has c\xf3me; it is tested on Friday.");
        if terminal == "dumb" {
            talk.send(b"\n").wait("that was not UTF-8").wait("enter alone: The tool has cme;").wait("\n> ");
            talk.send(b"The tool has come; it is tested on Friday.\n").wait("Write it?").wait("\n> ").send(b"\n");
        } else {
            talk.wait("that was not UTF-8").wait("> The tool has c").type_in(CTRL_U);
            talk.type_in("The tool has come; it is tested on Friday.").type_in(ENTER).answer("Write it?", "");
        }
        let (code, shown) = talk.end();
        assert_eq!(code, 0, "{shown}");
        holds(&sandbox, &["note: The tool has come; it is tested on Friday."]);
    }
}

#[test]
fn answers_are_not_lost_if_the_file_cannot_be_written() {
    for gone in [false, true] {
        let sandbox = register(&[]);
        let mut talk = edit(&sandbox, &["review", "--by", "@hanna"], &[]);
        talk.answer("What was observed?", "The tool has come; it is tested on Friday.").asked("Write it?");
        if gone {
            fs::remove_file(sandbox.path(FILE)).unwrap();
        } else {
            fs::write(sandbox.path(FILE), exception(&[("title", "Saved in between")])).unwrap();
        }
        talk.type_in(ENTER);
        let (code, shown) = talk.end();
        assert_eq!(code, 2, "{shown}");
        let shown = shown.replace('\n', " ");
        assert!(shown.contains("nothing is written; to continue from here:"), "{shown}");
        assert!(shown.contains("--note 'The tool has come; it is tested on Friday.'"), "{shown}");
        assert!(shown.contains("label-printer.yaml` has changed") || shown.contains("was changed"), "{shown}");
    }
}
