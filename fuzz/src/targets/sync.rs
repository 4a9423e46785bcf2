//! Ignore files that are written from the register.

use std::str::from_utf8;

use stopgap::internal::policy::Target as File;
use stopgap::internal::sync::{Allowed, tools_with_files};
use stopgap::internal::time::{Today, Zone};

use super::choices;
use super::register::{COVERING, TODAY};
use crate::seeds::Seeds;
use crate::{Outcome, Target};

/// See [`Target::about`].
pub const TARGET: Target = Target {
    name: "sync",
    about: "a file that was written needs nothing more; entries by hand stay; a refusal says where",
    seeds: || {
        let Seeds { pieces, tokens, .. } = (super::suppressions::TARGET.seeds)();
        let texts = (super::import::TARGET.seeds)().texts.into_iter().chain(pieces).collect();
        Seeds { texts, tokens, ..Seeds::default() }
    },
    run,
};

fn run(data: &[u8]) -> Outcome {
    let Ok(text) = from_utf8(data) else { return Outcome::Refused };
    let today = Today::parse(TODAY, Zone::UTC).expect("a day");
    let tools = tools_with_files();
    let (tool, name) = tools[choices(data).usize(..tools.len())];
    let allowed = Allowed::new(tool, &COVERING, Zone::UTC, today);
    let target = File { tool, path: name.to_owned() };
    let plan = match allowed.plan(&target, Some(text), false) {
        Ok((plan, _)) => plan,
        Err(problem) => {
            assert!(text.get(problem.span.range()).is_some() && !problem.message.is_empty(), "{name}: {problem:?}");
            return Outcome::Refused;
        }
    };
    for stray in &plan.strays {
        assert!(text.get(stray.span.range()).is_some(), "{name}: {stray:?} is not in the text");
    }
    let Some(new) = plan.text else { return Outcome::Refused };
    let (again, _) = match allowed.plan(&target, Some(&new), false) {
        Ok(again) => again,
        Err(problem) => panic!("{name}: what was written cannot be read: {problem:?}\n{new}"),
    };
    assert!(again.text.is_none(), "{name} is written twice:\n{new}\n{}", again.text.unwrap_or_default());
    assert_eq!(plan.strays.len(), again.strays.len(), "{name}: entries by hand are lost\n{new}");
    Outcome::Taken
}
