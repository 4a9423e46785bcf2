//! The agenda for a terminal: what is read out in the meeting, in order.

use std::io::{self, Write};

use crate::output::report::words;
use crate::output::{Look, escape};
use crate::report::{Item, Meeting, Row, Standing};

/// Rows of a table of controls.
const ROWS: usize = 10;

/// The longest name in a table, in characters.
const WIDEST: usize = 60;

/// Writes a meeting.
pub(super) fn render(meeting: &Meeting<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    Page { meeting, look, out }.write()
}

struct Page<'p> {
    meeting: &'p Meeting<'p>,
    look: Look,
    out: &'p mut dyn Write,
}

/// The meaning of a piece of text, for its colour.
#[derive(Clone, Copy)]
enum Paint {
    Heading,
    Late,
    Soon,
    Quiet,
}

impl Page<'_> {
    fn write(&mut self) -> io::Result<()> {
        let meeting = self.meeting;
        let agenda = &meeting.agenda;
        let title = format!("weekly review of {}, changes since {}", meeting.today, meeting.since);
        self.line(&self.paint(Paint::Heading, &title))?;
        let decide = words::to_decide(meeting);
        let decide = if decide.is_empty() { "nothing to decide".to_owned() } else { decide.join(", ") };
        self.line(&decide)?;

        self.section("expired", words::EXPIRED, &agenda.expired, Self::whole)?;
        self.section("ending soon", words::EXPIRING, &agenda.expiring, Self::whole)?;
        let since = format!("since {}", meeting.since);
        self.section(&format!("new {since}"), "", &agenda.new, Self::short)?;
        self.section(&format!("renewed {since}"), "", &agenda.renewed, Self::short)?;
        self.section(&format!("closed {since}"), "", &agenda.closed, Self::short)?;
        if !agenda.rejected.is_empty() {
            self.section(&format!("rejected {since}"), "", &agenda.rejected, Self::short)?;
        }
        self.section("emergencies to review", words::REVIEWS, &agenda.reviews, Self::review)?;
        self.faulty()?;
        self.holders()?;
        self.figures()
    }

    fn section(
        &mut self,
        name: &str,
        advice: &str,
        items: &[&Item<'_>],
        one: fn(&mut Self, &Item<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.heading(name, items.len())?;
        if !items.is_empty() && !advice.is_empty() {
            self.line(&self.paint(Paint::Quiet, &format!("  {advice}")))?;
        }
        items.iter().try_for_each(|item| one(self, item))
    }

    fn heading(&mut self, name: &str, count: usize) -> io::Result<()> {
        let count = if count == 0 { "none".to_owned() } else { count.to_string() };
        self.line("")?;
        self.line(&self.paint(Paint::Heading, &format!("{name}: {count}")))
    }

    /// Writes an item about which the meeting decides.
    fn whole(&mut self, item: &Item<'_>) -> io::Result<()> {
        self.name(item)?;
        let paint = match item.standing {
            Standing::Expired { .. } => Paint::Late,
            _ => Paint::Soon,
        };
        let when = self.paint(paint, &clean(&words::when(item)));
        self.line(&format!("    {when}{}", terms(item)))?;
        let it = item.exception;
        self.fact("control", words::text(it.control.as_ref()))?;
        self.fact("owner", &owner(item))?;
        self.fact("approver", item.approver().unwrap_or("not stated"))?;
        self.fact("removal", words::text(it.removal.as_ref()))
    }

    /// Writes an item of which the meeting takes note.
    fn short(&mut self, item: &Item<'_>) -> io::Result<()> {
        self.name(item)?;
        let late = words::closed_late(item).map(|late| format!(", {late}")).unwrap_or_default();
        self.line(&format!("    {}{late}{}", words::when(item), terms(item)))?;
        let people = match (item.standing, &item.owner) {
            (Standing::Rejected, None) => format!("asked for by {}", words::text(item.exception.requester.as_ref())),
            _ => format!("owner {}", owner(item)),
        };
        let approver = item.approver().unwrap_or("not stated");
        let control = words::text(item.exception.control.as_ref());
        self.line(&format!("    {}", clean(&format!("{people}, approver {approver}"))))?;
        self.line(&format!("    {}", clean(control)))
    }

    /// Writes an emergency that has to be reviewed.
    fn review(&mut self, item: &Item<'_>) -> io::Result<()> {
        self.short(item)?;
        let Some(review) = item.review else { return Ok(()) };
        let review = self.paint(Paint::Late, &words::review(review, self.meeting.today, words::iso));
        self.line(&format!("    {review}"))
    }

    fn name(&mut self, item: &Item<'_>) -> io::Result<()> {
        let id = clean(item.exception.id);
        let id = if item.shares_id { format!("{id} ({})", clean(item.path)) } else { id };
        let title = clean(words::text(item.exception.title.as_ref()));
        self.line(&format!("  {}: {title}", self.paint(Paint::Heading, &id)))
    }

    fn fact(&mut self, key: &str, value: &str) -> io::Result<()> {
        self.line(&format!("    {key:9} {}", clean(value)))
    }

    fn faulty(&mut self) -> io::Result<()> {
        self.heading("records to fix", self.meeting.to_mend())?;
        if self.meeting.to_mend() > 0 {
            self.line(&self.paint(Paint::Quiet, &format!("  {}", words::MEND)))?;
        }
        for file in &self.meeting.unreadable {
            let why = self.paint(Paint::Late, "cannot be read");
            self.line(&format!("  {}: {why}: {}", clean(file.file.path), clean(file.why)))?;
        }
        for item in &self.meeting.agenda.doubtful {
            let doubt = words::doubt(item, words::iso).unwrap_or_default();
            self.line(&format!("  {}: {}", clean(item.path), clean(&doubt)))?;
        }
        Ok(())
    }

    fn holders(&mut self) -> io::Result<()> {
        self.line("")?;
        self.line(&self.paint(Paint::Heading, "who holds how many"))?;
        self.table(&self.meeting.metrics.by_owner, usize::MAX)
    }

    fn figures(&mut self) -> io::Result<()> {
        self.line("")?;
        self.line(&self.paint(Paint::Heading, "figures"))?;
        for (name, value) in words::figures(self.meeting) {
            self.line(&format!("  {name:21} {}", clean(&value)))?;
        }
        let metrics = &self.meeting.metrics;
        for (name, rows) in [("by tier", &metrics.by_tier), ("by control", &metrics.by_control)] {
            self.line("")?;
            self.line(&self.paint(Paint::Heading, name))?;
            self.table(rows, ROWS)?;
        }
        Ok(())
    }

    fn table(&mut self, rows: &[Row<'_>], most: usize) -> io::Result<()> {
        let name = |row: &Row<'_>| {
            let name = clean(row.name.as_deref().unwrap_or("not stated"));
            match name.char_indices().nth(WIDEST) {
                Some((end, _)) => format!("{}…", &name[..end]),
                None => name,
            }
        };
        let shown = &rows[..rows.len().min(most)];
        let width = shown.iter().map(|row| name(row).chars().count()).max().unwrap_or_default();
        for row in shown {
            let late = format!(", {} expired, {} overdue", row.expired, words::days(row.overdue));
            let late = if row.expired > 0 { self.paint(Paint::Late, &late) } else { String::new() };
            self.line(&format!("  {:width$}  {:3} live, {:3} in force{late}", name(row), row.live, row.in_force))?;
        }
        match rows.len() - shown.len() {
            0 if rows.is_empty() => self.line("  nobody and nothing"),
            0 => Ok(()),
            more => self.line(&format!("  and {more} more")),
        }
    }

    fn paint(&self, paint: Paint, text: &str) -> String {
        let code = match paint {
            Paint::Heading => "1",
            Paint::Late => "31",
            Paint::Soon => "33",
            Paint::Quiet => "2",
        };
        if self.look.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }
}

/// Creates a text of an exception fit for a line.
fn clean(text: &str) -> String {
    escape::line(&escape::brief(text)).into_owned()
}

/// Returns the end of the line on when it ends: last day, tier and renewals.
fn terms(item: &Item<'_>) -> String {
    let last = item.last_day.map(|day| format!(", last day {day}")).unwrap_or_default();
    let tier = item.tier().map(|tier| format!(", tier {}", tier.name())).unwrap_or_default();
    let counts = item.live || item.renewals() > 0;
    let renewals = if counts { format!(", renewals {}", words::renewals(item)) } else { String::new() };
    format!("{last}{tier}{renewals}")
}

/// Names the owner and their manager.
fn owner(item: &Item<'_>) -> String {
    let Some(owner) = item.owner else { return "not stated".to_owned() };
    let left = owner.left.map(|day| format!(" (left on {day})")).unwrap_or_default();
    let manager = owner.manager.map(|manager| format!(", manager {manager}")).unwrap_or_default();
    format!("{}{left}{manager}", owner.written)
}
