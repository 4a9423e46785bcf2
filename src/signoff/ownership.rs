//! Who owns which file: the CODEOWNERS that counts, and where the register lies below it.

use crate::people::People;
use crate::signoff::{Codeowners, OwnerPeople, people_of};
use crate::source::FileId;

/// The CODEOWNERS that counts: the first found, of the base where a change is judged.
#[derive(Clone, Debug)]
pub struct Ownership {
    /// Its place among the sources; an empty text where there is none at all.
    pub file: FileId,
    /// Its text; `None` where there is no such file.
    pub text: Option<String>,
    /// Why there is no text although there is such a file.
    pub unread: Option<String>,
    /// Its path from the top of the work tree, or where it should be.
    pub path: String,
    /// Where the register's root lies below that top: empty, or ending in `/`.
    pub prefix: String,
}

impl Ownership {
    /// Reads the file.
    #[must_use]
    pub fn codeowners(&self) -> Option<Codeowners<'_>> {
        self.text.as_deref().map(Codeowners::parse)
    }

    /// Returns the people who own a file, given its path relative to the register's root.
    #[must_use]
    pub fn people<'a>(&self, codeowners: &Codeowners<'a>, people: &'a People, path: &str) -> OwnerPeople<'a> {
        let path = format!("{}{path}", self.prefix);
        codeowners.owners(&path).map(|rule| people_of(&rule.owners, people)).unwrap_or_default()
    }
}
