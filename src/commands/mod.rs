//! The commands, one file each: the pipeline, readable from top to bottom.

mod ask;
mod book;
mod candidate;
mod card;
mod check;
pub mod completions;
mod deciders;
mod doctor;
mod enforce;
mod evidence;
mod explain;
mod export;
mod fix;
mod gathered;
mod history;
mod import;
mod init;
mod limits;
mod list;
mod lock;
mod man;
mod new;
mod opened;
mod place;
mod registers;
mod remind;
mod report;
mod resume;
mod revise;
mod scan;
mod schema;
mod setting;
mod show;
mod signoff;
mod steps;
mod subfolder;
mod sync;
mod suppressions;
mod surroundings;
mod then;
mod together;
mod write;

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, Utc};

use crate::cli::{Cli, Color, Command};
use crate::commands::steps::Tool;
use crate::cores;
use crate::error::Error;
use crate::history::base::CiEnvironment;
use crate::output::{Look, NARROWEST, Severity, Snippet, escape, render_snippet, wrap};
use crate::source::Source;

/// What a run learns from outside, once: the clock, the folder, the terminal.
#[derive(Clone, Debug)]
pub struct World {
    /// The clock.
    pub now: DateTime<Utc>,
    /// The current folder.
    pub folder: PathBuf,
    /// Whether standard output is a terminal.
    pub terminal: bool,
    /// Whether standard error is a terminal.
    pub error_terminal: bool,
    /// Whether somebody can be asked: standard input is a terminal too.
    pub interactive: bool,
    /// Whether standard output is a terminal that shows links.
    pub hyperlinks: bool,
    /// Whether the terminal cannot move its cursor.
    pub plain: bool,
    /// The command of the editor that the user likes.
    pub editor: String,
    /// The forges' own tools that can be started.
    pub tools: Vec<Tool>,
    /// What the user says about colour.
    pub color: Color,
    /// Whether the environment asks for no colour (<https://no-color.org>).
    pub no_color: bool,
    /// Whether the locale can show box-drawing characters.
    pub unicode: bool,
    /// Width of the terminal in columns.
    pub width: Option<usize>,
    /// What the CI system says about the change.
    pub ci: CiEnvironment,
}

impl World {
    /// Reads them from the process; the only place that reads the clock and the environment.
    #[must_use]
    pub fn from_process() -> Self {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let terminal = io::stdout().is_terminal();
        let error_terminal = io::stderr().is_terminal();
        // What the line editor takes for a terminal without a cursor.
        let dumb = variable("TERM").is_some_and(|term| ["dumb", "cons25", "emacs"].iter().any(|plain| term == *plain));
        let editor = variable("VISUAL").filter(|_| !dumb).or_else(|| variable("EDITOR"));
        let columns = || variable("COLUMNS").and_then(|columns| columns.to_str()?.parse().ok());
        let measured = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        Self {
            now: Utc::now(),
            folder: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            terminal,
            error_terminal,
            interactive: terminal && error_terminal && io::stdin().is_terminal(),
            hyperlinks: terminal && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout),
            plain: dumb,
            tools: Tool::ALL.into_iter().filter(|tool| can_start(tool.name())).collect(),
            editor: editor.map_or_else(|| "vi".to_owned(), |editor| editor.to_string_lossy().into_owned()),
            color: Color::Auto,
            no_color: variable("NO_COLOR").is_some() || dumb,
            unicode: variable("TERM").is_none_or(|term| term != "dumb" && term != "linux"),
            width: columns().or_else(|| measured().filter(|_| terminal)),
            // A value that is not text is refused as such, not ignored.
            ci: CiEnvironment::from_variables(|name| Some(variable(name)?.to_string_lossy().into_owned())),
        }
    }

    /// Returns how to draw for standard output.
    #[must_use]
    pub fn look(&self) -> Look {
        Look { links: self.hyperlinks, ..self.look_on(self.terminal) }
    }

    /// Returns how to draw for standard error.
    fn look_of_errors(&self) -> Look {
        self.look_on(self.error_terminal)
    }

    fn look_on(&self, terminal: bool) -> Look {
        const NARROWEST: usize = 40;
        const WIDEST: usize = 120;
        let color = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !self.no_color,
        };
        let width = self.width.unwrap_or(Look::default().width).clamp(NARROWEST, WIDEST);
        let wraps = terminal || self.width.is_some();
        Look { color, unicode: self.unicode, links: false, wraps, width }
    }
}

/// Tells whether there is a program of a name to start.
fn can_start(name: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&folders).any(|folder| folder.is_absolute() && folder.join(&name).is_file())
}

/// Returns how many threads share the work where the system has room for them.
fn threads() -> usize {
    /// How much memory there must be for each, in bytes.
    const EACH: u64 = 256 << 20;
    /// How many may be asked for beside the cores: each has a stack, and those without a core are in the way.
    const MOST: usize = 64;
    let cores = || std::thread::available_parallelism().map_or(1, NonZero::get);
    let asked: Option<usize> = std::env::var("RAYON_NUM_THREADS").ok().and_then(|count| count.parse().ok());
    // Each takes addresses of its own, of which it uses few: more of them would cost a small limit more than they bring.
    let fit =
        || limits::memory().map_or(usize::MAX, |bytes| usize::try_from(bytes / EACH).unwrap_or(usize::MAX).max(1));
    match asked.filter(|count| *count > 0) {
        Some(count) => count.min(MOST.max(4 * cores())),
        None => cores().min(fit()),
    }
}

/// Runs a command and returns the exit code of the process.
#[must_use]
pub fn run(cli: Cli, world: &World) -> ExitCode {
    let world = &World { color: cli.color, ..world.clone() };
    if let Some(done) = limits::apart(std::env::var_os(limits::VARIABLE).is_some()) {
        return done.unwrap_or_else(|error| failed(&error, world.look_of_errors()));
    }
    cores::share(threads);
    let mut out = io::BufWriter::new(Printer { out: io::stdout().lock(), is_heard: true });
    let result = match cli.command {
        Command::Init(arguments) => init::run(&arguments, world, &mut out),
        Command::Check(arguments) => check::run(&arguments, world, &mut out),
        Command::Enforce(arguments) => enforce::run(&arguments, world, &mut out),
        Command::Doctor(arguments) => doctor::run(&arguments, world, &mut out),
        Command::History(arguments) => history::run(&arguments, world, &mut out),
        Command::List(arguments) => list::run(&arguments, world, &mut out),
        Command::New(arguments) => new::run(&arguments, world, &mut out, &mut io::stderr().lock()),
        Command::Import(arguments) => import::run(&arguments, world, &mut out),
        Command::Report(arguments) => report::run(&arguments, world, &mut out),
        Command::Show(arguments) => show::run(&arguments, world, &mut out),
        Command::Card(arguments) => card::run(&arguments, world, &mut out),
        Command::Renew(arguments) => revise::renew(&arguments, world, &mut out),
        Command::Review(arguments) => revise::review(&arguments, world, &mut out),
        Command::Close(arguments) => revise::close(&arguments, world, &mut out),
        Command::Reject(arguments) => revise::reject(&arguments, world, &mut out),
        Command::Amend(arguments) => revise::amend(&arguments, world, &mut out),
        Command::Decide(arguments) => revise::decide(&arguments, world, &mut out),
        Command::Suppressions(arguments) => suppressions::run(&arguments, world, &mut out),
        Command::Evidence(arguments) => evidence::run(&arguments, world, &mut out),
        Command::Export(arguments) => export::run(&arguments, world, &mut out),
        Command::Sync(arguments) => sync::run(&arguments, world, &mut out),
        Command::Remind(arguments) => remind::run(&arguments, world, &mut out),
        Command::Explain { rule, format } => explain::run(rule.as_deref(), format, world.look(), &mut out),
        Command::Completions { shell } => completions::run(&shell, &mut out),
        Command::Man { command, output } => man::run(command.as_deref(), output.as_deref(), world, &mut out),
        Command::Schema { name } => schema::run(&name, &mut out),
    };
    let flushed = out.flush().map_err(Error::from);
    match result.and_then(|code| flushed.map(|()| code)) {
        Ok(code) => code,
        Err(error) => failed(&error, world.look_of_errors()),
    }
}

/// Standard output. A reader that has seen enough, such as `head`, is no fault of the run, which then does and returns what
/// it would have without one.
struct Printer<W> {
    out: W,
    is_heard: bool,
}

impl<W> Printer<W> {
    fn unless_unheard<T>(&mut self, unheard: T, act: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        if !self.is_heard {
            return Ok(unheard);
        }
        match act(&mut self.out) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.is_heard = false;
                Ok(unheard)
            }
            other => other,
        }
    }
}

impl<W: Write> Write for Printer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_unheard(bytes.len(), |out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_unheard((), Write::flush)
    }
}

/// Says why a run could not be done.
fn failed(error: &Error, look: Look) -> ExitCode {
    let text = describe(error, look);
    let _ = io::stderr().lock().write_all(text.as_bytes());
    error.exit_code()
}

/// Prints what the argument parser says: help, the version, or what it does not understand. Those words come from
/// whoever wrote the command line, and must do nothing to a terminal or a log.
#[must_use]
pub fn misused(error: &clap::Error) -> ExitCode {
    let text = error.to_string();
    if !error.use_stderr() || text.split('\n').all(|line| escape::line(line) == line) {
        match error.print() {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => return failed(&Error::from(error), Look::default()),
            _ => {}
        }
    } else {
        let text: String = text.split_terminator('\n').map(|line| format!("{}\n", escape::line(line))).collect();
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
    if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS }
}

/// Draws an error for standard error.
#[must_use]
pub fn describe(error: &Error, look: Look) -> String {
    let snippet = |message: String, help, place, labels| Snippet {
        severity: Severity::Error,
        head: "error".to_owned(),
        message,
        help,
        place,
        labels,
    };
    let of_commit;
    let (kind, source, problems) = match error {
        Error::Config { kind, source_text, problems, commit: None } => (kind, &**source_text, problems),
        Error::Config { kind, source_text, problems, commit: Some(commit) } => {
            let name = format!("{} as {commit} has it", source_text.path());
            of_commit = Source::new(name, source_text.text().to_owned());
            (kind, &of_commit, problems)
        }
        Error::ByHand { .. } | Error::Missing { .. } | Error::Unfinished { .. } => {
            let head = render_snippet(&snippet(error.to_string(), error.help(), None, Vec::new()), look);
            let lines = below(error, look);
            return head + &lines.iter().map(|line| format!("    {}\n", escape::line(line))).collect::<String>();
        }
        other => return render_snippet(&snippet(other.to_string(), other.help(), None, Vec::new()), look),
    };
    let drawn = problems.iter().map(|problem| {
        let place = Some((source, source.first_line(problem.span)));
        let related = problem.related.iter();
        let labels = related.map(|other| (source, other.span, other.message.clone())).collect();
        let message = format!("{kind} is not usable: {}", problem.message);
        render_snippet(&snippet(message, problem.help.clone(), place, labels), look)
    });
    drawn.collect::<Vec<_>>().join("\n")
}

/// Returns the lines below an error and its help.
fn below(error: &Error, look: Look) -> Vec<String> {
    match error {
        Error::ByHand { lines, .. } | Error::Unfinished { lines, .. } => lines.lines().map(str::to_owned).collect(),
        Error::Missing { answers, .. } => {
            let width = answers.iter().map(|(argument, _)| argument.chars().count()).max().unwrap_or_default();
            let room = if look.wraps { look.width.saturating_sub(width + 6).max(NARROWEST) } else { usize::MAX };
            let line = |(argument, what): &(String, String)| {
                let gap = format!("\n{}", " ".repeat(width + 2));
                format!("{argument:width$}  {}", wrap(what, "", room).replace('\n', &gap))
            };
            answers.iter().map(line).flat_map(|lines| lines.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
        }
        _ => Vec::new(),
    }
}
