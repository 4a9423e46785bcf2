//! The case file for a terminal, no wider than it.

use std::io::{self, Write};

use crate::output::show::{Sheet, entry, facts, findings, heading, known, source, title, untold, verdict};
use crate::output::wrap::wrap;
use crate::output::{Look, escape};

/// Where the texts of a step begin.
const INDENT: &str = "              ";

/// Writes a case file.
pub(super) fn render(sheet: &Sheet<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let line = |text: &str, indent: &str| wrap(text, indent, look.width);
    writeln!(out, "{}", line(&format!("{}: {}", sheet.file.stem(), title(sheet)), "  "))?;
    for (key, value) in facts(sheet) {
        writeln!(out, "  {key:10} {}", wrapped(&value, "             ", look.width))?;
    }
    writeln!(out, "\nfindings on {}", sheet.report.today.day)?;
    if sheet.findings.is_empty() {
        writeln!(out, "  none")?;
    }
    for finding in findings(sheet) {
        writeln!(out, "  {}", wrapped(&finding, "    ", look.width))?;
    }
    writeln!(out, "\nstory")?;
    for step in &sheet.story {
        let day = step.day.map_or_else(String::new, |day| day.to_string());
        writeln!(out, "  {day:10}  {}", escape::line(&heading(step)))?;
        let said = step.says.iter().map(|(name, text)| format!("{name}: {text}"));
        let doubts = step.doubts.iter().map(|doubt| format!("! {doubt}"));
        let verdict = verdict(step).map(str::to_owned);
        for text in said.chain(known(step)).chain(step.remarks.iter().cloned()).chain(verdict).chain(doubts) {
            writeln!(out, "{INDENT}{}", wrapped(&text, "                ", look.width))?;
        }
    }
    if sheet.story.is_empty() {
        writeln!(out, "  none")?;
    }
    for slip in untold(sheet) {
        let text =
            format!("{}  {}  {}[{}] {}", slip.day, slip.commit.short(), slip.level.name(), slip.rule, slip.message);
        writeln!(out, "  {}", row(&text, look.width))?;
    }
    for remark in &sheet.remarks {
        writeln!(out, "  {}", wrapped(remark, "    ", look.width))?;
    }
    writeln!(out, "\ntimeline, {}", source(sheet))?;
    for event in &sheet.timeline {
        // A script may read these lines, so only a terminal breaks them.
        let width = if sheet.in_terminal { look.width } else { usize::MAX };
        writeln!(out, "  {}", row(&entry(event), width))?;
    }
    Ok(())
}

/// Breaks a text that begins no further right than `indent` ends; one that fits stays as it is.
fn wrapped(text: &str, indent: &str, width: usize) -> String {
    let one_line = escape::line(text);
    if escape::columns(&one_line) + indent.len() <= width {
        return one_line.into_owned();
    }
    let room = width.saturating_sub(indent.len());
    wrap(&text.replace(['\n', '\r'], " "), "", room).replace('\n', &format!("\n{indent}"))
}

/// Breaks a row of the timeline below its words, so that the columns before them stay.
fn row(text: &str, width: usize) -> String {
    /// A day and a commit.
    const COLUMNS: usize = 26;
    let one_line = escape::line(text);
    let columns = one_line.get(..COLUMNS).and_then(|head| head.rfind("  ")).map_or(0, |at| at + 2);
    let (head, words) = one_line.split_at(columns);
    let room = width.saturating_sub(columns + 2);
    if escape::columns(words) <= room {
        return one_line.into_owned();
    }
    let indent = " ".repeat(columns + 2);
    format!("{head}{}", wrap(words, "", room).replace('\n', &format!("\n{indent}")))
}
