//! Base and head compared as values, and which findings a change caused.
//!
//! Comments, quoting, line endings, white space and the order of keys are not part of a value, and another folder is
//! not a change either: an exception is its id.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::git::Commit;
use crate::history::decisions::{Decision, of_change};
use crate::history::snapshot::Document;
use crate::policy::{Forge, RuleBook};
use crate::register::{Exception, FileRef, Files, Lists, Register, Status, differences};
use crate::rule::{Finding, Findings};
use crate::signoff::{Evidence, Merge, Unanswered};
use crate::source::FileId;
use crate::time::Day;
use crate::yaml::{self, Node};

/// What is known about a change besides its files.
#[derive(Debug)]
pub struct Circumstances {
    /// The day of the base's newest commit in the register's time zone; `None` if there is no commit.
    pub base_day: Option<Day>,
    /// The rule book of the head; the base's does the judging. `None` in a repository that had no register.
    pub head: Option<RuleBook>,
    /// The files outside the register that decide how it is judged.
    pub documents: Vec<Document>,
    /// The commit of the base's past that removed a baseline, if the change brings one and the base has none.
    pub former_baseline: Option<Commit>,
    /// The files of the base that are in another register, from which the change takes them.
    pub elsewhere: BTreeSet<FileId>,
}

impl Circumstances {
    /// Those of a change that is not committed yet and leaves the rule book as it is.
    #[must_use]
    pub fn of_draft(book: RuleBook) -> Self {
        Self {
            base_day: None,
            head: Some(book),
            documents: Vec::new(),
            former_baseline: None,
            elsewhere: BTreeSet::new(),
        }
    }
}

/// What a change does to the register.
#[derive(Debug)]
pub struct Changes<'a> {
    /// The exceptions that it adds, edits or removes, by id.
    pub list: Vec<Change<'a>>,
    /// The day of the base's newest commit in the register's time zone.
    pub base_day: Option<Day>,
    /// The rule book of the head; the base's does the judging. `None` in a repository that had no register.
    pub head: Option<RuleBook>,
    /// The files outside the register that decide how it is judged.
    pub documents: Vec<Document>,
    /// The commit of the base's past that removed a baseline, if the change brings one and the base has none.
    pub former_baseline: Option<Commit>,
    /// What the pull request says; `None` if none was given.
    pub evidence: Option<Evidence>,
    /// What brought a commit of the past to the branch, or which answer about it is missing; `None` if nobody asked.
    pub merge: Option<Result<Merge, Unanswered>>,
    /// Whether it is one of the past: it was merged, or pushed, and is no longer a request.
    pub is_past: bool,
    /// All files.
    pub files: &'a Files,
    /// Where the head has an exception that it does not leave alone, by the path in the base.
    heads: BTreeMap<&'a str, &'a str>,
    /// The index of each head file in the list.
    by_head: FxHashMap<FileId, usize>,
    /// The files of both sides in the list.
    sides: FxHashSet<FileId>,
    /// Files of the head whose bytes the base has at the same path.
    untouched: FxHashSet<FileId>,
    /// The decisions that it adds.
    pub(super) decisions: Vec<Decision<'a>>,
}

/// The findings of the base: rule, path and field of each.
#[derive(Debug)]
pub struct Known<'f>(FxHashSet<(&'f str, &'f str, &'f str)>);

/// One exception before and after; at least one of the two exists.
#[derive(Debug)]
pub struct Change<'a> {
    /// The exception's id.
    pub id: &'a str,
    /// What the base contains.
    pub base: Option<Side<'a>>,
    /// What the head contains.
    pub head: Option<Side<'a>>,
    /// Whether the base has it in another register only: it is new in this one, and edits on the way still count.
    pub arrives: bool,
}

/// One side of a [`Change`].
#[derive(Debug)]
pub struct Side<'a> {
    /// The file.
    pub file: FileId,
    /// The exception as rules read it; `None` if the file has no tree.
    pub exception: Option<&'a Exception<'a>>,
    /// The tree; `None` outside the safe YAML subset.
    pub tree: Option<Node<'a>>,
}

impl<'a> Change<'a> {
    /// Returns both sides of an edit that can be compared.
    #[must_use]
    pub fn edit(&self) -> Option<Edit<'_, 'a>> {
        let (base, head) = (self.base.as_ref()?, self.head.as_ref()?);
        Some(Edit {
            base: base.exception?,
            head: head.exception?,
            base_tree: base.tree.as_ref()?,
            head_tree: head.tree.as_ref()?,
            base_file: base.file,
        })
    }

    /// Returns the exception that the change adds.
    #[must_use]
    pub fn added(&self) -> Option<&'a Exception<'a>> {
        if self.adds() { self.head.as_ref()?.exception } else { None }
    }

    /// Tells whether this register did not have it.
    fn adds(&self) -> bool {
        self.base.is_none() || self.arrives
    }

    /// Returns the exception as this register had it.
    #[must_use]
    pub fn before(&self) -> Option<&'a Exception<'a>> {
        if self.adds() { None } else { self.base.as_ref()?.exception }
    }

    /// Tells whether it gives an unfinished record the status and the end that it lacked, if only to close it.
    fn puts_in_force(&self) -> bool {
        let exception = |side: &Option<Side<'a>>| side.as_ref().and_then(|side| side.exception);
        let lacks = |it: &Exception<'_>| it.status.is_none() || it.expires.is_none();
        match (exception(&self.base), exception(&self.head)) {
            (Some(base), Some(head)) => lacks(base) && !lacks(head) && !head.is(&[Status::Rejected]),
            _ => false,
        }
    }

    /// Returns whether the value at a JSON Pointer differs.
    fn edits(&self, pointer: &str) -> bool {
        let (base, head) = match (tree_of(self.base.as_ref()), tree_of(self.head.as_ref())) {
            (Some(base), Some(head)) => (base, head),
            // Without a tree on either side there are no fields, and the base's finding is the same one.
            (None, None) => return false,
            _ => return true,
        };
        let value = |tree| yaml::lookup(tree, pointer).map(|(_, node)| node);
        !pointer.is_empty() && !differences(value(base), value(head), pointer, Lists::Whole).is_empty()
    }
}

/// Both sides of an edit.
#[derive(Clone, Copy, Debug)]
pub struct Edit<'c, 'a> {
    /// The exception before.
    pub base: &'a Exception<'a>,
    /// The exception after.
    pub head: &'a Exception<'a>,
    /// The tree before.
    pub base_tree: &'c Node<'a>,
    /// The tree after.
    pub head_tree: &'c Node<'a>,
    /// The file before.
    pub base_file: FileId,
}

impl<'a> Changes<'a> {
    /// Compares two registers whose files are in `files`.
    #[must_use]
    pub fn between(
        files: &'a Files,
        base: &'a Register<'a>,
        head: &'a Register<'a>,
        circumstances: Circumstances,
    ) -> Self {
        let Circumstances { base_day, head: book, documents, former_baseline, elsewhere } = circumstances;
        let mut changes = Self {
            list: Vec::new(),
            base_day,
            head: book,
            documents,
            former_baseline,
            evidence: None,
            merge: None,
            is_past: false,
            files,
            heads: BTreeMap::new(),
            by_head: FxHashMap::default(),
            sides: FxHashSet::default(),
            untouched: FxHashSet::default(),
            decisions: Vec::new(),
        };
        let (before, after) = (by_stem(base), by_stem(head));
        let stems: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
        for stem in stems {
            let none: &[FileRef<'a>] = &[];
            let (old, new) =
                (before.get(stem).map_or(none, Vec::as_slice), after.get(stem).map_or(none, Vec::as_slice));
            for (old, new) in pairs(old, new) {
                let arrives = new.is_some() && old.is_some_and(|old| elsewhere.contains(&old.id));
                changes.compare((base, old), (head, new), arrives);
            }
        }
        let heads = changes.list.iter().enumerate();
        let sides = changes.list.iter().flat_map(|change| change.base.iter().chain(&change.head));
        changes.sides = sides.map(|side| side.file).collect();
        changes.by_head = heads.filter_map(|(at, change)| Some((change.head.as_ref()?.file, at))).collect();
        changes.decisions = changes.list.iter().flat_map(of_change).collect();
        changes
    }

    fn compare(
        &mut self,
        (base, old): (&'a Register<'a>, Option<FileRef<'a>>),
        (head, new): (&'a Register<'a>, Option<FileRef<'a>>),
        arrives: bool,
    ) {
        if let (Some(old), Some(new)) = (old, new) {
            if old.id == new.id {
                self.untouched.insert(new.id);
                return;
            }
            self.heads.insert(old.path, new.path);
        }
        let files = self.files;
        let side = |register: &'a Register<'a>, file: FileRef<'a>| Side {
            file: file.id,
            exception: register.exception(file.id),
            tree: tree(files, file.id),
        };
        let base = old.map(|old| side(base, old));
        let head = new.map(|new| side(head, new));
        if let (Some(Side { tree: Some(old), .. }), Some(Side { tree: Some(new), .. })) = (&base, &head)
            && old.same_value(new)
            && !arrives
        {
            return;
        }
        if let Some(id) = new.or(old).map(|file| file.stem()) {
            self.list.push(Change { id, base, head, arrives });
        }
    }

    /// Returns whether the change introduces a reason: the base's record of the same id has no such text there.
    #[must_use]
    pub fn adds_reason(&self, file: FileId, position: usize, text: &str) -> bool {
        let Some(change) = self.of(file) else { return false };
        let before = change.before();
        before.is_none_or(|before| before.reasons().nth(position).is_none_or(|(old, _)| old.as_str() != text))
    }

    /// Returns whether the change adds the exception of a file.
    #[must_use]
    pub fn adds(&self, file: FileId) -> bool {
        self.of(file).is_some_and(Change::adds)
    }

    /// Tells whether a closed exception, on either side, is held to the rules for live ones: one that the change adds
    /// or edits. The change that brings the first register brings its past, which can no longer be judged.
    #[must_use]
    pub fn judges_closed(&self, file: FileId) -> bool {
        self.head.is_some() && self.sides.contains(&file)
    }

    /// Returns what the base holds of an exception that the change edits.
    #[must_use]
    pub fn before(&self, file: FileId) -> Option<&'a Exception<'a>> {
        self.of(file)?.before()
    }

    /// Returns where the base has the exception of a file: its path there, or the path that a new one would have in the
    /// folder of the base's register. `folder` is that folder; nothing where the path is the file's own.
    #[must_use]
    pub fn path_in_base(&self, file: FileId, folder: &str) -> Option<Cow<'a, str>> {
        let path = self.files.source(file).path();
        let before = match self.of(file).and_then(|change| change.base.as_ref()) {
            Some(base) => Cow::Borrowed(self.files.source(base.file).path()),
            None => {
                let now = &self.head.as_ref()?.policy.exceptions;
                let below = path.strip_prefix(now.as_str()).filter(|below| below.starts_with('/'))?;
                Cow::Owned(format!("{folder}{below}"))
            }
        };
        (before != path).then_some(before)
    }

    /// Returns the CODEOWNERS that counts on one side, by a forge's places for it.
    #[must_use]
    pub fn codeowners(&self, forge: Forge, side: impl Fn(&Document) -> Option<FileId>) -> Option<FileId> {
        let at = |name: &&str| side(self.documents.iter().find(|document| document.path == **name)?);
        forge.codeowners().iter().find_map(at)
    }

    /// Lists the exceptions that the change moves, each by its path in the base and in the head.
    pub fn moved(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.heads.iter().map(|(base, head)| (*base, *head)).filter(|(base, head)| base != head)
    }

    /// Returns what the change does to a file of the head.
    fn of(&self, file: FileId) -> Option<&Change<'a>> {
        self.by_head.get(&file).and_then(|at| self.list.get(*at))
    }

    /// Returns both sides of a file of the head that the change edits.
    #[must_use]
    pub fn edit_of(&self, file: FileId) -> Option<Edit<'_, 'a>> {
        self.of(file)?.edit()
    }

    /// Returns whether a file of the head has the same bytes at the same path in the base.
    #[must_use]
    pub fn leaves(&self, file: FileId) -> bool {
        self.untouched.contains(&file)
    }

    /// Collects the findings of the base, by rule, file and field: the file as the head has it.
    #[must_use]
    pub fn known<'f>(&'f self, before: &'f Findings) -> Known<'f> {
        let key = |finding: &'f Finding| {
            let path = self.files.source(finding.file).path();
            (finding.rule.id, self.heads.get(path).copied().unwrap_or(path), &*finding.place.pointer)
        };
        Known(before.iter().map(key).collect())
    }

    /// Returns whether the base has the same finding, and the change leaves its field alone.
    #[must_use]
    pub fn keeps(&self, finding: &Finding, known: &Known<'_>) -> bool {
        if finding.rule.looks_at_one_entry() && self.leaves(finding.file) {
            return true;
        }
        let pointer = &*finding.place.pointer;
        let edited = self.of(finding.file).is_some_and(|change| change.edits(pointer));
        !edited && known.0.contains(&(finding.rule.id, self.files.source(finding.file).path(), pointer))
    }

    /// Marks the findings that the change did not cause: those that it keeps from the base. A change
    /// that puts a draft in force causes all that is wrong with it. Then keeps the narrower ones.
    pub fn mark(&self, findings: &mut Findings, known: &Known<'_>) {
        findings
            .mark(|finding| self.of(finding.file).is_some_and(Change::puts_in_force) || !self.keeps(finding, known));
        findings.narrow();
    }
}

fn tree_of<'s, 'a>(side: Option<&'s Side<'a>>) -> Option<&'s Node<'a>> {
    side?.tree.as_ref()
}

fn tree(files: &Files, file: FileId) -> Option<Node<'_>> {
    if files.fault(file).is_some() {
        return None;
    }
    yaml::parse(files.source(file).text()).ok().filter(|tree| tree.as_map().is_some())
}

fn by_stem<'a>(register: &Register<'a>) -> BTreeMap<&'a str, Vec<FileRef<'a>>> {
    let mut stems: BTreeMap<&str, Vec<FileRef<'a>>> = BTreeMap::new();
    for file in &register.files {
        stems.entry(file.stem()).or_default().push(*file);
    }
    stems
}

/// Pairs the files of one id, each side sorted by path: the same path first, the rest in order.
fn pairs<'a>(old: &[FileRef<'a>], new: &[FileRef<'a>]) -> Vec<(Option<FileRef<'a>>, Option<FileRef<'a>>)> {
    let same = |file: &FileRef<'a>, others: &[FileRef<'a>]| {
        let at = others.binary_search_by(|other| other.path.cmp(file.path)).ok()?;
        others.get(at).copied()
    };
    let mut pairs: Vec<_> = old.iter().filter_map(|file| Some((Some(*file), Some(same(file, new)?)))).collect();
    let mut rest_old = old.iter().filter(|file| same(file, new).is_none()).copied();
    let mut rest_new = new.iter().filter(|file| same(file, old).is_none()).copied();
    loop {
        match (rest_old.next(), rest_new.next()) {
            (None, None) => return pairs,
            pair => pairs.push(pair),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::decode;

    #[test]
    fn what_is_not_utf_8_has_no_fields() {
        let read = |bytes: &[u8]| decode(bytes.to_vec(), "exceptions/a.yaml".to_owned());
        for (bytes, has_fields) in [(&b"title: M\xc3\xbcller\n"[..], true), (b"title: M\xfcller\n", false)] {
            let files = Files::from_read(vec![read(bytes)]);
            assert_eq!(tree(&files, files.own()[0]).is_some(), has_fields, "{bytes:?}");
        }
    }
}
