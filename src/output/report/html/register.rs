//! The whole register as one table, which the page's script sorts and filters.

use std::collections::HashMap;

use maud::{Markup, Render, html};

use crate::output::escape::brief;
use crate::output::html::{day, thousands, wide};
use crate::output::report::html::{chip, counted, links, section, when};
use crate::output::report::words;
use crate::report::{Item, Meeting, Standing, Unreadable};
use crate::time::Day;

/// Rows of the table, most urgent first: with more the page would be slow to open, and the rest were closed long ago.
const ROWS: usize = 2_000;

/// Unreadable files in the table; the section on records to fix counts the rest.
const FILES: usize = 200;

/// The standing of a file that cannot be read.
const UNREADABLE: &str = "unreadable";

/// Shows the table and its controls.
pub(super) fn register(meeting: &Meeting<'_>) -> Markup {
    let empty = meeting.items.is_empty() && meeting.unreadable.is_empty();
    let more = meeting.items.len().saturating_sub(ROWS);
    let content = html! {
        @if empty {
            p.none { "There is no exception in " code { (brief(meeting.folder)) } "." }
        } @else {
            @if more > 0 {
                p.note {
                    "The " (thousands(ROWS)) " most urgent are listed; " (thousands(more))
                    " more, the oldest, are left out here but included in the figures."
                }
            }
            (controls())
            (wide("Register", &table(meeting)))
        }
    };
    section("register", &counted("Register", &thousands(meeting.metrics.exceptions)), &content)
}

/// The fields that filter the table; the script shows them.
fn controls() -> Markup {
    let standings = [
        Standing::Expired { overdue: 0 },
        Standing::Unclear,
        Standing::Expiring { left: 0 },
        Standing::InForce { left: 0 },
        Standing::Waiting,
        Standing::Closed,
        Standing::Rejected,
    ];
    html! {
        "\n" form #controls hidden {
            p {
                label for="find" { "Search" }
                input #find type="search" autocomplete="off" spellcheck="false";
            }
            p {
                label for="standing" { "Standing" }
                select #standing {
                    option value="" { "all" }
                    @for standing in standings { option { (words::standing(standing)) } }
                    option { (UNREADABLE) }
                }
            }
            p #shown role="status" {}
        }
    }
}

fn table(meeting: &Meeting<'_>) -> Markup {
    let shown = &meeting.items[..meeting.items.len().min(ROWS)];
    let files = &meeting.unreadable[..meeting.unreadable.len().min(FILES)];
    // An unreadable file may hide anything, so these come right after the expired ones.
    let expired = meeting.agenda.expired.len().min(shown.len());
    let mut broken: HashMap<&str, Vec<&str>> = HashMap::new();
    for it in meeting.against.iter().chain(&meeting.beside) {
        let rules = it.faults.iter().map(|fault| fault.finding.rule.id);
        broken.entry(it.path).or_default().extend(rules);
    }
    let rules = |item: &Item<'_>| {
        let mut rules = broken.get(item.path).cloned().unwrap_or_default();
        rules.dedup();
        rules
    };
    let names = ["Exception", "Standing", "Starts", "Last day", "Tier", "Owner", "Approver", "Control"];
    html! {
        table #rows {
            caption.unseen { "Every exception, the most urgent first" }
            thead {
                tr {
                    @for name in names { th scope="col" { (name) } }
                    th.n scope="col" { "Renewals" }
                }
            }
            tbody {
                @for item in &shown[..expired] { (row(meeting, item, &rules(item))) }
                @for file in files { (unreadable(file, expired)) }
                @for item in &shown[expired..] { (row(meeting, item, &rules(item))) }
            }
        }
    }
}

fn unreadable(file: &Unreadable<'_>, rank: usize) -> Markup {
    html! {
        "\n" tr data-s=(UNREADABLE) {
            th scope="row" { span { (brief(file.file.stem())) } span.sub { code { (brief(file.file.path)) } } }
            td data-n=(rank as f64 - 0.5) { b.chip.late { span aria-hidden="true" { "? " } (UNREADABLE) } }
            @for _ in 0..6 { td {} }
            td.n {}
        }
    }
}

/// Returns the other fields of a record, for the search.
fn other_fields(item: &Item<'_>) -> String {
    let it = item.exception;
    let scope = it.scope.parts().map(|(_, text)| text);
    let more = [&it.risk.statement, &it.removal, &it.requester];
    let renewed = it.renewals.iter().flat_map(|it| [&it.reason, &it.requester, &it.approver]);
    let closed = it.closure.iter().flat_map(|it| [&it.by, &it.verified_by, &it.note]);
    let more = more.into_iter().chain(renewed).chain(closed).flatten();
    let all = it.reason.iter().chain(scope).chain(more);
    let all: Vec<String> = all.chain(&it.references).map(|text| brief(text.as_str()).into_owned()).collect();
    all.join(" ")
}

fn row(meeting: &Meeting<'_>, item: &Item<'_>, faults: &[&str]) -> Markup {
    let (it, standing, when) = (item.exception, words::standing(item.standing), when(item));
    let used = Some(item.renewals()).filter(|used| item.live || *used > 0);
    html! {
        "\n" tr id={ "e" (item.rank) } data-s=(standing) data-f=(other_fields(item)) {
            th scope="row" {
                span { (brief(words::text(it.title.as_ref()))) }
                span.sub { code { (brief(it.id)) } }
                @if item.shares_id { span.sub { code { (brief(item.path)) } } }
                (links::of(meeting, item))
            }
            td data-n=(item.rank) {
                (chip(item.standing))
                @if when != standing { span.sub { (when) } }
                @for fault in faults { span.sub.late { "⚠ " (fault) } }
            }
            (day_cell("starts", item.first_day))
            (day_cell("last day", item.last_day))
            (cell("tier", item.tier().map(|tier| (tier as i64, tier.name())), ""))
            td data-l="owner" data-none[item.owner.is_none()] { (holder(item)) }
            td data-l="approver" { @if let Some(approver) = item.approver() { (super::name(approver)) } }
            td { (brief(it.control.as_ref().map_or("", |text| text.as_str()))) }
            (cell("renewals", used.map(|used| (used as i64, format!("{used} of {}", item.max_renewals))), "n"))
        }
    }
}

fn day_cell(label: &str, date: Option<Day>) -> Markup {
    cell(label, date.map(|date| (Day::FIRST.days_until(date), day(date))), "day")
}

/// Returns a cell that is sorted by a number, or an empty one.
fn cell(label: &str, content: Option<(i64, impl Render)>, class: &str) -> Markup {
    html! {
        @if let Some((key, content)) = content { td class=(class) data-l=(label) data-n=(key) { (content) } } @else { td {} }
    }
}

/// Names an exception, with a link to its row if it has one.
pub(super) fn name(item: &Item<'_>) -> Markup {
    let home = item.home.map(|home| home.name.as_str());
    html! { (link(item)) span.sub { code { (brief(item.exception.id)) } (self::home(home)) } }
}

/// Names the register of an exception, if there are several.
pub(super) fn home(register: Option<&str>) -> Markup {
    html! { @if let Some(name) = register { " in " code { (brief(name)) } } }
}

/// Shows the title of an exception, as a link to its row if it has one.
pub(super) fn link(item: &Item<'_>) -> Markup {
    let title = brief(words::text(item.exception.title.as_ref()));
    html! { @if item.rank < ROWS { a href={ "#e" (item.rank) } { (title) } } @else { (title) } }
}

/// Names who approved the current term.
pub(super) fn approver(item: &Item<'_>) -> Markup {
    html! { @match item.approver() { Some(approver) => { (super::name(approver)) } None => { "not stated" } } }
}

/// Names the owner and their manager.
pub(super) fn owner(item: &Item<'_>) -> Markup {
    let manager = item.owner.and_then(|owner| owner.manager);
    html! { (holder(item)) @if let Some(manager) = manager { span.sub { "manager " (brief(manager)) } } }
}

fn holder(item: &Item<'_>) -> Markup {
    html! {
        @match &item.owner {
            Some(owner) => {
                (super::name(owner.written))
                @if let Some(left) = owner.left { span.sub.late { "left " (day(left)) } }
            }
            None if item.standing == Standing::Rejected => {}
            None => { span.late { "not stated" } }
        }
    }
}
