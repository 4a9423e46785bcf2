//! What a baseline may do about a rule's findings.

use crate::rule::Rule;

/// What a finding means for an exception that existed before the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legacy {
    /// Its record lacks something, which a baseline may tolerate for a while.
    Gap,
    /// It was decided elsewhere, which is not a fault of the change that imports it.
    Origin,
    /// The same as for any other exception: drift, a conflict of interest, a file that cannot be read.
    Fault,
}

/// What an old record may lack. An expired exception lacks nothing, and a self-approval was no better
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

/// What is required of a new decision.
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
    /// Returns what the rule's findings mean for an exception that existed before the register.
    #[must_use]
    pub fn legacy(&self) -> Legacy {
        match () {
            () if GAPS.contains(&self.id) => Legacy::Gap,
            () if ORIGINS.contains(&self.id) => Legacy::Origin,
            () => Legacy::Fault,
        }
    }
}
