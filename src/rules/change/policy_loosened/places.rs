//! Where a loosened value is shown: in the head's document, or else in the base's.

use crate::history::{Changes, Document};
use crate::people::team_key;
use crate::register::Files;
use crate::rule::Finding;
use crate::rules::Context;
use crate::source::FileId;
use crate::yaml::{self, Entry, Node, Place, Spot, escaped};

/// Both versions of the documents.
pub(in crate::rules::change) struct Places<'c> {
    documents: &'c [Document],
    files: &'c Files,
}

/// A document and its tree, if it has one.
pub(in crate::rules::change) struct Page<'c> {
    pub(in crate::rules::change) file: FileId,
    pub(in crate::rules::change) tree: Option<Node<'c>>,
}

impl<'c> Places<'c> {
    pub(in crate::rules::change) fn new(changes: &'c Changes<'_>) -> Self {
        Self { documents: &changes.documents, files: changes.files }
    }

    pub(in crate::rules::change) fn text(&self, file: FileId) -> &'c str {
        self.files.source(file).text()
    }

    fn page(&self, file: FileId) -> Page<'c> {
        Page { file, tree: yaml::parse(self.text(file)).ok() }
    }

    fn version(&self, path: Option<&str>, version: impl Fn(&Document) -> Option<FileId>) -> Option<Page<'c>> {
        let path = path?;
        let named = |file: &FileId| self.files.source(*file).path() == path;
        self.documents.iter().filter_map(version).find(named).map(|file| self.page(file))
    }

    /// Returns the base's version of a document, given its path from the register's root.
    pub(in crate::rules::change) fn base(&self, path: Option<&str>) -> Option<Page<'c>> {
        self.version(path, |document| document.base)
    }

    /// Returns the head's version of a document, given its path from the register's root.
    pub(in crate::rules::change) fn head(&self, path: Option<&str>) -> Option<Page<'c>> {
        self.version(path, |document| document.head)
    }
}

impl Page<'_> {
    /// Returns where the value at a pointer is.
    pub(in crate::rules::change) fn find(&self, pointer: &str) -> Option<Spot> {
        let (_, node) = yaml::lookup(self.tree.as_ref()?, pointer)?;
        Some(Spot { span: node.span, place: Place::value(pointer) })
    }

    /// Returns where the roster lists a member of a team.
    pub(in crate::rules::change) fn find_member(&self, team: &str, member: &str) -> Option<Spot> {
        let teams = self.tree.as_ref()?.get("teams")?.as_map()?;
        let members = |entry: &Entry<'_>| -> Option<Spot> {
            let at = entry.value.as_seq()?.iter().position(|item| item.as_text() == Some(member))?;
            self.find(&format!("/teams/{}/{at}", escaped(&entry.key)))
        };
        teams.iter().filter(|entry| team_key(&entry.key) == team_key(team)).find_map(members)
    }
}

/// Reports a loosened value at the head's value; if the head has none, at the beginning of its file; if that file is
/// gone, in the base's. The base's value is a label.
pub(in crate::rules::change) fn report<'c>(
    cx: &'c mut Context<'_>,
    (base, head): (Option<&Page<'_>>, Option<&Page<'_>>),
    (base_at, head_at): (Option<Spot>, Option<Spot>),
    message: String,
) -> &'c mut Finding {
    let before = base.zip(base_at.as_ref().map(|at| at.span)).filter(|_| head.is_some());
    let (file, spot) = match (head, base) {
        (Some(head), _) => (head.file, head_at),
        (None, Some(base)) => (base.file, base_at),
        (None, None) => (cx.file, None),
    };
    let finding = cx.report_in(file, spot.unwrap_or_default(), message);
    if let Some((base, span)) = before {
        finding.label_in(base.file, span, "stricter before");
    }
    finding
}
