//! Checks a text that is about to become a file of the register, as the pull-request gate would.

use std::collections::BTreeSet;
use std::path::Path;

use crate::commands::opened::Opened;
use crate::commands::signoff::Owners;
use crate::commands::{place, signoff};
use crate::error::Error;
use crate::files::{self, ReadFile};
use crate::gate::{Gate, Reach};
use crate::history::{Circumstances, Snapshot, base};
use crate::output::{self, Format, Look, Report};
use crate::register::{self, Files, Lists, differences};
use crate::rule::{Findings, Level};
use crate::rules::Judge;
use crate::schema::Schema;
use crate::source::FileId;
use crate::yaml;

/// What the gate would say about a change to one file.
#[derive(Debug)]
pub(super) struct Judged {
    /// Findings at error that the change causes.
    pub(super) errors: usize,
    /// All findings that it causes, drawn for a terminal; empty if there are none.
    pub(super) text: String,
    /// The rule of the first of those at error.
    pub(super) refused_by: Option<&'static str>,
}

/// What a candidate is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// The register as it is.
    AsItIs,
    /// The register without the file: a request that nobody has approved yet.
    NotThere,
    /// The register with this text in its place: what the branch has that a pull request is for.
    Merged(String),
}

impl Opened {
    /// Judges the register with `text` at `path`, replacing what is there now: what that change causes, by the rule
    /// book as it is. Sign-off is not known yet, but whether the approver owns the file is.
    ///
    /// # Errors
    ///
    /// If CODEOWNERS cannot be read.
    pub(super) fn judge_with(mut self, path: &str, text: &str, before: Before, look: Look) -> Result<Judged, Error> {
        let file = files::decode(text.as_bytes().to_vec(), path.to_owned());
        let (_, mut findings) = weigh(&self.judge, self.own.as_ref(), &self.root, &mut self.files, file, before)?;
        findings.shorten();
        // Only the line of counts would read them, and a quiet report has none.
        let counts = (0, 0);
        let report = Report {
            prefix: &place::below_work_tree(&self.root),
            quiet: true,
            ..Report::new(&findings, &self.files, counts, &self.judge.policy.exceptions, self.judge.today)
        };
        let mut drawn = Vec::new();
        output::render(Format::Text, &report, look, &mut drawn)?;
        Ok(Judged {
            errors: findings.count(Level::Error),
            text: String::from_utf8_lossy(&drawn).into_owned(),
            refused_by: findings.iter().find(|finding| finding.level == Level::Error).map(|finding| finding.rule.id),
        })
    }

    /// Returns what the gate will compare an edit of an exception with: what the branch has of it. Of one that is not merged
    /// yet, all may change, so that it is compared with what is there.
    ///
    /// # Errors
    ///
    /// If git cannot be started or read.
    pub(super) fn before(&self, id: &str) -> Result<Before, Error> {
        Ok(self.merged_text(id)?.map_or(Before::AsItIs, Before::Merged))
    }

    /// Reads what the exception was at the commit that a pull request of this work tree would be compared with: the
    /// merge base with the default branch. `None` if there is no such commit or the exception is not in it.
    ///
    /// # Errors
    ///
    /// If git cannot be started or read.
    pub(super) fn merged_text(&self, id: &str) -> Result<Option<String>, Error> {
        let Some(git) = self.git()? else { return Ok(None) };
        let (Some((_, tip)), Some(head)) = (base::default_branch(&git, None)?, git.head()?) else {
            return Ok(None);
        };
        let Some(base) = git.merge_base(&tip, &head)? else { return Ok(None) };
        let snapshot = Snapshot::open(&git, &self.root, Some(base))?;
        let there = snapshot.exceptions(&self.judge.policy.exceptions);
        let Some(path) = there.keys().find(|path| register::stem(path) == id) else { return Ok(None) };
        Ok(Some(snapshot.place.read(path)?.source.text().to_owned()))
    }

    /// Tells whether this clone has a remote and not its default branch, so that nothing shows what is merged.
    ///
    /// # Errors
    ///
    /// If git cannot be started or read.
    pub(super) fn lacks_default_branch(&self) -> Result<bool, Error> {
        let Some(git) = self.git()? else { return Ok(false) };
        Ok(base::default_branch(&git, None)?.is_none() && git.origin()?.is_some())
    }

    /// Names the keys of an exception whose values in the work tree, given as `text`, differ from the commit that is checked
    /// out; none where that does not have it.
    ///
    /// # Errors
    ///
    /// If git cannot be started or read.
    pub(super) fn uncommitted(&self, path: &str, text: &str) -> Result<Vec<String>, Error> {
        let Some(git) = self.git()? else { return Ok(Vec::new()) };
        let Some(head) = git.head()? else { return Ok(Vec::new()) };
        let snapshot = Snapshot::open(&git, &self.root, Some(head))?;
        if !snapshot.exceptions(&self.judge.policy.exceptions).contains_key(path) {
            return Ok(Vec::new());
        }
        let before = snapshot.place.read(path)?;
        let (Ok(before), Ok(now)) = (yaml::parse(before.source.text()), yaml::parse(text)) else {
            return Ok(Vec::new());
        };
        let edited = differences(Some(&before), Some(&now), "", Lists::Whole);
        let keys = edited.iter().filter_map(|pointer| pointer.split('/').nth(1)).map(str::to_owned);
        Ok(keys.collect::<BTreeSet<_>>().into_iter().collect())
    }

    /// Returns whether the default branch has the exception already. If there is no such branch, the answer is no: the
    /// gate will know.
    ///
    /// # Errors
    ///
    /// If git cannot be started or read.
    pub(super) fn is_merged(&self, id: &str) -> Result<bool, Error> {
        Ok(self.merged()?.contains(id))
    }

    /// Returns the ids of the exceptions that the default branch has; none where there is no such branch.
    ///
    /// # Errors
    ///
    /// When git cannot be started or read.
    pub(super) fn merged(&self) -> Result<BTreeSet<String>, Error> {
        let Some(git) = self.git()? else { return Ok(BTreeSet::new()) };
        let Some((_, tip)) = base::default_branch(&git, None)? else { return Ok(BTreeSet::new()) };
        let snapshot = Snapshot::open(&git, &self.root, Some(tip))?;
        let there = snapshot.exceptions(&self.judge.policy.exceptions);
        Ok(there.keys().map(|path| register::stem(path).to_owned()).collect())
    }
}

/// Puts a file among others and returns its place there, with what the gate finds in that change.
///
/// # Errors
///
/// If CODEOWNERS cannot be read.
pub(super) fn weigh(
    judge: &Judge,
    own: Option<&Schema>,
    root: &Path,
    files: &mut Files,
    file: ReadFile,
    before: Before,
) -> Result<(FileId, Findings), Error> {
    let mut base = files.own().to_vec();
    let (new, old) = files.put(file);
    if before != Before::AsItIs {
        base.retain(|file| Some(*file) != old);
    }
    if let Before::Merged(text) = before {
        let path = files.source(new).path().to_owned();
        base.push(files.add(files::decode(text.into_bytes(), path)));
    }
    let ownership = signoff::ownership(judge.policy.forge(), &Owners::WorkTree(root), files)?;
    let gate = Gate {
        judge,
        ownership: ownership.as_ref(),
        files,
        base: &base,
        circumstances: Circumstances::of_draft(judge.book()),
        around: None,
        is_last: false,
        reach: Reach::All { schema: own, evidence: &|_| Ok(None), scan: &|_| Ok(None) },
    };
    let mut findings = gate.judge(|judged| judged.findings)?;
    findings.retain(|finding| finding.gates);
    Ok((new, findings))
}
