//! What the commits of the past did to several registers, as one.

use std::collections::HashSet;

use crate::files;
use crate::git::Commit;
use crate::register::Files;
use crate::replay::{Past, Verdict};
use crate::source::Span;

impl Past {
    /// Adds what the commits did to another register, whose root is `below` the top of the work tree: all paths are from
    /// there then. What lies beside all registers is judged with each, and counts once. The remarks are left to the caller.
    pub fn join(&mut self, below: &str, other: Self) {
        let mut seen: HashSet<_> = self.verdicts.iter().flat_map(told).collect();
        for mut verdict in other.verdicts {
            let mut moved = Files::default();
            moved.absorb(std::mem::take(&mut verdict.files), |path| files::below(below, path));
            verdict.files = moved;
            verdict.folder.insert_str(0, below);
            verdict.register = Some(below.to_owned());
            let Verdict { commit, files, findings, .. } = &mut verdict;
            findings.retain(|finding| {
                let path = files.source(finding.file).path().to_owned();
                seen.insert((commit.clone(), finding.rule.id, path, finding.span, finding.message.clone()))
            });
            if !verdict.findings.is_empty() {
                self.verdicts.push(verdict);
            }
        }
        self.verdicts.sort_by_key(|verdict| (verdict.reached, verdict.info.committed));
        self.head = other.head.or(self.head.take());
        self.commits = self.commits.max(other.commits);
        self.judged.extend(other.judged);
        let known: HashSet<Commit> = self.decided.iter().cloned().collect();
        self.decided.extend(other.decided.into_iter().filter(|commit| !known.contains(commit)));
        self.merges.extend(other.merges);
    }
}

/// Returns what tells the findings of a commit from all others.
fn told(verdict: &Verdict) -> impl Iterator<Item = (Commit, &'static str, String, Span, String)> {
    verdict.findings.iter().map(|finding| {
        let path = verdict.files.source(finding.file).path().to_owned();
        (verdict.commit.clone(), finding.rule.id, path, finding.span, finding.message.clone())
    })
}
