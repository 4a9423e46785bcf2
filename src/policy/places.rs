//! The files of a repository that decide how its register is judged.

use crate::policy::Policy;

/// The names under which a policy is looked for, the first that is there.
pub const NAMES: [&str; 2] = ["stopgap.yaml", ".github/stopgap.yaml"];

/// Every place where some forge looks for CODEOWNERS, from the top of the work tree. Which of them counts, and before
/// which others, is the forge's: [`Forge::codeowners`](crate::policy::Forge::codeowners).
pub const CODEOWNERS: [&str; 4] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// The folder of GitHub's workflows, from the top of the work tree.
pub const WORKFLOWS: &str = ".github/workflows/";

/// Other definitions of CI, from the top of the work tree.
pub const CI_FILES: [&str; 2] = [".gitlab-ci.yml", GITLAB_JOB];

/// Where `init` writes GitLab's job, from the top of the work tree.
pub const GITLAB_JOB: &str = ".gitlab/stopgap.yml";

/// Tells whether a file besides the rule book, named from the top of the work tree, decides how the
/// register is judged.
#[must_use]
pub fn is_beside(path: &str) -> bool {
    path.starts_with(WORKFLOWS) || CI_FILES.contains(&path) || CODEOWNERS.contains(&path)
}

impl Policy {
    /// Returns the paths of the rule book, relative to the root: the policy that was read and those
    /// that could be, the roster, the catalogue and the organisation's schema.
    pub fn book_paths(&self) -> impl Iterator<Item = &str> {
        let own = [self.path.as_deref(), Some(self.people_path()), Some(self.controls_path()), self.schema.as_deref()];
        own.into_iter().flatten().chain(NAMES)
    }
}
