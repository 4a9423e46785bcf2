use std::collections::BTreeMap;

use crate::cores::Cores;
use crate::register::FileRef;
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::signoff::coverage::{self, Part};
use crate::signoff::{Codeowners, Ownership};
use crate::yaml::Spot;

declare_rule! {
    /// Reports a part of the register, its rule book, CODEOWNERS itself or the `.gitattributes` above the register that
    /// has fewer than two owners.
    ///
    /// ## Why
    ///
    /// CODEOWNERS approval is the sign-off. A file without an owner can be changed without one, and a file with one
    /// owner cannot be changed by that owner except by bypassing the check, because nobody approves their own pull
    /// request.
    ///
    /// ## What to do
    ///
    /// Give the register, the policy, the roster, the catalogue, CODEOWNERS and `.gitattributes`, which decides what
    /// git makes of these files, two owners or more, even if the file does not exist yet. A team counts as the people
    /// that `teams` in the roster lists for it. In GitLab a section that requires several approvals needs one more
    /// owner than that, and an optional section protects nothing.
    id: "not-code-owned",
    family: SignOff,
    level: Warning,
    since: "0.1.0",
    check: Check::Register(check),
}

fn check(cx: &mut Context<'_>) {
    let Some(ownership) = cx.ownership else { return };
    if let Some(absence) = coverage::absence(ownership, cx.policy()) {
        cx.report_in(ownership.file, Spot::without_field(absence.span), absence.message).help(absence.help);
    }
    let Some(codeowners) = ownership.codeowners() else { return };
    let (people, policy) = (&cx.judge.people, &cx.judge.policy);
    let parts = coverage::parts(policy, cx.judge.there(), ownership);
    let mut by_line = coverage::by_line(&codeowners, parts);
    for (line, path) in exceptions(cx, ownership, &codeowners) {
        by_line.entry(line).or_insert_with(|| vec![Part::exception(path)]);
    }
    for (line, parts) in &by_line {
        if let Some(shortfall) = coverage::shortfall(&codeowners, *line, parts, people, policy.people_path()) {
            cx.report_in(ownership.file, Spot::without_field(shortfall.span), shortfall.message).help(shortfall.help);
        }
    }
    for problem in codeowners.problems() {
        cx.report_in(ownership.file, Spot::without_field(problem.span), problem.message.as_str())
            .help(problem.help.as_str());
    }
}

/// Returns the first exception that each line of CODEOWNERS, or none of them, applies to.
fn exceptions(cx: &Context<'_>, ownership: &Ownership, codeowners: &Codeowners<'_>) -> BTreeMap<Option<usize>, String> {
    let lines = |file: &FileRef<'_>| {
        let path = format!("{}{}", ownership.prefix, file.path);
        (coverage::lines(codeowners, &path), path)
    };
    let mut first = BTreeMap::new();
    let files = &cx.register.files;
    for (lines, path) in Cores::for_items(files.len(), 256).map(files, lines) {
        for line in lines {
            first.entry(line).or_insert_with(|| path.clone());
        }
    }
    first
}
