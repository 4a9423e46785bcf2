//! What the commits of the past did: the findings of each commit, oldest first.

use std::io::{self, Write};

use serde::Serialize;

use crate::git::Commit;
use crate::output::{Folded, Look, Report, escape, github, json, text};
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
    /// The moment of the run.
    pub today: Today,
    /// Whether the summary is left out of the formats for people.
    pub quiet: bool,
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
    let line = format!("commit {} of {} by {author}: {subject}", verdict.commit.short(), verdict.day);
    writeln!(out, "{}\n", escape::line(&line))
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
    let commit = escape::line(&format!("commit {} of {} by {author}: {subject}", verdict.commit.short(), verdict.day))
        .into_owned();
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
    let levels = [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "note")];
    let found: Vec<String> = levels
        .into_iter()
        .map(|(level, noun)| (count(past, level), noun))
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| counted(count, noun))
        .collect();
    let found = match found.as_slice() {
        [] => "nothing found".to_owned(),
        found => format!("{} in {}", found.join(", "), counted(past.verdicts.len(), "commit")),
    };
    let since = report.since.map(|since| format!(" after {}", since.short())).unwrap_or_default();
    let touching = match (past.commits, past.judged) {
        (1, 0) => "which does not touch".to_owned(),
        (1, _) => "which touches".to_owned(),
        (_, 1) => "1 of them touches".to_owned(),
        (_, judged) => format!("{judged} of them touch"),
    };
    let commits = counted(past.commits, "commit");
    writeln!(out, "{commits}{since}, {touching} the register or its rule book: {found}")?;
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
    let one = |verdict| (commit_item(verdict), report.of(verdict, &none));
    let commits: Vec<(CommitItem<'_>, Report<'_>)> = past.verdicts.iter().map(one).collect();
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
            judged: past.judged,
            errors: count(past, Level::Error),
            warnings: count(past, Level::Warning),
            notes: count(past, Level::Note),
        },
    };
    escape::json(&document, out)
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

impl HistoryReport<'_> {
    /// Creates the report of one commit.
    fn of<'r>(&self, verdict: &'r Verdict, register: &'r Register<'r>) -> Report<'r> {
        let counts = (register.files.len(), register.live());
        let Verdict { findings, files, folder, .. } = verdict;
        Report { quiet: true, ..Report::new(findings, files, counts, folder, self.today) }
    }
}
