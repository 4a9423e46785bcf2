//! A calendar of the last covered days (iCalendar, RFC 5545): an all-day event for each live exception, with an alarm
//! for each reminder that fits its term.
//!
//! The same register gives the same bytes: an event's stamp is the day on which its record was last decided on, not the
//! day of the export.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::output::escape;
use crate::output::export::Export;
use crate::register::{Exception, FileRef, Term, Text};
use crate::time::{Day, Moment};

/// A component that shows nothing: a calendar must have at least one (RFC 5545, section 3.6).
const NOTHING: [&str; 8] = [
    "BEGIN:VTIMEZONE",
    "TZID:Etc/UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
];

/// Writes the calendar.
pub(super) fn render(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    let name = "Security exceptions";
    let head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//stopgap//stopgap//EN", "CALSCALE:GREGORIAN"];
    head.iter().try_for_each(|line| write_line(line, out))?;
    write_line(&format!("NAME:{name}"), out)?;
    write_line(&format!("X-WR-CALNAME:{name}"), out)?;
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut is_empty = true;
    for file in &export.view.register.files {
        let number = seen.entry(file.stem()).and_modify(|number| *number += 1).or_insert(1);
        let exception = export.view.register.exception(file.id).filter(|exception| exception.is_live());
        let term = exception.and_then(|exception| exception.term(export.view.zone, export.view.today));
        if let (Some(exception), Some(term)) = (exception, term) {
            let event = Event { export, file, exception, term, uid: uid(file.stem(), *number) };
            event.lines().iter().try_for_each(|line| write_line(line, out))?;
            is_empty = false;
        }
    }
    if is_empty {
        NOTHING.iter().try_for_each(|line| write_line(line, out))?;
    }
    write_line("END:VCALENDAR", out)
}

fn write_line(line: &str, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(escape::calendar_line(line).as_bytes())
}

/// Names an event permanently, so that a calendar that is read again updates it. If the register has an id twice, the
/// two are distinguished by a character that no id contains.
fn uid(id: &str, number: usize) -> String {
    if number == 1 { format!("{id}@stopgap") } else { format!("{id}/{number}@stopgap") }
}

/// The event of one exception.
struct Event<'e> {
    export: &'e Export<'e>,
    file: &'e FileRef<'e>,
    exception: &'e Exception<'e>,
    term: Term,
    uid: String,
}

impl Event<'_> {
    fn lines(&self) -> Vec<String> {
        let it = self.exception;
        let text = |name: &str, text: &str| format!("{name}:{}", escape::calendar_text(text));
        let title = self.title();
        let kind = if self.term.ended { "Overdue" } else { "Last day" };
        let mut lines = vec![
            "BEGIN:VEVENT".to_owned(),
            text("UID", &escape::line(&self.uid)),
            format!("DTSTAMP:{}T000000Z", basic(self.stamp())),
            format!("SEQUENCE:{}", it.renewals.len() + it.amendments.len()),
            format!("DTSTART;VALUE=DATE:{}", basic(self.term.last_day)),
            text("SUMMARY", &format!("{kind}: {title}")),
            text("DESCRIPTION", &self.description()),
            // Otherwise an all-day event would mark its reader as busy.
            "TRANSP:TRANSPARENT".to_owned(),
        ];
        for days in self.alarms() {
            let when = if days == 1 { "ends tomorrow".to_owned() } else { format!("ends in {days} days") };
            lines.extend(["BEGIN:VALARM".to_owned(), "ACTION:DISPLAY".to_owned()]);
            lines.extend([text("DESCRIPTION", &format!("{title}: {when}")), format!("TRIGGER:-P{days}D")]);
            lines.push("END:VALARM".to_owned());
        }
        lines.push("END:VEVENT".to_owned());
        lines
    }

    fn title(&self) -> String {
        let title = self.exception.title.as_ref().map_or(self.exception.id, Text::as_str);
        escape::line(&escape::folded(title)).into_owned()
    }

    /// Returns the reminders; there are none for what is overdue, since a calendar would ring at once.
    fn alarms(&self) -> Vec<u32> {
        let Export { view, reminders, .. } = self.export;
        if self.term.ended {
            Vec::new()
        } else {
            self.exception.fitting_reminders(view.zone, self.term.last_day, reminders)
        }
    }

    /// Returns the newest day on which the record was decided on.
    fn stamp(&self) -> Day {
        let it = self.exception;
        let renewed = it.renewals.iter().filter_map(|renewal| renewal.decided.as_ref());
        let amended = it.amendments.iter().filter_map(|amendment| amendment.date.as_ref());
        let newest = it.decided.iter().chain(renewed).chain(amended).map(|day| day.value).max();
        newest.or_else(|| it.approved_from(self.export.view.zone)).unwrap_or(self.term.last_day)
    }

    fn description(&self) -> String {
        let it = self.exception;
        let end = it.current_expiry().and_then(|expiry| match expiry.value {
            Moment::Day(_) => None,
            local @ Moment::Local(_) => Some(format!("{local} ({})", self.export.view.zone)),
            instant @ Moment::Instant(_) => Some(instant.to_string()),
        });
        let own = |text: &Option<Text<'_>>| text.as_ref().map(|text| text.as_str().to_owned());
        let facts = [
            ("Ends at", end),
            ("Removal", own(&it.removal)),
            ("Owner", own(&it.owner)),
            ("Control", own(&it.control)),
            ("File", Some(self.file.path.to_owned())),
        ];
        let fact = |(name, text): (&str, Option<String>)| {
            Some(format!("{name}: {}", escape::untagged(&escape::line(&escape::folded(&text?)))))
        };
        facts.into_iter().filter_map(fact).collect::<Vec<_>>().join("\n")
    }
}

/// Writes a day as iCalendar does, without separators.
fn basic(day: Day) -> String {
    day.to_string().replace('-', "")
}
