//! A page for GitHub's job summary: one table of findings, and a card for each decision that a change asks for.
//!
//! The heaviest come first, because the page is bounded, and what is left out must be the least important. The bound is
//! that of a comment on GitHub, 65,536 characters, so that the same page can be posted; a job summary may have 1 MiB per
//! step.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::output::{Place, Report, card, escape, record, text};
use crate::rule::{Finding, Level};
use crate::source::FileId;

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
    let mut owners = Owners::default();
    let room = if report.cards.list.is_empty() { LONGEST_PAGE } else { LONGEST_PAGE - FOR_CARDS };
    if !findings.is_empty() {
        page.push_str("| level | rule | place | owner | finding |\n|---|---|---|---|---|\n");
    }
    for finding in findings {
        let full = left_out.iter().sum::<usize>() > 0;
        let row = if full { String::new() } else { row(report, finding, &mut owners) };
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
    if let Some(command) = again(report) {
        let _ = writeln!(page, "The same in a clone:\n\n```sh\n{command}\n```\n");
    }
    for line in text::elsewhere(report).iter().chain(report.remarks) {
        let _ = writeln!(page, "{}\n", prose(line));
    }
    page
}

/// Returns the command that finds the same in a clone, to be copied; `None` where nothing is compared, or where it would
/// hold what ends or hides a block of code.
fn again(report: &Report<'_>) -> Option<String> {
    let (again, base) = (report.again?, report.base.filter(|base| !base.is_empty())?);
    let skip = |folder: &String| format!(" --skip {}", escape::shell_word(folder));
    let root = match (report.several, report.setting.below.trim_end_matches('/')) {
        (Some(several), _) => " --all-registers".to_owned() + &several.skipped.iter().map(skip).collect::<String>(),
        (None, "") => String::new(),
        (None, root) => format!(" --root {}", escape::shell_word(root)),
    };
    let command = format!("stopgap {again}{root} --base {base}");
    (!command.contains('`') && escape::line(&command) == command).then_some(command)
}

/// The owners of exceptions, read when they are first needed.
#[derive(Default)]
struct Owners(BTreeMap<FileId, String>);

impl Owners {
    /// Returns the owner of the exception that a file holds as the file writes it, for a cell; empty where there is
    /// none.
    fn of(&mut self, report: &Report<'_>, file: FileId) -> &str {
        self.0.entry(file).or_insert_with(|| {
            let owner = report.exception(file).and_then(|_| record::owner(report.source(file).text()));
            owner.map(|owner| escape::markdown_code(&cut(&escape::folded(&owner)))).unwrap_or_default()
        })
    }
}

fn row(report: &Report<'_>, finding: &Finding, owners: &mut Owners) -> String {
    let Place { start, .. } = report.place(finding.file, finding.span);
    let path = cut(&report.repository_path(finding.file));
    let place = escape::markdown_code(&format!("{path}:{}:{}", start.line, start.column));
    let place = linked(&place, report.address(finding));
    let rule = linked(&format!("`{}`", finding.rule.id), report.page_of(finding.rule));
    let mut what = prose(&finding.message);
    if let Some(help) = &finding.help {
        what.push_str("<br>");
        what.push_str(&prose(help));
    }
    format!("| {} | {rule} | {place} | {} | {what} |\n", finding.level.name(), owners.of(report, finding.file))
}

/// Makes a cell a link, if an address is known. An address holds nothing that Markdown reads: see `report::page_of` and
/// `escape::uri`.
fn linked(cell: &str, address: Option<String>) -> String {
    match address {
        Some(address) => format!("[{cell}]({address})"),
        None => cell.to_owned(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Identity, Setting, testing};
    use crate::policy::Forge;
    use crate::report::Links;

    #[test]
    fn a_row_leads_to_the_line_and_to_the_rule_and_names_the_owner() {
        let page = |setting: &Setting| {
            testing::printed(setting, "owner: '@dana|x'\nstatus: [\n", render)
                + &testing::printed(setting, "title: N/A\nowner: '@dana|x'\n", render)
        };
        let links = Links {
            prefix: None,
            base: Some("https://github.com/acme/register".to_owned()),
            forge: Forge::GitHub,
            commit: "c0ffee".to_owned(),
            below: "sec/".to_owned(),
        };
        let identity = Identity { docs: Some("https://stopgap.example"), repository: None };
        let known = page(&Setting { identity, links: Some(links), ..Setting::default() });
        let row = known.lines().find(|line| line.contains("placeholder-text")).unwrap();
        let lead = "| error | [`placeholder-text`](https://stopgap.example/rules/placeholder-text.html) \
            | [`exceptions/one.yaml:1:8`](https://github.com/acme/register/blob/c0ffee/sec/exceptions/one.yaml#L1) \
            | `@dana`&#124;";
        assert!(row.starts_with(lead), "{row}");
        let plain = page(&Setting::default());
        assert!(!plain.contains("]("), "{plain}");
        assert!(
            plain.contains("```sh\nstopgap check --base 0123456789abcdef0123456789abcdef01234567\n```\n"),
            "{plain}"
        );
    }
}
