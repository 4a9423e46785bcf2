//! A text that is about to become a file of the register, judged as the pull-request gate would.

use crate::commands::opened::Opened;
use crate::commands::{World, place, signoff};
use crate::error::Error;
use crate::files;
use crate::finding::Level;
use crate::git::Git;
use crate::history::{Changes, Snapshot, base};
use crate::output::{self, Format, Look, Report};
use crate::register::{self, Register};
use crate::rules;
use crate::source::FileId;

/// What the gate would say of a change to one file.
#[derive(Debug)]
pub(super) struct Judged {
    /// Findings at error that the change causes.
    pub(super) errors: usize,
    /// All findings that it causes, drawn for a terminal; empty where there is none.
    pub(super) text: String,
}

/// What a candidate is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// The register as it lies there.
    AsItIs,
    /// The register without the file: a request that nobody has approved yet.
    NotThere,
}

impl Opened {
    /// Judges the register with `text` at `path`, in the place of what is there now: what that
    /// change causes, by the rule book as it lies there. Sign-off is not known yet, but whether the
    /// approver owns the file is.
    ///
    /// # Errors
    ///
    /// When CODEOWNERS cannot be read.
    pub(super) fn judge_with(mut self, path: &str, text: &str, before: Before, look: Look) -> Result<Judged, Error> {
        let file = files::decode(text.as_bytes().to_vec(), path.to_owned());
        let (new, old) = self.files.put(file);
        let old = old.filter(|_| before == Before::AsItIs);
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
        Ok(Judged { errors: findings.count(Level::Error), text: String::from_utf8_lossy(&drawn).into_owned() })
    }

    /// Tells whether the default branch has the exception already. Where nobody can say what that
    /// branch is, the answer is no: the gate will know.
    ///
    /// # Errors
    ///
    /// When git cannot be started or read.
    pub(super) fn is_merged(&self, id: &str, world: &World) -> Result<bool, Error> {
        let Some(git) = Git::open(&self.root)? else { return Ok(false) };
        let Ok(base) = base::find(&git, "auto", &world.ci) else { return Ok(false) };
        let snapshot = Snapshot::open(&git, &self.root, base.commit)?;
        let there = snapshot.exceptions(&self.judge.policy.exceptions);
        Ok(there.keys().any(|path| register::stem(path) == id))
    }
}
