//! The arguments of `stopgap init`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Arguments of `init`.
#[derive(Args, Debug, Default)]
pub struct Init {
    /// The repository's root. Default: the git work tree, otherwise the current folder.
    #[arg(long, value_name = "FOLDER")]
    pub root: Option<PathBuf>,
    /// Who owns the register and its rules: people or teams as CODEOWNERS writes them, such as
    /// `@acme/security` or `@olek,@priya`. Without any, the lines are printed for you to complete.
    #[arg(long, value_name = "OWNER", value_delimiter = ',')]
    pub owners: Vec<String>,
    /// Which CI system gets a job with both gates and the schedule. Default: GitLab if there is a `.gitlab-ci.yml`,
    /// otherwise GitHub.
    #[arg(long, value_enum, value_name = "CI")]
    pub ci: Option<Ci>,
    /// The GitHub action of stopgap as your workflows may use it, such as `acme/stopgap@v0.1.0`.
    /// Without it the workflow builds the command from its published source.
    #[arg(long, value_name = "OWNER/REPO@REF")]
    pub action: Option<String>,
    /// Show what would be written, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// A CI system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Ci {
    /// `.github/workflows/stopgap.yml`.
    Github,
    /// `.gitlab-ci.yml`.
    Gitlab,
    /// None.
    None,
}
