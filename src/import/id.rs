//! File names: the ids of imported exceptions.
//!
//! An id depends only on what the entry says, so that a second import of the same file finds the same ones.

use data_encoding::HEXLOWER;
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::register::{LONGEST_ID, is_device};

/// An id made from a title ends with the last whole word before this many characters.
const LONGEST_SLUG: usize = 64;

/// Goes before what is not a name by itself.
const PREFIX: &str = "exception-";

/// Creates an id from the text that a column gives for one. Its letters keep their case; what an id cannot contain
/// becomes a hyphen, and a bare number becomes `exception-17`.
#[must_use]
pub(super) fn from_given(text: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
    let id = hyphened(text, kept);
    let id = id.trim_start_matches(|c: char| !c.is_ascii_alphanumeric()).trim_end_matches(['.', '-', '_']);
    let id = cut(id, LONGEST_ID - SUFFIX - PREFIX.len());
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("{PREFIX}{id}");
    }
    usable(id, text)
}

/// Creates an id from a text such as a title: words in lower case, joined by hyphens.
#[must_use]
pub(super) fn from_words(text: &str) -> String {
    let id = hyphened(text, |c: char| c.is_ascii_alphanumeric()).to_ascii_lowercase();
    let id = if id.len() > LONGEST_SLUG {
        let cut = cut(&id, LONGEST_SLUG);
        let word = cut.rfind('-').filter(|at| *at >= LONGEST_SLUG / 2).map_or(cut, |at| &cut[..at]);
        word.trim_end_matches('-').to_owned()
    } else {
        id
    };
    usable(&id, text)
}

/// Creates a key of the organisation's own from a heading: `x-valid-until`.
#[must_use]
pub(super) fn own_key(heading: &str) -> String {
    let words = hyphened(heading, |c: char| c.is_ascii_alphanumeric()).to_ascii_lowercase();
    let words = cut(&words, LONGEST_SLUG).trim_end_matches('-');
    let words = words.strip_prefix("x-").unwrap_or(words);
    if words.is_empty() { format!("x-{}", fingerprint(heading)) } else { format!("x-{words}") }
}

fn usable(id: &str, text: &str) -> String {
    let device = is_device(id);
    if id.is_empty() || device {
        let rest = if device { id.to_owned() } else { fingerprint(text) };
        return format!("{PREFIX}{rest}");
    }
    id.to_owned()
}

/// Keeps the characters that `kept` accepts after removing accents, and puts one hyphen for each run of others.
fn hyphened(text: &str, kept: impl Fn(char) -> bool) -> String {
    let mut id = String::with_capacity(text.len().min(2 * LONGEST_ID));
    // Anything far beyond the longest id makes no difference.
    for c in text.trim().chars().take(4 * LONGEST_ID).flat_map(spelled) {
        if kept(c) {
            id.push(c);
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    id.truncate(id.trim_end_matches('-').len());
    id
}

/// Spells a letter in ASCII, if there is a usual way.
fn spelled(c: char) -> Vec<char> {
    let letters = match c {
        'ä' => "ae",
        'ö' | 'ø' | 'œ' => "oe",
        'ü' => "ue",
        'Ä' => "Ae",
        'Ö' | 'Ø' | 'Œ' => "Oe",
        'Ü' => "Ue",
        'ß' => "ss",
        'æ' => "ae",
        'Æ' => "Ae",
        'å' => "aa",
        'Å' => "Aa",
        'ł' => "l",
        'Ł' => "L",
        // An apostrophe joins: `vendor's` is `vendors`.
        '\'' | '’' => "",
        c if c.is_ascii() => return vec![c],
        c => return c.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).collect(),
    };
    letters.chars().collect()
}

fn cut(text: &str, length: usize) -> &str {
    text.get(..length).unwrap_or(text)
}

fn fingerprint(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.trim())[..4])
}

/// Room for a hyphen and a number after an id that is used twice.
const SUFFIX: usize = 7;

/// Hands out ids, each once regardless of case.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// For each id in lower case, the last number that was put after it.
    given: FxHashMap<String, usize>,
}

impl Ids {
    /// Returns the id itself, or the id with the next free number after it.
    pub(super) fn hand_out(&mut self, id: &str) -> String {
        let lower = id.to_ascii_lowercase();
        let Some(last) = self.given.get(&lower).copied() else {
            self.given.insert(lower, 1);
            return id.to_owned();
        };
        let base = cut(id, LONGEST_ID - SUFFIX);
        let mut number = last + 1;
        while self.given.contains_key(&format!("{}-{number}", base.to_ascii_lowercase())) {
            number += 1;
        }
        self.given.insert(lower, number);
        let unique = format!("{base}-{number}");
        self.given.insert(unique.to_ascii_lowercase(), 1);
        unique
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_id(id: &str) -> bool {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        id.len() <= LONGEST_ID && id.starts_with(|c: char| c.is_ascii_alphanumeric()) && id.chars().all(allowed)
    }

    #[test]
    fn words_become_a_readable_name() {
        for (title, id) in [
            ("Payroll vendor reads the HR export folder", "payroll-vendor-reads-the-hr-export-folder"),
            ("Türöffner: größere Straße – „Nord“ (5 €)", "tueroeffner-groessere-strasse-nord-5"),
            ("Zoë's Vendor’s naïve façade", "zoes-vendors-naive-facade"),
            ("  --  A  --  ", "a"),
            ("日本語", "exception-77710aed"),
            ("CON", "exception-con"),
            ("com1", "exception-com1"),
            ("Conference phone", "conference-phone"),
        ] {
            assert_eq!(from_words(title), id, "{title}");
        }
        let long = from_words(&"word ".repeat(100_000));
        assert!(long.len() <= LONGEST_SLUG && long.ends_with("word"), "{long}");
    }

    #[test]
    fn a_given_id_stays_recognisable_and_is_never_a_path() {
        for (given, id) in [
            ("EXC-2026.001", "EXC-2026.001"),
            ("17", "exception-17"),
            ("../../etc/passwd", "etc-passwd"),
            ("C:\\Windows\\x", "C-Windows-x"),
            (".hidden", "hidden"),
            ("-rf", "rf"),
            ("a/b c", "a-b-c"),
            ("nul.txt", "exception-nul.txt"),
            ("LPT9", "exception-LPT9"),
            ("Console", "Console"),
            ("x\u{1b}[2J", "x-2J"),
            ("a.", "a"),
        ] {
            assert_eq!(from_given(given), id, "{given}");
        }
        for text in ["", "..", "\0", "💥", "\u{202e}", "a\nb", &"é".repeat(500), &"9".repeat(500), &"x.".repeat(300)]
        {
            assert!(is_id(&from_given(text)) && is_id(&from_words(text)), "{text:?}");
        }
    }

    #[test]
    fn each_id_is_handed_out_once_regardless_of_case() {
        let mut ids = Ids::default();
        let given: Vec<String> = ["a", "A", "a-2", "a", "b"].iter().map(|id| ids.hand_out(id)).collect();
        assert_eq!(given, ["a", "A-2", "a-2-2", "a-3", "b"]);
        let long = "x".repeat(LONGEST_ID);
        ids.hand_out(&long);
        assert!(is_id(&ids.hand_out(&long)));
        let mut ids = Ids::default();
        let many: std::collections::BTreeSet<String> = (0..50_000).map(|_| ids.hand_out("same")).collect();
        assert_eq!(many.len(), 50_000);
    }

    #[test]
    fn a_heading_becomes_a_key_of_its_own() {
        assert_eq!(own_key("Valid until (CET)"), "x-valid-until-cet");
        assert_eq!(own_key("x-cost-centre"), "x-cost-centre");
        assert_eq!(own_key("Prüfvermerk"), "x-pruefvermerk");
        assert!(own_key("備考").starts_with("x-") && own_key("備考").len() == 10);
    }
}
