//! The names of months.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

/// One line for each month, January first: its English name, its German names, its French, Spanish and Dutch names.
const LINES: &str = include_str!("months.txt");

/// The fewest letters by which a month is recognised.
const FEWEST_LETTERS: usize = 3;

struct Month {
    /// The name in English text.
    name: &'static str,
    /// The English name and the German ones, folded.
    read: Vec<String>,
    /// The French, Spanish and Dutch names, folded, those with accents without them too.
    known: Vec<&'static str>,
}

static MONTHS: LazyLock<Vec<Month>> = LazyLock::new(|| LINES.lines().map(Month::new).collect());

impl Month {
    fn new(line: &'static str) -> Self {
        let mut columns = line.split(',');
        let name = columns.next().unwrap_or_default();
        let mut names = || columns.next().unwrap_or_default().split_ascii_whitespace();
        let read = std::iter::once(name.to_ascii_lowercase()).chain(names().map(str::to_owned)).collect();
        Self { name, read, known: names().collect() }
    }
}

/// Returns the English name of a month, counted from 1.
pub(crate) fn month_name(month: u32) -> &'static str {
    MONTHS[(month as usize).saturating_sub(1) % MONTHS.len()].name
}

/// Returns the month, counted from 1, that a folded word means in a date: its name in one of these languages, or the
/// beginning of one. `jui` begins two French ones, and means neither; an English or German name counts before others.
pub(crate) fn month_of(word: &str) -> Option<u32> {
    if word.chars().count() < FEWEST_LETTERS {
        return None;
    }
    let read = |month: &Month| month.read.iter().any(|name| name.starts_with(word));
    let known = |month: &Month| month.known.iter().any(|name| name.starts_with(word));
    let mut others = MONTHS.iter().enumerate().filter(|(_, month)| known(month)).map(|(at, _)| at);
    let other = others.next().filter(|_| others.next().is_none());
    let at = MONTHS.iter().position(read).or(other)?;
    u32::try_from(at + 1).ok()
}

/// Returns whether a folded word names a month in English, German, French, Spanish or Dutch, in full or by an English
/// abbreviation.
pub(super) fn is_month(word: &str) -> bool {
    static NAMES: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
        let short = MONTHS.iter().map(|month| &month.read[0][..FEWEST_LETTERS]);
        let long =
            MONTHS.iter().flat_map(|month| month.read.iter().map(String::as_str).chain(month.known.iter().copied()));
        short.chain(long).chain(["sept"]).collect()
    });
    NAMES.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::normalise::fold;

    #[test]
    fn there_are_twelve_months_and_each_name_is_known() {
        assert_eq!(MONTHS.len(), 12);
        for (at, month) in (1..).zip(&*MONTHS) {
            assert_eq!(month_name(at), month.name);
            for name in month.read.iter().map(String::as_str).chain(month.known.iter().copied()) {
                assert!(is_month(name) && fold(name) == name, "{name}");
            }
            assert!(month.read.iter().all(|name| month_of(name) == Some(at)), "{}", month.name);
        }
    }

    #[test]
    fn a_month_is_read_by_how_its_name_begins() {
        for (word, month) in [
            ("nov", 11),
            ("sept", 9),
            ("jän", 1),
            ("mrz", 3),
            ("dez", 12),
            ("augus", 8),
            ("août", 8),
            ("déc", 12),
            ("ene", 1),
            ("mrt", 3),
        ] {
            assert_eq!(month_of(word), Some(month), "{word}");
        }
        for word in ["", "ma", "märzen", "jui", "of"] {
            assert_eq!(month_of(word), None, "{word}");
        }
    }

    #[test]
    fn a_month_is_known_in_full_or_by_an_english_abbreviation() {
        for word in ["nov", "sept", "may", "août", "jänner"] {
            assert!(is_month(word), "{word}");
        }
        for word in ["", "novem", "dez", "nova", "März"] {
            assert!(!is_month(word), "{word}");
        }
    }
}
