//! What the meeting talks about, in its order: a table a topic.

use std::fmt::Write as _;

use crate::output::report::html::{class, clean, date, register, thousands, time, when};
use crate::output::report::words;
use crate::report::{Item, Meeting, Standing};

/// Rows of a table; the register below it has the rest.
const ROWS: usize = 100;

/// A topic of the meeting.
struct Topic<'t> {
    id: &'t str,
    name: &'t str,
    advice: &'t str,
    items: &'t [&'t Item<'t>],
    /// Whether it is the part of another topic.
    part: bool,
}

/// Writes the agenda.
pub(super) fn write(meeting: &Meeting<'_>, page: &mut String) {
    let agenda = &meeting.agenda;
    let topic = |id, name, advice, items| Topic { id, name, advice, items, part: false };
    section(meeting, &topic("expired", "Expired", words::EXPIRED, &agenda.expired), page);
    section(meeting, &topic("expiring", "Ending soon", words::EXPIRING, &agenda.expiring), page);
    let _ = writeln!(
        page,
        "<section aria-labelledby=\"changes\">\n<h2 id=\"changes\">Changes since {}</h2>",
        time(meeting.since)
    );
    let parts = [
        ("new", "New", &agenda.new),
        ("renewed", "Renewed", &agenda.renewed),
        ("closed", "Closed", &agenda.closed),
        ("rejected", "Rejected", &agenda.rejected),
    ];
    for (id, name, items) in parts {
        topic_of(meeting, &Topic { id, name, advice: "", items, part: true }, page);
    }
    page.push_str("</section>\n");
    section(meeting, &topic("reviews", "Emergencies to review", words::REVIEWS, &agenda.reviews), page);
    to_mend(meeting, page);
}

fn section(meeting: &Meeting<'_>, topic: &Topic<'_>, page: &mut String) {
    let _ = writeln!(page, "<section aria-labelledby=\"{}\">", topic.id);
    topic_of(meeting, topic, page);
    page.push_str("</section>\n");
}

fn topic_of(meeting: &Meeting<'_>, topic: &Topic<'_>, page: &mut String) {
    let Topic { id, name, advice, items, part } = *topic;
    let level = if part { 3 } else { 2 };
    let count = if items.is_empty() { "none".to_owned() } else { thousands(items.len()) };
    let _ = writeln!(page, "<h{level} id=\"{id}\">{name} <span class=\"count\">{count}</span></h{level}>");
    if items.is_empty() {
        return;
    }
    if !advice.is_empty() {
        let _ = writeln!(page, "<p class=\"advice\">{}</p>", clean(advice));
    }
    let last = if part { "Control" } else { "To be removed" };
    let _ = write!(
        page,
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{name}, table\">\n<table class=\"agenda\">\n\
         <caption class=\"unseen\">{name}</caption>\n<colgroup><col class=\"w5\"><col class=\"w4\"><col class=\"w3\"><col class=\"w2\">\
         <col class=\"w2\"><col class=\"w2\"><col></colgroup>\n<thead><tr><th scope=\"col\">Exception</th><th scope=\"col\">When</th>\
         <th scope=\"col\">Owner</th><th scope=\"col\">Approver</th><th scope=\"col\">Tier</th>\
         <th scope=\"col\">Renewals</th><th scope=\"col\">{last}</th></tr></thead>\n<tbody>\n"
    );
    for item in items.iter().take(ROWS) {
        row(meeting, item, part, page);
    }
    page.push_str("</tbody>\n</table>\n</div>\n");
    if let Some(more) = items.len().checked_sub(ROWS).filter(|more| *more > 0) {
        let _ = writeln!(
            page,
            "<p class=\"note\">{} more are left out here; the register below lists them.</p>",
            thousands(more)
        );
    }
}

fn row(meeting: &Meeting<'_>, item: &Item<'_>, part: bool, page: &mut String) {
    let it = item.exception;
    let control = clean(words::text(it.control.as_ref()));
    let (under, last) = if part {
        (String::new(), control)
    } else {
        (format!("<span class=\"sub\">{control}</span>"), clean(words::text(it.removal.as_ref())))
    };
    let mut facts = String::new();
    if let Some(day) = item.last_day.filter(|_| item.live) {
        let _ = write!(facts, "<span class=\"sub\">last day {}</span>", time(day));
    }
    if let Some(late) = words::closed_late(item) {
        let _ = write!(facts, "<span class=\"sub\">{late}</span>");
    }
    if let Some(review) = item.review {
        let _ = write!(facts, "<span class=\"sub late\">{}</span>", words::review(review, meeting.today, date));
    }
    let doubt = words::doubt(item, date).filter(|_| item.standing == Standing::Unclear);
    if let Some(doubt) = doubt {
        let _ = write!(facts, "<span class=\"sub\">{}</span>", clean(&doubt));
    }
    let _ = writeln!(
        page,
        "<tr><th scope=\"row\">{}{under}</th><td><b class=\"{}\">{}</b>{facts}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{last}</td></tr>",
        register::name(item),
        class(item.standing),
        when(item),
        register::owner(item),
        clean(item.approver().unwrap_or("not stated")),
        item.tier().map_or("not stated", |tier| tier.name()),
        words::renewals(item),
    );
}

fn to_mend(meeting: &Meeting<'_>, page: &mut String) {
    let count = meeting.to_mend();
    let number = if count == 0 { "none".to_owned() } else { thousands(count) };
    let _ = writeln!(
        page,
        "<section aria-labelledby=\"mend\">\n<h2 id=\"mend\">Records to mend <span class=\"count\">{number}</span></h2>"
    );
    if count == 0 {
        page.push_str("</section>\n");
        return;
    }
    let _ = write!(
        page,
        "<p class=\"advice\">{}</p>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Records to mend, table\">\n\
         <table class=\"mend\">\n<caption class=\"unseen\">Records to mend</caption>\n\
         <thead><tr><th scope=\"col\">File</th><th scope=\"col\">What is wrong</th></tr></thead>\n<tbody>\n",
        words::MEND
    );
    for file in meeting.unreadable.iter().take(ROWS) {
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\"><code>{}</code></th><td><b class=\"late\">cannot be read</b>: {}</td></tr>",
            clean(file.path),
            clean(&file.why.replace('`', "\""))
        );
    }
    for item in meeting.agenda.doubtful.iter().take(ROWS) {
        let doubt = words::doubt(item, date).unwrap_or_default();
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td></tr>",
            clean(item.path),
            clean(&doubt)
        );
    }
    page.push_str("</tbody>\n</table>\n</div>\n");
    let listed = meeting.unreadable.len().min(ROWS) + meeting.agenda.doubtful.len().min(ROWS);
    if count > listed {
        let _ = writeln!(page, "<p class=\"note\">{} more are left out.</p>", thousands(count - listed));
    }
    page.push_str("</section>\n");
}
