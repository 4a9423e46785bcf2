//! The whole register as one table, which the page's script sorts and filters.

use std::fmt::Write as _;

use crate::output::report::html::{class, clean, thousands, time, when};
use crate::output::report::words;
use crate::report::{Item, Meeting, Standing, Unreadable};
use crate::time::Day;

/// Rows of the table, the most urgent first: more make a page that is slow to open, and they are closed
/// ones of long ago.
const ROWS: usize = 2_000;

/// Unreadable files in the table; the section on what is to be mended counts the rest.
const FILES: usize = 200;

/// Writes the table and what drives it.
pub(super) fn table(meeting: &Meeting<'_>, page: &mut String) {
    let shown = &meeting.items[..meeting.items.len().min(ROWS)];
    let files = &meeting.unreadable[..meeting.unreadable.len().min(FILES)];
    let _ = writeln!(
        page,
        "<section aria-labelledby=\"register\">\n<h2 id=\"register\">Register <span class=\"count\">{}</span></h2>",
        thousands(meeting.metrics.exceptions)
    );
    if shown.is_empty() && files.is_empty() {
        let _ = writeln!(
            page,
            "<p class=\"none\">There is no exception in <code>{}</code>.</p>\n</section>",
            clean(meeting.folder)
        );
        return;
    }
    if let Some(more) = meeting.items.len().checked_sub(ROWS).filter(|more| *more > 0) {
        let _ = writeln!(
            page,
            "<p class=\"note\">The {} most urgent are listed; {} more, the oldest, are left out, and are in the figures all the same.</p>",
            thousands(ROWS),
            thousands(more)
        );
    }
    controls(page);
    page.push_str(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Register, table\">\n<table id=\"rows\">\n\
         <caption class=\"unseen\">Every exception, the most urgent first</caption>\n<colgroup><col class=\"w5\"><col class=\"w3\">\
         <col class=\"w2\"><col class=\"w2\"><col class=\"w2\"><col class=\"w3\"><col class=\"w2\"><col><col class=\"w1\"></colgroup>\n<thead><tr>",
    );
    for name in ["Exception", "Standing", "Starts", "Last day", "Tier", "Owner", "Approver", "Control", "Renewals"] {
        let class = if name == "Renewals" { " class=\"n\"" } else { "" };
        let _ = write!(page, "<th scope=\"col\"{class}>{name}</th>");
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    // An unreadable file may hide whatever there is, so they stand right behind the expired ones.
    let expired = meeting.agenda.expired.len().min(shown.len());
    for item in &shown[..expired] {
        row(item, page);
    }
    for file in files {
        unreadable(file, expired, page);
    }
    for item in &shown[expired..] {
        row(item, page);
    }
    page.push_str("</tbody>\n</table>\n</div>\n</section>\n");
}

/// The fields that filter the table; the script shows them.
fn controls(page: &mut String) {
    page.push_str(
        "<form id=\"controls\" hidden>\n<p><label for=\"find\">Search</label>\
         <input id=\"find\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\"></p>\n\
         <p><label for=\"standing\">Standing</label><select id=\"standing\"><option value=\"\">all</option>",
    );
    let standings = [
        Standing::Expired { overdue: 0 },
        Standing::Unclear,
        Standing::Expiring { left: 0 },
        Standing::InForce { left: 0 },
        Standing::Waiting,
        Standing::Closed,
        Standing::Rejected,
    ];
    for name in standings.map(words::standing).into_iter().chain([UNREADABLE]) {
        let _ = write!(page, "<option>{name}</option>");
    }
    page.push_str("</select></p>\n<p id=\"shown\" role=\"status\"></p>\n</form>\n");
}

/// The standing of a file that cannot be read.
const UNREADABLE: &str = "unreadable";

fn unreadable(file: &Unreadable<'_>, rank: usize, page: &mut String) {
    let _ = writeln!(
        page,
        "<tr data-s=\"{UNREADABLE}\"><th scope=\"row\"><span>{}</span><span class=\"sub\"><code>{}</code></span></th>\
         <td data-n=\"{}\"><b class=\"chip late\">{UNREADABLE}</b></td><td></td><td></td><td></td><td></td><td></td><td></td><td class=\"n\"></td></tr>",
        clean(file.id),
        clean(file.path),
        rank as f64 - 0.5
    );
}

fn row(item: &Item<'_>, page: &mut String) {
    let standing = words::standing(item.standing);
    let when = when(item);
    let days = if when == standing { String::new() } else { format!("<span class=\"sub\">{when}</span>") };
    let tier = item.tier().map(|tier| number(tier as i64, "", tier.name()));
    let used = Some(item.renewals()).filter(|used| item.live || *used > 0);
    let used = used.map(|used| number(used as i64, "n", &format!("{used} of {}", item.max_renewals)));
    let nobody = if item.owner.is_none() { " data-none" } else { "" };
    let _ = writeln!(
        page,
        "<tr id=\"e{rank}\" data-s=\"{standing}\"><th scope=\"row\">{}</th><td data-n=\"{rank}\"><b class=\"chip {}\">{standing}</b>{days}</td>{}{}{}<td{nobody}>{}</td><td>{}</td><td>{}</td>{}</tr>",
        title(item),
        class(item.standing),
        day(item.first_day),
        day(item.last_day),
        tier.unwrap_or_else(empty),
        holder(item),
        clean(item.approver().unwrap_or_default()),
        clean(item.exception.control.as_ref().map_or("", |text| text.as_str())),
        used.unwrap_or_else(empty),
        rank = item.rank,
    );
}

/// Writes a cell that is sorted by a number.
fn number(key: i64, class: &str, text: &str) -> String {
    format!("<td class=\"{class}\" data-n=\"{key}\">{text}</td>")
}

fn empty() -> String {
    "<td></td>".to_owned()
}

fn day(day: Option<Day>) -> String {
    let written = |day: Day| number(Day::FIRST.days_until(day), "day", &time(day));
    day.map_or_else(empty, written)
}

fn title(item: &Item<'_>) -> String {
    let it = item.exception;
    let path = if item.shares_id {
        format!("<span class=\"sub\"><code>{}</code></span>", clean(item.path))
    } else {
        String::new()
    };
    format!(
        "<span>{}</span><span class=\"sub\"><code>{}</code></span>{path}",
        clean(words::text(it.title.as_ref())),
        clean(it.id)
    )
}

/// Names an exception, with a link to its row where it has one.
pub(super) fn name(item: &Item<'_>) -> String {
    let title = link(item, &clean(words::text(item.exception.title.as_ref())));
    format!("{title}<span class=\"sub\"><code>{}</code></span>", clean(item.exception.id))
}

/// Makes a link to an exception's row of a title that is fit for the page.
pub(super) fn link(item: &Item<'_>, title: &str) -> String {
    if item.rank < ROWS { format!("<a href=\"#e{}\">{title}</a>", item.rank) } else { title.to_owned() }
}

/// Names the owner, and who stands above.
pub(super) fn owner(item: &Item<'_>) -> String {
    let manager = item.owner.and_then(|owner| owner.manager);
    let manager = manager.map(|manager| format!("<span class=\"sub\">manager {}</span>", clean(manager)));
    holder(item) + &manager.unwrap_or_default()
}

fn holder(item: &Item<'_>) -> String {
    match item.owner {
        None if item.standing == Standing::Rejected => String::new(),
        None => "<span class=\"late\">not stated</span>".to_owned(),
        Some(owner) => {
            let left = owner.left.map(|day| format!("<span class=\"sub late\">left {}</span>", time(day)));
            clean(owner.written) + &left.unwrap_or_default()
        }
    }
}
