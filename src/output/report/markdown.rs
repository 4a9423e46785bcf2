//! The agenda for GitHub: an issue, a wiki page, a step summary.
//!
//! A step summary over 1 MiB is dropped as a whole, so what does not fit is counted instead.

use std::io::{self, Write};

use crate::output::escape;
use crate::output::report::{settle, trend, words};
use crate::report::{Agenda, Fault, Item, LetBe, Meeting, Row, Standing};
use crate::text::counted;

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
    let lists = [expired, expiring, new, renewed, closed, rejected, reviews].map(Vec::len);
    let slips = meeting.slips.as_ref().map_or(0, Vec::len);
    let pending = meeting.pending.map_or(0, |pending| pending.requests.len());
    let others = [meeting.against.len(), slips, meeting.to_mend(), meeting.let_be.len(), pending];
    let topics = lists.iter().chain(&others).filter(|count| **count > 0).count();
    let mut page = Page { meeting, text: String::new(), topics };
    page.head();
    page.agenda();
    page.trend();
    page.figures();
    page.remarks();
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
        self.section("Expired", words::EXPIRED, &agenda.expired, settle::expired);
        let until = format!("Ending by {}", self.meeting.until);
        self.section(&until, words::EXPIRING, &agenda.expiring, settle::ending);
        self.section("Emergencies to review", words::REVIEWS, &agenda.reviews, settle::review);
        self.against();
        self.slips();
        self.faulty();
        self.let_be();
        self.closed();
        self.pending();
        let since = self.meeting.since;
        self.taken(&format!("New since {since}"), &agenda.new, false);
        self.taken(&format!("Renewed since {since}"), &agenda.renewed, true);
        self.taken(&format!("Rejected since {since}"), &agenda.rejected, false);
    }

    /// Writes a table: its heading with the number of rows, what to do about them, and the columns.
    fn topic(&mut self, name: &str, advice: &str, columns: &[&str], rows: impl ExactSizeIterator<Item = String>) {
        self.rows(name, advice, columns, rows.len(), rows);
    }

    fn rows(&mut self, name: &str, advice: &str, columns: &[&str], count: usize, rows: impl Iterator<Item = String>) {
        self.heading(name, count);
        if count == 0 {
            return;
        }
        if !advice.is_empty() {
            self.add(&format!("\n{advice}\n"));
        }
        self.add(&format!("\n| {} |\n{}|\n", columns.join(" | "), "|---".repeat(columns.len())));
        self.lines(rows);
    }

    fn section(
        &mut self,
        name: &str,
        advice: &str,
        items: &[&Item<'_>],
        settle: fn(&Meeting<'_>, &Item<'_>) -> Vec<String>,
    ) {
        let columns = ["Exception", "When", "Tier", "Renewals", "Owner", "Approver", "Control", "Removal", "Do"];
        let (meeting, today) = (self.meeting, self.meeting.today);
        self.topic(
            name,
            advice,
            &columns,
            items.iter().map(|item| {
                let removal = clean(words::text(item.exception.removal.as_ref()));
                let review = item.review.map(|review| words::review(review, today, words::iso)).unwrap_or_default();
                format!("{} {removal} | {} |\n", cells(item, &review), commands(&settle(meeting, item)))
            }),
        );
    }

    fn against(&mut self) {
        let meeting = self.meeting;
        let against = &meeting.against;
        let columns = ["Exception", "Rule and what is wrong", "Who must act", "Do"];
        self.topic(
            "Against the rules",
            words::AGAINST,
            &columns,
            against.iter().map(|one| {
                let name = one.item.map_or_else(|| clean(one.path), name);
                format!("| {name} | {} |\n", faults(meeting, &one.faults, one.item, one.path))
            }),
        );
    }

    fn slips(&mut self) {
        let meeting = self.meeting;
        let Some(slips) = &meeting.slips else { return };
        let name = format!("Bypassed the gate since {}", self.meeting.since);
        self.topic(
            &name,
            words::SLIPS,
            &["File", "Rule and what is wrong", "Commit", "Do"],
            slips.iter().map(|slip| {
                let (rule, message) =
                    (slip.finding.rule.id, escape::markdown_message(&escape::brief(&slip.finding.message)));
                let commit = clean(&words::commit(slip, words::iso));
                let settle = commands(&[settle::slip(meeting, slip)]);
                format!("| {} | {rule}<br>{message} | {commit} | {settle} |\n", clean(slip.path))
            }),
        );
    }

    fn closed(&mut self) {
        let meeting = self.meeting;
        let columns = ["Exception", "When", "Closure", "Control", "Do"];
        let name = format!("Closed since {}", self.meeting.since);
        self.topic(
            &name,
            "",
            &columns,
            self.meeting.agenda.closed.iter().map(|item| {
                let when: Vec<String> =
                    std::iter::once(clean(&words::when(item))).chain(words::closed_late(item)).collect();
                let control = clean(words::text(item.exception.control.as_ref()));
                let settle = commands(&settle::changed(meeting, item));
                let closure = clean(&words::closure(item));
                format!("| {} | {} | {closure} | {control} | {settle} |\n", self::name(item), when.join("<br>"))
            }),
        );
    }

    fn let_be(&mut self) {
        let list = self.meeting.let_be;
        if !list.is_empty() {
            let row =
                |it: &LetBe| format!("| {} | {} |\n", clean(&it.what), commands(std::slice::from_ref(&it.command)));
            self.topic("Baselines and suppressions", words::LET_BE, &["What is ignored", "Do"], list.iter().map(row));
        }
    }

    fn pending(&mut self) {
        let meeting = self.meeting;
        let Some(pending) = meeting.pending else { return };
        let columns = [
            "Exception",
            "What waits",
            "Tier",
            "Term",
            "System",
            "Reason",
            "Worst case",
            "Requested by",
            "Approver",
            "Do",
        ];
        let today = self.meeting.today;
        let stated = |text: &Option<String>| clean(&words::name(text.as_deref().unwrap_or("not stated")));
        self.topic(
            "Waiting for a decision",
            words::PENDING,
            &columns,
            pending.requests.iter().map(|it| {
                let cells = [
                    format!("**{}**<br>{}{}", stated(&it.title), clean(&it.id), path(meeting, &it.path)),
                    clean(&words::asks(it, today)),
                    it.tier.map_or("", |tier| tier.name()).to_owned(),
                    words::asked_term(it, words::iso),
                    stated(&it.system),
                    stated(&it.reason),
                    stated(&it.worst),
                    stated(&it.requester),
                    stated(&it.approver),
                    commands(&[settle::request(meeting, it)]),
                ];
                format!("| {} |\n", cells.join(" | "))
            }),
        );
        if pending.left_out > 0 {
            self.add(&format!("\n{} were not checked, because they are older.\n", counted(pending.left_out, "branch")));
        }
    }

    /// Writes what is new, renewed or rejected, so that nobody has to open the file.
    fn taken(&mut self, name: &str, items: &[&Item<'_>], renewed: bool) {
        let meeting = self.meeting;
        let columns = [
            "Exception",
            "When",
            "Tier",
            "Renewals",
            "Owner",
            "Approver",
            "Control",
            "System",
            "Reason",
            "Worst case",
            "Term",
            "Do",
        ];
        self.topic(
            name,
            "",
            &columns,
            items.iter().map(|item| {
                let more = [
                    clean(&words::system(item)),
                    clean(words::reason(item, renewed)),
                    clean(words::text(item.exception.risk.statement.as_ref())),
                    words::term(item, renewed, words::iso),
                    commands(&settle::changed(meeting, item)),
                ];
                format!("{} {} |\n", cells(item, ""), more.join(" | "))
            }),
        );
    }

    fn trend(&mut self) {
        let Some(trend) = self.meeting.trend else { return };
        self.add(&format!("\n## The {}\n\n| Figure | | Week |\n|---|---|---|\n", words::last_weeks(trend.weeks.len())));
        for series in trend::series(trend) {
            self.add(&format!("| {} | {} | {} |\n", series.name, trend::spark(&series, true), series.difference()));
        }
    }

    fn remarks(&mut self) {
        for remark in self.meeting.remarks {
            self.add(&format!("\n{}\n", escape::markdown_message(&escape::brief(remark))));
        }
    }

    fn heading(&mut self, name: &str, count: usize) {
        let count = if count == 0 { "none".to_owned() } else { count.to_string() };
        self.add(&format!("\n## {name}: {count}\n"));
    }

    fn faulty(&mut self) {
        let meeting = self.meeting;
        let files = words::to_mend(meeting);
        self.rows(
            "Records to fix",
            words::MEND,
            &["File", "What is wrong", "Who must act", "Do"],
            files.len(),
            files.iter().map(|file| {
                let unread = file.unreadable.map(|why| format!("**cannot be read**: {}", clean(why)));
                let doubt = file.item.and_then(|item| words::doubt(item, words::iso)).map(|doubt| clean(&doubt));
                let first: Vec<String> = unread.into_iter().chain(doubt).collect();
                let rest = match file.faults {
                    [] => format!(" | | {}", commands(&[settle::check(meeting, file.path)])),
                    found => {
                        let gap = if first.is_empty() { "" } else { "<br>" };
                        format!("{gap}{}", faults(meeting, found, file.item, file.path))
                    }
                };
                format!("| {} | {}{rest} |\n", clean(file.path), first.join("<br>"))
            }),
        );
    }

    fn figures(&mut self) {
        let metrics = &self.meeting.metrics;
        self.add("\n## Exceptions by owner\n");
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
            return self.add(&format!("\n{of}: none\n"));
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
    let mut when = vec![clean(&words::when(item))];
    when.extend(item.last_day.filter(|_| item.live).map(|day| format!("last day {day}")));
    when.extend(words::closed_late(item));
    when.extend(Some(review.to_owned()).filter(|review| !review.is_empty()));
    let bold = if matches!(item.standing, Standing::Expired { .. }) { "**" } else { "" };
    let first = format!("{bold}{}{bold}", when.remove(0));
    let when: Vec<String> = std::iter::once(first).chain(when).collect();
    let renewals = if item.live || item.renewals() > 0 { words::renewals(item) } else { String::new() };
    format!(
        "| {} | {} | {} | {renewals} | {} | {} | {} |",
        name(item),
        when.join("<br>"),
        item.tier().map_or("", |tier| tier.name()),
        owner(item),
        clean(&words::approver(item)),
        clean(words::text(it.control.as_ref())),
    )
}

/// Names an exception.
fn name(item: &Item<'_>) -> String {
    let path = if item.shares_id { format!("<br>{}", clean(item.path)) } else { String::new() };
    format!("**{}**<br>{}{path}", clean(words::text(item.exception.title.as_ref())), clean(item.exception.id))
}

/// Returns the path of what has no item, where there are several registers.
fn path(meeting: &Meeting<'_>, path: &str) -> String {
    if meeting.homes.is_empty() { String::new() } else { format!("<br>{}", clean(path)) }
}

/// Returns three cells about errors: what is wrong, who must act, and the commands.
fn faults(meeting: &Meeting<'_>, faults: &[Fault<'_>], item: Option<&Item<'_>>, path: &str) -> String {
    let message = |fault: &Fault<'_>| {
        let message = escape::markdown_message(&escape::brief(&fault.finding.message));
        format!("{}<br>{message}", fault.finding.rule.id)
    };
    let who = |fault: &Fault<'_>| escape::markdown_message(&escape::brief(&words::who(fault)));
    let whats: Vec<String> = faults.iter().map(message).collect();
    let whos: Vec<String> = faults.iter().map(who).collect();
    let settle = commands(&settle::faults(meeting, faults, item, path));
    format!("{} | {} | {settle}", whats.join("<br>"), whos.join("<br>"))
}

/// Writes commands of which one settles it.
fn commands(commands: &[String]) -> String {
    let codes: Vec<String> = commands.iter().map(|command| escape::markdown_code(command)).collect();
    codes.join("<br>")
}

fn owner(item: &Item<'_>) -> String {
    let Some(owner) = item.owner else { return "not stated".to_owned() };
    let left = owner.left.map(|day| format!("<br>left on {day}")).unwrap_or_default();
    let manager = owner.manager.map(|manager| format!("<br>manager {}", clean(manager))).unwrap_or_default();
    format!("{}{left}{manager}", clean(&words::name(owner.written)))
}

/// Creates a text of an exception fit for a cell.
fn clean(text: &str) -> String {
    escape::markdown(&escape::brief(text))
}
