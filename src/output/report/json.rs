//! The report for scripts: the agenda with whole items, and the figures.

use std::io::{self, Write};

use serde::Serialize;

use crate::output::escape;
use crate::output::record::{Described, View};
use crate::output::report::{settle, words};
use crate::report::pending::Request;
use crate::report::{Against, Fault, Item, LetBe, Meeting, Metrics, Row, Slip, Standing, Trend};

/// The version of the JSON; removing a key or changing its meaning increments it.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'m> {
    version: u32,
    today: String,
    since: String,
    until: String,
    timezone: &'m str,
    max_renewals: usize,
    agenda: Lists<'m>,
    unreadable: Vec<Described<'m>>,
    metrics: Figures<'m>,
    slips: Option<Vec<Slipped<'m>>>,
    pending: Option<Vec<Asked<'m>>>,
    trend: Option<Vec<Week>>,
    let_be: Vec<Left<'m>>,
    remarks: &'m [String],
}

/// What is tolerated besides exceptions.
#[derive(Serialize)]
struct Left<'m> {
    /// The register, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    register: Option<&'m str>,
    kind: &'static str,
    count: usize,
    until: Option<String>,
    what: &'m str,
    command: &'m str,
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
    against: Vec<Accused<'m>>,
    beside: Vec<Accused<'m>>,
}

/// A file with errors.
#[derive(Serialize)]
struct Accused<'m> {
    #[serde(flatten)]
    file: Whose<'m>,
    findings: Vec<Error<'m>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Whose<'m> {
    Exception(Box<Described<'m>>),
    /// A file beside the exceptions, such as CODEOWNERS.
    Other {
        path: &'m str,
    },
}

#[derive(Serialize)]
struct Error<'m> {
    rule: &'static str,
    field: &'m str,
    message: &'m str,
    help: Option<&'m str>,
    who: Option<Who<'m>>,
    command: String,
}

#[derive(Serialize)]
struct Who<'m> {
    name: &'m str,
    part: &'static str,
}

/// What bypassed the gate.
#[derive(Serialize)]
struct Slipped<'m> {
    id: &'m str,
    /// The register, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    register: Option<&'m str>,
    path: &'m str,
    rule: &'static str,
    message: &'m str,
    help: Option<&'m str>,
    commit: &'m str,
    day: String,
    author: &'m str,
    subject: &'m str,
    command: String,
}

/// A request on a branch.
#[derive(Serialize)]
struct Asked<'m> {
    id: &'m str,
    /// The register, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    register: Option<&'m str>,
    path: &'m str,
    branch: &'m str,
    renewal: Option<usize>,
    asked: String,
    days_waiting: i64,
    title: Option<&'m str>,
    system: Option<&'m str>,
    reason: Option<&'m str>,
    worst: Option<&'m str>,
    tier: Option<&'static str>,
    first_day: Option<String>,
    last_day: Option<String>,
    requester: Option<&'m str>,
    approver: Option<&'m str>,
    command: String,
}

/// A week of the trend.
#[derive(Serialize)]
struct Week {
    last_day: String,
    live: usize,
    expired: usize,
    median_age: Option<f64>,
    renewals: usize,
    days_to_decision: Option<f64>,
    days_to_closure: Option<f64>,
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
    commands: Vec<String>,
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
        until: meeting.until.to_string(),
        timezone: meeting.zone.name(),
        max_renewals: meeting.max_renewals,
        agenda: lists(meeting, view),
        unreadable: meeting.unreadable.iter().map(|unreadable| view.describe(unreadable.file)).collect(),
        metrics: figures(&meeting.metrics),
        slips: meeting.slips.as_ref().map(|slips| slips.iter().map(|slip| slipped(meeting, slip)).collect()),
        pending: meeting.pending.map(|it| it.requests.iter().map(|it| asked(meeting, it)).collect()),
        trend: meeting.trend.map(weeks),
        let_be: meeting.let_be.iter().map(left).collect(),
        remarks: meeting.remarks,
    };
    escape::json(&document, out)
}

fn left(it: &LetBe) -> Left<'_> {
    Left {
        register: it.register.as_deref(),
        kind: it.kind,
        count: it.count,
        until: it.until.map(|day| day.to_string()),
        what: &it.what,
        command: &it.command,
    }
}

fn lists<'m>(meeting: &'m Meeting<'m>, view: View<'m>) -> Lists<'m> {
    let agenda = &meeting.agenda;
    let all = |items: &'m [&'m Item<'m>], settle: &dyn Fn(&Meeting<'_>, &Item<'_>) -> Vec<String>| {
        items.iter().map(|item| entry(item, view, settle(meeting, item))).collect()
    };
    let check = |meeting: &Meeting<'_>, item: &Item<'_>| vec![settle::check(meeting, item.path)];
    let accused = |all: &'m [Against<'m>]| all.iter().map(|one| accused(meeting, one, view)).collect();
    Lists {
        expired: all(&agenda.expired, &settle::expired),
        expiring: all(&agenda.expiring, &settle::ending),
        new: all(&agenda.new, &settle::changed),
        renewed: all(&agenda.renewed, &settle::changed),
        closed: all(&agenda.closed, &settle::changed),
        rejected: all(&agenda.rejected, &settle::changed),
        reviews: all(&agenda.reviews, &settle::review),
        doubtful: all(&agenda.doubtful, &check),
        against: accused(&meeting.against),
        beside: accused(&meeting.beside),
    }
}

fn entry<'m>(item: &'m Item<'m>, view: View<'m>, commands: Vec<String>) -> Entry<'m> {
    let owner = item.owner.as_ref();
    Entry {
        exception: view.describe_exception(item.exception),
        standing: standing(item.standing),
        doubt: words::doubt(item, words::iso),
        owner_left: owner.and_then(|owner| owner.left).map(|day| day.to_string()),
        manager: owner.and_then(|owner| owner.manager),
        closed_late: item.closed_late(),
        review_due: item.review.map(|review| review.due.to_string()),
        commands,
    }
}

fn accused<'m>(meeting: &'m Meeting<'m>, against: &'m Against<'m>, view: View<'m>) -> Accused<'m> {
    let error = |fault: &'m Fault<'m>| Error {
        rule: fault.finding.rule.id,
        field: &fault.finding.place.pointer,
        message: &fault.finding.message,
        help: fault.finding.help.as_deref(),
        who: fault.who.map(|who| Who { name: who.name, part: who.part.name() }),
        command: settle::fault(meeting, fault, against.item, against.path),
    };
    let file = view.register.files.iter().find(|file| file.path == against.path);
    let file = match file {
        Some(file) => Whose::Exception(Box::new(view.describe(file))),
        None => Whose::Other { path: against.path },
    };
    Accused { file, findings: against.faults.iter().map(error).collect() }
}

fn slipped<'m>(meeting: &'m Meeting<'m>, slip: &'m Slip<'m>) -> Slipped<'m> {
    Slipped {
        id: slip.id(),
        register: meeting.register_of(slip.path),
        path: slip.path,
        rule: slip.finding.rule.id,
        message: &slip.finding.message,
        help: slip.finding.help.as_deref(),
        commit: slip.commit.as_str(),
        day: slip.day.to_string(),
        author: &slip.info.author,
        subject: &slip.info.subject,
        command: settle::slip(meeting, slip),
    }
}

fn asked<'m>(meeting: &'m Meeting<'m>, request: &'m Request) -> Asked<'m> {
    Asked {
        id: &request.id,
        register: meeting.register_of(&request.path),
        path: &request.path,
        branch: &request.branch,
        renewal: request.renewal,
        asked: request.asked.to_string(),
        days_waiting: request.asked.days_until(meeting.today),
        title: request.title.as_deref(),
        system: request.system.as_deref(),
        reason: request.reason.as_deref(),
        worst: request.worst.as_deref(),
        tier: request.tier.map(|tier| tier.name()),
        first_day: request.first_day.map(|day| day.to_string()),
        last_day: request.last_day.map(|day| day.to_string()),
        requester: request.requester.as_deref(),
        approver: request.approver.as_deref(),
        command: settle::request(meeting, request),
    }
}

fn weeks(trend: &Trend) -> Vec<Week> {
    let half = |twice: Option<i64>| twice.map(|twice| twice as f64 / 2.0);
    let week = |week: &crate::report::trend::Week| Week {
        last_day: week.end.to_string(),
        live: week.live,
        expired: week.expired,
        median_age: half(week.twice_age),
        renewals: week.renewals,
        days_to_decision: half(week.twice_decision),
        days_to_closure: half(week.twice_closing),
    };
    trend.weeks.iter().map(week).collect()
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
