//! The report as one page: a timeline, the agenda, a table that sorts and filters, the figures.

mod agenda;
mod figures;
mod links;
mod register;
mod sheet;
mod timeline;
mod weeks;

use std::io::{self, Write};

use maud::{Markup, html};

use crate::output::escape::brief;
use crate::output::html::{Document, date, day, long_date, thousands};
use crate::output::report::words;
use crate::report::{Item, Meeting, Standing};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes a meeting.
pub(super) fn render(meeting: &Meeting<'_>, out: &mut dyn Write) -> io::Result<()> {
    let body = html! {
        (header(meeting))
        (nav())
        "\n" main {
            (figures::glance(meeting))
            (sheet::sheet(meeting))
            div.annex {
                (timeline::timeline(meeting))
                (agenda::agenda(meeting))
                (weeks::weeks(meeting))
                (register::register(meeting))
                (figures::tables(meeting))
                (remarks(meeting))
            }
        }
        (footer(meeting))
    };
    let title = format!("Security exceptions on {}", long_date(meeting.today));
    Document { title, style: STYLE, script: SCRIPT, body }.write(out)
}

fn header(meeting: &Meeting<'_>) -> Markup {
    let today = meeting.today;
    let count = meeting.metrics.exceptions;
    html! {
        "\n" header {
            p.kind { "Weekly review" }
            h1 { "Security exceptions on " time datetime=(maud::display(today)) { (long_date(today)) } }
            p.lead {
                "Changes since " (day(meeting.since)) ". "
                (thousands(count)) " " @if count == 1 { "file" } @else { "files" }
                " in " code { (brief(meeting.folder)) } ", days in " (meeting.zone.name()) "."
            }
        }
    }
}

fn nav() -> Markup {
    let links = [
        ("timeline", "Timeline"),
        ("expired", "Expired"),
        ("expiring", "Ending soon"),
        ("reviews", "Emergencies"),
        ("against", "Against the rules"),
        ("mend", "To fix"),
        ("changes", "Changes"),
        ("register", "Register"),
        ("owners", "Owners"),
        ("figures", "Figures"),
    ];
    html! {
        "\n" nav aria-label="On this page" {
            ul {
                @for (id, name) in links { li { a href={ "#" (id) } { (name) } } }
            }
        }
    }
}

fn footer(meeting: &Meeting<'_>) -> Markup {
    html! {
        "\n" footer {
            p {
                "Written by stopgap " (env!("CARGO_PKG_VERSION")) " for " (day(meeting.today))
                ". The page loads nothing" @if meeting.links.is_none() { " and has no links to other pages" } "."
            }
        }
    }
}

/// Shows what the report could not find out.
fn remarks(meeting: &Meeting<'_>) -> Markup {
    html! { @for remark in meeting.remarks { p.note { (brief(remark)) } } }
}

/// Shows a standing by shape, word and colour.
fn chip(standing: Standing) -> Markup {
    let sign = match standing {
        Standing::Expired { .. } => "▲",
        Standing::Unclear => "?",
        Standing::Expiring { .. } => "◆",
        Standing::InForce { .. } => "●",
        Standing::Waiting => "○",
        Standing::Closed => "✓",
        Standing::Rejected => "✕",
    };
    html! { b.chip.(class(standing)) { span aria-hidden="true" { (sign) " " } (words::standing(standing)) } }
}

/// Names somebody; letters that look like others are written out.
fn name(name: &str) -> Markup {
    let written = words::name(name);
    let more = written.strip_prefix(name).filter(|more| !more.is_empty());
    html! {
        @if let Some(more) = more {
            span.forged { (brief(name)) } span.sub.late { "⚠ " (brief(more.trim_matches([' ', '(', ')']))) }
        } @else { (brief(name)) }
    }
}

/// Returns a part of the page that a link leads to, with its heading.
fn section(id: &str, heading: &Markup, content: &Markup) -> Markup {
    html! {
        "\n" section aria-labelledby=(id) {
            h2 id=(id) { (heading) }
            (content)
        }
    }
}

/// Returns a heading, and how many there are of what it names.
fn counted(name: &str, count: &str) -> Markup {
    html! { (name) " " span.count { (count) } }
}

/// Returns how many there are, or that there are none.
fn or_none(count: usize) -> String {
    if count == 0 { "none".to_owned() } else { thousands(count) }
}

/// Returns the state of an exception in days, with its dates as people write them.
fn when(item: &Item<'_>) -> String {
    match item.standing {
        Standing::Waiting => item.first_day.map_or_else(String::new, |day| format!("begins {}", date(day))),
        Standing::Closed => item.closed_on.map_or_else(String::new, |day| format!("closed {}", date(day))),
        Standing::Rejected => item.decided().map_or_else(String::new, |day| format!("rejected {}", date(day))),
        Standing::Unclear => words::standing(item.standing).to_owned(),
        _ => words::when(item),
    }
}

/// Returns the class that gives a standing its colour.
fn class(standing: Standing) -> &'static str {
    match standing {
        Standing::Expired { .. } => "late",
        Standing::Unclear | Standing::Expiring { .. } => "soon",
        Standing::InForce { .. } => "on",
        Standing::Waiting => "ahead",
        Standing::Closed => "done",
        Standing::Rejected => "no",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::escape;

    #[test]
    fn nothing_in_the_style_or_the_script_ends_it_or_is_escaped() {
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains("</") && !text.contains("<!--"));
            assert_eq!(escape::page(text), text);
        }
    }
}
