//! Words that other registers and scanners have for ours.

use crate::text::phrases::is_no_alternative;

/// Our words, each with the words that say the same, and those that say something near it.
const WORDS: &[(&str, &[&str], &[&str])] = &[
    (
        "active",
        &["open", "approved", "live", "accepted", "granted", "in force", "in progress", "ongoing"],
        &["pending", "new", "requested", "proposed", "submitted", "draft"],
    ),
    ("closed", &["done", "resolved", "finished", "fixed", "removed", "complete", "completed"], &[]),
    ("rejected", &["denied", "declined", "refused"], &[]),
    ("moderate", &["medium", "mid", "normal"], &[]),
    ("low", &["minor", "trivial"], &[]),
    ("high", &["major"], &["critical", "urgent", "severe"]),
    ("remote-access", &["vpn", "ssh", "rdp", "remote"], &["network", "firewall"]),
    ("authentication", &["mfa", "sso", "login", "2fa", "password"], &[]),
    ("vendor-access", &["vendor", "third-party", "third party", "supplier"], &[]),
];

/// Returns the one of `known` that another system's word means, or comes near to.
#[must_use]
pub(super) fn synonym<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    find(word, known, |same, near, word| same.contains(&word) || near.contains(&word))
}

/// Tells whether a word says of a request that it is not decided yet.
#[must_use]
pub(super) fn is_undecided(word: &str) -> bool {
    find(word, &["active"], |_, near, word| near.contains(&word)).is_some()
}

/// Returns the one of `known` that a word says, in other letters, with a slip of one letter or in another system's
/// word for the very same.
#[must_use]
pub(super) fn same<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    const SHORTEST: usize = 5;
    let plain = |word: &str| word.trim().to_lowercase().replace(['_', ' '], "-");
    let spelt = plain(word);
    let slip = |ours: &str| spelt.len() >= SHORTEST && strsim::osa_distance(&spelt, ours) == 1;
    let alike = known.iter().find(|ours| plain(ours) == spelt).or_else(|| known.iter().find(|ours| slip(ours)));
    alike.copied().or_else(|| find(word, known, |same, _, word| same.contains(&word)))
}

/// Returns the ones of `known` that the words of a text say, if each of them says one: `vendor access and data`; none of
/// them where it says that there is none.
#[must_use]
pub(super) fn each<'k>(text: &str, known: &[&'k str]) -> Option<Vec<&'k str>> {
    if is_no_alternative(text) {
        return Some(Vec::new());
    }
    let text = text.replace(" and ", ",").replace(" und ", ",");
    let parts = text.split([',', ';', '&', '+']).filter(|part| !part.trim().is_empty());
    let mut words = Vec::new();
    for part in parts {
        let word = same(part, known)?;
        if !words.contains(&word) {
            words.push(word);
        }
    }
    (!words.is_empty()).then_some(words)
}

/// Reads a yes or a no.
#[must_use]
pub(super) fn flag(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" | "yes" | "y" | "on" | "1" | "ja" => Some(true),
        "false" | "no" | "n" | "off" | "0" | "nein" => Some(false),
        _ => None,
    }
}

fn find<'k>(word: &str, known: &[&'k str], is_one: impl Fn(&[&str], &[&str], &str) -> bool) -> Option<&'k str> {
    let folded = word.trim().to_lowercase();
    let spelled = folded.replace('_', " ");
    let words = WORDS.iter().filter(|(_, same, near)| is_one(same, near, &folded) || is_one(same, near, &spelled));
    words.filter_map(|(ours, ..)| known.iter().find(|known| *known == ours).copied()).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_word_for_the_very_same_is_taken_for_ours() {
        let known = ["active", "expired", "closed", "rejected"];
        for (word, ours) in [
            ("Active", Some("active")),
            ("actve", Some("active")),
            ("open", Some("active")),
            ("In_Progress", Some("active")),
            ("done", Some("closed")),
            ("inactive", None),
            ("pending", None),
            ("on", None),
        ] {
            assert_eq!(same(word, &known), ours, "{word}");
        }
        let exposure = ["remote-access", "authentication", "data", "vendor-access"];
        assert_eq!(each("vendor access and data", &exposure), Some(vec!["vendor-access", "data"]));
        assert_eq!(each("vpn; SSO, vpn", &exposure), Some(vec!["remote-access", "authentication"]));
        assert_eq!(each("data and the rest", &exposure), None);
        assert_eq!(each(" , ", &exposure), None);
        assert_eq!(each("none", &exposure), Some(Vec::new()));
        assert_eq!(synonym("pending", &known), Some("active"));
        assert!(is_undecided("Pending") && !is_undecided("open"));
        // An emergency is an incident in progress, and `import` reads these words as `high` too.
        for word in ["critical", "urgent", "Severe"] {
            assert_eq!(synonym(word, &["low", "high", "emergency"]), Some("high"), "{word}");
        }
        assert_eq!(same("critical", &["low", "high", "emergency"]), None);
    }
}
