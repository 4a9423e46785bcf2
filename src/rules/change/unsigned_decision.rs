use crate::history::{Changes, Signed, decisions};
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::text::shown;

declare_rule! {
    /// Reports a decision whose commit is signed neither by its approver nor by the forge.
    ///
    /// ## Why
    ///
    /// Names in a record and in a commit are typed by whoever writes them. A signature that git
    /// verifies with a key of the base's `allowed_signers` shows who stands behind the decision, for
    /// years, and without asking the forge.
    ///
    /// ## What to do
    ///
    /// Let the approver commit the decision with a signature (`git commit -S`), as the last edit of
    /// the file in the pull request, or let the forge merge it where the policy names its key with
    /// `forge_signer`. Who may sign is in `allowed_signers` of the base, by any spelling that the
    /// roster has of that person. The rule runs only with `signed_decisions: true`.
    id: "unsigned-decision",
    family: Change,
    level: Error,
    since: "0.1.0",
    check: Check::Changes(check),
}

fn check(changes: &Changes<'_>, cx: &mut Context<'_>) {
    let policy = &cx.judge.policy;
    let Some(signatures) = cx.judge.signatures.as_ref().filter(|_| policy.signed_decisions) else { return };
    // The change that brings the first register brings its own keys.
    if changes.head.is_none() {
        return;
    }
    for decision in decisions(changes) {
        let source = changes.files.source(decision.file);
        let approver = decision.approver.as_str();
        let commits = signatures.of_text(source.path(), source.text());
        let counts = |principal: &String| {
            cx.judge.people.same(principal, approver) || policy.forge_signer.as_ref() == Some(principal)
        };
        if commits.iter().any(|signed| signed.by.as_ref().is_ok_and(counts)) {
            continue;
        }
        let (what, name) = (shown(&decision.what), shown(approver));
        let why = match (policy.signers.is_some() || !commits.is_empty(), commits.last()) {
            (false, _) => "there is no `allowed_signers` in the base".to_owned(),
            (true, None) => "no commit of its own wrote the file as it is now".to_owned(),
            (true, Some(Signed { commit, by: Ok(principal) })) => {
                format!("commit {commit} is signed by `{}`", shown(principal))
            }
            (true, Some(Signed { commit, by: Err(why) })) => format!("commit {commit}: {why}"),
        };
        let faults = signatures.faults.first().map(|fault| format!("; `allowed_signers`: {fault}")).unwrap_or_default();
        let message = format!("{what}, decided by `{name}`, is not signed by them: {why}{faults}");
        let forge = match &policy.forge_signer {
            Some(forge) => format!(", or let `{}` sign it by merging it", shown(forge)),
            None => String::new(),
        };
        let help = format!("let `{name}` write the decision with `git commit -S`, as the last edit of the file{forge}");
        cx.report_in(decision.file, decision.approver, message).help(help);
    }
}
