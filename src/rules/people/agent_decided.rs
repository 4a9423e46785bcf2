use crate::history::decisions;
use crate::register::{Exception, Role, Text};
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::shown;

declare_rule! {
    /// Reports an exception that an agent requests, decides or verifies: a bot or a coding assistant in a role that
    /// requires a person.
    ///
    /// ## Why
    ///
    /// An agent may draft an exception. But somebody must answer for the need, the risk and the removal, and a program
    /// cannot. An agent that adds a suppression and also approves it has switched the scanner off.
    ///
    /// ## What to do
    ///
    /// Name the person who makes the request as `requester`, the one who accepts the risk as `approver`, and the one
    /// who has verified that the rule is followed again as `verified_by`. If only an agent has written a decision,
    /// have the approver approve the pull request, and pass its reviews to the check.
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
    let judge = cx.judge;
    let found: Vec<(Role, &Text<'_>)> = exception
        .people()
        .into_iter()
        .filter(|(role, text)| {
            matches!(role, Role::Requester | Role::Approver | Role::Verifier) && judge.is_agent(text.as_str())
        })
        .collect();
    for (role, text) in found {
        let agent = shown(text.as_str());
        let (message, help) = match role {
            Role::Requester => (
                format!("`{agent}` is an agent, and nobody else requests the exception"),
                "name the person who needs it; an agent may write the draft",
            ),
            Role::Approver => (
                format!("`{agent}` is an agent, and cannot accept a risk"),
                "have a person decide, and name them as `approver`",
            ),
            _ => (
                format!("`{agent}` is an agent, and cannot verify a closure"),
                "have a person verify that the rule is followed again, and name them as `verified_by`",
            ),
        };
        cx.report_in(exception.file, text, message).help(help);
    }
}

/// Reports decisions that only agents have written, and that no person has approved.
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
        if is_approved || cx.judge.is_agent(person) {
            continue;
        }
        let message = format!(
            "only the agent `{}` has written the decision on {}, and no approval by `{}` is known",
            shown(agent),
            shown(&decision.what),
            shown(person)
        );
        cx.report_in(decision.file, decision.approver, message).help(
            "have the approver approve the pull request, and pass `--event` and `--reviews`; or have a person commit it",
        );
    }
}
