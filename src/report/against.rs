//! What `check` holds against the records, by file: each error, and who must act.

use std::collections::BTreeMap;

use crate::people::People;
use crate::register::{Exception, Files};
use crate::remind::{Circle, Part};
use crate::report::item::Item;
use crate::rule::{Family, Finding, Findings, Level};
use crate::rules::{Judge, fits};
use crate::source::FileId;

/// A file with findings at error level.
#[derive(Debug)]
pub struct Against<'m> {
    /// The file, relative to the root.
    pub path: &'m str,
    /// The exception, if the file can be read.
    pub item: Option<&'m Item<'m>>,
    /// The errors, in the order of the file.
    pub faults: Vec<Fault<'m>>,
}

/// One error.
#[derive(Debug)]
pub struct Fault<'m> {
    /// What was found.
    pub finding: &'m Finding,
    /// Who must act; `None` if the record names nobody.
    pub who: Option<Actor<'m>>,
    /// Whether it takes a tier under which what was approved lasts too long, so that no amendment settles it.
    pub ends: bool,
}

/// Somebody who must act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor<'m> {
    /// The part that they play.
    pub part: Part,
    /// What they are called.
    pub name: &'m str,
}

/// The rules whose findings have a list of their own on the agenda.
const LISTED: [&str; 2] = ["expired", "review-overdue"];

/// The rule that asks for a higher tier, and so perhaps for a shorter term.
const UNDERSTATED: &str = "understated-tier";

/// Collects the errors by file, in the order of the findings.
pub(super) fn collect<'m>(
    findings: &'m Findings,
    files: &'m Files,
    items: &'m [Item<'m>],
    judge_of: &dyn Fn(&str) -> &'m Judge,
) -> Vec<Against<'m>> {
    let is_told = |finding: &&Finding| finding.level == Level::Error && !LISTED.contains(&finding.rule.id);
    let mut by_file: BTreeMap<FileId, Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().filter(is_told) {
        by_file.entry(finding.file).or_default().push(finding);
    }
    let items: BTreeMap<FileId, &Item<'_>> = items.iter().map(|item| (item.exception.file, item)).collect();
    let mut against: Vec<Against<'_>> = Vec::with_capacity(by_file.len());
    for (file, found) in by_file {
        let (item, path) = (items.get(&file).copied(), files.source(file).path());
        let judge = judge_of(path);
        let circle = item.map(|item| Circle::of(item.exception, &judge.people, judge.today.day));
        let fault = |finding: &'m Finding| Fault {
            finding,
            ends: finding.rule.id == UNDERSTATED && item.is_some_and(|item| !fits(item.exception, &judge.policy)),
            who: item
                .zip(circle.as_ref())
                .and_then(|(item, circle)| actor(finding, item.exception, circle, &judge.people)),
        };
        let faults = found.into_iter().map(fault).collect();
        against.push(Against { path, item, faults });
    }
    against.sort_by_key(|it| (it.item.map_or(usize::MAX, |item| item.rank), it.path));
    against
}

/// Returns who must act on an error: the decider, if it is about the decision, otherwise the owner. Somebody who has
/// left, or whose own name is what is wrong, is passed over for the owner's manager, then for the others.
fn actor<'m>(
    finding: &Finding,
    exception: &'m Exception<'m>,
    circle: &Circle<'m>,
    people: &People,
) -> Option<Actor<'m>> {
    let field = finding.place.pointer.as_str();
    let of_decision = matches!(finding.rule.family, Family::Renewals | Family::SignOff)
        || ["/approver", "/decided"].iter().any(|end| field.ends_with(end));
    let order = match of_decision {
        true => [Part::Approver, Part::Manager, Part::Owner],
        false => [Part::Owner, Part::Manager, Part::Approver],
    };
    let wrong = [("/owner", exception.owner.as_ref()), ("/approver", exception.last_approver())];
    let is_wrong = |name: &str| {
        wrong
            .iter()
            .any(|(end, text)| field.ends_with(end) && text.is_some_and(|text| people.same(text.as_str(), name)))
    };
    let find = |part: Part, strict: bool| {
        let person = circle.all.iter().find(|person| person.parts.contains(&part))?;
        let passed_over = person.left || is_wrong(person.name);
        (!strict || !passed_over).then_some(Actor { part, name: person.name })
    };
    order.iter().find_map(|part| find(*part, true)).or_else(|| order.iter().find_map(|part| find(*part, false)))
}
