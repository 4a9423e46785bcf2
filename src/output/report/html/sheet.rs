//! The two pages that a printed report begins with: what is to be decided, a line for each item.

use maud::{Markup, html};

use crate::output::escape::brief;
use crate::output::html::{short_date, thousands};
use crate::output::report::html::section;
use crate::output::report::{settle, words};
use crate::report::{Item, Meeting};

/// The lines that fit on two pages of A4 below the numbers.
const LINES: usize = 50;

/// A line: the topic, what it is about, what is the matter, who acts, and the command.
type Line = [String; 5];

/// Shows the sheet, which only paper has.
pub(super) fn sheet(meeting: &Meeting<'_>) -> Markup {
    let lines = lines(meeting);
    let more = lines.len().saturating_sub(LINES);
    let content = html! {
        @if lines.is_empty() {
            p.none { "Nothing to decide." }
        } @else {
            table.lines {
                thead { tr { @for name in ["Topic", "Exception", "Problem", "Who", "Do"] { th scope="col" { (name) } } } }
                tbody {
                    @for line in lines.iter().take(LINES) {
                        "\n" tr { @for (at, cell) in line.iter().enumerate() {
                            @if at == 4 { td { code { (cell) } } } @else { td { (brief(cell)) } }
                        } }
                    }
                }
            }
            @if more > 0 { p.note { (thousands(more)) " more are in the annex." } }
        }
    };
    html! { div.sheet { (section("sheet", &html! { "To decide" }, &content)) } }
}

fn lines(meeting: &Meeting<'_>) -> Vec<Line> {
    let agenda = &meeting.agenda;
    let mut lines: Vec<Line> = Vec::new();
    let who = |item: &Item<'_>| item.owner.map_or("not stated".into(), |owner| words::name(owner.written)).into_owned();
    let mut add = |topic: &str,
                   items: &[&Item<'_>],
                   what: &dyn Fn(&Item<'_>) -> String,
                   settle: fn(&Meeting<'_>, &Item<'_>) -> Vec<String>| {
        for item in items {
            let command = settle(meeting, item).into_iter().next().unwrap_or_default();
            lines.push([topic.to_owned(), item.exception.id.to_owned(), what(item), who(item), command]);
        }
    };
    let ends = |item: &Item<'_>| {
        let last = item.last_day.map(|day| format!(", {}", short_date(day))).unwrap_or_default();
        format!("{}{last}", super::when(item))
    };
    add("▲ expired", &agenda.expired, &ends, settle::expired);
    add("◆ ending", &agenda.expiring, &ends, settle::ending);
    let review =
        |item: &Item<'_>| item.review.map_or_else(String::new, |it| words::review(it, meeting.today, short_date));
    add("▲ review", &agenda.reviews, &review, settle::review);
    for it in &meeting.against {
        let Some(item) = it.item else { continue };
        let mut rules: Vec<&str> = it.faults.iter().map(|fault| fault.finding.rule.id).collect();
        rules.dedup();
        let who = it.faults.first().and_then(|fault| fault.who).map_or("", |who| who.name);
        let command = settle::faults(meeting, &it.faults, it.item, it.path).into_iter().next().unwrap_or_default();
        let id = item.exception.id.to_owned();
        lines.push(["⚠ rules".to_owned(), id, rules.join(", "), words::name(who).into_owned(), command]);
    }
    for slip in meeting.slips.iter().flatten() {
        let author = crate::output::history::name_of(&slip.info.author).to_owned();
        let rule = slip.finding.rule.id.to_owned();
        lines.push(["⚠ gate".to_owned(), slip.id().to_owned(), rule, author, settle::slip(meeting, slip)]);
    }
    for file in words::to_mend(meeting) {
        let doubt = file.item.and_then(|item| words::doubt(item, short_date));
        let rule = || file.faults.first().map(|fault| fault.finding.rule.id.to_owned());
        let what = file.unreadable.map(str::to_owned).or(doubt).or_else(rule).unwrap_or_default();
        let id = crate::register::stem(file.path).to_owned();
        lines.push(["? to fix".to_owned(), id, what, String::new(), settle::check(meeting, file.path)]);
    }
    for it in meeting.let_be {
        let what = it.what.replace('`', "");
        lines.push(["○ ignored".to_owned(), String::new(), what, String::new(), it.command.clone()]);
    }
    for request in meeting.pending.iter().flat_map(|pending| &pending.requests) {
        let who = words::name(request.approver.as_deref().unwrap_or("not stated")).into_owned();
        let what = words::asks(request, meeting.today);
        lines.push(["○ waiting".to_owned(), request.id.clone(), what, who, settle::request(meeting, request)]);
    }
    lines
}
