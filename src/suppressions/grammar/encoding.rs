//! Encodings in which Python reads a file as a different text than we do.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::suppressions::language::Language;

/// Returns the encoding that a Python file declares in its first two lines (PEP 263), and where its name is, unless
/// each byte of ASCII is the same letter in it, and part of no other.
pub(in crate::suppressions) fn foreign<'c>(path: &str, content: &'c [u8]) -> Option<(usize, &'c str)> {
    static DECLARED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^(?:[ \t\x0c]*(?:#[^\n]*)?\n)?[ \t\x0c]*#[^\n]*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)").ok()
    });
    if !Language::all_of(path, content).any(|language| language == Language::Python) {
        return None;
    }
    let name = DECLARED.as_ref()?.captures(content)?.get(1)?;
    let encoding = std::str::from_utf8(name.as_bytes()).ok()?;
    (!is_ascii(encoding)).then_some((name.start(), encoding))
}

/// Tells whether ASCII is the same in an encoding of Python's (`encodings/aliases.py`).
fn is_ascii(encoding: &str) -> bool {
    const WHOLE: [&str; 8] = ["utf-8", "utf8", "u8", "utf", "ascii", "us-ascii", "gb2312", "mac-roman"];
    const BEGINNINGS: [&str; 9] =
        ["utf-8-", "latin", "l1", "iso-8859", "iso8859", "cp125", "windows-125", "koi8", "euc"];
    let name = encoding.to_ascii_lowercase().replace('_', "-");
    WHOLE.contains(&name.as_str()) || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}
