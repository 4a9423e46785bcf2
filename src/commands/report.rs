//! `stopgap report`: the weekly meeting's agenda and figures.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli;
use crate::commands::gathered::Gathered;
use crate::commands::{World, write};
use crate::error::{Argument, Error};
use crate::output::report::{Format, render};
use crate::report::{self, Meeting};
use crate::time::Day;
use crate::time::typed::{self, Toward};

/// The days between two meetings unless `--since` names another.
const WEEK: i64 = 7;

/// Prepares the meeting.
pub(super) fn run(arguments: &cli::Report, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let outputs = Outputs::parse(arguments)?;
    let opened = Gathered::open(&arguments.place, &arguments.several, arguments.today.as_deref(), world)?;
    for judge in opened.judges() {
        write::spare_inputs(&outputs.files, &[], &world.folder, &opened.root, &judge.policy)?;
    }
    let judge = opened.first();
    let since = read_since(arguments.since.as_deref(), judge.today.day)?;
    let register = opened.register();
    let mut items = report::read(&register, &|path| opened.judge_of(path));
    let folders = opened.folders();
    if opened.are_several() {
        // Only the path says which register an exception is in.
        items.iter_mut().for_each(|item| item.shares_id = true);
    }
    let mut meeting = Meeting::new(&items, &register, judge, since);
    meeting.folder = &folders;
    let view = opened.view(&register);
    write::outputs(&outputs.files, world, |format, look, file| render(format, &meeting, view, look, file))?;
    match outputs.printed.map_or(Ok(()), |format| render(format, &meeting, view, world.look(), out)) {
        // A reader that has seen enough, such as `head`, does not change the answer.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(opened.exit_code()),
    }
}

/// Where the report goes.
struct Outputs {
    files: Vec<(Format, PathBuf)>,
    /// The format for standard output; `None` if a file replaces it.
    printed: Option<Format>,
}

impl Outputs {
    /// Reads `--format` and each `--output`. A file without a format replaces standard output and takes its format, or
    /// the one that its ending names if none is given.
    fn parse(arguments: &cli::Report) -> Result<Self, Error> {
        let is_plain = |output: &&String| !output.contains('=');
        let with_format = |output: &String| match Some(output).filter(is_plain) {
            Some(file) => format!("{}={file}", arguments.format.unwrap_or(Format::of_file(Path::new(file))).name()),
            None => output.clone(),
        };
        let named: Vec<String> = arguments.output.iter().map(with_format).collect();
        let replaced = arguments.output.iter().any(|output| is_plain(&output));
        Ok(Self {
            files: write::parse_outputs(&named, "html=weekly.html")?,
            printed: (!replaced).then(|| arguments.format.unwrap_or_default()),
        })
    }
}

/// Reads `--since`, otherwise goes back a week.
fn read_since(text: Option<&str>, today: Day) -> Result<Day, Error> {
    let Some(text) = text else { return Ok(today.plus(-WEEK)) };
    let since = typed::read_day(text, today, Toward::Past).map_err(|error| Argument::Value {
        option: "--since".to_owned(),
        value: text.to_owned(),
        why: error.to_string(),
        help: "write the day of the last meeting, such as `2026-11-16` or `monday`".to_owned(),
    })?;
    if since > today {
        return Err(Error::from(Argument::SinceAfterToday { since, today }));
    }
    Ok(since)
}
