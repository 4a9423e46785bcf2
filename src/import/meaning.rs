//! What other registers mean by their words for tiers, states and kinds of exposure.

use crate::import::columns::plain;
use crate::text::Glossary;

/// What a word means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// One of our words, and nothing is lost.
    Same(&'static str),
    /// The nearest of our words; what was written says more and is kept beside it.
    Nearest(&'static str),
    /// Nobody has decided yet, which no state of an exception says.
    Undecided,
    /// Not known.
    Unknown,
}

/// Above `high` is nothing: `emergency` is not a higher tier but one that ends an incident.
const TIERS: Glossary = Glossary::new(include_str!("words/tiers.txt"));
/// Nearly `active` is good, and the word tells more: what happened since, or under which conditions.
const STATES: Glossary = Glossary::new(include_str!("words/states.txt"));
const EXPOSURES: Glossary = Glossary::new(include_str!("words/exposures.txt"));

impl Meaning {
    /// Looks a word up: `nearly high` means that something is lost.
    fn of(glossary: Glossary, word: &str) -> Self {
        match glossary.meaning(word) {
            None => Self::Unknown,
            Some("undecided") => Self::Undecided,
            Some(ours) => ours.strip_prefix("nearly ").map_or(Self::Same(ours), Self::Nearest),
        }
    }
}

/// Returns the tier that a text means: the words alone, or one tier's word among numbers.
#[must_use]
pub(super) fn tier(text: &str) -> Meaning {
    let plain = plain_of(text);
    let words = plain.split(' ').filter(|word| !matches!(*word, "risk" | "risiko" | "tier"));
    let (numbers, words): (Vec<&str>, Vec<&str>) = words.partition(|word| word.bytes().all(|b| b.is_ascii_digit()));
    let alone = words.join(" ");
    match Meaning::of(TIERS, &alone) {
        Meaning::Same(ours) if !numbers.is_empty() => match alone.len() {
            // One letter among numbers may mean anything.
            1 => Meaning::Unknown,
            // `3 - Medium`, `High (7.5)`: the number says more than the word.
            _ => Meaning::Nearest(ours),
        },
        meaning => meaning,
    }
}

/// Returns the state that a text means.
#[must_use]
pub(super) fn state(text: &str) -> Meaning {
    let plain = plain_of(text);
    let meaning = Meaning::of(STATES, &plain);
    if meaning != Meaning::Unknown {
        return meaning;
    }
    // `Closed - verified`: the first word decides, the others are kept.
    let first = plain.split(' ').next().unwrap_or_default();
    match Meaning::of(STATES, first) {
        Meaning::Same(ours) => Meaning::Nearest(ours),
        _ => Meaning::Unknown,
    }
}

/// What the list of exposures has for the words that deny any.
const NO_EXPOSURE: &str = "none";

/// Returns the kind of exposure that a text means.
#[must_use]
pub(super) fn exposure(text: &str) -> Option<&'static str> {
    EXPOSURES.meaning(&plain_of(text)).filter(|kind| *kind != NO_EXPOSURE)
}

/// Returns whether a text says that there is no exposure at all.
#[must_use]
pub(super) fn is_none(text: &str) -> bool {
    EXPOSURES.meaning(&plain_of(text)) == Some(NO_EXPOSURE)
}

/// Returns the one of `ours` that a text is, in whatever letters.
#[must_use]
pub(super) fn of(text: &str, ours: &[&'static str]) -> Option<&'static str> {
    let text = plain_of(text);
    ours.iter().copied().find(|word| plain(word) == text)
}

fn plain_of(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.len() > LONGEST { String::new() } else { plain(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::fields::{EXPOSURE, Kind};

    #[test]
    fn every_meaning_is_a_word_of_ours() {
        let ours = [&["low", "moderate", "high", "emergency"][..], &["active", "expired", "closed", "rejected"]];
        for (glossary, ours) in [TIERS, STATES].into_iter().zip(ours) {
            for (word, _) in glossary.iter() {
                match Meaning::of(glossary, word) {
                    Meaning::Same(meaning) | Meaning::Nearest(meaning) => assert!(ours.contains(&meaning), "{word}"),
                    Meaning::Undecided => assert!(!ours.contains(&"high"), "{word}"),
                    Meaning::Unknown => panic!("{word}"),
                }
                assert_eq!(plain(word), word);
            }
        }
        let kinds = EXPOSURE.kind();
        for (word, meaning) in EXPOSURES.iter() {
            let is_ours = matches!(kinds, Kind::Words(ours) if ours.contains(&meaning));
            assert!((is_ours || meaning == NO_EXPOSURE) && plain(word) == word, "{word}");
        }
    }

    #[test]
    fn tiers_are_known_by_their_words() {
        for (text, meaning) in [
            ("Medium", Meaning::Same("moderate")),
            ("MITTEL", Meaning::Same("moderate")),
            ("low", Meaning::Same("low")),
            ("High risk", Meaning::Same("high")),
            ("H", Meaning::Same("high")),
            ("Critical", Meaning::Nearest("high")),
            ("Sehr hoch", Meaning::Nearest("high")),
            ("3 - Medium", Meaning::Nearest("moderate")),
            ("High (7.5)", Meaning::Nearest("high")),
            ("Emergency", Meaning::Same("emergency")),
            ("Medium-High", Meaning::Unknown),
            ("not high", Meaning::Unknown),
            ("7.5", Meaning::Unknown),
            ("P1", Meaning::Unknown),
            ("", Meaning::Unknown),
        ] {
            assert_eq!(tier(text), meaning, "{text}");
        }
    }

    #[test]
    fn states_are_known_and_nobody_s_decision_is_made_up() {
        for (text, meaning) in [
            ("Open", Meaning::Same("active")),
            ("Genehmigt", Meaning::Same("active")),
            ("Not approved", Meaning::Same("rejected")),
            ("Closed - verified", Meaning::Nearest("closed")),
            ("Extended", Meaning::Nearest("active")),
            ("Pending approval", Meaning::Undecided),
            ("Beantragt", Meaning::Undecided),
            ("not closed", Meaning::Unknown),
            ("?", Meaning::Unknown),
        ] {
            assert_eq!(state(text), meaning, "{text}");
        }
        assert_eq!(exposure("VPN"), Some("remote-access"));
        assert_eq!(exposure("weather"), None);
    }
}
