//! A piece of an exception's text as a message repeats it.

use std::borrow::Cow;

/// The longest piece of an exception's text that a message repeats, in characters.
const SHOWN: usize = 80;

/// The longest line of another program that a message repeats, in characters: its point often comes last.
const SAID: usize = 300;

/// Returns a value for a message: on one line, without backticks, at most 80 characters long.
///
/// Every output format escapes messages once more for its own syntax.
#[must_use]
pub fn shown(value: &str) -> Cow<'_, str> {
    up_to(SHOWN, value)
}

/// Returns what another program says as [`shown`] does, at most 300 characters long.
#[must_use]
pub fn said(words: &str) -> Cow<'_, str> {
    up_to(SAID, words)
}

fn up_to(most: usize, value: &str) -> Cow<'_, str> {
    let long = value.len() > most && value.chars().count() > most;
    let clean = |c: char| c != '`' && !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}');
    if !long && value.chars().all(clean) {
        return Cow::Borrowed(value);
    }
    let mut text: String = value
        .chars()
        .take(most)
        .map(|c| {
            if c == '`' {
                '\''
            } else if clean(c) {
                c
            } else {
                ' '
            }
        })
        .collect();
    if long {
        text.push('…');
    }
    Cow::Owned(text)
}

/// Tells whether a character is a space of Unicode's category Zs.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// Names a space that is not the plain one, with its number, because a reader cannot see the difference.
pub(crate) fn space_name(c: char) -> String {
    let name = match c {
        '\u{a0}' | '\u{202f}' => "a no-break space",
        _ => "a space of another width",
    };
    format!("{name} (U+{:04X})", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_value_is_short_and_on_one_line() {
        assert_eq!(shown("a `b`\nc"), "a 'b' c");
        assert_eq!(shown("a\u{2028}b\u{2029}c\u{1b}d"), "a b c d");
        let longest = "é".repeat(SHOWN);
        assert!(matches!(shown(&longest), Cow::Borrowed(text) if text == longest));
        assert_eq!(shown(&format!("{longest}e")), format!("{longest}…"));
        assert_eq!(shown(&"é".repeat(500)).chars().count(), 81);
        assert_eq!(said(&"é".repeat(500)).chars().count(), 301);
    }
}
