//! What a CI system passes through the environment, as a plain value.

use super::Reach;
use crate::policy::Forge;

/// Variables that every job of a CI system has: of Azure Pipelines, Bitbucket Pipelines, CircleCI
/// (<https://circleci.com/docs/reference/variables/>) and Jenkins.
const OTHER_SYSTEMS: [&str; 4] = ["TF_BUILD", "BITBUCKET_BUILD_NUMBER", "CIRCLECI", "JENKINS_URL"];

/// The variables of CI systems that say what a run compares.
///
/// GitHub, and Forgejo and Gitea, which set the same:
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/variables>.
/// GitLab: <https://docs.gitlab.com/ci/variables/predefined_variables/>.
/// Azure Pipelines: <https://learn.microsoft.com/en-us/azure/devops/pipelines/build/variables>.
/// Bitbucket Pipelines: <https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/>.
/// Jenkins: <https://www.jenkins.io/doc/book/pipeline/multibranch/#additional-environment-variables>.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CiEnvironment {
    /// `GITHUB_ACTIONS`: this is a job of GitHub Actions.
    pub github_actions: bool,
    /// `GITHUB_EVENT_NAME`, such as `pull_request`.
    pub github_event_name: Option<String>,
    /// `GITHUB_EVENT_PATH`, for messages and for the reader of that file.
    pub github_event_path: Option<String>,
    /// The bytes of that file; the caller reads them.
    pub github_event: Option<Vec<u8>>,
    /// `GITHUB_SHA`: the commit that the event is about.
    pub github_sha: Option<String>,
    /// `GITHUB_BASE_REF`: the branch that a pull request is to be merged into.
    pub github_base_ref: Option<String>,
    /// `GITEA_ACTIONS` or `FORGEJO_ACTIONS`: a job of Forgejo or Gitea, which sets GitHub's variables too.
    pub forgejo_actions: bool,
    /// `GITLAB_CI`: this is a job of GitLab.
    pub gitlab_ci: bool,
    /// `CI_PIPELINE_SOURCE`, such as `merge_request_event`, `push` or `schedule`.
    pub gitlab_source: Option<String>,
    /// `CI_MERGE_REQUEST_TARGET_BRANCH_SHA`: the target's tip; only in a merged results pipeline.
    pub gitlab_target: Option<String>,
    /// `CI_MERGE_REQUEST_DIFF_BASE_SHA`.
    pub gitlab_merge_base: Option<String>,
    /// `CI_MERGE_REQUEST_TARGET_BRANCH_NAME`.
    pub gitlab_target_branch: Option<String>,
    /// `CI_COMMIT_BEFORE_SHA`: the previous tip of a pushed branch.
    pub gitlab_before: Option<String>,
    /// `CI_COMMIT_BRANCH`; not set in a merge request's or a tag's pipeline.
    pub gitlab_branch: Option<String>,
    /// `CI_DEFAULT_BRANCH`.
    pub gitlab_default_branch: Option<String>,
    /// `CI_MERGE_REQUEST_SOURCE_BRANCH_SHA`: the source's tip; only in a merged results pipeline.
    pub gitlab_source_head: Option<String>,
    /// `SYSTEM_PULLREQUEST_TARGETBRANCH` of Azure Pipelines, such as `refs/heads/main`.
    pub azure_target: Option<String>,
    /// `BITBUCKET_PR_DESTINATION_BRANCH`.
    pub bitbucket_branch: Option<String>,
    /// `BITBUCKET_PR_DESTINATION_COMMIT`, shortened.
    pub bitbucket_commit: Option<String>,
    /// `CHANGE_TARGET` of Jenkins.
    pub jenkins_target: Option<String>,
    /// One of [`OTHER_SYSTEMS`]: a job of such a system, whether it tells more or not.
    pub other_system: bool,
    /// `GITHUB_SERVER_URL` with `GITHUB_REPOSITORY`, or `CI_PROJECT_URL` of GitLab: the repository's page.
    pub page: Option<String>,
    /// `CI`: a job of some system, or a container or a shell in which somebody works and which sets it too.
    pub ci: bool,
}

impl CiEnvironment {
    /// Collects the variables; an empty one counts as not set. The event's payload remains to be read from
    /// [`CiEnvironment::github_event_path`].
    #[must_use]
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let is_true = |name: &str| variable(name).is_some_and(|value| value == "true");
        let is_set =
            |name: &str| variable(name).is_some_and(|value| !["false", "0"].contains(&value.to_lowercase().as_str()));
        Self {
            github_actions: is_true("GITHUB_ACTIONS"),
            github_event_name: variable("GITHUB_EVENT_NAME"),
            github_event_path: variable("GITHUB_EVENT_PATH"),
            github_event: None,
            github_sha: variable("GITHUB_SHA"),
            github_base_ref: variable("GITHUB_BASE_REF"),
            forgejo_actions: is_true("GITEA_ACTIONS") || is_true("FORGEJO_ACTIONS"),
            gitlab_ci: is_true("GITLAB_CI"),
            gitlab_source: variable("CI_PIPELINE_SOURCE"),
            gitlab_target: variable("CI_MERGE_REQUEST_TARGET_BRANCH_SHA"),
            gitlab_merge_base: variable("CI_MERGE_REQUEST_DIFF_BASE_SHA"),
            gitlab_target_branch: variable("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"),
            gitlab_before: variable("CI_COMMIT_BEFORE_SHA"),
            gitlab_branch: variable("CI_COMMIT_BRANCH"),
            gitlab_default_branch: variable("CI_DEFAULT_BRANCH"),
            gitlab_source_head: variable("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"),
            azure_target: variable("SYSTEM_PULLREQUEST_TARGETBRANCH"),
            bitbucket_branch: variable("BITBUCKET_PR_DESTINATION_BRANCH"),
            bitbucket_commit: variable("BITBUCKET_PR_DESTINATION_COMMIT"),
            jenkins_target: variable("CHANGE_TARGET"),
            page: variable("GITHUB_SERVER_URL")
                .and_then(|server| Some(format!("{server}/{}", variable("GITHUB_REPOSITORY")?)))
                .or_else(|| variable("CI_PROJECT_URL")),
            other_system: OTHER_SYSTEMS.into_iter().any(is_set),
            ci: is_set("CI"),
        }
    }

    /// Returns the forge whose job this is.
    #[must_use]
    pub fn forge(&self) -> Option<Forge> {
        match (self.forgejo_actions, self.gitlab_ci, self.is_github()) {
            (true, ..) => Some(Forge::Forgejo),
            (false, true, _) => Some(Forge::GitLab),
            (false, false, true) => Some(Forge::GitHub),
            (false, false, false) => None,
        }
    }

    /// Returns the name of the default branch, if the CI system says it in a variable.
    #[must_use]
    pub fn default_branch(&self) -> Option<&str> {
        self.gitlab_default_branch.as_deref()
    }

    /// Returns whether this is a job of a known CI system.
    pub fn is_known(&self) -> bool {
        let other = [&self.azure_target, &self.bitbucket_branch, &self.bitbucket_commit, &self.jenkins_target];
        self.is_github() || self.gitlab_ci || other.into_iter().any(Option::is_some)
    }

    /// Tells whether this is, or claims to be, a job of some CI system.
    #[must_use]
    pub fn is_job(&self) -> bool {
        self.is_of_a_system() || self.ci
    }

    /// Tells whether this is a job of a CI system that is known by name, where nobody works on the files.
    #[must_use]
    pub fn is_of_a_system(&self) -> bool {
        self.is_known() || self.other_system
    }

    fn is_github(&self) -> bool {
        self.github_actions || self.github_event_name.is_some()
    }

    /// Returns the setting that makes a shallow clone deeper.
    pub(super) fn deepen(&self, reach: Reach) -> String {
        let setting = match reach {
            Reach::Parent if self.is_github() => "set `fetch-depth: 2` on actions/checkout (`0` for other events)",
            Reach::Anywhere if self.is_github() => "set `fetch-depth: 0` on actions/checkout",
            _ if self.gitlab_ci => "set `GIT_DEPTH: \"0\"` among the job's `variables`",
            _ if self.azure_target.is_some() => "set `fetchDepth: 0` on the `checkout` step",
            _ if self.bitbucket_branch.is_some() || self.bitbucket_commit.is_some() => {
                "set `clone: {depth: full}` for the step"
            }
            _ if self.jenkins_target.is_some() => "switch the shallow clone off in the job's Git behaviours",
            // A shallow clone has one branch only, unless it was told otherwise.
            _ => "run `git fetch --unshallow origin \"+refs/heads/*:refs/remotes/origin/*\"` first",
        };
        setting.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> CiEnvironment {
        let value = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        CiEnvironment::from_variables(value)
    }

    #[test]
    fn each_system_has_its_own_setting_for_a_deeper_clone() {
        for (variable, value, parent, anywhere) in [
            ("GITHUB_ACTIONS", "true", "fetch-depth: 2", "fetch-depth: 0"),
            ("GITHUB_EVENT_NAME", "push", "fetch-depth: 2", "fetch-depth: 0"),
            ("GITLAB_CI", "true", "GIT_DEPTH: \"0\"", "GIT_DEPTH: \"0\""),
            ("SYSTEM_PULLREQUEST_TARGETBRANCH", "main", "fetchDepth: 0", "fetchDepth: 0"),
            ("BITBUCKET_PR_DESTINATION_BRANCH", "main", "clone: {depth: full}", "clone: {depth: full}"),
            ("BITBUCKET_PR_DESTINATION_COMMIT", "abc", "clone: {depth: full}", "clone: {depth: full}"),
            ("CHANGE_TARGET", "main", "Git behaviours", "Git behaviours"),
            (
                "CI",
                "true",
                "git fetch --unshallow origin \"+refs/heads/*:",
                "git fetch --unshallow origin \"+refs/heads/*:",
            ),
        ] {
            let ci = of(&[(variable, value)]);
            for (reach, setting) in [(Reach::Parent, parent), (Reach::Anywhere, anywhere)] {
                assert!(ci.deepen(reach).contains(setting), "{variable}: {}", ci.deepen(reach));
            }
        }
    }

    #[test]
    fn a_job_is_told_from_a_shell_and_a_known_system_from_others() {
        for (variables, known, of_a_system, job) in [
            (&[][..], false, false, false),
            (&[("CI", "true")], false, false, true),
            (&[("CI", "1")], false, false, true),
            (&[("CI", "false")], false, false, false),
            (&[("CI", "0")], false, false, false),
            (&[("CI", "")], false, false, false),
            (&[("JENKINS_URL", "https://ci.example")], false, true, true),
            (&[("TF_BUILD", "False")], false, false, false),
            (&[("TF_BUILD", "True")], false, true, true),
            (&[("GITHUB_ACTIONS", "false")], false, false, false),
            (&[("GITHUB_ACTIONS", "true")], true, true, true),
            (&[("GITHUB_EVENT_NAME", "push")], true, true, true),
            (&[("GITLAB_CI", "true")], true, true, true),
            (&[("CHANGE_TARGET", "main")], true, true, true),
            (&[("SYSTEM_PULLREQUEST_TARGETBRANCH", "main")], true, true, true),
            (&[("BITBUCKET_PR_DESTINATION_BRANCH", "main")], true, true, true),
            (&[("BITBUCKET_PR_DESTINATION_COMMIT", "abc")], true, true, true),
        ] {
            let ci = of(variables);
            assert_eq!((ci.is_known(), ci.is_of_a_system(), ci.is_job()), (known, of_a_system, job), "{variables:?}");
        }
    }

    #[test]
    fn the_forge_is_the_one_whose_job_it_is() {
        for (variables, forge) in [
            (&[][..], None),
            (&[("GITHUB_ACTIONS", "true")], Some(Forge::GitHub)),
            (&[("GITHUB_ACTIONS", "true"), ("FORGEJO_ACTIONS", "true")], Some(Forge::Forgejo)),
            (&[("GITHUB_ACTIONS", "true"), ("GITEA_ACTIONS", "true")], Some(Forge::Forgejo)),
            (&[("GITLAB_CI", "true")], Some(Forge::GitLab)),
            (&[("GITLAB_CI", "yes")], None),
        ] {
            assert_eq!(of(variables).forge(), forge, "{variables:?}");
        }
        assert_eq!(of(&[("CI_DEFAULT_BRANCH", "trunk")]).default_branch(), Some("trunk"));
        assert_eq!(of(&[]).default_branch(), None);
    }

    #[test]
    fn the_page_is_that_of_the_forge_whose_variables_are_whole() {
        let github = [("GITHUB_SERVER_URL", "https://github.example"), ("GITHUB_REPOSITORY", "acme/register")];
        let gitlab = ("CI_PROJECT_URL", "https://gitlab.example/acme/register");
        assert_eq!(of(&github).page.as_deref(), Some("https://github.example/acme/register"));
        assert_eq!(of(&[github[0], gitlab]).page.as_deref(), Some(gitlab.1));
        assert_eq!(of(&github[1..]).page, None);
    }
}
