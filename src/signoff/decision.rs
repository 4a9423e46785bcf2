//! The decisions that a change brings, and what the pull request says of them.

use chrono::{DateTime, FixedOffset};

use crate::github::Account;
use crate::history::{Change, Changes};
use crate::register::{Amendment, Day, Exception, Renewal, Spanned, Status, Text};
use crate::signoff::ReviewState;
use crate::source::FileId;

/// A decision that a change adds: of an entry, a renewal or an amendment.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    /// The file it stands in.
    pub file: FileId,
    /// What was decided: `the exception`, `renewal 2`.
    pub what: String,
    /// Who decided, as the file writes it.
    pub approver: &'a Text<'a>,
    /// The day that the file names.
    pub decided: Option<&'a Spanned<Day>>,
}

/// What the pull request says; each part is `None` where it was not given.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Who opened the pull request; a deleted account is nobody.
    pub author: Option<Account>,
    /// Where each reviewer stands.
    pub verdicts: Option<Vec<Verdict>>,
}

/// Where one reviewer stands: an approval, or what took its place.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The account's name.
    pub login: String,
    /// What the latest review that is no comment says.
    pub state: ReviewState,
    /// The commit that was reviewed.
    pub commit: Option<String>,
    /// When.
    pub submitted_at: DateTime<FixedOffset>,
    /// The files whose value the reviewed commit has; `None` where it cannot be read in this clone.
    pub covers: Option<Vec<FileId>>,
}

impl Verdict {
    /// Tells whether it is an approval that is good for a file as it is now.
    #[must_use]
    pub fn holds_for(&self, file: FileId) -> bool {
        self.state == ReviewState::Approved && self.covers.as_ref().is_some_and(|files| files.contains(&file))
    }
}

impl Evidence {
    /// Returns where an account stands: the approval that is good for a file, if there is one.
    /// `None` where nobody knows.
    #[must_use]
    pub fn verdict(&self, login: &str, file: FileId) -> Option<&Verdict> {
        let by = |verdict: &&Verdict| verdict.login.eq_ignore_ascii_case(login);
        let all = self.verdicts.as_ref()?;
        all.iter().filter(by).find(|verdict| verdict.holds_for(file)).or_else(|| all.iter().find(by))
    }
}

/// Collects the decisions that a change adds. A rejected entry needs nobody's approval.
#[must_use]
pub fn decisions<'a>(changes: &Changes<'a>) -> Vec<Decision<'a>> {
    changes.list.iter().flat_map(of_change).collect()
}

fn of_change<'a>(change: &Change<'a>) -> Vec<Decision<'a>> {
    let mut found = Vec::new();
    let Some(head) = change.head.as_ref().and_then(|side| side.exception) else { return found };
    if head.is(&[Status::Rejected]) {
        return found;
    }
    let base = change.base.as_ref().and_then(|side| side.exception);
    let mut add = |what: String, approver: Option<&'a Text<'a>>, decided: Option<&'a Spanned<Day>>| {
        found.extend(approver.map(|approver| Decision { file: head.file, what, approver, decided }));
    };
    // Without one of these the base holds no decision that could still be in force.
    let undecided = |base: &Exception<'_>| {
        base.approver.is_none() || base.decided.is_none() || base.expires.is_none() || base.status.is_none()
    };
    // Whoever is named as the approver now must have approved, even where an amendment says so.
    let renamed = |base: &Exception<'_>| !same(&base.approver, &head.approver);
    if base.is_none_or(|base| base.is(&[Status::Rejected]) || undecided(base) || renamed(base)) {
        add("the exception".into(), head.approver.as_ref(), head.decided.as_ref());
    }
    let mut known: Vec<&Renewal<'_>> = base.iter().flat_map(|base| &base.renewals).collect();
    for (index, renewal) in head.renewals.iter().enumerate() {
        if !takes(&mut known, |old| is_renewal(old, renewal)) {
            add(format!("renewal {}", index + 1), renewal.approver.as_ref(), renewal.decided.as_ref());
        }
    }
    let mut known: Vec<&Amendment<'_>> = base.iter().flat_map(|base| &base.amendments).collect();
    for (index, amendment) in head.amendments.iter().enumerate() {
        if !takes(&mut known, |old| is_amendment(old, amendment)) {
            add(format!("amendment {}", index + 1), amendment.approver.as_ref(), amendment.date.as_ref());
        }
    }
    found
}

/// Takes one out of those that were decided before, so that each stands for one alone: whoever writes an old amendment
/// down once more has nobody's approval for it.
fn takes<T>(known: &mut Vec<T>, is_it: impl Fn(&T) -> bool) -> bool {
    let found = known.iter().position(is_it);
    found.map(|at| known.remove(at)).is_some()
}

fn is_renewal(old: &Renewal<'_>, new: &Renewal<'_>) -> bool {
    same(&old.approver, &new.approver)
        && old.decided.as_ref().map(|day| day.value) == new.decided.as_ref().map(|day| day.value)
        && old.expires.as_ref().map(|end| end.value) == new.expires.as_ref().map(|end| end.value)
        && same(&old.reason, &new.reason)
}

fn is_amendment(old: &Amendment<'_>, new: &Amendment<'_>) -> bool {
    let fields = |amendment: &Amendment<'_>| -> Vec<String> {
        amendment.fields.iter().map(|field| field.as_str().to_owned()).collect()
    };
    same(&old.approver, &new.approver)
        && old.date.as_ref().map(|day| day.value) == new.date.as_ref().map(|day| day.value)
        && fields(old) == fields(new)
        && same(&old.note, &new.note)
}

fn same(a: &Option<Text<'_>>, b: &Option<Text<'_>>) -> bool {
    let words = |text: &Option<Text<'_>>| -> Vec<String> {
        text.iter().flat_map(|text| text.as_str().split_whitespace()).map(str::to_owned).collect()
    };
    words(a) == words(b)
}
