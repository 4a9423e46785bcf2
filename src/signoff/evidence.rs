//! What the pull request says about a change: its author and its reviews.

use chrono::{DateTime, FixedOffset};

use crate::github::Account;
use crate::signoff::ReviewState;
use crate::source::FileId;

/// What the pull request says; each part is `None` if it was not given.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Who opened the pull request; a deleted account is nobody.
    pub author: Option<Account>,
    /// The opinion of each reviewer.
    pub verdicts: Option<Vec<Verdict>>,
}

/// The opinion of one reviewer: an approval, or what replaced it.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The account's name.
    pub login: String,
    /// What the latest review that is not a comment says.
    pub state: ReviewState,
    /// The commit that was reviewed.
    pub commit: Option<String>,
    /// When.
    pub submitted_at: DateTime<FixedOffset>,
    /// The files that have the same value in the reviewed commit; `None` if it cannot be read in this clone.
    pub covers: Option<Vec<FileId>>,
}

impl Verdict {
    /// Returns whether it is an approval that is good for a file as it is now.
    #[must_use]
    pub fn holds_for(&self, file: FileId) -> bool {
        self.state == ReviewState::Approved && self.covers.as_ref().is_some_and(|files| files.contains(&file))
    }
}

impl Evidence {
    /// Returns the opinion of an account: the approval that is good for a file, if there is one. `None` if nobody
    /// knows.
    #[must_use]
    pub fn verdict(&self, login: &str, file: FileId) -> Option<&Verdict> {
        let by = |verdict: &&Verdict| verdict.login.eq_ignore_ascii_case(login);
        let all = self.verdicts.as_ref()?;
        all.iter().filter(by).find(|verdict| verdict.holds_for(file)).or_else(|| all.iter().find(by))
    }
}
