//! Texts that are recorded in the repository, so that every change to them is seen and accepted.
//!
//! `INSTA_UPDATE=always cargo test` records all of them again.

use std::fs;
use std::path::Path;

use similar::TextDiff;

/// Asserts that a text is the one that `NAME.snap` in a folder of the repository holds.
pub(crate) fn assert_recorded(folder: &str, name: &str, text: &str) {
    // insta ignores what is at the end, and how lines end.
    assert_eq!(text, format!("{}\n", text.trim_end()), "{folder}/{name}");
    assert!(!text.contains('\r'), "{folder}/{name}: {text:?}");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Asserts that a page of the repository says what it should.
pub(crate) fn assert_page(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let recorded = fs::read_to_string(&file).unwrap_or_default();
    let difference = TextDiff::from_lines(recorded.as_str(), text);
    let difference = difference.unified_diff().header(path, "what it should say").to_string();
    if !difference.is_empty() && std::env::var_os("INSTA_UPDATE").is_some_and(|mode| mode == "always") {
        return fs::write(&file, text).unwrap();
    }
    assert!(difference.is_empty(), "INSTA_UPDATE=always cargo test writes {path} anew:\n{difference}");
}
