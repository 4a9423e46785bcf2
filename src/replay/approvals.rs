//! What is not known about who approved the decisions of the past.

use std::collections::BTreeSet;

use crate::error::{Error, Input};
use crate::history::Changes;
use crate::replay::MOST_NAMED;
use crate::rules::{self, Judge};
use crate::signoff::Unanswered;
use crate::text::counted;

/// The gaps that decisions were found with.
#[derive(Default)]
pub(super) struct Approvals {
    /// What was not saved.
    unanswered: Vec<Unanswered>,
    /// The pull requests with an approval of a commit that this clone lacks.
    unseen: BTreeSet<u64>,
    /// How many decisions count as signed by the forge although nobody knows whether their approvers agreed.
    on_trust: usize,
}

impl Approvals {
    /// Notes what is not known about the decisions of a change.
    pub(super) fn note(&mut self, judge: &Judge, changes: &Changes<'_>) {
        self.unseen.extend(rules::unseen(judge, changes));
        self.on_trust += rules::taken_on_trust(judge, changes);
        self.unanswered.extend(changes.merge.as_ref().and_then(|merge| merge.as_ref().err()).copied());
    }

    /// Returns remarks on the approvals that could not be compared.
    ///
    /// # Errors
    ///
    /// If answers say nothing about a commit with a decision.
    pub(super) fn remarks(&self) -> Result<Vec<String>, Error> {
        if !self.unanswered.is_empty() {
            return Err(unanswered(&self.unanswered));
        }
        let mut remarks = Vec::new();
        if self.on_trust > 0 {
            let what = counted(self.on_trust, "decision");
            let verb = if self.on_trust == 1 { "counts" } else { "count" };
            remarks.push(format!(
                "{what} {verb} as signed by the forge's key, which signs for everybody; `--pulls` shows whether the \
                 approvers had approved"
            ));
        }
        if !self.unseen.is_empty() {
            let list = |prefix: &str, suffix: &str| {
                let names = self.unseen.iter().take(MOST_NAMED).map(|number| format!("{prefix}{number}{suffix}"));
                names.collect::<Vec<_>>()
            };
            let more = if self.unseen.len() > MOST_NAMED { " and others" } else { "" };
            remarks.push(format!(
                "approvals of {}{more} are of commits that this clone lacks, and count although it is unknown whether \
                 the entry said the same then: `git fetch origin {}` fetches them",
                list("#", "").join(", "),
                list("refs/pull/", "/head").join(" ")
            ));
        }
        Ok(remarks)
    }
}

fn unanswered(missing: &[Unanswered]) -> Error {
    let commits = missing.iter().filter(|missing| matches!(missing, Unanswered::Commit)).count();
    let pulls: BTreeSet<u64> = missing
        .iter()
        .filter_map(|missing| match missing {
            Unanswered::Reviews(number) => Some(*number),
            Unanswered::Commit => None,
        })
        .collect();
    Error::from(Input::Unanswered { commits, pulls: pulls.len(), first: pulls.first().copied() })
}
