//! What a baseline may do about a rule's findings.

use crate::rule::Rule;

/// What a finding says of an exception that was there before the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legacy {
    /// Its record lacks something, which a baseline may tolerate for a while.
    Gap,
    /// It was decided elsewhere, which is no fault of the change that imports it.
    Origin,
    /// The same as of any other: drift, a conflict of interest, a file that cannot be read.
    Fault,
}

/// What an old record may lack. An expired exception lacks nothing, and who approved their own request did no better
/// in a spreadsheet.
const GAPS: [&str; 22] = [
    "schema",
    "placeholder-text",
    "unknown-control",
    "bad-reference",
    "term-too-long",
    "approved-ahead",
    "dates-out-of-order",
    "recorded-late",
    "owner-not-a-person",
    "unknown-person",
    "copied-reason",
    "vague-reason",
    "vague-text",
    "vague-control",
    "broad-scope",
    "long-reason",
    "no-alternative",
    "understated-tier",
    "unstated-exposure",
    "refiled-exception",
    "asked-again",
    "cover-too-broad",
];

/// What is asked of a decision that is new.
const ORIGINS: [&str; 7] = [
    "back-dated",
    "expired-first",
    "approver-not-code-owner",
    "author-is-approver",
    "approval-missing",
    "decision-date-mismatch",
    "closure-unverified",
];

impl Rule {
    /// Tells what the rule's findings say of an exception that was there before the register.
    #[must_use]
    pub fn legacy(&self) -> Legacy {
        match () {
            () if GAPS.contains(&self.id) => Legacy::Gap,
            () if ORIGINS.contains(&self.id) => Legacy::Origin,
            () => Legacy::Fault,
        }
    }
}
