use crate::history::Changes;
use crate::history::{Decision, decisions, refusals};
use crate::register::Text;
use crate::rules::declare_rule;
use crate::rules::{Check, Context, Judge};
use crate::signoff::{Evidence, ReviewState, Verdict};
use crate::source::FileId;
use crate::text::shown;

declare_rule! {
    /// Reports a decision that its approver has not approved on the pull request.
    ///
    /// ## Why
    ///
    /// Anyone who opens a pull request can write any name into `approver`. Only that person's own current approval, of
    /// what the file says now, shows that they agreed. A refusal binds later requests, so it too must come from the
    /// person it names.
    ///
    /// ## What to do
    ///
    /// Ask the approver to approve the pull request. An approval that was dismissed, or replaced by a request for
    /// changes, no longer counts. An approval of an older commit counts as long as the entry is unchanged since then or
    /// only narrower: the decision date was set to the date of the approval (`stopgap decide` does this), it starts
    /// later or ends sooner, or a review was added.
    ///
    /// A refusal is the approver's own if they opened the pull request, approve it, or request changes on it. To
    /// withdraw a request, close the pull request instead.
    id: "approval-missing",
    family: SignOff,
    level: Error,
    since: "0.1.0",
    yields_to: &["author-is-approver", "owner-not-a-person", "unknown-person"],
    check: Check::Changes(check),
}

fn check(changes: &Changes<'_>, cx: &mut Context<'_>) {
    let Some(evidence) = changes.evidence.as_ref().filter(|evidence| evidence.verdicts.is_some()) else { return };
    for decision in decisions(changes) {
        let (file, person) = (decision.file, decision.approver);
        let asked = Asked {
            file,
            person,
            role: "approver",
            what: &decision.what,
            decision: Some((decision, decisions(changes))),
        };
        let Some((message, help)) = missing(cx.judge, evidence, &asked) else { continue };
        cx.report_in(file, person, message).help(help);
    }
    for refusal in refusals(changes) {
        if is_own(cx.judge, evidence, &refusal) {
            continue;
        }
        let (file, person) = (refusal.file, refusal.approver);
        let asked = Asked { file, person, role: "approver", what: &refusal.what, decision: None };
        let Some((message, help)) = missing(cx.judge, evidence, &asked) else { continue };
        let help = format!("{help}; to withdraw the request, close the {}", cx.judge.policy.forge().request());
        cx.report_in(file, person, message).help(help);
    }
}

/// Returns whether the named person refused a request without an approval: by opening the pull request, or by
/// requesting changes on it.
fn is_own(judge: &Judge, evidence: &Evidence, refusal: &Decision<'_>) -> bool {
    let approver = refusal.approver.as_str();
    let opened = evidence.author.as_ref().is_some_and(|it| judge.people.same(approver, &format!("@{}", it.login)));
    let verdict = judge.people.account(approver).and_then(|login| evidence.verdict(login, refusal.file));
    opened || verdict.is_some_and(|verdict| verdict.state == ReviewState::ChangesRequested)
}

/// Whose approval is asked for.
pub(in crate::rules) struct Asked<'d> {
    /// The file that names the person.
    pub(in crate::rules) file: FileId,
    /// Who has to approve.
    pub(in crate::rules) person: &'d Text<'d>,
    /// What the file calls them.
    pub(in crate::rules) role: &'static str,
    /// What is to be approved.
    pub(in crate::rules) what: &'d str,
    /// The decision, if it is one, and all those of the change.
    pub(in crate::rules) decision: Option<(&'d Decision<'d>, &'d [Decision<'d>])>,
}

/// Returns why an approval does not count, and what to do; `None` if it counts.
pub(in crate::rules) fn missing(judge: &Judge, evidence: &Evidence, asked: &Asked<'_>) -> Option<(String, String)> {
    let (person, what, role) = (shown(asked.person.as_str()), shown(asked.what), asked.role);
    let Some(login) = judge.people.account(asked.person.as_str()) else {
        let roster = shown(judge.policy.people_path());
        let forge = judge.policy.forge().name();
        let message = format!("`{person}` has no known {forge} account, so {what} cannot be signed off");
        let help = format!("write the {role} as `@handle`, or give `{person}` a `handle` in `{roster}`");
        return Some((message, help));
    };
    match evidence.verdict(login, asked.file) {
        None => {
            let name = shown(login);
            let spelled = asked.person.as_str().trim().trim_start_matches('@').eq_ignore_ascii_case(login);
            let account = if spelled { String::new() } else { format!(" (`@{name}`)") };
            let message = format!("`{person}`{account} has not approved {what}");
            Some((message, format!("ask `@{name}` to approve the {}", judge.policy.forge().request())))
        }
        Some(verdict) if verdict.holds_for(asked.file) => None,
        Some(verdict) => Some(unfit(judge, verdict, asked)),
    }
}

/// Returns why a review does not sign off a decision.
fn unfit(judge: &Judge, verdict: &Verdict, asked: &Asked<'_>) -> (String, String) {
    let forge = judge.policy.forge();
    let (approver, what) = (shown(asked.person.as_str()), shown(asked.what));
    let name = shown(&verdict.login);
    let again = format!("ask `@{name}` to approve the {} again", forge.request());
    match (verdict.state, verdict.short_commit(), verdict.worth.as_ref()) {
        (ReviewState::Dismissed, ..) => (format!("the approval of {what} by `{approver}` was dismissed"), again),
        (ReviewState::Approved, None, _) => {
            (format!("`{approver}` approved {what}, but the review does not say which commit"), again)
        }
        (ReviewState::Approved, Some(commit), Some(worth)) => {
            let Some(place) = worth.edit_of(asked.file) else {
                let message = format!(
                    "`{approver}` approved the {} at `{commit}`, where no file of the register has this id: it was added \
                     or renamed since",
                    forge.request()
                );
                return (message, again);
            };
            let edited = match place.strip_prefix('/') {
                None => "the entry".to_owned(),
                Some(field) => format!("`{}`", shown(&field.replace('/', "."))),
            };
            let help = match (place.rsplit('/').next(), asked.decision) {
                (Some("decided" | "date"), Some((decision, all))) => {
                    let day = judge.policy.timezone.day_of(verdict.submitted_at.to_utc());
                    format!(
                        "run `{}` to set the decision date to the date of the approval; or {again}",
                        decision.command(day, all, forge)
                    )
                }
                (Some("starts" | "expires"), Some(_)) => {
                    format!("{again}: without a new approval it may only start later or end sooner")
                }
                _ => again,
            };
            (format!("`{approver}` approved {what} at `{commit}`, and {edited} has been edited since"), help)
        }
        (ReviewState::Approved, Some(commit), None) => {
            let message = format!("`{approver}` approved {what} at `{commit}`, which is not in this clone");
            (message, verdict.unfetched(forge))
        }
        _ => (
            format!("`{approver}` requests changes, and so does not approve {what}"),
            format!("make the changes that `@{name}` requests, or leave {what} out"),
        ),
    }
}
