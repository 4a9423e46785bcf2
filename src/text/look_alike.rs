//! Texts that look the same: what a reader's eye cannot tell apart (Unicode Technical Standard 39, section 4).

use std::borrow::Cow;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

use crate::text::confusable::skeleton;
use crate::text::normalise::{bare, is_hostile};

/// Returns the words of a name without case, punctuation and look-alike letters: what `lp-07, hall 3` and `LP 07 Hall
/// 3` have in common. For comparing, not for display.
pub(crate) fn name_key(text: &str) -> String {
    if text.is_ascii() { bare(text) } else { bare(&fold_to_end(text, Confusables::Folded)) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confusables {
    /// Look-alike letters stay different.
    Kept,
    /// Outside ASCII, each becomes the letter that it looks like.
    Folded,
}

/// Folds until nothing changes, because a prototype may be an upper-case letter, a space or an `@` again.
pub(crate) fn fold_to_end(text: &str, confusables: Confusables) -> String {
    let mut folded = fold_once(text, confusables);
    // Each step maps single characters, and chains of mappings are only a few long; the bound just makes that obvious.
    for _ in 0..8 {
        let again = fold_once(&folded, confusables);
        if again == folded {
            break;
        }
        folded = again;
    }
    folded
}

fn fold_once(text: &str, confusables: Confusables) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().default_case_fold().nfkd() {
        if confusables == Confusables::Folded && !c.is_ascii() {
            push_prototype(c, &mut folded);
        } else {
            push_visible(c, &mut folded);
        }
    }
    folded.truncate(folded.trim_end_matches(' ').len());
    folded
}

/// Appends a character unless it is invisible, and a run of white space as one space.
fn push_visible(c: char, folded: &mut String) {
    let blank = c.is_whitespace() || c == '\u{2800}';
    // A dot over `i` or `j` is already drawn: the letters are soft-dotted (Unicode PropList).
    let second_dot = c == '\u{307}' && folded.ends_with(['i', 'j']);
    if blank {
        if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    } else if !second_dot && !is_hostile(c) {
        folded.push(c);
    }
}

pub(crate) fn push_prototype(c: char, folded: &mut String) {
    match small_capital(c) {
        Some(letter) => folded.push(letter),
        None => skeleton(c).for_each(|c| push_visible(c, folded)),
    }
}

/// Returns the letter for a small capital that the confusables table leaves without an ASCII prototype.
///
/// Lower-case Cyrillic letters have these as prototypes, which makes `В` and `в` one letter.
fn small_capital(c: char) -> Option<char> {
    Some(match c {
        'ᴀ' => 'a',
        'ʙ' | 'в' => 'b',
        'ᴅ' => 'd',
        'ᴇ' => 'e',
        'ꜰ' => 'f',
        'ɢ' => 'g',
        'ʜ' | 'н' => 'h',
        'ᴊ' => 'j',
        'ᴋ' | 'ĸ' | 'к' => 'k',
        'ʟ' => 'l',
        'ᴍ' | 'м' => 'm',
        'ɴ' => 'n',
        'ᴘ' => 'p',
        'ꞯ' => 'q',
        'ʀ' => 'r',
        'ᴛ' | 'т' => 't',
        _ => return None,
    })
}

/// Writes out the letters of a name that a reader takes for others: `@оlek` becomes ``@оlek (U+043E looks like `o`)``.
///
/// These are letters outside the Latin script that look like an ASCII letter, in a word that has ASCII letters too or
/// in a handle; a name that is written in another script throughout is what it looks like.
#[must_use]
pub fn written_out(name: &str) -> Cow<'_, str> {
    if name.is_ascii() {
        return Cow::Borrowed(name);
    }
    let mut signs: Vec<(char, String)> = Vec::new();
    for word in name.split(char::is_whitespace) {
        if !word.starts_with('@') && !word.contains(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        for c in word.chars().filter(|c| !is_latin(*c)) {
            let mut prototype = String::new();
            push_prototype(c, &mut prototype);
            let is_ascii = prototype.len() == 1 && prototype.starts_with(|c: char| c.is_ascii_alphanumeric());
            if is_ascii && !signs.iter().any(|(known, _)| *known == c) {
                signs.push((c, prototype));
            }
        }
    }
    if signs.is_empty() {
        return Cow::Borrowed(name);
    }
    let signs: Vec<String> =
        signs.iter().map(|(c, like)| format!("U+{:04X} looks like `{like}`", u32::from(*c))).collect();
    Cow::Owned(format!("{name} ({})", signs.join(", ")))
}

/// Returns whether a letter is of the Latin script, by its block (Unicode 16.0).
fn is_latin(c: char) -> bool {
    matches!(c, '\0'..='\u{24f}' | '\u{300}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}' | '\u{2c60}'..='\u{2c7f}' | '\u{a720}'..='\u{a7ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_of_another_script_in_a_name_is_written_out() {
        for (name, written) in [
            ("@оlek", "@оlek (U+043E looks like `o`)"),
            ("Dаnа Olek", "Dаnа Olek (U+0430 looks like `a`)"),
            ("@олек", "@олек (U+043E looks like `o`, U+0435 looks like `e`, U+043A looks like `k`)"),
            ("Олек Ковaль", "Олек Ковaль (U+041A looks like `K`, U+043E looks like `o`, U+0432 looks like `b`)"),
        ] {
            assert_eq!(written_out(name), written);
        }
        for name in ["@olek", "Zoë Brandt", "Łukasz Işık", "Олек Коваль", "李 Wei", "Jørgen"] {
            assert_eq!(written_out(name), name);
        }
    }

    #[test]
    fn the_ignorable_characters_are_those_of_the_confusables_tables() {
        for c in '\0'..=char::MAX {
            assert_eq!(crate::text::normalise::is_ignorable(c), skeleton(c).next().is_none(), "{c:?}");
        }
    }
}
