//! The base that GitLab's predefined variables name.

use super::push::Push;
use super::{Base, Search, is_full_name, push, target, unchanged};
use crate::error::{Error, GitError};

/// Finds the base of this pipeline; `None` outside GitLab.
pub(super) fn find(search: &Search<'_>) -> Result<Option<Base>, Error> {
    let ci = search.ci;
    if let Some(target) = &ci.gitlab_target {
        let target = hash(search, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA", target)?;
        return merged_results(search, target).map(Some);
    }
    if let Some(base) = &ci.gitlab_merge_base {
        let base = hash(search, "CI_MERGE_REQUEST_DIFF_BASE_SHA", base)?;
        return search.present(base, "the merge request's diff base", search.reach(base)).map(Some);
    }
    if let Some(branch) = &ci.gitlab_target_branch {
        return target::branch(search, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", branch).map(Some);
    }
    let default_branch = ci.gitlab_default_branch.as_deref();
    match (ci.gitlab_source.as_deref(), &ci.gitlab_before) {
        (Some("schedule"), _) => Err(unchanged("a scheduled run")),
        (Some("web" | "api" | "trigger"), _) if search.is_on_default_branch(default_branch)? => {
            Err(unchanged("a pipeline that was started by hand on the default branch"))
        }
        (Some("push"), Some(before)) => {
            let before = hash(search, "CI_COMMIT_BEFORE_SHA", before)?;
            let branch = ci.gitlab_branch.as_deref();
            push::find(search, &Push { before, branch, default_branch }).map(Some)
        }
        _ if default_branch.is_some() => search.fork_point(default_branch).map(Some),
        _ => Ok(None),
    }
}

/// `HEAD` is the merge that GitLab created from the target and the source (or the source, rebased onto the target): the
/// diff base would include what others did on the target since.
fn merged_results(search: &Search<'_>, target: &str) -> Result<Base, Error> {
    let role = "the target branch that the merge request was merged into";
    if !search.holds(target)? && search.git.commit(target)?.is_some() {
        return Err(push::other_head(search, target, "the target branch of the merged result"));
    }
    search.present(target, role, search.reach(target))
}

fn hash<'a>(search: &Search<'_>, variable: &'static str, value: &'a str) -> Result<&'a str, Error> {
    if is_full_name(value, search.git.format()) || push::is_none(value) {
        return Ok(value);
    }
    Err(Error::from(GitError::Variable {
        variable: variable.to_owned(),
        value: value.to_owned(),
        wanted: "a full commit name",
        by: "GitLab",
    }))
}
