//! One exception on a page: what it says, when it ends, and what became of it.

use std::io::{self, Write};

use serde::Serialize;

use crate::history::timeline::Event;
use crate::output::history::{cut, name_of};
use crate::output::record::{Described, View};
use crate::output::{Report, escape, json};
use crate::register::{Exception, FileRef, Text};
use crate::rule::Finding;

/// A format of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For scripts.
    Json,
}

/// The version of the JSON; removing a key or changing its meaning increments it.
const VERSION: u32 = 1;

/// What is shown about an exception.
#[derive(Debug)]
pub struct Sheet<'s> {
    /// All exceptions on the day of the page.
    pub view: View<'s>,
    /// The exception; `None` if its file has no tree.
    pub exception: Option<&'s Exception<'s>>,
    /// Its file.
    pub file: FileRef<'s>,
    /// That file, then others of the same id.
    pub paths: Vec<&'s str>,
    /// Its state today, in words.
    pub standing: String,
    /// How often it may be renewed.
    pub max_renewals: usize,
    /// Renewals and re-filings in a row, and the older exception that it takes up.
    pub in_a_row: Option<(usize, &'s str)>,
    /// The whole register's findings and files.
    pub report: &'s Report<'s>,
    /// Those of this exception.
    pub findings: Vec<&'s Finding>,
    /// What became of it, oldest first.
    pub timeline: Vec<Event>,
    /// Whether the timeline is git's; otherwise it is what the record itself says.
    pub in_git: bool,
}

/// Writes a page in a format.
///
/// # Errors
///
/// If the writer fails.
pub fn render(format: Format, sheet: &Sheet<'_>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text(sheet, out),
        Format::Json => escape::json(&Document::new(sheet), out),
    }
}

fn text(sheet: &Sheet<'_>, out: &mut dyn Write) -> io::Result<()> {
    let title = sheet.exception.and_then(|it| value(&it.title)).unwrap_or("(no title)");
    writeln!(out, "{}", escape::line(&format!("{}: {title}", sheet.file.stem)))?;
    for (key, value) in facts(sheet) {
        writeln!(out, "  {key:10} {}", escape::line(&value))?;
    }
    writeln!(out, "\nfindings on {}", sheet.report.today.day)?;
    if sheet.findings.is_empty() {
        writeln!(out, "  none")?;
    }
    for finding in &sheet.findings {
        let line = sheet.report.place(finding.file, finding.span).start.line;
        let text = format!("{}[{}] line {line}: {}", finding.level.name(), finding.rule.id, finding.message);
        writeln!(out, "  {}", escape::line(&text))?;
    }
    let source =
        if sheet.in_git { "by the commits of this branch" } else { "by the record itself, as there is no git here" };
    writeln!(out, "\ntimeline, {source}")?;
    for event in &sheet.timeline {
        writeln!(out, "  {}", escape::line(&entry(event)))?;
    }
    Ok(())
}

fn facts(sheet: &Sheet<'_>) -> Vec<(&'static str, String)> {
    let mut facts = vec![("standing", sheet.standing.clone())];
    if let Some(it) = sheet.exception {
        let mut add = |key, text: Option<String>| facts.extend(text.map(|text| (key, text)));
        let own = |text: &Option<Text<'_>>| value(text).map(str::to_owned);
        add("control", own(&it.control));
        add("reason", own(&it.reason));
        let scope: Vec<&str> = it.scope.parts().map(|(_, text)| text.as_str()).collect();
        add("scope", (!scope.is_empty()).then(|| scope.join(", ")));
        add("tier", it.risk.tier.as_ref().map(|tier| tier.value.name().to_owned()));
        add("requester", own(&it.requester));
        add("owner", own(&it.owner));
        let decided = it.decided.as_ref().map(|day| format!(", decided on {}", day.value)).unwrap_or_default();
        add("approver", own(&it.approver).map(|approver| approver + &decided));
        let term = it.starts.as_ref().zip(it.expires.as_ref());
        add("term", term.map(|(starts, expires)| format!("{} to {}", starts.value, expires.value)));
        if sheet.view.facts(Some(it)).days_left.is_some() || !it.renewals.is_empty() {
            let row = match sheet.in_a_row {
                Some((count, before)) => format!("; takes up {before} again, which makes {count} in a row"),
                None => String::new(),
            };
            add("renewals", Some(format!("{} of {}{row}", it.renewals.len(), sheet.max_renewals)));
        }
    }
    facts.push(("file", sheet.paths.join(" and ")));
    facts
}

fn entry(event: &Event) -> String {
    let day = event.day.map_or_else(|| "uncommitted".to_owned(), |day| day.to_string());
    let what = words(event);
    match (&event.commit, &event.by) {
        (Some((commit, info)), _) => format!("{day}  {}  {what} ({})", commit.short(), cut(name_of(&info.author))),
        (None, Some(by)) => format!("{day}  {what} ({})", cut(by)),
        (None, None) => format!("{day:10}  {what}"),
    }
}

fn words(event: &Event) -> String {
    let deed = &event.deed;
    let fields = if deed.fields.is_empty() { String::new() } else { format!(": {}", deed.fields.join(", ")) };
    let gap = if deed.details.is_empty() {
        ""
    } else if deed.fields.is_empty() {
        " "
    } else {
        ", "
    };
    format!("{}{fields}{gap}{}", deed.what.name(), deed.details)
}

fn value<'e>(text: &'e Option<Text<'_>>) -> Option<&'e str> {
    text.as_ref().map(Text::as_str)
}

#[derive(Serialize)]
struct Document<'s> {
    version: u32,
    today: String,
    #[serde(flatten)]
    exception: Described<'s>,
    max_renewals: usize,
    in_a_row: Option<usize>,
    takes_up: Option<&'s str>,
    findings: Vec<json::Item<'s>>,
    history: &'static str,
    timeline: Vec<Item<'s>>,
}

#[derive(Serialize)]
struct Item<'s> {
    day: Option<String>,
    what: &'static str,
    fields: &'s [String],
    details: &'s str,
    commit: Option<&'s str>,
    author: Option<&'s str>,
    subject: Option<&'s str>,
    by: Option<&'s str>,
}

impl<'s> Document<'s> {
    fn new(sheet: &'s Sheet<'s>) -> Self {
        Self {
            version: VERSION,
            today: sheet.report.today.day.to_string(),
            exception: sheet.view.describe(&sheet.file),
            max_renewals: sheet.max_renewals,
            in_a_row: sheet.in_a_row.map(|(count, _)| count),
            takes_up: sheet.in_a_row.map(|(_, before)| before),
            findings: sheet.findings.iter().map(|finding| json::item(sheet.report, finding)).collect(),
            history: if sheet.in_git { "git" } else { "record" },
            timeline: sheet.timeline.iter().map(item).collect(),
        }
    }
}

fn item(event: &Event) -> Item<'_> {
    let commit = event.commit.as_ref();
    Item {
        day: event.day.map(|day| day.to_string()),
        what: event.deed.what.name(),
        fields: &event.deed.fields,
        details: &event.deed.details,
        commit: commit.map(|(commit, _)| commit.as_str()),
        author: commit.map(|(_, info)| info.author.as_str()),
        subject: commit.map(|(_, info)| info.subject.as_str()),
        by: event.by.as_deref(),
    }
}
