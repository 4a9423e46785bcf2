//! The approval card: for a terminal, as a part of the page for a job summary or a comment, and for scripts.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use crate::card::{Approval, Card, Fact, Standing, Subject, Suggestion};
use crate::output::{escape, wrap};

/// A format of the card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For a page on GitHub, or another one.
    Markdown,
    /// For scripts.
    Json,
}

/// The version of the JSON; removing a key or changing its meaning increments it.
const VERSION: u32 = 1;

/// Columns of a terminal.
const WIDTH: usize = 80;

/// Columns before what a fact says.
const INDENT: usize = 14;

/// The longest text of a record on a page, in characters.
const LONGEST: usize = 500;

/// Writes a card in a format; `path` is that of its file from the repository's top.
///
/// # Errors
///
/// If the writer fails.
pub fn render(format: Format, card: &Card, path: &str, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => out.write_all(text(card, path).as_bytes()),
        Format::Markdown => out.write_all(markdown(card, None, path).as_bytes()),
        Format::Json => escape::json(&Document::new(card, path), out),
    }
}

/// Draws a card for a terminal.
fn text(card: &Card, path: &str) -> String {
    let mut page = String::new();
    push(&mut page, "", &format!("{}: {}", card.id, card.subject.words()));
    push(&mut page, "  ", &card.title);
    page.push('\n');
    for fact in &card.asked {
        push_fact(&mut page, fact);
    }
    if !card.before.is_empty() {
        let _ = write!(page, "\n{}\n", follows(card));
        card.before.iter().for_each(|fact| push_fact(&mut page, fact));
    }
    if !card.unusual.is_empty() {
        page.push_str("\nunusual\n");
        for sentence in &card.unusual {
            let _ = writeln!(page, "  {}", wrap(sentence, "    ", WIDTH - 2));
        }
    }
    if !card.precedents.is_empty() {
        let _ = write!(page, "\nrequested before\n");
        for sentence in &card.precedents {
            let _ = writeln!(page, "  {}", wrap(sentence, "    ", WIDTH - 2));
        }
    }
    page.push_str("\ndecision\n");
    for sentence in decision(card) {
        let _ = writeln!(page, "  {}", wrap(&sentence, "    ", WIDTH - 2));
    }
    if let Some(Suggestion { first, last, text, .. }) = &card.suggestion {
        let lines = if first == last { format!("line {first}") } else { format!("lines {first} to {last}") };
        let _ = writeln!(page, "  {}", wrap(&format!("{lines} of {path} should read"), "    ", WIDTH - 2));
        for line in text.lines() {
            let _ = writeln!(page, "    {}", escape::line(line));
        }
    }
    page
}

fn push(page: &mut String, indent: &str, line: &str) {
    let _ = writeln!(page, "{indent}{}", wrap(line, &format!("{indent}  "), WIDTH - indent.len()));
}

fn push_fact(page: &mut String, Fact { label, text }: &Fact) {
    let wrapped = wrap(&escape::folded(text), "", WIDTH - INDENT).replace('\n', &format!("\n{:INDENT$}", ""));
    let _ = writeln!(page, "  {label:width$}{wrapped}", width = INDENT - 2);
}

/// Draws a card as Markdown for GitHub: a heading, lists and at most one table, whose cells hold no markup of the record.
/// `register` names the register, if there are several.
#[must_use]
pub fn markdown(card: &Card, register: Option<&str>, path: &str) -> String {
    let mut page = String::new();
    let home = register.map(|name| format!(" in {name}")).unwrap_or_default();
    let heading = format!("{}{home}: {}", card.id, card.subject.words());
    let _ = write!(page, "### {}\n\n{}\n\n", prose(&heading), prose(&card.title));
    if card.before.is_empty() {
        for Fact { label, text } in &card.asked {
            let _ = writeln!(page, "- **{label}:** {}", prose(text));
        }
    } else {
        beside(card, &mut page);
    }
    if !card.unusual.is_empty() {
        page.push_str("\n**Unusual**\n\n");
        for sentence in &card.unusual {
            let _ = writeln!(page, "- {}", prose(sentence));
        }
    }
    if !card.precedents.is_empty() {
        page.push_str("\n**Requested before**\n\n");
        for sentence in &card.precedents {
            let _ = writeln!(page, "- {}", escape::markdown_message(sentence));
        }
    }
    page.push_str("\n**Decision**\n\n");
    for sentence in decision(card) {
        let _ = writeln!(page, "- {}", prose(&sentence));
    }
    if let Some(Suggestion { first, last, .. }) = &card.suggestion {
        let to = if first == last { String::new() } else { format!("-{last}") };
        let place = escape::markdown_code(&format!("{path}:{first}{to}"));
        let _ = write!(page, "\n{place} should read:\n\n{}", card.suggestion_block().unwrap_or_default());
    }
    page
}

/// Draws what is asked beside what it follows: the same label in the same row.
fn beside(card: &Card, page: &mut String) {
    let _ = write!(page, "| | requested now | {} |\n|---|---|---|\n", follows(card));
    let of = |facts: &[Fact], label: &str| {
        let texts: Vec<String> =
            facts.iter().filter(|fact| fact.label == label).map(|fact| prose(&fact.text)).collect();
        texts.join("<br>")
    };
    let mut labels: Vec<&str> = Vec::new();
    for Fact { label, .. } in card.before.iter().chain(&card.asked) {
        if !labels.contains(label) {
            labels.push(label);
        }
    }
    for label in labels {
        let _ = writeln!(page, "| **{label}** | {} | {} |", of(&card.asked, label), of(&card.before, label));
    }
}

fn follows(card: &Card) -> &'static str {
    match card.subject {
        Subject::Renewal(_) => "the request that it extends",
        Subject::Amendment(_) if card.is_compared => "the record that it corrects",
        Subject::Amendment(_) => "the record as it reads now",
        _ => "what was granted",
    }
}

/// Says who must agree, and who does.
fn decision(card: &Card) -> Vec<String> {
    if card.approvals.is_empty() {
        let who = if card.subject == Subject::Closure { "no verifier is named" } else { "no approver is named" };
        return vec![who.to_owned()];
    }
    let deed = match card.subject {
        Subject::Closure => "verify it",
        Subject::Refusal => "reject it",
        _ => "approve it",
    };
    let said = card.approvals.iter().map(|approval| standing(approval, deed, card.subject));
    let is_made = card.approvals.iter().any(|approval| matches!(approval.standing, Standing::Approved(_)));
    let dated = card.suggestion.iter().map(|Suggestion { day, dated, .. }| match is_made {
        true => format!("the decision is dated {dated}, and was made on {day}"),
        false => format!("the decision is dated {dated}, and today is {day}"),
    });
    said.chain(dated).collect()
}

fn standing(Approval { who, standing, .. }: &Approval, deed: &str, subject: Subject) -> String {
    match standing {
        Standing::Approved(day) => format!("{who} approved this on {day}"),
        Standing::Outdated(day) => {
            format!("{who} approved this on {day}, but it has changed since and needs a new approval")
        }
        Standing::Against => format!("{who} requested changes, or the approval was dismissed"),
        Standing::Waiting => format!("{who} has to {deed}, and has not approved yet"),
        Standing::NoAccount => format!("{who} has to {deed}, and has no known account"),
        Standing::Unknown(day) => {
            let day = day.map(|day| format!(", on {day} as the record says")).unwrap_or_default();
            match subject {
                Subject::Closure => format!("{who} verifies{day}"),
                Subject::Refusal => format!("{who} rejects it{day}"),
                _ => format!("{who} decides{day}"),
            }
        }
    }
}

impl Card {
    /// Returns the block that GitHub offers to commit with one click, where it stands in a review comment on the lines;
    /// elsewhere it is a block of code. `None` if the line holds what would end or hide the block.
    #[must_use]
    pub fn suggestion_block(&self) -> Option<String> {
        let text = &self.suggestion.as_ref()?.text;
        let is_plain = !text.contains("```") && text.lines().all(|line| escape::line(line) == line);
        is_plain.then(|| format!("```suggestion\n{text}\n```\n"))
    }
}

fn prose(text: &str) -> String {
    let mut cut: String = text.trim().chars().take(LONGEST).collect();
    if cut.len() < text.trim().len() {
        cut.push('…');
    }
    escape::markdown(&cut)
}

/// A card for scripts.
#[derive(Serialize)]
pub(super) struct Document<'c> {
    version: u32,
    #[serde(flatten)]
    item: Item<'c>,
}

/// What a card says, without the version of the contract.
#[derive(Serialize)]
pub(super) struct Item<'c> {
    id: &'c str,
    #[serde(skip_serializing_if = "Option::is_none")]
    register: Option<&'c str>,
    subject: &'static str,
    number: Option<usize>,
    title: &'c str,
    path: &'c str,
    asked: Vec<Said<'c>>,
    before: Vec<Said<'c>>,
    unusual: &'c [String],
    precedents: &'c [String],
    approvals: Vec<Person<'c>>,
    suggestion: Option<Line<'c>>,
}

#[derive(Serialize)]
struct Said<'c> {
    label: &'c str,
    text: &'c str,
}

#[derive(Serialize)]
struct Person<'c> {
    who: &'c str,
    account: Option<&'c str>,
    standing: &'static str,
    day: Option<String>,
}

#[derive(Serialize)]
struct Line<'c> {
    line: usize,
    last_line: usize,
    text: &'c str,
    day: String,
    block: Option<String>,
}

impl<'c> Document<'c> {
    fn new(card: &'c Card, path: &'c str) -> Self {
        Self { version: VERSION, item: item(card, None, path) }
    }
}

/// Describes a card; `register` names the register, if there are several.
pub(super) fn item<'c>(card: &'c Card, register: Option<&'c str>, path: &'c str) -> Item<'c> {
    let said = |facts: &'c [Fact]| facts.iter().map(|Fact { label, text }| Said { label, text }).collect();
    Item {
        id: &card.id,
        register,
        subject: card.subject.kind(),
        number: match card.subject {
            Subject::Renewal(at) | Subject::Amendment(at) => Some(at + 1),
            _ => None,
        },
        title: &card.title,
        path,
        asked: said(&card.asked),
        before: said(&card.before),
        unusual: &card.unusual,
        precedents: &card.precedents,
        approvals: card.approvals.iter().map(described).collect(),
        suggestion: card.suggestion.as_ref().map(|it| Line {
            line: it.first,
            last_line: it.last,
            text: &it.text,
            day: it.day.to_string(),
            block: card.suggestion_block(),
        }),
    }
}

fn described(approval: &Approval) -> Person<'_> {
    let (standing, day) = match approval.standing {
        Standing::Approved(day) => ("approved", Some(day)),
        Standing::Outdated(day) => ("outdated", Some(day)),
        Standing::Against => ("against", None),
        Standing::Waiting => ("waiting", None),
        Standing::NoAccount => ("no-account", None),
        Standing::Unknown(day) => ("unknown", day),
    };
    Person { who: &approval.who, account: approval.account.as_deref(), standing, day: day.map(|day| day.to_string()) }
}
