//! A pack of evidence against its manifest, and against what the commits say.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::git::Commit;
use crate::text::shown;

/// The files of a pack by their paths in it, with `/` between folders.
pub type Pack = BTreeMap<String, Vec<u8>>;

/// The sums of a pack's files, as `sha256sum` writes and checks them.
#[derive(Debug)]
pub struct Manifest;

/// The files that are compared first: the others follow from them.
const FIRST: [&str; 5] = ["decisions.json", "events.json", "findings.json", "slips.json", "evidence.json"];

/// The longest value that is quoted, in characters.
const LONGEST: usize = 300;

impl Manifest {
    /// Its name.
    pub const NAME: &'static str = "SHA256SUMS";

    /// Writes the sums of all files but its own.
    #[must_use]
    pub fn of(pack: &Pack) -> Vec<u8> {
        let files = pack.iter().filter(|(name, _)| *name != Self::NAME);
        files.map(|(name, bytes)| format!("{}  {name}\n", sum(bytes))).collect::<String>().into_bytes()
    }
}

fn sum(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The file of the pack.
    pub file: String,
    /// What about it: the record and the field, or what is wrong with the file as a whole.
    pub what: String,
    /// What the pack says.
    pub pack: Option<String>,
    /// What the clone says.
    pub clone: Option<String>,
}

impl Difference {
    /// Creates one about a file as a whole.
    #[must_use]
    pub fn of_file(file: &str, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), what: what.into(), pack: None, clone: None }
    }

    /// Tells whether it is about the file as a whole.
    #[must_use]
    pub fn is_of_file(&self) -> bool {
        self.pack.is_none() && self.clone.is_none()
    }
}

/// Compares a pack with its own manifest.
#[must_use]
pub fn differences(pack: &Pack) -> Vec<Difference> {
    let Some(manifest) = pack.get(Manifest::NAME) else {
        return vec![Difference::of_file(
            Manifest::NAME,
            "it is missing, so nothing says which files belong to the pack",
        )];
    };
    let text = String::from_utf8_lossy(manifest);
    let (mut found, mut listed) = (Vec::new(), BTreeSet::new());
    for (at, line) in text.lines().enumerate() {
        let entry = line.split_once("  ").filter(|(sum, name)| sum.len() == 64 && !name.is_empty());
        let Some((wanted, name)) = entry.filter(|(_, name)| listed.insert((*name).to_owned())) else {
            let what = format!("line {} is not a sum and the name of a file that is listed once", at + 1);
            found.push(Difference::of_file(Manifest::NAME, what));
            continue;
        };
        match pack.get(name) {
            None => found.push(Difference::of_file(name, "it is missing: the manifest lists it")),
            Some(bytes) if sum(bytes) != wanted => {
                found.push(Difference::of_file(name, "it was changed: its SHA-256 sum is not that of the manifest"));
            }
            Some(_) => {}
        }
    }
    let extra = pack.keys().filter(|name| *name != Manifest::NAME && !listed.contains(*name));
    found.extend(extra.map(|name| Difference::of_file(name, "it does not belong to the pack: the manifest lacks it")));
    found
}

/// Returns the first difference between a pack and what the clone makes of the same period.
#[must_use]
pub fn first_difference(pack: &Pack, derived: &Pack) -> Option<Difference> {
    let names: BTreeSet<&str> = pack.keys().chain(derived.keys()).map(String::as_str).collect();
    let rest = names.iter().copied().filter(|name| !FIRST.contains(name) && *name != Manifest::NAME);
    // A page or a table says what a JSON file says too, and that one can name the record.
    let (json, others): (Vec<&str>, Vec<&str>) = rest.partition(|name| name.ends_with(".json"));
    let first = FIRST.into_iter().filter(|name| names.contains(name));
    first.chain(json).chain(others).chain([Manifest::NAME]).find_map(|name| match (pack.get(name), derived.get(name)) {
        (Some(pack), Some(derived)) if pack == derived => None,
        (Some(pack), Some(derived)) => Some(of_content(name, pack, derived)),
        (Some(_), None) => Some(Difference::of_file(name, "the clone makes no such file")),
        (None, Some(_)) => Some(Difference::of_file(name, "it is missing: the clone makes it")),
        (None, None) => None,
    })
}

fn of_content(name: &str, pack: &[u8], derived: &[u8]) -> Difference {
    if name.ends_with(".json")
        && let (Ok(pack), Ok(derived)) = (serde_json::from_slice(pack), serde_json::from_slice(derived))
        && let Some((what, pack, clone)) = of_values(&pack, &derived)
    {
        return Difference { file: name.to_owned(), what, pack, clone };
    }
    let (pack, derived) = (String::from_utf8_lossy(pack), String::from_utf8_lossy(derived));
    let (mut pack, mut derived) = (pack.split('\n'), derived.split('\n'));
    let mut number = 0;
    loop {
        number += 1;
        let (ours, theirs) = (pack.next(), derived.next());
        if ours != theirs || ours.is_none() {
            let cut = |line: Option<&str>| line.map(cut);
            let what = format!("line {number}");
            return Difference { file: name.to_owned(), what, pack: cut(ours), clone: cut(theirs) };
        }
    }
}

/// Returns where two documents differ first, and what each says there.
fn of_values(pack: &Value, derived: &Value) -> Option<(String, Option<String>, Option<String>)> {
    let (Some(ours), Some(theirs)) = (pack.get("records"), derived.get("records")) else {
        return in_value(pack, derived, "");
    };
    // What heads the document follows from the records, but for the period and the commits.
    let (ours, theirs) = (ours.as_array()?, theirs.as_array()?);
    let Some(at) = (0..ours.len().max(theirs.len())).find(|at| ours.get(*at) != theirs.get(*at)) else {
        return in_value(pack, derived, "");
    };
    let name = |record: &Value| {
        let text = |key: &str| record.get(key).and_then(Value::as_str);
        let commit = record.get("commit").and_then(|commit| commit.get("id")).and_then(Value::as_str);
        let commit = commit.and_then(Commit::from_digits).map(|commit| format!("commit {}", commit.short()));
        let words = ["id", "what", "rule"].into_iter().filter_map(text).map(|word| shown(word).into_owned());
        format!("record {} ({})", at + 1, words.chain(commit).collect::<Vec<_>>().join(", "))
    };
    match (ours.get(at), theirs.get(at)) {
        (Some(record), None) => Some((name(record), Some("it is there".to_owned()), None)),
        (None, Some(record)) => Some((name(record), None, Some("it is there".to_owned()))),
        (Some(record), Some(theirs_too)) if theirs.get(at) == ours.get(at + 1) => {
            Some((name(record), Some("it is there".to_owned()), None)).filter(|_| record != theirs_too)
        }
        (Some(_), Some(record)) if ours.get(at) == theirs.get(at + 1) => {
            Some((name(record), None, Some("it is there".to_owned())))
        }
        (Some(ours), Some(theirs)) => {
            let (place, pack, clone) = in_value(ours, theirs, "")?;
            Some((format!("{}, `{place}`", name(ours)), pack, clone))
        }
        (None, None) => None,
    }
}

/// Returns the path of the first value that differs, and both values.
fn in_value(pack: &Value, derived: &Value, place: &str) -> Option<(String, Option<String>, Option<String>)> {
    if pack == derived {
        return None;
    }
    let under = |key: &str| if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") };
    let written = |value: Option<&Value>| value.map(|value| cut(&value.to_string()));
    match (pack, derived) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let keys: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
            keys.into_iter().find_map(|key| match (ours.get(key), theirs.get(key)) {
                (Some(ours), Some(theirs)) => in_value(ours, theirs, &under(&shown(key))),
                (ours, theirs) => Some((under(&shown(key)), written(ours), written(theirs))),
            })
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            (0..ours.len().max(theirs.len())).find_map(|at| match (ours.get(at), theirs.get(at)) {
                (Some(ours), Some(theirs)) => in_value(ours, theirs, &format!("{place}[{at}]")),
                (ours, theirs) => Some((format!("{place}[{at}]"), written(ours), written(theirs))),
            })
        }
        _ => Some((place.to_owned(), written(Some(pack)), written(Some(derived)))),
    }
}

fn cut(text: &str) -> String {
    let mut cut: String = text.chars().take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(files: &[(&str, &str)]) -> Pack {
        let mut pack: Pack = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        pack.insert(Manifest::NAME.to_owned(), Manifest::of(&pack));
        pack
    }

    #[test]
    fn a_changed_a_missing_and_an_extra_file_are_named() {
        let whole = pack(&[("a.json", "{}"), ("b.csv", "x\n")]);
        assert_eq!(differences(&whole), []);
        let mut broken = whole.clone();
        broken.insert("a.json".to_owned(), b"{ }".to_vec());
        broken.remove("b.csv");
        broken.insert("c.txt".to_owned(), Vec::new());
        let named: Vec<String> =
            differences(&broken).into_iter().map(|it| format!("{} {}", it.file, it.what)).collect();
        assert!(named[0].starts_with("a.json it was changed"), "{named:?}");
        assert!(named[1].starts_with("b.csv it is missing"), "{named:?}");
        assert!(named[2].starts_with("c.txt it does not belong"), "{named:?}");
        assert_eq!(named.len(), 3);
        broken.insert(Manifest::NAME.to_owned(), b"nonsense\n".to_vec());
        assert!(differences(&broken)[0].what.starts_with("line 1 is not a sum"));
        broken.remove(Manifest::NAME);
        assert_eq!(differences(&broken).len(), 1);
    }

    #[test]
    fn the_first_difference_names_the_record_the_field_and_both_sides() {
        let records = |text: &str| pack(&[("decisions.json", &format!("{{\"records\":[{text}]}}")), ("a.csv", text)]);
        let (one, two) = (r#"{"id":"a","by":["mei"]}"#, r#"{"id":"b","by":["mei"]}"#);
        let both = records(&format!("{one},{two}"));
        assert_eq!(first_difference(&both, &both), None);
        let forged = records(&format!("{one},{}", two.replace("mei", "luis")));
        let found = first_difference(&forged, &both).unwrap();
        assert_eq!((found.file.as_str(), found.what.as_str()), ("decisions.json", "record 2 (b), `by[0]`"));
        assert_eq!((found.pack.as_deref(), found.clone.as_deref()), (Some("\"luis\""), Some("\"mei\"")));
        let found = first_difference(&records(two), &both).unwrap();
        assert_eq!((found.what.as_str(), found.pack, found.clone.is_some()), ("record 1 (a)", None, true));
        let found = first_difference(&both, &records(one)).unwrap();
        assert_eq!((found.what.as_str(), found.pack.is_some(), found.clone), ("record 2 (b)", true, None));
        // What is no JSON is compared line by line.
        let found = first_difference(&pack(&[("a.csv", "x\ny\n")]), &pack(&[("a.csv", "x\nz\n")])).unwrap();
        assert_eq!((found.what.as_str(), found.pack.as_deref()), ("line 2", Some("y")));
    }
}
