//! What a change of a file takes away and puts in, as a unified diff.

use std::io::{self, Write};

use similar::{ChangeTag, TextDiff};

use crate::output::{Look, escape};

/// Lines around a change that are shown with it.
const AROUND: usize = 3;

/// Writes the difference between two texts of the file at `path`.
///
/// # Errors
///
/// When the writer fails.
pub fn render(path: &str, before: &str, after: &str, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let path = escape::line(path);
    writeln!(out, "{}", painted(&format!("--- {path}"), "1", look))?;
    writeln!(out, "{}", painted(&format!("+++ {path}"), "1", look))?;
    let diff = TextDiff::from_lines(before, after);
    for hunk in diff.unified_diff().context_radius(AROUND).iter_hunks() {
        writeln!(out, "{}", painted(&hunk.header().to_string(), "36", look))?;
        for change in hunk.iter_changes() {
            let (sign, color) = match change.tag() {
                ChangeTag::Delete => ('-', "31"),
                ChangeTag::Insert => ('+', "32"),
                ChangeTag::Equal => (' ', ""),
            };
            let line = change.value().trim_end_matches('\n');
            let text = line.trim_end_matches('\r');
            // What applies the difference looks for the line as it ends.
            let end = if text.len() < line.len() { "\r" } else { "" };
            // A tab is what a fix may be about, and does nothing to a terminal.
            let parts: Vec<_> = text.split('\t').map(escape::line).collect();
            writeln!(out, "{}{end}", painted(&format!("{sign}{}", parts.join("\t")), color, look))?;
            if change.missing_newline() {
                writeln!(out, "\\ No newline at end of file")?;
            }
        }
    }
    Ok(())
}

/// Colours a line by a code of ECMA-48, section 8.3.117.
fn painted(line: &str, code: &str, look: Look) -> String {
    if look.color && !code.is_empty() { format!("\u{1b}[{code}m{line}\u{1b}[0m") } else { line.to_owned() }
}
