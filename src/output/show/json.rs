//! The case file for scripts: everything that git and the record say.

use std::io::{self, Write};

use serde::Serialize;

use crate::git::Commit;
use crate::history::case::{Approval, Step};
use crate::history::timeline::Event;
use crate::output::record::Described;
use crate::output::show::{Sheet, Slip};
use crate::output::{escape, json};

/// The version of the JSON; removing a key or changing its meaning increments it.
const VERSION: u32 = 1;

/// Writes a case file.
pub(super) fn render(sheet: &Sheet<'_>, out: &mut dyn Write) -> io::Result<()> {
    escape::json(&Document::new(sheet), out)
}

#[derive(Serialize)]
struct Document<'s> {
    version: u32,
    today: String,
    #[serde(flatten)]
    exception: Described<'s>,
    max_renewals: usize,
    in_a_row: Option<usize>,
    takes_up: Option<&'s str>,
    findings: Vec<json::Item<'s>>,
    removed_in: Option<&'s str>,
    history: &'static str,
    story: Vec<Told<'s>>,
    slips: Vec<SlipItem<'s>>,
    remarks: &'s [String],
    timeline: Vec<Item<'s>>,
}

/// A step of the story.
#[derive(Serialize)]
struct Told<'s> {
    what: &'static str,
    number: Option<usize>,
    day: Option<String>,
    says: Vec<Said<'s>>,
    written: Option<Wrote<'s>>,
    merged: Option<Wrote<'s>>,
    request: Option<&'s str>,
    approvals: Option<Vec<Approved<'s>>>,
    agrees: Option<bool>,
    doubts: &'s [String],
    remarks: &'s [String],
}

/// What the record says.
#[derive(Serialize)]
struct Said<'s> {
    name: &'static str,
    text: &'s str,
}

#[derive(Serialize)]
struct Wrote<'s> {
    commit: &'s str,
    day: String,
    author: &'s str,
    subject: &'s str,
}

#[derive(Serialize)]
struct Approved<'s> {
    request: &'s str,
    login: &'s str,
    state: &'static str,
    day: String,
}

#[derive(Serialize)]
struct SlipItem<'s> {
    commit: &'s str,
    day: String,
    level: &'static str,
    rule: &'static str,
    message: &'s str,
}

#[derive(Serialize)]
struct Item<'s> {
    day: Option<String>,
    what: &'static str,
    fields: &'s [String],
    details: &'s str,
    commit: Option<&'s str>,
    author: Option<&'s str>,
    subject: Option<&'s str>,
    by: Option<&'s str>,
}

impl<'s> Document<'s> {
    fn new(sheet: &'s Sheet<'s>) -> Self {
        Self {
            version: VERSION,
            today: sheet.report.today.day.to_string(),
            exception: sheet.view.describe(&sheet.file),
            max_renewals: sheet.max_renewals,
            in_a_row: sheet.in_a_row.map(|(count, _)| count),
            takes_up: sheet.in_a_row.map(|(_, before)| before),
            findings: sheet.findings.iter().map(|finding| json::item(sheet.report, finding)).collect(),
            removed_in: sheet.removed_in.as_ref().map(Commit::as_str),
            story: sheet.story.iter().map(told).collect(),
            slips: sheet.slips.iter().map(slip).collect(),
            remarks: &sheet.remarks,
            history: if sheet.in_git { "git" } else { "record" },
            timeline: sheet.timeline.iter().map(item).collect(),
        }
    }
}

fn item(event: &Event) -> Item<'_> {
    let commit = event.commit.as_ref();
    Item {
        day: event.day.map(|day| day.to_string()),
        what: event.deed.what.name(),
        fields: &event.deed.fields,
        details: &event.deed.details,
        commit: commit.map(|(commit, _)| commit.as_str()),
        author: commit.map(|(_, info)| info.author.as_str()),
        subject: commit.map(|(_, info)| info.subject.as_str()),
        by: event.by.as_deref(),
    }
}

fn told(step: &Step) -> Told<'_> {
    let written = step.written.as_ref();
    Told {
        what: step.act.name(),
        number: step.number,
        day: step.day.map(|day| day.to_string()),
        says: step.says.iter().map(|(name, text)| Said { name, text }).collect(),
        written: written.map(|it| Wrote {
            commit: it.commit.as_str(),
            day: it.day.to_string(),
            author: &it.info.author,
            subject: &it.info.subject,
        }),
        merged: written.map(|it| Wrote {
            commit: it.landed.as_str(),
            day: it.landed_day.to_string(),
            author: &it.landed_info.author,
            subject: &it.landed_info.subject,
        }),
        request: step.request.as_deref(),
        approvals: step.approvals.as_ref().map(|approvals| approvals.iter().map(approved).collect()),
        agrees: step.agrees(),
        doubts: &step.doubts,
        remarks: &step.remarks,
    }
}

fn approved(it: &Approval) -> Approved<'_> {
    Approved { request: &it.request, login: &it.login, state: it.state, day: it.day.to_string() }
}

fn slip(slip: &Slip) -> SlipItem<'_> {
    SlipItem {
        commit: slip.commit.as_str(),
        day: slip.day.to_string(),
        level: slip.level.name(),
        rule: slip.rule,
        message: &slip.message,
    }
}
