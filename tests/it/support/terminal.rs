//! A pseudo-terminal whose other end is typed into and read.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::support::Sandbox;

/// A terminal that shows nothing for this long ends the test: nothing else would, because it waits for a key.
const SILENCE: Duration = Duration::from_secs(60);

pub(crate) const ENTER: &str = "\r";
pub(crate) const CTRL_C: &str = "\u{3}";
pub(crate) const CTRL_U: &str = "\u{15}";
pub(crate) const CTRL_W: &str = "\u{17}";
pub(crate) const EDIT: &str = "\u{18}\u{5}";
pub(crate) const TAB: &str = "\t";
pub(crate) const SHIFT_TAB: &str = "\u{1b}[Z";

/// What a terminal is told before each line that is read.
const READS: &str = "\u{1b}[?2004h";

/// The command at work, and what its terminal has shown.
pub(crate) struct Talk {
    pub(crate) child: Child,
    keys: File,
    output: Receiver<Vec<u8>>,
    /// The beginning of a character or a control sequence whose end has not arrived yet.
    begun: Vec<u8>,
    /// What was shown since the last thing that was waited for.
    pub(crate) unseen: String,
    /// All that was shown.
    pub(crate) shown: String,
    /// The same with its control sequences.
    pub(crate) raw: String,
    /// How many lines were read.
    pub(crate) prompts: usize,
    /// How many keys were pressed; a paste is one.
    pub(crate) pressed: usize,
}

impl Talk {
    pub(crate) fn start(sandbox: &Sandbox, mut command: Command, columns: u16, variables: &[(&str, &str)]) -> Self {
        let keys = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&keys).unwrap();
        unlockpt(&keys).unwrap();
        let name = ptsname(&keys, Vec::new()).unwrap();
        let end = rustix::fs::open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, rustix::fs::Mode::empty()).unwrap();
        tcsetwinsize(&end, Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let end = || Stdio::from(end.try_clone().unwrap());
        command.env("TERM", "xterm").env("HOME", sandbox.path(""));
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.envs(variables.iter().copied());
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
        let (begun, unseen, shown) = (Vec::new(), String::new(), String::new());
        Self { child, keys, output, begun, unseen, shown, raw: String::new(), prompts: 0, pressed: 0 }
    }

    /// Waits until a new text is shown.
    pub(crate) fn wait(&mut self, text: &str) -> &mut Self {
        loop {
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

    pub(crate) fn take(&mut self, bytes: &[u8]) {
        self.begun.extend_from_slice(bytes);
        // What is no character at all is shown as one that says so; only the beginning of one waits for the rest.
        let whole = match self.begun.utf8_chunks().last() {
            Some(last) if is_beginning(last.invalid()) => self.begun.len() - last.invalid().len(),
            _ => self.begun.len(),
        };
        let sequence = self.begun[..whole].iter().rposition(|byte| *byte == 0x1b);
        let is_over = |at: &usize| self.begun[at + 1..whole].iter().any(u8::is_ascii_alphabetic);
        let whole = sequence.filter(|at| !is_over(at)).unwrap_or(whole);
        let text = String::from_utf8_lossy(&self.begun[..whole]);
        self.prompts += text.matches(READS).count();
        self.raw.push_str(&text);
        let text = without_escapes(&text);
        self.begun.drain(..whole);
        self.unseen.push_str(&text);
        self.shown.push_str(&text);
    }

    pub(crate) fn type_in(&mut self, keys: &str) -> &mut Self {
        self.keys.write_all(keys.as_bytes()).unwrap();
        let pasted = keys.contains("\u{1b}[200~");
        self.pressed += if pasted { 1 } else { without_escapes(&keys.replace(SHIFT_TAB, "x")).chars().count() };
        self.pressed += keys.matches(ENTER).count() * usize::from(!pasted);
        self
    }

    /// Sends bytes as they are.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> &mut Self {
        self.keys.write_all(bytes).unwrap();
        self
    }

    /// Waits for a question and for the line below it.
    pub(crate) fn asked(&mut self, question: &str) -> &mut Self {
        self.wait(question).wait("\n> ")
    }

    /// Waits for a question and answers it.
    pub(crate) fn answer(&mut self, question: &str, answer: &str) -> &mut Self {
        self.asked(question).type_in(answer).type_in(ENTER)
    }

    /// Waits for a refusal, and types another answer in place of what stands in the line.
    pub(crate) fn instead(&mut self, refusal: &str, answer: &str) -> &mut Self {
        self.asked(refusal).type_in(CTRL_U).type_in(answer).type_in(ENTER)
    }

    /// Waits for the end and returns the exit code with all that was shown.
    pub(crate) fn end(mut self) -> (i32, String) {
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
pub(crate) fn without_escapes(text: &str) -> String {
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

/// Whether bytes that are no character yet may still become one.
fn is_beginning(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}
