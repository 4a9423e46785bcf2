//! A few lines per exception, then one line of counts.

use std::io::{self, Write};

use crate::output::escape;
use crate::output::remind::{Item, LONGEST, Page, count, cut, name_all, own, title};

/// Writes the reminders.
pub(super) fn render(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    for Item { reminder, concerns, people } in &page.items {
        let exception = reminder.exception;
        writeln!(out, "{}", escape::line(&format!("{}: {}", exception.id, title(reminder))))?;
        let mut facts: Vec<(&str, String)> =
            concerns.iter().map(|concern| ("due", concern.message(page.view.today.day))).collect();
        let name = |person: &crate::remind::Person<'_>| match person.login {
            Some(login) => format!("@{login}"),
            None => cut(person.name, LONGEST).into_owned(),
        };
        facts.push(("tell", name_all(people.iter().copied(), name)));
        facts.extend(own(exception.removal.as_ref(), LONGEST).map(|removal| ("removal", removal.into_owned())));
        facts.push(("file", reminder.path.to_owned()));
        for (key, value) in facts {
            writeln!(out, "  {key:8} {}", escape::line(&value))?;
        }
        writeln!(out)?;
    }
    if !page.items.is_empty() {
        writeln!(out, "{}", count(page))?;
    }
    Ok(())
}
