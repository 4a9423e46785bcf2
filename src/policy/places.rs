//! The files of a repository that decide how its register is judged.

use crate::ci::github::is_action;
use crate::files::is_below;
use crate::people::People;
use crate::policy::{Baseline, Policy, SuppressionBaseline};
use crate::register::Controls;

/// The names under which a policy is looked for; the first one found counts.
pub const NAMES: [&str; 2] = ["stopgap.yaml", ".github/stopgap.yaml"];

/// The baseline's file, from the root of the register.
pub const BASELINE: &str = "baseline.yaml";

/// The file of the baseline of suppressions, from the root of the register.
pub const SUPPRESSIONS: &str = "suppressions.yaml";

/// Every place where any forge looks for CODEOWNERS, from the top of the work tree. Which of them counts depends on the
/// forge: [`Forge::codeowners`](crate::policy::Forge::codeowners).
pub const CODEOWNERS: [&str; 4] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// The folder of GitHub's workflows, from the top of the work tree.
pub const WORKFLOWS: &str = ".github/workflows/";

/// Other definitions of CI, from the top of the work tree.
pub const CI_FILES: [&str; 2] = [".gitlab-ci.yml", GITLAB_JOB];

/// Where `init` writes GitLab's job, from the top of the work tree.
pub const GITLAB_JOB: &str = ".gitlab/stopgap.yml";

/// What git makes of files between storing and checking them out; one in each folder.
pub const ATTRIBUTES: &str = ".gitattributes";

/// Returns where git looks for the attributes of the files in a folder, from the top of the work tree: there, in the
/// folder, and in every folder between the two.
#[must_use]
pub fn attributes(folder: &str) -> Vec<String> {
    let folder = folder.trim_end_matches('/');
    let ends = folder.match_indices('/').map(|(at, _)| at).chain(Some(folder.len()).filter(|end| *end > 0));
    let below = ends.map(|end| format!("{}/{ATTRIBUTES}", &folder[..end]));
    std::iter::once(ATTRIBUTES.to_owned()).chain(below).collect()
}

/// Tells whether a file besides the rule book, named from the top of the work tree, decides how the
/// register is judged.
#[must_use]
pub fn is_beside(path: &str) -> bool {
    path.starts_with(WORKFLOWS) || is_action(path) || CI_FILES.contains(&path) || CODEOWNERS.contains(&path)
}

/// Returns what a file is that decides how a register is judged, or how git stores it, by its lower-case path from any
/// folder. Below the top some of these names mean nothing to a forge; a root may be any folder, though.
pub(super) fn protected(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is = |file: &str| path == file || path.ends_with(&format!("/{file}"));
    let is_in = |folder: &str| path.starts_with(folder) || path.contains(&format!("/{folder}"));
    match name {
        "codeowners" => Some("a file of CODEOWNERS"),
        ATTRIBUTES | ".gitmodules" | ".gitignore" => Some("a file that git reads"),
        _ if is_in(WORKFLOWS) || is_action(path) || CI_FILES.iter().any(|file| is(file)) => Some("a file of CI"),
        _ => None,
    }
}

/// The roster's file, unless the policy names another.
pub(super) const PEOPLE: &str = "people.yaml";

/// The catalogue's file, unless the policy names another.
pub(super) const CONTROLS: &str = "controls.yaml";

/// The keys that may sign decisions, from the root of the register.
pub const SIGNERS: &str = "allowed_signers";

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
    /// The baseline.
    Baseline,
    /// The keys that may sign decisions.
    Signers,
    /// The baseline of suppressions.
    Suppressions,
}

/// Which files of a rule book a repository has that it need not have.
#[derive(Clone, Copy, Debug, Default)]
pub struct There {
    /// The roster.
    pub roster: bool,
    /// The catalogue of controls.
    pub catalogue: bool,
    /// The baseline.
    pub baseline: bool,
    /// The baseline of suppressions.
    pub suppressions: bool,
    /// The keys that may sign decisions; where decisions must be signed they count as there.
    pub signers: bool,
}

impl There {
    /// All of them.
    pub const ALL: Self = Self { roster: true, catalogue: true, baseline: true, suppressions: true, signers: true };

    /// Reads them off a rule book.
    #[must_use]
    pub fn of(
        people: &People,
        controls: Option<&Controls>,
        baseline: Option<&Baseline>,
        suppressed: Option<&SuppressionBaseline>,
    ) -> Self {
        Self {
            roster: people.roster().is_some(),
            catalogue: controls.is_some(),
            baseline: baseline.is_some(),
            suppressions: suppressed.is_some(),
            signers: false,
        }
    }
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
            Self::Baseline => "the baseline",
            Self::Signers => "the allowed signers",
            Self::Suppressions => "the baseline of suppressions",
        }
    }
}

impl Policy {
    /// Returns the files of the rule book with their paths, relative to the root: the policy that was read, the roster
    /// and the catalogue where they are or would be, the organisation's schema if one is named, the
    /// baselines and the allowed signers where they are or would be.
    pub fn books(&self) -> impl Iterator<Item = (Book, &str)> {
        [
            (Book::Policy, self.path.as_deref()),
            (Book::People, Some(self.people_path())),
            (Book::Controls, Some(self.controls_path())),
            (Book::Schema, self.schema.as_deref()),
            (Book::Baseline, Some(BASELINE)),
            (Book::Signers, Some(SIGNERS)),
            (Book::Suppressions, Some(SUPPRESSIONS)),
        ]
        .into_iter()
        .filter_map(|(book, path)| Some((book, path?)))
    }

    /// Returns the files of the rule book as [`books`](Self::books) does, without those that the repository does not have.
    pub fn books_there(&self, there: There) -> impl Iterator<Item = (Book, &str)> {
        self.books().filter(move |(book, _)| match book {
            Book::People => there.roster,
            Book::Controls => there.catalogue,
            Book::Baseline => there.baseline,
            Book::Suppressions => there.suppressions,
            Book::Signers => self.signed_decisions || there.signers,
            Book::Policy | Book::Schema => true,
        })
    }

    /// Tells whether a path, relative to the root, is below the register's folder.
    #[must_use]
    pub fn is_in_register(&self, path: &str) -> bool {
        is_below(path, &self.exceptions)
    }

    /// Tells whether a path, relative to the root, is one of the rule book.
    #[must_use]
    pub fn is_book(&self, path: &str) -> bool {
        self.book_paths().any(|book| book == path)
    }

    /// Returns the paths of the rule book, relative to the root: its files, and the policies that could be.
    pub fn book_paths(&self) -> impl Iterator<Item = &str> {
        self.books().map(|(_, path)| path).chain(NAMES)
    }
}
