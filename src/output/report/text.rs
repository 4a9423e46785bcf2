//! The agenda for a terminal: what is read out in the meeting, in order.

use std::io::{self, Write};

use crate::output::report::{settle, trend, words};
use crate::output::wrap::wrap;
use crate::output::{Look, escape};
use crate::report::{Against, Fault, Item, Meeting, Row, Standing};
use crate::text::counted;

/// Rows of a table of controls.
const ROWS: usize = 10;

/// The longest name in a table, in characters.
const WIDEST: usize = 60;

/// The narrowest column of names in a table, in characters.
const NARROWEST: usize = 20;

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
        self.wrapped("", &decide)?;

        self.section("expired", words::EXPIRED, &agenda.expired, |page, item| page.whole(item, settle::expired))?;
        let until = format!("ending by {}", meeting.until);
        self.section(&until, words::EXPIRING, &agenda.expiring, |page, item| page.whole(item, settle::ending))?;
        self.section("emergencies to review", words::REVIEWS, &agenda.reviews, Self::review)?;
        self.against()?;
        self.slips()?;
        self.faulty()?;
        self.let_be()?;
        let since = format!("since {}", meeting.since);
        self.section(&format!("closed {since}"), "", &agenda.closed, Self::closed)?;
        self.pending()?;
        self.section(&format!("new {since}"), "", &agenda.new, |page, item| page.taken(item, false))?;
        self.section(&format!("renewed {since}"), "", &agenda.renewed, |page, item| page.taken(item, true))?;
        self.section(&format!("rejected {since}"), "", &agenda.rejected, |page, item| page.taken(item, false))?;
        self.holders()?;
        self.trend()?;
        self.figures()?;
        self.remarks()
    }

    fn section(
        &mut self,
        name: &str,
        advice: &str,
        items: &[&Item<'_>],
        one: impl Fn(&mut Self, &Item<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.heading(name, items.len(), advice)?;
        items.iter().try_for_each(|item| one(self, item))
    }

    fn heading(&mut self, name: &str, count: usize, advice: &str) -> io::Result<()> {
        let number = if count == 0 { "none".to_owned() } else { count.to_string() };
        self.line("")?;
        self.line(&self.paint(Paint::Heading, &format!("{name}: {number}")))?;
        if count == 0 || advice.is_empty() {
            return Ok(());
        }
        for line in wrap(advice, "", self.look.width.saturating_sub(2)).lines() {
            self.line(&self.paint(Paint::Quiet, &format!("  {line}")))?;
        }
        Ok(())
    }

    /// Writes an item about which the meeting decides.
    fn whole(&mut self, item: &Item<'_>, settle: fn(&Meeting<'_>, &Item<'_>) -> Vec<String>) -> io::Result<()> {
        self.name(item)?;
        self.state(item, "")?;
        let it = item.exception;
        self.fact("control", words::text(it.control.as_ref()))?;
        self.fact("owner", &owner(item))?;
        self.fact("approver", &words::approver(item))?;
        self.fact("removal", words::text(it.removal.as_ref()))?;
        self.commands(&settle(self.meeting, item))
    }

    /// Writes an item that is new, renewed or rejected, so that nobody has to open the file.
    fn taken(&mut self, item: &Item<'_>, renewed: bool) -> io::Result<()> {
        self.name(item)?;
        self.state(item, "")?;
        let it = item.exception;
        self.fact("control", words::text(it.control.as_ref()))?;
        self.fact("system", &words::system(item))?;
        self.fact("reason", words::reason(item, renewed))?;
        self.fact("worst", words::text(it.risk.statement.as_ref()))?;
        self.fact("term", &words::term(item, renewed, words::iso))?;
        match (item.standing, &item.owner) {
            (Standing::Rejected, None) => self.fact("requester", words::text(it.requester.as_ref()))?,
            _ => self.fact("owner", &owner(item))?,
        }
        self.fact("approver", &words::approver(item))?;
        self.commands(&settle::changed(self.meeting, item))
    }

    /// Writes a closed item.
    fn closed(&mut self, item: &Item<'_>) -> io::Result<()> {
        self.name(item)?;
        let late = words::closed_late(item).map(|late| format!(", {late}")).unwrap_or_default();
        self.state(item, &late)?;
        self.fact("control", words::text(item.exception.control.as_ref()))?;
        self.fact("closure", &words::closure(item))?;
        self.commands(&settle::changed(self.meeting, item))
    }

    /// Writes an emergency that has to be reviewed.
    fn review(&mut self, item: &Item<'_>) -> io::Result<()> {
        self.name(item)?;
        if let Some(review) = item.review {
            let review = self.paint(Paint::Late, &words::review(review, self.meeting.today, words::iso));
            self.line(&format!("    {review}"))?;
        }
        self.state(item, "")?;
        self.fact("owner", &owner(item))?;
        self.commands(&settle::review(self.meeting, item))
    }

    fn against(&mut self) -> io::Result<()> {
        let against = &self.meeting.against;
        self.heading("against the rules", against.len(), words::AGAINST)?;
        for Against { item, path, faults } in against {
            let Some(item) = item else { continue };
            self.name(item)?;
            self.faults(faults, Some(item), path)?;
        }
        Ok(())
    }

    /// Writes the errors of a file, then each command that settles some of them.
    fn faults(&mut self, faults: &[Fault<'_>], item: Option<&Item<'_>>, path: &str) -> io::Result<()> {
        for fault in faults {
            self.fact("error", &format!("{}: {}", fault.finding.rule.id, fault.finding.message))?;
            self.fact("who", &words::who(fault))?;
        }
        settle::faults(self.meeting, faults, item, path).iter().try_for_each(|command| self.command("do", command))
    }

    fn slips(&mut self) -> io::Result<()> {
        let Some(slips) = &self.meeting.slips else { return Ok(()) };
        self.heading(&format!("bypassed the gate since {}", self.meeting.since), slips.len(), words::SLIPS)?;
        for slip in slips {
            let id = self.paint(Paint::Heading, &self.told(slip.id(), slip.path));
            self.line(&format!("  {id}: {}", slip.finding.rule.id))?;
            self.fact("error", &slip.finding.message)?;
            self.fact("commit", &words::commit(slip, words::iso))?;
            self.command("do", &settle::slip(self.meeting, slip))?;
        }
        Ok(())
    }

    fn let_be(&mut self) -> io::Result<()> {
        if self.meeting.let_be.is_empty() {
            return Ok(());
        }
        self.heading("baselines and suppressions", self.meeting.let_be.len(), words::LET_BE)?;
        for it in self.meeting.let_be {
            for line in wrap(&it.what, "", self.look.width.saturating_sub(2)).lines() {
                self.line(&format!("  {line}"))?;
            }
            self.command("do", &it.command)?;
        }
        Ok(())
    }

    fn pending(&mut self) -> io::Result<()> {
        let Some(pending) = self.meeting.pending else { return Ok(()) };
        self.heading("waiting for a decision", pending.requests.len(), words::PENDING)?;
        let stated = |text: &Option<String>| text.clone().unwrap_or_else(|| "not stated".to_owned());
        for request in &pending.requests {
            self.headed(&self.told(&request.id, &request.path), &stated(&request.title))?;
            let tier = request.tier.map(|tier| format!(", tier {}", tier.name())).unwrap_or_default();
            self.wrapped("    ", &format!("{}{tier}", words::asks(request, self.meeting.today)))?;
            self.fact("system", &stated(&request.system))?;
            self.fact("reason", &stated(&request.reason))?;
            self.fact("worst", &stated(&request.worst))?;
            self.fact("term", &words::asked_term(request, words::iso))?;
            self.fact("requester", &words::name(&stated(&request.requester)))?;
            self.fact("approver", &words::name(&stated(&request.approver)))?;
            self.command("do", &settle::request(self.meeting, request))?;
        }
        match pending.left_out {
            0 => Ok(()),
            more => self.line(&format!("  {} were not checked, because they are older", counted(more, "branch"))),
        }
    }

    fn remarks(&mut self) -> io::Result<()> {
        for (at, remark) in self.meeting.remarks.iter().enumerate() {
            if at == 0 {
                self.line("")?;
            }
            self.wrapped("", &clean(remark))?;
        }
        Ok(())
    }

    /// Names what has no item: by its path too where there are several registers.
    fn told(&self, id: &str, path: &str) -> String {
        if self.meeting.homes.is_empty() { clean(id) } else { format!("{} ({})", clean(id), clean(path)) }
    }

    fn name(&mut self, item: &Item<'_>) -> io::Result<()> {
        let id = clean(item.exception.id);
        let id = if item.shares_id { format!("{id} ({})", clean(item.path)) } else { id };
        self.headed(&id, words::text(item.exception.title.as_ref()))
    }

    /// Writes a name with a title, which has a line of its own where both do not fit.
    fn headed(&mut self, name: &str, title: &str) -> io::Result<()> {
        let clean_title = clean(title);
        let fits = name.chars().count() + clean_title.chars().count() + 4 <= self.look.width;
        let name = self.paint(Paint::Heading, name);
        if fits {
            return self.line(&format!("  {name}: {clean_title}"));
        }
        self.line(&format!("  {name}:"))?;
        self.wrapped("    ", &escape::brief(title))
    }

    /// Writes the state of an item in days.
    fn state(&mut self, item: &Item<'_>, more: &str) -> io::Result<()> {
        let (when, doubt) = match item.standing {
            Standing::Unclear => ("unclear".to_owned(), words::doubt(item, words::iso)),
            _ => (words::when(item), None),
        };
        let paint = match item.standing {
            Standing::Expired { .. } => Some(Paint::Late),
            Standing::Unclear | Standing::Expiring { .. } => Some(Paint::Soon),
            _ => None,
        };
        self.painted("    ", &when, paint, &format!("{more}{}", terms(item)))?;
        doubt.map_or(Ok(()), |doubt| self.fact("doubt", &doubt))
    }

    fn fact(&mut self, key: &str, value: &str) -> io::Result<()> {
        self.wrapped(&format!("    {key:9} "), &escape::brief(value))
    }

    /// Writes the commands of which one settles it.
    fn commands(&mut self, commands: &[String]) -> io::Result<()> {
        let mut keys = std::iter::once("do").chain(std::iter::repeat("or"));
        commands.iter().zip(&mut keys).try_for_each(|(command, key)| self.command(key, command))
    }

    /// Writes a command; it is never broken, so that it can be copied.
    fn command(&mut self, key: &str, command: &str) -> io::Result<()> {
        self.line(&format!("    {key:9} {}", escape::line(command)))
    }

    /// Writes a text behind `before`, broken between words below its first line.
    fn wrapped(&mut self, before: &str, text: &str) -> io::Result<()> {
        let width = self.look.width.saturating_sub(before.len());
        let text = wrap(text, "", width);
        for (at, line) in text.lines().enumerate() {
            let before = if at == 0 { before.to_owned() } else { " ".repeat(before.len()) };
            self.line(&format!("{before}{line}"))?;
        }
        if text.is_empty() { self.line(before.trim_end()) } else { Ok(()) }
    }

    /// Writes two texts, the first in a colour, behind `before`, broken between words.
    fn painted(&mut self, before: &str, first: &str, paint: Option<Paint>, rest: &str) -> io::Result<()> {
        let mut left = first.chars().count();
        for line in wrap(&format!("{first}{rest}"), "", self.look.width.saturating_sub(before.len())).lines() {
            let end = line.char_indices().nth(left).map_or(line.len(), |(at, _)| at);
            let start = match paint {
                Some(paint) if end > 0 => self.paint(paint, &line[..end]),
                _ => line[..end].to_owned(),
            };
            self.line(&format!("{before}{start}{}", &line[end..]))?;
            // The break stands for a blank.
            left = left.saturating_sub(line.chars().count() + 1);
        }
        Ok(())
    }

    fn faulty(&mut self) -> io::Result<()> {
        let meeting = self.meeting;
        self.heading("records to fix", meeting.to_mend(), words::MEND)?;
        for file in words::to_mend(meeting) {
            self.line(&format!("  {}", self.paint(Paint::Heading, &clean(file.path))))?;
            if let Some(why) = file.unreadable {
                self.fact("unread", why)?;
            }
            if let Some(doubt) = file.item.and_then(|item| words::doubt(item, words::iso)) {
                self.fact("doubt", &doubt)?;
            }
            match file.faults {
                [] => self.command("do", &settle::check(meeting, file.path))?,
                faults => self.faults(faults, file.item, file.path)?,
            }
        }
        Ok(())
    }

    fn trend(&mut self) -> io::Result<()> {
        let Some(trend) = self.meeting.trend else { return Ok(()) };
        self.line("")?;
        let heading = format!("the {}", words::last_weeks(trend.weeks.len()));
        self.line(&self.paint(Paint::Heading, &heading))?;
        for series in trend::series(trend) {
            let spark = trend::spark(&series, self.look.unicode);
            if spark.is_empty() {
                self.line(&format!("  {:21} {}", series.name, series.difference()))?;
                continue;
            }
            self.line(&format!("  {:21} {spark}", series.name))?;
            self.line(&format!("  {:21} {}", "", series.difference()))?;
        }
        Ok(())
    }

    fn holders(&mut self) -> io::Result<()> {
        self.line("")?;
        self.line(&self.paint(Paint::Heading, "exceptions by owner"))?;
        self.table(&self.meeting.metrics.by_owner, usize::MAX)
    }

    fn figures(&mut self) -> io::Result<()> {
        self.line("")?;
        self.line(&self.paint(Paint::Heading, "figures"))?;
        for (name, value) in words::figures(self.meeting) {
            self.wrapped(&format!("  {name:21} "), &escape::brief(&value))?;
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
        let late = |row: &Row<'_>| match row.expired {
            0 => String::new(),
            expired => format!(", {expired} expired, {} overdue", words::days(row.overdue)),
        };
        let counts = |row: &Row<'_>| format!("  {:3} live, {:3} in force", row.live, row.in_force);
        let longest = |length: &dyn Fn(&Row<'_>) -> usize| shown.iter().map(length).max().unwrap_or_default();
        let beside = longest(&|row| counts(row).chars().count() + late(row).chars().count());
        let room = self.look.width.saturating_sub(2 + beside).max(NARROWEST);
        let width = longest(&|row| name(row).chars().count()).min(room);
        for row in shown {
            let name = wrap(&name(row), "", width);
            let mut lines = name.lines();
            let late = if row.expired > 0 { self.paint(Paint::Late, &late(row)) } else { String::new() };
            self.line(&format!("  {:width$}{}{late}", lines.next().unwrap_or_default(), counts(row)))?;
            lines.try_for_each(|line| self.line(&format!("    {line}")))?;
        }
        match rows.len() - shown.len() {
            0 if rows.is_empty() => self.line("  none"),
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
    format!("{}{left}{manager}", words::name(owner.written))
}
