//! The results that existed before: those of another log, recognised without their line numbers.

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use super::model::Outcome;
use super::place::Place;

/// The first half of a SHA-256: the author of a result must not be able to make it look like another.
type Key = [u8; 16];

/// The results of an older log: how many there are of each.
#[derive(Debug, Default)]
pub struct Before {
    counts: FxHashMap<Key, usize>,
}

impl Before {
    /// Notes a result.
    pub(super) fn add(&mut self, key: Key) {
        *self.counts.entry(key).or_default() += 1;
    }

    /// Returns whether a result was there before; each result of the older log stands for one.
    pub(super) fn take(&mut self, key: Key) -> bool {
        match self.counts.get_mut(&key) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }
}

/// Returns what stays the same about a result while lines move: its fingerprints (section 3.27.17), else its partial
/// fingerprints and its place (section 3.27.18), else its place with the code or the words.
pub(super) fn key(tool: &str, id: &str, places: &[Place], outcome: &Outcome<'_>) -> Key {
    let mut hash = Sha256::new();
    let mut put = |part: &str| {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    };
    put(tool);
    put(id);
    // Some tools fill a fingerprint with a sentence, such as semgrep with `requires login`.
    let is_print = |value: &str| value.len() >= 8 && !value.contains(char::is_whitespace);
    let prints = outcome.fingerprints.iter().flatten().filter(|(_, value)| is_print(value));
    let prints: Vec<(&str, &str)> = prints.map(|(name, value)| (&**name, &**value)).collect();
    // An empty one tells nothing apart: gitleaks writes five of them for a folder without git.
    let partial = outcome.partial_fingerprints.iter().flatten().filter(|(_, value)| !value.trim().is_empty());
    let partial: Vec<(&str, &str)> = partial.map(|(name, value)| (&**name, &**value)).collect();
    let named = if prints.is_empty() { &partial } else { &prints };
    for (name, value) in named {
        put(name);
        put(value);
    }
    if prints.is_empty() {
        places.iter().for_each(|place| put(place.text()));
    }
    if named.is_empty() {
        put(&code(outcome));
    }
    let digest = hash.finalize();
    let mut key = Key::default();
    key.copy_from_slice(&digest[..16]);
    key
}

/// Returns the code that a result shows, without its indentation; the words of its message if it shows none.
fn code(outcome: &Outcome<'_>) -> String {
    let regions = outcome.locations.iter().flatten().filter_map(|location| location.physical_location.as_ref());
    let of = |region: &Option<super::model::Region<'_>>| {
        let snippet = region.as_ref()?.snippet.as_ref()?.text.as_deref()?;
        Some(snippet.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty())
    };
    let mut code: Vec<String> = regions.filter_map(|it| of(&it.region).or_else(|| of(&it.context_region))).collect();
    if code.is_empty() {
        let text = outcome.message.as_ref().and_then(|message| message.text.as_deref()).unwrap_or_default();
        code.push(text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    code.join("\n")
}
