//! The numbers: those at the top of the page, and the tables at its end.

use maud::{Markup, html};

use crate::output::escape::brief;
use crate::output::html::{date, day, thousands, wide};
use crate::output::report::html::section;
use crate::output::report::words;
use crate::report::{Meeting, Row};

/// Rows of a table of owners or controls.
const ROWS: usize = 50;

/// Shows what must be seen first.
pub(super) fn glance(meeting: &Meeting<'_>) -> Markup {
    let (agenda, metrics) = (&meeting.agenda, &meeting.metrics);
    let overdue = metrics
        .overdue
        .worst
        .map(|(worst, _)| format!("{} overdue in all, the longest {worst}", words::days(metrics.overdue.total)));
    let first = agenda.expiring.first().and_then(|item| item.last_day).map(|day| format!("the first on {}", date(day)));
    let reviews = agenda.reviews.first().and_then(|item| item.review);
    let reviews = reviews.map(|review| format!("since an incident that ended {}", date(review.ended)));
    let to_mend = meeting.to_mend();
    let mend = format!("{} unreadable", meeting.unreadable.len());
    let waiting = meeting.pending.map_or(0, |pending| pending.requests.len());
    let changes = format!(
        "{} new, {} renewed, {} closed, {} rejected, {waiting} waiting",
        agenda.new.len(),
        agenda.renewed.len(),
        agenda.closed.len(),
        agenda.rejected.len()
    );
    let change = if agenda.changes() == 1 { "change" } else { "changes" };
    let live = words::live(meeting);
    let live = live.split_once(": ").map_or("none in force", |(_, parts)| parts).to_owned();
    let (slips, against) = (meeting.slips.as_ref().map_or(0, Vec::len), meeting.against.len());
    let errors: usize = meeting.against.iter().map(|it| it.faults.len()).sum();
    let errors = format!("{errors} errors, {slips} bypassed the gate");
    let tiles = [
        ("expired", agenda.expired.len(), "expired", overdue, "late"),
        ("expiring", agenda.expiring.len(), "ending soon", first, "soon"),
        ("reviews", agenda.reviews.len(), words::reviews(agenda.reviews.len()), reviews, "late"),
        ("against", against + slips, "against the rules", Some(errors).filter(|_| against + slips > 0), "late"),
        ("mend", to_mend, words::records(to_mend), Some(mend).filter(|_| to_mend > 0), "soon"),
        ("changes", agenda.changes(), change, Some(changes), "plain"),
        ("register", metrics.live, "live", Some(live), "plain"),
    ];
    html! {
        "\n" section aria-labelledby="glance" {
            h2 #glance.unseen { "Summary" }
            ul.tiles {
                @for (target, count, name, more, class) in tiles {
                    "\n" li class=(if count > 0 { class } else { "nil" }) {
                        a href={ "#" (target) } { b { (thousands(count)) } " " span { (name) } }
                        small { (more.as_deref().unwrap_or("nothing to decide")) }
                    }
                }
            }
        }
    }
}

/// Shows the owners, the figures with what they count, and the tables by tier and control.
pub(super) fn tables(meeting: &Meeting<'_>) -> Markup {
    let metrics = &meeting.metrics;
    let figures = html! {
        (facts(meeting))
        p.note {
            "Days are counted between two calendar days in " (meeting.zone.name()) ". \
             Live means a status of active or expired. The date of the report is " (day(meeting.today)) "."
        }
        h3 { "By tier" }
        (table("Live exceptions by tier", "Tier", &metrics.by_tier))
        h3 { "By control" }
        (table("Live exceptions by control", "Control", &metrics.by_control))
    };
    let owners = table("Live exceptions by owner", "Owner", &metrics.by_owner);
    html! {
        (section("owners", &html! { "Exceptions by owner" }, &owners))
        (section("figures", &html! { "Figures" }, &figures))
    }
}

fn facts(meeting: &Meeting<'_>) -> Markup {
    let table = html! {
        table.facts {
            caption.unseen { "The figures and what they count" }
            thead {
                tr { @for name in ["Figure", "Value", "What it counts"] { th scope="col" { (name) } } }
            }
            tbody {
                @for ((name, value), counts) in words::figures(meeting).iter().zip(words::DEFINITIONS) {
                    "\n" tr { th scope="row" { (name) } td { (brief(value)) } td.why { (counts) } }
                }
            }
        }
    };
    wide("Figures", &table)
}

fn table(caption: &str, of: &str, rows: &[Row<'_>]) -> Markup {
    let most = rows.iter().map(|row| row.live).max().unwrap_or_default();
    let table = html! {
        table.counts {
            caption.unseen { (caption) }
            thead {
                tr {
                    th scope="col" { (of) }
                    td.share {}
                    @for name in ["Live", "In force", "Expired", "Days overdue", "Renewals used"] {
                        th.n scope="col" { (name) }
                    }
                }
            }
            tbody { @for row in rows.iter().take(ROWS) { (counts(row, most)) } }
        }
    };
    let more = rows.len().saturating_sub(ROWS);
    html! {
        @if rows.is_empty() { p.none { "No live exception." } } @else { (wide(caption, &table)) }
        @if more > 0 { p.note { (thousands(more)) " more have fewer." } }
    }
}

fn counts(row: &Row<'_>, most: usize) -> Markup {
    let share = |count: usize| format!("{:.2}%", count as f64 * 100.0 / most.max(1) as f64);
    let count = |count: usize| html! { td.n.zero[count == 0] { (count) } };
    html! {
        "\n" tr {
            th scope="row" { (brief(row.name.as_deref().unwrap_or("not stated"))) }
            td.share {
                svg aria-hidden="true" width="100%" height="10" {
                    rect.term width=(share(row.live)) height="10" rx="2" {}
                    rect.lapsed width=(share(row.expired)) height="10" rx="2" {}
                }
            }
            (count(row.live))
            (count(row.in_force))
            td.n.zero[row.expired == 0].late[row.expired != 0] { (row.expired) }
            td.n.zero[row.overdue == 0].late[row.overdue != 0] { (row.overdue) }
            (count(row.renewals))
        }
    }
}
