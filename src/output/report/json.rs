//! The report for scripts: the agenda with whole items, and the figures.

use std::io::{self, Write};

use serde::Serialize;

use crate::output::escape;
use crate::output::record::{Described, View};
use crate::output::report::words;
use crate::report::{Agenda, Item, Meeting, Metrics, Row, Standing};

/// The version of the JSON; removing a key or changing its meaning increments it.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'m> {
    version: u32,
    today: String,
    since: String,
    timezone: &'m str,
    max_renewals: usize,
    agenda: Lists<'m>,
    unreadable: Vec<Described<'m>>,
    metrics: Figures<'m>,
}

#[derive(Serialize)]
struct Lists<'m> {
    expired: Vec<Entry<'m>>,
    expiring: Vec<Entry<'m>>,
    new: Vec<Entry<'m>>,
    renewed: Vec<Entry<'m>>,
    closed: Vec<Entry<'m>>,
    rejected: Vec<Entry<'m>>,
    reviews: Vec<Entry<'m>>,
    doubtful: Vec<Entry<'m>>,
}

#[derive(Serialize)]
struct Entry<'m> {
    #[serde(flatten)]
    exception: Described<'m>,
    standing: &'static str,
    doubt: Option<String>,
    owner_left: Option<String>,
    manager: Option<&'m str>,
    closed_late: Option<i64>,
    review_due: Option<String>,
}

#[derive(Serialize)]
struct Figures<'m> {
    exceptions: usize,
    live: usize,
    closed: usize,
    rejected: usize,
    without_status: usize,
    unreadable: usize,
    in_force: usize,
    not_begun: usize,
    expired: usize,
    unclear: usize,
    overdue_days: i64,
    most_overdue: Option<Most<'m>>,
    renewals_used: usize,
    without_renewal_left: usize,
    life: Life<'m>,
    closing: Closing<'m>,
    by_tier: Vec<Group<'m>>,
    by_owner: Vec<Group<'m>>,
    by_control: Vec<Group<'m>>,
}

#[derive(Serialize)]
struct Most<'m> {
    days: i64,
    id: &'m str,
    path: &'m str,
}

#[derive(Serialize)]
struct Life<'m> {
    counted: usize,
    left_out: usize,
    days: i64,
    average: Option<f64>,
    longest: Option<Most<'m>>,
}

#[derive(Serialize)]
struct Closing<'m> {
    counted: usize,
    left_out: usize,
    late: usize,
    median: Option<f64>,
    worst: Option<Most<'m>>,
}

#[derive(Serialize)]
struct Group<'m> {
    name: Option<&'m str>,
    live: usize,
    in_force: usize,
    expired: usize,
    overdue_days: i64,
    renewals_used: usize,
}

/// Writes a meeting.
pub(super) fn render<'m>(meeting: &'m Meeting<'m>, view: View<'m>, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        version: VERSION,
        today: meeting.today.to_string(),
        since: meeting.since.to_string(),
        timezone: meeting.zone.name(),
        max_renewals: meeting.max_renewals,
        agenda: lists(&meeting.agenda, view),
        unreadable: meeting.unreadable.iter().map(|unreadable| view.describe(unreadable.file)).collect(),
        metrics: figures(&meeting.metrics),
    };
    escape::json(&document, out)
}

fn lists<'m>(agenda: &'m Agenda<'m>, view: View<'m>) -> Lists<'m> {
    let all = |items: &'m [&'m Item<'m>]| items.iter().map(|item| entry(item, view)).collect();
    Lists {
        expired: all(&agenda.expired),
        expiring: all(&agenda.expiring),
        new: all(&agenda.new),
        renewed: all(&agenda.renewed),
        closed: all(&agenda.closed),
        rejected: all(&agenda.rejected),
        reviews: all(&agenda.reviews),
        doubtful: all(&agenda.doubtful),
    }
}

fn entry<'m>(item: &'m Item<'m>, view: View<'m>) -> Entry<'m> {
    let owner = item.owner.as_ref();
    Entry {
        exception: view.describe_exception(item.exception),
        standing: standing(item.standing),
        doubt: words::doubt(item, words::iso),
        owner_left: owner.and_then(|owner| owner.left).map(|day| day.to_string()),
        manager: owner.and_then(|owner| owner.manager),
        closed_late: item.closed_late(),
        review_due: item.review.map(|review| review.due.to_string()),
    }
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Expired { .. } => "expired",
        Standing::Unclear => "unclear",
        Standing::Expiring { .. } => "expiring",
        Standing::InForce { .. } => "in-force",
        Standing::Waiting => "not-begun",
        Standing::Closed => "closed",
        Standing::Rejected => "rejected",
    }
}

fn figures<'m>(metrics: &'m Metrics<'m>) -> Figures<'m> {
    let (life, closing) = (&metrics.life, &metrics.closing);
    let rows = |rows: &'m [Row<'m>]| rows.iter().map(group).collect();
    Figures {
        exceptions: metrics.exceptions,
        live: metrics.live,
        closed: metrics.closed,
        rejected: metrics.rejected,
        without_status: metrics.without_status,
        unreadable: metrics.unreadable,
        in_force: metrics.in_force,
        not_begun: metrics.waiting,
        expired: metrics.expired,
        unclear: metrics.unclear,
        overdue_days: metrics.overdue.total,
        most_overdue: metrics.overdue.worst.map(most),
        renewals_used: metrics.renewals.used,
        without_renewal_left: metrics.renewals.used_up,
        life: Life {
            counted: life.counted,
            left_out: life.left_out,
            days: life.total,
            average: life.tenths().map(|tenths| tenths as f64 / 10.0),
            longest: life.longest.map(most),
        },
        closing: Closing {
            counted: closing.counted,
            left_out: closing.left_out,
            late: closing.late,
            median: closing.twice_median.map(|twice| twice as f64 / 2.0),
            worst: closing.worst.map(most),
        },
        by_tier: rows(&metrics.by_tier),
        by_owner: rows(&metrics.by_owner),
        by_control: rows(&metrics.by_control),
    }
}

fn most<'m>((days, item): (i64, &'m Item<'m>)) -> Most<'m> {
    Most { days, id: item.exception.id, path: item.path }
}

fn group<'m>(row: &'m Row<'m>) -> Group<'m> {
    let Row { name, live, in_force, expired, overdue, renewals } = row;
    Group {
        name: name.as_deref(),
        live: *live,
        in_force: *in_force,
        expired: *expired,
        overdue_days: *overdue,
        renewals_used: *renewals,
    }
}
