//! `stopgap new` in a real terminal: a pseudo-terminal whose other end is typed into and read.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use stopgap::internal::register::fields::Field;

use crate::support::{Sandbox, exception};

/// A terminal that shows nothing for this long ends the test: nothing else would, because it waits for a key.
const SILENCE: Duration = Duration::from_secs(60);

const ENTER: &str = "\r";
const DOWN: &str = "\u{1b}[B";
const CTRL_C: &str = "\u{3}";
const ESC: &str = "\u{1b}";

/// The command at work, and what its terminal has shown.
struct Talk {
    child: Child,
    keys: File,
    output: Receiver<Vec<u8>>,
    /// The beginning of a character or a control sequence whose end has not arrived yet.
    begun: Vec<u8>,
    /// What was shown since the last thing that was waited for.
    unseen: String,
    /// All that was shown.
    shown: String,
    /// Questions that no test here is about and that were not asked yet: enter alone answers them.
    others: Vec<&'static str>,
}

impl Talk {
    /// Starts `new` in a terminal of 80 columns and 24 lines.
    fn new(sandbox: &Sandbox, arguments: &[&str]) -> Self {
        Self::of(sandbox, &[&["new", "--today", "2026-11-23"], arguments].concat())
    }

    /// Starts a command in such a terminal.
    fn of(sandbox: &Sandbox, arguments: &[&str]) -> Self {
        let keys = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&keys).unwrap();
        unlockpt(&keys).unwrap();
        let name = ptsname(&keys, Vec::new()).unwrap();
        let end = rustix::fs::open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, rustix::fs::Mode::empty()).unwrap();
        tcsetwinsize(&end, Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let end = || Stdio::from(end.try_clone().unwrap());
        let mut command = sandbox.command();
        command.env("TERM", "xterm").env("HOME", sandbox.path(""));
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.args(arguments);
        let child = command.stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        let keys = File::from(keys);
        let (send, output) = channel();
        let mut read = keys.try_clone().unwrap();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The terminal is gone once nobody holds its other end.
            while let Ok(count @ 1..) = read.read(&mut buffer) {
                if send.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let asked = Field::asked().into_iter().filter_map(|field| Some(field.question()?.ask));
        let others = asked.filter(|ask| !include_str!("new_terminal.rs").contains(ask)).collect();
        Self { child, keys, output, begun: Vec::new(), unseen: String::new(), shown: String::new(), others }
    }

    /// Waits until a new text is shown.
    fn wait(&mut self, text: &str) -> &mut Self {
        loop {
            if let Some(other) = self.others.iter().position(|ask| self.unseen.contains(ask)) {
                self.others.remove(other);
                self.type_in(ENTER);
            }
            if let Some(at) = self.unseen.find(text) {
                self.unseen.drain(..at + text.len());
                return self;
            }
            match self.output.recv_timeout(SILENCE) {
                Ok(bytes) => self.take(&bytes),
                Err(_) => panic!("`{text}` is not shown, but:\n{}", self.unseen),
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.begun.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.begun) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let sequence = self.begun[..whole].iter().rposition(|byte| *byte == 0x1b);
        let is_over = |at: &usize| self.begun[at + 1..whole].iter().any(u8::is_ascii_alphabetic);
        let whole = sequence.filter(|at| !is_over(at)).unwrap_or(whole);
        let text = without_escapes(&String::from_utf8_lossy(&self.begun[..whole]));
        self.begun.drain(..whole);
        self.unseen.push_str(&text);
        self.shown.push_str(&text);
    }

    fn type_in(&mut self, keys: &str) -> &mut Self {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self
    }

    /// Waits for a question and answers it.
    fn answer(&mut self, question: &str, answer: &str) -> &mut Self {
        self.wait(question).type_in(answer).type_in(ENTER)
    }

    /// Deletes what is in the line.
    fn erase(&mut self, count: usize) -> &mut Self {
        self.type_in(&"\u{7f}".repeat(count))
    }

    /// Waits for the end and returns the exit code with all that was shown.
    fn end(mut self) -> (i32, String) {
        loop {
            match self.output.recv_timeout(SILENCE) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end:\n{}", self.shown),
            }
        }
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        (code, std::mem::take(&mut self.shown))
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Removes the control sequences of ECMA-48, and carriage returns.
fn without_escapes(text: &str) -> String {
    let mut plain = String::new();
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '\u{1b}' => {
                if characters.next() == Some('[') {
                    characters.by_ref().find(|c| c.is_ascii_alphabetic());
                }
            }
            '\r' => {}
            c => plain.push(c),
        }
    }
    plain
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
    let older = [("status", "rejected"), ("requester", "'@luis'"), ("approver", "'@mei'"), ("owner", "'@luis'")];
    sandbox.file("exceptions/older.yaml", exception(&older));
    sandbox
}

fn count(sandbox: &Sandbox) -> usize {
    fs::read_dir(sandbox.path("exceptions")).unwrap().count()
}

#[test]
fn a_developer_who_gets_things_wrong_ends_with_a_file_that_passes() {
    let sandbox = register();
    let mut talk = Talk::new(&sandbox, &[]);
    talk.answer("What is to be allowed?", "Label printer keeps its old certificate");
    talk.wait("Which exact rule is not followed?").wait("MFA-02").type_in("hardware").type_in(ENTER);
    talk.wait("nobody can waive `MFA-02").wait("Which exact rule").type_in("CRY").type_in(ENTER);

    let copied = "The maker ships the tool that installs a new certificate on Friday next week.";
    talk.answer("Why now?", "business need").wait("a reason needs").erase(13).type_in(copied).type_in(ENTER);
    talk.wait("of its words are those of the reason of `older`").erase(copied.len());
    talk.type_in("Hall three has no spare board. It comes by ship on Thursday.").type_in(ENTER);
    talk.wait("warning: `2` sentences").answer("On which system?", "label printer lp-07 in hall 3");
    talk.answer("In which environment?", "production");
    talk.answer("What could happen?", "A forged printer could print wrong labels.");
    talk.answer("Does it open any of these?", "");
    talk.answer("How much harm is possible?", "");
    talk.answer("Which safer way was considered?", "none").wait("is not an alternative").erase(4);
    talk.type_in("Print in hall 2").type_in(ENTER);
    talk.answer("Why does it not do?", "The belt there is full.");
    talk.answer("And another one?", "");
    talk.answer("What must be removed at the end?", "Install the new certificate.");
    talk.answer("Who asks? (@hanna)", "");
    talk.answer("Who removes it in the end? (@hanna)", "@acme/shipping").wait("is a team, not one person").erase(14);
    talk.type_in("luis").type_in(ENTER);
    talk.answer("Who decides? (@mei)", "hanna").wait("decided on their own request").erase(5).type_in(ENTER);
    talk.answer("From when? (2026-11-23)", "");
    talk.answer("Until when? (2026-12-23)", "2027-01-31").wait("the latest day is `2026-12-23`").erase(10);
    talk.type_in("2026-12-01").type_in(ENTER);
    talk.answer("Where can more be read?", "SEC-12");
    talk.answer("What is its id? label-printer-keeps-its-old-certificate", "");
    talk.wait("warning[long-reason]").wait("Is that right?").wait("change an answer").type_in(ENTER);
    talk.wait("wrote exceptions/label-printer-keeps-its-old-certificate.yaml");
    let (code, shown) = talk.end();
    assert_eq!(code, 0, "{shown}");

    let text = fs::read_to_string(sandbox.path("exceptions/label-printer-keeps-its-old-certificate.yaml")).unwrap();
    for line in [
        "control: CRY-04 Certificates are younger than a year",
        "  exposure: []",
        "requester: \"@hanna\"",
        "owner: \"@luis\"",
        "approver: \"@mei\"",
        "expires: 2026-12-01",
        "  - SEC-12",
    ] {
        assert!(text.lines().any(|written| written == line), "{line}: {text}");
    }
    let check = sandbox.check(&["--format", "concise", "--quiet"]);
    assert_eq!((check.code, check.stdout.lines().count()), (0, 1), "{}", check.stdout);
}

/// Arguments for all but the last questions.
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
fn cancelling_writes_nothing_and_says_how_to_continue() {
    for key in [CTRL_C, ESC] {
        let sandbox = register();
        let mut talk = Talk::new(&sandbox, &nearly_all());
        talk.answer("From when?", "").wait("Until when?").type_in("2026-12").type_in(key);
        let (code, shown) = talk.end();
        assert_eq!(code, 2, "{shown}");
        assert!(shown.contains("nothing is written; to continue from here"), "{shown}");
        assert!(shown.contains(r"stopgap new --title 'It'\''s late' --control 'CRY-04 Cert"), "{shown}");
        assert!(shown.contains("--alternative 'Print in hall 2' --rejected 'The belt there is full.'"), "{shown}");
        assert_eq!(count(&sandbox), 1);
    }
}

#[test]
fn what_is_given_is_not_asked_and_what_is_refused_is_asked_again() {
    let sandbox = register();
    let mut arguments = nearly_all();
    arguments.retain(|argument| !argument.starts_with("--owner"));
    arguments.extend([
        "--owner=nobody-here",
        "--starts=2026-11-23",
        "--expires=2026-12-01",
        "--reference=#1",
        "--id=late",
    ]);
    let mut talk = Talk::new(&sandbox, &arguments);
    talk.wait("the owner `nobody-here` is not in the roster").wait("Who removes it in the end?");
    talk.erase(11).type_in("@luis").type_in(ENTER).wait("Is that right?").type_in(ENTER);
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
    arguments.extend(["--starts=2026-11-23", "--expires=2026-12-01", "--reference=#1", "--id=late"]);
    let mut talk = Talk::new(&sandbox, &arguments);
    talk.answer("Who decides?", "Somebody New").wait("enter again keeps it").type_in(ENTER);
    talk.wait("The gate will refuse it: 1 error").wait("change an answer").type_in(DOWN).type_in(ENTER);
    let (code, shown) = talk.end();
    assert!(code == 2 && count(&sandbox) == 1, "{shown}");

    let mut talk = Talk::new(&sandbox, &arguments);
    talk.answer("Who decides?", "Somebody New").wait("enter again keeps it").type_in(ENTER);
    talk.wait("The gate will refuse it: 1 error").wait("change an answer").type_in(ENTER);
    talk.wait("Which answer?").type_in("approver").type_in(ENTER).wait("Who decides?").erase(12);
    talk.type_in("@mei").type_in(ENTER).wait("Is that right?").type_in(ENTER);
    let (code, shown) = talk.end();
    assert!(code == 0 && count(&sandbox) == 2, "{shown}");
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
    let mut talk = Talk::new(&sandbox, &["--title=Printer"]);
    talk.wait("Which exact rule").wait("\\u{1b}]0;x\\u{7}").wait("CRY-04").type_in(CTRL_C);
    let (_, shown) = talk.end();
    assert!(!shown.contains(['\u{202e}', '\u{7}']), "{shown:?}");
}

#[test]
fn an_import_asks_what_the_sheet_does_not_tell() {
    let sandbox = Sandbox::new();
    let sheet = "ID,Title,Betreuung,Approval date\nE-1,Old printer,Ann Lee / Bo Ray,03/04/2026\n";
    sandbox.file("sheet.csv", sheet);
    let mut talk = Talk::of(&sandbox, &["import", "sheet.csv", "--root", ".", "--today", "2026-11-23"]);
    talk.wait("Which column names the owner?").wait("Betreuung").type_in("\u{1b}[A").type_in(ENTER);
    talk.wait("How are dates such as 03/04/2026 in `Approval date` written?").wait("month first").type_in(DOWN);
    talk.type_in(ENTER).wait("Who is the owner in `Ann Lee / Bo Ray`?").wait("Bo Ray").type_in(DOWN).type_in(ENTER);
    let (code, shown) = talk.end();
    assert_eq!(code, 0, "{shown}");
    let text = fs::read_to_string(sandbox.path("exceptions/E-1.yaml")).unwrap();
    assert!(text.contains("\nowner: Bo Ray\n") && text.contains("\ndecided: 2026-03-04\n"), "{text}");
}
