//! The policy.

use std::str::from_utf8;
use std::sync::LazyLock;

use stopgap::internal::error::Error;
use stopgap::internal::files::{Repository, decode};
use stopgap::internal::policy::Policy;
use stopgap::internal::rules;

use super::register;
use crate::seeds::Seeds;
use crate::{Outcome, Target, seeds};

/// See [`Target::about`].
pub const TARGET: Target = Target {
    name: "policy",
    about: "a policy is read, or refused with places and reasons",
    seeds: || {
        let policies = |name: &str| name.ends_with(".yaml");
        let texts: Vec<Vec<u8>> = [
            seeds::files("fixtures/schema/policy-valid", policies),
            seeds::files("fixtures/schema/policy-invalid", policies),
        ]
        .concat();
        Seeds { texts, tokens: seeds::YAML.to_vec(), ..Seeds::default() }
    },
    run,
};

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
