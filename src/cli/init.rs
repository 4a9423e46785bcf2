//! The arguments of `stopgap init`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Arguments of `init`.
#[derive(Args, Debug, Default)]
pub struct Init {
    /// The repository's root. Default: the nearest folder upwards with a policy, otherwise the git work tree, otherwise
    /// the current folder.
    #[arg(long, value_name = "FOLDER")]
    pub root: Option<PathBuf>,
    /// Who owns the register and its rules: people or teams as CODEOWNERS writes them, such as
    /// `@acme/security` or `@olek,@priya`. Without any, the lines are printed for you to complete.
    #[arg(long, value_name = "OWNER", value_delimiter = ',')]
    pub owners: Vec<String>,
    /// Which CI system gets a job with both gates and the schedule. Default: GitLab if there is a
    /// `.gitlab-ci.yml`, or the remote is one and there are no workflows; otherwise GitHub.
    #[arg(long, value_enum, value_name = "CI")]
    pub ci: Option<Ci>,
    /// Let the workflow use GitHub's action, pinned by a commit of 40 digits.
    #[arg(long, value_name = "OWNER/stopgap@COMMIT", conflicts_with_all = ["image", "source", "component"])]
    pub action: Option<String>,
    /// Let the pipeline take in GitLab's component, pinned by a commit of 40 digits; it runs in the image of `--image`.
    #[arg(long, value_name = "PATH/stopgap@COMMIT", conflicts_with = "source")]
    pub component: Option<String>,
    /// Let the job take stopgap from an image, pinned by its digest.
    #[arg(long, value_name = "IMAGE@sha256:DIGEST", conflicts_with = "source")]
    pub image: Option<String>,
    /// Let the job build stopgap from a repository, pinned by a commit of 40 digits.
    #[arg(long, value_name = "URL@COMMIT")]
    pub source: Option<String>,
    /// Write the roster from CODEOWNERS and the authors in git, if there is none.
    #[arg(long)]
    pub people: bool,
    /// Who is in a team that CODEOWNERS names, for the roster; may be given several times.
    #[arg(long = "team", value_name = "TEAM=PERSON,…")]
    pub teams: Vec<String>,
    /// Show what would be written, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// A CI system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Ci {
    /// Workflows in `.github/workflows/`.
    Github,
    /// `.gitlab/stopgap.yml`, taken in by `.gitlab-ci.yml`.
    Gitlab,
    /// None.
    None,
}
