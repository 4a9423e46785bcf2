//! Our own nouns with a count.

use std::fmt::Display;

const VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];

/// Puts a count before a noun: `1 day`, `2 days`, `3 entries`.
#[must_use]
pub(crate) fn counted<N: Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if count == N::from(1) => format!("{count} {noun}"),
        Some(stem) if !stem.ends_with(VOWELS) => format!("{count} {stem}ies"),
        _ => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_all_else_is_not() {
        assert_eq!(counted(1_usize, "day"), "1 day");
        assert_eq!(counted(0_usize, "day"), "0 days");
        assert_eq!(counted(2_i64, "entry"), "2 entries");
        assert_eq!(counted(-1_i64, "pull request"), "-1 pull requests");
    }
}
