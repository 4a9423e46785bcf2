//! What the meeting talks about, in order: one table per topic.

use maud::{Markup, html};

use crate::output::escape::brief;
use crate::output::html::{date, day, thousands, wide};
use crate::output::report::html::{class, counted, or_none, register, section, when};
use crate::output::report::words;
use crate::report::{Item, Meeting, Standing};

/// Rows of a table; the register below has the rest.
const ROWS: usize = 100;

/// Shows the agenda.
pub(super) fn agenda(meeting: &Meeting<'_>) -> Markup {
    let agenda = &meeting.agenda;
    let topic = |id: &str, name: &str, advice: &str, items: &[&Item<'_>]| {
        let content = html! {
            @if !items.is_empty() { p.advice { (advice) } (table(meeting, name, items, false)) }
        };
        section(id, &counted(name, &or_none(items.len())), &content)
    };
    html! {
        (topic("expired", "Expired", words::EXPIRED, &agenda.expired))
        (topic("expiring", "Ending soon", words::EXPIRING, &agenda.expiring))
        (changes(meeting))
        (topic("reviews", "Emergencies to review", words::REVIEWS, &agenda.reviews))
        (to_mend(meeting))
    }
}

fn changes(meeting: &Meeting<'_>) -> Markup {
    let agenda = &meeting.agenda;
    let parts = [
        ("new", "New", &agenda.new),
        ("renewed", "Renewed", &agenda.renewed),
        ("closed", "Closed", &agenda.closed),
        ("rejected", "Rejected", &agenda.rejected),
    ];
    let content = html! {
        @for (id, name, items) in parts {
            h3 id=(id) { (counted(name, &or_none(items.len()))) }
            @if !items.is_empty() { (table(meeting, name, items, true)) }
        }
    };
    section("changes", &html! { "Changes since " (day(meeting.since)) }, &content)
}

/// Shows exceptions; if they have `changed`, their control instead of how they are removed.
fn table(meeting: &Meeting<'_>, name: &str, items: &[&Item<'_>], changed: bool) -> Markup {
    let table = html! {
        table.agenda {
            caption.unseen { (name) }
            colgroup { col.w5; col.w4; col.w3; col.w2; col.w2; col.w2; col; }
            thead {
                tr {
                    @for name in ["Exception", "When", "Owner", "Approver", "Tier", "Renewals"] {
                        th scope="col" { (name) }
                    }
                    th scope="col" { @if changed { "Control" } @else { "To be removed" } }
                }
            }
            tbody { @for item in items.iter().take(ROWS) { (row(meeting, item, changed)) } }
        }
    };
    let more = items.len().saturating_sub(ROWS);
    html! {
        (wide(name, &table))
        @if more > 0 { p.note { (thousands(more)) " more are left out here; the register below lists them." } }
    }
}

fn row(meeting: &Meeting<'_>, item: &Item<'_>, changed: bool) -> Markup {
    let it = item.exception;
    let control = brief(words::text(it.control.as_ref()));
    html! {
        "\n" tr {
            th scope="row" { (register::name(item)) @if !changed { span.sub { (control) } } }
            td { b class=(class(item.standing)) { (when(item)) } (facts(meeting, item)) }
            td { (register::owner(item)) }
            td { (brief(item.approver().unwrap_or("not stated"))) }
            td { (item.tier().map_or("not stated", |tier| tier.name())) }
            td { (words::renewals(item)) }
            td { @if changed { (control) } @else { (brief(words::text(it.removal.as_ref()))) } }
        }
    }
}

/// Returns what belongs to the state of an exception.
fn facts(meeting: &Meeting<'_>, item: &Item<'_>) -> Markup {
    let doubt = words::doubt(item, date).filter(|_| item.standing == Standing::Unclear);
    html! {
        @if let Some(last) = item.last_day.filter(|_| item.live) { span.sub { "last day " (day(last)) } }
        @if let Some(late) = words::closed_late(item) { span.sub { (late) } }
        @if let Some(review) = item.review { span.sub.late { (words::review(review, meeting.today, date)) } }
        @if let Some(doubt) = doubt { span.sub { (doubt) } }
    }
}

fn to_mend(meeting: &Meeting<'_>) -> Markup {
    let (unreadable, doubtful) = (&meeting.unreadable, &meeting.agenda.doubtful);
    let count = meeting.to_mend();
    let table = html! {
        table.mend {
            caption.unseen { "Records to fix" }
            thead { tr { th scope="col" { "File" } th scope="col" { "What is wrong" } } }
            tbody {
                @for file in unreadable.iter().take(ROWS) {
                    "\n" tr {
                        th scope="row" { code { (brief(file.file.path)) } }
                        td { b.late { "cannot be read" } ": " (brief(&file.why.replace('`', "\""))) }
                    }
                }
                @for item in doubtful.iter().take(ROWS) {
                    "\n" tr {
                        th scope="row" { code { (brief(item.path)) } }
                        td { (words::doubt(item, date).unwrap_or_default()) }
                    }
                }
            }
        }
    };
    let more = count - unreadable.len().min(ROWS) - doubtful.len().min(ROWS);
    let content = html! {
        @if count > 0 {
            p.advice { (words::MEND) }
            (wide("Records to fix", &table))
        }
        @if more > 0 { p.note { (thousands(more)) " more are left out." } }
    };
    section("mend", &counted("Records to fix", &or_none(count)), &content)
}
