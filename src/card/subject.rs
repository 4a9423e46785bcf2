//! The decisions to make: in a change, and about one record.

use crate::history::{Changes, Decided, decisions};
use crate::register::{Exception, Spanned, Status};
use crate::time::Day;

/// What somebody is asked to agree to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The exception.
    Entry,
    /// That it is turned down.
    Refusal,
    /// A renewal, counted from 0.
    Renewal(usize),
    /// An amendment, counted from 0.
    Amendment(usize),
    /// That it is over.
    Closure,
}

impl Subject {
    /// Returns the words for it: `the exception`, `renewal 2`.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Entry => "new exception".to_owned(),
            Self::Refusal => "refusal".to_owned(),
            Self::Renewal(at) => format!("renewal {}", at + 1),
            Self::Amendment(at) => format!("amendment {}", at + 1),
            Self::Closure => "closure".to_owned(),
        }
    }

    /// Returns the word for scripts.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Refusal => "refusal",
            Self::Renewal(_) => "renewal",
            Self::Amendment(_) => "amendment",
            Self::Closure => "closure",
        }
    }
}

impl From<Decided> for Subject {
    fn from(decided: Decided) -> Self {
        match decided {
            Decided::Entry => Self::Entry,
            Decided::Renewal(at) => Self::Renewal(at),
            Decided::Amendment(at) => Self::Amendment(at),
        }
    }
}

/// Lists what a change brings, by id.
pub(super) fn of_change<'a>(changes: &Changes<'a>) -> Vec<(Subject, &'a Exception<'a>)> {
    let mut found: Vec<(Subject, &'a Exception<'a>)> = Vec::new();
    let decided = decisions(changes);
    for change in &changes.list {
        let Some(head) = change.head.as_ref().and_then(|side| side.exception) else { continue };
        let base = change.before();
        let was = |status| base.is_some_and(|base| base.is(&[status]));
        let is_decided = |on| decided.iter().any(|decision| decision.file == head.file && decision.on == on);
        if head.is(&[Status::Rejected]) && !was(Status::Rejected) {
            found.push((Subject::Refusal, head));
        } else if change.added().is_some() && !is_decided(Decided::Entry) {
            // No approver is named, and a rule reports that.
            found.push((Subject::Entry, head));
        }
        let own = decided.iter().filter(|decision| decision.file == head.file);
        found.extend(own.map(|decision| (Subject::from(decision.on), head)));
        if head.closure.is_some() && base.is_none_or(|base| base.closure.is_none()) {
            found.push((Subject::Closure, head));
        }
    }
    found
}

/// Returns what was last asked about an exception. Of a renewal and an amendment, the one of the later day is the last,
/// and one without a day is later than any; on the same day it is the amendment, which corrects what is there.
pub(super) fn latest(exception: &Exception<'_>) -> Subject {
    if exception.closure.is_some() {
        return Subject::Closure;
    }
    if exception.is(&[Status::Rejected]) {
        return Subject::Refusal;
    }
    let at = |day: &Option<Spanned<Day>>| (day.is_none(), day.as_ref().map(|day| day.value));
    let renewed = exception.renewals.last().map(|it| at(&it.decided));
    let amended = exception.amendments.last().map(|it| at(&it.date));
    match (renewed, amended) {
        (renewed, Some(amended)) if renewed.is_none_or(|renewed| renewed <= amended) => {
            Subject::Amendment(exception.amendments.len() - 1)
        }
        (Some(_), _) => Subject::Renewal(exception.renewals.len() - 1),
        (None, _) => Subject::Entry,
    }
}
