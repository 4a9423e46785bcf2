//! The agenda for GitHub: an issue, a wiki page, a step summary.
//!
//! A step summary over 1 MiB is dropped as a whole, so what does not fit is counted instead.

use std::io::{self, Write};

use crate::output::escape;
use crate::output::report::words;
use crate::report::{Agenda, Item, Meeting, Row, Standing};

/// The most bytes of a report (GitHub's limit of a step summary).
const LIMIT: usize = 1 << 20;

/// How many of them are reserved for the figures, and for the sentences on what is left out.
const RESERVE: usize = 128 << 10;

/// Rows of a table of figures.
const ROWS: usize = 40;

/// The longest name in a table of figures, in characters.
const WIDEST: usize = 80;

/// Writes a meeting.
pub(super) fn render(meeting: &Meeting<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Agenda { expired, expiring, new, renewed, closed, rejected, reviews, .. } = &meeting.agenda;
    let lists = [expired, expiring, new, renewed, closed, rejected, reviews];
    let topics = lists.iter().filter(|list| !list.is_empty()).count() + usize::from(meeting.to_mend() > 0);
    let mut page = Page { meeting, text: String::new(), topics };
    page.head();
    page.agenda();
    page.faulty();
    page.figures();
    out.write_all(page.text.as_bytes())
}

struct Page<'p> {
    meeting: &'p Meeting<'p>,
    text: String,
    /// How many lists are still to come.
    topics: usize,
}

impl Page<'_> {
    fn head(&mut self) {
        let Meeting { today, since, .. } = self.meeting;
        let decide = words::to_decide(self.meeting);
        let decide = if decide.is_empty() { "nothing to decide".to_owned() } else { decide.join(", ") };
        self.add(&format!("# Weekly review of {today}\n\n**{decide}**; changes since {since}.\n"));
    }

    fn agenda(&mut self) {
        let agenda = &self.meeting.agenda;
        self.section("Expired", words::EXPIRED, &agenda.expired, true);
        self.section("Ending soon", words::EXPIRING, &agenda.expiring, true);
        let since = self.meeting.since;
        self.section(&format!("New since {since}"), "", &agenda.new, false);
        self.section(&format!("Renewed since {since}"), "", &agenda.renewed, false);
        self.section(&format!("Closed since {since}"), "", &agenda.closed, false);
        if !agenda.rejected.is_empty() {
            self.section(&format!("Rejected since {since}"), "", &agenda.rejected, false);
        }
        self.section("Emergencies to review", words::REVIEWS, &agenda.reviews, true);
    }

    fn section(&mut self, name: &str, advice: &str, items: &[&Item<'_>], removal: bool) {
        self.heading(name, items.len());
        if items.is_empty() {
            return;
        }
        if !advice.is_empty() {
            self.add(&format!("\n{advice}\n"));
        }
        let (head, line) = if removal { (" Removal |", "---|") } else { ("", "") };
        self.add(&format!(
            "\n| Exception | When | Tier | Renewals | Owner | Approver | Control |{head}\n|---|---|---|---|---|---|---|{line}\n"
        ));
        let today = self.meeting.today;
        self.lines(items.iter().map(|item| {
            let removal = if removal {
                format!(" {} |", clean(words::text(item.exception.removal.as_ref())))
            } else {
                String::new()
            };
            let review = item.review.map(|review| words::review(review, today, words::iso)).unwrap_or_default();
            format!("{}{removal}\n", cells(item, &review))
        }));
    }

    fn heading(&mut self, name: &str, count: usize) {
        let count = if count == 0 { "none".to_owned() } else { count.to_string() };
        self.add(&format!("\n## {name}: {count}\n"));
    }

    fn faulty(&mut self) {
        let meeting = self.meeting;
        self.heading("Records to fix", meeting.to_mend());
        if meeting.to_mend() == 0 {
            return;
        }
        self.add(&format!("\n{}\n\n| File | What is wrong |\n|---|---|\n", words::MEND));
        let unread = meeting.unreadable.iter();
        let line = |path: &str, why: &str| format!("| {} | **cannot be read**: {} |\n", clean(path), clean(why));
        let unread = unread.map(|unreadable| line(unreadable.file.path, unreadable.why));
        let doubtful = meeting.agenda.doubtful.iter();
        let doubtful = doubtful.map(|item| {
            format!("| {} | {} |\n", clean(item.path), clean(&words::doubt(item, words::iso).unwrap_or_default()))
        });
        self.lines(unread.chain(doubtful));
    }

    fn figures(&mut self) {
        let metrics = &self.meeting.metrics;
        self.add("\n## Who holds how many\n");
        self.table("Owner", &metrics.by_owner);
        self.add("\n## Figures\n\n| Figure | |\n|---|---|\n");
        for (name, value) in words::figures(self.meeting) {
            self.add(&format!("| {name} | {} |\n", clean(&value)));
        }
        self.add("");
        self.table("Tier", &metrics.by_tier);
        self.table("Control", &metrics.by_control);
    }

    fn table(&mut self, of: &str, rows: &[Row<'_>]) {
        if rows.is_empty() {
            return self.add("\nnobody and nothing\n");
        }
        self.add(&format!(
            "\n| {of} | Live | In force | Expired | Days overdue | Renewals |\n|---|--:|--:|--:|--:|--:|\n"
        ));
        for row in rows.iter().take(ROWS) {
            let name: String = row.name.as_deref().unwrap_or("not stated").chars().take(WIDEST).collect();
            let Row { live, in_force, expired, overdue, renewals, .. } = row;
            self.add(&format!(
                "| {} | {live} | {in_force} | {expired} | {overdue} | {renewals} |\n",
                escape::markdown(&name)
            ));
        }
        if let Some(more) = rows.len().checked_sub(ROWS).filter(|more| *more > 0) {
            self.add(&format!("\nand {more} more\n"));
        }
    }

    /// Adds the lines of a topic as long as they fit, and says how many do not. Each may take an equal share of the
    /// space that those before it have left, so that a long list of expired ones does not hide anything that can still
    /// be saved.
    fn lines(&mut self, lines: impl Iterator<Item = String>) {
        let share = (LIMIT - RESERVE).saturating_sub(self.text.len()) / self.topics.max(1);
        let end = self.text.len() + share;
        self.topics = self.topics.saturating_sub(1);
        let mut left_out = 0;
        for line in lines {
            if left_out > 0 || self.text.len() + line.len() > end {
                left_out += 1;
            } else {
                self.add(&line);
            }
        }
        if left_out > 0 {
            self.add(&format!("\n{left_out} more are left out, because GitHub does not show longer pages.\n"));
        }
    }

    fn add(&mut self, text: &str) {
        self.text.push_str(text);
    }
}

/// Returns the cells of an item, in the order of the columns.
fn cells(item: &Item<'_>, review: &str) -> String {
    let it = item.exception;
    let path = if item.shares_id { format!("<br>{}", clean(item.path)) } else { String::new() };
    let mut when = vec![clean(&words::when(item))];
    when.extend(item.last_day.filter(|_| item.live).map(|day| format!("last day {day}")));
    when.extend(words::closed_late(item));
    when.extend(Some(review.to_owned()).filter(|review| !review.is_empty()));
    let bold = if matches!(item.standing, Standing::Expired { .. }) { "**" } else { "" };
    let first = format!("{bold}{}{bold}", when.remove(0));
    let when: Vec<String> = std::iter::once(first).chain(when).collect();
    let renewals = if item.live || item.renewals() > 0 { words::renewals(item) } else { String::new() };
    format!(
        "| **{}**<br>{}{path} | {} | {} | {renewals} | {} | {} | {} |",
        clean(words::text(it.title.as_ref())),
        clean(it.id),
        when.join("<br>"),
        item.tier().map_or("", |tier| tier.name()),
        owner(item),
        clean(item.approver().unwrap_or("not stated")),
        clean(words::text(it.control.as_ref())),
    )
}

fn owner(item: &Item<'_>) -> String {
    let Some(owner) = item.owner else { return "not stated".to_owned() };
    let left = owner.left.map(|day| format!("<br>left on {day}")).unwrap_or_default();
    let manager = owner.manager.map(|manager| format!("<br>manager {}", clean(manager))).unwrap_or_default();
    format!("{}{left}{manager}", clean(owner.written))
}

/// Creates a text of an exception fit for a cell.
fn clean(text: &str) -> String {
    escape::markdown(&escape::brief(text))
}
