use crate::people::not_a_person;
use crate::register::{Exception, Text};
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::normalise::fold;
use crate::text::phrases::is_placeholder;
use crate::text::shown;
use crate::yaml::Spot;

declare_rule! {
    /// Reports a value that is a placeholder, such as N/A or unknown, or that still contains TBD or TODO.
    ///
    /// ## Why
    ///
    /// The field looks filled in but is empty. Its approver has accepted a risk that nobody described, or a removal
    /// that nobody planned.
    ///
    /// ## What to do
    ///
    /// Write what the field asks for. If that is not known yet, the exception cannot be decided yet.
    id: "placeholder-text",
    family: Record,
    level: Error,
    since: "0.1.0",
    yields_to: &[
        "owner-not-a-person",
        "no-alternative",
        "vague-reason",
        "vague-control",
        "broad-scope",
        "bad-reference",
    ],
    check: Check::Entry(Applies::Always, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let mut judge = |field: Field, text: &Option<Text<'_>>| {
        if let Some(text) = text {
            judge(field, text, cx);
        }
    };
    own_texts(exception, &mut judge);
    log_texts(exception, &mut judge);
}

/// The field's name, and what belongs there.
type Field = (&'static str, &'static str);

const PERSON: &str = "name the person";
const WHY: &str = "say who must do what, and why now";
const SEEN: &str = "say what was looked at and what was seen";

fn judge((name, help): Field, text: &Text<'_>, cx: &mut Context<'_>) {
    let Some(found) = is_placeholder(text.as_str()) else { return };
    if is_answer(name, found) || help == PERSON && is_login(text.as_str()) {
        return;
    }
    let is_whole = found.trim() == text.value.trim();
    let spot = if is_whole { Spot::from(text) } else { text.part(found) };
    let is_visible = !fold(found).trim().is_empty();
    let found = shown(found.trim());
    let message = if !is_visible {
        format!("`{name}` contains nothing visible")
    } else if is_whole {
        format!("`{name}` is a placeholder: `{found}`")
    } else {
        format!("`{name}` still contains the placeholder `{found}`")
    };
    cx.report(spot, message).help(help);
}

/// Returns whether a text that would be a placeholder elsewhere answers this field, if badly: `no-alternative` and
/// `broad-scope` report it, and ignore closed entries.
fn is_answer(name: &str, found: &str) -> bool {
    let none = name == "option" && found.trim().eq_ignore_ascii_case("none");
    none || (name.starts_with("scope.") && found.contains('*'))
}

/// Returns whether a text is a person's login, which may well be `@none`.
fn is_login(text: &str) -> bool {
    text.starts_with('@') && not_a_person(text).is_none()
}

/// The texts of the request and its approval.
fn own_texts<'e, 'a>(exception: &'e Exception<'a>, judge: &mut impl FnMut(Field, &'e Option<Text<'a>>)) {
    judge(("title", "say what the exception is, in a line"), &exception.title);
    judge(("control", "name the exact rule that is not followed"), &exception.control);
    judge(("reason", WHY), &exception.reason);
    let scope = &exception.scope;
    judge(("scope.system", "name the one system"), &scope.system);
    judge(("scope.environment", "name the one environment"), &scope.environment);
    if let Some(detail) = &scope.detail {
        judge(("scope.team", "name the team, or leave the key out"), &detail.team);
        judge(("scope.process", "name the process, or leave the key out"), &detail.process);
    }
    judge(("risk.statement", "say what could happen, to whom or to how much"), &exception.risk.statement);
    for alternative in &exception.alternatives {
        judge(("option", "name the safer alternative that was considered"), &alternative.option);
        judge(("rejected", "say why this option is not sufficient"), &alternative.rejected);
    }
    judge(("removal", "say what must happen before it can be closed"), &exception.removal);
    judge(("requester", PERSON), &exception.requester);
    judge(("owner", PERSON), &exception.owner);
    judge(("approver", PERSON), &exception.approver);
    if let Some(incident) = &exception.incident {
        judge(("incident.id", "write the number of the incident"), &incident.id);
    }
}

/// The texts that were added later.
fn log_texts<'e, 'a>(exception: &'e Exception<'a>, judge: &mut impl FnMut(Field, &'e Option<Text<'a>>)) {
    for review in &exception.reviews {
        judge(("by", PERSON), &review.by);
        judge(("note", SEEN), &review.note);
    }
    for renewal in &exception.renewals {
        judge(("requester", PERSON), &renewal.requester);
        judge(("reason", WHY), &renewal.reason);
        judge(("risk_check", SEEN), &renewal.risk_check);
        judge(("approver", PERSON), &renewal.approver);
    }
    for amendment in &exception.amendments {
        judge(("by", PERSON), &amendment.by);
        judge(("approver", PERSON), &amendment.approver);
        judge(("note", "say what was corrected"), &amendment.note);
    }
    if let Some(closure) = &exception.closure {
        judge(("by", PERSON), &closure.by);
        judge(("verified_by", PERSON), &closure.verified_by);
        judge(("note", "say how it was removed"), &closure.note);
    }
}
