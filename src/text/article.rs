//! The article before one of our own nouns.

/// Puts `a` or `an` before a noun.
#[must_use]
pub(crate) fn a(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::a;

    #[test]
    fn a_vowel_takes_another_article() {
        assert_eq!(a("list of reviews"), "a list of reviews");
        assert_eq!(a("event"), "an event");
    }
}
