//! The base that a variable names: the branch or the commit that a pull request is to be merged into.
//!
//! The author of a pull request chooses among the existing branches, and may give their own the name of one. So a
//! branch counts only as it was fetched from `origin`, never the local one.

use super::{Base, Reach, Search};
use crate::error::{Error, GitError};

/// Finds the base that Azure Pipelines, Bitbucket, Jenkins, Forgejo or Gitea names; `None` if none of them does.
pub(super) fn find(search: &Search<'_>) -> Result<Option<Base>, Error> {
    let ci = search.ci;
    if let Some(commit) = &ci.bitbucket_commit {
        return destination(search, commit).map(Some);
    }
    let named = [
        ("SYSTEM_PULLREQUEST_TARGETBRANCH", &ci.azure_target),
        ("BITBUCKET_PR_DESTINATION_BRANCH", &ci.bitbucket_branch),
        ("CHANGE_TARGET", &ci.jenkins_target),
        ("GITHUB_BASE_REF", &ci.github_base_ref),
    ];
    let found = named.into_iter().find_map(|(variable, value)| Some((variable, value.as_deref()?)));
    found.map(|(variable, value)| branch(search, variable, value)).transpose()
}

/// Returns the merge base of `HEAD` and a branch of `origin`. If the CI system has made a trial merge of the two, in
/// either order, that is what `HEAD` contains of the branch.
pub(super) fn branch(search: &Search<'_>, variable: &str, value: &str) -> Result<Base, Error> {
    let name = value.strip_prefix("refs/heads/").unwrap_or(value);
    if !is_branch_name(name) {
        return Err(refused(variable, value, "the name of a branch"));
    }
    let Some(tip) = search.git.reference(&format!("refs/remotes/origin/{name}"))? else {
        let deepen = search.git.is_shallow().then(|| search.ci.deepen(Reach::Anywhere));
        return Err(Error::from(GitError::NoTarget { name: name.to_owned(), variable: variable.to_owned(), deepen }));
    };
    match search.fork(&tip)? {
        Some(fork) if fork.base == search.head => Err(held_already(&format!("origin/{name}"))),
        Some(fork) => Ok(Base::forked(fork, &format!("`HEAD` and `origin/{name}`"))),
        None => Err(search.unrelated(&format!("origin/{name}"))?),
    }
}

/// Bitbucket merges the commit that it names into the branch before the job begins, and shortens its name.
fn destination(search: &Search<'_>, value: &str) -> Result<Base, Error> {
    const VARIABLE: &str = "BITBUCKET_PR_DESTINATION_COMMIT";
    let is_name = (7..=64).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_name {
        return Err(refused(VARIABLE, value, "the name of a commit"));
    }
    // A branch or tag of that name would come before the commit.
    let commit = search.git.commit(value)?.filter(|commit| commit.as_str().starts_with(&value.to_ascii_lowercase()));
    let Some(commit) = commit else {
        return Err(search.missing(value, &format!("which `{VARIABLE}` names"), Reach::Anywhere)?);
    };
    match search.fork(&commit)? {
        Some(fork) if fork.base == search.head => Err(held_already(value)),
        Some(fork) => Ok(Base::forked(fork, &format!("`HEAD` and the pull request's destination `{value}`"))),
        None => Err(search.unrelated(value)?),
    }
}

/// Never "no changes": a fork's copy of the branch, or a run after the merge, would look the same.
fn held_already(what: &str) -> Error {
    Error::from(GitError::HeldAlready { base: what.to_owned(), is_named: false })
}

fn refused(variable: &str, value: &str, wanted: &'static str) -> Error {
    let (variable, value) = (variable.to_owned(), value.to_owned());
    Error::from(GitError::Variable { variable, value, wanted, by: "the CI system" })
}

/// Returns whether git would accept a text as a branch's name (`git check-ref-format --branch`).
fn is_branch_name(name: &str) -> bool {
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"~^:?*[\\".contains(c) && c != '\u{fffd}';
    let part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    !name.starts_with('-')
        && !name.ends_with('.')
        && name != "@"
        && !name.contains("..")
        && !name.contains("@{")
        && name.chars().all(plain)
        && name.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use super::is_branch_name;

    #[test]
    fn a_branch_has_the_name_that_git_allows() {
        for name in ["main", "release/2026.11", "feature/@dana", "größe", "a-b", "a@b"] {
            assert!(is_branch_name(name), "{name}");
        }
        for name in [
            "",
            "-x",
            "--output=x",
            "a b",
            "a\tb",
            "a\nb",
            "a\u{0}b",
            "a\u{7f}",
            "a..b",
            "a~1",
            "a^",
            "a:b",
            "a?",
            "a*",
            "a[b",
            r"a\b",
            "a@{1}",
            "@",
            ".a",
            "a/.b",
            "a.lock",
            "a/",
            "/a",
            "a//b",
            "a.",
            "a\u{2028}b",
            "a\u{fffd}",
        ] {
            assert!(!is_branch_name(name), "{name:?}");
        }
    }
}
