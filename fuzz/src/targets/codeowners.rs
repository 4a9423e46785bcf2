//! CODEOWNERS in the dialects of the forges.

use std::str::from_utf8;

use stopgap::internal::policy::Forge;
use stopgap::internal::signoff::{Codeowners, Rule};

use crate::seeds::Seeds;
use crate::{Outcome, Target, seeds};

/// See [`Target::about`].
pub const TARGET: Target = Target {
    name: "codeowners",
    about: "rules stand where they say; GitHub's last match decides; problems have places",
    seeds: || Seeds {
        texts: seeds::files("fixtures", |name| name == "CODEOWNERS"),
        pieces: seeds::files("fixtures/codeowners", |_| true)
            .iter()
            .chain(&seeds::files("fixtures", |name| name == "CODEOWNERS"))
            .flat_map(|text| text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>())
            .collect(),
        tokens: TOKENS.to_vec(),
        versions: 1,
    },
    run,
    quick: None,
};

const TOKENS: &[&str] = &[
    "*",
    "**",
    "/",
    "//",
    "/**/",
    "**/",
    "!",
    "?",
    "[",
    "]",
    "[a-z]",
    "[^",
    "^[",
    "][2]",
    "[Section]",
    "^[Section][1] ",
    "\\",
    "\\#",
    "\\ ",
    "#",
    " #",
    "@",
    "@@",
    "@a",
    "@org/team",
    "@@maintainer",
    "a@b.c",
    "exceptions/",
    "*.yaml",
    "/exceptions",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\u{a0}",
    "é",
    "\u{feff}",
    "\0",
    "[0]",
    "[999999999999999999999]",
    ".",
    "..",
    "{a,b}",
];

const PATHS: [&str; 8] = [
    "exceptions/a.yaml",
    "exceptions/2026/b.yaml",
    "stopgap.yaml",
    ".github/CODEOWNERS",
    "a",
    "docs/x y.md",
    "é/ü.yaml",
    "exceptions/deep/er/and/deeper/c.yaml",
];

fn run(data: &[u8]) -> Outcome {
    let Ok(text) = from_utf8(data) else { return Outcome::Refused };
    let mut rules = 0;
    for forge in [Forge::GitHub, Forge::GitLab, Forge::Forgejo] {
        let file = Codeowners::parse(forge, text);
        for rule in file.rules() {
            let line = text.get(rule.span.range()).unwrap_or_else(|| panic!("{rule:?} is not in the text"));
            assert!(!line.contains('\n') && rule.line > 0, "{rule:?} is on several lines");
            for owner in &rule.owners {
                assert_eq!(text.get(owner.span.range()), Some(owner.text), "{owner:?}");
            }
        }
        for problem in file.problems() {
            assert!(text.get(problem.span.range()).is_some() && !problem.message.is_empty(), "{problem:?}");
        }
        for path in PATHS {
            let deciding = file.deciding(path);
            assert!(deciding.iter().all(|rule| rule.matches(path)), "{deciding:?} decide on {path}");
            if forge == Forge::GitHub {
                let last = file.rules().iter().rev().find(|rule| rule.matches(path));
                let lines = |rules: &[&Rule<'_>]| rules.iter().map(|rule| rule.line).collect::<Vec<_>>();
                assert_eq!(lines(&deciding), last.map(|rule| rule.line).into_iter().collect::<Vec<_>>(), "{path}");
            }
        }
        rules += file.rules().len();
    }
    Outcome::taken(rules > 0)
}
