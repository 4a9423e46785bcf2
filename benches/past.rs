//! Writes a repository whose register has a past: so many exceptions, then so many commits of one change each, over the
//! 53 weeks before [`LAST`].

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use stopgap::internal::time::Day;

/// The day of the last commit.
pub(crate) const LAST: &str = "2026-11-23";

/// The days that the commits are spread over.
const DAYS: i64 = 53 * 7;

/// An exception as the past changes it.
#[derive(Clone)]
struct Entry {
    starts: Day,
    expires: Day,
    /// The day of each renewal's decision, a day after its request, and the end that it gave.
    renewals: Vec<(Day, Day)>,
    closed: Option<Day>,
}

impl Entry {
    fn new(starts: Day, number: usize) -> Self {
        Self { starts, expires: starts.plus(7 + (number % 24) as i64), renewals: Vec::new(), closed: None }
    }

    /// Goes on a step: two renewals at most, then the closure, then a new one in its place.
    fn change(&mut self, day: Day, number: usize) {
        match (self.closed, self.renewals.len()) {
            (Some(_), _) => *self = Self::new(day, number),
            (None, renewals) if renewals < number % 3 => self.renewals.push((day, day.plus(10))),
            (None, _) => self.closed = Some(day),
        }
    }

    fn text(&self, number: usize) -> String {
        let Self { starts, expires, renewals, closed } = self;
        let mut text = format!(
            "title: Label printer {number} keeps its old certificate\ncontrol: CRY-04 Certificates are younger than a year\n\
             scope: {{system: label printer lp-{number}, environment: production}}\nowner: Luis Prado\n\
             approver: Mei Tanaka\ndecided: {starts}\nstatus: {}\nstarts: {starts}\nexpires: {expires}\n",
            if closed.is_some() { "closed" } else { "active" }
        );
        for (at, (decided, expires)) in renewals.iter().enumerate() {
            let key = if at == 0 { "renewals:\n" } else { "" };
            let requested = decided.plus(-1);
            let _ = writeln!(
                text,
                "{key}  - {{requested: {requested}, approver: Mei Tanaka, decided: {decided}, expires: {expires}}}"
            );
        }
        if let Some(closed) = closed {
            let _ = writeln!(text, "closure: {{date: {closed}, by: Luis Prado, verified_by: Mei Tanaka}}");
        }
        text
    }
}

/// Adds the past to an empty repository's branch `main`.
pub(crate) fn write(repository: &Path, entries: usize, commits: usize) -> io::Result<()> {
    let last = Day::parse(LAST).map_err(|error| io::Error::other(error.to_string()))?;
    let first = last.plus(-DAYS);
    let mut all: Vec<Entry> = (0..entries).map(|number| Entry::new(first, number)).collect();
    let mut stream = String::new();
    let begin = |stream: &mut String, day: Day, number: usize| {
        // Noon of the day, in seconds since 1970.
        let epoch = Day::parse("1970-01-01").map_or(0, |epoch| epoch.days_until(day));
        let seconds = epoch * 86_400 + 43_200;
        let message = format!("printers: change {number}");
        let _ = write!(
            stream,
            "commit refs/heads/main\ncommitter Dana Ortiz <dana@example.com> {seconds} +0000\ndata {}\n{message}\n",
            message.len()
        );
    };
    let file = |stream: &mut String, path: &str, text: &str| {
        let _ = write!(stream, "M 100644 inline {path}\ndata {}\n{text}\n", text.len());
    };
    begin(&mut stream, first, 0);
    file(&mut stream, "stopgap.yaml", "version: 1\n");
    for (number, entry) in all.iter().enumerate() {
        file(&mut stream, &format!("exceptions/printer-{number}.yaml"), &entry.text(number));
    }
    for at in 1..commits {
        let day = first.plus(DAYS * at as i64 / (commits.max(2) - 1) as i64);
        let number = at * 7919 % entries.max(1);
        all[number].change(day, number);
        begin(&mut stream, day, at);
        file(&mut stream, &format!("exceptions/printer-{number}.yaml"), &all[number].text(number));
    }
    let mut import =
        Command::new("git").args(["fast-import", "--quiet"]).current_dir(repository).stdin(Stdio::piped()).spawn()?;
    if let Some(mut input) = import.stdin.take() {
        input.write_all(stream.as_bytes())?;
    }
    match import.wait()?.success() {
        true => Ok(()),
        false => Err(io::Error::other("git fast-import failed")),
    }
}
