//! A line as the terminal itself edits it, for one that cannot move its cursor.

use std::io::{BufRead, Write};

use super::{NOT_UTF8, Typed, tty};
use crate::error::Error;

/// Reads a line; an empty one gives what stands there.
///
/// # Errors
///
/// If the terminal fails.
pub(super) fn read(standing: &str, out: &mut dyn Write) -> Result<Typed, Error> {
    if !standing.is_empty() {
        writeln!(out, "  enter alone: {standing}")?;
    }
    write!(out, "> ")?;
    out.flush()?;
    let mut line = Vec::new();
    let last = until_its_end(&mut line).map_err(|error| Error::Terminal(error.to_string()))?;
    let text = match String::from_utf8(line) {
        Ok(text) => text,
        Err(error) => {
            let text: String = String::from_utf8_lossy(error.as_bytes()).replace(char::REPLACEMENT_CHARACTER, "");
            if last == Some(b'\n') {
                writeln!(out, "  {NOT_UTF8}")?;
                return read(&text, out);
            }
            text
        }
    };
    if last == Some(b'\n') {
        return Ok(Typed::Line(if text.trim().is_empty() { standing.to_owned() } else { text }));
    }
    writeln!(out)?;
    Ok(Typed::Left(if text.is_empty() { standing.to_owned() } else { text }))
}

/// Reads up to the end of a line, or to the key that leaves; `None` where there is no more to read.
fn until_its_end(line: &mut Vec<u8>) -> std::io::Result<Option<u8>> {
    let mut input = std::io::stdin().lock();
    loop {
        let buffer = input.fill_buf()?;
        let end = buffer.iter().position(|byte| matches!(*byte, b'\n' | tty::LEAVE));
        let Some(end) = end else {
            let count = buffer.len();
            if count == 0 {
                return Ok(None);
            }
            line.extend_from_slice(buffer);
            input.consume(count);
            continue;
        };
        let last = buffer[end];
        line.extend_from_slice(&buffer[..end]);
        input.consume(end + 1);
        return Ok(Some(last));
    }
}
