//! Our own nouns with a count, and counts as places in an order.

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

/// Puts a count before a noun as messages do: `` `1` day``, `` `2` days``.
#[must_use]
pub(crate) fn marked(count: i64, noun: &str) -> String {
    counted(count, noun).replacen(&count.to_string(), &format!("`{count}`"), 1)
}

/// Writes a place in an order: `1st`, `12th`, `22nd`.
#[must_use]
pub(crate) fn ordinal(count: usize) -> String {
    let ending = match (count % 10, count % 100) {
        (1, hundred) if hundred != 11 => "st",
        (2, hundred) if hundred != 12 => "nd",
        (3, hundred) if hundred != 13 => "rd",
        _ => "th",
    };
    format!("{count}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_teens_end_alike() {
        assert_eq!(
            [1, 2, 3, 4, 11, 12, 13, 21, 111, 122].map(ordinal).join(" "),
            "1st 2nd 3rd 4th 11th 12th 13th 21st 111th 122nd"
        );
    }

    #[test]
    fn one_is_singular_and_all_else_is_not() {
        assert_eq!(counted(1_usize, "day"), "1 day");
        assert_eq!(counted(0_usize, "day"), "0 days");
        assert_eq!(counted(2_i64, "entry"), "2 entries");
        assert_eq!(counted(-1_i64, "pull request"), "-1 pull requests");
        assert_eq!([1, 2].map(|days| marked(days, "day")), ["`1` day", "`2` days"]);
    }
}
