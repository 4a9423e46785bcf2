//! What a character looks like: Unicode's table of confusable characters (Unicode Technical Standard 39, section 4), in
//! arrays without a reference, which cost nothing when the program starts.

#[rustfmt::skip]
mod table;

use unicode_normalization::UnicodeNormalization as _;

use crate::text::normalise::is_ignorable;
use table::{CHARACTERS, LOOKS, PLACES};

/// Returns the characters that one looks like; two that are easily taken for each other give the same.
pub(super) fn skeleton(c: char) -> impl Iterator<Item = char> {
    std::iter::once(c).nfd().filter(|c| !is_ignorable(*c)).flat_map(prototype).nfd()
}

fn prototype(c: char) -> impl Iterator<Item = char> {
    let found = CHARACTERS.binary_search(&u32::from(c)).ok().map(|at| {
        let (start, length) = PLACES[at];
        &LOOKS[usize::from(start)..usize::from(start) + usize::from(length)]
    });
    found.unwrap_or_default().chars().chain(found.is_none().then_some(c))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;

    use super::*;

    /// Both tables are of one Unicode version: characters on which they disagree would be the same for one of them and
    /// different for the other.
    #[test]
    fn the_table_is_unicodes() {
        let (major, minor, update) = unicode_normalization::UNICODE_VERSION;
        assert_eq!((major.into(), minor.into(), update.into()), unicode_security::UNICODE_VERSION);
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/text/confusable/table.rs");
        let wanted = written();
        if std::env::var_os("INSTA_UPDATE").is_some_and(|how| how == "always") {
            std::fs::write(&path, &wanted).unwrap();
        }
        assert!(
            std::fs::read_to_string(&path).unwrap() == wanted,
            "INSTA_UPDATE=always cargo test confusable writes it"
        );
    }

    #[test]
    fn every_character_looks_like_what_unicode_says() {
        for c in '\0'..=char::MAX {
            let ours: String = skeleton(c).collect();
            let theirs: String = unicode_security::skeleton(c.encode_utf8(&mut [0; 4])).collect();
            assert_eq!(ours, theirs, "{c:?}");
        }
    }

    /// Writes the table: each character that is not taken apart before it is looked up and looks like another.
    fn written() -> String {
        let mut looks = String::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let (mut characters, mut where_they_are) = (Vec::new(), Vec::new());
        for c in '\0'..=char::MAX {
            let alone = c.to_string();
            let like: String = unicode_security::skeleton(&alone).collect();
            if like == alone || is_ignorable(c) || !alone.nfd().eq(alone.chars()) {
                continue;
            }
            let start = *places.entry(like.clone()).or_insert_with(|| {
                let found = looks.find(&like);
                found.unwrap_or_else(|| {
                    looks.push_str(&like);
                    looks.len() - like.len()
                })
            });
            characters.push(format!("{:#x}", u32::from(c)));
            where_they_are.push(format!("({start}, {})", like.len()));
        }
        let mut text = concat!(
            "//! Written by the test `the_table_is_unicodes`, from the table of the crate unicode-security: Unicode's\n",
            "//! <https://www.unicode.org/Public/security/> under <https://www.unicode.org/license.txt>.\n",
        )
        .to_owned();
        let mut array = |name: &str, what: &str, kind: &str, items: &[String]| {
            let _ = write!(text, "\n/// {what}\npub(super) static {name}: [{kind}; {}] = [", items.len());
            for line in items.chunks(10) {
                let _ = write!(text, "\n    {},", line.join(", "));
            }
            text.push_str("\n];\n");
        };
        array("CHARACTERS", "The code points that look like others, in their order.", "u32", &characters);
        array("PLACES", "Where in the texts that of each begins, and how long it is.", "(u16, u8)", &where_they_are);
        let _ = writeln!(
            text,
            "\n/// What they look like, one text behind the other.\npub(super) const LOOKS: &str = concat!("
        );
        let escaped: Vec<String> = looks.chars().map(|c| c.escape_unicode().to_string()).collect();
        for line in escaped.chunks(12) {
            let _ = writeln!(text, "    \"{}\",", line.concat());
        }
        text.push_str(");\n");
        text
    }
}
