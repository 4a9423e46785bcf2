//! Prose for a terminal, broken between words.

use crate::output::escape;

/// Breaks a text between words, so that no line is wider than so many columns; each line after the first begins with
/// `indent`. Every line is made harmless, including those that begin only because of a break.
#[must_use]
pub fn wrap(text: &str, indent: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for (at, paragraph) in text.lines().enumerate() {
        if at > 0 {
            lines.push(indent.to_owned());
        }
        for word in escape::line(paragraph).split_whitespace() {
            let Some(last) = lines.last_mut() else { break };
            let is_empty = last.trim().is_empty();
            if is_empty || last.chars().count() + 1 + word.chars().count() <= width {
                let gap = if is_empty { "" } else { " " };
                last.push_str(&format!("{gap}{word}"));
            } else {
                lines.push(format!("{indent}{word}"));
            }
        }
    }
    lines.iter().map(|line| escape::break_commands(line)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_break_does_not_create_a_command_for_a_log() {
        assert_eq!(wrap("a word ::error::x", "  ", 8), "a word\n  \\::error::x");
        assert_eq!(wrap("aaa bbb\nccc", "  ", 5), "aaa\n  bbb\n  ccc");
    }
}
