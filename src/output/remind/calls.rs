//! The plan: the calls of GitHub's REST API that bring the tracking issues up to date, in order.
//!
//! `{owner}` and `{repo}` mean the repository, as in GitHub's own documentation. Each comment and each new issue names
//! what must not be there already (`unless`), so that a call whose answer was lost is not made twice. A comment comes
//! before its record in the issue's text: if a run breaks off between the two, the next one gets to the same comment,
//! finds it there, and records it.

use std::io::{self, Write};

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::github::Issue;
use crate::output::escape;
use crate::output::remind::{Page, cut, issue as words};
use crate::remind::{Concern, Over, Record, Reminder, Settings, Step, Why};

/// The version of the plan; removing a key or changing its meaning increments it.
const VERSION: u32 = 1;

const ISSUES: &str = "/repos/{owner}/{repo}/issues";

/// The most characters of an issue's text that are kept when its record is replaced.
const LONGEST_KEPT: usize = 60_000;

#[derive(Serialize)]
struct Plan<'p> {
    version: u32,
    today: String,
    calls: Vec<Call<'p>>,
    remarks: &'p [String],
}

/// One call.
#[derive(Serialize)]
struct Call<'p> {
    /// What it does, for the log.
    does: &'static str,
    /// The exception's id; null for the list of those without an issue.
    exception: Option<&'p str>,
    method: &'static str,
    path: String,
    body: Body,
    unless: Option<Unless<'p>>,
}

#[derive(Default, Serialize)]
struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_reason: Option<&'static str>,
}

/// A list of GitHub's; if an item in it is by `login` and its body contains this text, the call was already made.
#[derive(Serialize)]
struct Unless<'p> {
    path: String,
    /// How many pages of the list to read at most.
    pages: u32,
    login: &'p str,
    holds: String,
}

/// Writes the plan.
pub(super) fn render(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let calls = page.tracking.steps.iter().flat_map(|step| calls(step, page)).collect();
    let plan =
        Plan { version: VERSION, today: page.view.today.day.to_string(), calls, remarks: &page.tracking.remarks };
    escape::json(&plan, out)
}

fn calls<'p>(step: &'p Step<'_>, page: &Page<'p>) -> Vec<Call<'p>> {
    let settings = page.settings;
    match step {
        Step::Create { reminder, record } => {
            let body = Text::of(reminder);
            vec![create(body, record, settings)]
        }
        Step::Tell { issue, reminder, news, record } => tell(issue, reminder, news, record, page),
        Step::Introduce { issue, reminder, newcomers, record } => {
            let told = words::introduction(reminder, newcomers, page.view.today.day);
            say(issue, &told, Text::of(reminder), record, settings)
        }
        Step::Keep { issue, reminder, record } => keep(issue, Text::of(reminder), record),
        Step::End { issue, why, record } => end(issue, *why, record, settings),
        Step::Digest { issue, record, waiting } => {
            let text = Text { title: words::list_heading(), body: words::list(waiting, settings.max_new) };
            let over = waiting.is_empty().then_some(Over::NothingDue);
            match issue {
                None => vec![create(text, record, settings)],
                Some(issue) => keep_list(issue, text, &Record { over, ..record.clone() }),
            }
        }
    }
}

/// Title and text of an issue, without the record.
struct Text {
    title: String,
    body: String,
}

impl Text {
    fn of(reminder: &Reminder<'_>) -> Self {
        Self { title: words::heading(reminder), body: words::text(reminder) }
    }

    /// Returns the hash that represents these words in the record.
    fn name(&self) -> String {
        let digest = Sha256::digest(format!("{}\n{}", self.title, self.body));
        HEXLOWER.encode(&digest[..8])
    }

    /// Returns whether these words were written already.
    fn is_in(&self, record: &Record) -> bool {
        record.text.as_ref() == Some(&self.name())
    }

    /// Returns the request's body: the words with the record.
    fn with(self, record: &Record) -> Body {
        let record = Record { text: Some(self.name()), ..record.clone() };
        Body { title: Some(self.title), body: format!("{}\n\n{record}", self.body.trim_end()), ..Body::default() }
    }
}

fn create<'p>(text: Text, record: &'p Record, settings: Settings<'p>) -> Call<'p> {
    let mut body = text.with(record);
    body.labels = Some(vec![settings.label.to_owned()]);
    let label = escape::uri(settings.label).replace('/', "%2F");
    let holds = body.body.rsplit_once('\n').map(|(_, record)| record.to_owned()).unwrap_or_default();
    Call {
        does: "create",
        exception: record.id.as_deref(),
        method: "POST",
        path: ISSUES.to_owned(),
        unless: Some(Unless {
            path: format!("{ISSUES}?labels={label}&state=all&sort=created&direction=desc&per_page=100"),
            pages: 1,
            login: settings.bot,
            holds,
        }),
        body,
    }
}

fn tell<'p>(
    issue: &Issue,
    reminder: &Reminder<'_>,
    news: &[&Concern],
    record: &'p Record,
    page: &Page<'p>,
) -> Vec<Call<'p>> {
    say(issue, &words::telling(reminder, news, page.view.today.day), Text::of(reminder), record, page.settings)
}

/// Returns the calls for a comment, and for the text of the issue with the record of it.
fn say<'p>(issue: &Issue, words: &str, text: Text, record: &'p Record, settings: Settings<'p>) -> Vec<Call<'p>> {
    let mut body = text.with(record);
    if !issue.open {
        (body.state, body.state_reason) = (Some("open"), Some("reopened"));
    }
    let does = if issue.open { "update" } else { "reopen" };
    vec![comment(issue, words, record, settings), update(does, issue, record, body)]
}

fn keep<'p>(issue: &Issue, text: Text, record: &'p Record) -> Vec<Call<'p>> {
    if !issue.open || text.is_in(record) {
        return Vec::new();
    }
    let body = text.with(record);
    vec![update("update", issue, record, body)]
}

fn end<'p>(issue: &Issue, why: Why<'_>, record: &'p Record, settings: Settings<'p>) -> Vec<Call<'p>> {
    let reason = match why {
        Why::Closed(_) | Why::Renewed(_) | Why::Reviewed => "completed",
        Why::Rejected | Why::Removed | Why::NothingDue | Why::Duplicate(_) => "not_planned",
    };
    let body = Body {
        body: record.replace_in(&cut(&issue.body, LONGEST_KEPT)),
        state: Some("closed"),
        state_reason: Some(reason),
        ..Body::default()
    };
    vec![comment(issue, &words::farewell(why), record, settings), update("close", issue, record, body)]
}

/// Brings the list up to date without notifying anybody.
fn keep_list<'p>(issue: &Issue, text: Text, record: &Record) -> Vec<Call<'p>> {
    let (does, state, reason) = match (issue.open, record.over) {
        (true, None) if text.is_in(record) => return Vec::new(),
        (true, None) => ("update", None, None),
        (true, Some(_)) => ("close", Some("closed"), Some("completed")),
        (false, _) => ("reopen", Some("open"), Some("reopened")),
    };
    let body = Body { state, state_reason: reason, ..text.with(record) };
    vec![Call {
        does,
        exception: None,
        method: "PATCH",
        path: format!("{ISSUES}/{}", issue.number),
        body,
        unless: None,
    }]
}

/// Returns the call for a comment, made once: the comment carries the new record.
fn comment<'p>(issue: &Issue, text: &str, record: &'p Record, settings: Settings<'p>) -> Call<'p> {
    let key = Record { text: None, ..record.clone() }.to_string();
    let path = format!("{ISSUES}/{}/comments", issue.number);
    Call {
        does: "comment",
        exception: record.id.as_deref(),
        method: "POST",
        unless: Some(Unless {
            path: format!("{path}?per_page=100"),
            pages: 30,
            login: settings.bot,
            holds: key.clone(),
        }),
        path,
        body: Body { body: format!("{text}\n\n{key}"), ..Body::default() },
    }
}

fn update<'p>(does: &'static str, issue: &Issue, record: &'p Record, body: Body) -> Call<'p> {
    let path = format!("{ISSUES}/{}", issue.number);
    Call { does, exception: record.id.as_deref(), method: "PATCH", path, body, unless: None }
}
