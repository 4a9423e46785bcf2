//! What brought a commit of the past to the branch: the pull requests that were merged, and who had approved them by
//! then.

use chrono::{DateTime, FixedOffset};

use crate::github::Account;
use crate::signoff::Verdict;

/// What brought a commit to the branch.
#[derive(Clone, Debug, Default)]
pub struct Merge {
    /// The pull requests that brought it; none for a commit that was pushed without one.
    pub pulls: Vec<MergedPull>,
    /// The numbers of pull requests that contain the commit too but did not bring it.
    pub others: Vec<u64>,
}

/// A pull request that was merged.
#[derive(Clone, Debug)]
pub struct MergedPull {
    /// Its number.
    pub number: u64,
    /// Who opened it; a deleted account is nobody.
    pub author: Option<Account>,
    /// The opinion of each reviewer when it was merged. An approval whose `covers` is `None` is of a commit that this
    /// clone lacks.
    pub verdicts: Vec<Verdict>,
    /// Who approved it afterwards, and when.
    pub late: Vec<(String, DateTime<FixedOffset>)>,
}

impl MergedPull {
    /// Returns the opinions of an account.
    pub fn verdicts_of<'p>(&'p self, login: &'p str) -> impl Iterator<Item = &'p Verdict> {
        self.verdicts.iter().filter(|verdict| verdict.login.eq_ignore_ascii_case(login))
    }
}
