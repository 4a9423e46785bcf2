//! The words of a tracking issue: its title, its text, and the comments in it.
//!
//! The text says nothing that would be untrue on another day, so it is only rewritten if the register's words or the
//! stage have changed. No text here is longer than GitHub accepts: each piece of an exception's text is cut.

use crate::output::escape;
use crate::output::remind::markdown::{advices, mentions, unmentioned};
use crate::output::remind::{LONGEST, LONGEST_NAME, cut, own, title};
use crate::register::Text;
use crate::remind::{Concern, Person, Reminder, Why};
use crate::time::Day;

/// The most characters of an issue's title (GitHub refuses longer ones).
const LONGEST_TITLE: usize = 256;

/// How long a list may become before the rest is only counted; an issue's text may have 65,536 characters.
const LONGEST_LIST: usize = 60_000;

/// Returns the title of the issue of an exception.
pub(super) fn heading(reminder: &Reminder<'_>) -> String {
    let whole = format!("stopgap {}: {}", cut(reminder.exception.id, 100), title(reminder));
    cut(&escape::title(&whole), LONGEST_TITLE - 1).into_owned()
}

/// Returns the text of the issue of an exception, without the record.
pub(super) fn text(reminder: &Reminder<'_>) -> String {
    let exception = reminder.exception;
    let concerns: Vec<&Concern> = reminder.concerns.iter().collect();
    let mut text = format!("{}\n\n", mentions(reminder.people(&concerns)));
    text.push_str(&facts(concerns.iter().map(|concern| concern.fact()), &concerns));
    let code = |text: &str| escape::markdown_code(&cut(text, LONGEST_NAME));
    let mut lines = vec![("Exception", code(exception.id)), ("File", code(reminder.path))];
    let mut add = |key, text: Option<&Text<'_>>, longest| {
        lines.extend(own(text, longest).map(|text| (key, escape::markdown(&text))));
    };
    add("Title", exception.title.as_ref(), LONGEST_NAME);
    add("Control", exception.control.as_ref(), LONGEST_NAME);
    add("System", exception.scope.system.as_ref(), LONGEST_NAME);
    add("Environment", exception.scope.environment.as_ref(), LONGEST_NAME);
    add("Removal", exception.removal.as_ref(), LONGEST);
    for (key, value) in lines {
        text.push_str(&format!("- **{key}:** {value}\n"));
    }
    text.push_str(
        "\nstopgap closes this issue once no action is needed. It may rewrite this text, and needs its last, hidden \
         line; put what you want to keep into a comment.",
    );
    text
}

/// Returns the comment that says what is new, without the record.
pub(super) fn telling(reminder: &Reminder<'_>, news: &[&Concern], today: Day) -> String {
    let messages = news.iter().map(|concern| concern.message(today));
    format!("{}\n\n{}", mentions(reminder.people(news)), facts(messages, news).trim_end())
}

/// Returns the comment that tells somebody what others know already, without the record.
pub(super) fn introduction(reminder: &Reminder<'_>, newcomers: &[&Person<'_>], today: Day) -> String {
    let concerns: Vec<&Concern> = reminder.concerns.iter().collect();
    let messages = concerns.iter().map(|concern| concern.message(today));
    format!("{}\n\n{}", mentions(newcomers.iter().copied()), facts(messages, &concerns).trim_end())
}

fn facts(sentences: impl Iterator<Item = String>, concerns: &[&Concern]) -> String {
    let sentences: Vec<String> = sentences.collect();
    format!("This exception **{}**. To do: {}.\n\n", sentences.join("**, and it **"), advices(concerns))
}

/// Returns the comment that says why an issue is closed, without the record.
pub(super) fn farewell(why: Why<'_>) -> String {
    let closed = |exception: &crate::register::Exception<'_>| {
        let date = exception.closure.as_ref().and_then(|closure| closure.date.as_ref());
        date.map_or_else(
            || "The exception is closed.".to_owned(),
            |date| format!("The exception was closed on {}.", date.value),
        )
    };
    match why {
        Why::Closed(exception) => closed(exception),
        Why::Rejected => "The exception was rejected.".to_owned(),
        Why::Renewed(expiry) => {
            format!("The exception was renewed and now ends with {expiry}. This issue is reopened when that is near.")
        }
        Why::Reviewed => {
            "The incident was reviewed. This issue is reopened when the exception's end is near.".to_owned()
        }
        Why::Removed => "The exception's file is no longer in the register.".to_owned(),
        Why::NothingDue => "No action is needed at the moment. This issue is reopened when that changes.".to_owned(),
        Why::Duplicate(number) => format!("The exception has another issue: #{number}."),
    }
}

/// Returns the title of the list of those without an issue.
pub(super) fn list_heading() -> String {
    "stopgap: exceptions without their own issue".to_owned()
}

/// Returns the text of that list, without the record. It mentions nobody: each of them is told in their own issue.
pub(super) fn list(waiting: &[&Reminder<'_>], max_new: usize) -> String {
    if waiting.is_empty() {
        return "Every exception that needs action has its own issue.".to_owned();
    }
    let mut text = format!(
        "More exceptions need action than one run opens issues for ({max_new}). These {} are next, the most \
         urgent first:\n\n",
        waiting.len()
    );
    for (at, reminder) in waiting.iter().enumerate() {
        if text.len() > LONGEST_LIST {
            text.push_str(&format!("- and {} more\n", waiting.len() - at));
            break;
        }
        let id = escape::markdown_code(&cut(reminder.exception.id, LONGEST_NAME));
        let facts: Vec<String> = reminder.concerns.iter().map(Concern::fact).collect();
        let owner = reminder.circle.owner().map_or_else(|| "no owner".to_owned(), unmentioned);
        text.push_str(&format!("- {id} {}: {owner}\n", facts.join(", and ")));
    }
    text
}
