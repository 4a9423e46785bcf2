//! The case file of one exception: what it says, when it ends, its history step by step, and what its commits did.

mod html;
mod json;
mod markdown;
mod text;

use std::io::{self, Write};

use crate::git::Commit;
use crate::history::case::{Step, Written};
use crate::history::timeline::Event;
use crate::output::history::{cut, name_of};
use crate::output::record::View;
use crate::output::{Look, Report};
use crate::register::{Cover, Exception, FileRef, Text};
use crate::rule::{Finding, Level};
use crate::time::Day;

/// A format of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For an issue, a ticket or a wiki.
    Markdown,
    /// One page to print or keep; nothing in it needs a network.
    Html,
    /// For scripts: everything, as `stopgap schema show` describes it.
    Json,
}

/// What a rule says about a commit of the past.
#[derive(Clone, Debug)]
pub struct Slip {
    /// The commit of the branch.
    pub commit: Commit,
    /// The day on which it was committed.
    pub day: Day,
    /// How bad it is.
    pub level: Level,
    /// The rule.
    pub rule: &'static str,
    /// What it says.
    pub message: String,
}

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
    /// The commit that removed it, where it is no longer in the register.
    pub removed_in: Option<Commit>,
    /// Its story, in the order of the days.
    pub story: Vec<Step>,
    /// What rules say about its commits, oldest first.
    pub slips: Vec<Slip>,
    /// What could not be found out.
    pub remarks: Vec<String>,
    /// What became of it, oldest first.
    pub timeline: Vec<Event>,
    /// Whether the width of a terminal is known.
    pub in_terminal: bool,
    /// Whether the timeline is git's; otherwise it is what the record itself says.
    pub in_git: bool,
}

/// Writes a page in a format.
///
/// # Errors
///
/// If the writer fails.
pub fn render(format: Format, sheet: &Sheet<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::render(sheet, look, out),
        Format::Markdown => markdown::render(sheet, out),
        Format::Html => html::render(sheet, out),
        Format::Json => json::render(sheet, out),
    }
}

fn title<'s>(sheet: &'s Sheet<'s>) -> &'s str {
    sheet.exception.and_then(|it| value(&it.title)).unwrap_or("(no title)")
}

/// Returns the findings in words.
fn findings<'s>(sheet: &'s Sheet<'s>) -> impl Iterator<Item = String> + 's {
    sheet.findings.iter().map(|finding| {
        let line = sheet.report.place(finding.file, finding.span).start.line;
        format!("{}[{}] line {line}: {}", finding.level.name(), finding.rule.id, finding.message)
    })
}

/// Returns what a step is: `renewed (2)`.
fn heading(step: &Step) -> String {
    match step.number.filter(|number| *number > 1) {
        Some(number) => format!("{} ({number})", step.act.name()),
        None => step.act.name().to_owned(),
    }
}

/// Returns what git knows about a step, in sentences.
fn known(step: &Step) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(written) = &step.written {
        let Written { commit, info, day, landed, landed_info, landed_day } = written;
        let author = cut(name_of(&info.author));
        let subject = cut(&info.subject);
        lines.push(format!("commit {} of {day} by {author}: {subject}", commit.short()));
        let request = step.request.as_ref().map(|it| format!("{} {it}", request(it)));
        if landed != commit {
            let by = cut(name_of(&landed_info.author));
            let request = request.map(|request| format!(", {request}")).unwrap_or_default();
            lines.push(format!("merged in {} on {landed_day} by {by}{request}", landed.short()));
        } else if let Some(request) = request {
            lines.push(format!("merged with {request}"));
        }
    }
    match step.approvals.as_deref() {
        Some([]) => lines.push("nobody had approved it".to_owned()),
        Some(approvals) => lines
            .extend(approvals.iter().map(|it| format!("@{} {} on {} ({})", it.login, it.state, it.day, it.request))),
        None => {}
    }
    lines
}

/// Returns what its forge calls a request, written as `#12` or `!12`.
fn request(written: &str) -> &'static str {
    if written.starts_with('!') { "merge request" } else { "pull request" }
}

/// Returns whether record and git agree, in words; nothing where there is nothing to compare.
fn verdict(step: &Step) -> Option<&'static str> {
    step.agrees().map(|agrees| if agrees { "record and git agree" } else { "record and git do not agree" })
}

/// Returns the findings about commits that no step of the story tells.
fn untold<'s>(sheet: &'s Sheet<'s>) -> impl Iterator<Item = &'s Slip> {
    let landed = |step: &Step, slip: &Slip| step.written.as_ref().is_some_and(|it| it.landed == slip.commit);
    sheet.slips.iter().filter(move |slip| !sheet.story.iter().any(|step| landed(step, slip)))
}

fn source(sheet: &Sheet<'_>) -> &'static str {
    if sheet.in_git {
        "by the commits of this branch"
    } else {
        "by the record itself, because this is not a git repository"
    }
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
        let exposure: Vec<&str> = it.risk.exposure.iter().map(Text::as_str).collect();
        add("exposes", (!exposure.is_empty()).then(|| exposure.join(", ")));
        let covers: Vec<String> = it.covers.iter().map(Cover::words).collect();
        add("silences", (!covers.is_empty()).then(|| covers.join("; ")));
        add("requester", own(&it.requester));
        add("owner", own(&it.owner));
        let decided = it.decided.as_ref().map(|day| format!(", decided on {}", day.value)).unwrap_or_default();
        add("approver", own(&it.approver).map(|approver| approver + &decided));
        let term = it.starts.as_ref().zip(it.expires.as_ref());
        add("term", term.map(|(starts, expires)| format!("{} to {}", starts.value, expires.value)));
        if sheet.view.facts(Some(it)).days_left.is_some() || !it.renewals.is_empty() {
            let row = match sheet.in_a_row {
                Some((count, before)) => format!("; continues {before}, which makes {count} in a row"),
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
