//! Keys that a tool reads in any case.

/// Returns a key in the form in which readers of Go compare it (`strings.EqualFold`, `strings.ToLower`). Two letters beyond
/// ASCII differ from one of it in case alone.
pub(crate) fn folded_key(key: &str) -> String {
    let fold = |c: char| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    };
    key.chars().map(fold).collect()
}
