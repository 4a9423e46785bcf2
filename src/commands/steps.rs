//! What to type after a file was written: the way to the pull request.

use std::io::{self, Write};
use std::path::Path;

use crate::output::escape;

/// Prints the git commands that bring a file of the register into a pull request. Prints nothing
/// outside of a git work tree.
///
/// # Errors
///
/// When the writer fails.
pub(super) fn print(out: &mut dyn Write, root: &Path, verb: &str, id: &str, path: &str) -> io::Result<()> {
    if !root.ancestors().any(|folder| folder.join(".git").exists()) {
        return Ok(());
    }
    writeln!(out, "\nnext, in `{}`:", escape::line(&root.display().to_string()))?;
    for words in [
        &["git", "switch", "-c", &format!("{verb}/{id}")][..],
        &["git", "add", "--", path],
        &["git", "commit", "-m", &format!("exceptions: {verb} {id}")],
        &["git", "push", "-u", "origin", "HEAD"],
    ] {
        let line: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        writeln!(out, "  {}", escape::line(&line.join(" ")))?;
    }
    Ok(())
}

/// Quotes a word for a POSIX shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@=+,:".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_one_word_for_the_shell() {
        assert_eq!(quoted("exceptions/a-1.yaml"), "exceptions/a-1.yaml");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("$(rm it's)"), r"'$(rm it'\''s)'");
        assert_eq!(quoted(""), "''");
    }
}
