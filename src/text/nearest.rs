//! The word that was probably meant.

/// Returns the candidate nearest to `word`, unless none is near enough to be worth suggesting.
///
/// Jaro-Winkler similarity (Winkler 1990) favours a common beginning: `expiry_date` is near `expires`.
#[must_use]
pub fn nearest<'c>(word: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let plain = |text: &str| text.to_lowercase().replace('-', "_");
    let word = plain(word);
    let score = |other: &str| strsim::jaro_winkler(&word, &plain(other));
    candidates
        .map(|candidate| (score(candidate), candidate))
        .filter(|(score, _)| *score >= 0.82)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_near_and_another_word_is_not() {
        let keys = ["expires", "reason", "owner", "requester", "approver", "closure"];
        let near = |word| nearest(word, keys.into_iter());
        assert_eq!(near("expiry_date"), Some("expires"));
        assert_eq!(near("expired_at"), Some("expires"));
        assert_eq!(near("Aprover"), Some("approver"));
        assert_eq!(near("colour"), None);
        assert_eq!(near("CLO-SURE"), Some("closure"));
        let long = "a".repeat(65);
        assert_eq!(nearest(&long[1..], [&long[..]].into_iter()), Some(&long[..]));
        assert_eq!(nearest(&long, [&long[..]].into_iter()), None);
        assert_eq!(nearest("dana ortis", ["Dana Ortega", "Dana Ortiz"].into_iter()), Some("Dana Ortiz"));
    }
}
