//! What the pull request says about a change: its author and its reviews.

use chrono::{DateTime, FixedOffset};

use crate::github::Account;
use crate::people::People;
use crate::policy::Forge;
use crate::signoff::ReviewState;
use crate::source::FileId;
use crate::text::shown;

/// What the pull request says; each part is `None` if it was not given.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Who opened the pull request; a deleted account is nobody.
    pub author: Option<Account>,
    /// When it was opened.
    pub opened: Option<DateTime<FixedOffset>>,
    /// Where each reviewer stands.
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
    /// What it is worth for the files as they are now; `None` if the reviewed commit cannot be read in this clone.
    pub worth: Option<Worth>,
}

/// What an approval is worth now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Worth {
    /// The files that it is good for: they say what was approved, or narrow it.
    pub covers: Vec<FileId>,
    /// Of the others, where each first says something else, as a JSON Pointer; empty for the file as a whole. A file that
    /// was not there then is in neither list.
    pub edited: Vec<(FileId, String)>,
}

impl Worth {
    /// Returns the place at which a file first goes beyond what was approved.
    #[must_use]
    pub fn edit_of(&self, file: FileId) -> Option<&str> {
        self.edited.iter().find(|(edited, _)| *edited == file).map(|(_, place)| place.as_str())
    }
}

impl Verdict {
    /// Returns whether it is an approval that is good for a file as it is now.
    #[must_use]
    pub fn holds_for(&self, file: FileId) -> bool {
        self.state == ReviewState::Approved && self.worth.as_ref().is_some_and(|worth| worth.covers.contains(&file))
    }

    /// Returns the beginning of the commit that was reviewed, for a message.
    #[must_use]
    pub fn short_commit(&self) -> Option<&str> {
        self.commit.as_deref().map(|commit| commit.get(..12).unwrap_or(commit))
    }

    /// Says what to do where this clone lacks the commit that was reviewed.
    #[must_use]
    pub fn unfetched(&self, forge: Forge) -> String {
        let setting = match forge {
            Forge::GitLab => "GIT_DEPTH: \"0\"",
            Forge::GitHub | Forge::Forgejo => "fetch-depth: 0",
        };
        format!(
            "fetch the whole history with `{setting}`; if a force-push removed that commit, \
             ask `@{}` to approve again",
            shown(&self.login)
        )
    }
}

impl Evidence {
    /// Returns the approval by which a person signs a file off as it is now, if there is one that is known.
    #[must_use]
    pub fn approval(&self, people: &People, person: &str, file: FileId) -> Option<&Verdict> {
        self.verdict(people.account(person)?, file).filter(|verdict| verdict.holds_for(file))
    }

    /// Returns where an account stands: the approval that is good for a file, if there is one.
    /// `None` where nobody knows.
    #[must_use]
    pub fn verdict(&self, login: &str, file: FileId) -> Option<&Verdict> {
        let by = |verdict: &&Verdict| verdict.login.eq_ignore_ascii_case(login);
        let all = self.verdicts.as_ref()?;
        all.iter().filter(by).find(|verdict| verdict.holds_for(file)).or_else(|| all.iter().find(by))
    }
}
