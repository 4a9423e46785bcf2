//! The reminders for scripts: these keys, in this order, one item per concern.

use std::io::{self, Write};

use serde::Serialize;

use crate::output::escape;
use crate::output::record::Described;
use crate::output::remind::{Item, Page};
use crate::remind::{Concern, Person};

/// The version of the JSON; removing a key or changing its meaning increments it.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'p> {
    version: u32,
    today: String,
    reminders: Vec<Entry<'p>>,
    remarks: &'p [String],
}

#[derive(Serialize)]
struct Entry<'p> {
    #[serde(flatten)]
    exception: Described<'p>,
    concern: &'static str,
    stage: String,
    since: String,
    message: String,
    advice: String,
    people: Vec<Someone<'p>>,
}

#[derive(Serialize)]
struct Someone<'p> {
    name: &'p str,
    mention: Option<String>,
    parts: Vec<&'static str>,
    left: bool,
}

/// Writes the reminders.
pub(super) fn render(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let entries = page.items.iter().flat_map(|item| item.concerns.iter().map(|concern| entry(page, item, concern)));
    let document = Document {
        version: VERSION,
        today: page.view.today.day.to_string(),
        reminders: entries.collect(),
        remarks: &page.tracking.remarks,
    };
    escape::json(&document, out)
}

fn entry<'p>(page: &Page<'p>, item: &Item<'p>, concern: &'p Concern) -> Entry<'p> {
    let reminder = item.reminder;
    Entry {
        exception: page.view.describe_exception(reminder.exception),
        concern: concern.subject.name(),
        stage: concern.stage.to_string(),
        since: concern.since.to_string(),
        message: concern.message(page.view.today.day),
        advice: concern.advice(),
        people: reminder.people(&[concern]).iter().filter(|person| item.people.contains(person)).map(someone).collect(),
    }
}

fn someone<'p>(person: &'p Person<'_>) -> Someone<'p> {
    Someone {
        name: person.name,
        mention: person.login.map(|login| format!("@{login}")),
        parts: person.parts.iter().map(|part| part.name()).collect(),
        left: person.left,
    }
}
