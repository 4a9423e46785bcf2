//! Words that other registers use for our tiers, states and kinds of exposure.

use crate::import::columns::plain;

/// What a word means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// One of our words, without any loss.
    Same(&'static str),
    /// The nearest of our words; what was written says more and is kept as well.
    Nearest(&'static str),
    /// Nobody has decided yet, which no state of an exception expresses.
    Undecided,
    /// Not known.
    Unknown,
}

const TIERS: &[(&str, &[&str])] = &[
    ("low", &["low", "l", "minor", "trivial", "negligible", "niedrig", "gering", "unkritisch"]),
    ("moderate", &["moderate", "medium", "med", "m", "mid", "normal", "mittel"]),
    ("high", &["high", "h", "major", "hoch"]),
    ("emergency", &["emergency", "notfall", "break glass"]),
];

/// More than `high`; `emergency` is not a higher tier but one that ends an incident.
const ABOVE_HIGH: &[&str] =
    &["critical", "crit", "very high", "severe", "extreme", "kritisch", "sehr hoch", "urgent", "dringend"];

const STATES: &[(&str, &[&str])] = &[
    (
        "active",
        &[
            "active",
            "open",
            "approved",
            "accepted",
            "granted",
            "live",
            "in force",
            "in effect",
            "valid",
            "ongoing",
            "aktiv",
            "offen",
            "genehmigt",
            "gueltig",
            "bewilligt",
            "freigegeben",
            "laufend",
        ],
    ),
    ("expired", &["expired", "lapsed", "overdue", "abgelaufen", "ueberfaellig"]),
    (
        "closed",
        &[
            "closed",
            "done",
            "resolved",
            "fixed",
            "complete",
            "completed",
            "remediated",
            "finished",
            "geschlossen",
            "erledigt",
            "behoben",
            "abgeschlossen",
            "beendet",
        ],
    ),
    (
        "rejected",
        &[
            "rejected",
            "denied",
            "declined",
            "refused",
            "not approved",
            "disapproved",
            "abgelehnt",
            "zurueckgewiesen",
            "nicht genehmigt",
        ],
    ),
];

/// Valid, and the word says more than `active` does: what happened since, or under which conditions.
const LIVED_ON: &[&str] = &[
    "renewed",
    "extended",
    "verlaengert",
    "in progress",
    "in arbeit",
    "in bearbeitung",
    "approved with conditions",
    "conditionally approved",
    "approved conditionally",
    "unter auflagen genehmigt",
];

const UNDECIDED: &[&str] = &[
    "pending",
    "requested",
    "new",
    "draft",
    "submitted",
    "in review",
    "under review",
    "awaiting approval",
    "pending approval",
    "approval pending",
    "to be approved",
    "proposed",
    "beantragt",
    "neu",
    "entwurf",
    "eingereicht",
    "in pruefung",
    "ausstehend",
    "on hold",
];

const EXPOSURES: &[(&str, &[&str])] = &[
    ("remote-access", &["remote access", "remote", "vpn", "ssh", "rdp", "fernzugriff"]),
    ("authentication", &["authentication", "mfa", "2fa", "login", "password", "anmeldung"]),
    ("data", &["data", "personal data", "customer data", "daten"]),
    ("vendor-access", &["vendor access", "vendor", "third party", "supplier", "lieferant", "dienstleister"]),
];

fn find(list: &[(&'static str, &[&str])], text: &str) -> Option<&'static str> {
    list.iter().find(|(_, words)| words.contains(&text)).map(|(ours, _)| *ours)
}

/// Returns the tier that a text means: the text is its word, or contains it among numbers.
#[must_use]
pub(super) fn tier(text: &str) -> Meaning {
    let plain = plain_of(text);
    let words = plain.split(' ').filter(|word| !matches!(*word, "risk" | "risiko" | "tier"));
    let (numbers, words): (Vec<&str>, Vec<&str>) = words.partition(|word| word.bytes().all(|b| b.is_ascii_digit()));
    let alone = words.join(" ");
    if ABOVE_HIGH.contains(&alone.as_str()) {
        return Meaning::Nearest("high");
    }
    match find(TIERS, &alone) {
        Some(ours) if numbers.is_empty() => Meaning::Same(ours),
        // `3 - Medium`, `High (7.5)`: the number says more than the word.
        Some(ours) if alone.len() > 1 => Meaning::Nearest(ours),
        _ => Meaning::Unknown,
    }
}

/// Returns the state that a text means.
#[must_use]
pub(super) fn state(text: &str) -> Meaning {
    let plain = plain_of(text);
    if let Some(ours) = find(STATES, &plain) {
        return Meaning::Same(ours);
    }
    if LIVED_ON.contains(&plain.as_str()) {
        return Meaning::Nearest("active");
    }
    if UNDECIDED.contains(&plain.as_str()) {
        return Meaning::Undecided;
    }
    // `Closed - verified`: the first word decides, the others are kept.
    let first = plain.split(' ').next().unwrap_or_default();
    match find(STATES, first) {
        Some(ours) => Meaning::Nearest(ours),
        None => Meaning::Unknown,
    }
}

/// Returns the kind of exposure that a text means.
#[must_use]
pub(super) fn exposure(text: &str) -> Option<&'static str> {
    find(EXPOSURES, &plain_of(text))
}

/// Returns the one of `ours` that a text is, in any case.
#[must_use]
pub(super) fn of(text: &str, ours: &[&'static str]) -> Option<&'static str> {
    let text = plain_of(text);
    ours.iter().copied().find(|word| plain(word) == text)
}

fn plain_of(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.len() > LONGEST { String::new() } else { plain(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_known_by_their_words() {
        for (text, meaning) in [
            ("Medium", Meaning::Same("moderate")),
            ("MITTEL", Meaning::Same("moderate")),
            ("low", Meaning::Same("low")),
            ("High risk", Meaning::Same("high")),
            ("H", Meaning::Same("high")),
            ("Critical", Meaning::Nearest("high")),
            ("Sehr hoch", Meaning::Nearest("high")),
            ("3 - Medium", Meaning::Nearest("moderate")),
            ("High (7.5)", Meaning::Nearest("high")),
            ("Emergency", Meaning::Same("emergency")),
            ("Medium-High", Meaning::Unknown),
            ("not high", Meaning::Unknown),
            ("7.5", Meaning::Unknown),
            ("P1", Meaning::Unknown),
            ("", Meaning::Unknown),
        ] {
            assert_eq!(tier(text), meaning, "{text}");
        }
    }

    #[test]
    fn states_are_known_and_no_decision_is_made_up() {
        for (text, meaning) in [
            ("Open", Meaning::Same("active")),
            ("Genehmigt", Meaning::Same("active")),
            ("Not approved", Meaning::Same("rejected")),
            ("Closed - verified", Meaning::Nearest("closed")),
            ("Extended", Meaning::Nearest("active")),
            ("Pending approval", Meaning::Undecided),
            ("Beantragt", Meaning::Undecided),
            ("not closed", Meaning::Unknown),
            ("?", Meaning::Unknown),
        ] {
            assert_eq!(state(text), meaning, "{text}");
        }
        assert_eq!(exposure("VPN"), Some("remote-access"));
        assert_eq!(exposure("weather"), None);
    }
}
