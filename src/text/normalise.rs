//! The form in which two texts are compared, and the words in it.
//!
//! [`fold`] removes what a reader does not see (case, width, white space, invisible characters). [`tokens`]
//! distinguishes words from what changes from one copy to the next: punctuation, numbers, dates, ids and URLs. Folding
//! loses positions in the original text; [`spans`] keeps them.

use std::borrow::Cow;
use std::ops::Range;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::month::is_month;

/// Returns the comparison form of a text: NFKC, full case folding, trimmed, every run of white space one space, and
/// no default-ignorable characters (zero-width spaces, soft hyphens).
///
/// Folding twice is the same as folding once. An ASCII text that is already folded is borrowed.
#[must_use]
pub fn fold(text: &str) -> Cow<'_, str> {
    if is_spaced_ascii(text) {
        let is_folded = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        return if is_folded { Cow::Borrowed(text) } else { Cow::Owned(text.to_ascii_lowercase()) };
    }
    let mut folded = String::with_capacity(text.len());
    if text.is_ascii() {
        for chunk in text.split(is_ascii_space).filter(|chunk| !chunk.is_empty()) {
            push_space(&mut folded);
            folded.push_str(chunk);
        }
        folded.make_ascii_lowercase();
        return Cow::Owned(folded);
    }
    // An ASCII space composes with nothing, so each chunk can be normalised on its own.
    for chunk in text.split(is_ascii_space) {
        push_space(&mut folded);
        if chunk.is_ascii() {
            let start = folded.len();
            folded.push_str(chunk);
            folded[start..].make_ascii_lowercase();
        } else {
            push_folded(&mut folded, chunk);
        }
    }
    folded.truncate(folded.trim_end_matches(' ').len());
    Cow::Owned(folded)
}

/// Returns whether a text is printable ASCII with single spaces inside, so that folding only lower-cases it.
fn is_spaced_ascii(text: &str) -> bool {
    let bytes = text.as_bytes();
    let next = bytes.get(1..).unwrap_or_default();
    // Every byte is looked at, so that the compiler can process many at a time.
    let is_printable = bytes.iter().fold(true, |all, byte| all & matches!(byte, b' '..=b'~'));
    let has_two_spaces = || bytes.iter().zip(next).fold(false, |found, (a, b)| found | ((*a == b' ') & (*b == b' ')));
    is_printable && !text.starts_with(' ') && !text.ends_with(' ') && !has_two_spaces()
}

/// Case folding and decomposition are applied twice, because each can give the other more to do (Unicode Standard,
/// section 3.13, definition D146); then the result is composed.
fn push_folded(folded: &mut String, chunk: &str) {
    if chunk.chars().all(is_simple) {
        folded.extend(chunk.chars().flat_map(char::to_lowercase));
        return;
    }
    let chars = chunk.nfkd().filter(|c| !is_ignorable(*c)).default_case_fold().nfkd().default_case_fold().nfkc();
    for c in chars {
        if c.is_whitespace() {
            push_space(folded);
        } else {
            folded.push(c);
        }
    }
}

/// Returns whether folding a character among others of this kind only lower-cases it: most of what European languages,
/// Chinese and Japanese are written with. Avoids the full algorithm.
pub(super) fn is_simple(c: char) -> bool {
    match c {
        'ß' | 'İ' | 'Ĳ' | 'ĳ' | 'Ŀ' | 'ŀ' | 'ŉ' => false,
        'À'..='ž' | 'Ѐ'..='џ' | 'ぁ'..='ゖ' | 'ァ'..='ー' | '一'..='鿿' => true,
        '«' | '»' | '–' | '—' | '‘'..='„' | '、' | '。' => true,
        c => c.is_ascii_graphic(),
    }
}

/// Tells whether a character is white space (Unicode `White_Space`) in ASCII.
fn is_ascii_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ')
}

fn push_space(folded: &mut String) {
    if folded.as_bytes().last().is_some_and(|last| *last != b' ') {
        folded.push(' ');
    }
}

/// Returns whether a character is invisible by definition (`Default_Ignorable_Code_Point`,
/// `DerivedCoreProperties.txt`).
#[must_use]
pub fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}')
        || matches!(c, '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}')
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
        || matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}')
        || matches!(c, '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Tells whether a character may act on a terminal, hide, or reorder what is next to it: control
/// characters, bidirectional controls (UAX 9), the line and paragraph separator, annotation
/// controls, the two characters that are none (U+FFFE, U+FFFF), and all that Unicode lists as
/// `Default_Ignorable_Code_Point`, tags and variation selectors among them.
#[must_use]
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || is_ignorable(c)
        || matches!(c, '\u{2028}'..='\u{2029}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}'..='\u{FFFF}' | '\u{13430}'..='\u{1343F}')
}

/// Returns the runs of letters, digits and marks, folded and joined by one space: the form for comparing with a whole
/// value.
#[must_use]
pub fn bare(text: &str) -> String {
    let folded = fold(text);
    let mut bare = String::with_capacity(folded.len());
    for span in spans(&folded) {
        push_space(&mut bare);
        bare.push_str(&folded[span]);
    }
    bare
}

/// Finds the runs of letters, digits, marks and invisible characters, as byte ranges of the original text.
pub fn spans(text: &str) -> impl Iterator<Item = Range<usize>> + Clone {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(is_word_char)?;
        at = text[start..].find(|c| !is_word_char(c)).map_or(text.len(), |length| start + length);
        Some(start..at)
    })
}

fn is_word_char(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric()
    } else {
        c.is_alphanumeric() || is_combining_mark(c) || is_ignorable(c)
    }
}

/// What kind of token it is for the rules that count or compare words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An ordinary word.
    Word,
    /// A name that contains digits, such as `oauth2` or `sftp-hr-01`: says something, but changes from copy to copy.
    Name,
    /// Starts with a digit: a number, a time, a part of a date.
    Number,
    /// A URL, mail address, host name, ticket id, hash, or the month of a date.
    Reference,
}

/// A piece of a folded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) text: &'t str,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    /// Inside an id, a host name, a mail address or a contraction.
    Joiner,
    Ideograph,
    Unspaced,
    Other,
}

/// Cuts a folded text into tokens.
///
/// A word is a run of letters and marks; apostrophes and hyphens separate words, so `third-party` and `third party` are
/// alike. An ideograph or hiragana is one word; in scripts written without spaces (Thai, Lao, Khmer, Burmese) every
/// two neighbouring characters are one. Not words: numbers, dates, times, ticket ids, hashes, anything
/// joined to a digit, URLs, host names and mail addresses.
pub(super) fn tokens(folded: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::with_capacity(folded.len() / 6 + 1);
    let mut at = 0;
    while let Some((class, length)) = class_at(folded, at) {
        at = match class {
            Class::Letter | Class::Digit => push_group(folded, at, &mut tokens),
            Class::Ideograph => {
                tokens.push(Token { text: &folded[at..at + length], kind: Kind::Word });
                at + length
            }
            Class::Unspaced => push_pairs(folded, at, &mut tokens),
            Class::Joiner | Class::Other => at + length,
        };
    }
    mask_dates(&mut tokens);
    tokens
}

fn class_at(text: &str, at: usize) -> Option<(Class, usize)> {
    let byte = *text.as_bytes().get(at)?;
    if byte.is_ascii() {
        return Some((ascii_class(byte), 1));
    }
    text[at..].chars().next().map(|c| (class_of(c), c.len_utf8()))
}

fn ascii_class(byte: u8) -> Class {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
        b'0'..=b'9' => Class::Digit,
        b'-' | b'_' | b'.' | b'/' | b'#' | b'@' | b'\'' => Class::Joiner,
        _ => Class::Other,
    }
}

fn class_of(c: char) -> Class {
    match c {
        '\u{2019}' | '\u{2010}' => Class::Joiner,
        // Radicals, ideographs and their extensions; hiragana. Katakana is used for loan words: a run of it is one
        // word.
        '\u{2E80}'..='\u{2FDF}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3021}'..='\u{3029}'
        | '\u{3041}'..='\u{3096}'
        | '\u{309D}'..='\u{309F}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}' => Class::Ideograph,
        c if c.is_numeric() => Class::Digit,
        // Thai, Lao, Burmese, Khmer.
        '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17DD}' if is_word_char(c) => Class::Unspaced,
        c if is_word_char(c) => Class::Letter,
        _ => Class::Other,
    }
}

/// Pushes the tokens of one run of letters, digits and joiners between them, and returns where the run ends.
fn push_group<'t>(folded: &'t str, start: usize, tokens: &mut Vec<Token<'t>>) -> usize {
    let (mut end, mut has_digit, mut has_joiner) = (start, false, false);
    while let Some((class, length)) = class_at(folded, end) {
        match class {
            Class::Letter => {}
            Class::Digit => has_digit = true,
            Class::Joiner if joins(folded, end + length) => has_joiner = true,
            _ => break,
        }
        end += length;
    }
    if folded[end..].starts_with("://") {
        end = url_end(folded, end);
        tokens.push(Token { text: &folded[start..end], kind: Kind::Reference });
        return end;
    }
    let text = &folded[start..end];
    if has_digit {
        tokens.push(Token { text, kind: kind_with_digit(text) });
    } else if !has_joiner {
        tokens.push(Token { text, kind: Kind::Word });
    } else if text.contains('@') || is_host(text) {
        tokens.push(Token { text, kind: Kind::Reference });
    } else {
        let pieces = text.split(|c| class_of_any(c) == Class::Joiner).filter(|piece| !piece.is_empty());
        tokens.extend(pieces.map(|text| Token { text, kind: Kind::Word }));
    }
    end
}

fn class_of_any(c: char) -> Class {
    u8::try_from(c).ok().filter(u8::is_ascii).map_or_else(|| class_of(c), ascii_class)
}

fn joins(folded: &str, after: usize) -> bool {
    matches!(class_at(folded, after), Some((Class::Letter | Class::Digit, _)))
}

fn url_end(folded: &str, from: usize) -> usize {
    let ends = |c: char| c.is_whitespace() || matches!(c, '>' | '"' | ')' | '。' | '，' | '、');
    folded[from..].find(ends).map_or(folded.len(), |length| from + length)
}

/// A name starts with a letter and has three letters in a row; a ticket id, a hash or a long serial number is not a
/// name, but a vulnerability's is.
fn kind_with_digit(text: &str) -> Kind {
    let starts_with_digit = text.starts_with(char::is_numeric);
    let is_hex = text.len() >= 7 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if starts_with_digit && !is_hex {
        return Kind::Number;
    }
    if text.starts_with("cve-") || text.starts_with("ghsa-") {
        return Kind::Name;
    }
    let is_ticket = text
        .split_once(['-', '#'])
        .is_some_and(|(key, number)| key.chars().all(char::is_alphabetic) && number.chars().all(char::is_numeric));
    let has_serial = text.split(|c: char| !c.is_numeric()).any(|digits| digits.len() >= 4);
    let has_letters = text.split(|c: char| !c.is_alphabetic()).any(|letters| letters.len() >= 3);
    let is_month = text.split(|c: char| !c.is_alphabetic()).next().is_some_and(is_month);
    if is_hex || is_ticket || has_serial || !has_letters || is_month || text.contains(['@', '#']) {
        Kind::Reference
    } else {
        Kind::Name
    }
}

fn is_host(text: &str) -> bool {
    let authority = text.split('/').next().unwrap_or(text);
    text.starts_with("www.")
        || authority.rsplit_once('.').is_some_and(|(_, last)| {
            matches!(last, "com" | "org" | "net" | "edu" | "gov" | "io" | "dev" | "internal" | "local" | "corp" | "lan")
        })
}

/// Pushes every two neighbouring characters of a run without spaces, and returns where the run ends.
fn push_pairs<'t>(folded: &'t str, start: usize, tokens: &mut Vec<Token<'t>>) -> usize {
    let (mut end, mut previous) = (start, start);
    while let Some((Class::Unspaced, length)) = class_at(folded, end) {
        if end > start {
            tokens.push(Token { text: &folded[previous..end + length], kind: Kind::Word });
        }
        previous = end;
        end += length;
    }
    if previous == start {
        tokens.push(Token { text: &folded[start..end], kind: Kind::Word });
    }
    end
}

/// Masks the words that belong to a number next to them: `23 nov`, `november 23`, `9 pm`.
fn mask_dates(tokens: &mut [Token<'_>]) {
    let is_number = |token: Option<&Token<'_>>| token.is_some_and(|token| token.kind == Kind::Number);
    for at in 0..tokens.len() {
        let text = tokens[at].text;
        if tokens[at].kind != Kind::Word || !(2..=10).contains(&text.len()) {
            continue;
        }
        let after_number = at > 0 && is_number(tokens.get(at - 1));
        let before_number = is_number(tokens.get(at + 1));
        let is_unit = after_number && matches!(text, "am" | "pm" | "utc" | "gmt" | "cet" | "cest" | "uhr");
        if is_unit || ((after_number || before_number) && is_month(text)) {
            tokens[at].kind = Kind::Reference;
        }
    }
}

/// Returns the words of a text, folded and in order: what tests look at.
#[cfg(test)]
pub(super) fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    tokens(&folded).iter().filter(|token| token.kind == Kind::Word).map(|token| token.text.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_ignores_case_width_space_and_invisible_characters() {
        assert_eq!(fold("  The \t Straße\u{a0}IS\n closed "), "the strasse is closed");
        assert_eq!(fold("ｆｕｌｌ　ｗｉｄｔｈ"), "full width");
        assert_eq!(fold("pay\u{200b}ro\u{ad}ll"), "payroll");
        assert_eq!(fold("E\u{200d}\u{301}"), "é");
        assert_eq!(fold("ΣΊΣΥΦΟΣ"), fold("σίσυφος"));
        assert_eq!(fold("\u{200b} \u{a0}"), "");
        assert_eq!(fold(""), "");
    }

    #[test]
    fn an_already_folded_text_is_borrowed() {
        assert!(matches!(fold("as discussed, 2026"), Cow::Borrowed(_)));
        for text in ["As discussed", "two  spaces", "trailing ", " leading", "tab\there"] {
            assert!(matches!(fold(text), Cow::Owned(_)), "{text:?}");
        }
    }

    #[test]
    fn folding_twice_changes_nothing_more() {
        for c in (0..=0x0002_FFFF).chain(0xE_0000..0xE_1000).filter_map(char::from_u32) {
            let once = fold(c.encode_utf8(&mut [0; 4])).into_owned();
            assert_eq!(fold(&once), once, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn the_short_way_agrees_with_the_full_algorithm() {
        for c in ('\0'..=char::MAX).filter(|c| is_simple(*c)) {
            // The mark (a keycap) takes the full way and composes with nothing.
            assert_eq!(fold(&format!("{c}\u{20e3}")), format!("{}\u{20e3}", fold(c.encode_utf8(&mut [0; 4]))), "{c}");
        }
    }

    #[test]
    fn punctuation_and_tricks_leave_the_words_alone() {
        let plain = words("Third party vendor's export must run");
        for text in [
            "THIRD-PARTY  vendor\u{2019}s export (must) run!",
            "third\u{2011}party ven\u{200b}dor's export; must, run",
            "ｔｈｉｒｄ ｐａｒｔｙ vendor's ex\u{ad}port must... run",
        ] {
            assert_eq!(words(text), plain, "{text}");
        }
    }

    #[test]
    fn what_changes_from_copy_to_copy_is_masked() {
        for text in [
            "2026-11-23",
            "23.11.2026",
            "11/23",
            "10:30",
            "9 pm",
            "23 nov",
            "November 23rd, 2026",
            "23. November",
            "le 3 août",
            "ABC-123",
            "#123",
            "acme/repo#123",
            "CVE-2026-1234",
            "deadbeef42",
            "9fceb02d",
            "https://example.com/a-b?c=d#e",
            "www.example.com",
            "mail.example.com/inbox",
            "Jane.Doe@example.com",
            "sftp-hr-01",
            "oauth2",
            "10.0.0.0/8",
            "v1.2.3",
            "1,000",
            "٢٣",
        ] {
            let reason = words(&format!("read {text} then"));
            assert_eq!(reason.iter().filter(|word| *word != "le").collect::<Vec<_>>(), ["read", "then"], "{text}");
        }
        assert_eq!(words("(see https://example.com/x) until the March run"), ["see", "until", "the", "march", "run"]);
    }

    #[test]
    fn a_product_name_is_distinguished_from_a_ticket() {
        let kinds = |text: &str| tokens(text).iter().map(|token| token.kind).collect::<Vec<_>>();
        for name in ["oauth2", "smb1", "win7", "sftp-hr-01", "tls1.2", "cve-2026-1234"] {
            assert_eq!(kinds(name), [Kind::Name], "{name}");
        }
        for reference in ["inc-311", "chg0030021", "q4", "v2", "a.5.17", "nov-23", "org/repo#1", "9fceb02d"] {
            assert_eq!(kinds(reference), [Kind::Reference], "{reference}");
        }
    }

    #[test]
    fn scripts_without_spaces_have_words() {
        assert_eq!(words("供应商 读取"), ["供", "应", "商", "读", "取"]);
        assert_eq!(words("サーバーを"), ["サーバー", "を"]);
        assert_eq!(words("ไทย").len(), 2);
        assert_eq!(words("ก"), ["ก"]);
        assert_eq!(words("पासवर्ड बदलें").len(), 2);
    }

    #[test]
    fn spans_are_on_character_boundaries() {
        let text = "é-ab\u{200b}c_d, ß!";
        assert_eq!(spans(text).map(|span| &text[span]).collect::<Vec<_>>(), ["é", "ab\u{200b}c", "d", "ß"]);
        assert_eq!(bare(" N/A. "), "n a");
        assert_eq!(bare("--"), "");
    }
}
