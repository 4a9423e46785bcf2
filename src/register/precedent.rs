//! What was requested before: the earlier exceptions and refusals for the same control or system, and how each ended.
//!
//! The requester, the approver and the gate see the same list. Two systems are the same if they look the same, and
//! two controls if they have the same id, as everywhere.

use std::cmp::Reverse;

use crate::register::{Controls, Exception, Status, control_key};
use crate::text::look_alike::name_key;
use crate::text::{counted, shown};
use crate::time::{Day, Today, Zone};

/// What two requests for the same thing share.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    control: String,
    system: String,
}

/// What an earlier exception has in common with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Common {
    /// The control and the system: the same thing was requested.
    Both,
    /// The system alone.
    System,
    /// The control alone.
    Control,
}

/// An earlier exception or refusal.
#[derive(Clone, Copy, Debug)]
pub struct Precedent<'r, 'a> {
    /// The exception.
    pub exception: &'r Exception<'a>,
    /// What it has in common with the request.
    pub common: Common,
}

impl Subject {
    /// Creates the subject of a control and a system as people write them; either may be empty.
    #[must_use]
    pub fn new(control: &str, system: &str, controls: Option<&Controls>) -> Self {
        Self { control: control_key(control, controls).into_owned(), system: name_key(system) }
    }

    /// Returns the subject of an exception; what it does not say is empty.
    #[must_use]
    pub fn of(exception: &Exception<'_>, controls: Option<&Controls>) -> Self {
        let control = exception.control.as_ref().map_or("", |control| control.as_str());
        let system = exception.scope.system.as_ref().map_or("", |system| system.as_str());
        Self::new(control, system, controls)
    }

    /// Tells whether both parts are known.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.control.is_empty() && !self.system.is_empty()
    }

    /// Returns what it has in common with another one, if anything.
    #[must_use]
    pub fn common(&self, other: &Self) -> Option<Common> {
        let control = !self.control.is_empty() && self.control == other.control;
        let system = !self.system.is_empty() && self.system == other.system;
        match (control, system) {
            (true, true) => Some(Common::Both),
            (false, true) => Some(Common::System),
            (true, false) => Some(Common::Control),
            (false, false) => None,
        }
    }
}

impl Common {
    /// Returns what is the same, for a sentence such as `earlier for the same system`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Both => "control and system",
            Self::System => "system",
            Self::Control => "control",
        }
    }
}

impl Precedent<'_, '_> {
    /// Says in a few words what became of it: refused, closed, in force, overdue, and how often it was renewed. Texts
    /// of the record are shortened; the caller that prints the line escapes it.
    #[must_use]
    pub fn outcome(&self, zone: Zone, today: Today) -> String {
        outcome(self.exception, zone, today)
    }

    /// Returns the id and the outcome in a line.
    #[must_use]
    pub fn line(&self, zone: Zone, today: Today) -> String {
        format!("`{}`, {}", shown(self.exception.id), self.outcome(zone, today))
    }
}

/// The exceptions of a register by what they are about.
#[derive(Clone, Debug)]
pub struct Precedents<'r, 'a>(Vec<(Subject, &'r Exception<'a>)>);

impl<'r, 'a> Precedents<'r, 'a> {
    /// Reads what each exception is about.
    #[must_use]
    pub fn new(exceptions: impl IntoIterator<Item = &'r Exception<'a>>, controls: Option<&Controls>) -> Self {
        Self(exceptions.into_iter().map(|exception| (Subject::of(exception, controls), exception)).collect())
    }

    /// Lists what came before a request: what is most alike first, then the newest. `id` is the request itself, which
    /// is left out.
    #[must_use]
    pub fn of(&self, subject: &Subject, id: &str) -> Vec<Precedent<'r, 'a>> {
        let others = self.0.iter().filter(|(_, exception)| exception.id != id);
        let precedent = |(other, exception): &(Subject, &'r Exception<'a>)| {
            subject.common(other).map(|common| Precedent { exception, common })
        };
        let mut found: Vec<Precedent<'r, 'a>> = others.filter_map(precedent).collect();
        found.sort_by_key(|it| (it.common, Reverse(last_decision(it.exception)), it.exception.id));
        found
    }
}

/// Returns the day of the last decision: that of the last renewal, otherwise the exception's own.
fn last_decision(exception: &Exception<'_>) -> Option<Day> {
    let renewed = exception.renewals.iter().filter_map(|renewal| renewal.decided.as_ref());
    exception.decided.iter().chain(renewed).map(|day| day.value).max()
}

fn outcome(exception: &Exception<'_>, zone: Zone, today: Today) -> String {
    let by = |text: &Option<crate::register::Text<'_>>| {
        text.as_ref().map(|name| format!(" by {}", shown(name.as_str()))).unwrap_or_default()
    };
    let on = |day: Option<Day>| day.map(|day| format!(" on {day}")).unwrap_or_default();
    let renewed = match exception.renewals.len() {
        0 => String::new(),
        1 => ", renewed once".to_owned(),
        count => format!(", renewed {}", counted(count as i64, "time")),
    };
    if exception.is(&[Status::Rejected]) {
        let day = exception.decided.as_ref().map(|day| day.value);
        let note = exception.reviews.last().and_then(|review| review.note.as_ref());
        let note = note.map(|note| format!(": {}", shown(note.as_str()))).unwrap_or_default();
        return format!("refused{}{}{note}", by(&exception.approver), on(day));
    }
    if exception.is(&[Status::Closed]) {
        let closure = exception.closure.as_ref();
        let day = closure.and_then(|closure| closure.date.as_ref()).map(|day| day.value);
        return format!("closed{}{}{renewed}", closure.map_or_else(String::new, |it| by(&it.by)), on(day));
    }
    match exception.term(zone, today) {
        Some(term) if term.ended => format!("ended on {}, but is not closed{renewed}", term.last_day),
        Some(term) if exception.is_live() => format!("valid until {}{renewed}", term.last_day),
        Some(term) => format!("to end on {}, without a readable status{renewed}", term.last_day),
        None => format!("without an end{renewed}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml;

    const TEXTS: [(&str, &str); 8] = [
        (
            "refused",
            "control: ACC-07 x\nscope: {system: SFTP hr-01}\napprover: '@mei'\ndecided: 2026-10-01\nstatus: rejected\nreviews: [{date: 2026-10-01, by: '@mei', note: Use the export.}]\n",
        ),
        (
            "closed",
            "control: acc-07\nscope: {system: sftp-hr-01}\ndecided: 2026-09-01\nstatus: closed\nexpires: 2026-09-08\nrenewals: [{decided: 2026-10-08, expires: 2026-10-15}, {decided: 2026-10-15, expires: 2026-10-20}]\nclosure: {date: 2026-10-18, by: '@luis'}\n",
        ),
        (
            "elsewhere",
            "control: ACC-07 x\nscope: {system: crm}\ndecided: 2026-11-20\nstatus: active\nexpires: 2026-11-30\n",
        ),
        (
            "overdue",
            "control: NET-01 y\nscope: {system: sftp hr 01}\ndecided: 2026-11-01\nstatus: active\nexpires: 2026-11-08\nrenewals: [{decided: 2026-11-08, expires: 2026-11-15}]\n",
        ),
        ("other", "control: NET-01 y\nscope: {system: crm}\nstatus: active\n"),
        ("empty", "title: nothing\n"),
        ("misspelt", "scope: {system: erp}\nstatus: aktive\nexpires: 2026-11-30\n"),
        ("unproven", "scope: {system: mail}\nstatus: closed\nexpires: 2026-11-01\n"),
    ];

    fn register() -> Vec<Exception<'static>> {
        let read = |(id, text)| Exception::from_node(FileId(0), id, yaml::parse(text).unwrap());
        TEXTS.into_iter().map(read).collect()
    }

    #[test]
    fn what_is_most_alike_comes_first_and_the_newest_before_older_ones() {
        let today = Today::parse("2026-11-23", Zone::UTC).unwrap();
        let register = register();
        let list = |control: &str, system: &str, id: &str| {
            let subject = Subject::new(control, system, None);
            let line = |it: Precedent<'_, '_>| {
                format!("{} ({}): {}", it.exception.id, it.common.name(), it.outcome(Zone::UTC, today))
            };
            Precedents::new(&register, None).of(&subject, id).into_iter().map(line).collect::<Vec<_>>()
        };
        assert_eq!(
            list("ACC-07 Vendors hold no access", "sftp-hr-01", ""),
            [
                "closed (control and system): closed by @luis on 2026-10-18, renewed 2 times",
                "refused (control and system): refused by @mei on 2026-10-01: Use the export.",
                "overdue (system): ended on 2026-11-15, but is not closed, renewed once",
                "elsewhere (control): valid until 2026-11-30",
            ]
        );
        assert_eq!(list("ACC-07", "", "elsewhere").len(), 2);
        assert_eq!(
            list("", "crm", ""),
            ["elsewhere (system): valid until 2026-11-30", "other (system): without an end"]
        );
        assert_eq!(list("", "erp", ""), ["misspelt (system): to end on 2026-11-30, without a readable status"]);
        assert_eq!(list("", "mail", ""), ["unproven (system): closed"]);
        assert_eq!(list("", " ", ""), [""; 0]);
    }

    #[test]
    fn systems_that_look_the_same_are_the_same() {
        let of = |control: &str, system: &str| Subject::new(control, system, None);
        assert_eq!(of("ACC-07 x", "sftp-hr-01").common(&of("acc-07", "ЅFTP HR 01")), Some(Common::Both));
        let exception = &register()[0];
        let line = Precedent { exception, common: Common::Both };
        let today = Today::parse("2026-11-23", Zone::UTC).unwrap();
        assert_eq!(line.line(Zone::UTC, today), "`refused`, refused by @mei on 2026-10-01: Use the export.");
        assert!(of("ACC-07", "sftp").is_whole() && !of("ACC-07", "").is_whole() && !of(" ", "sftp").is_whole());
    }
}
