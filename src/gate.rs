//! Judging a change: a [`Gate`] is built complete and judges with one call.
//!
//! The pull-request gate, a file that is about to be written and the commits of the past are all judged here.

use crate::error::Error;
use crate::history::{Changes, Circumstances};
use crate::register::{Files, Register};
use crate::rule::{Finding, Findings};
use crate::rules::{Around, Case, Judge, Tolerance};
use crate::scan::Scan;
use crate::schema::Schema;
use crate::signoff::{Evidence, Merge, Ownership, Unanswered};
use crate::source::FileId;

/// Reads what the pull request says about a change.
pub type ReadEvidence<'r> = dyn Fn(&Changes<'_>) -> Result<Option<Evidence>, Error> + 'r;

/// Works out what brought a commit of the past to the branch.
pub type ReadMerge<'r> = dyn Fn(&Changes<'_>) -> Result<Result<Merge, Unanswered>, Error> + 'r;

/// Counts what the covers of the head silence in the results of scanners.
pub type ReadScan<'r> = dyn Fn(&Register<'_>) -> Result<Option<Scan>, Error> + 'r;

/// Which rules judge a change.
#[derive(Clone, Copy)]
pub enum Reach<'a> {
    /// All of them: the gate.
    All {
        /// The organisation's own schema.
        schema: Option<&'a Schema>,
        /// Who signed it off.
        evidence: &'a ReadEvidence<'a>,
        /// What scanners found.
        scan: &'a ReadScan<'a>,
    },
    /// Those about what a change does: for a commit of the past.
    ChangeAlone,
    /// Those, and the ones about who signed off before the merge: for a commit of the past whose pull requests are
    /// known.
    Merged {
        /// What brought it to the branch.
        merge: &'a ReadMerge<'a>,
    },
}

/// A change and everything that judges it.
pub struct Gate<'a> {
    /// The rule book that judges, and the moment.
    pub judge: &'a Judge,
    /// Who owns the files, in a git work tree.
    pub ownership: Option<&'a Ownership>,
    /// The head's files, followed by those of the base that differ.
    pub files: &'a Files,
    /// All files of the base.
    pub base: &'a [FileId],
    /// What is known about the change besides its files.
    pub circumstances: Circumstances,
    /// What is known of the repository besides its register.
    pub around: Option<&'a Around>,
    /// Whether nothing is judged after it, so that the registers are left to the end of the process: giving back each of
    /// their texts takes longer than it is worth.
    pub is_last: bool,
    /// Which rules judge it.
    pub reach: Reach<'a>,
}

/// A change that has been judged.
pub struct Judged<'j> {
    /// The register of the head.
    pub register: &'j Register<'j>,
    /// What the change does.
    pub changes: &'j Changes<'j>,
    /// What its covers silence, if logs of scanners were given.
    pub scan: Option<&'j Scan>,
    /// What was found; findings that the change did not cause are marked as not gating.
    pub findings: Findings,
}

impl Gate<'_> {
    /// Judges the change and passes the result to `then`.
    ///
    /// # Errors
    ///
    /// If what the pull request says cannot be worked out.
    pub fn judge<R>(self, then: impl FnOnce(Judged<'_>) -> R) -> Result<R, Error> {
        let Self { judge, ownership, files, base, circumstances, around, is_last, reach } = self;
        let (register, before) = match reach {
            Reach::All { schema, .. } => Register::parse_with_base(files, schema, base),
            Reach::ChangeAlone | Reach::Merged { .. } => Register::parse_unjudged(files, base),
        };
        let mut changes = Changes::between(files, &before, &register, circumstances);
        changes.is_past = !matches!(reach, Reach::All { .. });
        let mut scanned = None;
        match reach {
            Reach::All { evidence, scan, .. } => {
                changes.evidence = evidence(&changes)?;
                scanned = scan(&register)?;
            }
            Reach::Merged { merge } => changes.merge = Some(merge(&changes)?),
            Reach::ChangeAlone => {}
        }
        let scan = scanned.as_ref();
        let case = Case { judge, register: &register, changes: Some(&changes), ownership, around, scan, files };
        let tolerance = Tolerance::of(judge, Some(&changes));
        let covers = |finding: &Finding| tolerance.is_some_and(|tolerance| tolerance.covers(finding, files));
        let covers_new = |finding: &Finding| tolerance.is_some_and(|tolerance| tolerance.covers_new(finding, files));
        let findings = match reach {
            Reach::ChangeAlone | Reach::Merged { .. } => {
                let mut findings = case.run_past();
                findings.retain(|finding| !(changes.adds(finding.file) && covers_new(finding)));
                findings
            }
            Reach::All { .. } => {
                let mut findings = case.run();
                let known = case.run_base(&before, &findings);
                let known = changes.known(&known);
                findings.retain(|finding| match changes.adds(finding.file) {
                    true => !covers_new(finding),
                    false => !(changes.keeps(finding, &known) && covers(finding)),
                });
                changes.mark(&mut findings, &known);
                findings
            }
        };
        let outcome = then(Judged { register: &register, changes: &changes, scan, findings });
        drop(changes);
        if is_last {
            std::mem::forget((register, before));
        }
        Ok(outcome)
    }
}
