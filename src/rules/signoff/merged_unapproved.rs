use std::collections::BTreeSet;

use crate::history::{Changes, Decision, decisions};
use crate::policy::places::BASELINE;
use crate::rules::declare_rule;
use crate::rules::takeover::Request;
use crate::rules::{Agreed, Check, Context, Judge, Takeover};
use crate::signoff::{Merge, MergedPull, ReviewState, Verdict};
use crate::source::FileId;
use crate::text::shown;
use crate::yaml::Spot;

declare_rule! {
    /// Reports a decision that reached the branch without its approver's approval of the pull request.
    ///
    /// ## Why
    ///
    /// An administrator, or anyone on a bypass list, can merge without an approval, and anyone who can push needs no
    /// pull request. GitHub allows it and no check runs, so only the history shows that nobody except its author stands
    /// behind the decision.
    ///
    /// ## What to do
    ///
    /// Ask the approver whether they accept the risk. If so, have them say so in a review (`stopgap review`) whose pull
    /// request they approve; if not, close the exception. Then find out who can bypass the rules, and why. An approval
    /// counts if it was given before the merge, was not withdrawn, and is of what the entry said when it was merged.
    /// For exceptions that a baseline took over, one approval by an owner of the baseline is enough:
    /// `baseline-unapproved`.
    id: "merged-unapproved",
    family: SignOff,
    level: Error,
    since: "0.1.0",
    check: Check::Merge(check),
}

fn check(merge: &Merge, changes: &Changes<'_>, cx: &mut Context<'_>) {
    let takeover = cx.takeover.map(|(takeover, _)| takeover);
    let taken_over: BTreeSet<FileId> = takeover.iter().flat_map(|takeover| &takeover.files).copied().collect();
    for decision in decisions(changes).iter().filter(|decision| !taken_over.contains(&decision.file)) {
        if let SignedOff::No { message, help } = signed_off(cx.judge, merge, decision) {
            cx.report_in(decision.file, decision.approver, message).help(help);
        }
    }
    if let Some(takeover) = takeover {
        judge_takeover(takeover, merge, changes, cx);
    }
}

/// Reports what was taken over by a baseline without the agreement of one of its owners.
fn judge_takeover(takeover: &Takeover, merge: &Merge, changes: &Changes<'_>, cx: &mut Context<'_>) {
    let prefix = cx.ownership.map_or("", |ownership| ownership.prefix.as_str());
    let agreed = |pull: &MergedPull| {
        let author = pull.author.as_ref().map(|author| author.login.as_str());
        let request = Request { author, verdicts: &pull.verdicts, is_merged: true };
        takeover.agreed_on(&request, cx.judge, changes, prefix)
    };
    let all: Vec<Agreed> = merge.pulls.iter().map(agreed).collect();
    if all.iter().any(|agreed| matches!(agreed, Agreed::By(_))) {
        return;
    }
    let (counted, own) = (takeover.counted(), takeover.own());
    let (message, help) = match (all.into_iter().next(), merge.pulls.first()) {
        (Some(Agreed::No(why, _)), Some(pull)) => (
            format!("{counted} without a sign-off of {own}, and when #{} was merged, {why}", pull.number),
            format!("ask an owner of `{BASELINE}` whether they agree, and find out who bypassed the rules to merge it"),
        ),
        _ => (
            format!("{counted} without a sign-off of {own}, by a push without a pull request"),
            format!("ask an owner of `{BASELINE}` whether they agree, and find out who bypassed the rules to push it"),
        ),
    };
    let file = takeover.baseline.or(takeover.files.first().copied());
    if let Some(file) = file {
        cx.report_in(file, Spot::file(), message).help(help);
    }
}

/// Returns the pull requests with an approval that counts although this clone lacks the commit that was approved.
pub(crate) fn unseen(judge: &Judge, changes: &Changes<'_>) -> BTreeSet<u64> {
    let Some(Ok(merge)) = &changes.merge else { return BTreeSet::new() };
    let unseen = |decision: &Decision<'_>| match signed_off(judge, merge, decision) {
        SignedOff::Unseen(number) => Some(number),
        SignedOff::Seen | SignedOff::No { .. } => None,
    };
    decisions(changes).iter().filter_map(unseen).collect()
}

/// Whether a decision was signed off before it was merged.
pub(in crate::rules) enum SignedOff {
    /// With the value that was merged.
    Seen,
    /// By an approval on this pull request, of a commit that this clone lacks.
    Unseen(u64),
    /// Not at all.
    No { message: String, help: String },
}

/// Finds out whether a decision was signed off before it was merged.
pub(in crate::rules) fn signed_off(judge: &Judge, merge: &Merge, decision: &Decision<'_>) -> SignedOff {
    let approver = decision.approver.as_str();
    let Some(login) = judge.people.account(approver) else {
        let (name, what) = (shown(approver), shown(&decision.what));
        return SignedOff::No {
            message: format!("`{name}` has no known GitHub account, so {what} cannot have been signed off"),
            help: format!("give `{name}` a `handle` in `{}`", shown(judge.policy.people_path())),
        };
    };
    let mut unseen = None;
    for pull in merge.pulls.iter().filter(|pull| !opened(judge, pull, approver, login)) {
        for verdict in pull.verdicts_of(login).filter(|verdict| verdict.state == ReviewState::Approved) {
            match &verdict.worth {
                Some(worth) if worth.covers.contains(&decision.file) => return SignedOff::Seen,
                Some(_) => {}
                None => unseen = unseen.or(Some(pull.number)),
            }
        }
    }
    if let Some(number) = unseen {
        return SignedOff::Unseen(number);
    }
    let (name, what) = (shown(approver), shown(&decision.what));
    let message = match merge.pulls.first() {
        Some(pull) if opened(judge, pull, approver, login) => {
            format!("`{name}` decided on {what}, and opened #{}, which merged it", pull.number)
        }
        Some(pull) => unapproved(pull, login, &name, &what),
        None => without_pull(merge, &name, &what),
    };
    SignedOff::No {
        message,
        help: format!(
            "ask `@{}` whether the decision stands, and find out who bypassed the rules to merge it",
            shown(login)
        ),
    }
}

/// Returns whether the approver opened the pull request.
fn opened(judge: &Judge, pull: &MergedPull, approver: &str, login: &str) -> bool {
    let same = |author: &str| judge.people.same(approver, &format!("@{author}"));
    pull.author.as_ref().is_some_and(|author| author.is(login) || same(&author.login))
}

fn without_pull(merge: &Merge, approver: &str, what: &str) -> String {
    match merge.others.first() {
        None => format!("{what}, decided by `{approver}`, was pushed without a pull request"),
        Some(other) => {
            format!("{what}, decided by `{approver}`, was pushed: #{other} contains it too, but did not merge it here")
        }
    }
}

fn unapproved(pull: &MergedPull, login: &str, approver: &str, what: &str) -> String {
    let number = pull.number;
    let late = pull.late.iter().find(|(name, _)| name.eq_ignore_ascii_case(login));
    match (pull.verdicts_of(login).next(), late) {
        (Some(Verdict { state: ReviewState::Dismissed, .. }), None) => {
            format!("the approval of {what} by `{approver}` on #{number} was dismissed")
        }
        (Some(Verdict { state: ReviewState::ChangesRequested, .. }), None) => {
            format!("`{approver}` asked for changes on #{number}, but {what} was merged anyway")
        }
        (Some(verdict @ Verdict { state: ReviewState::Approved, .. }), _) => {
            let commit = verdict.short_commit().unwrap_or_default();
            format!("`{approver}` approved {what} at `{commit}`, and #{number} merged another value of the entry")
        }
        (_, Some((_, sent))) => {
            let sent = sent.to_utc().format("%Y-%m-%d %H:%M UTC");
            format!("`{approver}` approved {what} on #{number} at `{sent}`, after it had reached this branch")
        }
        _ => format!("`{approver}` had not approved {what} when #{number} was merged"),
    }
}
