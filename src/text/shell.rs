//! Words of a shell.

use super::said;

/// Quotes a word for a POSIX shell (IEEE Std 1003.1, section 2.2.2), if it needs quotes.
#[must_use]
pub fn shell_word(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(safe) && !word.starts_with('-') {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Returns a text that somebody else chose as one word of a command in a message: nothing in it does more than stand for
/// itself, on a terminal or in a shell.
#[must_use]
pub fn argument(text: &str) -> String {
    shell_word(&said(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_quotes_where_the_shell_would_read_something_else() {
        for (word, quoted) in [
            ("tool=trivy,id=CVE-2026-1,paths=app/a.lock", "tool=trivy,id=CVE-2026-1,paths=app/a.lock"),
            ("me@example.com:22%+", "me@example.com:22%+"),
            ("", "''"),
            ("-rf", "'-rf'"),
            ("a-b", "a-b"),
            ("a b", "'a b'"),
            ("it's", "'it'\\''s'"),
            ("$(x)", "'$(x)'"),
            ("~", "'~'"),
            ("é", "'é'"),
        ] {
            assert_eq!(shell_word(word), quoted, "{word}");
        }
    }
}
