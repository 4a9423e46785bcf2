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
    /// The owners of the register and its rules: people or teams in CODEOWNERS syntax, such as `@acme/security` or
    /// `@olek,@priya`. Without owners, the lines are printed for you to complete.
    #[arg(long, value_name = "OWNER", value_delimiter = ',')]
    pub owners: Vec<String>,
    /// The CI system to write a job for, with both gates and the schedule. Default: GitLab if there is a
    /// `.gitlab-ci.yml`, if the policy's `forge` is `gitlab`, or if the remote is on GitLab and there are no workflows;
    /// otherwise GitHub.
    #[arg(long, value_enum, value_name = "CI")]
    pub ci: Option<Ci>,
    /// Use the GitHub action in the workflow, pinned to a commit of 40 digits.
    #[arg(long, value_name = "OWNER/stopgap@COMMIT", conflicts_with_all = ["image", "source", "component"])]
    pub action: Option<String>,
    /// Use the GitLab component in the pipeline, pinned to a commit of 40 digits; it runs in the image given with
    /// `--image`.
    #[arg(long, value_name = "PATH/stopgap@COMMIT", conflicts_with = "source")]
    pub component: Option<String>,
    /// Take stopgap from a container image, pinned to its digest.
    #[arg(long, value_name = "IMAGE@sha256:DIGEST", conflicts_with = "source")]
    pub image: Option<String>,
    /// Build stopgap from a repository, pinned to a commit of 40 digits.
    #[arg(long, value_name = "URL@COMMIT")]
    pub source: Option<String>,
    /// Write a roster from CODEOWNERS and the authors in git, if there is none.
    #[arg(long)]
    pub people: bool,
    /// The members of a team that CODEOWNERS names, for the roster; repeatable.
    #[arg(long = "team", value_name = "TEAM=PERSON,…")]
    pub teams: Vec<String>,
    /// Show what would be written without writing it.
    #[arg(long)]
    pub dry_run: bool,
}

/// A CI system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Ci {
    /// Workflows in `.github/workflows/`.
    Github,
    /// `.gitlab/stopgap.yml`, included by `.gitlab-ci.yml`.
    Gitlab,
    /// None.
    None,
}
