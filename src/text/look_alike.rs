//! Texts that look the same: what a reader's eye cannot tell apart (Unicode Technical Standard 39, section 4).

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_security::skeleton;

use crate::text::normalise::{bare, is_ignorable};

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

/// Folds until nothing changes, because a prototype may be an upper-case letter, a blank or an `@` again.
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
    } else if !second_dot && !c.is_control() && !is_ignorable(c) {
        folded.push(c);
    }
}

pub(crate) fn push_prototype(c: char, folded: &mut String) {
    match small_capital(c) {
        Some(letter) => folded.push(letter),
        None => skeleton(c.encode_utf8(&mut [0; 4])).for_each(|c| push_visible(c, folded)),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Characters that the tables disagree on would be the same for one of them and different for the other.
    #[test]
    fn both_tables_are_of_one_unicode_version() {
        let (major, minor, update) = unicode_normalization::UNICODE_VERSION;
        assert_eq!((major.into(), minor.into(), update.into()), unicode_security::UNICODE_VERSION);
    }

    #[test]
    fn the_ignorable_characters_are_those_of_the_confusables_tables() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_ignorable(c), skeleton(c.encode_utf8(&mut [0; 4])).next().is_none(), "{c:?}");
        }
    }
}
