//! The numbers: those that the page begins with, and the tables that it ends with.

use std::fmt::Write as _;

use crate::output::report::html::{clean, date, thousands, time};
use crate::output::report::words;
use crate::report::{Meeting, Row};

/// Rows of a table of owners or controls.
const ROWS: usize = 50;

/// One number of the first row.
struct Tile<'t> {
    target: &'t str,
    count: usize,
    name: &'t str,
    more: String,
    class: &'t str,
}

/// Writes what must be seen at once.
pub(super) fn glance(meeting: &Meeting<'_>, page: &mut String) {
    let (agenda, metrics) = (&meeting.agenda, &meeting.metrics);
    let overdue = metrics
        .overdue
        .worst
        .map(|(worst, _)| format!("{} overdue in all, the longest {worst}", words::days(metrics.overdue.total)));
    let first = agenda.expiring.first().and_then(|item| item.last_day).map(|day| format!("the first on {}", date(day)));
    let reviews = agenda.reviews.first().and_then(|item| item.review);
    let reviews = reviews.map(|review| format!("since an incident that ended {}", date(review.ended)));
    let mend = format!("{} unreadable, {} contradictory", meeting.unreadable.len(), agenda.doubtful.len());
    let changes = format!(
        "{} new, {} renewed, {} closed, {} rejected",
        agenda.new.len(),
        agenda.renewed.len(),
        agenda.closed.len(),
        agenda.rejected.len()
    );
    let live = words::live(meeting);
    let live = live.split_once(": ").map_or("none in force", |(_, parts)| parts).to_owned();
    let tile = |target, count, name, more: Option<String>, class| Tile {
        target,
        count,
        name,
        more: more.unwrap_or_else(|| "nothing to decide".to_owned()),
        class: if count > 0 { class } else { "nil" },
    };
    let tiles = [
        tile("expired", agenda.expired.len(), "expired", overdue, "late"),
        tile("expiring", agenda.expiring.len(), "ending soon", first, "soon"),
        tile("reviews", agenda.reviews.len(), words::reviews(agenda.reviews.len()), reviews, "late"),
        tile(
            "mend",
            meeting.to_mend(),
            words::records(meeting.to_mend()),
            Some(mend).filter(|_| meeting.to_mend() > 0),
            "soon",
        ),
        tile(
            "changes",
            agenda.changes(),
            if agenda.changes() == 1 { "change" } else { "changes" },
            Some(changes),
            "plain",
        ),
        tile("register", metrics.live, "live", Some(live), "plain"),
    ];
    page.push_str("<section aria-labelledby=\"glance\">\n<h2 id=\"glance\" class=\"unseen\">At a glance</h2>\n<ul class=\"tiles\">\n");
    for Tile { target, count, name, more, class } in tiles {
        let _ = writeln!(
            page,
            "<li class=\"{class}\"><a href=\"#{target}\"><b>{}</b> <span>{name}</span></a><small>{more}</small></li>",
            thousands(count)
        );
    }
    page.push_str("</ul>\n</section>\n");
}

/// Writes the owners, the figures with what they count, and the tables by tier and control.
pub(super) fn tables(meeting: &Meeting<'_>, page: &mut String) {
    let metrics = &meeting.metrics;
    page.push_str("<section aria-labelledby=\"owners\">\n<h2 id=\"owners\">Who holds how many</h2>\n");
    table("Live exceptions by owner", "Owner", &metrics.by_owner, page);
    page.push_str("</section>\n<section aria-labelledby=\"figures\">\n<h2 id=\"figures\">Figures</h2>\n");
    page.push_str(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Figures, table\">\n<table class=\"facts\">\n\
         <caption class=\"unseen\">The figures and what they count</caption>\n\
         <thead><tr><th scope=\"col\">Figure</th><th scope=\"col\">Value</th><th scope=\"col\">What it counts</th></tr></thead>\n<tbody>\n",
    );
    for ((name, value), counts) in words::figures(meeting).iter().zip(words::DEFINITIONS) {
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{name}</th><td>{}</td><td class=\"why\">{counts}</td></tr>",
            clean(value)
        );
    }
    let _ = write!(
        page,
        "</tbody>\n</table>\n</div>\n<p class=\"note\">A number of days is the difference of two calendar days in {}. \
         Live is a status of active or expired. The day of the report is {}.</p>\n",
        clean(meeting.zone.name()),
        time(meeting.today)
    );
    page.push_str("<h3>By tier</h3>\n");
    table("Live exceptions by tier", "Tier", &metrics.by_tier, page);
    page.push_str("<h3>By control</h3>\n");
    table("Live exceptions by control", "Control", &metrics.by_control, page);
    page.push_str("</section>\n");
}

fn table(caption: &str, of: &str, rows: &[Row<'_>], page: &mut String) {
    if rows.is_empty() {
        page.push_str("<p class=\"none\">No live exception.</p>\n");
        return;
    }
    let most = rows.iter().map(|row| row.live).max().unwrap_or_default().max(1);
    let _ = write!(
        page,
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}, table\">\n<table class=\"counts\">\n\
         <caption class=\"unseen\">{caption}</caption>\n<thead><tr><th scope=\"col\">{of}</th>\
         <td class=\"share\"></td><th scope=\"col\" class=\"n\">Live</th><th scope=\"col\" class=\"n\">In force</th>\
         <th scope=\"col\" class=\"n\">Expired</th><th scope=\"col\" class=\"n\">Days overdue</th>\
         <th scope=\"col\" class=\"n\">Renewals used</th></tr></thead>\n<tbody>\n"
    );
    for row in rows.iter().take(ROWS) {
        let percent = |count: usize| count as f64 * 100.0 / most as f64;
        let (all, late) = (percent(row.live), percent(row.expired));
        let number = |number: i64, class: &str| match number {
            0 => "<td class=\"n zero\">0</td>".to_owned(),
            number => format!("<td class=\"n{class}\">{number}</td>"),
        };
        let count = |count: usize, class: &str| number(i64::try_from(count).unwrap_or(i64::MAX), class);
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{}</th><td class=\"share\"><svg aria-hidden=\"true\" width=\"100%\" height=\"10\">\
             <rect class=\"term\" width=\"{all:.2}%\" height=\"10\" rx=\"2\"/><rect class=\"lapsed\" width=\"{late:.2}%\" height=\"10\" rx=\"2\"/></svg></td>{}{}{}{}{}</tr>",
            clean(row.name.as_deref().unwrap_or("not stated")),
            count(row.live, ""),
            count(row.in_force, ""),
            count(row.expired, " late"),
            number(row.overdue, " late"),
            count(row.renewals, ""),
        );
    }
    page.push_str("</tbody>\n</table>\n</div>\n");
    if let Some(more) = rows.len().checked_sub(ROWS).filter(|more| *more > 0) {
        let _ = writeln!(page, "<p class=\"note\">{} more have fewer.</p>", thousands(more));
    }
}
