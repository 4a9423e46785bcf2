//! What a card says, label by label.

use crate::card::{Subject, person};
use crate::people::People;
use crate::policy::Policy;
use crate::register::{Cover, Exception, Renewal, Spanned, Text, correction, value};
use crate::scan::Scan;
use crate::text::counted;
use crate::time::{Day, Moment, Zone};
use crate::yaml::Node;

/// One thing that a card says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is about, in a word or two.
    pub label: &'static str,
    /// What the record says.
    pub text: String,
}

/// The label of what a cover silences.
pub(super) const SILENCES: &str = "silences";

/// Facts as they are collected; what the record does not say is left out.
#[derive(Default)]
struct Facts(Vec<Fact>);

impl Facts {
    fn add(&mut self, label: &'static str, text: impl Into<Option<String>>) {
        let text = text.into().filter(|text| !text.trim().is_empty());
        self.0.extend(text.map(|text| Fact { label, text }));
    }

    fn text(&mut self, label: &'static str, text: &Option<Text<'_>>) {
        self.add(label, text.as_ref().map(|text| text.as_str().to_owned()));
    }
}

/// The versions of an amended record, as far as they are known.
#[derive(Clone, Copy, Default)]
pub(super) struct Versions<'v> {
    /// How it was before.
    pub(super) before: Option<(&'v Exception<'v>, &'v Node<'v>)>,
    /// How it reads now.
    pub(super) now: Option<&'v Node<'v>>,
}

/// Returns the facts of a request.
pub(super) fn asked(
    subject: Subject,
    exception: &Exception<'_>,
    versions: Versions<'_>,
    policy: &Policy,
    people: &People,
    scan: Option<&Scan>,
) -> Vec<Fact> {
    let mut facts = Facts::default();
    let who = |text: &Option<Text<'_>>| text.as_ref().map(|text| person(text.as_str(), people));
    match subject {
        Subject::Entry | Subject::Refusal => {
            rule_and_place(exception, &mut facts);
            facts.add("asked by", who(&exception.requester));
            facts.text("why", &exception.reason);
            facts.add("until", term(exception, policy));
            facts.add("at worst", at_worst(exception));
            silences(exception, scan, &mut facts);
            for alternative in &exception.alternatives {
                let option = alternative.option.as_ref().map_or("", Text::as_str);
                let rejected = alternative.rejected.as_ref().map_or("no reason given", Text::as_str);
                facts.add("not taken", format!("{}: {rejected}", option.trim_end_matches('.')));
            }
            facts.add("removal", removal(exception, people));
            if subject == Subject::Refusal {
                facts.text("answer", &exception.reviews.last().and_then(|review| review.note.clone()));
            }
            facts.text("incident", &exception.incident.as_ref().and_then(|incident| incident.id.clone()));
        }
        Subject::Renewal(at) => {
            if let Some(renewal) = exception.renewals.get(at) {
                self::renewal(renewal, exception.expiry_before(at), policy, people, &mut facts);
            }
        }
        Subject::Amendment(at) => {
            let Some(amendment) = exception.amendments.get(at) else { return facts.0 };
            facts.add("by", who(&amendment.by));
            facts.text("why", &amendment.note);
            for field in &amendment.fields {
                facts.add("corrects", corrected(field.as_str(), versions));
            }
        }
        Subject::Closure => {
            let Some(closure) = &exception.closure else { return facts.0 };
            let day = closure.date.as_ref().map(|date| format!(" on {}", date.value)).unwrap_or_default();
            facts.add("removed", who(&closure.by).map(|by| format!("by {by}{day}")));
            facts.text("how", &closure.note);
            facts.add("verified", who(&closure.verified_by).map(|by| format!("by {by}")));
            facts.add("ended", end_before_closure(exception, policy));
        }
    }
    facts.0
}

/// Returns what it follows.
pub(super) fn before(
    subject: Subject,
    exception: &Exception<'_>,
    versions: Versions<'_>,
    policy: &Policy,
    people: &People,
    scan: Option<&Scan>,
) -> Vec<Fact> {
    let mut facts = Facts::default();
    match subject {
        Subject::Entry | Subject::Refusal => {}
        Subject::Renewal(at) => {
            rule_and_place(exception, &mut facts);
            facts.text("why", &exception.reason);
            facts.add("until", term(exception, policy));
            facts.add("at worst", at_worst(exception));
            silences(exception, scan, &mut facts);
            facts.add("removal", removal(exception, people));
            facts.add("decided", decided(&exception.approver, exception.decided.as_ref(), people));
            for (number, renewal) in exception.renewals.iter().take(at).enumerate() {
                let reason = renewal.reason.as_ref().map_or("no reason given", Text::as_str);
                let until = renewal.expires.as_ref().map(|it| format!("until {}: ", it.value)).unwrap_or_default();
                let by = decided(&renewal.approver, renewal.decided.as_ref(), people);
                let by = by.map(|by| format!(" ({by})")).unwrap_or_default();
                facts.add("renewed", format!("{}. {until}{reason}{by}", number + 1));
            }
        }
        Subject::Amendment(_) | Subject::Closure => {
            let amended = versions.before.filter(|_| matches!(subject, Subject::Amendment(_)));
            let exception = amended.map_or(exception, |(before, _)| before);
            rule_and_place(exception, &mut facts);
            facts.text("why", &exception.reason);
            facts.add("at worst", at_worst(exception));
            silences(exception, scan, &mut facts);
            facts.add("removal", removal(exception, people));
            facts.add("until", exception.current_expiry().map(|end| end.value.to_string()));
        }
    }
    facts.0
}

fn rule_and_place(exception: &Exception<'_>, facts: &mut Facts) {
    facts.add("allowed", exception.control.as_ref().map(|control| format!("not to follow {}", control.as_str())));
    let parts = exception.scope.parts().map(|(name, text)| match name {
        "team" | "process" => format!("{name} {}", text.as_str()),
        _ => text.as_str().to_owned(),
    });
    facts.add("where", parts.collect::<Vec<_>>().join(", "));
}

/// Says what each cover silences, counted if logs of scanners were given.
fn silences(exception: &Exception<'_>, scan: Option<&Scan>, facts: &mut Facts) {
    for cover in &exception.covers {
        let counted = scan.map(|scan| format!(": {}", count(exception, cover, scan))).unwrap_or_default();
        facts.add(SILENCES, format!("{}{counted}", cover.words()));
    }
}

fn count(exception: &Exception<'_>, cover: &Cover<'_>, scan: &Scan) -> String {
    let known = scan.uses_of(exception.file).find(|(known, _)| known.span == cover.item.span());
    let Some((known, used)) = known else { return "nothing, because not all of it can be read".to_owned() };
    let found = format!("{} in {}", counted(used.results, "result"), counted(used.files(), "file"));
    match (scan.tools.get(known.tool()), used.results) {
        (None, _) => "not counted, because no log of this tool is given".to_owned(),
        (Some(tool), _) if tool.failed => format!("at least {found}: its run failed"),
        (Some(_), 0) => "no result".to_owned(),
        _ => found,
    }
}

fn renewal(
    renewal: &Renewal<'_>,
    before: Option<&Spanned<Moment>>,
    policy: &Policy,
    people: &People,
    facts: &mut Facts,
) {
    let day = renewal.requested.as_ref().map(|day| format!(" on {}", day.value)).unwrap_or_default();
    let by = renewal.requester.as_ref().map(|who| format!("{}{day}", person(who.as_str(), people)));
    facts.add("asked by", by);
    facts.text("why", &renewal.reason);
    facts.text("checked", &renewal.risk_check);
    let zone = policy.timezone;
    let more = renewal.expires.as_ref().zip(before).map(|(now, before)| {
        let days = zone.last_day(before.value).days_until(zone.last_day(now.value));
        format!("{} longer than {}", counted(days, "day"), before.value)
    });
    let more = more.map(|more| format!(", {more}")).unwrap_or_default();
    facts.add("until", renewal.expires.as_ref().map(|end| format!("{}{more}", end.value)));
}

/// Returns the term of the entry: its last day, how many days that is, and how many its tier allows.
fn term(exception: &Exception<'_>, policy: &Policy) -> Option<String> {
    let end = exception.expires.as_ref()?.value;
    let zone = policy.timezone;
    let days = exception.starts.as_ref().map(|starts| {
        let first = zone.first_day(starts.value);
        format!(", {} from {}", counted(first.days_until(zone.last_day(end)), "day"), starts.value)
    });
    let limit = exception
        .risk
        .tier
        .as_ref()
        .map(|tier| format!("; tier {} allows {}", tier.value.name(), counted(policy.limit(tier.value), "day")));
    Some(format!("{end}{}{}", days.unwrap_or_default(), limit.unwrap_or_default()))
}

fn at_worst(exception: &Exception<'_>) -> Option<String> {
    let risk = &exception.risk;
    let exposure: Vec<&str> = risk.exposure.iter().map(Text::as_str).collect();
    let exposure = if exposure.is_empty() { String::new() } else { format!(", exposes {}", exposure.join(", ")) };
    let tier = risk.tier.as_ref().map(|tier| format!("tier {}{exposure}", tier.value.name()));
    let statement = risk.statement.as_ref().map(|text| text.as_str().trim().trim_end_matches('.').to_owned());
    match (statement, tier) {
        (Some(statement), Some(tier)) => Some(format!("{statement}; {tier}")),
        (statement, tier) => statement.or(tier),
    }
}

fn removal(exception: &Exception<'_>, people: &People) -> Option<String> {
    let owner = exception.owner.as_ref().map(|owner| format!("by {}", person(owner.as_str(), people)));
    let removal = exception.removal.as_ref().map(|text| text.as_str().trim().trim_end_matches('.').to_owned());
    match (removal, owner) {
        (Some(removal), Some(owner)) => Some(format!("{removal}, {owner}")),
        (removal, owner) => removal.or(owner),
    }
}

fn decided(who: &Option<Text<'_>>, day: Option<&Spanned<Day>>, people: &People) -> Option<String> {
    let day = day.map(|day| format!(" on {}", day.value)).unwrap_or_default();
    who.as_ref().map(|who| format!("by {}{day}", person(who.as_str(), people)))
}

fn end_before_closure(exception: &Exception<'_>, policy: &Policy) -> Option<String> {
    let zone: Zone = policy.timezone;
    let closed = exception.closure.as_ref()?.date.as_ref()?.value;
    let last = zone.last_day(exception.current_expiry()?.value);
    Some(match last.days_until(closed) {
        0 => format!("on its last day, {last}"),
        days @ 1.. => format!("{} after its last day, {last}", counted(days, "day")),
        days => format!("{} before its last day, {last}", counted(-days, "day")),
    })
}

/// Returns what an amendment says about a field: before and after, if both are known, otherwise what it is now.
fn corrected(field: &str, Versions { before, now }: Versions<'_>) -> String {
    match (before, now) {
        (Some((_, before)), now) => correction(field, Some(before), now),
        (None, Some(now)) => value(field, now).map_or_else(|| field.to_owned(), |now| format!("{field}: is now {now}")),
        (None, None) => field.to_owned(),
    }
}
