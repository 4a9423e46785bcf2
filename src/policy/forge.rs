//! The forge that hosts a repository: it decides how CODEOWNERS is read.

/// A forge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Forge {
    /// GitHub.
    #[default]
    GitHub,
    /// GitLab.
    GitLab,
    /// Forgejo or Gitea. A policy cannot name it: the lines of its CODEOWNERS are regular expressions that only ask for
    /// reviews, so nobody has to approve because of them.
    Forgejo,
}

impl Forge {
    /// The forges that a policy can name, by the value of `forge`.
    pub const NAMED: [(&'static str, Self); 2] = [("github", Self::GitHub), ("gitlab", Self::GitLab)];

    /// Reads the value of `forge`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(name, _)| *name == text).map(|(_, forge)| *forge)
    }

    /// Returns the name that people know.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub",
            Self::GitLab => "GitLab",
            Self::Forgejo => "Forgejo",
        }
    }

    /// Returns what a proposed change is called there.
    #[must_use]
    pub const fn request(self) -> &'static str {
        match self {
            Self::GitHub | Self::Forgejo => "pull request",
            Self::GitLab => "merge request",
        }
    }

    /// Returns where CODEOWNERS is looked for, from the top of the work tree: only the first one found counts.
    ///
    /// GitHub:
    /// <https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners>.
    /// GitLab: <https://docs.gitlab.com/user/project/codeowners/#codeowners-file>. Forgejo:
    /// <https://forgejo.org/docs/latest/user/code-owners/>.
    #[must_use]
    pub const fn codeowners(self) -> &'static [&'static str] {
        match self {
            Self::GitHub => &[".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"],
            Self::GitLab => &["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"],
            Self::Forgejo => &["CODEOWNERS", "docs/CODEOWNERS", ".forgejo/CODEOWNERS", ".gitea/CODEOWNERS"],
        }
    }
}
