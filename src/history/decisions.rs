//! The decisions that a change contains.

use rustc_hash::FxHashMap;

use crate::history::{Change, Changes};
use crate::policy::Forge;
use crate::register::{Amendment, Closure, Exception, Renewal, Spanned, Status, Text, id_problem};
use crate::source::FileId;
use crate::time::Day;

/// A decision that a change adds: of an entry, a renewal or an amendment.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    /// The file that it is in.
    pub file: FileId,
    /// The exception's id.
    pub id: &'a str,
    /// What was decided: `the exception`, `renewal 2`.
    pub what: String,
    /// The same as a value.
    pub on: Decided,
    /// Who decided, as the file writes it.
    pub approver: &'a Text<'a>,
    /// The day that the file names.
    pub decided: Option<&'a Spanned<Day>>,
}

impl Decision<'_> {
    /// Returns the command that dates it, for a message: people paste it, so a name that is not an id stays out of it.
    ///
    /// `--on` gives every open decision of the file the same day. Where others of `all` have another approver, each gets the
    /// day of its own approval.
    #[must_use]
    pub fn command(&self, day: Day, all: &[Self], forge: Forge) -> String {
        let id = if id_problem(self.id).is_none() { self.id } else { "ID" };
        let another = |other: &Self| other.file == self.file && !same(Some(other.approver), Some(self.approver));
        match (all.iter().any(another), forge) {
            (false, _) => format!("stopgap decide {id} --on {day}"),
            (true, Forge::GitLab) => format!("stopgap decide {id} --event FILE --reviews FILE"),
            (true, Forge::GitHub | Forge::Forgejo) => format!("stopgap decide {id} --reviews FILE"),
        }
    }
}

/// What a decision is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decided {
    /// The exception itself.
    Entry,
    /// The renewal at a position, from 0.
    Renewal(usize),
    /// The amendment at a position, from 0.
    Amendment(usize),
}

impl Decided {
    /// Returns the key of the day on which it was decided, with dots.
    #[must_use]
    pub fn day(self) -> String {
        match self {
            Self::Entry => "decided".to_owned(),
            Self::Renewal(index) => format!("renewals.{index}.decided"),
            Self::Amendment(index) => format!("amendments.{index}.date"),
        }
    }

    fn words(self) -> String {
        match self {
            Self::Entry => "the exception".to_owned(),
            Self::Renewal(index) => format!("renewal {}", index + 1),
            Self::Amendment(index) => format!("amendment {}", index + 1),
        }
    }
}

/// Returns the decisions that a change adds. A refusal is not one of them: see [`refusals`].
#[must_use]
pub fn decisions<'c, 'a>(changes: &'c Changes<'a>) -> &'c [Decision<'a>] {
    &changes.decisions
}

/// Returns the decisions that one exception's change adds.
pub(super) fn of_change<'a>(change: &Change<'a>) -> Vec<Decision<'a>> {
    change.head.as_ref().and_then(|head| head.exception).map(|head| pending(change.before(), head)).unwrap_or_default()
}

/// Collects the decisions that an exception holds and the base does not: those that are still to be approved.
#[must_use]
pub fn pending<'a>(base: Option<&Exception<'_>>, head: &'a Exception<'_>) -> Vec<Decision<'a>> {
    let mut found = Vec::new();
    let refused = head.is(&[Status::Rejected]);
    let mut add = |on: Decided, approver: Option<&'a Text<'a>>, decided: Option<&'a Spanned<Day>>| {
        let what = on.words();
        found.extend(approver.map(|approver| Decision { file: head.file, id: head.id, what, on, approver, decided }));
    };
    // Whoever is named as the approver now must have approved, even if an amendment says so.
    let renamed = |base: &Exception<'_>| !same(base.approver.as_ref(), head.approver.as_ref());
    if !refused && base.is_none_or(|base| base.is(&[Status::Rejected]) || completes(base, head) || renamed(base)) {
        add(Decided::Entry, head.approver.as_ref(), head.decided.as_ref());
    }
    // Each decision of the base counts for one decision only: whoever copies an old amendment has nobody's approval for
    // the copy. A refusal cannot be renewed, but its record can be amended.
    let mut known = Known::new(base.iter().flat_map(|base| &base.renewals).map(renewal_key));
    for (index, renewal) in head.renewals.iter().enumerate().filter(|_| !refused) {
        if !known.takes(&renewal_key(renewal)) {
            add(Decided::Renewal(index), renewal.approver.as_ref(), renewal.decided.as_ref());
        }
    }
    let mut known = Known::new(base.iter().flat_map(|base| &base.amendments).map(amendment_key));
    for (index, amendment) in head.amendments.iter().enumerate() {
        if !known.takes(&amendment_key(amendment)) {
            add(Decided::Amendment(index), amendment.approver.as_ref(), amendment.date.as_ref());
        }
    }
    found
}

/// Tells whether a change gives a record something without which no decision could be in force. One that only closes or
/// reviews a record with such a gap decides nothing.
fn completes(base: &Exception<'_>, head: &Exception<'_>) -> bool {
    base.decision_parts().into_iter().zip(head.decision_parts()).any(|(was, is)| !was && is)
}

/// Collects the refusals that a change writes in somebody's name: requests that are rejected, and refusals that get
/// another approver. Nobody's yes is in them, but whoever asks again is bound to the one who is named.
#[must_use]
pub fn refusals<'a>(changes: &Changes<'a>) -> Vec<Decision<'a>> {
    let is_refused = |it: &&'a Exception<'a>| it.is(&[Status::Rejected]);
    let refusal = |change: &Change<'a>| {
        let head = change.head.as_ref()?.exception.filter(is_refused)?;
        let is_new =
            change.before().filter(is_refused).is_none_or(|base| !same(base.approver.as_ref(), head.approver.as_ref()));
        let approver = head.approver.as_ref().filter(|_| is_new)?;
        let what = "the refusal".to_owned();
        let decided = head.decided.as_ref();
        Some(Decision { file: head.file, id: head.id, what, on: Decided::Entry, approver, decided })
    };
    changes.list.iter().filter_map(refusal).collect()
}

/// A closure that a change adds.
#[derive(Clone, Copy, Debug)]
pub struct Closing<'a> {
    /// The exception, as it is closed.
    pub exception: &'a Exception<'a>,
    /// The closure.
    pub closure: &'a Closure<'a>,
}

/// Collects the closures that a change adds, by which an exception is closed that was not.
#[must_use]
pub fn closings<'a>(changes: &Changes<'a>) -> Vec<Closing<'a>> {
    let is_closed = |it: &&'a Exception<'a>| it.is(&[Status::Closed]);
    let closing = |change: &Change<'a>| {
        let exception = change.head.as_ref()?.exception.filter(is_closed)?;
        let exception = change.before().is_none_or(|before| !is_closed(&before)).then_some(exception)?;
        Some(Closing { exception, closure: exception.closure.as_ref()? })
    };
    changes.list.iter().filter_map(closing).collect()
}

/// What was decided before, with how often.
struct Known(FxHashMap<Vec<String>, usize>);

impl Known {
    fn new(keys: impl Iterator<Item = Vec<String>>) -> Self {
        let mut known = FxHashMap::default();
        keys.for_each(|key| *known.entry(key).or_default() += 1);
        Self(known)
    }

    /// Takes one out; returns whether there was one.
    fn takes(&mut self, key: &[String]) -> bool {
        self.0.get_mut(key).filter(|left| **left > 0).map(|left| *left -= 1).is_some()
    }
}

/// Returns what identifies a renewal, for its decision.
fn renewal_key(it: &Renewal<'_>) -> Vec<String> {
    let decided = it.decided.as_ref().map(|day| day.value.to_string()).unwrap_or_default();
    let expires = it.expires.as_ref().map(|end| format!("{:?}", end.value)).unwrap_or_default();
    vec![words(it.approver.as_ref()).join(" "), decided, expires, words(it.reason.as_ref()).join(" ")]
}

/// Returns what identifies an amendment, for its decision.
fn amendment_key(it: &Amendment<'_>) -> Vec<String> {
    let date = it.date.as_ref().map(|day| day.value.to_string()).unwrap_or_default();
    let own = [words(it.approver.as_ref()).join(" "), date, words(it.note.as_ref()).join(" ")];
    own.into_iter().chain(it.fields.iter().map(|field| field.as_str().to_owned())).collect()
}

fn same(a: Option<&Text<'_>>, b: Option<&Text<'_>>) -> bool {
    words(a) == words(b)
}

fn words<'t>(text: Option<&'t Text<'_>>) -> Vec<&'t str> {
    text.into_iter().flat_map(|text| text.as_str().split_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    /// Returns the decisions that are still to be approved.
    fn open(base: Option<&str>, head: &str) -> Vec<String> {
        let read = |text| Exception::from_node(FileId(0), "printer", yaml::parse(text).unwrap());
        let (base, head) = (base.map(read), read(head));
        pending(base.as_ref(), &head).into_iter().map(|decision| decision.what).collect()
    }

    #[test]
    fn whoever_is_named_must_have_decided_and_each_decision_counts_once() {
        let entry = "status: active\napprover: '@mei'\ndecided: 2026-01-02\nexpires: 2026-02-01\n";
        let with = |more: &str| format!("{entry}{more}");
        assert_eq!(open(None, entry), ["the exception"]);
        assert_eq!(open(None, "reason: a\n"), [""; 0], "nobody is named");
        assert_eq!(open(Some(entry), entry), [""; 0]);
        assert_eq!(open(Some(entry), &entry.replace("'@mei'", "' @mei '")), [""; 0]);
        assert_eq!(open(Some(entry), &entry.replace("mei", "olek")), ["the exception"]);
        let refused = |text: &str| text.replace("active", "rejected");
        assert_eq!(open(Some(&refused(entry)), entry), ["the exception"]);
        assert_eq!(open(Some("reason: a\n"), entry), ["the exception"]);
        for gap in ["approver: '@mei'\n", "decided: 2026-01-02\n", "expires: 2026-02-01\n", "status: active\n"] {
            let base = entry.replace(gap, "");
            assert_eq!(open(Some(&base), entry), ["the exception"], "{gap} is filled in");
            assert_eq!(open(Some(&base), &base.replace("active", "closed")), [""; 0], "{gap} stays away");
        }
        let renewal = "{approver: '@mei', decided: 2026-01-31, expires: 2026-03-01, reason: The maker is late.}";
        let renewed = with(&format!("renewals: [{renewal}]\n"));
        assert_eq!(open(Some(entry), &renewed), ["renewal 1"]);
        assert_eq!(open(Some(&renewed), &renewed), [""; 0]);
        assert_eq!(open(Some(&renewed), &with(&format!("renewals: [{renewal}, {renewal}]\n"))), ["renewal 2"]);
        for (from, to) in
            [("@mei', decided", "@olek', decided"), ("01-31", "01-30"), ("03-01", "03-02"), ("late", "slow")]
        {
            assert_eq!(open(Some(&renewed), &renewed.replace(from, to)), ["renewal 1"], "{to}");
        }
        assert_eq!(open(Some(&renewed), &renewed.replace("The maker", "The  maker")), [""; 0]);
        let amendment = "{approver: '@mei', date: 2026-01-05, note: A slip., fields: [reason]}";
        let amended = with(&format!("amendments: [{amendment}]\n"));
        assert_eq!(open(Some(entry), &amended), ["amendment 1"]);
        assert_eq!(open(Some(&amended), &with(&format!("amendments: [{amendment}, {amendment}]\n"))), ["amendment 2"]);
        for (from, to) in
            [("@mei', date", "@olek', date"), ("01-05", "01-06"), ("slip", "typo"), ("[reason]", "[risk]")]
        {
            assert_eq!(open(Some(&amended), &amended.replace(from, to)), ["amendment 1"], "{to}");
        }
        // A refusal needs nobody's approval and cannot be renewed; its record can be amended.
        assert_eq!(open(None, &refused(&renewed)), [""; 0]);
        assert_eq!(open(None, &refused(&amended)), ["amendment 1"]);
    }

    #[test]
    fn a_name_that_is_no_id_stays_out_of_a_command() {
        for (id, shown) in
            [("printer-2026", "printer-2026"), ("x;rm", "ID"), ("$(x)", "ID"), ("--on", "ID"), ("", "ID")]
        {
            let it = Exception::from_node(FileId(0), id, yaml::parse("approver: '@mei'\n").unwrap());
            let decisions = pending(None, &it);
            let commands: Vec<String> =
                decisions.iter().map(|it| it.command(Day::FIRST, &decisions, Forge::GitHub)).collect();
            assert_eq!(commands, [format!("stopgap decide {shown} --on {}", Day::FIRST)], "{id}");
        }
    }
}
