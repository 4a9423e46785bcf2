//! The base of a push, whichever system reports it.

use super::{Base, Search};
use crate::error::{Error, GitError};

/// A push to a branch or a tag.
pub(super) struct Push<'a> {
    /// What the reference named before: all zeros if it is new.
    pub(super) before: &'a str,
    /// The branch; `None` for a tag.
    pub(super) branch: Option<&'a str>,
    /// The repository's default branch, if known.
    pub(super) default_branch: Option<&'a str>,
}

/// Returns whether a commit's name is the one that means none.
pub(super) fn is_none(name: &str) -> bool {
    matches!(name.len(), 40 | 64) && name.bytes().all(|byte| byte == b'0')
}

/// Finds the base of a push.
///
/// On the default branch that is what was there before, even if history was rewritten. A rewritten or new branch has no
/// "before" from which its commits were made: what counts is where it left the default branch.
pub(super) fn find(search: &Search<'_>, push: &Push<'_>) -> Result<Base, Error> {
    let is_default = push.branch.is_some() && push.branch == push.default_branch;
    if is_none(push.before) {
        return if is_default {
            Ok(Base::nothing("this push created the default branch"))
        } else {
            search.fork_point(push.default_branch)
        };
    }
    let role = "the commit before this push";
    let is_here = search.git.commit(push.before)?.is_some();
    let is_base = if is_here { search.holds(push.before)? } else { search.git.is_shallow() };
    if is_default || is_base {
        return search.present(push.before, role, search.reach(push.before));
    }
    let base = search.fork_point(push.default_branch)?;
    Ok(Base { how: format!("{}; this push rewrote the branch", base.how), ..base })
}

/// Refuses a checkout of something other than what the event is about.
pub(super) fn expect_head(search: &Search<'_>, name: &str, role: &'static str) -> Result<(), Error> {
    if search.holds(name)? { Ok(()) } else { Err(other_head(search, name, role)) }
}

/// Returns the error for such a checkout.
pub(super) fn other_head(search: &Search<'_>, name: &str, role: &'static str) -> Error {
    GitError::OtherCheckout { head: search.head.short().to_owned(), role, commit: name.to_owned() }.into()
}
