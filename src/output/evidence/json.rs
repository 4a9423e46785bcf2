//! The files of a pack for scripts; `stopgap schema evidence` describes them all.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::evidence::{Collected, Decided, Objection, State, Stood};
use crate::git::{Commit, CommitInfo};
use crate::history::case::Approval;
use crate::history::timeline::What;
use crate::output::escape;
use crate::output::evidence::Milestone;
use crate::output::record::{Described, View};
use crate::replay::{Answer, Touch, Verdict};
use crate::rule::Finding;
use crate::text::shown;
use crate::time::{Day, Today, rfc3339};

/// The version of the contract; removing a key or changing its meaning increments it.
const VERSION: u32 = 1;

/// What a pack says of itself, as far as making it again needs.
#[derive(Debug, Deserialize)]
pub struct Header {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// The newest commit.
    pub head: String,
    /// The version of the program that made it.
    pub stopgap: String,
    /// Whether saved pull requests were given.
    pub approvals: bool,
    /// Where the register's root lies, from the top of the work tree; `.` for the top.
    pub root: Option<String>,
}

/// Reads what a pack says of itself.
///
/// # Errors
///
/// When it is no JSON or lacks a key, in words.
pub fn read_header(bytes: &[u8]) -> Result<Header, String> {
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

/// Returns a moment as RFC 3339 writes it, in UTC.
pub(super) fn moment(today: Today) -> String {
    rfc3339(today.instant)
}

#[derive(Serialize)]
struct HeaderDocument<'c> {
    version: u32,
    kind: &'static str,
    stopgap: &'static str,
    from: String,
    to: String,
    root: &'c str,
    timezone: &'static str,
    start: Option<&'c str>,
    head: &'c str,
    approvals: bool,
    commits: usize,
    judged: usize,
    decisions: usize,
    events: usize,
    findings: usize,
    slips: usize,
    register: Vec<MilestoneItem<'c>>,
    remarks: &'c [String],
}

#[derive(Serialize)]
struct MilestoneItem<'c> {
    name: &'c str,
    at: &'c str,
    commit: Option<&'c str>,
    exceptions: usize,
    live: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
}

pub(super) fn header(collected: &Collected, milestones: &[Milestone], out: &mut dyn Write) -> io::Result<()> {
    let register = milestones.iter().map(|it| {
        let [errors, warnings, notes] = it.findings;
        let (name, at, commit) = (it.name.as_str(), it.at.as_str(), it.commit.as_deref());
        MilestoneItem { name, at, commit, exceptions: it.exceptions, live: it.live, errors, warnings, notes }
    });
    let document = HeaderDocument {
        version: VERSION,
        kind: "evidence",
        stopgap: env!("CARGO_PKG_VERSION"),
        from: collected.period.from.to_string(),
        to: collected.period.to.to_string(),
        root: &collected.root,
        timezone: collected.period.zone.name(),
        start: collected.start.as_ref().map(Commit::as_str),
        head: collected.head.as_str(),
        approvals: collected.with_pulls,
        commits: collected.past.commits,
        judged: collected.past.judged.len(),
        decisions: collected.decisions.len(),
        events: events_of(collected).count(),
        findings: collected.stood.len(),
        slips: slips_of(collected).count(),
        register: register.collect(),
        remarks: &collected.remarks,
    };
    escape::json(&document, out)
}

#[derive(Serialize)]
struct Document<T> {
    version: u32,
    kind: &'static str,
    records: Vec<T>,
}

fn document<T: Serialize>(kind: &'static str, records: impl Iterator<Item = T>, out: &mut dyn Write) -> io::Result<()> {
    escape::json(&Document { version: VERSION, kind, records: records.collect() }, out)
}

#[derive(Serialize)]
struct RegisterDocument<'c, 'v> {
    version: u32,
    kind: &'static str,
    name: &'c str,
    at: String,
    commit: Option<&'c str>,
    records: Vec<Described<'v>>,
}

pub(super) fn register<'v>(state: &State<'v>, view: &View<'v>, out: &mut dyn Write) -> io::Result<()> {
    let document = RegisterDocument {
        version: VERSION,
        kind: "register",
        name: &state.name,
        at: moment(state.today),
        commit: state.commit.map(Commit::as_str),
        records: state.register.files.iter().map(|file| view.describe(file)).collect(),
    };
    escape::json(&document, out)
}

/// A commit of the branch.
#[derive(Serialize)]
struct CommitItem<'c> {
    id: &'c str,
    day: String,
    author: &'c str,
    subject: &'c str,
}

impl<'c> CommitItem<'c> {
    fn new(commit: &'c Commit, info: &'c CommitInfo, day: Day) -> Self {
        Self { id: commit.as_str(), day: day.to_string(), author: &info.author, subject: &info.subject }
    }
}

#[derive(Serialize)]
struct DecisionItem<'c> {
    id: &'c str,
    path: &'c str,
    what: &'c str,
    approver: &'c str,
    decided: Option<String>,
    commit: CommitItem<'c>,
    signatures: Vec<SignatureItem<'c>>,
    request: Option<&'c str>,
    approvals: Option<Vec<ApprovalItem<'c>>>,
    verdict: &'static str,
    objections: Vec<ObjectionItem<'c>>,
}

#[derive(Serialize)]
struct SignatureItem<'c> {
    commit: &'c str,
    signer: Option<&'c str>,
    problem: Option<&'c str>,
}

#[derive(Serialize)]
struct ApprovalItem<'c> {
    request: &'c str,
    login: &'c str,
    state: &'c str,
    day: String,
    commit: Option<&'c str>,
}

#[derive(Serialize)]
struct ObjectionItem<'c> {
    level: &'static str,
    rule: &'static str,
    message: &'c str,
}

pub(super) fn decisions(collected: &Collected, out: &mut dyn Write) -> io::Result<()> {
    document("decisions", collected.decisions.iter().map(decision), out)
}

fn decision(it: &Decided) -> DecisionItem<'_> {
    DecisionItem {
        id: &it.touch.id,
        path: &it.touch.path,
        what: &it.what,
        approver: &it.approver,
        decided: it.day.map(|day| day.to_string()),
        commit: CommitItem::new(&it.touch.commit, &it.touch.info, it.touch.day),
        signatures: (it.signed.iter())
            .map(|signed| SignatureItem {
                commit: &signed.commit,
                signer: signed.by.as_deref().ok(),
                problem: signed.by.as_deref().err().map(|problem| &**problem),
            })
            .collect(),
        request: it.request.as_deref(),
        approvals: it.approvals.as_ref().map(|approvals| approvals.iter().map(approval).collect()),
        verdict: it.verdict.name(),
        objections: it.objections.iter().map(objection).collect(),
    }
}

fn approval(it: &Approval) -> ApprovalItem<'_> {
    let (day, commit) = (it.day.to_string(), it.commit.as_deref());
    ApprovalItem { request: &it.request, login: &it.login, state: it.state, day, commit }
}

fn objection(it: &Objection) -> ObjectionItem<'_> {
    ObjectionItem { level: it.level.name(), rule: it.rule, message: &it.message }
}

/// A step of an exception, as tables and lists have it.
pub(super) struct Event<'c> {
    pub(super) touch: &'c Touch,
    pub(super) what: &'static str,
    pub(super) details: String,
    pub(super) fields: &'c [String],
}

/// Lists what the commits did, refusals as such.
pub(super) fn events_of(collected: &Collected) -> impl Iterator<Item = Event<'_>> {
    collected.past.touched.iter().flat_map(|touch| {
        let refused =
            touch.refused.as_ref().map(|answer| Event { touch, what: "refused", details: said(answer), fields: &[] });
        let is_refused = refused.is_some();
        let deeds = touch.deeds.iter().map(move |it| Event {
            touch,
            what: it.what.name(),
            details: it.details.clone(),
            fields: &it.fields,
        });
        // A request that came with its refusal never was in force.
        deeds.filter(move |event| !(is_refused && event.what == What::Added.name())).chain(refused)
    })
}

fn said(answer: &Answer) -> String {
    let by = answer.by.as_ref().map(|by| format!("by `{}`", shown(by)));
    let day = answer.day.map(|day| format!("on {day}"));
    by.into_iter().chain(day).collect::<Vec<_>>().join(" ")
}

#[derive(Serialize)]
struct EventItem<'c> {
    id: &'c str,
    path: &'c str,
    what: &'static str,
    details: String,
    fields: &'c [String],
    commit: CommitItem<'c>,
}

pub(super) fn events(collected: &Collected, out: &mut dyn Write) -> io::Result<()> {
    let records = events_of(collected).map(|Event { touch, what, details, fields }| EventItem {
        id: &touch.id,
        path: &touch.path,
        what,
        details,
        fields,
        commit: CommitItem::new(&touch.commit, &touch.info, touch.day),
    });
    document("events", records, out)
}

#[derive(Serialize)]
struct FindingItem<'c> {
    id: Option<&'c str>,
    path: &'c str,
    rule: &'static str,
    level: &'static str,
    field: &'c str,
    message: &'c str,
    first: String,
    last: String,
    days: i64,
    stood_before: bool,
    standing: bool,
}

pub(super) fn findings(collected: &Collected, out: &mut dyn Write) -> io::Result<()> {
    document("findings", collected.stood.iter().map(stood), out)
}

fn stood(it: &Stood) -> FindingItem<'_> {
    FindingItem {
        id: it.id.as_deref(),
        path: &it.path,
        rule: it.rule,
        level: it.level.name(),
        field: &it.field,
        message: &it.message,
        first: it.first.to_string(),
        last: it.last.to_string(),
        days: it.days(),
        stood_before: it.before,
        standing: it.standing,
    }
}

/// Lists the changes that bypassed the gate.
pub(super) fn slips_of(collected: &Collected) -> impl Iterator<Item = (&Verdict, &Finding)> {
    collected.past.verdicts.iter().flat_map(|verdict| verdict.findings.iter().map(move |finding| (verdict, finding)))
}

#[derive(Serialize)]
struct SlipItem<'c> {
    path: &'c str,
    line: usize,
    rule: &'static str,
    level: &'static str,
    message: &'c str,
    help: Option<&'c str>,
    commit: CommitItem<'c>,
}

pub(super) fn slips(collected: &Collected, out: &mut dyn Write) -> io::Result<()> {
    let records = slips_of(collected).map(|(verdict, finding)| {
        let source = verdict.files.source(finding.file);
        SlipItem {
            path: source.path(),
            line: source.position(finding.span.start).line,
            rule: finding.rule.id,
            level: finding.level.name(),
            message: &finding.message,
            help: finding.help.as_deref(),
            commit: CommitItem::new(&verdict.commit, &verdict.info, verdict.day),
        }
    });
    document("slips", records, out)
}
