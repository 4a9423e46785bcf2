//! What bypassed the branch's gate since the last meeting.

use crate::git::{Commit, CommitInfo};
use crate::register;
use crate::replay::{Past, Verdict};
use crate::rule::{Finding, Level};
use crate::time::Day;

/// An edit of the past that a rule objects to, or a merge that nobody had approved.
#[derive(Clone, Copy, Debug)]
pub struct Slip<'m> {
    /// The commit that brought it.
    pub commit: &'m Commit,
    /// What the commit says of itself.
    pub info: &'m CommitInfo,
    /// The day on which it was committed.
    pub day: Day,
    /// The file, relative to the root.
    pub path: &'m str,
    /// What was found.
    pub finding: &'m Finding,
}

impl<'m> Slip<'m> {
    /// Returns the id of the exception that it is about; for another file, its name.
    #[must_use]
    pub fn id(&self) -> &'m str {
        register::stem(self.path)
    }
}

/// Lists the errors of the commits that the branch reached between two days, both included, oldest first. Their own
/// dates do not count: back-dating a commit would keep it out of every meeting.
pub(super) fn collect(past: &Past, since: Day, today: Day) -> Vec<Slip<'_>> {
    let lately = past.verdicts.iter().filter(|verdict| since <= verdict.reached && verdict.reached <= today);
    let of = |verdict| {
        let Verdict { commit, info, day, files, findings, .. }: &Verdict = verdict;
        let errors = findings.iter().filter(|finding| finding.level == Level::Error);
        errors.map(|finding| {
            let path = files.source(finding.file).path();
            Slip { commit, info, day: *day, path, finding }
        })
    };
    lately.flat_map(of).collect()
}
