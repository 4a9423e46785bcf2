//! What a meeting knows beyond the records themselves.

use std::collections::HashSet;

use crate::files;
use crate::register::Files;
use crate::replay::{Past, Verdict};
use crate::report::{LetBe, Links, Pending, Trend};
use crate::rule::Findings;

/// What is known.
#[derive(Debug, Default)]
pub struct Known {
    /// What `check` finds.
    pub findings: Findings,
    /// What `history` finds since the last meeting.
    pub past: Option<Past>,
    /// What waits on branches of the remote.
    pub pending: Option<Pending>,
    /// The weeks.
    pub trend: Option<Trend>,
    /// What is tolerated besides exceptions.
    pub let_be: Vec<LetBe>,
    /// Where files and commits can be looked at.
    pub links: Option<Links>,
    /// What could not be found out.
    pub remarks: Vec<String>,
}

impl Known {
    /// Adds what git says of another register, whose root is `below` the top of the work tree: all paths are from there
    /// then. Its findings, links and remarks are left to the caller.
    pub fn absorb(&mut self, below: &str, other: Self) {
        if let Some(past) = other.past {
            absorb_past(self.past.get_or_insert_default(), below, past);
        }
        if let Some(pending) = other.pending {
            self.pending.get_or_insert_default().absorb(below, pending);
        }
        if let Some(trend) = other.trend {
            self.trend.get_or_insert_default().absorb(below, trend);
        }
    }
}

/// Adds the verdicts on another register; what lies beside all registers is judged with each, and counts once.
fn absorb_past(past: &mut Past, below: &str, other: Past) {
    let mut seen: HashSet<_> = past.verdicts.iter().flat_map(told).collect();
    for mut verdict in other.verdicts {
        let mut moved = Files::default();
        moved.absorb(std::mem::take(&mut verdict.files), |path| files::below(below, path));
        verdict.files = moved;
        verdict.folder.insert_str(0, below);
        let Verdict { commit, files, findings, .. } = &mut verdict;
        findings.retain(|finding| {
            let path = files.source(finding.file).path().to_owned();
            seen.insert((commit.clone(), finding.rule.id, path, finding.span, finding.message.clone()))
        });
        past.verdicts.push(verdict);
    }
    past.verdicts.sort_by_key(|verdict| (verdict.reached, verdict.info.committed));
}

/// Returns what tells the findings of a commit from all others.
fn told(
    verdict: &Verdict,
) -> impl Iterator<Item = (crate::git::Commit, &'static str, String, crate::source::Span, String)> {
    verdict.findings.iter().map(|finding| {
        let path = verdict.files.source(finding.file).path().to_owned();
        (verdict.commit.clone(), finding.rule.id, path, finding.span, finding.message.clone())
    })
}
