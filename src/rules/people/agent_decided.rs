use crate::history::decisions;
use crate::register::{Exception, Role, Text};
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::shown;

declare_rule! {
    /// Reports an exception that an agent asks for, decides or verifies: a bot or a coding assistant in a role that a
    /// person must have.
    ///
    /// ## Why
    ///
    /// An agent may draft an exception. Somebody must answer for the need, for the risk and for the removal, and a
    /// program answers for nothing. An agent that adds a suppression and approves it, too, has switched the scanner
    /// off.
    ///
    /// ## What to do
    ///
    /// Name the person who asks as `requester`, the one who accepts the risk as `approver`, and the one who has seen
    /// that the rule is followed again as `verified_by`. Where nobody but an agent has committed a decision, let the
    /// approver approve the pull request, and give its reviews to the check.
    id: "agent-decided",
    family: People,
    level: Error,
    since: "0.1.0",
    check: Check::Register(check),
}

fn check(cx: &mut Context<'_>) {
    let register = cx.register;
    for exception in register.exceptions() {
        if Applies::Granted.to(exception, cx.touching) {
            people(exception, cx);
        }
    }
    authors(cx);
}

fn people(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let agents = &cx.judge.policy.agents;
    let found: Vec<(Role, &Text<'_>)> = exception
        .people()
        .into_iter()
        .filter(|(role, text)| {
            matches!(role, Role::Requester | Role::Approver | Role::Verifier) && agents.is_person(text.as_str())
        })
        .collect();
    for (role, text) in found {
        let agent = shown(text.as_str());
        let (message, help) = match role {
            Role::Requester => (
                format!("`{agent}` is an agent, and nobody else asks for the exception"),
                "name the person who needs it; an agent may write the draft",
            ),
            Role::Approver => (
                format!("`{agent}` is an agent, and cannot accept a risk"),
                "let a person decide, and name them as `approver`",
            ),
            _ => (
                format!("`{agent}` is an agent, and cannot verify a closure"),
                "let a person see that the rule is followed again, and name them as `verified_by`",
            ),
        };
        cx.report_in(exception.file, text, message).help(help);
    }
}

/// Reports decisions that nobody but agents has committed, and that no person has approved.
fn authors(cx: &mut Context<'_>) {
    let (Some(changes), Some(around)) = (cx.changes, cx.around) else { return };
    if around.by_agents.is_empty() {
        return;
    }
    for decision in decisions(changes) {
        let Some(agent) = around.by_agents.get(cx.source(decision.file).path()) else { continue };
        let person = decision.approver.as_str();
        let is_approved = changes
            .evidence
            .as_ref()
            .is_some_and(|evidence| evidence.approval(&cx.judge.people, person, decision.file).is_some());
        if is_approved || cx.judge.policy.agents.is_person(person) {
            continue;
        }
        let message = format!(
            "nobody but the agent `{}` has committed the decision on {}, and no approval by `{}` is known",
            shown(agent),
            shown(&decision.what),
            shown(person)
        );
        cx.report_in(decision.file, decision.approver, message).help(
            "let the approver approve the pull request, and give `--event` and `--reviews`; or let a person commit it",
        );
    }
}
