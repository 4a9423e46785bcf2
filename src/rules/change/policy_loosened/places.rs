//! Where a loosened value is shown: in the head's document, else in the base's.

use crate::history::{Changes, Document};
use crate::rule::Finding;
use crate::rules::Context;
use crate::source::{FileId, Source, Span};
use crate::yaml::{self, Node};

/// Both versions of the documents.
pub(super) struct Places<'c> {
    documents: &'c [Document],
    sources: &'c [Source],
}

/// A document and its tree, so far as it has one.
pub(super) struct Page<'c> {
    pub(super) file: FileId,
    pub(super) tree: Option<Node<'c>>,
}

impl<'c> Places<'c> {
    pub(super) fn new(changes: &'c Changes<'_>) -> Self {
        Self { documents: &changes.documents, sources: changes.sources }
    }

    pub(super) fn text(&self, file: FileId) -> &'c str {
        self.sources.get(file.0 as usize).map_or("", Source::text)
    }

    fn page(&self, file: FileId) -> Page<'c> {
        Page { file, tree: yaml::parse(self.text(file)).ok() }
    }

    fn version(&self, path: Option<&str>, version: impl Fn(&Document) -> Option<FileId>) -> Option<Page<'c>> {
        let path = path?;
        let named = |file: &FileId| self.sources.get(file.0 as usize).is_some_and(|source| source.path() == path);
        self.documents.iter().filter_map(version).find(named).map(|file| self.page(file))
    }

    /// Returns the base's version of a document, given its path from the register's root.
    pub(super) fn base(&self, path: Option<&str>) -> Option<Page<'c>> {
        self.version(path, |document| document.base)
    }

    /// Returns the head's version of a document, given its path from the register's root.
    pub(super) fn head(&self, path: Option<&str>) -> Option<Page<'c>> {
        self.version(path, |document| document.head)
    }
}

impl Page<'_> {
    /// Returns where the value at a pointer is.
    pub(super) fn find(&self, pointer: &str) -> Option<Span> {
        yaml::lookup(self.tree.as_ref()?, pointer).map(|(_, node)| node.span)
    }
}

/// Reports a loosened thing at the head's value; where the head writes none, at the beginning of
/// its file; where there is no such file any more, in the base's. The base's value is the other half.
pub(super) fn report<'c>(
    cx: &'c mut Context<'_>,
    (base, head): (Option<&Page<'_>>, Option<&Page<'_>>),
    (base_at, head_at): (Option<Span>, Option<Span>),
    message: String,
) -> &'c mut Finding {
    let gone = head.is_none();
    let (file, span) = match (head, base) {
        (Some(head), _) => (head.file, head_at.unwrap_or_default()),
        (None, Some(base)) => (base.file, base_at.unwrap_or_default()),
        (None, None) => (FileId(0), Span::default()),
    };
    let finding = cx.report_in(file, span, message);
    if let (Some(base), Some(at), false) = (base, base_at, gone) {
        finding.label_in(base.file, at, "stricter before");
    }
    finding
}
