//! Runs an external program. What it prints is read by other threads and bounded in size, the time that it takes is
//! bounded too, and one that goes beyond is ended with all that it has started.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Argument, Error, GitError, help_for_system};

/// The variable that says how long one call of another program may take, in seconds.
const TIMEOUT: &str = "STOPGAP_TIMEOUT";

/// How long it may take where nobody says, in seconds.
const USUAL_TIMEOUT: u64 = 600;

/// The folders of programs where the environment has no `PATH`, as the C library takes them.
const USUAL_PATH: &str = if cfg!(unix) { "/bin:/usr/bin" } else { "" };

/// The longest answer that is read, in bytes: the names of 6 million commits.
pub(super) const MOST_ANSWER: u64 = 256 * 1024 * 1024;

/// How much of what a program says on standard error is kept, in bytes.
const MOST_WORDS: u64 = 64 * 1024;

/// What comes from a program at once, in bytes.
const PIECE: usize = 64 * 1024;

/// How long the last words of an ended program are waited for.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A program that runs.
#[derive(Debug)]
pub(super) struct Running {
    /// What it is called in messages: `git rev-list`.
    name: String,
    child: Child,
    /// Taken away when the program is to end.
    pub(super) input: Option<ChildStdin>,
    /// What it prints.
    pub(super) output: Pieces,
    words: Receiver<Vec<u8>>,
    /// How long it may take.
    timeout: Duration,
}

/// What came of a program that has ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) output: Vec<u8>,
    pub(super) words: Vec<u8>,
}

/// What a program prints, piece by piece.
#[derive(Debug)]
pub(super) struct Pieces {
    from: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    at: usize,
    until: Instant,
}

impl Running {
    /// Starts a program whose answer is read, and whose standard input is one of ours if `asks` it.
    ///
    /// # Errors
    ///
    /// When the program or a thread cannot be started, or the time limit makes no sense.
    pub(super) fn start(mut command: Command, name: String, asks: bool) -> Result<Self, Error> {
        let timeout = timeout()?;
        command.stdin(if asks { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        // What it starts belongs to its group, and is ended with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| not_started(&name, &error))?;
        let input = child.stdin.take();
        let streams = match (child.stdout.take(), child.stderr.take()) {
            (Some(output), Some(words)) => read_along(output, words),
            _ => Err(ErrorKind::BrokenPipe.into()),
        };
        match streams {
            Ok((from, words)) => {
                let output = Pieces { from, piece: Vec::new(), at: 0, until: Instant::now() + timeout };
                Ok(Self { name, child, input, output, words, timeout })
            }
            Err(error) => {
                end(&mut child);
                Err(not_started(&name, &error))
            }
        }
    }

    /// Restarts the program's time limit.
    pub(super) fn begin(&mut self) {
        self.output.until = Instant::now() + self.timeout;
    }

    /// Sends a request, reads the whole answer and waits for the end.
    ///
    /// # Errors
    ///
    /// When the program takes too long or prints too much, or a thread cannot be started.
    pub(super) fn finish(mut self, request: Vec<u8>) -> Result<Ended, Error> {
        if let Some(mut input) = self.input.take().filter(|_| !request.is_empty()) {
            // A reader that stops early says so by its exit code.
            let write = move || drop(input.write_all(&request));
            start_thread(write).map_err(|error| not_started(&self.name, &error))?;
        }
        let mut output = Vec::new();
        let read = (&mut self.output).take(MOST_ANSWER + 1).read_to_end(&mut output);
        read.map_err(|error| self.broke_off(&error))?;
        if output.len() as u64 > MOST_ANSWER {
            return Err(self.broke_off(&ErrorKind::FileTooLarge.into()));
        }
        let status = wait(&mut self.child, self.output.until).map_err(|error| self.broke_off(&error))?;
        let words = self.words();
        Ok(Ended { status, output, words })
    }

    /// Ends the program, and returns the error that says why it did not end by itself.
    pub(super) fn broke_off(&mut self, error: &io::Error) -> Error {
        self.input = None;
        let program = self.name.clone();
        match error.kind() {
            ErrorKind::TimedOut => {
                end_all(&mut self.child);
                GitError::TooLong { program, seconds: self.timeout.as_secs() }.into()
            }
            ErrorKind::FileTooLarge => {
                end_all(&mut self.child);
                GitError::TooMuch { program, mebibytes: MOST_ANSWER >> 20 }.into()
            }
            kind => {
                // One that has ended has told why; one that has not never will.
                let ends_itself = matches!(kind, ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe);
                if !ends_itself {
                    end_all(&mut self.child);
                }
                let words = self.words();
                let ended = if ends_itself { wait(&mut self.child, Instant::now() + LAST_WORDS).ok() } else { None };
                end(&mut self.child);
                let why = last_word(&words, ended).unwrap_or_else(|| error.to_string());
                GitError::Failed { program, why }.into()
            }
        }
    }

    /// Returns what it has said on standard error, once it has ended.
    fn words(&mut self) -> Vec<u8> {
        self.words.recv_timeout(LAST_WORDS).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

impl BufRead for Pieces {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.piece.len() {
            let left = self.until.saturating_duration_since(Instant::now());
            self.piece = match self.from.recv_timeout(left) {
                Ok(piece) => piece?,
                Err(RecvTimeoutError::Timeout) => return Err(ErrorKind::TimedOut.into()),
                Err(RecvTimeoutError::Disconnected) => Vec::new(),
            };
            self.at = 0;
        }
        Ok(&self.piece[self.at..])
    }

    fn consume(&mut self, count: usize) {
        self.at = (self.at + count).min(self.piece.len());
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

type Streams = (Receiver<io::Result<Vec<u8>>>, Receiver<Vec<u8>>);

/// Reads both outputs of a program in threads of their own. One that nobody listens to any longer ends.
fn read_along(output: impl Read + Send + 'static, words: impl Read + Send + 'static) -> io::Result<Streams> {
    let (pieces, from) = sync_channel(4);
    start_thread(move || pass_on(output, &pieces))?;
    let (told, heard) = sync_channel(1);
    start_thread(move || {
        let mut words = BufReader::new(words);
        let mut kept = Vec::new();
        let _ = (&mut words).take(MOST_WORDS).read_to_end(&mut kept);
        // One that continues is not stopped by a full pipe.
        let _ = io::copy(&mut words, &mut io::sink());
        let _ = told.send(kept);
    })?;
    Ok((from, heard))
}

fn pass_on(mut output: impl Read, pieces: &SyncSender<io::Result<Vec<u8>>>) {
    let mut buffer = vec![0; PIECE];
    loop {
        let read = match output.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => Ok(buffer[..count].to_vec()),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let is_last = read.is_err();
        if pieces.send(read).is_err() || is_last {
            return;
        }
    }
}

/// Waits for the end of a program.
fn wait(child: &mut Child, until: Instant) -> io::Result<ExitStatus> {
    let mut pause = Duration::from_micros(50);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if Instant::now() >= until {
            return Err(ErrorKind::TimedOut.into());
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

/// Runs a command of the user's own that nobody watches, and that therefore must not go on for ever. What it prints goes
/// where ours goes.
///
/// # Errors
///
/// When it cannot be started, or takes too long.
pub(crate) fn run_unwatched(command: &mut Command) -> Result<ExitStatus, Error> {
    let timeout = timeout()?;
    let program = command.get_program().to_string_lossy().into_owned();
    // It stays in our group: what it starts may ask at the terminal for a passphrase.
    let mut child = command.spawn().map_err(|error| not_started(&program, &error))?;
    wait(&mut child, Instant::now() + timeout).map_err(|error| {
        let _ = child.kill();
        let _ = child.wait();
        match error.kind() {
            ErrorKind::TimedOut => GitError::TooLong { program, seconds: timeout.as_secs() }.into(),
            _ => GitError::Failed { program, why: error.to_string() }.into(),
        }
    })
}

fn start_thread(run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    // They hold a buffer and call nothing that is deep.
    thread::Builder::new().stack_size(128 * 1024).spawn(run).map(drop)
}

/// Ends a program, and all that it has started, unless it has ended.
fn end(child: &mut Child) {
    // Once it is waited for, its number may be another's.
    if matches!(child.try_wait(), Ok(None)) {
        end_all(child);
    }
}

/// Ends what a program has started even where it has ended itself: somebody still holds its output.
fn end_all(child: &mut Child) {
    #[cfg(unix)]
    let _ = rustix::process::kill_process_group(rustix::process::Pid::from_child(child), rustix::process::Signal::KILL);
    let _ = child.kill();
    let _ = child.wait();
}

/// Returns how long one call of another program may take.
///
/// # Errors
///
/// When the environment says something else than a number of seconds.
fn timeout() -> Result<Duration, Error> {
    const DAY: u64 = 86_400;
    let Some(value) = std::env::var_os(TIMEOUT).filter(|value| !value.is_empty()) else {
        return Ok(Duration::from_secs(USUAL_TIMEOUT));
    };
    let seconds =
        value.to_str().and_then(|value| value.parse::<u64>().ok()).filter(|seconds| (1..=DAY).contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(|| {
        Error::from(Argument::Value {
            option: TIMEOUT.to_owned(),
            value: value.to_string_lossy().into_owned(),
            why: format!("it must be between 1 and {DAY} seconds"),
            help: format!("write `{TIMEOUT}={USUAL_TIMEOUT}`, or leave the variable out"),
        })
    })
}

/// Makes a command of a program on the PATH, in an environment that holds nothing but what finding and starting it needs.
pub(super) fn command(program: &'static str) -> Command {
    let mut command = Command::new(found(program));
    command.env_clear();
    // The last three are needed on Windows.
    for name in ["PATH", "SYSTEMROOT", "TEMP", "TMP"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    command.env("LC_ALL", "C");
    command
}

/// Adds the variables by which a program finds the user's own settings.
pub(super) fn with_home(command: &mut Command, more: &str) {
    for name in ["HOME", "USERPROFILE", "XDG_CONFIG_HOME", more] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
}

/// Returns where a program is. A folder of the PATH that is relative would be the repository's own.
fn found(program: &'static str) -> PathBuf {
    static GIT: OnceLock<PathBuf> = OnceLock::new();
    let search = || {
        let folders = std::env::var_os("PATH").unwrap_or_else(|| USUAL_PATH.into());
        let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
        let mut places =
            std::env::split_paths(&folders).filter(|folder| folder.is_absolute()).map(|folder| folder.join(&name));
        // The system says what is wrong with it.
        places.find(|place| is_program(place)).unwrap_or_else(|| PathBuf::from(OsStr::new("/")).join(&name))
    };
    if program == "git" { GIT.get_or_init(search).clone() } else { search() }
}

#[cfg(unix)]
fn is_program(place: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(place).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(place: &std::path::Path) -> bool {
    place.is_file()
}

fn not_started(name: &str, error: &io::Error) -> Error {
    let program = name.split(' ').next().unwrap_or(name).to_owned();
    match error.kind() {
        ErrorKind::NotFound => GitError::NotStarted { program, why: "it is not on the PATH".to_owned() }.into(),
        ErrorKind::WouldBlock | ErrorKind::OutOfMemory => {
            let help = "raise the limits of processes (`ulimit -u`) and memory (`ulimit -v`) for this user";
            GitError::NoRoom { program, why: error.to_string(), help }.into()
        }
        _ => match help_for_system(error) {
            Some(help) => GitError::NoRoom { program, why: error.to_string(), help }.into(),
            None => GitError::NotStarted { program, why: error.to_string() }.into(),
        },
    }
}

/// Returns what a program says of a failure: its last word, not a hint or a warning before that, or how it ended where
/// it could not say it.
pub(super) fn reason(said: &[u8], ended: ExitStatus) -> String {
    last_word(said, Some(ended)).unwrap_or_else(|| "it gave no reason".to_owned())
}

fn last_word(said: &[u8], ended: Option<ExitStatus>) -> Option<String> {
    let said = String::from_utf8_lossy(said);
    let begins = |sign: &'static str| said.lines().find(|line| line.starts_with(sign));
    let is_beside = |line: &&str| ["hint:", "warning: "].iter().any(|sign| line.starts_with(sign));
    let line = begins("fatal: ")
        .or_else(|| begins("error: "))
        .or_else(|| said.lines().find(|line| !line.is_empty() && !is_beside(line)));
    let signal = || ended.and_then(signal).map(|signal| format!("it was killed by signal {signal}"));
    line.map(str::to_owned).or_else(signal).or_else(|| begins("warning: ").map(str::to_owned))
}

/// Returns the signal that ended a program.
#[cfg(unix)]
fn signal(ended: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&ended)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_the_last_word() {
        let said = "warning: x\nhint: y\nerror: z\nfatal: w\n";
        let failed = ExitStatus::default();
        assert_eq!(reason(said.as_bytes(), failed), "fatal: w");
        assert_eq!(reason(b"hint: y\nerror: z\n", failed), "error: z");
        assert_eq!(reason(b"hint: y\nplain\n", failed), "plain");
        assert_eq!(reason(b"warning: only\n", failed), "warning: only");
        assert_eq!(reason(b"hint: y\nhint:\n", failed), "it gave no reason");
        assert_eq!(reason(b"", failed), "it gave no reason");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_a_signal_ended_has_no_last_word() {
        let killed = std::os::unix::process::ExitStatusExt::from_raw(9);
        for said in ["", "hint: y\n", "warning: x\n"] {
            assert_eq!(reason(said.as_bytes(), killed), "it was killed by signal 9");
        }
        assert_eq!(reason(b"fatal: w\n", killed), "fatal: w");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_for_which_the_system_has_no_room_is_not_to_be_installed() {
        use rustix::io::Errno;
        for (error, limit) in [(Errno::MFILE, "ulimit -n"), (Errno::NFILE, "ulimit -n"), (Errno::AGAIN, "ulimit -u")] {
            let help = not_started("git log", &error.into()).help().unwrap();
            assert!(help.contains(limit) && !help.contains("install"), "{help}");
        }
    }

    #[test]
    fn a_program_that_ends_is_heard_to_its_end() {
        let mut shell = command("sh");
        shell.args(["-c", "cat; printf words >&2; exit 3"]);
        let ended = Running::start(shell, "sh".to_owned(), true).unwrap().finish(b"request".to_vec()).unwrap();
        assert_eq!((ended.output.as_slice(), ended.words.as_slice()), (&b"request"[..], &b"words"[..]));
        assert_eq!(ended.status.code(), Some(3));
    }

    #[test]
    fn a_program_that_is_not_there_is_missed_by_name() {
        let error = Running::start(command("no-such-program"), "no-such-program x".to_owned(), false).unwrap_err();
        assert_eq!(error.to_string(), "`no-such-program` cannot be started: it is not on the PATH");
    }
}
