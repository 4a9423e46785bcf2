//! Ignore files that are written from the register.

use std::str::from_utf8;

use stopgap::internal::policy::Target as File;
use stopgap::internal::sync::{Allowed, Plan, tools_with_files};
use stopgap::internal::time::{Today, Zone};
use stopgap::internal::yaml::Problem;

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
        let by_hand: Vec<Vec<u8>> = (super::import::TARGET.seeds)().texts.into_iter().chain(pieces).collect();
        let texts = files().into_iter().flat_map(|(tool, name)| whole(tool, name, &by_hand)).collect();
        Seeds { texts, tokens, ..Seeds::default() }
    },
    run,
    quick: None,
};

/// Returns the tools and the names of their files.
fn files() -> Vec<(&'static str, &'static str)> {
    // A tool's second kind of file.
    let others = [("trivy", ".trivyignore"), ("gitleaks", ".gitleaksignore"), ("azure", "exemptions.json")];
    tools_with_files().into_iter().chain(others).collect()
}

/// Returns what a tool's file may hold, below its name: what is written from the register, and what can be read.
fn whole(tool: &'static str, name: &str, by_hand: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let named = |text: &str| format!("{name}\n{text}").into_bytes();
    let new = plan(tool, name, None).ok().and_then(|plan| plan.text);
    let texts = by_hand.iter().filter_map(|text| from_utf8(text).ok());
    let readable = texts.filter(|text| plan(tool, name, Some(text)).is_ok());
    new.as_deref().into_iter().chain(readable).map(named).collect()
}

fn plan(tool: &'static str, name: &str, text: Option<&str>) -> Result<Plan, Problem> {
    let today = Today::parse(TODAY, Zone::UTC).expect("a day");
    let allowed = Allowed::new(tool, &COVERING, Zone::UTC, today);
    let target = File { tool, path: name.to_owned() };
    allowed.plan(&target, text, false).map(|(plan, _)| plan)
}

/// The first line of an input names the file.
fn run(data: &[u8]) -> Outcome {
    let Ok(text) = from_utf8(data) else { return Outcome::Refused };
    let files = files();
    let named = text.split_once('\n').and_then(|(name, text)| Some((*files.iter().find(|file| file.1 == name)?, text)));
    let ((tool, name), text) = named.unwrap_or_else(|| (files[choices(data).usize(..files.len())], text));
    let plan_of = |text: &str| plan(tool, name, Some(text));
    let plan = match plan_of(text) {
        Ok(plan) => plan,
        Err(problem) => {
            assert!(text.get(problem.span.range()).is_some() && !problem.message.is_empty(), "{name}: {problem:?}");
            return Outcome::Refused;
        }
    };
    for stray in &plan.strays {
        assert!(text.get(stray.span.range()).is_some(), "{name}: {stray:?} is not in the text");
    }
    let Some(new) = plan.text else { return Outcome::Taken };
    let again = match plan_of(&new) {
        Ok(again) => again,
        Err(problem) => panic!("{name}: what was written cannot be read: {problem:?}\n{new}"),
    };
    assert!(again.text.is_none(), "{name} is written twice:\n{new}\n{}", again.text.unwrap_or_default());
    assert_eq!(plan.strays.len(), again.strays.len(), "{name}: entries by hand are lost\n{new}");
    Outcome::Taken
}
