//! A list for a message or a page that mentions only the people who are told.

use std::io::{self, Write};

use crate::output::escape;
use crate::output::remind::{Item, LONGEST, LONGEST_NAME, Page, count, cut, name_all, own, title};
use crate::remind::{Concern, Person};

/// Writes the reminders.
pub(super) fn render(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    if !page.items.is_empty() {
        writeln!(out, "**{}**\n", count(page))?;
    }
    for Item { reminder, concerns, people } in &page.items {
        let id = escape::markdown_code(reminder.exception.id);
        let facts: Vec<String> = concerns.iter().map(|concern| concern.message(page.view.today.day)).collect();
        let register = page.view.register_of(reminder.path).map(|name| format!(" in {}", escape::markdown_code(name)));
        let register = register.unwrap_or_default();
        writeln!(out, "- {id}{register} **{}**: {}", facts.join("; "), escape::markdown(&title(reminder)))?;
        writeln!(out, "  - tell {}", mentions(people.iter().copied()))?;
        writeln!(out, "  - to do: {}", advices(concerns))?;
        if let Some(removal) = own(reminder.exception.removal.as_ref(), LONGEST) {
            writeln!(out, "  - removal: {}", escape::markdown(&removal))?;
        }
    }
    Ok(())
}

/// Names people so that those with a login are mentioned.
pub(super) fn mentions<'p>(told: impl IntoIterator<Item = &'p Person<'p>>) -> String {
    name_all(told, |person| match person.login {
        Some(login) => format!("@{login}"),
        None => unmentioned(person),
    })
}

/// Names somebody without mentioning them.
pub(super) fn unmentioned(person: &Person<'_>) -> String {
    escape::markdown(&cut(person.name, LONGEST_NAME))
}

/// Returns what to do about all concerns.
pub(super) fn advices(concerns: &[&Concern]) -> String {
    concerns.iter().map(|concern| concern.advice()).collect::<Vec<_>>().join("; ")
}
