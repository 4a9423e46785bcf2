//! When two spellings are one person.
//!
//! Folded texts ([`fold_person`]) follow the rule of the register's documentation. Look-alikes (Unicode Technical
//! Standard 39, section 4) catch what only a reader's eye would take for the same name: they count only if characters
//! outside ASCII make the difference, so `@burns` and `@bums` stay two people.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use crate::text::look_alike::{Confusables, fold_to_end, push_prototype};

/// Folds a written person to the text by which people are compared.
///
/// Trims, drops leading `@` and characters that are invisible, folds case (Unicode full case folding), compatibility
/// forms (NFKC, UAX 15), white space and, outside ASCII, confusable characters (UTS 39 section 4). Folding twice
/// changes nothing; therefore every leading `@` is dropped, not just the first. For comparing, not for display.
pub fn fold_person(text: &str) -> Cow<'_, str> {
    fold_handle(text).0
}

/// Returns whether two spellings are equal when folded, or look alike through characters outside ASCII.
pub(super) fn same_person(a: &str, b: &str) -> bool {
    let (plain_a, plain_b) = (fold_plain(a), fold_plain(b));
    if plain_a == plain_b || plain_a.is_ascii() && plain_b.is_ascii() {
        return plain_a == plain_b;
    }
    !plainly_differ(&plain_a, &plain_b)
        && (fold_person(a) == fold_person(b) || foreign_differs(&plain_a, &plain_b) && share_a_key(a, b))
}

/// Folds without confusables: two spellings with the same result differ only in case, form and spaces.
pub(super) fn fold_plain(text: &str) -> Cow<'_, str> {
    match fold_ascii(text) {
        Some(folded) => folded,
        None => Cow::Owned(without_at(&fold_to_end(text, Confusables::Kept)).to_owned()),
    }
}

/// Folds a text of printable ASCII, the usual case, without tables; `None` for other texts.
fn fold_ascii(text: &str) -> Option<Cow<'_, str>> {
    if !text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return None;
    }
    let bare = without_at(text);
    Some(if bare.contains("  ") {
        let words: Vec<&str> = bare.split_ascii_whitespace().collect();
        Cow::Owned(words.join(" ").to_ascii_lowercase())
    } else if bare.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(bare.to_ascii_lowercase())
    } else {
        Cow::Borrowed(bare)
    })
}

fn without_at(text: &str) -> &str {
    text.trim_start_matches(['@', ' ']).trim_end_matches(' ')
}

/// Returns the folded text and whether there was an `@` before it.
pub(super) fn fold_handle(text: &str) -> (Cow<'_, str>, bool) {
    match fold_ascii(text) {
        Some(bare) => (bare, text.trim_start_matches(' ').starts_with('@')),
        None => {
            let folded = fold_to_end(text, Confusables::Folded);
            (Cow::Owned(without_at(&folded).to_owned()), folded.starts_with('@'))
        }
    }
}

/// Returns cheaply whether two plainly folded texts cannot look alike: they begin or end with two different ASCII
/// letters.
fn plainly_differ(plain_a: &str, plain_b: &str) -> bool {
    let letters = |a: Option<char>, b: Option<char>| a.filter(char::is_ascii).zip(b.filter(char::is_ascii));
    let differ =
        |pair: Option<(char, char)>, m: char| pair.is_some_and(|(a, b)| coarse_letter(a, m) != coarse_letter(b, m));
    differ(letters(plain_a.chars().next(), plain_b.chars().next()), 'r')
        || differ(letters(plain_a.chars().next_back(), plain_b.chars().next_back()), 'n')
}

/// Returns whether two plainly folded texts differ in characters outside ASCII.
///
/// If they do not, the difference is within ASCII, and `José Burns` is not `José Bums`.
pub(super) fn foreign_differs(plain_a: &str, plain_b: &str) -> bool {
    let foreign = |c: &char| !c.is_ascii();
    !plain_a.chars().filter(foreign).eq(plain_b.chars().filter(foreign))
}

fn share_a_key(a: &str, b: &str) -> bool {
    let keys = look_alike_keys(a);
    look_alike_keys(b).iter().any(|key| keys.contains(key))
}

/// Returns the keys of which two look-alikes share one: confusables of the text as written, and of its lower case.
///
/// Both are needed: a Greek `Ν` looks like `N`, but its lower case `ν` like `v`. Letters that have one prototype in UTS
/// 39 (`i` `l` `1`, `o` `0`, `m` `rn`) are the same here.
pub(super) fn look_alike_keys(text: &str) -> [String; 2] {
    if text.is_ascii() {
        let key = coarse(&fold_person(text));
        return [key.clone(), key];
    }
    let mut as_written = String::with_capacity(text.len());
    // Not the compatibility forms: a lunate sigma looks like `c`, and the sigma that it becomes like `o`.
    for c in text.nfd() {
        if c.is_ascii() { as_written.push(c) } else { push_prototype(c, &mut as_written) }
    }
    [coarse(&fold_person(&as_written)), coarse(&fold_person(text))]
}

fn coarse(folded: &str) -> String {
    let mut key = String::with_capacity(folded.len());
    for c in folded.chars() {
        if c == 'm' {
            key.push('r');
        }
        key.push(coarse_letter(c, 'n'));
    }
    key
}

/// Returns the letter that represents all its look-alikes, and for `m` the requested half of `rn`.
fn coarse_letter(c: char, half_of_m: char) -> char {
    match c {
        'i' | '1' | '|' => 'l',
        '0' => 'o',
        'm' => half_of_m,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use unicode_security::skeleton;

    use super::*;

    #[test]
    fn spellings_that_look_the_same_fold_alike() {
        for text in [
            "@dana",
            "dana",
            " @Dana ",
            "＠dana",
            "@DANA",
            "\u{200b}@dana",
            "@\u{200d}da\u{ad}na\u{fe0f}",
            "@d\u{0}ana",
            "@dаnа",
            "@𝐝𝐚𝐧𝐚",
            "ｄａｎａ",
            "@ᴅᴀɴᴀ",
            "@\u{200b}@dana",
            "@ dana",
            "dana\u{2800}",
            "@da\u{fffa}na\u{fff9}",
            "@dana\u{13430}",
            "\u{202e}dana\u{202c}",
            "@DАNА",
            "\u{feff}dana\n",
            "@dαna",
        ] {
            assert_eq!(fold_person(text), "dana", "{text:?}");
        }
        assert_eq!(fold_person("Dana\u{a0}\u{3000} Ortiz"), "dana ortiz");
        assert_eq!(fold_person("Straße"), fold_person("STRASSE"));
        assert_eq!(fold_person("Jose\u{301}"), fold_person("JOSÉ"));
        assert_eq!(fold_person("@"), "");
        for (text, is_borrowed) in [("@dana", true), ("dana ortiz", true), ("Dana", false), ("dana  ortiz", false)] {
            assert_eq!(matches!(fold_plain(text), Cow::Borrowed(_)), is_borrowed, "{text}");
        }
    }

    #[test]
    fn folding_twice_changes_nothing() {
        let blocks = ['\0'..='\u{33FF}', '\u{A000}'..='\u{ABFF}', '\u{F900}'..='\u{1FFFF}', '\u{E0000}'..='\u{E01FF}'];
        for c in blocks.into_iter().flatten() {
            for text in [format!("@{c}a"), format!("i{c}\u{307} \u{345}")] {
                let once = fold_person(&text).into_owned();
                assert_eq!(fold_person(&once), once, "{text:?}");
            }
        }
    }

    #[test]
    fn every_confusable_of_a_letter_or_digit_looks_like_it() {
        let mut missed = Vec::new();
        for c in ('\u{80}'..=char::MAX).filter(|c| !c.is_control()) {
            let prototype: String = skeleton(c.encode_utf8(&mut [0; 4])).collect();
            let is_plain = !prototype.is_empty() && prototype.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let looks_like = |other: &str| same_person(&format!("d{c}na"), &format!("d{other}na"));
            // A letter in another shape is that letter: a bold `I` looks like `I` before it looks like `l`.
            let shape: String = c.nfkd().collect();
            if is_plain && !looks_like(&prototype) && !(shape.is_ascii() && looks_like(&shape)) {
                missed.push((c, prototype));
            }
        }
        assert!(missed.is_empty(), "{} are missed: {missed:?}", missed.len());
    }

    /// Characters that look like others, vanish, or join what comes before them.
    const PIECES: [&str; 18] = [
        "@", " ", "\u{200b}", "＠", "İ", "ß", "\u{345}", "\u{301}", "\u{307}", "ꓲ", "Ν", "м", "i", "M", "ﬃ",
        "\u{2800}", "가", "\u{1160}",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn folding_mixed_texts_twice_changes_nothing(pieces in vec(select(&PIECES[..]), 0..9)) {
            let text = pieces.concat();
            let once = fold_person(&text).into_owned();
            prop_assert_eq!(&fold_person(&once), &once);
            prop_assert!(same_person(&text, &once));
        }
    }
}
