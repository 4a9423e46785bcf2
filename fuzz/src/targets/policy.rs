//! The policy.

use std::str::from_utf8;
use std::sync::LazyLock;

use stopgap::internal::error::Error;
use stopgap::internal::files::{Repository, decode};
use stopgap::internal::policy::Policy;
use stopgap::internal::rules;
use stopgap::internal::yaml::SIGNS;

use super::register;
use crate::seeds::Seeds;
use crate::{Outcome, Target, seeds};

/// See [`Target::about`].
pub const TARGET: Target = Target {
    name: "policy",
    about: "a policy is read, or refused with places and reasons",
    seeds: || {
        let mut texts = seeds::files("fixtures/schema/policy-valid", |name| name.ends_with(".yaml"));
        texts.extend(seeds::files("fixtures", |name| name == "stopgap.yaml"));
        let mut pieces: Vec<Vec<u8>> = texts.iter().flat_map(|text| seeds::fields(text)).collect();
        pieces.sort_unstable();
        pieces.dedup();
        texts.extend(seeds::files("fixtures/schema/policy-invalid", |name| name.ends_with(".yaml")));
        let tokens = SIGNS.iter().chain(WORDS).copied().collect();
        Seeds { texts, pieces, tokens, ..Seeds::default() }
    },
    run,
    quick: None,
};

/// Values that one key or another takes.
const WORDS: &[&str] = &[
    "30d",
    "2w",
    "0d",
    "off",
    "note",
    "warning",
    "error",
    "high",
    "moderate",
    "Europe/Berlin",
    "Mars/Olympus",
    "[7, 1]",
    "{max: 2}",
    "0.8",
    "../outside",
    "people.yaml",
    "trivy",
    "all",
    "[all]",
    "expiring-soon",
    "version: 1\n",
];

static PLACE: LazyLock<Repository> = LazyLock::new(|| Repository::Folder(register::root()));

fn run(data: &[u8]) -> Outcome {
    let file = decode(data.to_vec(), "stopgap.yaml".to_owned());
    if file.fault.is_some() || from_utf8(data).is_err() {
        return Outcome::Refused;
    }
    let text = file.source.text().to_owned();
    match Policy::from_source(&PLACE, file.source, rules::all()) {
        Ok(_) => Outcome::Taken,
        Err(Error::Config { problems, .. }) => {
            assert!(!problems.is_empty());
            for problem in &problems {
                assert!(text.get(problem.span.range()).is_some() && !problem.message.is_empty(), "{problem:?}");
            }
            Outcome::Refused
        }
        Err(error) => panic!("{error}"),
    }
}
