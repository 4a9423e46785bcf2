//! The case file for an issue, a ticket or a wiki.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::output::escape::markdown as plain;
use crate::output::show::{Sheet, entry, facts, findings, heading, known, source, title, untold, verdict};

/// Writes a case file.
pub(super) fn render(sheet: &Sheet<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut page = String::new();
    let _ = writeln!(page, "# {}: {}\n", plain(sheet.file.stem()), plain(title(sheet)));
    for (key, value) in facts(sheet) {
        let _ = writeln!(page, "- **{key}**: {}", plain(&value));
    }
    let _ = writeln!(page, "\n## Findings on {}\n", sheet.report.today.day);
    if sheet.findings.is_empty() {
        page.push_str("None.\n");
    }
    for finding in findings(sheet) {
        let _ = writeln!(page, "- {}", plain(&finding));
    }
    page.push_str("\n## Story\n");
    for step in &sheet.story {
        let day = step.day.map_or_else(|| "No day".to_owned(), |day| day.to_string());
        let _ = writeln!(page, "\n### {day}: {}\n", plain(&heading(step)));
        for (name, text) in &step.says {
            let _ = writeln!(page, "- **{name}**: {}", plain(text));
        }
        for text in known(step).iter().chain(&step.remarks) {
            let _ = writeln!(page, "- {}", plain(text));
        }
        if let Some(verdict) = verdict(step) {
            let _ = writeln!(page, "- *{verdict}*");
        }
        for doubt in &step.doubts {
            let _ = writeln!(page, "  - **{}**", plain(doubt));
        }
    }
    let untold: Vec<String> = untold(sheet)
        .map(|it| {
            format!("{} {} {}\\[{}\\] {}", it.day, it.commit.short(), it.level.name(), it.rule, plain(&it.message))
        })
        .collect();
    if !untold.is_empty() {
        let _ = writeln!(page, "\n### What rules say about other commits\n\n- {}", untold.join("\n- "));
    }
    for remark in &sheet.remarks {
        let _ = writeln!(page, "\n{}", plain(remark));
    }
    let _ = writeln!(page, "\n## Timeline, {}\n", source(sheet));
    for event in &sheet.timeline {
        let _ = writeln!(page, "- {}", plain(&entry(event)));
    }
    out.write_all(page.as_bytes())
}
