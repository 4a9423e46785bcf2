//! What a check found: a [`Finding`] for each defect, sorted and counted in [`Findings`].

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::rule::{Level, Rule};
use crate::source::{FileId, Source, Span};
use crate::yaml::{Fix, MAX_LISTED, Place};

/// A second place that explains a finding.
#[derive(Clone, Debug)]
pub struct Label {
    /// The file it is in.
    pub file: FileId,
    /// The bytes that it points at.
    pub span: Span,
    /// What it is, in a few words.
    pub message: String,
}

/// One defect of the register.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// Its level under the policy in force.
    pub level: Level,
    /// The file it is in.
    pub file: FileId,
    /// The bytes that it points at: part of one line.
    pub span: Span,
    /// One lower-case sentence with the value and the number that decides.
    pub message: String,
    /// The command to type or the date that would pass.
    pub help: Option<String>,
    /// Other places that explain it.
    pub labels: Vec<Label>,
    /// The field that it is on.
    pub place: Place,
    /// The change of the file that fixes it, if there is nothing to decide.
    pub fix: Option<Fix>,
    /// False for a finding that a compared change did not cause.
    pub gates: bool,
    /// How many findings it stands for: several if it counts those that are not listed.
    pub stands_for: usize,
}

impl Finding {
    /// Adds what to do.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a second place in the same file.
    pub fn label(&mut self, span: Span, message: impl Into<String>) -> &mut Self {
        let file = self.file;
        self.label_in(file, span, message)
    }

    /// Adds a second place in another file.
    pub fn label_in(&mut self, file: FileId, span: Span, message: impl Into<String>) -> &mut Self {
        self.labels.push(Label { file, span, message: message.into() });
        self
    }
}

/// The findings of a run, always in the same order: path, position, rule.
#[derive(Debug, Default)]
pub struct Findings {
    list: Vec<Finding>,
}

impl Findings {
    /// Sorts findings, and cuts each span to one line; `source` returns the text of a file.
    #[must_use]
    pub fn new<'s>(mut list: Vec<Finding>, source: impl Fn(FileId) -> &'s Source) -> Self {
        for finding in &mut list {
            finding.span = source(finding.file).first_line(finding.span);
            for label in &mut finding.labels {
                label.span = source(label.file).first_line(label.span);
            }
        }
        let path = |finding: &Finding| source(finding.file).path();
        list.sort_by(|a, b| {
            path(a)
                .cmp(path(b))
                .then_with(|| a.file.cmp(&b.file))
                .then_with(|| a.span.cmp(&b.span))
                .then_with(|| a.rule.id.cmp(b.rule.id))
                .then_with(|| a.message.cmp(&b.message))
        });
        Self { list }
    }

    /// Keeps the narrower of two findings that name the same value, unless it weighs less: one that is not an error, or
    /// does not gate, must not hide one that is or does.
    pub fn narrow(&mut self) {
        self.list = keep_narrower(std::mem::take(&mut self.list));
    }

    /// Returns the findings in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.list.iter()
    }

    /// Takes over the findings of another run behind its own; the ids of that run's files begin at `first`.
    pub fn absorb(&mut self, mut other: Self, first: usize) {
        other.renumber(|file| FileId::new(file.index() + first));
        self.list.extend(other.list);
    }

    /// Gives the files that the findings name other ids.
    pub fn renumber(&mut self, moved: impl Fn(FileId) -> FileId) {
        for finding in &mut self.list {
            finding.file = moved(finding.file);
            finding.labels.iter_mut().for_each(|label| label.file = moved(label.file));
        }
    }

    /// Keeps the findings that `keep` accepts.
    pub fn retain(&mut self, keep: impl FnMut(&Finding) -> bool) {
        self.list.retain(keep);
    }

    /// Decides for each finding whether it gates.
    pub fn mark(&mut self, mut gates: impl FnMut(&Finding) -> bool) {
        for finding in &mut self.list {
            finding.gates = gates(finding);
        }
    }

    /// Lists at most [`MAX_LISTED`] findings of a rule in a file, and says in one more how many are left out, so that a
    /// hostile file cannot flood a log. Comes last: nothing may be judged afterwards.
    pub fn shorten(&mut self) {
        let group = |finding: &Finding| (finding.file, finding.rule.id, finding.gates);
        let mut totals: FxHashMap<_, (usize, usize)> = FxHashMap::default();
        for finding in &self.list {
            let (entries, stand_for) = totals.entry(group(finding)).or_default();
            *entries += 1;
            *stand_for += finding.stands_for;
        }
        let mut listed: FxHashMap<_, (usize, usize)> = FxHashMap::default();
        self.list.retain_mut(|finding| {
            let (entries, stand_for) = totals.get(&group(finding)).copied().unwrap_or_default();
            let (place, before) = listed.entry(group(finding)).or_default();
            *place += 1;
            if entries > MAX_LISTED + 1 && *place == MAX_LISTED + 1 {
                finding.stands_for = stand_for - *before;
                finding.message =
                    format!("and `{}` more findings of `{}` from here on", finding.stands_for, finding.rule.id);
                finding.help = Some("fix those above first, then check again".to_owned());
                finding.labels.clear();
                finding.fix = None;
            }
            *before += finding.stands_for;
            *place <= MAX_LISTED + 1
        });
    }

    /// Counts the gating findings of a level, those that are not listed too.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        total(self.list.iter().filter(|finding| finding.gates && finding.level == level))
    }

    /// Counts the findings that do not gate, those that are not listed too.
    #[must_use]
    pub fn elsewhere(&self) -> usize {
        total(self.list.iter().filter(|finding| !finding.gates))
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// Counts findings, and those that they stand for.
pub fn total<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> usize {
    findings.into_iter().map(|finding| finding.stands_for).sum()
}

/// Drops a finding if a rule that it yields to names the same value, or a part of it.
fn keep_narrower(list: Vec<Finding>) -> Vec<Finding> {
    let mut keep = Vec::with_capacity(list.len());
    for file in list.chunk_by(|a, b| a.file == b.file) {
        let narrower: BTreeSet<&str> = file.iter().flat_map(|finding| finding.rule.yields_to).copied().collect();
        let mut furthest = 0;
        let narrow: Vec<(&Finding, u32)> = file
            .iter()
            .filter(|finding| narrower.contains(finding.rule.id))
            .map(|finding| {
                furthest = finding.span.end.max(furthest);
                (finding, furthest)
            })
            .collect();
        keep.extend(file.iter().map(|wide| !is_named_by(wide, &narrow)));
    }
    list.into_iter().zip(keep).filter_map(|(finding, keep)| keep.then_some(finding)).collect()
}

/// Returns whether one of the `narrow` findings, ordered by their start and each with the furthest
/// end so far, names what `wide` names.
fn is_named_by(wide: &Finding, narrow: &[(&Finding, u32)]) -> bool {
    let same = |narrow: &Finding| {
        wide.rule.yields_to.contains(&narrow.rule.id)
            && narrow.level >= wide.level
            && narrow.gates >= wide.gates
            && (narrow.span.contains(wide.span) || wide.span.contains(narrow.span))
    };
    let (before, after) = narrow.split_at(narrow.partition_point(|(other, _)| other.span.start < wide.span.start));
    let around = before.iter().rev().take_while(|(_, furthest)| *furthest >= wide.span.end);
    let inside = after.iter().take_while(|(other, _)| other.span.start <= wide.span.end);
    around.chain(inside).any(|(other, _)| same(other))
}
