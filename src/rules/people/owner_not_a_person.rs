use crate::people::{NotAPerson, Roster, not_a_person, without_comma};
use crate::register::{Exception, Text};
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::shown;

declare_rule! {
    /// Reports an owner, requester or approver that is not one person: a team, a mailbox, an office, several people or
    /// a placeholder.
    ///
    /// ## Why
    ///
    /// Nobody does what belongs to a team: each member thinks that another one will. A decision can be questioned,
    /// handed over and answered for only if one person stands behind it.
    ///
    /// ## What to do
    ///
    /// Name one person, as a `@handle`, mail address or full name. Write the team in `scope.team` if it matters.
    id: "owner-not-a-person",
    family: People,
    level: Error,
    since: "0.1.0",
    yields_to: &["agent-decided"],
    check: Check::Entry(Applies::Always, check),
}

const OWNS: &str = "name the one person who carries out the removal";
const ASKS: &str = "name the one person who explains the need";
const DECIDES: &str = "name the one person who decided";
const CORRECTS: &str = "name the one person who corrected the record";

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    judge("requester", ASKS, exception.requester.as_ref(), cx);
    if cx.judges_grant(exception) {
        judge("owner", OWNS, exception.owner.as_ref(), cx);
    }
    judge("approver", DECIDES, exception.approver.as_ref(), cx);
    for renewal in &exception.renewals {
        judge("renewal's requester", ASKS, renewal.requester.as_ref(), cx);
        judge("renewal's approver", DECIDES, renewal.approver.as_ref(), cx);
    }
    for amendment in &exception.amendments {
        judge("amendment's author", CORRECTS, amendment.by.as_ref(), cx);
        judge("amendment's approver", DECIDES, amendment.approver.as_ref(), cx);
    }
}

fn judge(role: &str, task: &str, text: Option<&Text<'_>>, cx: &mut Context<'_>) {
    let Some(text) = text else { return };
    let written = text.as_str();
    if cx.judge.people.roster().is_some_and(|roster| roster.is_one_person(written)) {
        return;
    }
    let Some(kind) = not_a_person(written) else { return };
    let bare = without_quotes(written);
    let what = match kind {
        NotAPerson::Team => "is a team, not one person".to_owned(),
        NotAPerson::Several => "is more than one person".to_owned(),
        NotAPerson::Mailbox => "is a mailbox that several people read, not one person".to_owned(),
        NotAPerson::Group(word) if written.trim_start_matches('@').eq_ignore_ascii_case(word) => {
            "is a group or an office, not one person".to_owned()
        }
        NotAPerson::Group(word) => format!("is a group or an office (`{word}`), not one person"),
        NotAPerson::Placeholder if bare.is_some() => "is in quotes that are part of the string".to_owned(),
        NotAPerson::Placeholder => "is a placeholder, not a name".to_owned(),
        NotAPerson::Mixed | NotAPerson::Malformed if is_listed(cx, written) => return,
        NotAPerson::Mixed if is_address(written) => "is a link, not a person".to_owned(),
        NotAPerson::Mixed => "is more than one spelling of a person".to_owned(),
        NotAPerson::Malformed => "is not a valid login or mail address".to_owned(),
    };
    let hint = match kind {
        NotAPerson::Team => cx.judge.people.roster().and_then(|roster| members(roster, written)),
        NotAPerson::Several => without_comma(written)
            .map(|name| format!("; if this is one person, write it without a comma: `{}`", shown(&name))),
        NotAPerson::Placeholder => bare.map(|bare| format!(": write `\"{}\"`, in plain quotes", shown(bare))),
        NotAPerson::Mailbox | NotAPerson::Group(_) | NotAPerson::Mixed | NotAPerson::Malformed => None,
    };
    let hint = hint.unwrap_or_else(|| ", as `@handle`, mail address or full name".to_owned());
    cx.report(text, format!("the {role} `{}` {what}", shown(written))).help(format!("{task}{hint}"));
}

/// Returns whether a text is a link, such as that to somebody's profile.
fn is_address(written: &str) -> bool {
    written.contains("://") || written.trim_start().to_ascii_lowercase().starts_with("mailto:")
}

/// Returns whether the roster itself writes a person this way.
fn is_listed(cx: &Context<'_>, written: &str) -> bool {
    cx.judge.people.roster().is_some_and(|roster| roster.find(written).is_some())
}

/// Returns the first members of a team, for a suggestion.
fn members(roster: &Roster, team: &str) -> Option<String> {
    let some: Vec<String> = roster.team(team)?.iter().take(3).map(|member| format!("`{}`", shown(member))).collect();
    (!some.is_empty()).then(|| format!(", one of {}", some.join(", ")))
}

/// Returns the spelling of a person between quotes that YAML takes for letters, as word processors write them.
fn without_quotes(written: &str) -> Option<&str> {
    let is_quote = |c: char| matches!(c, '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}');
    let bare = written.trim().trim_matches(is_quote).trim();
    (bare != written.trim() && not_a_person(bare).is_none()).then_some(bare)
}
