//! What the commits of the past did: the findings of each commit, oldest first.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;

use crate::files;
use crate::git::Commit;
use crate::output::{Broken, Folded, Look, Named, Report, Several, escape, github, json, text};
use crate::register::Register;
use crate::replay::{Past, Verdict};
use crate::rule::Level;
use crate::text::counted;
use crate::time::Today;

/// A format of the history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A heading for each commit, then snippets of its files.
    #[default]
    Text,
    /// One line per finding: `commit:path:line:col: level[rule] message`.
    Concise,
    /// One list of findings, each with its commit, for scripts.
    Json,
    /// Workflow commands, which GitHub Actions shows as annotations of the run: the lines are those of the commit.
    Github,
}

/// The version of the JSON; removing a key or changing its meaning increments it.
const VERSION: u32 = 1;

/// A history, ready to be printed.
#[derive(Debug)]
pub struct HistoryReport<'p> {
    /// What the commits did.
    pub past: &'p Past,
    /// The commit after which the history begins; `None` for all of it.
    pub since: Option<&'p Commit>,
    /// The registers, if there are several.
    pub registers: Option<&'p Registers>,
    /// The moment of the run.
    pub today: Today,
    /// Whether the summary is left out of the formats for people.
    pub quiet: bool,
}

/// The registers whose history was replayed as one.
#[derive(Debug, Default)]
pub struct Registers {
    /// The roots of those that were judged, from the top of the work tree.
    pub judged: Vec<String>,
    /// Those that could not be.
    pub broken: Vec<Broken>,
}

/// Writes a history in a format.
///
/// # Errors
///
/// If the writer fails.
pub fn render(format: Format, report: &HistoryReport<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => {
            for verdict in &report.past.verdicts {
                heading(verdict, out)?;
                text::render(&report.of(verdict, &Register::default()), look, out)?;
            }
            summary(report, &mut Folded::new(out, look))
        }
        Format::Concise => {
            for verdict in &report.past.verdicts {
                concise(verdict, out)?;
            }
            summary(report, out)
        }
        Format::Json => json(report, out),
        Format::Github => {
            for broken in report.broken() {
                github::unjudged(broken, out)?;
            }
            for verdict in &report.past.verdicts {
                annotate(verdict, out)?;
            }
            if !report.quiet {
                github::unseen(|level| count(report.past, level), out)?;
            }
            summary(report, out)
        }
    }
}

/// Returns how many findings of a level there are.
#[must_use]
pub fn count(past: &Past, level: Level) -> usize {
    past.verdicts.iter().map(|verdict| verdict.findings.count(level)).sum()
}

/// Returns a name and an address as `Name`, for people.
#[must_use]
pub fn name_of(author: &str) -> &str {
    match author.split_once(" <") {
        Some((name, _)) if !name.trim().is_empty() => name,
        _ => author,
    }
}

/// The longest heading, name or subject, in characters.
const LONGEST: usize = 120;

/// Returns a text of a commit for one line of output.
#[must_use]
pub fn cut(text: &str) -> String {
    let mut cut: String = text.chars().take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        cut.push('…');
    }
    cut
}

fn heading(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let (author, subject) = (cut(name_of(&verdict.info.author)), cut(&verdict.info.subject));
    let line =
        format!("commit {} of {}{} by {author}: {subject}", verdict.commit.short(), verdict.day, register(verdict));
    writeln!(out, "{}\n", escape::line(&line))
}

/// Returns in which of several registers a commit did something.
fn register(verdict: &Verdict) -> String {
    verdict.register.as_ref().map_or_else(String::new, |root| format!(" in `{}`", files::folder_name(root)))
}

fn concise(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    for finding in verdict.findings.iter() {
        let source = verdict.files.source(finding.file);
        let start = source.position(finding.span.start);
        // A colon in the path would end it for any program that reads such lines.
        let path = escape::line(source.path()).replace(':', "\\u{3a}");
        let (commit, level, rule) = (verdict.commit.short(), finding.level.name(), finding.rule.id);
        let message = escape::line(&finding.message);
        writeln!(out, "{commit}:{path}:{}:{}: {level}[{rule}] {message}", start.line, start.column)?;
    }
    Ok(())
}

/// Writes the annotations of a commit. Its lines are not those of the files that are checked out, so the message names
/// them.
fn annotate(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let (author, subject) = (cut(name_of(&verdict.info.author)), cut(&verdict.info.subject));
    let (short, register) = (verdict.commit.short(), register(verdict));
    let commit = format!("commit {short} of {}{register} by {author}: {subject}", verdict.day);
    let commit = escape::line(&commit).into_owned();
    for finding in verdict.findings.iter() {
        let source = verdict.files.source(finding.file);
        let start = source.position(finding.span.start);
        let title = format!("{} ({}) in {}", finding.rule.id, finding.level.name(), verdict.commit.short());
        let place = escape::line(&format!("{}:{}:{}", source.path(), start.line, start.column)).into_owned();
        let mut message = format!("{place}: {}\n{commit}", escape::line(&finding.message));
        if let Some(help) = &finding.help {
            message = format!("{message}\n{}", escape::line(help));
        }
        github::unbound(finding.level, &title, &message, out)?;
    }
    Ok(())
}

fn summary(report: &HistoryReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    if report.quiet {
        return Ok(());
    }
    let past = report.past;
    let levels = [Level::Error, Level::Warning, Level::Note];
    let found = match text::by_level(levels.map(|level| count(past, level))) {
        None => "nothing found".to_owned(),
        Some(found) => {
            let commits: BTreeSet<&Commit> = past.verdicts.iter().map(|verdict| &verdict.commit).collect();
            format!("{found} in {}", counted(commits.len(), "commit"))
        }
    };
    let since = report.since.map(|since| format!(" after {}", since.short())).unwrap_or_default();
    let touching = match (past.commits, past.judged.len()) {
        (1, 0) => "which does not touch".to_owned(),
        (1, _) => "which touches".to_owned(),
        (_, 1) => "1 of them touches".to_owned(),
        (_, judged) => format!("{judged} of them touch"),
    };
    let commits = counted(past.commits, "commit");
    let (place, what) = match report.registers {
        Some(registers) => (format!(" in {}", counted(registers.judged.len(), "register")), "a register"),
        None => (String::new(), "the register"),
    };
    writeln!(out, "{commits}{since}{place}, {touching} {what} or its rule book: {found}")?;
    for root in report.registers.iter().flat_map(|registers| &registers.judged) {
        if let Some(found) = text::by_level(levels.map(|level| report.count_in(root, level))) {
            writeln!(out, "  {}: {found}", escape::line(&files::folder_name(root)))?;
        }
    }
    for broken in report.broken() {
        writeln!(out, "{}", escape::line(&broken.sentence()))?;
    }
    for remark in &past.remarks {
        writeln!(out, "{}", escape::line(remark))?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Document<'p> {
    version: u32,
    today: String,
    head: Option<&'p str>,
    since: Option<&'p str>,
    findings: Vec<Item<'p>>,
    decided: Vec<&'p str>,
    remarks: &'p [String],
    summary: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    registers: Option<Vec<Part>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_judged: Option<Vec<json::Unjudged<'p>>>,
}

/// One of several registers.
#[derive(Serialize)]
struct Part {
    register: String,
    findings: usize,
}

#[derive(Serialize)]
struct Item<'p> {
    commit: &'p CommitItem<'p>,
    #[serde(flatten)]
    finding: json::Item<'p>,
}

#[derive(Serialize)]
struct CommitItem<'p> {
    id: &'p str,
    day: String,
    author: &'p str,
    subject: &'p str,
}

#[derive(Serialize)]
struct Counts {
    commits: usize,
    judged: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
}

fn json(report: &HistoryReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let past = report.past;
    let none = Register::default();
    let homes: Vec<Option<Several>> = past.verdicts.iter().map(home).collect();
    let reports = past.verdicts.iter().zip(&homes).map(|(verdict, home)| {
        let report = Report { several: home.as_ref(), ..report.of(verdict, &none) };
        (commit_item(verdict), report)
    });
    let commits: Vec<(CommitItem<'_>, Report<'_>)> = reports.collect();
    let items = |(commit, report)| {
        let report: &Report<'_> = report;
        report.findings.iter().map(move |finding| Item { commit, finding: json::item(report, finding) })
    };
    let document = Document {
        version: VERSION,
        today: report.today.day.to_string(),
        head: past.head.as_ref().map(Commit::as_str),
        since: report.since.map(Commit::as_str),
        findings: commits.iter().map(|(commit, report)| (commit, report)).flat_map(items).collect(),
        decided: past.decided.iter().map(Commit::as_str).collect(),
        remarks: &past.remarks,
        summary: Counts {
            commits: past.commits,
            judged: past.judged.len(),
            errors: count(past, Level::Error),
            warnings: count(past, Level::Warning),
            notes: count(past, Level::Note),
        },
        registers: report.registers.map(|registers| registers.judged.iter().map(|root| report.part(root)).collect()),
        not_judged: report.registers.map(|registers| registers.broken.iter().map(json::unjudged).collect()),
    };
    escape::json(&document, out)
}

/// Returns the register of a commit's files, where there are several.
fn home(verdict: &Verdict) -> Option<Several> {
    let name = files::folder_name(verdict.register.as_ref()?);
    let (folder, files) = (verdict.folder.clone(), 0..verdict.files.count());
    let registers = vec![Named { name, folder, files, exceptions: 0, live: 0 }];
    Some(Several { registers, ..Several::default() })
}

fn commit_item(verdict: &Verdict) -> CommitItem<'_> {
    let info = &verdict.info;
    CommitItem {
        id: verdict.commit.as_str(),
        day: verdict.day.to_string(),
        author: &info.author,
        subject: &info.subject,
    }
}

impl<'p> HistoryReport<'p> {
    /// Returns the registers that could not be judged.
    fn broken(&self) -> impl Iterator<Item = &'p Broken> {
        self.registers.into_iter().flat_map(|registers| &registers.broken)
    }

    fn count_in(&self, root: &str, level: Level) -> usize {
        let own = self.past.verdicts.iter().filter(|verdict| verdict.register.as_deref() == Some(root));
        own.map(|verdict| verdict.findings.count(level)).sum()
    }

    fn part(&self, root: &str) -> Part {
        let levels = [Level::Error, Level::Warning, Level::Note];
        let findings = levels.into_iter().map(|level| self.count_in(root, level)).sum();
        Part { register: files::folder_name(root), findings }
    }

    /// Creates the report of one commit.
    fn of<'r>(&self, verdict: &'r Verdict, register: &'r Register<'r>) -> Report<'r> {
        let counts = (register.files.len(), register.live());
        let Verdict { findings, files, folder, .. } = verdict;
        Report { quiet: true, ..Report::new(findings, files, counts, folder, self.today) }
    }
}
