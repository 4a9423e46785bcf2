//! A text that is about to become a file of the register, judged as the pull-request gate would.

use crate::commands::opened::Opened;
use crate::commands::{place, signoff};
use crate::error::Error;
use crate::files;
use crate::finding::Level;
use crate::history::Changes;
use crate::output::{self, Format, Look, Report};
use crate::register::Register;
use crate::rules;
use crate::source::FileId;

/// What the gate would say of a change to one file.
#[derive(Debug)]
pub(super) struct Judged {
    /// Findings at error that the change causes.
    pub(super) errors: usize,
    /// All findings that it causes, drawn for a terminal; empty where there is none.
    pub(super) text: String,
    /// The rules of these findings, in their order.
    pub(super) rules: Vec<&'static str>,
}

impl Opened {
    /// Judges the register with `text` at `path`, in the place of what is there now: what that
    /// change causes, by the rule book as it lies there. Sign-off is not known yet, but whether the
    /// approver owns the file is.
    ///
    /// # Errors
    ///
    /// When CODEOWNERS cannot be read.
    pub(super) fn judge_with(mut self, path: &str, text: &str, look: Look) -> Result<Judged, Error> {
        let file = files::decode(text.as_bytes().to_vec(), path.to_owned());
        let (new, old) = self.files.put(file);
        let own = u32::try_from(self.files.own()).unwrap_or(u32::MAX);
        let base: Vec<FileId> = (0..own).map(FileId).filter(|file| *file != new).chain(old).collect();
        self.judge.ownership = signoff::ownership(None, &self.root, &mut self.files)?;

        let (register, before) = Register::parse_with_base(&self.files, self.own.as_ref(), &base);
        let changes = Changes::between(&self.files, &before, &register);
        let sources = self.files.sources();
        let baseline = rules::run_base(&self.judge, &before, &changes, sources);
        let mut findings = rules::run(&self.judge, &register, Some(&changes), sources);
        changes.mark(&mut findings, &baseline, sources);
        findings.retain(|finding| finding.gates);
        findings.shorten();
        let report = Report {
            findings: &findings,
            sources,
            register: &register,
            folder: &self.judge.policy.exceptions,
            prefix: &place::below_work_tree(&self.root),
            today: self.judge.today,
            base: None,
            remarks: &[],
            quiet: true,
        };
        let mut drawn = Vec::new();
        output::render(Format::Text, &report, look, &mut drawn)?;
        Ok(Judged {
            errors: findings.count(Level::Error),
            text: String::from_utf8_lossy(&drawn).into_owned(),
            rules: findings.iter().map(|finding| finding.rule.id).collect(),
        })
    }
}
