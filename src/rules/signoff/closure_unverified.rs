use crate::history::{Changes, Closing, closings};
use crate::register::{Text, Tier};
use crate::rule::Level;
use crate::rules::declare_rule;
use crate::rules::signoff::approval_missing::{Asked, missing};
use crate::rules::{Check, Context};
use crate::signoff::Evidence;
use crate::text::shown;

declare_rule! {
    /// Reports a closure that its verifier has not approved on the pull request.
    ///
    /// ## Why
    ///
    /// Anyone who closes an exception can write any name into `verified_by`, and a closed exception is not checked
    /// again. Only the named person's own approval shows that somebody else has looked: neither the person who removed
    /// it nor the one who opened the pull request.
    ///
    /// ## What to do
    ///
    /// Ask the person named as `verified_by` to look for themselves and to approve the pull request. They need not be a
    /// code owner. For the tiers low and moderate it is a warning.
    id: "closure-unverified",
    family: SignOff,
    level: Error,
    since: "0.1.0",
    yields_to: &["owner-not-a-person", "unknown-person"],
    check: Check::Changes(check),
}

fn check(changes: &Changes<'_>, cx: &mut Context<'_>) {
    let Some(evidence) = changes.evidence.as_ref().filter(|evidence| evidence.verdicts.is_some()) else { return };
    for closing in closings(changes) {
        let Some(verifier) = &closing.closure.verified_by else { continue };
        let Some((message, help)) = unverified(&closing, verifier, evidence, cx) else { continue };
        let file = closing.exception.file;
        let finding = cx.report_in(file, verifier, message).help(help);
        if !is_grave(&closing, changes) {
            finding.level = finding.level.min(Level::Warning);
        }
    }
}

/// Tells whether the risk was of tier high or emergency, if only before the change.
fn is_grave(closing: &Closing<'_>, changes: &Changes<'_>) -> bool {
    let before = changes.before(closing.exception.file);
    let tiers = before.into_iter().chain([closing.exception]).filter_map(|it| it.risk.tier.as_ref());
    tiers.map(|tier| tier.value).any(|tier| matches!(tier, Tier::High | Tier::Emergency))
}

/// Returns why nobody has verified a closure, and what to do.
fn unverified(
    closing: &Closing<'_>,
    verifier: &Text<'_>,
    evidence: &Evidence,
    cx: &Context<'_>,
) -> Option<(String, String)> {
    let people = &cx.judge.people;
    let name = shown(verifier.as_str());
    let other = "have somebody else verify that the rule is followed again, and name them as `verified_by`";
    if closing.closure.by.as_ref().is_some_and(|by| people.same(by.as_str(), verifier.as_str())) {
        return Some((format!("`{name}` verified their own removal"), other.to_owned()));
    }
    if evidence.author.as_ref().is_some_and(|author| people.same(&format!("@{}", author.login), verifier.as_str())) {
        let request = cx.judge.policy.forge().request();
        return Some((format!("`{name}` verified the closure, and also opened this {request}"), other.to_owned()));
    }
    let file = closing.exception.file;
    missing(
        cx.judge,
        evidence,
        &Asked { file, person: verifier, role: "verifier", what: "the closure", decision: None },
    )
}
