//! `renew`, `review`, `close`, `reject` and `amend` as people call them: what they write, what they refuse, and that
//! nothing is lost if two run at once or one is killed.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::git::Repo;
use crate::support::{Run, Sandbox, exception};

const TODAY: &str = "2026-11-23";
const FILE: &str = "exceptions/label-printer.yaml";

/// A register of one exception, a roster, and the git identity of its owner.
fn register(fields: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file(FILE, exception(fields)).file(
        "people.yaml",
        "people:\n\
         - {handle: \"@hanna\", name: Hanna Vogel}\n\
         - {handle: \"@luis\", name: Luis Prado, email: luis@example.com}\n\
         - {handle: \"@mei\", name: Mei Tanaka, manager: \"@ines\"}\n\
         - {handle: \"@ines\", name: Ines Falk}\n",
    );
    sandbox
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    let mut command = sandbox.command();
    command.args(arguments).arg("--today").arg(TODAY);
    Run::of(&mut command)
}

fn text(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.path(FILE)).unwrap()
}

fn clean(sandbox: &Sandbox) {
    let run = sandbox.check(&[]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(!run.stdout.contains("warning["), "{}", run.stdout);
}

const RENEW: [&str; 10] = [
    "renew",
    "label-printer",
    "--reason",
    "The maker has moved the delivery of the tool to the second week of December.",
    "--risk-check",
    "Print server log read on 23 November, no foreign job.",
    "--requester",
    "Luis Prado",
    "--approver",
    "Mei Tanaka",
];

/// The usual renewal, with an end.
fn renew(expires: &str) -> Vec<&str> {
    let mut arguments = RENEW.to_vec();
    arguments.extend(["--expires", expires]);
    arguments
}

const CLOSE: [&str; 8] = [
    "close",
    "label-printer",
    "--by",
    "Luis Prado",
    "--verified-by",
    "Hanna Vogel",
    "--note",
    "Certificate installed.",
];

#[test]
fn a_closure_is_held_to_the_rules_that_the_gate_holds_it_to() {
    let sandbox = register(&[]);
    let mut arguments = CLOSE.to_vec();
    *arguments.last_mut().unwrap() = "done";
    let run = run(&sandbox, &arguments);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("error[vague-text]: `done` would fit every exception"), "{}", run.stdout);
    assert!(text(&sandbox).ends_with(&exception(&[])), "{}", text(&sandbox));
}

#[test]
fn an_edit_is_compared_with_what_the_gate_compares_it_with() {
    let repo = Repo::new();
    repo.write(FILE, &exception(&[])).commit("Ask");
    let review = ["review", "label-printer", "--by", "Luis Prado", "--note", "Print server log read, no foreign job."];
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(repo.path());
        Run::of(command.args(review).args(["--today", TODAY]))
    };
    let now = |text: &str| repo.write(FILE, text);
    for (from, to) in [("expires: 2026-12-16", "expires: 2026-12-17"), ("expires: 2026-12-16", "expires: 2026-13-01")] {
        now(&exception(&[]).replace(from, to));
        let refused = run();
        assert_eq!(refused.code, 1, "{to}: {}{}", refused.stdout, refused.stderr);
        assert!(refused.stdout.contains("error[expiry-moved]"), "{}", refused.stdout);
    }
    now(&exception(&[]));
    assert_eq!(run().code, 0);
}

#[test]
fn the_same_cover_is_added_once() {
    let sandbox = register(&[]);
    let amend = [
        "amend",
        "label-printer",
        "--cover",
        "tool=bandit,id=B602,paths=app/run.py",
        "--by",
        "Luis Prado",
        "--approver",
        "Mei Tanaka",
        "--note",
        "Bandit reports the call since its release 1.9.",
    ];
    assert_eq!(run(&sandbox, &amend).code, 0);
    let once = text(&sandbox);
    let again = run(&sandbox, &amend);
    assert_eq!((again.code, text(&sandbox)), (2, once), "{}", again.stdout);
    assert!(again.stderr.contains("the record already says that"), "{}", again.stderr);
}

#[test]
fn a_field_that_an_exception_does_not_have_is_named_as_that() {
    let sandbox = register(&[]);
    let said = |set: &str| {
        let run = run(&sandbox, &["amend", "label-printer", "--set", set]);
        assert_eq!(run.code, 2, "{}", run.stdout);
        run.stderr
    };
    assert!(said("id=other").contains("`--set`: an exception has no field `id`"));
    assert!(said("scope.sytem=x").contains("did you mean `scope.system`?"));
    assert!(said("references=x").contains("edit the file, and name the field with `--field`"));
}

#[test]
fn a_renewal_is_added_and_the_check_stays_clean() {
    let sandbox = register(&[]);
    let run = run(&sandbox, &renew("30d"));
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    assert!(run.stdout.contains("label-printer is renewed until 2026-12-23: renewal 1 of 2"), "{}", run.stdout);
    assert!(text(&sandbox).ends_with(
        "renewals:\n  - requested: 2026-11-23\n    requester: Luis Prado\n    reason: The maker has moved the delivery of \
         the tool to the second week of December.\n    risk_check: Print server log read on 23 November, no foreign \
         job.\n    approver: Mei Tanaka\n    decided: 2026-11-23\n    expires: 2026-12-23\n"
    ));
    clean(&sandbox);
}

#[test]
fn an_expired_exception_becomes_active_with_a_renewal_that_was_asked_for_in_time() {
    let sandbox = register(&[
        ("decided", "2026-10-20"),
        ("starts", "2026-10-21"),
        ("expires", "2026-11-20"),
        ("status", "expired"),
    ]);
    let mut arguments = renew("2026-12-20");
    let late = run(&sandbox, &arguments);
    assert_eq!(late.code, 1);
    assert!(
        late.stdout.contains("error[renewal-late]") && late.stdout.contains("nothing was written"),
        "{}",
        late.stdout
    );
    arguments.extend(["--requested", "2026-11-20"]);
    let run = run(&sandbox, &arguments);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(text(&sandbox).contains("status: active\n"));
    clean(&sandbox);
}

/// Two renewals, as many as there may be.
const TWO: &str = "\n  - {requested: 2026-11-17, requester: Luis Prado, reason: The first box arrived without the licence file for printing., risk_check: Log read., approver: Mei Tanaka, decided: 2026-11-17, expires: 2026-12-17}\n  - {requested: 2026-11-18, requester: Luis Prado, reason: The second box holds a tool for another printer model., risk_check: Log read again., approver: Mei Tanaka, decided: 2026-11-18, expires: 2026-12-18}";

#[test]
fn nobody_is_asked_for_an_impossible_renewal() {
    let sandbox = register(&[("renewals", TWO)]);
    let spent = run(&sandbox, &["renew", "label-printer"]);
    assert_eq!(spent.code, 2, "{}", spent.stdout);
    assert!(spent.stderr.contains("it was renewed 2 times, and the policy allows no more"), "{}", spent.stderr);
    assert!(!spent.stderr.contains("--risk-check"), "{}", spent.stderr);
    sandbox.file("stopgap.yaml", "version: 1\nrenewals: {max: 3}\n");
    assert!(run(&sandbox, &["renew", "label-printer"]).stderr.contains("--risk-check"));
    sandbox.file("stopgap.yaml", "version: 1\nrules: {too-many-renewals: warning}\n");
    assert!(run(&sandbox, &["renew", "label-printer"]).stderr.contains("--risk-check"));
}

#[test]
fn what_the_rules_refuse_is_reported_and_not_written() {
    for (fields, change, rule) in [
        (&[("renewals", TWO)][..], &["--expires", "2026-12-20"][..], "too-many-renewals"),
        (&[], &["--expires", "2027-12-20"], "renewal-too-long"),
        (&[], &["--expires", "2026-12-01"], "dates-out-of-order"),
        (&[], &["--expires", "30d", "--requester", "Mei Tanaka"], "self-approval"),
        (&[], &["--expires", "30d", "--approver", "security team"], "owner-not-a-person"),
        (&[], &["--expires", "30d", "--approver", "Mei Tanka"], "unknown-person"),
        (&[], &["--expires", "30d", "--reason", "Business need, as discussed."], "vague-reason"),
        (
            &[],
            &[
                "--expires",
                "30d",
                "--reason",
                "The maker ships the tool that installs a new certificate on Friday next week.",
            ],
            "copied-reason",
        ),
        (&[("risk.tier", "high"), ("expires", "2026-11-23")], &["--expires", "2026-11-30"], "renewal-not-escalated"),
    ] {
        let sandbox = register(fields);
        let before = text(&sandbox);
        let mut arguments = RENEW.to_vec();
        for pair in change.chunks(2) {
            if let Some(at) = arguments.iter().position(|argument| *argument == pair[0]) {
                arguments[at + 1] = pair[1];
            } else {
                arguments.extend(pair);
            }
        }
        let run = run(&sandbox, &arguments);
        assert_eq!(run.code, 1, "{rule}: {}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains(&format!("error[{rule}]")), "{rule}: {}", run.stdout);
        assert!(run.stdout.contains("nothing was written"), "{rule}");
        assert_eq!(text(&sandbox), before, "{rule}");
    }
}

#[test]
fn a_read_only_file_is_left_alone() {
    let sandbox = register(&[]);
    let before = text(&sandbox);
    let mut permissions = fs::metadata(sandbox.path(FILE)).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(sandbox.path(FILE), permissions).unwrap();
    let run = run(&sandbox, &renew("2026-12-20"));
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!(run.stderr.contains("cannot be replaced: it is read-only"), "{}", run.stderr);
    assert_eq!(text(&sandbox), before);
}

#[test]
fn there_is_no_way_to_force_it() {
    let sandbox = register(&[]);
    for command in ["renew", "review", "close", "reject", "amend"] {
        assert_eq!(run(&sandbox, &[command, "label-printer", "--force"]).code, 2, "{command}");
    }
}

#[test]
fn a_review_a_closure_and_their_order() {
    let sandbox = register(&[]);
    let review =
        run(&sandbox, &["review", "label-printer", "--by", "Luis Prado", "--note", "Tool: arrived, # not yet tried."]);
    assert_eq!(review.code, 0, "{}", review.stdout);
    clean(&sandbox);
    let close = run(&sandbox, &CLOSE);
    assert_eq!(close.code, 0, "{}", close.stdout);
    assert!(close.stdout.contains("Install the new certificate and print a test label."), "{}", close.stdout);
    clean(&sandbox);
    assert!(
        text(&sandbox).contains("  - {date: 2026-11-23, by: Luis Prado, note: \"Tool: arrived, # not yet tried.\"}\n")
    );
    for again in ["review", "close", "renew", "reject"] {
        let run = run(&sandbox, &[again, "label-printer"]);
        assert_eq!(run.code, 2, "{again}");
        assert!(run.stderr.contains("closed"), "{again}: {}", run.stderr);
    }
}

#[test]
fn an_incident_cannot_end_in_the_future() {
    let sandbox = register(&[
        ("risk.tier", "emergency"),
        ("incident", "{id: INC-7}"),
        ("starts", "2026-11-22"),
        ("expires", "2026-11-24"),
    ]);
    let review = |ended: &str| {
        let note = ["--by", "Luis Prado", "--note", "The printer answers again.", "--incident-ended", ended];
        run(&sandbox, &[&["review", "label-printer"], &note[..]].concat())
    };
    let ahead = review("2026-12-22");
    assert_eq!(ahead.code, 2, "{}", ahead.stdout);
    assert!(ahead.stderr.contains("`--incident-ended 2026-12-22` is 29 days ahead"), "{}", ahead.stderr);
    let today = review("2026-11-23");
    assert_eq!(today.code, 0, "{}{}", today.stdout, today.stderr);
    assert!(text(&sandbox).contains("incident: {id: INC-7, ended: 2026-11-23}\n"), "{}", text(&sandbox));
}

/// The end of an incident is written once; what corrects it is an amendment that says what is right.
#[test]
fn the_end_of_an_incident_is_corrected_by_an_amendment() {
    let sandbox = register(&[
        ("risk.tier", "emergency"),
        ("incident", "{id: INC-7, ended: 2026-11-23}"),
        ("starts", "2026-11-22"),
        ("expires", "2026-11-24"),
    ]);
    let amend = |more: &[&str]| {
        let by = ["--by", "Luis Prado", "--approver", "Mei Tanaka", "--note", "It ended on 22 November already."];
        run(&sandbox, &[&["amend", "label-printer"], more, &by[..]].concat())
    };
    let set = amend(&["--set", "incident.ended=2026-11-22"]);
    assert_eq!(set.code, 2, "{}", set.stdout);
    assert!(set.stderr.contains("of an amendment with `--field incident.ended`"), "{}", set.stderr);
    let named = amend(&["--field", "incident.ended"]);
    assert_eq!(named.code, 0, "{}{}", named.stdout, named.stderr);
    assert!(named.stdout.contains("is annotated: incident.ended"), "{}", named.stdout);
    assert!(text(&sandbox).contains("ended: 2026-11-23") && text(&sandbox).contains("fields: [incident.ended]"));
}

/// An emergency does not begin after its incident.
#[test]
fn an_incident_that_ended_before_the_exception_starts_is_refused() {
    let sandbox = register(&[
        ("risk.tier", "emergency"),
        ("incident", "{id: INC-7}"),
        ("starts", "2026-11-22"),
        ("expires", "2026-11-24"),
    ]);
    let before = text(&sandbox);
    let note = ["--by", "Luis Prado", "--note", "The printer answers again.", "--incident-ended", "2026-11-21"];
    let review = run(&sandbox, &[&["review", "label-printer"], &note[..]].concat());
    assert_eq!(review.code, 1, "{}{}", review.stdout, review.stderr);
    assert!(review.stdout.contains("dates-out-of-order") && text(&sandbox) == before, "{}", review.stdout);
}

#[test]
fn everything_that_is_missing_is_listed_at_once() {
    let sandbox = register(&[]);
    let run = run(&sandbox, &["renew", "label-printer", "--reason", " "]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    for flag in ["--reason", "--risk-check", "--requester", "--approver", "--expires"] {
        assert!(run.stderr.contains(flag), "{flag}: {}", run.stderr);
    }
    assert!(run.stderr.contains("2026-12-23 at the latest: 30 days for tier low"), "{}", run.stderr);
}

#[test]
fn the_user_is_who_git_says_if_the_roster_knows_the_address() {
    let sandbox = register(&[]);
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command
            .args(arguments)
            .current_dir(sandbox.path(""))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("HOME", "/nonexistent");
        assert!(command.status().unwrap().success());
    };
    git(&["init", "--quiet"]);
    sandbox.file("home/.gitconfig", "[user]\n\temail = luis@example.com\n");
    let mut command = sandbox.command();
    command.env("HOME", sandbox.path("home")).env("PATH", std::env::var_os("PATH").unwrap());
    let run = Run::of(command.args(["review", "label-printer", "--note", "Tool has arrived.", "--today", TODAY]));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(text(&sandbox).contains("by: \"@luis\""), "{}", text(&sandbox));
    assert!(run.stdout.contains("  git add -- exceptions/label-printer.yaml &&\n"), "{}", run.stdout);
}

#[test]
fn a_note_may_begin_with_a_dash() {
    let signed = ["--by", "Luis Prado", "--verified-by", "Mei Tanaka"];
    let closed = register(&[]);
    let run_of = |note: &[&str]| run(&closed, &[&["close", "label-printer", "--dry-run"], &signed[..], note].concat());
    let done = run_of(&["--note", "- certificate is new"]);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    assert!(done.stdout.contains("note: \"- certificate is new\""), "{}", done.stdout);
    let short = run_of(&["--note", "-done"]);
    assert_eq!(short.code, 2, "{}", short.stdout);
    assert!(short.stderr.contains("'--note=-d"), "{}", short.stderr);
}

#[test]
fn an_amendment_names_the_corrected_fields() {
    let sandbox = register(&[]);
    let amend = [
        "amend",
        "label-printer",
        "--set",
        "scope.system=label printer lp-08",
        "--set",
        "owner=Hanna Vogel",
        "--by",
        "Luis Prado",
        "--approver",
        "Mei Tanaka",
        "--note",
        "Printer was exchanged.",
    ];
    let amended = run(&sandbox, &amend);
    assert_eq!(amended.code, 0, "{}{}", amended.stdout, amended.stderr);
    let written = text(&sandbox);
    assert!(
        written.contains("  system: label printer lp-08\n") && written.contains("owner: Hanna Vogel\n"),
        "{written}"
    );
    assert!(written.contains("fields: [scope.system, owner], note: Printer was exchanged.}"), "{written}");
    clean(&sandbox);
    let again = run(&sandbox, &amend);
    assert_eq!(again.code, 2, "{}", again.stdout);
    assert!(again.stderr.contains("already says that"), "{}", again.stderr);
}

#[test]
fn what_is_free_to_edit_needs_no_approver_and_the_end_is_never_corrected() {
    let sandbox = register(&[]);
    let free = run(&sandbox, &["amend", "label-printer", "--set", "owner=@hanna", "--set", "x-cost-centre=4711"]);
    assert_eq!(free.code, 0, "{}{}", free.stdout, free.stderr);
    assert!(!text(&sandbox).contains("amendments") && text(&sandbox).contains("owner: \"@hanna\"\n"));
    for (set, words) in [
        ("expires=2027-01-01", "use `stopgap renew` to extend"),
        ("status=closed", "`review`, `close` and `reject`"),
        ("scope.systm=x", "did you mean `scope.system`"),
        ("scope.system", "has no value"),
        ("scope.system=", "has no value"),
        ("incident.ended=2026-11-20", "not a field that can be amended"),
    ] {
        let run = run(&sandbox, &["amend", "label-printer", "--set", set]);
        assert_eq!(run.code, 2, "{set}");
        assert!(run.stderr.replace("\n        ", " ").contains(words), "{set}: {}", run.stderr);
    }
    let bare = run(&sandbox, &["amend", "label-printer", "--field", "references", "--field", "owner"]);
    assert_eq!(bare.code, 2, "{}", bare.stdout);
    assert!(bare.stderr.contains("`references`, `owner` may be edited without an amendment"), "{}", bare.stderr);
    let noted =
        ["amend", "label-printer", "--set", "removal=Install the certificate.", "--note", "The label is not a proof."];
    let alone = run(&sandbox, &noted);
    assert_eq!(alone.code, 2, "a note is not dropped: {}", alone.stdout);
    assert!(alone.stderr.contains("--approver"), "{}", alone.stderr);
    let signed = run(&sandbox, &[&noted[..], &["--by", "Luis Prado", "--approver", "Mei Tanaka"]].concat());
    assert_eq!(signed.code, 0, "{}{}", signed.stdout, signed.stderr);
    assert!(text(&sandbox).contains("fields: [removal], note: The label is not a proof.}"), "{}", text(&sandbox));
    let several = register(&[("x-ticket", "{id: OPS-7, url: \"https://example.com\"}")]);
    let refused = run(&several, &["amend", "label-printer", "--set", "x-ticket=OPS-8"]);
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    assert!(refused.stderr.contains("`x-ticket` contains more than one string"), "{}", refused.stderr);
    let own = run(
        &sandbox,
        &[
            "amend",
            "label-printer",
            "--set",
            "title=Printer keeps its old certificate",
            "--by",
            "@mei",
            "--approver",
            "Mei Tanaka",
            "--note",
            "Shorter.",
        ],
    );
    assert_eq!(own.code, 1);
    assert!(own.stdout.contains("error[self-approval]"), "{}", own.stdout);
}

#[test]
fn an_amendment_explains_what_was_wrong_in_the_log_of_a_closed_record() {
    let sandbox = register(&[]);
    assert_eq!(run(&sandbox, &CLOSE).code, 0);
    let note = ["--by", "Luis Prado", "--approver", "Mei Tanaka", "--note", "The test label came from lp-08."];
    let amended = run(&sandbox, &[&["amend", "label-printer", "--field", "closure.note"], &note[..]].concat());
    assert_eq!(amended.code, 0, "{}{}", amended.stdout, amended.stderr);
    assert!(text(&sandbox).contains("fields: [closure.note]"), "{}", text(&sandbox));
    clean(&sandbox);
}

#[test]
fn an_amendment_names_each_existing_field_once() {
    let sandbox = register(&[("risk.exposure", "[data]"), ("risk.tier", "high"), ("expires", "2026-11-23")]);
    let before = text(&sandbox);
    let amend = |arguments: &[&str]| {
        let signed = ["--by", "Luis Prado", "--approver", "Mei Tanaka", "--note", "It was misread at first."];
        run(&sandbox, &[&["amend", "label-printer"], arguments, &signed].concat())
    };
    for (arguments, words) in [
        (&["--field", "titel"][..], "did you mean `title`?"),
        (&["--field", "bogus"], "an exception has no field `bogus`"),
        (&["--field", "expires"], "use `stopgap renew` to extend"),
        (&["--field", "renewals[0].expires"], "use `stopgap renew` to extend"),
        (&["--field", "status"], "not a field that can be amended"),
        (&["--set", "title=A", "--set", "title=B"], "`--set` gives `title` two values"),
        (&["--set", "risk.exposure= data"], "already says that"),
    ] {
        let run = amend(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stdout);
        assert!(run.stderr.replace("\n        ", " ").contains(words), "{arguments:?}: {}", run.stderr);
    }
    assert_eq!(text(&sandbox), before);
    for (field, words) in [
        ("scope=x", "name one of `scope.system`, `scope.environment`"),
        ("covers=x", "`--cover tool=TOOL,id=ID` adds one"),
    ] {
        let run = amend(&["--set", field]);
        assert!(run.code == 2 && run.stderr.replace("\n        ", " ").contains(words), "{}", run.stderr);
    }
    let none = run(
        &sandbox,
        &[
            "amend",
            "label-printer",
            "--set",
            "risk.exposure=none",
            "--by",
            "Luis Prado",
            "--approver",
            "Mei Tanaka",
            "--note",
            "It was misread at first.",
            "--dry-run",
        ],
    );
    assert!(none.code == 0 && none.stdout.contains("exposure: []"), "{}{}", none.stdout, none.stderr);
    let both =
        amend(&["--set", "title=Printer keeps its old certificate", "--field", "title", "--field", "covers[0].id"]);
    assert_eq!(both.code, 0, "{}{}", both.stdout, both.stderr);
    assert!(text(&sandbox).contains("fields: [title, covers.0.id]"), "{}", text(&sandbox));
}

#[test]
fn a_dry_run_shows_and_writes_nothing() {
    let sandbox = register(&[]);
    let before = text(&sandbox);
    let mut arguments = CLOSE.to_vec();
    arguments.push("--dry-run");
    let run = run(&sandbox, &arguments);
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("-   status: active\n+   status: closed\n"), "{}", run.stdout);
    assert_eq!(text(&sandbox), before);
}

#[test]
fn marks_line_ends_and_permissions_stay() {
    let sandbox = register(&[]);
    let crlf = format!("\u{feff}{}", exception(&[]).replace('\n', "\r\n"));
    sandbox.file(FILE, &crlf);
    #[cfg(unix)]
    fs::set_permissions(sandbox.path(FILE), std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
    let run = run(&sandbox, &CLOSE);
    assert_eq!(run.code, 0, "{}", run.stdout);
    let written = text(&sandbox);
    assert!(written.starts_with("\u{feff}title"));
    assert!(!written.replace("\r\n", "").contains(['\n', '\r']), "{written:?}");
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(sandbox.path(FILE)).unwrap().permissions()) & 0o777,
        0o640
    );
}

#[test]
fn a_file_that_cannot_be_read_or_is_there_twice_is_refused() {
    let sandbox = register(&[]);
    sandbox.file("exceptions/broken.yaml", "title: [\n").file("exceptions/2025/label-printer.yaml", exception(&[]));
    for (id, words) in [
        ("broken", "cannot be edited"),
        ("label-printer", "several files"),
        ("label-printr", "did you mean `stopgap close label-printer`"),
    ] {
        let mut arguments = CLOSE.to_vec();
        arguments[1] = id;
        let run = run(&sandbox, &arguments);
        assert_eq!(run.code, 2, "{id}");
        assert!(run.stderr.replace("\n        ", " ").contains(words), "{id}: {}", run.stderr);
    }
}

#[test]
fn hostile_text_is_written_so_that_it_reads_back_and_printed_so_that_it_does_nothing() {
    let sandbox = register(&[]);
    let note = "\u{1b}[2J::error::x ##[set-output name=a;]b\u{202e} \"quoted\" \\ {a: b}, - c # d\n- e: f";
    let run = run(&sandbox, &["review", "label-printer", "--by", "Luis Prado", "--note", note]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains(['\u{1b}', '\u{202e}']) && !run.stdout.contains("##["), "{}", run.stdout);
    assert!(!run.stdout.lines().any(|line| line.trim_start().starts_with("::")), "{}", run.stdout);
    let written = text(&sandbox);
    let tree = stopgap::internal::yaml::parse(&written).unwrap();
    let (_, read) = stopgap::internal::yaml::lookup(&tree, "/reviews/0/note").unwrap();
    // What was pasted is one line, without what controls a terminal.
    let line = "[2J::error::x ##[set-output name=a;]b\u{202e} \"quoted\" \\ {a: b}, - c # d - e: f";
    assert_eq!(read.as_text(), Some(line));
    clean(&sandbox);
}

#[test]
fn only_what_a_killed_edit_left_is_removed() {
    let sandbox = register(&[]);
    let own = [".stopgap-notes", ".stopgap-ignore", ".stopgap-old.yaml.orig"];
    for name in own {
        sandbox.file(format!("exceptions/{name}"), "mine\n");
    }
    // An output may be under way: then it is locked.
    sandbox.file(".stopgap-output-aB3dE6", "half a re").file(".stopgap-output-aB3new", "half a re");
    let under_way = std::fs::File::open(sandbox.path(".stopgap-output-aB3new")).unwrap();
    under_way.lock().unwrap();
    // Where the baseline is, and where other exceptions are, edits are killed too.
    let parts = ["exceptions/", "exceptions/2025/", ""].map(|folder| format!("{folder}.stopgap-part-aB3dE6"));
    for part in &parts {
        sandbox.file(part, "half a fi");
    }
    // The names say which text was to be replaced by which.
    let [old, new, saved] =
        ["old", "new", "sav"].map(|end| format!("exceptions/.stopgap-was-7365d029861e32c5-f32f9ba37288e05c-aB3{end}"));
    sandbox.file(&old, "a file").file(&new, "what it was to be");
    // That may be all that is left of what an editor saved.
    sandbox.file(&saved, "a file that was saved").file("exceptions/.stopgap-was-aB3dE6", "a file");
    let closed = run(&sandbox, &CLOSE);
    assert!(closed.code == 0 && closed.stderr.contains(".stopgap-was-aB3dE6`"), "{closed:?}");
    assert!(closed.stderr.contains(&format!("{saved}`")) && closed.stderr.lines().count() == 2, "{closed:?}");
    assert!(sandbox.path("exceptions/.stopgap-was-aB3dE6").exists() && sandbox.path(&saved).exists());
    for gone in parts.iter().chain([&old, &new]) {
        assert!(!sandbox.path(gone).exists(), "{gone} is left");
    }
    assert!(!sandbox.path(".stopgap-output-aB3dE6").exists());
    assert!(sandbox.path(".stopgap-output-aB3new").exists());
    for name in own {
        assert!(sandbox.path(format!("exceptions/{name}")).exists(), "{name} is gone");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_the_register_is_refused_and_not_read() {
    use std::os::unix::fs::OpenOptionsExt;

    let sandbox = Sandbox::new();
    let pipe = sandbox.path("exceptions");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Opening a pipe to write waits until somebody opens it to read.
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::File::options().write(true).open(pipe)
    });
    let run = Run::of(sandbox.command().args(CLOSE));
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("it is not a folder"), "{}", run.stderr);
    assert!(!writer.is_finished(), "it opened the pipe");
    let without_waiting = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let _reader = fs::File::options().read(true).custom_flags(without_waiting).open(pipe).unwrap();
    writer.join().unwrap().unwrap();
}

#[cfg(unix)]
#[test]
fn a_link_is_called_a_link_and_not_bad_yaml() {
    let sandbox = register(&[]);
    std::os::unix::fs::symlink("label-printer.yaml", sandbox.path("exceptions/linked.yaml")).unwrap();
    let run = run(&sandbox, &["review", "linked", "--by", "Luis Prado", "--note", "No foreign print job."]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("cannot be edited: ") && run.stderr.contains("link"), "{}", run.stderr);
    assert!(!run.stderr.contains("YAML"), "{}", run.stderr);
}

#[test]
fn no_edit_makes_a_file_that_is_too_large_to_be_read() {
    let sandbox = register(&[]);
    let before = format!("{}# {}\n", exception(&[]), "x".repeat(256 * 1024 - 800));
    sandbox.file(FILE, &before);
    let note = "word ".repeat(200);
    let run = run(&sandbox, &["review", "label-printer", "--by", "Luis Prado", "--note", &note]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!(run.stderr.contains("would be larger than `262144` bytes"), "{}", run.stderr);
    assert_eq!(text(&sandbox), before);
}

#[test]
fn simultaneous_edits_are_all_kept() {
    const EDITS: usize = 12;
    let sandbox = register(&[]);
    let edits: Vec<_> = (0..EDITS)
        .map(|number| {
            let note = format!("Print job log read, number {number}.");
            let mut command = sandbox.command();
            command.args(["review", "label-printer", "--by", "Luis Prado", "--note", &note, "--today", TODAY]);
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for edit in edits {
        let output = edit.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let written = text(&sandbox);
    for number in 0..EDITS {
        assert_eq!(written.matches(&format!("number {number}.")).count(), 1, "{number}\n{written}");
    }
    clean(&sandbox);
}

/// Kills an edit so long after its start, and returns what has been added to the file.
fn killed_after(sandbox: &Sandbox, delay: Duration) -> String {
    let before = exception(&[]);
    sandbox.file(FILE, &before);
    let mut command = sandbox.command();
    command.args([
        "review",
        "label-printer",
        "--by",
        "Luis Prado",
        "--note",
        "No foreign print job.",
        "--today",
        TODAY,
    ]);
    let mut edit = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(delay);
    let _ = edit.kill();
    edit.wait().unwrap();
    let after = text(sandbox);
    after.strip_prefix(&before).unwrap_or_else(|| panic!("half a file:\n{after}")).to_owned()
}

#[test]
fn a_killed_edit_leaves_the_old_file_or_the_new_one() {
    let sandbox = register(&[]);
    let (mut old, mut new) = (0, 0);
    // Each sweep kills the edit ever later; the next one waits twice as long, in case this one let no edit finish.
    for step in (0..).map(|sweep| Duration::from_micros(500 << sweep)) {
        for round in 0..40 {
            match killed_after(&sandbox, step * round).as_str() {
                "" => old += 1,
                "reviews:\n  - {date: 2026-11-23, by: Luis Prado, note: No foreign print job.}\n" => new += 1,
                half => panic!("half a file:\n{half}"),
            }
        }
        if old > 0 && new > 0 {
            break;
        }
    }
    // What a killed edit leaves behind is not an exception, and the next one removes it.
    assert_eq!(run(&sandbox, &CLOSE).code, 0);
    let names: Vec<_> =
        fs::read_dir(sandbox.path("exceptions")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["label-printer.yaml"]);
    clean(&sandbox);
}

#[test]
fn an_end_and_a_day_may_be_typed_as_a_weekday_or_a_number_of_days() {
    for (typed, written) in [("friday", "2026-11-27"), ("7d", "2026-11-30"), ("1.12.2026", "2026-12-01")] {
        let sandbox = register(&[("expires", "2026-11-25")]);
        let run = run(&sandbox, &renew(typed));
        assert_eq!(run.code, 0, "{typed}: {run:?}");
        assert!(text(&sandbox).contains(&format!("expires: {written}\n")), "{typed}: {}", text(&sandbox));
    }
    let sandbox = register(&[]);
    let closed = ["close", "label-printer", "--note", "The new certificate prints.", "--by", "Luis Prado"];
    let run = run(&sandbox, &[&closed[..], &["--verified-by", "Mei Tanaka", "--date", "friday"]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    assert!(text(&sandbox).contains("date: 2026-11-20"), "{}", text(&sandbox));
}

#[test]
fn an_amendment_adds_a_cover() {
    let first = "[{tool: bandit, id: B605, paths: [app/a.py]}]";
    for fields in [&[("covers", first)][..], &[]] {
        let sandbox = register(fields);
        let cover = "tool=bandit,id=B602,paths=app/run.py";
        let by = ["--by", "Luis Prado", "--approver", "Mei Tanaka", "--note", "The report calls a shell too."];
        let amended = run(&sandbox, &[&["amend", "label-printer", "--cover", cover], &by[..]].concat());
        assert_eq!(amended.code, 0, "{amended:?}");
        let text = text(&sandbox);
        assert!(text.contains("B602") && text.contains("app/run.py") && text.contains("fields: [covers]"), "{text}");
        assert_eq!(text.contains("B605"), !fields.is_empty(), "{text}");
        clean(&sandbox);
    }
    let sandbox = register(&[]);
    let refused = run(&sandbox, &["amend", "label-printer", "--cover", "B602"]);
    assert!(refused.code == 2 && refused.stderr.contains("has no key before `B602`"), "{refused:?}");
}

/// What was approved is not shortened, so advice that says so ends in a refusal.
#[test]
fn a_merged_term_that_is_too_long_for_its_tier_is_closed() {
    let fields = |expires: &'static str| {
        let dates = [("decided", "2026-11-20"), ("starts", "2026-11-20"), ("expires", expires)];
        [dates.as_slice(), &[("risk.tier", "moderate"), ("risk.exposure", "[data]")]].concat()
    };
    let repo = Repo::new();
    repo.write(FILE, &exception(&fields("2026-12-04"))).commit("Ask");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path))).current_dir(repo.path());
        Run::of(command.args(arguments).args(["--today", TODAY]))
    };
    let amend = ["amend", "label-printer", "--set", "risk.tier=high", "--by", "Luis Prado", "--approver", "Mei Tanaka"];
    let amend = [amend.as_slice(), &["--note", "Its data is what counts.", "--dry-run"]].concat();
    let refused = run(&amend);
    let said = "it is merged, so close it by 2026-11-27, and request a new exception that names it in `follows`";
    assert!(refused.code == 1 && refused.stdout.contains(said), "{}", refused.stdout);
    let checked = run(&["check"]).stdout;
    let said =
        "set `tier: high`, which allows 7 days, until 2026-11-27 at the latest; if it is merged, close it by then";
    assert!(checked.contains(said), "{checked}");
    let report = run(&["report"]).stdout;
    assert!(report.contains("do        stopgap close label-printer\n"), "{report}");
    assert!(!report.contains("stopgap amend"), "{report}");
    let close = [&CLOSE[..], &["--dry-run"]].concat();
    assert_eq!(run(&close).code, 0, "{}", run(&close).stdout);
    // Where the higher tier allows the term, an amendment is enough.
    repo.write(FILE, &exception(&fields("2026-11-27"))).commit("Ask for less");
    assert_eq!(run(&amend).code, 0, "{}", run(&amend).stdout);
    let report = run(&["report"]).stdout;
    assert!(report.contains("stopgap amend label-printer --set risk.tier=VALUE"), "{report}");
    assert!(!run(&["check"]).stdout.contains("close it"), "{}", run(&["check"]).stdout);
}

#[test]
fn what_was_pasted_is_one_line_in_every_edit() {
    let sandbox = register(&[]);
    let note = "Print server\r\nlog read,\u{1b}[31m no foreign job.";
    let review = ["review", "label-printer", "--by", "Luis Prado", "--note", note];
    assert_eq!(run(&sandbox, &review).code, 0);
    assert!(text(&sandbox).contains("Print server log read, [31m no foreign job."), "{}", text(&sandbox));
    let removal = "removal=Install the new certificate\nand print two labels.";
    assert_eq!(run(&sandbox, &["amend", "label-printer", "--set", removal]).code, 0);
    let said = "\nremoval: Install the new certificate and print two labels.\n";
    assert!(text(&sandbox).contains(said), "{}", text(&sandbox));
    // The same once more is nothing new.
    let before = text(&sandbox);
    let again = run(&sandbox, &review);
    assert_eq!(again.code, 2, "{again:?}");
    assert!(again.stderr.contains("has this review of `2026-11-23` already"), "{}", again.stderr);
    assert_eq!(text(&sandbox), before);
    let other = ["review", "label-printer", "--by", "Luis Prado", "--note", "The maker names Thursday."];
    assert_eq!(run(&sandbox, &other).code, 0);
}

#[test]
fn a_request_without_an_approver_is_not_dated() {
    let sandbox = register(&[("approver", ""), ("decided", "")]);
    let run = run(&sandbox, &["decide", "label-printer"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("`label-printer` names no approver yet"), "{}", run.stderr);
}

/// A control that nobody may waive, with and without a name, in a catalogue that the policy does not name.
#[test]
fn an_unwaivable_control_is_followed_and_closed_once_it_is_merged() {
    let sandbox = register(&[]);
    sandbox.file("controls.yaml", "controls: [{id: CRY-04, waivable: false}]\n");
    let said = sandbox.check(&[]).stdout;
    assert!(said.contains("`CRY-04` cannot be waived\n"), "{said}");
    assert!(said.contains("or close the exception if it is merged: `controls.yaml` says `waivable: false`"), "{said}");
}

/// A merged end that a change moves is put back: the new one is not merged, and nobody closes on its account.
#[test]
fn a_moved_end_that_is_too_late_is_put_back() {
    let fields = |expires: &'static str, renewal: Option<&'static str>| {
        let dates = [("decided", "2026-11-20"), ("starts", "2026-11-20"), ("expires", expires)];
        let renewals = renewal.map(|end| {
            format!(
                "[{{requested: 2026-11-22, requester: Luis Prado, reason: The maker is late., risk_check: Nothing new., \
                 approver: Mei Tanaka, decided: 2026-11-22, expires: {end}}}]"
            )
        });
        exception(
            &[&dates[..], &renewals.as_deref().map(|it| ("renewals", it)).into_iter().collect::<Vec<_>>()].concat(),
        )
    };
    for (before, after, agreed) in [
        (fields("2026-12-04", None), fields("2040-01-01", None), "2026-12-04"),
        (fields("2026-12-04", Some("2026-12-10")), fields("2026-12-04", Some("2040-01-01")), "2026-12-10"),
    ] {
        let repo = Repo::new();
        repo.write(FILE, &before).commit("Ask");
        repo.write(FILE, &after);
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path))).current_dir(repo.path());
        let run = Run::of(command.args(["check", "--base", "HEAD", "--today", TODAY]));
        assert!(run.stdout.contains("-too-long]"), "{}", run.stdout);
        assert!(run.stdout.contains(&format!("put `expires: {agreed}` back\n")), "{}", run.stdout);
        assert!(!run.stdout.contains("close it by"), "{}", run.stdout);
    }
}

#[test]
fn nobody_verifies_their_own_removal_of_a_grave_risk() {
    for (tier, refused) in [("low", false), ("high", true)] {
        let sandbox = register(&[("risk.tier", tier), ("risk.exposure", "[data]"), ("expires", "2026-11-25")]);
        let before = text(&sandbox);
        let note = "New certificate installed, label printed.";
        let close = ["close", "label-printer", "--by", "@luis", "--verified-by", "Luis Prado", "--note", note];
        let run = run(&sandbox, &close);
        assert_eq!((run.code == 2, text(&sandbox) == before), (refused, refused), "{run:?}");
        assert!(!run.stdout.contains("verifies it by approving"), "{run:?}");
        let words = if refused { "nobody verifies their own removal" } else { "nobody but @luis has verified it" };
        assert!(format!("{}{}", run.stdout, run.stderr).contains(words), "{run:?}");
    }
}

#[test]
fn a_clone_without_the_default_branch_says_that_nothing_was_compared() {
    let sandbox = register(&[]);
    let git = |folder: &str, arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        let identity = ["-c", "user.name=Mei", "-c", "user.email=mei@example.com"];
        let done = command.arg("-C").arg(sandbox.path(folder)).args(identity).args(arguments).output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {done:?}");
    };
    git("", &["init", "-q", "-b", "main"]);
    git("", &["add", "exceptions", "people.yaml"]);
    git("", &["commit", "-q", "-m", "Begin"]);
    git("", &["branch", "topic"]);
    let url = format!("file://{}", sandbox.path("").display());
    for (name, more) in [("whole", &[][..]), ("single", &["--single-branch"])] {
        git("", &[&["clone", "-q", "-b", "topic", url.as_str(), name], more].concat());
        let review = ["review", "label-printer", "--by", "@luis", "--note", "The tool arrived and is not tried yet."];
        let mut command = sandbox.command();
        let run = Run::of(command.current_dir(sandbox.path(name)).args(review).args(["--today", TODAY]));
        assert_eq!(run.code, 0, "{run:?}");
        let said = run.stdout.contains("note: this clone lacks the remote's default branch");
        assert_eq!(said, name == "single", "{run:?}");
    }
}
