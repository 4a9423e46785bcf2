//! What inputs are made from: the fixtures, read when a run begins.

use std::fs;
use std::path::{Path, PathBuf};

use stopgap::internal::yaml::SIGNS;
use walkdir::{DirEntry, WalkDir};

/// Whole texts, pieces of them, and signs that mean something in their language.
#[derive(Default)]
pub struct Seeds {
    /// Whole texts.
    pub texts: Vec<Vec<u8>>,
    /// Pieces that make a text together, such as the fields of an exception; none if texts are only changed.
    pub pieces: Vec<Vec<u8>>,
    /// Signs and words.
    pub tokens: Vec<&'static str>,
    /// How many versions of one text an input holds, divided by [`SEPARATOR`].
    pub versions: usize,
}

/// Divides the versions in an input: a character that no file may contain.
pub const SEPARATOR: u8 = 0x1e;

/// Returns the versions that an input holds.
pub fn versions(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    data.split(|byte| *byte == SEPARATOR)
}

/// The top of the repository.
#[must_use]
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

/// Reads the fixtures below a folder of the repository that a name is chosen for, in the order of their paths.
#[must_use]
pub fn files(below: &str, wants: impl Fn(&str) -> bool) -> Vec<Vec<u8>> {
    let files = WalkDir::new(root().join(below)).sort_by_file_name().into_iter().flatten();
    let wanted = |path: &PathBuf| path.file_name().is_some_and(|name| wants(&name.to_string_lossy()));
    let paths = files.filter(|entry| entry.file_type().is_file()).map(DirEntry::into_path).filter(wanted);
    paths.filter_map(|path| fs::read(path).ok()).collect()
}

/// Reads the exceptions of the fixtures, whole and field by field.
#[must_use]
pub fn exceptions() -> Seeds {
    let texts = files("fixtures", |name| name.ends_with(".yaml") || name.ends_with(".yml"));
    let pieces = texts.iter().flat_map(|text| fields(text)).collect();
    Seeds { texts, pieces, tokens: SIGNS.to_vec(), versions: 1 }
}

/// Divides a file where a line begins with a key.
#[must_use]
pub fn fields(text: &[u8]) -> Vec<Vec<u8>> {
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let begins = line.first().is_some_and(|byte| !b" \n\r#-".contains(byte));
        match pieces.last_mut() {
            Some(piece) if !begins => piece.extend_from_slice(line),
            _ => pieces.push(line.to_vec()),
        }
    }
    pieces
}

/// Signs that mean something to JSON, and values at its limits.
pub const JSON: &[&str] = &[
    "null",
    "true",
    "{}",
    "[]",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\"\"",
    "\\",
    "\\n",
    "\\u0000",
    "\\ud83d",
    "\\ud800",
    "\\u202e",
    "0",
    "-1",
    "1e9",
    "1e999",
    "18446744073709551616",
    "\n",
    "\r\n",
    "é",
    "\u{feff}",
    "\u{202e}",
    "\0",
];
