//! The gate on a change of one exception: the input holds it before and after.

use std::collections::BTreeSet;

use stopgap::internal::error::Error;
use stopgap::internal::gate::{Gate, Judged, Reach};
use stopgap::internal::history::Circumstances;
use stopgap::internal::register::Files;
use stopgap::internal::source::FileId;

use super::register::{JUDGE, check_formats, check_places, file, with};
use crate::seeds::{Seeds, versions};
use crate::{Outcome, Target, seeds};

/// See [`Target::about`].
pub const TARGET: Target = Target {
    name: "gate",
    about: "a change of nothing gates nothing; findings are at their fields; each format can write them",
    seeds: || Seeds { versions: 2, ..seeds::exceptions() },
    run,
    quick: None,
};

fn run(data: &[u8]) -> Outcome {
    let mut sides = versions(data);
    let (Some(before), Some(after)) = (sides.next(), sides.next()) else { return Outcome::Refused };
    let files = with([after]);
    let unchanged = with([before]);
    let taken = judge(files, before).expect("no pull request says anything");
    let gating = judge(unchanged, before).expect("no pull request says anything");
    assert_eq!(gating, 0, "a change of nothing gates");
    Outcome::taken(taken > 0)
}

/// Judges a change of the input and returns how many findings gate.
fn judge(mut files: Files, before: &[u8]) -> Result<usize, Error> {
    let is_other = |id: &&FileId| !files.source(**id).path().contains("input-");
    let copies: Vec<_> = files.own().iter().filter(is_other).map(|id| files.copy(*id)).collect();
    let mut ids: Vec<_> = copies.into_iter().map(|copy| files.add(copy)).collect();
    ids.push(files.add(file(before, 0)));
    let gate = Gate {
        judge: &JUDGE,
        ownership: None,
        files: &files,
        base: &ids,
        circumstances: Circumstances {
            base_day: Some(JUDGE.today.day),
            head: None,
            documents: Vec::new(),
            former_baseline: None,
            elsewhere: BTreeSet::default(),
        },
        around: None,
        is_last: false,
        reach: Reach::All { schema: None, evidence: &|_| Ok(None), scan: &|_| Ok(None) },
    };
    gate.judge(|Judged { register, findings, .. }| {
        check_places(&findings, &files);
        check_formats(&findings, &files, register, Some("base"));
        findings.iter().filter(|finding| finding.gates).count()
    })
}
