//! What the doctor found, one line for each thing that it looked at.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use crate::doctor::{Group, Line, Status};
use crate::output::{Look, escape, wrap};

/// A format of the diagnosis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For scripts.
    Json,
    /// A page with one table, for a job summary or an issue.
    Markdown,
}

/// The version of the JSON; removing a key or changing its meaning increments it.
const VERSION: u32 = 1;

/// The widest line of prose, in columns.
const WIDEST: usize = 80;

/// A diagnosis, ready to be printed.
#[derive(Clone, Copy, Debug)]
pub struct Diagnosis<'d> {
    /// The lines, in order.
    pub lines: &'d [Line],
    /// The branch that the gate protects.
    pub branch: &'d str,
}

/// Writes a diagnosis in a format.
///
/// # Errors
///
/// If the writer fails.
pub fn render(format: Format, diagnosis: &Diagnosis<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => {
            text(diagnosis, look, out)?;
            writeln!(out, "{}", counts(diagnosis))
        }
        Format::Json => escape::json(&Document::new(diagnosis), out),
        Format::Markdown => markdown(diagnosis, out),
    }
}

/// Writes the lines below the headings of their groups, for people.
///
/// # Errors
///
/// If the writer fails.
pub fn text(diagnosis: &Diagnosis<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let mut group = None;
    for line in diagnosis.lines {
        if group != Some(line.check.group()) {
            if group.is_some() {
                writeln!(out)?;
            }
            group = Some(line.check.group());
            writeln!(out, "{}", heading(line.check.group(), diagnosis.branch))?;
        }
        entry(line, look, out)?;
    }
    if group.is_some() {
        writeln!(out)?;
    }
    Ok(())
}

fn heading(group: Group, branch: &str) -> String {
    match group {
        Group::Job => "the job".to_owned(),
        Group::Files => "the files".to_owned(),
        Group::Settings => format!("the settings of `{}`", escape::line(branch)),
    }
}

/// What comes before the prose of a line, and before what follows from it.
const INDENT: &str = "           ";
const DEEPER: &str = "             ";

fn entry(line: &Line, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let width = look.width.min(WIDEST);
    let (on, off) = match (look.color, line.status) {
        (false, _) => ("", ""),
        (true, Status::Ok) => ("\u{1b}[32m", "\u{1b}[0m"),
        (true, Status::Wrong) => ("\u{1b}[31m", "\u{1b}[0m"),
        (true, Status::Advice | Status::Unknown) => ("\u{1b}[33m", "\u{1b}[0m"),
    };
    writeln!(out, "  {on}{:7}{off}  {}", line.status.name(), prose(&message(line), INDENT, width))?;
    if let Some(fix) = &line.fix {
        let arrow = if look.unicode { "→ " } else { "- " };
        writeln!(out, "{INDENT}{arrow}{}", prose(fix, DEEPER, width))?;
    }
    for copied in line.snippet.iter().flat_map(|snippet| snippet.lines()) {
        writeln!(out, "{DEEPER}{}", escape::line(copied))?;
    }
    Ok(())
}

/// Breaks a text for the column of the prose; the first line comes without its indent.
fn prose(text: &str, indent: &str, width: usize) -> String {
    let room = ".".repeat(indent.len() - 1);
    wrap(&format!("{room} {text}"), indent, width).split_off(indent.len())
}

/// Returns the message, with its place if something is to be done there and nothing else names it.
fn message(line: &Line) -> String {
    let place = line.place.as_ref().filter(|place| {
        let named = |text: &str| text.contains(&place.path);
        let is_named = named(&line.message) || line.fix.as_deref().is_some_and(named);
        line.status != Status::Ok && (!is_named || !line.also.is_empty())
    });
    let places: Vec<String> =
        place.into_iter().chain(&line.also).map(|place| format!("{}:{}", place.path, place.line)).collect();
    match places.as_slice() {
        [] => line.message.clone(),
        places => format!("{} ({})", line.message, places.join(", ")),
    }
}

/// Counts the lines of each status that occurs.
fn counts(diagnosis: &Diagnosis<'_>) -> String {
    let count = |status: Status| diagnosis.lines.iter().filter(|line| line.status == status).count();
    let counted = Status::ALL.into_iter().map(|status| (count(status), status.name()));
    let named: Vec<String> =
        counted.filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
    named.join(", ")
}

fn markdown(diagnosis: &Diagnosis<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut page = format!("## stopgap doctor: {}\n\n", escape::markdown_message(&counts(diagnosis)));
    page.push_str("| status | check | finding |\n|---|---|---|\n");
    for line in diagnosis.lines {
        let mut what = escape::markdown_message(&message(line));
        for more in line.fix.iter() {
            let _ = write!(what, "<br>{}", escape::markdown_message(more));
        }
        for copied in line.snippet.iter().flat_map(|snippet| snippet.lines()) {
            let _ = write!(what, "<br>{}", escape::markdown_code(copied));
        }
        let _ = writeln!(page, "| {} | `{}` | {what} |", line.status.name(), line.check.id());
    }
    write!(out, "{page}")
}

#[derive(Serialize)]
struct Document<'d> {
    version: u32,
    branch: &'d str,
    lines: Vec<Item<'d>>,
    summary: Counts,
}

#[derive(Serialize)]
struct Item<'d> {
    check: &'static str,
    status: &'static str,
    message: &'d str,
    fix: Option<&'d str>,
    snippet: Option<&'d str>,
    path: Option<&'d str>,
    line: Option<usize>,
    also: Vec<Other<'d>>,
}

#[derive(Serialize)]
struct Other<'d> {
    path: &'d str,
    line: usize,
}

#[derive(Serialize)]
struct Counts {
    ok: usize,
    wrong: usize,
    advice: usize,
    unknown: usize,
}

impl<'d> Document<'d> {
    fn new(diagnosis: &Diagnosis<'d>) -> Self {
        let count = |status: Status| diagnosis.lines.iter().filter(|line| line.status == status).count();
        let item = |line: &'d Line| Item {
            check: line.check.id(),
            status: line.status.name(),
            message: &line.message,
            fix: line.fix.as_deref(),
            snippet: line.snippet.as_deref(),
            path: line.place.as_ref().map(|place| place.path.as_str()),
            line: line.place.as_ref().map(|place| place.line),
            also: line.also.iter().map(|place| Other { path: &place.path, line: place.line }).collect(),
        };
        Self {
            version: VERSION,
            branch: diagnosis.branch,
            lines: diagnosis.lines.iter().map(item).collect(),
            summary: Counts {
                ok: count(Status::Ok),
                wrong: count(Status::Wrong),
                advice: count(Status::Advice),
                unknown: count(Status::Unknown),
            },
        }
    }
}
