//! A page for GitHub's job summary: one table of findings, and a card for each decision that a change asks for.
//!
//! The heaviest come first, because the page is bounded, and what is left out must be the least important. The bound is that of a comment on GitHub, 65,536 characters, so that the same
//! page can be posted; a job summary may have 1 MiB per step.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::output::{Place, Report, card, escape, text};
use crate::rule::{Finding, Level};

/// The longest page, in bytes.
const LONGEST_PAGE: usize = 65_000;

/// How much of it findings leave to the approval cards, in bytes.
const FOR_CARDS: usize = 30_000;

/// What is reserved for the line that counts what is left out, in bytes.
const RESERVED: usize = 200;

/// The longest message, help or path, in characters.
const LONGEST_TEXT: usize = 500;

/// Writes the findings that gate.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.by_weight();
    let mut page = if report.quiet { String::new() } else { head(report) };
    let mut left_out = [0; 3];
    let room = if report.cards.list.is_empty() { LONGEST_PAGE } else { LONGEST_PAGE - FOR_CARDS };
    if !findings.is_empty() {
        page.push_str("| level | rule | place | finding |\n|---|---|---|---|\n");
    }
    for finding in findings {
        let full = left_out.iter().sum::<usize>() > 0;
        let row = if full { String::new() } else { row(report, finding) };
        if full || page.len() + row.len() + RESERVED > room {
            left_out[level(finding)] += 1;
        } else {
            page.push_str(&row);
        }
    }
    if let Some(counts) = text::by_level(left_out) {
        let _ = write!(page, "\nThe page is full; left out: {counts}. `stopgap check` lists them all.\n");
    }
    add_cards(report, &mut page);
    let page = page.trim_end();
    if page.is_empty() { Ok(()) } else { writeln!(out, "{page}") }
}

/// Adds what the change asks somebody to approve, as far as there is room.
fn add_cards(report: &Report<'_>, page: &mut String) {
    let cards = report.cards;
    let mut left_out = cards.left_out;
    if !cards.list.is_empty() {
        page.push_str("\n## What an approval agrees to\n\n");
    }
    for card in &cards.list {
        let text = card::markdown(card, report.register_of(card.file), &cut(&report.repository_path(card.file)));
        if left_out > cards.left_out || page.len() + text.len() + RESERVED > LONGEST_PAGE {
            left_out += 1;
        } else {
            page.push_str(&text);
            page.push('\n');
        }
    }
    if left_out > 0 {
        let _ = writeln!(page, "{left_out} more to decide; `stopgap card ID` shows each of them.");
    }
}

/// Returns what was found, where, and what the result does not cover.
fn head(report: &Report<'_>) -> String {
    let found = text::found(report);
    let mut page =
        format!("## stopgap: {}\n\n{}\n\n", escape::markdown_message(&found), prose(&text::looked_at(report)));
    for broken in report.broken() {
        let help = broken.help.as_ref().map(|help| format!("<br>{}", prose(help))).unwrap_or_default();
        let _ = writeln!(page, "**{}**{help}\n", prose(&broken.sentence()));
    }
    for line in text::elsewhere(report).iter().chain(report.remarks) {
        let _ = writeln!(page, "{}\n", prose(line));
    }
    page
}

fn row(report: &Report<'_>, finding: &Finding) -> String {
    let Place { start, .. } = report.place(finding.file, finding.span);
    let path = cut(&report.repository_path(finding.file));
    let place = escape::markdown_code(&format!("{path}:{}:{}", start.line, start.column));
    let mut what = prose(&finding.message);
    if let Some(help) = &finding.help {
        what.push_str("<br>");
        what.push_str(&prose(help));
    }
    format!("| {} | `{}` | {place} | {what} |\n", finding.level.name(), finding.rule.id)
}

fn prose(text: &str) -> String {
    escape::markdown_message(&cut(text))
}

fn cut(text: &str) -> String {
    let mut cut: String = text.chars().take(LONGEST_TEXT).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

/// Returns the position of a finding's level in a list of counts.
fn level(finding: &Finding) -> usize {
    match finding.level {
        Level::Error => 0,
        Level::Warning => 1,
        Level::Note | Level::Off => 2,
    }
}
