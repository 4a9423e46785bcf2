//! The files of a repository that decide how its register is judged.

use crate::policy::Policy;

/// The names under which a policy is looked for; the first one found counts.
pub const NAMES: [&str; 2] = ["stopgap.yaml", ".github/stopgap.yaml"];

/// Every place where any forge looks for CODEOWNERS, from the top of the work tree. Which of them counts depends on the
/// forge: [`Forge::codeowners`](crate::policy::Forge::codeowners).
pub const CODEOWNERS: [&str; 4] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// The folder of GitHub's workflows, from the top of the work tree.
pub const WORKFLOWS: &str = ".github/workflows/";

/// Other definitions of CI, from the top of the work tree.
pub const CI_FILES: [&str; 1] = [".gitlab-ci.yml"];

/// Returns whether a file outside the rule book, named from the top of the work tree, decides how the register is
/// judged.
#[must_use]
pub fn is_beside(path: &str) -> bool {
    path.starts_with(WORKFLOWS) || CI_FILES.contains(&path) || CODEOWNERS.contains(&path)
}

/// The roster's file, unless the policy names another.
pub(super) const PEOPLE: &str = "people.yaml";

/// The catalogue's file, unless the policy names another.
pub(super) const CONTROLS: &str = "controls.yaml";

/// A file of the rule book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Book {
    /// The policy.
    Policy,
    /// The roster.
    People,
    /// The catalogue of controls.
    Controls,
    /// The organisation's own schema.
    Schema,
}

impl Book {
    /// Returns what people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Policy => "the policy",
            Self::People => "the roster",
            Self::Controls => "the catalogue",
            Self::Schema => "the schema",
        }
    }
}

impl Policy {
    /// Returns the files of the rule book with their paths, relative to the root: the policy that was read, the roster
    /// and the catalogue where they are or would be, and the organisation's schema if one is named.
    pub fn books(&self) -> impl Iterator<Item = (Book, &str)> {
        [
            (Book::Policy, self.path.as_deref()),
            (Book::People, Some(self.people_path())),
            (Book::Controls, Some(self.controls_path())),
            (Book::Schema, self.schema.as_deref()),
        ]
        .into_iter()
        .filter_map(|(book, path)| Some((book, path?)))
    }

    /// Returns the files of the rule book as [`books`](Self::books) does, without a roster or a catalogue that the
    /// repository does not have.
    pub fn books_there(&self, roster: bool, catalogue: bool) -> impl Iterator<Item = (Book, &str)> {
        self.books().filter(move |(book, _)| match book {
            Book::People => roster,
            Book::Controls => catalogue,
            Book::Policy | Book::Schema => true,
        })
    }

    /// Returns the paths of the rule book, relative to the root: its files, and the policies that could be.
    pub fn book_paths(&self) -> impl Iterator<Item = &str> {
        self.books().map(|(_, path)| path).chain(NAMES)
    }
}
