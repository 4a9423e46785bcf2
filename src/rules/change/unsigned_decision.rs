use crate::history::{Changes, Decision, Signed, decisions};
use crate::rules::declare_rule;
use crate::rules::signoff::merged_unapproved::{SignedOff, signed_off};
use crate::rules::{Check, Context, Judge};
use crate::text::shown;

declare_rule! {
    /// Reports a decision whose commit is signed neither by its approver nor by the forge.
    ///
    /// ## Why
    ///
    /// The names in a record and in a commit are typed by its author. A signature that git verifies with a key in the
    /// base's `allowed_signers` shows who made the decision, for years, and without asking the forge.
    ///
    /// ## What to do
    ///
    /// Have the approver commit the decision with a signature (`git commit -S`), as the last edit of the file in the
    /// pull request. If the policy names the forge's key with `forge_signer`, an edit in the browser is enough once the
    /// approver has approved the pull request: the forge signs every edit made there, so its key proves nothing without
    /// that approval, and the check must know the reviews. `allowed_signers` in the base lists who may sign, in any
    /// spelling that the roster has for that person. A key that had ended by the day of a commit that the signed one
    /// builds on does not count, whatever the date of the signed one. The rule runs only with `signed_decisions: true`.
    id: "unsigned-decision",
    family: Change,
    level: Error,
    since: "0.1.0",
    check: Check::Changes(check),
}

fn check(changes: &Changes<'_>, cx: &mut Context<'_>) {
    let policy = &cx.judge.policy;
    let Some(signatures) = cx.judge.signatures.as_ref().filter(|_| policy.signed_decisions) else { return };
    // The change that adds the first register brings its own keys.
    if changes.head.is_none() {
        return;
    }
    for decision in decisions(changes) {
        let source = changes.files.source(decision.file);
        let approver = decision.approver.as_str();
        let commits = signatures.of_text(source.path(), source.text());
        let by = |counts: &dyn Fn(&str) -> bool| {
            commits.iter().rfind(|signed| signed.by.as_ref().is_ok_and(|principal| counts(principal)))
        };
        if by(&|principal| cx.judge.people.same(principal, approver)).is_some() {
            continue;
        }
        let by_forge = by(&|principal| policy.forge_signer.as_deref() == Some(principal));
        let approval = by_forge.map(|_| approval(cx.judge, changes, decision));
        if approval == Some(Approval::Given) || (approval == Some(Approval::Unasked) && changes.is_past) {
            continue;
        }
        let (what, name) = (shown(&decision.what), shown(approver));
        if let Some((signed, approval)) = by_forge.zip(approval) {
            let (message, help) = by_forge_alone(cx.judge, signed, approval, (&what, &name));
            cx.report_in(decision.file, decision.approver, message).help(help);
            continue;
        }
        let why = match (policy.signers.is_some() || !commits.is_empty(), commits.last()) {
            (false, _) => "there is no `allowed_signers` in the base".to_owned(),
            (true, None) => "no commit in the change itself wrote the file as it is now".to_owned(),
            (true, Some(Signed { commit, by: Ok(principal) })) => {
                format!("commit {commit} is signed by `{}`", shown(principal))
            }
            (true, Some(Signed { commit, by: Err(why) })) => format!("commit {commit}: {why}"),
        };
        let faults = signatures.faults.first().map(|fault| format!("; `allowed_signers`: {fault}")).unwrap_or_default();
        let message = format!("{what}, decided by `{name}`, is not signed by them: {why}{faults}");
        let forge = match &policy.forge_signer {
            Some(forge) => format!(", or edit it in the browser, where `{}` signs, and approve it", shown(forge)),
            None => String::new(),
        };
        let help =
            format!("have `{name}` commit the decision with `git commit -S`, as the last edit of the file{forge}");
        cx.report_in(decision.file, decision.approver, message).help(help);
    }
}

/// Whether the approver has approved what the forge signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Approval {
    Given,
    Missing,
    /// No reviews are known.
    Unasked,
}

fn approval(judge: &Judge, changes: &Changes<'_>, decision: &Decision<'_>) -> Approval {
    let given = match (&changes.merge, &changes.evidence) {
        (Some(Ok(merge)), _) => !matches!(signed_off(judge, merge, decision), SignedOff::No { .. }),
        (_, Some(evidence)) if evidence.verdicts.is_some() => {
            evidence.approval(&judge.people, decision.approver.as_str(), decision.file).is_some()
        }
        _ => return Approval::Unasked,
    };
    if given { Approval::Given } else { Approval::Missing }
}

/// Says that the forge signs every edit made there, whoever makes it.
fn by_forge_alone(judge: &Judge, signed: &Signed, approval: Approval, (what, name): (&str, &str)) -> (String, String) {
    let forge = shown(judge.policy.forge_signer.as_deref().unwrap_or_default());
    let commit = &signed.commit;
    let lacks = match approval {
        Approval::Unasked => "no reviews are known here",
        Approval::Missing | Approval::Given => "that approval is missing",
    };
    let message = format!(
        "{what}, decided by `{name}`, is signed by `{forge}` alone (commit {commit}), which signs for everyone and \
         counts only with an approval by `{name}`; {lacks}"
    );
    let request = judge.policy.forge().request();
    let help = match approval {
        Approval::Unasked => {
            format!(
                "pass `--event` and `--reviews` to the check, or have `{name}` commit the decision with `git commit -S`"
            )
        }
        _ => format!("ask `{name}` to approve the {request}, or to commit the decision with `git commit -S`"),
    };
    (message, help)
}

/// Counts the decisions of a change of the past that count as signed by the forge while it was not checked who approved
/// them.
pub(crate) fn taken_on_trust(judge: &Judge, changes: &Changes<'_>) -> usize {
    let policy = &judge.policy;
    let (Some(signatures), Some(forge)) = (&judge.signatures, &policy.forge_signer) else { return 0 };
    let on_trust = |decision: &Decision<'_>| {
        let source = changes.files.source(decision.file);
        let signers =
            signatures.of_text(source.path(), source.text()).iter().filter_map(|signed| signed.by.as_ref().ok());
        let signers: Vec<&String> = signers.collect();
        let own = signers.iter().any(|principal| judge.people.same(principal, decision.approver.as_str()));
        !own && signers.contains(&forge) && approval(judge, changes, decision) == Approval::Unasked
    };
    decisions(changes).iter().filter(|decision| on_trust(decision)).count()
}
