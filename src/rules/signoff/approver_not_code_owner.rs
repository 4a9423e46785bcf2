use crate::history::Changes;
use crate::history::decisions;
use crate::rules::declare_rule;
use crate::rules::{Check, Context, Judge};
use crate::signoff::{OwnerPeople, Ownership};
use crate::text::shown;

declare_rule! {
    /// Reports an approver who does not own the file that holds the decision.
    ///
    /// ## Why
    ///
    /// The code owners are asked to approve, and nobody else's approval counts. An approver outside CODEOWNERS is just
    /// a name in a file.
    ///
    /// ## What to do
    ///
    /// Name an approver who owns the file. If somebody else may accept this risk, first add them to CODEOWNERS in a
    /// separate pull request: the base's CODEOWNERS decides. If a change moves an exception or the whole register, its
    /// approver must own the file at its old path too. If several sections of GitLab's CODEOWNERS require approvals, an
    /// owner in any of them may decide.
    id: "approver-not-code-owner",
    family: SignOff,
    level: Error,
    since: "0.1.0",
    yields_to: &["owner-not-a-person", "unknown-person"],
    check: Check::Changes(check),
}

fn check(changes: &Changes<'_>, cx: &mut Context<'_>) {
    let judge = cx.judge;
    let Some(ownership) = cx.ownership else { return };
    let Some(codeowners) = ownership.codeowners() else { return };
    for decision in decisions(changes) {
        let path = cx.source(decision.file).path();
        let before = changes.path_in_base(decision.file, &judge.policy.exceptions);
        // The author of a change decides where it puts the file.
        for path in [Some(path), before.as_deref()].into_iter().flatten() {
            let owners = ownership.people(&codeowners, &judge.people, path);
            let approver = decision.approver.as_str();
            if owners.has(&judge.people, approver) {
                continue;
            }
            let of = match before.as_deref() {
                Some(before) if before == path => {
                    let there = if changes.adds(decision.file) { "it would be" } else { "the exception is" };
                    format!("`{}`, where {there} without this change", shown(path))
                }
                _ => "this file".to_owned(),
            };
            let (approver, what) = (shown(approver), shown(&decision.what));
            let message = format!("`{approver}` decided on {what}, but is not a code owner of {of}");
            let help = help(judge, ownership, &owners, path);
            cx.report_in(decision.file, decision.approver, message).help(help);
            break;
        }
    }
}

fn help(judge: &Judge, ownership: &Ownership, owners: &OwnerPeople<'_>, path: &str) -> String {
    let named: Vec<String> = owners.people.iter().take(5).map(|person| format!("`{}`", shown(person))).collect();
    match (named.as_slice(), owners.unknown_teams.first()) {
        ([], Some(team)) => {
            let roster = shown(judge.policy.people_path());
            format!("list the people of `{}` under `teams` in `{roster}`", shown(team))
        }
        ([], None) => {
            let full = format!("/{}{path}", ownership.prefix);
            format!("give `{}` owners in `{}` first", shown(&full), shown(&ownership.path))
        }
        (named, _) => format!("have one of its owners decide: {}", named.join(", ")),
    }
}
