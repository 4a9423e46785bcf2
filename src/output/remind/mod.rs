//! Who must be told today, in each format.

mod calls;
mod issue;
mod json;
mod markdown;
mod text;

use std::borrow::Cow;
use std::io::{self, Write};

use crate::output::escape;
use crate::output::record::View;
use crate::register::Text;
use crate::remind::{Concern, Person, Reminder, Settings, Tracking};

/// A format of the reminders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people; empty if nobody has to act.
    #[default]
    Text,
    /// For scripts.
    Json,
    /// For a message or a page; empty if nobody has to act.
    Markdown,
    /// The API calls that bring one tracking issue per exception up to date, for action/apply-plan.
    GithubPlan,
}

/// What is shown for a day.
#[derive(Debug)]
pub struct Page<'r> {
    /// All exceptions on the day.
    pub view: View<'r>,
    /// Who must be told what, most urgent first.
    pub items: Vec<Item<'r>>,
    /// The steps with the tracking issues.
    pub tracking: &'r Tracking<'r>,
    /// Whose issues they are.
    pub settings: Settings<'r>,
}

/// One exception with those of its concerns about which somebody must be told.
#[derive(Debug)]
pub struct Item<'r> {
    /// The exception and the people around it.
    pub reminder: &'r Reminder<'r>,
    /// What to tell them.
    pub concerns: Vec<&'r Concern>,
    /// Whom to tell.
    pub people: Vec<&'r Person<'r>>,
}

/// Writes a page in a format.
///
/// # Errors
///
/// If the writer fails.
pub fn render(format: Format, page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::render(page, out),
        Format::Json => json::render(page, out),
        Format::Markdown => markdown::render(page, out),
        Format::GithubPlan => calls::render(page, out),
    }
}

/// The longest piece of an exception's text that is repeated to people, in characters.
const LONGEST: usize = 1000;

/// The longest title, name or place that is repeated, in characters.
const LONGEST_NAME: usize = 200;

/// Returns a text of an exception for people, cut if it is longer.
fn own<'e>(text: Option<&'e Text<'_>>, longest: usize) -> Option<Cow<'e, str>> {
    text.map(|text| Cow::Owned(cut(&escape::folded(text.as_str()), longest).into_owned()))
}

/// Cuts a text after so many characters.
fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    match text.char_indices().nth(longest) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
    }
}

fn title<'e>(reminder: &'e Reminder<'_>) -> Cow<'e, str> {
    own(reminder.exception.title.as_ref(), LONGEST_NAME).unwrap_or(Cow::Borrowed("(no title)"))
}

/// Names people with their parts; `name` writes one in the format's syntax.
fn name_all<'p>(people: impl IntoIterator<Item = &'p Person<'p>>, name: impl Fn(&Person<'_>) -> String) -> String {
    let one = |person: &Person<'_>| {
        let parts: Vec<&str> = person.parts.iter().map(|part| part.name()).collect();
        let left = if person.left { ", has left" } else { "" };
        format!("{} ({}{left})", name(person), parts.join(" and "))
    };
    let named: Vec<String> = people.into_iter().map(one).collect();
    if named.is_empty() { "nobody: the record names no owner".to_owned() } else { named.join(", ") }
}

fn count(page: &Page<'_>) -> String {
    match page.items.len() {
        1 => format!("1 exception needs action, on {}", page.view.today.day),
        many => format!("{many} exceptions need action, on {}", page.view.today.day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("Größe", 5), "Größe");
        assert_eq!(cut("Größe", 3), "Grö…");
    }
}
