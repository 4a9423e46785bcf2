//! What was asked for before the entries that a change brings, in the lines below a gate's report.

use crate::history::{Change, Changes};
use crate::register::precedent::{Common, Precedents, Subject};
use crate::register::{Exception, Register, Status};
use crate::rules::Judge;
use crate::text::shown;

/// The entries of a change whose precedents are listed: an import brings hundreds, which nobody decides one by one.
const ENTRIES: usize = 5;

/// The precedents of an entry that are listed.
const LISTED: usize = 3;

/// Returns a line for each earlier exception for the same control and system as one that a change asks for, and one that
/// counts those for the same control or system alone.
pub(super) fn lines(changes: &Changes<'_>, register: &Register<'_>, judge: &Judge) -> Vec<String> {
    let asked: Vec<&Exception<'_>> = changes.list.iter().filter_map(asked).take(ENTRIES).collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let precedents = Precedents::new(&register.exceptions, judge.controls.as_ref());
    asked.into_iter().flat_map(|exception| of_entry(exception, &precedents, judge)).collect()
}

/// Returns what a change asks for with an exception: that it may begin, or go on.
fn asked<'a>(change: &Change<'a>) -> Option<&'a Exception<'a>> {
    let head = change.head.as_ref()?.exception.filter(|it| !it.is(&[Status::Rejected]))?;
    let before = change.base.as_ref().map(|side| side.exception.map_or(0, |it| it.renewals.len()));
    before.is_none_or(|before| head.renewals.len() > before).then_some(head)
}

fn of_entry(exception: &Exception<'_>, precedents: &Precedents<'_, '_>, judge: &Judge) -> Vec<String> {
    let found = precedents.of(&Subject::of(exception, judge.controls.as_ref()), exception.id);
    let count = |common: Common| found.iter().filter(|it| it.common == common).count();
    let id = shown(exception.id);
    let both = found.iter().filter(|it| it.common == Common::Both).take(LISTED);
    let mut lines: Vec<String> = both
        .map(|it| {
            let line = it.line(judge.policy.timezone, judge.today);
            format!("before `{id}`, for the same control and system: {line}")
        })
        .collect();
    let more = count(Common::Both).saturating_sub(LISTED);
    let rest =
        [(more, "for both"), (count(Common::System), "for the system"), (count(Common::Control), "for the control")];
    let rest: Vec<String> =
        rest.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if !rest.is_empty() {
        let more = if lines.is_empty() { "earlier" } else { "more" };
        lines.push(format!("before `{id}`, {more}: {}", rest.join(", ")));
    }
    lines
}
