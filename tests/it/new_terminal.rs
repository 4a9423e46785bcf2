//! `stopgap new` in a real terminal.

use std::fs;
use std::process::Command;

use crate::support::terminal::{CTRL_C, CTRL_U, CTRL_W, EDIT, ENTER, SHIFT_TAB, TAB, Talk};
use crate::support::{Sandbox, exception};

/// Starts `new` in a terminal of 80 columns and 24 lines.
fn begin(sandbox: &Sandbox, arguments: &[&str]) -> Talk {
    let mut command = sandbox.command();
    command.args(["new", "--today", "2026-11-23"]).args(arguments);
    Talk::start(sandbox, command, 80, &[])
}

/// A register with a roster, a catalogue and one older exception.
fn register() -> Sandbox {
    let sandbox = Sandbox::new();
    let people = "people:\n  - {handle: '@hanna', name: Hanna Vogel, email: hanna@example.com, manager: '@mei'}\n  \
                  - {handle: '@luis', name: Luis Prado}\n  - {handle: '@mei', name: Mei Tanaka}\n";
    let controls = "controls:\n  - {id: CRY-04, name: Certificates are younger than a year}\n  \
                    - {id: MFA-02, name: Payments need a hardware key, waivable: false}\n";
    sandbox.file("people.yaml", people).file("controls.yaml", controls);
    sandbox.file(".gitconfig", "[user]\n\temail = hanna@example.com\n");
    let older = [("requester", "'@luis'"), ("approver", "'@mei'"), ("owner", "'@luis'"), ("scope.system", "lp-01")];
    sandbox.file("exceptions/older.yaml", exception(&older));
    sandbox
}

fn count(sandbox: &Sandbox) -> usize {
    fs::read_dir(sandbox.path("exceptions")).unwrap().count()
}

const FILE: &str = "exceptions/label-printer-keeps-its-old-certificate.yaml";

/// Checks that the register passes, and that a file has these lines.
fn holds(sandbox: &Sandbox, file: &str, lines: &[&str]) {
    let text = fs::read_to_string(sandbox.path(file)).unwrap();
    for line in lines {
        assert!(text.lines().any(|written| written == *line), "{line}: {text}");
    }
    let check = sandbox.check(&["--format", "concise", "--quiet"]);
    assert_eq!(check.code, 0, "{}", check.stdout);
}

/// The usual answers, question by question, up to the last.
const USUAL: [(&str, &str); 10] = [
    ("What should be allowed?", "Label printer keeps its old certificate"),
    ("Which exact rule is not followed?", "cry"),
    ("Why now?", "Hall three has no spare board until the ship is in."),
    ("On which system?", "label printer lp-07"),
    ("What could happen?", "A forged printer prints wrong labels."),
    ("Does it expose any of these? (none)", ""),
    ("Which safer alternative was considered?", "Print in hall 2"),
    ("Why is it not sufficient?", "The belt there is full."),
    ("What must be removed at the end?", "Install the new certificate."),
    ("Until when? (2026-11-30)", ""),
];

impl Talk {
    /// Gives the usual answers from one question to another.
    fn usual(&mut self, from: usize, to: usize) -> &mut Self {
        USUAL[from..to].iter().for_each(|(question, answer)| {
            self.answer(question, answer);
        });
        self
    }
}

#[test]
fn the_usual_case_takes_eleven_prompts_and_what_follows_is_confirmed_once() {
    let sandbox = register();
    let mut talk = begin(&sandbox, &[]);
    talk.wait("10 questions").wait("Shift-Tab goes back").usual(0, 10);
    talk.wait("not asked:").wait("environment  production (as in most others)").wait("tier         low (at most 30");
    talk.wait("owner        @hanna (the requester)").wait("approver     @mei (above the requester)");
    talk.wait("11 of 11").answer("Is that right?", "").wait(&format!("wrote {FILE}"));
    let (prompts, pressed) = (talk.prompts, talk.pressed);
    let (code, shown) = talk.end();
    assert_eq!(code, 0, "{shown}");
    assert!(prompts == 11 && pressed <= 300, "{prompts} prompts, {pressed} keys");
    let lines = [
        "control: CRY-04 Certificates are younger than a year",
        "  environment: production",
        "  tier: low",
        "  exposure: []",
        "requester: \"@hanna\"",
        "owner: \"@hanna\"",
        "approver: \"@mei\"",
        "starts: 2026-11-23",
        "expires: 2026-11-30",
    ];
    holds(&sandbox, FILE, &lines);
}

#[test]
fn slips_in_a_narrow_window_end_with_a_file_that_passes() {
    let sandbox = register();
    let mut command = sandbox.command();
    command.args(["new", "--today", "2026-11-23"]);
    let mut talk = Talk::start(&sandbox, command, 60, &[]);
    talk.usual(0, 1).answer("Which exact rule", "hardware").instead("cannot be waived", "cert");
    talk.answer("Why now?", "business need");
    let copied = "The maker ships the tool that installs a new certificate on Friday next week.";
    talk.instead("a reason needs", copied).asked("of its words are in the reason of `older`");
    // The words before the last are taken back, then the whole line is.
    talk.type_in(CTRL_W).type_in(CTRL_W).type_in(CTRL_U);
    talk.type_in("Hall three has no spare board. It comes by ship on Thursday.").type_in(ENTER);
    talk.wait("warning: `2` sentences").usual(3, 6);
    talk.answer("Which safer alternative", "none").instead("is not an alternative", "Print in hall 2").usual(7, 9);
    talk.answer("Until when?", "2027-01-31").instead("the latest day is `2026-12-23`", "friday").wait("= 2026-11-27");
    talk.answer("Is that right?", "owner @acme/shipping").asked("is a team, not one person");
    talk.type_in(CTRL_U).type_in("lui").type_in(ENTER).wait("= @luis");
    talk.answer("Is that right?", "approver hanna").instead("decided on their own request", "mei");
    talk.answer("Is that right?", "references SEC-12").answer("Is that right?", "");
    let (code, shown) = talk.end();
    assert_eq!(code, 0, "{shown}");
    let lines = ["expires: 2026-11-27", "owner: \"@luis\"", "approver: \"@mei\"", "  - SEC-12"];
    holds(&sandbox, FILE, &lines);
    let printed = shown.lines().filter(|line| !line.contains("> ") && !line.contains("wrote") && !line.contains("git"));
    let printed = printed.skip_while(|line| !line.contains("A new")).take_while(|line| !line.starts_with("warning["));
    for line in printed {
        assert!(line.chars().count() <= 60, "{line}");
    }
}

#[test]
fn a_pasted_ticket_is_one_answer_and_nothing_is_typed_ahead() {
    let sandbox = register();
    let mut talk = begin(&sandbox, &[]);
    talk.usual(0, 2).answer("Why now?", "business need\rlp-07\rproduction\r").asked("a reason needs");
    assert!(!talk.unseen.contains("lp-07"), "{}", talk.unseen);
    let ticket = "\u{1b}[200~Hall three has no spare board;\r\n\tit comes by ship\u{1b}[2J\non Thursday.\n\u{1b}[201~";
    talk.type_in(CTRL_U).type_in(ticket).type_in(ENTER).usual(3, 10).answer("Is that right?", "");
    let (code, shown) = talk.end();
    assert_eq!(code, 0, "{shown}");
    holds(
        &sandbox,
        FILE,
        &["reason: Hall three has no spare board; it comes by ship on Thursday.", "  system: label printer lp-07"],
    );
    assert!(!shown.contains("[2J"), "{shown}");
}

#[test]
fn going_back_keeps_what_was_begun_and_replaces_an_answer_with_few_keys() {
    let sandbox = register();
    let mut talk = begin(&sandbox, &[]);
    talk.usual(0, 4).asked("5 of 11  What could happen?").type_in("A forged printer");
    let pressed = talk.pressed;
    let reason = "The only spare board of hall three is in customs.";
    talk.type_in(SHIFT_TAB).asked("4 of 11  On which system?").wait("label printer lp-07").type_in(SHIFT_TAB);
    talk.asked("3 of 11  Why now?").wait("Hall three").type_in(CTRL_U).type_in(reason).type_in(ENTER);
    talk.asked("On which system?").wait("lp-07").type_in(ENTER);
    talk.asked("What could happen?").wait("A forged printer");
    let beyond = talk.pressed - pressed - reason.len();
    assert!(beyond <= 20, "{beyond} keys");
    talk.type_in(" prints wrong labels.").type_in(ENTER).usual(5, 10).asked("Is that right?");
    let pressed = talk.pressed;
    talk.type_in("4").type_in(ENTER).asked("On which system?").wait("lp-07").type_in(CTRL_U).type_in("lp-08");
    talk.type_in(ENTER).asked("Is that right?");
    let beyond = talk.pressed - pressed - "lp-08".len();
    assert!(beyond <= 20, "{beyond} keys");
    talk.type_in(SHIFT_TAB)
        .asked("10 of 11  Until when?")
        .wait("2026-11-30")
        .type_in(CTRL_U)
        .type_in("3d")
        .type_in(ENTER);
    talk.answer("Is that right?", "").wait("wrote");
    let (code, shown) = talk.end();
    assert_eq!(code, 0, "{shown}");
    let statement = "  statement: A forged printer prints wrong labels.";
    holds(&sandbox, FILE, &[&format!("reason: {reason}"), "  system: lp-08", statement, "expires: 2026-11-26"]);
}

/// Runs the command that was printed to go on with, in a terminal of its own.
fn resume(sandbox: &Sandbox, shown: &str) -> Talk {
    let line = shown.lines().find_map(|line| line.strip_prefix("  stopgap new ")).unwrap();
    let mut shell = Command::new("sh");
    shell.env_clear().current_dir(sandbox.path(""));
    shell.args(["-c", &format!("exec {} new {line}", env!("CARGO_BIN_EXE_stopgap"))]);
    Talk::start(sandbox, shell, 80, &[])
}

#[test]
fn leaving_loses_nothing_and_the_command_goes_on_where_it_was() {
    let sandbox = register();
    let mut talk = begin(&sandbox, &[]);
    talk.answer("What should be allowed?", "It's late").usual(1, 7);
    talk.asked("Why is it not sufficient?").type_in("The belt is").type_in(CTRL_C);
    let (code, shown) = talk.end();
    assert_eq!(code, 2, "{shown}");
    assert!(shown.contains("nothing is written; to continue from here"), "{shown}");
    assert!(shown.contains(r"stopgap new --title 'It'\''s late' --control 'CRY-04 Cert"), "{shown}");
    assert_eq!(count(&sandbox), 1);

    let mut talk = resume(&sandbox, &shown);
    talk.asked("1 of 5  Which safer alternative").wait("Print in hall 2").type_in(ENTER);
    talk.asked("2 of 5  Why is it not sufficient?").wait("The belt is").type_in(" full.").type_in(ENTER);
    talk.asked("What must be removed").type_in("Install").type_in(SHIFT_TAB);
    talk.asked("Why is it not sufficient?").type_in(CTRL_C);
    let (code, shown) = talk.end();
    assert!(code == 2 && shown.contains("--rejected 'The belt is full.' --removal Install"), "{shown}");
    assert!(shown.contains("--ask removal"), "{shown}");

    let mut talk = resume(&sandbox, &shown);
    talk.asked("1 of 3  What must be removed").wait("Install").type_in(" the new certificate.").type_in(ENTER);
    talk.usual(9, 10).answer("Is that right?", "").wait("wrote exceptions/its-late.yaml");
    assert_eq!(talk.end().0, 0);
    let lines = ["title: It's late", "    rejected: The belt is full.", "removal: Install the new certificate."];
    holds(&sandbox, "exceptions/its-late.yaml", &lines);
}

#[test]
fn an_answer_may_be_written_in_an_editor() {
    let sandbox = register();
    let editor = "#!/bin/sh\ngrep -q 'What could happen' \"$2\" && sed -i 's/forged/\u{200b}forged label\u{feff}/' \"$2\" && echo in hall 3. >>\"$1\"\n";
    let editor = editor.replace(" && echo in hall 3. >>\"$1\"", "");
    sandbox.file("editor", editor);
    let variables = [("EDITOR", "sh ./editor --wait"), ("VISUAL", "")];
    let mut command = sandbox.command();
    command.args(["new", "--today", "2026-11-23"]);
    let mut talk = Talk::start(&sandbox, command, 80, &variables);
    talk.usual(0, 4).asked("What could happen?").type_in("A forged printer").type_in(EDIT);
    talk.wait("invisible characters").wait("A forged label printer").type_in(" prints.").type_in(ENTER).usual(5, 8);
    talk.asked("What must be removed at the end?").type_in("e").type_in(ENTER);
    talk.wait("did not write an answer").wait("\n> ").type_in(USUAL[8].1).type_in(ENTER);
    talk.usual(9, 10).answer("Is that right?", "");
    assert_eq!(talk.end().0, 0);
    holds(&sandbox, FILE, &["  statement: A forged label printer prints."]);
}

#[test]
fn a_terminal_without_a_cursor_is_read_line_by_line() {
    let sandbox = register();
    let mut command = sandbox.command();
    command.args(["new", "--today", "2026-11-23"]);
    let mut talk = Talk::start(&sandbox, command, 80, &[("TERM", "dumb")]);
    talk.wait("`<` goes back").usual(0, 2).answer("Why now?", "business need").asked("enter alone: business need");
    talk.type_in(USUAL[2].1).type_in(ENTER).answer("On which system?", "<");
    talk.asked("enter alone: Hall three").type_in(ENTER).usual(3, 4).asked("What could happen?").type_in("A forged");
    talk.type_in(CTRL_C);
    let (code, shown) = talk.end();
    assert!(code == 2 && shown.contains("--statement 'A forged' --ask statement"), "{shown}");
    let mut talk = resume(&sandbox, &shown);
    talk.asked("What could happen?").type_in(" printer prints wrong labels.").type_in(ENTER).usual(5, 10);
    talk.answer("Is that right?", "");
    assert_eq!(talk.end().0, 0);
    holds(&sandbox, FILE, &[]);
}

#[test]
fn no_colour_is_no_colour() {
    let sandbox = register();
    for (variable, is_coloured) in [("NO_COLOR", false), ("OTHER", true)] {
        let mut command = sandbox.command();
        command.args(["new", "--today", "2026-11-23"]);
        let mut talk = Talk::start(&sandbox, command, 80, &[(variable, "1")]);
        talk.asked("What should be allowed?").type_in(CTRL_C);
        let coloured = talk.raw.contains("\u{1b}[1m");
        assert_eq!(coloured, is_coloured);
    }
}

#[test]
fn where_nothing_is_known_more_is_asked_and_nothing_is_warned_of_too_early() {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/README.md", "");
    let mut talk = begin(&sandbox, &[]);
    talk.wait("13 questions").answer("1 of 14  What should be allowed?", "The vendor keeps its old certificate");
    talk.answer("Which exact rule", "CRY-04 Certificates are younger than a year").usual(2, 4);
    talk.answer("In which environment?", "production").usual(4, 5);
    talk.asked("Does it expose any of these? (vendor-access)").type_in("none").type_in(ENTER).usual(6, 9);
    talk.answer("Who asks?", "Hanna Vogel").answer("12 of 14  Who decides?", "Mei Tanaka");
    talk.answer("13 of 14  Until when?", "").answer("Is that right?", "");
    let (code, shown) = talk.end();
    assert!(code == 0 && !shown.contains("warning"), "{shown}");
    let file = "exceptions/the-vendor-keeps-its-old-certificate.yaml";
    holds(&sandbox, file, &["owner: Hanna Vogel", "approver: Mei Tanaka", "  environment: production"]);
}

/// Arguments for all that has no other source.
fn nearly_all() -> Vec<&'static str> {
    vec![
        "--title=It's late",
        "--control=CRY-04",
        "--reason=Hall three has no spare board before the ship comes in.",
        "--system=lp-07",
        "--environment=production",
        "--statement=A forged printer could print wrong labels.",
        "--exposure=none",
        "--tier=low",
        "--alternative=Print in hall 2",
        "--rejected=The belt there is full.",
        "--removal=Install the new certificate.",
        "--requester=@hanna",
        "--owner=@luis",
        "--approver=@mei",
    ]
}

#[test]
fn what_is_given_is_not_asked_and_what_is_refused_is_asked_again() {
    let sandbox = register();
    let mut arguments = nearly_all();
    arguments.retain(|argument| !argument.starts_with("--owner"));
    arguments.extend(["--owner=nobody-here", "--starts=2026-11-23", "--expires=2026-12-01", "--id=late"]);
    let mut talk = begin(&sandbox, &arguments);
    talk.wait("Who removes it in the end?").instead("the owner `nobody-here` is not in the roster", "@luis");
    talk.answer("Is that right?", "");
    let (code, shown) = talk.end();
    assert_eq!(code, 0, "{shown}");
    for other in ["Why now?", "Who asks?", "Until when?", "What is its id?"] {
        assert!(!shown.contains(other), "{other}: {shown}");
    }
    assert!(sandbox.path("exceptions/late.yaml").exists());
}

#[test]
fn an_error_is_written_only_after_confirmation() {
    let sandbox = register();
    let mut arguments = nearly_all();
    arguments.retain(|argument| !argument.starts_with("--approver"));
    arguments.extend(["--approver=Somebody New", "--starts=2026-11-23", "--expires=2026-12-01", "--id=late"]);
    let keep = |talk: &mut Talk| {
        talk.wait("Who decides?").asked("enter again keeps it").type_in(ENTER).wait("! kept as it is");
        talk.wait("!  1 approver").wait("The gate will refuse it: 1 error").asked("enter changes `approver`");
    };
    let mut talk = begin(&sandbox, &arguments);
    keep(&mut talk);
    talk.type_in("y").type_in(ENTER).asked("not one of the numbers and names").type_in(CTRL_C);
    let (code, shown) = talk.end();
    assert!(code == 2 && count(&sandbox) == 1, "{shown}");

    let mut talk = begin(&sandbox, &arguments);
    keep(&mut talk);
    talk.type_in(ENTER).asked("Who decides?").type_in(CTRL_U).type_in("@mei").type_in(ENTER);
    talk.answer("Is that right?", "");
    let (code, shown) = talk.end();
    assert!(code == 0 && count(&sandbox) == 2, "{shown}");
}

#[test]
fn another_tier_asks_for_what_it_needs_and_items_can_be_added() {
    let sandbox = register();
    let mut arguments = nearly_all();
    arguments.extend(["--expires=2026-11-25", "--ask=expires"]);
    let mut talk = begin(&sandbox, &arguments);
    talk.asked("1 of 2  Until when?").type_in(ENTER).answer("Is that right?", "tier em");
    talk.answer("Which incident does it help to end?", "INC-7").answer("Is that right?", "alternatives");
    talk.asked("Which safer alternative").type_in(ENTER).asked("Why is it not sufficient?").type_in(ENTER);
    talk.answer("Another one?", "Wait").answer("Why is it not sufficient?", "The truck leaves at six.");
    talk.answer("Another one?", "").answer("Is that right?", "");
    let (code, shown) = talk.end();
    assert_eq!(code, 0, "{shown}");
    let lines =
        ["  tier: emergency", "incident: {id: INC-7}", "  - option: Wait", "    rejected: The truck leaves at six."];
    holds(&sandbox, "exceptions/its-late.yaml", &lines);
}

#[test]
fn a_hostile_roster_and_catalogue_do_nothing_to_the_terminal() {
    let sandbox = register();
    sandbox.file(
        "controls.yaml",
        "controls: [{id: \"\\e]0;x\\a\", name: \"\\e[2J\\u202e\"}, {id: CRY-04, name: Young}]\n",
    );
    sandbox.file(
        "people.yaml",
        "people: [{name: \"\\e[31mMallory\"}, {handle: '@luis'}, {handle: '@mei'}, {email: hanna@example.com}]\n",
    );
    let mut talk = begin(&sandbox, &["--title=Printer"]);
    talk.wait("Which exact rule").asked("\\u{1b}]0;x\\u{7}").type_in(TAB).wait("CRY-04 Young").type_in(CTRL_C);
    let (_, shown) = talk.end();
    assert!(!shown.contains(['\u{202e}', '\u{7}']), "{shown:?}");
}

#[test]
fn an_import_asks_what_the_sheet_does_not_tell() {
    let sandbox = Sandbox::new();
    let sheet = "ID,Title,Betreuung,Approval date\nE-1,Old printer,Ann Lee / Bo Ray,03/04/2026\n";
    sandbox.file("sheet.csv", sheet);
    let mut talk = {
        let mut command = sandbox.command();
        command.args(["import", "sheet.csv", "--root", ".", "--today", "2026-11-23"]);
        Talk::start(&sandbox, command, 80, &[])
    };
    talk.wait("Which column names the owner?").wait("Betreuung").type_in("betreu").type_in(ENTER);
    talk.wait("How are dates such as 03/04/2026 in `Approval date` written?").wait("month first").type_in("the month");
    talk.type_in(ENTER).wait("Who is the owner in `Ann Lee / Bo Ray`?").wait("Bo Ray").type_in("Bo").type_in(ENTER);
    let (code, shown) = talk.end();
    assert_eq!(code, 0, "{shown}");
    let text = fs::read_to_string(sandbox.path("exceptions/E-1.yaml")).unwrap();
    assert!(text.contains("\nowner: Bo Ray\n") && text.contains("\ndecided: 2026-03-04\n"), "{text}");
}

#[test]
fn what_was_asked_for_before_is_shown_and_the_reason_says_what_is_different() {
    let sandbox = register();
    let note = "[{date: 2026-11-10, by: '@mei', note: Print in hall 2 until the tool is there.}]";
    let refused = [
        ("status", "rejected"),
        ("approver", "'@mei'"),
        ("requester", "'@luis'"),
        ("decided", "2026-11-10"),
        ("scope.system", "Label printer LP 07"),
        ("reason", "Nobody had the time to order the tool in October."),
        ("reviews", note),
    ];
    sandbox.file("exceptions/refused.yaml", exception(&refused));
    let mut talk = begin(&sandbox, &[]);
    talk.usual(0, 2).wait("before, same control: `older`, valid until 2026-12-16").usual(2, 4);
    talk.wait("Why now, and what is different this time?").wait("`refused`, refused by @mei on 2026-11-10");
    talk.wait("Hall three").type_in(CTRL_U);
    talk.type_in("The belt in hall 2 broke on Friday, and no spare board comes before the ship.").type_in(ENTER);
    talk.usual(4, 10).wait("follows      refused (requested before)").answer("Is that right?", "");
    let (code, shown) = talk.end();
    assert_eq!(code, 0, "{shown}");
    let lines = [
        "reason: The belt in hall 2 broke on Friday, and no spare board comes before the ship.",
        "requested: 2026-11-23",
        "approver: \"@mei\"",
        "  - refused",
    ];
    holds(&sandbox, FILE, &lines);
}

#[test]
fn the_results_of_a_scanner_are_picked_by_their_numbers() {
    let sandbox = register();
    let place = |path: &str| format!("[{{\"physicalLocation\": {{\"artifactLocation\": {{\"uri\": \"{path}\"}}}}}}]");
    let result = |rule: &str, path: &str| {
        format!("{{\"ruleId\": \"{rule}\", \"message\": {{\"text\": \"m\"}}, \"locations\": {}}}", place(path))
    };
    let results = [result("B602", "app/b.py"), result("B602", "app/a.py"), result("B307\u{1b}[31m", "c.py")].join(", ");
    let results = results.replace('\u{1b}', "\\u001b");
    let log = format!(
        "{{\"version\": \"2.1.0\", \"runs\": [{{\"tool\": {{\"driver\": {{\"name\": \"Bandit\"}}}}, \"results\": [{results}]}}]}}"
    );
    sandbox.file("log.sarif", log);
    let mut talk = begin(&sandbox, &["--scan", "log.sarif"]);
    talk.wait("1  bandit B602: 2 results in 2 files: app/a.py, app/b.py");
    talk.answer("Which of them should be covered?", "3").instead("not a number from 1 to 2", "1");
    // The title is proposed, and may be typed over.
    talk.answer("What should be allowed?", "");
    talk.wait("Which exact rule is not followed?");
    talk.type_in(CTRL_C);
    talk.wait("--cover tool=bandit,id=B602,paths=app/a.py,paths=app/b.py --scan log.sarif");
    assert!(!talk.raw.contains("B307\u{1b}"), "{}", talk.shown);
    talk.child.wait().unwrap();
}

#[test]
fn what_was_half_typed_is_asked_for_again_however_often_the_questions_are_left() {
    let sandbox = register();
    let mut arguments = nearly_all();
    arguments.retain(|argument| !argument.starts_with("--reason"));
    arguments.extend(["--reason=Hall three has no spare board until", "--ask=reason", "--expires=2026-12-01"]);
    let mut talk = begin(&sandbox, &arguments);
    talk.asked("Why now?").wait("board until").type_in(CTRL_C);
    let (code, shown) = talk.end();
    assert!(code == 2 && shown.contains("--ask reason"), "{shown}");
    let mut talk = resume(&sandbox, &shown);
    talk.asked("Why now?").wait("board until").type_in(" the ship comes in.").type_in(ENTER);
    talk.wait("Is that right?").type_in(CTRL_C);
    let (code, shown) = talk.end();
    assert!(code == 2 && !shown.contains("--ask"), "{shown}");
}

#[test]
fn an_objection_is_made_to_the_answer_that_it_is_about() {
    let sandbox = register();
    let mut arguments = nearly_all();
    arguments.retain(|argument| !argument.starts_with("--reason") && !argument.starts_with("--title"));
    arguments.extend(["--title=Old zebra certificate of a printer", "--reason=it is half typed zebra"]);
    arguments.extend(["--ask=reason", "--expires=2026-12-01"]);
    let mut talk = begin(&sandbox, &arguments);
    talk.asked("Why now?").wait("half typed zebra").type_in(CTRL_C);
    let (code, shown) = talk.end();
    assert!(code == 2 && !shown.contains("What should be allowed?"), "{shown}");
    // What `--ask` names comes first, even if another answer is missing.
    let mut arguments = nearly_all();
    arguments.retain(|argument| !argument.starts_with("--title"));
    arguments.extend(["--ask=reason", "--expires=2026-12-01"]);
    let mut talk = begin(&sandbox, &arguments);
    talk.asked("1 of 3  Why now?").type_in(ENTER).asked("2 of 3  What should be allowed?").type_in(CTRL_C);
    assert_eq!(talk.end().0, 2);
}

#[test]
fn nothing_typed_is_no_answer_and_no_key_is_named_that_does_nothing() {
    let sandbox = register();
    let mut arguments = nearly_all();
    arguments.retain(|argument| !argument.starts_with("--alternative") && !argument.starts_with("--rejected"));
    arguments.extend(["--expires=2026-12-01", "--ask=owner"]);
    let mut command = sandbox.command();
    command.args(["new", "--today", "2026-11-23"]).args(&arguments);
    let mut talk = Talk::start(&sandbox, command, 80, &[("TERM", "dumb")]);
    talk.asked("Who removes it in the end?").type_in("@luis\n");
    talk.asked("Which safer alternative was considered?").type_in("\n").asked("! this needs an answer").type_in(CTRL_C);
    let (code, shown) = talk.end();
    assert!(code == 2 && !shown.contains("tab lists"), "{shown}");
}
