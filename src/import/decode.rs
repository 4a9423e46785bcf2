//! Decodes the bytes of a foreign file, in the encodings that spreadsheets write.
//!
//! UTF-8 with or without a mark, UTF-16 with a mark (or evidently without one), otherwise Windows-1252 (WHATWG Encoding
//! Standard, section "windows-1252", an extension of ISO 8859-1).

/// How a file was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8, or its ASCII part.
    Utf8,
    /// UTF-16, little or big endian.
    Utf16,
    /// What Excel writes in western Europe and America unless told otherwise.
    Windows1252,
    /// UTF-8 with some Windows-1252 bytes in between, as when two exports were concatenated.
    Mixed,
}

impl Encoding {
    /// Returns the name for people.
    #[must_use]
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16 => "UTF-16",
            Self::Windows1252 => "Windows-1252",
            Self::Mixed => "UTF-8 with some bytes of Windows-1252",
        }
    }
}

/// The characters from 0x80 to 0x9F; the five bytes without a meaning stay control characters.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Decodes a file's bytes, without its byte order mark.
#[must_use]
pub(super) fn decode(bytes: Vec<u8>) -> (String, Encoding) {
    if let Some(text) = utf16(&bytes) {
        return (text, Encoding::Utf16);
    }
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            (text, Encoding::Utf8)
        }
        Err(error) => single_bytes(&error.into_bytes()),
    }
}

fn utf16(bytes: &[u8]) -> Option<String> {
    const SAMPLE: usize = 256;
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    // Most of a table is ASCII, so every second byte is zero.
    let mostly = sample.len() / 4 + 1;
    let (little, body) = match bytes {
        [0xff, 0xfe, rest @ ..] => (true, rest),
        [0xfe, 0xff, rest @ ..] => (false, rest),
        _ if zeros(1) >= mostly && zeros(0) == 0 => (true, bytes),
        _ if zeros(0) >= mostly && zeros(1) == 0 => (false, bytes),
        _ => return None,
    };
    let unit = |pair: &[u8]| match (little, pair) {
        (true, [a, b]) => u16::from_le_bytes([*a, *b]),
        (false, [a, b]) => u16::from_be_bytes([*a, *b]),
        // Half a unit at the end: the replacement character.
        _ => 0xfffd,
    };
    let units = body.chunks(2).map(unit);
    Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// Reads what is not UTF-8. If most of what is not ASCII is good UTF-8, only the other bytes are taken for
/// Windows-1252.
fn single_bytes(bytes: &[u8]) -> (String, Encoding) {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += chunk.invalid().len();
    }
    if good <= bad {
        return (bytes.iter().copied().map(character).collect(), Encoding::Windows1252);
    }
    let mut text = String::with_capacity(bytes.len() + bad);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().copied().map(character));
    }
    (text.trim_start_matches('\u{feff}').to_owned(), Encoding::Mixed)
}

fn character(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Begründung;Gültig bis\nStraße „Nord“ – 5 €;23.11.2026\n";

    fn windows_1252(text: &str) -> Vec<u8> {
        let byte = |c: char| match WINDOWS_1252.iter().position(|known| *known == c) {
            Some(at) => 0x80 + u8::try_from(at).unwrap(),
            None => u8::try_from(u32::from(c)).unwrap(),
        };
        text.chars().map(byte).collect()
    }

    fn utf16(text: &str, little: bool, mark: bool) -> Vec<u8> {
        let marked = if mark { format!("\u{feff}{text}") } else { text.to_owned() };
        let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        marked.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn every_encoding_of_a_spreadsheet_gives_the_same_text() {
        let marked = [b"\xef\xbb\xbf", TEXT.as_bytes()].concat();
        let written = [
            (TEXT.as_bytes().to_vec(), Encoding::Utf8),
            (marked, Encoding::Utf8),
            (windows_1252(TEXT), Encoding::Windows1252),
            (utf16(TEXT, true, true), Encoding::Utf16),
            (utf16(TEXT, false, true), Encoding::Utf16),
            (utf16(TEXT, true, false), Encoding::Utf16),
            (utf16(TEXT, false, false), Encoding::Utf16),
        ];
        for (bytes, encoding) in written {
            assert_eq!(decode(bytes), (TEXT.to_owned(), encoding));
        }
    }

    #[test]
    fn two_concatenated_exports_keep_every_letter() {
        let both = [TEXT.as_bytes(), &windows_1252("Zoë;1\n")].concat();
        assert_eq!(decode(both), (format!("{TEXT}Zoë;1\n"), Encoding::Mixed));
    }

    #[test]
    fn bytes_without_any_meaning_are_still_text() {
        let (text, _) = decode((0..=255).collect());
        assert_eq!(text.chars().count(), 256);
        assert_eq!(decode(b"\xff\xfea\0b".to_vec()).0, "a\u{fffd}");
        assert_eq!(decode(Vec::new()), (String::new(), Encoding::Utf8));
    }
}
