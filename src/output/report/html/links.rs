//! Where the page leads to: the file, the pull request and the ticket, if the address of the repository is known.

use maud::{Markup, html};

use crate::output::escape::brief;
use crate::report::{Item, Meeting, Slip, is_address, number_of};

/// Links an exception's file, the pull request that changed it last, and its references.
pub(super) fn of(meeting: &Meeting<'_>, item: &Item<'_>) -> Markup {
    let Some(links) = meeting.links else { return html! {} };
    let file = links.file(item.path);
    let pull = meeting.trend.and_then(|trend| trend.pulls.get(item.path));
    let pull = pull.and_then(|request| Some((request, links.pull(number_of(request, links.forge)?)?)));
    let tickets = item.exception.references.iter().map(|text| text.as_str().trim()).filter(|text| is_address(text));
    html! {
        p.links {
            @if let Some(file) = file { a href=(file) { "file" } }
            @if let Some((request, address)) = pull { " " a href=(address) { (links.forge.request()) " " (request) } }
            @for ticket in tickets.take(5) { " " a href=(ticket) { (brief(ticket)) } }
        }
    }
}

/// Links a commit of the past.
pub(super) fn of_commit(meeting: &Meeting<'_>, slip: &Slip<'_>) -> Markup {
    let address = meeting.links.and_then(|links| links.commit(slip.commit.as_str()));
    html! { @if let Some(address) = address { " " a href=(address) { "commit" } } }
}
