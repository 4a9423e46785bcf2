//! An answer written in the editor that somebody likes: with `git/process.rs` the only place that starts a
//! process.

use std::io::Write;
use std::process::{Command, ExitStatus};

/// What is below this line is no part of the answer.
const SCISSORS: &str = "# ------------ what is above this line is the answer ------------";

/// Lets somebody write a text in an editor, beginning with what is there.
///
/// # Errors
///
/// What went wrong, as the end of a sentence.
pub(super) fn compose(editor: &str, text: &str, ask: &str, help: &str) -> Result<String, String> {
    let mut file = tempfile::Builder::new()
        .prefix("stopgap-")
        .suffix(".txt")
        .tempfile()
        .map_err(|error| format!("no temporary file: {error}"))?;
    let below: String = std::iter::once(ask).chain(help.lines()).map(|line| format!("# {line}\n")).collect();
    write!(file, "{text}\n{SCISSORS}\n{below}")
        .and_then(|()| file.flush())
        .map_err(|error| format!("the temporary file: {error}"))?;
    let path = file.path().to_path_buf();
    let status = start(editor, &path).map_err(|error| error.to_string())?;
    if !status.success() {
        return Err(format!("it ended with {status}"));
    }
    // Some editors put a new file in its place.
    let written = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    Ok(written.split(SCISSORS).next().unwrap_or_default().to_owned())
}

/// Starts an editor as git does: its command may have arguments.
#[cfg(unix)]
fn start(editor: &str, file: &std::path::Path) -> std::io::Result<ExitStatus> {
    Command::new("sh").arg("-c").arg(format!("{editor} \"$1\"")).arg("sh").arg(file).status()
}

/// Starts an editor; its command may have arguments.
#[cfg(not(unix))]
fn start(editor: &str, file: &std::path::Path) -> std::io::Result<ExitStatus> {
    let mut words = editor.split_whitespace();
    Command::new(words.next().unwrap_or("notepad")).args(words).arg(file).status()
}
