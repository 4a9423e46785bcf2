//! Earlier requests for the same thing, in a few lines.

use crate::card::Subject;
use crate::history::Changes;
use crate::register::precedent::{self, Common, Precedent, Precedents};
use crate::register::{Exception, Register, Status};
use crate::rules::Judge;
use crate::time::Day;

/// How many precedents are listed.
const LISTED: usize = 3;

/// How long a refusal is mentioned, in days.
const REMEMBERED: i64 = 365;

/// The precedents of the requests that cards are made of.
pub(super) struct Before<'r> {
    precedents: Precedents<'r, 'r>,
    /// Whether the requests are judged today, so that all others came before.
    is_open: bool,
}

impl<'r> Before<'r> {
    /// Reads what came before a change, or before the records of a register.
    pub(super) fn new(judge: &Judge, register: &'r Register<'r>, changes: Option<&Changes<'_>>) -> Self {
        // All requests of one change are made at once.
        let is_here = |exception: &&Exception<'_>| changes.is_none_or(|changes| !changes.adds(exception.file));
        let exceptions = register.exceptions().filter(is_here);
        Self { precedents: Precedents::new(exceptions, judge.controls.as_ref()), is_open: changes.is_some() }
    }

    /// Lists the precedents of a request: refusals first.
    fn of(&self, subject: Subject, exception: &Exception<'_>, judge: &Judge) -> Vec<Precedent<'r, 'r>> {
        if !matches!(subject, Subject::Entry | Subject::Renewal(_)) {
            return Vec::new();
        }
        let about = precedent::Subject::of(exception, judge.controls.as_ref());
        let mut found = self.precedents.of(&about, exception.id);
        let asked = asked_on(subject, exception).filter(|_| !self.is_open);
        found.retain(|it| asked.is_none_or(|asked| decided(it.exception).is_none_or(|day| day <= asked)));
        found.sort_by_key(|it| (it.common, !is_refused(it.exception)));
        found
    }

    /// Returns the lines: each of the same control and system with what became of it, and how many others there are.
    pub(super) fn lines(&self, subject: Subject, exception: &Exception<'_>, judge: &Judge) -> Vec<String> {
        let found = self.of(subject, exception, judge);
        let count = |common: Common| found.iter().filter(|it| it.common == common).count();
        let both = found.iter().filter(|it| it.common == Common::Both).take(LISTED);
        let mut lines: Vec<String> = both
            .map(|it| format!("for the same {}: {}", it.common.name(), it.line(judge.policy.timezone, judge.today)))
            .collect();
        let rest = [
            (count(Common::Both).saturating_sub(LISTED), "for both"),
            (count(Common::System), "for the system"),
            (count(Common::Control), "for the control"),
        ];
        let rest: Vec<String> =
            rest.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        if !rest.is_empty() {
            let more = if lines.is_empty() { "earlier" } else { "more" };
            lines.push(format!("{more}: {}", rest.join(", ")));
        }
        lines
    }

    /// Returns whether the same was refused within a year before.
    pub(super) fn is_asked_again(&self, subject: Subject, exception: &Exception<'_>, judge: &Judge) -> bool {
        let asked = asked_on(subject, exception).unwrap_or(judge.today.day);
        let is_recent = |day: Day| (0..=REMEMBERED).contains(&day.days_until(asked));
        let found = self.of(subject, exception, judge);
        found.iter().any(|it| {
            it.common == Common::Both && is_refused(it.exception) && decided(it.exception).is_some_and(is_recent)
        })
    }
}

fn is_refused(exception: &Exception<'_>) -> bool {
    exception.is(&[Status::Rejected])
}

fn decided(exception: &Exception<'_>) -> Option<Day> {
    exception.decided.as_ref().map(|day| day.value)
}

fn asked_on(subject: Subject, exception: &Exception<'_>) -> Option<Day> {
    match subject {
        Subject::Renewal(at) => exception.renewals.get(at)?.decided.as_ref().map(|day| day.value),
        _ => decided(exception),
    }
}
