//! Who owns which file: the CODEOWNERS that counts, and where the register is below it.

use crate::people::People;
use crate::policy::Forge;
use crate::signoff::{Codeowners, Owner, OwnerPeople, people_of};
use crate::source::FileId;

/// The CODEOWNERS that counts: the first one found, in the base if a change is judged.
#[derive(Clone, Debug)]
pub struct Ownership {
    /// Who reads it.
    pub forge: Forge,
    /// Its id among the sources; an empty text if there is no such file.
    pub file: FileId,
    /// Its text; `None` if there is no such file.
    pub text: Option<String>,
    /// Why there is no text although there is such a file.
    pub unread: Option<String>,
    /// Its path from the top of the work tree, or where it should be.
    pub path: String,
    /// Where the register's root is below that top: empty, or ending in `/`.
    pub prefix: String,
}

impl Ownership {
    /// Reads the file.
    #[must_use]
    pub fn codeowners(&self) -> Option<Codeowners<'_>> {
        self.text.as_deref().map(|text| Codeowners::parse(self.forge, text))
    }

    /// Returns the people who must be asked about a file, given its path relative to the register's root: if GitLab
    /// asks in several sections, those of all sections.
    #[must_use]
    pub fn people<'a>(&self, codeowners: &Codeowners<'a>, people: &'a People, path: &str) -> OwnerPeople<'a> {
        let path = format!("{}{path}", self.prefix);
        let owners: Vec<Owner<'a>> =
            codeowners.binding(&path).iter().flat_map(|rule| rule.owners.iter().copied()).collect();
        people_of(&owners, people)
    }
}
